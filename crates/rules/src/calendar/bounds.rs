//! What can be said about the working days of a year whose notice is not known.
//!
//! The decree on holidays (全国年节及纪念日放假办法; versions in force from 2008-01-01, 2014-01-01 and 2025-01-01)
//! fixes *which* festivals give *how many* days off and that a day falling on a weekend is compensated; the yearly
//! notice only arranges them: it may join them with weekends and order work on other weekend days (调休) for it.
//! So for each festival
//!
//! - once everything about it is over, it has cost exactly its statutory number of working days;
//! - before that, some of its days off may be ahead of the work ordered for them (the count is lower), or the
//!   ordered work may come first (the count is higher).
//!
//! Each festival gets a window wide enough for all its possible dates (lunar festivals move by about a month) and
//! for days of ordered work up to two weeks away; the widest distance in the notices of 2024 to 2026 is eleven days
//! (2026-09-20 for 10-01). Days off and ordered work inside a window are limited by the largest block that notices
//! have arranged since 2008 plus a margin. New Year may also be joined with the last days of December before it.
//! Acts outside the yearly notice (the extension of 2020, the single day of 2015-09-03) cannot be bounded by
//! anything and are not meant to be; they change known years just as well.

use jiff::civil::{Date, date};

/// Statutory days with a fixed date that every version of the decree since 2008 knows: `(month, day)`.
pub(super) const FIXED_DAYS: [(i8, i8); 5] = [(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)];

#[derive(Debug)]
pub(crate) struct Festival {
    /// First and last day that the arrangement can touch, ordered work included: `(month, day)`.
    touches: [(i8, i8); 2],
    /// First and last day that it can make off.
    rests: [(i8, i8); 2],
    /// Fewest and most working days that it costs once it is over.
    net: (i32, i32),
    /// Most weekdays off.
    off: i32,
    /// Most days of ordered work.
    work: i32,
}

const fn festival(touches: [(i8, i8); 2], rests: [(i8, i8); 2], net: (i32, i32), off: i32, work: i32) -> Festival {
    Festival { touches, rests, net, off, work }
}

/// 元旦: ordered work in the December before belongs to the other year, so that the cost inside this one may be two.
const NEW_YEAR: Festival = festival([(1, 1), (1, 15)], [(1, 1), (1, 4)], (1, 2), 3, 2);
/// 春节: the first day of the lunar year lies between 01-21 and 02-21.
const SPRING_3: Festival = festival([(1, 4), (3, 13)], [(1, 17), (3, 2)], (3, 3), 7, 4);
/// 春节 since 2025: four days, with 除夕.
const SPRING_4: Festival = festival([(1, 4), (3, 13)], [(1, 17), (3, 2)], (4, 4), 7, 4);
/// 清明: 04-04 to 04-06.
const QINGMING: Festival = festival([(3, 20), (4, 21)], [(4, 1), (4, 9)], (1, 1), 3, 2);
/// 劳动节: 05-01.
const LABOUR_1: Festival = festival([(4, 15), (5, 20)], [(4, 27), (5, 6)], (1, 1), 5, 4);
/// 劳动节 since 2025: 05-01 and 05-02.
const LABOUR_2: Festival = festival([(4, 15), (5, 20)], [(4, 27), (5, 6)], (2, 2), 5, 3);
/// 端午: between 05-27 and 06-26.
const DRAGON_BOAT: Festival = festival([(5, 11), (7, 12)], [(5, 22), (7, 1)], (1, 1), 3, 2);
/// 中秋: between 09-07 and 10-08.
const MID_AUTUMN: Festival = festival([(8, 23), (10, 24)], [(9, 3), (10, 12)], (1, 1), 3, 2);
/// 国庆节: 10-01 to 10-03.
const NATIONAL: Festival = festival([(9, 15), (10, 24)], [(9, 28), (10, 10)], (3, 3), 6, 4);
/// The New Year of the following year, arranged into this December.
const NEXT_NEW_YEAR: Festival = festival([(12, 22), (12, 31)], [(12, 29), (12, 31)], (0, 0), 2, 2);

const SINCE_2008: [Festival; 8] = [NEW_YEAR, SPRING_3, QINGMING, LABOUR_1, DRAGON_BOAT, MID_AUTUMN, NATIONAL, NEXT_NEW_YEAR];
const SINCE_2025: [Festival; 8] = [NEW_YEAR, SPRING_4, QINGMING, LABOUR_2, DRAGON_BOAT, MID_AUTUMN, NATIONAL, NEXT_NEW_YEAR];

/// Number of statutory days off a year: 11, since 2025 13.
pub(super) const fn statutory_days(year: i16) -> u32 {
    if year >= 2025 { 13 } else { 11 }
}

/// One festival of one year, in day numbers.
struct Window {
    /// First and last day that it can touch.
    touches: [i32; 2],
    /// First and last day that it can make off.
    rests: [i32; 2],
    festival: &'static Festival,
}

/// One unknown year, its festivals turned into day numbers once.
pub(crate) struct UnknownYear {
    windows: [Window; 8],
    /// Weekdays that are off by the decree whatever the notice says, each with the span of its festival.
    fixed: Vec<(i32, [i32; 2])>,
}

