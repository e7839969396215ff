//! `/register`, `/register/processor`, `/register/verification-body`: a certification body, a processor
//! or a verification body asks for an account. It may sign in and prepare at once; submitting waits
//! until an officer has confirmed the registration.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, Multipart};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_case::certification::{MAINLAND, is_country};
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
use crate::web::components::{Choice, Link};
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

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
    action: String,
    lead: &'static str,
    processor: bool,
    body: bool,
    code_hint: &'static str,
    capacities: Vec<Choice>,
    countries: Vec<Choice>,
    others: Vec<Link>,
}

/// The address at which a kind registers.
fn path_of(kind: OrgKind) -> &'static str {
    match kind {
        OrgKind::Processor => "/register/processor",
        OrgKind::VerificationBody => "/register/verification-body",
        _ => "/register",
    }
}

fn title(l: Lang, kind: OrgKind) -> &'static str {
    match kind {
        OrgKind::Processor => l.t("个人信息处理者注册", "Register a personal information processor"),
        OrgKind::VerificationBody => l.t("技术验证机构注册", "Register a technical verification body"),
        _ => l.t("专业认证机构注册", "Register a certification body"),
    }
}

fn lead(l: Lang, kind: OrgKind) -> &'static str {
    match kind {
        OrgKind::Processor => l.t(
            "境内处理者自己注册；境外处理者由它在境内的专门机构或者指定代表注册，也可以自己注册来准备材料（《办法》第七条）。注册后马上可以登录和准备，核对确认后才能提交。",
            "A processor of the mainland registers itself. For an overseas processor its dedicated office or designated representative in China registers; the processor may register as well, to help prepare (Measures, Article 7). You can sign in at once; submitting waits for the confirmation.",
        ),
        OrgKind::VerificationBody => l.t(
            "受认证机构委托开展技术验证的机构注册一次。核对确认后可以签署技术验证报告。",
            "A body that verifies on behalf of certification bodies registers once. It can sign reports after the confirmation.",
        ),
        _ => l.t(
            "一家机构注册一次。注册后马上可以登录，准备备案材料；办理机关核对确认后才能提交。",
            "A body registers once. You can sign in and prepare the filing at once; it can be submitted after the authority has confirmed the registration.",
        ),
    }
}

fn capacities(l: Lang) -> Vec<Choice> {
    vec![
        Choice::new(
            "applicant",
            l.t("境内的个人信息处理者，或者代为委托的单位", "A processor of the mainland, or an applicant on its behalf"),
        ),
        Choice::new(
            "representative",
            l.t("境外处理者在境内的专门机构或者指定代表", "Dedicated office or designated representative of overseas processors"),
        )
        .hint(l.t("凭授权委托书办理，每一步都核对授权。", "Acts by mandate; the mandate is checked on every act.")),
        Choice::new("overseas", l.t("境外的个人信息处理者", "An overseas processor"))
            .hint(l.t("可以准备材料；提交由专门机构或者指定代表办理。", "Prepares; its office or representative submits.")),
    ]
}

/// Failed tries from one address in an hour: each may leave its files behind until they are swept. They have a
/// counter of their own, so that slips do not use up the registrations of others behind the same address.
const TRIES_PER_HOUR: u32 = 40;

fn page(cx: &Cx, kind: OrgKind, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let shell = Shell::new(&cx.screen, Front::Public, title(l, kind))
        .crumb("/guide/filing", l.t("办事指南", "How to file"))
        .for_form(&form);
    let status = form.status();
    let scans = scans::fields(l, &form);
    let others = [OrgKind::Body, OrgKind::Processor, OrgKind::VerificationBody]
        .into_iter()
        .filter(|k| *k != kind)
        .map(|k| Link::new(l.href(path_of(k)), title(l, k)))
        .collect();
    let page = Page {
        shell,
        l,
        form,
        hint: checks::password_hint(l, MIN_ALONE),
        scans,
        accept: Accept::SCAN.attribute(),
        action: l.href(path_of(kind)),
        lead: lead(l, kind),
        processor: kind == OrgKind::Processor,
        body: kind == OrgKind::Body,
        code_hint: if kind == OrgKind::Processor {
            l.t("18位。境外处理者不填。", "18 characters. Overseas processors leave it empty.")
        } else {
            l.t("18位。", "18 characters.")
        },
        capacities: capacities(l),
        countries: words::countries(l, false),
        others,
    };
    let html = page.render()?;
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

/// `GET /register`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    page(&cx, OrgKind::Body, Form::new())
}

/// `GET /register/processor`.
///
/// # Errors
/// As [`show`].
pub async fn show_processor(cx: Cx) -> Result<Response, Error> {
    page(&cx, OrgKind::Processor, Form::new().with("capacity", "applicant"))
}

