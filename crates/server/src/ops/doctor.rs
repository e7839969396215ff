//! `guosuo doctor`: can this instance run? Looks, changes nothing.

use std::path::Path;
use std::process::ExitCode;

use guosuo_paper::Fonts;
use guosuo_seal::keys::Signer as _;
use guosuo_store::{Options, RootKey, Store};
use serde::Serialize;

use super::print_json;
use crate::config::Config;
use crate::jobs::checkpoint;
use crate::keys::Keys;
use crate::mail::Mailer;
use crate::serve::without_password;

/// Below this the platform should get more disk.
const LOW_SPACE: u64 = 2 << 30;
/// Below this uploads will soon fail.
const NO_SPACE: u64 = 200 << 20;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// As it should be.
    Ok,
    /// It runs, and somebody should look.
    Warn,
    /// It does not run.
    Fail,
}

/// One check.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it came out.
    pub health: Health,
    /// What was found, and what would help.
    pub found: String,
}

/// Everything that was looked at, and the settings in force.
#[derive(Debug, Clone, Serialize)]
pub struct Findings {
    /// The checks in order.
    pub checks: Vec<Check>,
    /// Settings without secrets.
    pub settings: Vec<(&'static str, String)>,
}

impl Findings {
    fn add(&mut self, name: &'static str, health: Health, found: impl Into<String>) {
        self.checks.push(Check { name, health, found: found.into() });
    }

    fn of<T, E: std::fmt::Display>(
        &mut self,
        name: &'static str,
        outcome: Result<T, E>,
        good: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        match outcome {
            Ok(v) => {
                self.add(name, Health::Ok, good(&v));
                Some(v)
            }
            Err(e) => {
                self.add(name, Health::Fail, format!("{e:#}"));
                None
            }
        }
    }

