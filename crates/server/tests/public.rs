//! What anyone can read: the register, its history, the guide, the log.

use axum::http::StatusCode;
use guosuo::public::{import::FIRST_NOTICE, import_published};
use guosuo::testing::TestApp;

#[tokio::test]
async fn the_first_three_bodies_are_imported_once_and_shown_with_their_source() {
    let app = TestApp::new().await;
    assert_eq!(import_published(&app.app, FIRST_NOTICE).await.unwrap(), 3);
    assert_eq!(import_published(&app.app, FIRST_NOTICE).await.unwrap(), 0, "a second import adds nothing");
    let mut anyone = app.anonymous();
    let list = anyone.get("/bodies").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.text.contains("北京赛西认证有限责任公司") && list.text.contains("公告未列编号"));
    let before = anyone.get("/bodies?as_of=2025-12-29").await;
    assert!(!before.text.contains("北京赛西"), "the day before, nobody was filed");
    assert!(anyone.get("/bodies?q=%E8%B5%9B%E8%A5%BF").await.text.contains("北京赛西认证有限责任公司"));
    let page = anyone.get("/bodies/notice-2025-12-30-3").await;
    assert!(page.text.contains("https://www.cac.gov.cn/2025-12/30/c_1768735664909127.htm"), "{}", page.text);
    assert_eq!(anyone.get("/bodies/notice-2025-12-30-9").await.status, StatusCode::NOT_FOUND);
    let english = anyone.get("/en/bodies/notice-2025-12-30-3").await;
    assert!(english.text.contains("Filed on"));
}

#[tokio::test]
async fn programs_read_the_same_register() {
    let app = TestApp::new().await;
    import_published(&app.app, FIRST_NOTICE).await.unwrap();
    let mut anyone = app.anonymous();
    let json: serde_json::Value = serde_json::from_slice(&anyone.get("/bodies.json?as_of=2026-01-05").await.bytes).unwrap();
    assert_eq!((json["count"].as_u64(), json["as_of"].as_str()), (Some(3), Some("2026-01-05")));
    assert_eq!(json["bodies"][0]["number"], serde_json::Value::Null);
    let csv = anyone.get("/bodies.csv").await;
    assert!(csv.text.starts_with('\u{feff}') && csv.text.lines().count() == 4);
    assert!(csv.headers["content-disposition"].to_str().unwrap().contains("bodies-2026-03-12.csv"));
    let feed = anyone.get("/bodies/feed.xml").await;
    assert_eq!(feed.text.matches("<entry>").count(), 3);
    assert_eq!(anyone.get("/bodies.json?as_of=gestern").await.status, StatusCode::BAD_REQUEST);
    // A day that has not come is no day of the register.
    assert_eq!(anyone.get("/bodies.json?as_of=2099-01-01").await.status, StatusCode::BAD_REQUEST);
    let ahead = anyone.get("/bodies?as_of=2099-01-01").await;
    assert_eq!(ahead.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(ahead.text.contains("这一天还没有到") && ahead.text.contains("value=\"2099-01-01\""));
    let wrong = anyone.get("/bodies?as_of=31.2.2026").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("value=\"31.2.2026\""), "what was typed stays");
}

#[tokio::test]
async fn a_notice_without_source_or_with_unknown_keys_is_refused() {
    let app = TestApp::new().await;
    assert!(import_published(&app.app, &FIRST_NOTICE.replace("https://www.cac", "ftp://www.cac")).await.is_err());
    assert!(import_published(&app.app, &format!("colour = 1\n{FIRST_NOTICE}")).await.is_err());
    assert!(app.anonymous().get("/bodies.json").await.text.contains("\"count\":0"));
}

