//! What a certificate lives through beside measures: actual flows compared with the scope, renewal and
//! its successor, change of particulars and of the scope, and the papers that are handed out.

use axum::http::{StatusCode, header};
use guosuo::jobs::papers;
use guosuo::testing::Answer;
use guosuo_case::certification::{Application, Command, Phase, Purpose, Scope};

use crate::bench::{Bench, form};

async fn application(b: &Bench, id: &str) -> Application {
    b.app.app.store.reader().await.unwrap().case::<Application>(id).await.unwrap().state.unwrap()
}

fn is_pdf(answer: &Answer, who: &str) {
    assert_eq!(answer.status, StatusCode::OK, "{who}: {}", answer.text);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/pdf", "{who}");
    assert!(answer.bytes.starts_with(b"%PDF"), "{who}");
}

/// The fields of actual flows as the page sends them.
fn flows(country: &'static str, people: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("purposes", "订单履行"),
        ("kind-1", "姓名"),
        ("kind-2", "护照号"),
        ("sensitive-2", "yes"),
        ("people", people),
        ("people_sensitive", "5000"),
        ("recipient-1", "Example GmbH"),
        ("country-1", country),
        ("contact-1", "dpo@example.invalid"),
        ("systems", "CRM"),
        ("retention", "24"),
    ]
}

#[tokio::test]
async fn flows_beyond_the_scope_are_shown_field_by_field_and_lead_to_a_proposal_with_evidence() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let (holder, body) = (format!("/processor/certificates/{id}"), format!("/body/certificates/{id}"));
    let page = b.get("applicant", &holder).await;
    assert!(page.text.contains(&format!("{holder}/flows")), "{}", page.text);
    let page = b.get("applicant", &format!("{holder}/flows")).await;
    assert!(page.text.contains("value=\"Example GmbH\""), "begins with what is certified: {}", page.text);

    // Looked at before anything is recorded.
    let with = |fields: Vec<(&'static str, &'static str)>, then| [fields, vec![("then", then)]].concat();
    let same = b.post("applicant", &format!("{holder}/flows"), &with(flows("DE", "300000"), "compare")).await;
    assert!(same.text.contains("与认证范围一致"), "{}", same.text);
    let fewer = b.post("applicant", &format!("{holder}/flows"), &with(flows("DE", "100"), "compare")).await;
    assert!(fewer.text.contains("与认证范围一致"), "fewer people are within: {}", fewer.text);
    let beyond = b.post("applicant", &format!("{holder}/flows"), &with(flows("US", "310000"), "compare")).await;
    for words in ["超出认证范围", "接收方所在地", "德国", "美国", "300,000", "310,000"] {
        assert!(beyond.text.contains(words), "{words}: {}", beyond.text);
    }
    assert!(b.certificate(&id).await.suggestions.is_empty(), "nothing was declared yet");
    let wrong = b.post("applicant", &format!("{holder}/flows"), &with(flows("XX", "300000"), "declare")).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT, "a country that is none is no drift");
    assert!(wrong.text.contains("country-1-error"), "said at its field: {}", wrong.text);

    // Declared: the body is told, with the differences as evidence; nothing is decided.
    b.acts("applicant", &format!("{holder}/flows"), &with(flows("US", "310000"), "declare"), None).await;
    let c = b.certificate(&id).await;
    assert_eq!(c.suggestions.iter().filter(|s| s.open).count(), 1);
    assert_eq!(c.status_on("2026-03-12".parse().unwrap()), guosuo_case::certificate::Status::Valid);
    let page = b.get("manager", &body).await;
    assert!(page.text.contains("建议暂停") && page.text.contains("acts/propose?suggestion=1"), "{}", page.text);
    let source = page.text.split("/files/").nth(1).and_then(|t| t.get(..64)).unwrap_or_default().to_owned();
    let kept = b.get("manager", &format!("{body}/files/{source}")).await;
    assert!(kept.text.contains("310000"), "the declaration itself is kept as evidence: {}", kept.text);
    let page = b.get("manager", &format!("{body}/acts/propose?suggestion=1")).await;
    assert!(page.text.contains("实际出境情况与认证范围不一致"), "the ground is written already: {}", page.text);
    let propose = [
        ("origin", "body"),
        ("measure", "suspend"),
        ("suggestion", "1"),
        ("ground", "示例：接收方所在地和人数超出认证范围"),
        ("publication", "示例公告"),
    ];
    b.acts("manager", &format!("{body}/acts/propose"), &propose, None).await;
    let c = b.certificate(&id).await;
    assert_eq!(c.proposal.unwrap().suggestion, Some(1), "the suggestion is the evidence");
    let inbox = b.get("manager", "/body/inbox").await;
    assert!(inbox.text.contains("实际出境情况超出认证范围"), "{}", inbox.text);
}

