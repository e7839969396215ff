//! The interface for programs: tokens, cases, acts, changes, calls back, and the examples of its document, which are
//! sent to a real instance one after the other.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod apply;
#[expect(dead_code, reason = "the pages' tests use more of this world")]
#[path = "../workbench/bench.rs"]
mod bench;
mod body;
mod callers;
mod documents;
mod exports;
mod flows;
mod hooks;
mod program;
mod story;
mod strict;
mod tokens;
