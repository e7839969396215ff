//! `/account/password`: a new password; every other session ends.

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_store::Error as StoreError;
use guosuo_store::accounts::CredentialKind;
use jiff::SignedDuration;

use super::{checks, front_of};
use crate::app::Cx;
use crate::auth::password::{self, MIN_ALONE, MIN_WITH_FACTOR};
use crate::error::Error;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

#[derive(Template)]
#[template(path = "account/password.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    hint: String,
}

fn page(cx: &Cx, form: Form, min: usize) -> Result<Response, Error> {
    let l = cx.l();
    let shell = Shell::new(&cx.screen, front_of(cx.actor()?.org_kind), l.t("修改密码", "Change the password"))
        .crumb("/account", l.t("我的账号", "My account"))
        .for_form(&form);
    let status = form.status();
    let html = Page { shell, l, form, hint: checks::password_hint(l, min) }.render()?;
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

async fn shortest(cx: &Cx) -> Result<usize, Error> {
    let actor = cx.actor()?;
    let staff = actor.roles.iter().any(|r| r.needs_second_factor());
    let factor = staff || cx.app.store.reader().await?.credential(actor.user.as_str(), CredentialKind::Totp).await?.is_some();
    Ok(if factor { MIN_WITH_FACTOR } else { MIN_ALONE })
}

/// `GET /account/password`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    let min = shortest(&cx).await?;
    page(&cx, Form::new(), min)
}

/// `POST /account/password`.
///
/// # Errors
/// [`Error::TooMany`] after too many wrong present passwords; when the store fails.
pub async fn submit(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?.clone();
    let (id, key) = (signed.actor.user.0.clone(), format!("password:{}", signed.actor.user));
    let min = shortest(&cx).await?;
    let present = form.value("present").to_owned();
    form.set("present", "");
    let new = checks::new_password(&mut form, l, min, &[&signed.login, &signed.actor.name, &signed.org_name]);
    let mut reader = cx.app.store.reader().await?;
    if let Some(until) = reader.blocked_until(&key, cx.now).await? {
        return Err(Error::TooMany { seconds: until.duration_since(cx.now).as_secs().max(1).unsigned_abs() });
    }
    let stored = reader.credential(&id, CredentialKind::Password).await?.map(|(h, _)| String::from_utf8_lossy(&h).into_owned());
    drop(reader);
    let (tries, wait, now) = (cx.app.config.auth.tries_per_account, cx.app.config.auth.wait_minutes, cx.now);
    if !password::verify(present, stored).await? {
        form.fail("present", l.t("现在的密码不对。再输入一次。", "The present password is wrong. Type it again."));
        cx.app
            .store
            .write_with(key.clone(), move |tx, key| {
                Box::pin(async move {
                    tx.count_failure(key, tries, SignedDuration::from_hours(1), SignedDuration::from_mins(wait), now).await
                })
            })
            .await
            .map_err(|e: StoreError| Error::from(e))?;
    }
    if !form.ok() {
        return page(&cx, form, min);
    }
    let hash = password::hash(new).await?;
    let work = (id, hash, signed.session.clone(), cx.origin()?, key);
    cx.app
        .store
        .write_with(work, move |tx, (id, hash, session, origin, key)| {
            Box::pin(async move {
                tx.put_credential(id, CredentialKind::Password, hash.as_bytes(), now).await?;
                tx.end_sessions(id, session).await?;
                tx.forget_failures(key).await?;
                tx.record_act("password.changed", id, origin, &serde_json::json!({}), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(Flash::good(l.t("密码已修改，其他登录都已退出。", "The password has been changed; all other sessions were signed out."))
        .to(l, "/account"))
}
