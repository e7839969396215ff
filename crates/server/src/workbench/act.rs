//! `…/applications/{id}/acts/{act}`: one act on an application. The page exists exactly where the
//! law lists the act; anywhere else it says why not, and what can be done instead.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certification::{Action, permit};
use guosuo_case::{Refusal, RefusalCode};
use guosuo_store::new_id;
use jiff::SignedDuration;
use serde::Deserialize;

use super::acts::{asks, command, field_of};
use super::ask::{Ask, Kind};
use super::desk::{self, Desk, Room};
use super::papers::{self, Sent};
use super::view;
use crate::app::Cx;
use crate::authority::idem;
use crate::error::{Error, refusal_status};
use crate::router::encode;
use crate::web::components::{Link, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// The page of one act, of an application or of a certificate.
#[derive(Template)]
#[template(path = "workbench/act.html")]
pub(super) struct Page {
    pub(super) shell: Shell,
    pub(super) l: Lang,
    pub(super) form: Form,
    /// What the case is, under the title.
    pub(super) about: String,
    /// Its state.
    pub(super) state: (&'static str, Tone),
    /// What the act means.
    pub(super) meaning: &'static str,
    /// The article behind it.
    pub(super) article: String,
    /// The address that takes it.
    pub(super) path: String,
    /// Back to the case.
    pub(super) case: String,
    /// The words of the way back.
    pub(super) back: &'static str,
    pub(super) asks: Vec<Ask>,
    /// Whether documents are asked for.
    pub(super) upload: bool,
    /// The button.
    pub(super) button: &'static str,
    /// Why the act does not exist now; empty where it does.
    pub(super) refused: String,
    /// What can be done instead.
    pub(super) instead: Vec<Link>,
    /// The address of the second factor, where the act needs a fresh one.
    pub(super) factor: String,
    pub(super) version: u64,
    pub(super) idem: String,
    pub(super) status: StatusCode,
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        match self.render() {
            Ok(html) => (self.status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
            Err(e) => Error::from(e).into_response(),
        }
    }
}

/// What an address may carry into the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Prefill {
    /// Number of a nonconformity.
    nc: String,
}

fn action_of(name: &str) -> Result<Action, Error> {
    let own_page = |a: &Action| matches!(a, Action::MakePlan | Action::AuditClause);
    let found = Action::ALL.iter().copied().find(|a| words::workbench::act_name(*a) == name);
    found.filter(|a| desk::is_shown(*a) && !own_page(a)).ok_or(Error::NotFound)
}

/// Whether a second factor has to be shown again before a signature.
pub(super) fn needs_factor(cx: &Cx, minutes: i64) -> Result<bool, Error> {
    let limit = SignedDuration::from_mins(minutes);
    Ok(cx.actor()?.second_factor_at.is_none_or(|t| cx.now.duration_since(t) > limit))
}

/// The address of the second factor that comes back to a page.
pub(super) fn factor_path(l: Lang, back: &str) -> String {
    l.href(format!("/sign-in/again?next={}", encode(back)))
}

/// What was found of an act that was tried: nothing yet, or the refusal.
fn page(cx: &Cx, d: &Desk, action: Action, form: Form, refused: Option<&Refusal>, status: StatusCode) -> Result<Page, Error> {
    let l = cx.l();
    let title = words::workbench::action(l, action);
    let path = d.act_path(action);
    let signs = matches!(action, Action::Sign | Action::Countersign);
    let factor = signs && needs_factor(cx, d.facts.config.fresh_factor_minutes)?;
    let hidden = desk::is_about_independence(&d.open(cx.actor()?).err().unwrap_or(Refusal::new(RefusalCode::NotFound, "house")));
    let asks: Vec<Ask> = if hidden && action != Action::DeclareInterest {
        Vec::new()
    } else {
        asks(l, action, &d.app, cx.today()).into_iter().map(|a| a.with_kept(&form)).collect()
    };
    Ok(Page {
        shell: d.shell_below(cx, title).for_form(&form),
        l,
        about: format!("{} {}", d.app.processor.name, d.number()),
        state: (words::application_phase(l, d.app.phase), words::application_tone(d.app.phase)),
        meaning: words::workbench::about(l, action),
        article: words::article(l, action.article()),
        path: l.href(&path),
        case: l.href(d.path("")),
        back: l.t("回到案件", "Back to the case"),
        upload: asks.iter().any(Ask::is_file),
        asks,
        button: title,
        refused: refused.map(|r| words::refusal(l, r)).unwrap_or_default(),
        instead: d.links(l),
        factor: if factor { factor_path(l, &path) } else { String::new() },
        version: d.version,
        idem: new_id(),
        status,
        form,
    })
}

/// `GET …/acts/{act}`.
///
/// # Errors
/// [`Error::NotFound`] for a case that is not for this person.
pub async fn show(cx: Cx, Path((id, name)): Path<(String, String)>, Query(prefill): Query<Prefill>) -> Result<Response, Error> {
    let d = desk::load(&cx, &id).await?;
    let action = action_of(&name)?;
    let actor = cx.actor()?;
    if let Err(r) = permit(Some(&d.app), action, actor, &d.facts, cx.now) {
        return Ok(page(&cx, &d, action, Form::new(), Some(&r), refusal_status(&r))?.into_response());
    }
    let mut form = Form::new();
    if !prefill.nc.is_empty() {
        form.set("nc", prefill.nc);
    }
    if action == Action::BeginAudit {
        form.set("on", cx.today().to_string());
    }
    if matches!(action, Action::Evaluate) && !d.app.open_nonconformities().is_empty() {
        form.set("recommends", "refuse");
    }
    Ok(page(&cx, &d, action, form, None, StatusCode::OK)?.into_response())
}

/// `POST …/acts/{act}`.
///
/// # Errors
/// As [`show`]; a refusal is shown on the page, with everything typed.
pub async fn submit(cx: Cx, Path((id, name)): Path<(String, String)>, sent: Sent) -> Result<Response, Error> {
    let l = cx.l();
    let d = desk::load(&cx, &id).await?;
    let action = action_of(&name)?;
    let actor = cx.actor()?;
    // Before any file is kept: whether the act exists at all.
    if let Err(r) = permit(Some(&d.app), action, actor, &d.facts, cx.now) {
        return Ok(page(&cx, &d, action, sent.form, Some(&r), refusal_status(&r))?.into_response());
    }
    let fields = asks(l, action, &d.app, cx.today());
    let mut form = papers::keep(&cx, &id, &fields, sent).await?;
    let Some(command) = command(&cx, &id, action, &mut form).await? else {
        return Ok(page(&cx, &d, action, form, None, StatusCode::UNPROCESSABLE_ENTITY)?.into_response());
    };
    // Two who act at once: the second one sees what the first one did.
    let expected = form.value("version").parse::<u64>().ok();
    let typed: Vec<String> = form.pairs().filter(|(n, _)| *n != "idem").map(|(n, v)| format!("{n}={v}")).collect();
    let parts: Vec<&str> = [id.as_str(), name.as_str()].into_iter().chain(typed.iter().map(String::as_str)).collect();
    let key = idem(&form, &parts);
    match desk::act(&cx, &id, command, expected, key).await {
        Ok(Ok(_)) => Ok(Flash::good(words::workbench::done(l, action)).to(l, &after(&d, action))),
        Ok(Err(r)) => {
            let field = field_of(action, &fields, &form, &r);
            form.fail(field, words::refusal(l, &r));
            Ok(page(&cx, &d, action, form, None, refusal_status(&r))?.into_response())
        }
        Err(Error::Conflict) => {
            let d = desk::load(&cx, &id).await?;
            if let Err(r) = permit(Some(&d.app), action, actor, &d.facts, cx.now) {
                return Ok(page(&cx, &d, action, form, Some(&r), refusal_status(&r))?.into_response());
            }
            form.fail("", view::moved_on(l));
            Ok(page(&cx, &d, action, form, None, StatusCode::CONFLICT)?.into_response())
        }
        Err(e) => Err(e),
    }
}

/// Where an act leads.
fn after(d: &Desk, action: Action) -> String {
    match (d.room, action) {
        (Room::Processor, Action::ProposeCorrection | Action::ReportCorrection) => d.path("corrections"),
        (_, Action::BeginAudit) => d.path("audit"),
        _ => d.path(""),
    }
}
