//! What an application is at one moment: the fold of its events.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use guosuo_rules::basis::Standard;
use guosuo_rules::path::Path;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clock::{Clock, StageDays};
use super::form::Dossier;
use super::party::{DocRef, Interest, Mandate, Party};
use super::scope::People;
use crate::actor::{CaseId, OrgId, UserId};
use crate::life::By;

/// Number of a nonconformity within its application, 1 for the first.
pub type NcId = u32;

/// What an application is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum Purpose {
    /// A first certificate.
    #[default]
    New,
    /// To go on after the end of a certificate (M 8(2)); handled by way of surveillance
    /// (R37 5.1.1).
    Renewal {
        /// The certificate.
        certificate: CaseId,
        /// Its last day.
        valid_until: Date,
    },
    /// A change of a certificate that needs verification and audit (R37 5.1.2).
    Change {
        /// The certificate.
        certificate: CaseId,
    },
}

/// Where an application stands. No stage can be skipped (CAR 21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Being prepared 暂存.
    Draft,
    /// Received by the body 已委托.
    Entrusted,
    /// Accepted 已受理.
    Accepted,
    /// The certification plan stands 已制定认证方案.
    Planned,
    /// Technical verification signed and checked 已完成技术验证.
    Verified,
    /// On-site audit signed 已完成现场审核.
    Audited,
    /// Nonconformities are being corrected 限期整改.
    Rectifying,
    /// Evaluated 已综合评价.
    Evaluated,
    /// The certifier has signed 认证决定人员已签字.
    Signed,
    /// The head has signed: conforming 已作出认证决定.
    Decided,
    /// The certificate was issued 已发证.
    Certified,
    /// Not accepted, with reasons 不予受理.
    Declined,
    /// Ended with written reasons 终止认证.
    Ended,
    /// Taken back by the applicant 已撤回.
    Withdrawn,
}

impl Phase {
    /// All, in order.
    pub const ALL: [Self; 14] = [
        Self::Draft,
        Self::Entrusted,
        Self::Accepted,
        Self::Planned,
        Self::Verified,
        Self::Audited,
        Self::Rectifying,
        Self::Evaluated,
        Self::Signed,
        Self::Decided,
        Self::Certified,
        Self::Declined,
        Self::Ended,
        Self::Withdrawn,
    ];

    /// Declined, ended or withdrawn: nothing is asked for, and nothing is exported under it, any more.
    pub fn came_to_nothing(self) -> bool {
        matches!(self, Self::Declined | Self::Ended | Self::Withdrawn)
    }

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Entrusted => "entrusted",
            Self::Accepted => "accepted",
            Self::Planned => "planned",
            Self::Verified => "verified",
            Self::Audited => "audited",
            Self::Rectifying => "rectifying",
            Self::Evaluated => "evaluated",
            Self::Signed => "signed",
            Self::Decided => "decided",
            Self::Certified => "certified",
            Self::Declined => "declined",
            Self::Ended => "ended",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether nothing can follow.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Certified | Self::Declined | Self::Ended | Self::Withdrawn)
    }

    /// Whether the body works on it.
    pub fn is_at_work(self) -> bool {
        !matches!(self, Self::Draft) && !self.is_final()
    }
}

/// The number of a receipt: 认委〔2026〕003号. Gap-free within the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReceiptNumber {
    /// Year in China Standard Time.
    pub year: i16,
    /// 1 for the first of the year.
    pub seq: u32,
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "认委〔{}〕{:03}号", self.year, self.seq)
    }
}

/// The entrustment as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its number.
    pub number: ReceiptNumber,
    /// When the data reached the server (ESL 11).
    pub at: Timestamp,
    /// Who submitted and gave the pledge.
    pub by: By,
    /// The path that the path engine gave (M 5).
    pub path: Path,
    /// The version of the law under which it did.
    pub law: String,
}

/// A checklist as data: a standard, an edition, and the clauses by number. Their words are the
/// operator's to supply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// The standard.
    pub standard: Standard,
    /// Hex SHA-256 of the list that was used.
    pub sha256: String,
    /// The clauses.
    pub clauses: Vec<String>,
}

impl Checklist {
    /// The clause as findings name it: standard and number.
    pub fn key(&self, clause: &str) -> String {
        format!("{} {clause}", self.standard.number)
    }
}

/// The certification plan 认证方案 (R37 4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Kinds of personal information.
    pub kinds: Vec<String>,
    /// Number of people.
    pub people: People,
    /// Processing covered, in words.
    pub processing: String,
    /// The technical verification body.
    pub verification_body: OrgId,
    /// The auditors; each on the roster that the body filed.
    pub team: BTreeSet<UserId>,
    /// Man-days 人日.
    pub man_days: u32,
    /// What is checked.
    pub checklists: Vec<Checklist>,
}

