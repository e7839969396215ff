//! `guosuo backup` while the program serves, `guosuo restore` into a fresh place, `guosuo ledger
//! verify` on it; what is damaged, interrupted or in the way is refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use guosuo::app::App;
use guosuo::clock::Clock;
use guosuo::config::Config;
use guosuo::demo::{self, Player, Stage};
use guosuo::{jobs, serve};
use guosuo_case::filing::Slot;
use guosuo_store::{NewUpload, new_id};

/// Where an instance keeps its record and its files; empty: in its folder.
#[derive(Clone, Default)]
struct Place {
    database: String,
    blobs: String,
}

fn guosuo(command: &[&str], data: &Path, at: &Place) -> Output {
    let mut c = Command::new(env!("CARGO_BIN_EXE_guosuo"));
    c.args(command).arg("--data").arg(data).env("GUOSUO_LOG", "error");
    for (flag, value) in [("--database", &at.database), ("--blobs", &at.blobs)] {
        if !value.is_empty() {
            c.args([flag, value]);
        }
    }
    c.output().unwrap()
}

fn said(o: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&o.stdout), String::from_utf8_lossy(&o.stderr))
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for e in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(e.file_name());
        if e.path().is_dir() { copy_folder(&e.path(), &target) } else { std::fs::copy(e.path(), target).map(drop).unwrap() }
    }
}

fn files_in(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for e in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if e.path().is_dir() { out.extend(files_in(&e.path())) } else { out.push(e.path()) }
    }
    out.sort();
    out
}

/// A place for a new instance with the keys of another one.
fn place(root: &Path, name: &str, keys: &Path) -> PathBuf {
    let data = root.join(name);
    copy_folder(keys, &data.join("keys"));
    data
}

/// Cases, a signed head, and an upload that is under way.
async fn fill(app: &App) -> String {
    demo::seed(app).await.unwrap();
    let mut player = Player::new(app).await.unwrap();
    player.play("qiheng", "chenmin", 20, Stage::Decided(None)).await.unwrap();
    player.play("yunxiu", "chenmin", 15, Stage::Decided(Some(Slot::Complaints))).await.unwrap();
    player.play("luming", "zhouyuan", 5, Stage::Checking).await.unwrap();
    let draft = player.play("xishan", "", 1, Stage::Draft(4)).await.unwrap();
    let now = app.now();
    let new = NewUpload {
        case_id: draft,
        org: "xishan".into(),
        actor: "u".into(),
        name: "示例.pdf".into(),
        media: String::new(),
        size: 8,
        data: "{}".into(),
    };
    let upload = app.blobs.begin_upload(new, 100, now).await.unwrap();
    app.blobs.upload_part(&upload.id, "xishan", 0, None, bytes::Bytes::from_static(b"half"), now).await.unwrap();
    jobs::checkpoint::publish(app).await.unwrap();
    upload.id
}

