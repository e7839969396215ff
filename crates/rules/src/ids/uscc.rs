//! Unified social credit codes (GB 32100-2015).
//!
//! 18 characters: registration department, category, six digits of administrative division, nine characters of
//! organisation code (GB 11714), check character. Alphabet: digits and letters without I O S V Z. The check
//! character is (31 − Σ cᵢ·3^(i−1) mod 31) mod 31.

use serde::{Deserialize, Serialize};

use super::{Checked, IdFault, IdKind, Options, Warning, is_province, normalise};

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Nature of an organisation (机构性质), as far as it shows in the category of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// 事业单位, category 12.
    PublicInstitution,
    /// 企业, category 91.
    Enterprise,
    /// 社会团体, category 51.
    SocialGroup,
    /// 民办非企业单位, category 52.
    PrivateNonEnterprise,
    /// 基金会, category 53.
    Foundation,
    /// 社会组织 of any of the three kinds, categories 51 to 53.
    SocialOrganisation,
}

impl Nature {
    fn fits(self, category: [u8; 2]) -> bool {
        match self {
            Self::PublicInstitution => category == *b"12",
            Self::Enterprise => category == *b"91",
            Self::SocialGroup => category == *b"51",
            Self::PrivateNonEnterprise => category == *b"52",
            Self::Foundation => category == *b"53",
            Self::SocialOrganisation => matches!(&category, b"51" | b"52" | b"53"),
        }
    }
}

/// Checks a credit code; `nature` is what the form says about the organisation.
pub fn check(text: &str, nature: Option<Nature>, options: Options) -> Checked {
    let code = if options.normalise { normalise(text) } else { text.to_owned() };
    let mut warnings = Vec::new();
    let fault = fault(&code);
    if fault.is_none() {
        warnings = self::warnings(code.as_bytes(), nature);
    }
    if code != text {
        warnings.push(Warning::Normalised);
    }
    Checked { kind: IdKind::Uscc, code, fault, warnings }
}

/// Department and category, the first two characters, when the standard knows them.
pub fn category(code: &str) -> Option<[u8; 2]> {
    let category = [*code.as_bytes().first()?, *code.as_bytes().get(1)?];
    // Table 1 of the standard and its amendment: 1 机构编制, 2 外交, 3 司法行政, 4 文化, 5 民政, 6 旅游, 7 宗教,
    // 8 工会, 9 市场监管, A 中央军委改革和编制, N 农业农村, Y 其他.
    let last = category[1];
    let known = match category[0] {
        b'1' => matches!(last, b'1'..=b'3' | b'9'),
        b'2' | b'4' | b'6' | b'8' | b'A' => matches!(last, b'1' | b'9'),
        b'3' | b'5' => matches!(last, b'1'..=b'5' | b'9'),
        b'7' => matches!(last, b'1' | b'2' | b'9'),
        b'9' => matches!(last, b'1'..=b'3'),
        b'N' => matches!(last, b'1'..=b'3' | b'9'),
        b'Y' => last == b'1',
        _ => false,
    };
    known.then_some(category)
}

fn value(byte: u8) -> Option<u32> {
    ALPHABET.iter().position(|&letter| letter == byte).and_then(|position| u32::try_from(position).ok())
}

fn fault(code: &str) -> Option<IdFault> {
    if code.chars().count() != 18 {
        return Some(IdFault::Length);
    }
    let bytes = code.as_bytes();
    if bytes.len() != 18 || bytes.iter().any(|&byte| value(byte).is_none()) {
        return Some(IdFault::Alphabet);
    }
    if !bytes[2..8].iter().all(u8::is_ascii_digit) {
        return Some(IdFault::Alphabet);
    }
    (value(bytes[17]) != Some(check_value(&bytes[..17]))).then_some(IdFault::CheckCharacter)
}

