//! The text of the code on a printed form, and reading it back.

use guosuo_case::filing::FormCode;

/// What every code begins with.
const MARK: &str = "GUOSUO:F:";

/// The text that is printed as a code on a form.
pub fn form_code_text(case: &str, digest: &str) -> String {
    format!("{MARK}{case}:{digest}")
}

/// Reads the text of a code; `None` for codes of anybody else.
pub fn parse_form_code(text: &str) -> Option<FormCode> {
    let (case, digest) = text.trim().strip_prefix(MARK)?.rsplit_once(':')?;
    let case_ok = (1..=64).contains(&case.len()) && case.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let digest_ok = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    (case_ok && digest_ok).then(|| FormCode { case: case.to_owned(), digest: digest.to_ascii_lowercase() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_comes_back_as_printed_and_nothing_else_passes() {
        let digest = "0f".repeat(32);
        let text = form_code_text("0197a1b2-cafe", &digest);
        assert_eq!(parse_form_code(&text), Some(FormCode { case: "0197a1b2-cafe".into(), digest: digest.clone() }));
        assert_eq!(parse_form_code(&format!("GUOSUO:F:c:{}", digest.to_uppercase())).unwrap().digest, digest);
        for bad in [
            "",
            "https://example.com",
            "GUOSUO:F:",
            "GUOSUO:F:c:",
            "GUOSUO:F::00",
            &text[..text.len() - 1],
            &format!("GUOSUO:F:../x:{digest}"),
            &format!("{text}0"),
        ] {
            assert_eq!(parse_form_code(bad), None, "{bad}");
        }
    }
}
