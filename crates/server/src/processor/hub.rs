//! `/processor/applications/{id}`: the task list of a draft; after the submission the status.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::{Action, Phase, Severity, What};

use super::case::{self, Case, Task};
use super::status;
use crate::app::Cx;
use crate::body::case::page;
use crate::error::Error;
use crate::web::components::{Fact, Link, MaterialRow, Tone};
use crate::web::{Front, Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "processor/hub.html")]
struct Page {
    shell: Shell,
    l: Lang,
    blocked: String,
    base: String,
    rows: Vec<MaterialRow>,
    facts: Vec<Fact>,
    warnings: Vec<String>,
    party: Vec<String>,
    done: usize,
    all: usize,
    progress: String,
    complete: bool,
    can_submit: bool,
    own_staff: bool,
    active: bool,
    can_withdraw: bool,
}

/// The tasks of an application: the mandate is a matter of overseas processors.
pub(super) fn tasks(case: &Case) -> impl Iterator<Item = Task> {
    let overseas = case.app.processor.is_overseas();
    Task::ALL.into_iter().filter(move |t| overseas || *t != Task::Mandate)
}

fn begun(case: &Case, task: Task) -> bool {
    let d = case.dossier();
    match task {
        Task::Body => d.body.is_some(),
        Task::Mandate => d.mandate.is_some(),
        Task::Eligibility => d.form.eligibility.is_some(),
        Task::Scope => d.form.scope != guosuo_case::certification::Scope::default(),
        Task::Duties => d.form.impact.is_some() || d.form.notice.is_some() || d.form.legal_basis.is_some(),
    }
}

fn note(l: Lang, case: &Case, task: Task) -> String {
    let d = case.dossier();
    let cite = words::article(l, task.article());
    match (task, &d.body, &d.mandate) {
        (Task::Body, Some(b), _) => b.name.clone(),
        (Task::Mandate, _, Some(m)) => {
            let until = l.date(m.until).words;
            l.pick(format!("有效期至{until}"), format!("In force until {until}"))
        }
        (Task::Scope, ..) if !d.form.scope.recipients.is_empty() => {
            let (kinds, recipients) = (d.form.scope.kinds.len(), d.form.scope.recipients.len());
            l.pick(
                format!("{kinds}种个人信息，{recipients}个境外接收方"),
                format!("{kinds} kinds of information, {recipients} recipients"),
            )
        }
        _ => cite,
    }
}

fn row(l: Lang, case: &Case, number: usize, task: Task) -> MaterialRow {
    let mut blocks = case.of(task.fields()).filter(|p| p.severity == Severity::Blocks).peekable();
    let started = begun(case, task);
    let wrong = blocks
        .find(|p| !matches!(p.what, What::Empty | What::NotDeclared))
        .or_else(|| case.of(task.fields()).find(|p| started && p.severity == Severity::Blocks));
    let open = case.of(task.fields()).any(|p| p.severity == Severity::Blocks);
    let (state, tone) = match (open, started, wrong.is_some()) {
        (false, ..) => (l.t("已完成", "Done"), Tone::Ok),
        (true, false, _) => (l.t("未开始", "Not started"), Tone::Mute),
        (true, true, true) => (l.t("需修改", "Needs changes"), Tone::Late),
        (true, true, false) => (l.t("填写中", "In progress"), Tone::Info),
    };
    let action = match (open, started) {
        (false, _) => l.t("查看或者修改", "View or change"),
        (true, false) => l.t("开始", "Start"),
        (true, true) => l.t("继续", "Continue"),
    };
    MaterialRow {
        number: number.to_string(),
        name: task.name(l).to_owned(),
        note: note(l, case, task),
        extra: None,
        problem: wrong.filter(|_| started).map(|p| words::problem(l, p)).unwrap_or_default(),
        state: state.to_owned(),
        tone,
        action: Some(Link::new(l.href(case.path(task.path())), action)),
    }
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    if case.app.phase != Phase::Draft {
        return status::show(&cx, &case).await;
    }
    let l = cx.l();
    let rows: Vec<MaterialRow> = (1..).zip(tasks(&case)).map(|(n, t)| row(l, &case, n, t)).collect();
    let all = rows.len();
    let done = rows.iter().filter(|r| r.tone == Tone::Ok).count();
    let p = &case.app.processor;
    let facts = vec![
        Fact::new(l.t("委托事项", "For"), words::purpose(l, &case.app.purpose)),
        Fact::new(l.t("被认证的处理者", "Processor to be certified"), p.name.clone()).note(words::country(l, &p.country)),
        Fact::new(l.t("代码或者注册号", "Code or register number"), p.code.clone()).code(),
    ];
    let signed = cx.signed()?;
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Processor, l.t("准备委托材料", "Prepare the application")).at("applications"),
        l,
        blocked: case.blocked(&cx, Action::SaveForm)?,
        base: l.href(case.path("")),
        facts,
        warnings: case.problems.iter().filter(|p| p.severity == Severity::Warns).map(|p| words::problem(l, p)).collect(),
        party: case
            .problems
            .iter()
            .filter(|p| Task::ALL.iter().all(|t| !t.fields().contains(&p.field)))
            .map(|p| words::problem(l, p))
            .collect(),
        done,
        all,
        progress: l.pick(format!("{all}项中已完成{done}项"), format!("{done} of {all} tasks done")),
        complete: case.complete(),
        can_submit: case.can(Action::Submit),
        own_staff: case.app.processor.is_overseas() && !signed.actor.has(guosuo_case::Role::Representative),
        active: signed.org_active,
        can_withdraw: case.can(Action::Withdraw),
        rows,
    };
    page(StatusCode::OK, &view)
}
