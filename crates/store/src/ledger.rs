//! The ledger: one gap-free chain of everything that happened, under a Merkle tree.
//!
//! Rows are made when a group of write units commits: only then is their place known. The
//! digest of a row is salted, and salt and content lie encrypted elsewhere, so that content
//! can be destroyed while the ledger keeps standing.

use guosuo_case::Actor;
use guosuo_seal::chain::{self, Chain, ROW_VERSION};
use guosuo_seal::digest::SALT_LEN;
use guosuo_seal::merkle::{Frontier, NodeId, node_hash};
use guosuo_seal::{Digest32, salted};
use jiff::Timestamp;
use serde::Serialize;

use crate::buffer::T;
use crate::db::{Reader, from_row, micros, on, signed, statements, unsigned};
use crate::error::Error;
use crate::keys::{PLATFORM, SUITE, open, random, seal};
use crate::open::Store;
use crate::tx::Tx;

statements! {
    LEDGER_HEAD = "SELECT seq, at, link FROM ledger ORDER BY seq DESC LIMIT 1";
    LEDGER_PAGE = "SELECT seq, at, class, actor, case_id, \"row\", prev, link FROM ledger WHERE seq >= $1 ORDER BY seq LIMIT $2";
    LEDGER_BACK = "SELECT seq, at, class, actor, case_id, \"row\", prev, link FROM ledger WHERE seq < $1 AND ($2 = '' OR class = $2) AND ($3 = '' OR actor = $3) ORDER BY seq DESC LIMIT $4";
    LEDGER_OF_CASE = "SELECT seq, at, class, actor, case_id, \"row\", prev, link FROM ledger WHERE case_id = $1 ORDER BY seq";
    LINKS = "SELECT link FROM ledger WHERE seq >= $1 AND seq < $2 ORDER BY seq";
    NODES = "SELECT hash FROM merkle_node WHERE level = $1 AND idx >= $2 AND idx < $3 ORDER BY idx";
    BODY = "SELECT body FROM ledger_body WHERE seq = $1";
}

/// What kind of thing a ledger row records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// An event of a case.
    Event,
    /// An act that belongs to no case: accounts, settings, imports.
    Act,
    /// A confidential content was about to be shown.
    Read,
    /// Somebody was refused access.
    Denied,
    /// The platform itself: start, checkpoint, restore.
    System,
}

impl Class {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Act => "act",
            Self::Read => "read",
            Self::Denied => "denied",
            Self::System => "system",
        }
    }
}

/// Who acted, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Account id, or `system:TASK`.
    pub actor: String,
    /// Organisation acted for.
    pub org: String,
    /// Public id of the session; empty for the platform itself.
    pub session: String,
}

impl Origin {
    /// The part of an actor that is recorded.
    pub fn of(actor: &Actor, session: &str) -> Self {
        Self { actor: actor.user.0.clone(), org: actor.org.0.clone(), session: session.to_owned() }
    }

    /// The platform itself; `task` names which part.
    pub fn system(task: &str) -> Self {
        Self::of(&Actor::system(task), "")
    }
}

/// A row that waits for its place in the chain.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    class: Class,
    at: Timestamp,
    row: chain::Row,
    /// Encrypted body of acts that no case holds.
    body: Option<Vec<u8>>,
}

fn some(s: &str) -> Option<String> {
    (!s.is_empty()).then(|| s.to_owned())
}

/// Splits what [`salt`] joined.
pub(crate) fn unsalt(plain: &[u8]) -> Option<(&[u8; SALT_LEN], &[u8])> {
    plain.split_first_chunk::<SALT_LEN>()
}

/// Fresh salt in front of a JSON body.
pub(crate) fn salt(body: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut plain = random::<SALT_LEN>().to_vec();
    serde_json::to_writer(&mut plain, body)?;
    Ok(plain)
}

/// Salted digest of what [`salt`] made.
pub(crate) fn digest(plain: &[u8]) -> Option<Digest32> {
    unsalt(plain).map(|(salt, body)| salted(salt, body))
}

