//! Certification and certificates told as stories, at their boundaries, and enumerated.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod after;
mod before;
mod ends;
mod enumerate;
mod mandates;
mod older;
mod sequences;
mod work;
mod world;
