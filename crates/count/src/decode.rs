//! The values of one column of a Parquet file, straight from its pages: what a dictionary says is worked out once for each
//! of its entries, and bytes are looked at where they lie.
//!
//! Only what nearly all files are made of: plain values and dictionaries of them, in a column that is not nested. Every
//! other file is read by the general reader.

use parquet::basic::{Encoding, Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;

use crate::pages::{Held, Pages};

/// One value.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Missing,
    Bool(bool),
    Int(i64),
    Bytes(&'a [u8]),
}

/// Whether a column is one of those that are read here.
pub(crate) fn is_plain(chunk: &ColumnChunkMetaData) -> bool {
    let column = chunk.column_descr();
    let (levels, repeated) = (column.max_def_level(), column.max_rep_level());
    let known = |encoding| match encoding {
        Encoding::PLAIN | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY | Encoding::RLE => true,
        // An old way to write levels, which some writers only name.
        #[expect(deprecated, reason = "files have it")]
        Encoding::BIT_PACKED => levels == 0,
        _ => false,
    };
    matches!(column.physical_type(), Type::BOOLEAN | Type::INT32 | Type::INT64 | Type::BYTE_ARRAY)
        && levels <= 1
        && repeated == 0
        && chunk.encodings().all(known)
}

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(format!("a page is damaged: {what}"))
}

/// Small numbers as runs and as bits side by side.
#[derive(Debug, Default)]
struct Hybrid {
    at: usize,
    end: usize,
    /// Bits of a number.
    width: usize,
    /// Numbers left of the run in hand.
    left: usize,
    /// The number of a run; nothing where they stand side by side, from this bit on.
    value: Option<u32>,
    bit: usize,
}

impl Hybrid {
    fn new(at: usize, end: usize, width: usize) -> Result<Self> {
        if width > 32 { Err(damaged("its numbers are too wide")) } else { Ok(Self { at, end, width, ..Self::default() }) }
    }

    /// Goes to the next run.
    fn turn(&mut self, bytes: &[u8]) -> Result<()> {
        let bytes = bytes.get(..self.end).unwrap_or(bytes);
        let (mut head, mut shift) = (0_u64, 0);
        loop {
            let byte = *bytes.get(self.at).ok_or_else(|| damaged("a run is missing"))?;
            self.at += 1;
            head |= u64::from(byte & 0x7F) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
            if shift > 35 {
                return Err(damaged("a run is too long"));
            }
        }
        let count = usize::try_from(head >> 1).map_err(|_| damaged("a run is too long"))?;
        if head & 1 == 1 {
            (self.left, self.value, self.bit) = (count * 8, None, self.at * 8);
            self.at += count * self.width;
        } else {
            let size = self.width.div_ceil(8);
            let found = bytes.get(self.at..self.at + size).ok_or_else(|| damaged("a run is cut"))?;
            let value = found.iter().rev().fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte));
            (self.left, self.value) = (count, Some(value));
            self.at += size;
        }
        // Runs of nothing would go on for ever in a page that is only that.
        if self.left == 0 { self.turn(bytes) } else { Ok(()) }
    }

    /// The number at the bit in hand.
    #[inline]
    fn here(&self, bytes: &[u8]) -> u32 {
        let at = self.bit / 8;
        let word = match bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(eight) => u64::from_le_bytes(*eight),
            None => bytes.get(at..).unwrap_or_default().iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte)),
        };
        #[expect(clippy::cast_possible_truncation, reason = "at most 32 bits")]
        let number = (word >> (self.bit % 8) & ((1 << self.width) - 1)) as u32;
        number
    }

    /// The next number and how often it stands there, at most `most` times.
    fn run(&mut self, bytes: &[u8], most: usize) -> Result<(u32, usize)> {
        if self.left == 0 {
            self.turn(bytes)?;
        }
        let most = most.min(self.left);
        let (value, count) = if let Some(value) = self.value {
            (value, most)
        } else {
            let value = self.here(bytes);
            let mut count = 0;
            while count < most && self.here(bytes) == value {
                self.bit += self.width;
                count += 1;
            }
            (value, count)
        };
        self.left -= count;
        Ok((value, count))
    }

    /// Every one of the next numbers.
    fn each(&mut self, bytes: &[u8], mut count: usize, mut take: impl FnMut(u32) -> Result<()>) -> Result<()> {
        while count > 0 {
            if self.left == 0 {
                self.turn(bytes)?;
            }
            let now = count.min(self.left);
            for _ in 0..now {
                take(self.value.unwrap_or_else(|| self.here(bytes)))?;
                self.bit += self.width;
            }
            self.left -= now;
            count -= now;
        }
        Ok(())
    }
}

