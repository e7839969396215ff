//! What can go wrong for a request, and its status. Handlers return an [`Error`]; the outer
//! layer turns it into a designed page, or into problem+json under `/api`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guosuo_case::Refusal;

use crate::web::Lang;
use crate::web::shell::Flash;

/// A request that cannot be answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or not with the second factor.
    #[error("sign-in needed")]
    SignInNeeded,
    /// Signed in, but without the right.
    #[error("forbidden")]
    Forbidden,
    /// There is no such thing, or not for this organisation.
    #[error("not found")]
    NotFound,
    /// The page is no longer for this: the answer leads to the one that is, and says why.
    #[error("elsewhere")]
    Elsewhere {
        /// Why.
        news: Flash,
        /// The language of the request.
        lang: Lang,
        /// The page to go to, without language.
        path: String,
    },
    /// Somebody else was faster; the page must be read again.
    #[error("conflict")]
    Conflict,
    /// The same key was used for another request.
    #[error("idempotency key reused")]
    KeyReused,
    /// The law refuses.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The upload is larger than taken.
    #[error("too large: at most {max_mib} MiB")]
    TooLarge {
        /// Largest size taken.
        max_mib: u64,
    },
    /// The request does not have the form that this address takes.
    #[error("malformed request: {0}")]
    Malformed(&'static str),
    /// Too many tries.
    #[error("too many requests")]
    TooMany {
        /// Seconds to wait.
        seconds: u64,
    },
    /// The disk is full.
    #[error("no space left")]
    NoSpace,
    /// The program cannot do this now (fonts missing, drawing off).
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// Anything unexpected: logged once with the request id.
    #[error(transparent)]
    Fault(anyhow::Error),
}

/// What the outer layer needs to draw the page; rides in the response's extensions.
#[derive(Debug, Clone)]
pub struct ErrorMark {
    /// The status of the answer.
    pub status: StatusCode,
    /// The refusal, where the law refused.
    pub refusal: Option<Refusal>,
    /// A number for the words: largest size in MiB (413), seconds to wait (429).
    pub number: u64,
    /// A short technical note for the API, never shown on a page.
    pub note: String,
}

impl Error {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignInNeeded => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Elsewhere { .. } => StatusCode::SEE_OTHER,
            Self::Conflict | Self::KeyReused => StatusCode::CONFLICT,
            Self::Refused(r) => refusal_status(r),
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The status of a refusal: 404 and 403 tell nothing more, 409 is about the state, 422 about
/// what was sent.
pub fn refusal_status(r: &Refusal) -> StatusCode {
    use guosuo_case::RefusalCode as C;
    match r.code {
        C::NotFound => StatusCode::NOT_FOUND,
        C::NotAllowed => StatusCode::FORBIDDEN,
        C::ReasonNeeded { .. } | C::TextNeeded | C::PledgeMissing | C::Incomplete { .. } | C::DisagreementUnexplained => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        _ => StatusCode::CONFLICT,
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Elsewhere { news, lang, path } = &self {
            return news.to(*lang, path);
        }
        let status = self.status();
        let number = match &self {
            Self::TooLarge { max_mib } => *max_mib,
            Self::TooMany { seconds } => *seconds,
            _ => 0,
        };
        let note = match &self {
            Self::Fault(e) => {
                tracing::error!(error = format!("{e:#}"), "request failed");
                String::new()
            }
            Self::NoSpace => {
                metrics::counter!("guosuo_no_space_total").increment(1);
                tracing::error!("no space left: free space or enlarge the disk");
                self.to_string()
            }
            other => other.to_string(),
        };
        let refusal = match self {
            Self::Refused(r) => Some(r),
            _ => None,
        };
        let mut response = status.into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert("retry-after", axum::http::HeaderValue::from(number.max(1)));
        }
        response.extensions_mut().insert(ErrorMark { status, refusal, number, note });
        response
    }
}

impl From<anyhow::Error> for Error {
    fn from(e: anyhow::Error) -> Self {
        Self::Fault(e)
    }
}

impl From<askama::Error> for Error {
    fn from(e: askama::Error) -> Self {
        Self::Fault(e.into())
    }
}

impl From<Refusal> for Error {
    fn from(r: Refusal) -> Self {
        Self::Refused(r)
    }
}
