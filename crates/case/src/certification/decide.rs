//! The decisions of an application.

use guosuo_rules::basis::Edition;
use guosuo_rules::path;
use guosuo_rules::time::cst_date;
use jiff::Timestamp;
use jiff::civil::Date;

use super::available::{last_day, permit};
use super::check::{Severity, check_application};
use super::command::{Command, Facts};
use super::event::Event;
use super::form::{Chosen, LedgerGiven};
use super::party::{DocRef, Mandate, Party, Standing, check_mandate};
use super::reason::{PlanFault, Reason};
use super::state::{Application, NcId, NcStage, Nonconformity, Outcome, Plan, ReceiptNumber, Violation};
use crate::actor::{Actor, OrgId, OrgKind, Role};
use crate::life::{Life, Recorded};
use crate::refusal::{Refusal, RefusalCode, needed};

/// Refuses for a reason of certification.
pub(crate) fn refuse<T>(reason: Reason) -> Result<T, Refusal> {
    Err(Refusal::certification(reason))
}

/// Documents that are all declared by version and digests.
pub(crate) fn documents(list: Vec<DocRef>) -> Result<Vec<DocRef>, Refusal> {
    if list.iter().all(DocRef::is_complete) { Ok(list) } else { refuse(Reason::DocumentIncomplete) }
}

/// One such document.
pub(crate) fn document(d: DocRef) -> Result<DocRef, Refusal> {
    if d.is_complete() { Ok(d) } else { refuse(Reason::DocumentIncomplete) }
}

/// A signature needs a second factor shown within the last minutes.
pub(crate) fn fresh(actor: &Actor, minutes: i64, now: Timestamp) -> Result<(), Refusal> {
    let limit = jiff::SignedDuration::from_mins(minutes);
    if actor.second_factor_at.is_none_or(|t| now.duration_since(t) > limit) {
        return Err(Refusal::new(RefusalCode::FreshFactorNeeded, "house"));
    }
    Ok(())
}

impl Life for Application {
    const KIND: &'static str = "application";
    type Command = Command;
    type Event = Event;
    type Facts = Facts;

    fn owner(&self) -> &OrgId {
        &self.owner
    }

    fn concerns(&self, org: &OrgId) -> bool {
        self.owner == *org
            || self.processor.org.as_ref() == Some(org)
            || [&self.dossier.mandate, &self.mandate_before].into_iter().flatten().any(|m| m.holder == *org)
            || self.body() == Some(org)
            || self.verification_body() == Some(org)
    }

