//! What can happen to a filing. Stored for ever: add variants and optional fields, never
//! rename or remove.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::completeness::ReasonCode;
use super::form::Form;
use super::material::{Slot, Verdict};
use super::state::{Dossier, FileRef, FormCode, Number, Person};
use crate::actor::{CaseId, FileId, UserId};

/// The two outcomes that the law knows (M 12(3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 予以备案并公示.
    File,
    /// 不予备案.
    Refuse,
}

/// An event of a filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the command or of the state")]
pub enum Event {
    /// A draft was opened, empty or as a copy.
    Opened { credit_code: String, code_overridden: bool, copied_from: Option<CaseId>, dossier: Box<Dossier> },
    /// The form was saved as typed.
    FormSaved { form: Form },
    /// The form was printed for sealing.
    FormPrinted { digest: String },
    /// A file was put into a slot (and becomes a person's sheet, if named).
    FileAttached { slot: Slot, file: FileRef, person: Option<String> },
    /// A file was taken out of the dossier.
    FileRemoved { file: FileId },
    /// The files of a slot were put in order.
    FilesOrdered { slot: Slot, order: Vec<FileId> },
    /// The check of a file found out more (pages, problems, form code).
    FileExamined { file: FileId, pages: Option<u32>, problems: Vec<super::state::FileProblem>, form_code: Option<FormCode> },
    /// The roster was saved.
    RosterSaved { people: Vec<Person> },
    /// "No other materials" was declared or taken back (item 9).
    NothingFurther { declared: bool },
    /// Submitted and received (M 12(1); ESL 11).
    Submitted { number: Number, form_digest: String, filing_due: Option<Date>, late: bool },
    /// Taken back by the applicant.
    Withdrawn { reason: String },
    /// Given to a handler, or handed over with a note.
    Assigned { handler: UserId, handler_name: String, note: String },
    /// A verdict on a slot.
    VerdictGiven { slot: Slot, verdict: Verdict, reasons: Vec<ReasonCode>, note: String, page: Option<u32> },
    /// Sent to the National Data Administration.
    SentToNda,
    /// Its opinion.
    OpinionGiven { complete: bool, slots: Vec<Slot>, note: String, signed: String },
    /// The handler's proposal.
    Proposed { outcome: Outcome, note: String },
    /// The head returned the proposal.
    ProposalReturned { reason: String },
    /// The limit has passed; this is why.
    OverdueExplained { reason: String },
    /// CAC decided. For a filing this is also the publication: one act (M 12(3)).
    Decided { outcome: Outcome, notice: Number, filing: Option<Number> },
    /// Taken off the public list by a manual act with its ground.
    Removed { ground: String, reason: String },
}
