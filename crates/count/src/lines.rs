//! Where cells and lines end: one look at 64 bytes, then from mark to mark.
//!
//! Cells are short, so that a search called for each of them costs more than the comparing.

use crate::row::Places;
use crate::straight::Straight;

/// Bytes that are looked at in one go: one bit of a word each.
const WIDTH: usize = 64;

/// Bytes that are compared before their marks are put together.
const PIECE: usize = 1024;

/// Marks of separators and line ends of a whole block, bit n of a word for its byte n, in room that is used again; a word more,
/// so that there is always a next one.
fn all_marks(bytes: &[u8], separator: u8, into: &mut Vec<u64>) {
    into.clear();
    let mut flags = [0_u8; PIECE];
    for piece in bytes.chunks(PIECE) {
        // Comparisons in a row without a branch: the compiler makes wide instructions of them.
        for (flag, byte) in flags.iter_mut().zip(piece) {
            *flag = u8::from(*byte == separator) | u8::from(*byte == b'\n');
        }
        flags[piece.len()..].fill(0);
        let (words, _) = flags.as_chunks::<WIDTH>();
        into.extend(words.iter().take(piece.len().div_ceil(WIDTH)).map(|word| {
            // Eight bytes of 0 or 1 side by side as eight bits.
            let bits = |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            word.as_chunks::<8>().0.iter().rev().fold(0, |sum, eight| sum << 8 | bits(eight))
        }));
    }
    into.push(0);
}

/// The shape of a line that was understood: logs repeat it, and one comparison of marks tells whether the next line has it.
#[derive(Debug, Default)]
struct Shape {
    /// Where its line end stands.
    length: usize,
    /// The places that are compared: all of the line; none when nothing is known.
    mask: u64,
    /// Its marks.
    marks: u64,
    /// Where its separators stand: a mark alone does not tell a separator from a line end.
    separators: Vec<usize>,
    /// Whether the line end of other systems stands before its own.
    carriage: bool,
    /// Where the cells that are needed end.
    ends: Vec<usize>,
}

/// The lines of a block without quotes.
pub(crate) struct Lines<'b> {
    bytes: &'b [u8],
    marks: &'b [u64],
    start: usize,
    needed: usize,
    /// Where the cells that are needed end, from the beginning of the line in hand.
    ends: Vec<usize>,
    shape: Shape,
    /// Whether the line in hand is of the known shape.
    known: bool,
    /// Where the line in hand begins and ends.
    line: (usize, usize),
}

/// The cells of one line, as many as are needed and there.
#[derive(Clone, Copy)]
pub(crate) struct Line<'l> {
    text: &'l [u8],
    ends: &'l [usize],
}

impl<'b> Lines<'b> {
    /// `needed`: cells at the beginning of a line that are of interest. `room` holds the marks.
    pub(crate) fn new(bytes: &'b [u8], separator: u8, needed: usize, room: &'b mut Vec<u64>) -> Self {
        all_marks(bytes, separator, room);
        let shape = Shape::default();
        Self { bytes, marks: room, start: 0, needed, ends: Vec::with_capacity(needed), shape, known: false, line: (0, 0) }
    }

    /// The marks of the 64 bytes from a place on.
    #[inline]
    fn window(&self, at: usize) -> u64 {
        let (word, bit) = (at / WIDTH, at % WIDTH);
        let of = |word: usize| self.marks.get(word).copied().unwrap_or(0);
        of(word) >> bit | of(word + 1) << 1 << (WIDTH - 1 - bit)
    }

    /// The place of the next mark from a place on, or the end.
    #[inline]
    fn mark(&self, at: usize) -> usize {
        let (mut word, bit) = (at / WIDTH, at % WIDTH);
        let mut left = self.marks.get(word).map_or(0, |marks| marks & u64::MAX << bit);
        while left == 0 {
            word += 1;
            match self.marks.get(word) {
                Some(marks) => left = *marks,
                None => return self.bytes.len(),
            }
        }
        word * WIDTH + left.trailing_zeros() as usize
    }

    /// Goes to the next line; says whether there is one.
    #[inline]
    pub(crate) fn advance(&mut self) -> bool {
        let start = self.start;
        if start >= self.bytes.len() {
            return false;
        }
        let end = start + self.shape.length;
        self.known = self.shape.mask != 0
            && self.window(start) & self.shape.mask == self.shape.marks
            && self.bytes.get(end) == Some(&b'\n')
            && (end > start && self.bytes[end - 1] == b'\r') == self.shape.carriage
            && self.shape.separators.iter().all(|at| self.bytes[start + at] != b'\n');
        if self.known {
            (self.line, self.start) = ((start, end), end + 1);
        } else {
            self.search();
        }
        true
    }

    /// Finds the cells of the next line.
    fn search(&mut self) {
        let start = self.start;
        self.ends.clear();
        let mut mark = self.mark(start);
        loop {
            let last = self.bytes.get(mark).is_none_or(|&byte| byte == b'\n');
            if self.ends.len() < self.needed {
                // The line end of other systems is no part of a cell.
                let carriage = last && mark > start && self.bytes[mark - 1] == b'\r';
                self.ends.push(mark - start - usize::from(carriage));
            }
            if last {
                break;
            }
            mark = self.mark(mark + 1);
        }
        (self.line, self.start) = ((start, mark), mark + 1);
    }

