//! `/register`: a certification body asks for an account. It may sign in and prepare at once;
//! submitting waits until an officer has confirmed the registration.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, Multipart};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_case::{OrgKind, Role};
use guosuo_rules::ids::{self, uscc};
use guosuo_store::accounts::{AccountStatus, Contact, CredentialKind, NewAccount, OrgDetails, OrgStatus};
use guosuo_store::{Error as StoreError, Origin, new_id};
use jiff::SignedDuration;

use super::checks;
use super::scans::{self, ScanField};
use crate::app::Cx;
use crate::auth::password::{self, MIN_ALONE};
use crate::auth::session;
use crate::error::Error;
use crate::intake::Accept;
use crate::web::{Form, Front, Lang, Shell};

/// Finished registrations from one address in an hour.
const PER_HOUR: u32 = 10;

#[derive(Template)]
#[template(path = "account/register.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    hint: String,
    scans: Vec<ScanField>,
    accept: String,
}

/// Failed tries from one address in an hour: each may leave its files behind until they are swept. They have a
/// counter of their own, so that slips do not use up the registrations of others behind the same address.
const TRIES_PER_HOUR: u32 = 40;

fn page(cx: &Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let shell = Shell::new(&cx.screen, Front::Public, l.t("专业认证机构注册", "Register a certification body"))
        .crumb("/guide/filing", l.t("办事指南", "How to file"))
        .for_form(&form);
    let status = form.status();
    let scans = scans::fields(l, &form);
    let page = Page { shell, l, form, hint: checks::password_hint(l, MIN_ALONE), scans, accept: Accept::SCAN.attribute() };
    let html = page.render()?;
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

/// `GET /register`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    page(&cx, Form::new())
}

/// The outer check of a credit code in words; nothing when the code is well formed.
fn code_problem(l: Lang, code: &str) -> Option<String> {
    let count = code.chars().count();
    if count != 18 {
        return Some(l.pick(
            format!("统一社会信用代码是18位，现在是{count}位。对照证件重新填写。"),
            format!("The unified social credit code has 18 characters; you entered {count}. Copy it again from the certificate."),
        ));
    }
    let checked = uscc::check(code, None, ids::Options::default());
    checked.fault.is_some().then(|| {
        l.t(
            "统一社会信用代码的校验位对不上，有一位可能填错了（代码里没有字母I、O、S、V、Z）。对照证件重新填写；确认无误仍不能通过的，请联系办理机关。",
            "The check character of the credit code does not fit; one character is probably wrong (the letters I, O, S, V, Z do not occur). Copy it again from the certificate. If it is right and still refused, contact the authority.",
        )
        .to_owned()
    })
}

struct Given {
    org: String,
    name: String,
    code: String,
    details: OrgDetails,
    account: NewAccount,
    password: String,
}

fn read(form: &mut Form, l: Lang, org: String) -> Given {
    let name =
        checks::line(form, l, "org_name", l.t("填写机构名称，与证件一致。", "Enter the name of the body as on its certificate."));
    let code = ids::normalise(form.trimmed("credit_code"));
    if code.is_empty() {
        form.fail("credit_code", l.t("填写统一社会信用代码。", "Enter the unified social credit code."));
    } else if let Some(why) = code_problem(l, &code) {
        form.fail("credit_code", why);
    }
    let legal_rep =
        checks::line(form, l, "legal_rep", l.t("填写法定代表人姓名。", "Enter the name of the legal representative."));
    let address = checks::line(form, l, "address", l.t("填写通讯地址。", "Enter the postal address."));
    let person = checks::line(form, l, "operator", l.t("填写经办人姓名。", "Enter the name of the operator."));
    let phone = checks::phone(form, l, "phone", true);
    let mail = checks::mail(form, l, "mail", true);
    let login = checks::login(form, l, "login");
    let password = checks::new_password(form, l, MIN_ALONE, &[&login, &person, &name]);
    if !form.has("truth", "yes") {
        form.fail("truth", l.t("确认所填信息真实后勾选。", "Confirm that what you entered is true."));
    }
    let account = NewAccount {
        id: new_id(),
        org: org.clone(),
        login,
        name: person,
        contact: Contact { phone: phone.clone(), mail },
        lang: if l.zh() { "zh" } else { "en" }.into(),
        status: AccountStatus::Active,
        roles: BTreeSet::from([Role::Operator, Role::OrgAdmin]),
    };
    Given { org, name, code, details: OrgDetails { legal_rep, address, phone, ..OrgDetails::default() }, account, password }
}

