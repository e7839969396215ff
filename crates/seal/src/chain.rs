//! Ledger rows and the gap-free hash chain.
//!
//! Row number `seq` (beginning with 0, without gaps) is stored as canonical JSON bytes. Its
//! chain digest is
//!
//! ```text
//! SHA-256( "guosuo.chain.v1" LF ‖ prev (32 bytes) ‖ seq (8 bytes, high byte first) ‖ row bytes )
//! ```
//!
//! where `prev` is the chain digest of the row before, and for row 0 [`genesis`] of the log's
//! origin. Leaf `seq` of the Merkle tree is [`merkle::leaf_hash`] of the 32 bytes of that chain
//! digest: the published tree says nothing about the rows, yet fixes every byte of them. Entry
//! bundles (`tile/entries/…`) hold those 32 bytes.
//!
//! Version 1 of the row stands for SHA-256 throughout; another digest would be another version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::canon::{self, CanonError};
use crate::checkpoint::Checkpoint;
use crate::digest::{Digest32, sha256_of};
use crate::merkle::{self, Frontier};

const CHAIN_DOMAIN: &[u8] = b"guosuo.chain.v1\n";
const GENESIS_DOMAIN: &[u8] = b"guosuo.genesis.v1\n";

/// Version of [`Row`].
pub const ROW_VERSION: u32 = 1;

/// What the row before the first one would have as its digest: binds the chain to its origin
/// (the first line of the checkpoints, such as `example.org/log/2026`).
pub fn genesis(origin: &str) -> Digest32 {
    sha256_of(&[GENESIS_DOMAIN, origin.as_bytes()])
}

/// Chain digest of a row. `row_bytes` are the exact stored bytes.
pub fn link(prev: &Digest32, seq: u64, row_bytes: &[u8]) -> Digest32 {
    sha256_of(&[CHAIN_DOMAIN, prev.as_bytes(), &seq.to_be_bytes(), row_bytes])
}

/// Leaf of the Merkle tree for a row with this chain digest.
pub fn leaf(link: &Digest32) -> Digest32 {
    merkle::leaf_hash(link.as_bytes())
}

/// One ledger row: who did what to which object when. No name, no content, no secret: actors
/// and objects are identifiers, contents are salted digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Version of this shape: [`ROW_VERSION`].
    pub v: u32,
    /// Number of the row, beginning with 0, without gaps; also its leaf index.
    pub seq: u64,
    /// Wall clock, RFC 3339 UTC.
    pub at: String,
    /// Logical time, RFC 3339 UTC: never before that of the row before, whatever the clock did.
    pub logical: String,
    /// Class of the act: `event`, `read`, `refusal`, `system`, …
    pub kind: String,
    /// Who acted: identifier of a user, or of a system actor such as `clock`.
    pub actor: String,
    /// In which role, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// For which organisation, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// Public name of the session, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// What was done, such as `filing.submitted`.
    pub action: String,
    /// What it was done to, such as `filing/0198…`.
    pub object: String,
    /// Case the act belongs to, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Version of the case after the act, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_version: Option<u64>,
    /// [`crate::salted`] digest of the content, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Digest32>,
}

impl Row {
    /// The canonical bytes to store and to chain.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonError> {
        canon::to_vec(self)
    }

    /// Reads stored bytes; anything but the canonical spelling is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CanonError> {
        canon::from_canonical(bytes)
    }
}

/// A tree head that is known from elsewhere: a checkpoint, a printed page, a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    /// Rows in the ledger.
    pub size: u64,
    /// Root of the Merkle tree over them.
    pub root: Digest32,
}

impl From<&Checkpoint> for Head {
    fn from(c: &Checkpoint) -> Self {
        Self { size: c.size, root: c.root }
    }
}

/// Adds rows: the writer's side of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    link: Digest32,
    frontier: Frontier,
}

/// What the writer stores for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// Number of the row.
    pub seq: u64,
    /// Chain digest of the row before.
    pub prev: Digest32,
    /// Chain digest of this row.
    pub link: Digest32,
    /// Finished nodes of the tree, the leaf first.
    pub nodes: Vec<(merkle::NodeId, Digest32)>,
}

impl Chain {
    /// An empty ledger.
    pub fn new(origin: &str) -> Self {
        Self { link: genesis(origin), frontier: Frontier::new() }
    }

    /// Goes on from a stored state: chain digest of the last row and the tree's right edge.
    /// For an empty ledger `link` is [`genesis`].
    pub fn resume(link: Digest32, frontier: Frontier) -> Self {
        Self { link, frontier }
    }

    /// Number the next row gets.
    pub fn next_seq(&self) -> u64 {
        self.frontier.size()
    }

    /// Chain digest of the last row.
    pub fn link(&self) -> Digest32 {
        self.link
    }

    /// The tree's right edge.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Size and root as they stand.
    pub fn head(&self) -> Head {
        Head { size: self.frontier.size(), root: self.frontier.root() }
    }

