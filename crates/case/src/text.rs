//! What a text typed by a person may hold.
//!
//! Names are stored exactly as given and never normalised: NFC alone would change the names
//! of real people. What cannot be part of a name (controls, bidirectional overrides,
//! zero-width characters) is refused with its place.

use serde::{Deserialize, Serialize};

/// A character that no text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forbidden {
    /// Which character, 1 for the first.
    pub position: usize,
    /// Its code point.
    pub code_point: u32,
}

/// Finds the first character that may not be stored. Line breaks and tabs are allowed only
/// where `multi_line` is set.
///
/// # Errors
/// The place and code point of the first forbidden character.
pub fn check(text: &str, multi_line: bool) -> Result<(), Forbidden> {
    for (i, c) in text.chars().enumerate() {
        let line = matches!(c, '\n' | '\r' | '\t');
        if (line && !multi_line) || (!line && is_forbidden(c)) {
            return Err(Forbidden { position: i + 1, code_point: u32::from(c) });
        }
    }
    Ok(())
}

fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF | 0xFFF9..=0xFFFB
            | 0xE000..=0xF8FF | 0xF0000..=0x10_FFFF | 0xE0000..=0xE007F | 0xFFFE | 0xFFFF)
}

/// Whether nothing but white space was typed (full-width blanks included).
pub fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_real_people_pass() {
        for name in ["欧阳𠮷野", "䶮某", "买买提·吐尔逊", "买买提•吐尔逊", "ＡＢＣ有限公司", "O'Neil", "=SUM(A1)", "𬭎"]
        {
            assert_eq!(check(name, false), Ok(()), "{name}");
        }
    }

    #[test]
    fn invisible_and_reordering_characters_are_refused_with_their_place() {
        assert_eq!(check("示例\u{202E}公司", false), Err(Forbidden { position: 3, code_point: 0x202E }));
        assert_eq!(check("\u{200B}", false), Err(Forbidden { position: 1, code_point: 0x200B }));
        assert_eq!(check("a\0", true), Err(Forbidden { position: 2, code_point: 0 }));
        assert!(check("两\n行", true).is_ok());
        assert_eq!(check("两\n行", false).unwrap_err().position, 2);
    }
}
