//! `due`: the last day of a period.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use guosuo_rules::calendar::{Calendar, DayKind, Notice};
use guosuo_rules::deadline::{DeadlineId, deadline};
use guosuo_rules::period::{
    CalendarDays, Direction, Due, Explanation, Months, Period, RestReason, Roll, WorkingDays, Years, due_rolled, explain,
};
use jiff::civil::Date;

use crate::words::{cite, day, parse_date};
use crate::{Failure, Lang, Outcome, batch};

/// Unit of the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Unit {
    /// 工作日 / working days
    Wd,
    /// 日 / calendar days
    D,
    /// 月 / months
    Mo,
    /// 年 / years
    Y,
}

/// What happens at a rest day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RollArg {
    /// 不顺延 / stays
    None,
    /// 顺延至休假日结束的次日 / to the day after the rest days
    Next,
    /// 提前至前一工作日 / to the working day before
    Earlier,
}

/// Arguments of `due`.
#[derive(Debug, Args)]
pub struct DueArgs {
    /// 起算事件发生之日 YYYY-MM-DD；`-` 表示从标准输入逐行读取 `DATE<TAB>N` / day of the event, `-` reads lines
    date: String,
    /// 期间长度 / length of the period
    n: Option<u32>,
    /// 单位 / unit
    #[arg(long, value_enum, default_value = "wd")]
    unit: Unit,
    /// 向前倒算（届满前 N） / count backward
    #[arg(long)]
    back: bool,
    /// 最后一日为休假日时（仅 d、mo、y） / when the last day is a rest day (d, mo, y only)
    #[arg(long, value_enum, default_value = "none")]
    roll: RollArg,
    /// 按期限表中的期限计算，如 CB_FILE / a deadline of the table instead of N
    #[arg(long, value_name = "ID", conflicts_with_all = ["n", "back", "unit", "roll"])]
    rule: Option<String>,
    /// 另加放假通知数据文件（TOML，可多次） / one more holiday notice (TOML), repeatable
    #[arg(long, value_name = "FILE")]
    notice: Vec<PathBuf>,
    /// JSON
    #[arg(long)]
    json: bool,
    /// 语言 / language
    #[arg(long, value_enum, default_value = "zh", env = "GUOSUO_LANG")]
    lang: Lang,
}

#[derive(Clone, Copy)]
struct Rule {
    period: fn(u32) -> Period,
    direction: Direction,
    roll: Roll,
}

impl DueArgs {
    fn rule(&self) -> Rule {
        Rule {
            period: match self.unit {
                Unit::Wd => |n| WorkingDays(n).into(),
                Unit::D => |n| CalendarDays(n).into(),
                Unit::Mo => |n| Months(n).into(),
                Unit::Y => |n| Years(n).into(),
            },
            direction: if self.back { Direction::Before } else { Direction::After },
            roll: match self.roll {
                RollArg::None => Roll::Stay,
                RollArg::Next => Roll::Next,
                RollArg::Earlier => Roll::Earlier,
            },
        }
    }

