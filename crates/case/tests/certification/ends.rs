//! How a certificate goes on and ends: renewal, the end by time, and the reports that are owed.

use std::sync::Arc;

use guosuo_case::RefusalCode;
use guosuo_case::certificate::{ChangeKind, Command, Measure, Origin, ReportState, Status, check_stream};
use guosuo_case::certification::{Purpose, Reason};
use guosuo_rules::period::Due;
use jiff::ToSpan as _;
use jiff::civil::date;

use super::after::{carry_out, reason, status, wider};
use super::world::{APP, CERT, World, doc, issue, propose, scope};

#[test]
fn a_renewal_is_in_time_on_the_very_day_and_late_after_it() {
    // Issued in 2024, so that the day six months before the end lies in a year with a notice.
    let begin = || World::on(date(2024, 4, 1)).drafted(false, Purpose::New).submitted().ready().issued();
    for (on, late) in [(date(2026, 9, 30), false), (date(2026, 10, 1), true), (date(2027, 3, 31), true)] {
        let mut w = begin();
        assert_eq!(w.c().valid_until, date(2027, 3, 31));
        let purpose = Purpose::Renewal { certificate: CERT.into(), valid_until: w.c().valid_until };
        let other = World::on(on).drafted(false, purpose).submitted();
        w.others.insert("renewal-1".into(), Arc::new(other.a().clone()));
        w.move_to(on);
        let command = Command::NoteRenewal { application: "renewal-1".into() };
        w.cert("applicant", command.clone()).unwrap();
        let r = w.c().renewal.as_ref().unwrap();
        assert_eq!((r.on, r.latest, r.late), (on, Some(date(2026, 9, 30)), late));
        assert_eq!(reason(w.cert("applicant", command).unwrap_err()), Reason::RenewalKnown);
    }
}

#[test]
fn the_renewed_certificate_is_linked_both_ways() {
    let mut w = World::certified(false);
    let renewal = Purpose::Renewal { certificate: CERT.into(), valid_until: w.c().valid_until };
    let mut other = World::on(date(2026, 4, 1)).drafted(false, renewal).submitted();
    w.others.insert("renewal-1".into(), Arc::new(other.a().clone()));
    w.move_to(date(2026, 4, 1));
    assert_eq!(
        reason(w.cert("manager", Command::LinkSuccessor { certificate: "certificate-2".into() }).unwrap_err()),
        Reason::NotOpen
    );
    w.cert("clock", Command::NoteRenewal { application: "renewal-1".into() }).unwrap();
    let Due::Provisional { .. } = guosuo_case::certificate::renewal_dates(w.c().valid_until, &w.config, &w.calendar).unwrap().day
    else {
        panic!("2028 has no notice yet")
    };
    assert!(!w.c().renewal.as_ref().unwrap().late);
    other = other.ready();
    other.cert("manager", issue(None)).unwrap();
    assert_eq!(other.c().predecessor, Some(CERT.into()));
    w.cert("clock", Command::LinkSuccessor { certificate: "certificate-2".into() }).unwrap();
    assert_eq!(w.c().successor, Some("certificate-2".into()));
    assert_eq!(status(&w), Status::Valid, "it ends on its own day");
}

#[test]
fn an_application_for_something_else_is_no_renewal() {
    let mut w = World::certified(false);
    let got = w.cert("applicant", Command::NoteRenewal { application: APP.into() }).unwrap_err();
    assert_eq!(reason(got), Reason::OtherApplication);
}

#[test]
fn validity_ends_by_time_exactly_once() {
    let mut w = World::certified(false);
    let end = w.c().valid_until;
    w.move_to(end);
    assert_eq!(status(&w), Status::Valid, "the printed day belongs to the validity");
    let refusal = w.cert("clock", Command::Expire).unwrap_err();
    assert_eq!(refusal.possible_from, Some(end.tomorrow().unwrap()));
    w.pass(1);
    assert_eq!(status(&w), Status::Expired, "recorded or not");
    assert_eq!(
        reason(w.cert("manager", propose(Measure::Suspend, Origin::Body)).unwrap_err()),
        Reason::ValidityEnded { until: end }
    );
    let got = w.cert("applicant", Command::NoteRenewal { application: APP.into() }).unwrap_err();
    assert_eq!(reason(got), Reason::ValidityEnded { until: end }, "a new application is possible");
    assert_eq!(w.cert("manager", Command::Expire).unwrap_err().code, RefusalCode::NotAllowed, "the platform records it");
    w.cert("clock", Command::Expire).unwrap();
    assert_eq!(reason(w.cert("clock", Command::Expire).unwrap_err()), Reason::StatusOf { status: Status::Expired });
    let ends: Vec<_> = w.c().history.iter().filter(|c| c.kind == ChangeKind::Expired).collect();
    assert_eq!(ends.len(), 1);
    assert_eq!((ends[0].effective_on, ends[0].origin), (end.tomorrow().unwrap(), Origin::Time));
    let r = &w.c().reports[1].record;
    assert_eq!((r.change, r.status), (ChangeKind::Expired, Status::Expired));
    let Due::Provisional { .. } = r.due(&w.calendar).unwrap() else { panic!("2029 has no notice yet") };
}

