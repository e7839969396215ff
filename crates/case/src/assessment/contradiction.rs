//! Where the assessment and what is said elsewhere cannot both be true: the yearly ledger, the legal documents, the
//! application. A list for a person to settle; nothing is corrected by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::content::{Content, ContractFacts, NOT_COMPARED};
use crate::certification::{Application, People, Phase, Scope};

/// Who says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Source {
    /// Another place of the assessment itself.
    Assessment,
    /// A legal document with a recipient.
    Contract {
        /// Its title.
        title: String,
    },
    /// The yearly ledger.
    Ledger {
        /// The year.
        year: i16,
    },
    /// The application for certification, or its draft.
    Application {
        /// Its number; empty for a draft.
        number: String,
    },
}

/// A number that is known between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// At least.
    pub least: u64,
    /// At most.
    pub most: u64,
}

impl Span {
    /// A number that is known.
    pub fn exact(n: u64) -> Self {
        Self { least: n, most: n }
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.least == self.most { write!(f, "{}", self.least) } else { write!(f, "{}–{}", self.least, self.most) }
    }
}

/// What somebody says about an export. `None`: nothing is said about it, so nothing contradicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub source: Source,
    /// Whether it speaks of the whole export; otherwise of a part (one recipient, the year so far), which contradicts
    /// only where it goes beyond.
    pub whole: bool,
    /// Purposes.
    pub purposes: Option<BTreeSet<String>>,
    /// Kinds; whether a kind is sensitive, where that is said.
    pub kinds: Option<BTreeMap<String, Option<bool>>>,
    /// Recipients and their countries.
    pub recipients: Option<BTreeMap<String, String>>,
    /// Onward recipients and their countries, where these are said.
    pub onward: Option<BTreeMap<String, Option<String>>>,
    /// Systems.
    pub systems: Option<BTreeSet<String>>,
    /// Longest retention abroad, in months.
    pub retention_months: Option<u32>,
    /// People, non-sensitive.
    pub people: Option<Span>,
    /// People, sensitive.
    pub people_sensitive: Option<Span>,
}

impl Said {
    /// Nothing said.
    pub fn nothing(source: Source, whole: bool) -> Self {
        Self {
            source,
            whole,
            purposes: None,
            kinds: None,
            recipients: None,
            onward: None,
            systems: None,
            retention_months: None,
            people: None,
            people_sensitive: None,
        }
    }

    /// What a scope says: everything.
    pub fn of_scope(source: Source, s: &Scope) -> Self {
        Self {
            purposes: Some(s.purposes.iter().map(|p| name(p)).collect()),
            kinds: Some(s.kinds.iter().map(|k| (name(&k.name), Some(k.sensitive))).collect()),
            recipients: Some(s.recipients.iter().map(|r| (name(&r.name), r.country.clone())).collect()),
            onward: Some(s.onward.iter().map(|o| (name(&o.name), Some(o.country.clone()))).collect()),
            systems: Some(s.systems.iter().map(|x| name(x)).collect()),
            retention_months: Some(s.retention_months),
            people: Some(Span::exact(s.people.non_sensitive)),
            people_sensitive: Some(Span::exact(s.people.sensitive)),
            ..Self::nothing(source, true)
        }
    }

    /// What an application for certification says. In a draft what is still empty says nothing.
    pub fn of_application(a: &Application) -> Self {
        let number = a.receipt.as_ref().map(|r| r.number.to_string()).unwrap_or_default();
        let s = &a.dossier.form.scope;
        let mut said = Self::of_scope(Source::Application { number }, s);
        if a.phase == Phase::Draft {
            said.purposes = said.purposes.filter(|x| !x.is_empty());
            said.kinds = said.kinds.filter(|x| !x.is_empty());
            said.recipients = said.recipients.filter(|x| !x.is_empty());
            said.onward = said.onward.filter(|x| !x.is_empty());
            said.systems = said.systems.filter(|x| !x.is_empty());
            said.retention_months = said.retention_months.filter(|months| *months > 0);
            if s.people == People::default() {
                (said.people, said.people_sensitive) = (None, None);
            }
        }
        said
    }

