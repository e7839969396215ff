//! Reports through the real outbox and the real adapters to a rude platform, on both databases; the
//! great trial of ten thousand events is `guosuo report-trial`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::time::Duration;

use guosuo::demo::{Player, Stage, certify};
use guosuo::reporting::mock::{Faults, Mock};
use guosuo::reporting::trial::{Outcome, Trial};
use guosuo::reporting::{FileTarget, Format, Reporting, Target, outbox};
use guosuo::testing::TestApp;
use guosuo_case::certificate::Certificate;

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
    let told = std::sync::Mutex::new(Vec::new());
    let trial = Trial { events: 120, seed: 7, database: String::new(), hours: 8 };
    let outcome = trial.run_telling(&|p| told.lock().unwrap().push(p)).await.unwrap();
    check(&outcome, 120);
    // Whoever waits is told day by day how far it is.
    let told = told.into_inner().unwrap();
    assert!(told.len() >= 30 && told.windows(2).all(|w| w[0].day < w[1].day && w[0].happened <= w[1].happened), "{told:?}");
    let last = told.last().unwrap();
    assert!(last.happened >= 110 && last.taken >= 100, "{last:?}");
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

/// An instance that reports to a platform of its own, both at one moment from which each test moves on.
struct Platform {
    app: TestApp,
    begin: jiff::Timestamp,
    /// The clock of the platform.
    clock: Arc<guosuo::clock::Clock>,
    mock: Mock,
    server: tokio::task::JoinHandle<()>,
}

