//! The decider pattern: a case is a fold over its events.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::{Actor, OrgId, OrgKind, UserId};
use crate::refusal::{Refusal, RefusalCode};

/// Who an event is recorded for: the part of an [`Actor`] that is kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct By {
    /// The account.
    pub user: UserId,
    /// The person's name at the time.
    pub name: String,
    /// The organisation acted for.
    pub org: OrgId,
}

impl From<&Actor> for By {
    fn from(a: &Actor) -> Self {
        Self { user: a.user.clone(), name: a.name.clone(), org: a.org.clone() }
    }
}

/// An event with the place it holds in its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<E> {
    /// 1 for the first event of the case, without gaps.
    pub seq: u64,
    /// When the platform recorded it.
    pub at: Timestamp,
    /// Who acted.
    pub by: By,
    /// What happened.
    pub event: E,
}

/// The case that an act is about; `None` for the act that begins one.
///
/// # Errors
/// [`RefusalCode::NotFound`] for an act on a case that does not exist, [`RefusalCode::WrongPhase`] for a second beginning.
pub(crate) fn subject<'s, S>(state: Option<&'s S>, begins: bool, article: &'static str) -> Result<Option<&'s S>, Refusal> {
    match (state, begins) {
        (None, false) => Err(Refusal::new(RefusalCode::NotFound, article)),
        (Some(_), true) => Err(Refusal::new(RefusalCode::WrongPhase, article)),
        (state, _) => Ok(state),
    }
}

/// What somebody is told whom a case does not concern: another organisation not even that it exists.
pub(crate) fn not_concerned(actor: &Actor, article: &'static str) -> Refusal {
    let outsider = matches!(actor.org_kind, OrgKind::Body | OrgKind::Processor | OrgKind::VerificationBody);
    Refusal::new(if outsider { RefusalCode::NotFound } else { RefusalCode::NotAllowed }, article)
}

/// A life cycle of the regime.
pub trait Life: Sized + Clone + Send + Sync + 'static {
    /// Stored name of this kind of case.
    const KIND: &'static str;
    /// What an actor may ask for.
    type Command: Clone + Send + Sync + 'static;
    /// What can happen. The serialised form is stored for ever: only add, never rename.
    type Event: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// What the outside world knows and the decision needs (calendar, numbers, settings).
    type Facts: Send + Sync;

    /// Decides a command. `state` is `None` for a case that does not exist yet.
    ///
    /// # Errors
    /// A [`Refusal`] that names what stands in the way and the article.
    fn decide(
        state: Option<&Self>,
        command: Self::Command,
        actor: &Actor,
        facts: &Self::Facts,
        now: Timestamp,
    ) -> Result<Vec<Self::Event>, Refusal>;

    /// Applies one event. Total: an event that was recorded is a fact.
    fn apply(state: Option<Self>, event: &Recorded<Self::Event>) -> Option<Self>;

    /// Stored name of an event's kind.
    fn event_kind(event: &Self::Event) -> &'static str;

    /// The organisation that the case belongs to.
    fn owner(&self) -> &OrgId;

    /// Whether the case concerns an organisation: the owner, and in cases with several parties
    /// each of them. Nobody else is told that it exists.
    fn concerns(&self, org: &OrgId) -> bool {
        self.owner() == org
    }

    /// Folds a whole history.
    fn fold<'a>(events: impl IntoIterator<Item = &'a Recorded<Self::Event>>) -> Option<Self>
    where
        Self::Event: 'a,
    {
        events.into_iter().fold(None, |s, e| Self::apply(s, e))
    }
}
