//! `/admin/ledger`: the record, as the audit administrator searches it. The content of cases
//! is not in it: rows name what happened, to which case, by whom.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::Life as _;
use guosuo_case::filing::Filing;
use guosuo_seal::chain;
use guosuo_store::{Error as StoreError, LedgerRow};
use jiff::Timestamp;
use serde::Deserialize;

use crate::app::Cx;
use crate::error::Error;
use crate::public::machine::{csv_answer, csv_of};
use crate::router::encode;
use crate::web::components::{Choice, Fact, Tone};
use crate::web::{Lang, Shell};
use crate::words;

const PER_PAGE: u32 = 50;
/// Most rows of one export.
const EXPORT: u32 = 50_000;
const CLASSES: [&str; 5] = ["event", "act", "read", "denied", "system"];

/// `?class=…&actor=…&case=…&before=…`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    class: String,
    actor: String,
    case: String,
    before: Option<u64>,
}

fn class_words(l: Lang, class: &str) -> (&'static str, Tone) {
    match class {
        "event" => (l.t("案件事项", "Event of a case"), Tone::Info),
        "act" => (l.t("管理操作", "Administrative act"), Tone::Mute),
        "read" => (l.t("查阅保密内容", "Confidential read"), Tone::Warn),
        "denied" => (l.t("拒绝访问", "Refused access"), Tone::Late),
        "system" => (l.t("系统", "System"), Tone::Mute),
        _ => (l.t("其他", "Other"), Tone::Mute),
    }
}

/// Names of people and organisations by id.
struct Names {
    accounts: BTreeMap<String, (String, String)>,
    orgs: BTreeMap<String, String>,
}

impl Names {
    async fn read(cx: &Cx) -> Result<Self, Error> {
        let mut reader = cx.app.store.reader().await?;
        let accounts = reader.accounts("").await?.into_iter().map(|a| (a.id, (a.name, a.login))).collect();
        let orgs = reader.organisations(None, None).await?.into_iter().map(|o| (o.id, o.name)).collect();
        Ok(Self { accounts, orgs })
    }

    fn actor(&self, l: Lang, id: &str) -> String {
        match self.accounts.get(id) {
            Some((name, login)) => l.pick(format!("{name}（{login}）"), format!("{name} ({login})")),
            None if id.is_empty() => l.t("未登录", "Not signed in").to_owned(),
            None => match id.strip_prefix("system:") {
                Some(task) => l.pick(format!("系统（{task}）"), format!("The platform ({task})")),
                None => id.to_owned(),
            },
        }
    }

    /// What was acted on: people and organisations by name, files and papers by kind and the beginning of their id. The
    /// whole id stands on the page of the row.
    fn object(&self, l: Lang, fields: &chain::Row) -> String {
        let object = fields.object.as_str();
        if let Some((name, login)) = self.accounts.get(object) {
            return l.pick(format!("{name}（{login}）"), format!("{name} ({login})"));
        }
        if let Some(name) = self.orgs.get(object) {
            return name.clone();
        }
        let (kind, rest) = match object.split_once(':') {
            Some(("original", rest)) => (l.t("原件", "Original"), rest),
            Some(("scan", rest)) => (l.t("注册扫描件", "Scan of a registration"), rest),
            _ if fields.action == "job.released" => (l.t("任务", "Job"), object),
            _ => (l.t("文件", "File"), object),
        };
        let (id, page) = rest.split_once('#').unwrap_or((rest, ""));
        match (object, is_id(id)) {
            (Filing::KIND, _) => l.t("机构备案", "Filing of a body").to_owned(),
            ("roster", _) => l.t("名册", "Roster").to_owned(),
            ("filings", _) => l.t("案件清单", "List of cases").to_owned(),
            (_, true) if page.is_empty() => format!("{kind} {}…", &id[..SHORT]),
            (_, true) => l.pick(format!("{kind} {}… 第{page}页", &id[..SHORT]), format!("{kind} {}… page {page}", &id[..SHORT])),
            _ => object.to_owned(),
        }
    }

    /// An actor as typed: an id, or a sign-in name.
    fn id_of(&self, typed: &str) -> String {
        let typed = typed.trim();
        self.accounts.iter().find(|(_, (_, login))| login == typed).map_or_else(|| typed.to_owned(), |(id, _)| id.clone())
    }
}

