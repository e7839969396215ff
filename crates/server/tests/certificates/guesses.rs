//! Numbers are tried by the thousand: unknown ones are answered slower and slower, existing ones always.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use guosuo::testing::{Answer, TestApp};
use jiff::civil::date;

use crate::{NUMBER, issued};

async fn from(app: &TestApp, address: &str, path: &str, accept: &str) -> Answer {
    let request = Request::get(path).header("x-forwarded-for", address).header(header::ACCEPT, accept);
    app.anonymous().send(request, Body::empty()).await
}

#[tokio::test]
async fn unknown_numbers_are_slowed_for_one_address_and_known_ones_never() {
    let app = TestApp::new().await;
    issued(&app, NUMBER, "示例持证有限公司（虚构）", date(2029, 3, 11)).await;
    let html = "text/html";
    for n in 0..30 {
        // The page, its JSON, the signed form, the QR code: all are look-ups.
        let path = match n % 4 {
            0 => format!("/certificates/X-{n}"),
            1 => format!("/certificates/X-{n}.json"),
            2 => format!("/en/certificates/X-{n}/signed.json"),
            _ => format!("/V/X{n}"),
        };
        assert_eq!(from(&app, "192.0.2.7", &path, html).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let slow = from(&app, "192.0.2.7", "/en/certificates/X-99", html).await;
    assert_eq!(slow.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(slow.headers[header::RETRY_AFTER], "2");
    assert!(slow.text.contains("<main") && slow.text.contains("Too many"), "the designed page: {}", slow.text);
    for (path, accept) in [("/certificates/X-99.json", "*/*"), ("/certificates/X-99", "application/json")] {
        let slow = from(&app, "192.0.2.7", path, accept).await;
        assert_eq!(slow.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(slow.headers[header::CONTENT_TYPE], "application/problem+json", "{path}");
        let told: serde_json::Value = serde_json::from_str(&slow.text).unwrap();
        assert!(told["status"] == 429 && slow.headers.contains_key(header::RETRY_AFTER), "{told}");
    }
    // The certificate in somebody's hand is answered, also there and also now.
    for path in [format!("/certificates/{NUMBER}"), format!("/certificates/{NUMBER}.json")] {
        for _ in 0..50 {
            assert_eq!(from(&app, "192.0.2.7", &path, html).await.status, StatusCode::OK, "{path}");
        }
    }
    assert_eq!(from(&app, "192.0.2.8", "/certificates/X-99", html).await.status, StatusCode::NOT_FOUND, "another address");
    app.advance(2);
    assert_eq!(from(&app, "192.0.2.7", "/certificates/X-100", html).await.status, StatusCode::NOT_FOUND, "after the time told");
    assert_eq!(from(&app, "192.0.2.7", "/certificates/X-101", html).await.status, StatusCode::TOO_MANY_REQUESTS);
}
