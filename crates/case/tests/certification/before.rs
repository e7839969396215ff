//! Before the body has anything to do: choosing, mandate, answers, scope, submission.

use guosuo_case::RefusalCode;
use guosuo_case::certification::{
    Command, Eligibility, Expected, Field, Form, ImpactItem, LedgerGiven, LegalBasis, Mandate, MandateAct, Party, Phase, Problem,
    Profile, Purpose, Reason, Severity, Standing, What, check_application,
};
use guosuo_rules::path::{Flow, Ftz, Path};
use guosuo_rules::splitting::LedgerFlow;
use guosuo_rules::yearly::Way;
use jiff::civil::date;

use super::world::{World, answers, doc, domestic, form, mandate, overseas, who};

fn reason(refusal: guosuo_case::Refusal) -> Reason {
    match refusal.code {
        RefusalCode::Certification { reason } => *reason,
        other => panic!("{other:?}"),
    }
}

fn save(w: &mut World, form: guosuo_case::certification::Form) {
    let seen = w.a().dossier.form_rev;
    let name = if w.a().processor.is_overseas() { "rep" } else { "applicant" };
    w.app(name, Command::SaveForm { form: Box::new(form), seen }).unwrap();
}

fn problems(w: &World) -> Vec<Problem> {
    let a = w.a();
    check_application(&a.processor, &a.owner, &a.dossier, w.today(), &w.config)
}

fn fields(w: &World) -> Vec<Field> {
    problems(w).into_iter().filter(|p| p.severity == Severity::Blocks).map(|p| p.field).collect()
}

#[test]
fn only_a_filed_body_can_be_chosen() {
    for standing in Standing::ALL {
        let mut w = World::new();
        w.standing = standing;
        w.app("applicant", Command::Open { processor: Box::new(domestic()), purpose: Purpose::New }).unwrap();
        let got = w.app("applicant", Command::ChooseBody { body: "body".into() });
        if standing == Standing::Filed {
            assert_eq!(got, Ok(()));
        } else {
            let refusal = got.unwrap_err();
            assert_eq!(refusal.article, "M 12(1)");
            assert_eq!(reason(refusal), Reason::BodyNotFiled { standing });
        }
    }
    let mut w = World::draft(false);
    let got = w.app("applicant", Command::ChooseBody { body: "nobody".into() }).unwrap_err();
    assert_eq!(reason(got), Reason::BodyNotFiled { standing: Standing::NotFiled });
}

#[test]
fn a_body_taken_off_the_list_after_the_choice_receives_nothing() {
    let mut w = World::draft(false);
    w.standing = Standing::Removed;
    let got = w.app("applicant", Command::Submit { pledge: true }).unwrap_err();
    assert_eq!(reason(got), Reason::BodyNotFiled { standing: Standing::Removed });
}

#[test]
fn a_complete_application_gets_a_receipt_and_its_edition() {
    let w = World::entrusted(false);
    let a = w.a();
    assert_eq!(a.phase, Phase::Entrusted);
    assert_eq!(a.receipt.as_ref().unwrap().number.to_string(), "认委〔2026〕003号");
    assert_eq!(a.receipt.as_ref().unwrap().at, w.now);
    assert_eq!(a.basis, "A53");
    // M 5: the path as computed, with the version of the law.
    assert_eq!((a.receipt.as_ref().unwrap().path, a.receipt.as_ref().unwrap().law.as_str()), (Path::SccOrCertification, "P16"));
}

#[test]
fn applicant_and_processor_may_be_two_parties_and_say_how_they_are_related() {
    let mut w = World::new();
    let processor = Party { org: Some("daughter".into()), ..domestic() };
    w.app("applicant", Command::Open { processor: Box::new(processor), purpose: Purpose::New }).unwrap();
    w.app("applicant", Command::ChooseBody { body: "body".into() }).unwrap();
    save(&mut w, form(date(2026, 3, 2)));
    assert_eq!(fields(&w), [Field::Relation]);
    let form = guosuo_case::certification::Form { relation: "集团母公司".into(), ..form(w.today()) };
    save(&mut w, form);
    w.app("applicant", Command::Submit { pledge: true }).unwrap();
}

#[test]
fn the_pledge_comes_last() {
    let mut w = World::draft(false);
    assert_eq!(w.app("applicant", Command::Submit { pledge: false }).unwrap_err().code, RefusalCode::PledgeMissing);
}

