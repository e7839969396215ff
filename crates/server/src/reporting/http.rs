//! The adapter for platforms that take JSON over HTTP (`docs/reporting.md`).
//!
//! One request carries the canonical bytes of one report. The key of the request is their digest,
//! so a platform that has taken them answers every repetition with the same receipt. Whatever it
//! answers is only read here; what it means is decided by `guosuo_case::certificate::judge`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use guosuo_case::certificate::{Answer, ReportRecord, Shown, Slip};
use guosuo_seal::keys::Signer;
use jiff::SignedDuration;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;

use super::settings::HttpTarget;
use crate::keys::Keys;

/// The key of a request: the same for every sending of the same report.
pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Signatures over the body: `algorithm kid base64`, separated by commas.
pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("guosuo-signature");
/// Most bytes of an answer to one report.
const MOST: usize = 64 << 10;
/// Most bytes of what a platform shows on one page.
const MOST_SHOWN: usize = 16 << 20;
/// Most pages of what a platform shows.
const PAGES: usize = 10_000;

/// What an adapter gives back.
#[derive(Debug)]
pub(super) struct Sent {
    /// What was answered.
    pub(super) answer: Answer,
    /// Whether the bytes may have reached the platform.
    pub(super) handed_over: bool,
}

/// The connections of an instance to its platforms, by the id of the target. Each is made once: making one reads every
/// root certificate of the machine, and an open connection need not be opened for the next report. And how long each
/// has been silent.
#[derive(Debug, Default)]
pub struct Connections {
    clients: Mutex<HashMap<String, Client>>,
    silences: Mutex<HashMap<String, u32>>,
}

impl Connections {
    fn to(&self, target: &HttpTarget) -> anyhow::Result<Client> {
        let mut known = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.get(&target.id) {
            return Ok(client.clone());
        }
        let client = connect(target)?;
        known.insert(target.id.clone(), client.clone());
        Ok(client)
    }

    /// How many reports in a row a platform has not answered.
    pub(super) fn silences(&self, target: &str) -> u32 {
        self.silences.lock().unwrap_or_else(PoisonError::into_inner).get(target).copied().unwrap_or(0)
    }

    /// Notes how many they are now.
    pub(super) fn note(&self, target: &str, silences: u32) {
        self.silences.lock().unwrap_or_else(PoisonError::into_inner).insert(target.to_owned(), silences);
    }
}

fn connect(target: &HttpTarget) -> anyhow::Result<Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .timeout(Duration::from_millis(target.timeout_ms))
        // A platform that moves is a change of the settings, not of the wire.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("guosuo/", env!("CARGO_PKG_VERSION")));
    let local = reqwest::Url::parse(&target.url).ok().and_then(|u| u.host_str().map(str::to_owned));
    if local.is_some_and(|h| matches!(h.as_str(), "127.0.0.1" | "localhost" | "[::1]")) {
        builder = builder.no_proxy();
    }
    Ok(builder.build()?)
}

/// A connection to one platform.
pub(super) struct HttpPlatform<'a> {
    client: Client,
    target: &'a HttpTarget,
    token: String,
    keys: Option<&'a Keys>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(flatten)]
    slip: Option<Slip>,
    #[serde(default)]
    expected: Option<u32>,
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    certificates: Vec<Shown>,
    #[serde(default)]
    next: Option<String>,
}

impl<'a> HttpPlatform<'a> {
    /// Prepares the connection.
    ///
    /// # Errors
    /// When the token cannot be read or the client cannot be made.
    pub(super) fn new(target: &'a HttpTarget, keys: &'a Keys, connections: &Connections) -> anyhow::Result<Self> {
        let client = connections.to(target)?;
        let token = if target.token_file.as_os_str().is_empty() {
            String::new()
        } else {
            let text = std::fs::read_to_string(&target.token_file)
                .with_context(|| format!("cannot read the token {}", target.token_file.display()))?;
            text.trim().to_owned()
        };
        Ok(Self { client, target, token, keys: target.sign.then_some(keys) })
    }

    fn allowed(&self, request: RequestBuilder) -> RequestBuilder {
        if self.token.is_empty() { request } else { request.header(AUTHORIZATION, format!("Bearer {}", self.token)) }
    }

    /// Sends one report.
    pub(super) async fn send(&self, record: &ReportRecord, digest: &str) -> Sent {
        let bytes = record.canonical();
        let mut request = self
            .allowed(self.client.post(&self.target.url))
            .header(CONTENT_TYPE, "application/json")
            .header(KEY, digest)
            .header("content-digest", content_digest(digest));
        if let Some(keys) = self.keys {
            match signatures(keys, bytes.as_bytes()) {
                Ok(text) => request = request.header(SIGNATURE, text),
                Err(what) => return Sent { answer: Answer::Unclear { what }, handed_over: false },
            }
        }
        match request.body(bytes).send().await {
            Ok(response) => Sent { answer: read(response).await, handed_over: true },
            Err(e) => {
                // Without a connection nothing can have arrived; after it, anything may have.
                let handed_over = !(e.is_connect() || e.is_builder());
                Sent { answer: Answer::Unclear { what: plain(&e) }, handed_over }
            }
        }
    }

