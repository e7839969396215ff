//! Deadlines as a calendar feed: a secret address that can be taken back, and that tells
//! nothing but numbers and days.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::{OrgKind, Role};
use guosuo_seal::digest::sha256;
use guosuo_store::accounts::{Account, AccountStatus};
use guosuo_store::{Error as StoreError, FilingFilter, FilingRow, FilingSort};
use jiff::{SignedDuration, Timestamp};

use super::queue::PATH;
use super::view::frame;
use crate::app::{App, Cx};
use crate::auth::session::{new_token, token_digest};
use crate::error::Error;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

const PURPOSE: &str = "calendar";
/// A feed ends by itself after a year.
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Most entries of a feed.
const MOST: u32 = 500;

#[derive(Template)]
#[template(path = "authority/calendar.html")]
struct Page {
    shell: Shell,
    l: Lang,
    address: String,
}

fn page(cx: &Cx, address: String) -> Result<Response, Error> {
    let l = cx.l();
    let shell = frame(cx, "queue", l.t("订阅期限日历", "Calendar feed of deadlines")).crumb(PATH, l.t("备案审核", "Filings"));
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(Page { shell, l, address }.render()?)).into_response())
}

/// `GET /authority/calendar`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    page(&cx, String::new())
}

/// `POST /authority/calendar`: makes a new secret address (the old one ends), or only ends it.
///
/// # Errors
/// When the store fails.
pub async fn change(cx: Cx, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let end_only = form.value("act") == "end";
    let (token, digest) = new_token();
    let now = cx.now;
    let args = (cx.actor()?.user.to_string(), digest, cx.origin()?);
    cx.app
        .store
        .write_with(args, move |tx, (account, digest, origin)| {
            Box::pin(async move {
                tx.drop_tickets(account, PURPOSE).await?;
                let action = if end_only { "calendar_feed_ended" } else { "calendar_feed_made" };
                if !end_only {
                    tx.add_ticket(digest, PURPOSE, account, "", now, now + LIFE).await?;
                }
                tx.record_act(action, account, origin, &serde_json::json!({}), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    if end_only {
        return Ok(Flash::good(l.t("订阅已停止，原来的地址不能再用。", "The feed has ended; its address no longer works."))
            .to(l, "/authority/calendar"));
    }
    let origin = if cx.app.config.public_origin.is_empty() {
        format!("http://{}", cx.app.config.listen)
    } else {
        cx.app.config.public_origin.clone()
    };
    page(&cx, format!("{origin}/calendar/{token}.ics"))
}

/// `GET /calendar/{token}.ics`.
///
/// # Errors
/// [`Error::NotFound`] for a token that is unknown, ended, or whose holder has left.
pub async fn ics(State(app): State<App>, Path(file): Path<String>) -> Result<Response, Error> {
    let now = app.now();
    let token = file.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let mut reader = app.store.reader().await?;
    let ticket = reader
        .ticket(&token_digest(token))
        .await?
        .filter(|t| t.purpose == PURPOSE && t.until > now && !t.used)
        .ok_or(Error::NotFound)?;
    let account = reader.account(&ticket.account).await?.filter(|a| a.status == AccountStatus::Active).ok_or(Error::NotFound)?;
    let kind = reader.organisation(&account.org).await?.map(|o| o.kind).ok_or(Error::NotFound)?;
    let filter = scope(&account, kind).ok_or(Error::NotFound)?;
    let rows = reader.filings(&filter, FilingSort::Due, false, MOST, 0).await?;
    let l = if account.lang == "en" { Lang::En } else { Lang::Zh };
    Ok((
        [(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CACHE_CONTROL, "private, max-age=900")],
        calendar(l, &rows, now),
    )
        .into_response())
}

/// A handler sees the own cases, a head all, a reviewer of the data authority what waits there.
fn scope(account: &Account, kind: OrgKind) -> Option<FilingFilter> {
    let has = |r| account.roles.contains(&r);
    match kind {
        OrgKind::Cac if has(Role::CacHead) => Some(FilingFilter::default()),
        OrgKind::Cac if has(Role::CacHandler) => Some(FilingFilter { handler: account.id.clone(), ..FilingFilter::default() }),
        OrgKind::Nda if has(Role::NdaReviewer) => {
            Some(FilingFilter { sent_only: true, nda: "sent".into(), ..FilingFilter::default() })
        }
        _ => None,
    }
}

fn calendar(l: Lang, rows: &[FilingRow], now: Timestamp) -> String {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let mut out = String::from(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Guosuo//Deadlines//ZH\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n",
    );
    for row in rows {
        let day: String = row.due_from.chars().filter(char::is_ascii_digit).collect();
        if day.len() != 8 {
            continue;
        }
        // The id must be stable and tell nothing.
        let id = sha256(row.case_id.as_bytes()).to_hex();
        let words = l.pick(format!("{} 办理时限届满", row.number), format!("{} due", row.number));
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "BEGIN:VEVENT\r\nUID:{}\r\nDTSTAMP:{stamp}\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:{words}\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n",
            &id[..32]
        );
    }
    out.push_str("END:VCALENDAR\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_tells_numbers_and_days_only() {
        let row = FilingRow {
            case_id: "secret-case".into(),
            number: "备申〔2026〕003号".into(),
            org_name: "示例机构（虚构）".into(),
            credit_code: "91110108MA0000000A".into(),
            due_from: "2026-03-13".into(),
            ..FilingRow::default()
        };
        let now = "2026-03-12T01:30:00Z".parse().unwrap();
        let text = calendar(Lang::Zh, std::slice::from_ref(&row), now);
        assert!(text.contains("DTSTART;VALUE=DATE:20260313\r\nSUMMARY:备申〔2026〕003号 办理时限届满\r\n"));
        for secret in ["示例", "9111", "secret-case"] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(text.lines().count() == text.matches("\r\n").count());
        assert!(!calendar(Lang::Zh, &[FilingRow { due_from: String::new(), ..row }], now).contains("VEVENT"));
    }
}
