//! What follows from an answer of a platform to one report (M 9(1)). Pure: whoever carries the
//! bytes asks here what the answer means, so that every target is treated alike.

use jiff::{SignedDuration, Timestamp};

use super::reported::Report;

/// First pause after a failure; doubles with every further one.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// Longest pause: a platform that was away for days is asked again this often.
const LONGEST: SignedDuration = SignedDuration::from_mins(30);
/// Pause before a platform is asked again for a receipt that it has promised.
const PROMISED: SignedDuration = SignedDuration::from_mins(2);

/// What a platform answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It took the report.
    Taken(Slip),
    /// It has the report and gives the receipt later.
    Promised,
    /// It lacks an earlier report of this certificate.
    Gap {
        /// The number that it expects.
        expected: u32,
    },
    /// It refuses the content; sending the same again is useless.
    Refused {
        /// Its reason.
        reason: String,
    },
    /// It is busy and says from when on to ask again.
    Busy {
        /// How long to wait.
        after: SignedDuration,
    },
    /// Nothing that can be understood: no connection, a fault, a time limit, half an answer.
    /// It may have taken the report or not.
    Unclear {
        /// What was seen.
        what: String,
    },
}

/// A receipt as a platform or a person gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Slip {
    /// The platform's number.
    pub receipt: String,
    /// The certificate that it speaks of.
    pub certificate: String,
    /// The report of that certificate.
    pub seq: u32,
    /// SHA-256 of the bytes that were taken, hexadecimal; empty where the platform tells none.
    #[serde(default)]
    pub digest: String,
}

/// What is wrong with a receipt.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum SlipFault {
    /// It is for another certificate.
    OtherCertificate {
        /// Which.
        certificate: String,
    },
    /// It is for another report of the certificate.
    OtherReport {
        /// Which.
        seq: u32,
    },
    /// It is for other bytes than were sent.
    OtherContent,
    /// It has no number.
    Empty,
    /// The report has another receipt already.
    Contradicts {
        /// Its number.
        receipt: String,
    },
}

/// What to do after an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Register the receipt.
    Register(String),
    /// The receipt is registered already: nothing.
    Known,
    /// Register the refusal.
    Reject(String),
    /// Send again from this report on: the platform has lost it.
    Rewind(u32),
    /// Ask again.
    Later {
        /// When.
        at: Timestamp,
        /// What was wrong, empty for a promise.
        why: String,
    },
}

/// Whether a receipt belongs to a report. The same one a second time is harmless.
///
/// # Errors
/// What is wrong with it.
pub fn check_slip(slip: &Slip, report: &Report, digest: &str) -> Result<(), SlipFault> {
    if slip.receipt.trim().is_empty() {
        return Err(SlipFault::Empty);
    }
    if slip.certificate != report.record.certificate {
        return Err(SlipFault::OtherCertificate { certificate: slip.certificate.clone() });
    }
    if slip.seq != report.record.seq {
        return Err(SlipFault::OtherReport { seq: slip.seq });
    }
    if !slip.digest.is_empty() && !slip.digest.eq_ignore_ascii_case(digest) {
        return Err(SlipFault::OtherContent);
    }
    match report.latest_receipt() {
        Some(known) if !report.again && known.number != slip.receipt => {
            Err(SlipFault::Contradicts { receipt: known.number.clone() })
        }
        _ => Ok(()),
    }
}

/// The pause after so many failed attempts (1 for the first). `spread` in 0..1000 shortens or
/// lengthens it by up to a quarter, so that many certificates do not knock at the same moment.
pub fn pause(attempts: u32, spread: u16) -> SignedDuration {
    let doublings = attempts.saturating_sub(1).min(16);
    let pause = PAUSE.saturating_mul(1 << doublings).min(LONGEST);
    let quarter = pause.as_millis() / 4;
    let shift = quarter * (i128::from(spread.min(999)) - 500) / 500;
    SignedDuration::from_millis(i64::try_from(pause.as_millis() + shift).unwrap_or(i64::MAX))
}

