//! The second factor: asking for a code, setting it up, showing it again before a decision.

use askama::Template;
use axum::extract::{ConnectInfo, Query, Request};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, RequestExt as _};
use guosuo_case::{OrgKind, Role};
use guosuo_store::accounts::{CredentialKind, Stage};
use guosuo_store::{Error as StoreError, Origin};
use jiff::SignedDuration;
use rand::Rng as _;
use std::net::SocketAddr;

use super::sign_in::{Next, home_of};
use super::{HalfSignedIn, session, totp};
use crate::app::Cx;
use crate::error::Error;
use crate::web::preferences::is_own;
use crate::web::qr::Qr;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};

#[derive(Template)]
#[template(path = "auth/code.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    action: &'static str,
    why: &'static str,
}

#[derive(Template)]
#[template(path = "auth/enrol.html")]
struct EnrolPage {
    shell: Shell,
    l: Lang,
    form: Form,
    secret: String,
    code: Qr,
}

fn code_page(cx: &Cx, form: Form, action: &'static str) -> Result<Response, Error> {
    let l = cx.l();
    let again = action == "/sign-in/again";
    let title = if again {
        l.t("再输入一次动态口令", "Enter a one-time code again")
    } else {
        l.t("输入动态口令", "Enter a one-time code")
    };
    let why = if again {
        l.t(
            "作出决定、导出和授权之前，要确认是您本人在操作。",
            "Before a decision, an export or a grant we make sure that it is you.",
        )
    } else {
        l.t("打开手机上的动态口令程序，输入6位数字。", "Open the authenticator on your phone and enter the six digits.")
    };
    let shell = Shell::new(&cx.screen, Front::Plain, title).for_form(&form);
    let status = form.status();
    let html = Page { shell, l, form, action, why }.render()?;
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

fn to_sign_in(cx: &Cx) -> Response {
    Redirect::to(&cx.l().href("/sign-in")).into_response()
}

/// `GET /sign-in/code`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(cx: Cx, half: Option<Extension<HalfSignedIn>>, Query(next): Query<Next>) -> Result<Response, Error> {
    if half.is_none() {
        return Ok(to_sign_in(&cx));
    }
    code_page(&cx, Form::new().with("next", next.next), "/sign-in/code")
}

/// `POST /sign-in/code`.
///
/// # Errors
/// When the store fails; [`Error::TooMany`] after too many wrong codes.
pub async fn submit(cx: Cx, half: Option<Extension<HalfSignedIn>>, request: Request) -> Result<Response, Error> {
    let Some(Extension(half)) = half else { return Ok(to_sign_in(&cx)) };
    let (place, agent) = whence(&request);
    let form = request.extract::<Form, _>().await.map_err(|_| Error::Malformed("form"))?;
    match check(&cx, &half.account, CredentialKind::Totp, form).await? {
        Ok(form) => finish(&cx, &half, place, agent, form.value("next")).await,
        Err(form) => code_page(&cx, form, "/sign-in/code"),
    }
}

fn whence(request: &Request) -> (String, String) {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0);
    let agent = request.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    (session::place(request.headers(), peer), agent.to_owned())
}

/// Checks the code of a form and uses it up; the inner error is the form with its message.
///
/// # Errors
/// [`Error::TooMany`] after too many wrong codes; when the store fails.
pub(crate) async fn check(cx: &Cx, account: &str, kind: CredentialKind, mut form: Form) -> Result<Result<Form, Form>, Error> {
    let l = cx.l();
    let key = format!("code:{account}");
    let mut reader = cx.app.store.reader().await?;
    if let Some(until) = reader.blocked_until(&key, cx.now).await? {
        return Err(Error::TooMany { seconds: until.duration_since(cx.now).as_secs().max(1).unsigned_abs() });
    }
    let stored = reader.credential(account, kind).await?;
    drop(reader);
    let code = form.require("code", l.t("填写6位动态口令。", "Enter the six digits."));
    form.set("code", "");
    if !form.ok() {
        return Ok(Err(form));
    }
    let step = stored.and_then(|(secret, last)| totp::check(&secret, &code, last, cx.now));
    let (tries, wait, now) = (cx.app.config.auth.tries_per_account, cx.app.config.auth.wait_minutes, cx.now);
    let passed = cx
        .app
        .store
        .write_with((account.to_owned(), key), move |tx, (account, key)| {
            Box::pin(async move {
                if let Some(step) = step
                    && tx.use_step(account, kind, step).await?
                {
                    tx.forget_failures(key).await?;
                    return Ok::<bool, StoreError>(true);
                }
                tx.count_failure(key, tries, SignedDuration::from_hours(1), SignedDuration::from_mins(wait), now).await?;
                Ok(false)
            })
        })
        .await?;
    if passed {
        return Ok(Ok(form));
    }
    form.fail(
        "code",
        l.t(
            "口令不对或者已经用过。等下一组数字出现后再输入；也请看看手机时间是否准确。",
            "The code is wrong or used up. Wait for the next one; also check the clock of your phone.",
        ),
    );
    Ok(Err(form))
}

