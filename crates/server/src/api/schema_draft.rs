//! JSON Schemas of a draft: the scope as data, eligibility, the duties before applying (M 5, 6; R37 4.1).

use guosuo_case::certification::countries;
use guosuo_cli::path_facts::MOST_PEOPLE;
use serde_json::{Value, json};

use super::schema::{act, of};
use crate::account::checks;
use crate::certification::scope_data::LONGEST;
use crate::certification::scope_form::MOST;
use crate::workbench::programs::OPEN;

/// What may stand in a text: all that [`guosuo_case::text::check`] takes. Written as what may not, since programs that make
/// texts from a pattern go through every character of its ranges.
pub(crate) const TEXT: &str = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ue000-\\uf8ff\\ufeff\\ufff9-\\ufffb\\ufffe\\uffff\u{e0000}-\u{e007f}\u{f0000}-\u{10ffff}]*$";

/// The same without the ends of lines.
const LINE: &str = "^[^\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ue000-\\uf8ff\\ufeff\\ufff9-\\ufffb\\ufffe\\uffff\u{e0000}-\u{e007f}\u{f0000}-\u{10ffff}]*$";

/// What opens a draft: the processor is described where it is neither the organisation itself nor the holder of a
/// certificate.
pub(super) fn open() -> Value {
    let line = json!({
        "type": "string", "minLength": 1, "maxLength": checks::LONGEST, "allOf": [{ "pattern": LINE }, { "pattern": "\\S" }],
    });
    let country = json!({ "type": "string", "enum": countries().collect::<Vec<_>>() });
    let mut s = act(&OPEN);
    s["properties"]["purpose"]["pattern"] = "^(new|(renewal|change):[0-9A-Za-z_-]{1,64})$".into();
    s["anyOf"] = json!([
        { "properties": { "who": { "enum": ["self", null] } } },
        {
            "required": ["who", "processor_name", "processor_address", "processor_country", "processor_code"],
            "properties": {
                "who": { "const": "other" },
                "processor_name": line, "processor_address": line, "processor_country": country, "processor_code": line,
            },
        },
        { "properties": { "purpose": { "pattern": "^(renewal|change):" } } },
    ]);
    s
}

fn text() -> Value {
    json!({ "type": "string", "maxLength": LONGEST, "pattern": TEXT })
}

fn strict(required: &[&str], properties: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "maxItems": MOST, "items": items })
}

fn or_nothing(schema: &Value, words: &str) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }], "description": words })
}

