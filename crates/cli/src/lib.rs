//! The rule tools as a library of subcommands: the full program offers them, and a small binary does.
//!
//! Exit status: 0 done, 1 the answer is "no" or "invalid", 2 wrong use. A batch (`-`) answers line by line, never
//! stops at a bad line (`error<TAB>reason`) and ends with 0. A count that was stopped gave no answer: 2.

mod batch;
mod count;
mod due;
mod id;
mod path;
pub mod path_facts;
mod path_shape;
pub mod path_words;
mod splitting;
mod splitting_sample;
mod verify;
mod words;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

pub use count::CountArgs;
pub use due::DueArgs;
pub use id::IdArgs;
pub use path::PathArgs;
pub use splitting::SplittingArgs;
pub use verify::VerifyArgs;

/// The small binary.
#[derive(Debug, Parser)]
#[command(name = "guosuo-rules", version, about = "过所规则工具：期限、代码、出境路径 / the rule tools of Guosuo")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Everything the small binary does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The tools.
    #[command(flatten)]
    Rule(RuleCommand),
}

/// The tools that need no instance: the law, and the check of a certificate.
#[derive(Debug, Subcommand)]
pub enum RuleCommand {
    /// 期限的最后一日及其算法 / last day of a period, and why
    Due(DueArgs),
    /// 校验统一社会信用代码或身份证件号码 / check a credit code or an ID number
    Id(IdArgs),
    /// 个人信息出境走哪条路径 / which way personal information may leave
    Path(Box<PathArgs>),
    /// 出境人数：逐年去重计数、越线日、预测 / exact distinct people per year, crossings, forecast
    Count(Box<CountArgs>),
    /// 数量拆分线索：单独不满界限、合计达到的同类申请 / applications that look like one export in parts
    Splitting(Box<SplittingArgs>),
    /// 离线查验证书：真伪、是否在公开日志里、截至何时的状态 / a certificate offline: genuine? in the log? which status?
    Verify(Box<VerifyArgs>),
}

/// Language of what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// The phrase in this language.
    pub const fn t<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    No,
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Wrong use: exit status 2, with a message for the person.
    Usage(String),
    /// Reading or writing failed.
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Runs a rule tool on the given streams.
pub fn run(command: RuleCommand, stdin: &mut dyn BufRead, stdout: &mut dyn Write, stderr: &mut dyn Write) -> ExitCode {
    let result = match command {
        RuleCommand::Due(args) => due::run(&args, stdin, stdout),
        RuleCommand::Id(args) => id::run(&args, stdin, stdout),
        RuleCommand::Path(args) => path::run(&args, stdin, stdout),
        RuleCommand::Count(args) => {
            // The counter reads on threads of its own; a stream of the caller cannot go there, its bytes can.
            let mut held = Vec::new();
            let read = if args.reads_stdin() { stdin.read_to_end(&mut held).map(drop) } else { Ok(()) };
            read.map_err(Failure::from)
                .and_then(|()| count::run(&args, &mut io::Cursor::new(held), stdout, stderr, count::Process::Shared))
        }
        RuleCommand::Splitting(args) => splitting::run(&args, stdin, stdout),
        RuleCommand::Verify(args) => verify::run(&args, stdin, stdout),
    };
    end(result, stdout, stderr)
}

/// Runs a rule tool on the standard streams of the process, which is the caller's own: it may handle signals.
pub fn run_std(command: RuleCommand) -> ExitCode {
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    let mut stderr = io::stderr();
    match command {
        RuleCommand::Count(args) => {
            let result = count::run(&args, &mut io::stdin(), &mut stdout, &mut stderr, count::Process::Own);
            end(result, &mut stdout, &mut stderr)
        }
        other => run(other, &mut io::stdin().lock(), &mut stdout, &mut stderr),
    }
}

fn end(result: Result<Outcome, Failure>, stdout: &mut dyn Write, stderr: &mut dyn Write) -> ExitCode {
    let result = result.and_then(|outcome| {
        stdout.flush()?;
        Ok(outcome)
    });
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Err(Failure::Usage(message)) => {
            // Nothing better can be done when standard error is closed too.
            let _ = writeln!(stderr, "{message}");
            ExitCode::from(2)
        }
        // The reader went away (`| head`): that is its right.
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Io(error)) => {
            let _ = writeln!(stderr, "{error}");
            ExitCode::from(2)
        }
    }
}

/// The one look at the machine's clock here, for questions that name no moment.
#[expect(clippy::disallowed_methods, reason = "the command line stands outside the law and may ask for the time")]
fn clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Today in China.
fn today() -> jiff::civil::Date {
    guosuo_rules::time::cst_date(clock())
}

/// The present second. Before the year 2000 or after 2178 no certificate can be checked: the machine's clock is wrong,
/// and the earliest moment there is makes every list come from the future and nothing expire.
fn now() -> guosuo_seal::certificate::Moment {
    let seconds = u64::try_from(clock().as_second()).unwrap_or(0);
    let earliest = guosuo_seal::certificate::Moment::EARLIEST;
    guosuo_seal::certificate::Moment::from_seconds(seconds).unwrap_or(earliest)
}
