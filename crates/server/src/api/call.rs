//! One call of a program: who calls, with which token, and the headers that every address understands.

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guosuo_case::{Actor, Right};
use guosuo_store::{Error as StoreError, Idem};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::problem::Problem;
use super::scope::Scope;
use super::strict::{MOST_NUMBER, Once, whole};
use crate::app::{App, Cx};
use crate::auth::token::Caller;
use crate::error::Error;

/// Longest JSON of a call, in bytes.
pub(crate) const MOST_JSON: usize = 4 << 20;
/// Longest key of a request.
const MOST_KEY: usize = 200;

/// A call with a token.
#[derive(Clone)]
pub(crate) struct Call {
    /// The context that pages get as well.
    pub(crate) cx: Cx,
    /// The program.
    pub(crate) caller: Caller,
    /// The headers.
    pub(crate) headers: HeaderMap,
}

impl FromRequestParts<App> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(cx) = Cx::from_request_parts(parts, app).await;
        let caller = parts.extensions.get::<Caller>().cloned().ok_or(Problem::from(Error::SignInNeeded))?;
        Ok(Self { cx, caller, headers: parts.headers.clone() })
    }
}

impl Call {
    /// Who acts.
    ///
    /// # Errors
    /// None here: the token has said who.
    pub(crate) fn actor(&self) -> Result<&Actor, Problem> {
        Ok(self.cx.actor()?)
    }

    /// The token must be made for this.
    ///
    /// # Errors
    /// The problem that names the scope.
    pub(crate) fn need(&self, scope: Scope) -> Result<(), Problem> {
        if self.caller.scopes.contains(&scope) {
            return Ok(());
        }
        let name = scope.as_str();
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "scope_needed",
            format!("这个令牌没有 {name} 范围。请本单位管理员生成一个有这个范围的令牌。"),
            format!("The token does not have the scope {name}. An administrator makes one that has."),
        )
        .with("scope", name.into()))
    }

    /// The organisation, or the member in whose name the call is made, must have this right.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub(crate) fn right(&self, right: Right) -> Result<(), Problem> {
        if right.held_by(self.actor()?) { Ok(()) } else { Err(Error::Forbidden.into()) }
    }

    /// The call must be made in the name of a member.
    ///
    /// # Errors
    /// The problem that says how.
    pub(crate) fn member(&self) -> Result<(), Problem> {
        if self.caller.member {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "member_needed",
            "法律要求由具体的人办理：用 Guosuo-Member 写明以哪个成员（登录名）的名义办理，并且本人已经同意这个令牌。",
            "The law asks a person to do this: name in Guosuo-Member the member (sign-in name) in whose name it is done; that person has let the token do so.",
        ))
    }

    /// The version that the program has seen, from `If-Match`.
    ///
    /// # Errors
    /// A header that is no version.
    pub(crate) fn expected(&self) -> Result<Option<u64>, Problem> {
        let Some(value) = self.headers.get(header::IF_MATCH) else { return Ok(None) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(None);
        }
        let number = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).and_then(|t| whole(t, 0..=MOST_NUMBER));
        number.map(Some).ok_or_else(|| {
            Problem::malformed(
                "If-Match 要写读取时得到的 ETag，例如 \"7\"。",
                "If-Match takes the ETag that was read, for example \"7\".",
            )
        })
    }

    /// The key under which this request happens once; `parts` are all that makes it the one it is.
    ///
    /// # Errors
    /// A missing or unusable key.
    pub(crate) fn idem(&self, parts: &[&[u8]]) -> Result<Idem, Problem> {
        let key = self.headers.get("idempotency-key").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let fits = !key.is_empty() && key.len() <= MOST_KEY && key.bytes().all(|b| b.is_ascii_graphic());
        if !fits {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "idempotency_key_needed",
                "每个 POST 都要带 Idempotency-Key：1至200个可见的 ASCII 字符，每个新请求一个新的，重发时不变。",
                "Every POST carries an Idempotency-Key: 1 to 200 visible ASCII characters, a new one for each new request, the same when it is sent again.",
            ));
        }
        Ok(Idem::new(format!("api:{}:{key}", self.caller.token.id), parts))
    }

    /// What the same request was answered with before.
    ///
    /// # Errors
    /// The key was used for another request, or the store fails.
    pub(crate) async fn before(&self, idem: &Idem) -> Result<Option<String>, Problem> {
        let (now, actor) = (self.cx.now, self.actor()?.user.0.clone());
        let found: Result<Option<String>, StoreError> = self
            .cx
            .app
            .store
            .write_with((idem.clone(), actor), move |tx, (idem, actor)| Box::pin(async move { tx.once(idem, actor, now).await }))
            .await;
        Ok(found?)
    }
}

/// The JSON of a call.
///
/// # Errors
/// Another media type, too much, or JSON that does not fit.
pub(crate) async fn json_of<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<(T, Bytes), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "正文要用 application/json。",
            "The body must be application/json.",
        ));
    }
    let Ok(bytes) = axum::body::to_bytes(body, MOST_JSON).await else {
        return Err(Error::TooLarge { max_mib: (MOST_JSON >> 20) as u64 }.into());
    };
    let Once(value) = serde_json::from_slice(&bytes)
        .map_err(|e| Problem::malformed(format!("正文不是可用的 JSON：{e}"), format!("The body is no usable JSON: {e}")))?;
    let value = serde_json::from_value(value).map_err(|e| Problem::fields(vec![(String::new(), e.to_string())]))?;
    Ok((value, bytes))
}

/// Whether a text has the form of the ids of this platform; anything else is nothing that could exist.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// An answer in JSON that nobody keeps.
pub(crate) fn reply(status: StatusCode, body: &Value) -> Response {
    let head = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, head, body.to_string()).into_response()
}

/// An answer about a case with its version as ETag; 304 when the program has it already.
pub(crate) fn versioned(headers: &HeaderMap, version: u64, body: &Value) -> Response {
    let tag = format!("\"{version}\"");
    let same =
        headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).is_some_and(|v| v.split(',').any(|t| t.trim() == tag));
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { reply(StatusCode::OK, body) };
    if let Ok(value) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// A page of a list: the lines, and the cursor of the next page where there is one.
pub(crate) fn page(items: Vec<Value>, next: Option<String>) -> Response {
    reply(StatusCode::OK, &json!({ "items": items, "next": next }))
}
