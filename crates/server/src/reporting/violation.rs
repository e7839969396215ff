//! Violations (M 11): the body reports what it found to CAC with one click, from what the platform
//! knows already; CAC has a list and acknowledges.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certificate::{Action, Certificate, Command, permit};
use guosuo_case::certification::DocRef;
use guosuo_case::{Life as _, OrgKind, Refusal};
use guosuo_store::{ActError, new_id};
use jiff::Timestamp;
use std::collections::BTreeMap;

use crate::app::Cx;
use crate::authority::idem;
use crate::certification::acts;
use crate::error::{Error, refusal_status};
use crate::web::components::{Fact, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words;
use crate::words::certificate as said;

/// Violations in the list.
const MOST: u32 = 500;

#[derive(Template)]
#[template(path = "reporting/violation.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    back: String,
    facts: Vec<Fact>,
    evidence: Vec<DocRef>,
    /// Reports of this certificate that nobody has acknowledged yet.
    open: Vec<String>,
    refused: String,
    idem: String,
}

/// What the platform knows of a breach: differences from the scope, surveillance that was not
/// passed, the suspension at hand; with the documents that show it.
fn found(l: Lang, c: &Certificate) -> (String, Vec<DocRef>) {
    let mut lines = vec![l.pick(
        format!("获证个人信息处理者{}（证书{}）：", c.holder.name, c.number),
        format!("{} (certificate {}):", c.holder.name, c.number),
    )];
    let mut evidence: Vec<DocRef> = Vec::new();
    lines.extend(c.suggestions.iter().filter(|s| s.open).map(|s| said::cause(l, &s.cause)));
    let failed = c.surveillances.iter().filter(|s| s.conforming == Some(false));
    evidence.extend(failed.filter_map(|s| s.report.clone()));
    if let Some(s) = c.suspension() {
        let day = l.date(s.effective_on).words;
        lines.push(l.pick(format!("自{day}起暂停使用证书：{}", s.ground), format!("Suspended since {day}: {}", s.ground)));
        evidence.extend(s.evidence.iter().cloned());
    }
    if let Some(p) = c.proposal.as_ref() {
        lines.push(l.pick(
            format!("已提出处理措施（{}）：{}", said::measure(l, &p.measure), p.ground),
            format!("Measure proposed ({}): {}", said::measure(l, &p.measure), p.ground),
        ));
        evidence.extend(p.evidence.iter().cloned());
    }
    evidence.sort_by(|a, b| a.sha256.cmp(&b.sha256));
    evidence.dedup();
    (lines.join("\n"), evidence)
}

fn page(cx: &Cx, id: &str, c: &Certificate, form: Form, refused: Option<&Refusal>) -> Result<Response, Error> {
    let l = cx.l();
    let status = refused.map_or(form.status(), refusal_status);
    let title = l.t("向网信部门报告违法", "Report a violation to CAC");
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Bench, title)
            .at("certificates")
            .crumb("/body/certificates", l.t("认证证书", "Certificates"))
            .crumb(&format!("/body/certificates/{id}"), c.number.clone())
            .for_form(&form),
        l,
        path: l.href(format!("/body/certificates/{id}/violation")),
        back: l.href(format!("/body/certificates/{id}")),
        facts: vec![
            Fact::new(l.t("获证个人信息处理者", "Holder"), c.holder.name.clone()).note(c.holder.code.clone()),
            Fact::new(l.t("证书编号", "Certificate"), c.number.clone()).code(),
            Fact::new(l.t("证书状态", "Status"), words::certificate_status(l, c.status_on(cx.today())).0),
            Fact::new(l.t("报告给", "To"), l.t("国家网信部门和有关部门", "CAC and the departments concerned"))
                .note(words::article(l, "M 11")),
        ],
        evidence: found(l, c).1,
        open: c
            .violations
            .iter()
            .filter(|v| v.acknowledged.is_none())
            .map(|v| {
                let at = l.stamp(v.at).words;
                l.pick(
                    format!("已于{at}报告，待签收：{}", v.summary),
                    format!("Reported on {at}, not yet acknowledged: {}", v.summary),
                )
            })
            .collect(),
        refused: refused.map(|r| words::refusal(l, r)).unwrap_or_default(),
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

