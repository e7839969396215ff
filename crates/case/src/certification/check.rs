//! What is wrong with an application: the field, what is wrong, what would be right, and the
//! article. One engine for the applicant's self-check and for the submission.

use guosuo_rules::path::{self, Path};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::command::Config;
use super::form::{Dossier, Form, ImpactItem, LegalBasis, Profile};
use super::party::{Party, is_named};
use crate::text;

pub use crate::filing::Severity;

/// A field of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the application")]
pub enum Field {
    Body,
    ProcessorName,
    ProcessorAddress,
    ProcessorCountry,
    ProcessorCode,
    Relation,
    Mandate,
    Purposes,
    Kinds,
    People,
    PeopleSensitive,
    Recipients,
    RecipientCountry,
    RecipientContact,
    Onward,
    OnwardCountry,
    OnwardFrom,
    Systems,
    Retention,
    Eligibility,
    EligibilityEvidence,
    EligibilityNote,
    Impact,
    ImpactItems,
    ImpactDate,
    Notice,
    Consent,
    ConsentNote,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// Nothing was given.
    Empty,
    /// Longer than the field takes.
    TooLong {
        /// Characters given.
        chars: usize,
    },
    /// More rows than the field takes.
    TooMany {
        /// Rows given.
        count: usize,
    },
    /// Holds a character that cannot be stored.
    ForbiddenCharacter {
        /// Which, 1 for the first.
        position: usize,
        /// Its code point.
        code_point: u32,
    },
    /// Given before in the same list.
    Repeated,
    /// Names nothing that exists.
    Unknown,
    /// Lies in the mainland.
    NotOverseas,
    /// Outside the range.
    OutOfRange,
    /// A kind is sensitive, but nobody's sensitive information is counted.
    SensitiveWithoutPeople,
    /// People are counted whose sensitive information leaves, but no kind is sensitive.
    PeopleWithoutSensitive,
    /// The number reaches the line of the security assessment.
    AssessmentLine {
        /// The number.
        count: u64,
    },
    /// The path engine gives another way than certification.
    OtherPath {
        /// Which.
        path: Path,
    },
    /// The path is a matter of other provisions, and no word says why certification is right.
    PathUnexplained {
        /// Which.
        path: Path,
    },
    /// The answers are of another year: people are counted from 1 January.
    OtherYear {
        /// The year of the answers.
        year: i16,
    },
    /// No law is known for the day of the answers.
    NoLaw,
    /// Fewer people in the scope than the answers count.
    LessThanCounted {
        /// The number counted.
        counted: u64,
    },
    /// Not declared by version and digests.
    NotDeclared,
    /// Lies in the future.
    InFuture {
        /// The day given.
        day: Date,
    },
    /// Focal points of the assessment without an answer.
    ItemsOpen {
        /// Which.
        items: Vec<ImpactItem>,
    },
    /// Written for the standard contract: it lacks national security and public interest.
    ContractAssessment,
    /// Older than is usual.
    Old {
        /// The day given.
        day: Date,
    },
}

/// What would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "expected", rename_all = "snake_case")]
pub enum Expected {
    /// A text of at most so many characters, without invisible ones.
    Text {
        /// Most characters.
        max: usize,
    },
    /// Each entry once.
    OnceEach,
    /// At least so many.
    AtLeast {
        /// Least.
        least: u64,
    },
    /// At most so many.
    AtMost {
        /// Most.
        most: u64,
    },
    /// Within the two, both included.
    Between {
        /// Least.
        least: u64,
        /// Most.
        most: u64,
    },
    /// Fewer than the line; from it on, a security assessment.
    Below {
        /// The line.
        line: u64,
    },
    /// A code of ISO 3166-1.
    Country,
    /// A code of ISO 3166-1 outside the mainland.
    CountryOutside,
    /// One of the recipients of the scope.
    NamedRecipient,
    /// A sensitive kind exactly where people are counted for it.
    FlagAndNumberAgree,
    /// A body on the public list.
    FiledBody,
    /// A valid mandate that reaches this act.
    ValidMandate,
    /// The path "standard contract or certification".
    CertificationPath,
    /// A word on the provision that prevails (M 5(3)).
    Explanation,
    /// Answers on a day of this year.
    ThisYear {
        /// The year.
        year: i16,
    },
    /// Title, version and both digests of a document.
    DeclaredDocument,
    /// All focal points of M 6.
    AllItems,
    /// An assessment made for certification.
    OwnAssessment,
    /// A day not after this one.
    NotAfter {
        /// The day.
        day: Date,
    },
    /// A day not before this one.
    NotBefore {
        /// The day.
        day: Date,
    },
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The field.
    pub field: Field,
    /// The row of a list, 1 for the first.
    pub row: Option<usize>,
    /// What is wrong.
    pub what: What,
    /// What would be right.
    pub right: Expected,
    /// Whether it blocks.
    pub severity: Severity,
    /// The article.
    pub article: &'static str,
}

