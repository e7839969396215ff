//! The completeness of a dossier: one engine for the applicant's self-check and for the
//! reviewer, with the same reason codes (M 12, G 备案材料要求).

use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::DeadlineId;
use guosuo_rules::ids::{Options, Warning, ric, uscc};
use guosuo_rules::period::Due;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::command::Config;
use super::form::{Field, FieldProblem, Nature, changed_fields};
use super::material::Slot;
use super::state::{Dossier, FileProblem};
use crate::limit::due_of;

/// Whether a finding stops the submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The dossier is not complete: it cannot be submitted, and would not be filed.
    Blocks,
    /// Worth a look; the law does not stop the submission.
    Warns,
}

/// Why a material is not complete. The self-check derives those it can see; a reviewer may
/// state any of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum ReasonCode {
    /// Nothing was uploaded.
    Missing,
    /// A field of the form cannot stand.
    FieldProblem {
        /// Which field.
        field: Field,
        /// Why.
        #[serde(flatten)]
        problem: FieldProblem,
    },
    /// The form was changed after it was printed, sealed and scanned.
    StalePrint {
        /// The fields that changed since, where the print is known.
        changed: Vec<Field>,
    },
    /// The scan carries the code of another form.
    ForeignPrint,
    /// The code of the printed form could not be read from the scan.
    NoFormCode,
    /// A file has a problem.
    File {
        /// Name of the file.
        name: String,
        /// What.
        problem: FileProblem,
    },
    /// The roster and the number on the form differ (从事认证人员数量).
    RosterCount {
        /// Number on the form.
        declared: u32,
        /// People on the roster.
        people: usize,
    },
    /// People of the roster without a sheet (一人一表).
    SheetsMissing {
        /// People on the roster.
        people: usize,
        /// Sheets present.
        sheets: usize,
        /// Names without a sheet, at most ten.
        names: Vec<String>,
    },
    /// The statement on the background checks (审查说明) is missing beside the sheets.
    StatementMissing,
    /// A name or document number stands twice on the roster.
    RosterDuplicate {
        /// The name.
        name: String,
    },
    /// A person of the roster has no name or no document number.
    RosterIncomplete {
        /// Row, 1 for the first.
        row: usize,
    },
    /// An identity number on the roster fails its check (GB 11643).
    RosterIdNumber {
        /// Row, 1 for the first.
        row: usize,
        /// The name.
        name: String,
    },
    /// Submitted after the 10 working days of M 12(1); a note is asked for.
    Late {
        /// Last day of the limit.
        due: Date,
        /// Whether a note was written.
        noted: bool,
    },
    /// Registered capital below the floor of CAR 10.
    CapitalLow {
        /// Floor in 万元.
        floor_wan: u64,
    },
    /// Fewer staff than CAR 10 asks for.
    StaffLow {
        /// Floor.
        floor: u32,
    },
    /// The credit code's prefix does not fit the nature ticked.
    PrefixAgainstNature,
    /// The credit code's inner check (GB 11714) fails.
    InnerCheck,
    /// 盖章缺失: the official seal is missing (items 1 and 3 only).
    SealMissing,
    /// 不是影印件 or not the document asked for.
    WrongDocument,
    /// Only one side of an identity document.
    OneSided,
    /// Cannot be read.
    Illegible,
    /// The document has expired.
    DocumentExpired,
    /// The content that the guide names is not covered.
    ContentMissing,
    /// Work outside the last three years, or the years are not covered.
    OutsideWindow,
    /// The names on the documents do not agree.
    NamesDiffer,
    /// Something else, said in the note.
    Other,
}

