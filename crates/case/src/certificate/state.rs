//! What a certificate is at one moment: the fold of its events.

use std::collections::BTreeMap;

use guosuo_rules::calendar::Calendar;
use guosuo_rules::period::{Due, WorkingDays};
use guosuo_rules::time::cst_date;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::drift::Difference;
use super::report::ReportRecord;
use super::reported::{Receipt, Report, ReportState};
use super::takeover::Source;
use crate::actor::{CaseId, OrgId, OrgKind, UserId};
use crate::certification::{DocRef, Interest, Mandate, Party, Scope, Violation};
use crate::life::By;
use crate::limit::HouseLimit;

/// The status of a certificate 证书状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 有效.
    Valid,
    /// 暂停.
    Suspended,
    /// 撤销: the fault of the holder; final.
    Revoked,
    /// 注销: at request, or an end without fault; final.
    Cancelled,
    /// 过期失效: by time; final.
    Expired,
}

impl Status {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::Valid, Self::Suspended, Self::Revoked, Self::Cancelled, Self::Expired];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Whether anything can follow.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Valid | Self::Suspended)
    }
}

/// The mark 认证标志 (R37 5.2): the one for cross-border processing, with the body's identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// With cross-border processing.
    pub cross_border: bool,
    /// The body's identifier in the mark ("ABCD").
    pub body: String,
}

/// Why a change came about: who acted (M 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    /// The body by itself (M 10(1)).
    Body,
    /// At the request of the holder (R37 5.1.3).
    Request {
        /// Number of the request.
        id: u32,
    },
    /// On the finding of an authority (M 10(2)).
    Finding {
        /// Number of the finding.
        id: u32,
    },
    /// Time itself (M 8(2)).
    Time,
}

/// A change of the particulars (R37 5.1.2); `None` leaves as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    /// Name of the processor.
    pub name: Option<String>,
    /// Registered address.
    pub address: Option<String>,
    /// Scope.
    pub scope: Option<Scope>,
    /// Requirements: the edition of the basis.
    pub basis: Option<String>,
}

/// A measure on a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "measure", rename_all = "snake_case")]
pub enum Measure {
    /// 暂停.
    Suspend,
    /// 恢复.
    Restore,
    /// 撤销.
    Revoke,
    /// 注销.
    Cancel,
    /// 变更.
    Change {
        /// What.
        changes: Box<Changes>,
    },
}

impl Measure {
    /// The kind of change that it makes.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::Suspend => ChangeKind::Suspended,
            Self::Restore => ChangeKind::Restored,
            Self::Revoke => ChangeKind::Revoked,
            Self::Cancel => ChangeKind::Cancelled,
            Self::Change { .. } => ChangeKind::Changed,
        }
    }
}

/// What happened to a certificate, as it is reported and published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// 发证.
    Issued,
    /// 暂停.
    Suspended,
    /// 恢复.
    Restored,
    /// 撤销.
    Revoked,
    /// 注销.
    Cancelled,
    /// 过期失效.
    Expired,
    /// 变更.
    Changed,
}

impl ChangeKind {
    /// All, in order.
    pub const ALL: [Self; 7] =
        [Self::Issued, Self::Suspended, Self::Restored, Self::Revoked, Self::Cancelled, Self::Expired, Self::Changed];

    /// The status that follows; `None` where it stays.
    pub fn status(self) -> Option<Status> {
        match self {
            Self::Issued | Self::Restored => Some(Status::Valid),
            Self::Suspended => Some(Status::Suspended),
            Self::Revoked => Some(Status::Revoked),
            Self::Cancelled => Some(Status::Cancelled),
            Self::Expired => Some(Status::Expired),
            Self::Changed => None,
        }
    }
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What.
    pub kind: ChangeKind,
    /// From which day.
    pub effective_on: Date,
    /// Who acted.
    pub origin: Origin,
    /// The ground.
    pub ground: String,
    /// Evidence.
    pub evidence: Vec<DocRef>,
    /// The text that is published (M 10(3), R37 5.1.4).
    pub publication: String,
    /// Who proposed, where somebody did.
    pub proposed_by: Option<By>,
    /// Who decided.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// What the party said before a measure that hurts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    /// Its words; `None` where it waived.
    pub statement: Option<String>,
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// A measure that waits for its decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What.
    pub measure: Measure,
    /// Why it came about.
    pub origin: Origin,
    /// The suggestion that it follows.
    pub suggestion: Option<u32>,
    /// The application that verified and audited a change.
    pub application: Option<CaseId>,
    /// The ground.
    pub ground: String,
    /// Evidence.
    pub evidence: Vec<DocRef>,
    /// The text that will be published.
    pub publication: String,
    /// Why a suspension cannot wait for the hearing.
    pub urgent: Option<String>,
    /// What the party said.
    pub heard: Option<Hearing>,
    /// Who proposed.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

impl Proposal {
    /// Whether the party is heard first: the measure hurts it and it did not ask for it.
    pub fn needs_hearing(&self) -> bool {
        !matches!(self.measure, Measure::Restore) && !matches!(self.origin, Origin::Request { .. }) && self.urgent.is_none()
    }

