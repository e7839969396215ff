//! The pure life cycles of the regime: who may do what, when, and what follows.
//!
//! Everything here is a function of its arguments: no clock, no I/O, no randomness and no
//! text for a screen. A case is a fold over its events ([`Life::apply`]); a command is
//! answered by new events or by a [`Refusal`] that names the article ([`Life::decide`]).

pub mod actor;
pub mod assessment;
pub mod certificate;
pub mod certification;
pub mod exports;
pub mod filing;
pub mod grouping;
pub mod life;
pub mod limit;
pub mod permission;
pub mod refusal;
pub mod text;

pub use actor::{Actor, CaseId, OrgId, OrgKind, Role, UserId};
pub use life::{By, Life, Recorded};
pub use permission::{Object, Right, allow};
pub use refusal::{Refusal, RefusalCode};
