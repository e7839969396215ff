//! `/body/reports/comparison`: what was reported beside what the platform shows, with the reason of
//! each difference, as a page and as files.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certificate::{Discrepancy, Found, Why};
use guosuo_store::Comparison;
use jiff::Timestamp;

use super::body::PATH;
use super::compare;
use crate::app::Cx;
use crate::authority::paper::download;
use crate::error::Error;
use crate::public::machine::csv_of;
use crate::web::components::Tone;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words::certificate_status;
use crate::workbench::papers::Sent;

/// Differences on the page; all of them are in the files.
const SHOWN: usize = 500;
/// Earlier comparisons in the list.
const EARLIER: u32 = 20;
/// The stored name of what was pasted and not asked for or uploaded.
const PASTED: &str = "pasted";
/// Most bytes of what somebody pastes.
const MOST: usize = 16 << 20;

struct Row {
    certificate: String,
    what: String,
    why: (&'static str, Tone),
    todo: String,
}

struct Past {
    at: String,
    source: String,
    sizes: String,
    found: usize,
    id: String,
}

#[derive(Template)]
#[template(path = "reporting/comparison.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    asks: bool,
    latest: Option<Past>,
    rows: Vec<Row>,
    more: usize,
    earlier: Vec<Past>,
}

fn found_of(c: &Comparison) -> Vec<Found> {
    serde_json::from_str(&c.found).unwrap_or_default()
}

fn past(l: Lang, c: &Comparison) -> Past {
    Past {
        at: Timestamp::from_microsecond(c.at).map(|t| l.moment(t).words).unwrap_or_default(),
        source: if c.source == PASTED { l.t("粘贴的清单", "pasted list").to_owned() } else { c.source.clone() },
        sizes: l.pick(
            format!("我方{}张证书，平台{}张", c.ours, c.theirs),
            format!("{} certificates here, {} on the platform", c.ours, c.theirs),
        ),
        found: found_of(c).len(),
        id: c.id.clone(),
    }
}

/// A difference in a sentence.
fn what(l: Lang, d: &Discrepancy) -> String {
    let status = |s| certificate_status(l, s).0;
    match d {
        Discrepancy::NotShown { .. } => l.t("平台没有这张证书", "The platform does not show the certificate").to_owned(),
        Discrepancy::NotOurs { .. } => l.t("平台有，本机构没有报送过", "Shown there, never reported from here").to_owned(),
        Discrepancy::ShownTwice { .. } => l.t("平台重复显示", "Shown twice").to_owned(),
        Discrepancy::Holder { ours, theirs, .. } => {
            l.pick(format!("获证者：我方{ours}，平台{theirs}"), format!("Holder: {ours} here, {theirs} there"))
        }
        Discrepancy::StatusDiffers { ours, theirs, .. } => l.pick(
            format!("状态：我方{}，平台{}", status(*ours), status(*theirs)),
            format!("Status: {} here, {} there", status(*ours), status(*theirs)),
        ),
        Discrepancy::Behind { ours, theirs, .. } => l.pick(
            format!("平台收到第{theirs}号，我方已到第{ours}号"),
            format!("The platform has taken number {theirs}, ours has come to {ours}"),
        ),
        Discrepancy::ValidUntil { ours, theirs, .. } => {
            l.pick(format!("有效期至：我方{ours}，平台{theirs}"), format!("Valid until: {ours} here, {theirs} there"))
        }
    }
}

fn why(l: Lang, f: &Found) -> ((&'static str, Tone), String) {
    match f.why {
        Why::NotSentYet => (
            (l.t("还没有报送", "not sent yet"), Tone::Info),
            l.t("会按顺序自动发出，或者下载文件录入。", "It goes out in its turn, or download the file.").to_owned(),
        ),
        Why::NoReceiptYet => (
            (l.t("已报送，没有回执", "sent, no receipt"), Tone::Warn),
            l.pick(
                format!("请登记第{}号的回执，或者重新报送。", f.from),
                format!("Register the receipt of number {}, or send it again.", f.from),
            ),
        ),
        Why::Refused => (
            (l.t("被平台退回", "refused"), Tone::Over),
            l.pick(format!("请更正第{}号报送。", f.from), format!("Correct report {}.", f.from)),
        ),
        Why::LostThere => (
            (l.t("有回执，平台不一致", "receipt here, different there"), Tone::Late),
            l.pick(
                format!("从第{}号起重新报送；仍不一致的，凭回执向平台提出。", f.from),
                format!("Send again from number {}; if it still differs, take the receipt to the platform.", f.from),
            ),
        ),
        Why::NeverReported => (
            (l.t("没有报送过", "never reported"), Tone::Late),
            l.t("请核对是不是本机构的证书。", "Check whether the certificate is the body's at all.").to_owned(),
        ),
    }
}

async fn page(cx: &Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let body = cx.actor()?.org.to_string();
    let all = cx.app.store.reader().await?.comparisons(&body, EARLIER).await?;
    let found = all.first().map(found_of).unwrap_or_default();
    let rows = found
        .iter()
        .take(SHOWN)
        .map(|f| {
            let (why, todo) = why(l, f);
            Row { certificate: f.what.certificate().to_owned(), what: what(l, &f.what), why, todo }
        })
        .collect();
    let status = form.status();
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Bench, l.t("与平台对账", "Compare with the platform"))
            .at("reports")
            .crumb(PATH, l.t("信息报送", "Reports"))
            .for_form(&form),
        l,
        form,
        asks: compare::asks(&cx.app, &body),
        latest: all.first().map(|c| past(l, c)),
        rows,
        more: found.len().saturating_sub(SHOWN),
        earlier: all.iter().skip(1).map(|c| past(l, c)).collect(),
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// `GET /body/reports/comparison`.
///
/// # Errors
/// When the store fails.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    page(&cx, Form::new()).await
}

