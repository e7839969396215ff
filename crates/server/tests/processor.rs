//! A processor applies for certification: registration, choice of a filed body, mandate, answers,
//! scope, declarations, submission, receipt; and what is refused on the way.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use guosuo::demo;
use guosuo::testing::{Answer, Client, TestApp};
use guosuo_store::{BodyRow, Error};

const SECRET: &str = "茶园 石阶 灯塔 三月 风铃 纸船 铁锚";
/// One page with a square on it.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>endobj\n\
4 0 obj<</Length 22>>stream\n20 20 100 100 re f    \nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// Puts `qiheng` on the list, as if it had been published elsewhere.
async fn file_body(app: &TestApp, org: &'static str, status: &'static str) {
    let now = app.app.now();
    let row = BodyRow {
        id: format!("entry-{org}"),
        number: "国信备〔2099〕001号".into(),
        org: org.into(),
        name: "示例启衡认证有限公司（虚构）".into(),
        credit_code: String::new(),
        filed: "2026-03-02".into(),
        published: "2026-03-02".into(),
        case_id: String::new(),
        source: "test".into(),
        data: "{}".into(),
    };
    app.app
        .store
        .write_with(row, move |tx, row| Box::pin(async move { tx.import_body(row.clone(), status, now).await }))
        .await
        .map_err(|e: Error| e)
        .unwrap();
}

async fn register(app: &TestApp, path: &str, login: &str, more: &[(&str, &str)]) -> Client {
    let mut client = app.anonymous();
    let mut fields = vec![
        ("org_name", "Example Representatives Ltd (fictitious)"),
        ("legal_rep", "示例法定代表人"),
        ("address", "示例市示例路9号"),
        ("operator", "Alex Example"),
        ("phone", "010-00000009"),
        ("mail", "alex@example.invalid"),
        ("login", login),
        ("password", SECRET),
        ("repeat", SECRET),
        ("truth", "yes"),
    ];
    fields.extend_from_slice(more);
    let scans: Vec<(&str, &str, &str, &[u8])> = ["scan_credit_code", "scan_legal_rep", "scan_operator"]
        .iter()
        .map(|f| (*f, "证件.pdf", "application/pdf", PDF))
        .collect();
    let answer = client.upload(path, &fields, &scans).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let signed = client.post("/sign-in", &[("login", login), ("password", SECRET)]).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
    client
}

async fn org_of(app: &TestApp, login: &str) -> String {
    app.app.store.reader().await.unwrap().account_by_login(login).await.unwrap().unwrap().org
}

