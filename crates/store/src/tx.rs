//! The transaction that a write unit works on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use guosuo_rules::calendar::Calendar;
use jiff::Timestamp;

use crate::buffer::{Buffer, T, Val};
use crate::db::{Reader, on, statements};
use crate::error::Error;
use crate::keys::{CaseKey, KeyRing, PLATFORM, SUITE, random_key};
use crate::ledger::Entry;
use crate::open::Shared;

statements! {
    NEXT_NUMBER = "SELECT next FROM sequence WHERE kind = $1 AND year = $2";
}

/// A write unit's view of the database. Made by [`Store::write`](crate::Store::write) only.
pub struct Tx {
    reader: Reader,
    shared: Arc<Shared>,
    buffer: Buffer,
    /// Cases with rows waiting in the buffer.
    touched: HashSet<String>,
    /// Idempotency keys waiting in the buffer.
    claimed: HashSet<(String, String)>,
    /// Numbers given out in this transaction and not yet stored.
    numbers: HashMap<(String, i64), i64>,
    new_keys: HashMap<String, CaseKey>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) calendar: Option<Arc<Calendar>>,
    after: Vec<Box<dyn FnOnce() + Send>>,
    undo: Undo,
    done: bool,
}

/// What the running unit has to take back when it fails.
#[derive(Default)]
struct Undo {
    savepoint: bool,
    calendar: bool,
    entries: usize,
    after: usize,
    numbers: Vec<((String, i64), Option<i64>)>,
    new_keys: Vec<String>,
    touched: Vec<String>,
    claimed: Vec<(String, String)>,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if !self.done {
            self.reader.link.condemn();
        }
    }
}

impl Tx {
    pub(crate) async fn begin(shared: &Arc<Shared>) -> Result<Self, Error> {
        let mut link = shared.write_link().await?;
        // PostgreSQL: writers of all nodes take turns. The table lock must come before the first
        // query, because that one fixes the snapshot; an advisory lock is itself a query.
        let begin = if link.is_sqlite() {
            "BEGIN IMMEDIATE"
        } else {
            "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; LOCK TABLE writer_turn IN EXCLUSIVE MODE"
        };
        if let Err(e) = link.simple(begin).await {
            link.condemn();
            return Err(e.into());
        }
        Ok(Self {
            reader: Reader { link, keys: shared.keys.clone() },
            shared: shared.clone(),
            buffer: Buffer::default(),
            touched: HashSet::new(),
            claimed: HashSet::new(),
            numbers: HashMap::new(),
            new_keys: HashMap::new(),
            entries: Vec::new(),
            calendar: None,
            after: Vec::new(),
            undo: Undo::default(),
            done: false,
        })
    }

    // ---- the running unit ----

    pub(crate) fn enter(&mut self) {
        self.buffer.mark();
        self.undo = Undo { entries: self.entries.len(), after: self.after.len(), ..Undo::default() };
    }

    pub(crate) async fn leave(&mut self) -> Result<(), Error> {
        if self.undo.savepoint {
            self.reader.link.simple("RELEASE SAVEPOINT unit").await?;
        }
        Ok(())
    }

