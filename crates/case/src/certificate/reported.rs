//! The life of a report to the national platform (M 9(1)): owed, handed over, taken or refused,
//! corrected by another one. Reports of one certificate go in order, none overtakes another.

use guosuo_rules::calendar::Calendar;
use guosuo_rules::period::{Due, WorkingDays};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::report::ReportRecord;
use crate::life::By;
use crate::limit::{HouseLimit, due_of};

/// Working days after which a report that is still owed raises an alarm. House limits.
pub const ALARM_DAYS: [u32; 2] = [2, 4];

/// How a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Owed and not handed over yet.
    Queued,
    /// Handed over; the platform has not said that it took it.
    Sent,
    /// The platform took it and gave its receipt.
    Received,
    /// The platform refused it: a correction is owed.
    Rejected,
    /// Another report corrects it.
    Corrected,
}

impl ReportState {
    /// All, in the order of a life.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Sent, Self::Received, Self::Rejected, Self::Corrected];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "owed",
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Rejected => "rejected",
            Self::Corrected => "corrected",
        }
    }
}

/// A report owed, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What is reported.
    pub record: ReportRecord,
    /// When it became owed.
    pub at: Timestamp,
    /// When it was handed over; empty again while it is to be sent once more.
    pub sent: Option<Sending>,
    /// The platform's first receipt: it ends the five working days (M 9(1)).
    pub receipt: Option<Receipt>,
    /// The receipt of a later sending of the same report.
    pub renewed: Option<Receipt>,
    /// Why the platform refused it.
    pub rejection: Option<Rejection>,
    /// The report that corrects this one.
    pub corrected_by: Option<u32>,
    /// Whether it is to be sent again after the platform had answered.
    pub again: bool,
    /// Each time that somebody had it sent again, oldest first.
    pub resends: Vec<Resend>,
}

impl Report {
    /// A report that has just become owed.
    pub fn owed(record: ReportRecord, at: Timestamp) -> Self {
        Self {
            record,
            at,
            sent: None,
            receipt: None,
            renewed: None,
            rejection: None,
            corrected_by: None,
            again: false,
            resends: Vec::new(),
        }
    }

    /// Whether the platform's answer is still waited for, so that nothing later may overtake it.
    pub fn is_open(&self) -> bool {
        self.again || (self.receipt.is_none() && self.rejection.is_none())
    }

    /// Whether something has to be done about it: send, wait, or correct.
    pub fn is_owed(&self) -> bool {
        self.is_open() || (self.rejection.is_some() && self.receipt.is_none() && self.corrected_by.is_none())
    }

    /// Whether sending it again makes sense: it was handed over, and not refused. What was never
    /// handed over goes out by itself, what was refused needs a correction.
    pub fn may_be_resent(&self) -> bool {
        self.rejection.is_none() && if self.is_open() { self.sent.is_some() } else { true }
    }

    /// How it stands.
    pub fn state(&self) -> ReportState {
        if self.is_open() {
            if self.sent.is_some() { ReportState::Sent } else { ReportState::Queued }
        } else if self.corrected_by.is_some() {
            ReportState::Corrected
        } else if self.rejection.is_some() {
            ReportState::Rejected
        } else {
            ReportState::Received
        }
    }

    /// The receipt that counts now: the latest.
    pub fn latest_receipt(&self) -> Option<&Receipt> {
        self.renewed.as_ref().or(self.receipt.as_ref())
    }

    /// The day on which its five working days began: that of the issue or change, and for a
    /// correction the day on which the error was stated. M 9(1) gives no limit for corrections;
    /// the same one is taken, and what was reported wrongly keeps its own.
    pub fn trigger(&self) -> Date {
        if self.record.corrects.is_some() { guosuo_rules::time::cst_date(self.at) } else { self.record.effective_on }
    }

    /// The last of its five working days.
    pub fn due(&self, calendar: &Calendar) -> Option<Due> {
        due_of(self.record.deadline(), self.trigger(), calendar)
    }

    /// The days on which it raises an alarm while it is owed.
    pub fn alarms(&self, calendar: &Calendar) -> Vec<Due> {
        alarm_days(self.trigger(), calendar)
    }
}

/// The days of the alarms of a report whose period began on `trigger`.
pub fn alarm_days(trigger: Date, calendar: &Calendar) -> Vec<Due> {
    ALARM_DAYS.into_iter().filter_map(|n| HouseLimit { period: WorkingDays(n).into() }.due(trigger, calendar)).collect()
}

/// When a report was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// Where to, by the name of the target in the settings; `hand` when a person did it.
    pub target: String,
    /// SHA-256 of the canonical bytes that were handed over, hexadecimal.
    pub digest: String,
    /// When.
    pub at: Timestamp,
}

/// Why the platform refused a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Its reason.
    pub reason: String,
    /// When it was registered here.
    pub at: Timestamp,
}

/// A report that was sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resend {
    /// Why.
    pub reason: String,
    /// Who had it sent.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// The receipt of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// As the platform numbered it.
    pub number: String,
    /// When it was registered here.
    pub at: Timestamp,
}
