//! After the decision: the certificate and its life.

use std::sync::Arc;

use guosuo_case::RefusalCode;
use guosuo_case::certificate::{
    Cause, ChangeKind, Changes, Command, DriftField, Measure, Obliges, Origin, Propose, Status, Trigger, check_stream,
};
use guosuo_case::certification::{self, Config, LastDay, Mandate, MandateAct, Outcome, Phase, Purpose, Reason, Scope, Standing};
use jiff::civil::{Date, date};

use super::world::{APP, CERT, World, doc, issue, mandate, propose, scope, text};

pub(super) fn reason(refusal: guosuo_case::Refusal) -> Reason {
    match refusal.code {
        RefusalCode::Certification { reason } => *reason,
        other => panic!("{other:?}"),
    }
}

fn take(effective_on: Date) -> Command {
    Command::TakeMeasure { effective_on }
}

pub(super) fn status(w: &World) -> Status {
    w.c().status_on(w.today())
}

fn heard() -> Command {
    Command::BeHeard { statement: Some("示例陈述".into()) }
}

/// Proposes, hears the party where it is hurt, decides today.
pub(super) fn carry_out(w: &mut World, measure: Measure, origin: Origin) {
    w.cert("manager", propose(measure, origin)).unwrap();
    if w.c().proposal.as_ref().unwrap().needs_hearing() {
        let name = if w.c().holder.is_overseas() { "rep" } else { "applicant" };
        w.cert(name, heard()).unwrap();
    }
    let today = w.today();
    w.cert("head", take(today)).unwrap();
}

#[test]
fn an_overseas_applicant_goes_the_whole_way() {
    let mut w = World::entrusted(true).planned().verified().audited(true);
    assert_eq!(w.a().phase, Phase::Audited);
    w.app("manager", certification::Command::OrderRectification { until: date(2026, 4, 30) }).unwrap();
    w.app("rep", certification::Command::ProposeCorrection { nc: 1, action: text(), planned_for: date(2026, 3, 20) }).unwrap();
    w.app("auditor", certification::Command::ReviewCorrection { nc: 1, approve: true, reason: String::new() }).unwrap();
    w.move_to(date(2026, 3, 16));
    let done = certification::Command::ReportCorrection {
        nc: 1,
        started_on: date(2026, 3, 3),
        done_on: date(2026, 3, 13),
        evidence: vec![doc("整改证据")],
    };
    w.app("rep", done).unwrap();
    w.app("auditor", certification::Command::JudgeCorrection { nc: 1, effective: true, note: String::new() }).unwrap();
    let w = w.evaluated(Outcome::Certify).decided(Outcome::Certify).issued();
    assert_eq!(w.a().phase, Phase::Certified);
    let c = w.c();
    assert_eq!((c.issued_on, c.valid_until), (date(2026, 3, 16), date(2029, 3, 15)));
    assert_eq!(c.holder.name, "Example Handels GmbH (fictitious)");
    assert_eq!(c.scope, scope());
    assert_eq!(c.basis, "A53");
    assert_eq!(status(&w), Status::Valid);
    // M 9(1): the report is owed from the first moment.
    let r = &c.reports[0].record;
    assert_eq!((r.seq, r.change, r.due(&w.calendar).unwrap().firm()), (1, ChangeKind::Issued, Some(date(2026, 3, 23))));
    assert_eq!(c.surveillances.iter().map(|s| s.due).collect::<Vec<_>>(), [date(2027, 3, 16), date(2028, 3, 16)]);
}

#[test]
fn no_certificate_without_a_decision_of_this_body() {
    let mut w = World::entrusted(false).planned().verified().audited(false).evaluated(Outcome::Certify);
    assert_eq!(reason(w.cert("manager", issue(None)).unwrap_err()), Reason::NotDecided);
    w.app("certifier", certification::Command::Sign { outcome: Outcome::Certify, reasons: text() }).unwrap();
    let refusal = w.cert("manager", issue(None)).unwrap_err();
    assert_eq!(refusal.article, "CAR 21");
    w.app("head", certification::Command::Countersign).unwrap();
    assert_eq!(reason(w.cert("stranger", issue(None)).unwrap_err()), Reason::NotDecided, "another body's decision");
    w.standing = Standing::Removed;
    assert_eq!(reason(w.cert("manager", issue(None)).unwrap_err()), Reason::BodyNotFiled { standing: Standing::Removed });
    w.standing = Standing::Filed;
    w.cert("manager", issue(None)).unwrap();
    assert_eq!(w.cert("manager", issue(None)).unwrap_err().code, RefusalCode::WrongPhase, "once");
}