impl Plan {
    /// All clauses that need a finding.
    pub fn clauses(&self) -> impl Iterator<Item = String> {
        self.checklists.iter().flat_map(|c| c.clauses.iter().map(|x| c.key(x)))
    }
}

/// The technical verification (R37 4.2): its report goes to the body and to the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The report.
    pub report: DocRef,
    /// Whether it finds the processing conforming.
    pub conforming: bool,
    /// Who signed for the verification body.
    pub by: By,
    /// When.
    pub at: Timestamp,
    /// Who checked it at the body.
    pub checked_by: Option<By>,
}

/// What an auditor found on a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 符合.
    Conforming,
    /// 不适用.
    NotApplicable,
    /// 一般不符合.
    Minor,
    /// 严重不符合.
    Major,
}

impl Grade {
    /// Whether it opens a nonconformity.
    pub fn is_nonconformity(self) -> bool {
        matches!(self, Self::Minor | Self::Major)
    }
}

/// A finding of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The clause.
    pub clause: String,
    /// The grade.
    pub grade: Grade,
    /// What was seen.
    pub statement: String,
    /// Evidence.
    pub evidence: Vec<DocRef>,
    /// Who found it.
    pub by: By,
}

/// The on-site audit (R37 4.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// First day on site.
    pub on: Date,
    /// Findings by clause; a later one on the same clause replaces the earlier.
    pub findings: BTreeMap<String, Finding>,
    /// The signed report.
    pub report: Option<DocRef>,
    /// Who signed.
    pub signed_by: Option<By>,
}

/// Where a nonconformity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NcStage {
    /// Found; the applicant owes cause and plan.
    Determined,
    /// A correction is proposed.
    Proposed,
    /// The correction is approved; the applicant owes its completion.
    Approved,
    /// Completion is reported.
    Done,
    /// The correction works.
    Closed,
    /// The correction does not work; it begins again or the certification ends.
    Ineffective,
}

/// A nonconformity with the chain of its dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nonconformity {
    /// Its number.
    pub id: NcId,
    /// The clause.
    pub clause: String,
    /// Minor or major.
    pub grade: Grade,
    /// What was seen.
    pub statement: String,
    /// Where it stands.
    pub stage: NcStage,
    /// Found.
    pub determined_on: Date,
    /// Correction proposed.
    pub proposed_on: Option<Date>,
    /// Planned for.
    pub planned_for: Option<Date>,
    /// Correction approved.
    pub approved_on: Option<Date>,
    /// Correction begun.
    pub started_on: Option<Date>,
    /// Correction completed.
    pub done_on: Option<Date>,
    /// Completion judged.
    pub judged_on: Option<Date>,
    /// Cause and action in the applicant's words.
    pub action: String,
    /// Evidence of completion.
    pub evidence: Vec<DocRef>,
}

/// The rectification 限期整改 (R37 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectification {
    /// When it was ordered.
    pub ordered_on: Date,
    /// Its last day. A limit of the house.
    pub until: Date,
    /// How often the limit was moved.
    pub moved: u32,
}

/// The two conclusions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Conforming: a certificate follows.
    Certify,
    /// Not conforming: the certification ends with written reasons.
    Refuse,
}

/// The overall evaluation (R37 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// What is recommended.
    pub recommends: Outcome,
    /// Why.
    pub summary: String,
    /// Deceit, concealment or wilful breach was reported: the certification is not passed.
    pub deceit: bool,
    /// The stage from which it was written, to which it can be returned.
    pub from: Phase,
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// The conclusion with its two signatures, in order (CAR 22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// What was concluded.
    pub outcome: Outcome,
    /// The reasons; written ones go to the applicant when it ends.
    pub reasons: String,
    /// The certifier, who signs first.
    pub certifier: By,
    /// When.
    pub signed_at: Timestamp,
    /// The head, who signs second.
    pub head: Option<By>,
    /// When.
    pub countersigned_at: Option<Timestamp>,
}

/// A violation reported to the authorities (M 11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// What was found.
    pub summary: String,
    /// Evidence.
    pub evidence: Vec<DocRef>,
    /// Who.
    pub by: By,
    /// When; the report is owed promptly.
    pub at: Timestamp,
    /// The authority's acknowledgement.
    #[serde(default)]
    pub acknowledged: Option<Acknowledged>,
}

impl Violation {
    /// A violation that has just been reported.
    pub fn new(summary: String, evidence: Vec<DocRef>, by: By, at: Timestamp) -> Self {
        Self { summary, evidence, by, at, acknowledged: None }
    }

    /// Whether the violation of this number, 1 for the first, waits to be acknowledged.
    pub(crate) fn is_open(list: &[Self], id: u32) -> bool {
        list.get(Self::index(id)).is_some_and(|v| v.acknowledged.is_none())
    }

