//! What an actor may ask of an assessment.

use std::sync::Arc;

use guosuo_rules::calendar::Calendar;
use guosuo_rules::risk::Method;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::content::Content;
use super::contradiction::Said;

/// A command to an assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open a draft.
    Open {
        /// What is to be assessed, in a few words.
        title: String,
    },
    /// Save the draft; `seen` is the revision it was typed against.
    Save {
        /// What was typed.
        content: Box<Content>,
        /// The revision that the author saw.
        seen: u32,
    },
    /// Freeze the draft as the next version.
    Freeze {
        /// The day on which the assessment was completed.
        completed_on: Date,
        /// Why contradictions that remain are none; needed where some remain.
        note: String,
        /// The revision that the author saw.
        seen: u32,
    },
    /// Open a draft from the version in force.
    Revise,
    /// Drop the draft of a revision.
    DropRevision,
    /// Look at a version after its three years: keep it longer, or let it go.
    ReviewRetention {
        /// The version.
        version: u32,
        /// The next day of review; `None` lets it go.
        keep_until: Option<Date>,
        /// Why.
        reason: String,
    },
}

/// What a deployment may set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Months after which an assessment is shown as old. Three is the rule of the standard contract (TPL); M 6 only says
    /// "before applying", so this warns and never blocks.
    pub fresh_months: i64,
    /// Months after which the profile of a country is shown as old.
    pub profile_fresh_months: i64,
}

impl Default for Config {
    fn default() -> Self {
        Self { fresh_months: 3, profile_fresh_months: 12 }
    }
}

/// Digests of the canonical form of a content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// Hex SHA-256.
    pub sha256: String,
    /// Hex SM3.
    pub sm3: String,
}

/// What the decision needs to know of the outside world.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The calendar in force.
    pub calendar: Arc<Calendar>,
    /// Settings.
    pub config: Config,
    /// The risk map.
    pub method: Arc<Method>,
    /// What is said elsewhere: the yearly ledger, an application.
    pub elsewhere: Vec<Said>,
    /// Digests of the draft as stored, computed by the platform.
    pub digests: Digests,
}
