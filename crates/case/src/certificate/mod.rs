//! The life of a certificate 认证证书 (M 8–10, R37 4.5, 5.1): issue, suspension, restoration,
//! revocation, cancellation, end by time, change, surveillance, renewal, and the reports that
//! each of them makes owed (M 9(1)).
//!
//! `Valid ⇄ Suspended → Revoked | Cancelled | Expired`. Nothing is decided by itself: time alone
//! ends a validity, and drift or a failed surveillance only suggests.

mod apply;
mod available;
mod command;
mod decide;
mod delivery;
mod drift;
mod event;
mod reconcile;
mod renewal;
mod report;
mod reported;
mod state;
mod takeover;

pub use available::{Action, available, permit};
pub use command::{Command, Facts, Propose};
pub use decide::{needs_application, surveillance_plan};
pub use delivery::{Answer, Next, Slip, SlipFault, check_slip, judge, pause};
pub use drift::{Difference, Direction, DriftField, compare, is_within};
pub use event::{Event, Issue};
pub use reconcile::{Discrepancy, Found, Shown, Why, reconcile};
pub use renewal::{RenewalDates, renewal_dates, valid_until};
pub use report::{ReportRecord, StreamFault, check_stream};
pub use reported::{ALARM_DAYS, Receipt, Rejection, Report, ReportState, Resend, Sending, alarm_days};
pub use state::{
    AuthorityFinding, Cause, Certificate, Change, ChangeKind, Changes, Hearing, Mark, Measure, Obliges, Origin, Proposal,
    Renewal, Request, Status, Suggestion, Surveillance, Trigger,
};
pub use takeover::{Cell, Fault, Source, Stood, TakeOver, Wrong};
