//! Evidence of separate consent 单独同意: which text, when, how, by whom on whose behalf, and when it was taken back.

use std::collections::BTreeSet;

use guosuo_rules::time::cst_date;
use guosuo_rules::yearly::Person;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::state::TextVersion;

/// How it was given (GB/T 42574 names signature, pop-up, reply by mail or short message).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 书面签署.
    Signature,
    /// 弹窗确认.
    PopUp,
    /// 邮件回复.
    Mail,
    /// 短信回复.
    ShortMessage,
    /// Another way.
    Other,
}

impl Channel {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::Signature, Self::PopUp, Self::Mail, Self::ShortMessage, Self::Other];

    /// Name in forms and files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::PopUp => "pop_up",
            Self::Mail => "mail",
            Self::ShortMessage => "short_message",
            Self::Other => "other",
        }
    }

    /// The channel of a name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }
}

/// The parent or guardian who consented for somebody under 14 (PIPL 31(1)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardian {
    /// As a keyed value.
    pub person: Person,
    /// How it was checked that this is the guardian.
    pub checked: String,
}

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Whose information it is about, as a keyed value.
    pub person: Person,
    /// When it was given.
    pub at: Timestamp,
    /// How.
    pub channel: Channel,
    /// Whether it was asked for by itself, neither bundled nor blanket (PIPL 39, NDR 62(7)).
    pub separate: bool,
    /// Under 14?
    pub under_14: bool,
    /// Who consented, under 14.
    pub guardian: Option<Guardian>,
    /// When it was taken back (PIPL 15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
}

/// Why a consent proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentFault {
    /// It was bundled with something else.
    NotSeparate,
    /// Under 14 and not from a parent or guardian.
    GuardianMissing,
    /// Given before the text was shown for the first time.
    BeforeText,
    /// Given in the future.
    InFuture,
    /// The person has consented to this text already and has not taken it back.
    Repeated,
    /// Taken back before it was given.
    WithdrawnBefore,
}

impl ConsentFault {
    /// The article.
    pub const fn article(self) -> &'static str {
        match self {
            Self::NotSeparate => "PIPL 39",
            Self::GuardianMissing => "PIPL 31(1)",
            Self::BeforeText | Self::InFuture | Self::Repeated => "PIPL 14",
            Self::WithdrawnBefore => "PIPL 15",
        }
    }
}

/// Whether a consent stands at an instant.
pub fn stands(c: &Consent, at: Timestamp) -> bool {
    c.at <= at && c.withdrawn_at.is_none_or(|end| at < end)
}

/// What is wrong with consents to a text: the row, from 1, and why.
pub fn check_consents(text: &TextVersion, new: &[Consent], now: Timestamp) -> Vec<(usize, ConsentFault)> {
    let mut standing: BTreeSet<Person> = text.consents.iter().filter(|c| c.withdrawn_at.is_none()).map(|c| c.person).collect();
    let mut out = Vec::new();
    for (i, c) in new.iter().enumerate() {
        let mut fault = |f| out.push((i + 1, f));
        if !c.separate {
            fault(ConsentFault::NotSeparate);
        }
        if c.under_14 && c.guardian.as_ref().is_none_or(|g| crate::text::is_blank(&g.checked) || g.person == c.person) {
            fault(ConsentFault::GuardianMissing);
        }
        if cst_date(c.at) < text.from {
            fault(ConsentFault::BeforeText);
        }
        if c.at > now {
            fault(ConsentFault::InFuture);
        }
        if c.withdrawn_at.is_some_and(|end| end < c.at) {
            fault(ConsentFault::WithdrawnBefore);
        }
        if c.withdrawn_at.is_none() && !standing.insert(c.person) {
            fault(ConsentFault::Repeated);
        }
    }
    out
}
