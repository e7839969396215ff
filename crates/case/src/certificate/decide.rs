//! The decisions on a certificate.

use guosuo_rules::basis::Edition;
use guosuo_rules::time::cst_date;
use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::available::{carries, permit};
use super::command::{Command, Facts, Propose};
use super::drift::{Direction, compare, is_within};
use super::event::{Event, Issue};
use super::renewal::{renewal_dates, valid_until};
use super::report::ReportRecord;
use super::reported::{Receipt, Report};
use super::state::{Certificate, ChangeKind, Changes, Mark, Measure, Obliges, Origin, Status};
use super::takeover::take_over;
use crate::actor::{Actor, CaseId, OrgId};
use crate::certification::decide::{document, documents, fresh, new_mandate, refuse};
use crate::certification::{Application, Field, LastDay, Purpose, Reason, Severity, Violation};
use crate::life::{Life, Recorded};
use crate::refusal::{Refusal, RefusalCode, needed};

impl Life for Certificate {
    const KIND: &'static str = "certificate";
    type Command = Command;
    type Event = Event;
    type Facts = Facts;

    fn owner(&self) -> &OrgId {
        &self.body
    }

    fn concerns(&self, org: &OrgId) -> bool {
        self.body == *org
            || self.applicant == *org
            || self.holder.org.as_ref() == Some(org)
            || [&self.mandate, &self.mandate_before].into_iter().flatten().any(|m| m.holder == *org)
    }

