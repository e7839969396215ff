//! What keeps an instance in order: the sweeping of files that belong to nothing, and `doctor`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use axum::http::StatusCode;
use bytes::Bytes;
use guosuo::clock::Clock;
use guosuo::demo::{self, Player, Stage};
use guosuo::jobs::sweep::{self, Swept};
use guosuo::jobs::{Worker, checkpoint};
use guosuo::ops::doctor::{self, Findings, Health};
use guosuo::testing::{Answer, Client, TestApp};
use guosuo_case::filing::{Filing, Slot};
use guosuo_store::accounts::OrgStatus;
use guosuo_store::{Error, NewBlob, NewJob, NewUpload, Origin, registration_case};
use jiff::SignedDuration;

fn upload(case: &str) -> NewUpload {
    NewUpload {
        case_id: case.to_owned(),
        org: "qiheng".into(),
        actor: "u".into(),
        name: "示例.pdf".into(),
        media: String::new(),
        size: 8,
        data: "{}".into(),
    }
}

#[tokio::test]
async fn uploads_and_files_that_belong_to_nothing_are_swept_and_nothing_else() {
    let app = TestApp::new().await;
    let case = Player::new(&app.app).await.unwrap().play("qiheng", "", 3, Stage::Draft(3)).await.unwrap();
    let (blobs, now) = (&app.app.blobs, app.app.now());
    // A file that is put to its case through the same door.
    let mut li = app.sign_in("qiheng").await;
    let draft = app.app.store.reader().await.unwrap().case::<Filing>(&case).await.unwrap().state.unwrap();
    let form = app.app.store.reader().await.unwrap().blob(draft.dossier.files(Slot::Form)[0].id.as_str()).await.unwrap();
    let pdf = blobs.read_all(&form, 50 << 20).await.unwrap();
    let put = li.upload(&format!("/body/filings/{case}/materials/8"), &[], &[("files", "8.pdf", "application/pdf", &pdf)]).await;
    assert_eq!(put.status, StatusCode::SEE_OTHER, "{}", put.text);
    // An upload that breaks off, one that is finished and never put to the case, and an object
    // whose request died before it was named.
    let broken = blobs.begin_upload(upload(&case), 100, now).await.unwrap();
    blobs.upload_part(&broken.id, "qiheng", 0, None, Bytes::from_static(b"half"), now).await.unwrap();
    let unused = blobs.begin_upload(upload(&case), 100, now).await.unwrap();
    blobs.upload_part(&unused.id, "qiheng", 0, None, Bytes::from_static(b"complete"), now).await.unwrap();
    let unused_file = blobs.finish_upload(&unused.id, "qiheng", "application/pdf", now).await.unwrap();
    let new = NewBlob { case_id: case.clone(), org: "qiheng".into(), media: String::new(), actor: "u".into(), max: 100 };
    let orphan = futures::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from_static(b"orphan"))]);
    let orphan = blobs.stage(&new, orphan, now).await.unwrap();
    let (before, damaged) = blobs.verify().await.unwrap();
    assert!(damaged.is_empty());

    assert_eq!(sweep::files(&app.app).await.unwrap(), Swept::default(), "everything is young");
    app.advance(6 * 24 * 3600);
    assert_eq!(sweep::files(&app.app).await.unwrap(), Swept::default(), "somebody may still go on");
    app.advance(2 * 24 * 3600);
    let swept = sweep::files(&app.app).await.unwrap();
    assert_eq!((swept.broken_off, swept.never_used), (1, 1));
    assert!(matches!(blobs.finish_upload(&unused.id, "qiheng", "", app.app.now()).await, Err(Error::NotFound(_))));
    // Objects go by the time of their files, which is the machine's: the worker of a later night.
    let folder = blobs.folder().unwrap().to_owned();
    assert!(folder.join(&orphan.object).exists() && folder.join(&unused_file.object).exists());
    app.set_time("2099-01-01T19:01:00Z");
    Worker::new(app.app.clone()).step().await.unwrap();
    assert!(!folder.join(&orphan.object).exists() && !folder.join(&unused_file.object).exists());
    let (after, damaged) = blobs.verify().await.unwrap();
    assert_eq!((after, damaged), (before - 1, vec![]), "every file of the case is there");
    assert_eq!(sweep::files(&app.app).await.unwrap(), Swept::default());
}

/// One empty page.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>endobj\n\
4 0 obj<</Length 22>>stream\n20 20 100 100 re f    \nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
const SCANS: [&str; 3] = ["scan_credit_code", "scan_legal_rep", "scan_operator"];

