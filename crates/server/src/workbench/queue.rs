//! `/body/applications` and `/verification/applications`: what an organisation has on its desk, the
//! most urgent first. The limits are those of the house (R37 4.6) and say so.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Query as FromQuery;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::Role;
use guosuo_case::certification::Phase;
use guosuo_store::{ApplicationFilter, ApplicationRow};
use jiff::civil::Date;
use serde::Deserialize;

use super::desk::Room;
use super::view::Times;
use crate::app::Cx;
use crate::error::Error;
use crate::router::encode;
use crate::web::components::{Choice, ClockView, Pages, SumItem, Tab, Tone};
use crate::web::{Lang, Shell};
use crate::words;
use crate::words::workbench as said;

/// Cases on one page.
const PER_PAGE: usize = 20;
/// Most cases that are looked at for one page.
const MOST: u32 = 1000;

/// The query part of the address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Which: empty (all at work), `mine`, `over`, `red`, `yellow`, `green`, `stopped`, `today`,
    /// `rectifying`, `done`.
    tab: String,
    /// Part of a name, code or number.
    q: String,
    /// Stored name of a phase.
    phase: String,
    /// `new`, `renewal`, `change`.
    purpose: String,
    /// Stored name of the role that acts next.
    next: String,
    /// `due`, `name`, `number`; with `-` in front descending.
    sort: String,
    /// Page, 1 for the first.
    page: usize,
}

impl Query {
    fn with(&self, changes: &[(&str, &str)]) -> String {
        use std::fmt::Write as _;
        let own = [
            ("tab", &self.tab),
            ("q", &self.q),
            ("phase", &self.phase),
            ("purpose", &self.purpose),
            ("next", &self.next),
            ("sort", &self.sort),
        ];
        let mut out = String::new();
        let mut add = |key: &str, value: &str| {
            if !value.is_empty() {
                out.push(if out.is_empty() { '?' } else { '&' });
                let _ = write!(out, "{key}={}", encode(value));
            }
        };
        for (key, value) in own {
            add(key, changes.iter().find(|(k, _)| *k == key).map_or(value.as_str(), |(_, v)| v));
        }
        if let Some((_, page)) = changes.iter().find(|(k, _)| *k == "page") {
            add("page", page);
        }
        out
    }

    fn is_narrow(&self) -> bool {
        ![&self.q, &self.phase, &self.purpose, &self.next].iter().all(|s| s.is_empty())
    }
}

/// Who takes the next step at a phase; empty when nobody does. During the rectification the
/// applicant's turn alternates with the auditor's.
fn next_roles(phase: &str, open_points: i64) -> &'static [Role] {
    match Phase::ALL.into_iter().find(|p| p.as_str() == phase) {
        Some(Phase::Entrusted | Phase::Accepted | Phase::Decided) => &[Role::CaseManager],
        Some(Phase::Planned) => &[Role::VerificationStaff, Role::Verifier],
        Some(Phase::Verified | Phase::Rectifying) => &[Role::Auditor],
        Some(Phase::Audited) if open_points > 0 => &[Role::CaseManager],
        Some(Phase::Audited) => &[Role::Evaluator],
        Some(Phase::Evaluated) => &[Role::Certifier],
        Some(Phase::Signed) => &[Role::BodyHead],
        _ => &[],
    }
}

/// Which lamp a case shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lamp {
    Over,
    Red,
    Yellow,
    Green,
    Stopped,
    None,
}

fn lamp(t: &Times<'_>, row: &ApplicationRow) -> Lamp {
    let (Ok(from), Ok(to)) = (row.due_from.parse::<Date>(), row.due_to.parse::<Date>()) else { return Lamp::None };
    if !row.stands.is_empty() {
        return Lamp::Stopped;
    }
    match t.house(from, to, total(row)).tone {
        Tone::Over => Lamp::Over,
        Tone::Late => Lamp::Red,
        Tone::Warn => Lamp::Yellow,
        _ => Lamp::Green,
    }
}

/// The whole length of a stage, for the bar: from its beginning to its last day.
fn total(row: &ApplicationRow) -> i64 {
    let days = match (row.began.parse::<Date>(), row.due_to.parse::<Date>()) {
        (Ok(a), Ok(b)) => i64::from((b - a).get_days()),
        _ => 0,
    };
    // Working days are about five of seven.
    (days * 5 / 7).max(1)
}