#[test]
fn a_suspended_certificate_ends_by_time_too() {
    let mut w = World::certified(false);
    carry_out(&mut w, Measure::Suspend, Origin::Body);
    w.move_to(w.c().valid_until.tomorrow().unwrap());
    w.cert("clock", Command::Expire).unwrap();
    assert_eq!(status(&w), Status::Expired);
}

#[test]
fn reports_go_in_order_and_are_corrected_by_later_ones() {
    let mut w = World::certified(false);
    carry_out(&mut w, Measure::Suspend, Origin::Body);
    let receipt = |seq| Command::RegisterReceipt { seq, receipt: format!("R-{seq}") };
    assert_eq!(reason(w.cert("clock", receipt(2)).unwrap_err()), Reason::ReportOrder { next: 1 });
    w.cert("clock", receipt(1)).unwrap();
    assert_eq!(reason(w.cert("clock", receipt(1)).unwrap_err()), Reason::ReportOrder { next: 2 }, "not twice");
    w.cert("clock", receipt(2)).unwrap();
    assert_eq!(reason(w.cert("clock", receipt(3)).unwrap_err()), Reason::NotOpen);
    w.cert("manager", Command::CorrectReport { seq: 2, reason: "依据表述更正".into() }).unwrap();
    let r = &w.c().reports[2].record;
    assert_eq!((r.seq, r.corrects, r.change, r.status), (3, Some(2), ChangeKind::Suspended, Status::Suspended));
    let records: Vec<_> = w.c().reports.iter().map(|r| r.record.clone()).collect();
    assert_eq!(check_stream(&records), []);
}

fn sent(w: &mut World, seq: u32) {
    let command = Command::SendReport { seq, target: "platform".into(), digest: "0a".repeat(32) };
    w.cert("clock", command).unwrap();
}

fn state(w: &World, seq: u32) -> ReportState {
    w.c().report(seq).unwrap().state()
}

#[test]
fn a_report_that_was_refused_lets_the_next_pass_and_is_met_by_its_correction() {
    let mut w = World::certified(false);
    carry_out(&mut w, Measure::Suspend, Origin::Body);
    assert_eq!((state(&w, 1), state(&w, 2)), (ReportState::Queued, ReportState::Queued));
    sent(&mut w, 1);
    assert_eq!(state(&w, 1), ReportState::Sent);
    w.cert("clock", Command::RejectReport { seq: 1, reason: "代码不符".into() }).unwrap();
    assert_eq!(state(&w, 1), ReportState::Rejected);
    assert!(w.c().report(1).unwrap().is_owed(), "a correction is owed");
    // A suspension does not wait for the correction of something else.
    w.cert("clock", Command::RegisterReceipt { seq: 2, receipt: "R-2".into() }).unwrap();
    w.cert("manager", Command::CorrectReport { seq: 1, reason: "更正".into() }).unwrap();
    assert_eq!((state(&w, 1), state(&w, 3)), (ReportState::Corrected, ReportState::Queued));
    assert!(w.c().met_by(w.c().report(1).unwrap()).is_none(), "not before the correction is taken");
    let twice = w.cert("manager", Command::CorrectReport { seq: 1, reason: "再更正".into() });
    assert_eq!(reason(twice.unwrap_err()), Reason::NotOpen, "the correction is what is corrected next");
    w.cert("clock", Command::RegisterReceipt { seq: 3, receipt: "R-3".into() }).unwrap();
    assert_eq!(w.c().met_by(w.c().report(1).unwrap()).unwrap().number, "R-3");
}

