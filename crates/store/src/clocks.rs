//! Deadlines that run: what the queue shows, what alarms are raised, what a new notice moves.

use guosuo_case::OrgId;
use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::{DeadlineId, Length, deadline};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::buffer::Val;
use crate::db::{Reader, from_row, micros, on, statements};
use crate::error::Error;
use crate::ledger::Origin;
use crate::project::{CaseMeta, ClockRow, ClockStatus, Projected};
use crate::tx::Tx;

statements! {
    CLOCKS_OF = "SELECT case_id, name, org, article, \"trigger\", due_from, due_to, calendar, status, ended FROM clock WHERE case_id = $1 ORDER BY name";
    CLOCKS_DUE = "SELECT k.case_id, k.name, k.org, k.article, k.\"trigger\", k.due_from, k.due_to, k.calendar, k.status, k.ended FROM clock k JOIN case_head h ON h.case_id = k.case_id WHERE k.status = 'running' AND k.due_from <= $1 AND h.kind = 'filing' ORDER BY k.due_from, k.case_id LIMIT $2";
    CLOCKS_DUE_OF = "SELECT k.case_id, k.name, k.org, k.article, k.\"trigger\", k.due_from, k.due_to, k.calendar, k.status, k.ended FROM clock k JOIN case_head h ON h.case_id = k.case_id WHERE k.status = 'running' AND k.due_from <= $1 AND h.kind = $2 AND k.name LIKE $3 ORDER BY k.due_from, k.case_id, k.name LIMIT $4 OFFSET $5";
    CLOCKS_BEHIND = "SELECT DISTINCT case_id FROM clock WHERE calendar <> $1 ORDER BY case_id";
    ALARM_RAISED = "SELECT CAST(COUNT(*) AS BIGINT) FROM clock_alarm WHERE case_id = $1 AND name = $2 AND due = $3 AND lamp = $4";
    ALARM = "INSERT INTO clock_alarm (case_id, name, due, lamp, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (case_id, name, due, lamp) DO NOTHING";
}

/// A clock as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredClock {
    /// The case.
    pub case_id: String,
    /// Which deadline.
    pub name: String,
    /// The organisation whose case it is.
    pub org: String,
    /// The article.
    pub article: String,
    /// The day of the event that started it.
    pub trigger: String,
    /// Last day (earliest).
    pub due_from: String,
    /// Last day (latest).
    pub due_to: String,
    /// Version of the calendar.
    pub calendar: String,
    /// `running`, `met`, `missed`, `stopped`.
    pub status: String,
    /// Ended at, microseconds.
    pub ended: Option<i64>,
}

from_row!(StoredClock { case_id, name, org, article, trigger, due_from, due_to, calendar, status, ended });

/// A clock that a new notice has moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The case.
    pub case_id: String,
    /// Its organisation.
    pub org: String,
    /// Which deadline.
    pub name: String,
    /// Last day before (earliest, latest).
    pub before: (String, String),
    /// Last day now (earliest, latest).
    pub after: (String, String),
}

/// The row of a deadline of the table; `number` tells several of one case apart. Where the law
/// leaves the length to the body the limit is one of the house, and [`StoredClock::is_house`].
#[expect(clippy::too_many_arguments, reason = "one for each column")]
pub(crate) fn clock(
    id: DeadlineId,
    number: Option<u32>,
    org: &OrgId,
    trigger: Date,
    (due_from, due_to): (Date, Date),
    calendar: &Calendar,
    status: ClockStatus,
    ended: Option<Timestamp>,
) -> ClockRow {
    let code = id.code();
    ClockRow {
        name: number.map_or_else(|| code.to_owned(), |n| format!("{code}:{n}")),
        org: org.to_string(),
        article: deadline(id).articles.first().map(ToString::to_string).unwrap_or_default(),
        trigger,
        due_from,
        due_to,
        calendar: calendar.version().to_owned(),
        status,
        ended,
    }
}

impl StoredClock {
    /// The deadline of the table that it counts.
    pub fn deadline(&self) -> Option<DeadlineId> {
        DeadlineId::from_code(self.name.split(':').next()?)
    }

    /// Whether the body set the limit itself (R37 4.6): never to be shown as a limit of the law.
    pub fn is_house(&self) -> bool {
        self.deadline().is_some_and(|id| deadline(id).length == Length::SetByBody)
    }

