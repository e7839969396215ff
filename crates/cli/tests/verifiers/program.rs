//! The command `verify` as people use it: files, a QR text, exit status, words in two languages;
//! and the independent program on the same files.

use std::path::Path;
use std::process::Command;

use clap::Parser;
use guosuo_cli::{Cli, Command as Tool, run};

use super::corpus::{AT, Corpus, printed};

/// Writes the files that a person would have; gives the samples.
pub(crate) fn desk(dir: &Path) -> Corpus {
    let corpus = Corpus::new(16);
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.join(name), bytes).expect("room on the disk");
    write("keys.json", &corpus.keys.ring().to_bytes().expect("bytes"));
    write("list.json", &corpus.list);
    for (i, s) in corpus.samples.iter().enumerate() {
        write(&format!("{i}.json"), &s.envelope);
        write(&format!("{i}.txt"), s.code.as_bytes());
        write(&format!("{i}.evidence.json"), &s.evidence);
        write(&format!("{i}.pdf"), &printed(u32::try_from(i).expect("few")));
    }
    corpus
}

/// Our output and exit status, in the folder.
pub(crate) fn call(dir: &Path, args: &[&str]) -> (String, u8) {
    let at = |a: &&str| if dir.join(a).is_file() { dir.join(a).to_str().expect("a path").to_owned() } else { (*a).to_owned() };
    let args: Vec<String> = args.iter().map(at).collect();
    let cli = Cli::try_parse_from(["guosuo".to_owned(), "verify".to_owned()].into_iter().chain(args)).expect("arguments");
    let Tool::Rule(command) = cli.command;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = format!("{:?}", run(command, &mut &b""[..], &mut out, &mut err));
    let code = (0..3).find(|c| code == format!("{:?}", std::process::ExitCode::from(*c))).expect("0, 1 or 2");
    (String::from_utf8([out, err].concat()).expect("UTF-8"), code)
}

/// The exit status and the output of the independent program.
pub(crate) fn other(dir: &Path, args: &[&str]) -> (i32, String) {
    let (python, file) = super::python();
    let file = file.canonicalize().expect("the program is there");
    let out = Command::new(python).arg(file).args(args).current_dir(dir).output().expect("python3");
    (out.status.code().expect("it ended by itself"), String::from_utf8(out.stdout).expect("UTF-8"))
}

#[test]
fn three_answers_and_three_ways_to_end() {
    let dir = tempfile::tempdir().unwrap();
    let corpus = desk(dir.path());
    let dir = dir.path();
    let base = ["--keys", "keys.json", "--at", AT];
    let both = |args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(base).collect();
        let (out, code) = call(dir, &args);
        assert_eq!(other(dir, &args).0, i32::from(code), "{args:?}");
        (out, code)
    };
    // Sample 0 is valid.
    let (out, code) = both(&["0.json", "--log", "0.evidence.json", "--status", "list.json", "--pdf", "0.pdf"]);
    assert_eq!(code, 0, "{out}");
    for wanted in
        ["SLQH-2099-000000", "示例出海0有限公司（虚构）", "真实", "在公开日志里", "状态：有效（截至 2026-05-31T12:00:00Z）"]
    {
        assert!(out.contains(wanted), "{wanted} not in {out}");
    }
    let (out, code) = both(&[&corpus.samples[0].code, "--status", "list.json", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let told = [&json["genuine"], &json["log"], &json["status"], &json["good"], &json["subject"]["number"]];
    assert_eq!(
        told,
        [&"yes".into(), &"not_checked".into(), &"valid".into(), &true.into(), &serde_json::json!("SLQH-2099-000000")]
    );
    assert_eq!(code, 0);
    assert_eq!(both(&["0.txt"]).1, 0, "a file with the text of the code");
    // No list: the end of validity is known all the same.
    assert_eq!(both(&["2.json"]).1, 1);
    // The printed document is another one; the evidence is another one's.
    assert_eq!(both(&["0.json", "--pdf", "1.pdf"]).1, 1);
    assert_eq!(both(&["0.json", "--log", "3.evidence.json"]).1, 1);
    // Suspended and revoked have their own words.
    let (out, code) = call(dir, &["3.json", "--status", "list.json", "--keys", "keys.json", "--at", AT, "--lang", "en"]);
    assert!(code == 1 && out.contains("Suspended") && out.contains("1. Genuine? Yes"), "{out}");
    let (out, _) = call(dir, &["4.json", "--status", "list.json", "--keys", "keys.json", "--at", AT]);
    assert!(out.contains("撤销") && out.contains("真实"), "{out}");
    // Days later the list says nothing about those that may have changed, but the revoked one stays revoked.
    let later = ["--keys", "keys.json", "--at", "2026-06-04T00:00:00Z", "--status", "list.json"];
    for (name, wanted) in [("0.json", "太旧"), ("4.json", "撤销")] {
        let args: Vec<&str> = [name].into_iter().chain(later).collect();
        let (out, code) = call(dir, &args);
        assert!(code == 1 && out.contains(wanted), "{out}");
        assert_eq!(other(dir, &args).0, 1);
    }
    // Wrong use.
    for args in [
        &["0.pdf"][..],
        &["0.txt", "--pdf", "0.pdf"],
        &["absent.json"],
        &["0.json", "--log", "absent.json"],
        &["0.json", "--at", "yesterday"],
        &["0.json", "--keys", "list.json"],
    ] {
        let args: Vec<&str> =
            ["--keys", "keys.json"].into_iter().filter(|_| !args.contains(&"--keys")).chain(args.iter().copied()).collect();
        let (out, code) = call(dir, &args);
        assert_eq!(code, 2, "{args:?} {out}");
        assert!(!out.is_empty());
        assert_eq!(other(dir, &args).0, 2, "{args:?}");
    }
}

#[test]
fn lines_that_are_nothing_are_answered_and_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let corpus = desk(dir.path());
    let keys = dir.path().join("keys.json").to_str().unwrap().to_owned();
    let args = ["--keys", &keys, "--at", AT];
    let good = &corpus.samples[0].code;
    let lower = good.replacen("HTTPS://GUOSUO.EXAMPLE", "https://guosuo.example", 1);
    let lines = [
        good.as_str(),
        "",
        "rubbish",
        "base64:???",
        "a\tb\tc\td",
        "{}",
        "HTTPS://GUOSUO.EXAMPLE/V/",
        &good.replacen("GUOSUO.EXAMPLE", "GUOSU0.EXAMPLE", 1),
        &good.to_lowercase(),
        &lower,
    ];
    let joined = lines.join("\n");
    let (mine, other) = (super::ours(&args, &joined), super::theirs(&args, &joined));
    let head = |lines: &[String]| lines.iter().map(|l| l.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(
        head(&mine),
        ["yes", "error", "malformed", "error", "error", "malformed", "malformed", "altered", "malformed", "yes"],
        "the host is signed too"
    );
    assert_eq!(head(&mine), head(&other));
}
