//! What is wrong with an upload.

use guosuo_case::filing::{FileProblem, FormCode};

use super::kind::Kind;
use super::run::{Fault, Input};
use super::wire::{Answer, Failure, Report, Task};
use super::{Intake, parse_form_code};

/// The findings about one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// Pages, where the type has pages and they could be counted.
    pub pages: Option<u32>,
    /// What is wrong, each once, in the order of [`FileProblem`].
    pub problems: Vec<FileProblem>,
    /// The form's code, where one was looked for and found.
    pub form_code: Option<FormCode>,
    /// The details behind the problems: page numbers, names of fonts and actions.
    pub report: Report,
}

impl Examined {
    /// Whether the file cannot count as submitted material.
    pub fn blocks(&self) -> bool {
        self.problems.iter().any(|p| p.blocks())
    }

    fn only(problem: FileProblem) -> Self {
        Self { problems: vec![problem], ..Self::default() }
    }
}

impl Intake {
    /// Looks into a file whose type is known from [`Intake::sniff`]. `want_code` looks for the
    /// form's code on the first three pages (item 1 only: it takes time).
    ///
    /// # Errors
    /// A fault of the machine; whatever is wrong with the file is an answer.
    pub async fn examine(&self, kind: Kind, input: Input, want_code: bool) -> Result<Examined, Fault> {
        if input.size() == 0 {
            return Ok(Examined::only(FileProblem::Empty));
        }
        let max_pages = self.0.limits.max_pages;
        let mut run = self.0.runner.start(Task::Examine { kind, max_pages, want_code }, input).await?;
        match run.answer().await? {
            Answer::Report(report) => Ok(judge(report, max_pages)),
            Answer::Failed(f) => Ok(Examined::only(match f {
                Failure::Encrypted => FileProblem::Encrypted,
                Failure::TooHeavy | Failure::TooLarge | Failure::TooManyEntries => FileProblem::TooHeavy,
                _ => FileProblem::Broken,
            })),
            other => Err(Fault::Worker(format!("{other:?} to examine"))),
        }
    }
}

fn judge(report: Report, max_pages: u32) -> Examined {
    let pages = report.pages;
    // A file is whole as long as some page of it can be seen: the others are told apart when
    // they are opened. Nothing to be seen at all is a broken file.
    let nothing_seen = report.looked_at > 0 && report.undrawn.len() as u64 == u64::from(report.looked_at);
    let mut problems = Vec::new();
    let mut add = |when: bool, p: FileProblem| {
        if when {
            problems.push(p);
        }
    };
    add(nothing_seen, FileProblem::Broken);
    add(!report.blank_pages.is_empty() || !nothing_seen && !report.undrawn.is_empty(), FileProblem::BlankPage);
    add(pages.is_some_and(|n| n > max_pages), FileProblem::TooManyPages);
    add(!report.active.is_empty(), FileProblem::ActiveContent);
    add(!report.missing_fonts.is_empty() || !report.gaps.is_empty(), FileProblem::FontMissing);
    let form_code = report.codes.iter().find_map(|c| parse_form_code(c));
    Examined { pages, problems, form_code, report }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_becomes_problems_in_their_order() {
        let r = Report {
            pages: Some(501),
            looked_at: 3,
            blank_pages: vec![2],
            active: vec!["JavaScript".into()],
            gaps: vec![1],
            ..Report::default()
        };
        let e = judge(r, 500);
        assert_eq!(
            e.problems,
            [FileProblem::BlankPage, FileProblem::TooManyPages, FileProblem::ActiveContent, FileProblem::FontMissing]
        );
        assert!(!e.blocks(), "the applicant is warned, the reviewer decides");
        assert!(judge(Report { pages: Some(500), looked_at: 3, ..Report::default() }, 500).problems.is_empty());
    }

    #[test]
    fn a_file_of_which_nothing_can_be_seen_is_broken() {
        let none = Report { pages: Some(2), looked_at: 2, undrawn: vec![1, 2], ..Report::default() };
        assert_eq!(judge(none, 500).problems, [FileProblem::Broken]);
        let one = Report { pages: Some(2), looked_at: 2, undrawn: vec![2], ..Report::default() };
        assert_eq!(judge(one, 500).problems, [FileProblem::BlankPage]);
    }

    #[test]
    fn only_the_platforms_own_code_counts() {
        let digest = "ab".repeat(32);
        let r = Report { codes: vec!["https://example.com".into(), format!("GUOSUO:F:c1:{digest}")], ..Report::default() };
        assert_eq!(judge(r, 500).form_code, Some(FormCode { case: "c1".into(), digest }));
    }
}
