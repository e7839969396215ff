//! `/processor/assessments/{id}/evidence`: the files that prove something of an item. They are kept encrypted with the key of
//! the case, like every other file; the assessment names them by version and digests, which the platform computes.
//!
//! A file is stored before the draft names it. When the save is refused the file stays, is shown as not listed yet, and can
//! be listed again without another upload.

use askama::Template;
use axum::body::Body;
use axum::extract::{Multipart, Path};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use guosuo_case::assessment::{Action, Assessment, Command, Evidence};
use guosuo_case::certification::{DocRef, ImpactItem};
use guosuo_case::{Refusal, RefusalCode, text};
use guosuo_store::{Blob, NewBlob};

use super::sections::ITEMS;
use super::{acts, section};
use crate::app::Cx;
use crate::body::case::{file, page};
use crate::body::keep;
use crate::error::{Error, refusal_status};
use crate::intake::{self, Accept, Kind, Sample};
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words::{self, assessment as say};

/// Most files of one assessment.
const FILES_MAX: usize = 200;

/// Longest title or version, in characters.
const NAME_MAX: usize = 200;

struct Row {
    item: String,
    title: String,
    version: String,
    sha256: String,
    sm3: String,
    /// Where it can be read; empty where only the digests are here.
    href: String,
    /// Its size; empty where it is not here.
    size: String,
}

#[derive(Template)]
#[template(path = "preparing/evidence.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    rows: Vec<Row>,
    /// Stored and not named by the assessment.
    loose: Vec<Row>,
    items: Vec<Choice>,
    accept: String,
    max_mib: u64,
    can_save: bool,
}

fn size(bytes: u64) -> String {
    if bytes < 1 << 20 { format!("{} KB", bytes.div_ceil(1 << 10)) } else { format!("{} MB", bytes.div_ceil(1 << 20)) }
}

async fn render(cx: &Cx, id: &str, a: &Assessment, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let base = l.href(format!("/processor/assessments/{id}"));
    let stored = cx.app.store.reader().await?.blobs_of(id).await?;
    let of = |sha256: &str| stored.iter().find(|b| b.sha256.to_hex() == sha256);
    let href = |sha256: &str| format!("{base}/evidence/{sha256}");
    let listed = &a.content().evidence;
    let rows = listed.iter().map(|e| {
        let (d, here) = (&e.document, of(&e.document.sha256));
        Row {
            item: item_name(l, e.item),
            title: d.title.clone(),
            version: d.version.clone(),
            sha256: d.sha256.clone(),
            sm3: d.sm3.clone(),
            href: here.map(|_| href(&d.sha256)).unwrap_or_default(),
            size: here.map(|b| size(b.size)).unwrap_or_default(),
        }
    });
    // A file that a frozen version names is not loose, even if the draft dropped it.
    let named = |sha256: &str| {
        let contents = a.versions.iter().map(|v| &v.content).chain([a.content()]);
        contents.flat_map(|c| &c.evidence).any(|e| e.document.sha256 == sha256)
    };
    let loose = stored.iter().filter(|b| !named(&b.sha256.to_hex())).map(|b| Row {
        item: String::new(),
        title: Kind::from_media(&b.media).map_or("", Kind::as_str).to_uppercase(),
        version: String::new(),
        sha256: b.sha256.to_hex(),
        sm3: b.sm3.to_hex(),
        href: href(&b.sha256.to_hex()),
        size: size(b.size),
    });
    let view = Page {
        shell: section::shell(cx, id, a, l.t("证明材料", "Evidence")).for_form(&form),
        l,
        rows: rows.collect(),
        loose: loose.collect(),
        items: items(l),
        accept: Accept::MATERIAL.attribute(),
        max_mib: cx.app.config.uploads.max_mib,
        can_save: section::can(cx, a, Action::Save).await?,
        base,
        form,
    };
    page(status, &view)
}

