//! Every address, as everybody: the table of routes is a committed text, and nobody gets an
//! answer that the table of rights does not allow.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;

use axum::http::StatusCode;
use guosuo::serve::table;
use guosuo::testing::{Answer, Client, TestApp};
use guosuo_case::{Right, Role};

/// One account of the demonstration for each role, and the role it stands for.
const PEOPLE: [(&str, &[Role]); 10] = [
    ("qiheng", &[Role::Operator, Role::OrgAdmin]),
    ("qiheng2", &[Role::Operator]),
    ("chenmin", &[Role::CacHandler]),
    ("hechuan", &[Role::CacHead]),
    ("linshu", &[Role::NdaReviewer]),
    ("samr", &[Role::SamrReader]),
    ("sysadmin", &[Role::SystemAdmin]),
    ("secadmin", &[Role::SecurityAdmin]),
    ("auditor", &[Role::AuditAdmin]),
    ("luming", &[Role::Operator, Role::OrgAdmin]),
];

/// Things that belong to another organisation than those who ask.
struct Foreign {
    filing: String,
    account: String,
    message: String,
}

impl Foreign {
    /// The draft, a member and a message of `yunxiu`.
    async fn make(app: &TestApp) -> Self {
        let mut owner = app.sign_in("yunxiu").await;
        let made = owner.post("/body/filings", &[]).await;
        let filing = made.location().split('/').find(|p| p.len() > 20).unwrap_or_default().to_owned();
        assert!(!filing.is_empty(), "a draft: {} {}", made.status, made.location());
        let mut reader = app.app.store.reader().await.unwrap();
        let account = reader.accounts("yunxiu").await.unwrap()[0].id.clone();
        let now = app.app.now();
        let message = app
            .app
            .store
            .write(move |tx| {
                Box::pin(async move {
                    tx.send_message("yunxiu", "", "submitted", &serde_json::json!({ "name": "示例（虚构）" }), None, now).await
                })
            })
            .await
            .map_err(|e: guosuo_store::Error| e)
            .unwrap();
        Self { filing, account, message }
    }

    fn address(&self, pattern: &str) -> String {
        let id = if pattern.contains("/members/") || pattern.contains("/staff/") {
            &self.account
        } else if pattern.contains("/inbox/") {
            &self.message
        } else {
            &self.filing
        };
        let mut out = String::new();
        for part in pattern.split('/').skip(1) {
            let part = match part {
                "{id}" | "{filing}" | "{case}" => id.clone(),
                "{slot}" => "1.1".to_owned(),
                "{seq}" | "{n}" | "{page}" | "{number}" => "1".to_owned(),
                "{name}" => "decide".to_owned(),
                p if p.starts_with('{') => p.trim_matches(['{', '}', '*']).to_owned(),
                p => p.to_owned(),
            };
            let _ = write!(out, "/{part}");
        }
        out
    }
}

async fn ask(client: &Client, method: &str, address: &str) -> Answer {
    // A copy, so that cookies that the answer sets do not change the one who asks.
    let mut client = client.clone();
    match method {
        "GET" => client.get(address).await,
        "PATCH" => client.send(axum::http::Request::patch(address), axum::body::Body::empty()).await,
        "PUT" => client.send(axum::http::Request::put(address), axum::body::Body::empty()).await,
        _ => client.post(address, &[]).await,
    }
}

/// Whether an address names something of one organisation, so that others must not reach it.
fn names_something_foreign(path: &str) -> bool {
    path.contains('{') && ["/body/", "/authority/", "/admin/staff/", "/api/"].iter().any(|p| path.starts_with(p))
}

#[tokio::test]
async fn nobody_reaches_what_the_rights_do_not_give() {
    let app = TestApp::new().await;
    let foreign = Foreign::make(&app).await;
    let mut people = vec![(String::from("anonymous"), &[] as &[Role], app.anonymous())];
    for (login, roles) in PEOPLE {
        people.push((login.to_owned(), roles, app.sign_in(login).await));
    }
    let mut asked = 0;
    let mut wrong = Vec::new();
    for route in table() {
        // This one ends the session of whoever asks.
        if route.path == "/sign-out" {
            continue;
        }
        let address = foreign.address(route.path);
        for (who, roles, client) in &people {
            let answer = ask(client, route.method, &address).await;
            asked += 1;
            let may = route.right.roles().is_none_or(|r| roles.iter().any(|x| r.contains(x)));
            let ok = answer.status.is_success();
            let line = || format!("{who}: {} {address} ({}) -> {}", route.method, route.right.as_str(), answer.status);
            if answer.status.is_server_error() && answer.status != StatusCode::SERVICE_UNAVAILABLE {
                wrong.push(format!("fault, {}", line()));
            }
            if !may {
                let refused = match answer.status {
                    StatusCode::SEE_OTHER => roles.is_empty() && answer.location().starts_with("/sign-in?next="),
                    StatusCode::UNAUTHORIZED => roles.is_empty(),
                    StatusCode::FORBIDDEN => !roles.is_empty(),
                    _ => false,
                };
                if !refused {
                    wrong.push(format!("not refused, {}", line()));
                }
            } else if ok && names_something_foreign(route.path) {
                wrong.push(format!("foreign, {}", line()));
            } else if route.method == "GET"
                && !route.path.contains('{')
                && answer.status.is_client_error()
                && route.right != Right::OwnAccount
            {
                let known = ["/metrics"].contains(&route.path);
                if !known {
                    wrong.push(format!("own page refused, {}", line()));
                }
            }
        }
    }
    assert!(asked > 500, "the sweep was as large as expected: {asked}");
    assert!(wrong.is_empty(), "{} of {asked} answers are not as they should be:\n{}", wrong.len(), wrong.join("\n"));
}
