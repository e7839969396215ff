//! Words shared by the commands.

use guosuo_rules::article::Article;
use jiff::civil::{Date, Weekday};

use crate::Lang;

/// A date with its day of the week.
pub(crate) fn day(lang: Lang, date: Date) -> String {
    let name = match date.weekday() {
        Weekday::Monday => lang.t("星期一", "Mon"),
        Weekday::Tuesday => lang.t("星期二", "Tue"),
        Weekday::Wednesday => lang.t("星期三", "Wed"),
        Weekday::Thursday => lang.t("星期四", "Thu"),
        Weekday::Friday => lang.t("星期五", "Fri"),
        Weekday::Saturday => lang.t("星期六", "Sat"),
        Weekday::Sunday => lang.t("星期日", "Sun"),
    };
    format!("{date} {name}")
}

/// The citation of an article.
pub(crate) fn cite(lang: Lang, article: &Article) -> String {
    match lang {
        Lang::Zh => article.cite_zh(),
        Lang::En => article.cite_en(),
    }
}

/// Reads a date of the form YYYY-MM-DD.
pub(crate) fn parse_date(lang: Lang, text: &str) -> Result<Date, String> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shape.then(|| text.parse().ok()).flatten().ok_or_else(|| match lang {
        Lang::Zh => format!("不是日期（应为 YYYY-MM-DD）：{text}"),
        Lang::En => format!("not a date (write YYYY-MM-DD): {text}"),
    })
}
