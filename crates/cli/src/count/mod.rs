//! `count`: how many different people, per year.

mod charts;
mod running;
mod show;
mod words;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use guosuo_count::{Column, Dialect, Generator, Input, Kind, Options, Secret, expand, generate, rows_sql, sql};

use crate::words::parse_date;
use crate::{Failure, Lang, Outcome};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// 表格 / table
    Table,
    /// JSON
    Json,
    /// 逐日 CSV / CSV by day
    Csv,
    /// 供年度台账上报的累计人数 CSV / numbers since 1 January by day, as the yearly ledger takes them
    Ledger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// Spark SQL
    Spark,
    /// Trino
    Trino,
    /// SQLite
    Sqlite,
}

/// Arguments of `count`.
#[derive(Debug, Args)]
pub struct CountArgs {
    /// 出境日志文件（CSV/TSV，可为 gz、zst），可用通配符；`-` 为标准输入 / logs of exports (or sets kept by --keep), `-` for standard input
    files: Vec<String>,
    /// 个人标识列（列名或从 1 起的列号） / column of the person, by name or number
    #[arg(long, value_name = "COL", default_value = "person")]
    key: String,
    /// 出境日期列 / column of the day
    #[arg(long, value_name = "COL", default_value = "date")]
    date: String,
    /// 是否敏感列 / column that says whether the information is sensitive
    #[arg(long, value_name = "COL", default_value = "sensitive")]
    sensitive: String,
    /// 全部为敏感（all）或全部为非敏感（none），代替敏感列 / the whole input is of one kind
    #[arg(long, value_enum, conflicts_with = "sensitive")]
    assume: Option<Assume>,
    /// 豁免情形列（取值同 path --exempt）；这些行不计数 / column of the exempt scenario; such rows are left out
    #[arg(long, value_name = "COL")]
    scenario: Option<String>,
    /// 分隔符（默认自动判断） / separator, found out when absent; `tab` for tab
    #[arg(long, value_name = "CHAR")]
    delimiter: Option<String>,
    /// 文件没有标题行 / the files have no header
    #[arg(long)]
    no_header: bool,
    /// 只接受居民身份证号码 / only resident ID numbers are people
    #[arg(long)]
    ids_only: bool,
    /// 遇到第一个坏行即停止 / stop at the first bad row
    #[arg(long)]
    strict: bool,
    /// 人员表的内存上限，如 512M / memory for the tables of people
    #[arg(long, value_name = "SIZE", default_value = "1G")]
    memory: String,
    /// 线程数 / threads
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// 保存密钥的文件（不给则每次随机） / file with the secret of keyed values (random when absent)
    #[arg(long, value_name = "FILE")]
    secret: Option<PathBuf>,
    /// 跨次保留的去重集合：有则续用，结束时（含中断）写回；只含加密值 / set of people kept across runs, keyed
    #[arg(long, value_name = "FILE", requires = "secret")]
    keep: Option<PathBuf>,
    /// 供年度台账上报的去重数据（person,date,sensitive，只含密钥值）写入此文件；要有 --secret / keyed values for the upload of the yearly ledger, with --secret
    #[arg(long, value_name = "FILE")]
    keyed_out: Option<PathBuf>,
    /// 预测起点 / forecasts start at the later of the last row and this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// 输出格式 / output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// JSON
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// 图表写入此文件（.svg 或 .png；多个年度时文件名加年份） / chart (.svg or .png), with the year in the name when there are several
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    /// 只输出同一问题的 SQL，表名为 exports / print the same question as SQL over a table `exports`
    #[arg(long, value_enum, value_name = "ENGINE")]
    emit_sql: Option<Engine>,
    /// 只输出 N 行虚构日志 / print N rows of an invented log
    #[arg(long, value_name = "N", conflicts_with = "files")]
    generate: Option<u64>,
    /// 虚构日志的人数 / people of the invented log
    #[arg(long, value_name = "N", default_value = "1000000", requires = "generate")]
    people: u64,
    /// 语言 / language
    #[arg(long, value_enum, default_value = "zh", env = "GUOSUO_LANG")]
    lang: Lang,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Assume {
    /// 全部为敏感 / all sensitive
    All,
    /// 全部为非敏感 / none sensitive
    None,
}

/// Whose process it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Process {
    /// The command's own: it may handle signals.
    Own,
    /// Somebody else's.
    Shared,
}

