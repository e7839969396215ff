//! A body's own system does the body's whole business by the interface alone: cases in, decisions out, status, reports
//! (M 7–11). No page is opened but the public one at the end.

use axum::http::StatusCode;
use guosuo_case::certificate::Certificate;
use serde_json::{Value, json};

use crate::bench::{Bench, PDF};
use crate::program::{Program, login};

const ALL: &str = "cases:read cases:act certificates:read certificates:act filing:read changes:read";

struct House<'a> {
    b: &'a Bench,
    body: Program<'a>,
    lab: Program<'a>,
    applicant: Program<'a>,
}

impl<'a> House<'a> {
    async fn new(b: &'a Bench) -> Self {
        let mut body = Program::new(&b.app, "donghu", ALL).await;
        for who in ["manager", "verifier", "auditor", "evaluator", "certifier", "head"] {
            body = body.granted(&login(who)).await;
        }
        let lab = Program::new(&b.app, "testlab", "cases:read cases:act changes:read").await.granted(&login("lab")).await;
        let scopes = "cases:read cases:act certificates:read certificates:act changes:read";
        let applicant = Program::new(&b.app, "testco", scopes).await.granted(&login("applicant")).await;
        Self { b, body, lab, applicant }
    }

    fn who(&self, member: &str) -> Program<'a> {
        match member {
            "lab" => self.lab.clone(),
            "applicant" => self.applicant.clone(),
            other => self.body.of(&login(other)),
        }
    }

    /// An act that has to be there, on an application or a certificate.
    async fn on(&self, base: &str, member: &str, act: &str, body: Value) -> Value {
        let program = self.who(member);
        let seen = program.get(base).await.json;
        let offered = seen["possible"]
            .as_array()
            .is_some_and(|l| l.iter().any(|p| p["act"] == act && p["href"] == format!("{base}/acts/{act}")));
        assert!(offered, "{act} is not offered to {member}: {}", seen["possible"]);
        let mut body = body;
        for field in ["report", "evidence"] {
            if body[field] == "PDF" {
                let file = program.file(base, PDF).await["file"].clone();
                body[field] = json!([{ "file": file, "title": "示例文件", "version": "1.0" }]);
            }
        }
        // On the version that was read: nobody else has acted meanwhile.
        let tag = program.get(base).await.etag();
        let signs = matches!(act, "sign" | "countersign" | "take-measure");
        let got = if signs { program.signing() } else { program }
            .with("if-match", tag)
            .post(&format!("{base}/acts/{act}"), &body)
            .await;
        assert_eq!(got.status, StatusCode::OK, "{act} by {member}: {}", got.json);
        got.json
    }

    async fn reports(&self, state: &str) -> Vec<(i64, String, String)> {
        let got = self.who("manager").get(&format!("/api/v1/reports?state={state}")).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.json);
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        got.json["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| (r["seq"].as_i64().unwrap(), text(&r["change"]), text(&r["state"])))
            .collect()
    }

    /// What happened to a case, as the feed of an organisation tells it.
    async fn told(&self, program: &Program<'_>, case: &str) -> Vec<String> {
        let all = program.get("/api/v1/changes?limit=200").await.json;
        let of = |c: &Value| (c["id"] == case).then(|| c["event"].as_str().unwrap().to_owned());
        all["items"].as_array().unwrap().iter().filter_map(of).collect()
    }
}

