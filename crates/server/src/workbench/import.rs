//! `/body/certificates/import`: certificates that the body issued before it worked here, from a table (M 18). First
//! checked, cell by cell; taken over all together or not at all.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::Actor;
use guosuo_case::certificate::Cell;
use guosuo_store::ActError;

use super::desk::Room;
use super::papers::Sent;
use crate::app::Cx;
use crate::body::roster_file::CellError;
use crate::certification::takeover;
use crate::error::{Error, refusal_status};
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

/// Where the page is.
const PATH: &str = "/body/certificates/import";
/// Errors that are shown; the rest is counted.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "workbench/import.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    back: String,
    template: String,
    cells: Vec<CellError>,
    more: usize,
    good: String,
    columns: Vec<(&'static str, &'static str)>,
}

fn page(cx: &Cx, form: Form, cells: Vec<CellError>, good: String, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let more = cells.len().saturating_sub(SHOWN);
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Bench, l.t("接收原有证书", "Take over older certificates"))
            .at("certificates")
            .crumb(Room::Body.certificates(), l.t("认证证书", "Certificates"))
            .for_form(&form),
        l,
        form,
        path: l.href(PATH),
        back: l.href(Room::Body.certificates()),
        template: l.href(format!("{PATH}/template.csv")),
        cells: cells.into_iter().take(SHOWN).collect(),
        more,
        good,
        columns: Cell::ALL
            .into_iter()
            .map(|c| (l.t(words::takeover::column(c).0, words::takeover::column(c).1), words::takeover::takes(l, c)))
            .collect(),
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// `GET /body/certificates/import`.
///
/// # Errors
/// When the page cannot be made.
pub async fn ask(cx: Cx) -> Result<Response, Error> {
    page(&cx, Form::new(), Vec::new(), String::new(), StatusCode::OK)
}

/// `GET /body/certificates/import/template.csv`: the heading, and nothing below it.
///
/// # Errors
/// None of its own.
pub async fn template(cx: Cx) -> Result<Response, Error> {
    // With its mark, so that spreadsheets read it as UTF-8.
    let text = format!("\u{feff}{}\r\n", takeover::heading(cx.l()).join(","));
    Ok(crate::body::file("text/csv; charset=utf-8", "certificates.csv", false, text.into_bytes()))
}

/// `POST /body/certificates/import`: `then=check` only looks, `then=record` takes over.
///
/// # Errors
/// Faults of the store; what is wrong with the table is shown on the page.
pub async fn submit(cx: Cx, sent: Sent) -> Result<Response, Error> {
    let l = cx.l();
    let Sent { mut form, files } = sent;
    let Some((_, name, bytes)) = files.into_iter().find(|f| f.0 == "table") else {
        form.fail("table", l.t("先选择填好的表。", "Choose the table first."));
        return page(&cx, form, Vec::new(), String::new(), StatusCode::UNPROCESSABLE_ENTITY);
    };
    let signed = cx.signed()?;
    let body = signed.actor.org.clone();
    let read = takeover::check(&cx.app, l, body.as_str(), &name, &bytes).await?;
    if !read.errors.is_empty() {
        let n = read.errors.len();
        form.fail(
            "table",
            l.pick(
                format!("表里有{n}处要修改，一张也没有接收。改好后重新上传。"),
                format!(
                    "Changes are needed in {}; nothing was taken over. Correct the table and upload it again.",
                    l.count_of(i64::try_from(n).unwrap_or(i64::MAX), "处", "cell")
                ),
            ),
        );
        let cells = read.errors.iter().map(|e| CellError { cell: read.named(l, &e.cell), ..e.clone() }).collect();
        return page(&cx, form, cells, String::new(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let n = read.list.len();
    if form.value("then") != "record" {
        let digest = &read.sha256;
        let good = l.pick(
            format!("已核对{n}张证书，没有要改的地方，还没有接收。文件SHA-256：{digest}。请再次选择这个文件，按“核对并接收”。"),
            format!("{n} certificates checked; nothing needs changes, nothing was taken over yet. SHA-256 of the file: {digest}. Choose it once more and press “Check and take over”."),
        );
        return page(&cx, form, Vec::new(), good, StatusCode::OK);
    }
    match takeover::record(&cx.app, body.as_str(), Actor::clone(&signed.actor), signed.session.clone(), read).await {
        Ok(n) => {
            let done = l.pick(format!("已接收{n}张原有证书。"), format!("{n} older certificates were taken over."));
            Ok(Flash::good(done).to(l, Room::Body.certificates()))
        }
        Err(ActError::Refused(r)) => {
            form.fail("table", words::refusal(l, &r));
            page(&cx, form, Vec::new(), String::new(), refusal_status(&r))
        }
        Err(e) => Err(e.into()),
    }
}