pub(crate) fn run(
    args: &CountArgs,
    stdin: &mut (dyn Read + Send),
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    process: Process,
) -> Result<Outcome, Failure> {
    let lang = args.lang;
    if let Some(rows) = args.generate {
        let people = args.people;
        let plan = Generator { rows, people, year: 2026, sensitive_per_mille: 100, exempt_per_mille: 50, seed: 7 };
        generate(&plan, stdout)?;
        return Ok(Outcome::Done);
    }
    let options = args.options().map_err(Failure::Usage)?;
    if let Some(path) = &args.chart {
        // Known to be wrong before an hour of counting.
        charts::form(path, lang).map_err(Failure::Usage)?;
    }
    if let Some(engine) = args.emit_sql {
        let dialect = match engine {
            Engine::Spark => Dialect::Spark,
            Engine::Trino => Dialect::Trino,
            Engine::Sqlite => Dialect::Sqlite,
        };
        let notes = args.lang.t(
            "-- 每年、每类、每日的新增人数和自1月1日起累计人数；表 exports，日期为北京时间",
            "-- new people and people since 1 January, by year, kind and day; table exports, days in China Standard Time",
        );
        writeln!(stdout, "{notes}\n{}", sql(dialect, "exports", &options))?;
        let notes = args.lang.t("-- 各行的去向：计入、按豁免情形不计、坏行", "-- what became of the rows: counted, exempt, bad");
        write!(stdout, "{notes}\n{}", rows_sql(dialect, "exports", &options))?;
        return Ok(Outcome::Done);
    }
    let mut inputs = Vec::new();
    for file in &args.files {
        inputs.extend(expand(file).map_err(|error| Failure::Usage(format!("{file}: {error}")))?);
    }
    if inputs.is_empty() {
        return Err(Failure::Usage(lang.t("没有给出文件", "no file was given").to_owned()));
    }
    args.harmless(&inputs).map_err(Failure::Usage)?;
    let report = running::counted(&inputs, &options, stdin, stderr, lang, process)?;
    if let Some(path) = &args.chart {
        charts::write(&report, path, lang).map_err(Failure::Usage)?;
    }
    match if args.json { Format::Json } else { args.format } {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *stdout, &report).map_err(io::Error::from)?;
            writeln!(stdout)?;
        }
        Format::Csv => show::csv(&report, stdout)?,
        Format::Ledger => show::ledger(&report, stdout)?,
        Format::Table => show::table(&report, lang, stdout)?,
    }
    let written = report.keyed.as_ref().map(|keyed| words::keyed(keyed, lang));
    if let Some((words, _)) = &written {
        writeln!(stderr, "{words}")?;
    }
    if report.counted == 0 && report.excluded.is_empty() && report.bad_rows() > 0 {
        // "Nobody" would be the wrong answer to a log that could not be read.
        writeln!(
            stderr,
            "{}",
            lang.t(
                "没有一行可以使用：请检查列名、分隔符和日期写法",
                "not one row could be used: check columns, separator, dates"
            )
        )?;
        return Ok(Outcome::No);
    }
    Ok(written.map_or(Outcome::Done, |(_, outcome)| outcome))
}

/// Whether both are one file, or will be.
fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

impl CountArgs {
    /// Whether the file for the ledger can be written without destroying one that is read or kept.
    fn harmless(&self, inputs: &[Input]) -> Result<(), String> {
        let Some(place) = &self.keyed_out else { return Ok(()) };
        let files = inputs.iter().filter_map(|input| match input {
            Input::File(path) => Some(path),
            Input::Stdin => None,
        });
        let mut used = files.chain(&self.keep).chain(&self.secret).chain(&self.chart);
        used.find(|path| same_file(place, path)).map_or(Ok(()), |path| {
            Err(match self.lang {
                Lang::Zh => format!("--keyed-out 不能是 {}：这个文件另有用处，写了就没有了；请换一个文件名", path.display()),
                Lang::En => {
                    format!(
                        "--keyed-out cannot be {}: that file has another use and would be lost; choose another name",
                        path.display()
                    )
                }
            })
        })
    }

    /// Whether standard input is one of the files.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.files.iter().any(|file| file == "-")
    }

    fn options(&self) -> Result<Options, String> {
        let lang = self.lang;
        let delimiter = match self.delimiter.as_deref() {
            None => None,
            Some("tab" | "\\t" | "\t") => Some(b'\t'),
            Some(text) => match text.as_bytes() {
                [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(*byte),
                _ => {
                    return Err(format!("{}{text}", lang.t("分隔符应为一个字符：", "the separator is one character: ")));
                }
            },
        };
        let secret = match &self.secret {
            None => Secret::of_the_run(),
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
                if bytes.len() < 16 {
                    let message = lang.t("密钥至少 16 字节", "a secret has at least 16 bytes");
                    return Err(format!("{}: {message}", path.display()));
                }
                Secret::from_bytes(&bytes)
            }
        };
        if self.keyed_out.is_some() && self.secret.is_none() {
            return Err(lang
                .t(
                    "--keyed-out 要和 --secret 一起用：没有保存的密钥，下次和关联方算出的值都不同，台账上同一人会算成两人。生成一次并妥善保存：head -c 32 /dev/urandom > group.key",
                    "--keyed-out needs --secret: without a secret that is kept, the next run and your affiliates get other values and the ledger counts a person twice. Make one and keep it safe: head -c 32 /dev/urandom > group.key",
                )
                .to_owned());
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Options {
            key: Column::parse(&self.key),
            day: Column::parse(&self.date),
            kind: match self.assume {
                Some(Assume::All) => Kind::All(true),
                Some(Assume::None) => Kind::All(false),
                None => Kind::Column(Column::parse(&self.sensitive)),
            },
            scenario: self.scenario.as_deref().map(Column::parse),
            delimiter,
            header: !self.no_header,
            ids_only: self.ids_only,
            strict: self.strict,
            memory: size(&self.memory)
                .ok_or_else(|| format!("{}{}", lang.t("不是内存大小（如 512M）：", "not a size (like 512M): "), self.memory))?,
            threads: self.threads.unwrap_or(cores).clamp(1, 256),
            secret,
            keep: self.keep.clone(),
            keyed_out: self.keyed_out.clone(),
            as_of: self.as_of.as_deref().map(|text| parse_date(lang, text)).transpose()?,
        })
    }
}

fn size(text: &str) -> Option<usize> {
    let upper = text.trim().to_ascii_uppercase();
    let upper = upper.trim_end_matches('B').trim_end_matches('I');
    let (digits, unit) = match upper.chars().last()? {
        'K' => (&upper[..upper.len() - 1], 1 << 10),
        'M' => (&upper[..upper.len() - 1], 1 << 20),
        'G' => (&upper[..upper.len() - 1], 1 << 30),
        _ => (upper, 1),
    };
    digits.parse::<usize>().ok()?.checked_mul(unit).filter(|&size| size > 0)
}
