//! What time orders, and how often.

use guosuo_rules::time::{cst_date, cst_datetime};
use guosuo_store::Error as StoreError;
use jiff::civil::{Date, Time, time};
use jiff::{SignedDuration, Timestamp};

use super::{certification, checkpoint, clocks, expiry, mail, papers, sweep};
use crate::app::App;

const LEASE: &str = "schedule";
/// A worker that dies holds the schedule at most this long.
const HOLD: SignedDuration = SignedDuration::from_secs(45);
const RENEW: SignedDuration = SignedDuration::from_secs(15);
const CHECKPOINTS: SignedDuration = SignedDuration::from_secs(30);
/// A change of a certificate is published within a minute.
const PAPERS: SignedDuration = SignedDuration::from_secs(10);
const CLOCKS: SignedDuration = SignedDuration::from_mins(5);
const SWEEP: SignedDuration = SignedDuration::from_mins(60);
const RECLAIM: SignedDuration = SignedDuration::from_mins(1);
/// When the digest of the day goes out, China Standard Time.
pub const DIGEST: Time = time(8, 30, 0, 0);
/// From when on the files are swept once a day, China Standard Time: at night nobody uploads.
const FILES: Time = time(3, 0, 0, 0);

/// When each task ran last in this process. Forgetting it does no harm: every task finds in
/// the store what was done.
#[derive(Debug, Default)]
pub struct Schedule {
    held: Option<Timestamp>,
    reclaimed: Option<Timestamp>,
    papers: Option<Timestamp>,
    checkpoint: Option<Timestamp>,
    clocks: Option<(Timestamp, Date)>,
    digest: Option<Date>,
    sweep: Option<Timestamp>,
    files: Option<Date>,
}

fn passed(last: Option<Timestamp>, pause: SignedDuration, now: Timestamp) -> bool {
    // A clock that was set back must not silence a task.
    last.is_none_or(|t| t > now || now.duration_since(t) >= pause)
}

impl Schedule {
    /// Runs what is due, if this worker holds the schedule. A task that fails is tried again at
    /// its next turn and does not keep the others from running.
    ///
    /// # Errors
    /// When the lease cannot be asked for.
    pub async fn run(&mut self, app: &App, worker: &str) -> Result<(), StoreError> {
        let now = app.now();
        if passed(self.held, RENEW, now) {
            let name = worker.to_owned();
            let holds: bool = app
                .store
                .write_with(name, move |tx, name| Box::pin(async move { tx.lease(LEASE, name, HOLD, now).await }))
                .await?;
            self.held = holds.then_some(now);
        }
        if self.held.is_none() {
            return Ok(());
        }
        if passed(self.reclaimed, RECLAIM, now) {
            self.reclaimed = Some(now);
            let freed = app.store.write(move |tx| Box::pin(async move { tx.reclaim_jobs(now).await })).await;
            report(
                "reclaim",
                freed.map(|n: u64| {
                    if n > 0 {
                        tracing::warn!(jobs = n, "jobs of a vanished worker are free again");
                    }
                }),
            );
        }
        if passed(self.papers, PAPERS, now) {
            self.papers = Some(now);
            report("papers", papers::run(app).await.map(drop));
        }
        if passed(self.checkpoint, CHECKPOINTS, now) {
            self.checkpoint = Some(now);
            report("checkpoint", checkpoint::publish(app).await.map(drop));
            if !app.config.witnesses.is_empty() {
                // Others' machines answer when they like: nothing here waits for them.
                tokio::spawn(super::witness::run(app.clone()));
            }
        }
        let today = cst_date(now);
        if passed(self.clocks.map(|c| c.0), CLOCKS, now) || self.clocks.is_none_or(|c| c.1 != today) {
            self.clocks = Some((now, today));
            report("clocks", clocks::run(app).await.map(drop));
            report("expiry", expiry::run(app).await.map(drop));
            report("certification", certification::run(app).await.map(drop));
        }
        if self.digest != Some(today) && cst_datetime(now).time() >= DIGEST {
            match mail::order_digests(app, today).await {
                Ok(_) => self.digest = Some(today),
                Err(e) => report("digest", Err(e)),
            }
        }
        if passed(self.sweep, SWEEP, now) {
            self.sweep = Some(now);
            report("sweep", sweep::run(app).await);
        }
        if self.files != Some(today) && cst_datetime(now).time() >= FILES {
            self.files = Some(today);
            report("files", sweep::files(app).await.map(drop));
        }
        Ok(())
    }
}

fn report<E: std::fmt::Display>(task: &'static str, outcome: Result<(), E>) {
    match outcome {
        Ok(()) => metrics::counter!("guosuo_schedule_runs_total", "task" => task).increment(1),
        Err(e) => {
            metrics::counter!("guosuo_schedule_failures_total", "task" => task).increment(1);
            tracing::error!(task, error = %e, "a scheduled task failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_runs_again_after_its_pause_and_after_the_clock_was_set_back() {
        let t: Timestamp = "2026-03-12T01:30:00Z".parse().unwrap();
        assert!(passed(None, SWEEP, t));
        assert!(!passed(Some(t), SWEEP, t));
        assert!(!passed(Some(t), SWEEP, t + SignedDuration::from_secs(3599)));
        assert!(passed(Some(t), SWEEP, t + SignedDuration::from_secs(3600)));
        assert!(passed(Some(t), SWEEP, t - SignedDuration::from_secs(1)));
    }
}
