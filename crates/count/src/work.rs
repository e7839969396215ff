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
use crate::input::Block;
use crate::report::Sample;
use crate::row::{BadRow, Places, Reader, Row};
use crate::store::{Batches, Store};
use crate::{Options, Progress, SAMPLES};

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
            worker.input = job.input;
            // A panic here would leave the feeder waiting for ever.
            let done = catch_unwind(AssertUnwindSafe(|| worker.rows(&job.rows))).unwrap_or(Err(CountError::Lost));
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
        let result = table.rows(group, &name, &mut reader, |number, row| {
            self.take(number, row)?;
            Ok(!number.is_multiple_of(4096) || !self.shared.over())
        });
        self.reader = reader;
        self.shared.progress.bytes.fetch_add(table.bytes(group), Relaxed);
        result
    }

    /// Without quotes a record is a line and a cell is what lies between separators.
    fn plain(&mut self, block: &Block, places: &Places, delimiter: u8) -> Result<(), CountError> {
        let needed = places.last() + 1;
        let mut cells: Vec<&[u8]> = Vec::with_capacity(needed);
        let bytes = block.bytes.as_slice();
        let (separator, newline) = (splat(delimiter), splat(b'\n'));
        let (mut at, mut line) = (0, block.line);
        while at < bytes.len() {
            cells.clear();
            let start = at;
            let end = loop {
                let stop = first_of(bytes, at, separator, newline);
                cells.push(&bytes[at..stop]);
                if bytes.get(stop) != Some(&delimiter) {
                    break stop;
                }
                at = stop + 1;
                if cells.len() == needed {
                    break memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
                }
            };
            // An empty line is no row.
            if !matches!(&bytes[start..end], b"" | b"\r") {
                let row = self.reader.read(places, &cells);
                self.take(line, row)?;
            }
            at = end + 1;
            line += 1;
        }
        Ok(())
    }

    fn quoted(&mut self, block: &Block, places: &Places, delimiter: u8) -> Result<(), CountError> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).flexible(true).from_reader(block.bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        let mut cells: Vec<&[u8]>;
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            let line = block.line + record.position().map_or(0, |position| position.line() - 1);
            cells = record.iter().collect();
            let row = self.reader.read(places, &cells);
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

const LOW: u64 = u64::from_le_bytes([1; 8]);

/// The byte in all eight places.
fn splat(byte: u8) -> u64 {
    u64::from(byte) * LOW
}

/// The place of the first of two bytes (given as [`splat`]) from `at` on, or the end.
///
/// Cells are short: eight bytes at a time in place is faster than a call of a search made for long texts.
fn first_of(bytes: &[u8], mut at: usize, one: u64, other: u64) -> usize {
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        // The lowest marked byte is zero in one of the two; marks above it may be wrong.
        let zero = |word: u64| word.wrapping_sub(LOW) & !word;
        let marks = (zero(word ^ one) | zero(word ^ other)) & LOW << 7;
        if marks != 0 {
            return at + (marks.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let bytes_of = |word: u64| word.to_le_bytes()[0];
    let found = bytes[at..].iter().position(|&byte| byte == bytes_of(one) || byte == bytes_of(other));
    found.map_or(bytes.len(), |place| at + place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_of_two_bytes(bytes in prop::collection::vec(prop_oneof![Just(b','), Just(b'\n'), Just(b'-'), any::<u8>()], 0..40), at in 0_usize..40) {
            let at = at.min(bytes.len());
            let plain = bytes[at..].iter().position(|byte| matches!(byte, b',' | b'\n')).map_or(bytes.len(), |place| at + place);
            prop_assert_eq!(first_of(&bytes, at, splat(b','), splat(b'\n')), plain);
        }
    }
}
