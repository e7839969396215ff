//! Reports to the national platform (M 9): how they stand, the outbox that carries them, the feed
//! that the authorities share, and what was found when the two records were compared.
//!
//! A report is owed by an event of the certificate; its row and its place in the outbox are written
//! with that event. Of each certificate only the first report that is not answered can be claimed,
//! so none overtakes another.

use guosuo_case::certificate::{Certificate, ReportState};
use guosuo_rules::calendar::Calendar;
use guosuo_seal::digest::sha256;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::applications::name_of;
use crate::certification_rows::CertificateReportRow;
use crate::db::{Reader, from_row, micros, new_id, on, signed, statements, unsigned};
use crate::error::Error;
use crate::ledger::{Class, Origin};
use crate::tx::Tx;

macro_rules! reports {
    ($rest:literal) => {
        concat!(
            "SELECT certificate, seq, number, body, kind, status, effective_on, corrects, owed_at, due_from, due_to, state, receipt, received_at, sent_at, target, reason, corrected_by, resends FROM certificate_report ",
            $rest
        )
    };
}
macro_rules! lines {
    ($rest:literal) => {
        concat!(
            "SELECT r.certificate, r.seq, r.number, r.body, r.kind, r.status, r.effective_on, r.corrects, r.owed_at, r.due_from, r.due_to, r.state, r.receipt, r.received_at, r.sent_at, r.target, r.reason, r.corrected_by, r.resends, c.holder, c.holder_code, COALESCE(o.digest, '') AS digest, COALESCE(o.attempts, 0) AS attempts, COALESCE(o.next_at, 0) AS next_at, COALESCE(o.last_error, '') AS last_error FROM certificate_report r JOIN certificate c ON c.case_id = r.certificate LEFT JOIN report_outbox o ON o.certificate = r.certificate AND o.seq = r.seq ",
            $rest
        )
    };
}
macro_rules! comparison {
    ($rest:literal) => {
        concat!("SELECT id, body, at, source, actor, ours, theirs, found FROM report_comparison ", $rest)
    };
}

