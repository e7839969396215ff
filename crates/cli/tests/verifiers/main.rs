//! Our check and the independent program in `verifier/` give the same answers about thousands of
//! certificates and damaged certificates, and neither takes a damaged one for genuine.
//!
//! An ordinary run is a small one. `GUOSUO_CORPUS=1200,12000` asks for so many certificates and
//! one-byte mutations; `cargo xtask verifiers` does it and prints what came out.

mod corpus;
mod documented;
mod marked;
mod program;
mod witnessed;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use corpus::{AT, Corpus, Dice};
use guosuo_cli::{Cli, Command as Tool, run};

pub(crate) fn python() -> (PathBuf, PathBuf) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../verifier/guosuo_verify.py");
    ("python3".into(), file)
}

/// Our answers to the lines.
fn ours(args: &[&str], lines: &str) -> Vec<String> {
    let cli = Cli::try_parse_from(["guosuo", "verify", "-"].iter().chain(args)).expect("arguments of a test");
    let Tool::Rule(command) = cli.command;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    run(command, &mut lines.as_bytes(), &mut out, &mut err);
    assert_eq!(String::from_utf8_lossy(&err), "");
    String::from_utf8(out).expect("UTF-8").lines().map(str::to_owned).collect()
}

/// The answers of the independent program.
fn theirs(args: &[&str], lines: &str) -> Vec<String> {
    let (python, file) = python();
    let mut child = Command::new(python)
        .arg(file)
        .arg("-")
        .args(args)
        .args(["--jobs", "2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("these tests need python3");
    let mut stdin = child.stdin.take().expect("a pipe");
    let given = lines.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(given.as_bytes()));
    let out = child.wait_with_output().expect("python3 ends");
    writer.join().expect("a thread").expect("python3 reads");
    assert!(out.status.success());
    String::from_utf8(out.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

fn same(ours: &[String], theirs: &[String], lines: &[String]) {
    assert_eq!(ours.len(), lines.len());
    assert_eq!(theirs.len(), lines.len());
    let differs = |i: &usize| ours[*i] != theirs[*i];
    let first = (0..lines.len()).find(differs).map(|i| (i, &ours[i], &theirs[i], &lines[i]));
    assert_eq!(first, None, "{} answers differ", (0..lines.len()).filter(differs).count());
}

fn coded(bytes: &[u8]) -> String {
    format!("base64:{}", STANDARD.encode(bytes))
}

/// Scheme and host of a QR code may be in either case, as browsers write them.
fn same_address(a: &[u8], b: &[u8]) -> bool {
    let end = "https://".len() + corpus::HOST.len();
    a.len() == b.len() && a[..end].eq_ignore_ascii_case(&b[..end]) && a[end..] == b[end..]
}

/// One byte is made another one.
fn bent(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bent = bytes.to_vec();
    let at = dice.roll(bytes.len());
    // Often a neighbouring value or one flipped bit: the damage that looks most like the original.
    bent[at] = match dice.roll(4) {
        0 => bent[at] ^ 1 << dice.roll(8),
        1 => bent[at].wrapping_add(1),
        2 => b"0123456789abcdefABCDEF+/=\"{}[]:, \n"[dice.roll(34)],
        _ => u8::try_from(dice.roll(256)).expect("a byte"),
    };
    bent
}

#[test]
fn two_programs_agree_and_neither_is_deceived() {
    let wanted = std::env::var("GUOSUO_CORPUS").unwrap_or_else(|_| "96,600".into());
    let (count, mutations) = wanted.split_once(',').expect("GUOSUO_CORPUS=CERTIFICATES,MUTATIONS");
    let (count, mutations): (u32, usize) = (count.parse().expect("a number"), mutations.parse().expect("a number"));
    let corpus = Corpus::new(count);
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(file("keys.json"), corpus.keys.ring().to_bytes().unwrap()).unwrap();
    std::fs::write(file("list.json"), &corpus.list).unwrap();
    let (keys, list) = (file("keys.json"), file("list.json"));
    let args = ["--keys", &keys, "--status", &list, "--at", AT];

    // Each certificate in both forms.
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let mut lines = Vec::new();
    let mut expected = Vec::new();
    for s in &corpus.samples {
        lines.push(format!("{}\t{}", text(&s.envelope), text(&s.evidence)));
        lines.push(format!("{}\t{}", s.code, coded(&s.evidence)));
        expected.extend([s.kind; 2]);
    }
    let joined = lines.join("\n");
    let (mine, other) = (ours(&args, &joined), theirs(&args, &joined));
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for (answer, kind) in mine.iter().zip(&expected) {
        let wanted = kind.answers().join("\t");
        assert!(answer.starts_with(&wanted), "{kind:?}: {answer}, not {wanted}");
        assert_eq!(answer.split('\t').nth(4), kind.mark(), "{kind:?}: {answer}");
        *told.entry(format!("{kind:?}: {}", kind.answers().join(" "))).or_default() += 1;
    }
    same(&mine, &other, &lines);

    // One byte of the certificate, of the evidence or of the list is another one.
    let mut dice = Dice(20_260_312);
    let good: Vec<_> = corpus.samples.iter().filter(|s| s.kind.answers() == ["yes", "yes", "valid"]).collect();
    let (mut bent_lines, mut what) = (Vec::new(), Vec::new());
    while bent_lines.len() < mutations {
        let s = good[dice.roll(good.len())];
        let (whole, part) = match dice.roll(10) {
            0..4 => (s.envelope.as_slice(), 0),
            4..7 => (s.code.as_bytes(), 0),
            // A line of a witness that nobody here knows may be anything.
            7..9 if !s.witnessed => (s.evidence.as_slice(), 1),
            _ => (corpus.list.as_slice(), 2),
        };
        let damaged = bent(whole, &mut dice);
        if damaged == whole || same_address_of(s, whole, &damaged) {
            continue;
        }
        bent_lines.push(match part {
            0 => coded(&damaged),
            1 => format!("{}\t{}", s.code, coded(&damaged)),
            _ => format!("{}\t\t{}", s.code, coded(&damaged)),
        });
        what.push(part);
    }
    let joined = bent_lines.join("\n");
    let (mine, other) = (ours(&args, &joined), theirs(&args, &joined));
    let accepted: Vec<_> = mine
        .iter()
        .zip(&what)
        .zip(&bent_lines)
        .filter(|((answer, part), _)| {
            let answers: Vec<_> = answer.split('\t').collect();
            match part {
                0 => answers[0] == "yes",
                1 => answers[1] != "no",
                _ => answers[2] != "bad_list",
            }
        })
        .collect();
    assert!(accepted.is_empty(), "{} damaged ones accepted, first {:?}", accepted.len(), accepted[0]);
    same(&mine, &other, &bent_lines);
    // What a witness has added counts for neither program: damaged, it may be refused or not, but by both.
    let mut witness_lines = Vec::new();
    for s in corpus.samples.iter().filter(|s| s.witnessed && s.kind.answers()[1] == "yes") {
        let proof = text(&s.evidence);
        let from = proof.find(corpus::WITNESS).expect("the line of the witness");
        let until = from + proof[from..].find("\\n").expect("the end of the line");
        let damaged = [&s.evidence[..from], &bent(&s.evidence[from..until], &mut dice), &s.evidence[until..]].concat();
        witness_lines.push(format!("{}\t{}", s.code, coded(&damaged)));
    }
    let joined = witness_lines.join("\n");
    same(&ours(&args, &joined), &theirs(&args, &joined), &witness_lines);
    let witnessed = corpus.samples.iter().filter(|s| s.witnessed).count();
    let parts = [0, 1, 2].map(|p| what.iter().filter(|w| **w == p).count());
    println!(
        "{} certificates, each as file and as QR code; {witnessed} with evidence whose head bears a witness's line:",
        corpus.samples.len()
    );
    for (kind, n) in &told {
        println!("  {n:>6}  {kind}");
    }
    println!(
        "{} one-byte mutations ({} of certificates, {} of evidence, {} of status lists)",
        mutations, parts[0], parts[1], parts[2]
    );
    println!("{} more of the lines of witnesses", witness_lines.len());
    let all = lines.len() + bent_lines.len() + witness_lines.len();
    println!("both programs gave the same {all} answers; 0 false accepts");
}

fn same_address_of(s: &corpus::Sample, whole: &[u8], damaged: &[u8]) -> bool {
    std::ptr::eq(whole, s.code.as_bytes()) && same_address(whole, damaged)
}
