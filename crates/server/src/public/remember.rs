//! The outermost part of the service: what the [memory](super::memory) holds is answered at once, without a task,
//! a lock that waits or a layer; everything else goes its way through the service, and what is marked with [`Keep`]
//! is kept on its way back.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::future::{BoxFuture, Either};
use tower::{Service, ServiceExt as _};

use super::memory::{Answer, Form, Keep};
use crate::app::App;
use crate::error::Error;
use crate::serve;

/// No answer that is kept is longer, in bytes.
const LONGEST: usize = 4 << 20;

/// The service with its memory; cheap to clone.
#[derive(Clone)]
pub struct Remembering(Arc<Parts>);

struct Parts {
    app: App,
    inner: Router,
    noted: Noted,
}

/// The numbers that answers from memory are counted in, looked up once.
struct Noted {
    ok: metrics::Counter,
    unchanged: metrics::Counter,
    from_memory: metrics::Counter,
    seconds: metrics::Histogram,
}

impl Remembering {
    /// Lays the memory of an instance around its service.
    pub fn new(app: App, inner: Router) -> Self {
        let noted = Noted {
            ok: metrics::counter!("guosuo_requests_total", "status" => "200"),
            unchanged: metrics::counter!("guosuo_requests_total", "status" => "304"),
            from_memory: metrics::counter!("guosuo_answers_from_memory_total"),
            seconds: metrics::histogram!("guosuo_request_seconds"),
        };
        Self(Arc::new(Parts { app, inner, noted }))
    }
}

impl Service<Request> for Remembering {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, BoxFuture<'static, Result<Response, Infallible>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Some(asked) = Asked::of(&request) else {
            return Either::Right(Box::pin(self.0.inner.clone().oneshot(request)));
        };
        let begun = Instant::now();
        let Parts { app, .. } = &*self.0;
        if let Some(answer) = app.memory.at_once(&app.store, request.uri().path(), asked.form, app.now()) {
            return Either::Left(ready(Ok(self.0.send(&answer, asked, &request, begun))));
        }
        let parts = Arc::clone(&self.0);
        Either::Right(Box::pin(async move { Ok(parts.remember(asked, request, begun).await) }))
    }
}

impl Parts {
    /// Sends, numbers, counts and logs an answer from memory, as the service itself does with the others.
    fn send(&self, answer: &Answer, asked: Asked, request: &Request, begun: Instant) -> Response {
        let id = serve::new_number();
        let number = HeaderValue::try_from(&id).unwrap_or_else(|_| HeaderValue::from_static(""));
        let response = answer.send(asked.head, request.headers().get(header::IF_NONE_MATCH), number);
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED { &self.noted.unchanged } else { &self.noted.ok }.increment(1);
        self.noted.from_memory.increment(1);
        self.noted.seconds.record(begun.elapsed().as_secs_f64());
        tracing::info!(request = id, method = "GET", route = "from memory", status = status.as_u16(), ms = 0, "request");
        response
    }

    /// Answers what could not be answered at once: after a look into the ledger from memory, or through the service,
    /// and keeps what is marked with [`Keep`].
    async fn remember(&self, asked: Asked, mut request: Request, begun: Instant) -> Response {
        let Self { app, inner, .. } = self;
        let pass = async |request| inner.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        if !app.memory.follow(&app.store).await {
            return pass(request).await;
        }
        let now = app.now();
        let path = request.uri().path().to_owned();
        let began = match app.memory.get(&app.store, &path, asked.form, now) {
            Ok(answer) => return self.send(&answer, asked, &request, begun),
            Err(began) => began,
        };
        let condition = request.headers().get(header::IF_NONE_MATCH).cloned();
        // What is kept is one of the known forms.
        if asked.packed() {
            request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        } else {
            request.headers_mut().remove(header::ACCEPT_ENCODING);
        }
        *request.method_mut() = Method::GET;
        let response = pass(request).await;
        let keep = response.extensions().get::<Keep>().cloned();
        let known = response.status() == StatusCode::OK && !response.headers().contains_key(header::SET_COOKIE);
        let Some(keep) = keep.filter(|_| known) else {
            return if asked.head { without_body(response) } else { response };
        };
        let (mut parts, body) = response.into_parts();
        let body = match axum::body::to_bytes(body, LONGEST).await {
            Ok(body) => body,
            Err(e) => return Error::Fault(e.into()).into_response(),
        };
        let number = parts.headers.remove(serve::REQUEST_ID).unwrap_or_else(|| HeaderValue::from_static(""));
        let answer = Arc::new(Answer::new(parts.headers, body, keep, now, began));
        if answer.lasts() && canonical(&path) {
            app.memory.put(path, asked.form, Arc::clone(&answer));
        }
        answer.send(asked.head, condition.as_ref(), number)
    }
}

