//! `/processor/certificates/{id}/renewal`: to go on after the end of a certificate (M 8(2)). The latest
//! day is six months before the end; a later application is taken and marked. What is certified is put
//! into the new application, the certificate that follows is linked (R37 5.1.1).

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use guosuo_case::certificate::{self, Action, Certificate, RenewalDates, permit, renewal_dates};
use guosuo_case::certification::{Application, Command, Form as Filled, Phase, Purpose, RenewalReading};
use guosuo_case::{CaseId, Refusal};
use guosuo_store::new_id;
use jiff::civil::Date;

use super::case::try_act;
use super::list::phase_of;
use crate::app::Cx;
use crate::body::case::{fresh_key, idem, page};
use crate::certification::acts;
use crate::certification::mandate::would_help;
use crate::error::{Error, refusal_status};
use crate::web::components::{Fact, Phase as StepPhase, Step, Tone};
use crate::web::{Form, Front, Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "processor/renewal.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    about: String,
    state: (&'static str, Tone),
    path: String,
    case: String,
    refused: String,
    remedy: String,
    tone: Tone,
    title: String,
    text: String,
    steps: Vec<Step>,
    facts: Vec<Fact>,
    under_way: Option<(String, String)>,
    key: String,
}

struct Held {
    id: String,
    certificate: Certificate,
    facts: certificate::Facts,
    /// The application for its renewal that is under way or came to a certificate.
    under_way: Option<(String, Application)>,
}

async fn load(cx: &Cx, id: &str) -> Result<Held, Error> {
    let actor = cx.actor()?;
    let (certificate, _) = acts::certificate(cx, id).await?;
    let facts = acts::certificate_facts(cx, id, &certificate).await?;
    let mut reader = cx.app.store.reader().await?;
    let mut under_way = None;
    for row in reader.applications_of(actor.org.as_str()).await? {
        if row.purpose != "renewal" || phase_of(&row.phase).is_none_or(Phase::came_to_nothing) {
            continue;
        }
        let Some(a) = reader.case::<Application>(&row.case_id).await?.state else { continue };
        if matches!(&a.purpose, Purpose::Renewal { certificate, .. } if certificate.as_str() == id) {
            under_way = Some((row.case_id, a));
            break;
        }
    }
    Ok(Held { id: id.to_owned(), certificate, facts, under_way })
}

/// The days that matter, oldest first, as a strip.
fn steps(l: Lang, dates: &RenewalDates, until: Date, today: Date) -> Vec<Step> {
    let mut days: Vec<(Date, String)> = dates
        .reminders
        .iter()
        .map(|(months, day)| (*day, l.pick(format!("提醒（届满前{months}个月）"), format!("Reminder, {months} months before"))))
        .collect();
    let latest = match dates.reading {
        RenewalReading::LatestDay => l.t("最迟提出", "Latest day to apply"),
        RenewalReading::Window => l.t("可以提出", "First day to apply"),
    };
    days.push((dates.day.latest(), latest.to_owned()));
    days.push((until, l.t("有效期届满", "Validity ends").to_owned()));
    days.sort();
    let next = days.iter().position(|(day, _)| *day >= today);
    days.into_iter()
        .enumerate()
        .map(|(i, (day, name))| {
            let phase = match next {
                Some(n) if i == n => StepPhase::Now,
                Some(n) if i > n => StepPhase::Next,
                _ => StepPhase::Done,
            };
            Step::new(phase, name, l.day(day).words)
        })
        .collect()
}

/// Where the renewal stands today: how urgent, in a title and a sentence.
fn verdict(l: Lang, h: &Held, dates: Option<&RenewalDates>, today: Date) -> (Tone, String, String) {
    let until = l.date(h.certificate.valid_until).words;
    if let Some(r) = &h.certificate.renewal {
        let on = l.date(r.on).words;
        let (title, tone) = if r.late {
            (l.pick(format!("{on}逾期提出"), format!("Applied for late, on {on}")), Tone::Warn)
        } else {
            (l.pick(format!("{on}按期提出"), format!("Applied for in time, on {on}")), Tone::Ok)
        };
        return (
            tone,
            title,
            l.t(
                "按照获证后监督的方式办理，符合要求的换发新证书。",
                "It is handled by way of surveillance; if it conforms, a new certificate follows.",
            )
            .to_owned(),
        );
    }
    let Some(dates) = dates else {
        return (Tone::Info, l.pick(format!("有效期至{until}"), format!("Valid until {until}")), String::new());
    };
    let latest = dates.day.latest();
    let day = l.date_weekday(latest).words;
    let provisional = if dates.day.firm().is_none() {
        l.t(
            "这一年的放假安排还没有公布，日期可能提前。",
            " The holidays of that year are not known yet; the day may come earlier.",
        )
    } else {
        ""
    };
    match dates.reading {
        RenewalReading::LatestDay if dates.is_late(today) => (
            Tone::Late,
            l.pick(format!("应当在{day}前提出，已经逾期"), format!("It should have been applied for by {day}")),
            l.pick(
                format!("仍然可以提出，会标注逾期。证书{until}届满以后不能再续，只能重新申请。"),
                format!("You can still apply; it is marked as late. After {until} the certificate cannot be renewed; a new application is needed."),
            ),
        ),
        RenewalReading::LatestDay => (
            Tone::Info,
            l.pick(format!("请在{day}前提出"), format!("Apply by {day}")),
            l.pick(
                format!("证书{until}届满，需要继续使用的，在届满6个月前提出（《办法》第八条）。{provisional}"),
                format!("The certificate ends on {until}. To go on using it, apply six months before (Measures, Article 8).{provisional}"),
            ),
        ),
        RenewalReading::Window => (
            Tone::Info,
            l.pick(format!("{day}起可以提出"), format!("From {day} on")),
            l.pick(
                format!("本平台按《个人信息保护认证实施规则》5.1.1理解为届满前6个月内提出，到{until}为止。{provisional}"),
                format!("This platform reads the rules as a window of the last six months, until {until}.{provisional}"),
            ),
        ),
    }
}

fn render(cx: &Cx, h: &Held, form: Form, refused: Option<&Refusal>, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let c = &h.certificate;
    let dates = renewal_dates(c.valid_until, &h.facts.config, &h.facts.calendar);
    let (tone, title, text) = verdict(l, h, dates.as_ref(), cx.today());
    let passed = c.surveillances.iter().filter(|s| s.conforming == Some(true)).count();
    let done = c.surveillances.iter().filter(|s| s.conforming.is_some()).count();
    let mut facts = vec![
        Fact::new(l.t("证书编号", "Certificate"), c.number.clone()).code(),
        Fact::new(l.t("有效期", "Validity"), l.span(c.issued_on, c.valid_until)),
        Fact::new(
            l.t("获证后监督", "Surveillance so far"),
            l.pick(format!("已办理{done}次，通过{passed}次"), format!("{done} done, {passed} passed")),
        ),
    ];
    if let Some(id) = &c.successor {
        let path = l.href(format!("/processor/certificates/{id}"));
        facts.push(Fact::new(l.t("后一证书", "Followed by"), "").link(path, l.t("打开", "Open")));
    }
    let path = format!("/processor/certificates/{}", h.id);
    let under_way = h.under_way.as_ref().map(|(id, a)| {
        let name = a.receipt.as_ref().map_or_else(|| l.t("暂存件", "the draft").to_owned(), |r| r.number.to_string());
        (l.href(format!("/processor/applications/{id}")), name)
    });
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Processor, l.t("续证", "Renewal"))
            .at("certificates")
            .crumb("/processor/certificates", l.t("认证证书", "Certificates"))
            .crumb(&path, c.number.clone())
            .for_form(&form),
        l,
        about: format!("{} {}", c.holder.name, c.number),
        state: words::certificate_status(l, c.status_on(cx.today())),
        path: l.href(format!("{path}/renewal")),
        case: l.href(&path),
        refused: refused.map(|r| words::refusal(l, r)).unwrap_or_default(),
        remedy: if refused.is_some_and(would_help) { l.href(format!("{path}/acts/record-mandate")) } else { String::new() },
        tone,
        title,
        text,
        steps: dates.map(|d| steps(l, &d, c.valid_until, cx.today())).unwrap_or_default(),
        facts,
        under_way,
        key: if form.value("idem").is_empty() { fresh_key() } else { form.value("idem").to_owned() },
        form,
    };
    page(status, &view)
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for a certificate that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let h = load(&cx, &id).await?;
    match permit(Some(&h.certificate), Action::NoteRenewal, cx.actor()?, &h.facts, cx.now) {
        Ok(()) => render(&cx, &h, Form::new(), None, StatusCode::OK),
        Err(r) => render(&cx, &h, Form::new(), Some(&r), refusal_status(&r)),
    }
}

