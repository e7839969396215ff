//! `/processor/ledger`: the yearly ledger of exports (P16 7, 8; PQ16 q11): people so far, lines, forecast, what is to
//! be done, uploads.

use askama::Template;
use axum::extract::{Multipart, Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::RefusalCode;
use guosuo_case::exports::{Command, Exports, Fault};
use guosuo_cli::path_words;
use guosuo_rules::path::Fact;
use guosuo_rules::series::Series;
use guosuo_rules::yearly::{Count, Counter, Task, Year};
use jiff::civil::Date;
use serde::Deserialize;

use super::{acts, sheet};
use crate::app::Cx;
use crate::body::case::page;
use crate::error::{Error, refusal_status};
use crate::web::components::{Choice, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Front, Lang, Shell};
use crate::words::{self, exports as say};

/// What the address asks for.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    year: Option<String>,
}

struct Total {
    name: &'static str,
    people: String,
    exact: bool,
    lines: Vec<LineRow>,
    forecast: String,
}

struct LineRow {
    line: String,
    state: &'static str,
    tone: Tone,
    note: String,
}

struct FlowRow {
    href: String,
    name: String,
    exporter: String,
    recipient: String,
    way: &'static str,
    numbers: String,
    until: String,
    excluded: String,
    ended: bool,
}

struct ReportRow {
    number: u32,
    flow: String,
    what: String,
    source: String,
    at: String,
    voided: String,
    href: String,
}

struct DossierRow {
    year: i16,
    fact: &'static str,
    code: &'static str,
    told: String,
    already: Vec<String>,
    closed: String,
}

#[derive(Template)]
#[template(path = "preparing/ledger.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    action: String,
    years: Vec<(String, String, bool)>,
    year: i16,
    totals: Vec<Total>,
    tasks: Vec<(Tone, String)>,
    flows: Vec<FlowRow>,
    choices: Vec<Choice>,
    reports: Vec<ReportRow>,
    dossiers: Vec<DossierRow>,
    new_flow: String,
    dossier_action: String,
    can_report: bool,
    can_close: bool,
}

/// A line as the law writes it: 10万人.
pub(super) fn line_words(l: Lang, n: u64) -> String {
    l.people(i64::try_from(n).unwrap_or(i64::MAX))
}

pub(super) fn cli(l: Lang) -> guosuo_cli::Lang {
    if l.zh() { guosuo_cli::Lang::Zh } else { guosuo_cli::Lang::En }
}

fn total(l: Lang, c: &Counter, year: i16) -> Total {
    let (least, most) = (c.least.total, c.most.total);
    let people = if c.is_exact() {
        l.number(most)
    } else {
        l.pick(format!("{}至{}", l.number(least), l.number(most)), format!("{} to {}", l.number(least), l.number(most)))
    };
    Total {
        name: path_words::fact(c.fact, cli(l)),
        people,
        exact: c.is_exact(),
        lines: lines(l, c, year),
        forecast: forecast(l, &c.most),
    }
}

fn lines(l: Lang, c: &Counter, year: i16) -> Vec<LineRow> {
    let Ok(law) = guosuo_rules::path::Law::on(jiff::civil::date(year, 12, 31)) else { return Vec::new() };
    let found = |s: &Series, line| s.crossings.iter().find(|x| x.line == line).map(|x| x.date);
    guosuo_rules::series::lines_of(law, c.fact)
        .into_iter()
        .map(|line| {
            let (maybe, sure) = (found(&c.most, line.value), found(&c.least, line.value));
            let day = |d: Date| l.date(d).words;
            let (state, tone, note) = match (maybe, sure) {
                (_, Some(d)) => (
                    l.t("已达到", "Reached"),
                    Tone::Late,
                    l.pick(format!("{}起，不论几项业务的人是否重合", day(d)), format!("Since {}, whatever the overlap", day(d))),
                ),
                (Some(d), None) => (
                    l.t("可能已达到", "May be reached"),
                    Tone::Warn,
                    l.pick(
                        format!("{}起，要看几项业务的人是否重合；用同一密钥的去重数据可以确定", day(d)),
                        format!("Since {}, depending on the overlap; sets of one key settle it", day(d)),
                    ),
                ),
                (None, None) => {
                    let near = c.most.warnings.iter().rfind(|w| w.line == line.value);
                    let reach = c.most.forecast.as_ref().and_then(|f| f.reaches.iter().find(|r| r.0 == line.value));
                    let near_words = near.map(|w| {
                        l.pick(format!("已到{}%（{}）", w.percent, day(w.date)), format!("{}% on {}", w.percent, day(w.date)))
                    });
                    let reach_words =
                        reach.map(|r| l.pick(format!("照现在的速度，{}达到", day(r.1)), format!("At this pace on {}", day(r.1))));
                    let words: Vec<String> = near_words.into_iter().chain(reach_words).collect();
                    (l.t("不满", "Below"), if near.is_some() { Tone::Warn } else { Tone::Mute }, words.join(l.t("；", "; ")))
                }
            };
            LineRow { line: line_words(l, line.value), state, tone, note }
        })
        .collect()
}

