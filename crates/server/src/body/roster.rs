//! `/body/filings/{id}/roster`: the people of item 3, one sealed sheet each, their number
//! equal to 从事认证人员数量.

use askama::Template;
use axum::extract::{Multipart, Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::RefusalCode;
use guosuo_case::filing::{Action, Command, Person, ReasonCode, Slot};
use guosuo_store::{ActError, Error as StoreError, new_id};
use serde::Deserialize;

use super::case::{self, Case};
use super::{keep, roster_file};
use crate::app::Cx;
use crate::error::{Error, refusal_status};
use crate::intake::{self, Accept, Input, Sample};
use crate::web::components::{Choice, Tone};
use crate::web::fmt::mask_id;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// How often a roster follows other changes of its case before it is given back.
const TRIES: usize = 5;

/// `?edit=ID` opens a person, `?sheet=ID` the upload of a sheet.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    edit: String,
    #[serde(default)]
    sheet: String,
}

struct Row {
    number: usize,
    name: String,
    document: String,
    position: String,
    state: &'static str,
    tone: Tone,
    sheet: String,
    warning: String,
    edit: String,
    upload: String,
    id: String,
}

#[derive(Template)]
#[template(path = "body/roster.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    count: String,
    even: bool,
    rows: Vec<Row>,
    editing: String,
    sheet_for: Option<(String, String)>,
    kinds: Vec<Choice>,
    cells: Vec<roster_file::CellError>,
    editable: bool,
    statements: usize,
    accept: String,
    accept_table: String,
}

struct View {
    form: Form,
    editing: String,
    sheet: String,
    cells: Vec<roster_file::CellError>,
    status: StatusCode,
}

impl Default for View {
    fn default() -> Self {
        Self { form: Form::new(), editing: String::new(), sheet: String::new(), cells: Vec::new(), status: StatusCode::OK }
    }
}

fn render(cx: &Cx, case: &Case, view: View) -> Result<Response, Error> {
    let l = cx.l();
    let d = case.dossier();
    let here = case.path("roster");
    let rows = d
        .people
        .iter()
        .enumerate()
        .map(|(i, p)| {
            let file = p.sheet.as_ref().and_then(|id| d.files(Slot::Background).iter().find(|f| f.id == *id));
            let (state, tone) = match file {
                None => (l.t("未上传", "Missing"), Tone::Mute),
                Some(f) if f.is_usable() => (l.t("已上传", "Uploaded"), Tone::Ok),
                Some(_) => (l.t("需更换", "Replace"), Tone::Late),
            };
            let warning = case
                .findings
                .iter()
                .find(|f| matches!(&f.reason, ReasonCode::RosterIdNumber { row, .. } | ReasonCode::RosterIncomplete { row } if *row == i + 1))
                .map(|f| words::finding(l, f))
                .unwrap_or_default();
            Row {
                number: i + 1,
                name: p.name.clone(),
                document: format!("{} {}", roster_file::kind_words(l, &p.doc_kind), mask_id(&p.doc_number)),
                position: p.position.clone(),
                state,
                tone,
                sheet: file.map(|f| f.name.clone()).unwrap_or_default(),
                warning,
                edit: l.href(format!("{here}?edit={}#person", p.id)),
                upload: l.href(format!("{here}?sheet={}#sheet", p.id)),
                id: p.id.clone(),
            }
        })
        .collect();
    let (people, sheets) = (d.people.len(), d.sheets());
    let declared = d.form.staff();
    let count = match declared {
        Some(n) => l.pick(
            format!("申请表写从事认证人员{n}人，名册{people}人，背景审查表{sheets}份。"),
            format!("The form says {n} people; {people} on the roster, {sheets} background sheets."),
        ),
        None => l.pick(
            format!("名册{people}人，背景审查表{sheets}份。申请表还没有填从事认证人员数量。"),
            format!("{people} on the roster, {sheets} background sheets. The form does not give the number of staff yet."),
        ),
    };
    let page = Page {
        shell: case::shell(cx, case, l.t("从事认证人员名册", "Roster of certification staff")).for_form(&view.form),
        l,
        base: l.href(case.path("")),
        count,
        even: declared.is_some_and(|n| n as usize == people && sheets == people),
        rows,
        sheet_for: d.people.iter().find(|p| p.id == view.sheet).map(|p| (p.id.clone(), p.name.clone())),
        editing: view.editing,
        kinds: roster_file::KINDS.iter().map(|k| Choice::new(k.0, l.t(k.1, k.2))).collect(),
        cells: view.cells,
        editable: case.can(Action::SaveRoster),
        statements: d.statements().filter(|f| f.is_usable()).count(),
        accept: Accept::MATERIAL.attribute(),
        accept_table: Accept::ROSTER.attribute(),
        form: view.form,
    };
    case::page(view.status, &page)
}

/// The roster with an error in the summary, for the other files of this page.
pub(super) fn failed(cx: &Cx, case: &Case, field: &str, messages: Vec<String>, status: StatusCode) -> Result<Response, Error> {
    let mut form = Form::new();
    for m in messages {
        form.fail(field, m);
    }
    render(cx, case, View { form, status, ..View::default() })
}