#[test]
fn an_overseas_processor_goes_through_its_office_or_representative() {
    let mut w = World::new();
    // Its own staff may open and prepare, but not submit.
    w.app("foreign", Command::Open { processor: Box::new(overseas()), purpose: Purpose::New }).unwrap();
    w.app("foreign", Command::ChooseBody { body: "body".into() }).unwrap();
    let form = Box::new(form(w.today()));
    w.app("foreign", Command::SaveForm { form, seen: 0 }).unwrap();
    assert_eq!(reason(w.app("foreign", Command::Submit { pledge: true }).unwrap_err()), Reason::RepresentativeNeeded);
    assert_eq!(fields(&w), [Field::Mandate]);
    assert_eq!(w.app("rep", Command::Submit { pledge: true }).unwrap_err().code, RefusalCode::NotFound, "no mandate yet");
    w.app("foreign", Command::RecordMandate { mandate: Box::new(mandate()) }).unwrap();
    w.app("rep", Command::Submit { pledge: true }).unwrap();
}

#[test]
fn nobody_else_opens_for_an_overseas_processor() {
    let mut w = World::new();
    let got = w.app("applicant", Command::Open { processor: Box::new(overseas()), purpose: Purpose::New }).unwrap_err();
    assert_eq!(reason(got), Reason::RepresentativeNeeded);
    let got = w.app("rep", Command::Open { processor: Box::new(domestic()), purpose: Purpose::New }).unwrap_err();
    assert_eq!(got.code, RefusalCode::NotAllowed);
}

#[test]
fn the_mandate_is_checked_on_every_act() {
    let mut w = World::draft(true);
    let m = Mandate { until: date(2026, 6, 30), ..mandate() };
    w.app("rep", Command::RecordMandate { mandate: Box::new(m) }).unwrap();
    w.move_to(date(2026, 6, 30));
    save(&mut w, form(date(2026, 6, 30)));
    w.move_to(date(2026, 7, 1));
    for command in [
        Command::Submit { pledge: true },
        Command::Withdraw { reason: "x".into() },
        Command::ChooseBody { body: "body".into() },
        Command::SaveForm { form: Box::new(form(w.today())), seen: 2 },
    ] {
        let refusal = w.app("rep", command).unwrap_err();
        assert_eq!(refusal.article, "M 7(2)");
        assert_eq!(reason(refusal), Reason::MandateExpired { until: date(2026, 6, 30) }, "expired yesterday");
    }
    let renewed = Mandate { until: date(2026, 12, 31), ..mandate() };
    w.app("rep", Command::RecordMandate { mandate: Box::new(renewed) }).unwrap();
    save(&mut w, form(date(2026, 7, 1)));
    w.app("rep", Command::Submit { pledge: true }).unwrap();
}

#[test]
fn acts_outside_the_mandate_are_refused() {
    let mut w = World::draft(true);
    let narrow = Mandate { acts: [MandateAct::Surveillance].into(), ..mandate() };
    w.app("rep", Command::RecordMandate { mandate: Box::new(narrow) }).unwrap();
    let got = reason(w.app("rep", Command::Submit { pledge: true }).unwrap_err());
    assert_eq!(got, Reason::MandateScope { act: MandateAct::Apply });
    let later = Mandate { from: date(2026, 4, 1), ..mandate() };
    w.app("rep", Command::RecordMandate { mandate: Box::new(later) }).unwrap();
    let refusal = w.app("rep", Command::Submit { pledge: true }).unwrap_err();
    assert_eq!(refusal.possible_from, Some(date(2026, 4, 1)));
}

#[test]
fn a_mandate_that_cannot_stand_is_not_recorded() {
    let mut w = World::draft(true);
    for unfit in [
        Mandate { document: guosuo_case::certification::DocRef::default(), ..mandate() },
        Mandate { from: date(2027, 1, 1), until: date(2026, 12, 31), ..mandate() },
        Mandate { acts: [].into(), ..mandate() },
        Mandate { holder: "somebody".into(), ..mandate() },
    ] {
        let got = w.app("rep", Command::RecordMandate { mandate: Box::new(unfit) }).unwrap_err();
        assert_eq!(reason(got), Reason::MandateUnfit);
    }
    let old = Mandate { until: date(2026, 3, 1), ..mandate() };
    let got = w.app("rep", Command::RecordMandate { mandate: Box::new(old) }).unwrap_err();
    assert_eq!(reason(got), Reason::MandateExpired { until: date(2026, 3, 1) });
}

fn with_answers(w: &mut World, answers: guosuo_rules::path::Case, note: &str) {
    let mut f = form(w.today());
    f.eligibility = Some(Eligibility { answers, evidence: vec![doc("人数统计")], note: note.into() });
    save(w, f);
}

