//! The three administrators.

use axum::http::StatusCode;
use guosuo::demo::{PASSWORD, Player, Stage};
use guosuo::testing::TestApp;
use guosuo_case::filing::{Filing, Slot};

const SECRET: &str = "茶园石阶灯塔三月风铃";

#[tokio::test]
async fn each_administrator_is_led_to_the_own_page_and_to_no_other() {
    let app = TestApp::new().await;
    for (login, own) in [("sysadmin", "/admin/system"), ("secadmin", "/admin/staff"), ("auditor", "/admin/ledger")] {
        let mut client = app.sign_in(login).await;
        assert_eq!(client.get("/admin").await.location(), own);
        let page = client.get(own).await;
        assert_eq!(page.status, StatusCode::OK, "{login}");
        for other in ["/admin/system", "/admin/calendar", "/admin/staff", "/admin/ledger"] {
            let may = other == own || (login == "sysadmin" && other == "/admin/calendar");
            let status = client.get(other).await.status;
            assert_eq!(status, if may { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{login} {other}");
            assert_eq!(page.text.contains(&format!("href=\"{other}\"")), may, "{login}: the navigation shows {other}");
        }
        for case in ["/body/filings", "/authority/filings"] {
            assert_eq!(client.get(case).await.status, StatusCode::FORBIDDEN, "{login} {case}");
        }
    }
    assert_eq!(app.sign_in("chenmin").await.get("/admin").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn two_of_the_three_administrators_in_one_person_are_refused_with_the_reason() {
    let app = TestApp::new().await;
    let mut admin = app.sign_in("secadmin").await;
    let both =
        [("org", "platform"), ("name", "示例两职"), ("login", "both"), ("roles", "system_admin"), ("roles", "audit_admin")];
    let answer = admin.post("/admin/staff", &both).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("三权分立") && answer.text.contains("value=\"示例两职\""));
    let foreign = [("org", "cac"), ("name", "示例错位"), ("login", "wrong"), ("roles", "nda_reviewer")];
    assert!(admin.post("/admin/staff", &foreign).await.text.contains("不属于这个机构"));
}

#[tokio::test]
async fn a_new_officer_chooses_a_password_and_sets_up_the_second_factor() {
    let app = TestApp::new().await;
    let mut admin = app.sign_in("secadmin").await;
    let given = [("org", "cac"), ("name", "示例新官"), ("login", "xinguan"), ("roles", "cac_handler")];
    let made = admin.post("/admin/staff", &given).await;
    let link = made.text.split("id=\"invitation\">").nth(1).expect("shown once").split('<').next().unwrap().to_owned();
    assert!(!admin.get("/admin/staff").await.text.contains(&link), "shown only once");
    let mut officer = app.anonymous();
    assert_eq!(officer.post(&link, &[("password", SECRET), ("repeat", SECRET)]).await.location(), "/sign-in");
    let answer = officer.post("/sign-in", &[("login", "xinguan"), ("password", SECRET)]).await;
    assert!(answer.location().starts_with("/sign-in/enrol"), "{}", answer.location());
    let id = app.app.store.reader().await.unwrap().account_by_login("xinguan").await.unwrap().unwrap().id;
    assert_eq!(admin.post(&format!("/admin/staff/{id}/status"), &[("enabled", "no")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        app.anonymous().post("/sign-in", &[("login", "xinguan"), ("password", SECRET)]).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(admin.post(&format!("/admin/staff/{id}/link"), &[]).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn acts_on_accounts_want_a_fresh_second_factor_and_spare_oneself() {
    let app = TestApp::new().await;
    let mut admin = app.sign_in("secadmin").await;
    let find = |login: &'static str| {
        let store = app.app.store.clone();
        async move { store.reader().await.unwrap().account_by_login(login).await.unwrap().unwrap().id }
    };
    let own = find("secadmin").await;
    assert_eq!(admin.post(&format!("/admin/staff/{own}/status"), &[("enabled", "no")]).await.status, StatusCode::FORBIDDEN);
    let body = find("qiheng").await;
    assert_eq!(admin.get(&format!("/admin/staff/{body}")).await.status, StatusCode::NOT_FOUND, "bodies manage their own people");
    let chenmin = find("chenmin").await;
    app.advance(6 * 60);
    let stale = admin.post(&format!("/admin/staff/{chenmin}/factor"), &[]).await;
    assert!(stale.location().starts_with("/sign-in/again?next="), "{}", stale.location());
    let mut fresh = app.sign_in("secadmin").await;
    assert_eq!(fresh.post(&format!("/admin/staff/{chenmin}/factor"), &[]).await.status, StatusCode::SEE_OTHER);
    let answer = app.anonymous().post("/sign-in", &[("login", "chenmin"), ("password", PASSWORD)]).await;
    assert!(answer.location().starts_with("/sign-in/enrol"), "set up anew");
}

const NOTICE: &str = r#"
year = 2027
document = "示例发明电〔2026〕1号"
title = "示例通知（虚构）"
issued = "2026-11-05"
address = "https://example.gov.cn/notice"

[[holiday]]
name = "元旦"
off = ["2027-01-01", "2027-01-02", "2027-01-03"]
work = []
"#;

#[tokio::test]
async fn a_notice_is_looked_at_before_it_is_imported() {
    let app = TestApp::new().await;
    let mut admin = app.sign_in("sysadmin").await;
    assert!(admin.get("/admin/calendar").await.text.contains("国办发明电〔2025〕7号"));
    let broken = admin.post("/admin/calendar", &[("notice", "year = 2027")]).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    let seen = admin.post("/admin/calendar", &[("notice", NOTICE)]).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    assert!(seen.text.contains("示例发明电〔2026〕1号") && seen.text.contains("净放假"), "what it says, and what is odd");
    assert!(!app.app.store.calendar().await.unwrap().knows(2027), "looking stores nothing");
    let done = admin.post("/admin/calendar/import", &[("notice", NOTICE)]).await;
    assert_eq!(done.location(), "/admin/calendar", "{}", done.text);
    assert!(app.app.store.calendar().await.unwrap().knows(2027));
    let again = admin.post("/admin/calendar", &[("notice", NOTICE)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut auditor = app.sign_in("auditor").await;
    let acts = auditor.get("/admin/ledger?class=act&actor=sysadmin").await;
    assert!(acts.text.contains("calendar.imported"));
}

#[tokio::test]
async fn the_audit_administrator_searches_and_exports_and_that_is_recorded_too() {
    let app = TestApp::new().await;
    let _ = app.anonymous().post("/sign-in", &[("login", "qiheng"), ("password", "wrong")]).await;
    let mut auditor = app.sign_in("auditor").await;
    assert!(auditor.get("/admin/ledger?class=denied").await.text.contains("sign_in_failed"));
    let row = auditor.get("/admin/ledger/0").await;
    assert_eq!(row.status, StatusCode::OK);
    assert_eq!(auditor.get("/admin/ledger/999999").await.status, StatusCode::NOT_FOUND);
    let csv = auditor.get("/admin/ledger.csv?class=denied").await;
    assert!(csv.text.starts_with('\u{feff}') && csv.text.contains("sign_in_failed"));
    assert!(auditor.get("/admin/ledger?class=act").await.text.contains("ledger.exported"));
}

#[tokio::test]
async fn a_parked_job_is_sent_round_again() {
    let app = TestApp::new().await;
    let now = app.app.now();
    let id = app
        .app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let job = guosuo_store::NewJob { max_attempts: 1, ..guosuo_store::NewJob::new("nobody", &"示例", now)? };
                let id = tx.enqueue(job, now).await?;
                let claimed = tx.claim_job("nobody", "test", jiff::SignedDuration::from_secs(60), now).await?.expect("it is due");
                tx.fail_job(&claimed, "test", "no such printer", now).await?;
                Ok::<_, guosuo_store::Error>(id)
            })
        })
        .await
        .unwrap();
    let mut admin = app.sign_in("sysadmin").await;
    let page = admin.get("/admin/system?state=parked").await;
    assert!(page.text.contains("no such printer") && page.text.contains(&id), "{}", page.text);
    assert!(admin.post(&format!("/admin/system/jobs/{id}"), &[]).await.location().starts_with("/admin/system"));
    assert!(!admin.get("/admin/system?state=parked").await.text.contains(&id));
}

/// What a reader sees of a page: the text between the tags.
fn visible(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap_or_default();
    main.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_audit_list_names_people_cases_and_files_instead_of_ids() {
    let app = TestApp::new().await;
    let mut player = Player::new(&app.app).await.unwrap();
    let case = player.play("qiheng", "chenmin", 3, Stage::Checking).await.unwrap();
    player.play("xishan", "", 1, Stage::Draft(2)).await.unwrap();
    let number = app.app.store.reader().await.unwrap().filing(&case).await.unwrap().unwrap().number;
    let filing = app.app.store.reader().await.unwrap().case::<Filing>(&case).await.unwrap().state.unwrap();
    let form = filing.dossier.files(Slot::Form)[0].id.as_str().to_owned();
    let mut officer = app.sign_in("chenmin").await;
    assert_eq!(officer.get(&format!("/authority/files/{case}/{form}/pages/1.png")).await.status, StatusCode::OK);
    let mut auditor = app.sign_in("auditor").await;
    for (path, told) in [("/admin/ledger", number.as_str()), ("/admin/ledger", "草稿 "), ("/en/admin/ledger?class=read", "File ")]
    {
        let text = visible(&auditor.get(path).await.text);
        assert!(text.contains(told), "{path}: {told}");
        let bare = |word: &str| word.len() >= 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let id = text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| bare(word));
        assert_eq!(id, None, "{path} shows an id");
    }
    // The number finds the case, as its id does.
    let by_number = auditor.get(&format!("/admin/ledger?case={}", guosuo::router::encode(&number))).await.text;
    assert_eq!(
        visible(&by_number).matches(&number).count(),
        visible(&auditor.get(&format!("/admin/ledger?case={case}")).await.text).matches(&number).count()
    );
    assert!(visible(&by_number).matches(&number).count() > 5);
}