/// `POST /body/reports/comparison`: asks the platform, or reads what somebody fetched from it.
///
/// # Errors
/// When the store fails.
pub async fn compare(cx: Cx, sent: Sent) -> Result<Response, Error> {
    let l = cx.l();
    let body = cx.actor()?.org.to_string();
    let origin = cx.origin()?;
    let Sent { mut form, files } = sent;
    if form.value("act") == "ask" {
        return match compare::with_platform(&cx.app, &body, &origin).await {
            Ok(_) => Ok(done(l)),
            Err(e) => {
                tracing::warn!(body, error = format!("{e:#}"), "the platform did not tell what it shows");
                form.fail(
                    "",
                    l.t(
                        "平台没有答复，请稍后再试，或者上传平台导出的清单。",
                        "The platform did not answer. Try later, or upload its list.",
                    ),
                );
                page(&cx, form).await
            }
        };
    }
    let mut text = form.value("list").to_owned();
    let mut source = PASTED.to_owned();
    if let Some((_, name, bytes)) = files.into_iter().find(|(field, _, _)| field == "file") {
        text = String::from_utf8(bytes.to_vec()).unwrap_or_default();
        source = name.chars().take(100).collect();
        if text.is_empty() {
            form.fail("file", l.t("文件应当是UTF-8编码的CSV或者JSON。", "The file must be CSV or JSON in UTF-8."));
        }
    }
    if form.ok() && (text.trim().is_empty() || text.len() > MOST) {
        form.fail(
            "list",
            l.t("粘贴平台导出的清单，或者选择文件，最大16 MB。", "Paste the platform's list, or choose a file, 16 MB at most."),
        );
    }
    if !form.ok() {
        return page(&cx, form).await;
    }
    match compare::read_shown(&text) {
        Ok(shown) => {
            compare::with(&cx.app, &body, &source, &shown, &origin).await.map_err(Error::Fault)?;
            Ok(done(l))
        }
        Err((n, reason)) => {
            let words = l.pick(
                format!("第{n}行读不出来：{reason}。需要的列：certificate、holder、status、valid_until，以及seq（有就填）。"),
                format!(
                    "Line {n} cannot be read: {reason}. Columns: certificate, holder, status, valid_until and, where known, seq."
                ),
            );
            form.fail("list", words);
            page(&cx, form).await
        }
    }
}

fn done(l: Lang) -> Response {
    Flash::good(l.t("对账完成，结果在下面。", "Compared; the result is below.")).to(l, &format!("{PATH}/comparison"))
}

/// `GET /body/reports/comparison/{id}.csv` and `.json`.
///
/// # Errors
/// [`Error::NotFound`] for a comparison of another body.
pub async fn export(cx: Cx, Path(file): Path<String>) -> Result<Response, Error> {
    let (id, suffix) = file.rsplit_once('.').ok_or(Error::NotFound)?;
    let body = cx.actor()?.org.to_string();
    let c = cx.app.store.reader().await?.comparison(&body, id).await?.ok_or(Error::NotFound)?;
    let found = found_of(&c);
    let day = Timestamp::from_microsecond(c.at).map(guosuo_rules::time::cst_date).map(|d| d.to_string()).unwrap_or_default();
    match suffix {
        "json" => {
            let body = serde_json::json!({
                "format": "guosuo-comparison/1", "body": c.body, "at": Timestamp::from_microsecond(c.at).ok(), "source": c.source,
                "ours": c.ours, "theirs": c.theirs, "found": found,
            });
            Ok(download(body.to_string().into_bytes(), "application/json", &format!("comparison-{day}.json"), false))
        }
        "csv" => {
            let l = cx.l();
            let head = ["certificate", "difference", "reason", "from", "what to do"].map(str::to_owned).to_vec();
            let rows = found.iter().map(|f| {
                let (why, todo) = why(l, f);
                vec![f.what.certificate().to_owned(), what(l, &f.what), why.0.to_owned(), f.from.to_string(), todo]
            });
            let bytes = csv_of([head].into_iter().chain(rows))?;
            Ok(download(bytes, "text/csv; charset=utf-8", &format!("comparison-{day}.csv"), false))
        }
        _ => Err(Error::NotFound),
    }
}
