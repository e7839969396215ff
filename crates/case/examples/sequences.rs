//! The sequences of acts in full: every one of at most five acts from every stage, from equal states
//! once, and a million random ones of twenty, on all processors.
//!
//! `cargo run --release -p guosuo-case --example sequences [SEQUENCES] [DEPTH]`

#![expect(clippy::unwrap_used, reason = "a sequence that cannot begin has failed")]

#[path = "../tests/certification/sequences.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest")]
mod sequences;
#[path = "../tests/certification/world.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest")]
mod world;

use std::sync::Mutex;
use std::time::Instant;

use sequences::{Seen, Tally};

/// Random sequences of one piece of work.
const PIECE: u64 = 10_000;

fn main() {
    let mut args = std::env::args().skip(1).filter_map(|a| a.parse::<u64>().ok());
    let count = args.next().unwrap_or(1_000_000);
    let depth = usize::try_from(args.next().unwrap_or(5)).unwrap_or(5);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let begun = Instant::now();
    every(depth, workers);
    println!("   {} s", begun.elapsed().as_secs());
    let begun = Instant::now();
    let t = random(count, workers);
    println!(
        "{} random sequences of 20: {} acts, {} accepted, {} certificates, {} ended; no rule broken",
        t.sequences, t.acts, t.accepted, t.certificates, t.ends
    );
    println!("   {} s", begun.elapsed().as_secs());
}

/// Every sequence from every stage; a stage is the work of one processor.
fn every(depth: usize, workers: usize) {
    let stages = Mutex::new(sequences::starts().into_iter());
    let sum = Mutex::new((0_u64, 0_u64, 0));
    std::thread::scope(|threads| {
        for _ in 0..workers {
            threads.spawn(|| {
                loop {
                    let Some((name, mut start)) = stages.lock().unwrap().next() else { break };
                    start.remember = false;
                    let mut seen = Seen::default();
                    let acts = sequences::walk_states(&start, depth, &mut seen);
                    println!(
                        "every sequence of at most {depth} acts from {name}: {acts} acts, {} of them played from {} states, \
                         accepted exactly if listed",
                        seen.played,
                        seen.states()
                    );
                    let mut sum = sum.lock().unwrap();
                    *sum = (sum.0 + acts, sum.1 + seen.played, sum.2 + 1);
                }
            });
        }
    });
    let (acts, played, stages) = *sum.lock().unwrap();
    println!("all {stages} stages: {acts} acts, {played} played; what is refused changes nothing, equal states are played once");
}

/// Random sequences in pieces, each with its own seed, whichever processor takes it.
fn random(count: u64, workers: usize) -> Tally {
    let pieces = Mutex::new(0..count.div_ceil(PIECE));
    let sum = Mutex::new(Tally::default());
    std::thread::scope(|threads| {
        for _ in 0..workers {
            threads.spawn(|| {
                loop {
                    let Some(piece) = pieces.lock().unwrap().next() else { break };
                    let part = sequences::random(PIECE.min(count - piece * PIECE), 20, 20_260_101 + piece);
                    let mut sum = sum.lock().unwrap();
                    sum.sequences += part.sequences;
                    sum.acts += part.acts;
                    sum.accepted += part.accepted;
                    sum.certificates += part.certificates;
                    sum.ends += part.ends;
                }
            });
        }
    });
    sum.into_inner().unwrap()
}
