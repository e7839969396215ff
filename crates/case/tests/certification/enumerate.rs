//! Every short sequence, many long ones, and the table of acts as a document.

use std::fmt::Write as _;

use guosuo_case::certificate::{self, Certificate};
use guosuo_case::certification::{self, Application};
use guosuo_case::{Actor, Life as _, Recorded};
use proptest::prelude::*;

use super::sequences::{Act, Dice, MOVES, invariant, play, random, starts, walk, walk_states, with_every_role};
use super::world::{PEOPLE, World, who};

#[test]
fn every_short_sequence_from_every_stage() {
    // Depth 3 here; the example `sequences` goes to 5.
    let depth = std::env::var("SEQUENCES_DEPTH").ok().and_then(|d| d.parse().ok()).unwrap_or(3);
    let mut tried = 0;
    for (_, mut start) in starts() {
        start.remember = false;
        walk(&start, depth, &mut tried);
    }
    assert!(tried > 50_000, "only {tried} acts tried");
}

#[test]
fn going_from_equal_states_once_counts_the_same_sequences() {
    for (name, mut start) in starts() {
        start.remember = false;
        let mut tried = 0;
        walk(&start, 2, &mut tried);
        let mut seen = super::sequences::Seen::default();
        assert_eq!(walk_states(&start, 2, &mut seen), tried, "{name}");
        assert!(seen.played <= tried && seen.states() > 1, "{name}");
    }
}

#[test]
fn long_random_sequences() {
    let sequences = std::env::var("SEQUENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
    let tally = random(sequences, 20, 20_260_101);
    assert!(tally.certificates > 0 && tally.ends > 0, "{tally:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// One person with every role of the body cannot carry a certificate alone, nor can two.
    #[test]
    fn two_people_with_every_role_are_not_enough(seed in any::<u64>()) {
        let mut w = World::entrusted(false).planned();
        let mut dice = Dice(seed);
        let crew = ["manager", "auditor", "lab"];
        for _ in 0..120 {
            let act = MOVES[dice.next(MOVES.len())].1(&w);
            let actor = with_every_role(w.who(crew[dice.next(crew.len())]));
            match act {
                Act::App(command) => drop(w.app_by(&actor, command)),
                Act::Cert(command) => drop(w.cert_by(&actor, command)),
                Act::Wait(_) => {}
            }
            invariant(&w);
        }
        prop_assert!(w.cert.is_none(), "the auditor worked, so one decider is left");
    }

    /// What was recorded reads back and folds to the same case.
    #[test]
    fn a_history_survives_storage(seed in any::<u64>()) {
        let all = starts();
        let mut dice = Dice(seed);
        let mut w = all[dice.next(all.len())].1.clone();
        for _ in 0..10 {
            let (who, make) = MOVES[dice.next(MOVES.len())];
            let act = make(&w);
            play(&mut w, who, &act);
        }
        let app: Vec<Recorded<certification::Event>> = stored(&w.app_events);
        prop_assert_eq!(Application::fold(&app), w.app.clone());
        let cert: Vec<Recorded<certificate::Event>> = stored(&w.cert_events);
        prop_assert_eq!(Certificate::fold(&cert), w.cert.clone());
        let json = serde_json::to_string(&w.cert).unwrap();
        prop_assert_eq!(serde_json::from_str::<Option<Certificate>>(&json).unwrap(), w.cert);
    }
}

fn stored<E: serde::Serialize + serde::de::DeserializeOwned + Clone>(events: &[Recorded<E>]) -> Vec<Recorded<E>> {
    let read = |e: &E| serde_json::from_str(&serde_json::to_string(e).unwrap()).unwrap();
    events.iter().map(|r| Recorded { event: read(&r.event), ..r.clone() }).collect()
}

/// Everybody who can do anything in a state, with what they can do.
fn table(out: &mut String, state: &str, list: impl Fn(&Actor) -> Vec<String>) {
    let mut people: Vec<_> = PEOPLE.iter().map(|name| (*name, who(name))).collect();
    people.push(("the platform", Actor::system("clock")));
    for (name, actor) in people {
        let acts = list(&actor);
        if !acts.is_empty() {
            let _ = writeln!(out, "{state:<12} {name:<12} {}", acts.join(", "));
        }
    }
}

#[test]
fn the_table_of_acts_of_certification_by_stage_and_person() {
    let mut out = String::new();
    for (state, w) in starts() {
        table(&mut out, state, |actor| {
            let acts = certification::available(w.app.as_ref(), actor, &w.app_facts(), w.now);
            acts.into_iter().map(|a| format!("{a:?}")).collect()
        });
    }
    insta::assert_snapshot!(out);
}

#[test]
fn the_table_of_acts_on_certificates_by_status_and_person() {
    let mut out = String::new();
    let mut all: Vec<_> =
        starts().into_iter().filter(|(name, _)| ["decided", "valid", "proposed", "suspended"].contains(name)).collect();
    let mut ended = World::certified(false);
    ended.move_to(ended.c().valid_until.tomorrow().unwrap());
    all.push(("time is up", ended.clone()));
    ended.cert("clock", certificate::Command::Expire).unwrap();
    all.push(("expired", ended));
    for (state, w) in all {
        table(&mut out, state, |actor| {
            let acts = certificate::available(w.cert.as_ref(), actor, &w.cert_facts(), w.now);
            acts.into_iter().map(|a| format!("{a:?}")).collect()
        });
    }
    insta::assert_snapshot!(out);
}
