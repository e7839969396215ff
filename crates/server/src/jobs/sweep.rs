//! Removing what has run out: sessions, request keys, counters, finished jobs; and files that
//! belong to nothing: uploads that broke off, uploads that nobody put to a case, files of acts that
//! were refused, scans of registrations that were never finished, objects that no row names.

use std::collections::BTreeSet;

use guosuo_case::Life as _;
use guosuo_case::certificate::Certificate;
use guosuo_case::certification::Application;
use guosuo_case::filing::{Event, Filing};
use guosuo_store::{Class, Error, FinishedUpload, Origin};
use jiff::{SignedDuration, Timestamp};

use crate::app::App;

/// Finished jobs stay so long: their keys keep a mail from being ordered twice.
const JOBS: SignedDuration = SignedDuration::from_hours(24 * 60);
/// Counters of failed sign-ins matter for minutes.
const FAILURES: SignedDuration = SignedDuration::from_hours(24);
/// An object is younger than its row for as long as a request lasts; a day is far more.
const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// Files are looked at once their time has come; a program that stood still for so long misses none.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24 * 90);

/// What a sweep through the files removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Uploads that broke off.
    pub broken_off: u64,
    /// Files that were uploaded and never put to their case.
    pub never_used: u64,
    /// Scans of registrations that nobody finished.
    pub registrations: u64,
    /// Files that came with an act of certification which was refused, or with a draft that dropped them.
    pub refused: u64,
    /// Objects that no row names.
    pub objects: u64,
}

/// Sweeps the rows once.
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

/// Sweeps the files once: uploads and tries to register without a change for
/// `uploads.unfinished_days`, then objects that no row has named for a day.
///
/// # Errors
/// When database or file store fail; what was removed before stays removed.
pub async fn files(app: &App) -> Result<Swept, Error> {
    let now = app.now();
    let age = SignedDuration::from_hours(24 * i64::from(app.config.uploads.unfinished_days.max(1)));
    let swept = Swept {
        broken_off: app.blobs.sweep_uploads(age, now).await?,
        never_used: never_used(app, now - age, now).await?,
        registrations: registrations(app, now - age, now).await?,
        refused: refused(app, now - age, now).await?,
        objects: app.blobs.sweep(GRACE, now).await?,
    };
    let Swept { broken_off, never_used, registrations, refused, objects } = swept;
    tracing::info!(broken_off, never_used, registrations, refused, objects, "files swept");
    Ok(swept)
}

/// Deletes files of finished uploads that no event of their case has ever named (the table of a
/// whole set was not confirmed, the browser was closed), and forgets the uploads.
async fn never_used(app: &App, before: Timestamp, now: Timestamp) -> Result<u64, Error> {
    // No connection is held while another one is asked for.
    let mut reader = app.store.reader().await?;
    let finished = reader.finished_uploads(before).await?;
    let ended = reader.ended_uploads(before).await?;
    drop(reader);
    let mut named: Option<(String, Option<BTreeSet<String>>)> = None;
    let mut removed = 0;
    for u in finished {
        if named.as_ref().is_none_or(|n| n.0 != u.case_id) {
            named = Some((u.case_id.clone(), named_by(app, &u.case_id).await?));
        }
        // What is not known to be of no use stays.
        let used = named.as_ref().and_then(|n| n.1.as_ref()).is_none_or(|names| names.contains(&u.blob_id));
        removed += u64::from(!used);
        forget(app, u, !used, now).await?;
    }
    for id in ended {
        app.store.write_with(id, |tx, id| Box::pin(async move { tx.drop_upload(id).await })).await?;
    }
    Ok(removed)
}

