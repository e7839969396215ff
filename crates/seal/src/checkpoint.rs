//! Checkpoints: the signed head of the tree (C2SP tlog-checkpoint).

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest32;
use crate::keys::Signer;
use crate::note::{Note, NoteError, SignedBy, VerifierKey};
use crate::text::{b64, decimal, un_b64};

/// Why a checkpoint is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The text has not origin, size and root on its first three lines.
    #[error("not a checkpoint")]
    Form,
    /// It is the checkpoint of another log.
    #[error("a checkpoint of {found}, not of {expected}")]
    Origin {
        /// Origin asked for.
        expected: String,
        /// Origin found.
        found: String,
    },
    /// The note around it is refused.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// Head of a log: who, how many leaves, which root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Identity of the log, by custom an address without scheme.
    pub origin: String,
    /// Leaves.
    pub size: u64,
    /// Root of the Merkle tree.
    pub root: Digest32,
    /// Further lines; we write none.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A head without further lines.
    pub fn new(origin: &str, size: u64, root: Digest32) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }

    /// Signs with every signer, under the origin as key name.
    pub fn sign(&self, signers: &[&dyn Signer]) -> Result<Note, CheckpointError> {
        let text = self.to_string();
        // What cannot be read back must not be signed.
        text.parse::<Self>()?;
        let mut note = Note::new(&text)?;
        for signer in signers {
            note.sign(&self.origin, *signer)?;
        }
        Ok(note)
    }

    /// Reads a note, checks that each of `keys` has signed it, and that it is of this log.
    pub fn open(bytes: &[u8], origin: &str, keys: &[VerifierKey]) -> Result<Self, CheckpointError> {
        Self::open_note(&Note::parse(bytes)?, origin, keys).map(|(checkpoint, _)| checkpoint)
    }

    /// As [`Checkpoint::open`] for a note that is read already; also gives who signed.
    pub fn open_note<'k>(
        note: &Note,
        origin: &str,
        keys: &'k [VerifierKey],
    ) -> Result<(Self, Vec<SignedBy<'k>>), CheckpointError> {
        let signed = note.verify_all(keys)?;
        let checkpoint: Self = note.text().parse()?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::Origin { expected: origin.to_owned(), found: checkpoint.origin });
        }
        Ok((checkpoint, signed))
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, b64(self.root.as_ref()))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads the text of a note; believe it only after the note is verified.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        Self::read(text).ok_or(CheckpointError::Form)
    }
}

impl Checkpoint {
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
        let size = decimal(lines.next()?)?;
        let root = Digest32::from_slice(&un_b64(lines.next()?)?)?;
        let extensions: Vec<_> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return None;
        }
        Some(Self { origin, size, root, extensions })
    }
}