#[tokio::test]
async fn a_body_works_from_the_acceptance_to_the_report_of_a_suspension_without_a_page() {
    let b = Bench::new().await;
    let h = House::new(&b).await;
    // Cases in: what waits for acceptance.
    let waiting = h.who("manager").get("/api/v1/applications?phase=entrusted").await.json;
    assert_eq!(waiting["items"][0]["id"], b.case.as_str(), "{waiting}");
    let case = format!("/api/v1/applications/{}", b.case);
    for who in ["manager", "verifier", "auditor", "evaluator", "certifier", "head"] {
        h.on(&case, who, "declare-interest", json!({ "has": false })).await;
    }
    h.on(&case, "manager", "accept", json!({})).await;
    let auditor = h.who("auditor").get("/api/v1/me").await.json["member"]["account"].clone();
    let plan = json!({
        "kinds": ["姓名", "护照号"], "non_sensitive": 300_000, "sensitive": 5_000, "processing": "示例处理活动",
        "verification_body": "testlab", "team": [auditor], "man_days": 6, "lists": ["GB/T 35273", "GB/T 46068"],
    });
    h.on(&case, "manager", "make-plan", plan).await;
    h.on(&case, "lab", "declare-interest", json!({ "has": false })).await;
    h.on(&case, "lab", "sign-verification", json!({ "report": "PDF", "conforming": true })).await;
    h.on(&case, "verifier", "check-verification", json!({ "take": true })).await;
    h.on(&case, "auditor", "begin-audit", json!({ "on": "2026-03-12" })).await;
    let open = h.who("auditor").get(&case).await.json["open_clauses"].as_array().unwrap().clone();
    for (i, clause) in open.iter().enumerate() {
        let grade = if i == 0 { "minor" } else { "conforming" };
        h.on(&case, "auditor", "audit-clause", json!({ "clause": clause, "grade": grade, "statement": "示例情况" })).await;
    }
    h.on(&case, "auditor", "sign-audit", json!({ "report": "PDF" })).await;

    // A nonconformity with its whole chain, the applicant's system answering.
    h.on(&case, "manager", "order-rectification", json!({ "until": "2026-04-10" })).await;
    h.on(&case, "applicant", "propose-correction", json!({ "nc": 1, "action": "示例措施", "planned_for": "2026-03-20" })).await;
    h.on(&case, "auditor", "review-correction", json!({ "nc": 1, "approve": true })).await;
    let done = json!({ "nc": 1, "started_on": "2026-03-12", "done_on": "2026-03-12", "evidence": "PDF" });
    h.on(&case, "applicant", "report-correction", done).await;
    h.on(&case, "auditor", "judge-correction", json!({ "nc": 1, "effective": true })).await;

    // Decisions out.
    h.on(&case, "evaluator", "evaluate", json!({ "recommends": "certify", "summary": "示例评价" })).await;
    h.on(&case, "certifier", "sign", json!({ "outcome": "certify", "reasons": "示例理由" })).await;
    h.on(&case, "head", "countersign", json!({ "checked": true })).await;
    let number = "SL-PIP-2026-0007";
    let issue = json!({ "number": number, "mark": "SLDH", "valid_until": "2029-03-11", "checked": true });
    let issued = h.on(&case, "manager", "issue", issue).await["issued"].as_str().unwrap().to_owned();
    assert_eq!(h.reports("open").await, [(1, "issued".into(), "owed".into())]);

    // Reported by the body's own means, and the receipt entered.
    let certificate = format!("/api/v1/certificates/{issued}");
    h.on(&certificate, "manager", "send-report", json!({ "number": 1 })).await;
    h.on(&certificate, "manager", "register-receipt", json!({ "number": 1, "receipt": "R-1" })).await;

    // Status: suspended by the body after the holder was heard, by somebody else than who proposed it (M 10(1)).
    let propose = json!({
        "origin": "body", "measure": "suspend", "ground": "示例：实际出境情况超出认证范围",
        "publication": "示例公告", "evidence": "PDF",
    });
    h.on(&certificate, "manager", "propose", propose).await;
    let take = json!({ "effective_on": "2026-03-12", "checked": true });
    let early = h.who("head").signing().post(&format!("{certificate}/acts/take-measure"), &take).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "the holder is heard first: {}", early.json);
    assert!(early.json["article"].is_string() && early.json["possible"].is_array(), "{}", early.json);
    h.on(&certificate, "applicant", "be-heard", json!({ "waives": true })).await;
    h.on(&certificate, "head", "take-measure", take).await;
    let seen = h.who("manager").get(&certificate).await.json;
    assert_eq!(seen["status"], "suspended", "{seen}");
    let list = h.who("manager").get("/api/v1/certificates").await.json;
    assert_eq!((list["items"][0]["status"].as_str(), list["items"][0]["open"]["reports"].as_i64()), (Some("suspended"), Some(1)));

    // Reports: refused, corrected, sent, received; nothing is owed any more.
    assert_eq!(h.reports("open").await, [(2, "suspended".into(), "owed".into())]);
    h.on(&certificate, "manager", "send-report", json!({ "number": 2 })).await;
    h.on(&certificate, "manager", "reject-report", json!({ "number": 2, "reason": "示例：代码不符" })).await;
    assert_eq!(h.reports("rejected").await.len(), 1);
    h.on(&certificate, "manager", "correct-report", json!({ "number": 2, "reason": "示例：更正代码" })).await;
    h.on(&certificate, "manager", "send-report", json!({ "number": 3 })).await;
    h.on(&certificate, "manager", "register-receipt", json!({ "number": 3, "receipt": "R-3" })).await;
    assert!(h.reports("open").await.is_empty(), "{:?}", h.reports("open").await);
    let all = h.who("manager").get("/api/v1/reports?state=all&limit=2").await.json;
    assert_eq!((all["items"].as_array().unwrap().len(), all["next"].as_str()), (2, Some("2")), "{all}");
    let rest = h.who("manager").get("/api/v1/reports?state=all&limit=2&after=2").await.json;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null), "{rest}");
    assert_eq!(rest["items"][0]["receipt"], "R-1", "{rest}");

    // A violation that the body has found goes to CAC in one call (M 11), and restored is said by name.
    h.on(&certificate, "manager", "report-violation", json!({ "summary": "示例：超出范围出境", "evidence": "PDF" })).await;
    let restore = json!({ "origin": "body", "measure": "restore", "ground": "示例：已经整改", "publication": "示例公告" });
    h.on(&certificate, "manager", "propose", restore).await;
    h.on(&certificate, "head", "take-measure", json!({ "effective_on": "2026-03-12", "checked": true })).await;
    assert_eq!(h.reports("open").await, [(4, "restored".into(), "owed".into())]);

    // What happened, as each side is told.
    let (inside, outside) = (h.told(&h.body.of(&login("manager")), &issued).await, h.told(&h.applicant, &issued).await);
    for event in ["issued", "report_owed", "violation_reported"] {
        assert!(inside.iter().any(|e| e == event), "{event}: {inside:?}");
    }
    assert!(!outside.iter().any(|e| e == "report_owed" || e == "violation_reported"), "{outside:?}");
    let public: Value =
        serde_json::from_slice(&h.b.app.anonymous().get(&format!("/certificates/{number}.json")).await.bytes).unwrap();
    let history: Vec<&str> = public["history"].as_array().unwrap().iter().map(|x| x["change"].as_str().unwrap()).collect();
    assert_eq!((public["status"].as_str(), history), (Some("valid"), vec!["issued", "suspended", "restored"]));
    // The record names the person in whose name the program acted.
    let state = b.app.app.store.reader().await.unwrap().case::<Certificate>(&issued).await.unwrap().state.unwrap();
    assert_eq!(state.history.len(), 3);
    let head = h.who("head").get("/api/v1/me").await.json["member"]["account"].clone();
    assert_eq!(json!(state.history[1].by.user), head);
}
