//! Files out and receipts in, for what people carry to the platform themselves:
//! `/body/reports/file/{file}`, `/body/reports/receipts`.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query as FromQuery};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certificate::{Certificate, Command, Slip, SlipFault, check_slip};
use guosuo_store::{ActError, Error as StoreError, ReportFilter, Whose};
use serde::Deserialize;

use super::body::PATH;
use super::record::{Carried, digest_of, file};
use super::settings::{Format, HAND};
use crate::app::Cx;
use crate::authority::paper::download as attachment;
use crate::certification::acts;
use crate::error::Error;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;
use crate::workbench::papers::Sent;

/// Most reports of one file, and most receipts of one form.
const MOST: u32 = 2000;
/// Most bytes of a list of receipts.
const MOST_BYTES: usize = 4 << 20;

/// What a file is asked to hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `all`, or what waits to be handed over.
    which: String,
}

async fn records(cx: &Cx, which: &str) -> Result<Vec<Carried>, Error> {
    let body = cx.actor()?.org.to_string();
    let mut reader = cx.app.store.reader().await?;
    let mut lines = if which == "all" {
        reader.report_lines(&ReportFilter { body: body.clone(), ..ReportFilter::default() }, MOST, 0).await?
    } else {
        reader.reports_queued(&Whose::only([body.as_str()]), MOST).await?
    };
    lines.sort_by(|a, b| (&a.certificate, a.seq).cmp(&(&b.certificate, b.seq)));
    let mut out = Vec::new();
    let mut open: Option<(String, Certificate)> = None;
    for line in lines {
        if open.as_ref().is_none_or(|o| o.0 != line.certificate) {
            let state = reader.case::<Certificate>(&line.certificate).await?.state.ok_or(Error::NotFound)?;
            open = Some((line.certificate.clone(), state));
        }
        let seq = u32::try_from(line.seq).unwrap_or(0);
        if let Some(r) = open.as_ref().and_then(|o| o.1.report(seq)) {
            out.push(Carried::new(r.record.clone()));
        }
    }
    Ok(out)
}

/// `GET /body/reports/file/reports.csv`, `.xlsx`, `.json`.
///
/// # Errors
/// [`Error::NotFound`] for another name; when the store fails.
pub async fn download(cx: Cx, Path(name): Path<String>, FromQuery(asked): FromQuery<Asked>) -> Result<Response, Error> {
    let format = Format::ALL.into_iter().find(|f| name == format!("reports.{}", f.suffix())).ok_or(Error::NotFound)?;
    let records = records(&cx, &asked.which).await?;
    let now = cx.now;
    let args = (cx.origin()?, records.len(), name.clone());
    cx.app
        .store
        .write_with(args, move |tx, (origin, n, name)| {
            Box::pin(
                async move { tx.record_act("reports.exported", name, origin, &serde_json::json!({ "reports": n }), now).await },
            )
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    let bytes = file(format, &records).map_err(Error::Fault)?;
    let kind = match format {
        Format::Json => "application/json",
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    Ok(attachment(bytes, kind, &format!("reports-{}.{}", cx.today(), format.suffix()), false))
}

/// What became of one line.
struct Outcome {
    line: usize,
    what: String,
    good: bool,
    words: String,
}

#[derive(Template)]
#[template(path = "reporting/receipts.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    outcomes: Vec<Outcome>,
    taken: usize,
    queued: usize,
}

fn page(cx: &Cx, form: Form, outcomes: Vec<Outcome>, queued: usize) -> Result<Response, Error> {
    let l = cx.l();
    let status = if outcomes.iter().any(|o| !o.good) { StatusCode::UNPROCESSABLE_ENTITY } else { form.status() };
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Bench, l.t("登记报送和回执", "Register receipts"))
            .at("reports")
            .crumb(PATH, l.t("信息报送", "Reports"))
            .for_form(&form),
        l,
        taken: outcomes.iter().filter(|o| o.good).count(),
        form,
        outcomes,
        queued,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// `GET /body/reports/receipts`.
///
/// # Errors
/// When the store fails.
pub async fn ask(cx: Cx) -> Result<Response, Error> {
    let queued = records(&cx, "").await?.len();
    page(&cx, Form::new(), Vec::new(), queued)
}

/// Reads receipts: JSON (a list), or lines `certificate,seq,receipt[,digest]` with or without a head.
fn read(text: &str) -> Result<Vec<(usize, Slip)>, (usize, String)> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('[') {
        let list: Vec<Slip> = serde_json::from_str(text).map_err(|e| (e.line(), e.to_string()))?;
        return Ok((1..).zip(list).collect());
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut out = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|e| (0, e.to_string()))?;
        let n = row.position().map_or(0, |p| usize::try_from(p.line()).unwrap_or(0));
        let cell = |i: usize| row.get(i).unwrap_or_default().trim().trim_start_matches('\'').to_owned();
        if n == 1 && cell(1) == "seq" {
            continue;
        }
        let seq = cell(1).parse().map_err(|_| (n, cell(1)))?;
        out.push((n, Slip { certificate: cell(0), seq, receipt: cell(2), digest: cell(3) }));
    }
    Ok(out)
}

