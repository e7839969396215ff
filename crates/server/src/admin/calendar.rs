//! `/admin/calendar`: the State Council's notices. A new one is pasted, looked at with every
//! clock it would move, and imported as an act with its document number; the running clocks
//! are dated again in the same write unit and the parties are told.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_rules::calendar::{Notice, NoticeError, NoticeOddity};
use guosuo_store::{Error as StoreError, Failure, Moved, Origin, Tx};
use jiff::Timestamp;

use crate::app::Cx;
use crate::error::Error;
use crate::ops::notice::{Imported, import_notice, redate};
use crate::web::components::Fact;
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

/// One notice of the list.
struct Row {
    document: String,
    title: String,
    address: String,
    year: i16,
    working_days: String,
    imported: String,
}

/// One clock that moves.
struct MovedRow {
    case: String,
    name: String,
    before: String,
    after: String,
}

struct Preview {
    facts: Vec<Fact>,
    oddities: Vec<String>,
    moved: Vec<MovedRow>,
}

#[derive(Template)]
#[template(path = "admin/calendar.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    rows: Vec<Row>,
    preview: Option<Preview>,
}

async fn page(cx: &Cx, form: Form, preview: Option<Preview>) -> Result<Response, Error> {
    let l = cx.l();
    let calendar = cx.calendar().await?;
    let imported = cx.app.store.reader().await?.notices().await?;
    let mut rows: Vec<Row> = calendar
        .notices()
        .iter()
        .map(|n| Row {
            document: n.document.clone(),
            title: n.title.clone(),
            address: n.address.clone(),
            year: n.year,
            working_days: calendar.working_days_in(n.year).map(|d| l.working_days(i64::from(d))).unwrap_or_default(),
            imported: imported.iter().find(|i| i.number == n.document).map_or_else(
                || l.t("随程序提供", "Comes with the program").to_owned(),
                |i| l.stamp(Timestamp::from_microsecond(i.imported).unwrap_or(Timestamp::MIN)).words,
            ),
        })
        .collect();
    rows.reverse();
    let shell = super::shell(cx, "calendar", l.t("工作日历", "Calendar")).for_form(&form);
    let status: StatusCode = form.status();
    let page = Page { shell, l, form, rows, preview };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// `GET /admin/calendar`.
///
/// # Errors
/// When the store cannot be read.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    page(&cx, Form::new(), None).await
}

/// What is wrong with a notice, in words.
fn wrong(l: Lang, e: &NoticeError) -> String {
    match e {
        NoticeError::Unreadable { message } => l.pick(
            format!("通知没有看懂。对照格式检查：{message}"),
            format!("The notice cannot be read. Compare with the format: {message}"),
        ),
        NoticeError::NoDocument => l.t("缺少文号（document）。", "The document number (document) is missing.").to_owned(),
        NoticeError::NoAddress => l.t("缺少官方网址（address）。", "The official address (address) is missing.").to_owned(),
        NoticeError::Empty => l.t("通知没有列出任何一天。", "The notice arranges no day.").to_owned(),
        NoticeError::Year { year } => {
            l.pick(format!("{year}年不在可以计算的范围内。"), format!("The year {year} is outside what can be counted."))
        }
        NoticeError::OtherYear { day } => {
            l.pick(format!("{day}不属于通知安排的年份。"), format!("{day} is not a day of the year of the notice."))
        }
        NoticeError::Twice { day } => l.pick(format!("{day}写了两次。"), format!("{day} is named twice.")),
        NoticeError::Both { day } => l.pick(format!("{day}既放假又上班。"), format!("{day} is both off and worked.")),
        NoticeError::WorkNotOnWeekend { day } => {
            l.pick(format!("{day}不是周末，不能写成调休上班。"), format!("{day} is no weekend day and cannot be a make-up day."))
        }
        NoticeError::YearKnown { year, document } => l.pick(
            format!("{year}年已有{document}。更改它的通知要写明amends。"),
            format!("The year {year} is known by {document}. A notice that changes it names it in amends."),
        ),
        NoticeError::Repeated { document } => {
            l.pick(format!("{document}已经导入过。"), format!("{document} was imported before."))
        }
        NoticeError::UnknownAmended { document } => l.pick(
            format!("要更改的{document}不在日历里。"),
            format!("{document}, which is to be changed, is not in the calendar."),
        ),
    }
}

fn odd(l: Lang, o: &NoticeOddity) -> String {
    match o {
        NoticeOddity::NetDays { expected, found } => l.pick(
            format!("净放假{found}天，《全国年节及纪念日放假办法》规定是{expected}天。对照原文再看一遍。"),
            format!("{found} days off net; the decree gives {expected}. Compare with the text once more."),
        ),
        NoticeOddity::FixedDayWorked { day } => {
            l.pick(format!("法定假日{day}没有列为放假。"), format!("The statutory holiday {day} is not off."))
        }
    }
}

/// The answer of a unit that is always taken back.
enum Tried {
    Would(Vec<Moved>),
    Fault(StoreError),
}

impl From<StoreError> for Tried {
    fn from(e: StoreError) -> Self {
        Self::Fault(e)
    }
}