    fn event_kind(event: &Event) -> &'static str {
        match event {
            Event::Opened { .. } => "opened",
            Event::MandateRecorded { .. } => "mandate_recorded",
            Event::BodyChosen { .. } => "body_chosen",
            Event::FormSaved { .. } => "form_saved",
            Event::Submitted { .. } => "submitted",
            Event::Withdrawn { .. } => "withdrawn",
            Event::InterestDeclared { .. } => "interest_declared",
            Event::Accepted => "accepted",
            Event::Declined { .. } => "declined",
            Event::Planned { .. } => "planned",
            Event::VerificationSigned { .. } => "verification_signed",
            Event::VerificationTaken => "verification_taken",
            Event::VerificationReturned { .. } => "verification_returned",
            Event::AuditBegun { .. } => "audit_begun",
            Event::ClauseAudited { .. } => "clause_audited",
            Event::AuditSigned { .. } => "audit_signed",
            Event::RectificationOrdered { .. } => "rectification_ordered",
            Event::CorrectionProposed { .. } => "correction_proposed",
            Event::CorrectionApproved { .. } => "correction_approved",
            Event::CorrectionReturned { .. } => "correction_returned",
            Event::CorrectionDone { .. } => "correction_done",
            Event::CorrectionJudged { .. } => "correction_judged",
            Event::Evaluated { .. } => "evaluated",
            Event::DeceitReported { .. } => "deceit_reported",
            Event::EvaluationReturned { .. } => "evaluation_returned",
            Event::Signed { .. } => "signed",
            Event::ConclusionReturned { .. } => "conclusion_returned",
            Event::Countersigned => "countersigned",
            Event::Certified { .. } => "certified",
            Event::ClockStopped { .. } => "clock_stopped",
            Event::ClockResumed => "clock_resumed",
            Event::BasisMigrated { .. } => "basis_migrated",
            Event::ViolationReported { .. } => "violation_reported",
            Event::ViolationAcknowledged { .. } => "violation_acknowledged",
        }
    }

    fn decide(
        state: Option<&Self>,
        command: Command,
        actor: &Actor,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        let action = command.action();
        permit(state, action, actor, facts, now)?;
        let article = action.article();
        let Some(a) = state else {
            let Command::Open { processor, purpose } = command else {
                return Err(Refusal::new(RefusalCode::NotFound, article));
            };
            // M 7(2): an overseas processor opens itself, or its office or representative does.
            let itself = processor.org.as_ref() == Some(&actor.org);
            return if processor.is_overseas() && !itself && !actor.has(Role::Representative) {
                refuse(Reason::RepresentativeNeeded)
            } else if !processor.is_overseas() && !actor.has(Role::Applicant) {
                Err(Refusal::new(RefusalCode::NotAllowed, article))
            } else {
                Ok(vec![Event::Opened { processor, purpose }])
            };
        };
        let today = cst_date(now);
        Ok(vec![match command {
            Command::Open { .. } => return Err(Refusal::new(RefusalCode::WrongPhase, article)),
            Command::RecordMandate { mandate } => {
                let last = a.dossier.mandate.as_ref();
                new_mandate(&mandate, &a.processor, last, a.receipt.is_some(), actor, today)?;
                Event::MandateRecorded { mandate }
            }
            Command::ChooseBody { body } => choose(body, facts)?,
            Command::SaveForm { form, seen } => {
                let current = a.dossier.form_rev;
                if seen != current {
                    return Err(Refusal::new(RefusalCode::StaleForm { expected: seen, current }, article));
                }
                let of_others = |l: &LedgerGiven| !l.flows.iter().all(|f| LedgerGiven::may_hold(f, &a.processor, &a.owner));
                if form.ledger.as_ref().is_some_and(of_others) {
                    return refuse(Reason::LedgerOfOthers);
                }
                Event::FormSaved { form }
            }
            Command::Submit { pledge } => submit(a, pledge, facts, today)?,
            Command::Withdraw { reason } => Event::Withdrawn { reason: needed(reason, article)? },
            Command::DeclareInterest { has, words } => {
                Event::InterestDeclared { has, words: if has { needed(words, article)? } else { words } }
            }
            Command::Accept => Event::Accepted,
            Command::Decline { reasons } => Event::Declined { reasons: needed(reasons, article)? },
            Command::MakePlan { plan } => make_plan(a, plan, facts)?,
            Command::SignVerification { report, conforming } => {
                Event::VerificationSigned { report: document(report)?, conforming }
            }
            Command::CheckVerification { take: true, .. } => Event::VerificationTaken,
            Command::CheckVerification { take: false, reason } => {
                Event::VerificationReturned { reason: needed(reason, article)? }
            }
            Command::BeginAudit { on } => {
                // The audit follows the verification; nobody audits tomorrow.
                let from = a.verification.as_ref().map(|v| cst_date(v.at));
                if on > today || from.is_some_and(|f| on < f) {
                    return refuse(Reason::DayOutside { from, until: Some(today) });
                }
                Event::AuditBegun { on }
            }
            Command::AuditClause { clause, grade, statement, evidence } => {
                if !a.plan.as_ref().is_some_and(|p| p.clauses().any(|c| c == clause)) {
                    return refuse(Reason::UnknownClause);
                }
                let statement = if grade.is_nonconformity() { needed(statement, article)? } else { statement };
                Event::ClauseAudited { clause, grade, statement, evidence: documents(evidence)? }
            }
            Command::SignAudit { report } => Event::AuditSigned { report: document(report)? },
            Command::OrderRectification { until } => {
                let last = last_day(a, facts, today);
                if until <= today || until > last {
                    return refuse(Reason::DayOutside { from: today.tomorrow().ok(), until: Some(last) });
                }
                Event::RectificationOrdered { until }
            }
            Command::ProposeCorrection { nc, action: text, planned_for } => {
                at_stage(a, nc, &[NcStage::Determined, NcStage::Ineffective])?;
                within(planned_for, Some(today), a.rectification.as_ref().map(|r| r.until))?;
                Event::CorrectionProposed { nc, action: needed(text, article)?, planned_for }
            }
            Command::ReviewCorrection { nc, approve, reason } => {
                at_stage(a, nc, &[NcStage::Proposed])?;
                if approve {
                    Event::CorrectionApproved { nc }
                } else {
                    Event::CorrectionReturned { nc, reason: needed(reason, article)? }
                }
            }
            Command::ReportCorrection { nc, started_on, done_on, evidence } => {
                let n = at_stage(a, nc, &[NcStage::Approved])?;
                within(started_on, n.approved_on, Some(done_on))?;
                within(done_on, Some(started_on), Some(today))?;
                if evidence.is_empty() {
                    return refuse(Reason::DocumentIncomplete);
                }
                Event::CorrectionDone { nc, started_on, done_on, evidence: documents(evidence)? }
            }
            Command::JudgeCorrection { nc, effective, note } => {
                at_stage(a, nc, &[NcStage::Done])?;
                let note = if effective { note } else { needed(note, article)? };
                Event::CorrectionJudged { nc, effective, note }
            }
            Command::Evaluate { recommends, summary } => {
                if recommends == Outcome::Certify && !a.open_nonconformities().is_empty() {
                    return refuse(Reason::NonconformitiesOpen { open: a.open_nonconformities() });
                }
                if recommends == Outcome::Certify && a.verification.as_ref().is_none_or(|v| !v.conforming) {
                    return refuse(Reason::VerificationNotConforming);
                }
                Event::Evaluated { recommends, summary: needed(summary, article)? }
            }
            Command::ReportDeceit { summary, evidence } => {
                if evidence.is_empty() {
                    return refuse(Reason::DocumentIncomplete);
                }
                Event::DeceitReported { summary: needed(summary, article)?, evidence: documents(evidence)? }
            }
            Command::ReturnEvaluation { reason } => Event::EvaluationReturned { reason: needed(reason, article)? },
            Command::Sign { outcome, reasons } => {
                fresh(actor, facts.config.fresh_factor_minutes, now)?;
                if outcome == Outcome::Certify && a.evaluation.as_ref().is_none_or(|e| e.recommends != outcome) {
                    return refuse(Reason::AgainstRecommendation);
                }
                Event::Signed { outcome, reasons: needed(reasons, article)? }
            }
            Command::ReturnConclusion { reason } => Event::ConclusionReturned { reason: needed(reason, article)? },
            Command::Countersign => {
                fresh(actor, facts.config.fresh_factor_minutes, now)?;
                Event::Countersigned
            }
            Command::RecordCertificate { certificate } => Event::Certified { certificate },
            Command::StopClock { reason, note } => Event::ClockStopped { reason, note: needed(note, article)? },
            Command::ResumeClock => Event::ClockResumed,
            Command::MigrateBasis { to, reason } => migrate(a, to, needed(reason, article)?, today)?,
            Command::ReportViolation { summary, evidence } => {
                Event::ViolationReported { summary: needed(summary, article)?, evidence: documents(evidence)? }
            }
            Command::AcknowledgeViolation { id, note } => {
                if !Violation::is_open(&a.violations, id) {
                    return refuse(Reason::NotOpen);
                }
                Event::ViolationAcknowledged { id, note: needed(note, article)? }
            }
        }])
    }

    fn apply(state: Option<Self>, recorded: &Recorded<Event>) -> Option<Self> {
        super::apply::apply(state, recorded)
    }
}

