//! Documents: declared by name, version and digests (M 6). The platform computes the digests of
//! what is uploaded; a document may also stay with the applicant, who declares its digests.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use guosuo_case::certification::DocRef;
use guosuo_store::NewBlob;

use super::case::{self, Case};
use crate::app::Cx;
use crate::body::case::file;
use crate::body::keep::Sent;
use crate::error::Error;
use crate::intake::{self, Accept, Sample};
use crate::web::{Form, Lang};

/// A document as a page asks for it.
pub(super) struct DocField {
    /// The beginning of the names of its fields.
    pub(super) id: String,
    /// What it is.
    pub(super) label: String,
    /// What is asked of it.
    pub(super) hint: String,
    /// What is declared: a line about it, and where it can be read; empty when nothing is.
    pub(super) kept: String,
    /// Its address, when the file is here.
    pub(super) href: String,
    /// Accepted kinds of files.
    pub(super) accept: String,
    /// Whether it may be left out.
    pub(super) optional: bool,
}

impl DocField {
    /// The name of one of its fields: `title`, `version`, `file`, `sha256`, `sm3`.
    pub(super) fn field(&self, name: &str) -> String {
        format!("{}_{name}", self.id)
    }

    /// The field of a document.
    pub(super) fn new(cx: &Cx, case: &Case, id: &str, label: &str, hint: &str, doc: Option<&DocRef>) -> Self {
        let l = cx.l();
        let kept = doc.filter(|d| !d.sha256.is_empty()).map(|d| line(l, d)).unwrap_or_default();
        let href = doc
            .filter(|d| !d.sha256.is_empty())
            .map(|d| l.href(case.path(&format!("documents/{}", d.sha256))))
            .unwrap_or_default();
        Self {
            id: id.to_owned(),
            label: label.to_owned(),
            hint: hint.to_owned(),
            kept,
            href,
            accept: Accept::MATERIAL.attribute(),
            optional: true,
        }
    }
}

/// A document in one line.
pub(super) fn line(l: Lang, d: &DocRef) -> String {
    let short: String = d.sha256.chars().take(12).collect();
    l.pick(
        format!("{}，版本{}，SHA-256 {short}…", d.title, d.version),
        format!("{}, version {}, SHA-256 {short}…", d.title, d.version),
    )
}

/// What is typed into the fields of a document that is declared.
pub(super) fn typed(mut form: Form, id: &str, doc: Option<&DocRef>) -> Form {
    if let Some(d) = doc {
        form.set(&format!("{id}_title"), d.title.clone());
        form.set(&format!("{id}_version"), d.version.clone());
    }
    form
}

/// Reads a document from what was sent. Nothing typed and nothing uploaded is no document.
///
/// # Errors
/// Faults of the store. What a person can put right is marked in the form.
pub(super) async fn receive(
    cx: &Cx,
    case: &Case,
    sent: &mut Sent,
    form: &mut Form,
    id: &str,
    old: Option<&DocRef>,
) -> Result<Option<DocRef>, Error> {
    let l = cx.l();
    let field = |name: &str| format!("{id}_{name}");
    let mut doc = old.cloned().unwrap_or_default();
    let typed: [String; 4] = ["title", "version", "sha256", "sm3"].map(|name| form.trimmed(&field(name)).trim().to_owned());
    let [title, version, sha256, sm3] = typed;
    let upload = sent.files.iter().position(|f| f.field == field("file")).map(|at| sent.files.swap_remove(at));
    if upload.is_none() && old.is_none() && [&title, &version, &sha256, &sm3].iter().all(|t| t.is_empty()) {
        return Ok(None);
    }
    doc.title = title;
    doc.version = version;
    if !sha256.is_empty() || !sm3.is_empty() {
        (doc.sha256, doc.sm3) = (sha256.to_lowercase(), sm3.to_lowercase());
        for (name, digest) in [("sha256", &doc.sha256), ("sm3", &doc.sm3)] {
            if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
                form.fail(
                    field(name),
                    l.t("摘要是64位十六进制数，两个都要填。", "A digest has 64 hexadecimal digits; both are needed."),
                );
            }
        }
    }
    if let Some(file) = upload {
        if doc.title.is_empty() {
            doc.title.clone_from(&file.name);
            form.set(&field("title"), file.name.clone());
        }
        match cx.app.intake.sniff(&file.name, &Sample::of(&file.bytes), Accept::MATERIAL) {
            Err(no) => form.fail(field("file"), intake::words::rejection(l, &no)),
            Ok(kind) => {
                let actor = cx.actor()?;
                let new = NewBlob {
                    case_id: case.id.clone(),
                    org: actor.org.0.clone(),
                    media: kind.media_type().to_owned(),
                    actor: actor.user.0.clone(),
                    max: cx.app.config.uploads.max_mib << 20,
                };
                let blob = cx.app.blobs.put_bytes(&new, file.bytes.to_vec(), cx.now).await?;
                (doc.sha256, doc.sm3) = (blob.sha256.to_hex(), blob.sm3.to_hex());
            }
        }
    }
    if doc.version.is_empty() {
        form.fail(
            field("version"),
            l.t("写明版本，例如“1.0”或者“2026-03-01”。", "State the version, such as 1.0 or 2026-03-01."),
        );
    }
    if doc.title.is_empty() {
        form.fail(field("title"), l.t("写明文件名称。", "State the name of the document."));
    }
    for (name, text) in [("title", &doc.title), ("version", &doc.version)] {
        if guosuo_case::text::check(text, false).is_err() || text.chars().count() > 200 {
            form.fail(field(name), l.t("最多200个字，不含看不见的字符。", "At most 200 characters, without invisible ones."));
        }
    }
    if doc.sha256.is_empty() && form.ok() {
        form.fail(
            field("file"),
            l.t(
                "选择文件上传；文件留在本单位的，填写两个摘要。",
                "Choose the file to upload; if it stays with you, enter both digests.",
            ),
        );
    }
    Ok(Some(doc))
}

/// `GET /processor/applications/{id}/documents/{sha256}`: a document that was uploaded, recorded
/// before the first byte.
///
/// # Errors
/// [`Error::NotFound`] when it was declared by digest only, or is of another case.
pub(super) async fn download(cx: Cx, Path((id, sha256)): Path<(String, String)>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    let found = cx.app.store.reader().await?.blobs_of(&case.id).await?;
    let blob = found.into_iter().rev().find(|b| b.sha256.to_hex() == sha256).ok_or(Error::NotFound)?;
    cx.app.store.record_read(&cx.origin()?, &blob.id, &case.id, "own application", cx.now).await?;
    let content = cx.app.blobs.read(&blob).await?;
    let kind = intake::Kind::from_media(&blob.media);
    let media = kind.map_or("application/octet-stream", intake::Kind::media_type);
    let extension = kind.map_or("bin", intake::Kind::as_str);
    let mut response = file(media, &format!("{}.{extension}", &sha256[..12]), false, Vec::new());
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(blob.size));
    *response.body_mut() = Body::from_stream(content);
    Ok(response)
}
