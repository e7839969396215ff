//! SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016), and how this software names and salts digests.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

/// Bytes in a salt for [`salted`].
pub const SALT_LEN: usize = 32;

/// Separates salted digests from every other use of SHA-256 in this crate.
const SALTED_DOMAIN: &[u8] = b"guosuo.salted.v1\n";

/// Which digest algorithm made a digest. Written beside every digest that leaves the software.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Suite {
    /// SHA-256, FIPS 180-4.
    Sha256,
    /// SM3, GB/T 32905-2016.
    Sm3,
}

impl Suite {
    /// The stored name: `sha256` or `sm3`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }

    /// Reads a stored name.
    pub fn from_id(id: &str) -> Option<Self> {
        match id {
            "sha256" => Some(Self::Sha256),
            "sm3" => Some(Self::Sm3),
            _ => None,
        }
    }

    /// Digest of `bytes` under this suite.
    pub fn digest(self, bytes: &[u8]) -> Digest32 {
        match self {
            Self::Sha256 => sha256(bytes),
            Self::Sm3 => sm3(bytes),
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A digest of 32 bytes. Text form and serde form: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Digest32([u8; 32]);

impl Digest32 {
    /// All bytes zero: no digest of anything known; a placeholder in records that have no body.
    pub const ZERO: Self = Self([0; 32]);

    /// Wraps 32 bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The bytes, by value.
    pub const fn into_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Takes a slice of exactly 32 bytes, as it comes out of a database column.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

impl From<[u8; 32]> for Digest32 {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Digest32 {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Digest32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Digest32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lower-case hexadecimal digits")]
pub struct NotADigest;

impl FromStr for Digest32 {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(NotADigest);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotADigest)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Digest32 {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest32 {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Digest32 {
    Digest32(Sha256::digest(bytes).into())
}

/// SHA-256 over several parts, as if written one after the other.
pub(crate) fn sha256_of(parts: &[&[u8]]) -> Digest32 {
    let mut h = Sha256::new();
    for part in parts {
        h.update(part);
    }
    Digest32(h.finalize().into())
}

/// SM3 of `bytes`.
pub fn sm3(bytes: &[u8]) -> Digest32 {
    Digest32(Sm3::digest(bytes).into())
}

/// Digest that stands in the ledger for content which may have to be erased later.
///
/// `SHA-256("guosuo.salted.v1" LF ‖ salt ‖ content)`. The salt (fresh random bytes) lives with
/// the content, not in the ledger: once both are destroyed the digest tells nothing, even about
/// a content that could be guessed.
pub fn salted(salt: &[u8; SALT_LEN], content: &[u8]) -> Digest32 {
    sha256_of(&[SALTED_DOMAIN, salt, content])
}

/// Both digests of one file, and its length in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigests {
    /// SHA-256 of the whole content.
    pub sha256: Digest32,
    /// Length in bytes.
    pub size: u64,
    /// SM3 of the whole content.
    pub sm3: Digest32,
}

impl FileDigests {
    /// Digests of content held in memory.
    pub fn of(bytes: &[u8]) -> Self {
        let mut stream = StreamDigest::new();
        stream.update(bytes);
        stream.finish()
    }
}

/// SHA-256 and SM3 of a stream, in one pass, without holding it.
#[derive(Clone, Debug, Default)]
pub struct StreamDigest {
    sha256: Sha256,
    sm3: Sm3,
    size: u64,
}

impl StreamDigest {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next chunk.
    pub fn update(&mut self, chunk: &[u8]) {
        self.sha256.update(chunk);
        self.sm3.update(chunk);
        self.size += chunk.len() as u64;
    }

    /// Bytes read so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Both digests of everything read.
    pub fn finish(self) -> FileDigests {
        FileDigests {
            sha256: Digest32(self.sha256.finalize().into()),
            size: self.size,
            sm3: Digest32(self.sm3.finalize().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_vectors_of_sm3() {
        // GB/T 32905-2016, annex A.1 and A.2.
        assert_eq!(sm3(b"abc").to_hex(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(sm3(&b"abcd".repeat(16)).to_hex(), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    }

    #[test]
    fn standard_vectors_of_sha256() {
        assert_eq!(sha256(b"abc").to_hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(sha256(b"").to_hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_stream_in_any_chunks_gives_the_digests_of_the_whole() {
        let data: Vec<u8> = (0..1000_u32).map(|i| (i % 251) as u8).collect();
        for chunk in [1, 7, 63, 64, 65, 999, 1000] {
            let mut s = StreamDigest::new();
            data.chunks(chunk).for_each(|c| s.update(c));
            assert_eq!(s.finish(), FileDigests::of(&data));
        }
        assert_eq!(FileDigests::of(&data).sha256, sha256(&data));
        assert_eq!(FileDigests::of(&data).sm3, sm3(&data));
        assert_eq!(FileDigests::of(&data).size, 1000);
    }

    #[test]
    fn salt_and_content_both_matter() {
        let d = salted(&[1; 32], b"x");
        assert_ne!(d, salted(&[2; 32], b"x"));
        assert_ne!(d, salted(&[1; 32], b"y"));
        assert_ne!(d, sha256(b"x"));
    }

    #[test]
    fn text_form_is_strict() {
        let d = sha256(b"abc");
        assert_eq!(d.to_hex().parse(), Ok(d));
        assert_eq!(serde_json::to_string(&d).unwrap(), format!("\"{d}\""));
        assert_eq!(serde_json::from_str::<Digest32>(&format!("\"{d}\"")).unwrap(), d);
        for bad in [d.to_hex().to_uppercase(), d.to_hex()[1..].to_owned(), format!("{d} ")] {
            assert_eq!(bad.parse::<Digest32>(), Err(NotADigest));
        }
    }
}
