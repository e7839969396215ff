//! From the entrustment to the certificate.

use crate::bench::{Bench, PDF};
use axum::http::StatusCode;

#[tokio::test]
async fn an_application_goes_from_entrustment_to_certificate() {
    let b = Bench::new().await;
    b.until_audited(true).await;
    let at = b.at();

    // One nonconformity: rectification with its whole chain of dates.
    let page = b.get("manager", &at).await;
    assert!(page.text.contains("第1项 GB/T 35273 5.1（一般不符合）"), "{}", page.text);
    b.does("manager", "order-rectification", &[("until", "2026-04-30")]).await;
    let mine = format!("/processor/applications/{}", b.case);
    let page = b.get("applicant", &format!("{mine}/corrections")).await;
    assert!(page.text.contains("acts/propose-correction?nc=1"), "{}", page.text);
    let propose = [("nc", "1"), ("action", "示例原因和措施"), ("planned_for", "2026-04-10")];
    b.acts("applicant", &format!("{mine}/acts/propose-correction"), &propose, None).await;
    b.does("auditor", "review-correction", &[("nc", "1"), ("approve", "yes")]).await;
    let done = [("nc", "1"), ("started_on", "2026-03-12"), ("done_on", "2026-03-12")];
    b.acts("applicant", &format!("{mine}/acts/report-correction"), &done, Some("evidence")).await;
    b.does("auditor", "judge-correction", &[("nc", "1"), ("effective", "yes")]).await;
    let page = b.get("manager", &at).await;
    assert!(page.text.contains("已关闭") && page.text.contains("确定 2026-03-12"), "{}", page.text);

    b.decide().await;
    let issue = b.issue_form("SL-PIP-2026-0001").await;
    let issue: Vec<(&str, &str)> = issue.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = b.post("manager", &format!("{at}/issue"), &issue).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let again = b.post("manager", &format!("{at}/issue"), &issue).await;
    assert_ne!(again.status, StatusCode::SEE_OTHER, "nothing is issued twice: the case has come to its end");
    assert!(again.text.contains("已发证"), "{}", again.text);
    let certificate = b.get("manager", answer.location()).await;
    assert!(certificate.text.contains("SL-PIP-2026-0001") && certificate.text.contains("有效"), "{}", certificate.text);
    let page = b.get("manager", &at).await;
    assert!(page.text.contains("已发证"), "{}", page.text);
}

#[tokio::test]
async fn no_step_can_be_skipped_by_a_direct_request() {
    let b = Bench::new().await;
    b.declare(&["manager", "evaluator", "certifier", "head", "auditor", "verifier"]).await;
    for (who, act, fields) in [
        ("evaluator", "evaluate", &[("recommends", "certify"), ("summary", "示例")] as &[(&str, &str)]),
        ("certifier", "sign", &[("outcome", "certify"), ("reasons", "示例")]),
        ("head", "countersign", &[("checked", "yes")]),
        ("auditor", "begin-audit", &[("on", "2026-03-12")]),
        ("verifier", "check-verification", &[("take", "yes")]),
    ] {
        let answer = b.post(who, &format!("{}/acts/{act}", b.at()), fields).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{who} {act}: {}", answer.text);
        assert!(answer.text.contains("已委托，待受理"), "the state: {}", answer.text);
        assert!(answer.text.contains("这一步现在不能办"), "{}", answer.text);
        assert!(answer.text.contains("第二十一条") || answer.text.contains("21"), "the article: {}", answer.text);
        assert!(answer.text.contains("现在可以办理"), "what is possible instead: {}", answer.text);
    }
    let answer = b.post("manager", &format!("{}/plan", b.at()), &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "a plan before the acceptance");
    let answer = b.post("manager", &format!("{}/issue", b.at()), &[("number", "X")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "a certificate before the decision");
    // Instead: what the case manager can do, as a link.
    let page = b.get("manager", &format!("{}/acts/evaluate", b.at())).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("/acts/accept"), "{}", page.text);
}

#[tokio::test]
async fn a_case_is_opened_after_declaring_interests() {
    let b = Bench::new().await;
    let page = b.get("manager", &b.at()).await;
    assert!(page.text.contains("声明利益关系") && !page.text.contains("护照号"), "{}", page.text);
    let answer = b.post("manager", &format!("{}/acts/accept", b.at()), &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("先作利益关系声明"), "{}", answer.text);
    let silent = b.post("manager", &format!("{}/acts/declare-interest", b.at()), &[("has", "yes")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "an interest is named");
    let declared = [("has", "yes"), ("words", "示例曾任职")];
    b.acts("manager", &format!("{}/acts/declare-interest", b.at()), &declared, None).await;
    let page = b.get("manager", &b.at()).await;
    assert!(page.text.contains("不能参与这件认证"), "{}", page.text);
    assert!(!page.text.contains("护照号"), "whoever has an interest reads nothing of the case");
    assert_eq!(b.get("stranger", &b.at()).await.status, StatusCode::NOT_FOUND, "another body is not told that it exists");
}

#[tokio::test]
async fn an_auditor_who_is_not_on_the_roster_or_who_also_decides_is_refused() {
    let b = Bench::new().await;
    b.until_verified().await;
    // Auditors of the body by role; one is on the filed roster but not of the team, one on no roster.
    b.declare(&["auditor2", "temp"]).await;
    let begin = [("on", "2026-03-12")];
    let answer = b.post("auditor2", &format!("{}/acts/begin-audit", b.at()), &begin).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("审核组"), "{}", answer.text);
    let answer = b.post("temp", &format!("{}/acts/begin-audit", b.at()), &begin).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("名册"), "{}", answer.text);
    b.audit(false).await;
    b.does("evaluator", "evaluate", &[("recommends", "certify"), ("summary", "示例")]).await;
    // The auditor holds the role of a certifier as well.
    let answer = b.post("auditor", &format!("{}/acts/sign", b.at()), &[("outcome", "certify"), ("reasons", "示例")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("不能再作认证决定") || answer.text.contains("认证决定"), "{}", answer.text);
}

