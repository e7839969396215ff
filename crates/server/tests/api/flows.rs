//! A program of the holder declares what really leaves; the law compares it with the certified scope (M 10(1)).

use axum::http::StatusCode;
use guosuo_case::certificate::Status;
use guosuo_store::new_id;
use serde_json::{Value, json};

use crate::bench::{Bench, PDF};
use crate::program::{Got, Program, login};

const SCOPES: &str = "certificates:read certificates:act";

async fn program<'a>(b: &'a Bench, org: &str, who: &str) -> Program<'a> {
    Program::new(&b.app, org, SCOPES).await.granted(&login(who)).await
}

/// What is certified, as a program declares it; at `pointer`, where one is given, something else takes place.
async fn actual(b: &Bench, id: &str, pointer: &str, value: Value) -> Value {
    let mut scope = json!(b.certificate(id).await.scope);
    if !pointer.is_empty() {
        *scope.pointer_mut(pointer).unwrap() = value;
    }
    json!({ "actual": scope })
}

fn fields(got: &Got) -> Vec<&str> {
    got.json["errors"].as_array().map_or_else(Vec::new, |l| l.iter().filter_map(|e| e["field"].as_str()).collect())
}

fn offered(v: &Value) -> Vec<&str> {
    v["possible"].as_array().map_or_else(Vec::new, |l| l.iter().filter_map(|e| e["act"].as_str()).collect())
}

#[tokio::test]
async fn flows_within_the_scope_change_nothing_and_flows_beyond_it_reach_the_body_with_each_difference() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let holder = program(&b, "testco", "applicant").await;
    let base = format!("/api/v1/certificates/{id}");
    let (path, list) = (format!("{base}/acts/declare-flows"), format!("{base}/flows"));
    let seen = holder.get(&base).await;
    assert!(offered(&seen.json).contains(&"declare-flows"), "{}", seen.json["possible"]);

    let same = holder.post(&path, &actual(&b, &id, "", Value::Null).await).await;
    assert_eq!((same.status, &same.json["declaration"]["within"]), (StatusCode::OK, &json!(true)), "{}", same.json);
    assert_eq!(same.json["declaration"]["differences"], json!([]));
    assert_eq!(same.etag(), format!("\"{}\"", same.json["version"]));
    let fewer = holder.post(&path, &actual(&b, &id, "/kinds/1", json!({ "name": "姓名", "sensitive": false })).await).await;
    assert_eq!(fewer.status, StatusCode::CONFLICT, "one kind twice is none that can be compared: {}", fewer.json);
    assert_eq!(fields(&fewer), ["actual.kinds.1.name"], "{}", fewer.json);
    let mut unused = actual(&b, &id, "", Value::Null).await;
    unused["actual"]["kinds"].as_array_mut().unwrap().pop();
    let unused = holder.post(&path, &unused).await.json["declaration"].clone();
    assert_eq!((&unused["within"], &unused["differences"][0]["direction"]), (&json!(true), &json!("unused")), "{unused}");
    assert!(b.certificate(&id).await.suggestions.is_empty(), "nothing goes beyond the scope");

    // Beyond it, with a document that was sent before.
    let file = holder.file(&base, PDF).await["file"].clone();
    let mut beyond = actual(&b, &id, "/recipients/0/country", json!("US")).await;
    beyond["actual"]["people"]["non_sensitive"] = 310_000.into();
    beyond["source"] = json!([{ "file": file, "title": "示例日志统计.pdf", "version": "2026-03" }]);
    let english = holder.with("accept-language", "en").with("idempotency-key", new_id());
    let got = english.post(&path, &beyond).await;
    assert_eq!((got.status, &got.json["declaration"]["within"]), (StatusCode::OK, &json!(false)), "{}", got.json);
    let told: Vec<(&str, &str, &str)> = got.json["declaration"]["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["field"].as_str().unwrap(), d["certified"].as_str().unwrap(), d["actual"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("people", "300000", "310000"), ("recipient_country", "DE", "US")], "{}", got.json);
    let message = got.json["declaration"]["differences"][0]["message"].as_str().unwrap();
    assert!(message.contains("300,000") && message.contains("310,000"), "in the words of the page: {message}");
    assert_eq!(got.json["declaration"]["source"]["title"], "示例日志统计.pdf");

    // Sent again it happens once and says the same, also when more was declared since.
    holder.post(&path, &actual(&b, &id, "", Value::Null).await).await;
    let again = english.post(&path, &beyond).await;
    assert_eq!((again.status, &again.json["replayed"]), (StatusCode::OK, &json!(true)));
    assert_eq!((&again.json["declaration"], &again.json["version"]), (&got.json["declaration"], &got.json["version"]));
    let other = english.post(&path, &actual(&b, &id, "", Value::Null).await).await;
    assert_eq!((other.status, other.json["code"].as_str()), (StatusCode::CONFLICT, Some("idempotency_key_reused")));

    // All of it can be read, newest first, by the holder and by the body; unchanged it is not sent twice.
    let read = holder.get(&list).await;
    let within: Vec<&Value> = read.json["items"].as_array().unwrap().iter().map(|i| &i["within"]).collect();
    assert_eq!(within, [true, false, true, true], "{}", read.json);
    assert_eq!(english.get(&list).await.json["items"][1], got.json["declaration"], "as it was answered");
    assert_eq!(read.json["certified"], json!(b.certificate(&id).await.scope));
    assert_eq!(holder.with("if-none-match", read.etag()).get(&list).await.status, StatusCode::NOT_MODIFIED);

    // Nothing is decided; the suspension is proposed to the body, with the differences.
    let c = b.certificate(&id).await;
    assert_eq!(c.status_on("2026-03-12".parse().unwrap()), Status::Valid);
    let body = program(&b, "donghu", "manager").await;
    assert_eq!(body.get(&list).await.json["items"].as_array().unwrap().len(), 4);
    let told = body.get(&base).await.json;
    let open = &told["suggestions"].as_array().unwrap()[0];
    assert_eq!((&open["open"], open["cause"]["differences"].as_array().map(Vec::len)), (&json!(true), Some(2)), "{open}");
    assert_eq!(told["suggestions"].as_array().unwrap().len(), 1);
    let evidence = body.file(&base, PDF).await["file"].clone();
    let propose = json!({
        "origin": "body", "measure": "suspend", "suggestion": 1, "ground": "示例：接收方所在地超出认证范围", "publication": "示例公告",
        "evidence": [{ "file": evidence, "title": "示例比对", "version": "1.0" }]
    });
    let proposed = body.post(&format!("{base}/acts/propose"), &propose).await;
    assert_eq!(proposed.status, StatusCode::OK, "{}", proposed.json);
    assert_eq!(b.certificate(&id).await.proposal.unwrap().suggestion, Some(1));
    let page = b.get("manager", &format!("/body/certificates/{id}/flows")).await;
    assert!(
        page.text.contains("2项超出认证范围") && page.text.contains("示例日志统计.pdf"),
        "the page shows the same: {}",
        page.text
    );
}

