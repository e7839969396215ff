//! A witness of the log, by real requests: it signs what only adds, refuses a fork and a log that shrinks, remembers
//! over a restart, and signs one of two heads that come at the same time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[expect(dead_code, reason = "the pages' tests use more of this world")]
#[path = "workbench/bench.rs"]
mod bench;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::http::StatusCode;
use data_encoding::BASE64;
use guosuo::clock::Clock;
use guosuo::config::WitnessAt;
use guosuo::jobs::{checkpoint, papers, witness};
use guosuo::ops::witness::{Said, Witness};
use guosuo::testing::TestApp;
use guosuo_seal::Digest32;
use guosuo_seal::checkpoint::Checkpoint;
use guosuo_seal::keys::{Algorithm, Signer as _, SigningKey};
use guosuo_seal::merkle::{Frontier, leaf_hash};
use guosuo_seal::note::{Note, VerifierKey};

const ORIGIN: &str = "example.org/log";

struct Log {
    key: SigningKey,
    leaves: Vec<Digest32>,
}

impl Log {
    fn new(leaves: &[&str]) -> Self {
        let key = SigningKey::from_secret(Algorithm::Ed25519, &[7; 32]).unwrap();
        Self { key, leaves: leaves.iter().map(|l| leaf_hash(l.as_bytes())).collect() }
    }

    fn root(&self, size: usize) -> Digest32 {
        let mut f = Frontier::default();
        for leaf in &self.leaves[..size] {
            f.append(*leaf);
        }
        f.root()
    }

    fn note(&self, size: usize) -> Note {
        Checkpoint::new(ORIGIN, size as u64, self.root(size)).sign(&[&self.key]).unwrap()
    }

    /// RFC 6962 2.1.2 written out, apart from the code under test.
    fn proof(&self, from: usize, to: usize) -> Vec<Digest32> {
        fn root(leaves: &[Digest32]) -> Digest32 {
            let mut f = Frontier::default();
            for leaf in leaves {
                f.append(*leaf);
            }
            f.root()
        }
        fn sub(m: usize, leaves: &[Digest32], whole: bool) -> Vec<Digest32> {
            if m == leaves.len() {
                return if whole { Vec::new() } else { vec![root(leaves)] };
            }
            let k = leaves.len().next_power_of_two() / 2;
            if m <= k {
                let mut out = sub(m, &leaves[..k], whole);
                out.push(root(&leaves[k..]));
                out
            } else {
                let mut out = sub(m - k, &leaves[k..], false);
                out.push(root(&leaves[..k]));
                out
            }
        }
        if from == 0 { Vec::new() } else { sub(from, &self.leaves[..to], true) }
    }

    fn request(&self, from: usize, to: usize) -> Vec<u8> {
        let lines: String = self.proof(from, to).iter().map(|h| BASE64.encode(h.as_bytes()) + "\n").collect();
        format!("old {from}\n{lines}\n{}", self.note(to)).into_bytes()
    }

    fn verifier(&self) -> String {
        VerifierKey::new(ORIGIN, self.key.public_key().clone()).unwrap().to_string()
    }
}

fn open(folder: &Path, log: &Log) -> Witness {
    let clock = Clock::fixed("2026-03-12T01:30:00Z".parse().unwrap());
    Witness::open(folder, "witness.example.org", &log.verifier(), clock).unwrap()
}

/// The signature that came fits the head, at the time of the witness.
fn fits(witness: &Witness, log: &Log, size: usize, said: &Said) {
    assert_eq!(said.status, StatusCode::OK, "{said:?}");
    let mut note = log.note(size);
    for line in said.text.lines() {
        note.add_line(line.parse().unwrap()).unwrap();
    }
    let keys = [witness.verifier().unwrap()];
    let signed = note.verify_all(&keys).unwrap();
    assert_eq!(signed[0].time, Some(1_773_279_000));
}

