//! The impact assessment 个人信息保护影响评估 before applying (M 6; PIPL 55, 56): from a draft over the six
//! items to versions that are frozen, compared with what is said elsewhere, and kept for three years.
//!
//! `Draft → InForce(version n) ⇄ Revising → …`: freezing a version supersedes the one before. The six items are those of
//! M 6. The assessment of the standard contract (SC13 5) asks neither for national security nor for public interest, and
//! its fifth item is about performing the contract: one cannot stand for the other.

mod available;
mod check;
mod command;
mod content;
mod contradiction;
mod decide;
mod event;
mod fresh;
mod state;

pub use available::{Action, available, permit};
pub use check::{Gap, Lack, Place, check_content};
pub use command::{Command, Config, Digests, Facts};
pub use content::{
    Answer, Assessor, Concern, Conclusion, Content, ContractFacts, CountryProfile, Evidence, NOT_COMPARED, Opinion, Part,
    Processor, RecipientProfile, Risk,
};
pub use contradiction::{About, Contradiction, Said, Source, Span, compared_application, contradictions};
pub use event::Event;
pub use fresh::{Freshness, freshness, keep_until};
pub use state::{Assessment, Phase, Release, Review, Version};
