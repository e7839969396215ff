//! Lines that hold the needed cells and nothing else, all of one length, as most logs of exports are written: whoever reads the
//! cells has seen every byte, so that no search for separators is needed.

use crate::key::pack;
use crate::lines::Line;
use crate::row::{DateForm, Places, Reader};

/// Bytes of an ID number.
const ID: usize = 18;

/// A line that was understood and holds nothing but the needed cells: the next ones are taken for its like first.
#[derive(Clone, Debug)]
pub(crate) struct Straight {
    /// Where its line end stands.
    length: usize,
    separator: u8,
    /// Where its separators stand; fewer than three are repeated.
    separators: [usize; 3],
    /// Whether the line end of other systems stands before its own.
    carriage: bool,
    key: usize,
    day: (usize, usize),
    /// The one byte of the kind, or the kind of all.
    kind: Result<usize, bool>,
}

impl Straight {
    /// What is straight in a line whose cells end where `ends` says; `length` is where its line end stands.
    pub(crate) fn of(places: &Places, ends: &[usize], length: usize, separator: u8) -> Option<Self> {
        let needed = 1 + usize::from(places.sensitive.is_ok()) + usize::from(places.scenario.is_some()) + 1;
        let mut columns = vec![places.key, places.day];
        columns.extend(places.sensitive);
        columns.extend(places.scenario);
        columns.sort_unstable();
        let all = columns.iter().copied().eq(0..needed) && ends.len() == needed;
        let end = *ends.last()?;
        let carriage = end + 1 == length;
        if !all || !(carriage || end == length) {
            return None;
        }
        let cell = |at: usize| Some((if at == 0 { 0 } else { ends.get(at - 1)? + 1 }, *ends.get(at)?));
        let (key, day) = (cell(places.key)?, cell(places.day)?);
        let kind = match places.sensitive {
            Ok(at) => {
                let (from, end) = cell(at)?;
                Ok((end == from + 1).then_some(from)?)
            }
            Err(all) => Err(all),
        };
        if let Some(at) = places.scenario {
            let (from, end) = cell(at)?;
            (from == end).then_some(())?;
        }
        (key.1 - key.0 == ID && day.1 - day.0 >= 8).then_some(())?;
        let inner = &ends[..needed - 1];
        let separators = std::array::from_fn(|n| inner[n.min(inner.len() - 1)]);
        Some(Self { length, separator, separators, carriage, key: key.0, day, kind })
    }

    /// From the beginning of one line to the beginning of the next.
    #[inline]
    pub(crate) fn step(&self) -> usize {
        self.length + 1
    }
}

/// The day of the row in hand, as it is written: rows of one day follow one another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Today {
    /// Its first and its last eight bytes.
    words: (u64, u64),
    length: usize,
    /// Year, and day of the year from 0.
    pub(crate) day: (i16, u16),
    /// How it was written.
    pub(crate) form: DateForm,
}

impl Reader<'_> {
    /// The day of the row before, where two words of eight bytes tell it from every other.
    pub(crate) fn today(&self) -> Option<Today> {
        let (text, (year, day, form)) = self.last_day()?;
        let words = (u64::from_le_bytes(*text.first_chunk()?), u64::from_le_bytes(*text.last_chunk()?));
        (text.len() <= 16).then_some(Today { words, length: text.len(), day: (year, day), form })
    }
}

impl Straight {
    /// The first of some lines, where it is like the one that was understood and of today: the kind and the packed number. Every
    /// byte of it was looked at: no separator and no line end is hidden in a cell.
    #[inline]
    pub(crate) fn person(&self, today: &Today, lines: &[u8]) -> Option<(bool, u64)> {
        let line = lines.get(..=self.length)?;
        let word = |at: usize| Some(u64::from_le_bytes(*line.get(at..)?.first_chunk()?));
        let [a, b, c] = self.separators.map(|at| line[at] ^ self.separator);
        let carriage = if self.carriage { line[self.length - 1] ^ b'\r' } else { 0 };
        let marks = a | b | c | carriage | (line[self.length] ^ b'\n');
        let days = (word(self.day.0)? ^ today.words.0) | (word(self.day.1 - 8)? ^ today.words.1);
        if u64::from(marks) | days != 0 || self.day.1 - self.day.0 != today.length {
            return None;
        }
        let kind = match self.kind {
            Ok(at) => match line[at] {
                b'0' => false,
                b'1' => true,
                _ => return None,
            },
            Err(all) => all,
        };
        Some((kind, pack(line.get(self.key..self.key + ID)?)?))
    }
}

