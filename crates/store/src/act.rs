//! Acts on cases: load, fold, decide, and everything that follows in one transaction.

use guosuo_case::actor::OrgKind;
use guosuo_case::{Actor, By, Life, Recorded};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::buffer::T;
use crate::db::{Reader, from_row, instant, micros, on, signed, statements, unsigned};
use crate::error::{ActError, Error};
use crate::idem::Idem;
use crate::keys::{CaseKey, SUITE, open, seal};
use crate::ledger::{Class, Entry, Origin, salt, unsalt};
use crate::open::Store;
use crate::project::{CaseMeta, Projected, head_values};
use crate::tx::Tx;
use crate::unit::UnitFuture;

/// Version of the stored form of events.
const FORMAT: i64 = 1;

statements! {
    EVENTS = "SELECT seq, kind, at, actor, org, body FROM event WHERE case_id = $1 ORDER BY seq";
    HEAD = "SELECT kind, version, org, created, updated FROM case_head WHERE case_id = $1";
    HEADS = "SELECT case_id, kind, version, org, created, updated FROM case_head WHERE case_id > $1 ORDER BY case_id LIMIT 500";
    CASES_OF = "SELECT case_id FROM case_head WHERE org = $1 AND kind = $2 ORDER BY updated DESC";
}

struct EventRow {
    seq: i64,
    kind: String,
    at: i64,
    actor: String,
    org: String,
    body: Vec<u8>,
}

from_row!(EventRow { seq, kind, at, actor, org, body });

/// What is encrypted of an event, after the salt.
#[derive(Serialize)]
struct Body<'a, E> {
    by: &'a str,
    event: &'a E,
}

#[derive(Deserialize)]
struct StoredBody<'a> {
    by: String,
    #[serde(borrow)]
    event: &'a RawValue,
}

/// One line of the list of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The case.
    pub case_id: String,
    /// Which life cycle it follows.
    pub kind: String,
    /// Number of its events.
    pub version: i64,
    /// The organisation it belongs to.
    pub org: String,
    /// First event, microseconds.
    pub created: i64,
    /// Last event, microseconds.
    pub updated: i64,
}

from_row!(Head { case_id, kind, version, org, created, updated });

/// A case as folded from its events.
#[derive(Debug, Clone)]
pub struct Loaded<L: Life> {
    /// The case.
    pub id: String,
    /// Its state; `None` before the first event.
    pub state: Option<L>,
    /// How many events it has.
    pub version: u64,
    /// When the first event was recorded.
    pub created: Option<Timestamp>,
    /// When the last event was recorded.
    pub updated: Option<Timestamp>,
}

/// What an act did.
#[derive(Debug, Clone)]
pub struct Acted<L: Life> {
    /// The case.
    pub case_id: String,
    /// Its state afterwards.
    pub state: L,
    /// Its version afterwards.
    pub version: u64,
    /// The new events; after a replay those of the first time.
    pub events: Vec<Recorded<L::Event>>,
    /// Whether the same request had been done before and nothing new happened.
    pub replayed: bool,
}

/// A command with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct Request<L: Life> {
    /// The case; a new id begins a new case.
    pub case_id: String,
    /// What is asked for.
    pub command: L::Command,
    /// Who asks.
    pub actor: Actor,
    /// The session, for the ledger; empty for the platform itself.
    pub session: String,
    /// The version that the actor saw; `None` if it does not matter.
    pub expected: Option<u64>,
    /// The idempotency key of the request.
    pub idem: Option<Idem>,
    /// When the request reached the platform.
    pub now: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Done {
    case_id: String,
    first: u64,
    last: u64,
}

fn about(case_id: &str, seq: i64, kind: &str) -> String {
    format!("{SUITE}|event|{case_id}|{seq}|{kind}|{FORMAT}")
}

