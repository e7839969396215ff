//! What a processor prepares before it applies: assessment, ledger, notices, consents; and the page on splitting.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use guosuo::demo;
use guosuo::preparing::seed_exports;
use guosuo::testing::{Client, TestApp, export_flow};
use guosuo_case::certification::Application;
use guosuo_case::exports;
use guosuo_rules::yearly::{Count, Point};
use jiff::civil::date;

const SAMPLE: &str = include_str!("../../../data/splitting/labelled.jsonl");

async fn processor() -> (TestApp, Client) {
    let app = TestApp::new().await;
    demo::preparing::people(&app.app).await.expect("the processor is made");
    let client = app.sign_in(demo::preparing::PROCESSOR).await;
    (app, client)
}

async fn played() -> (TestApp, Client) {
    let app = TestApp::new().await;
    demo::preparing::play(&app.app).await.expect("the processor is played");
    let client = app.sign_in(demo::preparing::PROCESSOR).await;
    (app, client)
}

/// The addresses of the assessments, newest first.
async fn assessments(client: &mut Client) -> Vec<String> {
    let page = client.get("/processor/assessments").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let links = page.text.split("href=\"/processor/assessments/").skip(1).map(|x| x.split('"').next().unwrap_or_default());
    let mut ids: Vec<String> = links.filter(|x| x.len() > 10).map(|x| format!("/processor/assessments/{x}")).collect();
    ids.dedup();
    ids
}

