//! The sequences of acts in full: every one of at most five acts from every stage, from equal states
//! once, and a million random ones of twenty.
//!
//! `cargo run --release -p guosuo-case --example sequences [SEQUENCES] [DEPTH]`

#![expect(clippy::unwrap_used, reason = "a sequence that cannot begin has failed")]

#[path = "../tests/certification/sequences.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest")]
mod sequences;
#[path = "../tests/certification/world.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest")]
mod world;

fn main() {
    let mut args = std::env::args().skip(1).filter_map(|a| a.parse::<u64>().ok());
    let count = args.next().unwrap_or(1_000_000);
    let depth = usize::try_from(args.next().unwrap_or(5)).unwrap_or(5);
    let mut all = 0;
    for (name, mut start) in sequences::starts() {
        start.remember = false;
        let mut seen = sequences::Seen::new();
        let acts = sequences::walk_states(&start, depth, &mut seen);
        let states = seen.len();
        println!(
            "every sequence of at most {depth} acts from {name}: {acts} acts over {states} states, accepted exactly if listed"
        );
        all += acts;
    }
    println!("all stages: {all} acts; from the same state with as many acts left they were played once");
    let t = sequences::random(count, 20, 20_260_101);
    println!(
        "{} random sequences of 20: {} acts, {} accepted, {} certificates, {} ended; no rule broken",
        t.sequences, t.acts, t.accepted, t.certificates, t.ends
    );
}