#[test]
fn the_last_day_is_stored_as_printed() {
    let ready = || World::entrusted(false).ready();
    for (printed, fits) in [
        (None, true),
        (Some(date(2029, 3, 1)), true),
        (Some(date(2029, 3, 2)), true),
        (Some(date(2029, 2, 28)), false),
        (Some(date(2029, 3, 3)), false),
    ] {
        let mut w = ready();
        assert_eq!(w.cert("manager", issue(printed)).is_ok(), fits, "{printed:?}");
        if fits {
            assert_eq!(w.c().valid_until, printed.unwrap_or(date(2029, 3, 1)));
        }
    }
    let mut w = ready();
    w.config = Arc::new(Config { last_day: LastDay::Anniversary, ..Config::default() });
    w.cert("manager", issue(None)).unwrap();
    assert_eq!(w.c().valid_until, date(2029, 3, 2));
}

#[test]
fn a_number_is_used_once() {
    let mut w = World::entrusted(false).ready();
    for number in ["TAKEN", "", "a\u{200B}b"] {
        let mark = guosuo_case::certificate::Mark { cross_border: true, body: "QH".into() };
        let command = Command::Issue { application: APP.into(), number: number.into(), mark, valid_until: None };
        assert_eq!(reason(w.cert("manager", command).unwrap_err()), Reason::NumberUnfit);
    }
}

#[test]
fn suspension_on_the_authoritys_finding_and_restoration() {
    let mut w = World::certified(false);
    let state =
        Command::StateFinding {
            obliges: Obliges::Suspend, summary: "实际接收方与认证范围不一致".into(), evidence: vec![]
        };
    w.cert("cac", state).unwrap();
    let f = &w.c().findings[0];
    assert_eq!(f.due(w.config.finding_days, &w.calendar).unwrap().firm(), Some(date(2026, 3, 9)), "a limit of the house");
    assert_eq!(f.done, None);
    let origin = Origin::Finding { id: 1 };
    let got = w.cert("manager", propose(Measure::Cancel, origin)).unwrap_err();
    assert_eq!(reason(got), Reason::AsksOtherwise, "an end without fault does not answer a finding");
    carry_out(&mut w, Measure::Suspend, origin);
    assert_eq!(status(&w), Status::Suspended);
    assert_eq!(w.c().findings[0].done, Some(1), "the authority sees what was done");
    assert_eq!(w.c().history[1].origin, origin);
    let r = &w.c().reports[1].record;
    assert_eq!((r.seq, r.change, r.status, r.origin), (2, ChangeKind::Suspended, Status::Suspended, origin));
    // Restoration waits for the authority.
    w.move_to(date(2026, 5, 11));
    w.cert("manager", propose(Measure::Restore, Origin::Body)).unwrap();
    let today = w.today();
    assert_eq!(reason(w.cert("head", take(today)).unwrap_err()), Reason::FindingStands);
    assert_eq!(reason(w.cert("samr", Command::LiftFinding { id: 1, reason: text() }).unwrap_err()), Reason::OtherAuthority);
    w.cert("cac", Command::LiftFinding { id: 1, reason: "已整改".into() }).unwrap();
    w.cert("head", take(today)).unwrap();
    assert_eq!(status(&w), Status::Valid);
    let r = &w.c().reports[2].record;
    assert_eq!((r.change, r.due(&w.calendar).unwrap().firm()), (ChangeKind::Restored, Some(date(2026, 5, 18))));
    assert_eq!(check_stream(&w.c().reports.iter().map(|r| r.record.clone()).collect::<Vec<_>>()), []);
    // What it was on any day can still be said.
    let c = w.c();
    assert_eq!(c.status_on(date(2026, 3, 1)), Status::Valid);
    assert_eq!(c.status_on(date(2026, 3, 2)), Status::Suspended);
    assert_eq!(c.status_on(date(2026, 5, 10)), Status::Suspended);
    assert_eq!(c.status_on(date(2026, 5, 11)), Status::Valid);
}

#[test]
fn where_a_deployment_says_so_restoration_does_not_wait() {
    let mut w = World::certified(false);
    w.config = Arc::new(Config { restoration_needs_lifting: false, ..Config::default() });
    w.cert("samr", Command::StateFinding { obliges: Obliges::Revoke, summary: text(), evidence: vec![] }).unwrap();
    carry_out(&mut w, Measure::Suspend, Origin::Finding { id: 1 });
    assert_eq!(w.c().findings[0].done, None, "a suspension does not fulfil what obliges to revoke");
    carry_out(&mut w, Measure::Restore, Origin::Body);
    assert_eq!(status(&w), Status::Valid);
}

