//! Days and moments as certificates spell them: one value, one spelling.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Seconds in a day.
const DAY: u64 = 86_400;
/// China Standard Time is eight hours ahead of UTC all year.
const CHINA: u64 = 8 * 3600;
/// Days from 1970-01-01 to 2000-01-01.
const EPOCH: i64 = 10_957;
/// The years that have a spelling here: the days fit into the two bytes of the QR code.
const YEARS: std::ops::RangeInclusive<i64> = 2000..=2178;

/// The text is not a day or moment in the one spelling it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date such as 2026-01-05 or a moment such as 2026-01-05T01:02:03Z of the years 2000 to 2178")]
pub struct NotATime;

/// A calendar day, `2026-01-05`, of the years 2000 to 2178.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(u16);

impl Day {
    /// The day of a year, month (1–12) and day of the month (1–31).
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let made = Self::from_number(u16::try_from(days(year, month, day) - EPOCH).ok()?)?;
        (YEARS.contains(&year) && made.parts() == (year, month, day)).then_some(made)
    }

    /// Days after 2000-01-01.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The day that many days after 2000-01-01; `None` beyond the year 2178.
    pub fn from_number(number: u16) -> Option<Self> {
        let made = Self(number);
        YEARS.contains(&made.parts().0).then_some(made)
    }

    /// Year, month, day by the Gregorian calendar; months counted from March, so that the
    /// leap day is the last of its year.
    fn parts(self) -> (i64, i64, i64) {
        // Days after 0000-03-01.
        let z = i64::from(self.0) + EPOCH + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let from_march = (5 * doy + 2) / 153;
        let day = doy - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        (yoe + era * 400 + i64::from(month <= 2), month, day)
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// A number of `len` ASCII digits.
fn digits(text: &str, len: usize) -> Option<i64> {
    (text.len() == len && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let mut parts = text.splitn(3, '-');
        let mut next = |len| parts.next().and_then(|p| digits(p, len)).ok_or(NotATime);
        Self::new(next(4)?, next(2)?, next(2)?).ok_or(NotATime)
    }
}

/// A second, `2026-01-05T01:02:03Z`, of the years 2000 to 2178.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(u64);

impl Moment {
    /// The first moment of the year 2000.
    pub const EARLIEST: Self = Self(EPOCH.unsigned_abs() * DAY);

    /// From seconds since 1970-01-01T00:00:00Z.
    pub fn from_seconds(seconds: u64) -> Option<Self> {
        let number = i64::try_from(seconds / DAY).ok()? - EPOCH;
        Day::from_number(u16::try_from(number).ok()?).map(|_| Self(seconds))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// That many seconds later, if the year still has a spelling.
    pub fn plus(self, seconds: u64) -> Option<Self> {
        Self::from_seconds(self.0.checked_add(seconds)?)
    }

    /// The day in China. At the very end of the last year, that year's last day.
    pub fn china_day(self) -> Day {
        day_of(self.0 + CHINA)
    }
}

fn day_of(seconds: u64) -> Day {
    let number = i64::try_from(seconds / DAY).unwrap_or(i64::MAX).saturating_sub(EPOCH);
    let last = Day::new(*YEARS.end(), 12, 31).map_or(0, Day::number);
    Day(u16::try_from(number).unwrap_or(last).min(last))
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0 % DAY;
        write!(f, "{}T{:02}:{:02}:{:02}Z", day_of(self.0), second / 3600, second / 60 % 60, second % 60)
    }
}

impl FromStr for Moment {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (day, time) = text.strip_suffix('Z').and_then(|t| t.split_once('T')).ok_or(NotATime)?;
        let day: Day = day.parse()?;
        let mut parts = time.splitn(3, ':');
        let mut next = |end: i64| parts.next().and_then(|p| digits(p, 2)).filter(|n| *n < end).ok_or(NotATime);
        let seconds = (next(24)? * 60 + next(60)?) * 60 + next(60)?;
        let whole = (i64::from(day.0) + EPOCH) * i64::try_from(DAY).unwrap_or(0) + seconds;
        u64::try_from(whole).map(Self).map_err(|_| NotATime)
    }
}

macro_rules! as_text {
    ($($kind:ty),+) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(D::Error::custom)
            }
        }
    )+};
}

as_text!(Day, Moment);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_one_spelling_and_one_number() {
        assert_eq!(Day::new(2000, 1, 1).map(Day::number), Some(0));
        assert_eq!("2026-03-12".parse(), Ok(Day::new(2026, 3, 12).unwrap()));
        let mut last = None;
        for n in 0..=u16::MAX {
            let Some(day) = Day::from_number(n) else { break };
            assert_eq!(day.to_string().parse(), Ok(day), "{n}");
            last = Some(day.to_string());
        }
        assert_eq!(last.as_deref(), Some("2178-12-31"));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-05",
            "1999-12-31",
            "2179-01-01",
            "2026-00-10",
            "2026-01-00",
            "2026-01-05 ",
            "+026-01-05",
        ] {
            assert_eq!(bad.parse::<Day>(), Err(NotATime), "{bad}");
        }
        assert!("2028-02-29".parse::<Day>().is_ok());
        assert_eq!("2100-02-29".parse::<Day>(), Err(NotATime));
    }

    #[test]
    fn the_day_in_china_begins_eight_hours_earlier() {
        let before: Moment = "2026-03-11T15:59:59Z".parse().unwrap();
        assert_eq!(before.china_day().to_string(), "2026-03-11");
        assert_eq!(before.plus(1).unwrap().china_day().to_string(), "2026-03-12");
        assert_eq!(before.plus(1).unwrap().to_string(), "2026-03-11T16:00:00Z");
        assert_eq!(Moment::from_seconds(before.seconds()), Some(before));
        for bad in
            ["2026-03-11T24:00:00Z", "2026-03-11T00:60:00Z", "2026-03-11T00:00:00+00:00", "2026-03-11T0:00:00Z", "2026-03-11"]
        {
            assert_eq!(bad.parse::<Moment>(), Err(NotATime), "{bad}");
        }
    }
}