async fn load(cx: &Cx, id: &str) -> Result<Certificate, Error> {
    let (c, _) = acts::certificate(cx, id).await?;
    if c.body == cx.actor()?.org { Ok(c) } else { Err(Error::NotFound) }
}

/// `GET /body/certificates/{id}/violation`: the report, filled in.
///
/// # Errors
/// [`Error::NotFound`] for a certificate of another body.
pub async fn ask(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let c = load(&cx, &id).await?;
    let facts = acts::certificate_facts(&cx, &id, &c).await?;
    let refused = permit(Some(&c), Action::ReportViolation, cx.actor()?, &facts, cx.now).err();
    let mut form = Form::new();
    form.set("summary", found(cx.l(), &c).0);
    page(&cx, &id, &c, form, refused.as_ref())
}

/// `POST /body/certificates/{id}/violation`.
///
/// # Errors
/// As [`ask`]; a refusal is shown on the page, with everything typed.
pub async fn report(cx: Cx, Path(id): Path<String>, form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let c = load(&cx, &id).await?;
    let command = Command::ReportViolation { summary: form.trimmed("summary").to_owned(), evidence: found(l, &c).1 };
    let key = idem(&form, &[&id, form.trimmed("summary")]);
    match acts::act_on_certificate(&cx, &id, command, None, key).await {
        Ok(_) => {
            let done = l.t("已向网信部门报告，对方收件箱已收到。", "Reported to CAC; it is in their inbox.");
            Ok(Flash::good(done).to(l, &format!("/body/certificates/{id}")))
        }
        Err(ActError::Refused(r)) if r.code == guosuo_case::RefusalCode::TextNeeded => {
            let mut form = form;
            form.fail("summary", words::refusal(l, &r));
            page(&cx, &id, &c, form, None)
        }
        Err(ActError::Refused(r)) => page(&cx, &id, &c, form, Some(&r)),
        Err(e) => Err(e.into()),
    }
}

struct Line {
    at: String,
    href: String,
    holder: String,
    number: String,
    body: String,
    state: (String, Tone),
    act: String,
}

#[derive(Template)]
#[template(path = "reporting/violations.html")]
struct List {
    shell: Shell,
    l: Lang,
    lines: Vec<Line>,
    open: usize,
}

/// `GET /authority/violations`.
///
/// # Errors
/// When the store fails.
pub async fn list(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let acknowledges = guosuo_case::Right::ViolationAcknowledge.held_by(cx.actor()?);
    let mut reader = cx.app.store.reader().await?;
    let rows = reader.violations(MOST).await?;
    let names: BTreeMap<String, String> =
        reader.organisations(Some(OrgKind::Body), None).await?.into_iter().map(|o| (o.id, o.name)).collect();
    drop(reader);
    let moment = |us: i64| Timestamp::from_microsecond(us).map(|t| l.stamp(t).words).unwrap_or_default();
    let lines: Vec<Line> = rows
        .iter()
        .map(|v| {
            let open = v.acknowledged_at == 0;
            let state = if open {
                (l.t("待签收", "To be acknowledged").to_owned(), Tone::Late)
            } else {
                let at = moment(v.acknowledged_at);
                (l.pick(format!("{at}签收"), format!("acknowledged {at}")), Tone::Ok)
            };
            // Reported before there was a certificate, it is the application's.
            let certified = v.kind == Certificate::KIND;
            let case = format!("/authority/{}/{}", if certified { "certificates" } else { "applications" }, v.case_id);
            Line {
                at: moment(v.at),
                href: l.href(&case),
                holder: v.holder.clone(),
                number: v.number.clone(),
                body: names.get(&v.body).cloned().unwrap_or_else(|| v.body.clone()),
                state,
                act: if open && acknowledges {
                    l.href(format!("{case}/acts/{}", said::act_name(Action::AcknowledgeViolation)))
                } else {
                    String::new()
                },
            }
        })
        .collect();
    let view = List {
        shell: Shell::new(&cx.screen, Front::Authority, l.t("认证机构报告的违法情况", "Violations reported by bodies"))
            .at("violations"),
        l,
        open: rows.iter().filter(|v| v.acknowledged_at == 0).count(),
        lines,
    };
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}
