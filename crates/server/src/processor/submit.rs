//! `/processor/applications/{id}/submit`: check the answers, give the pledge, submit once.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use guosuo_case::certification::{Command, LegalBasis, Reason, Severity};
use guosuo_case::{Refusal, RefusalCode};

use super::case::{self, Case, Task};
use super::{document, eligibility, hub};
use crate::app::Cx;
use crate::body::case::{fresh_key, idem, page};
use crate::error::{Error, refusal_status};
use crate::web::components::Fact;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

struct Part {
    name: &'static str,
    facts: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "processor/submit.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    parts: Vec<Part>,
    warnings: Vec<String>,
    waiting: bool,
    key: String,
}

/// Everything that was filled in, by task, in words.
fn parts(l: Lang, case: &Case) -> Vec<Part> {
    hub::tasks(case)
        .map(|t| {
            let change = l.href(case.path(t.path()));
            let facts = facts(l, case, t).into_iter().map(|f| f.link(change.clone(), l.t("修改", "Change"))).collect();
            Part { name: t.name(l), facts }
        })
        .collect()
}

pub(super) fn facts(l: Lang, case: &Case, task: Task) -> Vec<Fact> {
    let d = case.dossier();
    let f = &d.form;
    let join = |items: Vec<String>| items.join(l.t("；", "; "));
    match task {
        Task::Body => {
            let name = d.body.as_ref().map(|b| b.name.clone()).unwrap_or_default();
            vec![Fact::new(l.t("专业认证机构", "Certification body"), name)]
        }
        Task::Mandate => match &d.mandate {
            None => Vec::new(),
            Some(m) => vec![
                Fact::new(l.t("性质", "Kind"), words::mandate_kind(l, m.kind)),
                Fact::new(l.t("授权文件", "Document"), document::line(l, &m.document)),
                Fact::new(
                    l.t("授权范围", "Reaches"),
                    join(m.acts.iter().map(|a| words::mandate_act(l, *a).to_owned()).collect()),
                ),
                Fact::new(l.t("期限", "Term"), l.span(m.from, m.until)),
                Fact::new(l.t("已报送", "Reported to"), m.reported_to.clone()),
            ],
        },
        Task::Eligibility => match &f.eligibility {
            None => Vec::new(),
            Some(e) => {
                let mut out = eligibility::result(l, e);
                out.push(Fact::new(l.t("证明文件", "Evidence"), join(e.evidence.iter().map(|d| document::line(l, d)).collect())));
                if !e.note.is_empty() {
                    out.push(Fact::new(l.t("说明", "Note"), e.note.clone()));
                }
                out
            }
        },
        Task::Scope => scope(l, case),
        Task::Duties => {
            let mut out = Vec::new();
            if let Some(i) = &f.impact {
                out.push(Fact::new(l.t("影响评估报告", "Impact assessment"), document::line(l, &i.document)));
                out.push(Fact::new(l.t("评估完成日期", "Completed on"), l.date(i.completed_on).words));
            }
            if let Some(n) = &f.notice {
                out.push(Fact::new(l.t("告知书", "Notice"), document::line(l, n)));
            }
            match &f.legal_basis {
                Some(LegalBasis::Consent { document }) => {
                    out.push(Fact::new(l.t("单独同意", "Separate consent"), document::line(l, document)));
                }
                Some(LegalBasis::Other { words }) => {
                    out.push(Fact::new(l.t("不基于同意的理由", "Legal basis"), words.clone()));
                }
                None => {}
            }
            out
        }
    }
}

