//! What can be done now: the one table that draws the buttons and guards the commands.

use guosuo_rules::time::cst_date;
use jiff::Timestamp;

use super::command::{Command, Facts};
use super::state::{Assessment, Phase};
use crate::actor::Actor;
use crate::permission::Right;
use crate::refusal::{Refusal, RefusalCode};

/// A kind of act on an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the commands")]
pub enum Action {
    Open,
    Save,
    Freeze,
    Revise,
    DropRevision,
    ReviewRetention,
}

impl Action {
    /// All acts, in the order of the table.
    pub const ALL: [Self; 6] = [Self::Open, Self::Save, Self::Freeze, Self::Revise, Self::DropRevision, Self::ReviewRetention];

    /// The right that the act needs.
    pub fn right(self) -> Right {
        match self {
            Self::Open | Self::Save | Self::Revise | Self::DropRevision => Right::ApplicationEdit,
            Self::Freeze | Self::ReviewRetention => Right::ApplicationSubmit,
        }
    }

    /// The sentence that gives the act its place.
    pub fn article(self) -> &'static str {
        match self {
            Self::Open | Self::Save | Self::Freeze => "M 6",
            Self::Revise | Self::DropRevision => "PIPL 55",
            Self::ReviewRetention => "PIPL 56",
        }
    }
}

impl Command {
    /// The kind of act.
    pub fn action(&self) -> Action {
        match self {
            Self::Open { .. } => Action::Open,
            Self::Save { .. } => Action::Save,
            Self::Freeze { .. } => Action::Freeze,
            Self::Revise => Action::Revise,
            Self::DropRevision => Action::DropRevision,
            Self::ReviewRetention { .. } => Action::ReviewRetention,
        }
    }
}

/// Whether the act exists for this actor in this state. What it carries is checked by `decide`.
///
/// # Errors
/// The refusal that `decide` would give.
pub fn permit(state: Option<&Assessment>, action: Action, actor: &Actor, _: &Facts, now: Timestamp) -> Result<(), Refusal> {
    let no = |code| Err(Refusal::new(code, action.article()));
    let allowed = action.right().held_by(actor);
    let Some(a) = state else {
        return match action {
            Action::Open if allowed => Ok(()),
            Action::Open => no(RefusalCode::NotAllowed),
            _ => no(RefusalCode::NotFound),
        };
    };
    if a.org != actor.org {
        return no(RefusalCode::NotFound);
    }
    if !allowed {
        return no(RefusalCode::NotAllowed);
    }
    let exists = match action {
        Action::Open => false,
        Action::Save | Action::Freeze => a.draft.is_some(),
        Action::Revise => a.phase() == Phase::InForce,
        Action::DropRevision => a.phase() == Phase::Revising,
        Action::ReviewRetention => return review(a, now),
    };
    if exists { Ok(()) } else { no(RefusalCode::WrongPhase) }
}

/// A version that was superseded and whose time is over can be looked at.
fn review(a: &Assessment, now: Timestamp) -> Result<(), Refusal> {
    let today = cst_date(now);
    let mut waiting = a.versions.iter().filter(|v| v.superseded_at.is_some() && v.released.is_none()).map(|v| v.keep_until);
    let Some(first) = waiting.by_ref().min() else {
        return Err(Refusal::new(RefusalCode::WrongPhase, Action::ReviewRetention.article()));
    };
    due_for_review(first, today)
}

/// Whether a version kept up to a day may be looked at today: the last day itself is still its time.
pub(super) fn due_for_review(keep_until: jiff::civil::Date, today: jiff::civil::Date) -> Result<(), Refusal> {
    if today > keep_until {
        return Ok(());
    }
    Err(Refusal {
        code: RefusalCode::WrongPhase,
        article: Action::ReviewRetention.article(),
        possible_from: keep_until.tomorrow().ok(),
    })
}

/// All acts that exist for this actor now.
pub fn available(state: Option<&Assessment>, actor: &Actor, facts: &Facts, now: Timestamp) -> Vec<Action> {
    Action::ALL.into_iter().filter(|a| permit(state, *a, actor, facts, now).is_ok()).collect()
}
