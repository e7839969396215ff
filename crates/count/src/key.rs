//! What stands for a person inside the counter.
//!
//! A resident ID number is packed without loss: its check character follows from the other 17, and of those the
//! date of birth takes 17 bits, the division 20 and the sequence 10, 47 bits in all (the 17 digits as a plain number
//! would take 57). Two numbers are equal exactly when their packed values are, so counting them is exact.
//!
//! Every other key becomes HMAC-SHA-256 under a secret of the run, cut to 128 bits. Two different keys of one
//! billion meet with a probability below 2⁻⁶⁸ (n²/2¹²⁹): no count that anyone checks will ever differ, and without
//! the secret nobody can test whether a known person is in the set.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// First year of birth that packs; ID numbers with earlier ones are not in use.
const FIRST_BIRTH: u64 = 1800;

/// The part of a person that the tables keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// A packed ID number, 47 bits.
    Packed(u64),
    /// A keyed value.
    Keyed(u128),
}

/// The secret of a run and what is derived from it.
#[derive(Clone)]
pub struct Secret {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A secret from bytes that are kept across runs.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { mac: Hmac::new_from_slice(bytes).expect("HMAC takes keys of every length") }
    }

    /// A secret that lives as long as the run.
    pub fn of_the_run() -> Self {
        Self::from_bytes(&rand::random::<[u8; 32]>())
    }

    pub(crate) fn keyed(&self, text: &[u8]) -> u128 {
        let mut mac = self.mac.clone();
        // Apart from the blocks of the key stream below.
        mac.update(b"k");
        mac.update(text);
        let digest = mac.finalize().into_bytes();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        // Zero marks an empty slot.
        u128::from_le_bytes(half).max(1)
    }

    /// What tells whether two secrets are the same, without telling what they are.
    pub(crate) fn check(&self) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(b"c");
        mac.finalize().into_bytes().into()
    }

    /// A name by which people tell whether two secrets are the same: 16 hexadecimal digits that do not tell the secret.
    pub fn name(&self) -> String {
        let mut mac = self.mac.clone();
        mac.update(b"n");
        mac.finalize().into_bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The beginning of an HMAC over a file.
    pub(crate) fn tag(&self) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(b"f");
        mac
    }

    /// Encrypts or decrypts what lies at `offset` (a multiple of 32) of a spill file.
    pub(crate) fn stream(&self, offset: u64, bytes: &mut [u8]) {
        for (block, chunk) in (offset / 32..).zip(bytes.chunks_mut(32)) {
            let mut mac = self.mac.clone();
            mac.update(b"s");
            mac.update(&block.to_le_bytes());
            let pad = mac.finalize().into_bytes();
            chunk.iter_mut().zip(pad).for_each(|(byte, pad)| *byte ^= pad);
        }
    }
}

