//! Certificates that were issued before this platform and are taken over (M 18), and violations that were found before
//! there is a certificate (M 11).

use guosuo_case::certificate::{Cell, ChangeKind, Command, Fault, Mark, Origin, Source, Status, Stood, TakeOver, Wrong};
use guosuo_case::certification::{self, Field, Reason, Standing};
use guosuo_case::{Actor, RefusalCode};
use jiff::civil::{Date, date};

use super::after::reason;
use super::world::{World, doc, domestic, overseas, scope, text};

fn older() -> TakeOver {
    let first = "91110108MA0X00042";
    let check = guosuo_rules::ids::uscc::check_character(first).unwrap();
    TakeOver {
        holder: certification::Party { code: format!("{first}{check}"), ..domestic() },
        applicant: None,
        mandate: None,
        number: "OLD-1".into(),
        scope: scope(),
        basis: "R37".into(),
        mark: Mark { cross_border: true, body: "QH".into() },
        issued_on: date(2024, 5, 20),
        valid_until: date(2027, 5, 19),
        stood: None,
        source: Source { file: "old.csv".into(), sha256: "0a".repeat(32), row: 2 },
    }
}

fn importer() -> Actor {
    Actor { org: "body".into(), org_kind: guosuo_case::actor::OrgKind::Body, ..Actor::system("import") }
}

