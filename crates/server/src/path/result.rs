//! `GET /path/result`: the answer, why, how near the next line is, and the way to open the same result again.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_cli::path_words;
use guosuo_rules::article::Article;
use guosuo_rules::path::{Change, ChangeTo, Decision, Fact as Told, Law, Open, Path, Step as Tried, decide};
use jiff::civil::Date;

use super::answers::Answers;
use super::check::{self, FlowPart};
use super::words::{flow_name, sentence, tools};
use super::{Fields, cited, complete, shell, steps};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Fact, Link, Tone};
use crate::web::qr::Qr;
use crate::web::{Lang, Shell};

/// One test that was made.
struct Made {
    words: String,
    holds: bool,
    articles: String,
}

/// The tests of one flow, or of all together.
struct Trace {
    name: String,
    /// What came of it.
    outcome: String,
    rows: Vec<Made>,
}

/// A number that a count was measured against.
struct Line {
    fact: String,
    count: String,
    line: String,
    reached: bool,
    article: String,
}

/// A thing to do, with its articles and a page.
struct Todo {
    words: &'static str,
    articles: Vec<Link>,
    page: Option<Link>,
}

#[derive(Template)]
#[template(path = "path/result.html")]
struct Page {
    shell: Shell,
    l: Lang,
    code: &'static str,
    tone: Tone,
    title: String,
    sub: String,
    reason: String,
    articles: Vec<Link>,
    counts: Option<(String, String)>,
    /// The counts are the sum of flows that may share people.
    most: bool,
    todo: Vec<Todo>,
    traces: Vec<Trace>,
    lines: Vec<Line>,
    changes: Vec<String>,
    several: bool,
    open: Vec<String>,
    law: Vec<Fact>,
    law_articles: Vec<Link>,
    under_today: String,
    whole: Vec<Fact>,
    flows: Vec<FlowPart>,
    answers: String,
    address: String,
    code_drawing: Qr,
    side: usize,
    again: String,
    printed: String,
}

/// The result.
///
/// # Errors
/// When the law of the day is not known or the page cannot be rendered.
pub async fn show(cx: Cx, headers: HeaderMap, Query(fields): Query<Fields>) -> Result<Response, Error> {
    let (l, today) = (cx.l(), cx.today());
    let answers = match complete(l, today, fields) {
        Ok(answers) => answers,
        Err(way) => return Ok(Redirect::to(&way).into_response()),
    };
    let case = answers.case(today);
    let unknown = |e: guosuo_rules::path::NoLaw| Error::Fault(e.into());
    let decision = decide(&case).map_err(unknown)?;
    let law = Law::on(case.on).map_err(unknown)?;
    // The day is pinned: the same address gives the same result in later years.
    let pinned = Answers { on: Some(case.on), ..answers.clone() };
    let own = l.href(pinned.address("/path/result", &[]));
    let (address, drawing) = absolute(&cx, &headers, &own, &pinned)?;
    let title = sentence(path_words::path(decision.path, tools(l)));
    let day = l.date(case.on).words;
    let mut shell = shell(&cx, l.pick(format!("自查结果：{title}"), format!("Result: {title}"))).here(l.t("结果", "Result"));
    shell.path.clone_from(&pinned.address("/path/result", &[]));
    let side = if drawing.size > 60 { 300 } else { 220 };
    let page = Page {
        shell,
        l,
        code: decision.path.code(),
        tone: steps::tone(decision.path),
        title,
        sub: l.pick(format!("按{day}有效的规定"), format!("Under the rules in force on {day}")),
        reason: reason(l, &answers, &decision),
        articles: cited(l, decision.articles.iter()),
        counts: (!decision.boundaries.is_empty()).then(|| check::counts(l, decision.counts)),
        most: decision.open_in_law.contains(&Open::OverlapOfFlows),
        todo: todo(l, decision.path),
        traces: traces(l, &answers, &decision),
        lines: lines(l, &decision),
        changes: decision.would_change.iter().map(|change| changed(l, &decision, change)).collect(),
        several: case.flows.len() > 1,
        open: decision.open_in_law.iter().map(|&open| sentence(path_words::open(open, tools(l)))).collect(),
        law: law_facts(l, law, case.on),
        law_articles: cited(l, law.articles.iter()),
        under_today: if case.on == today {
            String::new()
        } else {
            l.href(Answers { on: None, ..answers.clone() }.address("/path/result", &[]))
        },
        whole: check::whole(l, &answers, today),
        flows: check::flows(l, &answers, today),
        answers: l.href(answers.address("/path/check", &[])),
        address,
        code_drawing: drawing,
        side,
        again: l.href("/path"),
        printed: l.moment(cx.now).words,
    };
    Ok(Html(page.render()?).into_response())
}

/// The address of the result with the name of the instance, and its code. Where names make it too long for a code,
/// they stay out: the result is the same without them.
fn absolute(cx: &Cx, headers: &HeaderMap, own: &str, pinned: &Answers) -> Result<(String, Qr), Error> {
    let origin = if cx.app.config.public_origin.is_empty() {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let plain = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
        format!("http://{}", if plain { host } else { "localhost" })
    } else {
        cx.app.config.public_origin.trim_end_matches('/').to_owned()
    };
    let address = format!("{origin}{own}");
    if address.len() <= 900 {
        return Ok((address.clone(), Qr::of(&address)?));
    }
    let mut nameless = pinned.clone();
    for flow in &mut nameless.flows {
        flow.name = Some(String::new());
    }
    let short = format!("{origin}{}", cx.l().href(nameless.address("/path/result", &[])));
    Ok((address, Qr::of(&short)?))
}

