//! The second factor: time-based one-time codes (RFC 6238), each usable once.

use std::fmt::Write as _;

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use totp_rs::{Builder, Secret, Totp};

/// Bytes of a secret.
pub const SECRET_BYTES: usize = 20;

fn totp(secret: &[u8]) -> Option<Totp> {
    let secret: [u8; SECRET_BYTES] = secret.try_into().ok()?;
    Builder::new().with_secret(Secret::new_stack(secret)).with_skew(1).build().ok()
}

/// Checks a code. `last_step` is the step of the last code that was accepted: it and all
/// before it are used up. Gives the step to store.
pub fn check(secret: &[u8], code: &str, last_step: i64, now: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let time = u64::try_from(now.as_second()).ok()?;
    let step = i64::try_from(totp(secret)?.check(&code, time)?).ok()?;
    (step > last_step).then_some(step)
}

/// The code of a moment; for demonstrations and tests.
pub fn code_at(secret: &[u8], now: Timestamp) -> Option<String> {
    Some(totp(secret)?.generate(u64::try_from(now.as_second()).ok()?).to_string())
}

/// The secret as people type it, in groups of four.
pub fn readable(secret: &[u8]) -> String {
    let s = BASE32_NOPAD.encode(secret);
    let mut out = String::new();
    for (i, c) in s.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// The address that authenticator programs read from the QR code.
pub fn otpauth_uri(secret: &[u8], issuer: &str, account: &str) -> String {
    let enc = |s: &str| {
        let mut out = String::new();
        for b in s.bytes() {
            if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~') {
                out.push(b as char);
            } else {
                let _ = write!(out, "%{b:02X}");
            }
        }
        out
    };
    format!("otpauth://totp/{}:{}?secret={}&issuer={}", enc(issuer), enc(account), BASE32_NOPAD.encode(secret), enc(issuer))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_standard_vector() {
        // RFC 6238 appendix B, cut to six digits.
        assert_eq!(code_at(SECRET, at(59)).unwrap(), "287082");
        assert_eq!(code_at(SECRET, at(1_111_111_109)).unwrap(), "081804");
    }

    #[test]
    fn a_code_works_once_and_for_one_step_around() {
        let now = at(1_111_111_109);
        let step = check(SECRET, "081 804", -1, now).unwrap();
        assert_eq!(check(SECRET, "081804", step, now), None, "used up");
        assert!(check(SECRET, "081804", -1, at(1_111_111_109 + 30)).is_some());
        assert!(check(SECRET, "081804", -1, at(1_111_111_109 + 90)).is_none());
        for bad in ["", "08180", "0818044", "abcdef", "０８１８０４"] {
            assert_eq!(check(SECRET, bad, -1, now), None, "{bad}");
        }
    }
}
