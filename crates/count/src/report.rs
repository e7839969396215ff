//! What comes out: totals, days, crossings, warnings, forecast.

use std::collections::BTreeMap;

use guosuo_rules::path::{Fact, Ground, Law};
use guosuo_rules::series::{Series, day_of, lines_of, series};
use jiff::civil::{Date, date};
use serde::Serialize;

use crate::leaving::KeyedFile;
use crate::row::{BadRow, DateForm};
use crate::store::Days;
use crate::work::Tally;
use crate::{Notes, SAMPLES};

/// A bad row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Sample {
    /// The input.
    pub name: String,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: BadRow,
}

/// One year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct YearReport {
    /// The calendar year in China.
    pub year: i16,
    /// Version of the law whose lines are shown; none where no parameters are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<String>,
    /// Non-sensitive information.
    pub non_sensitive: Series,
    /// Sensitive information.
    pub sensitive: Series,
}

/// A kept set that went into a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The file.
    pub name: String,
    /// Year, people of non-sensitive and of sensitive information in this set alone.
    pub people: Vec<(i16, u64, u64)>,
}

/// The result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows read, the header left out.
    pub rows: u64,
    /// Rows that count.
    pub counted: u64,
    /// Rows left out, by ground.
    pub excluded: BTreeMap<Ground, u64>,
    /// Bad rows, by reason.
    pub bad: BTreeMap<BadRow, u64>,
    /// Some bad rows.
    pub samples: Vec<Sample>,
    /// Forms of dates read, with their numbers.
    pub date_forms: BTreeMap<DateForm, u64>,
    /// First and last day that counts.
    pub span: Option<(Date, Date)>,
    /// Inputs in another encoding than UTF-8.
    pub encodings: Vec<String>,
    /// Inputs that grew while they were read: what was added later is left out.
    pub grown: Vec<String>,
    /// Inputs that the kept set held already, unchanged: not read again.
    pub skipped: Vec<String>,
    /// Kept sets among the inputs, each alone: the years below count people of several once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// The file for the yearly ledger, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyed: Option<KeyedFile>,
    /// Bytes that went to disk.
    pub spilled: u64,
    /// The years.
    pub years: Vec<YearReport>,
}

impl Report {
    /// All bad rows.
    pub fn bad_rows(&self) -> u64 {
        self.bad.values().sum()
    }
}

pub(crate) fn build(days: Days, tally: Tally, notes: Notes, spilled: u64, as_of: Option<Date>) -> Report {
    let day = |(year, place): (i16, u16)| day_of(year, usize::from(place));
    let span = tally.days.map(|(first, last)| (day(first), day(last)));
    let known = match (span, as_of) {
        (Some((_, last)), Some(as_of)) => Some(last.max(as_of)),
        (Some((_, last)), None) => Some(last),
        (None, _) => None,
    };
    let mut years: Vec<i16> = days.keys().map(|(year, _)| *year).collect();
    years.dedup();
    let years = years.into_iter().map(|year| {
        let law = Law::on(date(year, 12, 31)).ok();
        let of = |sensitive: bool, fact| {
            let empty = Vec::new();
            let new = days.get(&(year, sensitive)).unwrap_or(&empty);
            let lines = law.map(|law| lines_of(law, fact)).unwrap_or_default();
            series(year, new, &lines, known.filter(|known| known.year() == year))
        };
        YearReport {
            year,
            law: law.map(|law| law.id.clone()),
            non_sensitive: of(false, Fact::NonSensitive),
            sensitive: of(true, Fact::Sensitive),
        }
    });
    let years = years.collect();
    let mut samples = tally.samples;
    samples.sort();
    samples.truncate(SAMPLES);
    let forms = [DateForm::Plain, DateForm::Compact, DateForm::WithTime, DateForm::WithOffset, DateForm::Epoch];
    Report {
        rows: tally.rows,
        counted: tally.counted,
        excluded: tally.excluded,
        bad: tally.bad,
        samples,
        date_forms: forms.into_iter().zip(tally.forms).filter(|(_, count)| *count > 0).collect(),
        span,
        encodings: notes.encodings,
        grown: notes.grown,
        skipped: notes.skipped,
        members: notes.members,
        keyed: None,
        spilled,
        years,
    }
}
