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
