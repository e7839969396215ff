//! Resumable uploads: parts of up to 8 MiB, each checked and stored (encrypted) before it is
//! acknowledged. The offset stored is the truth; a client that lost the thread asks for it.

use bytes::Bytes;
use futures::StreamExt as _;
use guosuo_seal::{Digest32, sha256};
use jiff::{SignedDuration, Timestamp};
use object_store::{ObjectStoreExt as _, PutPayload};

use super::{Blob, Blobs, NewBlob};
use crate::db::{Reader, from_row, instant, micros, new_id, on, signed, statements, unsigned};
use crate::error::{Error, UploadProblem};
use crate::keys::{open, seal};
use crate::tx::Tx;

/// Largest part.
pub const PART: u64 = 8 << 20;

statements! {
    UPLOAD = "SELECT id, case_id, org, actor, name, media, size, received, state, blob_id, data, created, updated FROM upload WHERE id = $1";
    UPLOADS_OPEN = "SELECT id, case_id, org, actor, name, media, size, received, state, blob_id, data, created, updated FROM upload WHERE case_id = $1 AND state = 'open' ORDER BY created";
    UPLOADS_OLD = "SELECT id FROM upload WHERE state = 'open' AND updated < $1";
    UPLOAD_PUT = "INSERT INTO upload (id, case_id, org, actor, name, media, size, received, state, data, created, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'open', $8, $9, $9)";
    UPLOAD_GROW = "UPDATE upload SET received = received + $3, updated = $4 WHERE id = $1 AND received = $2 AND state = 'open'";
    UPLOAD_END = "UPDATE upload SET state = $2, blob_id = $3, updated = $4 WHERE id = $1 AND state = 'open'";
    PART_PUT = "INSERT INTO upload_part (upload, n, at, size, sha256, object) VALUES ($1, $2, $3, $4, $5, $6)";
    PARTS = "SELECT n, at, size, sha256, object FROM upload_part WHERE upload = $1 ORDER BY n";
}

/// An upload to be begun.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// The case that the file is for.
    pub case_id: String,
    /// The organisation.
    pub org: String,
    /// Who uploads.
    pub actor: String,
    /// Name of the file as given.
    pub name: String,
    /// Media type as given.
    pub media: String,
    /// Bytes announced.
    pub size: u64,
    /// JSON of the front (slot, person).
    pub data: String,
}

/// An upload under way or finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Id.
    pub id: String,
    /// The case.
    pub case_id: String,
    /// The organisation.
    pub org: String,
    /// Who uploads.
    pub actor: String,
    /// Name of the file.
    pub name: String,
    /// Media type as given.
    pub media: String,
    /// Bytes announced.
    pub size: u64,
    /// Bytes stored: where the next part begins.
    pub received: u64,
    /// The file, once finished.
    pub blob_id: Option<String>,
    /// Whether parts are still taken.
    pub open: bool,
    /// JSON of the front.
    pub data: String,
    /// Begun at.
    pub created: Timestamp,
    /// Last part at.
    pub updated: Timestamp,
}

struct UploadRow {
    id: String,
    case_id: String,
    org: String,
    actor: String,
    name: Vec<u8>,
    media: String,
    size: i64,
    received: i64,
    state: String,
    blob_id: Option<String>,
    data: String,
    created: i64,
    updated: i64,
}

from_row!(UploadRow { id, case_id, org, actor, name, media, size, received, state, blob_id, data, created, updated });

#[derive(Debug, Clone)]
struct PartRow {
    n: i64,
    at: i64,
    size: i64,
    sha256: Vec<u8>,
    object: String,
}

from_row!(PartRow { n, at, size, sha256, object });

fn about_name(id: &str) -> String {
    format!("upload|{id}|name")
}

fn about_part(id: &str, case_id: &str, at: u64) -> String {
    format!("{}|part|{case_id}|{id}|{at}", crate::keys::SUITE)
}

impl Reader {
    async fn upload_of(&mut self, r: UploadRow) -> Result<Upload, Error> {
        let name = self.open_field(&about_name(&r.id), &r.name).await?;
        Ok(Upload {
            name: String::from_utf8(name).map_err(|_| Error::Damaged(format!("upload {}: column name", r.id)))?,
            id: r.id,
            case_id: r.case_id,
            org: r.org,
            actor: r.actor,
            media: r.media,
            size: unsigned(r.size),
            received: unsigned(r.received),
            blob_id: r.blob_id,
            open: r.state == "open",
            data: r.data,
            created: instant(r.created),
            updated: instant(r.updated),
        })
    }

