//! The server is killed (SIGKILL) at random moments while bodies submit, on both databases:
//! what was acknowledged is there once, and nothing is there twice.
//!
//! `GUOSUO_KILL` sets the number of submissions (40 in the suite); `cargo xtask kill` runs 200
//! and shows the line that each database ends with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(missing_docs, unreachable_pub, clippy::allow_attributes, reason = "tests")]

mod browser;
mod instance;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use guosuo::clock::Clock;
use guosuo::config::Config;
use guosuo::demo::{self, Player, Stage};
use guosuo::{router, serve};
use guosuo_case::filing::{Event, Filing};
use guosuo_store::{Options, RootKey, Store};
use instance::{Place, Shared};
use rand::RngExt as _;
use tokio::sync::watch;

/// Bodies that submit at the same time, each in a browser of its own.
const BODIES: [&str; 8] = ["qiheng", "yunxiu", "donghu", "xishan", "beihai", "nanhu", "luming", "chenghai"];
/// About so many submissions are sent between two kills.
const MEAN: usize = 4;

fn wanted() -> usize {
    std::env::var("GUOSUO_KILL").ok().and_then(|n| n.parse().ok()).unwrap_or(40)
}

/// Makes the organisations and complete drafts, through the same acts as people; answers the
/// cases of each body.
async fn prepare(place: &Place, submissions: usize) -> Vec<Vec<String>> {
    let config = Config { data: place.data.clone(), database: place.database.clone(), ..Config::default() };
    let app = serve::open(config, Clock::Machine).await.unwrap();
    demo::seed(&app).await.unwrap();
    let drafts = BODIES.iter().enumerate().map(|(i, login)| {
        let app = app.clone();
        tokio::spawn(async move {
            let mut player = Player::new(&app).await.unwrap();
            let mut cases = Vec::new();
            for _ in (i..submissions).step_by(BODIES.len()) {
                cases.push(player.play(login, "", 3, Stage::Draft(13)).await.unwrap());
            }
            cases
        })
    });
    let mut out = Vec::new();
    for d in drafts.collect::<Vec<_>>() {
        out.push(d.await.unwrap());
    }
    app.store.close().await;
    out
}

/// A person in front of a browser.
struct Person {
    shared: Arc<Shared>,
    address: watch::Receiver<Option<std::net::SocketAddr>>,
    cookie: String,
}

