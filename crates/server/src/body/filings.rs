//! `/body` and `/body/filings`: the organisation's filings, what to do next, the clocks.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use guosuo_case::actor::CaseId;
use guosuo_case::filing::{Action, Command, Filing, Form as Annex, Phase, available, decision_due};
use guosuo_case::{Life as _, OrgKind, Right};
use guosuo_rules::time::cst_date;
use guosuo_store::new_id;
use jiff::Timestamp;

use super::case::{self, Case};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{ClockView, Tone};
use crate::web::fmt::Time;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

/// Most filings listed.
const MOST: usize = 50;

struct Line {
    href: String,
    name: String,
    phase: &'static str,
    tone: Tone,
    todo: String,
    link: &'static str,
    clock: Option<ClockView>,
    updated: Time,
}

#[derive(Template)]
#[template(path = "body/filings.html")]
struct Page {
    shell: Shell,
    l: Lang,
    org: String,
    home: bool,
    active: bool,
    /// Why the registration was not confirmed, if it was not.
    refusal: String,
    can_open: bool,
    draft: String,
    lines: Vec<Line>,
    key: String,
}

/// `GET /body`: the filings; who works on certifications only begins at their queue.
///
/// # Errors
/// [`Error::Forbidden`] for people of no body; when the store cannot be read.
pub async fn home(cx: Cx) -> Result<Response, Error> {
    let actor = cx.actor()?;
    if Right::FilingReadOwn.held_by(actor) {
        return render(&cx, true).await;
    }
    if actor.org_kind == OrgKind::Body && Right::ApplicationRead.held_by(actor) {
        return Ok(Redirect::to(&cx.l().href("/body/applications")).into_response());
    }
    Err(Error::Forbidden)
}

/// `GET /body/filings`.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(cx: Cx) -> Result<Response, Error> {
    render(&cx, false).await
}

async fn render(cx: &Cx, home: bool) -> Result<Response, Error> {
    let l = cx.l();
    let signed = cx.signed()?;
    let org = signed.actor.org.clone();
    let ids = cx.app.store.reader().await?.cases_of(org.as_str(), Filing::KIND).await?;
    let mut lines = Vec::new();
    let mut draft = String::new();
    for id in ids.into_iter().take(MOST) {
        let case = case::load(cx, &id).await?;
        if matches!(case.filing.phase, Phase::Draft) && draft.is_empty() {
            draft = l.href(case.path(""));
        }
        lines.push(line(cx, &case));
    }
    let refusal = if signed.org_active { String::new() } else { refusal(cx, org.as_str()).await? };
    let can_open = available(None, &signed.actor, cx.now).contains(&Action::Open);
    let title =
        if home { l.t("专业认证机构备案", "Filing of certification bodies") } else { l.t("机构备案", "Filings") };
    let shell = Shell::new(&cx.screen, Front::Body, title).at("filings");
    let shell = if home { shell } else { shell.crumb("/body", l.t("专业认证机构", "Certification body")) };
    let page = Page {
        shell,
        l,
        org: signed.org_name.clone(),
        home,
        active: signed.org_active,
        refusal,
        can_open,
        draft,
        lines,
        key: case::fresh_key(),
    };
    case::page(StatusCode::OK, &page)
}

/// Why a registration was not confirmed, as the page says it; empty while it waits.
async fn refusal(cx: &Cx, org: &str) -> Result<String, Error> {
    let why = cx.app.store.organisation(org).await?.map(|o| o.details.refusal).unwrap_or_default();
    if why.is_empty() {
        return Ok(why);
    }
    Ok(cx.l().pick(
        format!("理由：{why} 请与办理机关联系，更正后会重新核对；准备好的内容都会保留。"),
        format!("Reason: {why} Contact the authority; after the correction it is checked again. What you prepared is kept."),
    ))
}

