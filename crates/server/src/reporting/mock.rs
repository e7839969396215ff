//! A national platform to test against: it keeps the agreement of `docs/reporting.md` and, when told
//! to, is as rude as platforms are. It shares no code with the adapter but the record itself, and it
//! counts what a sender does wrong.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures::stream;
use guosuo_case::certificate::{ReportRecord, Shown, Status};
use guosuo_seal::digest::sha256;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How often a platform is rude, in thousandths of the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// Answers 500 and has taken nothing.
    pub fault: u16,
    /// Answers 503 with `Retry-After`.
    pub busy: u16,
    /// Closes the connection and has taken nothing.
    pub hang_up: u16,
    /// Takes the report and answers 500.
    pub fault_after: u16,
    /// Takes the report and closes the connection.
    pub hang_up_after: u16,
    /// Takes the report and answers after the sender has given up.
    pub late: u16,
    /// Takes the report and sends half the answer.
    pub truncated: u16,
    /// Takes the report and answers with the receipt of another.
    pub foreign: u16,
    /// Takes the report and promises the receipt.
    pub promise: u16,
    /// Takes the report, gives the receipt, and forgets both.
    pub forget: u16,
    /// Refuses a report in which nothing is wrong.
    pub refuse: u16,
}

impl Faults {
    /// As platforms should be.
    pub const NONE: Self = Self {
        fault: 0,
        busy: 0,
        hang_up: 0,
        fault_after: 0,
        hang_up_after: 0,
        late: 0,
        truncated: 0,
        foreign: 0,
        promise: 0,
        forget: 0,
        refuse: 0,
    };

    /// One request in three goes wrong, in every way at once.
    pub const RUDE: Self = Self {
        fault: 60,
        busy: 30,
        hang_up: 40,
        fault_after: 30,
        hang_up_after: 40,
        late: 4,
        truncated: 30,
        foreign: 20,
        promise: 30,
        forget: 4,
        refuse: 4,
    };

    fn of(&self, dice: u16) -> Option<Fault> {
        let mut left = dice;
        let list = [
            (self.fault, Fault::Error),
            (self.busy, Fault::Busy),
            (self.hang_up, Fault::HangUp),
            (self.fault_after, Fault::ErrorAfter),
            (self.hang_up_after, Fault::HangUpAfter),
            (self.late, Fault::Late),
            (self.truncated, Fault::Truncated),
            (self.foreign, Fault::Foreign),
            (self.promise, Fault::Promise),
            (self.forget, Fault::Forget),
            (self.refuse, Fault::Refuse),
        ];
        for (share, fault) in list {
            if left < share {
                return Some(fault);
            }
            left -= share;
        }
        None
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Error,
    Busy,
    HangUp,
    ErrorAfter,
    HangUpAfter,
    Late,
    Truncated,
    Foreign,
    Promise,
    Forget,
    Refuse,
    Down,
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "fault",
            Self::Busy => "busy",
            Self::HangUp => "hang_up",
            Self::ErrorAfter => "fault_after",
            Self::HangUpAfter => "hang_up_after",
            Self::Late => "late",
            Self::Truncated => "truncated",
            Self::Foreign => "foreign",
            Self::Promise => "promise",
            Self::Forget => "forget",
            Self::Refuse => "refuse",
            Self::Down => "down",
        }
    }
}

/// A report that the platform has entered.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// What it says.
    pub record: ReportRecord,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// The receipt.
    pub receipt: String,
    /// When it was taken, by the platform's clock.
    pub at: Timestamp,
    /// Whether it was refused: its number is used, its content is not.
    pub refused: bool,
}

/// What a sender did wrong, and what the platform did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests with a report.
    pub requests: u64,
    /// Reports taken.
    pub taken: u64,
    /// Repetitions that were recognised.
    pub repeated: u64,
    /// A number that was skipped: the sender does not keep the order.
    pub out_of_order: u64,
    /// Another content under a number that was used.
    pub conflicting: u64,
    /// Requests whose digests or signatures do not fit their bytes, or that cannot be read.
    pub malformed: u64,
    /// Reports that the platform forgot on purpose.
    pub forgotten: u64,
    /// What went wrong on purpose.
    pub faults: BTreeMap<&'static str, u64>,
}

