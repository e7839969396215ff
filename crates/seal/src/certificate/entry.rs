//! What is published of each change of a certificate: an entry of the register, chained to the
//! one before it, and the evidence that it is in the transparency log.
//!
//! Entries are numbered from 1 without gaps through the whole register. Each has the SHA-256 of
//! the canonical bytes of the one before it (zeroes for the first), and every status list names
//! the number and the digest of the last one: whoever follows the entries up to a signed list
//! knows that none was kept from them.
//!
//! The log has salted digests only. The evidence of an entry opens one row of it:
//!
//! ```text
//! row.body = salted(salt, canonical bytes of the entry)
//! link     = SHA-256("guosuo.chain.v1" LF ‖ prev ‖ seq (8 bytes) ‖ row bytes)
//! leaf     = SHA-256(00 ‖ link), which the proof leads to a signed head
//! ```

use serde::{Deserialize, Serialize};

use super::keyring::Trusted;
use super::time::{Day, Moment};
use crate::canon::{self, CanonError};
use crate::chain::{self, Row};
use crate::checkpoint::Checkpoint;
use crate::digest::{Digest32, salted, sha256};
use crate::proof::TlogProof;
use crate::text::b64_bytes;

/// Version of [`Entry`] and [`Evidence`].
pub const VERSION: u32 = 1;
/// `kind` of the ledger rows that are opened by an evidence: those of the platform itself.
pub const ROW_KIND: &str = "system";
/// `action` of these rows. No other row of this kind has it, and nobody but the platform writes rows of this kind.
pub const ROW_ACTION: &str = "certificate.published";
/// Longest evidence, in bytes.
pub const MAX_EVIDENCE: usize = 1 << 20;

/// What happened to a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// 发证.
    Issued,
    /// 暂停.
    Suspended,
    /// 恢复.
    Restored,
    /// 撤销.
    Revoked,
    /// 注销.
    Cancelled,
    /// 过期失效.
    Expired,
    /// 变更.
    Changed,
}

/// One change, as it is published (M 9(1), M 10(3)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When it was entered.
    pub at: Moment,
    /// Number of the certificate.
    pub certificate: String,
    /// What happened.
    pub change: Change,
    /// SHA-256 of the content in force after the change.
    pub content: Digest32,
    /// From which day.
    pub effective_on: Day,
    /// Number of the entry in the register, from 1, without gaps.
    pub n: u64,
    /// Digest of entry `n − 1`; zeroes for the first.
    pub prev: Digest32,
    /// Number of the change of this certificate, from 1, without gaps.
    pub seq: u32,
    /// Place in the status lists after the change.
    pub slot: u32,
    /// Version of this shape: [`VERSION`].
    pub v: u32,
    /// Last day of validity as printed.
    pub valid_until: Day,
}

impl Entry {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonError> {
        canon::to_vec(self)
    }

    /// SHA-256 of the canonical bytes: what the next entry refers to.
    pub fn digest(&self) -> Result<Digest32, CanonError> {
        self.to_bytes().map(|bytes| sha256(&bytes))
    }
}

/// Where a reader of the entries stands: the number and digest of the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Number of the last entry; 0 before the first.
    pub n: u64,
    /// Its digest; zeroes before the first.
    pub digest: Digest32,
}

impl Head {
    /// Before the first entry.
    pub const START: Self = Self { n: 0, digest: Digest32::ZERO };

    /// Takes the next entry, which must follow without a gap.
    pub fn follow(self, entry: &Entry) -> Result<Self, Gap> {
        let gap = Gap { after: self.n };
        if self.n.checked_add(1) != Some(entry.n) || entry.prev != self.digest {
            return Err(gap);
        }
        Ok(Self { n: entry.n, digest: entry.digest().map_err(|_| gap)? })
    }
}

/// An entry was left out or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what follows entry {after} of the register is missing or was changed")]
pub struct Gap {
    /// Number of the last good entry.
    pub after: u64,
}

/// The evidence that an entry is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The entry.
    pub entry: Entry,
    /// Chain digest of the ledger row before.
    pub prev: Digest32,
    /// The proof in the notation of C2SP tlog-proof.
    pub proof: String,
    /// The exact bytes of the ledger row.
    #[serde(with = "b64_bytes")]
    pub row: Vec<u8>,
    /// Salt of the entry in the ledger.
    pub salt: Digest32,
    /// Version of this shape: [`VERSION`].
    pub v: u32,
}

impl Evidence {
    /// Canonical JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonError> {
        canon::to_vec(self)
    }

    /// Reads an evidence, byte for byte as it was issued; believe it only after
    /// [`Evidence::verify`].
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let read: Self = if bytes.len() > MAX_EVIDENCE { return None } else { canon::from_canonical(bytes).ok()? };
        (read.v == VERSION && read.entry.v == VERSION).then_some(read)
    }

    /// Checks that the entry is in a trusted log; gives the head that shows it.
    pub fn verify(&self, trusted: &Trusted) -> Option<Checkpoint> {
        let row = Row::from_bytes(&self.row).ok()?;
        let proof = TlogProof::parse(self.proof.as_bytes()).ok()?;
        let body = salted(self.salt.as_bytes(), &self.entry.to_bytes().ok()?);
        let opened = row.kind == ROW_KIND && row.action == ROW_ACTION && row.body == Some(body) && row.seq == proof.index;
        if !opened {
            return None;
        }
        let leaf = chain::leaf(&chain::link(&self.prev, row.seq, &self.row));
        let origin = proof.checkpoint.text().parse::<Checkpoint>().ok()?.origin;
        proof.verify(&leaf, &origin, trusted.log(&origin)?).ok()
    }
}
