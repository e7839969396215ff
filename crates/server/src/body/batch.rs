//! `/body/filings/{id}/batch`: the whole set in one ZIP, sorted by the numbers in the names,
//! and nothing filed before a person has confirmed the table.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::filing::{Action, Command, Slot};

use super::case::{self, Case};
use super::keep::{self, Incoming};
use super::{classify, hub};
use crate::app::Cx;
use crate::error::Error;
use crate::intake::{self, Accept, Input, Sample};
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

struct Row {
    upload: String,
    path: String,
    size: String,
    choice: String,
    known: bool,
}

#[derive(Template)]
#[template(path = "body/batch.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    accept: String,
    max_mib: u64,
}

#[derive(Template)]
#[template(path = "body/batch_confirm.html")]
struct ConfirmPage {
    shell: Shell,
    l: Lang,
    base: String,
    rows: Vec<Row>,
    refused: Vec<(String, String)>,
    ignored: usize,
    choices: Vec<Choice>,
    full: Vec<&'static str>,
}

fn render(cx: &Cx, case: &Case, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let status = form.status();
    let page = Page {
        shell: case::shell(cx, case, l.t("整套上传，自动归类", "Upload the whole set")).for_form(&form),
        l,
        form,
        base: l.href(case.path("")),
        accept: Accept::BATCH.attribute(),
        max_mib: cx.app.config.uploads.max_mib,
    };
    case::page(status, &page)
}

/// `GET /body/filings/{id}/batch`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    if let Some(away) = case.away(cx.l()) {
        return Ok(away);
    }
    render(&cx, &case, Form::new())
}

/// `POST /body/filings/{id}/batch`: unpacks, stores each file, proposes a slot for each.
///
/// # Errors
/// [`Error::TooLarge`]; faults of store and machine.
pub async fn upload(cx: Cx, Path(id): Path<String>, form: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    guosuo_case::filing::permit(Some(&case.filing), Action::AttachFile, cx.actor()?, cx.now)?;
    let mut sent = keep::read(&cx, form).await?;
    let mut bad = Form::new();
    let Some(zip) = sent.files.pop() else {
        bad.fail("set", l.t("先选择ZIP文件。", "Choose the ZIP first."));
        return render(&cx, &case, bad);
    };
    if let Err(no) = cx.app.intake.sniff(&zip.name, &Sample::of(&zip.bytes), Accept::BATCH) {
        bad.fail("set", intake::words::rejection(l, &no));
        return render(&cx, &case, bad);
    }
    let (mut rows, mut refused, mut ignored) = (Vec::new(), Vec::new(), 0);
    let mut entries = cx.app.intake.unpack(Input::from(zip.bytes)).await?;
    loop {
        match entries.next().await? {
            Ok(None) => break,
            // Nothing of an archive that breaks a limit counts.
            Err(f) => {
                bad.fail("set", intake::words::failure(l, &f));
                return render(&cx, &case, bad);
            }
            Ok(Some(e)) if classify::is_junk(&e.name, &e.folder) => ignored += 1,
            Ok(Some(e)) => {
                let path = if e.folder.is_empty() { e.name.clone() } else { format!("{}/{}", e.folder, e.name) };
                let guess = classify::guess(&e.name, &e.folder, &case.dossier().people);
                match keep::receive(&cx, &case, Incoming { field: String::new(), name: e.name, bytes: e.bytes }, Accept::MATERIAL)
                    .await?
                {
                    Err(no) => refused.push((path, no)),
                    Ok(upload) => rows.push(Row {
                        upload: upload.id,
                        size: l.size(upload.size),
                        known: guess.slot.is_some(),
                        choice: choice(guess.slot, guess.person.as_deref()),
                        path,
                    }),
                }
            }
        }
    }
    if rows.is_empty() {
        bad.fail("set", l.t("这个ZIP里没有可以接收的文件。", "This ZIP holds no file that can be taken."));
        for (path, no) in refused {
            bad.fail("set", l.pick(format!("“{path}”：{no}"), format!("“{path}”: {no}")));
        }
        return render(&cx, &case, bad);
    }
    rows.sort_by(|a, b| a.path.cmp(&b.path));
    let page = ConfirmPage {
        shell: case::shell(&cx, &case, l.t("核对归类", "Check the sorting")),
        l,
        base: l.href(case.path("")),
        rows,
        refused,
        ignored,
        choices: choices(l, &case),
        full: Slot::ALL.into_iter().filter(|s| !case.dossier().files(*s).is_empty()).map(Slot::id).collect(),
    };
    case::page(StatusCode::OK, &page)
}

/// Slot, and for a sheet the person: `8`, `3:ID`.
fn choice(slot: Option<Slot>, person: Option<&str>) -> String {
    match (slot, person) {
        (Some(s), Some(p)) => format!("{}:{p}", s.id()),
        (Some(s), None) => s.id().to_owned(),
        (None, _) => String::new(),
    }
}

fn choices(l: Lang, case: &Case) -> Vec<Choice> {
    let mut out = vec![Choice::new("", l.t("不归入", "Leave out"))];
    for s in Slot::ALL {
        let name = words::slot_short(l, s);
        out.push(Choice::new(
            s.id(),
            format!("{}　{name}{}", s.id(), if s == Slot::Background { l.t("：审查说明", ": statement") } else { "" }),
        ));
        if s == Slot::Background {
            for p in &case.dossier().people {
                out.push(Choice::new(
                    format!("3:{}", p.id),
                    l.pick(format!("3　审查表：{}", p.name), format!("3　Sheet: {}", p.name)),
                ));
            }
        }
    }
    out
}

/// `POST /body/filings/{id}/batch/confirm`: `upload` and `slot` in pairs; `mode=replace` first
/// empties the slots that get files.
///
/// # Errors
/// What `cx.act` gives.
pub async fn confirm(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let mut case = case::draft(&cx, &id).await?;
    let mut chosen = Vec::new();
    for (upload, choice) in form.values("upload").iter().zip(form.values("slot")) {
        let (slot, person) = match choice.split_once(':') {
            Some((s, p)) => (s, Some(p.to_owned())),
            None => (choice.as_str(), None),
        };
        if let Some(slot) = Slot::parse(slot) {
            chosen.push((keep::upload_of(&cx, &id, upload).await?, slot, person));
        }
    }
    if form.value("mode") == "replace" {
        for slot in Slot::ALL.into_iter().filter(|s| chosen.iter().any(|(_, t, p)| t == s && p.is_none())) {
            let old: Vec<_> = if slot == Slot::Background {
                case.dossier().statements().map(|f| f.id.clone()).collect()
            } else {
                case.dossier().files(slot).iter().map(|f| f.id.clone()).collect()
            };
            for file in old {
                if let Err(r) = case::try_act(&cx, &id, Command::RemoveFile { file }, None).await? {
                    return Err(r.into());
                }
            }
        }
        case = case::load(&cx, &id).await?;
    }
    let (mut done, mut bad) = (0_i64, Form::new());
    for (upload, slot, person) in chosen {
        match keep::attach(&cx, &case, &upload, slot, person).await? {
            Ok(()) => done += 1,
            Err(no) => bad.fail("set", l.pick(format!("“{}”：{no}", upload.name), format!("“{}”: {no}", upload.name))),
        }
        case = case::load(&cx, &id).await?;
    }
    if bad.ok() {
        let news = l.pick(format!("已归入{done}个文件。"), format!("{done} files filed."));
        return Ok(Flash::good(news).to(l, &hub::path(&id)));
    }
    render(&cx, &case, bad)
}
