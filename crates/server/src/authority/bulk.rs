//! `POST /authority/filings/bulk`: hand over or send several cases, after one page that says
//! what will happen to each.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::UserId;
use guosuo_case::filing::{Action, Command, permit};
use guosuo_store::{ActError, Idem, new_id};

use super::queue::{PATH, officers};
use super::view::frame;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// Most cases in one go.
const MOST: usize = 50;

struct Pick {
    id: String,
    name: String,
    number: String,
    problem: String,
}

#[derive(Template)]
#[template(path = "authority/bulk.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    act: &'static str,
    picks: Vec<Pick>,
    possible: usize,
    officers: Vec<Choice>,
    back: String,
    idem: String,
}

fn own_back(form: &Form) -> String {
    format!("{PATH}{}", super::filter::canonical(form.value("back")))
}

/// `POST /authority/filings/bulk`.
///
/// # Errors
/// When the store fails; [`Error::Malformed`] for an act that does not exist.
pub async fn act(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let back = own_back(&form);
    let kind = match form.value("act") {
        "hand" => "hand",
        "send" => "send",
        _ => return Err(Error::Malformed("act")),
    };
    let ids: Vec<String> = form.values("pick").iter().take(MOST).cloned().collect();
    if ids.is_empty() {
        return Ok(Flash::bad(
            l.t("还没有选择案件。先在列表左边勾选。", "No case is selected. Tick the boxes at the left first."),
        )
        .to(l, &back));
    }
    let officers = officers(&cx).await?;
    if form.value("confirm") == "yes" {
        if kind == "hand" && !officers.iter().any(|o| o.value == form.value("handler")) {
            form.fail("handler", l.t("选择接手的承办人。", "Choose who takes over."));
        }
        if form.ok() {
            return carry_out(&cx, kind, &ids, &form, &officers, &back).await;
        }
    }
    let action = if kind == "hand" { Action::Assign } else { Action::SendToNda };
    let mut picks = Vec::new();
    for id in ids {
        let (filing, _) = cx.filing(&id).await?;
        let problem = permit(Some(&filing), action, cx.actor()?, cx.now).err().map(|r| words::refusal(l, &r)).unwrap_or_default();
        picks.push(Pick {
            id,
            name: filing.dossier.form.org_name.clone(),
            number: filing.submission().map(|s| s.number.to_string()).unwrap_or_default(),
            problem,
        });
    }
    let possible = picks.iter().filter(|p| p.problem.is_empty()).count();
    let title = if kind == "hand" { l.t("转办", "Hand over") } else { l.t("送会同意见", "Send for the joint opinion") };
    let shell = frame(&cx, "queue", title).crumb(PATH, l.t("备案审核", "Filings")).for_form(&form);
    let status = form.status();
    let page = Page { shell, l, form, act: kind, picks, possible, officers, back, idem: new_id() };
    Ok((status, Html(page.render()?)).into_response())
}

async fn carry_out(cx: &Cx, kind: &str, ids: &[String], form: &Form, officers: &[Choice], back: &str) -> Result<Response, Error> {
    let l = cx.l();
    let handler = form.value("handler");
    let name = officers.iter().find(|o| o.value == handler).map(|o| o.label.to_string()).unwrap_or_default();
    let (mut done, mut refused) = (0_usize, Vec::new());
    for id in ids {
        let command = if kind == "hand" {
            Command::Assign {
                handler: UserId(handler.to_owned()),
                handler_name: name.clone(),
                note: form.trimmed("note").to_owned(),
            }
        } else {
            Command::SendToNda
        };
        let key = format!("{}-{id}", form.value("idem"));
        let idem = Idem::new(key, &[kind.as_bytes(), handler.as_bytes(), form.value("note").as_bytes()]);
        match cx.act(id, command, Some(idem)).await {
            Ok(_) => done += 1,
            Err(ActError::Refused(r)) => refused.push(words::refusal(l, &r)),
            Err(e) => return Err(e.into()),
        }
    }
    refused.dedup();
    let said = match (kind, l.zh()) {
        ("hand", true) => format!("已把{done}件转给{name}。"),
        ("hand", false) => format!("{done} handed over to {name}."),
        (_, true) => format!("已把{done}件送国家数据管理部门会同审核。"),
        (_, false) => format!("{done} sent to the National Data Administration."),
    };
    let flash = if refused.is_empty() {
        Flash::good(said)
    } else {
        let n = ids.len() - done;
        let why = refused.join("");
        Flash::bad(l.pick(format!("{said}{n}件没有办理：{why}"), format!("{said} {n} not done: {why}")))
    };
    Ok(flash.to(l, back))
}
