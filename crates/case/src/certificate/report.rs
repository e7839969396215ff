//! Reporting to the national platform 全国认证认可信息公共服务平台 (M 9(1)): one record per issue
//! and per change of status, numbered without gaps per certificate, and what the platform shows
//! compared with what is known here. No format of the platform is public: the record is neutral.

use std::collections::BTreeMap;

use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::DeadlineId;
use guosuo_rules::period::Due;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state::{ChangeKind, Origin, Status};
use crate::certification::Scope;
use crate::limit::due_of;

/// What is reported: number, holder, scope, change of status (M 9(1)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRecord {
    /// Number of the certificate.
    pub certificate: String,
    /// 1 for the first of the certificate, without gaps.
    pub seq: u32,
    /// The report that this one corrects.
    pub corrects: Option<u32>,
    /// The body.
    pub body: String,
    /// Name of the holder.
    pub holder: String,
    /// Credit code of the holder, or the number in its country's register.
    pub holder_code: String,
    /// The certified scope.
    pub scope: Scope,
    /// What happened.
    pub change: ChangeKind,
    /// The status that follows.
    pub status: Status,
    /// From which day: the event that starts the period.
    pub effective_on: Date,
    /// Last day of validity as printed.
    pub valid_until: Date,
    /// Who acted.
    pub origin: Origin,
    /// The ground.
    pub ground: String,
}

impl ReportRecord {
    /// The deadline of the table that it falls under.
    pub fn deadline(&self) -> DeadlineId {
        if self.change == ChangeKind::Issued { DeadlineId::CertReport } else { DeadlineId::StatusReport }
    }

    /// The last of its five working days.
    pub fn due(&self, calendar: &Calendar) -> Option<Due> {
        due_of(self.deadline(), self.effective_on, calendar)
    }

    /// Canonical JSON: keys sorted, nothing between tokens, integers and strings only (RFC 8785).
    /// The same record gives the same bytes for ever, so a resend is the same report.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        write(&serde_json::to_value(self).unwrap_or(Value::Null), &mut out);
        out
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            // All keys are ASCII, so their order is that of UTF-16 code units.
            let sorted: BTreeMap<_, _> = map.iter().collect();
            out.push('{');
            for (i, (key, item)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// What is wrong with a stream of records of one certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum StreamFault {
    /// Records are missing before this one.
    Gap {
        /// The number expected.
        expected: u32,
        /// The number found.
        found: u32,
    },
    /// The number came before: the same record again (harmless), or another one.
    Repeated {
        /// The number.
        seq: u32,
        /// Whether it is the same record.
        same: bool,
    },
    /// It belongs to another certificate.
    Foreign {
        /// The number of that certificate.
        certificate: String,
    },
    /// It corrects a report that did not come before it.
    CorrectsNothing {
        /// The number.
        seq: u32,
    },
    /// A change after a final status.
    AfterTheEnd {
        /// The number.
        seq: u32,
    },
}

/// Checks a stream in the order in which it came. What a receiver of reports has to notice.
pub fn check_stream(records: &[ReportRecord]) -> Vec<StreamFault> {
    let mut out = Vec::new();
    let mut seen: BTreeMap<u32, &ReportRecord> = BTreeMap::new();
    let mut expected = 1;
    let mut ended = false;
    for r in records {
        if records.first().is_some_and(|f| f.certificate != r.certificate) {
            out.push(StreamFault::Foreign { certificate: r.certificate.clone() });
            continue;
        }
        if let Some(before) = seen.get(&r.seq) {
            out.push(StreamFault::Repeated { seq: r.seq, same: *before == r });
            continue;
        }
        if r.seq != expected {
            out.push(StreamFault::Gap { expected, found: r.seq });
        }
        if r.corrects.is_some_and(|c| !seen.contains_key(&c)) {
            out.push(StreamFault::CorrectsNothing { seq: r.seq });
        }
        if ended && r.corrects.is_none() {
            out.push(StreamFault::AfterTheEnd { seq: r.seq });
        }
        ended = ended || !r.status.is_live();
        expected = expected.max(r.seq.saturating_add(1));
        seen.insert(r.seq, r);
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use jiff::civil::date;

    pub(in super::super) fn record(seq: u32, change: ChangeKind, status: Status) -> ReportRecord {
        ReportRecord {
            certificate: "示例-2026-001".into(),
            seq,
            corrects: None,
            body: "示例机构".into(),
            holder: "示例公司（虚构）".into(),
            holder_code: "91110108MA0000000A".into(),
            scope: Scope::default(),
            change,
            status,
            effective_on: date(2026, 9, 24),
            valid_until: date(2029, 9, 23),
            origin: Origin::Body,
            ground: "示例".into(),
        }
    }

    #[test]
    fn five_working_days_and_two_alarms() {
        let c = Calendar::builtin();
        let r = record(1, ChangeKind::Issued, Status::Valid);
        assert_eq!(r.deadline(), DeadlineId::CertReport);
        // Mid-autumn and National Day lie between; Sunday 09-20 is past, Saturday 10-10 not reached.
        assert_eq!(r.due(c).unwrap().firm(), Some(date(2026, 10, 9)));
        let alarms: Vec<_> = crate::certificate::alarm_days(r.effective_on, c).into_iter().filter_map(Due::firm).collect();
        assert_eq!(alarms, [date(2026, 9, 29), date(2026, 10, 8)]);
        assert_eq!(record(2, ChangeKind::Restored, Status::Valid).deadline(), DeadlineId::StatusReport);
    }

    #[test]
    fn canonical_json_is_sorted_and_reads_back() {
        let r = record(1, ChangeKind::Issued, Status::Valid);
        let text = r.canonical();
        assert!(text.starts_with("{\"body\":\"示例机构\",\"certificate\":"), "{text}");
        assert_eq!(serde_json::from_str::<ReportRecord>(&text).unwrap(), r);
        assert!(!text.contains(": ") && !text.contains('\n'));
    }

    #[test]
    fn a_stream_shows_gaps_doubles_and_changes_after_the_end() {
        let a = record(1, ChangeKind::Issued, Status::Valid);
        let b = record(2, ChangeKind::Suspended, Status::Suspended);
        let c = record(3, ChangeKind::Revoked, Status::Revoked);
        assert_eq!(check_stream(&[a.clone(), b.clone(), c.clone()]), []);
        assert_eq!(check_stream(&[a.clone(), c.clone()]), [StreamFault::Gap { expected: 2, found: 3 }]);
        assert_eq!(check_stream(&[a.clone(), a.clone()]), [StreamFault::Repeated { seq: 1, same: true }]);
        let other = ReportRecord { ground: "另".into(), ..a.clone() };
        assert_eq!(check_stream(&[a.clone(), other]), [StreamFault::Repeated { seq: 1, same: false }]);
        let late = record(4, ChangeKind::Restored, Status::Valid);
        assert_eq!(check_stream(&[a.clone(), b.clone(), c.clone(), late.clone()]), [StreamFault::AfterTheEnd { seq: 4 }]);
        let correction = ReportRecord { corrects: Some(2), ..late };
        assert_eq!(check_stream(&[a.clone(), b, c, correction.clone()]), []);
        let lost = ReportRecord { seq: 2, ..correction };
        assert_eq!(check_stream(&[a, ReportRecord { corrects: Some(9), ..lost }]), [StreamFault::CorrectsNothing { seq: 2 }]);
    }
}
