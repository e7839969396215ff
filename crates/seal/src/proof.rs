//! The proof a holder keeps: leaf index, path and checkpoint in one text (C2SP tlog-proof v1).

use std::fmt;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::digest::Digest32;
use crate::merkle::{InclusionProof, ProofError};
use crate::note::{MAX_NOTE, Note, NoteError, VerifierKey};
use crate::text::{b64, decimal, un_b64};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// No tree of fewer than 2^64 leaves has a longer path.
const MAX_PATH: usize = 64;

/// Why a proof is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// The text is not a proof.
    #[error("not a proof file")]
    Form,
    /// Its checkpoint is refused.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead from the leaf to the root.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl From<NoteError> for TlogProofError {
    fn from(e: NoteError) -> Self {
        Self::Checkpoint(e.into())
    }
}

/// Shows without any server that an entry is in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Opaque data, signed by nobody.
    pub extra: Option<Vec<u8>>,
    /// Index of the leaf.
    pub index: u64,
    /// Path from the leaf's neighbour to the root's child.
    pub hashes: Vec<Digest32>,
    /// The checkpoint with its lines.
    pub checkpoint: Note,
}

impl TlogProof {
    /// Puts a path and a checkpoint of the same size together.
    pub fn new(proof: InclusionProof, checkpoint: Note) -> Result<Self, TlogProofError> {
        let head: Checkpoint = checkpoint.text().parse()?;
        if head.size != proof.size {
            return Err(ProofError::Range.into());
        }
        Ok(Self { extra: None, index: proof.index, hashes: proof.hashes, checkpoint })
    }

    /// Reads the text of a `.tlog-proof` file.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > 2 * MAX_NOTE {
            return Err(TlogProofError::Form);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| TlogProofError::Form)?;
        let (head, note) = text.split_once("\n\n").ok_or(TlogProofError::Form)?;
        let (extra, index, hashes) = Self::read_head(head).ok_or(TlogProofError::Form)?;
        let checkpoint = Note::parse(note.as_bytes())?;
        checkpoint.text().parse::<Checkpoint>()?;
        Ok(Self { extra, index, hashes, checkpoint })
    }

    fn read_head(head: &str) -> Option<(Option<Vec<u8>>, u64, Vec<Digest32>)> {
        let mut lines = head.split('\n').peekable();
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let extra = match lines.peek()?.strip_prefix("extra ") {
            Some(data) => {
                lines.next();
                Some(un_b64(data)?)
            }
            None => None,
        };
        let index = decimal(lines.next()?.strip_prefix("index ")?)?;
        let hashes: Vec<_> = lines.map(|line| un_b64(line).and_then(|b| Digest32::from_slice(&b))).collect::<Option<_>>()?;
        (hashes.len() <= MAX_PATH).then_some((extra, index, hashes))
    }

    /// Checks signatures, origin and path; gives the checkpoint. `leaf` is a
    /// [`crate::merkle::leaf_hash`]. Every one of `keys` must have signed.
    pub fn verify(&self, leaf: &Digest32, origin: &str, keys: &[VerifierKey]) -> Result<Checkpoint, TlogProofError> {
        let (checkpoint, _) = Checkpoint::open_note(&self.checkpoint, origin, keys)?;
        InclusionProof { index: self.index, size: checkpoint.size, hashes: self.hashes.clone() }
            .verify(leaf, &checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", b64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", b64(hash.as_ref()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
