//! `/body/filings/{id}/print`: the form on paper with its code, and the list of materials.
//!
//! A print is recorded before the paper is made. The paper is made from the record, so the
//! same print gives the same bytes however often it is opened.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use guosuo_case::filing::{Action, Command, Form as Annex, Nature, Slot, parse_date};
use guosuo_paper::{ApplicationForm, MaterialList, MaterialRow, Mode, OrgNature, Paper, PaperError, Pdf};
use jiff::Timestamp;

use super::case::{self, Case};
use super::view;
use crate::app::{Cx, form_digest};
use crate::error::Error;
use crate::intake::form_code_text;
use crate::web::errors::ErrorPage;
use crate::web::fmt::Time;
use crate::web::{Form, Lang, Shell};
use crate::words;

struct Printed {
    at: Time,
    href: String,
    current: bool,
    digest: String,
}

#[derive(Template)]
#[template(path = "body/print.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    problems: Vec<(String, String)>,
    prints: Vec<Printed>,
    can_print: bool,
}

fn render(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let annex = &case.dossier().form;
    let problems = annex
        .problems(case.today, &case.filing.credit_code, case.filing.code_overridden)
        .into_iter()
        .map(|(f, p)| (l.href(format!("{}#{}", case.path("form"), f.as_str())), words::field_problem(l, f, &p)))
        .collect();
    let prints = case.dossier().prints.iter().enumerate().rev().map(|(i, p)| Printed {
        at: l.moment(p.at),
        href: l.href(case.path(&format!("print/{}", i + 1))),
        current: p.digest == case.digest,
        digest: p.digest.chars().take(12).collect(),
    });
    let page = Page {
        shell: case::shell(cx, case, l.t("打印申请表", "Print the form")).for_form(&form),
        l,
        form,
        base: l.href(case.path("")),
        problems,
        prints: prints.collect(),
        can_print: case.can(Action::PrintForm),
    };
    case::page(status, &page)
}

/// `GET /body/filings/{id}/print`.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    if let Some(away) = case.away(cx.l()) {
        return Ok(away);
    }
    render(&cx, &case, Form::new(), StatusCode::OK)
}

/// `POST /body/filings/{id}/print`: records the print and opens the paper.
///
/// # Errors
/// What `cx.act` gives.
pub async fn print(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    if !case.dossier().form.problems(case.today, &case.filing.credit_code, case.filing.code_overridden).is_empty() {
        let mut form = Form::new();
        form.fail(
            "problems",
            l.t(
                "申请表还有内容要填写或者修改，改好后再打印盖章。",
                "The form still needs changes. Finish it before it is printed and sealed.",
            ),
        );
        return render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // The same form again is the same paper: no second record.
    let known = case.dossier().prints.iter().rposition(|p| p.digest == case.digest);
    let n = match known {
        Some(i) => i + 1,
        None => match case::try_act(&cx, &id, Command::PrintForm, None).await? {
            Ok(acted) => acted.state.dossier.prints.len(),
            Err(r) => return Err(r.into()),
        },
    };
    Ok(Redirect::to(&l.href(format!("/body/filings/{id}/print/{n}"))).into_response())
}

/// `GET /body/filings/{id}/print/{n}`: a recorded print, or `draft` for a preview with a
/// watermark and without a code.
///
/// # Errors
/// [`Error::NotFound`] for a print that was not made.
pub async fn pdf(cx: Cx, Path((id, n)): Path<(String, String)>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    let (paper, mode) = if n == "draft" {
        (paper(&case.id, &case.dossier().form, cx.now), Mode::Draft)
    } else {
        let i = n.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).ok_or(Error::NotFound)?;
        let p = case.dossier().prints.get(i).ok_or(Error::NotFound)?;
        (paper(&case.id, &p.form, p.at), Mode::Final)
    };
    deliver(&cx, paper, mode, "备案申请表.pdf").await
}

