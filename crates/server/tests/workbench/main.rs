//! The workbench of certification by direct requests: from the entrustment to the certificate and
//! through its life, every short cut refused with the state, the reason, the article and what is
//! possible instead.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod after;
mod bench;
mod left;
mod life;
mod mandates;
mod older;
mod race;
mod reports;
mod splitting;
mod story;
