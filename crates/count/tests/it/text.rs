//! The counter against a plain set, and against what real files do to it.

use std::collections::BTreeMap;
use std::io::Write;

use guosuo_count::{
    BadRow, Column, CountError, Dialect, Generator, Input, Kind, Options, Progress, Report, count, expand, generate, sql,
};
use guosuo_rules::path::Ground;
use jiff::civil::date;

use super::options;

fn try_count(bytes: &[u8], options: &Options) -> Result<Report, CountError> {
    count(&[Input::Stdin], options, &mut &*bytes, &Progress::default())
}

fn counted(text: &str) -> Report {
    try_count(text.as_bytes(), &options()).unwrap()
}

fn totals(report: &Report) -> Vec<(i16, u64, u64)> {
    report.years.iter().map(|year| (year.year, year.non_sensitive.total, year.sensitive.total)).collect()
}

fn made_up(rows: u64, people: u64) -> Vec<u8> {
    let plan = Generator { rows, people, year: 2026, sensitive_per_mille: 100, exempt_per_mille: 50, seed: 7 };
    let mut bytes = Vec::new();
    generate(&plan, &mut bytes).unwrap();
    bytes
}

#[test]
fn a_small_log_by_hand() {
    let report = counted(
        "person,date,sensitive,scenario\n\
         a,2026-01-05,0,\n\
         a,2026-01-04,0,\n\
         a,2026-03-01,1,none\n\
         b,2026-03-01,0,contract\n\
         b,2025-12-31,0,\n\
         11010519491231002X,2026-02-01,是,\n\
         11010519491231002x,2026-02-02,1,\n",
    );
    assert_eq!(totals(&report), [(2025, 1, 0), (2026, 1, 2)]);
    assert_eq!((report.rows, report.counted, report.excluded[&Ground::Contract]), (7, 6, 1));
    // The earliest day counts, whatever the order of the rows.
    assert_eq!(report.years[1].non_sensitive.days[0].date, date(2026, 1, 4));
    let sensitive: Vec<_> = report.years[1].sensitive.days.iter().map(|day| (day.date, day.total)).collect();
    assert_eq!(sensitive, [(date(2026, 2, 1), 1), (date(2026, 3, 1), 2)]);
}

/// What a plain set says about a made-up log.
fn plain(bytes: &[u8]) -> BTreeMap<bool, BTreeMap<String, String>> {
    let mut first: BTreeMap<bool, BTreeMap<String, String>> = BTreeMap::new();
    for line in std::str::from_utf8(bytes).unwrap().lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[3].is_empty() {
            let day = first.entry(cells[2] == "1").or_default().entry(cells[0].into()).or_insert(cells[1].into());
            if day.as_str() > cells[1] {
                *day = cells[1].into();
            }
        }
    }
    first
}

#[test]
fn counts_and_days_agree_with_a_plain_set_with_and_without_spill_and_threads() {
    let bytes = made_up(60_000, 20_000);
    let expected = plain(&bytes);
    let keyed: Vec<u8> = String::from_utf8(bytes.clone()).unwrap().replace("\n99", "\nuser-").into_bytes();
    for memory in [64 << 20, 200_000, 1] {
        for threads in [1, 3] {
            for input in [&bytes, &keyed] {
                let report = try_count(input, &Options { memory, threads, ..options() }).unwrap();
                assert_eq!(report.spilled > 0, memory < 1 << 20, "{memory}");
                let year = &report.years[0];
                for (kind, series) in [(false, &year.non_sensitive), (true, &year.sensitive)] {
                    assert_eq!(series.total, expected[&kind].len() as u64);
                    let mut per_day: BTreeMap<String, u64> = BTreeMap::new();
                    expected[&kind].values().for_each(|day| *per_day.entry(day.clone()).or_default() += 1);
                    let found: BTreeMap<String, u64> = series.days.iter().map(|day| (day.date.to_string(), day.new)).collect();
                    assert_eq!(found, per_day);
                }
            }
        }
    }
}

#[test]
fn bad_rows_are_counted_sampled_and_named() {
    let text = "person,date,sensitive,scenario\n,2026-01-05,0,\na,01/02/2026,0,\na,1999-01-01,0,\na,2026-01-05,maybe,\na,2026-01-05,0,holiday\na\na,2026-01-05,0,\n";
    let report = counted(text);
    assert_eq!(report.bad_rows(), 6);
    let lines: Vec<(u64, BadRow)> = report.samples.iter().map(|sample| (sample.line, sample.reason)).collect();
    let expected = [
        (2, BadRow::EmptyKey),
        (3, BadRow::Date),
        (4, BadRow::DateOutOfRange),
        (5, BadRow::Sensitivity),
        (6, BadRow::Scenario),
        (7, BadRow::Columns),
    ];
    assert_eq!(lines, expected);
    assert_eq!(totals(&report), [(2026, 1, 0)]);
    let strict = Options { strict: true, ..options() };
    let error = try_count(text.as_bytes(), &strict).unwrap_err();
    assert_eq!(error.to_string(), "-: line 2: empty_key");
    let ids = Options { ids_only: true, ..options() };
    assert_eq!(try_count(text.as_bytes(), &ids).unwrap().bad[&BadRow::NotAnId], 1);
}

