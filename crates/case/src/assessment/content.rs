//! What an assessment holds. A draft may hold anything, so nothing that was typed is lost.

use std::collections::BTreeMap;

use guosuo_rules::risk::{Impact, Level, Likelihood, Method};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::certification::{DocRef, ImpactItem, Recipient, Scope};

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident $code:literal $item:ident $article:literal,)*) => {
        /// A thing that an item asks, in the words of M 6.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Part { $($(#[$doc])* $name,)* }

        impl Part {
            /// All, in the order of the article.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Name in forms and files.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The item that asks it.
            pub const fn item(self) -> ImpactItem {
                match self { $(Self::$name => ImpactItem::$item,)* }
            }

            /// Where it is written.
            pub const fn article(self) -> &'static str {
                match self { $(Self::$name => $article,)* }
            }

            /// The part of a name.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|p| p.code() == code)
            }

            /// The parts of an item.
            pub fn of(item: ImpactItem) -> impl Iterator<Item = Self> {
                Self::ALL.iter().copied().filter(move |p| p.item() == item)
            }

            /// Whether an assessment may be frozen without it: (六) exists where there is something.
            pub const fn is_optional(self) -> bool {
                matches!(self, Self::Other)
            }
        }
    };
}

parts! {
    /// (一) Lawful: purpose, scope and method of both sides.
    Lawful "lawful" Purpose "M 6(i)",
    /// (一) Proper.
    Proper "proper" Purpose "M 6(i)",
    /// (一) Necessary.
    Necessary "necessary" Purpose "M 6(i)",
    /// (二) Size, scope, kinds, sensitivity.
    Extent "extent" Risks "M 6(ii)",
    /// (二) Risk to national security: not asked for by SC13 5.
    NationalSecurity "national_security" Risks "M 6(ii)",
    /// (二) Risk to the public interest: not asked for by SC13 5.
    PublicInterest "public_interest" Risks "M 6(ii)",
    /// (二) Risk to the rights of the people.
    Rights "rights" Risks "M 6(ii)",
    /// (三) Duties that the recipient takes on.
    Duties "duties" Recipient "M 6(iii)",
    /// (三) Its management and technical measures.
    Measures "measures" Recipient "M 6(iii)",
    /// (三) Its ability to fulfil them.
    Ability "ability" Recipient "M 6(iii)",
    /// (四) Alteration, destruction, leak, loss, abuse after the export.
    Incidents "incidents" AfterExport "M 6(iv)",
    /// (四) Whether the ways to a remedy are open.
    Remedies "remedies" AfterExport "M 6(iv)",
    /// (五) Policy and law of the country: effect on the security of what was exported.
    CountrySecurity "country_security" Country "M 6(v)",
    /// (五) Effect on the rights of the people.
    CountryRights "country_rights" Country "M 6(v)",
    /// (六) Other matters.
    Other "other" Other "M 6(vi)",
}

/// What is answered to a part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// What was found.
    pub finding: String,
    /// Problems that were found; may be empty.
    pub problem: String,
    /// How they were put right; needed where a problem is named.
    pub remedy: String,
}

/// What a risk is about: the things that M 6(ii), (iv) and (v) name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// 国家安全 (ii).
    NationalSecurity,
    /// 公共利益 (ii).
    PublicInterest,
    /// 个人信息权益 (ii).
    Rights,
    /// 篡改 (iv).
    Alteration,
    /// 破坏 (iv).
    Destruction,
    /// 泄露 (iv).
    Leak,
    /// 丢失 (iv).
    Loss,
    /// 非法利用 (iv).
    Abuse,
    /// Policy and law of the country (v).
    Country,
    /// Anything else (vi).
    Other,
}

impl Concern {
    /// All, in the order of the article.
    pub const ALL: [Self; 10] = [
        Self::NationalSecurity,
        Self::PublicInterest,
        Self::Rights,
        Self::Alteration,
        Self::Destruction,
        Self::Leak,
        Self::Loss,
        Self::Abuse,
        Self::Country,
        Self::Other,
    ];

    /// Name in forms and files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NationalSecurity => "national_security",
            Self::PublicInterest => "public_interest",
            Self::Rights => "rights",
            Self::Alteration => "alteration",
            Self::Destruction => "destruction",
            Self::Leak => "leak",
            Self::Loss => "loss",
            Self::Abuse => "abuse",
            Self::Country => "country",
            Self::Other => "other",
        }
    }

    /// The concern of a name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }

    /// Where it is named.
    pub const fn article(self) -> &'static str {
        match self {
            Self::NationalSecurity | Self::PublicInterest | Self::Rights => "M 6(ii)",
            Self::Alteration | Self::Destruction | Self::Leak | Self::Loss | Self::Abuse => "M 6(iv)",
            Self::Country => "M 6(v)",
            Self::Other => "M 6(vi)",
        }
    }

    /// Whether every assessment judges it.
    pub const fn is_required(self) -> bool {
        !matches!(self, Self::Other)
    }
}

/// A risk with what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// What it is about.
    pub concern: Concern,
    /// What could happen.
    pub what: String,
    /// How much it would hurt, before measures.
    pub impact: Option<Impact>,
    /// How probable it is, before measures.
    pub likelihood: Option<Likelihood>,
    /// What is done about it.
    pub measures: String,
    /// How much it would still hurt.
    pub residual_impact: Option<Impact>,
    /// How probable it still is.
    pub residual_likelihood: Option<Likelihood>,
}

