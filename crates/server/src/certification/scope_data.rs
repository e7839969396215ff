//! A scope as data: read member by member, so that what is wrong is named by its place. The same for a draft, for flows
//! that a program declares, and for the JSON file of the page (M 10(1)).

use guosuo_case::certification::{Field, Problem, Scope};
use guosuo_case::text;
use guosuo_cli::path_facts::MOST_PEOPLE;
use serde_json::{Map, Value};

use super::scope_form::MOST;
use crate::web::Lang;

/// Longest text in it, in characters.
pub(crate) const LONGEST: usize = 10_000;
/// Most faults that are told at once.
const MOST_FAULTS: usize = 50;

/// What a member holds.
enum Shape {
    Text,
    YesNo,
    Number(u64),
    List(&'static Shape),
    Object(&'static [(&'static str, Shape)]),
}

const SCOPE: &[(&str, Shape)] = &[
    ("purposes", Shape::List(&Shape::Text)),
    ("kinds", Shape::List(&Shape::Object(&[("name", Shape::Text), ("sensitive", Shape::YesNo)]))),
    ("people", Shape::Object(&[("non_sensitive", Shape::Number(MOST_PEOPLE)), ("sensitive", Shape::Number(MOST_PEOPLE))])),
    ("recipients", Shape::List(&Shape::Object(&[("name", Shape::Text), ("country", Shape::Text), ("contact", Shape::Text)]))),
    ("onward", Shape::List(&Shape::Object(&[("from", Shape::Text), ("name", Shape::Text), ("country", Shape::Text)]))),
    ("systems", Shape::List(&Shape::Text)),
    ("retention_months", Shape::Number(u32::MAX as u64)),
];

/// Why a member cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It must be an object with these members.
    Object(String),
    /// It must be a list.
    List,
    /// It must be a text.
    Text,
    /// It must be true or false.
    YesNo,
    /// It must be a whole number up to this one.
    Number(u64),
    /// There is no such member; there are these.
    Unknown(String),
    /// It is not there.
    Missing,
    /// The list is too long.
    TooMany,
    /// The text is too long.
    TooLong,
    /// The text has a character that cannot be stored: its place and its code.
    Unstorable(usize, u32),
}

/// A member that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its place: `recipients.0.country`, the first of a list being 0; empty for the whole.
    pub at: String,
    /// Why.
    pub why: Why,
}

impl Fault {
    /// The place within something larger.
    pub fn within(&self, whole: &str) -> String {
        if self.at.is_empty() { whole.to_owned() } else { format!("{whole}.{}", self.at) }
    }

    /// What is wrong and what would be right.
    pub fn words(&self, l: Lang) -> String {
        match &self.why {
            Why::Object(names) => l.pick(format!("应为对象，有：{names}"), format!("must be an object with: {names}")),
            Why::List => l.t("应为数组", "must be an array").to_owned(),
            Why::Text => l.t("应为文字", "must be a text").to_owned(),
            Why::YesNo => l.t("应为true 或者 false", "must be true or false").to_owned(),
            Why::Number(most) => l.pick(format!("应为0至{most}的整数"), format!("must be a whole number from 0 to {most}")),
            Why::Unknown(names) => {
                l.pick(format!("没有这个字段；有：{names}"), format!("there is no such field; there are: {names}"))
            }
            Why::Missing => l.t("缺少这个字段", "it is missing").to_owned(),
            Why::TooMany => l.pick(format!("最多{MOST}项"), format!("at most {MOST} of them")),
            Why::TooLong => l.pick(format!("最多{LONGEST}个字"), format!("at most {LONGEST} characters")),
            Why::Unstorable(place, code) => l.pick(
                format!("第{place}个字符（U+{code:04X}）看不见或者会改变文字方向，不能保存"),
                format!("character {place} (U+{code:04X}) is invisible or changes the direction of the text"),
            ),
        }
    }
}

