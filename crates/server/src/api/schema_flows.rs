//! JSON Schemas of declared flows and their comparison with the certified scope (M 10(1)).

use serde_json::{Value, json};

use super::schema::{object, of};

/// The fields that are compared, by their stored names.
const DRIFT_FIELDS: [&str; 11] = [
    "purpose",
    "kind",
    "sensitive",
    "people",
    "people_sensitive",
    "recipient",
    "recipient_country",
    "onward",
    "onward_country",
    "system",
    "retention",
];

/// The schemas by name.
pub(super) fn named() -> Vec<(&'static str, Value)> {
    let difference = object(
        &["field", "item", "certified", "actual", "direction", "message"],
        json!({
            "field": { "type": "string", "enum": DRIFT_FIELDS },
            "item": { "type": "string", "description": "which entry; empty for a number of the whole" },
            "certified": { "type": "string", "description": "empty where it is not certified" },
            "actual": { "type": "string", "description": "empty where it does not take place" },
            "direction": { "type": "string", "enum": ["beyond", "unused"] },
            "message": { "type": "string" },
        }),
    );
    let declaration = object(
        &["seq", "at", "by", "actual", "source", "within", "differences"],
        json!({
            "seq": { "type": "integer" }, "at": { "type": "string" }, "by": { "type": "object" }, "actual": of("Scope"),
            "source": { "type": "object", "description": "the document that it rests on" },
            "within": { "type": "boolean", "description": "whether nothing goes beyond the certified scope" },
            "differences": { "type": "array", "items": difference }
        }),
    );
    let flows = object(
        &["certificate", "version", "number", "status", "certified", "items", "possible"],
        json!({
            "certificate": { "type": "string" }, "version": { "type": "integer" }, "number": { "type": "string" }, "status": { "type": "string" },
            "certified": of("Scope"), "items": { "type": "array", "items": of("FlowDeclaration"), "description": "newest first" }, "possible": { "type": "array", "items": of("Offer") }
        }),
    );
    vec![("FlowDeclaration", declaration), ("Flows", flows)]
}
