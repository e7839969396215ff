//! JSON Schemas of what goes in and comes out.

use serde_json::{Map, Value, json};

use super::acts::MOST_TEXT;
use super::schema_draft::TEXT;
use super::strict::MOST_NUMBER;
use crate::workbench::programs::{APPLICATION_ACTS, Act, CERTIFICATE_ACTS, Field, Of, Shape};

/// A schema of another name.
pub(crate) fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn or_null(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

pub(super) fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

fn page_of(item: Value) -> Value {
    object(&["items", "next"], json!({ "items": { "type": "array", "items": item }, "next": or_null("string") }))
}

fn field(f: &Field) -> Value {
    let mut s = match &f.shape {
        Shape::Text => json!({ "type": "string", "minLength": 1, "maxLength": MOST_TEXT, "pattern": TEXT }),
        Shape::Day => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Shape::YesNo => json!({ "type": "boolean" }),
        Shape::Tick => json!({ "type": "boolean", "const": true }),
        Shape::Number => json!({ "type": "integer", "minimum": f.least(), "maximum": MOST_NUMBER }),
        Shape::List => {
            json!({ "type": "array", "items": { "type": "string", "minLength": 1, "maxLength": MOST_TEXT, "pattern": TEXT } })
        }
        Shape::Choices(list) => {
            let names: Vec<_> = list.iter().map(|c| &c.0).collect();
            json!({ "type": "array", "minItems": 1, "uniqueItems": true, "items": { "type": "string", "enum": names } })
        }
        Shape::Declared => json!({ "allOf": [of("Declared")] }),
        Shape::Scope => json!({ "allOf": [of("Scope")] }),
        Shape::Choice(list) => json!({ "type": "string", "enum": list.iter().map(|c| &c.0).collect::<Vec<_>>() }),
        Shape::Documents { many } => {
            let mut s = json!({ "type": "array", "items": of("DocumentRef") });
            if !many {
                s["maxItems"] = 1.into();
            }
            s
        }
    };
    if f.optional && matches!(f.shape, Shape::Text) {
        s["minLength"] = 0.into();
    }
    if f.optional {
        let kind = s["type"].clone();
        s["type"] = json!([kind, "null"]);
        if let Some(list) = s.get_mut("enum").and_then(Value::as_array_mut) {
            list.push(Value::Null);
        }
    }
    s["description"] = format!("{} / {}", f.words.0, f.words.1).into();
    s
}

/// The body of one act.
pub(crate) fn act(a: &Act) -> Value {
    let properties: Map<String, Value> = a.fields.iter().map(|f| (f.id.to_owned(), field(f))).collect();
    let required: Vec<&str> = a.fields.iter().filter(|f| !f.optional).map(|f| f.id).collect();
    json!({
        "type": "object",
        "title": a.name,
        "description": format!("{} / {} ({})", a.words.0, a.words.1, a.article),
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

/// The acts of a kind of case.
pub(crate) fn acts(kind: Of) -> &'static [Act] {
    match kind {
        Of::Application => &APPLICATION_ACTS,
        Of::Certificate => &CERTIFICATE_ACTS,
    }
}

fn case_line(more: Value) -> Value {
    let mut properties = json!({ "id": { "type": "string" }, "version": { "type": "integer" } });
    if let (Value::Object(all), Value::Object(more)) = (&mut properties, more) {
        all.extend(more);
    }
    object(&["id", "version"], properties)
}

/// Every schema with a name.
pub(crate) fn named() -> Value {
    let number = || or_null("string");
    let limits = || json!({ "type": ["object", "null"], "properties": { "earliest": { "type": "string" }, "latest": { "type": "string" } } });
    let offer = object(
        &["act", "title", "article", "method", "href", "fields"],
        json!({
            "act": { "type": "string" },
            "title": { "type": "string" },
            "article": { "type": "string" },
            "method": { "type": "string", "enum": ["POST", "PATCH"] },
            "href": { "type": "string" },
            "fields": { "type": "array", "items": { "type": "string" } }
        }),
    );
    let problem = object(
        &["type", "title", "status", "code", "detail"],
        json!({
            "type": { "type": "string", "description": "address of the explanation" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "code": { "type": "string", "description": "stays the same; programs decide by it" },
            "detail": { "type": "string", "description": "in the language asked for by Accept-Language" },
            "article": { "type": "string", "description": "the article behind a refusal" },
            "citation": { "type": "string" },
            "reason": { "type": "object", "description": "the refusal with its data" },
            "possible_from": or_null("string"),
            "state": { "description": "phase or status of the case" },
            "version": { "type": "integer" },
            "possible": { "type": "array", "items": of("Offer") },
            "errors": { "type": "array", "items": object(&["field", "message"], json!({ "field": { "type": "string" }, "message": { "type": "string" } })) }
        }),
    );
    let party = json!({ "name": { "type": "string" }, "code": { "type": "string" }, "country": { "type": "string" } });
    let application_line = case_line(json!({
        "number": number(), "phase": { "type": "string" }, "purpose": { "type": "string" }, "applicant": { "type": "string" },
        "processor": object(&["name", "code", "country"], party.clone()), "body": number(), "verification_body": number(),
        "received_on": number(), "stage": number(), "house_limit": limits(), "clock_stopped": { "type": "boolean" },
        "open_nonconformities": { "type": "integer" }, "certificate": number(), "ended_on": number(), "updated_at": number()
    }));
    let certificate_line = case_line(json!({
        "number": { "type": "string" }, "status": { "type": "string" }, "body": { "type": "string" }, "applicant": { "type": "string" },
        "holder": object(&["name", "code", "country"], party), "issued_on": { "type": "string" }, "valid_until": { "type": "string" },
        "application": { "type": "string" }, "open": { "type": "object" }, "updated_at": number()
    }));
    let possible = json!({ "type": "array", "items": of("Offer") });
    let closed = json!({ "type": ["object", "null"], "description": "why no more of it may be read: interests are declared first (CAR 13)" });
    let application =
        case_line(json!({ "number": number(), "phase": { "type": "string" }, "possible": possible, "closed": closed }));
    let certificate = case_line(
        json!({ "number": { "type": "string" }, "status": { "type": "string" }, "possible": possible, "closed": closed }),
    );
    let act_done = |kind: &str| {
        object(
            &[kind, "act", "replayed"],
            json!({ kind: { "type": "string" }, "act": { "type": "string" }, "version": or_null("integer"), "issued": or_null("string"), "replayed": { "type": "boolean" } }),
        )
    };
    let change = object(
        &["n", "at", "kind", "id", "number", "seq", "event", "state"],
        json!({
            "n": { "type": "integer" }, "at": { "type": "string" }, "kind": { "type": "string" }, "id": { "type": "string" },
            "number": number(), "seq": { "type": "integer" }, "event": { "type": "string" }, "state": { "type": "string" }
        }),
    );
    let webhook = object(
        &["id", "url", "state", "position", "two_secrets", "created_at"],
        json!({
            "id": { "type": "string" }, "url": { "type": "string" }, "state": { "type": "string", "enum": ["active", "paused"] },
            "position": { "type": "integer" }, "two_secrets": { "type": "boolean" }, "created_at": { "type": "string" },
            "secret": { "type": "string", "description": "only in the answer that makes it" }
        }),
    );
    let delivery = object(
        &["n", "case", "state", "attempts"],
        json!({
            "n": { "type": "integer" }, "case": { "type": "string" }, "state": { "type": "string", "enum": ["waiting", "delivered", "parked"] },
            "attempts": { "type": "integer" }, "not_before": number(), "status": or_null("integer"), "error": number(), "last_attempt_at": number()
        }),
    );
    let report = object(
        &["certificate", "number", "seq", "change", "status", "effective_on", "state", "owed_at", "due", "attempts"],
        json!({
            "certificate": { "type": "string" }, "number": { "type": "string" }, "seq": { "type": "integer" }, "change": { "type": "string" },
            "status": { "type": "string" }, "effective_on": { "type": "string" }, "state": { "type": "string" }, "owed_at": number(), "due": limits(),
            "corrects": or_null("integer"), "corrected_by": or_null("integer"), "sent_at": number(), "attempts": { "type": "integer" },
            "last_error": number(), "received_at": number(), "receipt": number(), "rejected_for": number()
        }),
    );
    let day = json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
    let people = json!({ "type": "integer", "minimum": 0, "maximum": 2_000_000_000_u64 });
    let strict = |required: &[&str], properties: Value| json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties });
    let point = strict(&["on", "non_sensitive", "sensitive"], json!({ "on": day, "non_sensitive": people, "sensitive": people }));
    let seen = strict(
        &["person", "on"],
        json!({ "person": { "type": "string", "pattern": "^[0-9a-f]{32}$" }, "on": day, "sensitive": { "type": "boolean" } }),
    );
    let counts = json!({ "oneOf": [
        object(&["count", "points"], json!({ "count": { "const": "plain" }, "points": { "type": "array", "minItems": 1, "maxItems": 400, "items": of("Point") } })),
        object(&["count", "key", "seen"], json!({ "count": { "const": "keyed" }, "key": { "type": "string", "minLength": 1, "maxLength": 100 },
            "seen": { "type": "array", "minItems": 1, "maxItems": 20_000, "items": of("Seen") } })),
    ] });
    let mut all = json!({
        "Problem": problem,
        "Offer": offer,
        "DocumentRef": strict(&["file", "title"], json!({
            "file": { "type": "string", "pattern": "^[0-9a-z-]{1,64}$", "description": "id of the upload" },
            "title": { "type": "string", "minLength": 1, "maxLength": MOST_TEXT, "allOf": [{ "pattern": TEXT }, { "pattern": "\\S" }] },
            "version": { "type": "string", "maxLength": MOST_TEXT, "pattern": TEXT } })),
        "File": object(&["file", "title", "media", "size", "sha256", "sm3"], json!({ "file": { "type": "string" }, "title": { "type": "string" },
            "media": { "type": "string" }, "size": { "type": "integer" }, "sha256": { "type": "string" }, "sm3": { "type": "string" } })),
        "ApplicationLine": application_line,
        "Applications": page_of(of("ApplicationLine")),
        "Application": application,
        "ApplicationActDone": act_done("application"),
        "CertificateLine": certificate_line,
        "Certificates": page_of(of("CertificateLine")),
        "Certificate": certificate,
        "CertificateActDone": act_done("certificate"),
        "Reports": page_of(report),
        "Me": object(&["token", "organisation", "member", "roles"], json!({ "token": { "type": "object" }, "organisation": { "type": "object" },
            "member": { "type": ["object", "null"] }, "roles": { "type": "array", "items": { "type": "string" } }, "now": { "type": "string" } })),
        "Members": page_of(object(&["account", "login", "name", "roles"], json!({ "account": { "type": "string" }, "login": { "type": "string" },
            "name": { "type": "string" }, "roles": { "type": "array", "items": { "type": "string" } } }))),
        "Filings": object(&["standing", "items"], json!({ "standing": number(), "items": { "type": "array", "items": case_line(json!({ "phase": { "type": "string" } })) } })),
        "Exports": object(&["year", "totals", "flows", "reports"], json!({ "year": { "type": "integer" }, "totals": { "type": ["object", "null"] },
            "flows": { "type": "array" }, "reports": { "type": "array" } })),
        "Point": point,
        "Seen": seen,
        "Counts": counts,
        "CountsReport": strict(&["flow", "source", "counts"], json!({ "flow": { "type": "integer", "minimum": 1, "maximum": u32::MAX },
            "source": { "type": "string", "minLength": 1, "maxLength": 200 }, "counts": of("Counts") })),
        "CountsTaken": object(&["report", "replayed", "tasks"], json!({ "report": or_null("integer"), "replayed": { "type": "boolean" }, "tasks": { "type": "array" } })),
        "Void": strict(&["reason"], json!({ "reason": { "type": "string", "minLength": 1, "maxLength": 4000 } })),
        "Change": change,
        "Changes": object(&["items", "next", "last"], json!({ "items": { "type": "array", "items": of("Change") }, "next": { "type": "string" }, "last": { "type": "integer" } })),
        "Webhook": webhook,
        "Webhooks": page_of(of("Webhook")),
        "NewWebhook": strict(&["url"], json!({ "url": { "type": "string", "maxLength": 500, "pattern": "^https://([a-z0-9]{1,30}[.]){1,4}[a-z]{2,12}/[A-Za-z0-9/_-]{0,200}$" } })),
        "Nothing": strict(&[], json!({})),
        "WebhookActDone": object(&["id", "act"], json!({ "id": { "type": "string" }, "act": { "type": "string" }, "secret": { "type": "string" }, "old_secret_until": { "type": "string" } })),
        "Delivery": delivery,
        "Deliveries": page_of(of("Delivery")),
        "Replay": strict(&["from", "to"], json!({ "from": { "type": "integer", "minimum": 0, "maximum": u32::MAX }, "to": { "type": "integer", "minimum": 0, "maximum": u32::MAX } })),
        "Replayed": object(&["again"], json!({ "again": { "type": "integer" } })),
        "PathFacts": guosuo_cli::path_facts::schema(crate::path::tools(crate::web::Lang::En)),
    });
    let mut flows_declared = act_done("certificate");
    flows_declared["properties"]["declaration"] = of("FlowDeclaration");
    flows_declared["required"] = json!(["certificate", "act", "replayed", "declaration"]);
    all["FlowsDeclared"] = flows_declared;
    for (name, schema) in super::schema_draft::named().into_iter().chain(super::schema_flows::named()) {
        all[name] = schema;
    }
    all
}
