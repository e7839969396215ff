//! `/body/filings/{id}/materials/{slot}`: what one material must be, its files in their
//! order, upload, download, removal.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::actor::FileId;
use guosuo_case::filing::{Action, Command, FileProblem, ReasonCode, Slot, past_work_window};

use super::case::{self, Case};
use super::{keep, view};
use crate::app::Cx;
use crate::error::{Error, refusal_status};
use crate::intake::Accept;
use crate::web::components::Tone;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

struct Entry {
    id: String,
    name: String,
    facts: String,
    person: String,
    problems: Vec<(bool, String)>,
    first: bool,
    last: bool,
    href: String,
}

#[derive(Template)]
#[template(path = "body/material.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    here: String,
    requirement: String,
    state: &'static str,
    tone: Tone,
    covers: &'static [&'static str],
    template: String,
    findings: Vec<String>,
    entries: Vec<Entry>,
    editable: bool,
    is_form: bool,
    is_roster: bool,
    is_other: bool,
    nothing_further: bool,
    accept: String,
    upload: String,
    max_mib: u64,
}

fn slot_of(s: &str) -> Result<Slot, Error> {
    Slot::parse(s).ok_or(Error::NotFound)
}

fn render(cx: &Cx, case: &Case, slot: Slot, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let files = case.dossier().files(slot);
    let state = view::State::of(case, slot);
    let entries = files
        .iter()
        .enumerate()
        .map(|(i, f)| Entry {
            id: f.id.0.clone(),
            name: f.name.clone(),
            facts: match f.pages {
                Some(n) => format!("{}{}{}", l.size(f.size), l.t("，", ", "), l.count_of(n.into(), "页", "page")),
                None => l.size(f.size),
            },
            person: case
                .dossier()
                .people
                .iter()
                .find(|p| p.sheet.as_ref() == Some(&f.id))
                .map(|p| p.name.clone())
                .unwrap_or_default(),
            problems: f
                .problems
                .iter()
                .map(|p: &FileProblem| {
                    (p.blocks(), words::reason(l, slot, &ReasonCode::File { name: f.name.clone(), problem: *p }))
                })
                .collect(),
            first: i == 0,
            last: i + 1 == files.len(),
            href: l.href(case.path(&format!("files/{}", f.id))),
        })
        .collect();
    let findings = case
        .blocks(slot)
        .chain(case.warnings(slot))
        .filter(|f| {
            !matches!(
                f.reason,
                ReasonCode::File { .. } | ReasonCode::Missing | ReasonCode::FieldProblem { .. } | ReasonCode::Late { .. }
            )
        })
        .map(|f| words::finding(l, f))
        .collect();
    let mut requirement = words::requirement(l, slot).to_owned();
    if slot == Slot::PastWork {
        let (from, to) = past_work_window(case.today);
        requirement = l.pick(
            format!("写明近三年（{}至{}）的工作，可附证明。", l.date(from).words, l.date(to).words),
            format!("The last three years ({} to {}); evidence may be attached.", l.date(from).words, l.date(to).words),
        );
    }
    let own = case.path(&format!("materials/{}", slot.id()));
    let title =
        l.pick(format!("第{}项　{}", slot.id(), words::slot(l, slot)), format!("Item {}: {}", slot.id(), words::slot(l, slot)));
    let page = Page {
        shell: case::shell(cx, case, &title)
            .here(l.pick(format!("第{}项", slot.id()), format!("Item {}", slot.id())))
            .for_form(&form),
        l,
        form,
        base: l.href(case.path("")),
        here: l.href(&own),
        requirement,
        state: state.words(l),
        tone: state.tone(),
        covers: words::covers(l, slot),
        template: if words::template_outline(slot) {
            l.href(format!("/body/templates/{}.docx", slot.id()))
        } else {
            String::new()
        },
        findings,
        entries,
        editable: case.can(Action::AttachFile),
        is_form: slot == Slot::Form,
        is_roster: slot == Slot::Background,
        is_other: slot == Slot::Other,
        nothing_further: case.dossier().nothing_further,
        accept: Accept::MATERIAL.attribute(),
        upload: l.href(format!("{own}/uploads")),
        max_mib: cx.app.config.uploads.max_mib,
    };
    case::page(status, &page)
}

/// `GET /body/filings/{id}/materials/{slot}`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case or another number.
pub async fn show(cx: Cx, Path((id, slot)): Path<(String, String)>) -> Result<Response, Error> {
    let slot = slot_of(&slot)?;
    let case = case::load(&cx, &id).await?;
    render(&cx, &case, slot, Form::new(), StatusCode::OK)
}