#[tokio::test]
async fn flows_are_read_from_a_table_by_the_body_too_and_a_table_that_is_wrong_says_where() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let body = format!("/body/certificates/{id}");
    let table = "类别,名称,所在地,敏感\n目的,订单履行\n种类,姓名\n种类,护照号,,是\n接收方,Example GmbH,DE\n接收方,Other Inc,US\n\
                 系统,CRM\n人数,300000\n敏感人数,5000\n保存月数,24\n";
    let read = [("then", "read")];
    let page = b.upload("manager", &format!("{body}/flows"), &read, ("table", table.as_bytes())).await;
    assert!(page.text.contains("Other Inc") && page.text.contains("超出认证范围"), "{}", page.text);
    let kept = page.hidden("source_kept");
    assert!(kept.ends_with("示例文件.pdf"), "the table is the evidence: {kept}");
    let wrong = b.upload("manager", &format!("{body}/flows"), &read, ("table", "目的,甲\n颜色,红\n".as_bytes())).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("第2行") && wrong.text.contains("颜色"), "{}", wrong.text);
    let none = b.post("manager", &format!("{body}/flows"), &read).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The scope as data: the same bytes whose digest is signed, for the parties and nobody else.
    let data = b.get("applicant", &format!("/processor/certificates/{id}/scope.json")).await;
    let scope: Scope = serde_json::from_slice(&data.bytes).unwrap();
    assert_eq!(scope, b.certificate(&id).await.scope);
    assert_eq!(b.get("stranger", &format!("{body}/scope.json")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(b.get("stranger", &format!("{body}/flows")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_renewal_takes_over_what_is_certified_and_its_certificate_is_linked() {
    let mut b = Bench::new().await;
    let id = b.certified().await;
    let holder = format!("/processor/certificates/{id}");
    let page = b.get("applicant", &format!("{holder}/renewal")).await;
    // Six months before 2029-03-11 is Monday 2028-09-11.
    assert!(page.text.contains("2028年9月11日") && page.text.contains("届满前9个月"), "{}", page.text);
    let begun = b.post("applicant", &format!("{holder}/renewal"), &[]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let new = begun.location().rsplit('/').next().unwrap_or_default().to_owned();
    let a = application(&b, &new).await;
    assert!(matches!(&a.purpose, Purpose::Renewal { certificate, .. } if certificate.as_str() == id));
    assert_eq!((a.phase, a.dossier.body.as_ref().map(|x| x.org.as_str())), (Phase::Draft, Some("donghu")));
    assert_eq!(a.dossier.form.scope, b.certificate(&id).await.scope);
    let again = b.post("applicant", &format!("{holder}/renewal"), &[]).await;
    assert!(again.location().ends_with(&new), "one renewal at a time: {}", again.location());

    // Submitted, it is noted with the certificate in the same transaction (M 8(2)).
    b.case = new;
    let filled = form("2026-03-12".parse().unwrap());
    b.command("applicant", Command::SaveForm { form: Box::new(filled), seen: a.dossier.form_rev }).await;
    b.command("applicant", Command::Submit { pledge: true }).await;
    let c = b.certificate(&id).await;
    assert_eq!(c.renewal.as_ref().map(|r| (r.late, r.application.as_str() == b.case)), Some((false, true)));
    let page = b.get("applicant", &format!("{holder}/renewal")).await;
    assert!(page.text.contains("按期提出") && page.text.contains("已经有一件续证委托"), "{}", page.text);

    b.until_audited(false).await;
    b.decide().await;
    let issue = b.issue_form("SL-PIP-2026-0003").await;
    let issue: Vec<(&str, &str)> = issue.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = b.post("manager", &format!("{}/issue", b.at()), &issue).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let successor = answer.location().rsplit('/').next().unwrap_or_default().to_owned();
    assert_eq!(b.certificate(&id).await.successor.map(|s| s.0), Some(successor.clone()));
    assert_eq!(b.certificate(&successor).await.predecessor.map(|s| s.0), Some(id.clone()));
    let old = b.get("manager", &format!("/body/certificates/{id}")).await;
    assert!(old.text.contains(&format!("/body/certificates/{successor}")), "{}", old.text);
    papers::run(&b.app.app).await.unwrap();
    let paper = b.app.app.store.reader().await.unwrap().papers_of(&successor).await.unwrap().remove(0);
    assert_eq!(paper.read().unwrap().predecessor.as_deref(), Some("SL-PIP-2026-0002"), "printed and signed");
}

#[tokio::test]
async fn a_late_renewal_is_taken_and_marked_and_after_the_end_there_is_none() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let renewal = format!("/processor/certificates/{id}/renewal");
    // On the latest day itself it is in time.
    for (now, words) in [
        ("2028-09-11T10:00:00Z", "请在2028年9月11日"),
        ("2028-09-11T16:30:00Z", "已经逾期"),
        ("2029-03-11T10:00:00Z", "已经逾期"),
    ] {
        b.app.set_time(now);
        let page = b.app.sign_in("t-applicant").await.get(&renewal).await;
        assert!(page.status == StatusCode::OK && page.text.contains(words), "{now}: {}", page.text);
    }
    let mut holder = b.app.sign_in("t-applicant").await;
    let begun = holder.post(&renewal, &[]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "late is taken: {}", begun.text);
    let draft = begun.location().rsplit('/').next().unwrap_or_default().to_owned();
    b.app.set_time("2029-03-11T16:30:00Z");
    let mut holder = b.app.sign_in("t-applicant").await;
    let page = holder.get(&renewal).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(
        page.text.contains("2029年3月11日") && page.text.contains("重新申请认证"),
        "state and what is possible: {}",
        page.text
    );
    let submit = holder.post(&format!("/processor/applications/{draft}/submit"), &[("pledge", "yes")]).await;
    assert!(!submit.status.is_redirection(), "a draft opened before the end cannot be submitted after it");
    assert_eq!(application(&b, &draft).await.phase, Phase::Draft);
}

#[tokio::test]
async fn name_and_address_change_at_request_and_a_scope_that_grows_needs_an_application() {
    let mut b = Bench::new().await;
    let id = b.certified().await;
    let (holder, body) = (format!("/processor/certificates/{id}"), format!("/body/certificates/{id}"));
    papers::run(&b.app.app).await.unwrap();
    let ask = [
        ("measure", "change"),
        ("reason", "示例更名"),
        ("name", "示例新名出海有限公司（虚构）"),
        ("address", "示例市示例新路9号"),
    ];
    b.acts("applicant", &format!("{holder}/acts/request"), &ask, None).await;
    let propose = [("origin", "request-1"), ("ground", "示例更名属实"), ("publication", "示例变更公告")];
    b.acts("manager", &format!("{body}/acts/propose"), &propose, None).await;
    let take = [("effective_on", "2026-03-12"), ("checked", "yes")];
    b.acts("head", &format!("{body}/acts/take-measure"), &take, None).await;
    let c = b.certificate(&id).await;
    assert_eq!((c.holder.name.as_str(), c.holder.address.as_str()), ("示例新名出海有限公司（虚构）", "示例市示例新路9号"));
    papers::run(&b.app.app).await.unwrap();
    for seq in [1, 2] {
        is_pdf(&b.get("applicant", &format!("{holder}/versions/{seq}")).await, "each version stays");
    }

    // More countries than certified: verified and audited first (R37 5.1.2).
    let wider = b.post("applicant", "/processor/applications/new", &[("purpose", &format!("change:{id}"))]).await;
    assert_eq!(wider.status, StatusCode::SEE_OTHER, "{}", wider.text);
    b.case = wider.location().rsplit('/').next().unwrap_or_default().to_owned();
    let mut filled = form("2026-03-12".parse().unwrap());
    filled.scope.systems.push("ERP".into());
    b.command("applicant", Command::ChooseBody { body: "donghu".into() }).await;
    b.command("applicant", Command::SaveForm { form: Box::new(filled.clone()), seen: 0 }).await;
    b.command("applicant", Command::Submit { pledge: true }).await;
    let change = [
        ("origin", "body"),
        ("measure", "change"),
        ("ground", "示例增加系统"),
        ("publication", "示例变更公告"),
        ("application", b.case.as_str()),
    ];
    let early = b.post("manager", &format!("{body}/acts/propose"), &change).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "the application is not decided: {}", early.text);
    assert!(early.text.contains("先经技术验证和现场审核"), "{}", early.text);
    b.until_audited(false).await;
    b.decide().await;
    b.acts("manager", &format!("{body}/acts/propose"), &change, None).await;
    b.acts("applicant", &format!("{holder}/acts/be-heard"), &[("waives", "yes")], None).await;
    b.acts("head", &format!("{body}/acts/take-measure"), &take, None).await;
    assert_eq!(b.certificate(&id).await.scope, filled.scope);
    let issue = b.post("manager", &format!("{}/issue", b.at()), &[("number", "X")]).await;
    assert_eq!(issue.status, StatusCode::CONFLICT, "a change issues no second certificate");
}

#[tokio::test]
async fn certificate_and_letters_are_handed_to_the_parties_and_the_authority_and_to_nobody_else() {
    let b = Bench::new().await;
    let id = b.certified().await;
    let (holder, body) = (format!("/processor/certificates/{id}"), format!("/body/certificates/{id}"));
    assert_eq!(b.get("applicant", &format!("{holder}/versions/1")).await.status, StatusCode::NOT_FOUND, "not printed yet");
    papers::run(&b.app.app).await.unwrap();
    let propose = [
        ("origin", "body"),
        ("measure", "suspend"),
        ("ground", "示例理由"),
        ("publication", "示例公告"),
        ("urgent", "示例紧急原因"),
    ];
    b.acts("manager", &format!("{body}/acts/propose"), &propose, Some("evidence")).await;
    b.acts("head", &format!("{body}/acts/take-measure"), &[("effective_on", "2026-03-12"), ("checked", "yes")], None).await;
    let page = b.get("applicant", &holder).await;
    assert!(page.text.contains("/versions/1\"") && page.text.contains("/letters/1\""), "{}", page.text);
    for (who, room) in [("applicant", "processor"), ("manager", "body"), ("cac", "authority"), ("samr", "authority")] {
        let base = format!("/{room}/certificates/{id}");
        is_pdf(&b.get(who, &format!("{base}/versions/1")).await, who);
        is_pdf(&b.get(who, &format!("{base}/letters/1")).await, who);
        assert_eq!(b.get(who, &format!("{base}/letters/0")).await.status, StatusCode::NOT_FOUND, "the issue has no letter");
    }
    let (one, two) = (
        b.get("applicant", &format!("{holder}/letters/1")).await,
        b.get("cac", &format!("/authority/certificates/{id}/letters/1")).await,
    );
    assert_eq!(one.bytes, two.bytes, "the same letter, byte for byte");
    for path in ["versions/1", "letters/1"] {
        assert_eq!(b.get("stranger", &format!("{body}/{path}")).await.status, StatusCode::NOT_FOUND);
        assert_ne!(b.app.anonymous().get(&format!("{body}/{path}")).await.status, StatusCode::OK);
    }
    let public = b.app.anonymous().get("/certificates/SL-PIP-2026-0002").await;
    assert!(public.text.contains("证书已暂停") && !public.text.contains("/versions/"), "{}", public.text);
    // Each reading stands in the record.
    let rows = b.app.app.store.reader().await.unwrap().ledger_of_case(&id).await.unwrap();
    assert!(rows.iter().filter(|r| r.class == "read").count() >= 10);
}

#[tokio::test]
async fn a_decline_and_an_end_are_told_in_writing_with_their_reasons() {
    let b = Bench::new().await;
    let mine = format!("/processor/applications/{}", b.case);
    is_pdf(&b.get("applicant", &format!("{mine}/receipt.pdf")).await, "receipt");
    assert_eq!(b.get("applicant", &format!("{mine}/letter")).await.status, StatusCode::NOT_FOUND, "nothing has ended");
    b.declare(&["manager"]).await;
    b.does("manager", "decline", &[("reasons", "示例理由一\n示例理由二")]).await;
    let page = b.get("applicant", &mine).await;
    assert!(page.text.contains(&format!("{mine}/letter")), "{}", page.text);
    is_pdf(&b.get("applicant", &format!("{mine}/letter")).await, "applicant");
    is_pdf(&b.get("manager", &format!("{}/letter", b.at())).await, "manager");
    assert_eq!(b.get("stranger", &format!("{}/letter", b.at())).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn deceit_ends_a_certification_and_nobody_can_certify_it() {
    let b = Bench::new().await;
    b.until_audited(false).await;
    let report = [("summary", "示例：委托资料中的出境人数与系统记录不符")];
    b.acts("auditor", &format!("{}/acts/report-deceit", b.at()), &report, Some("evidence")).await;
    let sign = |outcome: &'static str| [("outcome", outcome), ("reasons", "示例：隐瞒出境人数")];
    let against = b.post("certifier", &format!("{}/acts/sign", b.at()), &sign("certify")).await;
    assert_eq!(against.status, StatusCode::CONFLICT, "{}", against.text);
    b.does("certifier", "sign", &sign("refuse")).await;
    b.does("head", "countersign", &[("checked", "yes")]).await;
    assert_eq!(application(&b, &b.case).await.phase, Phase::Ended);
    let issue = b.post("manager", &format!("{}/issue", b.at()), &[("number", "X")]).await;
    assert_eq!(issue.status, StatusCode::CONFLICT);
    let mine = format!("/processor/applications/{}", b.case);
    is_pdf(&b.get("applicant", &format!("{mine}/letter")).await, "the written notice that it ends (R37 4.4)");
    let lab = format!("/verification/applications/{}/letter", b.case);
    assert_eq!(b.get("lab", &lab).await.status, StatusCode::NOT_FOUND, "not the business of the verification body");
}

#[tokio::test]
async fn a_case_stays_on_its_edition_until_an_act_migrates_it() {
    // Received on 24 December 2025, the last day of the old basis (A53, M 18).
    let b = Bench::beginning("2025-12-24T02:00:00Z").await;
    assert_eq!(application(&b, &b.case).await.basis, "R37");
    b.app.set_time("2026-03-12T02:00:00Z");
    b.declare(&["manager"]).await;
    let page = b.get("manager", &b.at()).await;
    assert!(page.text.contains("TC260-PG-20222A"), "still on what it began with: {}", page.text);
    let silent = b.post("manager", &format!("{}/acts/migrate-basis", b.at()), &[("to", "A53")]).await;
    assert!(!silent.status.is_redirection(), "a reason is needed: {}", silent.text);
    let back = b.post("manager", &format!("{}/acts/migrate-basis", b.at()), &[("to", "R37"), ("reason", "示例")]).await;
    assert_eq!(back.status, StatusCode::CONFLICT, "not to an edition that is no longer in force: {}", back.text);
    b.does("manager", "migrate-basis", &[("to", "A53"), ("reason", "示例：办法施行，按新的依据办理")]).await;
    let page = b.get("manager", &b.at()).await;
    assert!(page.text.contains("GB/T 46068"), "{}", page.text);
    assert_eq!(application(&b, &b.case).await.basis, "A53");
    let b = Bench::beginning("2025-12-25T02:00:00Z").await;
    assert_eq!(application(&b, &b.case).await.basis, "A53", "from the day of the cut-over on the new one");
}

#[tokio::test]
async fn an_account_is_linked_to_its_own_name_on_the_filed_roster_only() {
    let b = Bench::new().await;
    let mut reader = b.app.app.store.reader().await.unwrap();
    let temp = reader.account_by_login("t-temp").await.unwrap().unwrap().id;
    let other = reader.account_by_login("t-auditor").await.unwrap().unwrap().id;
    drop(reader);
    let mut admin = b.app.sign_in("donghu").await;
    let page = admin.get(&format!("/body/members/{temp}/roster")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(!page.text.contains("value=\"p1\""), "p1 has another name: {}", page.text);
    let foreign = admin.post(&format!("/body/members/{temp}/roster"), &[("person", "p1")]).await;
    assert!(!foreign.status.is_redirection(), "{}", foreign.text);
    let page = admin.get(&format!("/body/members/{other}/roster")).await;
    assert!(page.text.contains("value=\"p1\""), "{}", page.text);
    let mut stranger = b.app.sign_in("xishan").await;
    assert_eq!(stranger.get(&format!("/body/members/{other}/roster")).await.status, StatusCode::NOT_FOUND);
    // Without the link nobody of the body audits.
    assert!(admin.post(&format!("/body/members/{other}/roster"), &[("person", "")]).await.status.is_redirection());
    b.declare(&["manager", "auditor"]).await;
    b.does("manager", "accept", &[]).await;
    let plan = [
        ("kinds", "姓名"),
        ("non_sensitive", "300000"),
        ("sensitive", "5000"),
        ("processing", "示例"),
        ("verification_body", "testlab"),
        ("team", other.as_str()),
        ("man_days", "6"),
        ("lists", "GB/T 35273"),
        ("lists", "GB/T 46068"),
    ];
    let refused = b.post("manager", &format!("{}/plan", b.at()), &plan).await;
    assert!(!refused.status.is_redirection() && refused.text.contains("名册"), "{}", refused.text);
}
