//! Signed notes (C2SP signed-note v1) with Ed25519, SM2 and witness lines.
//!
//! A note is a text, an empty line and signature lines `— name base64(key id ‖ signature)`.
//! SM2 has no number in C2SP, so it takes the escape `0xff` and the name `sm2-sm3-v1`; clients
//! that do not know it skip the line, as the specification demands.

use std::fmt;
use std::str::FromStr;

use crate::digest::sha256_of;
use crate::keys::{Algorithm, KeyError, PublicKey, Signer};
use crate::text::{b64, un_b64};

/// Longest note, in bytes.
pub const MAX_NOTE: usize = 1 << 20;
/// Most signature lines in a note.
pub const MAX_SIGNATURES: usize = 100;

const DASH: &str = "— ";
const TYPE_ED25519: &[u8] = &[0x01];
const TYPE_COSIGNATURE: &[u8] = &[0x04];
const TYPE_SM2: &[u8] = b"\xffsm2-sm3-v1";

/// Why a note is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE`] or more than [`MAX_SIGNATURES`] lines.
    #[error("the note is too long")]
    TooLong,
    /// Not UTF-8, or control characters in it.
    #[error("the note is not plain UTF-8 text")]
    Text,
    /// No text ending in a line feed, empty line and at least one signature line.
    #[error("the note has no signature part")]
    Structure,
    /// A signature line cannot be read; lines are counted from 1 within the signatures.
    #[error("signature line {0} cannot be read")]
    Line(usize),
    /// A key name is empty or has spaces, plus signs or control characters in it.
    #[error("not a key name")]
    Name,
    /// Not a verifier key, or its hash is not its own.
    #[error("not a verifier key")]
    VerifierKey,
    /// A line by a known key is not a valid signature.
    #[error("the signature of {0} is not valid")]
    Signature(String),
    /// No known key has signed.
    #[error("no known key has signed")]
    Unsigned,
    /// A key that must have signed has not.
    #[error("{0} has not signed")]
    Missing(String),
    /// Signing failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What a key does on a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyUse {
    /// Signs the text (type `0x01`, or `0xff sm2-sm3-v1`).
    Sign,
    /// Witnesses the text at a time (type `0x04`, C2SP tlog-cosignature v1). Ed25519 only.
    Cosign,
}

/// A key that checks note lines: name, algorithm, public key. Text form
/// `name+hash+base64(type ‖ key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    usage: KeyUse,
    key: PublicKey,
    id: [u8; 4],
}

impl VerifierKey {
    /// Key of a signer of notes.
    pub fn new(name: &str, key: PublicKey) -> Result<Self, NoteError> {
        Self::with_use(name, KeyUse::Sign, key)
    }

    /// Key of a witness; Ed25519 only.
    pub fn cosigner(name: &str, key: PublicKey) -> Result<Self, NoteError> {
        Self::with_use(name, KeyUse::Cosign, key)
    }

    fn with_use(name: &str, usage: KeyUse, key: PublicKey) -> Result<Self, NoteError> {
        check_name(name)?;
        let kind = match (usage, key.algorithm()) {
            (KeyUse::Sign, Algorithm::Ed25519) => TYPE_ED25519,
            (KeyUse::Sign, Algorithm::Sm2Sm3) => TYPE_SM2,
            (KeyUse::Cosign, Algorithm::Ed25519) => TYPE_COSIGNATURE,
            (KeyUse::Cosign, Algorithm::Sm2Sm3) => return Err(KeyError::NeedsEd25519.into()),
        };
        let hash = sha256_of(&[name.as_bytes(), b"\n", kind, &key.to_bytes()]);
        let id = *hash.as_bytes().first_chunk().expect("a digest has four bytes");
        Ok(Self { name: name.to_owned(), usage, key, id })
    }

    /// Name of the key, by custom an address without scheme.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does.
    pub fn usage(&self) -> KeyUse {
        self.usage
    }

    /// The public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// The four bytes that stand before its signatures:
    /// `SHA-256(name ‖ LF ‖ type ‖ public key)`, shortened.
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    fn type_bytes(&self) -> &'static [u8] {
        match (self.usage, self.key.algorithm()) {
            (KeyUse::Cosign, _) => TYPE_COSIGNATURE,
            (KeyUse::Sign, Algorithm::Ed25519) => TYPE_ED25519,
            (KeyUse::Sign, Algorithm::Sm2Sm3) => TYPE_SM2,
        }
    }

    /// Checks one line that bears this name and key id; gives the time of a cosignature.
    fn check(&self, text: &str, signature: &[u8]) -> Result<Option<u64>, KeyError> {
        match self.usage {
            KeyUse::Sign => self.key.verify(text.as_bytes(), signature).map(|()| None),
            KeyUse::Cosign => {
                let (time, signature) = signature.split_first_chunk::<8>().ok_or(KeyError::Signature)?;
                let time = u64::from_be_bytes(*time);
                self.key.verify(cosigned(time, text).as_bytes(), signature)?;
                Ok(Some(time))
            }
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = [self.type_bytes(), &self.key.to_bytes()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), b64(&body))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let bad = NoteError::VerifierKey;
        // Base64 may contain plus signs; names and hashes may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad);
        };
        let body = un_b64(body).ok_or(NoteError::VerifierKey)?;
        let known = [
            (TYPE_ED25519, KeyUse::Sign, Algorithm::Ed25519),
            (TYPE_COSIGNATURE, KeyUse::Cosign, Algorithm::Ed25519),
            (TYPE_SM2, KeyUse::Sign, Algorithm::Sm2Sm3),
        ];
        let key = known
            .into_iter()
            .find_map(|(kind, usage, algorithm)| {
                let key = PublicKey::from_bytes(algorithm, body.strip_prefix(kind)?).ok()?;
                Self::with_use(name, usage, key).ok()
            })
            .ok_or(NoteError::VerifierKey)?;
        if key.to_string() == text { Ok(key) } else { Err(bad) }
    }
}

