//! Periods of law and the day on which they end.
//!
//! Five units that never convert into one another: [`WorkingDays`], [`CalendarDays`], [`Months`], [`Years`] (all
//! of them a [`Period`] between days) and [`Hours`] (between instants). The day of the event is not counted
//! (CC 201); months and years end on the corresponding day or, where there is none, on the last day of the month
//! (CC 202); what happens when the last day is a rest day is an explicit [`Roll`] (CC 203).

mod explain;
mod search;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::calendar::Calendar;

pub use explain::{Counted, Explanation, RestReason, Skipped, explain};

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);
    };
}

unit! {
    /// Working days (工作日): Monday to Friday without holidays, with make-up days.
    WorkingDays
}
unit! {
    /// Calendar days (日, 自然日).
    CalendarDays
}
unit! {
    /// Months (CC 202).
    Months
}
unit! {
    /// Years (CC 202).
    Years
}
unit! {
    /// Hours; they start at once (CC 201) and know no rest days.
    Hours
}

impl Hours {
    /// The instant at which a period of hours ends.
    ///
    /// # Errors
    /// [`OutOfRange`] beyond the year 9999.
    pub fn due(self, trigger: Timestamp) -> Result<Timestamp, OutOfRange> {
        let span = jiff::Span::new().try_hours(i64::from(self.0)).map_err(|_| OutOfRange)?;
        trigger.checked_add(span).map_err(|_| OutOfRange)
    }
}

/// A length of time between two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "unit", content = "n", rename_all = "snake_case")]
pub enum Period {
    /// Working days.
    WorkingDays(WorkingDays),
    /// Calendar days.
    CalendarDays(CalendarDays),
    /// Months.
    Months(Months),
    /// Years.
    Years(Years),
}

impl From<WorkingDays> for Period {
    fn from(value: WorkingDays) -> Self {
        Self::WorkingDays(value)
    }
}
impl From<CalendarDays> for Period {
    fn from(value: CalendarDays) -> Self {
        Self::CalendarDays(value)
    }
}
impl From<Months> for Period {
    fn from(value: Months) -> Self {
        Self::Months(value)
    }
}
impl From<Years> for Period {
    fn from(value: Years) -> Self {
        Self::Years(value)
    }
}

/// Whether the period runs after its trigger or ends at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 之日起, 之后: counted forward.
    After,
    /// 届满前, 之前: counted backward.
    Before,
}

/// What happens when the last day of a period of calendar days, months or years is a rest day.
/// Working-day periods end on a working day anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It stays (validity, retention, look-back windows).
    Stay,
    /// It moves to the day after the rest days (CC 203).
    Next,
    /// It moves to the last working day before (backward periods: act earlier).
    Earlier,
}

/// The last day of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Due {
    /// Certain under the notices known.
    Firm {
        /// The last day.
        date: Date,
    },
    /// It depends on a notice that is not known yet.
    Provisional {
        /// No arrangement that the decree allows gives an earlier day.
        earliest: Date,
        /// No arrangement that the decree allows gives a later day.
        latest: Date,
        /// The first year without a notice that the period meets.
        first_unknown_year: i16,
    },
}

impl Due {
    /// The day when it is certain.
    pub const fn firm(self) -> Option<Date> {
        match self {
            Self::Firm { date } => Some(date),
            Self::Provisional { .. } => None,
        }
    }

    /// The day that a careful person keeps to: the firm day, or the earliest possible one.
    pub const fn earliest(self) -> Date {
        match self {
            Self::Firm { date } => date,
            Self::Provisional { earliest, .. } => earliest,
        }
    }

    /// The firm day, or the latest possible one.
    pub const fn latest(self) -> Date {
        match self {
            Self::Firm { date } => date,
            Self::Provisional { latest, .. } => latest,
        }
    }
}

/// The period leaves the years that this crate computes (working days: from 2008; all: to 9999).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the period leaves the supported years")]
pub struct OutOfRange;

/// The last day of `period` counted from `trigger`, without any roll.
///
/// A period of 0 ends on the trigger itself. Cost inside the known years: two array reads.
///
/// # Errors
/// [`OutOfRange`] when the period leaves the supported years.
///
/// # Example
/// ```
/// use guosuo_rules::{calendar::Calendar, period::{due, Direction, Due, WorkingDays}};
/// use jiff::civil::date;
/// // M 12(3): thirty working days from 2026-01-05 end on a Saturday on which work is ordered.
/// let due = due(date(2026, 1, 5), WorkingDays(30).into(), Direction::After, Calendar::builtin());
/// assert_eq!(due, Ok(Due::Firm { date: date(2026, 2, 14) }));
/// ```
#[inline]
pub fn due(trigger: Date, period: Period, direction: Direction, calendar: &Calendar) -> Result<Due, OutOfRange> {
    match period {
        Period::WorkingDays(WorkingDays(n)) => working(trigger, n, direction, calendar),
        _ => unrolled(trigger, period, direction).map(|date| Due::Firm { date }),
    }
}

