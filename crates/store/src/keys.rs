//! Envelope encryption: a root key outside the database wraps one key per case, which
//! encrypts the bodies of its events and its files. Destroying the wrapped key of a case
//! makes its content unreadable while the ledger keeps standing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::db::{Reader, micros, on, statements};
use crate::error::Error;

/// Stored name of AES-256-GCM with a random 96-bit nonce in front.
pub const SUITE: &str = "aes256gcm";
/// The pseudo-case whose key covers accounts, settings and administrative acts.
pub const PLATFORM: &str = "platform";
const CACHE: usize = 4096;

statements! {
    CASE_KEY = "SELECT root_id, wrapped FROM case_key WHERE case_id = $1";
    CASE_KEYS = "SELECT case_id, root_id, wrapped FROM case_key WHERE wrapped IS NOT NULL ORDER BY case_id";
    KEY_DESTROY = "UPDATE case_key SET wrapped = NULL, destroyed = $2 WHERE case_id = $1 AND wrapped IS NOT NULL";
    KEY_REWRAP = "UPDATE case_key SET root_id = $2, wrapped = $3 WHERE case_id = $1 AND wrapped IS NOT NULL";
}

/// The key that wraps all others. It never enters the database or a backup.
#[derive(Clone)]
pub struct RootKey {
    id: String,
    key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RootKey({})", self.id)
    }
}

impl RootKey {
    /// Takes 32 secret bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        let id = hex::encode(&Sha256::new_with_prefix(b"guosuo root key id\0").chain_update(bytes).finalize()[..8]);
        Self { id, key: Zeroizing::new(bytes) }
    }

    /// Makes a new one from the system's randomness.
    pub fn generate() -> Self {
        Self::new(*random_key())
    }

    /// Reads a key file (64 hexadecimal digits), or makes it with mode 0600 if there is none.
    pub fn load_or_create(path: &std::path::Path) -> Result<Self, Error> {
        use std::io::Write as _;
        match std::fs::read_to_string(path) {
            Ok(s) => {
                let s = Zeroizing::new(s);
                let mut key = [0; 32];
                hex::decode_to_slice(s.trim(), &mut key)
                    .map_err(|_| Error::Damaged(format!("key file {}: not 64 hexadecimal digits", path.display())))?;
                Ok(Self::new(key))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let key = Self::generate();
                let mut options = std::fs::OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut f = options.open(path)?;
                f.write_all(Zeroizing::new(hex::encode(*key.key)).as_bytes())?;
                f.write_all(b"\n")?;
                f.sync_all()?;
                if let Some(dir) = path.parent() {
                    std::fs::File::open(if dir.as_os_str().is_empty() { std::path::Path::new(".") } else { dir })?.sync_all()?;
                }
                Ok(key)
            }
            Err(e) => Err(e.into()),
        }
    }

    /// A public name of the key, derived from it.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// A key of one case, wiped when dropped.
pub(crate) type CaseKey = Arc<Zeroizing<[u8; 32]>>;

/// The root key and the case keys unwrapped lately.
#[derive(Debug)]
pub(crate) struct KeyRing {
    root: RootKey,
    cache: Mutex<HashMap<String, CaseKey>>,
}

impl KeyRing {
    pub(crate) fn new(root: RootKey) -> Self {
        Self { root, cache: Mutex::new(HashMap::new()) }
    }

    pub(crate) fn root_id(&self) -> &str {
        &self.root.id
    }

    pub(crate) fn wrap(&self, case_id: &str, key: &[u8; 32]) -> Result<Vec<u8>, Error> {
        seal(&self.root.key, case_id.as_bytes(), key)
    }

    pub(crate) fn unwrap(&self, case_id: &str, root_id: &str, wrapped: &[u8]) -> Result<CaseKey, Error> {
        if root_id != self.root.id {
            return Err(Error::Damaged(format!("key of case {case_id}: wrapped by root key {root_id}, not by {}", self.root.id)));
        }
        let plain = Zeroizing::new(
            open(&self.root.key, case_id.as_bytes(), wrapped)
                .ok_or_else(|| Error::Damaged(format!("key of case {case_id}: does not open with the root key")))?,
        );
        let key: [u8; 32] =
            plain.as_slice().try_into().map_err(|_| Error::Damaged(format!("key of case {case_id}: wrong length")))?;
        Ok(Arc::new(Zeroizing::new(key)))
    }

    pub(crate) fn cached(&self, case_id: &str) -> Option<CaseKey> {
        self.cache.lock().ok()?.get(case_id).cloned()
    }

