//! What can be done now: the one table that draws the buttons, guards the commands and
//! documents the interface.

use guosuo_rules::basis::Edition;
use guosuo_rules::time::cst_date;
use jiff::Timestamp;
use jiff::civil::Date;

use super::clock::Stage;
use super::command::{Command, Facts};
use super::party::{Mandate, MandateAct, Standing, check_independence, check_mandate};
use super::reason::Reason;
use super::state::{Application, NcStage, Phase};
use crate::actor::{Actor, OrgKind, Role};
use crate::life::{Life as _, not_concerned, subject};
use crate::permission::Right;
use crate::refusal::{Refusal, RefusalCode};

macro_rules! actions {
    ($($name:ident $right:ident $article:literal,)*) => {
        /// A kind of act on an application.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names are those of the commands")]
        pub enum Action { $($name,)* }

        impl Action {
            /// All acts, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The right that the act needs.
            pub fn right(self) -> Right {
                match self { $(Self::$name => Right::$right,)* }
            }

            /// The sentence that gives the act its place.
            pub fn article(self) -> &'static str {
                match self { $(Self::$name => $article,)* }
            }
        }
    };
}

actions! {
    Open ApplicationEdit "M 7(1)",
    RecordMandate MandateRecord "M 7(2)",
    ChooseBody ApplicationEdit "M 7(1)",
    SaveForm ApplicationEdit "M 6",
    Submit ApplicationSubmit "M 7(1)",
    Withdraw ApplicationSubmit "R37 4.1",
    DeclareInterest InterestDeclare "CAR 13",
    Accept CaseManage "R37 4.1",
    Decline CaseManage "R37 4.1",
    MakePlan CaseManage "R37 4.1",
    SignVerification VerificationSign "R37 4.2",
    CheckVerification VerificationReview "R37 4.2",
    BeginAudit Audit "R37 4.3",
    AuditClause Audit "R37 4.3",
    SignAudit Audit "R37 4.3",
    OrderRectification CaseManage "R37 4.4",
    ProposeCorrection CorrectionAnswer "R37 4.4",
    ReviewCorrection Audit "R37 4.4",
    ReportCorrection CorrectionAnswer "R37 4.4",
    JudgeCorrection Audit "R37 4.4",
    Evaluate Evaluate "R37 4.4",
    ReportDeceit DeceitReport "R37 4.4",
    ReturnEvaluation ConclusionSign "CAR 22",
    Sign ConclusionSign "CAR 22",
    ReturnConclusion ConclusionCountersign "CAR 22",
    Countersign ConclusionCountersign "CAR 22",
    RecordCertificate CaseManage "M 8(1)",
    StopClock CaseManage "R37 4.6",
    ResumeClock CaseManage "R37 4.6",
    MigrateBasis CaseManage "A53 —",
    ReportViolation ViolationReport "M 11",
    AcknowledgeViolation ViolationAcknowledge "M 11",
}

impl Action {
    /// What a mandate must reach for the act; `None` for acts of the other side.
    pub fn mandate_act(self) -> Option<MandateAct> {
        match self {
            Self::ChooseBody | Self::SaveForm | Self::Submit | Self::Withdraw => Some(MandateAct::Apply),
            Self::ProposeCorrection | Self::ReportCorrection => Some(MandateAct::Rectify),
            _ => None,
        }
    }
}