/// Sends the form of a registration; a login of two letters is the slip that keeps it from being finished.
async fn register(client: &mut Client, code: &str, login: &str, carried: &[(&str, String)], scans: &[&str]) -> Answer {
    const SECRET: &str = "茶园 石阶 灯塔 三月 风铃 纸船 铁锚";
    let mut fields = vec![
        ("org_name", "示例新枝认证有限公司（虚构）"),
        ("credit_code", code),
        ("legal_rep", "示例法定代表人"),
        ("address", "示例市示例路2号"),
        ("operator", "示例周经办"),
        ("phone", "010-00000001"),
        ("mail", "zhou@example.invalid"),
        ("login", login),
        ("password", SECRET),
        ("repeat", SECRET),
        ("truth", "yes"),
    ];
    fields.extend(carried.iter().map(|(name, value)| (*name, value.as_str())));
    let scans: Vec<(&str, &str, &str, &[u8])> = scans.iter().map(|f| (*f, "证件.pdf", "application/pdf", PDF)).collect();
    client.upload("/register", &fields, &scans).await
}

fn carried(slip: &Answer) -> Vec<(&'static str, String)> {
    ["try", "kept_scan_credit_code", "kept_scan_legal_rep", "kept_scan_operator"].map(|name| (name, slip.hidden(name))).to_vec()
}

/// Scans of a try that nobody finished go with their key after a week; those of a registration, waiting or confirmed,
/// stay; of those that were replaced on the way nothing stays.
async fn unfinished_registrations_go(app: TestApp) {
    let (store, blobs) = (&app.app.store, &app.app.blobs);
    let mut client = app.anonymous();
    let codes = ["91110108MA0X00009", "91110108MA0X00017", "91110108MA0X00025"].map(demo::credit_code);
    let slip = register(&mut client, &codes[0], "ab", &[], &SCANS).await;
    assert_eq!(slip.status, StatusCode::UNPROCESSABLE_ENTITY);
    let left = carried(&slip);
    for (code, login) in codes[1..].iter().zip(["weiding", "yiding"]) {
        let slip = register(&mut client, code, "ab", &[], &SCANS).await;
        let done = register(&mut client, code, login, &carried(&slip), &SCANS[2..]).await;
        assert_eq!(done.location(), "/register/done", "{}", done.text);
    }
    let mut orgs = Vec::new();
    for code in &codes[1..] {
        orgs.push(store.reader().await.unwrap().organisation_by_code(code).await.unwrap().unwrap());
    }
    let mut officer = app.sign_in("chenmin").await;
    let confirmed =
        officer.post(&format!("/authority/registrations/{}", orgs[1].id), &[("act", "confirm"), ("version", "1")]).await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.text);
    let waiting = store.reader().await.unwrap().organisation(&orgs[0].id).await.unwrap().unwrap();
    assert_eq!(waiting.status, OrgStatus::Pending);
    let case = registration_case(&left[0].1);
    let scans = store.reader().await.unwrap().blobs_of(&case).await.unwrap();
    assert_eq!(scans.len(), 3);

    assert_eq!(sweep::files(&app.app).await.unwrap().registrations, 0);
    app.advance(6 * 24 * 3600);
    assert_eq!(sweep::files(&app.app).await.unwrap().registrations, 0, "somebody may still put the slip right");
    app.advance(2 * 24 * 3600);
    let rows = store.reader().await.unwrap().ledger_size().await.unwrap();
    assert_eq!(sweep::files(&app.app).await.unwrap().registrations, 3);
    assert!(store.reader().await.unwrap().blobs_of(&case).await.unwrap().is_empty(), "the rows are marked");
    let folder = blobs.folder().unwrap();
    for scan in &scans {
        assert!(!folder.join(&scan.object).exists(), "the object is gone");
        let read = blobs.read_all(scan, 50 << 20).await;
        assert!(matches!(read, Err(Error::Destroyed(_))), "the key is gone: {read:?}");
    }
    // One line of the record tells how many, and of whom nothing.
    assert_eq!(store.reader().await.unwrap().ledger_size().await.unwrap(), rows + 1);
    let last = store.reader().await.unwrap().ledger_before(u64::MAX >> 1, "system", "", 1).await.unwrap().remove(0);
    assert_eq!(last.fields().unwrap().action, "registration.swept");
    let said = store.reader().await.unwrap().ledger_body(&last).await.unwrap().unwrap();
    assert_eq!(said, serde_json::json!({ "files": 3 }));
    // The two registrations have what they named, and nothing that was replaced.
    for org in &orgs {
        let kept = store.reader().await.unwrap().blobs_of(&registration_case(&org.id)).await.unwrap();
        let mut kept: Vec<&str> = kept.iter().map(|scan| scan.id.as_str()).collect();
        let mut named: Vec<&str> = org.details.scans.iter().map(|scan| scan.blob_id.as_str()).collect();
        kept.sort_unstable();
        named.sort_unstable();
        assert_eq!(kept, named);
    }
    let (_, damaged) = blobs.verify().await.unwrap();
    assert_eq!(damaged, Vec::<String>::new());
    assert_eq!(sweep::files(&app.app).await.unwrap().registrations, 0);
    // Who comes back to the old page is asked for the files, and can finish.
    let late = register(&mut client, &codes[0], "guolai", &left, &[]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text.contains("上传统一社会信用代码证件扫描件") && late.hidden("try") != left[0].1);
    let done = register(&mut client, &codes[0], "guolai", &left, &SCANS).await;
    assert_eq!(done.location(), "/register/done", "{}", done.text);
}

