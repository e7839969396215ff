//! `/body/filings/{id}/deadline/{name}`: how a date was counted: trigger, every day counted
//! or passed over, articles, version of the calendar.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_rules::deadline::{DeadlineId, deadline};
use guosuo_rules::period::{Due, Explanation, Period, RestReason};
use guosuo_rules::time::cst_date;
use jiff::civil::Date;

use super::case;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Fact;
use crate::web::fmt::Time;
use crate::web::{Lang, Shell};

struct Day {
    date: Time,
    weekday: &'static str,
    number: Option<u32>,
    why: String,
    last: bool,
}

#[derive(Template)]
#[template(path = "body/deadline.html")]
struct Page {
    shell: Shell,
    l: Lang,
    answer: String,
    provisional: bool,
    facts: Vec<Fact>,
    days: Vec<Day>,
    back: String,
}

/// `GET /body/filings/{id}/deadline/{name}`: `file` (M 12(1)) or `decide` (M 12(3)).
///
/// # Errors
/// [`Error::NotFound`] for another name, another organisation's case, or a clock that does
/// not run yet.
pub async fn show(cx: Cx, Path((id, name)): Path<(String, String)>) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::load(&cx, &id).await?;
    let (which, trigger, what, event) = match name.as_str() {
        "file" => (
            DeadlineId::CbFile,
            case.dossier().form.approval_date(),
            l.t("办理备案手续的最后一天", "Last day for filing"),
            l.t("市场监管部门批准取得资质", "Approval of the qualification by the market regulator"),
        ),
        "decide" => (
            DeadlineId::CbFileDecide,
            case.filing.submission().map(|s| cst_date(s.received_at)),
            l.t("国家网信部门予以备案并公示或者不予备案的最后一天", "Last day for CAC to file and publish, or to refuse"),
            l.t("收到备案材料", "Receipt of the filing"),
        ),
        _ => return Err(Error::NotFound),
    };
    let trigger = trigger.ok_or(Error::NotFound)?;
    let e = deadline(which).explain(trigger, &case.calendar).and_then(Result::ok).ok_or(Error::NotFound)?;
    let answer = match e.due {
        Due::Firm { date } => l.date_weekday(date).words,
        Due::Provisional { earliest, latest, .. } => l.span(earliest, latest),
    };
    let mut facts = vec![
        Fact::new(l.t("起算的事情", "What starts it"), event).note(l.date_weekday(trigger).words),
        Fact::new(l.t("期限", "Period"), length(l, &e)),
        Fact::new(l.t("最后一天", "Last day"), answer.clone()),
        Fact::new(l.t("依据", "Basis"), articles(l, &e)),
        Fact::new(l.t("日历版本", "Calendar"), e.calendar.clone()).code(),
    ];
    if let Due::Provisional { first_unknown_year, .. } = e.due {
        facts.push(Fact::new(
            l.t("为什么还不确定", "Why it is not fixed"),
            l.pick(
                format!("国务院办公厅还没有公布{first_unknown_year}年的放假安排。公布后日期会确定，并发消息告知。"),
                format!("The holidays of {first_unknown_year} have not been announced. The date will be fixed when they are, and you will get a message."),
            ),
        ));
    }
    let page = Page {
        shell: case::shell(&cx, &case, what).here(l.t("日期怎么算的", "How it was counted")),
        l,
        answer,
        provisional: e.due.firm().is_none(),
        facts,
        days: days(l, &e),
        back: l.href(case.path("")),
    };
    case::page(StatusCode::OK, &page)
}

fn length(l: Lang, e: &Explanation) -> String {
    match e.period {
        Period::WorkingDays(n) => l.working_days(i64::from(n.0)),
        Period::CalendarDays(n) => l.count_of(i64::from(n.0), "日", "day"),
        Period::Months(n) => l.count_of(i64::from(n.0), "个月", "month"),
        Period::Years(n) => l.count_of(i64::from(n.0), "年", "year"),
    }
}

fn articles(l: Lang, e: &Explanation) -> String {
    let list: Vec<_> = e.articles.iter().map(|a| if l.zh() { a.cite_zh() } else { a.cite_en() }).collect();
    list.join(l.t("；", "; "))
}

/// Every day from the event to the last day, in order.
fn days(l: Lang, e: &Explanation) -> Vec<Day> {
    let last = e.due.latest();
    let row = |date: Date, number, why| Day {
        date: l.day(date),
        weekday: l.weekday(date),
        number,
        why,
        last: number.is_some() && date == last,
    };
    let mut out: Vec<(Date, Day)> = e
        .counted
        .iter()
        .map(|c| {
            let why = c
                .make_up
                .as_ref()
                .map_or_else(String::new, |h| l.pick(format!("调休上班（{h}）"), format!("Ordered working day ({h})")));
            (c.date, row(c.date, Some(c.number), why))
        })
        .chain(e.skipped.iter().map(|s| {
            let why = match &s.reason {
                RestReason::EventDay => l.t("事情发生的当天不算", "The day of the event is not counted").to_owned(),
                RestReason::Weekend => l.t("周末", "Weekend").to_owned(),
                RestReason::Holiday { name, document } => {
                    l.pick(format!("{name}放假（{document}）"), format!("Holiday: {name} ({document})"))
                }
            };
            (s.date, row(s.date, None, why))
        }))
        .collect();
    out.sort_by_key(|(d, _)| *d);
    out.into_iter().map(|(_, d)| d).collect()
}
