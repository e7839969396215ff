//! After submission: where the case stands, the reasons of a refusal, the notice, withdrawal.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::filing::{Action, Command, Event, Filing, Phase, decision_due};
use guosuo_rules::period::Due;

use super::case::{self, Case};
use super::view;
use crate::app::Cx;
use crate::authority::notice::issued;
use crate::error::{Error, refusal_status};
use crate::web::components::{ClockView, Fact, Happening, MaterialRow, Step, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

/// One reason of a refusal.
struct Reason {
    number: &'static str,
    name: &'static str,
    verdict: &'static str,
    words: Vec<String>,
    note: String,
    article: String,
}

#[derive(Template)]
#[template(path = "body/status.html")]
struct Page {
    shell: Shell,
    l: Lang,
    base: String,
    steps: Vec<Step>,
    tone: Tone,
    title: String,
    text: String,
    due_href: String,
    clock: Option<ClockView>,
    facts: Vec<Fact>,
    reasons: Vec<Reason>,
    rows: Vec<MaterialRow>,
    happened: Vec<Happening>,
    received: bool,
    noticed: bool,
    can_withdraw: bool,
    can_copy: bool,
    copied_from: bool,
    case_id: String,
    key: String,
}

/// The page of a filing that is no draft any more.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn show(cx: &Cx, case: &Case) -> Result<Response, Error> {
    let l = cx.l();
    let f = &case.filing;
    let due = f.submission().and_then(|s| decision_due(s, &case.calendar));
    let mut facts = Vec::new();
    if let Some(s) = f.submission() {
        facts.push(Fact::new(l.t("编号", "Number"), s.number.to_string()).code());
        facts.push(Fact::new(l.t("收到时间", "Received"), l.moment(s.received_at).words));
        facts.push(Fact::new(l.t("提交人", "Submitted by"), s.by.name.clone()));
        if s.late {
            facts.push(Fact::new(
                l.t("逾期", "Late"),
                l.t("自批准之日起10个工作日后提交", "More than 10 working days after the approval"),
            ));
        }
    }
    if let Some(d) = f.decision() {
        if let Some(n) = &d.filing {
            facts.push(Fact::new(l.t("备案编号", "Filing number"), n.to_string()).code());
        }
        facts.push(Fact::new(l.t("文号", "Notice"), d.notice.to_string()).code());
        facts.push(Fact::new(l.t("日期", "Date"), l.moment(d.at).words));
    }
    let (tone, title, text) = answer(l, case, due);
    let clock = match (&f.phase, due) {
        (Phase::UnderReview { .. }, Some(due)) => {
            let day = due.latest();
            let lamps = cx.app.config.lamps;
            let c = ClockView::working_days(l, case.days_to(day), 30, day, lamps.red, lamps.yellow);
            Some(if due.firm().is_none() { c.provisional() } else { c })
        }
        _ => None,
    };
    let shell = Shell::new(&cx.screen, Front::Body, l.t("专业认证机构备案", "Filing of a certification body"))
        .at("filings")
        .crumb("/body/filings", l.t("机构备案", "Filing"))
        .here(case::status_name(l, case));
    let page = Page {
        shell,
        l,
        base: l.href(case.path("")),
        steps: view::steps(l, case),
        tone,
        title,
        text,
        due_href: if due.is_some() && clock.is_some() { l.href(case.path("deadline/decide")) } else { String::new() },
        clock,
        facts,
        reasons: reasons(l, f),
        rows: view::rows(l, case, false),
        happened: happened(cx, case, due).await?,
        received: f.submission().is_some(),
        noticed: f.decision().is_some(),
        can_withdraw: case.can(Action::Withdraw),
        can_copy: matches!(f.phase, Phase::Refused { .. } | Phase::Withdrawn { .. } | Phase::Removed { .. }),
        copied_from: f.copied_from.is_some(),
        case_id: case.id.clone(),
        key: case::fresh_key(),
    };
    case::page(StatusCode::OK, &page)
}

fn answer(l: Lang, case: &Case, due: Option<Due>) -> (Tone, String, String) {
    let t = |zh: &'static str, en: &'static str| l.t(zh, en).to_owned();
    match &case.filing.phase {
        Phase::UnderReview { .. } => {
            let day = due.map(|d| l.date_weekday(d.latest()).words).unwrap_or_default();
            (
                Tone::Info,
                l.pick(
                    format!("审核中，最迟{day}告知结果。"),
                    format!("Under review. You will hear the result by {day} at the latest."),
                ),
                t(
                    "国家网信部门会同国家数据管理部门审核。材料齐全的予以备案并公示；不齐全的不予备案，说明理由（《办法》第十二条）。",
                    "Reviewed by CAC with the National Data Administration. A complete filing is filed and published; an incomplete one is refused with reasons (Measures, Article 12).",
                ),
            )
        }
        Phase::Filed { .. } => (
            Tone::Ok,
            t("已备案并公示。", "Filed and published."),
            t(
                "备案是办理手续，不是对机构或者证书的评价和认可。",
                "Filing completes a formality. It is no assessment or approval of the body or its certificates.",
            ),
        ),
        Phase::Refused { .. } => (
            Tone::Late,
            t("本次不予备案。", "Not filed this time."),
            t(
                "理由列在下面。补齐后可以重新提交，已有材料会保留。",
                "The reasons are below. Complete them and file again; your documents are kept.",
            ),
        ),
        Phase::Withdrawn { withdrawal, .. } => (
            Tone::Mute,
            t("已由本机构撤回。", "Withdrawn by your organisation."),
            l.pick(format!("撤回原因：{}", withdrawal.reason), format!("Reason: {}", withdrawal.reason)),
        ),
        Phase::Removed { removal, .. } => (
            Tone::Late,
            t("已移出备案名单。", "Removed from the list of filed bodies."),
            l.pick(
                format!("依据：{}。原因：{}", removal.ground, removal.reason),
                format!("Ground: {}. Reason: {}", removal.ground, removal.reason),
            ),
        ),
        Phase::Draft => (Tone::Info, String::new(), String::new()),
    }
}

