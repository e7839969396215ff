//! Preferences that live in the browser: 大字版 (large text) and the keyboard shortcuts. No account needed, no script.

use axum::extract::Query;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::lang::Screen;

/// `?large=on|off&keys=on|off&back=/path`.
#[derive(Debug, Deserialize)]
pub struct Wish {
    large: Option<String>,
    keys: Option<String>,
    back: Option<String>,
}

/// `GET` and `POST /preferences`: remembers the wish for a year and goes back to the page. A link is enough, because
/// nothing but the look of this browser changes.
pub async fn set(screen: Screen, Query(wish): Query<Wish>) -> Response {
    let back = wish.back.as_deref().filter(|path| is_own(path)).unwrap_or("/");
    let mut response = Redirect::to(&screen.lang.href(back)).into_response();
    for (name, value) in [("large", &wish.large), ("keys", &wish.keys)] {
        let Some(value) = value.as_deref().filter(|value| ["on", "off"].contains(value)) else {
            continue;
        };
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// True for an address inside this program: never a way to send somebody elsewhere.
#[must_use]
pub fn is_own(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
        && path.len() < 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_wish_is_remembered_and_the_way_back_stays_inside() {
        let wish = |back: &str| Query(Wish { large: Some("on".into()), keys: None, back: Some(back.into()) });
        let screen = Screen::new(crate::web::Lang::En, "/preferences");
        let response = set(screen.clone(), wish("/bodies?q=1")).await;
        assert_eq!(response.headers()[header::LOCATION], "/en/bodies?q=1");
        assert!(response.headers()[header::SET_COOKIE].to_str().unwrap().starts_with("large=on; Path=/; Max-Age="));
        for evil in ["//evil.example/", "https://evil.example/", "/\\evil.example", "/a\r\nb"] {
            let response = set(screen.clone(), wish(evil)).await;
            assert_eq!(response.headers()[header::LOCATION], "/en/", "{evil:?}");
        }
    }
}
