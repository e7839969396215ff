//! The threads that turn blocks into rows and rows into people.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "parquet")]
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

use guosuo_rules::path::Ground;
use serde::{Deserialize, Serialize};

#[cfg(feature = "parquet")]
use crate::columns::Table;
use crate::error::CountError;
use crate::input::{Block, Spare};
use crate::lines::Lines;
use crate::report::Sample;
#[cfg(feature = "parquet")]
use crate::row::Day;
use crate::row::{BadRow, Places, Reader, Row};
use crate::store::{Batches, Store};
use crate::straight::{Straight, Today, split};
use crate::{Options, Progress, SAMPLES};

/// Lines of a block that are tried for being straight.
const TRIES: u32 = 8;

/// What one worker adds up of one input.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) rows: u64,
    pub(crate) counted: u64,
    pub(crate) excluded: BTreeMap<Ground, u64>,
    pub(crate) bad: BTreeMap<BadRow, u64>,
    #[serde(skip)]
    pub(crate) samples: Vec<Sample>,
    pub(crate) forms: [u64; 5],
    /// First and last day seen, as year and day of the year.
    pub(crate) days: Option<((i16, u16), (i16, u16))>,
}

impl Tally {
    pub(crate) fn join(&mut self, other: Self) {
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

    #[inline]
    fn see(&mut self, day: (i16, u16)) {
        let (first, last) = self.days.get_or_insert((day, day));
        *first = day.min(*first);
        *last = day.max(*last);
    }
}

/// Rows on their way to a worker.
pub(crate) enum Rows {
    /// Lines of text.
    Text { block: Block, places: Places, delimiter: u8 },
    /// A row group of a Parquet file.
    #[cfg(feature = "parquet")]
    Group { table: Arc<Table>, group: usize },
}

/// A piece of work.
pub(crate) struct Job {
    pub(crate) rows: Rows,
    pub(crate) input: usize,
}

/// What all workers share.
pub(crate) struct Shared<'a> {
    pub(crate) jobs: Mutex<Receiver<Job>>,
    pub(crate) store: &'a Store,
    /// Where the bytes of blocks go back to.
    pub(crate) spare: &'a Spare,
    pub(crate) options: &'a Options,
    pub(crate) names: &'a [String],
    pub(crate) progress: &'a Progress,
    /// See [`Reader`].
    pub(crate) keyed: bool,
    /// Set by whoever fails first.
    pub(crate) failed: &'a AtomicBool,
}

impl Shared<'_> {
    fn over(&self) -> bool {
        // What was handed out is kept: it is worked off even when the run is stopped.
        self.failed.load(Relaxed) || (self.progress.stop.load(Relaxed) && self.options.keep.is_none())
    }

    /// One thread: works until the queue is closed. Returns what was added up of each input.
    pub(crate) fn work(&self) -> Result<BTreeMap<usize, Tally>, CountError> {
        let mut worker = Worker {
            reader: Reader::new(&self.options.secret, self.options.ids_only, self.keyed),
            tally: Tally::default(),
            batches: Batches::default(),
            shared: self,
            input: 0,
            marks: Vec::new(),
            ends: Vec::new(),
            straight: None,
            crooked: false,
            groups: None,
        };
        let mut tallies: BTreeMap<usize, Tally> = BTreeMap::new();
        let mut failure = None;
        loop {
            let job = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { break };
            // After a failure the queue is only emptied, so that the reader does not hang.
            if failure.is_some() || self.over() {
                continue;
            }
            if worker.input != job.input {
                // Another file has other columns.
                (worker.input, worker.straight, worker.crooked) = (job.input, None, false);
            }
            // A panic here would leave the feeder waiting for ever.
            let done = catch_unwind(AssertUnwindSafe(|| worker.rows(&job.rows))).unwrap_or(Err(CountError::Lost));
            if let Rows::Text { block, .. } = job.rows {
                self.spare.give(block.bytes);
            }
            if let Err(error) = done {
                self.failed.store(true, Relaxed);
                failure = Some(error);
            }
            let mut tally = std::mem::take(&mut worker.tally);
            tally.forms = std::mem::take(&mut worker.reader.forms);
            self.progress.rows.fetch_add(tally.rows, Relaxed);
            tallies.entry(job.input).or_default().join(tally);
        }
        if let Some(error) = failure {
            return Err(error);
        }
        worker.batches.flush(self.store)?;
        Ok(tallies)
    }
}

