//! Exports that look like one in several parts (M 5(4): 不得采取数量拆分等手段), in applications and in yearly ledgers.
//!
//! Same group, recipient and purpose, in the same year of counting, each part below a line of the security assessment and
//! all together at it or above. A hit is a reason to look, with its evidence; it accuses nobody. The same people may stand
//! in several parts, so the total lies between the largest part and the sum; where the parts are keyed alike it is known
//! ([`Hit::settle`]). What an organisation applies for and what its ledger counts may be the same export: of the two
//! statements the larger one is added, never both.

mod group;
mod ledger;
mod similar;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::article::{Article, Instrument};
use crate::path::{Counting, Fact, Law};

pub use group::{Tie, join, ties_of, unknown};
pub use ledger::LedgerFlow;

/// Where a statement stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// In an application for certification: what is meant to leave.
    #[default]
    Application,
    /// In a yearly ledger: what has left.
    Ledger,
}

impl Source {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_application(&self) -> bool {
        *self == Self::Application
    }
}

/// One application, or one flow of a yearly ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its number.
    pub id: String,
    /// Who applied, or who exports.
    pub applicant: String,
    /// Whose statement it is; the applicant's own when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub holder: String,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Source::is_application")]
    pub source: Source,
    /// The group of companies; the applicant alone when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Who receives abroad; several are parted by `；`.
    pub recipient: String,
    /// What for; several purposes likewise.
    pub purpose: String,
    /// Day of the application, or the first day of the flow in its year.
    pub on: Date,
    /// The last day of the flow in its year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Distinct people, non-sensitive.
    #[serde(default)]
    pub non_sensitive: u64,
    /// Distinct people, sensitive.
    #[serde(default)]
    pub sensitive: u64,
    /// The earlier application that this one takes the place of (renewal, correction); its people are not added again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// What counts as close, alike and near. Likeness and shares in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Most days between one part and the next. People are counted from 1 January (P16 7), so that a year is the law's own
    /// measure of what is close; how many days lie between is told with every hit.
    pub window_days: u16,
    /// Least share of the line that a part has: crumbs are none.
    pub part: u16,
    /// Least share of the line that stands beside the largest part, so that small flows beside a large one make no hit,
    /// and many small parts do.
    pub rest: u16,
    /// Least likeness of the recipients' names.
    pub recipient: u16,
    /// Least likeness of the purposes.
    pub purpose: u16,
    /// Least number of parts.
    pub parts: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { window_days: 366, part: 50, rest: 250, recipient: 700, purpose: 500, parts: 2 }
    }
}

/// One part of a hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Number of the application, or name of the flow.
    pub id: String,
    /// Who applied, or who exports.
    pub applicant: String,
    /// Whose statement it is.
    pub holder: String,
    /// Where it stands.
    pub source: Source,
    /// Day of the application, or the first one of the flow.
    pub on: Date,
    /// The last day of the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The recipient as written.
    pub recipient: String,
    /// The purpose as written.
    pub purpose: String,
    /// Its people.
    pub count: u64,
    /// Whether it is added: not where another statement of the same organisation says more of the same.
    pub added: bool,
}

impl Part {
    /// Whether both are the same statement: a flow has its name in every year of its ledger.
    pub fn is(&self, other: &Self) -> bool {
        (self.source, &self.holder, &self.id, self.on) == (other.source, &other.holder, &other.id, other.on)
    }
}

/// Parts that together reach a line which each alone does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The group, as its members write it.
    pub group: String,
    /// Which count.
    pub fact: Fact,
    /// The line.
    pub line: u64,
    /// The articles: the line, and the ban.
    pub articles: Vec<Article>,
    /// The parts by day.
    pub parts: Vec<Part>,
    /// Fewest people together: all parts hold the same.
    pub least: u64,
    /// Most people together: no two parts share a person.
    pub most: u64,
    /// Whether the number of people is known, because all parts are keyed alike.
    pub exact: bool,
    /// Days from the first part to the last.
    pub days: i32,
    /// Least likeness of two recipients that link the parts.
    pub recipient: u16,
    /// Least likeness of two purposes that link the parts.
    pub purpose: u16,
}

impl Hit {
    /// The hit with the number of different people in it, where that is known; nothing where they stay below the line.
    #[must_use]
    pub fn settle(self, people: u64) -> Option<Self> {
        (people >= self.line).then_some(Self { least: people, most: people, exact: true, ..self })
    }
}