#[tokio::test]
async fn scans_of_unfinished_registrations_are_swept_on_sqlite() {
    unfinished_registrations_go(TestApp::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scans_of_unfinished_registrations_are_swept_on_postgresql() {
    let database = tokio::task::spawn_blocking(|| guosuo_testkit::pg::cluster().map(|c| c.empty())).await.unwrap();
    let Some(database) = database else { return };
    unfinished_registrations_go(TestApp::with(|c| c.database = database.url()).await).await;
}

fn health(f: &Findings, name: &str) -> Health {
    f.check(name).unwrap_or_else(|| panic!("nothing says {name}: {f:#?}")).health
}

/// Looks with a clock so many minutes on, and sees that every complaint says what to do.
async fn look(app: &TestApp, minutes: i64) -> Findings {
    let clock = Clock::fixed(app.app.now() + SignedDuration::from_mins(minutes));
    let f = doctor::look(&app.app.config, &clock).await;
    for c in &f.checks {
        assert_eq!(c.health == Health::Ok, c.todo.is_empty(), "{c:?}");
        assert!(!c.found.is_empty(), "{c:?}");
    }
    f
}

#[tokio::test]
async fn doctor_finds_what_is_wrong_and_says_what_to_do() {
    let app = TestApp::new().await;
    app.app.store.record_read(&Origin::system("test"), "file", "", "test", app.app.now()).await.unwrap();
    checkpoint::publish(&app.app).await.unwrap();
    let f = look(&app, 1).await;
    assert_ne!(f.worst(), Health::Fail, "{f:#?}");
    for name in
        ["data folder", "keys", "key rights", "root key", "database", "files", "clock", "log", "last head", "jobs", "calendar"]
    {
        assert_eq!(health(&f, name), Health::Ok, "{f:#?}");
    }
    // No worker runs: rows without a head, a job that waits.
    let now = app.app.now();
    app.app.store.record_read(&Origin::system("test"), "file", "", "later", now).await.unwrap();
    let job: Result<String, Error> =
        app.app.store.write(move |tx| Box::pin(async move { tx.enqueue(NewJob::new("mail", &1, now)?, now).await })).await;
    job.unwrap();
    let f = look(&app, 60).await;
    assert_eq!((health(&f, "log"), health(&f, "jobs")), (Health::Warn, Health::Warn), "{f:#?}");
    // A clock that is behind the record, and one that was never set.
    assert_eq!(health(&look(&app, -10).await, "clock"), Health::Fail);
    assert_eq!(health(&look(&app, -60 * 24 * 365 * 20).await, "clock"), Health::Fail);
    // A year without a notice.
    assert_eq!(health(&look(&app, 60 * 24 * 365 * 3).await, "calendar"), Health::Warn);

    let keys = app.app.config.data.join("keys");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let set = |mode| std::fs::set_permissions(keys.join("root.key"), std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o644);
        let f = look(&app, 1).await;
        let c = f.check("key rights").unwrap();
        assert!(c.health == Health::Fail && c.found.contains("root.key (644)") && c.todo.contains("chmod"), "{c:?}");
        set(0o600);
    }
    let (there, away) = (keys.join("log-sm2.key"), keys.join("away"));
    std::fs::rename(&there, &away).unwrap();
    let f = look(&app, 1).await;
    assert!(health(&f, "keys") == Health::Fail && !there.exists(), "doctor makes no keys: {f:#?}");
    std::fs::rename(&away, &there).unwrap();

    let mut config = app.app.config.clone();
    config.blobs = format!("file://{}", keys.join("root.key").display());
    let f = doctor::look(&config, &Clock::fixed(now)).await;
    assert_eq!(health(&f, "files"), Health::Fail, "{f:#?}");
    let mut config = app.app.config.clone();
    config.database = "postgres://nobody:geheim@127.0.0.1:1/none".into();
    let f = doctor::look(&config, &Clock::fixed(now)).await;
    assert_eq!(health(&f, "database"), Health::Fail, "{f:#?}");
    assert!(!format!("{f:?}").contains("geheim"));
    config.mail.smtp = "smtp://127.0.0.1:1".into();
    assert_eq!(health(&doctor::look(&config, &Clock::fixed(now)).await, "mail"), Health::Fail);
    assert_eq!(doctor::run(&config, true).await.unwrap(), std::process::ExitCode::from(1));
    assert_eq!(doctor::run(&app.app.config, true).await.unwrap(), std::process::ExitCode::SUCCESS);
}