/// What is asked for, if it may be answered from memory at all.
#[derive(Clone, Copy)]
struct Asked {
    form: Form,
    head: bool,
}

impl Asked {
    fn of(request: &Request) -> Option<Self> {
        let head = request.method() == Method::HEAD;
        let path = request.uri().path();
        let plain = path.strip_prefix("/en").filter(|p| p.starts_with('/')).unwrap_or(path);
        let ours = plain.starts_with("/certificates/") || plain.starts_with("/V/");
        if !(ours && (head || request.method() == Method::GET)) || request.uri().query().is_some() {
            return None;
        }
        let large = usize::from(large_print(request.headers())?);
        let packed = usize::from(takes_gzip(request.headers()));
        Some(Self { form: large * 2 + packed, head })
    }

    fn packed(self) -> bool {
        self.form % 2 == 1
    }
}

/// Whether the visitor wants large print; `None` for visitors about whom there is more to know.
fn large_print(headers: &HeaderMap) -> Option<bool> {
    let mut large = false;
    for value in headers.get_all(header::COOKIE) {
        for pair in value.to_str().ok()?.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
            match pair.split_once('=')? {
                ("large", value) => large = value == "on",
                _ => return None,
            }
        }
    }
    Some(large)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let refused = |more: &str| more.split(';').filter_map(|p| p.trim().strip_prefix("q=")).any(|q| q.parse() == Ok(0.0_f32));
    headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).any(|coding| {
        let (name, more) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !refused(more)
    })
}

/// Whether a path is spelled as this program spells it: each certificate has one address per form.
fn canonical(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    let mut bytes = path.bytes();
    while let Some(b) = bytes.next() {
        let fits = if b == b'%' {
            let mut digit = || bytes.next().filter(|d| d.is_ascii_digit() || (b'A'..=b'F').contains(d));
            let value = |d: u8| if d.is_ascii_digit() { d - b'0' } else { d - b'A' + 10 };
            matches!((digit(), digit()), (Some(high), Some(low)) if !plain(value(high) << 4 | value(low)))
        } else {
            plain(b) || b == b'/'
        };
        if !fits {
            return false;
        }
    }
    true
}

/// What `HEAD` gets of an answer to `GET`.
fn without_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact()
        && !parts.headers.contains_key(header::CONTENT_LENGTH)
    {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    Response::from_parts(parts, Body::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_spelling_of_an_address_is_kept() {
        for good in
            ["/certificates/SLQH-2099-000137", "/en/certificates/A%2FB.json", "/certificates/%E4%BA%AC1/signed.json", "/V/ABC"]
        {
            assert!(canonical(good), "{good}");
        }
        for other in [
            "/certificates/SLQH%2D2099",
            "/certificates/%e4%ba%ac1",
            "/certificates/a%",
            "/certificates/a%2",
            "/certificates/a,b",
        ] {
            assert!(!canonical(other), "{other}");
        }
    }

    #[test]
    fn who_has_other_cookies_is_nobody_for_the_memory() {
        let headers = |cookies: &[&'static str]| {
            let mut map = HeaderMap::new();
            for c in cookies {
                map.append(header::COOKIE, HeaderValue::from_static(c));
            }
            map
        };
        assert_eq!(large_print(&headers(&[])), Some(false));
        assert_eq!(large_print(&headers(&[""])), Some(false));
        assert_eq!(large_print(&headers(&["large=on"])), Some(true));
        assert_eq!(large_print(&headers(&["large=off;"])), Some(false));
        for more in [&["session=x"][..], &["large=on; flash=gx"], &["large=on", "keys=off"], &["strange"]] {
            assert_eq!(large_print(&headers(more)), None, "{more:?}");
        }
        let gzip = |value: &'static str| {
            let mut map = HeaderMap::new();
            map.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            takes_gzip(&map)
        };
        assert!(gzip("gzip, deflate, br") && gzip("br;q=1.0, GZIP;q=0.5") && gzip("gzip"));
        assert!(!gzip("gzip;q=0") && !gzip("gzip; q=0.000") && !gzip("br") && !gzip("*") && !takes_gzip(&HeaderMap::new()));
    }
}
