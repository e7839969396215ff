//! Applications for certification as applicants, bodies and verification bodies list them, and
//! the clocks of their stages. These are limits of the house (R37 4.6): never those of the law.

use guosuo_case::OrgKind;
use guosuo_case::certification::{Application, Outcome, Phase, Purpose, Stage};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::DeadlineId;
use guosuo_rules::period::Due;
use guosuo_rules::time::cst_date;
use jiff::civil::Date;

use crate::certification_rows::ApplicationRow;
use crate::clocks::clock;
use crate::db::{Reader, micros, on, signed, statements};
use crate::error::Error;
use crate::project::{CaseMeta, ClockRow, ClockStatus, Projected, Rows};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT case_id, version, org, processor, processor_org, processor_code, country, holder, chosen, chosen_name, body, verification_body, purpose, number, phase, stage, received, submitted, began, due_from, due_to, stands, open_points, outcome, certificate, ended, updated FROM application ",
            $rest
        )
    };
}

statements! {
    APPLICATION = select!("WHERE case_id = $1");
    APPLICATION_OF_NUMBER = select!("WHERE number = $1 AND number <> ''");
    APPLICATIONS_OF = select!("WHERE org = $1 OR processor_org = $1 OR holder = $1 ORDER BY updated DESC, case_id DESC LIMIT 1000");
    APPLICATIONS_FOR_BODY = select!("WHERE body = $1 AND ($2 = (phase IN ('certified', 'declined', 'ended', 'withdrawn'))) AND ($3 = '' OR phase = $3) AND ($4 = '' OR replace(processor, $4, '') <> processor OR replace(number, $4, '') <> number OR processor_code = $4) ORDER BY CASE WHEN due_from = '' THEN 1 ELSE 0 END, due_from, case_id LIMIT $5 OFFSET $6");
    APPLICATIONS_FOR_VERIFICATION = select!("WHERE verification_body = $1 ORDER BY CASE WHEN phase = 'planned' THEN 0 ELSE 1 END, due_from, case_id LIMIT 1000");
    PAGE_OF_BODY = select!("WHERE body = $1 AND case_id > $2 AND ($3 = '' OR phase = $3) ORDER BY case_id LIMIT $4");
    PAGE_OF_VERIFICATION = select!("WHERE verification_body = $1 AND case_id > $2 AND ($3 = '' OR phase = $3) ORDER BY case_id LIMIT $4");
    PAGE_OF_PARTY = select!("WHERE (org = $1 OR processor_org = $1 OR holder = $1) AND case_id > $2 AND ($3 = '' OR phase = $3) ORDER BY case_id LIMIT $4");
    PHASES_OF_BODY = "SELECT phase, CAST(COUNT(*) AS BIGINT) FROM application WHERE body = $1 GROUP BY phase ORDER BY phase";
}

impl Projected for Application {
    fn project(case: &CaseMeta<'_>, a: &Self, calendar: &Calendar) -> Rows {
        Rows {
            application: Some(row(case, a, calendar)),
            clocks: clocks(case, a, calendar),
            violations: crate::violations::of_application(case.id, a),
            ..Rows::default()
        }
    }

    fn told(state: &Self, event: &guosuo_case::Recorded<guosuo_case::certification::Event>) -> crate::project::Told {
        crate::interface::of_application(state, event)
    }
}

/// The last day of the stage. While its clock stands, as if it went on from the day on which it
/// was stopped: what was recorded, not what day it is, makes the row.
fn stage_due(a: &Application, calendar: &Calendar) -> Option<Due> {
    let began = a.clock.began?;
    let day = a.clock.stands.map_or(began, |(since, _)| since);
    a.clock.due(a.phase, &a.limits, day, calendar)
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Acceptance => "acceptance",
        Stage::Planning => "planning",
        Stage::Verification => "verification",
        Stage::Audit => "audit",
        Stage::Evaluation => "evaluation",
        Stage::Decision => "decision",
        Stage::Issue => "issue",
    }
}

fn row(case: &CaseMeta<'_>, a: &Application, calendar: &Calendar) -> ApplicationRow {
    let org = |o: Option<&guosuo_case::OrgId>| o.map(ToString::to_string).unwrap_or_default();
    let rectifying = (a.phase == Phase::Rectifying).then_some(a.rectification.as_ref()).flatten();
    let due = stage_due(a, calendar);
    let (due_from, due_to) = match (rectifying, due) {
        (Some(r), _) => (r.until.to_string(), r.until.to_string()),
        (None, Some(d)) => (d.earliest().to_string(), d.latest().to_string()),
        (None, None) => Default::default(),
    };
    let receipt = a.receipt.as_ref();
    ApplicationRow {
        case_id: case.id.to_owned(),
        version: signed(case.version),
        org: a.owner.to_string(),
        processor: a.processor.name.clone(),
        processor_org: org(a.processor.org.as_ref()),
        processor_code: a.processor.code.clone(),
        country: a.processor.country.clone(),
        holder: org(a.dossier.mandate.as_ref().map(|m| &m.holder)),
        chosen: org(a.dossier.body.as_ref().map(|b| &b.org)),
        chosen_name: a.dossier.body.as_ref().map(|b| b.name.clone()).unwrap_or_default(),
        body: org(a.body()),
        verification_body: org(a.verification_body()),
        purpose: match a.purpose {
            Purpose::New => "new",
            Purpose::Renewal { .. } => "renewal",
            Purpose::Change { .. } => "change",
        }
        .to_owned(),
        number: receipt.map(|r| r.number.to_string()).unwrap_or_default(),
        phase: a.phase.as_str().to_owned(),
        stage: Stage::of(a.phase).map(stage_name).unwrap_or_default().to_owned(),
        received: receipt.map(|r| cst_date(r.at).to_string()).unwrap_or_default(),
        submitted: receipt.map_or(0, |r| micros(r.at)),
        began: a.clock.began.map(|d| d.to_string()).unwrap_or_default(),
        due_from,
        due_to,
        stands: a.clock.stands.and_then(|(_, r)| name_of(&r)).unwrap_or_default(),
        open_points: signed(a.open_nonconformities().len() as u64),
        outcome: match a.conclusion.as_ref().map(|c| c.outcome) {
            Some(Outcome::Certify) => "certify",
            Some(Outcome::Refuse) => "refuse",
            None => "",
        }
        .to_owned(),
        certificate: a.certificate.as_ref().map(ToString::to_string).unwrap_or_default(),
        ended: if a.phase.is_final() { cst_date(case.updated).to_string() } else { String::new() },
        updated: micros(case.updated),
    }
}

