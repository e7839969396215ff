//! What a filing is at one moment: the fold of its events.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::completeness::ReasonCode;
use super::event::Outcome;
use super::form::Form;
use super::material::{Material, Slot, Verdict};
use crate::actor::{CaseId, FileId, OrgId, UserId};
use crate::life::By;

/// A person on the roster of item 3, chosen by the platform.
pub type PersonId = String;

/// Something that the check of an upload found in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileProblem {
    /// Zero bytes.
    Empty,
    /// Protected by a password.
    Encrypted,
    /// Cannot be read to the end.
    Broken,
    /// A page stays blank although the file says that it holds something.
    BlankPage,
    /// More pages than the platform draws.
    TooManyPages,
    /// Drawing it needs more memory or time than the limits allow.
    TooHeavy,
    /// Holds scripts or embedded files (they are never run; the reviewer is told).
    ActiveContent,
    /// A font is neither embedded nor known here, so a page may show other glyphs.
    FontMissing,
}

impl FileProblem {
    /// Whether a file with this problem cannot count as submitted material.
    pub fn blocks(self) -> bool {
        matches!(self, Self::Empty | Self::Encrypted | Self::Broken | Self::TooHeavy)
    }
}

/// The code printed on a form and read back from its scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormCode {
    /// The case that the print belongs to.
    pub case: String,
    /// Digest (hex SHA-256) of [`Form::canonical`] at the time of printing.
    pub digest: String,
}

/// One uploaded file, by its facts; the bytes are in the encrypted store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Id of the file.
    pub id: FileId,
    /// Name as uploaded.
    pub name: String,
    /// Sniffed type: `pdf`, `ofd`, `png`, `jpeg`.
    pub kind: String,
    /// Bytes.
    pub size: u64,
    /// Pages, where the type has pages and they could be counted.
    pub pages: Option<u32>,
    /// Hex SHA-256 of the content.
    pub sha256: String,
    /// Hex SM3 of the content.
    pub sm3: String,
    /// What the check of the upload found.
    #[serde(default)]
    pub problems: Vec<FileProblem>,
    /// The form code read from the scan, item 1 only.
    #[serde(default)]
    pub form_code: Option<FormCode>,
}

impl FileRef {
    /// Whether the file can count as submitted material.
    pub fn is_usable(&self) -> bool {
        !self.problems.iter().any(|p| p.blocks())
    }
}

/// One person doing certification work (G 三(一)3): one sealed sheet each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// Id within the filing.
    pub id: PersonId,
    /// 姓名, as given.
    pub name: String,
    /// Kind of identity document: `resident_id`, `passport`, `permit`, `other`.
    pub doc_kind: String,
    /// Number of the identity document.
    pub doc_number: String,
    /// 岗位 / 职务.
    pub position: String,
    /// The file in slot 3 that holds this person's sheet.
    pub sheet: Option<FileId>,
}

/// A print of the form: what the code on the paper stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// When it was printed.
    pub at: Timestamp,
    /// Digest of the form as printed.
    pub digest: String,
    /// The form as printed, so that a stale scan can name the fields that changed since.
    pub form: Form,
}

/// Everything that the applicant prepares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// 附件2.
    pub form: Form,
    /// Counts the saves of the form, so that two editors see one another.
    pub form_rev: u32,
    /// Files by slot, in the applicant's order.
    pub files: BTreeMap<Slot, Vec<FileRef>>,
    /// The roster of item 3.
    pub people: Vec<Person>,
    /// Files of slot 3 that are the statement (说明) rather than a person's sheet: all that
    /// no person points to.
    #[serde(default)]
    pub nothing_further: bool,
    /// Prints of the form, oldest first.
    pub prints: Vec<Print>,
}

impl Dossier {
    /// The files of a slot.
    pub fn files(&self, slot: Slot) -> &[FileRef] {
        self.files.get(&slot).map_or(&[], Vec::as_slice)
    }

    /// Finds a file with its slot.
    pub fn file(&self, id: &FileId) -> Option<(Slot, &FileRef)> {
        self.files.iter().find_map(|(s, v)| v.iter().find(|f| f.id == *id).map(|f| (*s, f)))
    }

