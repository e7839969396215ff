//! Documents of state with two signatures: opinions, receipts, certificates, status lists.
//!
//! An envelope is a DSSE object (`payloadType`, `payload`, `signatures`). The payload is
//! canonical JSON `{"attachments":[…],"body":{…}}`; what is signed are its exact bytes behind
//! the pre-authentication encoding, so neither JSON spelling nor a change of type can deceive:
//!
//! ```text
//! "DSSEv1" SP len(type) SP type SP len(payload) SP payload
//! ```

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canon::{self, CanonError};
use crate::digest::FileDigests;
use crate::keys::{Algorithm, KeyError, PublicKey, Signer};
use crate::text::b64_bytes;

/// Longest envelope, in bytes.
pub const MAX_ENVELOPE: usize = 1 << 20;
const MAX_SIGNATURES: usize = 16;

/// Why an envelope is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Longer than [`MAX_ENVELOPE`] or more signatures than anybody needs.
    #[error("the envelope is too long")]
    TooLong,
    /// Not an envelope, or its payload is not canonical.
    #[error("not an envelope: {0}")]
    Form(#[from] CanonError),
    /// It is a document of another type.
    #[error("a document of type {found}")]
    Type {
        /// Type found.
        found: String,
    },
    /// A signature by a known key is not valid.
    #[error("the {alg} signature of key {kid} is not valid")]
    Signature {
        /// Algorithm.
        alg: Algorithm,
        /// Key identifier.
        kid: String,
    },
    /// No known key has signed with this algorithm.
    #[error("no known key has signed with {0}")]
    Missing(Algorithm),
    /// The attached document is not the one that was signed.
    #[error("the document {0} is not the one that was signed")]
    Attachment(String),
    /// Signing failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A document that goes with the envelope, fixed by two digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Media type, such as `application/pdf`.
    pub media_type: String,
    /// Name of the document within the envelope.
    pub name: String,
    /// Length and both digests.
    pub digests: FileDigests,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeSignature {
    /// Algorithm.
    pub alg: Algorithm,
    /// Key identifier ([`PublicKey::kid`]).
    pub kid: String,
    /// 64 bytes.
    #[serde(with = "b64_bytes")]
    pub sig: Vec<u8>,
}

/// A signed document. Nothing in it may be believed before [`Envelope::verify`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    #[serde(rename = "payloadType")]
    payload_type: String,
    #[serde(with = "b64_bytes")]
    payload: Vec<u8>,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<B> {
    attachments: Vec<Attachment>,
    body: B,
}

/// What a verified envelope says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<B> {
    /// The statement.
    pub body: B,
    /// Documents that belong to it.
    pub attachments: Vec<Attachment>,
}

impl<B> Verified<B> {
    /// Checks that a document is the attached one of this name.
    pub fn check_attachment(&self, name: &str, digests: &FileDigests) -> Result<(), EnvelopeError> {
        match self.attachments.iter().find(|a| a.name == name) {
            Some(a) if a.digests == *digests => Ok(()),
            _ => Err(EnvelopeError::Attachment(name.to_owned())),
        }
    }
}

/// A document whose bytes are fixed and that nobody has signed yet. What will be signed can be
/// recorded before a key is touched: [`Unsigned::to_be_signed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    payload_type: String,
    payload: Vec<u8>,
}

impl Unsigned {
    /// Writes the payload. The type names what is stated and in which version, such as
    /// `application/vnd.guosuo.receipt.v1+json`.
    pub fn new<B: Serialize>(payload_type: &str, body: &B, attachments: Vec<Attachment>) -> Result<Self, EnvelopeError> {
        let body = serde_json::to_value(body).map_err(|e| CanonError::Shape(e.to_string()))?;
        let payload = canon::to_vec(&Payload { attachments, body })?;
        Ok(Self { payload_type: payload_type.to_owned(), payload })
    }

    /// The very bytes that every key signs.
    pub fn to_be_signed(&self) -> Vec<u8> {
        pre_authentication(&self.payload_type, &self.payload)
    }

