//! `/processor/applications/{id}/body`: choose among filed bodies. One that is not filed is shown
//! with the reason and cannot be chosen (M 7(1)).

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::{Action, Command, Standing};

use super::case::{self, Case, Task};
use crate::app::Cx;
use crate::body::case::page;
use crate::certification::facts;
use crate::error::{Error, refusal_status};
use crate::web::components::Tone;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

struct Row {
    org: String,
    name: String,
    number: String,
    since: String,
    standing: &'static str,
    tone: Tone,
    can: bool,
    chosen: bool,
    why: &'static str,
}

#[derive(Template)]
#[template(path = "processor/choose.html")]
struct Page {
    shell: Shell,
    l: Lang,
    blocked: String,
    form: Form,
    base: String,
    rows: Vec<Row>,
    can_choose: bool,
}

async fn render(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let bodies = facts::bodies(&mut cx.app.store.reader().await?, case.today).await?;
    let chosen = case.dossier().body.as_ref().map(|b| b.org.to_string()).unwrap_or_default();
    let wanted = form.value("body").to_owned();
    let rows = bodies
        .into_iter()
        .map(|b| {
            let (standing, tone) = words::standing(l, b.standing);
            let can = b.can_be_chosen();
            let why = if b.org.is_empty() && b.standing == Standing::Filed {
                l.t(
                    "已备案，还没有在本平台开户，请直接与该机构联系。",
                    "Filed, but without an account on this platform: contact the body itself.",
                )
            } else {
                words::why_not(l, b.standing)
            };
            Row {
                chosen: if wanted.is_empty() { !b.org.is_empty() && b.org == chosen } else { b.org == wanted },
                since: b.since.parse().map_or_else(|_| String::new(), |d: jiff::civil::Date| l.date(d).words),
                org: b.org,
                name: b.name,
                number: b.number,
                standing,
                tone,
                can,
                why,
            }
        })
        .collect();
    let view = Page {
        shell: case::shell(cx, case, Task::Body.name(l)).for_form(&form),
        l,
        blocked: case.blocked(cx, Action::ChooseBody)?,
        base: l.href(case.path("")),
        rows,
        can_choose: case.can(Action::ChooseBody),
        form,
    };
    page(status, &view)
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::draft(&cx, &id).await?;
    render(&cx, &case, Form::new(), StatusCode::OK).await
}

/// `POST`: the law asks the register again.
///
/// # Errors
/// As [`show`]; faults of the store.
pub(super) async fn submit(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    let body = form.require("body", l.t("选一家已备案的机构。", "Choose a filed body."));
    if !form.ok() {
        return render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    match case::try_act(&cx, &id, Command::ChooseBody { body: body.into() }, None).await? {
        Ok(acted) => {
            let name = acted.state.dossier.body.map(|b| b.name).unwrap_or_default();
            Ok(Flash::good(l.pick(format!("已选择{name}。"), format!("Chosen: {name}."))).to(l, &case.path("")))
        }
        Err(r) => {
            form.fail("body", words::refusal(l, &r));
            render(&cx, &case, form, refusal_status(&r)).await
        }
    }
}
