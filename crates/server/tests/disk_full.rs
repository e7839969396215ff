//! A full disk: a small file system of its own is filled to the last block. What cannot be
//! stored is answered with 507 and leaves nothing behind; reading goes on as far as it may; when
//! there is space again, everything does, without a restart.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::http::StatusCode;
use guosuo::demo::{Player, Stage};
use guosuo::ops::verify;
use guosuo::testing::{Answer, Client, TestApp};
use guosuo_case::filing::{Filing, Slot};

/// Why the officer needs the original: without it nothing is given out.
const GROUND: [(&str, &str); 1] = [("ground", "archive")];

/// A file system in memory, unmounted when dropped.
struct SmallDisk {
    at: tempfile::TempDir,
}

impl SmallDisk {
    /// `None` where mounting is not allowed.
    fn new(mib: u32) -> Option<Self> {
        let at = tempfile::tempdir().unwrap();
        let size = format!("size={mib}m");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "guosuo-test"]).arg(at.path()).output();
        done.is_ok_and(|o| o.status.success()).then_some(Self { at })
    }

    fn ballast(&self) -> PathBuf {
        self.at.path().join("ballast")
    }

    /// Fills it until so many bytes are free.
    fn fill(&self, free: u64) {
        let s = rustix::fs::statvfs(self.at.path()).unwrap();
        let mut f = std::fs::File::options().append(true).create(true).open(self.ballast()).unwrap();
        let mut rest = (s.f_bavail * s.f_frsize).saturating_sub(free);
        while rest > 0 {
            let n = rest.min(1 << 20);
            if f.write_all(&vec![0; usize::try_from(n).unwrap()]).is_err() {
                break;
            }
            rest -= n;
        }
    }

    fn relieve(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.at.path()).output();
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

/// A printed form made longer: a comment, and the end of the file again after it.
fn padded(pdf: &[u8], bytes: usize) -> Vec<u8> {
    let end = pdf.windows(9).rposition(|w| w == b"startxref").unwrap();
    let mut out = pdf.to_vec();
    out.extend_from_slice(b"\n%");
    out.resize(out.len() + bytes, b'x');
    out.push(b'\n');
    out.extend_from_slice(&pdf[end..]);
    out
}

async fn put(client: &mut Client, at: &str, bytes: &[u8]) -> Answer {
    client.upload(&format!("{at}/materials/8"), &[], &[("files", "8.pdf", "application/pdf", bytes)]).await
}

fn says_full(a: &Answer, what: &str) {
    assert_eq!(a.status, StatusCode::INSUFFICIENT_STORAGE, "{what}: {}", a.text);
    assert!(a.text.contains("空间") && a.text.contains("<h1"), "{what}: a page that says what happened: {}", a.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_takes_nothing_and_loses_nothing() {
    let Some(disk) = SmallDisk::new(64) else {
        eprintln!("left out: mounting a small file system needs the rights of root");
        return;
    };
    let app = TestApp::with(|c| c.data = disk.at.path().join("data")).await;
    let data = app.app.config.data.clone();
    let mut player = Player::new(&app.app).await.unwrap();
    let case = player.play("qiheng", "chenmin", 3, Stage::Draft(8)).await.unwrap();
    let other = player.play("yunxiu", "chenmin", 3, Stage::Checking).await.unwrap();
    let at = format!("/body/filings/{case}");
    let draft = app.app.store.reader().await.unwrap().case::<Filing>(&case).await.unwrap().state.unwrap();
    let form = app.app.store.reader().await.unwrap().blob(draft.dossier.files(Slot::Form)[0].id.as_str()).await.unwrap();
    let form = app.app.blobs.read_all(&form, 50 << 20).await.unwrap();
    let pdf = |bytes| padded(&form, bytes);
    let mut li = app.sign_in("qiheng").await;
    let mut officer = app.sign_in("chenmin").await;
    let filing = app.app.store.reader().await.unwrap().case::<Filing>(&other).await.unwrap().state.unwrap();
    let original = format!("/authority/filings/{other}/files/{}/original", filing.dossier.files(Slot::Form)[0].id.as_str());
    assert_eq!(officer.post(&original, &GROUND).await.status, StatusCode::OK);

    // Space for the rows, not for the file.
    disk.fill(2 << 20);
    let before = files_in(&data.join("blobs"));
    says_full(&put(&mut li, &at, &pdf(6 << 20)).await, "an upload");
    assert_eq!(files_in(&data.join("blobs")), before, "nothing half-written is left");
    let small = put(&mut li, &at, &pdf(10_000)).await;
    assert_eq!(small.status, StatusCode::SEE_OTHER, "what fits is taken: {}", small.text);

    // No space at all.
    disk.fill(0);
    let before = files_in(&data.join("blobs"));
    let rows = app.app.store.reader().await.unwrap().ledger_size().await.unwrap();
    let mut refused = 0;
    for n in 0..60 {
        let answer = put(&mut li, &at, &pdf(50_000 + n)).await;
        if answer.status != StatusCode::SEE_OTHER {
            says_full(&answer, "an upload");
            refused += 1;
        }
    }
    assert!(refused >= 50, "{refused} of 60 refused");
    // Nothing of what was refused is there; what was taken is.
    assert!(files_in(&data.join("blobs")).len() <= before.len() + (60 - refused));
    // A confidential file leaves only with its row in the record.
    let mut withheld = 0;
    for _ in 0..40 {
        let answer = officer.post(&original, &GROUND).await;
        if answer.status != StatusCode::OK {
            says_full(&answer, "a confidential file");
            withheld += 1;
        }
    }
    let given = 40 - withheld;
    let now = app.app.store.reader().await.unwrap().ledger_size().await.unwrap();
    assert!(now >= rows + given, "{given} files were given out with {} rows", now - rows);
    // What needs no writing goes on.
    for page in ["/", "/bodies", at.as_str()] {
        assert_eq!(li.get(page).await.status, StatusCode::OK, "{page}");
    }

    // Space again: no restart is needed, and the record is whole.
    disk.relieve();
    assert!(app.app.store.poisoned().is_none(), "{:?}", app.app.store.poisoned());
    let answer = put(&mut li, &at, &pdf(6 << 20)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(officer.post(&original, &GROUND).await.status, StatusCode::OK);
    let (files, damaged) = app.app.blobs.verify().await.unwrap();
    assert!(files > 8 && damaged.is_empty(), "{damaged:?}");
    let report = verify::walk(&app.app.config).await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.faults);
}
