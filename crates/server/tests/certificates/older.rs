//! What is signed of a certificate that was taken over: the mark in both forms, the same again when it is changed; and
//! those that were planned or signed before there was the mark stay good as they are.

use guosuo::jobs::papers;
use guosuo::testing::TestApp;
use guosuo_case::certificate::{Certificate, Changes, Event, Issue, Measure, Source};
use guosuo_rules::time::cst_date;
use guosuo_seal::FileDigests;
use guosuo_seal::certificate::{
    Basis, Body, Content, Genuine, Holder, Mark, ScopeWords, Subject, TakenOver, With, check, content::VERSION,
};
use guosuo_store::{PaperRow, Verifier, new_id};
use jiff::civil::date;

use super::{body, issue, issued, measure, record};

const NUMBER: &str = "OLD-2024-00042";

/// A certificate that was issued elsewhere in 2024; gives its case.
async fn taken_over(app: &TestApp) -> String {
    let issue = Issue {
        basis: "R37".into(),
        issued_on: date(2024, 5, 20),
        ..issue(NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2027, 5, 19))
    };
    let source = Source { file: "原有证书.csv".into(), sha256: "4c1d".repeat(16), row: 2 };
    let (id, body) = (new_id(), body(app).await);
    record(app, &id, &body, vec![Event::TakenOver { issue: Box::new(issue), source, stood: None }]).await;
    id
}

async fn versions(app: &TestApp, id: &str) -> Vec<PaperRow> {
    app.app.store.reader().await.unwrap().papers_of(id).await.unwrap()
}

/// What an offline check tells of both forms; they tell the same.
fn checked(app: &TestApp, paper: &PaperRow) -> Subject {
    let with = With { evidence: None, lists: &[], pdf: None, at: papers::moment(app.app.now()).unwrap() };
    let [signed, code] = [&paper.signed, &paper.code].map(|given| check(given.as_bytes(), &app.app.published.trusted, &with));
    assert_eq!((signed.genuine, code.genuine), (Genuine::Yes, Genuine::Yes), "{paper:?}");
    let (signed, code) = (signed.subject.unwrap(), code.subject.unwrap());
    assert_eq!((&signed.number, signed.taken_over), (&code.number, code.taken_over));
    signed
}

async fn faults(app: &TestApp) -> Vec<String> {
    let verifier = Verifier::new().with::<Certificate>().keys(&app.app.published.trusted);
    verifier.run(&app.app.store).await.unwrap().faults.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn the_mark_is_signed_with_every_version_of_what_was_taken_over_and_with_nothing_else() {
    let app = TestApp::with(|c| c.public_origin = "https://guosuo.example".into()).await;
    let own = issued(&app, "SLQH-2099-000137", "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    let id = taken_over(&app).await;
    papers::run(&app.app).await.unwrap();
    let changes = Changes { name: Some("示例新名公司（虚构）".into()), ..Changes::default() };
    measure(&app, &id, Measure::Change { changes: Box::new(changes) }, "更名。", date(2026, 3, 12)).await;
    papers::run(&app.app).await.unwrap();
    let mark = TakenOver::new(papers::day(cst_date(app.app.now())).unwrap());
    let made = versions(&app, &id).await;
    assert_eq!(made.len(), 2);
    for paper in &made {
        assert_eq!(checked(&app, paper).taken_over, Some(mark));
        let print: serde_json::Value = serde_json::from_str(&paper.print).unwrap();
        assert_eq!((&print["taken_over"]["on"], &print["holder_country"]), (&mark.on.to_string().into(), &"CN".into()));
    }
    let [paper] = &versions(&app, &own).await[..] else { panic!("one version") };
    assert_eq!(checked(&app, paper).taken_over, None);
    assert!(!paper.content.contains("taken_over") && paper.read().unwrap().v == VERSION, "{}", paper.content);
    assert_eq!(faults(&app).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_was_planned_before_there_was_the_mark_is_signed_as_planned_and_stays_good() {
    let app = TestApp::with(|c| c.public_origin = "https://guosuo.example".into()).await;
    let id = taken_over(&app).await;
    let (change, version) = app.app.store.reader().await.unwrap().changes_unpublished(1).await.unwrap().remove(0);
    assert!(version && change.certificate == id);
    let content = Content {
        basis: Basis { edition: "R37".into(), standards: vec!["GB/T 35273-2020".into()] },
        body: Body { code: "91990108MA0X00017J".into(), name: "示例认证机构（虚构）".into() },
        holder: Holder {
            address: "示例省示例市示例路1号".into(),
            code: "91990108MA0X00017J".into(),
            country: "CN".into(),
            name: "示例海棠湾旅行网络有限公司（虚构）".into(),
        },
        issued_on: papers::day(date(2024, 5, 20)).unwrap(),
        log: app.app.store.origin().to_owned(),
        mark: Mark { body: "SLQH".into(), cross_border: true },
        mode: "技术验证＋现场审核＋获证后监督".into(),
        number: NUMBER.into(),
        predecessor: None,
        scope: ScopeWords { digests: FileDigests::of(b"scope"), en: "Hotel booking".into(), zh: "境外酒店预订".into() },
        slot: 0,
        taken_over: None,
        v: VERSION,
        valid_until: papers::day(date(2027, 5, 19)).unwrap(),
    };
    let now = app.app.now();
    app.app
        .store
        .write_with((change, content), move |tx, (change, content)| {
            Box::pin(async move { tx.publish_change(change, NUMBER, Some(content.clone()), now).await })
        })
        .await
        .unwrap();
    let planned = versions(&app, &id).await.remove(0);
    papers::run(&app.app).await.unwrap();
    let paper = versions(&app, &id).await.remove(0);
    assert_eq!((&paper.content, &paper.digest), (&planned.content, &planned.digest));
    assert_eq!(checked(&app, &paper).taken_over, None, "the signed form cannot say what was not in it");
    assert!(paper.print.contains("4c1d4c1d"), "the print tells it all the same");
    assert_eq!(faults(&app).await, Vec::<String>::new());
}
