//! The self-check before submission: the same engine that the reviewer uses.

use super::world::{World, digest, file, form, operator};
use crate::filing::{
    CheckContext, Command, Config, Field, FieldProblem, FileProblem, Finding, Form, FormCode, ReasonCode, Severity, Slot,
    check_dossier,
};
use crate::refusal::RefusalCode;
use guosuo_rules::calendar::Calendar;
use jiff::civil::{Date, date};

fn findings(w: &World, today: Date) -> Vec<Finding> {
    let f = w.case();
    let d = digest(&f.dossier.form);
    let cx = CheckContext {
        today,
        calendar: Calendar::builtin(),
        config: &Config::default(),
        credit_code: &f.credit_code,
        code_overridden: false,
        form_digest: &d,
    };
    check_dossier(&f.dossier, &cx)
}

fn blocking(w: &World) -> Vec<(Slot, &'static str)> {
    findings(w, date(2026, 1, 26))
        .into_iter()
        .filter(|f| f.severity == Severity::Blocks)
        .map(|f| (f.slot, f.reason.name()))
        .collect()
}

fn field_problem(edit: impl Fn(&mut Form)) -> Option<(Field, FieldProblem)> {
    let mut f = form();
    edit(&mut f);
    f.problems(date(2026, 1, 26), super::world::CODE, false).into_iter().next()
}

#[test]
fn a_complete_dossier_has_nothing_that_blocks() {
    assert_eq!(blocking(&World::complete()), []);
}

#[test]
fn an_empty_draft_names_every_slot_but_the_optional_one() {
    let mut w = World::new();
    w.act(&operator(), Command::Open { copy: None, prefill: Box::default() }).unwrap();
    let found = blocking(&w);
    for slot in Slot::ALL {
        assert_eq!(found.contains(&(slot, "missing")), slot != Slot::Other, "{slot:?}");
    }
    assert_eq!(found.iter().filter(|(_, r)| *r == "field_problem").count(), 15);
}

#[test]
fn only_items_1_and_3_need_the_seal_and_only_9_is_optional() {
    let sealed: Vec<_> = Slot::ALL.into_iter().filter(|s| s.needs_seal()).map(Slot::id).collect();
    assert_eq!(sealed, ["1", "3"]);
    let optional: Vec<_> = Slot::ALL.into_iter().filter(|s| s.is_optional()).map(Slot::id).collect();
    assert_eq!(optional, ["9"]);
}

#[test]
fn the_number_of_people_equals_the_number_on_the_form_and_each_has_a_sheet() {
    let mut w = World::complete();
    let op = operator();
    let mut f = form();
    f.staff = "3".into();
    w.act(&op, Command::SaveForm { form: Box::new(f), seen: 0 }).unwrap();
    assert!(blocking(&w).contains(&(Slot::Background, "roster_count")));
    let mut w = World::complete();
    w.act(&op, Command::RemoveFile { file: "sheet-乙".into() }).unwrap();
    assert_eq!(blocking(&w), [(Slot::Background, "sheets_missing")]);
    let mut w = World::complete();
    w.act(&op, Command::RemoveFile { file: "3".into() }).unwrap();
    assert_eq!(blocking(&w), [(Slot::Background, "statement_missing")]);
}

#[test]
fn a_form_changed_after_printing_makes_the_scan_stale_and_names_the_fields() {
    let mut w = World::complete();
    let mut f = form();
    f.operator_phone = "010-11111111".into();
    w.act(&operator(), Command::SaveForm { form: Box::new(f), seen: 0 }).unwrap();
    let found = findings(&w, date(2026, 1, 26));
    let stale = found.iter().find(|f| f.reason.name() == "stale_print").unwrap();
    assert_eq!(stale.reason, ReasonCode::StalePrint { changed: vec![Field::OperatorPhone] });
    assert_eq!(stale.severity, Severity::Blocks);
}

