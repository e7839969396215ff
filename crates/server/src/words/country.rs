//! Countries and regions by their code (ISO 3166-1 alpha-2).

use std::sync::LazyLock;

use guosuo_case::certification::MAINLAND;

use crate::web::components::Choice;
use crate::web::lang::Lang;

static NAMES: LazyLock<Vec<[&'static str; 3]>> = LazyLock::new(|| {
    include_str!("../../../../data/countries.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut parts = line.split('\t');
            Some([parts.next()?, parts.next()?, parts.next()?])
        })
        .collect()
});

/// The name of a country or region; an unknown code stays as it is.
pub fn country(l: Lang, code: &str) -> String {
    NAMES.iter().find(|n| n[0] == code).map_or_else(|| code.to_owned(), |n| l.t(n[1], n[2]).to_owned())
}

/// All as choices of a list, an empty one first; with or without the mainland of China.
pub fn countries(l: Lang, with_mainland: bool) -> Vec<Choice> {
    let mut found: Vec<(&str, String)> = NAMES
        .iter()
        .filter(|n| with_mainland || n[0] != MAINLAND)
        .map(|n| (n[0], l.pick(format!("{} {}", n[0], n[1]), format!("{} ({})", n[2], n[0]))))
        .collect();
    if !l.zh() {
        found.sort_by(|a, b| a.1.cmp(&b.1));
    }
    let none = Choice::new("", l.t("请选择", "Choose"));
    std::iter::once(none).chain(found.into_iter().map(|(code, name)| Choice::new(code, name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_the_law_takes_has_its_names() {
        assert_eq!(NAMES.len(), 249);
        for n in NAMES.iter() {
            assert!(guosuo_case::certification::is_country(n[0]), "{}", n[0]);
            assert!(!n[1].is_empty() && !n[2].is_empty());
        }
        assert_eq!(country(Lang::En, "DE"), "Germany");
        assert_eq!(country(Lang::Zh, "HK"), "中国香港");
        assert_eq!(countries(Lang::Zh, false).len(), 249);
    }
}
