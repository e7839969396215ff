//! `/api/v1/applications` and `/api/v1/certificates`: lists, one case, its documents, acts on it.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Path, Query, Request};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::Right;
use guosuo_store::{ApplicationRow, CertificateRow};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::acts::{offers, take};
use super::call::{Call, json_of, limit, page, reply, versioned};
use super::problem::Problem;
use super::scope::Scope;
use crate::error::Error;
use crate::web::Lang;
use crate::words;
use crate::workbench::programs::{self, Of};

/// The query of a list.
pub(crate) type Asked = Query<BTreeMap<String, String>>;

/// An id of this platform; anything else is nothing that could exist.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) fn id(text: &str) -> Result<&str, Problem> {
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits { Ok(text) } else { Err(Error::NotFound.into()) }
}

/// The cursor of a query: what a page before has given.
///
/// # Errors
/// Something else.
pub(crate) fn after(asked: &BTreeMap<String, String>) -> Result<&str, Problem> {
    match asked.get("after").map(String::as_str) {
        None | Some("") => Ok(""),
        Some(text) => id(text).map_err(|_| Problem::fields(vec![("after".into(), "next".into())])),
    }
}

fn moment(us: i64) -> Option<String> {
    (us > 0).then(|| Timestamp::from_microsecond(us).map(|t| t.to_string()).unwrap_or_default())
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn application_line(r: &ApplicationRow) -> Value {
    json!({
        "id": r.case_id,
        "version": r.version,
        "number": some(&r.number),
        "phase": r.phase,
        "purpose": r.purpose,
        "applicant": r.org,
        "processor": { "name": r.processor, "code": r.processor_code, "country": r.country },
        "body": some(&r.body),
        "verification_body": some(&r.verification_body),
        "received_on": some(&r.received),
        "stage": some(&r.stage),
        "house_limit": some(&r.due_from).map(|from| json!({ "earliest": from, "latest": r.due_to })),
        "clock_stopped": !r.stands.is_empty(),
        "open_nonconformities": r.open_points,
        "certificate": some(&r.certificate),
        "ended_on": some(&r.ended),
        "updated_at": moment(r.updated),
    })
}

/// `GET /api/v1/applications`.
///
/// # Errors
/// What is wrong with the query; the scope or the right is missing.
pub(crate) async fn applications(call: Call, Query(asked): Asked) -> Result<Response, Problem> {
    call.need(Scope::CasesRead)?;
    let actor = call.actor()?;
    call.right(programs::reading(actor.org_kind))?;
    let n = limit(asked.get("limit").map(String::as_str))?;
    let phase = asked.get("phase").map_or("", String::as_str);
    if !phase.is_empty() && !programs::phases().contains(&phase) {
        return Err(Problem::fields(vec![("phase".into(), programs::phases().join(", "))]));
    }
    let mut reader = call.cx.app.store.reader().await?;
    let mut rows = reader.applications_page(actor.org_kind, actor.org.as_str(), after(&asked)?, phase, n + 1).await?;
    let more = rows.len() > n as usize;
    rows.truncate(n as usize);
    let next = if more { rows.last().map(|r| r.case_id.clone()) } else { None };
    Ok(page(rows.iter().map(application_line).collect(), next))
}

fn seen(l: Lang, call: &Call, of: Of, base: &str, seen: programs::Seen) -> Response {
    let mut body = seen.body;
    body["possible"] = offers(l, of, base, &seen.possible).into();
    body["closed"] = match &seen.closed {
        None => Value::Null,
        Some(r) => json!({ "reason": r.code, "article": r.article, "detail": words::refusal(l, r) }),
    };
    versioned(&call.headers, seen.version, &body)
}

/// `GET /api/v1/applications/{id}`.
///
/// # Errors
/// The scope is missing; there is no such application for this organisation.
pub(crate) async fn application(call: Call, Path(at): Path<String>) -> Result<Response, Problem> {
    call.need(Scope::CasesRead)?;
    call.right(programs::reading(call.actor()?.org_kind))?;
    let found = programs::application(&call.cx, id(&at)?).await?;
    Ok(seen(call.cx.l(), &call, Of::Application, &format!("/api/v1/applications/{at}"), found))
}

/// `POST /api/v1/applications/{id}/acts/{act}`.
///
/// # Errors
/// What is wrong, and what is possible instead.
pub(crate) async fn act_on_application(
    call: Call,
    Path((at, name)): Path<(String, String)>,
    body: Body,
) -> Result<Response, Problem> {
    call.need(Scope::CasesAct)?;
    let (value, bytes) = json_of::<Value>(&call.headers, body).await?;
    Box::pin(take(&call, Of::Application, id(&at)?, &name, value, &bytes)).await
}

async fn upload(call: Call, of: Of, at: &str, asked: &BTreeMap<String, String>, request: Request) -> Result<Response, Problem> {
    let l = call.cx.l();
    call.member()?;
    programs::open(&call.cx, of, at).await?;
    let name = asked.get("name").map(|n| crate::intake::base_name(n).to_owned()).unwrap_or_default();
    let wrong = |field: &str, why: String| Problem::fields(vec![(field.to_owned(), why)]);
    if name.trim().is_empty() || name.chars().count() > 200 {
        return Err(wrong("name", l.t("文件名，1至200个字", "the name of the file, 1 to 200 characters").to_owned()));
    }
    let max_mib = call.cx.app.config.uploads.max_mib;
    let most = usize::try_from(max_mib << 20).unwrap_or(usize::MAX);
    let Ok(bytes) = axum::body::to_bytes(request.into_body(), most).await else {
        return Err(Error::TooLarge { max_mib }.into());
    };
    if bytes.is_empty() {
        return Err(wrong("", l.t("文件是空的", "the file is empty").to_owned()));
    }
    let idem = call.idem(&[b"file", at.as_bytes(), name.as_bytes(), &bytes])?;
    if let Some(kept) = call.before(&idem).await? {
        let body: Value = serde_json::from_str(&kept).unwrap_or_default();
        return Ok(reply(StatusCode::CREATED, &body));
    }
    let blob = programs::keep(&call.cx, at, &name, &bytes).await?.map_err(|why| wrong("", why))?;
    let body = json!({
        "file": blob.id,
        "title": name,
        "media": blob.media,
        "size": blob.size,
        "sha256": blob.sha256.to_hex(),
        "sm3": blob.sm3.to_hex(),
    });
    let (actor, now) = (call.actor()?.user.0.clone(), call.cx.now);
    let kept: Result<(), guosuo_store::Error> = call
        .cx
        .app
        .store
        .write_with((idem, actor, body.to_string()), move |tx, (idem, actor, body)| {
            Box::pin(async move { tx.done(idem, actor, body, now).await })
        })
        .await;
    kept?;
    Ok(reply(StatusCode::CREATED, &body))
}

/// `POST /api/v1/applications/{id}/files?name=…`.
///
/// # Errors
/// The file is not taken; the case may not be opened.
pub(crate) async fn send_file(
    call: Call,
    Path(at): Path<String>,
    Query(asked): Asked,
    request: Request,
) -> Result<Response, Problem> {
    call.need(Scope::CasesAct)?;
    let at = id(&at)?.to_owned();
    upload(call, Of::Application, &at, &asked, request).await
}

/// `GET /api/v1/applications/{id}/files/{sha256}`.
///
/// # Errors
/// There is no such document for this side.
pub(crate) async fn get_file(call: Call, Path((at, sha256)): Path<(String, String)>) -> Result<Response, Problem> {
    call.need(Scope::CasesRead)?;
    call.right(programs::reading(call.actor()?.org_kind))?;
    Ok(programs::give(&call.cx, Of::Application, id(&at)?, id(&sha256)?).await?)
}

fn certificate_line(r: &CertificateRow, today: jiff::civil::Date) -> Value {
    json!({
        "id": r.case_id,
        "version": r.version,
        "number": r.number,
        "status": r.status_on(today),
        "body": r.body,
        "applicant": r.applicant,
        "holder": { "name": r.holder, "code": r.holder_code, "country": r.country },
        "issued_on": r.issued_on,
        "valid_until": r.valid_until,
        "application": r.application,
        "open": {
            "requests": r.open_requests,
            "findings": r.open_findings,
            "suggestions": r.open_suggestions,
            "surveillances": r.open_surveillances,
            "reports": r.reports_owed,
        },
        "updated_at": moment(r.updated),
    })
}

/// `GET /api/v1/certificates`.
///
/// # Errors
/// As [`applications`].
pub(crate) async fn certificates(call: Call, Query(asked): Asked) -> Result<Response, Problem> {
    call.need(Scope::CertificatesRead)?;
    let actor = call.actor()?;
    call.right(programs::reading(actor.org_kind))?;
    let n = limit(asked.get("limit").map(String::as_str))?;
    let mut reader = call.cx.app.store.reader().await?;
    let mut rows = reader.certificates_page(actor.org_kind, actor.org.as_str(), after(&asked)?, n + 1).await?;
    let more = rows.len() > n as usize;
    rows.truncate(n as usize);
    let next = if more { rows.last().map(|r| r.case_id.clone()) } else { None };
    let today = call.cx.today();
    Ok(page(rows.iter().map(|r| certificate_line(r, today)).collect(), next))
}

/// `GET /api/v1/certificates/{id}`.
///
/// # Errors
/// As [`application`].
pub(crate) async fn certificate(call: Call, Path(at): Path<String>) -> Result<Response, Problem> {
    call.need(Scope::CertificatesRead)?;
    call.right(programs::reading(call.actor()?.org_kind))?;
    let found = programs::certificate(&call.cx, id(&at)?).await?;
    Ok(seen(call.cx.l(), &call, Of::Certificate, &format!("/api/v1/certificates/{at}"), found))
}

/// `POST /api/v1/certificates/{id}/acts/{act}`.
///
/// # Errors
/// As [`act_on_application`].
pub(crate) async fn act_on_certificate(
    call: Call,
    Path((at, name)): Path<(String, String)>,
    body: Body,
) -> Result<Response, Problem> {
    call.need(Scope::CertificatesAct)?;
    let (value, bytes) = json_of::<Value>(&call.headers, body).await?;
    Box::pin(take(&call, Of::Certificate, id(&at)?, &name, value, &bytes)).await
}

/// `POST /api/v1/certificates/{id}/files?name=…`.
///
/// # Errors
/// As [`send_file`].
pub(crate) async fn send_certificate_file(
    call: Call,
    Path(at): Path<String>,
    Query(asked): Asked,
    request: Request,
) -> Result<Response, Problem> {
    call.need(Scope::CertificatesAct)?;
    let at = id(&at)?.to_owned();
    upload(call, Of::Certificate, &at, &asked, request).await
}

/// `GET /api/v1/certificates/{id}/files/{sha256}`.
///
/// # Errors
/// As [`get_file`].
pub(crate) async fn get_certificate_file(call: Call, Path((at, sha256)): Path<(String, String)>) -> Result<Response, Problem> {
    call.need(Scope::CertificatesRead)?;
    call.right(programs::reading(call.actor()?.org_kind))?;
    Ok(programs::give(&call.cx, Of::Certificate, id(&at)?, id(&sha256)?).await?)
}

/// `GET /api/v1/reports`: what the body owes the national platform (M 9(1)), the most urgent first.
///
/// # Errors
/// The scope or the right is missing.
pub(crate) async fn reports(call: Call) -> Result<Response, Problem> {
    call.need(Scope::CertificatesRead)?;
    call.right(Right::ApplicationRead)?;
    let rows = call.cx.app.store.reader().await?.reports_owed_by(call.actor()?.org.as_str()).await?;
    let lines = rows
        .iter()
        .map(|r| {
            json!({
                "certificate": r.certificate,
                "number": r.number,
                "seq": r.seq,
                "change": r.kind,
                "status": r.status,
                "effective_on": r.effective_on,
                "owed_at": moment(r.owed_at),
                "due": { "earliest": r.due_from, "latest": r.due_to },
            })
        })
        .collect();
    Ok(page(lines, None))
}
