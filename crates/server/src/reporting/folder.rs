//! The adapter for files: what waits goes into one file, in order, which somebody or another
//! program carries on. Receipts come back by hand.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use guosuo_case::certificate::Certificate;
use jiff::Timestamp;

use super::outbox;
use super::record::{Carried, file};
use super::settings::{FileTarget, Target};
use crate::app::App;

/// Most reports of one file.
const MOST: u32 = 2000;

/// Writes what waits into a file and records that it was handed over; answers how many.
///
/// # Errors
/// When the folder cannot be written to or the store fails: nothing is recorded as handed over
/// then. A file that was written and not recorded is written again: its records carry the same
/// digests, by which the other side tells that it has them.
pub(super) async fn run(app: &App, target: &FileTarget) -> anyhow::Result<u64> {
    let whose = app.config.reporting.whose(&Target::File(target.clone()));
    let waiting = app.store.reader().await?.reports_queued(&whose, MOST).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut records = Vec::new();
    let mut reader = app.store.reader().await?;
    let mut open: Option<(String, Certificate)> = None;
    for line in &waiting {
        if open.as_ref().is_none_or(|o| o.0 != line.certificate) {
            let state = reader.case::<Certificate>(&line.certificate).await?.state.context("the certificate is gone")?;
            open = Some((line.certificate.clone(), state));
        }
        let seq = u32::try_from(line.seq)?;
        let report = open.as_ref().and_then(|o| o.1.report(seq)).context("the report is gone")?;
        records.push(Carried::new(report.record.clone()));
    }
    drop(reader);
    let bytes = file(target.format, &records)?;
    let path = target.folder.join(name(app.now(), &records, target));
    let to = path.clone();
    tokio::task::spawn_blocking(move || put(&to, &bytes)).await??;
    tracing::info!(target = target.id, reports = records.len(), "reports were written into the folder");
    let mut done = 0;
    for (line, carried) in waiting.iter().zip(&records) {
        outbox::handed_over(app, &line.certificate, carried.record.seq, &target.id, &carried.digest).await?;
        done += 1;
    }
    Ok(done)
}

/// A name that sorts by time and is new for other content.
fn name(now: Timestamp, records: &[Carried], target: &FileTarget) -> PathBuf {
    let all: String = records.iter().map(|c| c.digest.as_str()).collect();
    let mark = guosuo_seal::digest::sha256(all.as_bytes()).to_hex();
    let at = guosuo_rules::time::cst_datetime(now).strftime("%Y%m%dT%H%M%S").to_string();
    PathBuf::from(format!("reports-{at}-{}.{}", &mark[..12], target.format.suffix()))
}

/// Nobody ever sees half a file under its name.
fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let part = path.with_extension("part");
    let mut f = std::fs::File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
    f.write_all(bytes)?;
    f.sync_all()?;
    std::fs::rename(&part, path)?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
