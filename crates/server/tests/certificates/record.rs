//! What was signed and published stands in the record: `ledger verify` computes it again and tells one
//! changed byte by its place. And keys that are rotated: what they signed stays good.

use std::process::Command;

use axum::http::StatusCode;
use guosuo::clock::Clock;
use guosuo::jobs::{checkpoint, papers};
use guosuo::keys;
use guosuo::serve;
use guosuo::testing::{Client, TestApp};
use guosuo_case::certificate::{Certificate, Changes, Measure};
use guosuo_case::certification::ScopePart;
use guosuo_seal::certificate::{Genuine, Keyring, Use, With, check};
use guosuo_seal::keys::Signer as _;
use guosuo_store::{Report, Verifier};
use jiff::civil::date;

use super::{NUMBER, bytes, issued, measure, published};

/// Runs SQL on the database file of an instance, past its triggers.
fn damage(app: &TestApp, sql: &str) {
    let folder = app.folder().join("data");
    let file = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "db"));
    let program = "import sqlite3,sys\nc=sqlite3.connect(sys.argv[1])\n\
                   for (n,) in c.execute(\"SELECT name FROM sqlite_master WHERE type='trigger'\").fetchall(): c.execute('DROP TRIGGER '+n)\n\
                   c.execute('PRAGMA foreign_keys=OFF')\nn=c.execute(sys.argv[2]).rowcount\nc.commit()\nassert n==1, n";
    let out = Command::new("python3").args(["-c", program]).arg(file.unwrap()).arg(sql).output().unwrap();
    assert!(out.status.success(), "{sql}: {}", String::from_utf8_lossy(&out.stderr));
}

/// The walk through the record, without opening the sealed keys each time as the command does.
async fn walked(app: &TestApp) -> Report {
    let verifier = Verifier::new().with::<Certificate>().keys(&app.app.published.trusted);
    verifier.run(&app.app.store).await.unwrap()
}

async fn faults(app: &TestApp) -> Vec<String> {
    walked(app).await.faults.iter().map(ToString::to_string).collect()
}

