//! Why the law says no: a code, its data and the article. The front turns it into words.

use jiff::civil::Date;
use serde::Serialize;

use crate::assessment::Gap;
use crate::certification::Reason;
use crate::exports;
use crate::filing::{Finding, Slot};
use crate::text;

/// Longest free text of an act, in characters.
const NOTE_MAX: usize = 4000;

/// The text that an act requires, or the refusal that says so.
pub(crate) fn needed(text: String, article: &'static str) -> Result<String, Refusal> {
    if text::is_blank(&text) || text.chars().count() > NOTE_MAX || text::check(&text, true).is_err() {
        return Err(Refusal::new(RefusalCode::TextNeeded, article));
    }
    Ok(text)
}

/// A command was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code:?} ({article})")]
pub struct Refusal {
    /// What stands in the way.
    pub code: RefusalCode,
    /// The article or house rule behind it, in the notation of the law map (`M 12(3)`).
    pub article: &'static str,
    /// The first day on which the same command would be possible, where that is known.
    pub possible_from: Option<Date>,
}

impl Refusal {
    /// A refusal without a later possibility.
    pub fn new(code: RefusalCode, article: &'static str) -> Self {
        Self { code, article, possible_from: None }
    }

    /// A refusal of certification or of a certificate, with its own article.
    pub fn certification(reason: Reason) -> Self {
        let article = reason.article();
        let possible_from = reason.possible_from();
        Self { code: RefusalCode::Certification { reason: Box::new(reason) }, article, possible_from }
    }
}

/// What stands in the way, with the data that the words need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum RefusalCode {
    /// The case does not exist, or not for this actor.
    NotFound,
    /// The actor's roles do not allow this action at all.
    NotAllowed,
    /// The case is in a state in which this action does not exist.
    WrongPhase,
    /// Only the handler of the case may do this; `handler` is empty while nobody holds it.
    NotHandler {
        /// The user who holds the case.
        handler: Option<String>,
    },
    /// Proposer and decider must be two people.
    SamePerson,
    /// The dossier is not complete: all findings that block.
    Incomplete {
        /// What is missing or wrong.
        findings: Vec<Finding>,
    },
    /// Somebody else saved in between: `expected` was typed against an older revision.
    StaleForm {
        /// The revision that the author saw.
        expected: u32,
        /// The revision that is current.
        current: u32,
    },
    /// The named file is not part of the dossier.
    UnknownFile,
    /// The named person is not on the roster.
    UnknownPerson,
    /// The file order named does not hold exactly the files of the slot.
    OrderMismatch,
    /// Not every material has a verdict yet.
    VerdictsMissing {
        /// The slots that wait for one.
        slots: Vec<Slot>,
    },
    /// A verdict other than "complete" needs at least one reason.
    ReasonNeeded {
        /// The slot concerned.
        slot: Slot,
    },
    /// Filing was proposed while a material is not complete.
    NotComplete {
        /// The slots that are not complete.
        slots: Vec<Slot>,
    },
    /// Refusal was proposed although every material is complete.
    NothingMissing,
    /// The National Data Administration has not given its opinion.
    OpinionMissing,
    /// The case has not been sent to the National Data Administration.
    NotSent,
    /// The opinion was given already.
    OpinionGiven,
    /// The two authorities differ and the proposal does not say why it departs.
    DisagreementUnexplained,
    /// No proposal waits for a decision.
    NoProposal,
    /// A proposal waits for a decision; it must be decided or returned first.
    ProposalPending,
    /// The legal limit has passed: a written reason is due before the decision.
    OverdueReasonMissing {
        /// The last day of the limit.
        due: Date,
    },
    /// The limit has not passed, so there is no delay to explain.
    NotOverdue,
    /// A text that the act requires is empty or too long.
    TextNeeded,
    /// The pledge (承诺) was not given.
    PledgeMissing,
    /// A second factor shown within the last minutes is needed.
    FreshFactorNeeded,
    /// A day lies in the future.
    DayInFuture {
        /// Which.
        day: Date,
    },
    /// A day that must lie ahead does not.
    DayNotAhead {
        /// Which.
        day: Date,
    },
    /// An impact assessment lacks something: everything that blocks.
    AssessmentIncomplete {
        /// What.
        gaps: Vec<Gap>,
    },
    /// The assessment is contradicted elsewhere, and nothing says why that is none.
    ContradictionsUnexplained {
        /// How often.
        count: usize,
    },
    /// Something of the record of exports stands in the way.
    Exports {
        /// What.
        fault: Box<exports::Fault>,
    },
    /// Something of certification or of a certificate stands in the way.
    Certification {
        /// What.
        reason: Box<Reason>,
    },
}