/// Hits about the same export: those of one group that share a part. They keep their order.
pub fn together(hits: Vec<Hit>) -> Vec<Vec<Hit>> {
    let mut out: Vec<Vec<Hit>> = Vec::new();
    for hit in hits {
        let shares = |known: &Vec<Hit>| known.iter().any(|k| k.parts.iter().any(|p| hit.parts.iter().any(|q| p.is(q))));
        let (mut joined, rest): (Vec<_>, Vec<_>) = out.into_iter().partition(shares);
        let mut all = joined.drain(..).flatten().collect::<Vec<_>>();
        all.push(hit);
        out = rest;
        out.push(all);
    }
    out.sort_by(|a, b| a[0].parts[0].on.cmp(&b[0].parts[0].on).then_with(|| a[0].parts[0].id.cmp(&b[0].parts[0].id)));
    out
}

/// An application as it is compared.
struct Seen<'a> {
    application: &'a Application,
    recipient: Vec<String>,
    purpose: Vec<String>,
    /// First day of its period of counting, and the law.
    period: (Date, &'static Law),
}

/// Finds the groups that deserve a look, ordered by the day of their first part. Applications of days without
/// parameters of the law are passed over.
pub fn find(applications: &[Application], settings: &Settings) -> Vec<Hit> {
    let replaced: Vec<&str> = applications.iter().filter_map(|a| a.replaces.as_deref()).collect();
    let mut groups: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    // Only an application is replaced; what a flow is called is its owner's choice.
    let stands = |a: &&Application| a.source == Source::Ledger || !replaced.contains(&a.id.as_str());
    for application in applications.iter().filter(stands) {
        let Ok(law) = Law::on(application.on) else { continue };
        let group = if application.group.trim().is_empty() { holder(application) } else { &application.group };
        groups.entry(similar::plain(group)).or_default().push(Seen {
            application,
            recipient: similar::list(&application.recipient),
            purpose: similar::list(&application.purpose),
            period: (period(application.on, law), law),
        });
    }
    let mut hits = Vec::new();
    for seen in groups.values_mut() {
        seen.sort_by(|a, b| (a.application.on, &a.application.id).cmp(&(b.application.on, &b.application.id)));
        for fact in [Fact::NonSensitive, Fact::Sensitive] {
            hits.extend(linked(seen, fact, settings).into_iter().filter_map(|cluster| hit(seen, &cluster, fact, settings)));
        }
    }
    hits.sort_by(|a, b| (a.parts[0].on, &a.parts[0].id, a.fact).cmp(&(b.parts[0].on, &b.parts[0].id, b.fact)));
    hits
}

/// The first day from which people are counted.
fn period(on: Date, law: &Law) -> Date {
    let years = i16::from(law.counting == Counting::PreviousYear);
    jiff::civil::date(on.year() - years, 1, 1)
}

fn count(seen: &Seen, fact: Fact) -> u64 {
    if fact == Fact::Sensitive { seen.application.sensitive } else { seen.application.non_sensitive }
}

fn line(law: &Law, fact: Fact) -> (u64, &Article) {
    let line = if fact == Fact::Sensitive { &law.lines.assessment_sensitive } else { &law.lines.assessment_non_sensitive };
    (line.value, &line.article)
}

/// Parts linked with one another, and the least likeness of the links.
struct Cluster {
    members: Vec<usize>,
    recipient: u16,
    purpose: u16,
}

/// Clusters of parts that are large enough and still below the line. Two parts are linked when recipient and purpose
/// are alike and the days are close; what is linked with a link belongs to it.
fn linked(seen: &[Seen], fact: Fact, settings: &Settings) -> Vec<Cluster> {
    let eligible: Vec<usize> = (0..seen.len())
        .filter(|&at| {
            let (line, _) = line(seen[at].period.1, fact);
            let people = count(&seen[at], fact);
            people < line && u128::from(people) * 1000 >= u128::from(line) * u128::from(settings.part) && people > 0
        })
        .collect();
    let mut clusters: Vec<Cluster> = Vec::new();
    for &at in &eligible {
        let mut joined = Cluster { members: vec![at], recipient: 1000, purpose: 1000 };
        let mut rest = Vec::new();
        for cluster in clusters {
            let links: Vec<(u16, u16)> =
                cluster.members.iter().filter_map(|&other| link(&seen[other], &seen[at], settings)).collect();
            if links.is_empty() {
                rest.push(cluster);
                continue;
            }
            let least = |pick: fn(&(u16, u16)) -> u16, of: u16| links.iter().map(pick).min().unwrap_or(1000).min(of);
            joined.recipient = joined.recipient.min(least(|l| l.0, cluster.recipient));
            joined.purpose = joined.purpose.min(least(|l| l.1, cluster.purpose));
            joined.members.extend(cluster.members);
        }
        joined.members.sort_unstable();
        rest.push(joined);
        clusters = rest;
    }
    clusters
}

