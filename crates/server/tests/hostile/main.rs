//! Hostile and broken files, all made here. Each gets a typed answer in bounded time; the
//! process of the service lives on and does not grow.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a test that cannot go on fails; numbers of pictures are small"
)]

mod files;
mod pages;
mod pdfs;
mod sets;
mod sniffing;
mod zips;

use std::time::{Duration, Instant};

use guosuo::config::Uploads;
use guosuo::intake::{Examined, Intake, Kind};

/// The workshop with the real worker, with less time than in service so that tests end soon.
pub(crate) fn intake() -> Intake {
    with(|_| {})
}

pub(crate) fn with(edit: impl FnOnce(&mut Uploads)) -> Intake {
    let mut limits = Uploads { draw_seconds: 10, ..Uploads::default() };
    edit(&mut limits);
    Intake::with_worker(&limits, env!("CARGO_BIN_EXE_guosuo").into())
}

/// Examines, and holds the promises that every file is under: an answer, in time, without
/// growth here.
pub(crate) async fn examine(kind: Kind, bytes: Vec<u8>) -> Examined {
    let size = bytes.len() as u64;
    let (before, begun) = (memory(), Instant::now());
    let examined = intake().examine(kind, bytes.into(), false).await.expect("an answer, whatever the file is");
    assert!(begun.elapsed() < Duration::from_secs(26), "took {:?}", begun.elapsed());
    let grown = memory().saturating_sub(before);
    assert!(grown < (64 << 20) + 2 * size, "the service grew by {} MiB", grown >> 20);
    examined
}

/// Resident bytes of this process.
pub(crate) fn memory() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    statm.split_whitespace().nth(1).and_then(|p| p.parse::<u64>().ok()).expect("pages") * 4096
}
