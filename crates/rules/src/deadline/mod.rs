//! The deadlines of the regime as data: who owes what, when, and where the law says so.

mod table;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::article::Article;
use crate::calendar::Calendar;
use crate::period::{Direction, Due, Explanation, Hours, OutOfRange, Period, Roll, due_rolled, explain};

pub use table::{DeadlineId, deadline};

impl Serialize for DeadlineId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for DeadlineId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom(format!("no deadline is called {code}")))
    }
}

impl std::fmt::Display for DeadlineId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// How long the law gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// A period between days.
    Period(Period),
    /// Hours between instants.
    Hours(Hours),
    /// 及时: without a number.
    Promptly,
    /// The certification body fixes it in its detailed rules (R37 4.6).
    SetByBody,
    /// Before the event, without a number.
    BeforeEvent,
    /// On the same day of every year.
    EachYear {
        /// Month.
        month: i8,
        /// Day of the month.
        day: i8,
    },
    /// The law names the duty and no time.
    Unstated,
}

/// What the computed day means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// The last day on which the act is in time.
    ActBy,
    /// The first day on which the act is possible.
    WindowOpens,
    /// The first day of a window that looks back.
    LooksBack,
    /// Nothing may be deleted up to this day.
    KeepUntil,
    /// The last day of an effect.
    ValidUntil,
}

/// Who owes the act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The certification body.
    Body,
    /// The Cyberspace Administration of China.
    Cac,
    /// The Cyberspace Administration together with the National Data Administration.
    CacWithNda,
    /// A provincial cyberspace administration.
    ProvincialCac,
    /// The State Administration for Market Regulation.
    Samr,
    /// Whichever authority acts.
    Authority,
    /// The personal information processor.
    Processor,
    /// The applicant for certification.
    Applicant,
    /// A party to a proceeding.
    Party,
    /// A network operator.
    Operator,
    /// A provider of electronic certification services.
    CaProvider,
    /// The software itself.
    System,
    /// Nobody: time itself has the effect.
    Nobody,
}

/// How sure the rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The text was read, or two independent sources agree.
    Verified,
    /// One secondary source or an interpretation.
    Unsure,
}

/// One deadline. `trigger`, `act` and `note` are notes for readers of the code, not words for a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Its name.
    pub id: DeadlineId,
    /// What starts (or, backward, ends) the period.
    pub trigger: &'static str,
    /// What is to be done.
    pub act: &'static str,
    /// Forward or backward.
    pub direction: Direction,
    /// How long.
    pub length: Length,
    /// By how much the law allows it to be extended.
    pub extension: Option<Period>,
    /// What happens when the last day is a rest day.
    pub roll: Roll,
    /// What the day means.
    pub sense: Sense,
    /// Who owes it.
    pub owner: Owner,
    /// Where it is written.
    pub articles: &'static [Article],
    /// How sure it is.
    pub mark: Mark,
    /// A doubt or a condition, empty when there is none.
    pub note: &'static str,
}

impl Deadline {
    /// The period between days, where the law gives one.
    pub const fn period(&self) -> Option<Period> {
        match self.length {
            Length::Period(period) => Some(period),
            _ => None,
        }
    }

    /// The day of this deadline for an event on `trigger`; `None` when the law gives no period between days.
    ///
    /// # Errors
    /// [`OutOfRange`] when the period leaves the supported years.
    pub fn due(&self, trigger: Date, calendar: &Calendar) -> Option<Result<Due, OutOfRange>> {
        self.period().map(|period| due_rolled(trigger, period, self.direction, self.roll, calendar))
    }

    /// The explanation of [`Deadline::due`], with the articles of the deadline first.
    ///
    /// # Errors
    /// [`OutOfRange`] when the period leaves the supported years.
    pub fn explain(&self, trigger: Date, calendar: &Calendar) -> Option<Result<Explanation, OutOfRange>> {
        let period = self.period()?;
        Some(explain(trigger, period, self.direction, self.roll, calendar).map(|mut explanation| {
            explanation.articles.splice(0..0, self.articles.iter().cloned());
            explanation
        }))
    }

    /// The day in `year`, for a deadline that falls on the same day of every year.
    pub fn in_year(&self, year: i16) -> Option<Date> {
        match self.length {
            Length::EachYear { month, day } => Some(date(year, month, day)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::{Months, WorkingDays};

    #[test]
    fn names_read_back() {
        for &id in DeadlineId::ALL {
            assert_eq!(DeadlineId::from_code(id.code()), Some(id));
            assert_eq!(deadline(id).id, id);
            assert!(!deadline(id).articles.is_empty(), "{id} has no source");
        }
        assert_eq!(DeadlineId::ALL.len(), 64);
    }

    #[test]
    fn the_clocks_of_the_measures() {
        let calendar = Calendar::builtin();
        let firm = |id, day| deadline(id).due(day, calendar).unwrap().unwrap().firm().unwrap();
        // M 12(1): approved on 2026-09-18, the next day that counts is Sunday 09-20.
        assert_eq!(firm(DeadlineId::CbFile, date(2026, 9, 18)), date(2026, 10, 9));
        // M 12(3): file and publish, or refuse, within 30 working days.
        assert_eq!(firm(DeadlineId::CbFileDecide, date(2026, 1, 5)), date(2026, 2, 14));
        assert_eq!(firm(DeadlineId::CbFileRefuse, date(2026, 1, 5)), date(2026, 2, 14));
        // M 9(1): report within 5 working days.
        assert_eq!(firm(DeadlineId::CertReport, date(2026, 9, 24)), date(2026, 10, 9));
        // M 8(2): three years, and six months before their end.
        assert_eq!(firm(DeadlineId::CertValid, date(2028, 2, 29)), date(2031, 2, 28));
        assert_eq!(deadline(DeadlineId::CertRenew).period(), Some(Months(6).into()));
        assert_eq!(deadline(DeadlineId::CertRenew).roll, Roll::Earlier);
        assert_eq!(deadline(DeadlineId::StatusReport).period(), Some(WorkingDays(5).into()));
        // G: the three years before the filing.
        assert_eq!(firm(DeadlineId::CbPastWork, date(2026, 3, 2)), date(2023, 3, 2));
    }

    #[test]
    fn yearly_days_and_hours() {
        assert_eq!(deadline(DeadlineId::CountReset).in_year(2026), Some(date(2026, 1, 1)));
        assert_eq!(deadline(DeadlineId::IncCii).length, Length::Hours(Hours(1)));
        assert!(deadline(DeadlineId::IncCii).due(date(2026, 1, 1), Calendar::builtin()).is_none());
    }

    #[test]
    fn an_explanation_names_the_article_of_the_deadline_first() {
        let explanation = deadline(DeadlineId::CbFile).explain(date(2026, 9, 18), Calendar::builtin()).unwrap().unwrap();
        assert_eq!(explanation.articles[0].to_string(), "M 12(1)");
    }
}
