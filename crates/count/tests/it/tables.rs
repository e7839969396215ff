//! Parquet against the same log as text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use guosuo_count::{BadRow, Column, CountError, DateForm, Generator, Input, Kind, Options, Progress, Report, count, generate};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::options;

fn try_count(path: &Path, options: &Options) -> Result<Report, CountError> {
    count(&[Input::File(path.to_owned())], options, &mut std::io::empty(), &Progress::default())
}

/// What must be equal whatever the form of the log.
fn essence(report: &Report) -> impl PartialEq + std::fmt::Debug {
    (report.years.clone(), report.rows, report.counted, report.excluded.clone(), report.bad.clone(), report.span)
}

const SCHEMA: &str = "message log {
  required double amount;
  optional binary person (UTF8);
  optional int32 date (DATE);
  optional int64 moment (TIMESTAMP(MICROS,true));
  required int64 local (TIMESTAMP(MILLIS,false));
  required int32 compact;
  required boolean sensitive;
  required int64 flag;
  optional binary scenario (UTF8);
  optional group list (LIST) { repeated group list { optional int32 element; } }
}";

/// One row: person, day since 1970, sensitive, scenario. Absent values are absent in the file.
type Line = (Option<String>, Option<i32>, bool, Option<String>);

fn days_of(text: &str) -> i32 {
    (text.parse::<jiff::civil::Date>().unwrap() - jiff::civil::date(1970, 1, 1)).get_days()
}

/// Writes the rows in groups of so many.
fn write(path: &Path, lines: &[Line], group: usize) {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_data_page_row_count_limit(100).build());
    let mut file = SerializedFileWriter::new(std::fs::File::create(path).unwrap(), schema, properties).unwrap();
    for lines in lines.chunks(group) {
        let mut out = file.next_row_group().unwrap();
        let texts = |take: &dyn Fn(&Line) -> Option<String>| -> (Vec<ByteArray>, Vec<i16>) {
            let found: Vec<Option<String>> = lines.iter().map(take).collect();
            let levels = found.iter().map(|text| i16::from(text.is_some())).collect();
            (found.into_iter().flatten().map(|text| ByteArray::from(text.as_str())).collect(), levels)
        };
        let days: Vec<i32> = lines.iter().filter_map(|line| line.1).collect();
        let day_levels: Vec<i16> = lines.iter().map(|line| i16::from(line.1.is_some())).collect();
        let zeros = vec![0_i16; lines.len()];
        for at in 0.. {
            let Some(mut column) = out.next_column().unwrap() else { break };
            match at {
                0 => drop(column.typed::<DoubleType>().write_batch(&vec![1.5; lines.len()], None, None).unwrap()),
                1 | 8 => {
                    let (values, levels) = texts(&|line| if at == 1 { line.0.clone() } else { line.3.clone() });
                    column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).unwrap();
                }
                2 => drop(column.typed::<Int32Type>().write_batch(&days, Some(&day_levels), None).unwrap()),
                3 => {
                    // The last second of the day before in Greenwich is early morning in China.
                    let values: Vec<i64> = days.iter().map(|&day| i64::from(day) * 86_400_000_000 - 1).collect();
                    column.typed::<Int64Type>().write_batch(&values, Some(&day_levels), None).unwrap();
                }
                4 => {
                    // The last millisecond of the day, in China already.
                    let values: Vec<i64> = lines.iter().map(|line| i64::from(line.1.unwrap_or(0) + 1) * 86_400_000 - 1).collect();
                    column.typed::<Int64Type>().write_batch(&values, None, None).unwrap();
                }
                5 => {
                    let compact = |line: &Line| {
                        let day = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(line.1.unwrap_or(0));
                        i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
                    };
                    let values: Vec<i32> = lines.iter().map(compact).collect();
                    column.typed::<Int32Type>().write_batch(&values, None, None).unwrap();
                }
                6 => {
                    let values: Vec<bool> = lines.iter().map(|line| line.2).collect();
                    column.typed::<BoolType>().write_batch(&values, None, None).unwrap();
                }
                7 => {
                    let values: Vec<i64> = lines.iter().map(|line| i64::from(line.2)).collect();
                    column.typed::<Int64Type>().write_batch(&values, None, None).unwrap();
                }
                _ => drop(column.typed::<Int32Type>().write_batch(&[], Some(&zeros), Some(&zeros)).unwrap()),
            }
            column.close().unwrap();
        }
        out.close().unwrap();
    }
    file.close().unwrap();
}