/// `POST /body/filings/{id}/materials/{slot}`: one or several files, each on its own: one that
/// is not taken does not hold up the others.
///
/// # Errors
/// [`Error::TooLarge`]; what `cx.act` gives.
pub async fn upload(cx: Cx, Path((id, slot)): Path<(String, String)>, form: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let slot = slot_of(&slot)?;
    let case = case::draft(&cx, &id).await?;
    guosuo_case::filing::permit(Some(&case.filing), Action::AttachFile, cx.actor()?, cx.now)?;
    let sent = keep::read(&cx, form).await?;
    let mut errors = Form::new();
    if sent.files.is_empty() {
        errors.fail("files", l.t("先选择文件，再点上传。", "Choose a file first, then upload."));
        return render(&cx, &case, slot, errors, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut taken = 0_i64;
    let mut case = case;
    for file in sent.files {
        let name = file.name.clone();
        let result = match keep::receive(&cx, &case, file, Accept::MATERIAL).await? {
            Ok(upload) => keep::attach(&cx, &case, &upload, slot, None).await?,
            Err(no) => Err(no),
        };
        match result {
            Ok(()) => {
                taken += 1;
                case = case::load(&cx, &id).await?;
            }
            Err(no) => errors.fail("files", l.pick(format!("“{name}”：{no}"), format!("“{name}”: {no}"))),
        }
    }
    if errors.ok() {
        let news = l.pick(
            format!("已上传{taken}个文件。"),
            if taken == 1 { "1 file uploaded.".to_owned() } else { format!("{taken} files uploaded.") },
        );
        return Ok(Flash::good(news).to(l, &case.path(&format!("materials/{}", slot.id()))));
    }
    render(&cx, &case, slot, errors, StatusCode::UNPROCESSABLE_ENTITY)
}

/// Acts on a slot and comes back to its page.
async fn act(cx: &Cx, id: &str, slot: Slot, command: Command, news: &str) -> Result<Response, Error> {
    let l = cx.l();
    match case::try_act(cx, id, command, None).await? {
        Ok(_) => Ok(Flash::good(news).to(l, &format!("/body/filings/{id}/materials/{}", slot.id()))),
        Err(r) => {
            let case = case::load(cx, id).await?;
            let mut form = Form::new();
            form.fail("", words::refusal(l, &r));
            render(cx, &case, slot, form, refusal_status(&r))
        }
    }
}

/// `POST …/order`: moves `file` one place `up` or `down`.
///
/// # Errors
/// What `cx.act` gives.
pub async fn order(cx: Cx, Path((id, slot)): Path<(String, String)>, form: Form) -> Result<Response, Error> {
    let slot = slot_of(&slot)?;
    let case = case::load(&cx, &id).await?;
    let mut order: Vec<FileId> = case.dossier().files(slot).iter().map(|f| f.id.clone()).collect();
    if let Some(at) = order.iter().position(|f| f.as_str() == form.value("file")) {
        let to = if form.value("to") == "up" { at.checked_sub(1) } else { Some(at + 1).filter(|i| *i < order.len()) };
        if let Some(to) = to {
            order.swap(at, to);
        }
    }
    let news = cx.l().t("顺序已调整，审核时按这个顺序显示。", "The order is saved; the reviewer sees the files in this order.");
    act(&cx, &id, slot, Command::OrderFiles { slot, order }, news).await
}

/// `POST …/remove`: takes `file` out of the dossier.
///
/// # Errors
/// What `cx.act` gives.
pub async fn remove(cx: Cx, Path((id, slot)): Path<(String, String)>, form: Form) -> Result<Response, Error> {
    let slot = slot_of(&slot)?;
    let file = FileId(form.value("file").to_owned());
    act(&cx, &id, slot, Command::RemoveFile { file }, cx.l().t("文件已移除。", "The file is removed.")).await
}

/// `POST …/nothing`: declares that there are no other materials (item 9), or takes it back.
///
/// # Errors
/// What `cx.act` gives.
pub async fn nothing(cx: Cx, Path((id, slot)): Path<(String, String)>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    if slot_of(&slot)? != Slot::Other {
        return Err(Error::NotFound);
    }
    let declared = form.value("declared") == "yes";
    let news = if declared {
        l.t("已声明无其他材料。", "Declared: no other materials.")
    } else {
        l.t("已取消声明。", "The declaration is taken back.")
    };
    act(&cx, &id, Slot::Other, Command::DeclareNothingFurther(declared), news).await
}

/// `GET /body/filings/{id}/files/{file}`: an own file as a download.
///
/// # Errors
/// [`Error::NotFound`] for a file of another case.
pub async fn download(cx: Cx, Path((id, file)): Path<(String, String)>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    let (_, file) = case.dossier().file(&FileId(file)).ok_or(Error::NotFound)?;
    keep::give(&cx, &case, file).await
}
