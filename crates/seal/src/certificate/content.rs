//! What a certificate says, and the signed document that says it.

use serde::{Deserialize, Serialize};

use super::time::Day;
use crate::canon::{self, CanonError};
use crate::digest::{Digest32, FileDigests, sha256};
use crate::envelope::{Attachment, EnvelopeError, Unsigned};

/// Payload type of a certificate that was issued here.
pub const TYPE: &str = "application/vnd.guosuo.certificate.v1+json";
/// Payload type of a certificate with the mark [`TakenOver`]. A verifier that knows only [`TYPE`] cannot show the
/// mark, and refuses the document instead of showing it without.
pub const TYPE_TAKEN_OVER: &str = "application/vnd.guosuo.certificate.v2+json";
/// Version of a [`Content`] without the mark: its bytes are what they were before there was one.
pub const VERSION: u32 = 1;
/// Version of a [`Content`] with the mark [`TakenOver`].
pub const VERSION_TAKEN_OVER: u32 = 2;
/// Name of the printed certificate among the attachments.
pub const PDF: &str = "certificate.pdf";
/// Longest number of a certificate, in bytes: it must fit on the QR code.
pub const NUMBER_MAX: usize = 96;

/// The holder 获证个人信息处理者.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Registered address.
    pub address: String,
    /// Credit code, or the number in the register of its country.
    pub code: String,
    /// ISO 3166-1 code of the country or region.
    pub country: String,
    /// Name as given.
    pub name: String,
}

/// The body 专业认证机构 that issues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Credit code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// What the certification rests on 认证依据 (R37 2, A53).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Name of the edition.
    pub edition: String,
    /// Standards with their editions, as printed.
    pub standards: Vec<String>,
}

/// The scope 认证范围: in words, and the digests of the data behind them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeWords {
    /// Digests of the scope as data, in canonical JSON.
    pub digests: FileDigests,
    /// English words.
    pub en: String,
    /// Chinese words.
    pub zh: String,
}

/// The mark 认证标志 (R37 5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The body's identifier in the mark.
    pub body: String,
    /// The mark for processing across the border.
    pub cross_border: bool,
}

/// Whose word it is that the holder was audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voucher {
    /// The body's that issued it. No record of the platform shows verification, audit or decision.
    Body,
}

/// The mark of a certificate that was issued before, elsewhere, and taken over from the register of its body: what is
/// signed states the entry of that register, and not that anything was certified here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenOver {
    /// The day on which it was taken over, China Standard Time.
    pub on: Day,
    /// Whose word the audit rests on.
    pub vouched_by: Voucher,
}

impl TakenOver {
    /// Taken over on a day, on the word of its body.
    pub fn new(on: Day) -> Self {
        Self { on, vouched_by: Voucher::Body }
    }
}

/// The content of a certificate: one set of bytes, whatever form it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// What it rests on.
    pub basis: Basis,
    /// Who issues.
    pub body: Body,
    /// Who holds it.
    pub holder: Holder,
    /// Date of issue, the first day of validity.
    pub issued_on: Day,
    /// Origin of the transparency log in which its events are.
    pub log: String,
    /// The mark.
    pub mark: Mark,
    /// Mode of certification 认证模式 (R37 3).
    pub mode: String,
    /// Its number, by the body's own pattern.
    pub number: String,
    /// Number of the certificate that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<String>,
    /// What it covers.
    pub scope: ScopeWords,
    /// Its place in the status lists.
    pub slot: u32,
    /// That it was taken over and not issued here; never written for what was issued here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_over: Option<TakenOver>,
    /// Version of this shape: [`VERSION_TAKEN_OVER`] with the mark, [`VERSION`] without.
    pub v: u32,
    /// Last day of validity, as printed (M 8(2)). Never derived.
    pub valid_until: Day,
}

/// Why a content cannot be issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// A text is empty, too long or has control characters in it.
    #[error("the {0} is empty, too long, or has control characters in it")]
    Text(&'static str),
    /// It ends before it begins.
    #[error("the last day of validity is before the date of issue")]
    Days,
    /// It was taken over before it was issued.
    #[error("the day on which it was taken over is before the date of issue")]
    TakenOver,
    /// A version that there is not, or not with this mark.
    #[error("a content of version {0}, or one that says otherwise whether it was taken over")]
    Version(u32),
    /// Not to be written as canonical JSON.
    #[error(transparent)]
    Canon(#[from] CanonError),
}

impl Content {
    /// Whether it can be issued: every text is there, fits and is plain.
    pub fn check(&self) -> Result<(), ContentError> {
        let texts = [
            ("number", &self.number, NUMBER_MAX),
            ("name of the holder", &self.holder.name, 2000),
            ("address of the holder", &self.holder.address, 2000),
            ("code of the holder", &self.holder.code, 2000),
            ("country of the holder", &self.holder.country, 2),
            ("name of the body", &self.body.name, 2000),
            ("code of the body", &self.body.code, 64),
            ("edition of the basis", &self.basis.edition, 200),
            ("mode", &self.mode, 2000),
            ("identifier in the mark", &self.mark.body, 64),
            ("origin of the log", &self.log, 255),
            ("scope", &self.scope.zh, 100_000),
            ("scope in English", &self.scope.en, 100_000),
        ];
        let bad = |t: &str, max: usize| t.trim().is_empty() || t.len() > max || t.chars().any(|c| c.is_control() && c != '\n');
        for (what, text, max) in texts {
            if bad(text, max) {
                return Err(ContentError::Text(what));
            }
        }
        if self.number.contains(char::is_control) {
            return Err(ContentError::Text("number"));
        }
        if self.valid_until < self.issued_on {
            return Err(ContentError::Days);
        }
        if self.taken_over.is_some_and(|t| t.on < self.issued_on) {
            return Err(ContentError::TakenOver);
        }
        if self.v != Self::version(self.taken_over) {
            return Err(ContentError::Version(self.v));
        }
        Ok(())
    }

    /// The version that goes with the mark or with none.
    pub fn version(taken_over: Option<TakenOver>) -> u32 {
        if taken_over.is_some() { VERSION_TAKEN_OVER } else { VERSION }
    }

    /// The payload type that goes with the mark or with none.
    pub fn payload_type(&self) -> &'static str {
        if self.taken_over.is_some() { TYPE_TAKEN_OVER } else { TYPE }
    }

    /// Whether it can stand in a document of a type: type, version and mark say the same.
    pub fn fits(&self, payload_type: &str) -> bool {
        self.payload_type() == payload_type && self.v == Self::version(self.taken_over)
    }

    /// The canonical bytes: the same for ever for the same content.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonError> {
        canon::to_vec(self)
    }

    /// SHA-256 of the canonical bytes: what QR codes and log entries point to.
    pub fn digest(&self) -> Result<Digest32, CanonError> {
        self.to_bytes().map(|bytes| sha256(&bytes))
    }

    /// The signed form, with the digests of the printed one. Nothing is signed yet: record
    /// [`Unsigned::to_be_signed`] first.
    pub fn document(&self, pdf: FileDigests) -> Result<Unsigned, EnvelopeError> {
        let printed = Attachment { media_type: "application/pdf".to_owned(), name: PDF.to_owned(), digests: pdf };
        Unsigned::new(self.payload_type(), self, vec![printed])
    }
}
