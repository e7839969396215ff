//! `/processor/applications/{id}/scope`: the scope as data (R37 4.1): purposes, kinds, people,
//! recipients with their country, onward recipients, systems, retention. What M 10 later compares
//! with what really happens. Saved while it is typed.

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guosuo_case::certification::{Action, Form as Filled};
use guosuo_case::{RefusalCode, text};
use serde_json::json;

use super::case::{self, Case, Task};
use crate::app::Cx;
use crate::body::case::page;
use crate::certification::scope_form;
use crate::error::Error;
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// Longest text that a draft keeps in one field.
const KEEP: usize = 2000;

#[derive(Template)]
#[template(path = "processor/scope.html")]
struct Page {
    shell: Shell,
    l: Lang,
    blocked: String,
    form: Form,
    base: String,
    version: u32,
    relation: bool,
    kinds: Vec<usize>,
    recipients: Vec<usize>,
    onward: Vec<usize>,
    countries: Vec<Choice>,
    saved: String,
    /// What is given of the ledger.
    given: String,
    can_save: bool,
}

fn render(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let view = Page {
        shell: case::shell(cx, case, Task::Scope.name(l)).for_form(&form),
        l,
        blocked: case.blocked(cx, Action::SaveForm)?,
        base: l.href(case.path("")),
        version: case.dossier().form_rev,
        relation: case.relation_asked(),
        kinds: scope_form::rows(&form, "kind"),
        recipients: scope_form::rows(&form, "recipient"),
        onward: scope_form::rows(&form, "onward"),
        countries: words::countries(l, false),
        saved: l
            .pick(format!("上次保存：{}", l.stamp(case.updated).words), format!("Last saved: {}", l.stamp(case.updated).words)),
        given: case.dossier().form.ledger.as_ref().map(|g| super::ledger::told(l, g)).unwrap_or_default(),
        can_save: case.can(Action::SaveForm),
        form,
    };
    page(status, &view)
}

fn typed(f: &Filled) -> Form {
    scope_form::typed(&f.scope)
        .with("relation", f.relation.clone())
        .with("group", f.group.clone())
        .with("affiliates", f.affiliates.join("\n"))
}

/// What was typed; numbers that cannot be read are marked in the form and stay as stored.
fn read(l: Lang, form: &mut Form, stored: &Filled) -> Filled {
    let scope = scope_form::read(l, form, &stored.scope);
    let relation = if form.values("relation").is_empty() {
        stored.relation.clone()
    } else {
        form.value("relation").replace("\r\n", "\n").trim().to_owned()
    };
    let group = form.trimmed("group").to_owned();
    let affiliates = scope_form::lines(form.value("affiliates")).into_iter().take(scope_form::MOST).collect();
    Filled { relation, group, affiliates, scope, ..stored.clone() }
}

/// What no draft may hold: characters that change the text, texts far beyond a field.
fn unstorable(form: &Form) -> Option<(String, usize)> {
    form.pairs().find_map(|(name, value)| {
        let multi = matches!(name, "relation" | "affiliates" | "purposes" | "systems");
        if value.chars().count() > KEEP * 5 {
            return Some((name.to_owned(), 0));
        }
        text::check(&value.replace("\r\n", "\n"), multi).err().map(|bad| (name.to_owned(), bad.position))
    })
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::draft(&cx, &id).await?;
    render(&cx, &case, typed(&case.dossier().form), StatusCode::OK)
}

/// `POST`: saves what was typed; `then=check` also says what is still wrong, `then=more` shows
/// further rows.
///
/// # Errors
/// As [`show`]; faults of the store.
pub(super) async fn save(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    if let Some((field, place)) = unstorable(&form) {
        form.fail(
            field,
            l.pick(
                format!("第{place}个字符看不见或者会改变文字方向，或者文字过长。改正后再保存。"),
                format!("Character {place} is invisible or changes the direction of the text, or the text is far too long. Correct it and save again."),
            ),
        );
        return render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let filled = read(l, &mut form, &case.dossier().form);
    if !form.ok() {
        return render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    if let Some((case, status)) = case::saved(&cx, &case, filled, &mut form).await? {
        // The page carries the new revision: saving again keeps what is typed here.
        return render(&cx, &case, form, status);
    }
    let then = form.value("then").to_owned();
    let case = case::load(&cx, &id).await?;
    let mut form = typed(&case.dossier().form);
    if then == "more" {
        return render(&cx, &case, form, StatusCode::OK);
    }
    if then != "later" {
        case::mark(l, &case, Task::Scope, &mut form, scope_form::at);
    }
    if form.ok() {
        return Ok(Flash::good(l.t("认证范围已保存。", "The scope is saved.")).to(l, &case.path("")));
    }
    render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY)
}

/// `POST …/autosave`: the contract of `frontend/js/autosave.js`.
///
/// # Errors
/// As [`save`].
pub(super) async fn autosave(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::load(&cx, &id).await?;
    let saved = |version: u32| Json(json!({ "saved_at": l.hours(cx.now).words, "version": version })).into_response();
    let refused = |message: String| (StatusCode::CONFLICT, Json(json!({ "message": message }))).into_response();
    if unstorable(&form).is_some() {
        return Ok(saved(case.dossier().form_rev));
    }
    let filled = read(l, &mut form, &case.dossier().form);
    match case::save(&cx, &case, filled, &form).await? {
        Ok(version) => Ok(saved(version)),
        Err(r) => Ok(refused(match r.code {
            RefusalCode::StaleForm { .. } => l
                .t(
                    "别人刚刚保存过这一页。您填的内容还在，按“保存”以后以您的为准。",
                    "Somebody else has just saved this page. What you typed is still here; “Save” keeps yours.",
                )
                .to_owned(),
            _ => words::refusal(l, &r),
        })),
    }
}
