//! Sets kept across runs, and exchanged between affiliates.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use guosuo_count::{CountError, Generator, Input, KeyedFile, Options, Progress, Report, Secret, count, generate};

use super::options;

fn try_count(files: &[&Path], options: &Options) -> Result<Report, CountError> {
    let inputs: Vec<Input> = files.iter().map(|path| Input::File(path.to_path_buf())).collect();
    count(&inputs, options, &mut std::io::empty(), &Progress::default())
}

/// A log of its own people and of some that every seed has.
fn log(folder: &Path, name: &str, seed: u64) -> PathBuf {
    let plan = Generator { rows: 20_000, people: 9_000, year: 2026, sensitive_per_mille: 100, exempt_per_mille: 50, seed };
    let path = folder.join(name);
    let mut file = std::fs::File::create(&path).unwrap();
    generate(&plan, &mut file).unwrap();
    writeln!(file, "user-1,2026-03-01,0,\n11010519491231002x,2026-03-0{seed},1,\nbad,soon,0,").unwrap();
    path
}

/// What must be the same however the logs came in.
fn essence(report: &Report) -> impl PartialEq + std::fmt::Debug + use<> {
    (report.years.clone(), report.rows, report.counted, report.excluded.clone(), report.bad.clone(), report.span)
}

#[test]
fn logs_one_after_the_other_are_the_logs_together() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (log(folder.path(), "first.csv", 1), log(folder.path(), "second.csv", 2));
    let together = try_count(&[&first, &second], &options()).unwrap();
    let set = folder.path().join("2026.set");
    for memory in [64 << 20, 100_000] {
        let _ = std::fs::remove_file(&set);
        let keeping = Options { memory, keep: Some(set.clone()), ..options() };
        try_count(&[&first], &keeping).unwrap();
        let report = try_count(&[&second], &keeping).unwrap();
        assert!(essence(&report) == essence(&together) && report.skipped.is_empty());
        // Once more: both are known.
        let report = try_count(&[&first, &second], &keeping).unwrap();
        assert!(essence(&report) == essence(&together));
        assert_eq!(report.skipped.len(), 2);
    }
    // Nobody can be read in it, and nothing is left beside it.
    let bytes = std::fs::read(&set).unwrap();
    for person in ["user-1", "11010519491231002X", "990000"] {
        assert!(!bytes.windows(person.len()).any(|window| window == person.as_bytes()), "{person}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_log_may_grow_but_not_change() {
    let folder = tempfile::tempdir().unwrap();
    let (first, set) = (log(folder.path(), "first.csv", 1), folder.path().join("2026.set"));
    let keeping = Options { keep: Some(set.clone()), ..options() };
    try_count(&[&first], &keeping).unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(&first).unwrap();
    file.write_all(b"user-2,2026-12-01,0,\nuser-1,2026-01-01,0,\n").unwrap();
    drop(file);
    let report = try_count(&[&first], &keeping).unwrap();
    assert!(essence(&report) == essence(&try_count(&[&first], &options()).unwrap()));
    // The same length and other words.
    let before = std::fs::read(&set).unwrap();
    let text = std::fs::read_to_string(&first).unwrap().replace("user-2", "user-3");
    std::thread::sleep(std::time::Duration::from_millis(20));
    std::fs::write(&first, text).unwrap();
    assert!(matches!(try_count(&[&first], &keeping), Err(CountError::Changed { .. })));
    assert!(std::fs::read(&set).unwrap() == before);
}

/// Gives a log, and asks the run to stop in the middle.
struct Stopping<'a> {
    text: &'a [u8],
    stop: Arc<AtomicBool>,
}

impl Read for Stopping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.text.len().min(buffer.len()).min(50_000);
        buffer[..count].copy_from_slice(&self.text[..count]);
        self.text = &self.text[count..];
        if self.text.len() < 300_000 {
            self.stop.store(true, Ordering::Relaxed);
        }
        Ok(count)
    }
}

#[test]
fn a_stopped_run_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (log(folder.path(), "first.csv", 1), log(folder.path(), "second.csv", 2));
    let set = folder.path().join("2026.set");
    let keeping = Options { keep: Some(set.clone()), ..options() };
    let text = std::fs::read(&second).unwrap();
    let progress = Progress::default();
    let mut stdin = Stopping { text: &text, stop: Arc::clone(&progress.stop) };
    let inputs = [Input::File(first.clone()), Input::Stdin];
    let Err(CountError::Stopped(reached)) = count(&inputs, &keeping, &mut stdin, &progress) else { panic!("not stopped") };
    assert_eq!((reached.kept, reached.whole), (true, vec![first.display().to_string()]));
    // The same command again: the first log is not read, standard input is, whole.
    let report = count(&inputs, &keeping, &mut text.as_slice(), &Progress::default()).unwrap();
    let together = try_count(&[&first, &second], &options()).unwrap();
    assert!(essence(&report) == essence(&together) && report.skipped.len() == 1);
    // Or with a file instead: the first log is not read again, the second is, whole.
    let report = try_count(&[&first, &second], &keeping).unwrap();
    assert_eq!(report.skipped, [first.display().to_string()]);
    assert!(report.years == together.years);
    // Without a set nothing is kept.
    let progress = Progress::default();
    progress.stop.store(true, Ordering::Relaxed);
    let result = count(&[Input::File(first)], &options(), &mut std::io::empty(), &progress);
    assert!(matches!(result, Err(CountError::Stopped(reached)) if !reached.kept));
}