impl Problem {
    /// A problem that stops the submission.
    pub fn blocks(field: Field, row: Option<usize>, what: What, right: Expected, article: &'static str) -> Self {
        Self { field, row, what, right, severity: Severity::Blocks, article }
    }

    /// A problem that is shown and does not stop anything.
    pub fn warns(field: Field, row: Option<usize>, what: What, right: Expected, article: &'static str) -> Self {
        Self { severity: Severity::Warns, ..Self::blocks(field, row, what, right, article) }
    }
}

/// What is wrong with a required text; nothing when it can stand.
pub(super) fn text_problem(value: &str, max: usize, multi_line: bool) -> Option<What> {
    let chars = value.chars().count();
    if text::is_blank(value) {
        Some(What::Empty)
    } else if chars > max {
        Some(What::TooLong { chars })
    } else {
        let f = text::check(value, multi_line).err()?;
        Some(What::ForbiddenCharacter { position: f.position, code_point: f.code_point })
    }
}

/// Everything that the platform can see to be wrong or doubtful, in the order of the application.
pub fn check_application(
    processor: &Party,
    owner: &crate::OrgId,
    dossier: &Dossier,
    today: Date,
    config: &Config,
) -> Vec<Problem> {
    let mut out = Vec::new();
    let form = &dossier.form;
    if dossier.body.is_none() {
        out.push(Problem::blocks(Field::Body, None, What::Empty, Expected::FiledBody, "M 7(1)"));
    }
    party_problems(processor, &mut out);
    let applies_itself = processor.org.as_ref() == Some(owner);
    if !applies_itself && !processor.is_overseas() {
        required(&mut out, Field::Relation, &form.relation, 1000, "R37 4.4");
    }
    if let Some(m) = dossier.mandate.as_ref().filter(|_| processor.is_overseas()) {
        if !m.document.is_complete() || m.until < m.from || !is_named(&m.reported_to) {
            out.push(Problem::blocks(Field::Mandate, None, What::NotDeclared, Expected::ValidMandate, "M 7(2)"));
        }
    } else if processor.is_overseas() {
        out.push(Problem::blocks(Field::Mandate, None, What::Empty, Expected::ValidMandate, "M 7(2)"));
    }
    out.extend(form.scope.problems(today));
    eligibility_problems(form, today, &mut out);
    duty_problems(form, today, config, &mut out);
    out
}

fn required(out: &mut Vec<Problem>, field: Field, value: &str, max: usize, article: &'static str) {
    if let Some(what) = text_problem(value, max, true) {
        out.push(Problem::blocks(field, None, what, Expected::Text { max }, article));
    }
}

fn party_problems(p: &Party, out: &mut Vec<Problem>) {
    required(out, Field::ProcessorName, &p.name, 200, "M 7(1)");
    required(out, Field::ProcessorAddress, &p.address, 300, "R37 5.1.2");
    required(out, Field::ProcessorCode, &p.code, 100, "M 7(1)");
    if !super::scope::is_country(&p.country) {
        out.push(Problem::blocks(Field::ProcessorCountry, None, What::Unknown, Expected::Country, "M 7(2)"));
    }
}

