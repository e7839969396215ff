//! What an actor may ask of the record of exports.

use guosuo_rules::path::Fact;
use guosuo_rules::yearly::{Count, Person, VALUES_MAX};
use jiff::Timestamp;
use jiff::civil::Date;

use super::consent::Consent;
use super::flow::FlowFacts;
use super::sets::Sets;
use crate::assessment::Digests;

/// Most days in one report of numbers.
pub const POINTS_MAX: usize = 400;
/// Most people in one number: more than live. A larger number was typed or joined wrongly.
pub const PEOPLE_MAX: u64 = 10_000_000_000;
/// Most consents that are recorded at once.
pub const CONSENTS_MAX: usize = 20_000;
/// Most keyed values that a report keeps in its event; more of them lie in a file of their own.
pub const KEYED_IN_EVENT: usize = 1_000;
/// Most keyed values in one report: the highest line of the law. Larger sets are counted with `guosuo count`, which gives the
/// exact numbers by day.
pub const KEYED_MAX: usize = VALUES_MAX;
/// Most keyed values of all reports that count.
pub const KEYED_ALL_MAX: usize = 3_000_000;

/// A command to the record of exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open the record.
    Open,
    /// Describe a new flow (`None`), or one anew.
    DescribeFlow {
        /// Which.
        flow: Option<u32>,
        /// What is known of it.
        facts: Box<FlowFacts>,
    },
    /// End a flow.
    EndFlow {
        /// Which.
        flow: u32,
        /// Its last day.
        on: Date,
        /// Why.
        reason: String,
    },
    /// Report counts of a flow.
    Report {
        /// Which.
        flow: u32,
        /// The counts.
        count: Box<Count>,
        /// Where they come from: a file, a system.
        source: String,
    },
    /// Void a report that was wrong.
    VoidReport {
        /// Which.
        report: u32,
        /// Why.
        reason: String,
    },
    /// Say what was done about a dossier.
    CloseDossier {
        /// Year.
        year: i16,
        /// Count.
        fact: Fact,
        /// What was done.
        words: String,
    },
    /// Adopt a text of a notice.
    AdoptText {
        /// Of which flow.
        flow: u32,
        /// `zh` or `en`.
        language: String,
        /// The text.
        words: String,
        /// First day on which it is shown.
        from: Date,
    },
    /// Record consents to a text.
    RecordConsents {
        /// Which text.
        text: u32,
        /// The consents.
        consents: Vec<Consent>,
    },
    /// Record that a consent was taken back.
    WithdrawConsent {
        /// Which text.
        text: u32,
        /// Whose.
        person: Person,
        /// When.
        at: Timestamp,
    },
}

/// What the decision needs to know of the outside world.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Digests of the text that is adopted, computed by the platform.
    pub digests: Digests,
    /// The values of the sets in files: of all that count, and of the one that is reported.
    pub sets: Sets,
}
