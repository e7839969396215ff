//! Who sees what of yearly ledgers when splits are looked for (M 5(4), 14): a body what was given to it, an authority the
//! ledgers with a ground that is recorded first, nobody values of people.

use axum::http::StatusCode;
use guosuo::demo;
use guosuo::preparing::seed_exports;
use guosuo::testing::export_flow;
use guosuo_case::Actor;
use guosuo_case::certification::Kind;
use guosuo_case::exports::{Command, FlowFacts};
use guosuo_rules::yearly::{Count, Person, Point, Seen, Way};
use guosuo_store::Class;
use jiff::civil::date;

use super::bench::{Bench, applicant};

fn flow(name: &str, exporter: &str, sensitive: bool) -> Command {
    let kinds = vec![Kind { name: "姓名".into(), sensitive }];
    let facts = FlowFacts { kinds, way: Way::Contract, ..export_flow(name, exporter) };
    Command::DescribeFlow { flow: None, facts: Box::new(facts) }
}

fn report(flow: u32, count: Count) -> Command {
    Command::Report { flow, count: Box::new(count), source: "示例.csv".into() }
}

fn numbers(non_sensitive: u64) -> Count {
    Count::Plain { points: vec![Point { on: date(2026, 3, 1), non_sensitive, sensitive: 0 }] }
}

/// So many people from a number on, under one key.
fn keyed(from: u128) -> Count {
    let seen = (from..from + 6_000).map(|n| Seen { person: Person(n << 64 | 1), on: date(2026, 2, 1), sensitive: true });
    Count::Keyed { key: "集团密钥".into(), seen: seen.collect() }
}

/// How many looks into ledgers are recorded.
async fn looks(b: &Bench) -> usize {
    let rows =
        b.app.app.store.reader().await.unwrap().ledger_before(i64::MAX as u64, Class::Read.as_str(), "", 50).await.unwrap();
    rows.iter().filter(|r| r.fields().unwrap().action == "ledgers.splitting").count()
}