/// M 5: the answers are computed again, not believed.
fn eligibility_problems(form: &Form, today: Date, out: &mut Vec<Problem>) {
    let Some(e) = &form.eligibility else {
        out.push(Problem::blocks(Field::Eligibility, None, What::Empty, Expected::CertificationPath, "M 5(1)"));
        return;
    };
    if e.answers.on > today {
        let right = Expected::NotAfter { day: today };
        out.push(Problem::blocks(Field::Eligibility, None, What::InFuture { day: e.answers.on }, right, "M 5(1)"));
    } else if e.answers.on.year() != today.year() {
        let what = What::OtherYear { year: e.answers.on.year() };
        out.push(Problem::blocks(Field::Eligibility, None, what, Expected::ThisYear { year: today.year() }, "M 5(1)(ii)"));
    }
    if e.evidence.is_empty() || e.evidence.iter().any(|d| !d.is_complete()) {
        let right = Expected::DeclaredDocument;
        out.push(Problem::blocks(Field::EligibilityEvidence, None, What::NotDeclared, right, "M 5(1)"));
    }
    let Ok(decision) = path::answer(&e.answers) else {
        out.push(Problem::blocks(Field::Eligibility, None, What::NoLaw, Expected::CertificationPath, "M 5(1)"));
        return;
    };
    match decision.path {
        Path::SccOrCertification => {}
        path @ (Path::Treaty | Path::ByNegativeList | Path::Review) => {
            if text_problem(&e.note, 2000, true).is_some() {
                let what = What::PathUnexplained { path };
                out.push(Problem::blocks(Field::EligibilityNote, None, what, Expected::Explanation, "M 5(3)"));
            }
        }
        path @ (Path::None | Path::Exempt | Path::SecurityAssessment) => {
            let article = if path == Path::SecurityAssessment { "P16 7" } else { "M 5(1)" };
            out.push(Problem::blocks(Field::Eligibility, None, What::OtherPath { path }, Expected::CertificationPath, article));
        }
    }
    let counted = [
        (Field::People, form.scope.people.non_sensitive, decision.counts.non_sensitive),
        (Field::PeopleSensitive, form.scope.people.sensitive, decision.counts.sensitive),
    ];
    for (field, people, counted) in counted {
        if people < counted {
            let what = What::LessThanCounted { counted };
            out.push(Problem::blocks(field, None, what, Expected::AtLeast { least: counted }, "M 10(1)"));
        }
    }
}

/// M 6: notice, separate consent where consent is the basis, and the impact assessment.
fn duty_problems(form: &Form, today: Date, config: &Config, out: &mut Vec<Problem>) {
    let declared = Expected::DeclaredDocument;
    match &form.impact {
        None => out.push(Problem::blocks(Field::Impact, None, What::Empty, declared.clone(), "M 6")),
        Some(i) => {
            if !i.document.is_complete() {
                out.push(Problem::blocks(Field::Impact, None, What::NotDeclared, declared.clone(), "M 6"));
            }
            if i.profile == Profile::StandardContract {
                let right = Expected::OwnAssessment;
                out.push(Problem::blocks(Field::Impact, None, What::ContractAssessment, right, "M 6(ii)"));
            }
            let items: Vec<_> = ImpactItem::REQUIRED.into_iter().filter(|x| !i.items.contains(x)).collect();
            if !items.is_empty() {
                out.push(Problem::blocks(Field::ImpactItems, None, What::ItemsOpen { items }, Expected::AllItems, "M 6"));
            }
            let usual = today.saturating_sub(jiff::Span::new().months(config.impact_fresh_months));
            if i.completed_on > today {
                let (what, right) = (What::InFuture { day: i.completed_on }, Expected::NotAfter { day: today });
                out.push(Problem::blocks(Field::ImpactDate, None, what, right, "M 6"));
            } else if i.completed_on < usual {
                // Three months are the rule of the standard contract only: a warning, no more.
                let (what, right) = (What::Old { day: i.completed_on }, Expected::NotBefore { day: usual });
                out.push(Problem::warns(Field::ImpactDate, None, what, right, "TPL —"));
            }
        }
    }
    if form.notice.as_ref().is_none_or(|n| !n.is_complete()) {
        out.push(Problem::blocks(Field::Notice, None, What::NotDeclared, declared.clone(), "PIPL 39"));
    }
    match &form.legal_basis {
        None => out.push(Problem::blocks(Field::Consent, None, What::Empty, declared, "M 6")),
        Some(LegalBasis::Consent { document }) if !document.is_complete() => {
            out.push(Problem::blocks(Field::Consent, None, What::NotDeclared, declared, "PIPL 39"));
        }
        Some(LegalBasis::Consent { .. }) => {}
        // Where another basis of PIPL 13 carries the export, no consent is needed (Q2607 q1).
        Some(LegalBasis::Other { words }) => required(out, Field::ConsentNote, words, 2000, "PIPL 13"),
    }
}