#[tokio::test]
async fn what_cannot_be_declared_is_refused_by_name_and_nobody_declares_for_others() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let holder = program(&b, "testco", "applicant").await;
    let base = format!("/api/v1/certificates/{id}");
    let (path, list) = (format!("{base}/acts/declare-flows"), format!("{base}/flows"));
    let whole = json!(b.certificate(&id).await.scope);
    for (pointer, value, field) in [
        ("/recipients/0", json!({ "name": "x", "country": 5, "contact": "" }), "actual.recipients.0.country"),
        ("/recipients/0", json!({ "name": "x", "land": "DE", "contact": "" }), "actual.recipients.0.land"),
        ("/kinds/1", json!({ "name": "护照号" }), "actual.kinds.1.sensitive"),
        ("/people/sensitive", json!(-1), "actual.people.sensitive"),
        ("/purposes/0", json!("a\u{202e}b"), "actual.purposes.0"),
        ("/systems", Value::Null, "actual.systems"),
        ("", json!([]), "actual"),
        ("", json!({}), "actual.retention_months"),
    ] {
        let mut scope = whole.clone();
        *scope.pointer_mut(pointer).unwrap() = value;
        let got = holder.post(&path, &json!({ "actual": scope })).await;
        assert_eq!((got.status, got.json["code"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("fields_wrong")), "{field}");
        assert!(fields(&got).contains(&field), "{field}: {}", got.json);
    }
    for (body, field) in [
        (json!({}), "actual"),
        (json!({ "actual": whole, "when": "now" }), "when"),
        (json!({ "actual": whole, "source": "x" }), "source"),
        (json!({ "actual": whole, "source": [{ "file": "019cdfe0a07a7d21a2b3c4d5e6f70009", "title": "x" }] }), "source.0.file"),
    ] {
        let got = holder.post(&path, &body).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", got.json);
        assert_eq!(fields(&got), [field], "{}", got.json);
    }
    // What the law cannot compare has its place too, with the state and what is possible.
    let got = holder.post(&path, &actual(&b, &id, "/recipients/0/country", json!("XX")).await).await;
    assert_eq!((got.status, got.json["code"].as_str()), (StatusCode::CONFLICT, Some("not_ready")), "{}", got.json);
    assert_eq!((fields(&got), got.json["state"].as_str()), (vec!["actual.recipients.0.country"], Some("valid")), "{}", got.json);
    assert!(got.json["article"].is_string() && offered(&got.json).contains(&"declare-flows"), "{}", got.json);
    let bare = holder.send("POST", &path, Some("application/json"), json!({ "actual": whole }).to_string().into()).await;
    assert_eq!((bare.status, bare.json["code"].as_str()), (StatusCode::BAD_REQUEST, Some("idempotency_key_needed")));
    let old = holder.with("if-match", "\"1\"").post(&path, &json!({ "actual": whole })).await;
    assert_eq!((old.status, old.json["code"].as_str()), (StatusCode::PRECONDITION_FAILED, Some("version_old")), "{}", old.json);

    // A token without the scope, or without a member; a member of the body who has not said whether interests stand against it.
    let narrow = Program::new(&b.app, "testco", "certificates:read").await.granted(&login("applicant")).await;
    assert_eq!(narrow.post(&path, &json!({ "actual": whole })).await.json["code"], "scope_needed");
    assert_eq!(holder.of("").post(&path, &json!({ "actual": whole })).await.json["code"], "member_needed");
    assert_eq!(holder.of("").get(&list).await.status, StatusCode::OK, "the organisation reads without a member");
    // Others are not even told that it exists.
    for (org, who) in [("testgmbh", "foreign"), ("xishan", "stranger")] {
        let stranger = program(&b, org, who).await;
        for got in [stranger.get(&list).await, stranger.post(&path, &json!({ "actual": whole })).await] {
            assert_eq!(
                (got.status, got.json["code"].as_str()),
                (StatusCode::NOT_FOUND, Some("not_found")),
                "{org}: {}",
                got.json
            );
        }
    }
    assert_eq!(holder.get(&format!("/api/v1/certificates/{}/flows", new_id())).await.status, StatusCode::NOT_FOUND);
    assert_eq!(holder.get(&list).await.json["items"], json!([]), "nothing of all this was declared");

    // The day after its last day nothing is declared any more; what was declared can still be read.
    b.app.set_time("2029-03-12T01:00:00Z");
    let late = program(&b, "testco", "applicant").await;
    let got = late.with("accept-language", "en").post(&path, &json!({ "actual": whole })).await;
    assert_eq!((got.status, got.json["code"].as_str()), (StatusCode::CONFLICT, Some("validity_ended")), "{}", got.json);
    assert_eq!((got.json["state"].as_str(), got.json["article"].as_str()), (Some("expired"), Some("M 8(2)")), "{}", got.json);
    assert!(!offered(&got.json).contains(&"declare-flows") && got.json["possible"].is_array(), "{}", got.json);
    assert_eq!(late.get(&list).await.json["status"], "expired");
}

