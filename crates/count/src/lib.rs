//! How many different people: exact, per calendar year in China, from logs of exports.
//!
//! Every row of a log says that something about one person left on one day. The counter tells, for each year, how
//! many different people there were since 1 January, of non-sensitive and of sensitive information separately (a
//! person of both counts in both: the law does not say, and this is the careful reading), on which day each line of
//! the law was reached, and where the year is heading. Rows of exempt scenarios are left out with their ground
//! (PQ16 q11). It never estimates, it never drops a row silently, and identifiers do not outlive the reading of
//! their row (see `key`).

mod chart;
mod generate;
mod input;
mod key;
mod report;
mod row;
mod sql;
mod store;
mod table;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use guosuo_rules::path::Ground;
use jiff::civil::Date;
use thiserror::Error;

pub use chart::chart;
pub use generate::{Generator, generate};
pub use input::{Input, expand};
pub use key::Secret;
pub use report::{Crossing, DayCount, Forecast, Report, Sample, Series, Warning, YearReport};
pub use row::{BadRow, Column, DateForm, Kind};
pub use sql::{Dialect, sql};

use input::Block;
use row::{Places, Reader, Row};
use store::{PARTS, Seen, Store};

/// Bad rows that are kept as samples.
const SAMPLES: usize = 20;

/// Rows of one partition that travel together.
const BATCH: usize = 1024;

/// What to count and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The person.
    pub key: Column,
    /// The day of the export.
    pub day: Column,
    /// Sensitive or not.
    pub kind: Kind,
    /// The exempt scenario (the codes of [`Ground`]; empty: none).
    pub scenario: Option<Column>,
    /// Cell separator; found out when absent.
    pub delimiter: Option<u8>,
    /// Whether the first record names the columns.
    pub header: bool,
    /// Only resident ID numbers are accepted as people.
    pub ids_only: bool,
    /// Stop at the first bad row.
    pub strict: bool,
    /// Bytes for the tables of people; beyond it they spill to disk. The process needs more than that for blocks,
    /// batches and growing tables: 80 MB more were measured with two threads.
    pub memory: usize,
    /// Threads that read rows.
    pub threads: usize,
    /// The secret of keyed values.
    pub secret: Secret,
    /// The day on which the question is asked: forecasts start at the later of the last row and this day.
    pub as_of: Option<Date>,
}

/// How far a run is; read it from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes read from the inputs.
    pub bytes: AtomicU64,
    /// Rows looked at.
    pub rows: AtomicU64,
}

/// Why nothing was counted.
#[derive(Debug, Error)]
pub enum CountError {
    /// An input cannot be read.
    #[error("{name}: {source}")]
    Input {
        /// The input.
        name: String,
        /// What went wrong.
        source: io::Error,
    },
    /// A column does not exist.
    #[error("{name}: no column {column:?}; there are: {}", existing.join(", "))]
    NoColumn {
        /// The input.
        name: String,
        /// What was asked for.
        column: String,
        /// What exists.
        existing: Vec<String>,
    },
    /// A bad row, and strict reading was asked for.
    #[error("{name}: line {line}: {}", reason.code())]
    Strict {
        /// The input.
        name: String,
        /// The line.
        line: u64,
        /// What is wrong.
        reason: BadRow,
    },
    /// Spilling or putting together failed (no space?).
    #[error("temporary file: {0}")]
    Spill(io::Error),
}

/// What one worker adds up.
#[derive(Default)]
struct Tally {
    rows: u64,
    counted: u64,
    excluded: BTreeMap<Ground, u64>,
    bad: BTreeMap<BadRow, u64>,
    samples: Vec<Sample>,
    forms: [u64; 5],
    /// First and last day seen, as year and day of the year.
    days: Option<((i16, u16), (i16, u16))>,
}

impl Tally {
    fn join(&mut self, other: Self) {
        self.rows += other.rows;
        self.counted += other.counted;
        other.excluded.into_iter().for_each(|(ground, count)| *self.excluded.entry(ground).or_default() += count);
        other.bad.into_iter().for_each(|(reason, count)| *self.bad.entry(reason).or_default() += count);
        self.samples.extend(other.samples);
        self.forms.iter_mut().zip(other.forms).for_each(|(sum, count)| *sum += count);
        if let Some((first, last)) = other.days {
            self.see(first);
            self.see(last);
        }
    }

    fn see(&mut self, day: (i16, u16)) {
        let (first, last) = self.days.get_or_insert((day, day));
        *first = day.min(*first);
        *last = day.max(*last);
    }
}

