//! Long sets of keyed values: each lies in an encrypted file of the record of exports, and the event names it by digest. Files
//! are read when something new is added up; what was added up is kept for as long as the record does not change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use guosuo_case::exports::{Command, Exports, KEYED_IN_EVENT, KEYED_MAX, NotAdded, Sets};
use guosuo_rules::yearly::{Count, Seen, SetRef, Year, pack, unpack};
use guosuo_store::{Blob, Error, NewBlob, Request};

use crate::app::App;

/// How the files are called in the store: nobody downloads them.
const MEDIA: &str = "application/octet-stream";

/// Years that are kept.
const YEARS_MAX: usize = 1_000;

/// A year of one record.
type Place = (String, i16);

/// Years that were added up from files, each with the version of the record that it is true of: events are never changed, so
/// a version says everything.
#[derive(Debug, Default)]
pub struct Years {
    known: Mutex<BTreeMap<Place, (u64, Arc<Year>)>>,
    /// One at a time reads files: memory is for one.
    turn: tokio::sync::Mutex<()>,
}

impl Years {
    fn get(&self, place: &Place, version: u64) -> Option<Arc<Year>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(place).filter(|(of, _)| *of == version).map(|(_, year)| Arc::clone(year))
    }

    fn put(&self, place: Place, version: u64, year: &Arc<Year>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= YEARS_MAX {
            known.clear();
        }
        known.insert(place, (version, Arc::clone(year)));
    }
}

fn missing(case_id: &str, sha256: &str) -> Error {
    Error::Damaged(format!("case {case_id}: the file of the keyed values {sha256} is missing or damaged"))
}

/// The values of the sets of a record that are named.
///
/// # Errors
/// When a file is missing or is not the one that was stored.
pub(super) async fn read(app: &App, case_id: &str, named: &BTreeSet<String>) -> Result<Sets, Error> {
    let mut sets = Sets::default();
    if named.is_empty() {
        return Ok(sets);
    }
    let blobs = app.store.reader().await?.blobs_of(case_id).await?;
    for sha256 in named {
        let blob = blobs.iter().find(|b| b.sha256.to_hex() == *sha256).ok_or_else(|| missing(case_id, sha256))?;
        let file = app.blobs.read_all(blob, blob.size).await?;
        let seen = tokio::task::spawn_blocking(move || unpack(&file)).await.map_err(|_| Error::Panicked)?;
        sets.put(sha256.clone(), Arc::new(seen.ok_or_else(|| missing(case_id, sha256))?));
    }
    Ok(sets)
}

/// The digests that a record needs for a year, or for all.
pub(super) fn needs(e: &Exports, year: Option<i16>) -> BTreeSet<String> {
    e.needs(year).into_iter().map(str::to_owned).collect()
}

/// One year of a record at a version; nothing for a year without law.
///
/// # Errors
/// When a file is missing or is not the one that was stored.
pub(crate) async fn year(app: &App, case_id: &str, version: u64, e: &Exports, year: i16) -> Result<Option<Arc<Year>>, Error> {
    let named = needs(e, Some(year));
    if named.is_empty() {
        return Ok(e.year(year, &Sets::default()).ok().map(Arc::new));
    }
    let place = (case_id.to_owned(), year);
    if let Some(known) = app.years.get(&place, version) {
        return Ok(Some(known));
    }
    let _turn = app.years.turn.lock().await;
    if let Some(known) = app.years.get(&place, version) {
        return Ok(Some(known));
    }
    let sets = read(app, case_id, &named).await?;
    let record = e.clone();
    match tokio::task::spawn_blocking(move || record.year(year, &sets)).await.map_err(|_| Error::Panicked)? {
        Ok(found) => {
            let found = Arc::new(found);
            app.years.put(place, version, &found);
            Ok(Some(found))
        }
        Err(NotAdded::Law(_)) => Ok(None),
        Err(NotAdded::Set(sha256)) => Err(missing(case_id, &sha256)),
    }
}

/// A report on its way in: what its decision needs, and the file that its commit names.
pub(super) struct Incoming {
    pub(super) sets: Sets,
    /// The file that is staged; nothing where it is in the record already or none is needed.
    pub(super) file: Option<Blob>,
}

/// Puts a long set of a report into a file, which is durable before the transaction that names it, and leaves its digest in the
/// command.
///
/// # Errors
/// When the file cannot be stored.
pub(super) async fn stage(app: &App, request: &mut Request<Exports>) -> Result<Incoming, Error> {
    let mut incoming = Incoming { sets: Sets::default(), file: None };
    let Command::Report { count, .. } = &mut request.command else { return Ok(incoming) };
    let Count::Keyed { key, seen } = count.as_mut() else { return Ok(incoming) };
    if seen.len() <= KEYED_IN_EVENT || seen.len() > KEYED_MAX {
        return Ok(incoming);
    }
    let values: Vec<Seen> = std::mem::take(seen);
    let packed = tokio::task::spawn_blocking(move || {
        let file = pack(&values);
        let sha256 = file.as_ref().map(|file| guosuo_seal::digest::sha256(file).to_hex());
        (values, file.zip(sha256))
    });
    let (values, packed) = packed.await.map_err(|_| Error::Panicked)?;
    let Some((file, sha256)) = packed else {
        // A day that no file takes has no law either: the decision says so.
        *seen = values;
        return Ok(incoming);
    };
    let Some(set) = SetRef::of(key, &sha256, &values) else { return Ok(incoming) };
    **count = Count::Set(set);
    incoming.sets.put(sha256.clone(), Arc::new(values));
    let stored = app.store.reader().await?.blobs_of(&request.case_id).await?;
    if !stored.iter().any(|b| b.sha256.to_hex() == sha256) {
        let new = NewBlob {
            case_id: request.case_id.clone(),
            org: request.actor.org.0.clone(),
            media: MEDIA.to_owned(),
            actor: request.actor.user.0.clone(),
            max: file.len() as u64,
        };
        let content = futures::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(file))]);
        incoming.file = Some(app.blobs.stage(&new, content, request.now).await?);
    }
    Ok(incoming)
}
