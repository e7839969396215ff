//! Checklists of the on-site audit (R37 2, 4.3): the clauses of a standard in one edition, as data.
//!
//! The words of the standards are protected. What is shipped holds clause numbers only; titles and
//! requirements are the operator's to supply, in a file of the same shape.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::basis::Standard;

/// The lists shipped with the program, as text.
pub const BUILTIN: [&str; 2] =
    [include_str!("../../../data/checklists/gbt-35273-2020.toml"), include_str!("../../../data/checklists/gbt-46068-2025.toml")];

/// Words for a clause, from the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Words {
    /// Title.
    pub title: String,
    /// What it requires.
    pub requirement: String,
    /// What usually proves it.
    pub evidence: String,
}

/// Clauses that belong together, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Title, from the operator.
    #[serde(default)]
    pub title: String,
    /// The clauses by number.
    pub clauses: Vec<String>,
}

/// The clauses of a standard in one edition.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Number of the standard.
    pub number: String,
    /// Its edition.
    pub edition: String,
    /// Whether the clauses were compared with the standard itself.
    pub verified: bool,
    /// Where the list comes from.
    pub source: String,
    /// The clauses.
    #[serde(rename = "group")]
    pub groups: Vec<Group>,
    /// Words by clause.
    #[serde(default)]
    pub words: BTreeMap<String, Words>,
}

/// A file that is no checklist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not the shape of a checklist.
    #[error("{0}")]
    Shape(String),
    /// A clause twice, an empty one, or none at all.
    #[error("clause {0:?} is empty, repeated, or missing from the groups")]
    Clause(String),
}

impl List {
    /// Reads a list.
    ///
    /// # Errors
    /// [`ListError`] with what is wrong.
    pub fn parse(text: &str) -> Result<Self, ListError> {
        let list: Self = toml::from_str(text).map_err(|e| ListError::Shape(e.message().to_owned()))?;
        let mut seen = std::collections::BTreeSet::new();
        for clause in list.clauses() {
            if clause.trim().is_empty() || !seen.insert(clause.as_str()) {
                return Err(ListError::Clause(clause.clone()));
            }
        }
        if seen.is_empty() {
            return Err(ListError::Clause(String::new()));
        }
        if let Some(unknown) = list.words.keys().find(|c| !seen.contains(c.as_str())) {
            return Err(ListError::Clause(unknown.clone()));
        }
        Ok(list)
    }

    /// The standard.
    pub fn standard(&self) -> Standard {
        Standard { number: self.number.clone(), edition: self.edition.clone() }
    }

    /// All clauses in order.
    pub fn clauses(&self) -> impl Iterator<Item = &String> {
        self.groups.iter().flat_map(|g| g.clauses.iter())
    }
}

/// The lists shipped with the program, each with its text.
pub fn builtin() -> &'static [(List, &'static str)] {
    static LISTS: LazyLock<Vec<(List, &'static str)>> = LazyLock::new(|| {
        BUILTIN.iter().map(|t| (List::parse(t).expect("the checklists shipped with the program parse"), *t)).collect()
    });
    &LISTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::basis::Edition;

    #[test]
    fn every_standard_of_the_basis_in_force_has_a_list() {
        let edition = Edition::by_id("A53").unwrap();
        for standard in &edition.standards {
            assert!(builtin().iter().any(|(l, _)| l.standard() == *standard), "{standard:?}");
        }
    }

    #[test]
    fn what_is_shipped_holds_numbers_and_no_words() {
        for (list, _) in builtin() {
            assert!(list.words.is_empty() && list.groups.iter().all(|g| g.title.is_empty()));
            assert!(list.clauses().all(|c| c.chars().all(|x| x.is_ascii_digit() || x == '.')));
        }
        assert!(builtin().iter().all(|(l, _)| !l.verified), "no list has been compared with its standard yet");
    }

    #[test]
    fn a_repeated_clause_and_words_for_no_clause_are_refused() {
        let head = "number = \"X\"\nedition = \"1\"\nverified = false\nsource = \"test\"\n";
        let list = |rest: &str| List::parse(&format!("{head}{rest}"));
        assert_eq!(list("[[group]]\nclauses = [\"1\", \"1\"]\n"), Err(ListError::Clause("1".into())));
        assert_eq!(list("[[group]]\nclauses = []\n"), Err(ListError::Clause(String::new())));
        let words = "[[group]]\nclauses = [\"1\"]\n[words.\"2\"]\ntitle = \"t\"\n";
        assert_eq!(list(words), Err(ListError::Clause("2".into())));
        assert!(list("[[group]]\nclauses = [\"1\"]\n[words.\"1\"]\ntitle = \"t\"\n").is_ok());
    }
}
