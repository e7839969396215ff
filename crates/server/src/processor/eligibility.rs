//! `/processor/applications/{id}/eligibility`: the facts that decide which way information may leave
//! (M 5), with their evidence. The same questions and the same engine as the public self-check; the
//! path is computed, never stated.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::{Action, Eligibility, Field, Problem};
use guosuo_cli::path_words;
use guosuo_rules::path;

use super::case::{self, Case, Task};
use super::document::{self, DocField};
use crate::app::Cx;
use crate::body::case::page;
use crate::body::keep;
use crate::error::Error;
use crate::path::{Answers, Kind, MOST_FLOWS, Wording, sentence, tools, wording};
use crate::web::components::{Choice, Fact};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};

/// Most documents of evidence.
pub(super) const MOST_EVIDENCE: usize = 5;

struct Asked {
    id: String,
    title: String,
    help: String,
    choices: Vec<Choice>,
    numbers: Vec<(String, String, String)>,
    text: String,
    article: String,
}

#[derive(Template)]
#[template(path = "processor/eligibility.html")]
struct Page {
    shell: Shell,
    l: Lang,
    blocked: String,
    form: Form,
    base: String,
    version: u32,
    asked: Vec<Asked>,
    result: Vec<Fact>,
    evidence: Vec<DocField>,
    note: bool,
    more: bool,
    can_save: bool,
}

fn render(cx: &Cx, case: &Case, answers: &Answers, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let asked = answers
        .questions(case.today)
        .into_iter()
        .map(|q| {
            let Wording { title, help, kind, articles, .. } = wording(l, q, answers, case.today);
            let fields = q.fields();
            let id = fields.first().cloned().unwrap_or_default();
            let (mut choices, mut numbers, mut text) = (Vec::new(), Vec::new(), String::new());
            match kind {
                Kind::Choices(c) => choices = c,
                Kind::Numbers(labels) => {
                    numbers = fields.into_iter().zip(labels).map(|(id, (label, hint))| (id, label, hint)).collect();
                }
                Kind::Text(label, ..) => label.clone_into(&mut text),
            }
            let article = articles.first().map(|a| l.pick(a.cite_zh(), a.cite_en())).unwrap_or_default();
            Asked { id, title, help: help.join(l.t("", " ")), choices, numbers, text, article }
        })
        .collect();
    let stored = case.dossier().form.eligibility.as_ref();
    let result = stored.map(|e| result(l, e)).unwrap_or_default();
    let kept = stored.map(|e| e.evidence.as_slice()).unwrap_or_default();
    let shown = (kept.len() + 1).min(MOST_EVIDENCE);
    let evidence = (0..shown)
        .map(|i| {
            let label = l.pick(format!("证明文件{}", i + 1), format!("Evidence {}", i + 1));
            let hint = if i == 0 {
                l.t(
                    "例如人数统计、自贸试验区清单、有关规定。",
                    "Such as the count of people, the list of a zone, the provision relied on.",
                )
            } else {
                l.t("没有更多的可以不填。", "Leave empty if there are no more.")
            };
            DocField::new(cx, case, &format!("evidence{i}"), &label, hint, kept.get(i))
        })
        .collect();
    let view = Page {
        shell: case::shell(cx, case, Task::Eligibility.name(l)).for_form(&form),
        l,
        blocked: case.blocked(cx, Action::SaveForm)?,
        base: l.href(case.path("")),
        version: case.dossier().form_rev,
        asked,
        note: !result.is_empty(),
        result,
        evidence,
        more: answers.flows.len() < MOST_FLOWS,
        can_save: case.can(Action::SaveForm),
        form,
    };
    page(status, &view)
}

