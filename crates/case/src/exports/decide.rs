//! The decisions on the record of exports.

use guosuo_rules::time::cst_date;
use guosuo_rules::yearly::{Count, SetRef, Task};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::available::permit;
use super::command::{CONSENTS_MAX, Command, Facts, KEYED_ALL_MAX, KEYED_MAX, PEOPLE_MAX, POINTS_MAX};
use super::consent::{ConsentFault, check_consents};
use super::event::Event;
use super::flow::{Basis, FlowLack, check_flow};
use super::notice::{Notice, NoticeItem};
use super::sets::{NotAdded, Sets};
use super::state::{Exports, Report};
use crate::actor::{Actor, OrgId};
use crate::life::{By, Life, Recorded};
use crate::refusal::{Refusal, RefusalCode, needed};
use crate::text;

/// Longest text of a notice, in characters.
const TEXT_MAX: usize = 20_000;

/// What stands in the way of an act on the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// No such flow.
    UnknownFlow,
    /// The flow has ended.
    FlowEnded,
    /// The flow lacks something.
    FlowUnfit {
        /// What.
        lacks: Vec<FlowLack>,
    },
    /// Another flow has the name.
    NameTaken,
    /// Nothing was reported.
    NothingReported,
    /// More than one report takes.
    TooMany {
        /// Given.
        count: usize,
        /// Most.
        most: usize,
    },
    /// More keyed values in all reports that count than the record keeps.
    TooManyKept {
        /// With this report.
        count: usize,
        /// Most.
        most: usize,
    },
    /// A day in the future.
    DayInFuture {
        /// Which.
        day: Date,
    },
    /// A consent cannot be withdrawn before it was given.
    BeforeConsent {
        /// The day of the consent.
        day: Date,
    },
    /// More people than there are.
    TooManyPeople {
        /// The day.
        on: Date,
        /// The number.
        count: u64,
        /// Most.
        most: u64,
    },
    /// No parameters of the law are known for the day.
    NoLaw {
        /// Which.
        day: Date,
    },
    /// A number since 1 January falls below an earlier one of the same flow and year.
    Falls {
        /// The day.
        on: Date,
        /// The earlier number.
        from: u64,
        /// The number.
        to: u64,
    },
    /// The name of the key is empty or too long.
    KeyUnfit,
    /// The values of a set are not at hand, or are not those that the report names.
    SetMissing,
    /// No such report, or void already.
    UnknownReport,
    /// No such dossier, or closed already.
    UnknownDossier,
    /// The notice does not tell everything yet.
    NoticeOpen {
        /// What is missing.
        items: Vec<NoticeItem>,
    },
    /// No such language.
    UnknownLanguage,
    /// No such text.
    UnknownText,
    /// The flow does not rest on consent: none is to be asked for (Q2607 q1).
    ConsentNotTheBasis,
    /// Some consents prove nothing.
    Consents {
        /// Row, from 1, and why.
        rows: Vec<(usize, ConsentFault)>,
    },
    /// No consent of this person to this text stands.
    NoConsent,
}

fn refuse<T>(fault: Fault, article: &'static str) -> Result<T, Refusal> {
    Err(Refusal::new(RefusalCode::Exports { fault: Box::new(fault) }, article))
}

impl Life for Exports {
    const KIND: &'static str = "exports";
    type Command = Command;
    type Event = Event;
    type Facts = Facts;

    fn owner(&self) -> &OrgId {
        &self.org
    }

