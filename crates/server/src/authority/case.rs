//! `GET /authority/filings/{id}`: one case with everything that is known and all that can be done.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::filing::{
    Action, CheckContext, Event, Field, Filing, Finding, Nature, Outcome, Severity, Slot, check_dossier, decision_due, permit,
};
use guosuo_case::{Object, OrgKind, Recorded, Right, allow};
use guosuo_rules::time::cst_date;
use guosuo_store::{Loaded, new_id};

use super::queue::{PATH, officers};
use super::view::{Times, frame, phase_tone, slot_words, verdict_tone};
use crate::app::{Cx, form_digest};
use crate::error::Error;
use crate::web::components::{Choice, ClockView, DiffRow, Fact, Happening, Tone};
use crate::web::fmt::mask_phone;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// One line of the list of materials.
struct Item {
    id: &'static str,
    name: &'static str,
    href: String,
    files: Vec<String>,
    findings: Vec<(String, bool)>,
    verdict: (String, Tone),
    why: Vec<String>,
    by: Option<(String, String)>,
}

/// The opinion of the data authority in words.
struct OpinionView {
    words: &'static str,
    tone: Tone,
    slots: String,
    note: String,
    by: String,
}

#[derive(Template)]
#[template(path = "authority/case.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    number: String,
    body: String,
    state: (&'static str, Tone),
    clock: ClockView,
    facts: Vec<Fact>,
    items: Vec<Item>,
    checked: (usize, usize),
    answers: Vec<Fact>,
    opinion: Option<OpinionView>,
    disputed: bool,
    returned: String,
    proposal: Option<(String, String)>,
    overdue_open: bool,
    overdue_reason: String,
    can: Can,
    why_not: String,
    officers: Vec<Choice>,
    history: Vec<Happening>,
    diff: Vec<DiffRow>,
    previous: String,
    idem: String,
}

/// What the buttons may do now.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each button")]
struct Can {
    take: bool,
    assign: bool,
    send: bool,
    opine: bool,
    propose: bool,
    decide: bool,
    explain: bool,
    notice: bool,
}

/// Loads a submitted filing that this person may see: the data authority sees what was sent
/// to it, and nobody sees a draft.
///
/// # Errors
/// [`Error::NotFound`] otherwise.
pub(super) async fn open(cx: &Cx, id: &str) -> Result<(Filing, Loaded<Filing>), Error> {
    let (filing, loaded) = cx.filing(id).await?;
    let sent = filing.decision().is_some() || filing.review().is_some_and(|r| r.sent_to_nda.is_some());
    let seen = allow(Some(cx.actor()?), Right::QueueRead, &Object::UnderReview { sent_to_nda: sent });
    if filing.submission().is_none() || !seen {
        return Err(Error::NotFound);
    }
    Ok((filing, loaded))
}

/// What the self-check found when the filing was submitted: the applicant saw the same.
pub(super) async fn findings(cx: &Cx, filing: &Filing) -> Result<Vec<Finding>, Error> {
    let calendar = cx.calendar().await?;
    let digest = form_digest(&filing.dossier.form);
    let context = CheckContext {
        today: filing.submission().map_or(cx.today(), |s| cst_date(s.received_at)),
        calendar: &calendar,
        config: &cx.app.config.filing,
        credit_code: &filing.credit_code,
        code_overridden: filing.code_overridden,
        form_digest: &digest,
    };
    Ok(check_dossier(&filing.dossier, &context))
}

/// The clock of a filing.
pub(super) async fn clock(cx: &Cx, filing: &Filing) -> Result<(ClockView, bool), Error> {
    let l = cx.l();
    let calendar = cx.calendar().await?;
    let t = Times { l, today: cx.today(), calendar: &calendar, lamps: cx.app.config.lamps };
    if let Some(d) = filing.decision() {
        let day = l.date(cst_date(d.at)).words;
        return Ok((ClockView::still(words::phase(l, &filing.phase), day), false));
    }
    let due = filing.submission().and_then(|s| decision_due(s, &calendar));
    Ok(match (filing.review(), due) {
        (Some(_), Some(due)) => (t.clock(due.earliest(), due.latest()), t.today > due.latest()),
        _ => (ClockView::still(words::phase(l, &filing.phase), ""), false),
    })
}

