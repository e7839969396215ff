//! `/authority/reports`: the information on certificates that SAMR and CAC share (M 9(2)), the data
//! authority included. All see the same feed; whoever looks says on what ground, and all see who
//! looked.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::OrgKind;
use guosuo_rules::time::cst;
use guosuo_store::{Error as StoreError, ReportFilter, ReportLine, ReportView};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

use super::body::{change, clock, status};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Choice, ClockView, Tone};
use crate::web::{Form, Front, Lang, Shell};
use crate::words::certificate as said;

/// Lines of one view.
const PER_VIEW: u32 = 50;
/// Earlier views in the list.
const VIEWS: u32 = 20;

/// Grounds that need no further words.
const GROUNDS: [(&str, &str, &str); 4] = [
    ("supervision", "日常监督管理", "regular supervision"),
    ("draw", "检查、抽查和评价", "inspection, draw or evaluation"),
    ("complaint", "核查投诉、举报", "to look into a complaint or report"),
    ("statistics", "统计分析", "statistics"),
];

struct Line {
    body: String,
    number: String,
    seq: i64,
    holder: String,
    code: String,
    change: &'static str,
    status: (&'static str, Tone),
    effective: String,
    state: (&'static str, Tone),
    clock: Option<ClockView>,
    receipt: String,
}

struct Looked {
    at: String,
    who: String,
    ground: String,
    lines: i64,
}

#[derive(Template)]
#[template(path = "reporting/shared.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    grounds: Vec<Choice>,
    bodies: Vec<Choice>,
    states: Vec<Choice>,
    lines: Vec<Line>,
    viewed: bool,
    page: u32,
    more: bool,
    hidden: Vec<(String, String)>,
    views: Vec<Looked>,
}

/// The grounds to choose from.
pub(crate) fn grounds(l: Lang) -> Vec<Choice> {
    let mut out: Vec<Choice> = GROUNDS.iter().map(|(key, zh, en)| Choice::new(*key, l.t(zh, en))).collect();
    out.push(Choice::new("other", l.t("其他", "Another ground")).reveals("why", l.t("写明依据", "Say which")));
    out
}

/// The ground that was chosen, in Chinese as the log keeps it; what is wrong is marked in the form.
pub(crate) fn ground(l: Lang, form: &mut Form) -> String {
    let ground = match form.value("ground") {
        "other" => form.require("why", l.t("写明查阅的依据。", "Say on what ground you look.")),
        key => {
            if let Some(g) = GROUNDS.iter().find(|g| g.0 == key) {
                g.1.to_owned()
            } else {
                form.fail("ground", l.t("选择查阅的依据，会记入共享日志。", "Choose the ground; it enters the log of sharing."));
                String::new()
            }
        }
    };
    if ground.chars().count() > 500 || guosuo_case::text::check(&ground, false).is_err() {
        form.fail("why", l.t("依据最多500个字，不含看不见的字符。", "At most 500 characters, without invisible ones."));
    }
    ground
}

async fn page(cx: &Cx, form: Form, found: Option<(Vec<ReportLine>, u32)>) -> Result<Response, Error> {
    let l = cx.l();
    let calendar = cx.calendar().await?;
    let mut reader = cx.app.store.reader().await?;
    let orgs = reader.organisations(Some(OrgKind::Body), None).await?;
    let mut names: BTreeMap<String, String> = orgs.iter().map(|o| (o.id.clone(), o.name.clone())).collect();
    for kind in [OrgKind::Cac, OrgKind::Samr, OrgKind::Nda] {
        names.extend(reader.organisations(Some(kind), None).await?.into_iter().map(|o| (o.id, o.name)));
    }
    let views = reader.report_views(VIEWS).await?;
    drop(reader);
    let name_of = |org: &str| names.get(org).cloned().unwrap_or_else(|| org.to_owned());
    let mut bodies = vec![Choice::new("", l.t("全部机构", "All bodies"))];
    bodies.extend(orgs.iter().map(|o| Choice::new(o.id.clone(), o.name.clone())));
    let mut states = vec![Choice::new("", l.t("全部", "All")), Choice::new("open", l.t("没有办结的", "Not finished"))];
    states.extend(guosuo_case::certificate::ReportState::ALL.map(|s| Choice::new(s.as_str(), said::report_state(l, s).0)));
    let viewed = found.is_some();
    let (rows, at) = found.unwrap_or_default();
    let more = rows.len() > PER_VIEW as usize;
    let lines = rows
        .iter()
        .take(PER_VIEW as usize)
        .map(|r| Line {
            body: name_of(&r.body),
            number: r.number.clone(),
            seq: r.seq,
            holder: r.holder.clone(),
            code: crate::web::fmt::mask_code(&r.holder_code),
            change: change(l, &r.kind),
            status: status(l, &r.status),
            effective: r.effective_on.parse::<Date>().map(|d| l.day(d).words).unwrap_or_default(),
            state: said::report_state(l, r.state()),
            clock: clock(l, r, cx.today(), &calendar),
            receipt: r.receipt.clone(),
        })
        .collect();
    let status = form.status();
    let hidden = form.pairs().filter(|(n, _)| *n != "page").map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Authority, l.t("认证证书信息共享", "Shared information on certificates"))
            .at("reports")
            .for_form(&form),
        l,
        form,
        grounds: grounds(l),
        bodies,
        states,
        lines,
        viewed,
        page: at,
        more,
        hidden,
        views: views
            .into_iter()
            .map(|v| Looked {
                at: Timestamp::from_microsecond(v.at).map(|t| l.stamp(t).words).unwrap_or_default(),
                who: format!("{} {}", name_of(&v.org), v.name),
                ground: v.ground,
                lines: v.lines,
            })
            .collect(),
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// `GET /authority/reports`: asks for the ground, and shows who looked before.
///
/// # Errors
/// When the store fails.
pub async fn ask(cx: Cx) -> Result<Response, Error> {
    page(&cx, Form::new(), None).await
}

/// The beginning of a day in China Standard Time, microseconds; `None` for what is no day.
fn begin(text: &str) -> Option<i64> {
    let day: Date = guosuo_case::filing::parse_date(text)?;
    Some(day.to_zoned(cst()).ok()?.timestamp().as_microsecond())
}

/// `POST /authority/reports`: the feed. The look is recorded before anything of it leaves.
///
/// # Errors
/// When the store fails, and then nothing leaves.
pub async fn show(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let ground = ground(l, &mut form);
    let mut day = |field: &str| {
        let text = form.trimmed(field).to_owned();
        let found = if text.is_empty() { Some(0) } else { begin(&text) };
        if found.is_none() {
            form.fail(field, l.t("日期写成2026-03-12这样。", "Write the date like 2026-03-12."));
        }
        found.unwrap_or(0)
    };
    let (from, to) = (day("from"), day("to"));
    if !form.ok() {
        return page(&cx, form, None).await;
    }
    let filter = ReportFilter {
        body: form.trimmed("body").to_owned(),
        state: form.trimmed("state").to_owned(),
        text: form.trimmed("q").to_owned(),
        from,
        // The last day is included.
        until: if to == 0 { 0 } else { to + 24 * 3600 * 1_000_000 },
    };
    let at = form.value("page").parse::<u32>().unwrap_or(1).clamp(1, 10_000);
    let rows = cx.app.store.reader().await?.report_lines(&filter, PER_VIEW + 1, (at - 1) * PER_VIEW).await?;
    let actor = cx.actor()?;
    let asked = serde_json::json!({ "filter": filter, "page": at }).to_string();
    let lines = i64::try_from(rows.len().min(PER_VIEW as usize)).unwrap_or(0);
    let view =
        ReportView { lines, ..ReportView::new(actor.user.as_str(), &actor.name, actor.org.as_str(), &ground, asked, cx.now) };
    let now = cx.now;
    cx.app
        .store
        .write_with((view, cx.origin()?), move |tx, (view, origin)| {
            Box::pin(async move { tx.record_report_view(view, origin, now).await })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    debug_assert!(form.status() == StatusCode::OK);
    page(&cx, form, Some((rows, at))).await
}