statements! {
    REPORTS_OF = reports!("WHERE certificate = $1 ORDER BY seq");
    /// The first of each certificate: reports go in order.
    REPORTS_NEXT = reports!("AS r WHERE state IN ('owed', 'sent') AND NOT EXISTS (SELECT 1 FROM certificate_report b WHERE b.certificate = r.certificate AND b.seq < r.seq AND b.state IN ('owed', 'sent')) ORDER BY due_from, certificate, seq LIMIT $1");
    REPORTS_OWED_BY = reports!("WHERE body = $1 AND state IN ('owed', 'sent', 'rejected') ORDER BY due_from, certificate, seq LIMIT 1000");
    /// $1 the body or '' for all, $2 one state, or `open` (to be done) or '' for all, $3 part of holder or number or code.
    LINES = lines!("WHERE ($1 = '' OR r.body = $1) AND ($2 = '' OR r.state = $2 OR ($2 = 'open' AND r.state IN ('owed', 'sent', 'rejected'))) AND ($3 = '' OR r.number = $3 OR c.holder_code = $3 OR replace(c.holder, $3, '') <> c.holder) AND r.owed_at >= $4 AND r.owed_at < $5 ORDER BY r.owed_at DESC, r.certificate DESC, r.seq DESC LIMIT $6 OFFSET $7");
    /// The most urgent first: what is to be done.
    LINES_DUE = lines!("WHERE r.body = $1 AND r.state IN ('owed', 'sent', 'rejected') AND ($2 = '' OR r.number = $2 OR c.holder_code = $2 OR replace(c.holder, $2, '') <> c.holder) ORDER BY r.due_from, r.certificate, r.seq LIMIT $3 OFFSET $4");
    LINE = lines!("WHERE r.certificate = $1 AND r.seq = $2");
    COUNTS = "SELECT state, CAST(COUNT(*) AS BIGINT) FROM certificate_report WHERE ($1 = '' OR body = $1) GROUP BY state ORDER BY state";
    /// Reports that were owed before there was an outbox.
    HEAL = "INSERT INTO report_outbox (certificate, seq, digest, attempts, next_at, locked_until, worker, last_at, last_error) SELECT r.certificate, r.seq, '', 0, 0, 0, '', 0, '' FROM certificate_report r WHERE r.state IN ('owed', 'sent') AND NOT EXISTS (SELECT 1 FROM report_outbox o WHERE o.certificate = r.certificate AND o.seq = r.seq)";
    LACKS = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM certificate_report r WHERE r.state IN ('owed', 'sent') AND NOT EXISTS (SELECT 1 FROM report_outbox o WHERE o.certificate = r.certificate AND o.seq = r.seq) LIMIT 1) AS t";
    CLAIM = "UPDATE report_outbox SET locked_until = $2, worker = $3, attempts = attempts + 1, last_at = $1 WHERE (certificate, seq) IN (SELECT r.certificate, r.seq FROM certificate_report r JOIN report_outbox o ON o.certificate = r.certificate AND o.seq = r.seq WHERE r.state IN ('owed', 'sent') AND o.next_at <= $1 AND o.locked_until <= $1 AND ($5 = '*' OR replace($5, '|' || r.body || '|', '') <> $5) AND replace($6, '|' || r.body || '|', '') = $6 AND NOT EXISTS (SELECT 1 FROM certificate_report b WHERE b.certificate = r.certificate AND b.seq < r.seq AND b.state IN ('owed', 'sent')) ORDER BY r.due_from, r.certificate LIMIT $4) RETURNING certificate, seq, digest, attempts";
    RELEASE = "UPDATE report_outbox SET locked_until = 0, worker = '', next_at = $4, last_error = $5 WHERE certificate = $1 AND seq = $2 AND worker = $3";
    AGAIN = "UPDATE report_outbox SET locked_until = 0, worker = '', next_at = $3, attempts = 0, last_error = '' WHERE certificate = $1 AND seq = $2";
    /// What waits to be handed over as a file, in order.
    QUEUED = lines!("WHERE r.state = 'owed' AND ($1 = '*' OR replace($1, '|' || r.body || '|', '') <> $1) AND replace($2, '|' || r.body || '|', '') = $2 ORDER BY r.certificate, r.seq LIMIT $3");
    NEXT_AT = "SELECT MIN(o.next_at) FROM certificate_report r JOIN report_outbox o ON o.certificate = r.certificate AND o.seq = r.seq WHERE r.state IN ('owed', 'sent') AND NOT EXISTS (SELECT 1 FROM certificate_report b WHERE b.certificate = r.certificate AND b.seq < r.seq AND b.state IN ('owed', 'sent'))";
    CARRIED = "SELECT seq, digest FROM report_outbox WHERE certificate = $1 ORDER BY seq";
    COMPARISON_PUT = "INSERT INTO report_comparison (id, body, at, source, actor, ours, theirs, found) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    COMPARISONS = comparison!("WHERE body = $1 ORDER BY at DESC, id DESC LIMIT $2");
    COMPARISON = comparison!("WHERE body = $1 AND id = $2");
    /// The latest report of each certificate.
    REPORTED = "SELECT r.certificate, r.number, c.holder, c.valid_until, r.seq, r.status FROM certificate_report r JOIN certificate c ON c.case_id = r.certificate WHERE r.body = $1 AND r.certificate > $2 AND NOT EXISTS (SELECT 1 FROM certificate_report b WHERE b.certificate = r.certificate AND b.seq > r.seq) ORDER BY r.certificate LIMIT 500";
    VIEW_PUT = "INSERT INTO report_view (id, at, account, name, org, ground, filter, lines) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    VIEWS = "SELECT id, at, account, name, org, ground, filter, lines FROM report_view ORDER BY at DESC, id DESC LIMIT $1";
}

/// The rows of the reports of a certificate.
pub(crate) fn rows(case_id: &str, c: &Certificate, calendar: &Calendar) -> Vec<CertificateReportRow> {
    c.reports
        .iter()
        .map(|r| {
            let due = r.due(calendar);
            CertificateReportRow {
                certificate: case_id.to_owned(),
                seq: i64::from(r.record.seq),
                number: r.record.certificate.clone(),
                body: c.body.to_string(),
                kind: name_of(&r.record.change).unwrap_or_default(),
                status: r.record.status.as_str().to_owned(),
                effective_on: r.record.effective_on.to_string(),
                corrects: r.record.corrects.map_or(0, i64::from),
                owed_at: micros(r.at),
                due_from: due.map(|d| d.earliest().to_string()).unwrap_or_default(),
                due_to: due.map(|d| d.latest().to_string()).unwrap_or_default(),
                state: r.state().as_str().to_owned(),
                receipt: r.latest_receipt().map(|x| x.number.clone()).unwrap_or_default(),
                received_at: r.receipt.as_ref().map_or(0, |x| micros(x.at)),
                sent_at: r.sent.as_ref().map_or(0, |s| micros(s.at)),
                target: r.sent.as_ref().map(|s| s.target.clone()).unwrap_or_default(),
                reason: r.rejection.as_ref().map(|x| x.reason.clone()).unwrap_or_default(),
                corrected_by: r.corrected_by.map_or(0, i64::from),
                resends: signed(r.resends.len() as u64),
            }
        })
        .collect()
}

