//! Sets of people, each with the first day on which they were seen.
#![expect(clippy::cast_possible_truncation, reason = "hashes are cut on purpose")]

/// Multiplies and folds: spreads every bit over the upper half.
pub(crate) fn spread(value: u64) -> u64 {
    let wide = u128::from(value ^ 0x9E37_79B9_7F4A_7C15) * 0xD6E8_FEB8_6659_FD93_u128;
    ((wide >> 64) ^ wide) as u64
}

/// Eighths of the table that may be taken: beyond them the walk to a free place becomes long.
const FULL: usize = 5;

/// Places that are looked at before a person counts as new: most stand in the first, nearly all in one of these.
const LOOK: usize = 3;

/// Places that are fetched before the first of them is compared: the waiting for memory goes on side by side.
const AHEAD: usize = 32;

/// People by packed ID number: one word each, 48 bits of number (plus one, zero is empty) and 9 bits of day.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    slots: Vec<u64>,
    len: usize,
}

impl Packed {
    /// The word of a person and a day.
    pub(crate) fn word(key: u64, day: u16) -> u64 {
        (key + 1) << 9 | u64::from(day)
    }

    pub(crate) fn insert(&mut self, word: u64) {
        if self.len * 8 >= self.slots.len() * FULL {
            self.grow();
        }
        self.put(word);
    }

    /// Takes many; the room that they were in is used for sorting them.
    ///
    /// Most people of a log were seen before, on an earlier day: those are passed over in a loop without branches, so
    /// that the processor fetches many places of the table at once. What remains is put in one by one.
    pub(crate) fn insert_all(&mut self, words: &mut [u64]) {
        let mut left = words.len();
        if self.slots.len() > LOOK {
            let mask = self.slots.len() - 1;
            left = 0;
            let mut from = 0;
            let mut places = [0; AHEAD];
            let mut firsts = [0; AHEAD];
            while from < words.len() {
                let count = AHEAD.min(words.len() - from);
                for ((&word, place), first) in words[from..from + count].iter().zip(&mut places).zip(&mut firsts) {
                    *place = spread(word >> 9) as usize & mask;
                    *first = self.slots[*place];
                }
                for at in 0..count {
                    let word = words[from + at];
                    // The same person on the same day or an earlier one: what is missing is a part of the day.
                    let is = |slot: u64| word.wrapping_sub(slot) <= word & 0x1FF;
                    let mut known = is(firsts[at]);
                    for next in 1..LOOK {
                        known |= is(self.slots[(places[at] + next) & mask]);
                    }
                    words[left] = word;
                    left += usize::from(!known);
                }
                from += count;
            }
        }
        words[..left].iter().for_each(|&word| self.insert(word));
    }

    fn put(&mut self, entry: u64) {
        let mask = self.slots.len() - 1;
        let mut at = spread(entry >> 9) as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                self.slots[at] = entry;
                self.len += 1;
                return;
            }
            if slot >> 9 == entry >> 9 {
                // Equal upper parts: the smaller word is the earlier day.
                self.slots[at] = slot.min(entry);
                return;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![0; (old.len() * 2).max(16)];
        // Written once from end to end: a fresh page that is read first costs a second fault and a word to all cores.
        std::hint::black_box(&mut self.slots).fill(0);
        self.len = 0;
        old.into_iter().filter(|&entry| entry != 0).for_each(|entry| self.put(entry));
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slots.len() * 8
    }

    /// Number and first day of each person.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u16)> {
        self.slots.iter().filter(|&&entry| entry != 0).map(|&entry| ((entry >> 9) - 1, (entry & 0x1FF) as u16))
    }
}

/// People by keyed value.
#[derive(Debug, Default)]
pub(crate) struct Keyed {
    keys: Vec<u128>,
    days: Vec<u16>,
    len: usize,
}

impl Keyed {
    pub(crate) fn insert(&mut self, key: u128, day: u16) {
        if self.len * 8 >= self.keys.len() * 7 {
            let keys = std::mem::take(&mut self.keys);
            let days = std::mem::take(&mut self.days);
            let size = (keys.len() * 2).max(16);
            (self.keys, self.days, self.len) = (vec![0; size], vec![0; size], 0);
            keys.into_iter().zip(days).filter(|(key, _)| *key != 0).for_each(|(key, day)| self.put(key, day));
        }
        self.put(key, day);
    }

    fn put(&mut self, key: u128, day: u16) {
        let mask = self.keys.len() - 1;
        let mut at = key as usize & mask;
        while self.keys[at] != 0 {
            if self.keys[at] == key {
                self.days[at] = self.days[at].min(day);
                return;
            }
            at = (at + 1) & mask;
        }
        self.keys[at] = key;
        self.days[at] = day;
        self.len += 1;
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn bytes(&self) -> usize {
        self.keys.len() * 18
    }

    /// Value and first day of each person.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u128, u16)> {
        self.keys.iter().zip(&self.days).filter(|(key, _)| **key != 0).map(|(&key, &day)| (key, day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn sets_agree_with_a_map(rows in prop::collection::vec((0_u64..500, 0_u16..366), 0..2000)) {
            let (mut packed, mut keyed, mut map) = (Packed::default(), Keyed::default(), BTreeMap::new());
            let words: Vec<u64> = rows.iter().map(|&(key, day)| Packed::word(key, day)).collect();
            for (key, day) in rows {
                packed.insert(Packed::word(key, day));
                keyed.insert(u128::from(key) + 1, day);
                let first = map.entry(key).or_insert(day);
                *first = day.min(*first);
            }
            let mut together = Packed::default();
            // In pieces, so that tables of several sizes are met.
            for piece in words.chunks(100) {
                together.insert_all(&mut piece.to_vec());
            }
            prop_assert_eq!(together.len(), map.len());
            prop_assert_eq!(together.iter().collect::<BTreeMap<_, _>>(), map.clone());
            prop_assert_eq!(packed.len(), map.len());
            prop_assert_eq!(keyed.len(), map.len());
            prop_assert_eq!(packed.iter().collect::<BTreeMap<_, _>>(), map.clone());
            prop_assert_eq!(keyed.iter().map(|(key, day)| ((key - 1) as u64, day)).collect::<BTreeMap<_, _>>(), map);
        }
    }
}
