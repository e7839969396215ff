//! The QR code of a certificate: `HTTPS://HOST/V/<BASE32>`, checkable without any network.
//!
//! All upper case, so that the code stays in the alphanumeric mode of QR. Behind Base 32 lie
//!
//! ```text
//! 01 or 02                  version
//! 4 bytes, 4 bytes          first bytes of the key identifiers: SM2, Ed25519
//! 1 byte + text             number of the certificate
//! 1 byte + text             code of the holder; empty when longer than 64 bytes
//! 1 byte + text             name of the holder; empty when longer than 180 bytes
//! 2 bytes, 2 bytes          date of issue, last day of validity: days after 2000-01-01
//! 2 bytes                   version 2 only: the day on which it was taken over
//! 4 bytes                   place in the status lists
//! 16 bytes                  first half of SHA-256 of the content's canonical bytes
//! 64 bytes, 64 bytes        signatures: SM2-SM3, Ed25519
//! ```
//!
//! numbers high byte first. Signed are all bytes before the signatures behind the host, so that a
//! genuine code cannot be led to another site:
//!
//! ```text
//! "DSSEv1" SP len(type) SP type SP len(message) SP message,   message = HOST ‖ 00 ‖ bytes
//! ```
//!
//! Version 2 is of certificates that were taken over ([`TakenOver`](super::content::TakenOver)), version 1 of all others.

use super::content::{Content, NUMBER_MAX};
use super::time::Day;
use crate::canon::CanonError;
use crate::envelope::pre_authentication;
use crate::keys::{Algorithm, KeyError, PublicKey, SIGNATURE_LEN, SignatureBytes, Signer};
use crate::text::{b32, un_b32};

/// Type of the signed message.
pub const TYPE: &str = "application/vnd.guosuo.certificate-qr.v1";
/// Type of the signed message of a certificate that was taken over.
pub const TYPE_TAKEN_OVER: &str = "application/vnd.guosuo.certificate-qr.v2";
/// Longest text that is looked at.
pub const MAX_TEXT: usize = 2048;

const VERSION: u8 = 1;
const VERSION_TAKEN_OVER: u8 = 2;
const CODE_MAX: usize = 64;
const NAME_MAX: usize = 180;
const SCHEME: &str = "https://";
const PATH: &str = "/V/";

/// Why a QR code cannot be made or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// Not `HTTPS://HOST/V/<BASE32>`, or other bytes than a certificate's.
    #[error("not the QR code of a certificate")]
    Form,
    /// The host is not a plain name with an optional port.
    #[error("the host cannot stand in a QR code")]
    Host,
    /// A text of the certificate does not fit.
    #[error("the {0} does not fit on a QR code")]
    TooLong(&'static str),
    /// The content cannot be written.
    #[error(transparent)]
    Canon(#[from] CanonError),
    /// The key identifiers are not hexadecimal, or signing failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What a QR code says. Nothing in it may be believed before its signatures are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compact {
    /// Host of the site, in upper case.
    pub host: String,
    /// First bytes of the key identifiers: SM2, Ed25519.
    pub kids: [[u8; 4]; 2],
    /// Number of the certificate.
    pub number: String,
    /// Code of the holder; empty when it was too long.
    pub code: String,
    /// Name of the holder; empty when it was too long.
    pub name: String,
    /// Date of issue.
    pub issued_on: Day,
    /// Last day of validity.
    pub valid_until: Day,
    /// The day on which it was taken over, for one that was not issued here.
    pub taken_over: Option<Day>,
    /// Place in the status lists.
    pub slot: u32,
    /// First half of the digest of the content.
    pub content: [u8; 16],
}

/// A compact certificate with both signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrCode {
    /// What it says.
    pub says: Compact,
    /// Signature by SM2 over SM3.
    pub sm2: SignatureBytes,
    /// Signature by Ed25519.
    pub ed25519: SignatureBytes,
}

/// The two algorithms in the order in which they stand in the code.
pub const ALGORITHMS: [Algorithm; 2] = [Algorithm::Sm2Sm3, Algorithm::Ed25519];

/// The first four bytes of a key identifier.
pub fn short_kid(key: &PublicKey) -> [u8; 4] {
    let mut out = [0; 4];
    // A key identifier is 32 hexadecimal digits.
    let _ = hex::decode_to_slice(&key.kid()[..8], &mut out);
    out
}

/// Host names as they stand in addresses, with an optional port; upper case.
fn host(text: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':');
    let fits = !text.is_empty() && text.len() <= 253 && text.bytes().all(plain);
    fits.then(|| text.to_ascii_uppercase())
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(text.as_bytes());
}

/// Reads from the front of a slice.
struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn text(&mut self, max: usize) -> Option<String> {
        let [len] = self.take()?;
        let (head, rest) = self.0.split_at_checked(usize::from(len))?;
        self.0 = rest;
        let text = std::str::from_utf8(head).ok()?;
        (text.len() <= max && !text.contains(char::is_control)).then(|| text.to_owned())
    }
}

impl Compact {
    /// What the QR code of a content says on a host, signed by these two keys.
    pub fn new(content: &Content, on: &str, sm2: &PublicKey, ed25519: &PublicKey) -> Result<Self, QrError> {
        if content.number.is_empty() || content.number.len() > NUMBER_MAX {
            return Err(QrError::TooLong("number"));
        }
        let short = |text: &String, max| if text.len() > max { String::new() } else { text.clone() };
        let digest = content.digest()?;
        Ok(Self {
            host: host(on).ok_or(QrError::Host)?,
            kids: [short_kid(sm2), short_kid(ed25519)],
            number: content.number.clone(),
            code: short(&content.holder.code, CODE_MAX),
            name: short(&content.holder.name, NAME_MAX),
            issued_on: content.issued_on,
            valid_until: content.valid_until,
            taken_over: content.taken_over.map(|t| t.on),
            slot: content.slot,
            content: *digest.as_bytes().first_chunk().unwrap_or(&[0; 16]),
        })
    }

