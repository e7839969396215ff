//! What the forms of this room check alike: names, sign-in names, passwords, contact data.

use guosuo_case::text;

use crate::auth::password::{self, Weakness};
use crate::web::{Form, Lang};

/// Longest name taken, in characters.
pub(crate) const LONGEST: usize = 100;

/// A name or another single line, as given: required, free of characters that cannot be part
/// of a name, not endless.
pub fn line(form: &mut Form, l: Lang, id: &str, missing: &str) -> String {
    let value = form.require(id, missing);
    permitted(form, l, id, &value);
    value
}

/// The same for a line that may stay empty.
pub fn optional_line(form: &mut Form, l: Lang, id: &str) -> String {
    let value = form.trimmed(id).to_owned();
    permitted(form, l, id, &value);
    value
}

fn permitted(form: &mut Form, l: Lang, id: &str, value: &str) {
    if let Err(at) = text::check(value, false) {
        let (place, code) = (at.position, at.code_point);
        form.fail(
            id,
            l.pick(
                format!("第{place}个字符（U+{code:04X}）不能保存，它看不见或者会改变文字方向。删掉后重新输入。"),
                format!("Character {place} (U+{code:04X}) cannot be stored: it is invisible or changes the direction of the text. Delete it and type again."),
            ),
        );
    } else if value.chars().count() > LONGEST {
        form.fail(id, l.pick(format!("最多{LONGEST}个字。"), format!("At most {LONGEST} characters.")));
    }
}

/// A sign-in name: 3 to 32 of small letters, digits, dot, hyphen, underscore.
pub fn login(form: &mut Form, l: Lang, id: &str) -> String {
    let value = form.require(id, l.t("填写登录名。", "Enter a sign-in name.")).to_lowercase();
    let fits = (3..=32).contains(&value.chars().count())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && value.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if !value.is_empty() && !fits {
        form.fail(
            id,
            l.t(
                "登录名用3至32个字母、数字、点、短横或者下划线，以字母或者数字开头。",
                "Use 3 to 32 letters, digits, dots, hyphens or underscores, beginning with a letter or digit.",
            ),
        );
    }
    value
}

/// A mail address.
pub fn mail(form: &mut Form, l: Lang, id: &str, required: bool) -> String {
    let value = form.trimmed(id).to_owned();
    if value.is_empty() {
        if required {
            form.fail(id, l.t("填写电子邮箱。", "Enter a mail address."));
        }
    } else if value.parse::<lettre::Address>().is_err() {
        form.fail(
            id,
            l.t(
                "邮箱地址不完整。对照着写成“name@example.cn”的样子。",
                "The mail address is not complete. Write it like name@example.cn.",
            ),
        );
    }
    value
}

/// A telephone number: at least five digits.
pub fn phone(form: &mut Form, l: Lang, id: &str, required: bool) -> String {
    let value = optional_line(form, l, id);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let odd = value.chars().any(|c| !(c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '（' | '）' | '转' | '#')));
    if value.is_empty() {
        if required {
            form.fail(id, l.t("填写联系电话。", "Enter a telephone number."));
        }
    } else if digits < 5 || odd {
        form.fail(
            id,
            l.t("电话号码只用数字，可以带“+”“-”和分机号。", "Use digits; a plus sign, hyphens and an extension are fine."),
        );
    }
    value
}

/// A weakness in words.
pub fn weakness(l: Lang, w: Weakness) -> String {
    match w {
        Weakness::TooShort { chars, min } => l.pick(
            format!("密码至少{min}个字符，现在是{chars}个。几个不相干的词连起来，好记又难猜。"),
            format!("The password needs at least {min} characters; it has {chars}. A few unrelated words are easy to remember and hard to guess."),
        ),
        Weakness::TooLong => {
            let most = password::MAX;
            l.pick(format!("密码最多{most}个字符。"), format!("The password may have at most {most} characters."))
        }
        Weakness::Guessable => l
            .t(
                "这个密码容易被猜到：太常见、字符太单一，或者含有您的名字。换几个不相干的词。",
                "This password is easy to guess: too common, too uniform, or made of your own names. Choose a few unrelated words.",
            )
            .to_owned(),
    }
}

/// The rule beside the field.
pub fn password_hint(l: Lang, min: usize) -> String {
    l.pick(
        format!("至少{min}个字符，可以用汉字和空格。不要求大小写和符号混用，不要求定期更换。"),
        format!("At least {min} characters; any letters and spaces. No mix of kinds is demanded and it need not be changed from time to time."),
    )
}

/// A new password, typed twice; both fields are emptied, so that nothing is sent back.
pub fn new_password(form: &mut Form, l: Lang, min: usize, own: &[&str]) -> String {
    let (first, second) = (form.value("password").to_owned(), form.value("repeat").to_owned());
    form.set("password", "");
    form.set("repeat", "");
    if first.is_empty() {
        form.fail("password", l.t("填写密码。", "Enter a password."));
    } else if let Err(w) = password::check_new(&first, min, own) {
        form.fail("password", weakness(l, w));
    } else if first != second {
        form.fail("repeat", l.t("两次输入的密码不一样。再输入一次。", "The two passwords differ. Type them again."));
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_names_are_plain_and_lower_case() {
        for (typed, good) in [("Li.Hua-2", true), ("ab", false), ("_ab", false), ("李华", false), ("a b c", false)] {
            let mut form = Form::new().with("login", typed);
            let login = login(&mut form, Lang::Zh, "login");
            assert_eq!((form.ok(), login), (good, typed.to_lowercase()), "{typed}");
        }
    }

    #[test]
    fn invisible_characters_are_named_and_rare_names_pass() {
        let mut form = Form::new().with("name", "欧阳𠮷野");
        assert_eq!(line(&mut form, Lang::Zh, "name", "missing"), "欧阳𠮷野");
        assert!(form.ok());
        let mut form = Form::new().with("name", "示例\u{202e}公司");
        line(&mut form, Lang::En, "name", "missing");
        assert!(form.error("name").contains("U+202E"));
    }

    #[test]
    fn a_password_never_comes_back() {
        let mut form = Form::new().with("password", "山药渡口铜镜九月示例口令").with("repeat", "x");
        new_password(&mut form, Lang::Zh, 8, &[]);
        assert!(form.bad("repeat") && form.value("password").is_empty() && form.value("repeat").is_empty());
    }
}
