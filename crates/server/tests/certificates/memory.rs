//! Answers from memory: without the database while nothing happens, never behind what is recorded, here at
//! once and on another server soon, never over a midnight, and never somebody else's.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use guosuo::app::App;
use guosuo::clock::Clock;
use guosuo::serve;
use guosuo::testing::{Answer, Client, TestApp};
use guosuo_case::actor::OrgKind;
use guosuo_case::certificate::{Changes, Measure};
use jiff::civil::date;

use super::{NUMBER, issued, issued_by, measure, published};

const HOLDER: &str = "示例海棠湾旅行网络有限公司（虚构）";

fn page() -> String {
    format!("/certificates/{NUMBER}")
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |v| v.to_str().unwrap())
}

/// Who asks as nobody: without cookies, with these headers.
async fn ask(app: &TestApp, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.anonymous().send(request, Body::empty()).await
}

#[tokio::test]
async fn what_is_asked_again_needs_no_database() {
    let app = TestApp::with(|c| c.register.look_ms = 3_600_000).await;
    issued(&app, NUMBER, HOLDER, date(2029, 2, 2)).await;
    published(&app).await;
    let code = app.app.store.reader().await.unwrap().paper(0).await.unwrap().unwrap().code;
    let code = format!("/V/{}", code.rsplit('/').next().unwrap());
    let paths = [page(), format!("/en{}", page()), format!("{}.json", page()), format!("{}/signed.json", page()), code];
    let mut first = Vec::new();
    for path in &paths {
        first.push(ask(&app, "GET", path, &[]).await);
    }
    assert_eq!(app.app.memory.hits(), 0);
    app.app.store.close().await;
    for (path, before) in paths.iter().zip(&first) {
        let again = ask(&app, "GET", path, &[]).await;
        assert_eq!((again.status, &again.bytes), (StatusCode::OK, &before.bytes), "{path}");
        assert!(again.headers.contains_key("content-security-policy") && again.headers.contains_key("x-request-id"));
        assert_ne!(header(&again, "x-request-id"), header(before, "x-request-id"), "each request has its own number");
        assert_eq!(header(&again, "etag"), header(before, "etag"));
    }
    assert_eq!(app.app.memory.hits(), 5);
    let other = ask(&app, "GET", "/certificates/SLQH-2099-999999", &[]).await;
    assert!(other.status.is_server_error(), "only what was asked before: {}", other.status);
}

