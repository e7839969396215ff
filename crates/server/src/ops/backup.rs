//! `guosuo backup OUT`: a copy of a running instance in a folder.
//!
//! `database.db` is the database as it was at one moment; `files/` holds every file that it
//! names, encrypted as stored; `manifest.json` says what this is; `SHA256SUMS` lists the digest
//! of each of them and is written last, so that `sha256sum -c` checks a backup without this
//! program. All is written beside the target and renamed when it is whole and durable. The keys
//! are not in it: they belong into another safe.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, TryStreamExt as _};
use guosuo_store::{Blobs, Error as StoreError, Options, RootKey, Store, backup};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::print_json;
use crate::clock::Clock;
use crate::config::Config;

/// Kind and version of the folder's layout.
pub const FORMAT: &str = "guosuo-backup-1";
/// The copy of the database.
pub const DATABASE: &str = "database.db";
/// What the backup is.
pub const MANIFEST: &str = "manifest.json";
/// Digests of everything, in the form of `sha256sum`.
pub const SUMS: &str = "SHA256SUMS";
/// Files copied at the same time.
const AT_ONCE: usize = 4;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// When it was begun.
    pub made: Timestamp,
    /// Version of the program that made it.
    pub program: String,
    /// Schema of the database.
    pub schema: String,
    /// Name of the log.
    pub log: String,
    /// Rows of the ledger.
    pub rows: u64,
    /// Ids of the root keys that open it.
    pub root_keys: Vec<String>,
    /// Files in it, parts of uploads included.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Ids of files that the instance itself had lost before.
    pub missing: Vec<String>,
}

/// The command: 0 when everything is in it, 1 when the instance lacks files of its own.
///
/// # Errors
/// When no backup was made; then nothing is left that passes for one.
pub async fn run(config: &Config, out: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let m = make(config, out).await?;
    if json {
        print_json(&m)?;
    } else {
        println!("备份 / backup: {}", out.display());
        println!("记录 / ledger: {} rows; 文件 / files: {}, {} bytes", m.rows, m.files, m.bytes);
        println!("密钥不在其中，keys/目录请另行保存 / the keys are not in it: keep the folder keys/ elsewhere");
        for id in &m.missing {
            println!("实例自身缺少的文件 / lost before by the instance itself: {id}");
        }
    }
    Ok(if m.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Makes a backup of the instance in the folder `out`, which must not be there yet.
///
/// # Errors
/// As [`run`].
pub async fn make(config: &Config, out: &Path) -> anyhow::Result<Manifest> {
    let key = config.data.join("keys").join("root.key");
    ensure!(key.exists(), "there is no instance in {} (no {})", config.data.display(), key.display());
    ensure!(!out.exists(), "{} is there already: name a folder that is not", out.display());
    let work = beside(out)?;
    private_folder(&work).with_context(|| {
        format!("cannot make {}; if an earlier backup was interrupted, remove that folder first", work.display())
    })?;
    let made: anyhow::Result<Manifest> = async {
        let manifest = fill(config, &key, &work).await?;
        std::fs::rename(&work, out).with_context(|| format!("cannot rename {} to {}", work.display(), out.display()))?;
        sync_folder(out.parent().unwrap_or(Path::new(".")))?;
        Ok(manifest)
    }
    .await;
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&work);
    }
    made
}

/// The folder that a backup is written in until it is whole.
fn beside(out: &Path) -> anyhow::Result<PathBuf> {
    let mut name = out.file_name().with_context(|| format!("{} names no folder", out.display()))?.to_owned();
    name.push(".partial");
    Ok(out.with_file_name(name))
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(if path.as_os_str().is_empty() { Path::new(".") } else { path })?.sync_all()
}

