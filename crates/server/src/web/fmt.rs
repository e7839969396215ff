//! Dates, times, numbers and masked identifiers in words, the same on every page.
//!
//! Prose and documents: `2026年1月5日（星期一）`, `Monday 5 January 2026`; tables, inputs and exports: `2026-01-05`;
//! 24-hour time in China Standard Time, which English names as UTC+8. Names, codes and numbers of persons are masked
//! wherever the reader does not need them.

use std::fmt;

use askama::filters::HtmlSafe;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::Offset;

use super::lang::Lang;

/// A `<time datetime>` element; `{{ l.date(day) }}` prints it, `.words` is the text alone (for attributes, titles).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// Machine form: ISO date or RFC 3339 time with `+08:00`.
    pub datetime: String,
    /// What people read.
    pub words: String,
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<time datetime=\"{}\">{}</time>", self.datetime, self.words)
    }
}

// Both parts are made here from numbers and fixed words: nothing in them needs escaping.
impl HtmlSafe for Time {}

/// China Standard Time, the only zone of this program.
pub const CHINA: Offset = Offset::constant(8);

/// The civil time in China of a moment.
#[must_use]
pub fn china(at: Timestamp) -> DateTime {
    CHINA.to_datetime(at)
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

fn month(date: Date) -> &'static str {
    // jiff's months are 1 to 12.
    MONTHS[usize::try_from(date.month() - 1).unwrap_or(0)]
}

