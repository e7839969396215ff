//! `guosuo ledger verify`: walks the record again and says where it is not what it should be.

use std::process::ExitCode;

use anyhow::Context as _;
use guosuo_case::assessment::Assessment;
use guosuo_case::certificate::Certificate;
use guosuo_case::certification::Application;
use guosuo_case::exports::Exports;
use guosuo_case::filing::Filing;
use guosuo_case::grouping::Grouping;
use guosuo_seal::certificate::{Keyring, Trusted};
use guosuo_store::{Error, Fault, Options, Report, RootKey, Store, Verifier};

use super::print_json;
use crate::config::Config;
use crate::jobs::checkpoint;
use crate::keys::Keys;
use crate::serve::without_password;

/// Walks the whole record of an instance: rows, links, tree, signed heads, events and every
/// case. Damage that keeps a table from being read is a fault of the report as well.
///
/// # Errors
/// When the instance cannot be opened at all.
pub async fn walk(config: &Config) -> anyhow::Result<Report> {
    let folder = config.data.join("keys");
    let root_key = folder.join("root.key");
    anyhow::ensure!(root_key.exists(), "there is no instance in {} (no {})", config.data.display(), root_key.display());
    let keys = Keys::open_or_make(&folder)?;
    let options = Options { migrate: false, ..Options::new(RootKey::load_or_create(&root_key)?) };
    let url = config.database_url();
    let store = match Store::open(&url, options).await {
        Ok(store) => store,
        Err(Error::Damaged(what)) => return Ok(unreadable(what)),
        Err(e) => return Err(e).with_context(|| format!("cannot open the database {}", without_password(&url))),
    };
    let origin = store.origin().to_owned();
    let verifiers = checkpoint::verifiers(&keys, &origin)?;
    let check = |note: &str| checkpoint::check(note, &origin, &verifiers).map_err(|e| e.to_string());
    let published = published(&folder)?;
    let verifier = Verifier::new().with::<Filing>().with::<Application>().with::<Certificate>();
    let mut verifier = verifier.with::<Assessment>().with::<Exports>().with::<Grouping>().notes(&check);
    if let Some(trusted) = &published {
        verifier = verifier.keys(trusted);
    }
    let walked = verifier.run(&store).await;
    store.close().await;
    match walked {
        Ok(report) => Ok(report),
        Err(Error::Damaged(what)) => Ok(unreadable(what)),
        Err(e) => Err(e.into()),
    }
}

/// The published keys of an instance; `None` before it has published any.
fn published(folder: &std::path::Path) -> anyhow::Result<Option<Trusted>> {
    let path = folder.join(crate::keys::PUBLISHED);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let ring = Keyring::parse(&bytes).with_context(|| format!("{} is damaged", path.display()))?;
    Ok(Some(ring.trust()?))
}

fn unreadable(what: String) -> Report {
    let fault = Fault { table: "database".into(), row: "file".into(), column: String::new(), what };
    Report { faults: vec![fault], ..Report::default() }
}

/// The command: 0 without differences, 1 with.
///
/// # Errors
/// As [`walk`].
pub async fn run(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let r = walk(config).await?;
    if json {
        print_json(&r)?;
    } else {
        println!("记录 / ledger: {} rows, {} signed heads", r.rows, r.heads);
        println!("案件 / cases: {} refolded, {} events, {} destroyed", r.cases, r.events, r.destroyed);
        println!("证书 / certificates: {} versions, {} published entries", r.papers, r.entries);
        println!("差异 / differences: {}", r.faults.len());
        for f in &r.faults {
            println!("  {f}");
        }
    }
    Ok(if r.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