async fn fill(config: &Config, key: &Path, work: &Path) -> anyhow::Result<Manifest> {
    let made = Clock::Machine.now();
    let url = config.database_url();
    let options = Options { migrate: false, ..Options::new(RootKey::load_or_create(key)?) };
    let store = Store::open(&url, options).await.context("cannot open the database")?;
    let blobs = Blobs::open(&config.blobs_url(), &store).await.context("cannot open the file store")?;
    // The database first: what it names was durable before it was named, and is never rewritten.
    let copy = work.join(DATABASE);
    backup::snapshot(&url, &copy).await.context("cannot copy the database")?;
    let contents = backup::contents(&copy).await?;
    std::fs::create_dir(work.join("files"))?;
    let mut wanted: Vec<Wanted> = contents.files.into_iter().map(|(id, object)| Wanted { id, object, part: false }).collect();
    wanted.extend(contents.parts.into_iter().map(|(id, object)| Wanted { id, object, part: true }));
    let copied: Vec<(Wanted, Option<Copied>)> = futures::stream::iter(wanted)
        .map(|w| async {
            let copied =
                copy_file(&blobs, work, &w.object).await.with_context(|| format!("cannot copy the file {}", w.object))?;
            Ok::<_, anyhow::Error>((w, copied))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let (mut deleted, mut begun_again, mut missing, mut sums) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut files, mut bytes) = (0, 0);
    for (w, found) in copied {
        if let Some(c) = found {
            files += 1;
            bytes += c.size;
            sums.push((format!("files/{}", w.object), c.sha256));
        } else if w.part {
            begun_again.push(w.id);
        } else {
            match store.reader().await?.blob(&w.id).await {
                Err(StoreError::NotFound(_)) => deleted.push(w.id),
                Ok(_) => missing.push(w.id),
                Err(e) => return Err(e.into()),
            }
        }
    }
    store.close().await;
    backup::forget(&copy, &deleted, &begun_again, made).await?;
    missing.sort();
    let manifest = Manifest {
        format: FORMAT.into(),
        made,
        program: env!("CARGO_PKG_VERSION").into(),
        schema: guosuo_store::schema_id(),
        log: contents.origin,
        rows: contents.rows,
        root_keys: contents.root_keys,
        files,
        bytes,
        missing,
    };
    let work = work.to_owned();
    tokio::task::spawn_blocking(move || seal(&work, &manifest, sums).map(|()| manifest)).await?
}

/// Writes manifest and digests, the digests last.
fn seal(work: &Path, manifest: &Manifest, mut sums: Vec<(String, String)>) -> anyhow::Result<()> {
    write_durably(&work.join(MANIFEST), format!("{}\n", serde_json::to_string_pretty(manifest)?).as_bytes())?;
    for name in [DATABASE, MANIFEST] {
        sums.push((name.into(), sha256_of(&work.join(name))?));
    }
    sums.sort();
    let mut folders: Vec<PathBuf> = sums.iter().filter_map(|(p, _)| work.join(p).parent().map(Path::to_owned)).collect();
    folders.push(work.join("files"));
    folders.sort();
    folders.dedup();
    for f in folders {
        sync_folder(&f)?;
    }
    let text: String = sums.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect();
    write_durably(&work.join(SUMS), text.as_bytes())?;
    Ok(sync_folder(work)?)
}

struct Wanted {
    id: String,
    object: String,
    part: bool,
}

struct Copied {
    size: u64,
    sha256: String,
}

async fn copy_file(blobs: &Blobs, work: &Path, object: &str) -> anyhow::Result<Option<Copied>> {
    let to = work.join("files").join(object);
    if let Some(folder) = to.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    Ok(blobs.copy_out(object, &to).await?.map(|(size, digest)| Copied { size, sha256: digest.to_hex() }))
}

fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut f = File::create_new(path)?;
    f.write_all(bytes)?;
    f.sync_all()
}

/// The SHA-256 of a file in hexadecimal digits.
///
/// # Errors
/// When it cannot be read.
pub fn sha256_of(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let (mut digest, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let n = file.read(&mut piece)?;
        if n == 0 {
            return Ok(hex::encode(digest.finalize()));
        }
        digest.update(&piece[..n]);
    }
}
