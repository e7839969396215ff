//! A certificate as anybody sees it: published, signed, printed, checked offline by two programs,
//! suspended, changed, expired; and what a wrong number or a bent code gets.
#![expect(clippy::unwrap_used, reason = "tests")]

mod guesses;
mod memory;
mod older;
mod record;

use std::process::Command;

use axum::http::StatusCode;
use guosuo::jobs::{checkpoint, papers};
use guosuo::testing::{Client, TestApp};
use guosuo_case::actor::{OrgId, OrgKind};
use guosuo_case::certificate::{Certificate, Changes, Event, Issue, Mark, Measure, Origin};
use guosuo_case::certification::{Kind, Party, People, Recipient, Scope};
use guosuo_case::{Actor, CaseId};
use guosuo_seal::FileDigests;
use guosuo_seal::certificate::{Genuine, Head, InLog, Keyring, Status, StatusList, Trusted, With, check};
use guosuo_store::new_id;
use jiff::civil::{Date, date};

const NUMBER: &str = "SLQH-2099-000137";

fn scope() -> Scope {
    Scope {
        purposes: vec!["境外酒店预订".into()],
        kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "护照号码".into(), sensitive: true }],
        people: People { non_sensitive: 300_000, sensitive: 5_000 },
        recipients: vec![Recipient {
            name: "Example Hotels GmbH".into(),
            country: "DE".into(),
            contact: "dpo@example.invalid".into(),
        }],
        onward: Vec::new(),
        systems: vec!["CRM".into()],
        retention_months: 24,
    }
}

/// Records events of a certificate, as an import does: how they come about is the law's to test.
async fn record(app: &TestApp, id: &str, body: &str, events: Vec<Event>) {
    let actor = Actor { org: OrgId(body.to_owned()), org_kind: OrgKind::Body, ..Actor::system("test") };
    let (id, now) = (id.to_owned(), app.app.now());
    app.app
        .store
        .write_with((id, actor, events), move |tx, (id, actor, events)| {
            Box::pin(async move {
                let case = tx.case::<Certificate>(id).await?;
                tx.record::<Certificate>(case, events.clone(), actor, "", now).await.map(drop)
            })
        })
        .await
        .unwrap();
}

async fn body(app: &TestApp) -> String {
    let bodies = app.app.store.reader().await.unwrap().organisations(Some(OrgKind::Body), None).await.unwrap();
    bodies.first().unwrap().id.clone()
}

/// A certificate of the body; gives its case.
async fn issued(app: &TestApp, number: &str, holder: &str, valid_until: Date) -> String {
    let body = body(app).await;
    issued_by(app, &body, number, holder, valid_until).await
}

async fn issued_by(app: &TestApp, body: &str, number: &str, holder: &str, valid_until: Date) -> String {
    let id = new_id();
    let issue = issue(number, holder, valid_until);
    record(app, &id, body, vec![Event::Issued { issue: Box::new(issue) }]).await;
    id
}

fn issue(number: &str, holder: &str, valid_until: Date) -> Issue {
    Issue {
        mandate_before: None,
        application: CaseId(new_id()),
        applicant: OrgId("co".into()),
        holder: Party {
            org: None,
            name: holder.into(),
            address: "示例省示例市示例路1号".into(),
            country: "CN".into(),
            code: "91990108MA0X00017J".into(),
        },
        mandate: None,
        number: number.into(),
        scope: scope(),
        basis: "A53".into(),
        mark: Mark { cross_border: true, body: "SLQH".into() },
        issued_on: date(2026, 2, 3),
        valid_until,
        predecessor: None,
        interests: std::collections::BTreeMap::new(),
        surveillances: Vec::new(),
    }
}

async fn measure(app: &TestApp, id: &str, measure: Measure, ground: &str, on: Date) {
    let proposed = Event::MeasureProposed {
        measure,
        origin: Origin::Body,
        suggestion: None,
        application: None,
        ground: ground.into(),
        evidence: Vec::new(),
        publication: String::new(),
        urgent: Some("示例".into()),
    };
    let body = body(app).await;
    record(app, id, &body, vec![proposed, Event::MeasureTaken { effective_on: on }]).await;
}

async fn published(app: &TestApp) {
    papers::run(&app.app).await.unwrap();
    checkpoint::publish(&app.app).await.unwrap();
}

async fn bytes(anyone: &mut Client, path: &str) -> Vec<u8> {
    let answer = anyone.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.bytes
}

async fn trusted(anyone: &mut Client) -> Trusted {
    Keyring::parse(&bytes(anyone, "/certificates/keys.json").await).unwrap().trust().unwrap()
}

