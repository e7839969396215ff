//! Nothing is signed that was not recorded before: the record of what a key is about to sign.
//!
//! The store commits an [`Intent`] with the case before any key is touched. After a crash it
//! finds the intent without a signature and finishes it: the same bytes, the same keys.

use serde::{Deserialize, Serialize};

use crate::canon::{self, CanonError};
use crate::digest::FileDigests;
use crate::keys::{Algorithm, KeyError, PublicKey, SignatureBytes, Signer};

/// Which document is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The QR code of a certificate.
    Qr,
    /// The signed form of a certificate.
    Certificate,
}

/// What two keys are about to sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Length and both digests of the bytes to be signed.
    pub bytes: FileDigests,
    /// Number of the certificate.
    pub certificate: String,
    /// Algorithms and identifiers of the keys, in the order of signing.
    pub keys: Vec<(Algorithm, String)>,
    /// Which document.
    pub purpose: Purpose,
}

/// Why an intent is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntentError {
    /// Other bytes than were recorded.
    #[error("the bytes are not those that were recorded")]
    Bytes,
    /// Other keys than were recorded.
    #[error("the keys are not those that were recorded")]
    Keys,
    /// Signing failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

fn named(keys: &[&PublicKey]) -> Vec<(Algorithm, String)> {
    keys.iter().map(|k| (k.algorithm(), k.kid())).collect()
}

impl Intent {
    /// The intent to sign `bytes` with `keys`.
    pub fn new(purpose: Purpose, certificate: &str, bytes: &[u8], keys: &[&PublicKey]) -> Self {
        Self { bytes: FileDigests::of(bytes), certificate: certificate.to_owned(), keys: named(keys), purpose }
    }

    /// Canonical bytes: what goes into the ledger, salted.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonError> {
        canon::to_vec(self)
    }

    /// Signs what was recorded with the keys that were recorded, and nothing else.
    pub fn carry_out(&self, bytes: &[u8], signers: &[&dyn Signer]) -> Result<Vec<SignatureBytes>, IntentError> {
        self.admits(bytes, signers)?;
        signers.iter().map(|s| Ok(s.sign(bytes)?)).collect()
    }

    /// Whether these bytes and keys are the recorded ones.
    pub fn admits(&self, bytes: &[u8], signers: &[&dyn Signer]) -> Result<(), IntentError> {
        if FileDigests::of(bytes) != self.bytes {
            return Err(IntentError::Bytes);
        }
        let keys: Vec<&PublicKey> = signers.iter().map(|s| s.public_key()).collect();
        if named(&keys) == self.keys { Ok(()) } else { Err(IntentError::Keys) }
    }
}
