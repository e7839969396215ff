//! Applications that look like one export in several parts (M 5(4): 不得采取数量拆分等手段).
//!
//! Same group, recipient and purpose, close in time and in the same period of counting, each part below a line of the
//! security assessment and all together above it. A hit is a reason to look, with its evidence; it accuses nobody. The
//! same people may stand in several parts, so the total lies between the largest part and the sum.

mod group;
mod similar;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::article::{Article, Instrument};
use crate::path::{Counting, Fact, Law};

pub use group::{Tie, join, ties_of};

/// One application or flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its number.
    pub id: String,
    /// Who applied.
    pub applicant: String,
    /// The group of companies; the applicant alone when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Who receives abroad.
    pub recipient: String,
    /// What for.
    pub purpose: String,
    /// Day of the application.
    pub on: Date,
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
    /// Most days between one part and the next.
    pub window_days: u16,
    /// Least share of the line that a part has, so that small flows beside a large one make no hit.
    pub part: u16,
    /// Least likeness of the recipients' names.
    pub recipient: u16,
    /// Least likeness of the purposes.
    pub purpose: u16,
    /// Least number of parts.
    pub parts: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { window_days: 120, part: 250, recipient: 700, purpose: 500, parts: 2 }
    }
}

/// One part of a hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Number of the application.
    pub id: String,
    /// Who applied.
    pub applicant: String,
    /// Day.
    pub on: Date,
    /// The recipient as written.
    pub recipient: String,
    /// The purpose as written.
    pub purpose: String,
    /// Its people.
    pub count: u64,
}

/// Applications that together reach a line which each alone does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
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
    /// Days from the first part to the last.
    pub days: i32,
    /// Least likeness of two recipients that link the parts.
    pub recipient: u16,
    /// Least likeness of two purposes that link the parts.
    pub purpose: u16,
}

/// An application as it is compared.
struct Seen<'a> {
    application: &'a Application,
    recipient: String,
    purpose: String,
    /// First day of its period of counting, and the law.
    period: (Date, &'static Law),
}

/// Finds the groups that deserve a look, ordered by the day of their first part. Applications of days without
/// parameters of the law are passed over.
pub fn find(applications: &[Application], settings: &Settings) -> Vec<Hit> {
    let replaced: Vec<&str> = applications.iter().filter_map(|a| a.replaces.as_deref()).collect();
    let mut groups: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for application in applications.iter().filter(|a| !replaced.contains(&a.id.as_str())) {
        let Ok(law) = Law::on(application.on) else { continue };
        let group = if application.group.trim().is_empty() { &application.applicant } else { &application.group };
        groups.entry(similar::plain(group)).or_default().push(Seen {
            application,
            recipient: similar::plain(&application.recipient),
            purpose: similar::plain(&application.purpose),
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
    let days = (b.application.on - a.application.on).get_days().abs();
    let (recipient, purpose) = (similar::permille(&a.recipient, &b.recipient), similar::permille(&a.purpose, &b.purpose));
    let close = days <= i32::from(settings.window_days);
    (close && recipient >= settings.recipient && purpose >= settings.purpose).then_some((recipient, purpose))
}

fn hit(seen: &[Seen], cluster: &Cluster, fact: Fact, settings: &Settings) -> Option<Hit> {
    let first = seen.get(*cluster.members.first()?)?;
    let (line, article) = line(first.period.1, fact);
    let counts = cluster.members.iter().map(|&at| count(&seen[at], fact));
    let most = counts.clone().fold(0_u64, u64::saturating_add);
    if cluster.members.len() < settings.parts.max(2) || most < line {
        return None;
    }
    let parts: Vec<Part> = cluster
        .members
        .iter()
        .map(|&at| {
            let a = seen[at].application;
            Part {
                id: a.id.clone(),
                applicant: a.applicant.clone(),
                on: a.on,
                recipient: a.recipient.clone(),
                purpose: a.purpose.clone(),
                count: count(&seen[at], fact),
            }
        })
        .collect();
    let days = (parts.last()?.on - parts.first()?.on).get_days();
    Some(Hit {
        fact,
        line,
        articles: vec![article.clone(), Article::of(Instrument::M, "5(4)"), Article::of(Instrument::Pq16, "q11")],
        least: counts.max().unwrap_or(0),
        most,
        parts,
        days,
        recipient: cluster.recipient,
        purpose: cluster.purpose,
    })
}
