//! An application after its submission: where it stands, what happens next, what happened; and
//! taking it back.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::Life as _;
use guosuo_case::certification::{Action, Application, Command, NcStage, Outcome, Phase, Stage};
use guosuo_rules::time::cst_date;

use super::case::{self, Case};
use super::list::next;
use crate::app::Cx;
use crate::body::case::{fresh_key, idem, page};
use crate::error::{Error, refusal_status};
use crate::web::components::{Fact, Happening, Phase as StepPhase, Step, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

struct Nc {
    number: u32,
    clause: String,
    statement: String,
    stage: &'static str,
    tone: Tone,
}

#[derive(Template)]
#[template(path = "processor/status.html")]
struct Page {
    shell: Shell,
    l: Lang,
    base: String,
    steps: Vec<Step>,
    tone: Tone,
    title: String,
    text: String,
    reasons: String,
    ncs: Vec<Nc>,
    facts: Vec<Fact>,
    happened: Vec<Happening>,
    overseas: bool,
    can_withdraw: bool,
    rectifying: bool,
    corrections: String,
    letter: &'static str,
}

/// The six steps of the matter.
fn steps(l: Lang, app: &Application) -> Vec<Step> {
    let at = match app.phase {
        Phase::Draft => 0,
        Phase::Entrusted | Phase::Declined => 1,
        Phase::Accepted | Phase::Planned => 2,
        Phase::Verified | Phase::Audited | Phase::Rectifying => 3,
        Phase::Evaluated | Phase::Signed | Phase::Ended => 4,
        Phase::Decided => 5,
        Phase::Certified => 6,
        Phase::Withdrawn => [
            app.receipt.is_some(),
            app.plan.is_some(),
            app.verification.as_ref().is_some_and(|v| v.checked_by.is_some()),
            app.evaluation.is_some(),
        ]
        .iter()
        .filter(|x| **x)
        .count(),
    };
    let stopped = app.phase.came_to_nothing();
    let names = [
        (l.t("提交委托", "Submit"), app.receipt.as_ref().map(|r| l.date(cst_date(r.at)).words).unwrap_or_default()),
        (l.t("受理", "Acceptance"), l.t("机构自定期限", "limit of the body").to_owned()),
        (l.t("方案和技术验证", "Plan and verification"), String::new()),
        (l.t("现场审核和整改", "Audit and rectification"), String::new()),
        (l.t("评价和决定", "Evaluation and decision"), l.t("两人签字", "two signatures").to_owned()),
        (l.t("颁发证书", "Certificate"), l.t("有效期3年", "valid for three years").to_owned()),
    ];
    names
        .into_iter()
        .enumerate()
        .map(|(i, (name, note))| {
            let phase = match i.cmp(&at) {
                std::cmp::Ordering::Less => StepPhase::Done,
                std::cmp::Ordering::Equal if stopped => StepPhase::Stop,
                std::cmp::Ordering::Equal => StepPhase::Now,
                std::cmp::Ordering::Greater => StepPhase::Next,
            };
            Step::new(phase, name, note)
        })
        .collect()
}

fn nc_stage(l: Lang, s: NcStage) -> (&'static str, Tone) {
    match s {
        NcStage::Determined => (l.t("待提出整改措施", "Propose a correction"), Tone::Warn),
        NcStage::Proposed => (l.t("待审核员认可", "Waits for approval"), Tone::Info),
        NcStage::Approved => (l.t("整改中", "Being corrected"), Tone::Warn),
        NcStage::Done => (l.t("待确认", "Waits to be judged"), Tone::Info),
        NcStage::Closed => (l.t("已关闭", "Closed"), Tone::Ok),
        NcStage::Ineffective => (l.t("整改无效", "Did not work"), Tone::Late),
    }
}

/// What the applicant may read of the reasons: those of a decline and of an end (R37 4.4).
fn reasons(app: &Application) -> String {
    match app.phase {
        Phase::Ended => {
            app.conclusion.as_ref().filter(|c| c.outcome == Outcome::Refuse).map(|c| c.reasons.clone()).unwrap_or_default()
        }
        Phase::Declined | Phase::Withdrawn => app.reasons.clone(),
        _ => String::new(),
    }
}

/// Events that are matters inside the body are not told to the applicant.
fn is_told(name: &str) -> bool {
    !matches!(
        name,
        "interest_declared"
            | "clause_audited"
            | "evaluated"
            | "evaluation_returned"
            | "signed"
            | "conclusion_returned"
            | "deceit_reported"
            | "violation_reported"
            | "violation_acknowledged"
            | "verification_returned"
            | "form_saved"
    )
}

pub(super) async fn show(cx: &Cx, case: &Case) -> Result<Response, Error> {
    let l = cx.l();
    let app = &case.app;
    let mut text = next(l, app.phase).to_owned();
    if let Some(stage) = Stage::of(app.phase)
        && let Some(due) = app.clock.due(app.phase, &app.limits, case.today, &case.facts.calendar)
    {
        let (name, day) = (words::stage_of_body(l, stage), l.date(due.latest()).words);
        text = l.pick(
            format!("{text}。机构自定的“{name}”期限到{day}为止，不是法定期限。"),
            format!("{text}. The body's own limit for “{name}” ends on {day}; it is not a limit of the law."),
        );
    }
    if let (Phase::Rectifying, Some(r)) = (app.phase, &app.rectification) {
        let day = l.date(r.until).words;
        text = l.pick(format!("请在{day}前完成整改。"), format!("Finish the corrections by {day}."));
    }
    let body = app.dossier.body.as_ref().map(|b| b.name.clone()).unwrap_or_default();
    let mut facts = vec![
        Fact::new(l.t("委托事项", "For"), words::purpose(l, &app.purpose)),
        Fact::new(l.t("认证机构", "Certification body"), body),
        Fact::new(l.t("处理者", "Processor"), app.processor.name.clone()),
    ];
    if let Some(r) = &app.receipt {
        facts.insert(0, Fact::new(l.t("编号", "Number"), r.number.to_string()).code());
    }
    if let Some(c) = &app.certificate {
        let row = cx.app.store.reader().await?.certificate(c.as_str()).await?;
        facts.extend(row.map(|c| {
            let path = l.href(format!("/processor/certificates/{}", c.case_id));
            Fact::new(l.t("证书编号", "Certificate"), c.number).link(path, l.t("打开证书", "Open the certificate"))
        }));
    }
    let history = cx.app.store.history::<Application>(&case.id).await?;
    let happened = history
        .iter()
        .rev()
        .filter(|e| is_told(Application::event_kind(&e.event)))
        .map(|e| Happening::new(l.moment(e.at), words::action(l, Application::event_kind(&e.event))))
        .collect();
    let ncs = app
        .nonconformities
        .iter()
        .map(|n| {
            let (stage, tone) = nc_stage(l, n.stage);
            Nc { number: n.id, clause: n.clause.clone(), statement: n.statement.clone(), stage, tone }
        })
        .collect();
    let title = app.receipt.as_ref().map_or_else(|| l.t("认证委托", "Application").to_owned(), |r| r.number.to_string());
    let view = Page {
        shell: Shell::new(&cx.screen, crate::web::Front::Processor, title).at("applications"),
        l,
        base: l.href(case.path("")),
        steps: steps(l, app),
        tone: words::application_tone(app.phase),
        title: words::application_phase(l, app.phase).to_owned(),
        text,
        reasons: reasons(app),
        ncs,
        facts,
        happened,
        overseas: app.processor.is_overseas() && !app.phase.is_final(),
        can_withdraw: case.can(Action::Withdraw),
        rectifying: app.phase == Phase::Rectifying,
        corrections: l.href(case.path("corrections")),
        letter: match app.phase {
            Phase::Declined => l.t("不予受理通知书（PDF）", "Letter: not accepted (PDF, in Chinese)"),
            Phase::Ended => l.t("终止认证通知书（PDF）", "Letter: certification ended (PDF, in Chinese)"),
            _ => "",
        },
    };
    page(StatusCode::OK, &view)
}

#[derive(Template)]
#[template(path = "processor/withdraw.html")]
struct Ask {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    draft: bool,
    key: String,
}

fn ask(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let draft = case.app.receipt.is_none();
    let title = if draft {
        l.t("放弃这份暂存件", "Give up this draft")
    } else {
        l.t("撤回认证委托", "Withdraw the application")
    };
    let view = Ask {
        shell: case::shell(cx, case, title).for_form(&form),
        l,
        base: l.href(case.path("")),
        draft,
        key: if form.value("idem").is_empty() { fresh_key() } else { form.value("idem").to_owned() },
        form,
    };
    page(status, &view)
}

/// `GET …/withdraw`.
///
/// # Errors
/// The refusal of the law when it cannot be taken back any more.
pub(super) async fn ask_withdraw(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    guosuo_case::certification::permit(Some(&case.app), Action::Withdraw, cx.actor()?, &case.facts, cx.now)?;
    ask(&cx, &case, Form::new(), StatusCode::OK)
}

/// `POST …/withdraw`.
///
/// # Errors
/// As [`ask_withdraw`]; faults of the store.
pub(super) async fn withdraw(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let reason = form.require("reason", l.t("写明撤回的理由。", "State the reason."));
    if !form.ok() {
        let case = case::load(&cx, &id).await?;
        return ask(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let key = idem(form.value("idem"), "application.withdraw", &[id.as_bytes(), reason.as_bytes()]);
    match case::try_act(&cx, &id, Command::Withdraw { reason }, key).await? {
        Ok(_) => Ok(Flash::good(l.t("已撤回。", "Withdrawn.")).to(l, &format!("/processor/applications/{id}"))),
        Err(r) => {
            let case = case::load(&cx, &id).await?;
            form.fail("", words::refusal(l, &r));
            ask(&cx, &case, form, refusal_status(&r))
        }
    }
}
