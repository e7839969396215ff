//! The fold of the events of an application.

use guosuo_rules::time::cst_date;

use super::clock::{Clock, StageDays};
use super::event::Event;
use super::form::Dossier;
use super::party::Interest;
use super::state::{
    Application, Audit, Conclusion, Evaluation, Finding, Hands, NcId, NcStage, Nonconformity, Outcome, Phase, Receipt,
    Rectification, Verification, Violation,
};
use crate::life::Recorded;

pub(super) fn apply(state: Option<Application>, recorded: &Recorded<Event>) -> Option<Application> {
    let by = &recorded.by;
    let Some(mut a) = state else {
        let Event::Opened { processor, purpose } = &recorded.event else { return None };
        return Some(Application {
            owner: by.org.clone(),
            processor: (**processor).clone(),
            purpose: purpose.clone(),
            opened_at: recorded.at,
            dossier: Dossier::default(),
            mandate_before: None,
            phase: Phase::Draft,
            receipt: None,
            basis: String::new(),
            interests: std::collections::BTreeMap::new(),
            plan: None,
            verification: None,
            audit: None,
            nonconformities: Vec::new(),
            rectification: None,
            evaluation: None,
            conclusion: None,
            reasons: String::new(),
            certificate: None,
            violations: Vec::new(),
            hands: Hands::default(),
            clock: Clock::default(),
            limits: StageDays::default(),
            version: recorded.seq,
        });
    };
    a.version = recorded.seq;
    let before = a.phase;
    match &recorded.event {
        Event::RectificationOrdered { .. }
        | Event::CorrectionProposed { .. }
        | Event::CorrectionApproved { .. }
        | Event::CorrectionReturned { .. }
        | Event::CorrectionDone { .. }
        | Event::CorrectionJudged { .. } => correct(&mut a, recorded),
        Event::Evaluated { .. }
        | Event::DeceitReported { .. }
        | Event::EvaluationReturned { .. }
        | Event::Signed { .. }
        | Event::ConclusionReturned { .. }
        | Event::Countersigned
        | Event::Certified { .. } => conclude(&mut a, recorded),
        _ => work(&mut a, recorded),
    }
    if a.phase != before {
        a.clock.begin(cst_date(recorded.at));
    }
    Some(a)
}

fn work(a: &mut Application, recorded: &Recorded<Event>) {
    let (at, by, day) = (recorded.at, &recorded.by, cst_date(recorded.at));
    match &recorded.event {
        // Of a draft only the last one counts: nobody has acted under another.
        Event::MandateRecorded { mandate } if a.receipt.is_none() => a.dossier.mandate = Some((**mandate).clone()),
        Event::MandateRecorded { mandate } => mandate.succeed(&mut a.dossier.mandate, &mut a.mandate_before, day),
        Event::BodyChosen { body } => a.dossier.body = Some(body.clone()),
        Event::FormSaved { form } => {
            a.dossier.form = (**form).clone();
            a.dossier.form_rev += 1;
        }
        Event::Submitted { number, basis, path, law, limits } => {
            a.limits = *limits;
            a.receipt = Some(Receipt { number: *number, at, by: by.clone(), path: *path, law: law.clone() });
            a.basis.clone_from(basis);
            a.phase = Phase::Entrusted;
        }
        Event::Withdrawn { reason } => {
            a.reasons.clone_from(reason);
            a.phase = Phase::Withdrawn;
        }
        Event::InterestDeclared { has, words } => {
            a.interests.insert(by.user.clone(), Interest { has: *has, words: words.clone(), at });
        }
        Event::Accepted => a.phase = Phase::Accepted,
        Event::Declined { reasons } => {
            a.reasons.clone_from(reasons);
            a.phase = Phase::Declined;
        }
        Event::Planned { plan } => {
            a.plan = Some((**plan).clone());
            a.phase = Phase::Planned;
        }
        Event::VerificationSigned { report, conforming } => {
            a.hands.verified.insert(by.user.clone());
            a.verification =
                Some(Verification { report: report.clone(), conforming: *conforming, by: by.clone(), at, checked_by: None });
        }
        Event::VerificationTaken => {
            a.hands.verified.insert(by.user.clone());
            if let Some(v) = &mut a.verification {
                v.checked_by = Some(by.clone());
            }
            a.phase = Phase::Verified;
        }
        Event::VerificationReturned { .. } => {
            a.hands.verified.insert(by.user.clone());
            a.verification = None;
        }
        Event::AuditBegun { on } => {
            a.hands.audited.insert(by.user.clone());
            a.audit = Some(Audit { on: *on, findings: std::collections::BTreeMap::new(), report: None, signed_by: None });
        }
        Event::ClauseAudited { clause, grade, statement, evidence } => {
            a.hands.audited.insert(by.user.clone());
            if let Some(audit) = &mut a.audit {
                let finding = Finding {
                    clause: clause.clone(),
                    grade: *grade,
                    statement: statement.clone(),
                    evidence: evidence.clone(),
                    by: by.clone(),
                };
                audit.findings.insert(clause.clone(), finding);
            }
        }
        Event::AuditSigned { report } => {
            a.hands.audited.insert(by.user.clone());
            if let Some(audit) = &mut a.audit {
                audit.report = Some(report.clone());
                audit.signed_by = Some(by.clone());
                let found = audit.findings.values().filter(|f| f.grade.is_nonconformity());
                a.nonconformities = (1..).zip(found).map(|(id, f)| nonconformity(id, f, day)).collect();
            }
            a.phase = Phase::Audited;
        }
        Event::ClockStopped { reason, .. } => a.clock.stands = Some((day, *reason)),
        Event::ClockResumed => {
            if let Some((since, _)) = a.clock.stands.take() {
                a.clock.stood.push((since, day));
            }
        }
        Event::BasisMigrated { to, .. } => {
            a.basis.clone_from(to);
            // A plan made on the other edition has to be made again.
            if a.phase == Phase::Planned {
                a.plan = None;
                a.verification = None;
                a.phase = Phase::Accepted;
            }
        }
        Event::ViolationReported { summary, evidence } => {
            let violation = Violation::new(summary.clone(), evidence.clone(), by.clone(), at);
            a.violations.push(violation);
        }
        Event::ViolationAcknowledged { id, note } => Violation::acknowledge(&mut a.violations, *id, note, by, at),
        _ => {}
    }
}

