//! `/api/v1/openapi.json`: the interface as OpenAPI 3.1, built from the one list of addresses.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::endpoints::{Content, Endpoint, In, all};
use super::schema;
use super::scope::Scope;
use crate::error::Error;
use crate::web::Lang;

/// The document does not change while the program runs.
static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());

fn parameters(e: &Endpoint) -> Vec<Value> {
    let mut out: Vec<Value> = e
        .params
        .iter()
        .map(|p| {
            let mut v = json!({
                "name": p.name,
                "in": if p.at == In::Path { "path" } else { "query" },
                "required": p.required,
                "schema": p.schema,
            });
            if p.example != "" {
                v["example"] = p.example.clone();
            }
            v
        })
        .collect();
    let common = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    if e.token {
        out.push(common("Member"));
    }
    if e.token && e.method != "GET" {
        out.push(common("IdempotencyKey"));
    }
    if e.member && !matches!(e.body, Content::File) {
        out.push(common("Code"));
        // What is about to be made has no version yet.
        if e.path.contains("{id}") {
            out.push(common("IfMatch"));
        }
    }
    out
}

fn responses(e: &Endpoint) -> Value {
    let mut out = Map::new();
    let good = match &e.answer {
        Some(s) => {
            let media = if e.id == "getPathSchema" { "application/schema+json" } else { "application/json" };
            json!({ "description": "good", "content": { media: { "schema": s } } })
        }
        None => {
            json!({ "description": "the document", "content": { "application/octet-stream": {}, "application/pdf": {}, "image/png": {}, "image/jpeg": {}, "application/ofd": {} } })
        }
    };
    out.insert(e.status.to_string(), good);
    // A token that is shown is looked at everywhere, also where none is needed.
    let mut problems: Vec<u16> = vec![400, 401, 403, 429];
    problems.extend(e.problems);
    problems.sort_unstable();
    problems.dedup();
    for p in problems {
        let value = if p == 304 {
            json!({ "description": "the version of If-None-Match is the current one" })
        } else {
            json!({ "$ref": "#/components/responses/Problem" })
        };
        out.insert(p.to_string(), value);
    }
    Value::Object(out)
}

fn operation(e: &Endpoint) -> Value {
    let mut o = json!({
        "operationId": e.id,
        "tags": [e.group],
        "summary": format!("{} / {}", e.words.0, e.words.1),
        "parameters": parameters(e),
        "responses": responses(e),
        "security": if e.token { json!([{ "token": [] }]) } else { json!([]) },
    });
    if let Some(s) = e.scope {
        o["description"] = format!("scope: `{}`{}", s.as_str(), if e.member { "; in the name of a member" } else { "" }).into();
        o["x-scope"] = s.as_str().into();
    }
    match &e.body {
        Content::None => {}
        Content::Json(schema, examples) => {
            let shown: Map<String, Value> = examples.iter().map(|(n, v)| (n.clone(), json!({ "value": v }))).collect();
            o["requestBody"] =
                json!({ "required": true, "content": { "application/json": { "schema": schema, "examples": shown } } });
        }
        Content::File => {
            o["requestBody"] = json!({ "required": true, "content": { "application/octet-stream": { "schema": { "type": "string", "format": "binary", "minLength": 1 } } } });
        }
    }
    o
}

/// The document.
pub(crate) fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for e in all() {
        let place = paths.entry(e.path.clone()).or_insert_with(|| json!({}));
        place[e.method.to_ascii_lowercase()] = operation(&e);
    }
    let scopes: Vec<String> =
        Scope::ALL.iter().map(|s| format!("`{}` {} / {}", s.as_str(), s.words(Lang::Zh), s.words(Lang::En))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Guosuo 过所",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": format!("A token acts for its organisation and with no more rights than it has. Scopes: {}. See /api.", scopes.join("; ")),
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "a token of an organisation" } },
            "parameters": {
                "Member": { "name": "Guosuo-Member", "in": "header", "required": false, "schema": { "type": "string", "pattern": "^[a-z0-9._-]{3,32}$" },
                    "description": "sign-in name of the member in whose name it is done; the person has let the token do so" },
                "Code": { "name": "Guosuo-Code", "in": "header", "required": false, "schema": { "type": "string", "pattern": "^[0-9]{6}$" },
                    "description": "one-time code of the member, for signatures" },
                "IdempotencyKey": { "name": "Idempotency-Key", "in": "header", "required": true, "schema": { "type": "string", "pattern": "^[!-~]{1,200}$" },
                    "description": "a new one for each new request, the same when it is sent again" },
                "IfMatch": { "name": "If-Match", "in": "header", "required": false, "schema": { "type": "string", "pattern": "^([*]|\"[0-9]{1,9}\")$" },
                    "description": "the ETag that was read: the act happens only on that version" },
            },
            "responses": { "Problem": { "description": "what is wrong, and what is possible instead",
                "content": { "application/problem+json": { "schema": schema::of("Problem") } } } },
            "schemas": schema::named(),
        },
        "webhooks": { "change": { "post": {
            "summary": "What has happened, as it is called back. Guosuo-Signature: t=SECONDS,v1=HEX, HMAC-SHA256 over SECONDS.BODY",
            "requestBody": { "content": { "application/json": { "schema": schema::of("Change"), "example": crate::jobs::webhooks::sample() } } },
            "responses": { "2XX": { "description": "taken" } },
        } } },
    })
}

/// `GET /api/v1/openapi.json`, `GET /api/openapi.json`.
///
/// # Errors
/// None; the type is that of all handlers.
pub(crate) async fn show() -> Result<Response, Error> {
    let head = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    Ok((head, TEXT.clone()).into_response())
}
