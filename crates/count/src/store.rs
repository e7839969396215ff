//! All people of a run, in partitions, within a limit of memory.
//!
//! A partition that is touched while the whole is over its limit goes to an anonymous file (no name, so nothing
//! stays behind after a kill), encrypted under the secret of the run. At the end the partitions are put together
//! again one after the other, in several passes where one would not fit.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use crate::error::CountError;
use crate::key::{Key, Secret};
use crate::leaving::Leaving;
use crate::table::{Keyed, Packed, spread};

/// Partitions: enough that each is small, few enough that batches for them fill.
pub(crate) const PARTS: usize = 128;

/// Year and kind (`true`: sensitive).
pub(crate) type Group = (i16, bool);

/// One row that counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) group: Group,
    pub(crate) key: Key,
    /// Day of the year, from 0.
    pub(crate) day: u16,
}

/// The partition of a hash: from bits that the tables inside do not use.
#[inline]
fn part_of(hash: u64) -> usize {
    (hash >> 57) as usize % PARTS
}

/// Rows of one partition that travel together: enough that a table is looked up in many times while its pages are known.
const ROWS: usize = 512;

/// Rows of one group on their way into the store.
#[derive(Debug)]
struct Batch {
    group: Group,
    /// Packed ID numbers: [`ROWS`] places for each partition, side by side.
    packed: Vec<u64>,
    /// How many of them are filled.
    filled: [usize; PARTS],
    keyed: Vec<Vec<(u128, u16)>>,
}

impl Batch {
    fn new(group: Group) -> Self {
        let keyed = (0..PARTS).map(|_| Vec::new()).collect();
        Self { group, packed: vec![0; ROWS * PARTS], filled: [0; PARTS], keyed }
    }

    /// What is there of one partition goes to the store.
    fn hand_over(&mut self, part: usize, store: &Store) -> Result<(), CountError> {
        let from = part * ROWS;
        let packed = &mut self.packed[from..from + std::mem::take(&mut self.filled[part])];
        store.add(part, self.group, packed, &mut self.keyed[part])
    }
}

/// Rows on their way into the store.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    groups: Vec<Batch>,
    /// The group of the last row: mostly that of the next one too.
    last: usize,
}

impl Batches {
    /// The place of a group, for [`Self::take_packed`].
    pub(crate) fn place(&mut self, group: Group) -> usize {
        self.groups.iter().position(|batch| batch.group == group).unwrap_or_else(|| {
            self.groups.push(Batch::new(group));
            self.groups.len() - 1
        })
    }

    /// Takes a packed ID number of the group at a place.
    #[inline]
    pub(crate) fn take_packed(&mut self, place: usize, key: u64, day: u16, store: &Store) -> Result<(), CountError> {
        let word = Packed::word(key, day);
        let part = part_of(spread(word >> 9));
        let batch = &mut self.groups[place];
        let filled = batch.filled[part];
        batch.packed[part * ROWS + filled] = word;
        batch.filled[part] = filled + 1;
        if filled + 1 == ROWS { batch.hand_over(part, store) } else { Ok(()) }
    }

    /// Takes a row; a full batch goes to the store.
    pub(crate) fn take(&mut self, seen: &Seen, store: &Store) -> Result<(), CountError> {
        if self.groups.get(self.last).is_none_or(|batch| batch.group != seen.group) {
            self.last = self.place(seen.group);
        }
        match seen.key {
            Key::Packed(key) => self.take_packed(self.last, key, seen.day, store),
            Key::Keyed(key) => {
                let part = part_of(hash(seen.key));
                let batch = &mut self.groups[self.last];
                batch.keyed[part].push((key, seen.day));
                if batch.keyed[part].len() >= ROWS { batch.hand_over(part, store) } else { Ok(()) }
            }
        }
    }

    /// Everything that is still here goes to the store.
    pub(crate) fn flush(&mut self, store: &Store) -> Result<(), CountError> {
        for batch in &mut self.groups {
            for part in 0..PARTS {
                batch.hand_over(part, store)?;
            }
        }
        Ok(())
    }
}

fn spill_failed(source: io::Error, written: u64) -> CountError {
    CountError::Spill { folder: std::env::temp_dir(), written, source }
}

