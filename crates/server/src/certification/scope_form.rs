//! The scope of a certification in the fields of a form: the same for an application and for the
//! flows that really take place, so that both are compared field by field (M 10(1)).

use guosuo_case::certification::{Field, Kind, Onward, People, Problem, Recipient, Scope};

use super::scope_data::{self, Fault};
use crate::path::people;
use crate::web::{Form, Lang};

/// Most rows of a list on the page.
pub const MOST: usize = 60;
/// Empty rows after the last one that is filled.
const SPARE: usize = 2;

/// The rows of a list to show: those that hold something, and some empty ones.
pub fn rows(form: &Form, field: &str) -> Vec<usize> {
    let last = (1..=MOST).rev().find(|n| !form.trimmed(&format!("{field}-{n}")).is_empty()).unwrap_or(0);
    (1..=(last + SPARE).min(MOST)).collect()
}

/// A scope as it stands in the fields.
pub fn typed(s: &Scope) -> Form {
    let number = |n: u64| if n == 0 { String::new() } else { n.to_string() };
    let mut form = Form::new()
        .with("purposes", s.purposes.join("\n"))
        .with("systems", s.systems.join("\n"))
        .with("people", number(s.people.non_sensitive))
        .with("people_sensitive", number(s.people.sensitive))
        .with("retention", number(u64::from(s.retention_months)));
    for (n, k) in (1..).zip(&s.kinds) {
        form.set(&format!("kind-{n}"), k.name.clone());
        if k.sensitive {
            form.set(&format!("sensitive-{n}"), "yes");
        }
    }
    for (n, r) in (1..).zip(&s.recipients) {
        form.set(&format!("recipient-{n}"), r.name.clone());
        form.set(&format!("country-{n}"), r.country.clone());
        form.set(&format!("contact-{n}"), r.contact.clone());
    }
    for (n, o) in (1..).zip(&s.onward) {
        form.set(&format!("onward-{n}"), o.name.clone());
        form.set(&format!("onward_country-{n}"), o.country.clone());
        form.set(&format!("onward_from-{n}"), o.from.clone());
    }
    form
}

/// What stands on the lines of a field.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

/// What was typed; numbers that cannot be read are marked in the form and stay as `stored`.
pub fn read(l: Lang, form: &mut Form, stored: &Scope) -> Scope {
    let mut count = |field: &str, old: u64| {
        if form.trimmed(field).is_empty() {
            return 0;
        }
        match people(l, form.value(field)) {
            Ok(n) => n,
            Err(why) => {
                form.fail(field, why);
                old
            }
        }
    };
    let non_sensitive = count("people", stored.people.non_sensitive);
    let sensitive = count("people_sensitive", stored.people.sensitive);
    let retention = count("retention", u64::from(stored.retention_months));
    let cell = |field: &str, n: usize| form.trimmed(&format!("{field}-{n}")).to_owned();
    let filled = |fields: &[&str], n: usize| fields.iter().any(|f| !cell(f, n).is_empty());
    Scope {
        purposes: lines(form.value("purposes")),
        kinds: (1..=MOST)
            .filter(|n| filled(&["kind"], *n))
            .map(|n| Kind { name: cell("kind", n), sensitive: form.has(&format!("sensitive-{n}"), "yes") })
            .collect(),
        people: People { non_sensitive, sensitive },
        recipients: (1..=MOST)
            .filter(|n| filled(&["recipient", "country", "contact"], *n))
            .map(|n| Recipient { name: cell("recipient", n), country: cell("country", n), contact: cell("contact", n) })
            .collect(),
        onward: (1..=MOST)
            .filter(|n| filled(&["onward", "onward_country", "onward_from"], *n))
            .map(|n| Onward { from: cell("onward_from", n), name: cell("onward", n), country: cell("onward_country", n) })
            .collect(),
        systems: lines(form.value("systems")),
        retention_months: u32::try_from(retention).unwrap_or(u32::MAX),
    }
}

/// The field of the form in which a problem stands; empty when it is about no field of the scope.
pub fn at(p: &Problem) -> String {
    let row = |field: &str| p.row.map_or_else(|| format!("{field}-1"), |n| format!("{field}-{n}"));
    match p.field {
        Field::Relation => "relation".to_owned(),
        Field::Purposes => "purposes".to_owned(),
        Field::Kinds => row("kind"),
        Field::People => "people".to_owned(),
        Field::PeopleSensitive => "people_sensitive".to_owned(),
        Field::Recipients => row("recipient"),
        Field::RecipientCountry => row("country"),
        Field::RecipientContact => row("contact"),
        Field::Onward => row("onward"),
        Field::OnwardCountry => row("onward_country"),
        Field::OnwardFrom => row("onward_from"),
        Field::Systems => "systems".to_owned(),
        Field::Retention => "retention".to_owned(),
        _ => String::new(),
    }
}

/// Why a file of flows cannot be read: the line, 1 for the first, and what is wrong in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Not text in UTF-8, or nothing in it.
    Text,
    /// No JSON; the words of the reader.
    Json(String),
    /// A member of the JSON that cannot be taken.
    Member(Fault),
    /// A line of a table; the word that is not understood.
    Line(usize, String),
}