/// The files that a filing has ever named; nothing for another kind of case.
async fn named_by(app: &App, case: &str) -> Result<Option<BTreeSet<String>>, Error> {
    let mut reader = app.store.reader().await?;
    if reader.head(case).await?.is_none_or(|h| h.kind != Filing::KIND) {
        return Ok(None);
    }
    let events = reader.history::<Filing>(case).await?;
    let named = events.into_iter().filter_map(|e| match e.event {
        Event::FileAttached { file, .. } => Some(file.id.0),
        _ => None,
    });
    let mut names: BTreeSet<String> = named.collect();
    // A copy begins with the files of the case before it.
    if let Some(state) = reader.case::<Filing>(case).await?.state {
        names.extend(state.dossier.files.values().flatten().map(|f| f.id.0.clone()));
    }
    Ok(Some(names))
}

/// Deletes files of cases of certification that no event of their case has ever named by its digest: an
/// act that was refused leaves its files behind, so that nothing has to be sent twice while somebody
/// corrects the form. Each night looks at the files whose time came since [`LOOK_BACK`].
async fn refused(app: &App, before: Timestamp, now: Timestamp) -> Result<u64, Error> {
    let mut known: Option<(String, String)> = None;
    let (mut after, mut removed) = (String::new(), 0);
    loop {
        let page = app.store.reader().await?.files_put(before - LOOK_BACK, before, &after).await?;
        let Some(last) = page.last() else { return Ok(removed) };
        after.clone_from(&last.id);
        for f in page {
            if known.as_ref().is_none_or(|k| k.0 != f.case_id) {
                known = Some((f.case_id.clone(), events_text(app, &f.kind, &f.case_id).await?));
            }
            if known.as_ref().is_none_or(|k| k.1.contains(&f.digest())) {
                continue;
            }
            let gone = app.store.write_with(f.id, move |tx, id| Box::pin(async move { tx.delete_blob(id, now).await })).await?;
            removed += u64::from(gone);
        }
    }
}

/// Everything that the events of a case of certification say, as text: what is not in it was never named.
async fn events_text(app: &App, kind: &str, case: &str) -> Result<String, Error> {
    let mut reader = app.store.reader().await?;
    if kind == Application::KIND {
        text(reader.history::<Application>(case).await?)
    } else {
        text(reader.history::<Certificate>(case).await?)
    }
}

fn text<E: serde::Serialize>(events: Vec<guosuo_case::Recorded<E>>) -> Result<String, Error> {
    let events: Vec<E> = events.into_iter().map(|e| e.event).collect();
    Ok(serde_json::to_string(&events)?)
}

/// Removes what was handed in for registrations that nobody finished: the rows are marked and the
/// keys destroyed in one write unit with the line of the record that tells how many files went,
/// then the objects are deleted. Identity documents are not kept without a purpose (PIPL 47).
async fn registrations(app: &App, before: Timestamp, now: Timestamp) -> Result<u64, Error> {
    let mut removed = 0;
    loop {
        let tries = app.store.reader().await?.unfinished_registrations(before).await?;
        if tries.is_empty() {
            return Ok(removed);
        }
        let objects = app
            .store
            .write_with(tries, move |tx, tries| {
                Box::pin(async move {
                    let mut objects = Vec::new();
                    for org in tries {
                        objects.extend(tx.drop_registration(org, now).await?);
                    }
                    if !objects.is_empty() {
                        let (origin, what) = (Origin::system("sweep"), serde_json::json!({ "files": objects.len() }));
                        tx.append_ledger(Class::System, "registration.swept", "", "", &origin, &what, now).await?;
                    }
                    Ok::<_, Error>(objects)
                })
            })
            .await?;
        for object in objects {
            // What fails here, the sweep of objects without a row removes on another night.
            app.blobs.purge(&object).await?;
            removed += 1;
        }
    }
}

async fn forget(app: &App, upload: FinishedUpload, file_too: bool, now: Timestamp) -> Result<(), Error> {
    app.store
        .write_with(upload, move |tx, u| {
            Box::pin(async move {
                if file_too {
                    tx.delete_blob(&u.blob_id, now).await?;
                }
                tx.drop_upload(&u.id).await
            })
        })
        .await
}