#[test]
fn affiliates_are_counted_alone_and_together() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (log(folder.path(), "first.csv", 1), log(folder.path(), "second.csv", 2));
    let (a, b) = (folder.path().join("a.set"), folder.path().join("b.set"));
    let alone = [(&first, &a), (&second, &b)]
        .map(|(log, set)| try_count(&[log], &Options { keep: Some(set.clone()), ..options() }).unwrap());
    let group = try_count(&[&a, &b], &options()).unwrap();
    assert!(essence(&group) == essence(&try_count(&[&first, &second], &options()).unwrap()));
    for (member, alone) in group.members.iter().zip(&alone) {
        let year = &alone.years[0];
        assert_eq!(member.people, [(2026, year.non_sensitive.total, year.sensitive.total)]);
    }
    let sum: u64 = alone.iter().map(|report| report.years[0].non_sensitive.total).sum();
    assert!(group.years[0].non_sensitive.total < sum);
    // A set twice is the set once, rows too.
    assert!(essence(&try_count(&[&a, &b, &a], &options()).unwrap()) == essence(&group));
    // A set and a log: the same people are the same.
    let mixed = try_count(&[&a, &second], &options()).unwrap();
    assert!(mixed.years == group.years);
    // Another secret, a changed set, a cut one.
    let other = Options { secret: Secret::from_bytes(b"secret of another"), ..options() };
    assert!(matches!(try_count(&[&a], &other), Err(CountError::OtherSecret { .. })));
    let bytes = std::fs::read(&a).unwrap();
    let mut changed = bytes.clone();
    changed[100] ^= 1;
    std::fs::write(&a, changed).unwrap();
    assert!(try_count(&[&a, &b], &options()).is_err());
    std::fs::write(&a, &bytes[..bytes.len() - 40]).unwrap();
    assert!(matches!(try_count(&[&a, &b], &options()), Err(CountError::Cut { .. })));
}

#[test]
fn values_for_the_ledger_are_the_people_that_were_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (log(folder.path(), "first.csv", 1), log(folder.path(), "second.csv", 2));
    // Two years in one log: a person of both stands in both.
    let mut file = std::fs::OpenOptions::new().append(true).open(&first).unwrap();
    writeln!(file, "user-1,2025-12-31,0,").unwrap();
    drop(file);
    let place = folder.path().join("people.csv");
    let mut before = String::new();
    for (memory, threads) in [(64 << 20, 1), (100_000, 3)] {
        let writing = Options { memory, threads, keyed_out: Some(place.clone()), ..options() };
        let report = try_count(&[&first, &second], &writing).unwrap();
        let text = std::fs::read_to_string(&place).unwrap();
        for year in &report.years {
            for (kind, series) in [("0", &year.non_sensitive), ("1", &year.sensitive)] {
                let of = |line: &&str| line.ends_with(&format!(",{kind}")) && line[33..].starts_with(&year.year.to_string());
                assert_eq!(text.lines().skip(1).filter(of).count() as u64, series.total, "{} {kind}", year.year);
            }
        }
        let people: u64 = report.years.iter().map(|y| y.non_sensitive.total + y.sensitive.total).sum();
        assert_eq!(text.lines().count() as u64, people + 1);
        assert!(matches!(report.keyed, Some(KeyedFile::Written { values, .. }) if values == people), "{:?}", report.keyed);
        // The same people are the same bytes, however much memory and however many threads.
        assert!(before.is_empty() || text == before);
        before = text;
    }
    for person in ["user-1", "11010519491231002X", "990000"] {
        assert!(!before.contains(person), "{person}");
    }
    // A kept set becomes the same file as its logs.
    let set = folder.path().join("2026.set");
    try_count(&[&first, &second], &Options { keep: Some(set.clone()), ..options() }).unwrap();
    let writing = Options { keyed_out: Some(place.clone()), ..options() };
    try_count(&[&set], &writing).unwrap();
    assert!(std::fs::read_to_string(&place).unwrap() == before);
    // What cannot be written is known before a row is read, and nothing is left.
    let nowhere = Options { keyed_out: Some(folder.path().join("no/such/people.csv")), ..options() };
    assert!(matches!(try_count(&[&first], &nowhere), Err(CountError::Keep { .. })));
    let a_folder = Options { keyed_out: Some(folder.path().to_owned()), ..options() };
    assert!(matches!(try_count(&[&first], &a_folder), Err(CountError::Keep { .. })));
    // A run that stops, or that fails at a bad row, leaves what was there.
    let strict = Options { strict: true, ..writing.clone() };
    assert!(matches!(try_count(&[&first], &strict), Err(CountError::Strict { .. })));
    let progress = Progress::default();
    progress.stop.store(true, Ordering::Relaxed);
    let stopped = count(&[Input::File(first)], &writing, &mut std::io::empty(), &progress);
    assert!(matches!(stopped, Err(CountError::Stopped(_))));
    assert!(std::fs::read_to_string(&place).unwrap() == before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
}
