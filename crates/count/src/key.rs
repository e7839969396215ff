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
const FIRST_BIRTH: u32 = 1800;

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
pub(crate) fn pack(text: &[u8]) -> Option<u64> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let text: &[u8; 18] = text.try_into().ok()?;
    // Without a way out in the loop it becomes a few wide instructions.
    let (mut sum, mut other) = (0, false);
    for (byte, weight) in text.iter().zip(WEIGHTS) {
        let digit = byte.wrapping_sub(b'0');
        other |= digit > 9;
        sum += u32::from(digit) * weight;
    }
    if other {
        return None;
    }
    if b"10X98765432"[(sum % 11) as usize] != text[17].to_ascii_uppercase() {
        return None;
    }
    let number = |part: &[u8]| part.iter().fold(0_u32, |sum, byte| sum * 10 + u32::from(byte - b'0'));
    let (division, sequence) = (number(&text[..6]), number(&text[14..17]));
    let (year, month, day) = (number(&text[6..10]), number(&text[10..12]), number(&text[12..14]));
    if !(FIRST_BIRTH..FIRST_BIRTH + 350).contains(&year) || day == 0 || day > days_in(year, month)? {
        return None;
    }
    // A dense enough number of the day: 372 for each year.
    let birth = (year - FIRST_BIRTH) * 372 + (month - 1) * 31 + day - 1;
    Some(u64::from(division) << 27 | u64::from(birth) << 10 | u64::from(sequence))
}

fn days_in(year: u32, month: u32) -> Option<u32> {
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The number again, to show that nothing is lost.
    fn unpack(packed: u64) -> String {
        let (division, birth, sequence) = (packed >> 27, packed >> 10 & 0x1_FFFF, packed & 0x3FF);
        let year = birth / 372 + u64::from(FIRST_BIRTH);
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