/// The verdict on a slot in words.
pub(super) fn verdict_chip(l: Lang, filing: &Filing, slot: Slot) -> (String, Tone) {
    match filing.review().and_then(|r| r.verdicts.get(&slot)) {
        Some(v) => (words::verdict(l, v.verdict).to_owned(), verdict_tone(v.verdict)),
        None if slot.is_optional() && filing.dossier.files(slot).is_empty() => {
            (l.t("未提交（可以不交）", "None (optional)").to_owned(), Tone::Mute)
        }
        None => (l.t("未核", "Open").to_owned(), Tone::Mute),
    }
}

/// The form as a list, with what only the case worker needs in full.
pub(super) fn answers(l: Lang, filing: &Filing) -> Vec<Fact> {
    let form = &filing.dossier.form;
    Field::ALL
        .into_iter()
        .filter(|f| !(matches!(f, Field::NatureOther | Field::LateNote) && form.get(*f).is_empty()))
        .map(|f| {
            let value = match f {
                Field::Nature => form.nature().map_or_else(|| form.nature.clone(), |n: Nature| words::nature(l, n).to_owned()),
                Field::Capital => {
                    l.pick(format!("{}万元", form.capital.trim_end_matches("万元")), format!("{} × RMB 10,000", form.capital))
                }
                Field::OperatorPhone => mask_phone(&form.operator_phone),
                _ => form.get(f).to_owned(),
            };
            let fact = Fact::new(words::field(l, f), value);
            if matches!(f, Field::CreditCode | Field::ApprovalNumber) { fact.code() } else { fact }
        })
        .collect()
}

fn items(l: Lang, id: &str, filing: &Filing, found: &[Finding]) -> Vec<Item> {
    Slot::ALL
        .into_iter()
        .map(|slot| {
            let verdict = filing.review().and_then(|r| r.verdicts.get(&slot));
            let mut why: Vec<String> = verdict.iter().flat_map(|v| v.reasons.iter().map(|r| words::reason(l, slot, r))).collect();
            if let Some(v) = verdict {
                if !v.note.is_empty() {
                    why.push(v.note.clone());
                }
                if let Some(page) = v.page {
                    why.push(l.pick(format!("见第{page}页。"), format!("See page {page}.")));
                }
            }
            Item {
                id: slot.id(),
                name: words::slot(l, slot),
                href: l.href(format!("{PATH}/{id}/materials/{}", slot.id())),
                files: filing.dossier.files(slot).iter().map(|f| words::file(l, f)).collect(),
                findings: found
                    .iter()
                    .filter(|f| f.slot == slot)
                    .map(|f| (words::finding(l, f), f.severity == Severity::Blocks))
                    .collect(),
                verdict: verdict_chip(l, filing, slot),
                why,
                by: verdict.map(|v| (v.by.name.clone(), l.stamp(v.at).words)),
            }
        })
        .collect()
}

fn history(l: Lang, events: &[Recorded<Event>]) -> Vec<Happening> {
    let begins = events.iter().position(|e| matches!(e.event, Event::Submitted { .. })).unwrap_or(0);
    let mut out: Vec<Happening> = events[begins..]
        .iter()
        .map(|e| {
            let said = match &e.event {
                Event::Assigned { note, .. }
                | Event::Proposed { note, .. }
                | Event::OpinionGiven { note, .. }
                | Event::VerdictGiven { note, .. } => note.as_str(),
                Event::ProposalReturned { reason }
                | Event::OverdueExplained { reason }
                | Event::Withdrawn { reason }
                | Event::Removed { reason, .. } => reason.as_str(),
                _ => "",
            };
            let note = if said.is_empty() {
                e.by.name.clone()
            } else {
                l.pick(format!("{}：{said}", e.by.name), format!("{}: {said}", e.by.name))
            };
            let bad = matches!(
                &e.event,
                Event::ProposalReturned { .. }
                    | Event::Withdrawn { .. }
                    | Event::Removed { .. }
                    | Event::OpinionGiven { complete: false, .. }
                    | Event::Decided { outcome: Outcome::Refuse, .. }
            );
            Happening { bad, ..Happening::new(l.stamp(e.at), words::event(l, &e.event)).note(note) }
        })
        .collect();
    out.reverse();
    out
}

