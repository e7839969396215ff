//! `/body/filings/{id}`: the task list of a draft; after submission, where the case stands.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::filing::{Action, Phase};

use super::case::{self, Case};
use super::{filings, status, view};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{MaterialRow, Step};
use crate::web::{Front, Lang, Shell};

#[derive(Template)]
#[template(path = "body/hub.html")]
struct Page {
    shell: Shell,
    l: Lang,
    base: String,
    steps: Vec<Step>,
    due: view::DueBox,
    due_href: String,
    late: bool,
    waiting: bool,
    rows: Vec<MaterialRow>,
    done: usize,
    all: usize,
    progress: String,
    saved: String,
    rest: String,
    complete: bool,
    can_withdraw: bool,
    max_mib: u64,
    copied_from: String,
    phone: String,
    hours: String,
    contact: String,
}

/// `GET /body/filings/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    match case.filing.phase {
        Phase::Draft => list(&cx, &case),
        _ => status::show(&cx, &case).await,
    }
}

fn list(cx: &Cx, case: &Case) -> Result<Response, Error> {
    let l = cx.l();
    let (done, all) = case.progress();
    let left = all - done;
    let rest = if case.complete() {
        l.t("材料已备齐。请核对全部内容，作出承诺后提交。", "Everything is there. Check all of it, give the pledge and submit.")
            .to_owned()
    } else {
        l.pick(
            format!("还有{left}项必交材料没有完成。全部完成后，可以核对内容并提交。"),
            format!(
                "{} not finished. When all are, you can check and submit.",
                if left == 1 { "1 required item is".to_owned() } else { format!("{left} required items are") }
            ),
        )
    };
    let site = &cx.screen.site;
    let shell = Shell::new(&cx.screen, Front::Body, l.t("专业认证机构备案", "Filing of a certification body"))
        .at("filings")
        .crumb("/body/filings", l.t("机构备案", "Filing"))
        .here(l.t("准备材料", "Prepare the materials"));
    let page = Page {
        shell,
        l,
        base: l.href(case.path("")),
        steps: view::steps(l, case),
        due: view::due_box(l, case),
        due_href: l.href(case.path("deadline/file")),
        late: case.late(),
        waiting: !cx.signed()?.org_active,
        rows: view::rows(l, case, case.can(Action::AttachFile)),
        done,
        all,
        progress: l.pick(format!("必交{all}项，已完成{done}项"), format!("{done} of {all} required items complete")),
        saved: filings::saved_line(l, case.today, case.updated),
        rest,
        complete: case.complete(),
        can_withdraw: case.can(Action::Withdraw),
        max_mib: cx.app.config.uploads.max_mib,
        copied_from: case.filing.copied_from.as_ref().map(|_| l.href(case.path("diff"))).unwrap_or_default(),
        phone: site.phone.clone(),
        hours: site.hours.clone(),
        contact: cx.app.config.contact.clone(),
    };
    case::page(StatusCode::OK, &page)
}

/// The address of a filing, without language.
pub(super) fn path(id: &str) -> String {
    format!("/body/filings/{id}")
}
