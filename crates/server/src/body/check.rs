//! `/body/filings/{id}/check`: the self-check before submission. The same engine and the same
//! codes as the reviewer's.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::filing::{Finding, Severity, Slot};

use super::case::{self, Case};
use super::view;
use crate::app::Cx;
use crate::error::Error;
use crate::web::{Lang, Shell};
use crate::words;

struct Point {
    words: String,
    href: String,
    article: String,
}

struct Group {
    number: &'static str,
    name: &'static str,
    points: Vec<Point>,
}

#[derive(Template)]
#[template(path = "body/check.html")]
struct Page {
    shell: Shell,
    l: Lang,
    base: String,
    complete: bool,
    headline: String,
    blocks: Vec<Group>,
    warnings: Vec<Group>,
}

/// `GET /body/filings/{id}/check`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::load(&cx, &id).await?;
    if let Some(away) = case.away(l) {
        return Ok(away);
    }
    let page = Page {
        shell: case::shell(&cx, &case, l.t("提交前自查", "Check before you submit")),
        l,
        base: l.href(case.path("")),
        complete: case.complete(),
        headline: headline(l, &case),
        blocks: groups(l, &case, Severity::Blocks),
        warnings: groups(l, &case, Severity::Warns),
    };
    case::page(StatusCode::OK, &page)
}

/// Message 9 of the house style: what is missing, then the article.
fn headline(l: Lang, case: &Case) -> String {
    let open = view::unfinished(case);
    if open.is_empty() {
        return l.t("没有发现缺项，可以核对并提交。", "Nothing is missing: you can check and submit.").to_owned();
    }
    if l.zh() {
        let list: Vec<_> = open.iter().map(|s| format!("第{s}项")).collect();
        format!(
            "还有{}项材料没有完成：{}。完成后才能提交。材料不齐全的不予备案（《办法》第十二条）。",
            open.len(),
            list.join("、")
        )
    } else {
        let verb = if open.len() == 1 { "1 item is".to_owned() } else { format!("{} items are", open.len()) };
        format!(
            "{verb} not finished: {}. Finish before you submit. Incomplete filings are not accepted (Measures, Article 12).",
            open.join(", ")
        )
    }
}

fn groups(l: Lang, case: &Case, severity: Severity) -> Vec<Group> {
    Slot::ALL
        .into_iter()
        .filter_map(|slot| {
            let of_slot: Vec<&Finding> = match severity {
                Severity::Blocks => case.blocks(slot).collect(),
                Severity::Warns => case.warnings(slot).collect(),
            };
            let points: Vec<_> = of_slot
                .into_iter()
                .map(|f| Point {
                    words: words::finding(l, f),
                    href: l.href(view::place(case, f)),
                    article: words::article(l, f.article),
                })
                .collect();
            (!points.is_empty()).then(|| Group { number: slot.id(), name: words::slot(l, slot), points })
        })
        .collect()
}
