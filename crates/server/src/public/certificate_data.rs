//! What programs fetch to check certificates by themselves: signed forms, evidence, status lists,
//! changes, public keys.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use guosuo_seal::certificate::{LIST_SLOTS, StatusList};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::certificate::find;
use super::memory::Keep;
use crate::app::Cx;
use crate::error::Error;
use crate::jobs::papers;

/// A list is signed anew when somebody asks and the last one is older than this: what anybody
/// gets is never older than a minute.
const FRESH: SignedDuration = SignedDuration::from_secs(30);
/// Entries of one answer.
const PAGE: u32 = 1000;

/// Lists that were signed a moment ago.
#[derive(Debug, Clone, Default)]
pub struct Lists(Arc<Mutex<HashMap<u32, (Timestamp, Bytes)>>>);

impl Lists {
    fn get(&self, list: u32, now: Timestamp) -> Option<Bytes> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, bytes) = held.get(&list)?;
        (*at <= now && now.duration_since(*at) < FRESH).then(|| bytes.clone())
    }

    fn keep(&self, list: u32, at: Timestamp, bytes: Bytes) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(list, (at, bytes));
    }
}

fn file(media: &'static str, cache: &'static str, bytes: impl Into<axum::body::Body>) -> Response {
    ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, cache)], bytes.into()).into_response()
}

fn json_file(cache: &'static str, bytes: impl Into<axum::body::Body>) -> Response {
    file("application/json; charset=utf-8", cache, bytes)
}

/// `?body=…&seq=…`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    /// The body, where two bodies have used the same number.
    pub body: String,
    /// The change, for an older version; the newest when absent.
    pub seq: Option<i64>,
}

/// `GET /certificates/{number}/signed.json`: the signed form, byte for byte as it was issued.
///
/// # Errors
/// [`Error::NotFound`] while it is not signed.
pub async fn signed(cx: Cx, Path(number): Path<String>, Query(which): Query<Which>) -> Result<Response, Error> {
    let c = find(&cx, &number, &which.body).await?;
    let newest = c.papers.last().map(|p| p.slot);
    let paper = c.papers.into_iter().rev().find(|p| !p.signed.is_empty() && which.seq.is_none_or(|seq| seq == p.seq));
    let paper = paper.ok_or(Error::NotFound)?;
    // While a newer version waits for its signature, what will be here changes without a row in the ledger.
    let keep = (Some(paper.slot) == newest).then(|| Keep::today(&c.row.case_id, cx.now));
    let response = json_file("no-cache", paper.signed);
    Ok(match keep {
        Some(keep) => keep.mark(response),
        None => response,
    })
}

/// `GET /certificates/{number}/evidence.json`: that the newest version is in the log.
///
/// # Errors
/// [`Error::NotFound`] while no signed head of the log covers it.
pub async fn evidence(cx: Cx, Path(number): Path<String>, Query(which): Query<Which>) -> Result<Response, Error> {
    let c = find(&cx, &number, &which.body).await?;
    let entry = match which.seq {
        Some(seq) => c.entries.iter().find(|e| e.seq == seq),
        None => c.entries.iter().rev().find(|e| c.papers.last().is_none_or(|p| e.seq >= p.seq)),
    };
    let entry = entry.ok_or(Error::NotFound)?;
    crate::jobs::checkpoint::publish(&cx.app).await?;
    let evidence = cx.app.store.reader().await?.evidence(entry).await?.ok_or(Error::NotFound)?;
    let bytes = evidence.to_bytes().map_err(|e| Error::Fault(e.into()))?;
    Ok(json_file("no-cache", bytes))
}

/// `GET /certificates/status/{list}` (with or without `.json`): a status list, not older than a minute.
///
/// # Errors
/// [`Error::NotFound`] for a list that no certificate can be in.
pub async fn status_list(cx: Cx, Path(list): Path<String>) -> Result<Response, Error> {
    let list: u32 = list.strip_suffix(".json").unwrap_or(&list).parse().map_err(|_| Error::NotFound)?;
    if list > u32::MAX / LIST_SLOTS {
        return Err(Error::NotFound);
    }
    let now = cx.app.now();
    if let Some(bytes) = cx.app.lists.get(list, now) {
        return Ok(json_file("public, max-age=20", bytes));
    }
    let mut reader = cx.app.store.reader().await?;
    let head = reader.register_head().await?;
    let statuses = reader.slots(list, guosuo_rules::time::cst_date(now)).await?;
    drop(reader);
    if statuses.is_empty() && list > 0 {
        return Err(Error::NotFound);
    }
    let as_of = papers::moment(now)?;
    let made = StatusList::new(list, cx.app.store.origin(), as_of, head, statuses).ok_or(Error::NotFound)?;
    let keys = &cx.app.keys;
    let signed = made
        .document()
        .and_then(|d| d.sign(&[&keys.statement_sm2, &keys.statement_ed]))
        .and_then(|e| e.to_bytes())
        .map_err(|e| Error::Fault(e.into()))?;
    // Nothing leaves that the check of everybody else would refuse.
    if StatusList::open(&signed, &cx.app.published.trusted).as_ref() != Some(&made) {
        return Err(Error::Fault(anyhow::anyhow!("the fresh status list does not pass its own check")));
    }
    let bytes = Bytes::from(signed);
    cx.app.lists.keep(list, now, bytes.clone());
    Ok(json_file("public, max-age=20", bytes))
}

/// `?after=N`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    /// The last entry that the reader has.
    pub after: i64,
}

/// `GET /certificates/changes.json`: the entries of the register in order, without gaps; each
/// refers to the one before it, and every status list to the last.
///
/// # Errors
/// When the store cannot be read.
pub async fn changes(cx: Cx, Query(asked): Query<After>) -> Result<Response, Error> {
    let mut reader = cx.app.store.reader().await?;
    let rows = reader.entries_after(asked.after.max(0), PAGE).await?;
    let head = reader.register_head().await?;
    drop(reader);
    let entries = rows
        .into_iter()
        .map(|r| RawValue::from_string(r.entry))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| Error::Fault(e.into()))?;
    let body = Changes { entries, head: json!(head) };
    let bytes = serde_json::to_vec(&body).map_err(|e| Error::Fault(e.into()))?;
    Ok(json_file("no-cache", bytes))
}

#[derive(serde::Serialize)]
struct Changes {
    entries: Vec<Box<RawValue>>,
    head: serde_json::Value,
}

/// `GET /certificates/keys.json`: every key that ever signed, with the days of its use.
///
/// # Errors
/// None.
pub async fn keys(cx: Cx) -> Result<Response, Error> {
    Ok(json_file("public, max-age=600", cx.app.published.bytes.clone()))
}
