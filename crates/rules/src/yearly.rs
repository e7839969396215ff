//! The yearly ledger of a processor: distinct people per calendar year over its flows (P16 7–8; PQ16 q11).
//!
//! A flow reports plain counts, or keyed sets: values under one secret, in which one person is one value. Flows that
//! share a key are counted together exactly. What is only counted can overlap in any way, so the number of people lies
//! between the largest part and the sum of the parts; the two are kept apart until a person settles them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::article::{Article, Instrument};
use crate::path::{Fact, Ground, Law, NoLaw};
use crate::series::{Series, lines_of, series};

pub use crate::keyed::{NOT_SENSITIVE, NotKeyed, Person, SENSITIVE, Seen, SetRef, VALUES_MAX, pack, says_sensitive, unpack};

/// Distinct people of a flow from 1 January up to a day, that day included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The day.
    pub on: Date,
    /// People whose non-sensitive information left.
    pub non_sensitive: u64,
    /// People whose sensitive information left.
    pub sensitive: u64,
}

/// What a flow reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "count", rename_all = "snake_case")]
pub enum Count {
    /// Numbers.
    Plain {
        /// By day.
        points: Vec<Point>,
    },
    /// Keyed values: the same person has the same value in all flows of one key.
    Keyed {
        /// What tells whether two keys are the same; not the key.
        key: String,
        /// The values.
        #[serde(with = "crate::keyed::many")]
        seen: Vec<Seen>,
    },
    /// Keyed values in a file of their own: whoever adds up has to bring them.
    Set(SetRef),
}

/// Under what a flow leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Nothing yet.
    #[default]
    None,
    /// A standard contract.
    Contract,
    /// A certificate.
    Certificate,
    /// A security assessment that was passed.
    Assessment,
}

/// A flow of one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Its name in the ledger.
    pub id: String,
    /// Which affiliate exports.
    pub exporter: String,
    /// Who receives abroad.
    pub recipient: String,
    /// Under what it leaves.
    pub way: Way,
    /// The exempt scenario that is claimed: such flows are not counted (PQ16 q11).
    pub exempt: Ground,
    /// What it reports. A set in a file adds up to nobody here: its values are brought in `sets`.
    pub count: Count,
    /// More values under the same key, as they were read from files.
    #[serde(skip)]
    pub sets: Vec<Arc<Vec<Seen>>>,
}

impl Flow {
    /// The key and all values, where the flow is keyed.
    fn keyed(&self) -> Option<(&str, impl Iterator<Item = &Seen>)> {
        let (key, seen): (_, &[Seen]) = match &self.count {
            Count::Plain { .. } => return None,
            Count::Keyed { key, seen } => (key, seen),
            Count::Set(set) => (&set.key, &[]),
        };
        Some((key, seen.iter().chain(self.sets.iter().flat_map(|set| set.iter()))))
    }
}

/// A counter of the year, from the fewest people that the reports allow to the most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counter {
    /// Which count.
    pub fact: Fact,
    /// If all parts hold the same people.
    pub least: Series,
    /// If no two parts share a person.
    pub most: Series,
}

impl Counter {
    /// Whether both are one number: one part, or one key for all.
    pub fn is_exact(&self) -> bool {
        self.least.total == self.most.total
    }
}

/// What left in one flow this year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Already {
    /// The flow.
    pub flow: String,
    /// The affiliate.
    pub exporter: String,
    /// The recipient.
    pub recipient: String,
    /// Under what.
    pub way: Way,
    /// People, non-sensitive.
    pub non_sensitive: u64,
    /// People, sensitive.
    pub sensitive: u64,
    /// Last day that is reported.
    pub until: Date,
    /// First day that is reported; what was recorded before this was kept has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
}

/// Something that the numbers make necessary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// A line of the security assessment is reached, or may be: prepare the dossier, with what has left since 1 January
    /// under a contract or certificate (Q2601 q1). Nothing says that the export may go on meanwhile.
    Dossier {
        /// Which count.
        fact: Fact,
        /// The line.
        line: u64,
        /// The first day on which it may have been reached.
        since: Date,
        /// The day from which it is certain whatever the overlap.
        certain: Option<Date>,
        /// What has left already.
        already: Vec<Already>,
        /// Where it is written.
        articles: Vec<Article>,
    },
    /// A flow needs a contract or certification and has neither (P16 8).
    Mechanism {
        /// The flows.
        flows: Vec<String>,
        /// Where it is written.
        articles: Vec<Article>,
    },
    /// A share of a line of the assessment is reached.
    Near {
        /// Which count.
        fact: Fact,
        /// The line.
        line: u64,
        /// 80, 90 or 95.
        percent: u8,
        /// Since when.
        since: Date,
    },
}

