//! Tokens: made and revoked by an administrator, shown once, used by programs and by nobody else.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use guosuo::testing::TestApp;
use guosuo_store::Class;
use serde_json::json;

use crate::bench::Bench;
use crate::program::{Program, login};

const LIST: &str = "/api/v1/applications";

#[tokio::test]
async fn an_administrator_makes_a_token_that_is_shown_once_and_ends_at_once() {
    let app = TestApp::new().await;
    let mut admin = app.sign_in("donghu").await;
    let none = admin.post("/body/tokens", &[("name", ""), ("days", "9999")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("至少选一个范围") && none.text.contains("有效天数"), "{}", none.text);
    let foreign = admin.post("/body/tokens", &[("name", "x"), ("days", "9"), ("scopes", "ledger:write")]).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY, "a body keeps no record of exports");
    let fields = [("name", "示例业务系统"), ("days", "30"), ("scopes", "cases:read"), ("scopes", "changes:read")];
    let made = admin.post("/body/tokens", &fields).await;
    assert_eq!(made.status, StatusCode::OK);
    let token = made.text.split_once("id=\"token\">").unwrap().1.split_once('<').unwrap().0.to_owned();
    assert!(token.starts_with("guosuo_") && token.len() > 40, "{token}");
    let list = admin.get("/body/tokens").await;
    assert!(list.text.contains("示例业务系统") && list.text.contains("没有用过") && !list.text.contains(&token), "{}", list.text);
    let rows = app.app.store.reader().await.unwrap().tokens("donghu").await.unwrap();
    assert!(!format!("{rows:?}").contains(&token), "what is stored is not the token");

    let program = Program { app: &app, token, member: String::new(), more: Vec::new() };
    assert_eq!(program.get(LIST).await.status, StatusCode::OK);
    let me = program.get("/api/v1/me").await.json;
    assert_eq!(me["organisation"]["id"], "donghu");
    assert_eq!(me["token"]["scopes"], json!(["cases:read", "changes:read"]));
    let list = admin.get("/body/tokens").await;
    assert!(!list.text.contains("没有用过"), "its use is noted: {}", list.text);
    // Of another organisation there is no such token; one's own ends at once.
    let id = rows[0].id.clone();
    let mut other = app.sign_in("xishan").await;
    assert_eq!(other.post(&format!("/body/tokens/{id}/revoke"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(program.get(LIST).await.status, StatusCode::OK);
    assert_eq!(admin.post(&format!("/body/tokens/{id}/revoke"), &[]).await.status, StatusCode::SEE_OTHER);
    let refused = program.get(LIST).await;
    assert_eq!((refused.status, &refused.json["code"]), (StatusCode::UNAUTHORIZED, &json!("token_invalid")));
    assert!(refused.headers.contains_key(header::WWW_AUTHENTICATE));
}

#[tokio::test]
async fn a_token_ends_by_time_and_is_used_so_often_only() {
    let app = TestApp::with(|c| c.api.requests_per_minute = 5).await;
    let program = Program::new(&app, "donghu", "cases:read").await;
    for _ in 0..5 {
        assert_eq!(program.get(LIST).await.status, StatusCode::OK);
    }
    let many = program.get(LIST).await;
    assert_eq!((many.status, &many.json["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_many")));
    assert!(many.headers.contains_key(header::RETRY_AFTER));
    app.advance(61);
    assert_eq!(program.get(LIST).await.status, StatusCode::OK);
    app.advance(31 * 24 * 3600);
    assert_eq!(program.get(LIST).await.status, StatusCode::UNAUTHORIZED, "the token has ended");
    let wrong = Program { token: "guosuo_wrong".into(), ..program.clone() };
    for _ in 0..29 {
        assert_eq!(wrong.get(LIST).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(wrong.get(LIST).await.status, StatusCode::TOO_MANY_REQUESTS, "guessing is slowed down");
}

#[tokio::test]
async fn a_session_is_nobody_for_programs_and_a_token_nobody_for_pages() {
    let app = TestApp::new().await;
    let mut person = app.sign_in("donghu").await;
    let got = person.get(LIST).await;
    assert_eq!(got.status, StatusCode::UNAUTHORIZED, "{}", got.text);
    let json: serde_json::Value = serde_json::from_str(&got.text).unwrap();
    assert_eq!(json["code"], "token_needed");
    let post = person.post("/api/v1/webhooks", &[("url", "https://hooks.example.cn/")]).await;
    assert_eq!(post.status, StatusCode::UNAUTHORIZED, "a form of another site cannot act through a session");
    assert_eq!(post.headers[header::CONTENT_TYPE], "application/problem+json");

    let program = Program::new(&app, "donghu", "cases:read webhooks").await;
    let page = program.get("/body/applications").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "a token opens no page");
    // A program may run in a browser of another origin: a token is shown on purpose.
    let abroad = program.with("origin", "https://system.example.cn").with("sec-fetch-site", "cross-site");
    let made = abroad.post("/api/v1/webhooks", &json!({ "url": "https://hooks.example.cn/" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    // The same request with a session instead of the token is refused.
    let mut cookie = app.sign_in("donghu").await;
    let request =
        Request::post("/api/v1/webhooks").header(header::CONTENT_TYPE, "application/json").header("idempotency-key", "k1");
    let answer = cookie.send(request, Body::from("{\"url\":\"https://hooks.example.cn/\"}")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_does_what_its_scopes_and_its_organisation_allow() {
    let b = Bench::new().await;
    let reader = Program::new(&b.app, "donghu", "cases:read").await;
    let list = reader.get(LIST).await.json;
    assert_eq!(list["items"][0]["id"], b.case.as_str());
    for path in ["/api/v1/certificates", "/api/v1/filings", "/api/v1/changes", "/api/v1/webhooks"] {
        let got = reader.get(path).await;
        assert_eq!((got.status, &got.json["code"]), (StatusCode::FORBIDDEN, &json!("scope_needed")), "{path}");
    }
    let act = format!("{LIST}/{}/acts/accept", b.case);
    assert_eq!(reader.post(&act, &json!({})).await.json["code"], "scope_needed");
    // Another body is not told that the case exists.
    let other = Program::new(&b.app, "xishan", "cases:read cases:act").await;
    assert_eq!(other.get(LIST).await.json["items"], json!([]));
    assert_eq!(other.get(&format!("{LIST}/{}", b.case)).await.status, StatusCode::NOT_FOUND);
    // What the law asks of a person is done by nobody else, and for nobody who did not agree.
    let machine = Program::new(&b.app, "donghu", "cases:read cases:act").await;
    assert_eq!(machine.post(&act, &json!({})).await.json["code"], "member_needed");
    let unasked = machine.of(&login("manager"));
    assert_eq!(unasked.post(&act, &json!({})).await.json["code"], "member_not_granted");
    let seen = machine.get(&format!("{LIST}/{}", b.case)).await;
    assert!(seen.json["dossier"].is_null(), "nothing of the content before interests are declared: {}", seen.json);
    assert_eq!(seen.json["closed"]["reason"]["reason"]["reason"], "interest_undeclared", "{}", seen.json);
    // Somebody of another body, although asked for by name.
    let stranger = machine.of(&login("stranger"));
    assert_eq!(stranger.get(LIST).await.json["code"], "member_not_granted");
}

#[tokio::test]
async fn a_member_agrees_on_a_page_and_takes_it_back() {
    let b = Bench::new().await;
    let program = Program::new(&b.app, "donghu", "cases:read cases:act").await;
    let act = format!("{LIST}/{}/acts/declare-interest", b.case);
    let manager = program.of(&login("manager"));
    let page = b.get("manager", "/account/tokens").await;
    assert!(page.text.contains("示例业务系统") && page.text.contains("Guosuo-Member: t-manager"), "{}", page.text);
    let id = program.id().await;
    let agreed = b.post("manager", "/account/tokens", &[("token", &id), ("given", "yes")]).await;
    assert_eq!(agreed.status, StatusCode::SEE_OTHER);
    let done = manager.post(&act, &json!({ "has": false })).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json);
    // In the record the person acted, through the token.
    let mut reader = b.app.app.store.reader().await.unwrap();
    let account = reader.account_by_login(&login("manager")).await.unwrap().unwrap().id;
    let rows = reader.ledger_of_case(&b.case).await.unwrap();
    let last = rows.iter().rev().find(|r| r.class == Class::Event.as_str()).unwrap().fields().unwrap();
    assert_eq!(last.action, "interest_declared");
    assert_eq!((last.actor.as_str(), last.session), (account.as_str(), Some(format!("token:{id}"))));
    drop(reader);
    // The opened case is recorded as read, by the person through the token.
    let seen = manager.get(&format!("{LIST}/{}", b.case)).await;
    assert_eq!(seen.json["dossier"]["form"]["scope"]["systems"], json!(["CRM"]));
    let rows = b.app.app.store.reader().await.unwrap().ledger_of_case(&b.case).await.unwrap();
    let read = rows.iter().rev().find(|r| r.class == Class::Read.as_str()).unwrap().fields().unwrap();
    assert_eq!((read.actor.as_str(), read.session), (account.as_str(), Some(format!("token:{id}"))));
    let withdrawn = b.post("manager", "/account/tokens", &[("token", &id), ("given", "no")]).await;
    assert_eq!(withdrawn.status, StatusCode::SEE_OTHER);
    assert_eq!(manager.get(LIST).await.json["code"], "member_not_granted");
}