fn line(cx: &Cx, case: &Case) -> Line {
    let l = cx.l();
    let lamps = cx.app.config.lamps;
    let f = &case.filing;
    let name = f.submission().map_or_else(
        || {
            l.pick(
                format!("{}开始的草稿", l.day_month(cst_date(f.opened_at)).words),
                format!("Draft of {}", l.date(cst_date(f.opened_at)).words),
            )
        },
        |s| s.number.to_string(),
    );
    let mut clock = None;
    let (tone, todo, link) = match &f.phase {
        Phase::Draft => {
            if let Some(due) = case.filing_due() {
                let day = due.earliest();
                let c = ClockView::working_days(l, case.days_to(day), 10, day, 2, 5);
                clock = Some(if due.firm().is_none() { c.provisional() } else { c });
            }
            let (done, all) = case.progress();
            if case.complete() {
                (
                    Tone::Info,
                    l.t("材料已备齐，可以核对并提交。", "Everything is ready: check and submit.").to_owned(),
                    l.t("核对并提交", "Check and submit"),
                )
            } else {
                (
                    Tone::Info,
                    l.pick(format!("必交{all}项，已完成{done}项。"), format!("{done} of {all} required items are complete.")),
                    l.t("继续准备", "Continue"),
                )
            }
        }
        Phase::UnderReview { submission, .. } => {
            if let Some(due) = decision_due(submission, &case.calendar) {
                let day = due.latest();
                let c = ClockView::working_days(l, case.days_to(day), 30, day, lamps.red, lamps.yellow);
                clock = Some(if due.firm().is_none() { c.provisional() } else { c });
            }
            (
                Tone::Warn,
                l.t(
                    "国家网信部门会同国家数据管理部门审核，不需要再办什么。",
                    "Under review by CAC with the National Data Administration. Nothing to do.",
                )
                .to_owned(),
                l.t("查看进度", "Follow"),
            )
        }
        Phase::Filed { decision, .. } => (
            Tone::Ok,
            decision
                .filing
                .as_ref()
                .map_or_else(String::new, |n| l.pick(format!("备案编号{n}，已公示。"), format!("Filing number {n}, published."))),
            l.t("查看", "View"),
        ),
        Phase::Refused { .. } => (
            Tone::Late,
            l.t(
                "不予备案。看看理由，补齐后可以重新提交，已有材料会保留。",
                "Not filed. Read the reasons and file anew; your documents are kept.",
            )
            .to_owned(),
            l.t("查看理由", "See the reasons"),
        ),
        Phase::Withdrawn { .. } => (
            Tone::Mute,
            l.t("已由本机构撤回。需要时可以从复制件重新开始。", "Withdrawn. You can start anew from a copy.").to_owned(),
            l.t("查看", "View"),
        ),
        Phase::Removed { .. } => (Tone::Mute, l.t("已移出备案名单。", "Removed from the list.").to_owned(), l.t("查看", "View")),
    };
    Line {
        href: l.href(case.path("")),
        name,
        phase: words::phase(l, &f.phase),
        tone,
        todo,
        link,
        clock,
        updated: l.stamp(case.updated),
    }
}

/// `POST /body/filings`: opens a draft, empty or as a copy (`copy`) of an earlier filing. An
/// organisation that waits for its confirmation prepares as well: its 10 working days run.
///
/// # Errors
/// What `cx.act` gives.
pub async fn open(cx: Cx, form: Form) -> Result<Response, Error> {
    let copy = match form.trimmed("copy") {
        "" => None,
        id => {
            let earlier = case::load(&cx, id).await?;
            Some((CaseId::from(id), Box::new(earlier.filing.dossier)))
        }
    };
    let prefill = Box::new(prefill(&cx).await?);
    let of = copy.as_ref().map(|(id, _)| id.0.clone()).unwrap_or_default();
    let key = case::idem(form.value("idem"), "filing.open", &[of.as_bytes()]);
    match case::try_act(&cx, &new_id(), Command::Open { copy, prefill }, key).await? {
        Ok(acted) => Ok(Redirect::to(&cx.l().href(format!("/body/filings/{}", acted.case_id))).into_response()),
        Err(r) => Err(r.into()),
    }
}

/// The form begins with what the organisation registered.
async fn prefill(cx: &Cx) -> Result<Annex, Error> {
    let actor = cx.actor()?;
    let Some(org) = cx.app.store.organisation(actor.org.as_str()).await? else { return Ok(Annex::default()) };
    Ok(Annex {
        org_name: org.name,
        credit_code: org.credit_code.unwrap_or_default(),
        legal_rep: org.details.legal_rep,
        address: org.details.address,
        operator: actor.name.clone(),
        operator_phone: org.details.phone,
        ..Annex::default()
    })
}

/// When a draft was last saved, as the side panel tells it.
pub(super) fn saved_line(l: Lang, today: jiff::civil::Date, at: Timestamp) -> String {
    let when = if cst_date(at) == today { l.hours(at).words } else { l.stamp(at).words };
    l.pick(
        format!("草稿{when}已自动保存，本机构其他经办人也能看到。"),
        format!("Draft saved at {when}. Your colleagues can see it too."),
    )
}
