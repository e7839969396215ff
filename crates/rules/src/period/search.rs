//! Working-day periods that meet a year without a notice: the earliest and the latest possible last day.

use jiff::civil::{Date, date};

use super::{Direction, Due, OutOfRange};
use crate::calendar::{Calendar, FIRST_YEAR, UnknownYear};

#[derive(Clone, Copy)]
enum Bound {
    /// As many working days as possible: the earliest end (in the direction of counting).
    Most,
    /// As few as possible: the latest end.
    Least,
}

pub(super) fn across_unknown(trigger: Date, n: u32, direction: Direction, calendar: &Calendar) -> Result<Due, OutOfRange> {
    let (near, unknown_near) = nth(trigger, n, direction, calendar, Bound::Most)?;
    let (far, unknown_far) = nth(trigger, n, direction, calendar, Bound::Least)?;
    Ok(match unknown_near.or(unknown_far) {
        None => Due::Firm { date: near },
        Some(first_unknown_year) => Due::Provisional { earliest: near.min(far), latest: near.max(far), first_unknown_year },
    })
}

/// The first day (in the direction of counting) by which `n` working days may (`Most`) or must (`Least`) have
/// passed, and the first unknown year met on the way.
fn nth(
    trigger: Date,
    n: u32,
    direction: Direction,
    calendar: &Calendar,
    bound: Bound,
) -> Result<(Date, Option<i16>), OutOfRange> {
    let step = |day: Date| match direction {
        Direction::After => day.tomorrow(),
        Direction::Before => day.yesterday(),
    };
    let mut missing = n;
    let mut unknown = None;
    let mut start = step(trigger).map_err(|_| OutOfRange)?;
    loop {
        let year = start.year();
        if year < FIRST_YEAR {
            return Err(OutOfRange);
        }
        if !calendar.knows(year) {
            unknown = unknown.or(Some(year));
        }
        let end = match direction {
            Direction::After => date(year, 12, 31),
            Direction::Before => date(year, 1, 1),
        };
        let (first, last) = (start.min(end), start.max(end));
        let (most, least) = calendar.count_bounds(first, last);
        let whole = match bound {
            Bound::Most => most,
            Bound::Least => least,
        };
        if whole >= missing {
            let found = match calendar.run_of(year) {
                Some(run) => match direction {
                    Direction::After => run.nth_from(start, missing),
                    Direction::Before => run.nth_upto(start, missing),
                },
                None => in_unknown(&UnknownYear::new(year), missing, (start, end), direction, bound),
            };
            return found.map(|day| (day, unknown)).ok_or(OutOfRange);
        }
        missing -= whole;
        start = step(end).map_err(|_| OutOfRange)?;
    }
}

/// The first day in the direction of counting from `start` to `end` with `missing` working days at most or at least.
fn in_unknown(year: &UnknownYear, missing: u32, (start, end): (Date, Date), direction: Direction, bound: Bound) -> Option<Date> {
    let sign = match direction {
        Direction::After => 1,
        Direction::Before => -1,
    };
    let day = |away: i32| start.checked_add(jiff::Span::new().days(sign * away)).ok();
    let enough = |away: i32| {
        let day = day(away)?;
        let (most, least) = year.count(start.min(day), start.max(day));
        Some(missing <= if matches!(bound, Bound::Most) { most } else { least })
    };
    // The bounds grow with the interval, so the first day with enough is found by halving.
    let (mut low, mut high) = (0, (end - start).get_days().abs());
    while low < high {
        let middle = low.midpoint(high);
        if enough(middle)? { high = middle } else { low = middle + 1 }
    }
    enough(low)?.then(|| day(low)).flatten()
}