#[test]
fn a_missing_column_says_which_exist() {
    let error = try_count(b"id;day\n1;2026-01-01\n", &options()).unwrap_err();
    assert_eq!(error.to_string(), "-: no column \"person\"; there are: id, day");
    let by_number = Options { key: Column::Number(9), ..options() };
    assert!(matches!(try_count(b"a,b\n", &by_number), Err(CountError::NoColumn { .. })));
}

#[test]
fn columns_by_number_tabs_and_quotes() {
    let plain = Options {
        key: Column::Number(2),
        day: Column::Number(1),
        kind: Kind::All(true),
        scenario: None,
        header: false,
        ..options()
    };
    let report = try_count(b"2026-01-01\ta\n2026-01-02\ta\r\n2026-01-02\tb", &plain).unwrap();
    assert_eq!(totals(&report), [(2026, 0, 2)]);
    let report = counted("person,date,sensitive,scenario\n\"a\nb\",2026-01-05,0,\"\"\n\"a\nb\",2026-01-06,0,\nbad,x,0,\n");
    assert_eq!(totals(&report), [(2026, 1, 0)]);
    assert_eq!(report.samples[0].line, 6);
}

#[test]
fn compressed_files_patterns_and_other_encodings() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = made_up(5_000, 800);
    let expected = totals(&try_count(&bytes, &options()).unwrap());
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&bytes).unwrap();
    let gz = gz.finish().unwrap();
    std::fs::write(folder.path().join("log-1.csv.gz"), &gz).unwrap();
    let zst = ruzstd::encoding::compress_to_vec(bytes.as_slice(), ruzstd::encoding::CompressionLevel::Fastest);
    std::fs::write(folder.path().join("log-2.csv.zst"), [zst.clone(), Vec::new()].concat()).unwrap();
    let inputs = expand(folder.path().join("log-?.csv*").to_str().unwrap()).unwrap();
    assert_eq!(inputs.len(), 2);
    let report = count(&inputs, &options(), &mut std::io::empty(), &Progress::default()).unwrap();
    // The same people in both files are the same people.
    assert_eq!((totals(&report), report.rows), (expected, 10_000));
    // A cut file is an error, never a smaller count.
    for (name, bytes) in [("cut.gz", &gz), ("cut.zst", &zst)] {
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let result = count(&[Input::File(path)], &options(), &mut std::io::empty(), &Progress::default());
        assert!(matches!(result, Err(CountError::Cut { name: ref found }) if found.ends_with(name)), "{result:?}");
    }
    let chinese = "姓名,person,date,sensitive,scenario\n张三（虚构）,甲,2026-01-05,敏感,\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(chinese);
    let report = try_count(&gb, &options()).unwrap();
    assert_eq!((totals(&report), report.encodings.as_slice()), (vec![(2026, 0, 1)], &["-: gb18030".to_owned()][..]));
    let report = counted(&format!("\u{FEFF}{chinese}"));
    assert_eq!(totals(&report), [(2026, 0, 1)]);
}

#[test]
fn nothing_to_count_is_an_empty_report() {
    assert_eq!(try_count(b"person,date,sensitive,scenario\n", &options()).unwrap().years, []);
    assert!(try_count(b"", &options()).is_ok());
    let missing = count(&[Input::File("no-such-file".into())], &options(), &mut std::io::empty(), &Progress::default());
    assert!(missing.unwrap_err().to_string().starts_with("no-such-file: "));
    assert!(expand("no-such-*.csv").is_err());
}

#[test]
fn a_quote_that_never_closes_does_not_eat_the_memory() {
    let mut text = b"person,date,sensitive,scenario\n\"a".to_vec();
    for _ in 0..300_000 {
        text.extend_from_slice(b"one more line of a record that nobody closed, and another word or two\n");
    }
    let error = try_count(&text, &options()).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("quote"), "{error}");
}

#[test]
fn a_line_is_crossed_on_its_day() {
    let mut text = b"person,date,sensitive,scenario\n".to_vec();
    for person in 0..10_000 {
        let day = if person < 9_999 { "2026-03-01" } else { "2026-04-01" };
        writeln!(text, "p{person},{day},1,").unwrap();
    }
    let report = try_count(&text, &options()).unwrap();
    let crossing = &report.years[0].sensitive.crossings[0];
    assert_eq!((crossing.line, crossing.date, crossing.article.to_string()), (10_000, date(2026, 4, 1), "P16 7(1)(ii)".into()));
}

/// That they say what the counter says is tried on DuckDB and SQLite by `peers/peers.py agree`.
#[test]
fn dialects_differ_in_words_only() {
    let spark = sql(Dialect::Spark, "exports", &options());
    let trino = sql(Dialect::Trino, "exports", &options());
    assert!(spark.contains("`person`") && !spark.contains('"'), "{spark}");
    assert_eq!(spark.replace('`', "\"").replace("as string)", "as varchar)"), trino);
    let odd = Options { key: Column::Name("a`b\"c".into()), day: Column::Number(2), ..options() };
    assert!(sql(Dialect::Spark, "exports", &odd).contains("`a``b\"c`"));
    assert!(
        sql(Dialect::Trino, "exports", &odd).contains("\"a`b\"\"c\"") && sql(Dialect::Trino, "exports", &odd).contains("\"c2\"")
    );
}