/// The first of some lines, byte by byte, for lines that are seldom: where its line end stands (or the end of all), and where
/// the first `needed` cells end.
pub(crate) fn split<'b>(lines: &'b [u8], separator: u8, needed: usize, ends: &'b mut Vec<usize>) -> (usize, Line<'b>) {
    ends.clear();
    let mut at = 0;
    loop {
        let byte = lines.get(at).copied();
        let last = byte.is_none_or(|byte| byte == b'\n');
        if last || byte == Some(separator) {
            if ends.len() < needed {
                let carriage = last && at > 0 && lines[at - 1] == b'\r';
                ends.push(at - usize::from(carriage));
            }
            if last {
                return (at, Line::new(&lines[..at], ends));
            }
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Secret;
    use crate::lines::Lines;
    use proptest::prelude::*;

    type Read = (Option<(bool, u64, (i16, u16))>, Vec<Vec<u8>>, bool);

    fn places() -> Places {
        Places { key: 0, day: 1, sensitive: Ok(2), scenario: Some(3) }
    }

    /// All lines by their marks.
    fn by_marks(bytes: &[u8], secret: &Secret) -> Vec<Read> {
        let (mut reader, mut room, mut out) = (Reader::new(secret, false, false), Vec::new(), Vec::new());
        let mut lines = Lines::new(bytes, b',', 4, &mut room);
        while lines.advance() {
            let quick = reader.quick(&places(), &lines.line());
            if quick.is_some() {
                lines.remember();
            } else {
                let line = lines.line();
                let _ = reader.read(&places(), |at| line.cell(at));
            }
            let line = lines.line();
            out.push((quick, (0..5).map_while(|at| line.cell(at)).map(<[u8]>::to_vec).collect(), line.is_empty()));
        }
        out
    }

    /// All lines, straight ones first.
    fn straight(bytes: &[u8], secret: &Secret) -> Vec<Read> {
        let (mut reader, mut ends, mut out) = (Reader::new(secret, false, false), Vec::new(), Vec::new());
        let mut like: Option<Straight> = None;
        let mut at = 0;
        while at < bytes.len() {
            let today = reader.today();
            let found = like
                .as_ref()
                .zip(today.as_ref())
                .and_then(|(like, today)| like.person(today, &bytes[at..]).map(|(kind, key)| (kind, key, today.day)));
            if let Some(found) = found {
                let (length, line) = split(&bytes[at..], b',', 4, &mut ends);
                assert_eq!(length + 1, like.as_ref().unwrap().step());
                out.push((Some(found), (0..5).map_while(|at| line.cell(at)).map(<[u8]>::to_vec).collect(), false));
                at += length + 1;
                continue;
            }
            let (length, line) = split(&bytes[at..], b',', 4, &mut ends);
            let quick = reader.quick(&places(), &line);
            if quick.is_none() {
                let _ = reader.read(&places(), |at| line.cell(at));
            }
            out.push((quick, (0..5).map_while(|at| line.cell(at)).map(<[u8]>::to_vec).collect(), line.is_empty()));
            // Lines of all lengths are taken for the usual one.
            if quick.is_some() && length + at < bytes.len() {
                like = Straight::of(&places(), &ends, length, b',').or(like);
            }
            at += length + 1;
        }
        out
    }

    #[test]
    fn only_a_line_of_nothing_but_needed_cells_is_straight() {
        let of = |line: &str, places: &Places, needed| {
            let mut ends = Vec::new();
            let (length, _) = split(line.as_bytes(), b',', needed, &mut ends);
            Straight::of(places, &ends, length, b',').is_some()
        };
        let id = "11010519491231002X";
        assert!(of(&format!("{id},2026-01-05,0,"), &places(), 4));
        assert!(of(&format!("{id},2026-01-05,0,\r"), &places(), 4));
        assert!(!of(&format!("{id},2026-01-05,0,,x"), &places(), 4), "a fifth cell");
        assert!(!of(&format!("{id},2026-01-05,no,"), &places(), 4));
        assert!(!of(&format!("{id},2026-01-05,0,contract"), &places(), 4));
        assert!(!of("1101051949123100,2026-01-05,0,", &places(), 4));
        let fewer = Places { key: 1, day: 0, sensitive: Err(true), scenario: None };
        assert!(of(&format!("2026-01-05,{id}"), &fewer, 2));
        let apart = Places { key: 2, day: 0, sensitive: Err(true), scenario: None };
        assert!(!of(&format!("2026-01-05,x,{id}"), &apart, 3), "a cell that nobody reads");
    }

    fn line() -> impl Strategy<Value = String> {
        let id = prop_oneof![
            4 => Just("11010519491231002X".to_owned()),
            2 => Just("440524188001010014".to_owned()),
            1 => Just("110105194912310021".to_owned()),
            1 => Just("1101051949,2310021".to_owned()),
            1 => Just("1101051949\n2310021".to_owned()),
            1 => Just(String::new()),
        ];
        let day = prop_oneof![6 => Just("2026-01-05"), 1 => Just("2026-01-06"), 1 => Just("2026,01-05"), 1 => Just("")];
        let kind = prop_oneof![4 => Just("0"), 2 => Just("1"), 1 => Just(","), 1 => Just("\n"), 1 => Just("no")];
        let rest = prop_oneof![6 => Just(""), 1 => Just("contract"), 1 => Just("\r"), 1 => Just(","), 1 => Just("\r\r")];
        (id, day, kind, rest).prop_map(|(id, day, kind, rest)| format!("{id},{day},{kind},{rest}"))
    }

    proptest! {
        #[test]
        fn straight_lines_say_what_marks_say(lines in prop::collection::vec(line(), 0..60), ends in any::<bool>()) {
            let mut text = lines.join("\n");
            if ends {
                text.push('\n');
            }
            let secret = Secret::from_bytes(b"secret of a test");
            prop_assert_eq!(straight(text.as_bytes(), &secret), by_marks(text.as_bytes(), &secret));
        }
    }
}
