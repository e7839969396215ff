//! The review by two authorities, told as it happens.

use super::super::decide::decision_due;
use super::world::{World, at, handler, head, nda, operator, opinion, other_handler, take, verdict};
use crate::filing::{Command, Outcome, Phase, ReasonCode, Slot, Verdict};
use crate::refusal::RefusalCode;
use guosuo_rules::period::Due;
use jiff::civil::date;

fn propose(outcome: Outcome) -> Command {
    Command::Propose { outcome, note: String::new() }
}

#[test]
fn a_complete_filing_is_filed_and_published_in_one_act() {
    let mut w = World::judged(None, true);
    w.act(&handler(), propose(Outcome::File)).unwrap();
    w.act(&head(w.now), Command::Decide).unwrap();
    let Phase::Filed { submission, decision, .. } = &w.case().phase else { panic!() };
    assert_eq!(submission.number.to_string(), "备申〔2026〕003号");
    assert_eq!(decision.filing.as_ref().unwrap().to_string(), "个认备〔2026〕004号");
    assert_eq!(decision.at, w.now);
    assert_ne!(decision.by.user, decision.proposed_by.user);
}

#[test]
fn an_incomplete_filing_is_refused_with_reasons() {
    let mut w = World::judged(Some(Slot::Complaints), false);
    assert_eq!(
        w.act(&handler(), propose(Outcome::File)).unwrap_err().code,
        RefusalCode::NotComplete { slots: vec![Slot::Complaints] }
    );
    w.act(&handler(), propose(Outcome::Refuse)).unwrap();
    w.act(&head(w.now), Command::Decide).unwrap();
    let Phase::Refused { decision, review, .. } = &w.case().phase else { panic!() };
    assert_eq!(decision.notice.to_string(), "个认不备〔2026〕003号");
    assert_eq!(decision.filing, None);
    assert_eq!(review.verdicts[&Slot::Complaints].reasons, [ReasonCode::Missing]);
}

#[test]
fn what_lacks_nothing_cannot_be_refused() {
    let mut w = World::judged(None, true);
    assert_eq!(w.act(&handler(), propose(Outcome::Refuse)).unwrap_err().code, RefusalCode::NothingMissing);
}

#[test]
fn every_material_needs_a_verdict_and_a_wanting_one_a_reason() {
    let mut w = World::submitted();
    w.act(&handler(), take()).unwrap();
    let bare = Command::GiveVerdict {
        slot: Slot::WorkPlan,
        verdict: Verdict::Unclear,
        reasons: vec![],
        note: String::new(),
        page: None,
    };
    assert_eq!(w.act(&handler(), bare).unwrap_err().code, RefusalCode::ReasonNeeded { slot: Slot::WorkPlan });
    w.act(&handler(), verdict(Slot::Form, Verdict::Complete)).unwrap();
    let RefusalCode::VerdictsMissing { slots } = w.act(&handler(), propose(Outcome::File)).unwrap_err().code else { panic!() };
    assert_eq!(slots.len(), 11, "nine is empty and optional, one is judged");
}

#[test]
fn the_data_authority_is_heard_before_anything_is_proposed() {
    let mut w = World::submitted();
    w.act(&handler(), take()).unwrap();
    assert_eq!(w.act(&nda(), opinion(true)).unwrap_err().code, RefusalCode::NotAllowed, "not sent yet");
    for slot in Slot::ALL.into_iter().filter(|s| !s.is_optional()) {
        w.act(&handler(), verdict(slot, Verdict::Complete)).unwrap();
    }
    assert_eq!(w.act(&handler(), propose(Outcome::File)).unwrap_err().code, RefusalCode::OpinionMissing);
    w.act(&handler(), Command::SendToNda).unwrap();
    w.act(&nda(), opinion(true)).unwrap();
    assert_eq!(w.act(&nda(), opinion(true)).unwrap_err().code, RefusalCode::OpinionGiven);
    w.act(&handler(), propose(Outcome::File)).unwrap();
}

#[test]
fn where_the_authorities_differ_the_proposal_says_why() {
    let mut w = World::judged(None, false);
    assert!(w.case().review().unwrap().is_disputed(&w.case().dossier));
    assert_eq!(w.act(&handler(), propose(Outcome::File)).unwrap_err().code, RefusalCode::DisagreementUnexplained);
    w.act(&handler(), Command::Propose { outcome: Outcome::File, note: "会商后一致认为齐全".into() }).unwrap();
}

#[test]
fn two_people_decide() {
    let mut w = World::judged(None, true);
    // Somebody who is both handler and head still cannot decide the own proposal.
    let mut both = handler();
    both.roles.insert(crate::Role::CacHead);
    both.second_factor_at = Some(w.now);
    w.act(&both, propose(Outcome::File)).unwrap();
    assert_eq!(w.act(&both, Command::Decide).unwrap_err().code, RefusalCode::SamePerson);
    assert_eq!(w.act(&handler(), Command::Decide).unwrap_err().code, RefusalCode::NotAllowed);
    w.act(&head(w.now), Command::ReturnProposal { reason: "请补充说明".into() }).unwrap();
    assert_eq!(w.case().review().unwrap().returned.as_deref(), Some("请补充说明"));
    assert_eq!(w.act(&head(w.now), Command::Decide).unwrap_err().code, RefusalCode::NoProposal);
}