    /// Signs with every signer, in their order.
    pub fn sign(self, signers: &[&dyn Signer]) -> Result<Envelope, EnvelopeError> {
        let signed = self.to_be_signed();
        let signatures = signers
            .iter()
            .map(|signer| {
                let key = signer.public_key();
                let sig = signer.sign(&signed)?.to_vec();
                Ok(EnvelopeSignature { alg: key.algorithm(), kid: key.kid(), sig })
            })
            .collect::<Result<_, KeyError>>()?;
        Ok(Envelope { payload_type: self.payload_type, payload: self.payload, signatures })
    }
}

/// The bytes that are signed (DSSE v1, PAE).
pub fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

impl Envelope {
    /// Writes the payload and signs it with every signer: [`Unsigned`] in one step.
    pub fn build<B: Serialize>(
        payload_type: &str,
        body: &B,
        attachments: Vec<Attachment>,
        signers: &[&dyn Signer],
    ) -> Result<Self, EnvelopeError> {
        Unsigned::new(payload_type, body, attachments)?.sign(signers)
    }

    /// Reads an envelope in any JSON spelling.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_ENVELOPE {
            return Err(EnvelopeError::TooLong);
        }
        let envelope: Self = canon::from_slice(bytes)?;
        if envelope.signatures.len() > MAX_SIGNATURES {
            return Err(EnvelopeError::TooLong);
        }
        Ok(envelope)
    }

    /// Reads an envelope that must be spelt canonically, byte for byte as it was issued.
    pub fn parse_canonical(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let envelope = Self::parse(bytes)?;
        if envelope.to_bytes()? == bytes { Ok(envelope) } else { Err(CanonError::NotCanonical.into()) }
    }

    /// Canonical JSON bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EnvelopeError> {
        Ok(canon::to_vec(self)?)
    }

    /// What kind of document it claims to be.
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// The signed payload bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signatures.
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }

    /// Checks the type and the signatures, and reads the statement. There must be one valid
    /// SM2 *and* one valid Ed25519 signature by `keys`, and none by them that is not valid;
    /// signatures of other keys are skipped.
    pub fn verify<B: DeserializeOwned>(&self, payload_type: &str, keys: &[PublicKey]) -> Result<Verified<B>, EnvelopeError> {
        self.verify_with(payload_type, keys, &[Algorithm::Sm2Sm3, Algorithm::Ed25519])
    }

    /// As [`Envelope::verify`] for other needs: each algorithm of `required` must have signed.
    /// An empty list would accept anything and is refused as if Ed25519 were missing.
    pub fn verify_with<B: DeserializeOwned>(
        &self,
        payload_type: &str,
        keys: &[PublicKey],
        required: &[Algorithm],
    ) -> Result<Verified<B>, EnvelopeError> {
        self.signed_by(payload_type, keys, required)?;
        self.read()
    }

    /// The keys among `keys` that have signed, each valid; as [`Envelope::verify_with`] without
    /// reading the statement.
    pub fn signed_by<'k>(
        &self,
        payload_type: &str,
        keys: &'k [PublicKey],
        required: &[Algorithm],
    ) -> Result<Vec<&'k PublicKey>, EnvelopeError> {
        if self.payload_type != payload_type {
            return Err(EnvelopeError::Type { found: self.payload_type.clone() });
        }
        let signed = pre_authentication(&self.payload_type, &self.payload);
        let mut valid: Vec<&PublicKey> = Vec::new();
        for s in &self.signatures {
            for key in keys.iter().filter(|k| k.algorithm() == s.alg && k.kid() == s.kid) {
                key.verify(&signed, &s.sig).map_err(|_| EnvelopeError::Signature { alg: s.alg, kid: s.kid.clone() })?;
                valid.push(key);
            }
        }
        if let Some(missing) = required.iter().find(|alg| !valid.iter().any(|k| k.algorithm() == **alg)) {
            return Err(EnvelopeError::Missing(*missing));
        }
        if valid.is_empty() {
            return Err(EnvelopeError::Missing(Algorithm::Ed25519));
        }
        Ok(valid)
    }

    /// Reads the statement without any check of signatures: only behind [`Envelope::signed_by`].
    pub(crate) fn read<B: DeserializeOwned>(&self) -> Result<Verified<B>, EnvelopeError> {
        let Payload { attachments, body } = canon::from_canonical::<Payload<Value>>(&self.payload)?;
        let body = serde_json::from_value(body).map_err(|e| CanonError::Shape(e.to_string()))?;
        Ok(Verified { body, attachments })
    }
}