/// The digest of what each report carries.
pub(crate) fn carried(c: &Certificate) -> Vec<(i64, String)> {
    c.reports.iter().map(|r| (i64::from(r.record.seq), sha256(r.record.canonical().as_bytes()).to_hex())).collect()
}

/// The bodies whose reports go to one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    only: String,
    without: String,
}

impl Whose {
    /// These bodies and no others.
    pub fn only<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Self {
        Self { only: listed(bodies), without: String::new() }
    }

    /// All bodies but these.
    pub fn all_but<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Self {
        Self { only: "*".into(), without: listed(bodies) }
    }
}

/// Ids between bars, as the statements look for them.
fn listed<'a>(bodies: impl IntoIterator<Item = &'a str>) -> String {
    bodies.into_iter().map(|b| format!("|{b}|")).collect()
}

/// A report that a worker holds: nobody else sends it until the lock runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedReport {
    /// The case of the certificate.
    pub certificate: String,
    /// The report.
    pub seq: i64,
    /// SHA-256 of what it carries, hexadecimal; empty for one that is older than the outbox.
    pub digest: String,
    /// Which attempt this is, 1 for the first since it was last answered.
    pub attempts: i64,
}

from_row!(ClaimedReport { certificate, seq, digest, attempts });

/// A certificate and the latest of its reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Its case.
    pub certificate: String,
    /// Its number.
    pub number: String,
    /// The holder's name.
    pub holder: String,
    /// Last day of validity.
    pub valid_until: String,
    /// Number of the latest report.
    pub seq: i64,
    /// The stored name of the status that it told.
    pub status: String,
}

from_row!(Reported { certificate, number, holder, valid_until, seq, status });

/// A report as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "fields are those of the report, its certificate and its place in the outbox")]
pub struct ReportLine {
    pub certificate: String,
    pub seq: i64,
    pub number: String,
    pub body: String,
    pub kind: String,
    pub status: String,
    pub effective_on: String,
    pub corrects: i64,
    pub owed_at: i64,
    pub due_from: String,
    pub due_to: String,
    pub state: String,
    pub receipt: String,
    pub received_at: i64,
    pub sent_at: i64,
    pub target: String,
    pub reason: String,
    pub corrected_by: i64,
    pub resends: i64,
    pub holder: String,
    pub holder_code: String,
    pub digest: String,
    pub attempts: i64,
    pub next_at: i64,
    pub last_error: String,
}

from_row!(ReportLine {
    certificate,
    seq,
    number,
    body,
    kind,
    status,
    effective_on,
    corrects,
    owed_at,
    due_from,
    due_to,
    state,
    receipt,
    received_at,
    sent_at,
    target,
    reason,
    corrected_by,
    resends,
    holder,
    holder_code,
    digest,
    attempts,
    next_at,
    last_error
});

impl ReportLine {
    /// How it stands.
    pub fn state(&self) -> ReportState {
        ReportState::ALL.into_iter().find(|s| s.as_str() == self.state).unwrap_or(ReportState::Queued)
    }
}

/// Which reports are asked for. Empty fields ask for all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReportFilter {
    /// The body.
    pub body: String,
    /// The stored name of a state, or `open`: to be sent, answered or corrected.
    pub state: String,
    /// Part of the holder's name, a number, or a code.
    pub text: String,
    /// Owed at this moment or later, microseconds.
    pub from: i64,
    /// Owed before this moment, microseconds; 0 for no end.
    pub until: i64,
}

/// How many reports are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportCount {
    /// The stored name of the state.
    pub state: String,
    /// How many.
    pub count: u64,
}

