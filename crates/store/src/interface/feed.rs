//! The feed: what an organisation is told of the cases that concern it, one line for each event,
//! numbered without gaps and written in the transaction of the event. It is the list of changes of
//! the interface and the outbox of the addresses that are called. It names the case and the kind of
//! event; what happened is read from the case, by whoever may.

use guosuo_case::certificate::{self, Certificate};
use guosuo_case::certification::{self, Application};
use guosuo_case::filing::{self, Filing};
use guosuo_case::{OrgId, Recorded};
use serde::Serialize;

use crate::applications::name_of;
use crate::buffer::T;
use crate::db::{Reader, micros, on, rows_of, signed, statements};
use crate::error::Error;
use crate::project::Told;
use crate::tx::Tx;

rows_of!(lines: "feed" as FeedRow { n, case_id, kind, number, seq, event, state, at });

statements! {
    FEED = lines!("WHERE org = $1 AND n > $2 ORDER BY n LIMIT $3");
    FEED_LAST = "SELECT n FROM feed WHERE org = $1 ORDER BY n DESC LIMIT 1";
    FEED_ONE = lines!("WHERE org = $1 AND n = $2");
}

/// One line of the feed of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedRow {
    /// Its number in the organisation's feed: 1 for the first, without gaps.
    pub n: i64,
    /// The case.
    pub case_id: String,
    /// Which life cycle it follows: `application`, `certificate`, `filing`.
    pub kind: String,
    /// The number that people know the case by; empty before it has one.
    pub number: String,
    /// The event's place in its case.
    pub seq: i64,
    /// What happened, by its stored name.
    pub event: String,
    /// The state of the case after it.
    pub state: String,
    /// When, in microseconds.
    pub at: i64,
}

impl Reader {
    /// The feed of an organisation after a number, oldest first.
    pub async fn feed(&mut self, org: &str, after: i64, limit: u32) -> Result<Vec<FeedRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(FEED).bind(org).bind(after).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// The number of the last line of an organisation's feed, 0 before the first.
    pub async fn feed_last(&mut self, org: &str) -> Result<i64, Error> {
        let row: Option<(i64,)> = on!(self.conn(), |c| sqlx::query_as(FEED_LAST).bind(org).fetch_optional(c).await)?;
        Ok(row.map_or(0, |r| r.0))
    }

    /// One line of the feed.
    pub async fn feed_line(&mut self, org: &str, n: i64) -> Result<Option<FeedRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(FEED_ONE).bind(org).bind(n).fetch_optional(c).await)?)
    }
}

impl Tx {
    /// Tells the organisations of an event.
    pub(crate) async fn tell<E: Sync>(
        &mut self,
        case_id: &str,
        kind: &str,
        event: &str,
        recorded: &Recorded<E>,
        told: Told,
    ) -> Result<(), Error> {
        for org in told.orgs {
            let n = self.next_number(&format!("feed:{org}"), 0).await?;
            let row = vec![
                org.into(),
                i64::from(n).into(),
                case_id.into(),
                kind.into(),
                told.number.clone().into(),
                signed(recorded.seq).into(),
                event.into(),
                told.state.clone().into(),
                micros(recorded.at).into(),
            ];
            self.put(T::Feed, row).await?;
        }
        Ok(())
    }
}

fn each_once<'a>(orgs: impl IntoIterator<Item = Option<&'a OrgId>>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for org in orgs.into_iter().flatten() {
        // A certificate that was taken over may have a holder without an account.
        if !org.0.is_empty() && !out.contains(&org.0) {
            out.push(org.0.clone());
        }
    }
    out
}

/// The parties of an application. What the body does within itself (declarations, evaluation, the first
/// signature, clocks) and what it reports to the authorities (M 11) is told to the body alone; the
/// verification body is told of its own part.
pub(crate) fn of_application(a: &Application, e: &Recorded<certification::Event>) -> Told {
    use certification::Event as E;
    let applicant = !matches!(
        e.event,
        E::InterestDeclared { .. }
            | E::VerificationTaken
            | E::VerificationReturned { .. }
            | E::AuditBegun { .. }
            | E::ClauseAudited { .. }
            | E::Evaluated { .. }
            | E::DeceitReported { .. }
            | E::EvaluationReturned { .. }
            | E::Signed { .. }
            | E::ConclusionReturned { .. }
            | E::ClockStopped { .. }
            | E::ClockResumed
            | E::ViolationReported { .. }
            | E::ViolationAcknowledged { .. }
    );
    let lab = matches!(
        e.event,
        E::Planned { .. }
            | E::VerificationSigned { .. }
            | E::VerificationTaken
            | E::VerificationReturned { .. }
            | E::Withdrawn { .. }
    );
    let mut parties = vec![a.body()];
    if applicant {
        parties.extend([Some(&a.owner), a.processor.org.as_ref(), a.dossier.mandate.as_ref().map(|m| &m.holder)]);
    }
    if lab {
        parties.push(a.verification_body());
    }
    Told {
        orgs: each_once(parties),
        number: a.receipt.as_ref().map(|r| r.number.to_string()).unwrap_or_default(),
        state: a.phase.as_str().to_owned(),
    }
}

/// The parties of a certificate. The body's own preparations and what authorities have told the body alone are not
/// told to the holder.
pub(crate) fn of_certificate(c: &Certificate, e: &Recorded<certificate::Event>) -> Told {
    use certificate::Event as E;
    let holder = !matches!(
        e.event,
        E::InterestDeclared { .. }
            | E::SuggestionSetAside { .. }
            | E::FindingStated { .. }
            | E::FindingLifted { .. }
            | E::ViolationReported { .. }
            | E::ViolationAcknowledged { .. }
            | E::ReportOwed { .. }
            | E::ReportReceived { .. }
    );
    let mut parties = vec![Some(&c.body)];
    if holder {
        parties.extend([Some(&c.applicant), c.holder.org.as_ref(), c.mandate.as_ref().map(|m| &m.holder)]);
    }
    let status = c.history.iter().rev().find_map(|h| h.kind.status());
    Told {
        orgs: each_once(parties),
        number: c.number.clone(),
        state: status.map(certificate::Status::as_str).unwrap_or_default().to_owned(),
    }
}

/// The body is told of what it did itself and of what was decided; the review in between is the authorities'.
pub(crate) fn of_filing(f: &Filing, e: &Recorded<filing::Event>) -> Told {
    use filing::Event as E;
    let told = matches!(e.event, E::Opened { .. } | E::Submitted { .. } | E::Withdrawn { .. } | E::Decided { .. });
    if !told {
        return Told::default();
    }
    use guosuo_case::Life as _;
    Told { orgs: each_once([Some(f.owner())]), number: String::new(), state: name_of(&f.phase).unwrap_or_default() }
}
