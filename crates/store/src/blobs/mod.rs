//! Files: encrypted in an object store (a folder or S3), named by rows in the database.
//!
//! The bytes are durable before the row that names them is committed, and an object without a
//! row is swept away later. Content is encrypted with a key of its own, which is wrapped by the
//! key of its case; moving, swapping or shortening objects is noticed when they are read.

mod cipher;
mod copies;
mod place;
mod registration;
mod sweep;
mod uploads;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use guosuo_seal::{Digest32, StreamDigest};
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};

pub use registration::registration_case;
pub use sweep::{FinishedUpload, PutFile};
pub use uploads::{NewUpload, PART, Upload};

use crate::db::{Reader, from_row, instant, micros, new_id, on, statements, unsigned};
use crate::error::{Error, UploadProblem};
use crate::keys::{CaseKey, random_key};
use crate::open::Store;
use crate::tx::Tx;
use cipher::{Opener, SUITE, Sealer};

/// Encrypted bytes collected before they are sent on: the least that S3 takes as a part.
const SEND: usize = 5 << 20;

pub(crate) use registration::CATALOGUE as REGISTRATION;
pub(crate) use sweep::CATALOGUE as SWEEP;
pub(crate) use uploads::CATALOGUE as UPLOADS;

statements! {
    BLOB = "SELECT id, case_id, org, object, media, size, sha256, sm3, suite, wrapped, created, actor, deleted FROM blob WHERE id = $1";
    BLOBS_OF = "SELECT id, case_id, org, object, media, size, sha256, sm3, suite, wrapped, created, actor, deleted FROM blob WHERE case_id = $1 AND deleted IS NULL ORDER BY created, id";
    BLOBS_AFTER = "SELECT id, case_id, org, object, media, size, sha256, sm3, suite, wrapped, created, actor, deleted FROM blob WHERE id > $1 AND deleted IS NULL ORDER BY id LIMIT 200";
    BLOB_PUT = "INSERT INTO blob (id, case_id, org, object, media, size, sha256, sm3, suite, wrapped, created, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    BLOB_DELETE = "UPDATE blob SET deleted = $2 WHERE id = $1 AND deleted IS NULL";
}

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Id.
    pub id: String,
    /// The case that it belongs to.
    pub case_id: String,
    /// The organisation that it belongs to.
    pub org: String,
    /// Its place in the object store.
    pub object: String,
    /// Media type as sniffed by the front.
    pub media: String,
    /// Bytes of the content.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: Digest32,
    /// SM3 of the content.
    pub sm3: Digest32,
    /// Stored at.
    pub created: Timestamp,
    /// Stored by.
    pub actor: String,
    suite: String,
    wrapped: Vec<u8>,
}

struct BlobRow {
    id: String,
    case_id: String,
    org: String,
    object: String,
    media: String,
    size: i64,
    sha256: Vec<u8>,
    sm3: Vec<u8>,
    suite: String,
    wrapped: Vec<u8>,
    created: i64,
    actor: String,
    deleted: Option<i64>,
}

from_row!(BlobRow { id, case_id, org, object, media, size, sha256, sm3, suite, wrapped, created, actor, deleted });

impl TryFrom<BlobRow> for Blob {
    type Error = Error;

    fn try_from(r: BlobRow) -> Result<Self, Error> {
        if r.deleted.is_some() {
            return Err(Error::NotFound("file"));
        }
        let digest =
            |b: &[u8], column| Digest32::from_slice(b).ok_or_else(|| Error::Damaged(format!("blob {}: column {column}", r.id)));
        Ok(Self {
            sha256: digest(&r.sha256, "sha256")?,
            sm3: digest(&r.sm3, "sm3")?,
            id: r.id,
            case_id: r.case_id,
            org: r.org,
            object: r.object,
            media: r.media,
            size: unsigned(r.size),
            created: instant(r.created),
            actor: r.actor,
            suite: r.suite,
            wrapped: r.wrapped,
        })
    }
}