/// What the engine says of the stored answers.
pub(super) fn result(l: Lang, e: &Eligibility) -> Vec<Fact> {
    let Ok(decision) = path::answer(&e.answers) else { return Vec::new() };
    let cited: Vec<String> = decision.articles.iter().map(|a| l.pick(a.cite_zh(), a.cite_en())).collect();
    vec![
        Fact::new(l.t("计算结果", "What follows"), sentence(path_words::path(decision.path, tools(l))))
            .note(cited.join(l.t("；", "; "))),
        Fact::new(
            l.t("自1月1日起累计人数", "People since 1 January"),
            l.pick(
                format!("非敏感{}人，敏感{}人", l.number(decision.counts.non_sensitive), l.number(decision.counts.sensitive)),
                format!(
                    "{} non-sensitive, {} sensitive",
                    l.number(decision.counts.non_sensitive),
                    l.number(decision.counts.sensitive)
                ),
            ),
        ),
    ]
}

fn filled(case: &Case) -> (Answers, Form) {
    let Some(e) = &case.dossier().form.eligibility else { return (Answers::with_one_flow(), Form::new()) };
    let answers = Answers::of(&e.answers);
    let mut form = Form::from_pairs(answers.pairs()).with("note", e.note.clone());
    for (i, d) in e.evidence.iter().enumerate() {
        form = document::typed(form, &format!("evidence{i}"), Some(d));
    }
    (answers, form)
}

fn at(p: &Problem) -> String {
    match p.field {
        Field::EligibilityEvidence => "evidence0_file".to_owned(),
        Field::EligibilityNote => "note".to_owned(),
        _ => String::new(),
    }
}

/// `GET`.
///
/// # Errors
/// [`Error::NotFound`] for an application that concerns others.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let case = case::draft(&cx, &id).await?;
    let (answers, form) = filled(&case);
    render(&cx, &case, &answers, form, StatusCode::OK)
}

/// `POST`: saves when every question that arises is answered; else it asks on.
///
/// # Errors
/// As [`show`]; faults of the store.
pub(super) async fn save(cx: Cx, Path(id): Path<String>, sent: Multipart) -> Result<Response, Error> {
    let l = cx.l();
    let case = case::draft(&cx, &id).await?;
    let mut sent = keep::read(&cx, sent).await?;
    let mut form = Form::from_pairs(std::mem::take(&mut sent.fields));
    let mut answers = Answers::read(&mut form, l, case.today);
    let old = case.dossier().form.eligibility.clone();
    let mut evidence = Vec::new();
    for i in 0..MOST_EVIDENCE {
        let before = old.as_ref().and_then(|e| e.evidence.get(i));
        evidence.extend(document::receive(&cx, &case, &mut sent, &mut form, &format!("evidence{i}"), before).await?);
    }
    if form.value("then") == "flow" && answers.flows.len() < MOST_FLOWS {
        answers.flows.push(crate::path::FlowAnswers::default());
        return render(&cx, &case, &answers, form, StatusCode::OK);
    }
    if let Some(open) = answers.questions(case.today).into_iter().find(|q| !answers.has(*q)) {
        for q in answers.questions(case.today) {
            let field = q.fields().first().cloned().unwrap_or_default();
            if !answers.has(q) && !form.bad(&field) {
                let missing = wording(l, q, &answers, case.today).missing;
                form.fail(field, missing);
            }
        }
        tracing::debug!(question = open.name(), "a question is open");
        return render(&cx, &case, &answers, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    if !form.ok() {
        return render(&cx, &case, &answers, form, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let eligibility = Eligibility { answers: answers.case(case.today), evidence, note: form.trimmed("note").to_owned() };
    let whole = guosuo_case::certification::Form { eligibility: Some(eligibility), ..case.dossier().form.clone() };
    if let Some((case, status)) = case::saved(&cx, &case, whole, &mut form).await? {
        return render(&cx, &case, &answers, form, status);
    }
    let case = case::load(&cx, &id).await?;
    let (answers, mut form) = filled(&case);
    case::mark(l, &case, Task::Eligibility, &mut form, at);
    if form.ok() {
        let told = l.t("适用条件已保存，应当适用认证。", "Saved: certification applies.");
        return Ok(Flash::good(told).to(l, &case.path("")));
    }
    render(&cx, &case, &answers, form, StatusCode::UNPROCESSABLE_ENTITY)
}