/// `POST /body/reports/receipts`: the receipts of a list, or that everything that waits was handed over.
///
/// # Errors
/// When the store fails. What is wrong with a line is said at the line; the others are registered.
pub async fn register(cx: Cx, sent: Sent) -> Result<Response, Error> {
    let l = cx.l();
    let Sent { mut form, files } = sent;
    if form.value("act") == "handed-over" {
        return handed_over(&cx).await;
    }
    let mut text = form.value("list").to_owned();
    if let Some((_, _, bytes)) = files.into_iter().find(|(field, _, _)| field == "file") {
        text = String::from_utf8(bytes.to_vec()).unwrap_or_default();
        if text.is_empty() {
            form.fail("file", l.t("文件应当是UTF-8编码的CSV或者JSON。", "The file must be CSV or JSON in UTF-8."));
        }
    }
    if text.trim().is_empty() && form.ok() {
        form.fail("list", l.t("粘贴回执清单，或者选择文件。", "Paste the list of receipts, or choose a file."));
    }
    if text.len() > MOST_BYTES {
        form.fail("list", l.t("清单过长，请分几次登记。", "The list is too long; register it in parts."));
    }
    let queued = records(&cx, "").await?.len();
    if !form.ok() {
        return page(&cx, form, Vec::new(), queued);
    }
    let mut slips = match read(&text) {
        Ok(list) if list.len() <= MOST as usize => list,
        Ok(_) => {
            form.fail("list", l.t("清单过长，请分几次登记。", "The list is too long; register it in parts."));
            return page(&cx, form, Vec::new(), queued);
        }
        Err((n, what)) => {
            let words = l.pick(
                format!("第{n}行读不出来：{what}。每行依次是证书编号、序号、回执编号。"),
                format!("Line {n} cannot be read: {what}. Each line holds certificate, number and receipt."),
            );
            form.fail("list", words);
            return page(&cx, form, Vec::new(), queued);
        }
    };
    // Receipts go in the order of the reports, whatever the order of the list.
    slips.sort_by(|a, b| (&a.1.certificate, a.1.seq).cmp(&(&b.1.certificate, b.1.seq)));
    let mut outcomes = Vec::new();
    for (n, slip) in slips {
        let what = format!("{} {}", slip.certificate, slip.seq);
        let (good, words) = one(&cx, slip).await?;
        outcomes.push(Outcome { line: n, what, good, words });
    }
    outcomes.sort_by_key(|o| (o.good, o.line));
    page(&cx, form, outcomes, queued)
}

