//! `/authority/filings/{id}/materials/{slot}`: the pages of a material beside its verdict.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::filing::{Action, Command, FileRef, Filing, ReasonCode, Severity, Slot, SlotVerdict, Verdict, permit};
use guosuo_store::{ActError, new_id};

use super::case::{findings, open, verdict_chip};
use super::case_acts::{field_of, idem};
use super::phrases::phrases;
use super::queue::PATH;
use super::view::{frame, slot_words};
use crate::app::Cx;
use crate::error::{Error, refusal_status};
use crate::web::components::{Choice, ClockView, Link, Tone, ViewerView};
use crate::web::fmt::{mask_id, mask_name};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// One slot in the list at the right.
struct Other {
    id: &'static str,
    name: &'static str,
    href: String,
    chip: (String, Tone),
    current: bool,
}

/// One person of the roster with the sheet.
struct Sheet {
    name: String,
    document: String,
    position: String,
    file: String,
}

#[derive(Template)]
#[template(path = "authority/material.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    case: String,
    requirement: &'static str,
    article: String,
    covers: &'static [&'static str],
    clock: ClockView,
    viewers: Vec<(ViewerView, String)>,
    sheets: Vec<Sheet>,
    findings: Vec<(String, bool)>,
    judge: bool,
    why_not: String,
    verdict: (String, Tone),
    why: Vec<String>,
    verdicts: Vec<Choice>,
    reasons: Vec<Choice>,
    phrases: Vec<Choice>,
    others: Vec<Other>,
    prev: Option<Link>,
    next: Option<Link>,
    idem: String,
}

/// What stands in the hidden field: the moment of the verdict that the page showed, 0 for none.
fn seen(filing: &Filing, slot: Slot) -> i64 {
    filing.review().and_then(|r| r.verdicts.get(&slot)).map_or(0, |v| v.at.as_microsecond())
}

fn slot_of(text: &str) -> Result<Slot, Error> {
    Slot::parse(text).ok_or(Error::NotFound)
}

/// How a file looks in the viewer: page images, or the reason why there are none.
pub(super) fn viewer(l: Lang, case: &str, f: &FileRef) -> ViewerView {
    let drawn = matches!(f.kind.as_str(), "pdf" | "png" | "jpeg") && f.is_usable();
    let pages = if drawn { f.pages.unwrap_or(1) } else { 0 };
    let mut problem: Vec<String> = f
        .problems
        .iter()
        .map(|p| words::reason(l, Slot::Other, &ReasonCode::File { name: f.name.clone(), problem: *p }))
        .collect();
    if f.kind == "ofd" {
        problem.push(l.t("OFD文件请下载原件，用阅读器查看。", "Download this OFD file and open it in a reader.").to_owned());
    }
    let digest = format!("SHA-256 {}…", f.sha256.get(..8).unwrap_or_default());
    let pages_of = f.pages.map(|n| l.count_of(n.into(), "页", "page"));
    let facts = [l.size(f.size)].into_iter().chain(pages_of).chain([digest]).collect::<Vec<_>>().join(l.t("，", ", "));
    ViewerView {
        name: f.name.clone(),
        facts,
        pages: (1..=pages)
            .map(|n| {
                (
                    format!("/authority/files/{case}/{}/pages/{n}.png", f.id),
                    l.pick(format!("第{n}页图像"), format!("Image of page {n}")),
                )
            })
            .collect(),
        // The original has a page of its own that asks for the reason: a link, not a download.
        original: String::new(),
        prev: None,
        next: None,
        problem: problem.join(" "),
    }
}

