//! Tables that pages read, derived from the state of a case.
//!
//! A projection is a pure function of state and calendar: `guosuo ledger verify` computes it
//! again for every case and compares it with what is stored, column by column.

use guosuo_case::{Life, Recorded};
use guosuo_rules::calendar::Calendar;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::buffer::{T, Val};
use crate::certification_rows::{ApplicationRow, CertificateChangeRow, CertificateReportRow, CertificateRow, ViolationRow};
use crate::db::{from_row, micros, signed};
use crate::error::Error;
use crate::tx::Tx;

/// What a projection knows about the case beside its state.
#[derive(Debug, Clone, Copy)]
pub struct CaseMeta<'a> {
    /// The case.
    pub id: &'a str,
    /// Number of its events.
    pub version: u64,
    /// First event.
    pub created: Timestamp,
    /// Last event.
    pub updated: Timestamp,
}

/// A life cycle whose cases appear in read tables.
pub trait Projected: Life {
    /// The rows of a case, given the calendar in force.
    fn project(case: &CaseMeta<'_>, state: &Self, calendar: &Calendar) -> Rows;

    /// Which organisations are told of an event, with the state that it made. Nobody, unless said otherwise.
    fn told(_: &Self, _: &Recorded<Self::Event>) -> Told {
        Told::default()
    }
}

/// Who is told of an event, and what of the case's state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The organisations.
    pub orgs: Vec<String>,
    /// The number that people know the case by; empty before it has one.
    pub number: String,
    /// The state after the event, by its stored name.
    pub state: String,
}

/// The rows of one case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Its line in the queue.
    pub filing: Option<FilingRow>,
    /// Its clocks.
    pub clocks: Vec<ClockRow>,
    /// Its entry in the public register.
    pub bodies: Vec<BodyRow>,
    /// The status history of that entry; only ever grows.
    pub statuses: Vec<BodyStatusRow>,
    /// What was published about it.
    pub publications: Vec<PublicationRow>,
    /// Its line among the applications.
    pub application: Option<ApplicationRow>,
    /// Its line among the certificates.
    pub certificate: Option<CertificateRow>,
    /// The changes of that certificate; only ever grow.
    pub changes: Vec<CertificateChangeRow>,
    /// What it owes the national platform.
    pub reports: Vec<CertificateReportRow>,
    /// The digest of what each of these reports carries.
    pub carried: Vec<(i64, String)>,
    /// The violations that were reported of it (M 11).
    pub violations: Vec<ViolationRow>,
}

/// An entry of the register of filed bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyRow {
    /// Id of the entry.
    pub id: String,
    /// 备案编号.
    pub number: String,
    /// Its organisation here, or empty.
    pub org: String,
    /// Name.
    pub name: String,
    /// 统一社会信用代码, or empty.
    pub credit_code: String,
    /// Day of the filing.
    pub filed: String,
    /// Day of the publication.
    pub published: String,
    /// The case behind it, or empty.
    pub case_id: String,
    /// Where an imported entry was published, or empty.
    pub source: String,
    /// JSON with further public facts.
    pub data: String,
}

from_row!(BodyRow { id, number, org, name, credit_code, filed, published, case_id, source, data });

/// A status of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyStatusRow {
    /// The entry.
    pub body: String,
    /// 1 for the first.
    pub seq: i64,
    /// `filed`, `removed`.
    pub status: String,
    /// Day since when.
    pub since: String,
    /// Ground, or source of an imported entry.
    pub reason: String,
    /// Recorded at, microseconds.
    pub at: i64,
}

from_row!(BodyStatusRow { body, seq, status, since, reason, at });

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationRow {
    /// Id.
    pub id: String,
    /// `filing`, `removal`.
    pub kind: String,
    /// Number.
    pub number: String,
    /// The case behind it.
    pub case_id: String,
    /// Whose.
    pub org: String,
    /// Title.
    pub title: String,
    /// Day.
    pub published: String,
    /// Moment, microseconds.
    pub at: i64,
    /// JSON.
    pub data: String,
}

from_row!(PublicationRow { id, kind, number, case_id, org, title, published, at, data });

impl BodyRow {
    pub(crate) fn values(self) -> Vec<Val> {
        vec![
            self.id.into(),
            self.number.into(),
            self.org.into(),
            self.name.into(),
            self.credit_code.into(),
            self.filed.into(),
            self.published.into(),
            self.case_id.into(),
            self.source.into(),
            self.data.into(),
        ]
    }
}

impl BodyStatusRow {
    pub(crate) fn values(self) -> Vec<Val> {
        vec![self.body.into(), self.seq.into(), self.status.into(), self.since.into(), self.reason.into(), self.at.into()]
    }
}

impl PublicationRow {
    pub(crate) fn values(self) -> Vec<Val> {
        vec![
            self.id.into(),
            self.kind.into(),
            self.number.into(),
            self.case_id.into(),
            self.org.into(),
            self.title.into(),
            self.published.into(),
            self.at.into(),
            self.data.into(),
        ]
    }
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockStatus {
    /// It runs.
    Running,
    /// The act came in time.
    Met,
    /// The act came after the last day.
    Missed,
    /// There is nothing more to do in time (withdrawn).
    Stopped,
}

impl ClockStatus {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Stopped => "stopped",
        }
    }
}