/// Flows from a file: the JSON that the platform gives out for a scope, or a table with one thing per
/// line, `what,name,country,sensitive or by whom`. `what` is one of `purpose`, `kind`, `recipient`,
/// `onward`, `system`, `people`, `people_sensitive`, `retention`, or its Chinese name.
///
/// # Errors
/// [`Unreadable`] with the first line that is wrong.
pub fn from_file(bytes: &[u8]) -> Result<Scope, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Text)?.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(Unreadable::Text);
    }
    if text.trim_start().starts_with('{') {
        return from_json(text);
    }
    let mut scope = Scope::default();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    for (n, row) in (1..).zip(reader.records()) {
        let row = row.map_err(|e| Unreadable::Line(n, e.to_string()))?;
        let cell = |i: usize| row.get(i).unwrap_or_default().to_owned();
        let (what, name) = (cell(0), cell(1));
        if name.is_empty() && row.iter().all(|c| c.is_empty() || c == what) {
            // The head of a table, or an empty line.
            if n == 1 || what.is_empty() {
                continue;
            }
        }
        let number = || name.replace(['_', ' ', ','], "").parse::<u64>().map_err(|_| Unreadable::Line(n, name.clone()));
        match what.as_str() {
            "purpose" | "目的" => scope.purposes.push(name),
            "kind" | "种类" => {
                let sensitive = match cell(3).as_str() {
                    "" | "no" | "否" => false,
                    "yes" | "sensitive" | "是" | "敏感" => true,
                    other => return Err(Unreadable::Line(n, other.to_owned())),
                };
                scope.kinds.push(Kind { name, sensitive });
            }
            "recipient" | "接收方" => scope.recipients.push(Recipient { name, country: cell(2), contact: cell(3) }),
            "onward" | "再提供" => scope.onward.push(Onward { from: cell(3), name, country: cell(2) }),
            "system" | "系统" => scope.systems.push(name),
            "people" | "人数" => scope.people.non_sensitive = number()?,
            "people_sensitive" | "敏感人数" => scope.people.sensitive = number()?,
            "retention" | "保存月数" => {
                scope.retention_months = u32::try_from(number()?).map_err(|_| Unreadable::Line(n, name.clone()))?;
            }
            "what" | "类别" if n == 1 => {}
            other => return Err(Unreadable::Line(n, other.to_owned())),
        }
    }
    Ok(scope)
}

/// A scope as data. A name that is not known is refused: a misspelt list must not look like an empty one.
///
/// # Errors
/// [`Unreadable::Json`], [`Unreadable::Member`] with the first member that is wrong.
fn from_json(text: &str) -> Result<Scope, Unreadable> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|e| Unreadable::Json(e.to_string()))?;
    scope_data::read(&value, false).map_err(|faults| match faults.into_iter().next() {
        Some(first) => Unreadable::Member(first),
        None => Unreadable::Text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope {
            purposes: vec!["订单履行".into(), "售后".into()],
            kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "护照号".into(), sensitive: true }],
            people: People { non_sensitive: 300_000, sensitive: 5_000 },
            recipients: vec![Recipient {
                name: "Example, GmbH".into(),
                country: "DE".into(),
                contact: "dpo@example.invalid".into(),
            }],
            onward: vec![Onward { from: "Example, GmbH".into(), name: "Example SAS".into(), country: "FR".into() }],
            systems: vec!["CRM".into()],
            retention_months: 24,
        }
    }

    #[test]
    fn what_was_typed_is_read_as_it_stands() {
        let mut form = typed(&scope());
        assert_eq!(read(Lang::Zh, &mut form, &Scope::default()), scope());
        assert!(form.ok());
        form.set("people", "many");
        let read = read(Lang::Zh, &mut form, &scope());
        assert_eq!((read.people.non_sensitive, form.ok()), (300_000, false), "said at the field, and the old number stays");
    }

    #[test]
    fn a_table_and_the_platforms_own_json_are_read_alike() {
        let table = "类别,名称,所在地,敏感或由谁提供\n目的,订单履行\n目的,售后\n种类,姓名\n种类,护照号,,是\n人数,300000\n\
                     people_sensitive,5000\n接收方,\"Example, GmbH\",DE,dpo@example.invalid\n再提供,Example SAS,FR,\"Example, GmbH\"\n\
                     system,CRM\n保存月数,24\n";
        assert_eq!(from_file(table.as_bytes()), Ok(scope()));
        assert_eq!(from_file(&serde_json::to_vec(&scope()).unwrap()), Ok(scope()));
    }

    #[test]
    fn a_file_that_cannot_be_read_says_where() {
        assert_eq!(from_file(&[0xff, 0xfe]), Err(Unreadable::Text));
        assert_eq!(from_file(b" \n"), Err(Unreadable::Text));
        assert_eq!(from_file("目的,甲\n人数,许多\n".as_bytes()), Err(Unreadable::Line(2, "许多".into())));
        assert_eq!(from_file("目的,甲\n颜色,红\n".as_bytes()), Err(Unreadable::Line(2, "颜色".into())));
        assert_eq!(from_file("种类,护照号,,也许\n".as_bytes()), Err(Unreadable::Line(1, "也许".into())));
        assert!(matches!(from_file(b"{\"people\":1"), Err(Unreadable::Json(_))));
        let member = |text: &str| match from_file(text.as_bytes()) {
            Err(Unreadable::Member(f)) => f.at,
            other => panic!("{other:?}"),
        };
        assert_eq!(member(r#"{"people":1}"#), "people");
        assert_eq!(member(r#"{"recipent":[]}"#), "recipent");
        assert_eq!(member(r#"{"kinds":[{"name":"护照号","sensitiv":true}]}"#), "kinds.0.sensitiv");
    }
}
