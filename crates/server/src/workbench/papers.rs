//! Documents of certification: taken in with their digests, and given out again.
//!
//! The law knows a document by title, version and digests. The file itself is kept encrypted with
//! the case, and each reading of it is recorded before the first byte leaves.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use guosuo_case::certification::DocRef;
use guosuo_store::{Blob, NewBlob};

use super::ask::{Ask, kept_field, version_field};
use crate::app::{App, Cx};
use crate::error::Error;
use crate::intake::{self, Accept, Kind, Sample};
use crate::web::Form;

/// Most files of one form.
const MOST_FILES: usize = 20;
/// Longest text field of a form with files, in bytes.
const MOST_TEXT: usize = 64 << 10;

/// A form, with files or without, read to its end.
pub struct Sent {
    /// The text fields.
    pub(crate) form: Form,
    /// Field, file name and content of each file.
    pub(crate) files: Vec<(String, String, Bytes)>,
}

impl FromRequest<App> for Sent {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            let form = Form::from_request(request, app).await.map_err(|_| Error::Malformed("form"))?;
            return Ok(Self { form, files: Vec::new() });
        }
        let max_mib = app.config.uploads.max_mib;
        let max = usize::try_from(max_mib).unwrap_or(100).saturating_mul(1 << 20);
        let broken = |_| Error::Malformed("multipart form");
        let mut parts = Multipart::from_request(request, app).await.map_err(|_| Error::Malformed("multipart form"))?;
        let (mut pairs, mut files) = (Vec::new(), Vec::new());
        while let Some(mut field) = parts.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(|f| intake::base_name(f).to_owned());
            let limit = if file.is_some() { max } else { MOST_TEXT };
            let mut bytes = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(broken)? {
                if bytes.len() + chunk.len() > limit {
                    return Err(Error::TooLarge { max_mib });
                }
                bytes.extend_from_slice(&chunk);
            }
            match file {
                Some(file) if file.is_empty() && bytes.is_empty() => {}
                Some(_) if files.len() >= MOST_FILES => return Err(Error::Malformed("too many files")),
                Some(file) => files.push((name, file, bytes.into())),
                None => pairs.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        Ok(Self { form: Form::from_pairs(pairs), files })
    }
}

/// Keeps the files of a form with the case. What is not taken is said at its field; what is
/// taken is carried on by the form, so that nothing is sent twice after an error elsewhere.
///
/// # Errors
/// Faults of the store.
pub(super) async fn keep(cx: &Cx, case_id: &str, asks: &[Ask], sent: Sent) -> Result<Form, Error> {
    let Sent { mut form, files } = sent;
    for (field, name, bytes) in files {
        if !asks.iter().any(|a| a.is_file() && a.id == field) {
            continue;
        }
        let blob = match take(cx, case_id, &name, &bytes).await? {
            Ok(blob) => blob,
            Err(why) => {
                form.fail(field, why);
                continue;
            }
        };
        form.push(&kept_field(&field), format!("{} {name}", blob.id));
    }
    Ok(form)
}

/// Keeps one document with the case; the inner error says why it is not taken.
///
/// # Errors
/// When it cannot be kept.
pub(super) async fn take(cx: &Cx, case_id: &str, name: &str, bytes: &Bytes) -> Result<Result<Blob, String>, Error> {
    let actor = cx.actor()?;
    let kind = match cx.app.intake.sniff(name, &Sample::of(bytes), Accept::MATERIAL) {
        Ok(kind) => kind,
        Err(no) => return Ok(Err(intake::words::rejection(cx.l(), &no))),
    };
    let new = NewBlob {
        case_id: case_id.to_owned(),
        org: actor.org.0.clone(),
        media: kind.media_type().to_owned(),
        actor: actor.user.0.clone(),
        max: cx.app.config.uploads.max_mib << 20,
    };
    Ok(Ok(cx.app.blobs.put_bytes(&new, bytes.to_vec(), cx.now).await?))
}

/// The documents that a form declares in a field. A file of another case or organisation is not
/// there. Empty when nothing was declared: the law says whether that is enough.
///
/// # Errors
/// Faults of the store.
pub(super) async fn declared(cx: &Cx, case_id: &str, form: &Form, field: &str) -> Result<Vec<DocRef>, Error> {
    let org = cx.actor()?.org.clone();
    let version = match form.trimmed(&version_field(field)) {
        "" => "1.0",
        v => v,
    };
    let mut out = Vec::new();
    for kept in form.values(&kept_field(field)) {
        let Some((id, title)) = kept.split_once(' ') else { continue };
        let blob = cx.app.store.reader().await?.blob(id).await?;
        if blob.case_id != case_id || blob.org != org.as_str() {
            return Err(Error::NotFound);
        }
        out.push(DocRef {
            title: title.chars().take(200).collect(),
            version: version.to_owned(),
            sha256: blob.sha256.to_hex(),
            sm3: blob.sm3.to_hex(),
        });
    }
    Ok(out)
}

/// The first document of a field, or an empty one that the law refuses.
///
/// # Errors
/// As [`declared`].
pub(super) async fn one(cx: &Cx, case_id: &str, form: &Form, field: &str) -> Result<DocRef, Error> {
    Ok(declared(cx, case_id, form, field).await?.pop().unwrap_or_default())
}

/// Gives a document of a case out, by its digest. `known` are the documents that the case names:
/// a file that was uploaded and never declared does not leave.
///
/// # Errors
/// [`Error::NotFound`] for any other digest, or when only the declaration is here.
pub(super) async fn give(cx: &Cx, case_id: &str, known: &[&DocRef], sha256: &str) -> Result<Response, Error> {
    let doc = known.iter().find(|d| d.sha256 == sha256).ok_or(Error::NotFound)?;
    let mut reader = cx.app.store.reader().await?;
    let blob = reader.blobs_of(case_id).await?.into_iter().find(|b| b.sha256.to_hex() == sha256).ok_or(Error::NotFound)?;
    drop(reader);
    cx.app.store.record_read(&cx.origin()?, &blob.id, case_id, "certification", cx.now).await?;
    let content = cx.app.blobs.read(&blob).await?;
    let media = [Kind::Pdf, Kind::Ofd, Kind::Jpeg, Kind::Png]
        .into_iter()
        .map(Kind::media_type)
        .find(|m| *m == blob.media)
        .unwrap_or("application/octet-stream");
    let mut response = crate::body::file(media, &doc.title, false, Vec::new());
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(blob.size));
    *response.body_mut() = Body::from_stream(content);
    Ok(response.into_response())
}

/// The digests of the files that are really here, so that a page links only to those.
///
/// # Errors
/// Faults of the store.
pub(super) async fn here(cx: &Cx, case_id: &str) -> Result<BTreeSet<String>, Error> {
    Ok(cx.app.store.reader().await?.blobs_of(case_id).await?.into_iter().map(|b| b.sha256.to_hex()).collect())
}
