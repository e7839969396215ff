//! People as keyed values, and sets of them as they are kept.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A person as a keyed value of 128 bits: never an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub u128);

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Person {
    type Err = NotKeyed;

    fn from_str(text: &str) -> Result<Self, NotKeyed> {
        let plain = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !plain {
            return Err(NotKeyed);
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| NotKeyed)
    }
}

/// Not a keyed value: 32 hexadecimal digits in lower case. An ID number or a telephone number never passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a keyed value has 32 hexadecimal digits in lower case")]
pub struct NotKeyed;

impl Serialize for Person {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Person {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Most values of one set of the yearly ledger: the highest line of the law (P16 7(1)(ii)).
pub const VALUES_MAX: usize = 1_000_000;

/// A person and a day on which information about it left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Who.
    pub person: Person,
    /// When.
    pub on: Date,
    /// Sensitive information?
    #[serde(default)]
    pub sensitive: bool,
}

/// What says in a table that information is sensitive, in lower case.
pub const SENSITIVE: [&str; 9] = ["1", "true", "yes", "y", "t", "是", "敏感", "sensitive", "s"];

/// What says that it is not.
pub const NOT_SENSITIVE: [&str; 13] =
    ["0", "false", "no", "n", "f", "否", "非敏感", "不敏感", "non_sensitive", "non-sensitive", "nonsensitive", "ns", "一般"];

/// Whether a cell says that information is sensitive; nothing where it says neither.
pub fn says_sensitive(cell: &str) -> Option<bool> {
    let cell = cell.to_lowercase();
    if SENSITIVE.contains(&cell.as_str()) { Some(true) } else { NOT_SENSITIVE.contains(&cell.as_str()).then_some(false) }
}

/// What a record says of a set of keyed values that lies in a file of its own, in the form of [`pack`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRef {
    /// What tells whether two keys are the same; not the key.
    pub key: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// How many values it holds.
    pub entries: u64,
    /// The years of its days, in order.
    pub years: Vec<i16>,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl SetRef {
    /// What is to be said of these values; nothing of none.
    pub fn of(key: &str, sha256: &str, seen: &[Seen]) -> Option<Self> {
        let days = || seen.iter().map(|s| s.on);
        let mut years: Vec<i16> = Vec::new();
        for year in days().map(Date::year) {
            if !years.contains(&year) {
                years.push(year);
            }
        }
        years.sort_unstable();
        Some(Self {
            key: key.to_owned(),
            sha256: sha256.to_owned(),
            entries: u64::try_from(seen.len()).ok()?,
            years,
            first: days().min()?,
            last: days().max()?,
        })
    }
}

/// First bytes of a set in a file.
const HEAD: &[u8; 8] = b"GSKEYED1";

/// Bytes of one value in a file: 16 of the value, 2 of the day since 1 January 2000, 1 for the kind.
const ENTRY: usize = 19;

/// Day 0 of sets in files and events.
const FIRST: Date = jiff::civil::date(2000, 1, 1);

/// Days since the first; nothing for a day that does not fit.
fn days(on: Date) -> Option<u16> {
    u16::try_from((on - FIRST).get_days()).ok()
}

fn day(days: u16) -> Option<Date> {
    FIRST.checked_add(jiff::Span::new().days(i64::from(days))).ok()
}

/// The file of a set; nothing where a day lies before the year 2000 or after 2179.
pub fn pack(seen: &[Seen]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(HEAD.len() + seen.len() * ENTRY);
    out.extend_from_slice(HEAD);
    for s in seen {
        out.extend_from_slice(&s.person.0.to_be_bytes());
        out.extend_from_slice(&days(s.on)?.to_be_bytes());
        out.push(u8::from(s.sensitive));
    }
    Some(out)
}

/// The values of a file that [`pack`] made; nothing of a file that was cut or is another one.
pub fn unpack(file: &[u8]) -> Option<Vec<Seen>> {
    let (entries, rest) = file.strip_prefix(HEAD)?.as_chunks::<ENTRY>();
    let one = |entry: &[u8; ENTRY]| {
        let person = Person(u128::from_be_bytes(*entry.first_chunk()?));
        let on = day(u16::from_be_bytes([entry[16], entry[17]]))?;
        let sensitive = match entry[18] {
            0 => false,
            1 => true,
            _ => return None,
        };
        Some(Seen { person, on, sensitive })
    };
    if !rest.is_empty() {
        return None;
    }
    entries.iter().map(one).collect()
}

/// Lists of [`Seen`] in files. Short ones are lists; a long one is one text, 37 characters for each: the value, four
/// hexadecimal digits for the day since 1 January 2000, and `1` for sensitive information, else `0`. Records of today keep long
/// ones in a file of their own (see [`SetRef`]); this form is read for ever.
pub(crate) mod many {
    use std::fmt;

    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserializer, Serialize as _, Serializer};

