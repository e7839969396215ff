//! `/authority/registrations`: organisations that ask to be registered. An officer compares
//! the scans and confirms, or refuses with a reason; a credit code that fails its check may be
//! accepted with a reason.

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::filing::{Field, FieldProblem};
use guosuo_rules::ids::{Options, uscc};
use guosuo_store::accounts::{OrgStatus, Organisation};
use guosuo_store::{Error as StoreError, NewJob};
use serde::Deserialize;

use super::original::attachment;
use super::view::frame;
use crate::app::Cx;
use crate::consequences::{MAIL_QUEUE, MailJob};
use crate::error::Error;
use crate::web::components::{Fact, Link, Tab, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words::{self, MessageData, MessageKind};

const PATH: &str = "/authority/registrations";

/// `?status=…`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    status: String,
}

struct Line {
    href: String,
    name: String,
    kind: &'static str,
    code: String,
    asked: String,
    check: (&'static str, Tone),
    state: (&'static str, Tone),
}

#[derive(Template)]
#[template(path = "authority/registrations.html")]
struct List {
    shell: Shell,
    l: Lang,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "authority/registration.html")]
struct One {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    state: (&'static str, Tone),
    facts: Vec<Fact>,
    people: Vec<Fact>,
    scans: Vec<Link>,
    code_bad: bool,
    pending: bool,
    version: i64,
}

const STATES: [OrgStatus; 4] = [OrgStatus::Pending, OrgStatus::Active, OrgStatus::Refused, OrgStatus::Suspended];

fn state(l: Lang, s: OrgStatus) -> (&'static str, Tone) {
    match s {
        OrgStatus::Pending => (l.t("待核对", "To be checked"), Tone::Warn),
        OrgStatus::Active => (l.t("已确认", "Confirmed"), Tone::Ok),
        OrgStatus::Suspended => (l.t("已停用", "Suspended"), Tone::Mute),
        OrgStatus::Refused => (l.t("未确认", "Not confirmed"), Tone::Late),
    }
}

/// The credit code's outer check: passes, fails, or was accepted by an officer.
fn check(l: Lang, o: &Organisation) -> (&'static str, Tone, bool) {
    let code = o.credit_code.as_deref().unwrap_or_default();
    if code.is_empty() && !o.details.country.is_empty() {
        return (l.t("境外处理者，无信用代码", "overseas: no credit code"), Tone::Mute, false);
    }
    let good = uscc::check(code, None, Options::default()).is_valid();
    match (good, o.code_overridden) {
        (true, _) => (l.t("校验通过", "passes"), Tone::Ok, false),
        (false, true) => (l.t("校验不符，已说明理由接受", "fails; accepted with a reason"), Tone::Warn, false),
        (false, false) => (l.t("校验不符", "fails"), Tone::Late, true),
    }
}

/// `GET /authority/registrations`.
///
/// # Errors
/// When the store fails.
pub async fn list(cx: Cx, Query(ask): Query<Ask>) -> Result<Response, Error> {
    let l = cx.l();
    let wanted = STATES.into_iter().find(|s| s.as_str() == ask.status).unwrap_or(OrgStatus::Pending);
    let mut orgs = cx.app.store.reader().await?.organisations(None, Some(wanted)).await?;
    orgs.retain(|o| o.kind.registers_itself());
    let lines: Vec<Line> = orgs
        .iter()
        .map(|o| {
            let c = check(l, o);
            Line {
                href: l.href(format!("{PATH}/{}", o.id)),
                name: o.name.clone(),
                kind: words::org_kind(l, o.kind),
                code: o.credit_code.clone().unwrap_or_else(|| o.details.registration.clone()),
                asked: l.stamp(o.created).words,
                check: (c.0, c.1),
                state: state(l, o.status),
            }
        })
        .collect();
    let tabs = STATES
        .into_iter()
        .map(|s| Tab {
            href: l.href(format!("{PATH}?status={}", s.as_str())),
            name: state(l, s).0.to_owned(),
            current: s == wanted,
        })
        .collect();
    let title = l.pick(
        format!("机构注册：{}（{}）", state(l, wanted).0, lines.len()),
        format!("Registrations: {} ({})", state(l, wanted).0, lines.len()),
    );
    let page = List { shell: frame(&cx, "registrations", title), l, tabs, lines };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

async fn body(cx: &Cx, id: &str) -> Result<Organisation, Error> {
    cx.app.store.organisation(id).await?.filter(|o| o.kind.registers_itself()).ok_or(Error::NotFound)
}

fn scan_name(l: Lang, kind: &str) -> &'static str {
    match kind {
        "credit_code" => l.t("统一社会信用代码证件", "Credit code certificate"),
        "legal_rep_id" => l.t("法定代表人身份证件", "Legal representative's ID"),
        "operator_id" => l.t("经办人身份证件", "Operator's ID"),
        _ => l.t("其他", "Other"),
    }
}

async fn page(cx: &Cx, id: &str, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let o = body(cx, id).await?;
    let accounts = cx.app.store.reader().await?.accounts(id).await?;
    let code = o.credit_code.clone().unwrap_or_default();
    let (checked, _, code_bad) = check(l, &o);
    let mut facts = vec![
        Fact::new(l.t("机构名称", "Name"), o.name.clone()).note(words::org_kind(l, o.kind)),
        Fact::new(l.t("统一社会信用代码", "Credit code"), code.clone()).note(checked).code(),
        Fact::new(l.t("法定代表人", "Legal representative"), o.details.legal_rep.clone()),
        Fact::new(l.t("通讯地址", "Address"), o.details.address.clone()),
        Fact::new(l.t("联系电话", "Telephone"), o.details.phone.clone()),
        Fact::new(l.t("申请注册", "Asked"), l.moment(o.created).words),
    ];
    if !o.details.country.is_empty() {
        let number = Fact::new(l.t("境外注册号", "Register number abroad"), o.details.registration.clone()).code();
        facts.push(number.note(words::country(l, &o.details.country)));
    }
    if !o.details.represents.is_empty() {
        facts.push(Fact::new(
            l.t("专门机构、指定代表或者被代表的处理者", "Office, representative, or processor represented"),
            o.details.represents.clone(),
        ));
    }
    if code_bad {
        let why = words::field_problem(l, Field::CreditCode, &FieldProblem::BadCreditCode { chars: code.chars().count() });
        facts.push(Fact::new(l.t("校验结果", "Result of the check"), why));
    }
    if !o.details.code_override.is_empty() {
        facts.push(Fact::new(l.t("接受信用代码的理由", "Why the code was accepted"), o.details.code_override.clone()));
    }
    if !o.details.refusal.is_empty() {
        facts.push(Fact::new(l.t("未确认的理由", "Why it was not confirmed"), o.details.refusal.clone()));
    }
    let people = accounts
        .iter()
        .map(|a| {
            let roles = a.roles.iter().map(|r| words::role(l, *r)).collect::<Vec<_>>().join(l.t("、", ", "));
            Fact::new(a.name.clone(), roles).note(format!("{} {}", a.contact.phone, a.contact.mail))
        })
        .collect();
    let scans = o
        .details
        .scans
        .iter()
        .enumerate()
        .map(|(n, s)| Link::new(l.href(format!("{PATH}/{id}/scans/{n}")), format!("{} {}", scan_name(l, &s.kind), s.name)))
        .collect();
    let view = One {
        shell: frame(cx, "registrations", o.name.clone()).crumb(PATH, l.t("机构注册", "Registrations")).for_form(&form),
        l,
        path: l.href(format!("{PATH}/{id}")),
        state: state(l, o.status),
        facts,
        people,
        scans,
        code_bad,
        pending: matches!(o.status, OrgStatus::Pending | OrgStatus::Refused),
        version: o.version,
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// `GET /authority/registrations/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for an organisation that does not exist or is no body.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    page(&cx, &id, Form::new(), StatusCode::OK).await
}

/// `GET /authority/registrations/{id}/scans/{n}`: recorded, then downloaded.
///
/// # Errors
/// [`Error::NotFound`] for a scan that does not exist.
pub async fn scan(cx: Cx, Path((id, n)): Path<(String, usize)>) -> Result<Response, Error> {
    let o = body(&cx, &id).await?;
    let scan = o.details.scans.get(n).ok_or(Error::NotFound)?;
    let blob = cx.app.store.reader().await?.blob(&scan.blob_id).await?;
    if blob.org != o.id {
        return Err(Error::NotFound);
    }
    cx.app.store.record_read(&cx.origin()?, &format!("scan:{}", scan.blob_id), "", "核对注册材料", cx.now).await?;
    let content = cx.app.blobs.read(&blob).await?;
    Ok(attachment(Body::from_stream(content), &scan.name, blob.size))
}

/// `POST /authority/registrations/{id}`: confirm, refuse, or accept the code.
///
/// # Errors
/// When the store fails; [`Error::Malformed`] for an act that does not exist.
pub async fn act(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let mut o = body(&cx, &id).await?;
    if form.value("version") != o.version.to_string() {
        form.fail(
            "",
            l.t(
                "别人刚刚处理过这条注册，请看最新内容。",
                "Somebody else has just dealt with this registration. Look at the latest state.",
            ),
        );
        return page(&cx, &id, form, StatusCode::CONFLICT).await;
    }
    let pending = matches!(o.status, OrgStatus::Pending | OrgStatus::Refused);
    let (action, kind, said) = match form.value("act") {
        "confirm" if pending => {
            if check(l, &o).2 {
                form.fail(
                    "override",
                    l.t(
                        "信用代码校验不符。先写明接受的理由，或者不予确认。",
                        "The credit code fails its check. First accept it with a reason, or do not confirm.",
                    ),
                );
            }
            o.status = OrgStatus::Active;
            o.details.refusal.clear();
            (
                "organisation_confirmed",
                Some(MessageKind::OrgConfirmed),
                l.t("已确认注册，可以提交了。", "Confirmed: the organisation can submit."),
            )
        }
        "refuse" if pending => {
            o.details.refusal =
                form.require("reason", l.t("写明不予确认的理由，机构会看到。", "State the reason; the body sees it."));
            o.status = OrgStatus::Refused;
            (
                "organisation_refused",
                Some(MessageKind::OrgRefused),
                l.t("已记录不予确认，机构会收到理由。", "Recorded; the body is told the reason."),
            )
        }
        "override" => {
            o.details.code_override = form.require(
                "override",
                l.t(
                    "写明接受这个代码的理由，例如核对了证件原件。",
                    "State why the code is accepted, for example that the certificate was compared.",
                ),
            );
            ("credit_code_accepted", None, l.t("已记录接受理由。", "The reason is recorded."))
        }
        "confirm" | "refuse" => {
            form.fail("", l.t("这条注册已经处理过了。", "This registration has been dealt with."));
            return page(&cx, &id, form, StatusCode::CONFLICT).await;
        }
        _ => return Err(Error::Malformed("act")),
    };
    for text in [&o.details.refusal, &o.details.code_override] {
        if text.chars().count() > 1000 || guosuo_case::text::check(text, true).is_err() {
            form.fail(
                "",
                l.t("理由最多1000个字，不含看不见的字符。", "A reason has at most 1,000 characters, without invisible ones."),
            );
        }
    }
    if !form.ok() {
        return page(&cx, &id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    match store(&cx, o, action, kind).await {
        Ok(()) => Ok(Flash::good(said).to(l, &format!("{PATH}/{id}"))),
        Err(StoreError::Stale { .. }) => {
            form.fail(
                "",
                l.t(
                    "别人刚刚处理过这条注册，请看最新内容。",
                    "Somebody else has just dealt with this registration. Look at the latest state.",
                ),
            );
            page(&cx, &id, form, StatusCode::CONFLICT).await
        }
        Err(e) => Err(e.into()),
    }
}

async fn store(cx: &Cx, o: Organisation, action: &'static str, kind: Option<MessageKind>) -> Result<(), StoreError> {
    let now = cx.now;
    let origin = cx.origin().map_err(|_| StoreError::NotFound("session"))?;
    cx.app
        .store
        .write_with((o, origin), move |tx, (o, origin)| {
            Box::pin(async move {
                tx.set_organisation(o, now).await?;
                let said = serde_json::json!({"status": o.status.as_str(), "reason": o.details.refusal, "code_override": o.details.code_override});
                tx.record_act(action, &o.id, origin, &said, now).await?;
                if let Some(kind) = kind {
                    let data = MessageData { name: o.name.clone(), reason: o.details.refusal.clone(), ..MessageData::default() };
                    let message = tx.send_message(&o.id, "", kind.as_str(), &data, None, now).await?;
                    tx.enqueue(NewJob::new(MAIL_QUEUE, &MailJob { org: o.id.clone(), message }, now)?, now).await?;
                }
                Ok(())
            })
        })
        .await
}