/// A file to be stored.
#[derive(Debug, Clone)]
pub struct NewBlob {
    /// The case that it belongs to.
    pub case_id: String,
    /// The organisation that it belongs to.
    pub org: String,
    /// Media type.
    pub media: String,
    /// Who stores it.
    pub actor: String,
    /// Most bytes that are taken.
    pub max: u64,
}

/// The file store of an instance; cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
    store: Store,
}

/// Wraps failures of the sender so that they stay apart from those of the store.
fn from_sender(e: impl std::fmt::Display) -> Error {
    Error::Io(std::io::Error::other(format!("sender: {e}")))
}

fn about(blob: &str, case_id: &str) -> String {
    format!("{SUITE}|blob|{case_id}|{blob}")
}

impl Blobs {
    /// Opens `file:///FOLDER` (made if missing) or `s3://BUCKET/PREFIX?endpoint=URL&region=…`;
    /// the access key of S3 comes from the usual environment variables.
    pub async fn open(url: &str, store: &Store) -> Result<Self, Error> {
        Self::open_with(url, store, None).await
    }

    /// The same with an access key of S3 (its id and its secret) that does not come from the
    /// environment.
    #[doc(hidden)]
    pub async fn open_with(url: &str, store: &Store, access: Option<(&str, &str)>) -> Result<Self, Error> {
        let place::Place { objects, prefix, folder } = place::open(url, access)?;
        Ok(Self { objects, prefix, folder, store: store.clone() })
    }

    /// The folder of the files, where it is one.
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    fn path(&self, object: &str) -> Path {
        if self.prefix.as_ref().is_empty() { Path::from(object) } else { Path::from(format!("{}/{object}", self.prefix)) }
    }

    async fn case_key(&self, case_id: &str, now: Timestamp) -> Result<CaseKey, Error> {
        if let Some(k) = self.store.reader().await?.case_key(case_id).await? {
            return Ok(k);
        }
        self.store.write_with(case_id.to_owned(), move |tx, id| Box::pin(async move { tx.key_of(id, now).await })).await
    }

    /// Takes a stream to the end, encrypts and stores it durably. The file exists once
    /// [`Tx::add_blob`] has named it in a committed write unit.
    ///
    /// # Errors
    /// [`UploadProblem::TooLarge`] beyond `max`; [`Error::NoSpace`]; whatever the sender fails
    /// with. Nothing is left behind.
    pub async fn stage<S, E>(&self, new: &NewBlob, content: S, now: Timestamp) -> Result<Blob, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: std::fmt::Display,
    {
        let id = new_id();
        let case_key = self.case_key(&new.case_id, now).await?;
        let key = random_key();
        let wrapped = crate::keys::seal(&case_key, about(&id, &new.case_id).as_bytes(), &*key)?;
        let object = format!("{}/{id}", &id[id.len() - 2..]);
        let path = self.path(&object);
        let mut sealer = Sealer::new(&key, about(&id, &new.case_id));
        let mut digest = StreamDigest::new();
        let mut upload = None;
        let work = async {
            let mut content = std::pin::pin!(content);
            while let Some(chunk) = content.next().await {
                let chunk = chunk.map_err(from_sender)?;
                if digest.size() + chunk.len() as u64 > new.max {
                    return Err(Error::Upload(UploadProblem::TooLarge { max: new.max }));
                }
                digest.update(&chunk);
                sealer.take(&chunk)?;
                if sealer.waiting() >= SEND {
                    let up = match &mut upload {
                        Some(up) => up,
                        none => none.insert(self.objects.put_multipart(&path).await?),
                    };
                    up.put_part(PutPayload::from(sealer.drain())).await?;
                }
                tokio::task::yield_now().await;
            }
            let rest = PutPayload::from(sealer.finish()?);
            match &mut upload {
                Some(up) => {
                    up.put_part(rest).await?;
                    up.complete().await?;
                }
                None => {
                    self.objects.put(&path, rest).await?;
                }
            }
            Ok(digest.finish())
        };
        let result: Result<_, Error> = work.await;
        let digests = match result {
            Ok(d) => d,
            Err(e) => {
                if let Some(mut up) = upload {
                    let _ = up.abort().await;
                }
                return Err(e);
            }
        };
        Ok(Blob {
            id,
            case_id: new.case_id.clone(),
            org: new.org.clone(),
            object,
            media: new.media.clone(),
            size: digests.size,
            sha256: digests.sha256,
            sm3: digests.sm3,
            created: now,
            actor: new.actor.clone(),
            suite: SUITE.to_owned(),
            wrapped,
        })
    }

