//! The dates of validity and renewal (M 8(2)), with what the law leaves open as settings.

use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::{DeadlineId, deadline};
use guosuo_rules::period::{Direction, Due, Months, Roll, due_rolled};
use jiff::civil::Date;
use serde::Serialize;

use crate::certification::{Config, LastDay, RenewalReading};
use crate::limit::due_of;

/// The last day of a validity of three years that begins on `issued_on`. Printed and stored once;
/// nothing derives it again.
pub fn valid_until(issued_on: Date, last_day: LastDay, calendar: &Calendar) -> Option<Date> {
    let anniversary = due_of(DeadlineId::CertValid, issued_on, calendar)?.firm()?;
    match last_day {
        LastDay::Anniversary => Some(anniversary),
        LastDay::BeforeAnniversary => anniversary.yesterday().ok(),
    }
}

/// The dates of a renewal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenewalDates {
    /// The day six months before the end: the latest day (M 8(2)), or that on which the window
    /// opens (R37 5.1.1), as the deployment reads it.
    pub day: Due,
    /// How it is read.
    pub reading: RenewalReading,
    /// Months before the end, and the day of the reminder.
    pub reminders: Vec<(u32, Date)>,
}

impl RenewalDates {
    /// Whether an application received on `day` is late: accepted and marked, never refused.
    pub fn is_late(&self, day: Date) -> bool {
        self.reading == RenewalReading::LatestDay && day > self.day.latest()
    }
}

/// The dates of the renewal of a certificate that ends on `valid_until`.
pub fn renewal_dates(valid_until: Date, config: &Config, calendar: &Calendar) -> Option<RenewalDates> {
    let before = |months: u32, roll: Roll| due_rolled(valid_until, Months(months).into(), Direction::Before, roll, calendar).ok();
    let reminders =
        config.reminder_months.iter().map(|m| Some((*m, before(*m, Roll::Stay)?.earliest()))).collect::<Option<Vec<_>>>()?;
    let (id, reading) = match config.renewal_reading {
        RenewalReading::LatestDay => (DeadlineId::CertRenew, RenewalReading::LatestDay),
        RenewalReading::Window => (DeadlineId::CertRenewOld, RenewalReading::Window),
    };
    Some(RenewalDates { day: before(config.renewal_months, deadline(id).roll)?, reading, reminders })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn three_years_end_on_the_day_before_the_anniversary_unless_set_otherwise() {
        let c = Calendar::builtin();
        assert_eq!(valid_until(date(2026, 3, 2), LastDay::BeforeAnniversary, c), Some(date(2029, 3, 1)));
        assert_eq!(valid_until(date(2026, 3, 2), LastDay::Anniversary, c), Some(date(2029, 3, 2)));
        // CC 202: no 29 February in 2031, so the last day of the month.
        assert_eq!(valid_until(date(2028, 2, 29), LastDay::Anniversary, c), Some(date(2031, 2, 28)));
        assert_eq!(valid_until(date(2028, 2, 29), LastDay::BeforeAnniversary, c), Some(date(2031, 2, 27)));
    }

    #[test]
    fn a_renewal_on_the_very_day_six_months_before_the_end_is_in_time() {
        let c = Calendar::builtin();
        let d = renewal_dates(date(2027, 1, 14), &Config::default(), c).unwrap();
        assert_eq!(d.day, Due::Firm { date: date(2026, 7, 14) });
        assert!(!d.is_late(date(2026, 7, 14)));
        assert!(d.is_late(date(2026, 7, 15)), "late is marked");
        let days: Vec<_> = d.reminders.iter().map(|r| r.1).collect();
        assert_eq!(days, [date(2026, 4, 14), date(2026, 6, 14), date(2026, 7, 14)]);
    }

    #[test]
    fn the_latest_day_moves_to_the_working_day_before_and_waits_for_the_notice() {
        let c = Calendar::builtin();
        // 2026-08-01 is a Saturday.
        let d = renewal_dates(date(2027, 2, 1), &Config::default(), c).unwrap();
        assert_eq!(d.day, Due::Firm { date: date(2026, 7, 31) });
        let d = renewal_dates(date(2029, 1, 14), &Config::default(), c).unwrap();
        let Due::Provisional { latest, .. } = d.day else { panic!("{:?}", d.day) };
        assert!(!d.is_late(latest), "a provisional day is late only when it certainly is");
        assert!(d.is_late(latest.tomorrow().unwrap()));
    }

    #[test]
    fn the_older_wording_opens_a_window_and_knows_no_lateness() {
        let config = Config { renewal_reading: RenewalReading::Window, ..Config::default() };
        let d = renewal_dates(date(2027, 2, 1), &config, Calendar::builtin()).unwrap();
        assert_eq!(d.day, Due::Firm { date: date(2026, 8, 1) });
        assert!(!d.is_late(date(2027, 1, 31)));
    }
}