#[tokio::test]
async fn a_ledger_is_seen_by_whom_it_was_given_to_and_by_authorities_with_a_ground() {
    let b = Bench::new().await;
    let (own, affiliate) = ("示例出海有限公司（虚构）", "示例关联公司（虚构）");
    let commands = vec![
        Command::Open,
        flow("示例订单", own, false),
        flow("关联订单", affiliate, false),
        report(1, numbers(600_000)),
        report(2, numbers(500_000)),
    ];
    seed_exports(&b.app.app, &applicant(), commands, b.app.app.now()).await.unwrap();
    // Two affiliates of another processor count the same people under one key.
    let other = demo::preparing::people(&b.app.app).await.unwrap();
    let commands = vec![
        Command::Open,
        flow("甲", "示例甲公司（虚构）", true),
        flow("乙", "示例乙公司（虚构）", true),
        report(1, keyed(0)),
        report(2, keyed(100)),
    ];
    seed_exports(&b.app.app, &other, commands, b.app.app.now()).await.unwrap();

    let page = b.get("manager", "/body/splitting").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let stored = page.text.split("同一集团的申请人").next().unwrap().to_owned();
    assert!(stored.contains("申请人随申请附上的台账业务：<b class=\"reg-num\">1</b>"), "{stored}");
    assert!(
        stored.contains("未发现需要核查的线索") && !stored.contains(affiliate),
        "what it applied for is what has left: {stored}"
    );
    assert!(!page.text.contains("查阅的依据"), "a body looks into no ledger");
    b.declare(&["manager"]).await;
    let dossier = b.get("manager", &b.at()).await.text;
    assert!(dossier.contains("2026年台账的1项业务"), "{dossier}");
    for who in ["manager", "samr", "applicant"] {
        let no = b.post(who, "/authority/splitting/ledgers", &[("ground", "supervision")]).await;
        assert_eq!(no.status, StatusCode::FORBIDDEN, "{who}");
    }

    let page = b.get("cac", "/authority/splitting").await.text;
    assert!(!page.contains(affiliate) && page.contains("查阅的依据"), "{page}");
    let no = b.post("cac", "/authority/splitting/ledgers", &[("ground", "other"), ("why", " ")]).await;
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no.text);
    assert!(!no.text.contains(affiliate));
    assert_eq!(looks(&b).await, 0, "nothing was looked at");
    let page = b.post("cac", "/authority/splitting/ledgers", &[("ground", "supervision")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(looks(&b).await, 1);
    for words in [
        "1份申请、台账里的2项业务",
        "600,000至1,100,000",
        "示例出海有限公司（虚构）的台账把示例关联公司（虚构）列为境内提供方",
        "不重复相加",
        "另有1组合计看似达到界限，按同一密钥去重后不满界限",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let english = b.post("cac", "/en/authority/splitting/ledgers", &[("ground", "complaint")]).await.text;
    assert!(english.contains("1 application and 2 flows of ledgers") && english.contains("not added twice"), "{english}");
    assert_eq!(looks(&b).await, 2, "each look is recorded");

    // The second affiliate's people turn out to be others: together they reach the line, and the number is known.
    let void = Command::VoidReport { report: 2, reason: "文件错（示例）".into() };
    seed_exports(&b.app.app, &other, vec![void, report(2, keyed(5_000))], b.app.app.now()).await.unwrap();
    let page = b.post("cac", "/authority/splitting/ledgers", &[("ground", "supervision")]).await.text;
    assert!(page.contains("11,000") && page.contains("同一密钥去重") && !page.contains("另有1组"), "{page}");
}

/// One ledger with one flow of so many people.
async fn ledger_of(b: &Bench, actor: &Actor, name: &str, exporter: &str, people: u64) {
    let commands = vec![Command::Open, flow(name, exporter, false), report(1, numbers(people))];
    seed_exports(&b.app.app, actor, commands, b.app.app.now()).await.unwrap();
}

/// How many applications a page compared.
async fn compared(b: &Bench, who: &'static str, path: &str) -> String {
    let page = b.get(who, path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let (_, rest) = page.text.split_once("已提交的申请：<b class=\"reg-num\">").unwrap_or_else(|| panic!("{}", page.text));
    rest.split_once("</b>").unwrap().0.to_owned()
}

#[tokio::test]
async fn what_was_withdrawn_or_declined_exports_nothing_and_does_not_count() {
    // Once given up by the applicant, once turned down by the body.
    for given_up in [true, false] {
        let b = Bench::new().await;
        let before: u32 = compared(&b, "manager", "/body/splitting").await.parse().unwrap();
        assert!(
            b.get("manager", "/body/splitting").await.text.contains("申请人随申请附上的台账业务：<b class=\"reg-num\">1</b>")
        );
        if given_up {
            let withdraw = guosuo_case::certification::Command::Withdraw { reason: "示例：不再出境".into() };
            b.command("applicant", withdraw).await;
        } else {
            b.declare(&["manager"]).await;
            b.does("manager", "decline", &[("reasons", "示例：材料不全")]).await;
        }
        for (who, path) in [("manager", "/body/splitting"), ("cac", "/authority/splitting")] {
            let after: u32 = compared(&b, who, path).await.parse().unwrap();
            assert_eq!(after + 1, before, "{who}, given up: {given_up}");
            let page = b.get(who, path).await.text;
            assert!(!page.contains("台账业务：<b class=\"reg-num\">1</b>"), "nor what was given with it: {page}");
        }
    }
}

#[tokio::test]
async fn the_ledger_of_a_representative_is_not_that_of_its_client_and_names_no_other_client() {
    let b = Bench::abroad("2028-12-31").await;
    let (client, other) = ("Example Handels GmbH (fictitious)", "示例另一委托人（虚构）");
    let rep = b.actor("rep").await;
    ledger_of(&b, &rep, "另一委托人的订单", other, 900_000).await;
    // What the body reads was given with the application, and that is the client's alone.
    let page = b.get("manager", "/body/splitting").await.text;
    assert!(page.contains("台账业务：<b class=\"reg-num\">1</b>"), "{page}");
    assert!(!page.contains(other) && !page.contains("另一委托人的订单"), "{page}");
    b.declare(&["manager"]).await;
    for path in [b.at(), "/body/splitting".into(), "/body/applications".into()] {
        assert!(!b.get("manager", &path).await.text.contains(other), "{path}");
    }
    // Even for an authority that looks into it, the ledger is that of whoever keeps it, not of the client.
    let page = b.post("cac", "/authority/splitting/ledgers", &[("ground", "supervision")]).await.text;
    assert!(page.contains("台账里的业务：<b class=\"reg-num\">2</b>"), "what the client gave, and the ledger itself: {page}");
    assert!(!page.contains(&format!("{client}的台账")), "{page}");
}
