//! Resumable upload, the contract of `frontend/js/upload.js`: POST begins, PATCH sends a part
//! with its offset and digest, GET tells where to go on. The offset of the server is the truth.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use guosuo_case::actor::FileId;
use guosuo_case::filing::{Action, Slot};
use guosuo_seal::Digest32;
use guosuo_store::{Error as StoreError, Upload, UploadProblem};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::case::{self, Case};
use super::keep;
use crate::app::Cx;
use crate::error::Error;
use crate::intake::{self, Rejection};
use crate::web::Form;

/// What the upload is for, kept with it.
#[derive(Serialize, Deserialize)]
struct Purpose {
    slot: Slot,
    person: Option<String>,
}

fn told(status: StatusCode, message: String) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

/// `POST /body/filings/{id}/materials/{slot}/uploads`: begins an upload.
///
/// # Errors
/// [`Error::NotFound`]; what the law refuses.
pub async fn create(cx: Cx, Path((id, slot)): Path<(String, String)>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let slot = Slot::parse(&slot).ok_or(Error::NotFound)?;
    let case = case::draft(&cx, &id).await?;
    guosuo_case::filing::permit(Some(&case.filing), Action::AttachFile, cx.actor()?, cx.now)?;
    let max_mib = cx.app.config.uploads.max_mib;
    let Ok(size) = form.trimmed("size").parse::<u64>() else { return Err(Error::Malformed("size")) };
    if size == 0 {
        return Ok(told(StatusCode::UNPROCESSABLE_ENTITY, intake::words::rejection(l, &Rejection::Empty)));
    }
    if size > max_mib << 20 {
        return Ok(told(StatusCode::PAYLOAD_TOO_LARGE, intake::words::rejection(l, &Rejection::TooLarge { max_mib })));
    }
    let name = form.value("name");
    let purpose = Purpose { slot, person: Some(form.trimmed("person").to_owned()).filter(|p| !p.is_empty()) };
    let data = serde_json::to_string(&purpose).map_err(|e| Error::Fault(e.into()))?;
    let upload = keep::begin(&cx, &case, name, size, &data).await?;
    let address = l.href(case.path(&format!("uploads/{}", upload.id)));
    Ok((StatusCode::CREATED, Json(json!({ "upload": address, "offset": 0 }))).into_response())
}

/// `GET /body/filings/{id}/uploads/{upload}`: where to go on.
///
/// # Errors
/// [`Error::NotFound`] for an upload of somebody else.
pub async fn offset(cx: Cx, Path((id, upload)): Path<(String, String)>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    let upload = keep::upload_of(&cx, &id, &upload).await?;
    answer(&cx, &case, upload).await
}

/// `PATCH /body/filings/{id}/uploads/{upload}`: takes the part that begins at `Upload-Offset`.
///
/// # Errors
/// [`Error::NotFound`] for an upload of somebody else; [`Error::Malformed`] without an offset.
pub async fn part(
    cx: Cx,
    Path((id, upload)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let case = case::draft(&cx, &id).await?;
    let before = keep::upload_of(&cx, &id, &upload).await?;
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let offset: u64 = header("upload-offset").and_then(|v| v.parse().ok()).ok_or(Error::Malformed("Upload-Offset"))?;
    let digest = match header("content-digest") {
        None => None,
        Some(text) => Some(read_digest(text).ok_or(Error::Malformed("Content-Digest"))?),
    };
    let org = cx.actor()?.org.0.clone();
    match cx.app.blobs.upload_part(&upload, &org, offset, digest, body, cx.now).await {
        Ok(after) => answer(&cx, &case, after).await,
        // The script takes the offset of a conflict as the truth and goes on from there.
        Err(StoreError::Upload(UploadProblem::WrongOffset { expected })) => {
            Ok((StatusCode::CONFLICT, Json(json!({ "offset": expected }))).into_response())
        }
        Err(StoreError::Upload(UploadProblem::WrongDigest)) => {
            Ok((StatusCode::CONFLICT, Json(json!({ "offset": before.received }))).into_response())
        }
        Err(StoreError::Upload(UploadProblem::TooLarge { .. })) => {
            let max_mib = cx.app.config.uploads.max_mib;
            Ok(told(StatusCode::PAYLOAD_TOO_LARGE, intake::words::rejection(cx.l(), &Rejection::TooLarge { max_mib })))
        }
        Err(StoreError::Upload(UploadProblem::Closed)) => answer(&cx, &case, before).await,
        Err(e) => Err(e.into()),
    }
}

/// `sha-256=:BASE64:` (RFC 9530).
fn read_digest(text: &str) -> Option<Digest32> {
    let inner = text.trim().strip_prefix("sha-256=:")?.strip_suffix(':')?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(inner).ok()?;
    Digest32::from_slice(&bytes)
}

/// The offset; after the last byte the file is looked into and put into its slot.
async fn answer(cx: &Cx, case: &Case, upload: Upload) -> Result<Response, Error> {
    let l = cx.l();
    let purpose: Purpose = serde_json::from_str(&upload.data).map_err(|e| Error::Fault(e.into()))?;
    let done = || {
        let next =
            if purpose.person.is_some() { case.path("roster") } else { case.path(&format!("materials/{}", purpose.slot.id())) };
        Json(json!({ "offset": upload.size, "done": true, "next": l.href(next) })).into_response()
    };
    if upload.received < upload.size {
        return Ok(Json(json!({ "offset": upload.received })).into_response());
    }
    if upload.blob_id.as_ref().is_some_and(|b| case.dossier().file(&FileId(b.clone())).is_some()) {
        return Ok(done());
    }
    match keep::attach(cx, case, &upload, purpose.slot, purpose.person.clone()).await? {
        Ok(()) => Ok(done()),
        Err(no) => Ok(told(StatusCode::UNPROCESSABLE_ENTITY, no)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_in_the_spelling_of_the_header() {
        let d = guosuo_seal::sha256(b"abc");
        let text = format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(d.as_bytes()));
        assert_eq!(read_digest(&text), Some(d));
        for bad in ["", "sha-256=abc", "sha-256=::", "md5=:AAAA:", "sha-256=:AAAA:"] {
            assert_eq!(read_digest(bad), None, "{bad}");
        }
    }
}
