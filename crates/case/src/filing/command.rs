//! What an actor may ask of a filing.

use std::sync::Arc;

use guosuo_rules::calendar::Calendar;
use serde::{Deserialize, Serialize};

use super::completeness::ReasonCode;
use super::event::Outcome;
use super::form::Form;
use super::material::{Slot, Verdict};
use super::state::{Dossier, FileProblem, FileRef, FormCode, Person, PersonId};
use crate::actor::{CaseId, FileId, UserId};

/// A command to a filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open a draft for the actor's organisation; `copy` carries the dossier of an earlier
    /// filing that was refused or withdrawn.
    Open {
        /// The earlier case and what is taken over from it.
        copy: Option<(CaseId, Box<Dossier>)>,
        /// What to begin the form with (the organisation's registered particulars).
        prefill: Box<Form>,
    },
    /// Save the form; `seen` is the revision it was typed against.
    SaveForm {
        /// The form as typed.
        form: Box<Form>,
        /// Revision that the author saw.
        seen: u32,
    },
    /// The form is printed for sealing.
    PrintForm,
    /// Put a checked file into a slot; with `person`, as that person's sheet (slot 3).
    AttachFile {
        /// Where to.
        slot: Slot,
        /// The file.
        file: FileRef,
        /// Whose sheet it is.
        person: Option<PersonId>,
    },
    /// Take a file out.
    RemoveFile {
        /// Which.
        file: FileId,
    },
    /// Put the files of a slot in order.
    OrderFiles {
        /// The slot.
        slot: Slot,
        /// All its files, in the new order.
        order: Vec<FileId>,
    },
    /// Record what a later check of a file found.
    ExamineFile {
        /// Which.
        file: FileId,
        /// Pages.
        pages: Option<u32>,
        /// Problems.
        problems: Vec<FileProblem>,
        /// Code read from the scan of the form.
        form_code: Option<FormCode>,
    },
    /// Save the roster of item 3.
    SaveRoster {
        /// Everybody doing the certification work.
        people: Vec<Person>,
    },
    /// Declare that there are no other materials (item 9), or take it back.
    DeclareNothingFurther(
        /// The declaration.
        bool,
    ),
    /// Submit with the pledge.
    Submit {
        /// The pledge of 附件2 was given.
        pledge: bool,
    },
    /// Take the filing back before the decision.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Give the case to a handler (a handler may take it; a head may give it to anyone).
    Assign {
        /// To whom.
        handler: UserId,
        /// Their name.
        handler_name: String,
        /// Note of the hand-over.
        note: String,
    },
    /// Give a verdict.
    GiveVerdict {
        /// On which slot.
        slot: Slot,
        /// What was found.
        verdict: Verdict,
        /// Why, coded.
        reasons: Vec<ReasonCode>,
        /// Why, in words.
        note: String,
        /// Page referred to.
        page: Option<u32>,
    },
    /// Send to the National Data Administration.
    SendToNda,
    /// Give the opinion of the National Data Administration.
    GiveOpinion {
        /// Whether the materials are complete.
        complete: bool,
        /// Slots found wanting.
        slots: Vec<Slot>,
        /// Words.
        note: String,
        /// The signed statement.
        signed: String,
    },
    /// Propose an outcome.
    Propose {
        /// Which.
        outcome: Outcome,
        /// Words to the head.
        note: String,
    },
    /// Return the proposal to the handler.
    ReturnProposal {
        /// Why.
        reason: String,
    },
    /// Explain a passed limit.
    ExplainOverdue {
        /// Why.
        reason: String,
    },
    /// Decide as proposed.
    Decide,
    /// Take a filed body off the public list.
    Remove {
        /// Legal ground.
        ground: String,
        /// Reason.
        reason: String,
    },
}

/// What a deployment may set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Minutes for which a second factor counts as fresh for a decision. House limit.
    pub fresh_factor_minutes: i64,
    /// Registered capital (万元) below which the self-check warns (CAR 10).
    pub capital_floor_wan: u64,
    /// Full-time staff below which the self-check warns (CAR 10).
    pub staff_floor: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { fresh_factor_minutes: 5, capital_floor_wan: 300, staff_floor: 10 }
    }
}

/// What the decision needs to know of the outside world.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The calendar in force.
    pub calendar: Arc<Calendar>,
    /// Settings.
    pub config: Config,
    /// The acting organisation's credit code and whether its check was overridden.
    pub credit_code: String,
    /// An officer accepted a credit code that fails its check.
    pub code_overridden: bool,
    /// Digest (hex SHA-256) of the canonical form as it stands.
    pub form_digest: String,
    /// Next number of the sequence that the command consumes, if it consumes one:
    /// submission for `Submit`, notice for `Decide`.
    pub next_number: u32,
    /// Next filing number, for `Decide`.
    pub next_filing: u32,
    /// The body's latest filing on the public list, if any: it cannot file twice at once.
    pub already_filed: bool,
}