    fn event_kind(event: &Event) -> &'static str {
        match event {
            Event::Opened => "opened",
            Event::FlowDescribed { .. } => "flow_described",
            Event::FlowEnded { .. } => "flow_ended",
            Event::Counted { .. } => "counted",
            Event::ReportVoided { .. } => "report_voided",
            Event::DossierOpened { .. } => "dossier_opened",
            Event::DossierClosed { .. } => "dossier_closed",
            Event::TextAdopted { .. } => "text_adopted",
            Event::Consented { .. } => "consented",
            Event::ConsentWithdrawn { .. } => "consent_withdrawn",
        }
    }

    fn apply(state: Option<Self>, event: &Recorded<Event>) -> Option<Self> {
        Self::after(state, event)
    }

    fn decide(
        state: Option<&Self>,
        command: Command,
        actor: &Actor,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        let action = command.action();
        permit(state, action, actor)?;
        let article = action.article();
        let today = cst_date(now);
        let Some(e) = state else { return Ok(vec![Event::Opened]) };
        Ok(vec![match command {
            Command::Open => return Err(Refusal::new(RefusalCode::WrongPhase, article)),
            Command::DescribeFlow { flow, facts } => {
                let lacks = check_flow(&facts);
                if !lacks.is_empty() {
                    return refuse(Fault::FlowUnfit { lacks }, article);
                }
                match flow.map(|n| e.flow(n)) {
                    Some(None) => return refuse(Fault::UnknownFlow, article),
                    Some(Some(f)) if f.ended.is_some() => return refuse(Fault::FlowEnded, article),
                    _ => {}
                }
                let number = flow.unwrap_or_else(|| e.flows.last().map_or(1, |f| f.number + 1));
                if e.flows.iter().any(|f| f.number != number && f.facts.name == facts.name) {
                    return refuse(Fault::NameTaken, article);
                }
                Event::FlowDescribed { flow: number, facts }
            }
            Command::EndFlow { flow, on, reason } => {
                running(e, flow, article)?;
                if on > today {
                    return refuse(Fault::DayInFuture { day: on }, article);
                }
                Event::FlowEnded { flow, on, reason: needed(reason, article)? }
            }
            Command::Report { flow, count, source } => return report(e, flow, count, source, (actor, now), &facts.sets),
            Command::VoidReport { report, reason } => {
                if !e.reports.iter().any(|r| r.number == report && r.voided.is_none()) {
                    return refuse(Fault::UnknownReport, article);
                }
                Event::ReportVoided { report, reason: needed(reason, article)? }
            }
            Command::CloseDossier { year, fact, words } => {
                if !e.dossiers.iter().any(|d| d.year == year && d.fact == fact && d.closed.is_none()) {
                    return refuse(Fault::UnknownDossier, article);
                }
                Event::DossierClosed { year, fact, words: needed(words, article)? }
            }
            Command::AdoptText { flow, language, words, from } => {
                running(e, flow, article)?;
                if !matches!(language.as_str(), "zh" | "en") {
                    return refuse(Fault::UnknownLanguage, article);
                }
                let items = e.flow(flow).map(|f| Notice::of(&f.facts).missing()).unwrap_or_default();
                if !items.is_empty() {
                    return refuse(Fault::NoticeOpen { items }, article);
                }
                if text::is_blank(&words) || words.chars().count() > TEXT_MAX || text::check(&words, true).is_err() {
                    return Err(Refusal::new(RefusalCode::TextNeeded, article));
                }
                let text = e.texts.last().map_or(1, |t| t.number + 1);
                let (sha256, sm3) = (facts.digests.sha256.clone(), facts.digests.sm3.clone());
                Event::TextAdopted { text, flow, language, words, sha256, sm3, from }
            }
            Command::RecordConsents { text, consents } => {
                let Some(t) = e.text(text) else { return refuse(Fault::UnknownText, article) };
                if e.flow(t.flow).is_none_or(|f| f.facts.basis != Some(Basis::Consent)) {
                    return refuse(Fault::ConsentNotTheBasis, "Q2607 q1");
                }
                if consents.is_empty() {
                    return refuse(Fault::NothingReported, article);
                }
                if consents.len() > CONSENTS_MAX {
                    return refuse(Fault::TooMany { count: consents.len(), most: CONSENTS_MAX }, "house");
                }
                let rows = check_consents(t, &consents, now);
                if let Some((_, first)) = rows.first() {
                    let article = first.article();
                    return refuse(Fault::Consents { rows }, article);
                }
                Event::Consented { text, consents }
            }
            Command::WithdrawConsent { text, person, at } => {
                match e.standing_consent(text, person) {
                    None => return refuse(Fault::NoConsent, article),
                    Some(c) if at < c.at => return refuse(Fault::BeforeConsent { day: cst_date(c.at) }, article),
                    Some(_) if at > now => return refuse(Fault::DayInFuture { day: cst_date(at) }, article),
                    Some(_) => {}
                }
                Event::ConsentWithdrawn { text, person, at }
            }
        }])
    }
}

fn running(e: &Exports, flow: u32, article: &'static str) -> Result<(), Refusal> {
    match e.flow(flow) {
        None => refuse(Fault::UnknownFlow, article),
        Some(f) if f.ended.is_some() => refuse(Fault::FlowEnded, article),
        Some(_) => Ok(()),
    }
}

