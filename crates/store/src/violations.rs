//! The violations that bodies report to the authorities (M 11), of a certificate or of an
//! application before there is one.

use guosuo_case::Life as _;
use guosuo_case::certificate::Certificate;
use guosuo_case::certification::{Application, Violation};

use crate::certification_rows::ViolationRow;
use crate::db::{Reader, micros, on, statements};
use crate::error::Error;

macro_rules! violations {
    ($rest:literal) => {
        concat!(
            "SELECT case_id, seq, kind, number, body, holder, reporter, at, acknowledger, acknowledged_at FROM violation ",
            $rest
        )
    };
}

statements! {
    VIOLATIONS_OF = violations!("WHERE case_id = $1 ORDER BY seq");
    VIOLATIONS = violations!("ORDER BY CASE WHEN acknowledged_at = 0 THEN 0 ELSE 1 END, at DESC, case_id, seq LIMIT $1");
}

/// What a list says of the case beside the violation.
struct About<'a> {
    case_id: &'a str,
    kind: &'static str,
    number: String,
    body: String,
    holder: &'a str,
}

fn rows(about: &About<'_>, list: &[Violation]) -> Vec<ViolationRow> {
    (1..)
        .zip(list)
        .map(|(seq, v)| ViolationRow {
            case_id: about.case_id.to_owned(),
            seq,
            kind: about.kind.to_owned(),
            number: about.number.clone(),
            body: about.body.clone(),
            holder: about.holder.to_owned(),
            reporter: v.by.user.to_string(),
            at: micros(v.at),
            acknowledger: v.acknowledged.as_ref().map(|a| a.by.user.to_string()).unwrap_or_default(),
            acknowledged_at: v.acknowledged.as_ref().map_or(0, |a| micros(a.at)),
        })
        .collect()
}

/// The violations that were reported of a certificate.
pub(crate) fn of_certificate(case_id: &str, c: &Certificate) -> Vec<ViolationRow> {
    let (number, body) = (c.number.clone(), c.body.to_string());
    rows(&About { case_id, kind: Certificate::KIND, number, body, holder: &c.holder.name }, &c.violations)
}

/// The violations that were reported of an application, under the number of its receipt.
pub(crate) fn of_application(case_id: &str, a: &Application) -> Vec<ViolationRow> {
    let number = a.receipt.as_ref().map(|r| r.number.to_string()).unwrap_or_default();
    let body = a.body().map(ToString::to_string).unwrap_or_default();
    rows(&About { case_id, kind: Application::KIND, number, body, holder: &a.processor.name }, &a.violations)
}

impl Reader {
    /// The violations that were reported of a case, oldest first.
    pub async fn violations_of(&mut self, case_id: &str) -> Result<Vec<ViolationRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(VIOLATIONS_OF).bind(case_id).fetch_all(c).await)?)
    }

    /// The violations that bodies have reported, those that nobody has acknowledged first.
    pub async fn violations(&mut self, limit: u32) -> Result<Vec<ViolationRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(VIOLATIONS).bind(i64::from(limit)).fetch_all(c).await)?)
    }
}