#[test]
fn a_decision_needs_a_fresh_second_factor() {
    let mut w = World::judged(None, true);
    w.act(&handler(), propose(Outcome::File)).unwrap();
    let stale = head(w.now - jiff::SignedDuration::from_secs(5 * 60 + 1));
    assert_eq!(w.act(&stale, Command::Decide).unwrap_err().code, RefusalCode::FreshFactorNeeded);
    w.act(&head(w.now - jiff::SignedDuration::from_mins(5)), Command::Decide).unwrap();
}

#[test]
fn the_limit_is_thirty_working_days_and_a_passed_one_is_explained_never_decided_by_itself() {
    let mut w = World::judged(None, true);
    w.act(&handler(), propose(Outcome::File)).unwrap();
    let calendar = w.calendar.clone();
    // Received 2026-01-26; Spring Festival lies between.
    assert_eq!(decision_due(w.case().submission().unwrap(), &calendar), Some(Due::Firm { date: date(2026, 3, 13) }));
    w.now = at("2026-03-13T15:59:59Z");
    assert_eq!(
        w.act(&handler(), Command::ExplainOverdue { reason: "示例".into() }).unwrap_err().code,
        RefusalCode::NotOverdue,
        "until 24:00 in Beijing"
    );
    w.now = at("2026-03-13T16:00:00Z");
    assert_eq!(
        w.act(&head(w.now), Command::Decide).unwrap_err().code,
        RefusalCode::OverdueReasonMissing { due: date(2026, 3, 13) }
    );
    w.act(&handler(), Command::ExplainOverdue { reason: "系统故障".into() }).unwrap();
    w.act(&head(w.now), Command::Decide).unwrap();
}

#[test]
fn one_handler_holds_the_case() {
    let mut w = World::submitted();
    w.act(&handler(), take()).unwrap();
    let code = w.act(&other_handler(), verdict(Slot::Form, Verdict::Complete)).unwrap_err().code;
    assert_eq!(code, RefusalCode::NotHandler { handler: Some("chenmin".into()) });
    let hand_over = Command::Assign { handler: "zhou".into(), handler_name: "示例周".into(), note: "休假".into() };
    assert!(w.act(&other_handler(), hand_over.clone()).is_err(), "a case is handed over, not taken");
    w.act(&handler(), hand_over).unwrap();
    w.act(&other_handler(), verdict(Slot::Form, Verdict::Complete)).unwrap();
}

#[test]
fn the_applicant_may_withdraw_before_the_decision_and_not_after() {
    let mut w = World::submitted();
    assert_eq!(w.act(&operator(), Command::Withdraw { reason: "　 ".into() }).unwrap_err().code, RefusalCode::TextNeeded);
    let mut decided = World::judged(None, true);
    decided.act(&handler(), propose(Outcome::File)).unwrap();
    decided.act(&head(decided.now), Command::Decide).unwrap();
    assert_eq!(decided.act(&operator(), Command::Withdraw { reason: "示例".into() }).unwrap_err().code, RefusalCode::WrongPhase);
    w.act(&operator(), Command::Withdraw { reason: "示例".into() }).unwrap();
    assert!(matches!(&w.case().phase, Phase::Withdrawn { submission: Some(_), .. }));
}

#[test]
fn another_organisation_is_not_told_that_the_case_exists() {
    let mut w = World::submitted();
    let stranger = super::world::actor("x", "yunxiu", crate::OrgKind::Body, crate::Role::OrgAdmin);
    for command in [Command::Withdraw { reason: "示例".into() }, Command::Submit { pledge: true }, take()] {
        let code = w.act(&stranger, command).unwrap_err().code;
        assert_eq!(code, RefusalCode::NotFound);
    }
}

#[test]
fn a_submitted_dossier_does_not_change_any_more() {
    let mut w = World::submitted();
    let before = w.case().dossier.clone();
    let save = Command::SaveForm { form: Box::default(), seen: 0 };
    assert_eq!(w.act(&operator(), save).unwrap_err().code, RefusalCode::WrongPhase);
    assert_eq!(w.act(&operator(), Command::RemoveFile { file: "1".into() }).unwrap_err().code, RefusalCode::WrongPhase);
    assert_eq!(w.case().dossier, before);
}

#[test]
fn two_people_editing_see_one_another() {
    let mut w = World::complete();
    let save = |seen| Command::SaveForm { form: Box::new(super::world::form()), seen };
    w.act(&operator(), save(0)).unwrap();
    assert_eq!(w.act(&operator(), save(0)).unwrap_err().code, RefusalCode::StaleForm { expected: 0, current: 1 });
}

#[test]
fn removal_from_the_list_is_a_manual_act_with_its_ground() {
    let mut w = World::judged(None, true);
    w.act(&handler(), propose(Outcome::File)).unwrap();
    w.act(&head(w.now), Command::Decide).unwrap();
    let act = |ground: &str| Command::Remove { ground: ground.into(), reason: "示例".into() };
    assert_eq!(w.act(&head(w.now), act("")).unwrap_err().code, RefusalCode::TextNeeded);
    assert!(w.act(&handler(), act("示例依据")).is_err());
    w.act(&head(w.now), act("示例依据")).unwrap();
    assert_eq!(w.case().phase.as_str(), "removed");
}
