//! What `count` prints: the table, and the list by day.

use std::collections::BTreeMap;
use std::io::{self, Write};

use guosuo_count::{Report, Series};
use jiff::civil::Date;

use super::words::bad_row;
use crate::words::cite;
use crate::{Lang, path_words};

/// The list by day.
pub(super) fn csv(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "year,kind,date,new_people,people_since_1_january")?;
    for year in &report.years {
        for (kind, series) in [("non_sensitive", &year.non_sensitive), ("sensitive", &year.sensitive)] {
            for day in &series.days {
                writeln!(out, "{},{kind},{},{},{}", year.year, day.date, day.new, day.total)?;
            }
        }
    }
    Ok(())
}

/// The numbers since 1 January by day, in the columns of the yearly ledger.
pub(super) fn ledger(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "date,non_sensitive,sensitive")?;
    for year in &report.years {
        let mut days: BTreeMap<Date, [Option<u64>; 2]> = BTreeMap::new();
        for (kind, series) in [&year.non_sensitive, &year.sensitive].into_iter().enumerate() {
            for day in &series.days {
                days.entry(day.date).or_default()[kind] = Some(day.total);
            }
        }
        // On a day without new people of one kind the number of that kind is the one before.
        let mut since = [0, 0];
        for (date, totals) in days {
            since = [0, 1].map(|kind| totals[kind].unwrap_or(since[kind]));
            writeln!(out, "{date},{},{}", since[0], since[1])?;
        }
    }
    Ok(())
}

/// The table.
pub(super) fn table(report: &Report, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    for year in &report.years {
        writeln!(out, "{}", year.year)?;
        let law = year.law.as_deref().unwrap_or(lang.t("没有该年的规则参数", "no parameters of the law for this year"));
        writeln!(out, "  {}{law}", lang.t("规则版本：", "Version of the law: "))?;
        series(lang.t("非敏感个人信息", "non-sensitive"), &year.non_sensitive, lang, out)?;
        series(lang.t("敏感个人信息", "sensitive"), &year.sensitive, lang, out)?;
    }
    match lang {
        Lang::Zh => writeln!(out, "读取 {} 行，计入 {} 行", report.rows, report.counted)?,
        Lang::En => writeln!(out, "{} rows read, {} counted", report.rows, report.counted)?,
    }
    for (&ground, count) in &report.excluded {
        writeln!(out, "  {}{}: {count}", lang.t("不计：", "left out: "), path_words::ground(ground, lang))?;
    }
    for (&reason, count) in &report.bad {
        writeln!(out, "  {}{}: {count}", lang.t("坏行：", "bad rows: "), bad_row(reason, lang))?;
    }
    for sample in &report.samples {
        writeln!(out, "    {}:{} {}", sample.name, sample.line, bad_row(sample.reason, lang))?;
    }
    if report.date_forms.len() > 1 {
        writeln!(out, "  {}", lang.t("注意：日期写法不一致", "note: dates are written in several forms"))?;
    }
    for encoding in &report.encodings {
        writeln!(out, "  {}{encoding}", lang.t("已转换编码：", "read in another encoding: "))?;
    }
    for name in &report.skipped {
        writeln!(out, "  {}{name}", lang.t("集合中已有，未重读：", "in the set already, not read again: "))?;
    }
    for member in &report.members {
        for (year, ordinary, sensitive) in &member.people {
            match lang {
                Lang::Zh => writeln!(out, "  {}：{year} 年单独计 非敏感 {ordinary} 人，敏感 {sensitive} 人", member.name)?,
                Lang::En => writeln!(out, "  {}: {year} alone: {ordinary} non-sensitive, {sensitive} sensitive", member.name)?,
            }
        }
    }
    for name in &report.grown {
        match lang {
            Lang::Zh => writeln!(out, "  注意：{name} 在读取时变长，开始读取之后写入的内容未计入")?,
            Lang::En => writeln!(out, "  note: {name} grew while it was read; what was written after the start is not counted")?,
        }
    }
    Ok(())
}

fn series(name: &str, series: &Series, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let people = lang.t("人", "people");
    writeln!(out, "  {name}: {} {people}", series.total)?;
    for crossing in &series.crossings {
        let article = cite(lang, &crossing.article);
        match lang {
            Lang::Zh => writeln!(out, "    {} 达到 {} 人（{article}）", crossing.date, crossing.line)?,
            Lang::En => writeln!(out, "    {} reached {} ({article})", crossing.date, crossing.line)?,
        }
    }
    for warning in &series.warnings {
        if series.crossings.iter().any(|crossing| crossing.line == warning.line) {
            continue;
        }
        match lang {
            Lang::Zh => writeln!(out, "    预警：{} 达到 {} 人的 {}%", warning.date, warning.line, warning.percent)?,
            Lang::En => writeln!(out, "    warning: {} reached {}% of {}", warning.date, warning.percent, warning.line)?,
        }
    }
    if let Some(forecast) = &series.forecast {
        let (expected, low, high) = (forecast.expected, forecast.low, forecast.high);
        match lang {
            Lang::Zh => writeln!(
                out,
                "    预测至12月31日：{expected} 人（{low}–{high}）；方法：自 {} 起按最近 28 日日均新增外推，区间取全年最低与最高的 28 日",
                forecast.from
            )?,
            Lang::En => writeln!(
                out,
                "    forecast for 31 December: {expected} ({low}–{high}); from {}, the mean of the last 28 days continued, range by the quietest and busiest 28 days of the year",
                forecast.from
            )?,
        }
        for (line, date) in &forecast.reaches {
            match lang {
                Lang::Zh => writeln!(out, "    预计 {date} 达到 {line} 人")?,
                Lang::En => writeln!(out, "    expected to reach {line} on {date}")?,
            }
        }
    }
    Ok(())
}