    pub(crate) async fn undo(&mut self) -> Result<(), Error> {
        self.buffer.undo();
        let undo = std::mem::take(&mut self.undo);
        self.entries.truncate(undo.entries);
        self.after.truncate(undo.after);
        for (key, before) in undo.numbers.into_iter().rev() {
            match before {
                Some(n) => self.numbers.insert(key, n),
                None => self.numbers.remove(&key),
            };
        }
        for k in undo.new_keys {
            self.new_keys.remove(&k);
        }
        for t in undo.touched {
            self.touched.remove(&t);
        }
        for c in undo.claimed {
            self.claimed.remove(&c);
        }
        if undo.calendar {
            self.calendar = None;
        }
        if undo.savepoint {
            self.reader.link.simple("ROLLBACK TO SAVEPOINT unit; RELEASE SAVEPOINT unit").await?;
        }
        Ok(())
    }

    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        self.send_all().await?;
        let entries = std::mem::take(&mut self.entries);
        let ledger = self.write_ledger(entries).await?;
        if let Err(e) = self.reader.link.simple("COMMIT").await {
            self.shared.forget_ledger();
            let e = Error::from(e);
            // A lost connection says nothing about what the server did with the commit.
            return Err(match e {
                Error::Db(sqlx::Error::Io(_) | sqlx::Error::Protocol(_)) => Error::Unknown,
                e => e,
            });
        }
        self.done = true;
        if let Some(l) = ledger {
            self.shared.set_ledger(l);
        }
        for (id, key) in self.new_keys.drain() {
            self.shared.keys.remember(&id, &key);
        }
        for f in self.after.drain(..) {
            f();
        }
        Ok(())
    }

    pub(crate) async fn rollback(mut self) -> Result<(), Error> {
        self.reader.link.simple("ROLLBACK").await?;
        self.done = true;
        Ok(())
    }

    // ---- for the query files ----

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn keys(&self) -> Arc<KeyRing> {
        self.reader.keys.clone()
    }

    /// Runs after a successful commit, before the callers are answered.
    pub(crate) fn after_commit(&mut self, f: impl FnOnce() + Send + 'static) {
        self.after.push(Box::new(f));
    }

    /// The database with everything of this transaction in it, ready for any statement.
    pub(crate) async fn raw(&mut self) -> Result<&mut Reader, Error> {
        if !self.undo.savepoint {
            self.send_numbers_of_others();
            self.buffer.send(self.reader.link.conn(), false).await?;
            self.reader.link.simple("SAVEPOINT unit").await?;
            self.undo.savepoint = true;
        }
        self.send_all().await?;
        Ok(&mut self.reader)
    }

    /// Numbers given out by earlier units go before the savepoint, the running unit's after it.
    fn send_numbers_of_others(&mut self) {
        let mut others = self.numbers.clone();
        for (key, before) in self.undo.numbers.iter().rev() {
            match before {
                Some(n) => others.insert(key.clone(), *n),
                None => others.remove(key),
            };
        }
        for ((kind, year), next) in others {
            self.buffer.put_before_mark(T::Sequence, vec![kind.into(), year.into(), next.into()]);
        }
    }

    /// Queries inside the transaction: everything written so far is seen.
    pub async fn reader(&mut self) -> Result<&mut Reader, Error> {
        self.raw().await
    }

    /// The database without the waiting rows: only for reading what those cannot touch.
    pub(crate) fn beneath(&mut self) -> &mut Reader {
        &mut self.reader
    }

    /// The database for reading one case: sends the waiting rows only if they concern it.
    pub(crate) async fn about_case(&mut self, case_id: &str) -> Result<&mut Reader, Error> {
        if self.touched.contains(case_id) { self.raw().await } else { Ok(&mut self.reader) }
    }

    pub(crate) fn touch(&mut self, case_id: &str) {
        if self.touched.insert(case_id.to_owned()) {
            self.undo.touched.push(case_id.to_owned());
        }
    }

    /// If this unit fails, the calendar is read again.
    pub(crate) fn undo_calendar(&mut self) {
        self.undo.calendar = true;
    }

    pub(crate) fn is_claimed(&self, actor: &str, key: &str) -> bool {
        self.claimed.contains(&(actor.to_owned(), key.to_owned()))
    }

    pub(crate) fn claim(&mut self, actor: &str, key: &str) {
        let pair = (actor.to_owned(), key.to_owned());
        if self.claimed.insert(pair.clone()) {
            self.undo.claimed.push(pair);
        }
    }

    pub(crate) async fn put(&mut self, table: T, row: Vec<Val>) -> Result<(), Error> {
        let mut row = Some(row);
        if !self.buffer.put(table, &mut row) {
            self.raw().await?;
            let sent = self.buffer.put(table, &mut row);
            debug_assert!(sent, "an empty buffer takes every row");
        }
        Ok(())
    }

    /// Sends what the ledger put last; nothing can be undone one by one any more.
    pub(crate) async fn send_last(&mut self) -> Result<(), Error> {
        self.buffer.send(self.reader.link.conn(), true).await
    }

    async fn send_all(&mut self) -> Result<(), Error> {
        let numbers: Vec<_> = self.numbers.drain().collect();
        if !numbers.is_empty() {
            // What is stored from here on is undone by the savepoint, not by the list.
            self.undo.numbers.clear();
        }
        for ((kind, year), next) in numbers {
            let mut row = Some(vec![kind.into(), year.into(), next.into()]);
            let free = self.buffer.put(T::Sequence, &mut row);
            debug_assert!(free, "sequence rows enter the buffer here only, and leave it below");
        }
        if !self.buffer.is_empty() {
            self.buffer.send(self.reader.link.conn(), true).await?;
            self.touched.clear();
            self.claimed.clear();
        }
        Ok(())
    }

    /// The next number of a kind in a year, without gaps: it is given back if the unit fails.
    pub async fn next_number(&mut self, kind: &str, year: i16) -> Result<u32, Error> {
        let id = (kind.to_owned(), i64::from(year));
        let before = self.numbers.get(&id).copied();
        let next = if let Some(n) = before {
            n
        } else {
            let stored: Option<(i64,)> = on!(self.reader.conn(), |c| sqlx::query_as(NEXT_NUMBER)
                .bind(kind)
                .bind(i64::from(year))
                .fetch_optional(c)
                .await)?;
            stored.map_or(1, |s| s.0)
        };
        self.undo.numbers.push((id.clone(), before));
        self.numbers.insert(id, next + 1);
        u32::try_from(next).map_err(|_| Error::Damaged("sequence out of range".into()))
    }

    /// The key of a case, made now if there is none.
    pub(crate) async fn key_of(&mut self, case_id: &str, now: Timestamp) -> Result<CaseKey, Error> {
        if let Some(k) = self.new_keys.get(case_id) {
            return Ok(k.clone());
        }
        if let Some(k) = self.beneath().case_key(case_id).await? {
            return Ok(k);
        }
        let key: CaseKey = Arc::new(random_key());
        let wrapped = self.reader.keys.wrap(case_id, &key)?;
        let root = self.reader.keys.root_id().to_owned();
        self.put(T::CaseKey, vec![case_id.into(), root.into(), wrapped.into(), crate::db::micros(now).into()]).await?;
        self.new_keys.insert(case_id.to_owned(), key.clone());
        self.undo.new_keys.push(case_id.to_owned());
        Ok(key)
    }

    /// Encrypts a field with the platform's key; `about` binds it to its row.
    pub(crate) async fn seal_field(&mut self, about: &str, plain: &[u8], now: Timestamp) -> Result<Vec<u8>, Error> {
        let key = self.key_of(PLATFORM, now).await?;
        crate::keys::seal(&key, format!("{SUITE}|{about}").as_bytes(), plain)
    }
}

impl Reader {
    /// Opens a field that `Tx::seal_field` made.
    pub(crate) async fn open_field(&mut self, about: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let key = self.case_key(PLATFORM).await?.ok_or(Error::NotFound("platform key"))?;
        crate::keys::open(&key, format!("{SUITE}|{about}").as_bytes(), sealed)
            .ok_or_else(|| Error::Damaged(format!("field {about}")))
    }
}
