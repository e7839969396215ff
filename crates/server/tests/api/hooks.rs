//! Calls back to a real receiver, which is down, refuses, and comes back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use guosuo::jobs::webhooks::{signature, step};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::program::{Program, login};

/// What arrived, and what the receiver answers with.
#[derive(Default)]
pub(crate) struct Receiver {
    got: Mutex<Vec<(HeaderMap, String)>>,
    answer: Mutex<BTreeMap<String, u16>>,
}

impl Receiver {
    /// A receiver on this machine; answers its address.
    pub(crate) async fn listen() -> (Arc<Self>, String) {
        async fn take(State(r): State<Arc<Receiver>>, headers: HeaderMap, body: String) -> StatusCode {
            let event = serde_json::from_str::<Value>(&body).unwrap()["event"].as_str().unwrap().to_owned();
            r.got.lock().unwrap().push((headers, body));
            let status = r.answer.lock().unwrap().get(&event).copied().unwrap_or(204);
            StatusCode::from_u16(status).unwrap()
        }
        let this = Arc::new(Self::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}/hook", listener.local_addr().unwrap());
        let service = axum::Router::new().route("/hook", post(take)).with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        (this, at)
    }

    pub(crate) fn events(&self) -> Vec<String> {
        let got = self.got.lock().unwrap();
        got.iter().map(|(_, b)| serde_json::from_str::<Value>(b).unwrap()["event"].as_str().unwrap().to_owned()).collect()
    }

    fn clear(&self) {
        self.got.lock().unwrap().clear();
    }
}

async fn all(b: &Bench) {
    while step(&b.app.app).await.unwrap() > 0 {}
}

