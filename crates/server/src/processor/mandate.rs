//! `/processor/applications/{id}/mandate`: the mandate of the office or representative of an
//! overseas processor: document, scope, term (M 7(2)). Checked on every act.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use guosuo_case::Role;
use guosuo_case::certification::{Action, Command, Mandate};

use super::case::{self, Case, Task};
use super::document::{self, DocField};
use crate::app::Cx;
use crate::body::case::page;
use crate::body::keep;
use crate::certification::mandate as fields;
use crate::error::{Error, refusal_status};
use crate::web::components::Choice;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

#[derive(Template)]
#[template(path = "processor/mandate.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    base: String,
    overseas: bool,
    own: bool,
    holder: String,
    kinds: Vec<Choice>,
    acts: Vec<Choice>,
    doc: DocField,
    can: bool,
    /// Where it is recorded since there is a certificate; empty before.
    moved: String,
}

async fn holder_name(cx: &Cx, id: &str) -> Result<String, Error> {
    Ok(cx.app.store.organisation(id).await?.map(|o| o.name).unwrap_or_default())
}

async fn render(cx: &Cx, case: &Case, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let mandate = case.dossier().mandate.as_ref();
    let own = cx.actor()?.has(Role::Representative);
    let holder = match mandate {
        Some(m) => holder_name(cx, m.holder.as_str()).await?,
        None if own => cx.signed()?.org_name.clone(),
        None => String::new(),
    };
    let hint = l.t("由境外处理者签署，写明授权范围和期限。", "Signed by the overseas processor, with scope and term.");
    let mut doc = DocField::new(cx, case, "doc", l.t("授权文件", "The document"), hint, mandate.map(|m| &m.document));
    // Without it there is no mandate; a renewed one may rest on the document that is here.
    doc.optional = mandate.is_some();
    let view = Page {
        shell: case::shell(cx, case, Task::Mandate.name(l)).for_form(&form),
        l,
        base: l.href(case.path("")),
        overseas: case.app.processor.is_overseas(),
        own,
        holder,
        kinds: fields::kinds(l),
        acts: fields::acts(l),
        doc,
        can: case.can(Action::RecordMandate),
        moved: case
            .app
            .certificate
            .as_ref()
            .map_or_else(String::new, |c| l.href(format!("/processor/certificates/{c}/acts/record-mandate"))),
        form,
    };
    page(status, &view)
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::load(&cx, &id).await?;
    let form = document::typed(
        fields::begin(case.dossier().mandate.as_ref()),
        "doc",
        case.dossier().mandate.as_ref().map(|m| &m.document),
    );
    render(&cx, &case, form, StatusCode::OK).await
}

/// The mandate that was declared; errors stand at their fields, and then there is none.
///
/// # Errors
/// Faults of the store.
pub(super) async fn read(cx: &Cx, case: &Case, sent: &mut keep::Sent, form: &mut Form) -> Result<Option<Mandate>, Error> {
    let old = case.dossier().mandate.as_ref();
    let mut mandate = fields::read(cx, form, old.map(|m| &m.holder)).await?;
    match document::receive(cx, case, sent, form, "doc", old.map(|m| &m.document)).await? {
        Some(document) => mandate.document = document,
        None => form.fail("doc_file", cx.l().t("上传授权文件，或者填写它的摘要。", "Upload the document, or enter its digests.")),
    }
    Ok(form.ok().then_some(mandate))
}

/// `POST`: also after the submission, for a renewed mandate.
///
/// # Errors
/// As [`show`]; faults of the store.
pub(super) async fn submit(cx: Cx, Path(id): Path<String>, sent: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::load(&cx, &id).await?;
    let mut sent = keep::read(&cx, sent).await?;
    let mut form = Form::from_pairs(std::mem::take(&mut sent.fields));
    let Some(mandate) = read(&cx, &case, &mut sent, &mut form).await? else {
        return render(&cx, &case, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    // Whoever walks through the draft goes on; the law takes the same again for nothing new.
    if case.app.receipt.is_none() && case.dossier().mandate.as_ref() == Some(&mandate) {
        return Ok(Redirect::to(&l.href(case.path(""))).into_response());
    }
    match case::try_act(&cx, &id, Command::RecordMandate { mandate: Box::new(mandate) }, None).await? {
        Ok(_) => Ok(Flash::good(l.t("授权委托书已登记。", "The mandate is recorded.")).to(l, &case.path(""))),
        Err(r) => {
            form.fail("", words::refusal(l, &r));
            render(&cx, &case, form, refusal_status(&r)).await
        }
    }
}
