//! From the entrustment to the certificate by the examples of the document, each of them sent as it stands there.

use axum::http::StatusCode;
use guosuo::api::examples::{self, Example, id};
use serde_json::{Value, json};

use crate::bench::{Bench, PDF};
use crate::documents::fits;
use crate::program::{Program, login};

const ALL: &str = "cases:read cases:act certificates:read certificates:act filing:read changes:read webhooks";
const CREW: [&str; 6] = ["manager", "verifier", "auditor", "evaluator", "certifier", "head"];

struct Story<'a> {
    document: Value,
    body: Program<'a>,
    lab: Program<'a>,
    applicant: Program<'a>,
    auditor: String,
}

impl<'a> Story<'a> {
    async fn new(b: &'a Bench) -> Self {
        let text = b.app.anonymous().get("/api/v1/openapi.json").await.text;
        let mut body = Program::new(&b.app, "donghu", ALL).await;
        for who in CREW {
            body = body.granted(&login(who)).await;
        }
        let lab = Program::new(&b.app, "testlab", "cases:read cases:act changes:read").await.granted(&login("lab")).await;
        let auditor = b.app.app.store.reader().await.unwrap().account_by_login(&login("auditor")).await.unwrap().unwrap().id;
        let scopes = "certificates:read certificates:act";
        let applicant = Program::new(&b.app, "testco", scopes).await.granted(&login("applicant")).await;
        Self { document: serde_json::from_str(&text).unwrap(), body, lab, applicant, auditor }
    }

    fn who(&self, member: &str) -> Program<'a> {
        match member {
            "lab" => self.lab.clone(),
            "applicant" => self.applicant.clone(),
            other => self.body.of(&login(other)),
        }
    }

    /// The example with real ids in the place of its own.
    fn real(&self, body: &Value, file: &str) -> Value {
        let text = body.to_string().replace(id::LAB, "testlab").replace(id::AUDITOR, &self.auditor).replace(id::FILE, file);
        serde_json::from_str(&text).unwrap()
    }

    /// The example as the document shows it under its act.
    fn shown(&self, path: &str) -> Value {
        let content = &self.document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
        content["examples"]["example"]["value"].clone()
    }

    fn check(&self, path: &str, method: &str, status: u16, answer: &Value) {
        let response = &self.document["paths"][path][method]["responses"][status.to_string()];
        let response = match response["$ref"].as_str() {
            Some(r) => self.document.pointer(r.trim_start_matches('#')).unwrap(),
            None => response,
        };
        let content = response["content"].as_object().unwrap_or_else(|| panic!("{method} {path} {status} is not documented"));
        let schema = &content.values().next().unwrap()["schema"];
        fits(&self.document, schema, answer, &format!("{method} {path} {status}")).unwrap();
    }

    async fn act(&self, kind: &str, case: &str, e: &Example) -> Value {
        let pattern = format!("/api/v1/{kind}/{{id}}/acts/{}", e.act);
        let base = format!("/api/v1/{kind}/{case}");
        let mut program = self.who(e.member);
        if matches!(e.act, "sign" | "countersign" | "take-measure") {
            program = program.signing();
        }
        let file = if e.body.to_string().contains(id::FILE) {
            program.file(&base, PDF).await["file"].as_str().unwrap().to_owned()
        } else {
            String::new()
        };
        let shown = self.shown(&pattern);
        assert_eq!(shown, e.body, "{}: the document shows what is sent", e.act);
        let got = program.post(&format!("{base}/acts/{}", e.act), &self.real(&shown, &file)).await;
        assert_eq!(got.status, StatusCode::OK, "{} by {}: {}", e.act, e.member, got.json);
        self.check(&pattern, "post", 200, &got.json);
        got.json
    }

    async fn get(&self, pattern: &str, path: &str) -> Value {
        let got = self.who("manager").get(path).await;
        assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.json);
        self.check(pattern, "get", 200, &got.json);
        got.json
    }
}

