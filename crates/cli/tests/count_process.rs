//! The counter as a process: what stops it, and what is left behind.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the failure")]

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const HEADER: &str = "person,date,sensitive\n";

/// Rows of different people.
fn log(rows: usize) -> Vec<u8> {
    let mut text = HEADER.as_bytes().to_vec();
    for person in 0..rows {
        writeln!(text, "person-{person},2026-03-01,0").unwrap();
    }
    text
}

struct Run {
    folder: TempDir,
    child: Child,
    begun: Instant,
}

/// Starts a count of standard input, with temporary files in a folder of its own.
fn start(args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let child = command(folder.path(), args).spawn().unwrap();
    Run { folder, child, begun: Instant::now() }
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guosuo-rules"));
    command.args(["count", "-"]).args(args).current_dir(folder).env("TMPDIR", folder).env_remove("GUOSUO_LANG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Run {
    /// Writes rows and leaves the stream open.
    fn feed(&mut self, rows: usize) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(&log(rows)).unwrap();
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Files that the process holds open in its folder, with their names.
    fn open_files(&self) -> Vec<String> {
        let folder = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap();
        let names = folder.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok());
        let own = self.folder.path().to_str().unwrap();
        names.filter_map(|name| name.to_str().map(str::to_owned)).filter(|name| name.starts_with(own)).collect()
    }

    fn wait_until(&self, what: impl Fn() -> bool) {
        while !what() {
            assert!(self.begun.elapsed() < Duration::from_secs(30), "waited in vain");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn left_behind(folder: &TempDir) -> Vec<std::ffi::OsString> {
        std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect()
    }

    /// Ends; returns output, exit status and what lies in the folder.
    fn end(self) -> (Output, Vec<std::ffi::OsString>) {
        let Self { folder, child, .. } = self;
        let output = child.wait_with_output().unwrap();
        (output, Self::left_behind(&folder))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_stop_key_ends_a_run_with_a_message_and_nothing_else() {
    for (signal, lang, word) in [("-INT", "zh", "已中断"), ("-TERM", "en", "stopped:")] {
        let mut run = start(&["--lang", lang, "--memory", "64K", "--chart", "chart.svg"]);
        run.feed(300_000);
        run.wait_until(|| !run.open_files().is_empty());
        run.signal(signal);
        // Standard input stays open: a run that waits for more must end all the same.
        let stdin = run.child.stdin.take();
        let (output, left) = run.end();
        drop(stdin);
        let message = text(&output.stderr);
        assert!(message.contains(word), "{message}");
        assert_eq!((output.status.code(), text(&output.stdout), left), (Some(2), String::new(), vec![]));
    }
}

#[test]
fn the_message_says_how_far_the_reading_was() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("first.csv"), format!("{HEADER}a,2026-01-05,0\n")).unwrap();
    let mut command = command(folder.path(), &["--lang", "en"]);
    // The first file is read whole, then standard input is waited for.
    command.args(["first.csv"]);
    let mut run = Run { child: command.spawn().unwrap(), folder, begun: Instant::now() };
    run.feed(100_000);
    run.wait_until(|| !run.open_files().is_empty());
    run.signal("-INT");
    run.feed_quietly();
    let (output, _) = run.end();
    let message = text(&output.stderr);
    assert!(message.contains("- was read to line") && message.contains("Run the same command again"), "{message}");
    assert_eq!(output.status.code(), Some(2));
}

impl Run {
    /// More rows, whether or not somebody still reads them.
    fn feed_quietly(&mut self) {
        let Some(stdin) = self.child.stdin.as_mut() else { return };
        let line = b"another,2026-03-02,0\n".repeat(200_000);
        let _ = stdin.write_all(&line);
    }
}

#[test]
fn a_kill_in_the_middle_leaves_nothing_behind() {
    let mut run = start(&["--memory", "64K", "--chart", "chart.svg"]);
    run.feed(300_000);
    run.wait_until(|| !run.open_files().is_empty());
    // The spill file has no name already while it is used.
    let open = run.open_files();
    assert!(open.iter().all(|name| name.ends_with(" (deleted)")), "{open:?}");
    run.signal("-KILL");
    let (output, left) = run.end();
    assert_eq!((output.status.code(), text(&output.stdout), left), (None, String::new(), vec![]));
}

#[test]
fn no_space_for_the_spill_is_said_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    // Files may grow to 32 KiB here; the signal that comes with it is ignored, so that writing fails as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" count - --memory 64K --lang en";
    let mut child = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_guosuo-rules")])
        .env("TMPDIR", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || {
        // The counter may end before it has read all.
        let _ = stdin.write_all(&log(300_000));
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let message = text(&output.stderr);
    assert!(message.contains(folder.path().to_str().unwrap()) && message.contains("TMPDIR"), "{message}");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
}

#[test]
fn an_empty_standard_input_is_an_empty_log() {
    let mut run = start(&[]);
    drop(run.child.stdin.take());
    let (output, _) = run.end();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("读取 0 行"));
}

/// The counter as it is called, with a secret and a log of `rows` people in a folder of its own.
fn keyed(rows: usize, script: &str) -> (Output, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("group.key"), [7; 32]).unwrap();
    std::fs::write(folder.path().join("log.csv"), log(rows)).unwrap();
    std::fs::write(folder.path().join("people.csv"), "before").unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_guosuo-rules")]).current_dir(folder.path()).env("TMPDIR", folder.path());
    (command.env_remove("GUOSUO_LANG").output().unwrap(), folder)
}

fn people(folder: &TempDir) -> String {
    std::fs::read_to_string(folder.path().join("people.csv")).unwrap()
}

#[test]
fn a_full_disk_leaves_the_file_for_the_ledger_as_it_was() {
    let write = "\"$0\" count log.csv --lang en --secret group.key --keyed-out people.csv";
    // Files may grow to 32 KiB here, as on a full disk: 5,000 values need more.
    let (output, folder) = keyed(5_000, &format!("trap '' XFSZ; ulimit -f 64; exec {write}"));
    let message = text(&output.stderr);
    assert!(message.contains("cannot write people.csv") && message.contains("untouched"), "{message}");
    assert_eq!((output.status.code(), text(&output.stdout), people(&folder)), (Some(2), String::new(), "before".into()));
    assert_eq!(Run::left_behind(&folder).len(), 3);
    let (output, folder) = keyed(5_000, &format!("exec {write}"));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(people(&folder).lines().count(), 5_001);
    assert!(text(&output.stderr).contains("5000 keyed values written to people.csv"), "{}", text(&output.stderr));
}

#[test]
fn a_file_for_the_ledger_needs_a_secret_and_a_place_of_its_own() {
    for (args, words) in [
        ("--keyed-out people.csv", "needs --secret"),
        ("--secret group.key --keyed-out log.csv", "log.csv: that file has another use"),
        ("--secret group.key --keyed-out ./group.key", "group.key: that file has another use"),
        ("--secret group.key --keyed-out new.set --keep new.set", "new.set: that file has another use"),
        ("--secret group.key --keyed-out no/such/people.csv", "cannot write no/such/people.csv"),
        ("--secret people.csv --keyed-out new.csv", "at least 16 bytes"),
    ] {
        let (output, folder) = keyed(3, &format!("exec \"$0\" count log.csv --lang en {args}"));
        assert!(text(&output.stderr).contains(words), "{args}: {}", text(&output.stderr));
        assert_eq!((output.status.code(), text(&output.stdout), people(&folder)), (Some(2), String::new(), "before".into()));
        assert_eq!(Run::left_behind(&folder).len(), 3, "{args}");
    }
    // A log that counts nobody is the answer "no", and no file of nobody.
    let (output, folder) = keyed(0, "exec \"$0\" count log.csv --secret group.key --keyed-out people.csv");
    assert_eq!((output.status.code(), people(&folder)), (Some(1), "before".into()));
    assert!(text(&output.stderr).contains("没有写出去重数据"), "{}", text(&output.stderr));
}

#[test]
fn numbers_for_the_ledger_never_fall_and_stand_in_its_columns() {
    let rows = "person,date,sensitive\na,2026-01-05,0\nb,2026-01-05,1\na,2026-02-01,1\nc,2026-03-01,0\na,2025-12-31,0\n";
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path(), &["--format", "ledger"]).spawn().unwrap();
    child.stdin.take().unwrap().write_all(rows.as_bytes()).unwrap();
    let out = text(&child.wait_with_output().unwrap().stdout);
    let wanted = "date,non_sensitive,sensitive\n2025-12-31,1,0\n2026-01-05,1,1\n2026-02-01,1,2\n2026-03-01,2,2\n";
    assert_eq!(out, wanted);
}
