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
#[cfg(feature = "parquet")]
mod decode;
mod error;
mod generate;
#[cfg(feature = "png")]
mod image;
mod input;
mod kept;
mod key;
mod layout;
mod leaving;
mod lines;
#[cfg(feature = "parquet")]
mod pages;
mod report;
mod row;
mod sql;
mod store;
mod straight;
mod table;
mod work;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

pub use chart::{ChartWords, chart};
pub use error::{CountError, Reached};
pub use generate::{Generator, generate};
pub use guosuo_rules::series::{Crossing, DayCount, Forecast, Series, Warning};
#[cfg(feature = "png")]
pub use image::{ImageError, png};
pub use input::{Input, expand};
pub use key::Secret;
pub use leaving::KeyedFile;
pub use report::{Member, Report, Sample, YearReport};
pub use row::{BadRow, Column, DateForm, Kind};
pub use sql::{Dialect, rows_sql, sql};

use input::Spare;
use kept::Log;
use layout::layout;
use leaving::Leaving;
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
    /// The exempt scenario (the codes of `Ground`; empty: none).
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
    /// The set of people kept across runs: read when it is there, written anew at the end. All keys are keyed then.
    pub keep: Option<PathBuf>,
    /// A file for the yearly ledger: keyed values with their first day, as CSV. All keys are keyed then.
    pub keyed_out: Option<PathBuf>,
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
    /// The input in hand and the last line (or row) handed out.
    pub at: Mutex<Option<(String, u64)>>,
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
    let mut logs = Vec::new();
    if let Some(place) = options.keep.as_deref().filter(|place| place.exists()) {
        logs = kept::load(place, &place.display().to_string(), &options.secret, &store)?.1;
    }
    if let Some(place) = &options.keyed_out {
        leaving::try_place(place)?;
    }
    let keyed = options.keep.is_some() || options.keyed_out.is_some() || inputs.iter().any(Input::is_set);
    let failed = AtomicBool::new(false);
    let (sender, receiver) = sync_channel::<Job>(threads * 2);
    let names: Vec<String> = inputs.iter().map(Input::name).collect();
    let spare = Spare::default();
    let jobs = Mutex::new(receiver);
    let shared = Shared { jobs, store: &store, spare: &spare, options, names: &names, progress, keyed, failed: &failed };
    let mut feed = Feed {
        options,
        progress,
        sender,
        failed: &failed,
        store: &store,
        spare: &spare,
        logs,
        fresh: Vec::new(),
        notes: Notes::default(),
        at: None,
    };
    let (read, feed, tallies) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| shared.work())).collect();
        let read = feed.all(inputs, stdin);
        let Feed { sender, notes, at, logs, fresh, .. } = feed;
        // The queue is closed: the workers end.
        drop(sender);
        let lost = || Err(CountError::Lost);
        let tallies: Vec<_> = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| lost())).collect();
        (read, (notes, at, logs, fresh), tallies)
    });
    let (notes, at, mut logs, fresh) = feed;
    let mut new: BTreeMap<usize, Tally> = BTreeMap::new();
    for tally in tallies {
        tally?.into_iter().for_each(|(input, tally)| new.entry(input).or_default().join(tally));
    }
    let stopped = |kept: bool| {
        let whole = names.iter().take(at.map_or(names.len(), |(index, _)| index)).cloned().collect();
        let at = at.and_then(|(index, line)| Some((names.get(index)?.clone(), line)));
        CountError::Stopped(Box::new(Reached { whole, at, rows: progress.rows.load(Relaxed), kept }))
    };
    let stop = progress.stop.load(Relaxed);
    if stop && options.keep.is_none() {
        return Err(stopped(false));
    }
    if !stop {
        read?;
    }
    for (input, mut log) in fresh {
        log.tally.join(new.remove(&input).unwrap_or_default());
        log.whole = log.whole && at.is_none_or(|(index, _)| index != input);
        logs.push(log);
    }
    let leaving = Leaving::new(options)?;
    let spilled = store.spilled();
    let never = AtomicBool::new(false);
    let days = store.finish(threads, if options.keep.is_some() { &never } else { &progress.stop }, &leaving)?;
    let values = leaving.keep(&logs)?;
    if stop {
        return Err(stopped(true));
    }
    let days = days.ok_or_else(|| stopped(false))?;
    let keyed = values.map(|values| values.write(&options.secret)).transpose()?;
    let mut all = Tally::default();
    for log in logs {
        all.join(log.tally);
    }
    Ok(Report { keyed, ..report::build(days, all, notes, spilled, options.as_of) })
}

