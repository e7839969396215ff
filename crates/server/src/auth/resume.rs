//! A form that arrives after the session has ended: nothing typed is lost. The answer carries
//! every field, so that after signing in (in a window of its own) it is sent from the same page.

use askama::Template;
use axum::extract::{FromRequest, Request};
use axum::http::{Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::error::Error;
use crate::web::lang::Screen;
use crate::web::{Form, Front, Lang, Shell};

/// Most bytes of a form that are carried along.
const MOST: usize = 1 << 20;

#[derive(Template)]
#[template(path = "auth/resume.html")]
struct Page {
    shell: Shell,
    l: Lang,
    action: String,
    fields: Vec<(String, String)>,
    typed: Vec<String>,
}

/// Whether a request is a form that a person has sent.
pub fn is_form(request: &Request) -> bool {
    let starts =
        |name, with: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.starts_with(with));
    request.method() == Method::POST
        && starts(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        && !starts(header::ACCEPT, "application/json")
}

/// The page that keeps the form; the plain 401 for one that is too large or holds a secret.
pub async fn keep(request: Request) -> Response {
    let path = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    let screen = request.extensions().get::<Screen>().cloned().unwrap_or_else(|| Screen::new(Lang::Zh, &path));
    if length.is_some_and(|n| n > MOST) {
        return Error::SignInNeeded.into_response();
    }
    let Ok(form) = Form::from_request(request, &()).await else { return Error::SignInNeeded.into_response() };
    let fields: Vec<(String, String)> = form.pairs().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let secret = |n: &str| n.contains("password") || n == "code" || n == "secret";
    if fields.iter().any(|(n, _)| secret(n)) || fields.iter().map(|(n, v)| n.len() + v.len()).sum::<usize>() > MOST {
        return Error::SignInNeeded.into_response();
    }
    let l = screen.lang;
    // What a person typed, without the keys and numbers that the page carried.
    let typed = fields
        .iter()
        .filter(|(n, v)| !v.trim().is_empty() && !matches!(n.as_str(), "idem" | "version" | "then"))
        .map(|(_, v)| v.clone())
        .collect();
    let mut shell =
        Shell::new(&screen, Front::Plain, l.t("登录已过期，填写的内容都在", "Your session has ended; what you typed is here"));
    shell.index = false;
    let page = Page { shell, l, action: l.href(&path), fields, typed };
    match page.render() {
        Ok(text) => (StatusCode::UNAUTHORIZED, [(header::CACHE_CONTROL, "no-store")], Html(text)).into_response(),
        Err(e) => Error::from(e).into_response(),
    }
}
