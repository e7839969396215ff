//! Settings: one TOML file, `GUOSUO_…` variables, flags. Every key is optional with a safe
//! default, and an unknown key stops the start.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;

use crate::web::Site;

/// The settings of an instance.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the instance keeps its files.
    pub data: PathBuf,
    /// Address to listen on.
    pub listen: String,
    /// Database: `sqlite://…` or `postgres://…`. Empty: SQLite in the data folder.
    pub database: String,
    /// Blobs: `file:///…` or `s3://bucket/prefix?endpoint=…`. Empty: a folder in the data folder.
    pub blobs: String,
    /// The address by which people reach the instance, e.g. `https://example.gov.cn`.
    pub public_origin: String,
    /// Listener of `/metrics`; empty: the main listener serves it to loopback only.
    pub metrics_listen: String,
    /// Who runs the site: head and foot of every page.
    pub site: Site,
    /// The authority that signs receipts and notices.
    pub authority: String,
    /// Postal or visiting address for questions, printed on notices.
    pub contact: String,
    /// Sign-in.
    pub auth: Auth,
    /// Uploads.
    pub uploads: Uploads,
    /// Mail.
    pub mail: Mail,
    /// Thresholds of the lamps, in working days left.
    pub lamps: Lamps,
    /// House limits of the filing.
    pub filing: guosuo_case::filing::Config,
    /// Name that the transparency log signs with (its origin).
    pub log_origin: String,
    /// Where reports to the national platform go (M 9(1)).
    pub reporting: crate::reporting::Reporting,
    /// The interface for programs.
    pub api: Api,
    /// Answers "no such certificate" for one address in a minute; certificates that exist are answered always.
    pub unknown_per_minute: u32,
    /// Authorities that look on: each signs the heads of the log.
    pub witnesses: Vec<WitnessAt>,
    /// The public register.
    pub register: Register,
}

/// The public register: answers that are kept in memory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Register {
    /// Milliseconds after which is looked whether another process has recorded something. So much later, at most,
    /// what a worker or another server commits is seen here; what this process commits is seen at once.
    pub look_ms: u64,
    /// Megabytes for answers that are kept.
    pub memory_mib: usize,
}

/// A witness of the log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessAt {
    /// Where it listens, e.g. `https://witness.example.cn`.
    pub url: String,
    /// Its verifier key, as it prints it: `name+hash+key`.
    pub key: String,
}

/// The interface for programs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Calls of one token in a minute.
    pub requests_per_minute: u32,
    /// Calls with a wrong token from one address in a minute.
    pub wrong_per_minute: u32,
    /// Longest life of a token in days.
    pub token_days: u32,
    /// Whether this instance calls addresses of organisations at all; off, what happens waits until it is on again.
    pub webhook_calls: bool,
    /// Hosts inside the operator's own network that may be called back, as `host` or `host:port`. Every other host
    /// must resolve to public addresses only.
    pub webhook_inside: Vec<String>,
    /// Seconds until a call back is given up.
    pub webhook_seconds: u64,
    /// Attempts until a delivery is parked for a person to look at.
    pub webhook_attempts: u32,
}

/// Sign-in and sessions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Idle minutes until staff are signed out.
    pub idle_minutes_staff: i64,
    /// Idle minutes until people of bodies are signed out.
    pub idle_minutes_body: i64,
    /// Hours until any session ends.
    pub absolute_hours: i64,
    /// Wrong passwords for one account until it waits.
    pub tries_per_account: u32,
    /// Wrong passwords from one address until it waits.
    pub tries_per_address: u32,
    /// Minutes that it waits.
    pub wait_minutes: i64,
}

/// Uploads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Uploads {
    /// Largest file, in MiB.
    pub max_mib: u64,
    /// Most pages drawn.
    pub max_pages: u32,
    /// Most files in one slot (sheets of item 3 excepted).
    pub max_files_per_slot: usize,
    /// Days until an upload that nobody finishes or uses is removed.
    pub unfinished_days: u32,
    /// Megabytes of memory that drawing one file may take.
    pub draw_memory_mib: u64,
    /// Seconds of processor time that drawing one file may take.
    pub draw_seconds: u64,
}