/// Reads a scope. With `whole`, every member must be there: what was left out must not look like what does not happen.
///
/// # Errors
/// Every member that cannot be taken, up to fifty.
pub fn read(value: &Value, whole: bool) -> Result<Scope, Vec<Fault>> {
    let mut faults = Faults(Vec::new());
    match value.as_object() {
        Some(map) => faults.members("", map, SCOPE, whole),
        None => faults.add("", Why::Object(names(SCOPE))),
    }
    if !faults.0.is_empty() {
        return Err(faults.0);
    }
    serde_json::from_value(value.clone()).map_err(|_| vec![Fault { at: String::new(), why: Why::Object(names(SCOPE)) }])
}

fn names(members: &[(&str, Shape)]) -> String {
    members.iter().map(|m| m.0).collect::<Vec<_>>().join(", ")
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, at: &str, why: Why) {
        if self.0.len() < MOST_FAULTS {
            self.0.push(Fault { at: at.to_owned(), why });
        }
    }

    fn members(&mut self, at: &str, map: &Map<String, Value>, known: &[(&str, Shape)], whole: bool) {
        let here = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        for name in map.keys().filter(|k| known.iter().all(|m| m.0 != k.as_str())) {
            self.add(&here(name), Why::Unknown(names(known)));
        }
        for (name, shape) in known {
            match map.get(*name) {
                Some(value) => self.one(&here(name), value, shape),
                None if whole => self.add(&here(name), Why::Missing),
                None => {}
            }
        }
    }

    fn one(&mut self, at: &str, value: &Value, shape: &Shape) {
        match (shape, value) {
            (Shape::Text, Value::String(s)) => {
                if let Err(bad) = text::check(s, true) {
                    self.add(at, Why::Unstorable(bad.position, bad.code_point));
                } else if s.chars().count() > LONGEST {
                    self.add(at, Why::TooLong);
                }
            }
            (Shape::Text, _) => self.add(at, Why::Text),
            (Shape::YesNo, Value::Bool(_)) => {}
            (Shape::YesNo, _) => self.add(at, Why::YesNo),
            (Shape::Number(most), v) => {
                if v.as_u64().is_none_or(|n| n > *most) {
                    self.add(at, Why::Number(*most));
                }
            }
            (Shape::List(_), Value::Array(list)) if list.len() > MOST => self.add(at, Why::TooMany),
            (Shape::List(of), Value::Array(list)) => {
                for (i, v) in list.iter().enumerate() {
                    self.one(&format!("{at}.{i}"), v, of);
                }
            }
            (Shape::List(_), _) => self.add(at, Why::List),
            (Shape::Object(known), Value::Object(map)) => self.members(at, map, known, true),
            (Shape::Object(known), _) => self.add(at, Why::Object(names(known))),
        }
    }
}