fn forecast(l: Lang, s: &Series) -> String {
    s.forecast.as_ref().map_or_else(String::new, |f| {
        let from = l.date(f.from).words;
        l.pick(
            format!("预计到12月31日约{}人（{}至{}），从{from}起按最近28天的平均推算；范围取今年最少和最多的28天", l.number(f.expected), l.number(f.low), l.number(f.high)),
            format!("About {} by 31 December ({} to {}), from {from} on at the mean of the last 28 days; range: the quietest and busiest 28 days", l.number(f.expected), l.number(f.low), l.number(f.high)),
        )
    })
}

fn task(l: Lang, t: &Task) -> (Tone, String) {
    match t {
        Task::Dossier { fact, line, since, certain, articles, .. } => {
            let (what, line, day) = (path_words::fact(*fact, cli(l)), line_words(l, *line), l.date(*since).words);
            let cite: Vec<String> = articles.iter().map(|a| words::article(l, &a.to_string())).collect();
            let reached =
                if certain.is_some() { l.t("已达到", "is reached") } else { l.t("可能已达到", "may be reached") };
            let text = l.pick(
                format!("{what}{reached}{line}（{day}）：准备数据出境安全评估申报材料，写明今年已经按标准合同或者认证出境的部分。没有规定允许边出境边等待。（{}）", cite.join("；")),
                format!("{what}: {line} {reached} ({day}). Prepare the declaration of a security assessment, with what has left this year under a contract or certificate. Nothing says that the export may go on meanwhile. ({})", cite.join("; ")),
            );
            (Tone::Late, text)
        }
        Task::Mechanism { flows, .. } => (
            Tone::Warn,
            l.pick(
                format!("已经需要标准合同或者认证，下列业务还没有：{}。", flows.join("、")),
                format!("A contract or certification is needed, and these flows have neither: {}.", flows.join(", ")),
            ),
        ),
        Task::Near { fact, line, percent, since } => {
            let (what, line, day) = (path_words::fact(*fact, cli(l)), line_words(l, *line), l.date(*since).words);
            (
                Tone::Warn,
                l.pick(
                    format!("{what}已到{line}的{percent}%（{day}）。"),
                    format!("{what}: {percent}% of {line} reached on {day}."),
                ),
            )
        }
    }
}

fn flow_rows(l: Lang, e: &Exports, y: Option<&Year>) -> Vec<FlowRow> {
    let rows = e.flows.iter().map(|f| {
        let of: Vec<_> = y.map(|y| y.flows.iter().filter(|a| a.flow == f.facts.name).collect()).unwrap_or_default();
        let numbers = of.iter().map(|a| {
            let (n, s) = (l.number(a.non_sensitive), l.number(a.sensitive));
            l.pick(format!("非敏感{n}人，敏感{s}人"), format!("{n} non-sensitive, {s} sensitive"))
        });
        let excluded = y.and_then(|y| y.excluded.iter().find(|x| x.0 == f.facts.name));
        FlowRow {
            href: l.href(format!("/processor/ledger/flows/{}", f.number)),
            name: f.facts.name.clone(),
            exporter: f.facts.exporter.clone(),
            recipient: format!("{}（{}）", f.facts.recipient.name, f.facts.recipient.country),
            way: say::way(l, f.facts.way),
            numbers: numbers.collect::<Vec<_>>().join(" + "),
            until: of.iter().map(|a| a.until).max().map(|d| l.day(d).words).unwrap_or_default(),
            excluded: excluded.map(|x| path_words::ground(x.1, cli(l)).to_owned()).unwrap_or_default(),
            ended: f.ended.is_some(),
        }
    });
    rows.collect()
}

