//! The fold of the events of a certificate.

use guosuo_rules::time::cst_date;

use super::decide::{fulfils, goes_beyond};
use super::event::{Event, Issue};
use super::reported::{Receipt, Rejection, Report, Resend, Sending};
use super::state::{
    AuthorityFinding, Cause, Certificate, Change, ChangeKind, Hearing, Measure, Origin, Proposal, Renewal, Request, Suggestion,
    Surveillance,
};
use super::takeover::{Source, Stood};
use crate::certification::{Interest, Violation};
use crate::life::Recorded;

fn next<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).map_or(u32::MAX, |n| n.saturating_add(1))
}

fn begin(issue: &Issue, recorded: &Recorded<Event>) -> Certificate {
    let i = issue.clone();
    Certificate {
        body: recorded.by.org.clone(),
        applicant: i.applicant,
        holder: i.holder,
        mandate: i.mandate,
        mandate_before: i.mandate_before,
        number: i.number,
        scope: i.scope,
        basis: i.basis,
        mark: i.mark,
        issued_on: i.issued_on,
        valid_until: i.valid_until,
        application: i.application,
        predecessor: i.predecessor,
        successor: None,
        renewal: None,
        history: vec![Change {
            kind: ChangeKind::Issued,
            effective_on: i.issued_on,
            origin: Origin::Body,
            ground: "M 8(1)".into(),
            evidence: Vec::new(),
            publication: String::new(),
            proposed_by: None,
            by: recorded.by.clone(),
            at: recorded.at,
        }],
        proposal: None,
        requests: Vec::new(),
        findings: Vec::new(),
        suggestions: Vec::new(),
        surveillances: (1..).zip(i.surveillances).map(|(id, due)| surveillance(id, None, due)).collect(),
        reports: Vec::new(),
        interests: i.interests,
        violations: Vec::new(),
        taken_over: None,
        version: recorded.seq,
    }
}

/// As [`begin`], and what had become of it before it came here.
fn taken_over(issue: &Issue, source: &Source, stood: Option<&Stood>, recorded: &Recorded<Event>) -> Certificate {
    let mut c = Certificate { taken_over: Some(source.clone()), ..begin(issue, recorded) };
    c.history.extend(stood.map(|s| Change {
        kind: s.kind,
        effective_on: s.since,
        origin: if s.kind == ChangeKind::Expired { Origin::Time } else { Origin::Body },
        ground: s.ground.clone(),
        evidence: Vec::new(),
        publication: if s.kind == ChangeKind::Expired { String::new() } else { s.ground.clone() },
        proposed_by: None,
        by: recorded.by.clone(),
        at: recorded.at,
    }));
    c
}

fn surveillance(id: u32, trigger: Option<super::state::Trigger>, due: jiff::civil::Date) -> Surveillance {
    Surveillance { id, trigger, due, report: None, conforming: None, by: None, on: None }
}

