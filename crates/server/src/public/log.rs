//! `/log`: the head of the ledger's tree, signed; its tiles; and how anybody checks them.
//! The ledger itself is not public: only the tree over it is.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_seal::keys::Signer as _;
use guosuo_seal::merkle::{TILE_WIDTH, TilePath};
use guosuo_seal::note::VerifierKey;
use guosuo_store::StoredCheckpoint;
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, Cx};
use crate::error::Error;
use crate::web::components::Fact;
use crate::web::{Front, Lang, Shell};

/// A head is signed anew when somebody asks and the last one is older than this.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

async fn newest(app: &App) -> Result<Option<StoredCheckpoint>, Error> {
    let last = app.store.reader().await?.last_checkpoint().await?;
    let old = last.as_ref().is_none_or(|c| {
        let at = Timestamp::from_microsecond(c.at).unwrap_or(Timestamp::MIN);
        app.now().duration_since(at) > FRESH
    });
    if old && let Some(made) = crate::jobs::checkpoint::publish(app).await? {
        return Ok(Some(made));
    }
    Ok(last)
}

/// `GET /log/checkpoint`: the newest signed head.
///
/// # Errors
/// [`Error::NotFound`] while the ledger is empty.
pub async fn checkpoint(cx: Cx) -> Result<Response, Error> {
    let head = newest(&cx.app).await?.ok_or(Error::NotFound)?;
    let note = crate::jobs::witness::with_lines(&cx.app, &head).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], note).into_response())
}

/// `GET /log/tile/…`: hashes of the tree.
///
/// # Errors
/// [`Error::NotFound`] for a tile that the published tree does not have.
pub async fn tile(cx: Cx, Path(path): Path<String>) -> Result<Response, Error> {
    let path: TilePath = format!("tile/{path}").parse().map_err(|_| Error::NotFound)?;
    let mut reader = cx.app.store.reader().await?;
    let published = reader.last_checkpoint().await?.and_then(|c| u64::try_from(c.size).ok()).unwrap_or(0);
    if !path.exists_at(published) {
        return Err(Error::NotFound);
    }
    let bytes = reader.tile(&path).await?.ok_or(Error::NotFound)?;
    let keep = if path.width() == TILE_WIDTH { "public, max-age=31536000, immutable" } else { "public, max-age=600" };
    Ok(([(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, keep)], bytes).into_response())
}

#[derive(Template)]
#[template(path = "public/log.html")]
struct Page {
    shell: Shell,
    l: Lang,
    facts: Vec<Fact>,
    note: String,
    verifiers: Vec<String>,
    keys: Vec<(&'static str, String)>,
}

/// `GET /log`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let head = newest(&cx.app).await?;
    let origin = cx.app.config.log_origin.clone();
    let mut facts = vec![Fact::new(l.t("日志名称", "Name of the log"), &origin).code()];
    if let Some(c) = &head {
        facts.push(Fact::new(l.t("记录条数", "Rows"), l.number(c.size)));
        facts.push(Fact::new(l.t("根摘要", "Root hash"), hex::encode(&c.root)).code());
        let at = Timestamp::from_microsecond(c.at).unwrap_or(cx.now);
        facts.push(Fact::new(l.t("签发时间", "Signed"), l.moment(at).words));
    }
    let verifiers = [cx.app.keys.log_ed.public_key(), cx.app.keys.log_sm2.public_key()]
        .into_iter()
        .filter_map(|k| VerifierKey::new(&origin, k.clone()).ok())
        .map(|v| v.to_string())
        .collect();
    let shell = Shell::new(&cx.screen, Front::Public, l.t("公开日志", "Transparency log"))
        .crumb("/about", l.t("网站声明", "About this site"));
    let page = Page { shell, l, facts, note: head.map(|c| c.note).unwrap_or_default(), verifiers, keys: cx.app.keys.public()? };
    Ok(Html(page.render()?).into_response())
}
