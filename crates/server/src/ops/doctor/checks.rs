//! What is looked at, one function for each part of an instance.

use std::path::Path;
use std::time::Duration;

use guosuo_paper::Fonts;
use guosuo_rules::time::cst_date;
use guosuo_seal::keys::Signer as _;
use guosuo_store::{Blobs, Error as StoreError, Options, RootKey, Store};
use jiff::{SignedDuration, Timestamp};

use super::Findings;
use crate::config::Config;
use crate::jobs::checkpoint;
use crate::keys::{FILES as KEY_FILES, Keys};
use crate::mail::Mailer;
use crate::ops::restore::MARKER;
use crate::serve::without_password;

/// Below this the platform should get more disk.
const LOW_SPACE: u64 = 2 << 30;
/// Below this uploads will soon fail.
const NO_SPACE: u64 = 200 << 20;
/// Heads of the log and jobs that wait longer than this say that no worker runs.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// A clock may be so far behind the last row.
const BEHIND: SignedDuration = SignedDuration::from_secs(60);

pub(super) async fn all(f: &mut Findings, config: &Config, now: Timestamp) {
    folder(f, config);
    match Fonts::load().and_then(|fonts| fonts.self_test()) {
        Ok(_) => f.good("fonts", "Chinese fonts found, self-test passed"),
        Err(e) => f.warn("fonts", format!("{e}; PDF output is off"), "apt-get install fonts-noto-cjk, then restart"),
    }
    mail(f, config).await;
    site(f, config);
    if config.data.join(MARKER).exists() {
        f.fail(
            "restore",
            "a restore into this folder was not finished",
            "remove everything in the data folder except keys/ and run guosuo restore again",
        );
        return;
    }
    let Some((keys, root)) = keys(f, config) else { return };
    let url = config.database_url();
    // Whoever asks sits before the screen: a database that is away is told in seconds.
    let options = Options { migrate: false, patience: Duration::from_secs(3), ..Options::new(root) };
    match Store::open(&url, options).await {
        Ok(store) => {
            let durable = if store.is_sqlite() {
                "SQLite: WAL, synchronous FULL, foreign keys"
            } else {
                "PostgreSQL: fsync, full_page_writes, synchronous_commit"
            };
            f.good("database", format!("{}; {durable}; schema {}", without_password(&url), guosuo_store::schema_id()));
            blobs(f, config, &store).await;
            if let Err(e) = record(f, &store, keys.as_ref(), now).await {
                f.fail("record", e.to_string(), "run guosuo ledger verify; if it finds damage, restore the last backup");
            }
            store.close().await;
        }
        Err(e) => {
            let todo = match &e {
                StoreError::Weak(what) if what.contains("guosuo migrate") => "make a backup, then run guosuo migrate",
                StoreError::Weak(_) => "mend the setting that is named; the instance refuses to start with it",
                StoreError::Damaged(_) => "the file is damaged: restore the last backup",
                StoreError::Address(_) => "correct --database (sqlite://FILE or postgres://USER@HOST/NAME)",
                _ => "is the database server running, and do address, user and password match?",
            };
            f.fail("database", format!("{}: {e}", without_password(&url)), todo);
        }
    }
}

/// The folder and the space on its disk.
fn folder(f: &mut Findings, config: &Config) {
    let data = &config.data;
    if !data.exists() {
        f.warn("data folder", format!("{} is not there", data.display()), "nothing: the first start makes it");
        return;
    }
    let probe = data.join(format!(".doctor-{}", std::process::id()));
    match std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => f.good("data folder", data.display().to_string()),
        Err(e) => f.fail("data folder", format!("{}: {e}", data.display()), "give the folder to the user that runs guosuo"),
    }
    space(f, "disk", data);
}

fn space(f: &mut Findings, name: &'static str, folder: &Path) {
    let todo = "free space or enlarge the disk; uploads are refused (507) when it is full, and nothing is lost";
    match rustix::fs::statvfs(folder) {
        Ok(s) => {
            let free = s.f_bavail.saturating_mul(s.f_frsize);
            let found = format!("{} MiB free", free >> 20);
            if free < NO_SPACE {
                f.fail(name, found, todo);
            } else if free < LOW_SPACE {
                f.warn(name, found, todo);
            } else {
                f.good(name, found);
            }
        }
        Err(e) => f.warn(name, e.to_string(), "look at the disk of the folder"),
    }
}

