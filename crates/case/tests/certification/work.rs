//! The body's workbench: acceptance, plan, verification, audit, rectification, decision.

use guosuo_case::RefusalCode;
use guosuo_case::actor::Role;
use guosuo_case::certification::{
    Command, Grade, NcStage, Outcome, PauseReason, Phase, PlanFault, Purpose, Reason, Standing, excludes,
};
use jiff::civil::date;

use super::world::{World, doc, mandate, plan, text};

fn reason(refusal: guosuo_case::Refusal) -> Reason {
    match refusal.code {
        RefusalCode::Certification { reason } => *reason,
        other => panic!("{other:?}"),
    }
}

fn declare() -> Command {
    Command::DeclareInterest { has: false, words: String::new() }
}

#[test]
fn a_case_is_opened_after_declaring_interests() {
    let mut w = World::draft(false);
    w.app("applicant", Command::Submit { pledge: true }).unwrap();
    assert_eq!(reason(w.app("manager", Command::Accept).unwrap_err()), Reason::InterestUndeclared);
    w.app("manager", Command::DeclareInterest { has: true, words: "曾任职于该公司".into() }).unwrap();
    let refusal = w.app("manager", Command::Accept).unwrap_err();
    assert_eq!(refusal.article, "CAR 13");
    assert_eq!(reason(refusal), Reason::ConflictOfInterest);
    let silent = Command::DeclareInterest { has: true, words: " ".into() };
    assert_eq!(w.app("manager", silent).unwrap_err().code, RefusalCode::TextNeeded);
}

#[test]
fn one_person_practises_in_one_body() {
    let mut w = World::entrusted(false);
    w.elsewhere = Some("rival".into());
    for command in [Command::Accept, declare()] {
        let refusal = w.app("manager", command).unwrap_err();
        assert_eq!(refusal.article, "CAR 14");
        assert_eq!(reason(refusal), Reason::PractisesElsewhere { body: "rival".into() });
    }
}

#[test]
fn acceptance_or_a_reasoned_decline() {
    let mut w = World::entrusted(false);
    assert_eq!(w.app("manager", Command::Decline { reasons: String::new() }).unwrap_err().code, RefusalCode::TextNeeded);
    w.app("manager", Command::Decline { reasons: "范围不在本机构业务之内".into() }).unwrap();
    assert_eq!(w.a().phase, Phase::Declined);
    let mut w = World::entrusted(false);
    w.standing = Standing::Suspended;
    let got = w.app("manager", Command::Accept).unwrap_err();
    assert_eq!(reason(got), Reason::BodyNotFiled { standing: Standing::Suspended });
}

#[test]
fn the_plan_names_team_verification_body_and_checklists_of_the_basis() {
    let mut w = World::entrusted(false);
    w.app("manager", Command::Accept).unwrap();
    let good = plan("A53");
    let mut try_plan = |p| w.app("manager", Command::MakePlan { plan: Box::new(p) }).map_err(reason);
    let fault = |what| Err(Reason::PlanUnfit { what });
    assert_eq!(try_plan(super::world::plan("R37")), fault(PlanFault::Checklists), "the standards of the other edition");
    assert_eq!(
        try_plan(guosuo_case::certification::Plan { verification_body: "body".into(), ..good.clone() }),
        fault(PlanFault::VerificationBody)
    );
    assert_eq!(
        try_plan(guosuo_case::certification::Plan { verification_body: "co".into(), ..good.clone() }),
        fault(PlanFault::VerificationBody)
    );
    assert_eq!(try_plan(guosuo_case::certification::Plan { team: [].into(), ..good.clone() }), fault(PlanFault::Team));
    assert_eq!(try_plan(guosuo_case::certification::Plan { man_days: 0, ..good.clone() }), fault(PlanFault::ManDays));
    assert_eq!(try_plan(guosuo_case::certification::Plan { kinds: vec![], ..good.clone() }), fault(PlanFault::Kinds));
    assert_eq!(
        try_plan(guosuo_case::certification::Plan { team: ["temp".into()].into(), ..good.clone() }),
        Err(Reason::NotOnRoster { user: "temp".into() })
    );
    assert_eq!(try_plan(good), Ok(()));
}