struct Line {
    href: String,
    clock: ClockView,
    processor: String,
    code: String,
    number: String,
    received: String,
    phase: (String, Tone),
    purpose: &'static str,
    open: String,
    next: String,
}

fn purpose(l: Lang, name: &str) -> &'static str {
    match name {
        "renewal" => l.t("到期续证", "Renewal"),
        "change" => l.t("变更认证", "Change"),
        _ => l.t("初次认证", "First"),
    }
}

fn line(t: &Times<'_>, room: Room, row: &ApplicationRow) -> Line {
    let l = t.l;
    let phase = Phase::ALL.into_iter().find(|p| p.as_str() == row.phase);
    let clock = match (row.due_from.parse::<Date>(), row.due_to.parse::<Date>()) {
        _ if !row.ended.is_empty() => {
            let day = row.ended.parse::<Date>().map(|d| l.day(d).words).unwrap_or_default();
            ClockView::still(said::phase_named(l, &row.phase), day)
        }
        _ if !row.stands.is_empty() => ClockView::still(l.t("计时已中止", "Clock stopped"), "").house(),
        (Ok(from), Ok(to)) => t.house(from, to, total(row)),
        _ => ClockView::still(l.t("没有时限", "No limit"), ""),
    };
    let mut next: Vec<_> = next_roles(&row.phase, row.open_points).iter().map(|r| words::role(l, *r)).collect();
    if phase == Some(Phase::Rectifying) {
        next.push(l.t("委托人", "Applicant"));
    }
    Line {
        href: l.href(format!("{}/{}", room.applications(), row.case_id)),
        clock,
        processor: row.processor.clone(),
        code: format!("{} {}", row.country, crate::web::fmt::mask_code(&row.processor_code)),
        number: row.number.clone(),
        received: row.received.parse::<Date>().map(|d| l.day(d).words).unwrap_or_default(),
        phase: (said::phase_named(l, &row.phase).to_owned(), phase.map_or(Tone::Mute, words::application_tone)),
        purpose: purpose(l, &row.purpose),
        open: if row.open_points > 0 {
            l.pick(format!("{}项未关闭", row.open_points), format!("{} open", row.open_points))
        } else {
            String::new()
        },
        next: next.join(l.t("、", ", ")),
    }
}

#[derive(Template)]
#[template(path = "workbench/queue.html")]
struct Page {
    shell: Shell,
    l: Lang,
    as_of: crate::web::fmt::Time,
    path: String,
    query: Query,
    body: bool,
    sums: Vec<SumItem>,
    tabs: Vec<Tab>,
    phases: Vec<Choice>,
    purposes: Vec<Choice>,
    roles: Vec<Choice>,
    lines: Vec<Line>,
    pages: Pages,
    sorts: [(&'static str, String, &'static str); 3],
    narrow: bool,
    splitting: bool,
}

fn sums(t: &Times<'_>, room: Room, rows: &[ApplicationRow], query: &Query) -> Vec<SumItem> {
    let l = t.l;
    let count = |want: Lamp| rows.iter().filter(|r| lamp(t, r) == want).count() as u64;
    let today = t.today.to_string();
    let item = |tab: &str, tone, icon, count: u64, name: &str, note: &str| SumItem {
        tone,
        icon,
        count,
        name: name.to_owned(),
        note: note.to_owned(),
        href: l.href(format!("{}{}", room.applications(), Query { tab: tab.to_owned(), ..Query::default() }.with(&[]))),
        current: query.tab == tab,
    };
    let house = l.t("机构时限", "house limit");
    vec![
        item("over", Tone::Over, "", count(Lamp::Over), l.t("已超期", "Overdue"), house),
        item("red", Tone::Late, "", count(Lamp::Red), l.t("红灯", "Red"), house),
        item("yellow", Tone::Warn, "", count(Lamp::Yellow), l.t("黄灯", "Amber"), house),
        item("green", Tone::Ok, "", count(Lamp::Green), l.t("绿灯", "Green"), house),
        item("stopped", Tone::Mute, "talk", count(Lamp::Stopped), l.t("已中止", "Stopped"), l.t("计时停止", "clock stands")),
        item(
            "today",
            Tone::Mute,
            "new",
            rows.iter().filter(|r| r.received == today).count() as u64,
            l.t("今日新收", "Received today"),
            l.t("待受理", "to be accepted"),
        ),
    ]
}

