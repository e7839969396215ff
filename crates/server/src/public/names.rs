//! Names of holders in memory: any part of a name, one or two characters included, is found at once
//! and none is missed.
//!
//! Every pair of neighbouring characters has the list of the names that contain it, every single
//! character too. A question takes the shortest of its lists and looks into those names only. The
//! database tells what has changed since the last question, so the index is never behind it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use guosuo_store::{CertificateName, Error, Reader};

/// Names read from the database at one time.
const BATCH: u32 = 50_000;
/// A change may be committed after another one whose clock was ahead: the last minute is read again.
const OVERLAP: i64 = 60 * 1_000_000;

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

/// The lists in which a text stands: its pairs, or its only character.
fn keys(text: &str) -> Vec<(char, char)> {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(2).map(|w| (w[0], w[1])).collect()
}

/// The index itself.
#[derive(Debug, Default)]
pub struct Index {
    names: Vec<(String, String)>,
    places: HashMap<String, u32>,
    pairs: HashMap<(char, char), Vec<u32>>,
    singles: HashMap<char, Vec<u32>>,
    /// Moment of the newest change that it has, microseconds.
    seen: i64,
}

impl Index {
    /// Enters a name, or the new name of a certificate.
    pub fn enter(&mut self, case_id: &str, name: &str) {
        let name = folded(name);
        let place = if let Some(place) = self.places.get(case_id) {
            *place
        } else {
            let Ok(place) = u32::try_from(self.names.len()) else { return };
            self.places.insert(case_id.to_owned(), place);
            self.names.push((case_id.to_owned(), String::new()));
            place
        };
        if self.names.get(place as usize).is_some_and(|n| n.1 == name) {
            return;
        }
        // Lists may keep a place under an old name: a question looks at the name itself.
        let put = |list: &mut Vec<u32>| {
            if list.last() != Some(&place) {
                list.push(place);
            }
        };
        for key in keys(&name) {
            put(self.pairs.entry(key).or_default());
        }
        for c in name.chars() {
            put(self.singles.entry(c).or_default());
        }
        if let Some(entry) = self.names.get_mut(place as usize) {
            entry.1 = name;
        }
    }

    /// The cases whose holder's name contains a text, last entered first.
    pub fn find(&self, text: &str, skip: usize, most: usize) -> Vec<String> {
        let text = folded(text);
        let lists: Vec<Option<&Vec<u32>>> = match text.chars().next() {
            None => return Vec::new(),
            Some(only) if text.chars().nth(1).is_none() => vec![self.singles.get(&only)],
            Some(_) => keys(&text).iter().map(|k| self.pairs.get(k)).collect(),
        };
        let Some(shortest) = lists.into_iter().map(|l| l.map_or(&[][..], Vec::as_slice)).min_by_key(|l| l.len()) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        let mut passed = 0;
        let mut last = None;
        for place in shortest.iter().rev() {
            let Some((case_id, name)) = self.names.get(*place as usize) else { continue };
            if last == Some(place) || !name.contains(&text) || out.contains(case_id) {
                continue;
            }
            last = Some(place);
            passed += 1;
            if passed > skip {
                out.push(case_id.clone());
                if out.len() == most {
                    break;
                }
            }
        }
        out
    }

    /// Names in it.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// The index of an instance.
#[derive(Debug, Clone, Default)]
pub struct Names(Arc<Mutex<Index>>);

impl Names {
    /// The cases whose holder's name contains a text, as the database knows them now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn find(&self, reader: &mut Reader, text: &str, skip: usize, most: usize) -> Result<Vec<String>, Error> {
        let mut after = (self.lock().seen.saturating_sub(OVERLAP), String::new());
        loop {
            let fresh: Vec<CertificateName> = reader.certificate_names_since((after.0, &after.1), BATCH).await?;
            let more = fresh.len() == BATCH as usize;
            let mut index = self.lock();
            for row in fresh {
                index.enter(&row.case_id, &row.holder);
                index.seen = index.seen.max(row.updated);
                after = (row.updated, row.case_id);
            }
            if !more {
                return Ok(index.find(text, skip, most));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let mut index = Index::default();
        for (i, name) in ["示例海棠湾旅行网络有限公司", "示例𠮷野出海", "Example GmbH", "买买提·吐尔逊", "示例海运公司"]
            .into_iter()
            .enumerate()
        {
            index.enter(&i.to_string(), name);
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
            ("棠海", &[]),
            ("", &[]),
        ] {
            assert_eq!(index.find(text, 0, 10), found, "{text}");
        }
        assert_eq!(index.find("公司", 1, 10), ["0"]);
        assert_eq!(index.find("公司", 0, 1), ["4"]);
    }

    #[test]
    fn a_new_name_takes_the_place_of_the_old() {
        let mut index = index();
        index.enter("0", "示例新名公司");
        assert_eq!(index.find("海棠", 0, 10), Vec::<String>::new());
        assert_eq!(index.find("新名", 0, 10), ["0"]);
        assert_eq!(index.find("公司", 0, 10), ["0", "4"]);
        assert_eq!(index.len(), 5);
    }

    /// Names of Chinese companies by chance; prints what a search takes. `GUOSUO_NAMES=1000000`.
    #[test]
    fn none_is_missed_among_many() {
        let count: usize = std::env::var("GUOSUO_NAMES").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
        let parts: Vec<char> =
            "海天云山水光明华东方新科技网络旅行数据安全示例金银铜铁木石花草风雨雷电春夏秋冬江河湖".chars().collect();
        let mut dice = 7_u64;
        let mut roll = |sides: usize| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(dice >> 33).unwrap_or(0) % sides
        };
        let names: Vec<String> = (0..count)
            .map(|_| {
                let own: String = (0..2 + roll(4)).map(|_| parts[roll(parts.len())]).collect();
                format!("示例{own}有限公司（虚构）")
            })
            .collect();
        let mut index = Index::default();
        for (i, name) in names.iter().enumerate() {
            index.enter(&i.to_string(), name);
        }
        let mut slowest = std::time::Duration::ZERO;
        for _ in 0..200 {
            let name: Vec<char> = names[roll(count)].chars().collect();
            let from = roll(name.len() - 2);
            let text: String = name[from..(from + 1 + roll(3)).min(name.len())].iter().collect();
            let begun = std::time::Instant::now();
            let found = index.find(&text, 0, 51);
            slowest = slowest.max(begun.elapsed());
            let wanted = names.iter().filter(|n| n.contains(&text)).count();
            assert_eq!(found.len(), wanted.min(51), "{text}");
        }
        println!("{count} names, slowest of 200 searches {slowest:?}");
    }
}