#[test]
fn the_verification_body_signs_and_the_body_checks() {
    let mut w = World::entrusted(false).planned();
    assert_eq!(
        reason(w.app("verifier", Command::CheckVerification { take: true, reason: text() }).unwrap_err()),
        Reason::NoReport
    );
    let sign = || Command::SignVerification { report: doc("技术验证报告"), conforming: true };
    w.app("lab", sign()).unwrap();
    w.app("verifier", Command::CheckVerification { take: false, reason: "样本不足".into() }).unwrap();
    assert_eq!(w.a().phase, Phase::Planned, "returned, not passed");
    w.app("lab", sign()).unwrap();
    w.app("verifier", Command::CheckVerification { take: true, reason: String::new() }).unwrap();
    assert_eq!(w.a().phase, Phase::Verified);
    let nobody = Command::SignVerification { report: guosuo_case::certification::DocRef::default(), conforming: true };
    let mut w = World::entrusted(false).planned();
    assert_eq!(reason(w.app("lab", nobody).unwrap_err()), Reason::DocumentIncomplete);
}

#[test]
fn an_auditor_is_on_the_roster_and_of_the_team() {
    let mut w = World::entrusted(false).planned().verified();
    let begin = Command::BeginAudit { on: w.today() };
    assert_eq!(reason(w.app("auditor2", begin.clone()).unwrap_err()), Reason::NotOfTheTeam);
    w.roster.remove(&"auditor".into());
    assert_eq!(reason(w.app("auditor", begin.clone()).unwrap_err()), Reason::NotOnRoster { user: "auditor".into() });
    w.roster.insert("auditor".into());
    let tomorrow = Command::BeginAudit { on: date(2026, 3, 3) };
    assert!(matches!(reason(w.app("auditor", tomorrow).unwrap_err()), Reason::DayOutside { .. }));
    w.app("auditor", begin).unwrap();
}

#[test]
fn every_clause_of_the_checklist_needs_a_finding() {
    let mut w = World::entrusted(false).planned().verified();
    let on = w.today();
    w.app("auditor", Command::BeginAudit { on }).unwrap();
    let clauses: Vec<_> = w.a().plan.as_ref().unwrap().clauses().collect();
    assert_eq!(clauses, ["GB/T 35273 5.1", "GB/T 46068 5.1"]);
    let sign = || Command::SignAudit { report: doc("报告") };
    assert_eq!(reason(w.app("auditor", sign()).unwrap_err()), Reason::ClausesOpen { clauses: clauses.clone() });
    let find =
        |clause: &str, grade| Command::AuditClause { clause: clause.into(), grade, statement: String::new(), evidence: vec![] };
    assert_eq!(reason(w.app("auditor", find("GB/T 1 1", Grade::Conforming)).unwrap_err()), Reason::UnknownClause);
    assert_eq!(w.app("auditor", find(&clauses[0], Grade::Major)).unwrap_err().code, RefusalCode::TextNeeded);
    w.app("auditor", find(&clauses[0], Grade::Conforming)).unwrap();
    assert_eq!(reason(w.app("auditor", sign()).unwrap_err()), Reason::ClausesOpen { clauses: vec![clauses[1].clone()] });
    w.app("auditor", find(&clauses[1], Grade::NotApplicable)).unwrap();
    w.app("auditor", sign()).unwrap();
    assert!(w.a().nonconformities.is_empty());
}

/// From a nonconformity to its proposed correction.
fn corrected(overseas: bool) -> World {
    let mut w = World::entrusted(overseas).planned().verified().audited(true);
    let name = if overseas { "rep" } else { "applicant" };
    w.app("manager", Command::OrderRectification { until: date(2026, 4, 30) }).unwrap();
    let propose = Command::ProposeCorrection { nc: 1, action: "补充再提供同意".into(), planned_for: date(2026, 4, 1) };
    w.app(name, propose).unwrap();
    w
}

