//! Sessions: an opaque token in a cookie, its digest in the store.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::BASE64URL_NOPAD;
use guosuo_case::{Actor, OrgKind};
use guosuo_seal::digest::sha256;
use guosuo_store::accounts::{NewSession, SignedInRow, Stage};
use guosuo_store::{Error as StoreError, Origin, new_id};
use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use std::sync::Arc;

use super::{HalfSignedIn, SignedIn};
use crate::app::{App, Cx};
use crate::error::Error;
use crate::web::UserBlock;
use crate::words;

/// How often the use of a session is noted.
const NOTE_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// A fresh random token and its digest.
pub fn new_token() -> (String, Vec<u8>) {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    let text = BASE64URL_NOPAD.encode(&bytes);
    let digest = token_digest(&text);
    (text, digest)
}

/// What the store knows of a token.
pub fn token_digest(token: &str) -> Vec<u8> {
    sha256(token.as_bytes()).as_bytes().to_vec()
}

fn secure(app: &App) -> bool {
    app.config.public_origin.starts_with("https://")
}

fn cookie_name(app: &App) -> &'static str {
    if secure(app) { "__Host-session" } else { "session" }
}

/// The `Set-Cookie` value for a token; an empty token removes the cookie.
pub fn set_cookie(app: &App, token: &str) -> HeaderValue {
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    let flag = if secure(app) { "; Secure" } else { "" };
    let text = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{flag}{age}", cookie_name(app));
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The token that a request carries.
pub fn token_of<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    crate::web::lang::cookie(headers, cookie_name(app)).filter(|t| !t.is_empty())
}

/// The address that a request came from, as the proxy in front or the socket tells it.
pub fn place(headers: &HeaderMap, peer: Option<std::net::SocketAddr>) -> String {
    // Only a proxy on this machine is believed.
    if peer.is_none_or(|p| p.ip().is_loopback())
        && let Some(forwarded) = headers.get("x-forwarded-for").and_then(|v| v.to_str().ok())
        && let Some(ip) = forwarded.split(',').next_back().and_then(|s| s.trim().parse::<std::net::IpAddr>().ok())
    {
        return ip.to_string();
    }
    peer.map(|p| p.ip().to_string()).unwrap_or_default()
}

/// Layer: finds out who is there and puts it into the request.
pub async fn recognise(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/") {
        return super::token::recognise(app, request, next).await;
    }
    let now = app.now();
    request.extensions_mut().insert(crate::app::Received(now));
    let Some(token) = token_of(&app, request.headers()) else { return next.run(request).await };
    let digest = token_digest(token);
    let found = match app.store.reader().await {
        Ok(mut r) => r.session(&digest, now).await,
        Err(e) => Err(e),
    };
    let row = match found {
        Ok(Some(row)) => row,
        Ok(None) => return next.run(request).await,
        Err(e) => return Error::from(e).into_response(),
    };
    if now.duration_since(row.seen) > NOTE_EVERY {
        let digest = digest.clone();
        let noted: Result<(), StoreError> = app
            .store
            .write(move |tx| {
                let d = digest.clone();
                Box::pin(async move { tx.session_seen(&d, now).await })
            })
            .await;
        if let Err(e) = noted {
            tracing::warn!(error = %e, "session use not noted");
        }
    }
    if row.stage == Stage::Full {
        let lang = request.extensions().get().copied().unwrap_or_default();
        let signed = signed_in(&row);
        let unread = match app.store.reader().await {
            Ok(mut r) => r.unread(&row.org).await.unwrap_or(0),
            Err(_) => 0,
        };
        let front = match row.org_kind {
            OrgKind::Body => "/body/inbox",
            OrgKind::Cac | OrgKind::Nda | OrgKind::Samr => "/authority/inbox",
            OrgKind::Processor => "/processor/inbox",
            OrgKind::VerificationBody => "/verification/inbox",
            OrgKind::Platform => "",
        };
        let block = UserBlock {
            name: if row.org_kind.registers_itself() { row.org_name.clone() } else { row.name.clone() },
            role: if row.org_kind.registers_itself() {
                row.name.clone()
            } else {
                row.roles.iter().map(|r| words::role(lang, *r)).collect::<Vec<_>>().join(lang.t("、", ", "))
            },
            unread: u32::try_from(unread).unwrap_or(u32::MAX),
            inbox: front.to_owned(),
            idle_seconds: u32::try_from(row.idle / 1_000_000).unwrap_or(0),
            roles: row.roles.clone(),
        };
        request.extensions_mut().insert(block.clone());
        request.extensions_mut().insert(signed);
        let mut response = next.run(request).await;
        // Error pages are drawn outside of this layer and still name the person.
        response.extensions_mut().insert(block);
        return response;
    }
    request.extensions_mut().insert(HalfSignedIn {
        account: row.account.clone(),
        login: row.login.clone(),
        session: row.session.clone(),
        org: row.org.clone(),
    });
    next.run(request).await
}

