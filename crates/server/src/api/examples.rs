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
    /// Who: `applicant` or `representative` of a processor, `manager`, `verifier`, `auditor`, `evaluator`, `certifier`, `head`, or `lab` of the verification body.
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

/// Digests in the examples of documents that stay with the applicant.
const SM3: &str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";

fn declared(title: &str) -> Value {
    json!({ "title": title, "version": "1.0", "sha256": id::SHA256, "sm3": SM3 })
}

/// An application for the applicant's own organisation.
pub fn open_own() -> Value {
    json!({ "purpose": "new", "who": "self" })
}

/// An application for an overseas processor, opened by its office or representative (M 7(2)).
pub fn open_overseas() -> Value {
    json!({
        "purpose": "new",
        "who": "other",
        "processor_name": "Example Handels GmbH (fictitious)",
        "processor_address": "1 Example Street, Berlin",
        "processor_country": "DE",
        "processor_code": "HRB 000000"
    })
}

/// A draft with all its parts.
pub fn draft() -> Value {
    json!({
        "scope": {
            "purposes": ["Fulfilment of orders"],
            "kinds": [{ "name": "name", "sensitive": false }, { "name": "passport number", "sensitive": true }],
            "people": { "non_sensitive": 300_000, "sensitive": 5_000 },
            "recipients": [{ "name": "Example Handels GmbH (fictitious)", "country": "DE", "contact": "dpo@example.invalid" }],
            "onward": [],
            "systems": ["CRM"],
            "retention_months": 24
        },
        "eligibility": {
            "answers": {
                "ciio": false,
                "state_organ": false,
                "important_data": false,
                "non_sensitive": 200_000,
                "sensitive": 3_000,
                "exempt": "none",
                "ftz": "not_ftz"
            },
            "evidence": [declared("Count of people")]
        },
        "impact": {
            "document": { "title": "Impact assessment", "version": "2.0", "file": id::FILE },
            "profile": "certification",
            "completed_on": "2026-03-01",
            "items": ["purpose", "risks", "recipient", "after_export", "country"]
        },
        "notice": declared("Notice"),
        "legal_basis": { "basis": "consent", "document": declared("Consent") }
    })
}

/// What is done with a draft; the mandate is a matter of overseas processors.
pub fn apply() -> Vec<Example> {
    vec![
        example(
            "record-mandate",
            "representative",
            json!({
                "kind": "designated_representative",
                "acts": ["apply", "rectify", "status"],
                "from": "2026-01-01",
                "until": "2028-12-31",
                "reported_to": "示例市网信办",
                "doc": { "title": "Power of attorney", "version": "1.0", "file": id::FILE }
            }),
        ),
        example("choose-body", "applicant", json!({ "body": "donghu" })),
        example("submit", "applicant", json!({ "pledge": true })),
    ]
}

/// The certificate afterwards: the holder declares what really leaves, the body proposes a suspension and drops it again.
pub fn certificate() -> Vec<Example> {
    let mut actual = draft()["scope"].clone();
    actual["recipients"][0]["country"] = "US".into();
    vec![
        example("declare-flows", "applicant", json!({ "actual": actual, "source": document("Statistics of the export logs") })),
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
