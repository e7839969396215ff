//! An instance for tests: a folder of its own, a clock that stands still, the demonstration's
//! organisations, and clients that keep their cookies.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use guosuo_case::certification::{Kind, Recipient};
use guosuo_case::exports::{Basis, FlowFacts};
use guosuo_rules::yearly::Way;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use tower::ServiceExt as _;

use crate::app::App;
use crate::auth::totp;
use crate::clock::Clock;
use crate::config::Config;
use crate::public::remember::Remembering;
use crate::{demo, serve};

/// The moment at which test clocks begin: Thursday 12 March 2026, 09:30 in Beijing.
pub const BEGIN: &str = "2026-03-12T01:30:00Z";

/// An instance under test. The folder lives as long as the value.
pub struct TestApp {
    /// The instance.
    pub app: App,
    /// Its service.
    pub service: Remembering,
    folder: tempfile::TempDir,
}

impl TestApp {
    /// A fresh instance on SQLite with the demonstration's organisations and people.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with settings of its own.
    pub async fn with(edit: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config { data: folder.path().join("data"), ..Config::default() };
        config.site.demo = true;
        edit(&mut config);
        let begin: Timestamp = BEGIN.parse().expect("a constant");
        let app = serve::open(config, Clock::fixed(begin)).await.expect("the instance opens");
        demo::seed(&app).await.expect("the organisations are made");
        let service = serve::service(app.clone());
        Self { app, service, folder }
    }

    /// The folder of the instance.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Moves the clock.
    pub fn set_time(&self, at: &str) {
        self.app.clock.set(at.parse().expect("a moment such as 2026-03-12T01:30:00Z"));
    }

    /// Moves the clock on by seconds.
    pub fn advance(&self, seconds: i64) {
        self.app.clock.set(self.app.now() + jiff::SignedDuration::from_secs(seconds));
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Client {
        Client::new(self.service.clone())
    }

    /// Somebody who is signed in, with the second factor where the role needs one. The clock
    /// moves on by half a minute for each code, since a code works once.
    pub async fn sign_in(&self, login: &str) -> Client {
        let mut client = self.anonymous();
        let answer = client.post("/sign-in", &[("login", login), ("password", demo::PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "sign-in of {login}: {}", answer.text);
        if answer.location().starts_with("/sign-in/code") {
            self.advance(30);
            let code = totp::code_at(demo::SECRET, self.app.now()).expect("a code");
            let answer = client.post("/sign-in/code", &[("code", &code)]).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "code of {login}: {}", answer.text);
        }
        client
    }
}

/// A flow of a yearly ledger, complete, of information that is not sensitive.
pub fn export_flow(name: &str, exporter: &str) -> FlowFacts {
    FlowFacts {
        name: name.into(),
        exporter: exporter.into(),
        recipient: Recipient { name: "Example GmbH".into(), country: "DE".into(), contact: "dpo@example.invalid".into() },
        purpose: "订单履行".into(),
        method: "存储".into(),
        kinds: vec![Kind { name: "姓名".into(), sensitive: false }],
        basis: Some(Basis::Contract),
        basis_words: "订单合同（示例）".into(),
        way: Way::Certificate,
        ..FlowFacts::default()
    }
}

/// The text of a mail as a reader shows it, whichever way its bytes were packed.
pub fn mail_text(mail: &str) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").expect("a mail has a head");
    let head = head.to_ascii_lowercase();
    let bytes = if head.contains("base64") {
        let packed: String = body.split_whitespace().collect();
        data_encoding::BASE64.decode(packed.as_bytes()).expect("base64")
    } else if head.contains("quoted-printable") {
        let joined = body.replace("=\r\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let code = (*first == b'=').then(|| after.get(..2)).flatten().and_then(|c| hex::decode(c).ok());
            rest = if code.is_some() { &after[2..] } else { after };
            bytes.extend(code.unwrap_or_else(|| vec![*first]));
        }
        bytes
    } else {
        body.as_bytes().to_vec()
    };
    String::from_utf8(bytes).expect("text").replace("\r\n", "\n")
}

/// A browser without a screen.
#[derive(Clone)]
pub struct Client {
    service: Remembering,
    cookies: BTreeMap<String, String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: axum::http::HeaderMap,
    /// Content.
    pub bytes: Vec<u8>,
    /// Content as text, damaged characters replaced.
    pub text: String,
}

impl Answer {
    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The value of the first hidden input of a name.
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        self.text.split_once(&mark).and_then(|(_, rest)| rest.split_once('"')).map(|(v, _)| v.to_owned()).unwrap_or_default()
    }
}

impl Client {
    /// Somebody who is not signed in, in front of a service.
    pub fn new(service: Remembering) -> Self {
        Self { service, cookies: BTreeMap::new() }
    }

    /// The cookies as a browser sends them, for a request that goes another way.
    #[must_use]
    pub fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("; ")
    }

    /// Reads an address.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = fields
            .iter()
            .map(|(k, v)| format!("{}={}", crate::router::encode(k), crate::router::encode(v).replace('/', "%2F")))
            .collect::<Vec<_>>()
            .join("&");
        self.send(Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"), Body::from(body)).await
    }

    /// Sends files as a browser's form does: (field, file name, media type, content).
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Answer {
        const MARK: &str = "----guosuo-test-boundary";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--{MARK}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        for (field, name, media, content) in files {
            let head = format!(
                "--{MARK}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {media}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{MARK}--\r\n").as_bytes());
        self.send(
            Request::post(path).header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={MARK}")),
            Body::from(body),
        )
        .await
    }

    /// Sends any request.
    pub async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies = self.cookie_header();
        let request = request
            .header(header::COOKIE, cookies)
            .header(header::HOST, "localhost")
            .header("sec-fetch-site", "same-origin")
            .body(body)
            .expect("a request");
        let response = self.service.clone().oneshot(request).await.expect("infallible");
        let (status, headers) = (response.status(), response.headers().clone());
        for value in headers.get_all(header::SET_COOKIE) {
            let pair = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((k, v)) = pair.split_once('=') {
                if v.is_empty() {
                    self.cookies.remove(k);
                } else {
                    self.cookies.insert(k.to_owned(), v.to_owned());
                }
            }
        }
        let bytes = response.into_body().collect().await.map(|b| b.to_bytes().to_vec()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers, bytes, text }
    }
}