async fn story(root: &Path, at: &Place, restored: &Place) {
    let data = root.join("data");
    let config = Config { data: data.clone(), database: at.database.clone(), blobs: at.blobs.clone(), ..Config::default() };
    let app = serve::open(config, Clock::Machine).await.unwrap();
    let upload = fill(&app).await;
    // Bodies go on while the backup is made.
    let stop = Arc::new(AtomicBool::new(false));
    let busy = {
        let (app, stop) = (app.clone(), stop.clone());
        tokio::spawn(async move {
            let mut player = Player::new(&app).await.unwrap();
            let mut n = 0;
            while !stop.load(Ordering::SeqCst) || n == 0 {
                player.play("zhuli", "chenmin", 2, Stage::Received).await.unwrap();
                n += 1;
            }
            n
        })
    };
    let out = root.join("backup");
    let (o, d, from) = (out.clone(), data.clone(), at.clone());
    let made = tokio::task::spawn_blocking(move || guosuo(&["backup", &o.to_string_lossy()], &d, &from)).await.unwrap();
    stop.store(true, Ordering::SeqCst);
    assert!(busy.await.unwrap() > 0);
    assert!(made.status.success(), "{}", said(&made));
    app.store.close().await;
    drop(app);
    assert!(!root.join("backup.partial").exists());
    assert!(files_in(&out).iter().all(|f| !f.to_string_lossy().contains("key")), "no key is in it");
    let sums = Command::new("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(&out).output().unwrap();
    assert!(sums.status.success(), "{}", said(&sums));

    // Into a fresh place; the command walks the record itself, and so does this.
    let fresh = place(root, "fresh", &data.join("keys"));
    let back = guosuo(&["restore", &out.to_string_lossy()], &fresh, restored);
    assert!(back.status.success(), "{}", said(&back));
    assert!(said(&back).contains("差异 / differences: 0"), "{}", said(&back));
    let verified = guosuo(&["ledger", "verify"], &fresh, restored);
    assert!(verified.status.success() && said(&verified).contains("differences: 0"), "{}", said(&verified));
    let config =
        Config { data: fresh.clone(), database: restored.database.clone(), blobs: restored.blobs.clone(), ..Config::default() };
    let again = serve::open(config, Clock::Machine).await.unwrap();
    let (files, damaged) = again.blobs.verify().await.unwrap();
    assert!(files > 40 && damaged.is_empty(), "{files} {damaged:?}");
    // The upload goes on where it was.
    let rest = bytes::Bytes::from_static(b"more");
    again.blobs.upload_part(&upload, "xishan", 4, None, rest, again.now()).await.unwrap();
    let blob = again.blobs.finish_upload(&upload, "xishan", "text/plain", again.now()).await.unwrap();
    assert_eq!(again.blobs.read_all(&blob, 100).await.unwrap(), b"halfmore");
    again.store.close().await;
    // What is there is not overwritten.
    let twice = guosuo(&["restore", &out.to_string_lossy()], &fresh, restored);
    assert_eq!(twice.status.code(), Some(2), "{}", said(&twice));
    let over = guosuo(&["backup", &out.to_string_lossy()], &data, at);
    assert_eq!(over.status.code(), Some(2), "{}", said(&over));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_serving_is_restored_on_sqlite() {
    let root = tempfile::tempdir().unwrap();
    story(root.path(), &Place::default(), &Place::default()).await;
    refusals(root.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_serving_is_restored_on_postgresql() {
    let two = tokio::task::spawn_blocking(|| guosuo_testkit::pg::cluster().map(|c| (c.empty(), c.empty()))).await.unwrap();
    let Some((one, other)) = two else { return };
    let root = tempfile::tempdir().unwrap();
    let on = |database| Place { database, ..Place::default() };
    story(root.path(), &on(one.url()), &on(other.url())).await;
    // The same backup leads to SQLite as well: an instance may change its database.
    let small = place(root.path(), "small", &root.path().join("data/keys"));
    let back = guosuo(&["restore", &root.path().join("backup").to_string_lossy()], &small, &Place::default());
    assert!(back.status.success() && said(&back).contains("differences: 0"), "{}", said(&back));
}

/// The access key comes from the usual environment variables, as it does in service.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an S3 server: run by `cargo xtask test`"]
async fn a_backup_made_while_serving_is_restored_on_s3() {
    let server = std::env::var("GUOSUO_S3").expect("GUOSUO_S3 is set by `cargo xtask test`");
    let (bucket, options) = server.split_once(' ').unwrap().0.split_once('?').unwrap();
    let root = tempfile::tempdir().unwrap();
    let on = |name: &str| Place { blobs: format!("{bucket}/backup/{}/{name}?{options}", new_id()), ..Place::default() };
    let (one, other) = (on("one"), on("other"));
    story(root.path(), &one, &other).await;
    // What is there already is not written over, and the same backup leads into a folder as well.
    let again = place(root.path(), "again", &root.path().join("data/keys"));
    let over = guosuo(&["restore", &root.path().join("backup").to_string_lossy()], &again, &other);
    assert_eq!(over.status.code(), Some(2), "{}", said(&over));
    let small = place(root.path(), "small", &root.path().join("data/keys"));
    let back = guosuo(&["restore", &root.path().join("backup").to_string_lossy()], &small, &Place::default());
    assert!(back.status.success() && said(&back).contains("differences: 0"), "{}", said(&back));
}

/// Damage of every kind, on copies of a good backup.
fn refusals(root: &Path) {
    let good = root.join("backup");
    let keys = root.join("data/keys");
    let some_file = files_in(&good.join("files")).pop().unwrap();
    let name_of = |p: &Path| p.strip_prefix(&good).unwrap().to_string_lossy().into_owned();
    let flip = |p: &Path| {
        let mut bytes = std::fs::read(p).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(p, bytes).unwrap();
    };
    let mut n = 0;
    let mut refused = |name: &str, harm: &dyn Fn(&Path)| {
        n += 1;
        let bad = root.join(format!("bad-{n}"));
        copy_folder(&good, &bad);
        harm(&bad);
        let data = place(root, &format!("target-{n}"), &keys);
        let o = guosuo(&["restore", &bad.to_string_lossy()], &data, &Place::default());
        assert_eq!(o.status.code(), Some(1), "{name}: {}", said(&o));
        assert!(said(&o).contains(name), "the message names {name}: {}", said(&o));
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1, "nothing was written");
    };
    for name in ["database.db", "manifest.json", &name_of(&some_file)] {
        refused(name, &|bad| flip(&bad.join(name)));
        refused(name, &|bad| std::fs::remove_file(bad.join(name)).unwrap());
    }
    // Interrupted: without the list of digests, or with half of it, it is no backup.
    refused("SHA256SUMS", &|bad| std::fs::remove_file(bad.join("SHA256SUMS")).unwrap());
    refused("SHA256SUMS", &|bad| {
        let text = std::fs::read_to_string(bad.join("SHA256SUMS")).unwrap();
        let kept: Vec<&str> = text.lines().filter(|l| !l.contains("files/")).collect();
        std::fs::write(bad.join("SHA256SUMS"), kept.join("\n")).unwrap();
    });
    // Without the keys, with others, or half restored: nothing is served.
    let data = root.join("no-keys");
    std::fs::create_dir_all(&data).unwrap();
    let o = guosuo(&["restore", &good.to_string_lossy()], &data, &Place::default());
    assert!(o.status.code() == Some(2) && said(&o).contains("keys/"), "{}", said(&o));
    let data = place(root, "other-keys", &keys);
    std::fs::write(data.join("keys/root.key"), "11".repeat(32)).unwrap();
    let o = guosuo(&["restore", &good.to_string_lossy()], &data, &Place::default());
    assert!(o.status.code() == Some(2) && said(&o).contains("root.key"), "{}", said(&o));
    let data = place(root, "half", &keys);
    std::fs::write(data.join("RESTORING"), "").unwrap();
    let o = guosuo(&["serve", "--listen", "127.0.0.1:0"], &data, &Place::default());
    assert!(o.status.code() == Some(2) && said(&o).contains("not finished"), "{}", said(&o));
    let o = guosuo(&["doctor"], &data, &Place::default());
    assert!(o.status.code() == Some(1) && said(&o).contains("guosuo restore"), "{}", said(&o));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_backup_leaves_nothing_that_passes_for_one() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let config = Config { data: data.clone(), ..Config::default() };
    let app = serve::open(config, Clock::Machine).await.unwrap();
    fill(&app).await;
    app.store.close().await;
    let keys = data.join("keys");
    for (n, millis) in [30, 80, 120, 160, 200, 250].into_iter().enumerate() {
        let out = root.path().join(format!("backup-{n}"));
        let mut c = Command::new(env!("CARGO_BIN_EXE_guosuo"));
        let mut child = c.arg("backup").arg(&out).arg("--data").arg(&data).env("GUOSUO_LOG", "error").spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(millis));
        child.kill().unwrap();
        child.wait().unwrap();
        let target = place(root.path(), &format!("target-{n}"), &keys);
        let partial = root.path().join(format!("backup-{n}.partial"));
        if out.exists() {
            // It was done before the signal: then it is whole.
            assert!(!partial.exists());
            let o = guosuo(&["restore", &out.to_string_lossy()], &target, &Place::default());
            assert!(o.status.success(), "{}", said(&o));
        } else if partial.exists() && !partial.join("SHA256SUMS").exists() {
            let o = guosuo(&["restore", &partial.to_string_lossy()], &target, &Place::default());
            assert_eq!(o.status.code(), Some(1), "{}", said(&o));
            let o = guosuo(&["backup", &out.to_string_lossy()], &data, &Place::default());
            assert!(o.status.code() == Some(2) && said(&o).contains("interrupted"), "{}", said(&o));
        }
    }
}