#[tokio::test]
async fn what_happens_is_told_signed_and_in_order_and_again_when_asked() {
    let b = Bench::new().await;
    let (receiver, at) = Receiver::listen().await;
    let program = Program::new(&b.app, "donghu", "webhooks changes:read").await;
    let made = program.post("/api/v1/webhooks", &json!({ "url": at })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    let (id, secret) = (made.json["id"].as_str().unwrap().to_owned(), made.json["secret"].as_str().unwrap().to_owned());
    all(&b).await;
    assert!(receiver.events().is_empty(), "what was before is not told");

    b.declare(&["manager"]).await;
    b.does("manager", "accept", &[]).await;
    all(&b).await;
    assert_eq!(receiver.events(), ["interest_declared", "accepted"]);
    let (headers, body) = receiver.got.lock().unwrap()[1].clone();
    let signed = headers["guosuo-signature"].to_str().unwrap().to_owned();
    let (t, v) = signed.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    assert_eq!(v, signature(secret.as_bytes(), t.parse().unwrap(), body.as_bytes()));
    let message: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((message["id"].as_str(), message["state"].as_str()), (Some(b.case.as_str()), Some("accepted")));
    assert_eq!(headers["guosuo-delivery"].to_str().unwrap(), format!("{id}/{}", message["n"]));
    // The list of changes says the same.
    let line = program.get(&format!("/api/v1/changes?after={}", message["n"].as_i64().unwrap() - 1)).await.json;
    assert_eq!(line["items"][0]["event"], message["event"]);

    // A new secret: for a day both sign.
    let rotated = program.post(&format!("/api/v1/webhooks/{id}/acts/rotate"), &json!({})).await;
    let new = rotated.json["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, secret);
    receiver.clear();
    let n = message["n"].as_i64().unwrap();
    let again = program.post(&format!("/api/v1/webhooks/{id}/replay"), &json!({ "from": 1, "to": n })).await;
    assert_eq!(again.json["again"], 2, "{}", again.json);
    all(&b).await;
    assert_eq!(receiver.events(), ["interest_declared", "accepted"], "the same, in the same order");
    let (headers, body) = receiver.got.lock().unwrap()[0].clone();
    let signed = headers["guosuo-signature"].to_str().unwrap().to_owned();
    let t: i64 = signed.strip_prefix("t=").unwrap().split(',').next().unwrap().parse().unwrap();
    for key in [&new, &secret] {
        assert!(signed.contains(&signature(key.as_bytes(), t, body.as_bytes())), "{signed}");
    }
    b.app.advance(25 * 3600);
    receiver.clear();
    program.post(&format!("/api/v1/webhooks/{id}/replay"), &json!({ "from": n, "to": n })).await;
    all(&b).await;
    assert_eq!(receiver.got.lock().unwrap()[0].0["guosuo-signature"].to_str().unwrap().matches("v1=").count(), 1);
    let list = program.get(&format!("/api/v1/webhooks/{id}/deliveries?state=delivered")).await.json;
    assert_eq!(list["items"].as_array().unwrap().len(), 2, "{list}");
}

#[tokio::test]
async fn a_receiver_that_fails_is_tried_later_and_one_case_waits_for_no_other() {
    let b = Bench::new().await;
    let (receiver, at) = Receiver::listen().await;
    let program = Program::new(&b.app, "donghu", "webhooks").await;
    let id = program.post("/api/v1/webhooks", &json!({ "url": at })).await.json["id"].as_str().unwrap().to_owned();
    receiver.answer.lock().unwrap().insert("interest_declared".into(), 500);
    b.declare(&["manager"]).await;
    b.does("manager", "accept", &[]).await;
    // Another case of the same body.
    let mut operator = b.app.sign_in("donghu").await;
    assert_eq!(operator.post("/body/filings", &[]).await.status, StatusCode::SEE_OTHER);
    all(&b).await;
    let mut first = receiver.events();
    first.sort();
    assert_eq!(first, ["interest_declared", "opened"], "the second event of the case waits for its first");
    let deliveries = format!("/api/v1/webhooks/{id}/deliveries");
    let list = program.get(&deliveries).await.json;
    assert_eq!((list["items"][0]["status"].as_i64(), list["items"][0]["attempts"].as_i64()), (Some(500), Some(1)), "{list}");
    all(&b).await;
    assert_eq!(receiver.events().len(), 2, "not before its time");
    b.app.advance(6);
    all(&b).await;
    assert_eq!(receiver.events().len(), 3, "the second attempt");
    // It is given up after many attempts, and a person lets it go out again.
    for _ in 0..12 {
        b.app.advance(6 * 3600);
        all(&b).await;
    }
    let list = program.get(&format!("{deliveries}?state=parked")).await.json;
    assert_eq!(list["items"][0]["attempts"], 12, "{list}");
    // Sessions have ended meanwhile; the token lives on.
    let mut operator = b.app.sign_in("donghu").await;
    let page = operator.get(&format!("/body/webhooks/{id}")).await;
    assert!(page.text.contains("已停止重试") && page.text.contains("status 500"), "{}", page.text);
    receiver.clear();
    receiver.answer.lock().unwrap().clear();
    let n = list["items"][0]["n"].to_string();
    let sent = operator.post(&format!("/body/webhooks/{id}"), &[("act", "replay"), ("from", &n), ("to", &n)]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    all(&b).await;
    assert_eq!(receiver.events(), ["interest_declared", "accepted"], "and what waited for it follows");
    // Paused, nothing goes out; resumed, all of it.
    operator.post(&format!("/body/webhooks/{id}"), &[("act", "pause")]).await;
    receiver.clear();
    let manager = Program::new(&b.app, "donghu", "cases:act").await.granted(&login("manager")).await;
    let body = json!({ "pause": "applicant", "note": "示例" });
    let done = manager.post(&format!("/api/v1/applications/{}/acts/stop-clock", b.case), &body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json);
    all(&b).await;
    assert!(receiver.events().is_empty());
    operator.post(&format!("/body/webhooks/{id}"), &[("act", "resume")]).await;
    all(&b).await;
    assert_eq!(receiver.events(), ["clock_stopped"]);
}

#[tokio::test]
async fn nobody_listens_and_nothing_inside_is_called() {
    let b = Bench::new().await;
    let program = Program::new(&b.app, "donghu", "webhooks").await;
    for url in [
        "http://example.cn/",
        "https://10.1.2.3/",
        "https://[fd00::1]/",
        "https://169.254.169.254/",
        "https://u:p@example.cn/",
        "gopher://x/",
        "x",
    ] {
        let got = program.post("/api/v1/webhooks", &json!({ "url": url })).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}: {}", got.json);
        assert_eq!(got.json["errors"][0]["field"], "url");
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let id = program.post("/api/v1/webhooks", &json!({ "url": at })).await.json["id"].as_str().unwrap().to_owned();
    b.declare(&["manager"]).await;
    all(&b).await;
    let list = program.get(&format!("/api/v1/webhooks/{id}/deliveries")).await.json;
    let d = &list["items"][0];
    assert_eq!((d["state"].as_str(), &d["status"]), (Some("waiting"), &Value::Null), "{list}");
    assert!(d["error"].as_str().is_some_and(|e| !e.contains("127.0.0.1")), "the address is not repeated: {list}");
    // Of another organisation there is no such address.
    let other = Program::new(&b.app, "xishan", "webhooks").await;
    assert_eq!(other.get(&format!("/api/v1/webhooks/{id}/deliveries")).await.status, StatusCode::NOT_FOUND);
}
