//! Finished answers of the public register, kept in memory: whoever asks for a certificate that was
//! asked for a moment ago is answered without the database, without drawing the page again and without
//! passing the layers of the service.
//!
//! A handler that knows how long its answer holds marks it with [`Keep`]; nothing else is ever kept.
//! What is kept are the bytes as they would leave, with their headers, per address (and with it per
//! language and form), large print and packing. An answer is given from memory only
//!
//! * to visitors without any cookie but the one for large print: with a session, with news to show or with
//!   anything unknown the request goes its ordinary way;
//! * before the moment at which its content changes by time alone (the clock on the page, the end of a day);
//! * while no row of the ledger that may touch it has been committed since it was read. What this process commits
//!   is known before whoever committed it is answered; what other processes commit is looked for
//!   whenever the last look is older than [`Register::look_ms`], and an instance that cannot look any more answers
//!   nothing from memory after four times as long.
//!
//! Memory is bounded: two halves, of which the older one is let go as a whole when the younger one is
//! full. Addresses that lead nowhere, and those that are only another spelling of one, are not kept, so that guessing
//! numbers fills nothing.
//!
//! [`super::remember`] is the part of the service that asks this memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use guosuo_seal::digest::sha256;
use guosuo_store::{Store, Touched};
use jiff::Timestamp;

use crate::config::Register;
use crate::serve;

/// Cases whose last change is remembered one by one; beyond them all answers count as touched.
const CASES: usize = 10_000;
/// What an answer takes beside its bytes: headers, address, place in the table.
const OVERHEAD: usize = 2048;

/// Extension of an answer that may be kept.
#[derive(Debug, Clone)]
pub struct Keep {
    /// The case that it tells of.
    pub case: String,
    /// The first moment at which it may be another one without anything having been recorded.
    pub until: Timestamp,
}

impl Keep {
    /// For a content with the time of the check on it, which is shown to the minute.
    pub fn this_minute(case: &str, now: Timestamp) -> Self {
        let second = now.as_second().div_euclid(60).saturating_add(1).saturating_mul(60);
        Self { case: case.to_owned(), until: Timestamp::from_second(second).unwrap_or(now) }
    }

    /// For a content that names the day.
    pub fn today(case: &str, now: Timestamp) -> Self {
        Self { case: case.to_owned(), until: guosuo_rules::time::end_of_day(guosuo_rules::time::cst_date(now)) }
    }

    /// Marks an answer.
    pub(crate) fn mark(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// Which form of an answer: large print, packed.
pub(super) type Form = usize;
const FORMS: usize = 4;

/// A finished answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// With a place for the number of the request, which is another one each time.
    headers: HeaderMap,
    etag: HeaderValue,
    body: Bytes,
    case: String,
    /// When it was made.
    made: Timestamp,
    until: Timestamp,
    /// The place of the ledger that was known before its reading began.
    began: u64,
}

impl Answer {
    /// What a handler that marked its answer said.
    pub(super) fn new(mut headers: HeaderMap, body: Bytes, keep: Keep, made: Timestamp, began: u64) -> Self {
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(serve::REQUEST_ID, HeaderValue::from_static(""));
        let tag = format!("\"{}\"", &sha256(&body).to_hex()[..32]);
        let etag = HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        headers.insert(header::ETAG, etag.clone());
        Self { headers, etag, body, case: keep.case, made, until: keep.until, began }
    }

    /// Whether its content is the same a moment later.
    pub(super) fn lasts(&self) -> bool {
        self.made < self.until
    }

