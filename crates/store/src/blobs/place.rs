//! Where objects lie: a folder, or a bucket of something that speaks the S3 protocol.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, RetryConfig};

use super::Blobs;
use crate::error::Error;

/// How often and how long a request to S3 is repeated: somebody waits for the answer, and what
/// is not stored after half a minute is better told than hoped for.
const RETRIES: usize = 5;
const PATIENCE: Duration = Duration::from_secs(30);

/// An opened address.
pub(super) struct Place {
    pub(super) objects: Arc<dyn ObjectStore>,
    pub(super) prefix: Path,
    /// The folder, where it is one.
    pub(super) folder: Option<PathBuf>,
}

pub(super) fn open(url: &str, access: Option<(&str, &str)>) -> Result<Place, Error> {
    if let Some(folder) = url.strip_prefix("file://") {
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder)?;
        let objects = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
        return Ok(Place { objects: Arc::new(objects), prefix: Path::default(), folder: Some(folder) });
    }
    let Some(rest) = url.strip_prefix("s3://") else {
        return Err(Error::Address(format!("{url}: neither file:// nor s3://")));
    };
    let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let retry = RetryConfig { max_retries: RETRIES, retry_timeout: PATIENCE, ..RetryConfig::default() };
    // The client of S3 has no cryptography of its own. A second installation changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_region("us-east-1").with_retry(retry);
    if let Some((id, secret)) = access {
        builder = builder.with_access_key_id(id).with_secret_access_key(secret);
    }
    for (key, value) in options.split('&').filter_map(|o| o.split_once('=')) {
        builder = match key {
            "endpoint" => builder.with_endpoint(value).with_allow_http(value.starts_with("http://")),
            "region" => builder.with_region(value),
            other => return Err(Error::Address(format!("{url}: option {other} is not known"))),
        };
    }
    Ok(Place { objects: Arc::new(builder.build()?), prefix: Path::from(prefix), folder: None })
}

impl Place {
    async fn is_empty(&self) -> Result<bool, Error> {
        let prefix = (!self.prefix.as_ref().is_empty()).then_some(&self.prefix);
        Ok(self.objects.list(prefix).try_next().await?.is_none())
    }
}

impl Blobs {
    /// Whether nothing at all is stored at an address.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn nothing_at(url: &str) -> Result<bool, Error> {
        open(url, None)?.is_empty().await
    }
}
