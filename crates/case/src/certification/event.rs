//! What can happen to an application. Stored for ever: add variants and optional fields, never
//! rename or remove.

use guosuo_rules::path::Path;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clock::{PauseReason, StageDays};
use super::form::{Chosen, Form};
use super::party::{DocRef, Mandate, Party};
use super::state::{Grade, NcId, Outcome, Plan, Purpose, ReceiptNumber};
use crate::actor::CaseId;

/// An event of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the command or of the state")]
pub enum Event {
    /// A draft was opened.
    Opened { processor: Box<Party>, purpose: Purpose },
    /// The mandate of an office or representative was recorded (M 7(2)).
    MandateRecorded { mandate: Box<Mandate> },
    /// A filed body was chosen (M 7(1)).
    BodyChosen { body: Chosen },
    /// The form was saved as typed.
    FormSaved { form: Box<Form> },
    /// Submitted and received (R37 4.1; ESL 11). The edition of the basis is fixed, and the path that
    /// was computed from the answers under the law of the day (M 5), and the limits of the stages that
    /// the body had published (R37 4.6).
    Submitted {
        number: ReceiptNumber,
        basis: String,
        path: Path,
        law: String,
        #[serde(default)]
        limits: StageDays,
    },
    /// Taken back.
    Withdrawn { reason: String },
    /// A person declared interests (CAR 13).
    InterestDeclared { has: bool, words: String },
    /// Accepted (R37 4.1).
    Accepted,
    /// Not accepted, with reasons.
    Declined { reasons: String },
    /// The plan stands, or was replaced.
    Planned { plan: Box<Plan> },
    /// The verification body signed (R37 4.2).
    VerificationSigned { report: DocRef, conforming: bool },
    /// The body took its report.
    VerificationTaken,
    /// The body returned its report.
    VerificationReturned { reason: String },
    /// The audit began.
    AuditBegun { on: Date },
    /// A clause was audited.
    ClauseAudited { clause: String, grade: Grade, statement: String, evidence: Vec<DocRef> },
    /// The audit was signed (R37 4.3).
    AuditSigned { report: DocRef },
    /// Rectification was ordered, or its limit moved (R37 4.4).
    RectificationOrdered { until: Date },
    /// A correction was proposed.
    CorrectionProposed { nc: NcId, action: String, planned_for: Date },
    /// A correction was approved.
    CorrectionApproved { nc: NcId },
    /// A correction was returned.
    CorrectionReturned { nc: NcId, reason: String },
    /// A correction was completed.
    CorrectionDone { nc: NcId, started_on: Date, done_on: Date, evidence: Vec<DocRef> },
    /// A completed correction was judged.
    CorrectionJudged { nc: NcId, effective: bool, note: String },
    /// Evaluated (R37 4.4).
    Evaluated { recommends: Outcome, summary: String },
    /// Deceit, concealment or wilful breach was reported: not passed (R37 4.4).
    DeceitReported { summary: String, evidence: Vec<DocRef> },
    /// The evaluation was returned.
    EvaluationReturned { reason: String },
    /// The certifier signed (CAR 22).
    Signed { outcome: Outcome, reasons: String },
    /// The conclusion was returned by the head.
    ConclusionReturned { reason: String },
    /// The head signed (CAR 22).
    Countersigned,
    /// The certificate was issued.
    Certified { certificate: CaseId },
    /// The clock of the stage stands.
    ClockStopped { reason: PauseReason, note: String },
    /// It goes on.
    ClockResumed,
    /// The basis was migrated to another edition (A53).
    BasisMigrated { to: String, reason: String },
    /// A violation was reported to the authorities (M 11).
    ViolationReported { summary: String, evidence: Vec<DocRef> },
    /// The authority acknowledged a violation that was reported (M 11).
    ViolationAcknowledged { id: u32, note: String },
}