#[test]
fn whoever_applies_for_another_gives_of_its_ledger_what_that_one_exports() {
    let day = date(2026, 2, 1);
    let flow = |exporter: &str| LedgerFlow {
        name: "订单".into(),
        exporter: exporter.into(),
        recipient: "Example GmbH".into(),
        purpose: "订单履行".into(),
        way: Way::Certificate,
        from: day,
        until: day,
        non_sensitive: 1,
        sensitive: 0,
    };
    let given = |w: &World, exporters: &[&str]| Form {
        ledger: Some(LedgerGiven { year: 2026, on: w.today(), flows: exporters.iter().map(|e| flow(e)).collect() }),
        ..form(w.today())
    };
    let command =
        |w: &World, exporters: &[&str]| Command::SaveForm { form: Box::new(given(w, exporters)), seen: w.a().dossier.form_rev };
    let mut w = World::draft(true);
    let own = overseas().name;
    let refusal = w.app("rep", command(&w, &[&own, "示例别家（虚构）"])).unwrap_err();
    assert_eq!((refusal.article, reason(refusal)), ("M 7(1)", Reason::LedgerOfOthers));
    w.app("rep", command(&w, &[&format!(" {own}")])).unwrap();
    // A processor that applies itself may give what its affiliates export: it is its own ledger.
    let mut w = World::draft(false);
    w.app("applicant", command(&w, &["示例关联公司（虚构）"])).unwrap();
}

#[test]
fn eligibility_is_computed_at_the_lines_of_the_law() {
    let mut w = World::draft(false);
    let today = w.today();
    for (n, s, fits) in [
        (99_999, 0, false),
        (100_000, 0, true),
        (200_000, 0, true),
        (0, 1, true),
        (1, 4_999, true),
        (0, 10_000, false),
        (1_000_000, 0, false),
    ] {
        with_answers(&mut w, answers(n, s, today), "");
        let found = problems(&w).into_iter().any(|p| matches!(p.what, What::OtherPath { .. }));
        assert_eq!(!found, fits, "{n} {s}");
    }
    let mut ciio = answers(200_000, 0, today);
    ciio.ciio = true;
    with_answers(&mut w, ciio, "");
    let p = problems(&w).into_iter().find(|p| p.field == Field::Eligibility).unwrap();
    assert_eq!((p.what, p.right), (What::OtherPath { path: Path::SecurityAssessment }, Expected::CertificationPath));
}

#[test]
fn answers_of_another_year_do_not_count_people_since_january() {
    let mut w = World::draft(false);
    with_answers(&mut w, answers(200_000, 0, date(2025, 12, 31)), "");
    let p = problems(&w).into_iter().find(|p| p.field == Field::Eligibility).unwrap();
    assert_eq!((p.what, p.right, p.article), (What::OtherYear { year: 2025 }, Expected::ThisYear { year: 2026 }, "M 5(1)(ii)"));
    with_answers(&mut w, answers(200_000, 0, date(2026, 3, 3)), "");
    assert!(problems(&w).iter().any(|p| matches!(p.what, What::InFuture { .. })), "tomorrow");
}

#[test]
fn where_other_provisions_prevail_a_word_is_needed() {
    let mut w = World::draft(false);
    let flow = Flow { non_sensitive: 200_000, ftz: Ftz::InsideList, ..Flow::default() };
    let case = guosuo_rules::path::Case::single(flow, false, w.today());
    with_answers(&mut w, case.clone(), "");
    assert!(fields(&w).contains(&Field::EligibilityNote), "{:?}", problems(&w));
    with_answers(&mut w, case, "清单内但已与省级网信部门确认适用认证");
    assert_eq!(fields(&w), []);
}

#[test]
fn the_duties_before_applying_are_declared_by_version_and_digest() {
    let mut w = World::draft(false);
    let today = w.today();
    let mut f = form(today);
    f.impact = None;
    f.notice = None;
    f.legal_basis = None;
    save(&mut w, f);
    assert_eq!(fields(&w), [Field::Impact, Field::Notice, Field::Consent]);
    let mut f = form(today);
    let impact = f.impact.as_mut().unwrap();
    impact.items.remove(&ImpactItem::Risks);
    impact.profile = Profile::StandardContract;
    f.legal_basis = Some(LegalBasis::Other { words: String::new() });
    save(&mut w, f);
    assert_eq!(fields(&w), [Field::Impact, Field::ImpactItems, Field::ConsentNote]);
    let mut f = form(today);
    f.impact.as_mut().unwrap().completed_on = date(2025, 12, 1);
    save(&mut w, f);
    assert_eq!(fields(&w), [], "an old assessment warns and does not block: the three months are of the contract");
    let p = problems(&w).remove(0);
    assert_eq!((p.field, p.severity), (Field::ImpactDate, Severity::Warns));
    let mut f = form(today);
    f.impact.as_mut().unwrap().completed_on = date(2026, 3, 3);
    save(&mut w, f);
    assert_eq!(fields(&w), [Field::ImpactDate], "not after the application");
}

