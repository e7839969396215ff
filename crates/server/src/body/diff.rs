//! `/body/filings/{id}/diff`: a filing made from a copy against the earlier submission, field
//! by field, person by person, file by file (by digest).

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::filing::{Dossier, Field, FileRef, Slot};

use super::case;
use super::form::shown;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Change, DiffRow};
use crate::web::{Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "body/diff.html")]
struct Page {
    shell: Shell,
    l: Lang,
    base: String,
    number: String,
    changes: usize,
    fields: Vec<DiffRow>,
    people: Vec<DiffRow>,
    files: Vec<DiffRow>,
}

/// `GET /body/filings/{id}/diff`.
///
/// # Errors
/// [`Error::NotFound`] for a filing that is no copy.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::load(&cx, &id).await?;
    let earlier = case.filing.copied_from.clone().ok_or(Error::NotFound)?;
    let (before, _) = cx.filing(earlier.as_str()).await?;
    let (fields, people, files) = compare(l, &before.dossier, case.dossier());
    let changes = [&fields, &people, &files].into_iter().flatten().filter(|r| r.change != Change::Same).count();
    let page = Page {
        shell: case::shell(&cx, &case, l.t("与上次提交对照", "Compared with the last submission")),
        l,
        base: l.href(case.path("")),
        number: before.submission().map(|s| s.number.to_string()).unwrap_or_default(),
        changes,
        fields,
        people,
        files,
    };
    case::page(StatusCode::OK, &page)
}

/// Fields, roster and files of two dossiers.
pub fn compare(l: Lang, before: &Dossier, after: &Dossier) -> (Vec<DiffRow>, Vec<DiffRow>, Vec<DiffRow>) {
    let fields = Field::ALL
        .into_iter()
        .map(|f| DiffRow::new(words::field(l, f), shown(l, f, &before.form), shown(l, f, &after.form)))
        .filter(|r| !(r.before.is_empty() && r.after.is_empty()))
        .collect();
    (fields, people(l, before, after), files(l, before, after))
}

/// People are told apart by their id on the roster, which a copy keeps.
fn people(l: Lang, before: &Dossier, after: &Dossier) -> Vec<DiffRow> {
    let line = |p: &guosuo_case::filing::Person| {
        let number = crate::web::fmt::mask_id(&p.doc_number);
        [p.name.as_str(), number.as_str(), p.position.as_str()]
            .into_iter()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>()
            .join(l.t("，", ", "))
    };
    let mut out = Vec::new();
    for p in &before.people {
        let now = after.people.iter().find(|q| q.id == p.id);
        let mut row = DiffRow::new(p.name.clone(), line(p), now.map(line).unwrap_or_default());
        // The masked line may hide the change.
        if row.change == Change::Same && now.is_some_and(|q| (&q.doc_kind, &q.doc_number) != (&p.doc_kind, &p.doc_number)) {
            row.change = Change::Changed;
        }
        if row.change != Change::Same {
            out.push(row);
        }
    }
    for p in after.people.iter().filter(|p| !before.people.iter().any(|q| q.id == p.id)) {
        out.push(DiffRow::new(p.name.clone(), String::new(), line(p)));
    }
    out
}

/// Files are the same when their digests are, whatever their names.
fn files(l: Lang, before: &Dossier, after: &Dossier) -> Vec<DiffRow> {
    let line = |f: &FileRef| {
        l.pick(
            format!("{}（{}，{}…）", f.name, l.size(f.size), &f.sha256[..f.sha256.len().min(8)]),
            format!("{} ({}, {}…)", f.name, l.size(f.size), &f.sha256[..f.sha256.len().min(8)]),
        )
    };
    let mut out = Vec::new();
    for slot in Slot::ALL {
        let name = l.pick(
            format!("第{}项　{}", slot.id(), words::slot_short(l, slot)),
            format!("{} {}", slot.id(), words::slot_short(l, slot)),
        );
        let (old, new) = (before.files(slot), after.files(slot));
        let gone: Vec<&FileRef> = old.iter().filter(|f| !new.iter().any(|g| g.sha256 == f.sha256)).collect();
        let come: Vec<&FileRef> = new.iter().filter(|f| !old.iter().any(|g| g.sha256 == f.sha256)).collect();
        let kept = old.len() - gone.len();
        if gone.is_empty() && come.is_empty() {
            if kept > 0 {
                let same = l.pick(format!("{kept}个文件"), if kept == 1 { "1 file".to_owned() } else { format!("{kept} files") });
                out.push(DiffRow::new(name, same.clone(), same));
            }
            continue;
        }
        for i in 0..gone.len().max(come.len()) {
            let text = |list: &[&FileRef]| list.get(i).map(|f| line(f)).unwrap_or_default();
            out.push(DiffRow::new(name.clone(), text(&gone), text(&come)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use guosuo_case::actor::FileId;

    fn file(name: &str, digest: &str) -> FileRef {
        FileRef {
            id: FileId(name.into()),
            name: name.into(),
            kind: "pdf".into(),
            size: 1024,
            pages: Some(1),
            sha256: digest.repeat(64 / digest.len()),
            sm3: String::new(),
            problems: Vec::new(),
            form_code: None,
        }
    }

    #[test]
    fn a_renamed_file_is_the_same_and_a_new_content_is_not() {
        let mut before = Dossier::default();
        before.files.insert(Slot::Complaints, vec![file("8.pdf", "ab")]);
        before.files.insert(Slot::WorkPlan, vec![file("5.pdf", "cd")]);
        let mut after = before.clone();
        after.files.insert(Slot::Complaints, vec![file("投诉.pdf", "ab")]);
        after.files.insert(Slot::WorkPlan, vec![file("5.pdf", "ef")]);
        after.form.capital = "5000".into();
        let (fields, _, files) = compare(Lang::Zh, &before, &after);
        assert_eq!(files.iter().map(|r| r.change).collect::<Vec<_>>(), [Change::Changed, Change::Same]);
        assert_eq!(fields.iter().map(|r| (r.name.as_str(), r.change)).collect::<Vec<_>>(), [("注册资本", Change::Added)]);
    }
}
