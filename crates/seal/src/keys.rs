//! SM2 and Ed25519 keys.
//!
//! SM2 signatures are made and checked over SM3 with the distinguishing identifier
//! [`DIST_ID`], stated everywhere because products differ in what they assume. Both algorithms
//! give 64 bytes: `r ‖ s` for SM2, `R ‖ S` for Ed25519; [`sm2_to_der`] gives what OpenSSL reads.

use std::fmt;

use ed25519_dalek::pkcs8::{
    self, DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, spki::der::pem::LineEnding,
};
use gmcrypto_core::sm2 as second;
use serde::{Deserialize, Serialize};
use sm2::dsa::signature::{Signer as _, Verifier as _};
use zeroize::Zeroizing;

use crate::digest::sha256;

/// The distinguishing identifier of GM/T 0009-2012 section 10 for users without one of their own.
pub const DIST_ID: &str = "1234567812345678";
/// Bytes in a signature of either algorithm.
pub const SIGNATURE_LEN: usize = 64;
/// A signature as it is stored.
pub type SignatureBytes = [u8; SIGNATURE_LEN];

/// Signature algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// SM2 over SM3 (GB/T 32918.2, GB/T 32905), identifier [`DIST_ID`].
    #[serde(rename = "SM2-SM3")]
    Sm2Sm3,
    /// Ed25519 (RFC 8032), strict verification.
    #[serde(rename = "Ed25519")]
    Ed25519,
}

impl Algorithm {
    /// The stored name: `SM2-SM3` or `Ed25519`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Sm2Sm3 => "SM2-SM3",
            Self::Ed25519 => "Ed25519",
        }
    }

    /// Reads a stored name.
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Sm2Sm3, Self::Ed25519].into_iter().find(|a| a.id() == id)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A key cannot be read, written or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The 32 secret bytes are not a key of this algorithm.
    #[error("the secret bytes are not a {0} key")]
    Secret(Algorithm),
    /// The bytes are not a public key of this algorithm.
    #[error("the bytes are not a {0} public key")]
    Public(Algorithm),
    /// The text is neither an SM2 nor an Ed25519 key in PKCS#8 or SPKI PEM. Keys written by
    /// `openssl ec` must be converted with `openssl pkcs8 -topk8 -nocrypt`.
    #[error("not an SM2 or Ed25519 key in PKCS#8 or SPKI PEM")]
    Pem,
    /// The key cannot be written.
    #[error("the key cannot be written as PKCS#8")]
    Encode,
    /// The signature is not valid for this key and message.
    #[error("the signature is not valid")]
    Signature,
    /// The signing back-end failed.
    #[error("the signing device failed")]
    Device,
    /// A fresh signature did not pass its check and was withheld.
    #[error("a fresh signature failed its check and was withheld")]
    SelfCheck,
    /// The signature is not a DER sequence of two integers.
    #[error("not a DER signature")]
    Der,
    /// This use needs an Ed25519 key.
    #[error("this use needs an Ed25519 key")]
    NeedsEd25519,
}

/// A public key of either algorithm.
#[derive(Clone)]
pub struct PublicKey(Public);

#[derive(Clone)]
enum Public {
    Ed25519(ed25519_dalek::VerifyingKey),
    Sm2(sm2::dsa::VerifyingKey),
}

