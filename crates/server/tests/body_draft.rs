//! A body prepares its filing: opening a draft, filling in the form, two editors, the clock.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use guosuo::testing::{Answer, Client, TestApp};

async fn open(client: &mut Client) -> String {
    let page = client.get("/body").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let answer = client.post("/body/filings", &[("idem", &page.hidden("idem"))]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location().to_owned()
}

async fn autosave(client: &mut Client, at: &str, body: &str) -> Answer {
    let request = Request::post(format!("{at}/form/autosave"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json");
    client.send(request, Body::from(body.to_owned())).await
}

#[tokio::test]
async fn a_draft_begins_with_what_the_organisation_registered() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    let page = li.get(&format!("{at}/form")).await;
    assert!(page.text.contains("示例启衡认证有限公司（虚构）") && page.text.contains("示例李经办"));
    let list = li.get(&at).await.text;
    for words in ["材料清单", "必交12项，已完成0项", "1.4", "选填", "未开始", "填写批准书颁发日期后"] {
        assert!(list.contains(words), "{words}");
    }
    let english = li.get(&format!("/en{at}")).await.text;
    assert!(english.contains("0 of 12 required items") && english.contains("Not started"));
}

#[tokio::test]
async fn opening_twice_with_one_key_makes_one_draft() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let key = li.get("/body").await.hidden("idem");
    let first = li.post("/body/filings", &[("idem", &key)]).await;
    let second = li.post("/body/filings", &[("idem", &key)]).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(li.get("/body/filings").await.text.matches("<tr><th scope=\"row\">").count(), 1);
}

#[tokio::test]
async fn another_organisation_finds_nothing() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    let mut zhao = app.sign_in("yunxiu").await;
    for page in ["", "/form", "/check", "/deadline/file", "/withdraw"] {
        assert_eq!(zhao.get(&format!("{at}{page}")).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    for act in ["/form", "/form/autosave", "/withdraw"] {
        assert_eq!(
            zhao.post(&format!("{at}{act}"), &[("reason", "x"), ("org_name", "x")]).await.status,
            StatusCode::NOT_FOUND,
            "{act}"
        );
    }
    let id = at.rsplit('/').next().unwrap();
    let copied = zhao.post("/body/filings", &[("copy", id), ("idem", "0123456789abcdef")]).await;
    assert_eq!(copied.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_the_field_and_what_was_typed_stays() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    let fields = [
        ("version", "0"),
        ("org_name", "示例䶮𠮷（虚构）"),
        ("credit_code", "9111"),
        ("approval_date", "2027-01-01"),
        ("approval_until", "2026年2月30日"),
        ("capital", "三百"),
        ("operator_phone", "=SUM(A1)"),
    ];
    let page = li.post(&format!("{at}/form"), &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in [
        "错误：",
        "统一社会信用代码是18位，现在是4位。",
        "批准书颁发日期不能晚于今天",
        "批准书有效期要写成年月日",
        "注册资本填数字",
        "value=\"示例䶮𠮷（虚构）\"",
        "value=\"2026年2月30日\"",
        "value=\"三百\"",
    ] {
        assert!(page.text.contains(words), "{words}");
    }
    let again = li.get(&format!("{at}/form")).await;
    assert!(again.text.contains("value=\"示例䶮𠮷（虚构）\""), "a draft keeps what was typed");
}

#[tokio::test]
async fn characters_that_cannot_be_stored_are_refused_and_nothing_is_lost() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    let page =
        li.post(&format!("{at}/form"), &[("version", "0"), ("org_name", "示例\u{202E}公司"), ("address", "示例路2号")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("第3个字符（U+202E）") && page.text.contains("value=\"示例路2号\""));
    // Autosave keeps the rest of the page.
    let saved = autosave(&mut li, &at, "version=0&org_name=%00&address=%E7%A4%BA%E4%BE%8B%E8%B7%AF3%E5%8F%B7").await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    let form = li.get(&format!("{at}/form")).await.text;
    assert!(form.contains("value=\"示例路3号\"") && form.contains("value=\"示例启衡认证有限公司（虚构）\""));
}

#[tokio::test]
async fn two_editors_see_one_another() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let mut wang = app.sign_in("qiheng2").await;
    let at = open(&mut li).await;
    let first = autosave(&mut li, &at, "version=0&postcode=100000").await;
    assert_eq!(first.text, r#"{"saved_at":"09:30","version":1}"#);
    let told = autosave(&mut wang, &at, "version=0&postcode=200000").await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    assert!(told.text.contains("示例李经办在2026年3月12日 09:30保存了这张表"), "{}", told.text);
    let page = wang.post(&format!("{at}/form"), &[("version", "0"), ("postcode", "200000")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("两份内容对照") && page.text.contains("100000") && page.text.contains("value=\"200000\""));
    // With both versions seen, saving again is a decision.
    assert_eq!(page.hidden("version"), "1");
    let saved = wang.post(&format!("{at}/form"), &[("version", "1"), ("postcode", "200000"), ("then", "later")]).await;
    assert_eq!(saved.location(), at);
}

#[tokio::test]
async fn the_ten_working_days_are_shown_explained_and_may_pass() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    li.post(&format!("{at}/form"), &[("version", "0"), ("approval_date", "2026年3月9日"), ("then", "later")]).await;
    let list = li.get(&at).await.text;
    assert!(list.contains("请在2026年3月23日（星期一）前提交，还有7个工作日。"), "{list}");
    let why = li.get(&format!("{at}/deadline/file")).await.text;
    assert!(why.contains("2026年3月23日（星期一）") && why.contains("事情发生的当天不算") && why.contains("周末"));
    app.set_time("2026-03-24T01:00:00Z");
    let mut li = app.sign_in("qiheng").await;
    let late = li.get(&at).await.text;
    assert!(late.contains("法定的10个工作日已于2026年3月23日届满。"), "{late}");
    assert!(li.get(&format!("{at}/form")).await.text.contains("name=\"late_note\""));
    assert_eq!(li.get(&format!("{at}/deadline/decide")).await.status, StatusCode::NOT_FOUND, "that clock does not run yet");
}

#[tokio::test]
async fn the_self_check_says_what_is_missing_and_where() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    let page = li.get(&format!("{at}/check")).await.text;
    assert!(page.contains("还有12项材料没有完成") && page.contains("材料不齐全的不予备案（《办法》第十二条）"));
    assert!(page.contains(&format!("{at}/materials/8")) && page.contains(&format!("{at}/form#capital")));
}

#[tokio::test]
async fn a_draft_given_up_is_closed_for_old_tabs() {
    let app = TestApp::new().await;
    let mut li = app.sign_in("qiheng").await;
    let at = open(&mut li).await;
    let asked = li.post(&format!("{at}/withdraw"), &[("reason", "　 ")]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(li.post(&format!("{at}/withdraw"), &[("reason", "材料重复")]).await.location(), at);
    assert!(li.get(&at).await.text.contains("撤回原因：材料重复"));
    assert_eq!(li.get(&format!("{at}/form")).await.location(), at, "the back button leads to the status");
    let old_tab = li.post(&format!("{at}/form"), &[("version", "0"), ("org_name", "旧标签页")]).await;
    assert_eq!(old_tab.status, StatusCode::CONFLICT);
}
