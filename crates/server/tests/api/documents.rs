//! The document of the interface, and a checker of JSON against its schemas.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use guosuo::serve::table;
use guosuo::testing::TestApp;
use serde_json::Value;

/// Checks a value against a schema of the document; says where it does not fit.
pub(crate) fn fits(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let found = document.pointer(name.trim_start_matches('#')).ok_or(format!("{name} is nowhere"))?;
        return fits(document, found, value, at);
    }
    let bad = |why: &str| Err(format!("{at}: {why}: {value}"));
    for inner in schema["allOf"].as_array().into_iter().flatten() {
        fits(document, inner, value, at)?;
    }
    for name in ["oneOf", "anyOf"] {
        if let Some(list) = schema[name].as_array() {
            let good = list.iter().filter(|s| fits(document, s, value, at).is_ok()).count();
            if good == 0 || (name == "oneOf" && good > 1) {
                return bad(&format!("{name} has {good}"));
            }
        }
    }
    if let Some(constant) = schema.get("const")
        && constant != value
    {
        return bad("is another constant");
    }
    if let Some(list) = schema["enum"].as_array()
        && !list.contains(value)
    {
        return bad("is none of the list");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(s) => vec![s],
        Value::Array(a) => a.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |kind: &&str| match *kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    };
    if !kinds.is_empty() && !kinds.iter().any(is) {
        return bad(&format!("is none of {kinds:?}"));
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                return bad(&format!("lacks {name}"));
            }
        }
        for (name, inner) in object {
            match schema["properties"].get(name) {
                Some(s) => fits(document, s, inner, &format!("{at}/{name}"))?,
                None if schema["additionalProperties"] == false => return bad(&format!("{name} is not known")),
                None => {}
            }
        }
    }
    if let (Some(list), Some(items)) = (value.as_array(), schema.get("items")) {
        for (i, inner) in list.iter().enumerate() {
            fits(document, items, inner, &format!("{at}/{i}"))?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn everything_that_is_served_is_documented_and_the_other_way_round() {
    let app = TestApp::new().await;
    let got = app.anonymous().get("/api/v1/openapi.json").await;
    assert_eq!(got.status, StatusCode::OK);
    let document: Value = serde_json::from_str(&got.text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut documented = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            // Each act is an operation of its own, behind one address of the service.
            let case = path.starts_with("/api/v1/applications/") || path.starts_with("/api/v1/certificates/");
            let route = match path.split_once("/acts/") {
                Some((base, _)) if case => format!("{base}/acts/{{act}}"),
                _ => path.clone(),
            };
            documented.insert(format!("{} {route}", method.to_uppercase()));
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{operation}");
            let named: BTreeSet<&str> = operation["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|p| p["in"] == "path")
                .filter_map(|p| p["name"].as_str())
                .collect();
            let wanted: BTreeSet<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
            assert_eq!(named, wanted, "{method} {path}");
            // Every example fits the schema beside it.
            let body = &operation["requestBody"]["content"]["application/json"];
            for (name, example) in body["examples"].as_object().into_iter().flatten() {
                fits(&document, &body["schema"], &example["value"], &format!("{path} {name}")).unwrap();
            }
        }
    }
    let served: BTreeSet<String> =
        table().iter().filter(|r| r.path.starts_with("/api/v1/")).map(|r| format!("{} {}", r.method, r.path)).collect();
    assert_eq!(documented, served);
    // No reference leads nowhere.
    for part in got.text.split("\"$ref\":\"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    assert_eq!(app.anonymous().get("/api/openapi.json").await.text, got.text);
}

#[tokio::test]
async fn the_page_for_people_names_every_address_in_both_languages() {
    let app = TestApp::new().await;
    let zh = app.anonymous().get("/api").await.text;
    let en = app.anonymous().get("/en/api").await.text;
    for route in table().iter().filter(|r| r.path.starts_with("/api/v1/")) {
        let acts = route.path.starts_with("/api/v1/applications/") || route.path.starts_with("/api/v1/certificates/");
        let path = if acts {
            route.path.replace("{act}", "propose").replace("applications/{id}/acts/propose", "applications/{id}/acts/accept")
        } else {
            route.path.to_owned()
        };
        let line = format!("{} {path}", route.method);
        assert!(zh.contains(&line) && en.contains(&line), "{line}");
    }
    assert!(zh.contains("程序接口") && en.contains("Interface for programs"));
    assert!(en.contains("id=\"version_old\"") && en.contains("cases:act"));
}