#[test]
fn the_party_is_heard_before_it_is_hurt() {
    let mut w = World::certified(false);
    w.cert("manager", propose(Measure::Revoke, Origin::Body)).unwrap();
    let today = w.today();
    let refusal = w.cert("head", take(today)).unwrap_err();
    // Five working days from Monday 2026-03-02.
    assert_eq!(refusal.possible_from, Some(date(2026, 3, 10)));
    assert_eq!(reason(refusal), Reason::HearingOpen { until: date(2026, 3, 9) });
    w.move_to(date(2026, 3, 9));
    assert!(w.cert("head", take(date(2026, 3, 9))).is_err(), "its last day belongs to the party");
    let mut silent = w.clone();
    silent.move_to(date(2026, 3, 10));
    silent.cert("head", take(date(2026, 3, 10))).unwrap();
    assert_eq!(status(&silent), Status::Revoked);
    w.cert("applicant", Command::BeHeard { statement: None }).unwrap();
    assert_eq!(reason(w.cert("applicant", heard()).unwrap_err()), Reason::NoHearing, "once");
    w.cert("head", take(date(2026, 3, 9))).unwrap();
}

#[test]
fn a_suspension_that_cannot_wait_says_why() {
    let mut w = World::certified(false);
    let Command::Propose(p) = propose(Measure::Suspend, Origin::Body) else { unreachable!() };
    let urgent = |measure| Command::Propose(Box::new(Propose { measure, urgent: Some("大规模泄露".into()), ..*p.clone() }));
    assert_eq!(reason(w.cert("manager", urgent(Measure::Revoke)).unwrap_err()), Reason::AsksOtherwise);
    w.cert("manager", urgent(Measure::Suspend)).unwrap();
    let today = w.today();
    w.cert("head", take(today)).unwrap();
    assert_eq!(status(&w), Status::Suspended);
}

#[test]
fn who_proposes_does_not_decide() {
    let mut w = World::certified(false);
    w.cert("manager", propose(Measure::Cancel, Origin::Body)).unwrap();
    w.cert("applicant", Command::BeHeard { statement: None }).unwrap();
    let mut both = w.who("manager");
    both.roles.insert(guosuo_case::Role::BodyHead);
    let today = w.today();
    assert_eq!(w.cert_by(&both, take(today)).unwrap_err().code, RefusalCode::SamePerson);
}

#[test]
fn what_has_ended_stays_ended() {
    for measure in [Measure::Revoke, Measure::Cancel] {
        let mut w = World::certified(false);
        carry_out(&mut w, measure.clone(), Origin::Body);
        let ended = measure.kind().status().unwrap();
        for again in [Measure::Suspend, Measure::Restore, Measure::Revoke, Measure::Cancel] {
            let refusal = w.cert("manager", propose(again, Origin::Body)).unwrap_err();
            assert_eq!(refusal.article, "R37 5.1.3");
            assert_eq!(reason(refusal), Reason::StatusOf { status: ended });
        }
        w.move_to(date(2030, 1, 1));
        assert_eq!(reason(w.cert("clock", Command::Expire).unwrap_err()), Reason::StatusOf { status: ended });
        assert_eq!(status(&w), ended, "time does not turn it into something milder");
    }
}

#[test]
fn a_measure_fits_the_status() {
    let mut w = World::certified(false);
    assert_eq!(
        reason(w.cert("manager", propose(Measure::Restore, Origin::Body)).unwrap_err()),
        Reason::StatusOf { status: Status::Valid }
    );
    carry_out(&mut w, Measure::Suspend, Origin::Body);
    assert_eq!(
        reason(w.cert("manager", propose(Measure::Suspend, Origin::Body)).unwrap_err()),
        Reason::StatusOf { status: Status::Suspended }
    );
    carry_out(&mut w, Measure::Revoke, Origin::Body);
    assert_eq!(status(&w), Status::Revoked);
}

