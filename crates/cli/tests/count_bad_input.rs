//! What a log can do to the counter, and what the counter says about it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use clap::Parser;
use guosuo_cli::{Cli, Command, run};

const LOG: &str = "person,date,sensitive\na,2026-01-05,0\nb,2026-01-06,1\n";

/// Output, messages and exit status of one count.
fn count(args: &[&str], mut input: &[u8]) -> (String, String, u8) {
    let cli = Cli::try_parse_from(["guosuo", "count"].iter().chain(args)).expect("arguments of a test");
    let Command::Rule(command) = cli.command;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = format!("{:?}", run(command, &mut input, &mut out, &mut err));
    let status =
        (0..=2).find(|status| code == format!("{:?}", std::process::ExitCode::from(*status))).expect("a status of the contract");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (text(out), text(err), status)
}

/// Refused: nothing on standard output, status 2, and these words.
fn refused(args: &[&str], input: &[u8], words: &[&str]) {
    let (out, err, status) = count(args, input);
    assert_eq!((out.as_str(), status), ("", 2), "{args:?}: {err}");
    for word in words {
        assert!(err.contains(word), "{args:?}: {err:?} lacks {word:?}");
    }
}

#[test]
fn forty_columns_and_not_the_one_that_was_named() {
    let names: Vec<String> = (1..=40).map(|number| format!("col{number}")).collect();
    let log = format!("{}\n{}\n", names.join(","), vec!["x"; 40].join(","));
    refused(&["-", "--key", "person"], log.as_bytes(), &["person", "40", "col1, col2", "col40"]);
    refused(&["-", "--key", "41", "--date", "1", "--assume", "none"], log.as_bytes(), &["41", "col40"]);
    refused(&["-", "--key", "0"], LOG.as_bytes(), &["person, date, sensitive"]);
    refused(&["-", "--key", "99999999999999999999999"], LOG.as_bytes(), &["person, date, sensitive"]);
}

#[test]
fn the_wrong_separator_is_suspected() {
    refused(&["-", "--delimiter", ";"], LOG.as_bytes(), &["person,date,sensitive", "--delimiter"]);
    refused(&["-", "--delimiter", "tab", "--lang", "en"], LOG.as_bytes(), &["one column", "--delimiter"]);
    // Without a header nothing fits: that is no answer of "nobody".
    let numbers = ["-", "--no-header", "--key", "1", "--date", "2", "--assume", "none", "--delimiter", ";"];
    let (out, err, status) = count(&numbers, b"a,2026-01-05\nb,2026-01-06\n");
    assert!(out.contains("列数不足: 2") && err.contains("没有一行可以使用"), "{out}{err}");
    assert_eq!(status, 1);
}

#[test]
fn other_encodings_are_read_with_a_note() {
    // 姓名,person,date,sensitive / 张三（虚构）,甲,2026-01-05,是 in GB 18030.
    let mut log = b"\xD0\xD5\xC3\xFB,person,date,sensitive\n\xD5\xC5\xC8\xFD,\xBC\xD7,2026-01-05,\xCA\xC7\n".to_vec();
    let (out, _, status) = count(&["-"], &log);
    assert!(out.contains("敏感个人信息: 1 人") && out.contains("gb18030"), "{out}");
    assert_eq!(status, 0);
    // The same after megabytes of ASCII: found out late, read all the same.
    log = b"person,date,sensitive\n".to_vec();
    for person in 0..200_000 {
        writeln!(log, "p{person},2026-01-05,0").expect("memory");
    }
    log.extend_from_slice(b"\xBC\xD7,2026-01-06,\xCA\xC7\n");
    let (out, _, _) = count(&["-"], &log);
    assert!(out.contains("敏感个人信息: 1 人") && out.contains("gb18030") && !out.contains("坏行"), "{out}");
    // UTF-8 first and something else later is no encoding.
    let mut mixed = "person,date,sensitive\n甲,2026-01-05,0\n".as_bytes().to_vec();
    mixed.extend(b"p,2026-01-05,0\n".repeat(200_000));
    mixed.extend_from_slice(b"\xBC\xD7,2026-01-06,\xCA\xC7\n");
    refused(&["-", "--lang", "en"], &mixed, &["encoding", "line"]);
}

#[test]
fn dates_in_several_forms_are_noted_and_ambiguous_ones_are_bad() {
    let log = "person,date,sensitive\na,2026-01-05,0\nb,20260106,0\nc,2026/1/7,0\nd,01/02/2026,0\ne,1767542400,0\nf,9999999999999,0\ng,-2026-01-01,0\n";
    let (out, err, status) = count(&["-"], log.as_bytes());
    assert!(out.contains("非敏感个人信息: 4 人") && out.contains("日期写法不一致"), "{out}");
    assert!(
        out.contains("-:5 日期不能识别") && out.contains("-:7 日期不在 2000–2100 年") && out.contains("-:8 日期不能识别"),
        "{out}"
    );
    assert!(err.contains("3 个坏行"), "{err}");
    assert_eq!(status, 0);
    refused(&["-", "--strict"], log.as_bytes(), &["- 第 5 行", "2026-01-05"]);
}

