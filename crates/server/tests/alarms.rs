//! Sixty days in the life of a submitted filing: lamps, digests, escalation before the limit of
//! 30 working days (M 12(3)) and after it. Two workers run, every task is asked for again and
//! again, and the server restarts: each alarm goes out once, and nothing is ever decided.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use guosuo::app::{App, act};
use guosuo::clock::Clock;
use guosuo::config::Config;
use guosuo::demo::{self, Player, Stage};
use guosuo::jobs::Worker;
use guosuo::serve;
use guosuo::testing::mail_text;
use guosuo_case::filing::{Command, Filing, Outcome, Phase, Slot, Verdict};
use guosuo_case::{Actor, RefusalCode};
use guosuo_store::ActError;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};

/// A mail as a reader shows it: to whom, and the text.
fn read(path: &Path) -> (String, String) {
    let mail = std::fs::read_to_string(path).unwrap();
    let to = mail.lines().find_map(|l| l.strip_prefix("To: ")).unwrap().split('@').next().unwrap().to_owned();
    (to, mail_text(&mail))
}

/// An instance on a folder, opened again as after a restart.
async fn start(data: &Path, at: Timestamp) -> App {
    let config = Config { data: data.to_owned(), ..Config::default() };
    serve::open(config, Clock::fixed(at)).await.unwrap()
}

/// What went out: day → (alarms, digests), each as (to, text).
#[derive(Default)]
struct Post {
    seen: BTreeSet<std::path::PathBuf>,
    alarms: Vec<(Date, String, String)>,
    digests: Vec<(Date, String, String)>,
}

impl Post {
    fn collect(&mut self, data: &Path, day: Date) {
        for path in std::fs::read_dir(data.join("mail")).unwrap().map(|e| e.unwrap().path()) {
            if self.seen.insert(path.clone()) {
                let (to, text) = read(&path);
                if text.contains("件）") { self.digests.push((day, to, text)) } else { self.alarms.push((day, to, text)) }
            }
        }
    }
}