fn decode<L: Life>(case_id: &str, key: &CaseKey, row: EventRow) -> Result<Recorded<L::Event>, Error> {
    let bad = |why: &str| Error::Damaged(format!("event {} of case {case_id}: {why}", row.seq));
    if row.kind != L::KIND {
        return Err(bad("belongs to another kind of case"));
    }
    let plain = event_plain(case_id, row.seq, &row.kind, key, &row.body).ok_or_else(|| bad("column body does not open"))?;
    let (_, json) = unsalt(&plain).ok_or_else(|| bad("too short"))?;
    let body: StoredBody<'_> = serde_json::from_slice(json).map_err(|e| bad(&e.to_string()))?;
    let event = serde_json::from_str(body.event.get()).map_err(|e| bad(&e.to_string()))?;
    Ok(Recorded {
        seq: unsigned(row.seq),
        at: instant(row.at),
        by: By { user: row.actor.into(), name: body.by, org: row.org.into() },
        event,
    })
}

/// The decrypted bytes of a stored event; `None` if they do not open.
pub(crate) fn event_plain(case_id: &str, seq: i64, kind: &str, key: &CaseKey, body: &[u8]) -> Option<Vec<u8>> {
    open(key, about(case_id, seq, kind).as_bytes(), body)
}

/// Name of the person and the event as JSON.
pub(crate) fn decode_plain(plain: &[u8]) -> Option<(String, Box<RawValue>)> {
    let body: StoredBody<'_> = serde_json::from_slice(unsalt(plain)?.1).ok()?;
    Some((body.by, body.event.to_owned()))
}

impl Reader {
    /// All events of a case in order, decrypted.
    pub async fn history<L: Life>(&mut self, case_id: &str) -> Result<Vec<Recorded<L::Event>>, Error> {
        let rows: Vec<EventRow> = on!(self.conn(), |c| sqlx::query_as(EVENTS).bind(case_id).fetch_all(c).await)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.case_key(case_id).await?.ok_or_else(|| Error::Damaged(format!("case {case_id} has no key")))?;
        let events: Vec<_> = rows.into_iter().map(|r| decode::<L>(case_id, &key, r)).collect::<Result<_, _>>()?;
        if let Some((i, e)) = events.iter().enumerate().find(|(i, e)| e.seq != *i as u64 + 1) {
            return Err(Error::Damaged(format!("case {case_id}: event {} missing before {}", i + 1, e.seq)));
        }
        Ok(events)
    }

    /// A case folded from its events. Does not ask who is reading: pages use [`Self::case_for`].
    pub async fn case<L: Life>(&mut self, case_id: &str) -> Result<Loaded<L>, Error> {
        let events = self.history::<L>(case_id).await?;
        Ok(Loaded {
            id: case_id.to_owned(),
            version: events.len() as u64,
            created: events.first().map(|e| e.at),
            updated: events.last().map(|e| e.at),
            state: L::fold(&events),
        })
    }

    /// A case for somebody: what belongs to another body does not exist for a body.
    pub async fn case_for<L: Life>(&mut self, actor: &Actor, case_id: &str) -> Result<Loaded<L>, Error> {
        let loaded = match self.case::<L>(case_id).await {
            Ok(loaded) => loaded,
            // The id of a case of another kind is asked for by mistake: nothing is damaged.
            Err(e) => {
                let other = self.head(case_id).await?.is_some_and(|h| h.kind != L::KIND);
                return Err(if other { Error::NotFound("case") } else { e });
            }
        };
        match &loaded.state {
            Some(s) if !walled_off(actor, s) => Ok(loaded),
            _ => Err(Error::NotFound("case")),
        }
    }

    /// The head of a case.
    pub async fn head(&mut self, case_id: &str) -> Result<Option<Head>, Error> {
        let row: Option<(String, i64, String, i64, i64)> =
            on!(self.conn(), |c| sqlx::query_as(HEAD).bind(case_id).fetch_optional(c).await)?;
        Ok(row.map(|(kind, version, org, created, updated)| Head {
            case_id: case_id.to_owned(),
            kind,
            version,
            org,
            created,
            updated,
        }))
    }

