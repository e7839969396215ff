//! A million keyed values from the form to the totals, on both databases: they lie in an encrypted file, the event stays
//! small, one person counts once across affiliates, and what was recorded before such files is read like them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use clap::Parser as _;
use guosuo::demo;
use guosuo::preparing::seed_exports;
use guosuo::testing::{Answer, Client, TestApp, export_flow};
use guosuo_case::exports::{Command, Event, Exports, FlowFacts};
use guosuo_case::{Actor, Life as _, Recorded};
use guosuo_cli::{Cli, Command as Cmd, run};
use guosuo_rules::yearly::{Count, Person, Seen};
use guosuo_store::Error as StoreError;
use jiff::civil::date;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Of the law's highest line.
const MILLION: u32 = 1_000_000;

/// A value that looks as an HMAC does: spread over all bits, different for different people.
fn person(n: u32) -> Person {
    let n = u128::from(n);
    Person(n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835) ^ n << 64)
}

fn sheet(people: Range<u32>) -> String {
    let mut text = String::from("person,date,sensitive\n");
    for n in people {
        let _ = writeln!(text, "{},2026-0{}-1{},0", person(n), n % 2 + 1, n % 10);
    }
    text
}

fn exports_id(actor: &Actor) -> String {
    format!("exports-{}", actor.org.as_str())
}