    /// Adds a row by its exact bytes.
    pub fn append(&mut self, row_bytes: &[u8]) -> Linked {
        let (seq, prev) = (self.next_seq(), self.link);
        self.link = link(&prev, seq, row_bytes);
        let nodes = self.frontier.append(leaf(&self.link));
        Linked { seq, prev, link: self.link, nodes }
    }
}

/// Where and how the record is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {seq}: {what}")]
pub struct ChainFault {
    /// Number of the row (or, for a head, of the first row it does not cover).
    pub seq: u64,
    /// What is wrong there.
    pub what: Fault,
}

/// What is wrong with a row or the whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Another number was found: rows are missing, doubled or out of order.
    #[error("found row {found} in its place")]
    Number {
        /// Number found.
        found: u64,
    },
    /// The bytes are not a canonical row.
    #[error("not a canonical row: {0}")]
    Form(CanonError),
    /// The number inside the row is another one.
    #[error("the row calls itself {found}")]
    InnerNumber {
        /// Number inside.
        found: u64,
    },
    /// The stored digest of the row before is not the digest of the row before.
    #[error("does not continue the row before")]
    Prev,
    /// The stored digest is not the digest of the row: it was edited.
    #[error("was changed: its digest differs")]
    Link,
    /// A known head says another root: something before this row was rewritten.
    #[error("rows before it were rewritten: a published head has root {published}, the rows give {found}")]
    Head {
        /// Root that was published.
        published: Digest32,
        /// Root the rows give.
        found: Digest32,
    },
    /// A known head is larger than the ledger: the end was cut off.
    #[error("missing: a published head covers {published} rows")]
    Cut {
        /// Rows the head covers.
        published: u64,
    },
}

/// Re-walks a ledger row by row, with constant memory apart from the known heads.
#[derive(Clone, Debug)]
pub struct ChainVerifier {
    chain: Chain,
    heads: BTreeMap<u64, Vec<Digest32>>,
}

impl ChainVerifier {
    /// From the first row on. `heads` are known from elsewhere, in any order.
    pub fn new(origin: &str, heads: impl IntoIterator<Item = Head>) -> Self {
        Self::resume(Chain::new(origin), heads)
    }

    /// From a state that was verified before. Heads smaller than that state are passed over:
    /// they were compared when it was reached.
    pub fn resume(chain: Chain, heads: impl IntoIterator<Item = Head>) -> Self {
        let mut map: BTreeMap<u64, Vec<Digest32>> = BTreeMap::new();
        for head in heads.into_iter().filter(|head| head.size >= chain.next_seq()) {
            map.entry(head.size).or_default().push(head.root);
        }
        Self { chain, heads: map }
    }

    /// Rows checked so far; also the number the next row must have.
    pub fn size(&self) -> u64 {
        self.chain.next_seq()
    }

    /// Checks the next row: its number, its bytes, and the two digests stored beside it.
    pub fn push(&mut self, seq: u64, row_bytes: &[u8], stored_prev: &Digest32, stored_link: &Digest32) -> Result<(), ChainFault> {
        let expected = self.size();
        let fault = |what| Err(ChainFault { seq: expected, what });
        self.check_heads()?;
        if seq != expected {
            return fault(Fault::Number { found: seq });
        }
        if *stored_prev != self.chain.link {
            return fault(Fault::Prev);
        }
        if link(stored_prev, seq, row_bytes) != *stored_link {
            return fault(Fault::Link);
        }
        self.chain.append(row_bytes);
        Ok(())
    }

    /// As [`ChainVerifier::push`], and the bytes must be a canonical [`Row`] with that number.
    pub fn push_row(
        &mut self,
        seq: u64,
        row_bytes: &[u8],
        stored_prev: &Digest32,
        stored_link: &Digest32,
    ) -> Result<Row, ChainFault> {
        let expected = self.size();
        self.push(seq, row_bytes, stored_prev, stored_link)?;
        let fault = |what| ChainFault { seq: expected, what };
        let row = Row::from_bytes(row_bytes).map_err(|e| fault(Fault::Form(e)))?;
        if row.seq != seq {
            return Err(fault(Fault::InnerNumber { found: row.seq }));
        }
        Ok(row)
    }

    /// All rows are in: compares with the heads that are left and gives the state reached.
    pub fn finish(mut self) -> Result<Chain, ChainFault> {
        self.check_heads()?;
        let seq = self.size();
        match self.heads.last_key_value() {
            Some((&published, _)) => Err(ChainFault { seq, what: Fault::Cut { published } }),
            None => Ok(self.chain),
        }
    }

    /// Compares with heads of exactly the present size and lets go of them.
    fn check_heads(&mut self) -> Result<(), ChainFault> {
        let seq = self.size();
        let Some(roots) = self.heads.get(&seq) else {
            return Ok(());
        };
        let found = self.chain.frontier.root();
        if let Some(&published) = roots.iter().find(|r| **r != found) {
            return Err(ChainFault { seq, what: Fault::Head { published, found } });
        }
        self.heads.remove(&seq);
        Ok(())
    }
}