async fn mail(f: &mut Findings, config: &Config) {
    if config.mail.smtp.is_empty() {
        let todo = "set mail.smtp (smtps://USER:PASSWORD@HOST) and mail.from; until then nobody gets a mail";
        f.warn("mail", "to files in the folder mail; no server is named", todo);
        return;
    }
    let todo = "check mail.smtp: host, port, user and password, and whether the firewall lets it through";
    let tried = async {
        let mailer = Mailer::new(&config.mail, config.data.join("mail"))?;
        tokio::time::timeout(Duration::from_secs(10), mailer.reach())
            .await
            .map_err(|_| anyhow::anyhow!("no answer within 10 s"))?
    };
    match tried.await {
        Ok(()) if config.mail.from.ends_with("@localhost") => {
            f.warn("mail", format!("the server answers; the sender is {}", config.mail.from), "set mail.from to a real address");
        }
        Ok(()) => f.good("mail", "the server answers"),
        Err(e) => f.fail("mail", format!("{}: {e:#}", without_password(&config.mail.smtp)), todo),
    }
}

fn site(f: &mut Findings, config: &Config) {
    let missing = config.site.missing();
    if missing.is_empty() {
        f.good("site", "foot of the pages complete");
    } else {
        f.warn(
            "site",
            format!("empty in the foot of every page: {}", missing.join(", ")),
            "fill them in under [site] of the settings",
        );
    }
    let todo = "set public_origin to the https:// address of the proxy in front";
    if config.public_origin.is_empty() {
        f.warn(
            "public address",
            "public_origin is empty: links in mails and codes lead nowhere, cookies are not bound to HTTPS",
            todo,
        );
    } else if config.public_origin.starts_with("https://") {
        f.good("public address", config.public_origin.clone());
    } else {
        f.warn("public address", format!("{} is not https", config.public_origin), todo);
    }
}

/// The keys, without making any: nothing more can be looked at without the root key.
fn keys(f: &mut Findings, config: &Config) -> Option<(Option<Keys>, RootKey)> {
    let dir = config.data.join("keys");
    let started = dir.join("root.key").exists();
    if !started {
        if config.data.join("guosuo.db").exists() {
            let todo = "put back the copy of the folder keys/ that is kept apart: nothing can be read without it";
            f.fail("keys", format!("no root.key in {}", dir.display()), todo);
        } else {
            let todo = "on a fresh instance nothing, the first start makes them; otherwise put back the copy of the folder keys/";
            f.warn("keys", format!("none in {}", dir.display()), todo);
        }
        return None;
    }
    let missing: Vec<&str> = KEY_FILES.iter().copied().filter(|n| !dir.join(n).exists()).collect();
    let keys = if missing.is_empty() {
        match Keys::open_or_make(&dir) {
            Ok(k) => {
                f.good("keys", format!("open; the log signs as {}", k.log_ed.public_key().kid()));
                Some(k)
            }
            Err(e) => {
                f.fail(
                    "keys",
                    format!("{e:#}"),
                    "set GUOSUO_KEY_PASSPHRASE to the passphrase of these keys, readable for the user that runs guosuo",
                );
                None
            }
        }
    } else {
        f.fail(
            "keys",
            format!("missing in {}: {}", dir.display(), missing.join(", ")),
            "put back the copy of the folder keys/: new keys would not continue the log",
        );
        None
    };
    open_to_others(f, &dir);
    if dir.join("passphrase").exists() {
        f.warn("passphrase", "lies beside the keys", "set GUOSUO_KEY_PASSPHRASE from a safe place and remove the file");
    }
    match RootKey::load_or_create(&dir.join("root.key")) {
        Ok(k) => {
            f.good("root key", format!("{}; keep a copy of keys/ apart from the backups", k.id()));
            Some((keys, k))
        }
        Err(e) => {
            f.fail("root key", e.to_string(), "put back the copy of keys/root.key; nothing can be read without it");
            None
        }
    }
}

/// Keys that other users of the machine can read.
#[cfg(unix)]
fn open_to_others(f: &mut Findings, dir: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |p: &Path| std::fs::metadata(p).map(|m| m.permissions().mode() & 0o777);
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path());
    let open: Vec<String> = std::iter::once(dir.to_owned())
        .chain(files)
        .filter_map(|p| mode(&p).ok().filter(|m| m & 0o077 != 0).map(|m| format!("{} ({m:03o})", p.display())))
        .collect();
    if open.is_empty() {
        f.good("key rights", "nobody else can read the keys");
    } else {
        let todo = format!("chmod 700 {0}; chmod 600 {0}/*", dir.display());
        f.fail("key rights", format!("others can read: {}", open.join(", ")), todo);
    }
}

#[cfg(not(unix))]
fn open_to_others(_: &mut Findings, _: &Path) {}

