//! Fields of a page as data: one template draws them all, and lists are groups with an empty one at the end.

use crate::web::components::Choice;

/// How a field is filled in.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// One line.
    Line,
    /// Several lines.
    Area(usize),
    /// A number.
    Number,
    /// A day.
    Day,
    /// One of several.
    Select(Vec<Choice>),
}

/// A field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Id and name.
    pub(super) id: String,
    /// Label.
    pub(super) label: String,
    /// Hint; may be empty.
    pub(super) hint: String,
    /// How it is filled in.
    pub(super) kind: Kind,
    /// Its value.
    pub(super) value: String,
}

impl Field {
    pub(super) fn new(id: impl Into<String>, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { id: id.into(), label: label.into(), hint: String::new(), kind: Kind::Line, value: value.into() }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    pub(super) fn area(mut self, rows: usize) -> Self {
        self.kind = Kind::Area(rows);
        self
    }

    pub(super) fn number(mut self) -> Self {
        self.kind = Kind::Number;
        self
    }

    pub(super) fn day(mut self) -> Self {
        self.kind = Kind::Day;
        self
    }

    pub(super) fn select(mut self, choices: Vec<Choice>) -> Self {
        self.kind = Kind::Select(choices);
        self
    }
}

/// Fields that belong together.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Heading.
    pub(super) title: String,
    /// A sentence under it; may be empty.
    pub(super) note: String,
    /// Dense: two columns.
    pub(super) dense: bool,
    /// The fields.
    pub(super) fields: Vec<Field>,
}

impl Group {
    pub(super) fn new(title: impl Into<String>, fields: Vec<Field>) -> Self {
        Self { title: title.into(), note: String::new(), dense: false, fields }
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    pub(super) fn dense(mut self) -> Self {
        self.dense = true;
        self
    }
}

/// One entry a line; blanks around them and empty lines say nothing.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

/// The entries again, one a line.
pub(super) fn joined<S: AsRef<str>>(list: &[S]) -> String {
    list.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("\n")
}

/// The parts of a line that are separated by `|`, half or full width; missing ones are empty.
pub(super) fn parts<const N: usize>(line: &str) -> [String; N] {
    let mut found = line.split(['|', '｜']).map(|p| p.trim().to_owned());
    std::array::from_fn(|_| found.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_parts_come_back() {
        assert_eq!(lines(" 一 \r\n\r\n二"), ["一", "二"]);
        assert_eq!(joined(&["一", "二"]), "一\n二");
        assert_eq!(parts::<3>("甲 ｜ DE| 某处"), ["甲", "DE", "某处"]);
        assert_eq!(parts::<3>("甲"), ["甲", "", ""]);
    }
}