/// One year of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Year {
    /// The calendar year in China.
    pub year: i16,
    /// Version of the law.
    pub law: String,
    /// Last day that any flow reports; none where nothing was reported.
    pub until: Option<Date>,
    /// Non-sensitive information.
    pub non_sensitive: Counter,
    /// Sensitive information.
    pub sensitive: Counter,
    /// Flows that count.
    pub flows: Vec<Already>,
    /// Flows that do not count, with their ground (PQ16 q11).
    pub excluded: Vec<(String, Ground)>,
    /// What is to be done.
    pub tasks: Vec<Task>,
}

/// New people by day of the year, of one part.
struct Part {
    /// On the day that reports them.
    steps: BTreeMap<usize, u64>,
    /// The same spread over the days since the report before, for the forecast.
    spread: BTreeMap<usize, u64>,
}

fn place(on: Date) -> usize {
    usize::try_from(on.day_of_year() - 1).unwrap_or(0)
}

/// Plain counts: a later number never takes people back, so the largest so far counts.
fn plain(points: &[Point], year: i16, sensitive: bool) -> Part {
    let mut days: BTreeMap<usize, u64> = BTreeMap::new();
    for p in points.iter().filter(|p| p.on.year() == year) {
        let n = if sensitive { p.sensitive } else { p.non_sensitive };
        let at = days.entry(place(p.on)).or_default();
        *at = n.max(*at);
    }
    let (mut steps, mut spread) = (BTreeMap::new(), BTreeMap::new());
    let (mut most, mut from) = (0, 0);
    for (day, n) in days {
        let new = n.saturating_sub(most);
        if new > 0 {
            steps.insert(day, new);
            let days = u64::try_from(day + 1 - from).unwrap_or(1).max(1);
            let share = |i: u64| u64::try_from(u128::from(new) * u128::from(i) / u128::from(days)).unwrap_or(new);
            for (i, at) in (0_u64..).zip(from..=day) {
                *spread.entry(at).or_default() += share(i + 1) - share(i);
            }
        }
        most = most.max(n);
        from = day + 1;
    }
    Part { steps, spread }
}

/// The parts of one count: one for each key, one for each plain flow.
fn parts(flows: &[&Flow], year: i16, sensitive: bool) -> Vec<Part> {
    let mut keyed: BTreeMap<&str, Vec<(Person, usize)>> = BTreeMap::new();
    let mut out = Vec::new();
    for flow in flows {
        if let Count::Plain { points } = &flow.count {
            out.push(plain(points, year, sensitive));
        } else if let Some((key, seen)) = flow.keyed() {
            let of_year = seen.filter(|s| s.on.year() == year && s.sensitive == sensitive);
            keyed.entry(key).or_default().extend(of_year.map(|s| (s.person, place(s.on))));
        }
    }
    for mut people in keyed.into_values() {
        // Once each, on the first day: sorting is many times faster than a map where there are a million.
        people.sort_unstable();
        people.dedup_by_key(|(person, _)| *person);
        let mut steps: BTreeMap<usize, u64> = BTreeMap::new();
        for (_, day) in people {
            *steps.entry(day).or_default() += 1;
        }
        out.push(Part { spread: steps.clone(), steps });
    }
    out
}

/// New people by day if no two parts share a person, and if all parts hold the same.
fn bounds(parts: &[Part], pick: fn(&Part) -> &BTreeMap<usize, u64>) -> (Vec<u64>, Vec<u64>) {
    let (mut least, mut most) = (vec![0; 366], vec![0; 366]);
    let mut sums = vec![0_u64; parts.len()];
    let mut before = 0;
    for day in 0..366 {
        for (sum, part) in sums.iter_mut().zip(parts) {
            let new = pick(part).get(&day).copied().unwrap_or(0);
            *sum = sum.saturating_add(new);
            most[day] = u64::saturating_add(most[day], new);
        }
        let largest = sums.iter().copied().max().unwrap_or(0);
        least[day] = largest - before;
        before = largest;
    }
    (least, most)
}