impl PublicKey {
    /// 32 bytes for Ed25519; `04 ‖ x ‖ y`, 65 bytes, for SM2. Points off the curve and Ed25519
    /// keys of small order are refused.
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyError> {
        let bad = KeyError::Public(algorithm);
        match algorithm {
            Algorithm::Ed25519 => {
                let bytes = bytes.try_into().map_err(|_| bad)?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| bad)?;
                if key.is_weak() { Err(bad) } else { Ok(Self(Public::Ed25519(key))) }
            }
            Algorithm::Sm2Sm3 => {
                if bytes.len() != 65 || bytes[0] != 4 {
                    return Err(bad);
                }
                sm2::dsa::VerifyingKey::from_sec1_bytes(DIST_ID, bytes).map(|key| Self(Public::Sm2(key))).map_err(|_| bad)
            }
        }
    }

    /// Reads `-----BEGIN PUBLIC KEY-----` (SPKI) of either algorithm.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        if let Ok(key) = ed25519_dalek::VerifyingKey::from_public_key_pem(pem) {
            return Self::from_bytes(Algorithm::Ed25519, key.as_bytes());
        }
        let key = sm2::PublicKey::from_public_key_pem(pem).map_err(|_| KeyError::Pem)?;
        let key = sm2::dsa::VerifyingKey::new(DIST_ID, key).map_err(|_| KeyError::Pem)?;
        Ok(Self(Public::Sm2(key)))
    }

    /// Writes `-----BEGIN PUBLIC KEY-----` (SPKI), as OpenSSL does.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        match &self.0 {
            Public::Ed25519(key) => key.to_public_key_pem(LineEnding::LF),
            Public::Sm2(key) => key.to_public_key_pem(LineEnding::LF),
        }
        .map_err(|_| KeyError::Encode)
    }

    /// SPKI in DER.
    pub fn to_der(&self) -> Vec<u8> {
        match &self.0 {
            Public::Ed25519(key) => key.to_public_key_der(),
            Public::Sm2(key) => key.to_public_key_der(),
        }
        .expect("a valid key has a DER form")
        .into_vec()
    }

    /// Which algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Public::Ed25519(_) => Algorithm::Ed25519,
            Public::Sm2(_) => Algorithm::Sm2Sm3,
        }
    }

    /// The bytes [`PublicKey::from_bytes`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Public::Ed25519(key) => key.as_bytes().to_vec(),
            Public::Sm2(key) => key.to_sec1_bytes().into_vec(),
        }
    }

    /// Key identifier: the first 16 bytes of SHA-256 over the SPKI DER, in hexadecimal
    /// (`openssl pkey -pubin -outform DER | sha256sum | cut -c-32`).
    pub fn kid(&self) -> String {
        hex::encode(&sha256(&self.to_der()).as_bytes()[..16])
    }

    /// Checks a signature of 64 bytes; SM2 with [`DIST_ID`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        let bad = KeyError::Signature;
        match &self.0 {
            Public::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| bad)?;
                key.verify_strict(message, &signature).map_err(|_| bad)
            }
            Public::Sm2(key) => {
                let signature = sm2::dsa::Signature::from_slice(signature).map_err(|_| bad)?;
                key.verify(message, &signature).map_err(|_| bad)
            }
        }
    }

    /// Checks an SM2 signature made with another distinguishing identifier, as foreign
    /// certificates may have. For Ed25519, which has none, `Err`.
    pub fn verify_with_id(&self, dist_id: &str, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        let bad = KeyError::Signature;
        let Public::Sm2(key) = &self.0 else {
            return Err(bad);
        };
        let key = sm2::dsa::VerifyingKey::new(dist_id, key.into()).map_err(|_| bad)?;
        let signature = sm2::dsa::Signature::from_slice(signature).map_err(|_| bad)?;
        key.verify(message, &signature).map_err(|_| bad)
    }

    /// As [`PublicKey::verify`], for SM2 by a second, independent implementation. Ed25519 has one
    /// implementation here.
    pub fn verify_second(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        let Public::Sm2(key) = &self.0 else {
            return self.verify(message, signature);
        };
        let bad = KeyError::Signature;
        let key = second::Sm2PublicKey::from_sec1_bytes(&key.to_sec1_bytes()).ok_or(bad)?;
        let der = sm2_to_der(signature)?;
        if second::verify_with_id(&key, DIST_ID.as_bytes(), message, &der) { Ok(()) } else { Err(bad) }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm() == other.algorithm() && self.to_bytes() == other.to_bytes()
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.algorithm(), self.kid())
    }
}

/// Whoever holds a private key: a file today, a certified module tomorrow.
pub trait Signer: Send + Sync {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// Makes a signature of 64 bytes. Call [`Signer::sign`], which checks what comes back.
    fn raw_signature(&self, message: &[u8]) -> Result<SignatureBytes, KeyError>;

    /// Makes a signature and lets it out only when every implementation at hand accepts it. A
    /// faulty signature can betray the key.
    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, KeyError> {
        let signature = self.raw_signature(message)?;
        let key = self.public_key();
        key.verify(message, &signature).map_err(|_| KeyError::SelfCheck)?;
        key.verify_second(message, &signature).map_err(|_| KeyError::SelfCheck)?;
        Ok(signature)
    }
}

