//! Parts of a review: comparison of two submissions, the viewer of a file.

use super::{Link, Tone};
use crate::web::lang::Lang;

/// How a row of a comparison differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Same in both.
    Same,
    /// Only now.
    Added,
    /// Only before.
    Removed,
    /// Different.
    Changed,
}

/// One row of a comparison of two submissions.
#[derive(Clone, Debug)]
pub struct DiffRow {
    /// Field or material.
    pub name: String,
    /// Value before.
    pub before: String,
    /// Value now.
    pub after: String,
    /// How they differ.
    pub change: Change,
}

impl DiffRow {
    /// Compares two values; empty means absent.
    pub fn new(name: impl Into<String>, before: impl Into<String>, after: impl Into<String>) -> Self {
        let (before, after) = (before.into(), after.into());
        let change = match (before.is_empty(), after.is_empty()) {
            _ if before == after => Change::Same,
            (true, _) => Change::Added,
            (_, true) => Change::Removed,
            _ => Change::Changed,
        };
        Self { name: name.into(), before, after, change }
    }

    /// The change in words.
    pub fn words(&self, l: &Lang) -> &'static str {
        match self.change {
            Change::Same => l.t("未变", "Unchanged"),
            Change::Added => l.t("新增", "Added"),
            Change::Removed => l.t("删去", "Removed"),
            Change::Changed => l.t("修改", "Changed"),
        }
    }

    /// Its colour family.
    pub fn tone(&self) -> Tone {
        match self.change {
            Change::Same => Tone::Mute,
            Change::Added => Tone::Ok,
            Change::Removed => Tone::Late,
            Change::Changed => Tone::Warn,
        }
    }
}

/// A file in the viewer: page images drawn by the server.
#[derive(Clone, Debug)]
pub struct ViewerView {
    /// Name of the file.
    pub name: String,
    /// Size, pages, digest in one line.
    pub facts: String,
    /// Page images: (address, description).
    pub pages: Vec<(String, String)>,
    /// Address of the original as a download.
    pub original: String,
    /// Previous and next file.
    pub prev: Option<Link>,
    /// Next file.
    pub next: Option<Link>,
    /// Shown instead of pages, or as a warning under them (“第3页未能绘出…”).
    pub problem: String,
}
