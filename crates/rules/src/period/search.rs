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
///
/// The bounds are taken interval by interval and need not grow with the interval, the truth does: so an upper bound
/// holds for all shorter intervals too, and a lower bound for all longer ones.
fn in_unknown(year: &UnknownYear, missing: u32, (start, end): (Date, Date), direction: Direction, bound: Bound) -> Option<Date> {
    let count = |day: Date| {
        let (most, least) = year.count(start.min(day), start.max(day));
        match bound {
            Bound::Most => most,
            Bound::Least => least,
        }
    };
    let one = |day: Date, forward: bool| {
        if forward { day.tomorrow().ok() } else { day.yesterday().ok() }
    };
    let forward = direction == Direction::After;
    match bound {
        Bound::Least => {
            let mut day = start;
            while count(day) < missing {
                if day == end {
                    return None;
                }
                day = one(day, forward)?;
            }
            Some(day)
        }
        Bound::Most => {
            // From the far end inwards while enough days are possible: the last such day is the first from `start`
            // whose every longer interval has enough.
            let mut found = None;
            let mut day = end;
            while count(day) >= missing {
                found = Some(day);
                if day == start {
                    break;
                }
                day = one(day, !forward)?;
            }
            found
        }
    }
}
