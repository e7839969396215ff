//! One holiday notice of the State Council, and what makes it acceptable.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::is_weekend;

/// One holiday with its days off and the weekend days worked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayBlock {
    /// Name as in the notice, for example 春节.
    pub name: String,
    /// Days off, weekends inside the block included.
    pub off: Vec<Date>,
    /// Days of ordered work (调休上班).
    #[serde(default)]
    pub work: Vec<Date>,
}

/// A notice of the General Office of the State Council on the holidays of one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The year that it arranges.
    pub year: i16,
    /// Document number (文号), for example 国办发明电〔2025〕7号.
    pub document: String,
    /// Title of the document.
    #[serde(default)]
    pub title: String,
    /// Date of issue.
    pub issued: Date,
    /// Official address of the text.
    pub address: String,
    /// Document number of the notice that this one changes; absent for the notice of a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<String>,
    /// The holidays.
    #[serde(rename = "holiday", default)]
    pub holidays: Vec<HolidayBlock>,
}

/// Why a notice is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoticeError {
    /// Not the expected data format.
    #[error("notice cannot be read: {message}")]
    Unreadable {
        /// What the parser says.
        message: String,
    },
    /// No document number.
    #[error("notice has no document number")]
    NoDocument,
    /// No official address.
    #[error("notice has no official http(s) address")]
    NoAddress,
    /// No days at all.
    #[error("notice arranges no day")]
    Empty,
    /// Year outside what this crate computes.
    #[error("year {year} is outside the supported years")]
    Year {
        /// The year.
        year: i16,
    },
    /// A day of another year.
    #[error("{day} is not a day of the year of the notice")]
    OtherYear {
        /// The day.
        day: Date,
    },
    /// A day named twice.
    #[error("{day} is named twice")]
    Twice {
        /// The day.
        day: Date,
    },
    /// A day both off and worked.
    #[error("{day} is both off and worked")]
    Both {
        /// The day.
        day: Date,
    },
    /// Work ordered on a day that is worked anyway.
    #[error("{day} is ordered for work but is no weekend day")]
    WorkNotOnWeekend {
        /// The day.
        day: Date,
    },
    /// The year has a notice already.
    #[error("the year {year} is known by {document}")]
    YearKnown {
        /// The year.
        year: i16,
        /// The notice that arranges it.
        document: String,
    },
    /// The notice is part of the calendar already.
    #[error("{document} is known already")]
    Repeated {
        /// The document number.
        document: String,
    },
    /// It amends a notice that the calendar does not have.
    #[error("{document}, which is to be amended, is not known")]
    UnknownAmended {
        /// The document number.
        document: String,
    },
}

/// Something unusual in a notice that a person should look at before it is imported; no error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum NoticeOddity {
    /// Days off on weekdays minus ordered work is not the number of statutory days of the decree.
    NetDays {
        /// By the decree.
        expected: u32,
        /// In the notice.
        found: i64,
    },
    /// A statutory day with a fixed date is not off.
    FixedDayWorked {
        /// The day.
        day: Date,
    },
}

impl Notice {
    /// Reads a notice from TOML (the format of `data/holidays/`).
    ///
    /// # Errors
    /// [`NoticeError::Unreadable`], or what [`Notice::validate`] finds.
    pub fn parse_toml(text: &str) -> Result<Self, NoticeError> {
        let notice: Self = toml::from_str(text).map_err(|error| NoticeError::Unreadable { message: error.to_string() })?;
        notice.validate()?;
        Ok(notice)
    }

    /// Checks the notice by itself.
    ///
    /// Days must belong to the year, except the last ten days of the December before: the 元旦 block of a notice
    /// has reached back there (2018-12-29 was worked for 2019-01-01). Work may be ordered on weekends only; an
    /// amending notice may also restore a weekday.
    ///
    /// # Errors
    /// The first [`NoticeError`] found.
    pub fn validate(&self) -> Result<(), NoticeError> {
        if self.document.trim().is_empty() {
            return Err(NoticeError::NoDocument);
        }
        if !(self.address.starts_with("https://") || self.address.starts_with("http://")) {
            return Err(NoticeError::NoAddress);
        }
        if !(super::FIRST_YEAR..=9000).contains(&self.year) {
            return Err(NoticeError::Year { year: self.year });
        }
        let mut seen: BTreeMap<Date, bool> = BTreeMap::new();
        for block in &self.holidays {
            let off = block.off.iter().map(|&day| (day, false));
            for (day, works) in off.chain(block.work.iter().map(|&day| (day, true))) {
                let before = day.year() == self.year - 1 && day.month() == 12 && day.day() >= 22;
                if day.year() != self.year && !before {
                    return Err(NoticeError::OtherYear { day });
                }
                if works && self.amends.is_none() && !is_weekend(day) {
                    return Err(NoticeError::WorkNotOnWeekend { day });
                }
                match seen.insert(day, works) {
                    Some(earlier) if earlier == works => return Err(NoticeError::Twice { day }),
                    Some(_) => return Err(NoticeError::Both { day }),
                    None => {}
                }
            }
        }
        if seen.is_empty() { Err(NoticeError::Empty) } else { Ok(()) }
    }

    /// What a person should look at before importing this notice.
    pub fn oddities(&self) -> Vec<NoticeOddity> {
        let mut found = Vec::new();
        if self.amends.is_some() {
            return found;
        }
        let days = |pick: fn(&HolidayBlock) -> &Vec<Date>| self.holidays.iter().flat_map(pick);
        let off = days(|block| &block.off).filter(|&&day| !is_weekend(day)).count();
        let work = days(|block| &block.work).count();
        let net = i64::try_from(off).unwrap_or(i64::MAX) - i64::try_from(work).unwrap_or(i64::MAX);
        let expected = super::bounds::statutory_days(self.year);
        if net != i64::from(expected) {
            found.push(NoticeOddity::NetDays { expected, found: net });
        }
        for (month, day) in super::bounds::FIXED_DAYS {
            let day = date(self.year, month, day);
            if !days(|block| &block.off).any(|&off| off == day) {
                found.push(NoticeOddity::FixedDayWorked { day });
            }
        }
        found
    }
}
