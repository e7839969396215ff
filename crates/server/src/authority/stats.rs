//! `GET /authority/stats`: how many cases, how old, how many in time. Numbers only.

use askama::Template;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::OrgKind;
use guosuo_store::{FilingFilter, FilingRow, FilingSort};
use jiff::civil::Date;

use super::view::{DECISION_DAYS, Times, frame};
use crate::app::Cx;
use crate::error::Error;
use crate::web::chart::{BarChart, Drawn};
use crate::web::components::{SumItem, Tone};
use crate::web::{Lang, Shell};

/// Most cases counted.
const MOST: u32 = 20_000;

#[derive(Template)]
#[template(path = "authority/stats.html")]
struct Page {
    shell: Shell,
    l: Lang,
    as_of: crate::web::fmt::Time,
    sums: Vec<SumItem>,
    ageing: Drawn,
    months: Drawn,
    load: Drawn,
    splitting: bool,
}

/// What is counted of decided cases.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kept {
    filed: u64,
    refused: u64,
    in_time: u64,
    days: u64,
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn kept(t: &Times<'_>, done: &[FilingRow]) -> Kept {
    let mut out = Kept::default();
    for row in done {
        match row.phase.as_str() {
            "filed" | "removed" => out.filed += 1,
            "refused" => out.refused += 1,
            _ => continue,
        }
        let (Some(received), Some(decided)) = (day(&row.received), day(&row.decided)) else { continue };
        // A body that was removed later was filed on a day that the row no longer shows.
        if row.phase == "removed" {
            out.in_time += 1;
            continue;
        }
        if day(&row.due_to).is_some_and(|due| decided <= due) {
            out.in_time += 1;
        }
        out.days += u64::try_from(t.working_days(received, decided)).unwrap_or(0);
    }
    out
}

/// Open cases by working days since receipt, in five classes up to the limit and one beyond.
fn ageing(t: &Times<'_>, open: &[FilingRow]) -> Vec<(String, u64)> {
    let l = t.l;
    let edges = [(0, 5), (6, 10), (11, 20), (21, 27), (28, DECISION_DAYS)];
    let mut out: Vec<(String, u64)> =
        edges.iter().map(|(a, b)| (l.pick(format!("{a}至{b}个工作日"), format!("{a} to {b} working days")), 0)).collect();
    out.push((l.pick(format!("超过{DECISION_DAYS}个工作日"), format!("more than {DECISION_DAYS}")), 0));
    for row in open {
        let Some(received) = day(&row.received) else { continue };
        let age = t.working_days(received, t.today);
        let at = edges.iter().position(|(_, b)| age <= *b).unwrap_or(edges.len());
        out[at].1 += 1;
    }
    out
}

/// Received and decided by month, the last six months.
fn months(t: &Times<'_>, all: &[&FilingRow]) -> Vec<(String, Vec<u64>)> {
    let mut first = t.today.first_of_month();
    let mut out = Vec::new();
    for _ in 0..6 {
        let same = |text: &str| day(text).is_some_and(|d| d.first_of_month() == first);
        let count = |f: &dyn Fn(&FilingRow) -> bool| all.iter().filter(|r| f(r)).count() as u64;
        let received = count(&|r| same(&r.received));
        let decided = count(&|r| matches!(r.phase.as_str(), "filed" | "refused") && same(&r.decided));
        out.push((t.l.year_month(first).words, vec![received, decided]));
        match first.yesterday() {
            Ok(d) => first = d.first_of_month(),
            Err(_) => break,
        }
    }
    out.reverse();
    out
}

fn load(l: Lang, open: &[FilingRow]) -> Vec<(String, Vec<u64>)> {
    let mut by: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    for row in open {
        let name = if row.handler.is_empty() { l.t("待分办", "Unassigned").to_owned() } else { row.handler_name.clone() };
        *by.entry(name).or_default() += 1;
    }
    by.into_iter().map(|(name, n)| (name, vec![n])).collect()
}

fn sum(tone: Tone, count: u64, name: &str, note: String, href: String) -> SumItem {
    SumItem { tone, icon: "", count, name: name.to_owned(), note, href, current: false }
}