#[test]
fn a_correction_has_its_own_five_working_days() {
    let mut w = World::certified(false);
    let begin = w.today();
    w.cert("clock", Command::RegisterReceipt { seq: 1, receipt: "R-1".into() }).unwrap();
    w.pass(30);
    w.cert("manager", Command::CorrectReport { seq: 1, reason: "更正".into() }).unwrap();
    let c = w.c();
    assert_eq!(c.report(2).unwrap().record.effective_on, begin, "what is reported is the day of the issue");
    assert_eq!(c.report(2).unwrap().trigger(), begin.saturating_add(30.days()), "the period begins when the error was stated");
    assert!(c.report(2).unwrap().due(&w.calendar).unwrap().earliest() > w.today());
    assert_eq!(c.report(1).unwrap().state(), ReportState::Corrected, "a receipt does not keep an error");
}

#[test]
fn a_receipt_belongs_to_one_report_and_a_resend_keeps_the_first() {
    let mut w = World::certified(false);
    carry_out(&mut w, Measure::Suspend, Origin::Body);
    let early = w.cert("manager", Command::ResendReport { seq: 1, reason: "对账".into() });
    assert_eq!(reason(early.unwrap_err()), Reason::NotOpen, "it was never sent");
    let receipt = |seq, number: &str| Command::RegisterReceipt { seq, receipt: number.into() };
    sent(&mut w, 1);
    w.cert("clock", receipt(1, "R-1")).unwrap();
    assert_eq!(reason(w.cert("clock", receipt(2, "R-1")).unwrap_err()), Reason::ReceiptUsed { seq: 1 });
    w.cert("clock", receipt(2, "R-2")).unwrap();
    let first = w.c().report(1).unwrap().receipt.clone().unwrap();
    w.pass(1);
    w.cert("manager", Command::ResendReport { seq: 1, reason: "平台没有这条".into() }).unwrap();
    assert_eq!((state(&w, 1), state(&w, 2)), (ReportState::Queued, ReportState::Received));
    assert_eq!(w.c().waiting_report().unwrap().seq, 1);
    sent(&mut w, 1);
    w.cert("clock", receipt(1, "R-9")).unwrap();
    let r = w.c().report(1).unwrap();
    assert_eq!((r.state(), r.receipt.as_ref()), (ReportState::Received, Some(&first)), "in time is in time");
    assert_eq!(r.latest_receipt().unwrap().number, "R-9");
}

#[test]
fn a_violation_is_acknowledged_once_and_by_cac_alone() {
    let mut w = World::certified(false);
    let ack = |id| Command::AcknowledgeViolation { id, note: "已收悉".into() };
    assert_eq!(reason(w.cert("cac", ack(1)).unwrap_err()), Reason::NotOpen);
    w.cert("auditor", Command::ReportViolation { summary: "超范围出境".into(), evidence: vec![] }).unwrap();
    assert_eq!(w.cert("samr", ack(1)).unwrap_err().code, RefusalCode::NotAllowed);
    assert_eq!(w.cert("manager", ack(1)).unwrap_err().code, RefusalCode::NotAllowed);
    w.cert("cac", ack(1)).unwrap();
    assert_eq!(w.c().violations[0].acknowledged.as_ref().unwrap().note, "已收悉");
    assert_eq!(reason(w.cert("cac", ack(1)).unwrap_err()), Reason::NotOpen);
}

#[test]
fn every_change_of_status_opens_a_report_and_nothing_else_does() {
    let mut w = World::certified(false);
    carry_out(&mut w, Measure::Suspend, Origin::Body);
    carry_out(&mut w, Measure::Restore, Origin::Body);
    w.cert("manager", Command::DeclareFlows { actual: Box::new(wider()), source: doc("台账") }).unwrap();
    carry_out(&mut w, Measure::Revoke, Origin::Body);
    let c = w.c();
    assert_eq!(c.reports.len(), c.history.len());
    for (report, change) in c.reports.iter().zip(&c.history) {
        assert_eq!((report.record.change, report.record.effective_on), (change.kind, change.effective_on));
    }
    assert_eq!(c.reports.iter().map(|r| r.record.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[test]
fn another_organisation_is_not_told_that_the_certificate_exists() {
    let mut w = World::certified(false);
    let flows = || Command::DeclareFlows { actual: Box::new(scope()), source: doc("x") };
    assert_eq!(w.cert("outsider", flows()).unwrap_err().code, RefusalCode::NotFound);
    assert_eq!(w.cert("stranger", propose(Measure::Revoke, Origin::Body)).unwrap_err().code, RefusalCode::NotFound);
    assert_eq!(w.cert("lab", flows()).unwrap_err().code, RefusalCode::NotFound, "its part is over");
}
