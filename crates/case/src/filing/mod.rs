//! The filing of a certification body 专业认证机构备案 (M 12, G).
//!
//! `Draft → UnderReview → Filed | Refused`, and the applicant may withdraw before the
//! decision. There is no supplement loop and no pause: the law has none, and a refused body
//! files anew from a copy.

mod available;
mod command;
mod completeness;
mod decide;
mod event;
mod form;
mod material;
mod state;

#[cfg(test)]
mod tests;

pub use available::{Action, available, permit};
pub use command::{Command, Config, Facts};
pub use completeness::{CheckContext, Finding, ReasonCode, Severity, check_dossier, filing_due, past_work_window};
pub use decide::decision_due;
pub use event::{Event, Outcome};
pub use form::{Field, FieldProblem, Form, Nature, changed_fields, half_width, parse_date};
pub use material::{Material, Slot, Verdict};
pub use state::{
    Decision, Dossier, FileProblem, FileRef, Filing, FormCode, Number, NumberKind, Opinion, Person, PersonId, Phase, Print,
    Proposal, Removal, Review, SlotVerdict, Submission, Withdrawal,
};