/// An instance with a certificate that was issued, changed and suspended.
async fn lived() -> TestApp {
    let app = TestApp::with(|c| c.public_origin = "https://guosuo.example".into()).await;
    let id = issued(&app, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let changes = Changes { name: Some("示例新名公司（虚构）".into()), ..Changes::default() };
    measure(&app, &id, Measure::Change { changes: Box::new(changes) }, "更名。", date(2026, 3, 12)).await;
    measure(&app, &id, Measure::Suspend, "示例。", date(2026, 3, 12)).await;
    published(&app).await;
    app
}

#[tokio::test]
async fn one_changed_byte_of_what_was_signed_is_told_by_its_place() {
    let app = lived().await;
    let clean = walked(&app).await;
    assert!(clean.is_clean(), "{:?}", clean.faults);
    assert_eq!((clean.papers, clean.entries), (2, 3));
    // One letter or digit is another one; then the place, and the way back.
    let swap = |table: &str, column: &str, key: &str, from: &str, to: &str| {
        let at = format!("instr({column}, '{from}')");
        format!(
            "UPDATE {table} SET {column} = substr({column}, 1, {at} - 1) || '{to}' || substr({column}, {at} + length('{from}')) WHERE {key} AND {at} > 0"
        )
    };
    for (table, column, key, from, to, place) in [
        ("certificate_paper", "content", "slot = 0", "海棠湾", "海裳湾", "certificate_paper 0, column content"),
        ("certificate_paper", "number", "slot = 0", "000137", "000138", "certificate_paper 0, column number"),
        ("certificate_paper", "effective_on", "slot = 1", "03-12", "03-13", "certificate_paper 1, column effective_on"),
        ("certificate_paper", "code", "slot = 0", "/V/A", "/V/B", "certificate_paper 0, column code"),
        ("certificate_paper", "signed", "slot = 1", "\"sig\":\"", "\"sig\":\"A", "certificate_paper 1, column signed"),
        ("certificate_paper", "print", "slot = 0", "海棠湾", "海裳湾", "certificate_paper 0, column print"),
        ("signing_intent", "intent", "slot = 0 AND purpose = 'qr'", "\"size\":", "\"size\":1", "signing_intent 0/qr"),
        ("certificate_entry", "entry", "n = 2", "changed", "revoked", "certificate_entry 2, column entry"),
    ] {
        damage(&app, &swap(table, column, key, from, to));
        let told = faults(&app).await;
        assert!(told.iter().any(|f| f.starts_with(place)), "{table}.{column}: {told:?}");
        assert!(told.iter().all(|f| f.starts_with(table)), "nothing else is accused: {told:?}");
        damage(&app, &swap(table, column, key, to, from));
        assert_eq!(faults(&app).await, Vec::<String>::new(), "{table}.{column} as it was");
    }
    for (sql, place) in [
        ("UPDATE certificate_paper SET digest = zeroblob(32) WHERE slot = 0", "certificate_paper 0, column content"),
        ("UPDATE certificate_paper SET blob = blob || 'x' WHERE slot = 1", "certificate_paper 1, column blob"),
        ("DELETE FROM certificate_entry WHERE n = 3", "certificate_entry 3"),
        ("DELETE FROM signing_intent WHERE slot = 1 AND purpose = 'certificate'", "signing_intent 1/certificate"),
    ] {
        damage(&app, sql);
        let told = faults(&app).await;
        assert!(told.iter().any(|f| f.starts_with(place)), "{sql}: {told:?}");
    }
}

#[tokio::test]
async fn a_content_that_was_changed_with_its_digest_is_told_by_the_ledger() {
    let app = lived().await;
    let row = app.app.store.reader().await.unwrap().paper(0).await.unwrap().unwrap();
    let forged = row.content.replace("海棠湾", "海裳湾");
    let digest = guosuo_seal::digest::sha256(forged.as_bytes()).to_hex();
    damage(&app, &format!("UPDATE certificate_paper SET content = '{forged}', digest = x'{digest}' WHERE slot = 0"));
    let told = faults(&app).await;
    assert!(told.iter().any(|f| f.starts_with("certificate_entry 1, column entry")), "the published digest is another: {told:?}");
    assert!(told.iter().any(|f| f.starts_with("certificate_paper 0, column signed")), "{told:?}");
    assert!(told.iter().any(|f| f.starts_with("certificate_paper 0, column code")), "{told:?}");
}

#[tokio::test]
async fn what_old_keys_signed_stays_good_and_new_keys_sign_what_is_changed_later() {
    let app = TestApp::with(|c| c.public_origin = "https://guosuo.example".into()).await;
    let old = issued(&app, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let before = app.app.store.reader().await.unwrap().papers_of(&old).await.unwrap().remove(0);
    let folder = app.folder().join("data").join("keys");
    let rotated = keys::rotate(&folder, &[Use::Certificate], app.app.store.origin(), papers::day(date(2026, 6, 1)).unwrap());
    assert_eq!(rotated.unwrap().len(), 1);

    // The program starts anew with the new keys, months later.
    let again = serve::open(app.app.config.clone(), Clock::fixed("2026-06-01T02:00:00Z".parse().unwrap())).await.unwrap();
    assert_ne!(
        again.keys.certificate_ed.public_key().kid(),
        app.app.keys.certificate_ed.public_key().kid(),
        "other keys sign now"
    );
    let mut anyone = Client::new(serve::service(again.clone()));
    let page = anyone.get(&format!("/V/{}", before.code.rsplit('/').next().unwrap())).await;
    assert!(page.status == StatusCode::OK && page.text.contains("二维码是真的"), "the old code: {}", page.text);

    // A certificate of before is changed now: it keeps its date of issue and bears the new signatures.
    app.set_time("2026-06-01T02:00:00Z");
    let changes = Changes { name: Some("示例新名公司（虚构）".into()), ..Changes::default() };
    measure(&app, &old, Measure::Change { changes: Box::new(changes) }, "更名。", date(2026, 6, 1)).await;
    issued(&app, "SLQH-2099-000200", "示例后来公司（虚构）", date(2029, 2, 2)).await;
    papers::run(&again).await.unwrap();
    checkpoint::publish(&again).await.unwrap();
    let keyring = bytes(&mut anyone, "/certificates/keys.json").await;
    let trusted = Keyring::parse(&keyring).unwrap().trust().unwrap();
    let list = bytes(&mut anyone, "/certificates/status/0.json").await;
    let versions = again.store.reader().await.unwrap().papers_of(&old).await.unwrap();
    let new = again.store.reader().await.unwrap().paper(2).await.unwrap().unwrap();
    let lists = [&list[..]];
    let with = With { evidence: None, lists: &lists, pdf: None, at: "2026-06-01T02:00:00Z".parse().unwrap() };
    let kid = again.keys.certificate_ed.public_key().kid();
    assert!(!versions[0].signed.contains(&kid) && versions[1].signed.contains(&kid) && new.signed.contains(&kid));
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("k.json"), &keyring).unwrap();
    std::fs::write(dir.path().join("l.json"), &list).unwrap();
    let program =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../verifier/guosuo_verify.py").canonicalize().unwrap();
    for (form, status) in [
        (&versions[0].signed, "replaced"),
        (&versions[0].code, "replaced"),
        (&versions[1].signed, "valid"),
        (&versions[1].code, "valid"),
        (&new.signed, "valid"),
        (&new.code, "valid"),
    ] {
        let told = check(form.as_bytes(), &trusted, &with);
        assert_eq!(told.genuine, Genuine::Yes, "{form}");
        assert_eq!(serde_json::to_value(told.status).unwrap(), status, "{form}");
        // The program that shares no code with this one says the same.
        std::fs::write(dir.path().join("c"), form).unwrap();
        let given = if form.starts_with('{') { "c".to_owned() } else { form.clone() };
        let args = ["--keys", "k.json", "--status", "l.json", "--at", "2026-06-01T02:00:00Z"];
        let out = Command::new("python3").arg(&program).arg(given).args(args).current_dir(dir.path()).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(text.contains("genuine: yes") && text.contains(&format!("status: {status}")), "{text}");
    }
    // Whoever has only the new keys does not know the old signatures.
    let mut only_new = Keyring::parse(&keyring).unwrap();
    only_new.keys.retain(|k| k.until.is_none());
    let told = check(versions[0].signed.as_bytes(), &only_new.trust().unwrap(), &with);
    assert_eq!(told.genuine, Genuine::UnknownKey, "so the old ones stay published");
    let walked = Verifier::new().with::<Certificate>().keys(&again.published.trusted).run(&again.store).await.unwrap();
    assert!(walked.is_clean(), "the walk knows both: {:?}", walked.faults);
}

#[tokio::test]
async fn what_is_published_of_a_scope_is_a_setting_and_binds_every_form() {
    let app = TestApp::new().await;
    let mut anyone = app.anonymous();
    issued(&app, NUMBER, "示例海棠湾旅行网络有限公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    let base = format!("/certificates/{NUMBER}");
    for path in [base.clone(), format!("/en{base}"), format!("{base}.json"), format!("{base}/signed.json")] {
        let page = anyone.get(&path).await;
        let text = if path.ends_with("signed.json") { payload(&page.text) } else { page.text };
        for secret in ["Hotels GmbH", "dpo@example.invalid", "30万", "300,000", "24个月", "24 months", "CRM"] {
            assert!(!text.contains(secret), "{secret} in {path}: {text}");
        }
    }
    assert!(anyone.get(&base).await.text.contains("德国"), "where, without whom");
    // Another deployment publishes the names as well: by a setting, for what is issued from then on.
    let no = guosuo::ops::rules::set(&app.app, "published_scop = []").await.unwrap_err();
    assert!(format!("{no:#}").contains("published_scop"), "{no:#}");
    let set = guosuo::ops::rules::set(&app.app, "published_scope = [\"recipients\", \"countries\"]").await.unwrap();
    assert_eq!((set.hearing_days, set.published_scope), (5, [ScopePart::Recipients, ScopePart::Countries].into()));
    issued(&app, "SLQH-2099-000138", "示例另一家公司（虚构）", date(2029, 2, 2)).await;
    published(&app).await;
    assert!(anyone.get("/certificates/SLQH-2099-000138").await.text.contains("Hotels GmbH"));
    assert!(!anyone.get(&base).await.text.contains("Hotels GmbH"), "what was issued stays as it was");
}

/// The signed content of an envelope, as text.
fn payload(envelope: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(envelope).unwrap();
    let bytes = data_encoding::BASE64.decode(value["payload"].as_str().unwrap().as_bytes()).unwrap();
    String::from_utf8(bytes).unwrap()
}
