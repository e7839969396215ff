//! Tokens of organisations: who a program is, for whom it acts, and what it is told when it may not.
//!
//! Under `/api/` nobody is signed in by a cookie: a browser that carries a session there is a stranger,
//! so no page of another site can act through it, and the check of the origin has nothing to protect.
//! A token acts for its organisation. What the law asks of a person it does in the name of a member who
//! let it (`Guosuo-Member`), with that member's roles and no other, and a signature takes that member's
//! one-time code (`Guosuo-Code`).

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use guosuo_case::{Actor, OrgKind, Role};
use guosuo_store::accounts::{AccountStatus, CredentialKind, OrgStatus, Organisation};
use guosuo_store::{Error as StoreError, Token};
use jiff::{SignedDuration, Timestamp};

use super::{SignedIn, code, session};
use crate::api::problem::{Problem, answer};
use crate::api::scope::Scope;
use crate::app::{App, Cx, Received};
use crate::error::Error;
use crate::web::Form;
use crate::web::lang::{Lang, Screen};

/// What a token begins with, so that people and scanners of leaked secrets know it.
pub const PREFIX: &str = "guosuo_";
/// How often the use of a token is noted.
const NOTE_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// The program that calls; rides in the extensions of the request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Its token.
    pub token: Token,
    /// What the token may be used for.
    pub scopes: BTreeSet<Scope>,
    /// Whether it acts in the name of a member.
    pub member: bool,
}

/// A fresh token and its digest.
pub fn new_token() -> (String, Vec<u8>) {
    let text = format!("{PREFIX}{}", session::new_token().0);
    let digest = session::token_digest(&text);
    (text, digest)
}

/// The language that a program asks for: that of the address, or English when it asks for it first.
fn language(request: &Request) -> Lang {
    let given = request.extensions().get::<Lang>().copied().unwrap_or_default();
    let asked = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let first = asked.split([',', ';']).next().unwrap_or_default().trim().to_ascii_lowercase();
    if given == Lang::En || first == "en" || first.starts_with("en-") { Lang::En } else { Lang::Zh }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The part of the layer of sessions for `/api/…`.
pub(super) async fn recognise(app: App, mut request: Request, next: Next) -> Response {
    let l = language(&request);
    request.extensions_mut().insert(l);
    if let Some(screen) = request.extensions_mut().get_mut::<Screen>() {
        screen.lang = l;
    }
    let now = app.now();
    request.extensions_mut().insert(Received(now));
    if request.headers().contains_key(header::AUTHORIZATION) {
        let peer = request.extensions().get::<ConnectInfo<std::net::SocketAddr>>().map(|c| c.0);
        let headers = request.headers().clone();
        let place = session::place(&headers, peer);
        match identify(&app, &headers, &place, l, now).await {
            Ok((caller, signed)) => {
                request.extensions_mut().insert(caller);
                request.extensions_mut().insert(signed);
            }
            Err(problem) => return answer(l, problem),
        }
        // A token is shown on purpose and never sent along by a browser by itself.
        request.headers_mut().remove(header::ORIGIN);
        request.headers_mut().remove("sec-fetch-site");
    }
    let response = next.run(request).await;
    crate::api::problem::dress(l, response)
}

fn unknown() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "token_invalid",
        "访问令牌不存在、已经到期或者已经撤销。请本单位管理员在“接口令牌”页面重新生成。",
        "The token does not exist, has ended or was revoked. An administrator of the organisation makes a new one on the page of tokens.",
    )
}