impl Risk {
    /// The level before measures.
    pub fn level(&self, method: &Method) -> Option<Level> {
        Some(method.level(self.impact?, self.likelihood?))
    }

    /// The level that remains.
    pub fn residual(&self, method: &Method) -> Option<Level> {
        Some(method.level(self.residual_impact?, self.residual_likelihood?))
    }
}

/// The processor, as the first part of the report describes it (layout of TPL).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Processor {
    /// Name.
    pub name: String,
    /// Shareholding, actual controller, investments, organisation, office for personal information protection.
    pub organisation: String,
    /// Business as a whole, and what personal information is handled.
    pub business: String,
    /// Business and systems of this export.
    pub export: String,
    /// Where the data lie in the mainland, the route, where they will lie abroad.
    pub route: String,
    /// How the law on personal information is kept.
    pub compliance: String,
}

/// What is known of a recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecipientProfile {
    /// Its name, as in the scope.
    pub name: String,
    /// Who it is.
    pub about: String,
    /// For what and how it handles the information.
    pub handling: String,
}

/// A country or region as it stands on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CountryProfile {
    /// ISO 3166-1 code.
    pub country: String,
    /// Its policy and law on personal information.
    pub law: String,
    /// Access by its authorities, supervision, remedies.
    pub practice: String,
    /// Where this was found.
    pub source: String,
    /// When it was looked at.
    pub looked_on: Option<Date>,
}

/// What the legal document with a recipient says, where it says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContractFacts {
    /// The document.
    pub document: DocRef,
    /// The recipient that it binds.
    pub recipient: Recipient,
    /// Purposes; none given: not said.
    pub purposes: Vec<String>,
    /// Names of kinds; none given: not said.
    pub kinds: Vec<String>,
    /// Names of onward recipients that it allows; `None`: not said.
    pub onward: Option<Vec<String>>,
    /// Longest retention abroad in months; `None`: not said.
    pub retention_months: Option<u32>,
    /// People a year, non-sensitive; `None`: not said.
    pub people: Option<u64>,
    /// People a year, sensitive; `None`: not said.
    pub people_sensitive: Option<u64>,
}

/// Somebody's opinion on the assessment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Opinion {
    /// Who.
    pub by: String,
    /// As what: department, person responsible for personal information, outside expert.
    pub role: String,
    /// When.
    pub on: Option<Date>,
    /// The words.
    pub words: String,
    /// Whether it agrees with the export.
    pub agrees: bool,
}

/// A file that proves something of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The item.
    pub item: ImpactItem,
    /// The file, by version and digests.
    pub document: DocRef,
}

/// Who assessed, and an outside party that took part (TPL demands that it is named).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assessor {
    /// The people or the department in charge.
    pub names: String,
    /// The outside party and what it did; empty where there is none.
    pub third_party: String,
}

/// The result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conclusion {
    /// Whether the export can go ahead as described.
    pub may_export: Option<bool>,
    /// The reasons.
    pub reasons: String,
}

/// Stands for "with no application" in [`Content::application`].
pub const NOT_COMPARED: &str = "none";

/// An assessment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// What is assessed, in a few words.
    pub title: String,
    /// The application for certification with which it is compared: its case, [`NOT_COMPARED`] for none, empty for the one
    /// that is under way where there is only one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub application: String,
    /// The processor.
    pub processor: Processor,
    /// Who assessed.
    pub assessor: Assessor,
    /// What is to leave: the same fields as the scope of a certification.
    pub scope: Scope,
    /// The recipients.
    pub recipients: Vec<RecipientProfile>,
    /// The countries and regions.
    pub countries: Vec<CountryProfile>,
    /// The answers.
    pub answers: BTreeMap<Part, Answer>,
    /// The risks.
    pub risks: Vec<Risk>,
    /// The legal documents with the recipients.
    pub contracts: Vec<ContractFacts>,
    /// Opinions.
    pub opinions: Vec<Opinion>,
    /// Evidence.
    pub evidence: Vec<Evidence>,
    /// The result.
    pub conclusion: Conclusion,
}

impl Content {
    /// The answer to a part; empty where nothing was typed.
    pub fn answer(&self, part: Part) -> &Answer {
        static NONE: Answer = Answer { finding: String::new(), problem: String::new(), remedy: String::new() };
        self.answers.get(&part).unwrap_or(&NONE)
    }

    /// The items that are answered: what a declaration to a certification body names.
    pub fn answered(&self) -> std::collections::BTreeSet<ImpactItem> {
        let full = |item| Part::of(item).all(|p| !crate::text::is_blank(&self.answer(p).finding));
        ImpactItem::REQUIRED.into_iter().chain([ImpactItem::Other]).filter(|i| full(*i)).collect()
    }

    /// The countries and regions to which the information goes, onward recipients included.
    pub fn destinations(&self) -> std::collections::BTreeSet<&str> {
        let direct = self.scope.recipients.iter().map(|r| r.country.as_str());
        direct.chain(self.scope.onward.iter().map(|o| o.country.as_str())).filter(|c| !c.is_empty()).collect()
    }
}