/// Takes a report and opens the dossiers that it makes necessary, each once for year and count.
fn report(
    e: &Exports,
    flow: u32,
    count: Box<Count>,
    source: String,
    (actor, now): (&Actor, Timestamp),
    sets: &Sets,
) -> Result<Vec<Event>, Refusal> {
    let article = "P16 7";
    if e.flow(flow).is_none() {
        return refuse(Fault::UnknownFlow, article);
    }
    let mut days = days(&count, sets)?;
    if days.is_empty() {
        return refuse(Fault::NothingReported, article);
    }
    let most = if matches!(*count, Count::Plain { .. }) { POINTS_MAX } else { KEYED_MAX };
    if days.len() > most {
        return refuse(Fault::TooMany { count: days.len(), most }, "house");
    }
    let all = e.keyed().saturating_add(days.len());
    if !matches!(*count, Count::Plain { .. }) && all > KEYED_ALL_MAX {
        return refuse(Fault::TooManyKept { count: all, most: KEYED_ALL_MAX }, "house");
    }
    days.sort_unstable();
    days.dedup();
    for day in days.iter().copied() {
        if day > cst_date(now) {
            return refuse(Fault::DayInFuture { day }, article);
        }
        if guosuo_rules::path::Law::on(day).is_err() {
            return refuse(Fault::NoLaw { day }, article);
        }
    }
    match &*count {
        Count::Plain { points } => {
            let beyond = points.iter().map(|p| (p.on, p.non_sensitive.max(p.sensitive))).find(|(_, n)| *n > PEOPLE_MAX);
            if let Some((on, count)) = beyond {
                return refuse(Fault::TooManyPeople { on, count, most: PEOPLE_MAX }, "house");
            }
            falls(e, flow, &count)?;
        }
        Count::Keyed { key, .. } | Count::Set(SetRef { key, .. }) => {
            if text::is_blank(key) || key.chars().count() > 100 || text::check(key, false).is_err() {
                return refuse(Fault::KeyUnfit, article);
            }
        }
    }
    let number = e.reports.last().map_or(1, |r| r.number + 1);
    let source = needed(source, article)?;
    let mut after = e.clone();
    after.reports.push(Report {
        number,
        flow,
        count: (*count).clone(),
        source: source.clone(),
        at: now,
        by: By::from(actor),
        voided: None,
    });
    let mut out = vec![Event::Counted { report: number, flow, count, source }];
    let mut years: Vec<i16> = days.iter().map(|d| d.year()).collect();
    years.sort_unstable();
    years.dedup();
    for year in years {
        let found = match after.year(year, sets) {
            Ok(found) => found,
            Err(NotAdded::Law(_)) => continue,
            Err(NotAdded::Set(_)) => return refuse(Fault::SetMissing, "house"),
        };
        for task in found.tasks {
            let Task::Dossier { fact, line, since, certain, already, .. } = task else { continue };
            if !e.dossiers.iter().any(|d| d.year == year && d.fact == fact) {
                out.push(Event::DossierOpened { year, fact, line, since, certain, already });
            }
        }
    }
    Ok(out)
}

/// The days of a report. Of a set in a file the values must be at hand and be those that the report names.
fn days(count: &Count, sets: &Sets) -> Result<Vec<Date>, Refusal> {
    Ok(match count {
        Count::Plain { points } => points.iter().map(|p| p.on).collect(),
        Count::Keyed { seen, .. } => seen.iter().map(|s| s.on).collect(),
        Count::Set(set) => match sets.get(&set.sha256) {
            Some(seen) if SetRef::of(&set.key, &set.sha256, seen).as_ref() == Some(set) => seen.iter().map(|s| s.on).collect(),
            _ => return refuse(Fault::SetMissing, "house"),
        },
    })
}

/// Numbers since 1 January never fall within a year: deleting information takes nobody back out of what has left.
fn falls(e: &Exports, flow: u32, count: &Count) -> Result<(), Refusal> {
    let of = |count: &Count| match count {
        Count::Plain { points } => points.clone(),
        Count::Keyed { .. } | Count::Set(_) => Vec::new(),
    };
    let mut points: Vec<_> =
        e.reports.iter().filter(|r| r.flow == flow && r.voided.is_none()).flat_map(|r| of(&r.count)).collect();
    points.extend(of(count));
    points.sort_by_key(|p| p.on);
    for pair in points.windows(2).filter(|p| p[0].on.year() == p[1].on.year() && p[0].on < p[1].on) {
        let (a, b) = (pair[0], pair[1]);
        for (from, to) in [(a.non_sensitive, b.non_sensitive), (a.sensitive, b.sensitive)] {
            if to < from {
                return refuse(Fault::Falls { on: b.on, from, to }, "PQ16 q11");
            }
        }
    }
    Ok(())
}