#[tokio::test]
async fn the_examples_lead_from_the_entrustment_to_a_certificate_and_beyond() {
    let b = Bench::new().await;
    let s = Story::new(&b).await;
    let mut certificate = String::new();
    for e in examples::application() {
        if e.act == "sign-audit" {
            // The example has audited one clause; the others are audited alike.
            let seen = s.who("auditor").get(&format!("/api/v1/applications/{}", b.case)).await.json;
            let open = seen["open_clauses"].as_array().unwrap().clone();
            assert!(open.len() > 5, "{seen}");
            for clause in open {
                let body = json!({ "clause": clause, "grade": "conforming", "statement": "Seen.", "evidence": [] });
                let path = format!("/api/v1/applications/{}/acts/audit-clause", b.case);
                assert_eq!(s.who("auditor").post(&path, &body).await.status, StatusCode::OK, "{clause}");
            }
        }
        let done = s.act("applications", &b.case, &e).await;
        if let Some(made) = done["issued"].as_str() {
            made.clone_into(&mut certificate);
        }
    }
    assert!(!certificate.is_empty(), "the last example issues the certificate");
    let list = s.get("/api/v1/applications", "/api/v1/applications?phase=certified").await;
    assert_eq!(list["items"][0]["certificate"], certificate.as_str());
    s.get("/api/v1/applications/{id}", &format!("/api/v1/applications/{}", b.case)).await;
    let list = s.get("/api/v1/certificates", "/api/v1/certificates?limit=1").await;
    assert_eq!((list["items"][0]["id"].as_str(), &list["next"]), (Some(certificate.as_str()), &Value::Null));
    let reports = s.get("/api/v1/reports", "/api/v1/reports").await;
    assert_eq!(reports["items"][0]["change"], "issued", "the report to the national platform is owed");
    for e in examples::certificate() {
        s.act("certificates", &certificate, &e).await;
    }
    let seen = s.get("/api/v1/certificates/{id}", &format!("/api/v1/certificates/{certificate}")).await;
    assert_eq!(seen["status"], "valid");
    assert!(seen["possible"].as_array().unwrap().iter().any(|p| p["act"] == "propose"), "{seen}");
    let flows = s.get("/api/v1/certificates/{id}/flows", &format!("/api/v1/certificates/{certificate}/flows")).await;
    assert_eq!(flows["items"][0]["within"], false, "what the example declares goes beyond: {flows}");
    s.get("/api/v1/me", "/api/v1/me").await;
    // What is the organisation's own needs no member.
    let own = s.body.of("").get("/api/v1/filings").await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.json);
    s.check("/api/v1/filings", "get", 200, &own.json);
    let members = s.get("/api/v1/members", "/api/v1/members").await;
    assert_eq!(members["items"].as_array().unwrap().len(), CREW.len());

    // Documents are given to those whom they concern, and the verification body reads no audit.
    let sha = guosuo_seal::digest::sha256(PDF).to_hex();
    let file = s.who("manager").get(&format!("/api/v1/applications/{}/files/{sha}", b.case)).await;
    assert_eq!((file.status, file.bytes.as_slice()), (StatusCode::OK, PDF));
    let lab = s.lab.get(&format!("/api/v1/applications/{}", b.case)).await.json;
    assert!(
        lab["plan"].is_object() && lab["audit"].is_null() && lab["conclusion"].is_null() && lab["evaluation"].is_null(),
        "{lab}"
    );

    // What happened, without gaps; the applicant is not told what is within the body.
    let changes = s.get("/api/v1/changes", "/api/v1/changes?limit=200").await;
    let items = changes["items"].as_array().unwrap();
    let numbers: Vec<u64> = items.iter().map(|c| c["n"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let told = |v: &Value| -> Vec<String> {
        let of = |c: &Value| (c["id"] == b.case.as_str()).then(|| c["event"].as_str().unwrap().to_owned());
        v["items"].as_array().unwrap().iter().filter_map(of).collect()
    };
    let inside = told(&changes);
    assert!(inside.contains(&"evaluated".into()) && inside.contains(&"certified".into()), "{inside:?}");
    let applicant = Program::new(&b.app, "testco", "cases:read changes:read").await;
    let outside = told(&applicant.get("/api/v1/changes?limit=200").await.json);
    assert!(outside.contains(&"accepted".into()) && outside.contains(&"countersigned".into()), "{outside:?}");
    for secret in ["evaluated", "signed", "interest_declared", "clause_audited", "clock_stopped"] {
        assert!(inside.contains(&secret.into()) && !outside.contains(&secret.into()), "{secret}: {outside:?}");
    }
    let page = s.get("/api/v1/changes", "/api/v1/changes?after=3&limit=2").await;
    assert_eq!((page["items"][0]["n"].as_u64(), page["next"].as_str()), (Some(4), Some("5")));
}

#[tokio::test]
async fn one_request_has_one_effect_and_an_old_version_none() {
    let b = Bench::new().await;
    let s = Story::new(&b).await;
    let base = format!("/api/v1/applications/{}", b.case);
    let manager = s.who("manager");
    let bare = manager.send("POST", &format!("{base}/acts/accept"), Some("application/json"), b"{}".to_vec()).await;
    assert_eq!((bare.status, &bare.json["code"]), (StatusCode::BAD_REQUEST, &json!("idempotency_key_needed")));

    let keyed = manager.with("idempotency-key", "k-1");
    let declare = format!("{base}/acts/declare-interest");
    let first = keyed.post(&declare, &json!({ "has": false })).await;
    assert_eq!((first.status, &first.json["replayed"]), (StatusCode::OK, &json!(false)), "{}", first.json);
    let again = keyed.post(&declare, &json!({ "has": false })).await;
    assert_eq!((again.status, &again.json["replayed"]), (StatusCode::OK, &json!(true)), "{}", again.json);
    assert_eq!(first.json["version"], again.json["version"]);
    let other = keyed.post(&declare, &json!({ "has": true, "words": "x" })).await;
    assert_eq!((other.status, &other.json["code"]), (StatusCode::CONFLICT, &json!("idempotency_key_reused")));

    let seen = manager.get(&base).await;
    let unchanged = manager.with("if-none-match", seen.etag()).get(&base).await;
    assert_eq!((unchanged.status, unchanged.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    let old = manager.with("if-match", "\"2\"").post(&format!("{base}/acts/accept"), &json!({})).await;
    assert_eq!((old.status, &old.json["code"]), (StatusCode::PRECONDITION_FAILED, &json!("version_old")), "{}", old.json);
    assert_eq!(format!("\"{}\"", old.json["version"]), seen.etag());
    let possible = |v: &Value| -> Vec<String> {
        v["possible"].as_array().unwrap().iter().map(|p| p["act"].as_str().unwrap().to_owned()).collect()
    };
    assert!(possible(&old.json).contains(&"accept".into()), "what is possible instead: {}", old.json);
    let now = manager.with("if-match", seen.etag()).post(&format!("{base}/acts/accept"), &json!({})).await;
    assert_eq!(now.status, StatusCode::OK, "{}", now.json);
    assert_eq!(now.etag(), format!("\"{}\"", now.json["version"]));

    // No step can be skipped: refused with state, reason, article and what is possible instead.
    let evaluator = s.who("evaluator");
    evaluator.post(&declare, &json!({ "has": false })).await;
    let body = json!({ "recommends": "certify", "summary": "x" });
    let early = evaluator.with("accept-language", "en").post(&format!("{base}/acts/evaluate"), &body).await;
    assert_eq!((early.status, &early.json["code"]), (StatusCode::CONFLICT, &json!("stage")), "{}", early.json);
    assert_eq!((early.json["state"].as_str(), early.json["article"].as_str()), (Some("accepted"), Some("CAR 21")));
    let han = |c: char| ('\u{3000}'..='\u{ffef}').contains(&c);
    assert!(!early.json["detail"].as_str().unwrap().contains(han) && early.json["possible"].is_array(), "{}", early.json);
    s.check("/api/v1/applications/{id}/acts/evaluate", "post", 409, &early.json);

    // Every field that is wrong is named with what would be right.
    let wrong = manager.post(&format!("{base}/acts/stop-clock"), &json!({ "pause": "holidays", "when": 1 })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let named: Vec<&str> = wrong.json["errors"].as_array().unwrap().iter().filter_map(|e| e["field"].as_str()).collect();
    assert_eq!(named, ["pause", "when", "note"], "{}", wrong.json);
    s.check("/api/v1/applications/{id}/acts/stop-clock", "post", 422, &wrong.json);
    let unknown = manager.post(&format!("{base}/acts/approve"), &json!({})).await;
    assert_eq!((unknown.status, &unknown.json["code"]), (StatusCode::NOT_FOUND, &json!("act_unknown")));
    for (kind, body) in [(None, "{}"), (Some("application/json"), "{"), (Some("application/json"), "[]")] {
        let got = manager.with("idempotency-key", "k-2").send("POST", &declare, kind, body.into()).await;
        assert!(got.status.is_client_error() && got.json["code"].is_string(), "{kind:?} {body}: {}", got.json);
    }
}

#[tokio::test]
async fn a_signature_takes_the_code_of_the_person() {
    let b = Bench::new().await;
    b.until_audited(false).await;
    b.does("evaluator", "evaluate", &[("recommends", "certify"), ("summary", "示例评价")]).await;
    let s = Story::new(&b).await;
    let path = format!("/api/v1/applications/{}/acts/sign", b.case);
    let body = json!({ "outcome": "certify", "reasons": "x" });
    let bare = s.who("certifier").post(&path, &body).await;
    assert_eq!((bare.status, &bare.json["code"]), (StatusCode::CONFLICT, &json!("fresh_factor_needed")), "{}", bare.json);
    let wrong = s.who("certifier").with("guosuo-code", "000000").post(&path, &body).await;
    assert_eq!((wrong.status, &wrong.json["code"]), (StatusCode::FORBIDDEN, &json!("code_wrong")), "{}", wrong.json);
    // Whoever audited does not decide, by program or by hand, although the role is there.
    let auditor = s.who("auditor").signing();
    let refused = auditor.post(&path, &body).await;
    assert_eq!((refused.status, &refused.json["article"]), (StatusCode::CONFLICT, &json!("CAR 21")), "{}", refused.json);
    let signing = s.who("certifier").signing();
    let done = signing.post(&path, &body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json);
    let twice = signing.post(&path, &body).await;
    assert_eq!(twice.json["code"], "code_wrong", "a code works once: {}", twice.json);
}

#[tokio::test]
async fn two_programs_that_accept_at_once_accept_once() {
    let b = Bench::new().await;
    let s = Story::new(&b).await;
    let base = format!("/api/v1/applications/{}", b.case);
    let manager = s.who("manager");
    manager.post(&format!("{base}/acts/declare-interest"), &json!({ "has": false })).await;
    let (path, none) = (format!("{base}/acts/accept"), json!({}));
    let tag = manager.get(&base).await.etag();
    let (one, two) = (manager.with("if-match", tag.clone()), manager.with("if-match", tag));
    let (x, y) = tokio::join!(one.post(&path, &none), two.post(&path, &none));
    let mut both = [x.status, y.status];
    both.sort();
    assert!(
        both == [StatusCode::OK, StatusCode::CONFLICT] || both == [StatusCode::OK, StatusCode::PRECONDITION_FAILED],
        "{both:?}"
    );
}