    /// Last day of the party's time. A limit of the house: the law gives none.
    pub fn hearing_until(&self, days: u32, calendar: &Calendar) -> Option<Due> {
        let limit = HouseLimit { period: WorkingDays(days).into() };
        limit.due(guosuo_rules::time::cst_date(self.at), calendar)
    }
}

/// What a holder asks for (R37 5.1.2, 5.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its number, 1 for the first.
    pub id: u32,
    /// What.
    pub asks: Measure,
    /// Why.
    pub reason: String,
    /// Whether it still waits.
    pub open: bool,
    /// Why it was refused.
    pub refused: Option<String>,
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// What an authority's finding obliges the body to (M 10(2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obliges {
    /// Suspend.
    Suspend,
    /// Revoke.
    Revoke,
}

/// The finding of an authority (M 10(2)): a task of the body with its clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorityFinding {
    /// Its number, 1 for the first.
    pub id: u32,
    /// The authority.
    pub authority: OrgId,
    /// Its kind.
    pub kind: OrgKind,
    /// What the body is obliged to.
    pub obliges: Obliges,
    /// What was found.
    pub summary: String,
    /// Evidence.
    pub evidence: Vec<DocRef>,
    /// When it was stated.
    pub at: Timestamp,
    /// The line of the history that did what it obliges to, 0 for the first.
    pub done: Option<usize>,
    /// Why the authority lifted it.
    pub lifted: Option<String>,
}

impl AuthorityFinding {
    /// Last day of the body's time. A limit of the house: M 10(2) gives none.
    pub fn due(&self, days: u32, calendar: &Calendar) -> Option<Due> {
        let limit = HouseLimit { period: WorkingDays(days).into() };
        limit.due(guosuo_rules::time::cst_date(self.at), calendar)
    }
}

/// Why a suspension is suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// Actual flows go beyond the certified scope (M 10(1)).
    Drift {
        /// Field by field.
        differences: Vec<Difference>,
    },
    /// A surveillance was not passed (R37 4.5).
    Surveillance {
        /// Its number.
        id: u32,
    },
}

/// A suspension that the platform suggests with its evidence. A person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Its number, 1 for the first.
    pub id: u32,
    /// Why.
    pub cause: Cause,
    /// When it arose.
    pub at: Timestamp,
    /// Whether nobody has dealt with it.
    pub open: bool,
    /// Why it was set aside.
    pub set_aside: Option<String>,
}

/// Why a surveillance was triggered before its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A complaint or report (M 15).
    Complaint,
    /// More people than certified.
    Volume,
    /// Law or situation of a recipient's country.
    Country,
    /// A security incident.
    Incident,
    /// A notice of an authority.
    Authority,
}

/// A surveillance 获证后监督 (R37 4.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surveillance {
    /// Its number, 1 for the first.
    pub id: u32,
    /// Why it comes before its turn.
    pub trigger: Option<Trigger>,
    /// By when, as the body's rules say.
    pub due: Date,
    /// The report, once done.
    pub report: Option<DocRef>,
    /// Whether it was passed.
    pub conforming: Option<bool>,
    /// Who did it.
    pub by: Option<By>,
    /// When.
    pub on: Option<Date>,
}

/// A renewal that was applied for (M 8(2)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// The application.
    pub application: CaseId,
    /// When it was received.
    pub on: Date,
    /// The latest day of the renewal as it was reckoned.
    pub latest: Option<Date>,
    /// After the latest day: accepted and marked.
    pub late: bool,
}