/// Characters shown of an id that has no name.
const SHORT: usize = 8;

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The submission numbers of the cases in some rows; a draft has none yet.
async fn numbers(cx: &Cx, rows: &[LedgerRow]) -> Result<BTreeMap<String, String>, Error> {
    let mut reader = cx.app.store.reader().await?;
    let mut out = BTreeMap::new();
    for case in rows.iter().map(|r| &r.case_id).filter(|case| !case.is_empty()) {
        if !out.contains_key(case) {
            let number = reader.filing(case).await?.map(|row| row.number).unwrap_or_default();
            out.insert(case.clone(), number);
        }
    }
    Ok(out)
}

/// A case by its number; before it has one, by the beginning of its id.
fn case_words(l: Lang, numbers: &BTreeMap<String, String>, id: &str) -> String {
    match numbers.get(id) {
        Some(number) if !number.is_empty() => number.clone(),
        _ if is_id(id) => l.pick(format!("草稿 {}…", &id[..SHORT]), format!("Draft {}…", &id[..SHORT])),
        _ => id.to_owned(),
    }
}

struct Row {
    seq: i64,
    href: String,
    at: String,
    class: &'static str,
    tone: Tone,
    actor: String,
    action: String,
    code: String,
    object: String,
    case: String,
    case_href: String,
}

fn row_of(l: Lang, names: &Names, r: &LedgerRow) -> Result<Row, Error> {
    let fields = r.fields()?;
    let (class, tone) = class_words(l, &r.class);
    Ok(Row {
        seq: r.seq,
        href: l.href(format!("/admin/ledger/{}", r.seq)),
        at: l.stamp(Timestamp::from_microsecond(r.at).unwrap_or(Timestamp::MIN)).words,
        class,
        tone,
        actor: names.actor(l, &r.actor),
        action: words::action(l, &fields.action).to_owned(),
        object: names.object(l, &fields),
        code: fields.action,
        case_href: l.href(format!("/admin/ledger?case={}", encode(&r.case_id))),
        case: r.case_id.clone(),
    })
}

/// The rows asked for, newest first. A case is read whole and then narrowed down.
async fn find(cx: &Cx, names: &Names, asked: &Asked, limit: u32) -> Result<Vec<LedgerRow>, Error> {
    let class = CLASSES.into_iter().find(|c| *c == asked.class).unwrap_or_default();
    let actor = names.id_of(&asked.actor);
    let before = asked.before.unwrap_or(u64::MAX >> 1);
    let mut reader = cx.app.store.reader().await?;
    let case = asked.case.trim();
    if case.is_empty() {
        return Ok(reader.ledger_before(before, class, &actor, limit).await?);
    }
    let case = reader.filing_of_number(case).await?.map_or_else(|| case.to_owned(), |row| row.case_id);
    let mut rows = reader.ledger_of_case(&case).await?;
    rows.retain(|r| {
        (class.is_empty() || r.class == class)
            && (actor.is_empty() || r.actor == actor)
            && u64::try_from(r.seq).is_ok_and(|s| s < before)
    });
    rows.reverse();
    rows.truncate(limit as usize);
    Ok(rows)
}

fn query(a: &Asked) -> String {
    format!("?class={}&actor={}&case={}", encode(&a.class), encode(a.actor.trim()), encode(a.case.trim()))
}

#[derive(Template)]
#[template(path = "admin/ledger.html")]
struct List {
    shell: Shell,
    l: Lang,
    asked: Asked,
    classes: Vec<Choice>,
    rows: Vec<Row>,
    more: Option<String>,
    csv: String,
    size: String,
}