#[tokio::test]
async fn a_log_that_only_adds_is_signed_and_a_fork_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::new(&["a", "b", "c", "d", "e"]);
    let w = open(folder.path(), &log);
    fits(&w, &log, 2, &w.add(&log.request(0, 2)).await);
    fits(&w, &log, 2, &w.add(&log.request(2, 2)).await);
    fits(&w, &log, 5, &w.add(&log.request(2, 5)).await);
    // The size that counts is told to whoever does not know it.
    for from in [0, 2] {
        let said = w.add(&log.request(from, 5)).await;
        assert_eq!((said.status, said.text.as_str(), said.size), (StatusCode::CONFLICT, "5\n", true), "{from}");
    }
    // Shrunk: the old size is larger than the new one.
    let shrunk = format!("old 5\n\n{}", log.note(3));
    assert_eq!(w.add(shrunk.as_bytes()).await.status, StatusCode::BAD_REQUEST);
    // Forked, at the same size and after it.
    let fork = Log::new(&["a", "b", "c", "d", "X", "f"]);
    assert_eq!(w.add(&fork.request(5, 5)).await.status, StatusCode::CONFLICT);
    assert_eq!(w.add(&fork.request(5, 6)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A proof that is cut short, or too long.
    let longer = Log::new(&["a", "b", "c", "d", "e", "f", "g"]);
    let whole = String::from_utf8(longer.request(5, 7)).unwrap();
    let mut lines: Vec<&str> = whole.split('\n').collect();
    lines.remove(1);
    assert_eq!(w.add(lines.join("\n").as_bytes()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Another log, somebody else's signature, nonsense.
    let stranger = Log { key: SigningKey::from_secret(Algorithm::Ed25519, &[8; 32]).unwrap(), ..Log::new(&["a"]) };
    assert_eq!(w.add(&stranger.request(0, 1)).await.status, StatusCode::FORBIDDEN);
    let other = Checkpoint::new("example.org/other", 1, log.root(1)).sign(&[&log.key]).unwrap();
    assert_eq!(w.add(format!("old 0\n\n{other}").as_bytes()).await.status, StatusCode::NOT_FOUND);
    for bad in ["", "old 5\n", "old 05\n\nx", "old -1\n\nx", "old 5\nnot base64\n\nx", "new 5\n\nx"] {
        assert_eq!(w.add(bad.as_bytes()).await.status, StatusCode::BAD_REQUEST, "{bad:?}");
    }
    // The log goes on, and so does the witness.
    fits(&w, &longer, 7, &w.add(&longer.request(5, 7)).await);
}

#[tokio::test]
async fn a_restart_forgets_nothing_and_two_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::new(&["a", "b", "c"]);
    let first = open(folder.path(), &log);
    let key = first.verifier().unwrap();
    fits(&first, &log, 3, &first.add(&log.request(0, 3)).await);
    let clock = || Clock::fixed("2026-03-12T01:30:00Z".parse().unwrap());
    let second = Witness::open(folder.path(), "witness.example.org", &log.verifier(), clock());
    assert!(second.unwrap_err().to_string().contains("another witness"));
    drop(first);
    let again = open(folder.path(), &log);
    assert_eq!(again.verifier().unwrap(), key, "its key is the same");
    let fork = Log::new(&["a", "b", "X", "d"]);
    assert_eq!(again.add(&fork.request(0, 4)).await.status, StatusCode::CONFLICT);
    assert_eq!(again.add(&fork.request(3, 4)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    fits(&again, &log, 3, &again.add(&log.request(3, 3)).await);
    drop(again);
    // What it has signed is not forgotten by a damaged file either: it does not start.
    let file = std::fs::read_dir(folder.path()).unwrap().flatten().find(|e| e.file_name().to_string_lossy().starts_with("log-"));
    std::fs::write(file.unwrap().path(), "{").unwrap();
    let damaged = Witness::open(folder.path(), "witness.example.org", &log.verifier(), clock());
    assert!(damaged.unwrap_err().to_string().contains("damaged"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_heads_at_the_same_time_one_is_signed() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::new(&["a", "b", "c"]);
        let fork = Log::new(&["a", "b", "X"]);
        let w = Arc::new(open(folder.path(), &log));
        fits(&w, &log, 2, &w.add(&log.request(0, 2)).await);
        let tasks: Vec<_> = [log.request(2, 3), fork.request(2, 3), log.request(2, 3), fork.request(2, 3)]
            .into_iter()
            .map(|body| {
                let w = Arc::clone(&w);
                tokio::spawn(async move { w.add(&body).await })
            })
            .collect();
        let mut good = 0;
        for task in tasks {
            let said = task.await.unwrap();
            assert!(matches!(said.status, StatusCode::OK | StatusCode::CONFLICT), "{said:?}");
            good += usize::from(said.status == StatusCode::OK);
        }
        assert_eq!(good, 1, "old 2 is true for one of them only");
    }
}

#[tokio::test]
async fn an_instance_asks_its_witness_and_shows_the_signature() {
    let app = TestApp::new().await;
    // The first row of the ledger.
    app.sign_in("xishan").await;
    checkpoint::publish(&app.app).await.unwrap();
    let page = app.anonymous().get("/log").await.text;
    let logs: String = page
        .split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
        .filter(|t| t.parse::<VerifierKey>().is_ok())
        .map(|t| format!("{t}\n"))
        .collect();
    assert_eq!(logs.lines().count(), 2, "both keys of the log stand on its page");
    let folder = tempfile::tempdir().unwrap();
    let w = Arc::new(Witness::open(folder.path(), "witness.example.org", &logs, Clock::Machine).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let service = w.service();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let key = w.verifier().unwrap();
    assert!(witness::submit(&app.app, &url, &key).await.unwrap());
    assert!(!witness::submit(&app.app, &url, &key).await.unwrap(), "nothing new to sign");
    app.sign_in("donghu").await;
    checkpoint::publish(&app.app).await.unwrap().unwrap();
    assert!(witness::submit(&app.app, &url, &key).await.unwrap(), "the log has grown and only added");
    let head = app.anonymous().get("/log/checkpoint").await.text;
    Note::parse(head.as_bytes()).unwrap().verify_all(std::slice::from_ref(&key)).unwrap();
    // Another log under the same name gets nothing.
    let fork = TestApp::new().await;
    fork.sign_in("donghu").await;
    checkpoint::publish(&fork.app).await.unwrap();
    let refused = witness::submit(&fork.app, &url, &key).await.unwrap_err();
    assert!(refused.to_string().contains("403"), "{refused}");
}

/// The program `guosuo witness`, until the end of the test.
struct Program {
    child: Child,
    url: String,
    key: String,
}

impl Program {
    fn start(folder: &Path, logs: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guosuo"));
        command.args(["witness", "--listen", "127.0.0.1:0", "--name", "witness.example.org"]);
        command.arg("--data").arg(folder).arg("--logs").arg(logs).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (url, key) = (lines.next().unwrap().unwrap(), lines.next().unwrap().unwrap());
        Self { child, url, key }
    }

    fn verifier(&self) -> VerifierKey {
        self.key.parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `guosuo verify` with a witness: exit status and what it says.
fn verify(folder: &Path, at: &str, witness: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guosuo"));
    command.args(["verify", "signed.json", "--keys", "keys.json", "--log", "evidence.json", "--lang", "en"]);
    let out = command.args(["--at", at, "--witness", witness]).current_dir(folder).output().unwrap();
    (out.status.code().unwrap(), String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_witnessed_from_the_running_programs_to_the_offline_check() {
    let b = bench::Bench::new().await;
    b.certified().await;
    let app = &b.app;
    papers::run(&app.app).await.unwrap();
    checkpoint::publish(&app.app).await.unwrap();
    let files = tempfile::tempdir().unwrap();
    let keys = checkpoint::verifiers(&app.app.keys, app.app.store.origin()).unwrap();
    let logs = files.path().join("logs.txt");
    std::fs::write(&logs, keys.iter().map(|k| format!("{k}\n")).collect::<String>()).unwrap();
    let state = files.path().join("witness");
    let w = Program::start(&state, &logs);
    let at = WitnessAt { url: w.url.clone(), key: w.key.clone() };

    let number = "SL-PIP-2026-0002";
    let mut anyone = app.anonymous();
    let mut fetch = async |name: &str, path: String| {
        let got = anyone.get(&path).await;
        assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.text);
        std::fs::write(files.path().join(name), &got.bytes).unwrap();
    };
    fetch("signed.json", format!("/certificates/{number}/signed.json")).await;
    fetch("keys.json", "/certificates/keys.json".into()).await;
    fetch("evidence.json", format!("/certificates/{number}/evidence.json")).await;
    let now = "2026-03-12T02:30:00Z";
    let (code, said) = verify(files.path(), now, &at.key);
    assert!(code == 1 && said.contains("lacks the signature of a witness"), "nobody has signed yet: {said}");

    // The instance asks, the witness looks and signs, and what everybody gets bears its line.
    assert!(witness::submit(&app.app, &at.url, &w.verifier()).await.unwrap());
    fetch("evidence.json", format!("/certificates/{number}/evidence.json")).await;
    let (code, said) = verify(files.path(), now, &at.key);
    assert!(said.contains("2. In the log? Yes"), "{code} {said}");
    let other = VerifierKey::cosigner(
        "witness.example.org",
        SigningKey::from_secret(Algorithm::Ed25519, &[9; 32]).unwrap().public_key().clone(),
    );
    let (code, said) = verify(files.path(), now, &other.unwrap().to_string());
    assert!(code == 1 && said.contains("lacks the signature of a witness"), "another witness of that name: {said}");

    // Another history under the same name and the same keys: signed by nobody, also after a restart of the witness.
    let source = app.folder().join("data/keys");
    let fork = TestApp::with(|c| {
        let target = c.data.join("keys");
        std::fs::create_dir_all(&target).unwrap();
        for file in std::fs::read_dir(&source).unwrap().flatten().filter(|f| f.path().is_file()) {
            std::fs::copy(file.path(), target.join(file.file_name())).unwrap();
        }
    })
    .await;
    for login in ["donghu", "xishan", "beihai"] {
        fork.sign_in(login).await;
    }
    checkpoint::publish(&fork.app).await.unwrap();
    let theirs = checkpoint::verifiers(&fork.app.keys, fork.app.store.origin()).unwrap();
    assert_eq!(
        theirs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        keys.iter().map(ToString::to_string).collect::<Vec<_>>()
    );
    witness::submit(&fork.app, &w.url, &w.verifier()).await.unwrap_err();
    drop(w);
    let again = Program::start(&state, &logs);
    assert_eq!(again.key, at.key, "the key is the same");
    witness::submit(&fork.app, &again.url, &again.verifier()).await.unwrap_err();
    // It grows longer than the log that was signed: the proof does not hold.
    let wanted = app.app.store.reader().await.unwrap().last_checkpoint().await.unwrap().unwrap().size;
    while checkpoint_size(&fork).await <= wanted {
        for _ in 0..50 {
            fork.app.store.record_read(&guosuo_store::Origin::system("test"), "file", "", "fork", fork.app.now()).await.unwrap();
        }
        checkpoint::publish(&fork.app).await.unwrap();
    }
    let refused = witness::submit(&fork.app, &again.url, &again.verifier()).await.unwrap_err().to_string();
    assert!(refused.contains("422"), "{refused}");
    // The log itself goes on.
    app.sign_in("beihai").await;
    checkpoint::publish(&app.app).await.unwrap().unwrap();
    assert!(witness::submit(&app.app, &again.url, &again.verifier()).await.unwrap());
}

async fn checkpoint_size(app: &TestApp) -> i64 {
    app.app.store.reader().await.unwrap().last_checkpoint().await.unwrap().map_or(0, |c| c.size)
}
