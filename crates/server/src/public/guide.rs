//! `GET /guide/filing`: 办事指南, the guide of the matter with the headings that people know
//! from every service guide. It is also the start of the flow.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_case::filing::Slot;

use crate::app::Cx;
use crate::error::Error;
use crate::web::{Front, Lang, Shell};
use crate::words;

/// One row of the table of materials.
struct Row {
    number: &'static str,
    name: &'static str,
    requirement: &'static str,
    covers: &'static [&'static str],
    sub: bool,
}

#[derive(Template)]
#[template(path = "public/guide.html")]
struct Page {
    shell: Shell,
    l: Lang,
    sections: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
    authority: String,
    phone: String,
    hours: String,
    contact: String,
}

/// The headings in their order: (anchor, name).
fn sections(l: Lang) -> Vec<(&'static str, &'static str)> {
    vec![
        ("basic", l.t("基本信息", "Basic facts")),
        ("conditions", l.t("受理条件", "Who files, and when")),
        ("materials", l.t("申请材料", "Materials")),
        ("process", l.t("办理流程", "Steps")),
        ("special", l.t("特别程序", "Special procedures")),
        ("time", l.t("办理时限", "Time limits")),
        ("fee", l.t("收费", "Fees")),
        ("basis", l.t("设定依据", "Legal basis")),
        ("result", l.t("办理结果", "Result")),
        ("visits", l.t("到现场次数和承诺", "Visits and promises")),
        ("faq", l.t("常见问题", "Questions")),
        ("complain", l.t("咨询和监督投诉", "Questions and complaints")),
    ]
}

/// `GET /guide`: there is one matter, so it leads to its guide.
pub async fn overview(cx: Cx) -> Redirect {
    Redirect::to(&cx.l().href("/guide/filing"))
}

/// The guide.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let rows = Slot::ALL
        .into_iter()
        .map(|s| Row {
            number: s.id(),
            name: words::slot(l, s),
            requirement: words::requirement(l, s),
            covers: words::covers(l, s),
            sub: s.id().contains('.'),
        })
        .collect();
    let site = &cx.screen.site;
    let shell = Shell::new(&cx.screen, Front::Public, l.t("专业认证机构备案办事指南", "How a certification body files"))
        .at("guide")
        .crumb("/guide", l.t("办事指南", "How to file"))
        .here(l.t("专业认证机构备案", "Filing of a certification body"));
    let page = Page {
        l,
        sections: sections(l),
        rows,
        authority: cx.app.config.authority.clone(),
        phone: site.phone.clone(),
        hours: site.hours.clone(),
        contact: cx.app.config.contact.clone(),
        shell,
    };
    Ok(Html(page.render()?).into_response())
}
