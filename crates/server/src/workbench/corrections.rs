//! `/processor/applications/{id}/corrections`: what the applicant has to correct, and how far each
//! correction has come (R37 4.4).

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certification::{Action, NcStage};

use super::case::{NcLine, nc_line};
use super::desk::{self, Room};
use super::papers;
use super::view::Times;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{ClockView, Link, Tone};
use crate::web::{Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "workbench/corrections.html")]
struct Page {
    shell: Shell,
    l: Lang,
    name: String,
    state: (&'static str, Tone),
    clock: Option<ClockView>,
    until: String,
    ncs: Vec<NcLine>,
    owed: usize,
    /// Why the applicant can do nothing now, where that is not plain.
    why: String,
}

/// `GET /processor/applications/{id}/corrections`.
///
/// # Errors
/// [`Error::NotFound`] for a case that is not for this organisation.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let d = desk::load(&cx, &id).await?;
    if d.room != Room::Processor {
        return Err(Error::NotFound);
    }
    let actor = cx.actor()?;
    d.open(actor)?;
    let here = papers::here(&cx, &id).await?;
    let calendar = cx.calendar().await?;
    let times = Times { l, today: cx.today(), calendar: &calendar, lamps: cx.app.config.lamps };
    let act = |n: &guosuo_case::certification::Nonconformity| {
        let action = match n.stage {
            NcStage::Determined | NcStage::Ineffective => Action::ProposeCorrection,
            NcStage::Approved => Action::ReportCorrection,
            NcStage::Proposed | NcStage::Done | NcStage::Closed => return None,
        };
        d.can(action)
            .then(|| Link::new(l.href(format!("{}?nc={}", d.act_path(action), n.id)), words::workbench::action(l, action)))
    };
    let ncs: Vec<NcLine> = d.app.nonconformities.iter().map(|n| nc_line(l, n, &d.path(""), &here, act(n))).collect();
    let owed = ncs.iter().filter(|n| n.link.is_some()).count();
    let open = !d.app.open_nonconformities().is_empty();
    let why = if owed == 0 && open && d.app.rectification.is_some() {
        match guosuo_case::certification::permit(Some(&d.app), Action::ProposeCorrection, actor, &d.facts, cx.now) {
            Err(r) => words::refusal(l, &r),
            Ok(()) => String::new(),
        }
    } else {
        String::new()
    };
    let running = d.app.rectification.as_ref().filter(|_| open);
    let page = Page {
        shell: d.shell_below(&cx, l.t("不符合项整改", "Corrections")),
        l,
        name: format!("{} {}", d.app.processor.name, d.number()),
        state: (words::application_phase(l, d.app.phase), words::application_tone(d.app.phase)),
        clock: running.map(|_| times.stage(&d.app, &d.app.clock, &d.app.limits)),
        until: running.map(|r| l.date(r.until).words).unwrap_or_default(),
        owed,
        why,
        ncs,
    };
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}
