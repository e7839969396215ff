//! View structs of the shared components; the macros in `templates/macros/` draw them.
//!
//! They hold finished words and addresses only: a page turns its facts into them, the macro turns them into HTML.

use std::borrow::Cow;

use jiff::civil::Date;

use super::fmt::Time;
use super::lang::Lang;

mod queue;
mod review;

pub use queue::{Pages, SumItem, Tab};
pub use review::{Change, DiffRow, ViewerView};

type Words = Cow<'static, str>;

/// One option of radio buttons, check boxes or a select.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Value sent.
    pub value: Words,
    /// What people read.
    pub label: Words,
    /// A second, quieter line.
    pub hint: Words,
    /// Id of a text field that opens under this option (radio buttons only), empty for none.
    pub reveals: Words,
    /// Label of that field.
    pub reveals_label: Words,
}

impl Choice {
    /// An option.
    pub fn new(value: impl Into<Words>, label: impl Into<Words>) -> Self {
        Self { value: value.into(), label: label.into(), ..Self::default() }
    }

    /// Adds the quieter line.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Words>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Opens a text field under this option.
    #[must_use]
    pub fn reveals(mut self, id: impl Into<Words>, label: impl Into<Words>) -> Self {
        self.reveals = id.into();
        self.reveals_label = label.into();
        self
    }
}

/// The parts of a date of three boxes in the order of the language: (name, label, width).
#[must_use]
pub fn date_parts(l: &Lang) -> [(&'static str, &'static str, u8); 3] {
    match l {
        Lang::Zh => [("year", "年", 4), ("month", "月", 2), ("day", "日", 2)],
        Lang::En => [("day", "Day", 2), ("month", "Month", 2), ("year", "Year", 4)],
    }
}

/// Colour family of chips, lamps and boxes. The words always say it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neutral.
    #[default]
    Mute,
    /// In progress.
    Info,
    /// Good.
    Ok,
    /// Needs attention soon.
    Warn,
    /// Wrong, or nearly too late.
    Late,
    /// Past the limit.
    Over,
}

impl Tone {
    /// Ending of the CSS class: `reg-chip--ok`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Mute => "mute",
            Self::Info => "info",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Late => "late",
            Self::Over => "over",
        }
    }

    /// Ending of the class of the base's larger tag: `pi-tag--green`.
    pub fn tag(&self) -> &'static str {
        match self {
            Self::Mute => "grey",
            Self::Info => "blue",
            Self::Ok => "green",
            Self::Warn => "yellow",
            Self::Late | Self::Over => "red",
        }
    }

    /// Name of the lamp, read before the words by screen readers.
    pub fn lamp(&self, l: &Lang) -> &'static str {
        match self {
            Self::Mute | Self::Info => "",
            Self::Ok => l.t("绿灯，", "Green: "),
            Self::Warn => l.t("黄灯，", "Amber: "),
            Self::Late => l.t("红灯，", "Red: "),
            Self::Over => l.t("已超期，", "Overdue: "),
        }
    }
}

/// A running deadline: lamp (shape), words, date, bar.
#[derive(Clone, Debug)]
pub struct ClockView {
    /// Lamp.
    pub tone: Tone,
    /// `剩3个工作日`, `已超期2个工作日`.
    pub words: String,
    /// `3月17日届满`.
    pub due: String,
    /// Used part of the period in thousandths, 0 to 1000.
    pub used: u16,
    /// The date is not fixed yet because a year's holiday notice is missing.
    pub provisional: bool,
    /// A limit that a house set for itself, drawn so that nobody takes it for one of the law.
    pub house: bool,
}

impl ClockView {
    /// A clock counted in working days: `left` may be negative (overdue); `total` is the whole period.
    /// The lamp is red from `red` days left, amber from `amber` days left.
    #[must_use]
    pub fn working_days(l: Lang, left: i64, total: i64, due: Date, red: i64, amber: i64) -> Self {
        let tone = match left {
            i64::MIN..0 => Tone::Over,
            _ if left <= red => Tone::Late,
            _ if left <= amber => Tone::Warn,
            _ => Tone::Ok,
        };
        let words = match left {
            i64::MIN..0 => l.pick(format!("已超期{}个工作日", -left), format!("{} overdue", l.working_days(-left))),
            0 => l.t("今天届满", "Due today").to_owned(),
            _ => l.pick(format!("剩{left}个工作日"), format!("{} left", l.working_days(left))),
        };
        let date = l.day_month(due).words;
        let due = match left {
            i64::MIN..0 => l.pick(format!("应于{date}前"), format!("was due {date}")),
            _ => l.pick(format!("{date}届满"), format!("due {date}")),
        };
        let used = ((total - left.max(0)).max(0) * 1000).checked_div(total.max(1)).unwrap_or(0).min(1000);
        Self { tone, words, due, used: u16::try_from(used).unwrap_or(1000), provisional: false, house: false }
    }