fn hours(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn moment_of(at: Timestamp, words: String) -> Time {
    let time = china(at);
    Time { datetime: format!("{}T{}:{:02}+08:00", time.date(), hours(time), time.second()), words }
}

impl Lang {
    /// `星期一`, `Monday`.
    #[must_use]
    pub fn weekday(&self, date: Date) -> &'static str {
        let (zh, en) = match date.weekday() {
            Weekday::Monday => ("星期一", "Monday"),
            Weekday::Tuesday => ("星期二", "Tuesday"),
            Weekday::Wednesday => ("星期三", "Wednesday"),
            Weekday::Thursday => ("星期四", "Thursday"),
            Weekday::Friday => ("星期五", "Friday"),
            Weekday::Saturday => ("星期六", "Saturday"),
            Weekday::Sunday => ("星期日", "Sunday"),
        };
        self.t(zh, en)
    }

    fn date_words(self, date: Date) -> String {
        match self {
            Self::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Self::En => format!("{} {} {}", date.day(), month(date), date.year()),
        }
    }

    /// `2026年1月5日`, `5 January 2026`.
    #[must_use]
    pub fn date(&self, date: impl Into<Date>) -> Time {
        let date = date.into();
        Time { datetime: date.to_string(), words: self.date_words(date) }
    }

    /// `2026年1月5日（星期一）`, `Monday 5 January 2026`.
    #[must_use]
    pub fn date_weekday(&self, date: Date) -> Time {
        let words = match self {
            Self::Zh => format!("{}（{}）", self.date_words(date), self.weekday(date)),
            Self::En => format!("{} {}", self.weekday(date), self.date_words(date)),
        };
        Time { datetime: date.to_string(), words }
    }

    /// `1月5日`, `5 January`: where the year is plain from the row or heading.
    #[must_use]
    pub fn day_month(&self, date: Date) -> Time {
        let words = match self {
            Self::Zh => format!("{}月{}日", date.month(), date.day()),
            Self::En => format!("{} {}", date.day(), month(date)),
        };
        Time { datetime: date.to_string(), words }
    }

    /// `2026-01-05`: tables.
    #[must_use]
    pub fn day(&self, date: Date) -> Time {
        Time { datetime: date.to_string(), words: date.to_string() }
    }

    /// `2026年1月`, `January 2026`.
    #[must_use]
    pub fn year_month(&self, date: Date) -> Time {
        let words = match self {
            Self::Zh => format!("{}年{}月", date.year(), date.month()),
            Self::En => format!("{} {}", month(date), date.year()),
        };
        Time { datetime: format!("{:04}-{:02}", date.year(), date.month()), words }
    }

    /// `2026年1月5日 09:30`, `5 January 2026, 09:30 (UTC+8)`.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> Time {
        let time = china(at);
        let (date, hours) = (self.date_words(time.date()), hours(time));
        moment_of(at, self.pick(format!("{date} {hours}"), format!("{date}, {hours} (UTC+8)")))
    }

    /// `2026年1月5日（星期一）09:30`, `Monday 5 January 2026, 09:30 (UTC+8)`.
    #[must_use]
    pub fn moment_weekday(&self, at: Timestamp) -> Time {
        let time = china(at);
        let (date, hours) = (self.date_weekday(time.date()).words, hours(time));
        moment_of(at, self.pick(format!("{date}{hours}"), format!("{date}, {hours} (UTC+8)")))
    }

    /// `2026-01-05 09:30`: tables.
    #[must_use]
    pub fn stamp(&self, at: Timestamp) -> Time {
        let time = china(at);
        moment_of(at, format!("{} {}", time.date(), hours(time)))
    }

    /// `09:30`.
    #[must_use]
    pub fn hours(&self, at: Timestamp) -> Time {
        moment_of(at, hours(china(at)))
    }

    /// `2026年2月3日至2029年2月2日`, `3 February 2026 to 2 February 2029`; text, without elements.
    #[must_use]
    pub fn span(&self, from: Date, to: Date) -> String {
        format!("{}{}{}", self.date_words(from), self.t("至", " to "), self.date_words(to))
    }

    /// `7个工作日`, `7 working days`.
    #[must_use]
    pub fn working_days(&self, days: i64) -> String {
        match self {
            Self::Zh => format!("{days}个工作日"),
            Self::En => plural(days, "working day"),
        }
    }

    /// `3项`, `3 items`: a number with its Chinese measure word and its English noun.
    #[must_use]
    pub fn count_of(&self, number: i64, measure: &str, noun: &str) -> String {
        match self {
            Self::Zh => format!("{}{measure}", grouped(number)),
            Self::En => plural(number, noun),
        }
    }

    /// Numbers of people as the law writes them: `10万人`, `1,026,300人`; `100,000 people`, `1 million people`.
    #[must_use]
    pub fn people(&self, number: i64) -> String {
        match self {
            Self::Zh if number >= 10_000 && number % 10_000 == 0 => {
                format!("{}万人", number / 10_000)
            }
            Self::Zh => format!("{}人", grouped(number)),
            Self::En if number >= 1_000_000 && number % 1_000_000 == 0 => {
                format!("{} million people", number / 1_000_000)
            }
            Self::En if number == 1 => "1 person".to_owned(),
            Self::En => format!("{} people", grouped(number)),
        }
    }

    /// `123,456` in both languages.
    #[must_use]
    pub fn number(&self, number: impl TryInto<i64>) -> String {
        grouped(number.try_into().unwrap_or(i64::MAX))
    }

    /// Size of a file as file managers show it: `2.1 MB` (1 MB = 1,048,576 bytes), `655 B`.
    #[must_use]
    pub fn size(&self, bytes: impl TryInto<u64>) -> String {
        let bytes: u64 = bytes.try_into().unwrap_or(u64::MAX);
        const KIB: u64 = 1024;
        const MIB: u64 = KIB * 1024;
        const GIB: u64 = MIB * 1024;
        let (unit, name) = match bytes {
            0..KIB => return format!("{bytes} B"),
            KIB..MIB => (KIB, "KB"),
            MIB..GIB => (MIB, "MB"),
            GIB.. => (GIB, "GB"),
        };
        // Tenths, rounded to nearest, in integers.
        let tenths = u128::from(bytes) * 10 / u128::from(unit)
            + u128::from((u128::from(bytes) * 10 % u128::from(unit)) * 2 >= u128::from(unit));
        if tenths % 10 == 0 || tenths >= 1000 {
            format!("{} {name}", tenths / 10)
        } else {
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
    }
}

fn plural(number: i64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", grouped(number)),
    }
}

/// `1,026,300`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + 6);
    if number < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn masked(text: &str, front: usize, back: usize, stars: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= front + back {
        return stars.to_owned();
    }
    let head: String = chars[..front].iter().collect();
    let tail: String = chars[chars.len() - back..].iter().collect();
    format!("{head}{stars}{tail}")
}

/// Credit code: `91110108MA0X****7K`.
#[must_use]
pub fn mask_code(code: &str) -> String {
    masked(code, 12, 2, "****")
}

