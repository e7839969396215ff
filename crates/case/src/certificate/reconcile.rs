//! What the platform shows compared with what was reported (M 9(1)), each difference with its
//! reason as our own record knows it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::report::ReportRecord;
use super::reported::{Report, ReportState};
use super::state::Status;

/// What the platform shows of one certificate, as captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Number of the certificate.
    pub certificate: String,
    /// Holder.
    pub holder: String,
    /// Status.
    pub status: Status,
    /// Last day of validity.
    pub valid_until: Date,
    /// Number of the last report that it took, where it tells.
    #[serde(default)]
    pub seq: Option<u32>,
}

impl Shown {
    /// Whether it is what our latest report of the certificate told: then there is no difference to look for.
    pub fn says(&self, holder: &str, status: Status, valid_until: Date, seq: u32) -> bool {
        self.holder == holder && self.status == status && self.valid_until == valid_until && self.seq.is_none_or(|n| n >= seq)
    }
}

/// A difference between our records and what the platform shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "difference", rename_all = "snake_case")]
pub enum Discrepancy {
    /// Reported, but not shown.
    NotShown {
        /// Number.
        certificate: String,
    },
    /// Shown, but never reported from here.
    NotOurs {
        /// Number.
        certificate: String,
    },
    /// Shown twice.
    ShownTwice {
        /// Number.
        certificate: String,
    },
    /// Another holder.
    Holder {
        /// Number.
        certificate: String,
        /// Ours.
        ours: String,
        /// Theirs.
        theirs: String,
    },
    /// Another status.
    StatusDiffers {
        /// Number.
        certificate: String,
        /// Ours.
        ours: Status,
        /// Theirs.
        theirs: Status,
    },
    /// It has not taken all our reports.
    Behind {
        /// Number.
        certificate: String,
        /// Our last report.
        ours: u32,
        /// Its last report.
        theirs: u32,
    },
    /// Another last day.
    ValidUntil {
        /// Number.
        certificate: String,
        /// Ours.
        ours: Date,
        /// Theirs.
        theirs: Date,
    },
}

impl Discrepancy {
    /// The certificate concerned.
    pub fn certificate(&self) -> &str {
        match self {
            Self::NotShown { certificate }
            | Self::NotOurs { certificate }
            | Self::ShownTwice { certificate }
            | Self::Holder { certificate, .. }
            | Self::StatusDiffers { certificate, .. }
            | Self::ValidUntil { certificate, .. }
            | Self::Behind { certificate, .. } => certificate,
        }
    }
}

/// The reason of a difference, as our own record explains it; what to do follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The report has not been handed over yet: nothing to do but to wait.
    NotSentYet,
    /// It was handed over and has no receipt: ask, or send again.
    NoReceiptYet,
    /// The platform refused it: correct it.
    Refused,
    /// The platform gave its receipt and shows something else: send again, and object.
    LostThere,
    /// Nothing was ever reported from here.
    NeverReported,
}

/// A difference with its reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Found {
    /// What differs.
    #[serde(flatten)]
    pub what: Discrepancy,
    /// Why.
    pub why: Why,
    /// The first report from which it would have to be sent again, or 0.
    pub from: u32,
}

