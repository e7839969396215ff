//! `/authority/applications/{id}`: what a body reported to the authorities of an application, before there
//! was a certificate (M 11). Nothing else of the application is shown: it is between its parties (M 14).

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certification::DocRef;

use super::certificate_panels::{Item, violations};
use super::desk::{self, Desk};
use super::papers;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Fact, Link, Tone};
use crate::web::{Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "workbench/reported.html")]
struct Page {
    shell: Shell,
    l: Lang,
    state: (&'static str, Tone),
    items: Vec<Item>,
    facts: Vec<Fact>,
    actions: Vec<Link>,
    article: String,
}

async fn load(cx: &Cx, id: &str) -> Result<Desk, Error> {
    let d = desk::load(cx, id).await?;
    d.open(cx.actor()?)?;
    Ok(d)
}

fn evidence(d: &Desk) -> Vec<&DocRef> {
    d.app.violations.iter().flat_map(|v| &v.evidence).collect()
}

/// `GET /authority/applications/{id}`; the look is recorded.
///
/// # Errors
/// [`Error::NotFound`] for an application of which nothing was reported.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let d = load(&cx, &id).await?;
    cx.app.store.record_read(&cx.origin()?, &id, &id, "violation", cx.now).await?;
    let mut here = papers::here(&cx, &id).await?;
    here.retain(|sha256| evidence(&d).iter().any(|x| x.sha256 == *sha256));
    let items = violations(l, &d.app.violations, &d.path(""), &here);
    let body = d.app.dossier.body.as_ref().map(|b| b.name.clone()).unwrap_or_default();
    let page = Page {
        shell: Shell::new(&cx.screen, d.room.front(), d.app.processor.name.clone())
            .at("violations")
            .crumb("/authority/violations", l.t("违法情况报告", "Violation reports"))
            .here(d.number()),
        l,
        state: (words::application_phase(l, d.app.phase), words::application_tone(d.app.phase)),
        items,
        facts: vec![
            Fact::new(l.t("认证委托", "Application"), d.number()).code(),
            Fact::new(l.t("个人信息处理者", "Processor"), d.app.processor.name.clone())
                .note(format!("{} {}", d.app.processor.country, d.app.processor.code)),
            Fact::new(l.t("报告机构", "Reported by"), body),
            Fact::new(l.t("委托事项", "For"), words::purpose(l, &d.app.purpose)),
        ],
        actions: d.links(l),
        article: words::article(l, "M 11"),
    };
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET /authority/applications/{id}/files/{sha256}`: the evidence of what was reported, recorded before it leaves.
///
/// # Errors
/// [`Error::NotFound`] for any other document of the application.
pub async fn file(cx: Cx, Path((id, sha256)): Path<(String, String)>) -> Result<Response, Error> {
    let d = load(&cx, &id).await?;
    papers::give(&cx, &id, &evidence(&d), &sha256).await
}
