//! What can happen to an assessment. Stored for ever: add variants and optional fields, never rename or remove.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::command::Digests;
use super::content::Content;
use super::contradiction::Contradiction;

/// An event of an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the command or of the state")]
pub enum Event {
    /// A draft was opened.
    Opened { title: String },
    /// The draft was saved as typed.
    Saved { content: Box<Content> },
    /// The draft became a version. What was contradicted elsewhere on that day stays with it.
    Frozen {
        version: u32,
        completed_on: Date,
        digests: Digests,
        method: String,
        contradictions: Vec<Contradiction>,
        note: String,
        keep_until: Date,
    },
    /// A draft was opened from the version in force.
    RevisionOpened,
    /// It was dropped.
    RevisionDropped,
    /// A version was looked at after its time and is kept longer.
    Kept { version: u32, keep_until: Date, reason: String },
    /// A version may be destroyed.
    Released { version: u32, reason: String },
}