fn faults(w: &World, t: TakeOver) -> Vec<Fault> {
    let refusal = w.clone().cert_by(&importer(), Command::TakeOver(Box::new(t))).unwrap_err();
    assert_eq!(refusal.article, "M 18");
    match reason(refusal) {
        Reason::TakeOverUnfit { faults } => faults,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_older_certificate_comes_as_it_is_with_its_source_and_owes_no_report() {
    let mut w = World::new();
    w.cert_by(&importer(), Command::TakeOver(Box::new(older()))).unwrap();
    let c = w.c();
    assert_eq!((c.status_on(w.today()), c.basis.as_str(), c.body.as_str()), (Status::Valid, "R37", "body"));
    assert_eq!((c.issued_on, c.valid_until), (date(2024, 5, 20), date(2027, 5, 19)), "as printed");
    assert_eq!(c.taken_over, Some(older().source));
    assert!(c.reports.is_empty() && c.application.as_str().is_empty(), "its case lies elsewhere");
    assert!(c.surveillances.iter().all(|s| s.due >= w.today()), "what fell due before was done elsewhere");
    // A second one of the same case, and by somebody else, is refused.
    let again = w.cert_by(&importer(), Command::TakeOver(Box::new(older()))).unwrap_err();
    assert_eq!(again.code, RefusalCode::WrongPhase);
    for name in ["auditor", "applicant", "cac"] {
        let refusal = World::new().cert(name, Command::TakeOver(Box::new(older()))).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::NotAllowed, "{name}");
    }
    World::new().cert("manager", Command::TakeOver(Box::new(older()))).unwrap();
    let mut unfiled = World::new();
    unfiled.standing = Standing::Removed;
    let refusal = unfiled.cert("manager", Command::TakeOver(Box::new(older()))).unwrap_err();
    assert_eq!(reason(refusal), Reason::BodyNotFiled { standing: Standing::Removed });
    // It lives on: the next change is its first report.
    w.cert("manager", Command::DeclareInterest { has: false, words: String::new() }).unwrap();
    w.cert("head", Command::DeclareInterest { has: false, words: String::new() }).unwrap();
    w.cert("manager", super::world::propose(guosuo_case::certificate::Measure::Cancel, Origin::Body)).unwrap();
    w.pass(9);
    let today = w.today();
    w.cert("head", Command::TakeMeasure { effective_on: today }).unwrap();
    assert_eq!(w.c().reports.iter().map(|r| r.record.seq).collect::<Vec<_>>(), [1]);
}

#[test]
fn what_had_become_of_it_is_taken_over_too() {
    let since = date(2025, 6, 1);
    for (kind, status) in [
        (ChangeKind::Suspended, Status::Suspended),
        (ChangeKind::Revoked, Status::Revoked),
        (ChangeKind::Cancelled, Status::Cancelled),
    ] {
        let mut w = World::new();
        let stood = Some(Stood { kind, since, ground: "示例理由".into() });
        w.cert_by(&importer(), Command::TakeOver(Box::new(TakeOver { stood, ..older() }))).unwrap();
        assert_eq!(w.c().status_on(date(2025, 5, 31)), Status::Valid);
        assert_eq!(w.c().status_on(since), status);
        assert!(w.c().reports.is_empty(), "it was reported then");
        assert_eq!(w.c().surveillances.is_empty(), status != Status::Suspended);
    }
    let mut w = World::new();
    let (issued_on, valid_until) = (date(2023, 1, 10), date(2026, 1, 9));
    let stood = Some(Stood { kind: ChangeKind::Expired, since: date(2026, 1, 10), ground: "M 8(2)".into() });
    w.cert_by(&importer(), Command::TakeOver(Box::new(TakeOver { issued_on, valid_until, stood, ..older() }))).unwrap();
    assert_eq!((w.c().status_on(w.today()), w.c().history[1].origin), (Status::Expired, Origin::Time));
    assert!(w.cert("clock", Command::Expire).is_err(), "time had ended it before");
}

#[test]
fn every_cell_that_cannot_stand_is_named() {
    let w = World::new();
    let one = |t: TakeOver| {
        let list = faults(&w, t);
        assert_eq!(list.len(), 1, "{list:?}");
        list.into_iter().next().map(|f| (f.cell, f.wrong)).unwrap()
    };
    let party = |edit: fn(&mut certification::Party)| {
        let mut t = older();
        edit(&mut t.holder);
        t
    };
    assert_eq!(one(TakeOver { number: " ".into(), ..older() }), (Cell::Number, Wrong::Missing));
    assert_eq!(one(TakeOver { number: "a\u{200B}b".into(), ..older() }), (Cell::Number, Wrong::Unfit));
    assert_eq!(one(TakeOver { number: "TAKEN".into(), ..older() }), (Cell::Number, Wrong::Used));
    assert_eq!(one(party(|p| p.name.clear())), (Cell::Holder, Wrong::Missing));
    assert_eq!(one(party(|p| p.code = "91110108MA000000AA".into())), (Cell::Code, Wrong::NotACode));
    assert_eq!(one(party(|p| p.address = "址".repeat(501))), (Cell::Address, Wrong::Unfit));
    assert_eq!(one(party(|p| (p.country, p.code) = ("XX".into(), "HRB 1".into()))), (Cell::Country, Wrong::NotACountry));
    assert_eq!(one(TakeOver { basis: "R99".into(), ..older() }), (Cell::Basis, Wrong::NoEdition));
    let later = Wrong::EditionNotInForce { from: date(2025, 12, 25) };
    assert_eq!(one(TakeOver { basis: "A53".into(), ..older() }), (Cell::Basis, later), "not yet on the day of issue");
    // A case that began before the new edition ends on the old one.
    let on = |issued_on: Date, valid_until: Date| TakeOver { issued_on, valid_until, ..older() };
    World::new().cert_by(&importer(), Command::TakeOver(Box::new(on(date(2025, 12, 31), date(2028, 12, 30))))).unwrap();
    // From the day of the Measures on nothing comes in but by application, audit and two signatures (M 8(1), 19).
    let last = Wrong::DayOutside { from: None, until: date(2025, 12, 31) };
    assert_eq!(one(on(date(2026, 1, 1), date(2028, 12, 31))), (Cell::IssuedOn, last));
    let unmarked = TakeOver { mark: Mark { cross_border: true, body: String::new() }, ..older() };
    assert_eq!(one(unmarked), (Cell::Mark, Wrong::Missing));
    // Three years and not a day more, by either reading of the last day (M 8(2)).
    let until = |day: Date| TakeOver { valid_until: day, ..older() };
    World::new().cert_by(&importer(), Command::TakeOver(Box::new(until(date(2027, 5, 20))))).unwrap();
    let longest = Wrong::DayOutside { from: Some(date(2024, 5, 21)), until: date(2027, 5, 20) };
    assert_eq!(one(until(date(2027, 5, 21))), (Cell::ValidUntil, longest));
    assert_eq!(one(ran_out()), (Cell::Status, Wrong::HasEnded));
    let stood = |kind, since| TakeOver { stood: Some(Stood { kind, since, ground: text() }), ..older() };
    let early = Wrong::DayOutside { from: Some(date(2024, 5, 20)), until: w.today() };
    assert_eq!(one(stood(ChangeKind::Revoked, date(2024, 5, 19))), (Cell::Since, early.clone()));
    assert_eq!(one(stood(ChangeKind::Revoked, date(2026, 3, 3))), (Cell::Since, early));
    assert_eq!(one(stood(ChangeKind::Changed, date(2025, 1, 1))), (Cell::Status, Wrong::NotAStatus));
    assert_eq!(one(stood(ChangeKind::Expired, date(2025, 1, 1))), (Cell::Status, Wrong::NotAStatus));
    let ended = |since| TakeOver { stood: Some(Stood { since, ..Stood::by_time(date(2026, 1, 9)) }), ..ran_out() };
    World::new().cert_by(&importer(), Command::TakeOver(Box::new(ended(date(2026, 1, 10))))).unwrap();
    let on_the_day_after = Wrong::DayOutside { from: Some(date(2026, 1, 10)), until: date(2026, 1, 10) };
    assert_eq!(one(ended(date(2020, 1, 1))), (Cell::Since, on_the_day_after), "time ends it on one day only");
    let silent = Some(Stood { kind: ChangeKind::Revoked, since: date(2025, 1, 1), ground: String::new() });
    assert_eq!(one(TakeOver { stood: silent, ..older() }), (Cell::Ground, Wrong::Missing));
    // The scope as it was certified; how recipients are reached may be missing.
    let mut t = older();
    t.scope.recipients[0].contact.clear();
    World::new().cert_by(&importer(), Command::TakeOver(Box::new(t.clone()))).unwrap();
    t.scope.recipients[0].country = "CN".into();
    let (cell, wrong) = one(t);
    assert!(cell == Cell::Recipients && matches!(wrong, Wrong::Scope { problem } if problem.field == Field::RecipientCountry));
    // Everything that is wrong at one time.
    let bad = TakeOver { number: String::new(), basis: String::new(), ..unmarked_and_undated() };
    let cells: Vec<Cell> = faults(&w, bad).into_iter().map(|f| f.cell).collect();
    assert_eq!(cells, [Cell::Number, Cell::Basis, Cell::Mark, Cell::IssuedOn, Cell::ValidUntil]);
    // A holder abroad comes without its mandate: who acts for it is recorded later.
    let abroad = TakeOver { holder: overseas(), ..older() };
    let mut w = World::new();
    w.cert_by(&importer(), Command::TakeOver(Box::new(abroad))).unwrap();
    let ask = Command::Request { asks: guosuo_case::certificate::Measure::Suspend, reason: text() };
    assert_eq!(reason(w.cert("foreign", ask).unwrap_err()), Reason::RepresentativeNeeded);
    w.cert("foreign", Command::RecordMandate { mandate: Box::new(super::world::mandate()) }).unwrap();
    w.cert("rep", Command::Request { asks: guosuo_case::certificate::Measure::Suspend, reason: text() }).unwrap();
}

fn ran_out() -> TakeOver {
    TakeOver { issued_on: date(2023, 1, 10), valid_until: date(2026, 1, 9), ..older() }
}

fn unmarked_and_undated() -> TakeOver {
    TakeOver {
        mark: Mark { cross_border: true, body: String::new() },
        issued_on: date(2026, 3, 3),
        valid_until: date(2026, 3, 3),
        ..older()
    }
}

#[test]
fn a_violation_found_before_there_is_a_certificate_is_acknowledged_by_cac_alone() {
    type App = certification::Command;
    let ack = |id| App::AcknowledgeViolation { id, note: "已收悉".into() };
    let report = || App::ReportViolation { summary: text(), evidence: vec![doc("证据")] };
    let mut w = World::entrusted(false).planned();
    assert_eq!(reason(w.app("cac", ack(1)).unwrap_err()), Reason::NotOpen, "nothing was reported");
    w.app("auditor", report()).unwrap();
    w.app("manager", report()).unwrap();
    assert_eq!(w.app("samr", ack(1)).unwrap_err().code, RefusalCode::NotAllowed);
    assert_eq!(w.app("manager", ack(1)).unwrap_err().code, RefusalCode::NotAllowed);
    assert_eq!(w.app("applicant", ack(1)).unwrap_err().code, RefusalCode::NotAllowed);
    assert_eq!(w.app("stranger", ack(1)).unwrap_err().code, RefusalCode::NotFound);
    assert_eq!(w.app("cac", App::Accept).unwrap_err().code, RefusalCode::NotAllowed, "nothing else is an authority's");
    let silent = App::AcknowledgeViolation { id: 2, note: " ".into() };
    assert_eq!(w.app("cac", silent).unwrap_err().code, RefusalCode::TextNeeded);
    w.app("cac", ack(2)).unwrap();
    assert_eq!(reason(w.app("cac", ack(2)).unwrap_err()), Reason::NotOpen, "once");
    assert_eq!(reason(w.app("cac", ack(3)).unwrap_err()), Reason::NotOpen);
    // Whatever becomes of the application, what was reported stays to be acknowledged.
    w.app("applicant", App::Withdraw { reason: text() }).unwrap();
    w.app("cac", ack(1)).unwrap();
    let acknowledged: Vec<_> = w.a().violations.iter().map(|v| v.acknowledged.as_ref().unwrap().by.user.0.clone()).collect();
    assert_eq!(acknowledged, ["cac", "cac"]);
}