/// `GET /register/verification-body`.
///
/// # Errors
/// As [`show`].
pub async fn show_verification(cx: Cx) -> Result<Response, Error> {
    page(&cx, OrgKind::VerificationBody, Form::new())
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

/// What only processors say: as what they register, and for overseas ones country and number.
fn read_capacity(form: &mut Form, l: Lang, details: &mut OrgDetails) {
    form.trimmed("capacity").clone_into(&mut details.capacity);
    if !["applicant", "representative", "overseas"].contains(&details.capacity.as_str()) {
        form.fail("capacity", l.t("选一项。", "Choose one."));
    }
    details.represents = checks::optional_line(form, l, "represents");
    if details.capacity != "overseas" {
        return;
    }
    form.trimmed("country").clone_into(&mut details.country);
    if details.country == MAINLAND || !is_country(&details.country) {
        form.fail(
            "country",
            l.t("选择境外处理者所在的国家或者地区。", "Choose the country or region of the overseas processor."),
        );
    }
    details.registration =
        checks::line(form, l, "registration", l.t("填写在所在地的注册号。", "Enter the number in the register of its country."));
    if details.represents.is_empty() {
        form.fail(
            "represents",
            l.t(
                "写明在境内的专门机构或者指定代表的名称（《办法》第七条）。",
                "Name your dedicated office or designated representative in China (Measures, Article 7).",
            ),
        );
    }
}

/// The roles of the person who registers an organisation.
fn first_roles(kind: OrgKind, capacity: &str) -> BTreeSet<Role> {
    match (kind, capacity) {
        (OrgKind::Processor, "representative") => BTreeSet::from([Role::Representative, Role::PartyAdmin]),
        (OrgKind::Processor, _) => BTreeSet::from([Role::Applicant, Role::PartyAdmin]),
        (OrgKind::VerificationBody, _) => BTreeSet::from([Role::VerificationStaff, Role::PartyAdmin]),
        _ => BTreeSet::from([Role::Operator, Role::OrgAdmin]),
    }
}

fn read(form: &mut Form, l: Lang, kind: OrgKind, org: String) -> Given {
    let name =
        checks::line(form, l, "org_name", l.t("填写机构名称，与证件一致。", "Enter the name of the body as on its certificate."));
    let mut details = OrgDetails::default();
    if kind == OrgKind::Processor {
        read_capacity(form, l, &mut details);
    }
    let overseas = details.capacity == "overseas";
    let code = if overseas { String::new() } else { ids::normalise(form.trimmed("credit_code")) };
    if overseas {
        // It has no credit code; its number stands in the register of its country.
    } else if code.is_empty() {
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
        roles: first_roles(kind, &details.capacity),
    };
    Given { org, name, code, details: OrgDetails { legal_rep, address, phone, ..details }, account, password }
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
    register(cx, OrgKind::Body, peer, headers, sent).await
}

/// `POST /register/processor`.
///
/// # Errors
/// As [`submit`].
pub async fn submit_processor(
    cx: Cx,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    sent: Multipart,
) -> Result<Response, Error> {
    register(cx, OrgKind::Processor, peer, headers, sent).await
}

/// `POST /register/verification-body`.
///
/// # Errors
/// As [`submit`].
pub async fn submit_verification(
    cx: Cx,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    sent: Multipart,
) -> Result<Response, Error> {
    register(cx, OrgKind::VerificationBody, peer, headers, sent).await
}

async fn register(
    cx: Cx,
    kind: OrgKind,
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
    let mut given = read(&mut form, l, kind, received.org);
    let mut reader = cx.app.store.reader().await?;
    if !given.code.is_empty() && !form.bad("credit_code") && reader.organisation_by_code(&given.code).await?.is_some() {
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
        return page(&cx, kind, form);
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
                    kind,
                    &given.name,
                    Some(given.code.as_str()).filter(|c| !c.is_empty()),
                    OrgStatus::Pending,
                    &given.details,
                    now,
                )
                .await?;
                tx.add_account(&given.account, &given.account.id, now).await?;
                tx.put_credential(&given.account.id, CredentialKind::Password, hash.as_bytes(), now).await?;
                tx.count_failure(key, PER_HOUR, SignedDuration::from_hours(1), SignedDuration::from_hours(1), now).await?;
                let origin = Origin { actor: given.account.id.clone(), org: given.org.clone(), session: String::new() };
                let what = serde_json::json!({ "name": given.name, "kind": kind.as_str(), "credit_code": given.code });
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
            page(&cx, kind, form)
        }
        // Two people at the same moment: the schema has decided.
        Err(e) if e.is_constraint("credit_code") => {
            form.fail("credit_code", l.t(TAKEN_CODE.0, TAKEN_CODE.1));
            page(&cx, kind, form)
        }
        Err(e) if e.is_constraint("login") => {
            form.fail("login", l.t("这个登录名已经有人用了。换一个。", "This sign-in name is taken. Choose another one."));
            page(&cx, kind, form)
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