fn hash(key: Key) -> u64 {
    match key {
        Key::Packed(key) => spread(key + 1),
        Key::Keyed(key) => (key >> 64) as u64,
    }
}

#[derive(Debug, Default)]
struct Sets {
    packed: Packed,
    keyed: Keyed,
}

impl Sets {
    fn insert(&mut self, key: Key, day: u16) {
        match key {
            Key::Packed(key) => self.packed.insert(Packed::word(key, day)),
            Key::Keyed(key) => self.keyed.insert(key, day),
        }
    }

    fn bytes(&self) -> usize {
        self.packed.bytes() + self.keyed.bytes()
    }

    fn iter(&self) -> impl Iterator<Item = (Key, u16)> {
        let packed = self.packed.iter().map(|(key, day)| (Key::Packed(key), day));
        packed.chain(self.keyed.iter().map(|(key, day)| (Key::Keyed(key), day)))
    }
}

/// Entries of one group in the spill file.
#[derive(Clone, Copy, Debug)]
struct Run {
    group: Group,
    offset: u64,
    entries: usize,
}

/// Bytes of one entry in the spill file: 16 of key, 2 of day, 1 of kind, padded.
const ENTRY: usize = 20;

#[derive(Debug, Default)]
struct Part {
    groups: BTreeMap<Group, Sets>,
    runs: Vec<Run>,
    bytes: usize,
}

/// First sightings per day of the year, for each group.
pub(crate) type Days = BTreeMap<Group, Vec<u64>>;

/// The people of a run.
#[derive(Debug)]
pub(crate) struct Store {
    parts: Vec<Mutex<Part>>,
    used: AtomicUsize,
    limit: usize,
    file: File,
    end: AtomicU64,
    secret: Secret,
}

impl Store {
    pub(crate) fn new(limit: usize) -> Result<Self, CountError> {
        let file = tempfile::tempfile().map_err(|source| spill_failed(source, 0))?;
        Ok(Self {
            parts: (0..PARTS).map(|_| Mutex::default()).collect(),
            used: AtomicUsize::new(0),
            limit,
            file,
            end: AtomicU64::new(0),
            // Not the secret of the keys: what is encrypted twice under one key at one place can be compared.
            secret: Secret::of_the_run(),
        })
    }

    /// Bytes written to the spill file.
    pub(crate) fn spilled(&self) -> u64 {
        self.end.load(Relaxed)
    }

    fn failed(&self, source: io::Error) -> CountError {
        spill_failed(source, self.spilled())
    }

    /// Takes a batch of one partition and one group.
    fn add(&self, part: usize, group: Group, packed: &mut [u64], keyed: &mut Vec<(u128, u16)>) -> Result<(), CountError> {
        if packed.is_empty() && keyed.is_empty() {
            return Ok(());
        }
        let mut part = self.parts[part].lock().unwrap_or_else(PoisonError::into_inner);
        let sets = part.groups.entry(group).or_default();
        sets.packed.insert_all(packed);
        keyed.drain(..).for_each(|(key, day)| sets.keyed.insert(key, day));
        let now: usize = part.groups.values().map(Sets::bytes).sum();
        self.used.fetch_add(now, Relaxed);
        let used = self.used.fetch_sub(part.bytes, Relaxed) - part.bytes;
        part.bytes = now;
        if used > self.limit { self.spill(&mut part).map_err(|source| self.failed(source)) } else { Ok(()) }
    }

    fn spill(&self, part: &mut Part) -> io::Result<()> {
        for (group, sets) in std::mem::take(&mut part.groups) {
            let entries = sets.packed.len() + sets.keyed.len();
            let mut bytes = Vec::with_capacity(entries * ENTRY);
            for (key, day) in sets.iter() {
                let (wide, kind) = match key {
                    Key::Packed(key) => (u128::from(key), 0),
                    Key::Keyed(key) => (key, 1),
                };
                bytes.extend_from_slice(&wide.to_le_bytes());
                bytes.extend_from_slice(&day.to_le_bytes());
                bytes.extend_from_slice(&[kind, 0]);
            }
            let room = bytes.len().next_multiple_of(32) as u64;
            let offset = self.end.fetch_add(room, Relaxed);
            self.secret.stream(offset, &mut bytes);
            self.file.write_all_at(&bytes, offset)?;
            part.runs.push(Run { group, offset, entries });
        }
        self.used.fetch_sub(part.bytes, Relaxed);
        part.bytes = 0;
        Ok(())
    }

