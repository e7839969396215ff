//! Certification for the export of personal information 个人信息出境认证 (M 5–8, R37): from the
//! draft of an application to the decision.
//!
//! `Draft → Entrusted → Accepted → Planned → Verified → Audited → [Rectifying] → Evaluated →
//! Signed → Decided → Certified`, with `Declined`, `Ended` and `Withdrawn` beside it. No step
//! can be skipped (CAR 21); two people sign who neither verified nor audited (CAR 22).

mod apply;
mod available;
mod check;
mod clock;
mod command;
pub(crate) mod decide;
mod event;
mod form;
mod party;
mod reason;
mod rights;
mod scope;
mod state;

pub use available::{Action, available, may_open, permit};
pub use check::{Expected, Field, Problem, Severity, What, check_application};
pub use clock::{Clock, PauseReason, Stage, StageDays};
pub use command::{Command, Config, Facts, LastDay, RenewalReading};
pub use event::Event;
pub use form::{Chosen, Dossier, Eligibility, Form, Impact, ImpactItem, LedgerGiven, LegalBasis, Profile};
pub use party::{
    DocRef, Interest, MAINLAND, MANDATE_REMINDER_DAYS, Mandate, MandateAct, MandateKind, Party, Standing, check_independence,
    check_mandate,
};
pub use reason::{PlanFault, Reason};
pub use rights::{excludes, exclusions};
pub use scope::{Kind, Onward, People, Recipient, Scope, ScopePart, countries, is_country};
pub use state::{
    Acknowledged, Application, Audit, Checklist, Conclusion, Evaluation, Finding, Grade, Hands, NcId, NcStage, Nonconformity,
    Outcome, Phase, Plan, Purpose, Receipt, ReceiptNumber, Rectification, Verification, Violation,
};