#[test]
fn a_measure_takes_effect_on_its_day() {
    let mut w = World::certified(false);
    w.cert("manager", propose(Measure::Suspend, Origin::Body)).unwrap();
    w.cert("applicant", heard()).unwrap();
    assert!(w.cert("head", take(date(2026, 3, 1))).is_err(), "not backdated");
    w.cert("head", take(date(2026, 3, 6))).unwrap();
    assert_eq!(status(&w), Status::Valid);
    assert_eq!(reason(w.cert("manager", propose(Measure::Cancel, Origin::Body)).unwrap_err()), Reason::MeasurePending);
    assert_eq!(w.c().reports[1].record.due(&w.calendar).unwrap().firm(), Some(date(2026, 3, 13)), "counted from its day");
    w.move_to(date(2026, 3, 6));
    assert_eq!(status(&w), Status::Suspended);
    carry_out(&mut w, Measure::Restore, Origin::Body);
}

#[test]
fn the_holder_asks_for_suspension_or_cancellation() {
    let mut w = World::certified(true);
    let ask = |asks| Command::Request { asks, reason: text() };
    assert_eq!(reason(w.cert("rep", ask(Measure::Revoke)).unwrap_err()), Reason::AsksOtherwise);
    assert_eq!(reason(w.cert("foreign", ask(Measure::Cancel)).unwrap_err()), Reason::RepresentativeNeeded);
    w.cert("rep", ask(Measure::Suspend)).unwrap();
    let origin = Origin::Request { id: 1 };
    assert_eq!(reason(w.cert("manager", propose(Measure::Cancel, origin)).unwrap_err()), Reason::AsksOtherwise);
    carry_out(&mut w, Measure::Suspend, origin);
    assert!(!w.c().requests[0].open);
    w.cert("rep", ask(Measure::Cancel)).unwrap();
    w.cert("manager", Command::RefuseRequest { id: 2, reason: "尚有未结投诉".into() }).unwrap();
    assert_eq!(reason(w.cert("manager", propose(Measure::Cancel, Origin::Request { id: 2 })).unwrap_err()), Reason::NotOpen);
}

#[test]
fn the_mandate_goes_on_counting_after_the_certificate() {
    let mut w = World::certified(true);
    let narrow = Mandate { acts: [MandateAct::Status].into(), until: date(2026, 6, 30), ..mandate() };
    w.cert("rep", Command::RecordMandate { mandate: Box::new(narrow) }).unwrap();
    let flows = || Command::DeclareFlows { actual: Box::new(scope()), source: doc("出境台账") };
    assert_eq!(reason(w.cert("rep", flows()).unwrap_err()), Reason::MandateScope { act: MandateAct::Surveillance });
    w.move_to(date(2026, 7, 1));
    let ask = Command::Request { asks: Measure::Suspend, reason: text() };
    assert_eq!(reason(w.cert("rep", ask).unwrap_err()), Reason::MandateExpired { until: date(2026, 6, 30) });
    w.cert("manager", flows()).unwrap();
}

pub(super) fn wider() -> Scope {
    let mut s = scope();
    s.recipients.push(certification::Recipient { name: "Another Ltd".into(), country: "GB".into(), contact: "x".into() });
    s
}

#[test]
fn drift_suggests_a_suspension_with_its_evidence() {
    let mut w = World::certified(false);
    let declare = |actual| Command::DeclareFlows { actual: Box::new(actual), source: doc("出境台账") };
    let mut less = scope();
    less.onward.clear();
    w.cert("applicant", declare(less)).unwrap();
    assert!(w.c().suggestions.is_empty(), "less than certified is as certified");
    w.cert("manager", declare(wider())).unwrap();
    let Cause::Drift { differences } = &w.c().suggestions[0].cause else { panic!() };
    assert_eq!((differences[0].field, differences[0].actual.as_str()), (DriftField::Recipient, "Another Ltd"));
    assert_eq!(status(&w), Status::Valid, "a person decides");
    let Command::Propose(p) = propose(Measure::Suspend, Origin::Body) else { unreachable!() };
    let bare = Propose { evidence: vec![], ..*p.clone() };
    assert_eq!(reason(w.cert("auditor", Command::Propose(Box::new(bare.clone()))).unwrap_err()), Reason::DocumentIncomplete);
    let mut aside = w.clone();
    aside.cert("manager", Command::SetAside { id: 1, reason: "台账错误，已更正".into() }).unwrap();
    assert_eq!(reason(aside.cert("manager", Command::SetAside { id: 1, reason: text() }).unwrap_err()), Reason::NotOpen);
    w.cert("auditor", Command::Propose(Box::new(Propose { suggestion: Some(1), ..bare }))).unwrap();
    w.cert("applicant", heard()).unwrap();
    let today = w.today();
    w.cert("head", take(today)).unwrap();
    assert!(!w.c().suggestions[0].open);
    assert_eq!(status(&w), Status::Suspended);
}