    pub(crate) fn remember(&self, case_id: &str, key: &CaseKey) {
        if let Ok(mut c) = self.cache.lock() {
            if c.len() >= CACHE {
                c.clear();
            }
            c.insert(case_id.to_owned(), key.clone());
        }
    }

    pub(crate) fn forget(&self, case_id: &str) {
        if let Ok(mut c) = self.cache.lock() {
            c.remove(case_id);
        }
    }
}

impl Reader {
    /// The key of a case, `None` if the case has none yet.
    pub(crate) async fn case_key(&mut self, case_id: &str) -> Result<Option<CaseKey>, Error> {
        match self.keys.cached(case_id) {
            Some(k) => Ok(Some(k)),
            None => self.case_key_uncached(case_id).await,
        }
    }

    /// As [`Self::case_key`], from the database itself.
    pub(crate) async fn case_key_uncached(&mut self, case_id: &str) -> Result<Option<CaseKey>, Error> {
        let row: Option<(String, Option<Vec<u8>>)> =
            on!(self.conn(), |c| sqlx::query_as(CASE_KEY).bind(case_id).fetch_optional(c).await)?;
        match row {
            None => Ok(None),
            Some((_, None)) => Err(Error::Destroyed(case_id.to_owned())),
            Some((root_id, Some(wrapped))) => {
                let key = self.keys.unwrap(case_id, &root_id, &wrapped)?;
                self.keys.remember(case_id, &key);
                Ok(Some(key))
            }
        }
    }

    pub(crate) async fn wrapped_keys(&mut self) -> Result<Vec<(String, String, Vec<u8>)>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CASE_KEYS).fetch_all(c).await)?)
    }
}

impl crate::Tx {
    /// Destroys the key of a case: its events and files become unreadable for ever (once
    /// backups of the key rows have run out). The ledger keeps the salted digests.
    pub async fn destroy_case_key(&mut self, case_id: &str, now: jiff::Timestamp) -> Result<bool, Error> {
        let id = case_id.to_owned();
        let n = on!(self.raw().await?.conn(), |c| sqlx::query(KEY_DESTROY)
            .bind(id.as_str())
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        let keys = self.keys();
        self.after_commit(move || keys.forget(&id));
        Ok(n == 1)
    }

    /// Wraps every case key with a new root key. The caller restarts the store with it.
    pub async fn rewrap_keys(&mut self, new: &RootKey) -> Result<u64, Error> {
        let rows = self.raw().await?.wrapped_keys().await?;
        let mut n = 0;
        for (case_id, root_id, wrapped) in rows {
            if root_id == new.id {
                continue;
            }
            let key = self.keys().unwrap(&case_id, &root_id, &wrapped)?;
            let again = seal(&new.key, case_id.as_bytes(), &**key)?;
            on!(self.raw().await?.conn(), |c| sqlx::query(KEY_REWRAP)
                .bind(case_id.as_str())
                .bind(new.id.as_str())
                .bind(again.as_slice())
                .execute(c)
                .await
                .map(drop))?;
            n += 1;
        }
        Ok(n)
    }
}

pub(crate) fn random_key() -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(&mut *key);
    key
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    rand::rng().fill_bytes(&mut out);
    out
}

/// Encrypts: nonce, ciphertext, tag. `about` is authenticated but not stored.
pub(crate) fn seal(key: &[u8; 32], about: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce: [u8; 12] = random();
    let body = Aes256Gcm::new(key.into())
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: about })
        .map_err(|_| Error::Damaged("encryption failed".into()))?;
    Ok([&nonce, body.as_slice()].concat())
}

/// Opens what [`seal`] made; `None` if a single bit differs.
pub(crate) fn open(key: &[u8; 32], about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_first_chunk::<12>()?;
    Aes256Gcm::new(key.into()).decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: about }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_only_unchanged_and_about_the_same_thing() {
        let key = random_key();
        let sealed = seal(&key, b"case 1", "示例".as_bytes()).unwrap();
        assert_eq!(open(&key, b"case 1", &sealed).unwrap(), "示例".as_bytes());
        assert!(open(&key, b"case 2", &sealed).is_none());
        assert!(open(&random_key(), b"case 1", &sealed).is_none());
        for i in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 1;
            assert!(open(&key, b"case 1", &bad).is_none(), "byte {i}");
        }
        assert!(open(&key, b"case 1", &sealed[..11]).is_none());
    }

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        let a = RootKey::load_or_create(&path).unwrap();
        let b = RootKey::load_or_create(&path).unwrap();
        assert_eq!(a.id(), b.id());
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
        std::fs::write(&path, "short").unwrap();
        assert!(RootKey::load_or_create(&path).is_err());
    }
}
