//! Every sequence of acts: an act is accepted exactly if it was listed as available, and
//! nothing is filed without two people, both authorities and every verdict.

use proptest::prelude::*;

use super::world::{World, file, handler, head, nda, operator, opinion, other_handler, verdict};
use crate::actor::Actor;
use crate::filing::{Action, Command, Outcome, Phase, Slot, Verdict, available};

/// Acts that carry nothing wrong: whether they are accepted depends on the state alone.
fn moves(w: &World) -> Vec<(Actor, Command)> {
    let (op, h, o, hd, n) = (operator(), handler(), other_handler(), head(w.now), nda());
    let rev = w.case.as_ref().map_or(0, |c| c.dossier.form_rev);
    let form = w.case.as_ref().map(|c| c.dossier.form.clone()).unwrap_or_default();
    let wanting = w.case.as_ref().and_then(|c| c.review()).is_some_and(|r| !r.wanting().is_empty());
    let outcome = if wanting { Outcome::Refuse } else { Outcome::File };
    let to = |u: &str| Command::Assign { handler: u.into(), handler_name: u.into(), note: String::new() };
    let text = || String::from("示例理由");
    let mut out = vec![
        (op.clone(), Command::SaveForm { form: Box::new(form), seen: rev }),
        (op.clone(), Command::PrintForm),
        (op.clone(), Command::AttachFile { slot: Slot::Other, file: file("extra"), person: None }),
        (op.clone(), Command::SaveRoster { people: w.case.as_ref().map(|c| c.dossier.people.clone()).unwrap_or_default() }),
        (op.clone(), Command::DeclareNothingFurther(true)),
        (op.clone(), Command::Submit { pledge: true }),
        (op, Command::Withdraw { reason: text() }),
        (h.clone(), to("chenmin")),
        (o, to("zhou")),
        (h.clone(), verdict(Slot::Complaints, Verdict::Missing)),
        (h.clone(), verdict(Slot::Complaints, Verdict::Complete)),
        (h.clone(), Command::SendToNda),
        (n, opinion(true)),
        (h, Command::Propose { outcome, note: text() }),
        (hd.clone(), Command::ReturnProposal { reason: text() }),
        (hd.clone(), Command::Decide),
        (hd, Command::Remove { ground: text(), reason: text() }),
    ];
    if w.case.is_none() {
        out.push((operator(), Command::Open { copy: None, prefill: Box::default() }));
    }
    out
}

/// Plays one act and checks the rule. Gives whether it was accepted.
fn play(w: &mut World, who: &Actor, command: Command) -> bool {
    let action = command.action();
    let listed = available(w.case.as_ref(), who, w.now).contains(&action);
    let before = w.case.clone();
    let accepted = w.act(who, command).is_ok();
    assert_eq!(accepted, listed, "{action:?} by {} in {:?}", who.user, before.map(|c| c.phase.as_str()));
    invariant(w);
    accepted
}

fn invariant(w: &World) {
    let Some(f) = &w.case else { return };
    if let Phase::Filed { review, decision, .. } = &f.phase {
        assert!(review.open_slots(&f.dossier).is_empty());
        assert!(review.wanting().is_empty());
        assert!(review.opinion.is_some());
        assert_ne!(decision.by.user, decision.proposed_by.user);
        assert!(decision.filing.is_some());
    }
    if let Phase::Refused { review, decision, .. } = &f.phase {
        assert!(!review.wanting().is_empty());
        assert!(review.verdicts.values().all(|v| v.verdict == Verdict::Complete || !v.reasons.is_empty()));
        assert_ne!(decision.by.user, decision.proposed_by.user);
    }
}

fn walk(w: &World, depth: usize, seen: &mut usize) {
    if depth == 0 {
        return;
    }
    for (who, command) in moves(w) {
        let mut next = w.clone();
        *seen += 1;
        if play(&mut next, &who, command) {
            walk(&next, depth - 1, seen);
        }
    }
}

#[test]
fn every_short_sequence_from_every_main_state() {
    let mut seen = 0;
    for start in [World::complete(), World::submitted(), World::judged(None, true), World::judged(Some(Slot::WorkPlan), false)] {
        walk(&start, 5, &mut seen);
    }
    assert!(seen > 10_000, "only {seen} acts tried");
}

#[test]
fn the_same_history_gives_the_same_case() {
    use crate::life::Life as _;
    let w = World::judged(None, true);
    assert_eq!(crate::filing::Filing::fold(&w.events), w.case);
    let json: Vec<_> = w.events.iter().map(|e| serde_json::to_string(&e.event).unwrap()).collect();
    let back: Vec<_> = w
        .events
        .iter()
        .zip(&json)
        .map(|(e, j)| crate::life::Recorded { event: serde_json::from_str(j).unwrap(), ..e.clone() })
        .collect();
    assert_eq!(crate::filing::Filing::fold(&back), w.case);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn long_random_sequences_keep_the_rule(picks in proptest::collection::vec(any::<prop::sample::Index>(), 20), judged in any::<bool>()) {
        let mut w = if judged { World::judged(None, true) } else { World::submitted() };
        for pick in picks {
            let options = moves(&w);
            let (who, command) = pick.get(&options).clone();
            play(&mut w, &who, command);
        }
    }

    #[test]
    fn a_form_survives_storage_whatever_was_typed(name in "\\PC{0,60}", scope in any::<String>()) {
        let form = crate::filing::Form { org_name: name, scope, ..Default::default() };
        let back: crate::filing::Form = serde_json::from_str(&serde_json::to_string(&form).unwrap()).unwrap();
        prop_assert_eq!(form, back);
    }
}

#[test]
fn the_table_of_acts_by_state_and_role() {
    use std::fmt::Write as _;
    let mut out = String::new();
    let mut filed = World::judged(None, true);
    filed.act(&handler(), Command::Propose { outcome: Outcome::File, note: String::new() }).unwrap();
    let proposed = filed.clone();
    filed.act(&head(filed.now), Command::Decide).unwrap();
    let states: [(&str, World); 7] = [
        ("none", World::new()),
        ("draft", World::complete()),
        ("received", World::submitted()),
        ("judged", World::judged(None, true)),
        ("proposed", proposed),
        ("filed", filed),
        ("wanting", World::judged(Some(Slot::Complaints), false)),
    ];
    type Person = fn(&World) -> Actor;
    let people: [(&str, Person); 6] = [
        ("operator", |_| operator()),
        ("stranger", |_| super::world::actor("x", "yunxiu", crate::OrgKind::Body, crate::Role::OrgAdmin)),
        ("handler", |_| handler()),
        ("other handler", |_| other_handler()),
        ("head", |w| head(w.now)),
        ("data authority", |_| nda()),
    ];
    for (state, w) in &states {
        for (name, person) in &people {
            let list: Vec<Action> = available(w.case.as_ref(), &person(w), w.now);
            let _ = writeln!(out, "{state:<9} {name:<15} {list:?}");
        }
    }
    insta::assert_snapshot!(out);
}
