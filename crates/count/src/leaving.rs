//! The people that outlive a run, always as keyed values: the kept set, and the file for the yearly ledger.
//!
//! The file is what the ledger takes: CSV with the columns `person,date,sensitive`, a line for each person, year and kind
//! of information with the first day, in the order of the values, so that the same people are the same bytes. It is
//! written beside its place and put there whole, readable by its owner only.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use guosuo_rules::series::day_of;
use guosuo_rules::yearly::{Person, Seen, VALUES_MAX};
use serde::Serialize;

use crate::Options;
use crate::error::CountError;
use crate::kept::{Draft, Log, beside};
use crate::key::{Key, Secret};
use crate::store::Group;

/// What became of the file for the yearly ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum KeyedFile {
    /// It lies in its place.
    Written {
        /// Where.
        place: PathBuf,
        /// Lines after the header: a person once for each year and kind of information.
        values: u64,
        /// The name of the secret, see [`Secret::name`].
        key: String,
    },
    /// Nobody counts: there is nothing to write, and nothing was written.
    Nobody,
    /// More than the ledger takes: nothing was written.
    TooMany {
        /// How many there are.
        values: u64,
        /// Most.
        most: u64,
    },
}

fn unwritable(place: &Path) -> impl FnOnce(io::Error) -> CountError {
    |source| CountError::Keep { place: place.to_owned(), source }
}

/// Tells before an hour of counting that a file cannot be put in a place.
pub(crate) fn try_place(place: &Path) -> Result<(), CountError> {
    if place.is_dir() {
        return Err(unwritable(place)(io::ErrorKind::IsADirectory.into()));
    }
    beside(place).map(drop).map_err(unwritable(place))
}

/// Where people go at the end of a run.
pub(crate) struct Leaving {
    draft: Option<(PathBuf, Mutex<Draft>)>,
    values: Option<Mutex<Values>>,
}

impl Leaving {
    pub(crate) fn new(options: &Options) -> Result<Self, CountError> {
        let draft = |place: &PathBuf| {
            let draft = Draft::new(place, &options.secret).map_err(unwritable(place))?;
            Ok((place.clone(), Mutex::new(draft)))
        };
        Ok(Self {
            draft: options.keep.as_ref().map(draft).transpose()?,
            values: options.keyed_out.as_ref().map(|place| Mutex::new(Values::new(place))),
        })
    }

    /// Takes people of one group. They are told anew for each place they go to.
    pub(crate) fn add<I: Iterator<Item = (Key, u16)>>(&self, group: Group, people: impl Fn() -> I) -> io::Result<()> {
        if let Some((_, draft)) = &self.draft {
            draft.lock().unwrap_or_else(PoisonError::into_inner).add(group, people())?;
        }
        let Some(values) = &self.values else { return Ok(()) };
        values.lock().unwrap_or_else(PoisonError::into_inner).add(group, people())
    }

    /// Puts the kept set in its place. Gives the values for the ledger.
    pub(crate) fn keep(self, logs: &[Log]) -> Result<Option<Values>, CountError> {
        if let Some((place, draft)) = self.draft {
            draft.into_inner().unwrap_or_else(PoisonError::into_inner).finish(logs).map_err(unwritable(&place))?;
        }
        Ok(self.values.map(|values| values.into_inner().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Values on their way to the file for the yearly ledger. No more are held than it takes.
pub(crate) struct Values {
    place: PathBuf,
    most: usize,
    all: u64,
    seen: Vec<Seen>,
}

impl Values {
    fn new(place: &Path) -> Self {
        Self { place: place.to_owned(), most: VALUES_MAX, all: 0, seen: Vec::new() }
    }

    fn add(&mut self, (year, sensitive): Group, people: impl Iterator<Item = (Key, u16)>) -> io::Result<()> {
        for (key, day) in people {
            let Key::Keyed(value) = key else { return Err(io::Error::other("an identifier that is not keyed")) };
            self.all += 1;
            if self.seen.len() < self.most {
                self.seen.push(Seen { person: Person(value), on: day_of(year, usize::from(day)), sensitive });
            }
        }
        Ok(())
    }

    /// Writes the file and puts it in its place.
    pub(crate) fn write(mut self, secret: &Secret) -> Result<KeyedFile, CountError> {
        let most = self.most as u64;
        if self.all > most {
            return Ok(KeyedFile::TooMany { values: self.all, most });
        }
        if self.seen.is_empty() {
            return Ok(KeyedFile::Nobody);
        }
        // The order of the rows is nobody's business.
        self.seen.sort_unstable();
        let written = || -> io::Result<()> {
            let mut to = BufWriter::with_capacity(1 << 20, beside(&self.place)?);
            to.write_all(b"person,date,sensitive\n")?;
            for Seen { person, on, sensitive } in &self.seen {
                writeln!(to, "{person},{on},{}", u8::from(*sensitive))?;
            }
            let file = to.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            file.persist(&self.place).map(drop).map_err(|error| error.error)
        };
        written().map_err(unwritable(&self.place))?;
        Ok(KeyedFile::Written { place: self.place, values: self.all, key: secret.name() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(place: &Path, most: usize, people: u32) -> Values {
        let mut values = Values { most, ..Values::new(place) };
        values.add((2026, false), (0..people).rev().map(|n| (Key::Keyed(u128::from(n) + 1), 4))).unwrap();
        values
    }

    #[test]
    fn no_more_is_written_than_the_ledger_takes() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("people.csv");
        let secret = Secret::from_bytes(b"secret of a test");
        assert_eq!(values(&place, 3, 4).write(&secret).unwrap(), KeyedFile::TooMany { values: 4, most: 3 });
        assert_eq!(values(&place, 3, 0).write(&secret).unwrap(), KeyedFile::Nobody);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let written = values(&place, 3, 3).write(&secret).unwrap();
        assert_eq!(written, KeyedFile::Written { place: place.clone(), values: 3, key: secret.name() });
        let line = |n: u8| format!("{n:032x},2026-01-05,0\n");
        assert_eq!(std::fs::read_to_string(&place).unwrap(), format!("person,date,sensitive\n{}{}{}", line(1), line(2), line(3)));
    }

    #[test]
    fn an_identifier_that_is_not_keyed_never_leaves() {
        let mut values = Values::new(Path::new("people.csv"));
        assert!(values.add((2026, false), std::iter::once((Key::Packed(7), 0))).is_err());
    }

    #[test]
    fn the_name_of_a_secret_tells_secrets_apart_and_not_what_they_are() {
        let name = |bytes: &[u8]| Secret::from_bytes(bytes).name();
        assert_eq!(name(b"secret of a test"), name(b"secret of a test"));
        assert_ne!(name(b"secret of a test"), name(b"secret of a tesT"));
        assert!(name(b"s").len() == 16 && name(b"s").bytes().all(|b| b.is_ascii_hexdigit()));
    }
}
