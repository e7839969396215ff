//! The contract of the command line: what scripts rely on.

use clap::Parser;
use guosuo_cli::{Cli, Command, run};

/// Output and exit status of one call.
fn call(args: &[&str], input: &str) -> (String, String, String) {
    call_bytes(args, input.as_bytes())
}

fn call_bytes(args: &[&str], mut input: &[u8]) -> (String, String, String) {
    let cli =
        Cli::try_parse_from(std::iter::once(&"guosuo").chain(args)).expect("arguments of a test");
    let Command::Rule(command) = cli.command;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(command, &mut input, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (text(out), text(err), format!("{code:?}"))
}

fn status(code: u8) -> String {
    format!("{:?}", std::process::ExitCode::from(code))
}

#[test]
fn due_in_batch() {
    let (out, err, code) = call(
        &["due", "-"],
        "2026-01-05\t30\n2026-02-12\t10\n2026-11-20\t30\n",
    );
    assert_eq!(
        out,
        "2026-01-05\t30\t2026-02-14\n2026-02-12\t10\t2026-03-04\n2026-11-20\t30\tprovisional:2027-01-02..2027-01-05\n"
    );
    assert_eq!((err.as_str(), code), ("", status(0)));
}

#[test]
fn due_in_batch_never_stops() {
    let input = "\u{FEFF}2026-01-05\t30\r\n\nrubbish\n2026-13-01\t3\n2026-01-05\t-3\n2026-01-05\t3\t4\n2026-01-05\t99999999999\n2026-01-05\t4294967295\n2026-01-05\t1";
    let (out, _, code) = call(&["due", "-", "--lang", "en"], input);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 9, "{out}");
    assert_eq!(lines[0], "2026-01-05\t30\t2026-02-14");
    assert!(
        lines[1..8]
            .iter()
            .all(|line| line.starts_with("error\t") && line.matches('\t').count() == 1),
        "{out}"
    );
    assert_eq!(lines[8], "2026-01-05\t1\t2026-01-06");
    assert_eq!(code, status(0));
    let (out, _, _) = call_bytes(&["due", "-"], b"\xFF\xFE\n2026-01-05\t1\n");
    assert_eq!(out.lines().last(), Some("2026-01-05\t1\t2026-01-06"));
    assert!(out.starts_with("error\t"));
}

#[test]
fn due_explains_itself() {
    let (out, _, code) = call(&["due", "2026-01-05", "30"], "");
    assert!(out.starts_with("2026-02-14 星期六\n"), "{out}");
    assert!(
        out.contains("调休上班（春节）")
            && out.contains("第二百零一条")
            && out.contains("国办发明电〔2025〕7号"),
        "{out}"
    );
    assert_eq!(code, status(0));
    let (out, _, _) = call(
        &[
            "due",
            "2029-08-31",
            "6",
            "--unit",
            "mo",
            "--back",
            "--lang",
            "en",
        ],
        "",
    );
    assert!(out.starts_with("2029-02-28 Wed\n"), "{out}");
    let (out, _, _) = call(&["due", "2028-02-29", "3", "--unit", "y"], "");
    assert!(out.starts_with("2031-02-28 "), "{out}");
    let (out, _, _) = call(
        &["due", "2026-01-01", "30", "--unit", "d", "--roll", "next"],
        "",
    );
    assert!(out.starts_with("2026-02-02 "), "{out}");
    let (out, _, _) = call(&["due", "2026-09-18", "--rule", "CB_FILE"], "");
    assert!(
        out.starts_with("2026-10-09 ") && out.contains("第十二条第一款"),
        "{out}"
    );
    let (out, _, _) = call(&["due", "2026-01-05", "30", "--json"], "");
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(value["due"]["date"], "2026-02-14");
    assert_eq!(value["counted"].as_array().map(Vec::len), Some(30));
}

#[test]
fn wrong_use_ends_with_two() {
    for args in [
        vec!["due", "2026-02-30", "3"],
        vec!["due", "2026-02-03"],
        vec!["due", "-", "3"],
        vec!["due", "2026-02-03", "--rule", "NO_SUCH"],
        vec!["due", "2026-02-03", "--rule", "STAGE_LIMITS"],
        vec!["due", "2026-02-03", "3", "--notice", "/no/such/file"],
        vec!["id", "11010519491231002X", "--on", "yesterday"],
    ] {
        let (out, err, code) = call(&args, "");
        assert_eq!((out.as_str(), code), ("", status(2)), "{args:?}");
        assert!(!err.trim().is_empty(), "{args:?}");
    }
    assert_eq!(
        Cli::try_parse_from(["guosuo", "due", "2026-02-03", "3", "--unit", "weeks"])
            .unwrap_err()
            .exit_code(),
        2
    );
}

#[test]
fn ids_in_batch() {
    let input = "91110000DEM0AA008F\n11010519491231002X\n11010519491231002x\n110105194912310021\n\n１1010519491231002X\n";
    let (out, _, code) = call(&["id", "-", "--on", "2026-01-01"], input);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "91110000DEM0AA008F\tuscc\tvalid\t-\t-");
    assert_eq!(lines[1], "11010519491231002X\tric\tvalid\t-\t-");
    assert!(lines[2].contains("\tinvalid\talphabet"), "{out}");
    assert_eq!(
        lines[3],
        "110105194912310021\tric\tinvalid\tcheck_character\t-"
    );
    assert_eq!(lines[4], "error\t空行");
    assert!(lines[5].contains("\tinvalid\t"), "{out}");
    assert_eq!(code, status(0));
    let (out, _, _) = call(
        &["id", "-", "--normalise", "--kind", "ric"],
        "１1010519491231002x\n",
    );
    assert_eq!(out, "１1010519491231002x\tric\tvalid\t-\tnormalised\n");
}

#[test]
fn one_id_tells_by_its_status() {
    assert_eq!(call(&["id", "11010519491231002X"], "").2, status(0));
    let (out, _, code) = call(&["id", "110105194912310021", "--lang", "en"], "");
    assert!(out.contains("check character"), "{out}");
    assert_eq!(code, status(1));
    let (out, _, _) = call(&["id", "11010519491231002X", "--json"], "");
    assert!(out.contains("\"valid\":true"), "{out}");
    assert_eq!(
        call(&["id", "11010519491231002X", "--on", "1949-12-30"], "").2,
        status(1)
    );
}