/// The form as paper.
pub fn paper(case_id: &str, f: &Annex, at: Timestamp) -> ApplicationForm {
    let digest = form_digest(f);
    ApplicationForm {
        form_id: case_id.to_owned(),
        qr_text: form_code_text(case_id, &digest),
        digest,
        printed_at: at,
        organisation: f.org_name.clone(),
        credit_code: f.credit_code.clone(),
        nature: f.nature().map(|n| match n {
            Nature::PublicInstitution => OrgNature::PublicInstitution,
            Nature::Enterprise => OrgNature::Enterprise,
            Nature::SocialOrganisation => OrgNature::SocialOrganisation,
            Nature::Other => OrgNature::Other(f.nature_other.clone()),
        }),
        legal_representative: f.legal_rep.clone(),
        established: parse_date(&f.founded),
        capital: if f.capital_wan().is_some() && !f.capital.contains('万') {
            format!("{}万元", f.capital)
        } else {
            f.capital.clone()
        },
        address: f.address.clone(),
        postcode: f.postcode.clone(),
        approval_number: f.approval_number.clone(),
        approval_date: f.approval_date(),
        approval_from: None,
        approval_until: parse_date(&f.approval_until),
        staff_count: f.staff(),
        operator: f.operator.clone(),
        operator_phone: f.operator_phone.clone(),
        business_scope: f.scope.clone(),
        pledge_date: None,
    }
}

/// Prints a paper on a blocking thread and shows it in the browser. Characters that the fonts
/// lack are told, never replaced.
///
/// # Errors
/// [`Error::Unavailable`] while PDF output is off; a fault of the press.
pub(super) async fn deliver<P: Paper + Send + 'static>(cx: &Cx, paper: P, mode: Mode, name: &str) -> Result<Response, Error> {
    match set(cx, paper, mode).await? {
        Ok(pdf) => Ok(case::file("application/pdf", name, true, pdf.bytes)),
        Err(PaperError::MissingGlyph { chars }) => {
            let l = cx.l();
            let list: Vec<_> = chars.iter().take(20).map(|c| format!("{c}（U+{:04X}）", u32::from(*c))).collect();
            let list = list.join(l.t("、", ", "));
            let page = ErrorPage::new(&cx.screen, StatusCode::SERVICE_UNAVAILABLE, "")
                .title(l.t("这份文书暂时印不出来", "This paper cannot be printed yet"))
                .because(l.pick(format!("系统的字体里没有这些字：{list}。"), format!("The installed fonts lack: {list}.")))
                .todo([
                    l.t("名称和姓名会原样保存，不会换成别的字。", "Names are kept exactly as given and never replaced."),
                    l.t(
                        "请联系我们安装更全的字体，装好后就能打印。",
                        "Contact us to have a fuller font installed; then it prints.",
                    ),
                ]);
            Ok(page.into_response())
        }
        Err(e) => Err(Error::Fault(e.into())),
    }
}

async fn set<P: Paper + Send + 'static>(cx: &Cx, paper: P, mode: Mode) -> Result<Result<Pdf, PaperError>, Error> {
    let press = cx.app.press()?.clone();
    tokio::task::spawn_blocking(move || press.print(&paper, mode)).await.map_err(|e| Error::Fault(e.into()))
}

/// `GET /body/filings/{id}/checklist`: the list of materials on paper.
///
/// # Errors
/// [`Error::NotFound`] for another organisation's case.
pub async fn checklist(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    // The printed list is the guide's own table: Chinese, whatever the language of the screen.
    let l = Lang::Zh;
    let rows = Slot::ALL
        .into_iter()
        .map(|slot| MaterialRow {
            slot: slot.id().to_owned(),
            name: words::slot(l, slot).to_owned(),
            requirement: words::requirement(l, slot).to_owned(),
            covers: words::covers(l, slot).join("；"),
            files: u32::try_from(case.dossier().files(slot).len()).unwrap_or(u32::MAX),
            complete: view::State::of(&case, slot) == view::State::Uploaded,
            optional: slot.is_optional(),
        })
        .collect();
    let list = MaterialList { organisation: case.dossier().form.org_name.clone(), printed_at: cx.now, rows };
    deliver(&cx, list, Mode::Final, "备案材料清单.pdf").await
}
