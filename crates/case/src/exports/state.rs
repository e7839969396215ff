//! How the record of exports stands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guosuo_rules::path::Fact;
use guosuo_rules::splitting::LedgerFlow;
use guosuo_rules::yearly::{self, Already, Count, Person};
use jiff::Timestamp;
use jiff::civil::Date;

use super::consent::Consent;
use super::event::Event;
use super::flow::FlowFacts;
use super::sets::{NotAdded, Sets};
use crate::actor::OrgId;
use crate::assessment::{Said, Source, Span};
use crate::life::{By, Recorded};

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Its number.
    pub number: u32,
    /// What is known of it.
    pub facts: FlowFacts,
    /// Its last day and why, once it ended.
    pub ended: Option<(Date, String)>,
}

/// A report of counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub number: u32,
    /// The flow.
    pub flow: u32,
    /// The counts.
    pub count: Count,
    /// Where they come from.
    pub source: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// By whom.
    pub by: By,
    /// Why it counts no more.
    pub voided: Option<String>,
}

/// A dossier that the numbers make necessary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// The year.
    pub year: i16,
    /// The count.
    pub fact: Fact,
    /// The line.
    pub line: u64,
    /// First day on which it may have been reached.
    pub since: Date,
    /// Day from which it was certain, as known when it was opened.
    pub certain: Option<Date>,
    /// What had left by then.
    pub already: Vec<Already>,
    /// What was done about it.
    pub closed: Option<(Timestamp, By, String)>,
}

/// A text of a notice, as adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextVersion {
    /// Its number.
    pub number: u32,
    /// The flow.
    pub flow: u32,
    /// `zh` or `en`.
    pub language: String,
    /// The text.
    pub words: String,
    /// Hex SHA-256 of the text.
    pub sha256: String,
    /// Hex SM3 of the text.
    pub sm3: String,
    /// First day on which it is shown.
    pub from: Date,
    /// The consents to it.
    pub consents: Vec<Consent>,
}

impl TextVersion {
    /// How many consents stand at an instant.
    pub fn standing(&self, at: Timestamp) -> usize {
        self.consents.iter().filter(|c| super::consent::stands(c, at)).count()
    }
}

/// The record of exports of a processor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exports {
    /// The processor.
    pub org: OrgId,
    /// The flows.
    pub flows: Vec<Flow>,
    /// The reports.
    pub reports: Vec<Report>,
    /// Dossiers.
    pub dossiers: Vec<Dossier>,
    /// Texts of notices.
    pub texts: Vec<TextVersion>,
}

impl Exports {
    /// A flow by its number.
    pub fn flow(&self, number: u32) -> Option<&Flow> {
        self.flows.iter().find(|f| f.number == number)
    }

    /// A text by its number.
    pub fn text(&self, number: u32) -> Option<&TextVersion> {
        self.texts.iter().find(|t| t.number == number)
    }

    /// The digests of the sets in files that a year needs; of all years where none is given.
    pub fn needs(&self, year: Option<i16>) -> BTreeSet<&str> {
        let counting = self.reports.iter().filter(|r| r.voided.is_none());
        let sets = counting.filter_map(|r| if let Count::Set(set) = &r.count { Some(set) } else { None });
        sets.filter(|set| year.is_none_or(|y| set.years.contains(&y))).map(|set| set.sha256.as_str()).collect()
    }

    /// The flows with everything that was reported of them in a year: the numbers of a flow are one part, the sets of one key
    /// another.
    ///
    /// # Errors
    /// [`NotAdded::Set`]: a set in a file was not brought.
    pub fn counted(&self, year: i16, sets: &Sets) -> Result<Vec<yearly::Flow>, NotAdded> {
        type Keyed = (Vec<yearly::Seen>, Vec<Arc<Vec<yearly::Seen>>>);
        let mut out = Vec::new();
        for f in &self.flows {
            let reports = self.reports.iter().filter(|r| r.flow == f.number && r.voided.is_none());
            let (mut points, mut keyed) = (Vec::new(), BTreeMap::<&str, Keyed>::new());
            for r in reports {
                match &r.count {
                    Count::Plain { points: p } => points.extend_from_slice(p),
                    Count::Keyed { key, seen } => keyed.entry(key).or_default().0.extend_from_slice(seen),
                    Count::Set(set) if set.years.contains(&year) => {
                        let seen = sets.get(&set.sha256).ok_or_else(|| NotAdded::Set(set.sha256.clone()))?;
                        keyed.entry(&set.key).or_default().1.push(Arc::clone(seen));
                    }
                    Count::Set(_) => {}
                }
            }
            let mut push = |count, sets| {
                out.push(yearly::Flow {
                    id: f.facts.name.clone(),
                    exporter: f.facts.exporter.clone(),
                    recipient: f.facts.recipient.name.clone(),
                    way: f.facts.way,
                    exempt: f.facts.exempt,
                    count,
                    sets,
                });
            };
            if !points.is_empty() {
                push(Count::Plain { points }, Vec::new());
            }
            for (key, (seen, sets)) in keyed {
                push(Count::Keyed { key: key.to_owned(), seen }, sets);
            }
        }
        Ok(out)
    }

    /// Keyed values of all reports that count.
    pub fn keyed(&self) -> usize {
        self.reports.iter().filter(|r| r.voided.is_none()).map(|r| entries(&r.count)).sum()
    }

    /// One year of the ledger.
    ///
    /// # Errors
    /// [`NotAdded`]: a year without parameters of the law, or a set that was not brought.
    pub fn year(&self, year: i16, sets: &Sets) -> Result<yearly::Year, NotAdded> {
        Ok(yearly::year(&self.counted(year, sets)?, year)?)
    }

