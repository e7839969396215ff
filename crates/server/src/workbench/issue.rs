//! `/body/applications/{id}/issue`: the certificate of a decided application (M 8(1)). Certificate,
//! application and the report that is owed are recorded in one transaction.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certificate::{Mark, valid_until};
use guosuo_case::certification::{LastDay, Phase, Purpose, Reason};
use guosuo_case::{Refusal, RefusalCode, Role};
use guosuo_store::{ActError, new_id};
use jiff::civil::Date;

use super::desk::{self, Desk, Room};
use super::view;
use crate::app::Cx;
use crate::authority::idem;
use crate::certification::acts;
use crate::error::{Error, refusal_status};
use crate::web::components::{Choice, Fact, Link};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "workbench/issue.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    case: String,
    about: String,
    refused: String,
    instead: Vec<Link>,
    days: Vec<Choice>,
    facts: Vec<Fact>,
    scope: Vec<Fact>,
    version: u64,
    certificate: String,
    idem: String,
}

/// Whether a certificate can be issued from this case by this person: what the law asks first.
///
/// # Errors
/// The refusal.
pub(super) fn permit(cx: &Cx, d: &Desk) -> Result<(), Refusal> {
    let actor = cx.actor().map_err(|_| Refusal::new(RefusalCode::NotAllowed, "M 8(1)"))?;
    if !actor.has(Role::CaseManager) {
        return Err(Refusal::new(RefusalCode::NotAllowed, "M 8(1)"));
    }
    d.open(actor)?;
    if d.app.phase != Phase::Decided {
        return Err(Refusal::certification(Reason::Stage { phase: d.app.phase }));
    }
    if matches!(d.app.purpose, Purpose::Change { .. }) || !d.app.carries_a_certificate() {
        return Err(Refusal::certification(Reason::NotDecided));
    }
    Ok(())
}

/// Both readings of three years (M 8(2)), the usual one first.
fn days(cx: &Cx, d: &Desk) -> Vec<Date> {
    let usual = d.facts.config.last_day;
    let other = match usual {
        LastDay::BeforeAnniversary => LastDay::Anniversary,
        LastDay::Anniversary => LastDay::BeforeAnniversary,
    };
    [usual, other].into_iter().filter_map(|r| valid_until(cx.today(), r, &d.facts.calendar)).collect()
}

