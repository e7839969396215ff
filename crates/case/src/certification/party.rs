//! The parties of a certification, and the mandate of whoever acts for an overseas processor.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::reason::Reason;
use crate::actor::{OrgId, UserId};

/// The mainland of China; everything else, Hong Kong, Macao and Taiwan included, is 境外 for
/// these rules (Q2601 q2).
pub const MAINLAND: &str = "CN";

/// A document declared by version and digest: what was there on the day can be shown later.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocRef {
    /// Its name.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Hex SHA-256 of its bytes.
    pub sha256: String,
    /// Hex SM3 of its bytes.
    pub sm3: String,
}

/// Whether a short text can stand as a name.
pub(super) fn is_named(t: &str) -> bool {
    !crate::text::is_blank(t) && crate::text::check(t, false).is_ok() && t.chars().count() <= 200
}

impl DocRef {
    /// Whether it names a version and both digests.
    pub fn is_complete(&self) -> bool {
        let digest = |d: &str| d.len() == 64 && d.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        is_named(&self.title) && is_named(&self.version) && digest(&self.sha256) && digest(&self.sm3)
    }
}

/// A party: the processor to be certified 个人信息处理者. The applicant 认证委托人 may be another
/// organisation (R37 4.4, 5.1.2, 7).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Its account on the platform, if it has one.
    pub org: Option<OrgId>,
    /// Name as given.
    pub name: String,
    /// Registered address.
    pub address: String,
    /// ISO 3166-1 code of the country or region of registration.
    pub country: String,
    /// Credit code, or the number in the register of its country.
    pub code: String,
}

impl Party {
    /// Whether M 7(2) asks for an office or representative in the mainland.
    pub fn is_overseas(&self) -> bool {
        self.country != MAINLAND
    }
}

/// Who helps an overseas processor to apply (M 7(2), PIPL 53).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateKind {
    /// 专门机构: a dedicated office set up in China.
    DedicatedOffice,
    /// 指定代表: a designated representative.
    DesignatedRepresentative,
}

/// What a mandate may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateAct {
    /// Prepare, submit and withdraw an application; apply for renewal.
    Apply,
    /// Answer during verification, audit and rectification.
    Rectify,
    /// Ask for a change of the certificate.
    Change,
    /// Ask for suspension, restoration or cancellation, and be heard.
    Status,
    /// Declare the flows that take place, answer surveillance.
    Surveillance,
}

impl MandateAct {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::Apply, Self::Rectify, Self::Change, Self::Status, Self::Surveillance];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Rectify => "rectify",
            Self::Change => "change",
            Self::Status => "status",
            Self::Surveillance => "surveillance",
        }
    }
}

/// The mandate 授权委托书 of an office or representative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// The organisation in China that acts.
    pub holder: OrgId,
    /// Office or representative.
    pub kind: MandateKind,
    /// The document.
    pub document: DocRef,
    /// What it reaches.
    pub acts: BTreeSet<MandateAct>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// The city-level office to which name and contact were reported (PIPL 53, NDR 26).
    pub reported_to: String,
}

/// Calendar days before the end of a mandate on which its side is reminded to renew it. House limits: M 7(2) and
/// PIPL 53 give none.
pub const MANDATE_REMINDER_DAYS: [u32; 3] = [60, 30, 7];

impl Mandate {
    /// The mandate under which somebody acts on a day, of the last one and of the one before it: a mandate that begins
    /// later leaves the one before in force until then (M 7(2)).
    pub fn on<'a>(last: Option<&'a Self>, before: Option<&'a Self>, day: Date) -> Option<&'a Self> {
        if last.is_some_and(|m| day < m.from) { before.or(last) } else { last }
    }

    /// Takes the place of the last one, which stays beside it while this one has not begun.
    pub(crate) fn succeed(&self, last: &mut Option<Self>, before: &mut Option<Self>, day: Date) {
        let running = Self::on(last.as_ref(), before.as_ref(), day).cloned();
        *before = running.filter(|_| day < self.from);
        *last = Some(self.clone());
    }
}