async fn blobs(f: &mut Findings, config: &Config, store: &Store) {
    let url = config.blobs_url();
    let shown = without_password(&url);
    let folder = url.strip_prefix("file://").map(Path::new);
    if let Some(folder) = folder.filter(|p| !p.exists()) {
        f.warn(
            "files",
            format!("{} is not there", folder.display()),
            "on a fresh instance nothing; otherwise mount or put back the folder of the files",
        );
        return;
    }
    let tried = async { Blobs::open(&url, store).await?.probe().await };
    match tried.await {
        Ok(()) => f.good("files", format!("{shown}: written, read and removed a probe")),
        Err(StoreError::NoSpace) => f.fail("files", format!("{shown}: no space left"), "free space or enlarge the disk"),
        Err(e) => {
            let todo = if folder.is_some() {
                "give the folder to the user that runs guosuo"
            } else {
                "check bucket, endpoint and the access key in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            };
            f.fail("files", format!("{shown}: {e}"), todo);
        }
    }
    if let Some(folder) = folder {
        space(f, "disk of files", folder);
    }
}

async fn record(f: &mut Findings, store: &Store, keys: Option<&Keys>, now: Timestamp) -> Result<(), StoreError> {
    let mut reader = store.reader().await?;
    let rows = reader.ledger_size().await?;
    let last_row = match rows.checked_sub(1) {
        Some(n) => reader.ledger_from(n, 1).await?.first().and_then(|r| Timestamp::from_microsecond(r.at).ok()),
        None => None,
    };
    clock(f, last_row, now);
    let last = reader.last_checkpoint().await?;
    let signed = match (&last, keys) {
        (None, _) => Ok(0),
        (Some(c), None) => Ok(u64::try_from(c.size).unwrap_or(0)),
        (Some(c), Some(keys)) => checkpoint::verifiers(keys, store.origin())
            .and_then(|v| checkpoint::check(&c.note, store.origin(), &v))
            .map(|head| head.size),
    };
    let worker = "is guosuo serve or guosuo worker running? its log says why no head is signed";
    match signed {
        Err(e) => f.fail("log", e.to_string(), "run guosuo ledger verify; the keys in keys/ must be those that signed"),
        Ok(size) => {
            let found = format!("{}: {rows} rows, {size} of them under a signed head", store.origin());
            let waits = size < rows && last_row.is_some_and(|t| now.duration_since(t) > PATIENCE);
            if waits { f.warn("log", found, worker) } else { f.good("log", found) }
        }
    }
    if let Some(at) = last.and_then(|c| Timestamp::from_microsecond(c.at).ok()) {
        f.good("last head", format!("signed {at}, {} minutes ago", now.duration_since(at).as_mins().max(0)));
    }
    jobs(f, &reader.job_counts().await?, now);
    let calendar = store.calendar().await?;
    let known: Vec<i16> = calendar.notices().iter().map(|n| n.year).collect();
    let found =
        format!("{}; notices for {}", calendar.version(), known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let today = cst_date(now);
    let todo = "import the State Council's notice: guosuo admin import-notice FILE; until then limits of that year are ranges";
    // The notice for the next year comes out in November.
    if !known.contains(&today.year()) || (today.month() == 12 && !known.contains(&(today.year() + 1))) {
        f.warn("calendar", found, todo);
    } else {
        f.good("calendar", found);
    }
    Ok(())
}

/// The receipt carries the machine's time: a clock that is behind the record is wrong.
fn clock(f: &mut Findings, last_row: Option<Timestamp>, now: Timestamp) {
    let todo = "set the clock and keep it right with NTP (chrony or systemd-timesyncd); times of receipt come from it";
    match last_row {
        Some(t) if t.duration_since(now) > BEHIND => {
            f.fail("clock", format!("it is {now}, and the last row of the record was written at {t}"), todo);
        }
        _ if cst_date(now).year() < 2026 => f.fail("clock", format!("it is {now}, before the Measures came into force"), todo),
        _ => f.good("clock", now.to_string()),
    }
}

fn jobs(f: &mut Findings, counts: &[guosuo_store::JobCount], now: Timestamp) {
    let of = |state: &str| counts.iter().filter(|c| c.state == state).map(|c| c.count).sum::<u64>();
    let parked = of("parked");
    let found = format!("{} waiting, {} running, {parked} parked", of("ready"), of("running"));
    let late = counts.iter().filter(|c| c.state == "ready").filter_map(|c| Timestamp::from_microsecond(c.oldest).ok()).min();
    if parked > 0 {
        f.warn("jobs", found, "open /admin/system as system administrator: it says why they failed, and sends them round again");
    } else if let Some(t) = late.filter(|t| now.duration_since(*t) > PATIENCE) {
        f.warn("jobs", format!("{found}; the oldest was due at {t}"), "is guosuo serve or guosuo worker running?");
    } else {
        f.good("jobs", found);
    }
}