fn items(l: Lang) -> Vec<Choice> {
    ITEMS.into_iter().zip(1..).map(|(item, n)| Choice::new(n.to_string(), item_name(l, item))).collect()
}

fn item_name(l: Lang, item: ImpactItem) -> String {
    format!("{}{}{}", say::item_number(l, item), l.t("", " "), say::item_short(l, item))
}

/// `GET …/evidence`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's assessment.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let a = acts::assessment(&cx, &id).await?;
    render(&cx, &id, &a, Form::new(), StatusCode::OK).await
}

/// Names a file in the draft. Somebody else's save in between is no reason to refuse: the entry is added to what is there now.
async fn list(cx: &Cx, id: &str, evidence: &Evidence) -> Result<Result<Assessment, Refusal>, Error> {
    let mut tries = 0;
    loop {
        let a = acts::assessment(cx, id).await?;
        let mut content = a.content().clone();
        // The same file again takes the new words.
        content.evidence.retain(|e| e.document.sha256 != evidence.document.sha256 || e.item != evidence.item);
        content.evidence.push(evidence.clone());
        tries += 1;
        match acts::act(cx, id, Command::Save { content: Box::new(content), seen: a.rev }).await? {
            Err(r) if matches!(r.code, RefusalCode::StaleForm { .. }) && tries < 5 => {}
            done => return Ok(done),
        }
    }
}

/// What was typed about a file; what is wrong is marked in the form.
fn typed(l: Lang, form: &mut Form, name: &str) -> (ImpactItem, DocRef) {
    let at: usize = form.trimmed("item").parse().unwrap_or(0);
    let item = ITEMS.get(at.wrapping_sub(1)).copied();
    if item.is_none() {
        form.fail("item", l.t("选择证明第六条的哪一项。", "Choose the item of Article 6 that it proves."));
    }
    let title = form.trimmed("title").to_owned();
    let title = if title.is_empty() { name.to_owned() } else { title };
    let version = form.trimmed("version").to_owned();
    if version.is_empty() {
        form.fail("version", l.t("写明版本，例如“1.0”或者“2026-03-01”。", "State the version, such as 1.0 or 2026-03-01."));
    }
    for (field, value) in [("title", &title), ("version", &version)] {
        if text::check(value, false).is_err() || value.chars().count() > NAME_MAX {
            form.fail(field, l.t("最多200个字，不含看不见的字符。", "At most 200 characters, without invisible ones."));
        }
    }
    (item.unwrap_or(ImpactItem::Other), DocRef { title, version, ..DocRef::default() })
}

