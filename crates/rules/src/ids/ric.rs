//! Resident ID numbers (公民身份号码, GB 11643).
//!
//! 18 characters: six digits of administrative division, date of birth, three digits of sequence, check character
//! by ISO 7064 MOD 11-2 (weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, map 1 0 X 9 8 7 6 5 4 3 2). Numbers of
//! foreigners with permanent residence begin with 9 and have the same form and check.

use jiff::civil::Date;

use super::{Checked, IdFault, IdKind, Options, Warning, is_province, normalise};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const MAP: &[u8; 11] = b"10X98765432";

/// Checks an ID number.
pub fn check(text: &str, options: Options) -> Checked {
    let code = if options.normalise { normalise(text) } else { text.to_owned() };
    let mut warnings = Vec::new();
    let fault = match parse(&code) {
        Err(fault) => Some(fault),
        Ok(birth) => {
            let bytes = code.as_bytes();
            if bytes[0] == b'9' {
                warnings.push(Warning::ForeignPermanentResident);
            }
            let division = if bytes[0] == b'9' { &bytes[1..3] } else { &bytes[0..2] };
            if !is_province(division) {
                warnings.push(Warning::Division);
            }
            options.on.and_then(|on| {
                if i32::from(on.year()) - i32::from(birth.year()) > 130 {
                    warnings.push(Warning::VeryOld);
                }
                (birth > on).then_some(IdFault::BirthInFuture)
            })
        }
    };
    if fault.is_some() {
        warnings.clear();
    }
    if code != text {
        warnings.push(Warning::Normalised);
    }
    Checked { kind: IdKind::Ric, code, fault, warnings }
}

/// The check character of the first 17 digits; `None` when they are not 17 digits.
pub fn check_character(first_17: &str) -> Option<char> {
    let bytes = first_17.as_bytes();
    (bytes.len() == 17 && bytes.iter().all(u8::is_ascii_digit)).then(|| char::from(expected(bytes)))
}

/// Date of birth of a number whose form and check character are right.
///
/// # Errors
/// The first [`IdFault`] found.
pub fn parse(code: &str) -> Result<Date, IdFault> {
    let bytes = code.as_bytes();
    if code.chars().count() == 15 && bytes.iter().all(u8::is_ascii_digit) {
        return Err(IdFault::FirstGeneration);
    }
    if code.chars().count() != 18 {
        return Err(IdFault::Length);
    }
    let right_letters =
        bytes.len() == 18 && bytes[..17].iter().all(u8::is_ascii_digit) && (bytes[17].is_ascii_digit() || bytes[17] == b'X');
    if !right_letters {
        return Err(IdFault::Alphabet);
    }
    let number = |digits: &[u8]| digits.iter().fold(0_i16, |sum, digit| sum * 10 + i16::from(digit - b'0'));
    let small = |digits: &[u8]| i8::try_from(number(digits)).unwrap_or(0);
    let birth = Date::new(number(&bytes[6..10]), small(&bytes[10..12]), small(&bytes[12..14]));
    let birth = birth.map_err(|_| IdFault::BirthDate)?;
    if birth.year() < 1800 {
        return Err(IdFault::BirthDate);
    }
    if bytes[17] == expected(&bytes[..17]) { Ok(birth) } else { Err(IdFault::CheckCharacter) }
}

fn expected(first_17: &[u8]) -> u8 {
    let sum: u32 = WEIGHTS.iter().zip(first_17).map(|(weight, digit)| weight * u32::from(digit - b'0')).sum();
    MAP[(sum % 11) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn strict(code: &str) -> Checked {
        check(code, Options::default())
    }

    fn with(first: &str) -> String {
        format!("{first}{}", check_character(first).unwrap())
    }

    #[test]
    fn the_number_of_the_standard_itself() {
        // The example printed in GB 11643.
        assert!(strict("11010519491231002X").is_valid());
        assert!(strict("440524188001010014").is_valid());
        assert_eq!(strict("11010519491231002x").fault, Some(IdFault::Alphabet));
        assert_eq!(strict("110105194912310021").fault, Some(IdFault::CheckCharacter));
    }

    #[test]
    fn every_single_wrong_digit_is_found() {
        let good = with("11010519900307001");
        for place in 0..17 {
            for digit in b'0'..=b'9' {
                let mut bytes = good.as_bytes().to_vec();
                if bytes[place] != digit {
                    bytes[place] = digit;
                    assert!(!strict(std::str::from_utf8(&bytes).unwrap()).is_valid());
                }
            }
        }
    }

    #[test]
    fn dates_of_birth() {
        assert_eq!(strict(&with("11010520230229001")).fault, Some(IdFault::BirthDate));
        assert!(strict(&with("11010520240229001")).is_valid());
        assert_eq!(strict(&with("11010517990101001")).fault, Some(IdFault::BirthDate));
        let on = |day| Options { on: Some(day), ..Options::default() };
        let born = with("11010520260301001");
        assert_eq!(check(&born, on(date(2026, 2, 28))).fault, Some(IdFault::BirthInFuture));
        assert!(check(&born, on(date(2026, 3, 1))).is_valid());
        assert_eq!(check("440524188001010014", on(date(2026, 1, 1))).warnings, [Warning::VeryOld]);
    }

    #[test]
    fn lengths_and_warnings() {
        assert_eq!(strict("110105491231002").fault, Some(IdFault::FirstGeneration));
        assert_eq!(strict("1101051949123100").fault, Some(IdFault::Length));
        assert_eq!(strict(&with("99010519900307001")).warnings, [Warning::ForeignPermanentResident, Warning::Division]);
        assert_eq!(strict(&with("00010519900307001")).warnings, [Warning::Division]);
        assert_eq!(strict(&with("83000019900307001")).warnings, []);
    }

    #[test]
    fn the_kind_is_recognised() {
        let kind = |text| super::super::check(text, Options::default()).kind;
        assert_eq!(kind("11010519491231002X"), IdKind::Ric);
        assert_eq!(kind("110105194912310021"), IdKind::Ric);
        assert_eq!(kind("91110000DEM0AA008F"), IdKind::Uscc);
        assert_eq!(kind("91110000DEM0AA008G"), IdKind::Uscc);
        assert_eq!(kind("110105491231002"), IdKind::Ric);
        assert_eq!(kind("hello"), IdKind::Uscc);
    }
}