#[tokio::test]
async fn an_assessment_goes_from_an_empty_draft_to_a_frozen_report() {
    let (_app, mut xu) = processor().await;
    let opened = xu.post("/processor/assessments", &[("title", "会员订单（虚构）")]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let at = opened.location().to_owned();
    let hub = xu.get(&at).await.text;
    for words in ["任务清单", "（一）目的、范围、方式", "（五）所在国家或者地区的政策法规", "风险图", "12部分，已完成"]
    {
        assert!(hub.contains(words), "{words}");
    }
    let early = xu.post(&format!("{at}/freeze"), &[("then", "freeze"), ("completed_on", "2026-03-11"), ("version", "0")]).await;
    assert!(early.status.is_client_error(), "{}", early.status);
    assert!(early.text.contains("没有完成") && early.text.contains("对国家安全的风险"));
    let save = |section: &'static str, version: usize, fields: Vec<(&'static str, String)>| {
        let mut all: Vec<(String, String)> = fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        all.push(("version".to_owned(), version.to_string()));
        (format!("{at}/edit/{section}"), all)
    };
    let text = |s: &str| s.to_owned();
    let item = |parts: &[&'static str]| {
        parts
            .iter()
            .map(|p| (Box::leak(format!("{p}-finding").into_boxed_str()) as &'static str, format!("{p}的评估情况")))
            .collect::<Vec<_>>()
    };
    let mut risks = Vec::new();
    let concerns =
        ["national_security", "public_interest", "rights", "alteration", "destruction", "leak", "loss", "abuse", "country"];
    for (n, concern) in concerns.iter().enumerate() {
        for (field, value) in [("concern", *concern), ("what", "可能发生的事"), ("impact", "medium"), ("likelihood", "low")]
        {
            risks.push((Box::leak(format!("{field}-{n}").into_boxed_str()) as &'static str, text(value)));
        }
    }
    let steps = [
        save(
            "facts",
            0,
            vec![("title", text("会员订单（虚构）")), ("processor_name", text("示例公司（虚构）")), ("assessor", text("示例丙"))],
        ),
        save(
            "scope",
            1,
            vec![
                ("purposes", text("订单履行")),
                ("kinds", text("姓名")),
                ("kinds_sensitive", text("护照号码")),
                ("people", text("420,000")),
                ("people_sensitive", text("6800")),
                ("recipients", text("Fictional GmbH ｜ de ｜ dpo@example")),
                ("systems", text("订单系统")),
                ("retention", text("24")),
            ],
        ),
        save(
            "recipients",
            2,
            vec![
                ("recipient-0", text("Fictional GmbH")),
                ("about-0", text("子公司")),
                ("handling-0", text("履行订单")),
                ("country-0", text("DE")),
                ("law-0", text("当地的法律")),
                ("source-0", text("官网")),
                ("looked-0", text("2026年3月1日")),
            ],
        ),
        save("item-1", 3, item(&["lawful", "proper", "necessary"])),
        save("item-2", 4, item(&["extent", "national_security", "public_interest", "rights"])),
        save("item-3", 5, item(&["duties", "measures", "ability"])),
        save("item-4", 6, item(&["incidents", "remedies"])),
        save("item-5", 7, item(&["country_security", "country_rights"])),
        save("risks", 8, risks),
    ];
    for (address, fields) in steps {
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        // Each low likelihood and medium impact is a low risk, so that nothing more is asked for.
        let saved = xu.post(&address, &pairs).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{address}: {}", saved.text);
    }
    let done = xu
        .post(
            &format!("{at}/freeze"),
            &[
                ("then", "freeze"),
                ("may_export", "yes"),
                ("reasons", "措施与风险相适应。"),
                ("completed_on", "2026-03-11"),
                ("version", "9"),
            ],
        )
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let hub = xu.get(&at).await.text;
    assert!(hub.contains("已定稿") && hub.contains("保存至2029年3月12日") && hub.contains("修订，形成新版本"));
    let english = xu.get(&format!("/en{at}")).await.text;
    assert!(english.contains("Frozen") && english.contains("Kept until 12 March 2029"));
    let pdf = xu.get(&format!("{at}/report.pdf?v=1")).await;
    assert_eq!(pdf.status, StatusCode::OK, "{}", pdf.text);
    assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.bytes.len() > 20_000);
    let docx = xu.get(&format!("{at}/report.docx?v=1")).await;
    assert!(docx.bytes.starts_with(b"PK"));
    let again = xu.get(&format!("{at}/report.pdf?v=1")).await;
    assert_eq!(pdf.bytes, again.bytes, "the same version prints the same bytes");
    let late = xu.post(&format!("{at}/edit/facts"), &[("title", "x"), ("version", "10")]).await;
    assert_ne!(late.status, StatusCode::SEE_OTHER, "a frozen version does not change");
    assert_eq!(xu.post(&format!("{at}/revise"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(xu.get(&at).await.text.contains("放弃这次修订"));
}

#[tokio::test]
async fn what_is_typed_stays_and_two_editors_see_one_another() {
    let (_app, mut xu) = processor().await;
    let at = xu.post("/processor/assessments", &[("title", "甲（虚构）")]).await.location().to_owned();
    let bad = xu.post(&format!("{at}/edit/scope"), &[("people", "四十万"), ("purposes", "订单履行"), ("version", "0")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("四十万") && bad.text.contains("填阿拉伯数字") && bad.text.contains("订单履行"));
    let first = xu.post(&format!("{at}/edit/item-6"), &[("other-finding", "没有"), ("version", "0")]).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let stale = xu.post(&format!("{at}/edit/item-6"), &[("other-finding", "有"), ("version", "0")]).await;
    assert!(stale.text.contains("同事保存了新的内容") && stale.text.contains(">有</textarea>"), "{}", stale.text);
    let request =
        Request::post(format!("{at}/edit/item-6/autosave")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let auto = xu.send(request, Body::from("other-finding=x&version=1")).await;
    assert_eq!(auto.status, StatusCode::OK, "{}", auto.text);
    assert!(auto.text.contains("\"version\":2"));
    assert_eq!(xu.post("/processor/assessments", &[("title", " ")]).await.status.as_u16() / 100, 4);
}

#[tokio::test]
async fn another_organisation_finds_nothing() {
    let (app, mut xu) = played().await;
    let mine = assessments(&mut xu).await;
    assert_eq!(mine.len(), 2);
    let mut body = app.sign_in("qiheng").await;
    for page in [mine[0].clone(), format!("{}/report.pdf", mine[0]), "/processor/ledger".to_owned()] {
        let answer = body.get(&page).await.status;
        assert!(answer == StatusCode::FORBIDDEN || answer == StatusCode::NOT_FOUND, "{page}: {answer}");
    }
}

#[tokio::test]
async fn the_demonstration_shows_a_clean_and_a_contradicted_assessment() {
    let (_app, mut xu) = played().await;
    let pages: Vec<String> = {
        let mut out = Vec::new();
        for at in assessments(&mut xu).await {
            out.push(xu.get(&at).await.text);
        }
        out
    };
    let clean = pages.iter().find(|p| p.contains("已定稿")).expect("one is frozen");
    assert!(clean.contains("没有发现不一致"), "{clean}");
    let other = pages.iter().find(|p| p.contains("暂存件")).expect("one is a draft");
    for words in ["境外保存期限（月）：评估报告“12”，法律文件", "年台账", "人数（非敏感）：评估报告“10000”"]
    {
        assert!(other.contains(words), "{words}");
    }
}

#[tokio::test]
async fn the_ledger_counts_warns_and_opens_the_dossier() {
    let (_app, mut xu) = played().await;
    let page = xu.get("/processor/ledger").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for words in ["会员订单跨境履行", "商务差旅预订", "10万人", "预计到12月31日"] {
        assert!(page.text.contains(words), "{words}");
    }
    let falls = xu
        .upload(
            "/processor/ledger/reports",
            &[("flow", "1")],
            &[("file", "a.csv", "text/plain", "date,non_sensitive,sensitive\n2026-03-12,1,1\n".as_bytes())],
        )
        .await;
    assert!(falls.text.contains("不会减少"), "{}", falls.text);
    let csv = "date,non_sensitive,sensitive\n2026-03-12,1000000,6000\n";
    let done = xu.upload("/processor/ledger/reports", &[("flow", "1")], &[("file", "a.csv", "text/plain", csv.as_bytes())]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = xu.get("/processor/ledger").await.text;
    for words in [
        "准备数据出境安全评估申报材料",
        "安全评估申报准备",
        "由示例云岫旅行科技有限公司（虚构）提供给Fictional Yunxiu Europe GmbH，认证",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let wrong = xu
        .upload("/processor/ledger/reports", &[("flow", "1")], &[("file", "a.csv", "text/plain", "日期,人数\n".as_bytes())])
        .await;
    assert!(wrong.text.contains("第一行要有列名"), "{}", wrong.text);
    let closed = xu.post("/processor/ledger/dossiers", &[("year", "2026"), ("fact", "non_sensitive"), ("words", "已申报")]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER);
    assert!(xu.get("/processor/ledger").await.text.contains("已办结"));
    let english = xu.get("/en/processor/ledger").await.text;
    assert!(english.contains("Reached") && english.contains("Certification"));
}

#[tokio::test]
async fn notices_are_made_and_consents_recorded() {
    let (_app, mut xu) = played().await;
    let list = xu.get("/processor/notices").await.text;
    assert!(list.contains("取得单独同意") && list.contains("（二）订立、履行个人作为一方当事人的合同"));
    let notice = xu.get("/processor/notices/1").await.text;
    for words in ["个人信息出境告知书", "Notice on the export", "护照号码", "向境外接收方行使权利的方式和程序"]
    {
        assert!(notice.contains(words), "{words}");
    }
    let register = xu.get("/processor/consents/1").await.text;
    assert!(register.contains("核对户口簿") && register.contains("撤回"), "{register}");
    let bundled = format!("person,at,channel,separate\n{:032x},2026-03-01 09:00,pop_up,no\n", 77);
    let refused = xu.upload("/processor/consents/1", &[], &[("file", "c.csv", "text/plain", bundled.as_bytes())]).await;
    assert!(refused.text.contains("不是单独取得的同意"), "{}", refused.text);
    let good = format!("person,at,channel,separate\n{:032x},2026-03-01 09:00,pop_up,yes\n", 77);
    assert_eq!(
        xu.upload("/processor/consents/1", &[], &[("file", "c.csv", "text/plain", good.as_bytes())]).await.status,
        StatusCode::SEE_OTHER
    );
    let person = format!("{:032x}", 77);
    assert_eq!(xu.post("/processor/consents/1/withdraw", &[("person", &person)]).await.status, StatusCode::SEE_OTHER);
    let contract = xu.get("/processor/notices/2").await.text;
    assert!(contract.contains("不需要取得您的同意"));
}

#[tokio::test]
async fn splitting_is_explained_to_authorities_and_bodies() {
    let app = TestApp::new().await;
    let mut chen = app.sign_in("chenmin").await;
    let page = chen.get("/authority/splitting").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("不是认定，更不是指控") && page.text.contains("演示：虚构的例子"));
    assert_eq!(page.text.matches("每一份单独都不满").count(), 4);
    assert!(chen.get("/en/authority/splitting").await.text.contains("neither a finding nor an accusation"));
    let rows: Vec<String> = SAMPLE
        .lines()
        .take(2)
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .map(|v| v["application"].to_string())
        .collect();
    let found = chen.upload("/authority/splitting", &[], &[("file", "a.jsonl", "text/plain", rows.join("\n").as_bytes())]).await;
    assert!(found.text.contains("a.jsonl：2行") && found.text.matches("每一份单独都不满").count() == 5, "{}", found.text);
    let bad = chen.upload("/authority/splitting", &[], &[("file", "a.jsonl", "text/plain", "{}".as_bytes())]).await;
    assert!(bad.text.contains("第1行不能用"), "{}", bad.text);
    let mut body = app.sign_in("qiheng").await;
    assert_eq!(body.get("/authority/splitting").await.status, StatusCode::FORBIDDEN);
    assert_eq!(body.get("/body/splitting").await.status, StatusCode::FORBIDDEN, "an operator of filings is no case manager");
    let mut manager = app.sign_in("qianguan").await;
    let page = manager.get("/body/splitting").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
}

/// One page with a square on it.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>endobj\n\
4 0 obj<</Length 22>>stream\n20 20 100 100 re f    \nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

#[tokio::test]
async fn files_of_evidence_are_kept_listed_and_given_out_to_members_only() {
    let (app, mut xu) = played().await;
    let at = xu.post("/processor/assessments", &[("title", "证明材料（虚构）")]).await.location().to_owned();
    let evidence = format!("{at}/evidence");
    let nothing = xu.upload(&evidence, &[("item", "1"), ("version", "1.0")], &[]).await;
    assert!(nothing.status == StatusCode::UNPROCESSABLE_ENTITY && nothing.text.contains("先选择文件"), "{}", nothing.text);
    let text = xu.upload(&evidence, &[("item", "1"), ("version", "1.0")], &[("file", "a.exe", "application/pdf", b"MZ")]).await;
    assert_eq!(text.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", text.text);
    let file = [("file", "加密制度.pdf", "application/pdf", PDF)];
    let typed = xu.upload(&evidence, &[("item", "3"), ("version", "")], &file).await;
    assert!(typed.text.contains("写明版本"), "{}", typed.text);
    let done = xu.upload(&evidence, &[("item", "3"), ("version", "2.1")], &file).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = xu.get(&evidence).await.text;
    let digest = guosuo_seal::digest::sha256(PDF).to_hex();
    for words in ["加密制度.pdf", "（三）", "2.1", digest.as_str()] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let got = xu.get(&format!("{evidence}/{digest}")).await;
    assert_eq!((got.status, got.bytes.as_slice()), (StatusCode::OK, PDF));
    // The editor shows it with both digests, so that a save of the section keeps it.
    let section = xu.get(&format!("{at}/edit/opinions")).await.text;
    assert!(section.contains(&digest) && section.contains("加密制度.pdf"));
    assert_eq!(xu.get(&format!("{at}/report.docx")).await.status, StatusCode::OK);

    // Taken out by somebody who typed against an older revision: the file itself stays and can be listed again.
    let emptied = xu.post(&format!("{at}/edit/opinions"), &[("version", "1"), ("e_item-0", "1"), ("then", "stay")]).await;
    assert_eq!(emptied.status, StatusCode::SEE_OTHER, "{}", emptied.text);
    let page = xu.get(&evidence).await.text;
    assert!(page.contains("已经保存、没有列入的文件") && page.contains(&digest), "{page}");
    let again = [("stored", digest.as_str()), ("item", "3"), ("title", "加密制度"), ("version", "2.1")];
    assert_eq!(xu.upload(&evidence, &again, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!xu.get(&evidence).await.text.contains("没有列入的文件"));

    let mut body = app.sign_in("qiheng").await;
    for address in [evidence.clone(), format!("{evidence}/{digest}")] {
        let answer = body.get(&address).await.status;
        assert!(answer == StatusCode::FORBIDDEN || answer == StatusCode::NOT_FOUND, "{address}: {answer}");
    }
    assert_eq!(xu.get(&format!("{evidence}/{}", "0".repeat(64))).await.status, StatusCode::NOT_FOUND);
    // A frozen version takes no more files, and says so before anything is stored.
    let frozen = assessments(&mut xu).await;
    for other in frozen.iter().filter(|other| **other != at) {
        let page = xu.get(other).await.text;
        if page.contains("修订，形成新版本") {
            let late = xu.upload(&format!("{other}/evidence"), &[("item", "1"), ("version", "1")], &file).await;
            assert!(late.status.is_client_error(), "{}", late.status);
            assert!(!xu.get(&format!("{other}/evidence")).await.text.contains(&digest));
        }
    }
}

#[tokio::test]
async fn a_keyed_set_of_many_thousands_is_read_and_counted_with_another_of_the_same_key() {
    let (_app, mut xu) = played().await;
    let set = |from: u32, to: u32| {
        use std::fmt::Write as _;
        let mut text = String::from("person,date,sensitive\n");
        for n in from..to {
            let _ = writeln!(text, "{:032x},2026-01-{:02},0", u128::from(n) << 64 | 5, n % 28 + 1);
        }
        text
    };
    for (flow, from, to) in [("1", 0, 60_000), ("2", 30_000, 90_000)] {
        let csv = set(from, to);
        let fields = [("flow", flow), ("key", "集团密钥甲")];
        let done = xu.upload("/processor/ledger/reports", &fields, &[("file", "a.csv", "text/csv", csv.as_bytes())]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    let page = xu.get("/processor/ledger").await.text;
    assert_eq!(page.matches("60,000条去重数据，密钥“集团密钥甲”").count(), 2, "{page}");
    assert!(page.contains("最多100万个不同的值"));
}

#[tokio::test]
async fn the_totals_of_a_ledger_are_given_with_an_application_only_if_the_applicant_wants() {
    let (_app, mut xu) = played().await;
    let key = xu.get("/processor/applications/new").await.hidden("idem");
    let opened = xu.post("/processor/applications/new", &[("idem", &key), ("purpose", "new"), ("who", "self")]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let application = opened.location().to_owned();
    assert!(xu.get(&format!("{application}/scope")).await.text.contains("没有附上台账合计"));
    let page = xu.get(&format!("{application}/ledger")).await;
    assert!(page.text.contains("会员订单跨境履行") && page.text.contains("没有任何人的数据"), "{}", page.text);
    let version = page.hidden("version");
    let given = xu.post(&format!("{application}/ledger"), &[("version", &version), ("then", "give")]).await;
    assert_eq!(given.location(), format!("{application}/scope"), "{}", given.text);
    assert!(xu.get(&format!("{application}/scope")).await.text.contains("已附上：2026年台账的2项业务"));
    let page = xu.get(&format!("/en{application}/ledger")).await;
    assert!(page.text.contains("Flows given with the application") && page.text.contains("Take out"), "{}", page.text);
    let taken = xu.post(&format!("{application}/ledger"), &[("version", &page.hidden("version")), ("then", "take")]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    assert!(xu.get(&format!("{application}/scope")).await.text.contains("没有附上台账合计"));
    // Somebody without a ledger has nothing to give.
    let (_other, mut bare) = processor().await;
    let key = bare.get("/processor/applications/new").await.hidden("idem");
    let opened = bare.post("/processor/applications/new", &[("idem", &key), ("purpose", "new"), ("who", "self")]).await;
    let at = format!("{}/ledger", opened.location());
    assert!(bare.get(&at).await.text.contains("台账里今年还没有计入的业务"));
    let nothing = bare.post(&at, &[("version", "0"), ("then", "give")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", nothing.text);
}

#[tokio::test]
async fn whoever_applies_for_another_gives_nothing_of_the_other_exports_in_its_ledger() {
    let app = TestApp::new().await;
    let actor = demo::preparing::people(&app.app).await.expect("the processor is made");
    let flow =
        |name: &str, exporter: &str| exports::Command::DescribeFlow { flow: None, facts: Box::new(export_flow(name, exporter)) };
    let report = |flow| exports::Command::Report {
        flow,
        count: Box::new(Count::Plain { points: vec![Point { on: date(2026, 2, 3), non_sensitive: 1_234, sensitive: 0 }] }),
        source: "示例.csv".into(),
    };
    let commands = vec![exports::Command::Open, flow("甲的业务", "示例甲公司（虚构）"), report(1)];
    seed_exports(&app.app, &actor, commands, app.app.now()).await.expect("the ledger is kept");
    let mut xu = app.sign_in(demo::preparing::PROCESSOR).await;
    let key = xu.get("/processor/applications/new").await.hidden("idem");
    let code = demo::credit_code("91110105MA0X00777");
    let fields = [
        ("idem", key.as_str()),
        ("purpose", "new"),
        ("who", "other"),
        ("processor_name", "示例乙公司（虚构）"),
        ("processor_address", "示例市示例路3号"),
        ("processor_country", "CN"),
        ("processor_code", code.as_str()),
    ];
    let opened = xu.post("/processor/applications/new", &fields).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let at = format!("{}/ledger", opened.location());

    // Only another client's exports so far: there is nothing to give, and the page says why.
    let page = xu.get(&at).await;
    assert!(page.text.contains("另有1项业务") && page.text.contains("第十四条"), "{}", page.text);
    assert!(!page.text.contains("甲的业务") && !page.text.contains("示例甲公司"), "{}", page.text);
    let nothing = xu.post(&at, &[("version", &page.hidden("version")), ("then", "give")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", nothing.text);

    // Those of the processor to be certified are given, and no others.
    let commands = vec![flow("乙的业务", "示例乙公司（虚构）"), report(2)];
    seed_exports(&app.app, &actor, commands, app.app.now()).await.expect("the ledger is kept");
    let page = xu.get(&format!("/en{at}")).await;
    assert!(page.text.contains("乙的业务") && page.text.contains("not “示例乙公司（虚构）”: 1."), "{}", page.text);
    let given = xu.post(&at, &[("version", &page.hidden("version")), ("then", "give")]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    let id = opened.location().rsplit('/').next().expect("an id").to_owned();
    let state = app.app.store.reader().await.expect("a reader").case::<Application>(&id).await.expect("a case").state;
    let flows = state.and_then(|a| a.dossier.form.ledger).expect("given").flows;
    let names: Vec<(&str, u64)> = flows.iter().map(|f| (f.name.as_str(), f.non_sensitive)).collect();
    assert_eq!(names, [("乙的业务", 1_234)]);
}

#[tokio::test]
async fn an_assessment_is_compared_with_the_application_under_way() {
    let (_app, mut xu) = processor().await;
    let key = xu.get("/processor/applications/new").await.hidden("idem");
    let opened = xu.post("/processor/applications/new", &[("idem", &key), ("purpose", "new"), ("who", "self")]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let application = opened.location().to_owned();
    let at = xu.post("/processor/assessments", &[("title", "甲（虚构）")]).await.location().to_owned();
    let scope = |people: &'static str, version: &'static str| {
        [
            ("purposes", "订单履行"),
            ("kinds", "姓名"),
            ("people", people),
            ("recipients", "Fictional GmbH | DE | dpo@example"),
            ("systems", "订单系统"),
            ("retention", "24"),
            ("version", version),
        ]
    };
    assert_eq!(xu.post(&format!("{at}/edit/scope"), &scope("420000", "0")).await.status, StatusCode::SEE_OTHER);
    let hub = xu.get(&at).await.text;
    assert!(hub.contains("没有发现不一致") && hub.contains("认证申请（草稿）"), "an empty draft says nothing: {hub}");
    let version = xu.get(&format!("{application}/scope")).await.hidden("version");
    let fields = [
        ("version", version.as_str()),
        ("purposes", "订单履行\n客户服务"),
        ("kind-1", "姓名"),
        ("people", "300000"),
        ("people_sensitive", "0"),
        ("recipient-1", "Fictional GmbH"),
        ("country-1", "FR"),
        ("contact-1", "dpo@example"),
        ("systems", "订单系统"),
        ("retention", "24"),
        ("group", "示例集团（虚构）"),
        ("affiliates", "示例关联公司（虚构）"),
        ("then", "later"),
    ];
    let saved = xu.post(&format!("{application}/scope"), &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let hub = xu.get(&at).await.text;
    for words in [
        "目的“客户服务”：评估报告“没有写”，认证申请（草稿）“客户服务”",
        "人数（非敏感）：评估报告“420000”，认证申请（草稿）“300000”",
        "评估报告“DE”，认证申请（草稿）“FR”",
    ] {
        assert!(hub.contains(words), "{words}: {hub}");
    }
    assert!(xu.get(&format!("/en{at}")).await.text.contains("application (draft)"));
    // The choice stands among the facts, and "none" is heeded.
    let facts = xu.get(&format!("{at}/edit/facts")).await.text;
    assert!(facts.contains("与哪一份认证申请核对") && facts.contains("订单履行、客户服务"), "{facts}");
    let none = xu.post(&format!("{at}/edit/facts"), &[("application", "none"), ("title", "甲（虚构）"), ("version", "1")]).await;
    assert_eq!(none.status, StatusCode::SEE_OTHER, "{}", none.text);
    let hub = xu.get(&at).await.text;
    assert!(!hub.contains("客户服务") && hub.contains("已选择不与认证申请核对"), "{hub}");
    let risks = xu.get(&format!("{at}/edit/risks")).await.text;
    assert!(risks.contains("没有与标准文本逐格核对"), "the risk map is called what it is");
}

#[tokio::test]
async fn a_mark_makes_one_group_of_two_applicants_and_can_be_lifted() {
    let app = TestApp::new().await;
    let mut manager = app.sign_in("qianguan").await;
    let short = [("group", "示例集团（虚构）"), ("members", "示例甲公司（虚构）"), ("reason", "")];
    let refused = manager.post("/body/splitting/groups", &short).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["写2个到50个申请人的名称", "写明为什么认为是同一集团", "示例甲公司（虚构）"] {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    let whole = [
        ("group", "示例集团（虚构）"),
        ("members", "示例甲公司（虚构）\n示例乙公司（虚构）"),
        ("reason", "示例依据：年报第三页"),
    ];
    assert_eq!(manager.post("/body/splitting/groups", &whole).await.status, StatusCode::SEE_OTHER);
    let page = manager.get("/body/splitting").await.text;
    assert!(page.contains("示例依据：年报第三页") && page.contains("撤销标注"), "{page}");
    assert!(page.contains("没有申请用这个名称，暂时合并不到：示例甲公司（虚构）、示例乙公司（虚构）"), "{page}");
    // Another organisation does not see it.
    let mut chen = app.sign_in("chenmin").await;
    assert!(!chen.get("/authority/splitting").await.text.contains("示例依据：年报第三页"));
    assert_eq!(chen.post("/authority/splitting/groups", &whole).await.status, StatusCode::SEE_OTHER);
    let empty = manager.post("/body/splitting/groups/1/lift", &[("reason", "")]).await;
    assert_eq!(empty.status, StatusCode::SEE_OTHER);
    assert!(manager.get("/body/splitting").await.text.contains("撤销标注"), "not without a reason");
    manager.post("/body/splitting/groups/1/lift", &[("reason", "看错了")]).await;
    let page = manager.get("/en/body/splitting").await.text;
    assert!(page.contains("Lifted: ") && page.contains("看错了"), "{page}");
    let mut operator = app.sign_in("qiheng").await;
    assert_eq!(operator.post("/body/splitting/groups", &whole).await.status, StatusCode::FORBIDDEN);
}
