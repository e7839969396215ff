//! `GET /certificates`: the register of certificates, by number, holder, credit code, body and status.
//!
//! A number or a credit code is found by an index of the database, part of a name by the index in
//! memory ([`guosuo_store::Names`]). Together with a body or a status the database looks through the whole
//! register, which takes time in proportion to it.

use askama::Template;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::filing::parse_date;
use guosuo_store::{CertificateLine, RegisterFilter};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use crate::app::Cx;
use crate::error::Error;
use crate::router::encode;
use crate::web::components::{Choice, Tone};
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

/// Lines of one page.
const PAGE: u32 = 50;
/// Statuses that can be chosen.
const STATUSES: [&str; 5] = ["valid", "suspended", "revoked", "cancelled", "expired"];

/// `?q=…&body=…&status=…&as_of=…&page=…`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// A number, a credit code, or part of a name.
    pub q: String,
    /// The body.
    pub body: String,
    /// The status.
    pub status: String,
    /// The day; today when empty.
    pub as_of: String,
    /// The page, beginning with 1.
    pub page: u32,
}

impl Asked {
    fn day(&self, today: Date) -> Option<Date> {
        if self.as_of.trim().is_empty() { Some(today) } else { parse_date(&self.as_of) }
    }

    fn filter(&self) -> RegisterFilter {
        let status = if STATUSES.contains(&self.status.as_str()) { self.status.clone() } else { String::new() };
        RegisterFilter { text: self.q.trim().to_owned(), body: self.body.clone(), status }
    }

    fn query(&self, page: u32) -> String {
        let of = [("q", &self.q), ("body", &self.body), ("status", &self.status), ("as_of", &self.as_of)];
        let parts: Vec<String> = of.iter().map(|(k, v)| format!("{k}={}", encode(v.trim()))).collect();
        format!("?{}&page={page}", parts.join("&"))
    }
}

/// The lines asked for, one more than fits so that the next page is known.
async fn find(cx: &Cx, asked: &Asked, day: Date) -> Result<Vec<CertificateLine>, Error> {
    let offset = asked.page.max(1).saturating_sub(1).saturating_mul(PAGE);
    let filter = asked.filter();
    let mut reader = cx.app.store.reader().await?;
    let past = day < cx.today();
    if past || filter.text.is_empty() || !filter.body.is_empty() || !filter.status.is_empty() {
        return Ok(reader.register(&filter, day, past, PAGE + 1, offset).await?);
    }
    Ok(cx.app.names.search(&mut reader, &filter.text, offset, PAGE + 1).await?)
}

/// A number as one segment of an address: a body's pattern may have a stroke in it.
pub(crate) fn segment(number: &str) -> String {
    encode(number).replace('/', "%2F")
}

/// One line of the list.
pub(crate) struct Line {
    href: String,
    number: String,
    holder: String,
    body: String,
    until: String,
    status: &'static str,
    tone: Tone,
}

#[derive(Template)]
#[template(path = "public/certificates.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    statuses: Vec<Choice>,
    bodies: Vec<Choice>,
    rows: Vec<Line>,
    json: String,
    before: Option<String>,
    after: Option<String>,
    looked: bool,
    today: bool,
}

/// A status as a chip: the short name and its colour family.
pub(crate) fn status_chip(l: Lang, status: &str) -> (&'static str, Tone) {
    let tone = words::verdict_words(l, status).1;
    let name = match status {
        "valid" => l.t("有效", "Valid"),
        "suspended" => l.t("暂停", "Suspended"),
        "revoked" => l.t("撤销", "Revoked"),
        "cancelled" => l.t("注销", "Cancelled"),
        "expired" => l.t("已过期", "Expired"),
        _ => l.t("不明", "Unknown"),
    };
    (name, tone)
}

/// The list.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let l = cx.l();
    let mut form = Form::new()
        .with("q", asked.q.clone())
        .with("body", asked.body.clone())
        .with("status", asked.status.clone())
        .with("as_of", asked.as_of.clone());
    let day = asked.day(cx.today());
    if day.is_none() {
        form.fail(
            "as_of",
            l.t("日期没有看懂。按“2026-01-05”的格式填写。", "The date could not be read. Write it like 2026-01-05."),
        );
    }
    let looked =
        !(asked.q.trim().is_empty() && asked.body.is_empty() && asked.status.is_empty() && asked.as_of.trim().is_empty());
    let shown = day.unwrap_or_else(|| cx.today());
    let mut found = if day.is_some() { find(&cx, &asked, shown).await? } else { Vec::new() };
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let mut names = Vec::new();
    let mut reader = cx.app.store.reader().await?;
    for o in reader.organisations(Some(guosuo_case::OrgKind::Body), None).await? {
        names.push((o.id, o.name));
    }
    drop(reader);
    let name_of = |id: &str| names.iter().find(|n| n.0 == id).map(|n| n.1.clone()).unwrap_or_default();
    let rows = found
        .iter()
        .map(|c| {
            let (status, tone) = status_chip(l, c.status_on(shown));
            // Each body has its own pattern: two may have used the same number.
            let twice = found.iter().filter(|o| o.number == c.number).count() > 1;
            let which = if twice { format!("?body={}", encode(&c.body)) } else { String::new() };
            Line {
                href: format!("{}{which}", l.href(format!("/certificates/{}", segment(&c.number)))),
                number: c.number.clone(),
                holder: c.holder.clone(),
                body: name_of(&c.body),
                until: c.valid_until.clone(),
                status,
                tone,
            }
        })
        .collect();
    let any = |words: &'static str| Choice::new("", words);
    let statuses = std::iter::once(any(l.t("全部状态", "Any status")))
        .chain(STATUSES.iter().map(|s| Choice::new(*s, status_chip(l, s).0)))
        .collect();
    let bodies = std::iter::once(any(l.t("全部机构", "Any body")))
        .chain(names.iter().map(|(id, name)| Choice::new(id.clone(), name.clone())))
        .collect();
    let page = asked.page.max(1);
    let at = |n: u32| format!("{}{}", l.href("/certificates"), asked.query(n));
    let shell = Shell::new(&cx.screen, Front::Public, l.t("认证证书查验", "Check a certificate"))
        .at("certificates")
        .here(l.t("证书查验", "Check a certificate"))
        .for_form(&form);
    let status: StatusCode = form.status();
    let page = Page {
        shell,
        l,
        form,
        statuses,
        bodies,
        rows,
        json: format!("{}{}", l.href("/certificates.json"), asked.query(page)),
        before: (page > 1).then(|| at(page - 1)),
        after: more.then(|| at(page.saturating_add(1))),
        looked,
        today: shown == cx.today(),
    };
    Ok((status, Html(page.render()?)).into_response())
}

/// `GET /certificates.json`: the same list.
///
/// # Errors
/// [`Error::Malformed`] for a wrong date; when the store cannot be read.
pub async fn json(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let day = asked.day(cx.today()).ok_or(Error::Malformed("as_of is not a date such as 2026-01-05"))?;
    let mut found = find(&cx, &asked, day).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let lines: Vec<_> = found
        .iter()
        .map(|c| {
            json!({
                "number": c.number,
                "holder": c.holder,
                "holder_code": c.holder_code,
                "body": c.body,
                "issued_on": c.issued_on,
                "valid_until": c.valid_until,
                "status": c.status_on(day),
            })
        })
        .collect();
    let body = json!({ "as_of": day.to_string(), "page": asked.page.max(1), "more": more, "certificates": lines });
    Ok(([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response())
}