#[test]
fn surveillance_that_is_not_passed_suggests_a_suspension() {
    let mut w = World::certified(false);
    let done = |id, conforming| Command::RecordSurveillance { id, report: doc("监督报告"), conforming, note: text() };
    w.cert("auditor", done(1, true)).unwrap();
    assert_eq!(reason(w.cert("auditor", done(1, true)).unwrap_err()), Reason::NoSurveillance);
    let trigger = |due| Command::TriggerSurveillance { trigger: Trigger::Complaint, due, reason: text() };
    assert!(w.cert("manager", trigger(date(2026, 3, 1))).is_err());
    w.cert("manager", trigger(date(2026, 3, 20))).unwrap();
    w.roster.clear();
    assert_eq!(reason(w.cert("auditor", done(3, false)).unwrap_err()), Reason::NotOnRoster { user: "auditor".into() });
    w.roster.insert("auditor".into());
    w.cert("auditor", done(3, false)).unwrap();
    assert_eq!(w.c().suggestions[0].cause, Cause::Surveillance { id: 3 });
}

fn change(changes: Changes) -> Measure {
    Measure::Change { changes: Box::new(changes) }
}

#[test]
fn a_change_of_name_is_approved_and_a_wider_scope_verified_first() {
    let mut w = World::certified(false);
    let name = change(Changes { name: Some("示例出海股份有限公司（虚构）".into()), ..Changes::default() });
    assert_eq!(
        reason(w.cert("applicant", Command::Request { asks: change(Changes::default()), reason: text() }).unwrap_err()),
        Reason::NothingChanges
    );
    w.cert("applicant", Command::Request { asks: name.clone(), reason: text() }).unwrap();
    carry_out(&mut w, name, Origin::Request { id: 1 });
    assert_eq!(w.c().holder.name, "示例出海股份有限公司（虚构）");
    assert_eq!(w.c().reports[1].record.holder, "示例出海股份有限公司（虚构）", "the report says the new name");
    let wide = change(Changes { scope: Some(wider()), ..Changes::default() });
    w.cert("applicant", Command::Request { asks: wide.clone(), reason: text() }).unwrap();
    let bare = propose(wide.clone(), Origin::Request { id: 2 });
    let refusal = w.cert("manager", bare.clone()).unwrap_err();
    assert_eq!(refusal.article, "R37 5.1.2");
    assert_eq!(reason(refusal), Reason::NeedsApplication);
    let purpose = Purpose::Change { certificate: CERT.into() };
    let other = World::new().drafted(false, purpose).submitted().ready();
    w.others.insert("application-2".into(), Arc::new(other.a().clone()));
    let Command::Propose(p) = bare else { unreachable!() };
    w.cert("manager", Command::Propose(Box::new(Propose { application: Some("application-2".into()), ..*p }))).unwrap();
    let today = w.today();
    w.cert("head", take(today)).unwrap();
    assert_eq!(w.c().scope, wider());
}

#[test]
fn a_narrower_scope_by_the_body_hurts_and_is_heard() {
    let mut w = World::certified(false);
    let mut less = scope();
    less.onward.clear();
    let narrow = change(Changes { scope: Some(less.clone()), ..Changes::default() });
    w.cert("manager", propose(narrow, Origin::Body)).unwrap();
    assert!(w.c().proposal.as_ref().unwrap().needs_hearing());
    w.cert("applicant", heard()).unwrap();
    let today = w.today();
    w.cert("head", take(today)).unwrap();
    assert_eq!(w.c().scope, less);
}

#[test]
fn requirements_change_by_an_act_with_verification() {
    let mut w = World::on(date(2025, 12, 24)).drafted(false, Purpose::New).submitted().ready().issued();
    assert_eq!(w.c().basis, "R37", "kept");
    let to = |id: &str| change(Changes { basis: Some(id.into()), ..Changes::default() });
    let ask = |id: &str| Command::Request { asks: to(id), reason: text() };
    assert_eq!(reason(w.cert("applicant", ask("A53")).unwrap_err()), Reason::EditionUnfit, "the day before");
    w.move_to(date(2025, 12, 25));
    w.cert("applicant", ask("A53")).unwrap();
    let got = w.cert("manager", propose(to("A53"), Origin::Request { id: 1 })).unwrap_err();
    assert_eq!(reason(got), Reason::NeedsApplication);
}
