//! `GET /path/check`: all answers on one page before the result, each with the way to change it.

use askama::Template;
use axum::extract::Query;
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_rules::path::Counts;
use jiff::civil::Date;

use super::answers::{Answers, MOST_FLOWS, Totals};
use super::question::Question;
use super::words::{Kind, flow_name, wording};
use super::{Fields, complete, shell};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::Fact;
use crate::web::{Lang, Shell};

/// The answers about one flow.
pub(crate) struct FlowPart {
    pub(crate) name: String,
    pub(crate) facts: Vec<Fact>,
    /// Address that leaves the flow out; empty for the only one.
    pub(crate) remove: String,
}

#[derive(Template)]
#[template(path = "path/check.html")]
struct Page {
    shell: Shell,
    l: Lang,
    whole: Vec<Fact>,
    flows: Vec<FlowPart>,
    result: String,
    another: String,
    most: usize,
}

/// The list of answers.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(cx: Cx, Query(fields): Query<Fields>) -> Result<Response, Error> {
    let (l, today) = (cx.l(), cx.today());
    let answers = match complete(l, today, fields) {
        Ok(answers) => answers,
        Err(way) => return Ok(Redirect::to(&way).into_response()),
    };
    let another = answers.flows.len() + 1;
    let page = Page {
        shell: shell(&cx, l.t("核对您的答案", "Check your answers")),
        l,
        whole: whole(l, &answers, today),
        flows: flows(l, &answers, today),
        result: l.href(answers.address("/path/result", &[])),
        another: if another > MOST_FLOWS { String::new() } else { l.href(Question::Name(another).address(&answers)) },
        most: MOST_FLOWS,
    };
    Ok(Html(page.render()?).into_response())
}

/// The answers about the exporter, the totals and the day.
pub(crate) fn whole(l: Lang, answers: &Answers, today: Date) -> Vec<Fact> {
    let mut facts: Vec<Fact> = answers
        .questions(today)
        .into_iter()
        .filter(|question| matches!(question, Question::Organ | Question::Ciio | Question::Handled | Question::Totals))
        .map(|question| fact(l, question, answers, today))
        .collect();
    facts.push(fact(l, Question::On, answers, today));
    facts
}

/// The answers about each flow.
pub(crate) fn flows(l: Lang, answers: &Answers, today: Date) -> Vec<FlowPart> {
    let asked = answers.questions(today);
    (1..=answers.flows.len())
        .map(|n| {
            let shown =
                |question: &Question| *question == Question::Name(n) || asked.contains(question) || answers.has(*question);
            let facts = Question::of_flow(n).into_iter().filter(shown).map(|q| fact(l, q, answers, today)).collect();
            let remove =
                if answers.flows.len() > 1 { l.href(answers.without_flow(n).address("/path/check", &[])) } else { String::new() };
            FlowPart { name: flow_name(l, answers, n), facts, remove }
        })
        .collect()
}

fn fact(l: Lang, question: Question, answers: &Answers, today: Date) -> Fact {
    let change = l.href(question.address(answers));
    let (value, note) = told(l, question, answers, today);
    Fact::new(term(l, question), value).note(note).link(change, l.t("修改", "Change"))
}

/// The short name of a question.
pub(crate) fn term(l: Lang, question: Question) -> &'static str {
    match question {
        Question::Organ => l.t("国家机关", "State organ"),
        Question::Ciio => l.t("关键信息基础设施运营者", "Critical infrastructure operator"),
        Question::Handled => l.t("处理个人信息的人数", "People handled"),
        Question::On => l.t("规定的日期", "Rules of"),
        Question::Totals => l.t("各项业务去重后的总数", "Distinct total of all flows"),
        Question::Name(_) => l.t("业务名称", "Name of the flow"),
        Question::Export(_) => l.t("有没有数据出境", "Data are exported"),
        Question::Important(_) => l.t("重要数据", "Important data"),
        Question::Exempt(_) => l.t("豁免情形", "Exempt scenario"),
        Question::Zone(_) => l.t("自由贸易试验区", "Free trade zone"),
        Question::Treaty(_) => l.t("国际条约、协定", "Treaty or agreement"),
        Question::People(_) => l.t("累计出境人数", "People so far"),
    }
}

/// Two counts in words.
pub(crate) fn counts(l: Lang, counts: Counts) -> (String, String) {
    let (non_sensitive, sensitive) = (l.number(counts.non_sensitive), l.number(counts.sensitive));
    (
        l.pick(format!("不含敏感：{non_sensitive}人"), format!("Non-sensitive: {non_sensitive}")),
        l.pick(format!("敏感：{sensitive}人"), format!("Sensitive: {sensitive}")),
    )
}

/// An answer in words, and a quieter line.
fn told(l: Lang, question: Question, answers: &Answers, today: Date) -> (String, String) {
    let plain = |text: String| (text, String::new());
    match question {
        Question::On => {
            let day = answers.day(today);
            let note = if day == today { l.t("今天", "Today") } else { l.t("不是今天的规定", "Not the rules of today") };
            (l.date(day).words, note.to_owned())
        }
        Question::Handled => plain(answers.handled.map(|count| l.number(count)).unwrap_or_default()),
        Question::Totals => match answers.totals {
            Some(Totals::Known(totals)) => counts(l, totals),
            _ => plain(l.t("不知道", "Not known").to_owned()),
        },
        Question::People(n) => answers.flows[n - 1].people.map(|people| counts(l, people)).unwrap_or_default(),
        Question::Name(n) => plain(flow_name(l, answers, n)),
        _ => {
            let value = question
                .fields()
                .first()
                .and_then(|field| answers.pairs().into_iter().find(|(name, _)| name == field).map(|(_, value)| value));
            let Kind::Choices(choices) = wording(l, question, answers, today).kind else { return plain(String::new()) };
            plain(
                choices
                    .into_iter()
                    .find(|c| Some(c.value.as_ref()) == value.as_deref())
                    .map(|c| c.label.into_owned())
                    .unwrap_or_default(),
            )
        }
    }
}