    /// The sum of all, with `threads` threads: `None` when `stop` was set meanwhile. The people go where they are kept.
    pub(crate) fn finish(self, threads: usize, stop: &AtomicBool, leaving: &Leaving) -> Result<Option<Days>, CountError> {
        self.sums(threads, stop, leaving).map_err(|source| self.failed(source))
    }

    fn sums(&self, threads: usize, stop: &AtomicBool, leaving: &Leaving) -> io::Result<Option<Days>> {
        if self.spilled() > 0 {
            // Room for putting together: everything else goes out first.
            for part in &self.parts {
                self.spill(&mut part.lock().unwrap_or_else(PoisonError::into_inner))?;
            }
        }
        let next = AtomicUsize::new(0);
        let budget = (self.limit / threads.max(1)).max(1 << 16);
        let work = || -> io::Result<Days> {
            let mut days = Days::new();
            loop {
                if stop.load(Relaxed) {
                    return Ok(days);
                }
                let Some(part) = self.parts.get(next.fetch_add(1, Relaxed)) else {
                    return Ok(days);
                };
                let part = std::mem::take(&mut *part.lock().unwrap_or_else(PoisonError::into_inner));
                self.sum(&part, budget, &mut days, leaving)?;
            }
        };
        let results: Vec<io::Result<Days>> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
            let lost = || Err(io::Error::other("a counting thread ended early"));
            handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| lost())).collect()
        });
        let mut all = Days::new();
        for days in results {
            for (group, counts) in days? {
                let sum = all.entry(group).or_insert_with(|| vec![0; 366]);
                sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        Ok((!stop.load(Relaxed)).then_some(all))
    }

    fn sum(&self, part: &Part, budget: usize, days: &mut Days, leaving: &Leaving) -> io::Result<()> {
        let mut add = |group: Group, sets: &Sets| -> io::Result<()> {
            let counts = days.entry(group).or_insert_with(|| vec![0; 366]);
            for (_, day) in sets.iter() {
                if let Some(count) = counts.get_mut(usize::from(day)) {
                    *count += 1;
                }
            }
            leaving.add(group, || sets.iter())
        };
        for (&group, sets) in &part.groups {
            add(group, sets)?;
        }
        let mut groups: Vec<Group> = part.runs.iter().map(|run| run.group).collect();
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let runs: Vec<Run> = part.runs.iter().filter(|run| run.group == group).copied().collect();
            let entries: usize = runs.iter().map(|run| run.entries).sum();
            // A table may be twice as large as its entries, and it doubles while it grows: reckon with 48 bytes each.
            let passes = (entries * 48).div_ceil(budget).max(1) as u64;
            for pass in 0..passes {
                let mut sets = Sets::default();
                for run in &runs {
                    self.read(run, |key, day| {
                        // Neither the bits of the partition nor those that the tables use.
                        if (hash(key) >> 40 & 0x1_FFFF) % passes == pass {
                            sets.insert(key, day);
                        }
                    })?;
                }
                add(group, &sets)?;
            }
        }
        Ok(())
    }

    fn read(&self, run: &Run, mut each: impl FnMut(Key, u16)) -> io::Result<()> {
        // 32 entries are a whole number of key-stream blocks.
        const CHUNK: usize = ENTRY * 32 * 100;
        let total = run.entries * ENTRY;
        let mut bytes = vec![0; CHUNK.min(total)];
        let mut done = 0;
        while done < total {
            let part = &mut bytes[..CHUNK.min(total - done)];
            let offset = run.offset + done as u64;
            self.file.read_exact_at(part, offset)?;
            self.secret.stream(offset, part);
            for entry in part.chunks_exact(ENTRY) {
                let mut wide = [0; 16];
                wide.copy_from_slice(&entry[..16]);
                let wide = u128::from_le_bytes(wide);
                let key = if entry[18] == 0 { Key::Packed(u64::try_from(wide).unwrap_or(u64::MAX)) } else { Key::Keyed(wide) };
                each(key, u16::from_le_bytes([entry[16], entry[17]]));
            }
            done += part.len();
        }
        Ok(())
    }
}