    /// Puts the acknowledgement to the violation of this number.
    pub(crate) fn acknowledge(list: &mut [Self], id: u32, note: &str, by: &By, at: Timestamp) {
        if let Some(v) = list.get_mut(Self::index(id)) {
            v.acknowledged = Some(Acknowledged { note: note.to_owned(), by: by.clone(), at });
        }
    }

    fn index(id: u32) -> usize {
        usize::try_from(id).map_or(usize::MAX, |n| n.wrapping_sub(1))
    }
}

/// That an authority has taken note of a violation, and what it says about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Its words.
    pub note: String,
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// What people have done in the case, because it decides what else they may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hands {
    /// Signed or checked a technical verification.
    pub verified: BTreeSet<UserId>,
    /// Audited or judged a correction.
    pub audited: BTreeSet<UserId>,
}

impl Hands {
    /// Whether a person verified or audited.
    pub fn worked(&self, user: &UserId) -> bool {
        self.verified.contains(user) || self.audited.contains(user)
    }
}

/// An application for certification 认证委托.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The applicant 认证委托人.
    pub owner: OrgId,
    /// The processor to be certified.
    pub processor: Party,
    /// What it is for.
    pub purpose: Purpose,
    /// When the draft was opened.
    pub opened_at: Timestamp,
    /// What the applicant prepares.
    pub dossier: Dossier,
    /// The mandate before the dossier's, while that has not begun (M 7(2)).
    pub mandate_before: Option<Mandate>,
    /// Where it stands.
    pub phase: Phase,
    /// The receipt.
    pub receipt: Option<Receipt>,
    /// The edition of the basis on which it is handled (A53).
    pub basis: String,
    /// Declarations of interests by person.
    pub interests: BTreeMap<UserId, Interest>,
    /// The plan.
    pub plan: Option<Plan>,
    /// The technical verification.
    pub verification: Option<Verification>,
    /// The audit.
    pub audit: Option<Audit>,
    /// The nonconformities.
    pub nonconformities: Vec<Nonconformity>,
    /// The rectification.
    pub rectification: Option<Rectification>,
    /// The evaluation.
    pub evaluation: Option<Evaluation>,
    /// The conclusion.
    pub conclusion: Option<Conclusion>,
    /// Why it was declined or withdrawn.
    pub reasons: String,
    /// The certificate that came of it.
    pub certificate: Option<CaseId>,
    /// Violations reported.
    pub violations: Vec<Violation>,
    /// Who did what.
    pub hands: Hands,
    /// The clock of the stage.
    pub clock: Clock,
    /// The limits of the stages as the body had published them on the day of the receipt (R37 4.6):
    /// a setting that changes later does not change a case under way.
    pub limits: StageDays,
    /// Events folded so far.
    pub version: u64,
}

impl Application {
    /// The body, once it has received the application.
    pub fn body(&self) -> Option<&OrgId> {
        self.receipt.as_ref()?;
        self.dossier.body.as_ref().map(|b| &b.org)
    }

    /// The verification body, once the plan stands.
    pub fn verification_body(&self) -> Option<&OrgId> {
        self.plan.as_ref().map(|p| &p.verification_body)
    }

    /// Nonconformities that are not closed.
    pub fn open_nonconformities(&self) -> Vec<NcId> {
        self.nonconformities.iter().filter(|n| n.stage != NcStage::Closed).map(|n| n.id).collect()
    }

    /// Whether any nonconformity is at one of these stages.
    pub fn any_at(&self, stages: &[NcStage]) -> bool {
        self.nonconformities.iter().any(|n| stages.contains(&n.stage))
    }

    /// Clauses that still need a finding.
    pub fn open_clauses(&self) -> Vec<String> {
        let (Some(plan), Some(audit)) = (&self.plan, &self.audit) else { return Vec::new() };
        plan.clauses().filter(|c| !audit.findings.contains_key(c)).collect()
    }

    /// Whether every step was taken and two people signed: what a certificate rests on
    /// (CAR 21, 22).
    pub fn carries_a_certificate(&self) -> bool {
        let signed = self.conclusion.as_ref().is_some_and(|c| {
            c.outcome == Outcome::Certify
                && c.head.as_ref().is_some_and(|h| h.user != c.certifier.user)
                && [Some(&c.certifier), c.head.as_ref()].into_iter().flatten().all(|x| !self.hands.worked(&x.user))
        });
        self.phase == Phase::Decided
            && signed
            && self.receipt.is_some()
            && self.plan.is_some()
            && self.verification.as_ref().is_some_and(|v| v.checked_by.is_some())
            && self.audit.as_ref().is_some_and(|a| a.signed_by.is_some())
            && self.open_clauses().is_empty()
            && self.open_nonconformities().is_empty()
            && self.evaluation.as_ref().is_some_and(|e| e.recommends == Outcome::Certify)
    }
}