    /// An upload of an organisation; another organisation's does not exist.
    pub async fn upload(&mut self, id: &str, org: &str) -> Result<Upload, Error> {
        let row: Option<UploadRow> = on!(self.conn(), |c| sqlx::query_as(UPLOAD).bind(id).fetch_optional(c).await)?;
        match row {
            Some(r) if r.org == org => self.upload_of(r).await,
            _ => Err(Error::NotFound("upload")),
        }
    }

    /// Uploads of a case that are under way.
    pub async fn uploads_open(&mut self, case_id: &str) -> Result<Vec<Upload>, Error> {
        let rows: Vec<UploadRow> = on!(self.conn(), |c| sqlx::query_as(UPLOADS_OPEN).bind(case_id).fetch_all(c).await)?;
        let mut out = Vec::with_capacity(rows.len());
        for r in rows {
            out.push(self.upload_of(r).await?);
        }
        Ok(out)
    }

    async fn parts(&mut self, id: &str) -> Result<Vec<PartRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(PARTS).bind(id).fetch_all(c).await)?)
    }
}

impl Tx {
    async fn end_upload(&mut self, id: &str, state: &str, blob: Option<&str>, now: Timestamp) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(UPLOAD_END)
            .bind(id)
            .bind(state)
            .bind(blob)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }
}

