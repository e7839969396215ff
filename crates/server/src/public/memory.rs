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

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use guosuo_seal::digest::sha256;
use guosuo_store::{Store, Touched};
use jiff::Timestamp;

use crate::app::App;
use crate::config::Register;
use crate::error::Error;
use crate::serve;

/// No answer that is kept is longer, in bytes.
const LONGEST: usize = 4 << 20;
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
type Form = usize;
const FORMS: usize = 4;

/// What is asked for, if it may be answered from memory at all.
struct Asked {
    path: String,
    form: Form,
    head: bool,
}

impl Asked {
    fn of(request: &Request) -> Option<Self> {
        let head = request.method() == Method::HEAD;
        let path = request.uri().path();
        let plain = path.strip_prefix("/en").filter(|p| p.starts_with('/')).unwrap_or(path);
        let ours = plain.starts_with("/certificates/") || plain.starts_with("/V/");
        if !(ours && (head || request.method() == Method::GET)) || request.uri().query().is_some() {
            return None;
        }
        let large = usize::from(large_print(request.headers())?);
        let packed = usize::from(takes_gzip(request.headers()));
        Some(Self { path: path.to_owned(), form: large * 2 + packed, head })
    }

    fn packed(&self) -> bool {
        self.form % 2 == 1
    }
}

/// Whether the visitor wants large print; `None` for visitors about whom there is more to know.
fn large_print(headers: &HeaderMap) -> Option<bool> {
    let mut large = false;
    for value in headers.get_all(header::COOKIE) {
        for pair in value.to_str().ok()?.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
            match pair.split_once('=')? {
                ("large", value) => large = value == "on",
                _ => return None,
            }
        }
    }
    Some(large)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let refused = |more: &str| more.split(';').filter_map(|p| p.trim().strip_prefix("q=")).any(|q| q.parse() == Ok(0.0_f32));
    headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).any(|coding| {
        let (name, more) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !refused(more)
    })
}

/// Whether a path is spelled as this program spells it: each certificate has one address per form.
fn canonical(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    let mut bytes = path.bytes();
    while let Some(b) = bytes.next() {
        let fits = if b == b'%' {
            let mut digit = || bytes.next().filter(|d| d.is_ascii_digit() || (b'A'..=b'F').contains(d));
            let value = |d: u8| if d.is_ascii_digit() { d - b'0' } else { d - b'A' + 10 };
            matches!((digit(), digit()), (Some(high), Some(low)) if !plain(value(high) << 4 | value(low)))
        } else {
            plain(b) || b == b'/'
        };
        if !fits {
            return false;
        }
    }
    true
}

/// A finished answer.
#[derive(Debug)]
struct Answer {
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
    /// Sends it, or that the visitor has it already.
    fn send(&self, head: bool, asked: Option<&HeaderValue>) -> Response {
        let mut headers = self.headers.clone();
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
    async fn follow(&self, store: &Store) -> bool {
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
    fn get(&self, store: &Store, asked: &Asked, now: Timestamp) -> Result<Arc<Answer>, u64> {
        self.read(|kept| {
            let current = store.committed() <= kept.seen;
            kept.get(&asked.path, asked.form, now).filter(|_| current).cloned().ok_or(kept.seen)
        })
    }
}

/// Layer around everything: answers from memory what is kept, and keeps what is marked with [`Keep`].
pub async fn remember(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(asked) = Asked::of(&request) else { return next.run(request).await };
    let begun = Instant::now();
    if !app.memory.follow(&app.store).await {
        return next.run(request).await;
    }
    let now = app.now();
    let condition = request.headers().get(header::IF_NONE_MATCH).cloned();
    let began = match app.memory.get(&app.store, &asked, now) {
        Ok(answer) => {
            app.memory.0.hits.fetch_add(1, Ordering::Relaxed);
            return serve::noted(answer.send(asked.head, condition.as_ref()), begun);
        }
        Err(began) => began,
    };
    // What is kept is one of the known forms.
    if asked.packed() {
        request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    } else {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    *request.method_mut() = Method::GET;
    let response = next.run(request).await;
    let keep = response.extensions().get::<Keep>().cloned();
    let Some(keep) = keep.filter(|_| response.status() == StatusCode::OK && !response.headers().contains_key(header::SET_COOKIE))
    else {
        return if asked.head { without_body(response) } else { response };
    };
    let (mut parts, body) = response.into_parts();
    let body = match axum::body::to_bytes(body, LONGEST).await {
        Ok(body) => body,
        Err(e) => return Error::Fault(e.into()).into_response(),
    };
    let number = parts.headers.remove(serve::REQUEST_ID);
    parts.headers.remove(header::CONTENT_LENGTH);
    let tag = format!("\"{}\"", &sha256(&body).to_hex()[..32]);
    let etag = HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    parts.headers.insert(header::ETAG, etag.clone());
    let answer = Answer { headers: parts.headers, etag, body, case: keep.case, made: now, until: keep.until, began };
    let answer = Arc::new(answer);
    if now < keep.until && canonical(&asked.path) {
        let most = app.memory.0.most;
        app.memory.write(|kept| kept.put(asked.path, asked.form, Arc::clone(&answer), most));
    }
    let mut response = answer.send(asked.head, condition.as_ref());
    if let Some(number) = number {
        response.headers_mut().insert(serve::REQUEST_ID, number);
    }
    response
}

/// What `HEAD` gets of an answer to `GET`.
fn without_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact()
        && !parts.headers.contains_key(header::CONTENT_LENGTH)
    {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    Response::from_parts(parts, Body::empty())
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

    #[test]
    fn only_one_spelling_of_an_address_is_kept() {
        for good in
            ["/certificates/SLQH-2099-000137", "/en/certificates/A%2FB.json", "/certificates/%E4%BA%AC1/signed.json", "/V/ABC"]
        {
            assert!(canonical(good), "{good}");
        }
        for other in [
            "/certificates/SLQH%2D2099",
            "/certificates/%e4%ba%ac1",
            "/certificates/a%",
            "/certificates/a%2",
            "/certificates/a,b",
        ] {
            assert!(!canonical(other), "{other}");
        }
    }

    #[test]
    fn who_has_other_cookies_is_nobody_for_the_memory() {
        let headers = |cookies: &[&'static str]| {
            let mut map = HeaderMap::new();
            for c in cookies {
                map.append(header::COOKIE, HeaderValue::from_static(c));
            }
            map
        };
        assert_eq!(large_print(&headers(&[])), Some(false));
        assert_eq!(large_print(&headers(&[""])), Some(false));
        assert_eq!(large_print(&headers(&["large=on"])), Some(true));
        assert_eq!(large_print(&headers(&["large=off;"])), Some(false));
        for more in [&["session=x"][..], &["large=on; flash=gx"], &["large=on", "keys=off"], &["strange"]] {
            assert_eq!(large_print(&headers(more)), None, "{more:?}");
        }
        let gzip = |value: &'static str| {
            let mut map = HeaderMap::new();
            map.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            takes_gzip(&map)
        };
        assert!(gzip("gzip, deflate, br") && gzip("br;q=1.0, GZIP;q=0.5") && gzip("gzip"));
        assert!(!gzip("gzip;q=0") && !gzip("gzip; q=0.000") && !gzip("br") && !gzip("*") && !takes_gzip(&HeaderMap::new()));
    }
}