/// `GET /authority/stats`.
///
/// # Errors
/// When the store fails.
pub async fn show(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let calendar = cx.calendar().await?;
    let t = Times { l, today: cx.today(), calendar: &calendar, lamps: cx.app.config.lamps };
    let sent_only = cx.actor()?.org_kind == OrgKind::Nda;
    let mut reader = cx.app.store.reader().await?;
    let ask = FilingFilter { sent_only, ..FilingFilter::default() };
    let open = reader.filings(&ask, FilingSort::Due, false, MOST, 0).await?;
    let done = reader.filings(&FilingFilter { done: true, ..ask }, FilingSort::Due, false, MOST, 0).await?;
    let bodies = reader.bodies(t.today, "", 10_000).await?.iter().filter(|b| b.status == "filed").count() as u64;
    drop(reader);
    let k = kept(&t, &done);
    let decided = k.filed + k.refused;
    let rate = (k.in_time * 100).checked_div(decided).unwrap_or(100);
    let mean = k.days.checked_div(decided).unwrap_or(0);
    let queue = l.href("/authority/filings");
    let past = l.href("/authority/filings?tab=done");
    let sums = vec![
        sum(Tone::Info, open.len() as u64, l.t("审核中", "Under review"), String::new(), queue),
        sum(Tone::Ok, k.filed, l.t("予以备案", "Filed"), String::new(), past.clone()),
        sum(Tone::Late, k.refused, l.t("不予备案", "Refused"), String::new(), past),
        sum(Tone::Ok, bodies, l.t("名单上的机构", "Bodies on the list"), String::new(), l.href("/authority/bodies")),
        sum(
            if rate == 100 { Tone::Ok } else { Tone::Warn },
            rate,
            l.t("按期办结率（%）", "In time (%)"),
            l.pick(format!("办结{decided}件，按期{}件", k.in_time), format!("{} of {decided} in time", k.in_time)),
            l.href("/authority/filings?tab=done"),
        ),
        sum(
            Tone::Mute,
            mean,
            l.t("平均用时", "Mean time"),
            l.t("工作日", "working days").to_owned(),
            l.href("/authority/filings?tab=done"),
        ),
    ];
    let ages = ageing(&t, &open);
    let old: u64 = ages.iter().skip(3).map(|a| a.1).sum();
    let ageing = BarChart {
        id: "ageing",
        title: l.t("审核中的案件已用时间", "Age of the open cases").to_owned(),
        says: l.pick(
            format!("{}件在审，其中{old}件已用21个工作日以上。", open.len()),
            format!("{} cases open, {old} of them older than 20 working days.", open.len()),
        ),
        head: l.t("已用工作日", "Working days used").to_owned(),
        series: vec![l.t("件数", "Cases").to_owned()],
        adds: true,
        rows: ages.into_iter().map(|(name, n)| (name, vec![n])).collect(),
    };
    let all: Vec<&FilingRow> = open.iter().chain(&done).collect();
    let by_month = months(&t, &all);
    let months = BarChart {
        id: "months",
        title: l.t("近六个月收到和办结", "Received and decided, six months").to_owned(),
        says: {
            let sum = |n: usize| by_month.iter().map(|m| m.1[n]).sum::<u64>();
            l.pick(
                format!("近六个月收到{}件，办结{}件。", sum(0), sum(1)),
                format!("{} received and {} decided in six months.", sum(0), sum(1)),
            )
        },
        head: l.t("月份", "Month").to_owned(),
        series: vec![l.t("收到", "Received").to_owned(), l.t("办结", "Decided").to_owned()],
        adds: false,
        rows: by_month,
    };
    let load = BarChart {
        id: "load",
        title: l.t("承办人在办件数", "Open cases by handler").to_owned(),
        says: l.t("每名承办人手上的在审案件。", "Open cases that each handler holds.").to_owned(),
        head: l.t("承办人", "Handler").to_owned(),
        series: vec![l.t("件数", "Cases").to_owned()],
        adds: true,
        rows: load(l, &open),
    };
    let page = Page {
        shell: frame(&cx, "stats", l.t("统计", "Statistics")),
        l,
        as_of: l.moment_weekday(cx.now),
        sums,
        ageing: ageing.draw(&l),
        months: months.draw(&l),
        load: load.draw(&l),
        splitting: guosuo_case::Right::SplittingLook.held_by(cx.actor()?),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use guosuo_rules::calendar::Calendar;
    use jiff::civil::date;

    fn row(phase: &str, received: &str, decided: &str, due: &str) -> FilingRow {
        FilingRow {
            phase: phase.into(),
            received: received.into(),
            decided: decided.into(),
            due_to: due.into(),
            ..FilingRow::default()
        }
    }

    #[test]
    fn a_decision_on_the_last_day_is_in_time_and_a_withdrawal_is_none() {
        let t = Times {
            l: Lang::Zh,
            today: date(2026, 3, 16),
            calendar: Calendar::builtin(),
            lamps: crate::config::Lamps::default(),
        };
        let done = [
            row("filed", "2026-01-26", "2026-03-13", "2026-03-13"),
            row("refused", "2026-01-26", "2026-03-16", "2026-03-13"),
            row("withdrawn", "2026-01-26", "2026-01-27", "2026-03-13"),
        ];
        assert_eq!(kept(&t, &done), Kept { filed: 1, refused: 1, in_time: 1, days: 61 });
    }

    #[test]
    fn a_case_ages_by_working_days() {
        let t = Times {
            l: Lang::Zh,
            today: date(2026, 3, 16),
            calendar: Calendar::builtin(),
            lamps: crate::config::Lamps::default(),
        };
        let open = [
            row("under_review", "2026-01-26", "", ""),
            row("under_review", "2026-03-13", "", ""),
            row("under_review", "2026-03-16", "", ""),
        ];
        let ages: Vec<u64> = ageing(&t, &open).into_iter().map(|a| a.1).collect();
        assert_eq!(ages, [2, 0, 0, 0, 0, 1]);
    }
}