#[test]
fn a_nonconformity_is_rectified_with_its_whole_chain_of_dates() {
    let mut w = corrected(false);
    w.pass(1);
    w.app("auditor", Command::ReviewCorrection { nc: 1, approve: true, reason: String::new() }).unwrap();
    w.pass(10);
    let report = |started_on, done_on| Command::ReportCorrection { nc: 1, started_on, done_on, evidence: vec![doc("截图")] };
    for (started, done) in
        [(date(2026, 3, 2), date(2026, 3, 10)), (date(2026, 3, 11), date(2026, 3, 10)), (date(2026, 3, 4), date(2026, 3, 14))]
    {
        let got = reason(w.app("applicant", report(started, done)).unwrap_err());
        assert!(matches!(got, Reason::DayOutside { .. }), "{started} {done}");
    }
    w.app("applicant", report(date(2026, 3, 4), date(2026, 3, 12))).unwrap();
    w.pass(2);
    w.app("auditor", Command::JudgeCorrection { nc: 1, effective: true, note: String::new() }).unwrap();
    let n = &w.a().nonconformities[0];
    assert_eq!(n.stage, NcStage::Closed);
    assert_eq!(
        (n.determined_on, n.proposed_on, n.approved_on, n.started_on, n.done_on, n.judged_on),
        (
            date(2026, 3, 2),
            Some(date(2026, 3, 2)),
            Some(date(2026, 3, 3)),
            Some(date(2026, 3, 4)),
            Some(date(2026, 3, 12)),
            Some(date(2026, 3, 15))
        )
    );
    assert_eq!(w.a().phase, Phase::Audited);
    let w = w.evaluated(Outcome::Certify).decided(Outcome::Certify);
    assert!(w.a().carries_a_certificate());
}

#[test]
fn nothing_is_certified_while_a_nonconformity_is_open() {
    let mut w = World::entrusted(false).planned().verified().audited(true);
    let evaluate = |recommends| Command::Evaluate { recommends, summary: text() };
    for recommends in [Outcome::Certify, Outcome::Refuse] {
        let got = reason(w.app("evaluator", evaluate(recommends)).unwrap_err());
        assert_eq!(got, Reason::NonconformitiesOpen { open: vec![1] }, "a rectification is ordered first");
    }
    w.app("manager", Command::OrderRectification { until: date(2026, 3, 20) }).unwrap();
    w.move_to(date(2026, 3, 20));
    let refusal = w.app("evaluator", evaluate(Outcome::Refuse)).unwrap_err();
    assert_eq!(refusal.possible_from, Some(date(2026, 3, 21)), "the last day belongs to the applicant");
    w.move_to(date(2026, 3, 21));
    let got = reason(w.app("evaluator", evaluate(Outcome::Certify)).unwrap_err());
    assert_eq!(got, Reason::NonconformitiesOpen { open: vec![1] });
    w.app("evaluator", evaluate(Outcome::Refuse)).unwrap();
    let w = w.decided(Outcome::Refuse);
    assert_eq!(w.a().phase, Phase::Ended);
    assert_eq!(w.a().conclusion.as_ref().unwrap().reasons, text(), "written reasons go to the applicant");
}

#[test]
fn a_correction_that_does_not_work_begins_again_or_ends_the_case() {
    let mut w = corrected(true);
    w.app("auditor", Command::ReviewCorrection { nc: 1, approve: false, reason: "原因分析不足".into() }).unwrap();
    let propose = || Command::ProposeCorrection { nc: 1, action: text(), planned_for: date(2026, 4, 1) };
    w.app("rep", propose()).unwrap();
    w.app("auditor", Command::ReviewCorrection { nc: 1, approve: true, reason: String::new() }).unwrap();
    let today = w.today();
    let done = Command::ReportCorrection { nc: 1, started_on: today, done_on: today, evidence: vec![doc("截图")] };
    w.app("rep", done).unwrap();
    w.app("auditor", Command::JudgeCorrection { nc: 1, effective: false, note: "复查仍不符合".into() }).unwrap();
    assert_eq!(w.a().nonconformities[0].stage, NcStage::Ineffective);
    let mut again = w.clone();
    again.app("rep", propose()).unwrap();
    w.app("evaluator", Command::Evaluate { recommends: Outcome::Refuse, summary: text() }).unwrap();
}

