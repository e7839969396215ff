//! `/processor/applications/{id}/scope`: the scope as data (R37 4.1): purposes, kinds, people,
//! recipients with their country, onward recipients, systems, retention. What M 10 later compares
//! with what really happens. Saved while it is typed.

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guosuo_case::certification::{Action, Field, Form as Filled, Kind, Onward, People, Problem, Recipient, Scope};
use guosuo_case::{RefusalCode, text};
use serde_json::json;

use super::case::{self, Case, Task};
use crate::app::Cx;
use crate::body::case::page;
use crate::error::{Error, refusal_status};
use crate::path::people;
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// Most rows of a list on the page.
const MOST: usize = 60;
/// Empty rows after the last one that is filled.
const SPARE: usize = 2;
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
    can_save: bool,
}

/// The rows to show: those that hold something, and some empty ones.
fn rows(form: &Form, field: &str) -> Vec<usize> {
    let last = (1..=MOST).rev().find(|n| !form.trimmed(&format!("{field}-{n}")).is_empty()).unwrap_or(0);
    (1..=(last + SPARE).min(MOST)).collect()
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
        kinds: rows(&form, "kind"),
        recipients: rows(&form, "recipient"),
        onward: rows(&form, "onward"),
        countries: words::countries(l, false),
        saved: l
            .pick(format!("上次保存：{}", l.stamp(case.updated).words), format!("Last saved: {}", l.stamp(case.updated).words)),
        can_save: case.can(Action::SaveForm),
        form,
    };
    page(status, &view)
}

fn typed(f: &Filled) -> Form {
    let s = &f.scope;
    let number = |n: u64| if n == 0 { String::new() } else { n.to_string() };
    let mut form = Form::new()
        .with("relation", f.relation.clone())
        .with("purposes", s.purposes.join("\n"))
        .with("systems", s.systems.join("\n"))
        .with("people", number(s.people.non_sensitive))
        .with("people_sensitive", number(s.people.sensitive))
        .with("retention", number(u64::from(s.retention_months)));
    for (n, k) in (1..).zip(&s.kinds) {
        form.set(&format!("kind-{n}"), k.name.clone());
        if k.sensitive {
            form.set(&format!("sensitive-{n}"), "yes");
        }
    }
    for (n, r) in (1..).zip(&s.recipients) {
        form.set(&format!("recipient-{n}"), r.name.clone());
        form.set(&format!("country-{n}"), r.country.clone());
        form.set(&format!("contact-{n}"), r.contact.clone());
    }
    for (n, o) in (1..).zip(&s.onward) {
        form.set(&format!("onward-{n}"), o.name.clone());
        form.set(&format!("onward_country-{n}"), o.country.clone());
        form.set(&format!("onward_from-{n}"), o.from.clone());
    }
    form
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

/// What was typed; numbers that cannot be read are marked in the form and stay as stored.
fn read(l: Lang, form: &mut Form, stored: &Filled) -> Filled {
    let mut count = |field: &str, old: u64| {
        if form.trimmed(field).is_empty() {
            return 0;
        }
        match people(l, form.value(field)) {
            Ok(n) => n,
            Err(why) => {
                form.fail(field, why);
                old
            }
        }
    };
    let non_sensitive = count("people", stored.scope.people.non_sensitive);
    let sensitive = count("people_sensitive", stored.scope.people.sensitive);
    let retention = count("retention", u64::from(stored.scope.retention_months));
    let cell = |field: &str, n: usize| form.trimmed(&format!("{field}-{n}")).to_owned();
    let filled = |fields: &[&str], n: usize| fields.iter().any(|f| !cell(f, n).is_empty());
    let scope = Scope {
        purposes: lines(form.value("purposes")),
        kinds: (1..=MOST)
            .filter(|n| filled(&["kind"], *n))
            .map(|n| Kind { name: cell("kind", n), sensitive: form.has(&format!("sensitive-{n}"), "yes") })
            .collect(),
        people: People { non_sensitive, sensitive },
        recipients: (1..=MOST)
            .filter(|n| filled(&["recipient", "country", "contact"], *n))
            .map(|n| Recipient { name: cell("recipient", n), country: cell("country", n), contact: cell("contact", n) })
            .collect(),
        onward: (1..=MOST)
            .filter(|n| filled(&["onward", "onward_country", "onward_from"], *n))
            .map(|n| Onward { from: cell("onward_from", n), name: cell("onward", n), country: cell("onward_country", n) })
            .collect(),
        systems: lines(form.value("systems")),
        retention_months: u32::try_from(retention).unwrap_or(u32::MAX),
    };
    let relation = if form.values("relation").is_empty() {
        stored.relation.clone()
    } else {
        form.value("relation").replace("\r\n", "\n").trim().to_owned()
    };
    Filled { relation, scope, ..stored.clone() }
}

/// What no draft may hold: characters that change the text, texts far beyond a field.
fn unstorable(form: &Form) -> Option<(String, usize)> {
    form.pairs().find_map(|(name, value)| {
        let multi = matches!(name, "relation" | "purposes" | "systems");
        if value.chars().count() > KEEP * 5 {
            return Some((name.to_owned(), 0));
        }
        text::check(&value.replace("\r\n", "\n"), multi).err().map(|bad| (name.to_owned(), bad.position))
    })
}

fn at(p: &Problem) -> String {
    let row = |field: &str| p.row.map_or_else(|| format!("{field}-1"), |n| format!("{field}-{n}"));
    match p.field {
        Field::Relation => "relation".to_owned(),
        Field::Purposes => "purposes".to_owned(),
        Field::Kinds => row("kind"),
        Field::People => "people".to_owned(),
        Field::PeopleSensitive => "people_sensitive".to_owned(),
        Field::Recipients => row("recipient"),
        Field::RecipientCountry => row("country"),
        Field::RecipientContact => row("contact"),
        Field::Onward => row("onward"),
        Field::OnwardCountry => row("onward_country"),
        Field::OnwardFrom => row("onward_from"),
        Field::Systems => "systems".to_owned(),
        Field::Retention => "retention".to_owned(),
        _ => String::new(),
    }
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    match case::draft(&cx, &id).await? {
        Ok(case) => render(&cx, &case, typed(&case.dossier().form), StatusCode::OK),
        Err(away) => Ok(away),
    }
}

/// `POST`: saves what was typed; `then=check` also says what is still wrong, `then=more` shows
/// further rows.
///
/// # Errors
/// As [`show`]; faults of the store.
pub(super) async fn save(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let case = match case::draft(&cx, &id).await? {
        Ok(case) => case,
        Err(away) => return Ok(away),
    };
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
    if let Err(r) = case::save(&cx, &case, filled, &form).await? {
        // The page carries the new revision: saving again keeps what is typed here.
        let case = case::load(&cx, &id).await?;
        form.fail("", words::refusal(l, &r));
        return render(&cx, &case, form, refusal_status(&r));
    }
    let then = form.value("then").to_owned();
    let case = case::load(&cx, &id).await?;
    let mut form = typed(&case.dossier().form);
    if then == "more" {
        return render(&cx, &case, form, StatusCode::OK);
    }
    if then != "later" {
        case::mark(l, &case, Task::Scope, &mut form, at);
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
