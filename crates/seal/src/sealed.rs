//! Secrets in a file under a passphrase: Argon2id (RFC 9106) and AES-256-GCM.
//!
//! The file is one JSON object. Everything in it except the sealed text is bound to the text as
//! associated data, in canonical JSON, so no field can be exchanged.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use argon2::{Algorithm as Argon, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::canon::{self, CanonError};
use crate::keys::{KeyError, Signer as _, SigningKey};
use crate::text::b64_bytes;

/// First field of every sealed file.
pub const FORMAT: &str = "guosuo.sealed.v1";
/// `kind` of a file with a signing key; its label is the key identifier.
pub const SIGNING_KEY: &str = "signing-key";
/// Bytes of salt.
pub const SALT_LEN: usize = 16;
/// Bytes of nonce.
pub const NONCE_LEN: usize = 12;
/// Largest secret, in bytes.
pub const MAX_SECRET: usize = 64 * 1024;

const KDF: &str = "argon2id-19";
const CIPHER: &str = "aes-256-gcm";

/// Cost of guessing a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// 64 MiB, three passes: about a quarter of a second.
    pub const STANDARD: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
    /// The least that is taken: 8 MiB, one pass. For tests and demonstrations.
    pub const LEAST: Self = Self { memory_kib: 8 * 1024, passes: 1, lanes: 1 };

    /// A file from elsewhere must not be able to take all memory.
    fn acceptable(self) -> bool {
        (Self::LEAST.memory_kib..=1024 * 1024).contains(&self.memory_kib)
            && (1..=16).contains(&self.passes)
            && (1..=8).contains(&self.lanes)
    }
}

/// Why a secret cannot be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// The file is not one of ours.
    #[error("not a sealed file: {0}")]
    Form(#[from] CanonError),
    /// The file has another version or algorithm.
    #[error("a sealed file of an unknown kind")]
    Unknown,
    /// The passphrase is empty.
    #[error("the passphrase is empty")]
    NoPassphrase,
    /// The cost is below the least or beyond the most that is taken.
    #[error("the cost of the passphrase is out of bounds")]
    Cost,
    /// The secret is longer than [`MAX_SECRET`].
    #[error("the secret is too long")]
    TooLong,
    /// The passphrase is wrong or the file was changed: nobody can tell which.
    #[error("wrong passphrase, or the file was changed")]
    Refused,
    /// The secret is there but not what the file says.
    #[error("the sealed key is not usable: {0}")]
    Key(#[from] KeyError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    kind: String,
    label: String,
    kdf: String,
    cost: Cost,
    #[serde(with = "b64_bytes")]
    salt: Vec<u8>,
    cipher: String,
    #[serde(with = "b64_bytes")]
    nonce: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    header: Header,
    #[serde(with = "b64_bytes")]
    sealed: Vec<u8>,
}

/// A secret taken out of its file; wiped when dropped.
pub struct Opened {
    /// What the secret is for.
    pub kind: String,
    /// Which one it is, for people; for signing keys the key identifier.
    pub label: String,
    /// The secret.
    pub secret: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({} {})", self.kind, self.label)
    }
}

/// Seals a secret; gives the bytes of the file. `salt` and `nonce` must be fresh random bytes.
pub fn seal(
    kind: &str,
    label: &str,
    secret: &[u8],
    passphrase: &[u8],
    cost: Cost,
    salt: [u8; SALT_LEN],
    nonce: [u8; NONCE_LEN],
) -> Result<Vec<u8>, SealedError> {
    if secret.len() > MAX_SECRET {
        return Err(SealedError::TooLong);
    }
    let header = Header {
        format: FORMAT.to_owned(),
        kind: kind.to_owned(),
        label: label.to_owned(),
        kdf: KDF.to_owned(),
        cost,
        salt: salt.to_vec(),
        cipher: CIPHER.to_owned(),
        nonce: nonce.to_vec(),
    };
    let aad = canon::to_vec(&header)?;
    let sealed = cipher(passphrase, cost, &salt)?
        .encrypt(&Nonce::from(nonce), Payload { msg: secret, aad: &aad })
        .map_err(|_| SealedError::TooLong)?;
    let mut bytes = canon::to_vec(&File { header, sealed })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Opens a sealed file.
pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Opened, SealedError> {
    if file.len() > 2 * MAX_SECRET {
        return Err(SealedError::TooLong);
    }
    let File { header, sealed } = canon::from_slice(file)?;
    let salt: Result<[u8; SALT_LEN], _> = header.salt.as_slice().try_into();
    let nonce: Result<[u8; NONCE_LEN], _> = header.nonce.as_slice().try_into();
    let (Ok(salt), Ok(nonce)) = (salt, nonce) else {
        return Err(SealedError::Unknown);
    };
    if header.format != FORMAT || header.kdf != KDF || header.cipher != CIPHER {
        return Err(SealedError::Unknown);
    }
    let aad = canon::to_vec(&header)?;
    let secret = cipher(passphrase, header.cost, &salt)?
        .decrypt(&Nonce::from(nonce), Payload { msg: &sealed, aad: &aad })
        .map_err(|_| SealedError::Refused)?;
    Ok(Opened { kind: header.kind, label: header.label, secret: Zeroizing::new(secret) })
}

/// Seals a signing key (PKCS#8 PEM inside).
pub fn seal_key(
    key: &SigningKey,
    passphrase: &[u8],
    cost: Cost,
    salt: [u8; SALT_LEN],
    nonce: [u8; NONCE_LEN],
) -> Result<Vec<u8>, SealedError> {
    let pem = key.to_pkcs8_pem()?;
    seal(SIGNING_KEY, &key.public_key().kid(), pem.as_bytes(), passphrase, cost, salt, nonce)
}

/// Opens a sealed signing key.
pub fn open_key(file: &[u8], passphrase: &[u8]) -> Result<SigningKey, SealedError> {
    let opened = open(file, passphrase)?;
    let pem = std::str::from_utf8(&opened.secret).map_err(|_| SealedError::Unknown)?;
    let key = SigningKey::from_pkcs8_pem(pem)?;
    if opened.kind != SIGNING_KEY || opened.label != key.public_key().kid() {
        return Err(SealedError::Unknown);
    }
    Ok(key)
}

fn cipher(passphrase: &[u8], cost: Cost, salt: &[u8]) -> Result<Aes256Gcm, SealedError> {
    if passphrase.is_empty() {
        return Err(SealedError::NoPassphrase);
    }
    if !cost.acceptable() {
        return Err(SealedError::Cost);
    }
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(|_| SealedError::Cost)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Argon::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, &mut *key)
        .map_err(|_| SealedError::Cost)?;
    Ok(Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key)))
}
