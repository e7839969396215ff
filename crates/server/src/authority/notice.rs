//! `/authority/filings/{id}/notice`: the notice before it binds, the proposal, the decision.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_case::filing::{Action, Command, Filing, Outcome, Slot, permit};
use guosuo_case::{Refusal, RefusalCode};
use guosuo_paper::Mode;
use guosuo_store::{ActError, Error as StoreError, new_id};
use jiff::SignedDuration;

use super::case::{answers, clock, open, verdict_chip};
use super::case_acts::{field_of, idem};
use super::letter::{self, Shown};
use super::paper::download;
use super::queue::PATH;
use super::view::frame;
use crate::app::Cx;
use crate::error::{Error, refusal_status};
use crate::router::encode;
use crate::web::components::{ClockView, Fact, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// One item with its verdict, for the last look before the decision.
struct Line {
    id: &'static str,
    name: &'static str,
    href: String,
    chip: (String, Tone),
    why: Vec<String>,
}

#[derive(Template)]
#[template(path = "authority/notice.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    clock: ClockView,
    letter: Option<Shown>,
    draft: bool,
    propose: bool,
    decide: bool,
    back: bool,
    outcome: &'static str,
    outcome_words: &'static str,
    disputed: bool,
    fresh: bool,
    why_not: String,
    lines: Vec<Line>,
    answers: Vec<Fact>,
    checks: Vec<Fact>,
    version: u64,
    idem: String,
}

/// The outcome that the verdicts lead to; `None` while one is open.
fn outcome_of(filing: &Filing) -> Option<Outcome> {
    if let Some(d) = filing.decision() {
        return Some(d.outcome);
    }
    let review = filing.review()?;
    if let Some(p) = &review.proposal {
        return Some(p.outcome);
    }
    if !review.open_slots(&filing.dossier).is_empty() {
        return None;
    }
    Some(if review.wanting().is_empty() { Outcome::File } else { Outcome::Refuse })
}

/// To the second factor, and back.
pub(super) fn again(cx: &Cx, next: &str) -> Response {
    Redirect::to(&cx.l().href(format!("/sign-in/again?next={}", encode(next)))).into_response()
}

fn lines(l: Lang, id: &str, filing: &Filing) -> Vec<Line> {
    Slot::ALL
        .into_iter()
        .map(|s| {
            let verdict = filing.review().and_then(|r| r.verdicts.get(&s));
            let mut why: Vec<String> = verdict.iter().flat_map(|v| v.reasons.iter().map(|r| words::reason(l, s, r))).collect();
            why.extend(verdict.map(|v| v.note.clone()).filter(|n| !n.is_empty()));
            Line {
                id: s.id(),
                name: words::slot(l, s),
                href: l.href(format!("{PATH}/{id}/materials/{}", s.id())),
                chip: verdict_chip(l, filing, s),
                why,
            }
        })
        .collect()
}

fn checks(l: Lang, filing: &Filing) -> Vec<Fact> {
    let Some(r) = filing.review() else { return Vec::new() };
    let mut out = vec![Fact::new(l.t("承办人", "Handler"), r.handler_name.clone())];
    if let Some(o) = &r.opinion {
        let word = if o.complete { l.t("材料齐全", "Complete") } else { l.t("材料不齐全", "Not complete") };
        out.push(Fact::new(l.t("会同审核意见", "Joint opinion"), word).note(format!(
            "{} {} {}",
            o.note,
            o.by.name,
            l.stamp(o.at).words
        )));
    }
    if let Some(p) = &r.proposal {
        let note = format!("{} {} {}", p.note, p.by.name, l.stamp(p.at).words);
        out.push(Fact::new(l.t("办理意见", "Proposal"), words::outcome(l, p.outcome)).note(note));
    }
    if let Some(why) = &r.overdue_reason {
        out.push(Fact::new(l.t("超期原因", "Reason for the passed limit"), why.clone()));
    }
    out
}

