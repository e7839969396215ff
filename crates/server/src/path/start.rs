//! `GET /path`: what the self-check is, what is needed for it, what it is not.

use askama::Template;
use axum::extract::Query;
use axum::response::{Html, IntoResponse, Response};

use super::answers::Answers;
use super::{Fields, ask, name};
use crate::app::Cx;
use crate::error::Error;
use crate::web::{Form, Front, Lang, Shell};

#[derive(Template)]
#[template(path = "path/start.html")]
struct Page {
    shell: Shell,
    l: Lang,
    begin: String,
}

/// The first page; answers in its address are taken along.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(cx: Cx, Query(fields): Query<Fields>) -> Result<Response, Error> {
    let (l, today) = (cx.l(), cx.today());
    let answers = Answers::read(&mut Form::from_pairs(fields), l, today).normalised(today);
    let shell = Shell::new(
        &cx.screen,
        Front::Public,
        l.t("个人信息出境，走哪条路径？", "Which path for exporting personal information?"),
    )
    .at("path")
    .crumb("/sitemap", l.t("网站地图", "Site map"))
    .here(name(l));
    let begin = l.href(ask::next_address(&answers, today));
    Ok(Html(Page { shell, l, begin }.render()?).into_response())
}
