//! Which slot a file of a whole-set upload belongs to: by the number at the head of its name
//! or of its folder, then by the words in it, then by a name of the roster. Only a proposal:
//! a person always confirms.

use guosuo_case::filing::{Person, Slot};

/// What the name of a file suggests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guess {
    /// The slot.
    pub slot: Option<Slot>,
    /// The person on the roster whose sheet it is.
    pub person: Option<String>,
}

/// Files that systems leave in archives and nobody means to send.
pub fn is_junk(name: &str, folder: &str) -> bool {
    name.starts_with("._")
        || name.starts_with("~$")
        || matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini")
        || folder.split('/').any(|f| f == "__MACOSX")
}

/// Proposes a slot for a file by its name, its folder and the roster.
pub fn guess(name: &str, folder: &str, people: &[Person]) -> Guess {
    let stem = name.rsplit_once('.').map_or(name, |(s, e)| if e.len() <= 5 && e.is_ascii() && !e.is_empty() { s } else { name });
    let person = person_in(stem, people);
    let own = number(stem).map(|n| refine(n, stem));
    let folders = folder.split('/').rev().filter(|f| !f.is_empty());
    let mut slot = own;
    for f in folders {
        // A folder with a number says more than words in the name of a file.
        slot = slot.or_else(|| number(f).map(|n| refine(n, stem)));
    }
    let slot = slot
        .or_else(|| by_words(stem))
        .or_else(|| folder.split('/').rev().find_map(by_words))
        .or_else(|| person.as_ref().map(|_| Slot::Background));
    let person = person.filter(|_| slot == Some(Slot::Background));
    Guess { slot, person }
}

/// The guide's number at the head of a text: `3-张三`, `1.4 经办人`, `第8项`, full-width digits.
fn number(text: &str) -> Option<Slot> {
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '．' | '。' => '.',
            other => other,
        })
        .collect();
    let plain = plain.strip_prefix('第').unwrap_or(&plain);
    let plain = plain.strip_prefix("材料").unwrap_or(plain);
    let plain = plain.strip_prefix('0').filter(|r| r.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(plain);
    let mut best = None;
    for slot in Slot::ALL {
        let Some(rest) = plain.strip_prefix(slot.id()) else { continue };
        // `2026年…` is no item 2, and `1.10` is no item 1.1.
        let goes_on = rest.starts_with(|c: char| c.is_ascii_digit())
            || rest.strip_prefix('.').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        if !goes_on {
            best = Some(slot);
        }
    }
    best
}

/// `1-批准书` means 1.1: words choose among the parts of the same material.
fn refine(slot: Slot, stem: &str) -> Slot {
    by_words(stem).filter(|w| w.material() == slot.material()).unwrap_or(slot)
}

fn by_words(text: &str) -> Option<Slot> {
    const WORDS: [(Slot, &[&str]); 13] = [
        (Slot::Approval, &["批准书"]),
        (Slot::CreditCode, &["信用代码", "营业执照", "登记证书"]),
        (Slot::LegalRepId, &["法定代表人", "法人身份", "法人证件"]),
        (Slot::OperatorId, &["经办人"]),
        (Slot::Form, &["备案申请表", "申请表"]),
        (Slot::PastWork, &["近三年", "近3年", "工作情况"]),
        (Slot::Background, &["背景审查", "审查表", "审查说明"]),
        (Slot::DetailedRules, &["实施细则", "细则"]),
        (Slot::WorkPlan, &["工作计划"]),
        (Slot::RiskPrevention, &["风险防范"]),
        (Slot::ContinuousSupervision, &["持续监督"]),
        (Slot::Complaints, &["投诉", "争议"]),
        (Slot::Other, &["其他", "其它"]),
    ];
    WORDS.iter().find(|(_, words)| words.iter().any(|w| text.contains(w))).map(|(s, _)| *s)
}

/// The one person whose name stands in a text; nobody where two fit equally well.
pub fn person_in(text: &str, people: &[Person]) -> Option<String> {
    let named = people.iter().filter(|p| !p.name.trim().is_empty() && text.contains(p.name.trim()));
    let longest = named.clone().map(|p| p.name.trim().chars().count()).max()?;
    let mut best = named.filter(|p| p.name.trim().chars().count() == longest);
    let first = best.next()?;
    best.next().is_none().then(|| first.id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, name: &str) -> Person {
        Person { id: id.into(), name: name.into(), ..Person::default() }
    }

    #[test]
    fn numbers_words_and_folders_tell_the_slot() {
        for (name, folder, slot) in [
            ("1.pdf", "", Some("1")),
            ("1-备案申请表.pdf", "", Some("1")),
            ("1-批准书.pdf", "", Some("1.1")),
            ("1.4 经办人.pdf", "", Some("1.4")),
            ("１．３法人.pdf", "", Some("1.3")),
            ("第8项 投诉.pdf", "", Some("8")),
            ("02_近三年.pdf", "", Some("2")),
            ("8.pdf", "备案材料", Some("8")),
            ("扫描件001.pdf", "备案材料/4 实施细则", Some("4")),
            ("2026年工作.pdf", "", None),
            ("2026年工作计划.pdf", "", Some("5")),
            ("1.10.pdf", "", None),
            ("10-x.pdf", "", None),
            ("持续监督机制.pdf", "", Some("7")),
            ("scan.pdf", "", None),
        ] {
            assert_eq!(guess(name, folder, &[]).slot.map(Slot::id), slot, "{folder}/{name}");
        }
    }

    #[test]
    fn a_sheet_finds_its_person_and_doubt_finds_nobody() {
        let people = [person("a", "张三"), person("b", "张三丰"), person("c", "李四"), person("d", "李四")];
        let g = |name: &str, folder: &str| guess(name, folder, &people);
        assert_eq!(g("3-张三.pdf", "").person.as_deref(), Some("a"));
        assert_eq!(g("张三丰.pdf", "3 背景审查").person.as_deref(), Some("b"));
        assert_eq!(g("张三.pdf", ""), Guess { slot: Some(Slot::Background), person: Some("a".into()) });
        assert_eq!(g("3-李四.pdf", ""), Guess { slot: Some(Slot::Background), person: None });
        assert_eq!(g("8-张三.pdf", "").person, None, "only item 3 has sheets");
    }

    #[test]
    fn what_systems_leave_behind_is_not_sent() {
        assert!(is_junk(".DS_Store", "") && is_junk("a.pdf", "__MACOSX/x") && is_junk("~$计划.docx", ""));
        assert!(!is_junk("1.pdf", "备案"));
    }
}
