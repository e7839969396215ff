//! `/processor/assessments/{id}/freeze`: the conclusion, what is still missing or contradicted, and the freezing.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::RefusalCode;
use guosuo_case::assessment::{Action, Assessment, Command, Conclusion, check_content, contradictions};
use guosuo_case::filing::Severity;

use super::{acts, section};
use crate::app::Cx;
use crate::body::case::page;
use crate::error::{Error, refusal_status};
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words::{self, assessment as say};

#[derive(Template)]
#[template(path = "preparing/freeze.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    version: u32,
    results: Vec<Choice>,
    blocks: Vec<(String, String)>,
    notes: Vec<(String, String)>,
    contradictions: Vec<String>,
    can_freeze: bool,
}

async fn render(cx: &Cx, id: &str, a: &Assessment, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let facts = acts::facts(cx, a).await?;
    let gaps = check_content(a.content(), &facts.method, cx.today(), &facts.config);
    let of = |severity| {
        let found = gaps.iter().filter(move |g| g.severity == severity);
        found.map(|g| (say::place(l, g.place), say::gap(l, g))).collect::<Vec<_>>()
    };
    let found = contradictions(a.content(), &facts.elsewhere);
    let view = Page {
        shell: section::shell(cx, id, a, l.t("结论和定稿", "Conclude and freeze")).for_form(&form),
        l,
        base: l.href(format!("/processor/assessments/{id}")),
        version: a.rev,
        results: vec![
            Choice::new("yes", l.t("可以按所述情况出境", "The export can go ahead as described")),
            Choice::new("no", l.t("不能按所述情况出境", "It cannot")),
        ],
        blocks: of(Severity::Blocks),
        notes: of(Severity::Warns),
        contradictions: found.iter().map(|c| say::contradiction(l, c)).collect(),
        can_freeze: section::can(cx, a, Action::Freeze).await?,
        form,
    };
    page(status, &view)
}

/// `GET …/freeze`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's assessment.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let a = acts::assessment(&cx, &id).await?;
    let c = &a.content().conclusion;
    let result = c.may_export.map_or("", |yes| if yes { "yes" } else { "no" });
    let form =
        Form::new().with("may_export", result).with("reasons", c.reasons.clone()).with("completed_on", cx.today().to_string());
    render(&cx, &id, &a, form, StatusCode::OK).await
}

/// `POST …/freeze`: saves the conclusion, and freezes with `then=freeze`.
///
/// # Errors
/// As [`show`]; what a person can put right re-renders the page.
pub(super) async fn freeze(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let a = acts::assessment(&cx, &id).await?;
    let mut content = a.content().clone();
    content.conclusion = Conclusion {
        may_export: match form.value("may_export") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        reasons: form.value("reasons").replace("\r\n", "\n").trim().to_owned(),
    };
    let mut seen: u32 = form.trimmed("version").parse().unwrap_or(0);
    if content != *a.content() {
        match acts::act(&cx, &id, Command::Save { content: Box::new(content), seen }).await? {
            Ok(saved) => seen = saved.rev,
            Err(r) => {
                form.fail("", words::refusal(l, &r));
                return render(&cx, &id, &a, form, refusal_status(&r)).await;
            }
        }
    }
    let hub = format!("/processor/assessments/{id}");
    if form.value("then") != "freeze" {
        return Ok(Flash::good(l.t("结论已保存。", "The conclusion is saved.")).to(l, &hub));
    }
    let Some(completed_on) = form.date("completed_on") else {
        let a = acts::assessment(&cx, &id).await?;
        form.fail("completed_on", l.t("写完成评估的日期，例如2026-09-25。", "Give the day of completion, such as 2026-09-25."));
        return render(&cx, &id, &a, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let command = Command::Freeze { completed_on, note: form.value("note").trim().to_owned(), seen };
    match acts::act(&cx, &id, command).await? {
        Ok(a) => {
            let n = a.in_force().map_or(0, |v| v.number);
            let news =
                l.pick(format!("第{n}版已定稿，可以下载报告。"), format!("Version {n} is frozen. The report can be downloaded."));
            Ok(Flash::good(news).to(l, &hub))
        }
        Err(r) => {
            let field = match r.code {
                RefusalCode::ContradictionsUnexplained { .. } => "note",
                RefusalCode::DayInFuture { .. } => "completed_on",
                _ => "",
            };
            // The list below names each gap; the summary names the number.
            let words = match &r.code {
                RefusalCode::AssessmentIncomplete { gaps } => l.pick(
                    format!("还有{}处没有完成，列在下面。完成后才能定稿。", gaps.len()),
                    format!("{} points are open, listed below. Finish them before freezing.", gaps.len()),
                ),
                _ => words::refusal(l, &r),
            };
            form.fail(field, words);
            let a = acts::assessment(&cx, &id).await?;
            let form = form.with("version", a.rev.to_string());
            render(&cx, &id, &a, form, refusal_status(&r)).await
        }
    }
}
