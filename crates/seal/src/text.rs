//! Strict readers shared by the text formats: one value has exactly one spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Standard Base 64 with padding (RFC 4648 section 4).
pub(crate) fn b64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes standard Base 64. Missing padding, surplus bits and white space are refused, so two
/// different texts never stand for the same bytes.
pub(crate) fn un_b64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// The alphabet of Base 32 (RFC 4648 section 6): all of it is in the alphanumeric mode of QR codes.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base 32 without padding.
pub(crate) fn b32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut word = [0_u8; 8];
        word[3..3 + chunk.len()].copy_from_slice(chunk);
        let word = u64::from_be_bytes(word);
        for i in 0..(chunk.len() * 8).div_ceil(5) {
            let index = word >> (35 - 5 * i) & 31;
            out.push(char::from(BASE32[usize::try_from(index).unwrap_or(0)]));
        }
    }
    out
}

/// Decodes Base 32 without padding: upper case only, no surplus bits, no length that cannot be.
pub(crate) fn un_b32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut held) = (0_u32, 0_u16);
    for byte in text.bytes() {
        let value = BASE32.iter().position(|b| *b == byte)?;
        held = held << 5 | u16::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    (bits < 5 && held == 0).then_some(out)
}

/// Reads an ASCII decimal without sign, leading zeroes or spaces.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !plain || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.parse().ok()
}

/// Serde adapter: bytes as standard Base 64 text.
pub(crate) mod b64_bytes {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&super::b64(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(d)?;
        super::un_b64(&text).ok_or_else(|| D::Error::custom("not canonical Base 64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_32_as_in_rfc_4648_10() {
        for (plain, coded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(b32(plain.as_bytes()), coded);
            assert_eq!(un_b32(coded), Some(plain.as_bytes().to_vec()));
        }
        for bad in ["my", "MY======", "MZ", "M", "MZX", "MZXW6Y", "M1", "MZXW6 "] {
            assert_eq!(un_b32(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_value_has_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for bad in ["", "00", "01", "+1", "-1", " 1", "1 ", "１", "18446744073709551616"] {
            assert_eq!(decimal(bad), None, "{bad:?}");
        }
        assert_eq!(un_b64("AA=="), Some(vec![0]));
        for bad in ["AA", "AA=", "AB==", "AA==\n", "A A=", "-_8="] {
            assert_eq!(un_b64(bad), None, "{bad:?}");
        }
    }
}
