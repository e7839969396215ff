//! What an applicant prepares: scope, answers on eligibility, and the duties before applying.

use std::collections::BTreeSet;

use guosuo_rules::path;
use guosuo_rules::splitting::LedgerFlow;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::party::{DocRef, Mandate, Party};
use super::scope::Scope;
use crate::actor::OrgId;

/// The answers that make an export eligible (M 5), with their evidence. The path is computed
/// from them by the path engine, never stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eligibility {
    /// The facts given to the path engine.
    pub answers: path::Case,
    /// What proves them: counts, notices, lists.
    pub evidence: Vec<DocRef>,
    /// A word where other provisions prevail (M 5(3)).
    pub note: String,
}

/// What an impact assessment was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// For certification (M 6).
    Certification,
    /// For the standard contract (SC13 5): lacks national security and public interest.
    StandardContract,
}

/// The focal points of the impact assessment (M 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImpactItem {
    /// (一) Purpose, scope and method of both sides: lawful, proper, necessary.
    Purpose,
    /// (二) Size, scope, kinds, sensitivity; risks to national security, public interest, rights.
    Risks,
    /// (三) The recipient's promised duties, measures and ability.
    Recipient,
    /// (四) Alteration, destruction, leak, loss, abuse after the export; remedies.
    AfterExport,
    /// (五) Policy and law of the recipient's country or region.
    Country,
    /// (六) Other matters.
    Other,
}

impl ImpactItem {
    /// The points that every assessment has; (六) exists where there is something.
    pub const REQUIRED: [Self; 5] = [Self::Purpose, Self::Risks, Self::Recipient, Self::AfterExport, Self::Country];
}

/// The impact assessment 个人信息保护影响评估, as declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// The report.
    pub document: DocRef,
    /// What it was written for.
    pub profile: Profile,
    /// When it was completed.
    pub completed_on: Date,
    /// The points that it answers.
    pub items: BTreeSet<ImpactItem>,
}

/// On what the export rests (PIPL 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
pub enum LegalBasis {
    /// Separate consent 单独同意 (PIPL 39).
    Consent {
        /// The text by which it is asked for.
        document: DocRef,
    },
    /// One of PIPL 13(1)(ii)–(vii): no consent is needed, the notice is (Q2607 q1).
    Other {
        /// Which, and why.
        words: String,
    },
}

/// What an applicant gives of its yearly ledger with the application: flows and numbers as the platform added them up, no value
/// of anybody. A body sees of a ledger what was given to it, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerGiven {
    /// The year.
    pub year: i16,
    /// The day on which it was given.
    pub on: Date,
    /// The flows that count.
    pub flows: Vec<LedgerFlow>,
}

impl LedgerGiven {
    /// Whether a flow of the applicant's ledger may come with an application: any of a ledger that the processor keeps
    /// itself. Whoever applies for others keeps their flows too, and an application is that of one processor (M 7(1)): then
    /// only what this one exports, by its name.
    pub fn may_hold(flow: &LedgerFlow, processor: &Party, applicant: &OrgId) -> bool {
        processor.org.as_ref() == Some(applicant) || flow.exporter.trim() == processor.name.trim()
    }
}

/// What is typed and declared. A draft may hold anything, so nothing is lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// How applicant and processor are related, where they differ (R37 4.4).
    pub relation: String,
    /// The group of companies to which the processor belongs, as it declares; empty: none. Tells whose numbers are looked
    /// at together (M 5(4)).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Its affiliates that export personal information too, as it declares.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affiliates: Vec<String>,
    /// What it gives of its yearly ledger; nothing unless it chose to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerGiven>,
    /// The scope.
    pub scope: Scope,
    /// Eligibility.
    pub eligibility: Option<Eligibility>,
    /// Impact assessment.
    pub impact: Option<Impact>,
    /// The notice to individuals (PIPL 39).
    pub notice: Option<DocRef>,
    /// Consent or another basis.
    pub legal_basis: Option<LegalBasis>,
}

/// The body that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The body.
    pub org: OrgId,
    /// Its name on the day.
    pub name: String,
}

/// Everything that the applicant prepares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// What was typed and declared.
    pub form: Form,
    /// Counts the saves of the form, so that two editors see one another.
    pub form_rev: u32,
    /// The body.
    pub body: Option<Chosen>,
    /// The mandate of the office or representative of an overseas processor.
    pub mandate: Option<Mandate>,
}