/// The schemas by name.
pub(crate) fn named() -> Vec<(&'static str, Value)> {
    let people = json!({ "type": "integer", "minimum": 0, "maximum": MOST_PEOPLE });
    let day = json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
    let digest = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    let name =
        json!({ "type": "string", "minLength": 1, "maxLength": 200, "allOf": [{ "pattern": TEXT }, { "pattern": "\\S" }] });
    let scope = strict(
        &["purposes", "kinds", "people", "recipients", "onward", "systems", "retention_months"],
        &json!({
            "purposes": list(&text()),
            "kinds": list(&strict(&["name", "sensitive"], &json!({ "name": text(), "sensitive": { "type": "boolean" } }))),
            "people": strict(&["non_sensitive", "sensitive"], &json!({ "non_sensitive": people, "sensitive": people })),
            "recipients": list(&strict(&["name", "country", "contact"], &json!({ "name": text(), "country": text(), "contact": text() }))),
            "onward": list(&strict(&["from", "name", "country"], &json!({ "from": text(), "name": text(), "country": text() }))),
            "systems": list(&text()),
            "retention_months": { "type": "integer", "minimum": 0, "maximum": u32::MAX, "description": "longest retention abroad" },
        }),
    );
    let eligibility = strict(
        &["answers"],
        &json!({
            "answers": { "type": "object", "description": "the facts of /api/v1/path, each answered: nothing is assumed here" },
            "evidence": { "type": "array", "maxItems": 5, "items": of("Declared") },
            "note": text(),
        }),
    );
    let item = json!({ "type": "string", "enum": ["purpose", "risks", "recipient", "after_export", "country", "other"] });
    let impact = strict(
        &["document", "completed_on", "items"],
        &json!({
            "document": of("Declared"),
            "profile": { "type": "string", "enum": ["certification", "standard_contract"] },
            "completed_on": day,
            "items": { "type": "array", "maxItems": MOST, "items": item },
        }),
    );
    let basis = json!({ "oneOf": [
        strict(&["basis", "document"], &json!({ "basis": { "const": "consent" }, "document": of("Declared") })),
        strict(&["basis", "words"], &json!({ "basis": { "const": "other" }, "words": text() })),
    ] });
    let mut draft = strict(
        &[],
        &json!({
            "relation": or_nothing(&text(), "how applicant and processor are related, where they differ"),
            "group": or_nothing(&text(), "the group of companies of the processor"),
            "affiliates": or_nothing(&list(&text()), "its affiliates that export personal information too"),
            "scope": or_nothing(&of("Scope"), "the scope as data"),
            "eligibility": or_nothing(&of("Eligibility"), "the facts that decide the path (M 5), with their evidence"),
            "impact": or_nothing(&of("Impact"), "the impact assessment by version and digests (M 6)"),
            "notice": or_nothing(&of("Declared"), "the notice to individuals (PIPL 39)"),
            "legal_basis": or_nothing(&of("LegalBasis"), "separate consent, or another legal basis"),
        }),
    );
    draft["minProperties"] = 1.into();
    draft["description"] = "the parts that are there replace those of the draft; null empties one".into();
    let problem = json!({
        "type": "object",
        "required": ["field", "row", "what", "right", "severity", "article", "message"],
        "properties": {
            "field": { "type": "string" },
            "row": { "type": ["integer", "null"], "description": "of a list, 1 for the first" },
            "what": { "type": "object", "description": "what is wrong, by its code" },
            "right": { "type": "object", "description": "what would be right" },
            "severity": { "type": "string", "enum": ["blocks", "warns"] },
            "article": { "type": "string" },
            "message": { "type": "string" },
        }
    });
    let found = json!({ "type": "array", "items": of("DraftProblem") });
    let ends = json!({ "type": "string", "description": "the receipt, once it was submitted" });
    vec![
        ("Scope", scope),
        ("Eligibility", eligibility),
        ("Impact", impact),
        ("LegalBasis", basis),
        ("Draft", draft),
        ("DraftProblem", problem),
        (
            "Declared",
            json!({
                "description": "a document by version and digests, or by the id of what was sent",
                "oneOf": [
                    strict(&["title", "version", "file"], &json!({ "title": name, "version": name, "file": { "type": "string", "pattern": "^[0-9a-z-]{1,64}$" } })),
                    strict(&["title", "version", "sha256", "sm3"], &json!({ "title": name, "version": name, "sha256": digest, "sm3": digest })),
                ]
            }),
        ),
        (
            "DraftChecked",
            json!({
                "type": "object",
                "required": ["application", "phase", "complete", "problems"],
                "properties": { "application": { "type": "string" }, "phase": { "type": "string" }, "complete": { "type": "boolean" }, "problems": found }
            }),
        ),
        (
            "DraftSaved",
            json!({
                "type": "object",
                "required": ["application", "act", "version", "replayed", "complete", "problems"],
                "properties": {
                    "application": { "type": "string" }, "act": { "const": "save-form" }, "version": { "type": ["integer", "null"] },
                    "issued": { "type": "null" }, "replayed": { "type": "boolean" }, "complete": { "type": "boolean" }, "problems": found
                }
            }),
        ),
        (
            "Submitted",
            json!({
                "type": "object",
                "required": ["application", "act", "version", "replayed", "number", "receipt"],
                "properties": {
                    "application": { "type": "string" }, "act": { "const": "submit" }, "version": { "type": ["integer", "null"] },
                    "issued": { "type": "null" }, "replayed": { "type": "boolean" }, "number": { "type": "string" }, "receipt": ends
                }
            }),
        ),
        (
            "Receipt",
            json!({
                "type": "object",
                "required": ["payloadType", "payload", "signatures"],
                "properties": { "payloadType": { "type": "string" }, "payload": { "type": "string" }, "signatures": { "type": "array" } }
            }),
        ),
        (
            "Bodies",
            json!({
                "type": "object",
                "required": ["items", "next"],
                "properties": {
                    "items": { "type": "array", "items": {
                        "type": "object",
                        "required": ["body", "name", "filing_number", "standing", "since", "can_be_chosen"],
                        "properties": {
                            "body": { "type": ["string", "null"], "description": "how choose-body names it; null for one without an account here" },
                            "name": { "type": "string" }, "filing_number": { "type": ["string", "null"] },
                            "standing": { "type": "string" }, "since": { "type": ["string", "null"] }, "can_be_chosen": { "type": "boolean" }
                        }
                    } },
                    "next": { "type": ["string", "null"] }
                }
            }),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The characters between the brackets, each with the one that ends its range.
    fn ranges() -> Vec<(u32, u32)> {
        let inner = TEXT.strip_prefix("^[^").and_then(|t| t.strip_suffix("]*$")).unwrap();
        let mut signs = Vec::new();
        let mut rest = inner.chars();
        while let Some(c) = rest.next() {
            let digits = match (c, if c == '\\' { rest.next() } else { None }) {
                ('\\', Some('x')) => 2,
                ('\\', Some('u')) => 4,
                (_, None) => 0,
                other => panic!("{other:?}"),
            };
            let code: String = rest.by_ref().take(digits).collect();
            let n = if digits == 0 { u32::from(c) } else { u32::from_str_radix(&code, 16).unwrap() };
            signs.push((n, digits == 0 && c == '-'));
        }
        let mut out = Vec::new();
        let mut at = 0;
        while let Some((from, _)) = signs.get(at) {
            let ends = signs.get(at + 1).is_some_and(|next| next.1);
            out.push((*from, if ends { signs[at + 2].0 } else { *from }));
            at += if ends { 3 } else { 1 };
        }
        out
    }

    #[test]
    fn the_pattern_refuses_exactly_what_is_refused() {
        let ranges = ranges();
        for c in (0..=0x10_FFFF).filter_map(char::from_u32) {
            let refused = ranges.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c)));
            assert_eq!(guosuo_case::text::check(c.encode_utf8(&mut [0; 4]), true).is_err(), refused, "U+{:04X}", u32::from(c));
        }
    }
}
