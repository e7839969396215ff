//! The flows of a yearly ledger, as far as looking for splits needs them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Application, Source};
use crate::yearly::{Way, Year};

/// A flow of one year: from whom, to whom, what for, how many people. It holds no values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerFlow {
    /// Its name in the ledger.
    pub name: String,
    /// Which affiliate exports.
    pub exporter: String,
    /// Who receives abroad.
    pub recipient: String,
    /// What for.
    pub purpose: String,
    /// Under what it leaves.
    pub way: Way,
    /// First day that is reported.
    pub from: Date,
    /// Last day that is reported.
    pub until: Date,
    /// People, non-sensitive: the most that its reports allow.
    pub non_sensitive: u64,
    /// People, sensitive.
    pub sensitive: u64,
}

impl LedgerFlow {
    /// The flows of a year that can be parts of a split: those that count and have not passed an assessment. `purpose` gives the
    /// purpose of a flow by its name.
    pub fn of(year: &Year, purpose: impl Fn(&str) -> String) -> Vec<Self> {
        let mut out: BTreeMap<&str, Self> = BTreeMap::new();
        for flow in year.flows.iter().filter(|f| f.way != Way::Assessment) {
            let from = flow.from.unwrap_or(flow.until);
            // One flow may report numbers and values: different people, as far as anybody can tell.
            let known = out.entry(&flow.flow).or_insert_with(|| Self {
                name: flow.flow.clone(),
                exporter: flow.exporter.clone(),
                recipient: flow.recipient.clone(),
                purpose: purpose(&flow.flow),
                way: flow.way,
                from,
                until: flow.until,
                non_sensitive: 0,
                sensitive: 0,
            });
            known.from = known.from.min(from);
            known.until = known.until.max(flow.until);
            known.non_sensitive = known.non_sensitive.saturating_add(flow.non_sensitive);
            known.sensitive = known.sensitive.saturating_add(flow.sensitive);
        }
        out.into_values().collect()
    }

    /// As a statement of the organisation that keeps the ledger.
    pub fn stated_by(&self, holder: &str) -> Application {
        Application {
            id: self.name.clone(),
            applicant: self.exporter.clone(),
            holder: holder.to_owned(),
            source: Source::Ledger,
            group: String::new(),
            recipient: self.recipient.clone(),
            purpose: self.purpose.clone(),
            on: self.from,
            until: Some(self.until),
            non_sensitive: self.non_sensitive,
            sensitive: self.sensitive,
            replaces: None,
        }
    }
}
