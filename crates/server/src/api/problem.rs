//! Problems for programs (RFC 9457): what is wrong, by a code that stays, in words, with the article and
//! with what is possible instead.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guosuo_case::Refusal;
use serde_json::{Map, Value, json};

use crate::error::{Error, ErrorMark, refusal_status};
use crate::web::Lang;
use crate::words;

/// A request of a program that cannot be answered as asked.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Told>);

#[derive(Debug, Clone)]
struct Told {
    status: StatusCode,
    code: String,
    zh: String,
    en: String,
    refusal: Option<Refusal>,
    retry: Option<u64>,
    more: Map<String, Value>,
}

impl Problem {
    /// A problem with its code and its words.
    pub(crate) fn new(status: StatusCode, code: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Box::new(Told {
            status,
            code: code.to_owned(),
            zh: zh.into(),
            en: en.into(),
            refusal: None,
            retry: None,
            more: Map::new(),
        }))
    }

    /// What the law refuses.
    pub(crate) fn refused(r: Refusal) -> Self {
        let value = serde_json::to_value(&r.code).unwrap_or_default();
        // What certification refuses has a reason of its own, which says more than that it does.
        let code = value["reason"]["reason"].as_str().or(value["code"].as_str()).unwrap_or("refused").to_owned();
        let mut problem = Self::new(refusal_status(&r), &code, "", "");
        problem.0.refusal = Some(r);
        problem
    }

    /// Fields that are wrong, each with what would be right.
    pub(crate) fn fields(errors: Vec<(String, String)>) -> Self {
        let list: Vec<Value> = errors.into_iter().map(|(f, m)| json!({ "field": f, "message": m })).collect();
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "fields_wrong",
            "有字段不符合要求，见 errors。",
            "Some fields cannot be taken; see errors.",
        )
        .with("errors", list.into())
    }

    /// A request that has not the form that this address takes.
    pub(crate) fn malformed(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", zh, en)
    }

    /// A member of the answer beyond those of every problem.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.0.more.insert(name.to_owned(), value);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(r: Refusal) -> Self {
        Self::refused(r)
    }
}

impl From<guosuo_store::Error> for Problem {
    fn from(e: guosuo_store::Error) -> Self {
        if matches!(e, guosuo_store::Error::InFlight) {
            return Self::new(
                StatusCode::CONFLICT,
                "in_flight",
                "同一个请求正在办理，稍后再查。",
                "The same request is being carried out; ask again in a moment.",
            );
        }
        Error::from(e).into()
    }
}

impl From<Error> for Problem {
    fn from(e: Error) -> Self {
        let status = e.status();
        match e {
            Error::Refused(r) => Self::refused(r),
            Error::TooMany { seconds } => {
                let mut p = Self::new(
                    status,
                    "too_many",
                    "请求太频繁，请按 Retry-After 等候。",
                    "Too many requests; wait as Retry-After says.",
                );
                p.0.retry = Some(seconds.max(1));
                p
            }
            Error::KeyReused => Self::new(
                status,
                "idempotency_key_reused",
                "这个 Idempotency-Key 用在过另一个请求上。换一个新的键。",
                "This Idempotency-Key was used for another request. Choose a new one.",
            ),
            Error::TooLarge { max_mib } => Self::new(
                status,
                "too_large",
                format!("内容太大，最多 {max_mib} MiB。"),
                format!("The content is too large: at most {max_mib} MiB."),
            ),
            Error::Malformed(what) => {
                Self::malformed(format!("请求不符合格式：{what}"), format!("The request is malformed: {what}"))
            }
            other => {
                // Logged once, with its cause.
                drop(other.into_response());
                of_status(status)
            }
        }
    }
}

fn of_status(status: StatusCode) -> Problem {
    let (code, zh, en) = match status {
        StatusCode::UNAUTHORIZED => (
            "token_needed",
            "需要访问令牌：Authorization: Bearer …。这里不认浏览器的登录。",
            "A token is needed: Authorization: Bearer …. Sessions of browsers do not count here.",
        ),
        StatusCode::FORBIDDEN => {
            ("forbidden", "这个令牌或者成员没有这项权限。", "The token or the member does not have this right.")
        }
        StatusCode::NOT_FOUND => {
            ("not_found", "没有这一项，或者与本单位无关。", "There is no such thing, or it does not concern the organisation.")
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method_not_allowed", "这个地址不接受这种方法，见 Allow。", "This address does not take the method; see Allow.")
        }
        StatusCode::CONFLICT => ("conflict", "情况已经变化，请重新读取。", "Things have changed; read again."),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "内容太大。", "The content is too large."),
        StatusCode::INSUFFICIENT_STORAGE => ("no_space", "平台的磁盘已满。", "The platform's disk is full."),
        StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "现在不能办理，稍后再试。", "Not possible now; try again later."),
        s if s.is_server_error() => ("fault", "平台出错，已经记录。", "The platform failed; it is recorded."),
        _ => ("malformed", "请求不符合格式。", "The request is malformed."),
    };
    Problem::new(status, code, zh, en)
}

/// The answer to a problem.
pub(crate) fn answer(l: Lang, problem: Problem) -> Response {
    let p = *problem.0;
    let words = match &p.refusal {
        Some(r) => words::refusal(l, r),
        None => l.pick(p.zh.clone(), p.en.clone()),
    };
    let mut body = Map::new();
    body.insert("type".into(), format!("/api#{}", p.code).into());
    body.insert("title".into(), p.status.canonical_reason().unwrap_or_default().into());
    body.insert("status".into(), p.status.as_u16().into());
    body.insert("code".into(), p.code.clone().into());
    body.insert("detail".into(), words.into());
    if let Some(r) = &p.refusal {
        body.insert("article".into(), r.article.into());
        body.insert("citation".into(), crate::words::article(l, r.article).into());
        body.insert("reason".into(), json!(r.code));
        body.insert("possible_from".into(), json!(r.possible_from));
    }
    body.extend(p.more);
    let mut response = (
        p.status,
        [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")],
        Value::Object(body).to_string(),
    )
        .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(l.tag()));
    if p.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"guosuo\""));
    }
    if let Some(seconds) = p.retry {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Turns what a handler or the guard of a route could not answer into problem+json; other answers pass.
pub(crate) fn dress(l: Lang, mut response: Response) -> Response {
    if let Some(p) = response.extensions_mut().remove::<Problem>() {
        return answer(l, p);
    }
    let mark = response.extensions_mut().remove::<ErrorMark>();
    let status = response.status();
    let bare = !response.headers().contains_key(header::CONTENT_TYPE)
        || response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/plain"));
    if mark.is_none() && !((status.is_client_error() || status.is_server_error()) && bare) {
        return response;
    }
    let mut problem = match mark.as_ref().and_then(|m| m.refusal.clone()) {
        Some(r) => Problem::refused(r),
        None => of_status(status),
    };
    if status == StatusCode::TOO_MANY_REQUESTS {
        problem.0.retry = mark.map(|m| m.number.max(1));
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut dressed = answer(l, problem);
    if let Some(allow) = allow {
        dressed.headers_mut().insert(header::ALLOW, allow);
    }
    dressed
}
