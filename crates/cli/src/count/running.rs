//! A run of the counter: standard input, the line of progress, the keys that stop it.

use std::io::{self, IsTerminal, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{OnceLock, PoisonError};
use std::time::{Duration, Instant};

use guosuo_count::{Input, Options, Progress, Reached, Report, count};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{Process, words};
use crate::{Failure, Lang};

/// How long a run may take to stop by itself (it cannot while it waits for standard input).
const PATIENCE: Duration = Duration::from_millis(1500);

/// The same when the people read so far are written to a file first.
const PATIENCE_TO_KEEP: Duration = Duration::from_mins(1);

/// Exit status of a run that was stopped: no answer was given, neither yes nor no.
const STOPPED: i32 = 2;

/// What the signals and the run tell each other.
struct Running {
    progress: Progress,
    ended: AtomicBool,
    /// Whether what was read is being saved.
    keeps: AtomicBool,
    lang: Lang,
}

/// Listens for the signals that ask a process to end.
fn listen(lang: Lang) -> io::Result<&'static Running> {
    static RUNNING: OnceLock<Running> = OnceLock::new();
    let running = RUNNING.get_or_init(|| Running {
        progress: Progress::default(),
        ended: AtomicBool::new(false),
        keeps: AtomicBool::new(false),
        lang,
    });
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        for signal in &mut signals {
            if running.ended.load(Relaxed) || running.progress.stop.swap(true, Relaxed) {
                // Nothing is being counted any more, or somebody asks twice.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
            std::thread::spawn(|| {
                std::thread::sleep(if running.keeps.load(Relaxed) { PATIENCE_TO_KEEP } else { PATIENCE });
                if !running.ended.load(Relaxed) {
                    let rows = running.progress.rows.load(Relaxed);
                    let at = running.progress.at.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    eprintln!("{}", words::stopped(&Reached { rows, at, ..Reached::default() }, running.lang));
                    std::process::exit(STOPPED);
                }
            });
        }
    });
    Ok(running)
}

/// Counts, with a line of progress when somebody looks at a terminal.
pub(super) fn counted(
    inputs: &[Input],
    options: &Options,
    stdin: &mut (dyn Read + Send),
    stderr: &mut dyn Write,
    lang: Lang,
    process: Process,
) -> Result<Report, Failure> {
    let running = match process {
        Process::Own => Some(listen(lang)?),
        Process::Shared => None,
    };
    if let Some(running) = running {
        // Waiting for standard input would be waiting for ever.
        let writes = options.keep.is_some() || options.keyed_out.is_some();
        running.keeps.store(writes && !inputs.contains(&Input::Stdin), Relaxed);
    }
    let own = Progress::default();
    let progress = running.map_or(&own, |running| &running.progress);
    let ended = AtomicBool::new(false);
    let sizes = inputs.iter().map(|input| match input {
        Input::File(path) => std::fs::metadata(path).map(|metadata| metadata.len()).ok(),
        Input::Stdin => None,
    });
    let total: Option<u64> = sizes.sum();
    let result = std::thread::scope(|scope| {
        if io::stderr().is_terminal() {
            scope.spawn(|| watch(progress, total, &ended, lang));
        }
        let result = count(inputs, options, stdin, progress);
        ended.store(true, Relaxed);
        result
    });
    if let Some(running) = running {
        running.ended.store(true, Relaxed);
    }
    let report = result.map_err(|error| Failure::Usage(words::error(&error, lang)))?;
    let bad = report.bad_rows();
    if bad > 0 {
        match lang {
            Lang::Zh => writeln!(stderr, "有 {bad} 个坏行未计入（样例见输出）")?,
            Lang::En => writeln!(stderr, "{bad} bad rows were not counted (samples in the output)")?,
        }
    }
    Ok(report)
}

fn watch(progress: &Progress, total: Option<u64>, ended: &AtomicBool, lang: Lang) {
    let start = Instant::now();
    while !ended.load(Relaxed) {
        std::thread::sleep(Duration::from_millis(200));
        let (bytes, rows) = (progress.bytes.load(Relaxed), progress.rows.load(Relaxed));
        let seconds = start.elapsed().as_secs().max(1);
        let left = total.filter(|&total| total >= bytes && bytes > 0).map_or_else(String::new, |total| {
            let left = (total - bytes) * seconds / bytes;
            format!(" {}% {}{left}s", bytes * 100 / total.max(1), lang.t("剩余 ", "left "))
        });
        eprint!("\r\x1b[K{rows} {} {}/s{left}", lang.t("行", "rows"), rows / seconds);
    }
    eprint!("\r\x1b[K");
}