/// A block on its way to a worker.
struct Job {
    block: Block,
    input: usize,
    places: Places,
    delimiter: u8,
}

/// Counts.
///
/// # Errors
/// [`CountError`]; nothing is returned half done.
pub fn count(
    inputs: &[Input],
    options: &Options,
    stdin: &mut (dyn Read + Send),
    progress: &Progress,
) -> Result<Report, CountError> {
    let threads = options.threads.max(1);
    let store = Store::new(options.memory, options.secret.clone()).map_err(CountError::Spill)?;
    let stop = AtomicBool::new(false);
    let (sender, receiver) = sync_channel::<Job>(threads * 2);
    let receiver = Mutex::new(receiver);
    let names: Vec<String> = inputs.iter().map(Input::name).collect();
    let mut notes = Vec::new();
    let (read, tallies) = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads).map(|_| scope.spawn(|| work(&receiver, &store, options, &names, progress, &stop))).collect();
        let read = feed(inputs, options, stdin, progress, sender, &stop, &mut notes);
        let lost = || Err(CountError::Spill(io::Error::other("a counting thread ended early")));
        let tallies: Vec<_> = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| lost())).collect();
        (read, tallies)
    });
    let mut all = Tally::default();
    for tally in tallies {
        all.join(tally?);
    }
    read?;
    let spilled = store.spilled();
    let days = store.finish(threads).map_err(CountError::Spill)?;
    Ok(report::build(days, all, notes, spilled, options.as_of))
}

