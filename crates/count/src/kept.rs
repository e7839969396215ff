//! Sets of people kept across runs and exchanged between affiliates: keyed values and days, never identifiers.
//!
//! A file is `guosuo-set 1`, a line of JSON that tells whether a secret is the right one, chunks of people, a list of
//! the logs that went into it, and an HMAC over everything before it: a file that was cut or changed is refused. It is
//! written beside its place and put there whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::error::CountError;
use crate::key::{Key, Secret};
use crate::report::Member;
use crate::store::{Batches, Group, Seen, Store};
use crate::work::Tally;

const MAGIC: &[u8] = b"guosuo-set 1\n";

/// Kind of the chunk that ends the people.
const END: u8 = 0xFF;

/// Bytes of one person: 16 of the value, 2 of the day.
const ENTRY: usize = 18;

/// A log that is in a set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Log {
    pub(crate) name: String,
    pub(crate) length: u64,
    pub(crate) modified: u128,
    /// Read to its end.
    pub(crate) whole: bool,
    pub(crate) tally: Tally,
}

impl Log {
    /// Whether both are the same file, unchanged.
    pub(crate) fn is_at_the_state_of(&self, other: &Self) -> bool {
        (&self.name, self.length, self.modified) == (&other.name, other.length, other.modified)
    }
}

/// What can be known of a log before it is read.
pub(crate) fn state(path: &Path) -> io::Result<(String, u64, u128)> {
    let metadata = path.metadata()?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    Ok((path.canonicalize()?.display().to_string(), metadata.len(), modified))
}

/// Whether a file is a kept set.
pub(crate) fn is_set(path: &Path) -> bool {
    let mut magic = [0; MAGIC.len()];
    path.is_file() && File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == MAGIC
}

/// Passes bytes on and adds them to an HMAC.
struct Tagged<T> {
    inner: T,
    mac: Hmac<Sha256>,
}

impl<R: Read> Tagged<R> {
    fn take(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.inner.read_exact(bytes)?;
        self.mac.update(bytes);
        Ok(())
    }

    fn number(&mut self) -> io::Result<usize> {
        let mut bytes = [0; 4];
        self.take(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes) as usize)
    }
}

impl<W: Write> Tagged<W> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.mac.update(bytes);
        self.inner.write_all(bytes)
    }

    fn count(&mut self, number: usize) -> io::Result<()> {
        self.put(&u32::try_from(number).map_err(io::Error::other)?.to_le_bytes())
    }
}

/// Reads a set into the store. Returns how many people it holds alone, and the logs that are in it.
pub(crate) fn load(path: &Path, name: &str, secret: &Secret, store: &Store) -> Result<(Member, Vec<Log>), CountError> {
    let failure = |source| crate::input::failure(name, source);
    let file = File::open(path).map_err(failure)?;
    let mut from = Tagged { inner: BufReader::with_capacity(1 << 20, file), mac: secret.tag() };
    let mut head = [0; MAGIC.len() + 32];
    from.take(&mut head).map_err(failure)?;
    if head[MAGIC.len()..] != secret.check() {
        return Err(CountError::OtherSecret { name: name.to_owned() });
    }
    let mut people: BTreeMap<i16, [u64; 2]> = BTreeMap::new();
    let mut batches = Batches::default();
    let mut chunk = Vec::new();
    loop {
        let mut group = [0; 3];
        from.take(&mut group).map_err(failure)?;
        let (year, kind) = (i16::from_le_bytes([group[0], group[1]]), group[2]);
        let count = from.number().map_err(failure)?;
        if kind == END {
            chunk.resize(count, 0);
            from.take(&mut chunk).map_err(failure)?;
            break;
        }
        people.entry(year).or_default()[usize::from(kind == 1)] += count as u64;
        // A count that is a lie runs into the end of the file, entry by entry, not into the memory.
        for _ in 0..count {
            let mut entry = [0; ENTRY];
            from.take(&mut entry).map_err(failure)?;
            let mut value = [0; 16];
            value.copy_from_slice(&entry[..16]);
            let day = u16::from_le_bytes([entry[16], entry[17]]);
            let seen = Seen { group: (year, kind == 1), key: Key::Keyed(u128::from_le_bytes(value)), day };
            batches.take(&seen, store)?;
        }
    }
    batches.flush(store)?;
    let mut tag = [0; 32];
    from.inner.read_exact(&mut tag).map_err(failure)?;
    from.mac.verify_slice(&tag).map_err(|_| failure(io::Error::new(io::ErrorKind::InvalidData, "the set was changed")))?;
    let logs = serde_json::from_slice(&chunk).map_err(|error| failure(error.into()))?;
    let people = people.into_iter().map(|(year, [non_sensitive, sensitive])| (year, non_sensitive, sensitive)).collect();
    Ok((Member { name: name.to_owned(), people }, logs))
}

/// A file beside a place, in which it is written before it is put there whole; others cannot read it.
pub(crate) fn beside(place: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".guosuo-set-").tempfile_in(folder)
}

/// A set on its way to its place.
pub(crate) struct Draft {
    to: Tagged<BufWriter<tempfile::NamedTempFile>>,
    place: PathBuf,
}

impl Draft {
    pub(crate) fn new(place: &Path, secret: &Secret) -> io::Result<Self> {
        let file = beside(place)?;
        let mut to = Tagged { inner: BufWriter::with_capacity(1 << 20, file), mac: secret.tag() };
        to.put(MAGIC)?;
        to.put(&secret.check())?;
        Ok(Self { to, place: place.to_owned() })
    }

    /// Adds people of one group.
    pub(crate) fn add(&mut self, group: Group, people: impl Iterator<Item = (Key, u16)>) -> io::Result<()> {
        let mut entries: Vec<(u128, u16)> = people
            .map(|(key, day)| match key {
                Key::Keyed(value) => (value, day),
                Key::Packed(value) => (value.into(), day),
            })
            .collect();
        // In the order of the values: the order of the rows is nobody's business.
        entries.sort_unstable();
        self.to.put(&group.0.to_le_bytes())?;
        self.to.put(&[u8::from(group.1)])?;
        self.to.count(entries.len())?;
        for (value, day) in entries {
            self.to.put(&value.to_le_bytes())?;
            self.to.put(&day.to_le_bytes())?;
        }
        Ok(())
    }

    /// Ends the file and puts it in its place.
    pub(crate) fn finish(mut self, logs: &[Log]) -> io::Result<()> {
        let text = serde_json::to_vec(logs)?;
        self.to.put(&[0, 0, END])?;
        self.to.count(text.len())?;
        self.to.put(&text)?;
        let tag = self.to.mac.finalize().into_bytes();
        self.to.inner.write_all(&tag)?;
        let file = self.to.inner.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.place).map_err(|error| error.error)?;
        Ok(())
    }
}
