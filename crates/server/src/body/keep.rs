//! Taking files in and giving them out.
//!
//! Every file comes in as an upload session of the store, whole or in parts: its bytes are
//! encrypted and durable before anybody looks at them. Then it is sniffed, examined in the
//! worker process and put into its slot, once however often that is asked for.

use axum::body::Body;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use guosuo_case::actor::FileId;
use guosuo_case::filing::{Command, FileRef, Slot};
use guosuo_store::{Blob, Error as StoreError, Idem, NewUpload, Upload, UploadProblem};
use tokio_util::io::StreamReader;

use super::case::{self, Case};
use crate::app::Cx;
use crate::error::Error;
use crate::intake::{self, Accept, Input, Kind, Sample, Sampler};
use crate::words;

/// Bytes of one part of an upload, as the script sends them.
const PART: usize = 8 << 20;

/// A file as a browser sent it.
pub(crate) struct Incoming {
    /// The field that it was chosen in.
    pub(crate) field: String,
    /// Its name, without folders.
    pub(crate) name: String,
    /// Its content.
    pub(crate) bytes: Bytes,
}

/// A form with files, read to its end.
#[derive(Default)]
pub(crate) struct Sent {
    /// Text fields in order.
    pub(crate) fields: Vec<(String, String)>,
    /// Files in order; a file field that was left empty is no file.
    pub(crate) files: Vec<Incoming>,
}

impl Sent {
    /// The first value of a field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }
}

/// Reads a form with files. A file above the limit ends the request with 413.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Malformed`].
pub(crate) async fn read(cx: &Cx, mut form: Multipart) -> Result<Sent, Error> {
    let max_mib = cx.app.config.uploads.max_mib;
    let max = usize::try_from(max_mib).unwrap_or(100).saturating_mul(1 << 20);
    let broken = |e: MultipartError| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge { max_mib },
        _ => Error::Malformed("multipart form"),
    };
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(|f| intake::base_name(f).to_owned());
        let limit = if file.is_some() { max } else { 64 << 10 };
        let bytes = whole(field, limit, max_mib).await.map_err(|e| e.unwrap_or(Error::Malformed("multipart form")))?;
        match file {
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => sent.files.push(Incoming { field: name, name: file, bytes }),
            None => sent.fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok(sent)
}

async fn whole(mut field: Field<'_>, limit: usize, max_mib: u64) -> Result<Bytes, Option<Error>> {
    let mut out = Vec::new();
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) if out.len() + chunk.len() > limit => return Err(Some(Error::TooLarge { max_mib })),
            Ok(Some(chunk)) => out.extend_from_slice(&chunk),
            Ok(None) => return Ok(out.into()),
            Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => return Err(Some(Error::TooLarge { max_mib })),
            Err(_) => return Err(None),
        }
    }
}

/// Stores a file that is at hand as a finished upload of the case; says why when its type is
/// not taken here.
///
/// # Errors
/// Faults of the store.
pub(super) async fn receive(cx: &Cx, case: &Case, file: Incoming, accept: Accept) -> Result<Result<Upload, String>, Error> {
    let l = cx.l();
    if let Err(no) = cx.app.intake.sniff(&file.name, &Sample::of(&file.bytes), accept) {
        return Ok(Err(intake::words::rejection(l, &no)));
    }
    let upload = begin(cx, case, &file.name, file.bytes.len() as u64, "").await?;
    let actor = cx.actor()?;
    let (blobs, org) = (&cx.app.blobs, actor.org.as_str());
    let mut rest = file.bytes;
    let mut offset = 0;
    while !rest.is_empty() {
        let part = rest.split_to(rest.len().min(PART));
        offset = blobs.upload_part(&upload.id, org, offset, None, part, cx.now).await?.received;
    }
    blobs.finish_upload(&upload.id, org, "application/octet-stream", cx.now).await?;
    Ok(Ok(cx.app.store.reader().await?.upload(&upload.id, org).await?))
}

/// Begins an upload for a case.
///
/// # Errors
/// [`Error::TooLarge`]; faults of the store.
pub(super) async fn begin(cx: &Cx, case: &Case, name: &str, size: u64, data: &str) -> Result<Upload, Error> {
    let actor = cx.actor()?;
    let max_mib = cx.app.config.uploads.max_mib;
    let new = NewUpload {
        case_id: case.id.clone(),
        org: actor.org.0.clone(),
        actor: actor.user.0.clone(),
        name: intake::base_name(name).to_owned(),
        media: String::new(),
        size,
        data: data.to_owned(),
    };
    match cx.app.blobs.begin_upload(new, max_mib << 20, cx.now).await {
        Ok(u) => Ok(u),
        Err(StoreError::Upload(UploadProblem::TooLarge { .. })) => Err(Error::TooLarge { max_mib }),
        Err(e) => Err(e.into()),
    }
}