    /// The line in hand.
    #[inline]
    pub(crate) fn line(&self) -> Line<'_> {
        let (start, end) = self.line;
        Line { text: &self.bytes[start..end], ends: if self.known { &self.shape.ends } else { &self.ends } }
    }

    /// The line in hand is one of many: the next ones are compared with it first.
    #[inline]
    pub(crate) fn remember(&mut self) {
        if !self.known {
            self.learn();
        }
    }

    /// The line in hand as [`Straight`], where it is.
    pub(crate) fn straight(&self, places: &Places, separator: u8) -> Option<Straight> {
        let (start, end) = self.line;
        // The last line of a file may have no end.
        if end >= self.bytes.len() {
            return None;
        }
        Straight::of(places, self.line().ends, end - start, separator)
    }

    fn learn(&mut self) {
        let (start, end) = self.line;
        let length = end - start;
        // The last line of a file may have no end.
        if length >= WIDTH || end >= self.bytes.len() {
            return;
        }
        let mask = u64::MAX >> (WIDTH - 1 - length);
        let carriage = length > 0 && self.bytes[end - 1] == b'\r';
        let marks = self.window(start) & mask;
        let separators = (0..length).filter(|at| marks >> at & 1 == 1).collect();
        self.shape = Shape { length, mask, marks, separators, carriage, ends: self.ends.clone() };
    }
}

impl<'l> Line<'l> {
    pub(crate) fn new(text: &'l [u8], ends: &'l [usize]) -> Self {
        Self { text, ends }
    }

    /// A cell, from 0; nothing where the line has fewer.
    #[inline]
    pub(crate) fn cell(&self, at: usize) -> Option<&'l [u8]> {
        let end = *self.ends.get(at)?;
        let start = if at == 0 { 0 } else { self.ends[at - 1] + 1 };
        self.text.get(start..end)
    }

    /// An empty line is no row.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.text, b"" | b"\r")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_of_the_usual_shape_is_known_and_one_that_only_looks_like_it_is_not() {
        let bytes = b"aa,b\r\ncc,d\r\nee,f\x20\ngg,h\r\ni,jj\r\n";
        let mut room = Vec::new();
        let mut lines = Lines::new(bytes, b',', 2, &mut room);
        let mut found = Vec::new();
        while lines.advance() {
            let line = lines.line();
            found.push((lines.known, line.cell(0).unwrap().to_vec(), line.cell(1).unwrap().to_vec()));
            if found.len() == 1 {
                lines.remember();
            }
        }
        let expected: [(bool, &[u8], &[u8]); 5] =
            [(false, b"aa", b"b"), (true, b"cc", b"d"), (false, b"ee", b"f "), (true, b"gg", b"h"), (false, b"i", b"jj")];
        assert_eq!(found, expected.map(|(known, first, second)| (known, first.to_vec(), second.to_vec())));
    }

    fn byte() -> impl Strategy<Value = u8> {
        prop_oneof![Just(b','), Just(b'\n'), Just(b'\r'), Just(b'-'), any::<u8>()]
    }

    proptest! {
        #[test]
        fn marks_are_where_the_bytes_are(bytes in prop::collection::vec(byte(), 0..3000), separator in byte()) {
            let mut plain = vec![0_u64; bytes.len().div_ceil(WIDTH) + 1];
            for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == separator || **byte == b'\n') {
                plain[at / WIDTH] |= 1 << (at % WIDTH);
            }
            let mut marks = vec![7; 9];
            all_marks(&bytes, separator, &mut marks);
            prop_assert_eq!(marks, plain);
        }

        #[test]
        fn lines_and_cells(bytes in prop::collection::vec(byte(), 0..300), needed in 1_usize..6, which in any::<u64>()) {
            let (mut found, mut room) = (Vec::new(), Vec::new());
            let mut lines = Lines::new(&bytes, b',', needed, &mut room);
            while lines.advance() {
                // Whatever line is taken for the usual one, the others are read right.
                if which >> (found.len() % 64) & 1 == 1 {
                    lines.remember();
                }
                let line = lines.line();
                let cells: Vec<Vec<u8>> = (0..needed + 2).map_while(|at| line.cell(at)).map(<[u8]>::to_vec).collect();
                found.push((cells, line.is_empty()));
            }
            let mut plain: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
            if plain.last().is_some_and(|last| last.is_empty()) {
                plain.pop();
            }
            let plain: Vec<_> = plain
                .into_iter()
                .map(|line| {
                    let line = line.strip_suffix(b"\r").unwrap_or(line);
                    let cells: Vec<Vec<u8>> = line.split(|&byte| byte == b',').take(needed).map(<[u8]>::to_vec).collect();
                    (cells, line.is_empty())
                })
                .collect();
            prop_assert_eq!(found, plain);
        }
    }
}