#[tokio::test]
async fn the_body_declares_what_it_has_found_and_the_mandate_of_a_representative_is_asked() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let path = format!("/api/v1/certificates/{id}/acts/declare-flows");
    let found = actual(&b, &id, "/systems/0", json!("ERP")).await;
    let manager = program(&b, "donghu", "manager").await;
    let got = manager.post(&path, &found).await;
    assert_eq!((got.status, &got.json["declaration"]["within"]), (StatusCode::OK, &json!(false)), "{}", got.json);
    assert_eq!(b.certificate(&id).await.suggestions.len(), 1);
    // The right is that of the page: whoever decides declares nothing.
    let head = program(&b, "donghu", "head").await;
    let refused = head.post(&path, &found).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (StatusCode::FORBIDDEN, Some("not_allowed")), "{}", refused.json);

    let abroad = Bench::abroad("2026-12-31").await;
    let id = abroad.certified().await;
    let path = format!("/api/v1/certificates/{id}/acts/declare-flows");
    let flows = actual(&abroad, &id, "", Value::Null).await;
    let rep = program(&abroad, "testrep", "rep").await;
    let got = rep.post(&path, &flows).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.json);
    abroad.app.set_time("2027-01-01T01:00:00Z");
    let late = program(&abroad, "testrep", "rep").await.post(&path, &flows).await;
    assert_eq!((late.status, late.json["code"].as_str()), (StatusCode::CONFLICT, Some("mandate_expired")), "{}", late.json);
}
