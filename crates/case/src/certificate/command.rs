//! What an actor may ask of a certificate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guosuo_rules::calendar::Calendar;
use jiff::civil::Date;

use super::state::{Mark, Measure, Obliges, Origin, Trigger};
use super::takeover::TakeOver;
use crate::actor::{CaseId, OrgId, UserId};
use crate::certification::{Application, Config, DocRef, Mandate, Scope, Standing};

/// A measure as proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are those of the state")]
pub struct Propose {
    pub measure: Measure,
    pub origin: Origin,
    pub suggestion: Option<u32>,
    pub application: Option<CaseId>,
    pub ground: String,
    pub evidence: Vec<DocRef>,
    pub publication: String,
    pub urgent: Option<String>,
}

/// A command to a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are those of the state")]
pub enum Command {
    /// Issue what an application was decided to carry. `valid_until` as printed, else the default.
    Issue { application: CaseId, number: String, mark: Mark, valid_until: Option<Date> },
    /// Take over a certificate that was issued before this platform.
    TakeOver(Box<TakeOver>),
    /// Declare interests (CAR 13).
    DeclareInterest { has: bool, words: String },
    /// Record a mandate.
    RecordMandate { mandate: Box<Mandate> },
    /// Ask for suspension, restoration, cancellation or change.
    Request { asks: Measure, reason: String },
    /// Refuse a request.
    RefuseRequest { id: u32, reason: String },
    /// State a finding.
    StateFinding { obliges: Obliges, summary: String, evidence: Vec<DocRef> },
    /// Lift a finding.
    LiftFinding { id: u32, reason: String },
    /// Declare the flows that take place.
    DeclareFlows { actual: Box<Scope>, source: DocRef },
    /// Set a suggestion aside.
    SetAside { id: u32, reason: String },
    /// Propose a measure.
    Propose(Box<Propose>),
    /// Be heard, or waive.
    BeHeard { statement: Option<String> },
    /// Drop the measure that waits.
    DropMeasure { reason: String },
    /// Decide the measure that waits.
    TakeMeasure { effective_on: Date },
    /// Trigger a surveillance before its turn.
    TriggerSurveillance { trigger: Trigger, due: Date, reason: String },
    /// Record a surveillance.
    RecordSurveillance { id: u32, report: DocRef, conforming: bool, note: String },
    /// Note that a renewal was applied for.
    NoteRenewal { application: CaseId },
    /// Link the certificate that follows.
    LinkSuccessor { certificate: CaseId },
    /// Record the end by time.
    Expire,
    /// Report a violation (M 11).
    ReportViolation { summary: String, evidence: Vec<DocRef> },
    /// Correct a report that was wrong.
    CorrectReport { seq: u32, reason: String },
    /// Note that the next report was handed over: to which target, which bytes.
    SendReport { seq: u32, target: String, digest: String },
    /// Register the platform's receipt of the next report.
    RegisterReceipt { seq: u32, receipt: String },
    /// Register that the platform refused the next report.
    RejectReport { seq: u32, reason: String },
    /// Send a report again that was handed over before.
    ResendReport { seq: u32, reason: String },
    /// Acknowledge a violation that the body reported (M 11).
    AcknowledgeViolation { id: u32, note: String },
}

/// What the decision needs to know of the outside world.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The calendar in force.
    pub calendar: Arc<Calendar>,
    /// Settings.
    pub config: Arc<Config>,
    /// The id of this certificate.
    pub certificate: CaseId,
    /// Applications that the command may meet.
    pub applications: BTreeMap<CaseId, Arc<Application>>,
    /// How the acting body stands towards the filing.
    pub standing: Standing,
    /// Numbers that the acting body has used already.
    pub numbers: Arc<BTreeSet<String>>,
    /// The people on the roster that the body filed.
    pub roster: BTreeSet<UserId>,
    /// Another body in which the acting person practises (CAR 14).
    pub practises_elsewhere: Option<OrgId>,
}
