//! The worker process: the only place where bytes from outside are decoded.
//!
//! It reads a request, opens the fonts that it may need, then takes from itself what it does
//! not need: it can open no further file, socket or pipe, write no file, start no process,
//! and has so much memory and processor time. Only then does it read the file.

mod archive;
mod ink;
mod pdf;
mod pdf_scan;
mod picture;
mod qr;
mod table;

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::kind::Kind;
use super::run::CANNOT_BEGIN;
use super::wire::{self, Answer, Failure, Request, Task};

/// The whole program when it is started as `guosuo parse-worker`.
#[must_use]
pub fn worker_main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(io::stderr(), "{e}");
            ExitCode::from(CANNOT_BEGIN)
        }
    }
}

fn serve() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let request = wire::read_request(&mut input)?;
    let fonts = open_fonts(&request);
    confine(&request, 3 + fonts.len() as u64)?;
    // A decoder that gives up says so by unwinding; the words are of no use to anybody.
    std::panic::set_hook(Box::new(|_| {}));
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let done = catch_unwind(AssertUnwindSafe(|| perform(&request.task, bytes, fonts, request.seconds, &mut out)));
    match done {
        Ok(Ok(())) => {}
        // The listener has gone.
        Ok(Err(Stop::Output(e))) => return Err(e),
        Ok(Err(Stop::Failure(f))) => wire::say(&mut out, &Answer::Failed(f))?,
        Err(_) => wire::say(&mut out, &Answer::Failed(Failure::Broken))?,
    }
    out.flush()
}

/// A font file that is open, and which face of it.
pub(super) struct OpenFont {
    file: File,
    index: u32,
    serif: bool,
}

fn open_fonts(request: &Request) -> Vec<OpenFont> {
    let needed = matches!(request.task, Task::Examine { kind: Kind::Pdf, .. } | Task::Draw { kind: Kind::Pdf, .. });
    let faces = request.fonts.iter().filter(|_| needed);
    faces.filter_map(|f| Some(OpenFont { file: File::open(&f.path).ok()?, index: f.index, serif: f.serif })).collect()
}

fn confine(request: &Request, files: u64) -> io::Result<()> {
    let limit = |what, most: u64| setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) }).map_err(io::Error::from);
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nproc, 0)?;
    limit(Resource::Nofile, files)?;
    limit(Resource::As, request.memory)?;
    limit(Resource::Cpu, request.seconds)
}

/// Why the work ends early.
pub(super) enum Stop {
    /// Because of the file.
    Failure(Failure),
    /// Nobody listens any more.
    Output(io::Error),
}

impl From<Failure> for Stop {
    fn from(f: Failure) -> Self {
        Self::Failure(f)
    }
}

impl From<io::Error> for Stop {
    fn from(e: io::Error) -> Self {
        Self::Output(e)
    }
}

fn perform(task: &Task, bytes: Vec<u8>, fonts: Vec<OpenFont>, seconds: u64, out: &mut impl Write) -> Result<(), Stop> {
    match task {
        Task::Examine { kind, max_pages, want_code } => {
            let report = match kind {
                Kind::Pdf => pdf::examine(bytes, fonts, *max_pages, *want_code, seconds)?,
                Kind::Png | Kind::Jpeg => picture::examine(*kind, &bytes, *want_code)?,
                Kind::Ofd => archive::examine_ofd(bytes)?,
                Kind::Zip | Kind::Xlsx | Kind::Csv => return Err(Failure::WrongType.into()),
            };
            wire::say(out, &Answer::Report(report))?;
        }
        Task::Draw { kind, page, width } => {
            let drawn = match kind {
                Kind::Pdf => pdf::draw(bytes, fonts, *page, *width)?,
                Kind::Png | Kind::Jpeg if *page == 1 => picture::draw(*kind, &bytes, *width)?,
                Kind::Png | Kind::Jpeg => return Err(Failure::NoSuchPage.into()),
                _ => return Err(Failure::WrongType.into()),
            };
            let (width, height) = (drawn.ink.width, drawn.ink.height);
            wire::say(out, &Answer::Picture { width, height, pages: drawn.pages, marks: drawn.marks })?;
            wire::pour(out, &drawn.ink.rgb)?;
        }
        Task::Unpack(bounds) => archive::unpack(bytes, *bounds, out)?,
        Task::Table { kind, first_row, max_rows, max_columns, max_cell } => {
            let (first_row, max_rows) = (*first_row, *max_rows);
            let bounds = table::Bounds { first_row, max_rows, max_columns: *max_columns, max_cell: *max_cell };
            let (rows, cut) = match kind {
                Kind::Xlsx => table::spreadsheet(bytes, bounds)?,
                Kind::Csv => table::text(&bytes, bounds)?,
                _ => return Err(Failure::WrongType.into()),
            };
            wire::say(out, &Answer::Table { rows, cut })?;
        }
    }
    Ok(())
}