impl Failure for Tried {
    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Fault(e) => Some(e),
            Self::Would(_) => None,
        }
    }
}

async fn apply(tx: &mut Tx, toml: &str, origin: &Origin, now: Timestamp) -> Result<Vec<Moved>, StoreError> {
    tx.import_notice(toml, origin, now).await?;
    redate(tx, origin, now).await
}

/// Imports, dates again and takes everything back: exactly what the import would move.
async fn try_out(cx: &Cx, toml: String) -> Result<Vec<Moved>, StoreError> {
    let origin = cx.origin().map_err(|_| StoreError::NotFound("session"))?;
    let now = cx.now;
    let tried: Result<(), Tried> = cx
        .app
        .store
        .write_with((toml, origin), move |tx, (toml, origin)| {
            Box::pin(async move { Err(Tried::Would(apply(tx, toml, origin, now).await?)) })
        })
        .await;
    match tried {
        Ok(()) => Ok(Vec::new()),
        Err(Tried::Would(moved)) => Ok(moved),
        Err(Tried::Fault(e)) => Err(e),
    }
}

/// The name of a deadline in words.
fn clock_name(l: Lang, code: &str) -> String {
    match code {
        "CB_FILE" => l.t("机构提交备案", "Filing by the body").to_owned(),
        "CB_FILE_DECIDE" => l.t("备案审核和公示", "Decision and publication").to_owned(),
        "STAGE_LIMITS" => l.t("认证环节（机构自定）", "Stage of a certification (set by the body)").to_owned(),
        "RECTIFY" => l.t("限期整改（机构自定）", "Rectification (set by the body)").to_owned(),
        "CERT_VALID" => l.t("证书有效期", "Validity of a certificate").to_owned(),
        "CERT_RENEW" => l.t("申请延续", "Application for renewal").to_owned(),
        code if code.starts_with("SURV") => l.t("获证后监督（机构自定）", "Surveillance (set by the body)").to_owned(),
        code if code.contains("_REPORT") => l.t("向国家平台报送", "Report to the national platform").to_owned(),
        other => other.to_owned(),
    }
}

fn range((from, to): &(String, String)) -> String {
    if from == to { from.clone() } else { format!("{from}–{to}") }
}

/// Reads the pasted notice and checks it against the calendar in force.
async fn read(cx: &Cx, form: &mut Form) -> Result<Option<Notice>, Error> {
    let l = cx.l();
    let text = form.require("notice", l.t("贴入通知。", "Paste the notice."));
    if text.is_empty() {
        return Ok(None);
    }
    let checked = match Notice::parse_toml(&text) {
        Ok(n) => cx.calendar().await?.with_notice(n.clone()).map(|_| n),
        Err(e) => Err(e),
    };
    Ok(match checked {
        Ok(n) => Some(n),
        Err(e) => {
            form.fail("notice", wrong(l, &e));
            None
        }
    })
}

/// `POST /admin/calendar`: shows what the notice says and which clocks it moves. Nothing is
/// stored.
///
/// # Errors
/// When the store fails.
pub async fn preview(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let Some(n) = read(&cx, &mut form).await? else { return page(&cx, form, None).await };
    let moved = try_out(&cx, form.trimmed("notice").to_owned()).await?;
    let off =
        n.holidays.iter().map(|h| format!("{} {}", h.name, h.off.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")));
    let mut facts = vec![
        Fact::new(l.t("文号", "Document"), &n.document),
        Fact::new(l.t("标题", "Title"), &n.title),
        Fact::new(l.t("年份", "Year"), n.year.to_string()),
        Fact::new(l.t("发文日期", "Issued"), l.date(n.issued).words),
        Fact::new(l.t("官方网址", "Official address"), &n.address),
    ];
    facts.extend(off.map(|line| Fact::new(l.t("放假", "Off"), line)));
    let work: Vec<String> = n.holidays.iter().flat_map(|h| h.work.iter().map(ToString::to_string)).collect();
    if !work.is_empty() {
        facts.push(Fact::new(l.t("调休上班", "Worked"), work.join(" ")));
    }
    let rows = moved
        .iter()
        .map(|m| MovedRow {
            case: m.case_id.clone(),
            name: clock_name(l, &m.name),
            before: range(&m.before),
            after: range(&m.after),
        })
        .collect();
    let oddities = n.oddities().iter().map(|o| odd(l, o)).collect();
    page(&cx, form, Some(Preview { facts, oddities, moved: rows })).await
}

/// `POST /admin/calendar/import`: the act. Needs a second factor shown lately.
///
/// # Errors
/// When the store fails.
pub async fn import(cx: Cx, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    if read(&cx, &mut form).await?.is_none() {
        return page(&cx, form, None).await;
    }
    if let Some(again) = super::stale_factor(&cx, "/admin/calendar") {
        return Ok(again.into_response());
    }
    let Imported { document, moved, .. } = import_notice(&cx.app, form.trimmed("notice"), cx.origin()?).await?;
    let moved = moved.len();
    let told = l.pick(
        format!("{document}已导入，{moved}个期限重新计算，已通知当事人。"),
        format!("{document} was imported; {moved} limits were counted anew and the parties told."),
    );
    Ok(Flash::good(told).to(l, "/admin/calendar"))
}
