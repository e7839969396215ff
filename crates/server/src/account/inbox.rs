//! `/body/inbox`, `/authority/inbox`: messages to the organisation.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certificate::Certificate;
use guosuo_case::certification::Application;
use guosuo_case::{Life as _, OrgKind, Right};
use guosuo_store::{Error as StoreError, Message};
use jiff::Timestamp;
use serde::Deserialize;

use super::front_of;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Link;
use crate::web::{Front, Lang, Shell};
use crate::words;

const PER_PAGE: u32 = 30;

/// One message in words.
struct Line {
    href: String,
    title: String,
    text: String,
    at: String,
    new: bool,
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::MIN)
}

fn said(l: Lang, m: &Message) -> (String, String) {
    let data = serde_json::from_str(&m.data).unwrap_or_default();
    words::message(l, &m.kind, &data)
}

#[derive(Template)]
#[template(path = "account/inbox.html")]
struct List {
    shell: Shell,
    l: Lang,
    rows: Vec<Line>,
    more: Option<String>,
    later: bool,
    base: String,
}

/// `?before=…&id=…`: the place after which the list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    before: Option<i64>,
    id: Option<String>,
}

/// The address of a front's inbox.
/// Where the cases of a kind are for the people of a front, and the right that the pages ask for.
fn room_of(front: Front, kind: &str) -> (&'static str, Right) {
    match (front, kind) {
        (Front::Body, Application::KIND) => ("/body/applications", Right::ApplicationRead),
        (Front::Body, Certificate::KIND) => ("/body/certificates", Right::ApplicationRead),
        (Front::Body, _) => ("/body/filings", Right::FilingReadOwn),
        (Front::Processor, Certificate::KIND) => ("/processor/certificates", Right::ApplicationReadOwn),
        (Front::Processor, _) => ("/processor/applications", Right::ApplicationReadOwn),
        (Front::Verification, _) => ("/verification/applications", Right::ApplicationRead),
        (_, Application::KIND) => ("/authority/applications", Right::FindingState),
        (_, Certificate::KIND) => ("/authority/certificates", Right::FindingState),
        _ => ("/authority/filings", Right::QueueRead),
    }
}

fn base(front: Front) -> &'static str {
    match front {
        Front::Body => "/body/inbox",
        Front::Processor => "/processor/inbox",
        Front::Verification => "/verification/inbox",
        _ => "/authority/inbox",
    }
}

/// The inbox belongs to the front: people of another front have none here.
fn own_front(cx: &Cx, front: Front) -> Result<(), Error> {
    let kind: OrgKind = cx.actor()?.org_kind;
    if front_of(kind) == front { Ok(()) } else { Err(Error::Forbidden) }
}

async fn list(cx: Cx, front: Front, after: After) -> Result<Response, Error> {
    own_front(&cx, front)?;
    let l = cx.l();
    let base = base(front);
    let later = after.before.is_some();
    let (before, id) = (after.before.unwrap_or(i64::MAX), after.id.unwrap_or_default());
    let mut found = cx.app.store.reader().await?.inbox(cx.actor()?.org.as_str(), before, &id, PER_PAGE + 1).await?;
    let full = found.len() > PER_PAGE as usize;
    found.truncate(PER_PAGE as usize);
    let more = found.last().filter(|_| full).map(|m| l.href(format!("{base}?before={}&id={}", m.at, m.id)));
    let rows = found
        .iter()
        .map(|m| {
            let (title, text) = said(l, m);
            Line {
                href: l.href(format!("{base}/{}", m.id)),
                title,
                text,
                at: l.stamp(moment(m.at)).to_string(),
                new: m.read_at.is_none(),
            }
        })
        .collect();
    let shell = Shell::new(&cx.screen, front, l.t("通知和消息", "Messages")).at("inbox");
    let page = List { shell, l, rows, more, later, base: l.href(base) };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

#[derive(Template)]
#[template(path = "account/message.html")]
struct Page {
    shell: Shell,
    l: Lang,
    title: String,
    text: String,
    at: String,
    case: Option<Link>,
    document: Option<Link>,
    base: String,
}

async fn show(cx: Cx, front: Front, id: String) -> Result<Response, Error> {
    own_front(&cx, front)?;
    let l = cx.l();
    let base = base(front);
    let actor = cx.actor()?.clone();
    let m = cx.app.store.reader().await?.message(actor.org.as_str(), &id).await?;
    if m.read_at.is_none() {
        let (now, work) = (cx.now, (actor.org.0.clone(), id.clone(), actor.user.0.clone()));
        cx.app
            .store
            .write_with(work, move |tx, (org, id, account)| {
                Box::pin(async move { tx.read_message(org, id, account, now).await.map(drop) })
            })
            .await
            .map_err(|e: StoreError| Error::from(e))?;
    }
    let (title, text) = said(l, &m);
    let head = cx.app.store.reader().await?.head(&m.case_id).await?;
    let kind = head.as_ref().map_or("", |h| h.kind.as_str());
    let (cases, right) = room_of(front, kind);
    let of_case = |path: String, name: &str| Link::new(l.href(path), name);
    let case = match (m.case_id.is_empty(), m.kind.as_str()) {
        (false, _) if head.is_some() && right.held_by(&actor) => {
            Some(of_case(format!("{cases}/{}", m.case_id), l.t("打开案件", "Open the case")))
        }
        (true, "registered") => Some(of_case("/authority/registrations".into(), l.t("核对注册", "Check the registration"))),
        _ => None,
    };
    let document = m
        .blob_id
        .is_some()
        .then(|| of_case(format!("{cases}/{}/notice.pdf", m.case_id), l.t("查看通知书（PDF）", "Open the notice (PDF)")));
    let shell = Shell::new(&cx.screen, front, title.clone()).at("inbox").crumb(base, l.t("通知和消息", "Messages"));
    let page = Page { shell, l, title, text, at: l.moment(moment(m.at)).to_string(), case, document, base: l.href(base) };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET /body/inbox`.
///
/// # Errors
/// [`Error::Forbidden`] for people of other fronts; when the store cannot be read.
pub async fn body_list(cx: Cx, Query(after): Query<After>) -> Result<Response, Error> {
    list(cx, Front::Body, after).await
}

/// `GET /body/inbox/{id}`: opening a message marks it as read.
///
/// # Errors
/// [`Error::NotFound`] for messages of others.
pub async fn body_show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    show(cx, Front::Body, id).await
}

/// `GET /authority/inbox`.
///
/// # Errors
/// As [`body_list`].
pub async fn authority_list(cx: Cx, Query(after): Query<After>) -> Result<Response, Error> {
    list(cx, Front::Authority, after).await
}

/// `GET /authority/inbox/{id}`.
///
/// # Errors
/// As [`body_show`].
pub async fn authority_show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    show(cx, Front::Authority, id).await
}

/// `GET /processor/inbox`.
///
/// # Errors
/// As [`body_list`].
pub async fn processor_list(cx: Cx, Query(after): Query<After>) -> Result<Response, Error> {
    list(cx, Front::Processor, after).await
}

/// `GET /processor/inbox/{id}`.
///
/// # Errors
/// As [`body_show`].
pub async fn processor_show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    show(cx, Front::Processor, id).await
}

/// `GET /verification/inbox`.
///
/// # Errors
/// As [`body_list`].
pub async fn verification_list(cx: Cx, Query(after): Query<After>) -> Result<Response, Error> {
    list(cx, Front::Verification, after).await
}

/// `GET /verification/inbox/{id}`.
///
/// # Errors
/// As [`body_show`].
pub async fn verification_show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    show(cx, Front::Verification, id).await
}
