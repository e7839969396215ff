//! The yearly record of exports by programs: numbers and keyed values, once each, and never a bare identifier.

use axum::http::StatusCode;
use guosuo::api::examples;
use guosuo::preparing::seed_exports;
use guosuo_case::certification::{Kind, Recipient};
use guosuo_case::exports::{Basis, Command, FlowFacts};
use guosuo_rules::yearly::Way;
use serde_json::json;

use crate::bench::{Bench, applicant};
use crate::documents::fits;
use crate::program::Program;

async fn with_a_flow(b: &Bench) {
    let now = b.app.app.now();
    let facts = FlowFacts {
        name: "示例订单".into(),
        exporter: "示例出海".into(),
        contact: "privacy@example.invalid".into(),
        recipient: Recipient { name: "Example GmbH".into(), country: "DE".into(), contact: "dpo@example.invalid".into() },
        purpose: "订单履行".into(),
        method: "存储".into(),
        kinds: vec![Kind { name: "护照号".into(), sensitive: true }],
        retention_months: 24,
        basis: Some(Basis::Consent),
        necessity: "示例必要性".into(),
        effect: "示例影响".into(),
        rights: "示例方式".into(),
        rights_abroad: "示例方式".into(),
        way: Way::Certificate,
        ..FlowFacts::default()
    };
    let commands = vec![Command::Open, Command::DescribeFlow { flow: None, facts: Box::new(facts) }];
    seed_exports(&b.app.app, &applicant(), commands, now).await.unwrap();
}

#[tokio::test]
async fn counts_are_reported_once_and_a_wrong_report_is_voided() {
    let b = Bench::new().await;
    with_a_flow(&b).await;
    let text = b.app.anonymous().get("/api/v1/openapi.json").await.text;
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let shown = &document["paths"]["/api/v1/exports/reports"]["post"]["requestBody"]["content"]["application/json"]["examples"];
    let program = Program::new(&b.app, "testco", "ledger:read ledger:write").await;
    let path = "/api/v1/exports/reports";
    let keyed = program.with("idempotency-key", "march");
    let first = keyed.post(path, &shown["plain"]["value"]).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.json);
    assert_eq!(shown["plain"]["value"], examples::plain_counts());
    let schema = &document["components"]["schemas"]["CountsTaken"];
    fits(&document, schema, &first.json, "report").unwrap();
    let again = keyed.post(path, &examples::plain_counts()).await;
    assert_eq!((again.status, &again.json["replayed"]), (StatusCode::CREATED, &json!(true)), "{}", again.json);
    let second = program.post(path, &shown["keyed"]["value"]).await;
    assert_eq!(second.status, StatusCode::CREATED, "{}", second.json);
    let seen = program.get("/api/v1/exports?year=2026").await.json;
    assert_eq!(seen["reports"].as_array().unwrap().len(), 2, "{seen}");
    assert!(seen["totals"]["non_sensitive"].is_object(), "{seen}");
    let void = program.post("/api/v1/exports/reports/1/void", &json!({ "reason": "示例：重复计算" })).await;
    assert_eq!((void.status, &void.json["report"]), (StatusCode::OK, &json!(1)), "{}", void.json);
    let seen = program.get("/api/v1/exports").await.json;
    assert!(seen["reports"][0]["voided"].is_string(), "{seen}");

    // An identity number is no keyed value; a flow that is not there; a negative number; somebody else.
    for (counts, why) in [
        (json!({ "count": "keyed", "key": "k", "seen": [{ "person": "11010519491231002X", "on": "2026-03-01" }] }), "person"),
        (json!({ "count": "plain", "points": [{ "on": "2026-03-01", "non_sensitive": -1, "sensitive": 0 }] }), "negative"),
        (json!({ "count": "guess" }), "count"),
        (
            json!({ "count": "set", "key": "k", "sha256": "00", "entries": 1, "years": [2026], "first": "2026-03-01", "last": "2026-03-01" }),
            "a digest without its values says nothing",
        ),
    ] {
        let got = program.post(path, &json!({ "flow": 1, "source": "x", "counts": counts })).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}: {}", got.json);
    }
    let mut none = examples::plain_counts();
    none["flow"] = 9.into();
    let got = program.post(path, &none).await;
    assert!(got.status.is_client_error() && got.json["article"].is_string(), "{} {}", got.status, got.json);
    let body = Program::new(&b.app, "donghu", "cases:read ledger:write").await;
    assert_eq!(body.post(path, &examples::plain_counts()).await.status, StatusCode::NOT_FOUND, "a body keeps no such record");
    let read = Program::new(&b.app, "testco", "ledger:read").await;
    assert_eq!(read.post(path, &examples::plain_counts()).await.json["code"], "scope_needed");
}

#[tokio::test]
async fn a_long_set_comes_as_a_file_and_counts_once() {
    let b = Bench::new().await;
    with_a_flow(&b).await;
    let program = Program::new(&b.app, "testco", "ledger:read ledger:write").await;
    let mut sheet = String::from("person,date,sensitive\n");
    for n in 0..30_000_u32 {
        use std::fmt::Write as _;
        writeln!(sheet, "{:032x},2026-02-{:02},0", u64::from(n % 20_000) << 32 | 7, n % 28 + 1).unwrap();
    }
    let path = "/api/v1/exports/reports/sheet?flow=1&source=orders.csv&key=group";
    let send = |key: &'static str, path: &'static str, text: String| {
        let program = program.with("idempotency-key", key);
        async move { program.send("POST", path, Some("text/csv"), text.into_bytes()).await }
    };
    let first = send("a", path, sheet.clone()).await;
    assert_eq!((first.status, &first.json["report"]), (StatusCode::CREATED, &json!(1)), "{}", first.json);
    let again = send("a", path, sheet.clone()).await;
    assert_eq!((again.status, &again.json["replayed"]), (StatusCode::CREATED, &json!(true)), "{}", again.json);
    let other = send("a", path, sheet.replace(",0\n", ",1\n")).await;
    assert_eq!(other.json["code"], "idempotency_key_reused", "{}", other.json);
    let seen = program.get("/api/v1/exports?year=2026").await.json;
    assert_eq!((&seen["reports"][0]["entries"], &seen["reports"][1]), (&json!(20_000), &json!(null)), "{seen}");
    assert_eq!(seen["totals"]["non_sensitive"]["most"]["total"], 20_000, "{seen}");
    let blobs = b.app.app.store.reader().await.unwrap().blobs_of("exports-testco").await.unwrap();
    assert_eq!(blobs.len(), 1, "what was sent again left nothing behind");
    let bad = send("b", path, format!("{sheet}11010519491231002X,2026-02-01,0\n")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.json);
    assert!(bad.json.to_string().contains("30002"), "the line is named: {}", bad.json);
    for path in ["/api/v1/exports/reports/sheet?source=x", "/api/v1/exports/reports/sheet?flow=1"] {
        assert_eq!(send("c", path, sheet.clone()).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
}