impl Entry {
    /// `plain` begins with the salt.
    pub(crate) fn new(class: Class, action: &str, origin: &Origin, at: Timestamp, plain: &[u8]) -> Self {
        let row = chain::Row {
            v: ROW_VERSION,
            seq: 0,
            at: at.to_string(),
            logical: at.to_string(),
            kind: class.as_str().to_owned(),
            actor: origin.actor.clone(),
            role: None,
            org: some(&origin.org),
            session: some(&origin.session),
            action: action.to_owned(),
            object: String::new(),
            case: None,
            case_version: None,
            body: digest(plain),
        };
        Self { class, at, row, body: None }
    }

    pub(crate) fn on_case(mut self, case_id: &str, case_seq: u64, kind: &str) -> Self {
        self.row.case = some(case_id);
        self.row.case_version = Some(case_seq);
        kind.clone_into(&mut self.row.object);
        self
    }
}

/// A row of the ledger as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its place, 0 for the first, without gaps.
    pub seq: i64,
    /// Logical time in microseconds: never less than that of the row before.
    pub at: i64,
    /// `event`, `act`, `read`, `denied`, `system`.
    pub class: String,
    /// Account, or `system:TASK`.
    pub actor: String,
    /// The case, or empty.
    pub case_id: String,
    /// The canonical bytes that are chained: a [`chain::Row`].
    pub row: String,
    /// Chain digest of the row before.
    pub prev: Vec<u8>,
    /// Chain digest of this row.
    pub link: Vec<u8>,
}

from_row!(LedgerRow { seq, at, class, actor, case_id, row, prev, link });

impl LedgerRow {
    /// The row with its fields.
    pub fn fields(&self) -> Result<chain::Row, Error> {
        chain::Row::from_bytes(self.row.as_bytes()).map_err(|e| Error::Damaged(format!("ledger {}: column row: {e}", self.seq)))
    }
}

/// Where the chain ends.
#[derive(Debug, Clone)]
pub(crate) struct LedgerState {
    logical: i64,
    chain: Chain,
}

impl LedgerState {
    /// Rows up to this end.
    pub(crate) fn next_seq(&self) -> u64 {
        self.chain.next_seq()
    }
}