/// A certificate 认证证书.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The body that issued it.
    pub body: OrgId,
    /// The applicant.
    pub applicant: OrgId,
    /// The holder 获证个人信息处理者.
    pub holder: Party,
    /// The mandate of the holder's office or representative.
    pub mandate: Option<Mandate>,
    /// The one before, while the last one has not begun (M 7(2)).
    pub mandate_before: Option<Mandate>,
    /// Its number, by the body's own pattern.
    pub number: String,
    /// The certified scope.
    pub scope: Scope,
    /// The edition of the basis.
    pub basis: String,
    /// The mark.
    pub mark: Mark,
    /// Date of issue.
    pub issued_on: Date,
    /// Last day of validity, as printed. Never derived again.
    pub valid_until: Date,
    /// The application that it rests on.
    pub application: CaseId,
    /// The certificate that it follows.
    pub predecessor: Option<CaseId>,
    /// The certificate that follows it.
    pub successor: Option<CaseId>,
    /// The renewal applied for.
    pub renewal: Option<Renewal>,
    /// The history, oldest first.
    pub history: Vec<Change>,
    /// The measure that waits.
    pub proposal: Option<Proposal>,
    /// Requests of the holder.
    pub requests: Vec<Request>,
    /// Findings of authorities.
    pub findings: Vec<AuthorityFinding>,
    /// Suggestions.
    pub suggestions: Vec<Suggestion>,
    /// Surveillances.
    pub surveillances: Vec<Surveillance>,
    /// The reports owed to the national platform (M 9(1)).
    pub reports: Vec<Report>,
    /// Declarations of interests by person (CAR 13).
    pub interests: BTreeMap<UserId, Interest>,
    /// Violations reported (M 11).
    pub violations: Vec<Violation>,
    /// Where it was read, for one that was issued before this platform (M 18).
    pub taken_over: Option<Source>,
    /// Events folded so far.
    pub version: u64,
}

impl Certificate {
    /// The status on a day. Time ends a validity by itself, recorded or not; what is final stays.
    pub fn status_on(&self, day: Date) -> Status {
        let mut status = Status::Valid;
        for change in self.history.iter().filter(|c| c.effective_on <= day) {
            if !status.is_live() {
                break;
            }
            status = change.kind.status().unwrap_or(status);
        }
        if status.is_live() && day > self.valid_until { Status::Expired } else { status }
    }

    /// The day on which it was taken over, China Standard Time; `None` for what was issued here.
    pub fn taken_over_on(&self) -> Option<Date> {
        self.taken_over.as_ref().and(self.history.first()).map(|first| cst_date(first.at))
    }

    /// Whether the end by time has been recorded.
    pub fn expiry_recorded(&self) -> bool {
        self.history.iter().any(|c| c.kind == ChangeKind::Expired)
    }

    /// Whether a decided measure has not taken effect yet.
    pub fn effect_pending(&self, today: Date) -> bool {
        self.history.iter().any(|c| c.effective_on > today)
    }

    /// The suspension at hand.
    pub fn suspension(&self) -> Option<&Change> {
        let last = self.history.iter().rev().find(|c| c.kind.status().is_some())?;
        (last.kind == ChangeKind::Suspended).then_some(last)
    }

    /// Findings that the authority has not lifted.
    pub fn standing_findings(&self) -> impl Iterator<Item = &AuthorityFinding> {
        self.findings.iter().filter(|f| f.lifted.is_none())
    }

    /// The number of the next report.
    pub fn next_report(&self) -> u32 {
        u32::try_from(self.reports.len()).map_or(u32::MAX, |n| n.saturating_add(1))
    }

    /// The first report that the platform has not answered: reports go in order.
    pub fn waiting_report(&self) -> Option<&ReportRecord> {
        self.reports.iter().find(|r| r.is_open()).map(|r| &r.record)
    }

    /// The first report that was not handed over yet.
    pub fn unsent_report(&self) -> Option<&ReportRecord> {
        self.reports.iter().find(|r| r.state() == ReportState::Queued).map(|r| &r.record)
    }

    /// One report.
    pub fn report(&self, seq: u32) -> Option<&Report> {
        self.reports.iter().find(|r| r.record.seq == seq)
    }

    /// The receipt that meets the duty of a report: its own, or where the platform refused it that
    /// of the report which corrects it.
    pub fn met_by<'a>(&'a self, report: &'a Report) -> Option<&'a Receipt> {
        let mut at = report;
        // A correction comes after what it corrects, so the chain ends.
        loop {
            if at.receipt.is_some() {
                return at.receipt.as_ref();
            }
            let seq = at.corrected_by.filter(|n| *n > at.record.seq)?;
            at = self.report(seq)?;
        }
    }
}
