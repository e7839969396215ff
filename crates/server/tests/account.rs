//! Registration, one's own account, members and invitations, told as it happens.

use axum::http::StatusCode;
use guosuo::auth::totp;
use guosuo::demo::{self, PASSWORD};
use guosuo::testing::{Answer, Client, TestApp};

const SECRET: &str = "茶园 石阶 灯塔 三月 风铃 纸船 铁锚";
/// One empty page.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>endobj\n\
4 0 obj<</Length 22>>stream\n20 20 100 100 re f    \nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

fn given<'a>(code: &'a str, login: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("org_name", "示例新枝认证有限公司（虚构）"),
        ("credit_code", code),
        ("legal_rep", "示例法定代表人"),
        ("address", "示例市示例路2号"),
        ("operator", "示例周经办"),
        ("phone", "010-00000001"),
        ("mail", "zhou@example.invalid"),
        ("login", login),
        ("password", SECRET),
        ("repeat", SECRET),
        ("truth", "yes"),
    ]
}

async fn register(client: &mut Client, fields: &[(&str, &str)]) -> Answer {
    let scans: Vec<(&str, &str, &str, &[u8])> = ["scan_credit_code", "scan_legal_rep", "scan_operator"]
        .iter()
        .map(|f| (*f, "证件.pdf", "application/pdf", PDF))
        .collect();
    client.upload("/register", fields, &scans).await
}

#[tokio::test]
async fn a_body_registers_and_can_sign_in_while_it_waits() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    assert_eq!(client.get("/register").await.status, StatusCode::OK);
    let code = demo::credit_code("91110108MA0X00009");
    let answer = register(&mut client, &given(&code, "Xinzhi")).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/register/done"), "{}", answer.text);
    assert!(client.get("/register/done").await.text.contains("确认后提交"));
    let signed = client.post("/sign-in", &[("login", "xinzhi"), ("password", SECRET)]).await;
    assert_eq!(signed.location(), "/body");
    assert!(client.get("/account").await.text.contains("待确认"));
    let org = app.app.store.reader().await.unwrap().organisation_by_code(&code).await.unwrap().unwrap();
    assert_eq!(org.details.scans.len(), 3, "the scans are kept");
    // The authority hears of it.
    let mut officer = app.sign_in("chenmin").await;
    assert!(officer.get("/authority/inbox").await.text.contains("示例新枝认证有限公司（虚构）"));
}