/// The last day of `period` counted from `trigger`, moved off a rest day as `roll` says.
///
/// # Errors
/// [`OutOfRange`] when the period leaves the supported years.
pub fn due_rolled(
    trigger: Date,
    period: Period,
    direction: Direction,
    roll: Roll,
    calendar: &Calendar,
) -> Result<Due, OutOfRange> {
    let last = match (period, roll) {
        (Period::WorkingDays(_), _) | (_, Roll::Stay) => {
            return due(trigger, period, direction, calendar);
        }
        _ => unrolled(trigger, period, direction)?,
    };
    // "The first working day on or after" is the first working day after the day before.
    match roll {
        Roll::Next => working(last.yesterday().map_err(|_| OutOfRange)?, 1, Direction::After, calendar),
        _ => working(last.tomorrow().map_err(|_| OutOfRange)?, 1, Direction::Before, calendar),
    }
}

#[inline]
fn working(trigger: Date, n: u32, direction: Direction, calendar: &Calendar) -> Result<Due, OutOfRange> {
    if n == 0 {
        return Ok(Due::Firm { date: trigger });
    }
    if let Some(run) = calendar.run_of(trigger.year()) {
        let found = match direction {
            Direction::After => run.nth_after(trigger, n),
            Direction::Before => run.nth_before(trigger, n),
        };
        if let Some(date) = found {
            return Ok(Due::Firm { date });
        }
    }
    search::across_unknown(trigger, n, direction, calendar)
}

fn unrolled(trigger: Date, period: Period, direction: Direction) -> Result<Date, OutOfRange> {
    let sign = match direction {
        Direction::After => 1,
        Direction::Before => -1,
    };
    let months = |n: i64| add_months(trigger, sign * n);
    match period {
        Period::WorkingDays(_) => Err(OutOfRange),
        Period::CalendarDays(CalendarDays(n)) => {
            let span = jiff::Span::new().try_days(sign * i64::from(n)).map_err(|_| OutOfRange)?;
            trigger.checked_add(span).map_err(|_| OutOfRange)
        }
        Period::Months(Months(n)) => months(i64::from(n)),
        Period::Years(Years(n)) => months(i64::from(n) * 12),
    }
}

/// The corresponding day `months` later, or the last day of that month (CC 202).
fn add_months(day: Date, months: i64) -> Result<Date, OutOfRange> {
    let total = i64::from(day.year()) * 12 + i64::from(day.month()) - 1 + months;
    let year = i16::try_from(total.div_euclid(12)).map_err(|_| OutOfRange)?;
    let month = i8::try_from(total.rem_euclid(12) + 1).map_err(|_| OutOfRange)?;
    if !(1..=9999).contains(&year) {
        return Err(OutOfRange);
    }
    let first = date(year, month, 1);
    Date::new(year, month, day.day().min(first.days_in_month())).map_err(|_| OutOfRange)
}

/// How many working days lie between two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum WorkingSpan {
    /// Certain under the notices known.
    Firm {
        /// Working days after the first day up to and with the second; negative when the second is earlier.
        days: i64,
    },
    /// A year without a notice lies between.
    Provisional {
        /// The smallest possible number.
        least: i64,
        /// The largest possible number.
        most: i64,
        /// The first year (in time) without a notice.
        first_unknown_year: i16,
    },
}

/// Working days after `from` up to and with `to`: days left when `to` is ahead, days overdue (negative) when it is
/// behind. `working_days_between(today, due)` is 0 on the last day itself.
///
/// # Errors
/// [`OutOfRange`] when a day lies before 2008.
pub fn working_days_between(from: Date, to: Date, calendar: &Calendar) -> Result<WorkingSpan, OutOfRange> {
    if to < from {
        return Ok(match working_days_between(to, from, calendar)? {
            WorkingSpan::Firm { days } => WorkingSpan::Firm { days: -days },
            WorkingSpan::Provisional { least, most, first_unknown_year } => {
                WorkingSpan::Provisional { least: -most, most: -least, first_unknown_year }
            }
        });
    }
    if from == to {
        return Ok(WorkingSpan::Firm { days: 0 });
    }
    let mut start = from.tomorrow().map_err(|_| OutOfRange)?;
    if start.year() < crate::calendar::FIRST_YEAR {
        return Err(OutOfRange);
    }
    let (mut least, mut most, mut unknown) = (0_i64, 0_i64, None);
    while start <= to {
        let end = to.min(date(start.year(), 12, 31));
        let (high, low) = calendar.count_bounds(start, end);
        if !calendar.knows(start.year()) {
            unknown = unknown.or(Some(start.year()));
        }
        most += i64::from(high);
        least += i64::from(low);
        match end.tomorrow() {
            Ok(next) => start = next,
            Err(_) => break,
        }
    }
    Ok(match unknown {
        None => WorkingSpan::Firm { days: most },
        Some(first_unknown_year) => WorkingSpan::Provisional { least, most, first_unknown_year },
    })
}
