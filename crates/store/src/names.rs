//! Names of holders in memory, with the lines of the register that they stand in: any part of a name, one or two
//! characters included, is found at once and none is missed.
//!
//! Every pair of neighbouring characters has the list of the names that contain it, every single
//! character too, in the order of entry. One or two characters are answered by their list alone; more
//! take the names that stand in the two shortest of their lists and look into those. The ledger tells
//! what has happened since the last question, so the index is never behind the database that is asked.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::db::Reader;
use crate::error::Error;
use crate::papers::CertificateLine;

/// Names read from the database at one time.
const BATCH: u32 = 10_000;

/// How a name is compared: letters in lower case, the five middle dots as one, full width as half.
fn folded(name: &str) -> String {
    let one = |c: char| match c {
        '•' | '‧' | '・' | '･' => '·',
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    name.chars().map(one).flat_map(char::to_lowercase).collect()
}

/// The pairs of neighbouring characters of a text.
fn pairs(text: &str) -> impl Iterator<Item = (char, char)> {
    text.chars().zip(text.chars().skip(1))
}

/// The part of an ascending list that is not above a value, looked for from its end.
fn up_to(list: &[u32], most: u32) -> &[u32] {
    let (mut low, mut step) = (list.len(), 1);
    while low > 0 && list[low - 1] > most {
        low = low.saturating_sub(step);
        step *= 2;
    }
    let high = list.len().min(low + step);
    &list[..low + list[low..high].partition_point(|place| *place <= most)]
}

/// A line of the register in little memory: its ten columns one after the other.
#[derive(Debug)]
struct Packed {
    text: Box<str>,
    /// Where each of them ends.
    ends: [u32; COLUMNS],
}
const COLUMNS: usize = 10;

impl Packed {
    fn new(line: &CertificateLine) -> Self {
        let CertificateLine {
            case_id,
            number,
            body,
            holder,
            holder_code,
            issued_on,
            valid_until,
            status,
            status_from,
            status_before,
        } = line;
        let columns: [&str; COLUMNS] =
            [case_id, number, body, holder, holder_code, issued_on, valid_until, status, status_from, status_before];
        let mut end = 0_u32;
        let ends = columns.map(|column| {
            end = end.saturating_add(u32::try_from(column.len()).unwrap_or(u32::MAX));
            end
        });
        Self { text: columns.concat().into(), ends }
    }

    fn line(&self) -> CertificateLine {
        let mut from = 0;
        let mut columns = self.ends.iter().map(|end| {
            let to = *end as usize;
            let column = self.text.get(from..to).unwrap_or_default().to_owned();
            from = to;
            column
        });
        let mut next = || columns.next().unwrap_or_default();
        CertificateLine {
            case_id: next(),
            number: next(),
            body: next(),
            holder: next(),
            holder_code: next(),
            issued_on: next(),
            valid_until: next(),
            status: next(),
            status_from: next(),
            status_before: next(),
        }
    }

    fn case(&self) -> &str {
        self.text.get(..self.ends[0] as usize).unwrap_or_default()
    }
}

/// The index itself.
#[derive(Debug, Default)]
struct Index {
    /// All names, folded, one after the other.
    text: String,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// Whose name stands at a place; nobody's once the certificate has another name.
    lines: Vec<Option<Packed>>,
    /// The place of each case.
    places: HashMap<Box<str>, u32>,
    /// Ascending lists of places. Who gets another name gets another place.
    pairs: HashMap<(char, char), Vec<u32>>,
    singles: HashMap<char, Vec<u32>>,
    /// Rows of the ledger that it knows; `None` until it is filled.
    seen: Option<u64>,
}

impl Index {
    fn name(&self, place: u32) -> &str {
        let place = place as usize;
        let from = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(place).and_then(|to| self.text.get(from..*to)).unwrap_or_default()
    }

    /// Enters the line of a certificate, or what it says now.
    fn enter(&mut self, line: &CertificateLine) {
        let name = folded(&line.holder);
        let before = self.places.get(line.case_id.as_str()).copied();
        let packed = Some(Packed::new(line));
        if let Some(place) = before
            && self.name(place) == name
        {
            if let Some(there) = self.lines.get_mut(place as usize) {
                *there = packed;
            }
            return;
        }
        let Ok(place) = u32::try_from(self.lines.len()) else { return };
        if let Some(left) = before.and_then(|place| self.lines.get_mut(place as usize)) {
            *left = None;
        }
        self.lines.push(packed);
        self.places.insert(line.case_id.as_str().into(), place);
        let put = |list: &mut Vec<u32>| {
            if list.last() != Some(&place) {
                list.push(place);
            }
        };
        pairs(&name).for_each(|pair| put(self.pairs.entry(pair).or_default()));
        name.chars().for_each(|c| put(self.singles.entry(c).or_default()));
        self.text.push_str(&name);
        self.ends.push(self.text.len());
    }

    /// Gives back what lists have taken for growing while the index was filled.
    fn shrink(&mut self) {
        self.pairs.values_mut().chain(self.singles.values_mut()).for_each(Vec::shrink_to_fit);
        self.text.shrink_to_fit();
    }

    /// The certificates whose holder's name contains a text, last entered first.
    fn find<T>(&self, text: &str, skip: usize, most: usize, told: impl Fn(&Packed) -> T) -> Vec<T> {
        let text = folded(text);
        let none = &[][..];
        let mut lists: Vec<&[u32]> = match text.chars().count() {
            0 => return Vec::new(),
            1 => text.chars().map(|c| self.singles.get(&c).map_or(none, Vec::as_slice)).collect(),
            _ => pairs(&text).map(|pair| self.pairs.get(&pair).map_or(none, Vec::as_slice)).collect(),
        };
        lists.sort_by_key(|list| list.len());
        let shortest = lists.first().copied().unwrap_or(none);
        let mut second = lists.get(1).copied();
        // The list of one or two characters is the answer; longer texts may have their pairs elsewhere in a name.
        let mut fits = |place: u32| match &mut second {
            None => true,
            Some(list) => {
                *list = up_to(list, place);
                list.last() == Some(&place) && self.name(place).contains(&text)
            }
        };
        let found = shortest.iter().rev().filter_map(|place| {
            let line = self.lines.get(*place as usize)?.as_ref()?;
            fits(*place).then_some(line)
        });
        found.skip(skip).take(most).map(told).collect()
    }
}

/// The index of an instance.
#[derive(Debug, Clone, Default)]
pub struct Names(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    index: RwLock<Index>,
    /// Held by the one that brings the index up to date.
    turn: tokio::sync::Mutex<()>,
}

impl Names {
    /// Certificates by their number or their holder's code if there are such, else by a part of the
    /// holder's name, as the database knows them now; the last issued or renamed first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn search(&self, reader: &mut Reader, text: &str, skip: u32, most: u32) -> Result<Vec<CertificateLine>, Error> {
        let (cases, size) = reader.certificates_exactly(text, most, skip).await?;
        if cases.is_empty() {
            self.follow_to(reader, size).await?;
            return Ok(self.read().find(text, skip as usize, most as usize, Packed::line));
        }
        reader.certificates_listed(&cases).await
    }

    /// The cases whose holder's name contains a text, as the database knows them now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn find(&self, reader: &mut Reader, text: &str, skip: usize, most: usize) -> Result<Vec<String>, Error> {
        self.follow(reader).await?;
        Ok(self.read().find(text, skip, most, |line| line.case().to_owned()))
    }

    /// Brings the index up to date; fills it the first time, which takes some seconds for a million names.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn follow(&self, reader: &mut Reader) -> Result<(), Error> {
        let size = reader.ledger_size().await?;
        self.follow_to(reader, size).await
    }

    /// The same where it is known how many rows the ledger has.
    async fn follow_to(&self, reader: &mut Reader, size: u64) -> Result<(), Error> {
        if self.read().seen.is_some_and(|seen| seen >= size) {
            return Ok(());
        }
        let _turn = self.0.turn.lock().await;
        let seen = self.read().seen;
        if let Some(seen) = seen {
            if seen < size {
                let fresh = reader.certificates_between(seen, size).await?;
                let mut index = self.write();
                for line in &fresh {
                    index.enter(line);
                }
                index.seen = Some(size);
            }
            return Ok(());
        }
        let mut after = String::new();
        loop {
            let fresh = reader.certificates_after(&after, BATCH).await?;
            let mut index = self.write();
            for line in &fresh {
                index.enter(line);
            }
            let Some(last) = fresh.into_iter().next_back() else {
                index.shrink();
                index.seen = Some(size);
                return Ok(());
            };
            after = last.case_id;
        }
    }

    /// Names in the index.
    pub fn len(&self) -> usize {
        self.read().places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.0.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.0.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(case_id: &str, holder: &str) -> CertificateLine {
        CertificateLine { case_id: case_id.into(), holder: holder.into(), ..CertificateLine::default() }
    }

    fn cases(index: &Index, text: &str, skip: usize, most: usize) -> Vec<String> {
        index.find(text, skip, most, |line| line.case().to_owned())
    }

    fn index() -> Index {
        let mut index = Index::default();
        for (i, name) in ["示例海棠湾旅行网络有限公司", "示例𠮷野出海", "Example GmbH", "买买提·吐尔逊", "示例海运公司"]
            .into_iter()
            .enumerate()
        {
            index.enter(&line(&i.to_string(), name));
        }
        index
    }

    #[test]
    fn every_part_of_a_name_is_found_and_nothing_else() {
        let index = index();
        for (text, found) in [
            ("海棠", &["0"][..]),
            ("海", &["4", "1", "0"]),
            ("𠮷", &["1"]),
            ("吉", &[]),
            ("example g", &["2"]),
            ("ＧＭＢＨ", &["2"]),
            ("提・吐", &["3"]),
            ("公司", &["4", "0"]),
            ("海公司", &[]),
            ("棠海", &[]),
            ("", &[]),
        ] {
            assert_eq!(cases(&index, text, 0, 10), found, "{text}");
        }
        assert_eq!(cases(&index, "公司", 1, 10), ["0"]);
        assert_eq!(cases(&index, "公司", 0, 1), ["4"]);
    }

    #[test]
    fn a_new_name_takes_the_place_of_the_old() {
        let mut index = index();
        index.enter(&line("0", "示例新名公司"));
        assert_eq!(cases(&index, "海棠", 0, 10), Vec::<String>::new());
        assert_eq!(cases(&index, "新名", 0, 10), ["0"]);
        assert_eq!(cases(&index, "公司", 0, 10), ["0", "4"]);
        let now =
            CertificateLine {
                number: "DH-1".into(), body: "𠮷".into(), status: "suspended".into(), ..line("0", "示例新名公司")
            };
        index.enter(&now);
        assert_eq!(index.find("新名", 0, 10, Packed::line), [now], "what else its line says is told as it is now");
        assert_eq!((index.places.len(), index.lines.len()), (5, 6), "the same name again changes nothing");
    }

    #[test]
    fn lists_are_cut_at_a_value() {
        let list = [1, 3, 4, 9, 10, 11, 30];
        for most in 0..40 {
            let wanted = list.iter().filter(|n| **n <= most).count();
            assert_eq!(up_to(&list, most), &list[..wanted], "{most}");
        }
        assert_eq!(up_to(&[], 3), &[] as &[u32]);
    }

    /// Names of Chinese companies by chance, and every kind of question to them.
    #[test]
    fn none_is_missed_among_many() {
        const MANY: usize = 20_000;
        let parts: Vec<char> =
            "海天云山水光明华东方新科技网络旅行数据安全示例金银铜铁木石花草风雨雷电春夏秋冬江河湖".chars().collect();
        let mut dice = 7_u64;
        let mut roll = |sides: usize| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(dice >> 33).unwrap_or(0) % sides
        };
        let names: Vec<String> = (0..MANY)
            .map(|_| {
                let own: String = (0..2 + roll(4)).map(|_| parts[roll(parts.len())]).collect();
                format!("示例{own}有限公司（虚构）")
            })
            .collect();
        let mut index = Index::default();
        for (i, name) in names.iter().enumerate() {
            index.enter(&line(&i.to_string(), name));
        }
        for n in 0..400 {
            let name: Vec<char> = names[roll(MANY)].chars().collect();
            let from = roll(name.len() - 2);
            let mut text: String = name[from..(from + 1 + roll(4)).min(name.len())].iter().collect();
            if n % 4 == 0 {
                text = (0..=roll(3)).map(|_| parts[roll(parts.len())]).collect();
            }
            let wanted: Vec<String> =
                (0..MANY).rev().filter(|i| names[*i].contains(&text)).take(51).map(|i| i.to_string()).collect();
            assert_eq!(cases(&index, &text, 0, 51), wanted, "{text}");
        }
    }
}
