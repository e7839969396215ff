//! `/processor/assessments/{id}/edit/{section}`: one section of the assessment, saved while it is typed.

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guosuo_case::assessment::{Action, Assessment, Command, Content, NOT_COMPARED, Source, available, check_content};
use guosuo_case::filing::Severity;
use guosuo_case::{RefusalCode, text};
use serde_json::json;

use super::acts;
use super::fields::{Field, Group, Kind};
use super::sections::{Section, apply, groups};
use crate::app::Cx;
use crate::body::case::page;
use crate::error::{Error, refusal_status};
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words::{self, assessment as say};

/// How long a field may be in a draft, in characters; the check says what is too long for a version.
const KEEP: usize = 40_000;

#[derive(Template)]
#[template(path = "preparing/section.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    code: &'static str,
    version: u32,
    guidance: &'static str,
    groups: Vec<Group>,
    gaps: Vec<(bool, String)>,
    saved: String,
    can_save: bool,
    told: String,
    next: String,
    /// Where files of evidence are uploaded; empty on the other pages.
    evidence: String,
}

/// The frame of a page of one assessment.
pub(super) fn shell(cx: &Cx, id: &str, a: &Assessment, title: impl Into<String>) -> Shell {
    let l = cx.l();
    let name = if a.content().title.is_empty() {
        l.t("影响评估", "Impact assessment").to_owned()
    } else {
        a.content().title.clone()
    };
    Shell::new(&cx.screen, Front::Processor, title.into())
        .at("preparing")
        .crumb("/processor/assessments", l.t("影响评估", "Impact assessments"))
        .crumb(&format!("/processor/assessments/{id}"), name)
}

/// Name of a section.
pub(super) fn name(l: Lang, s: Section) -> String {
    say::place(l, s.place())
}

/// Who saved last, and when.
pub(super) fn saved_line(l: Lang, a: &Assessment) -> String {
    a.saved.as_ref().map_or_else(String::new, |(at, by)| {
        let at = l.moment(*at).words;
        l.pick(format!("{at}由{}保存", by.name), format!("Saved by {} on {at}", by.name))
    })
}

/// The applications with which an assessment can be compared, on the page where one is chosen; none: nothing to choose.
async fn applications(cx: &Cx, section: Section) -> Result<Vec<Choice>, Error> {
    let l = cx.l();
    let own = if section == Section::Facts { acts::own_applications(cx).await? } else { Vec::new() };
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let only = l.t("正在办理的那一份（只有一份时）", "The one under way, where there is only one");
    let mut out = vec![Choice::new("", only)];
    out.extend(own.into_iter().map(|(id, a)| {
        let number = a.receipt.as_ref().map(|r| r.number.to_string()).unwrap_or_default();
        let name = say::source(l, &Source::Application { number });
        let what = a.dossier.form.scope.purposes.join(l.t("、", ", "));
        let name = if what.is_empty() { name } else { l.pick(format!("{name}：{what}"), format!("{name}: {what}")) };
        Choice::new(id, name.chars().take(80).collect::<String>())
    }));
    out.push(Choice::new(NOT_COMPARED, l.t("不与认证申请核对", "With none")));
    Ok(out)
}

/// The groups of a section, with the choice of an application among the facts.
fn all_groups(l: Lang, section: Section, content: &Content, applications: Vec<Choice>) -> Vec<Group> {
    let mut out = groups(l, section, content);
    if let Some(first) = out.first_mut().filter(|_| !applications.is_empty()) {
        let field = Field::new("application", l.t("与哪一份认证申请核对", "Application to compare with"), &content.application);
        let hint = l.t(
            "人数、接收方、国家、目的不一致的，列在任务清单下面",
            "Where numbers, recipients, countries or purposes differ, it is listed below the tasks",
        );
        first.fields.push(field.hint(hint).select(applications));
    }
    out
}

/// What a page shows beside the stored assessment: what was typed, and news of a colleague.
struct Shown<'a> {
    form: Form,
    content: &'a Content,
    told: String,
    status: StatusCode,
    applications: Vec<Choice>,
}

fn render(cx: &Cx, id: &str, a: &Assessment, section: Section, shown: Shown<'_>) -> Result<Response, Error> {
    let Shown { form, content, told, status, applications } = shown;
    let l = cx.l();
    let facts = guosuo_case::assessment::Config::default();
    let gaps = check_content(a.content(), guosuo_rules::risk::Method::shipped(), cx.today(), &facts);
    let gaps = gaps.iter().filter(|g| g.place == section.place());
    let order = Section::all();
    let next = order.iter().position(|s| *s == section).and_then(|at| order.get(at + 1)).map_or("", |s| s.code());
    let view = Page {
        shell: shell(cx, id, a, name(l, section)).for_form(&form),
        l,
        base: l.href(format!("/processor/assessments/{id}")),
        code: section.code(),
        version: a.rev,
        guidance: section.guidance(l),
        groups: all_groups(l, section, content, applications),
        gaps: gaps.map(|g| (g.severity == Severity::Blocks, say::gap(l, g))).collect(),
        saved: saved_line(l, a),
        can_save: a.draft.is_some() && guosuo_case::Right::ApplicationEdit.held_by(cx.actor()?),
        told,
        next: next.to_owned(),
        evidence: if section == Section::Opinions {
            l.href(format!("/processor/assessments/{id}/evidence"))
        } else {
            String::new()
        },
        form,
    };
    page(status, &view)
}

