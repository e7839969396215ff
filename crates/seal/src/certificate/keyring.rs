//! The published keys: who may have signed what, and when. Old keys stay in it for ever, with
//! the days between which they were used: a certificate of last year stays checkable.
//!
//! The file is what a verifier trusts. It must come from a place that the verifier trusts, once;
//! nothing that is checked can bring its own keys.

use serde::{Deserialize, Serialize};

use super::time::Day;
use crate::canon::{self, CanonError};
use crate::keys::{Algorithm, KeyError, PublicKey};
use crate::note::{NoteError, VerifierKey};

/// Longest file of keys, in bytes.
pub const MAX_KEYRING: usize = 1 << 20;
/// Version of [`Keyring`].
pub const VERSION: u32 = 1;

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Certificates and their QR codes.
    Certificate,
    /// Status lists, receipts, opinions: what is stated about a moment.
    Statement,
}

/// One key with the days of its use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedKey {
    /// Algorithm.
    pub alg: Algorithm,
    /// First day on which it signs.
    pub from: Day,
    /// Key identifier ([`PublicKey::kid`]).
    pub kid: String,
    /// The public key, SPKI in PEM.
    pub pem: String,
    /// Last day on which it signs; absent while it is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// What it signs.
    #[serde(rename = "use")]
    pub usage: Use,
}

impl PublishedKey {
    /// Publishes a key.
    pub fn new(usage: Use, key: &PublicKey, from: Day, until: Option<Day>) -> Result<Self, KeyError> {
        Ok(Self { alg: key.algorithm(), from, kid: key.kid(), pem: key.to_pem()?, until, usage })
    }
}

/// A transparency log and the keys that must have signed its heads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedLog {
    /// Verifier keys, in the notation of C2SP signed-note.
    pub keys: Vec<String>,
    /// Its origin.
    pub origin: String,
}

/// The file of published keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyring {
    /// All keys that ever signed.
    pub keys: Vec<PublishedKey>,
    /// All logs.
    pub logs: Vec<PublishedLog>,
    /// Version of this shape: [`VERSION`].
    pub v: u32,
}

/// Why a file of keys is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// Too long, or not such a file.
    #[error("not a file of published keys: {0}")]
    Form(#[from] CanonError),
    /// Another version, or longer than [`MAX_KEYRING`].
    #[error("not a file of published keys of version {VERSION}")]
    Unknown,
    /// A key is not what the file says it is.
    #[error("key {0} is not what the file says it is")]
    Key(String),
    /// A verifier key of a log cannot be read or is of another origin.
    #[error("the keys of log {0} cannot be used")]
    Log(String),
    /// A key cannot be written.
    #[error(transparent)]
    Write(#[from] KeyError),
    /// A name of a log cannot be the name of a key.
    #[error(transparent)]
    Name(#[from] NoteError),
}

/// Keys that have been read and are trusted.
#[derive(Clone, Debug)]
pub struct Trusted {
    certificate: Vec<(PublicKey, Day, Option<Day>)>,
    statement: Vec<(PublicKey, Day, Option<Day>)>,
    logs: Vec<(String, Vec<VerifierKey>)>,
}

impl Keyring {
    /// The bytes to publish: canonical JSON and a line feed.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonError> {
        let mut bytes = canon::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the file, in any JSON spelling.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyringError> {
        if bytes.len() > MAX_KEYRING {
            return Err(KeyringError::Unknown);
        }
        let ring: Self = canon::from_slice(bytes)?;
        if ring.v == VERSION { Ok(ring) } else { Err(KeyringError::Unknown) }
    }

    /// Reads every key; one that is not what the file says spoils the whole file.
    pub fn trust(&self) -> Result<Trusted, KeyringError> {
        let mut trusted = Trusted { certificate: Vec::new(), statement: Vec::new(), logs: Vec::new() };
        for k in &self.keys {
            let bad = || KeyringError::Key(k.kid.clone());
            let key = PublicKey::from_pem(&k.pem).map_err(|_| bad())?;
            if key.algorithm() != k.alg || key.kid() != k.kid || k.until.is_some_and(|until| until < k.from) {
                return Err(bad());
            }
            let of = match k.usage {
                Use::Certificate => &mut trusted.certificate,
                Use::Statement => &mut trusted.statement,
            };
            of.push((key, k.from, k.until));
        }
        for log in &self.logs {
            let bad = || KeyringError::Log(log.origin.clone());
            let keys: Vec<VerifierKey> = log.keys.iter().map(|k| k.parse().map_err(|_| bad())).collect::<Result<_, _>>()?;
            if keys.is_empty() || keys.iter().any(|k| k.name() != log.origin) {
                return Err(bad());
            }
            trusted.logs.push((log.origin.clone(), keys));
        }
        Ok(trusted)
    }
}

impl PublishedLog {
    /// A log whose heads are signed by these keys.
    pub fn new(origin: &str, keys: &[&PublicKey]) -> Result<Self, NoteError> {
        let keys =
            keys.iter().map(|k| VerifierKey::new(origin, (*k).clone()).map(|v| v.to_string())).collect::<Result<_, _>>()?;
        Ok(Self { keys, origin: origin.to_owned() })
    }
}

impl Trusted {
    fn of(&self, usage: Use) -> &[(PublicKey, Day, Option<Day>)] {
        match usage {
            Use::Certificate => &self.certificate,
            Use::Statement => &self.statement,
        }
    }

    /// The keys of one use.
    pub fn keys(&self, usage: Use) -> Vec<PublicKey> {
        self.of(usage).iter().map(|k| k.0.clone()).collect()
    }

    /// Whether a key of this use was in use on a day.
    pub fn in_term(&self, usage: Use, key: &PublicKey, day: Day) -> bool {
        self.of(usage).iter().any(|(k, from, until)| k == key && *from <= day && until.is_none_or(|until| day <= until))
    }

    /// Whether a key of this use may have signed what bears a day: it had not ended before, and the
    /// use had begun, be it with another key. A certificate keeps its date of issue when it is changed
    /// and signed anew, so a key that followed another one signs for days before its own first.
    pub fn may_have_signed(&self, usage: Use, key: &PublicKey, day: Day) -> bool {
        let of = self.of(usage);
        let begun = of.iter().any(|(k, from, _)| k.algorithm() == key.algorithm() && *from <= day);
        begun && of.iter().any(|(k, _, until)| k == key && until.is_none_or(|until| day <= until))
    }

    /// The keys of a log.
    pub fn log(&self, origin: &str) -> Option<&[VerifierKey]> {
        self.logs.iter().find(|(o, _)| o == origin).map(|(_, keys)| &keys[..])
    }
}