impl UnknownYear {
    pub(crate) fn new(year: i16) -> Self {
        let rules: &'static [Festival; 8] = if year >= 2025 { &SINCE_2025 } else { &SINCE_2008 };
        let numbers = |window: [(i8, i8); 2]| window.map(|(month, day)| number(date(year, month, day)));
        let windows =
            rules.each_ref().map(|rule| Window { touches: numbers(rule.touches), rests: numbers(rule.rests), festival: rule });
        let fixed = FIXED_DAYS.iter().filter(|(month, day)| !super::is_weekend(date(year, *month, *day)));
        let fixed = fixed.map(|&(month, day)| {
            let festival = match month {
                1 => &NEW_YEAR,
                5 => &LABOUR_1,
                _ => &NATIONAL,
            };
            (number(date(year, month, day)), numbers(festival.touches))
        });
        Self { windows, fixed: fixed.collect() }
    }

    /// The largest and the smallest possible number of working days in `from..=to`, both days of this year.
    ///
    /// Neither number shrinks when the interval grows: what holds for a longer interval limits the shorter ones in it
    /// from above, what holds for a shorter one limits the longer ones around it from below. So a later event can
    /// never look due earlier than an earlier one, and the searches may halve.
    pub(crate) fn count(&self, from: Date, to: Date) -> (u32, u32) {
        let (from, to) = (number(from), number(to));
        if from > to {
            return (0, 0);
        }
        // Between the edges of the windows the plain bounds already follow the interval: only there can a longer
        // (or shorter) interval say more.
        let edges = |edge: fn(&Window) -> i32| self.windows.iter().map(edge);
        let longer_from = || edges(|w| w.touches[0]).filter(|day| *day < from).chain([from]);
        let longer_to = || edges(|w| w.touches[1]).filter(|day| *day > to).chain([to]);
        let shorter_from = || edges(|w| w.rests[1] + 1).filter(|day| from < *day && *day <= to).chain([from]);
        let shorter_to = || edges(|w| w.rests[0] - 1).filter(|day| from <= *day && *day < to).chain([to]);
        let most = longer_from().flat_map(|a| longer_to().map(move |b| (a, b))).map(|(a, b)| self.plain(a, b).0).min();
        let least = shorter_from().flat_map(|a| shorter_to().map(move |b| (a, b))).map(|(a, b)| self.plain(a, b).1).max();
        let most = u32::try_from(most.unwrap_or(0)).unwrap_or(0);
        (most, u32::try_from(least.unwrap_or(0)).unwrap_or(0).min(most))
    }

    /// The bounds that the festivals give for exactly this interval (day numbers).
    fn plain(&self, from: i32, to: i32) -> (i32, i32) {
        let plain = weekdays(from, to);
        let (mut most, mut least) = (plain, plain);
        for Window { touches, rests, festival } in &self.windows {
            let (first, last) = (from.max(touches[0]), to.min(touches[1]));
            // Wholly inside: the balance is known. NEXT_NEW_YEAR never balances inside its year.
            if from <= touches[0] && touches[1] <= to && festival.net.1 > 0 {
                most -= festival.net.0;
                least -= festival.net.1;
            } else if first <= last {
                most += festival.work.min(last - first + 1 - weekdays(first, last));
                least -= festival.off.min(weekdays(from.max(rests[0]), to.min(rests[1])));
            }
        }
        for (day, touches) in &self.fixed {
            // Where the whole festival lies inside, the balance above has taken the day already.
            if from <= *day && *day <= to && !(from <= touches[0] && touches[1] <= to) {
                most -= 1;
            }
        }
        (most, least)
    }
}

/// Days since a Monday far in the past.
fn number(day: Date) -> i32 {
    // Days from civil (proleptic Gregorian), shifted so that day 0 is a Monday.
    let (y, m, d) = (i32::from(day.year()), i32::from(day.month()), i32::from(day.day()));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy + 2
}

/// Mondays to Fridays in `from..=to` (day numbers).
fn weekdays(from: i32, to: i32) -> i32 {
    if from > to {
        return 0;
    }
    let upto = |n: i32| n.div_euclid(7) * 5 + n.rem_euclid(7).min(5);
    upto(to + 1) - upto(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_agree_with_a_walk() {
        let mut day = date(2023, 12, 25);
        let (start, mut walked) = (day, 0);
        while day < date(2026, 2, 1) {
            assert_eq!(number(day).rem_euclid(7), i32::from(day.weekday().to_monday_zero_offset()), "{day}");
            walked += i32::from(!super::super::is_weekend(day));
            assert_eq!(weekdays(number(start), number(day)), walked, "{day}");
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn a_longer_interval_never_has_fewer_days() {
        for year in [2013, 2027] {
            let unknown = UnknownYear::new(year);
            let day = |n: i64| date(year, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap();
            for from in 0..365 {
                let mut before = (0, 0);
                for to in from..365 {
                    let now = unknown.count(day(from), day(to));
                    assert!(before.0 <= now.0 && before.1 <= now.1, "{} to {}: {before:?}, {now:?}", day(from), day(to));
                    if from > 0 {
                        let wider = unknown.count(day(from - 1), day(to));
                        assert!(now.0 <= wider.0 && now.1 <= wider.1, "{} to {}", day(from), day(to));
                    }
                    before = now;
                }
            }
        }
    }

    #[test]
    fn a_whole_unknown_year_is_known_to_within_a_few_days() {
        let (most, least) = UnknownYear::new(2027).count(date(2027, 1, 1), date(2027, 12, 31));
        // 261 weekdays minus 13, at most two more or three fewer by New Year's arrangements.
        assert_eq!((most, least), (250, 245));
    }
}
