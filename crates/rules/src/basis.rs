//! The editions of the certification basis (R37 2, A53): which standards an export is certified
//! against, and from which day.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::article::Article;

const DATA: &str = include_str!("../../../data/law/certification-basis.toml");

/// One standard of the basis.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Its number, for example `GB/T 46068`.
    pub number: String,
    /// Its edition.
    pub edition: String,
}

/// The basis as it stood in one span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// Name of the edition.
    pub id: String,
    /// First day on which a new case begins on it.
    pub from: Date,
    /// First day on which a new case does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The edition that displaced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// Where it is written.
    pub articles: Vec<Article>,
    /// The standards.
    #[serde(rename = "standard")]
    pub standards: Vec<Standard>,
}

impl Edition {
    /// The edition on which a case begins that is submitted on `day`.
    pub fn on(day: Date) -> Option<&'static Self> {
        editions().iter().find(|e| e.from <= day && e.until.is_none_or(|until| day < until))
    }

    /// The edition of a name.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        editions().iter().find(|e| e.id == id)
    }

    /// Whether a new case could begin on it on `day`.
    pub fn in_force(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// All editions, oldest first.
pub fn editions() -> &'static [Edition] {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        edition: Vec<Edition>,
    }
    static EDITIONS: LazyLock<Vec<Edition>> = LazyLock::new(|| {
        let file: File = toml::from_str(DATA).expect("the editions shipped with the program parse");
        file.edition
    });
    &EDITIONS
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_basis_changed_on_the_day_of_publication() {
        assert_eq!(Edition::on(date(2025, 12, 24)).unwrap().id, "R37");
        assert_eq!(Edition::on(date(2025, 12, 25)).unwrap().id, "A53");
        assert_eq!(Edition::on(date(2026, 2, 1)).unwrap().standards[1].number, "GB/T 46068");
        assert_eq!(Edition::on(date(2022, 11, 3)), None);
    }

    #[test]
    fn editions_follow_one_another_without_a_gap() {
        for pair in editions().windows(2) {
            assert_eq!(pair[0].until, Some(pair[1].from));
            assert_eq!(pair[0].superseded_by.as_deref(), Some(pair[1].id.as_str()));
        }
        assert!(editions().last().unwrap().until.is_none());
        assert!(editions().iter().all(|e| !e.articles.is_empty() && Edition::by_id(&e.id) == Some(e)));
    }
}