/// The name by which serde stores a variant without fields.
pub(crate) fn name_of(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

/// A row that was made once is made for ever: rows of clocks are never taken away. So the stage
/// at hand has one row, and the rectification one beside it.
fn clocks(case: &CaseMeta<'_>, a: &Application, calendar: &Calendar) -> Vec<ClockRow> {
    let Some(body) = a.body() else { return Vec::new() };
    let mut out = Vec::new();
    let began = a.clock.began.unwrap_or_else(|| cst_date(case.updated));
    let due: Option<(Date, Date)> = stage_due(a, calendar).map(|d| (d.earliest(), d.latest()));
    let (status, ended) = match (due, a.clock.stands) {
        (None, _) => (ClockStatus::Stopped, Some(case.updated)),
        (Some(_), Some(_)) => (ClockStatus::Stopped, None),
        (Some(_), None) => (ClockStatus::Running, None),
    };
    out.push(clock(DeadlineId::StageLimits, None, body, began, due.unwrap_or((began, began)), calendar, status, ended));
    if let Some(r) = &a.rectification {
        let (status, ended) = match a.phase {
            Phase::Rectifying => (ClockStatus::Running, None),
            _ if a.open_nonconformities().is_empty() => {
                let judged = a.nonconformities.iter().filter_map(|n| n.done_on).max();
                (if judged.is_none_or(|d| d <= r.until) { ClockStatus::Met } else { ClockStatus::Missed }, None)
            }
            _ => (ClockStatus::Stopped, None),
        };
        out.push(clock(DeadlineId::Rectify, None, &a.owner, r.ordered_on, (r.until, r.until), calendar, status, ended));
    }
    out
}

/// What a body asks of its queue. Empty fields ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicationFilter {
    /// Those that came to an end instead of those at work.
    pub done: bool,
    /// The stored name of a phase.
    pub phase: String,
    /// Part of a name or number, or a code.
    pub text: String,
}

impl Reader {
    /// The line of one application. Does not ask who is reading.
    pub async fn application(&mut self, case_id: &str) -> Result<Option<ApplicationRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(APPLICATION).bind(case_id).fetch_optional(c).await)?)
    }

    /// The application with a number of receipt.
    pub async fn application_of_number(&mut self, number: &str) -> Result<Option<ApplicationRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(APPLICATION_OF_NUMBER).bind(number).fetch_optional(c).await)?)
    }

    /// The applications of an organisation as applicant, as processor or as holder of the
    /// mandate, last changed first.
    pub async fn applications_of(&mut self, org: &str) -> Result<Vec<ApplicationRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(APPLICATIONS_OF).bind(org).fetch_all(c).await)?)
    }

    /// What a body has received, the most urgent first.
    pub async fn applications_for_body(
        &mut self,
        body: &str,
        f: &ApplicationFilter,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<ApplicationRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(APPLICATIONS_FOR_BODY)
            .bind(body)
            .bind(f.done)
            .bind(f.phase.as_str())
            .bind(f.text.as_str())
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(c)
            .await)?)
    }

    /// How many applications of a body are in each phase.
    pub async fn application_phases(&mut self, body: &str) -> Result<Vec<(String, u64)>, Error> {
        let rows: Vec<(String, i64)> = on!(self.conn(), |c| sqlx::query_as(PHASES_OF_BODY).bind(body).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(phase, n)| (phase, crate::db::unsigned(n))).collect())
    }

    /// What a verification body was named in, what waits for it first.
    pub async fn applications_for_verification(&mut self, org: &str) -> Result<Vec<ApplicationRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(APPLICATIONS_FOR_VERIFICATION).bind(org).fetch_all(c).await)?)
    }

    /// The applications of an organisation in the order in which they were opened, after a case; `phase` may be empty.
    /// A body sees what it has received, a verification body what it was asked to verify, a processor its own.
    pub async fn applications_page(
        &mut self,
        kind: OrgKind,
        org: &str,
        after: &str,
        phase: &str,
        limit: u32,
    ) -> Result<Vec<ApplicationRow>, Error> {
        let sql = match kind {
            OrgKind::Body => PAGE_OF_BODY,
            OrgKind::VerificationBody => PAGE_OF_VERIFICATION,
            OrgKind::Processor => PAGE_OF_PARTY,
            OrgKind::Cac | OrgKind::Nda | OrgKind::Samr | OrgKind::Platform => return Ok(Vec::new()),
        };
        Ok(on!(self.conn(), |c| sqlx::query_as(sql).bind(org).bind(after).bind(phase).bind(i64::from(limit)).fetch_all(c).await)?)
    }
}