impl Person {
    /// Sends, again and again if the line breaks or the server says 5xx.
    async fn insist(&mut self, method: &str, path: &str, form: &str) -> browser::Answer {
        loop {
            let at = self.address.wait_for(Option::is_some).await.unwrap().unwrap();
            match browser::send(at, method, path, &self.cookie, form).await {
                Ok(a) if a.status < 500 => return a,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    async fn sign_in(&mut self, login: &str) {
        let form = format!("login={login}&password={}", router::encode(demo::PASSWORD));
        let answer = self.insist("POST", "/sign-in", &form).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/body"), "{}", answer.text);
        self.cookie = answer.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("; ");
    }

    /// Submits a draft as people do: the page, the button, once more if nothing comes back;
    /// sometimes a double click, sometimes the page is loaded again before the next try.
    /// Answers the number on the receipt, after the submission was acknowledged.
    async fn submit(&mut self, case: &str) -> String {
        let path = format!("/body/filings/{case}/submit");
        loop {
            let page = self.insist("GET", &path, "").await;
            let Some(key) = page.hidden("idem") else {
                // Loaded again, and it was submitted before: the way leads to the status.
                assert_eq!(page.status, 303, "{}", page.text);
                break;
            };
            let form = format!("pledge=yes&idem={key}");
            let (twice, reload) = {
                let mut r = rand::rng();
                (r.random_range(0..4) == 0, r.random_range(0..2) == 0)
            };
            let at = self.address.wait_for(Option::is_some).await.unwrap().unwrap();
            self.shared.sent.fetch_add(1, Ordering::SeqCst);
            let first = browser::send(at, "POST", &path, &self.cookie, &form);
            let answer = if twice {
                let (a, b) = tokio::join!(first, browser::send(at, "POST", &path, &self.cookie, &form));
                a.or(b)
            } else {
                first.await
            };
            let answer = match answer {
                Ok(a) if a.status < 500 => a,
                _ if reload => continue,
                _ => {
                    self.shared.sent.fetch_add(1, Ordering::SeqCst);
                    self.insist("POST", &path, &form).await
                }
            };
            assert_eq!(answer.status, 303, "{}", answer.text);
            assert!(answer.location.ends_with("/receipt"), "{}", answer.location);
            break;
        }
        let receipt = self.insist("GET", &format!("/body/filings/{case}/receipt"), "").await;
        assert_eq!(receipt.status, 200, "acknowledged, and there is no receipt: {}", receipt.text);
        let from = receipt.text.find("备申〔").expect("the receipt has a number");
        receipt.text[from..].split_inclusive('号').next().unwrap().to_owned()
    }
}

async fn story(place: Place) {
    let submissions = wanted();
    let drafts = prepare(&place, submissions).await;
    let shared = Arc::new(Shared { address: watch::Sender::new(None), sent: AtomicUsize::new(0), over: AtomicBool::new(false) });
    let killer = tokio::spawn(instance::kill_again_and_again(place.clone(), shared.clone(), MEAN));
    let people = drafts.into_iter().zip(BODIES).map(|(cases, login)| {
        let mut person = Person { shared: shared.clone(), address: shared.address.subscribe(), cookie: String::new() };
        tokio::spawn(async move {
            person.sign_in(login).await;
            let mut receipts = Vec::new();
            for case in cases {
                receipts.push((case.clone(), person.submit(&case).await));
            }
            receipts
        })
    });
    let mut receipts = BTreeMap::new();
    for p in people.collect::<Vec<_>>() {
        receipts.extend(p.await.unwrap());
    }
    shared.over.store(true, Ordering::SeqCst);
    let kills = killer.await.unwrap();

    // What is stored, read by a process that saw none of it.
    let key = RootKey::load_or_create(&place.data.join("keys/root.key")).unwrap();
    let store = Store::open(&place.database, Options { migrate: false, ..Options::new(key) }).await.unwrap();
    let (mut lost, mut duplicated) = (0, 0);
    let mut numbers = BTreeSet::new();
    for (case, number) in &receipts {
        let stored: Vec<String> = store
            .history::<Filing>(case)
            .await
            .unwrap()
            .into_iter()
            .filter_map(|e| if let Event::Submitted { number, .. } = e.event { Some(number.to_string()) } else { None })
            .collect();
        lost += usize::from(!stored.contains(number));
        duplicated += stored.len().saturating_sub(1);
        duplicated += stored.into_iter().filter(|n| !numbers.insert(n.clone())).count();
    }
    store.close().await;
    let differences = instance::differences(&place).await;
    println!(
        "{}: {submissions} submissions, {kills} kills, {} acknowledged, {lost} lost, {duplicated} duplicated, {differences} differences",
        if place.database.starts_with("sqlite") { "SQLite" } else { "PostgreSQL" },
        receipts.len(),
    );
    assert_eq!((receipts.len(), lost, duplicated, differences), (submissions, 0, 0, 0));
    // Numbers are given without gaps: nothing was submitted that nobody asked for.
    let last = numbers.iter().next_back().cloned().unwrap_or_default();
    assert!(last.ends_with(&format!("〕{submissions:03}号")), "{submissions} submissions end with {last}");
    assert!(kills * MEAN * 4 >= submissions, "{kills} kills are too few to show anything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_submissions_survive_kills_on_sqlite() {
    let root = tempfile::tempdir().unwrap();
    let data = instance::folder(root.path());
    let database = format!("sqlite://{}", data.join("guosuo.db").display());
    story(Place { data, database }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_submissions_survive_kills_on_postgresql() {
    let database = tokio::task::spawn_blocking(|| Some(guosuo_testkit::pg::cluster()?.empty())).await.unwrap();
    let Some(database) = database else { return };
    let root = tempfile::tempdir().unwrap();
    story(Place { data: instance::folder(root.path()), database: database.url() }).await;
}