/// Reads the inputs and hands their blocks out.
fn feed(
    inputs: &[Input],
    options: &Options,
    stdin: &mut (dyn Read + Send),
    progress: &Progress,
    sender: SyncSender<Job>,
    stop: &AtomicBool,
    notes: &mut Vec<String>,
) -> Result<(), CountError> {
    for (index, input) in inputs.iter().enumerate() {
        let name = input.name();
        let opened = input::open(input, stdin, &progress.bytes);
        let opened = opened.map_err(|source| CountError::Input { name: name.clone(), source })?;
        if let Some(encoding) = opened.encoding {
            notes.push(format!("{name}: {encoding}"));
        }
        let mut plan: Option<(Places, u8)> = None;
        let mut failed = None;
        let result = opened.blocks(|mut block| {
            if stop.load(Relaxed) {
                return Err(io::Error::other("stopped"));
            }
            let (places, delimiter) = match plan {
                Some(plan) => plan,
                None => match layout(&mut block, options, &name) {
                    Ok(found) => *plan.insert(found),
                    Err(error) => {
                        failed = Some(error);
                        return Err(io::Error::other("no layout"));
                    }
                },
            };
            let job = Job { block, input: index, places, delimiter };
            sender.send(job).map_err(|_| io::Error::other("stopped"))
        });
        if let Some(error) = failed {
            return Err(error);
        }
        match result {
            // A worker has said why already.
            Err(_) if stop.load(Relaxed) => return Ok(()),
            Err(source) => {
                stop.store(true, Relaxed);
                return Err(CountError::Input { name, source });
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

/// Finds the separator and the columns in the first block, and takes the header off.
fn layout(block: &mut Block, options: &Options, name: &str) -> Result<(Places, u8), CountError> {
    let mut first = csv::ByteRecord::new();
    let line_end = memchr::memchr(b'\n', &block.bytes).unwrap_or(block.bytes.len());
    let delimiter = options.delimiter.unwrap_or_else(|| {
        let line = &block.bytes[..line_end];
        let often = |byte: u8| memchr::memchr_iter(byte, line).count();
        [b',', b'\t', b';', b'|'].into_iter().max_by_key(|&byte| (often(byte), byte == b',')).unwrap_or(b',')
    });
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).flexible(true).from_reader(block.bytes.as_slice());
    let _ = reader.read_byte_record(&mut first);
    let end = usize::try_from(reader.position().byte()).unwrap_or(block.bytes.len());
    let cells: Vec<String> = first.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
    let place = |column: &Column| match column {
        Column::Number(number) if *number <= cells.len() || !options.header => Ok(number - 1),
        Column::Name(wanted) if options.header => {
            cells.iter().position(|cell| cell == wanted).ok_or_else(|| missing(name, wanted.clone(), &cells))
        }
        Column::Number(number) => Err(missing(name, number.to_string(), &cells)),
        Column::Name(wanted) => Err(missing(name, wanted.clone(), &[])),
    };
    let places = Places {
        key: place(&options.key)?,
        day: place(&options.day)?,
        sensitive: match &options.kind {
            Kind::Column(column) => Ok(place(column)?),
            Kind::All(sensitive) => Err(*sensitive),
        },
        scenario: options.scenario.as_ref().map(place).transpose()?,
    };
    if options.header {
        let rest = block.bytes.split_off(end.min(block.bytes.len()));
        block.line += memchr::memchr_iter(b'\n', &block.bytes).count() as u64;
        block.bytes = rest;
    }
    Ok((places, delimiter))
}

fn missing(name: &str, column: String, cells: &[String]) -> CountError {
    CountError::NoColumn { name: name.to_owned(), column, existing: cells.to_vec() }
}

struct Worker<'a> {
    reader: Reader<'a>,
    tally: Tally,
    batches: Vec<Vec<Seen>>,
    store: &'a Store,
    strict: bool,
    names: &'a [String],
}

fn work(
    jobs: &Mutex<Receiver<Job>>,
    store: &Store,
    options: &Options,
    names: &[String],
    progress: &Progress,
    stop: &AtomicBool,
) -> Result<Tally, CountError> {
    let mut worker = Worker {
        reader: Reader::new(&options.secret, options.ids_only),
        tally: Tally::default(),
        batches: (0..PARTS).map(|_| Vec::new()).collect(),
        store,
        strict: options.strict,
        names,
    };
    let mut failure = None;
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { break };
        // After a failure the queue is only emptied, so that the reader does not hang.
        if failure.is_some() || stop.load(Relaxed) {
            continue;
        }
        let before = worker.tally.rows;
        if let Err(error) = worker.block(&job) {
            stop.store(true, Relaxed);
            failure = Some(error);
        }
        progress.rows.fetch_add(worker.tally.rows - before, Relaxed);
    }
    if let Some(error) = failure {
        return Err(error);
    }
    for (part, batch) in worker.batches.iter_mut().enumerate() {
        store.add(part, batch).map_err(CountError::Spill)?;
    }
    worker.tally.forms = worker.reader.forms;
    Ok(worker.tally)
}

impl Worker<'_> {
    fn block(&mut self, job: &Job) -> Result<(), CountError> {
        if job.block.quoted { self.quoted(job) } else { self.plain(job) }
    }

    /// Without quotes a record is a line and a cell is what lies between separators.
    fn plain(&mut self, job: &Job) -> Result<(), CountError> {
        let needed = job.places.last() + 1;
        let mut cells: Vec<&[u8]> = Vec::with_capacity(needed);
        let bytes = job.block.bytes.as_slice();
        let (mut start, mut line) = (0, job.block.line);
        while start < bytes.len() {
            let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
            let text = bytes[start..end].strip_suffix(b"\r").unwrap_or(&bytes[start..end]);
            if !text.is_empty() {
                cells.clear();
                let mut from = 0;
                for at in memchr::memchr_iter(job.delimiter, text).take(needed) {
                    cells.push(&text[from..at]);
                    from = at + 1;
                }
                if cells.len() < needed {
                    cells.push(&text[from..]);
                }
                self.row(job, line, &cells)?;
            }
            start = end + 1;
            line += 1;
        }
        Ok(())
    }

    fn quoted(&mut self, job: &Job) -> Result<(), CountError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(job.delimiter)
            .flexible(true)
            .from_reader(job.block.bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        let mut cells: Vec<&[u8]>;
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            let line = job.block.line + record.position().map_or(0, |position| position.line() - 1);
            cells = record.iter().collect();
            self.row(job, line, &cells)?;
        }
        Ok(())
    }

    fn row(&mut self, job: &Job, line: u64, cells: &[&[u8]]) -> Result<(), CountError> {
        self.tally.rows += 1;
        match self.reader.read(&job.places, cells) {
            Ok(Row::Counts(seen)) => {
                self.tally.counted += 1;
                self.tally.see((seen.group.0, seen.day));
                let part = seen.part();
                let batch = &mut self.batches[part];
                batch.push(seen);
                if batch.len() >= BATCH {
                    self.store.add(part, batch).map_err(CountError::Spill)?;
                }
            }
            Ok(Row::Excluded(ground)) => *self.tally.excluded.entry(ground).or_default() += 1,
            Err(reason) => {
                let name = self.names.get(job.input).cloned().unwrap_or_default();
                if self.strict {
                    return Err(CountError::Strict { name, line, reason });
                }
                *self.tally.bad.entry(reason).or_default() += 1;
                if self.tally.samples.len() < SAMPLES {
                    self.tally.samples.push(Sample { name, line, reason });
                }
            }
        }
        Ok(())
    }
}