/// A made-up log, as text and as rows.
fn made_up() -> (String, Vec<Line>) {
    let plan = Generator { rows: 20_000, people: 6_000, year: 2026, sensitive_per_mille: 100, exempt_per_mille: 50, seed: 3 };
    let mut text = Vec::new();
    generate(&plan, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let scenario = Some(cells[3].to_owned()).filter(|text| !text.is_empty());
        (Some(cells[0].to_owned()), Some(days_of(cells[1])), cells[2] == "1", scenario)
    });
    let lines = lines.collect();
    (text, lines)
}

#[test]
fn every_kind_of_column_gives_what_the_text_gives() {
    let folder = tempfile::tempdir().unwrap();
    let (text, lines) = made_up();
    let (csv, table) = (folder.path().join("log.csv"), folder.path().join("log.parquet"));
    std::fs::write(&csv, text).unwrap();
    // Seven row groups, pages of hundred rows: batches do not fall on either.
    write(&table, &lines, 3_000);
    let expected = try_count(&csv, &options()).unwrap();
    for (day, form) in [
        ("date", DateForm::Plain),
        ("moment", DateForm::WithOffset),
        ("local", DateForm::WithTime),
        ("compact", DateForm::Compact),
    ] {
        for kind in ["sensitive", "flag"] {
            let memory = if kind == "flag" { 100_000 } else { 64 << 20 };
            let kind = Kind::Column(Column::Name(kind.into()));
            let options = Options { day: Column::Name(day.into()), kind, memory, ..options() };
            let report = try_count(&table, &options).unwrap();
            assert!(essence(&report) == essence(&expected), "{day}");
            assert_eq!(report.date_forms.keys().copied().collect::<Vec<_>>(), [form]);
        }
    }
    // Text and table together: the same people.
    let both = [Input::File(csv), Input::File(table)];
    let report = count(&both, &options(), &mut std::io::empty(), &Progress::default()).unwrap();
    assert_eq!((report.years, report.rows), (expected.years, 40_000));
}

#[test]
fn bad_rows_have_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    let good = |person: &str| (Some(person.to_owned()), Some(days_of("2026-01-05")), false, None);
    let lines = vec![
        good("a"),
        (None, Some(1), false, None),
        (Some("  ".into()), Some(1), false, None),
        (Some("b".into()), None, false, None),
        (Some("b".into()), Some(days_of("1999-12-31")), false, None),
        (Some("b".into()), Some(1), false, Some("holiday".into())),
        (Some("c".into()), Some(1), false, Some("hr".into())),
        good("b"),
    ];
    write(&path, &lines, 3);
    let report = try_count(&path, &options()).unwrap();
    let found: Vec<(u64, BadRow)> = report.samples.iter().map(|sample| (sample.line, sample.reason)).collect();
    let expected =
        [(2, BadRow::EmptyKey), (3, BadRow::EmptyKey), (4, BadRow::Date), (5, BadRow::DateOutOfRange), (6, BadRow::Scenario)];
    assert_eq!((found.as_slice(), report.counted, report.rows), (&expected[..], 2, 8));
    let strict = try_count(&path, &Options { strict: true, threads: 1, ..options() }).unwrap_err();
    assert!(matches!(strict, CountError::Strict { line: 2, reason: BadRow::EmptyKey, .. }), "{strict}");
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    write(&path, &made_up().1[..500], 500);
    let with = |key: &str| try_count(&path, &Options { key: Column::Name(key.into()), ..options() }).unwrap_err().to_string();
    assert!(
        with("name")
            .ends_with("there are: amount, person, date, moment, local, compact, sensitive, flag, scenario, list.list.element")
    );
    assert!(with("amount").contains("floating point"), "{}", with("amount"));
    assert!(with("list.list.element").contains("a list"));
    let bytes = std::fs::read(&path).unwrap();
    for cut in [bytes.len() / 2, bytes.len() - 4, 6] {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        assert!(matches!(try_count(&path, &options()), Err(CountError::Input { .. })), "{cut}");
    }
    // A pipe cannot be read from its end.
    let error = count(&[Input::Stdin], &options(), &mut bytes.as_slice(), &Progress::default()).unwrap_err();
    assert!(error.to_string().contains("Parquet"), "{error}");
}

/// Files that other programs wrote (`peers/peers.py samples`): other codecs, encodings and page versions.
#[test]
fn files_of_other_writers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let expected = try_count(&folder.join("log.csv"), &options()).unwrap();
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    files.sort();
    assert!(files.len() >= 5, "{files:?}");
    for path in files {
        let result = try_count(&path, &options());
        if path.to_string_lossy().contains("brotli") {
            let error = result.unwrap_err().to_string();
            assert!(error.contains("compression BROTLI") && error.contains("snappy, gzip or zstd"), "{error}");
        } else {
            let report = result.unwrap();
            assert!(essence(&report) == essence(&expected), "{}: {report:#?}", path.display());
        }
    }
}