/// An officer compares the scans and confirms.
async fn confirm(app: &TestApp, login: &str) {
    let org = org_of(app, login).await;
    let mut officer = app.sign_in("chenmin").await;
    let at = format!("/authority/registrations/{org}");
    let version = officer.get(&at).await.hidden("version");
    let done = officer.post(&at, &[("act", "confirm"), ("version", &version)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
}

/// A confirmed representative of overseas processors, signed in.
async fn representative(app: &TestApp) -> Client {
    let code = demo::credit_code("91110108MA0X00071");
    let more =
        [("capacity", "representative"), ("credit_code", code.as_str()), ("represents", "Example Handels GmbH (fictitious)")];
    let client = register(app, "/en/register/processor", "repalex", &more).await;
    confirm(app, "repalex").await;
    client
}

async fn open(client: &mut Client) -> String {
    let key = client.get("/en/processor/applications/new").await.hidden("idem");
    let answer = client
        .post(
            "/en/processor/applications/new",
            &[
                ("idem", &key),
                ("purpose", "new"),
                ("who", "other"),
                ("processor_name", "Example Handels GmbH (fictitious)"),
                ("processor_address", "1 Example Street, Berlin"),
                ("processor_country", "DE"),
                ("processor_code", "HRB 000000"),
            ],
        )
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location().to_owned()
}

fn saved(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
}

async fn mandate(client: &mut Client, at: &str, until: &str) -> Answer {
    let fields = [
        ("kind", "designated_representative"),
        ("acts", "apply"),
        ("acts", "rectify"),
        ("from", "2026-01-01"),
        ("until", until),
        ("reported_to", "示例市网信办"),
        ("doc_title", "Power of attorney"),
        ("doc_version", "1.0"),
    ];
    client.upload(&format!("{at}/mandate"), &fields, &[("doc_file", "mandate.pdf", "application/pdf", PDF)]).await
}

async fn eligibility(client: &mut Client, at: &str, people: &str) -> Answer {
    let version = client.get(&format!("{at}/eligibility")).await.hidden("version");
    let fields = [
        ("version", version.as_str()),
        ("organ", "no"),
        ("ciio", "no"),
        ("export-1", "yes"),
        ("important-1", "no"),
        ("exempt-1", "none"),
        ("zone-1", "not_ftz"),
        ("treaty-1", "no"),
        ("people-1", people),
        ("sensitive-1", "0"),
        ("evidence0_title", "Count of people"),
        ("evidence0_version", "2026-03"),
    ];
    client.upload(&format!("{at}/eligibility"), &fields, &[("evidence0_file", "count.pdf", "application/pdf", PDF)]).await
}

fn scope_fields(version: &str) -> Vec<(&str, &str)> {
    vec![
        ("version", version),
        ("purposes", "Fulfilment of orders\r\nCustomer service"),
        ("kind-1", "Name"),
        ("kind-2", "Order history"),
        ("people", "300000"),
        ("people_sensitive", "0"),
        ("recipient-1", "Example Handels GmbH"),
        ("country-1", "DE"),
        ("contact-1", "dpo@example.invalid"),
        ("systems", "CRM"),
        ("retention", "24"),
        ("then", "check"),
    ]
}

async fn scope(client: &mut Client, at: &str) -> Answer {
    let version = client.get(&format!("{at}/scope")).await.hidden("version");
    client.post(&format!("{at}/scope"), &scope_fields(&version)).await
}

async fn duties(client: &mut Client, at: &str) -> Answer {
    let version = client.get(&format!("{at}/duties")).await.hidden("version");
    let mut fields = vec![
        ("version", version.as_str()),
        ("profile", "certification"),
        ("completed_on", "2026-03-01"),
        ("basis", "consent"),
        ("impact_title", "Impact assessment"),
        ("impact_version", "2.0"),
        ("notice_title", "Notice"),
        ("notice_version", "1.0"),
        ("consent_title", "Consent"),
        ("consent_version", "1.0"),
        // This one stays with the applicant.
        ("consent_sha256", "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"),
        ("consent_sm3", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
    ];
    fields.extend(["purpose", "risks", "recipient", "after_export", "country"].map(|i| ("items", i)));
    let files: [(&str, &str, &str, &[u8]); 2] =
        [("impact_file", "pia.pdf", "application/pdf", PDF), ("notice_file", "notice.pdf", "application/pdf", PDF)];
    client.upload(&format!("{at}/duties"), &fields, &files).await
}

async fn prepared(app: &TestApp, until: &str) -> (Client, String) {
    file_body(app, "qiheng", "filed").await;
    let mut rep = representative(app).await;
    let at = open(&mut rep).await;
    saved(&mandate(&mut rep, &at, until).await);
    saved(&rep.post(&format!("{at}/body"), &[("body", "qiheng")]).await);
    saved(&eligibility(&mut rep, &at, "200000").await);
    saved(&scope(&mut rep, &at).await);
    saved(&duties(&mut rep, &at).await);
    (rep, at)
}

#[tokio::test]
async fn an_overseas_applicant_comes_in_english_to_the_receipt() {
    let app = TestApp::new().await;
    let (mut rep, at) = prepared(&app, "2028-12-31").await;
    let mut body = app.sign_in("qiheng").await;
    let wrong = [("acceptance", "0"), ("planning", "10"), ("verification", "x")];
    assert_eq!(body.post("/body/organisation/limits", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let days = [
        ("acceptance", "3"),
        ("planning", "8"),
        ("verification", "20"),
        ("audit", "20"),
        ("evaluation", "9"),
        ("decision", "6"),
        ("issue", "2"),
    ];
    saved(&body.post("/body/organisation/limits", &days).await);
    let hub = rep.get(&at).await;
    assert!(hub.text.contains("5 of 5 tasks done") && hub.text.contains("Check and submit"), "{}", hub.text);
    let check = rep.get(&format!("{at}/submit")).await;
    for words in ["Fulfilment of orders", "Germany", "Power of attorney, version 1.0", "300,000 non-sensitive", "24 months"] {
        assert!(check.text.contains(words), "{words}: {}", check.text);
    }
    let key = check.hidden("idem");
    let without = rep.post(&format!("{at}/submit"), &[("idem", &key)]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text.contains("Give the pledge"));
    let key = without.hidden("idem");
    let first = rep.post(&format!("{at}/submit"), &[("idem", &key), ("pledge", "yes")]).await;
    let second = rep.post(&format!("{at}/submit"), &[("idem", &key), ("pledge", "yes")]).await;
    assert_eq!((first.status, first.location()), (StatusCode::SEE_OTHER, second.location()), "{}", first.text);
    let receipt = rep.get(first.location()).await;
    for words in ["认委〔2026〕001号", "Example Handels GmbH (fictitious)", "The body set this limit itself", "Impact assessment"]
    {
        assert!(receipt.text.contains(words), "{words}");
    }
    let signed = rep.get(&format!("{at}/receipt.json")).await;
    assert!(signed.status.is_success() && signed.text.contains("payload"), "{}", signed.text);
    let status = rep.get(&at).await;
    assert!(
        status.text.contains("Received, to be accepted") && status.text.contains("not a limit of the law"),
        "{}",
        status.text
    );
    // The body hears of it, and the record is whole.
    let inbox = app.sign_in("qiheng").await.get("/body/inbox").await;
    assert!(inbox.text.contains("收到认证委托"), "{}", inbox.text);
    let id = at.rsplit('/').next().unwrap();
    let row = app.app.store.reader().await.unwrap().application(id).await.unwrap().unwrap();
    assert_eq!((row.body.as_str(), row.phase.as_str(), row.country.as_str()), ("qiheng", "entrusted", "DE"));
    // What was uploaded comes back as it was; what was declared by digest is not here.
    let href = receipt.text.split("reg-digest\">").nth(1).unwrap();
    let digest: String = href.chars().take(64).collect();
    let file = rep.get(&format!("{at}/documents/{digest}")).await;
    assert_eq!(file.bytes, PDF);
    assert_eq!(rep.get(&format!("{at}/documents/{}", "0a".repeat(32))).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_body_that_is_not_filed_is_shown_with_the_reason_and_cannot_be_chosen() {
    let app = TestApp::new().await;
    file_body(&app, "qiheng", "filed").await;
    file_body(&app, "yunxiu", "removed").await;
    let mut rep = representative(&app).await;
    let at = open(&mut rep).await;
    saved(&mandate(&mut rep, &at, "2028-12-31").await);
    let page = rep.get(&format!("{at}/body")).await;
    assert!(page.text.contains("value=\"qiheng\"") && !page.text.contains("value=\"yunxiu\""), "{}", page.text);
    assert!(page.text.contains("Removed from the list") && page.text.contains("can accept nothing new"));
    assert!(!page.text.contains("示例鹿鸣"), "what is not on the public list is nobody else's business");
    for (org, why) in [("yunxiu", "removed from the list"), ("luming", "has not filed"), ("nobody", "has not filed")] {
        let refused = rep.post(&format!("{at}/body"), &[("body", org)]).await;
        assert!(refused.status.is_client_error(), "{org}: {}", refused.status);
        assert!(refused.text.contains(why), "{org}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_mandate_that_expired_yesterday_carries_nothing() {
    let app = TestApp::new().await;
    let (mut rep, at) = prepared(&app, "2026-03-12").await;
    app.set_time("2026-03-13T01:30:00Z");
    let mut rep = {
        let answer = rep.post("/sign-in", &[("login", "repalex"), ("password", SECRET)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        rep
    };
    let refused = rep.post(&format!("{at}/submit"), &[("idem", "0123456789abcdef"), ("pledge", "yes")]).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert!(refused.text.contains("The mandate ended on") && refused.text.contains("art. 7(2)"), "{}", refused.text);
    // A renewed mandate helps.
    saved(&mandate(&mut rep, &at, "2028-12-31").await);
    saved(&rep.post(&format!("{at}/submit"), &[("idem", "0123456789abcdef"), ("pledge", "yes")]).await);
}

#[tokio::test]
async fn the_path_is_computed_and_a_wrong_one_is_explained() {
    let app = TestApp::new().await;
    let mut rep = representative(&app).await;
    let at = open(&mut rep).await;
    saved(&mandate(&mut rep, &at, "2028-12-31").await);
    let few = eligibility(&mut rep, &at, "500").await;
    assert_eq!(few.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(few.text.contains("by your answers"), "{}", few.text);
    let open_question = rep.upload(&format!("{at}/eligibility"), &[("version", "1"), ("organ", "no")], &[]).await;
    assert_eq!(open_question.status, StatusCode::UNPROCESSABLE_ENTITY);
    saved(&eligibility(&mut rep, &at, "200000").await);
}

#[tokio::test]
async fn the_scope_says_what_is_wrong_row_by_row_and_keeps_what_was_typed() {
    let app = TestApp::new().await;
    let mut rep = representative(&app).await;
    let at = open(&mut rep).await;
    saved(&mandate(&mut rep, &at, "2028-12-31").await);
    let mut fields = scope_fields("0");
    fields.retain(|f| f.0 != "country-1");
    fields.extend([("sensitive-2", "yes"), ("onward-1", "Example SAS"), ("onward_country-1", "FR"), ("onward_from-1", "Nobody")]);
    let page = rep.post(&format!("{at}/scope"), &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in [
        "Country or region of the recipient, row 1: missing;",
        "a kind is sensitive, but nobody is counted",
        "name one of the recipients above",
        "Example SAS",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    // Everything was kept all the same, and an older revision does not overwrite it.
    let stale = rep.post(&format!("{at}/scope"), &scope_fields("0")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
    assert!(stale.text.contains("Fulfilment of orders"));
    let request = Request::post(format!("{at}/scope/autosave"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json");
    let saved = rep.send(request, Body::from("version=1&purposes=Support&retention=12")).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    assert!(rep.get(&format!("{at}/scope")).await.text.contains("Support"));
}

#[tokio::test]
async fn the_processor_s_own_staff_prepares_and_does_not_submit() {
    let app = TestApp::new().await;
    file_body(&app, "qiheng", "filed").await;
    let more = [
        ("capacity", "overseas"),
        ("credit_code", ""),
        ("country", "DE"),
        ("registration", "HRB 000000"),
        ("represents", "Example Representatives Ltd (fictitious)"),
    ];
    let mut own = register(&app, "/en/register/processor", "gmbhstaff", &more).await;
    confirm(&app, "gmbhstaff").await;
    let key = own.get("/en/processor/applications/new").await.hidden("idem");
    let opened = own.post("/en/processor/applications/new", &[("idem", &key), ("purpose", "new"), ("who", "self")]).await;
    saved(&opened);
    let at = opened.location().to_owned();
    let hub = own.get(&at).await;
    assert!(hub.text.contains("its office or representative submits"), "{}", hub.text);
    saved(&own.post(&format!("{at}/body"), &[("body", "qiheng")]).await);
    let refused = own.post(&format!("{at}/submit"), &[("idem", "0123456789abcdef"), ("pledge", "yes")]).await;
    assert!(refused.status.is_client_error() && refused.text.contains("designated representative"), "{}", refused.text);
}

#[tokio::test]
async fn another_organisation_finds_nothing_and_a_draft_can_be_given_up() {
    let app = TestApp::new().await;
    let mut rep = representative(&app).await;
    let at = open(&mut rep).await;
    saved(&mandate(&mut rep, &at, "2028-12-31").await);
    let code = demo::credit_code("91110108MA0X00072");
    let more = [("capacity", "applicant"), ("credit_code", code.as_str())];
    let mut other = register(&app, "/register/processor", "otherco", &more).await;
    for page in ["", "/body", "/mandate", "/eligibility", "/scope", "/duties", "/submit", "/receipt", "/withdraw"] {
        assert_eq!(other.get(&format!("{at}{page}")).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    for act in ["/body", "/scope", "/scope/autosave", "/withdraw"] {
        let answer = other.post(&format!("{at}{act}"), &[("reason", "x"), ("body", "qiheng")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}");
    }
    let gone = rep.post(&format!("{at}/withdraw"), &[("reason", "Not needed any more")]).await;
    saved(&gone);
    assert!(rep.get(&at).await.text.contains("Withdrawn"));
}

#[tokio::test]
async fn a_verification_body_registers_and_keeps_its_people() {
    let app = TestApp::new().await;
    let code = demo::credit_code("91110108MA0X00073");
    let mut lab = register(&app, "/register/verification-body", "labone", &[("credit_code", code.as_str())]).await;
    confirm(&app, "labone").await;
    assert!(lab.get("/verification/organisation").await.text.contains("已确认"));
    let members = lab.get("/verification/members").await;
    assert!(members.status.is_success() && members.text.contains("技术验证人员"), "{}", members.text);
    assert_eq!(lab.get("/processor").await.status, StatusCode::FORBIDDEN);
    assert_eq!(lab.get("/body/filings").await.status, StatusCode::FORBIDDEN);
    let fields = [("name", "示例新人"), ("login", "labtwo"), ("roles", "verification_staff")];
    let invited = lab.post("/verification/members", &fields).await;
    assert!(invited.status.is_success() && invited.text.contains("/invite/"), "{}", invited.text);
    let wrong = [("name", "示例新人"), ("login", "labthree"), ("roles", "org_admin")];
    assert_eq!(lab.post("/verification/members", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
