//! A program that calls the interface, as a body's own system does.

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use guosuo::auth::token::new_token;
use guosuo::auth::totp;
use guosuo::demo::SECRET;
use guosuo::testing::TestApp;
use guosuo_store::{Error as StoreError, NewToken, new_id};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::Value;
use tower::ServiceExt as _;

/// What a program got.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) json: Value,
    pub(crate) bytes: Vec<u8>,
}

impl Got {
    pub(crate) fn etag(&self) -> String {
        self.headers.get(header::ETAG).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    }
}

/// A program with a token.
#[derive(Clone)]
pub(crate) struct Program<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) token: String,
    /// In whose name.
    pub(crate) member: String,
    /// More headers.
    pub(crate) more: Vec<(&'static str, String)>,
}

impl<'a> Program<'a> {
    /// A program with a token of its own, put straight into the store.
    pub(crate) async fn new(app: &'a TestApp, org: &str, scopes: &str) -> Self {
        let (token, digest) = new_token();
        let now = app.app.now();
        let new = NewToken {
            id: new_id(),
            org: org.into(),
            name: "示例业务系统".into(),
            digest,
            scopes: scopes.into(),
            actor: "system:test".into(),
            until: now + SignedDuration::from_hours(24 * 30),
        };
        app.app
            .store
            .write_with(new, move |tx, new| Box::pin(async move { tx.add_token(new, now).await }))
            .await
            .map_err(|e: StoreError| e)
            .unwrap();
        Self { app, token, member: String::new(), more: Vec::new() }
    }

    /// The id of the token, as the ledger names it.
    pub(crate) async fn id(&self) -> String {
        let digest = guosuo::auth::session::token_digest(&self.token);
        self.app.app.store.reader().await.unwrap().token_of(&digest).await.unwrap().unwrap().id
    }

    /// Lets the token act for a member, and acts for it from now on.
    pub(crate) async fn granted(mut self, login: &str) -> Self {
        let (token, now) = (self.id().await, self.app.app.now());
        let mut reader = self.app.app.store.reader().await.unwrap();
        let account = reader.account_by_login(login).await.unwrap().unwrap().id;
        drop(reader);
        self.app
            .app
            .store
            .write_with((token, account), move |tx, (token, account)| {
                Box::pin(async move { tx.grant_token(token, account, true, now).await })
            })
            .await
            .map_err(|e: StoreError| e)
            .unwrap();
        login.clone_into(&mut self.member);
        self
    }

    /// The same in another name.
    pub(crate) fn of(&self, login: &str) -> Self {
        Self { member: login.to_owned(), ..self.clone() }
    }

    pub(crate) fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut other = self.clone();
        other.more.push((name, value.into()));
        other
    }

    /// With the one-time code of this moment; a code works once, so the clock moves on.
    pub(crate) fn signing(&self) -> Self {
        self.app.advance(30);
        self.with("guosuo-code", totp::code_at(SECRET, self.app.app.now()).unwrap())
    }

    pub(crate) async fn send(&self, method: &str, path: &str, kind: Option<&str>, body: Vec<u8>) -> Got {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        if !self.member.is_empty() {
            request = request.header("guosuo-member", &self.member);
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        for (name, value) in &self.more {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let response = self.app.service.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        Got { status, headers, json: serde_json::from_slice(&bytes).unwrap_or_default(), bytes }
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send("GET", path, None, Vec::new()).await
    }

    /// A POST with a key of its own, unless one was given.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Got {
        let with = if self.more.iter().any(|h| h.0 == "idempotency-key") {
            self.clone()
        } else {
            self.with("idempotency-key", new_id())
        };
        with.send("POST", path, Some("application/json"), body.to_string().into_bytes()).await
    }

    /// Sends a document; answers its id.
    pub(crate) async fn file(&self, base: &str, content: &[u8]) -> Value {
        let path = format!("{base}/files?name=report.pdf");
        let with = self.with("idempotency-key", new_id());
        let got = with.send("POST", &path, Some("application/octet-stream"), content.to_vec()).await;
        assert_eq!(got.status, StatusCode::CREATED, "{}", got.json);
        got.json
    }
}

/// The demonstration's sign-in name of somebody of the bench.
pub(crate) fn login(who: &str) -> String {
    format!("t-{who}")
}
