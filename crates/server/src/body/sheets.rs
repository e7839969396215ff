//! Sheets of the people of item 3: one for a person, or many at once, matched by name and
//! confirmed before they are filed.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::filing::Slot;

use super::case::{self, Case};
use super::classify::person_in;
use super::{keep, roster};
use crate::app::Cx;
use crate::error::Error;
use crate::intake::Accept;
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

struct Row {
    upload: String,
    name: String,
    size: String,
    person: String,
    known: bool,
}

#[derive(Template)]
#[template(path = "body/sheets.html")]
struct Page {
    shell: Shell,
    l: Lang,
    base: String,
    rows: Vec<Row>,
    refused: Vec<String>,
    people: Vec<Choice>,
}

/// `POST /body/filings/{id}/roster/sheets`: with `person`, that person's sheet; without, the
/// table of matches.
///
/// # Errors
/// [`Error::TooLarge`]; what `cx.act` gives.
pub async fn upload(cx: Cx, Path(id): Path<String>, form: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    let sent = keep::read(&cx, form).await?;
    let person = sent.value("person").to_owned();
    let field = if person.is_empty() { "sheets" } else { "sheet_file" };
    if sent.files.is_empty() {
        return roster::failed(
            &cx,
            &case,
            field,
            vec![l.t("先选择文件，再点上传。", "Choose a file first, then upload.").to_owned()],
            StatusCode::UNPROCESSABLE_ENTITY,
        );
    }
    let (mut rows, mut refused) = (Vec::new(), Vec::new());
    for file in sent.files {
        let name = file.name.clone();
        match keep::receive(&cx, &case, file, Accept::MATERIAL).await? {
            Err(no) => refused.push(l.pick(format!("“{name}”：{no}"), format!("“{name}”: {no}"))),
            Ok(upload) if !person.is_empty() => {
                match keep::attach(&cx, &case, &upload, Slot::Background, Some(person.clone())).await? {
                    Ok(()) => {
                        let news = l.t("背景审查表已上传。", "The sheet is uploaded.");
                        return Ok(Flash::good(news).to(l, &case.path("roster")));
                    }
                    Err(no) => refused.push(no),
                }
            }
            Ok(upload) => {
                let guess = person_in(&name, &case.dossier().people).unwrap_or_default();
                rows.push(Row { upload: upload.id, name, size: l.size(upload.size), known: !guess.is_empty(), person: guess });
            }
        }
    }
    if rows.is_empty() {
        return roster::failed(&cx, &case, field, refused, StatusCode::UNPROCESSABLE_ENTITY);
    }
    confirm_page(&cx, &case, rows, refused)
}

fn confirm_page(cx: &Cx, case: &Case, rows: Vec<Row>, refused: Vec<String>) -> Result<Response, Error> {
    let l = cx.l();
    let mut people = vec![
        Choice::new("", l.t("不上传这个文件", "Leave this file out")),
        Choice::new("statement", l.t("审查说明（不是某个人的表）", "The statement, not a sheet")),
    ];
    people.extend(case.dossier().people.iter().map(|p| Choice::new(p.id.clone(), p.name.clone())));
    let page = Page {
        shell: case::shell(cx, case, l.t("核对每个文件是谁的表", "Whose sheet is which")),
        l,
        base: l.href(case.path("")),
        rows,
        refused,
        people,
    };
    case::page(StatusCode::OK, &page)
}

/// `POST /body/filings/{id}/roster/sheets/confirm`: `upload` and `person` in pairs.
///
/// # Errors
/// What `cx.act` gives.
pub async fn confirm(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let mut case = case::draft(&cx, &id).await?;
    let (mut done, mut refused) = (0_i64, Vec::new());
    for (upload, person) in form.values("upload").iter().zip(form.values("person")) {
        if person.is_empty() {
            continue;
        }
        let upload = keep::upload_of(&cx, &id, upload).await?;
        let whose = (person != "statement").then(|| person.clone());
        match keep::attach(&cx, &case, &upload, Slot::Background, whose).await? {
            Ok(()) => done += 1,
            Err(no) => refused.push(l.pick(format!("“{}”：{no}", upload.name), format!("“{}”: {no}", upload.name))),
        }
        case = case::load(&cx, &id).await?;
    }
    if refused.is_empty() {
        let news = l.pick(format!("已归入{done}个文件。"), format!("{done} files filed."));
        return Ok(Flash::good(news).to(l, &case.path("roster")));
    }
    roster::failed(&cx, &case, "sheets", refused, StatusCode::UNPROCESSABLE_ENTITY)
}
