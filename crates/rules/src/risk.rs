//! The risk map of the impact assessment 个人信息保护影响评估: impact × likelihood → level (method of GB/T 39335).
//!
//! The map is data (`data/law/risk-map.toml`), because neither PIPL 55–56 nor M 6 prescribes one.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::article::Article;

const DATA: &str = include_str!("../../../data/law/risk-map.toml");

macro_rules! grades {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All, from the least to the most.
            pub const ALL: [Self; 4] = [$(Self::$variant,)*];

            /// Name in forms and files.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The grade of a name.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|g| g.code() == code)
            }
        }
    };
}

grades! {
    /// How much it would hurt.
    Impact {
        /// 低.
        Low "low",
        /// 中.
        Medium "medium",
        /// 高.
        High "high",
        /// 严重.
        Severe "severe",
    }
}

grades! {
    /// How probable it is.
    Likelihood {
        /// 低.
        Low "low",
        /// 中.
        Medium "medium",
        /// 高.
        High "high",
        /// 很高.
        VeryHigh "very_high",
    }
}

grades! {
    /// The level of a risk.
    Level {
        /// 低.
        Low "low",
        /// 中.
        Medium "medium",
        /// 高.
        High "high",
        /// 严重.
        Severe "severe",
    }
}

/// One row of the file for each impact.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    low: [Level; 4],
    medium: [Level; 4],
    high: [Level; 4],
    severe: [Level; 4],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    articles: Vec<Article>,
    verified: bool,
    map: Rows,
}

/// A method: its map and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Method {
    /// Its name.
    pub id: String,
    /// Where it is written.
    pub articles: Vec<Article>,
    /// Whether every cell was compared with the printed text.
    pub verified: bool,
    map: [[Level; 4]; 4],
}

/// Why a file holds no usable method.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MethodError {
    /// It does not parse.
    #[error("{0}")]
    Shape(String),
    /// No method in it.
    #[error("no method is given")]
    None,
    /// A level falls where impact or likelihood rises.
    #[error("{id}: the level falls at impact {} and likelihood {}", impact.code(), likelihood.code())]
    Falls {
        /// The method.
        id: String,
        /// Impact of the cell.
        impact: Impact,
        /// Likelihood of the cell.
        likelihood: Likelihood,
    },
}

impl Method {
    /// The level of a cell.
    pub fn level(&self, impact: Impact, likelihood: Likelihood) -> Level {
        self.map[impact as usize][likelihood as usize]
    }

    /// The method shipped with the program.
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Method> =
            LazyLock::new(|| Method::parse_toml(DATA).expect("the risk map shipped with the program parses"));
        &SHIPPED
    }

    /// Reads a method from TOML: the first of the file.
    ///
    /// # Errors
    /// What the parser says, or the cell where a level falls.
    pub fn parse_toml(text: &str) -> Result<Self, MethodError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            method: Vec<Entry>,
        }
        let file: File = toml::from_str(text).map_err(|e| MethodError::Shape(e.to_string()))?;
        let entry = file.method.into_iter().next().ok_or(MethodError::None)?;
        let Rows { low, medium, high, severe } = entry.map;
        let method = Self { id: entry.id, articles: entry.articles, verified: entry.verified, map: [low, medium, high, severe] };
        for impact in Impact::ALL {
            for likelihood in Likelihood::ALL {
                let (i, l) = (impact as usize, likelihood as usize);
                let falls =
                    (i > 0 && method.map[i][l] < method.map[i - 1][l]) || (l > 0 && method.map[i][l] < method.map[i][l - 1]);
                if falls {
                    return Err(MethodError::Falls { id: method.id, impact, likelihood });
                }
            }
        }
        Ok(method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_map_covers_every_cell_and_all_levels() {
        let m = Method::shipped();
        assert_eq!(m.level(Impact::Low, Likelihood::Low), Level::Low);
        assert_eq!(m.level(Impact::Severe, Likelihood::VeryHigh), Level::Severe);
        let all: std::collections::BTreeSet<Level> =
            Impact::ALL.into_iter().flat_map(|i| Likelihood::ALL.into_iter().map(move |l| m.level(i, l))).collect();
        assert_eq!(all.len(), 4);
        assert!(!m.verified && !m.articles.is_empty());
    }

    #[test]
    fn a_map_may_not_fall_and_may_not_have_holes() {
        let falling =
            DATA.replace(r#"low = ["low", "low", "medium", "medium"]"#, r#"low = ["medium", "low", "medium", "medium"]"#);
        let error = Method::parse_toml(&falling).unwrap_err();
        assert!(matches!(error, MethodError::Falls { impact: Impact::Low, likelihood: Likelihood::Medium, .. }), "{error}");
        let hole = DATA.replace(r#"severe = ["medium", "high", "severe", "severe"]"#, r#"severe = ["medium", "high", "severe"]"#);
        assert!(matches!(Method::parse_toml(&hole), Err(MethodError::Shape(_))));
        assert_eq!(Method::parse_toml("method = []"), Err(MethodError::None));
    }

    #[test]
    fn names_round_trip() {
        for g in Likelihood::ALL {
            assert_eq!(Likelihood::from_code(g.code()), Some(g));
        }
        assert_eq!(Impact::from_code("very_high"), None);
    }
}
