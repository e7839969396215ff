//! Two languages, one template: Chinese at `/…`, English at `/en/…`.
//!
//! [`speak`] wraps the whole router: it strips `/en`, so that every route exists once, and leaves a [`Lang`] and the
//! visitor's preferences in the request. Handlers take [`Screen`] (or only [`Lang`]).

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::uri::{PathAndQuery, Uri};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::Response;

use super::shell::{Flash, Site, UserBlock};

/// Language of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Simplified Chinese, the binding text.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The text in this language: `l.t("提交备案", "Submit the filing")`.
    #[must_use]
    pub fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The value in this language, for anything that is not a string slice.
    #[must_use]
    pub fn pick<T>(&self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// True in Chinese: for long passages, `{% if l.zh() %}…{% else %}…{% endif %}`.
    #[must_use]
    pub fn zh(&self) -> bool {
        *self == Self::Zh
    }

    /// Value of the `lang` attribute.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.t("zh-CN", "en")
    }

    /// An address of this program in this language; addresses of files and of other sites stay as they are.
    #[must_use]
    pub fn href(&self, path: impl AsRef<str>) -> String {
        let path = path.as_ref();
        if self.zh() || !path.starts_with('/') || path.starts_with("//") || path.starts_with("/a/") {
            return path.to_owned();
        }
        match path {
            "/" => "/en/".to_owned(),
            _ => format!("/en{path}"),
        }
    }

    /// The other language.
    #[must_use]
    pub fn other(&self) -> Self {
        self.pick(Self::En, Self::Zh)
    }

    /// The same page in the other language.
    #[must_use]
    pub fn other_href(&self, path: impl AsRef<str>) -> String {
        self.other().href(path)
    }
}

/// What a page needs to know about the visitor before anything else.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Language.
    pub lang: Lang,
    /// 大字版 is on.
    pub large: bool,
    /// Single-letter shortcuts are on.
    pub keys: bool,
    /// Path and query without `/en`.
    pub path: String,
    /// The operator's record for head and foot.
    pub site: Arc<Site>,
    /// Who is signed in, when `auth` has put it into the request.
    pub user: Option<UserBlock>,
    /// News of the act before this page.
    pub flash: Option<Flash>,
}

impl Screen {
    /// A screen for tests and for pages outside a request.
    #[must_use]
    pub fn new(lang: Lang, path: &str) -> Self {
        let site = Arc::new(Site::default());
        Self { lang, large: false, keys: true, path: path.to_owned(), site, user: None, flash: None }
    }
}

/// Wraps the whole router with the two languages.
///
/// Layers that must see the stripped path (tracing by route, the CSRF check, sign-in) belong inside `router`.
pub fn speak(router: Router, site: Arc<Site>) -> Router {
    let layer = move |request: Request, next: Next| {
        let site = Arc::clone(&site);
        async move { answer(request, next, site).await }
    };
    // A layer on a router runs after routing; as a fallback service the inner router routes after the rewrite.
    Router::new().fallback_service(router).layer(middleware::from_fn(layer))
}

async fn answer(mut request: Request, next: Next, site: Arc<Site>) -> Response {
    let lang = strip(request.uri_mut());
    let screen = Screen {
        lang,
        large: cookie(request.headers(), "large").is_some_and(|v| v == "on"),
        keys: cookie(request.headers(), "keys").is_none_or(|v| v != "off"),
        path: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        site,
        user: None,
        flash: cookie(request.headers(), Flash::COOKIE).and_then(Flash::read),
    };
    let told = screen.flash.is_some() && request.method() == Method::GET;
    request.extensions_mut().insert(lang);
    request.extensions_mut().insert(screen);
    let mut response = next.run(request).await;
    let html = |value: &HeaderValue| value.to_str().is_ok_and(|v| v.starts_with("text/html"));
    if response.headers().get(header::CONTENT_TYPE).is_some_and(html) {
        response.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
        if told {
            response.headers_mut().append(header::SET_COOKIE, Flash::forget());
        }
    }
    response
}

/// Removes a leading `/en` from the address and says which language it meant.
fn strip(uri: &mut Uri) -> Lang {
    let Some(all) = uri.path_and_query() else {
        return Lang::Zh;
    };
    let Some(rest) = all.as_str().strip_prefix("/en") else {
        return Lang::Zh;
    };
    let rest = match rest.as_bytes().first() {
        None => "/".to_owned(),
        Some(b'/') => rest.to_owned(),
        Some(b'?') => format!("/{rest}"),
        Some(_) => return Lang::Zh,
    };
    let mut parts = uri.clone().into_parts();
    // A part of a valid path and query is one again.
    let Ok(path) = PathAndQuery::try_from(rest) else {
        return Lang::Zh;
    };
    parts.path_and_query = Some(path);
    if let Ok(stripped) = Uri::from_parts(parts) {
        *uri = stripped;
    }
    Lang::En
}

/// The value of a cookie, as it stands.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

impl<S: Sync> FromRequestParts<S> for Screen {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let path = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let screen = parts.extensions.get::<Self>().cloned();
        let mut screen = screen.unwrap_or_else(|| Self::new(Lang::Zh, path));
        if let Some(user) = parts.extensions.get::<UserBlock>() {
            screen.user = Some(user.clone());
        }
        Ok(screen)
    }
}

#[cfg(test)]
pub(crate) mod tests;