/// What was found when our record was compared with the platform's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Id.
    pub id: String,
    /// The body.
    pub body: String,
    /// When, microseconds.
    pub at: i64,
    /// Where the platform's side came from: the name of a target, or that of a file.
    pub source: String,
    /// Account, or the part of the platform.
    pub actor: String,
    /// Certificates that we have reported.
    pub ours: i64,
    /// Certificates that the platform shows.
    pub theirs: i64,
    /// JSON with the differences.
    pub found: String,
}

from_row!(Comparison { id, body, at, source, actor, ours, theirs, found });

/// Somebody's look at the shared feed (M 9(2)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportView {
    /// Id.
    pub id: String,
    /// When, microseconds.
    pub at: i64,
    /// Account.
    pub account: String,
    /// Name of the person.
    pub name: String,
    /// The authority.
    pub org: String,
    /// The ground that was stated.
    pub ground: String,
    /// What was asked for, JSON.
    pub filter: String,
    /// Lines that were shown.
    pub lines: i64,
}

from_row!(ReportView { id, at, account, name, org, ground, filter, lines });

impl Tx {
    /// Takes the next reports that are due: of each certificate the first that is not answered,
    /// the most urgent first. What is held comes back when the lock runs out.
    pub async fn claim_reports(
        &mut self,
        whose: &Whose,
        worker: &str,
        lock: SignedDuration,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<ClaimedReport>, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query_as(CLAIM)
            .bind(micros(now))
            .bind(micros(now + lock))
            .bind(worker)
            .bind(i64::from(limit))
            .bind(whose.only.as_str())
            .bind(whose.without.as_str())
            .fetch_all(c)
            .await)?)
    }

    /// Gives a claimed report back: to be sent again at a moment, with what was wrong. `false` if
    /// the claim was lost meanwhile.
    pub async fn release_report(
        &mut self,
        claimed: &ClaimedReport,
        worker: &str,
        next_at: Timestamp,
        error: &str,
    ) -> Result<bool, Error> {
        let error: String = error.chars().take(500).collect();
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(RELEASE)
            .bind(claimed.certificate.as_str())
            .bind(claimed.seq)
            .bind(worker)
            .bind(micros(next_at))
            .bind(error.as_str())
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }

    /// Lets a report go out at once, as if it had never been tried.
    pub async fn report_again(&mut self, certificate: &str, seq: i64, now: Timestamp) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(AGAIN)
            .bind(certificate)
            .bind(seq)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }

    /// Gives reports that became owed before there was an outbox their place in it.
    pub async fn heal_outbox(&mut self) -> Result<u64, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(HEAL).execute(c).await.map(|r| r.rows_affected()))?)
    }

    /// Keeps what a comparison found and records it.
    pub async fn keep_comparison(&mut self, c: &Comparison, origin: &Origin, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |x| sqlx::query(COMPARISON_PUT)
            .bind(c.id.as_str())
            .bind(c.body.as_str())
            .bind(c.at)
            .bind(c.source.as_str())
            .bind(c.actor.as_str())
            .bind(c.ours)
            .bind(c.theirs)
            .bind(c.found.as_str())
            .execute(x)
            .await
            .map(drop))?;
        let what = serde_json::json!({ "source": c.source, "ours": c.ours, "theirs": c.theirs });
        self.record_act("reports.compared", &c.id, origin, &what, now).await
    }

    /// Records a look at the shared feed, with its ground, before anything is shown (M 9(2)): a
    /// row of the ledger, and a line that both authorities see.
    pub async fn record_report_view(&mut self, view: &ReportView, origin: &Origin, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(VIEW_PUT)
            .bind(view.id.as_str())
            .bind(view.at)
            .bind(view.account.as_str())
            .bind(view.name.as_str())
            .bind(view.org.as_str())
            .bind(view.ground.as_str())
            .bind(view.filter.as_str())
            .bind(view.lines)
            .execute(c)
            .await
            .map(drop))?;
        let what = serde_json::json!({ "ground": view.ground, "filter": view.filter, "lines": view.lines });
        self.append_ledger(Class::Read, "reports.shared", &view.id, "", origin, &what, now).await
    }
}

