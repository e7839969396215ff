//! What can happen to the record of exports. Stored for ever: add variants and optional fields, never rename or remove.

use guosuo_rules::path::Fact;
use guosuo_rules::yearly::{Already, Count, Person};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::consent::Consent;
use super::flow::FlowFacts;

/// An event of the record of exports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the command or of the state")]
pub enum Event {
    /// The record was opened.
    Opened,
    /// A flow was described, or described anew.
    FlowDescribed { flow: u32, facts: Box<FlowFacts> },
    /// A flow ended.
    FlowEnded { flow: u32, on: Date, reason: String },
    /// Counts of a flow were reported.
    Counted { report: u32, flow: u32, count: Box<Count>, source: String },
    /// A report was wrong and counts no more.
    ReportVoided { report: u32, reason: String },
    /// A line of the assessment was reached, or may have been: a dossier is to be prepared (Q2601 q1).
    DossierOpened { year: i16, fact: Fact, line: u64, since: Date, certain: Option<Date>, already: Vec<Already> },
    /// The dossier was taken care of.
    DossierClosed { year: i16, fact: Fact, words: String },
    /// A text of a notice was adopted.
    TextAdopted { text: u32, flow: u32, language: String, words: String, sha256: String, sm3: String, from: Date },
    /// Consents to a text were given.
    Consented { text: u32, consents: Vec<Consent> },
    /// A consent was taken back.
    ConsentWithdrawn { text: u32, person: Person, at: Timestamp },
}
