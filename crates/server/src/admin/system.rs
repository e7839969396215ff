//! `/admin/system`: jobs, health and settings.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_store::{Error as StoreError, JobCount, JobLine};
use jiff::Timestamp;
use serde::Deserialize;

use super::settings;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Fact, Tab, Tone};
use crate::web::shell::Flash;
use crate::web::{Lang, Shell};

const MOST: u32 = 200;
const STATES: [&str; 4] = ["parked", "ready", "running", "done"];

struct Row {
    id: String,
    queue: String,
    state: &'static str,
    tone: Tone,
    attempts: String,
    created: String,
    run_at: String,
    error: String,
    parked: bool,
}

fn state_words(l: Lang, state: &str) -> (&'static str, Tone) {
    match state {
        "ready" => (l.t("等待", "Waiting"), Tone::Info),
        "running" => (l.t("进行中", "Running"), Tone::Info),
        "done" => (l.t("完成", "Done"), Tone::Ok),
        _ => (l.t("已搁置", "Parked"), Tone::Late),
    }
}

fn stamp(l: Lang, at: i64) -> String {
    l.stamp(Timestamp::from_microsecond(at).unwrap_or(Timestamp::MIN)).words
}

impl Row {
    fn new(l: Lang, j: JobLine) -> Self {
        let (state, tone) = state_words(l, &j.state);
        Self {
            state,
            tone,
            attempts: format!("{} / {}", j.attempts, j.max_attempts),
            created: stamp(l, j.created),
            run_at: stamp(l, j.run_at),
            error: j.last_error.unwrap_or_default(),
            parked: j.state == "parked",
            id: j.id,
            queue: match j.queue.as_str() {
                "mail" => l.t("邮件", "Mail").to_owned(),
                "notice" => l.t("通知书", "Notice").to_owned(),
                _ => j.queue,
            },
        }
    }
}

#[derive(Template)]
#[template(path = "admin/system.html")]
struct Page {
    shell: Shell,
    l: Lang,
    health: Vec<Fact>,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    settings: Vec<Fact>,
}

/// `?state=parked`.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    state: String,
}

fn tabs(l: Lang, counts: &[JobCount], chosen: &str) -> Vec<Tab> {
    let tab = |state: &str, name: String| Tab {
        href: l.href(if state.is_empty() { "/admin/system".to_owned() } else { format!("/admin/system?state={state}") }),
        name,
        current: state == chosen,
    };
    let mut out = vec![tab("", l.t("全部", "All").to_owned())];
    for state in STATES {
        let n: u64 = counts.iter().filter(|c| c.state == state).map(|c| c.count).sum();
        let word = state_words(l, state).0;
        out.push(tab(
            state,
            if state == "done" { word.to_owned() } else { l.pick(format!("{word}（{n}）"), format!("{word} ({n})")) },
        ));
    }
    out
}

/// `GET /admin/system`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let l = cx.l();
    let chosen = STATES.into_iter().find(|s| *s == asked.state).unwrap_or_default();
    let mut reader = cx.app.store.reader().await?;
    let counts = reader.job_counts().await?;
    let jobs = reader.jobs(chosen, MOST).await?;
    let size = reader.ledger_size().await?;
    let head = reader.last_checkpoint().await?;
    drop(reader);
    let parked: u64 = counts.iter().filter(|c| c.state == "parked").map(|c| c.count).sum();
    let mut papers = Fact::new(
        l.t("文书打印", "Papers"),
        if cx.app.press.is_ok() { l.t("正常", "Working") } else { l.t("停用：字体不全", "Off: fonts are missing") },
    );
    if let Err(why) = &cx.app.press {
        papers = papers.note(why.clone());
    }
    let health = vec![
        papers,
        Fact::new(l.t("审计记录条数", "Rows of the record"), l.number(i64::try_from(size).unwrap_or(i64::MAX))),
        Fact::new(
            l.t("最近检查点", "Last checkpoint"),
            head.map_or_else(
                || l.t("还没有", "None yet").to_owned(),
                |c| l.pick(format!("{}，共{}条", stamp(l, c.at), c.size), format!("{}, {} rows", stamp(l, c.at), c.size)),
            ),
        ),
        Fact::new(l.t("搁置的任务", "Parked jobs"), parked.to_string()),
        Fact::new(l.t("工作日历版本", "Version of the calendar"), cx.calendar().await?.version()),
        Fact::new(l.t("程序版本", "Version of the program"), env!("CARGO_PKG_VERSION")).code(),
    ];
    let page = Page {
        shell: super::shell(&cx, "system", l.t("系统运行", "System")),
        l,
        health,
        tabs: tabs(l, &counts, chosen),
        rows: jobs.into_iter().map(|j| Row::new(l, j)).collect(),
        settings: settings::effective(l, &cx.app.config),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `POST /admin/system/jobs/{id}`: sends a parked job round again, as a recorded act.
///
/// # Errors
/// When the store fails.
pub async fn retry(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let (now, origin) = (cx.now, cx.origin()?);
    let released = cx
        .app
        .store
        .write_with((id, origin), move |tx, (id, origin)| {
            Box::pin(async move {
                let released = tx.release_job(id, now).await?;
                if released {
                    tx.record_act("job.released", id, origin, &serde_json::json!({}), now).await?;
                }
                Ok::<bool, StoreError>(released)
            })
        })
        .await?;
    let told = if released {
        Flash::good(l.t("任务已重新排队。", "The job waits again."))
    } else {
        Flash::bad(l.t("这个任务没有搁置，不用重试。", "This job is not parked; there is nothing to retry."))
    };
    Ok(told.to(l, "/admin/system?state=parked"))
}