#[tokio::test]
async fn what_the_site_gives_away_is_checked_without_the_site() {
    let app = TestApp::with(|c| c.public_origin = "https://guosuo.example".into()).await;
    let id = issued(&app, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let mut anyone = app.anonymous();
    let base = format!("/certificates/{NUMBER}");
    let signed = bytes(&mut anyone, &format!("{base}/signed.json")).await;
    let evidence = bytes(&mut anyone, &format!("{base}/evidence.json")).await;
    let list = bytes(&mut anyone, "/certificates/status/0.json").await;
    let keys = bytes(&mut anyone, "/certificates/keys.json").await;
    let paper = app.app.store.reader().await.unwrap().papers_of(&id).await.unwrap().remove(0);
    let blob = app.app.store.reader().await.unwrap().blob(&paper.blob).await.unwrap();
    let pdf = app.app.blobs.read_all(&blob, 1 << 24).await.unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    let trusted = trusted(&mut anyone).await;
    let at = "2026-03-12T02:00:00Z".parse().unwrap();
    let lists = [&list[..]];
    let with = With { evidence: Some(&evidence), lists: &lists, pdf: Some(FileDigests::of(&pdf)), at };
    let told = check(&signed, &trusted, &with);
    assert_eq!((told.genuine, told.log, told.status), (Genuine::Yes, InLog::Yes, Status::Valid), "{told:?}");
    let told = check(paper.code.as_bytes(), &trusted, &With { pdf: None, ..with });
    assert_eq!((told.genuine, told.log, told.status), (Genuine::Yes, InLog::Yes, Status::Valid), "{told:?}");
    assert_eq!(told.subject.unwrap().holder, "示例海棠湾旅行网络有限公司（虚构）");
    assert!(paper.code.starts_with("HTTPS://GUOSUO.EXAMPLE/V/"));

    // The program that shares no code with this one says the same.
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in [("c.json", &signed), ("e.json", &evidence), ("l.json", &list), ("k.json", &keys), ("c.pdf", &pdf)] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let program =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../verifier/guosuo_verify.py").canonicalize().unwrap();
    let args = "c.json --keys k.json --log e.json --status l.json --pdf c.pdf --at 2026-03-12T02:00:00Z";
    let out = Command::new("python3").arg(program).args(args.split(' ')).current_dir(dir.path()).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success() && text.contains("genuine: yes\nin the log: yes\nstatus: valid"), "{text}");

    // Issued again it is the same byte for byte, and nothing is recorded twice.
    let rows = app.app.store.reader().await.unwrap().ledger_size().await.unwrap();
    assert_eq!(papers::run(&app.app).await.unwrap(), 0);
    assert_eq!(app.app.store.reader().await.unwrap().ledger_size().await.unwrap(), rows);
    assert_eq!(bytes(&mut anyone, &format!("{base}/signed.json")).await, signed);
    // The intents stand in the ledger before the signatures were kept.
    let actions: Vec<String> = app
        .app
        .store
        .reader()
        .await
        .unwrap()
        .ledger_of_case(&id)
        .await
        .unwrap()
        .iter()
        .map(|r| r.fields().unwrap().action)
        .collect();
    assert_eq!(actions, ["issued", "certificate.published", "certificate.signing_intended", "certificate.signing_intended"]);
}