const TAKEN_CODE: (&str, &str) = (
    "这个代码已经注册过，不能重复注册。本机构的人请找机构管理员邀请；认为被他人冒用的，请联系办理机关。",
    "This code is registered already and cannot be registered twice. Ask the administrator of your organisation for an invitation; if you think that somebody misused the code, contact the authority.",
);

/// `POST /register`.
///
/// # Errors
/// [`Error::TooMany`] after many registrations from one address; when the store fails.
pub async fn submit(
    cx: Cx,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    sent: Multipart,
) -> Result<Response, Error> {
    let l = cx.l();
    let place = session::place(&headers, peer.map(|p| p.0.0));
    let (done_key, slip_key) = (format!("register:{place}"), format!("register-slip:{place}"));
    let mut reader = cx.app.store.reader().await?;
    for key in [&done_key, &slip_key] {
        if let Some(until) = reader.blocked_until(key, cx.now).await? {
            return Err(Error::TooMany { seconds: until.duration_since(cx.now).as_secs().max(1).unsigned_abs() });
        }
    }
    drop(reader);
    let received = scans::receive(&cx, sent).await?;
    let mut form = received.form;
    let mut given = read(&mut form, l, received.org);
    let mut reader = cx.app.store.reader().await?;
    if !form.bad("credit_code") && reader.organisation_by_code(&given.code).await?.is_some() {
        form.fail("credit_code", l.t(TAKEN_CODE.0, TAKEN_CODE.1));
    }
    if !form.bad("login") && reader.account_by_login(&given.account.login).await?.is_some() {
        form.fail("login", l.t("这个登录名已经有人用了。换一个。", "This sign-in name is taken. Choose another one."));
    }
    let officers = reader.organisations(Some(OrgKind::Cac), None).await?;
    drop(reader);
    if !form.ok() {
        let now = cx.now;
        let (limit, hour) = (TRIES_PER_HOUR, SignedDuration::from_hours(1));
        cx.app
            .store
            .write_with(slip_key, move |tx, key| Box::pin(async move { tx.count_failure(key, limit, hour, hour, now).await }))
            .await?;
        return page(&cx, form);
    }
    given.details.scans = received.scans;
    let hash = password::hash(given.password.clone()).await?;
    let now = cx.now;
    let officers: Vec<String> = officers.into_iter().map(|o| o.id).collect();
    let done = cx
        .app
        .store
        .write_with((given, hash, done_key, officers), move |tx, (given, hash, key, officers)| {
            Box::pin(async move {
                let named: Vec<&str> = given.details.scans.iter().map(|scan| scan.blob_id.as_str()).collect();
                tx.settle_registration(&given.org, &named, now).await?;
                tx.add_organisation(
                    &given.org,
                    OrgKind::Body,
                    &given.name,
                    Some(&given.code),
                    OrgStatus::Pending,
                    &given.details,
                    now,
                )
                .await?;
                tx.add_account(&given.account, &given.account.id, now).await?;
                tx.put_credential(&given.account.id, CredentialKind::Password, hash.as_bytes(), now).await?;
                tx.count_failure(key, PER_HOUR, SignedDuration::from_hours(1), SignedDuration::from_hours(1), now).await?;
                let origin = Origin { actor: given.account.id.clone(), org: given.org.clone(), session: String::new() };
                let what = serde_json::json!({ "name": given.name, "credit_code": given.code });
                tx.record_act("organisation.registered", &given.org, &origin, &what, now).await?;
                for office in officers {
                    tx.send_message(
                        office,
                        "",
                        "registered",
                        &serde_json::json!({ "name": given.name, "by": given.account.name }),
                        None,
                        now,
                    )
                    .await?;
                }
                Ok::<(), StoreError>(())
            })
        })
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&l.href("/register/done")).into_response()),
        // The sweep came between.
        Err(StoreError::NotFound(_)) => {
            scans::ask_again(&mut form, l);
            page(&cx, form)
        }
        // Two people at the same moment: the schema has decided.
        Err(e) if e.is_constraint("credit_code") => {
            form.fail("credit_code", l.t(TAKEN_CODE.0, TAKEN_CODE.1));
            page(&cx, form)
        }
        Err(e) if e.is_constraint("login") => {
            form.fail("login", l.t("这个登录名已经有人用了。换一个。", "This sign-in name is taken. Choose another one."));
            page(&cx, form)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "account/registered.html")]
struct Done {
    shell: Shell,
    l: Lang,
}

/// `GET /register/done`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn done(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let shell = Shell::new(&cx.screen, Front::Public, l.t("注册已提交", "Registration received"));
    Ok(Html(Done { shell, l }.render()?).into_response())
}
