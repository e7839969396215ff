//! Certificates as registers and holders list them, and their clocks. What they owe the national
//! platform is in `reports`.

use std::collections::BTreeSet;

use guosuo_case::OrgKind;
use guosuo_case::certificate::{Certificate, Change, ChangeKind, Origin, Report, Status};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::{DeadlineId, deadline};
use guosuo_rules::time::cst_date;

use crate::applications::name_of;
use crate::certification_rows::{CertificateChangeRow, CertificateRow};
use crate::clocks::clock;
use crate::db::{Reader, micros, on, signed, statements};
use crate::error::Error;
use crate::project::{CaseMeta, ClockRow, ClockStatus, Projected, Rows};
use crate::reports;
use crate::violations;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT case_id, version, number, body, applicant, holder, holder_org, holder_code, country, address, representative, basis, mark, issued_on, valid_until, status, status_from, status_before, ground, origin, publication, application, predecessor, successor, renewal, proposal, open_requests, open_findings, open_suggestions, open_surveillances, reports, reports_owed, updated, mandate_until FROM certificate ",
            $rest
        )
    };
}
macro_rules! changes {
    ($rest:literal) => {
        concat!(
            "SELECT certificate, seq, kind, status, effective_on, origin, ground, publication, actor, actor_org, at FROM certificate_change ",
            $rest
        )
    };
}
pub(crate) use changes;

statements! {
    CERTIFICATE = select!("WHERE case_id = $1");
    CERTIFICATES_OF_NUMBER = select!("WHERE number = $1 ORDER BY case_id");
    CERTIFICATES_OF = select!("WHERE applicant = $1 OR holder_org = $1 OR representative = $1 ORDER BY updated DESC, case_id DESC LIMIT 1000");
    CERTIFICATES_OF_BODY = select!("WHERE body = $1 AND ($2 = '' OR replace(holder, $2, '') <> holder OR replace(upper(number), upper($2), '') <> upper(number) OR holder_code = upper($2)) ORDER BY updated DESC, case_id DESC LIMIT $3 OFFSET $4");
    PAGE_OF_BODY = select!("WHERE body = $1 AND case_id > $2 ORDER BY case_id LIMIT $3");
    PAGE_OF_PARTY = select!("WHERE (applicant = $1 OR holder_org = $1 OR representative = $1) AND case_id > $2 ORDER BY case_id LIMIT $3");
    CERTIFICATES_SUPERVISED = select!("WHERE ($1 = '' OR replace(holder, $1, '') <> holder OR replace(upper(number), upper($1), '') <> upper(number) OR holder_code = upper($1)) ORDER BY updated DESC, case_id DESC LIMIT $2");
    /// Live by what is recorded, and past their last day: time has ended them and nothing says so yet.
    CERTIFICATES_PAST = select!("WHERE valid_until < $1 AND status IN ('valid', 'suspended') ORDER BY valid_until, case_id LIMIT $2");
    MANDATES_ENDING = select!("WHERE mandate_until <> '' AND mandate_until <= $1 AND status IN ('valid', 'suspended') AND valid_until >= $2 AND mandate_until < valid_until ORDER BY mandate_until, case_id LIMIT $3");
    CERTIFICATES_WITH_FINDINGS = select!("WHERE open_findings > 0 ORDER BY updated, case_id LIMIT $1");
    NUMBERS_OF = "SELECT number FROM certificate WHERE body = $1 AND number = $2";
    NUMBERS = "SELECT number FROM certificate WHERE body = $1";
    CHANGES_OF = changes!("WHERE certificate = $1 ORDER BY seq");
    CHANGES_SINCE = changes!("WHERE at > $1 OR (at = $1 AND (certificate > $2 OR (certificate = $2 AND seq > $3))) ORDER BY at, certificate, seq LIMIT $4");
}

impl Projected for Certificate {
    fn project(case: &CaseMeta<'_>, c: &Self, calendar: &Calendar) -> Rows {
        Rows {
            certificate: Some(row(case, c)),
            changes: (1..).zip(&c.history).map(|(seq, change)| change_row(case.id, seq, c, change)).collect(),
            reports: reports::rows(case.id, c, calendar),
            carried: reports::carried(c),
            violations: violations::of_certificate(case.id, c),
            clocks: clocks(c, calendar),
            ..Rows::default()
        }
    }

    fn told(state: &Self, event: &guosuo_case::Recorded<guosuo_case::certificate::Event>) -> crate::project::Told {
        crate::interface::of_certificate(state, event)
    }
}

fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Body => "body",
        Origin::Request { .. } => "request",
        Origin::Finding { .. } => "finding",
        Origin::Time => "time",
    }
}

fn count<T>(list: &[T], open: impl Fn(&T) -> bool) -> i64 {
    signed(list.iter().filter(|x| open(x)).count() as u64)
}