#[derive(Default)]
struct Ledger {
    /// By the body and the number of the certificate, in the order of taking.
    entries: BTreeMap<(String, String), Vec<Entry>>,
    /// The highest number ever taken, forgotten or not.
    high: HashMap<(String, String), u32>,
    /// How often a key was sent: the same seed gives the same faults whatever else goes on.
    tries: HashMap<String, u32>,
    /// Receipts that were promised and not given.
    promised: HashMap<String, u32>,
    receipts: u64,
    last_receipt: String,
    counts: Counts,
}

/// How a platform tells the time.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The platform.
#[derive(Clone)]
pub struct Mock {
    inner: Arc<Inner>,
}

struct Inner {
    seed: u64,
    faults: Faults,
    /// How long a late answer takes.
    late: Duration,
    now: Now,
    down: Mutex<Vec<(Timestamp, Timestamp)>>,
    ledger: Mutex<Ledger>,
}

impl Mock {
    /// A platform with a seed for its moods.
    pub fn new(seed: u64, faults: Faults, late: Duration, now: Now) -> Self {
        let inner = Inner { seed, faults, late, now, down: Mutex::default(), ledger: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// From when to when it is away.
    pub fn away(&self, from: Timestamp, to: Timestamp) {
        self.inner.down.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((from, to));
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.inner.ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What was counted.
    pub fn counts(&self) -> Counts {
        self.ledger().counts.clone()
    }

    /// What it has entered: by body and number of the certificate, in the order of taking.
    pub fn entries(&self) -> BTreeMap<(String, String), Vec<Entry>> {
        self.ledger().entries.clone()
    }

    /// The service: `POST /reports`, `GET /certificates`, `GET /reports`, `GET /`.
    pub fn service(&self) -> Router {
        Router::new()
            .route("/reports", post(take).get(list))
            .route("/certificates", get(shown))
            .route("/", get(overview))
            .with_state(self.clone())
    }

    /// Serves on an address of this machine until the process ends; gives the address.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(&self, address: &str) -> anyhow::Result<(std::net::SocketAddr, tokio::task::JoinHandle<()>)> {
        let listener = crate::serve::listen(address).await?;
        let at = listener.local_addr()?;
        let service = self.service();
        let task = tokio::spawn(async move {
            if let Err(e) = axum::serve(listener, service).await {
                tracing::error!(error = %e, "the mock platform ended");
            }
        });
        Ok((at, task))
    }

    fn is_away(&self) -> bool {
        let now = (self.inner.now)();
        let down = self.inner.down.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        down.iter().any(|(from, to)| (*from..*to).contains(&now))
    }

    fn dice(&self, key: &str, n: u32) -> u16 {
        let mix = sha256(format!("{}:{key}:{n}", self.inner.seed).as_bytes());
        let b = mix.as_bytes();
        u16::from_be_bytes([b[0], b[1]]) % 1000
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// An answer whose connection breaks after some bytes.
fn broken(bytes: &'static [u8]) -> Response {
    let parts = [Ok(Bytes::from_static(bytes)), Err(std::io::Error::other("the platform hangs up"))];
    let parts = if bytes.is_empty() { parts.into_iter().skip(1).collect::<Vec<_>>() } else { parts.into_iter().collect() };
    let mut response = Response::new(Body::from_stream(stream::iter(parts)));
    // A length that never comes makes half an answer plain to see.
    response.headers_mut().insert(header::CONTENT_LENGTH, header::HeaderValue::from_static("4096"));
    response
}

fn slip(e: &Entry) -> Value {
    json!({ "receipt": e.receipt, "certificate": e.record.certificate, "seq": e.record.seq, "digest": e.digest })
}

/// The digests that a request names must be those of its bytes.
fn honest(headers: &HeaderMap, bytes: &[u8]) -> Result<String, &'static str> {
    let digest = sha256(bytes);
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    if text("idempotency-key") != digest.to_hex() {
        return Err("the key is not the SHA-256 of the body");
    }
    if text("content-digest") != format!("sha-256=:{}:", data_encoding::BASE64.encode(digest.as_bytes())) {
        return Err("the content digest is not that of the body");
    }
    Ok(digest.to_hex())
}

async fn take(State(mock): State<Mock>, headers: HeaderMap, bytes: Bytes) -> Response {
    if mock.is_away() {
        *mock.ledger().counts.faults.entry(Fault::Down.name()).or_default() += 1;
        return broken(b"");
    }
    let (response, wait) = decide(&mock, &headers, &bytes);
    if let Some(wait) = wait {
        tokio::time::sleep(wait).await;
    }
    response
}

fn decide(mock: &Mock, headers: &HeaderMap, bytes: &[u8]) -> (Response, Option<Duration>) {
    let now = (mock.inner.now)();
    let mut guard = mock.ledger();
    let l = &mut *guard;
    l.counts.requests += 1;
    let digest = match honest(headers, bytes) {
        Ok(d) => d,
        Err(what) => {
            l.counts.malformed += 1;
            return (answer(StatusCode::BAD_REQUEST, &json!({ "reason": what })), None);
        }
    };
    let Ok(record) = serde_json::from_slice::<ReportRecord>(bytes) else {
        l.counts.malformed += 1;
        return (answer(StatusCode::BAD_REQUEST, &json!({ "reason": "the body is not a record" })), None);
    };
    let tries = l.tries.entry(digest.clone()).or_default();
    *tries += 1;
    let fault = mock.inner.faults.of(mock.dice(&digest, *tries));
    if let Some(f @ (Fault::Error | Fault::Busy | Fault::HangUp)) = fault {
        *l.counts.faults.entry(f.name()).or_default() += 1;
        let response = match f {
            Fault::Error => answer(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "reason": "内部错误" })),
            Fault::Busy => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "20")], "busy".to_owned()).into_response(),
            _ => broken(b""),
        };
        return (response, None);
    }
    let place = (record.body.clone(), record.certificate.clone());
    let known = l.entries.get(&place).and_then(|list| list.iter().find(|e| e.digest == digest)).cloned();
    if let Some(e) = known {
        return again(l, &e, fault);
    }
    let last = l.entries.get(&place).and_then(|list| list.last()).map_or(0, |e| e.record.seq);
    if record.seq <= last {
        // A number that was forgotten in the middle of others can be filled again.
        let gap = l.entries.get(&place).is_some_and(|list| list.iter().all(|e| e.record.seq != record.seq));
        if !gap {
            l.counts.conflicting += 1;
            let reason = format!("another content under number {}", record.seq);
            return (answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "reason": reason })), None);
        }
    }
    let high = l.high.get(&place).copied().unwrap_or(0);
    if record.seq > high + 1 {
        l.counts.out_of_order += 1;
    }
    if record.seq > last + 1 {
        return (answer(StatusCode::CONFLICT, &json!({ "expected": last + 1 })), None);
    }
    enter(mock, l, place, record, digest, fault, now)
}

