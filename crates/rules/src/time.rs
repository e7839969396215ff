//! China Standard Time: UTC+8 all the year, the time of every date in this program.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

/// UTC+8.
pub const CST: Offset = Offset::constant(8);

/// The day in China at an instant.
pub fn cst_date(instant: Timestamp) -> Date {
    cst_datetime(instant).date()
}

/// Day and time of day in China at an instant.
pub fn cst_datetime(instant: Timestamp) -> DateTime {
    CST.to_datetime(instant)
}

/// China Standard Time as a time zone.
pub fn cst() -> TimeZone {
    TimeZone::fixed(CST)
}

/// The instant at which a day begins in China. Days at the far edges of time have their nearest instant.
pub fn start_of_day(day: Date) -> Timestamp {
    CST.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(if day.year() > 0 { Timestamp::MAX } else { Timestamp::MIN })
}

/// The instant at which a day has ended in China (24:00, CC 203): the first instant that is too late.
pub fn end_of_day(day: Date) -> Timestamp {
    start_of_day(day).checked_add(24.hours()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_message_at_16_utc_belongs_to_the_next_day_in_china() {
        let instant: Timestamp = "2025-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(cst_date(instant), date(2026, 1, 1));
        assert_eq!(cst_date(instant - 1.nanosecond()), date(2025, 12, 31));
        assert_eq!(end_of_day(date(2025, 12, 31)), instant);
        assert_eq!(start_of_day(date(2026, 1, 1)), instant);
    }

    #[test]
    fn the_edges_of_time_do_not_panic() {
        assert_eq!(end_of_day(Date::MAX), Timestamp::MAX);
        assert!(start_of_day(Date::MIN) <= start_of_day(date(1, 1, 1)));
    }
}
