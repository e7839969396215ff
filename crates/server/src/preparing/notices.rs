//! `/processor/notices`: duties of each flow, the notice made from it in Chinese and English, adopted versions.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::Right;
use guosuo_case::exports::{Command, Duty, Exports, Flow, Notice, duties};

use super::{acts, notice_text};
use crate::app::Cx;
use crate::body::case::page;
use crate::error::{Error, refusal_status};
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words::{self, exports as say};

struct Line {
    href: String,
    name: String,
    basis: String,
    duties: Vec<String>,
    adopted: usize,
    missing: String,
}

#[derive(Template)]
#[template(path = "preparing/notices.html")]
struct List {
    shell: Shell,
    l: Lang,
    lines: Vec<Line>,
    new_flow: String,
}

/// An adopted text.
struct Adopted {
    number: u32,
    language: &'static str,
    from: String,
    digest: String,
    consents: String,
    href: String,
}

#[derive(Template)]
#[template(path = "preparing/notice.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    action: String,
    edit: String,
    basis: String,
    duties: Vec<(String, String)>,
    missing: Vec<(String, String)>,
    adopted: Vec<Adopted>,
    can_adopt: bool,
}

/// `GET /processor/notices`.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn list(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let found = acts::exports(&cx).await?;
    let line = |e: &Exports, f: &Flow| {
        let missing: Vec<&str> = Notice::of(&f.facts).missing().into_iter().map(|i| say::notice_item(l, i)).collect();
        Line {
            href: l.href(format!("/processor/notices/{}", f.number)),
            name: f.facts.name.clone(),
            basis: f.facts.basis.map(|b| say::basis(l, b).to_owned()).unwrap_or_default(),
            duties: duties(&f.facts).into_iter().map(|d| say::duty(l, d).to_owned()).collect(),
            adopted: e.texts.iter().filter(|t| t.flow == f.number).count(),
            missing: missing.join(l.t("、", ", ")),
        }
    };
    let lines = found.iter().flat_map(|e| e.flows.iter().filter(|f| f.ended.is_none()).map(|f| line(e, f))).collect();
    let view = List {
        shell: Shell::new(&cx.screen, Front::Processor, l.t("告知和同意", "Notices and consent")).at("preparing"),
        l,
        lines,
        new_flow: l.href("/processor/ledger/flows/new"),
    };
    page(StatusCode::OK, &view)
}

async fn flow(cx: &Cx, number: u32) -> Result<(Exports, Flow), Error> {
    let e = acts::exports(cx).await?.ok_or(Error::NotFound)?;
    let f = e.flow(number).cloned().ok_or(Error::NotFound)?;
    Ok((e, f))
}

async fn render(cx: &Cx, number: u32, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let (e, f) = flow(cx, number).await?;
    let consent = duties(&f.facts).contains(&Duty::SeparateConsent);
    let adopted = e.texts.iter().rev().filter(|t| t.flow == number).map(|t| Adopted {
        number: t.number,
        language: if t.language == "en" { l.t("英文", "English") } else { l.t("中文", "Chinese") },
        from: l.date(t.from).words,
        digest: t.sha256.clone(),
        consents: if consent {
            l.count_of(i64::try_from(t.standing(cx.now)).unwrap_or(i64::MAX), "份有效同意", "standing consent")
        } else {
            String::new()
        },
        href: l.href(format!("/processor/consents/{}", t.number)),
    });
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Processor, f.facts.name.clone())
            .at("preparing")
            .crumb("/processor/notices", l.t("告知和同意", "Notices and consent"))
            .for_form(&form),
        l,
        action: l.href(format!("/processor/notices/{number}")),
        edit: l.href(format!("/processor/ledger/flows/{number}")),
        basis: f.facts.basis.map(|b| say::basis(l, b).to_owned()).unwrap_or_default(),
        duties: duties(&f.facts).into_iter().map(|d| (say::duty(l, d).to_owned(), words::article(l, d.article()))).collect(),
        missing: Notice::of(&f.facts)
            .missing()
            .into_iter()
            .map(|i| (say::notice_item(l, i).to_owned(), words::article(l, i.article())))
            .collect(),
        adopted: adopted.collect(),
        can_adopt: f.ended.is_none() && Right::ApplicationEdit.held_by(cx.actor()?),
        form,
    };
    page(status, &view)
}

/// `GET /processor/notices/{flow}`.
///
/// # Errors
/// [`Error::NotFound`] where there is no such flow.
pub(super) async fn show(cx: Cx, Path(number): Path<u32>) -> Result<Response, Error> {
    let (_, f) = flow(&cx, number).await?;
    let n = Notice::of(&f.facts);
    let form = Form::new()
        .with("zh", notice_text::text(Lang::Zh, &n))
        .with("en", notice_text::text(Lang::En, &n))
        .with("from", cx.today().to_string());
    render(&cx, number, form, StatusCode::OK).await
}

/// `POST /processor/notices/{flow}`: adopts the text of one language.
///
/// # Errors
/// As [`show`].
pub(super) async fn adopt(cx: Cx, Path(number): Path<u32>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let language = if form.value("language") == "en" { "en" } else { "zh" };
    let Some(from) = form.date("from") else {
        form.fail("from", l.t("写启用日期，例如2026-10-01。", "Give the first day, such as 2026-10-01."));
        return render(&cx, number, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let words = form.value(language).replace("\r\n", "\n");
    let command = Command::AdoptText { flow: number, language: language.to_owned(), words, from };
    match acts::act_on_exports(&cx, command).await? {
        Ok(_) => {
            let news = l.t("文本已存档，连同摘要不再变动。", "The text is adopted and no longer changes.");
            Ok(Flash::good(news).to(l, &format!("/processor/notices/{number}")))
        }
        Err(r) => {
            form.fail(language, words::refusal(l, &r));
            render(&cx, number, form, refusal_status(&r)).await
        }
    }
}
