//! `/api/v1/applications` and `/api/v1/certificates`: lists, one case, its documents, acts on it.

use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::Right;
use guosuo_store::{ApplicationRow, CertificateRow, ReportFilter};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::acts::{offers, take};
use super::call::{Call, is_id, json_of, page, reply, versioned};
use super::problem::Problem;
use super::scope::Scope;
use super::strict::Asked;
use crate::error::Error;
use crate::web::Lang;
use crate::words;
use crate::workbench::programs::{self, Of};

/// An id of this platform; anything else is nothing that could exist.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) fn id(text: &str) -> Result<&str, Problem> {
    if is_id(text) { Ok(text) } else { Err(Error::NotFound.into()) }
}

/// The cursor of a query: what a page before has given.
///
/// # Errors
/// Something else.
fn after(asked: &Asked) -> Result<&str, Problem> {
    match asked.get("after") {
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
pub(crate) async fn applications(call: Call, asked: Asked) -> Result<Response, Problem> {
    call.need(Scope::CasesRead)?;
    let actor = call.actor()?;
    call.right(programs::reading(actor.org_kind))?;
    asked.only(&["limit", "after", "phase"])?;
    let n = asked.limit()?;
    let phase = asked.one_of("phase", &programs::phases())?;
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
    call.need(if programs::is_draft_act(&name) { Scope::CasesApply } else { Scope::CasesAct })?;
    let (value, bytes) = json_of::<Value>(&call.headers, body).await?;
    Box::pin(take(&call, Of::Application, id(&at)?, &name, value, &bytes)).await
}

async fn upload(call: Call, of: Of, at: &str, asked: &Asked, request: Request) -> Result<Response, Problem> {
    let l = call.cx.l();
    call.member()?;
    asked.only(&["name"])?;
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
pub(crate) async fn send_file(call: Call, Path(at): Path<String>, asked: Asked, request: Request) -> Result<Response, Problem> {
    // Whoever prepares a draft sends the documents that it declares.
    call.need(Scope::CasesAct).or_else(|p| call.need(Scope::CasesApply).map_err(|_| p))?;
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
pub(crate) async fn certificates(call: Call, asked: Asked) -> Result<Response, Problem> {
    call.need(Scope::CertificatesRead)?;
    let actor = call.actor()?;
    call.right(programs::reading(actor.org_kind))?;
    asked.only(&["limit", "after"])?;
    let n = asked.limit()?;
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

/// `GET /api/v1/certificates/{id}/flows`: the flows declared so far, each with the differences from the certified scope.
///
/// # Errors
/// As [`application`].
pub(crate) async fn flows(call: Call, Path(at): Path<String>) -> Result<Response, Problem> {
    call.need(Scope::CertificatesRead)?;
    call.right(programs::reading(call.actor()?.org_kind))?;
    let found = programs::declarations(&call.cx, id(&at)?).await?;
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
    asked: Asked,
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

/// The states of reports that can be asked for: `open` is what has to be sent, answered or corrected.
pub(crate) const REPORT_STATES: [&str; 7] = ["open", "owed", "sent", "received", "rejected", "corrected", "all"];

/// `GET /api/v1/reports?state=…`: how the reports to the national platform stand (M 9(1)). What is open comes with the
/// most urgent first, everything else with the newest first.
///
/// # Errors
/// The scope or the right is missing.
pub(crate) async fn reports(call: Call, asked: Asked) -> Result<Response, Problem> {
    call.need(Scope::CertificatesRead)?;
    call.right(Right::ReportsRead)?;
    asked.only(&["limit", "after", "state"])?;
    let state = asked.one_of("state", &REPORT_STATES)?;
    let (after, n) = (asked.after()?, asked.limit()?);
    let (body, offset) = (call.actor()?.org.0.clone(), u32::try_from(after).unwrap_or(u32::MAX));
    let mut reader = call.cx.app.store.reader().await?;
    let mut rows = if matches!(state, "" | "open") {
        reader.report_lines_due(&body, "", n + 1, offset).await?
    } else {
        let state = if state == "all" { "" } else { state };
        reader.report_lines(&ReportFilter { body, state: state.to_owned(), ..ReportFilter::default() }, n + 1, offset).await?
    };
    let more = rows.len() > n as usize;
    rows.truncate(n as usize);
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
                "state": r.state,
                "owed_at": moment(r.owed_at),
                "due": { "earliest": r.due_from, "latest": r.due_to },
                "corrects": (r.corrects > 0).then_some(r.corrects),
                "corrected_by": (r.corrected_by > 0).then_some(r.corrected_by),
                "sent_at": moment(r.sent_at),
                "attempts": r.attempts,
                "last_error": some(&r.last_error),
                "received_at": moment(r.received_at),
                "receipt": some(&r.receipt),
                "rejected_for": some(&r.reason),
            })
        })
        .collect();
    Ok(page(lines, more.then(|| after.saturating_add(i64::from(n)).to_string())))
}