fn within(day: Date, from: Option<Date>, until: Option<Date>) -> Result<(), Refusal> {
    if from.is_some_and(|f| day < f) || until.is_some_and(|u| day > u) {
        return refuse(Reason::DayOutside { from, until });
    }
    Ok(())
}

fn at_stage<'a>(a: &'a Application, nc: NcId, stages: &[NcStage]) -> Result<&'a Nonconformity, Refusal> {
    match a.nonconformities.iter().find(|n| n.id == nc && stages.contains(&n.stage)) {
        Some(n) => Ok(n),
        None => refuse(Reason::NothingToCorrect),
    }
}

/// A mandate names an office or representative that acts, and whoever records it is that
/// organisation or the processor itself. Once the body knows who acts, only the processor puts
/// somebody else in its place, or the body on the processor's document: a representative neither
/// hands its mandate on nor takes back one that was given to another (M 7(2)). The last one again is nothing new.
pub(crate) fn new_mandate(
    mandate: &Mandate,
    processor: &Party,
    last: Option<&Mandate>,
    known: bool,
    actor: &Actor,
    today: Date,
) -> Result<(), Refusal> {
    let trusted = actor.org_kind == OrgKind::Body || processor.org.as_ref() == Some(&actor.org);
    let own = if actor.org_kind == OrgKind::Body { mandate.holder != actor.org } else { trusted || mandate.holder == actor.org };
    let fit = mandate.document.is_complete() && mandate.from <= mandate.until && !mandate.acts.is_empty();
    if !own || !fit {
        return refuse(Reason::MandateUnfit);
    }
    if mandate.until < today {
        return refuse(Reason::MandateExpired { until: mandate.until });
    }
    if known && !trusted && last.is_some_and(|m| m.holder != mandate.holder) {
        return refuse(Reason::MandateOfAnother);
    }
    if last == Some(mandate) {
        return refuse(Reason::MandateUnchanged);
    }
    Ok(())
}