/// The values of the fields as a form.
fn typed(l: Lang, section: Section, content: &Content) -> Form {
    let chosen = (section == Section::Facts).then(|| ("application".to_owned(), content.application.clone()));
    let fields = groups(l, section, content).into_iter().flat_map(|g| g.fields).map(|f| (f.id, f.value));
    Form::from_pairs(fields.chain(chosen))
}

/// `GET …/edit/{section}`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's assessment, or no such section.
pub(super) async fn show(cx: Cx, Path((id, code)): Path<(String, String)>) -> Result<Response, Error> {
    let section = Section::parse(&code).ok_or(Error::NotFound)?;
    let a = acts::assessment(&cx, &id).await?;
    let form = typed(cx.l(), section, a.content());
    let applications = applications(&cx, section).await?;
    let (told, status) = (String::new(), StatusCode::OK);
    render(&cx, &id, &a, section, Shown { form, content: a.content(), told, status, applications })
}

/// What no draft may hold: texts beyond all measure, and characters that cannot be stored.
fn unstorable(l: Lang, form: &Form) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (name, value) in form.pairs() {
        if let Err(bad) = text::check(&value.replace('\r', ""), true) {
            let at = bad.position;
            out.push((
                name.to_owned(),
                l.pick(format!("第{at}个字符不能保存，请删去。"), format!("Character {at} cannot be stored. Remove it.")),
            ));
        } else if value.chars().count() > KEEP {
            out.push((name.to_owned(), l.t("太长了，请缩短。", "Too long. Shorten it.").to_owned()));
        }
    }
    out
}

/// `POST …/edit/{section}`: saves; `then=next` goes on to the next section.
///
/// # Errors
/// As [`show`]; what a person can put right re-renders the page.
pub(super) async fn save(cx: Cx, Path((id, code)): Path<(String, String)>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let section = Section::parse(&code).ok_or(Error::NotFound)?;
    let a = acts::assessment(&cx, &id).await?;
    let mut content = a.content().clone();
    let mut bad = unstorable(l, &form);
    bad.extend(apply(l, section, &form, &mut content));
    if !bad.is_empty() {
        for (field, message) in bad {
            form.fail(field, message);
        }
        let applications = applications(&cx, section).await?;
        let (told, status) = (String::new(), StatusCode::UNPROCESSABLE_ENTITY);
        return render(&cx, &id, &a, section, Shown { form, content: &content, told, status, applications });
    }
    let seen = form.trimmed("version").parse().unwrap_or(0);
    if content != *a.content() {
        let command = Command::Save { content: Box::new(content.clone()), seen };
        if let Err(r) = acts::act(&cx, &id, command).await? {
            let a = acts::assessment(&cx, &id).await?;
            form.fail("", words::refusal(l, &r));
            let told = match r.code {
                RefusalCode::StaleForm { .. } => saved_line(l, &a),
                _ => String::new(),
            };
            let (applications, status) = (applications(&cx, section).await?, refusal_status(&r));
            return render(&cx, &id, &a, section, Shown { form, content: &content, told, status, applications });
        }
    }
    let base = format!("/processor/assessments/{id}");
    let order = Section::all();
    let next = order.iter().position(|s| *s == section).and_then(|at| order.get(at + 1));
    let to = match (form.value("then"), next) {
        ("next", Some(s)) => format!("{base}/edit/{}", s.code()),
        ("stay", _) => format!("{base}/edit/{}", section.code()),
        _ => base,
    };
    Ok(Flash::good(l.t("已保存。", "Saved.")).to(l, &to))
}

/// `POST …/edit/{section}/autosave`: the contract of `frontend/js/autosave.js`.
///
/// # Errors
/// As [`show`].
pub(super) async fn autosave(cx: Cx, Path((id, code)): Path<(String, String)>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let section = Section::parse(&code).ok_or(Error::NotFound)?;
    let a = acts::assessment(&cx, &id).await?;
    let saved = |version: u32| Json(json!({ "saved_at": l.hours(cx.now).words, "version": version })).into_response();
    let mut content = a.content().clone();
    let unread = !unstorable(l, &form).is_empty() || !apply(l, section, &form, &mut content).is_empty();
    // What cannot be read yet waits for the button: half a date is not an error while it is typed.
    if unread || content == *a.content() {
        return Ok(saved(a.rev));
    }
    let seen = form.trimmed("version").parse().unwrap_or(0);
    match acts::act(&cx, &id, Command::Save { content: Box::new(content), seen }).await? {
        Ok(a) => Ok(saved(a.rev)),
        Err(r) => Ok((StatusCode::CONFLICT, Json(json!({ "message": words::refusal(l, &r) }))).into_response()),
    }
}

/// Whether an act exists now for the signed-in person.
pub(super) async fn can(cx: &Cx, a: &Assessment, action: Action) -> Result<bool, Error> {
    Ok(available(Some(a), cx.actor()?, &acts::facts(cx, a).await?, cx.now).contains(&action))
}

impl Field {
    pub(super) fn rows(&self) -> usize {
        if let Kind::Area(rows) = self.kind { rows } else { 0 }
    }

    pub(super) fn choices(&self) -> &[crate::web::components::Choice] {
        if let Kind::Select(choices) = &self.kind { choices } else { &[] }
    }

    pub(super) fn is_day(&self) -> bool {
        matches!(self.kind, Kind::Day)
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number)
    }
}
