//! Reports through the real outbox and the real adapters to a rude platform, on both databases; the
//! great trial of ten thousand events is `guosuo report-trial`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use guosuo::demo::{Player, Stage, certify};
use guosuo::reporting::trial::{Outcome, Trial};
use guosuo::reporting::{FileTarget, Format, Reporting, Target, outbox};
use guosuo::testing::TestApp;

fn check(outcome: &Outcome, events: usize) {
    assert!(outcome.is_good(), "{outcome}");
    assert!(outcome.reports >= events, "{outcome}");
    // The rudeness was there: the platform was away and every kind of fault happened or could.
    assert!(outcome.platform.faults.get("down").is_some_and(|n| *n > 0), "{outcome}");
    assert!(outcome.platform.requests > outcome.platform.taken, "{outcome}");
    assert!(outcome.platform.repeated > 0, "{outcome}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_doubled_out_of_order_or_late_on_sqlite() {
    let outcome = Trial { events: 120, seed: 7, database: String::new(), hours: 8 }.run().await.unwrap();
    check(&outcome, 120);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_doubled_out_of_order_or_late_on_postgresql() {
    let database = tokio::task::spawn_blocking(|| guosuo_testkit::pg::cluster().map(|c| c.empty())).await.unwrap();
    let Some(database) = database else { return };
    let outcome = Trial { events: 120, seed: 8, database: database.url(), hours: 8 }.run().await.unwrap();
    check(&outcome, 120);
}

#[tokio::test]
async fn a_target_that_nobody_answers_keeps_every_report_and_holds_up_nobody() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = format!("[[targets]]\nkind = 'http'\nid = 'gone'\nurl = 'http://127.0.0.1:{port}/reports'\ntimeout_ms = 500\n");
    let reporting: Reporting = toml_of(&text);
    let app = TestApp::with(|c| c.reporting = reporting).await;
    certified(&app.app).await;
    let begun = std::time::Instant::now();
    let ran = outbox::run(&app.app).await.unwrap();
    assert!(ran.tried > 0 && begun.elapsed() < Duration::from_secs(20), "{ran:?}");
    let mut reader = app.app.store.reader().await.unwrap();
    let open = reader.report_counts("donghu").await.unwrap();
    assert!(open.iter().any(|c| c.state == "owed" && c.count > 0), "not noted as handed over: {open:?}");
    let lines = reader.report_lines_due("donghu", "", 50, 0).await.unwrap();
    assert!(lines.iter().any(|l| l.attempts == 1 && l.last_error == "no connection"), "{lines:?}");
    drop(reader);
    assert_eq!(outbox::run(&app.app).await.unwrap().tried, 0, "not at once again");
}

/// Certificates in several states, one with a report that waits.
async fn certified(app: &guosuo::app::App) {
    let mut p = Player::new(app).await.unwrap();
    p.play("donghu", "chenmin", 60, Stage::Decided(None)).await.unwrap();
    certify::applications(app, &p).await.unwrap();
}

fn toml_of(text: &str) -> Reporting {
    let config: guosuo::config::Config = toml::from_str(&text.replace("[[targets]]", "[[reporting.targets]]")).unwrap();
    config.reporting.check().unwrap();
    config.reporting
}

#[tokio::test]
async fn what_waits_is_written_into_the_folder_once_and_in_order() {
    let format = Format::Xlsx;
    let folder = tempfile::tempdir().unwrap();
    let target = FileTarget { id: "drop".into(), bodies: vec![], folder: folder.path().into(), format };
    let app = TestApp::with(|c| c.reporting = Reporting { targets: vec![Target::File(target)] }).await;
    certified(&app.app).await;
    let ran = outbox::run(&app.app).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].to_string_lossy().ends_with(format.suffix()), "{files:?}");
    let mut reader = app.app.store.reader().await.unwrap();
    let sent = reader.report_counts("donghu").await.unwrap();
    assert!(ran.tried > 0 && sent.iter().any(|c| c.state == "sent" && c.count == ran.tried), "{sent:?}");
    drop(reader);
    assert_eq!(outbox::run(&app.app).await.unwrap().tried, 0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is written twice");
}
