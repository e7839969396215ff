//! The worker: mail goes out once to whoever may read it, what fails comes back and is parked,
//! heads of the log are signed when it has grown.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

use guosuo::jobs::mail::{Order, QUEUE};
use guosuo::jobs::{Worker, checkpoint};
use guosuo::ops::admin;
use guosuo::testing::TestApp;
use guosuo_store::{Error, NewJob, Origin};

fn mails(app: &TestApp) -> Vec<String> {
    let folder = app.folder().join("data/mail");
    let mut all: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|e| std::fs::read_to_string(e.unwrap().path()).unwrap()).collect();
    all.sort();
    all
}

async fn message(app: &TestApp, org: &'static str) -> String {
    let now = app.app.now();
    app.app
        .store
        .write(move |tx| {
            Box::pin(async move {
                let message = tx.send_message(org, "", "filed", &serde_json::json!({}), None, now).await?;
                let order = Order::Inbox { org: org.into(), message: message.clone() };
                tx.enqueue(NewJob::new(QUEUE, &order, now)?, now).await?;
                Ok::<_, Error>(message)
            })
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn everybody_of_an_organisation_is_told_once_of_a_message_without_its_content() {
    let app = TestApp::new().await;
    let message = message(&app, "qiheng").await;
    let mut worker = Worker::new(app.app.clone());
    worker.step().await.unwrap();
    worker.step().await.unwrap();
    let sent = mails(&app);
    assert_eq!(sent.len(), 2, "one for each account of the body: {sent:?}");
    for mail in &sent {
        assert!(mail.contains("@example.invalid") && !mail.contains("启衡"), "{mail}");
    }
    // The same order again: the people have been told.
    let now = app.app.now();
    let order = Order::Inbox { org: "qiheng".into(), message };
    app.app
        .store
        .write_with(order, move |tx, order| {
            Box::pin(async move { tx.enqueue(NewJob::new(QUEUE, order, now)?, now).await.map(drop) })
        })
        .await
        .unwrap();
    worker.step().await.unwrap();
    assert_eq!(mails(&app).len(), 2);
}

#[tokio::test]
async fn a_message_read_on_screen_needs_no_mail() {
    let app = TestApp::new().await;
    let message = message(&app, "qiheng").await;
    let now = app.app.now();
    app.app
        .store
        .write_with(message, move |tx, m| Box::pin(async move { tx.read_message("qiheng", m, "somebody", now).await }))
        .await
        .map(|read: bool| assert!(read))
        .unwrap();
    Worker::new(app.app.clone()).step().await.unwrap();
    assert!(mails(&app).is_empty());
}

#[tokio::test]
async fn a_job_that_always_fails_comes_back_later_and_later_and_is_parked_where_people_see_it() {
    let app = TestApp::new().await;
    let mut worker = Worker::new(app.app.clone());
    // What the day itself orders (the morning's digest) is done first.
    worker.step().await.unwrap();
    let now = app.app.now();
    let id: String = app
        .app
        .store
        .write(move |tx| Box::pin(async move { tx.enqueue(NewJob::new("nobody-knows", &1, now)?, now).await }))
        .await
        .unwrap();
    let (mut tries, mut hours) = (0, 0);
    while tries < 10 {
        let n = worker.step().await.unwrap();
        assert!(n <= 1, "a failed job must not be tried again at once");
        tries += n;
        app.advance(600);
        hours += 1;
        assert!(hours < 100, "{tries} tries only");
    }
    let lines = app.app.store.reader().await.unwrap().jobs("parked", 10).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].id.as_str(), lines[0].attempts), (id.as_str(), 10));
    assert!(lines[0].last_error.as_deref().unwrap_or_default().contains("nobody-knows"));
    app.advance(100_000);
    worker.step().await.unwrap();
    let lines = app.app.store.reader().await.unwrap().jobs("parked", 10).await.unwrap();
    assert_eq!(lines[0].attempts, 10, "parked stays parked");
}

#[tokio::test]
async fn a_head_is_signed_when_the_ledger_has_grown_and_only_then() {
    let app = TestApp::new().await;
    app.app.store.record_read(&Origin::system("test"), "file", "", "test", app.app.now()).await.unwrap();
    let first = checkpoint::publish(&app.app).await.unwrap().expect("the ledger has rows");
    assert!(checkpoint::publish(&app.app).await.unwrap().is_none(), "nothing new");
    let keys = checkpoint::verifiers(&app.app.keys, app.app.store.origin()).unwrap();
    let head = checkpoint::check(&first.note, app.app.store.origin(), &keys).unwrap();
    assert_eq!(head.size, u64::try_from(first.size).unwrap());
    assert_eq!(first.note.lines().filter(|l| l.starts_with('—')).count(), 2, "Ed25519 and SM2: {}", first.note);
    // A changed size, a changed root, a missing signature: each is refused.
    for bad in [
        first.note.replacen(&format!("\n{}\n", first.size), "\n99\n", 1),
        first.note.lines().take(5).map(|l| format!("{l}\n")).collect(),
    ] {
        assert!(checkpoint::check(&bad, app.app.store.origin(), &keys).is_err(), "{bad}");
    }
    for n in 0..600 {
        app.app.store.record_read(&Origin::system("test"), "file", "", &format!("{n}"), app.app.now()).await.unwrap();
    }
    let mut worker = Worker::new(app.app.clone());
    worker.step().await.unwrap();
    let second = app.app.store.reader().await.unwrap().last_checkpoint().await.unwrap().unwrap();
    assert_eq!(second.size, first.size + 600);
    app.advance(20);
    app.app.store.record_read(&Origin::system("test"), "file", "", "late", app.app.now()).await.unwrap();
    app.advance(40);
    worker.step().await.unwrap();
    let third = app.app.store.reader().await.unwrap().last_checkpoint().await.unwrap().unwrap();
    assert_eq!(third.size, second.size + 1, "no row waits longer than a minute for its head");
}

#[tokio::test]
async fn the_schedule_has_one_holder_and_passes_on_when_it_falls_silent() {
    let app = TestApp::new().await;
    let (mut a, mut b) = (Worker::new(app.app.clone()), Worker::new(app.app.clone()));
    app.app.store.record_read(&Origin::system("test"), "file", "", "1", app.app.now()).await.unwrap();
    a.step().await.unwrap();
    app.advance(35);
    a.step().await.unwrap();
    app.app.store.record_read(&Origin::system("test"), "file", "", "2", app.app.now()).await.unwrap();
    b.step().await.unwrap();
    let size = async || app.app.store.reader().await.unwrap().last_checkpoint().await.unwrap().unwrap().size;
    let before = size().await;
    app.advance(120);
    b.step().await.unwrap();
    assert_eq!(size().await, before + 1, "the other worker took over");
}

#[tokio::test]
async fn the_first_administrator_is_invited_once_and_a_second_link_replaces_the_first() {
    let app = TestApp::new().await;
    // The demonstration has an active one already.
    assert_eq!(admin::init(&app.app, "root", "示例管理员", "").await.unwrap(), std::process::ExitCode::from(1));
}
