//! Several processes on one database, as `serve` beside `worker`: one of them calls at a time, and another one goes on
//! when it has fallen silent.

use std::time::Duration;

use guosuo::clock::Clock;
use guosuo::jobs;
use guosuo::jobs::webhooks::hold;
use guosuo::serve;
use serde_json::json;

use crate::bench::Bench;
use crate::hooks::Receiver;
use crate::program::{Program, login};

/// Waits until so many calls have arrived, and a moment longer for those that should not.
async fn arrived(receiver: &Receiver, wanted: usize) -> Vec<String> {
    for _ in 0..200 {
        if receiver.events().len() >= wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_millis(2500)).await;
    receiver.events()
}

/// The clock of the case is stopped or goes on: one event each.
async fn happens(b: &Bench, manager: &Program<'_>, act: &str) {
    let body = if act == "stop-clock" { json!({ "pause": "applicant", "note": "示例" }) } else { json!({}) };
    let done = manager.post(&format!("/api/v1/applications/{}/acts/{act}", b.case), &body).await;
    assert!(done.status.is_success(), "{act}: {}", done.json);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_processes_one_calls_and_another_goes_on_after_it() {
    let b = Bench::new().await;
    let (receiver, at) = Receiver::listen().await;
    let program = Program::new(&b.app, "donghu", "webhooks").await;
    let made = program.post("/api/v1/webhooks", &json!({ "url": at })).await;
    assert!(made.status.is_success(), "{}", made.json);
    let manager = Program::new(&b.app, "donghu", "cases:act").await.granted(&login("manager")).await;
    let first = jobs::start(&b.app.app);
    b.declare(&["manager"]).await;
    b.does("manager", "accept", &[]).await;
    assert_eq!(arrived(&receiver, 2).await, ["interest_declared", "accepted"], "the first process calls");

    // A second process on the same database, as `guosuo worker` is.
    let other = serve::open(b.app.app.config.clone(), Clock::fixed(b.app.app.now())).await.unwrap();
    let second = jobs::start(&other);
    for act in ["stop-clock", "resume-clock", "stop-clock", "resume-clock"] {
        happens(&b, &manager, act).await;
    }
    let expected = ["interest_declared", "accepted", "clock_stopped", "clock_resumed", "clock_stopped", "clock_resumed"];
    assert_eq!(arrived(&receiver, 6).await, expected, "each once and in order, with two processes at work");

    // The first one dies with what it held. The second one waits until that has run out, and goes on.
    first.abort();
    let _ = first.await;
    happens(&b, &manager, "stop-clock").await;
    assert_eq!(arrived(&receiver, 6).await.len(), 6, "nobody knows yet that the first one is gone");
    let later = b.app.app.now() + hold(&b.app.app.config) + jiff::SignedDuration::from_secs(1);
    b.app.app.clock.set(later);
    other.clock.set(later);
    let got = arrived(&receiver, 7).await;
    assert_eq!((got.len(), got[6].as_str()), (7, "clock_stopped"), "the other process goes on: {got:?}");
    second.abort();
}
