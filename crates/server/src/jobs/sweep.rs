//! Removing what has run out: sessions, request keys, counters, finished jobs.

use guosuo_store::Error;
use jiff::SignedDuration;

use crate::app::App;

/// Finished jobs stay so long: their keys keep a mail from being ordered twice.
const JOBS: SignedDuration = SignedDuration::from_hours(24 * 60);
/// Counters of failed sign-ins matter for minutes.
const FAILURES: SignedDuration = SignedDuration::from_hours(24);

/// Sweeps once.
///
/// # Errors
/// When the store fails.
pub async fn run(app: &App) -> Result<(), Error> {
    let now = app.now();
    let [sessions, keys, failures, jobs]: [u64; 4] = app
        .store
        .write(move |tx| {
            Box::pin(async move {
                Ok::<_, Error>([
                    tx.sweep_sessions(now).await?,
                    tx.sweep_idempotency(now).await?,
                    tx.sweep_failures(now - FAILURES).await?,
                    tx.sweep_jobs(now - JOBS).await?,
                ])
            })
        })
        .await?;
    tracing::info!(sessions, keys, failures, jobs, "swept");
    Ok(())
}
