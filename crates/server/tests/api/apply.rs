//! A processor's own system applies: draft, check, submission, receipt, by the examples of the document; overseas through
//! the mandate of the representative, with the refusals of the page (M 6, 7).

use axum::http::StatusCode;
use data_encoding::BASE64;
use guosuo::api::examples::{self, id};
use serde_json::{Value, json};

use crate::bench::{Bench, PDF};
use crate::documents::fits;
use crate::program::{Got, Program, login};

const ALL: &str = "cases:read cases:act cases:apply";

struct Applicant<'a> {
    document: Value,
    program: Program<'a>,
}

impl<'a> Applicant<'a> {
    async fn new(b: &'a Bench, org: &str, member: &str) -> Self {
        let text = b.app.anonymous().get("/api/v1/openapi.json").await.text;
        let program = Program::new(&b.app, org, ALL).await.granted(member).await;
        Self { document: serde_json::from_str(&text).unwrap(), program }
    }

    /// The answer is as the document says.
    fn check(&self, method: &str, path: &str, got: &Got) {
        let response = &self.document["paths"][path][method]["responses"][got.status.as_u16().to_string()];
        let response = match response["$ref"].as_str() {
            Some(r) => self.document.pointer(r.trim_start_matches('#')).unwrap(),
            None => response,
        };
        let content = response["content"].as_object().unwrap_or_else(|| panic!("{method} {path} {}: {}", got.status, got.json));
        fits(&self.document, &content.values().next().unwrap()["schema"], &got.json, &format!("{method} {path}")).unwrap();
    }

    fn shown(&self, method: &str, path: &str, name: &str) -> Value {
        self.document["paths"][path][method]["requestBody"]["content"]["application/json"]["examples"][name]["value"].clone()
    }

    async fn open(&self, name: &str) -> String {
        let path = "/api/v1/applications";
        let got = self.program.post(path, &self.shown("post", path, name)).await;
        assert_eq!(got.status, StatusCode::CREATED, "{}", got.json);
        self.check("post", path, &got);
        got.json["application"].as_str().unwrap().to_owned()
    }

    async fn get(&self, case: &str, what: &str) -> Got {
        let got = self.program.get(&format!("/api/v1/applications/{case}/{what}")).await;
        if got.status == StatusCode::OK {
            self.check("get", &format!("/api/v1/applications/{{id}}/{what}"), &got);
        }
        got
    }

    /// An example with a document that was really sent.
    async fn real(&self, case: &str, shown: &Value) -> Value {
        let text = shown.to_string();
        if !text.contains(id::FILE) {
            return shown.clone();
        }
        let sent = self.program.file(&format!("/api/v1/applications/{case}"), PDF).await;
        serde_json::from_str(&text.replace(id::FILE, sent["file"].as_str().unwrap())).unwrap()
    }

    async fn save(&self, case: &str, body: &Value) -> Got {
        let with = self.program.with("idempotency-key", guosuo_store::new_id());
        let path = format!("/api/v1/applications/{case}/draft");
        let got = with.send("PATCH", &path, Some("application/json"), body.to_string().into_bytes()).await;
        self.check("patch", "/api/v1/applications/{id}/draft", &got);
        got
    }

    async fn act(&self, case: &str, act: &str) -> Got {
        let pattern = format!("/api/v1/applications/{{id}}/acts/{act}");
        let shown = self.shown("post", &pattern, "example");
        let wanted = examples::apply().into_iter().find(|e| e.act == act).unwrap().body;
        assert_eq!(shown, wanted, "the document shows what is sent");
        let body = self.real(case, &shown).await;
        let got = self.program.post(&format!("/api/v1/applications/{case}/acts/{act}"), &body).await;
        self.check("post", &pattern, &got);
        got
    }

    async fn does(&self, case: &str, act: &str) -> Value {
        let got = self.act(case, act).await;
        assert_eq!(got.status, StatusCode::OK, "{act}: {}", got.json);
        got.json
    }

    async fn filled(&self, case: &str) {
        let shown = self.shown("patch", "/api/v1/applications/{id}/draft", "example");
        let got = self.save(case, &self.real(case, &shown).await).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.json);
    }
}

fn code(got: &Got) -> (StatusCode, &str, &str) {
    (got.status, got.json["code"].as_str().unwrap_or_default(), got.json["article"].as_str().unwrap_or_default())
}