    /// The flows of a year as looking for splits needs them (M 5(4)): without values.
    pub fn flows_of(&self, year: &yearly::Year) -> Vec<LedgerFlow> {
        let purpose = |name: &str| self.flows.iter().find(|f| f.facts.name == name).map(|f| f.facts.purpose.clone());
        LedgerFlow::of(year, |name| purpose(name).unwrap_or_default())
    }

    /// The years of which anything was reported, newest first.
    pub fn years(&self) -> Vec<i16> {
        let mut years = BTreeSet::new();
        for report in self.reports.iter().filter(|r| r.voided.is_none()) {
            match &report.count {
                Count::Plain { points } => years.extend(points.iter().map(|p| p.on.year())),
                Count::Keyed { seen, .. } => years.extend(seen.iter().map(|s| s.on.year())),
                Count::Set(set) => years.extend(&set.years),
            }
        }
        years.into_iter().rev().collect()
    }

    /// What the ledger of a year says to an assessment: flows that count or are described and not ended, and the people
    /// so far, where the year can be added up. Exempt flows are assessed as well (P16 10), so they are part of it.
    pub fn said(&self, year: i16, found: Option<&yearly::Year>) -> Said {
        let flows = || self.flows.iter().filter(|f| f.ended.as_ref().is_none_or(|(on, _)| on.year() >= year)).map(|f| &f.facts);
        let span = |c: &yearly::Counter| Span { least: c.least.total, most: c.most.total };
        let mut kinds: BTreeMap<String, Option<bool>> = BTreeMap::new();
        for (f, k) in flows().flat_map(|f| f.kinds.iter().map(move |k| (f, k))) {
            kinds.insert(k.name.trim().to_owned(), Some(k.sensitive || f.under_14));
        }
        Said {
            purposes: Some(flows().map(|f| f.purpose.trim().to_owned()).collect()),
            kinds: Some(kinds),
            recipients: Some(flows().map(|f| (f.recipient.name.trim().to_owned(), f.recipient.country.clone())).collect()),
            retention_months: flows().map(|f| f.retention_months).max().filter(|m| *m > 0),
            people: found.map(|y| span(&y.non_sensitive)),
            people_sensitive: found.map(|y| span(&y.sensitive)),
            ..Said::nothing(Source::Ledger { year }, false)
        }
    }

    /// Whether a person's consent to a text can be taken back at an instant.
    pub(super) fn standing_consent(&self, text: u32, person: Person) -> Option<&Consent> {
        self.text(text)?.consents.iter().rev().find(|c| c.person == person && c.withdrawn_at.is_none())
    }

    /// Applies one event.
    pub(super) fn after(state: Option<Self>, event: &Recorded<Event>) -> Option<Self> {
        let Some(mut e) = state else {
            let Event::Opened = &event.event else { return None };
            let org = event.by.org.clone();
            return Some(Self { org, flows: vec![], reports: vec![], dossiers: vec![], texts: vec![] });
        };
        match &event.event {
            Event::Opened => {}
            Event::FlowDescribed { flow, facts } => match e.flows.iter_mut().find(|f| f.number == *flow) {
                Some(f) => f.facts = (**facts).clone(),
                None => e.flows.push(Flow { number: *flow, facts: (**facts).clone(), ended: None }),
            },
            Event::FlowEnded { flow, on, reason } => {
                if let Some(f) = e.flows.iter_mut().find(|f| f.number == *flow) {
                    f.ended = Some((*on, reason.clone()));
                }
            }
            Event::Counted { report, flow, count, source } => e.reports.push(Report {
                number: *report,
                flow: *flow,
                count: (**count).clone(),
                source: source.clone(),
                at: event.at,
                by: event.by.clone(),
                voided: None,
            }),
            Event::ReportVoided { report, reason } => {
                if let Some(r) = e.reports.iter_mut().find(|r| r.number == *report) {
                    r.voided = Some(reason.clone());
                }
            }
            Event::DossierOpened { year, fact, line, since, certain, already } => e.dossiers.push(Dossier {
                year: *year,
                fact: *fact,
                line: *line,
                since: *since,
                certain: *certain,
                already: already.clone(),
                closed: None,
            }),
            Event::DossierClosed { year, fact, words } => {
                if let Some(d) = e.dossiers.iter_mut().find(|d| d.year == *year && d.fact == *fact) {
                    d.closed = Some((event.at, event.by.clone(), words.clone()));
                }
            }
            Event::TextAdopted { text, flow, language, words, sha256, sm3, from } => e.texts.push(TextVersion {
                number: *text,
                flow: *flow,
                language: language.clone(),
                words: words.clone(),
                sha256: sha256.clone(),
                sm3: sm3.clone(),
                from: *from,
                consents: Vec::new(),
            }),
            Event::Consented { text, consents } => {
                if let Some(t) = e.texts.iter_mut().find(|t| t.number == *text) {
                    t.consents.extend_from_slice(consents);
                }
            }
            Event::ConsentWithdrawn { text, person, at } => {
                let texts = e.texts.iter_mut().filter(|t| t.number == *text);
                if let Some(c) =
                    texts.flat_map(|t| &mut t.consents).rev().find(|c| c.person == *person && c.withdrawn_at.is_none())
                {
                    c.withdrawn_at = Some(*at);
                }
            }
        }
        Some(e)
    }
}

/// Keyed values of a report.
fn entries(count: &Count) -> usize {
    match count {
        Count::Plain { .. } => 0,
        Count::Keyed { seen, .. } => seen.len(),
        Count::Set(set) => usize::try_from(set.entries).unwrap_or(usize::MAX),
    }
}