#[tokio::test]
async fn a_wrong_registration_keeps_what_was_typed_and_says_what_is_wrong() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    let mut fields = given("91110108MA0X0000", "ab");
    fields.retain(|(k, _)| *k != "legal_rep");
    let answer = register(&mut client, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in ["现在是16位", "填写法定代表人姓名", "3至32个字母", "value=\"示例周经办\"", "已收到“证件.pdf”"]
    {
        assert!(answer.text.contains(told), "{told}");
    }
    assert!(!answer.text.contains(SECRET), "the password is not sent back");
    let wrong_check = register(&mut client, &given("91110108MA0X000090", "xinzhi")).await;
    let right = demo::credit_code("91110108MA0X00009");
    if right != "91110108MA0X000090" {
        assert!(wrong_check.text.contains("校验位对不上"));
    }
    let without = client.upload("/register", &given(&right, "xinzhi"), &[]).await;
    assert!(without.text.contains("上传统一社会信用代码证件扫描件"));
    let broken = client
        .upload(
            "/register",
            &given(&right, "xinzhi"),
            &[("scan_operator", "a.pdf", "", b"%PDF-1.4\nnothing that could be drawn")],
        )
        .await;
    assert!(broken.text.contains("a.pdf") && !broken.text.contains("已收到“a.pdf”"), "it is examined, not only named");
    let word =
        client.upload("/register", &given(&right, "xinzhi"), &[("scan_operator", "a.docx", "", b"PK\x03\x04 no scan")]).await;
    assert_eq!(word.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// What the page carries in a hidden field.
fn carried(answer: &Answer, name: &str) -> String {
    let from = answer.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    from.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn scans_stay_when_another_field_is_put_right() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    let code = demo::credit_code("91110108MA0X00009");
    let slip = register(&mut client, &given(&code, "ab")).await;
    assert_eq!(slip.status, StatusCode::UNPROCESSABLE_ENTITY);
    let hidden = ["try", "kept_scan_credit_code", "kept_scan_legal_rep", "kept_scan_operator"];
    let hidden: Vec<(&str, String)> = hidden.iter().map(|name| (*name, carried(&slip, name))).collect();
    let mut fields = given(&code, "xinzhi");
    fields.extend(hidden.iter().map(|(name, value)| (*name, value.as_str())));
    // One of them is replaced, two are as they were.
    let done = client.upload("/register", &fields, &[("scan_operator", "新证件.pdf", "application/pdf", PDF)]).await;
    assert_eq!(done.location(), "/register/done", "{}", done.text);
    let org = app.app.store.reader().await.unwrap().organisation_by_code(&code).await.unwrap().unwrap();
    let names: Vec<&str> = org.details.scans.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["证件.pdf", "证件.pdf", "新证件.pdf"]);
    // The files of a finished registration are nobody else's to bring along.
    let other = demo::credit_code("91110108MA0X00017");
    let mut fields = given(&other, "qita");
    fields.extend(hidden.iter().map(|(name, value)| (*name, value.as_str())));
    let refused = client.upload("/register", &fields, &[]).await;
    assert!(refused.text.contains("上传统一社会信用代码证件扫描件"), "{}", refused.text);
}

#[tokio::test]
async fn slips_do_not_use_up_the_registrations_of_others() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    let (one, other) = (demo::credit_code("91110108MA0X00009"), demo::credit_code("91110108MA0X00017"));
    for _ in 0..10 {
        let slip = client.upload("/register", &given(&one, "ab"), &[]).await;
        assert_eq!(slip.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(register(&mut client, &given(&one, "xinzhi")).await.location(), "/register/done");
    let next = register(&mut client, &given(&other, "nianhua")).await;
    assert_eq!(next.location(), "/register/done", "{}", next.text);
    // Each counter has its end: thirty slips more, and the address waits.
    for _ in 0..30 {
        client.upload("/register", &given(&one, "ab"), &[]).await;
    }
    let waits = client.upload("/register", &given(&one, "ab"), &[]).await;
    assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_code_registers_once_and_nobody_learns_whose_it_is() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    let taken = demo::credit_code("91110108MA0X00001");
    let answer = register(&mut client, &given(&taken, "another")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("这个代码已经注册过") && !answer.text.contains("启衡"));
    let login = register(&mut client, &given(&demo::credit_code("91110108MA0X00009"), "qiheng")).await;
    assert!(login.text.contains("这个登录名已经有人用了"));
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let app = TestApp::new().await;
    let mut here = app.sign_in("qiheng").await;
    let mut there = app.sign_in("qiheng").await;
    let page = here.get("/account").await;
    assert_eq!(page.text.matches("action=\"/account/sessions\"").count(), 2, "one other session, and all of them");
    let wrong = here.post("/account/password", &[("present", "x"), ("password", SECRET), ("repeat", SECRET)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let short = here.post("/account/password", &[("present", PASSWORD), ("password", "短"), ("repeat", "短")]).await;
    assert!(short.text.contains("至少15个字符，现在是1个"));
    let done = here.post("/account/password", &[("present", PASSWORD), ("password", SECRET), ("repeat", SECRET)]).await;
    assert_eq!(done.location(), "/account", "{}", done.text);
    assert_eq!(here.get("/account").await.status, StatusCode::OK);
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER, "signed out there");
    let mut again = app.anonymous();
    assert_eq!(again.post("/sign-in", &[("login", "qiheng"), ("password", SECRET)]).await.location(), "/body");
}

fn link_of(answer: &Answer) -> String {
    let rest = answer.text.split("id=\"invitation\">").nth(1).expect("an invitation is shown");
    rest.split('<').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_member_is_invited_once_and_another_organisation_sees_nothing() {
    let app = TestApp::new().await;
    let mut admin = app.sign_in("qiheng").await;
    let no_role = admin.post("/body/members", &[("name", "示例新人"), ("login", "xinren")]).await;
    assert!(no_role.text.contains("至少选一个角色") && no_role.text.contains("value=\"示例新人\""));
    let made = admin.post("/body/members", &[("name", "示例新人"), ("login", "xinren"), ("roles", "operator")]).await;
    let link = link_of(&made);
    let mut invited = app.anonymous();
    assert!(invited.get(&link).await.text.contains("示例新人"));
    assert_eq!(invited.post(&link, &[("password", "weak"), ("repeat", "weak")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(invited.post(&link, &[("password", SECRET), ("repeat", SECRET)]).await.location(), "/sign-in");
    assert_eq!(invited.get(&link).await.status, StatusCode::GONE, "a link works once");
    assert_eq!(invited.post("/sign-in", &[("login", "xinren"), ("password", SECRET)]).await.location(), "/body");
    assert_eq!(invited.get("/body/members").await.status, StatusCode::FORBIDDEN, "an operator manages nobody");
    let list = admin.get("/body/members").await.text;
    assert!(list.contains("示例新人") && !list.contains("示例赵经办"));
    let stranger = app.app.store.reader().await.unwrap().account_by_login("yunxiu").await.unwrap().unwrap();
    assert_eq!(admin.get(&format!("/body/members/{}", stranger.id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        admin.post(&format!("/body/members/{}/status", stranger.id), &[("enabled", "no")]).await.status,
        StatusCode::NOT_FOUND
    );
    // The link of a lost invitation ends when a new one is made, and after seven days.
    let second = admin.post("/body/members", &[("name", "示例再来"), ("login", "zailai"), ("roles", "operator")]).await;
    let late = link_of(&second);
    app.advance(7 * 24 * 3600 + 1);
    assert_eq!(app.anonymous().get(&late).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let app = TestApp::new().await;
    let mut admin = app.sign_in("qiheng").await;
    let find = |login: &'static str| {
        let store = app.app.store.clone();
        async move { store.reader().await.unwrap().account_by_login(login).await.unwrap().unwrap().id }
    };
    let (own, other) = (find("qiheng").await, find("qiheng2").await);
    for (what, field) in [("roles", ("roles", "operator")), ("status", ("enabled", "no"))] {
        let answer = admin.post(&format!("/body/members/{own}/{what}"), &[field]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        assert!(answer.text.contains("最后一名在用的管理员"));
    }
    assert_eq!(admin.get("/body/members").await.status, StatusCode::OK, "nothing was changed");
    assert_eq!(
        admin.post(&format!("/body/members/{other}/roles"), &[("roles", "org_admin")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(admin.post(&format!("/body/members/{own}/roles"), &[("roles", "operator")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(admin.get("/account").await.status, StatusCode::SEE_OTHER, "the old rights ended with the session");
}

#[tokio::test]
async fn people_of_bodies_may_use_one_time_codes_and_staff_must() {
    let app = TestApp::new().await;
    let mut client = app.sign_in("yunxiu").await;
    let page = client.get("/account/factor").await;
    let shown = page.text.split("<b class=\"reg-num\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let secret = data_encoding::BASE32_NOPAD.decode(shown.as_bytes()).unwrap();
    assert_eq!(client.post("/account/factor", &[("code", "000000")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = totp::code_at(&secret, app.app.now()).unwrap();
    assert_eq!(client.post("/account/factor", &[("code", &code)]).await.location(), "/account");
    let mut again = app.anonymous();
    let answer = again.post("/sign-in", &[("login", "yunxiu"), ("password", PASSWORD)]).await;
    assert!(answer.location().starts_with("/sign-in/code"));
    let mut staff = app.sign_in("chenmin").await;
    assert!(staff.get("/account/factor").await.text.contains("不能停用"));
    assert_eq!(staff.post("/account/factor/remove", &[("code", "123456")]).await.status, StatusCode::FORBIDDEN);
}
