//! The language layer, and the check that no Chinese string lacks its English one.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::routing::get;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn walk(folder: &Path, ending: &str, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, ending, into);
        } else if path.to_string_lossy().ends_with(ending) {
            into.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Every template of the server: (path, text).
pub(crate) fn templates() -> Vec<(String, String)> {
    let mut all = Vec::new();
    walk(&folder("templates"), ".html", &mut all);
    assert!(all.len() > 3, "templates were found");
    all
}

fn han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x2_0000..=0x3_23AF | 0x3001..=0x3002 | 0xFF01..=0xFF5E)
}

/// Takes out what may hold Chinese: comments, `.t(zh, en)` and `.pick(zh, en)` calls, and the Chinese branch of
/// `{% if l.zh() %}`; an element with `lang="zh-CN"` is Chinese on purpose.
fn without_paired(text: &str) -> String {
    let mut out = String::new();
    // The way to the Chinese page is named in Chinese on the English one.
    let text = text.replace("\"English\", \"中文\"", "");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let cut = |rest: &str, end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
        if rest.starts_with("{#") {
            rest = &rest[cut(rest, "#}")..];
        } else if rest.starts_with(".t(\"") || rest.starts_with(".pick(\"") {
            rest = &rest[cut(rest, "\",")..];
        } else if rest.starts_with(".pick(format!(\"") {
            rest = &rest[cut(rest, "\"), ")..];
        } else if rest.starts_with("{% if l.zh() %}") || rest.starts_with("{% if shell.l.zh() %}") {
            let inner = &rest[..cut(rest, "{% endif %}")];
            let Some(at) = inner.find("{% else %}") else {
                out.push_str("〔有中文，无英文〕");
                rest = &rest[inner.len()..];
                continue;
            };
            rest = &rest[at..];
        } else if rest.starts_with("lang=\"zh-CN\">") {
            rest = &rest[cut(rest, "</")..];
        } else {
            let c = rest.chars().next().unwrap();
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[test]
fn every_chinese_string_in_a_template_has_an_english_one() {
    for (file, text) in templates() {
        for (number, line) in without_paired(&text).lines().enumerate() {
            assert!(!line.chars().any(han), "{file}:{}: Chinese text outside l.t(zh, en): {line}", number + 1);
        }
    }
}

#[test]
fn templates_have_nothing_that_the_content_security_policy_forbids() {
    for (file, text) in templates() {
        for bad in
            [" style=", "<style", "javascript:", "src=\"data:", "href=\"data:", " onclick", " onsubmit", " onchange", " onload"]
        {
            assert!(!text.contains(bad), "{file} contains {bad:?}");
        }
        for script in text.split("<script").skip(1) {
            assert!(script.starts_with(" src="), "{file} has an inline script");
        }
    }
}

#[test]
fn the_check_for_missing_english_sees_what_it_should() {
    assert!(!without_paired("{{ l.t(\"备案\", \"filing\") }}").chars().any(han));
    assert!(without_paired("<p>备案</p>").chars().any(han));
    assert!(without_paired("{% if l.zh() %}备案{% endif %}").chars().any(han));
    assert!(!without_paired("{% if l.zh() %}备案{% else %}filing{% endif %}").chars().any(han));
    assert!(without_paired("{{ l.t(\"a\", \"备案\") }}").chars().any(han));
}

#[test]
fn addresses_carry_the_language() {
    assert_eq!(Lang::Zh.href("/bodies?as_of=2026-01-05"), "/bodies?as_of=2026-01-05");
    assert_eq!(Lang::En.href("/bodies"), "/en/bodies");
    assert_eq!(Lang::En.href("/"), "/en/");
    assert_eq!(Lang::En.href("/a/app-1.css"), "/a/app-1.css");
    assert_eq!(Lang::En.href("https://example.cn/"), "https://example.cn/");
    assert_eq!(Lang::En.href("//example.cn/"), "//example.cn/");
    assert_eq!(Lang::Zh.other_href("/bodies"), "/en/bodies");
    assert_eq!(Lang::En.other_href("/bodies"), "/bodies");
}

#[tokio::test]
async fn one_route_answers_in_two_languages() {
    async fn page(screen: Screen, lang: Lang) -> axum::response::Html<String> {
        assert_eq!(screen.lang, lang);
        axum::response::Html(format!("{} {} {}", lang.tag(), screen.path, screen.large))
    }
    let app = speak(Router::new().route("/bodies", get(page)).route("/", get(page)), Arc::new(Site::default()));
    for (address, expected) in [
        ("/bodies?q=1", "zh-CN /bodies?q=1 true"),
        ("/en/bodies?q=1", "en /bodies?q=1 true"),
        ("/en", "en / true"),
        ("/en?x=2", "en /?x=2 true"),
        ("/", "zh-CN / true"),
    ] {
        let request = Request::get(address).header("cookie", "a=b; large=on").body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-language"], expected.split(' ').next().unwrap());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, expected);
    }
    let request = Request::get("/english").body(Body::empty()).unwrap();
    assert_eq!(app.oneshot(request).await.unwrap().status(), 404, "/english is not /en");
}