/// Packs an ID number; `None` when it is none.
///
/// Eight digits are one word: their sum by weights and their pairs come from a few multiplications.
#[inline]
pub(crate) fn pack(text: &[u8]) -> Option<u64> {
    const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
    const EVEN: u64 = 0x00FF_00FF_00FF_00FF;
    let text: &[u8; 18] = text.try_into().ok()?;
    let (words, [third, check]) = text.as_chunks::<8>() else { return None };
    let (first, second) = (u64::from_le_bytes(words[0]) ^ ZEROS, u64::from_le_bytes(words[1]) ^ ZEROS);
    let third = u64::from(third ^ b'0');
    // A byte above nine has its high bit after the addition, or had it before.
    let other = |word: u64| (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    if other(first) | other(second) != 0 || third > 9 {
        return None;
    }
    // The highest of four lanes of a product is the sum of the lanes by the weights, given from the last to the first.
    let weigh = |word: u64, even: [u16; 4], odd: [u16; 4]| {
        let lanes = |w: [u16; 4]| w.iter().fold(0, |sum, &weight| sum << 16 | u64::from(weight));
        let sum = (word & EVEN).wrapping_mul(lanes(even));
        sum.wrapping_add((word >> 8 & EVEN).wrapping_mul(lanes(odd)))
    };
    let sum = weigh(first, [7, 10, 8, 2], [9, 5, 4, 1]).wrapping_add(weigh(second, [6, 7, 10, 8], [3, 9, 5, 4]));
    let sum = (sum >> 48) + third * 2;
    if b"10X98765432"[(sum % 11) as usize] != check.to_ascii_uppercase() {
        return None;
    }
    let pairs = |word: u64| {
        let word = word.wrapping_mul(10).wrapping_add(word >> 8) & EVEN;
        [word & 0xFF, word >> 16 & 0xFF, word >> 32 & 0xFF, word >> 48]
    };
    let ([a, b, c, century], [of_century, month, day, sequence]) = (pairs(first), pairs(second));
    let (division, sequence) = (a * 10_000 + b * 100 + c, sequence * 10 + third);
    let year = century * 100 + of_century;
    let since = year.wrapping_sub(FIRST_BIRTH);
    if since >= 350 || day == 0 || day > days_in(year, month) {
        return None;
    }
    // A dense enough number of the day: 372 for each year.
    let birth = since * 372 + (month - 1) * 31 + day - 1;
    Some(division << 27 | birth << 10 | sequence)
}

/// Days of a month; none where there is no such month.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a number of two digits")]
fn days_in(year: u64, month: u64) -> u64 {
    const DAYS: [u8; 13] = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days = DAYS.get(month as usize).copied().unwrap_or(0);
    if month == 2 && !(year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))) {
        return 28;
    }
    days.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The number again, to show that nothing is lost.
    fn unpack(packed: u64) -> String {
        let (division, birth, sequence) = (packed >> 27, packed >> 10 & 0x1_FFFF, packed & 0x3FF);
        let year = birth / 372 + FIRST_BIRTH;
        let (month, day) = (birth % 372 / 31 + 1, birth % 31 + 1);
        let first = format!("{division:06}{year:04}{month:02}{day:02}{sequence:03}");
        let check = guosuo_rules::ids::ric::check_character(&first).unwrap();
        format!("{first}{check}")
    }

    #[test]
    fn what_packs_is_what_the_rules_call_valid() {
        for text in ["11010519491231002X", "440524188001010014", "99999921491231999X"] {
            let valid = guosuo_rules::ids::ric::parse(text).is_ok();
            assert_eq!(pack(text.as_bytes()).is_some(), valid, "{text}");
        }
        assert_eq!(pack(b"11010519491231002x"), pack(b"11010519491231002X"));
        assert_eq!(pack(b"110105194912310021"), None);
        assert_eq!(pack(b"hello"), None);
        // Bytes beside the digits, and beyond ASCII.
        for at in 0..17 {
            for byte in [b'/', b':', b' ', b'X', 0x80, 0xB0, 0xFF] {
                let mut text = *b"11010519491231002X";
                text[at] = byte;
                assert_eq!(pack(&text), None, "{at} {byte}");
            }
        }
    }

    proptest! {
        #[test]
        fn packing_loses_nothing(division in 0_u32..1_000_000, year in 1800_u32..2150, month in 1_u32..13, day in 1_u32..32, sequence in 0_u32..1000) {
            let first = format!("{division:06}{year:04}{month:02}{day:02}{sequence:03}");
            let text = format!("{first}{}", guosuo_rules::ids::ric::check_character(&first).unwrap());
            match pack(text.as_bytes()) {
                Some(packed) => {
                    prop_assert!(packed < 1 << 47);
                    prop_assert_eq!(unpack(packed), text);
                }
                None => prop_assert!(guosuo_rules::ids::ric::parse(&text).is_err()),
            }
        }
    }

    #[test]
    fn the_key_stream_undoes_itself_and_depends_on_the_place() {
        let secret = Secret::from_bytes(b"secret of a test");
        let mut bytes = [7; 100];
        secret.stream(64, &mut bytes);
        assert_ne!(bytes, [7; 100]);
        let mut other = [7; 100];
        secret.stream(96, &mut other);
        assert_ne!(bytes, other);
        secret.stream(64, &mut bytes);
        assert_eq!(bytes, [7; 100]);
        assert_ne!(secret.keyed(b"a"), Secret::from_bytes(b"another").keyed(b"a"));
    }
}