async fn report(client: &mut Client, flow: &str, people: Range<u32>) {
    let text = sheet(people);
    let fields = [("flow", flow), ("key", "集团密钥甲")];
    let sent = client.upload("/processor/ledger/reports", &fields, &[("file", "people.csv", "text/csv", text.as_bytes())]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
}

/// The number of people not sensitive, as the page of the ledger says it.
async fn total(client: &mut Client) -> String {
    let page = client.get("/en/processor/ledger").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let (_, rest) = page.text.split_once("<span class=\"reg-num\">").unwrap();
    rest.split_once("</span>").unwrap().0.to_owned()
}

/// The files under a folder, whether a row names them or not.
fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

async fn counted(app: &TestApp, id: &str) -> Vec<Recorded<Event>> {
    let all = app.app.store.history::<Exports>(id).await.unwrap();
    all.into_iter().filter(|e| Exports::event_kind(&e.event) == "counted").collect()
}

/// What an instance recorded before sets had files: all values in the event.
async fn recorded_before(app: &TestApp, actor: &Actor, people: Range<u32>) {
    let seen = people.map(|n| Seen { person: person(n), on: date(2026, 2, 3), sensitive: false }).collect();
    let count = Box::new(Count::Keyed { key: "集团密钥甲".into(), seen });
    let old = Event::Counted { report: 1, flow: 2, count, source: "old.csv".into() };
    let (actor, now) = (actor.clone(), app.app.now());
    app.app
        .store
        .write_with((actor, old), move |tx, (actor, old)| {
            Box::pin(async move {
                let case = tx.case::<Exports>(&exports_id(actor)).await?;
                tx.record(case, vec![old.clone()], actor, "", now).await.map(drop)
            })
        })
        .await
        .map_err(|e: StoreError| e)
        .unwrap();
}

async fn a_million_people_count_once(app: TestApp) {
    let actor = demo::preparing::people(&app.app).await.unwrap();
    let id = exports_id(&actor);
    let describe = |f: FlowFacts| Command::DescribeFlow { flow: None, facts: Box::new(f) };
    let commands =
        vec![Command::Open, describe(export_flow("甲", "示例甲公司（虚构）")), describe(export_flow("乙", "示例乙公司（虚构）"))];
    seed_exports(&app.app, &actor, commands, app.app.now()).await.unwrap();
    recorded_before(&app, &actor, 0..2_000).await;
    let mut xu = app.sign_in(demo::preparing::PROCESSOR).await;
    assert_eq!(total(&mut xu).await, "2,000", "what was recorded before is readable");

    report(&mut xu, "1", 0..MILLION).await;
    assert_eq!(total(&mut xu).await, "1,000,000", "the 2,000 of the other affiliate are among them");
    report(&mut xu, "2", MILLION - 100_000..MILLION + 250_000).await;
    assert_eq!(total(&mut xu).await, "1,250,000");
    let page = xu.get("/processor/ledger").await.text;
    for words in ["1,000,000条去重数据", "350,000条去重数据", "2,000条去重数据", "已达到", "安全评估申报准备"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }

    // The events name the files: their own bytes are few, whatever the files hold.
    let events = counted(&app, &id).await;
    let sizes: Vec<usize> = events.iter().map(|e| serde_json::to_vec(&e.event).unwrap().len()).collect();
    assert!(sizes[0] > 37 * 2_000 && sizes[1..].iter().all(|s| *s < 500), "{sizes:?}");
    let blobs = app.app.store.reader().await.unwrap().blobs_of(&id).await.unwrap();
    let held: Vec<u64> = blobs.iter().map(|b| b.size).collect();
    assert_eq!(held, [8 + 19 * u64::from(MILLION), 8 + 19 * 350_000]);
    let (_, damaged) = app.app.blobs.verify().await.unwrap();
    assert_eq!(damaged, Vec::<String>::new());

    let on_disk = || files(app.app.blobs.folder().unwrap());
    let before = on_disk();
    assert!(before >= 2, "{before}");

    // The same file once more is the same people and no second file.
    report(&mut xu, "2", 0..MILLION).await;
    assert_eq!(total(&mut xu).await, "1,250,000");
    assert_eq!((app.app.store.reader().await.unwrap().blobs_of(&id).await.unwrap().len(), on_disk()), (2, before));
    // More than the record keeps in all is refused with the number, and leaves no file behind.
    let text = sheet(5_000_000..5_900_000);
    let much = xu
        .upload(
            "/processor/ledger/reports",
            &[("flow", "2"), ("key", "集团密钥甲")],
            &[("file", "p.csv", "text/csv", text.as_bytes())],
        )
        .await;
    assert!(much.status.is_client_error() && much.text.contains("3,252,000"), "{} {}", much.status, much.text);
    assert_eq!((app.app.store.reader().await.unwrap().blobs_of(&id).await.unwrap().len(), on_disk()), (2, before));
    for n in ["2", "4"] {
        let void = xu.post(&format!("/processor/ledger/reports/{n}/void"), &[("reason", "文件错（示例）")]).await;
        assert_eq!(void.status, StatusCode::SEE_OTHER, "{}", void.text);
    }
    assert_eq!(total(&mut xu).await, "352,000", "350,000 of the file, and the 2,000 of the event");
}

#[tokio::test]
async fn a_million_people_count_once_on_sqlite() {
    a_million_people_count_once(TestApp::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_people_count_once_on_postgresql() {
    let database = tokio::task::spawn_blocking(|| guosuo_testkit::pg::cluster().map(|c| c.empty())).await.unwrap();
    let Some(database) = database else { return };
    a_million_people_count_once(TestApp::with(|c| c.database = database.url()).await).await;
}

/// Stands between a program and its database. Once a new file lies in the folder, it holds the next commit back and cuts
/// the program off, which then cannot know what becomes of that commit.
struct Between {
    port: u16,
    /// How many files there are before; nothing: everything passes.
    armed: Arc<Mutex<Option<usize>>>,
    /// Whether the commit that is held reaches the database after all.
    release: mpsc::Sender<bool>,
    done: mpsc::Receiver<()>,
}

impl Between {
    async fn start(server: u16, folder: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let armed = Arc::new(Mutex::new(None));
        let (release, releases) = mpsc::channel(1);
        let (tell, done) = mpsc::channel(1);
        let (held, releases) = (Arc::clone(&armed), Arc::new(tokio::sync::Mutex::new(releases)));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (held, folder, releases, tell) = (Arc::clone(&held), folder.clone(), Arc::clone(&releases), tell.clone());
                tokio::spawn(async move {
                    let Some((mut server, commit)) = pass(client, server, &held, &folder).await else { return };
                    if releases.lock().await.recv().await == Some(true) {
                        server.write_all(&commit).await.unwrap();
                        let mut answer = [0; 1024];
                        let n = server.read(&mut answer).await.unwrap();
                        assert!(answer[..n].windows(6).any(|w| w == b"COMMIT"), "{:?}", &answer[..n]);
                    }
                    drop(server);
                    tell.send(()).await.unwrap();
                });
            }
        });
        Self { port, armed, release, done }
    }

    /// Lets the commit that is held go on, or loses it.
    async fn end(&mut self, forward: bool) {
        self.release.send(forward).await.unwrap();
        self.done.recv().await.unwrap();
    }
}

