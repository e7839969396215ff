//! The contract of the command line: what scripts rely on.

use clap::Parser;
use guosuo_cli::{Cli, Command, run};

/// Output and exit status of one call.
fn call(args: &[&str], input: &str) -> (String, String, String) {
    call_bytes(args, input.as_bytes())
}

fn call_bytes(args: &[&str], mut input: &[u8]) -> (String, String, String) {
    let cli = Cli::try_parse_from(std::iter::once(&"guosuo").chain(args)).expect("arguments of a test");
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
    let (out, err, code) = call(&["due", "-"], "2026-01-05\t30\n2026-02-12\t10\n2026-11-20\t30\n");
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
    assert!(lines[1..8].iter().all(|line| line.starts_with("error\t") && line.matches('\t').count() == 1), "{out}");
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
    assert!(out.contains("调休上班（春节）") && out.contains("第二百零一条") && out.contains("国办发明电〔2025〕7号"), "{out}");
    assert_eq!(code, status(0));
    let (out, _, _) = call(&["due", "2029-08-31", "6", "--unit", "mo", "--back", "--lang", "en"], "");
    assert!(out.starts_with("2029-02-28 Wed\n"), "{out}");
    let (out, _, _) = call(&["due", "2028-02-29", "3", "--unit", "y"], "");
    assert!(out.starts_with("2031-02-28 "), "{out}");
    let (out, _, _) = call(&["due", "2026-01-01", "30", "--unit", "d", "--roll", "next"], "");
    assert!(out.starts_with("2026-02-02 "), "{out}");
    let (out, _, _) = call(&["due", "2026-09-18", "--rule", "CB_FILE"], "");
    assert!(out.starts_with("2026-10-09 ") && out.contains("第十二条第一款"), "{out}");
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
    assert_eq!(Cli::try_parse_from(["guosuo", "due", "2026-02-03", "3", "--unit", "weeks"]).unwrap_err().exit_code(), 2);
}

#[test]
fn ids_in_batch() {
    let input = "91110000DEM0AA008F\n11010519491231002X\n11010519491231002x\n110105194912310021\n\n１1010519491231002X\n";
    let (out, _, code) = call(&["id", "-", "--on", "2026-01-01"], input);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "91110000DEM0AA008F\tuscc\tvalid\t-\t-");
    assert_eq!(lines[1], "11010519491231002X\tric\tvalid\t-\t-");
    assert!(lines[2].contains("\tinvalid\talphabet"), "{out}");
    assert_eq!(lines[3], "110105194912310021\tric\tinvalid\tcheck_character\t-");
    assert_eq!(lines[4], "error\t空行");
    assert!(lines[5].contains("\tinvalid\t"), "{out}");
    assert_eq!(code, status(0));
    let (out, _, _) = call(&["id", "-", "--normalise", "--kind", "ric"], "１1010519491231002x\n");
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
    assert_eq!(call(&["id", "11010519491231002X", "--on", "1949-12-30"], "").2, status(1));
}

fn facts(ciio: bool, important: bool, non_sensitive: u64, sensitive: u64, exempt: &str, ftz: &str) -> String {
    format!(
        "{{\"ciio\":{ciio},\"important_data\":{important},\"non_sensitive\":{non_sensitive},\"sensitive\":{sensitive},\"exempt\":\"{exempt}\",\"ftz\":\"{ftz}\"}}\n"
    )
}

