//! Saved filters: `/authority/filings/filters`.

use askama::Template;
use axum::extract::Query as FromQuery;
use axum::response::{Html, IntoResponse, Response};
use guosuo_store::accounts::SavedFilter;
use guosuo_store::{Error as StoreError, new_id};

use super::filter::{Query, canonical};
use super::queue::PATH;
use super::view::frame;
use crate::app::Cx;
use crate::error::Error;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

/// Most characters of a name.
const NAME_MAX: usize = 20;
/// Most filters of one person.
const MOST: usize = 12;

#[derive(Template)]
#[template(path = "authority/saved.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    query: String,
    saved: Vec<SavedFilter>,
}

async fn page(cx: &Cx, query: String, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let saved = cx.app.store.reader().await?.saved_filters(cx.actor()?.user.as_str()).await?;
    let shell = frame(cx, "queue", l.t("保存的筛选", "Saved filters")).crumb(PATH, l.t("备案审核", "Filings")).for_form(&form);
    let status = form.status();
    Ok((status, Html(Page { shell, l, form, query, saved }.render()?)).into_response())
}

/// `GET /authority/filings/filters?…`: name the present filter, remove others.
///
/// # Errors
/// When the store fails.
pub async fn show(cx: Cx, FromQuery(query): FromQuery<Query>) -> Result<Response, Error> {
    page(&cx, query.with(&[]), Form::new()).await
}

/// `POST /authority/filings/filters`.
///
/// # Errors
/// When the store fails.
pub async fn save(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let account = cx.actor()?.user.to_string();
    let now = cx.now;
    if !form.value("drop").is_empty() {
        let args = (form.value("drop").to_owned(), account);
        cx.app
            .store
            .write_with(args, |tx, (id, account)| Box::pin(async move { tx.drop_filter(id, account).await }))
            .await
            .map_err(|e: StoreError| Error::from(e))?;
        return Ok(Flash::good(l.t("已删除筛选。", "Filter removed.")).to(l, PATH));
    }
    // Only what this program itself would write is kept as an address.
    let query = canonical(form.value("query"));
    let name = form.require("name", l.t("给这个筛选起个名字。", "Give the filter a name."));
    if name.chars().count() > NAME_MAX {
        form.fail("name", l.t("名字最多20个字。", "A name has at most 20 characters."));
    }
    if guosuo_case::text::check(&name, false).is_err() {
        form.fail("name", l.t("名字里有看不见的字符。删掉再试。", "The name holds an invisible character. Delete it."));
    }
    let count = cx.app.store.reader().await?.saved_filters(&account).await?.len();
    if count >= MOST {
        form.fail("name", l.t("最多保存12个筛选。先删掉不用的。", "At most 12 filters. Remove one that you no longer use."));
    }
    if query.is_empty() {
        form.fail(
            "name",
            l.t("现在没有设置任何条件。先在列表上设条件再保存。", "No condition is set. Set one on the list first."),
        );
    }
    if !form.ok() {
        return page(&cx, query, form).await;
    }
    let args = (new_id(), account, name, query.clone());
    cx.app
        .store
        .write_with(args, move |tx, (id, account, name, query)| {
            Box::pin(async move { tx.save_filter(id, account, name, query, now).await })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(Flash::good(l.t("已保存。它现在是列表上方的一个标签。", "Saved. It is a tab above the list now."))
        .to(l, &format!("{PATH}{query}")))
}
