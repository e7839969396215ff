//! `/body/certificates`, `/authority/certificates` and `/processor/certificates`: certificates with
//! what waits in them.

use askama::Template;
use axum::extract::Query as FromQuery;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::Right;
use guosuo_case::certificate::Status;
use guosuo_store::CertificateRow;
use jiff::civil::Date;
use serde::Deserialize;

use super::desk::Room;
use crate::app::Cx;
use crate::error::Error;
use crate::router::encode;
use crate::web::components::{Pages, Tab, Tone};
use crate::web::{Lang, Shell};

/// Certificates on one page.
const PER_PAGE: usize = 20;
/// Most certificates that are looked at for one page.
const MOST: u32 = 1000;

/// The query part of the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Empty (all), `valid`, `suspended`, `ended`, `waits`, `findings`.
    tab: String,
    /// Part of the holder's name, a number or a code.
    q: String,
    /// Page, 1 for the first.
    page: usize,
}

struct Line {
    href: String,
    number: String,
    issued: String,
    holder: String,
    code: String,
    status: (&'static str, Tone),
    until: String,
    waits: Vec<(String, Tone)>,
}

#[derive(Template)]
#[template(path = "workbench/certificates.html")]
struct Page {
    shell: Shell,
    l: Lang,
    path: &'static str,
    query: Query,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    pages: Pages,
    capped: bool,
    /// Where older certificates are taken over, for whoever may.
    import: Option<String>,
    /// Where signs of splitting are, for whoever may look at them.
    splitting: Option<String>,
}

/// The status on a day: that of the row, or time's.
fn status_on(row: &CertificateRow, today: Date) -> Status {
    let named = |name: &str| Status::ALL.into_iter().find(|s| s.as_str() == name);
    let began = row.status_from.parse::<Date>().is_ok_and(|d| d > today);
    let status = named(if began { &row.status_before } else { &row.status }).unwrap_or(Status::Valid);
    let past = row.valid_until.parse::<Date>().is_ok_and(|d| today > d);
    if status.is_live() && past { Status::Expired } else { status }
}

/// What waits in a certificate.
fn waits(l: Lang, row: &CertificateRow) -> Vec<(String, Tone)> {
    let mut out = Vec::new();
    let mut add = |n: i64, zh: &str, en: &str, tone| {
        if n > 0 {
            out.push((l.pick(format!("{zh}{n}"), format!("{en} {n}")), tone));
        }
    };
    add(row.open_findings, "监督意见", "findings", Tone::Late);
    add(i64::from(!row.proposal.is_empty()), "待决定", "to decide", Tone::Warn);
    add(row.open_requests, "持证人申请", "requests", Tone::Warn);
    add(row.open_suggestions, "系统提示", "suggestions", Tone::Warn);
    add(row.reports_owed, "待报送", "reports owed", Tone::Info);
    out
}

fn fits(tab: &str, row: &CertificateRow, today: Date) -> bool {
    let status = status_on(row, today);
    match tab {
        "valid" => status == Status::Valid,
        "suspended" => status == Status::Suspended,
        "ended" => !status.is_live(),
        "findings" => row.open_findings > 0,
        "waits" => row.open_findings + row.open_requests + row.open_suggestions > 0 || !row.proposal.is_empty(),
        _ => true,
    }
}

/// `GET …/certificates`.
///
/// # Errors
/// When the store fails.
pub async fn show(cx: Cx, FromQuery(query): FromQuery<Query>) -> Result<Response, Error> {
    let l = cx.l();
    let actor = cx.actor()?;
    let room = Room::of(actor)?;
    let today = cx.today();
    let text = query.q.trim();
    let mut reader = cx.app.store.reader().await?;
    let all = match room {
        Room::Body => reader.certificates_of_body(actor.org.as_str(), text, MOST, 0).await?,
        Room::Authority => reader.certificates_supervised(text, MOST).await?,
        Room::Processor => {
            let all = reader.certificates_of(actor.org.as_str()).await?;
            all.into_iter().filter(|r| text.is_empty() || r.holder.contains(text) || r.number == text).collect()
        }
        Room::Verification => return Err(Error::NotFound),
    };
    drop(reader);
    let path = room.certificates();
    let address = |tab: &str, page: usize| {
        let rest = if page > 1 { format!("&page={page}") } else { String::new() };
        l.href(format!("{path}?tab={}&q={}{rest}", encode(tab), encode(text)))
    };
    let tab = |key: &str, name: &str| {
        let n = all.iter().filter(|r| fits(key, r, today)).count();
        let name = l.pick(format!("{name}（{n}）"), format!("{name} ({n})"));
        Tab { href: address(key, 1), name, current: query.tab == key }
    };
    let tabs = vec![
        tab("", l.t("全部", "All")),
        tab("waits", l.t("有事项待办", "Something waits")),
        tab("findings", l.t("监督意见未解除", "Findings stand")),
        tab("valid", l.t("有效", "Valid")),
        tab("suspended", l.t("暂停", "Suspended")),
        tab("ended", l.t("撤销、注销和过期", "Ended")),
    ];
    let capped = all.len() >= MOST as usize;
    let rows: Vec<CertificateRow> = all.into_iter().filter(|r| fits(&query.tab, r, today)).collect();
    let total = rows.len();
    let page = query.page.clamp(1, total.div_ceil(PER_PAGE).max(1));
    let day = |text: &str| text.parse::<Date>().map(|d| l.day(d).words).unwrap_or_default();
    let lines = rows
        .iter()
        .skip((page - 1) * PER_PAGE)
        .take(PER_PAGE)
        .map(|r| {
            let status = status_on(r, today);
            Line {
                href: l.href(format!("{path}/{}", r.case_id)),
                number: r.number.clone(),
                issued: day(&r.issued_on),
                holder: r.holder.clone(),
                code: format!("{} {}", r.country, crate::web::fmt::mask_code(&r.holder_code)),
                status: crate::words::certificate_status(l, status),
                until: day(&r.valid_until),
                waits: waits(l, r),
            }
        })
        .collect();
    let title = l.pick(format!("认证证书（{total}张）"), format!("Certificates ({total})"));
    let view = Page {
        shell: Shell::new(&cx.screen, room.front(), title).at("certificates").crumb(path, l.t("认证证书", "Certificates")),
        l,
        path,
        tabs,
        lines,
        pages: Pages::new(l, total as u64, PER_PAGE as u64, page as u64, |n| {
            address(&query.tab, usize::try_from(n).unwrap_or(1))
        }),
        capped,
        import: (room == Room::Body && Right::CertificateManage.held_by(actor)).then(|| l.href(format!("{path}/import"))),
        splitting: (room != Room::Processor && Right::SplittingLook.held_by(actor))
            .then(|| l.href(if room == Room::Body { "/body/splitting" } else { "/authority/splitting" })),
        query: query.clone(),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_status_counts_from_its_day_and_time_ends_it() {
        let row = CertificateRow {
            status: "suspended".into(),
            status_from: "2026-03-20".into(),
            status_before: "valid".into(),
            valid_until: "2026-12-31".into(),
            ..CertificateRow::default()
        };
        assert_eq!(status_on(&row, date(2026, 3, 19)), Status::Valid);
        assert_eq!(status_on(&row, date(2026, 3, 20)), Status::Suspended);
        assert_eq!(status_on(&row, date(2027, 1, 1)), Status::Expired);
        assert!(fits("ended", &row, date(2027, 1, 1)) && !fits("valid", &row, date(2026, 3, 20)));
    }
}