/// Passes everything on until a commit is to be held; then the client is cut off.
async fn pass(mut client: TcpStream, server: u16, armed: &Mutex<Option<usize>>, folder: &Path) -> Option<(TcpStream, Vec<u8>)> {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let (mut out, mut back) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        tokio::select! {
            n = client.read(&mut out) => {
                let n = n.unwrap_or(0);
                let before = *armed.lock().unwrap();
                let commits = out[..n].windows(7).any(|w| w == b"COMMIT\0");
                if commits && before.is_some_and(|before| files(folder) > before) {
                    *armed.lock().unwrap() = None;
                    return Some((server, out[..n].to_vec()));
                }
                if n == 0 || server.write_all(&out[..n]).await.is_err() {
                    return None;
                }
            }
            n = server.read(&mut back) => {
                let n = n.unwrap_or(0);
                if n == 0 || client.write_all(&back[..n]).await.is_err() {
                    return None;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_whose_commit_broke_off_stays_until_it_is_known_that_nothing_names_it() {
    let database = tokio::task::spawn_blocking(|| guosuo_testkit::pg::cluster().map(|c| c.empty())).await.unwrap();
    let Some(database) = database else { return };
    let kept = tempfile::tempdir().unwrap();
    let url = database.url();
    let (before, rest) = url.rsplit_once(':').unwrap();
    let (port, name) = rest.split_once('/').unwrap();
    let mut between = Between::start(port.parse().unwrap(), kept.path().to_owned()).await;
    let through = format!("{before}:{}/{name}", between.port);
    let files_at = format!("file://{}", kept.path().display());
    let app = TestApp::with(|c| {
        c.database = through;
        c.blobs = files_at;
    })
    .await;
    let actor = demo::preparing::people(&app.app).await.unwrap();
    let id = exports_id(&actor);
    let facts = Box::new(export_flow("甲", "示例甲公司（虚构）"));
    let commands = vec![Command::Open, Command::DescribeFlow { flow: None, facts }];
    seed_exports(&app.app, &actor, commands, app.app.now()).await.unwrap();
    let mut xu = app.sign_in(demo::preparing::PROCESSOR).await;
    report(&mut xu, "1", 0..1_500).await;
    assert_eq!(total(&mut xu).await, "1,500");

    // The connection breaks on the commit, and the database carries it out later.
    let on_disk = || files(kept.path());
    let first = on_disk();
    *between.armed.lock().unwrap() = Some(first);
    let broken = upload(&mut xu, "1", "集团密钥甲", &sheet(1_500..3_000)).await;
    assert!(broken.status.is_server_error(), "{} {}", broken.status, broken.text);
    assert_eq!((counted(&app, &id).await.len(), on_disk()), (1, first + 1), "nobody knows: the file stays");
    between.end(true).await;
    assert_eq!(counted(&app, &id).await.len(), 2, "it was carried out after all");
    assert_eq!(total(&mut xu).await, "3,000", "and its file is there");
    assert_eq!(app.app.blobs.verify().await.unwrap(), (2, Vec::new()));

    // The same, and the commit is lost: nothing names the file, and the sweep takes it and nothing else.
    *between.armed.lock().unwrap() = Some(on_disk());
    let broken = upload(&mut xu, "1", "集团密钥甲", &sheet(3_000..4_500)).await;
    assert!(broken.status.is_server_error(), "{} {}", broken.status, broken.text);
    between.end(false).await;
    assert_eq!((counted(&app, &id).await.len(), on_disk()), (2, first + 2));
    let later = "2099-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(app.app.blobs.sweep(jiff::SignedDuration::from_hours(24), later).await.unwrap(), 1);
    assert_eq!((total(&mut xu).await.as_str(), on_disk()), ("3,000", first + 1));
    assert_eq!(app.app.blobs.verify().await.unwrap(), (2, Vec::new()));
}

#[tokio::test]
async fn a_file_that_is_gone_is_a_fault_and_never_a_smaller_number() {
    let app = TestApp::new().await;
    let actor = demo::preparing::people(&app.app).await.unwrap();
    let facts = Box::new(export_flow("甲", "示例甲公司（虚构）"));
    let commands = vec![Command::Open, Command::DescribeFlow { flow: None, facts }];
    seed_exports(&app.app, &actor, commands, app.app.now()).await.unwrap();
    let mut xu = app.sign_in(demo::preparing::PROCESSOR).await;
    report(&mut xu, "1", 0..1_001).await;
    assert_eq!(total(&mut xu).await, "1,001");
    report(&mut xu, "1", 900..1_500).await;
    let events = counted(&app, &exports_id(&actor)).await;
    let kinds: Vec<bool> =
        events.iter().map(|e| matches!(&e.event, Event::Counted { count, .. } if matches!(**count, Count::Set(_)))).collect();
    assert_eq!(kinds, [true, false], "a short set stays in its event");
    let blob = app.app.store.reader().await.unwrap().blobs_of(&exports_id(&actor)).await.unwrap().remove(0);
    std::fs::remove_file(app.app.blobs.folder().unwrap().join(&blob.object)).unwrap();
    assert_eq!(xu.get("/processor/ledger").await.status, StatusCode::INTERNAL_SERVER_ERROR);
}

/// `guosuo count` on a log, with a file for the ledger: its content, and the name of the key that the program gives.
fn counted_locally(folder: &Path, secret: &str, log: &str) -> (String, String) {
    let at = |name: &str| folder.join(name).display().to_string();
    std::fs::write(at("group.key"), secret).unwrap();
    std::fs::write(at("log.csv"), log).unwrap();
    let (log, secret, out) = (at("log.csv"), at("group.key"), at("people.csv"));
    let args = ["guosuo", "count", log.as_str(), "--secret", secret.as_str(), "--keyed-out", out.as_str(), "--lang", "en"];
    let Cmd::Rule(command) = Cli::try_parse_from(args).unwrap().command;
    let (mut told, mut said): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let code = run(command, &mut std::io::empty(), &mut told, &mut said);
    let said = String::from_utf8(said).unwrap();
    assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS), "{said}");
    let name = said.split("the name of the key is ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    (std::fs::read_to_string(out).unwrap(), name)
}

async fn upload(client: &mut Client, flow: &str, key: &str, file: &str) -> Answer {
    let fields = [("flow", flow), ("key", key)];
    client.upload("/processor/ledger/reports", &fields, &[("file", "people.csv", "text/csv", file.as_bytes())]).await
}

#[tokio::test]
async fn what_the_counter_writes_the_ledger_counts() {
    let app = TestApp::new().await;
    let actor = demo::preparing::people(&app.app).await.unwrap();
    let describe = |f: FlowFacts| Command::DescribeFlow { flow: None, facts: Box::new(f) };
    let commands =
        vec![Command::Open, describe(export_flow("甲", "示例甲公司（虚构）")), describe(export_flow("乙", "示例乙公司（虚构）"))];
    seed_exports(&app.app, &actor, commands, app.app.now()).await.unwrap();
    let mut xu = app.sign_in(demo::preparing::PROCESSOR).await;
    let folder = tempfile::tempdir().unwrap();
    // Two affiliates share three customers, one by ID number in two spellings; one log reaches back into the year before.
    let mut first = "person,date,sensitive\n11010519491231002X,2026-01-05,1\nshared-1,2025-12-31,0\n".to_owned();
    let mut second = "person,date,sensitive\n11010519491231002x,2026-02-05,1\n".to_owned();
    for n in 0..40 {
        let _ = writeln!(first, "shared-{},2026-01-05,0\nours-{n},2026-01-06,0", n % 2);
        let _ = writeln!(second, "shared-{},2026-02-05,0\ntheirs-{n},2026-02-06,no", n % 2);
    }
    let (ours, name) = counted_locally(folder.path(), "one secret of the whole group", &first);
    let (theirs, same) = counted_locally(folder.path(), "one secret of the whole group", &second);
    let (foreign, other) = counted_locally(folder.path(), "another secret of another one", &second);
    assert!(name == same && name != other, "{name} {same} {other}");
    for file in [&ours, &theirs] {
        assert!(!file.contains("shared") && !file.contains("110105"), "{file}");
    }
    let sent = upload(&mut xu, "1", &name, &ours).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(total(&mut xu).await, "42");
    let sent = upload(&mut xu, "2", &same, &theirs).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(total(&mut xu).await, "82", "the two that both know count once");
    let page = xu.get("/en/processor/ledger").await.text;
    assert!(page.contains("2026 people, sensitive: <span class=\"reg-num\">1</span>"), "{page}");
    let before = xu.get("/en/processor/ledger?year=2025").await.text;
    assert!(before.contains("2025 people, non-sensitive: <span class=\"reg-num\">1</span>"), "{before}");
    // A year that it does not have is not answered with another one as if nothing were wrong.
    for year in ["2031", "soon", "99999999999"] {
        let none = xu.get(&format!("/en/processor/ledger?year={year}")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "{year}");
        let words = format!("The ledger has no year “{year}”. It has: 2026, 2025.");
        assert!(none.text.contains(&words), "{year}: {}", none.text);
    }
    // Under another secret nobody can be compared, and the ledger says so instead of guessing.
    let void = xu.post("/processor/ledger/reports/2/void", &[("reason", "密钥不同（示例）")]).await;
    assert_eq!(void.status, StatusCode::SEE_OTHER, "{}", void.text);
    let sent = upload(&mut xu, "2", &other, &foreign).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(total(&mut xu).await, "42 to 84");
    // Without the name of the key the file is not taken, and the message stands at the field.
    let unnamed = upload(&mut xu, "2", "", &theirs).await;
    assert_eq!(unnamed.status, StatusCode::CONFLICT);
    assert!(unnamed.text.contains("href=\"#key\""), "{}", unnamed.text);
}