    /// Sends it under the number of the request, or that the visitor has it already.
    pub(super) fn send(&self, head: bool, asked: Option<&HeaderValue>, number: HeaderValue) -> Response {
        let mut headers = self.headers.clone();
        headers.insert(serve::REQUEST_ID, number);
        let length = HeaderValue::from(self.body.len());
        let known = asked.and_then(|v| v.to_str().ok()).is_some_and(|list| {
            list.split(',')
                .map(str::trim)
                .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.etag.as_bytes())
        });
        let (status, body) = match (known, head) {
            (true, _) => (StatusCode::NOT_MODIFIED, Body::empty()),
            (false, true) => {
                headers.insert(header::CONTENT_LENGTH, length);
                (StatusCode::OK, Body::empty())
            }
            (false, false) => (StatusCode::OK, Body::from(self.body.clone())),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

/// Answers by address and form, with the bytes that they take.
#[derive(Debug, Default)]
struct Half {
    answers: HashMap<String, [Option<Arc<Answer>>; FORMS]>,
    size: usize,
}

impl Half {
    fn get(&self, path: &str, form: Form) -> Option<&Arc<Answer>> {
        self.answers.get(path)?.get(form)?.as_ref()
    }

    fn put(&mut self, path: String, form: Form, answer: Arc<Answer>) {
        let cost = |a: &Answer| a.body.len() + OVERHEAD;
        self.size += cost(&answer);
        if let Some(place) = self.answers.entry(path).or_default().get_mut(form)
            && let Some(before) = place.replace(answer)
        {
            self.size -= cost(&before);
        }
    }
}

#[derive(Debug, Default)]
struct Kept {
    fresh: Half,
    older: Half,
    /// Rows of the ledger that have been taken into account.
    seen: u64,
    /// The place behind the last row that touched a case.
    cases: HashMap<String, u64>,
    /// The place behind the last row that may have touched any answer.
    all: u64,
}

impl Kept {
    /// Takes into account what has been recorded; looks may end in another order than they began.
    fn take(&mut self, touched: Touched) {
        if touched.all || self.cases.len() + touched.cases.len() > CASES {
            self.all = self.all.max(touched.until);
            self.cases.clear();
        } else {
            for case in touched.cases {
                let place = self.cases.entry(case).or_default();
                *place = (*place).max(touched.until);
            }
        }
        self.seen = self.seen.max(touched.until);
    }

    fn get(&self, path: &str, form: Form, now: Timestamp) -> Option<&Arc<Answer>> {
        self.fresh.get(path, form).or_else(|| self.older.get(path, form)).filter(|a| {
            let touched = self.cases.get(&a.case).copied().unwrap_or(0).max(self.all);
            a.made <= now && now < a.until && a.began >= touched
        })
    }

    fn put(&mut self, path: String, form: Form, answer: Arc<Answer>, most: usize) {
        self.fresh.put(path, form, answer);
        if self.fresh.size > most / 2 {
            self.older = std::mem::take(&mut self.fresh);
        }
    }
}

/// The memory of an instance; cheap to clone.
#[derive(Debug, Clone)]
pub struct Memory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    look: Duration,
    most: usize,
    kept: RwLock<Kept>,
    /// Held by the one who looks into the ledger.
    turn: tokio::sync::Mutex<()>,
    start: Instant,
    /// When the last look began that succeeded, in microseconds since the start; none yet: `u64::MAX`.
    looked: AtomicU64,
    hits: AtomicU64,
}

impl Memory {
    /// An empty one.
    pub fn new(settings: &Register) -> Self {
        Self(Arc::new(Inner {
            look: Duration::from_millis(settings.look_ms),
            most: settings.memory_mib.saturating_mul(1 << 20),
            kept: RwLock::default(),
            turn: tokio::sync::Mutex::default(),
            start: Instant::now(),
            looked: AtomicU64::new(u64::MAX),
            hits: AtomicU64::new(0),
        }))
    }

    /// Answers that were given from memory.
    pub fn hits(&self) -> u64 {
        self.0.hits.load(Ordering::Relaxed)
    }

    /// Bytes that the answers take.
    pub fn size(&self) -> usize {
        self.read(|kept| kept.fresh.size + kept.older.size)
    }

    /// Takes an answer in.
    pub(super) fn put(&self, path: String, form: Form, answer: Arc<Answer>) {
        self.write(|kept| kept.put(path, form, answer, self.0.most));
    }