#[tokio::test]
async fn the_public_pages_answer_in_both_languages_without_sign_in() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    for path in [
        "/",
        "/bodies",
        "/publications",
        "/guide/filing",
        "/log",
        "/about",
        "/accessibility",
        "/privacy",
        "/help",
        "/contact",
        "/sitemap",
    ] {
        for prefix in ["", "/en"] {
            let address = if path == "/" && prefix == "/en" { "/en/".to_owned() } else { format!("{prefix}{path}") };
            let answer = anyone.get(&address).await;
            assert_eq!(answer.status, StatusCode::OK, "{address}");
            assert!(answer.text.contains("</html>"), "{address}");
        }
    }
    let guide = anyone.get("/guide/filing").await.text;
    for heading in [
        "基本信息",
        "受理条件",
        "申请材料",
        "办理流程",
        "特别程序",
        "办理时限",
        "收费",
        "设定依据",
        "办理结果",
        "常见问题",
        "监督投诉渠道",
        "30个工作日",
    ] {
        assert!(guide.contains(heading), "{heading}");
    }
    for slot in ["1.1", "1.2", "1.3", "1.4", "人员安全背景审查说明及人员背景审查表", "其他需要提交的证明材料"]
    {
        assert!(guide.contains(slot), "{slot}");
    }
}

#[tokio::test]
async fn the_log_can_be_checked_by_anybody() {
    use guosuo_seal::checkpoint::Checkpoint;
    use guosuo_seal::note::VerifierKey;
    let app = TestApp::new().await;
    import_published(&app.app, FIRST_NOTICE).await.unwrap();
    let mut anyone = app.anonymous();
    let page = anyone.get("/log").await.text.replace("&#43;", "+").replace("&#43", "+");
    let keys: Vec<VerifierKey> = page
        .split("<pre class=\"reg-digest\" tabindex=\"0\">")
        .filter_map(|part| part.split("</pre>").next()?.trim().parse().ok())
        .collect();
    assert_eq!(keys.len(), 2, "an Ed25519 and an SM2 key");
    let note = anyone.get("/log/checkpoint").await;
    let head = Checkpoint::open(&note.bytes, "guosuo.example/log", &keys).unwrap();
    assert!(head.size >= 3);
    let tile = anyone.get(&format!("/log/tile/0/000.p/{}", head.size)).await;
    assert_eq!((tile.status, tile.bytes.len() as u64), (StatusCode::OK, head.size * 32));
    for wrong in ["0/001", "0/x001/234", "entries/000", "9/000", "../secret"] {
        assert_eq!(anyone.get(&format!("/log/tile/{wrong}")).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn operations_see_life_and_numbers_and_strangers_do_not() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    assert_eq!(anyone.get("/healthz").await.text, "ok\n");
    assert!(anyone.get("/readyz").await.text.contains("\"ready\":true"));
    assert!(anyone.get("/metrics").await.text.contains("guosuo_ledger_rows"));
    let request = axum::http::Request::get("/metrics").header("x-forwarded-for", "203.0.113.7");
    assert_eq!(anyone.send(request, axum::body::Body::empty()).await.status, StatusCode::NOT_FOUND);
}

/// A list that ignores what was typed passes for the answer.
#[tokio::test]
async fn an_officer_is_told_of_days_that_cannot_be_read() {
    let app = TestApp::new().await;
    let mut officer = app.sign_in("chenmin").await;
    for (path, told) in [
        ("/authority/filings?from=31.2.2026", "日期没有看懂"),
        ("/authority/filings?from=2026-03-02&to=2026-03-01", "起始日期晚于截止日期"),
        ("/authority/bodies?as_of=gestern", "日期没有看懂"),
        ("/authority/bodies?as_of=2099-01-01", "这一天还没有到"),
    ] {
        let page = officer.get(path).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(page.text.contains(told), "{path}: {told}");
    }
    // A file would not say so: the way leads back to the list that does.
    for file in ["/authority/filings.xlsx?from=31.2.2026", "/authority/filings.pdf?to=gestern"] {
        let answer = officer.get(file).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{file}");
        assert!(officer.get(answer.location()).await.text.contains("日期没有看懂"), "{file}");
    }
    for path in ["/authority/filings?from=2026-03-01&to=2026-03-02", "/authority/bodies?as_of=2026年1月5日"] {
        let page = officer.get(&guosuo::router::encode(path).replace("%3F", "?").replace("%3D", "=").replace("%26", "&")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
    }
}