fn keyed_words(l: Lang, key: &str, entries: u64) -> String {
    let n = l.number(entries);
    l.pick(format!("{n}条去重数据，密钥“{key}”"), format!("{n} keyed values, key “{key}”"))
}

fn report_rows(l: Lang, e: &Exports) -> Vec<ReportRow> {
    let rows = e.reports.iter().rev().map(|r| ReportRow {
        number: r.number,
        flow: e.flow(r.flow).map(|f| f.facts.name.clone()).unwrap_or_default(),
        what: match &r.count {
            Count::Plain { points } => {
                l.pick(format!("{}天的累计人数", points.len()), format!("numbers of {} days", points.len()))
            }
            Count::Keyed { key, seen } => keyed_words(l, key, seen.len() as u64),
            Count::Set(set) => keyed_words(l, &set.key, set.entries),
        },
        source: r.source.clone(),
        at: format!("{} {}", l.stamp(r.at).words, r.by.name),
        voided: r.voided.clone().unwrap_or_default(),
        href: l.href(format!("/processor/ledger/reports/{}/void", r.number)),
    });
    rows.take(50).collect()
}

fn dossier_rows(l: Lang, e: &Exports) -> Vec<DossierRow> {
    let rows = e.dossiers.iter().rev().map(|d| {
        let day = l.date(d.since).words;
        let already = d.already.iter().map(|a| {
            let until = l.date(a.until).words;
            l.pick(
                format!(
                    "{}：由{}提供给{}，{}，非敏感{}人、敏感{}人，截至{until}",
                    a.flow,
                    a.exporter,
                    a.recipient,
                    say::way(l, a.way),
                    l.number(a.non_sensitive),
                    l.number(a.sensitive)
                ),
                format!(
                    "{}: from {} to {}, {}, {} non-sensitive and {} sensitive, until {until}",
                    a.flow,
                    a.exporter,
                    a.recipient,
                    say::way(l, a.way),
                    l.number(a.non_sensitive),
                    l.number(a.sensitive)
                ),
            )
        });
        DossierRow {
            year: d.year,
            fact: path_words::fact(d.fact, cli(l)),
            code: d.fact.code(),
            told: l.pick(
                format!("{day}起可能达到{}", line_words(l, d.line)),
                format!("{} may be reached since {day}", line_words(l, d.line)),
            ),
            already: already.collect(),
            closed: d
                .closed
                .as_ref()
                .map(|(at, by, words)| format!("{} {}：{words}", l.date(guosuo_rules::time::cst_date(*at)).words, by.name))
                .unwrap_or_default(),
        }
    });
    rows.collect()
}

async fn render(cx: &Cx, mut form: Form, asked: Option<&str>, mut status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let actor = cx.actor()?;
    let found = acts::record(cx).await?;
    let none = Exports { org: actor.org.clone(), flows: vec![], reports: vec![], dossiers: vec![], texts: vec![] };
    let e = found.as_ref().map_or(&none, |r| &r.state);
    let this = cx.today().year();
    let mut years = e.years();
    if !years.contains(&this) {
        years.insert(0, this);
    }
    let wanted = asked.filter(|text| !text.is_empty());
    let found_year = wanted.and_then(|text| years.iter().copied().find(|y| y.to_string() == text));
    if let (Some(text), None) = (wanted, found_year) {
        let text: String = text.chars().take(20).collect();
        let list: Vec<String> = years.iter().map(ToString::to_string).collect();
        let why = l.pick(
            format!("台账里没有“{text}”年。有人数的年份：{}；下面是{this}年。", list.join("、")),
            format!("The ledger has no year “{text}”. It has: {}. What follows is {this}.", list.join(", ")),
        );
        form.fail("", why);
        status = StatusCode::NOT_FOUND;
    }
    let year = found_year.unwrap_or(this);
    let y = match &found {
        Some(record) => record.year(&cx.app, year).await?,
        None => None,
    };
    let choices = e
        .flows
        .iter()
        .filter(|f| f.ended.is_none() || year == this)
        .map(|f| Choice::new(f.number.to_string(), f.facts.name.clone()));
    let view = Page {
        shell: Shell::new(&cx.screen, Front::Processor, l.t("出境台账", "Yearly ledger of exports"))
            .at("preparing")
            .for_form(&form),
        l,
        form,
        action: l.href("/processor/ledger/reports"),
        years: years.iter().map(|n| (l.href(format!("/processor/ledger?year={n}")), n.to_string(), *n == year)).collect(),
        year,
        totals: y.as_ref().map(|y| vec![total(l, &y.non_sensitive, year), total(l, &y.sensitive, year)]).unwrap_or_default(),
        tasks: y.as_ref().map(|y| y.tasks.iter().map(|t| task(l, t)).collect()).unwrap_or_default(),
        flows: flow_rows(l, e, y.as_deref()),
        choices: choices.collect(),
        reports: report_rows(l, e),
        dossiers: dossier_rows(l, e),
        new_flow: l.href("/processor/ledger/flows/new"),
        dossier_action: l.href("/processor/ledger/dossiers"),
        can_report: guosuo_case::Right::FlowsDeclare.held_by(actor),
        can_close: guosuo_case::Right::ApplicationSubmit.held_by(actor),
    };
    page(status, &view)
}

