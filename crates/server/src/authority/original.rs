//! The original of a file: only as a download, with a reason, and recorded before the first
//! byte leaves.

use askama::Template;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::actor::FileId;
use guosuo_case::filing::{FileRef, Filing, Slot};

use super::case::open;
use super::queue::PATH;
use super::view::frame;
use crate::app::Cx;
use crate::error::Error;
use crate::router::encode;
use crate::web::components::{Choice, Fact};
use crate::web::{Form, Lang, Shell};
use crate::words;

/// Grounds that need no further words.
const GROUNDS: [(&str, &str, &str); 4] = [
    ("unreadable", "页面图像看不清", "the page images cannot be read"),
    ("signature", "核对电子签名或者电子印章", "to check an electronic signature or seal"),
    ("format", "文件格式不能在线查看", "the format cannot be shown here"),
    ("archive", "归档", "for the archive"),
];

#[derive(Template)]
#[template(path = "authority/original.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    facts: Vec<Fact>,
    grounds: Vec<Choice>,
    back: String,
}

async fn file(cx: &Cx, id: &str, file: &str) -> Result<(Filing, Slot, FileRef), Error> {
    let (filing, _) = open(cx, id).await?;
    let (slot, found) = filing.dossier.file(&FileId(file.to_owned())).map(|(s, f)| (s, f.clone())).ok_or(Error::NotFound)?;
    Ok((filing, slot, found))
}

fn page(cx: &Cx, id: &str, slot: Slot, f: &FileRef, filing: &Filing, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let number = filing.submission().map(|s| s.number.to_string()).unwrap_or_default();
    let mut grounds: Vec<Choice> = GROUNDS.iter().map(|(key, zh, en)| Choice::new(*key, l.t(zh, en))).collect();
    grounds.push(Choice::new("other", l.t("其他原因", "Another reason")).reveals("why", l.t("写明原因", "Say why")));
    let status = form.status();
    let view = Page {
        shell: frame(cx, "queue", l.t("下载原件", "Download the original"))
            .crumb(PATH, l.t("备案审核", "Filings"))
            .crumb(&format!("{PATH}/{id}"), number)
            .for_form(&form),
        l,
        path: l.href(format!("{PATH}/{id}/files/{}/original", f.id)),
        facts: vec![
            Fact::new(l.t("文件", "File"), f.name.clone()),
            Fact::new(l.t("材料", "Material"), format!("{} {}", slot.id(), words::slot(l, slot))),
            Fact::new(l.t("大小", "Size"), l.size(f.size)),
            Fact::new("SHA-256", f.sha256.clone()).code(),
            Fact::new("SM3", f.sm3.clone()).code(),
        ],
        grounds,
        back: l.href(format!("{PATH}/{id}/materials/{}", slot.id())),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// `GET /authority/filings/{id}/files/{file}/original`: asks for the reason.
///
/// # Errors
/// [`Error::NotFound`] for a file that is not part of the dossier.
pub async fn ask(cx: Cx, Path((id, name)): Path<(String, String)>) -> Result<Response, Error> {
    let (filing, slot, f) = file(&cx, &id, &name).await?;
    page(&cx, &id, slot, &f, &filing, Form::new())
}

/// `POST /authority/filings/{id}/files/{file}/original`: the download.
///
/// # Errors
/// As [`ask`]; when the record or the file store fails, and then nothing leaves.
pub async fn download(cx: Cx, Path((id, name)): Path<(String, String)>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let (filing, slot, f) = file(&cx, &id, &name).await?;
    let ground = match form.value("ground") {
        "other" => form.require("why", l.t("写明下载原件的原因。", "Say why you need the original.")),
        key => {
            if let Some(g) = GROUNDS.iter().find(|g| g.0 == key) {
                g.1.to_owned()
            } else {
                form.fail("ground", l.t("选一个原因，会记入日志。", "Choose a reason; it is recorded."));
                String::new()
            }
        }
    };
    if ground.chars().count() > 500 || guosuo_case::text::check(&ground, false).is_err() {
        form.fail("why", l.t("原因最多500个字，不含看不见的字符。", "At most 500 characters, without invisible ones."));
    }
    if !form.ok() {
        return page(&cx, &id, slot, &f, &filing, form);
    }
    let blob = cx.app.store.reader().await?.blob(f.id.as_str()).await?;
    if blob.org != filing.owner.as_str() {
        return Err(Error::NotFound);
    }
    // The row of the record is committed before the first byte is read.
    cx.app.store.record_read(&cx.origin()?, &format!("original:{}", f.id), &id, &ground, cx.now).await?;
    let content = cx.app.blobs.read(&blob).await?;
    Ok(attachment(Body::from_stream(content), &f.name, f.size))
}

/// Content of somebody else, never shown as a page: a download with a neutral type.
pub(super) fn attachment(body: Body, name: &str, size: u64) -> Response {
    let mut response = (StatusCode::OK, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    let disposition = format!("attachment; filename*=UTF-8''{}", encode(name).replace('/', "%2F"));
    if let Ok(v) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, v);
    }
    response
}
