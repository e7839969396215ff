//! `/processor/assessments`: the assessments of one's own organisation.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::assessment::{Assessment, Command, Config, Freshness, Phase, freshness};

use super::acts;
use crate::app::Cx;
use crate::body::case::page;
use crate::error::{Error, refusal_status};
use crate::web::components::Tone;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

struct Line {
    href: String,
    title: String,
    phase: &'static str,
    tone: Tone,
    version: String,
    fresh: String,
    old: bool,
    saved: String,
}

#[derive(Template)]
#[template(path = "preparing/list.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    lines: Vec<Line>,
    action: String,
    can_open: bool,
}

/// How an assessment stands.
pub(super) fn phase(l: Lang, p: Phase) -> (&'static str, Tone) {
    match p {
        Phase::Draft => (l.t("暂存件", "Draft"), Tone::Info),
        Phase::InForce => (l.t("已定稿", "Frozen"), Tone::Ok),
        Phase::Revising => (l.t("修订中", "Being revised"), Tone::Warn),
    }
}

/// Whether the version in force is fresh, in words; a warning and no more.
pub(super) fn fresh(l: Lang, a: &Assessment, today: jiff::civil::Date) -> (String, bool) {
    let Some(v) = a.in_force() else { return (String::new(), false) };
    let done = l.date(v.completed_on).words;
    match freshness(v.completed_on, today, &Config::default()) {
        Freshness::Until(_) => (l.pick(format!("{done}完成"), format!("Completed on {done}")), false),
        Freshness::OldSince(_) => {
            let months = Config::default().fresh_months;
            (
                l.pick(
                    format!("{done}完成，已超过{months}个月，申请以前请复核（{months}个月是标准合同备案的要求，认证没有规定）"),
                    format!("Completed on {done}, more than {months} months ago: look again before applying (a rule of the standard contract, not of certification)"),
                ),
                true,
            )
        }
    }
}

async fn render(cx: &Cx, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let mut lines = Vec::new();
    for id in acts::own(cx).await? {
        let a = acts::assessment(cx, &id).await?;
        let (phase, tone) = phase(l, a.phase());
        let (fresh, old) = fresh(l, &a, cx.today());
        lines.push(Line {
            href: l.href(format!("/processor/assessments/{id}")),
            title: a.content().title.clone(),
            phase,
            tone,
            version: a
                .in_force()
                .map_or_else(|| "—".to_owned(), |v| l.pick(format!("第{}版", v.number), format!("Version {}", v.number))),
            fresh,
            old,
            saved: super::section::saved_line(l, &a),
        });
    }
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Processor, l.t("个人信息保护影响评估", "Impact assessments"))
            .at("preparing")
            .for_form(&form),
        l,
        form,
        lines,
        action: l.href("/processor/assessments"),
        can_open: guosuo_case::Right::ApplicationEdit.held_by(cx.actor()?),
    };
    page(status, &view)
}

/// `GET /processor/assessments`.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn show(cx: Cx) -> Result<Response, Error> {
    render(&cx, Form::new(), StatusCode::OK).await
}

/// `POST /processor/assessments`: opens one.
///
/// # Errors
/// When the store cannot be written.
pub(super) async fn open(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let id = guosuo_store::new_id();
    match acts::act(&cx, &id, Command::Open { title: form.trimmed("title").to_owned() }).await? {
        Ok(_) => {
            let news = l
                .t("已经建好。按任意顺序填写，随时可以离开再回来。", "It is open. Fill it in in any order; leave and come back.");
            Ok(Flash::good(news).to(l, &format!("/processor/assessments/{id}")))
        }
        Err(r) => {
            form.fail("title", words::refusal(l, &r));
            render(&cx, form, refusal_status(&r)).await
        }
    }
}