#[test]
fn a_representative_whose_mandate_ended_answers_no_nonconformity() {
    let mut w = World::entrusted(true).planned().verified().audited(true);
    w.app(
        "rep",
        Command::RecordMandate {
            mandate: Box::new(guosuo_case::certification::Mandate { until: date(2026, 3, 10), ..mandate() }),
        },
    )
    .unwrap();
    w.app("manager", Command::OrderRectification { until: date(2026, 4, 30) }).unwrap();
    w.move_to(date(2026, 3, 11));
    let propose = Command::ProposeCorrection { nc: 1, action: text(), planned_for: date(2026, 4, 1) };
    assert_eq!(reason(w.app("rep", propose).unwrap_err()), Reason::MandateExpired { until: date(2026, 3, 10) });
}

#[test]
fn the_limit_of_the_rectification_can_be_moved_within_the_houses_longest() {
    let mut w = World::entrusted(false).planned().verified().audited(true);
    let order = |until| Command::OrderRectification { until };
    let last = date(2026, 5, 31);
    for (until, fits) in [(date(2026, 3, 2), false), (date(2026, 3, 3), true), (last, true), (last.tomorrow().unwrap(), false)] {
        assert_eq!(w.app("manager", order(until)).is_ok(), fits, "{until}");
    }
    assert_eq!(w.a().rectification.as_ref().unwrap().moved, 1);
}

#[test]
fn who_verified_or_audited_does_not_decide() {
    let mut w = World::entrusted(false).ready();
    assert!(w.a().carries_a_certificate());
    w = World::entrusted(false).planned().verified().audited(false).evaluated(Outcome::Certify);
    // The same people, holding every role.
    for (user, article) in [("auditor", "CAR 21"), ("verifier", "CAR 21"), ("evaluator", "house")] {
        let mut actor = w.who(user);
        actor.roles = Role::CERTIFICATION.into_iter().filter(|r| r.org_kind() == actor.org_kind).collect();
        let got = w.app_by(&actor, Command::Sign { outcome: Outcome::Certify, reasons: text() }).unwrap_err();
        assert_eq!(got.article, article, "{user}");
    }
    w.app("certifier", Command::Sign { outcome: Outcome::Certify, reasons: text() }).unwrap();
    let mut certifier = w.who("certifier");
    certifier.roles.insert(Role::BodyHead);
    assert_eq!(w.app_by(&certifier, Command::Countersign).unwrap_err().code, RefusalCode::SamePerson);
    let mut auditor = w.who("auditor");
    auditor.roles.insert(Role::BodyHead);
    assert_eq!(reason(w.app_by(&auditor, Command::Countersign).unwrap_err()), Reason::VerifiedOrAudited);
    w.app("head", Command::Countersign).unwrap();
    assert_eq!(excludes(Role::Auditor, Role::Certifier), Some("CAR 21"));
    assert_eq!(excludes(Role::Certifier, Role::BodyHead), Some("CAR 22"));
}

#[test]
fn two_signatures_in_order_with_a_fresh_factor() {
    let mut w = World::entrusted(false).planned().verified().audited(false).evaluated(Outcome::Certify);
    assert_eq!(reason(w.app("head", Command::Countersign).unwrap_err()), Reason::Stage { phase: Phase::Evaluated });
    let bare = super::world::who("certifier");
    let sign = || Command::Sign { outcome: Outcome::Certify, reasons: text() };
    assert_eq!(w.app_by(&bare, sign()).unwrap_err().code, RefusalCode::FreshFactorNeeded);
    w.app("certifier", sign()).unwrap();
    w.app("head", Command::ReturnConclusion { reason: "理由不充分".into() }).unwrap();
    w.app("certifier", Command::ReturnEvaluation { reason: "补充评价".into() }).unwrap();
    assert_eq!(w.a().phase, Phase::Audited);
    let w = w.evaluated(Outcome::Certify).decided(Outcome::Certify);
    assert_eq!(w.a().phase, Phase::Decided);
}