    use super::{Person, Seen, day, days};

    /// Longest list that is written as a list.
    const LIST: usize = 1_000;

    /// Characters of one entry in a text.
    const WIDTH: usize = 37;

    pub(crate) fn serialize<S: Serializer>(seen: &[Seen], serializer: S) -> Result<S::Ok, S::Error> {
        use fmt::Write as _;
        if seen.len() <= LIST || seen.iter().any(|s| days(s.on).is_none()) {
            return seen.serialize(serializer);
        }
        let mut text = String::with_capacity(seen.len() * WIDTH);
        for s in seen {
            // Writing to memory cannot fail.
            let _ = write!(text, "{}{:04x}{}", s.person, days(s.on).unwrap_or(0), u8::from(s.sensitive));
        }
        serializer.serialize_str(&text)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Seen>, D::Error> {
        deserializer.deserialize_any(Both)
    }

    struct Both;

    impl<'de> Visitor<'de> for Both {
        type Value = Vec<Seen>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of keyed values or the text of one")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut out = Vec::new();
            while let Some(seen) = list.next_element()? {
                out.push(seen);
            }
            Ok(out)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            let cut = || E::custom("the text of the keyed values is cut");
            let (entries, rest) = text.as_bytes().as_chunks::<WIDTH>();
            if !rest.is_empty() {
                return Err(cut());
            }
            let entry = |entry: &[u8; WIDTH]| {
                let entry = std::str::from_utf8(entry).ok()?;
                let person: Person = entry.get(..32)?.parse().ok()?;
                let on = day(u16::from_str_radix(entry.get(32..36)?, 16).ok()?)?;
                Some(Seen { person, on, sensitive: entry.ends_with('1') })
            };
            entries.iter().map(|e| entry(e).ok_or_else(cut)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SetRef, pack, unpack};
    use crate::yearly::{Count, Person, Seen};
    use jiff::civil::date;

    #[test]
    fn short_sets_are_lists_long_ones_texts_and_both_come_back() {
        for many in [0, 3, 1_000, 1_001, 5_000] {
            let seen: Vec<Seen> = (0..many)
                .map(|n: u16| Seen {
                    person: Person(u128::from(n) << 90 | 7),
                    on: date(2026, 1, 1).checked_add(jiff::Span::new().days(i64::from(n % 365))).unwrap(),
                    sensitive: n.is_multiple_of(3),
                })
                .collect();
            let count = Count::Keyed { key: "示例".into(), seen };
            let text = toml::to_string(&count).unwrap();
            assert_eq!(text.contains("person"), (1..=1_000).contains(&many), "{many}");
            assert_eq!(toml::from_str::<Count>(&text).unwrap(), count, "{many}");
        }
    }

    #[test]
    fn a_file_gives_back_what_was_put_in_and_nothing_when_it_was_cut() {
        let on = |days: i64| date(2026, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let seen: Vec<Seen> = (0..400)
            .map(|n| Seen { person: Person(n << 100 | n), on: on(i64::try_from(n).unwrap()), sensitive: n % 2 == 0 })
            .collect();
        let file = pack(&seen).unwrap();
        assert_eq!(file.len(), 8 + 400 * 19);
        assert_eq!(unpack(&file).unwrap(), seen);
        assert_eq!(unpack(&pack(&[]).unwrap()).unwrap(), []);
        for bad in [&file[..file.len() - 1], &file[1..], &file[..7], b"", b"person,date"] {
            assert!(unpack(bad).is_none());
        }
        let mut kind = file.clone();
        kind[8 + 18] = 2;
        assert!(unpack(&kind).is_none());
        let early = Seen { on: date(1999, 12, 31), ..seen[0] };
        assert!(pack(&[early]).is_none());
        let told = SetRef::of("k", "aa", &seen).unwrap();
        assert_eq!((told.entries, told.years, told.first, told.last), (400, vec![2026, 2027], on(0), on(399)));
        assert!(SetRef::of("k", "aa", &[]).is_none());
    }

    #[test]
    fn a_text_that_was_cut_or_changed_is_refused() {
        let entry = format!("{:032x}{:04x}1", 7, 9_500);
        let count = |seen: &str| toml::from_str::<Count>(&format!("count = \"keyed\"\nkey = \"k\"\nseen = \"{seen}\""));
        assert!(count(&entry).is_ok() && count("").is_ok());
        assert!(count(&entry[1..]).is_err());
        assert!(count(&entry.replace('7', "g")).is_err());
    }
}