    /// A clock that has stopped or needs none: words only.
    #[must_use]
    pub fn still(words: impl Into<String>, due: impl Into<String>) -> Self {
        Self { tone: Tone::Mute, words: words.into(), due: due.into(), used: 0, provisional: false, house: false }
    }

    /// Marks the date as provisional.
    #[must_use]
    pub fn provisional(mut self) -> Self {
        self.provisional = true;
        self
    }

    /// Marks the limit as one of the house (R37 4.6).
    #[must_use]
    pub fn house(mut self) -> Self {
        self.house = true;
        self
    }

    /// Width of the used part in a bar of 170 units.
    #[must_use]
    pub fn bar(&self) -> u32 {
        u32::from(self.used) * 170 / 1000
    }
}

/// How far a phase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Behind us.
    Done,
    /// Here.
    Now,
    /// Ahead.
    Next,
    /// The matter ended here without success.
    Stop,
}

/// One phase of the whole matter.
#[derive(Clone, Debug)]
pub struct Step {
    /// Name.
    pub name: String,
    /// Date or short note under it.
    pub note: String,
    /// How far.
    pub phase: Phase,
}

impl Step {
    /// A phase.
    pub fn new(phase: Phase, name: impl Into<String>, note: impl Into<String>) -> Self {
        Self { name: name.into(), note: note.into(), phase }
    }

    /// Class of the list item.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.phase {
            Phase::Done => "is-done",
            Phase::Now => "is-now",
            Phase::Next => "",
            Phase::Stop => "is-stop",
        }
    }
}

/// A link with a name.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// Address with language.
    pub href: String,
    /// Name.
    pub name: String,
}

impl Link {
    /// A link.
    pub fn new(href: impl Into<String>, name: impl Into<String>) -> Self {
        Self { href: href.into(), name: name.into() }
    }
}

/// One row of the list of materials.
#[derive(Clone, Debug, Default)]
pub struct MaterialRow {
    /// Official number: `1`, `1.4`, `9`.
    pub number: String,
    /// Official name.
    pub name: String,
    /// Requirement and file facts.
    pub note: String,
    /// A link after the note (template, form).
    pub extra: Option<Link>,
    /// What is wrong and what to do; marks the row.
    pub problem: String,
    /// State in words.
    pub state: String,
    /// Its colour family.
    pub tone: Tone,
    /// What can be done.
    pub action: Option<Link>,
}

impl MaterialRow {
    /// Indented under its group.
    #[must_use]
    pub fn is_sub(&self) -> bool {
        self.number.contains('.')
    }
}

/// One fact of a list: term, value, note, link.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// Term.
    pub term: String,
    /// Value; shown as text.
    pub value: String,
    /// Quieter line.
    pub note: String,
    /// Link after the value or note (change, see).
    pub link: Option<Link>,
    /// The value is a number or code: digits set solid.
    pub code: bool,
}

impl Fact {
    /// A fact.
    pub fn new(term: impl Into<String>, value: impl Into<String>) -> Self {
        Self { term: term.into(), value: value.into(), ..Self::default() }
    }

    /// Adds the quieter line.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Adds a link; in check-answers lists it changes the value.
    #[must_use]
    pub fn link(mut self, href: impl Into<String>, name: impl Into<String>) -> Self {
        self.link = Some(Link::new(href, name));
        self
    }

    /// Sets the value as a number or code.
    #[must_use]
    pub fn code(mut self) -> Self {
        self.code = true;
        self
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Happening {
    /// When.
    pub at: Time,
    /// What.
    pub what: String,
    /// Quieter line: who, number, digest.
    pub note: String,
    /// Bad news.
    pub bad: bool,
    /// Still ahead.
    pub planned: bool,
}

impl Happening {
    /// Something that happened.
    pub fn new(at: Time, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), note: String::new(), bad: false, planned: false }
    }

    /// Adds the quieter line.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// Width of the filled part of a progress meter of 260 units.
#[must_use]
pub fn meter_width<D, A>(done: &D, all: &A) -> u64
where
    D: Copy + TryInto<u64>,
    A: Copy + TryInto<u64>,
{
    let (done, all) = ((*done).try_into().unwrap_or(0), (*all).try_into().unwrap_or(0));
    (done.min(all) * 260).checked_div(all).unwrap_or(0)
}

#[cfg(test)]
mod tests;