    fn event_kind(event: &Event) -> &'static str {
        match event {
            Event::Issued { .. } => "issued",
            Event::TakenOver { .. } => "taken_over",
            Event::InterestDeclared { .. } => "interest_declared",
            Event::MandateRecorded { .. } => "mandate_recorded",
            Event::Requested { .. } => "requested",
            Event::RequestRefused { .. } => "request_refused",
            Event::FindingStated { .. } => "finding_stated",
            Event::FindingLifted { .. } => "finding_lifted",
            Event::FlowsDeclared { .. } => "flows_declared",
            Event::SuggestionSetAside { .. } => "suggestion_set_aside",
            Event::MeasureProposed { .. } => "measure_proposed",
            Event::PartyHeard { .. } => "party_heard",
            Event::MeasureDropped { .. } => "measure_dropped",
            Event::MeasureTaken { .. } => "measure_taken",
            Event::SurveillanceTriggered { .. } => "surveillance_triggered",
            Event::SurveillanceDone { .. } => "surveillance_done",
            Event::RenewalApplied { .. } => "renewal_applied",
            Event::SuccessorLinked { .. } => "successor_linked",
            Event::Expired => "expired",
            Event::ViolationReported { .. } => "violation_reported",
            Event::ReportOwed { .. } => "report_owed",
            Event::ReportSent { .. } => "report_sent",
            Event::ReportReceived { .. } => "report_received",
            Event::ReportRejected { .. } => "report_rejected",
            Event::ReportResent { .. } => "report_resent",
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
        let today = cst_date(now);
        let Some(c) = state else {
            return match command {
                Command::Issue { application, number, mark, valid_until } => {
                    issue(application, number, mark, valid_until, actor, facts, today)
                }
                Command::TakeOver(t) => take_over(*t, facts, today),
                _ => Err(Refusal::new(RefusalCode::NotFound, article)),
            };
        };
        Ok(vec![match command {
            Command::Issue { .. } | Command::TakeOver(_) => return Err(Refusal::new(RefusalCode::WrongPhase, article)),
            Command::DeclareInterest { has, words } => {
                Event::InterestDeclared { has, words: if has { needed(words, article)? } else { words } }
            }
            Command::RecordMandate { mandate } => {
                new_mandate(&mandate, &c.holder, c.mandate.as_ref(), true, actor, today)?;
                Event::MandateRecorded { mandate }
            }
            Command::Request { asks, reason } => {
                fits_status(&asks, c.status_on(today))?;
                match &asks {
                    Measure::Revoke => return refuse(Reason::AsksOtherwise),
                    Measure::Change { changes } => check_changes(c, changes, today)?,
                    Measure::Suspend | Measure::Restore | Measure::Cancel => {}
                }
                Event::Requested { asks, reason: needed(reason, article)? }
            }
            Command::RefuseRequest { id, reason } => {
                if !c.requests.iter().any(|r| r.id == id && r.open) {
                    return refuse(Reason::NotOpen);
                }
                Event::RequestRefused { id, reason: needed(reason, article)? }
            }
            Command::StateFinding { obliges, summary, evidence } => Event::FindingStated {
                kind: actor.org_kind,
                obliges,
                summary: needed(summary, article)?,
                evidence: documents(evidence)?,
            },
            Command::LiftFinding { id, reason } => {
                if !c.standing_findings().any(|f| f.id == id && f.authority == actor.org) {
                    return refuse(Reason::NotOpen);
                }
                Event::FindingLifted { id, reason: needed(reason, article)? }
            }
            Command::DeclareFlows { actual, source } => {
                // What is compared has to be readable: a country that is none would look like drift.
                let problems: Vec<_> = actual
                    .problems(today)
                    .into_iter()
                    .filter(|p| p.row.is_some() && p.field != Field::RecipientContact)
                    .collect();
                if !problems.is_empty() {
                    return refuse(Reason::NotReady { problems });
                }
                let differences = compare(&c.scope, &actual);
                Event::FlowsDeclared { actual, source: document(source)?, differences }
            }
            Command::SetAside { id, reason } => {
                if !c.suggestions.iter().any(|s| s.id == id && s.open) {
                    return refuse(Reason::NotOpen);
                }
                Event::SuggestionSetAside { id, reason: needed(reason, article)? }
            }
            Command::Propose(p) => propose(c, *p, facts, today)?,
            Command::BeHeard { statement } => Event::PartyHeard { statement: statement.map(|s| needed(s, article)).transpose()? },
            Command::DropMeasure { reason } => Event::MeasureDropped { reason: needed(reason, article)? },
            Command::TakeMeasure { effective_on } => {
                fresh(actor, facts.config.fresh_factor_minutes, now)?;
                return take(c, effective_on, today);
            }
            Command::TriggerSurveillance { trigger, due, reason } => {
                within(due, today, c.valid_until)?;
                Event::SurveillanceTriggered { trigger, due, reason: needed(reason, article)? }
            }
            Command::RecordSurveillance { id, report, conforming, note } => {
                if !c.surveillances.iter().any(|s| s.id == id && s.conforming.is_none()) {
                    return refuse(Reason::NoSurveillance);
                }
                let note = if conforming { note } else { needed(note, article)? };
                Event::SurveillanceDone { id, report: document(report)?, conforming, note }
            }
            Command::NoteRenewal { application } => renewal(c, application, facts)?,
            Command::LinkSuccessor { certificate } => Event::SuccessorLinked { certificate },
            Command::Expire => {
                let effective_on = c.valid_until.tomorrow().unwrap_or(c.valid_until);
                let record = record(c, ChangeKind::Expired, Status::Expired, effective_on, Origin::Time, "M 8(2)");
                return Ok(vec![Event::Expired, Event::ReportOwed { record: Box::new(record) }]);
            }
            Command::ReportViolation { summary, evidence } => {
                Event::ViolationReported { summary: needed(summary, article)?, evidence: documents(evidence)? }
            }
            Command::CorrectReport { seq, reason } => {
                let Some(wrong) = c.report(seq).filter(|r| r.corrected_by.is_none()) else { return refuse(Reason::NotOpen) };
                let status = c.status_on(today);
                let mut record = record(
                    c,
                    wrong.record.change,
                    status,
                    wrong.record.effective_on,
                    wrong.record.origin,
                    &needed(reason, article)?,
                );
                record.corrects = Some(seq);
                Event::ReportOwed { record: Box::new(record) }
            }
            Command::SendReport { seq, target, digest } => {
                // Handed over in order: what comes first is on its way, answered or not.
                match c.unsent_report() {
                    Some(r) if r.seq == seq => {}
                    Some(r) => return refuse(Reason::ReportOrder { next: r.seq }),
                    None => return refuse(Reason::NotOpen),
                }
                Event::ReportSent { seq, target: needed(target, article)?, digest: needed(digest, article)? }
            }
            Command::RegisterReceipt { seq, receipt } => {
                next(c, seq)?;
                // A receipt belongs to one report; the same report sent again may get the same.
                let taken = |r: &Receipt| r.number == receipt;
                if let Some(other) =
                    c.reports.iter().find(|r| r.record.seq != seq && r.receipt.iter().chain(&r.renewed).any(taken))
                {
                    return refuse(Reason::ReceiptUsed { seq: other.record.seq });
                }
                Event::ReportReceived { seq, receipt: needed(receipt, article)? }
            }
            Command::RejectReport { seq, reason } => {
                next(c, seq)?;
                Event::ReportRejected { seq, reason: needed(reason, article)? }
            }
            Command::ResendReport { seq, reason } => {
                if !c.report(seq).is_some_and(Report::may_be_resent) {
                    return refuse(Reason::NothingToResend { seq });
                }
                Event::ReportResent { seq, reason: needed(reason, article)? }
            }
            Command::AcknowledgeViolation { id, note } => {
                if !Violation::is_open(&c.violations, id) {
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

/// Reports go in order: the act must be about the first that the platform has not answered.
fn next(c: &Certificate, seq: u32) -> Result<(), Refusal> {
    match c.waiting_report() {
        Some(r) if r.seq == seq => Ok(()),
        Some(r) => refuse(Reason::ReportOrder { next: r.seq }),
        None => refuse(Reason::NotOpen),
    }
}

fn within(day: Date, from: Date, until: Date) -> Result<(), Refusal> {
    if day < from || day > until {
        return refuse(Reason::DayOutside { from: Some(from), until: Some(until) });
    }
    Ok(())
}

/// Issue and the report that it makes owed, together (M 8(1), 9(1)).
fn issue(
    application: CaseId,
    number: String,
    mark: Mark,
    printed: Option<Date>,
    actor: &Actor,
    facts: &Facts,
    today: Date,
) -> Result<Vec<Event>, Refusal> {
    let Some(a) = facts.applications.get(&application).filter(|a| carries(a, &actor.org)) else {
        return refuse(Reason::NotDecided);
    };
    if !number_fits(&number) || facts.numbers.contains(&number) || !mark.cross_border {
        return refuse(Reason::NumberUnfit);
    }
    // M 8(2): three years. The last day is open in law, so both readings can be printed.
    let reading = |last_day| valid_until(today, last_day, &facts.calendar);
    let (usual, first, last) =
        (reading(facts.config.last_day), reading(LastDay::BeforeAnniversary), reading(LastDay::Anniversary));
    let (Some(usual), Some(first), Some(last)) = (usual, first, last) else {
        return refuse(Reason::DayOutside { from: None, until: None });
    };
    let valid_until = printed.unwrap_or(usual);
    within(valid_until, first, last)?;
    let predecessor = match &a.purpose {
        Purpose::Renewal { certificate, .. } => Some(certificate.clone()),
        Purpose::New | Purpose::Change { .. } => None,
    };
    let issue = Issue {
        application,
        applicant: a.owner.clone(),
        holder: a.processor.clone(),
        mandate: a.dossier.mandate.clone(),
        mandate_before: a.mandate_before.clone(),
        number,
        scope: a.dossier.form.scope.clone(),
        basis: a.basis.clone(),
        mark,
        issued_on: today,
        valid_until,
        predecessor,
        interests: a.interests.clone(),
        surveillances: surveillance_plan(today, valid_until, facts.config.surveillance_months),
    };
    let record = ReportRecord {
        certificate: issue.number.clone(),
        seq: 1,
        corrects: None,
        body: actor.org.to_string(),
        holder: issue.holder.name.clone(),
        holder_code: issue.holder.code.clone(),
        scope: issue.scope.clone(),
        change: ChangeKind::Issued,
        status: Status::Valid,
        effective_on: today,
        valid_until,
        origin: Origin::Body,
        ground: "M 8(1)".into(),
    };
    Ok(vec![Event::Issued { issue: Box::new(issue) }, Event::ReportOwed { record: Box::new(record) }])
}

/// Whether a number can stand on a certificate: visible text of one line, at most a hundred characters.
pub(super) fn number_fits(number: &str) -> bool {
    !crate::text::is_blank(number) && crate::text::check(number, false).is_ok() && number.chars().count() <= 100
}

/// The days by which surveillance is done, as the body's frequency gives them (R37 4.5).
pub fn surveillance_plan(issued_on: Date, valid_until: Date, months: u32) -> Vec<Date> {
    let step = months.max(1);
    (1..)
        .map(|n| issued_on.saturating_add(Span::new().months(i64::from(n * step))))
        .take_while(|d| *d < valid_until)
        .take(36)
        .collect()
}

fn record(c: &Certificate, change: ChangeKind, status: Status, effective_on: Date, origin: Origin, ground: &str) -> ReportRecord {
    ReportRecord {
        certificate: c.number.clone(),
        seq: c.next_report(),
        corrects: None,
        body: c.body.to_string(),
        holder: c.holder.name.clone(),
        holder_code: c.holder.code.clone(),
        scope: c.scope.clone(),
        change,
        status,
        effective_on,
        valid_until: c.valid_until,
        origin,
        ground: ground.to_owned(),
    }
}

/// Which measures a status admits: none from a final one, restoration from a suspension only.
fn fits_status(measure: &Measure, status: Status) -> Result<(), Refusal> {
    let fits = match measure {
        Measure::Suspend => status == Status::Valid,
        Measure::Restore => status == Status::Suspended,
        Measure::Revoke | Measure::Cancel | Measure::Change { .. } => status.is_live(),
    };
    if fits { Ok(()) } else { refuse(Reason::StatusOf { status }) }
}

fn check_changes(c: &Certificate, changes: &Changes, today: Date) -> Result<(), Refusal> {
    let same = |new: Option<&String>, old: &String| new.is_none_or(|n| n == old);
    if same(changes.name.as_ref(), &c.holder.name)
        && same(changes.address.as_ref(), &c.holder.address)
        && same(changes.basis.as_ref(), &c.basis)
        && changes.scope.as_ref().is_none_or(|s| *s == c.scope)
    {
        return refuse(Reason::NothingChanges);
    }
    for text in [&changes.name, &changes.address].into_iter().flatten() {
        needed(text.clone(), "R37 5.1.2")?;
    }
    if changes.basis.as_ref().is_some_and(|b| *b != c.basis && !Edition::by_id(b).is_some_and(|e| e.in_force(today))) {
        return refuse(Reason::EditionUnfit);
    }
    let problems: Vec<_> =
        changes.scope.iter().flat_map(|s| s.problems(today)).filter(|p| p.severity == Severity::Blocks).collect();
    if problems.is_empty() { Ok(()) } else { refuse(Reason::NotReady { problems }) }
}

/// Whether a change has to be verified and audited before it is approved (R37 5.1.2): a scope
/// that grows, and other requirements.
pub fn needs_application(c: &Certificate, changes: &Changes) -> bool {
    changes.scope.as_ref().is_some_and(|s| !is_within(&c.scope, s)) || changes.basis.as_ref().is_some_and(|b| *b != c.basis)
}

fn propose(c: &Certificate, p: Propose, facts: &Facts, today: Date) -> Result<Event, Refusal> {
    let article = "M 10(1)";
    fits_status(&p.measure, c.status_on(today))?;
    match p.origin {
        Origin::Time => return refuse(Reason::AsksOtherwise),
        Origin::Body => {}
        Origin::Request { id } => match c.requests.iter().find(|r| r.id == id && r.open) {
            None => return refuse(Reason::NotOpen),
            Some(r) if r.asks != p.measure => return refuse(Reason::AsksOtherwise),
            Some(_) => {}
        },
        // 暂停其使用直至撤销: what obliges to suspend may lead to revocation, and the reverse
        // may begin with a suspension.
        Origin::Finding { id } => match c.standing_findings().find(|f| f.id == id) {
            None => return refuse(Reason::NotOpen),
            Some(_) if !matches!(p.measure, Measure::Suspend | Measure::Revoke) => return refuse(Reason::AsksOtherwise),
            Some(_) => {}
        },
    }
    if p.suggestion.is_some_and(|id| !c.suggestions.iter().any(|s| s.id == id && s.open)) {
        return refuse(Reason::NotOpen);
    }
    // The finding or the suggestion is evidence itself; otherwise the body names its own.
    let hurts = matches!(p.measure, Measure::Suspend | Measure::Revoke) && p.origin == Origin::Body;
    if hurts && p.evidence.is_empty() && p.suggestion.is_none() {
        return refuse(Reason::DocumentIncomplete);
    }
    if p.urgent.is_some() && p.measure != Measure::Suspend {
        return refuse(Reason::AsksOtherwise);
    }
    if let Measure::Change { changes } = &p.measure {
        check_changes(c, changes, today)?;
        let verified = p.application.as_ref().and_then(|id| facts.applications.get(id)).is_some_and(|a| verifies(a, c, facts));
        if needs_application(c, changes) && !verified {
            return refuse(Reason::NeedsApplication);
        }
    }
    Ok(Event::MeasureProposed {
        measure: p.measure,
        origin: p.origin,
        suggestion: p.suggestion,
        application: p.application,
        ground: needed(p.ground, article)?,
        evidence: documents(p.evidence)?,
        publication: needed(p.publication, "M 10(3)")?,
        urgent: p.urgent.map(|u| needed(u, article)).transpose()?,
    })
}

fn verifies(a: &Application, c: &Certificate, facts: &Facts) -> bool {
    a.carries_a_certificate()
        && a.body() == Some(&c.body)
        && a.purpose == Purpose::Change { certificate: facts.certificate.clone() }
}

/// A measure and the report that it makes owed, together (M 9(1)).
fn take(c: &Certificate, effective_on: Date, today: Date) -> Result<Vec<Event>, Refusal> {
    let Some(p) = &c.proposal else { return refuse(Reason::NoMeasure) };
    fits_status(&p.measure, c.status_on(today))?;
    // A change of particulars takes effect when it is approved.
    let last = if matches!(p.measure, Measure::Change { .. }) { today } else { c.valid_until };
    within(effective_on, today, last)?;
    let kind = p.measure.kind();
    let status = kind.status().unwrap_or_else(|| c.status_on(today));
    let mut record = record(c, kind, status, effective_on, p.origin, &p.ground);
    if let Measure::Change { changes } = &p.measure {
        if let Some(name) = &changes.name {
            record.holder.clone_from(name);
        }
        if let Some(scope) = &changes.scope {
            record.scope = scope.clone();
        }
    }
    Ok(vec![Event::MeasureTaken { effective_on }, Event::ReportOwed { record: Box::new(record) }])
}

/// M 8(2): a renewal is noted with the day of its receipt; late is accepted and marked.
fn renewal(c: &Certificate, application: CaseId, facts: &Facts) -> Result<Event, Refusal> {
    if c.renewal.as_ref().is_some_and(|r| r.application == application) {
        return refuse(Reason::RenewalKnown);
    }
    let fits = |a: &&std::sync::Arc<Application>| {
        a.body() == Some(&c.body)
            && matches!(&a.purpose, Purpose::Renewal { certificate, .. } if *certificate == facts.certificate)
    };
    let Some(a) = facts.applications.get(&application).filter(fits) else { return refuse(Reason::OtherApplication) };
    let Some(receipt) = &a.receipt else { return refuse(Reason::OtherApplication) };
    let on = cst_date(receipt.at);
    let dates = renewal_dates(c.valid_until, &facts.config, &facts.calendar);
    let late = dates.as_ref().is_some_and(|d| d.is_late(on));
    Ok(Event::RenewalApplied { application, on, latest: dates.map(|d| d.day.latest()), late })
}

/// Whether a finding obliges to this measure in the end.
pub(super) fn fulfils(obliges: Obliges, kind: ChangeKind) -> bool {
    match obliges {
        Obliges::Suspend => matches!(kind, ChangeKind::Suspended | ChangeKind::Revoked),
        Obliges::Revoke => kind == ChangeKind::Revoked,
    }
}

/// Whether differences call for a measure.
pub(super) fn goes_beyond(differences: &[super::drift::Difference]) -> bool {
    differences.iter().any(|d| d.direction == Direction::Beyond)
}