impl Command {
    /// The kind of act.
    pub fn action(&self) -> Action {
        match self {
            Self::Open { .. } => Action::Open,
            Self::RecordMandate { .. } => Action::RecordMandate,
            Self::ChooseBody { .. } => Action::ChooseBody,
            Self::SaveForm { .. } => Action::SaveForm,
            Self::Submit { .. } => Action::Submit,
            Self::Withdraw { .. } => Action::Withdraw,
            Self::DeclareInterest { .. } => Action::DeclareInterest,
            Self::Accept => Action::Accept,
            Self::Decline { .. } => Action::Decline,
            Self::MakePlan { .. } => Action::MakePlan,
            Self::SignVerification { .. } => Action::SignVerification,
            Self::CheckVerification { .. } => Action::CheckVerification,
            Self::BeginAudit { .. } => Action::BeginAudit,
            Self::AuditClause { .. } => Action::AuditClause,
            Self::SignAudit { .. } => Action::SignAudit,
            Self::OrderRectification { .. } => Action::OrderRectification,
            Self::ProposeCorrection { .. } => Action::ProposeCorrection,
            Self::ReviewCorrection { .. } => Action::ReviewCorrection,
            Self::ReportCorrection { .. } => Action::ReportCorrection,
            Self::JudgeCorrection { .. } => Action::JudgeCorrection,
            Self::Evaluate { .. } => Action::Evaluate,
            Self::ReportDeceit { .. } => Action::ReportDeceit,
            Self::ReturnEvaluation { .. } => Action::ReturnEvaluation,
            Self::Sign { .. } => Action::Sign,
            Self::ReturnConclusion { .. } => Action::ReturnConclusion,
            Self::Countersign => Action::Countersign,
            Self::RecordCertificate { .. } => Action::RecordCertificate,
            Self::StopClock { .. } => Action::StopClock,
            Self::ResumeClock => Action::ResumeClock,
            Self::MigrateBasis { .. } => Action::MigrateBasis,
            Self::ReportViolation { .. } => Action::ReportViolation,
            Self::AcknowledgeViolation { .. } => Action::AcknowledgeViolation,
        }
    }
}

/// Whether somebody of an organisation may read the case at all. A person of the body or of the
/// verification body declares interests first (CAR 13).
pub fn may_open(app: &Application, actor: &Actor, facts: &Facts) -> Result<(), Refusal> {
    match actor.org_kind {
        OrgKind::Processor if app.concerns(&actor.org) => Ok(()),
        OrgKind::Body | OrgKind::VerificationBody if app.concerns(&actor.org) => {
            check_independence(&app.interests, &actor.user, facts.practises_elsewhere.as_ref()).map_err(Refusal::certification)
        }
        OrgKind::Cac if actor.has(Role::CacSupervisor) => Ok(()),
        OrgKind::Samr if actor.has(Role::SamrSupervisor) => Ok(()),
        _ => Err(Refusal::new(RefusalCode::NotFound, "M 14")),
    }
}

/// Whether the act exists for this actor in this state: permission, mandate, independence,
/// stage. What the act itself carries is checked by `decide`.
///
/// # Errors
/// The refusal that `decide` would give.
pub fn permit(app: Option<&Application>, action: Action, actor: &Actor, facts: &Facts, now: Timestamp) -> Result<(), Refusal> {
    let no = |code| Err(Refusal::new(code, action.article()));
    let right = action.right();
    let Some(a) = subject(app, action == Action::Open, action.article())? else {
        return if right.held_by(actor) { Ok(()) } else { no(RefusalCode::NotAllowed) };
    };
    // The certificate is recorded by the platform in the transaction that issues it.
    if action == Action::RecordCertificate && actor.is_system() {
        return stage(a, action, actor, facts, cst_date(now));
    }
    // M 11: what a body reported is CAC's to acknowledge; nothing else of an application is an authority's to do.
    let reported = action == Action::AcknowledgeViolation && actor.org_kind == OrgKind::Cac;
    if !reported && !a.concerns(&actor.org) {
        return Err(not_concerned(actor, action.article()));
    }
    if !right.held_by(actor) {
        return no(RefusalCode::NotAllowed);
    }
    let today = cst_date(now);
    match actor.org_kind {
        OrgKind::Processor => applicant_side(a, action, actor, today)?,
        OrgKind::Cac if reported => {}
        OrgKind::Body if a.body() == Some(&actor.org) => body_side(a, action, actor, facts)?,
        OrgKind::VerificationBody if a.verification_body() == Some(&actor.org) => body_side(a, action, actor, facts)?,
        _ => return no(RefusalCode::NotAllowed),
    }
    stage(a, action, actor, facts, today)
}

/// M 7(2): for an overseas processor its office or representative acts, within the mandate; its
/// own staff may prepare a draft. For a processor of the mainland there is no representation.
fn applicant_side(a: &Application, action: Action, actor: &Actor, today: Date) -> Result<(), Refusal> {
    let no = |code| Err(Refusal::new(code, action.article()));
    if !a.processor.is_overseas() {
        return if actor.has(Role::Applicant) && actor.org == a.owner { Ok(()) } else { no(RefusalCode::NotAllowed) };
    }
    if action == Action::RecordMandate {
        return Ok(());
    }
    let Some(act) = action.mandate_act() else { return no(RefusalCode::NotAllowed) };
    if actor.has(Role::Representative) {
        let mandate = Mandate::on(a.dossier.mandate.as_ref(), a.mandate_before.as_ref(), today);
        return check_mandate(mandate, &actor.org, act, today).map_err(Refusal::certification);
    }
    match action {
        Action::SaveForm | Action::ChooseBody => Ok(()),
        _ => Err(Refusal::certification(Reason::RepresentativeNeeded)),
    }
}

