//! Identifiers that forms ask for: credit codes of organisations ([`uscc`]) and ID numbers of citizens ([`ric`]).
//!
//! The outer check (form, alphabet, check character, and for people a possible date of birth) decides between valid
//! and invalid. Everything that a real code may break without being wrong is a [`Warning`].

pub mod ric;
pub mod uscc;

use serde::{Deserialize, Serialize};

/// Kind of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// Unified social credit code (统一社会信用代码, GB 32100-2015).
    Uscc,
    /// Resident ID number (公民身份号码, GB 11643), foreigners with permanent residence included.
    Ric,
}

impl IdKind {
    /// Name in interfaces.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Uscc => "uscc",
            Self::Ric => "ric",
        }
    }
}

/// Why an identifier is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdFault {
    /// Not 18 characters.
    Length,
    /// An ID number of the first generation with 15 digits, no longer issued or valid.
    FirstGeneration,
    /// A character outside the alphabet of the standard.
    Alphabet,
    /// The part for the date of birth is no date.
    BirthDate,
    /// The date of birth lies after the reference day.
    BirthInFuture,
    /// The check character does not fit.
    CheckCharacter,
}

impl IdFault {
    /// Name in interfaces.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::FirstGeneration => "first_generation",
            Self::Alphabet => "alphabet",
            Self::BirthDate => "birth_date",
            Self::BirthInFuture => "birth_in_future",
            Self::CheckCharacter => "check_character",
        }
    }
}

/// Something to look at in a valid identifier; never a reason to refuse it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// The check character of the organisation code inside (characters 9–17, GB 11714) does not fit.
    InnerCheck,
    /// The first two characters are no known registration department and category.
    Category,
    /// The category does not fit the nature of the organisation stated beside it.
    CategoryAgainstNature,
    /// The first two digits of the administrative division are no province.
    Division,
    /// Born more than 130 years before the reference day.
    VeryOld,
    /// An ID number of a foreigner with permanent residence.
    ForeignPermanentResident,
    /// The text fits both kinds of identifier.
    Ambiguous,
    /// Blanks, hyphens, full-width or small letters were put right first.
    Normalised,
}

impl Warning {
    /// Name in interfaces.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InnerCheck => "inner_check",
            Self::Category => "category",
            Self::CategoryAgainstNature => "category_against_nature",
            Self::Division => "division",
            Self::VeryOld => "very_old",
            Self::ForeignPermanentResident => "foreign_permanent_resident",
            Self::Ambiguous => "ambiguous",
            Self::Normalised => "normalised",
        }
    }
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What it was checked as.
    pub kind: IdKind,
    /// The text that was checked, after normalisation where that was asked for.
    pub code: String,
    /// `None` when it is valid.
    pub fault: Option<IdFault>,
    /// What to look at.
    pub warnings: Vec<Warning>,
}

impl Checked {
    /// Whether the outer check passed.
    pub const fn is_valid(&self) -> bool {
        self.fault.is_none()
    }
}

/// Puts right what people type: full-width characters, blanks, hyphens, small letters.
pub fn normalise(text: &str) -> String {
    respelled(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// A number as it is usually printed: full-width characters as half-width ones, every dash as the hyphen, small letters as
/// capitals, no blanks around it. Hyphens stay: numbers of certificates have them.
pub fn respelled(text: &str) -> String {
    let one = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c).to_ascii_uppercase(),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other.to_ascii_uppercase(),
    };
    text.trim().chars().map(one).collect()
}

/// What the check may take into account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Normalise first; otherwise exactly the alphabet of the standard is accepted.
    pub normalise: bool,
    /// The day against which dates of birth are judged; without it a future date passes.
    pub on: Option<jiff::civil::Date>,
}

/// Checks a text whose kind is not said.
///
/// ID numbers are digits with a possible final X; credit codes almost always contain other letters. Where a text fits
/// both, it is taken for an ID number and [`Warning::Ambiguous`] is set.
pub fn check(text: &str, options: Options) -> Checked {
    let as_ric = ric::check(text, options);
    let as_uscc = uscc::check(text, None, options);
    match (as_ric.is_valid(), as_uscc.is_valid()) {
        (true, true) => {
            let mut both = as_ric;
            both.warnings.push(Warning::Ambiguous);
            both
        }
        (true, false) => as_ric,
        (false, true) => as_uscc,
        (false, false) => {
            // Neither: report about the kind that it looks like.
            if as_ric.fault == Some(IdFault::FirstGeneration) {
                return as_ric;
            }
            let code = &as_uscc.code;
            let body = code.char_indices().nth(17).map_or(code.as_str(), |(at, _)| &code[..at]);
            let digits = !body.is_empty() && body.chars().all(|c| c.is_ascii_digit());
            let dated = matches!(as_ric.fault, Some(IdFault::CheckCharacter | IdFault::BirthInFuture));
            if digits && (dated || uscc::category(code).is_none()) { as_ric } else { as_uscc }
        }
    }
}

/// Whether two digits are a province, autonomous region, municipality or special administrative region (GB/T 2260).
fn is_province(digits: &[u8]) -> bool {
    let number = digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit.wrapping_sub(b'0')));
    matches!(number, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
}