/// Compares what the platform shows with the latest report of each certificate. `older`: numbers of certificates that were
/// taken over; one of which nothing has been reported since may be shown, its issue was reported elsewhere (M 9(1)).
pub fn reconcile(ours: &[&Report], older: &BTreeSet<String>, theirs: &[Shown]) -> Vec<Found> {
    let mut latest: BTreeMap<&str, &ReportRecord> = BTreeMap::new();
    for r in ours.iter().map(|r| &r.record) {
        let slot = latest.entry(&r.certificate).or_insert(r);
        if r.seq >= slot.seq {
            *slot = r;
        }
    }
    let mut out = Vec::new();
    let mut shown: BTreeMap<&str, &Shown> = BTreeMap::new();
    for s in theirs {
        let certificate = s.certificate.clone();
        if shown.insert(&s.certificate, s).is_some() {
            out.push(Discrepancy::ShownTwice { certificate });
        } else if !latest.contains_key(s.certificate.as_str()) && !older.contains(&s.certificate) {
            out.push(Discrepancy::NotOurs { certificate });
        }
    }
    for (number, r) in latest {
        let certificate = number.to_owned();
        let Some(s) = shown.get(number) else {
            out.push(Discrepancy::NotShown { certificate });
            continue;
        };
        if s.says(&r.holder, r.status, r.valid_until, r.seq) {
            continue;
        }
        if s.holder != r.holder {
            let (ours, theirs) = (r.holder.clone(), s.holder.clone());
            out.push(Discrepancy::Holder { certificate: certificate.clone(), ours, theirs });
        }
        if s.status != r.status {
            out.push(Discrepancy::StatusDiffers { certificate: certificate.clone(), ours: r.status, theirs: s.status });
        }
        if s.valid_until != r.valid_until {
            let (ours, theirs) = (r.valid_until, s.valid_until);
            out.push(Discrepancy::ValidUntil { certificate: certificate.clone(), ours, theirs });
        }
        if let Some(theirs) = s.seq.filter(|n| *n < r.seq) {
            out.push(Discrepancy::Behind { certificate, ours: r.seq, theirs });
        }
    }
    out.sort();
    let mut each: BTreeMap<&str, Vec<&Report>> = BTreeMap::new();
    for r in ours {
        each.entry(&r.record.certificate).or_default().push(r);
    }
    for mine in each.values_mut() {
        mine.sort_by_key(|r| r.record.seq);
    }
    let none = Vec::new();
    out.into_iter()
        .map(|what| {
            let mine = each.get(what.certificate()).unwrap_or(&none);
            explain(what, mine)
        })
        .collect()
}

