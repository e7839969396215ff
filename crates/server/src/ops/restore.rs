//! `guosuo restore IN`: an instance from a backup, into a place where there is none.
//!
//! Every digest is checked before anything is written. Then the database, then the files; then
//! the whole record is walked and every file opened, as the running instance would. A marker
//! keeps a folder whose restoring was interrupted from being served.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use futures::{StreamExt as _, TryStreamExt as _};
use guosuo_store::{Blobs, Options, Report, RootKey, Store, backup};
use serde::Serialize;

use super::backup::{DATABASE, FORMAT, MANIFEST, Manifest, SUMS, sha256_of};
use super::{print_json, verify};
use crate::config::Config;

/// Lies in the data folder while it is being restored.
pub const MARKER: &str = "RESTORING";
/// Files copied at the same time.
const AT_ONCE: usize = 4;

/// What a restored instance looks like.
#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    /// What the backup said of itself.
    pub manifest: Manifest,
    /// The walk through the record.
    pub report: Report,
    /// Files opened and compared with their digests.
    pub files: u64,
    /// Files that did not open.
    pub damaged: Vec<String>,
}

/// Refuses a data folder that was only half restored.
///
/// # Errors
/// With what to do.
pub fn refuse_half_restored(data: &Path) -> anyhow::Result<()> {
    ensure!(
        !data.join(MARKER).exists(),
        "a restore into {} was not finished: remove everything in it except keys/, and restore again",
        data.display()
    );
    Ok(())
}

