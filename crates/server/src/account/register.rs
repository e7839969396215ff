//! `/register`: a certification body asks for an account. It may sign in and prepare at once;
//! submitting waits until an officer has confirmed the registration.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use askama::Template;
use axum::Extension;
use axum::extract::multipart::MultipartError;
use axum::extract::{ConnectInfo, Multipart};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_case::{OrgKind, Role};
use guosuo_rules::ids::{self, uscc};
use guosuo_store::accounts::{AccountStatus, Contact, CredentialKind, NewAccount, OrgDetails, OrgScan, OrgStatus};
use guosuo_store::{Error as StoreError, NewBlob, Origin, new_id};
use jiff::SignedDuration;

use super::checks;
use crate::app::Cx;
use crate::auth::password::{self, MIN_ALONE};
use crate::auth::session;
use crate::error::Error;
use crate::intake::{self, Accept, Kind, Sample};
use crate::web::{Form, Front, Lang, Shell};

/// Registrations from one address in an hour.
const PER_HOUR: u32 = 10;

#[derive(Template)]
#[template(path = "account/register.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    hint: String,
    scans: Vec<(&'static str, &'static str)>,
    accept: String,
    scan_hint: String,
}

/// The three documents: (field, stored kind).
const SCANS: [(&str, &str); 3] =
    [("scan_credit_code", "credit_code"), ("scan_legal_rep", "legal_rep_id"), ("scan_operator", "operator_id")];
/// Largest scan, in MiB: three of them travel in one request.
const SCAN_MIB: u64 = 20;

fn scan_words(l: Lang, field: &str) -> &'static str {
    match field {
        "scan_credit_code" => l.t("统一社会信用代码证件扫描件", "Scan of the certificate of the credit code"),
        "scan_legal_rep" => {
            l.t("法定代表人身份证件扫描件（正反两面）", "Scan of the legal representative's identity document (both sides)")
        }
        _ => l.t("经办人身份证件扫描件（正反两面）", "Scan of the operator's identity document (both sides)"),
    }
}

fn page(cx: &Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let shell = Shell::new(&cx.screen, Front::Public, l.t("专业认证机构注册", "Register a certification body"))
        .crumb("/guide/filing", l.t("办事指南", "How to file"))
        .for_form(&form);
    let status = form.status();
    let page = Page {
        shell,
        l,
        form,
        hint: checks::password_hint(l, MIN_ALONE),
        scans: SCANS.iter().map(|(field, _)| (*field, scan_words(l, field))).collect(),
        accept: Accept::SCAN.attribute(),
        scan_hint: l.pick(
            format!("{}，不超过{SCAN_MIB} MB。", intake::words::formats(Accept::SCAN.kinds())),
            format!("{}, up to {SCAN_MIB} MB.", intake::words::formats(Accept::SCAN.kinds())),
        ),
    };
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

fn read(form: &mut Form, l: Lang) -> Given {
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
    let org = new_id();
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

/// A scan as it was sent.
struct Scan {
    kind: &'static str,
    name: String,
    media: Kind,
    bytes: Vec<u8>,
}

/// Reads the form with its three files; whatever is wrong with a file stands at its field.
async fn receive(cx: &Cx, mut sent: Multipart) -> Result<(Form, Vec<Scan>), Error> {
    let l = cx.l();
    let broken = |e: MultipartError| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge { max_mib: SCAN_MIB },
        _ => Error::Malformed("multipart form"),
    };
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(mut field) = sent.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(|f| intake::base_name(f).to_owned());
        let most = usize::try_from(if file.is_some() { SCAN_MIB << 20 } else { 64 << 10 }).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            if bytes.len() + chunk.len() > most {
                return Err(Error::TooLarge { max_mib: SCAN_MIB });
            }
            bytes.extend_from_slice(&chunk);
        }
        match file {
            Some(file) if !file.is_empty() => files.push((name, file, bytes)),
            Some(_) => {}
            None => pairs.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    let mut form = Form::from_pairs(pairs);
    let mut scans = Vec::new();
    for (field, kind) in SCANS {
        let Some(at) = files.iter().position(|(f, _, _)| f == field) else {
            form.fail(field, l.pick(format!("上传{}。", scan_words(l, field)), format!("Upload: {}.", scan_words(l, field))));
            continue;
        };
        let (_, name, bytes) = files.swap_remove(at);
        match cx.app.intake.sniff(&name, &Sample::of(&bytes), Accept::SCAN) {
            Ok(media) => scans.push(Scan { kind, name, media, bytes }),
            Err(no) => form.fail(field, intake::words::rejection(l, &no)),
        }
    }
    Ok((form, scans))
}

/// Stores the scans encrypted, each under its name.
async fn keep(cx: &Cx, org: &str, account: &str, scans: Vec<Scan>) -> Result<Vec<OrgScan>, Error> {
    let mut out = Vec::new();
    for s in scans {
        let new = NewBlob {
            case_id: format!("registration-{org}"),
            org: org.to_owned(),
            media: s.media.media_type().to_owned(),
            actor: account.to_owned(),
            max: SCAN_MIB << 20,
        };
        let blob = cx.app.blobs.put_bytes(&new, s.bytes, cx.now).await?;
        out.push(OrgScan { kind: s.kind.to_owned(), blob_id: blob.id, name: s.name });
    }
    Ok(out)
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
    let key = format!("register:{}", session::place(&headers, peer.map(|p| p.0.0)));
    let mut reader = cx.app.store.reader().await?;
    if let Some(until) = reader.blocked_until(&key, cx.now).await? {
        return Err(Error::TooMany { seconds: until.duration_since(cx.now).as_secs().max(1).unsigned_abs() });
    }
    drop(reader);
    let (mut form, scans) = receive(&cx, sent).await?;
    let mut given = read(&mut form, l);
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
        // A browser does not send the files again by itself.
        for (field, _) in SCANS.iter().filter(|_| !scans.is_empty()) {
            if !form.bad(field) {
                form.fail(
                    *field,
                    l.t("其他内容改好后，这个文件要重新选一次。", "Choose this file again once the rest is corrected."),
                );
            }
        }
        return page(&cx, form);
    }
    given.details.scans = keep(&cx, &given.org, &given.account.id, scans).await?;
    let hash = password::hash(given.password.clone()).await?;
    let now = cx.now;
    let officers: Vec<String> = officers.into_iter().map(|o| o.id).collect();
    let done = cx
        .app
        .store
        .write_with((given, hash, key, officers), move |tx, (given, hash, key, officers)| {
            Box::pin(async move {
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
