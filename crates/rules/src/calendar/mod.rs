//! Working days of China, built from the State Council's holiday notices.
//!
//! A working day is Monday to Friday, minus the days off that the yearly notice arranges, plus the weekend days on
//! which it orders work (调休上班). **A year without a notice is unknown**: this module never guesses it, it only
//! says between which bounds the truth must lie (see `bounds`).

mod bounds;
mod notice;
mod table;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

pub(crate) use bounds::UnknownYear;
pub use notice::{HolidayBlock, Notice, NoticeError, NoticeOddity};
pub(crate) use table::Run;

/// The first year for which this crate computes working days: the present system of holidays with 清明, 端午 and
/// 中秋 began then. Periods that reach further back are refused, not guessed.
pub const FIRST_YEAR: i16 = 2008;

const BUILTIN: [&str; 3] = [
    include_str!("../../../../data/holidays/2024.toml"),
    include_str!("../../../../data/holidays/2025.toml"),
    include_str!("../../../../data/holidays/2026.toml"),
];

/// What a day is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayKind {
    /// An ordinary Monday to Friday.
    Weekday,
    /// A day that would be off but on which the notice orders work (调休上班日).
    MakeUp {
        /// The holiday that it makes up for, as the notice names it.
        name: String,
    },
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A day off by the notice.
    Holiday {
        /// The holiday, as the notice names it.
        name: String,
    },
    /// The notice of that year is not known.
    Unknown,
}