/// `POST`: opens the application for renewal with the same body, mandate and scope as certified. What
/// the law asks anew, such as evidence and assessment, is left to be filled in.
///
/// # Errors
/// As [`show`]; faults of the store.
pub(super) async fn submit(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let h = load(&cx, &id).await?;
    let c = &h.certificate;
    if let Err(r) = permit(Some(c), Action::NoteRenewal, cx.actor()?, &h.facts, cx.now) {
        return render(&cx, &h, form, Some(&r), refusal_status(&r));
    }
    if let Some((open, _)) = &h.under_way {
        return Ok(Redirect::to(&l.href(format!("/processor/applications/{open}"))).into_response());
    }
    let purpose = Purpose::Renewal { certificate: CaseId(id.clone()), valid_until: c.valid_until };
    let key = idem(form.value("idem"), "application.renew", &[id.as_bytes()]);
    let opened = try_act(&cx, &new_id(), Command::Open { processor: Box::new(c.holder.clone()), purpose }, key).await?;
    let acted = match opened {
        Ok(acted) => acted,
        Err(r) => {
            form.fail("", words::refusal(l, &r));
            return render(&cx, &h, form, None, refusal_status(&r));
        }
    };
    if !acted.replayed {
        // What the law does not take over, a mandate that ends meanwhile for example, is asked for on the pages.
        let mandate = c.mandate.clone().filter(|m| m.until >= cx.today());
        let steps = mandate
            .map(|m| Command::RecordMandate { mandate: Box::new(m) })
            .into_iter()
            .chain([Command::ChooseBody { body: c.body.clone() }])
            .chain([Command::SaveForm { form: Box::new(Filled { scope: c.scope.clone(), ..Filled::default() }), seen: 0 }]);
        for command in steps {
            if let Err(r) = try_act(&cx, &acted.case_id, command, None).await? {
                tracing::info!(code = ?r.code, "a renewal does not take over everything");
            }
        }
    }
    Ok(Redirect::to(&l.href(format!("/processor/applications/{}", acted.case_id))).into_response())
}