async fn diff(cx: &Cx, filing: &Filing) -> Result<Vec<DiffRow>, Error> {
    let l = cx.l();
    let Some(before) = &filing.copied_from else { return Ok(Vec::new()) };
    if cx.actor()?.org_kind != OrgKind::Cac {
        return Ok(Vec::new());
    }
    let Ok((old, _)) = cx.filing(before.as_str()).await else { return Ok(Vec::new()) };
    // Only what the body submitted is compared; a draft of it is nobody's business.
    if old.submission().is_none() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<DiffRow> = Field::ALL
        .into_iter()
        .map(|f| DiffRow::new(words::field(l, f), old.dossier.form.get(f), filing.dossier.form.get(f)))
        .collect();
    let list = |f: &Filing, slot: Slot| {
        f.dossier
            .files(slot)
            .iter()
            .map(|x| format!("{} {}", x.name, x.sha256.get(..12).unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(l.t("；", "; "))
    };
    rows.extend(
        Slot::ALL
            .into_iter()
            .map(|s| DiffRow::new(format!("{} {}", s.id(), words::slot_short(l, s)), list(&old, s), list(filing, s))),
    );
    rows.retain(|r| r.change != crate::web::components::Change::Same);
    Ok(rows)
}

fn opinion(l: Lang, filing: &Filing) -> Option<OpinionView> {
    let o = filing.review()?.opinion.as_ref()?;
    let (words, tone) = if o.complete {
        (l.t("材料齐全", "Complete"), Tone::Ok)
    } else {
        (l.t("材料不齐全", "Not complete"), Tone::Late)
    };
    Some(OpinionView {
        words,
        tone,
        slots: o.slots.iter().map(|s| slot_words(l, *s)).collect::<Vec<_>>().join(l.t("、", ", ")),
        note: o.note.clone(),
        by: format!("{} {}", o.by.name, l.stamp(o.at).words),
    })
}

fn facts(l: Lang, filing: &Filing) -> Vec<Fact> {
    let Some(s) = filing.submission() else { return Vec::new() };
    let mut out = vec![
        Fact::new(l.t("专业认证机构", "Body"), filing.dossier.form.org_name.clone()),
        Fact::new(l.t("统一社会信用代码", "Credit code"), filing.credit_code.clone()).code(),
        Fact::new(l.t("收到", "Received"), l.date_weekday(cst_date(s.received_at)).words).note(l.pick(
            format!("到达系统{}，{}提交", l.hours(s.received_at).words, s.by.name),
            format!("reached the system at {}, from {}", l.hours(s.received_at).words, s.by.name),
        )),
    ];
    if let Some(due) = s.filing_due {
        let note = if s.late {
            l.t("逾期提交，说明见申请表", "filed late; see the note in the form")
        } else {
            l.t("在10个工作日内", "within the 10 working days")
        };
        out.push(Fact::new(l.t("应提交日期", "To be filed by"), l.date(due).words).note(note));
    }
    if filing.code_overridden {
        out.push(Fact::new(
            l.t("信用代码校验", "Credit code check"),
            l.t("校验不符，注册时由审核人员说明理由后接受", "fails; accepted by an officer with a reason"),
        ));
    }
    let handler = filing.review().map(|r| r.handler_name.clone()).filter(|n| !n.is_empty());
    out.push(Fact::new(l.t("承办人", "Handler"), handler.unwrap_or_else(|| l.t("待分办", "Unassigned").to_owned())));
    if let Some(d) = filing.decision() {
        out.push(Fact::new(l.t("文号", "Document number"), d.notice.to_string()).code());
        if let Some(n) = &d.filing {
            out.push(Fact::new(l.t("备案编号", "Filing number"), n.to_string()).code());
        }
        out.push(
            Fact::new(l.t("审定", "Decided by"), d.by.name.clone())
                .note(l.pick(format!("{}提出", d.proposed_by.name), format!("proposed by {}", d.proposed_by.name))),
        );
    }
    out.push(
        Fact::new(l.t("申请表摘要值", "Digest of the form"), s.form_digest.get(..16).unwrap_or_default().to_owned())
            .note("SHA-256")
            .code(),
    );
    out
}

/// The page, also when an act on it was refused.
///
/// # Errors
/// When the store fails or the case is not for this person.
pub(super) async fn page(cx: &Cx, id: &str, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let (filing, _) = open(cx, id).await?;
    let actor = cx.actor()?;
    let events = cx.app.store.history::<Filing>(id).await?;
    let found = findings(cx, &filing).await?;
    let (clock, overdue) = clock(cx, &filing).await?;
    let review = filing.review();
    let may = |a: Action| permit(Some(&filing), a, actor, cx.now).is_ok();
    let assign = may(Action::Assign);
    let mine = review.is_some_and(|r| r.handler.as_ref() == Some(&actor.user));
    let can = Can {
        take: assign && actor.has(guosuo_case::Role::CacHandler) && review.is_some_and(|r| r.handler.is_none()),
        assign: assign && (mine || actor.has(guosuo_case::Role::CacHead)),
        send: may(Action::SendToNda),
        opine: may(Action::GiveOpinion),
        propose: may(Action::Propose),
        decide: may(Action::Decide),
        explain: overdue && may(Action::ExplainOverdue) && review.is_some_and(|r| r.overdue_reason.is_none()),
        notice: filing.decision().is_some(),
    };
    // Say what is still in the way of a proposal, to the handler only.
    let why_not = match permit(Some(&filing), Action::Propose, actor, cx.now) {
        Err(r) if mine && review.is_some_and(|r| r.proposal.is_none()) => words::refusal(l, &r),
        _ => String::new(),
    };
    let number = filing.submission().map(|s| s.number.to_string()).unwrap_or_default();
    let items = items(l, id, &filing, &found);
    let done = review.map_or(0, |r| r.verdicts.len());
    let open_slots = review.map_or(0, |r| r.open_slots(&filing.dossier).len());
    let page = Page {
        shell: frame(cx, "queue", number.clone()).crumb(PATH, l.t("备案审核", "Filings")).for_form(&form),
        l,
        path: l.href(format!("{PATH}/{id}")),
        body: filing.dossier.form.org_name.clone(),
        state: (words::phase(l, &filing.phase), phase_tone(filing.phase.as_str())),
        facts: facts(l, &filing),
        checked: (done, done + open_slots),
        items,
        answers: answers(l, &filing),
        opinion: opinion(l, &filing),
        disputed: review.is_some_and(|r| r.is_disputed(&filing.dossier)),
        returned: review.and_then(|r| r.returned.clone()).unwrap_or_default(),
        proposal: review.and_then(|r| r.proposal.as_ref()).map(|p| {
            (
                l.pick(
                    format!("等待审定：{}", words::outcome(l, p.outcome)),
                    format!("Waiting for the decision: {}", words::outcome(l, p.outcome)),
                ),
                format!("{} {}", p.by.name, l.stamp(p.at).words),
            )
        }),
        overdue_open: overdue && review.is_some_and(|r| r.overdue_reason.is_none()),
        overdue_reason: review.and_then(|r| r.overdue_reason.clone()).unwrap_or_default(),
        can,
        why_not,
        officers: if can.assign { officers(cx).await? } else { Vec::new() },
        history: history(l, &events),
        diff: diff(cx, &filing).await?,
        previous: filing.copied_from.as_ref().map(|c| l.href(format!("{PATH}/{c}"))).unwrap_or_default(),
        clock,
        number,
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET /authority/filings/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for a case that does not exist or was not sent to this authority.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    page(&cx, &id, Form::new(), StatusCode::OK).await
}