    /// Heads in the order of their ids, 500 at a time, after the given id.
    pub async fn heads_after(&mut self, case_id: &str) -> Result<Vec<Head>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(HEADS).bind(case_id).fetch_all(c).await)?)
    }

    /// Ids of the cases of one kind that belong to an organisation, last changed first.
    pub async fn cases_of(&mut self, org: &str, kind: &str) -> Result<Vec<String>, Error> {
        let rows: Vec<(String,)> = on!(self.conn(), |c| sqlx::query_as(CASES_OF).bind(org).bind(kind).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|r| r.0).collect())
    }
}

/// The wall between tenants, below every handler: an organisation reaches the cases that concern
/// it only, and the separated administrators reach none.
fn walled_off<L: Life>(actor: &Actor, state: &L) -> bool {
    match actor.org_kind {
        OrgKind::Body | OrgKind::Processor | OrgKind::VerificationBody => !state.concerns(&actor.org),
        OrgKind::Platform => !actor.is_system(),
        OrgKind::Cac | OrgKind::Nda | OrgKind::Samr => false,
    }
}

impl Tx {
    /// Loads a case inside the write unit.
    pub async fn case<L: Life>(&mut self, case_id: &str) -> Result<Loaded<L>, Error> {
        self.about_case(case_id).await?.case::<L>(case_id).await
    }

    /// Decides a command on a loaded case and records what follows: events, ledger rows, read
    /// tables and clocks. Refusals change nothing.
    pub async fn act<L: Projected>(
        &mut self,
        case: Loaded<L>,
        command: L::Command,
        actor: &Actor,
        session: &str,
        facts: &L::Facts,
        now: Timestamp,
    ) -> Result<Acted<L>, ActError> {
        if case.state.as_ref().is_some_and(|s| walled_off(actor, s)) {
            return Err(Error::NotFound("case").into());
        }
        let decided = L::decide(case.state.as_ref(), command, actor, facts, now)?;
        Ok(self.record(case, decided, actor, session, now).await?)
    }

    /// Records events that were decided elsewhere, for example by importing.
    pub async fn record<L: Projected>(
        &mut self,
        case: Loaded<L>,
        decided: Vec<L::Event>,
        actor: &Actor,
        session: &str,
        now: Timestamp,
    ) -> Result<Acted<L>, Error> {
        let Loaded { id, mut state, version, created, updated } = case;
        // A case never runs backwards, whatever the wall clock does.
        let now = updated.map_or(now, |u| u.max(now));
        let by = By::from(actor);
        let mut events = Vec::with_capacity(decided.len());
        if !decided.is_empty() {
            let key = self.key_of(&id, now).await?;
            for (i, event) in decided.into_iter().enumerate() {
                let recorded = Recorded { seq: version + 1 + i as u64, at: now, by: by.clone(), event };
                self.put_event::<L>(&id, &key, &recorded, actor, session).await?;
                state = L::apply(state, &recorded);
                if let Some(state) = &state {
                    let told = L::told(state, &recorded);
                    Box::pin(self.tell(&id, L::KIND, L::event_kind(&recorded.event), &recorded, told)).await?;
                }
                events.push(recorded);
            }
        }
        let state = state.ok_or(Error::NotFound("case"))?;
        let version = version + events.len() as u64;
        if !events.is_empty() {
            let meta = CaseMeta { id: &id, version, created: created.unwrap_or(now), updated: now };
            self.put(T::Head, head_values(&meta, L::KIND, state.owner().as_str())).await?;
            self.project(&meta, &state).await?;
        }
        Ok(Acted { case_id: id, state, version, events, replayed: false })
    }

