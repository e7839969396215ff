//! What can be done now with a certificate: the one table that draws the buttons, guards the
//! commands and documents the interface.

use guosuo_rules::time::cst_date;
use jiff::Timestamp;
use jiff::civil::Date;

use super::command::{Command, Facts};
use super::reported::Report;
use super::state::{Certificate, ChangeKind, Status};
use crate::actor::{Actor, OrgKind, Role};
use crate::certification::{Application, Mandate, MandateAct, Purpose, Reason, Standing, check_independence, check_mandate};
use crate::life::{Life as _, not_concerned, subject};
use crate::permission::Right;
use crate::refusal::{Refusal, RefusalCode};

macro_rules! actions {
    ($($name:ident $right:ident $article:literal,)*) => {
        /// A kind of act on a certificate.
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
    Issue CertificateManage "M 8(1)",
    TakeOver CertificateManage "M 18",
    DeclareInterest InterestDeclare "CAR 13",
    RecordMandate MandateRecord "M 7(2)",
    Request CertificateRequest "R37 5.1.3",
    RefuseRequest CertificateManage "R37 5.1.3",
    StateFinding FindingState "M 10(2)",
    LiftFinding FindingState "M 10(2)",
    DeclareFlows FlowsDeclare "M 10(1)",
    SetAside CertificateManage "M 10(1)",
    Propose MeasurePropose "M 10(1)",
    BeHeard CertificateRequest "house",
    DropMeasure ConclusionCountersign "house",
    TakeMeasure ConclusionCountersign "M 10(1)",
    TriggerSurveillance CertificateManage "R37 4.5",
    RecordSurveillance Audit "R37 4.5",
    NoteRenewal CertificateRequest "M 8(2)",
    LinkSuccessor CertificateManage "R37 5.1.1",
    Expire CertificateManage "M 8(2)",
    ReportViolation ViolationReport "M 11",
    CorrectReport CertificateManage "M 9(1)",
    SendReport CertificateManage "M 9(1)",
    RegisterReceipt CertificateManage "M 9(1)",
    RejectReport CertificateManage "M 9(1)",
    ResendReport CertificateManage "M 9(1)",
    AcknowledgeViolation ViolationAcknowledge "M 11",
}

impl Action {
    /// What a mandate must reach for the act; `None` for acts of the other side.
    pub fn mandate_act(self) -> Option<MandateAct> {
        match self {
            Self::Request | Self::BeHeard => Some(MandateAct::Status),
            Self::DeclareFlows => Some(MandateAct::Surveillance),
            Self::NoteRenewal => Some(MandateAct::Apply),
            _ => None,
        }
    }

    /// Whether the platform itself may act: clocks, and what one transaction records in two cases.
    fn by_platform(self) -> bool {
        matches!(
            self,
            Self::TakeOver
                | Self::Expire
                | Self::SendReport
                | Self::RegisterReceipt
                | Self::RejectReport
                | Self::ResendReport
                | Self::LinkSuccessor
                | Self::NoteRenewal
        )
    }

    /// Whether the act needs a certificate that is valid or suspended.
    fn needs_live(self) -> bool {
        !matches!(
            self,
            Self::Issue
                | Self::TakeOver
                | Self::DeclareInterest
                | Self::RecordMandate
                | Self::LiftFinding
                | Self::LinkSuccessor
                | Self::Expire
                | Self::ReportViolation
                | Self::CorrectReport
                | Self::SendReport
                | Self::RegisterReceipt
                | Self::RejectReport
                | Self::ResendReport
                | Self::AcknowledgeViolation
        )
    }
}

impl Command {
    /// The kind of act.
    pub fn action(&self) -> Action {
        match self {
            Self::Issue { .. } => Action::Issue,
            Self::TakeOver(_) => Action::TakeOver,
            Self::DeclareInterest { .. } => Action::DeclareInterest,
            Self::RecordMandate { .. } => Action::RecordMandate,
            Self::Request { .. } => Action::Request,
            Self::RefuseRequest { .. } => Action::RefuseRequest,
            Self::StateFinding { .. } => Action::StateFinding,
            Self::LiftFinding { .. } => Action::LiftFinding,
            Self::DeclareFlows { .. } => Action::DeclareFlows,
            Self::SetAside { .. } => Action::SetAside,
            Self::Propose(_) => Action::Propose,
            Self::BeHeard { .. } => Action::BeHeard,
            Self::DropMeasure { .. } => Action::DropMeasure,
            Self::TakeMeasure { .. } => Action::TakeMeasure,
            Self::TriggerSurveillance { .. } => Action::TriggerSurveillance,
            Self::RecordSurveillance { .. } => Action::RecordSurveillance,
            Self::NoteRenewal { .. } => Action::NoteRenewal,
            Self::LinkSuccessor { .. } => Action::LinkSuccessor,
            Self::Expire => Action::Expire,
            Self::ReportViolation { .. } => Action::ReportViolation,
            Self::CorrectReport { .. } => Action::CorrectReport,
            Self::SendReport { .. } => Action::SendReport,
            Self::RegisterReceipt { .. } => Action::RegisterReceipt,
            Self::RejectReport { .. } => Action::RejectReport,
            Self::ResendReport { .. } => Action::ResendReport,
            Self::AcknowledgeViolation { .. } => Action::AcknowledgeViolation,
        }
    }
}

fn refuse(reason: Reason) -> Result<(), Refusal> {
    Err(Refusal::certification(reason))
}

/// Whether an application carries a first or renewed certificate of this body.
pub(super) fn carries(a: &Application, body: &crate::OrgId) -> bool {
    a.carries_a_certificate() && a.body() == Some(body) && !matches!(a.purpose, Purpose::Change { .. })
}

/// Whether the act exists for this actor in this state: permission, mandate, independence,
/// status. What the act itself carries is checked by `decide`.
///
/// # Errors
/// The refusal that `decide` would give.
pub fn permit(
    certificate: Option<&Certificate>,
    action: Action,
    actor: &Actor,
    facts: &Facts,
    now: Timestamp,
) -> Result<(), Refusal> {
    let no = |code| Err(Refusal::new(code, action.article()));
    let right = action.right();
    let today = cst_date(now);
    let begins = matches!(action, Action::Issue | Action::TakeOver);
    let Some(c) = subject(certificate, begins, action.article())? else {
        return match action {
            Action::TakeOver if right.held_by(actor) || actor.is_system() => filed(facts),
            Action::Issue if right.held_by(actor) => issue(actor, facts),
            _ => no(RefusalCode::NotAllowed),
        };
    };
    if actor.is_system() && action.by_platform() {
        return status(c, action, actor, facts, today);
    }
    // Time is recorded by the platform alone, so that it is recorded exactly once.
    if action == Action::Expire {
        return no(RefusalCode::NotAllowed);
    }
    let authority = matches!(actor.org_kind, OrgKind::Cac | OrgKind::Samr);
    if !authority && !c.concerns(&actor.org) {
        return Err(not_concerned(actor, action.article()));
    }
    if !right.held_by(actor) {
        return no(RefusalCode::NotAllowed);
    }
    match actor.org_kind {
        OrgKind::Cac | OrgKind::Samr => {}
        OrgKind::Processor => holder_side(c, action, actor, today)?,
        OrgKind::Body if action == Action::DeclareInterest => {
            if let Some(body) = &facts.practises_elsewhere {
                return refuse(Reason::PractisesElsewhere { body: body.clone() });
            }
        }
        OrgKind::Body => {
            check_independence(&c.interests, &actor.user, facts.practises_elsewhere.as_ref()).map_err(Refusal::certification)?;
        }
        OrgKind::VerificationBody | OrgKind::Nda | OrgKind::Platform => return no(RefusalCode::NotAllowed),
    }
    status(c, action, actor, facts, today)
}

/// A certificate comes of a decision with every step behind it, by a filed body (M 8(1), CAR 21).
fn issue(actor: &Actor, facts: &Facts) -> Result<(), Refusal> {
    let Some(a) = facts.applications.values().find(|a| carries(a, &actor.org)) else {
        return refuse(Reason::NotDecided);
    };
    filed(facts)?;
    check_independence(&a.interests, &actor.user, facts.practises_elsewhere.as_ref()).map_err(Refusal::certification)
}

/// Only a filed body certifies exports (M 12(1)); that it alone brings older certificates in is a rule of this house.
fn filed(facts: &Facts) -> Result<(), Refusal> {
    if facts.standing == Standing::Filed { Ok(()) } else { refuse(Reason::BodyNotFiled { standing: facts.standing }) }
}

/// M 7(2): for an overseas holder its office or representative acts, within the mandate.
fn holder_side(c: &Certificate, action: Action, actor: &Actor, today: Date) -> Result<(), Refusal> {
    let no = |code| Err(Refusal::new(code, action.article()));
    if !c.holder.is_overseas() {
        let own = actor.org == c.applicant || c.holder.org.as_ref() == Some(&actor.org);
        let fits = actor.has(Role::Applicant) && own && action != Action::RecordMandate;
        return if fits { Ok(()) } else { no(RefusalCode::NotAllowed) };
    }
    if action == Action::RecordMandate {
        return Ok(());
    }
    let Some(act) = action.mandate_act() else { return no(RefusalCode::NotAllowed) };
    if !actor.has(Role::Representative) {
        return refuse(Reason::RepresentativeNeeded);
    }
    check_mandate(Mandate::on(c.mandate.as_ref(), c.mandate_before.as_ref(), today), &actor.org, act, today)
        .map_err(Refusal::certification)
}

fn status(c: &Certificate, action: Action, actor: &Actor, facts: &Facts, today: Date) -> Result<(), Refusal> {
    let now = c.status_on(today);
    if action.needs_live() && !now.is_live() {
        // By time: something else is possible, a new application.
        return if now == Status::Expired {
            refuse(Reason::ValidityEnded { until: c.valid_until })
        } else {
            refuse(Reason::StatusOf { status: now })
        };
    }
    match action {
        // A processor of the mainland acts itself.
        Action::RecordMandate if !c.holder.is_overseas() => refuse(Reason::MandateUnfit),
        Action::RefuseRequest if !c.requests.iter().any(|r| r.open) => refuse(Reason::NotOpen),
        Action::LiftFinding => {
            let mut standing = c.standing_findings().peekable();
            if standing.peek().is_none() {
                refuse(Reason::NotOpen)
            } else if !standing.any(|f| f.authority == actor.org) {
                refuse(Reason::OtherAuthority)
            } else {
                Ok(())
            }
        }
        Action::SetAside if !c.suggestions.iter().any(|s| s.open) => refuse(Reason::NotOpen),
        Action::Propose if c.proposal.is_some() || c.effect_pending(today) => refuse(Reason::MeasurePending),
        Action::BeHeard => match &c.proposal {
            None => refuse(Reason::NoMeasure),
            Some(p) if !p.needs_hearing() || p.heard.is_some() => refuse(Reason::NoHearing),
            Some(_) => Ok(()),
        },
        Action::DropMeasure if c.proposal.is_none() => refuse(Reason::NoMeasure),
        Action::TakeMeasure => take(c, actor, facts, today),
        Action::RecordSurveillance => {
            if !facts.roster.contains(&actor.user) {
                refuse(Reason::NotOnRoster { user: actor.user.clone() })
            } else if c.surveillances.iter().all(|s| s.conforming.is_some()) {
                refuse(Reason::NoSurveillance)
            } else {
                Ok(())
            }
        }
        Action::LinkSuccessor if c.renewal.is_none() || c.successor.is_some() => refuse(Reason::NotOpen),
        Action::Expire => {
            if c.expiry_recorded() {
                refuse(Reason::StatusOf { status: Status::Expired })
            } else if now.is_live() {
                refuse(Reason::StillValid { until: c.valid_until })
            } else if now == Status::Expired {
                Ok(())
            } else {
                refuse(Reason::StatusOf { status: now })
            }
        }
        Action::SendReport if c.unsent_report().is_none() => refuse(Reason::NotOpen),
        Action::RegisterReceipt | Action::RejectReport if c.waiting_report().is_none() => refuse(Reason::NotOpen),
        Action::ResendReport if !c.reports.iter().any(Report::may_be_resent) => refuse(Reason::NotOpen),
        Action::AcknowledgeViolation if c.violations.iter().all(|v| v.acknowledged.is_some()) => refuse(Reason::NotOpen),
        _ => Ok(()),
    }
}

/// The head decides what somebody else proposed, after the party was heard or its time passed.
fn take(c: &Certificate, actor: &Actor, facts: &Facts, today: Date) -> Result<(), Refusal> {
    let Some(p) = &c.proposal else { return refuse(Reason::NoMeasure) };
    if p.by.user == actor.user {
        return Err(Refusal::new(RefusalCode::SamePerson, "house"));
    }
    if p.needs_hearing() && p.heard.is_none() {
        match p.hearing_until(facts.config.hearing_days, &facts.calendar) {
            Some(due) if today > due.latest() => {}
            Some(due) => return refuse(Reason::HearingOpen { until: due.latest() }),
            None => return refuse(Reason::HearingOpen { until: today }),
        }
    }
    if p.measure.kind() == ChangeKind::Restored
        && facts.config.restoration_needs_lifting
        && c.standing_findings().next().is_some()
    {
        return refuse(Reason::FindingStands);
    }
    Ok(())
}

/// All acts that exist for this actor now.
pub fn available(certificate: Option<&Certificate>, actor: &Actor, facts: &Facts, now: Timestamp) -> Vec<Action> {
    Action::ALL.iter().copied().filter(|a| permit(certificate, *a, actor, facts, now).is_ok()).collect()
}