/// What was taken before is answered with the same receipt, unless the platform is rude again.
fn again(l: &mut Ledger, e: &Entry, fault: Option<Fault>) -> (Response, Option<Duration>) {
    l.counts.repeated += 1;
    if e.refused {
        return (answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "reason": "平台校验未通过（示例）" })), None);
    }
    if let Some(left) = l.promised.get_mut(&e.digest).filter(|n| **n > 0) {
        *left -= 1;
        return (answer(StatusCode::ACCEPTED, &json!({ "status": "pending" })), None);
    }
    match fault {
        Some(f @ Fault::Truncated) => {
            *l.counts.faults.entry(f.name()).or_default() += 1;
            (broken(b"{\"receipt\":\"MP"), None)
        }
        Some(f @ Fault::Foreign) if !l.last_receipt.is_empty() => {
            *l.counts.faults.entry(f.name()).or_default() += 1;
            let wrong = json!({ "receipt": l.last_receipt, "certificate": "OTHER-0001", "seq": 1, "digest": "" });
            (answer(StatusCode::OK, &wrong), None)
        }
        _ => (answer(StatusCode::OK, &slip(e)), None),
    }
}

fn enter(
    mock: &Mock,
    l: &mut Ledger,
    place: (String, String),
    record: ReportRecord,
    digest: String,
    fault: Option<Fault>,
    now: Timestamp,
) -> (Response, Option<Duration>) {
    l.receipts += 1;
    let refused = fault == Some(Fault::Refuse);
    let entry = Entry { record, digest, receipt: format!("MP-{}-{:08}", mock.inner.seed, l.receipts), at: now, refused };
    if let Some(f) = fault {
        *l.counts.faults.entry(f.name()).or_default() += 1;
    }
    let high = l.high.entry(place.clone()).or_default();
    *high = (*high).max(entry.record.seq);
    if fault == Some(Fault::Forget) {
        l.counts.forgotten += 1;
    } else {
        l.counts.taken += 1;
        let list = l.entries.entry(place).or_default();
        list.push(entry.clone());
        list.sort_by_key(|e| e.record.seq);
    }
    let created = || answer(StatusCode::CREATED, &slip(&entry));
    let response = match fault {
        Some(Fault::Refuse) => answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "reason": "平台校验未通过（示例）" })),
        Some(Fault::ErrorAfter) => answer(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "reason": "内部错误" })),
        Some(Fault::HangUpAfter) => broken(b""),
        Some(Fault::Truncated) => broken(b"{\"receipt\":\"MP"),
        Some(Fault::Foreign) if !l.last_receipt.is_empty() => answer(
            StatusCode::CREATED,
            &json!({ "receipt": l.last_receipt, "certificate": "OTHER-0001", "seq": 1, "digest": "" }),
        ),
        Some(Fault::Promise) => {
            l.promised.insert(entry.digest.clone(), 1);
            answer(StatusCode::ACCEPTED, &json!({ "status": "pending" }))
        }
        _ => created(),
    };
    l.last_receipt.clone_from(&entry.receipt);
    let wait = (fault == Some(Fault::Late)).then_some(mock.inner.late);
    (response, wait)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    body: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    certificate: String,
}