fn body_side(a: &Application, action: Action, actor: &Actor, facts: &Facts) -> Result<(), Refusal> {
    // Until there is a certificate the processor's side applies and says itself who acts for it.
    if action == Action::RecordMandate {
        return Err(Refusal::new(RefusalCode::NotAllowed, action.article()));
    }
    if let (Action::DeclareInterest, Some(body)) = (action, &facts.practises_elsewhere) {
        return Err(Refusal::certification(Reason::PractisesElsewhere { body: body.clone() }));
    }
    if action == Action::DeclareInterest {
        return Ok(());
    }
    check_independence(&a.interests, &actor.user, facts.practises_elsewhere.as_ref()).map_err(Refusal::certification)
}

fn stage(a: &Application, action: Action, actor: &Actor, facts: &Facts, today: Date) -> Result<(), Refusal> {
    let refuse = |reason| Err(Refusal::certification(reason));
    let wrong = || refuse(Reason::Stage { phase: a.phase });
    let exists = match action {
        Action::Open => false,
        Action::ChooseBody | Action::SaveForm | Action::Submit => a.phase == Phase::Draft,
        Action::RecordMandate => a.processor.is_overseas() && !a.phase.is_final(),
        Action::Withdraw => !a.phase.is_final() && a.phase != Phase::Decided,
        Action::DeclareInterest | Action::ReportViolation => a.phase.is_at_work(),
        Action::Accept | Action::Decline => a.phase == Phase::Entrusted,
        Action::MakePlan => a.phase == Phase::Accepted || (a.phase == Phase::Planned && a.verification.is_none()),
        Action::SignVerification | Action::CheckVerification => a.phase == Phase::Planned,
        Action::BeginAudit | Action::AuditClause | Action::SignAudit => a.phase == Phase::Verified,
        Action::OrderRectification => matches!(a.phase, Phase::Audited | Phase::Rectifying),
        Action::ProposeCorrection | Action::ReviewCorrection | Action::ReportCorrection | Action::JudgeCorrection => {
            a.phase == Phase::Rectifying
        }
        Action::Evaluate => matches!(a.phase, Phase::Audited | Phase::Rectifying),
        Action::ReportDeceit => {
            matches!(a.phase, Phase::Accepted | Phase::Planned | Phase::Verified | Phase::Audited | Phase::Rectifying)
        }
        Action::ReturnEvaluation | Action::Sign => a.phase == Phase::Evaluated,
        Action::ReturnConclusion | Action::Countersign => a.phase == Phase::Signed,
        Action::RecordCertificate => a.phase == Phase::Decided,
        Action::StopClock | Action::ResumeClock => Stage::of(a.phase).is_some(),
        Action::MigrateBasis => matches!(a.phase, Phase::Entrusted | Phase::Accepted | Phase::Planned),
        // Whatever became of the application since.
        Action::AcknowledgeViolation => true,
    };
    if !exists {
        return wrong();
    }
    match action {
        Action::Accept => match a.body().map(|b| facts.standing(b)) {
            Some(Standing::Filed) => Ok(()),
            other => refuse(Reason::BodyNotFiled { standing: other.unwrap_or(Standing::NotFiled) }),
        },
        Action::SignVerification if a.verification.is_some() => refuse(Reason::NoReport),
        Action::CheckVerification if a.verification.is_none() => refuse(Reason::NoReport),
        Action::BeginAudit | Action::AuditClause | Action::SignAudit | Action::ReviewCorrection | Action::JudgeCorrection => {
            audit(a, action, actor, facts)
        }
        Action::OrderRectification if a.open_nonconformities().is_empty() => refuse(Reason::NothingToCorrect),
        Action::OrderRectification => match last_day(a, facts, today) {
            last if today < last => Ok(()),
            last => refuse(Reason::DayOutside { from: None, until: Some(last) }),
        },
        // After the limit nothing is begun any more; what was begun can be reported and judged.
        Action::ProposeCorrection if a.rectification.as_ref().is_some_and(|r| today > r.until) => {
            refuse(Reason::DayOutside { from: None, until: a.rectification.as_ref().map(|r| r.until) })
        }
        Action::ProposeCorrection if !a.any_at(&[NcStage::Determined, NcStage::Ineffective]) => refuse(Reason::NothingToCorrect),
        Action::ReportCorrection if !a.any_at(&[NcStage::Approved]) => refuse(Reason::NothingToCorrect),
        // While corrections are open only their failure can be evaluated: the limit has passed, or
        // a correction was judged not to work.
        Action::Evaluate if a.phase == Phase::Rectifying && !a.any_at(&[NcStage::Ineffective]) => match &a.rectification {
            Some(r) if today <= r.until => refuse(Reason::RectificationRuns { until: r.until }),
            _ => Ok(()),
        },
        Action::Evaluate if a.phase == Phase::Audited && !a.open_nonconformities().is_empty() => {
            refuse(Reason::NonconformitiesOpen { open: a.open_nonconformities() })
        }
        // That the evaluator does not sign first is a rule of the house; the second signature is the law's.
        Action::ReturnEvaluation | Action::Sign => decider(a, actor, a.evaluation.as_ref().map(|e| &e.by.user), "house"),
        Action::ReturnConclusion | Action::Countersign => {
            decider(a, actor, a.conclusion.as_ref().map(|c| &c.certifier.user), "CAR 22")
        }
        Action::MigrateBasis if Edition::on(today).is_none_or(|e| e.id == a.basis) => refuse(Reason::EditionUnfit),
        Action::AcknowledgeViolation if a.violations.iter().all(|v| v.acknowledged.is_some()) => refuse(Reason::NotOpen),
        Action::StopClock if a.clock.stands.is_some() => refuse(Reason::ClockUnchanged),
        Action::ResumeClock if a.clock.stands.is_none() => refuse(Reason::ClockUnchanged),
        _ => Ok(()),
    }
}

