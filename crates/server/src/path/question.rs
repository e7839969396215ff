//! The questions: their addresses and fields.

use super::answers::{Answers, MOST_FLOWS};

/// One question, on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// A state organ?
    Organ,
    /// Operator of critical information infrastructure?
    Ciio,
    /// People handled at all (first version of the law).
    Handled,
    /// The day whose law answers; not asked by itself.
    On,
    /// Distinct people over several flows.
    Totals,
    /// Name of a flow.
    Name(usize),
    /// An export act?
    Export(usize),
    /// Important data?
    Important(usize),
    /// Exempt scenario.
    Exempt(usize),
    /// Free trade zone.
    Zone(usize),
    /// Treaty.
    Treaty(usize),
    /// The two counts.
    People(usize),
}

impl Question {
    /// The question of an address: its last part and the number of the flow.
    pub(crate) fn from(name: &str, n: usize) -> Option<Self> {
        let question = match name {
            "organ" => Self::Organ,
            "ciio" => Self::Ciio,
            "handled" => Self::Handled,
            "on" => Self::On,
            "totals" => Self::Totals,
            "name" => Self::Name(n),
            "export" => Self::Export(n),
            "important" => Self::Important(n),
            "exempt" => Self::Exempt(n),
            "zone" => Self::Zone(n),
            "treaty" => Self::Treaty(n),
            "people" => Self::People(n),
            _ => return None,
        };
        (1..=MOST_FLOWS).contains(&n).then_some(question)
    }

    /// Every question about one flow.
    pub(crate) fn of_flow(n: usize) -> [Self; 7] {
        [Self::Name(n), Self::Export(n), Self::Important(n), Self::Exempt(n), Self::Zone(n), Self::Treaty(n), Self::People(n)]
    }

    /// Last part of its address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Organ => "organ",
            Self::Ciio => "ciio",
            Self::Handled => "handled",
            Self::On => "on",
            Self::Totals => "totals",
            Self::Name(_) => "name",
            Self::Export(_) => "export",
            Self::Important(_) => "important",
            Self::Exempt(_) => "exempt",
            Self::Zone(_) => "zone",
            Self::Treaty(_) => "treaty",
            Self::People(_) => "people",
        }
    }

    /// Number of the flow; 1 for questions about the whole.
    pub(crate) fn flow(self) -> usize {
        match self {
            Self::Organ | Self::Ciio | Self::Handled | Self::On | Self::Totals => 1,
            Self::Name(n)
            | Self::Export(n)
            | Self::Important(n)
            | Self::Exempt(n)
            | Self::Zone(n)
            | Self::Treaty(n)
            | Self::People(n) => n,
        }
    }

    /// Its fields; the first one carries the name of the question's error.
    pub(crate) fn fields(self) -> Vec<String> {
        match self {
            Self::Totals => vec!["all".to_owned(), "all-sensitive".to_owned()],
            Self::People(n) => vec![format!("people-{n}"), format!("sensitive-{n}")],
            Self::Organ | Self::Ciio | Self::Handled | Self::On => vec![self.name().to_owned()],
            _ => vec![format!("{}-{}", self.name(), self.flow())],
        }
    }

    /// Its address (without language) with the answers so far.
    pub(crate) fn address(self, answers: &Answers) -> String {
        let path = format!("/path/{}", self.name());
        let n = self.flow();
        let more = [("n", n.to_string())];
        answers.address(&path, if n > 1 { &more } else { &[] })
    }
}