    /// What the platform shows of the certificates of a body.
    ///
    /// # Errors
    /// When it does not tell, or not in a way that can be understood.
    pub(super) async fn shown(&self, body: &str) -> anyhow::Result<Vec<Shown>> {
        anyhow::ensure!(!self.target.shown_url.is_empty(), "{} has no shown_url", self.target.id);
        let mut out = Vec::new();
        let mut after = String::new();
        for _ in 0..PAGES {
            let query = [("body", body), ("after", after.as_str())];
            let url = reqwest::Url::parse_with_params(&self.target.shown_url, query)?;
            let response = self.allowed(self.client.get(url)).send().await.map_err(|e| anyhow::anyhow!(plain(&e)))?;
            anyhow::ensure!(response.status().is_success(), "it answered {}", response.status());
            let bytes = body_of(response, MOST_SHOWN).await.map_err(anyhow::Error::msg)?;
            let page: Page = serde_json::from_slice(&bytes).context("its answer is not what was agreed")?;
            out.extend(page.certificates);
            match page.next {
                Some(next) if !next.is_empty() && next != after => after = next,
                _ => return Ok(out),
            }
        }
        anyhow::bail!("it never comes to an end")
    }
}

/// `Content-Digest` (RFC 9530) of bytes whose SHA-256 is known.
pub(super) fn content_digest(hex_digest: &str) -> String {
    let bytes = hex::decode(hex_digest).unwrap_or_default();
    format!("sha-256=:{}:", data_encoding::BASE64.encode(&bytes))
}

/// Both signatures of the instance over bytes.
fn signatures(keys: &Keys, bytes: &[u8]) -> Result<String, String> {
    let both: [&dyn Signer; 2] = [&keys.statement_sm2, &keys.statement_ed];
    let each = both.map(|key| {
        let public = key.public_key();
        let signature = key.sign(bytes).map_err(|e| format!("a key does not sign: {e}"))?;
        Ok(format!("{} {} {}", public.algorithm(), public.kid(), data_encoding::BASE64.encode(&signature[..])))
    });
    let each: Vec<String> = each.into_iter().collect::<Result<_, String>>()?;
    Ok(each.join(", "))
}

/// An error without the address in it, which may carry what others need not know.
fn plain(e: &reqwest::Error) -> String {
    if e.is_timeout() {
        return "no answer in time".to_owned();
    }
    if e.is_connect() {
        return "no connection".to_owned();
    }
    "the connection broke".to_owned()
}

async fn body_of(mut response: Response, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > most => return Err("the answer is too long".to_owned()),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(e) => return Err(format!("half an answer: {}", plain(&e))),
        }
    }
}

async fn read(response: Response) -> Answer {
    let status = response.status();
    let wait = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|v| v.to_str().ok()?.parse::<i64>().ok())
        .map(|s| SignedDuration::from_secs(s.clamp(0, 86_400)));
    let bytes = match body_of(response, MOST).await {
        Ok(bytes) => bytes,
        Err(what) => return Answer::Unclear { what },
    };
    understand(status, wait, &bytes)
}

/// What an answer says.
fn understand(status: StatusCode, wait: Option<SignedDuration>, bytes: &[u8]) -> Answer {
    let body = serde_json::from_slice::<Body>(bytes).ok();
    let unclear = || Answer::Unclear { what: format!("it answered {}", status.as_u16()) };
    match (status.as_u16(), body) {
        (200 | 201, Some(Body { slip: Some(slip), .. })) => Answer::Taken(slip),
        (202, _) => Answer::Promised,
        (409, Some(Body { expected: Some(expected), .. })) => Answer::Gap { expected },
        (422, Some(Body { reason: Some(reason), .. })) => {
            Answer::Refused { reason: reason.chars().filter(|c| !c.is_control()).take(1000).collect() }
        }
        (429 | 503, _) => wait.map_or_else(unclear, |after| Answer::Busy { after }),
        (200 | 201, None) => Answer::Unclear { what: "half an answer, or none that can be understood".to_owned() },
        _ => unclear(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_receipt_counts_as_taken() {
        let slip = br#"{"receipt":"R-1","certificate":"X-1","seq":1,"digest":"ab"}"#;
        assert!(matches!(understand(StatusCode::CREATED, None, slip), Answer::Taken(s) if s.receipt == "R-1" && s.seq == 1));
        for (status, bytes) in [
            (StatusCode::CREATED, &slip[..20]),
            (StatusCode::OK, b"".as_slice()),
            (StatusCode::OK, b"{}"),
            (StatusCode::OK, b"<html>"),
            (StatusCode::INTERNAL_SERVER_ERROR, slip),
            (StatusCode::FOUND, slip),
            (StatusCode::CONFLICT, b"{}"),
            (StatusCode::UNPROCESSABLE_ENTITY, b"{}"),
            (StatusCode::UNAUTHORIZED, b"{}"),
            (StatusCode::SERVICE_UNAVAILABLE, b"{}"),
        ] {
            let got = understand(status, None, bytes);
            assert!(matches!(got, Answer::Unclear { .. }), "{status}: {got:?}");
        }
    }

    #[test]
    fn the_other_answers_are_what_the_agreement_says() {
        assert_eq!(understand(StatusCode::ACCEPTED, None, b""), Answer::Promised);
        assert_eq!(understand(StatusCode::CONFLICT, None, br#"{"expected":2}"#), Answer::Gap { expected: 2 });
        let refused = understand(StatusCode::UNPROCESSABLE_ENTITY, None, "{\"reason\":\"代码不符\"}".as_bytes());
        assert_eq!(refused, Answer::Refused { reason: "代码不符".into() });
        let wait = Some(SignedDuration::from_secs(7));
        assert_eq!(understand(StatusCode::TOO_MANY_REQUESTS, wait, b""), Answer::Busy { after: SignedDuration::from_secs(7) });
    }
}
