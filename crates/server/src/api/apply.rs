//! `/api/v1/applications` for the applicant: a draft is opened, filled part by part, checked, submitted, and the
//! receipt is taken. Each goes through the functions of the pages (`processor::programs`), so the same engine says
//! what is wrong and the same law refuses, the mandate of a representative included (M 7).

use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::acts::{SAVE, did, done, form_of, refused};
use super::call::{Call, json_of, page, reply};
use super::cases::id;
use super::problem::Problem;
use super::scope::Scope;
use super::strict::Asked;
use crate::error::Error;
use crate::processor::programs as drafts;
use crate::workbench::programs::{OPEN, Of, Outcome, reading};

/// The members of the body of a request.
fn object(call: &Call, body: Value) -> Result<serde_json::Map<String, Value>, Problem> {
    let Value::Object(body) = body else {
        let why = call.cx.l().t("应为JSON 对象", "must be a JSON object").to_owned();
        return Err(Problem::fields(vec![(String::new(), why)]));
    };
    Ok(body)
}

/// `POST /api/v1/applications`: opens a draft.
///
/// # Errors
/// What is wrong with the processor or the purpose; the law refuses.
pub(crate) async fn open(call: Call, body: Body) -> Result<Response, Problem> {
    call.need(Scope::CasesApply)?;
    call.member()?;
    let (value, bytes) = json_of::<Value>(&call.headers, body).await?;
    let idem = call.idem(&[b"applications", &bytes])?;
    if let Some(kept) = call.before(&idem).await? {
        let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
        let made = kept["case_id"].as_str().unwrap_or_default();
        return Ok(done(StatusCode::CREATED, &did(Of::Application, made, OPEN.name, kept["last"].as_u64(), None, true)));
    }
    let form = form_of(call.cx.l(), &OPEN, &object(&call, value)?)?;
    match Box::pin(drafts::open(&call.cx, form, idem)).await? {
        Ok((made, version)) => Ok(done(StatusCode::CREATED, &did(Of::Application, &made, OPEN.name, Some(version), None, false))),
        Err(Outcome::Refused(r)) => Err(Problem::refused(r)),
        Err(Outcome::Wrong(errors)) => Err(Problem::fields(errors)),
        Err(Outcome::Done { .. }) => Err(Error::NotFound.into()),
    }
}

/// `PATCH /api/v1/applications/{id}/draft`: the parts that are there replace those of the draft.
///
/// # Errors
/// What is wrong with the parts; the law refuses.
pub(crate) async fn save(call: Call, Path(at): Path<String>, body: Body) -> Result<Response, Problem> {
    call.need(Scope::CasesApply)?;
    call.member()?;
    let at = id(&at)?;
    let (value, bytes) = json_of::<Value>(&call.headers, body).await?;
    let expected = call.expected()?;
    let idem = call.idem(&[SAVE.as_bytes(), at.as_bytes(), &bytes])?;
    let answer = |version: Option<u64>, replayed: bool| did(Of::Application, at, SAVE, version, None, replayed);
    let mut body = if let Some(kept) = call.before(&idem).await? {
        let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
        answer(kept["last"].as_u64(), true)
    } else {
        let parts = object(&call, value)?;
        if parts.is_empty() {
            let known = drafts::PARTS.join(", ");
            return Err(Problem::fields(vec![(String::new(), known)]));
        }
        match Box::pin(drafts::save(&call.cx, at, &parts, expected, idem)).await {
            Ok(Outcome::Done { version, .. }) => answer(Some(version), false),
            other => return Err(refused(&call, Of::Application, at, other).await),
        }
    };
    // What is still wrong is no error of the save: a draft may hold anything.
    let found = drafts::check(&call.cx, at).await?;
    body["complete"] = found["complete"].clone();
    body["problems"] = found["problems"].clone();
    Ok(done(StatusCode::OK, &body))
}

/// `GET /api/v1/applications/{id}/check`: what is wrong, by the engine of the page and of the submission.
///
/// # Errors
/// There is no such application for this organisation.
pub(crate) async fn check(call: Call, Path(at): Path<String>) -> Result<Response, Problem> {
    let at = own(&call, &at)?;
    Ok(reply(StatusCode::OK, &drafts::check(&call.cx, at).await?))
}

/// `GET /api/v1/applications/{id}/receipt`: the signed statement of what was received and when.
///
/// # Errors
/// There is no receipt yet.
pub(crate) async fn receipt(call: Call, Path(at): Path<String>) -> Result<Response, Problem> {
    let at = own(&call, &at)?;
    Ok(drafts::statement(&call.cx, at).await?)
}

/// The applicant's side reads its own drafts and receipts; to others there are none.
fn own<'a>(call: &Call, at: &'a str) -> Result<&'a str, Problem> {
    call.need(Scope::CasesRead)?;
    let actor = call.actor()?;
    if actor.org_kind != guosuo_case::OrgKind::Processor {
        return Err(Error::NotFound.into());
    }
    call.right(reading(actor.org_kind))?;
    id(at)
}

/// `GET /api/v1/bodies`: the bodies of the public register, with whether each can be chosen now (M 7(1)).
///
/// # Errors
/// The scope is missing.
pub(crate) async fn bodies(call: Call, asked: Asked) -> Result<Response, Problem> {
    call.need(Scope::CasesRead)?;
    asked.only(&[])?;
    Ok(page(drafts::bodies(&call.cx).await?, None))
}
