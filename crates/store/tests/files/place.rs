//! Where the files of a story lie: a folder, or an S3 server that the test command has started
//! (`GUOSUO_S3`: `ADDRESS ACCESS_KEY_ID SECRET_ACCESS_KEY`, as `crates/store/s3/serve.py` says it).

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;

use futures::TryStreamExt as _;
use guosuo_store::{Blobs, new_id};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};

use crate::common::{self, Under};

/// A prefix of its own on the S3 server.
pub(crate) struct S3 {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) key: String,
    pub(crate) secret: String,
}

impl S3 {
    /// # Panics
    /// Without `GUOSUO_S3`: this story was asked for, and there is no server.
    pub(crate) fn new() -> Self {
        let said = std::env::var("GUOSUO_S3").expect("GUOSUO_S3 is set by `cargo xtask test`");
        let [address, key, secret] = said.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let (bucket, options) = address.strip_prefix("s3://").unwrap().split_once('?').unwrap();
        let option = |name: &str| {
            let found = options.split('&').find_map(|o| o.strip_prefix(name)?.strip_prefix('='));
            found.unwrap_or_else(|| panic!("{address}: no {name}")).to_owned()
        };
        Self {
            bucket: bucket.to_owned(),
            prefix: format!("stories/{}", new_id()),
            endpoint: option("endpoint"),
            region: option("region"),
            key: key.to_owned(),
            secret: secret.to_owned(),
        }
    }

    /// The address as the program takes it, by way of another endpoint if one is given.
    pub(crate) fn url(&self, endpoint: Option<&str>) -> String {
        let endpoint = endpoint.unwrap_or(&self.endpoint);
        format!("s3://{}/{}?endpoint={endpoint}&region={}", self.bucket, self.prefix, self.region)
    }

    fn objects(&self) -> Arc<dyn ObjectStore> {
        // As the store does before it makes a client.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let s3 = AmazonS3Builder::new()
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            .with_endpoint(&self.endpoint)
            .with_allow_http(true)
            .with_access_key_id(&self.key)
            .with_secret_access_key(&self.secret);
        Arc::new(s3.build().unwrap())
    }
}

/// A database and a place for files, with a second way to the files that does not go through the code under test.
pub(crate) struct Place {
    under: Under,
    pub(crate) s3: Option<S3>,
    objects: Arc<dyn ObjectStore>,
    prefix: String,
}

impl Deref for Place {
    type Target = Under;
    fn deref(&self) -> &Under {
        &self.under
    }
}

impl DerefMut for Place {
    fn deref_mut(&mut self) -> &mut Under {
        &mut self.under
    }
}

impl Place {
    pub(crate) fn folder(under: Under) -> Self {
        let folder = under.dir.path().join("blobs");
        std::fs::create_dir(&folder).unwrap();
        let objects = Arc::new(LocalFileSystem::new_with_prefix(folder).unwrap());
        Self { under, s3: None, objects, prefix: String::new() }
    }

    pub(crate) async fn s3() -> Self {
        let s3 = S3::new();
        Self { under: common::sqlite().await, objects: s3.objects(), prefix: format!("{}/", s3.prefix), s3: Some(s3) }
    }

    pub(crate) async fn blobs(&self) -> Blobs {
        match &self.s3 {
            None => Blobs::open(&format!("file://{}", self.dir.path().join("blobs").display()), &self.store).await.unwrap(),
            Some(s) => Blobs::open_with(&s.url(None), &self.store, Some((&s.key, &s.secret))).await.unwrap(),
        }
    }

    fn path(&self, object: &str) -> Path {
        Path::from(format!("{}{object}", self.prefix))
    }

    pub(crate) async fn bytes(&self, object: &str) -> Vec<u8> {
        self.objects.get(&self.path(object)).await.unwrap().bytes().await.unwrap().to_vec()
    }

    pub(crate) async fn set(&self, object: &str, content: Vec<u8>) {
        self.objects.put(&self.path(object), PutPayload::from(content)).await.unwrap();
    }

    pub(crate) async fn remove(&self, object: &str) {
        self.objects.delete(&self.path(object)).await.unwrap();
    }

    /// Everything that is there: objects, and in a folder half-written files as well.
    pub(crate) async fn all(&self) -> Vec<String> {
        if self.s3.is_none() {
            return files_in(&self.dir.path().join("blobs")).iter().map(|f| f.display().to_string()).collect();
        }
        let list = self.objects.list(Some(&Path::from(self.prefix.trim_end_matches('/'))));
        list.map_ok(|found| found.location.to_string()).try_collect().await.unwrap()
    }

    /// Whether these bytes stand anywhere in the clear: in objects, database or temporary files.
    pub(crate) async fn holds(&self, marker: &[u8]) -> bool {
        let clear = |bytes: &[u8]| bytes.windows(marker.len()).any(|w| w == marker);
        if files_in(self.dir.path()).iter().any(|f| clear(&std::fs::read(f).unwrap())) {
            return true;
        }
        let Some(s3) = &self.s3 else { return false };
        for object in self.all().await {
            let name = object.strip_prefix(&format!("{}/", s3.prefix)).unwrap();
            if clear(&self.bytes(name).await) {
                return true;
            }
        }
        false
    }
}

pub(crate) fn files_in(dir: &std::path::Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for e in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if e.path().is_dir() { out.extend(files_in(&e.path())) } else { out.push(e.path()) }
    }
    out
}

/// Runs the same story with files in a folder on SQLite and PostgreSQL, and with files on S3.
#[macro_export]
macro_rules! on_places {
    ($name:ident, |$u:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn story($u: Place) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                story(Place::folder(common::sqlite().await)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(under) = common::postgres().await {
                    story(Place::folder(under)).await;
                }
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs an S3 server: run by `cargo xtask test`"]
            async fn on_s3() {
                story(Place::s3().await).await;
            }
        }
    };
}