/// `GET /admin/ledger`.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let l = cx.l();
    let names = Names::read(&cx).await?;
    let mut found = find(&cx, &names, &asked, PER_PAGE + 1).await?;
    let size = cx.app.store.reader().await?.ledger_size().await?;
    let full = found.len() > PER_PAGE as usize;
    found.truncate(PER_PAGE as usize);
    let more = found.last().filter(|_| full).map(|r| l.href(format!("/admin/ledger{}&before={}", query(&asked), r.seq)));
    let numbers = numbers(&cx, &found).await?;
    let mut rows = found.iter().map(|r| row_of(l, &names, r)).collect::<Result<Vec<_>, _>>()?;
    for row in &mut rows {
        row.case = case_words(l, &numbers, &row.case);
    }
    let mut classes = vec![Choice::new("", l.t("全部", "All"))];
    classes.extend(CLASSES.map(|c| Choice::new(c, class_words(l, c).0)));
    let page = List {
        shell: super::shell(&cx, "ledger", l.t("审计记录", "Audit record")),
        l,
        classes,
        rows,
        more,
        csv: l.href(format!("/admin/ledger.csv{}", query(&asked))),
        size: l.number(i64::try_from(size).unwrap_or(i64::MAX)),
        asked,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET /admin/ledger.csv`: the same rows as a file; the export is itself a recorded act,
/// written before the first byte.
///
/// # Errors
/// When the store fails.
pub async fn csv(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let l = cx.l();
    let names = Names::read(&cx).await?;
    let found = find(&cx, &names, &asked, EXPORT).await?;
    let (now, origin, what) = (cx.now, cx.origin()?, query(&asked));
    let count = found.len();
    cx.app
        .store
        .write_with((origin, what), move |tx, (origin, what)| {
            Box::pin(
                async move { tx.record_act("ledger.exported", what, origin, &serde_json::json!({ "rows": count }), now).await },
            )
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    let head = [
        l.t("序号", "No."),
        l.t("时间", "Time"),
        l.t("类别", "Class"),
        l.t("人员", "Person"),
        l.t("操作", "Action"),
        l.t("对象", "Object"),
        l.t("案件", "Case"),
        l.t("链摘要", "Chain digest"),
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for r in &found {
        let x = row_of(l, &names, r)?;
        rows.push(vec![x.seq.to_string(), x.at, x.class.to_owned(), x.actor, x.code, x.object, x.case, hex::encode(&r.link)]);
    }
    Ok(csv_answer(&format!("ledger-{}.csv", cx.today()), csv_of(rows)?))
}

#[derive(Template)]
#[template(path = "admin/ledger_row.html")]
struct Page {
    shell: Shell,
    l: Lang,
    facts: Vec<Fact>,
    body: String,
    sealed: bool,
    raw: String,
    case_href: Option<String>,
    prev: Option<String>,
    next: Option<String>,
}

/// `GET /admin/ledger/{seq}`: one row with its particulars; those of cases stay closed.
///
/// # Errors
/// [`Error::NotFound`] for a row that is not there.
pub async fn show(cx: Cx, Path(seq): Path<u64>) -> Result<Response, Error> {
    let l = cx.l();
    let names = Names::read(&cx).await?;
    let mut reader = cx.app.store.reader().await?;
    let size = reader.ledger_size().await?;
    if seq >= size {
        return Err(Error::NotFound);
    }
    let row = reader.ledger_from(seq, 1).await?.into_iter().next().ok_or(Error::NotFound)?;
    let body = reader.ledger_body(&row).await?;
    drop(reader);
    let fields = row.fields()?;
    let mut facts = vec![
        Fact::new(l.t("时间", "Time"), l.moment(Timestamp::from_microsecond(row.at).unwrap_or(Timestamp::MIN)).words),
        Fact::new(l.t("类别", "Class"), class_words(l, &row.class).0),
        Fact::new(l.t("操作", "Action"), words::action(l, &fields.action)).note(fields.action.clone()),
        Fact::new(l.t("人员", "Person"), names.actor(l, &row.actor)),
    ];
    if let Some(org) = &fields.org {
        facts.push(Fact::new(l.t("机构", "Organisation"), names.orgs.get(org).unwrap_or(org)));
    }
    if let Some(session) = &fields.session {
        facts.push(Fact::new(l.t("登录编号", "Session"), session).code());
    }
    if !fields.object.is_empty() {
        facts.push(Fact::new(l.t("对象", "Object"), names.object(l, &fields)).note(fields.object.clone()));
    }
    if let Some(case) = &fields.case {
        let numbers = numbers(&cx, std::slice::from_ref(&row)).await?;
        facts.push(Fact::new(l.t("案件", "Case"), case_words(l, &numbers, case)).note(case.clone()));
    }
    facts.push(Fact::new(l.t("前一条链摘要", "Chain digest before"), hex::encode(&row.prev)).code());
    facts.push(Fact::new(l.t("本条链摘要", "Chain digest"), hex::encode(&row.link)).code());
    let place = |n: u64| l.href(format!("/admin/ledger/{n}"));
    let page = Page {
        shell: super::shell(&cx, "ledger", l.pick(format!("第{seq}条"), format!("Row {seq}")))
            .crumb("/admin/ledger", l.t("审计记录", "Audit record")),
        l,
        facts,
        sealed: body.is_none() && fields.body.is_some(),
        body: body.map(|b| serde_json::to_string_pretty(&b).unwrap_or_default()).unwrap_or_default(),
        case_href: fields.case.as_ref().map(|c| l.href(format!("/admin/ledger?case={}", encode(c)))),
        prev: seq.checked_sub(1).map(place),
        next: (seq + 1 < size).then(|| place(seq + 1)),
        raw: row.row,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}