fn check_value(first_17: &[u8]) -> u32 {
    let mut weight = 1;
    let mut sum = 0;
    for &byte in first_17 {
        sum += value(byte).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    (31 - sum % 31) % 31
}

/// The check character of the first 17 characters; `None` when they are not 17 characters of the alphabet.
pub fn check_character(first_17: &str) -> Option<char> {
    let bytes = first_17.as_bytes();
    if bytes.len() != 17 || bytes.iter().any(|&byte| value(byte).is_none()) {
        return None;
    }
    Some(char::from(ALPHABET[check_value(bytes) as usize]))
}

fn warnings(code: &[u8], nature: Option<Nature>) -> Vec<Warning> {
    let mut found = Vec::new();
    let category = [code[0], code[1]];
    if self::category(std::str::from_utf8(code).unwrap_or_default()).is_none() {
        found.push(Warning::Category);
    }
    if nature.is_some_and(|nature| !nature.fits(category)) {
        found.push(Warning::CategoryAgainstNature);
    }
    // 100000: registered with the national authority.
    if !is_province(&code[2..4]) && &code[2..8] != b"100000" {
        found.push(Warning::Division);
    }
    if !inner_check(&code[8..17]) {
        found.push(Warning::InnerCheck);
    }
    found
}

/// GB 11714: weights 3 7 9 10 5 8 4 2 modulo 11, letters from 10 up, check character X for ten.
fn inner_check(code: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = WEIGHTS
        .iter()
        .zip(code)
        .map(|(weight, byte)| weight * if byte.is_ascii_digit() { u32::from(byte - b'0') } else { u32::from(byte - b'A') + 10 })
        .sum();
    let expected = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b"0123456789"[digit as usize],
    };
    code.get(8) == Some(&expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(code: &str) -> Checked {
        check(code, None, Options::default())
    }

    /// An invented organisation: department 9, category 1, Beijing, with both check characters right.
    const GOOD: &str = "91110000DEM0AA008F";

    #[test]
    fn a_code_with_right_check_characters_is_valid_without_warning() {
        let checked = strict(GOOD);
        assert!(checked.is_valid(), "{checked:?}");
        assert_eq!(checked.warnings, []);
    }

    #[test]
    fn every_single_wrong_character_is_found() {
        for place in 0..18 {
            for &letter in ALPHABET {
                let mut bytes = GOOD.as_bytes().to_vec();
                if bytes[place] == letter {
                    continue;
                }
                bytes[place] = letter;
                assert!(!strict(std::str::from_utf8(&bytes).unwrap()).is_valid());
            }
        }
    }

    #[test]
    fn reasons() {
        assert_eq!(strict("").fault, Some(IdFault::Length));
        assert_eq!(strict(&GOOD[..17]).fault, Some(IdFault::Length));
        assert_eq!(strict(&GOOD.replace('D', "I")).fault, Some(IdFault::Alphabet));
        assert_eq!(strict(&GOOD.to_lowercase()).fault, Some(IdFault::Alphabet));
        assert_eq!(strict("91110000DEM0AA00８F").fault, Some(IdFault::Alphabet));
        assert_eq!(strict(&format!("{}M", &GOOD[..17])).fault, Some(IdFault::CheckCharacter));
    }

    #[test]
    fn normalising_is_asked_for() {
        let options = Options { normalise: true, ..Options::default() };
        let checked = check(" 9111-0000 ＤＥＭ０aa008f ", None, options);
        assert!(checked.is_valid());
        assert_eq!((checked.code.as_str(), checked.warnings.as_slice()), (GOOD, &[Warning::Normalised][..]));
    }

    #[test]
    fn warnings_do_not_refuse() {
        let with = |first: &str| format!("{first}{}", check_character(first).unwrap());
        let inner = strict(&with("91110000DEM0AA009"));
        assert!(inner.is_valid());
        assert_eq!(inner.warnings, [Warning::InnerCheck]);
        let nowhere = strict(&with("91990000DEM0AA008"));
        assert_eq!(nowhere.warnings, [Warning::Division]);
        let odd = strict(&with("94110000DEM0AA008"));
        assert_eq!(odd.warnings, [Warning::Category]);
        let nature = check(GOOD, Some(Nature::PublicInstitution), Options::default());
        assert_eq!(nature.warnings, [Warning::CategoryAgainstNature]);
        assert!(check(GOOD, Some(Nature::Enterprise), Options::default()).warnings.is_empty());
    }
}
