//! Page images and originals over HTTP: who gets them, what is recorded, what they look like.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use axum::http::{StatusCode, header};
use guosuo::demo::{Player, Stage};
use guosuo::testing::{Answer, TestApp};
use guosuo_case::filing::{Filing, Slot};
use guosuo_store::LedgerRow;

/// An instance with a filing of 启衡 that was received some days ago.
async fn received(stage: Stage) -> (TestApp, String, Filing) {
    let t = TestApp::new().await;
    let case = Player::new(&t.app).await.unwrap().play("qiheng", "chenmin", 6, stage).await.unwrap();
    let filing = t.app.store.reader().await.unwrap().case::<Filing>(&case).await.unwrap().state.unwrap();
    (t, case, filing)
}

fn file(filing: &Filing, slot: Slot) -> String {
    filing.dossier.files(slot)[0].id.as_str().to_owned()
}

async fn openings(t: &TestApp, case: &str) -> Vec<LedgerRow> {
    let rows = t.app.store.reader().await.unwrap().ledger_of_case(case).await.unwrap();
    rows.into_iter().filter(|r| matches!(r.class.as_str(), "read" | "denied")).collect()
}

fn is_picture(a: &Answer) -> bool {
    a.status == StatusCode::OK && a.headers[header::CONTENT_TYPE] == "image/png" && a.bytes.starts_with(b"\x89PNG")
}

#[tokio::test]
async fn an_officer_sees_pages_and_each_look_is_a_row() {
    let (t, case, filing) = received(Stage::Checking).await;
    let form = file(&filing, Slot::Form);
    let mut chenmin = t.sign_in("chenmin").await;
    let before = openings(&t, &case).await.len();
    for n in 1..=3 {
        let page = chenmin.get(&format!("/authority/files/{case}/{form}/pages/1.png")).await;
        assert!(is_picture(&page), "{} {}", page.status, page.text.chars().take(300).collect::<String>());
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(page.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(openings(&t, &case).await.len(), before + n, "a look from memory is a look");
    }
    // Another officer's picture carries another mark.
    let mine = chenmin.get(&format!("/authority/files/{case}/{form}/pages/1.png")).await;
    let theirs = t.sign_in("hechuan").await.get(&format!("/authority/files/{case}/{form}/pages/1.png")).await;
    assert!(is_picture(&theirs) && mine.bytes != theirs.bytes);
}

#[tokio::test]
async fn nobody_else_sees_anything_and_nothing_that_is_not_there_is_found() {
    let (t, case, filing) = received(Stage::Checking).await;
    let form = file(&filing, Slot::Form);
    let (page, original) =
        (format!("/authority/files/{case}/{form}/pages/1.png"), format!("/authority/filings/{case}/files/{form}/original"));
    let (own, own_original) = (format!("/body/files/{case}/{form}/pages/1.png"), format!("/body/files/{case}/{form}/original"));
    for path in [&page, &original, &own, &own_original] {
        assert_eq!(t.anonymous().get(path).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    let before = openings(&t, &case).await.len();
    // Another body, the data authority before anything was sent to it, readers and administrators.
    for (login, path, want) in [
        ("yunxiu", &own, StatusCode::NOT_FOUND),
        ("yunxiu", &own_original, StatusCode::NOT_FOUND),
        ("yunxiu", &page, StatusCode::FORBIDDEN),
        ("linshu", &page, StatusCode::NOT_FOUND),
        ("linshu", &original, StatusCode::NOT_FOUND),
        ("samr", &page, StatusCode::FORBIDDEN),
        ("sysadmin", &page, StatusCode::FORBIDDEN),
        ("secadmin", &original, StatusCode::FORBIDDEN),
        ("auditor", &own_original, StatusCode::FORBIDDEN),
        ("chenmin", &own, StatusCode::FORBIDDEN),
    ] {
        assert_eq!(t.sign_in(login).await.get(path).await.status, want, "{login} {path}");
    }
    let mut chenmin = t.sign_in("chenmin").await;
    for missing in [
        format!("/authority/files/{case}/{form}/pages/0.png"),
        format!("/authority/files/{case}/{form}/pages/999.png"),
        format!("/authority/files/{case}/{form}/pages/1.jpg"),
        format!("/authority/files/{case}/{form}/pages/-1.png"),
        format!("/authority/files/{case}/nothing/pages/1.png"),
        format!("/authority/files/nothing/{form}/pages/1.png"),
    ] {
        assert_eq!(chenmin.get(&missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
    let rows = openings(&t, &case).await;
    let opened = rows.iter().filter(|r| r.class == "read").count();
    assert_eq!(opened, before, "nothing left, so no row says that it did");
    assert!(rows.len() > before, "asking for what is not for one is recorded");
}

#[tokio::test]
async fn a_draft_is_the_bodys_alone() {
    let (t, case, filing) = received(Stage::Draft(13)).await;
    let form = file(&filing, Slot::Form);
    assert_eq!(
        t.sign_in("chenmin").await.get(&format!("/authority/files/{case}/{form}/pages/1.png")).await.status,
        StatusCode::NOT_FOUND
    );
    let page = t.sign_in("qiheng").await.get(&format!("/body/files/{case}/{form}/pages/1.png")).await;
    assert!(is_picture(&page), "{}", page.text);
}

#[tokio::test]
async fn the_data_authority_sees_what_was_sent_to_it() {
    let (t, case, filing) = received(Stage::WithNda(None)).await;
    let form = file(&filing, Slot::Form);
    assert!(is_picture(&t.sign_in("linshu").await.get(&format!("/authority/files/{case}/{form}/pages/1.png")).await));
}

#[tokio::test]
async fn an_original_leaves_as_it_came() {
    let (t, case, filing) = received(Stage::Checking).await;
    let file = filing.dossier.files(Slot::Form)[0].clone();
    let before = openings(&t, &case).await.len();
    let own = t.sign_in("qiheng").await.get(&format!("/body/files/{case}/{}/original", file.id.as_str())).await;
    assert_eq!(own.status, StatusCode::OK);
    assert_eq!(guosuo_seal::digest::sha256(&own.bytes).to_hex(), file.sha256);
    let disposition = own.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(disposition.starts_with("attachment; ") && disposition.contains("filename*=UTF-8''"), "{disposition}");
    assert_eq!(own.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(own.headers[header::CONTENT_TYPE], "application/pdf");
    assert_eq!(openings(&t, &case).await.len(), before + 1);
}

#[tokio::test]
async fn a_damaged_file_is_an_error_and_not_half_a_file() {
    let (t, case, filing) = received(Stage::Checking).await;
    let file = filing.dossier.files(Slot::Approval)[0].clone();
    let blob = t.app.store.reader().await.unwrap().blob(file.id.as_str()).await.unwrap();
    let place = t.app.blobs.folder().unwrap().join(&blob.object);
    let mut bytes = std::fs::read(&place).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&place, bytes).unwrap();
    let before = openings(&t, &case).await.len();
    let mut chenmin = t.sign_in("chenmin").await;
    let page = chenmin.get(&format!("/authority/files/{case}/{}/pages/1.png", file.id.as_str())).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(openings(&t, &case).await.len(), before);
}