/// `POST …/evidence`: a new file, or one that is stored already (`stored`: its SHA-256) and not listed.
///
/// # Errors
/// As [`show`], [`Error::TooLarge`]; what a person can put right re-renders the page.
pub(super) async fn add(cx: Cx, Path(id): Path<String>, sent: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let a = acts::assessment(&cx, &id).await?;
    let sent = keep::read(&cx, sent).await?;
    let mut form = Form::from_pairs(sent.fields.clone());
    // Nothing is stored for a version that does not change any more.
    if let Err(r) = guosuo_case::assessment::permit(Some(&a), Action::Save, cx.actor()?, &acts::facts(&cx, &a).await?, cx.now) {
        form.fail("", words::refusal(l, &r));
        return render(&cx, &id, &a, form, refusal_status(&r)).await;
    }
    let stored = cx.app.store.reader().await?.blobs_of(&id).await?;
    let upload = sent.files.into_iter().find(|f| f.field == "file");
    let (item, mut document) = typed(l, &mut form, upload.as_ref().map_or("", |f| f.name.as_str()));
    let kept = form.trimmed("stored").to_owned();
    let mut kind = None;
    match &upload {
        Some(f) => match cx.app.intake.sniff(&f.name, &Sample::of(&f.bytes), Accept::MATERIAL) {
            Ok(found) => kind = Some(found),
            Err(no) => form.fail("file", intake::words::rejection(l, &no)),
        },
        None if kept.is_empty() => form.fail("file", l.t("先选择文件。", "Choose a file first.")),
        None if document.title.is_empty() => form.fail("title", l.t("写明文件名称。", "State the name of the document.")),
        None => {}
    }
    if upload.is_some() && stored.len() >= FILES_MAX {
        let words = l.pick(
            format!("一份评估最多存{FILES_MAX}个文件，请合并一些再上传。"),
            format!("An assessment keeps at most {FILES_MAX} files. Merge some first."),
        );
        form.fail("file", words);
    }
    if !form.ok() {
        return render(&cx, &id, &a, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let blob = match upload.zip(kind) {
        Some((f, kind)) => store(&cx, &id, &stored, f.bytes.to_vec(), kind).await?,
        None => stored.into_iter().find(|b| b.sha256.to_hex() == kept).ok_or(Error::NotFound)?,
    };
    (document.sha256, document.sm3) = (blob.sha256.to_hex(), blob.sm3.to_hex());
    match list(&cx, &id, &Evidence { item, document }).await? {
        Ok(_) => {
            let good = l.t("文件已加密保存，并列入评估。", "The file is kept encrypted and listed.");
            Ok(Flash::good(good).to(l, &format!("/processor/assessments/{id}/evidence")))
        }
        Err(r) => {
            let saved = l.t("文件已经保存，还没有列入：", "The file is kept and not listed yet: ");
            form.fail("", format!("{saved}{}", words::refusal(l, &r)));
            let a = acts::assessment(&cx, &id).await?;
            render(&cx, &id, &a, form, refusal_status(&r)).await
        }
    }
}

/// Stores a file, once however often it is sent.
async fn store(cx: &Cx, id: &str, stored: &[Blob], bytes: Vec<u8>, kind: Kind) -> Result<Blob, Error> {
    let digest = guosuo_seal::digest::sha256(&bytes).to_hex();
    if let Some(known) = stored.iter().find(|b| b.sha256.to_hex() == digest) {
        return Ok(known.clone());
    }
    let actor = cx.actor()?;
    let new = NewBlob {
        case_id: id.to_owned(),
        org: actor.org.0.clone(),
        media: kind.media_type().to_owned(),
        actor: actor.user.0.clone(),
        max: cx.app.config.uploads.max_mib << 20,
    };
    Ok(cx.app.blobs.put_bytes(&new, bytes, cx.now).await?)
}

/// `GET …/evidence/{sha256}`: a file, recorded before the first byte.
///
/// # Errors
/// [`Error::NotFound`] when only its digests are here, or for another organisation's assessment.
pub(super) async fn download(cx: Cx, Path((id, sha256)): Path<(String, String)>) -> Result<Response, Error> {
    let a = acts::assessment(&cx, &id).await?;
    let found = cx.app.store.reader().await?.blobs_of(&id).await?;
    let blob = found.into_iter().find(|b| b.sha256.to_hex() == sha256).ok_or(Error::NotFound)?;
    cx.app.store.record_read(&cx.origin()?, &blob.id, &id, "own assessment", cx.now).await?;
    let content = cx.app.blobs.read(&blob).await?;
    let kind = Kind::from_media(&blob.media);
    let all = a.versions.iter().map(|v| &v.content).chain([a.content()]);
    let title = all.flat_map(|c| &c.evidence).find(|e| e.document.sha256 == sha256).map(|e| e.document.title.as_str());
    let extension = kind.map_or("bin", Kind::as_str);
    let name = title.unwrap_or(&sha256[..12]);
    let ending = format!(".{extension}");
    let name = if name.to_lowercase().ends_with(&ending) { name.to_owned() } else { format!("{name}{ending}") };
    let mut response = file(kind.map_or("application/octet-stream", Kind::media_type), &name, false, Vec::new());
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(blob.size));
    *response.body_mut() = Body::from_stream(content);
    Ok(response)
}
