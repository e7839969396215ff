//! The worker: mail goes out once to whoever may read it, what fails comes back and is parked,
//! heads of the log are signed when it has grown.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

use axum::http::StatusCode;
use guosuo::clock::Clock;
use guosuo::config::Config;
use guosuo::jobs::mail::{Order, QUEUE};
use guosuo::jobs::{Worker, checkpoint};
use guosuo::ops::admin;
use guosuo::serve;
use guosuo::testing::{Client, TestApp, mail_text};
use guosuo_store::{Error, NewJob, Origin};

const CHOSEN: &str = "茶园 石阶 灯塔 三月 风铃 纸船 铁锚";

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

#[tokio::test]
async fn the_link_that_admin_init_prints_leads_to_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let begin: jiff::Timestamp = guosuo::testing::BEGIN.parse().unwrap();
    let config =
        Config { data: folder.path().join("data"), public_origin: "https://guosuo.example/".into(), ..Config::default() };
    let app = serve::open(config, Clock::fixed(begin)).await.unwrap();
    let link = async || admin::invite(&app, "root", "示例管理员", "").await.unwrap();
    let first = link().await.expect("nobody has signed in yet");
    let second = link().await.expect("still nobody");
    let path = |l: &str| l.strip_prefix("https://guosuo.example").expect("one slash, and the public address").to_owned();
    let mut person = Client::new(serve::service(app.clone()));
    assert_eq!(person.get(&path(&first)).await.status, StatusCode::GONE, "the second link replaced it");
    let page = person.get(&path(&second)).await;
    assert!(
        page.status == StatusCode::OK && page.text.contains("name=\"password\"") && page.text.contains("root"),
        "{}",
        page.text
    );
    let chosen = [("password", CHOSEN), ("repeat", CHOSEN)];
    assert_eq!(person.post(&path(&second), &chosen).await.location(), "/sign-in");
    let signed = person.post("/sign-in", &[("login", "root"), ("password", chosen[0].1)]).await;
    assert!(signed.location().starts_with("/sign-in/enrol"), "the second factor comes next: {}", signed.location());
    assert!(link().await.is_none(), "there is an active security administrator now");
    assert_eq!(admin::init(&app, "root2", "示例", "").await.unwrap(), std::process::ExitCode::from(1));
}

/// The links in mails to somebody, oldest first.
fn links(app: &TestApp, to: &str) -> Vec<String> {
    let sent = mails(app).into_iter().filter(|m| m.contains(&format!("To: {to}")));
    // Long lines are folded by the mail's encoding.
    let plain = sent.map(|m| mail_text(&m));
    plain.filter_map(|m| Some(m.split_once("http://127.0.0.1:8060")?.1.split_whitespace().next()?.to_owned())).collect()
}

#[tokio::test]
async fn an_invitation_goes_out_by_mail_and_no_table_holds_its_secret() {
    let app = TestApp::new().await;
    let mut admin = app.sign_in("qiheng").await;
    let given = [("name", "示例新人"), ("login", "xinren"), ("roles", "operator"), ("mail", "xinren@example.invalid")];
    let made = admin.post("/body/members", &given).await;
    let shown = made.text.split("id=\"invitation\">").nth(1).expect("shown once").split('<').next().unwrap().to_owned();
    let mut worker = Worker::new(app.app.clone());
    worker.step().await.unwrap();
    worker.step().await.unwrap();
    let sent = links(&app, "xinren@example.invalid");
    assert_eq!(sent.len(), 1, "one mail");
    assert_ne!(sent[0], shown, "a token of its own");
    let token = sent[0].rsplit('/').next().unwrap();
    for file in std::fs::read_dir(app.folder().join("data")).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(token.len()).any(|w| w == token.as_bytes()), "{} holds the token", file.display());
    }
    let mut person = app.anonymous();
    let chosen = [("password", CHOSEN), ("repeat", CHOSEN)];
    assert_eq!(person.post(&sent[0], &chosen).await.location(), "/sign-in");
    assert_eq!(person.get(&shown).await.status, StatusCode::GONE, "the link on the screen ended with the other one");
    assert_eq!(person.post("/sign-in", &[("login", "xinren"), ("password", chosen[0].1)]).await.location(), "/body");
    // Staff in the same way; whoever has a password by then gets no mail.
    let mut security = app.sign_in("secadmin").await;
    let officer = [
        ("org", "cac"),
        ("name", "示例新官"),
        ("login", "xinguan"),
        ("roles", "cac_handler"),
        ("mail", "xinguan@example.invalid"),
    ];
    let made = security.post("/admin/staff", &officer).await;
    let shown = made.text.split("id=\"invitation\">").nth(1).expect("shown once").split('<').next().unwrap().to_owned();
    assert_eq!(app.anonymous().post(&shown, &chosen).await.location(), "/sign-in");
    worker.step().await.unwrap();
    assert!(links(&app, "xinguan@example.invalid").is_empty(), "nothing to choose any more");
    // A new link for somebody who forgot the password is sent as well.
    let id = app.app.store.reader().await.unwrap().account_by_login("xinguan").await.unwrap().unwrap().id;
    let mut security = app.sign_in("secadmin").await;
    assert_eq!(security.post(&format!("/admin/staff/{id}/link"), &[]).await.status, StatusCode::OK);
    worker.step().await.unwrap();
    assert_eq!(links(&app, "xinguan@example.invalid").len(), 1);
}