#[test]
fn a_certifier_may_refuse_but_not_certify_against_the_evaluation() {
    let mut w = World::entrusted(false).planned().verified().audited(false).evaluated(Outcome::Refuse);
    let got = w.app("certifier", Command::Sign { outcome: Outcome::Certify, reasons: text() }).unwrap_err();
    assert_eq!(reason(got), Reason::AgainstRecommendation);
    w.app("certifier", Command::Sign { outcome: Outcome::Refuse, reasons: text() }).unwrap();
}

#[test]
fn a_verification_that_is_not_conforming_carries_no_certificate() {
    let mut w = World::entrusted(false).planned();
    w.app("lab", Command::SignVerification { report: doc("技术验证报告"), conforming: false }).unwrap();
    w.app("verifier", Command::CheckVerification { take: true, reason: String::new() }).unwrap();
    let mut w = w.audited(false);
    let got = w.app("evaluator", Command::Evaluate { recommends: Outcome::Certify, summary: text() }).unwrap_err();
    assert_eq!(reason(got), Reason::VerificationNotConforming);
}

#[test]
fn deceit_is_not_passed() {
    let mut w = World::entrusted(false).planned();
    let report = |evidence| Command::ReportDeceit { summary: "隐瞒再提供".into(), evidence };
    assert_eq!(reason(w.app("manager", report(vec![])).unwrap_err()), Reason::DocumentIncomplete);
    w.app("manager", report(vec![doc("证据")])).unwrap();
    assert!(w.a().evaluation.as_ref().unwrap().deceit);
    assert_eq!(w.decided(Outcome::Refuse).a().phase, Phase::Ended);
}

#[test]
fn the_clock_of_a_stage_stands_for_a_reason() {
    let mut w = World::entrusted(false);
    let due = |w: &World| {
        let a = w.a();
        a.clock.due(a.phase, &w.config.stage_days, w.today(), &w.calendar).unwrap().firm().unwrap()
    };
    assert_eq!(due(&w), date(2026, 3, 9));
    w.app("manager", Command::StopClock { reason: PauseReason::WaitsForApplicant, note: text() }).unwrap();
    let again = Command::StopClock { reason: PauseReason::WaitsForApplicant, note: text() };
    assert_eq!(reason(w.app("manager", again).unwrap_err()), Reason::ClockUnchanged);
    w.move_to(date(2026, 3, 4));
    w.app("manager", Command::ResumeClock).unwrap();
    assert_eq!(due(&w), date(2026, 3, 11));
    w.app("manager", Command::Accept).unwrap();
    assert_eq!(due(&w), date(2026, 3, 18), "the next stage has its own clock");
}

#[test]
fn a_case_stays_on_its_edition_until_an_act_migrates_it() {
    let old = |day| {
        let mut w = World::on(day).drafted(false, Purpose::New).submitted();
        w.move_to(date(2026, 3, 2));
        w
    };
    let mut w = old(date(2025, 12, 25));
    assert_eq!(w.a().basis, "A53", "from the day of publication");
    let migrate = |to: &str| Command::MigrateBasis { to: to.into(), reason: text() };
    assert_eq!(reason(w.app("manager", migrate("A53")).unwrap_err()), Reason::EditionUnfit);
    let mut w = old(date(2025, 12, 24));
    assert_eq!(w.a().basis, "R37", "kept");
    w = w.planned();
    assert_eq!(reason(w.app("manager", migrate("R37")).unwrap_err()), Reason::EditionUnfit);
    w.app("manager", migrate("A53")).unwrap();
    assert_eq!((w.a().basis.as_str(), w.a().phase), ("A53", Phase::Accepted), "the plan is made again");
    w.app("manager", Command::MakePlan { plan: Box::new(plan("A53")) }).unwrap();
    assert_eq!(w.verified().a().phase, Phase::Verified);
}

#[test]
fn a_violation_is_reported_at_once_and_the_case_goes_on() {
    let mut w = World::entrusted(false).planned();
    let report = Command::ReportViolation { summary: "未经单独同意出境".into(), evidence: vec![doc("证据")] };
    w.app("manager", report).unwrap();
    assert_eq!((w.a().violations.len(), w.a().phase), (1, Phase::Planned));
}
