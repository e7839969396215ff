//! One counter of one year: totals by day, lines reached, shares of lines, and where the year is heading (P16 7, 8;
//! people are counted anew from 1 January, PQ16 q11).

use jiff::civil::{Date, date};
use serde::Serialize;

use crate::article::Article;
use crate::path::{Fact, Law, Line};

/// Days whose mean is continued.
const WINDOW: usize = 28;

/// One day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// The day.
    pub date: Date,
    /// People seen for the first time this year.
    pub new: u64,
    /// People since 1 January.
    pub total: u64,
}

/// A line of the law that was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crossing {
    /// The number of people (reached, not exceeded: 以上 includes it).
    pub line: u64,
    /// The first day on which the total was at or above it.
    pub date: Date,
    /// Where the line is written.
    pub article: Article,
}

/// A share of a line that was reached before the line itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The line.
    pub line: u64,
    /// 80, 90 or 95.
    pub percent: u8,
    /// The first day.
    pub date: Date,
}

/// Where the year is heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// Name of the method.
    pub method: &'static str,
    /// The last day that is known.
    pub from: Date,
    /// Total on 31 December when the mean of the last 28 days goes on.
    pub expected: u64,
    /// When the quietest 28 days of this year go on.
    pub low: u64,
    /// When the busiest 28 days of this year go on.
    pub high: u64,
    /// When each line not reached yet will be, if the mean goes on: within the year.
    pub reaches: Vec<(u64, Date)>,
}

/// One counter of one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Series {
    /// Different people in the year.
    pub total: u64,
    /// Days with new people.
    pub days: Vec<DayCount>,
    /// Lines reached.
    pub crossings: Vec<Crossing>,
    /// Shares of lines reached.
    pub warnings: Vec<Warning>,
    /// Only for the year of the last row, while it is not over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
}

/// The lines that a count of one kind is measured against, lowest first.
pub fn lines_of(law: &Law, fact: Fact) -> Vec<Line> {
    if fact == Fact::Sensitive {
        return vec![law.lines.assessment_sensitive.clone()];
    }
    let floor = law.lines.mechanism_non_sensitive.clone();
    floor.into_iter().chain([law.lines.assessment_non_sensitive.clone()]).collect()
}

/// The day of a place in a year, 0 for 1 January.
pub fn day_of(year: i16, place: usize) -> Date {
    let days = i64::try_from(place).unwrap_or(0);
    let span = jiff::Span::new().try_days(days).unwrap_or_default();
    date(year, 1, 1).checked_add(span).unwrap_or(Date::MAX)
}

/// The series of one counter: `new` are the people seen for the first time in the year, by place of the day; `known` is
/// the last day that is known, while the year is not over.
pub fn series(year: i16, new: &[u64], lines: &[Line], known: Option<Date>) -> Series {
    let mut total = 0;
    let mut days = Vec::new();
    for (place, &new) in new.iter().enumerate() {
        if new > 0 {
            total += new;
            days.push(DayCount { date: day_of(year, place), new, total });
        }
    }
    let reached = |number: u64| days.iter().find(|day| day.total >= number).map(|day| day.date);
    let crossings = lines
        .iter()
        .filter_map(|line| Some(Crossing { line: line.value, date: reached(line.value)?, article: line.article.clone() }));
    let warnings = lines.iter().flat_map(|line| {
        [80_u8, 90, 95].into_iter().map(move |percent| {
            // The first whole person at or above the share.
            let share = (line.value * u64::from(percent)).div_ceil(100);
            (line.value, percent, share)
        })
    });
    let warnings = warnings.filter_map(|(line, percent, share)| Some(Warning { line, percent, date: reached(share)? })).collect();
    let crossings = crossings.collect();
    let forecast = known.and_then(|known| forecast(year, new, total, lines, known));
    Series { total, days, crossings, warnings, forecast }
}

/// Continues the mean of new people a day: of the last 28 days, and of the quietest and busiest 28 days of the year.
fn forecast(year: i16, new: &[u64], total: u64, lines: &[Line], known: Date) -> Option<Forecast> {
    let last = usize::try_from((known - date(year, 1, 1)).get_days()).ok()?;
    let left = u64::try_from((date(year, 12, 31) - known).get_days()).ok()?;
    if left == 0 || total == 0 {
        return None;
    }
    let until = |place: usize| new.iter().take(place + 1).sum::<u64>();
    let size = WINDOW.min(last + 1);
    let size_of = u64::try_from(size).ok()?;
    let windows: Vec<u64> = (size - 1..=last).map(|end| until(end) - end.checked_sub(size).map_or(0, until)).collect();
    let (low, high) = (*windows.iter().min()?, *windows.iter().max()?);
    let mean = *windows.last()?;
    let end = |window: u64| total + (window * left).div_ceil(size_of);
    let reaches = lines.iter().filter(|line| line.value > total && mean > 0).filter_map(|line| {
        let days = ((line.value - total) * size_of).div_ceil(mean);
        let days = i64::try_from(days).ok().filter(|_| days <= left)?;
        Some((line.value, known.checked_add(jiff::Span::new().days(days)).ok()?))
    });
    Some(Forecast {
        method: "mean of new people a day over the last 28 days, continued; range: quietest and busiest 28 days of the year",
        from: known,
        expected: end(mean),
        low: end(low),
        high: end(high),
        reaches: reaches.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Instrument;

    fn line(value: u64) -> Line {
        Line { value, article: Article::of(Instrument::P16, "7") }
    }

    #[test]
    fn a_line_is_reached_on_the_day_of_the_number_itself() {
        let mut new = vec![0; 366];
        (new[0], new[9], new[10]) = (79_999, 20_000, 1);
        let series = series(2026, &new, &[line(100_000)], None);
        assert_eq!(series.crossings[0].date, date(2026, 1, 11));
        let warned: Vec<(u8, Date)> = series.warnings.iter().map(|warning| (warning.percent, warning.date)).collect();
        assert_eq!(warned, [(80, date(2026, 1, 10)), (90, date(2026, 1, 10)), (95, date(2026, 1, 10))]);
    }

    #[test]
    fn a_steady_year_is_forecast_exactly() {
        let new: Vec<u64> = (0..366).map(|place| u64::from(place < 100) * 10).collect();
        let series = series(2026, &new, &[line(3_000), line(5_000)], Some(day_of(2026, 99)));
        let forecast = series.forecast.unwrap();
        assert_eq!((forecast.low, forecast.expected, forecast.high), (3_650, 3_650, 3_650));
        assert_eq!(forecast.reaches, [(3_000, day_of(2026, 299))]);
    }

    #[test]
    fn a_year_that_is_over_has_no_forecast() {
        let new = vec![1; 365];
        assert_eq!(series(2026, &new, &[], Some(date(2026, 12, 31))).forecast, None);
        assert_eq!(series(2026, &new, &[], None).forecast, None);
    }
}