async fn page(cx: &Cx, id: &str, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let (filing, loaded) = open(cx, id).await?;
    let actor = cx.actor()?;
    let config = &cx.app.config;
    let may = |a: Action| permit(Some(&filing), a, actor, cx.now);
    let outcome = outcome_of(&filing);
    let decision = filing.decision();
    let propose = may(Action::Propose);
    let decide = may(Action::Decide);
    let why_not = match (&propose, &decide, decision) {
        (_, _, Some(_)) | (Ok(()), _, _) | (_, Ok(()), _) => String::new(),
        (_, Err(r), _) if actor.has(guosuo_case::Role::CacHead) && !actor.has(guosuo_case::Role::CacHandler) => {
            words::refusal(l, r)
        }
        (Err(r), _, _) => words::refusal(l, r),
    };
    let fresh = SignedDuration::from_mins(config.filing.fresh_factor_minutes);
    let number = filing.submission().map(|s| s.number.to_string()).unwrap_or_default();
    let title = match (decision.is_some(), decide.is_ok()) {
        (true, _) => l.t("通知书", "Notice"),
        (false, true) => l.t("审定", "Decide"),
        (false, false) => l.t("拟写通知书", "Draft the notice"),
    };
    let view = Page {
        shell: frame(
            cx,
            "queue",
            l.pick(format!("{title}：{}", filing.dossier.form.org_name), format!("{title}: {}", filing.dossier.form.org_name)),
        )
        .crumb(PATH, l.t("备案审核", "Filings"))
        .crumb(&format!("{PATH}/{id}"), number)
        .here(title)
        .for_form(&form),
        l,
        path: l.href(format!("{PATH}/{id}")),
        clock: clock(cx, &filing).await?.0,
        letter: outcome.and_then(|o| letter::letter(config, id, &filing, o, decision, cx.now)).map(|x| x.shown()),
        draft: decision.is_none(),
        propose: propose.is_ok(),
        decide: decide.is_ok(),
        back: may(Action::ReturnProposal).is_ok(),
        outcome: outcome.map_or("", name),
        outcome_words: outcome.map_or("", |o| words::outcome(l, o)),
        disputed: filing.review().is_some_and(|r| r.is_disputed(&filing.dossier)),
        fresh: actor.second_factor_at.is_some_and(|t| cx.now.duration_since(t) <= fresh),
        why_not,
        lines: lines(l, id, &filing),
        answers: answers(l, &filing),
        checks: checks(l, &filing),
        version: loaded.version,
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

fn name(o: Outcome) -> &'static str {
    match o {
        Outcome::File => "file",
        Outcome::Refuse => "refuse",
    }
}

/// `GET /authority/filings/{id}/notice`.
///
/// # Errors
/// [`Error::NotFound`] for a case that is not for this person.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    page(&cx, &id, Form::new(), StatusCode::OK).await
}