    /// The bytes before the signatures.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![if self.taken_over.is_some() { VERSION_TAKEN_OVER } else { VERSION }];
        out.extend_from_slice(self.kids.as_flattened());
        put(&mut out, &self.number);
        put(&mut out, &self.code);
        put(&mut out, &self.name);
        out.extend_from_slice(&self.issued_on.number().to_be_bytes());
        out.extend_from_slice(&self.valid_until.number().to_be_bytes());
        out.extend(self.taken_over.into_iter().flat_map(|on| on.number().to_be_bytes()));
        out.extend_from_slice(&self.slot.to_be_bytes());
        out.extend_from_slice(&self.content);
        out
    }

    /// The very bytes that both keys sign: to be recorded before a key is used.
    pub fn to_be_signed(&self) -> Vec<u8> {
        let message = [self.host.as_bytes(), &[0], &self.to_bytes()].concat();
        pre_authentication(if self.taken_over.is_some() { TYPE_TAKEN_OVER } else { TYPE }, &message)
    }

    /// Signs with both keys.
    pub fn sign(self, sm2: &dyn Signer, ed25519: &dyn Signer) -> Result<QrCode, QrError> {
        if self.kids != [short_kid(sm2.public_key()), short_kid(ed25519.public_key())] {
            return Err(KeyError::SelfCheck.into());
        }
        let message = self.to_be_signed();
        Ok(QrCode { sm2: sm2.sign(&message)?, ed25519: ed25519.sign(&message)?, says: self })
    }

    fn read(bytes: &[u8], host: String) -> Option<Self> {
        let mut r = Reader(bytes);
        let [version] = r.take()?;
        if !matches!(version, VERSION | VERSION_TAKEN_OVER) {
            return None;
        }
        let kids = [r.take()?, r.take()?];
        let number = r.text(NUMBER_MAX)?;
        let (code, name) = (r.text(CODE_MAX)?, r.text(NAME_MAX)?);
        let mut day = || r.take().and_then(|b| Day::from_number(u16::from_be_bytes(b)));
        let (issued_on, valid_until) = (day()?, day()?);
        let taken_over = if version == VERSION_TAKEN_OVER { Some(day()?) } else { None };
        let slot = u32::from_be_bytes(r.take()?);
        let content = r.take()?;
        let whole = r.0.is_empty() && !number.is_empty();
        whole.then_some(Self { host, kids, number, code, name, issued_on, valid_until, taken_over, slot, content })
    }
}

impl QrCode {
    /// The text of the code.
    pub fn text(&self) -> String {
        let bytes = [&self.says.to_bytes()[..], &self.sm2, &self.ed25519].concat();
        format!("{}{}{PATH}{}", SCHEME.to_ascii_uppercase(), self.says.host, b32(&bytes))
    }

    /// Reads the text of a code. Scheme and host may be in either case, as browsers write them;
    /// the rest has one spelling.
    pub fn parse(text: &str) -> Result<Self, QrError> {
        Self::read(text).ok_or(QrError::Form)
    }

    /// Reads what follows `/V/` on the site of `host`.
    pub fn parse_path(on: &str, coded: &str) -> Result<Self, QrError> {
        Self::read_parts(on, coded).ok_or(QrError::Form)
    }

    fn read(text: &str) -> Option<Self> {
        let scheme = text.get(..SCHEME.len())?;
        if text.len() > MAX_TEXT || !scheme.eq_ignore_ascii_case(SCHEME) {
            return None;
        }
        let (on, coded) = text[SCHEME.len()..].split_once(PATH)?;
        Self::read_parts(on, coded)
    }

    fn read_parts(on: &str, coded: &str) -> Option<Self> {
        let bytes = un_b32(coded)?;
        let (rest, ed25519) = bytes.split_last_chunk::<SIGNATURE_LEN>()?;
        let (rest, sm2) = rest.split_last_chunk::<SIGNATURE_LEN>()?;
        let says = Compact::read(rest, host(on)?)?;
        Some(Self { says, sm2: *sm2, ed25519: *ed25519 })
    }

    /// The signature of an algorithm.
    pub fn signature(&self, algorithm: Algorithm) -> &SignatureBytes {
        match algorithm {
            Algorithm::Sm2Sm3 => &self.sm2,
            Algorithm::Ed25519 => &self.ed25519,
        }
    }

    /// The keys among `keys` that have signed: one of each algorithm. `Err(true)` when a key of
    /// that identifier is known but the signature is not its own, `Err(false)` when none is known.
    pub(super) fn signed_by<'k>(&self, keys: &[&'k PublicKey]) -> Result<[&'k PublicKey; 2], bool> {
        let message = self.says.to_be_signed();
        let [sm2, ed25519] = [0, 1].map(|i| {
            let named = |k: &&&PublicKey| k.algorithm() == ALGORITHMS[i] && short_kid(k) == self.says.kids[i];
            let named: Vec<_> = keys.iter().filter(named).copied().collect();
            let signed = named.iter().find(|k| k.verify(&message, self.signature(ALGORITHMS[i])).is_ok());
            signed.copied().ok_or(!named.is_empty())
        });
        match (sm2, ed25519) {
            (Ok(a), Ok(b)) => Ok([a, b]),
            (Err(true), _) | (_, Err(true)) => Err(true),
            _ => Err(false),
        }
    }
}
