//! The dated parameters of the export path: which numbers and grounds were law on which day.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::facts::Ground;
use crate::article::Article;

const DATA: &str = include_str!("../../../../data/law/export-path.toml");

/// One number of the law with its article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Number of people; reached when a count is equal or above (以上 includes the number, CC 1259).
    pub value: u64,
    /// Where it is written.
    pub article: Article,
}

/// The numbers of one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// People whose non-sensitive information leaves: from here on a security assessment.
    pub assessment_non_sensitive: Line,
    /// People whose sensitive information leaves: from here on a security assessment.
    pub assessment_sensitive: Line,
    /// People whose non-sensitive information leaves: from here on a contract or certification; below, and without
    /// any sensitive information, exempt. Absent in versions without a floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mechanism_non_sensitive: Option<Line>,
    /// People whose information is handled at all: from here on a security assessment. Only in the first version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment_handled: Option<Line>,
}

/// From when people are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// From 1 January of the current year.
    CurrentYear,
    /// From 1 January of the year before.
    PreviousYear,
}

/// A ground of exemption and since when it is law.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundRule {
    /// The ground.
    pub ground: Ground,
    /// First day.
    pub from: Date,
    /// Where it is written.
    pub articles: Vec<Article>,
}

/// The law of the export path as it stood in one span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Name of the version.
    pub id: String,
    /// First day.
    pub from: Date,
    /// First day on which it is law no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The version that displaced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// The articles that make the version.
    pub articles: Vec<Article>,
    /// From when people are counted.
    pub counting: Counting,
    /// Whether the number for ordinary information includes people whose sensitive information leaves.
    pub counted_together: bool,
    /// The numbers.
    pub lines: Lines,
    /// The grounds of exemption.
    #[serde(default, rename = "ground")]
    pub grounds: Vec<GroundRule>,
}

impl Law {
    /// The law on a day.
    ///
    /// # Errors
    /// [`NoLaw`] before the first version (2022-09-01).
    pub fn on(day: Date) -> Result<&'static Self, NoLaw> {
        versions().iter().find(|law| law.from <= day && law.until.is_none_or(|until| day < until)).ok_or(NoLaw { day })
    }

    /// The articles of a ground, when it is law on `day`.
    pub fn ground(&self, ground: Ground, day: Date) -> Option<&[Article]> {
        let rule = self.grounds.iter().find(|rule| rule.ground == ground && rule.from <= day)?;
        Some(&rule.articles)
    }
}

/// No parameters for a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no parameters of the export path are known for {day}")]
pub struct NoLaw {
    /// The day.
    pub day: Date,
}

/// All versions, oldest first.
pub fn versions() -> &'static [Law] {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        version: Vec<Law>,
    }
    static VERSIONS: LazyLock<Vec<Law>> = LazyLock::new(|| {
        let file: File = toml::from_str(DATA).expect("the parameters shipped with the program parse");
        file.version
    });
    &VERSIONS
}

/// Own numbers of a free trade zone's negative list for one field (P16 6): they replace the national ones for data
/// inside the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// Name of the list, with its edition.
    pub id: String,
    /// The zone.
    pub zone: String,
    /// The field (finance, automotive, …).
    pub field: String,
    /// First day.
    pub from: Date,
    /// First day on which it is in force no more.
    #[serde(default)]
    pub until: Option<Date>,
    /// Official address.
    pub address: String,
    /// Its numbers, as far as it has own ones.
    pub assessment_non_sensitive: Option<u64>,
    /// Its numbers, as far as it has own ones.
    pub assessment_sensitive: Option<u64>,
    /// Its numbers, as far as it has own ones.
    pub mechanism_non_sensitive: Option<u64>,
}

impl Overlay {
    /// Reads a list from TOML.
    ///
    /// # Errors
    /// What the parser says.
    pub fn parse_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// Whether it is in force on `day`.
    pub fn in_force(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// The national numbers with those of the list put over them.
    pub fn over(&self, lines: &Lines) -> Lines {
        let article = Article::of(crate::article::Instrument::P16, "6");
        let line = |own: Option<u64>, national: &Line| match own {
            Some(value) => Line { value, article: article.clone() },
            None => national.clone(),
        };
        Lines {
            assessment_non_sensitive: line(self.assessment_non_sensitive, &lines.assessment_non_sensitive),
            assessment_sensitive: line(self.assessment_sensitive, &lines.assessment_sensitive),
            mechanism_non_sensitive: match (self.mechanism_non_sensitive, &lines.mechanism_non_sensitive) {
                (Some(value), _) => Some(Line { value, article: article.clone() }),
                (None, national) => national.clone(),
            },
            assessment_handled: lines.assessment_handled.clone(),
        }
    }
}
