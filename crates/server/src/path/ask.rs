//! `GET /path/{question}`: one question, and the way on when it was answered.
//!
//! The form is sent by GET: the answers stand in the address, the way back is the browser's, and nothing is stored.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse, Redirect, Response};
use guosuo_rules::article::Article;

use super::answers::Answers;
use super::check::term;
use super::question::Question;
use super::words::{Kind, flow_name, wording};
use super::{Fields, cited, shell};
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Choice, Link};
use crate::web::{Form, Lang, Shell};

/// One box for a number.
struct Number {
    id: String,
    label: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "path/question.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    action: String,
    back: String,
    caption: String,
    hidden: Vec<(String, String)>,
    help: Vec<String>,
    points: Vec<&'static str>,
    more: Option<(&'static str, Vec<&'static str>)>,
    id: String,
    choices: Vec<Choice>,
    numbers: Vec<Number>,
    text: Option<(&'static str, &'static str, &'static str)>,
    articles: Vec<Link>,
}

/// The number of the flow in an address.
fn flow_of(form: &Form) -> usize {
    if form.values("n").is_empty() { 1 } else { form.trimmed("n").parse().unwrap_or(0) }
}

/// One question.
///
/// # Errors
/// [`Error::NotFound`] for a question that does not exist.
pub async fn show(cx: Cx, Path(name): Path<String>, Query(fields): Query<Fields>) -> Result<Response, Error> {
    let (l, today) = (cx.l(), cx.today());
    let mut sent = Form::from_pairs(fields);
    let question = Question::from(&name, flow_of(&sent)).ok_or(Error::NotFound)?;
    // A day that is left empty is today, which is no answer to keep.
    if question == Question::On && sent.date_is_empty("on") && !sent.values("on").is_empty() {
        sent.set("on", today.to_string());
    }
    let answers = Answers::read(&mut sent, l, today);
    let answered = sent.has("go", "1");
    let words = wording(l, question, &answers, today);
    let form = own(question, &sent, &answers, answered.then_some(words.missing)).told(l, words.articles.first());
    if answered && form.ok() {
        let answers = kept_today(answers, question, today).normalised(today);
        let next = next_address(&answers, today);
        return Ok(Redirect::to(&l.href(next)).into_response());
    }
    page(&cx, question, &answers, form)
}

/// Today is the rule and stands in no answer, so that the address stays true tomorrow.
fn kept_today(mut answers: Answers, question: Question, today: jiff::civil::Date) -> Answers {
    if question == Question::On && answers.on == Some(today) {
        answers.on = None;
    }
    answers
}

/// Where to go from here: the next question, or the list of answers.
pub(crate) fn next_address(answers: &Answers, today: jiff::civil::Date) -> String {
    answers.next(today).map_or_else(|| answers.address("/path/check", &[]), |question| question.address(answers))
}

/// The fields of this question alone, as they were typed, with their errors. `missing` says what to do about fields
/// that were not sent with an answer.
fn own(question: Question, sent: &Form, answers: &Answers, missing: Option<&str>) -> Own {
    let mut form = Form::new();
    let mut wrong = Vec::new();
    for field in question.fields() {
        if let Some(value) = sent.values(&field).first() {
            form.set(&field, value.as_str());
        }
        if sent.bad(&field) {
            wrong.push((field.clone(), sent.error(&field).to_owned()));
        }
    }
    if question == Question::Totals && form.has("all", "unknown") {
        form.set("all", "");
    }
    if let Some(missing) = missing
        && wrong.is_empty()
        && !answers.has(question)
    {
        let field = question.fields().into_iter().find(|field| sent.trimmed(field).is_empty()).unwrap_or_default();
        wrong.push((field, missing.to_owned()));
    }
    Own { form, wrong }
}

/// The fields of one question, and what is wrong with them.
struct Own {
    form: Form,
    wrong: Vec<(String, String)>,
}

impl Own {
    /// Puts each fault at its field, with the article that asks.
    fn told(mut self, l: Lang, article: Option<&Article>) -> Form {
        for (field, message) in self.wrong {
            let message = match article {
                None => message,
                Some(article) => l.pick(
                    format!("{}（{}）。", message.trim_end_matches('。'), article.cite_zh()),
                    format!("{} ({}).", message.trim_end_matches('.'), article.cite_en()),
                ),
            };
            self.form.fail(field, message);
        }
        self.form
    }
}

fn page(cx: &Cx, question: Question, answers: &Answers, form: Form) -> Result<Response, Error> {
    let (l, today) = (cx.l(), cx.today());
    let words = wording(l, question, answers, today);
    let fields = question.fields();
    let mut numbers = Vec::new();
    let (mut choices, mut text) = (Vec::new(), None);
    match words.kind {
        Kind::Choices(given) => choices = given,
        Kind::Numbers(given) => {
            numbers = fields.iter().cloned().zip(given).map(|(id, (label, hint))| Number { id, label, hint }).collect();
        }
        Kind::Text(label, hint, width) => text = Some((label, hint, width)),
    }
    let caption = match question {
        Question::Organ | Question::Ciio | Question::Handled | Question::On | Question::Totals => String::new(),
        _ if answers.flows.len() == 1 && question.flow() == 1 => String::new(),
        _ => flow_name(l, answers, question.flow()),
    };
    let mut hidden = answers.pairs();
    hidden.retain(|(name, _)| !fields.contains(name));
    if question.flow() > 1 {
        hidden.push(("n".to_owned(), question.flow().to_string()));
    }
    let page = Page {
        shell: shell(cx, words.title).here(term(l, question)).for_form(&form),
        l,
        action: l.href(format!("/path/{}", question.name())),
        back: l.href(back(answers, question, today)),
        caption,
        hidden,
        help: words.help,
        points: words.points,
        more: words.more,
        id: fields.into_iter().next().unwrap_or_default(),
        choices,
        numbers,
        text,
        articles: cited(l, words.articles.iter()),
        form,
    };
    Ok((page.form.status(), Html(page.render()?)).into_response())
}

/// The question before this one, or the list of answers when all are there.
fn back(answers: &Answers, question: Question, today: jiff::civil::Date) -> String {
    let all = answers.questions(today);
    if answers.next(today).is_none() {
        return answers.address("/path/check", &[]);
    }
    let before = all.iter().position(|q| *q == question).and_then(|at| at.checked_sub(1)).and_then(|at| all.get(at));
    before.map_or_else(|| answers.address("/path", &[]), |q| q.address(answers))
}

/// The articles of a list, each once.
pub(crate) fn each_once<'a>(articles: impl Iterator<Item = &'a Article>) -> Vec<&'a Article> {
    let mut seen: Vec<&Article> = Vec::new();
    for article in articles {
        if !seen.contains(&article) {
            seen.push(article);
        }
    }
    seen
}