/// The command: 0 when the restored instance passes every check, 1 when it does not or when the
/// backup is damaged.
///
/// # Errors
/// When there is an instance already, the keys are missing or belong to another instance, or
/// something cannot be written.
pub async fn run(config: &Config, from: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let (manifest, files) = match check(from).await? {
        Ok(sound) => sound,
        Err(why) => {
            eprintln!("备份已损坏，未恢复 / the backup is damaged, nothing was restored: {why}");
            return Ok(ExitCode::from(1));
        }
    };
    let r = restore(config, from, manifest, files).await?;
    if json {
        print_json(&r)?;
    } else {
        println!("已恢复 / restored: {} (备份于 / made {})", config.data.display(), r.manifest.made);
        println!("记录 / ledger: {} rows, {} signed heads", r.report.rows, r.report.heads);
        println!("案件 / cases: {} refolded; 文件 / files: {} opened", r.report.cases, r.files);
        println!("差异 / differences: {}", r.report.faults.len() + r.damaged.len());
        for f in &r.report.faults {
            println!("  {f}");
        }
        for f in &r.damaged {
            println!("  {f}");
        }
    }
    Ok(if r.report.is_clean() && r.damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Checks a backup against its digests; answers what it is and the places of its files, or what
/// is wrong with which file.
///
/// # Errors
/// When the folder cannot be read at all.
pub async fn check(from: &Path) -> anyhow::Result<Result<(Manifest, Vec<String>), String>> {
    ensure!(from.is_dir(), "there is no folder {}", from.display());
    let from = from.to_owned();
    Ok(tokio::task::spawn_blocking(move || sound(&from)).await?)
}

fn sound(from: &Path) -> Result<(Manifest, Vec<String>), String> {
    let text =
        std::fs::read_to_string(from.join(SUMS)).map_err(|e| format!("{SUMS}: {e}; a backup without it was never finished"))?;
    let mut sums = BTreeMap::new();
    for line in text.lines() {
        let (digest, path) = line.split_once("  ").ok_or_else(|| format!("{SUMS}: a line is damaged: {line}"))?;
        if !is_place(path) || digest.len() != 64 {
            return Err(format!("{SUMS}: a line is damaged: {line}"));
        }
        sums.insert(path.to_owned(), digest.to_owned());
    }
    for (path, digest) in &sums {
        let found = sha256_of(&from.join(path)).map_err(|e| format!("{path}: {e}"))?;
        if found != *digest {
            return Err(format!("{path}: was changed (its digest is {found}, not {digest})"));
        }
    }
    for name in [DATABASE, MANIFEST] {
        if !sums.contains_key(name) {
            return Err(format!("{SUMS}: names no {name}"));
        }
    }
    let manifest = std::fs::read_to_string(from.join(MANIFEST)).map_err(|e| format!("{MANIFEST}: {e}"))?;
    let manifest: Manifest = serde_json::from_str(&manifest).map_err(|e| format!("{MANIFEST}: {e}"))?;
    if manifest.format != FORMAT {
        return Err(format!("{MANIFEST}: {} is not {FORMAT}", manifest.format));
    }
    let files: Vec<String> = sums.into_keys().filter_map(|p| p.strip_prefix("files/").map(str::to_owned)).collect();
    if files.len() != manifest.files {
        return Err(format!("{SUMS}: names {} files, the manifest {}", files.len(), manifest.files));
    }
    Ok((manifest, files))
}

/// A path as backups have them, and nothing that leads elsewhere.
fn is_place(path: &str) -> bool {
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    path == DATABASE || path == MANIFEST || path.strip_prefix("files/").is_some_and(|p| p.split('/').all(plain))
}

async fn restore(config: &Config, from: &Path, manifest: Manifest, files: Vec<String>) -> anyhow::Result<Restored> {
    let key = config.data.join("keys").join("root.key");
    ensure!(
        key.exists(),
        "put the instance's folder keys/ (kept apart from the backups) into {} first: nothing can be read without it",
        config.data.display()
    );
    let root = RootKey::load_or_create(&key)?;
    if let Some(other) = manifest.root_keys.iter().find(|id| *id != root.id()) {
        bail!("{} is not the key of this backup: it was made with the root key {other}, this is {}", key.display(), root.id());
    }
    refuse_half_restored(&config.data)?;
    for entry in std::fs::read_dir(&config.data)? {
        let name = entry?.file_name();
        ensure!(
            name == "keys" || name == "lost+found",
            "there is something in {} already ({}): a restore never overwrites; name an empty folder that holds only keys/",
            config.data.display(),
            name.display()
        );
    }
    let place = config.blobs_url();
    let free = Blobs::nothing_at(&place).await.with_context(|| format!("cannot open the file store {place}"))?;
    ensure!(free, "the file store {place} is not empty: a restore never overwrites");
    let marker = config.data.join(MARKER);
    std::fs::write(&marker, b"a backup is being restored into this folder\n")?;
    let url = config.database_url();
    if let Err(e) = backup::restore(&from.join(DATABASE), &url, &config.data).await {
        // Nothing was overwritten; the folder is as empty as before.
        std::fs::remove_file(&marker)?;
        return Err(e).context("cannot restore the database");
    }
    let store = Store::open(&url, Options { migrate: false, ..Options::new(root) }).await.context("cannot open the database")?;
    let blobs = Blobs::open(&config.blobs_url(), &store).await.context("cannot open the file store")?;
    futures::stream::iter(files)
        .map(|object| {
            let (blobs, path): (_, PathBuf) = (blobs.clone(), from.join("files").join(&object));
            async move { blobs.copy_in(&object, &path).await.with_context(|| format!("cannot restore the file {object}")) }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    let (files, damaged) = blobs.verify().await?;
    store.close().await;
    let report = verify::walk(config).await?;
    std::fs::remove_file(&marker)?;
    Ok(Restored { manifest, report, files, damaged })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_cannot_name_places_outside_of_it() {
        for good in ["database.db", "manifest.json", "files/3f/0198c0ffee", "files/parts/01/02"] {
            assert!(is_place(good), "{good}");
        }
        for bad in ["", "/etc/passwd", "files/../keys/root.key", "files/", "files//a", "keys/root.key", "files/a b", "files/a\\b"]
        {
            assert!(!is_place(bad), "{bad}");
        }
    }
}
