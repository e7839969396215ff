//! The examples of the documents. A test sends each of them, in the order in which they stand here, to a real
//! instance with a case: what the documents show is what the platform does.

use serde_json::{Value, json};

/// The ids in the examples; whoever runs them puts real ones in their place.
pub mod id {
    /// An application.
    pub const APPLICATION: &str = "019cdfe0a07a7d21a2b3c4d5e6f70001";
    /// A certificate.
    pub const CERTIFICATE: &str = "019cdfe0a07a7d21a2b3c4d5e6f70003";
    /// A document that was sent.
    pub const FILE: &str = "019cdfe0a07a7d21a2b3c4d5e6f70004";
    /// The account of an auditor.
    pub const AUDITOR: &str = "019cdfe0a07a7d21a2b3c4d5e6f70005";
    /// A verification body.
    pub const LAB: &str = "example-lab";
    /// An address that is called.
    pub const WEBHOOK: &str = "019cdfe0a07a7d21a2b3c4d5e6f70002";
    /// A document by its digest.
    pub const SHA256: &str = "4f6e1d0c0b0a090807060504030201000f1e2d3c4b5a69788796a5b4c3d2e1f0";
}

/// One act with the member who takes it, by the sign-in name of the examples, and its body.
pub struct Example {
    /// The act.
    pub act: &'static str,
    /// Who: `manager`, `verifier`, `auditor`, `evaluator`, `certifier`, `head`, or `lab` of the verification body.
    pub member: &'static str,
    /// The body.
    pub body: Value,
}

fn document(title: &str) -> Value {
    json!([{ "file": id::FILE, "title": title, "version": "1.0" }])
}

fn example(act: &'static str, member: &'static str, body: Value) -> Example {
    Example { act, member, body }
}

/// An application from its arrival to the certificate, act by act.
pub fn application() -> Vec<Example> {
    let mut out: Vec<Example> = ["manager", "verifier", "auditor", "evaluator", "certifier", "head"]
        .into_iter()
        .map(|member| example("declare-interest", member, json!({ "has": false })))
        .collect();
    out.extend([
        example("accept", "manager", json!({})),
        example(
            "make-plan",
            "manager",
            json!({
                "kinds": ["name", "passport number"],
                "non_sensitive": 300_000,
                "sensitive": 5_000,
                "processing": "Booking of hotel rooms abroad",
                "verification_body": id::LAB,
                "team": [id::AUDITOR],
                "man_days": 6,
                "lists": ["GB/T 35273", "GB/T 46068"]
            }),
        ),
        example("declare-interest", "lab", json!({ "has": false })),
        example("sign-verification", "lab", json!({ "report": document("Verification report"), "conforming": true })),
        example("check-verification", "verifier", json!({ "take": true })),
        example("begin-audit", "auditor", json!({ "on": "2026-03-12" })),
        example(
            "audit-clause",
            "auditor",
            json!({ "clause": "GB/T 35273 5.1", "grade": "conforming", "statement": "Records were seen.", "evidence": document("Photograph") }),
        ),
        example("sign-audit", "auditor", json!({ "report": document("Audit report") })),
        example("stop-clock", "manager", json!({ "pause": "applicant", "note": "Waits for the applicant's answer" })),
        example("resume-clock", "manager", json!({})),
        example("evaluate", "evaluator", json!({ "recommends": "certify", "summary": "All clauses conform." })),
        example("sign", "certifier", json!({ "outcome": "certify", "reasons": "All steps were done and conform." })),
        example("countersign", "head", json!({ "checked": true })),
        example(
            "issue",
            "manager",
            json!({ "number": "SL-PIP-2026-0001", "mark": "SLDH", "valid_until": "2029-03-11", "checked": true }),
        ),
    ]);
    out
}

/// The certificate afterwards: declared, suspended by the body after the holder was heard.
pub fn certificate() -> Vec<Example> {
    vec![
        example(
            "trigger-surveillance",
            "manager",
            json!({ "trigger": "complaint", "due": "2026-04-30", "reason": "Several complaints about the same recipient" }),
        ),
        example(
            "propose",
            "manager",
            json!({
                "origin": "body",
                "measure": "suspend",
                "ground": "Actual flows exceed the certified scope",
                "publication": "Suspended: actual flows exceed the certified scope",
                "evidence": document("Comparison of flows")
            }),
        ),
        example("drop-measure", "head", json!({ "reason": "The holder has shown that the figures were wrong" })),
    ]
}

/// Counts as numbers by day.
pub fn plain_counts() -> Value {
    json!({
        "flow": 1,
        "source": "ERP, monthly run",
        "counts": { "count": "plain", "points": [{ "on": "2026-02-28", "non_sensitive": 420_000, "sensitive": 6_800 }] }
    })
}

/// Counts as keyed values: the same person has the same value in all flows of one key.
pub fn keyed_counts() -> Value {
    json!({
        "flow": 1,
        "source": "CRM export log",
        "counts": {
            "count": "keyed",
            "key": "group key 2026",
            "seen": [{ "person": "00000000000000000000000000000a0b", "on": "2026-03-05", "sensitive": true }]
        }
    })
}
