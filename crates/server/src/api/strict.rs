//! What comes in is taken as it stands or not at all: a member that stands twice in one object, a query parameter
//! that is given twice or that nobody knows, a number with a sign. Programs with such a fault are told of it, since
//! two readers could read them differently.

use std::collections::BTreeMap;
use std::fmt;

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use guosuo_cli::path_facts::whole as whole_number;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::problem::Problem;

/// Largest number of a line or page that is asked for.
pub(crate) const MOST_NUMBER: u64 = 4_000_000_000;

/// JSON in which no object has a member twice.
pub(crate) struct Once(pub(crate) Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Once;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E>(self, v: bool) -> Result<Once, E> {
                Ok(Once(v.into()))
            }

            fn visit_i64<E>(self, v: i64) -> Result<Once, E> {
                Ok(Once(v.into()))
            }

            fn visit_u64<E>(self, v: u64) -> Result<Once, E> {
                Ok(Once(v.into()))
            }

            // Whole numbers are whole, however they are written: 3.0 and 3e0 are the integer 3 of the schemas.
            fn visit_f64<E>(self, v: f64) -> Result<Once, E> {
                let number = Number::from_f64(v);
                let whole = number.as_ref().and_then(whole_number).map(Number::from);
                Ok(Once(whole.or(number).map_or(Value::Null, Value::Number)))
            }

            fn visit_str<E>(self, v: &str) -> Result<Once, E> {
                Ok(Once(v.into()))
            }

            fn visit_string<E>(self, v: String) -> Result<Once, E> {
                Ok(Once(v.into()))
            }

            fn visit_unit<E>(self) -> Result<Once, E> {
                Ok(Once(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Once, A::Error> {
                let mut list = Vec::new();
                while let Some(Once(v)) = seq.next_element()? {
                    list.push(v);
                }
                Ok(Once(list.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
                let mut object = Map::new();
                while let Some((name, Once(v))) = map.next_entry::<String, Once>()? {
                    if object.contains_key(&name) {
                        return Err(A::Error::custom(format!("the member {name:?} stands there twice")));
                    }
                    object.insert(name, v);
                }
                Ok(Once(object.into()))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// The query of an address, each name once.
pub(crate) struct Asked(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut all = BTreeMap::new();
        for (name, value) in pairs(&parts.uri) {
            if all.insert(name.clone(), value).is_some() {
                return Err(Problem::fields(vec![(name, "1×".into())]));
            }
        }
        Ok(Self(all))
    }
}

fn pairs(uri: &Uri) -> Vec<(String, String)> {
    Query::try_from_uri(uri).map(|q: Query<Vec<(String, String)>>| q.0).unwrap_or_default()
}

/// A whole number without sign, in a range.
pub(crate) fn whole(text: &str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|n| range.contains(n))
}

impl Asked {
    /// The query, in which only these names may stand.
    ///
    /// # Errors
    /// The problem that lists the names.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let unknown = self.0.keys().filter(|n| !known.contains(&n.as_str()));
        let errors: Vec<(String, String)> = unknown.map(|n| (n.clone(), known.join(", "))).collect();
        if errors.is_empty() { Ok(()) } else { Err(Problem::fields(errors)) }
    }

    /// A parameter as it was given.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A number in a range; nothing when it was not given.
    ///
    /// # Errors
    /// Anything else.
    pub(crate) fn number(&self, name: &str, range: std::ops::RangeInclusive<u64>) -> Result<Option<u64>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let right = format!("{}–{}", range.start(), range.end());
        whole(text, range).map(Some).ok_or_else(|| Problem::fields(vec![(name.to_owned(), right)]))
    }

    /// One of a few words; nothing when it was not given.
    ///
    /// # Errors
    /// Anything else.
    pub(crate) fn one_of(&self, name: &str, words: &[&str]) -> Result<&str, Problem> {
        match self.get(name) {
            None => Ok(""),
            Some(text) if words.contains(&text) => Ok(text),
            Some(_) => Err(Problem::fields(vec![(name.to_owned(), words.join(", "))])),
        }
    }

    /// How many lines a page has: 50, or what was asked for.
    ///
    /// # Errors
    /// A number that is none of 1 to 200.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        Ok(self.number("limit", 1..=200)?.map_or(50, |n| u32::try_from(n).unwrap_or(200)))
    }

    /// The number after which a list goes on, 0 for its beginning.
    ///
    /// # Errors
    /// Anything but a number.
    pub(crate) fn after(&self) -> Result<i64, Problem> {
        Ok(self.number("after", 0..=MOST_NUMBER)?.and_then(|n| i64::try_from(n).ok()).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_that_stands_twice_is_no_json_and_everything_else_is_what_it_was() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":{"b":1,"b":2}}"#, r#"[{"x":1},{"x":1,"\u0078":2}]"#] {
            assert!(serde_json::from_str::<Once>(text).is_err(), "{text}");
        }
        for text in [r#"{"a":[1,-2,3.5,"x",null,true,{"b":{}}]}"#, "[]", "null", r#""\u0000""#] {
            let once: Once = serde_json::from_str(text).unwrap();
            assert_eq!(once.0, serde_json::from_str::<Value>(text).unwrap());
        }
        for (text, n) in
            [("3.0", json!(3)), ("3e2", json!(300)), ("0.0", json!(0)), ("-3.0", json!(-3.0)), ("1e300", json!(1e300))]
        {
            assert_eq!(serde_json::from_str::<Once>(text).unwrap().0, n, "{text}");
        }
        assert!(serde_json::from_str::<Once>(&("[".repeat(5000) + &"]".repeat(5000))).is_err(), "deep");
    }

    #[test]
    fn numbers_are_digits_within_their_range() {
        assert_eq!(whole("200", 1..=200), Some(200));
        for text in ["", "0", "201", "+5", "-1", " 5", "5.0", "1e2", "99999999999999999999", "٣", "5\0"] {
            assert_eq!(whole(text, 1..=200), None, "{text}");
        }
    }

    #[test]
    fn a_query_has_each_name_once_and_no_other() {
        let read = |q: &str| Asked(pairs(&format!("/?{q}").parse().unwrap()).into_iter().collect());
        assert!(read("limit=5&after=%00").only(&["limit", "after"]).is_ok());
        assert!(read("limit=5&lmit=5").only(&["limit", "after"]).is_err());
        assert!(read("limit=").limit().is_err() && read("").limit().is_ok_and(|n| n == 50));
        assert!(read("after=4000000001").after().is_err() && read("after=4000000000").after().is_ok());
        assert!(read("state=").one_of("state", &["waiting"]).is_err());
    }
}
