//! `/account/factor`: one-time codes, set up by one's own will (bodies) or kept (staff).

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_store::Error as StoreError;
use guosuo_store::accounts::CredentialKind;
use rand::Rng as _;

use super::front_of;
use crate::app::Cx;
use crate::auth::{code, totp};
use crate::error::Error;
use crate::web::qr::Qr;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

#[derive(Template)]
#[template(path = "account/factor.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    enrolled: bool,
    staff: bool,
    secret: String,
    code: Qr,
}

async fn page(cx: &Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?.clone();
    let account = signed.actor.user.0.clone();
    let mut reader = cx.app.store.reader().await?;
    let enrolled = reader.credential(&account, CredentialKind::Totp).await?.is_some();
    let pending = reader.credential(&account, CredentialKind::TotpPending).await?;
    drop(reader);
    let (mut secret, mut code) = (String::new(), Qr::default());
    if !enrolled {
        let bytes = match pending {
            Some((bytes, _)) => bytes,
            None => fresh(cx, account).await?,
        };
        code = Qr::of(&totp::otpauth_uri(&bytes, &cx.screen.site.name, &signed.login))?;
        secret = totp::readable(&bytes);
    }
    let staff = signed.actor.roles.iter().any(|r| r.needs_second_factor());
    let shell = Shell::new(&cx.screen, front_of(signed.actor.org_kind), l.t("动态口令", "One-time codes"))
        .crumb("/account", l.t("我的账号", "My account"))
        .for_form(&form);
    let status = form.status();
    let html = Page { shell, l, form, enrolled, staff, secret, code }.render()?;
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

async fn fresh(cx: &Cx, account: String) -> Result<Vec<u8>, Error> {
    let mut secret = vec![0_u8; totp::SECRET_BYTES];
    rand::rng().fill_bytes(&mut secret);
    let now = cx.now;
    cx.app
        .store
        .write_with((account, secret.clone()), move |tx, (account, secret)| {
            Box::pin(async move { tx.put_credential(account, CredentialKind::TotpPending, secret, now).await })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(secret)
}

/// `GET /account/factor`.
///
/// # Errors
/// When the store fails.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    page(&cx, Form::new()).await
}

/// `POST /account/factor`: the first code proves that the secret arrived.
///
/// # Errors
/// When the store fails; [`Error::TooMany`] after too many wrong codes.
pub async fn confirm(cx: Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let account = cx.actor()?.user.0.clone();
    let mut reader = cx.app.store.reader().await?;
    if reader.credential(&account, CredentialKind::Totp).await?.is_some() {
        return Err(Error::Conflict);
    }
    let Some((secret, _)) = reader.credential(&account, CredentialKind::TotpPending).await? else { return Err(Error::Conflict) };
    drop(reader);
    if let Err(form) = code::check(&cx, &account, CredentialKind::TotpPending, form).await? {
        return page(&cx, form).await;
    }
    let (now, session) = (cx.now, cx.signed()?.session.clone());
    cx.app
        .store
        .write_with((account, secret, cx.origin()?, session), move |tx, (account, secret, origin, session)| {
            Box::pin(async move {
                tx.put_credential(account, CredentialKind::Totp, secret, now).await?;
                tx.drop_credential(account, CredentialKind::TotpPending).await?;
                tx.session_factor(session, now).await?;
                tx.record_act("second_factor_enrolled", account, origin, &serde_json::json!({ "voluntary": true }), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(Flash::good(l.t("动态口令已经启用，下次登录时要输入。", "One-time codes are on; the next sign-in asks for one."))
        .to(l, "/account"))
}

/// `POST /account/factor/remove`: people of bodies may switch it off again, with a code.
///
/// # Errors
/// [`Error::Forbidden`] for staff; when the store fails.
pub async fn remove(cx: Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let actor = cx.actor()?.clone();
    if actor.roles.iter().any(|r| r.needs_second_factor()) {
        return Err(Error::Forbidden);
    }
    let account = actor.user.0.clone();
    if let Err(form) = code::check(&cx, &account, CredentialKind::Totp, form).await? {
        return page(&cx, form).await;
    }
    let now = cx.now;
    cx.app
        .store
        .write_with((account, cx.origin()?), move |tx, (account, origin)| {
            Box::pin(async move {
                tx.drop_credential(account, CredentialKind::Totp).await?;
                tx.record_act("second_factor_removed", account, origin, &serde_json::json!({ "voluntary": true }), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(Flash::good(l.t("动态口令已经停用。", "One-time codes are off.")).to(l, "/account"))
}