/// Registers one receipt; answers whether it was taken, and in words what happened.
async fn one(cx: &Cx, slip: Slip) -> Result<(bool, String), Error> {
    let l = cx.l();
    let body = cx.actor()?.org.clone();
    let rows = cx.app.store.reader().await?.certificates_of_number(&slip.certificate).await?;
    let Some(row) = rows.into_iter().find(|r| r.body == body.as_str()) else {
        return Ok((false, l.t("本机构没有这张证书", "no such certificate of this body").to_owned()));
    };
    let (c, _) = acts::certificate(cx, &row.case_id).await?;
    let Some(report) = c.report(slip.seq) else {
        return Ok((false, l.t("这张证书没有这个序号的报送", "the certificate has no report of this number").to_owned()));
    };
    if let Err(fault) = check_slip(&slip, report, &digest_of(&report.record)) {
        return Ok((false, fault_words(l, &fault)));
    }
    if !report.is_open() {
        return Ok((true, l.t("已经登记过", "registered already").to_owned()));
    }
    let command = Command::RegisterReceipt { seq: slip.seq, receipt: slip.receipt };
    match acts::act_on_certificate(cx, &row.case_id, command, None, None).await {
        Ok(_) => Ok((true, l.t("已登记", "registered").to_owned())),
        Err(ActError::Refused(r)) => Ok((false, words::refusal(l, &r))),
        Err(e) => Err(e.into()),
    }
}

fn fault_words(l: Lang, f: &SlipFault) -> String {
    match f {
        SlipFault::Empty => l.t("没有回执编号", "there is no receipt number").to_owned(),
        SlipFault::OtherCertificate { certificate } => {
            l.pick(format!("是证书{certificate}的回执"), format!("it is for certificate {certificate}"))
        }
        SlipFault::OtherReport { seq } => l.pick(format!("是第{seq}号报送的回执"), format!("it is for report {seq}")),
        SlipFault::OtherContent => l.t("摘要与报送的内容不一致", "its digest is not that of what was reported").to_owned(),
        SlipFault::Contradicts { receipt } => l.pick(
            format!("已经登记了另一个回执{receipt}；平台换发的，请先重新报送"),
            format!("another receipt, {receipt}, is registered; if the platform replaced it, send the report again first"),
        ),
    }
}

/// Everything that waits was entered on the platform by hand.
async fn handed_over(cx: &Cx) -> Result<Response, Error> {
    let l = cx.l();
    let body = cx.actor()?.org.to_string();
    let lines = cx.app.store.reader().await?.reports_queued(&Whose::only([body.as_str()]), MOST).await?;
    let mut done: BTreeMap<bool, usize> = BTreeMap::new();
    let mut why = String::new();
    for line in lines {
        let seq = u32::try_from(line.seq).unwrap_or(0);
        let (c, _) = acts::certificate(cx, &line.certificate).await?;
        let Some(r) = c.report(seq) else { continue };
        let command = Command::SendReport { seq, target: HAND.to_owned(), digest: digest_of(&r.record) };
        match acts::act_on_certificate(cx, &line.certificate, command, None, None).await {
            Ok(_) => *done.entry(true).or_default() += 1,
            Err(ActError::Refused(r)) => {
                *done.entry(false).or_default() += 1;
                why = words::refusal(l, &r);
            }
            Err(e) => return Err(e.into()),
        }
    }
    let (good, bad) = (done.get(&true).copied().unwrap_or(0), done.get(&false).copied().unwrap_or(0));
    let flash = if bad == 0 {
        Flash::good(l.pick(format!("已登记报送{good}条。"), format!("{good} reports noted as handed over.")))
    } else {
        Flash::bad(l.pick(format!("已登记{good}条，{bad}条没有登记：{why}"), format!("{good} noted, {bad} not: {why}")))
    };
    Ok(flash.to(l, PATH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_read_with_and_without_a_head_and_as_json() {
        let want = vec![(1, Slip { certificate: "X-1".into(), seq: 2, receipt: "R-2".into(), digest: String::new() })];
        assert_eq!(read("X-1,2,R-2\n").unwrap(), want);
        assert_eq!(read("\u{feff}certificate,seq,receipt\nX-1,2,R-2\n").unwrap(), [(2, want[0].1.clone())]);
        assert_eq!(read(r#"[{"certificate":"X-1","seq":2,"receipt":"R-2"}]"#).unwrap(), want);
        assert_eq!(read("X-1,二,R-2\n").unwrap_err(), (1, "二".into()));
        assert!(read("[{]").is_err());
    }
}
