//! `GET /publications` and `GET /publications/{id}`: 公示, one page for each with a stable
//! address and a printed form.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use guosuo_store::PublicationRow;
use serde::Deserialize;

use super::machine::origin;
use super::{address, day};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Fact;
use crate::web::{Front, Lang, Shell};

const PER_PAGE: u32 = 20;

/// One row of a list of publications.
pub(crate) struct Line {
    /// Address.
    pub(crate) href: String,
    /// Title in words.
    pub(crate) title: String,
    /// Number.
    pub(crate) number: String,
    /// Day.
    pub(crate) published: String,
}

/// The title of a publication.
fn title(l: Lang, p: &PublicationRow) -> String {
    match p.kind.as_str() {
        "removal" => l.pick(format!("关于{}移出名录的公示", p.title), format!("Removal from the register: {}", p.title)),
        _ => l.pick(format!("关于{}备案的公示", p.title), format!("Filing of {}", p.title)),
    }
}

impl Line {
    pub(crate) fn new(l: Lang, p: &PublicationRow) -> Self {
        Self {
            href: l.href(address::publication(&p.id, &p.kind, &p.number)),
            title: title(l, p),
            number: p.number.clone(),
            published: p.published.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "public/publications.html")]
struct List {
    shell: Shell,
    l: Lang,
    rows: Vec<Line>,
    more: Option<String>,
    later: bool,
}

/// `?before=…&id=…`: the place after which the list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    before: Option<i64>,
    id: Option<String>,
}

/// The list, newest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(cx: Cx, Query(after): Query<After>) -> Result<Response, Error> {
    let l = cx.l();
    let later = after.before.is_some();
    let (before, id) = (after.before.unwrap_or(i64::MAX), after.id.unwrap_or_default());
    let mut found = cx.app.store.reader().await?.publications("", before, &id, PER_PAGE + 1).await?;
    let full = found.len() > PER_PAGE as usize;
    found.truncate(PER_PAGE as usize);
    let more = found.last().filter(|_| full).map(|p| l.href(format!("/publications?before={}&id={}", p.at, p.id)));
    let rows = found.iter().map(|p| Line::new(l, p)).collect();
    let shell = Shell::new(&cx.screen, Front::Public, l.t("备案公示", "Publications"))
        .at("bodies")
        .crumb("/publications", l.t("备案公示", "Publications"))
        .here(l.t("列表", "List"));
    Ok(Html(List { shell, l, rows, more, later }.render()?).into_response())
}

#[derive(Template)]
#[template(path = "public/publication.html")]
struct Page {
    shell: Shell,
    l: Lang,
    removal: bool,
    name: String,
    number: String,
    date: String,
    ground: String,
    facts: Vec<Fact>,
    body_href: String,
    authority: String,
    phone: String,
    contact: String,
    address: String,
}

/// One publication.
///
/// # Errors
/// [`Error::NotFound`]; when the store cannot be read.
pub async fn show(cx: Cx, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let mut reader = cx.app.store.reader().await?;
    let id = address::publication_id(&mut reader, id).await?;
    let p = reader.publication(&id).await?;
    drop(reader);
    let data: serde_json::Value = serde_json::from_str(&p.data).unwrap_or_default();
    let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
    let removal = p.kind == "removal";
    let mut facts = vec![
        Fact::new(l.t("机构名称", "Name of the body"), &p.title),
        Fact::new(l.t("统一社会信用代码", "Unified social credit code"), text("credit_code")).code(),
        Fact::new(l.t("备案编号", "Filing number"), &p.number).code(),
    ];
    if !text("notice").is_empty() {
        facts.push(Fact::new(l.t("文书编号", "Notice number"), text("notice")).code());
    }
    facts
        .push(Fact::new(if removal { l.t("移出日期", "Removed on") } else { l.t("备案日期", "Filed on") }, day(l, &p.published)));
    let site = &cx.screen.site;
    let shell = Shell::new(&cx.screen, Front::Public, title(l, &p))
        .at("bodies")
        .crumb("/publications", l.t("备案公示", "Publications"))
        .here(p.number.clone());
    let page = Page {
        l,
        removal,
        date: day(l, &p.published),
        ground: text("ground"),
        facts,
        body_href: l.href(address::body(&p.case_id, &p.number)),
        authority: cx.app.config.authority.clone(),
        phone: if site.hours.is_empty() || site.phone.is_empty() {
            site.phone.clone()
        } else {
            l.pick(format!("{}（{}）", site.phone, site.hours), format!("{} ({})", site.phone, site.hours))
        },
        contact: cx.app.config.contact.clone(),
        address: format!("{}{}", origin(&cx, &headers), l.href(address::publication(&p.id, &p.kind, &p.number))),
        name: p.title,
        number: p.number,
        shell,
    };
    Ok(Html(page.render()?).into_response())
}
