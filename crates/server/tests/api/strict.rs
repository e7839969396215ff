//! What no program should send, and what it is told: never a fault of the platform, always problem+json with a code.

use axum::http::{StatusCode, header};
use serde_json::json;

use crate::bench::Bench;
use crate::program::{Got, Program, login};

fn told(got: &Got, status: StatusCode, what: &str) {
    let kind = got.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    assert_eq!((got.status, kind), (status, "application/problem+json"), "{what}: {}", String::from_utf8_lossy(&got.bytes));
    assert!(got.json["code"].is_string() && got.json["detail"].as_str().is_some_and(|d| !d.is_empty()), "{what}: {}", got.json);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_its_reason() {
    let b = Bench::new().await;
    let program = Program::new(&b.app, "donghu", "cases:read cases:act changes:read webhooks certificates:read").await;
    let manager = program.clone().granted(&login("manager")).await;
    let base = format!("/api/v1/applications/{}", b.case);
    for query in [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=+5",
        "limit=",
        "limit=5&limit=5",
        "limit=99999999999999999999",
        "limit=1%00",
        "lmit=5",
        "phase=",
        "phase=nonsense",
        "after=%00",
        "after=a%2Fb",
        "after=%FF",
    ] {
        told(&program.get(&format!("/api/v1/applications?{query}")).await, StatusCode::UNPROCESSABLE_ENTITY, query);
    }
    for query in ["after=", "after=-1", "after=9223372036854775807", "after=x", "n=1"] {
        told(&program.get(&format!("/api/v1/changes?{query}")).await, StatusCode::UNPROCESSABLE_ENTITY, query);
    }
    // An id is an id: no other text reaches the store.
    for id in ["%00", "..%2F..", "a%2Fb", "%F0%9F%90%BC", "'%20OR%201=1", &"a".repeat(65)] {
        told(&program.get(&format!("/api/v1/applications/{id}")).await, StatusCode::NOT_FOUND, id);
    }
    told(&program.get("/api/v1/applications/%FF").await, StatusCode::BAD_REQUEST, "no UTF-8");
    // Wrong methods say which are right.
    for (method, path, right) in [
        ("DELETE", "/api/v1/applications", "GET"),
        ("PUT", base.as_str(), "GET"),
        ("GET", "/api/v1/exports/reports", "POST"),
        ("POST", "/api/v1/me", "GET"),
    ] {
        let got = program.send(method, path, None, Vec::new()).await;
        told(&got, StatusCode::METHOD_NOT_ALLOWED, path);
        let allow = got.headers.get(header::ALLOW).and_then(|v| v.to_str().ok()).unwrap_or_default();
        assert!(allow.contains(right), "{method} {path}: Allow {allow:?}");
    }
    told(&program.get("/api/v1/nothing").await, StatusCode::NOT_FOUND, "no such address");

    let act = format!("{base}/acts/declare-interest");
    let keyed = manager.with("idempotency-key", "k");
    for (kind, body, status, what) in [
        (None, "{}".to_owned(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "no media type"),
        (Some("text/plain"), "{}".into(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "text"),
        (Some("application/json"), String::new(), StatusCode::BAD_REQUEST, "nothing"),
        (Some("application/json"), "{".into(), StatusCode::BAD_REQUEST, "broken"),
        (Some("application/json"), "[".repeat(100_000), StatusCode::BAD_REQUEST, "deep"),
        (Some("application/json"), r#"{"has":false,"has":true}"#.into(), StatusCode::BAD_REQUEST, "a member twice"),
        (Some("application/json"), r#"{"has":1e999}"#.into(), StatusCode::BAD_REQUEST, "no number"),
        (Some("application/json"), "[]".into(), StatusCode::UNPROCESSABLE_ENTITY, "a list"),
        (Some("application/json"), r#"{"has":"no"}"#.into(), StatusCode::UNPROCESSABLE_ENTITY, "a text for a truth value"),
        (Some("application/json"), r#"{"has":true,"words":"\u0000"}"#.into(), StatusCode::UNPROCESSABLE_ENTITY, "NUL"),
        (Some("application/json"), r#"{"has":true,"words":"\u202e"}"#.into(), StatusCode::UNPROCESSABLE_ENTITY, "direction"),
        (Some("application/json"), r#"{"has":true,"words":"\ud800"}"#.into(), StatusCode::BAD_REQUEST, "half a character"),
        (
            Some("application/json"),
            json!({ "has": true, "words": "x".repeat(4001) }).to_string(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "long",
        ),
        (Some("application/json"), "x".repeat(5 << 20), StatusCode::PAYLOAD_TOO_LARGE, "too much"),
    ] {
        told(&keyed.send("POST", &act, kind, body.into_bytes()).await, status, what);
    }
    for (key, what) in [("", "empty"), ("a b", "a blank"), (&*"k".repeat(201), "long"), ("schlüssel", "not ASCII")] {
        let got = manager.with("idempotency-key", key).post(&act, &json!({ "has": false })).await;
        told(&got, StatusCode::BAD_REQUEST, what);
    }
    for tag in ["7", "\"x\"", "\"+1\"", "\"1", "W/\"1\"", ""] {
        let got = manager.with("if-match", tag).post(&act, &json!({ "has": false })).await;
        told(&got, StatusCode::BAD_REQUEST, tag);
    }
    // A code that cannot be read is a wrong code, not none; a member that cannot be read is nobody.
    for (name, value) in [("guosuo-code", "ü"), ("guosuo-code", ""), ("guosuo-code", "1234567")] {
        told(&manager.with(name, value).post(&act, &json!({ "has": false })).await, StatusCode::FORBIDDEN, value);
    }
    told(&program.with("guosuo-member", "ü").get("/api/v1/me").await, StatusCode::FORBIDDEN, "member");
    for token in ["", "Bearer", "Basic eDp5", "Bearer guosuo_x", "bearer  "] {
        let nobody = Program { token: String::new(), ..program.clone() }.with("authorization", token);
        told(&nobody.get("/api/v1/me").await, StatusCode::UNAUTHORIZED, token);
    }
    // Nothing of all this has happened.
    assert!(
        program.get("/api/v1/changes").await.json["items"].as_array().unwrap().iter().all(|c| c["event"] != "interest_declared")
    );
    for url in ["https://hooks.example.cn/\u{0}", "https://hooks.example.cn/ x", "\thttps://hooks.example.cn/"] {
        let got = program.post("/api/v1/webhooks", &json!({ "url": url })).await;
        told(&got, StatusCode::UNPROCESSABLE_ENTITY, url);
    }
    // The id of a case of another kind is none here, on pages as well, and the platform has no fault.
    let held = format!("/api/v1/certificates/{}", b.case);
    for path in [held.clone(), format!("{held}/files/{}", "0".repeat(64))] {
        told(&program.get(&path).await, StatusCode::NOT_FOUND, &path);
    }
    let certify = Program::new(&b.app, "donghu", "certificates:act").await.granted(&login("manager")).await;
    told(&certify.post(&format!("{held}/acts/declare-interest"), &json!({ "has": false })).await, StatusCode::NOT_FOUND, "act");
    let mut page = b.app.sign_in(&login("manager")).await;
    assert_eq!(page.get(&format!("/body/certificates/{}", b.case)).await.status, StatusCode::NOT_FOUND);
    // Numbers of things begin with 1; who is in no plan is counted as 0.
    for (act, body, field) in [
        ("propose-correction", json!({ "nc": 0, "action": "x", "planned_for": "2026-05-01" }), Some("nc")),
        ("review-correction", json!({ "nc": 4_000_000_001_u64, "approve": true }), Some("nc")),
        ("review-correction", json!({ "nc": 1, "approve": true }), None),
    ] {
        let got = manager.post(&format!("/api/v1/applications/nothing/acts/{act}"), &body).await;
        match field {
            Some(field) => {
                told(&got, StatusCode::UNPROCESSABLE_ENTITY, act);
                assert_eq!(got.json["errors"][0]["field"], field, "{}", got.json);
            }
            None => told(&got, StatusCode::NOT_FOUND, act),
        }
    }
}