fn nonconformity(id: NcId, f: &Finding, day: jiff::civil::Date) -> Nonconformity {
    Nonconformity {
        id,
        clause: f.clause.clone(),
        grade: f.grade,
        statement: f.statement.clone(),
        stage: NcStage::Determined,
        determined_on: day,
        proposed_on: None,
        planned_for: None,
        approved_on: None,
        started_on: None,
        done_on: None,
        judged_on: None,
        action: String::new(),
        evidence: Vec::new(),
    }
}

fn correct(a: &mut Application, recorded: &Recorded<Event>) {
    let day = cst_date(recorded.at);
    let find = |a: &mut Application, nc: NcId, change: &dyn Fn(&mut Nonconformity)| {
        if let Some(n) = a.nonconformities.iter_mut().find(|n| n.id == nc) {
            change(n);
        }
    };
    match &recorded.event {
        Event::RectificationOrdered { until } => {
            let earlier = a.rectification.take();
            a.rectification = Some(Rectification {
                ordered_on: earlier.as_ref().map_or(day, |r| r.ordered_on),
                until: *until,
                moved: earlier.map_or(0, |r| r.moved + 1),
            });
            a.phase = Phase::Rectifying;
        }
        Event::CorrectionProposed { nc, action, planned_for } => find(a, *nc, &|n| {
            n.stage = NcStage::Proposed;
            n.action.clone_from(action);
            (n.proposed_on, n.planned_for) = (Some(day), Some(*planned_for));
            (n.approved_on, n.started_on, n.done_on, n.judged_on) = (None, None, None, None);
            n.evidence.clear();
        }),
        Event::CorrectionApproved { nc } => {
            a.hands.audited.insert(recorded.by.user.clone());
            find(a, *nc, &|n| {
                n.stage = NcStage::Approved;
                n.approved_on = Some(day);
            });
        }
        Event::CorrectionReturned { nc, .. } => {
            a.hands.audited.insert(recorded.by.user.clone());
            find(a, *nc, &|n| n.stage = NcStage::Determined);
        }
        Event::CorrectionDone { nc, started_on, done_on, evidence } => find(a, *nc, &|n| {
            n.stage = NcStage::Done;
            (n.started_on, n.done_on) = (Some(*started_on), Some(*done_on));
            n.evidence.clone_from(evidence);
        }),
        Event::CorrectionJudged { nc, effective, .. } => {
            a.hands.audited.insert(recorded.by.user.clone());
            find(a, *nc, &|n| {
                n.stage = if *effective { NcStage::Closed } else { NcStage::Ineffective };
                n.judged_on = Some(day);
            });
            if a.open_nonconformities().is_empty() {
                a.phase = Phase::Audited;
            }
        }
        _ => {}
    }
}

fn conclude(a: &mut Application, recorded: &Recorded<Event>) {
    let (at, by) = (recorded.at, &recorded.by);
    let evaluation = |recommends, summary: &str, deceit, from| Evaluation {
        recommends,
        summary: summary.to_owned(),
        deceit,
        from,
        by: by.clone(),
        at,
    };
    match &recorded.event {
        Event::Evaluated { recommends, summary } => {
            a.evaluation = Some(evaluation(*recommends, summary, false, a.phase));
            a.phase = Phase::Evaluated;
        }
        Event::DeceitReported { summary, .. } => {
            a.evaluation = Some(evaluation(Outcome::Refuse, summary, true, a.phase));
            a.phase = Phase::Evaluated;
        }
        Event::EvaluationReturned { .. } => {
            if let Some(e) = a.evaluation.take() {
                a.phase = e.from;
            }
        }
        Event::Signed { outcome, reasons } => {
            a.conclusion = Some(Conclusion {
                outcome: *outcome,
                reasons: reasons.clone(),
                certifier: by.clone(),
                signed_at: at,
                head: None,
                countersigned_at: None,
            });
            a.phase = Phase::Signed;
        }
        Event::ConclusionReturned { .. } => {
            a.conclusion = None;
            a.phase = Phase::Evaluated;
        }
        Event::Countersigned => {
            if let Some(c) = &mut a.conclusion {
                (c.head, c.countersigned_at) = (Some(by.clone()), Some(at));
                a.phase = match c.outcome {
                    Outcome::Certify => Phase::Decided,
                    Outcome::Refuse => Phase::Ended,
                };
            }
        }
        Event::Certified { certificate } => {
            a.certificate = Some(certificate.clone());
            a.phase = Phase::Certified;
        }
        _ => {}
    }
}
