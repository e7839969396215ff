//! The register for programs: JSON, CSV, and a feed of its changes.

use std::fmt::Write as _;

use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::bodies::{Asked, find};
use super::{address, status_words};
use crate::app::Cx;
use crate::error::Error;

const NO_DATE: Error = Error::Malformed("as_of is not a date such as 2026-01-05, today or earlier");

/// `GET /bodies.json`.
///
/// # Errors
/// [`Error::Malformed`] for a wrong date; when the store cannot be read.
pub async fn json(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let day = asked.day(cx.today()).map_err(|_| NO_DATE)?;
    let bodies: Vec<_> = find(&cx, &asked, day)
        .await?
        .into_iter()
        .map(|b| {
            json!({
                "id": b.id,
                "number": none_if_empty(b.number),
                "name": b.name,
                "credit_code": none_if_empty(b.credit_code),
                "filed": b.filed,
                "published": b.published,
                "status": b.status,
                "since": b.since,
                "source": none_if_empty(b.source),
            })
        })
        .collect();
    let body = json!({ "as_of": day.to_string(), "count": bodies.len(), "bodies": bodies });
    Ok(([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response())
}

fn none_if_empty(s: String) -> Option<String> {
    (!s.is_empty()).then_some(s)
}

/// A cell that no spreadsheet takes for a formula: a leading `=`, `+`, `-`, `@`, tab or line
/// break is shown behind an apostrophe.
pub fn safe_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Writes rows as CSV with a byte order mark, so that spreadsheets read Chinese.
///
/// # Errors
/// Never in practice: the rows go to memory.
pub fn csv_of(rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, Error> {
    let mut out = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in rows {
        out.write_record(row.iter().map(|c| safe_cell(c))).map_err(|e| Error::Fault(e.into()))?;
    }
    out.into_inner().map_err(|e| Error::Fault(anyhow::anyhow!("csv: {e}")))
}

/// A CSV file as a download.
pub fn csv_answer(name: &str, bytes: Vec<u8>) -> Response {
    let mut response = ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], bytes).into_response();
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// `GET /bodies.csv`.
///
/// # Errors
/// As [`json()`].
pub async fn csv(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let l = cx.l();
    let day = asked.day(cx.today()).map_err(|_| NO_DATE)?;
    let head = [
        l.t("备案编号", "Filing number"),
        l.t("机构名称", "Name"),
        l.t("统一社会信用代码", "Credit code"),
        l.t("备案日期", "Filed on"),
        l.t("公示日期", "Published on"),
        l.t("状态", "Status"),
        l.t("状态起始日期", "Since"),
        l.t("来源", "Source"),
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for b in find(&cx, &asked, day).await? {
        let status = status_words(l, &b.status).0.to_owned();
        rows.push(vec![b.number, b.name, b.credit_code, b.filed, b.published, status, b.since, b.source]);
    }
    Ok(csv_answer(&format!("bodies-{day}.csv"), csv_of(rows)?))
}

fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The address by which people reach this instance, as configured or as the request says.
pub(crate) fn origin(cx: &Cx, headers: &HeaderMap) -> String {
    if !cx.app.config.public_origin.is_empty() {
        return cx.app.config.public_origin.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("localhost");
    format!("http://{host}")
}

/// `GET /bodies/feed.xml`: the changes of the register as an Atom feed, newest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn feed(cx: Cx, headers: HeaderMap) -> Result<Response, Error> {
    let l = cx.l();
    let base = origin(&cx, &headers);
    let mut bodies = cx.app.store.reader().await?.bodies(cx.today(), "", 5000).await?;
    bodies.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.id.cmp(&b.id)));
    bodies.truncate(200);
    let updated = bodies.first().map_or_else(|| cx.today().to_string(), |b| b.since.clone());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"");
    let _ = writeln!(out, " xml:lang=\"{}\">", l.tag());
    let _ = write!(
        out,
        "<title>{}</title>\n<id>{base}/bodies</id>\n<link rel=\"self\" href=\"{base}{}\"/>\n<link href=\"{base}{}\"/>\n<updated>{updated}T00:00:00+08:00</updated>\n<author><name>{}</name></author>\n",
        xml(l.t("专业认证机构名录的变化", "Changes of the register of certification bodies")),
        l.href("/bodies/feed.xml"),
        l.href("/bodies"),
        xml(&cx.app.config.authority),
    );
    for b in &bodies {
        let (status, _) = status_words(l, &b.status);
        let _ = writeln!(
            out,
            "<entry><title>{}{}{status}</title><id>{base}/bodies/{id}#{}</id><link href=\"{base}{}\"/><updated>{}T00:00:00+08:00</updated><summary>{}</summary></entry>",
            xml(&b.name),
            l.t("：", ": "),
            xml(&b.status),
            l.href(address::body(&b.id, &b.number)),
            xml(&b.since),
            xml(&super::number(l, &b.number)),
            id = xml(&b.id),
        );
    }
    out.push_str("</feed>\n");
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], out).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (typed, cell) in [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2", "'-2"), ("示例机构", "示例机构"), ("", "")]
        {
            assert_eq!(safe_cell(typed), cell);
        }
        let csv = csv_of([vec!["=cmd|' /C calc'!A0".to_owned(), "a,b".to_owned()]]).unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), "\u{feff}'=cmd|' /C calc'!A0,\"a,b\"\n");
    }

    #[test]
    fn names_cannot_break_the_feed() {
        assert_eq!(xml("<b>&\"\u{1}"), "&lt;b&gt;&amp;&quot; ");
    }
}