#[tokio::test]
async fn what_this_process_records_is_seen_at_once() {
    let app = TestApp::with(|c| c.register.look_ms = 3_600_000).await;
    let id = issued(&app, NUMBER, HOLDER, date(2029, 2, 2)).await;
    let other = issued(&app, "SLQH-2099-000138", "示例另一家公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let mut anyone = app.anonymous();
    for _ in 0..2 {
        assert!(anyone.get(&page()).await.text.contains("证书有效"));
    }
    assert_eq!(app.app.memory.hits(), 1);
    let tag = header(&anyone.get(&format!("{}.json", page())).await, "etag").to_owned();
    for (m, words) in [(Measure::Suspend, "证书已暂停"), (Measure::Restore, "证书有效"), (Measure::Revoke, "证书已撤销")]
    {
        measure(&app, &id, m, "示例理由。", date(2026, 3, 12)).await;
        let answer = anyone.get(&page()).await;
        assert!(answer.text.contains(words), "{words} not in {}", answer.text);
        assert!(anyone.get(&page()).await.text.contains(words));
    }
    assert_eq!(app.app.memory.hits(), 4, "between two changes it is memory that answers");
    assert_ne!(header(&anyone.get(&format!("{}.json", page())).await, "etag"), tag);
    // What concerns another certificate leaves the answer as it is.
    let hits = app.app.memory.hits();
    measure(&app, &other, Measure::Suspend, "示例理由。", date(2026, 3, 12)).await;
    anyone.get(&page()).await;
    assert_eq!(app.app.memory.hits(), hits + 1);
    // A new version: the signed form of the old one is not kept while the new one waits for its signature.
    let changed = issued(&app, "SLQH-2099-000139", "示例旧名公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let signed = "/certificates/SLQH-2099-000139/signed.json";
    let old = anyone.get(signed).await.text;
    let changes = Changes { name: Some("示例新名公司（虚构）".into()), ..Changes::default() };
    measure(&app, &changed, Measure::Change { changes: Box::new(changes) }, "更名。", date(2026, 3, 12)).await;
    assert_eq!(anyone.get(signed).await.text, old);
    published(&app).await;
    assert_ne!(anyone.get(signed).await.text, old);
    // Another body uses the number: from then on the address leads to the choice between the two.
    let bodies = app.app.store.reader().await.unwrap().organisations(Some(OrgKind::Body), None).await.unwrap();
    assert_eq!(anyone.get(&page()).await.status, StatusCode::OK);
    issued_by(&app, &bodies[1].id, NUMBER, "示例乙公司（虚构）", date(2029, 2, 2)).await;
    assert_eq!(anyone.get(&page()).await.status, StatusCode::SEE_OTHER);
}

/// Another server of the same instance.
async fn second(app: &TestApp) -> (App, Client) {
    let other = serve::open(app.app.config.clone(), Clock::fixed(app.app.now())).await.unwrap();
    let client = Client::new(serve::service(other.clone()));
    (other, client)
}

#[tokio::test]
async fn what_another_process_records_is_seen_soon() {
    let app = TestApp::new().await;
    let id = issued(&app, NUMBER, HOLDER, date(2029, 2, 2)).await;
    published(&app).await;
    let (other, mut there) = second(&app).await;
    for (m, words) in [(Measure::Suspend, "证书已暂停"), (Measure::Restore, "证书有效")] {
        // Asked until it comes from memory, so that there is something to be forgotten.
        let hits = other.memory.hits();
        while other.memory.hits() == hits {
            assert_eq!(there.get(&page()).await.status, StatusCode::OK);
        }
        measure(&app, &id, m, "示例理由。", date(2026, 3, 12)).await;
        let begun = Instant::now();
        while !there.get(&page()).await.text.contains(words) {
            assert!(begun.elapsed() < Duration::from_secs(10), "{words} is not seen");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    other.store.close().await;
}

#[tokio::test]
async fn time_alone_ends_an_answer() {
    let app = TestApp::with(|c| c.register.look_ms = 3_600_000).await;
    let id = issued(&app, NUMBER, HOLDER, date(2026, 3, 12)).await;
    issued(&app, "SLQH-2099-000138", HOLDER, date(2029, 2, 2)).await;
    measure(&app, &id, Measure::Suspend, "示例理由。", date(2026, 3, 12)).await;
    measure(&app, &id, Measure::Restore, "示例理由。", date(2026, 3, 12)).await;
    let mut anyone = app.anonymous();
    let json = format!("{}.json", page());
    let status = |answer: &Answer| serde_json::from_slice::<serde_json::Value>(&answer.bytes).unwrap()["status"].clone();
    app.set_time("2026-03-12T15:58:59Z");
    let before = anyone.get(&page()).await;
    assert!(before.text.contains("证书有效") && before.text.contains("23:58"), "{}", before.text);
    assert_eq!(status(&anyone.get(&json).await), "valid");
    app.set_time("2026-03-12T15:59:00Z");
    assert!(anyone.get(&page()).await.text.contains("23:59"), "the time of the check is that of the check");
    app.set_time("2026-03-12T15:59:59Z");
    let hits = app.app.memory.hits();
    assert!(anyone.get(&page()).await.text.contains("证书有效"));
    assert_eq!(status(&anyone.get(&json).await), "valid");
    assert_eq!(app.app.memory.hits(), hits + 2, "both from memory in the last second of the day");
    app.set_time("2026-03-12T16:00:00Z");
    assert!(anyone.get(&page()).await.text.contains("证书已过期"));
    assert_eq!(status(&anyone.get(&json).await), "expired");
    // A measure that begins on a later day.
    let later = issued(&app, "SLQH-2099-000139", HOLDER, date(2029, 2, 2)).await;
    measure(&app, &later, Measure::Suspend, "示例理由。", date(2026, 3, 14)).await;
    let json = "/certificates/SLQH-2099-000139.json";
    assert_eq!(status(&anyone.get(json).await), "valid");
    app.set_time("2026-03-13T16:00:00Z");
    assert_eq!(status(&anyone.get(json).await), "suspended");
    // A clock that is put back is not answered from the future.
    app.set_time("2026-03-13T15:00:00Z");
    assert_eq!(status(&anyone.get(json).await), "valid");
}

#[tokio::test]
async fn guesses_and_other_spellings_fill_nothing() {
    let app = TestApp::with(|c| {
        c.register.look_ms = 3_600_000;
        c.unknown_per_minute = 10_000;
    })
    .await;
    issued(&app, NUMBER, HOLDER, date(2029, 2, 2)).await;
    published(&app).await;
    let mut anyone = app.anonymous();
    assert_eq!(anyone.get(&page()).await.status, StatusCode::OK);
    let size = app.app.memory.size();
    assert!(size > 0);
    for i in 0..40 {
        assert_eq!(anyone.get(&format!("/certificates/SLQH-2099-9{i:05}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(anyone.get(&format!("/V/ABCD{i}")).await.status, StatusCode::NOT_FOUND);
    }
    for other in [page().replace("SLQH-", "SLQH%2D"), format!("{}?a=1", page()), format!("{}?as_of=2026-03-11", page())] {
        assert_eq!(anyone.get(&other).await.status, StatusCode::OK, "{other}");
    }
    assert_eq!(app.app.memory.size(), size);
}

#[tokio::test]
async fn forms_are_not_mixed() {
    let app = TestApp::with(|c| c.register.look_ms = 3_600_000).await;
    issued(&app, NUMBER, HOLDER, date(2029, 2, 2)).await;
    published(&app).await;
    let english = format!("/en{}", page());
    for round in 0..2 {
        let zh = ask(&app, "GET", &page(), &[]).await;
        let en = ask(&app, "GET", &english, &[]).await;
        assert!(zh.text.contains("证书有效") && header(&zh, "content-language") == "zh-CN");
        assert!(en.text.contains("The certificate is valid") && header(&en, "content-language") == "en", "{}", en.text);
        let packed = ask(&app, "GET", &page(), &[("accept-encoding", "br, gzip")]).await;
        assert_eq!((header(&packed, "content-encoding"), &packed.bytes[..2]), ("gzip", &[0x1f, 0x8b][..]));
        assert_eq!(header(&packed, "vary"), "accept-encoding");
        assert_eq!(header(&zh, "content-encoding"), "");
        let mut reader = app.anonymous();
        reader.get("/preferences?large=on&back=/").await;
        let large = reader.get(&page()).await;
        assert!(large.text.contains("reg-large") && !zh.text.contains("reg-large"));
        assert_eq!(app.app.memory.hits(), round * 4, "the second time all four come from memory");
    }
    // Who is signed in has a page of their own.
    let mut officer = app.sign_in("qiheng").await;
    let hits = app.app.memory.hits();
    for _ in 0..2 {
        let own = officer.get(&page()).await;
        assert!(own.text.contains("/sign-out"), "{}", own.text);
    }
    assert_eq!(app.app.memory.hits(), hits);
    assert!(!ask(&app, "GET", &page(), &[]).await.text.contains("/sign-out"));
}

#[tokio::test]
async fn a_reader_who_has_it_is_told_so() {
    let app = TestApp::with(|c| c.register.look_ms = 3_600_000).await;
    let id = issued(&app, NUMBER, HOLDER, date(2029, 2, 2)).await;
    published(&app).await;
    let json = format!("{}.json", page());
    for path in [&json, &page()] {
        let head = ask(&app, "HEAD", path, &[]).await;
        let get = ask(&app, "GET", path, &[]).await;
        let tag = header(&get, "etag");
        assert!(tag.len() == 34 && head.bytes.is_empty() && !get.bytes.is_empty());
        assert_eq!((head.status, header(&head, "etag")), (StatusCode::OK, tag));
        assert_eq!(header(&head, "content-length"), get.bytes.len().to_string());
        for condition in [tag.to_owned(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let same = ask(&app, "GET", path, &[("if-none-match", &condition)]).await;
            assert_eq!((same.status, same.bytes.len(), header(&same, "etag")), (StatusCode::NOT_MODIFIED, 0, tag));
        }
        let other = ask(&app, "GET", path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status, &other.bytes), (StatusCode::OK, &get.bytes));
    }
    let tag = header(&ask(&app, "GET", &json, &[]).await, "etag").to_owned();
    measure(&app, &id, Measure::Suspend, "示例理由。", date(2026, 3, 12)).await;
    let changed = ask(&app, "GET", &json, &[("if-none-match", &tag)]).await;
    assert_eq!(changed.status, StatusCode::OK, "what was suspended is not what the reader has");
    let nothing = ask(&app, "HEAD", "/certificates/SLQH-2099-999999", &[]).await;
    assert!(nothing.status == StatusCode::NOT_FOUND && nothing.bytes.is_empty());
    assert_eq!(ask(&app, "POST", &json, &[(header::CONTENT_LENGTH.as_str(), "0")]).await.status, StatusCode::METHOD_NOT_ALLOWED);
}