/// Numbers of identity documents are about to be shown in full.
async fn record(cx: &Cx, case: &Case) -> Result<(), Error> {
    Ok(cx.app.store.record_read(&cx.origin()?, "roster", &case.id, "own filing", cx.now).await?)
}

/// `GET /body/filings/{id}/roster`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case.
pub async fn show(cx: Cx, Path(id): Path<String>, Query(wish): Query<Wish>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    let mut view = View { sheet: wish.sheet, ..View::default() };
    if let Some(p) = case.dossier().people.iter().find(|p| p.id == wish.edit) {
        record(&cx, &case).await?;
        view.form = Form::new()
            .with("person", p.id.as_str())
            .with("name", p.name.as_str())
            .with("doc_kind", p.doc_kind.as_str())
            .with("doc_number", p.doc_number.as_str())
            .with("position", p.position.as_str());
        view.editing = p.id.clone();
    } else {
        view.form = Form::new().with("doc_kind", "resident_id");
    }
    render(&cx, &case, view)
}

/// Saves a roster as a whole, upon the one it was made from, and comes back to it. What somebody else has put on the
/// roster meanwhile is not written over: the page comes back with what was typed.
async fn store(cx: &Cx, mut case: Case, people: Vec<Person>, news: String, typed: Form) -> Result<Response, Error> {
    let from = case.dossier().people.clone();
    for _ in 0..TRIES {
        match put(cx, &case, people.clone()).await {
            Ok(()) => return Ok(Flash::good(news).to(cx.l(), &case.path("roster"))),
            Err(ActError::Refused(r)) if r.code == RefusalCode::NotFound => return Err(Error::NotFound),
            Err(ActError::Refused(r)) => {
                let status = refusal_status(&r);
                return failed(cx, &case, "", vec![words::refusal(cx.l(), &r)], status);
            }
            Err(ActError::Store(StoreError::Stale { .. })) => case = case::draft(cx, &case.id).await?,
            Err(e) => return Err(e.into()),
        }
        // Something else of the case has changed: the roster can follow. Its people have: somebody must look.
        if case.dossier().people != from {
            break;
        }
    }
    let mut form = typed;
    form.fail(
        "",
        cx.l().t(
            "同事刚刚改过名册，这次没有保存。请看下面最新的名册，再办一次。",
            "A colleague has just changed the roster, and yours was not saved. Look at the latest roster below and do it again.",
        ),
    );
    let editing = form.value("person").to_owned();
    render(cx, &case, View { form, editing, status: StatusCode::CONFLICT, ..View::default() })
}

async fn put(cx: &Cx, case: &Case, people: Vec<Person>) -> Result<(), ActError> {
    let mut version = case.version;
    // A sheet whose person has gone would pass for the statement.
    for gone in case.dossier().people.iter().filter(|p| !people.iter().any(|q| q.id == p.id)) {
        if let Some(file) = gone.sheet.clone().filter(|f| case.dossier().file(f).is_some()) {
            version = cx.act_on(&case.id, Command::RemoveFile { file }, Some(version), None).await?.version;
        }
    }
    cx.act_on(&case.id, Command::SaveRoster { people }, Some(version), None).await.map(drop)
}

/// `POST /body/filings/{id}/roster`: adds a person, or changes the one named by `person`.
///
/// # Errors
/// What `cx.act` gives; what was typed wrong re-renders the page.
pub async fn save(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    let editing = form.value("person").to_owned();
    let name = form.require("name", l.t("填写姓名。", "Enter the name."));
    let kind = form.trimmed("doc_kind").to_owned();
    let kind = if roster_file::kind_words(l, &kind).is_empty() { "resident_id".to_owned() } else { kind };
    let typed = form.require("doc_number", l.t("填写证件号码。", "Enter the document number."));
    let number = roster_file::number_of(&kind, &typed);
    let position = form.trimmed("position").to_owned();
    for (field, value) in [("name", &name), ("doc_number", &number), ("position", &position)] {
        if let Err(problem) = roster_file::check_text(l, value) {
            form.fail(field, problem);
        }
    }
    if kind == "resident_id" && !number.is_empty() && number.chars().count() != 18 {
        let problem = roster_file::number_problem(l, &kind, &number).unwrap_or_default();
        form.fail("doc_number", problem);
    }
    let mut people = case.dossier().people.clone();
    if let Some(twin) =
        people.iter().find(|p| p.id != editing && p.doc_kind == kind && p.doc_number == number && !number.is_empty())
    {
        form.fail(
            "doc_number",
            l.pick(
                format!("与“{}”的证件号码重复。一人只列一次。", twin.name),
                format!("The same number as “{}”. List each person once.", twin.name),
            ),
        );
    }
    if people.len() >= roster_file::MOST {
        form.fail("name", l.pick(format!("最多{}人。", roster_file::MOST), format!("At most {} people.", roster_file::MOST)));
    }
    if !form.ok() {
        return render(&cx, &case, View { form, editing, status: StatusCode::UNPROCESSABLE_ENTITY, ..View::default() });
    }
    let news = if let Some(p) = people.iter_mut().find(|p| p.id == editing) {
        (p.name, p.doc_kind, p.doc_number, p.position) = (name.clone(), kind, number, position);
        l.pick(format!("“{name}”已修改。"), format!("“{name}” is changed."))
    } else {
        people.push(Person { id: new_id(), name: name.clone(), doc_kind: kind, doc_number: number, position, sheet: None });
        l.pick(format!("“{name}”已加入名册。"), format!("“{name}” is on the roster."))
    };
    store(&cx, case, people, news, form).await
}

