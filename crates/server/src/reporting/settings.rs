//! Where reports go: targets in the settings file, each with its adapter (M 9(1)). No interface of
//! the national platform is public, so an instance names what its operator was given.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use guosuo_store::Whose;
use serde::Deserialize;

/// The settings of reporting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reporting {
    /// The targets. None: reports wait in the queue, are taken from there as files and get their
    /// receipts by hand.
    pub targets: Vec<Target>,
}

/// A target with its adapter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// JSON over HTTP.
    Http(HttpTarget),
    /// Files in a folder.
    File(FileTarget),
}

/// JSON over HTTP, see `docs/reporting.md`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpTarget {
    /// Its name, as pages and the record show it.
    pub id: String,
    /// The organisations whose reports go there; empty: all that no other target names.
    #[serde(default)]
    pub bodies: Vec<String>,
    /// Where reports are posted.
    pub url: String,
    /// Where the platform tells what it shows of a body's certificates; empty: it does not.
    #[serde(default)]
    pub shown_url: String,
    /// A file with the token that is sent as `Authorization: Bearer`; empty: none.
    #[serde(default)]
    pub token_file: PathBuf,
    /// Milliseconds until an answer is given up.
    #[serde(default = "timeout")]
    pub timeout_ms: u64,
    /// Reports under way at the same time, of different certificates.
    #[serde(default = "parallel")]
    pub parallel: usize,
    /// Whether the instance signs what it sends with its keys for statements.
    #[serde(default = "yes")]
    pub sign: bool,
}

/// Files in a folder, which a person or another program carries on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileTarget {
    /// Its name, as pages and the record show it.
    pub id: String,
    /// The organisations whose reports go there; empty: all that no other target names.
    #[serde(default)]
    pub bodies: Vec<String>,
    /// The folder. It must exist and be on a file system that renames atomically.
    pub folder: PathBuf,
    /// What is written.
    #[serde(default)]
    pub format: Format,
}

/// A format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A list of records.
    #[default]
    Json,
    /// Comma-separated values in UTF-8.
    Csv,
    /// A workbook.
    Xlsx,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Xlsx];

    /// How names of such files end.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

fn timeout() -> u64 {
    20_000
}

fn parallel() -> usize {
    8
}

fn yes() -> bool {
    true
}

impl Target {
    /// Its name.
    pub fn id(&self) -> &str {
        match self {
            Self::Http(t) => &t.id,
            Self::File(t) => &t.id,
        }
    }

    fn bodies(&self) -> &[String] {
        match self {
            Self::Http(t) => &t.bodies,
            Self::File(t) => &t.bodies,
        }
    }
}

impl Reporting {
    /// Whether the settings make sense.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn check(&self) -> anyhow::Result<()> {
        let mut names: Vec<&str> = self.targets.iter().map(Target::id).collect();
        names.sort_unstable();
        ensure!(names.windows(2).all(|w| w[0] != w[1]), "reporting: two targets have the same id");
        for t in &self.targets {
            ensure!(!t.id().trim().is_empty() && t.id() != HAND, "reporting: a target needs an id other than {HAND}");
            if let Target::Http(h) = t {
                let url = reqwest::Url::parse(&h.url).with_context(|| format!("reporting: the url of {}", h.id))?;
                ensure!(matches!(url.scheme(), "http" | "https"), "reporting: the url of {} must begin with https://", h.id);
                ensure!(h.parallel > 0 && h.timeout_ms > 0, "reporting: parallel and timeout_ms of {} must not be 0", h.id);
            }
        }
        let all = self.targets.iter().filter(|t| t.bodies().is_empty()).count();
        ensure!(all <= 1, "reporting: {all} targets take the reports of all bodies, at most one can");
        let mut bodies: Vec<&String> = self.targets.iter().flat_map(Target::bodies).collect();
        bodies.sort_unstable();
        ensure!(bodies.windows(2).all(|w| w[0] != w[1]), "reporting: a body stands under two targets");
        Ok(())
    }

    /// The bodies whose reports go to a target.
    pub fn whose(&self, target: &Target) -> Whose {
        if target.bodies().is_empty() {
            Whose::all_but(self.targets.iter().flat_map(Target::bodies).map(String::as_str))
        } else {
            Whose::only(target.bodies().iter().map(String::as_str))
        }
    }

    /// The target of a body.
    pub fn of_body(&self, body: &str) -> Option<&Target> {
        let named = |t: &&Target| t.bodies().iter().any(|b| b == body);
        self.targets.iter().find(named).or_else(|| self.targets.iter().find(|t| t.bodies().is_empty()))
    }
}

/// The target of what people hand over themselves.
pub const HAND: &str = "hand";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Reporting> {
        let r: Reporting = toml::from_str(text)?;
        r.check().map(|()| r)
    }

    #[test]
    fn a_body_has_one_target_and_the_rest_go_to_the_one_for_all() {
        let r = read(
            "[[targets]]\nkind = 'file'\nid = 'drop'\nbodies = ['a']\nfolder = '/srv'\nformat = 'xlsx'\n\
             [[targets]]\nkind = 'http'\nid = 'national'\nurl = 'https://platform.example/reports'\n",
        )
        .unwrap();
        assert_eq!(r.of_body("a").unwrap().id(), "drop");
        assert_eq!(r.of_body("b").unwrap().id(), "national");
        assert_eq!(r.whose(&r.targets[0]), Whose::only(["a"]));
        assert_eq!(r.whose(&r.targets[1]), Whose::all_but(["a"]));
        assert_eq!(Reporting::default().of_body("a"), None);
    }

    #[test]
    fn settings_that_leave_a_report_without_one_way_are_refused() {
        let http =
            |id: &str, more: &str| format!("[[targets]]\nkind = 'http'\nid = '{id}'\nurl = 'https://p.example/'\n{more}\n");
        for (text, what) in [
            (http("a", "") + &http("a", ""), "same id"),
            (http("a", "") + &http("b", ""), "all bodies"),
            (http("a", "bodies = ['x']") + &http("b", "bodies = ['x']"), "two targets"),
            (http("hand", ""), "other than hand"),
            (http("a", "parallel = 0"), "must not be 0"),
            (http("a", "colour = 'red'"), "colour"),
            ("[[targets]]\nkind = 'http'\nid = 'a'\nurl = 'ftp://p.example/'\n".to_owned(), "https://"),
        ] {
            let e = format!("{:#}", read(&text).unwrap_err());
            assert!(e.contains(what), "{e}");
        }
    }
}
