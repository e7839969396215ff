//! What the service and its worker process say to one another: one request with the file
//! behind it on standard input, frames on standard output.
//!
//! A frame is one byte that names it, four bytes of length (big endian), the content. The
//! service treats every answer as hostile: lengths are bounded before anything is reserved,
//! pixels are taken raw, and nothing but JSON of these types is ever parsed.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::kind::Kind;

/// An answer as JSON ([`Answer`]).
pub(crate) const JSON: u8 = b'J';
/// Raw pixels or bytes of a file, which belong to the answer before.
pub(crate) const BYTES: u8 = b'B';
/// Largest JSON frame.
pub(crate) const MAX_JSON: usize = 4 << 20;
/// Largest frame of bytes; longer content comes in several.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// What the worker shall do, and within which limits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    /// Address space in bytes.
    pub(crate) memory: u64,
    /// Seconds of processor time.
    pub(crate) seconds: u64,
    /// Faces for text whose font is not in the file.
    pub(crate) fonts: Vec<Face>,
    /// The work.
    pub(crate) task: Task,
}

/// A face on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Face {
    /// The font file.
    pub(crate) path: PathBuf,
    /// Number of the face in a collection.
    pub(crate) index: u32,
    /// A serif face (宋).
    pub(crate) serif: bool,
}

/// The work.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Say what is wrong with a file.
    Examine {
        /// Its type.
        kind: Kind,
        /// Pages looked at.
        max_pages: u32,
        /// Look for the form's code on the first pages.
        want_code: bool,
    },
    /// Draw a page, the first is 1.
    Draw {
        /// The type of the file.
        kind: Kind,
        /// Which page.
        page: u32,
        /// Width of the picture in pixels.
        width: u32,
    },
    /// Unpack an archive.
    Unpack(Bounds),
    /// Read a table.
    Table {
        /// Spreadsheet or text.
        kind: Kind,
        /// The first row read, 0 for that of the sheet: a long table is read in parts.
        first_row: usize,
        /// Rows read.
        max_rows: usize,
        /// Columns read.
        max_columns: usize,
        /// Characters kept of a cell.
        max_cell: usize,
    },
}

/// Limits of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Most entries.
    pub entries: usize,
    /// Most bytes of one entry, unpacked.
    pub entry_bytes: u64,
    /// Most bytes of all entries, unpacked.
    pub total_bytes: u64,
    /// Most times that an entry may grow.
    pub ratio: u64,
}

/// An answer of the worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// To `Examine`.
    Report(Report),
    /// To `Draw`; the pixels follow, three bytes each, in rows.
    Picture {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Pages of the file.
        pages: u32,
        /// What was noticed.
        marks: Marks,
    },
    /// To `Unpack`: an entry; its bytes follow.
    Entry {
        /// Its name, without folders.
        name: String,
        /// Folders before the name, as in the archive.
        folder: String,
        /// Bytes that follow.
        size: u64,
    },
    /// To `Table`.
    Table {
        /// Cells as text.
        rows: Vec<Vec<String>>,
        /// Rows or columns were cut off.
        cut: bool,
    },
    /// Everything was said.
    Done,
    /// It cannot be done.
    Failed(Failure),
}

/// What the worker found in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Pages, where the type has pages.
    pub pages: Option<u32>,
    /// Pages that were drawn for the check; the others are checked when they are opened.
    pub looked_at: u32,
    /// Scripts, actions, attachments, by their PDF names.
    pub active: Vec<String>,
    /// Fonts that are not in the file, by name.
    pub missing_fonts: Vec<String>,
    /// Pages (from 1) that say they hold something and come out blank.
    pub blank_pages: Vec<u32>,
    /// Pages (from 1) on which characters have no shape.
    pub gaps: Vec<u32>,
    /// Pages (from 1) that could not be drawn.
    pub undrawn: Vec<u32>,
    /// Texts of the codes found.
    pub codes: Vec<String>,
}

/// What was noticed about one page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Characters that the page shows.
    pub glyphs: u32,
    /// Of them, those for which no shape was found.
    pub missing_glyphs: u32,
    /// Pictures on the page.
    pub images: u32,
    /// Pictures that could not be decoded.
    pub broken_images: u32,
    /// Fonts that are not in the file.
    pub missing_fonts: u32,
    /// The page says that it holds something and comes out blank.
    pub blank: bool,
}

impl Marks {
    /// Whether the picture may show less than the file holds: then the viewer says so, and the
    /// page does not count as read.
    pub fn doubtful(&self) -> bool {
        self.blank || self.missing_glyphs > 0 || self.broken_images > 0
    }
}

/// Why the worker could not do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Protected by a password.
    Encrypted,
    /// Cannot be read to the end.
    Broken,
    /// Needs more than the limits allow.
    TooHeavy,
    /// There is no such page.
    NoSuchPage,
    /// Not a type that this work is for.
    WrongType,
    /// More entries than taken.
    TooManyEntries,
    /// Unpacked it is larger than taken, or it grows too much.
    TooLarge,
    /// An archive in the archive.
    Nested {
        /// Its name.
        name: String,
    },
    /// Nothing in it.
    Nothing,
}

/// Writes one frame.
pub(crate) fn put(out: &mut impl Write, tag: u8, content: &[u8]) -> io::Result<()> {
    let len = u32::try_from(content.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    out.write_all(&[tag])?;
    out.write_all(&len.to_be_bytes())?;
    out.write_all(content)
}

/// Writes an answer.
pub(crate) fn say(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    put(out, JSON, &serde_json::to_vec(answer)?)
}

/// Writes content in as many frames as it needs.
pub(crate) fn pour(out: &mut impl Write, content: &[u8]) -> io::Result<()> {
    content.chunks(MAX_BYTES).try_for_each(|c| put(out, BYTES, c))
}

/// The request as it is sent ahead of the file.
pub(crate) fn request(r: &Request) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(r)?;
    let len = u32::try_from(json.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    Ok([&len.to_be_bytes()[..], &json].concat())
}

/// Reads the request; the file follows in `from`.
pub(crate) fn read_request(from: &mut impl Read) -> io::Result<Request> {
    let mut len = [0; 4];
    from.read_exact(&mut len)?;
    let mut json = vec![0; usize::try_from(u32::from_be_bytes(len)).map_err(io::Error::other)?.min(1 << 20)];
    from.read_exact(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}