    /// What a legal document says.
    pub fn of_contract(k: &ContractFacts) -> Self {
        let some = |list: &[String]| (!list.is_empty()).then(|| list.iter().map(|x| name(x)).collect::<BTreeSet<_>>());
        Self {
            purposes: some(&k.purposes),
            kinds: some(&k.kinds).map(|kinds| kinds.into_iter().map(|n| (n, None)).collect()),
            recipients: Some([(name(&k.recipient.name), k.recipient.country.clone())].into()),
            onward: k.onward.as_ref().map(|list| list.iter().map(|n| (name(n), None)).collect()),
            retention_months: k.retention_months,
            people: k.people.map(Span::exact),
            people_sensitive: k.people_sensitive.map(Span::exact),
            ..Self::nothing(Source::Contract { title: k.document.title.clone() }, false)
        }
    }
}

/// The application with which an assessment is compared, of those of its processor (case and state): the one that it names,
/// or the only one under way. What was declined, ended or withdrawn asks for nothing any more.
pub fn compared_application<'a>(
    content: &Content,
    applications: impl IntoIterator<Item = (&'a str, &'a Application)>,
) -> Option<(&'a str, &'a Application)> {
    let mut left = applications.into_iter().filter(|(_, a)| !a.phase.came_to_nothing());
    match content.application.as_str() {
        NOT_COMPARED => None,
        "" => {
            // What is certified already is compared only when it is named.
            let mut open = left.filter(|(_, a)| a.phase != Phase::Certified);
            open.next().filter(|_| open.next().is_none())
        }
        named => left.find(|(id, _)| *id == named),
    }
}

/// Names are compared as given; blanks around them say nothing.
fn name(text: &str) -> String {
    text.trim().to_owned()
}

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A purpose.
    Purpose,
    /// A kind of personal information.
    Kind,
    /// Whether a kind is sensitive.
    Sensitivity,
    /// People, non-sensitive.
    People,
    /// People, sensitive.
    PeopleSensitive,
    /// A recipient.
    Recipient,
    /// The country of a recipient.
    RecipientCountry,
    /// An onward recipient.
    Onward,
    /// The country of an onward recipient.
    OnwardCountry,
    /// A system.
    System,
    /// The retention abroad.
    Retention,
}

impl About {
    /// The item of M 6 that has to be right.
    pub const fn article(self) -> &'static str {
        match self {
            Self::Purpose | Self::System => "M 6(i)",
            Self::Kind | Self::Sensitivity | Self::People | Self::PeopleSensitive => "M 6(ii)",
            Self::Recipient | Self::Onward | Self::Retention => "M 6(iii)",
            Self::RecipientCountry | Self::OnwardCountry => "M 6(v)",
        }
    }
}

/// One contradiction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contradiction {
    /// What it is about.
    pub about: About,
    /// Which entry; empty for a number of the whole.
    pub item: String,
    /// What the assessment says; empty where it says nothing.
    pub assessment: String,
    /// What the other says; empty where it says nothing.
    pub other: String,
    /// Who the other is.
    pub source: Source,
    /// Whether it is certain; a number between two bounds may only possibly be too large.
    pub certain: bool,
}

/// Everything that is contradicted, in the order of the sources and of the article. The legal documents and the profiles
/// are part of the content; `elsewhere` adds the ledger and the application.
pub fn contradictions(content: &Content, elsewhere: &[Said]) -> Vec<Contradiction> {
    let own = Said::of_scope(Source::Assessment, &content.scope);
    let mut out = Vec::new();
    let profiles = Said { recipients: Some(described(content, &own)), ..Said::nothing(Source::Assessment, false) };
    let contracts = content.contracts.iter().map(Said::of_contract);
    for other in std::iter::once(profiles).chain(contracts).chain(elsewhere.iter().cloned()) {
        compare(&own, &other, &mut out);
    }
    out
}

