//! `…/certificates/{id}/acts/{act}`: one act on a certificate, by the body or by an authority.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guosuo_case::certificate::{Action, permit};
use guosuo_case::{Refusal, RefusalCode};
use guosuo_store::{ActError, new_id};
use serde::Deserialize;

use super::act::{Page, factor_path, needs_factor};
use super::certificate::{self, Held};
use super::certificate_acts::{Changing, asks, changing, command, field_of, is_shown};
use super::papers::{self, Sent};
use super::{mandate, view};
use crate::app::Cx;
use crate::authority::idem;
use crate::certification::acts;
use crate::error::{Error, refusal_status};
use crate::web::Form;
use crate::web::shell::Flash;
use crate::words;
use crate::words::certificate as said;

/// `?suggestion=…`: what a proposal begins with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Begin {
    /// Number of a suggestion that waits.
    pub suggestion: Option<u32>,
}

fn action_of(name: &str) -> Result<Action, Error> {
    Action::ALL.iter().copied().find(|a| said::act_name(*a) == name && is_shown(*a)).ok_or(Error::NotFound)
}

async fn known(cx: &Cx, h: &Held, action: Action) -> Result<Changing, Error> {
    if action == Action::Propose { changing(cx, &h.id, &h.certificate).await } else { Ok(Vec::new()) }
}

fn page(
    cx: &Cx,
    h: &Held,
    action: Action,
    list: &Changing,
    form: Form,
    refused: Option<&Refusal>,
    status: StatusCode,
) -> Result<Page, Error> {
    let l = cx.l();
    let title = said::action(l, action);
    let path = h.path(&format!("acts/{}", said::act_name(action)));
    let factor = action == Action::TakeMeasure && needs_factor(cx, h.facts.config.fresh_factor_minutes)?;
    let now = h.certificate.status_on(cx.today());
    let asks: Vec<_> = asks(l, action, &h.certificate, cx.today(), list).into_iter().map(|a| a.with_kept(&form)).collect();
    Ok(Page {
        shell: h.shell(cx, title).crumb(&h.path(""), h.certificate.number.clone()).for_form(&form),
        l,
        about: format!("{} {}", h.certificate.holder.name, h.certificate.number),
        state: words::certificate_status(l, now),
        meaning: said::about(l, action),
        article: words::article(l, action.article()),
        path: l.href(&path),
        case: l.href(h.path("")),
        back: l.t("回到证书", "Back to the certificate"),
        upload: asks.iter().any(super::ask::Ask::is_file),
        asks,
        button: title,
        refused: refused.map(|r| words::refusal(l, r)).unwrap_or_default(),
        instead: h.links(l),
        factor: if factor { factor_path(l, &path) } else { String::new() },
        version: h.version,
        idem: new_id(),
        status,
        form,
    })
}

/// `GET …/certificates/{id}/acts/{act}`.
///
/// # Errors
/// [`Error::NotFound`] for a certificate that is not for this person.
pub async fn show(cx: Cx, Path((id, name)): Path<(String, String)>, Query(begin): Query<Begin>) -> Result<Response, Error> {
    let h = certificate::load(&cx, &id).await?;
    let action = action_of(&name)?;
    if let Err(r) = permit(Some(&h.certificate), action, cx.actor()?, &h.facts, cx.now) {
        return Ok(page(&cx, &h, action, &Vec::new(), Form::new(), Some(&r), refusal_status(&r))?.into_response());
    }
    let list = known(&cx, &h, action).await?;
    let mut form = Form::new();
    match action {
        Action::TakeMeasure => form.set("effective_on", cx.today().to_string()),
        Action::RecordMandate => form = mandate::begin(&h.certificate),
        Action::Propose => {
            let finding = h.certificate.standing_findings().find(|f| f.done.is_none());
            form.set("origin", finding.map_or_else(|| "body".to_owned(), |f| format!("finding-{}", f.id)));
            // From a suggestion: what it says is the ground, and the suggestion itself the evidence.
            if let Some(s) = h.certificate.suggestions.iter().find(|s| s.open && Some(s.id) == begin.suggestion) {
                form.set("origin", "body");
                form.set("measure", "suspend");
                form.set("suggestion", s.id.to_string());
                form.set("ground", said::cause(cx.l(), &s.cause));
            }
        }
        _ => {}
    }
    Ok(page(&cx, &h, action, &list, form, None, StatusCode::OK)?.into_response())
}

/// `POST …/certificates/{id}/acts/{act}`.
///
/// # Errors
/// As [`show`]; a refusal is shown on the page, with everything typed.
pub async fn submit(cx: Cx, Path((id, name)): Path<(String, String)>, sent: Sent) -> Result<Response, Error> {
    let l = cx.l();
    let h = certificate::load(&cx, &id).await?;
    let action = action_of(&name)?;
    let actor = cx.actor()?;
    let list = known(&cx, &h, action).await?;
    if let Err(r) = permit(Some(&h.certificate), action, actor, &h.facts, cx.now) {
        return Ok(page(&cx, &h, action, &list, sent.form, Some(&r), refusal_status(&r))?.into_response());
    }
    let fields = asks(l, action, &h.certificate, cx.today(), &list);
    let mut form = papers::keep(&cx, &id, &fields, sent).await?;
    let Some(command) = command(&cx, &id, &h.certificate, action, &mut form).await? else {
        return Ok(page(&cx, &h, action, &list, form, None, StatusCode::UNPROCESSABLE_ENTITY)?.into_response());
    };
    let expected = form.value("version").parse::<u64>().ok();
    let typed: Vec<String> = form.pairs().filter(|(n, _)| *n != "idem").map(|(n, v)| format!("{n}={v}")).collect();
    let parts: Vec<&str> = [id.as_str(), name.as_str()].into_iter().chain(typed.iter().map(String::as_str)).collect();
    let key = idem(&form, &parts);
    match acts::act_on_certificate(&cx, &id, command, expected, key).await {
        Ok(_) => {
            let done = l.pick(format!("已办理：{}。", said::action(l, action)), format!("Done: {}.", said::action(l, action)));
            Ok(Flash::good(done).to(l, &h.path("")))
        }
        Err(ActError::Refused(r)) if r.code == RefusalCode::NotFound => Err(Error::NotFound),
        Err(ActError::Refused(r)) => {
            let field = field_of(&fields, &form, &r);
            form.fail(field, words::refusal(l, &r));
            Ok(page(&cx, &h, action, &list, form, None, refusal_status(&r))?.into_response())
        }
        Err(ActError::Store(guosuo_store::Error::Stale { .. })) => {
            let h = certificate::load(&cx, &id).await?;
            if let Err(r) = permit(Some(&h.certificate), action, actor, &h.facts, cx.now) {
                return Ok(page(&cx, &h, action, &list, form, Some(&r), refusal_status(&r))?.into_response());
            }
            form.fail("", view::moved_on(l));
            Ok(page(&cx, &h, action, &list, form, None, StatusCode::CONFLICT)?.into_response())
        }
        Err(e) => Err(e.into()),
    }
}
