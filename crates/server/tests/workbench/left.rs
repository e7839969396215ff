//! Files that came with an act which was refused: kept while somebody corrects the form, swept after their time, and
//! nothing that the record names with them. On both databases.

use axum::http::StatusCode;
use guosuo::jobs::sweep::{self, Swept};

use crate::bench::{Bench, PDF};

async fn files(b: &Bench, case: &str) -> usize {
    b.app.app.store.reader().await.unwrap().blobs_of(case).await.unwrap().len()
}

async fn files_of_a_refused_act_go(b: Bench) {
    b.until_verified().await;
    let kept = files(&b, &b.case).await;
    let report = format!("{}/acts/report-violation", b.at());
    let other = |n: u8| [PDF, &[b'%', n, b'\n'][..]].concat();
    // Refused for its empty summary: the file stays for the corrected form, and is not sent again.
    let slip = b.upload("manager", &report, &[("summary", " ")], ("evidence", &other(b'1'))).await;
    assert!(slip.status.is_client_error(), "{}", slip.status);
    let carried = slip.hidden("evidence_kept");
    assert!(!carried.is_empty(), "{}", slip.text);
    // Refused, and given up by its author.
    let given_up = b.upload("manager", &report, &[("summary", "")], ("evidence", &other(b'2'))).await;
    assert!(given_up.status.is_client_error());
    let fields = [("summary", "示例违法情况"), ("evidence_kept", carried.as_str())];
    b.acts("manager", &report, &fields, None).await;
    assert_eq!(files(&b, &b.case).await, kept + 2);
    let named = guosuo_seal::digest::sha256(&other(b'1')).to_hex();
    assert_eq!(b.get("manager", &format!("{}/files/{named}", b.at())).await.bytes, other(b'1'));
    // The same for a certificate.
    b.audit(false).await;
    b.decide().await;
    let form = b.issue_form("SL-PIP-2026-0002").await;
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let id = b.post("manager", &format!("{}/issue", b.at()), &form).await.location().rsplit('/').next().unwrap().to_owned();
    let propose = format!("/body/certificates/{id}/acts/propose");
    let wrong = [("origin", "body"), ("measure", "suspend"), ("ground", ""), ("publication", "示例公告")];
    assert!(b.upload("manager", &propose, &wrong, ("evidence", &other(b'3'))).await.status.is_client_error());
    let right = [("origin", "body"), ("measure", "suspend"), ("ground", "示例"), ("publication", "示例公告")];
    assert_eq!(b.upload("manager", &propose, &right, ("evidence", &other(b'4'))).await.status, StatusCode::SEE_OTHER);
    assert_eq!(files(&b, &id).await, 2);

    let before = files(&b, &b.case).await;
    assert_eq!(sweep::files(&b.app.app).await.unwrap(), Swept::default(), "everything is young");
    b.app.advance(6 * 24 * 3600);
    assert_eq!(sweep::files(&b.app.app).await.unwrap().refused, 0, "somebody may still correct the form");
    b.app.advance(2 * 24 * 3600);
    assert_eq!(sweep::files(&b.app.app).await.unwrap().refused, 2, "one of the application, one of the certificate");
    b.again().await;
    for (case, digest, room) in [
        (b.case.clone(), guosuo_seal::digest::sha256(&other(b'1')).to_hex(), "applications"),
        (id.clone(), guosuo_seal::digest::sha256(&other(b'4')).to_hex(), "certificates"),
    ] {
        let answer = b.get("manager", &format!("/body/{room}/{case}/files/{digest}")).await;
        assert_eq!(answer.status, StatusCode::OK, "what the record names stays: {room}");
    }
    assert_eq!((files(&b, &b.case).await, files(&b, &id).await), (before - 1, 1), "and nothing else has gone");
    let (_, damaged) = b.app.app.blobs.verify().await.unwrap();
    assert_eq!(damaged, Vec::<String>::new());
    // Who comes back to the old page sends the file again.
    let late = b.post("manager", &propose, &[("evidence_kept", "gone 示例文件.pdf"), ("ground", "示例")]).await;
    assert!(late.status.is_client_error(), "{}", late.status);
    assert_eq!(sweep::files(&b.app.app).await.unwrap().refused, 0, "once");
}

#[tokio::test]
async fn files_of_refused_acts_are_swept_on_sqlite() {
    files_of_a_refused_act_go(Bench::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_refused_acts_are_swept_on_postgresql() {
    let Some(b) = Bench::on_postgres().await else { return };
    files_of_a_refused_act_go(b).await;
}