impl Reader {
    /// The reports of a certificate in order.
    pub async fn certificate_reports(&mut self, case_id: &str) -> Result<Vec<CertificateReportRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(REPORTS_OF).bind(case_id).fetch_all(c).await)?)
    }

    /// The next report of each certificate that owes one, the most urgent first.
    pub async fn reports_next(&mut self, limit: u32) -> Result<Vec<CertificateReportRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(REPORTS_NEXT).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// What a body owes the national platform, the most urgent first.
    pub async fn reports_owed_by(&mut self, body: &str) -> Result<Vec<CertificateReportRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(REPORTS_OWED_BY).bind(body).fetch_all(c).await)?)
    }

    /// Reports as lists show them, the newest first.
    pub async fn report_lines(&mut self, f: &ReportFilter, limit: u32, offset: u32) -> Result<Vec<ReportLine>, Error> {
        let until = if f.until == 0 { i64::MAX } else { f.until };
        Ok(on!(self.conn(), |c| sqlx::query_as(LINES)
            .bind(f.body.as_str())
            .bind(f.state.as_str())
            .bind(f.text.as_str())
            .bind(f.from)
            .bind(until)
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(c)
            .await)?)
    }

    /// What a body still has to do about its reports, the most urgent first.
    pub async fn report_lines_due(&mut self, body: &str, text: &str, limit: u32, offset: u32) -> Result<Vec<ReportLine>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(LINES_DUE)
            .bind(body)
            .bind(text)
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(c)
            .await)?)
    }

    /// One report.
    pub async fn report_line(&mut self, certificate: &str, seq: i64) -> Result<Option<ReportLine>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(LINE).bind(certificate).bind(seq).fetch_optional(c).await)?)
    }

    /// What waits to be handed over, in order of the certificates and their reports.
    pub async fn reports_queued(&mut self, whose: &Whose, limit: u32) -> Result<Vec<ReportLine>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(QUEUED)
            .bind(whose.only.as_str())
            .bind(whose.without.as_str())
            .bind(i64::from(limit))
            .fetch_all(c)
            .await)?)
    }

    /// How many reports are in each state; `body` may be empty.
    pub async fn report_counts(&mut self, body: &str) -> Result<Vec<ReportCount>, Error> {
        let rows: Vec<(String, i64)> = on!(self.conn(), |c| sqlx::query_as(COUNTS).bind(body).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(state, n)| ReportCount { state, count: unsigned(n) }).collect())
    }

    /// When the next report that none stands before is due to be sent.
    pub async fn next_report_at(&mut self) -> Result<Option<Timestamp>, Error> {
        let (t,): (Option<i64>,) = on!(self.conn(), |c| sqlx::query_as(NEXT_AT).fetch_one(c).await)?;
        Ok(t.map(crate::db::instant))
    }

    /// The digests of what the outbox carries of a certificate.
    pub(crate) async fn carried(&mut self, case_id: &str) -> Result<Vec<(i64, String)>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CARRIED).bind(case_id).fetch_all(c).await)?)
    }

    /// The comparisons of a body, newest first.
    pub async fn comparisons(&mut self, body: &str, limit: u32) -> Result<Vec<Comparison>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(COMPARISONS).bind(body).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// One comparison of a body.
    pub async fn comparison(&mut self, body: &str, id: &str) -> Result<Option<Comparison>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(COMPARISON).bind(body).bind(id).fetch_optional(c).await)?)
    }

    /// The certificates of a body that have a report, 500 at a time in the order of their cases.
    pub async fn certificates_reported(&mut self, body: &str, after: &str) -> Result<Vec<Reported>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(REPORTED).bind(body).bind(after).fetch_all(c).await)?)
    }

    /// Whether a report has no place in the outbox: it became owed before there was one.
    pub async fn outbox_lacks(&mut self) -> Result<bool, Error> {
        let (n,): (i64,) = on!(self.conn(), |c| sqlx::query_as(LACKS).fetch_one(c).await)?;
        Ok(n > 0)
    }

    /// Who looked at the shared feed, newest first.
    pub async fn report_views(&mut self, limit: u32) -> Result<Vec<ReportView>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(VIEWS).bind(i64::from(limit)).fetch_all(c).await)?)
    }
}

impl ReportView {
    /// A look by somebody, with an id of its own.
    pub fn new(account: &str, name: &str, org: &str, ground: &str, filter: String, now: Timestamp) -> Self {
        Self {
            id: new_id(),
            at: micros(now),
            account: account.to_owned(),
            name: name.to_owned(),
            org: org.to_owned(),
            ground: ground.to_owned(),
            filter,
            lines: 0,
        }
    }
}