/// `GET /processor/ledger`.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn show(cx: Cx, Query(q): Query<Asked>) -> Result<Response, Error> {
    render(&cx, Form::new(), q.year.as_deref(), StatusCode::OK).await
}

/// `POST /processor/ledger/reports`: a file of numbers or keyed values, read while it arrives.
///
/// # Errors
/// [`Error::TooLarge`]; faults of the store. What a person can put right re-renders the page.
pub(super) async fn upload(cx: Cx, form: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let sent = sheet::receive(&cx, form).await?;
    let mut form = Form::from_pairs(sent.fields);
    let Some((name, read)) = sent.file else {
        form.fail("file", l.t("先选择CSV文件。", "Choose a CSV file first."));
        return render(&cx, form, None, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let count = match read.finish(form.trimmed("key")) {
        Ok(count) => count,
        Err(why) => {
            form.fail("file", why);
            return render(&cx, form, None, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let flow = form.trimmed("flow").parse().unwrap_or(0);
    let command = Command::Report { flow, count: Box::new(count), source: name };
    match acts::act_on_exports(&cx, command).await? {
        Ok(_) => Ok(Flash::good(l.t("已记入台账。", "Recorded in the ledger.")).to(l, "/processor/ledger")),
        Err(r) => {
            let field = match &r.code {
                RefusalCode::Exports { fault } => match **fault {
                    Fault::KeyUnfit => "key",
                    Fault::UnknownFlow => "flow",
                    _ => "file",
                },
                _ => "file",
            };
            form.fail(field, words::refusal(l, &r));
            render(&cx, form, None, refusal_status(&r)).await
        }
    }
}

async fn done(cx: &Cx, command: Command, good: &str) -> Result<Response, Error> {
    let l = cx.l();
    Ok(match acts::act_on_exports(cx, command).await? {
        Ok(_) => Flash::good(good).to(l, "/processor/ledger"),
        Err(r) => Flash::bad(words::refusal(l, &r)).to(l, "/processor/ledger"),
    })
}

/// `POST /processor/ledger/reports/{n}/void`.
///
/// # Errors
/// Faults of the store.
pub(super) async fn void(cx: Cx, Path(n): Path<u32>, form: Form) -> Result<Response, Error> {
    let command = Command::VoidReport { report: n, reason: form.value("reason").to_owned() };
    done(&cx, command, cx.l().t("这次上报已作废，不再计入。", "The report is void and counts no more.")).await
}

/// `POST /processor/ledger/dossiers`.
///
/// # Errors
/// Faults of the store.
pub(super) async fn close(cx: Cx, form: Form) -> Result<Response, Error> {
    let fact = Fact::from_code(form.trimmed("fact")).ok_or(Error::NotFound)?;
    let year = form.trimmed("year").parse().unwrap_or(0);
    let command = Command::CloseDossier { year, fact, words: form.value("words").to_owned() };
    done(&cx, command, cx.l().t("已记录怎么办的。", "What was done is recorded.")).await
}
