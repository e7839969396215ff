//! The mandate of whoever acts for a holder abroad, after there is a certificate (M 7(2), PIPL 53): renewed, given to
//! another, and refused with what would help wherever it has ended or does not reach.

use axum::http::StatusCode;
use guosuo::testing::Answer;
use guosuo_case::certificate::Status;

use crate::bench::{Bench, PDF};

const CODE: &str = "91110105MA0X00096";

/// The fields of the page, with the acts that the mandate reaches.
fn fields<'a>(until: &'a str, acts: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let mut out = vec![
        ("kind", "designated_representative"),
        ("from", "2026-01-01"),
        ("until", until),
        ("reported_to", "示例市网信办"),
        ("document_version", "2.0"),
    ];
    out.extend(acts.iter().map(|a| ("acts", *a)));
    out
}

async fn record(b: &Bench, who: &'static str, path: &str, fields: &[(&str, &str)]) -> Answer {
    b.upload(who, path, fields, ("document", PDF)).await
}

#[tokio::test]
async fn a_mandate_that_expired_yesterday_is_renewed_on_the_page_of_the_certificate() {
    let b = Bench::abroad("2026-06-30").await;
    let id = b.certified().await;
    let (holder, body) = (format!("/processor/certificates/{id}"), format!("/body/certificates/{id}"));
    let page = b.get("rep", &holder).await;
    assert!(page.text.contains("acts/record-mandate"), "it can be renewed at any time: {}", page.text);
    b.app.set_time("2026-07-01T01:30:00Z");
    b.again().await;

    // Every act is refused with the day, the article and the page that helps.
    let link = format!("{holder}/acts/record-mandate");
    let ask = [("measure", "suspend"), ("reason", "示例")];
    let refused = [
        b.post("rep", &format!("{holder}/acts/request"), &ask).await,
        b.get("rep", &format!("{holder}/flows")).await,
        b.post("rep", &format!("{holder}/flows"), &[("then", "declare"), ("purposes", "示例")]).await,
        b.get("rep", &format!("{holder}/renewal")).await,
        b.post("rep", &format!("{holder}/renewal"), &[]).await,
    ];
    for answer in refused {
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
        for words in ["授权委托书已于2026年6月30日到期", "第七条", link.as_str()] {
            assert!(answer.text.contains(words), "{words}: {}", answer.text);
        }
    }
    for (who, path) in [("rep", &holder), ("manager", &body)] {
        let page = b.get(who, path).await;
        assert!(page.text.contains("授权委托书已于2026年6月30日到期") && page.text.contains("已到期"), "{who}: {}", page.text);
    }
    let english = b.get("rep", &format!("/en{link}")).await;
    assert!(english.text.contains("Record the mandate") && english.text.contains("PIPL, Article 53"), "{}", english.text);

    // What cannot stand is said at its field, and nothing typed is lost.
    let path = format!("{holder}/acts/record-mandate");
    for (until, acts, at) in [
        ("2026-06-30", vec!["status"], "until-error"),
        ("2025-12-31", vec!["status"], "until-error"),
        ("2028-12-31", vec![], "acts-error"),
    ] {
        let wrong = record(&b, "rep", &path, &fields(until, &acts)).await;
        assert!(wrong.status.is_client_error(), "{until}");
        assert!(wrong.text.contains(at) && wrong.text.contains("示例市网信办"), "{until}: {}", wrong.text);
    }
    let bare = b.post("rep", &path, &fields("2028-12-31", &["status"])).await;
    assert!(bare.status.is_client_error() && bare.text.contains("document-error"), "{}", bare.text);
    let done = record(&b, "rep", &path, &fields("2028-12-31", &["status"])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

    // It reaches what it names and no more.
    b.acts("rep", &format!("{holder}/acts/request"), &ask, None).await;
    let flows = b.get("rep", &format!("{holder}/flows")).await;
    assert_eq!(flows.status, StatusCode::CONFLICT);
    assert!(flows.text.contains("范围不包括") && flows.text.contains(&link), "{}", flows.text);

    // The body and the authority see both mandates, with the documents that were put here.
    let sha = guosuo_seal::digest::sha256(PDF).to_hex();
    for (who, room) in [("manager", "body"), ("cac", "authority"), ("rep", "processor")] {
        let base = format!("/{room}/certificates/{id}");
        let page = b.get(who, &base).await;
        assert!(page.text.contains("已被新的授权代替") && page.text.contains("2028年12月31日"), "{who}: {}", page.text);
        assert_eq!(b.get(who, &format!("{base}/files/{sha}")).await.bytes, PDF, "{who}");
    }
    let inbox = b.get("manager", "/body/inbox").await;
    assert!(inbox.text.contains("授权委托书已登记") && inbox.text.contains("示例代表testrep"), "{}", inbox.text);
    assert_eq!(b.get("stranger", &format!("{body}/acts/record-mandate")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn another_representative_is_named_by_the_processor_or_by_the_body_and_the_old_one_does_not_come_back() {
    let b = Bench::abroad("2028-12-31").await;
    let id = b.certified().await;
    let (holder, body) = (format!("/processor/certificates/{id}"), format!("/body/certificates/{id}"));
    let path = format!("{holder}/acts/record-mandate");
    let ask = [("measure", "suspend"), ("reason", "示例")];
    let code = guosuo::demo::credit_code(CODE);
    let with = |code: &str| {
        let mut f: Vec<(String, String)> =
            fields("2029-01-31", &["status", "surveillance"]).into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        f.push(("holder_code".into(), code.to_owned()));
        f
    };
    fn pairs(f: &[(String, String)]) -> Vec<(&str, &str)> {
        f.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
    }
    assert_eq!(b.get("rep2", &holder).await.status, StatusCode::NOT_FOUND, "not its business yet");
    let unknown = record(&b, "foreign", &path, &pairs(&with("91110105MA0X000000"))).await;
    assert!(unknown.status.is_client_error() && unknown.text.contains("holder_code-error"), "{}", unknown.text);
    let named = record(&b, "foreign", &path, &pairs(&with(&code))).await;
    assert_eq!(named.status, StatusCode::SEE_OTHER, "{}", named.text);

    // The one that was replaced can neither act nor take the mandate back.
    let refused = b.post("rep", &format!("{holder}/acts/request"), &ask).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("给另一家机构") && refused.text.contains("第七条"), "{}", refused.text);
    let back = record(&b, "rep", &path, &fields("2029-12-31", &["status"])).await;
    assert_eq!(back.status, StatusCode::CONFLICT, "{}", back.text);
    assert!(back.text.contains("由处理者自己登记"), "what would be right: {}", back.text);
    b.acts("rep2", &format!("{holder}/acts/request"), &ask, None).await;

    // The body records it too, on the document that the processor signed; and not for a holder of the mainland.
    let first = guosuo::demo::credit_code("91110105MA0X00088");
    let by_body = record(&b, "manager", &format!("{body}/acts/record-mandate"), &pairs(&with(&first))).await;
    assert_eq!(by_body.status, StatusCode::SEE_OTHER, "{}", by_body.text);
    assert_eq!(b.certificate(&id).await.mandate.unwrap().holder.as_str(), "testrep");
    assert_eq!(b.get("auditor", &format!("{body}/acts/record-mandate")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(b.certificate(&id).await.status_on("2026-03-12".parse().unwrap()), Status::Valid, "nothing else changed");

    let home = Bench::new().await;
    let id = home.certified().await;
    let page = home.get("manager", &format!("/body/certificates/{id}")).await;
    assert!(!page.text.contains("record-mandate"), "{}", page.text);
    let none = home.get("manager", &format!("/body/certificates/{id}/acts/record-mandate")).await;
    assert_eq!(none.status, StatusCode::CONFLICT, "{}", none.text);
}

#[tokio::test]
async fn the_end_of_a_mandate_is_told_sixty_thirty_and_seven_days_before_and_after_it() {
    let b = Bench::abroad("2026-06-30").await;
    let id = b.certified().await;
    let told = async |org: &str| -> usize {
        let mut reader = b.app.app.store.reader().await.unwrap();
        let all = reader.inbox(org, i64::MAX, "", 100).await.unwrap();
        all.into_iter().filter(|m| m.case_id == id && m.kind == "mandate_ends").count()
    };
    let days = [
        ("2026-04-30", 0, 0),
        ("2026-05-01", 1, 0),
        ("2026-05-30", 1, 0),
        ("2026-05-31", 2, 0),
        ("2026-06-23", 3, 0),
        ("2026-06-30", 3, 0),
        ("2026-07-01", 4, 1),
        ("2026-07-20", 4, 1),
    ];
    for (day, side, body) in days {
        b.app.set_time(&format!("{day}T02:00:00Z"));
        for _ in 0..2 {
            guosuo::jobs::certification::run(&b.app.app).await.unwrap();
        }
        assert_eq!((told("testrep").await, told("testgmbh").await, told("donghu").await), (side, side, body), "on {day}");
    }
    b.again().await;
    let inbox = b.get("rep", "/processor/inbox").await;
    assert!(inbox.text.contains("授权委托书已经到期") && inbox.text.contains("授权委托书还剩7天到期"), "{}", inbox.text);
    // A renewed mandate rings again in its own time.
    let path = format!("/processor/certificates/{id}/acts/record-mandate");
    let done = record(&b, "rep", &path, &fields("2026-12-31", &["status"])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    guosuo::jobs::certification::run(&b.app.app).await.unwrap();
    assert_eq!(told("testrep").await, 4);
    b.app.set_time("2026-12-24T02:00:00Z");
    guosuo::jobs::certification::run(&b.app.app).await.unwrap();
    assert_eq!(told("testrep").await, 5);
}
