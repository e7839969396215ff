//! `/authority/bodies`: the register with its history, and the removal of an entry: a manual
//! act with ground and reason, because the law is silent.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::Right;
use guosuo_case::filing::Command;
use guosuo_store::{ActError, Error as StoreError, RegisteredBody, new_id};
use jiff::civil::Date;
use serde::Deserialize;

use super::case_acts::idem;
use super::view::{frame, may};
use crate::app::Cx;
use crate::error::{Error, refusal_status};
use crate::public::address;
use crate::public::bodies::Asked;
use crate::web::components::{Fact, Happening, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

const PATH: &str = "/authority/bodies";
/// Most entries shown.
const MOST: u32 = 1000;

/// `?q=…&as_of=…`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    q: String,
    as_of: String,
}

struct Line {
    href: String,
    name: String,
    code: String,
    number: String,
    filed: String,
    state: (&'static str, Tone),
    since: String,
    imported: bool,
}

#[derive(Template)]
#[template(path = "authority/bodies.html")]
struct List {
    shell: Shell,
    l: Lang,
    q: String,
    as_of: String,
    misread: &'static str,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "authority/body.html")]
struct One {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    state: (&'static str, Tone),
    facts: Vec<Fact>,
    history: Vec<Happening>,
    can_remove: bool,
    idem: String,
}

fn state(l: Lang, status: &str) -> (&'static str, Tone) {
    match status {
        "filed" => (l.t("已备案", "Filed"), Tone::Ok),
        "removed" => (l.t("已移出名单", "Removed"), Tone::Late),
        _ => (l.t("尚未列入", "Not yet listed"), Tone::Mute),
    }
}

fn day(l: Lang, text: &str) -> String {
    text.parse::<Date>().map_or_else(|_| text.to_owned(), |d| l.date(d).words)
}

/// `GET /authority/bodies`.
///
/// # Errors
/// When the store fails.
pub async fn list(cx: Cx, Query(ask): Query<Ask>) -> Result<Response, Error> {
    let l = cx.l();
    let asked = Asked { q: ask.q, as_of: ask.as_of };
    let shown = asked.day(cx.today());
    let misread = shown.as_ref().err().map_or("", |no| no.words(l));
    let rows = match shown {
        Ok(day) => cx.app.store.reader().await?.bodies(day, asked.q.trim(), MOST).await?,
        Err(_) => Vec::new(),
    };
    let line = |b: RegisteredBody| Line {
        href: l.href(format!("{PATH}/{}", b.id)),
        filed: day(l, &b.filed),
        state: state(l, &b.status),
        since: day(l, &b.since),
        imported: !b.source.is_empty(),
        name: b.name,
        code: b.credit_code,
        number: b.number,
    };
    let lines: Vec<Line> = rows.into_iter().map(line).collect();
    let title =
        l.pick(format!("已备案专业认证机构（{}家）", lines.len()), format!("Filed certification bodies ({})", lines.len()));
    let shell = frame(&cx, "bodies", title);
    let as_of = shown.ok().filter(|_| !asked.as_of.trim().is_empty()).map_or(asked.as_of, |day| day.to_string());
    let status = if misread.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = List { shell, l, q: asked.q, as_of, misread, lines };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

async fn page(cx: &Cx, id: &str, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let mut reader = cx.app.store.reader().await?;
    let b = reader.body(id, cx.today()).await?;
    let statuses = reader.body_statuses(id).await?;
    let org = if b.org.is_empty() { None } else { reader.organisation(&b.org).await? };
    drop(reader);
    let mut facts = vec![
        Fact::new(l.t("机构名称", "Name"), b.name.clone()),
        Fact::new(l.t("备案编号", "Filing number"), b.number.clone()).code(),
    ];
    facts.push(Fact::new(l.t("统一社会信用代码", "Credit code"), b.credit_code.clone()).code());
    facts.push(
        Fact::new(l.t("备案和公示日期", "Filed and published"), day(l, &b.filed))
            .link(l.href(address::body(id, &b.number)), l.t("公众看到的页面", "The public page")),
    );
    if !b.source.is_empty() {
        facts.push(
            Fact::new(l.t("来源", "Source"), b.source.clone())
                .note(l.t("在别处公布，导入本系统", "published elsewhere and imported")),
        );
    }
    if let Some(o) = org {
        facts.push(Fact::new(l.t("法定代表人", "Legal representative"), o.details.legal_rep.clone()));
        facts.push(Fact::new(l.t("联系", "Contact"), format!("{} {}", o.details.address, o.details.phone)));
    }
    if !b.case_id.is_empty() && may(cx, Right::QueueRead) {
        facts.push(
            Fact::new(l.t("案件", "Case"), "")
                .link(l.href(format!("/authority/filings/{}", b.case_id)), l.t("打开备案案件", "Open the filing")),
        );
    }
    let history = statuses
        .iter()
        .rev()
        .map(|s| {
            let when = s.since.parse::<Date>().map_or_else(|_| l.date(cx.today()), |d| l.date(d));
            Happening { bad: s.status == "removed", ..Happening::new(when, state(l, &s.status).0).note(s.reason.clone()) }
        })
        .collect();
    let view = One {
        shell: frame(cx, "bodies", b.name.clone()).crumb(PATH, l.t("已备案机构", "Filed bodies")).for_form(&form),
        l,
        path: l.href(format!("{PATH}/{id}")),
        state: state(l, &b.status),
        facts,
        history,
        can_remove: b.status == "filed" && may(cx, Right::BodyRegisterAct),
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// `GET /authority/bodies/{id}`.
///
/// # Errors
/// [`Error::NotFound`] for an entry that does not exist.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    page(&cx, &id, Form::new(), StatusCode::OK).await
}

/// `POST /authority/bodies/{id}/remove`: takes the body off the list, with ground and reason.
///
/// # Errors
/// When the store fails.
pub async fn remove(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let ground = form
        .require("ground", l.t("写明法律依据，例如法律、法规的条款。", "State the legal ground, such as the article of a law."));
    let reason = form.require("reason", l.t("写明理由。", "State the reason."));
    if !form.has("sure", "yes") {
        form.fail("sure", l.t("移出名单会立即公开。确认后再提交。", "The removal is public at once. Confirm it first."));
    }
    if !form.ok() {
        return page(&cx, &id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let b = cx.app.store.reader().await?.body(&id, cx.today()).await?;
    if b.case_id.is_empty() {
        return remove_imported(&cx, &id, ground, reason, form).await;
    }
    let key = idem(&form, &[&id, &ground, &reason]);
    match cx.act(&b.case_id, Command::Remove { ground, reason }, key).await {
        Ok(_) => Ok(Flash::good(said(l)).to(l, &format!("{PATH}/{id}"))),
        Err(ActError::Refused(r)) => {
            form.fail("reason", words::refusal(l, &r));
            page(&cx, &id, form, refusal_status(&r)).await
        }
        Err(e) => Err(e.into()),
    }
}

fn said(l: Lang) -> &'static str {
    l.t(
        "已移出名单，公众页面同时更新，机构已收到消息。",
        "Removed from the list; the public page shows it and the body has been told.",
    )
}

/// An entry that was imported has no case; its status is kept in the register itself.
async fn remove_imported(cx: &Cx, id: &str, ground: String, reason: String, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let (now, today) = (cx.now, cx.today());
    let args = (id.to_owned(), ground, reason, cx.origin()?);
    let done: Result<bool, StoreError> = cx
        .app
        .store
        .write_with(args, move |tx, (id, ground, reason, origin)| {
            Box::pin(async move {
                // Asked again inside the unit: two removals at once make one.
                if tx.reader().await?.body(id, today).await?.status != "filed" {
                    return Ok(false);
                }
                tx.set_imported_status(id, "removed", today, ground, now).await?;
                let said = serde_json::json!({"ground": ground, "reason": reason});
                tx.record_act("body_removed", id, origin, &said, now).await?;
                Ok(true)
            })
        })
        .await;
    if done? {
        return Ok(Flash::good(said(l)).to(l, &format!("{PATH}/{id}")));
    }
    form.fail("reason", l.t("这家机构已经不在名单上。", "This body is no longer on the list."));
    page(cx, id, form, StatusCode::CONFLICT).await
}