#[test]
fn a_scope_names_field_row_fault_remedy_and_article() {
    let mut w = World::draft(false);
    let mut f = form(w.today());
    f.scope.purposes.push("订单履行".into());
    f.scope.kinds[1].name = "护照\u{202E}号".into();
    f.scope.recipients[0].country = "CN".into();
    f.scope.onward[0].from = "Nobody".into();
    f.scope.onward[0].country = "XX".into();
    f.scope.systems.clear();
    f.scope.retention_months = 0;
    f.scope.people.sensitive = 10_000;
    save(&mut w, f);
    let found: Vec<_> = problems(&w).into_iter().map(|p| (p.field, p.row, p.what, p.right, p.article)).collect();
    let text = Expected::Text { max: 200 };
    let hidden = What::ForbiddenCharacter { position: 3, code_point: 0x202E };
    assert_eq!(
        found,
        [
            (Field::Purposes, Some(3), What::Repeated, Expected::OnceEach, "R37 4.1"),
            (Field::Kinds, Some(2), hidden, text, "R37 4.1"),
            (
                Field::PeopleSensitive,
                None,
                What::AssessmentLine { count: 10_000 },
                Expected::Below { line: 10_000 },
                "M 5(1)(ii)"
            ),
            (Field::RecipientCountry, Some(1), What::NotOverseas, Expected::CountryOutside, "M 2"),
            (Field::OnwardCountry, Some(1), What::Unknown, Expected::CountryOutside, "M 2"),
            (Field::OnwardFrom, Some(1), What::Unknown, Expected::NamedRecipient, "M 6(iii)"),
            (Field::Systems, None, What::Empty, Expected::AtLeast { least: 1 }, "R37 4.1"),
            (Field::Retention, None, What::OutOfRange, Expected::Between { least: 1, most: 1200 }, "R37 4.1"),
        ]
    );
}

#[test]
fn sensitive_kinds_and_sensitive_people_go_together() {
    let mut w = World::draft(false);
    let mut f = form(w.today());
    f.scope.kinds[1].sensitive = false;
    save(&mut w, f);
    assert!(problems(&w).iter().any(|p| p.what == What::PeopleWithoutSensitive));
    let mut f = form(w.today());
    f.scope.people.sensitive = 0;
    save(&mut w, f);
    let whats: Vec<_> = problems(&w).into_iter().map(|p| p.what).collect();
    assert_eq!(whats, [What::SensitiveWithoutPeople, What::LessThanCounted { counted: 3_000 }]);
}

#[test]
fn two_editors_see_one_another() {
    let mut w = World::draft(false);
    let got = w.app("applicant", Command::SaveForm { form: Box::new(form(w.today())), seen: 0 }).unwrap_err();
    assert_eq!(got.code, RefusalCode::StaleForm { expected: 0, current: 1 });
}

#[test]
fn an_organisation_that_is_not_concerned_is_not_told() {
    let mut w = World::entrusted(false);
    for (name, command) in [("outsider", Command::Withdraw { reason: "x".into() }), ("stranger", Command::Accept)] {
        assert_eq!(w.app(name, command).unwrap_err().code, RefusalCode::NotFound, "{name}");
    }
    assert_eq!(w.app("cac", Command::Accept).unwrap_err().code, RefusalCode::NotAllowed);
    let facts = w.app_facts();
    for (name, may) in
        [("applicant", true), ("outsider", false), ("stranger", false), ("manager", true), ("lab", false), ("cac", true)]
    {
        let got = guosuo_case::certification::may_open(w.a(), &who(name), &facts);
        assert_eq!(got.is_ok(), may, "{name}");
    }
}

#[test]
fn an_application_can_be_taken_back_before_the_decision() {
    let mut w = World::entrusted(false).planned();
    w.app("applicant", Command::Withdraw { reason: "改走标准合同".into() }).unwrap();
    assert_eq!(w.a().phase, Phase::Withdrawn);
    let mut w = World::entrusted(false).ready();
    let got = w.app("applicant", Command::Withdraw { reason: "x".into() }).unwrap_err();
    assert_eq!(reason(got), Reason::Stage { phase: Phase::Decided });
}

#[test]
fn a_renewal_after_the_end_is_a_new_application() {
    let purpose = Purpose::Renewal { certificate: "old".into(), valid_until: date(2026, 3, 1) };
    let mut w = World::new().drafted(false, purpose);
    let got = w.app("applicant", Command::Submit { pledge: true }).unwrap_err();
    assert_eq!(reason(got), Reason::ValidityEnded { until: date(2026, 3, 1) });
    let purpose = Purpose::Renewal { certificate: "old".into(), valid_until: date(2026, 3, 2) };
    let mut w = World::new().drafted(false, purpose);
    w.app("applicant", Command::Submit { pledge: true }).unwrap();
}