#[test]
fn path_in_batch() {
    let cases = [
        (facts(false, false, 0, 0, "none", "not_ftz"), "none"),
        (facts(false, false, 99_999, 0, "none", "not_ftz"), "exempt"),
        (facts(false, false, 100_000, 0, "none", "not_ftz"), "scc_or_certification"),
        (facts(false, false, 999_999, 9_999, "none", "list_absent"), "scc_or_certification"),
        (facts(false, false, 1_000_000, 0, "none", "not_ftz"), "security_assessment"),
        (facts(false, false, 0, 10_000, "hr_without_collective_contract", "not_ftz"), "security_assessment"),
        (facts(true, false, 1, 0, "none", "not_ftz"), "security_assessment"),
        (facts(false, true, 0, 0, "contract", "outside_list"), "security_assessment"),
        (facts(true, false, 5_000_000, 0, "hr", "not_ftz"), "exempt"),
        (facts(false, false, 5, 5, "gba_contract", "not_ftz"), "review"),
        (facts(false, false, 5, 5, "none", "inside_list"), "by_negative_list"),
        (facts(false, false, 5, 5, "none", "outside_list"), "exempt"),
    ];
    let input: String = cases.iter().map(|(line, _)| line.as_str()).collect();
    let (out, _, code) = call(&["path", "-", "--on", "2026-11-22"], &input);
    assert_eq!(code, status(0));
    for ((line, expected), answer) in cases.iter().zip(out.lines()) {
        let answer: serde_json::Value = serde_json::from_str(answer).expect("JSON");
        assert_eq!(answer["path"], *expected, "{line}");
        assert!(answer["articles"].is_array() && answer["open_in_law"].is_array() && answer["would_change"].is_array());
        assert_eq!(answer["assumed"], serde_json::json!([]));
    }
    assert_eq!(out.lines().count(), cases.len());
}

#[test]
fn path_in_batch_never_stops() {
    let input = "{\"non_sensitive\":-1}\n{\"non_sensitive\":1e99}\n{\"sensitive\":\"many\"}\n{\"exempt\":\"holiday\"}\n{\"people\":3}\n{\"non_sensitive\":99999999999}\n[]\n{\"on\":\"2020-01-01\",\"sensitive\":1}\nnot json\n{\"sensitive\":1}\n";
    let (out, _, code) = call(&["path", "-"], input);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((lines.len(), code), (10, status(0)), "{out}");
    assert!(lines[..9].iter().all(|line| line.starts_with("error\t")), "{out}");
    assert!(lines[9].contains("\"path\":\"scc_or_certification\"") && lines[9].contains("\"assumed\":[\"ciio\""), "{out}");
}

#[test]
fn path_by_flags_json_and_questions() {
    let (out, _, code) = call(&["path", "--non-sensitive", "50000", "--sensitive", "1"], "");
    assert!(out.starts_with("订立个人信息出境标准合同"), "{out}");
    assert!(out.contains("《促进和规范数据跨境流动规定》第八条第一款") && out.contains("规定未明"), "{out}");
    assert_eq!(code, status(0));
    let (out, _, _) = call(&["path", "--facts", "{\"ciio\":true,\"sensitive\":1}", "--json"], "");
    assert!(out.contains("\"path\":\"security_assessment\""), "{out}");
    let (out, _, code) = call(&["path", "--lang", "en"], "maybe\ny\nn\n0\n0\n1,000\n\n");
    assert!(out.contains("Not understood") && out.contains("security assessment (neither"), "{out}");
    assert_eq!(code, status(0));
    assert_eq!(call(&["path"], "").2, status(2));
    assert_eq!(call(&["path", "--exempt", "holiday"], "").2, status(2));
    assert_eq!(call(&["path", "somewhere"], "").2, status(2));
}

#[test]
fn count_from_standard_input() {
    let log = "person,date,sensitive,scenario\na,2026-01-05,0,\na,2026-01-06,0,\nb,2026-01-06,1,\nc,2026-01-06,0,hr\nd,soon,0,\n";
    let (out, err, code) = call(&["count", "-", "--scenario", "scenario"], log);
    assert!(out.starts_with("2026\n") && out.contains("非敏感个人信息: 1 人") && out.contains("读取 5 行，计入 3 行"), "{out}");
    assert!(out.contains("-:6 日期不能识别"), "{out}");
    assert!(err.contains("1 个坏行"), "{err}");
    assert_eq!(code, status(0));
    let (out, _, _) = call(&["count", "-", "--format", "csv"], log);
    assert!(out.contains("2026,non_sensitive,2026-01-05,1,1\n2026,non_sensitive,2026-01-06,1,2\n"), "{out}");
    let (out, _, _) = call(&["count", "-", "--json", "--lang", "en"], log);
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(value["years"][0]["sensitive"]["total"], 1);
}