/// What follows from an answer to the sending number `attempts` of a report.
pub fn judge(answer: Answer, report: &Report, digest: &str, attempts: u32, spread: u16, now: Timestamp) -> Next {
    let later = |why: String| Next::Later { at: now.saturating_add(pause(attempts, spread)).unwrap_or(Timestamp::MAX), why };
    match answer {
        Answer::Taken(slip) => match check_slip(&slip, report, digest) {
            Ok(()) if !report.is_open() => Next::Known,
            Ok(()) => Next::Register(slip.receipt),
            // A platform that answers with somebody else's receipt may have taken this one or not.
            Err(fault) => later(format!("a receipt that does not fit: {fault:?}")),
        },
        Answer::Promised => Next::Later { at: now.saturating_add(PROMISED).unwrap_or(Timestamp::MAX), why: String::new() },
        Answer::Gap { expected } if expected > 0 && expected < report.record.seq => Next::Rewind(expected),
        Answer::Gap { expected } => later(format!("it expects report {expected}, this is {}", report.record.seq)),
        Answer::Refused { reason } => Next::Reject(reason),
        Answer::Busy { after } => {
            let wait = after.clamp(PAUSE, LONGEST);
            Next::Later { at: now.saturating_add(wait).unwrap_or(Timestamp::MAX), why: "it is busy".into() }
        }
        Answer::Unclear { what } => later(what),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::ReportRecord;
    use super::super::reported::Receipt;
    use super::super::state::{ChangeKind, Origin, Status};
    use super::*;
    use crate::certification::Scope;
    use jiff::civil::date;

    fn report(seq: u32) -> Report {
        let record = ReportRecord {
            certificate: "示例-2026-001".into(),
            seq,
            corrects: None,
            body: "示例机构".into(),
            holder: "示例公司（虚构）".into(),
            holder_code: "91110108MA0000000A".into(),
            scope: Scope::default(),
            change: ChangeKind::Issued,
            status: Status::Valid,
            effective_on: date(2026, 9, 24),
            valid_until: date(2029, 9, 23),
            origin: Origin::Body,
            ground: "示例".into(),
        };
        Report::owed(record, Timestamp::UNIX_EPOCH)
    }

    fn slip(seq: u32, receipt: &str) -> Slip {
        Slip { receipt: receipt.into(), certificate: "示例-2026-001".into(), seq, digest: "ab".into() }
    }

    fn next(answer: Answer, r: &Report) -> Next {
        judge(answer, r, "AB", 1, 500, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_receipt_counts_only_for_the_report_and_the_bytes_it_names() {
        let r = report(2);
        assert_eq!(next(Answer::Taken(slip(2, "R-2")), &r), Next::Register("R-2".into()));
        assert_eq!(check_slip(&slip(2, " "), &r, "ab"), Err(SlipFault::Empty));
        assert_eq!(check_slip(&slip(1, "R-1"), &r, "ab"), Err(SlipFault::OtherReport { seq: 1 }));
        let foreign = Slip { certificate: "别的".into(), ..slip(2, "R-2") };
        assert_eq!(check_slip(&foreign, &r, "ab"), Err(SlipFault::OtherCertificate { certificate: "别的".into() }));
        assert_eq!(check_slip(&slip(2, "R-2"), &r, "cd"), Err(SlipFault::OtherContent));
        assert!(matches!(next(Answer::Taken(foreign), &r), Next::Later { .. }), "it may have been taken: ask again");
        assert_eq!(check_slip(&Slip { digest: String::new(), ..slip(2, "R-2") }, &r, "cd"), Ok(()), "not every target tells");
    }

    #[test]
    fn the_same_receipt_twice_is_harmless_and_another_one_is_not() {
        let at = Timestamp::UNIX_EPOCH;
        let r = Report { receipt: Some(Receipt { number: "R-2".into(), at }), ..report(2) };
        assert_eq!(next(Answer::Taken(slip(2, "R-2")), &r), Next::Known);
        assert_eq!(check_slip(&slip(2, "R-9"), &r, "ab"), Err(SlipFault::Contradicts { receipt: "R-2".into() }));
        let again = Report { again: true, ..r };
        assert_eq!(next(Answer::Taken(slip(2, "R-9")), &again), Next::Register("R-9".into()), "sent again: a new one counts");
    }

    #[test]
    fn a_gap_rewinds_to_what_the_platform_lacks_and_nothing_else_does() {
        let r = report(3);
        assert_eq!(next(Answer::Gap { expected: 2 }, &r), Next::Rewind(2));
        for expected in [0, 3, 4] {
            assert!(matches!(next(Answer::Gap { expected }, &r), Next::Later { .. }), "{expected}");
        }
        assert_eq!(next(Answer::Refused { reason: "示例".into() }, &r), Next::Reject("示例".into()));
    }

    #[test]
    fn pauses_double_to_half_an_hour_and_spread_by_a_quarter() {
        let seconds = |n| pause(n, 500).as_secs();
        assert_eq!([1, 2, 3, 4, 9, 10, 11, 99].map(seconds), [5, 10, 20, 40, 1280, 1800, 1800, 1800]);
        assert_eq!((pause(3, 0).as_secs(), pause(3, 999).as_millis()), (15, 24_990));
        let Next::Later { at, .. } = next(Answer::Busy { after: SignedDuration::from_hours(9) }, &report(1)) else {
            unreachable!("busy is later")
        };
        assert_eq!(at.as_second(), 1800, "nobody makes us wait longer than half an hour");
    }
}
