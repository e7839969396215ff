//! Jobs: work that follows a commit, as rows written in the same transaction.
//!
//! A worker claims what is due, does it, and completes or fails it. A failed job comes back
//! later and later; after its last attempt it is parked, where administrators see it. A worker
//! that dies loses its claim when the lock runs out, so every job must bear being done twice.

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use crate::buffer::T;
use crate::db::{Reader, from_row, micros, new_id, on, statements, unsigned};
use crate::error::Error;
use crate::tx::Tx;

/// First pause after a failure; doubles with every further one, to at most an hour.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

statements! {
    // The state is asked for again outside the subquery: that is what keeps two workers on
    // PostgreSQL from claiming the same row.
    CLAIM = "UPDATE job SET state = 'running', locked_until = $2, worker = $3, attempts = attempts + 1 WHERE id = (SELECT id FROM job WHERE state = 'ready' AND run_at <= $1 AND ($4 = '' OR queue = $4) ORDER BY run_at, id LIMIT 1) AND state = 'ready' RETURNING id, queue, payload, attempts, max_attempts";
    COMPLETE = "UPDATE job SET state = 'done', finished = $3, locked_until = NULL, last_error = NULL WHERE id = $1 AND worker = $2 AND state = 'running'";
    FAIL = "UPDATE job SET state = CASE WHEN attempts >= max_attempts THEN 'parked' ELSE 'ready' END, run_at = $3, locked_until = NULL, last_error = $4 WHERE id = $1 AND worker = $2 AND state = 'running'";
    EXTEND = "UPDATE job SET locked_until = $3 WHERE id = $1 AND worker = $2 AND state = 'running'";
    RECLAIM = "UPDATE job SET state = CASE WHEN attempts >= max_attempts THEN 'parked' ELSE 'ready' END, locked_until = NULL, last_error = 'the worker vanished' WHERE state = 'running' AND locked_until < $1";
    RELEASE = "UPDATE job SET state = 'ready', attempts = 0, run_at = $2 WHERE id = $1 AND state = 'parked'";
    NEXT_RUN = "SELECT MIN(run_at) FROM job WHERE state = 'ready'";
    COUNTS = "SELECT queue, state, CAST(COUNT(*) AS BIGINT), MIN(run_at) FROM job WHERE state <> 'done' GROUP BY queue, state ORDER BY queue, state";
    LIST = "SELECT id, queue, state, attempts, max_attempts, run_at, created, last_error FROM job WHERE ($1 = '' OR state = $1) ORDER BY created DESC, id DESC LIMIT $2";
    DEDUPED = "SELECT id FROM job WHERE dedupe = $1";
    SWEEP = "DELETE FROM job WHERE state = 'done' AND finished < $1";
    LEASE_PUT = "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE lease.holder = excluded.holder OR lease.until < $4";
}

/// A job to be done after the commit.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Which worker function does it.
    pub queue: String,
    /// JSON for that function.
    pub payload: String,
    /// If given: at most one job with this key exists.
    pub dedupe: Option<String>,
    /// Not before.
    pub run_at: Timestamp,
    /// Attempts before it is parked.
    pub max_attempts: u32,
}

impl NewJob {
    /// A job to be done at once, with ten attempts.
    pub fn new(queue: &str, payload: &impl Serialize, now: Timestamp) -> Result<Self, Error> {
        Ok(Self {
            queue: queue.to_owned(),
            payload: serde_json::to_string(payload)?,
            dedupe: None,
            run_at: now,
            max_attempts: 10,
        })
    }

    /// At most one job with this key.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.dedupe = Some(key.into());
        self
    }

    /// Not before this moment.
    #[must_use]
    pub fn at(mut self, run_at: Timestamp) -> Self {
        self.run_at = run_at;
        self
    }
}

/// A job that this worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// Id.
    pub id: String,
    /// Queue.
    pub queue: String,
    /// JSON.
    pub payload: String,
    /// Which attempt this is, 1 for the first.
    pub attempts: i64,
    /// After how many it is parked.
    pub max_attempts: i64,
}

from_row!(ClaimedJob { id, queue, payload, attempts, max_attempts });

impl ClaimedJob {
    /// The payload as the type that the queue uses.
    pub fn read<P: DeserializeOwned>(&self) -> Result<P, Error> {
        Ok(serde_json::from_str(&self.payload)?)
    }
}

/// A job in the administrators' list. The payload is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLine {
    /// Id.
    pub id: String,
    /// Queue.
    pub queue: String,
    /// `ready`, `running`, `done`, `parked`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i64,
    /// Attempts allowed.
    pub max_attempts: i64,
    /// Not before, microseconds.
    pub run_at: i64,
    /// Made at, microseconds.
    pub created: i64,
    /// What the last attempt failed with.
    pub last_error: Option<String>,
}

from_row!(JobLine { id, queue, state, attempts, max_attempts, run_at, created, last_error });

