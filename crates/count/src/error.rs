//! Why nothing was counted.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::row::BadRow;

/// How far a run came that was stopped from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Inputs read to their end.
    pub whole: Vec<String>,
    /// The input in hand and the last line (or row) handed out.
    pub at: Option<(String, u64)>,
    /// Rows looked at.
    pub rows: u64,
    /// Whether what was read is in the kept set: the same command goes on from there.
    pub kept: bool,
}

/// Why nothing was counted.
#[derive(Debug, Error)]
pub enum CountError {
    /// An input cannot be read.
    #[error("{name}: {source}")]
    Input {
        /// The input.
        name: String,
        /// What went wrong.
        source: io::Error,
    },
    /// A compressed input ends in the middle.
    #[error("{name}: the compressed data ends in the middle: the file is cut")]
    Cut {
        /// The input.
        name: String,
    },
    /// A column does not exist.
    #[error("{name}: no column {column:?}; there are: {}", existing.join(", "))]
    NoColumn {
        /// The input.
        name: String,
        /// What was asked for.
        column: String,
        /// What exists.
        existing: Vec<String>,
    },
    /// A column whose type cannot be what it is taken for.
    #[error("{name}: column {column:?} is {found}")]
    ColumnType {
        /// The input.
        name: String,
        /// What was asked for.
        column: String,
        /// Its type.
        found: String,
    },
    /// A bad row, and strict reading was asked for.
    #[error("{name}: line {line}: {}", reason.code())]
    Strict {
        /// The input.
        name: String,
        /// The line.
        line: u64,
        /// What is wrong.
        reason: BadRow,
    },
    /// Spilling or putting together failed (no space?).
    #[error("temporary file in {}: {source} (after {written} bytes)", folder.display())]
    Spill {
        /// Where temporary files lie.
        folder: PathBuf,
        /// Bytes that had been written.
        written: u64,
        /// What went wrong.
        source: io::Error,
    },
    /// A kept set was made with another secret.
    #[error("{name}: made with another secret")]
    OtherSecret {
        /// The set.
        name: String,
    },
    /// A log that is in the kept set was changed, other than by rows added at its end.
    #[error("{name}: changed since it was counted")]
    Changed {
        /// The log.
        name: String,
    },
    /// The kept set, or the file for the yearly ledger, cannot be written.
    #[error("{}: {source}", place.display())]
    Keep {
        /// Where it should be.
        place: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A counting thread ended early: a fault of the program.
    #[error("a counting thread ended early")]
    Lost,
    /// Stopped from outside.
    #[error("stopped after {} rows", .0.rows)]
    Stopped(Box<Reached>),
}
