//! What belongs to an organisation itself: who the token is, the filing of a body, the yearly record of exports of a
//! processor, and the list of what has changed.

use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use futures::StreamExt as _;
use guosuo_case::exports::Command;
use guosuo_case::{OrgKind, Right};
use guosuo_rules::yearly::Count;
use guosuo_seal::StreamDigest;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, json_of, page, reply};
use super::problem::Problem;
use super::scope::Scope;
use super::strict::{Asked, MOST_NUMBER, whole};
use crate::certification::facts;
use crate::error::Error;
use crate::preparing::{self, Record, Sheet, act_on_exports_once};

/// `GET /api/v1/me`: whose token this is and what it may be used for.
///
/// # Errors
/// None beyond those of the token.
pub(crate) async fn me(call: Call) -> Result<Response, Problem> {
    let actor = call.actor()?;
    let t = &call.caller.token;
    let roles: Vec<_> = actor.roles.iter().map(|r| r.as_str()).collect();
    let member = call.caller.member.then(|| json!({ "account": actor.user, "name": actor.name }));
    let org = &call.cx.signed()?.org_name;
    Ok(reply(
        StatusCode::OK,
        &json!({
            "token": { "id": t.id, "name": t.name, "scopes": t.scopes, "until": t.until },
            "organisation": { "id": actor.org, "kind": actor.org_kind, "name": org },
            "member": member,
            "roles": roles,
            "now": call.cx.now,
        }),
    ))
}

/// `GET /api/v1/members`: the members who let this token act in their name.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn members(call: Call) -> Result<Response, Problem> {
    call.need(Scope::CasesRead)?;
    let mut reader = call.cx.app.store.reader().await?;
    let grants = reader.grants(call.actor()?.org.as_str()).await?;
    let mut out = Vec::new();
    for g in grants.into_iter().filter(|g| g.token == call.caller.token.id) {
        let roles: Vec<_> = reader.roles(&g.account).await?.into_iter().map(guosuo_case::Role::as_str).collect();
        out.push(json!({ "account": g.account, "login": g.login, "name": g.name, "roles": roles }));
    }
    Ok(page(out, None))
}

/// `GET /api/v1/filings`: the filings of the body and how it stands in the public register (M 12).
///
/// # Errors
/// The scope or the right is missing.
pub(crate) async fn filings(call: Call) -> Result<Response, Problem> {
    call.need(Scope::FilingRead)?;
    let actor = call.actor()?;
    if actor.org_kind != OrgKind::Body {
        return Err(Error::NotFound.into());
    }
    call.right(Right::FilingReadOwn)?;
    let mut reader = call.cx.app.store.reader().await?;
    let rows = reader.filings_of(actor.org.as_str()).await?;
    let standing = facts::body(&mut reader, &actor.org, call.cx.today()).await?.map(|b| b.1);
    let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    let items: Vec<Value> = rows
        .iter()
        .map(|f| {
            json!({
                "id": f.case_id,
                "version": f.version,
                "number": some(&f.number),
                "phase": f.phase,
                "received_on": some(&f.received),
                "due": some(&f.due_from).map(|from| json!({ "earliest": from, "latest": f.due_to })),
                "decided_on": some(&f.decided),
            })
        })
        .collect();
    Ok(reply(StatusCode::OK, &json!({ "standing": standing, "items": items })))
}

fn report_line(r: &guosuo_case::exports::Report) -> Value {
    let (kind, entries) = match &r.count {
        Count::Plain { points } => ("plain", points.len()),
        Count::Keyed { seen, .. } => ("keyed", seen.len()),
        Count::Set(set) => ("keyed", usize::try_from(set.entries).unwrap_or(usize::MAX)),
    };
    json!({
        "number": r.number,
        "flow": r.flow,
        "count": kind,
        "entries": entries,
        "source": r.source,
        "at": r.at,
        "voided": r.voided,
    })
}

async fn record(call: &Call) -> Result<Option<Record>, Problem> {
    if call.actor()?.org_kind != OrgKind::Processor {
        return Err(Error::NotFound.into());
    }
    Ok(preparing::record(&call.cx).await?)
}

/// `GET /api/v1/exports?year=…`: the yearly record of exports (M 5): flows, totals with what they mean, reports.
///
/// # Errors
/// The scope or the right is missing; a year without law.
pub(crate) async fn exports(call: Call, asked: Asked) -> Result<Response, Problem> {
    call.need(Scope::LedgerRead)?;
    call.right(Right::ApplicationReadOwn)?;
    let this = call.cx.today().year();
    asked.only(&["year"])?;
    let year = asked.number("year", 2000..=2999)?.and_then(|y| i16::try_from(y).ok()).unwrap_or(this);
    let Some(found) = record(&call).await? else {
        return Ok(reply(StatusCode::OK, &json!({ "year": year, "totals": null, "flows": [], "reports": [] })));
    };
    let totals = found.year(&call.cx.app, year).await?;
    let e = &found.state;
    let flows: Vec<Value> = e
        .flows
        .iter()
        .map(|f| json!({ "number": f.number, "facts": f.facts, "ended_on": f.ended.as_ref().map(|x| x.0) }))
        .collect();
    let reports: Vec<Value> = e.reports.iter().map(report_line).collect();
    Ok(reply(StatusCode::OK, &json!({ "year": year, "totals": totals.as_deref(), "flows": flows, "reports": reports })))
}

/// A report of counts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    flow: u32,
    source: String,
    counts: Count,
}

/// Why a report is void.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Void {
    reason: String,
}

