//! `/body/filings/{id}/form`: 附件2, every field, saved while it is typed.
//!
//! A draft may hold anything that a person types, so nothing is lost; only what no text may
//! hold (control and reordering characters, texts far beyond the field) is not stored. Two
//! people who save against the same revision both see both versions.

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guosuo_case::filing::{Action, Command, Event, Field, FieldProblem, Filing, Form as Annex, Nature, parse_date};
use guosuo_case::{Refusal, RefusalCode, text};
use guosuo_rules::ids;
use serde_json::json;

use super::case::{self, Case};
use super::filings::saved_line;
use super::view;
use crate::app::Cx;
use crate::error::{Error, refusal_status};
use crate::web::components::{Choice, DiffRow};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// How far beyond its limit a text is still kept in a draft.
const KEEP_TIMES: usize = 4;

#[derive(Template)]
#[template(path = "body/form.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    version: u32,
    natures: Vec<Choice>,
    saved: String,
    late: bool,
    conflict: Option<Conflict>,
    printed: bool,
    can_save: bool,
    due: view::DueBox,
    pledge: &'static str,
}

/// Somebody else saved while this person typed.
struct Conflict {
    told: String,
    rows: Vec<DiffRow>,
}

/// `GET /body/filings/{id}/form`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    if let Some(away) = case.away(cx.l()) {
        return Ok(away);
    }
    let form = typed(&case.dossier().form);
    render(&cx, &case, form, None, StatusCode::OK)
}

fn typed(annex: &Annex) -> Form {
    Field::ALL.into_iter().fold(Form::new(), |f, x| f.with(x.as_str(), annex.get(x)))
}

fn render(cx: &Cx, case: &Case, form: Form, conflict: Option<Conflict>, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let natures = Nature::ALL
        .into_iter()
        .map(|n| {
            let c = Choice::new(n.as_str(), words::nature(l, n));
            if n == Nature::Other { c.reveals("nature_other", l.t("具体性质", "Which")) } else { c }
        })
        .collect();
    let shell = case::shell(cx, case, l.t("填写备案申请表", "Fill in the application form")).for_form(&form);
    let page = Page {
        shell,
        l,
        base: l.href(case.path("")),
        version: case.dossier().form_rev,
        natures,
        saved: saved_line(l, case.today, case.updated),
        late: case.late() || !form.trimmed("late_note").is_empty(),
        conflict,
        printed: !case.dossier().prints.is_empty(),
        can_save: case.can(Action::SaveForm),
        due: view::due_box(l, case),
        pledge: super::submit::PLEDGE,
        form,
    };
    case::page(status, &page)
}

/// What was typed, in the spelling that the draft keeps: dates in one form, the credit code
/// without blanks, line ends of one kind. Names stay exactly as given.
fn annex_of(form: &Form, stored: &Annex) -> Annex {
    let mut out = stored.clone();
    for f in Field::ALL {
        // A field that is not on the page (a closed conditional field) keeps its text.
        if form.values(f.as_str()).is_empty() && f != Field::Nature {
            continue;
        }
        let v = form.value(f.as_str());
        let v = match f {
            Field::Founded | Field::ApprovalDate | Field::ApprovalUntil => {
                parse_date(v).map_or_else(|| v.trim().to_owned(), |d| d.to_string())
            }
            Field::CreditCode => {
                let plain = ids::normalise(v);
                if plain.chars().count() == 18 { plain } else { v.trim().to_owned() }
            }
            Field::Scope | Field::LateNote => v.replace("\r\n", "\n"),
            _ => v.trim().to_owned(),
        };
        out.set(f, v);
    }
    out
}

/// What no draft may hold, field by field.
fn unstorable(annex: &Annex) -> Vec<(Field, FieldProblem)> {
    let mut out = Vec::new();
    for f in Field::ALL {
        let v = annex.get(f);
        let chars = v.chars().count();
        if let Err(bad) = text::check(v, f.is_multi_line()) {
            out.push((f, FieldProblem::ForbiddenCharacter { position: bad.position, code_point: bad.code_point }));
        } else if chars > f.max_chars() * KEEP_TIMES {
            out.push((f, FieldProblem::TooLong { chars, max: f.max_chars() }));
        }
    }
    out
}