/// A private key in memory, wiped when dropped.
pub struct SigningKey {
    secret: Secret,
    public: PublicKey,
}

enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    Sm2 { secret: sm2::SecretKey, signer: Box<sm2::dsa::SigningKey> },
}

impl SigningKey {
    /// From 32 random bytes: the seed of RFC 8032, or the scalar `d` of SM2, high byte first.
    /// An SM2 scalar of 0 or beyond `n − 2` is refused (GB/T 32918.1 section 6.1): draw again.
    pub fn from_secret(algorithm: Algorithm, bytes: &[u8; 32]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Ed25519 => Self::ed25519(&ed25519_dalek::SigningKey::from_bytes(bytes)),
            Algorithm::Sm2Sm3 => {
                let bad = KeyError::Secret(algorithm);
                Self::sm2(sm2::SecretKey::from_slice(bytes).map_err(|_| bad)?)
            }
        }
    }

    fn ed25519(key: &ed25519_dalek::SigningKey) -> Result<Self, KeyError> {
        let public = PublicKey::from_bytes(Algorithm::Ed25519, key.verifying_key().as_bytes())?;
        Ok(Self { secret: Secret::Ed25519(key.clone()), public })
    }

    fn sm2(secret: sm2::SecretKey) -> Result<Self, KeyError> {
        let bad = KeyError::Secret(Algorithm::Sm2Sm3);
        let signer = sm2::dsa::SigningKey::new(DIST_ID, &secret).map_err(|_| bad)?;
        // d = n - 1 has no inverse of 1 + d and can sign nothing.
        signer.try_sign(b"").map_err(|_| bad)?;
        let public = PublicKey(Public::Sm2(signer.verifying_key().clone()));
        Ok(Self { secret: Secret::Sm2 { secret, signer: Box::new(signer) }, public })
    }

    /// Reads `-----BEGIN PRIVATE KEY-----` (PKCS#8, not encrypted) of either algorithm, as
    /// `openssl genpkey -algorithm SM2` or `-algorithm ED25519` writes it.
    pub fn from_pkcs8_pem(pem: &str) -> Result<Self, KeyError> {
        if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_pem(pem) {
            return Self::ed25519(&key);
        }
        Self::sm2(sm2::SecretKey::from_pkcs8_pem(pem).map_err(|_| KeyError::Pem)?)
    }

    /// Writes `-----BEGIN PRIVATE KEY-----` (PKCS#8, not encrypted), readable by OpenSSL 3.
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        match &self.secret {
            // Version 1, without the public key: OpenSSL 3.0 refuses version 2.
            Secret::Ed25519(key) => pkcs8_ed25519(key).to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Encode),
            Secret::Sm2 { secret, .. } => secret.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Encode),
        }
    }

    /// Which algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }
}

fn pkcs8_ed25519(key: &ed25519_dalek::SigningKey) -> ed25519_dalek::pkcs8::KeypairBytes {
    pkcs8::KeypairBytes { secret_key: key.to_bytes(), public_key: None }
}

impl Signer for SigningKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn raw_signature(&self, message: &[u8]) -> Result<SignatureBytes, KeyError> {
        match &self.secret {
            Secret::Ed25519(key) => Ok(key.try_sign(message).map_err(|_| KeyError::Device)?.to_bytes()),
            Secret::Sm2 { signer, .. } => {
                let signature: sm2::dsa::Signature = signer.try_sign(message).map_err(|_| KeyError::Device)?;
                Ok(signature.to_bytes().into())
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm(), self.public.kid())
    }
}

/// SM2 signature `r ‖ s` as the DER sequence OpenSSL reads.
pub fn sm2_to_der(signature: &[u8]) -> Result<Vec<u8>, KeyError> {
    let signature = sm2::dsa::Signature::from_slice(signature).map_err(|_| KeyError::Signature)?;
    Ok(signature.to_der().as_ref().to_vec())
}

/// SM2 signature as OpenSSL writes it, as `r ‖ s`.
pub fn sm2_from_der(der: &[u8]) -> Result<SignatureBytes, KeyError> {
    let signature = sm2::dsa::Signature::from_der(der).map_err(|_| KeyError::Der)?;
    Ok(signature.to_bytes().into())
}
