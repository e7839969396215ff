//! The statements that looking for splits compares (M 5(4)), as far as somebody may see them.
//!
//! - Applications: a body those that it received, an authority all.
//! - What applicants gave of their yearly ledgers with an application: whoever sees the application.
//! - The ledgers themselves: authorities alone, each look with its ground, recorded before anything leaves (PIPL 63, M 14).
//!   A body never reads a ledger; nobody sees values of people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guosuo_case::CaseId;
use guosuo_case::Life as _;
use guosuo_case::certification::{Application, Purpose};
use guosuo_case::exports::Exports;
use guosuo_case::grouping::Grouping;
use guosuo_rules::splitting::{self, Hit, LedgerFlow, Settings, Source, Tie};
use guosuo_rules::time::cst_date;
use guosuo_rules::yearly::{self, Count};
use guosuo_store::{Class, Error as StoreError};
use jiff::civil::Date;

use super::grouping::{self, Why};
use super::sets;
use crate::app::{App, Cx};
use crate::error::Error;

/// A ledger that was read.
struct Book {
    /// Its case.
    id: String,
    /// Whose it is, by the name that its applications use.
    holder: String,
    state: Exports,
    /// The year that was looked at.
    year: i16,
}

/// What is compared.
#[derive(Default)]
pub(super) struct Statements {
    pub(super) list: Vec<splitting::Application>,
    pub(super) ties: Vec<Tie<Why>>,
    /// How many applications are among them.
    pub(super) applications: usize,
    /// How many flows of ledgers.
    pub(super) flows: usize,
    /// Names of applicants.
    pub(super) applicants: BTreeSet<String>,
    /// By organisation: the name of the processor in its applications.
    names: BTreeMap<String, String>,
    /// By holder and year: the day on which it was given, and the flows.
    given: BTreeMap<(String, i16), (Date, Vec<LedgerFlow>)>,
    books: Vec<Book>,
    /// By certificate: the number of the application that it came of.
    came_of: BTreeMap<CaseId, String>,
    /// Places in the list of applications that renew or change a certificate.
    follows: Vec<(usize, CaseId)>,
}

/// Hits, and how many more turned out to stay below their line.
pub(super) struct Found {
    pub(super) hits: Vec<Hit>,
    pub(super) settled_below: usize,
}

/// An application as it is compared: all recipients and all purposes of its scope. What was given up or turned down exports
/// nothing.
fn of(id: &str, a: &Application) -> Option<splitting::Application> {
    let receipt = a.receipt.as_ref()?;
    if a.phase.came_to_nothing() {
        return None;
    }
    let s = &a.dossier.form.scope;
    let recipients: Vec<&str> = s.recipients.iter().map(|r| r.name.as_str()).collect();
    let number = receipt.number.to_string();
    Some(splitting::Application {
        id: if number.is_empty() { id.to_owned() } else { number },
        applicant: a.processor.name.clone(),
        holder: String::new(),
        source: Source::Application,
        group: String::new(),
        recipient: recipients.join("；"),
        purpose: s.purposes.join("；"),
        on: cst_date(receipt.at),
        until: None,
        non_sensitive: s.people.non_sensitive,
        sensitive: s.people.sensitive,
        replaces: None,
    })
}