impl DayKind {
    /// `Some(true)` when people work on that day, `None` when it cannot be known.
    pub const fn is_working(&self) -> Option<bool> {
        match self {
            Self::Weekday | Self::MakeUp { .. } => Some(true),
            Self::Weekend | Self::Holiday { .. } => Some(false),
            Self::Unknown => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    works: bool,
    name: String,
}

/// The working days of the years whose notices are known.
///
/// # Example
/// ```
/// use guosuo_rules::calendar::Calendar;
/// use jiff::civil::date;
/// let calendar = Calendar::builtin();
/// assert_eq!(calendar.is_working(date(2026, 2, 14)), Some(true)); // a Saturday on which work is ordered
/// assert_eq!(calendar.is_working(date(2026, 2, 16)), Some(false)); // 春节
/// assert_eq!(calendar.is_working(date(2027, 2, 16)), None); // no notice yet
/// ```
#[derive(Clone, Debug)]
pub struct Calendar {
    notices: Vec<Notice>,
    rules: BTreeMap<Date, Rule>,
    runs: Vec<Run>,
    version: String,
}

impl Calendar {
    /// A calendar that knows no year at all.
    pub fn empty() -> Self {
        Self::assemble(Vec::new())
    }

    /// The calendar of the notices that are part of this program (2024 to 2026).
    pub fn builtin() -> &'static Self {
        static BUILT: LazyLock<Calendar> = LazyLock::new(|| {
            let mut calendar = Calendar::empty();
            for text in BUILTIN {
                let notice = Notice::parse_toml(text).expect("a notice shipped with the program parses");
                calendar = calendar.with_notice(notice).expect("a notice shipped with the program is valid");
            }
            calendar
        });
        &BUILT
    }

    /// This calendar with one more notice.
    ///
    /// # Errors
    /// [`NoticeError`] when the notice contradicts itself, repeats a document number, or states a year that is
    /// known already without saying that it amends the notice of that year.
    pub fn with_notice(&self, notice: Notice) -> Result<Self, NoticeError> {
        notice.validate()?;
        if self.notices.iter().any(|known| known.document == notice.document) {
            return Err(NoticeError::Repeated { document: notice.document });
        }
        match (&notice.amends, self.notices.iter().find(|known| known.year == notice.year)) {
            (None, Some(known)) => {
                return Err(NoticeError::YearKnown { year: notice.year, document: known.document.clone() });
            }
            (Some(amended), _) if !self.notices.iter().any(|known| known.document == *amended) => {
                return Err(NoticeError::UnknownAmended { document: amended.clone() });
            }
            _ => {}
        }
        let mut notices = self.notices.clone();
        notices.push(notice);
        // A stable order makes the version independent of the order of import; amendments follow what they amend.
        notices.sort_by(|a, b| {
            (a.year, a.amends.is_some(), a.issued, &a.document).cmp(&(b.year, b.amends.is_some(), b.issued, &b.document))
        });
        Ok(Self::assemble(notices))
    }

    fn assemble(notices: Vec<Notice>) -> Self {
        let mut rules = BTreeMap::new();
        for notice in &notices {
            for block in &notice.holidays {
                for &day in &block.off {
                    rules.insert(day, Rule { works: false, name: block.name.clone() });
                }
                for &day in &block.work {
                    rules.insert(day, Rule { works: true, name: block.name.clone() });
                }
            }
        }
        let mut years: Vec<i16> = notices.iter().map(|notice| notice.year).collect();
        years.dedup();
        let runs = table::runs(&years, |day| rules.get(&day).map_or_else(|| !is_weekend(day), |rule: &Rule| rule.works));
        let version = version_of(&notices);
        Self { notices, rules, runs, version }
    }

    /// A stable name of exactly this data: the document numbers of the notices and a short mark of their content.
    /// Two calendars with the same version answer every question alike.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The notices, oldest year first.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Whether the notice of `year` is known.
    pub fn knows(&self, year: i16) -> bool {
        self.runs.iter().any(|run| run.covers(year))
    }

    /// Whether people work on `day`; `None` when the notice of its year is not known.
    pub fn is_working(&self, day: Date) -> Option<bool> {
        self.runs.iter().find(|run| run.covers(day.year())).map(|run| run.is_working(day))
    }

    /// What `day` is, with the name of the holiday where there is one.
    pub fn day_kind(&self, day: Date) -> DayKind {
        if !self.knows(day.year()) {
            return DayKind::Unknown;
        }
        match self.rules.get(&day) {
            Some(Rule { works: true, name }) => DayKind::MakeUp { name: name.clone() },
            Some(Rule { works: false, name }) => DayKind::Holiday { name: name.clone() },
            None if is_weekend(day) => DayKind::Weekend,
            None => DayKind::Weekday,
        }
    }

    /// Number of working days of a known year.
    pub fn working_days_in(&self, year: i16) -> Option<u32> {
        let run = self.runs.iter().find(|run| run.covers(year))?;
        Some(run.count(jiff::civil::date(year, 1, 1), jiff::civil::date(year, 12, 31)))
    }

    #[inline]
    pub(crate) fn run_of(&self, year: i16) -> Option<&Run> {
        self.runs.iter().find(|run| run.covers(year))
    }

    /// The largest and the smallest number of working days that may lie in `from..=to`, both in one year.
    pub(crate) fn count_bounds(&self, from: Date, to: Date) -> (u32, u32) {
        debug_assert_eq!(from.year(), to.year(), "bounds are taken year by year");
        match self.run_of(from.year()) {
            Some(run) => {
                let exact = run.count(from, to);
                (exact, exact)
            }
            None => UnknownYear::new(from.year()).count(from, to),
        }
    }
}

/// Whether `day` is a Saturday or a Sunday.
pub fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn version_of(notices: &[Notice]) -> String {
    let documents: Vec<&str> = notices.iter().map(|notice| notice.document.as_str()).collect();
    // FNV-1a: a mark that tells two states of the data apart for people and logs, not a protection.
    let mut mark: u64 = 0xcbf2_9ce4_8422_2325;
    let mut eat = |text: &str| {
        for byte in text.bytes().chain([0]) {
            mark = (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for notice in notices {
        eat(&notice.document);
        eat(&notice.year.to_string());
        for block in &notice.holidays {
            eat(&block.name);
            block.off.iter().for_each(|day| eat(&format!("-{day}")));
            block.work.iter().for_each(|day| eat(&format!("+{day}")));
        }
    }
    format!("{}#{mark:016x}", documents.join(";"))
}