    /// The files of slot 3 that are not a person's sheet: the statement.
    pub fn statements(&self) -> impl Iterator<Item = &FileRef> {
        self.files(Slot::Background).iter().filter(|f| !self.people.iter().any(|p| p.sheet.as_ref() == Some(&f.id)))
    }

    /// People of the roster whose sheet is present and usable.
    pub fn sheets(&self) -> usize {
        self.people
            .iter()
            .filter(|p| {
                p.sheet.as_ref().is_some_and(|id| self.files(Slot::Background).iter().any(|f| f.id == *id && f.is_usable()))
            })
            .count()
    }
}

/// What a number numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// A submission: 备申〔2026〕003号.
    Submission,
    /// A filing on the public list: 个认备〔2026〕003号.
    Filing,
    /// A notice: 个认备通〔2026〕003号 or 个认不备〔2026〕003号.
    FiledNotice,
    /// A refusal notice.
    RefusalNotice,
}

impl NumberKind {
    /// The stored name of the sequence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Filing => "filing",
            Self::FiledNotice => "filed_notice",
            Self::RefusalNotice => "refusal_notice",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Submission => "备申",
            Self::Filing => "个认备",
            Self::FiledNotice => "个认备通",
            Self::RefusalNotice => "个认不备",
        }
    }
}

/// A document number 文号. Gap-free within kind and year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Number {
    /// What is numbered.
    pub kind: NumberKind,
    /// Year in China Standard Time.
    pub year: i16,
    /// 1 for the first of the year.
    pub seq: u32,
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}〔{}〕{:03}号", self.kind.prefix(), self.year, self.seq)
    }
}

/// The act of filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// 备申〔YYYY〕NNN号.
    pub number: Number,
    /// Receipt: when the data reached the server (ESL 11).
    pub received_at: Timestamp,
    /// Who submitted and gave the pledge.
    pub by: By,
    /// Digest of the form.
    pub form_digest: String,
    /// Last day of the body's 10 working days (M 12(1)), where it is firm.
    pub filing_due: Option<Date>,
    /// Whether it came after that day.
    pub late: bool,
}

/// A reviewer's verdict on one slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotVerdict {
    /// What was found.
    pub verdict: Verdict,
    /// Coded reasons; needed unless the verdict is "complete".
    pub reasons: Vec<ReasonCode>,
    /// Free text for the notice.
    pub note: String,
    /// Page that the note refers to, 1 for the first.
    pub page: Option<u32>,
    /// Who gave it.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// The opinion of the National Data Administration (M 12(3)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Whether it finds the materials complete.
    pub complete: bool,
    /// The slots that it finds wanting.
    pub slots: Vec<Slot>,
    /// Its words.
    pub note: String,
    /// The signed statement (envelope) that the platform kept.
    pub signed: String,
    /// Who gave it.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// What the handler proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// File or refuse.
    pub outcome: Outcome,
    /// Words of the handler to the head; needed where the two authorities differ.
    pub note: String,
    /// Who proposed.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// The review of a submitted filing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who holds the case.
    pub handler: Option<UserId>,
    /// The handler's name.
    pub handler_name: String,
    /// Verdicts by slot.
    pub verdicts: BTreeMap<Slot, SlotVerdict>,
    /// When it was sent to the National Data Administration.
    pub sent_to_nda: Option<Timestamp>,
    /// Its opinion.
    pub opinion: Option<Opinion>,
    /// The proposal that waits for a decision.
    pub proposal: Option<Proposal>,
    /// Why the last proposal was returned.
    pub returned: Option<String>,
    /// The written reason for a passed limit.
    pub overdue_reason: Option<String>,
}

impl Review {
    /// The verdict on a whole material: the worst of its slots, `None` while one is open.
    ///
    /// A slot that may stay empty and is empty needs none.
    pub fn material_verdict(&self, material: Material, dossier: &Dossier) -> Option<Verdict> {
        let mut worst = Verdict::Complete;
        for slot in material.slots() {
            match self.verdicts.get(&slot) {
                Some(v) => worst = worst.max(v.verdict),
                None if slot.is_optional() && dossier.files(slot).is_empty() => {}
                None => return None,
            }
        }
        Some(worst)
    }