async fn finish(cx: &Cx, half: &HalfSignedIn, place: String, agent: String, next: &str) -> Result<Response, Error> {
    let mut reader = cx.app.store.reader().await?;
    let kind = reader.organisation(&half.org).await?.map_or(OrgKind::Body, |o| o.kind);
    let staff = reader.roles(&half.account).await?.into_iter().any(Role::needs_second_factor);
    drop(reader);
    let begin = session::Begin {
        account: &half.account,
        org: &half.org,
        staff,
        stage: Stage::Full,
        factor_at: Some(cx.now),
        replaces: Some(half.session.clone()),
        place,
        agent,
    };
    let token = session::begin(&cx.app, begin, cx.now).await?;
    let target = if is_own(next) && next != "/" { next } else { home_of(kind) };
    let mut response = Redirect::to(&cx.l().href(target)).into_response();
    response.headers_mut().append(header::SET_COOKIE, session::set_cookie(&cx.app, &token));
    Ok(response)
}

/// `GET /sign-in/enrol`: a secret to be scanned.
///
/// # Errors
/// When the store fails.
pub async fn enrol(cx: Cx, half: Option<Extension<HalfSignedIn>>, Query(next): Query<Next>) -> Result<Response, Error> {
    let Some(Extension(half)) = half else { return Ok(to_sign_in(&cx)) };
    let mut reader = cx.app.store.reader().await?;
    if reader.credential(&half.account, CredentialKind::Totp).await?.is_some() {
        return Ok(Redirect::to(&cx.l().href("/sign-in/code")).into_response());
    }
    let pending = reader.credential(&half.account, CredentialKind::TotpPending).await?;
    drop(reader);
    let secret = if let Some((secret, _)) = pending {
        secret
    } else {
        let mut secret = vec![0_u8; totp::SECRET_BYTES];
        rand::rng().fill_bytes(&mut secret);
        let now = cx.now;
        cx.app
            .store
            .write_with((half.account.clone(), secret.clone()), move |tx, (account, secret)| {
                Box::pin(async move { tx.put_credential(account, CredentialKind::TotpPending, secret, now).await })
            })
            .await
            .map_err(|e: StoreError| Error::from(e))?;
        secret
    };
    enrol_page(&cx, &half, &secret, Form::new().with("next", next.next))
}

fn enrol_page(cx: &Cx, half: &HalfSignedIn, secret: &[u8], form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let code = Qr::of(&totp::otpauth_uri(secret, &cx.screen.site.name, &half.login))?;
    let shell = Shell::new(&cx.screen, Front::Plain, l.t("设置动态口令", "Set up one-time codes")).for_form(&form);
    let status = form.status();
    let html = EnrolPage { shell, l, form, secret: totp::readable(secret), code }.render()?;
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

/// `POST /sign-in/enrol`: the first code proves that the secret arrived.
///
/// # Errors
/// When the store fails.
pub async fn confirm_enrol(cx: Cx, half: Option<Extension<HalfSignedIn>>, request: Request) -> Result<Response, Error> {
    let Some(Extension(half)) = half else { return Ok(to_sign_in(&cx)) };
    let (place, agent) = whence(&request);
    let form = request.extract::<Form, _>().await.map_err(|_| Error::Malformed("form"))?;
    let pending = cx.app.store.reader().await?.credential(&half.account, CredentialKind::TotpPending).await?;
    let Some((secret, _)) = pending else { return Ok(to_sign_in(&cx)) };
    let form = match check(&cx, &half.account, CredentialKind::TotpPending, form).await? {
        Ok(form) => form,
        Err(form) => return enrol_page(&cx, &half, &secret, form),
    };
    let now = cx.now;
    let origin = Origin { actor: half.account.clone(), org: half.org.clone(), session: half.session.clone() };
    cx.app
        .store
        .write_with((half.account.clone(), secret, origin), move |tx, (account, secret, origin)| {
            Box::pin(async move {
                tx.put_credential(account, CredentialKind::Totp, secret, now).await?;
                tx.drop_credential(account, CredentialKind::TotpPending).await?;
                tx.record_act("second_factor_enrolled", account, origin, &serde_json::json!({}), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    finish(&cx, &half, place, agent, form.value("next")).await
}

/// `GET /sign-in/again?next=…`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn again(cx: Cx, Query(next): Query<Next>) -> Result<Response, Error> {
    code_page(&cx, Form::new().with("next", next.next), "/sign-in/again")
}

/// `POST /sign-in/again`: the second factor counts as fresh from now.
///
/// # Errors
/// When the store fails.
pub async fn submit_again(cx: Cx, form: Form) -> Result<Response, Error> {
    let signed = cx.signed()?.clone();
    let form = match check(&cx, signed.actor.user.as_str(), CredentialKind::Totp, form).await? {
        Ok(form) => form,
        Err(form) => return code_page(&cx, form, "/sign-in/again"),
    };
    let now = cx.now;
    let id = signed.session.clone();
    cx.app
        .store
        .write(move |tx| {
            let id = id.clone();
            Box::pin(async move { tx.session_factor(&id, now).await })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    let next = form.value("next");
    let target = if is_own(next) { next } else { home_of(signed.actor.org_kind) };
    Ok(Flash::good(cx.l().t("已确认。请在5分钟内完成操作。", "Confirmed. Please finish within five minutes.")).to(cx.l(), target))
}
