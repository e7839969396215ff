//! Files as they are stored (encrypted), on their way into a backup and out of it.

use std::path::Path as FilePath;

use futures::TryStreamExt as _;
use guosuo_seal::Digest32;
use object_store::{ObjectStoreExt as _, PutPayload};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::Blobs;
use crate::error::Error;

/// Bytes in one part of a large object.
const PART: usize = 8 << 20;

impl Blobs {
    /// Copies a stored object into a new file, durably; answers its size and SHA-256, or nothing
    /// when there is no such object.
    ///
    /// # Errors
    /// When either side fails; the file is then of no use.
    pub async fn copy_out(&self, object: &str, to: &FilePath) -> Result<Option<(u64, Digest32)>, Error> {
        let found = match self.objects.get(&self.path(object)).await.map_err(Error::from) {
            Ok(found) => found,
            Err(Error::NotFound(_)) => return Ok(None),
            Err(e) => return Err(e),
        };
        let mut file = tokio::fs::OpenOptions::new().write(true).create_new(true).open(to).await?;
        let (mut size, mut digest) = (0, Sha256::new());
        let mut content = found.into_stream();
        while let Some(piece) = content.try_next().await? {
            size += piece.len() as u64;
            digest.update(&piece);
            file.write_all(&piece).await?;
        }
        // A failure of the last write shows here only.
        file.flush().await?;
        file.sync_all().await?;
        let digest = Digest32::from_slice(digest.finalize().as_slice()).ok_or(Error::Panicked)?;
        Ok(Some((size, digest)))
    }

    /// Puts a file from a backup back into its place.
    ///
    /// # Errors
    /// When either side fails.
    pub async fn copy_in(&self, object: &str, from: &FilePath) -> Result<(), Error> {
        let path = self.path(object);
        let mut file = tokio::fs::File::open(from).await?;
        let first = part(&mut file).await?;
        if first.len() < PART {
            self.objects.put(&path, PutPayload::from(first)).await?;
            return Ok(());
        }
        let mut up = self.objects.put_multipart(&path).await?;
        let mut next = first;
        while !next.is_empty() {
            up.put_part(PutPayload::from(next)).await?;
            next = part(&mut file).await?;
        }
        up.complete().await?;
        Ok(())
    }

    /// Writes, reads and removes a small object: whether the file store can be used.
    ///
    /// # Errors
    /// With what does not work.
    pub async fn probe(&self) -> Result<(), Error> {
        let path = self.path(&format!("probe/{}", crate::db::new_id()));
        self.objects.put(&path, PutPayload::from_static(b"probe")).await?;
        let read = self.objects.get(&path).await?.bytes().await?;
        self.objects.delete(&path).await?;
        if &read[..] == b"probe" { Ok(()) } else { Err(Error::Damaged("the file store gives back something else".into())) }
    }
}

async fn part(file: &mut tokio::fs::File) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(PART);
    file.take(PART as u64).read_to_end(&mut out).await?;
    Ok(out)
}