impl Tx {
    /// Records something that is no event of a case, with its particulars (encrypted) in the
    /// same transaction.
    #[expect(clippy::too_many_arguments, reason = "a ledger row has this many columns")]
    pub async fn append_ledger(
        &mut self,
        class: Class,
        action: &str,
        object: &str,
        case_id: &str,
        origin: &Origin,
        body: &(impl Serialize + Sync),
        now: Timestamp,
    ) -> Result<(), Error> {
        let plain = salt(body)?;
        let key = self.key_of(PLATFORM, now).await?;
        let mut entry = Entry::new(class, action, origin, now, &plain);
        object.clone_into(&mut entry.row.object);
        entry.row.case = some(case_id);
        if let Some(d) = &entry.row.body {
            entry.body = Some(seal(&key, body_about(d).as_bytes(), &plain)?);
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Records an administrative act.
    pub async fn record_act(
        &mut self,
        action: &str,
        object: &str,
        origin: &Origin,
        body: &(impl Serialize + Sync),
        now: Timestamp,
    ) -> Result<(), Error> {
        self.append_ledger(Class::Act, action, object, "", origin, body, now).await
    }

    /// Gives the waiting entries their places; answers where the chain ends now.
    pub(crate) async fn write_ledger(&mut self, entries: Vec<Entry>) -> Result<Option<LedgerState>, Error> {
        if entries.is_empty() {
            return Ok(None);
        }
        let known = self.shared().take_ledger();
        let origin = self.shared().origin.clone();
        let mut state = self.beneath().ledger_state(known, &origin).await?;
        for Entry { class, at, mut row, body } in entries {
            state.logical = state.logical.max(micros(at));
            row.seq = state.chain.next_seq();
            row.logical = crate::db::instant(state.logical).to_string();
            let bytes = row.to_bytes().map_err(|e| Error::Damaged(format!("ledger row: {e}")))?;
            let linked = state.chain.append(&bytes);
            for (node, hash) in linked.nodes {
                // Leaves are computed from the links; only the bottoms of tiles are stored.
                if node.level > 0 && node.level % 8 == 0 {
                    self.put(
                        T::Node,
                        vec![i64::from(node.level).into(), signed(node.index).into(), hash.as_bytes().to_vec().into()],
                    )
                    .await?;
                }
            }
            let seq = signed(linked.seq);
            if let Some(body) = body {
                self.put(T::LedgerBody, vec![seq.into(), body.into()]).await?;
            }
            let text = String::from_utf8(bytes).map_err(|_| Error::Damaged("ledger row: not text".into()))?;
            self.put(
                T::Ledger,
                vec![
                    seq.into(),
                    state.logical.into(),
                    class.as_str().into(),
                    row.actor.into(),
                    row.case.unwrap_or_default().into(),
                    text.into(),
                    linked.prev.as_bytes().to_vec().into(),
                    linked.link.as_bytes().to_vec().into(),
                ],
            )
            .await?;
        }
        self.send_last().await?;
        Ok(Some(state))
    }
}

pub(crate) fn body_about(digest: &Digest32) -> String {
    format!("{SUITE}|ledger|{}", digest.to_hex())
}

pub(crate) fn as_digest(bytes: &[u8], what: &str) -> Result<Digest32, Error> {
    Digest32::from_slice(bytes).ok_or_else(|| Error::Damaged(format!("{what}: not 32 bytes")))
}

impl Reader {
    /// Where the chain ends; `known` is used if it still is the end.
    async fn ledger_state(&mut self, known: Option<LedgerState>, origin: &str) -> Result<LedgerState, Error> {
        let head: Option<(i64, i64, Vec<u8>)> = on!(self.conn(), |c| sqlx::query_as(LEDGER_HEAD).fetch_optional(c).await)?;
        let Some((seq, logical, link)) = head else {
            return Ok(LedgerState { logical: 0, chain: Chain::new(origin) });
        };
        let link = as_digest(&link, "ledger.link")?;
        let size = unsigned(seq) + 1;
        if let Some(k) = known
            && k.chain.next_seq() == size
            && k.chain.link() == link
        {
            return Ok(k);
        }
        Ok(LedgerState { logical, chain: Chain::resume(link, self.frontier(size).await?) })
    }

    /// The right edge of the tree over the first `size` rows, from stored nodes.
    pub(crate) async fn frontier(&mut self, size: u64) -> Result<Frontier, Error> {
        let mut edge = Vec::new();
        let mut done = 0; // leaves covered so far
        for bit in (0..64_u8).rev().filter(|b| size >> b & 1 == 1) {
            let stored = bit / 8 * 8;
            let (from, count) = (done >> stored, 1_u64 << (bit - stored));
            let mut row = self.nodes(stored, from, from + count).await?;
            while row.len() > 1 {
                row = row.chunks(2).map(|p| node_hash(&p[0], &p[1])).collect();
            }
            edge.extend(row);
            done += 1 << bit;
        }
        Frontier::from_parts(size, edge).map_err(|_| Error::Damaged("merkle tree: right edge".into()))
    }

    /// Hashes of the nodes `from..to` of a stored level (0, 8, 16, …).
    pub(crate) async fn nodes(&mut self, level: u8, from: u64, to: u64) -> Result<Vec<Digest32>, Error> {
        if from >= to {
            return Ok(Vec::new());
        }
        let (a, b) = (signed(from), signed(to));
        let rows: Vec<(Vec<u8>,)> = if level == 0 {
            on!(self.conn(), |c| sqlx::query_as(LINKS).bind(a).bind(b).fetch_all(c).await)?
        } else {
            on!(self.conn(), |c| sqlx::query_as(NODES).bind(i64::from(level)).bind(a).bind(b).fetch_all(c).await)?
        };
        if rows.len() as u64 != to - from {
            return Err(Error::Damaged(format!("merkle_node: level {level}: nodes {from} to {to} are not all there")));
        }
        rows.iter().map(|(h,)| as_digest(h, "merkle_node.hash").map(|h| if level == 0 { chain::leaf(&h) } else { h })).collect()
    }

    /// One node of the tree, computed from stored ones where it is not stored itself.
    pub(crate) async fn node(&mut self, id: NodeId) -> Result<Digest32, Error> {
        let stored = id.level / 8 * 8;
        let count = 1_u64 << (id.level - stored);
        let from = id.index.saturating_mul(count);
        let mut row = self.nodes(stored, from, from.saturating_add(count)).await?;
        while row.len() > 1 {
            row = row.chunks(2).map(|p| node_hash(&p[0], &p[1])).collect();
        }
        row.pop().ok_or(Error::NotFound("node"))
    }

    /// Number of rows in the ledger.
    pub async fn ledger_size(&mut self) -> Result<u64, Error> {
        let head: Option<(i64, i64, Vec<u8>)> = on!(self.conn(), |c| sqlx::query_as(LEDGER_HEAD).fetch_optional(c).await)?;
        Ok(head.map_or(0, |h| unsigned(h.0) + 1))
    }

    /// Rows from a place on, oldest first.
    pub async fn ledger_from(&mut self, seq: u64, limit: u32) -> Result<Vec<LedgerRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(LEDGER_PAGE).bind(signed(seq)).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// Rows before a place, newest first; `class` and `actor` may be empty for "any".
    pub async fn ledger_before(&mut self, seq: u64, class: &str, actor: &str, limit: u32) -> Result<Vec<LedgerRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(LEDGER_BACK)
            .bind(signed(seq))
            .bind(class)
            .bind(actor)
            .bind(i64::from(limit))
            .fetch_all(c)
            .await)?)
    }

    /// Everything the ledger holds about a case: events and reads.
    pub async fn ledger_of_case(&mut self, case_id: &str) -> Result<Vec<LedgerRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(LEDGER_OF_CASE).bind(case_id).fetch_all(c).await)?)
    }

    /// The particulars of an act or read, decrypted JSON; `None` for events of cases.
    pub async fn ledger_body(&mut self, row: &LedgerRow) -> Result<Option<serde_json::Value>, Error> {
        Ok(match self.ledger_plain(row).await? {
            Some(plain) => Some(serde_json::from_slice(unsalt(&plain).map_or(&[][..], |u| u.1))?),
            None => None,
        })
    }

    pub(crate) async fn ledger_plain(&mut self, row: &LedgerRow) -> Result<Option<Vec<u8>>, Error> {
        let body: Option<(Vec<u8>,)> = on!(self.conn(), |c| sqlx::query_as(BODY).bind(row.seq).fetch_optional(c).await)?;
        let Some((body,)) = body else { return Ok(None) };
        let key = self.case_key(PLATFORM).await?.ok_or(Error::NotFound("platform key"))?;
        let fields = row.fields()?;
        fields
            .body
            .and_then(|d| open(&key, body_about(&d).as_bytes(), &body))
            .map(Some)
            .ok_or_else(|| Error::Damaged(format!("ledger_body {}: column body does not open", row.seq)))
    }
}

impl Store {
    /// Records that somebody is about to see confidential content. The content may leave only
    /// after this has returned: the row is committed.
    pub async fn record_read(
        &self,
        origin: &Origin,
        object: &str,
        case_id: &str,
        ground: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.record_access(Class::Read, "open", origin, [object, case_id, ground], now).await
    }

    /// Records that somebody was refused access.
    pub async fn record_denied(
        &self,
        action: &str,
        origin: &Origin,
        object: &str,
        case_id: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.record_access(Class::Denied, action, origin, [object, case_id, why], now).await
    }

    async fn record_access(
        &self,
        class: Class,
        action: &str,
        origin: &Origin,
        what: [&str; 3],
        now: Timestamp,
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Ground<'a> {
            ground: &'a str,
        }
        let args = (action.to_owned(), origin.clone(), what.map(str::to_owned));
        self.write_with(args, move |tx, (action, origin, [object, case_id, ground])| {
            Box::pin(async move { tx.append_ledger(class, action, object, case_id, origin, &Ground { ground }, now).await })
        })
        .await
    }
}