fn audit(a: &Application, action: Action, actor: &Actor, facts: &Facts) -> Result<(), Refusal> {
    let refuse = |reason| Err(Refusal::certification(reason));
    if !facts.roster.contains(&actor.user) {
        return refuse(Reason::NotOnRoster { user: actor.user.clone() });
    }
    if !a.plan.as_ref().is_some_and(|p| p.team.contains(&actor.user)) {
        return refuse(Reason::NotOfTheTeam);
    }
    match action {
        Action::BeginAudit if a.audit.is_some() => refuse(Reason::AuditNotOpen),
        Action::AuditClause | Action::SignAudit if a.audit.is_none() => refuse(Reason::AuditNotOpen),
        Action::SignAudit if !a.open_clauses().is_empty() => refuse(Reason::ClausesOpen { clauses: a.open_clauses() }),
        Action::ReviewCorrection if !a.any_at(&[NcStage::Proposed]) => refuse(Reason::NothingToCorrect),
        Action::JudgeCorrection if !a.any_at(&[NcStage::Done]) => refuse(Reason::NothingToCorrect),
        _ => Ok(()),
    }
}

/// The last day to which the house's longest rectification reaches (R37 4.4).
pub(super) fn last_day(a: &Application, facts: &Facts, today: Date) -> Date {
    let first = a.rectification.as_ref().map_or(today, |r| r.ordered_on);
    first.saturating_add(jiff::Span::new().days(i64::from(facts.config.rectification_days)))
}

/// The decision is taken by somebody who neither verified nor audited, and not by the person
/// whose work it follows.
fn decider(a: &Application, actor: &Actor, before: Option<&crate::UserId>, article: &'static str) -> Result<(), Refusal> {
    if a.hands.worked(&actor.user) {
        return Err(Refusal::certification(Reason::VerifiedOrAudited));
    }
    if before == Some(&actor.user) {
        return Err(Refusal::new(RefusalCode::SamePerson, article));
    }
    Ok(())
}

/// All acts that exist for this actor now.
pub fn available(app: Option<&Application>, actor: &Actor, facts: &Facts, now: Timestamp) -> Vec<Action> {
    Action::ALL.iter().copied().filter(|a| permit(app, *a, actor, facts, now).is_ok()).collect()
}
