//! `/body/filings/{id}/submit`: check the answers, give the pledge, submit once.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use guosuo_case::RefusalCode;
use guosuo_case::filing::{Action, Command, Field, Nature, Slot};

use super::case::{self, Case};
use super::form::shown;
use super::view;
use crate::app::Cx;
use crate::error::{Error, refusal_status};
use crate::web::components::Fact;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// The pledge of 附件2, word for word.
pub const PLEDGE: &str = "按照《个人信息出境认证办法》第十二条要求，本机构特向国家网信办申请办理个人信息出境认证专业机构备案手续。本机构承诺，备案材料所有内容真实、完整、准确和有效，将为国家网信办组织实施的备案材料审核工作提供必要的配合和支持。";

/// Before the registration is confirmed.
const WAITING: (&str, &str) = (
    "本机构的注册还没有确认，现在不能提交。确认后会发消息；填好的内容和文件都会保留。",
    "Your organisation's registration is not confirmed yet, so nothing can be submitted. You will get a message; everything you prepared is kept.",
);

struct FileRow {
    slot: &'static str,
    name: &'static str,
    files: Vec<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "body/submit.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    fields: Vec<Fact>,
    files: Vec<FileRow>,
    roster: String,
    warnings: Vec<(String, String)>,
    late: bool,
    /// The registration has not been confirmed: everything can be prepared, nothing submitted.
    waiting: bool,
    pledge: &'static str,
    key: String,
}

fn render(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let annex = &case.dossier().form;
    let fields = Field::ALL
        .into_iter()
        .filter(|f| match f {
            Field::NatureOther => annex.nature() == Some(Nature::Other),
            Field::LateNote => case.late() || !annex.late_note.is_empty(),
            _ => true,
        })
        .map(|f| {
            let fact = Fact::new(words::field(l, f), shown(l, f, annex))
                .link(l.href(format!("{}#{}", case.path("form"), f.as_str())), l.t("修改", "Change"));
            if matches!(f, Field::CreditCode | Field::Postcode | Field::OperatorPhone) { fact.code() } else { fact }
        })
        .collect();
    let files = Slot::ALL
        .into_iter()
        .map(|s| FileRow {
            slot: s.id(),
            name: words::slot(l, s),
            files: case.dossier().files(s).iter().map(|f| words::file(l, f)).collect(),
            href: l.href(case.path(&format!("materials/{}", s.id()))),
        })
        .collect();
    let (people, sheets) = (case.dossier().people.len(), case.dossier().sheets());
    let warnings = Slot::ALL
        .into_iter()
        .flat_map(|s| case.warnings(s))
        .map(|f| (l.href(view::place(case, f)), words::finding(l, f)))
        .collect();
    let key = if form.value("idem").is_empty() { case::fresh_key() } else { form.value("idem").to_owned() };
    let page = Page {
        shell: case::shell(cx, case, l.t("核对并提交", "Check and submit")).for_form(&form),
        l,
        base: l.href(case.path("")),
        fields,
        files,
        roster: l.pick(
            format!("名册{people}人，背景审查表{sheets}份"),
            format!("{people} people on the roster, {sheets} background sheets"),
        ),
        warnings,
        late: case.late(),
        waiting: !cx.signed()?.org_active,
        pledge: PLEDGE,
        key,
        form,
    };
    case::page(status, &page)
}

/// `GET /body/filings/{id}/submit`: an incomplete dossier leads to the self-check.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    if let Some(away) = case.away(cx.l()) {
        return Ok(away);
    }
    if !case.complete() {
        return Ok(Redirect::to(&cx.l().href(case.path("check"))).into_response());
    }
    guosuo_case::filing::permit(Some(&case.filing), Action::Submit, cx.actor()?, cx.now)?;
    render(&cx, &case, Form::new(), StatusCode::OK)
}

/// `POST /body/filings/{id}/submit`. The key makes a double click one submission. Only an
/// organisation whose registration is confirmed submits.
///
/// # Errors
/// What `cx.act` gives; what the applicant can put right re-renders the page.
pub async fn submit(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    if !cx.signed()?.org_active {
        let case = case::load(&cx, &id).await?;
        form.fail("", l.t(WAITING.0, WAITING.1));
        return render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let pledge = form.has("pledge", "yes");
    let key = case::idem(form.value("idem"), "filing.submit", &[id.as_bytes(), &[u8::from(pledge)]]);
    match case::try_act(&cx, &id, Command::Submit { pledge }, key).await? {
        Ok(_) => Ok(Redirect::to(&l.href(format!("/body/filings/{id}/receipt"))).into_response()),
        Err(r) => {
            let case = case::load(&cx, &id).await?;
            match &r.code {
                // Submitted by another tab or a colleague: the receipt is the answer.
                RefusalCode::WrongPhase if case.filing.submission().is_some() => {
                    return Ok(Redirect::to(&l.href(case.path("receipt"))).into_response());
                }
                RefusalCode::PledgeMissing => form.fail("pledge", words::refusal(l, &r)),
                RefusalCode::Incomplete { findings } => {
                    for f in findings {
                        form.fail("", words::finding(l, f));
                    }
                }
                _ => form.fail("", words::refusal(l, &r)),
            }
            form.set("idem", case::fresh_key());
            render(&cx, &case, form, refusal_status(&r))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pledge_is_the_guides() {
        for part in ["《个人信息出境认证办法》第十二条", "真实、完整、准确和有效", "必要的配合和支持"]
        {
            assert!(PLEDGE.contains(part), "{part}");
        }
    }
}