    fn calendar(&self) -> Result<Calendar, Failure> {
        let mut calendar = Calendar::builtin().clone();
        for path in &self.notice {
            let fail = |reason: String| Failure::Usage(format!("{}: {reason}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
            let notice = Notice::parse_toml(&text).map_err(|error| fail(error.to_string()))?;
            calendar = calendar.with_notice(notice).map_err(|error| fail(error.to_string()))?;
        }
        Ok(calendar)
    }
}

pub(crate) fn run(args: &DueArgs, stdin: &mut dyn BufRead, stdout: &mut dyn Write) -> Result<Outcome, Failure> {
    let lang = args.lang;
    let calendar = args.calendar()?;
    if args.date == "-" {
        if args.n.is_some() || args.rule.is_some() {
            let message = lang.t("从标准输入读取时不能同时给出 N 或 --rule", "with `-`, N comes from the lines");
            return Err(Failure::Usage(message.to_owned()));
        }
        let rule = args.rule();
        return batch::lines(lang, stdin, stdout, |line, out| match answer(line, rule, &calendar, lang) {
            Ok((date, n, due)) if args.json => {
                let record = serde_json::json!({ "date": date, "n": n, "due": due });
                writeln!(out, "{record}").map(Ok)
            }
            Ok((date, n, Due::Firm { date: last })) => writeln!(out, "{date}\t{n}\t{last}").map(Ok),
            Ok((date, n, Due::Provisional { earliest, latest, .. })) => {
                writeln!(out, "{date}\t{n}\tprovisional:{earliest}..{latest}").map(Ok)
            }
            Err(reason) => Ok(Err(reason)),
        });
    }
    let date = parse_date(lang, &args.date).map_err(Failure::Usage)?;
    let out_of_range = || Failure::Usage(out_of_range(lang));
    let explanation = if let Some(code) = &args.rule {
        let id = DeadlineId::from_code(&code.to_ascii_uppercase()).ok_or_else(|| {
            let known: Vec<&str> = DeadlineId::ALL.iter().map(|id| id.code()).collect();
            Failure::Usage(format!("{}{code}\n{}", lang.t("没有这个期限：", "no such deadline: "), known.join(" ")))
        })?;
        let Some(found) = deadline(id).explain(date, &calendar) else {
            let message = lang.t("法律没有给出以日计的期间：", "the law gives no period in days: ");
            return Err(Failure::Usage(format!("{message}{id}")));
        };
        found.map_err(|_| out_of_range())?
    } else {
        let Some(n) = args.n else {
            return Err(Failure::Usage(lang.t("缺少期间长度 N", "the length N is missing").to_owned()));
        };
        let rule = args.rule();
        explain(date, (rule.period)(n), rule.direction, rule.roll, &calendar).map_err(|_| out_of_range())?
    };
    if args.json {
        serde_json::to_writer_pretty(&mut *stdout, &explanation).map_err(std::io::Error::from)?;
        writeln!(stdout)?;
    } else {
        print(&explanation, &calendar, lang, stdout)?;
    }
    Ok(Outcome::Done)
}

fn out_of_range(lang: Lang) -> String {
    lang.t("超出可以计算的年份（工作日自 2008 年起）", "outside the supported years (working days: from 2008)").to_owned()
}

fn answer(line: &str, rule: Rule, calendar: &Calendar, lang: Lang) -> Result<(Date, u32, Due), String> {
    let mut fields = line.split('\t');
    let (Some(date), Some(n), None) = (fields.next(), fields.next(), fields.next()) else {
        return Err(lang.t("应为两列：DATE<TAB>N", "two columns expected: DATE<TAB>N").to_owned());
    };
    let date = parse_date(lang, date.trim())?;
    let n: u32 = n.trim().parse().map_err(|_| match lang {
        Lang::Zh => format!("不是非负整数：{n}"),
        Lang::En => format!("not a whole number from 0: {n}"),
    })?;
    let due = due_rolled(date, (rule.period)(n), rule.direction, rule.roll, calendar).map_err(|_| out_of_range(lang))?;
    Ok((date, n, due))
}

fn print(found: &Explanation, calendar: &Calendar, lang: Lang, out: &mut dyn Write) -> Result<(), std::io::Error> {
    match found.due {
        Due::Firm { date } => writeln!(out, "{}", day(lang, date))?,
        Due::Provisional { earliest, latest, first_unknown_year } => {
            writeln!(out, "provisional:{earliest}..{latest}")?;
            match lang {
                Lang::Zh => writeln!(out, "暂定：{first_unknown_year} 年的放假通知尚未收录，通知收录后才能确定。")?,
                Lang::En => writeln!(out, "Provisional: the holiday notice of {first_unknown_year} is not known yet.")?,
            }
        }
    }
    let (n, unit) = match found.period {
        Period::WorkingDays(n) => (n.0, lang.t("个工作日", "working day(s)")),
        Period::CalendarDays(n) => (n.0, lang.t("日", "calendar day(s)")),
        Period::Months(n) => (n.0, lang.t("个月", "month(s)")),
        Period::Years(n) => (n.0, lang.t("年", "year(s)")),
    };
    let trigger = day(lang, found.trigger);
    match (lang, found.direction) {
        (Lang::Zh, Direction::After) => {
            writeln!(out, "期间：自 {trigger} 起 {n} {unit}，当日不计入")?;
        }
        (Lang::Zh, Direction::Before) => {
            writeln!(out, "期间：{trigger} 之前 {n} {unit}，当日不计入")?;
        }
        (Lang::En, Direction::After) => writeln!(out, "Period: {n} {unit} after {trigger}; that day is not counted")?,
        (Lang::En, Direction::Before) => writeln!(out, "Period: {n} {unit} before {trigger}; that day is not counted")?,
    }
    print_days(found, lang, out)?;
    if let Some(from) = found.rolled_from {
        let from = day(lang, from);
        match lang {
            Lang::Zh => writeln!(out, "期间末日 {from} 为休假日或尚不能确定，按规则移动")?,
            Lang::En => writeln!(out, "The period itself ends on {from}, a rest day or not known: moved by the rule")?,
        }
    } else if let (Some(kind), Due::Firm { date }, Roll::Stay) = (&found.last_day, found.due, found.roll) {
        print_rest_note(kind, date, calendar, lang, out)?;
    }
    let articles: Vec<String> = found.articles.iter().map(|article| cite(lang, article)).collect();
    writeln!(out, "{}{}", lang.t("依据：", "Articles: "), articles.join(lang.t("；", "; ")))?;
    writeln!(out, "{}{}", lang.t("日历版本：", "Calendar: "), found.calendar)
}

/// Runs of days of one kind, one line each.
fn print_days(found: &Explanation, lang: Lang, out: &mut dyn Write) -> Result<(), std::io::Error> {
    let mut days: Vec<(Date, String)> = Vec::new();
    for counted in &found.counted {
        let text = match &counted.make_up {
            None => lang.t("计入", "counted").to_owned(),
            Some(name) => format!("{}（{name}）", lang.t("计入：调休上班", "counted: make-up working day")),
        };
        days.push((counted.date, text));
    }
    for skipped in &found.skipped {
        let text = match &skipped.reason {
            RestReason::EventDay => continue,
            RestReason::Weekend => lang.t("不计：周末", "not counted: weekend").to_owned(),
            RestReason::Holiday { name, document } => {
                format!("{}{name}（{document}）", lang.t("不计：", "not counted: "))
            }
        };
        days.push((skipped.date, text));
    }
    days.sort_by_key(|(date, _)| *date);
    if found.direction == Direction::Before {
        days.reverse();
    }
    let mut total = 0;
    for run in days.chunk_by(|a, b| a.1 == b.1) {
        let (Some((first, text)), Some((last, _))) = (run.first(), run.last()) else {
            continue;
        };
        let counted = found.counted.iter().any(|counted| counted.date == *first);
        let range = if first == last { first.to_string() } else { format!("{first} … {last}") };
        if counted {
            total += run.len();
            writeln!(
                out,
                "  {range:<25} {text} {}{}",
                run.len(),
                match lang {
                    Lang::Zh => format!(" 天，累计 {total}"),
                    Lang::En => format!(" day(s), {total} in all"),
                }
            )?;
        } else {
            writeln!(out, "  {range:<25} {text}")?;
        }
    }
    Ok(())
}

fn print_rest_note(
    kind: &DayKind,
    date: Date,
    calendar: &Calendar,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<(), std::io::Error> {
    if kind.is_working() == Some(true) {
        return Ok(());
    }
    let next = due_rolled(date, CalendarDays(0).into(), Direction::After, Roll::Next, calendar);
    let next = match next {
        Ok(Due::Firm { date }) => date.to_string(),
        Ok(Due::Provisional { earliest, latest, .. }) => format!("{earliest}..{latest}"),
        Err(_) => return Ok(()),
    };
    match (lang, kind) {
        (Lang::Zh, DayKind::Unknown) => writeln!(out, "注意：该日是否休假尚不能确定；须顺延的期间（--roll next）末日为 {next}"),
        (Lang::Zh, _) => writeln!(out, "注意：该日为休假日；须顺延的期间（--roll next）末日为 {next}"),
        (Lang::En, DayKind::Unknown) => {
            writeln!(out, "Note: whether this is a rest day is not known yet; periods that roll (--roll next) end on {next}")
        }
        (Lang::En, _) => writeln!(out, "Note: this is a rest day; periods that roll (--roll next) end on {next}"),
    }
}