/// A deadline of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRow {
    /// Which deadline, by its name in the rules.
    pub name: String,
    /// The organisation whose case it is.
    pub org: String,
    /// The article.
    pub article: String,
    /// The day of the event that started it.
    pub trigger: Date,
    /// Last day; the earliest possible one while a notice is missing.
    pub due_from: Date,
    /// Last day; the latest possible one while a notice is missing.
    pub due_to: Date,
    /// Version of the calendar that it was computed with.
    pub calendar: String,
    /// How it stands.
    pub status: ClockStatus,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// A filing as the queue shows it. Dates are `YYYY-MM-DD` or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilingRow {
    /// The case.
    pub case_id: String,
    /// Number of its events.
    pub version: i64,
    /// The body.
    pub org: String,
    /// Its name as given in the form.
    pub org_name: String,
    /// Its credit code.
    pub credit_code: String,
    /// 备申〔YYYY〕NNN号, or empty before submission.
    pub number: String,
    /// `draft`, `under_review`, `filed`, `refused`, `withdrawn`, `removed`.
    pub phase: String,
    /// Where the review stands: `unassigned`, `checking`, `with_nda`, `opinion`, `proposed`, or empty.
    pub stage: String,
    /// Day of receipt in China Standard Time.
    pub received: String,
    /// Moment of receipt in microseconds, 0 before.
    pub submitted: i64,
    /// Last day of the decision (earliest).
    pub due_from: String,
    /// Last day of the decision (latest).
    pub due_to: String,
    /// Account of the handler, or empty.
    pub handler: String,
    /// Name of the handler, or empty.
    pub handler_name: String,
    /// Materials (of nine) found complete.
    pub complete: i64,
    /// Materials found wanting.
    pub wanting: i64,
    /// Their numbers, such as `3,8`.
    pub wanting_items: String,
    /// Materials without a verdict.
    pub unjudged: i64,
    /// Opinion of the data authority: empty, `sent`, `complete`, `wanting`, `disputed`.
    pub nda: String,
    /// When it was sent or answered, microseconds; 0 before.
    pub nda_since: i64,
    /// Whether it was filed after the ten working days.
    pub late: bool,
    /// The filing that it was copied from, or empty.
    pub previous: String,
    /// Day of the decision, withdrawal or removal.
    pub decided: String,
    /// Last change, microseconds.
    pub updated: i64,
}

from_row!(FilingRow {
    case_id,
    version,
    org,
    org_name,
    credit_code,
    number,
    phase,
    stage,
    received,
    submitted,
    due_from,
    due_to,
    handler,
    handler_name,
    complete,
    wanting,
    wanting_items,
    unjudged,
    nda,
    nda_since,
    late,
    previous,
    decided,
    updated
});

impl FilingRow {
    pub(crate) fn values(self) -> Vec<Val> {
        vec![
            self.case_id.into(),
            self.version.into(),
            self.org.into(),
            self.org_name.into(),
            self.credit_code.into(),
            self.number.into(),
            self.phase.into(),
            self.stage.into(),
            self.received.into(),
            self.submitted.into(),
            self.due_from.into(),
            self.due_to.into(),
            self.handler.into(),
            self.handler_name.into(),
            self.complete.into(),
            self.wanting.into(),
            self.wanting_items.into(),
            self.unjudged.into(),
            self.nda.into(),
            self.nda_since.into(),
            self.late.into(),
            self.previous.into(),
            self.decided.into(),
            self.updated.into(),
        ]
    }
}

impl ClockRow {
    pub(crate) fn values(self, case_id: &str) -> Vec<Val> {
        vec![
            case_id.into(),
            self.name.into(),
            self.org.into(),
            self.article.into(),
            self.trigger.to_string().into(),
            self.due_from.to_string().into(),
            self.due_to.to_string().into(),
            self.calendar.into(),
            self.status.as_str().into(),
            self.ended.map(micros).into(),
        ]
    }
}

impl Tx {
    pub(crate) async fn project<L: Projected>(&mut self, case: &CaseMeta<'_>, state: &L) -> Result<(), Error> {
        let calendar = self.calendar().await?;
        let rows = L::project(case, state, &calendar);
        if let Some(f) = rows.filing {
            self.put(T::Filing, f.values()).await?;
        }
        for c in rows.clocks {
            self.put(T::Clock, c.values(case.id)).await?;
        }
        for b in rows.bodies {
            self.put(T::Body, b.values()).await?;
        }
        for s in rows.statuses {
            self.put(T::BodyStatus, s.values()).await?;
        }
        for p in rows.publications {
            self.put(T::Publication, p.values()).await?;
        }
        if let Some(a) = rows.application {
            self.put(T::Application, a.values()).await?;
        }
        if let Some(c) = rows.certificate {
            self.put(T::Certificate, c.values()).await?;
        }
        for c in rows.changes {
            self.put(T::CertificateChange, c.values()).await?;
        }
        for r in rows.reports {
            self.put(T::CertificateReport, r.values()).await?;
        }
        for (seq, digest) in rows.carried {
            let (zero, none) = (0_i64, "");
            let row: Vec<Val> = vec![
                case.id.into(),
                seq.into(),
                digest.into(),
                zero.into(),
                micros(case.updated).into(),
                zero.into(),
                none.into(),
                zero.into(),
                none.into(),
            ];
            self.put(T::ReportOutbox, row).await?;
        }
        for v in rows.violations {
            self.put(T::Violation, v.values()).await?;
        }
        self.touch(case.id);
        Ok(())
    }
}

/// The head row of a case.
pub(crate) fn head_values(case: &CaseMeta<'_>, kind: &str, org: &str) -> Vec<Val> {
    vec![
        case.id.into(),
        kind.into(),
        signed(case.version).into(),
        org.into(),
        micros(case.created).into(),
        micros(case.updated).into(),
    ]
}