fn staff(p: &Player, login: &str, now: Timestamp) -> Actor {
    Actor { second_factor_at: Some(now), ..p.actor(login).clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_days_without_a_decision_raise_each_alarm_once_and_decide_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let begin: Timestamp = guosuo::testing::BEGIN.parse().unwrap();
    let first = date(2026, 3, 12);
    let mut app = start(&data, begin).await;
    demo::seed(&app).await.unwrap();
    // Received on Thursday 12 March 2026 and taken up by a handler; then nobody does anything.
    let case = Player::new(&app).await.unwrap().play("qiheng", "chenmin", 0, Stage::Checking).await.unwrap();
    let clocks = app.store.reader().await.unwrap().clocks(&case).await.unwrap();
    let running: Vec<_> = clocks.iter().filter(|c| c.status == "running").collect();
    // 30 working days, with the rest days of Qingming (4 to 6 April) between.
    assert_eq!(running.iter().map(|c| c.due_to.as_str()).collect::<Vec<_>>(), ["2026-04-24"]);
    let version = app.store.reader().await.unwrap().case::<Filing>(&case).await.unwrap().version;
    // The digests of the day on which it begins have nothing to say of a case with 30 days left.
    let mut post = Post::default();
    let mut workers = (Worker::new(app.clone()), Worker::new(app.clone()));
    for n in 0..=60 {
        let day = first + jiff::Span::new().days(n);
        if n % 7 == 3 {
            app.store.close().await;
            app = start(&data, app.now()).await;
            workers = (Worker::new(app.clone()), Worker::new(app.clone()));
        }
        let midnight = guosuo_rules::time::start_of_day(day);
        for minutes in [60, 8 * 60, 8 * 60 + 31, 8 * 60 + 32, 14 * 60, 23 * 60] {
            let now = midnight + SignedDuration::from_mins(minutes);
            if now < begin {
                continue;
            }
            app.clock.set(now);
            for _ in 0..2 {
                let (a, b) = tokio::join!(workers.0.step(), workers.1.step());
                a.unwrap();
                b.unwrap();
            }
            post.collect(&data, day);
            if minutes < 8 * 60 + 30 {
                assert!(!post.alarms.iter().chain(&post.digests).any(|m| m.0 == day), "no mail before the morning of {day}");
            }
        }
    }

    // Yellow at ten working days, to the handler; red at three and on, to the head as well.
    let mut told: Vec<(Date, &str)> = post.alarms.iter().map(|(d, to, _)| (*d, to.as_str())).collect();
    told.sort_unstable();
    let day = |m, d| date(2026, m, d);
    let mut expected = vec![(day(4, 10), "chenmin")];
    for when in [day(4, 21), day(4, 23), day(4, 25), day(5, 6)] {
        expected.extend([(when, "chenmin"), (when, "hechuan")]);
    }
    assert_eq!(told, expected, "{:#?}", post.alarms);
    for (when, words) in [
        (day(4, 10), "还剩10个工作日"),
        (day(4, 21), "还剩3个工作日"),
        (day(4, 23), "还剩1个工作日"),
        (day(4, 25), "书面说明超期原因。平台不会自动作出决定"),
        (day(5, 6), "已超5个工作日"),
    ] {
        let texts: Vec<&String> = post.alarms.iter().filter(|a| a.0 == when).map(|a| &a.2).collect();
        assert!(texts.iter().all(|t| t.contains(words)), "{when}: {texts:#?}");
    }
    // The inbox of the authority has the urgent ones, once each.
    let inbox = app.store.reader().await.unwrap().inbox("cac", i64::MAX, "", 100).await.unwrap();
    let lamps: Vec<String> = inbox
        .iter()
        .filter(|m| m.kind == "deadline" && m.case_id == case)
        .map(|m| serde_json::from_str::<serde_json::Value>(&m.data).unwrap()["lamp"].as_str().unwrap().to_owned())
        .collect();
    let lamps: BTreeMap<&str, usize> = lamps.iter().fold(BTreeMap::new(), |mut all, l| {
        *all.entry(l.as_str()).or_default() += 1;
        all
    });
    assert_eq!(lamps, BTreeMap::from([("red", 1), ("last", 1), ("over", 1), ("over+5", 1)]));
    // One digest for each of the two people on each working day from the first lamp on.
    let calendar = app.store.calendar().await.unwrap();
    let mut digests = Vec::new();
    for n in 0..=60 {
        let d = first + jiff::Span::new().days(n);
        if d >= day(4, 10) && calendar.is_working(d) == Some(true) {
            digests.extend([(d, "chenmin"), (d, "hechuan")]);
        }
    }
    let mut sent: Vec<(Date, &str)> = post.digests.iter().map(|(d, to, _)| (*d, to.as_str())).collect();
    sent.sort_unstable();
    assert_eq!(sent, digests);
    let last = post.digests.iter().max_by_key(|d| d.0).unwrap();
    assert!(last.2.contains("已超期，须书面说明原因"), "{}", last.2);

    // Nothing was decided by time.
    let loaded = app.store.reader().await.unwrap().case::<Filing>(&case).await.unwrap();
    assert_eq!(loaded.version, version, "the case has no event that nobody caused");
    assert!(matches!(loaded.state.unwrap().phase, Phase::UnderReview { .. }));
    decide_late(&app, &case).await;

    // Decided: the clock has ended, and nobody is hurried any more.
    let before = post.alarms.len();
    for n in 61..=75 {
        let day = first + jiff::Span::new().days(n);
        app.clock.set(guosuo_rules::time::start_of_day(day) + SignedDuration::from_hours(10));
        workers.0.step().await.unwrap();
        post.collect(&data, day);
    }
    let hurried: Vec<_> = post.alarms[before..].iter().filter(|a| a.1 != "qiheng" && a.1 != "qiheng2").collect();
    assert!(hurried.is_empty(), "{hurried:#?}");
}

/// The overdue case is finished by people: refused until the reason is written down.
async fn decide_late(app: &App, case: &str) {
    let p = Player::new(app).await.unwrap();
    let put = async |login: &str, command: Command| {
        let now = app.now();
        act(app, &staff(&p, login, now), "", case, command, None, now).await
    };
    for slot in Slot::ALL.into_iter().filter(|s| !s.is_optional()) {
        let command = Command::GiveVerdict { slot, verdict: Verdict::Complete, reasons: vec![], note: String::new(), page: None };
        put("chenmin", command).await.unwrap();
    }
    put("chenmin", Command::SendToNda).await.unwrap();
    let opinion = Command::GiveOpinion { complete: true, slots: vec![], note: String::new(), signed: String::new() };
    put("linshu", opinion).await.unwrap();
    put("chenmin", Command::Propose { outcome: Outcome::File, note: "材料齐全（示例）。".into() }).await.unwrap();
    let refused = put("hechuan", Command::Decide).await;
    match refused {
        Err(ActError::Refused(r)) => {
            assert!(matches!(r.code, RefusalCode::OverdueReasonMissing { due } if due == date(2026, 4, 24)), "{r:?}");
        }
        other => panic!("decided without a reason: {other:?}"),
    }
    put("chenmin", Command::ExplainOverdue { reason: "示例：等待核实期间人员调整。".into() }).await.unwrap();
    put("hechuan", Command::Decide).await.unwrap();
    let clocks = app.store.reader().await.unwrap().clocks(case).await.unwrap();
    assert!(clocks.iter().all(|c| c.status != "running"), "{clocks:?}");
}
