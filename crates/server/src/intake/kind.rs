//! The types of file that are taken, and the reasons for which one is not.

use std::fmt;

/// A type of file, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// PDF.
    Pdf,
    /// OFD (GB/T 33190): a ZIP with `OFD.xml`.
    Ofd,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// A ZIP with the whole set of materials.
    Zip,
    /// A spreadsheet with the roster.
    Xlsx,
    /// A text table with the roster.
    Csv,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Pdf, Self::Ofd, Self::Png, Self::Jpeg, Self::Zip, Self::Xlsx, Self::Csv];

    /// The name that the record keeps (`FileRef::kind`), also the extension of a download.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Ofd => "ofd",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Zip => "zip",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// Reads the name that the record keeps.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == name)
    }

    /// The kind with a media type.
    pub fn from_media(media: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.media_type() == media)
    }

    /// Extensions that people give such a file, lower case, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Ofd => &["ofd"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Zip => &["zip"],
            Self::Xlsx => &["xlsx"],
            Self::Csv => &["csv", "txt", "tsv"],
        }
    }

    /// The media type of a download.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Ofd => "application/ofd",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Zip => "application/zip",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// Whether pages of it can be drawn here. The others are downloads only.
    pub fn has_page_images(self) -> bool {
        matches!(self, Self::Pdf | Self::Png | Self::Jpeg)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pdf => "PDF",
            Self::Ofd => "OFD",
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Zip => "ZIP",
            Self::Xlsx => "XLSX",
            Self::Csv => "CSV",
        })
    }
}

/// What one place of upload takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accept(&'static [Kind]);

impl Accept {
    /// Materials of a filing.
    pub const MATERIAL: Self = Self(&[Kind::Pdf, Kind::Ofd, Kind::Png, Kind::Jpeg]);
    /// Scans that must be seen as page images: the sealed form, registration papers.
    pub const SCAN: Self = Self(&[Kind::Pdf, Kind::Png, Kind::Jpeg]);
    /// The whole set in one archive.
    pub const BATCH: Self = Self(&[Kind::Zip]);
    /// The roster of item 3.
    pub const ROSTER: Self = Self(&[Kind::Xlsx, Kind::Csv]);

    /// The types taken.
    pub fn kinds(self) -> &'static [Kind] {
        self.0
    }

    /// Whether a type is taken.
    pub fn has(self, kind: Kind) -> bool {
        self.0.contains(&kind)
    }

    /// Value of the `accept` attribute of a file field.
    pub fn attribute(self) -> String {
        let mut out = String::new();
        for e in self.0.iter().flat_map(|k| k.extensions()) {
            if !out.is_empty() {
                out.push(',');
            }
            out.push('.');
            out.push_str(e);
        }
        out
    }
}

/// Why a file is not taken. `words::rejection` says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Zero bytes.
    #[error("empty file")]
    Empty,
    /// Larger than taken.
    #[error("larger than {max_mib} MiB")]
    TooLarge {
        /// Largest size taken.
        max_mib: u64,
    },
    /// The name is empty, longer than 200 characters, or holds control or direction characters.
    #[error("unusable file name")]
    BadName,
    /// The content is one type, the extension says another.
    #[error("named .{says}, but is {is}")]
    Renamed {
        /// The extension, at most 12 characters.
        says: String,
        /// The content.
        is: Kind,
    },
    /// A type that is known but not taken here.
    #[error("{is} is not taken here")]
    NotHere {
        /// What it is.
        is: Kind,
    },
    /// A text document of an office program.
    #[error("office text document")]
    Document,
    /// A spreadsheet.
    #[error("spreadsheet")]
    Spreadsheet,
    /// Slides.
    #[error("slides")]
    Slides,
    /// An office file of the old format, which may hold macros.
    #[error("old office format")]
    OldOffice,
    /// A web page.
    #[error("HTML")]
    Html,
    /// An SVG drawing (it may hold scripts).
    #[error("SVG")]
    Svg,
    /// Plain text.
    #[error("plain text")]
    Text,
    /// An archive: `ZIP`, `RAR`, `7z`, `GZIP`, `TAR`.
    #[error("{0} archive")]
    Archive(&'static str),
    /// A picture of a format that is not taken: `GIF`, `BMP`, `TIFF`, `WebP`, `HEIC`, `PSD`.
    #[error("{0} picture")]
    Picture(&'static str),
    /// An executable program or script.
    #[error("program")]
    Program,
    /// Two formats in one file, readable as either.
    #[error("{is} that is also {also}")]
    Polyglot {
        /// What it opens as.
        is: Kind,
        /// What else is in it: `ZIP`, `HTML`, `data`.
        also: &'static str,
    },
    /// The test string of virus scanners, or a scanner's finding.
    #[error("malware")]
    Malware,
    /// None of the known types.
    #[error("unknown type")]
    Unknown,
}