    async fn put_event<L: Life>(
        &mut self,
        id: &str,
        key: &CaseKey,
        e: &Recorded<L::Event>,
        actor: &Actor,
        session: &str,
    ) -> Result<(), Error> {
        let name = L::event_kind(&e.event);
        let seq = signed(e.seq);
        let plain = salt(&Body { by: &e.by.name, event: &e.event })?;
        let body = seal(key, about(id, seq, L::KIND).as_bytes(), &plain)?;
        self.put(
            T::Event,
            vec![
                id.into(),
                seq.into(),
                L::KIND.into(),
                name.into(),
                FORMAT.into(),
                micros(e.at).into(),
                e.by.user.as_str().into(),
                e.by.org.as_str().into(),
                SUITE.into(),
                body.into(),
            ],
        )
        .await?;
        self.entries.push(Entry::new(Class::Event, name, &Origin::of(actor, session), e.at, &plain).on_case(id, e.seq, L::KIND));
        Ok(())
    }
}

impl Store {
    /// Loads a case for somebody; see [`Reader::case_for`].
    pub async fn case_for<L: Life>(&self, actor: &Actor, case_id: &str) -> Result<Loaded<L>, Error> {
        self.reader().await?.case_for::<L>(actor, case_id).await
    }

    /// All events of a case; the caller has checked who is reading.
    pub async fn history<L: Life>(&self, case_id: &str) -> Result<Vec<Recorded<L::Event>>, Error> {
        self.reader().await?.history::<L>(case_id).await
    }

    /// One command, from load to commit. `facts` gathers inside the transaction what the
    /// decision needs (numbers, calendar, settings); it may run more than once.
    ///
    /// # Errors
    /// [`ActError::Refused`] with the article; [`Error::Stale`] if `expected` is not the
    /// version stored; [`Error::KeyReused`] for an idempotency key with other parameters.
    pub async fn act<L, F>(&self, request: Request<L>, facts: F) -> Result<Acted<L>, ActError>
    where
        L: Projected,
        F: for<'t> Fn(&'t mut Tx, Option<&'t L>) -> UnitFuture<'t, L::Facts, Error> + Send + Sync + 'static,
    {
        self.write_with((request, facts), |tx, (r, facts)| Box::pin(tx.run_request(r, facts))).await
    }
}

impl Tx {
    /// [`Store::act`] inside a larger write unit.
    pub async fn run_request<L, F>(&mut self, r: &Request<L>, facts: &F) -> Result<Acted<L>, ActError>
    where
        L: Projected,
        F: for<'t> Fn(&'t mut Self, Option<&'t L>) -> UnitFuture<'t, L::Facts, Error> + Send + Sync,
    {
        if let Some(idem) = &r.idem
            && let Some(response) = self.once(idem, r.actor.user.as_str(), r.now).await?
        {
            return Ok(self.replay(&response).await?);
        }
        let case = self.case::<L>(&r.case_id).await?;
        if let Some(expected) = r.expected
            && expected != case.version
        {
            return Err(Error::Stale { expected, current: case.version }.into());
        }
        let facts = facts(self, case.state.as_ref()).await?;
        let acted = self.act(case, r.command.clone(), &r.actor, &r.session, &facts, r.now).await?;
        if let Some(idem) = &r.idem {
            self.finished(idem, &acted, &r.actor, r.now).await?;
        }
        Ok(acted)
    }

    /// Keeps with an idempotency key what the request did.
    pub(crate) async fn finished<L: Life>(
        &mut self,
        idem: &Idem,
        acted: &Acted<L>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let first = acted.events.first().map_or(0, |e| e.seq);
        let done = Done { case_id: acted.case_id.clone(), first, last: acted.version };
        self.done(idem, actor.user.as_str(), &serde_json::to_string(&done)?, now).await
    }

    /// What a request did when it was done before.
    pub(crate) async fn replay<L: Life>(&mut self, response: &str) -> Result<Acted<L>, Error> {
        let done: Done = serde_json::from_str(response)?;
        let mut events = self.about_case(&done.case_id).await?.history::<L>(&done.case_id).await?;
        let version = events.len() as u64;
        let state = L::fold(&events).ok_or(Error::NotFound("case"))?;
        events.retain(|e| (done.first..=done.last).contains(&e.seq));
        Ok(Acted { case_id: done.case_id, state, version, events, replayed: true })
    }
}