/// An upload of this case by this organisation.
///
/// # Errors
/// [`Error::NotFound`] for any other.
pub(super) async fn upload_of(cx: &Cx, case_id: &str, upload: &str) -> Result<Upload, Error> {
    let found = cx.app.store.reader().await?.upload(upload, cx.actor()?.org.as_str()).await?;
    if found.case_id == case_id { Ok(found) } else { Err(Error::NotFound) }
}

/// Looks into a received upload and puts it into a slot, once; or says in words why not, and
/// then the file is gone.
///
/// # Errors
/// Faults of store and machine.
pub(super) async fn attach(
    cx: &Cx,
    case: &Case,
    upload: &Upload,
    slot: Slot,
    person: Option<String>,
) -> Result<Result<(), String>, Error> {
    let l = cx.l();
    let org = cx.actor()?.org.0.clone();
    let blob = cx.app.blobs.finish_upload(&upload.id, &org, "application/octet-stream", cx.now).await?;
    if case.dossier().file(&FileId(blob.id.clone())).is_some() {
        return Ok(Ok(()));
    }
    let most = cx.app.config.uploads.max_files_per_slot + if slot == Slot::Background { case.dossier().people.len() } else { 0 };
    if case.dossier().files(slot).len() >= most {
        forget(cx, &blob).await?;
        return Ok(Err(l.pick(
            format!("这一项最多{most}个文件。请合并或者移除一些再上传。"),
            format!("This item takes at most {most} files. Merge or remove some first."),
        )));
    }
    let kind = match sniff(cx, &upload.name, &blob).await? {
        Ok(kind) => kind,
        Err(no) => {
            forget(cx, &blob).await?;
            return Ok(Err(no));
        }
    };
    let found = cx.app.intake.examine(kind, input(cx, &blob).await?, slot == Slot::Form).await?;
    let file = FileRef {
        id: FileId(blob.id.clone()),
        name: upload.name.clone(),
        kind: kind.as_str().to_owned(),
        size: blob.size,
        pages: found.pages,
        sha256: blob.sha256.to_hex(),
        sm3: blob.sm3.to_hex(),
        problems: found.problems,
        form_code: found.form_code,
    };
    // A new sheet takes the place of the person's old one, which would else pass for a statement.
    let old = person.as_ref().and_then(|id| case.dossier().people.iter().find(|p| p.id == *id)).and_then(|p| p.sheet.clone());
    let key =
        Idem::new(format!("upload-{}", upload.id), &[slot.id().as_bytes(), person.as_deref().unwrap_or_default().as_bytes()]);
    match case::try_act(cx, &case.id, Command::AttachFile { slot, file, person }, Some(key)).await? {
        Ok(_) => {
            if let Some(old) = old.filter(|o| case.dossier().file(o).is_some()) {
                let removed = case::try_act(cx, &case.id, Command::RemoveFile { file: old }, None).await?;
                if let Err(r) = removed {
                    tracing::debug!(refusal = %r, "the old sheet was gone already");
                }
            }
            Ok(Ok(()))
        }
        Err(r) => {
            forget(cx, &blob).await?;
            Ok(Err(words::refusal(l, &r)))
        }
    }
}

async fn sniff(cx: &Cx, name: &str, blob: &Blob) -> Result<Result<Kind, String>, Error> {
    let mut sampler = Sampler::default();
    let mut content = cx.app.blobs.read(blob).await?;
    while let Some(chunk) = content.next().await {
        sampler.push(&chunk?);
    }
    Ok(cx.app.intake.sniff(name, &sampler.finish(), Accept::MATERIAL).map_err(|no| intake::words::rejection(cx.l(), &no)))
}

async fn input(cx: &Cx, blob: &Blob) -> Result<Input, Error> {
    let content = cx.app.blobs.read(blob).await?;
    Ok(Input::stream(blob.size, StreamReader::new(content.map_err(std::io::Error::other))))
}

/// Removes a file that no case names.
async fn forget(cx: &Cx, blob: &Blob) -> Result<(), Error> {
    let now = cx.now;
    cx.app.store.write_with(blob.id.clone(), move |tx, id| Box::pin(async move { tx.delete_blob(id, now).await })).await?;
    Ok(())
}

/// Gives a file of a case out as a download: the access is recorded before the first byte.
///
/// # Errors
/// [`Error::NotFound`] when the content is gone.
pub(super) async fn give(cx: &Cx, case: &Case, file: &FileRef) -> Result<Response, Error> {
    let blob = cx.app.store.reader().await?.blob(file.id.as_str()).await?;
    cx.app.store.record_read(&cx.origin()?, file.id.as_str(), &case.id, "own filing", cx.now).await?;
    let content = cx.app.blobs.read(&blob).await?;
    let media = Kind::from_name(&file.kind).map_or("application/octet-stream", Kind::media_type);
    let mut response = case::file(media, &file.name, false, Vec::new());
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(blob.size));
    *response.body_mut() = Body::from_stream(content);
    Ok(response.into_response())
}