async fn identify(app: &App, headers: &HeaderMap, place: &str, l: Lang, now: Timestamp) -> Result<(Caller, SignedIn), Problem> {
    let shown = bearer(headers).filter(|t| t.starts_with(PREFIX) && t.len() < 200);
    let found = match shown {
        Some(text) => {
            app.store.reader().await.map_err(Error::from)?.token_of(&session::token_digest(text)).await.map_err(Error::from)?
        }
        None => None,
    };
    let Some(token) = found.filter(|t| t.is_live(now)) else {
        if !app.limits.take(&format!("place:{place}"), app.config.api.wrong_per_minute, now) {
            return Err(Error::TooMany { seconds: 60 }.into());
        }
        return Err(unknown());
    };
    if !app.limits.take(&token.id, app.config.api.requests_per_minute, now) {
        return Err(Error::TooMany { seconds: 60 }.into());
    }
    let org = app.store.organisation(&token.org).await.map_err(Error::from)?.ok_or_else(unknown)?;
    if matches!(org.status, OrgStatus::Suspended | OrgStatus::Refused) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "organisation_suspended",
            "本单位已停用，令牌不能使用。请联系办理机关。",
            "The organisation is suspended; its tokens cannot be used. Contact the authority.",
        ));
    }
    if token.used.is_none_or(|t| now.duration_since(t) > NOTE_EVERY) {
        note(app, &token, place, now).await;
    }
    let scopes: BTreeSet<Scope> = token.scopes.iter().filter_map(|s| Scope::parse(s)).collect();
    let named = headers.get("guosuo-member").map(|v| v.to_str().unwrap_or("?").trim());
    let actor = match named {
        Some(login) => member(app, headers, l, &token, &org, login, now).await?,
        None => machine(&token, &org, &scopes),
    };
    let signed = SignedIn {
        actor: Arc::new(actor),
        session: format!("token:{}", token.id),
        org_name: org.name.clone(),
        login: named.unwrap_or_default().to_owned(),
        org_active: org.status == OrgStatus::Active,
    };
    Ok((Caller { token, scopes, member: named.is_some() }, signed))
}

async fn note(app: &App, token: &Token, place: &str, now: Timestamp) {
    let noted: Result<(), StoreError> = app
        .store
        .write_with((token.id.clone(), place.to_owned()), move |tx, (id, place)| {
            Box::pin(async move { tx.token_used(id, place, now).await })
        })
        .await;
    if let Err(e) = noted {
        tracing::warn!(error = %e, "use of a token not noted");
    }
}

/// The program itself: it reads, and keeps the record of exports. No roster knows it, it can declare no
/// interests and sign nothing, so the law refuses it what it asks of people.
fn machine(token: &Token, org: &Organisation, scopes: &BTreeSet<Scope>) -> Actor {
    let has = |s: Scope| scopes.contains(&s);
    let mut roles = BTreeSet::new();
    match org.kind {
        OrgKind::Body => {
            roles.insert(Role::CaseManager);
            if has(Scope::FilingRead) {
                roles.insert(Role::Operator);
            }
        }
        OrgKind::Processor => {
            roles.insert(if org.details.represents.is_empty() { Role::Applicant } else { Role::Representative });
        }
        OrgKind::VerificationBody => {
            roles.insert(Role::VerificationStaff);
        }
        OrgKind::Cac | OrgKind::Nda | OrgKind::Samr | OrgKind::Platform => {}
    }
    Actor {
        user: format!("token:{}", token.id).into(),
        name: token.name.clone(),
        org: org.id.clone().into(),
        org_kind: org.kind,
        roles,
        second_factor_at: None,
    }
}

/// A member who lets the token act in their name.
async fn member(
    app: &App,
    headers: &HeaderMap,
    l: Lang,
    token: &Token,
    org: &Organisation,
    login: &str,
    now: Timestamp,
) -> Result<Actor, Problem> {
    let refused = || {
        Problem::new(
            StatusCode::FORBIDDEN,
            "member_not_granted",
            "没有这个成员，或者本人没有同意这个令牌以其名义办理。本人在“我的账号—接口令牌”页面同意。",
            "There is no such member, or the person has not let this token act in their name. The person does so under My account, Tokens.",
        )
    };
    let mut reader = app.store.reader().await.map_err(Error::from)?;
    let found = reader.account_by_login(login).await.map_err(Error::from)?;
    let account = found.filter(|a| a.org == org.id && a.status == AccountStatus::Active).ok_or_else(refused)?;
    if !reader.granted(&token.id, &account.id).await.map_err(Error::from)? {
        return Err(refused());
    }
    drop(reader);
    let mut second_factor_at = None;
    if let Some(shown) = headers.get("guosuo-code").map(|v| v.to_str().unwrap_or_default()) {
        let cx = Cx { app: app.clone(), screen: Screen::new(l, "/api/v1"), signed: None, now };
        let form = Form::new().with("code", shown);
        if let Err(form) = code::check(&cx, &account.id, CredentialKind::Totp, form).await? {
            let why = form.error("code").to_owned();
            return Err(Problem::new(StatusCode::FORBIDDEN, "code_wrong", why.clone(), why));
        }
        second_factor_at = Some(now);
    }
    Ok(Actor {
        user: account.id.into(),
        name: account.name,
        org: org.id.clone().into(),
        org_kind: org.kind,
        roles: account.roles,
        second_factor_at,
    })
}