/// How alike two parts are, when they are alike and close enough.
fn link(a: &Seen, b: &Seen, settings: &Settings) -> Option<(u16, u16)> {
    if a.period.0 != b.period.0 || a.period.1.id != b.period.1.id {
        return None;
    }
    let last = |s: &Seen| s.application.until.unwrap_or(s.application.on).max(s.application.on);
    // From the end of the earlier one to the beginning of the later one; nothing where they overlap.
    let apart = |first: &Seen, then: &Seen| (then.application.on - last(first)).get_days();
    let days = apart(a, b).max(apart(b, a)).max(0);
    let (recipient, purpose) = (similar::best(&a.recipient, &b.recipient), similar::best(&a.purpose, &b.purpose));
    let close = days <= i32::from(settings.window_days);
    (close && recipient >= settings.recipient && purpose >= settings.purpose).then_some((recipient, purpose))
}

/// Whose statement it is.
fn holder(a: &Application) -> &str {
    if a.holder.trim().is_empty() { &a.applicant } else { &a.holder }
}

/// Which statements are added: of each organisation those of the source that says more.
fn added(seen: &[Seen], cluster: &Cluster, fact: Fact) -> Vec<bool> {
    let mut sums: BTreeMap<(String, Source), u64> = BTreeMap::new();
    let place = |at: usize| (similar::plain(holder(seen[at].application)), seen[at].application.source);
    for &at in &cluster.members {
        let sum = sums.entry(place(at)).or_default();
        *sum = sum.saturating_add(count(&seen[at], fact));
    }
    let larger = |at: usize| {
        let (holder, source) = place(at);
        let of = |source| sums.get(&(holder.clone(), source)).copied().unwrap_or(0);
        let (applied, left) = (of(Source::Application), of(Source::Ledger));
        // What has left is known better than what is meant to leave.
        if source.is_application() { applied > left } else { left >= applied }
    };
    cluster.members.iter().map(|&at| larger(at)).collect()
}

fn hit(seen: &[Seen], cluster: &Cluster, fact: Fact, settings: &Settings) -> Option<Hit> {
    let first = seen.get(*cluster.members.first()?)?;
    let (line, article) = line(first.period.1, fact);
    let added = added(seen, cluster, fact);
    let counts = || cluster.members.iter().zip(&added).filter(|(_, added)| **added).map(|(&at, _)| count(&seen[at], fact));
    let most = counts().fold(0_u64, u64::saturating_add);
    let largest = counts().max().unwrap_or(0);
    let beside = u128::from(most - largest) * 1000;
    if counts().count() < settings.parts.max(2) || most < line || beside < u128::from(line) * u128::from(settings.rest) {
        return None;
    }
    let part = |(&at, &added): (&usize, &bool)| {
        let a = seen[at].application;
        Part {
            id: a.id.clone(),
            applicant: a.applicant.clone(),
            holder: holder(a).to_owned(),
            source: a.source,
            on: a.on,
            until: a.until,
            recipient: a.recipient.clone(),
            purpose: a.purpose.clone(),
            count: count(&seen[at], fact),
            added,
        }
    };
    let parts: Vec<Part> = cluster.members.iter().zip(&added).map(part).collect();
    let end = parts.iter().map(|p| p.until.unwrap_or(p.on).max(p.on)).max()?;
    Some(Hit {
        group: first.application.group.clone(),
        fact,
        line,
        articles: vec![article.clone(), Article::of(Instrument::M, "5(4)"), Article::of(Instrument::Pq16, "q11")],
        least: largest,
        most,
        exact: false,
        days: (end - parts.first()?.on).get_days(),
        parts,
        recipient: cluster.recipient,
        purpose: cluster.purpose,
    })
}