async fn page(cx: &Cx, d: &Desk, form: Option<Form>, refused: Option<&Refusal>, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let days = days(cx, d);
    let form = form.unwrap_or_else(|| {
        Form::new().with("valid_until", days.first().map(ToString::to_string).unwrap_or_default()).with("certificate", new_id())
    });
    let c = d.app.conclusion.as_ref();
    let signed = |b: Option<&guosuo_case::By>| b.map(|b| b.name.clone()).unwrap_or_default();
    let page = Page {
        shell: d.shell_below(cx, l.t("发证", "Issue")).for_form(&form),
        l,
        path: l.href(d.path("issue")),
        case: l.href(d.path("")),
        about: format!("{} {}", d.app.processor.name, d.number()),
        refused: refused.map(|r| words::refusal(l, r)).unwrap_or_default(),
        instead: d.links(l),
        days: days
            .iter()
            .enumerate()
            .map(|(i, day)| {
                let hint = if i == 0 {
                    l.t("通常印制的日期", "as usually printed")
                } else {
                    l.t("另一种算法", "the other reading")
                };
                Choice::new(day.to_string(), l.date(*day).words).hint(hint)
            })
            .collect(),
        facts: vec![
            Fact::new(l.t("持证人", "Holder"), d.app.processor.name.clone()).note(d.app.processor.code.clone()),
            Fact::new(l.t("注册地址", "Address"), d.app.processor.address.clone()),
            Fact::new(l.t("认证决定人员", "Certifier"), signed(c.map(|c| &c.certifier))),
            Fact::new(l.t("机构负责人", "Head"), signed(c.and_then(|c| c.head.as_ref()))),
        ],
        scope: super::case::scope_facts(l, &d.app.dossier.form.scope),
        version: d.version,
        certificate: form.value("certificate").to_owned(),
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET /body/applications/{id}/issue`.
///
/// # Errors
/// [`Error::NotFound`] for a case that is not for this person.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let d = desk::load(&cx, &id).await?;
    if d.room != Room::Body {
        return Err(Error::NotFound);
    }
    match permit(&cx, &d) {
        Ok(()) => page(&cx, &d, None, None, StatusCode::OK).await,
        Err(r) => page(&cx, &d, None, Some(&r), refusal_status(&r)).await,
    }
}

/// What the answers order; errors stand at their fields, and then there is nothing.
pub(super) fn read(l: Lang, form: &mut Form) -> Option<acts::Issue> {
    let number = form.require("number", l.t("填写证书编号。", "Enter the number of the certificate."));
    let mark = form.require("mark", l.t("填写认证标志中的机构识别码。", "Enter the body's identifier in the mark."));
    let valid_until = form.date("valid_until");
    if valid_until.is_none() {
        form.fail("valid_until", l.t("选择有效期截止日。", "Choose the last day of validity."));
    }
    if !form.has("checked", "yes") {
        form.fail("checked", l.t("发证前请确认已经核对。", "Confirm that you have checked it."));
    }
    if !form.ok() {
        return None;
    }
    let certificate = match form.value("certificate") {
        id if id.len() == new_id().len() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => id.to_owned(),
        _ => new_id(),
    };
    Some(acts::Issue { certificate, number, mark: Mark { cross_border: true, body: mark }, valid_until })
}

/// `POST /body/applications/{id}/issue`.
///
/// # Errors
/// As [`show`]; a refusal is shown on the page, with everything typed.
pub async fn submit(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let d = desk::load(&cx, &id).await?;
    if d.room != Room::Body {
        return Err(Error::NotFound);
    }
    if let Err(r) = permit(&cx, &d) {
        return page(&cx, &d, Some(form), Some(&r), refusal_status(&r)).await;
    }
    let Some(issue) = read(l, &mut form) else {
        return page(&cx, &d, Some(form), None, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let number = issue.number.clone();
    let day = issue.valid_until.map(|d| d.to_string()).unwrap_or_default();
    let key = idem(&form, &[&id, "issue", &number, &issue.mark.body, &day, &issue.certificate]);
    match acts::issue(&cx, &id, issue, form.value("version").parse().ok(), key).await {
        Ok(done) => {
            let said = l.pick(
                format!("已发证，编号{number}。5个工作日内向全国认证认可信息公共服务平台报送。"),
                format!("Issued, number {number}. It is reported to the national platform within 5 working days."),
            );
            Ok(Flash::good(said).to(l, &format!("{}/{}", d.room.certificates(), done.case_id)))
        }
        Err(ActError::Refused(r)) if r.code == RefusalCode::NotFound => Err(Error::NotFound),
        Err(ActError::Refused(r)) => {
            let field = match &r.code {
                RefusalCode::Certification { reason } if **reason == Reason::NumberUnfit => "number",
                RefusalCode::Certification { reason } if matches!(**reason, Reason::DayOutside { .. }) => "valid_until",
                _ => "",
            };
            form.fail(field, words::refusal(l, &r));
            page(&cx, &d, Some(form), None, refusal_status(&r)).await
        }
        Err(ActError::Store(guosuo_store::Error::Stale { .. })) => {
            let d = desk::load(&cx, &id).await?;
            if let Err(r) = permit(&cx, &d) {
                return page(&cx, &d, Some(form), Some(&r), refusal_status(&r)).await;
            }
            form.fail("", view::moved_on(l));
            page(&cx, &d, Some(form), None, StatusCode::CONFLICT).await
        }
        Err(e) => Err(e.into()),
    }
}
