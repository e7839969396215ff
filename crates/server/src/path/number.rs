//! Reading a number of people as people type it.

use guosuo_case::filing::half_width;
use guosuo_cli::path_facts::{MOST_PEOPLE, shown};

use crate::web::Lang;

/// Reads `123456`, `123,456`, `１２３`, `10万`, `12.5万人`; says what is wrong and what would be right.
///
/// # Errors
/// A sentence for the person.
pub(crate) fn people(l: Lang, typed: &str) -> Result<u64, String> {
    let text: String =
        half_width(typed.trim()).chars().filter(|c| !matches!(c, ',' | '，' | ' ' | '\u{3000}' | '\u{a0}')).collect();
    let text = text.strip_suffix('人').unwrap_or(&text);
    if text.is_empty() {
        return Err(l.t("填写人数，没有的填0。", "Enter the number of people; enter 0 if there are none.").to_owned());
    }
    let minus = text.starts_with(['-', '−', '–', '—']);
    if minus && text.chars().skip(1).all(|c| c.is_ascii_digit()) {
        return Err(l
            .t("人数不能是负数。没有的填0。", "A number of people cannot be negative. Enter 0 if there are none.")
            .to_owned());
    }
    let (number, unit) = text.strip_suffix('万').map_or((text, 1), |number| (number, 10_000));
    let Some(count) = scaled(number, unit) else {
        let given = shown(typed.trim());
        return Err(l.pick(
            format!("人数要填整数，例如 123456、123,456 或者 10万。现在是“{given}”。"),
            format!("Enter a whole number of people, such as 123456 or 123,456. You entered “{given}”."),
        ));
    };
    if count > u128::from(MOST_PEOPLE) {
        return Err(l
            .t(
                "人数超过全球人口。核对是否多写了零，或者把条数当成了人数：同一个人只算一次。",
                "That is more people than live on earth. Check for a zero too many, or for records counted instead of people: \
                 each person counts once.",
            )
            .to_owned());
    }
    u64::try_from(count).map_err(|_| String::new())
}

/// `12.5` times 10,000 is 125,000; what leaves a fraction is no number of people.
fn scaled(number: &str, unit: u128) -> Option<u128> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || whole.len() > 30 || (number.contains('.') && (!digits(part) || part.len() > 4)) {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    let scale = 10_u128.pow(u32::try_from(part.len()).ok()?);
    let part: u128 = if part.is_empty() { 0 } else { part.parse().ok()? };
    (part * unit).is_multiple_of(scale).then(|| whole.saturating_mul(unit).saturating_add(part * unit / scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for (typed, count) in [
            ("0", 0),
            (" 99999 ", 99_999),
            ("100,000", 100_000),
            ("１００，０００", 100_000),
            ("1 000 000人", 1_000_000),
            ("10万", 100_000),
            ("12.5万人", 125_000),
            ("007", 7),
            ("10000000000", MOST_PEOPLE),
        ] {
            assert_eq!(people(Lang::Zh, typed), Ok(count), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_of_people_is_told_with_what_would_be_right() {
        for (typed, part) in [
            ("", "没有的填0"),
            ("　", "没有的填0"),
            ("-5", "负数"),
            ("－５", "负数"),
            ("1.5", "整数"),
            ("0.00001万", "整数"),
            ("1e6", "整数"),
            ("+5", "整数"),
            ("many", "整数"),
            ("十万", "整数"),
            ("٣", "整数"),
            ("10000000001", "全球人口"),
            ("99999999999999999999999999999999999999999999", "整数"),
            ("100万万", "整数"),
        ] {
            let problem = people(Lang::Zh, typed).unwrap_err();
            assert!(problem.contains(part), "{typed}: {problem}");
            assert!(!people(Lang::En, typed).unwrap_err().is_empty());
        }
        let turned = people(Lang::En, "12\u{202e}34").unwrap_err();
        assert!(turned.contains("12\\u{202e}34") && !turned.contains('\u{202e}'), "{turned}");
    }
}