#[tokio::test]
async fn five_verdicts_and_unknown_each_by_its_name() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    let id = issued(&app, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    let base = format!("/certificates/{NUMBER}");
    // The page is there at once; the papers follow.
    let page = anyone.get(&base).await;
    assert!(page.status == StatusCode::OK && page.text.contains("证书有效"), "{}", page.text);
    published(&app).await;
    let page = anyone.get(&base).await;
    for words in [
        NUMBER,
        "示例海棠湾旅行网络有限公司（虚构）",
        "境外酒店预订",
        "护照号码（敏感个人信息）",
        "2026年2月3日至2029年2月2日",
        "颁发，状态为有效",
    ] {
        assert!(page.text.contains(words), "{words} not in {}", page.text);
    }
    measure(&app, &id, Measure::Suspend, "实际出境的种类超出认证范围。", date(2026, 3, 12)).await;
    let page = anyone.get(&base).await;
    assert!(page.text.contains("证书已暂停") && page.text.contains("实际出境的种类超出认证范围。"), "{}", page.text);
    assert!(!page.text.contains("无效"), "never merely invalid");
    let before = anyone.get(&format!("{base}?as_of=2026-03-11")).await;
    assert!(before.text.contains("证书有效") && before.text.contains("不是现在的状态"), "{}", before.text);
    let english = anyone.get(&format!("/en{base}")).await;
    assert!(english.text.contains("The certificate is suspended") && english.text.contains("Germany"), "{}", english.text);
    measure(&app, &id, Measure::Restore, "原因已经消除。", date(2026, 3, 12)).await;
    assert!(anyone.get(&base).await.text.contains("证书有效"));
    measure(&app, &id, Measure::Revoke, "再次超出认证范围。", date(2026, 3, 12)).await;
    let page = anyone.get(&base).await;
    assert!(page.text.contains("证书已撤销"));
    let told = page.text.split("证书状态记录").nth(1).unwrap();
    let places: Vec<usize> = ["再次超出认证范围。", "原因已经消除。", "实际出境的种类超出认证范围。", "颁发，状态为有效"]
        .map(|words| told.find(words).unwrap_or_else(|| panic!("{words} not in {told}")))
        .into();
    assert!(places.is_sorted(), "of one day the newest stands first: {places:?}");
    let early = anyone.get(&format!("{base}?as_of=2026-02-02")).await;
    assert_eq!(early.status, StatusCode::NOT_FOUND);
    assert!(early.text.contains("还没有颁发") && !early.text.contains("冒用"), "{}", early.text);
    // However it was typed, it is the same certificate.
    for typed in
        ["/certificates/slqh-2099-000137", "/certificates/%EF%BC%B3LQH%E2%80%932099-000137", "/certificates/SLQH-2099-000137%20"]
    {
        assert_eq!(anyone.get(typed).await.location(), base, "{typed}");
    }
    let json: serde_json::Value = serde_json::from_slice(&bytes(&mut anyone, &format!("{base}.json")).await).unwrap();
    let changes: Vec<_> = json["history"].as_array().unwrap().iter().map(|h| h["change"].as_str().unwrap().to_owned()).collect();
    assert_eq!(changes, ["issued", "suspended", "restored", "revoked"]);
    assert_eq!(json["status"], "revoked");
    let cancelled = issued(&app, "SLQH-2099-000138", "示例注销公司（虚构）", date(2029, 2, 2)).await;
    measure(&app, &cancelled, Measure::Cancel, "不再出境。", date(2026, 3, 12)).await;
    assert!(anyone.get("/certificates/SLQH-2099-000138").await.text.contains("证书已注销"));
    issued(&app, "SLQH-2099-000139", "示例到期公司（虚构）", date(2026, 3, 11)).await;
    let expired = anyone.get("/certificates/SLQH-2099-000139").await;
    assert!(expired.text.contains("证书已过期") && expired.text.contains("有效期届满"), "{}", expired.text);
    assert!(anyone.get("/certificates/SLQH-2099-000139?as_of=2026-03-11").await.text.contains("证书有效"));
    let unknown = anyone.get("/certificates/SLQH-2099-999999").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.text.contains("查不到这张证书"), "{}", unknown.text);
    assert!(!unknown.text.contains("SLQH-2099-000137"), "a guess tells nothing of others");

    // The list says the same, and names the last entry; whoever follows the entries sees no gap.
    published(&app).await;
    let trusted = trusted(&mut anyone).await;
    let list = StatusList::open(&bytes(&mut anyone, "/certificates/status/0.json").await, &trusted).unwrap();
    let told: Vec<_> = (0..4).map(|slot| list.status(slot).map(|s| serde_json::to_value(s).unwrap())).collect();
    let words = ["revoked", "cancelled", "expired"].map(|w| Some(serde_json::Value::from(w)));
    assert_eq!(told, [&words[..], &[None]].concat());
    let feed: serde_json::Value = serde_json::from_slice(&bytes(&mut anyone, "/certificates/changes.json").await).unwrap();
    let mut head = Head::START;
    for entry in feed["entries"].as_array().unwrap() {
        head = head.follow(&serde_json::from_value(entry.clone()).unwrap()).unwrap();
    }
    assert_eq!((head.n, head.digest), (list.n, list.head));
    assert_eq!(head.n, 7, "issued 3, suspended, restored, revoked, cancelled");
    let rest: serde_json::Value =
        serde_json::from_slice(&bytes(&mut anyone, "/certificates/changes.json?after=6").await).unwrap();
    assert_eq!(rest["entries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_changed_certificate_is_issued_anew_and_the_old_paper_says_so() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    let id = issued(&app, NUMBER, "示例旧名公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let old = app.app.store.reader().await.unwrap().papers_of(&id).await.unwrap().remove(0);
    let changes = Changes { name: Some("示例新名公司（虚构）".into()), ..Changes::default() };
    measure(&app, &id, Measure::Change { changes: Box::new(changes) }, "更名。", date(2026, 3, 12)).await;
    published(&app).await;
    let papers = app.app.store.reader().await.unwrap().papers_of(&id).await.unwrap();
    assert_eq!(papers.iter().map(|p| p.slot).collect::<Vec<_>>(), [0, 1]);
    let trusted = trusted(&mut anyone).await;
    let list = bytes(&mut anyone, "/certificates/status/0").await;
    let lists = [&list[..]];
    let with = With { evidence: None, lists: &lists, pdf: None, at: "2026-03-12T02:00:00Z".parse().unwrap() };
    for (paper, status) in papers.iter().zip([Status::Replaced, Status::Valid]) {
        assert_eq!(check(paper.code.as_bytes(), &trusted, &with).status, status);
        assert_eq!(check(paper.signed.as_bytes(), &trusted, &with).genuine, Genuine::Yes);
    }
    assert!(anyone.get(&format!("/certificates/{NUMBER}")).await.text.contains("示例新名公司（虚构）"));
    assert!(anyone.get(&format!("/certificates/{NUMBER}?as_of=2026-03-11")).await.text.contains("示例旧名公司（虚构）"));
    let coded = old.code.rsplit('/').next().unwrap();
    let page = anyone.get(&format!("/V/{coded}")).await;
    assert!(
        page.text.contains("二维码是真的") && page.text.contains("旧版") && page.text.contains("示例新名公司（虚构）"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_code_is_checked_before_it_is_believed() {
    // Bent codes are unknown to the register, and those are counted.
    let app = TestApp::with(|c| c.unknown_per_minute = 10_000).await;
    let mut anyone = app.anonymous();
    let id = issued(&app, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let paper = app.app.store.reader().await.unwrap().papers_of(&id).await.unwrap().remove(0);
    let coded = paper.code.rsplit('/').next().unwrap().to_owned();
    let page = anyone.get(&format!("/V/{coded}")).await;
    assert!(
        page.status == StatusCode::OK && page.text.contains("证书有效") && page.text.contains("二维码是真的"),
        "{}",
        page.text
    );
    let swap = |at: usize| {
        let mut bent: Vec<char> = coded.chars().collect();
        bent[at] = if bent[at] == 'A' { 'B' } else { 'A' };
        bent.into_iter().collect::<String>()
    };
    for bent in [swap(30), swap(coded.len() - 3), coded[..coded.len() - 8].to_owned(), "AAAA".to_owned()] {
        let page = anyone.get(&format!("/V/{bent}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{bent}");
        assert!(page.text.contains("查不到这张证书") && !page.text.contains("证书有效"), "{}", page.text);
    }
    // One flipped bit, wherever it lies, and however the rest still reads.
    let whole = data_encoding::BASE32_NOPAD.decode(coded.as_bytes()).unwrap();
    for at in (0..whole.len() * 8).step_by(61) {
        let mut bent = whole.clone();
        bent[at / 8] ^= 1 << (at % 8);
        let page = anyone.get(&format!("/V/{}", data_encoding::BASE32_NOPAD.encode(&bent))).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "bit {at}");
        assert!(page.text.contains("查不到这张证书") && !page.text.contains("证书有效"), "bit {at}: {}", page.text);
    }
    // The code of another platform names keys that are not trusted here.
    let other = TestApp::new().await;
    let foreign = issued(&other, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    published(&other).await;
    let paper = other.app.store.reader().await.unwrap().papers_of(&foreign).await.unwrap().remove(0);
    let page = anyone.get(&format!("/V/{}", paper.code.rsplit('/').next().unwrap())).await;
    assert!(page.status == StatusCode::NOT_FOUND && page.text.contains("不是本平台签发的"), "{}", page.text);
}

#[tokio::test]
async fn the_register_is_searched_by_number_name_code_and_status() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    assert!(anyone.get("/certificates").await.text.contains("没有找到"));
    issued(&app, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    let other = issued(&app, "SLQH-2099-000138", "示例𠮷野出海（虚构）", date(2029, 2, 2)).await;
    measure(&app, &other, Measure::Suspend, "示例。", date(2026, 3, 12)).await;
    issued(&app, "SLQH-2099-000139", "示例到期公司（虚构）", date(2026, 3, 11)).await;
    for (query, found) in [
        ("?q=SLQH-2099-000137", &["000137"][..]),
        ("?q=%E6%B5%B7%E6%A3%A0", &["000137"]),
        ("?q=%F0%A0%AE%B7", &["000138"]),
        ("?q=91990108ma0x00017j", &["000137", "000138", "000139"]),
        ("?status=suspended", &["000138"]),
        ("?status=expired", &["000139"]),
        ("?status=valid", &["000137"]),
        ("?status=valid&as_of=2026-03-11", &["000137", "000138", "000139"]),
        ("?as_of=2026-02-02", &[]),
        ("?q=SLQH-2099-000138&status=suspended&as_of=2026-03-11", &[]),
        ("?q=slqh-2099-000138", &["000138"]),
        ("?q=nobody", &[]),
    ] {
        let json: serde_json::Value =
            serde_json::from_slice(&bytes(&mut anyone, &format!("/certificates.json{query}")).await).unwrap();
        let mut numbers: Vec<String> =
            json["certificates"].as_array().unwrap().iter().map(|c| c["number"].as_str().unwrap().to_owned()).collect();
        numbers.sort();
        assert_eq!(numbers, found.iter().map(|n| format!("SLQH-2099-{n}")).collect::<Vec<_>>(), "{query}");
    }
    let page = anyone.get("/certificates?q=%E6%B5%B7%E6%A3%A0").await;
    assert!(page.text.contains("/certificates/SLQH-2099-000137") && page.text.contains("value=\"海棠\""), "{}", page.text);
    let wrong = anyone.get("/certificates?as_of=gestern").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(anyone.get("/certificates.json?as_of=gestern").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(anyone.get("/certificates/status/99999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(anyone.get("/certificates/status/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_number_with_a_stroke_and_a_number_of_two_bodies_lead_to_their_pages() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    issued(&app, "示例/2099/1", "示例斜线公司（虚构）", date(2029, 2, 2)).await;
    let list = anyone.get("/certificates").await;
    assert!(list.text.contains("%2F2099%2F1\""), "{}", list.text);
    let page = anyone.get("/certificates/%E7%A4%BA%E4%BE%8B%2F2099%2F1").await;
    assert!(page.status == StatusCode::OK && page.text.contains("示例斜线公司（虚构）"), "{}", page.text);
    issued(&app, NUMBER, "示例甲公司（虚构）", date(2029, 2, 2)).await;
    let bodies = app.app.store.reader().await.unwrap().organisations(Some(OrgKind::Body), None).await.unwrap();
    issued_by(&app, &bodies[1].id, NUMBER, "示例乙公司（虚构）", date(2029, 2, 2)).await;
    let both = anyone.get(&format!("/certificates/{NUMBER}")).await;
    assert_eq!(both.status, StatusCode::SEE_OTHER);
    let list = anyone.get(both.location()).await;
    assert!(list.text.contains("示例甲公司") && list.text.contains("示例乙公司"), "{}", list.text);
    let page = anyone.get(&format!("/certificates/{NUMBER}?body={}", bodies[1].id)).await;
    assert!(page.text.contains("示例乙公司") && !page.text.contains("示例甲公司"), "{}", page.text);
    assert!(list.text.contains(&format!("?body={}", bodies[1].id)), "{}", list.text);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_published_does_not_keep_others_waiting() {
    let app = TestApp::new().await;
    let bad = issued(&app, "bad", " ", date(2029, 2, 2)).await;
    let good = issued(&app, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let mut reader = app.app.store.reader().await.unwrap();
    assert!(reader.papers_of(&bad).await.unwrap().is_empty());
    assert!(!reader.papers_of(&good).await.unwrap()[0].signed.is_empty());
    assert_eq!(reader.register_head().await.unwrap().n, 1);
}

#[tokio::test]
async fn a_worker_that_died_between_two_steps_is_followed_by_one_that_finishes() {
    let app = TestApp::new().await;
    let id = issued(&app, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let made = app.app.store.reader().await.unwrap().papers_of(&id).await.unwrap().remove(0);
    // As if the signed form had been made and never kept: it is made again, byte for byte.
    let database = app.folder().join("data");
    let file =
        std::fs::read_dir(&database).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "db"));
    let file = file.expect("a database file");
    let out = Command::new("python3")
        .args(["-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(\"UPDATE certificate_paper SET signed='', blob=''\"); c.commit()"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(papers::run(&app.app).await.unwrap(), 1);
    let again = app.app.store.reader().await.unwrap().papers_of(&id).await.unwrap().remove(0);
    assert_eq!((again.signed, again.code, again.print), (made.signed, made.code, made.print));
    assert_ne!(again.blob, made.blob, "printed anew");
}
