//! A tiny life cycle and both databases, for tests of the store.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "each test file uses a part of this"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use guosuo_case::actor::{OrgKind, Role};
use guosuo_case::{Actor, Life, OrgId, Recorded, Refusal, RefusalCode};
use guosuo_rules::calendar::Calendar;
use guosuo_store::{
    BodyRow, BodyStatusRow, CaseMeta, ClockRow, ClockStatus, FilingRow, Options, Projected, PublicationRow, RootKey, Rows, Store,
};
use jiff::Timestamp;
use jiff::civil::date;
use serde::{Deserialize, Serialize};

/// A jar: it is opened, filled and closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jar {
    pub owner: OrgId,
    pub number: u32,
    pub sum: i64,
    pub closed: bool,
}

#[derive(Debug, Clone)]
pub enum Command {
    Open,
    Add(i64),
    AddTwice(i64),
    Close,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Opened { number: u32, label: String },
    Added { n: i64 },
    Closed,
}

impl Life for Jar {
    const KIND: &'static str = "jar";
    type Command = Command;
    type Event = Event;
    type Facts = u32;

    fn decide(state: Option<&Self>, command: Command, _: &Actor, number: &u32, _: Timestamp) -> Result<Vec<Event>, Refusal> {
        match (state, command) {
            (None, Command::Open) => Ok(vec![Event::Opened { number: *number, label: "示例罐（虚构）".into() }]),
            (Some(s), Command::Add(n)) if !s.closed => Ok(vec![Event::Added { n }]),
            (Some(s), Command::AddTwice(n)) if !s.closed => Ok(vec![Event::Added { n }, Event::Added { n }]),
            (Some(s), Command::Close) if !s.closed => Ok(vec![Event::Closed]),
            _ => Err(Refusal::new(RefusalCode::WrongPhase, "house")),
        }
    }

    fn apply(state: Option<Self>, e: &Recorded<Event>) -> Option<Self> {
        match (&e.event, state) {
            (Event::Opened { number, .. }, None) => {
                Some(Self { owner: e.by.org.clone(), number: *number, sum: 0, closed: false })
            }
            (Event::Added { n }, Some(s)) => Some(Self { sum: s.sum + n, ..s }),
            (Event::Closed, Some(s)) => Some(Self { closed: true, ..s }),
            (_, s) => s,
        }
    }

    fn event_kind(event: &Event) -> &'static str {
        match event {
            Event::Opened { .. } => "opened",
            Event::Added { .. } => "added",
            Event::Closed => "closed",
        }
    }

    fn owner(&self) -> &OrgId {
        &self.owner
    }
}

impl Projected for Jar {
    fn project(case: &CaseMeta<'_>, state: &Self, calendar: &Calendar) -> Rows {
        let day = date(2026, 3, 2);
        let day_text = day.to_string();
        let bodies = if state.closed {
            vec![BodyRow {
                id: case.id.to_owned(),
                number: format!("罐〔2026〕{:03}号", state.number),
                org: state.owner.to_string(),
                name: "示例罐（虚构）".into(),
                credit_code: String::new(),
                filed: day_text.clone(),
                published: day_text.clone(),
                case_id: case.id.to_owned(),
                source: String::new(),
                data: "{}".into(),
            }]
        } else {
            Vec::new()
        };
        let statuses = bodies
            .iter()
            .map(|b| BodyStatusRow {
                body: b.id.clone(),
                seq: 1,
                status: "filed".into(),
                since: day_text.clone(),
                reason: String::new(),
                at: 1,
            })
            .collect();
        let publications = bodies
            .iter()
            .map(|b| PublicationRow {
                id: format!("{}-jar", b.id),
                kind: "jar".into(),
                number: b.number.clone(),
                case_id: b.id.clone(),
                org: b.org.clone(),
                title: b.name.clone(),
                published: day_text.clone(),
                at: 1,
                data: "{}".into(),
            })
            .collect();
        Rows {
            filing: Some(FilingRow {
                case_id: case.id.to_owned(),
                version: i64::try_from(case.version).unwrap(),
                org: state.owner.to_string(),
                number: format!("罐{}{}", state.number, case.id),
                phase: if state.closed { "filed" } else { "under_review" }.into(),
                complete: state.sum,
                updated: case.updated.as_microsecond(),
                ..FilingRow::default()
            }),
            bodies,
            statuses,
            publications,
            clocks: vec![ClockRow {
                name: "empty_it".into(),
                org: state.owner.to_string(),
                article: "house".into(),
                trigger: day,
                due_from: day,
                due_to: day,
                calendar: calendar.version().to_owned(),
                status: if state.closed { ClockStatus::Met } else { ClockStatus::Running },
                ended: state.closed.then_some(case.updated),
            }],
            ..Rows::default()
        }
    }
}

pub fn now() -> Timestamp {
    "2026-03-02T01:00:00Z".parse().unwrap()
}

pub fn actor(org: &str) -> Actor {
    Actor {
        user: format!("user-of-{org}").into(),
        name: "示例用户（虚构）".into(),
        org: org.into(),
        org_kind: OrgKind::Body,
        roles: BTreeSet::from([Role::Operator]),
        second_factor_at: None,
    }
}

pub fn root_key() -> RootKey {
    RootKey::new([7; 32])
}

/// One database under test; everything is removed with it.
pub struct Under {
    pub store: Store,
    pub url: String,
    pub dir: tempfile::TempDir,
    pub pg: Option<guosuo_testkit::pg::Database>,
}

impl Under {
    pub fn sqlite_file(&self) -> PathBuf {
        self.dir.path().join("guosuo.db")
    }

    pub async fn reopen(&mut self) {
        self.store.close().await;
        self.store = Store::open(&self.url, Options::new(root_key())).await.unwrap();
    }
}

pub async fn sqlite() -> Under {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("guosuo.db").display());
    let store = Store::open(&url, Options::new(root_key())).await.unwrap();
    Under { store, url, dir, pg: None }
}

pub async fn postgres() -> Option<Under> {
    let pg = tokio::task::spawn_blocking(|| {
        let cluster = guosuo_testkit::pg::cluster()?;
        Some(cluster.from_template(&guosuo_store::schema_id(), |url| {
            let url = url.to_owned();
            let run = async move { guosuo_store::migrate(&url, Options::new(root_key())).await.unwrap() };
            tokio::runtime::Handle::current().block_on(run);
        }))
    })
    .await
    .unwrap()?;
    let url = pg.url();
    let store = Store::open(&url, Options::new(root_key())).await.unwrap();
    Some(Under { store, url, dir: tempfile::tempdir().unwrap(), pg: Some(pg) })
}

/// Runs the same story on SQLite and, where there is one, on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($name:ident, |$u:ident| $body:block) => {
        mod $name {
            use super::*;

            #[allow(unused_mut, clippy::allow_attributes, reason = "some stories reopen the store")]
            async fn story(mut $u: $crate::common::Under) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                story($crate::common::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(u) = $crate::common::postgres().await {
                    story(u).await;
                }
            }
        }
    };
}