    /// The worst of all.
    pub fn worst(&self) -> Health {
        self.checks.iter().map(|c| c.health).max().unwrap_or(Health::Ok)
    }
}

/// Looks at everything.
pub async fn look(config: &Config) -> Findings {
    let mut f = Findings { checks: Vec::new(), settings: settings(config) };
    folder(&mut f, config);
    let fonts = Fonts::load().and_then(|fonts| fonts.self_test());
    f.of("fonts", fonts.map_err(|e| format!("{e}; PDF output is off until then")), |_| {
        "Chinese fonts found, self-test passed".into()
    });
    let mailer = if config.mail.smtp.is_empty() { Ok(()) } else { Mailer::new(&config.mail, config.data.join("mail")).map(drop) };
    f.of("mail", mailer, |()| {
        if config.mail.smtp.is_empty() { "to files in the folder mail; no server is named".into() } else { "server named".into() }
    });
    site(&mut f, config);
    let key_folder = config.data.join("keys");
    if !key_folder.join("root.key").exists() {
        f.add("keys", Health::Warn, format!("none in {}: the first start makes them", key_folder.display()));
        return f;
    }
    let keys =
        f.of("keys", Keys::open_or_make(&key_folder), |k| format!("open; the log signs as {}", k.log_ed.public_key().kid()));
    if key_folder.join("passphrase").exists() {
        f.add(
            "passphrase",
            Health::Warn,
            "lies beside the keys; set GUOSUO_KEY_PASSPHRASE from a safe place and remove the file",
        );
    }
    let Some(root) = f.of("root key", RootKey::load_or_create(&key_folder.join("root.key")), |k| {
        format!("{}; keep a copy apart from the backups", k.id())
    }) else {
        return f;
    };
    let url = config.database_url();
    let options = Options { migrate: false, ..Options::new(root) };
    let opened = Store::open(&url, options).await;
    let kind = |s: &Store| {
        let durable = if s.is_sqlite() {
            "SQLite: WAL, synchronous FULL, foreign keys"
        } else {
            "PostgreSQL: fsync, full_page_writes, synchronous_commit"
        };
        format!("{}; {durable}; schema {}", without_password(&url), guosuo_store::schema_id())
    };
    if let Some(store) = f.of("database", opened, kind) {
        if let Err(e) = database(&mut f, &store, keys.as_ref()).await {
            f.add("record", Health::Fail, e.to_string());
        }
        store.close().await;
    }
    f
}

/// The folder and the space on its disk.
fn folder(f: &mut Findings, config: &Config) {
    if !config.data.exists() {
        f.add("data folder", Health::Warn, format!("{} is not there: the first start makes it", config.data.display()));
        return;
    }
    let probe = config.data.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    f.of("data folder", written.map_err(|e| format!("{}: {e}", config.data.display())), |()| config.data.display().to_string());
    match space(&config.data) {
        Ok(free) => {
            let health = if free < NO_SPACE {
                Health::Fail
            } else if free < LOW_SPACE {
                Health::Warn
            } else {
                Health::Ok
            };
            f.add("disk", health, format!("{} MiB free", free >> 20));
        }
        Err(e) => f.add("disk", Health::Warn, e.to_string()),
    }
}

fn space(folder: &Path) -> std::io::Result<u64> {
    let s = rustix::fs::statvfs(folder)?;
    Ok(s.f_bavail.saturating_mul(s.f_frsize))
}

fn site(f: &mut Findings, config: &Config) {
    let missing = config.site.missing();
    if missing.is_empty() {
        f.add("site", Health::Ok, "foot of the pages complete");
    } else {
        f.add("site", Health::Warn, format!("empty in the foot of every page: {}", missing.join(", ")));
    }
    if config.public_origin.is_empty() {
        f.add(
            "public address",
            Health::Warn,
            "public_origin is empty: links in mails and codes lead nowhere, cookies are not bound to HTTPS",
        );
    } else if config.public_origin.starts_with("https://") {
        f.add("public address", Health::Ok, config.public_origin.clone());
    } else {
        f.add("public address", Health::Warn, format!("{} is not https", config.public_origin));
    }
}

async fn database(f: &mut Findings, store: &Store, keys: Option<&Keys>) -> Result<(), guosuo_store::Error> {
    let mut reader = store.reader().await?;
    let rows = reader.ledger_size().await?;
    let last = reader.last_checkpoint().await?;
    let signed = match (&last, keys) {
        (None, _) => Ok(0),
        (Some(c), None) => Ok(c.size),
        (Some(c), Some(keys)) => checkpoint::verifiers(keys, store.origin())
            .and_then(|v| checkpoint::check(&c.note, store.origin(), &v))
            .map(|_| c.size),
    };
    f.of("log", signed, |size| format!("{}: {rows} rows, {size} of them under a signed head", store.origin()));
    let counts = reader.job_counts().await?;
    let of = |state: &str| counts.iter().filter(|c| c.state == state).map(|c| c.count).sum::<u64>();
    let parked = of("parked");
    let health = if parked > 0 { Health::Warn } else { Health::Ok };
    f.add("jobs", health, format!("{} waiting, {} running, {parked} parked", of("ready"), of("running")));
    let calendar = store.calendar().await?;
    let known: Vec<String> = calendar.notices().iter().map(|n| n.year.to_string()).collect();
    f.add("calendar", Health::Ok, format!("{}; notices for {}", calendar.version(), known.join(", ")));
    Ok(())
}

/// The settings in force, without passwords.
fn settings(c: &Config) -> Vec<(&'static str, String)> {
    vec![
        ("data", c.data.display().to_string()),
        ("listen", c.listen.clone()),
        ("database", without_password(&c.database_url())),
        ("blobs", without_password(&c.blobs_url())),
        ("public_origin", c.public_origin.clone()),
        ("metrics_listen", c.metrics_listen.clone()),
        ("authority", c.authority.clone()),
        ("log_origin", c.log_origin.clone()),
        ("mail.smtp", without_password(&c.mail.smtp)),
        ("mail.from", c.mail.from.clone()),
        ("auth.idle_minutes_staff", c.auth.idle_minutes_staff.to_string()),
        ("auth.idle_minutes_body", c.auth.idle_minutes_body.to_string()),
        ("auth.absolute_hours", c.auth.absolute_hours.to_string()),
        ("auth.tries_per_account", c.auth.tries_per_account.to_string()),
        ("auth.tries_per_address", c.auth.tries_per_address.to_string()),
        ("auth.wait_minutes", c.auth.wait_minutes.to_string()),
        ("uploads.max_mib", c.uploads.max_mib.to_string()),
        ("uploads.max_pages", c.uploads.max_pages.to_string()),
        ("uploads.max_files_per_slot", c.uploads.max_files_per_slot.to_string()),
        ("uploads.draw_memory_mib", c.uploads.draw_memory_mib.to_string()),
        ("uploads.draw_seconds", c.uploads.draw_seconds.to_string()),
        ("lamps.red", c.lamps.red.to_string()),
        ("lamps.yellow", c.lamps.yellow.to_string()),
    ]
}

/// The command: 0 when everything runs (warnings allowed), 1 when something does not.
///
/// # Errors
/// When the answer cannot be written.
pub async fn run(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let f = look(config).await;
    if json {
        print_json(&f)?;
    } else {
        for c in &f.checks {
            let mark = match c.health {
                Health::Ok => "ok  ",
                Health::Warn => "warn",
                Health::Fail => "FAIL",
            };
            println!("{mark}  {:<14} {}", c.name, c.found);
        }
        println!();
        for (key, value) in &f.settings {
            println!("      {key} = {value}");
        }
    }
    Ok(if f.worst() == Health::Fail { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_printed() {
        let mut c = Config { database: "postgres://guosuo:geheim@127.0.0.1/guosuo".into(), ..Config::default() };
        c.mail.smtp = "smtps://mailer:geheim@mail.example:465".into();
        let all = format!("{:?}", settings(&c));
        assert!(!all.contains("geheim"), "{all}");
        assert!(all.contains("guosuo:…@127.0.0.1"));
    }

    #[tokio::test]
    async fn a_folder_that_was_never_started_is_no_fault_and_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { data: dir.path().join("data"), ..Config::default() };
        let f = look(&config).await;
        assert_ne!(f.worst(), Health::Fail, "{f:?}");
        assert!(!config.data.exists());
    }
}