/// The member that a problem of the law is about; nothing when it is about no member of a scope.
pub fn place(p: &Problem) -> Option<String> {
    let row = p.row.map_or(0, |n| n.saturating_sub(1));
    let list = |name: &str, member: &str| match (p.row, member) {
        (None, _) => name.to_owned(),
        (Some(_), "") => format!("{name}.{row}"),
        (Some(_), member) => format!("{name}.{row}.{member}"),
    };
    Some(match p.field {
        Field::Purposes => list("purposes", ""),
        Field::Kinds => list("kinds", "name"),
        Field::People => "people.non_sensitive".to_owned(),
        Field::PeopleSensitive => "people.sensitive".to_owned(),
        Field::Recipients => list("recipients", "name"),
        Field::RecipientCountry => list("recipients", "country"),
        Field::RecipientContact => list("recipients", "contact"),
        Field::Onward => list("onward", "name"),
        Field::OnwardCountry => list("onward", "country"),
        Field::OnwardFrom => list("onward", "from"),
        Field::Systems => list("systems", ""),
        Field::Retention => "retention_months".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use guosuo_case::certification::{Expected, Onward, People, Recipient, What};
    use serde_json::json;

    use super::*;

    fn scope() -> Scope {
        Scope {
            purposes: vec!["订单履行".into()],
            kinds: vec![guosuo_case::certification::Kind { name: "姓名".into(), sensitive: false }],
            people: People { non_sensitive: 1, sensitive: 0 },
            recipients: vec![Recipient { name: "Example GmbH".into(), country: "DE".into(), contact: "x".into() }],
            onward: vec![Onward { from: "Example GmbH".into(), name: "Example SAS".into(), country: "FR".into() }],
            systems: vec!["CRM".into()],
            retention_months: 24,
        }
    }

    fn faults(value: &Value, whole: bool) -> Vec<(String, Why)> {
        read(value, whole).unwrap_err().into_iter().map(|f| (f.at, f.why)).collect()
    }

    #[test]
    fn what_the_platform_writes_is_read_again() {
        assert_eq!(read(&json!(scope()), true), Ok(scope()));
        assert_eq!(read(&json!({}), false), Ok(Scope::default()));
    }

    #[test]
    fn the_members_are_those_of_a_scope() {
        let Value::Object(all) = json!(scope()) else { panic!() };
        let known: Vec<&str> = SCOPE.iter().map(|m| m.0).collect();
        assert!(all.keys().all(|k| known.contains(&k.as_str())) && all.len() == known.len());
    }

    #[test]
    fn each_fault_has_its_place() {
        let with = |pointer: &str, value: Value| {
            let mut all = json!(scope());
            *all.pointer_mut(pointer).unwrap() = value;
            faults(&all, true)
        };
        assert_eq!(with("/recipients/0/country", json!(5)), [("recipients.0.country".into(), Why::Text)]);
        assert_eq!(with("/kinds/0/sensitive", json!("no")), [("kinds.0.sensitive".into(), Why::YesNo)]);
        assert_eq!(with("/people/sensitive", json!(-1)), [("people.sensitive".into(), Why::Number(MOST_PEOPLE))]);
        assert_eq!(with("/people/sensitive", json!(1.5)), [("people.sensitive".into(), Why::Number(MOST_PEOPLE))]);
        assert_eq!(with("/retention_months", json!(1_u64 << 32)), [("retention_months".into(), Why::Number(u32::MAX.into()))]);
        assert_eq!(with("/systems", json!("CRM")), [("systems".into(), Why::List)]);
        assert_eq!(with("/systems", json!(vec!["x"; MOST + 1])), [("systems".into(), Why::TooMany)]);
        assert_eq!(with("/purposes/0", json!("a\u{202e}")), [("purposes.0".into(), Why::Unstorable(2, 0x202e))]);
        assert_eq!(with("/purposes/0", json!("x".repeat(LONGEST + 1))), [("purposes.0".into(), Why::TooLong)]);
        let names = || "from, name, country".to_owned();
        assert_eq!(with("/onward/0", json!("x")), [("onward.0".into(), Why::Object(names()))]);
        let onward = json!({ "from": "a", "nane": "b", "country": "FR" });
        let wrong = [("onward.0.nane".to_owned(), Why::Unknown(names())), ("onward.0.name".to_owned(), Why::Missing)];
        assert_eq!(with("/onward/0", onward), wrong);
        assert_eq!(faults(&json!([]), true)[0].0, "");
        assert_eq!(faults(&json!({}), true).len(), SCOPE.len(), "what was left out is no empty list");
        let many: Map<String, Value> = (0..1000).map(|n| (format!("x{n}"), Value::Null)).collect();
        assert_eq!(faults(&many.into(), false).len(), MOST_FAULTS);
    }

    #[test]
    fn a_problem_of_the_law_has_the_place_of_its_member() {
        let right = || Expected::NamedRecipient;
        let at = |f, row| place(&Problem::blocks(f, row, What::Unknown, right(), "M 6"));
        assert_eq!(at(Field::RecipientCountry, Some(1)).as_deref(), Some("recipients.0.country"));
        assert_eq!(at(Field::OnwardFrom, Some(3)).as_deref(), Some("onward.2.from"));
        assert_eq!(at(Field::Systems, Some(2)).as_deref(), Some("systems.1"));
        assert_eq!(at(Field::Recipients, None).as_deref(), Some("recipients"));
        assert_eq!(at(Field::Notice, None), None);
    }
}
