//! Limits of time as cases use them: those of the law, by their name in the table, and those
//! that a house sets for itself. The two are different types and are shown differently.

use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::{DeadlineId, deadline};
use guosuo_rules::period::{Direction, Due, Period, Roll, due_rolled};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The last day of a deadline of the table; `None` where the law gives no number, or for a day
/// that no calendar reaches.
pub fn due_of(id: DeadlineId, trigger: Date, calendar: &Calendar) -> Option<Due> {
    deadline(id).due(trigger, calendar)?.ok()
}

/// A limit that a house set for itself where the law gives no number (R37 4.6). Never to be
/// shown as a limit of the law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseLimit {
    /// How long.
    pub period: Period,
}

impl HouseLimit {
    /// The last day, counted from the day of the event.
    pub fn due(self, trigger: Date, calendar: &Calendar) -> Option<Due> {
        due_rolled(trigger, self.period, Direction::After, Roll::Stay, calendar).ok()
    }
}