impl ReasonCode {
    /// The stored name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::FieldProblem { .. } => "field_problem",
            Self::StalePrint { .. } => "stale_print",
            Self::ForeignPrint => "foreign_print",
            Self::NoFormCode => "no_form_code",
            Self::File { .. } => "file",
            Self::RosterCount { .. } => "roster_count",
            Self::SheetsMissing { .. } => "sheets_missing",
            Self::StatementMissing => "statement_missing",
            Self::RosterDuplicate { .. } => "roster_duplicate",
            Self::RosterIncomplete { .. } => "roster_incomplete",
            Self::RosterIdNumber { .. } => "roster_id_number",
            Self::Late { .. } => "late",
            Self::CapitalLow { .. } => "capital_low",
            Self::StaffLow { .. } => "staff_low",
            Self::PrefixAgainstNature => "prefix_against_nature",
            Self::InnerCheck => "inner_check",
            Self::SealMissing => "seal_missing",
            Self::WrongDocument => "wrong_document",
            Self::OneSided => "one_sided",
            Self::Illegible => "illegible",
            Self::DocumentExpired => "document_expired",
            Self::ContentMissing => "content_missing",
            Self::OutsideWindow => "outside_window",
            Self::NamesDiffer => "names_differ",
            Self::Other => "other",
        }
    }

    /// The reasons that a reviewer may choose for a slot, without data of their own.
    pub fn choices(slot: Slot) -> Vec<Self> {
        let mut out = vec![Self::Missing];
        if slot.needs_seal() {
            out.push(Self::SealMissing);
        }
        if matches!(slot, Slot::LegalRepId | Slot::OperatorId) {
            out.push(Self::OneSided);
        }
        out.extend([Self::Illegible, Self::WrongDocument]);
        match slot {
            Slot::Form => out.extend([Self::NoFormCode, Self::NamesDiffer]),
            Slot::Approval | Slot::CreditCode | Slot::LegalRepId | Slot::OperatorId => {
                out.extend([Self::DocumentExpired, Self::NamesDiffer]);
            }
            Slot::PastWork => out.extend([Self::OutsideWindow, Self::ContentMissing]),
            Slot::Background => out.extend([Self::StatementMissing, Self::NamesDiffer]),
            Slot::DetailedRules | Slot::WorkPlan | Slot::RiskPrevention | Slot::ContinuousSupervision | Slot::Complaints => {
                out.push(Self::ContentMissing);
            }
            Slot::Other => {}
        }
        out.push(Self::Other);
        out
    }
}

/// One finding of the check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The slot that it belongs to.
    pub slot: Slot,
    /// What was found.
    pub reason: ReasonCode,
    /// Whether it blocks.
    pub severity: Severity,
    /// The article behind it.
    pub article: &'static str,
}

impl Finding {
    fn blocks(slot: Slot, reason: ReasonCode) -> Self {
        Self { slot, reason, severity: Severity::Blocks, article: slot.article() }
    }
    fn warns(slot: Slot, reason: ReasonCode, article: &'static str) -> Self {
        Self { slot, reason, severity: Severity::Warns, article }
    }
}

/// What the check needs beside the dossier.
#[derive(Debug, Clone, Copy)]
pub struct CheckContext<'a> {
    /// The case (printed into the form's code).
    pub today: Date,
    /// The calendar in force.
    pub calendar: &'a Calendar,
    /// Settings.
    pub config: &'a Config,
    /// Credit code of the applying organisation.
    pub credit_code: &'a str,
    /// An officer accepted a code that fails its check.
    pub code_overridden: bool,
    /// Digest of the form as it stands.
    pub form_digest: &'a str,
}

/// The last day of the body's 10 working days from the approval (M 12(1)), where the form
/// names the approval date.
pub fn filing_due(dossier: &Dossier, calendar: &Calendar) -> Option<Due> {
    due_of(DeadlineId::CbFile, dossier.form.approval_date()?, calendar)
}

/// The window of item 2: the three years before the filing date (M 12(2), G 三(一)2).
pub fn past_work_window(filing_date: Date) -> (Date, Date) {
    (filing_date.saturating_sub(jiff::Span::new().years(3)), filing_date)
}

/// Everything that the platform can see to be missing or doubtful, in the guide's order.
pub fn check_dossier(dossier: &Dossier, cx: &CheckContext<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (field, problem) in dossier.form.problems(cx.today, cx.credit_code, cx.code_overridden) {
        out.push(Finding::blocks(Slot::Form, ReasonCode::FieldProblem { field, problem }));
    }
    form_warnings(dossier, cx, &mut out);
    for slot in Slot::ALL {
        let files = dossier.files(slot);
        if !files.iter().any(super::state::FileRef::is_usable) && !slot.is_optional() {
            let any_blocked = files.iter().any(|f| !f.is_usable());
            if !any_blocked {
                out.push(Finding::blocks(slot, ReasonCode::Missing));
            }
        }
        for f in files {
            for p in &f.problems {
                let reason = ReasonCode::File { name: f.name.clone(), problem: *p };
                out.push(if p.blocks() { Finding::blocks(slot, reason) } else { Finding::warns(slot, reason, slot.article()) });
            }
        }
        match slot {
            Slot::Form => check_scan(dossier, cx, &mut out),
            Slot::Background => check_roster(dossier, &mut out),
            _ => {}
        }
    }
    out
}

