//! How many different people: exact, per calendar year in China, from logs of exports.
//!
//! Every row of a log says that something about one person left on one day. The counter tells, for each year, how
//! many different people there were since 1 January, of non-sensitive and of sensitive information separately (a
//! person of both counts in both: the law does not say, and this is the careful reading), on which day each line of
//! the law was reached, and where the year is heading. Rows of exempt scenarios are left out with their ground
//! (PQ16 q11). It never estimates, it never drops a row silently, and identifiers do not outlive the reading of
//! their row (see `key`).

mod chart;
#[cfg(feature = "parquet")]
mod columns;
mod error;
mod generate;
#[cfg(feature = "png")]
mod image;
mod input;
mod key;
mod layout;
#[cfg(feature = "parquet")]
mod pages;
mod report;
mod row;
mod sql;
mod store;
mod table;
mod work;

use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use jiff::civil::Date;

pub use chart::{ChartWords, chart};
pub use error::{CountError, Reached};
pub use generate::{Generator, generate};
#[cfg(feature = "png")]
pub use image::{ImageError, png};
pub use input::{Input, expand};
pub use key::Secret;
pub use report::{Crossing, DayCount, Forecast, Report, Sample, Series, Warning, YearReport};
pub use row::{BadRow, Column, DateForm, Kind};
pub use sql::{Dialect, rows_sql, sql};

use layout::layout;
use row::Places;
use store::Store;
use work::{Job, Rows, Shared, Tally};

/// Bad rows that are kept as samples.
const SAMPLES: usize = 20;

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
    /// Set it to stop the run: it ends with [`CountError::Stopped`].
    pub stop: Arc<AtomicBool>,
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
    let store = Store::new(options.memory)?;
    let failed = AtomicBool::new(false);
    let (sender, receiver) = sync_channel::<Job>(threads * 2);
    let names: Vec<String> = inputs.iter().map(Input::name).collect();
    let shared = Shared { jobs: Mutex::new(receiver), store: &store, options, names: &names, progress, failed: &failed };
    let mut feed = Feed { options, progress, sender, failed: &failed, notes: Notes::default(), at: None };
    let (read, notes, at, tallies) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| shared.work())).collect();
        let read = feed.all(inputs, stdin);
        let Feed { notes, at, sender, .. } = feed;
        // The queue is closed: the workers end.
        drop(sender);
        let lost = || Err(CountError::Lost);
        let tallies: Vec<_> = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| lost())).collect();
        (read, notes, at, tallies)
    });
    let stopped = |at: Option<(usize, u64)>| {
        let whole = names.iter().take(at.map_or(names.len(), |(index, _)| index)).cloned().collect();
        let at = at.and_then(|(index, line)| Some((names.get(index)?.clone(), line)));
        CountError::Stopped(Box::new(Reached { whole, at, rows: progress.rows.load(Relaxed) }))
    };
    let mut all = Tally::default();
    for tally in tallies {
        tally?.into_values().for_each(|tally| all.join(tally));
    }
    if progress.stop.load(Relaxed) {
        return Err(stopped(at));
    }
    read?;
    let spilled = store.spilled();
    let days = store.finish(threads, &progress.stop)?.ok_or_else(|| stopped(None))?;
    Ok(report::build(days, all, notes, spilled, options.as_of))
}

/// What is worth knowing about the inputs.
#[derive(Debug, Default)]
struct Notes {
    encodings: Vec<String>,
    grown: Vec<String>,
}

/// Reads the inputs and hands their rows out.
struct Feed<'a> {
    options: &'a Options,
    progress: &'a Progress,
    sender: SyncSender<Job>,
    failed: &'a AtomicBool,
    notes: Notes,
    /// The input in hand, and the last line handed out.
    at: Option<(usize, u64)>,
}

impl Feed<'_> {
    fn over(&self) -> bool {
        self.failed.load(Relaxed) || self.progress.stop.load(Relaxed)
    }

    fn all(&mut self, inputs: &[Input], stdin: &mut (dyn Read + Send)) -> Result<(), CountError> {
        for (index, input) in inputs.iter().enumerate() {
            self.at = Some((index, 0));
            if let Err(error) = self.one(index, input, stdin) {
                // When a worker failed, it has said why already.
                let quiet = self.failed.swap(true, Relaxed);
                return if quiet { Ok(()) } else { Err(error) };
            }
            if self.over() {
                return Ok(());
            }
        }
        self.at = None;
        Ok(())
    }

    fn one(&mut self, index: usize, input: &Input, stdin: &mut (dyn Read + Send)) -> Result<(), CountError> {
        let name = input.name();
        #[cfg(feature = "parquet")]
        if let Input::File(path) = input
            && columns::is_table(path)
        {
            return self.table(index, path, &name);
        }
        let failure = |source| input::failure(&name, source);
        let mut opened = input::open(input, stdin, self.progress).map_err(failure)?;
        let mut plan: Option<(Places, u8)> = None;
        while let Some(mut block) = opened.next().map_err(failure)? {
            let (places, delimiter) = match plan {
                Some(plan) => plan,
                None => *plan.insert(layout(&mut block, self.options, &name)?),
            };
            let last = block.last_line();
            let job = Job { rows: Rows::Text { block, places, delimiter }, input: index };
            if self.over() || self.sender.send(job).is_err() {
                return Ok(());
            }
            self.at = Some((index, last));
        }
        if let Some(encoding) = opened.encoding {
            self.notes.encodings.push(format!("{name}: {encoding}"));
        }
        if opened.grown {
            self.notes.grown.push(name);
        }
        Ok(())
    }

    /// A Parquet file: its row groups are the pieces of work.
    #[cfg(feature = "parquet")]
    fn table(&mut self, index: usize, path: &std::path::Path, name: &str) -> Result<(), CountError> {
        let table = Arc::new(columns::Table::open(path, name, self.options)?);
        for group in 0..table.groups() {
            let job = Job { rows: Rows::Group { table: Arc::clone(&table), group }, input: index };
            if self.over() || self.sender.send(job).is_err() {
                return Ok(());
            }
            self.at = Some((index, table.before(group)));
        }
        Ok(())
    }
}
