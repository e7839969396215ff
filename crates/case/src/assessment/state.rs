//! How an assessment stands.

use jiff::Timestamp;
use jiff::civil::Date;

use super::command::Digests;
use super::content::Content;
use super::contradiction::Contradiction;
use super::event::Event;
use crate::actor::OrgId;
use crate::life::{By, Recorded};

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// No version yet.
    Draft,
    /// A version is in force and nothing is being changed.
    InForce,
    /// A version is in force and the next one is being written.
    Revising,
}

impl Phase {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Draft, Self::InForce, Self::Revising];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InForce => "in_force",
            Self::Revising => "revising",
        }
    }
}

/// A look at a version after its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// The day up to which it was kept then.
    pub until: Date,
    /// Why.
    pub reason: String,
}

/// That a version may be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// Why.
    pub reason: String,
}

/// A frozen version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// 1 for the first.
    pub number: u32,
    /// What it says.
    pub content: Content,
    /// Digests of its canonical form.
    pub digests: Digests,
    /// The risk map by which it was judged.
    pub method: String,
    /// The day on which it was completed.
    pub completed_on: Date,
    /// When it was frozen.
    pub frozen_at: Timestamp,
    /// By whom.
    pub by: By,
    /// What was contradicted elsewhere on that day.
    pub contradictions: Vec<Contradiction>,
    /// Why these are none.
    pub note: String,
    /// When the next version took its place.
    pub superseded_at: Option<Timestamp>,
    /// The last day on which it must be kept (PIPL 56).
    pub keep_until: Date,
    /// Looks after that day.
    pub reviews: Vec<Review>,
    /// That it may be destroyed.
    pub released: Option<Release>,
}

/// An assessment with all its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The processor.
    pub org: OrgId,
    /// The draft, while there is one.
    pub draft: Option<Content>,
    /// Counts the saves, so that two editors see one another.
    pub rev: u32,
    /// Who saved last, and when.
    pub saved: Option<(Timestamp, By)>,
    /// The versions, oldest first.
    pub versions: Vec<Version>,
}

impl Assessment {
    /// Where it stands.
    pub fn phase(&self) -> Phase {
        match (&self.draft, self.versions.is_empty()) {
            (Some(_), true) => Phase::Draft,
            (Some(_), false) => Phase::Revising,
            (None, _) => Phase::InForce,
        }
    }

    /// The version in force.
    pub fn in_force(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// A version by its number.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|v| v.number == number)
    }

    /// What is being written, else what is in force.
    pub fn content(&self) -> &Content {
        static NONE: std::sync::LazyLock<Content> = std::sync::LazyLock::new(Content::default);
        self.draft.as_ref().or_else(|| self.in_force().map(|v| &v.content)).unwrap_or(&NONE)
    }

    /// Applies one event.
    pub(super) fn after(state: Option<Self>, event: &Recorded<Event>) -> Option<Self> {
        let Some(mut a) = state else {
            let Event::Opened { title } = &event.event else { return None };
            let draft = Content { title: title.clone(), ..Content::default() };
            let saved = Some((event.at, event.by.clone()));
            return Some(Self { org: event.by.org.clone(), draft: Some(draft), rev: 0, saved, versions: Vec::new() });
        };
        match &event.event {
            Event::Opened { .. } => {}
            Event::Saved { content } => {
                a.draft = Some((**content).clone());
                a.rev += 1;
                a.saved = Some((event.at, event.by.clone()));
            }
            Event::Frozen { version, completed_on, digests, method, contradictions, note, keep_until } => {
                if let Some(before) = a.versions.last_mut() {
                    before.superseded_at = Some(event.at);
                }
                a.versions.push(Version {
                    number: *version,
                    content: a.draft.take().unwrap_or_default(),
                    digests: digests.clone(),
                    method: method.clone(),
                    completed_on: *completed_on,
                    frozen_at: event.at,
                    by: event.by.clone(),
                    contradictions: contradictions.clone(),
                    note: note.clone(),
                    superseded_at: None,
                    keep_until: *keep_until,
                    reviews: Vec::new(),
                    released: None,
                });
            }
            Event::RevisionOpened => {
                a.draft = a.versions.last().map(|v| v.content.clone());
                a.rev += 1;
                a.saved = Some((event.at, event.by.clone()));
            }
            Event::RevisionDropped => a.draft = None,
            Event::Kept { version, keep_until, reason } => {
                if let Some(v) = a.versions.iter_mut().find(|v| v.number == *version) {
                    let until = std::mem::replace(&mut v.keep_until, *keep_until);
                    v.reviews.push(Review { at: event.at, by: event.by.clone(), until, reason: reason.clone() });
                }
            }
            Event::Released { version, reason } => {
                if let Some(v) = a.versions.iter_mut().find(|v| v.number == *version) {
                    v.released = Some(Release { at: event.at, by: event.by.clone(), reason: reason.clone() });
                }
            }
        }
        Some(a)
    }
}
