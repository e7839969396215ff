//! Work behind the pages: what an act has ordered (mail, notices) and what time orders (alarms,
//! digests, checkpoints, sweeping).
//!
//! Any number of workers may run, inside `serve` or as `guosuo worker`. Jobs are claimed row by
//! row; the schedule is held by one worker at a time, by a lease. Everything bears being done
//! twice: alarms are rows with a unique key, mails have a key of their own, a notice is printed
//! from the record and attached where none is attached yet. No job decides a case.

pub mod certification;
pub mod checkpoint;
pub mod clocks;
pub mod expiry;
pub mod mail;
pub mod notice;
pub mod papers;
pub mod schedule;
pub mod sweep;
pub mod webhooks;
pub mod witness;

use std::time::Duration;

use guosuo_store::{ClaimedJob, Error as StoreError, new_id};
use jiff::SignedDuration;

use crate::app::App;

/// How long a claim lasts. Longer than any job takes.
const LOCK: SignedDuration = SignedDuration::from_mins(5);
/// Longest sleep between two looks at the table of jobs.
const NAP: Duration = Duration::from_secs(5);

/// A worker of one instance.
pub struct Worker {
    app: App,
    name: String,
    schedule: schedule::Schedule,
}

impl Worker {
    /// A worker with a name of its own.
    pub fn new(app: App) -> Self {
        let name = format!("{}-{}", std::process::id(), &new_id()[24..]);
        Self { app, name, schedule: schedule::Schedule::default() }
    }

    /// Works until it is dropped or the store closes.
    pub async fn run(mut self) {
        loop {
            match self.step().await {
                // A full step may have left more to do.
                Ok(n) if n > 0 => {}
                Ok(_) => self.app.store.job_added(NAP).await,
                Err(StoreError::Closed) => return,
                Err(e) => {
                    tracing::error!(error = %e, "the worker pauses after a fault of the store");
                    tokio::time::sleep(NAP).await;
                }
            }
        }
    }

    /// Does what the schedule orders now and every job that is due; answers how many jobs.
    ///
    /// # Errors
    /// When the store fails. A job that fails is no error: it comes back later, or is parked.
    pub async fn step(&mut self) -> Result<u64, StoreError> {
        self.schedule.run(&self.app, &self.name).await?;
        let mut done = 0;
        while let Some(job) = self.claim().await? {
            self.work(job).await?;
            done += 1;
        }
        Ok(done)
    }

    async fn claim(&self) -> Result<Option<ClaimedJob>, StoreError> {
        let now = self.app.now();
        self.app
            .store
            .write_with(self.name.clone(), move |tx, name| Box::pin(async move { tx.claim_job("", name, LOCK, now).await }))
            .await
    }

    async fn work(&self, job: ClaimedJob) -> Result<(), StoreError> {
        let done = match job.queue.as_str() {
            mail::QUEUE => mail::work(&self.app, &job).await,
            notice::QUEUE => notice::work(&self.app, &job).await,
            other => Err(anyhow::anyhow!("no worker of this program knows the queue {other}")),
        };
        let now = self.app.now();
        let failed = done.err().map(|e| format!("{e:#}"));
        if let Some(why) = &failed {
            let last = job.attempts >= job.max_attempts;
            metrics::counter!("guosuo_jobs_failed_total", "queue" => job.queue.clone()).increment(1);
            tracing::error!(job = job.id, queue = job.queue, attempt = job.attempts, parked = last, error = why, "a job failed");
        }
        self.app
            .store
            .write_with((job, self.name.clone(), failed), move |tx, (job, name, failed)| {
                Box::pin(async move {
                    // A claim that was lost meanwhile is somebody else's to finish.
                    match failed {
                        None => tx.complete_job(&job.id, name, now).await,
                        Some(why) => tx.fail_job(job, name, why, now).await,
                    }
                })
            })
            .await
            .map(drop)
    }
}

/// Starts a worker, and beside it the outbox of reports and the calls to addresses of organisations: whoever takes their
/// time outside holds up no mail and no alarm.
pub fn start(app: &App) -> tokio::task::JoinHandle<()> {
    let worker = Worker::new(app.clone());
    let (reports, calls) = (crate::reporting::outbox::serve(app.clone()), webhooks::serve(app.clone()));
    tokio::spawn(async move {
        tokio::join!(worker.run(), reports, calls);
    })
}
