//! What can happen to a certificate. Stored for ever: add variants and optional fields, never
//! rename or remove.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::drift::Difference;
use super::report::ReportRecord;
use super::state::{Mark, Measure, Obliges, Origin, Trigger};
use super::takeover::{Source, Stood};
use crate::actor::{CaseId, OrgId, OrgKind, UserId};
use crate::certification::{DocRef, Interest, Mandate, Party, Scope};

/// Everything that a certificate says on the day of its issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are those of the state")]
pub struct Issue {
    pub application: CaseId,
    pub applicant: OrgId,
    pub holder: Party,
    pub mandate: Option<Mandate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate_before: Option<Mandate>,
    pub number: String,
    pub scope: Scope,
    pub basis: String,
    pub mark: Mark,
    pub issued_on: Date,
    pub valid_until: Date,
    pub predecessor: Option<CaseId>,
    pub interests: BTreeMap<UserId, Interest>,
    pub surveillances: Vec<Date>,
}

/// An event of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the command or of the state")]
pub enum Event {
    /// Issued (M 8(1)).
    Issued { issue: Box<Issue> },
    /// Issued before this platform and taken over with its source (M 18), as it stood then.
    TakenOver {
        issue: Box<Issue>,
        source: Source,
        /// What had become of it; empty for one that was valid.
        #[serde(default)]
        stood: Option<Stood>,
    },
    /// A person declared interests (CAR 13).
    InterestDeclared { has: bool, words: String },
    /// A mandate was recorded, mostly a renewed one (M 7(2)).
    MandateRecorded { mandate: Box<Mandate> },
    /// The holder asked (R37 5.1.2, 5.1.3).
    Requested { asks: Measure, reason: String },
    /// The request was refused.
    RequestRefused { id: u32, reason: String },
    /// An authority stated a finding (M 10(2)).
    FindingStated { kind: OrgKind, obliges: Obliges, summary: String, evidence: Vec<DocRef> },
    /// The authority lifted it.
    FindingLifted { id: u32, reason: String },
    /// Actual flows were declared and compared (M 10(1)).
    FlowsDeclared { actual: Box<Scope>, source: DocRef, differences: Vec<Difference> },
    /// A suggestion was set aside.
    SuggestionSetAside { id: u32, reason: String },
    /// A measure was proposed.
    MeasureProposed {
        measure: Measure,
        origin: Origin,
        suggestion: Option<u32>,
        application: Option<CaseId>,
        ground: String,
        evidence: Vec<DocRef>,
        publication: String,
        urgent: Option<String>,
    },
    /// The party was heard, or waived.
    PartyHeard { statement: Option<String> },
    /// The measure was dropped.
    MeasureDropped { reason: String },
    /// The measure was decided.
    MeasureTaken { effective_on: Date },
    /// A surveillance was triggered before its turn.
    SurveillanceTriggered { trigger: Trigger, due: Date, reason: String },
    /// A surveillance was done.
    SurveillanceDone { id: u32, report: DocRef, conforming: bool, note: String },
    /// A renewal was applied for (M 8(2)).
    RenewalApplied { application: CaseId, on: Date, latest: Option<Date>, late: bool },
    /// The certificate that follows was issued.
    SuccessorLinked { certificate: CaseId },
    /// Validity ended by time (M 8(2)). Exactly once.
    Expired,
    /// A violation was reported to the authorities (M 11).
    ViolationReported { summary: String, evidence: Vec<DocRef> },
    /// A report to the national platform is owed (M 9(1)).
    ReportOwed { record: Box<ReportRecord> },
    /// It was handed over.
    ReportSent { seq: u32, target: String, digest: String },
    /// The platform took it.
    ReportReceived { seq: u32, receipt: String },
    /// The platform refused it.
    ReportRejected { seq: u32, reason: String },
    /// It is to be sent again.
    ReportResent { seq: u32, reason: String },
    /// The authority acknowledged a violation that was reported (M 11).
    ViolationAcknowledged { id: u32, note: String },
}
