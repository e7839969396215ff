//! `GET /bodies/{id}`: one body with the history of its status.

use askama::Template;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use jiff::civil::Date;

use super::{address, day, number, status_words};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Fact, Happening, Tone};
use crate::web::{Front, Lang, Shell};

#[derive(Template)]
#[template(path = "public/body.html")]
struct Page {
    shell: Shell,
    l: Lang,
    title: String,
    sub: String,
    tone: Tone,
    facts: Vec<Fact>,
    history: Vec<Happening>,
    imported: bool,
}

/// The page of one body.
///
/// # Errors
/// [`Error::NotFound`]; when the store cannot be read.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let mut reader = cx.app.store.reader().await?;
    let id = address::body_id(&mut reader, id).await?;
    let b = reader.body(&id, cx.today()).await?;
    let statuses = reader.body_statuses(&id).await?;
    drop(reader);
    let imported = !b.source.is_empty();
    let (status, tone) = status_words(l, &b.status);
    let mut facts = vec![
        Fact::new(l.t("机构名称", "Name"), &b.name),
        Fact::new(l.t("备案编号", "Filing number"), number(l, &b.number)).code(),
    ];
    if !b.credit_code.is_empty() {
        facts.push(Fact::new(l.t("统一社会信用代码", "Unified social credit code"), &b.credit_code).code());
    }
    facts.push(Fact::new(l.t("备案日期", "Filed on"), day(l, &b.filed)));
    let mut published = Fact::new(l.t("公示日期", "Published on"), day(l, &b.published));
    if imported {
        published = published.link(b.source.clone(), l.t("公告原文", "The notice"));
    } else {
        published = published.link(l.href(address::filing(&id, &b.number)), l.t("查看公示", "The publication"));
    }
    facts.push(published);
    if let Ok(data) = serde_json::from_str::<serde_json::Value>(&b.data)
        && let Some(approval) = data["approval_number"].as_str().filter(|s| !s.is_empty())
    {
        facts.push(Fact::new(l.t("认证机构批准书号", "Approval certificate"), approval).code());
    }
    let history = statuses
        .iter()
        .rev()
        .map(|s| {
            let at = l.date(s.since.parse::<Date>().unwrap_or_else(|_| cx.today()));
            let mut h = Happening::new(at, status_words(l, &s.status).0);
            if !imported && !s.reason.is_empty() {
                h = h.note(l.pick(format!("依据：{}", s.reason), format!("Ground: {}", s.reason)));
            }
            h.bad = s.status == "removed";
            h
        })
        .collect();
    let sub = l.pick(format!("自{}起", day(l, &b.since)), format!("since {}", day(l, &b.since)));
    let shell = Shell::new(&cx.screen, Front::Public, b.name.clone())
        .at("bodies")
        .crumb("/bodies", l.t("专业认证机构名录", "Register of certification bodies"));
    let page = Page {
        shell,
        l,
        title: l.pick(format!("{}：{status}", b.name), format!("{}: {status}", b.name)),
        sub,
        tone,
        facts,
        history,
        imported,
    };
    Ok(Html(page.render()?).into_response())
}
