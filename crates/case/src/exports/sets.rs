//! Sets of keyed values that lie in files of their own: the events name them by digest, whoever adds up brings them.

use std::collections::BTreeMap;
use std::sync::Arc;

use guosuo_rules::path::NoLaw;
use guosuo_rules::yearly::Seen;

/// The values of sets, by the SHA-256 of their file.
#[derive(Debug, Clone, Default)]
pub struct Sets(BTreeMap<String, Arc<Vec<Seen>>>);

impl Sets {
    /// Brings the values of a set.
    pub fn put(&mut self, sha256: String, seen: Arc<Vec<Seen>>) {
        self.0.insert(sha256, seen);
    }

    /// Brings the sets of others too.
    pub fn join(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The values of a set.
    pub fn get(&self, sha256: &str) -> Option<&Arc<Vec<Seen>>> {
        self.0.get(sha256)
    }
}

/// Why a year cannot be added up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAdded {
    /// The law of the year is not known.
    #[error(transparent)]
    Law(#[from] NoLaw),
    /// The values of a set were not brought.
    #[error("the values of the set {0} are missing")]
    Set(String),
}