#[test]
fn count_says_what_is_wrong() {
    let log = "person,date,sensitive\na,soon,0\n";
    for args in [
        vec!["count"],
        vec!["count", "no-such-file.csv"],
        vec!["count", "-", "--strict"],
        vec!["count", "-", "--key", "id"],
        vec!["count", "-", "--memory", "much"],
        vec!["count", "-", "--delimiter", ",,"],
    ] {
        let (out, err, code) = call(&args, log);
        assert_eq!((out.as_str(), code), ("", status(2)), "{args:?}");
        assert!(!err.is_empty(), "{args:?}");
    }
    let (_, err, _) = call(&["count", "-", "--key", "id"], log);
    assert!(err.contains("person, date, sensitive"), "{err}");
    let (out, _, _) = call(&["count", "-", "--emit-sql", "spark"], "");
    assert!(out.contains("try_cast(substr(day, 1, 10) as date)") && out.contains("`person`"), "{out}");
    let (out, _, _) = call(&["count", "--generate", "3", "--people", "2"], "");
    assert_eq!(out.lines().count(), 4);
}

#[test]
fn count_draws_charts_in_both_languages_and_forms() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().map(str::to_owned).expect("a path");
    let mut log = "person,date,sensitive\n".to_owned();
    for person in 0..10_500 {
        let day = person / 420 % 28 + 1;
        log += &["p", &person.to_string(), ",2026-03-", &format!("{day:02}"), ",1\n"].concat();
    }
    for (lang, reached, title) in
        [("zh", "达到 2026-03-24", "累计出境人数"), ("en", "reached 2026-03-24", "People exported since")]
    {
        let (svg, png) = (path(&format!("{lang}.svg")), path(&format!("{lang}.png")));
        let (_, err, code) = call(&["count", "-", "--chart", &svg, "--lang", lang], &log);
        assert_eq!((err.as_str(), code), ("", status(0)));
        let drawn = std::fs::read_to_string(&svg).expect("a chart");
        assert!(drawn.contains(reached) && drawn.contains(title) && drawn.contains("<polygon"), "{drawn}");
        assert_eq!(call(&["count", "-", "--chart", &png, "--lang", lang], &log).2, status(0));
        assert!(std::fs::read(&png).expect("a chart").starts_with(b"\x89PNG"));
    }
    // Several years: one chart each. Nothing else is left in the folder.
    let two = "person,date,sensitive\na,2025-01-05,0\na,2026-01-05,0\n";
    assert_eq!(call(&["count", "-", "--chart", &path("years.svg")], two).2, status(0));
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    assert_eq!(names, ["en.png", "en.svg", "years-2025.svg", "years-2026.svg", "zh.png", "zh.svg"]);
    // A name that is no picture is refused before anything is counted.
    let (out, err, code) = call(&["count", "-", "--chart", "chart.pdf"], &log);
    assert_eq!((out.as_str(), code), ("", status(2)));
    assert!(err.contains(".svg"), "{err}");
}

