//! `/body/reports`: what the body reports to the national platform, how each report stands, and how
//! much of the five working days is left (M 9(1)); one report with everything that happened to it.

use askama::Template;
use axum::extract::{Path, Query as FromQuery};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::certificate::{Action, Certificate, ChangeKind, ReportState, Status, available};
use guosuo_rules::calendar::Calendar;
use guosuo_store::{ReportFilter, ReportLine};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::settings::Target;
use crate::app::Cx;
use crate::certification::acts;
use crate::error::Error;
use crate::jobs::clocks::left;
use crate::router::encode;
use crate::web::components::{ClockView, Fact, Happening, Link, Pages, Tab, Tone};
use crate::web::{Front, Lang, Shell};
use crate::words;
use crate::words::certificate as said;

/// Where the list is.
pub(super) const PATH: &str = "/body/reports";
/// Reports on one page.
const PER_PAGE: u32 = 20;
/// The working days of M 9(1).
const PERIOD: i64 = 5;

/// The query part of the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Empty (to be done), a stored state, or `all`.
    tab: String,
    /// Part of the holder's name, a number or a code.
    q: String,
    /// Page, 1 for the first.
    page: u32,
}

/// A report in a table.
pub(super) struct Line {
    href: String,
    number: String,
    seq: String,
    holder: String,
    change: String,
    effective: String,
    state: (&'static str, Tone),
    clock: Option<ClockView>,
    note: String,
}

#[derive(Template)]
#[template(path = "reporting/queue.html")]
struct Page {
    shell: Shell,
    l: Lang,
    query: Query,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    pages: Pages,
    way: (Tone, &'static str, String),
    by_hand: bool,
    queued: u64,
}

/// The kind of a change by its stored name.
pub(super) fn change(l: Lang, kind: &str) -> &'static str {
    let named = |k: &ChangeKind| serde_json::to_value(k).ok().and_then(|v| v.as_str().map(|s| s == kind)).unwrap_or(false);
    ChangeKind::ALL.into_iter().find(named).map_or("", |k| said::change(l, k))
}

/// The status by its stored name.
pub(super) fn status(l: Lang, name: &str) -> (&'static str, Tone) {
    Status::ALL.into_iter().find(|s| s.as_str() == name).map_or(("", Tone::Mute), |s| words::certificate_status(l, s))
}

/// The clock of a report that is owed; a limit of the law.
pub(super) fn clock(l: Lang, line: &ReportLine, today: Date, calendar: &Calendar) -> Option<ClockView> {
    if !matches!(line.state(), ReportState::Queued | ReportState::Sent | ReportState::Rejected) {
        return None;
    }
    let (from, to) = (line.due_from.parse().ok()?, line.due_to.parse().ok()?);
    let n = left(today, from, to, calendar);
    let day = if n < 0 { to } else { from };
    let view = ClockView::working_days(l, n, PERIOD, day, 1, 3);
    Some(if from == to { view } else { view.provisional() })
}

/// What is to be known of a report beside its state.
fn note(l: Lang, line: &ReportLine, now: Timestamp) -> String {
    let moment = |us: i64| Timestamp::from_microsecond(us).map(|t| l.stamp(t).words).unwrap_or_default();
    match line.state() {
        ReportState::Received | ReportState::Corrected if !line.receipt.is_empty() => {
            l.pick(format!("回执{}", line.receipt), format!("Receipt {}", line.receipt))
        }
        ReportState::Rejected => l.pick(format!("退回理由：{}", line.reason), format!("Refused: {}", line.reason)),
        ReportState::Corrected => {
            l.pick(format!("由第{}号更正", line.corrected_by), format!("Corrected by no. {}", line.corrected_by))
        }
        ReportState::Queued | ReportState::Sent | ReportState::Received
            if line.attempts > 0 && line.next_at > now.as_microsecond() =>
        {
            let next = moment(line.next_at);
            let why = if line.last_error.is_empty() { l.t("等待回执", "waiting for the receipt") } else { &line.last_error };
            l.pick(
                format!("已试{}次（{why}），{next}再试", line.attempts),
                format!("{} attempts ({why}), again at {next}", line.attempts),
            )
        }
        ReportState::Sent => l.pick(
            format!("{}发出（{}）", moment(line.sent_at), line.target),
            format!("Sent {} ({})", moment(line.sent_at), line.target),
        ),
        _ => String::new(),
    }
}

fn line(cx: &Cx, r: &ReportLine, calendar: &Calendar) -> Line {
    let l = cx.l();
    let corrects = if r.corrects > 0 {
        l.pick(format!("，更正第{}号", r.corrects), format!(", corrects no. {}", r.corrects))
    } else {
        String::new()
    };
    Line {
        href: l.href(format!("{PATH}/{}/{}", r.certificate, r.seq)),
        number: r.number.clone(),
        seq: l.pick(format!("第{}号{corrects}", r.seq), format!("no. {}{corrects}", r.seq)),
        holder: r.holder.clone(),
        change: change(l, &r.kind).to_owned(),
        effective: r.effective_on.parse::<Date>().map(|d| l.day(d).words).unwrap_or_default(),
        state: said::report_state(l, r.state()),
        clock: clock(l, r, cx.today(), calendar),
        note: note(l, r, cx.now),
    }
}

/// How the reports of this body go out.
fn way(cx: &Cx, body: &str) -> (Tone, &'static str, String) {
    let l = cx.l();
    match cx.app.config.reporting.of_body(body) {
        Some(Target::Http(t)) => (
            Tone::Ok,
            l.t("自动报送", "Sent automatically"),
            l.pick(
                format!("接口：{}。平台没有回应的会一直重试，同一张证书按顺序报送，不会重复。", t.id),
                format!("Target: {}. What is not answered is tried again; reports of one certificate go in order and are never doubled.", t.id),
            ),
        ),
        Some(Target::File(t)) => (
            Tone::Info,
            l.t("生成报送文件", "Written as files"),
            l.pick(
                format!("目标：{}。文件送达平台后，请登记回执。", t.id),
                format!("Target: {}. Register the receipts once the platform has the files.", t.id),
            ),
        ),
        None => (
            Tone::Warn,
            l.t("没有配置自动报送", "No automatic target"),
            l.t(
                "请下载报送文件，在全国认证认可信息公共服务平台录入，再登记报送和回执。",
                "Download the file, enter it on the national platform, then note that it was handed over and register the receipts.",
            )
            .to_owned(),
        ),
    }
}

/// `GET /body/reports`.
///
/// # Errors
/// When the store fails.
pub async fn show(cx: Cx, FromQuery(query): FromQuery<Query>) -> Result<Response, Error> {
    let l = cx.l();
    let body = cx.actor()?.org.to_string();
    let text = query.q.trim();
    let calendar = cx.calendar().await?;
    let mut reader = cx.app.store.reader().await?;
    let counts = reader.report_counts(&body).await?;
    let of = |states: &[&str]| -> u64 { counts.iter().filter(|c| states.contains(&c.state.as_str())).map(|c| c.count).sum() };
    let page = query.page.max(1);
    let offset = (page - 1).saturating_mul(PER_PAGE);
    let rows = if query.tab.is_empty() {
        reader.report_lines_due(&body, text, PER_PAGE, offset).await?
    } else {
        let state = if query.tab == "all" { String::new() } else { query.tab.clone() };
        let filter = ReportFilter { body: body.clone(), state, text: text.to_owned(), ..ReportFilter::default() };
        reader.report_lines(&filter, PER_PAGE, offset).await?
    };
    drop(reader);
    let address = |tab: &str, n: u64| {
        let rest = if n > 1 { format!("&page={n}") } else { String::new() };
        l.href(format!("{PATH}?tab={}&q={}{rest}", encode(tab), encode(text)))
    };
    let groups: [(&str, &str, &[&str]); 6] = [
        ("", l.t("待办", "To do"), &["owed", "sent", "rejected"]),
        ("sent", l.t("待回执", "No receipt yet"), &["sent"]),
        ("rejected", l.t("被退回", "Refused"), &["rejected"]),
        ("received", l.t("已有回执", "Received"), &["received"]),
        ("corrected", l.t("已更正", "Corrected"), &["corrected"]),
        ("all", l.t("全部", "All"), &["owed", "sent", "rejected", "received", "corrected"]),
    ];
    let tabs = groups
        .iter()
        .map(|(key, name, states)| {
            let n = of(states);
            let name = l.pick(format!("{name}（{n}）"), format!("{name} ({n})"));
            Tab { href: address(key, 1), name, current: query.tab == *key }
        })
        .collect();
    let in_tab = groups.iter().find(|g| g.0 == query.tab).map_or(0, |g| of(g.2));
    // A search narrows what is counted: then the pages end where the lines end.
    let total =
        if text.is_empty() { in_tab } else { u64::from(offset) + rows.len() as u64 + u64::from(rows.len() == PER_PAGE as usize) };
    let way = way(&cx, &body);
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Bench, l.t("认证证书信息报送", "Reports to the national platform"))
            .at("reports")
            .crumb(PATH, l.t("信息报送", "Reports")),
        l,
        tabs,
        lines: rows.iter().map(|r| line(&cx, r, &calendar)).collect(),
        pages: Pages::new(l, total, u64::from(PER_PAGE), u64::from(page), |n| address(&query.tab, n)),
        by_hand: !matches!(cx.app.config.reporting.of_body(&body), Some(Target::Http(_))),
        queued: of(&["owed"]),
        way,
        query,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

#[derive(Template)]
#[template(path = "reporting/one.html")]
struct One {
    shell: Shell,
    l: Lang,
    number: String,
    state: (&'static str, Tone),
    clock: Option<ClockView>,
    note: String,
    said: Vec<Fact>,
    scope: String,
    carried: Vec<Fact>,
    json: String,
    actions: Vec<Link>,
    happened: Vec<Happening>,
}

/// Which acts concern a report.
const ACTS: [Action; 5] =
    [Action::SendReport, Action::RegisterReceipt, Action::RejectReport, Action::ResendReport, Action::CorrectReport];

/// `GET /body/reports/{certificate}/{seq}`.
///
/// # Errors
/// [`Error::NotFound`] for a report of another body.
pub async fn one(cx: Cx, Path((id, seq)): Path<(String, u32)>) -> Result<Response, Error> {
    let l = cx.l();
    let actor = cx.actor()?;
    let (c, _) = acts::certificate(&cx, &id).await?;
    if c.body != actor.org {
        return Err(Error::NotFound);
    }
    let r = c.report(seq).ok_or(Error::NotFound)?;
    let calendar = cx.calendar().await?;
    let mut reader = cx.app.store.reader().await?;
    let row = reader.report_line(&id, i64::from(seq)).await?.ok_or(Error::NotFound)?;
    let events = reader.history::<Certificate>(&id).await?;
    drop(reader);
    let facts = acts::certificate_facts(&cx, &id, &c).await?;
    let possible = available(Some(&c), actor, &facts, cx.now);
    let fits = |a: Action| match a {
        Action::SendReport => c.unsent_report().is_some_and(|x| x.seq == seq),
        Action::RegisterReceipt | Action::RejectReport => c.waiting_report().is_some_and(|x| x.seq == seq),
        Action::ResendReport => r.may_be_resent(),
        _ => r.corrected_by.is_none(),
    };
    let actions = ACTS
        .into_iter()
        .filter(|a| possible.contains(a) && fits(*a))
        .map(|a| Link::new(l.href(format!("/body/certificates/{id}/acts/{}", said::act_name(a))), said::action(l, a)))
        .collect();
    let mut happened: Vec<Happening> = events
        .iter()
        .filter(|e| concerns(&e.event, seq))
        .map(|e| {
            let words = said::said(&e.event);
            let who = if e.by.name.is_empty() { l.t("平台", "the platform").to_owned() } else { e.by.name.clone() };
            let note = if words.is_empty() { who } else { l.pick(format!("{who}：{words}"), format!("{who}: {words}")) };
            Happening { bad: said::is_bad(&e.event), ..Happening::new(l.stamp(e.at), said::event(l, &e.event)).note(note) }
        })
        .collect();
    happened.reverse();
    let record = &r.record;
    let day = |d: Date| l.date(d).words;
    let said = vec![
        Fact::new(l.t("证书编号", "Certificate"), record.certificate.clone()).code(),
        Fact::new(l.t("获证个人信息处理者", "Holder"), record.holder.clone()).note(record.holder_code.clone()),
        Fact::new(l.t("变化", "Change"), said::change(l, record.change)),
        Fact::new(l.t("证书状态", "Status"), words::certificate_status(l, record.status).0),
        Fact::new(l.t("生效日期", "Effective on"), day(record.effective_on)),
        Fact::new(l.t("有效期至", "Valid until"), day(record.valid_until)),
        Fact::new(l.t("来由", "Origin"), said::origin(l, record.origin)),
        Fact::new(l.t("事由", "Ground"), words::article(l, &record.ground)),
    ];
    let due = r.due(&calendar).map(|d| day(d.latest())).unwrap_or_default();
    let carried = vec![
        Fact::new(l.t("报送序号", "Number of the report"), record.seq.to_string()),
        Fact::new(l.t("期限起算", "Period begins"), day(r.trigger())),
        Fact::new(l.t("最后一天", "Last day"), due).note(words::article(l, "M 9(1)")),
        Fact::new(l.t("试发次数", "Attempts"), row.attempts.to_string()),
        Fact::new(l.t("回执", "Receipt"), if row.receipt.is_empty() { "—".to_owned() } else { row.receipt.clone() }).code(),
        Fact::new("SHA-256", super::digest_of(record)).code(),
    ];
    let title = l.pick(
        format!("第{seq}号报送：{}", said::change(l, record.change)),
        format!("Report no. {seq}: {}", said::change(l, record.change)),
    );
    let view = One {
        shell: Shell::new(&cx.screen, Front::Bench, title)
            .at("reports")
            .crumb(PATH, l.t("信息报送", "Reports"))
            .crumb(&format!("/body/certificates/{id}"), c.number.clone()),
        l,
        number: format!("{} {}", c.holder.name, c.number),
        state: said::report_state(l, r.state()),
        clock: clock(l, &row, cx.today(), &calendar),
        note: note(l, &row, cx.now),
        said,
        scope: words::whole_scope_words(l, &record.scope),
        carried,
        json: record.canonical(),
        actions,
        happened,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// Whether an event is about a report.
fn concerns(event: &guosuo_case::certificate::Event, n: u32) -> bool {
    use guosuo_case::certificate::Event as E;
    match event {
        E::ReportOwed { record } => record.seq == n || record.corrects == Some(n),
        E::ReportSent { seq, .. }
        | E::ReportReceived { seq, .. }
        | E::ReportRejected { seq, .. }
        | E::ReportResent { seq, .. } => *seq == n,
        _ => false,
    }
}
