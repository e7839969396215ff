//! Signing in, told as it happens.

use axum::http::StatusCode;
use guosuo::demo::{PASSWORD, SECRET};
use guosuo::testing::TestApp;

#[tokio::test]
async fn an_operator_signs_in_and_out() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    let page = client.get("/sign-in").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("登录名"));
    let mut client = app.sign_in("qiheng").await;
    let out = client.post("/sign-out", &[]).await;
    assert_eq!(out.location(), "/");
    assert_eq!(client.get("/sign-in/again").await.location(), "/sign-in?next=/sign-in/again");
}

#[tokio::test]
async fn staff_need_the_second_factor_and_a_code_works_once() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    let answer = client.post("/sign-in", &[("login", "chenmin"), ("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/sign-in/code");
    assert_eq!(client.get("/sign-in/again").await.status, StatusCode::SEE_OTHER, "not signed in yet");
    let code = guosuo::auth::totp::code_at(SECRET, app.app.now()).unwrap();
    let mut other = client.clone();
    assert_eq!(client.post("/sign-in/code", &[("code", &code)]).await.location(), "/authority");
    let again = other.post("/sign-in/code", &[("code", &code)]).await;
    assert_ne!(again.location(), "/authority", "the code is used up");
}

#[tokio::test]
async fn a_wrong_password_keeps_the_name_and_five_make_it_wait() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    for _ in 0..5 {
        let answer = client.post("/sign-in", &[("login", "qiheng"), ("password", "wrong")]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.text.contains("value=\"qiheng\""));
        assert!(!answer.text.contains("value=\"wrong\""));
    }
    let answer = client.post("/sign-in", &[("login", "qiheng"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key("retry-after"));
    app.advance(15 * 60 + 1);
    assert_eq!(client.post("/sign-in", &[("login", "qiheng"), ("password", PASSWORD)]).await.location(), "/body");
}

#[tokio::test]
async fn a_session_ends_by_idleness_and_leads_nowhere_else() {
    let app = TestApp::new().await;
    let mut client = app.sign_in("chenmin").await;
    assert_eq!(client.get("/sign-in/again").await.status, StatusCode::OK);
    app.advance(15 * 60);
    assert_eq!(client.get("/sign-in/again").await.status, StatusCode::SEE_OTHER);
    let mut client = app.anonymous();
    let evil = [("login", "qiheng"), ("password", PASSWORD), ("next", "//evil.example/")];
    assert_eq!(client.post("/sign-in", &evil).await.location(), "/body");
}

#[tokio::test]
async fn a_page_that_does_not_exist_says_so_in_both_languages() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    let zh = client.get("/nothing-here").await;
    assert_eq!(zh.status, StatusCode::NOT_FOUND);
    assert!(zh.text.contains("lang=\"zh-CN\""));
    let en = client.get("/en/nothing-here").await;
    assert_eq!(en.status, StatusCode::NOT_FOUND);
    assert!(en.text.contains("lang=\"en\""));
}

#[tokio::test]
async fn a_post_from_another_site_is_refused() {
    let app = TestApp::new().await;
    let mut client = app.sign_in("qiheng").await;
    let request = axum::http::Request::post("/sign-out").header("origin", "https://evil.example");
    // The client adds same-origin headers; a foreign origin contradicts them and must lose.
    let answer = client.send(request.header("sec-fetch-site", "cross-site"), axum::body::Body::empty()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}
