//! What has happened in the record since somebody looked last, for what is kept in memory: answers
//! of the public register and the index of names.
//!
//! The ledger is the measure. Its rows have no gaps and stand in the order of their commits, whoever
//! made them, so that a place in it says exactly what has been seen. What this process commits is
//! known at once without asking ([`Store::committed`]).

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use guosuo_case::Life as _;
use guosuo_case::certificate::Certificate;
use guosuo_case::filing::Filing;

use crate::db::Reader;
use crate::error::Error;
use crate::ledger::Class;
use crate::open::Store;

/// Rows of the ledger read at one time; where there are more, everything counts as touched.
const MOST: u32 = 1000;
/// The first events of a certificate.
const FIRST: [&str; 2] = ["issued", "taken_over"];

/// What public pages may have changed between two places of the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// The rows that have been looked at: all below this place.
    pub until: u64,
    /// The cases whose own pages may have changed.
    pub cases: BTreeSet<String>,
    /// Any page may have changed.
    pub all: bool,
}

/// What one row of the ledger may have changed.
enum Touch {
    Nothing,
    Case,
    All,
}

/// Reading and signing in change nothing that is public; what belongs to a case changes the pages of that
/// case; everything else (names of organisations, settings, imports, the list of filed bodies) may
/// stand on any page. What is not known to be harmless counts as touching all.
fn touch(class: &str, action: &str, object: &str, case_id: &str) -> Touch {
    if class == Class::Read.as_str() || class == Class::Denied.as_str() {
        return Touch::Nothing;
    }
    if class == Class::Act.as_str() {
        return if matches!(action, "sign_in" | "sign_out") { Touch::Nothing } else { Touch::All };
    }
    let event = class == Class::Event.as_str();
    // The filing of a body and its removal from the list stand on the page of each of its certificates.
    let listed = event && object == Filing::KIND;
    // Its number may be one that another body has used: then that address leads to the choice between the two.
    let begun = event && object == Certificate::KIND && FIRST.contains(&action);
    if case_id.is_empty() || listed || begun { Touch::All } else { Touch::Case }
}

impl Store {
    /// Rows of the ledger that this process knows to be committed: at least those of its own commits,
    /// before whoever asked for them is answered. Costs nothing.
    pub fn committed(&self) -> u64 {
        self.shared.committed.load(Ordering::Acquire)
    }
}

impl Reader {
    /// What may have changed since a place of the ledger.
    pub async fn touched(&mut self, from: u64) -> Result<Touched, Error> {
        let rows = self.ledger_from(from, MOST).await?;
        if rows.len() >= MOST as usize {
            return Ok(Touched { until: self.ledger_size().await?, all: true, ..Touched::default() });
        }
        let mut found = Touched { until: from, ..Touched::default() };
        for row in rows {
            found.until = crate::db::unsigned(row.seq) + 1;
            let fields = row.fields()?;
            match touch(&row.class, &fields.action, &fields.object, &row.case_id) {
                Touch::Nothing => {}
                Touch::Case => {
                    found.cases.insert(row.case_id);
                }
                Touch::All => found.all = true,
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_to_be_harmless_touches_everything() {
        let told = |class, action, object, case| match touch(class, action, object, case) {
            Touch::Nothing => "nothing",
            Touch::Case => "case",
            Touch::All => "all",
        };
        for (class, action, object, case, wanted) in [
            ("read", "open", "paper/1", "c", "nothing"),
            ("denied", "open", "", "c", "nothing"),
            ("act", "sign_in", "someone", "", "nothing"),
            ("act", "body_removed", "b", "", "all"),
            ("act", "setting.changed", "certification", "", "all"),
            ("act", "something new", "", "c", "all"),
            ("event", "measure_taken", "certificate", "c", "case"),
            ("event", "issued", "certificate", "c", "all"),
            ("event", "taken_over", "certificate", "c", "all"),
            ("event", "decided", "filing", "c", "all"),
            ("system", "certificate.published", "entry/1", "c", "case"),
            ("system", "started", "", "", "all"),
        ] {
            assert_eq!(told(class, action, object, case), wanted, "{class} {action}");
        }
    }
}