/// How many jobs of a queue are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCount {
    /// Queue.
    pub queue: String,
    /// State.
    pub state: String,
    /// How many.
    pub count: u64,
    /// The earliest `run_at`, microseconds.
    pub oldest: i64,
}

impl Tx {
    /// Adds a job to this write unit; answers its id, or that of the job already there for a
    /// `dedupe` key.
    pub async fn enqueue(&mut self, job: NewJob, now: Timestamp) -> Result<String, Error> {
        if let Some(key) = &job.dedupe {
            let found: Option<(String,)> =
                on!(self.raw().await?.conn(), |c| sqlx::query_as(DEDUPED).bind(key.as_str()).fetch_optional(c).await)?;
            if let Some((id,)) = found {
                return Ok(id);
            }
        }
        let id = new_id();
        self.put(
            T::Job,
            vec![
                id.as_str().into(),
                job.queue.into(),
                job.payload.into(),
                job.dedupe.into(),
                micros(job.run_at).into(),
                "ready".into(),
                0.into(),
                i64::from(job.max_attempts).into(),
                micros(now).into(),
            ],
        )
        .await?;
        let wake = self.shared().wake.clone();
        self.after_commit(move || wake.notify_one());
        Ok(id)
    }

    /// Takes the job that has been due longest; `queue` empty means any.
    pub async fn claim_job(
        &mut self,
        queue: &str,
        worker: &str,
        lock: SignedDuration,
        now: Timestamp,
    ) -> Result<Option<ClaimedJob>, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query_as(CLAIM)
            .bind(micros(now))
            .bind(micros(now + lock))
            .bind(worker)
            .bind(queue)
            .fetch_optional(c)
            .await)?)
    }

    /// The job is done. `false`: the claim was lost meanwhile, and whatever else this unit
    /// wrote should be given up.
    pub async fn complete_job(&mut self, id: &str, worker: &str, now: Timestamp) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(COMPLETE)
            .bind(id)
            .bind(worker)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }

    /// The attempt failed; the job comes back later or is parked.
    pub async fn fail_job(&mut self, job: &ClaimedJob, worker: &str, error: &str, now: Timestamp) -> Result<bool, Error> {
        let doublings = u32::try_from(unsigned(job.attempts).saturating_sub(1).min(20)).unwrap_or(20);
        let pause = PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
        let error: String = error.chars().take(500).collect();
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(FAIL)
            .bind(job.id.as_str())
            .bind(worker)
            .bind(micros(now + pause))
            .bind(error.as_str())
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }

    /// Keeps the claim on a long job.
    pub async fn extend_job(&mut self, id: &str, worker: &str, lock: SignedDuration, now: Timestamp) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(EXTEND)
            .bind(id)
            .bind(worker)
            .bind(micros(now + lock))
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }

    /// Frees jobs whose worker has vanished.
    pub async fn reclaim_jobs(&mut self, now: Timestamp) -> Result<u64, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(RECLAIM).bind(micros(now)).execute(c).await.map(|r| r.rows_affected()))?)
    }

    /// An administrator sends a parked job round again.
    pub async fn release_job(&mut self, id: &str, now: Timestamp) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(RELEASE)
            .bind(id)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }

    /// Forgets jobs done before a moment.
    pub async fn sweep_jobs(&mut self, before: Timestamp) -> Result<u64, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(SWEEP)
            .bind(micros(before))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?)
    }

    /// Takes or keeps a lease (one holder at a time); `false` while somebody else holds it.
    pub async fn lease(&mut self, name: &str, holder: &str, length: SignedDuration, now: Timestamp) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(LEASE_PUT)
            .bind(name)
            .bind(holder)
            .bind(micros(now + length))
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }
}

impl Reader {
    /// When the next job becomes due.
    pub async fn next_job_at(&mut self) -> Result<Option<Timestamp>, Error> {
        let (t,): (Option<i64>,) = on!(self.conn(), |c| sqlx::query_as(NEXT_RUN).fetch_one(c).await)?;
        Ok(t.map(crate::db::instant))
    }

    /// Unfinished jobs by queue and state.
    pub async fn job_counts(&mut self) -> Result<Vec<JobCount>, Error> {
        let rows: Vec<(String, String, i64, i64)> = on!(self.conn(), |c| sqlx::query_as(COUNTS).fetch_all(c).await)?;
        Ok(rows
            .into_iter()
            .map(|(queue, state, count, oldest)| JobCount { queue, state, count: unsigned(count), oldest })
            .collect())
    }

    /// Jobs for the administrators, newest first; `state` may be empty.
    pub async fn jobs(&mut self, state: &str, limit: u32) -> Result<Vec<JobLine>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(LIST).bind(state).bind(i64::from(limit)).fetch_all(c).await)?)
    }
}

impl crate::Store {
    /// Waits until a job is added in this process, or at most so long.
    pub async fn job_added(&self, at_most: std::time::Duration) {
        let _ = tokio::time::timeout(at_most, self.shared.wake.notified()).await;
    }
}