/// The test that decided, in words.
fn reason(l: Lang, answers: &Answers, decision: &Decision) -> String {
    let words = |step: &Tried| sentence(path_words::test(step.test, tools(l)));
    let of_whole = decision.steps.last().filter(|step| step.holds && step.articles == decision.articles);
    if let Some(step) = of_whole {
        return words(step);
    }
    let settled = decision.flows.iter().enumerate().find(|(_, flow)| flow.path == Some(decision.path));
    if let Some((at, flow)) = settled
        && let Some(step) = flow.steps.last()
    {
        let told = if step.holds { words(step) } else { l.t("没有数据出境", "Nothing is exported").to_owned() };
        return match answers.flows.len() {
            1 => told,
            _ => {
                l.pick(format!("{}：{told}", flow_name(l, answers, at + 1)), format!("{}: {told}", flow_name(l, answers, at + 1)))
            }
        };
    }
    if let Some(open) = decision.open_in_law.last().filter(|_| decision.path == Path::Review) {
        return sentence(path_words::open(*open, tools(l)));
    }
    decision.steps.iter().rev().find(|step| step.holds).map(words).unwrap_or_default()
}

fn todo(l: Lang, path: Path) -> Vec<Todo> {
    steps::next(l, path)
        .into_iter()
        .map(|step| Todo {
            words: step.words,
            articles: cited(l, step.articles.iter()),
            page: step.page.map(|(path, name)| Link::new(l.href(path), name)),
        })
        .collect()
}

fn traces(l: Lang, answers: &Answers, decision: &Decision) -> Vec<Trace> {
    let cite = |articles: &[Article]| {
        let cited: Vec<String> = articles.iter().map(|a| l.pick(a.cite_zh(), a.cite_en())).collect();
        cited.join(l.t("；", "; "))
    };
    let rows = |steps: &[Tried]| -> Vec<Made> {
        steps
            .iter()
            .map(|step| Made {
                words: sentence(path_words::test(step.test, tools(l))),
                holds: step.holds,
                articles: cite(&step.articles),
            })
            .collect()
    };
    let settled = |path: Option<Path>| match path {
        Some(path) => l.pick(
            format!("得出：{}", path_words::path(path, tools(l))),
            format!("This settles it: {}", path_words::path(path, tools(l))),
        ),
        None => l.t("没有一项单独得出结论，人数计入合计", "Nothing settles it alone; its people are counted").to_owned(),
    };
    let mut traces: Vec<Trace> = decision
        .flows
        .iter()
        .enumerate()
        .map(|(at, flow)| Trace { name: flow_name(l, answers, at + 1), outcome: settled(flow.path), rows: rows(&flow.steps) })
        .collect();
    if !decision.steps.is_empty() {
        let name = l.t("计入人数的业务合在一起", "The flows that count, together").to_owned();
        let outcome = l.pick(
            format!("结论：{}", path_words::path(decision.path, tools(l))),
            format!("Answer: {}", path_words::path(decision.path, tools(l))),
        );
        traces.push(Trace { name, outcome, rows: rows(&decision.steps) });
    }
    traces
}

fn lines(l: Lang, decision: &Decision) -> Vec<Line> {
    let lines = decision.boundaries.iter().map(|boundary| Line {
        fact: sentence(path_words::fact(boundary.fact, tools(l))),
        count: l.number(boundary.count),
        line: l.number(boundary.line),
        reached: boundary.reached,
        article: l.pick(boundary.article.cite_zh(), boundary.article.cite_en()),
    });
    lines.collect()
}

/// A change of one fact in a sentence.
fn changed(l: Lang, decision: &Decision, change: &Change) -> String {
    let fact = sentence(path_words::fact(change.fact, tools(l)));
    let answer = path_words::path(change.path, tools(l));
    if let (ChangeTo::Number(value), Some(distance)) = (change.value, change.distance) {
        let more = match change.fact {
            Told::Sensitive => value > decision.counts.sensitive,
            _ => value > decision.counts.non_sensitive,
        };
        let (value, distance) = (l.number(value), l.number(distance));
        return match (more, l) {
            (true, Lang::Zh) => format!("{fact}再多{distance}人，达到{value}人：{answer}"),
            (false, Lang::Zh) => format!("{fact}减少{distance}人，为{value}人：{answer}"),
            (true, Lang::En) => format!("{fact}: {distance} more, {value} in all: {answer}"),
            (false, Lang::En) => format!("{fact}: {distance} fewer, {value} in all: {answer}"),
        };
    }
    let value = match change.value {
        ChangeTo::Number(value) => l.number(value),
        ChangeTo::Truth(true) => l.t("是", "yes").to_owned(),
        ChangeTo::Truth(false) => l.t("不是", "no").to_owned(),
        ChangeTo::Ground(ground) => path_words::ground(ground, tools(l)).to_owned(),
        ChangeTo::Ftz(zone) => path_words::ftz(zone, tools(l)).to_owned(),
    };
    l.pick(format!("{fact}改为“{value}”：{answer}"), format!("{fact} becomes “{value}”: {answer}"))
}

fn law_facts(l: Lang, law: &Law, on: Date) -> Vec<Fact> {
    let mut span = l.pick(format!("自{}起", l.date(law.from).words), format!("from {}", l.date(law.from).words));
    if let Some(until) = law.until.and_then(|day| day.yesterday().ok()) {
        span = l.span(law.from, until);
    }
    if let Some(next) = &law.superseded_by {
        span = l.pick(format!("{span}，其后是{next}"), format!("{span}, then {next}"));
    }
    let version = Fact::new(l.t("参数版本", "Version"), &law.id).code().note(span);
    vec![version, Fact::new(l.t("判断日期", "Day of the rules"), l.date(on).words)]
}