    pub(crate) fn values(self) -> Vec<Val> {
        vec![
            self.case_id.into(),
            self.name.into(),
            self.org.into(),
            self.article.into(),
            self.trigger.into(),
            self.due_from.into(),
            self.due_to.into(),
            self.calendar.into(),
            self.status.into(),
            self.ended.into(),
        ]
    }
}

impl Reader {
    /// The clocks of a case.
    pub async fn clocks(&mut self, case_id: &str) -> Result<Vec<StoredClock>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CLOCKS_OF).bind(case_id).fetch_all(c).await)?)
    }

    /// Running clocks of filings whose last day may be this one or earlier, most urgent first.
    pub async fn clocks_due(&mut self, by: Date, limit: u32) -> Result<Vec<StoredClock>, Error> {
        let day = by.to_string();
        Ok(on!(self.conn(), |c| sqlx::query_as(CLOCKS_DUE).bind(day.as_str()).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// The same of one kind of case and one deadline of the table, whichever its number, from an
    /// offset on.
    pub async fn clocks_due_of(
        &mut self,
        kind: &str,
        deadline: DeadlineId,
        by: Date,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<StoredClock>, Error> {
        let (day, name) = (by.to_string(), format!("{}%", deadline.code()));
        Ok(on!(self.conn(), |c| sqlx::query_as(CLOCKS_DUE_OF)
            .bind(day.as_str())
            .bind(kind)
            .bind(name.as_str())
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(c)
            .await)?)
    }

    /// Whether the alarm of a clock, its day and a lamp has been raised.
    pub async fn alarm_raised(&mut self, clock: &StoredClock, lamp: &str) -> Result<bool, Error> {
        let (n,): (i64,) = on!(self.conn(), |c| sqlx::query_as(ALARM_RAISED)
            .bind(clock.case_id.as_str())
            .bind(clock.name.as_str())
            .bind(clock.due_from.as_str())
            .bind(lamp)
            .fetch_one(c)
            .await)?;
        Ok(n > 0)
    }

    async fn cases_with_other_calendar(&mut self, version: &str) -> Result<Vec<String>, Error> {
        let rows: Vec<(String,)> = on!(self.conn(), |c| sqlx::query_as(CLOCKS_BEHIND).bind(version).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|r| r.0).collect())
    }
}

impl Tx {
    /// Raises an alarm of a clock exactly once for each day it is due on and each lamp; `false`
    /// if it was raised before.
    pub async fn raise_alarm(&mut self, clock: &StoredClock, lamp: &str, now: Timestamp) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(ALARM)
            .bind(clock.case_id.as_str())
            .bind(clock.name.as_str())
            .bind(clock.due_from.as_str())
            .bind(lamp)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }

    /// After a notice was imported: dates the clocks of one kind of case again, records every
    /// running clock that moved in the ledger and answers them, so that the parties are told.
    pub async fn redate<L: Projected>(&mut self, origin: &Origin, now: Timestamp) -> Result<Vec<Moved>, Error> {
        let version = self.calendar().await?.version().to_owned();
        let mut moved = Vec::new();
        for id in self.raw().await?.cases_with_other_calendar(&version).await? {
            let Some(head) = self.raw().await?.head(&id).await?.filter(|h| h.kind == L::KIND) else { continue };
            let before = self.raw().await?.clocks(&id).await?;
            let case = self.case::<L>(&id).await?;
            let (Some(state), Some(created), Some(updated)) = (case.state, case.created, case.updated) else { continue };
            self.project(&CaseMeta { id: &id, version: case.version, created, updated }, &state).await?;
            for a in self.raw().await?.clocks(&id).await?.into_iter().filter(|c| c.status == "running") {
                let was = before.iter().find(|b| b.name == a.name).map(|b| (b.due_from.clone(), b.due_to.clone()));
                if let Some(before) = was
                    && before != (a.due_from.clone(), a.due_to.clone())
                {
                    moved.push(Moved {
                        case_id: id.clone(),
                        org: head.org.clone(),
                        name: a.name,
                        before,
                        after: (a.due_from, a.due_to),
                    });
                }
            }
        }
        for m in &moved {
            self.append_ledger(crate::ledger::Class::System, "clock.redated", &m.name, &m.case_id, origin, m, now).await?;
        }
        Ok(moved)
    }
}