fn choose(body: OrgId, facts: &Facts) -> Result<Event, Refusal> {
    match facts.bodies.get(&body) {
        Some((name, Standing::Filed)) => {
            let name = name.clone();
            Ok(Event::BodyChosen { body: Chosen { org: body, name } })
        }
        other => refuse(Reason::BodyNotFiled { standing: other.map_or(Standing::NotFiled, |b| b.1) }),
    }
}

fn submit(a: &Application, pledge: bool, facts: &Facts, today: Date) -> Result<Event, Refusal> {
    let problems: Vec<_> = check_application(&a.processor, &a.owner, &a.dossier, today, &facts.config)
        .into_iter()
        .filter(|p| p.severity == Severity::Blocks)
        .collect();
    if !problems.is_empty() {
        return refuse(Reason::NotReady { problems });
    }
    if let Some(body) = &a.dossier.body {
        choose(body.org.clone(), facts)?;
    }
    if a.processor.is_overseas() {
        let mandate = a.dossier.mandate.as_ref();
        let holder = mandate.map_or(&a.owner, |m| &m.holder);
        check_mandate(mandate, holder, super::party::MandateAct::Apply, today).map_err(Refusal::certification)?;
    }
    if let super::state::Purpose::Renewal { valid_until, .. } = &a.purpose
        && today > *valid_until
    {
        return refuse(Reason::ValidityEnded { until: *valid_until });
    }
    if !pledge {
        return Err(Refusal::new(RefusalCode::PledgeMissing, "R37 7"));
    }
    let Some(basis) = Edition::on(today) else { return refuse(Reason::EditionUnfit) };
    let Some(decision) = a.dossier.form.eligibility.as_ref().and_then(|e| path::answer(&e.answers).ok()) else {
        return refuse(Reason::NotReady { problems: Vec::new() });
    };
    let number = ReceiptNumber { year: today.year(), seq: facts.next_number };
    Ok(Event::Submitted {
        number,
        basis: basis.id.clone(),
        path: decision.path,
        law: decision.law,
        limits: facts.config.stage_days,
    })
}

fn make_plan(a: &Application, plan: Box<Plan>, facts: &Facts) -> Result<Event, Refusal> {
    let fault = |what| refuse(Reason::PlanUnfit { what });
    if a.concerns(&plan.verification_body) && a.verification_body() != Some(&plan.verification_body) {
        return fault(PlanFault::VerificationBody);
    }
    if plan.team.is_empty() {
        return fault(PlanFault::Team);
    }
    if let Some(user) = plan.team.iter().find(|u| !facts.roster.contains(*u)) {
        return refuse(Reason::NotOnRoster { user: user.clone() });
    }
    if plan.man_days == 0 {
        return fault(PlanFault::ManDays);
    }
    if plan.kinds.is_empty() || (plan.people.non_sensitive == 0 && plan.people.sensitive == 0) {
        return fault(PlanFault::Kinds);
    }
    let basis = Edition::by_id(&a.basis).map_or(&[][..], |e| &e.standards);
    let covered = basis.iter().all(|s| plan.checklists.iter().any(|c| c.standard == *s && !c.clauses.is_empty()));
    if basis.is_empty() || !covered || plan.checklists.iter().any(|c| !basis.contains(&c.standard)) {
        return fault(PlanFault::Checklists);
    }
    Ok(Event::Planned { plan })
}

/// A migration goes to another edition on which a new case could begin today.
fn migrate(a: &Application, to: String, reason: String, today: Date) -> Result<Event, Refusal> {
    match Edition::by_id(&to) {
        Some(e) if e.in_force(today) && to != a.basis => Ok(Event::BasisMigrated { to, reason }),
        _ => refuse(Reason::EditionUnfit),
    }
}