pub(super) fn apply(state: Option<Certificate>, recorded: &Recorded<Event>) -> Option<Certificate> {
    let (at, by) = (recorded.at, &recorded.by);
    let Some(mut c) = state else {
        return match &recorded.event {
            Event::Issued { issue } => Some(begin(issue, recorded)),
            Event::TakenOver { issue, source, stood } => Some(taken_over(issue, source, stood.as_ref(), recorded)),
            _ => None,
        };
    };
    c.version = recorded.seq;
    match &recorded.event {
        Event::Issued { .. } | Event::TakenOver { .. } => {}
        Event::InterestDeclared { has, words } => {
            c.interests.insert(by.user.clone(), Interest { has: *has, words: words.clone(), at });
        }
        Event::MandateRecorded { mandate } => mandate.succeed(&mut c.mandate, &mut c.mandate_before, cst_date(at)),
        Event::Requested { asks, reason } => {
            let request = Request {
                id: next(&c.requests),
                asks: asks.clone(),
                reason: reason.clone(),
                open: true,
                refused: None,
                by: by.clone(),
                at,
            };
            c.requests.push(request);
        }
        Event::RequestRefused { id, reason } => {
            if let Some(r) = c.requests.iter_mut().find(|r| r.id == *id) {
                r.open = false;
                r.refused = Some(reason.clone());
            }
        }
        Event::FindingStated { kind, obliges, summary, evidence } => {
            let finding = AuthorityFinding {
                id: next(&c.findings),
                authority: by.org.clone(),
                kind: *kind,
                obliges: *obliges,
                summary: summary.clone(),
                evidence: evidence.clone(),
                at,
                done: None,
                lifted: None,
            };
            c.findings.push(finding);
        }
        Event::FindingLifted { id, reason } => {
            if let Some(f) = c.findings.iter_mut().find(|f| f.id == *id) {
                f.lifted = Some(reason.clone());
            }
        }
        Event::FlowsDeclared { differences, .. } => {
            if goes_beyond(differences) {
                suggest(&mut c, Cause::Drift { differences: differences.clone() }, recorded);
            }
        }
        Event::SuggestionSetAside { id, reason } => {
            if let Some(s) = c.suggestions.iter_mut().find(|s| s.id == *id) {
                s.open = false;
                s.set_aside = Some(reason.clone());
            }
        }
        Event::MeasureProposed { measure, origin, suggestion, application, ground, evidence, publication, urgent } => {
            c.proposal = Some(Proposal {
                measure: measure.clone(),
                origin: *origin,
                suggestion: *suggestion,
                application: application.clone(),
                ground: ground.clone(),
                evidence: evidence.clone(),
                publication: publication.clone(),
                urgent: urgent.clone(),
                heard: None,
                by: by.clone(),
                at,
            });
        }
        Event::PartyHeard { statement } => {
            if let Some(p) = &mut c.proposal {
                p.heard = Some(Hearing { statement: statement.clone(), by: by.clone(), at });
            }
        }
        Event::MeasureDropped { .. } => c.proposal = None,
        Event::MeasureTaken { effective_on } => take(&mut c, *effective_on, recorded),
        Event::SurveillanceTriggered { trigger, due, .. } => {
            c.surveillances.push(surveillance(next(&c.surveillances), Some(*trigger), *due));
        }
        Event::SurveillanceDone { id, report, conforming, .. } => {
            if let Some(s) = c.surveillances.iter_mut().find(|s| s.id == *id) {
                s.report = Some(report.clone());
                s.conforming = Some(*conforming);
                s.by = Some(by.clone());
                s.on = Some(cst_date(at));
            }
            if !conforming {
                suggest(&mut c, Cause::Surveillance { id: *id }, recorded);
            }
        }
        Event::RenewalApplied { application, on, latest, late } => {
            c.renewal = Some(Renewal { application: application.clone(), on: *on, latest: *latest, late: *late });
        }
        Event::SuccessorLinked { certificate } => c.successor = Some(certificate.clone()),
        Event::Expired => {
            c.proposal = None;
            let effective_on = c.valid_until.tomorrow().unwrap_or(c.valid_until);
            c.history.push(Change {
                kind: ChangeKind::Expired,
                effective_on,
                origin: Origin::Time,
                ground: "M 8(2)".into(),
                evidence: Vec::new(),
                publication: String::new(),
                proposed_by: None,
                by: by.clone(),
                at,
            });
        }
        Event::ViolationReported { summary, evidence } => {
            c.violations.push(Violation::new(summary.clone(), evidence.clone(), by.clone(), at));
        }
        Event::ViolationAcknowledged { id, note } => {
            Violation::acknowledge(&mut c.violations, *id, note, by, at);
        }
        Event::ReportOwed { record } => {
            let corrected = c.reports.iter_mut().filter(|r| Some(r.record.seq) == record.corrects);
            corrected.for_each(|r| r.corrected_by = Some(record.seq));
            c.reports.push(Report::owed((**record).clone(), at));
        }
        Event::ReportSent { seq, target, digest } => {
            if let Some(r) = report(&mut c, *seq) {
                r.sent = Some(Sending { target: target.clone(), digest: digest.clone(), at });
            }
        }
        Event::ReportReceived { seq, receipt } => {
            if let Some(r) = report(&mut c, *seq) {
                r.again = false;
                let receipt = Receipt { number: receipt.clone(), at };
                if r.receipt.is_none() { r.receipt = Some(receipt) } else { r.renewed = Some(receipt) }
            }
        }
        Event::ReportRejected { seq, reason } => {
            if let Some(r) = report(&mut c, *seq) {
                r.again = false;
                r.rejection = Some(Rejection { reason: reason.clone(), at });
            }
        }
        Event::ReportResent { seq, reason } => {
            if let Some(r) = report(&mut c, *seq) {
                r.again = !r.is_open();
                r.sent = None;
                r.resends.push(Resend { reason: reason.clone(), by: by.clone(), at });
            }
        }
    }
    Some(c)
}

fn report(c: &mut Certificate, seq: u32) -> Option<&mut Report> {
    c.reports.iter_mut().find(|r| r.record.seq == seq)
}

fn suggest(c: &mut Certificate, cause: Cause, recorded: &Recorded<Event>) {
    let id = next(&c.suggestions);
    c.suggestions.push(Suggestion { id, cause, at: recorded.at, open: true, set_aside: None });
}

fn take(c: &mut Certificate, effective_on: jiff::civil::Date, recorded: &Recorded<Event>) {
    let Some(p) = c.proposal.take() else { return };
    let kind = p.measure.kind();
    match p.origin {
        Origin::Request { id } => c.requests.iter_mut().filter(|r| r.id == id).for_each(|r| r.open = false),
        Origin::Finding { id } => {
            let line = c.history.len();
            let mine = c.findings.iter_mut().filter(|f| f.id == id && f.done.is_none() && fulfils(f.obliges, kind));
            mine.for_each(|f| f.done = Some(line));
        }
        Origin::Body | Origin::Time => {}
    }
    if let Some(s) = c.suggestions.iter_mut().find(|s| Some(s.id) == p.suggestion) {
        s.open = false;
    }
    if let Measure::Change { changes } = &p.measure {
        if let Some(name) = &changes.name {
            c.holder.name.clone_from(name);
        }
        if let Some(address) = &changes.address {
            c.holder.address.clone_from(address);
        }
        if let Some(scope) = &changes.scope {
            c.scope = scope.clone();
        }
        if let Some(basis) = &changes.basis {
            c.basis.clone_from(basis);
        }
    }
    c.history.push(Change {
        kind,
        effective_on,
        origin: p.origin,
        ground: p.ground,
        evidence: p.evidence,
        publication: p.publication,
        proposed_by: Some(p.by),
        by: recorded.by.clone(),
        at: recorded.at,
    });
}