async fn page(cx: &Cx, id: &str, slot: Slot, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let (filing, _) = open(cx, id).await?;
    let actor = cx.actor()?;
    let judged = permit(Some(&filing), Action::GiveVerdict, actor, cx.now);
    let found = findings(cx, &filing).await?;
    let here = Slot::ALL.iter().position(|s| *s == slot).unwrap_or(0);
    let link = |s: &Slot, name: &str| Link::new(l.href(format!("{PATH}/{id}/materials/{}", s.id())), name);
    let current = filing.review().and_then(|r| r.verdicts.get(&slot)).cloned();
    let mut why: Vec<String> = current.iter().flat_map(|v| v.reasons.iter().map(|r| words::reason(l, slot, r))).collect();
    if let Some(v) = &current {
        if !v.note.is_empty() {
            why.push(v.note.clone());
        }
        why.push(format!("{} {}", v.by.name, l.stamp(v.at).words));
    }
    let form = if form.value("seen").is_empty() { filled(&form, seen(&filing, slot), current.as_ref()) } else { form };
    let name = words::slot(l, slot);
    let number = filing.submission().map(|s| s.number.to_string()).unwrap_or_default();
    let view = Page {
        shell: frame(cx, "queue", l.pick(format!("第{}项 {name}", slot.id()), format!("Item {}: {name}", slot.id())))
            .crumb(PATH, l.t("备案审核", "Filings"))
            .crumb(&format!("{PATH}/{id}"), number)
            .here(l.pick(format!("第{}项", slot.id()), format!("Item {}", slot.id())))
            .for_form(&form),
        l,
        path: l.href(format!("{PATH}/{id}/materials/{}", slot.id())),
        case: l.href(format!("{PATH}/{id}")),
        requirement: words::requirement(l, slot),
        article: words::article(l, slot.article()),
        covers: words::covers(l, slot),
        clock: super::case::clock(cx, &filing).await?.0,
        viewers: filing
            .dossier
            .files(slot)
            .iter()
            .map(|f| (viewer(l, id, f), l.href(format!("{PATH}/{id}/files/{}/original", f.id))))
            .collect(),
        sheets: if slot == Slot::Background { sheets(&filing) } else { Vec::new() },
        findings: found
            .iter()
            .filter(|f| f.slot == slot)
            .map(|f| (words::finding(l, f), f.severity == Severity::Blocks))
            .collect(),
        judge: judged.is_ok(),
        why_not: judged.err().map(|r| words::refusal(l, &r)).unwrap_or_default(),
        verdict: verdict_chip(l, &filing, slot),
        why,
        verdicts: Verdict::ALL.iter().map(|v| Choice::new(v.as_str(), words::verdict(l, *v))).collect(),
        reasons: ReasonCode::choices(slot).iter().map(|r| Choice::new(r.name(), words::reason(l, slot, r))).collect(),
        phrases: phrases(slot).iter().map(|p| Choice::new(*p, *p)).collect(),
        others: Slot::ALL
            .into_iter()
            .map(|s| Other {
                id: s.id(),
                name: words::slot_short(l, s),
                href: l.href(format!("{PATH}/{id}/materials/{}", s.id())),
                chip: verdict_chip(l, &filing, s),
                current: s == slot,
            })
            .collect(),
        prev: here.checked_sub(1).and_then(|i| Slot::ALL.get(i)).map(|s| link(s, l.t("上一项", "Previous item"))),
        next: Slot::ALL.get(here + 1).map(|s| link(s, l.t("下一项", "Next item"))),
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// The form as the verdict in force has it, with the errors of the one given.
fn filled(form: &Form, seen: i64, verdict: Option<&SlotVerdict>) -> Form {
    let mut pairs = vec![("seen".to_owned(), seen.to_string())];
    if let Some(v) = verdict {
        pairs.push(("verdict".into(), v.verdict.as_str().into()));
        pairs.push(("note".into(), v.note.clone()));
        pairs.extend(v.page.map(|p| ("page".into(), p.to_string())));
        pairs.extend(v.reasons.iter().map(|r| ("reasons".into(), r.name().into())));
    }
    let mut out = Form::from_pairs(pairs);
    for (field, message) in form.errors().iter() {
        out.fail(field.clone(), message.clone());
    }
    out
}

fn sheets(filing: &Filing) -> Vec<Sheet> {
    let d = &filing.dossier;
    d.people
        .iter()
        .map(|p| Sheet {
            name: mask_name(&p.name),
            document: mask_id(&p.doc_number),
            position: p.position.clone(),
            file: p.sheet.as_ref().and_then(|id| d.file(id)).map(|(_, f)| f.name.clone()).unwrap_or_default(),
        })
        .collect()
}

/// `GET /authority/filings/{id}/materials/{slot}`.
///
/// # Errors
/// [`Error::NotFound`] for a case or slot that does not exist for this person.
pub async fn show(cx: Cx, Path((id, slot)): Path<(String, String)>) -> Result<Response, Error> {
    page(&cx, &id, slot_of(&slot)?, Form::new(), StatusCode::OK).await
}

/// `POST /authority/filings/{id}/materials/{slot}`: the verdict.
///
/// # Errors
/// As [`show`]; a refusal or a stale page is shown on the page itself.
pub async fn judge(cx: Cx, Path((id, slot)): Path<(String, String)>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let slot = slot_of(&slot)?;
    let (filing, loaded) = open(&cx, &id).await?;
    let Some(verdict) = Verdict::parse(form.value("verdict")) else {
        form.fail("verdict", l.t("选一个结论。", "Choose a verdict."));
        return page(&cx, &id, slot, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let key = idem(
        &form,
        &[
            &id,
            slot.id(),
            form.value("verdict"),
            form.value("note"),
            form.value("page"),
            &form.values("reasons").join(","),
            &form.values("phrases").join("\n"),
        ],
    );
    // A page that shows an older verdict must not write over a newer one. The same request
    // sent twice is answered by its key instead.
    if permit(Some(&filing), Action::GiveVerdict, cx.actor()?, cx.now).is_ok()
        && form.value("seen") != seen(&filing, slot).to_string()
    {
        let stale = form.value("seen").to_owned();
        if !already(&filing, slot, verdict, &form) {
            form.set("seen", seen(&filing, slot).to_string());
            let now = verdict_chip(l, &filing, slot).0;
            let say = l.pick(
                format!("您打开这一页以后，这一项的结论已经改为“{now}”。请核对后再保存。"),
                format!("Since you opened this page the verdict was changed to “{now}”. Compare and save again."),
            );
            form.fail("verdict", say);
            tracing::debug!(stale, "verdict on an older page");
            return page(&cx, &id, slot, form, StatusCode::CONFLICT).await;
        }
    }
    let page_no = match form.trimmed("page") {
        "" => None,
        text => match text.parse::<u32>() {
            Ok(n) if (1..=100_000).contains(&n) => Some(n),
            _ => {
                form.fail("page", l.t("页码填大于0的整数。", "The page is a whole number above 0."));
                None
            }
        },
    };
    if !form.ok() {
        return page(&cx, &id, slot, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let chosen = form.values("reasons");
    let reasons = if verdict == Verdict::Complete {
        Vec::new()
    } else {
        ReasonCode::choices(slot).into_iter().filter(|r| chosen.iter().any(|c| c == r.name())).collect()
    };
    let command = Command::GiveVerdict { slot, verdict, reasons, note: note_of(&form, slot), page: page_no };
    match cx.act_on(&id, command, Some(loaded.version), key).await {
        Ok(done) => {
            let next = done.state.review().map(|r| r.open_slots(&done.state.dossier)).unwrap_or_default();
            let after = Slot::ALL.iter().skip_while(|s| **s != slot).skip(1).find(|s| next.contains(s)).or_else(|| next.first());
            let said = l.pick(
                format!("{}：{}。", slot_words(l, slot), words::verdict(l, verdict)),
                format!("{}: {}.", slot_words(l, slot), words::verdict(l, verdict)),
            );
            let path = match after {
                Some(s) if form.value("go") != "stay" => format!("{PATH}/{id}/materials/{}", s.id()),
                _ => format!("{PATH}/{id}"),
            };
            Ok(Flash::good(said).to(l, &path))
        }
        Err(ActError::Refused(r)) => {
            let field = if matches!(r.code, guosuo_case::RefusalCode::ReasonNeeded { .. }) {
                "reasons"
            } else if field_of(&r) == "reason" {
                "note"
            } else {
                field_of(&r)
            };
            form.fail(field, words::refusal(l, &r));
            page(&cx, &id, slot, form, refusal_status(&r)).await
        }
        Err(e) => Err(e.into()),
    }
}

/// The chosen phrases, then what was typed.
fn note_of(form: &Form, slot: Slot) -> String {
    let known = phrases(slot);
    let mut parts: Vec<&str> = form
        .values("phrases")
        .iter()
        .map(String::as_str)
        .filter(|p| known.contains(p) && !form.value("note").contains(p))
        .collect();
    let typed = form.trimmed("note");
    if !typed.is_empty() {
        parts.push(typed);
    }
    parts.join("")
}

/// Whether the verdict that stands is the one that this request asks for.
fn already(filing: &Filing, slot: Slot, verdict: Verdict, form: &Form) -> bool {
    filing.review().and_then(|r| r.verdicts.get(&slot)).is_some_and(|v| v.verdict == verdict && v.note == note_of(form, slot))
}