    fn read<T>(&self, f: impl FnOnce(&Kept) -> T) -> T {
        f(&self.0.kept.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, f: impl FnOnce(&mut Kept) -> T) -> T {
        f(&mut self.0.kept.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn clock(&self) -> u64 {
        u64::try_from(self.0.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// How long ago the last look began; nothing if there was none.
    fn age(&self) -> Option<Duration> {
        let looked = self.0.looked.load(Ordering::Acquire);
        (looked != u64::MAX).then(|| Duration::from_micros(self.clock().saturating_sub(looked)))
    }

    /// Whether this process has committed what has not been looked at.
    fn behind(&self, store: &Store) -> bool {
        store.committed() > self.read(|kept| kept.seen)
    }

    /// Makes sure that what has been recorded is taken into account; `false` if that is not possible.
    pub(super) async fn follow(&self, store: &Store) -> bool {
        let must = |age: Option<Duration>| age.is_none_or(|age| age >= self.0.look * 4);
        let (behind, age) = (self.behind(store), self.age());
        if !behind && age.is_some_and(|age| age < self.0.look) {
            return true;
        }
        let _turn = if behind || must(age) {
            self.0.turn.lock().await
        } else {
            // Somebody is looking: there is time to wait for the end of it without waiting here.
            match self.0.turn.try_lock() {
                Ok(turn) => turn,
                Err(_) => return true,
            }
        };
        if !self.behind(store) && self.age().is_some_and(|age| age < self.0.look) {
            return true;
        }
        let begun = self.clock();
        match self.look(store).await {
            Ok(touched) => {
                self.write(|kept| kept.take(touched));
                self.0.looked.store(begun, Ordering::Release);
                true
            }
            Err(e) => {
                tracing::warn!(error = %e, "the ledger could not be looked at; the register answers from the database");
                false
            }
        }
    }

    async fn look(&self, store: &Store) -> Result<Touched, guosuo_store::Error> {
        let seen = self.read(|kept| kept.seen);
        store.reader().await?.touched(seen).await
    }

    /// The answer that is kept, or the place of the ledger from which a new one begins.
    pub(super) fn get(&self, store: &Store, path: &str, form: Form, now: Timestamp) -> Result<Arc<Answer>, u64> {
        let found = self.read(|kept| {
            let current = store.committed() <= kept.seen;
            kept.get(path, form, now).filter(|_| current).cloned().ok_or(kept.seen)
        });
        if found.is_ok() {
            self.0.hits.fetch_add(1, Ordering::Relaxed);
        }
        found
    }

    /// The answer that is kept, if nothing has to be looked at before it may be given.
    pub(super) fn at_once(&self, store: &Store, path: &str, form: Form, now: Timestamp) -> Option<Arc<Answer>> {
        if self.age().is_none_or(|age| age >= self.0.look) {
            return None;
        }
        self.get(store, path, form, now).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn answer(case: &str, began: u64, size: usize) -> Arc<Answer> {
        Arc::new(Answer {
            headers: HeaderMap::new(),
            etag: HeaderValue::from_static("\"a\""),
            body: vec![b'x'; size].into(),
            case: case.into(),
            made: at("2026-03-12T01:30:00Z"),
            until: at("2026-03-12T01:31:00Z"),
            began,
        })
    }

    #[test]
    fn an_answer_lives_until_its_content_changes_by_time() {
        let keep = Keep::this_minute("c", at("2026-03-12T01:30:59.999Z"));
        assert_eq!(keep.until, at("2026-03-12T01:31:00Z"));
        assert_eq!(Keep::this_minute("c", at("2026-03-12T01:31:00Z")).until, at("2026-03-12T01:32:00Z"));
        assert_eq!(Keep::today("c", at("2026-03-12T15:59:59Z")).until, at("2026-03-12T16:00:00Z"), "midnight in China");
        let mut kept = Kept::default();
        kept.put("/certificates/1".into(), 0, answer("c", 0, 1), 1 << 20);
        for (now, there) in [
            ("2026-03-12T01:29:59Z", false),
            ("2026-03-12T01:30:00Z", true),
            ("2026-03-12T01:30:59Z", true),
            ("2026-03-12T01:31:00Z", false),
        ] {
            assert_eq!(kept.get("/certificates/1", 0, at(now)).is_some(), there, "{now}");
        }
        assert!(kept.get("/certificates/1", 1, at("2026-03-12T01:30:00Z")).is_none(), "another form");
        assert!(kept.get("/en/certificates/1", 0, at("2026-03-12T01:30:00Z")).is_none(), "another language");
    }

    #[test]
    fn what_touches_a_case_ends_its_answers_also_those_that_were_read_before() {
        let now = at("2026-03-12T01:30:10Z");
        let mut kept = Kept::default();
        let touched = |until, case: &str, all| Touched { until, cases: [case.to_owned()].into(), all };
        kept.put("/certificates/1".into(), 0, answer("c", 5, 1), 1 << 20);
        kept.take(touched(6, "other", false));
        assert!(kept.get("/certificates/1", 0, now).is_some());
        kept.take(touched(7, "c", false));
        assert!(kept.get("/certificates/1", 0, now).is_none());
        kept.put("/certificates/1".into(), 0, answer("c", 6, 1), 1 << 20);
        assert!(kept.get("/certificates/1", 0, now).is_none(), "its reading began before");
        kept.put("/certificates/1".into(), 0, answer("c", 7, 1), 1 << 20);
        assert!(kept.get("/certificates/1", 0, now).is_some());
        kept.take(touched(9, "x", true));
        assert!(kept.get("/certificates/1", 0, now).is_none() && kept.seen == 9);
        kept.take(touched(8, "c", true));
        assert_eq!((kept.seen, kept.all), (9, 9), "a look that ended late takes nothing back");
    }

    #[test]
    fn memory_is_bounded() {
        let mut kept = Kept::default();
        let most = 100 * (1000 + OVERHEAD);
        for i in 0..1000 {
            kept.put(format!("/certificates/{i}"), 0, answer("c", 0, 1000), most);
            kept.put(format!("/certificates/{i}"), 0, answer("c", 0, 1000), most);
            assert!(kept.fresh.size + kept.older.size <= most + 1000 + OVERHEAD, "{i}");
        }
        assert!(kept.fresh.answers.len() + kept.older.answers.len() <= 101);
        for i in 0..=u64::try_from(CASES).unwrap() {
            kept.take(Touched { until: i, cases: [i.to_string()].into(), all: false });
        }
        assert!(kept.cases.len() <= CASES && kept.all > 0, "too many cases count as all");
    }
}
