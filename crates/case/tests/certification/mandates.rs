//! Who acts for a holder abroad after there is a certificate (M 7(2), PIPL 53): renewed by who acts, given to another by
//! the processor or by the body on its document, and never taken back.

use guosuo_case::RefusalCode;
use guosuo_case::certificate::{Command, Measure};
use guosuo_case::certification::{self, Mandate, Reason};
use jiff::civil::date;

use super::after::reason;
use super::world::{World, mandate, overseas, text};

fn record(m: Mandate) -> Command {
    Command::RecordMandate { mandate: Box::new(m) }
}

fn ask() -> Command {
    Command::Request { asks: Measure::Suspend, reason: text() }
}

fn to(holder: &str) -> Mandate {
    Mandate { holder: holder.into(), ..mandate() }
}

#[test]
fn who_acts_renews_and_only_the_processor_or_the_body_names_another() {
    let mut w = World::certified(true);
    w.cert("rep", record(Mandate { until: date(2026, 6, 30), ..mandate() })).unwrap();
    w.move_to(date(2026, 7, 1));
    let refusal = w.cert("rep", ask()).unwrap_err();
    assert_eq!((refusal.article, reason(refusal)), ("M 7(2)", Reason::MandateExpired { until: date(2026, 6, 30) }));
    w.cert("rep", record(Mandate { until: date(2027, 6, 30), ..mandate() })).unwrap();
    w.cert("rep", ask()).unwrap();
    // A representative does not hand its mandate on.
    assert_eq!(reason(w.cert("rep", record(to("rep-two"))).unwrap_err()), Reason::MandateUnfit);
    w.cert("foreign", record(to("rep-two"))).unwrap();
    assert_eq!(reason(w.cert("rep", ask()).unwrap_err()), Reason::MandateOfAnother);
    assert_eq!(reason(w.cert("rep", record(mandate())).unwrap_err()), Reason::MandateOfAnother, "nor takes it back");
    w.cert("manager", record(mandate())).unwrap();
    w.cert("rep", ask()).unwrap();
    assert_eq!(reason(w.cert("manager", record(to("body"))).unwrap_err()), Reason::MandateUnfit, "not to itself");
    for name in ["auditor", "head", "cac"] {
        assert_eq!(w.cert(name, record(mandate())).unwrap_err().code, RefusalCode::NotAllowed, "{name}");
    }
    assert_eq!(w.cert("stranger", record(mandate())).unwrap_err().code, RefusalCode::NotFound);
}

#[test]
fn the_same_mandate_again_is_nothing_new() {
    let mut w = World::certified(true);
    for name in ["rep", "foreign", "manager"] {
        let refusal = w.cert(name, record(mandate())).unwrap_err();
        assert_eq!((refusal.article, reason(refusal)), ("M 7(2)", Reason::MandateUnchanged), "{name}");
    }
    // What differs in anything is another: its document, its reach, its term. Back again is a change too.
    let document = guosuo_case::certification::DocRef { version: "2.0".into(), ..mandate().document };
    w.cert("rep", record(Mandate { document, ..mandate() })).unwrap();
    w.cert("rep", record(mandate())).unwrap();
    w.cert("rep", record(Mandate { reported_to: "示例省网信办".into(), ..mandate() })).unwrap();
    // The same before there is a certificate, in a draft as well.
    let record = |m: Mandate| certification::Command::RecordMandate { mandate: Box::new(m) };
    for mut w in [World::draft(true), World::entrusted(true)] {
        if w.a().dossier.mandate != Some(mandate()) {
            w.app("rep", record(mandate())).unwrap();
        }
        let events = w.a().dossier.clone();
        assert_eq!(reason(w.app("rep", record(mandate())).unwrap_err()), Reason::MandateUnchanged);
        assert_eq!(w.a().dossier, events);
    }
}

#[test]
fn for_a_holder_of_the_mainland_there_is_no_mandate() {
    let mut w = World::certified(false);
    assert_eq!(w.cert("applicant", record(mandate())).unwrap_err().code, RefusalCode::NotAllowed);
    assert_eq!(reason(w.cert("manager", record(mandate())).unwrap_err()), Reason::MandateUnfit);
    assert_eq!(w.c().mandate, None);
}

#[test]
fn before_the_certificate_the_processor_s_side_says_itself_who_acts() {
    let record = |m: Mandate| certification::Command::RecordMandate { mandate: Box::new(m) };
    let mut w = World::entrusted(true);
    assert_eq!(w.app("manager", record(mandate())).unwrap_err().code, RefusalCode::NotAllowed);
    assert_eq!(reason(w.app("rep", record(to("rep-two"))).unwrap_err()), Reason::MandateUnfit);
    w.app("foreign", record(to("rep-two"))).unwrap();
    let withdraw = certification::Command::Withdraw { reason: text() };
    assert_eq!(reason(w.app("rep", withdraw).unwrap_err()), Reason::MandateOfAnother);
    assert_eq!(reason(w.app("rep", record(mandate())).unwrap_err()), Reason::MandateOfAnother);
    assert_eq!(w.a().processor, overseas());
}

#[test]
fn a_mandate_that_begins_later_leaves_the_one_before_in_force_until_then() {
    let mut w = World::certified(true);
    w.cert("rep", record(Mandate { until: date(2026, 6, 30), ..mandate() })).unwrap();
    w.move_to(date(2026, 6, 1));
    let next = |m: Mandate| Mandate { from: date(2026, 7, 1), until: date(2027, 6, 30), ..m };
    w.cert("rep", record(next(mandate()))).unwrap();
    w.cert("rep", ask()).unwrap();
    // Recorded once more, corrected: the running one still stands behind it.
    w.cert("rep", record(Mandate { until: date(2027, 12, 31), ..next(mandate()) })).unwrap();
    w.cert("rep", ask()).unwrap();
    // Another from July on: until then the one before acts, and it alone.
    w.cert("foreign", record(next(to("rep-two")))).unwrap();
    w.cert("rep", ask()).unwrap();
    w.move_to(date(2026, 7, 1));
    assert_eq!(reason(w.cert("rep", ask()).unwrap_err()), Reason::MandateOfAnother);
    // And before there is a certificate.
    let record = |m: Mandate| certification::Command::RecordMandate { mandate: Box::new(m) };
    let mut w = World::entrusted(true);
    let tomorrow = w.today().tomorrow().unwrap();
    w.app("foreign", record(Mandate { from: tomorrow, ..to("rep-two") })).unwrap();
    let withdraw = certification::Command::Withdraw { reason: text() };
    w.app("rep", withdraw).unwrap();
}