#[tokio::test]
async fn two_who_decide_at_once_decide_once() {
    let b = Bench::new().await;
    b.until_audited(false).await;
    b.does("evaluator", "evaluate", &[("recommends", "certify"), ("summary", "示例")]).await;
    let path = format!("{}/acts/sign", b.at());
    b.declare(&["certifier2"]).await;
    let (one, two) = (b.get("certifier", &path).await, b.get("certifier2", &path).await);
    let form = |page: &guosuo::testing::Answer, reasons: &str| {
        vec![
            ("outcome".to_owned(), "certify".to_owned()),
            ("reasons".to_owned(), reasons.to_owned()),
            ("version".to_owned(), page.hidden("version")),
            ("idem".to_owned(), page.hidden("idem")),
        ]
    };
    let (one, two) = (form(&one, "甲的理由"), form(&two, "乙的理由"));
    let pairs = |f: &[(String, String)]| f.iter().map(|(a, b)| (a.clone(), b.clone())).collect::<Vec<_>>();
    let (one, two) = (pairs(&one), pairs(&two));
    fn as_str(f: &[(String, String)]) -> Vec<(&str, &str)> {
        f.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
    }
    let (one, two) = (as_str(&one), as_str(&two));
    let (a, c) = tokio::join!(b.post("certifier", &path, &one), b.post("certifier2", &path, &two));
    let won = [&a, &c].iter().filter(|x| x.status == StatusCode::SEE_OTHER).count();
    assert_eq!(won, 1, "{} {}", a.status, c.status);
    let lost = if a.status == StatusCode::SEE_OTHER { &c } else { &a };
    assert_eq!(lost.status, StatusCode::CONFLICT);
    assert!(lost.text.contains("待负责人签"), "the state that the other one has made: {}", lost.text);
    assert!(lost.text.contains("的理由"), "what was typed is not lost: {}", lost.text);
}

#[tokio::test]
async fn documents_are_kept_with_their_digests_and_given_to_the_parties_only() {
    let b = Bench::new().await;
    b.until_verified().await;
    let page = b.get("manager", &b.at()).await;
    let sha = guosuo_seal::digest::sha256(PDF).to_hex();
    let link = format!("{}/files/{sha}", b.at());
    assert!(page.text.contains(&link), "{}", page.text);
    let file = b.get("manager", &link).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.bytes, PDF);
    assert_eq!(b.get("stranger", &link).await.status, StatusCode::NOT_FOUND);
    let other = format!("{}/files/{}", b.at(), "0".repeat(64));
    assert_eq!(b.get("manager", &other).await.status, StatusCode::NOT_FOUND);
    // The applicant gets the report as well (R37 4.2).
    let mine = format!("/processor/applications/{}/files/{sha}", b.case);
    assert_eq!(b.get("applicant", &mine).await.status, StatusCode::OK);
    // What the body reports to the authorities stays with the body (M 11).
    let secret = [PDF, b"% evidence of a violation\n".as_slice()].concat();
    let report = format!("{}/acts/report-violation", b.at());
    let answer = b.upload("manager", &report, &[("summary", "示例违法情况")], ("evidence", &secret)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let sha = guosuo_seal::digest::sha256(&secret).to_hex();
    assert_eq!(b.get("manager", &format!("{}/files/{sha}", b.at())).await.status, StatusCode::OK);
    for (who, room) in [("applicant", "processor"), ("lab", "verification")] {
        let path = format!("/{room}/applications/{}/files/{sha}", b.case);
        assert_eq!(b.get(who, &path).await.status, StatusCode::NOT_FOUND, "{who}");
    }
}

#[tokio::test]
async fn the_clock_of_a_stage_is_a_house_limit_and_stops_with_a_reason() {
    let b = Bench::new().await;
    b.declare(&["manager"]).await;
    let page = b.get("manager", &b.at()).await;
    assert!(page.text.contains("机构时限") && page.text.contains("不是法定期限"), "{}", page.text);
    let silent = b.post("manager", &format!("{}/acts/stop-clock", b.at()), &[("pause", "applicant")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is needed");
    b.does("manager", "stop-clock", &[("pause", "applicant"), ("note", "等示例补正")]).await;
    let page = b.get("manager", &b.at()).await;
    assert!(page.text.contains("已中止"), "{}", page.text);
    let list = b.get("manager", "/body/applications").await;
    assert!(list.text.contains("示例出海有限公司（虚构）") && list.text.contains("计时已中止"), "{}", list.text);
    b.does("manager", "resume-clock", &[]).await;
    let english = b.get("manager", &format!("/en{}", b.at())).await;
    assert!(english.text.contains("house limit") && english.text.contains("not by law"), "{}", english.text);
}