/// Certificates on one page.
const PAGE: usize = 500;

async fn shown(State(mock): State<Mock>, Query(asked): Query<Asked>) -> Response {
    if mock.is_away() {
        return broken(b"");
    }
    let l = mock.ledger();
    let list: Vec<Shown> = l
        .entries
        .iter()
        .filter(|((body, number), _)| *body == asked.body && number.as_str() > asked.after.as_str())
        .filter_map(|((_, number), entries)| {
            let seq = entries.last()?.record.seq;
            let said = &entries.iter().rev().find(|e| !e.refused)?.record;
            Some(Shown {
                certificate: number.clone(),
                holder: said.holder.clone(),
                status: said.status,
                valid_until: said.valid_until,
                seq: Some(seq),
            })
        })
        .take(PAGE)
        .collect();
    drop(l);
    let next = if list.len() == PAGE { list.last().map(|s| s.certificate.clone()) } else { None };
    answer(StatusCode::OK, &json!({ "certificates": list, "next": next }))
}

async fn list(State(mock): State<Mock>, Query(asked): Query<Asked>) -> Response {
    let l = mock.ledger();
    let found: Vec<&Entry> =
        l.entries.iter().filter(|((_, number), _)| *number == asked.certificate).flat_map(|(_, list)| list).collect();
    answer(StatusCode::OK, &json!({ "reports": found }))
}

async fn overview(State(mock): State<Mock>) -> Response {
    let l = mock.ledger();
    let mut statuses: BTreeMap<&str, u64> = Status::ALL.iter().map(|s| (s.as_str(), 0)).collect();
    for entries in l.entries.values() {
        if let Some(e) = entries.iter().rev().find(|e| !e.refused) {
            *statuses.entry(e.record.status.as_str()).or_default() += 1;
        }
    }
    answer(StatusCode::OK, &json!({ "certificates": l.entries.len(), "statuses": statuses, "counts": l.counts }))
}