/// The recipients that are described, with the country of the scope: only a name that the scope lacks contradicts.
fn described(content: &Content, own: &Said) -> BTreeMap<String, String> {
    let country = |n: &String| own.recipients.as_ref().and_then(|r| r.get(n)).cloned().unwrap_or_default();
    content.recipients.iter().map(|p| name(&p.name)).map(|n| (n.clone(), country(&n))).collect()
}

fn compare(own: &Said, other: &Said, out: &mut Vec<Contradiction>) {
    let mut push = |about, item: &str, assessment: String, says: String, certain| {
        let item = item.to_owned();
        out.push(Contradiction { about, item, assessment, other: says, source: other.source.clone(), certain });
    };
    let flat = |set: &Option<BTreeSet<String>>| set.as_ref().map(|s| s.iter().map(|n| (n.clone(), None)).collect());
    let with = |map: &Option<BTreeMap<String, String>>| {
        map.as_ref().map(|m| m.iter().map(|(n, c)| (n.clone(), Some(c.clone()))).collect::<BTreeMap<_, _>>())
    };
    let kinds = |map: &Option<BTreeMap<String, Option<bool>>>| {
        map.as_ref().map(|m| m.iter().map(|(n, s)| (n.clone(), s.map(flag))).collect::<BTreeMap<_, _>>())
    };
    let whole = other.whole;
    entries(&flat(&own.purposes), &flat(&other.purposes), whole, About::Purpose, About::Purpose, &mut push);
    entries(&kinds(&own.kinds), &kinds(&other.kinds), whole, About::Kind, About::Sensitivity, &mut push);
    number(own.people, other.people, whole, About::People, &mut push);
    number(own.people_sensitive, other.people_sensitive, whole, About::PeopleSensitive, &mut push);
    let (mine, theirs) = (with(&own.recipients), with(&other.recipients));
    entries(&mine, &theirs, whole, About::Recipient, About::RecipientCountry, &mut push);
    entries(&own.onward, &other.onward, whole, About::Onward, About::OnwardCountry, &mut push);
    entries(&flat(&own.systems), &flat(&other.systems), whole, About::System, About::System, &mut push);
    if let (Some(a), Some(b)) = (own.retention_months, other.retention_months)
        && (b > a || (whole && b != a))
    {
        push(About::Retention, "", a.to_string(), b.to_string(), true);
    }
}

fn flag(sensitive: bool) -> String {
    if sensitive { "sensitive" } else { "not_sensitive" }.to_owned()
}

type Entries = Option<BTreeMap<String, Option<String>>>;

fn entries(
    own: &Entries,
    other: &Entries,
    whole: bool,
    about: About,
    detail: About,
    push: &mut impl FnMut(About, &str, String, String, bool),
) {
    let (Some(own), Some(other)) = (own, other) else { return };
    for (name, value) in other {
        match (own.get(name), value) {
            (None, _) => push(about, name, String::new(), name.clone(), true),
            (Some(Some(mine)), Some(theirs)) if mine != theirs => push(detail, name, mine.clone(), theirs.clone(), true),
            (Some(_), _) => {}
        }
    }
    if whole {
        for name in own.keys().filter(|n| !other.contains_key(*n)) {
            push(about, name, name.clone(), String::new(), true);
        }
    }
}

fn number(
    own: Option<Span>,
    other: Option<Span>,
    whole: bool,
    about: About,
    push: &mut impl FnMut(About, &str, String, String, bool),
) {
    let (Some(own), Some(other)) = (own, other) else { return };
    let beyond = other.most > own.most;
    let short = whole && other.least < own.least;
    if beyond || short {
        let certain = !beyond || other.least > own.most;
        push(about, "", own.to_string(), other.to_string(), certain);
    }
}