struct Worker<'a> {
    reader: Reader<'a>,
    tally: Tally,
    batches: Batches,
    shared: &'a Shared<'a>,
    input: usize,
    /// Room for the marks of a block.
    marks: Vec<u64>,
    /// Room for the ends of the cells of a line.
    ends: Vec<usize>,
    /// The usual line, where nearly all are like it and hold nothing else.
    straight: Option<Straight>,
    /// Whether too few lines were like one another: the input is searched by its marks from then on.
    crooked: bool,
    /// The groups of the year in hand: not sensitive, sensitive.
    groups: Option<(i16, [usize; 2])>,
}

#[cfg(feature = "parquet")]
impl crate::columns::Takes for Worker<'_> {
    fn person(&mut self, sensitive: bool, key: u64, (year, day, _): Day) -> Result<(), CountError> {
        self.person(sensitive, key, year, day)
    }

    fn row(&mut self, number: u64, row: Result<Row, BadRow>) -> Result<(), CountError> {
        self.take(number, row)
    }

    fn goes_on(&self) -> bool {
        !self.shared.over()
    }
}

impl Worker<'_> {
    fn rows(&mut self, rows: &Rows) -> Result<(), CountError> {
        match rows {
            Rows::Text { block, places, delimiter } if block.quoted => self.quoted(block, places, *delimiter),
            Rows::Text { block, places, delimiter } => self.plain(block, places, *delimiter),
            #[cfg(feature = "parquet")]
            Rows::Group { table, group } => self.group(table, *group),
        }
    }

    #[cfg(feature = "parquet")]
    fn group(&mut self, table: &Table, group: usize) -> Result<(), CountError> {
        let name = self.shared.names.get(self.input).cloned().unwrap_or_default();
        // The reader is lent out while the rows are taken here.
        let spare = Reader::new(&self.shared.options.secret, self.shared.options.ids_only, self.shared.keyed);
        let mut reader = std::mem::replace(&mut self.reader, spare);
        let result = table.rows(group, &name, &mut reader, self);
        self.reader = reader;
        self.shared.progress.bytes.fetch_add(table.bytes(group), Relaxed);
        result
    }

    /// Counts a person by its packed ID number.
    #[inline]
    fn person(&mut self, sensitive: bool, key: u64, year: i16, day: u16) -> Result<(), CountError> {
        let places = match self.groups {
            Some((known, places)) if known == year => places,
            _ => {
                let both = [false, true].map(|kind| self.batches.place((year, kind)));
                self.groups.insert((year, both)).1
            }
        };
        self.tally.rows += 1;
        self.tally.counted += 1;
        self.tally.see((year, day));
        self.batches.take_packed(places[usize::from(sensitive)], key, day, self.shared.store)
    }

    /// Without quotes a record is a line and a cell is what lies between separators.
    fn plain(&mut self, block: &Block, places: &Places, delimiter: u8) -> Result<(), CountError> {
        match self.straight.take() {
            Some(like) => self.straight(block, places, delimiter, like),
            None => self.marked(block, places, delimiter),
        }
    }

    /// The day of the row before and the groups of its year, as straight lines need them.
    fn today(&mut self) -> Option<(Today, [usize; 2])> {
        let today = self.reader.today()?;
        Some((today, [false, true].map(|kind| self.batches.place((today.day.0, kind)))))
    }

    /// Adds up the rows of a day that were counted one after the other.
    fn counted(&mut self, today: &Today, rows: u64) {
        if rows > 0 {
            self.tally.rows += rows;
            self.tally.counted += rows;
            self.tally.see(today.day);
            self.reader.forms[today.form as usize] += rows;
        }
    }

    /// Lines of which nearly all are like one that was understood.
    fn straight(&mut self, block: &Block, places: &Places, delimiter: u8, mut like: Straight) -> Result<(), CountError> {
        let (bytes, needed, store) = (block.bytes.as_slice(), places.last() + 1, self.shared.store);
        let mut ends = std::mem::take(&mut self.ends);
        let (mut at, mut number, mut others) = (0, block.line, 0_u64);
        while at < bytes.len() {
            if let Some((today, groups)) = self.today() {
                let mut rows = 0;
                while let Some((kind, key)) = like.person(&today, &bytes[at..]) {
                    at += like.step();
                    rows += 1;
                    self.batches.take_packed(groups[usize::from(kind)], key, today.day.1, store)?;
                }
                number += rows;
                self.counted(&today, rows);
            }
            if at >= bytes.len() {
                break;
            }
            // Another day, a row that does not count, or one that has to be looked at closely.
            let (length, line) = split(&bytes[at..], delimiter, needed, &mut ends);
            at += length + 1;
            others += 1;
            if let Some((kind, key, (year, day))) = self.reader.quick(places, &line) {
                self.person(kind, key, year, day)?;
                if at <= bytes.len() {
                    like = Straight::of(places, &ends, length, delimiter).unwrap_or(like);
                }
            } else if !line.is_empty() {
                let row = self.reader.read(places, |at| line.cell(at));
                self.take(number, row)?;
            }
            number += 1;
        }
        self.ends = ends;
        // Marks are cheaper where one line in four has to be looked at byte by byte.
        self.crooked = others * 4 > number - block.line;
        self.straight = (!self.crooked).then_some(like);
        Ok(())
    }

    /// Lines of any kind, by the marks of the block.
    fn marked(&mut self, block: &Block, places: &Places, delimiter: u8) -> Result<(), CountError> {
        let mut room = std::mem::take(&mut self.marks);
        let mut lines = Lines::new(&block.bytes, delimiter, places.last() + 1, &mut room);
        let mut number = block.line;
        let (mut like, mut tries) = (None, if self.crooked { 0 } else { TRIES });
        while lines.advance() {
            if let Some((kind, key, (year, day))) = self.reader.quick(places, &lines.line()) {
                if like.is_none() && tries > 0 {
                    (like, tries) = (lines.straight(places, delimiter), tries - 1);
                }
                lines.remember();
                self.person(kind, key, year, day)?;
            } else if !lines.line().is_empty() {
                let line = lines.line();
                let row = self.reader.read(places, |at| line.cell(at));
                self.take(number, row)?;
            }
            number += 1;
        }
        self.straight = like;
        self.marks = room;
        Ok(())
    }

    fn quoted(&mut self, block: &Block, places: &Places, delimiter: u8) -> Result<(), CountError> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).flexible(true).from_reader(block.bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            let line = block.line + record.position().map_or(0, |position| position.line() - 1);
            let row = self.reader.read(places, |at| record.get(at));
            self.take(line, row)?;
        }
        Ok(())
    }

    fn take(&mut self, line: u64, row: Result<Row, BadRow>) -> Result<(), CountError> {
        self.tally.rows += 1;
        match row {
            Ok(Row::Counts(seen)) => {
                self.tally.counted += 1;
                self.tally.see((seen.group.0, seen.day));
                self.batches.take(&seen, self.shared.store)?;
            }
            Ok(Row::Excluded(ground)) => *self.tally.excluded.entry(ground).or_default() += 1,
            Err(reason) => {
                let name = || self.shared.names.get(self.input).cloned().unwrap_or_default();
                if self.shared.options.strict {
                    return Err(CountError::Strict { name: name(), line, reason });
                }
                *self.tally.bad.entry(reason).or_default() += 1;
                if self.tally.samples.len() < SAMPLES {
                    self.tally.samples.push(Sample { name: name(), line, reason });
                }
            }
        }
        Ok(())
    }
}