    /// Slots that still wait for a verdict.
    pub fn open_slots(&self, dossier: &Dossier) -> Vec<Slot> {
        Slot::ALL
            .into_iter()
            .filter(|s| !self.verdicts.contains_key(s) && (!s.is_optional() || !dossier.files(*s).is_empty()))
            .collect()
    }

    /// Slots whose verdict is not "complete".
    pub fn wanting(&self) -> Vec<Slot> {
        self.verdicts.iter().filter(|(_, v)| v.verdict != Verdict::Complete).map(|(s, _)| *s).collect()
    }

    /// Whether both authorities have spoken and differ.
    pub fn is_disputed(&self, dossier: &Dossier) -> bool {
        self.open_slots(dossier).is_empty() && self.opinion.as_ref().is_some_and(|o| o.complete != self.wanting().is_empty())
    }
}

/// The decision of CAC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Filed or refused.
    pub outcome: Outcome,
    /// 文号 of the notice.
    pub notice: Number,
    /// 备案编号, for a filing.
    pub filing: Option<Number>,
    /// Who decided.
    pub by: By,
    /// Who proposed.
    pub proposed_by: By,
    /// When: also the moment of publication for a filing.
    pub at: Timestamp,
}

/// The applicant took the filing back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Why, in the applicant's words.
    pub reason: String,
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// A manual act on a filed body; the law is silent, so ground and reason are stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// The legal ground as stated by the authority.
    pub ground: String,
    /// The reason.
    pub reason: String,
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// Where the filing stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the types say it")]
pub enum Phase {
    /// Being prepared 暂存.
    Draft,
    /// Received and under review 审核中.
    UnderReview { submission: Submission, review: Review },
    /// Filed and published 已备案并公示.
    Filed { submission: Submission, review: Review, decision: Decision },
    /// Not filed 不予备案.
    Refused { submission: Submission, review: Review, decision: Decision },
    /// Taken back by the applicant before the decision 已撤回.
    Withdrawn { submission: Option<Submission>, withdrawal: Withdrawal },
    /// Taken off the public list by a manual act 已移出.
    Removed { submission: Submission, decision: Decision, removal: Removal },
}

impl Phase {
    /// The stored name.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::UnderReview { .. } => "under_review",
            Self::Filed { .. } => "filed",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Removed { .. } => "removed",
        }
    }
}

/// A filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// The body that files.
    pub owner: OrgId,
    /// The body's credit code at opening.
    pub credit_code: String,
    /// Whether an officer has accepted a credit code that fails its check.
    pub code_overridden: bool,
    /// When the draft was opened.
    pub opened_at: Timestamp,
    /// The refused or withdrawn filing that this one was copied from.
    pub copied_from: Option<CaseId>,
    /// What the applicant prepares.
    pub dossier: Dossier,
    /// Where it stands.
    pub phase: Phase,
    /// Events folded so far.
    pub version: u64,
}

impl Filing {
    /// The submission, once there is one.
    pub fn submission(&self) -> Option<&Submission> {
        match &self.phase {
            Phase::Draft => None,
            Phase::Withdrawn { submission, .. } => submission.as_ref(),
            Phase::UnderReview { submission, .. }
            | Phase::Filed { submission, .. }
            | Phase::Refused { submission, .. }
            | Phase::Removed { submission, .. } => Some(submission),
        }
    }

    /// The review, once there is one.
    pub fn review(&self) -> Option<&Review> {
        match &self.phase {
            Phase::UnderReview { review, .. } | Phase::Filed { review, .. } | Phase::Refused { review, .. } => Some(review),
            _ => None,
        }
    }

    /// The decision, once there is one.
    pub fn decision(&self) -> Option<&Decision> {
        match &self.phase {
            Phase::Filed { decision, .. } | Phase::Refused { decision, .. } | Phase::Removed { decision, .. } => Some(decision),
            _ => None,
        }
    }
}