impl Statements {
    /// The submitted applications that the actor may see, and what was given of ledgers with them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn of_applications(cx: &Cx, marks: &Grouping) -> Result<Self, Error> {
        let actor = cx.actor()?;
        let mut reader = cx.app.store.reader().await?;
        let (mut out, mut after) = (Self::default(), String::new());
        loop {
            let heads = reader.heads_after(&after).await?;
            let Some(last) = heads.last() else { break };
            after.clone_from(&last.case_id);
            for head in heads.iter().filter(|h| h.kind == Application::KIND) {
                match reader.case_for::<Application>(actor, &head.case_id).await {
                    Ok(loaded) => {
                        if let Some(a) = &loaded.state {
                            out.take(&head.case_id, a);
                        }
                    }
                    Err(StoreError::NotFound(_)) => {}
                    Err(e) => return Err(e.into()),
                }
            }
        }
        out.ties.extend(grouping::marked(marks));
        Ok(out)
    }

    fn take(&mut self, id: &str, a: &Application) {
        let Some(application) = of(id, a) else { return };
        let holder = application.applicant.clone();
        self.ties.extend(grouping::declared(a));
        // Whoever applies for others is none of them.
        if a.processor.org.as_ref() == Some(&a.owner) {
            self.names.insert(a.owner.0.clone(), holder.clone());
        }
        self.applicants.insert(holder.clone());
        self.applications += 1;
        if let Some(certificate) = &a.certificate {
            self.came_of.insert(certificate.clone(), application.id.clone());
        }
        if let Purpose::Renewal { certificate, .. } | Purpose::Change { certificate } = &a.purpose {
            self.follows.push((self.list.len(), certificate.clone()));
        }
        self.list.push(application);
        if let Some(g) = &a.dossier.form.ledger {
            // Of two the later one: a ledger grows.
            let known = self.given.entry((holder, g.year)).or_insert_with(|| (g.on, g.flows.clone()));
            if g.on > known.0 {
                *known = (g.on, g.flows.clone());
            }
        }
    }

    /// The ledgers of all processors, of this year and the one before. What is read is recorded with its ground.
    ///
    /// # Errors
    /// When a ledger cannot be read, or the look cannot be recorded: then nothing may leave.
    pub(super) async fn read_ledgers(&mut self, cx: &Cx, ground: &str) -> Result<(), Error> {
        let actor = cx.actor()?;
        let (this, mut after) = (cx.today().year(), String::new());
        let mut read = Vec::new();
        loop {
            let heads = cx.app.store.reader().await?.heads_after(&after).await?;
            let Some(last) = heads.last() else { break };
            after.clone_from(&last.case_id);
            for head in heads.into_iter().filter(|h| h.kind == Exports::KIND) {
                let loaded = cx.app.store.case_for::<Exports>(actor, &head.case_id).await?;
                let Some(state) = loaded.state else { continue };
                let organisation = cx.app.store.organisation(&head.org).await?.map(|o| o.name);
                let holder = self.names.get(&head.org).cloned().or(organisation).unwrap_or_else(|| head.org.clone());
                read.push(head.case_id.clone());
                for year in [this - 1, this] {
                    let Some(found) = sets::year(&cx.app, &head.case_id, loaded.version, &state, year).await? else { continue };
                    let flows = state.flows_of(&found);
                    if !flows.is_empty() {
                        // The ledger itself says what was given of it, and more.
                        self.given.insert((holder.clone(), year), (cx.today(), flows));
                        let (id, holder, state) = (head.case_id.clone(), holder.clone(), state.clone());
                        self.books.push(Book { id, holder, state, year });
                    }
                }
            }
        }
        let (what, now) = (serde_json::json!({ "ground": ground, "ledgers": read }), cx.now);
        cx.app
            .store
            .write_with((what, cx.origin()?), move |tx, (what, origin)| {
                Box::pin(
                    async move { tx.append_ledger(Class::Read, "ledgers.splitting", Exports::KIND, "", origin, what, now).await },
                )
            })
            .await
            .map_err(|e: StoreError| Error::from(e))
    }

    /// Puts the flows of ledgers beside the applications, and says who belongs together.
    pub(super) fn join(&mut self) {
        for (at, certificate) in &self.follows {
            self.list[*at].replaces = self.came_of.get(certificate).cloned();
        }
        for ((holder, _), (_, flows)) in &self.given {
            for flow in flows {
                if flow.exporter.trim() != holder.trim() {
                    let why = Why::Ledger { holder: holder.clone(), exporter: flow.exporter.clone() };
                    let members = vec![holder.clone(), flow.exporter.clone()];
                    if !self.ties.iter().any(|t| t.why == why) {
                        self.ties.push(Tie { group: String::new(), members, why });
                    }
                }
                self.list.push(flow.stated_by(holder));
                self.flows += 1;
            }
        }
        splitting::join(&mut self.list, &self.ties);
    }

    /// Looks, and settles the hits whose number of people is known.
    ///
    /// # Errors
    /// When the values of a ledger cannot be read.
    pub(super) async fn look(&self, app: &App, settings: &Settings) -> Result<Found, Error> {
        let mut found = Found { hits: Vec::new(), settled_below: 0 };
        for hit in splitting::find(&self.list, settings) {
            let Some(people) = self.distinct(app, &hit).await? else {
                found.hits.push(hit);
                continue;
            };
            match hit.settle(people) {
                Some(hit) => found.hits.push(hit),
                None => found.settled_below += 1,
            }
        }
        Ok(found)
    }

    /// How many different people stand in the parts of a hit: known where all of them lie in ledgers that were read, under one
    /// key.
    async fn distinct(&self, app: &App, hit: &Hit) -> Result<Option<u64>, Error> {
        let (mut flows, mut key) = (Vec::new(), None::<String>);
        for part in hit.parts.iter().filter(|p| p.added) {
            let book = self.books.iter().find(|b| b.holder == part.holder && b.year == part.on.year());
            let Some(book) = book.filter(|_| part.source == Source::Ledger) else { return Ok(None) };
            let sets = sets::read(app, &book.id, &sets::needs(&book.state, Some(book.year))).await?;
            let all = book.state.counted(book.year, &sets).map_err(|e| StoreError::Damaged(e.to_string()))?;
            if !all.iter().any(|f| f.id == part.id) {
                return Ok(None);
            }
            for flow in all.into_iter().filter(|f| f.id == part.id) {
                match &flow.count {
                    Count::Keyed { key: of, .. } if key.as_ref().is_none_or(|known| known == of) => key = Some(of.clone()),
                    _ => return Ok(None),
                }
                flows.push(flow);
            }
        }
        let (fact, Some(first)) = (hit.fact, hit.parts.first()) else { return Ok(None) };
        let (year, flows) = (first.on.year(), Arc::new(flows));
        let found = tokio::task::spawn_blocking(move || yearly::year(&flows, year)).await.map_err(|_| StoreError::Panicked)?;
        let Ok(found) = found else { return Ok(None) };
        let counter = if fact == guosuo_rules::path::Fact::Sensitive { found.sensitive } else { found.non_sensitive };
        Ok(counter.is_exact().then_some(counter.most.total))
    }
}