/// `POST /body/filings/{id}/roster/remove`.
///
/// # Errors
/// What `cx.act` gives.
pub async fn remove(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    let mut people = case.dossier().people.clone();
    people.retain(|p| p.id != form.value("person"));
    let news = l.t("已从名册移除，这个人的审查表也一并移除。", "Removed from the roster together with the sheet.").to_owned();
    store(&cx, case, people, news, Form::new()).await
}

/// `POST /body/filings/{id}/roster/import`: a whole table at once; any wrong cell stops it,
/// and every wrong cell is named.
///
/// # Errors
/// [`Error::TooLarge`]; what `cx.act` gives.
pub async fn import(cx: Cx, Path(id): Path<String>, form: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    let sent = keep::read(&cx, form).await?;
    let bad = |messages| failed(&cx, &case, "table", messages, StatusCode::UNPROCESSABLE_ENTITY);
    let Some(file) = sent.files.first() else {
        return bad(vec![l.t("先选择填好的表。", "Choose the table first.").to_owned()]);
    };
    let kind = match cx.app.intake.sniff(&file.name, &Sample::of(&file.bytes), Accept::ROSTER) {
        Ok(kind) => kind,
        Err(no) => return bad(vec![intake::words::rejection_of_table(l, &no)]),
    };
    let table = match cx.app.intake.table(kind, Input::from(file.bytes.clone())).await? {
        Ok(table) => table,
        Err(f) => return bad(vec![intake::words::failure(l, &f)]),
    };
    match roster_file::read(l, &table.rows) {
        Err(cells) => {
            let mut form = Form::new();
            form.fail(
                "table",
                l.pick(
                    format!("表里有{}处要修改，没有导入。改好后重新上传。", cells.len()),
                    format!("{} cells need changes; nothing was imported. Correct the table and upload it again.", cells.len()),
                ),
            );
            render(&cx, &case, View { form, cells, status: StatusCode::UNPROCESSABLE_ENTITY, ..View::default() })
        }
        Ok(new) => {
            let n = new.len();
            let people = merge(&case.dossier().people, new, sent.value("mode") == "append");
            store(&cx, case, people, l.pick(format!("已导入{n}人。"), format!("{n} people imported.")), Form::new()).await
        }
    }
}

/// People who were on the roster keep their id and their sheet.
fn merge(old: &[Person], new: Vec<Person>, append: bool) -> Vec<Person> {
    let mut out: Vec<Person> = if append { old.to_vec() } else { Vec::new() };
    for mut p in new {
        let same = old.iter().find(|q| q.doc_kind == p.doc_kind && q.doc_number == p.doc_number);
        if let Some(q) = same {
            p.id.clone_from(&q.id);
            p.sheet.clone_from(&q.sheet);
        }
        match out.iter_mut().find(|q| q.id == p.id) {
            Some(q) => *q = p,
            None => out.push(p),
        }
    }
    out
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// `GET /body/filings/{id}/roster/export`: the roster as a workbook, numbers in full.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case.
pub async fn export(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    record(&cx, &case).await?;
    Ok(case::file(XLSX, cx.l().t("人员名册.xlsx", "roster.xlsx"), false, roster_file::write(cx.l(), &case.dossier().people)?))
}

/// `GET /body/templates/roster.xlsx`: the empty table.
///
/// # Errors
/// When the workbook cannot be written.
pub async fn template(cx: Cx) -> Result<Response, Error> {
    Ok(case::file(XLSX, cx.l().t("人员名册模板.xlsx", "roster-template.xlsx"), false, roster_file::write(cx.l(), &[])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, number: &str, sheet: Option<&str>) -> Person {
        Person {
            id: id.into(),
            name: id.into(),
            doc_kind: "passport".into(),
            doc_number: number.into(),
            sheet: sheet.map(Into::into),
            ..Person::default()
        }
    }

    #[test]
    fn who_was_there_keeps_the_sheet() {
        let old = [person("a", "E1", Some("f1")), person("b", "E2", None)];
        let new = vec![person("x", "E1", None), person("y", "E3", None)];
        let replaced = merge(&old, new.clone(), false);
        assert_eq!(replaced.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["a", "y"]);
        assert_eq!(replaced[0].sheet, Some("f1".into()));
        let appended = merge(&old, new, true);
        assert_eq!(appended.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["a", "b", "y"]);
    }
}