fn counter(flows: &[&Flow], year: i16, fact: Fact, law: &Law, until: Option<Date>) -> Counter {
    let parts = parts(flows, year, fact == Fact::Sensitive);
    let lines = lines_of(law, fact);
    let (least, most) = bounds(&parts, |p| &p.steps);
    let (spread_least, spread_most) = bounds(&parts, |p| &p.spread);
    // Lines are reached on the day that reports it; the forecast needs what happened in between.
    let of = |steps: &[u64], spread: &[u64]| Series {
        forecast: series(year, spread, &lines, until).forecast,
        ..series(year, steps, &lines, None)
    };
    Counter { fact, least: of(&least, &spread_least), most: of(&most, &spread_most) }
}

fn already(flow: &Flow, year: i16) -> Option<Already> {
    let of = |sensitive| parts(&[flow], year, sensitive).iter().flat_map(|p| p.steps.values()).sum();
    let (from, until) = span(flow, year)?;
    Some(Already {
        flow: flow.id.clone(),
        exporter: flow.exporter.clone(),
        recipient: flow.recipient.clone(),
        way: flow.way,
        non_sensitive: of(false),
        sensitive: of(true),
        until,
        from: Some(from),
    })
}

/// The first and the last day that a flow reports of a year.
fn span(flow: &Flow, year: i16) -> Option<(Date, Date)> {
    let join = |span: Option<(Date, Date)>, on: Date| {
        let (from, until) = span.unwrap_or((on, on));
        Some((from.min(on), until.max(on)))
    };
    let of_year = |on: &Date| on.year() == year;
    match &flow.count {
        Count::Plain { points } => points.iter().map(|p| p.on).filter(of_year).fold(None, join),
        _ => flow.keyed()?.1.map(|s| s.on).filter(of_year).fold(None, join),
    }
}

/// Adds up one year.
///
/// # Errors
/// [`NoLaw`] for a year without parameters.
pub fn year(flows: &[Flow], year: i16) -> Result<Year, NoLaw> {
    let end = date(year.clamp(1, 9999), 12, 31);
    let law = Law::on(end)?;
    let exempt = |f: &&Flow| law.ground(f.exempt, end).is_some();
    let excluded = flows.iter().filter(exempt).map(|f| (f.id.clone(), f.exempt)).collect();
    let counted: Vec<&Flow> = flows.iter().filter(|f| !exempt(f)).collect();
    let until = counted.iter().filter_map(|f| span(f, year)).map(|days| days.1).max();
    let non_sensitive = counter(&counted, year, Fact::NonSensitive, law, until);
    let sensitive = counter(&counted, year, Fact::Sensitive, law, until);
    let of_year: Vec<Already> = counted.iter().filter_map(|f| already(f, year)).collect();
    let tasks = tasks(law, &non_sensitive, &sensitive, &of_year);
    Ok(Year { year, law: law.id.clone(), until, non_sensitive, sensitive, flows: of_year, excluded, tasks })
}

fn tasks(law: &Law, non_sensitive: &Counter, sensitive: &Counter, flows: &[Already]) -> Vec<Task> {
    let mut out = Vec::new();
    for (counter, line) in [(non_sensitive, &law.lines.assessment_non_sensitive), (sensitive, &law.lines.assessment_sensitive)] {
        let reached = |s: &Series| s.crossings.iter().find(|c| c.line == line.value).map(|c| c.date);
        // What passed an assessment is not asked to pass another one for its number alone.
        let already: Vec<Already> = flows.iter().filter(|f| f.way != Way::Assessment).cloned().collect();
        if let Some(since) = reached(&counter.most) {
            out.push(Task::Dossier {
                fact: counter.fact,
                line: line.value,
                since,
                certain: reached(&counter.least),
                already,
                articles: vec![line.article.clone(), Article::of(Instrument::Q2601, "q1"), Article::of(Instrument::M, "5(4)")],
            });
        } else if let Some(near) = counter.most.warnings.iter().rfind(|w| w.line == line.value) {
            out.push(Task::Near { fact: counter.fact, line: line.value, percent: near.percent, since: near.date });
        }
    }
    let floor = law.lines.mechanism_non_sensitive.as_ref();
    let needed = sensitive.most.total > 0 || floor.is_some_and(|line| non_sensitive.most.total >= line.value);
    let without: Vec<String> =
        flows.iter().filter(|f| f.way == Way::None && (f.non_sensitive > 0 || f.sensitive > 0)).map(|f| f.flow.clone()).collect();
    if needed && !without.is_empty() {
        let articles = floor.map_or_else(Vec::new, |line| vec![line.article.clone()]);
        out.push(Task::Mechanism { flows: without, articles });
    }
    out
}