/// Whether a case belongs on the page asked for.
fn fits(t: &Times<'_>, query: &Query, own: &BTreeSet<Role>, row: &ApplicationRow) -> bool {
    let next = next_roles(&row.phase, row.open_points);
    let tab = match query.tab.as_str() {
        "mine" => next.iter().any(|r| own.contains(r)),
        "over" => lamp(t, row) == Lamp::Over,
        "red" => lamp(t, row) == Lamp::Red,
        "yellow" => lamp(t, row) == Lamp::Yellow,
        "green" => lamp(t, row) == Lamp::Green,
        "stopped" => lamp(t, row) == Lamp::Stopped,
        "today" => row.received == t.today.to_string(),
        "rectifying" => row.phase == Phase::Rectifying.as_str() || row.open_points > 0,
        _ => true,
    };
    tab && (query.phase.is_empty() || query.phase == row.phase)
        && (query.purpose.is_empty() || query.purpose == row.purpose)
        && (query.next.is_empty() || next.iter().any(|r| r.as_str() == query.next))
        && (query.q.trim().is_empty()
            || [&row.processor, &row.number, &row.processor_code].iter().any(|s| s.contains(query.q.trim())))
}

fn order(query: &Query, rows: &mut [ApplicationRow]) {
    let (key, down) = match query.sort.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (query.sort.as_str(), false),
    };
    match key {
        "name" => rows.sort_by(|a, b| a.processor.cmp(&b.processor)),
        "number" => rows.sort_by_key(|r| r.submitted),
        _ => rows.sort_by_key(|r| (r.due_from.is_empty(), r.due_from.clone(), r.submitted)),
    }
    if down {
        rows.reverse();
    }
}

fn sorts(l: Lang, path: &str, query: &Query) -> [(&'static str, String, &'static str); 3] {
    let of = |key: &'static str, label: &'static str| {
        let current = if query.sort.is_empty() { "due" } else { query.sort.as_str() };
        let (next, state) = match current.strip_prefix('-') {
            Some(k) if k == key => (key.to_owned(), "descending"),
            None if current == key => (format!("-{key}"), "ascending"),
            _ => (key.to_owned(), ""),
        };
        (label, l.href(format!("{path}{}", query.with(&[("sort", &next)]))), state)
    };
    [
        of("due", l.t("机构时限", "House limit")),
        of("name", l.t("个人信息处理者", "Processor")),
        of("number", l.t("委托编号", "Number")),
    ]
}

