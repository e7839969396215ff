//! What a person typed, made fit for print.

use std::fmt::Write as _;

use serde_json::Value;

/// Ranges of characters that steer text instead of being text: controls,
/// zero-width and bidirectional marks, invisible operators, tags, line and
/// paragraph separators. They could make a paper read differently from its
/// data, so they are printed as their code, visibly.
const STEERING: &[(u32, u32)] = &[
    (0x0000, 0x0009),
    (0x000B, 0x001F),
    (0x007F, 0x009F),
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE00FF),
    (0xE01F0, 0xE0FFF),
];

/// What a line end weighs: a paragraph costs the type setter about as much as
/// these many characters.
pub(crate) const LINE: usize = 40;

fn steers(c: char) -> bool {
    let u = u32::from(c);
    STEERING.iter().any(|&(a, b)| (a..=b).contains(&u))
}

/// Standardised and ideographic variation selectors: invisible, but part of a
/// name as its bearer writes it.
pub(crate) fn is_variation_selector(c: char) -> bool {
    matches!(u32::from(c), 0xFE00..=0xFE0F | 0xE0100..=0xE01EF)
}

/// Rewrites all strings below `value`: line ends become `\n`, tabs become a
/// space, steering characters become `〔U+202E〕`. Returns the weight: the
/// number of characters, a line end counting as [`LINE`].
pub(crate) fn clean(value: &mut Value) -> usize {
    match value {
        Value::String(s) => {
            if s.chars().any(steers) {
                *s = visible(s);
            }
            s.chars().map(|c| if c == '\n' { LINE } else { 1 }).sum()
        }
        Value::Array(list) => list.iter_mut().map(clean).sum(),
        Value::Object(map) => map.values_mut().map(clean).sum(),
        _ => 0,
    }
}

fn visible(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 16);
    let mut chars = s.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\t' => out.push(' '),
            c if steers(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "〔U+{:04X}〕", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Calls `f` with every string below `value`.
pub(crate) fn each_string<'v>(value: &'v Value, f: &mut impl FnMut(&'v str)) {
    match value {
        Value::String(s) => f(s),
        Value::Array(list) => list.iter().for_each(|v| each_string(v, f)),
        Value::Object(map) => map.values().for_each(|v| each_string(v, f)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn steering_characters_become_visible_and_names_stay() {
        let mut v = json!({"a": ["x\u{202E}y\r\nz\tw", "葛\u{E0101}䶮"], "n": 3});
        let n = clean(&mut v);
        assert_eq!(v["a"][0], "x〔U+202E〕y\nz w");
        assert_eq!(v["a"][1], "葛\u{E0101}䶮");
        assert_eq!(n, "x〔U+202E〕yz w".chars().count() + LINE + 3);
    }

    #[test]
    fn a_lone_carriage_return_is_a_line_end() {
        assert_eq!(visible("a\rb\r\nc"), "a\nb\nc");
    }

    #[test]
    fn variation_selectors_are_not_steering() {
        assert!(!steers('\u{E0101}'));
        assert!(!steers('\u{FE00}'));
        assert!(steers('\u{E0041}'));
    }
}