async fn put(call: &Call, command: Command, idem: guosuo_store::Idem, status: StatusCode) -> Result<Response, Problem> {
    match act_on_exports_once(&call.cx, command, Some(idem)).await? {
        Ok(acted) => {
            let mut body = json!({ "replayed": acted.replayed });
            let reports: Vec<u32> = acted
                .events
                .iter()
                .filter_map(|e| match &e.event {
                    guosuo_case::exports::Event::Counted { report, .. }
                    | guosuo_case::exports::Event::ReportVoided { report, .. } => Some(*report),
                    _ => None,
                })
                .collect();
            body["report"] = reports.first().copied().into();
            let after = Record { id: acted.case_id, version: acted.version, state: acted.state };
            let year = after.year(&call.cx.app, call.cx.today().year()).await?;
            body["tasks"] = json!(year.map(|y| y.tasks.clone()).unwrap_or_default());
            Ok(reply(status, &body))
        }
        Err(r) => Err(Problem::refused(r)),
    }
}

/// `POST /api/v1/exports/reports`: counts of a flow, as numbers by day or as keyed values.
///
/// # Errors
/// What is wrong with the counts.
pub(crate) async fn report(call: Call, body: Body) -> Result<Response, Problem> {
    call.need(Scope::LedgerWrite)?;
    call.right(Right::FlowsDeclare)?;
    record(&call).await?;
    let (counts, bytes) = json_of::<Counts>(&call.headers, body).await?;
    if matches!(counts.counts, Count::Set(_)) {
        return Err(Problem::fields(vec![("counts".into(), "plain, keyed".into())]));
    }
    let idem = call.idem(&[b"exports/reports", &bytes])?;
    let command = Command::Report { flow: counts.flow, count: Box::new(counts.counts), source: counts.source };
    put(&call, command, idem, StatusCode::CREATED).await
}

/// `POST /api/v1/exports/reports/sheet?flow=…&source=…&key=…`: the same as a CSV file, read while it arrives: up to a million
/// keyed values.
///
/// # Errors
/// The line and what would be right.
pub(crate) async fn sheet(call: Call, asked: Asked, body: Body) -> Result<Response, Problem> {
    call.need(Scope::LedgerWrite)?;
    call.right(Right::FlowsDeclare)?;
    record(&call).await?;
    asked.only(&["flow", "source", "key"])?;
    let value = |name: &str| asked.get(name).map(|v| v.trim().to_owned()).unwrap_or_default();
    let (flow, source, key) = (value("flow"), value("source"), value("key"));
    let number = whole(&flow, 1..=MOST_NUMBER).and_then(|n| u32::try_from(n).ok());
    let number = number.ok_or_else(|| Problem::fields(vec![("flow".into(), "1, 2, 3 …".into())]))?;
    if source.is_empty() || source.chars().count() > 200 {
        return Err(Problem::fields(vec![("source".into(), "1–200".into())]));
    }
    let max_mib = call.cx.app.config.uploads.max_mib;
    let (mut read, mut digest) = (Sheet::new(call.cx.l()), StreamDigest::new());
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Problem::from(Error::Malformed("body")))?;
        digest.update(&chunk);
        if digest.size() > max_mib << 20 {
            return Err(Error::TooLarge { max_mib }.into());
        }
        read.feed(&chunk);
    }
    let count = read.finish(&key).map_err(|why| Problem::fields(vec![(String::new(), why)]))?;
    let file = digest.finish().sha256;
    let idem = call.idem(&[b"exports/sheet", flow.as_bytes(), source.as_bytes(), key.as_bytes(), file.as_bytes()])?;
    let command = Command::Report { flow: number, count: Box::new(count), source };
    put(&call, command, idem, StatusCode::CREATED).await
}

/// `POST /api/v1/exports/reports/{n}/void`.
///
/// # Errors
/// There is no such report.
pub(crate) async fn void(call: Call, Path(n): Path<String>, body: Body) -> Result<Response, Problem> {
    call.need(Scope::LedgerWrite)?;
    call.right(Right::FlowsDeclare)?;
    record(&call).await?.ok_or(Error::NotFound)?;
    let report = whole(&n, 1..=MOST_NUMBER).and_then(|n| u32::try_from(n).ok()).ok_or(Error::NotFound)?;
    let (why, bytes) = json_of::<Void>(&call.headers, body).await?;
    let idem = call.idem(&[b"exports/void", n.as_bytes(), &bytes])?;
    put(&call, Command::VoidReport { report, reason: why.reason }, idem, StatusCode::OK).await
}

/// One line of the list of changes, as programs get it there and by a call back.
pub(crate) fn change(r: &guosuo_store::FeedRow) -> Value {
    json!({
        "n": r.n,
        "at": Timestamp::from_microsecond(r.at).map(|t| t.to_string()).unwrap_or_default(),
        "kind": r.kind,
        "id": r.case_id,
        "number": (!r.number.is_empty()).then_some(&r.number),
        "seq": r.seq,
        "event": r.event,
        "state": r.state,
    })
}

/// `GET /api/v1/changes?after=N`: what has happened in the cases that concern the organisation, in order and without
/// gaps.
///
/// # Errors
/// The scope is missing; a cursor that is no number.
pub(crate) async fn changes(call: Call, asked: Asked) -> Result<Response, Problem> {
    call.need(Scope::ChangesRead)?;
    asked.only(&["limit", "after"])?;
    let (after, n) = (asked.after()?, asked.limit()?);
    let org = call.actor()?.org.0.clone();
    let mut reader = call.cx.app.store.reader().await?;
    let rows = reader.feed(&org, after, n).await?;
    let last = reader.feed_last(&org).await?;
    let next = rows.last().map_or(after, |r| r.n);
    let items: Vec<Value> = rows.iter().map(change).collect();
    Ok(reply(StatusCode::OK, &json!({ "items": items, "next": next.to_string(), "last": last })))
}