/// Does a command on the version that the page showed. A refusal, or a case that has moved on
/// meanwhile, shows the page again with the reason.
async fn carry_out(
    cx: &Cx,
    id: &str,
    command: Command,
    mut form: Form,
    parts: &[&str],
    said: impl FnOnce(&Filing) -> String,
    path: &str,
) -> Result<Response, Error> {
    let l = cx.l();
    let (filing, _) = open(cx, id).await?;
    let action = command.action();
    let expected = form.value("version").parse().ok();
    match cx.act_on(id, command, expected, idem(&form, parts)).await {
        Ok(done) => Ok(Flash::good(said(&done.state)).to(l, path)),
        Err(ActError::Refused(Refusal { code: RefusalCode::FreshFactorNeeded, .. })) => {
            Ok(again(cx, &format!("{PATH}/{id}/notice")))
        }
        Err(ActError::Refused(r)) => {
            form.fail(field_of(&r), words::refusal(l, &r));
            page(cx, id, form, refusal_status(&r)).await
        }
        Err(ActError::Store(StoreError::Stale { .. })) => {
            let (now, _) = open(cx, id).await?;
            debug_assert_eq!(now.owner, filing.owner);
            let say = match permit(Some(&now), action, cx.actor()?, cx.now) {
                Err(r) => words::refusal(l, &r),
                Ok(()) => l.t("您打开这一页以后，案件有了新的变化，刚才的操作没有生效。请核对最新内容后再办。", "The case has changed since you opened this page, and nothing was done. Look at the latest state and decide again.").to_owned(),
            };
            form.fail("", say);
            page(cx, id, form, StatusCode::CONFLICT).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /authority/filings/{id}/notice/propose`.
///
/// # Errors
/// When the store fails.
pub async fn propose(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let outcome = match form.value("outcome") {
        "file" => Outcome::File,
        "refuse" => Outcome::Refuse,
        _ => return Err(Error::Malformed("outcome")),
    };
    let note = form.trimmed("note").to_owned();
    let parts = [id.clone(), form.value("outcome").to_owned(), note.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let l = cx.l();
    let said = |_: &Filing| l.t("已提出办理意见，等待处室负责人审定。", "Proposed. The section head decides.").to_owned();
    carry_out(&cx, &id, Command::Propose { outcome, note }, form, &parts, said, &format!("{PATH}/{id}")).await
}

/// `POST /authority/filings/{id}/notice/return`.
///
/// # Errors
/// When the store fails.
pub async fn send_back(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let reason = form.trimmed("reason").to_owned();
    let l = cx.l();
    let said = |_: &Filing| l.t("已退回承办人。", "Returned to the handler.").to_owned();
    let parts = [id.clone(), reason.clone()];
    carry_out(&cx, &id, Command::ReturnProposal { reason }, form, &[&parts[0], &parts[1]], said, &format!("{PATH}/{id}")).await
}

/// `POST /authority/filings/{id}/notice/decide`: the decision; for a filing it is the
/// publication as well.
///
/// # Errors
/// When the store fails.
pub async fn decide(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    if !form.has("checked", "yes") {
        form.fail(
            "checked",
            l.t("审定前请确认已经核对通知书和全部结论。", "Confirm that you have checked the notice and every verdict."),
        );
        return page(&cx, &id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let said = |f: &Filing| {
        let number = f.decision().map(|d| d.notice.to_string()).unwrap_or_default();
        match f.decision().map(|d| d.outcome) {
            Some(Outcome::File) => l.pick(
                format!("已备案并公示。通知书{number}已送达。"),
                format!("Filed and published. Notice {number} is delivered."),
            ),
            _ => l.pick(format!("已作出不予备案决定。通知书{number}已送达。"), format!("Refused. Notice {number} is delivered.")),
        }
    };
    let parts = [id.clone(), form.value("version").to_owned()];
    carry_out(&cx, &id, Command::Decide, form, &[&parts[0], &parts[1]], said, &format!("{PATH}/{id}/notice")).await
}

/// `GET /authority/filings/{id}/notice/draft.pdf`: with the mark of a draft, without number.
///
/// # Errors
/// [`Error::NotFound`] while a verdict is open.
pub async fn draft_pdf(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (filing, _) = open(&cx, &id).await?;
    let outcome = outcome_of(&filing).ok_or(Error::NotFound)?;
    let letter = letter::letter(&cx.app.config, &id, &filing, outcome, None, cx.now).ok_or(Error::NotFound)?;
    let pdf = letter::press(&cx.app, letter, Mode::Draft).await?;
    Ok(download(pdf.bytes, "application/pdf", "通知书草稿.pdf", true))
}

/// `GET /authority/filings/{id}/notice.pdf`.
///
/// # Errors
/// [`Error::NotFound`] before the decision.
pub async fn pdf(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (filing, _) = open(&cx, &id).await?;
    issued(&cx, &id, &filing).await
}

/// The notice as issued, for whoever may see the case: both sides use it.
///
/// # Errors
/// [`Error::NotFound`] before the decision.
pub async fn issued(cx: &Cx, id: &str, filing: &Filing) -> Result<Response, Error> {
    let letter = letter::decided(&cx.app.config, id, filing).ok_or(Error::NotFound)?;
    let name = format!("{}.pdf", letter.head().number);
    let pdf = letter::press(&cx.app, letter, Mode::Final).await?;
    Ok(download(pdf.bytes, "application/pdf", &name, true))
}