/// Name of a person: `张*`; the star does not tell how long the rest is.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let mut chars = name.trim().chars();
    chars.next().map_or_else(String::new, |first| format!("{first}*"))
}

/// Identity document: the last four characters, `****123X`.
#[must_use]
pub fn mask_id(number: &str) -> String {
    masked(number, 0, 4, "****")
}

/// Telephone: `138****5678`, `010****0000`.
#[must_use]
pub fn mask_phone(number: &str) -> String {
    masked(number, 3, 4, "****")
}

/// Mail address: `l****@example.cn`.
#[must_use]
pub fn mask_mail(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((name, host)) => format!("{}@{host}", masked(name, 1, 0, "****")),
        None => "****".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const ZH: Lang = Lang::Zh;
    const EN: Lang = Lang::En;

    #[test]
    fn dates_follow_the_house_style() {
        let day = date(2026, 1, 5);
        assert_eq!(ZH.date_weekday(day).words, "2026年1月5日（星期一）");
        assert_eq!(EN.date_weekday(day).words, "Monday 5 January 2026");
        assert_eq!(ZH.date(day).to_string(), "<time datetime=\"2026-01-05\">2026年1月5日</time>");
        assert_eq!(EN.date(day).words, "5 January 2026");
        assert_eq!(EN.day(day).words, "2026-01-05");
        assert_eq!(ZH.day_month(date(2026, 12, 31)).words, "12月31日");
        assert_eq!(EN.year_month(date(2026, 3, 1)).to_string(), "<time datetime=\"2026-03\">March 2026</time>");
        assert_eq!(ZH.span(date(2026, 2, 3), date(2029, 2, 2)), "2026年2月3日至2029年2月2日");
    }

    #[test]
    fn moments_are_told_in_china_time() {
        // 16:30 UTC on New Year's Eve is already the new year in China.
        let at: Timestamp = "2025-12-31T16:30:05Z".parse().unwrap();
        assert_eq!(ZH.moment(at).words, "2026年1月1日 00:30");
        assert_eq!(EN.moment(at).words, "1 January 2026, 00:30 (UTC+8)");
        assert_eq!(ZH.moment_weekday(at).words, "2026年1月1日（星期四）00:30");
        assert_eq!(ZH.stamp(at).to_string(), "<time datetime=\"2026-01-01T00:30:05+08:00\">2026-01-01 00:30</time>");
        assert_eq!(ZH.hours(at).words, "00:30");
    }

    #[test]
    fn numbers_read_as_the_law_writes_them() {
        assert_eq!(ZH.people(100_000), "10万人");
        assert_eq!(EN.people(100_000), "100,000 people");
        assert_eq!(ZH.people(1_026_300), "1,026,300人");
        assert_eq!(EN.people(1_000_000), "1 million people");
        assert_eq!(EN.people(1), "1 person");
        assert_eq!(ZH.working_days(7), "7个工作日");
        assert_eq!(EN.working_days(1), "1 working day");
        assert_eq!(EN.working_days(0), "0 working days");
        assert_eq!(EN.count_of(2, "项", "item"), "2 items");
        assert_eq!(ZH.number(123_456_u32), "123,456");
        assert_eq!(grouped(-1_000), "-1,000");
    }

    #[test]
    fn sizes_read_as_file_managers_show_them() {
        for (bytes, words) in [
            (0_u64, "0 B"),
            (655, "655 B"),
            (1024, "1 KB"),
            (1_048_576, "1 MB"),
            (2_202_010, "2.1 MB"),
            (104_857_600, "100 MB"),
            (u64::MAX, "17179869184 GB"),
        ] {
            assert_eq!(ZH.size(bytes), words);
        }
    }

    #[test]
    fn masks_show_just_enough() {
        assert_eq!(mask_code("91110108MA0X12347K"), "91110108MA0X****7K");
        assert_eq!(mask_code("short"), "****");
        assert_eq!(mask_name("张三"), "张*");
        assert_eq!(mask_name("𠮷田太郎"), "𠮷*");
        assert_eq!(mask_name(""), "");
        assert_eq!(mask_id("11010519491231002X"), "****002X");
        assert_eq!(mask_phone("13812345678"), "138****5678");
        assert_eq!(mask_mail("li.hua@example.cn"), "l****@example.cn");
        assert_eq!(mask_mail("not an address"), "****");
    }
}
