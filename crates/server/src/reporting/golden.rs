//! Golden cases of the agreement of `docs/reporting.md`: what is sent, byte by byte, and what a
//! platform has to answer. They stand in `docs/reporting-golden.json` and can be put to any
//! platform with `guosuo mock-platform --check URL`.

use guosuo_case::certificate::{ChangeKind, Origin, ReportRecord, Status};
use guosuo_case::certification::{Kind, People, Recipient, Scope};
use guosuo_seal::digest::sha256;
use jiff::civil::{Date, date};
use reqwest::{Client, StatusCode};
use serde::Serialize;
use serde_json::Value;

use super::http::{KEY, content_digest};

/// One request, and what has to be answered.
#[derive(Debug, Clone, Serialize)]
pub struct Case {
    /// What it shows.
    pub name: &'static str,
    /// The body, byte by byte: canonical JSON (RFC 8785).
    pub body: String,
    /// The header `Idempotency-Key`: SHA-256 of the body, hexadecimal.
    pub key: String,
    /// The status to be answered.
    pub status: u16,
    /// The field that the answer must have; empty for none.
    pub field: &'static str,
    /// What stands in the field, where it is known beforehand.
    pub value: Value,
    /// The case whose receipt must be answered again.
    pub same_receipt_as: Option<&'static str>,
}

fn record(number: &str, seq: u32, change: ChangeKind, status: Status, effective_on: Date) -> ReportRecord {
    ReportRecord {
        certificate: number.to_owned(),
        seq,
        corrects: None,
        body: "example-body".into(),
        holder: "示例出海有限公司（虚构）".into(),
        holder_code: "91110108MA0X00099X".into(),
        scope: Scope {
            purposes: vec!["订单履行".into()],
            kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "护照号码".into(), sensitive: true }],
            people: People { non_sensitive: 300_000, sensitive: 5_000 },
            recipients: vec![Recipient {
                name: "Example Handels GmbH (fictitious)".into(),
                country: "DE".into(),
                contact: "dpo@example.invalid".into(),
            }],
            onward: Vec::new(),
            systems: vec!["示例订单系统".into()],
            retention_months: 24,
        },
        change,
        status,
        effective_on,
        valid_until: date(2029, 3, 11),
        origin: Origin::Body,
        ground: "M 8(1)".into(),
    }
}

/// The cases in their order; `mark` makes the numbers of the certificates new, so that the same
/// platform can be asked again.
pub fn cases(mark: &str) -> Vec<Case> {
    let number = format!("GOLDEN-{mark}");
    let first = record(&number, 1, ChangeKind::Issued, Status::Valid, date(2026, 3, 12));
    let second = record(&number, 2, ChangeKind::Suspended, Status::Suspended, date(2026, 4, 1));
    let third = record(&number, 3, ChangeKind::Restored, Status::Valid, date(2026, 4, 20));
    let correction = ReportRecord { seq: 4, corrects: Some(2), ground: "更正（示例）".into(), ..second.clone() };
    let other = ReportRecord { ground: "另一内容（示例）".into(), ..first.clone() };
    let case = |name, r: &ReportRecord, status: u16, field| {
        let body = r.canonical();
        let key = sha256(body.as_bytes()).to_hex();
        Case { name, body, key, status, field, value: Value::Null, same_receipt_as: None }
    };
    vec![
        case("issue", &first, 201, "receipt"),
        Case { same_receipt_as: Some("issue"), ..case("the same report again", &first, 200, "receipt") },
        Case { value: 2.into(), ..case("a number is skipped", &third, 409, "expected") },
        case("suspension", &second, 201, "receipt"),
        case("restoration", &third, 201, "receipt"),
        case("correction of an earlier report", &correction, 201, "receipt"),
        case("another content under a number that was used", &other, 422, "reason"),
        Case { key: "00".repeat(32), ..case("a key that is not that of the body", &second, 400, "reason") },
        Case { same_receipt_as: Some("suspension"), ..case("an old report once more", &second, 200, "receipt") },
    ]
}

/// Puts the cases to a platform; answers what it did otherwise than agreed.
///
/// # Errors
/// When it cannot be reached.
pub async fn check(url: &str, token: &str, mark: &str) -> anyhow::Result<Vec<String>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().timeout(std::time::Duration::from_secs(30)).build()?;
    let mut wrong = Vec::new();
    let mut receipts = std::collections::BTreeMap::new();
    for c in cases(mark) {
        // The digest header tells the truth even where the key does not.
        let truth = sha256(c.body.as_bytes()).to_hex();
        let mut request = client
            .post(url)
            .header("content-type", "application/json")
            .header(KEY, &c.key)
            .header("content-digest", content_digest(&truth));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = request.body(c.body.clone()).send().await?;
        let status = response.status();
        let bytes = response.bytes().await?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status != StatusCode::from_u16(c.status)? {
            wrong.push(format!("{}: {} instead of {}", c.name, status.as_u16(), c.status));
            continue;
        }
        let found = &body[c.field];
        if found.is_null() || (!c.value.is_null() && *found != c.value) {
            wrong.push(format!("{}: the field {} is {found}", c.name, c.field));
        }
        if c.field == "receipt" {
            for (field, want) in [("digest", Value::from(truth.as_str())), ("certificate", format!("GOLDEN-{mark}").into())] {
                if body[field] != want {
                    wrong.push(format!("{}: the field {field} is {}", c.name, body[field]));
                }
            }
            let receipt = found.as_str().unwrap_or_default().to_owned();
            if let Some(before) = c.same_receipt_as {
                if receipts.get(before) != Some(&receipt) {
                    wrong.push(format!("{}: not the receipt of “{before}”", c.name));
                }
            } else if receipts.values().any(|r| *r == receipt) {
                wrong.push(format!("{}: a receipt that another report has", c.name));
            } else {
                receipts.insert(c.name, receipt);
            }
        }
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::super::mock::{Faults, Mock};
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn the_committed_cases_are_those_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reporting-golden.json");
        let text = serde_json::to_string_pretty(&cases("0001")).unwrap() + "\n";
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), text, "run with UPDATE_GOLDEN=1 and review the difference");
    }

    #[tokio::test]
    async fn the_mock_platform_keeps_the_agreement() {
        let clock = crate::clock::Clock::fixed("2026-03-12T01:30:00Z".parse().unwrap());
        let mock = Mock::new(1, Faults::NONE, Duration::ZERO, Arc::new(move || clock.now()));
        let (at, _server) = mock.start("127.0.0.1:0").await.unwrap();
        let url = format!("http://{at}/reports");
        assert_eq!(check(&url, "", "A").await.unwrap(), Vec::<String>::new());
        let again = check(&url, "", "A").await.unwrap();
        assert!(again.iter().any(|w| w.contains("issue: 200 instead of 201")), "a check that cannot fail is none: {again:?}");
        assert_eq!(mock.counts().malformed, 2);
    }
}