/// `POST /body/filings/{id}/form`: saves; `then=check` also says what is still wrong.
///
/// # Errors
/// What `cx.act` gives; everything a person can put right re-renders the page.
pub async fn save(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::load(&cx, &id).await?;
    if !case.can(Action::SaveForm) {
        return Err(guosuo_case::filing::permit(Some(&case.filing), Action::SaveForm, cx.actor()?, cx.now)
            .err()
            .map_or(Error::Forbidden, Error::Refused));
    }
    let annex = annex_of(&form, &case.dossier().form);
    let bad = unstorable(&annex);
    if !bad.is_empty() {
        for (f, p) in bad {
            form.fail(f.as_str(), words::field_problem(l, f, &p));
        }
        return render(&cx, &case, form, None, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let seen: u32 = form.trimmed("version").parse().unwrap_or(0);
    let check = form.value("then") != "later";
    if annex == case.dossier().form {
        return after_save(&cx, &id, case, check);
    }
    match case::try_act(&cx, &id, Command::SaveForm { form: Box::new(annex.clone()), seen }, None).await? {
        Ok(acted) => {
            let now = cx.now;
            let case = case::of(&cx, &id, acted.state, acted.version, now).await?;
            after_save(&cx, &id, case, check)
        }
        Err(r) => refused(&cx, &id, form, &annex, &r).await,
    }
}

fn after_save(cx: &Cx, id: &str, case: Case, check: bool) -> Result<Response, Error> {
    let l = cx.l();
    let hub = format!("/body/filings/{id}");
    if !check {
        return Ok(Flash::good(l.t("申请表已保存。", "The form is saved.")).to(l, &hub));
    }
    let problems = case.dossier().form.problems(case.today, &case.filing.credit_code, case.filing.code_overridden);
    if problems.is_empty() {
        let next = format!("{hub}/print");
        let news = l.t(
            "申请表已填好。下一步：打印，加盖公章，扫描后上传。",
            "The form is complete. Next: print it, have it sealed, scan it and upload the scan.",
        );
        return Ok(Flash::good(news).to(l, &next));
    }
    let mut form = typed(&case.dossier().form);
    for (f, p) in problems {
        form.fail(f.as_str(), words::field_problem(l, f, &p));
    }
    render(cx, &case, form, None, StatusCode::UNPROCESSABLE_ENTITY)
}

/// The law said no while somebody typed: the page comes back with everything typed, and for
/// a colleague's save with both versions side by side.
async fn refused(cx: &Cx, id: &str, mut form: Form, mine: &Annex, r: &Refusal) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::load(cx, id).await?;
    form.fail("", words::refusal(l, r));
    let conflict = match r.code {
        RefusalCode::StaleForm { .. } => {
            let told = last_save(cx, id).await?;
            let theirs = &case.dossier().form;
            let rows = Field::ALL
                .into_iter()
                .filter(|f| theirs.get(*f) != mine.get(*f))
                .map(|f| DiffRow::new(words::field(l, f), shown(l, f, theirs), shown(l, f, mine)))
                .collect();
            Some(Conflict { told, rows })
        }
        _ => None,
    };
    render(cx, &case, form, conflict, refusal_status(r))
}

/// A field as people read it.
pub(super) fn shown(l: Lang, f: Field, annex: &Annex) -> String {
    match f {
        Field::Nature => annex.nature().map_or_else(|| annex.nature.clone(), |n| words::nature(l, n).to_owned()),
        Field::NatureOther if annex.nature() != Some(Nature::Other) => String::new(),
        Field::Founded | Field::ApprovalDate | Field::ApprovalUntil => {
            parse_date(annex.get(f)).map_or_else(|| annex.get(f).to_owned(), |d| l.date(d).words)
        }
        Field::Capital if !annex.capital.is_empty() && annex.capital_wan().is_some() && !annex.capital.contains('万') => {
            l.pick(format!("{}万元", annex.capital), format!("{} × RMB 10,000", annex.capital))
        }
        _ => annex.get(f).to_owned(),
    }
}

/// Who saved last, and when.
async fn last_save(cx: &Cx, id: &str) -> Result<String, Error> {
    let l = cx.l();
    let history = cx.app.store.history::<Filing>(id).await?;
    let last = history.iter().rev().find(|e| matches!(e.event, Event::FormSaved { .. }));
    Ok(last.map_or_else(String::new, |e| {
        let at = l.moment(e.at).words;
        l.pick(format!("{}在{at}保存了这张表。", e.by.name), format!("{} saved this form on {at}.", e.by.name))
    }))
}

/// `POST /body/filings/{id}/form/autosave`: the contract of `frontend/js/autosave.js`.
///
/// # Errors
/// What `cx.act` gives.
pub async fn autosave(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::load(&cx, &id).await?;
    let stored = &case.dossier().form;
    let mut annex = annex_of(&form, stored);
    for (f, _) in unstorable(&annex) {
        annex.set(f, stored.get(f));
    }
    let saved = |version: u32| Json(json!({ "saved_at": l.hours(cx.now).words, "version": version })).into_response();
    if annex == *stored {
        return Ok(saved(case.dossier().form_rev));
    }
    let seen: u32 = form.trimmed("version").parse().unwrap_or(0);
    match case::try_act(&cx, &id, Command::SaveForm { form: Box::new(annex), seen }, None).await? {
        Ok(acted) => Ok(saved(acted.state.dossier.form_rev)),
        Err(r) => Ok((StatusCode::CONFLICT, Json(json!({ "message": conflict_line(&cx, &id, &r).await? }))).into_response()),
    }
}

async fn conflict_line(cx: &Cx, id: &str, r: &Refusal) -> Result<String, Error> {
    let l = cx.l();
    Ok(match r.code {
        RefusalCode::StaleForm { .. } => {
            let who = last_save(cx, id).await?;
            let todo = l.t(
                "您填的内容还在这一页，按“保存”可以对照两份内容再决定。",
                "What you typed is still here. Press “Save” to compare both versions.",
            );
            format!("{who}{}{todo}", l.t("", " "))
        }
        _ => words::refusal(l, r),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form::from_pairs(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn a_draft_keeps_what_was_typed_in_one_spelling() {
        let typed = form(&[
            ("org_name", " 示例（虚构）有限公司 "),
            ("credit_code", "9111 0108 ma0x 1234 7k"),
            ("approval_date", "２０２６年3月9日"),
            ("founded", "去年"),
            ("scope", "一\r\n二"),
        ]);
        let a = annex_of(&typed, &Annex::default());
        assert_eq!(a.org_name, "示例（虚构）有限公司");
        assert_eq!(a.credit_code, "91110108MA0X12347K");
        assert_eq!(a.approval_date, "2026-03-09");
        assert_eq!(a.founded, "去年");
        assert_eq!(a.scope, "一\n二");
    }

    #[test]
    fn a_field_that_is_not_on_the_page_keeps_its_text() {
        let stored = Annex { late_note: "说明".into(), nature: "enterprise".into(), ..Annex::default() };
        let a = annex_of(&form(&[("org_name", "示例")]), &stored);
        assert_eq!(a.late_note, "说明");
        assert_eq!(a.nature, "", "no box ticked is no box ticked");
    }

    #[test]
    fn control_characters_and_floods_are_not_stored() {
        let a = Annex { org_name: "示例\u{202E}".into(), address: "路".repeat(801), ..Annex::default() };
        let fields: Vec<_> = unstorable(&a).into_iter().map(|(f, _)| f).collect();
        assert_eq!(fields, [Field::OrgName, Field::Address]);
        let over = Annex { address: "路".repeat(201), ..Annex::default() };
        assert!(unstorable(&over).is_empty(), "a little too long is kept and reported by the check");
    }
}