impl Blobs {
    /// Begins an upload.
    ///
    /// # Errors
    /// [`UploadProblem::TooLarge`] if more than `max` bytes are announced.
    pub async fn begin_upload(&self, new: NewUpload, max: u64, now: Timestamp) -> Result<Upload, Error> {
        if new.size > max {
            return Err(Error::Upload(UploadProblem::TooLarge { max }));
        }
        let id = new_id();
        self.case_key(&new.case_id, now).await?;
        let org = new.org.clone();
        self.store()
            .write_with((id.clone(), new), move |tx, (id, u)| {
                Box::pin(async move {
                    let name = tx.seal_field(&about_name(id), u.name.as_bytes(), now).await?;
                    on!(tx.raw().await?.conn(), |c| sqlx::query(UPLOAD_PUT)
                        .bind(id.as_str())
                        .bind(u.case_id.as_str())
                        .bind(u.org.as_str())
                        .bind(u.actor.as_str())
                        .bind(name.as_slice())
                        .bind(u.media.as_str())
                        .bind(signed(u.size))
                        .bind(u.data.as_str())
                        .bind(micros(now))
                        .execute(c)
                        .await
                        .map(drop))?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        self.store().reader().await?.upload(&id, &org).await
    }

    /// Takes the part that begins at `offset`; `digest` is its SHA-256 as the client computed
    /// it. When this returns, the part is durable.
    pub async fn upload_part(
        &self,
        id: &str,
        org: &str,
        offset: u64,
        digest: Option<Digest32>,
        part: Bytes,
        now: Timestamp,
    ) -> Result<Upload, Error> {
        let problem = |p| Err(Error::Upload(p));
        let u = self.store().reader().await?.upload(id, org).await?;
        let size = part.len() as u64;
        if !u.open {
            return problem(UploadProblem::Closed);
        }
        if offset != u.received {
            return problem(UploadProblem::WrongOffset { expected: u.received });
        }
        if size > PART || u.received + size > u.size {
            return problem(UploadProblem::TooLarge { max: PART.min(u.size - u.received) });
        }
        let found = sha256(&part);
        if digest.is_some_and(|d| d != found) {
            return problem(UploadProblem::WrongDigest);
        }
        if size > 0 {
            let key = self.case_key(&u.case_id, now).await?;
            let sealed = seal(&key, about_part(id, &u.case_id, offset).as_bytes(), &part)?;
            let object = format!("parts/{id}/{}", new_id());
            self.objects.put(&self.path(&object), PutPayload::from(sealed)).await?;
            let (row, upload) = (
                PartRow { n: signed(offset), at: signed(offset), size: signed(size), sha256: found.as_bytes().to_vec(), object },
                id.to_owned(),
            );
            self.store()
                .write_with((upload, row), move |tx, (id, p)| {
                    Box::pin(async move {
                        let grown = on!(tx.raw().await?.conn(), |c| sqlx::query(UPLOAD_GROW)
                            .bind(id.as_str())
                            .bind(p.at)
                            .bind(p.size)
                            .bind(micros(now))
                            .execute(c)
                            .await
                            .map(|r| r.rows_affected()))?;
                        if grown == 0 {
                            // Another request stored this part meanwhile.
                            return Err(Error::Upload(UploadProblem::WrongOffset { expected: unsigned(p.at + p.size) }));
                        }
                        on!(tx.raw().await?.conn(), |c| sqlx::query(PART_PUT)
                            .bind(id.as_str())
                            .bind(p.n)
                            .bind(p.at)
                            .bind(p.size)
                            .bind(p.sha256.as_slice())
                            .bind(p.object.as_str())
                            .execute(c)
                            .await
                            .map(drop))?;
                        Ok(())
                    })
                })
                .await?;
        }
        self.store().reader().await?.upload(id, org).await
    }

    /// Puts the parts together; the file is named and the upload closed in one write unit. A
    /// second call answers the same file.
    pub async fn finish_upload(&self, id: &str, org: &str, media: &str, now: Timestamp) -> Result<Blob, Error> {
        let u = self.store().reader().await?.upload(id, org).await?;
        if let Some(blob) = &u.blob_id {
            return self.store().reader().await?.blob(blob).await;
        }
        if !u.open {
            return Err(Error::Upload(UploadProblem::Closed));
        }
        if u.received != u.size {
            return Err(Error::Upload(UploadProblem::Incomplete { received: u.received, size: u.size }));
        }
        let parts = self.store().reader().await?.parts(id).await?;
        let key = self.case_key(&u.case_id, now).await?;
        let content = futures::stream::iter(parts.clone()).then(|p| {
            let (key, about) = (key.clone(), about_part(id, &u.case_id, unsigned(p.at)));
            async move {
                let sealed = self.raw(&p.object).await?;
                let plain = open(&key, about.as_bytes(), &sealed)
                    .filter(|c| sha256(c).as_bytes().as_slice() == p.sha256.as_slice())
                    .ok_or_else(|| Error::Damaged(format!("upload_part {id} at {}: its file was changed", p.at)))?;
                Ok::<_, Error>(Bytes::from(plain))
            }
        });
        let new = NewBlob { case_id: u.case_id.clone(), org: u.org, media: media.to_owned(), actor: u.actor, max: u.size };
        let blob = self.stage(&new, content, now).await?;
        let ended = self
            .store()
            .write_with((id.to_owned(), blob.clone()), move |tx, (id, b)| {
                Box::pin(async move {
                    let ended = tx.end_upload(id, "done", Some(&b.id), now).await?;
                    if ended {
                        tx.add_blob(b).await?;
                    }
                    Ok::<_, Error>(ended)
                })
            })
            .await?;
        if !ended {
            // Finished by a request that ran beside this one: its file is the file.
            self.remove(&blob.object).await?;
            let u = self.store().reader().await?.upload(id, org).await?;
            let id = u.blob_id.ok_or(Error::Upload(UploadProblem::Closed))?;
            return self.store().reader().await?.blob(&id).await;
        }
        for p in parts {
            self.remove(&p.object).await?;
        }
        Ok(blob)
    }

    /// Gives an upload up and removes its parts.
    pub async fn abandon_upload(&self, id: &str, org: &str, now: Timestamp) -> Result<(), Error> {
        self.store().reader().await?.upload(id, org).await?;
        self.give_up(id, now).await
    }

    async fn give_up(&self, id: &str, now: Timestamp) -> Result<(), Error> {
        self.store()
            .write_with(id.to_owned(), move |tx, id| Box::pin(async move { tx.end_upload(id, "gone", None, now).await }))
            .await?;
        let parts = self.store().reader().await?.parts(id).await?;
        for p in parts {
            self.remove(&p.object).await?;
        }
        Ok(())
    }

    /// Gives up uploads without a part for so long; answers how many.
    pub async fn sweep_uploads(&self, age: SignedDuration, now: Timestamp) -> Result<u64, Error> {
        let mut reader = self.store().reader().await?;
        let old: Vec<(String,)> = on!(reader.conn(), |c| sqlx::query_as(UPLOADS_OLD).bind(micros(now - age)).fetch_all(c).await)?;
        drop(reader);
        let n = old.len() as u64;
        for (id,) in old {
            self.give_up(&id, now).await?;
        }
        Ok(n)
    }
}