/// What is worth knowing about the inputs.
#[derive(Debug, Default)]
struct Notes {
    encodings: Vec<String>,
    grown: Vec<String>,
    skipped: Vec<String>,
    members: Vec<Member>,
}

/// Reads the inputs and hands their rows out.
struct Feed<'a> {
    options: &'a Options,
    progress: &'a Progress,
    sender: SyncSender<Job>,
    failed: &'a AtomicBool,
    store: &'a Store,
    spare: &'a Spare,
    /// Logs that are in the store already.
    logs: Vec<Log>,
    /// Logs of this run, with the number of their input.
    fresh: Vec<(usize, Log)>,
    notes: Notes,
    /// The input in hand, and the last line handed out.
    at: Option<(usize, u64)>,
}

impl Feed<'_> {
    fn over(&self) -> bool {
        self.failed.load(Relaxed) || self.progress.stop.load(Relaxed)
    }

    fn reach(&mut self, index: usize, line: u64, name: &str) {
        self.at = Some((index, line));
        *self.progress.at.lock().unwrap_or_else(PoisonError::into_inner) = Some((name.to_owned(), line));
    }

    fn all(&mut self, inputs: &[Input], stdin: &mut (dyn Read + Send)) -> Result<(), CountError> {
        for (index, input) in inputs.iter().enumerate() {
            self.reach(index, 0, &input.name());
            if let Err(error) = self.known(index, input, stdin) {
                // Stopped: what was handed out is still worked off, for the kept set.
                if self.progress.stop.load(Relaxed) {
                    return Ok(());
                }
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

    /// What the kept set holds is not read again; a set is read as one.
    fn known(&mut self, index: usize, input: &Input, stdin: &mut (dyn Read + Send)) -> Result<(), CountError> {
        let name = input.name();
        let mut log = Log { name: name.clone(), length: 0, modified: 0, whole: true, tally: Tally::default() };
        if *input == Input::Stdin {
            // The same command again: what was read of it before a stop is read again.
            self.logs.retain(|known| known.whole || known.name != name);
        }
        if let Input::File(path) = input {
            if input.is_set() {
                let (member, logs) = kept::load(path, &name, &self.options.secret, self.store)?;
                self.notes.members.push(member);
                for log in logs {
                    // Two sets may hold the same log.
                    let same = |other: &Log| log.name != "-" && log.is_at_the_state_of(other);
                    if !self.logs.iter().chain(self.fresh.iter().map(|(_, log)| log)).any(same) {
                        self.fresh.push((usize::MAX, log));
                    }
                }
                return Ok(());
            }
            if self.options.keep.is_some() {
                (log.name, log.length, log.modified) = kept::state(path).map_err(|source| input::failure(&name, source))?;
                if let Some(at) = self.logs.iter().position(|known| known.name == log.name) {
                    let known = &self.logs[at];
                    if known.whole && log.is_at_the_state_of(known) {
                        self.notes.skipped.push(name);
                        return Ok(());
                    }
                    if log.length < known.length || (log.length == known.length && log.modified != known.modified) {
                        return Err(CountError::Changed { name });
                    }
                    // Longer, or read in part: people are counted once however often they are read, rows are not.
                    self.logs.remove(at);
                }
            }
        }
        self.fresh.push((index, log));
        self.one(index, input, stdin)
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
        while let Some(mut block) = opened.next(self.spare).map_err(failure)? {
            let (places, delimiter) = match plan {
                Some(plan) => plan,
                None => *plan.insert(layout(&mut block, self.options, &name)?),
            };
            let last = block.last_line();
            let job = Job { rows: Rows::Text { block, places, delimiter }, input: index };
            if self.over() || self.sender.send(job).is_err() {
                return Ok(());
            }
            self.reach(index, last, &name);
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
            self.reach(index, table.before(group), name);
        }
        Ok(())
    }
}
