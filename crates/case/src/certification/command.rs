//! What an actor may ask of an application.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guosuo_rules::calendar::Calendar;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clock::{PauseReason, StageDays};
use super::form::Form;
use super::party::{DocRef, Mandate, Party, Standing};
use super::scope::ScopePart;
use super::state::{Grade, NcId, Outcome, Plan, Purpose};
use crate::actor::{CaseId, OrgId, UserId};

/// A command to an application.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are those of the state")]
pub enum Command {
    /// Open a draft for a processor.
    Open { processor: Box<Party>, purpose: Purpose },
    /// Record the mandate of an office or representative, or a renewed one (M 7(2)).
    RecordMandate { mandate: Box<Mandate> },
    /// Choose a filed body (M 7(1)).
    ChooseBody { body: OrgId },
    /// Save the form; `seen` is the revision it was typed against.
    SaveForm { form: Box<Form>, seen: u32 },
    /// Submit with the pledge on truth and legality (R37 7).
    Submit { pledge: bool },
    /// Take it back before the decision.
    Withdraw { reason: String },
    /// Declare interests in the client, or that there are none (CAR 13).
    DeclareInterest { has: bool, words: String },
    /// Accept.
    Accept,
    /// Decline with reasons.
    Decline { reasons: String },
    /// Make or replace the plan.
    MakePlan { plan: Box<Plan> },
    /// Sign the technical verification.
    SignVerification { report: DocRef, conforming: bool },
    /// Take or return the report of the verification.
    CheckVerification { take: bool, reason: String },
    /// Begin the audit.
    BeginAudit { on: Date },
    /// Record the finding on a clause.
    AuditClause { clause: String, grade: Grade, statement: String, evidence: Vec<DocRef> },
    /// Sign the audit.
    SignAudit { report: DocRef },
    /// Order rectification or move its limit.
    OrderRectification { until: Date },
    /// Propose a correction.
    ProposeCorrection { nc: NcId, action: String, planned_for: Date },
    /// Approve or return a correction.
    ReviewCorrection { nc: NcId, approve: bool, reason: String },
    /// Report the completion of a correction.
    ReportCorrection { nc: NcId, started_on: Date, done_on: Date, evidence: Vec<DocRef> },
    /// Judge a completed correction.
    JudgeCorrection { nc: NcId, effective: bool, note: String },
    /// Evaluate and recommend.
    Evaluate { recommends: Outcome, summary: String },
    /// Report deceit, concealment or wilful breach.
    ReportDeceit { summary: String, evidence: Vec<DocRef> },
    /// Return the evaluation.
    ReturnEvaluation { reason: String },
    /// Sign the conclusion first.
    Sign { outcome: Outcome, reasons: String },
    /// Return the conclusion.
    ReturnConclusion { reason: String },
    /// Sign the conclusion second.
    Countersign,
    /// Record the certificate that was issued.
    RecordCertificate { certificate: CaseId },
    /// Stop the clock of the stage.
    StopClock { reason: PauseReason, note: String },
    /// Let it go on.
    ResumeClock,
    /// Migrate the basis to another edition.
    MigrateBasis { to: String, reason: String },
    /// Report a violation (M 11).
    ReportViolation { summary: String, evidence: Vec<DocRef> },
    /// Acknowledge a violation that the body reported before there was a certificate (M 11).
    AcknowledgeViolation { id: u32, note: String },
}

/// Which reading of "届满前6个月" a deployment follows (M 8(2) and R37 5.1.1 differ).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenewalReading {
    /// The day six months before the end is the latest day (M 8(2), M 18).
    #[default]
    LatestDay,
    /// It is the day on which a window opens that ends with the validity (R37 5.1.1).
    Window,
}

/// The last day of a validity of three years: the law does not say it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastDay {
    /// The day before the third anniversary, as certificates are usually printed.
    #[default]
    BeforeAnniversary,
    /// The corresponding day (CC 202).
    Anniversary,
}

/// What a deployment may set where the law is silent or open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Minutes for which a second factor counts as fresh for a signature.
    pub fresh_factor_minutes: i64,
    /// Months after which an impact assessment is shown as old. A rule of the standard contract.
    pub impact_fresh_months: i64,
    /// Limits of the stages (R37 4.6).
    pub stage_days: StageDays,
    /// Longest rectification in calendar days (R37 4.4).
    pub rectification_days: u32,
    /// The last day of validity.
    pub last_day: LastDay,
    /// Months before the end by which a renewal is applied for.
    pub renewal_months: u32,
    /// How these months are read.
    pub renewal_reading: RenewalReading,
    /// Months before the end at which the holder is reminded.
    pub reminder_months: Vec<u32>,
    /// The last day of issue of a certificate that a body may take over from its older records. What is issued later goes
    /// the whole way here (M 8(1)); before it lies the day on which the Measures began (M 19), unless an operator whose
    /// instance began later says otherwise.
    pub taken_over_until: Date,
    /// Working days that a party has to be heard before a measure that hurts it.
    pub hearing_days: u32,
    /// Working days within which the body acts on an authority's finding (M 10(2)).
    pub finding_days: u32,
    /// Months between surveillance audits (R37 4.5).
    pub surveillance_months: u32,
    /// Months after which a suspension is looked at again. Nothing is decided by itself.
    pub suspension_review_months: u32,
    /// Whether a suspension on an authority's finding ends only after the authority lifted it.
    pub restoration_needs_lifting: bool,
    /// The parts of a certified scope that are printed and published; the others stay between the
    /// parties and the authorities (M 14). Never without purposes and kinds, or nobody could see what
    /// a certificate covers (M 9(1)).
    pub published_scope: BTreeSet<ScopePart>,
}

impl Config {
    /// Whether a part of the scope is published.
    pub fn publishes(&self, part: ScopePart) -> bool {
        matches!(part, ScopePart::Purposes | ScopePart::Kinds) || self.published_scope.contains(&part)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            fresh_factor_minutes: 5,
            impact_fresh_months: 3,
            stage_days: StageDays::default(),
            rectification_days: 90,
            last_day: LastDay::default(),
            renewal_months: 6,
            renewal_reading: RenewalReading::default(),
            reminder_months: vec![9, 7, 6],
            taken_over_until: jiff::civil::date(2025, 12, 31),
            hearing_days: 5,
            finding_days: 5,
            surveillance_months: 12,
            suspension_review_months: 6,
            restoration_needs_lifting: true,
            published_scope: ScopePart::published_by_default(),
        }
    }
}

/// What the decision needs to know of the outside world.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The calendar in force.
    pub calendar: Arc<Calendar>,
    /// Settings.
    pub config: Arc<Config>,
    /// The bodies that the command may meet: name and standing towards the filing.
    pub bodies: BTreeMap<OrgId, (String, Standing)>,
    /// The people on the roster that the case's body filed.
    pub roster: BTreeSet<UserId>,
    /// Another body in which the acting person practises (CAR 14).
    pub practises_elsewhere: Option<OrgId>,
    /// Next number of the receipts of the year.
    pub next_number: u32,
}

impl Facts {
    /// How a body stands; not filed, when nothing is known of it.
    pub fn standing(&self, body: &OrgId) -> Standing {
        self.bodies.get(body).map_or(Standing::NotFiled, |b| b.1)
    }
}
