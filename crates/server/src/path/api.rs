//! `POST /api/v1/path`: facts in, decision out, in the shape of the command `guosuo path`; its schema and its help page.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_cli::path_facts::{Facts, Fault, line, schema as facts_schema};
use serde_json::{Value, json};

use super::name;
use super::words::tools;
use crate::app::Cx;
use crate::error::Error;
use crate::web::{Front, Lang, Shell};

/// Largest question that is read, in bytes.
const LARGEST: usize = 256 << 10;

/// The language of an answer: that of the address, or for `/api/…` English when the program asks for it first.
fn language(cx: &Cx, headers: &HeaderMap) -> Lang {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = asked.split([',', ';']).next().unwrap_or_default().trim().to_ascii_lowercase();
    if cx.l() == Lang::En || first == "en" || first.starts_with("en-") { Lang::En } else { Lang::Zh }
}

fn answer(l: Lang, status: StatusCode, kind: &'static str, body: &Value) -> Response {
    let mut response =
        (status, [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], body.to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(l.tag()));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

/// What is wrong, fact by fact, as problem+json.
fn problem(l: Lang, status: StatusCode, faults: &[Fault]) -> Response {
    let errors: Vec<Value> = faults
        .iter()
        .map(|fault| {
            let citation = fault.article.as_ref().map(|a| l.pick(a.cite_zh(), a.cite_en()));
            json!({ "field": fault.field, "message": fault.message, "article": fault.article, "citation": citation })
        })
        .collect();
    let body = json!({
        "type": "about:blank",
        "title": l.t("事实有误", "The facts cannot be used"),
        "status": status.as_u16(),
        "code": "facts_wrong",
        "detail": line(faults, tools(l)),
        "errors": errors,
    });
    answer(l, status, "application/problem+json", &body)
}

/// The decision on one set of facts. Absent facts are assumed and named in `assumed`; `as_of` asks the law of a past day.
///
/// # Errors
/// [`Error::TooLarge`] for a body above 256 KiB; wrong facts answer 422 with each of them.
pub async fn decide(cx: Cx, request: Request) -> Result<Response, Error> {
    let l = language(&cx, request.headers());
    let Ok(body) = axum::body::to_bytes(request.into_body(), LARGEST).await else {
        return Err(Error::TooLarge { max_mib: 0 });
    };
    let Ok(text) = std::str::from_utf8(&body) else {
        let message = l.t("正文应为 UTF-8 编码的 JSON", "the body must be JSON in UTF-8").to_owned();
        return Ok(problem(l, StatusCode::BAD_REQUEST, &[Fault { field: String::new(), message, article: None }]));
    };
    let found = Facts::parse(text, tools(l)).and_then(|facts| facts.answer(cx.today(), None, tools(l)));
    Ok(match found {
        Ok((_, value)) => answer(l, StatusCode::OK, "application/json", &value),
        Err(faults) => {
            let whole = faults.iter().all(|fault| fault.field.is_empty());
            problem(l, if whole { StatusCode::BAD_REQUEST } else { StatusCode::UNPROCESSABLE_ENTITY }, &faults)
        }
    })
}

/// `GET /api/v1/path/schema`: the facts as JSON Schema.
///
/// # Errors
/// None; the type is that of all handlers.
pub async fn schema(cx: Cx, headers: HeaderMap) -> Result<Response, Error> {
    let l = language(&cx, &headers);
    Ok(answer(l, StatusCode::OK, "application/schema+json", &facts_schema(tools(l))))
}

/// One fact in the help page.
struct Row {
    name: String,
    words: String,
    values: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "path/help.html")]
struct Page {
    shell: Shell,
    l: Lang,
    rows: Vec<Row>,
    question: String,
    reply: String,
}

/// `GET /help/path`: the interface in words, from the same schema.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn help(cx: Cx) -> Result<Response, Error> {
    let l = cx.l();
    let schema = facts_schema(tools(l));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, fact)| {
            let codes = fact["oneOf"].as_array().into_iter().flatten().filter(|one| one["const"].is_string());
            let codes = codes.map(|one| (text(&one["const"]), text(&one["title"])));
            Row { name: name.clone(), words: text(&fact["description"]), values: codes.collect() }
        })
        .collect();
    let facts = Facts { non_sensitive: Some(99_999), sensitive: Some(0), ..Facts::default() };
    let reply = facts.answer(cx.today(), None, tools(l)).map(|(_, value)| value).unwrap_or_default();
    let question = json!({ "non_sensitive": 99_999, "sensitive": 0 }).to_string();
    let shell = Shell::new(&cx.screen, Front::Public, l.t("出境路径接口", "The export path for programs"))
        .at("path")
        .crumb("/path", name(l));
    let reply = serde_json::to_string_pretty(&reply).unwrap_or_default();
    Ok(Html(Page { shell, l, rows, question, reply }.render()?).into_response())
}
