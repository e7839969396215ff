//! Which way may personal information leave? The self-check: one question per page, no sign-in, nothing stored.
//!
//! The law is `guosuo_rules::path`, its words are `guosuo_cli::path_words`; here are the pages around them and the
//! interface for programs. The answers stand in the address, so that a result can be kept, printed and opened again.

pub mod api;
pub mod ask;
pub mod check;
pub mod result;
pub mod start;

mod answers;
mod number;
mod question;
mod steps;
mod words;

use guosuo_case::Right;
use guosuo_rules::article::Article;
use jiff::civil::Date;

use crate::app::Cx;
use crate::router::Routes;
use crate::web::components::Link;
use crate::web::{Form, Front, Lang, Shell};

pub(crate) use answers::{Answers, FlowAnswers, MOST_FLOWS};
pub(crate) use number::people;
use question::Question;
pub(crate) use words::{Kind, Wording, sentence, tools, wording};

/// Fields of an address, in order.
pub(crate) type Fields = Vec<(String, String)>;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    r.get("/path", Right::PublicRead, start::show)
        .get("/path/check", Right::PublicRead, check::show)
        .get("/path/result", Right::PublicRead, result::show)
        .get("/path/{question}", Right::PublicRead, ask::show)
        .post("/api/v1/path", Right::PublicRead, api::decide)
        .get("/api/v1/path/schema", Right::PublicRead, api::schema)
        .get("/help/path", Right::PublicRead, api::help)
}

/// The name of the self-check.
fn name(l: Lang) -> &'static str {
    l.t("出境路径自查", "Export path check")
}

/// The frame of a page of the self-check. Pages with answers in their address are not for search engines.
fn shell(cx: &Cx, title: impl Into<String>) -> Shell {
    let mut shell = Shell::new(&cx.screen, Front::Public, title).at("path").crumb("/path", name(cx.l()));
    shell.index = false;
    shell
}

/// Articles as links to their official text, in the language of the page.
fn cited<'a>(l: Lang, articles: impl Iterator<Item = &'a Article>) -> Vec<Link> {
    let cite = |article: &Article| l.pick(article.cite_zh(), article.cite_en());
    ask::each_once(articles).into_iter().map(|a| Link::new(a.instrument.address(), cite(a))).collect()
}

/// The complete answers of an address, or the address of the question that lacks one or has a wrong one.
fn complete(l: Lang, today: Date, fields: Fields) -> Result<Answers, String> {
    let mut form = Form::from_pairs(fields);
    let answers = Answers::read(&mut form, l, today);
    let wrong = form.errors().iter().next().map(|(field, _)| field.clone());
    if let Some(field) = wrong {
        let all = [Question::Organ, Question::Ciio, Question::Handled, Question::On, Question::Totals];
        let flows = (1..=answers.flows.len()).flat_map(Question::of_flow);
        if let Some(question) = all.into_iter().chain(flows).find(|question| question.fields().contains(&field)) {
            let typed: Vec<(String, String)> = question
                .fields()
                .into_iter()
                .map(|field| {
                    let value = form.value(&field).to_owned();
                    (field, value)
                })
                .collect();
            let mut more: Vec<(&str, String)> = typed.iter().map(|(field, value)| (field.as_str(), value.clone())).collect();
            more.push(("n", question.flow().to_string()));
            return Err(l.href(answers.address(&format!("/path/{}", question.name()), &more)));
        }
    }
    let answers = answers.normalised(today);
    match answers.next(today) {
        Some(question) => Err(l.href(question.address(&answers))),
        None => Ok(answers),
    }
}