#[test]
fn values_out_of_bounds_are_bad_rows_or_wrong_use() {
    let log = "person,date,sensitive,n\na,2026-01-05,-1,1\nb,2026-01-05,2,1\nc,2026-01-05,99999999999999999999,1\nd,2026-01-05,1e3,1\ne,2026-01-05,1,1\n";
    let (out, _, status) = count(&["-"], log.as_bytes());
    assert!(out.contains("敏感列应为 1/0、是/否: 4"), "{out}");
    assert_eq!(status, 0);
    for memory in ["0", "-1", "1.5G", "99999999999999999999G", "much"] {
        refused(&["-", &format!("--memory={memory}")], LOG.as_bytes(), &[memory]);
    }
    for args in [["--generate", "-1"], ["--generate", "many"], ["--threads", "-2"], ["--assume", "some"]] {
        let parsed = Cli::try_parse_from(["guosuo", "count"].iter().chain(&args));
        assert_eq!(parsed.expect_err("wrong use").exit_code(), 2, "{args:?}");
    }
    refused(&["-", "--as-of", "2026-02-30"], LOG.as_bytes(), &["2026-02-30"]);
}

#[test]
fn a_year_without_parameters_is_counted_without_lines() {
    let (out, _, status) = count(&["-"], b"person,date,sensitive\na,2015-01-05,0\n");
    assert!(out.contains("2015\n") && out.contains("没有该年的规则参数") && !out.contains("达到"), "{out}");
    assert_eq!(status, 0);
}

#[test]
fn one_person_a_million_times_is_one_person_in_little_memory() {
    let line = b"11010519491231002X,2026-01-05,0\n";
    let mut log = b"person,date,sensitive\n".to_vec();
    log.extend(line.repeat(1_000_000));
    let (out, _, status) = count(&["-", "--memory", "64K", "--json"], &log);
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&report["years"][0]["non_sensitive"]["total"], &report["spilled"]), (&1.into(), &0.into()));
    assert_eq!((&report["rows"], status), (&1_000_000.into(), 0));
}

#[test]
fn files_that_are_none_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().map(str::to_owned).expect("a path");
    refused(&[&path("absent.csv")], b"", &["absent.csv"]);
    refused(&[&path("*.csv")], b"", &["*.csv"]);
    refused(&[folder.path().to_str().expect("a path")], b"", &["folder"]);
    std::fs::write(path("picture.csv"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").expect("a file");
    refused(&[&path("picture.csv")], b"", &["picture.csv"]);
    let mut packed = gz(LOG.repeat(1000).as_bytes());
    packed.truncate(packed.len() / 2);
    std::fs::write(path("cut.csv.gz"), packed).expect("a file");
    refused(&[&path("cut.csv.gz")], b"", &["cut.csv.gz", "不完整"]);
    std::fs::write(path("short.txt"), b"too short").expect("a file");
    refused(&["-", "--secret", &path("short.txt")], LOG.as_bytes(), &["16"]);
    // A chart that cannot be written: the message names it, and there is no output that looks finished.
    refused(&["-", "--chart", &path("no/such/folder/chart.svg")], LOG.as_bytes(), &["chart.svg"]);
    assert!(!Path::new(&path("no")).exists());
}

/// Packed by a program that is on every system, so that no library is needed for a test.
fn gz(bytes: &[u8]) -> Vec<u8> {
    use std::process::{Command, Stdio};
    let mut child = Command::new("gzip").arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("gzip");
    let mut stdin = child.stdin.take().expect("a pipe");
    let bytes = bytes.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = child.wait_with_output().expect("gzip");
    feeder.join().expect("a thread").expect("a pipe");
    output.stdout
}

#[test]
fn bad_rows_are_sampled_not_listed_without_end() {
    let mut log = LOG.to_owned();
    for row in 0..1000 {
        writeln!(log, "p{row},never,0").expect("memory");
    }
    let (out, err, _) = count(&["-"], log.as_bytes());
    assert_eq!(out.matches("日期不能识别（如 2026-01-05）\n").count(), 20, "{out}");
    assert!(out.contains("日期不能识别（如 2026-01-05）: 1000") && err.contains("1000 个坏行"), "{out}{err}");
}

#[test]
fn kept_sets_need_a_secret_and_say_when_it_is_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().map(str::to_owned).expect("a path");
    for (name, text) in [("one.key", "a secret of sixteen bytes"), ("two.key", "another one of sixteen bytes")] {
        std::fs::write(path(name), text).expect("a file");
    }
    assert_eq!(Cli::try_parse_from(["guosuo", "count", "-", "--keep", "x"]).expect_err("no secret").exit_code(), 2);
    let set = path("2026.set");
    let keep = ["-", "--keep", &set, "--secret", &path("one.key")];
    assert_eq!(count(&keep, LOG.as_bytes()).2, 0);
    let (out, _, _) = count(&keep, b"person,date,sensitive\nb,2026-01-04,1\nc,2026-01-04,1\n");
    assert!(out.contains("非敏感个人信息: 1 人") && out.contains("  敏感个人信息: 2 人") && out.contains("读取 4 行"), "{out}");
    let (out, _, _) = count(&[&set, "--secret", &path("one.key"), "--lang", "en"], b"");
    assert!(out.contains("2026 alone: 1 non-sensitive, 2 sensitive"), "{out}");
    refused(&[&set, "--secret", &path("two.key")], b"", &["另一密钥"]);
    refused(&[&set], b"", &["另一密钥"]);
    refused(&["-", "--keep", &path("no/folder.set"), "--secret", &path("one.key")], LOG.as_bytes(), &["folder.set"]);
}