fn row(case: &CaseMeta<'_>, c: &Certificate) -> CertificateRow {
    let id = |o: Option<String>| o.unwrap_or_default();
    let mut statuses = c.history.iter().rev().filter_map(|h| h.kind.status().map(|s| (s, h.effective_on)));
    let (status, from) = statuses.next().unwrap_or((Status::Valid, c.issued_on));
    let before = statuses.next().map_or("", |(s, _)| s.as_str());
    let last = c.history.last();
    CertificateRow {
        case_id: case.id.to_owned(),
        version: signed(case.version),
        number: c.number.clone(),
        body: c.body.to_string(),
        applicant: c.applicant.to_string(),
        holder: c.holder.name.clone(),
        holder_org: id(c.holder.org.as_ref().map(ToString::to_string)),
        holder_code: c.holder.code.clone(),
        country: c.holder.country.clone(),
        address: c.holder.address.clone(),
        representative: id(c.mandate.as_ref().map(|m| m.holder.to_string())),
        basis: c.basis.clone(),
        mark: c.mark.body.clone(),
        issued_on: c.issued_on.to_string(),
        valid_until: c.valid_until.to_string(),
        status: status.as_str().to_owned(),
        status_from: from.to_string(),
        status_before: before.to_owned(),
        ground: last.map(|h| h.ground.clone()).unwrap_or_default(),
        origin: last.map(|h| origin_name(h.origin)).unwrap_or_default().to_owned(),
        publication: last.map(|h| h.publication.clone()).unwrap_or_default(),
        application: c.application.to_string(),
        predecessor: id(c.predecessor.as_ref().map(ToString::to_string)),
        successor: id(c.successor.as_ref().map(ToString::to_string)),
        renewal: id(c.renewal.as_ref().map(|r| r.application.to_string())),
        proposal: c.proposal.as_ref().and_then(|p| name_of(&p.measure.kind())).unwrap_or_default(),
        open_requests: count(&c.requests, |r| r.open),
        open_findings: count(&c.findings, |f| f.lifted.is_none() && f.done.is_none()),
        open_suggestions: count(&c.suggestions, |s| s.open),
        open_surveillances: count(&c.surveillances, |s| s.conforming.is_none()),
        reports: signed(c.reports.len() as u64),
        reports_owed: count(&c.reports, Report::is_owed),
        updated: micros(case.updated),
        mandate_until: c.mandate.as_ref().map(|m| m.until.to_string()).unwrap_or_default(),
    }
}

fn change_row(case_id: &str, seq: i64, c: &Certificate, h: &Change) -> CertificateChangeRow {
    let finding = match h.origin {
        Origin::Finding { id } => c.findings.iter().find(|f| f.id == id).map(|f| f.authority.to_string()),
        _ => None,
    };
    CertificateChangeRow {
        certificate: case_id.to_owned(),
        seq,
        kind: name_of(&h.kind).unwrap_or_default(),
        status: h.kind.status().map(Status::as_str).unwrap_or_default().to_owned(),
        effective_on: h.effective_on.to_string(),
        origin: origin_name(h.origin).to_owned(),
        ground: h.ground.clone(),
        publication: h.publication.clone(),
        actor: h.by.user.to_string(),
        actor_org: finding.unwrap_or_else(|| h.by.org.to_string()),
        at: micros(h.at),
    }
}

/// Limits of the law: the report of each change (M 9(1)), the validity and the renewal (M 8(2)).
/// Of the house: the surveillances (R37 4.5).
fn clocks(c: &Certificate, calendar: &Calendar) -> Vec<ClockRow> {
    let mut out = Vec::new();
    let over = c.history.iter().find(|h| h.kind.status().is_some_and(|s| !s.is_live()));
    for r in &c.reports {
        let Some(due) = r.due(calendar) else { continue };
        let (status, ended) = match c.met_by(r) {
            Some(x) if cst_date(x.at) <= due.latest() => (ClockStatus::Met, Some(x.at)),
            Some(x) => (ClockStatus::Missed, Some(x.at)),
            None => (ClockStatus::Running, None),
        };
        let days = (due.earliest(), due.latest());
        out.push(clock(r.record.deadline(), Some(r.record.seq), &c.body, r.trigger(), days, calendar, status, ended));
    }
    let (status, ended) = match over {
        Some(h) if h.kind == ChangeKind::Expired => (ClockStatus::Met, Some(h.at)),
        Some(h) => (ClockStatus::Stopped, Some(h.at)),
        None => (ClockStatus::Running, None),
    };
    let days = (c.valid_until, c.valid_until);
    out.push(clock(DeadlineId::CertValid, None, &c.applicant, c.issued_on, days, calendar, status, ended));
    if let Some(Ok(due)) = deadline(DeadlineId::CertRenew).due(c.valid_until, calendar) {
        let (status, ended) = match (&c.renewal, over) {
            (Some(r), _) if r.late => (ClockStatus::Missed, None),
            (Some(_), _) => (ClockStatus::Met, None),
            (None, Some(h)) => (ClockStatus::Stopped, Some(h.at)),
            (None, None) => (ClockStatus::Running, None),
        };
        let days = (due.earliest(), due.latest());
        out.push(clock(DeadlineId::CertRenew, None, &c.applicant, c.valid_until, days, calendar, status, ended));
    }
    for s in &c.surveillances {
        let (status, ended) = match (s.on, over) {
            (Some(on), _) if on <= s.due => (ClockStatus::Met, None),
            (Some(_), _) => (ClockStatus::Missed, None),
            (None, Some(h)) => (ClockStatus::Stopped, Some(h.at)),
            (None, None) => (ClockStatus::Running, None),
        };
        out.push(clock(DeadlineId::Surv, Some(s.id), &c.body, c.issued_on, (s.due, s.due), calendar, status, ended));
    }
    out
}

