//! Canonical JSON: RFC 8785 restricted to what can never be read in two ways.
//!
//! Numbers are integers between −(2^53 − 1) and 2^53 − 1; fractions, exponents and `-0` are
//! refused, larger numbers are written as strings by their owners. A key given twice is refused.
//! Object keys are sorted by UTF-16 code units, nothing is written between tokens.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Number, Value};

/// The largest magnitude of an integer: 2^53 − 1, the last one every JSON reader gets right.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why bytes are not, or a value cannot be written as, canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonError {
    /// A number is a fraction, has an exponent or is `-0`.
    #[error("only integers are allowed as numbers")]
    Float,
    /// A number is beyond ±(2^53 − 1).
    #[error("the integer is beyond 2^53 - 1")]
    TooLarge,
    /// Not JSON, a key given twice, or nested too deep; the reader's words.
    #[error("not strict JSON: {0}")]
    Syntax(String),
    /// Strict JSON, but not the canonical spelling of it.
    #[error("not the canonical spelling")]
    NotCanonical,
    /// The value does not have the expected shape.
    #[error("unexpected shape: {0}")]
    Shape(String),
}

/// Canonical bytes of anything serde can write.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonError> {
    let value = serde_json::to_value(value).map_err(|e| CanonError::Shape(e.to_string()))?;
    write_value(&value)
}

/// Canonical bytes of a JSON value.
pub fn write_value(value: &Value) -> Result<Vec<u8>, CanonError> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    Ok(out)
}

/// Reads strict JSON in any spelling: no fractions, no key twice, nothing after the value.
pub fn parse(bytes: &[u8]) -> Result<Value, CanonError> {
    let mut de = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut de).map_err(|e| from_serde(&e))?;
    de.end().map_err(|e| from_serde(&e))?;
    Ok(value)
}

/// Reads JSON that must already be in canonical spelling.
pub fn parse_canonical(bytes: &[u8]) -> Result<Value, CanonError> {
    let value = parse(bytes)?;
    if write_value(&value)? == bytes { Ok(value) } else { Err(CanonError::NotCanonical) }
}

/// Reads strict JSON in any spelling into a type.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CanonError> {
    serde_json::from_value(parse(bytes)?).map_err(|e| CanonError::Shape(e.to_string()))
}

/// Reads canonical JSON into a type.
pub fn from_canonical<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CanonError> {
    serde_json::from_value(parse_canonical(bytes)?).map_err(|e| CanonError::Shape(e.to_string()))
}

