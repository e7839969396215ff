//! `/authority/files/…` and `/body/files/…`: page images, and a body's own originals (an
//! officer's have a page that asks for the reason, `authority::original`). Whatever leaves has
//! been recorded first; when it cannot be recorded, nothing leaves.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use guosuo_case::actor::FileId;
use guosuo_case::filing::{FileRef, Filing};
use guosuo_case::{Object, Right, allow};
use guosuo_store::Blob;
use tokio_util::io::StreamReader;

use super::{Failure, Input, Kind, Mark, words};
use crate::app::Cx;
use crate::error::Error;
use crate::router::Routes;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    r.get("/authority/files/{case}/{file}/pages/{page}", Right::FilingFilesRead, authority_page)
        .get("/body/files/{case}/{file}/pages/{page}", Right::FilingReadOwn, body_page)
        .get("/body/files/{case}/{file}/original", Right::FilingReadOwn, body_original)
}

/// One file that this person may read.
struct Target {
    case: String,
    filing: Filing,
    file: FileRef,
}

impl Target {
    /// A file of a submitted filing, for an officer. That somebody asked for one that is not
    /// for them is recorded too.
    async fn reviewed(cx: &Cx, case: String, file: &str) -> Result<Self, Error> {
        let (filing, _) = cx.filing(&case).await?;
        let sent = filing.decision().is_some() || filing.review().is_some_and(|r| r.sent_to_nda.is_some());
        let seen = allow(Some(cx.actor()?), Right::FilingFilesRead, &Object::UnderReview { sent_to_nda: sent });
        if filing.submission().is_none() || !seen {
            cx.app.store.record_denied("open", &cx.origin()?, file, &case, "not for this reader", cx.now).await?;
            return Err(Error::NotFound);
        }
        Self::of(case, filing, file)
    }

    /// A file of the body's own filing.
    async fn own(cx: &Cx, case: String, file: &str) -> Result<Self, Error> {
        let (filing, _) = cx.filing(&case).await?;
        if !allow(Some(cx.actor()?), Right::FilingReadOwn, &Object::Of(filing.owner.clone())) {
            return Err(Error::NotFound);
        }
        Self::of(case, filing, file)
    }

    fn of(case: String, filing: Filing, file: &str) -> Result<Self, Error> {
        let (_, file) = filing.dossier.file(&FileId(file.to_owned())).ok_or(Error::NotFound)?;
        let file = file.clone();
        Ok(Self { case, filing, file })
    }

    fn kind(&self) -> Result<Kind, Error> {
        Kind::from_name(&self.file.kind).ok_or(Error::NotFound)
    }

    /// The number of the filing, or its id before it has one.
    fn number(&self) -> String {
        self.filing.submission().map_or_else(|| self.case.clone(), |s| s.number.to_string())
    }

    async fn blob(&self, cx: &Cx) -> Result<Blob, Error> {
        let blob = cx.app.store.reader().await?.blob(self.file.id.as_str()).await?;
        // Ids are not guessable; should one ever be wrong, it must not lead to another case.
        if blob.case_id == self.case { Ok(blob) } else { Err(Error::NotFound) }
    }
}

async fn authority_page(cx: Cx, Path((case, file, page)): Path<(String, String, String)>) -> Result<Response, Error> {
    let target = Target::reviewed(&cx, case, &file).await?;
    picture(&cx, &target, &page, "review").await
}

async fn body_page(cx: Cx, Path((case, file, page)): Path<(String, String, String)>) -> Result<Response, Error> {
    let target = Target::own(&cx, case, &file).await?;
    picture(&cx, &target, &page, "own filing").await
}

/// Draws a page, records that it is seen, and only then sends it.
async fn picture(cx: &Cx, target: &Target, page: &str, ground: &str) -> Result<Response, Error> {
    let number: u32 = page.strip_suffix(".png").and_then(|n| n.parse().ok()).filter(|n| *n > 0).ok_or(Error::NotFound)?;
    if number > cx.app.config.uploads.max_pages {
        return Err(Error::NotFound);
    }
    let kind = target.kind()?;
    let open = async || {
        let blob = target.blob(cx).await?;
        let content = cx.app.blobs.read(&blob).await?;
        Ok::<_, Error>(Input::stream(blob.size, StreamReader::new(content.map_err(std::io::Error::other))))
    };
    let intake = &cx.app.intake;
    let sheet = match intake.page(&target.file.sha256, kind, number, open).await? {
        Ok(sheet) => sheet,
        Err(Failure::NoSuchPage | Failure::WrongType) => return Err(Error::NotFound),
        // In the place of the page stands why it is not there.
        Err(f) => {
            let text = cx.l().pick(format!("第{number}页画不出来。"), format!("Page {number} cannot be drawn. "));
            let png = intake.notice(&(text + &words::failure(cx.l(), &f))).ok_or(Error::Unavailable("fonts"))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, image(png)).into_response());
        }
    };
    let signed = cx.signed()?;
    let mark = Mark::new(&signed.actor.name, &signed.org_name, cx.now, &target.number());
    let workshop = intake.clone();
    let png = tokio::task::spawn_blocking(move || workshop.stamp(&sheet, &mark))
        .await
        .map_err(|e| Error::Fault(e.into()))?
        .ok_or(Error::Unavailable("fonts"))?;
    let object = format!("{}#{number}", target.file.id.as_str());
    cx.app.store.record_read(&cx.origin()?, &object, &target.case, ground, cx.now).await?;
    Ok(image(png))
}

fn image(png: Vec<u8>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, png).into_response()
}

async fn body_original(cx: Cx, Path((case, file)): Path<(String, String)>) -> Result<Response, Error> {
    let target = Target::own(&cx, case, &file).await?;
    let (stem, _) = target.file.name.rsplit_once('.').unwrap_or((&target.file.name, ""));
    let name = format!("{stem}.{}", extension(&target)?);
    original(&cx, &target, &name, "own filing, original").await
}

fn extension(target: &Target) -> Result<&'static str, Error> {
    Ok(target.kind()?.extensions()[0])
}

/// The bytes as they came, to be saved and never to be shown by the browser. The first piece
/// is decrypted before anything is promised, and recorded before it leaves.
async fn original(cx: &Cx, target: &Target, name: &str, ground: &str) -> Result<Response, Error> {
    let blob = target.blob(cx).await?;
    let mut content: BoxStream<'static, Result<Bytes, guosuo_store::Error>> = cx.app.blobs.read(&blob).await?;
    let first = content.next().await.transpose()?;
    cx.app.store.record_read(&cx.origin()?, target.file.id.as_str(), &target.case, ground, cx.now).await?;
    let whole = futures::stream::iter(first.map(Ok)).chain(content);
    let mut response = Response::new(Body::from_stream(whole));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(target.kind()?.media_type()));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(blob.size));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let value = HeaderValue::try_from(disposition(name)).map_err(|e| Error::Fault(e.into()))?;
    headers.insert(header::CONTENT_DISPOSITION, value);
    Ok(response)
}

/// RFC 6266: a plain name for old readers, the true one in the form of RFC 8187.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", crate::router::encode(name).replace('/', "%2F"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_downloads_break_no_header() {
        assert_eq!(
            disposition("表 \"1\"\r\nX.pdf"),
            "attachment; filename=\"__1____X.pdf\"; filename*=UTF-8''%E8%A1%A8%20%221%22%0D%0AX.pdf"
                .replace("__1____X", "___1___X")
        );
        assert!(HeaderValue::try_from(disposition("𠮷/..\u{202e}\0.pdf")).is_ok());
    }
}
