//! `/invite/{token}`: the one-time link by which somebody chooses a password.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_store::accounts::{Account, AccountStatus, CredentialKind};
use guosuo_store::{Error as StoreError, Origin};

use super::{checks, people::PURPOSE};
use crate::app::Cx;
use crate::auth::password::{self, MIN_ALONE, MIN_WITH_FACTOR};
use crate::auth::session;
use crate::error::Error;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};

#[derive(Template)]
#[template(path = "account/invite.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    gone: bool,
    staff: bool,
    name: String,
    login: String,
    org: String,
    hint: String,
    address: String,
}

fn gone(cx: &Cx) -> Result<Response, Error> {
    let l = cx.l();
    let shell = Shell::new(&cx.screen, Front::Plain, l.t("链接已经失效", "This link does not work any more"));
    let none = String::new;
    let page = Page {
        shell,
        l,
        form: Form::new(),
        gone: true,
        staff: false,
        name: none(),
        login: none(),
        org: none(),
        hint: none(),
        address: none(),
    };
    Ok((StatusCode::GONE, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// Whom a good ticket belongs to, and the name of the organisation.
async fn whose(cx: &Cx, token: &str) -> Result<Option<(Account, String)>, Error> {
    let mut reader = cx.app.store.reader().await?;
    let ticket = reader.ticket(&session::token_digest(token)).await?;
    let Some(ticket) = ticket.filter(|t| t.purpose == PURPOSE && !t.used && t.until > cx.now) else { return Ok(None) };
    let Some(account) = reader.account(&ticket.account).await?.filter(|a| a.status != AccountStatus::Disabled) else {
        return Ok(None);
    };
    let org = reader.organisation(&account.org).await?.map(|o| o.name).unwrap_or_default();
    Ok(Some((account, org)))
}

fn is_staff(a: &Account) -> bool {
    a.roles.iter().any(|r| r.needs_second_factor())
}

fn page(cx: &Cx, a: Account, org: String, form: Form, token: &str) -> Result<Response, Error> {
    let l = cx.l();
    let staff = is_staff(&a);
    let shell = Shell::new(&cx.screen, Front::Plain, l.t("设置密码", "Choose a password")).for_form(&form);
    let status = form.status();
    let hint = checks::password_hint(l, if staff { MIN_WITH_FACTOR } else { MIN_ALONE });
    let page = Page {
        shell,
        l,
        form,
        gone: false,
        staff,
        name: a.name,
        login: a.login,
        org,
        hint,
        address: l.href(format!("/invite/{token}")),
    };
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
    Ok((status, headers, Html(page.render()?)).into_response())
}

/// `GET /invite/{token}`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx, Path(token): Path<String>) -> Result<Response, Error> {
    match whose(&cx, &token).await? {
        Some((account, org)) => page(&cx, account, org, Form::new(), &token),
        None => gone(&cx),
    }
}

/// `POST /invite/{token}`: the link is used up.
///
/// # Errors
/// When the store fails.
pub async fn submit(cx: Cx, Path(token): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let Some((mut account, org)) = whose(&cx, &token).await? else { return gone(&cx) };
    let min = if is_staff(&account) { MIN_WITH_FACTOR } else { MIN_ALONE };
    let new = checks::new_password(&mut form, l, min, &[&account.login, &account.name, &org]);
    if !form.ok() {
        return page(&cx, account, org, form, &token);
    }
    let hash = password::hash(new).await?;
    account.status = AccountStatus::Active;
    let now = cx.now;
    let used = cx
        .app
        .store
        .write_with((session::token_digest(&token), account, hash), move |tx, (digest, account, hash)| {
            Box::pin(async move {
                if !tx.use_ticket(digest, now).await? {
                    return Ok::<bool, StoreError>(false);
                }
                // The same invitation may have gone out on the screen and by mail.
                tx.drop_tickets(&account.id, PURPOSE).await?;
                tx.put_credential(&account.id, CredentialKind::Password, hash.as_bytes(), now).await?;
                tx.set_account(account, now).await?;
                tx.end_sessions(&account.id, "").await?;
                let origin = Origin { actor: account.id.clone(), org: account.org.clone(), session: String::new() };
                tx.record_act("account.activated", &account.id, &origin, &serde_json::json!({}), now).await?;
                Ok(true)
            })
        })
        .await?;
    if !used {
        return gone(&cx);
    }
    Ok(Flash::good(l.t("密码已设置。现在登录。", "The password is set. Sign in now.")).to(l, "/sign-in"))
}