/// `GET /body/applications`, `GET /verification/applications`.
///
/// # Errors
/// When the store fails.
pub async fn show(cx: Cx, FromQuery(query): FromQuery<Query>) -> Result<Response, Error> {
    let l = cx.l();
    let actor = cx.actor()?;
    let room = Room::of(actor)?;
    let calendar = cx.calendar().await?;
    let t = Times { l, today: cx.today(), calendar: &calendar, lamps: cx.app.config.lamps };
    let done = query.tab == "done";
    let mut reader = cx.app.store.reader().await?;
    let (open, ended) = match room {
        Room::Body => {
            let filter = |done| ApplicationFilter { done, ..ApplicationFilter::default() };
            let open = reader.applications_for_body(actor.org.as_str(), &filter(false), MOST, 0).await?;
            let ended =
                if done { reader.applications_for_body(actor.org.as_str(), &filter(true), MOST, 0).await? } else { Vec::new() };
            (open, ended)
        }
        Room::Verification => {
            let all = reader.applications_for_verification(actor.org.as_str()).await?;
            all.into_iter().partition(|r| r.phase == Phase::Planned.as_str())
        }
        Room::Processor | Room::Authority => return Err(Error::NotFound),
    };
    drop(reader);
    let mine = Query { tab: "mine".into(), ..Query::default() };
    let tab = |key: &str, name: &str, count: Option<usize>| {
        let name = match count {
            Some(n) => l.pick(format!("{name}（{n}）"), format!("{name} ({n})")),
            None => name.to_owned(),
        };
        let q = Query { tab: key.to_owned(), ..Query::default() };
        Tab { href: l.href(format!("{}{}", room.applications(), q.with(&[]))), name, current: query.tab == key }
    };
    let mut tabs = vec![tab("", l.t("全部在办", "All at work"), Some(open.len()))];
    if room == Room::Body {
        let count = |q: &Query| open.iter().filter(|r| fits(&t, q, &actor.roles, r)).count();
        tabs.push(tab("mine", l.t("轮到我的岗位", "My turn"), Some(count(&mine))));
        let rectifying = Query { tab: "rectifying".into(), ..Query::default() };
        tabs.push(tab("rectifying", l.t("整改", "Rectification"), Some(count(&rectifying))));
    }
    tabs.push(tab("done", l.t("已办", "Done"), None));
    let sums = if room == Room::Body { sums(&t, room, &open, &query) } else { Vec::new() };
    let mut rows = if done { ended } else { open };
    rows.retain(|r| fits(&t, &query, &actor.roles, r));
    order(&query, &mut rows);
    let total = rows.len();
    let page = query.page.clamp(1, total.div_ceil(PER_PAGE).max(1));
    let name = room.list_name(l);
    let state = if done { l.t("已办", "done") } else { l.t("在办", "at work") };
    let title = l.pick(format!("{name}{state}（{total}件）"), format!("{name} {state} ({total})"));
    let all = || Choice::new("", l.t("全部", "All"));
    let mut phases = vec![all()];
    phases.extend(
        Phase::ALL
            .into_iter()
            .filter(|p| *p != Phase::Draft && p.is_final() == done)
            .map(|p| Choice::new(p.as_str(), words::application_phase(l, p))),
    );
    let mut roles = vec![all()];
    let acting = [Role::CaseManager, Role::Verifier, Role::Auditor, Role::Evaluator, Role::Certifier, Role::BodyHead];
    roles.extend(acting.map(|r| Choice::new(r.as_str(), words::role(l, r))));
    let view = Page {
        shell: Shell::new(&cx.screen, room.front(), title).at("applications").crumb(room.applications(), name).here(state),
        l,
        as_of: l.moment_weekday(cx.now),
        path: room.applications().to_owned(),
        body: room == Room::Body,
        sums,
        tabs,
        phases,
        purposes: [all()].into_iter().chain(["new", "renewal", "change"].map(|p| Choice::new(p, purpose(l, p)))).collect(),
        roles,
        lines: rows.iter().skip((page - 1) * PER_PAGE).take(PER_PAGE).map(|r| line(&t, room, r)).collect(),
        pages: Pages::new(l, total as u64, PER_PAGE as u64, page as u64, |n| {
            l.href(format!("{}{}", room.applications(), query.with(&[("page", &n.to_string())])))
        }),
        sorts: sorts(l, room.applications(), &query),
        narrow: query.is_narrow(),
        splitting: room == Room::Body && guosuo_case::Right::SplittingLook.held_by(cx.actor()?),
        query,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use guosuo_case::certification::Stage;

    #[test]
    fn at_every_stage_at_work_somebody_owes_the_next_step() {
        for phase in Phase::ALL {
            let owed = !next_roles(phase.as_str(), 0).is_empty();
            assert_eq!(owed, phase.is_at_work(), "{phase:?}");
            assert!(Stage::of(phase).is_none() || owed);
        }
        assert_eq!(next_roles("audited", 1), [Role::CaseManager], "an open nonconformity waits for the rectification");
    }

    #[test]
    fn the_address_keeps_what_was_asked_for() {
        let q = Query { tab: "red".into(), q: "示例&".into(), ..Query::default() };
        assert_eq!(q.with(&[]), "?tab=red&q=%E7%A4%BA%E4%BE%8B%26");
        assert_eq!(q.with(&[("tab", ""), ("page", "2")]), "?q=%E7%A4%BA%E4%BE%8B%26&page=2");
        assert!(q.is_narrow() && !Query::default().is_narrow());
    }
}
