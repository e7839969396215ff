//! The short acts of the case page: take or hand over, send, explain a passed limit.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use guosuo_case::filing::Command;
use guosuo_case::{Refusal, RefusalCode};
use guosuo_store::{ActError, Idem};

use super::queue::{PATH, officers};
use super::{case, notice};
use crate::app::Cx;
use crate::error::{Error, refusal_status};
use crate::web::Form;
use crate::web::shell::Flash;
use crate::words;

/// The key printed into a form, with everything that makes the request the one it is.
pub(crate) fn idem(form: &Form, parts: &[&str]) -> Option<Idem> {
    let key = form.value("idem");
    if key.is_empty() || key.len() > 80 {
        return None;
    }
    Some(Idem::new(key, &parts.iter().map(|p| p.as_bytes()).collect::<Vec<_>>()))
}

/// Which field a refusal belongs to on the pages of this room.
pub(super) fn field_of(r: &Refusal) -> &'static str {
    match r.code {
        RefusalCode::TextNeeded => "reason",
        RefusalCode::DisagreementUnexplained => "note",
        _ => "",
    }
}

/// Does a command; a refusal shows the case page again with everything typed.
async fn carry_out(cx: &Cx, id: &str, command: Command, mut form: Form, said: &str, parts: &[&str]) -> Result<Response, Error> {
    // Whether the case is for this person at all is asked before anything else.
    case::open(cx, id).await?;
    match cx.act(id, command, idem(&form, parts)).await {
        Ok(_) => Ok(Flash::good(said).to(cx.l(), &format!("{PATH}/{id}"))),
        Err(ActError::Refused(r)) if matches!(r.code, RefusalCode::FreshFactorNeeded) => {
            Ok(notice::again(cx, &format!("{PATH}/{id}")))
        }
        Err(ActError::Refused(r)) => {
            form.fail(field_of(&r), words::refusal(cx.l(), &r));
            case::page(cx, id, form, refusal_status(&r)).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /authority/filings/{id}/assign`: without a handler named, whoever asks takes it.
///
/// # Errors
/// When the store fails.
pub async fn assign(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let actor = cx.actor()?.clone();
    let chosen = form.value("handler").to_owned();
    let (handler, name) = if chosen.is_empty() {
        (actor.user.clone(), actor.name.clone())
    } else {
        let found = officers(&cx).await?.into_iter().find(|o| o.value == chosen).ok_or(Error::Malformed("handler"))?;
        (chosen.clone().into(), found.label.to_string())
    };
    let note = form.trimmed("note").to_owned();
    let said = if handler == actor.user {
        l.t("您现在是承办人。", "You are the handler now.").to_owned()
    } else {
        l.pick(format!("已转给{name}。"), format!("Handed over to {name}."))
    };
    let command = Command::Assign { handler, handler_name: name, note: note.clone() };
    carry_out(&cx, &id, command, form, &said, &["assign", &id, &chosen, &note]).await
}

/// `POST /authority/filings/{id}/send`.
///
/// # Errors
/// When the store fails.
pub async fn send(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let said = cx
        .l()
        .t("已送国家数据管理部门会同审核。时限继续计算。", "Sent to the National Data Administration. The limit keeps running.");
    carry_out(&cx, &id, Command::SendToNda, form, said, &["send", &id]).await
}

/// `POST /authority/filings/{id}/overdue`.
///
/// # Errors
/// When the store fails.
pub async fn overdue(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let reason = form.trimmed("reason").to_owned();
    let said = cx.l().t("超期原因已经记录。", "The reason has been recorded.");
    carry_out(&cx, &id, Command::ExplainOverdue { reason: reason.clone() }, form, said, &["overdue", &id, &reason]).await
}

/// Back to a page of this room.
pub(super) fn go(cx: &Cx, path: &str) -> Response {
    Redirect::to(&cx.l().href(path)).into_response()
}