/// How the values of a page are written.
#[derive(Debug)]
enum Values {
    /// One after the other, from here on.
    Plain(usize),
    /// Bits, from this one on.
    Bits(usize),
    /// Places in the dictionary.
    Places(Hybrid),
    /// Flags as runs.
    Flags(Hybrid),
}

/// A column of a row group, on its way. `C` is what is made of a value.
pub(crate) struct Chunk<C> {
    pages: Pages,
    physical: Type,
    optional: bool,
    dictionary: Vec<C>,
    page: Vec<u8>,
    /// Rows left in the page.
    left: usize,
    levels: Option<Hybrid>,
    values: Values,
}

impl<C: Copy> Chunk<C> {
    pub(crate) fn new(pages: Pages, chunk: &ColumnChunkMetaData) -> Self {
        let column = chunk.column_descr();
        Self {
            pages,
            physical: column.physical_type(),
            optional: column.max_def_level() > 0,
            dictionary: Vec::new(),
            page: Vec::new(),
            left: 0,
            levels: None,
            values: Values::Plain(0),
        }
    }

    /// Puts what the next `rows` values are into `out`.
    pub(crate) fn fill(&mut self, rows: usize, out: &mut Vec<C>, mut make: impl FnMut(Value<'_>) -> C) -> Result<()> {
        out.clear();
        while out.len() < rows {
            if self.left == 0 && !self.turn(&mut make)? {
                return Err(ParquetError::EOF("a column has fewer values than rows".to_owned()));
            }
            let most = self.left.min(rows - out.len());
            let (there, count) = match &mut self.levels {
                Some(levels) => levels.run(&self.page, most)?,
                None => (1, most),
            };
            self.left -= count;
            if there == 0 {
                out.resize(out.len() + count, make(Value::Missing));
            } else {
                read(&self.page, self.physical, &mut self.values, &self.dictionary, count, out, &mut make)?;
            }
        }
        Ok(())
    }

    /// Goes to the next page with rows; says whether there is one.
    fn turn(&mut self, make: &mut impl FnMut(Value<'_>) -> C) -> Result<bool> {
        loop {
            let Some(held) = self.pages.next_into(&mut self.page)? else { return Ok(false) };
            match held {
                Held::Dictionary { entries } => {
                    let mut values = Values::Plain(0);
                    self.dictionary.clear();
                    read(&self.page, self.physical, &mut values, &[], entries, &mut self.dictionary, make)?;
                }
                Held::Data { rows, encoding, levels } => {
                    self.left = rows;
                    let mut at = levels.unwrap_or(0);
                    self.levels = None;
                    if self.optional {
                        let (begin, length) = match levels {
                            Some(length) => (0, length),
                            None => (4, number(&self.page, 0)?),
                        };
                        self.levels = Some(Hybrid::new(begin, begin + length, 1)?);
                        at = begin + length;
                    }
                    let end = self.page.len();
                    self.values = match encoding {
                        Encoding::PLAIN if self.physical == Type::BOOLEAN => Values::Bits(at * 8),
                        Encoding::PLAIN => Values::Plain(at),
                        Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                            // A page without values may end here.
                            let width = self.page.get(at).copied().unwrap_or(0);
                            Values::Places(Hybrid::new(at + 1, end, width.into())?)
                        }
                        Encoding::RLE if self.physical == Type::BOOLEAN => Values::Flags(Hybrid::new(at + 4, end, 1)?),
                        other => return Err(ParquetError::NYI(format!("values written as {other} beside plain ones"))),
                    };
                    if rows > 0 {
                        return Ok(true);
                    }
                }
            }
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Result<usize> {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or_else(|| damaged("it ends early"))?;
    Ok(u32::from_le_bytes(*four) as usize)
}

/// Reads values that are there.
fn read<C: Copy>(
    page: &[u8],
    physical: Type,
    values: &mut Values,
    dictionary: &[C],
    count: usize,
    out: &mut Vec<C>,
    make: &mut impl FnMut(Value<'_>) -> C,
) -> Result<()> {
    let cut = || damaged("it ends early");
    match values {
        Values::Places(places) => places.each(page, count, |at| {
            out.push(*dictionary.get(at as usize).ok_or_else(|| damaged("a place beyond the dictionary"))?);
            Ok(())
        }),
        Values::Flags(flags) => flags.each(page, count, |flag| {
            out.push(make(Value::Bool(flag == 1)));
            Ok(())
        }),
        Values::Bits(bit) => {
            for _ in 0..count {
                let byte = page.get(*bit / 8).ok_or_else(cut)?;
                out.push(make(Value::Bool(byte >> (*bit % 8) & 1 == 1)));
                *bit += 1;
            }
            Ok(())
        }
        Values::Plain(at) => {
            for _ in 0..count {
                let rest = page.get(*at..).ok_or_else(cut)?;
                let (value, size) = match physical {
                    Type::BYTE_ARRAY => {
                        let size = 4 + number(rest, 0)?;
                        (Value::Bytes(rest.get(4..size).ok_or_else(cut)?), size)
                    }
                    Type::INT32 => (Value::Int(i32::from_le_bytes(*rest.first_chunk().ok_or_else(cut)?).into()), 4),
                    _ => (Value::Int(i64::from_le_bytes(*rest.first_chunk().ok_or_else(cut)?)), 8),
                };
                out.push(make(value));
                *at += size;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_bits_side_by_side() {
        // Five times 3, then 0 to 7 in three bits each (the example of the format), then one 2.
        let bytes = [5 << 1, 3, 1 << 1 | 1, 0b1000_1000, 0b1100_0110, 0b1111_1010, 1 << 1, 2];
        let expected = [3, 3, 3, 3, 3, 0, 1, 2, 3, 4, 5, 6, 7, 2];
        let mut found = Vec::new();
        let mut hybrid = Hybrid::new(0, bytes.len(), 3).unwrap();
        for count in [2, 5, 7] {
            hybrid
                .each(&bytes, count, |value| {
                    found.push(value);
                    Ok(())
                })
                .unwrap();
        }
        assert_eq!(found, expected);
        assert!(hybrid.each(&bytes, 1, |_| Ok(())).is_err(), "nothing is left");
        let mut hybrid = Hybrid::new(0, bytes.len(), 3).unwrap();
        assert_eq!(hybrid.run(&bytes, 3).unwrap(), (3, 3));
        assert_eq!(hybrid.run(&bytes, 9).unwrap(), (3, 2));
        assert_eq!(hybrid.run(&bytes, 9).unwrap(), (0, 1));
        assert!(Hybrid::new(0, 1, 33).is_err());
        assert!(Hybrid::new(0, 2, 1).unwrap().run(&[0xFF, 0xFF], 1).is_err(), "a head without an end");
    }

    #[test]
    fn a_page_that_is_cut_is_an_error_and_never_fewer_people() {
        let mut out = Vec::new();
        let page = [3, 0, 0, 0, b'a', b'b'];
        let read = read(&page, Type::BYTE_ARRAY, &mut Values::Plain(0), &[], 1, &mut out, &mut |_| 1);
        assert!(read.is_err() && out.is_empty());
    }
}
