//! Printing: the press blocks, so it works on a thread of its own.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use guosuo_paper::{Mode, Paper, PaperError, Pdf};

use crate::app::App;
use crate::error::Error;

/// Prints a paper.
///
/// # Errors
/// [`Error::Unavailable`] without fonts, or when a character of a name is in none of them.
pub async fn print<P: Paper + Send + 'static>(app: &App, paper: P, mode: Mode) -> Result<Pdf, Error> {
    let press = app.press()?.clone();
    let done = tokio::task::spawn_blocking(move || press.print(&paper, mode)).await.map_err(|e| Error::Fault(e.into()))?;
    done.map_err(|e| match e {
        PaperError::MissingGlyph { .. } => {
            tracing::warn!(error = %e, "a paper waits for a font");
            Error::Unavailable("fonts")
        }
        e => Error::Fault(e.into()),
    })
}

/// A download with a name that may hold any character.
pub fn download(bytes: Vec<u8>, media: &'static str, name: &str, inline: bool) -> Response {
    let how = if inline { "inline" } else { "attachment" };
    let disposition = format!("{how}; filename*=UTF-8''{}", crate::router::encode(name));
    let mut response = ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-store")], bytes).into_response();
    if let Ok(v) = HeaderValue::try_from(disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, v);
    }
    response
}