#[test]
fn a_scan_of_another_form_is_told_apart_from_one_without_a_code() {
    let mut w = World::complete();
    let op = operator();
    w.act(&op, Command::RemoveFile { file: "1".into() }).unwrap();
    w.act(&op, Command::AttachFile { slot: Slot::Form, file: file("plain"), person: None }).unwrap();
    assert_eq!(blocking(&w), [], "a code that cannot be read warns, it does not block");
    assert!(findings(&w, date(2026, 1, 26)).iter().any(|f| f.reason == ReasonCode::NoFormCode));
    w.act(&op, Command::RemoveFile { file: "plain".into() }).unwrap();
    let mut foreign = file("foreign");
    foreign.form_code = Some(FormCode { case: "x".into(), digest: "y".into() });
    w.act(&op, Command::AttachFile { slot: Slot::Form, file: foreign, person: None }).unwrap();
    assert_eq!(blocking(&w), [(Slot::Form, "foreign_print")]);
}

#[test]
fn an_unreadable_file_does_not_count() {
    let mut w = World::complete();
    let op = operator();
    w.act(&op, Command::RemoveFile { file: "8".into() }).unwrap();
    let mut locked = file("locked");
    locked.problems = vec![FileProblem::Encrypted];
    w.act(&op, Command::AttachFile { slot: Slot::Complaints, file: locked, person: None }).unwrap();
    assert_eq!(blocking(&w), [(Slot::Complaints, "file")]);
}

#[test]
fn dates_are_checked_at_their_boundaries() {
    assert_eq!(field_problem(|_| {}), None);
    assert_eq!(field_problem(|f| f.approval_date = "2026-01-26".into()), None, "approved today");
    assert_eq!(field_problem(|f| f.approval_date = "2026-01-27".into()), Some((Field::ApprovalDate, FieldProblem::InFuture)));
    assert_eq!(field_problem(|f| f.approval_until = "2026-01-26".into()), None, "the last day counts");
    assert_eq!(field_problem(|f| f.approval_until = "2026-01-25".into()), Some((Field::ApprovalUntil, FieldProblem::Expired)));
    assert_eq!(field_problem(|f| f.approval_date = "2015-05-31".into()), Some((Field::ApprovalDate, FieldProblem::BeforeStart)));
    assert_eq!(field_problem(|f| f.founded = "2026-02-30".into()), Some((Field::Founded, FieldProblem::NotADate)));
}

#[test]
fn fields_that_cannot_stand_are_named() {
    assert_eq!(
        field_problem(|f| f.credit_code = "91110108MA0000000".into()),
        Some((Field::CreditCode, FieldProblem::BadCreditCode { chars: 17 }))
    );
    assert_eq!(field_problem(|f| f.nature = "other".into()), Some((Field::NatureOther, FieldProblem::Empty)));
    assert_eq!(field_problem(|f| f.staff = "0".into()), Some((Field::Staff, FieldProblem::NotANumber)));
    assert_eq!(field_problem(|f| f.postcode = "10000".into()), Some((Field::Postcode, FieldProblem::BadPostcode)));
    assert_eq!(field_problem(|f| f.operator_phone = "打给我".into()), Some((Field::OperatorPhone, FieldProblem::BadPhone)));
    assert_eq!(
        field_problem(|f| f.org_name = "示例\u{202E}".into()),
        Some((Field::OrgName, FieldProblem::ForbiddenCharacter { position: 3, code_point: 0x202E }))
    );
    assert_eq!(
        field_problem(|f| f.scope = "长".repeat(3001)),
        Some((Field::Scope, FieldProblem::TooLong { chars: 3001, max: 3000 }))
    );
}

#[test]
fn late_is_marked_and_asks_for_a_note_but_does_not_block() {
    // Approved 2026-01-12: ten working days end on 2026-01-26.
    let w = World::complete();
    let late = |day| findings(&w, day).into_iter().find(|f| f.reason.name() == "late");
    assert_eq!(late(date(2026, 1, 26)), None);
    let found = late(date(2026, 1, 27)).unwrap();
    assert_eq!(found.reason, ReasonCode::Late { due: date(2026, 1, 26), noted: false });
    assert_eq!((found.severity, found.article), (Severity::Warns, "M 12(1)"));
}

#[test]
fn submission_runs_the_same_check() {
    let mut w = World::complete();
    let op = operator();
    w.act(&op, Command::RemoveFile { file: "6".into() }).unwrap();
    let refusal = w.act(&op, Command::Submit { pledge: true }).unwrap_err();
    let RefusalCode::Incomplete { findings } = refusal.code else { panic!("{refusal:?}") };
    assert_eq!(findings.iter().map(|f| f.slot).collect::<Vec<_>>(), [Slot::RiskPrevention]);
    assert_eq!(refusal.article, "M 12(3)");
}
