//! Submissions per second against bare `fdatasync`s on the same disk in the same run.
//!
//! `cargo run --release -p guosuo-store --example throughput [-- FOLDER [postgres://…]]`
//!
//! One submission is an act on a case of its own: its events are loaded and folded, the number
//! is taken, and event, ledger row, Merkle tree, head, queue line, clock, job and idempotency
//! key are committed together, full durability.

#![expect(clippy::disallowed_methods, reason = "a measurement runs in real time")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use guosuo_case::actor::{OrgKind, Role};
use guosuo_case::{Actor, Life, OrgId, Recorded, Refusal};
use guosuo_rules::calendar::Calendar;
use guosuo_store::{
    ActError, CaseMeta, ClockRow, ClockStatus, Error, FilingRow, Idem, NewJob, Options, Projected, Request, RootKey, Rows, Store,
    Tx, UnitFuture, new_id,
};
use jiff::Timestamp;
use jiff::civil::date;
use serde::{Deserialize, Serialize};

/// A filing reduced to what costs time: a draft of usual size that is submitted.
#[derive(Debug, Clone)]
struct Draft {
    owner: OrgId,
    number: u32,
    form: String,
}

#[derive(Debug, Clone)]
enum Command {
    Open,
    Submit,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Event {
    Opened { form: String },
    Submitted { number: u32, digest: String },
}

impl Life for Draft {
    const KIND: &'static str = "draft";
    type Command = Command;
    type Event = Event;
    type Facts = u32;

    fn decide(_: Option<&Self>, command: Command, _: &Actor, number: &u32, _: Timestamp) -> Result<Vec<Event>, Refusal> {
        Ok(vec![match command {
            Command::Open => Event::Opened { form: "示例（虚构）".repeat(60) },
            Command::Submit => Event::Submitted { number: *number, digest: "0".repeat(64) },
        }])
    }

    fn apply(state: Option<Self>, e: &Recorded<Event>) -> Option<Self> {
        match &e.event {
            Event::Opened { form } => Some(Self { owner: e.by.org.clone(), number: 0, form: form.clone() }),
            Event::Submitted { number, .. } => state.map(|s| Self { number: *number, ..s }),
        }
    }

    fn event_kind(e: &Event) -> &'static str {
        match e {
            Event::Opened { .. } => "opened",
            Event::Submitted { .. } => "submitted",
        }
    }

    fn owner(&self) -> &OrgId {
        &self.owner
    }
}

impl Projected for Draft {
    fn project(case: &CaseMeta<'_>, s: &Self, calendar: &Calendar) -> Rows {
        let day = date(2026, 3, 2);
        Rows {
            filing: Some(FilingRow {
                case_id: case.id.to_owned(),
                org: s.owner.to_string(),
                org_name: s.form.chars().take(20).collect(),
                number: if s.number == 0 { String::new() } else { format!("备申〔2026〕{:03}号", s.number) },
                phase: "under_review".into(),
                updated: case.updated.as_microsecond(),
                ..FilingRow::default()
            }),
            clocks: vec![ClockRow {
                name: "CB_FILE_DECIDE".into(),
                org: s.owner.to_string(),
                article: "M 12(3)".into(),
                trigger: day,
                due_from: day,
                due_to: day,
                calendar: calendar.version().to_owned(),
                status: ClockStatus::Running,
                ended: None,
            }],
            ..Rows::default()
        }
    }
}

fn actor() -> Actor {
    Actor {
        user: "user".into(),
        name: "示例经办人（虚构）".into(),
        org: "org".into(),
        org_kind: OrgKind::Body,
        roles: BTreeSet::from([Role::Operator]),
        second_factor_at: None,
    }
}

fn request(case_id: &str, command: Command) -> Request<Draft> {
    let idem = matches!(command, Command::Submit).then(|| Idem::new(new_id(), &[case_id.as_bytes()]));
    Request {
        case_id: case_id.to_owned(),
        command,
        actor: actor(),
        session: "session".into(),
        expected: None,
        idem,
        now: Timestamp::now(),
    }
}

/// What the decision needs: a number when it is a submission.
fn facts<'t>(tx: &'t mut Tx, state: Option<&'t Draft>) -> UnitFuture<'t, u32, Error> {
    let submits = state.is_some();
    Box::pin(async move { if submits { tx.next_number("submission", 2026).await } else { Ok(0) } })
}

async fn act(store: &Store, r: Request<Draft>) -> Result<(), ActError> {
    store
        .write_with(r, |tx, r| {
            Box::pin(async move {
                let acted = tx.run_request(r, &facts).await?;
                if matches!(r.command, Command::Submit) {
                    tx.enqueue(NewJob::new("receipt", &acted.case_id, r.now)?, r.now).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn submissions(store: &Store, at_once: usize, total: u32) -> Result<f64, ActError> {
    let ids: Vec<String> = (0..total).map(|_| new_id()).collect();
    for chunk in ids.chunks(256) {
        futures::future::try_join_all(chunk.iter().map(|id| act(store, request(id, Command::Open)))).await?;
    }
    let next = std::sync::Arc::new(std::sync::Mutex::new(ids.into_iter()));
    let start = Instant::now();
    let workers = (0..at_once).map(|_| {
        let (store, next) = (store.clone(), next.clone());
        tokio::spawn(async move {
            loop {
                let id = next.lock().ok().and_then(|mut n| n.next());
                let Some(id) = id else { return Ok::<_, ActError>(()) };
                act(&store, request(&id, Command::Submit)).await?;
            }
        })
    });
    for w in futures::future::join_all(workers).await {
        w.map_err(|_| Error::Panicked)??;
    }
    Ok(f64::from(total) / start.elapsed().as_secs_f64())
}

fn fdatasyncs(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join("bare");
    let mut f = std::fs::File::create(&path)?;
    let page = [7_u8; 8192];
    let (start, mut n) = (Instant::now(), 0_u32);
    while start.elapsed() < Duration::from_secs(2) {
        f.write_all(&page)?;
        f.sync_data()?;
        n += 1;
    }
    let rate = f64::from(n) / start.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(rate)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().map_or_else(|| std::path::PathBuf::from("."), Into::into);
    let dir = tempfile::tempdir_in(&folder)?;
    let url = args.next().unwrap_or_else(|| format!("sqlite://{}", dir.path().join("bench.db").display()));
    let store = Store::open(&url, Options::new(RootKey::generate())).await?;
    submissions(&store, 16, 200).await?;
    println!("{:>10} {:>14} {:>16} {:>7}", "at once", "fdatasync/s", "submissions/s", "ratio");
    for (at_once, total) in [(1, 800), (8, 4000), (64, 16000), (256, 24000)] {
        let before = fdatasyncs(dir.path())?;
        let rate = submissions(&store, at_once, total).await?;
        let after = fdatasyncs(dir.path())?;
        let bare = f64::midpoint(before, after);
        println!("{at_once:>10} {bare:>14.0} {rate:>16.0} {:>7.2}", rate / bare);
    }
    store.close().await;
    Ok(())
}
