//! What can go wrong, as types.

use std::path::PathBuf;

/// Why a paper was not printed.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The loaded fonts lack characters of this document (a rare name, for
    /// example). A state of the case, to be shown to a person: the paper waits
    /// until a fuller font is installed.
    #[error("the installed fonts lack: {}", display_chars(.chars))]
    MissingGlyph {
        /// The characters, each once, in order of appearance.
        chars: Vec<char>,
    },
    /// The document is longer than one paper may be (a line end counts as 40
    /// characters).
    #[error("the document has {chars} characters, the limit is {limit}")]
    TooLong {
        /// Characters in the data.
        chars: usize,
        /// The limit of this crate.
        limit: usize,
    },
    /// The text does not fit into a QR code.
    #[error("the QR text of {bytes} bytes does not fit")]
    QrTooLong {
        /// Length of the text in bytes.
        bytes: usize,
    },
    /// The data could not be written as JSON.
    #[error("data: {0}")]
    Data(#[from] serde_json::Error),
    /// A template refused the data: a defect of this crate.
    #[error("template {template}: {message}")]
    Template {
        /// File name of the template.
        template: &'static str,
        /// What the type setter said.
        message: String,
    },
    /// PDF export failed (conformance check): a defect of this crate or a font.
    #[error("PDF export: {0}")]
    Export(String),
    /// The type setter panicked; the process goes on.
    #[error("the type setter panicked: {0}")]
    Panicked(String),
}

/// Why no usable fonts were found.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// No Chinese font anywhere.
    #[error(
        "no Chinese font for PDF papers found (looked in: {}). \
         Install the Debian package fonts-noto-cjk (apt-get install fonts-noto-cjk), \
         or set GUOSUO_FONT_DIR to a folder with static Noto Serif CJK SC and Noto Sans CJK SC",
        display_paths(.searched)
    )]
    NotFound {
        /// Folders that were searched.
        searched: Vec<PathBuf>,
    },
    /// `GUOSUO_FONT_DIR` is set and holds nothing usable. Never falls through
    /// to other folders: who sets it means it.
    #[error(
        "GUOSUO_FONT_DIR={} holds no usable Chinese font; put static OTF, TTF or TTC files there \
         (those of the Debian package fonts-noto-cjk, for example) or unset it",
        .dir.display()
    )]
    BadDir {
        /// The folder.
        dir: PathBuf,
    },
    /// A font file could not be read.
    #[error("font file {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The fonts lack characters that every paper needs.
    #[error(
        "the font {family} lacks required characters: {}. \
         Install the Debian package fonts-noto-cjk",
        display_chars(.chars)
    )]
    Incomplete {
        /// Family of the face.
        family: String,
        /// The characters.
        chars: Vec<char>,
    },
    /// The trial document did not print.
    #[error("trial print failed: {0}")]
    Trial(Box<PaperError>),
}

fn display_chars(chars: &[char]) -> String {
    let mut list: Vec<String> = chars.iter().take(20).map(|c| format!("{c} (U+{:04X})", u32::from(*c))).collect();
    if chars.len() > list.len() {
        list.push(format!("and {} more", chars.len() - list.len()));
    }
    list.join(" ")
}

fn display_paths(paths: &[PathBuf]) -> String {
    let list: Vec<_> = paths.iter().map(|p| p.display().to_string()).collect();
    list.join(", ")
}