fn form_warnings(dossier: &Dossier, cx: &CheckContext<'_>, out: &mut Vec<Finding>) {
    let form = &dossier.form;
    if let Some(due) = filing_due(dossier, cx.calendar).map(Due::latest)
        && cx.today > due
    {
        let noted = !crate::text::is_blank(&form.late_note);
        out.push(Finding::warns(Slot::Form, ReasonCode::Late { due, noted }, "M 12(1)"));
    }
    if form.capital_wan().is_some_and(|c| c < cx.config.capital_floor_wan) {
        out.push(Finding::warns(Slot::Form, ReasonCode::CapitalLow { floor_wan: cx.config.capital_floor_wan }, "CAR 10"));
    }
    if form.staff().is_some_and(|n| n < cx.config.staff_floor) {
        out.push(Finding::warns(Slot::Form, ReasonCode::StaffLow { floor: cx.config.staff_floor }, "CAR 10"));
    }
    let nature = match form.nature() {
        Some(Nature::PublicInstitution) => Some(uscc::Nature::PublicInstitution),
        Some(Nature::Enterprise) => Some(uscc::Nature::Enterprise),
        Some(Nature::SocialOrganisation) => Some(uscc::Nature::SocialOrganisation),
        Some(Nature::Other) | None => None,
    };
    for warning in uscc::check(&form.credit_code, nature, Options::default()).warnings {
        let reason = match warning {
            Warning::CategoryAgainstNature => ReasonCode::PrefixAgainstNature,
            Warning::InnerCheck => ReasonCode::InnerCheck,
            _ => continue,
        };
        out.push(Finding::warns(Slot::Form, reason, "GB 32100"));
    }
}

fn check_scan(dossier: &Dossier, cx: &CheckContext<'_>, out: &mut Vec<Finding>) {
    let usable: Vec<_> = dossier.files(Slot::Form).iter().filter(|f| f.is_usable()).collect();
    if usable.is_empty() {
        return;
    }
    let codes: Vec<_> = usable.iter().filter_map(|f| f.form_code.as_ref()).collect();
    if codes.is_empty() {
        out.push(Finding::warns(Slot::Form, ReasonCode::NoFormCode, Slot::Form.article()));
    } else if !codes.iter().any(|c| c.digest == cx.form_digest) {
        let print = codes.iter().find_map(|c| dossier.prints.iter().rev().find(|p| p.digest == c.digest));
        out.push(Finding::blocks(
            Slot::Form,
            match print {
                Some(p) => ReasonCode::StalePrint { changed: changed_fields(&p.form, &dossier.form) },
                None => ReasonCode::ForeignPrint,
            },
        ));
    }
}

fn check_roster(dossier: &Dossier, out: &mut Vec<Finding>) {
    let slot = Slot::Background;
    let people = dossier.people.len();
    if let Some(declared) = dossier.form.staff()
        && declared as usize != people
    {
        out.push(Finding::blocks(slot, ReasonCode::RosterCount { declared, people }));
    }
    for (i, p) in dossier.people.iter().enumerate() {
        if crate::text::is_blank(&p.name) || crate::text::is_blank(&p.doc_number) {
            out.push(Finding::blocks(slot, ReasonCode::RosterIncomplete { row: i + 1 }));
        } else if p.doc_kind == "resident_id" && !ric::check(&p.doc_number, Options::default()).is_valid() {
            out.push(Finding::warns(slot, ReasonCode::RosterIdNumber { row: i + 1, name: p.name.clone() }, "GB 11643"));
        }
        let twin = dossier.people[..i]
            .iter()
            .any(|q| !q.doc_number.is_empty() && q.doc_number.eq_ignore_ascii_case(&p.doc_number) && q.doc_kind == p.doc_kind);
        if twin {
            out.push(Finding::blocks(slot, ReasonCode::RosterDuplicate { name: p.name.clone() }));
        }
    }
    let sheets = dossier.sheets();
    if people > 0 && sheets < people {
        let names = dossier
            .people
            .iter()
            .filter(|p| p.sheet.as_ref().is_none_or(|id| !dossier.files(slot).iter().any(|f| f.id == *id && f.is_usable())))
            .take(10)
            .map(|p| p.name.clone())
            .collect();
        out.push(Finding::blocks(slot, ReasonCode::SheetsMissing { people, sheets, names }));
    }
    if !dossier.files(slot).is_empty() && !dossier.statements().any(super::state::FileRef::is_usable) {
        out.push(Finding::blocks(slot, ReasonCode::StatementMissing));
    }
}