/// Mail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtp://user:password@host:port`, `smtps://…`; empty: mails are written to `data/mail`.
    pub smtp: String,
    /// Sender.
    pub from: String,
}

/// Thresholds of the lamps (house limits; the legal limit itself is not configurable).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lamps {
    /// Red at so many working days left, or fewer.
    pub red: i64,
    /// Yellow at so many, or fewer.
    pub yellow: i64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("guosuo-data"),
            listen: "127.0.0.1:8060".into(),
            database: String::new(),
            blobs: String::new(),
            public_origin: String::new(),
            metrics_listen: String::new(),
            site: Site::default(),
            authority: "国家互联网信息办公室".into(),
            contact: String::new(),
            auth: Auth::default(),
            uploads: Uploads::default(),
            mail: Mail::default(),
            lamps: Lamps::default(),
            filing: guosuo_case::filing::Config::default(),
            log_origin: "guosuo.example/log".into(),
            reporting: crate::reporting::Reporting::default(),
            api: Api::default(),
            unknown_per_minute: 30,
            witnesses: Vec::new(),
            register: Register::default(),
        }
    }
}

impl Default for Api {
    fn default() -> Self {
        Self {
            requests_per_minute: 600,
            wrong_per_minute: 30,
            token_days: 366,
            webhook_calls: true,
            webhook_inside: Vec::new(),
            webhook_seconds: 10,
            webhook_attempts: 12,
        }
    }
}

impl Default for Register {
    fn default() -> Self {
        Self { look_ms: 250, memory_mib: 64 }
    }
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            idle_minutes_staff: 15,
            idle_minutes_body: 30,
            absolute_hours: 8,
            tries_per_account: 5,
            tries_per_address: 30,
            wait_minutes: 15,
        }
    }
}

impl Default for Uploads {
    fn default() -> Self {
        Self { max_mib: 100, max_pages: 500, max_files_per_slot: 20, unfinished_days: 7, draw_memory_mib: 512, draw_seconds: 20 }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self { smtp: String::new(), from: "guosuo@localhost".into() }
    }
}

impl Default for Lamps {
    fn default() -> Self {
        Self { red: 3, yellow: 10 }
    }
}

impl Config {
    /// Reads the file, if one is named.
    ///
    /// # Errors
    /// When the file cannot be read or holds an unknown key or a wrong value.
    pub fn load(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the settings {}", path.display()))?;
        let config: Self = toml::from_str(&text).with_context(|| format!("the settings {} are wrong", path.display()))?;
        config.reporting.check().with_context(|| format!("the settings {} are wrong", path.display()))?;
        Ok(config)
    }

    /// The address that links begin with: the public one, or where the instance listens.
    pub fn origin(&self) -> String {
        if self.public_origin.is_empty() {
            format!("http://{}", self.listen.replace("0.0.0.0", "127.0.0.1"))
        } else {
            self.public_origin.trim_end_matches('/').to_owned()
        }
    }

    /// The database address in force.
    pub fn database_url(&self) -> String {
        if self.database.is_empty() {
            format!("sqlite://{}", self.data.join("guosuo.db").display())
        } else {
            self.database.clone()
        }
    }

    /// The blob address in force.
    pub fn blobs_url(&self) -> String {
        if self.blobs.is_empty() {
            format!("file://{}", absolute(&self.data.join("blobs")).display())
        } else {
            self.blobs.clone()
        }
    }
}

fn absolute(p: &Path) -> PathBuf {
    std::path::absolute(p).unwrap_or_else(|_| p.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_optional_and_unknown_ones_are_refused() {
        assert_eq!(toml::from_str::<Config>("").unwrap().listen, Config::default().listen);
        let c: Config = toml::from_str("[lamps]\nred = 2\n").unwrap();
        assert_eq!((c.lamps.red, c.lamps.yellow), (2, 10));
        assert!(toml::from_str::<Config>("[lamps]\nblue = 2\n").unwrap_err().to_string().contains("blue"));
    }
}
