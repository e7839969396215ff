//! Signing in with name and password.

use askama::Template;
use axum::extract::{ConnectInfo, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_case::OrgKind;
use guosuo_store::accounts::{Account, AccountStatus, CredentialKind, Stage};
use guosuo_store::{Class, Error as StoreError, Origin};
use jiff::SignedDuration;
use serde::Deserialize;
use std::net::SocketAddr;

use super::{password, session};
use crate::app::Cx;
use crate::error::Error;
use crate::web::preferences::is_own;
use crate::web::{Form, Front, Lang, Shell};

/// `?next=/where/to`.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    /// Where to go after signing in, without language.
    #[serde(default)]
    pub next: String,
}

#[derive(Template)]
#[template(path = "auth/sign_in.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    demo: bool,
}

fn page(cx: &Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let shell = Shell::new(&cx.screen, Front::Plain, l.t("登录", "Sign in")).for_form(&form);
    let status = form.status();
    let page = Page { shell, l, form, demo: cx.screen.site.demo };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// The first page of a kind of organisation.
pub fn home_of(kind: OrgKind) -> &'static str {
    match kind {
        OrgKind::Body => "/body",
        OrgKind::Cac | OrgKind::Nda | OrgKind::Samr => "/authority",
        OrgKind::Platform => "/admin",
        OrgKind::Processor => "/processor",
        OrgKind::VerificationBody => "/verification/applications",
    }
}

/// `GET /sign-in`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(cx: Cx, Query(next): Query<Next>) -> Result<Response, Error> {
    if let Some(s) = &cx.signed {
        return Ok(Redirect::to(&cx.l().href(home_of(s.actor.org_kind))).into_response());
    }
    page(&cx, Form::new().with("next", next.next))
}

/// `POST /sign-in`.
///
/// # Errors
/// When the store fails.
pub async fn submit(
    cx: Cx,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Response, Error> {
    let l = cx.l();
    let login = form.require("login", l.t("填写登录名。", "Enter your sign-in name.")).to_lowercase();
    let secret = form.value("password").to_owned();
    form.set("password", "");
    if secret.is_empty() {
        form.fail("password", l.t("填写密码。", "Enter your password."));
    }
    if !form.ok() {
        return page(&cx, form);
    }
    let place = session::place(&headers, peer.map(|p| p.0.0));
    let keys = [format!("account:{login}"), format!("address:{place}")];
    let mut reader = cx.app.store.reader().await?;
    for key in &keys {
        if let Some(until) = reader.blocked_until(key, cx.now).await? {
            let seconds = until.duration_since(cx.now).as_secs().max(1).unsigned_abs();
            return Err(Error::TooMany { seconds });
        }
    }
    let account = reader.account_by_login(&login).await?.filter(|a| a.status == AccountStatus::Active);
    let hash = match &account {
        Some(a) => {
            reader.credential(&a.id, CredentialKind::Password).await?.map(|(h, _)| String::from_utf8_lossy(&h).into_owned())
        }
        None => None,
    };
    drop(reader);
    let right = password::verify(secret, hash).await?;
    let Some(account) = account.filter(|_| right) else {
        count_failure(&cx, &login, keys).await?;
        form.fail(
            "login",
            l.t(
                "登录名或者密码不对。检查大小写和输入法后再试。",
                "Sign-in name or password is wrong. Check capitals and the input method, then try again.",
            ),
        );
        let mut response = page(&cx, form)?;
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        return Ok(response);
    };
    proceed(&cx, &account, &keys[0], place, &headers, form.value("next")).await
}

async fn count_failure(cx: &Cx, login: &str, keys: [String; 2]) -> Result<(), Error> {
    let auth = cx.app.config.auth.clone();
    let now = cx.now;
    let work = (keys, login.to_owned());
    cx.app
        .store
        .write_with(work, move |tx, (keys, login)| {
            let auth = auth.clone();
            Box::pin(async move {
                let window = SignedDuration::from_hours(1);
                let wait = SignedDuration::from_mins(auth.wait_minutes);
                for (key, limit) in keys.iter().zip([auth.tries_per_account, auth.tries_per_address]) {
                    tx.count_failure(key, limit, window, wait, now).await?;
                }
                let origin = Origin { actor: String::new(), org: String::new(), session: String::new() };
                tx.append_ledger(Class::Denied, "sign_in_failed", "", "", &origin, &serde_json::json!({"login": login}), now)
                    .await
            })
        })
        .await?;
    Ok(())
}

async fn proceed(
    cx: &Cx,
    account: &Account,
    throttle: &str,
    place: String,
    headers: &HeaderMap,
    next: &str,
) -> Result<Response, Error> {
    let staff = account.roles.iter().any(|r| r.needs_second_factor());
    let mut reader = cx.app.store.reader().await?;
    let enrolled = reader.credential(&account.id, CredentialKind::Totp).await?.is_some();
    let kind = reader.organisation(&account.org).await?.map_or(OrgKind::Body, |o| o.kind);
    drop(reader);
    let stage = if staff || enrolled { Stage::Password } else { Stage::Full };
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let begin =
        session::Begin { account: &account.id, org: &account.org, staff, stage, factor_at: None, replaces: None, place, agent };
    let token = session::begin(&cx.app, begin, cx.now).await?;
    let throttle = throttle.to_owned();
    cx.app
        .store
        .write(move |tx| {
            let key = throttle.clone();
            Box::pin(async move { tx.forget_failures(&key).await })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    let own = if is_own(next) && next != "/" { next } else { "" };
    let target = match stage {
        Stage::Full if !own.is_empty() => own.to_owned(),
        Stage::Full => home_of(kind).to_owned(),
        Stage::Password => {
            let page = if enrolled { "/sign-in/code" } else { "/sign-in/enrol" };
            if own.is_empty() { page.to_owned() } else { format!("{page}?next={}", crate::router::encode(own)) }
        }
    };
    let mut response = Redirect::to(&cx.l().href(target)).into_response();
    response.headers_mut().append(header::SET_COOKIE, session::set_cookie(&cx.app, &token));
    Ok(response)
}
