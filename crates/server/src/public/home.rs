//! `GET /`: what this is, in plain words, and the way to what people come for.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use super::BodyLine;
use super::publications::Line;
use crate::app::Cx;
use crate::error::Error;
use crate::web::{Front, Lang, Shell};

#[derive(Template)]
#[template(path = "public/home.html")]
struct Page {
    shell: Shell,
    l: Lang,
    filed: usize,
    latest: Vec<Line>,
    bodies: Vec<BodyLine>,
}

/// The home page.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let mut reader = cx.app.store.reader().await?;
    let mut rows = reader.bodies(cx.today(), "", 1000).await?;
    let latest = reader.publications("", i64::MAX, "", 5).await?;
    drop(reader);
    rows.retain(|b| b.status == "filed");
    let filed = rows.len();
    let bodies = rows.iter().rev().take(5).map(|b| BodyLine::new(l, b)).collect();
    let latest = latest.iter().map(|p| Line::new(l, p)).collect();
    let shell =
        Shell::new(&cx.screen, Front::Public, l.t("个人信息出境认证", "Certification for the export of personal information"))
            .at("home");
    Ok(Html(Page { shell, l, filed, latest, bodies }.render()?).into_response())
}
