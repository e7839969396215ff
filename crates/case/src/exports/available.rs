//! What can be done now with the record of exports.

use super::command::Command;
use super::state::Exports;
use crate::actor::Actor;
use crate::permission::Right;
use crate::refusal::{Refusal, RefusalCode};

macro_rules! actions {
    ($($name:ident $right:ident $article:literal,)*) => {
        /// A kind of act on the record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names are those of the commands")]
        pub enum Action { $($name,)* }

        impl Action {
            /// All acts, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The right that the act needs.
            pub fn right(self) -> Right {
                match self { $(Self::$name => Right::$right,)* }
            }

            /// The sentence that gives the act its place.
            pub fn article(self) -> &'static str {
                match self { $(Self::$name => $article,)* }
            }
        }
    };
}

actions! {
    Open ApplicationEdit "PIPL 55",
    DescribeFlow ApplicationEdit "PIPL 13",
    EndFlow ApplicationEdit "PIPL 55",
    Report FlowsDeclare "P16 7",
    VoidReport FlowsDeclare "P16 7",
    CloseDossier ApplicationSubmit "Q2601 q1",
    AdoptText ApplicationEdit "PIPL 39",
    RecordConsents FlowsDeclare "PIPL 39",
    WithdrawConsent FlowsDeclare "PIPL 15",
}

impl Command {
    /// The kind of act.
    pub fn action(&self) -> Action {
        match self {
            Self::Open => Action::Open,
            Self::DescribeFlow { .. } => Action::DescribeFlow,
            Self::EndFlow { .. } => Action::EndFlow,
            Self::Report { .. } => Action::Report,
            Self::VoidReport { .. } => Action::VoidReport,
            Self::CloseDossier { .. } => Action::CloseDossier,
            Self::AdoptText { .. } => Action::AdoptText,
            Self::RecordConsents { .. } => Action::RecordConsents,
            Self::WithdrawConsent { .. } => Action::WithdrawConsent,
        }
    }
}

/// Whether the act exists for this actor in this state. What it carries is checked by `decide`.
///
/// # Errors
/// The refusal that `decide` would give.
pub fn permit(state: Option<&Exports>, action: Action, actor: &Actor) -> Result<(), Refusal> {
    let no = |code| Err(Refusal::new(code, action.article()));
    let processor = actor.org_kind == crate::actor::OrgKind::Processor;
    let allowed = processor && action.right().held_by(actor);
    let Some(e) = state else {
        return match action {
            Action::Open if allowed => Ok(()),
            Action::Open => no(RefusalCode::NotAllowed),
            _ => no(RefusalCode::NotFound),
        };
    };
    if e.org != actor.org {
        return no(RefusalCode::NotFound);
    }
    if !allowed {
        return no(RefusalCode::NotAllowed);
    }
    let running = e.flows.iter().any(|f| f.ended.is_none());
    let exists = match action {
        Action::Open => false,
        Action::DescribeFlow => true,
        Action::EndFlow | Action::AdoptText => running,
        // The last days of a flow may be reported after it ended.
        Action::Report => !e.flows.is_empty(),
        Action::VoidReport => e.reports.iter().any(|r| r.voided.is_none()),
        Action::CloseDossier => e.dossiers.iter().any(|d| d.closed.is_none()),
        Action::RecordConsents => !e.texts.is_empty(),
        Action::WithdrawConsent => e.texts.iter().any(|t| t.consents.iter().any(|c| c.withdrawn_at.is_none())),
    };
    if exists { Ok(()) } else { no(RefusalCode::WrongPhase) }
}

/// All acts that exist for this actor now.
pub fn available(state: Option<&Exports>, actor: &Actor) -> Vec<Action> {
    Action::ALL.iter().copied().filter(|a| permit(state, *a, actor).is_ok()).collect()
}