/// The reason of a difference: how the reports of that certificate stand, which are given in their order.
fn explain(what: Discrepancy, mine: &[&Report]) -> Found {
    let taken = match &what {
        Discrepancy::Behind { theirs, .. } => *theirs,
        Discrepancy::NotShown { .. } => 0,
        // It knows the certificate: what it lacks is the last report.
        _ => mine.last().map_or(0, |r| r.record.seq.saturating_sub(1)),
    };
    let first = |state: ReportState| mine.iter().find(|r| r.state() == state).map(|r| r.record.seq);
    let missing = mine.iter().find(|r| r.record.seq > taken).map_or(0, |r| r.record.seq);
    let (why, from) = if mine.is_empty() {
        (Why::NeverReported, 0)
    } else if let Some(seq) = first(ReportState::Rejected) {
        (Why::Refused, seq)
    } else if let Some(seq) = first(ReportState::Sent) {
        (Why::NoReceiptYet, seq)
    } else if first(ReportState::Queued).is_some() {
        (Why::NotSentYet, 0)
    } else {
        (Why::LostThere, missing)
    };
    Found { what, why, from }
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::record;
    use super::super::reported::{Receipt, Rejection, Sending};
    use super::super::state::ChangeKind;
    use super::*;
    use jiff::Timestamp;
    use jiff::civil::date;

    const NUMBER: &str = "示例-2026-001";

    fn report(seq: u32, change: ChangeKind, status: Status) -> Report {
        let at = Timestamp::UNIX_EPOCH;
        Report { receipt: Some(Receipt { number: format!("R-{seq}"), at }), ..Report::owed(record(seq, change, status), at) }
    }

    fn shown(certificate: &str, holder: &str, status: Status) -> Shown {
        Shown { certificate: certificate.into(), holder: holder.into(), status, valid_until: date(2029, 9, 23), seq: None }
    }

    #[test]
    fn what_the_platform_shows_is_compared_with_the_latest_report() {
        let (a, b) = (report(1, ChangeKind::Issued, Status::Valid), report(2, ChangeKind::Suspended, Status::Suspended));
        let ours = [&a, &b];
        assert_eq!(reconcile(&ours, &BTreeSet::new(), &[shown(NUMBER, "示例公司（虚构）", Status::Suspended)]), []);
        let found = reconcile(&ours, &BTreeSet::new(), &[shown(NUMBER, "别的", Status::Valid), shown("X", "", Status::Valid)]);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().any(|f| f.why == Why::NeverReported && f.what.certificate() == "X"));
        let lost = Found { what: Discrepancy::NotShown { certificate: NUMBER.into() }, why: Why::LostThere, from: 1 };
        assert_eq!(reconcile(&ours, &BTreeSet::new(), &[]), [lost]);
    }

    #[test]
    fn there_is_a_difference_exactly_where_something_else_is_said_than_reported() {
        let r = report(2, ChangeKind::Suspended, Status::Suspended);
        let there = Shown { seq: Some(2), ..shown(NUMBER, &r.record.holder, Status::Suspended) };
        let others = [
            Shown { holder: "别的".into(), ..there.clone() },
            Shown { status: Status::Valid, ..there.clone() },
            Shown { valid_until: date(2029, 9, 24), ..there.clone() },
            Shown { seq: Some(1), ..there.clone() },
        ];
        // Not every platform tells the number, and one that has taken more is not behind.
        let same = [there.clone(), Shown { seq: None, ..there.clone() }, Shown { seq: Some(3), ..there }];
        let k = &r.record;
        for (list, says) in [(&others[..], false), (&same[..], true)] {
            for s in list {
                assert_eq!(s.says(&k.holder, k.status, k.valid_until, k.seq), says, "{s:?}");
                assert_eq!(reconcile(&[&r], &BTreeSet::new(), std::slice::from_ref(s)).is_empty(), says, "{s:?}");
            }
        }
    }

    #[test]
    fn a_certificate_that_was_taken_over_may_be_shown_without_a_report_from_here() {
        let there = [shown("OLD-1", "", Status::Valid), shown("X", "", Status::Valid)];
        let found = reconcile(&[], &["OLD-1".to_owned()].into(), &there);
        assert_eq!(found.iter().map(|f| f.what.certificate()).collect::<Vec<_>>(), ["X"]);
    }

    #[test]
    fn a_difference_is_explained_by_how_the_reports_stand() {
        let at = Timestamp::UNIX_EPOCH;
        let a = report(1, ChangeKind::Issued, Status::Valid);
        let queued = Report { receipt: None, ..report(2, ChangeKind::Suspended, Status::Suspended) };
        let platform = [Shown { seq: Some(1), ..shown(NUMBER, "示例公司（虚构）", Status::Valid) }];
        let why = |b: &Report| {
            reconcile(&[&a, b], &BTreeSet::new(), &platform).into_iter().map(|f| (f.why, f.from)).collect::<Vec<_>>()
        };
        // The status differs and the number is behind: one reason for both.
        assert_eq!(why(&queued), [(Why::NotSentYet, 0), (Why::NotSentYet, 0)]);
        let sent = Sending { target: "platform".into(), digest: String::new(), at };
        let sent = Report { sent: Some(sent), ..queued.clone() };
        assert_eq!(why(&sent), [(Why::NoReceiptYet, 2), (Why::NoReceiptYet, 2)]);
        let refused = Report { rejection: Some(Rejection { reason: "示例".into(), at }), ..queued.clone() };
        assert_eq!(why(&refused), [(Why::Refused, 2), (Why::Refused, 2)]);
        let taken = Report { receipt: Some(Receipt { number: "R-2".into(), at }), ..queued };
        let lost: Vec<_> = why(&taken);
        assert!(lost.iter().all(|w| w.0 == Why::LostThere) && lost.contains(&(Why::LostThere, 2)), "{lost:?}");
    }
}
