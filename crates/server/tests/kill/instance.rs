//! The program as a child process that is killed and started again on the same data.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rand::RngExt as _;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// What the browsers and the killer share.
pub struct Shared {
    /// Where the program listens now; nothing while it is down.
    pub address: watch::Sender<Option<SocketAddr>>,
    /// Submissions sent so far, repetitions included.
    pub sent: AtomicUsize,
    /// Set when the browsers have finished.
    pub over: AtomicBool,
}

/// Where the data lies.
#[derive(Clone)]
pub struct Place {
    pub data: PathBuf,
    pub database: String,
}

impl Place {
    /// The program with the settings of this place.
    pub fn program(&self, command: &[&str]) -> Command {
        let mut c = Command::new(env!("CARGO_BIN_EXE_guosuo"));
        c.args(command).arg("--data").arg(&self.data).args(["--database", &self.database]);
        c.env("GUOSUO_LOG", "error").stdin(Stdio::null()).kill_on_drop(true);
        c
    }

    /// Starts it and waits until it says where it listens.
    async fn start(&self) -> (Child, SocketAddr) {
        let mut child = self.program(&["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(Duration::from_mins(1), lines.next_line()).await;
        let line = line.expect("it starts within a minute").unwrap().expect("it says where it listens");
        let at = line.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
        (child, at)
    }
}

/// Serves until the browsers have finished, and kills the program after a random number of
/// submissions and a random moment more. Answers how often.
pub async fn kill_again_and_again(place: Place, shared: Arc<Shared>, mean: usize) -> usize {
    let mut kills = 0;
    loop {
        let (mut child, at) = place.start().await;
        shared.address.send_replace(Some(at));
        let (submissions, moment) = {
            let mut r = rand::rng();
            (r.random_range(1..=2 * mean), Duration::from_micros(r.random_range(0..30_000)))
        };
        let from = shared.sent.load(Ordering::SeqCst);
        while shared.sent.load(Ordering::SeqCst) < from + submissions && !shared.over.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if shared.over.load(Ordering::SeqCst) {
            shared.address.send_replace(None);
            child.kill().await.unwrap();
            return kills;
        }
        tokio::time::sleep(moment).await;
        // SIGKILL: no handler runs, nothing is flushed.
        shared.address.send_replace(None);
        child.kill().await.unwrap();
        kills += 1;
    }
}

/// `guosuo ledger verify`: how many differences it finds.
pub async fn differences(place: &Place) -> usize {
    let out = place.program(&["ledger", "verify", "--json"]).output().await.unwrap();
    let report: serde_json::Value = serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|e| panic!("{e}: {} {}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)));
    let faults = report["faults"].as_array().expect("a list");
    assert_eq!(out.status.success(), faults.is_empty());
    for f in faults {
        eprintln!("{f}");
    }
    faults.len()
}

/// A folder for one run.
pub fn folder(root: &Path) -> PathBuf {
    root.join("data")
}