impl Reader {
    /// The line of one certificate.
    pub async fn certificate(&mut self, case_id: &str) -> Result<Option<CertificateRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CERTIFICATE).bind(case_id).fetch_optional(c).await)?)
    }

    /// The certificates with a number: each body has its own pattern, so there may be several.
    pub async fn certificates_of_number(&mut self, number: &str) -> Result<Vec<CertificateRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CERTIFICATES_OF_NUMBER).bind(number).fetch_all(c).await)?)
    }

    /// The certificates of an organisation as applicant, holder or representative, last changed first.
    pub async fn certificates_of(&mut self, org: &str) -> Result<Vec<CertificateRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CERTIFICATES_OF).bind(org).fetch_all(c).await)?)
    }

    /// The certificates that a body has issued, last changed first; `text` is part of the
    /// holder's name, a number or a code, or empty.
    pub async fn certificates_of_body(
        &mut self,
        body: &str,
        text: &str,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<CertificateRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CERTIFICATES_OF_BODY)
            .bind(body)
            .bind(text)
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(c)
            .await)?)
    }

    /// The certificates of all bodies as the authorities see them (M 10(2)), last changed first; `text`
    /// as for [`Self::certificates_of_body`].
    pub async fn certificates_supervised(&mut self, text: &str, limit: u32) -> Result<Vec<CertificateRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CERTIFICATES_SUPERVISED).bind(text).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// Certificates whose last day lies before `today` and whose end is not recorded yet.
    pub async fn certificates_past(&mut self, today: jiff::civil::Date, limit: u32) -> Result<Vec<CertificateRow>, Error> {
        let day = today.to_string();
        Ok(on!(self.conn(), |c| sqlx::query_as(CERTIFICATES_PAST).bind(day.as_str()).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// Certificates with a finding of an authority that is not carried out, the oldest first.
    pub async fn certificates_with_findings(&mut self, limit: u32) -> Result<Vec<CertificateRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CERTIFICATES_WITH_FINDINGS).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// Whether a body has used a number.
    pub async fn certificate_number_used(&mut self, body: &str, number: &str) -> Result<bool, Error> {
        let rows: Vec<(String,)> = on!(self.conn(), |c| sqlx::query_as(NUMBERS_OF).bind(body).bind(number).fetch_all(c).await)?;
        Ok(!rows.is_empty())
    }

    /// Every number that a body has used.
    pub async fn certificate_numbers(&mut self, body: &str) -> Result<BTreeSet<String>, Error> {
        let rows: Vec<(String,)> = on!(self.conn(), |c| sqlx::query_as(NUMBERS).bind(body).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|r| r.0).collect())
    }

    /// Certificates that outlive the mandate of whoever acts for their holder (M 7(2)), where it ends on `by` or
    /// ended before, the first to end first. What has ended by `today` itself needs nobody to act.
    pub async fn mandates_ending(
        &mut self,
        by: jiff::civil::Date,
        today: jiff::civil::Date,
        limit: u32,
    ) -> Result<Vec<CertificateRow>, Error> {
        let (by, today) = (by.to_string(), today.to_string());
        Ok(on!(self.conn(), |c| sqlx::query_as(MANDATES_ENDING)
            .bind(by.as_str())
            .bind(today.as_str())
            .bind(i64::from(limit))
            .fetch_all(c)
            .await)?)
    }

    /// The history of a certificate, oldest first.
    pub async fn certificate_changes(&mut self, case_id: &str) -> Result<Vec<CertificateChangeRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CHANGES_OF).bind(case_id).fetch_all(c).await)?)
    }

    /// The changes of all certificates after one (moment, certificate, number), oldest first.
    pub async fn certificate_changes_since(
        &mut self,
        after: (i64, &str, i64),
        limit: u32,
    ) -> Result<Vec<CertificateChangeRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CHANGES_SINCE)
            .bind(after.0)
            .bind(after.1)
            .bind(after.2)
            .bind(i64::from(limit))
            .fetch_all(c)
            .await)?)
    }

    /// The certificates of an organisation in the order of their issue, after a case: those that a body has issued, or
    /// those of a processor's side.
    pub async fn certificates_page(
        &mut self,
        kind: OrgKind,
        org: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<CertificateRow>, Error> {
        let sql = match kind {
            OrgKind::Body => PAGE_OF_BODY,
            OrgKind::Processor => PAGE_OF_PARTY,
            OrgKind::VerificationBody | OrgKind::Cac | OrgKind::Nda | OrgKind::Samr | OrgKind::Platform => return Ok(Vec::new()),
        };
        Ok(on!(self.conn(), |c| sqlx::query_as(sql).bind(org).bind(after).bind(i64::from(limit)).fetch_all(c).await)?)
    }
}
