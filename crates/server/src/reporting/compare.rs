//! Comparing what was reported with what the platform shows (M 9(1)): by asking it, or with an
//! export that somebody has fetched. Differences are kept with their reasons; what the platform has
//! lost after giving its receipt is sent again.

use std::collections::{BTreeMap, HashMap, HashSet};

use guosuo_case::certificate::{Certificate, Found, Shown, Status, Why, reconcile};
use guosuo_rules::time::{cst_date, cst_datetime};
use guosuo_store::{Comparison, Error as StoreError, Origin, Reported, new_id};
use jiff::SignedDuration;
use jiff::civil::{Date, Time, time};

use super::http::HttpPlatform;
use super::outbox;
use super::settings::Target;
use crate::app::App;

/// When platforms are asked each day, China Standard Time.
const HOUR: Time = time(6, 0, 0, 0);
const LEASE: &str = "reports.compare";
const HOLD: SignedDuration = SignedDuration::from_mins(30);

/// Compares with every platform that tells what it shows, once a day. What fails is tried again
/// the next day; the pages offer to do it at once.
pub async fn daily(app: &App, last: &mut Option<Date>) {
    let now = app.now();
    let today = cst_date(now);
    if *last == Some(today) || cst_datetime(now).time() < HOUR {
        return;
    }
    *last = Some(today);
    let held =
        app.store.write(move |tx| Box::pin(async move { tx.lease(LEASE, &new_id(), HOLD, now).await })).await.unwrap_or(false);
    let bodies = match app.store.reader().await {
        Ok(mut reader) => reader.organisations(Some(guosuo_case::OrgKind::Body), None).await.unwrap_or_default(),
        Err(_) => return,
    };
    if !held {
        return;
    }
    for body in bodies {
        if asks(app, &body.id)
            && let Err(e) = with_platform(app, &body.id, &outbox::origin()).await
        {
            tracing::error!(body = body.id, error = format!("{e:#}"), "the record could not be compared with the platform's");
        }
    }
}

/// Whether the platform of a body tells what it shows.
pub fn asks(app: &App, body: &str) -> bool {
    matches!(app.config.reporting.of_body(body), Some(Target::Http(t)) if !t.shown_url.is_empty())
}

/// Asks the platform of a body and compares; what it has lost is sent again.
///
/// # Errors
/// When the platform does not tell or the store fails.
pub async fn with_platform(app: &App, body: &str, origin: &Origin) -> anyhow::Result<Comparison> {
    let Some(Target::Http(t)) = app.config.reporting.of_body(body) else {
        anyhow::bail!("the reports of {body} go to no platform that can be asked")
    };
    let shown = HttpPlatform::new(t, &app.keys, &app.platforms)?.shown(body).await?;
    let (kept, found, cases) = with(app, body, &t.id, &shown, origin).await?;
    for f in found.iter().filter(|f| f.why == Why::LostThere && f.from > 0) {
        if let Some(case) = cases.get(f.what.certificate()) {
            outbox::send_again(app, case, f.from, "the platform does not show it").await?;
        }
    }
    Ok(kept)
}

/// Compares with what is shown, and keeps what was found.
///
/// # Errors
/// When the store fails.
pub async fn with(
    app: &App,
    body: &str,
    source: &str,
    shown: &[Shown],
    origin: &Origin,
) -> anyhow::Result<(Comparison, Vec<Found>, BTreeMap<String, String>)> {
    let mut shown_of: HashMap<&str, Vec<&Shown>> = HashMap::new();
    for s in shown {
        shown_of.entry(&s.certificate).or_default().push(s);
    }
    let mut reader = app.store.reader().await?;
    let (mut reports, mut cases, mut after) = (Vec::new(), BTreeMap::new(), String::new());
    // Most certificates are shown once and as their latest report says: only the others are looked into.
    let mut agreed = HashSet::new();
    loop {
        let page = reader.certificates_reported(body, &after).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.certificate);
        for r in page {
            if matches!(shown_of.get(r.number.as_str()).map(Vec::as_slice), Some([s]) if says(s, &r)) {
                agreed.insert(r.number.clone());
            } else if let Some(c) = reader.case::<Certificate>(&r.certificate).await?.state {
                reports.extend(c.reports);
            }
            cases.insert(r.number, r.certificate);
        }
    }
    // Every issue owes a report, so that a number without one was taken over.
    let older = reader.certificate_numbers(body).await?;
    drop(reader);
    let rest: Vec<Shown> = shown.iter().filter(|s| !agreed.contains(&s.certificate)).cloned().collect();
    let found = reconcile(&reports.iter().collect::<Vec<_>>(), &older, &rest);
    let now = app.now();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let kept = Comparison {
        id: new_id(),
        body: body.to_owned(),
        at: now.as_microsecond(),
        source: source.to_owned(),
        actor: origin.actor.clone(),
        ours: count(cases.len()),
        theirs: count(shown.len()),
        found: serde_json::to_string(&found)?,
    };
    app.store
        .write_with((kept.clone(), origin.clone()), move |tx, (kept, origin)| {
            Box::pin(async move { tx.keep_comparison(kept, origin, now).await })
        })
        .await
        .map_err(|e: StoreError| anyhow::Error::from(e))?;
    Ok((kept, found, cases))
}

