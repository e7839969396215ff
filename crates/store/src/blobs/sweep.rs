//! Removing what belongs to nothing: objects that no row names, uploads that nobody finished,
//! and files that were uploaded and never put to a case.

use futures::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use object_store::ObjectStoreExt as _;

use super::Blobs;
use crate::db::{Reader, from_row, micros, on, statements};
use crate::error::Error;
use crate::tx::Tx;

statements! {
    KNOWN = "SELECT CAST(COUNT(*) AS BIGINT) FROM blob WHERE object = $1 AND deleted IS NULL";
    KNOWN_PART = "SELECT CAST(COUNT(*) AS BIGINT) FROM upload_part p JOIN upload u ON u.id = p.upload WHERE p.object = $1 AND u.state = 'open'";
    FINISHED = "SELECT u.id, u.case_id, u.blob_id FROM upload u JOIN blob b ON b.id = u.blob_id WHERE u.state = 'done' AND u.updated < $1 AND b.deleted IS NULL ORDER BY u.case_id, u.id LIMIT 1000";
    PARTS_DROP = "DELETE FROM upload_part WHERE upload = $1";
    UPLOAD_DROP = "DELETE FROM upload WHERE id = $1";
    /// Files that people put to a case of certification and that are neither attached to a message nor a
    /// printed certificate. Whether an event names them is not seen from here.
    PUT_BETWEEN = "SELECT b.id, b.case_id, h.kind, b.sha256 FROM blob b JOIN case_head h ON h.case_id = b.case_id WHERE h.kind IN ('application', 'certificate') AND b.deleted IS NULL AND b.created >= $1 AND b.created < $2 AND b.id > $3 AND b.actor NOT LIKE 'system:%' AND NOT EXISTS (SELECT 1 FROM certificate_paper p WHERE p.blob = b.id) AND NOT EXISTS (SELECT 1 FROM message m WHERE m.blob_id = b.id) ORDER BY b.id LIMIT 500";
    ENDED = "SELECT id FROM upload WHERE state = 'gone' AND updated < $1 OR state = 'done' AND blob_id IN (SELECT id FROM blob WHERE deleted IS NOT NULL AND deleted < $1) LIMIT 1000";
}

/// An upload that was finished and whose file is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedUpload {
    /// The upload.
    pub id: String,
    /// The case that it was made for.
    pub case_id: String,
    /// The file that it became.
    pub blob_id: String,
}

from_row!(FinishedUpload { id, case_id, blob_id });

/// A file that was put to a case of certification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutFile {
    /// The file.
    pub id: String,
    /// Its case.
    pub case_id: String,
    /// The kind of the case.
    pub kind: String,
    sha256: Vec<u8>,
}

from_row!(PutFile { id, case_id, kind, sha256 });

impl PutFile {
    /// SHA-256 of its content, hexadecimal: the name by which events know it.
    pub fn digest(&self) -> String {
        hex::encode(&self.sha256)
    }
}

impl Blobs {
    /// Removes objects older than `age` that no row names: what a crash left behind. Answers
    /// how many.
    pub async fn sweep(&self, age: SignedDuration, now: Timestamp) -> Result<u64, Error> {
        let before = now - age;
        let mut removed = 0;
        let prefix = (!self.prefix.as_ref().is_empty()).then_some(&self.prefix);
        let mut list = self.objects.list(prefix);
        while let Some(meta) = list.try_next().await? {
            if meta.last_modified.timestamp() >= before.as_second() {
                continue;
            }
            let object = match meta.location.prefix_match(&self.prefix) {
                Some(parts) => parts.map(|p| p.as_ref().to_owned()).collect::<Vec<_>>().join("/"),
                None => continue,
            };
            if !self.store.reader().await?.knows_object(&object).await? {
                self.objects.delete(&meta.location).await?;
                removed += 1;
            }
        }
        if let Some(folder) = self.folder.clone() {
            // Half-written files have names that the object store does not list.
            removed +=
                tokio::task::spawn_blocking(move || sweep_staging(&folder, before)).await.map_err(|_| Error::Panicked)??;
        }
        Ok(removed)
    }
}

/// Removes staging files that a crash left in a folder.
fn sweep_staging(folder: &std::path::Path, before: Timestamp) -> Result<u64, Error> {
    let mut removed = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            removed += sweep_staging(&path, before)?;
        } else if entry.file_name().to_string_lossy().contains('#') {
            let modified = Timestamp::try_from(entry.metadata()?.modified()?).unwrap_or(Timestamp::MAX);
            if modified < before {
                std::fs::remove_file(&path)?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

impl Tx {
    /// Forgets an upload: it has become a file of its case, or nothing.
    pub async fn drop_upload(&mut self, id: &str) -> Result<(), Error> {
        for sql in [PARTS_DROP, UPLOAD_DROP] {
            on!(self.raw().await?.conn(), |c| sqlx::query(sql).bind(id).execute(c).await.map(drop))?;
        }
        Ok(())
    }
}

impl Reader {
    /// Finished uploads without a change since a moment, up to a thousand, those of one case
    /// together.
    pub async fn finished_uploads(&mut self, before: Timestamp) -> Result<Vec<FinishedUpload>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(FINISHED).bind(micros(before)).fetch_all(c).await)?)
    }

    /// Files that people put to cases of certification between two moments, after a file, in the order of
    /// their ids, up to five hundred.
    pub async fn files_put(&mut self, from: Timestamp, before: Timestamp, after: &str) -> Result<Vec<PutFile>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(PUT_BETWEEN)
            .bind(micros(from))
            .bind(micros(before))
            .bind(after)
            .fetch_all(c)
            .await)?)
    }

    /// Uploads that came to nothing before a moment, up to a thousand.
    pub async fn ended_uploads(&mut self, before: Timestamp) -> Result<Vec<String>, Error> {
        let rows: Vec<(String,)> = on!(self.conn(), |c| sqlx::query_as(ENDED).bind(micros(before)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|r| r.0).collect())
    }

    /// Whether a row names an object, so that it must stay.
    pub(super) async fn knows_object(&mut self, object: &str) -> Result<bool, Error> {
        for sql in [KNOWN, KNOWN_PART] {
            let (n,): (i64,) = on!(self.conn(), |c| sqlx::query_as(sql).bind(object).fetch_one(c).await)?;
            if n > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
