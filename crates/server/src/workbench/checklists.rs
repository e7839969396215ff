//! The checklists of this instance: those shipped, and those that the operator supplies in the
//! folder `checklists` of the instance, which stand in the place of the shipped ones.

use std::path::Path;

use guosuo_case::certification::Checklist;
use guosuo_rules::basis::{Edition, Standard};
use guosuo_rules::checklist::{List, builtin};
use guosuo_seal::digest::sha256;

use crate::app::Cx;
use crate::error::Error;

/// A checklist as plans use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// The list with its words.
    pub(super) list: List,
    /// Hex SHA-256 of the file that it was read from.
    pub(super) sha256: String,
    /// Whether the operator supplied it.
    pub(super) own: bool,
}

impl Known {
    fn of(list: List, text: &str, own: bool) -> Self {
        Self { list, sha256: sha256(text.as_bytes()).to_hex(), own }
    }

    /// As a plan fixes it.
    pub(super) fn fixed(&self) -> Checklist {
        Checklist { standard: self.list.standard(), sha256: self.sha256.clone(), clauses: self.list.clauses().cloned().collect() }
    }
}

/// Reads the operator's folder. A file that is no checklist is named in the log and left out, so
/// that a typing error does not stop every body's work.
fn own(folder: &Path) -> Vec<Known> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|x| x == "toml")).collect();
    paths.sort();
    let mut out = Vec::new();
    for path in paths {
        let read = std::fs::read_to_string(&path).map_err(|e| e.to_string());
        match read.and_then(|text| List::parse(&text).map(|l| Known::of(l, &text, true)).map_err(|e| e.to_string())) {
            Ok(known) => out.push(known),
            Err(error) => tracing::error!(file = %path.display(), error, "not a checklist: left out"),
        }
    }
    out
}

/// The checklist of each standard of an edition of the basis, in its order.
///
/// # Errors
/// When the folder cannot be looked at.
pub(super) async fn of_basis(cx: &Cx, basis: &str) -> Result<Vec<Known>, Error> {
    let standards: Vec<Standard> = Edition::by_id(basis).map(|e| e.standards.clone()).unwrap_or_default();
    all(cx).await.map(|known| standards.iter().filter_map(|s| known.iter().find(|k| k.list.standard() == *s).cloned()).collect())
}

/// All lists, the operator's first.
///
/// # Errors
/// When the folder cannot be looked at.
pub(super) async fn all(cx: &Cx) -> Result<Vec<Known>, Error> {
    let folder = cx.app.config.data.join("checklists");
    let mut out = tokio::task::spawn_blocking(move || own(&folder)).await.map_err(|e| Error::Fault(e.into()))?;
    out.extend(builtin().iter().map(|(list, text)| Known::of(list.clone(), text, false)));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_list_stands_in_the_place_of_the_shipped_one() {
        let folder = tempfile::tempdir().unwrap();
        let text = "number = \"GB/T 46068\"\nedition = \"2025\"\nverified = true\nsource = \"test\"\n\
                    [[group]]\ntitle = \"示例\"\nclauses = [\"5.1\", \"5.2\"]\n[words.\"5.1\"]\ntitle = \"示例标题\"\n";
        std::fs::write(folder.path().join("a.toml"), text).unwrap();
        std::fs::write(folder.path().join("b.toml"), "number = 1").unwrap();
        let found = own(folder.path());
        assert_eq!(found.len(), 1, "the file that is none is left out");
        assert_eq!(found[0].fixed().clauses, ["5.1", "5.2"]);
        assert!(found[0].own);
        assert_eq!(own(&folder.path().join("nowhere")), []);
    }
}