/// One signature line, of a known or unknown kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Name of the key.
    pub name: String,
    /// Identifier of the key.
    pub id: [u8; 4],
    /// What follows the identifier; for Ed25519 and SM2 64 bytes.
    pub signature: Vec<u8>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{DASH}{} {}", self.name, b64(&[&self.id[..], &self.signature].concat()))
    }
}

impl FromStr for Line {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let bad = NoteError::Line(1);
        let Some((name, body)) = text.strip_prefix(DASH).and_then(|t| t.split_once(' ')) else {
            return Err(bad);
        };
        check_name(name)?;
        let body = un_b64(body).ok_or(NoteError::Line(1))?;
        match body.split_first_chunk::<4>() {
            Some((id, signature)) if !signature.is_empty() => {
                Ok(Self { name: name.to_owned(), id: *id, signature: signature.to_vec() })
            }
            _ => Err(bad),
        }
    }
}

/// A valid line found by [`Note::verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedBy<'k> {
    /// The key.
    pub key: &'k VerifierKey,
    /// Time of a cosignature, in seconds since 1970-01-01T00:00:00Z; `None` for signatures.
    pub time: Option<u64>,
}

/// A text with signature lines. Nothing in it may be believed before [`Note::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    lines: Vec<Line>,
}

impl Note {
    /// A text nobody has signed yet. It must end in a line feed.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        if text.len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        if !text.ends_with('\n') || !plain(text) {
            return Err(NoteError::Text);
        }
        Ok(Self { text: text.to_owned(), lines: Vec::new() })
    }

    /// Reads a note; lines of unknown keys are kept as they are.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Text)?;
        if !plain(whole) {
            return Err(NoteError::Text);
        }
        let cut = whole.rfind("\n\n").ok_or(NoteError::Structure)?;
        let (text, rest) = (&whole[..=cut], &whole[cut + 2..]);
        let rest = rest.strip_suffix('\n').ok_or(NoteError::Structure)?;
        let mut lines = Vec::new();
        for (i, line) in rest.split('\n').enumerate() {
            if i == MAX_SIGNATURES {
                return Err(NoteError::TooLong);
            }
            lines.push(line.parse().map_err(|_| NoteError::Line(i + 1))?);
        }
        Ok(Self { text: text.to_owned(), lines })
    }

    /// The signed text, with its last line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, known and unknown.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Adds the signature of `signer` under a key name.
    pub fn sign(&mut self, name: &str, signer: &dyn Signer) -> Result<(), NoteError> {
        let key = VerifierKey::new(name, signer.public_key().clone())?;
        let signature = signer.sign(self.text.as_bytes())?.to_vec();
        self.add_line(Line { name: name.to_owned(), id: key.id(), signature })
    }

    /// Adds a witness's cosignature. `time` in seconds since 1970-01-01T00:00:00Z.
    pub fn cosign(&mut self, name: &str, signer: &dyn Signer, time: u64) -> Result<(), NoteError> {
        let key = VerifierKey::cosigner(name, signer.public_key().clone())?;
        let signature = signer.sign(cosigned(time, &self.text).as_bytes())?;
        let signature = [&time.to_be_bytes()[..], &signature].concat();
        self.add_line(Line { name: name.to_owned(), id: key.id(), signature })
    }

    /// Adds a line that came from elsewhere, such as a witness's answer. A second line of the
    /// same key replaces the first.
    pub fn add_line(&mut self, line: Line) -> Result<(), NoteError> {
        check_name(&line.name)?;
        self.lines.retain(|l| (&l.name, l.id) != (&line.name, line.id));
        if self.lines.len() == MAX_SIGNATURES {
            return Err(NoteError::TooLong);
        }
        self.lines.push(line);
        Ok(())
    }

    /// Checks every line of a known key; at least one there must be, and all must be valid.
    /// Lines of unknown keys are skipped.
    pub fn verify<'k>(&self, keys: &'k [VerifierKey]) -> Result<Vec<SignedBy<'k>>, NoteError> {
        let mut valid = Vec::new();
        for line in &self.lines {
            for key in keys.iter().filter(|k| k.name == line.name && k.id == line.id) {
                let time = key.check(&self.text, &line.signature).map_err(|_| NoteError::Signature(key.name.clone()))?;
                valid.push(SignedBy { key, time });
            }
        }
        if valid.is_empty() { Err(NoteError::Unsigned) } else { Ok(valid) }
    }

    /// As [`Note::verify`], and every one of `keys` must have signed.
    pub fn verify_all<'k>(&self, keys: &'k [VerifierKey]) -> Result<Vec<SignedBy<'k>>, NoteError> {
        let valid = self.verify(keys)?;
        match keys.iter().find(|key| !valid.iter().any(|v| v.key == *key)) {
            Some(key) => Err(NoteError::Missing(key.name.clone())),
            None => Ok(valid),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// What a witness signs (C2SP tlog-cosignature v1).
fn cosigned(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

fn plain(text: &str) -> bool {
    text.bytes().all(|b| b >= 0x20 || b == b'\n')
}

fn check_name(name: &str) -> Result<(), NoteError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(bad) { Err(NoteError::Name) } else { Ok(()) }
}
