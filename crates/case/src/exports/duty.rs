//! What is owed to the individuals before a flow begins.

use serde::{Deserialize, Serialize};

use super::flow::{Basis, FlowFacts};

/// A duty before the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Tell the individuals: always (PIPL 17, 39; Q2607 q1).
    Notice,
    /// Tell them why sensitive information has to leave and what it means for them (PIPL 30).
    SensitiveNotice,
    /// Obtain separate consent: only where consent is the basis (PIPL 39; Q2607 q1).
    SeparateConsent,
    /// Obtain it from the parent or guardian, under 14 (PIPL 31(1)).
    GuardianConsent,
    /// Make special rules for the information of people under 14 (PIPL 31(2)).
    MinorRules,
    /// Assess the impact and keep the record (PIPL 55, 56; M 6).
    Assessment,
}

impl Duty {
    /// Where it is written.
    pub const fn article(self) -> &'static str {
        match self {
            Self::Notice | Self::SeparateConsent => "PIPL 39",
            Self::SensitiveNotice => "PIPL 30",
            Self::GuardianConsent => "PIPL 31(1)",
            Self::MinorRules => "PIPL 31(2)",
            Self::Assessment => "M 6",
        }
    }
}

/// The duties of a flow. An exemption from the three mechanisms (P16 3–6) takes none of them away (P16 10).
pub fn duties(f: &FlowFacts) -> Vec<Duty> {
    let consent = f.basis == Some(Basis::Consent);
    [
        (Duty::Notice, true),
        (Duty::SensitiveNotice, f.is_sensitive()),
        (Duty::SeparateConsent, consent),
        (Duty::GuardianConsent, consent && f.under_14),
        (Duty::MinorRules, f.under_14),
        (Duty::Assessment, true),
    ]
    .into_iter()
    .filter_map(|(duty, owed)| owed.then_some(duty))
    .collect()
}