/// Rewrites strict JSON in canonical spelling.
pub fn canonicalize(bytes: &[u8]) -> Result<Vec<u8>, CanonError> {
    write_value(&parse(bytes)?)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(n) => out.extend_from_slice(integer(n)?.to_string().as_bytes()),
        Value::String(s) => write_string(s, out),
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by(|a, b| utf16_order(a.0, b.0));
            out.push(b'{');
            for (i, (key, item)) in fields.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                write(item, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// RFC 8785 section 3.2.3: keys are compared as arrays of UTF-16 code units.
fn utf16_order(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// RFC 8785 section 3.2.2.2.
fn write_string(s: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in s.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

fn integer(n: &Number) -> Result<i64, CanonError> {
    match (n.as_i64(), n.as_u64()) {
        (Some(i), _) if i.unsigned_abs() <= MAX_INTEGER => Ok(i),
        (None, None) => Err(CanonError::Float),
        _ => Err(CanonError::TooLarge),
    }
}

/// Markers that carry our two number errors through serde's error type.
const FLOAT: &str = "guosuo-float";
const TOO_LARGE: &str = "guosuo-too-large";

fn from_serde(e: &serde_json::Error) -> CanonError {
    let words = e.to_string();
    if words.starts_with(FLOAT) {
        CanonError::Float
    } else if words.starts_with(TOO_LARGE) {
        CanonError::TooLarge
    } else {
        CanonError::Syntax(words)
    }
}

/// Builds a [`Value`] as serde_json does, but refuses what is not strict.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("strict JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<Value, E> {
        if n.unsigned_abs() > MAX_INTEGER {
            return Err(E::custom(TOO_LARGE));
        }
        Ok(Value::from(n))
    }

    fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Value, E> {
        if n > MAX_INTEGER {
            return Err(E::custom(TOO_LARGE));
        }
        Ok(Value::from(n))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom(FLOAT))
    }

    fn visit_str<E>(self, s: &str) -> Result<Value, E> {
        Ok(Value::String(s.to_owned()))
    }

    fn visit_string<E>(self, s: String) -> Result<Value, E> {
        Ok(Value::String(s))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(Self)?;
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom("a key is given twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canon(text: &str) -> Result<String, CanonError> {
        canonicalize(text.as_bytes()).map(|b| String::from_utf8(b).unwrap())
    }

    #[test]
    fn keys_are_sorted_by_utf16_units_as_in_rfc_8785_3_2_3() {
        let given = "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}";
        let keys: Vec<_> = ["\\r", "1", "\u{80}", "ö", "€", "😀", "\u{fb33}"].into();
        let out = canon(given).unwrap();
        let places: Vec<_> = keys.iter().map(|k| out.find(&format!("\"{k}\":")).expect("key is there")).collect();
        assert!(places.is_sorted(), "{out}");
    }

    #[test]
    fn strings_are_escaped_as_in_rfc_8785_3_2_2() {
        let given = r#"{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
        assert_eq!(canon(given).unwrap(), r#"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#);
        assert_eq!(canon("\"\\u0008\\t\\f\\r\\u007f\"").unwrap(), "\"\\b\\t\\f\\r\u{7f}\"");
    }

    #[test]
    fn only_integers_every_reader_gets_right() {
        assert_eq!(canon("[9007199254740991,-9007199254740991,0]").unwrap(), "[9007199254740991,-9007199254740991,0]");
        for (given, why) in [
            ("1.0", CanonError::Float),
            ("1e2", CanonError::Float),
            ("-0", CanonError::Float),
            ("[1,2.5]", CanonError::Float),
            ("9007199254740992", CanonError::TooLarge),
            ("-9007199254740992", CanonError::TooLarge),
            ("18446744073709551615", CanonError::TooLarge),
            ("18446744073709551616", CanonError::Float),
        ] {
            assert_eq!(canon(given), Err(why), "{given}");
        }
        assert_eq!(to_vec(&0.5), Err(CanonError::Float));
        assert_eq!(to_vec(&u64::MAX), Err(CanonError::TooLarge));
    }

    #[test]
    fn a_key_given_twice_is_refused_at_any_depth() {
        for given in [r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":1}"#, r#"[{"x":{"b":1,"b":1}}]"#] {
            assert!(matches!(canon(given), Err(CanonError::Syntax(_))), "{given}");
        }
    }

    #[test]
    fn broken_text_is_refused() {
        let deep = "[".repeat(100_000);
        for given in ["", "{", "1 2", "{}x", "'a'", "{a:1}", "[1,]", "\"\\ud800\"", "NaN", deep.as_str()] {
            assert!(matches!(canon(given), Err(CanonError::Syntax(_))), "{given:.20}");
        }
        assert!(matches!(parse(b"\"\xff\""), Err(CanonError::Syntax(_))));
    }

    #[test]
    fn canonical_spelling_is_the_only_one_taken_where_it_is_asked_for() {
        assert!(parse_canonical(br#"{"a":1,"b":"x"}"#).is_ok());
        for given in [r#"{"b":"x","a":1}"#, r#"{ "a":1}"#, r#"{"a":"\u0041"}"#, "{}\n"] {
            assert_eq!(parse_canonical(given.as_bytes()), Err(CanonError::NotCanonical), "{given}");
        }
    }

    proptest::proptest! {
        #[test]
        fn canonical_bytes_are_a_fixed_point(s in ".*", n in -9_007_199_254_740_991_i64..=9_007_199_254_740_991, keys in proptest::collection::btree_map(".{0,5}", proptest::bool::ANY, 0..6)) {
            let value = serde_json::json!({"s": s, "n": n, "m": keys, "l": [s, n]});
            let bytes = write_value(&value).unwrap();
            proptest::prop_assert_eq!(parse_canonical(&bytes), Ok(value.clone()));
            let pretty = serde_json::to_vec_pretty(&value).unwrap();
            proptest::prop_assert_eq!(canonicalize(&pretty), Ok(bytes));
        }
    }
}
