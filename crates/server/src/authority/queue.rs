//! `GET /authority/filings`: the queue of filings, most urgent first.

use askama::Template;
use axum::extract::Query as FromQuery;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_case::{OrgKind, Right, Role};
use guosuo_store::{FilingCounts, FilingRow};
use jiff::civil::Date;

use super::filter::{PER_PAGE, Query, STAGES};
use super::view::{Times, frame, materials_chip, may, opinion_chip, stage_tone};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Choice, ClockView, Pages, SumItem, Tab, Tone};
use crate::web::fmt::mask_code;
use crate::web::{Lang, Shell};
use crate::words;

pub(super) const PATH: &str = "/authority/filings";

/// A line of the queue in words.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) clock: ClockView,
    pub(super) body: String,
    pub(super) code: String,
    pub(super) number: String,
    pub(super) received: String,
    pub(super) late: bool,
    pub(super) stage: (&'static str, Tone),
    pub(super) materials: (String, Tone),
    pub(super) opinion: (&'static str, Tone, String),
    pub(super) handler: String,
}

impl Line {
    pub(super) fn new(t: &Times<'_>, row: &FilingRow) -> Self {
        let l = t.l;
        let received = row.received.parse::<Date>().map(|d| l.day_month(d).words).unwrap_or_default();
        let open = row.phase == "under_review";
        Self {
            id: row.case_id.clone(),
            href: l.href(format!("{PATH}/{}", row.case_id)),
            clock: t.clock_of(row),
            body: row.org_name.clone(),
            code: mask_code(&row.credit_code),
            number: row.number.clone(),
            received: l.pick(format!("{received}收到"), format!("received {received}")),
            late: row.late,
            stage: if open {
                (words::stage(l, &row.stage), stage_tone(&row.stage))
            } else {
                (super::view::phase_name(l, &row.phase), super::view::phase_tone(&row.phase))
            },
            materials: materials_chip(l, row),
            opinion: opinion_chip(t, &row.nda, row.nda_since),
            handler: if row.handler.is_empty() { l.t("待分办", "Unassigned").to_owned() } else { row.handler_name.clone() },
        }
    }
}

#[derive(Template)]
#[template(path = "authority/queue.html")]
struct Page {
    shell: Shell,
    l: Lang,
    as_of: crate::web::fmt::Time,
    save_href: String,
    query: Query,
    here: String,
    done: bool,
    sums: Vec<SumItem>,
    tabs: Vec<Tab>,
    stages: Vec<Choice>,
    handlers: Vec<Choice>,
    lines: Vec<Line>,
    pages: Pages,
    sorts: [(&'static str, String, &'static str); 3],
    can_hand: bool,
    can_send: bool,
    narrow: bool,
    misread: &'static str,
    saveable: bool,
    officers: Vec<Choice>,
    back: String,
}

/// `GET /authority`: the desk is the queue; who reads registers or supervises certificates only
/// begins there.
///
/// # Errors
/// [`Error::Forbidden`] for people of no authority.
pub async fn desk(cx: Cx) -> Result<Response, Error> {
    cx.signed()?;
    let desks = [
        (Right::QueueRead, PATH),
        (Right::RegisterReadFull, "/authority/bodies"),
        (Right::FindingState, "/authority/certificates"),
    ];
    let path = desks.into_iter().find(|(right, _)| may(&cx, *right)).map(|(_, path)| path).ok_or(Error::Forbidden)?;
    Ok(Redirect::to(&cx.l().href(path)).into_response())
}

/// The strip of lamps.
fn sums(l: Lang, c: &FilingCounts, query: &Query, t: &Times<'_>) -> Vec<SumItem> {
    let (red, yellow) = (t.lamps.red, t.lamps.yellow);
    let item = |tab: &str, tone, icon, count: u64, name: &str, note: String| SumItem {
        tone,
        icon,
        count,
        name: name.to_owned(),
        note,
        href: l.href(format!("{PATH}{}", Query { tab: tab.to_owned(), ..Query::default() }.with(&[]))),
        current: query.tab == tab,
    };
    vec![
        item("over", Tone::Over, "", c.over, l.t("已超期", "Overdue"), l.t("须写明原因", "reason needed").to_owned()),
        item(
            "red",
            Tone::Late,
            "",
            c.red,
            l.t("红灯", "Red"),
            l.pick(format!("剩{red}个工作日以内"), format!("{} or fewer left", l.working_days(red))),
        ),
        item(
            "yellow",
            Tone::Warn,
            "",
            c.yellow,
            l.t("黄灯", "Amber"),
            l.pick(format!("剩{}至{yellow}个工作日", red + 1), format!("{} to {yellow} working days left", red + 1)),
        ),
        item(
            "green",
            Tone::Ok,
            "",
            c.green,
            l.t("绿灯", "Green"),
            l.pick(format!("剩{}个工作日以上", yellow + 1), format!("{} or more left", l.working_days(yellow + 1))),
        ),
        item(
            "nda",
            Tone::Mute,
            "talk",
            c.waiting,
            l.t("等会同意见", "Waiting for opinion"),
            l.t("数据管理部门未反馈", "with the data authority").to_owned(),
        ),
        item(
            "today",
            Tone::Mute,
            "new",
            c.today,
            l.t("今日新收", "Received today"),
            l.pick(format!("待分办{}件", c.unassigned), format!("{} to assign", c.unassigned)),
        ),
    ]
}

fn tab(l: Lang, name: &str, count: Option<u64>, href: String, current: bool) -> Tab {
    let name = match count {
        Some(n) => l.pick(format!("{name}（{n}）"), format!("{name} ({n})")),
        None => name.to_owned(),
    };
    Tab { href: l.href(href), name, current }
}

async fn tabs(cx: &Cx, c: &FilingCounts, query: &Query) -> Result<Vec<Tab>, Error> {
    let l = cx.l();
    let here = query.with(&[]);
    let of = |key: &str, name: &str, count: Option<u64>| {
        let q = Query { tab: key.to_owned(), ..Query::default() }.with(&[]);
        let current = here == q;
        tab(l, name, count, format!("{PATH}{q}"), current)
    };
    let mut out = vec![of("", l.t("全部待办", "All open"), Some(c.open))];
    if cx.actor()?.has_any(&[Role::CacHandler]) {
        out.push(of("mine", l.t("我承办的", "Mine"), Some(c.mine)));
    }
    out.push(of("alarm", l.t("红灯和黄灯", "Red and amber"), Some(c.over + c.red + c.yellow)));
    out.push(of("nda", l.t("等会同意见", "Waiting for opinion"), Some(c.waiting)));
    out.push(of("incomplete", l.t("材料不齐", "Incomplete"), Some(c.incomplete)));
    out.push(of("done", l.t("已办", "Done"), None));
    let saved = cx.app.store.reader().await?.saved_filters(cx.actor()?.user.as_str()).await?;
    out.extend(saved.into_iter().map(|s| {
        let current = here == s.query;
        tab(l, &s.name, None, format!("{PATH}{}", s.query), current)
    }));
    Ok(out)
}

/// The handlers of CAC by name.
pub(super) async fn officers(cx: &Cx) -> Result<Vec<Choice>, Error> {
    let actor = cx.actor()?;
    if actor.org_kind != OrgKind::Cac {
        return Ok(Vec::new());
    }
    let all = cx.app.store.reader().await?.accounts(actor.org.as_str()).await?;
    Ok(all
        .into_iter()
        .filter(|a| a.roles.contains(&Role::CacHandler) && a.status == guosuo_store::accounts::AccountStatus::Active)
        .map(|a| Choice::new(a.id, a.name))
        .collect())
}

fn sorts(l: Lang, query: &Query) -> [(&'static str, String, &'static str); 3] {
    let of = |key: &'static str, label: &'static str| {
        let current = if query.sort.is_empty() { "due" } else { query.sort.as_str() };
        let (next, state) = match current.strip_prefix('-') {
            Some(k) if k == key => (key.to_owned(), "descending"),
            None if current == key => (format!("-{key}"), "ascending"),
            _ => (key.to_owned(), ""),
        };
        (label, l.href(format!("{PATH}{}", query.with(&[("sort", &next)]))), state)
    };
    [of("due", l.t("办理时限", "Limit")), of("name", l.t("专业认证机构", "Body")), of("number", l.t("申请编号", "Number"))]
}

/// `GET /authority/filings`.
///
/// # Errors
/// When the store fails.
pub async fn show(cx: Cx, FromQuery(query): FromQuery<Query>) -> Result<Response, Error> {
    let l = cx.l();
    let calendar = cx.calendar().await?;
    let t = Times { l, today: cx.today(), calendar: &calendar, lamps: cx.app.config.lamps };
    let filter = query.filter(&cx, &t)?;
    let (by, down) = query.sorting();
    let mut reader = cx.app.store.reader().await?;
    let counts = reader
        .filing_counts(
            &filter.scope(),
            cx.actor()?.user.as_str(),
            t.today,
            t.day_with_left(t.lamps.red),
            t.day_with_left(t.lamps.yellow),
        )
        .await?;
    let total = reader.count_filings(&filter).await?;
    let last = total.div_ceil(u64::from(PER_PAGE)).max(1);
    let page = u64::from(query.page()).min(last);
    let offset = u32::try_from((page - 1) * u64::from(PER_PAGE)).unwrap_or(0);
    let rows = reader.filings(&filter, by, down, PER_PAGE, offset).await?;
    drop(reader);
    let done = query.tab == "done";
    let title = match (done, l.zh()) {
        (false, true) => format!("备案审核待办（{total}件）"),
        (false, false) => format!("Filings to review ({total})"),
        (true, true) => format!("备案审核已办（{total}件）"),
        (true, false) => format!("Filings done ({total})"),
    };
    let here = query.with(&[]);
    let actor = cx.actor()?;
    let officers = officers(&cx).await?;
    let mut handlers = vec![Choice::new("", l.t("全部", "All")), Choice::new("-", l.t("待分办", "Unassigned"))];
    handlers.extend(officers.iter().cloned());
    let mut stages = vec![Choice::new("", l.t("全部", "All"))];
    stages.extend(STAGES.iter().map(|s| Choice::new(*s, words::stage(l, s))));
    let name = if done { l.t("已办", "Done") } else { l.t("待办", "To do") };
    let view = Page {
        shell: frame(&cx, "queue", title).crumb(PATH, l.t("备案审核", "Filings")).here(name),
        l,
        as_of: l.moment_weekday(cx.now),
        save_href: l.href(format!("{PATH}/filters{here}")),
        done,
        sums: sums(l, &counts, &query, &t),
        tabs: tabs(&cx, &counts, &query).await?,
        stages,
        handlers,
        lines: rows.iter().map(|r| Line::new(&t, r)).collect(),
        pages: Pages::new(l, total, u64::from(PER_PAGE), page, |n| {
            l.href(format!("{PATH}{}", query.with(&[("page", &n.to_string())])))
        }),
        sorts: sorts(l, &query),
        can_hand: !done && actor.has_any(&[Role::CacHandler, Role::CacHead]),
        can_send: !done && actor.has(Role::CacHandler),
        narrow: query.is_narrow(),
        misread: query.misread(l),
        saveable: !here.is_empty(),
        officers,
        back: format!("{PATH}{here}"),
        here,
        query,
    };
    let status = if view.misread.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}
