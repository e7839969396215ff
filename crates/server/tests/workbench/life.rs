//! The life of a certificate: an authority's finding, suspension, restoration, surveillance.

use axum::http::StatusCode;
use guosuo_case::certificate::{ReportRecord, Status};

use crate::bench::Bench;

fn suspend(origin: &str) -> Vec<(&str, &str)> {
    vec![("origin", origin), ("measure", "suspend"), ("ground", "示例理由"), ("publication", "示例公告")]
}

#[tokio::test]
async fn a_finding_of_an_authority_obliges_the_body_until_it_is_lifted() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let (body, authority) = (format!("/body/certificates/{id}"), format!("/authority/certificates/{id}"));

    // The list and the page of the authority.
    assert_eq!(b.get("cac", "/authority").await.location(), "/authority/certificates");
    let list = b.get("cac", "/authority/certificates").await;
    assert!(list.text.contains("SL-PIP-2026-0002"), "{}", list.text);
    let finding = [("obliges", "suspend"), ("summary", "实际出境情况与认证范围不一致（示例）")];
    b.acts("cac", &format!("{authority}/acts/state-finding"), &finding, Some("evidence")).await;
    let page = b.get("manager", &body).await;
    assert!(page.text.contains("主管部门监督意见：应当暂停使用证书"), "{}", page.text);
    assert!(page.text.contains("待机构办理") && page.text.contains("机构时限"), "a task with its clock: {}", page.text);

    // The body proposes on the finding; it waits for the hearing, and whoever proposed does not decide.
    b.acts("manager", &format!("{body}/acts/propose"), &suspend("finding-1"), None).await;
    let take = [("effective_on", "2026-03-12"), ("checked", "yes")];
    let early = b.post("head", &format!("{body}/acts/take-measure"), &take).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(early.text.contains("这一步现在不能办"), "{}", early.text);
    // The holder reads what is proposed and says its word.
    let holder = format!("/processor/certificates/{id}");
    let list = b.get("applicant", "/processor/certificates").await;
    assert!(list.text.contains(&holder), "{}", list.text);
    let page = b.get("applicant", &holder).await;
    assert!(page.text.contains("等持证人陈述") && page.text.contains("acts/be-heard"), "{}", page.text);
    let silent = b.post("applicant", &format!("{holder}/acts/be-heard"), &[("waives", "no")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "a statement has words, or it is waived");
    let words = [("waives", "no"), ("statement", "示例：已经停止向新增接收方提供")];
    b.acts("applicant", &format!("{holder}/acts/be-heard"), &words, None).await;
    b.acts("head", &format!("{body}/acts/take-measure"), &take, None).await;
    let c = b.certificate(&id).await;
    assert_eq!(c.status_on("2026-03-12".parse().unwrap()), Status::Suspended);
    let last: &ReportRecord = &c.reports.last().unwrap().record;
    assert_eq!((last.seq, last.status), (2, Status::Suspended), "the report of the change is owed (M 9(1))");
    let seen = b.get("cac", &authority).await;
    assert!(
        seen.text.contains("机构办理") && seen.text.contains("已办理，未解除"),
        "the authority sees what was done: {}",
        seen.text
    );

    // Restoration waits for the lifting, and only the authority that found lifts.
    let restore = [("origin", "body"), ("measure", "restore"), ("ground", "示例整改完成"), ("publication", "示例恢复公告")];
    b.acts("manager", &format!("{body}/acts/propose"), &restore, None).await;
    let stands = b.post("head", &format!("{body}/acts/take-measure"), &take).await;
    assert_eq!(stands.status, StatusCode::CONFLICT);
    assert!(stands.text.contains("第十条"), "the article: {}", stands.text);
    let other = b.post("samr", &format!("{authority}/acts/lift-finding"), &[("number", "1"), ("reason", "示例")]).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.text);
    b.acts("cac", &format!("{authority}/acts/lift-finding"), &[("number", "1"), ("reason", "示例已整改")], None).await;
    b.acts("head", &format!("{body}/acts/take-measure"), &take, None).await;
    assert_eq!(b.certificate(&id).await.status_on("2026-03-12".parse().unwrap()), Status::Valid);
}

#[tokio::test]
async fn a_certificate_that_was_revoked_cannot_be_suspended() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let body = format!("/body/certificates/{id}");
    let revoke = [("origin", "body"), ("measure", "revoke"), ("ground", "示例"), ("publication", "示例公告")];
    let silent = b.post("manager", &format!("{body}/acts/propose"), &revoke).await;
    assert_eq!(silent.status, StatusCode::CONFLICT, "a measure that hurts names its evidence");
    assert!(silent.text.contains("evidence-error"), "said at the field: {}", silent.text);
    assert!(silent.text.contains("示例公告"), "what was typed is still there");
    b.acts("manager", &format!("{body}/acts/propose"), &revoke, Some("evidence")).await;
    b.hear(&id).await;
    let own = b.post("manager", &format!("{body}/acts/take-measure"), &[("checked", "yes")]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "the head decides");
    b.acts("head", &format!("{body}/acts/take-measure"), &[("effective_on", "2026-03-12"), ("checked", "yes")], None).await;
    let late = b.post("manager", &format!("{body}/acts/propose"), &suspend("body")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("撤销") && late.text.contains("现在可以办理"), "state and what is possible: {}", late.text);
}

#[tokio::test]
async fn a_surveillance_that_is_not_passed_suggests_and_decides_nothing() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let body = format!("/body/certificates/{id}");
    let trigger = [("trigger", "incident"), ("due", "2026-03-20"), ("reason", "示例安全事件")];
    b.acts("manager", &format!("{body}/acts/trigger-surveillance"), &trigger, None).await;
    let n = b.certificate(&id).await.surveillances.last().unwrap().id.to_string();
    let record = [("number", n.as_str()), ("conforming", "no"), ("note", "示例不一致")];
    b.acts("auditor", &format!("{body}/acts/record-surveillance"), &record, Some("report")).await;
    let c = b.certificate(&id).await;
    assert_eq!(c.status_on("2026-03-12".parse().unwrap()), Status::Valid);
    assert!(c.suggestions.iter().any(|s| s.open));
    let page = b.get("manager", &body).await;
    assert!(page.text.contains("建议暂停"), "{}", page.text);
    b.acts("manager", &format!("{body}/acts/set-aside"), &[("number", "1"), ("reason", "示例已当场纠正")], None).await;
    let list = b.get("manager", "/body/certificates?tab=waits").await;
    assert!(list.text.contains("（0）") || list.text.contains("这里没有证书"), "{}", list.text);
    assert_eq!(b.get("stranger", &body).await.status, StatusCode::NOT_FOUND);
    assert_eq!(b.get("manager", &format!("/authority/certificates/{id}")).await.status, StatusCode::FORBIDDEN);
}