fn reasons(l: Lang, f: &Filing) -> Vec<Reason> {
    let Phase::Refused { review, .. } = &f.phase else { return Vec::new() };
    review
        .wanting()
        .into_iter()
        .filter_map(|slot| {
            let v = review.verdicts.get(&slot)?;
            Some(Reason {
                number: slot.id(),
                name: words::slot(l, slot),
                verdict: words::verdict(l, v.verdict),
                words: v.reasons.iter().map(|r| words::reason(l, slot, r)).collect(),
                note: v.note.clone(),
                article: words::article(l, slot.article()),
            })
        })
        .collect()
}

/// What the applicant may see of the history, newest first.
async fn happened(cx: &Cx, case: &Case, due: Option<Due>) -> Result<Vec<Happening>, Error> {
    let l = cx.l();
    let mut out = Vec::new();
    if let (Phase::UnderReview { .. }, Some(due)) = (&case.filing.phase, due) {
        let mut h = Happening::new(l.date(due.latest()), l.t("最迟告知结果", "Result at the latest"));
        h.planned = true;
        out.push(h);
    }
    let history = cx.app.store.history::<Filing>(&case.id).await?;
    for e in history.iter().rev() {
        let shown = matches!(
            e.event,
            Event::Opened { .. }
                | Event::FormPrinted { .. }
                | Event::Submitted { .. }
                | Event::SentToNda
                | Event::Withdrawn { .. }
                | Event::Decided { .. }
                | Event::Removed { .. }
        );
        if !shown {
            continue;
        }
        let own = e.by.org == case.filing.owner;
        let mut h = Happening::new(l.moment(e.at), words::event(l, &e.event));
        if own {
            h = h.note(e.by.name.clone());
        }
        h.bad = matches!(e.event, Event::Decided { outcome: guosuo_case::filing::Outcome::Refuse, .. } | Event::Removed { .. });
        out.push(h);
    }
    Ok(out)
}

/// `GET /body/filings/{id}/notice.pdf`: the notice of the decision, made from the record.
///
/// # Errors
/// [`Error::NotFound`] before the decision or for another organisation's case.
pub async fn notice(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    case.filing.decision().ok_or(Error::NotFound)?;
    issued(&cx, &id, &case.filing).await
}

#[derive(Template)]
#[template(path = "body/withdraw.html")]
struct WithdrawPage {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    submitted: bool,
    number: String,
    due: String,
    key: String,
}

fn withdraw_page(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let submitted = case.filing.submission().is_some();
    let title = if submitted {
        l.t("撤回备案申请", "Withdraw the filing")
    } else {
        l.t("放弃这份草稿", "Give up this draft")
    };
    let key = if form.value("idem").is_empty() { case::fresh_key() } else { form.value("idem").to_owned() };
    let page = WithdrawPage {
        shell: case::shell(cx, case, title).for_form(&form),
        l,
        base: l.href(case.path("")),
        submitted,
        number: case.filing.submission().map(|s| s.number.to_string()).unwrap_or_default(),
        due: case.filing_due().map(|d| l.date(d.latest()).words).unwrap_or_default(),
        key,
        form,
    };
    case::page(status, &page)
}

/// `GET /body/filings/{id}/withdraw`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case; a refusal after the decision.
pub async fn ask_withdraw(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    guosuo_case::filing::permit(Some(&case.filing), Action::Withdraw, cx.actor()?, cx.now)?;
    withdraw_page(&cx, &case, Form::new(), StatusCode::OK)
}

/// `POST /body/filings/{id}/withdraw`.
///
/// # Errors
/// What `cx.act` gives.
pub async fn withdraw(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let reason = form.value("reason").replace("\r\n", "\n");
    let key = case::idem(form.value("idem"), "filing.withdraw", &[id.as_bytes()]);
    match case::try_act(&cx, &id, Command::Withdraw { reason }, key).await? {
        Ok(acted) => {
            let news = if acted.state.submission().is_some() {
                l.t("备案申请已撤回。", "The filing is withdrawn.")
            } else {
                l.t("草稿已放弃，内容仍可查看和复制。", "The draft is given up. It can still be read and copied.")
            };
            Ok(Flash::good(news).to(l, &format!("/body/filings/{id}")))
        }
        Err(r) => {
            let case = case::load(&cx, &id).await?;
            form.fail("reason", words::refusal(l, &r));
            withdraw_page(&cx, &case, form, refusal_status(&r))
        }
    }
}