async fn platform() -> Platform {
    let begin: jiff::Timestamp = "2026-03-12T01:30:00Z".parse().unwrap();
    let clock = Arc::new(guosuo::clock::Clock::fixed(begin));
    let seen = Arc::clone(&clock);
    let mock = Mock::new(1, Faults::NONE, Duration::ZERO, Arc::new(move || seen.now()));
    let (port, server) = mock.start("127.0.0.1:0").await.unwrap();
    let text = format!("[[targets]]\nkind = 'http'\nid = 'platform'\nurl = 'http://{port}/reports'\ntimeout_ms = 2000\n");
    let reporting = toml_of(&text);
    let app = TestApp::with(|c| c.reporting = reporting).await;
    Platform { app, begin, clock, mock, server }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_away_is_asked_with_one_report_and_gets_all_when_it_is_back() {
    const AWAY: i64 = 20;
    let Platform { app, begin, clock, mock, server } = platform().await;
    certified(&app.app).await;
    let hour = |n: i64| begin + jiff::SignedDuration::from_hours(n);
    mock.away(begin, hour(AWAY));
    let at = async |n: i64| {
        app.app.clock.set(hour(n));
        clock.set(hour(n));
        outbox::run(&app.app).await.unwrap()
    };
    let open = async || {
        let mut reader = app.app.store.reader().await.unwrap();
        let counts = reader.report_counts("").await.unwrap();
        counts.iter().filter(|c| matches!(c.state.as_str(), "owed" | "sent")).map(|c| c.count).sum::<u64>()
    };
    let owed = open().await;
    // Silence after silence, until it is plain that nobody is there; from then on one report knocks.
    let mut hours = 0;
    while !at(hours).await.away {
        hours += 1;
        assert!(hours < AWAY - 2, "never found away");
    }
    assert!(owed > 1, "more than one could knock: {owed}");
    for _ in 0..2 {
        hours += 1;
        let knock = at(hours).await;
        assert!(knock.away && knock.tried == 1, "{knock:?}");
    }
    for n in AWAY..AWAY + 5 {
        at(n).await;
    }
    assert_eq!(open().await, 0, "everything has gone out once it is back");
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_status_while_the_platform_is_away_for_four_days_is_public_at_once_and_reported_in_time() {
    let Platform { app, begin, clock, mock, server } = platform().await;
    // Everything that the demonstration owes is reported first, so that one report is left to look at.
    certified(&app.app).await;
    let at = async |hours: i64| {
        let now = begin + jiff::SignedDuration::from_hours(hours);
        app.app.clock.set(now);
        clock.set(now);
        outbox::run(&app.app).await.unwrap();
    };
    for hours in 1..4 {
        at(hours).await;
    }
    let certificate = async || {
        let mut reader = app.app.store.reader().await.unwrap();
        reader.certificates_of_body("donghu", "DH-PIP-2099-2412", 1, 0).await.unwrap().remove(0)
    };
    let id = certificate().await.case_id;
    mock.away(begin + jiff::SignedDuration::from_hours(4), begin + jiff::SignedDuration::from_hours(4 + 24 * 4));
    at(5).await;
    let reports = async || {
        let mut reader = app.app.store.reader().await.unwrap();
        reader.case::<Certificate>(&id).await.unwrap().state.unwrap().reports
    };
    let before = reports().await.len();
    let Some(seq) = suspend(&app.app, &id).await else { panic!("the certificate cannot be suspended") };
    // Public at once, whatever the platform does.
    guosuo::jobs::papers::run(&app.app).await.unwrap();
    let page = app.anonymous().get("/certificates/DH-PIP-2099-2412").await;
    assert!(page.text.contains("暂停"), "{}", page.text);
    assert_eq!(reports().await.len(), before + 1);
    // Four days of trying without a receipt; Monday is the second working day, and its alarm rings.
    for hours in (6..4 + 24 * 4).step_by(6) {
        at(hours).await;
        guosuo::jobs::certification::run(&app.app).await.unwrap();
        let all = reports().await;
        let last = all.last().unwrap();
        assert!(last.receipt.is_none(), "{hours}: {last:?}");
    }
    let rung = async || {
        let all = app.app.store.reader().await.unwrap().inbox("donghu", i64::MAX, "", 200).await.unwrap();
        all.into_iter().filter(|m| m.case_id == id && m.kind == "report_due").count()
    };
    assert!(rung().await >= 1, "somebody is told in time");
    // It comes back: the report is taken once, in order, and in time.
    for hours in [4 + 24 * 4, 5 + 24 * 4, 6 + 24 * 4] {
        at(hours).await;
    }
    let all = reports().await;
    let last = all.iter().find(|r| r.record.seq == seq).unwrap();
    let received = last.receipt.as_ref().unwrap_or_else(|| panic!("{last:?}"));
    let due = last.due(&app.app.store.calendar().await.unwrap()).unwrap().latest();
    assert!(guosuo_rules::time::cst_date(received.at) <= due, "{received:?} by {due}");
    let taken = mock.entries();
    let (_, entries) = taken.iter().find(|(k, _)| k.1 == "DH-PIP-2099-2412").unwrap();
    assert_eq!(entries.len(), all.len(), "each report once");
    server.abort();
}

/// Suspends a certificate as the body does; answers the number of the report that became owed.
async fn suspend(app: &guosuo::app::App, id: &str) -> Option<u32> {
    use guosuo_case::certificate::{Command, Measure, Origin, Propose};
    let player = certify::Certifying::new(app).await.unwrap();
    let propose = Propose {
        measure: Measure::Suspend,
        origin: Origin::Body,
        suggestion: None,
        application: None,
        ground: "示例".into(),
        evidence: vec![guosuo_case::certification::DocRef {
            title: "示例".into(),
            version: "1".into(),
            sha256: "0a".repeat(32),
            sm3: "0b".repeat(32),
        }],
        publication: "示例公告".into(),
        urgent: Some("示例紧急".into()),
    };
    let now = app.now();
    for (who, command) in [
        ("qianguan", Command::Propose(Box::new(propose))),
        ("wangfu", Command::TakeMeasure { effective_on: guosuo_rules::time::cst_date(now) }),
    ] {
        let mut actor = player.actor(who);
        actor.second_factor_at = Some(now);
        let request = guosuo_store::Request {
            case_id: id.to_owned(),
            command,
            actor,
            session: String::new(),
            expected: None,
            idem: None,
            now,
        };
        guosuo::certification::acts::put_certificate(app, request).await.unwrap();
    }
    let state = app.store.reader().await.unwrap().case::<Certificate>(id).await.unwrap().state?;
    state.reports.last().map(|r| r.record.seq)
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