fn signed_in(row: &SignedInRow) -> SignedIn {
    SignedIn {
        actor: Arc::new(Actor {
            user: row.account.clone().into(),
            name: row.name.clone(),
            org: row.org.clone().into(),
            org_kind: row.org_kind,
            roles: row.roles.clone(),
            second_factor_at: row.factor_at,
        }),
        session: row.session.clone(),
        org_name: row.org_name.clone(),
        login: row.login.clone(),
        org_active: row.org_active,
    }
}

/// What begins with a session.
pub struct Begin<'a> {
    /// Account.
    pub account: &'a str,
    /// Its organisation.
    pub org: &'a str,
    /// Whether the person is staff (shorter idle limit).
    pub staff: bool,
    /// How far the sign-in has come.
    pub stage: Stage,
    /// When the second factor was shown.
    pub factor_at: Option<Timestamp>,
    /// Session that this one replaces.
    pub replaces: Option<String>,
    /// Address.
    pub place: String,
    /// Browser.
    pub agent: String,
}

/// Begins a session and records the sign-in; gives the token for the cookie.
///
/// # Errors
/// When the store fails.
pub async fn begin(app: &App, b: Begin<'_>, now: Timestamp) -> Result<String, Error> {
    let (token, digest) = new_token();
    let minutes = if b.staff { app.config.auth.idle_minutes_staff } else { app.config.auth.idle_minutes_body };
    let full = b.stage == Stage::Full;
    let session = NewSession {
        token: digest,
        id: new_id(),
        account: b.account.to_owned(),
        idle: minutes * 60_000_000,
        until: now + SignedDuration::from_hours(app.config.auth.absolute_hours),
        factor_at: b.factor_at,
        stage: b.stage,
        place: b.place,
        agent: b.agent.chars().take(200).collect(),
    };
    let origin = Origin { actor: b.account.to_owned(), org: b.org.to_owned(), session: session.id.clone() };
    let work = (session, origin, b.replaces);
    app.store
        .write_with(work, move |tx, (session, origin, replaces)| {
            Box::pin(async move {
                if let Some(old) = replaces {
                    tx.end_session(old, &session.account).await?;
                }
                tx.add_session(session, now).await?;
                if full {
                    tx.account_signed_in(&session.account, now).await?;
                    tx.record_act("sign_in", &session.account, origin, &serde_json::json!({"place": session.place}), now).await?;
                }
                Ok::<(), StoreError>(())
            })
        })
        .await?;
    Ok(token)
}

/// `POST /sign-out`.
///
/// # Errors
/// When the store fails.
pub async fn sign_out(cx: Cx, request: Request) -> Result<Response, Error> {
    let half = request.extensions().get::<HalfSignedIn>().map(|h| (h.session.clone(), h.account.clone(), h.org.clone()));
    let full = cx.signed.as_ref().map(|s| (s.session.clone(), s.actor.user.0.clone(), s.actor.org.0.clone()));
    let now = cx.now;
    if let Some((session, account, org)) = full.or(half) {
        let origin = Origin { actor: account.clone(), org, session: session.clone() };
        cx.app
            .store
            .write_with((session, account, origin), move |tx, (session, account, origin)| {
                Box::pin(async move {
                    tx.end_session(session, account).await?;
                    tx.record_act("sign_out", account, origin, &serde_json::json!({}), now).await
                })
            })
            .await?;
    }
    let mut response = Redirect::to(&cx.l().href("/")).into_response();
    response.headers_mut().append(header::SET_COOKIE, set_cookie(&cx.app, ""));
    Ok(response)
}

/// `POST /session/stay`: the request itself has kept the session alive.
pub async fn stay() -> StatusCode {
    StatusCode::NO_CONTENT
}