#[test]
fn path_takes_several_flows_and_another_day() {
    let flows = "{\"flows\":[{\"name\":\"a\",\"non_sensitive\":600000},{\"name\":\"b\",\"non_sensitive\":600000}]";
    let input = format!(
        "{flows}}}\n{flows},\"totals\":{{\"non_sensitive\":700000,\"sensitive\":0}}}}\n{flows},\"totals\":{{\"non_sensitive\":5,\"sensitive\":0}}}}\n\
         {{\"non_sensitive\":5,\"as_of\":\"2024-03-21\"}}\n{flows},\"sensitive\":1}}\n"
    );
    let (out, _, code) = call(&["path", "-", "--on", "2026-11-22"], &input);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((lines.len(), code), (5, status(0)), "{out}");
    let answer = |n: usize| serde_json::from_str::<serde_json::Value>(lines[n]).expect("JSON");
    assert_eq!((&answer(0)["path"], &answer(0)["flows"][1]["name"]), (&"review".into(), &"b".into()));
    assert_eq!(answer(0)["assumed"][1], "flows[0].important_data");
    assert_eq!(answer(1)["path"], "scc_or_certification");
    assert!(lines[2].starts_with("error\t") && lines[2].contains("600000"), "{out}");
    assert_eq!((&answer(3)["law"], &answer(3)["on"]), (&"SA11+SC13".into(), &"2024-03-21".into()));
    assert!(lines[4].starts_with("error\t"), "{out}");
}

#[test]
fn splitting_finds_explains_and_measures() {
    let one = |id: &str, on: &str, people: u32| {
        format!(
            "{{\"id\":\"{id}\",\"applicant\":\"示例{id}（虚构）\",\"group\":\"示例集团（虚构）\",\"recipient\":\"Fictional Cloud Ltd\",\"purpose\":\"跨境订单履行\",\"on\":\"{on}\",\"non_sensitive\":{people}}}\n"
        )
    };
    let two = one("a", "2026-02-02", 600_000) + &one("b", "2026-03-02", 500_000);
    let (out, _, code) = call(&["splitting", "-"], &two);
    assert!(out.contains("合计最多 1100000") && out.contains("第五条第四款") && out.contains("2 份中有 1 组"), "{out}");
    assert_eq!(code, status(0));
    let (out, _, _) = call(&["splitting", "-", "--window-days", "20", "--lang", "en"], &two);
    assert!(out.starts_with("0 groups in 2 statements"), "{out}");
    let (out, _, _) = call(&["splitting", "-", "--json"], &two);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).expect("JSON")["most"], 1_100_000);
    let (out, _, _) = call(&["splitting", "--measure", "--lang", "en"], "");
    assert!(out.contains("same-people") && out.contains("many-small-parts") && out.contains("ledger-keyed-same"), "{out}");
    for source in ["applications: ", "ledgers: ", "together: "] {
        let line = out.lines().find(|line| line.starts_with(source)).unwrap_or_else(|| panic!("{source}: {out}"));
        assert!(line.contains("precision") && line.contains("recall"), "{line}");
    }
    let (out, _, _) = call(&["splitting", "--measure", "--json"], "");
    let measured: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    for kind in ["ledger-keyed-same", "ledger-of-the-applicant", "ledger-other-recipient", "crumbs-beside-large"] {
        assert_eq!(measured["kinds"][kind]["flagged"], 0, "{kind}");
    }
    for kind in ["ledger-affiliates", "ledger-keyed-others", "ledger-and-application", "many-small-parts", "far-apart"] {
        assert_eq!(measured["kinds"][kind]["flagged"], 12, "{kind}");
    }
    // The committed set is what the generator makes, so that the numbers can be made again.
    let (sample, _, _) = call(&["splitting", "--sample", "12"], "");
    assert_eq!(
        sample,
        include_str!("../../../data/splitting/labelled.jsonl"),
        "guosuo splitting --sample 12 > data/splitting/labelled.jsonl"
    );
    for args in [vec!["splitting"], vec!["splitting", "/no/such/file"]] {
        assert_eq!(call(&args, "").2, status(2), "{args:?}");
    }
    let (_, err, code) = call(&["splitting", "-", "--lang", "en"], "{\"id\":1}\n");
    assert!(err.starts_with("line 1 cannot be used") && code == status(2), "{err}");
}
