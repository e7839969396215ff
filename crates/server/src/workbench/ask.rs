//! The fields of an act, as one template draws them for every act.

use crate::web::components::Choice;
use crate::web::{Form, Lang};

/// How a field is answered.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Several lines of text.
    Area,
    /// One line of text.
    Line,
    /// A day in one box.
    Day,
    /// One of a few.
    Radios(Vec<Choice>),
    /// One of many.
    Select(Vec<Choice>),
    /// Any of a few.
    Checks(Vec<Choice>),
    /// One box to tick.
    Tick,
    /// A document, declared by version and digests that are computed here.
    File,
    /// Documents.
    Files,
}

/// A field.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// Its name in the form.
    pub(super) id: &'static str,
    /// Its label.
    pub(super) label: &'static str,
    /// A quieter line.
    pub(super) hint: String,
    /// How it is answered.
    pub(super) kind: Kind,
    /// Whether it may stay empty.
    pub(super) optional: bool,
    /// Documents received already: what the form carries, and what people read.
    pub(super) kept: Vec<(String, String)>,
}

impl Ask {
    /// A field that has to be answered.
    pub(super) fn new(id: &'static str, label: &'static str, kind: Kind) -> Self {
        Self { id, label, hint: String::new(), kind, optional: false, kept: Vec::new() }
    }

    /// A text of several lines.
    pub(super) fn area(id: &'static str, label: &'static str) -> Self {
        Self::new(id, label, Kind::Area)
    }

    /// A day.
    pub(super) fn day(l: Lang, id: &'static str, label: &'static str) -> Self {
        Self::new(id, label, Kind::Day).hint(l.t("例如 2026-03-12", "For example 2026-03-12"))
    }

    /// Documents; the digests are computed when they arrive.
    pub(super) fn files(l: Lang, id: &'static str, label: &'static str, many: bool) -> Self {
        Self::new(id, label, if many { Kind::Files } else { Kind::File }).hint(l.t(
            "PDF、OFD、JPG或者PNG。系统保存文件并算出SHA-256和SM3摘要值。",
            "PDF, OFD, JPG or PNG. The file is kept and its SHA-256 and SM3 digests are computed.",
        ))
    }

    /// Adds the quieter line.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// It may stay empty.
    #[must_use]
    pub(super) fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Shows what the form carries of documents received already.
    pub(super) fn with_kept(mut self, form: &Form) -> Self {
        self.kept = form
            .values(&kept_field(self.id))
            .iter()
            .filter_map(|v| v.split_once(' ').map(|(_, title)| (v.clone(), title.to_owned())))
            .collect();
        self
    }

    /// Whether a document is asked for.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File | Kind::Files)
    }
}

/// The hidden field in which a form carries documents received already.
pub(super) fn kept_field(id: &str) -> String {
    format!("{id}_kept")
}

/// The field of the version of a document.
pub(super) fn version_field(id: &str) -> String {
    format!("{id}_version")
}

/// One of what waits, by its number and its first words.
pub(super) fn numbered(l: Lang, id: u32, text: &str) -> Choice {
    let short: String = text.chars().take(60).collect();
    Choice::new(id.to_string(), l.pick(format!("第{id}号：{short}"), format!("No. {id}: {short}")))
}

/// Yes or no, as radio buttons.
pub(super) fn yes_no(yes: &'static str, no: &'static str) -> Kind {
    Kind::Radios(vec![Choice::new("yes", yes), Choice::new("no", no)])
}

/// Reads a yes or no; says at the field when nothing was chosen.
pub(super) fn read_yes_no(l: Lang, form: &mut Form, id: &'static str) -> bool {
    match form.value(id) {
        "yes" => true,
        "no" => false,
        _ => {
            form.fail(id, l.t("选一项。", "Choose one."));
            false
        }
    }
}

/// Reads a day; says at the field when there is none.
pub(super) fn read_day(l: Lang, form: &mut Form, id: &'static str) -> jiff::civil::Date {
    if let Some(day) = form.date(id) {
        return day;
    }
    form.fail(id, l.t("填写日期，例如 2026-03-12。", "Enter a day such as 2026-03-12."));
    jiff::civil::Date::MIN
}

/// Reads a choice from a table of names; says at the field when nothing was chosen.
pub(super) fn read_choice<T: Copy>(l: Lang, form: &mut Form, id: &'static str, table: &[(&str, T)]) -> Option<T> {
    let found = table.iter().find(|(name, _)| *name == form.value(id)).map(|(_, v)| *v);
    if found.is_none() {
        form.fail(id, l.t("选一项。", "Choose one."));
    }
    found
}

/// Reads a number from 1; says at the field when there is none.
pub(super) fn read_number(l: Lang, form: &mut Form, id: &'static str) -> u32 {
    match form.trimmed(id).parse::<u32>() {
        Ok(n) if n > 0 => n,
        _ => {
            form.fail(id, l.t("填大于0的整数。", "Enter a whole number above 0."));
            0
        }
    }
}