fn scope(l: Lang, case: &Case) -> Vec<Fact> {
    let f = &case.dossier().form;
    let s = &f.scope;
    let join = |items: Vec<String>| items.join(l.t("；", "; "));
    let kinds = s.kinds.iter().map(|k| {
        if k.sensitive { l.pick(format!("{}（敏感）", k.name), format!("{} (sensitive)", k.name)) } else { k.name.clone() }
    });
    let recipients = s.recipients.iter().map(|r| {
        let country = words::country(l, &r.country);
        l.pick(format!("{}（{country}），{}", r.name, r.contact), format!("{} ({country}), {}", r.name, r.contact))
    });
    let onward = s.onward.iter().map(|o| {
        let country = words::country(l, &o.country);
        l.pick(format!("{}向{}（{country}）提供", o.from, o.name), format!("{} passes on to {} ({country})", o.from, o.name))
    });
    let mut out = vec![
        Fact::new(l.t("出境目的", "Purposes"), join(s.purposes.clone())),
        Fact::new(l.t("个人信息种类", "Kinds of information"), join(kinds.collect())),
        Fact::new(
            l.t("每年人数", "People per year"),
            l.pick(
                format!("非敏感{}人，敏感{}人", l.number(s.people.non_sensitive), l.number(s.people.sensitive)),
                format!("{} non-sensitive, {} sensitive", l.number(s.people.non_sensitive), l.number(s.people.sensitive)),
            ),
        ),
        Fact::new(l.t("境外接收方", "Overseas recipients"), join(recipients.collect())),
    ];
    if !s.onward.is_empty() {
        out.push(Fact::new(l.t("再提供", "Onward transfer"), join(onward.collect())));
    }
    out.push(Fact::new(l.t("信息系统", "Systems"), join(s.systems.clone())));
    let months = s.retention_months;
    out.push(Fact::new(l.t("境外保存期限", "Retention abroad"), l.pick(format!("{months}个月"), format!("{months} months"))));
    if !f.group.is_empty() {
        out.push(Fact::new(l.t("所属集团", "Group of companies"), f.group.clone()));
    }
    if !f.affiliates.is_empty() {
        let names = f.affiliates.join(l.t("；", "; "));
        out.push(Fact::new(l.t("集团里也向境外提供个人信息的单位", "Members that export personal information too"), names));
    }
    let given = f.ledger.as_ref().map_or_else(|| l.t("没有附上", "None given").to_owned(), |g| super::ledger::told(l, g));
    out.push(Fact::new(l.t("台账合计", "Totals of the ledger"), given));
    if case.relation_asked() {
        out.push(Fact::new(l.t("委托人与处理者的关系", "Relation of applicant and processor"), f.relation.clone()));
    }
    out
}

fn render(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let view = Page {
        shell: case::shell(cx, case, l.t("核对并提交", "Check and submit")).for_form(&form),
        l,
        base: l.href(case.path("")),
        parts: parts(l, case),
        warnings: case.problems.iter().filter(|p| p.severity == Severity::Warns).map(|p| words::problem(l, p)).collect(),
        waiting: !cx.signed()?.org_active,
        key: if form.value("idem").is_empty() { fresh_key() } else { form.value("idem").to_owned() },
        form,
    };
    page(status, &view)
}

/// `GET`: an incomplete application leads back to its tasks.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    if !case.complete() {
        let news = l.t("还有没有完成的项，完成后才能提交。", "Some tasks are not finished. Finish them, then submit.");
        return Ok(Flash::bad(news).to(l, &case.path("")));
    }
    render(&cx, &case, Form::new(), StatusCode::OK)
}

/// Why nothing can be submitted although the application may be ready: the organisation itself is not confirmed yet.
///
/// # Errors
/// Nobody is signed in.
pub(super) fn unconfirmed(cx: &Cx) -> Result<Option<&'static str>, Error> {
    let words = cx.l().t(
        "本单位的注册还没有确认，现在不能提交。确认后会发消息；填好的内容都会保留。",
        "Your organisation's registration is not confirmed yet, so nothing can be submitted. You will get a message; everything is kept.",
    );
    Ok((!cx.signed()?.org_active).then_some(words))
}

/// `POST`: the key makes a double click one submission.
///
/// # Errors
/// As [`show`]; faults of the store.
pub(super) async fn submit(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    if let Some(why) = unconfirmed(&cx)? {
        let case = case::load(&cx, &id).await?;
        form.fail("", why);
        return render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let pledge = form.has("pledge", "yes");
    let key = idem(form.value("idem"), "application.submit", &[id.as_bytes(), &[u8::from(pledge)]]);
    match case::try_act(&cx, &id, Command::Submit { pledge }, key).await? {
        Ok(_) => Ok(Redirect::to(&l.href(format!("/processor/applications/{id}/receipt"))).into_response()),
        Err(r) => {
            let case = case::load(&cx, &id).await?;
            if case.app.receipt.is_some() {
                // Submitted by another tab or a colleague: the receipt is the answer.
                return Ok(Redirect::to(&l.href(case.path("receipt"))).into_response());
            }
            told(l, &r, &mut form);
            form.set("idem", fresh_key());
            render(&cx, &case, form, refusal_status(&r))
        }
    }
}

fn told(l: Lang, r: &Refusal, form: &mut Form) {
    match &r.code {
        RefusalCode::PledgeMissing => {
            form.fail("pledge", l.t("提交前要作出承诺。", "Give the pledge before you submit."));
        }
        RefusalCode::Certification { reason } => match &**reason {
            Reason::NotReady { problems } => {
                for p in problems {
                    form.fail("", words::problem(l, p));
                }
            }
            _ => form.fail("", words::refusal(l, r)),
        },
        _ => form.fail("", words::refusal(l, r)),
    }
}