/// Checks a mandate for one act of one organisation on one day.
///
/// # Errors
/// What is missing: the mandate, its holder, its term, its scope or its document.
pub fn check_mandate(mandate: Option<&Mandate>, holder: &OrgId, act: MandateAct, today: Date) -> Result<(), Reason> {
    let Some(m) = mandate else { return Err(Reason::MandateMissing) };
    if m.holder != *holder {
        return Err(Reason::MandateOfAnother);
    }
    if today < m.from {
        return Err(Reason::MandateNotYet { from: m.from });
    }
    if today > m.until {
        return Err(Reason::MandateExpired { until: m.until });
    }
    if !m.acts.contains(&act) {
        return Err(Reason::MandateScope { act });
    }
    Ok(())
}

/// How a body stands towards the filing (M 12). Only a filed one can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Filed and published.
    Filed,
    /// Never filed.
    NotFiled,
    /// Under review.
    UnderReview,
    /// Refused or withdrawn.
    Refused,
    /// Its qualification or its filing is suspended.
    Suspended,
    /// Taken off the list.
    Removed,
}

impl Standing {
    /// All, in order.
    pub const ALL: [Self; 6] = [Self::Filed, Self::NotFiled, Self::UnderReview, Self::Refused, Self::Suspended, Self::Removed];
}

/// A person's declaration of interests in a client (CAR 13), made before a case is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interest {
    /// Whether there is one.
    pub has: bool,
    /// What it is, or the words of the declaration.
    pub words: String,
    /// When it was declared.
    pub at: jiff::Timestamp,
}

/// Whether a person may open a case: declared, no interest, and in no other body (CAR 13, 14).
///
/// # Errors
/// What stands in the way.
pub fn check_independence(
    interests: &std::collections::BTreeMap<UserId, Interest>,
    user: &UserId,
    practises_elsewhere: Option<&OrgId>,
) -> Result<(), Reason> {
    if let Some(body) = practises_elsewhere {
        return Err(Reason::PractisesElsewhere { body: body.clone() });
    }
    match interests.get(user) {
        None => Err(Reason::InterestUndeclared),
        Some(i) if i.has => Err(Reason::ConflictOfInterest),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn mandate() -> Mandate {
        Mandate {
            holder: "rep".into(),
            kind: MandateKind::DesignatedRepresentative,
            document: DocRef::default(),
            acts: [MandateAct::Apply].into(),
            from: date(2026, 1, 10),
            until: date(2026, 6, 30),
            reported_to: "示例市网信办".into(),
        }
    }

    #[test]
    fn a_mandate_is_good_from_its_first_to_its_last_day() {
        let m = mandate();
        let on = |day| check_mandate(Some(&m), &"rep".into(), MandateAct::Apply, day);
        assert_eq!(on(date(2026, 1, 9)), Err(Reason::MandateNotYet { from: m.from }));
        assert_eq!(on(date(2026, 1, 10)), Ok(()));
        assert_eq!(on(date(2026, 6, 30)), Ok(()));
        assert_eq!(on(date(2026, 7, 1)), Err(Reason::MandateExpired { until: m.until }), "expired yesterday");
    }

    #[test]
    fn a_mandate_reaches_its_holder_and_its_acts_only() {
        let m = mandate();
        let day = date(2026, 2, 1);
        assert_eq!(check_mandate(None, &"rep".into(), MandateAct::Apply, day), Err(Reason::MandateMissing));
        assert_eq!(check_mandate(Some(&m), &"other".into(), MandateAct::Apply, day), Err(Reason::MandateOfAnother));
        for act in MandateAct::ALL {
            let got = check_mandate(Some(&m), &"rep".into(), act, day);
            assert_eq!(got.is_ok(), act == MandateAct::Apply, "{}", act.as_str());
        }
    }

    #[test]
    fn a_document_is_declared_by_version_and_both_digests() {
        let good =
            DocRef { title: "影响评估报告".into(), version: "1".into(), sha256: "0a".repeat(32), sm3: "0b".repeat(32) };
        assert!(good.is_complete());
        assert!(!DocRef { version: String::new(), ..good.clone() }.is_complete());
        assert!(!DocRef { sha256: "0A".repeat(32), ..good.clone() }.is_complete());
        assert!(!DocRef { sm3: "0b".into(), ..good }.is_complete());
    }
}
