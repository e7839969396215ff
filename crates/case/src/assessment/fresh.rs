//! How old an assessment is, and how long it is kept.

use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::DeadlineId;
use jiff::Span;
use jiff::civil::Date;

use super::command::Config;
use crate::limit::due_of;

/// Whether an assessment is fresh enough. Old is a warning: M 6 only says "before applying".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It is, up to and including this day.
    Until(Date),
    /// It has not been since this day.
    OldSince(Date),
}

/// Whether an assessment completed on a day counts as fresh today.
pub fn freshness(completed_on: Date, today: Date, config: &Config) -> Freshness {
    let last = completed_on.saturating_add(Span::new().months(config.fresh_months));
    if today <= last { Freshness::Until(last) } else { Freshness::OldSince(last.tomorrow().unwrap_or(last)) }
}

/// The last day on which a report made on a day must be kept: three years (PIPL 56).
pub fn keep_until(made_on: Date, calendar: &Calendar) -> Date {
    due_of(DeadlineId::PipiaKeep, made_on, calendar)
        .map_or_else(|| made_on.saturating_add(Span::new().years(3)), guosuo_rules::period::Due::latest)
}