/// Whether the platform shows what the latest report of a certificate told, as the columns have it.
fn says(s: &Shown, r: &Reported) -> bool {
    let (Some(status), Ok(until), Ok(seq)) = (status(&r.status), r.valid_until.parse(), r.seq.try_into()) else { return false };
    s.says(&r.holder, status, until, seq)
}

/// The status of a stored name.
fn status(name: &str) -> Option<Status> {
    Status::ALL.into_iter().find(|s| s.as_str() == name)
}

/// Reads what somebody fetched from the platform: JSON (`{"certificates": […]}` or a list), or CSV
/// with the columns `certificate`, `holder`, `status`, `valid_until` and, where known, `seq`.
///
/// # Errors
/// The line and what is wrong with it; 0 for the file as a whole.
pub fn read_shown(text: &str) -> Result<Vec<Shown>, (usize, String)> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with(['[', '{']) {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Any {
            List(Vec<Shown>),
            Page { certificates: Vec<Shown> },
        }
        return match serde_json::from_str(text) {
            Ok(Any::List(list) | Any::Page { certificates: list }) => Ok(list),
            Err(e) => Err((e.line(), e.to_string())),
        };
    }
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers().map_err(|e| (1, e.to_string()))?.clone();
    let column = |name: &str| heads.iter().position(|h| h.trim() == name);
    let need = |name: &str| column(name).ok_or_else(|| (1, format!("there is no column {name}")));
    let (certificate, holder, state, until) = (need("certificate")?, need("holder")?, need("status")?, need("valid_until")?);
    let seq = column("seq");
    let mut out = Vec::new();
    for (n, row) in (2..).zip(reader.records()) {
        let row = row.map_err(|e| (n, e.to_string()))?;
        let cell = |i: usize| row.get(i).unwrap_or_default().trim().trim_start_matches('\'').to_owned();
        let state = cell(state);
        out.push(Shown {
            certificate: cell(certificate),
            holder: cell(holder),
            status: status(&state).ok_or_else(|| (n, format!("no such status: {state}")))?,
            valid_until: cell(until).parse().map_err(|_| (n, format!("no such day: {}", cell(until))))?,
            seq: seq.and_then(|i| cell(i).parse().ok()),
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_a_platform_shows_is_read_from_json_and_csv_alike() {
        let want = [Shown {
            certificate: "X-1".into(),
            holder: "示例，公司（虚构）".into(),
            status: Status::Suspended,
            valid_until: date(2029, 3, 11),
            seq: Some(2),
        }];
        let json = serde_json::to_string(&want).unwrap();
        assert_eq!(read_shown(&json).unwrap(), want);
        assert_eq!(read_shown(&format!("{{\"certificates\":{json}}}")).unwrap(), want);
        let csv = "\u{feff}status,certificate,holder,valid_until,seq\nsuspended,X-1,\"示例，公司（虚构）\",2029-03-11,2\n";
        assert_eq!(read_shown(csv).unwrap(), want);
        assert_eq!(read_shown("certificate,holder,status\n").unwrap_err(), (1, "there is no column valid_until".into()));
        let bad = read_shown("certificate,holder,status,valid_until\nX,Y,valid,2029-02-30\n").unwrap_err();
        assert_eq!(bad, (2, "no such day: 2029-02-30".into()));
    }
}