    /// Stores a file and names it at once.
    pub async fn put<S, E>(&self, new: &NewBlob, content: S, now: Timestamp) -> Result<Blob, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: std::fmt::Display,
    {
        let blob = self.stage(new, content, now).await?;
        self.store.write_with(blob.clone(), |tx, b| Box::pin(async move { tx.add_blob(b).await })).await?;
        Ok(blob)
    }

    /// [`Self::put`] for content in memory.
    pub async fn put_bytes(&self, new: &NewBlob, content: Vec<u8>, now: Timestamp) -> Result<Blob, Error> {
        self.put(new, futures::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(content))]), now).await
    }

    /// The content as a stream. Every piece was authenticated before it is given out; the
    /// stream ends with an error if the whole is not what was stored.
    pub async fn read(&self, blob: &Blob) -> Result<BoxStream<'static, Result<Bytes, Error>>, Error> {
        if blob.suite != SUITE {
            return Err(Error::Damaged(format!("blob {}: column suite", blob.id)));
        }
        let case_key = self
            .store
            .reader()
            .await?
            .case_key(&blob.case_id)
            .await?
            .ok_or_else(|| Error::Damaged(format!("case {} has no key", blob.case_id)))?;
        let about = about(&blob.id, &blob.case_id);
        let key = crate::keys::open(&case_key, about.as_bytes(), &blob.wrapped)
            .and_then(|k| <[u8; 32]>::try_from(k).ok())
            .ok_or_else(|| Error::Damaged(format!("blob {}: column wrapped does not open", blob.id)))?;
        let stream = match self.objects.get(&self.path(&blob.object)).await.map_err(Error::from) {
            Ok(found) => found.into_stream(),
            Err(Error::NotFound(_)) => return Err(Error::Damaged(format!("blob {}: its file is missing", blob.id))),
            Err(e) => return Err(e),
        };
        let opener = Opener::new(&key, about);
        let state = (stream, Some(opener), StreamDigest::new(), blob.clone());
        Ok(futures::stream::try_unfold(state, |(mut stream, opener, mut digest, blob)| async move {
            let Some(mut opener) = opener else { return Ok(None) };
            let bad = |what: &str| Error::Damaged(format!("blob {}: {what}", blob.id));
            loop {
                if let Some(next) = stream.try_next().await.map_err(Error::from)? {
                    let plain = opener.take(&next).ok_or_else(|| bad("its file was changed"))?;
                    if !plain.is_empty() {
                        digest.update(&plain);
                        return Ok(Some((Bytes::from(plain), (stream, Some(opener), digest, blob))));
                    }
                } else {
                    let last = opener.finish().ok_or_else(|| bad("its file was changed or cut"))?;
                    digest.update(&last);
                    let found = digest.clone().finish();
                    if found.size != blob.size || found.sha256 != blob.sha256 || found.sm3 != blob.sm3 {
                        return Err(bad("the content is not the one recorded"));
                    }
                    return Ok(Some((Bytes::from(last), (stream, None, digest, blob))));
                }
            }
        })
        .boxed())
    }

    /// The whole content in memory, if it is not larger than `max`.
    pub async fn read_all(&self, blob: &Blob, max: u64) -> Result<Vec<u8>, Error> {
        if blob.size > max {
            return Err(Error::Upload(UploadProblem::TooLarge { max }));
        }
        let mut out = Vec::with_capacity(usize::try_from(blob.size).unwrap_or(0));
        let mut stream = self.read(blob).await?;
        while let Some(piece) = stream.try_next().await? {
            out.extend_from_slice(&piece);
        }
        Ok(out)
    }

    /// Reads every file and answers those that are damaged, with the reason.
    pub async fn verify(&self) -> Result<(u64, Vec<String>), Error> {
        let (mut after, mut checked, mut faults) = (String::new(), 0, Vec::new());
        loop {
            let page = self.store.reader().await?.blobs_after(&after).await?;
            let Some(last) = page.last() else { return Ok((checked, faults)) };
            after.clone_from(&last.id);
            for blob in page {
                checked += 1;
                match self.read(&blob).await {
                    Err(Error::Destroyed(_)) => {}
                    Err(e) => faults.push(e.to_string()),
                    Ok(mut stream) => loop {
                        match stream.try_next().await {
                            Ok(Some(_)) => {}
                            Ok(None) => break,
                            Err(e) => {
                                faults.push(e.to_string());
                                break;
                            }
                        }
                    },
                }
            }
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Copies the stored (encrypted) object of a blob.
    pub(crate) async fn raw(&self, object: &str) -> Result<Bytes, Error> {
        Ok(self.objects.get(&self.path(object)).await?.bytes().await?)
    }

    async fn remove(&self, object: &str) -> Result<(), Error> {
        match self.objects.delete(&self.path(object)).await.map_err(Error::from) {
            Err(Error::NotFound(_)) | Ok(()) => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// Deletes the object of a file whose row says that it is deleted; done by a job after the
    /// commit.
    pub async fn purge(&self, blob_object: &str) -> Result<(), Error> {
        if self.store.reader().await?.knows_object(blob_object).await? {
            return Err(Error::Constraint("the file is in use".into()));
        }
        self.remove(blob_object).await
    }
}

impl Tx {
    /// Names a staged file in this write unit.
    pub async fn add_blob(&mut self, b: &Blob) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(BLOB_PUT)
            .bind(b.id.as_str())
            .bind(b.case_id.as_str())
            .bind(b.org.as_str())
            .bind(b.object.as_str())
            .bind(b.media.as_str())
            .bind(crate::db::signed(b.size))
            .bind(b.sha256.as_bytes().as_slice())
            .bind(b.sm3.as_bytes().as_slice())
            .bind(b.suite.as_str())
            .bind(b.wrapped.as_slice())
            .bind(micros(b.created))
            .bind(b.actor.as_str())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Marks a file as deleted; a job then calls [`Blobs::purge`]. `false` if it was.
    pub async fn delete_blob(&mut self, id: &str, now: Timestamp) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(BLOB_DELETE)
            .bind(id)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }
}

impl Reader {
    /// A file by its id. Who may read it is the caller's to ask.
    pub async fn blob(&mut self, id: &str) -> Result<Blob, Error> {
        let row: Option<BlobRow> = on!(self.conn(), |c| sqlx::query_as(BLOB).bind(id).fetch_optional(c).await)?;
        row.ok_or(Error::NotFound("file"))?.try_into()
    }

    /// The files of a case, oldest first.
    pub async fn blobs_of(&mut self, case_id: &str) -> Result<Vec<Blob>, Error> {
        let rows: Vec<BlobRow> = on!(self.conn(), |c| sqlx::query_as(BLOBS_OF).bind(case_id).fetch_all(c).await)?;
        rows.into_iter().map(Blob::try_from).collect()
    }

    pub(crate) async fn blobs_after(&mut self, id: &str) -> Result<Vec<Blob>, Error> {
        let rows: Vec<BlobRow> = on!(self.conn(), |c| sqlx::query_as(BLOBS_AFTER).bind(id).fetch_all(c).await)?;
        rows.into_iter().map(Blob::try_from).collect()
    }
}