fn possible(v: &Value) -> Vec<&str> {
    v["possible"].as_array().unwrap().iter().map(|p| p["act"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_examples_lead_from_a_draft_to_the_receipt() {
    let b = Bench::new().await;
    let a = Applicant::new(&b, "testco", &login("applicant")).await;
    let case = a.open("own").await;
    let seen = a.program.get(&format!("/api/v1/applications/{case}")).await.json;
    assert_eq!(possible(&seen), ["withdraw", "choose-body", "save-form", "submit"], "{seen}");
    assert_eq!(seen["possible"][2]["method"], "PATCH");

    // What is wrong is said by the engine of the page, field by field.
    let checked = a.get(&case, "check").await.json;
    let fields: Vec<&str> = checked["problems"].as_array().unwrap().iter().map(|p| p["field"].as_str().unwrap()).collect();
    assert!(
        checked["complete"] == false && ["body", "purposes", "impact", "notice"].iter().all(|f| fields.contains(f)),
        "{checked}"
    );
    let early = a.act(&case, "submit").await;
    assert_eq!((early.status, early.json["code"].as_str()), (StatusCode::CONFLICT, Some("not_ready")), "{}", early.json);
    let refused: Vec<&Value> =
        early.json["reason"]["reason"]["problems"].as_array().unwrap().iter().map(|p| &p["field"]).collect();
    let blocking = checked["problems"].as_array().unwrap().iter().filter(|p| p["severity"] == "blocks").map(|p| &p["field"]);
    assert_eq!(refused, blocking.collect::<Vec<_>>(), "the same problems, in the same order");

    let bodies = a.program.get("/api/v1/bodies").await;
    a.check("get", "/api/v1/bodies", &bodies);
    let chosen = bodies.json["items"].as_array().unwrap().iter().find(|x| x["body"] == "donghu").unwrap();
    assert_eq!((chosen["can_be_chosen"].as_bool(), chosen["standing"].as_str()), (Some(true), Some("filed")));
    a.does(&case, "choose-body").await;
    a.filled(&case).await;
    let checked = a.get(&case, "check").await.json;
    assert_eq!(checked["complete"], true, "{checked}");
    // What the page shows is what the program saved, digests included.
    let mut page = b.app.sign_in(&login("applicant")).await;
    let shown = page.get(&format!("/processor/applications/{case}/submit")).await.text;
    for words in ["Fulfilment of orders", "passport number", "Impact assessment", &id::SHA256[..12]] {
        assert!(shown.contains(words), "{words}: {shown}");
    }

    // Submitted once, however often it is asked for; the pledge is a person's.
    let path = format!("/api/v1/applications/{case}/acts/submit");
    let bare = a.program.post(&path, &json!({ "pledge": false })).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bare.json);
    let machine = a.program.of("").post(&path, &json!({ "pledge": true })).await;
    assert_eq!(machine.json["code"], "member_needed", "{}", machine.json);
    assert_eq!(a.get(&case, "receipt").await.status, StatusCode::NOT_FOUND, "nothing was submitted yet");
    let keyed = a.program.with("idempotency-key", "submit-1");
    let first = keyed.post(&path, &json!({ "pledge": true })).await;
    let again = keyed.post(&path, &json!({ "pledge": true })).await;
    assert_eq!((first.status, first.json["replayed"].as_bool()), (StatusCode::OK, Some(false)), "{}", first.json);
    assert_eq!((again.status, again.json["replayed"].as_bool()), (StatusCode::OK, Some(true)), "{}", again.json);
    assert_eq!(first.json["number"], again.json["number"]);
    a.check("post", "/api/v1/applications/{id}/acts/submit", &first);
    let number = first.json["number"].as_str().unwrap();
    let later = a.act(&case, "submit").await;
    assert_eq!((later.status, later.json["state"].as_str()), (StatusCode::CONFLICT, Some("entrusted")), "{}", later.json);

    let receipt = a.get(&case, "receipt").await;
    let payload = BASE64.decode(receipt.json["payload"].as_str().unwrap().as_bytes()).unwrap();
    let statement = serde_json::from_slice::<Value>(&payload).unwrap()["body"].clone();
    let told = (statement["number"].as_str(), statement["application"].as_str());
    assert_eq!(told, (Some(number), Some(case.as_str())), "{statement}");
    let same: Value =
        serde_json::from_str(&page.get(&format!("/processor/applications/{case}/receipt.json")).await.text).unwrap();
    assert_eq!(receipt.json["payload"], same["payload"], "the statement of the page");
    let saved = a.save(&case, &json!({ "group": "x" })).await;
    assert_eq!(saved.status, StatusCode::CONFLICT, "what was submitted stays: {}", saved.json);
    // The body's program sees it come in.
    let body = Program::new(&b.app, "donghu", "cases:read changes:read").await;
    let list = body.get("/api/v1/applications?phase=entrusted").await.json;
    assert!(list["items"].as_array().unwrap().iter().any(|x| x["number"] == number), "{list}");
    assert_eq!(body.get(&format!("/api/v1/applications/{case}/receipt")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn parts_are_replaced_one_by_one_and_what_is_wrong_is_named() {
    let b = Bench::new().await;
    let a = Applicant::new(&b, "testco", &login("applicant")).await;
    let case = a.open("own").await;
    a.filled(&case).await;
    let got = a.save(&case, &json!({ "group": "示例集团（虚构）", "notice": null })).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.json);
    assert!(got.json["problems"].as_array().unwrap().iter().any(|p| p["field"] == "notice"), "{}", got.json);
    let form = a.program.get(&format!("/api/v1/applications/{case}")).await.json["dossier"]["form"].clone();
    assert_eq!((form["group"].as_str(), form["scope"]["systems"][0].as_str()), (Some("示例集团（虚构）"), Some("CRM")), "{form}");
    assert_eq!((&form["notice"], form["impact"]["profile"].as_str()), (&Value::Null, Some("certification")), "{form}");

    let declared = |sha: &str| json!({ "title": "T", "version": "1", "sha256": sha, "sm3": "0b".repeat(32) });
    for (body, field) in [
        (json!({}), ""),
        (json!({ "skope": {} }), "skope"),
        (json!({ "scope": { "recipent": [] } }), "scope.recipent"),
        (json!({ "scope": { "kinds": [{ "name": "x", "sensitive": true, "extra": 1 }] } }), "scope.kinds.0.extra"),
        (json!({ "scope": { "people": { "non_sensitive": -1, "sensitive": 0 } } }), "scope.people.non_sensitive"),
        (json!({ "group": "a\u{202e}b" }), "group"),
        (json!({ "relation": 5 }), "relation"),
        (json!({ "affiliates": vec!["x"; 61] }), "affiliates"),
        (json!({ "notice": { "title": "T", "version": "1", "file": "019cdfe0a07a7d21a2b3c4d5e6f70009" } }), "notice.file"),
        (
            json!({ "notice": { "title": "T", "version": "", "sha256": "0a".repeat(32), "sm3": "0b".repeat(32) } }),
            "notice.version",
        ),
        (json!({ "notice": declared("0a") }), "notice.sha256"),
        (
            json!({ "impact": { "document": declared(&"0a".repeat(32)), "completed_on": "soon", "items": [] } }),
            "impact.completed_on",
        ),
        (
            json!({ "impact": { "document": declared(&"0a".repeat(32)), "completed_on": "2026-03-01", "items": ["x"] } }),
            "impact.items",
        ),
        (json!({ "legal_basis": { "basis": "because" } }), "legal_basis"),
        (json!({ "eligibility": { "answers": { "ciio": false } } }), "eligibility.answers.important_data"),
        (json!({ "eligibility": { "answers": { "ciio": "no" } } }), "eligibility.answers.ciio"),
    ] {
        let got = a.save(&case, &body).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", got.json);
        let named: Vec<&str> = got.json["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert!(named.contains(&field), "{field}: {}", got.json);
    }
    let after = a.program.get(&format!("/api/v1/applications/{case}")).await.json["dossier"]["form"].clone();
    assert_eq!(after, form, "nothing of it was saved");

    // Two programs at once: who has seen an older version changes nothing.
    let tag = a.program.get(&format!("/api/v1/applications/{case}")).await.etag();
    a.save(&case, &json!({ "group": "" })).await;
    let stale = Applicant { document: a.document.clone(), program: a.program.with("if-match", tag) };
    let got = stale.save(&case, &json!({ "group": "other" })).await;
    assert_eq!((got.status, got.json["code"].as_str()), (StatusCode::PRECONDITION_FAILED, Some("version_old")), "{}", got.json);
    // Without the scope, and from another organisation, there is nothing to save.
    let reader = Program::new(&b.app, "testco", "cases:read cases:act").await.granted(&login("applicant")).await;
    let none = reader.with("idempotency-key", "x");
    let path = format!("/api/v1/applications/{case}/draft");
    let got = none.send("PATCH", &path, Some("application/json"), b"{\"group\":\"x\"}".to_vec()).await;
    assert_eq!(got.json["code"], "scope_needed");
    assert_eq!(
        reader.post(&format!("/api/v1/applications/{case}/acts/submit"), &json!({ "pledge": true })).await.json["code"],
        "scope_needed"
    );
    let other = Applicant::new(&b, "linyuan", "linyuan").await;
    assert_eq!(other.save(&case, &json!({ "group": "x" })).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.get(&case, "check").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn overseas_the_representative_acts_within_the_mandate_and_no_further() {
    let b = Bench::new().await;
    let a = Applicant::new(&b, "yuanzhou", "daibiao").await;
    let case = a.open("overseas").await;
    let seen = a.program.get(&format!("/api/v1/applications/{case}")).await.json;
    assert_eq!((seen["processor"]["country"].as_str(), possible(&seen).contains(&"submit")), (Some("DE"), false), "{seen}");
    // Without a mandate nobody acts (M 7(2)): the law's own reason, as on the page.
    for act in ["choose-body", "submit"] {
        let got = a.act(&case, act).await;
        assert_eq!(code(&got), (StatusCode::CONFLICT, "mandate_missing", "M 7(2)"), "{act}: {}", got.json);
        assert_eq!(possible(&got.json), ["record-mandate"], "what is possible instead: {}", got.json);
    }
    a.does(&case, "record-mandate").await;
    a.does(&case, "choose-body").await;
    a.filled(&case).await;

    // It ended yesterday; a renewed one helps.
    let at = format!("/api/v1/applications/{case}/acts");
    let mut short = examples::apply()[0].body.clone();
    short["until"] = "2026-03-12".into();
    short["doc"] = json!({ "title": "Power of attorney", "version": "1.1", "sha256": "0a".repeat(32), "sm3": "0b".repeat(32) });
    assert_eq!(a.program.post(&format!("{at}/record-mandate"), &short).await.status, StatusCode::OK);
    b.app.advance(24 * 3600);
    let ended = a.act(&case, "submit").await;
    assert_eq!(code(&ended), (StatusCode::CONFLICT, "mandate_expired", "M 7(2)"), "{}", ended.json);
    short["until"] = "2028-12-31".into();
    short["acts"] = json!(["rectify"]);
    assert_eq!(a.program.post(&format!("{at}/record-mandate"), &short).await.status, StatusCode::OK);
    let outside = a.act(&case, "submit").await;
    assert_eq!(code(&outside).1, "mandate_scope", "acts outside are refused: {}", outside.json);
    for (field, value) in [
        ("acts", json!([])),
        ("acts", json!(["aply"])),
        ("kind", json!("friend")),
        ("until", json!("2025-12-31")),
        ("doc", json!({ "title": "x" })),
    ] {
        let mut wrong = short.clone();
        wrong[field] = value;
        let got = a.program.post(&format!("{at}/record-mandate"), &wrong).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", got.json);
    }
    short["acts"] = json!(["apply"]);
    assert_eq!(a.program.post(&format!("{at}/record-mandate"), &short).await.status, StatusCode::OK);
    // A body that has not filed cannot be chosen (M 7(1)).
    for (org, standing) in [("luming", "not_filed"), ("nobody", "not_filed")] {
        let got = a.program.post(&format!("{at}/choose-body"), &json!({ "body": org })).await;
        assert_eq!(
            (got.status, got.json["code"].as_str()),
            (StatusCode::CONFLICT, Some("body_not_filed")),
            "{org}: {}",
            got.json
        );
        assert_eq!(got.json["reason"]["reason"]["standing"], standing, "{}", got.json);
    }
    let done = a.does(&case, "submit").await;
    assert!(done["number"].as_str().unwrap().contains("认委"), "{done}");
    // A processor of the mainland needs no representative, and cannot open for an overseas one.
    let other = Applicant::new(&b, "testco", &login("applicant")).await;
    let got = other.program.post("/api/v1/applications", &examples::open_overseas()).await;
    assert_eq!((got.status, got.json["code"].as_str()), (StatusCode::CONFLICT, Some("representative_needed")), "{}", got.json);
}
