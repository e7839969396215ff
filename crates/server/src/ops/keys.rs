//! `guosuo keys`: which keys sign and have signed, and their rotation.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::ValueEnum;
use guosuo_rules::time::cst_date;
use guosuo_seal::certificate::{Keyring, Use};
use guosuo_store::{Options, Origin, RootKey, Store};

use super::print_json;
use crate::clock::Clock;
use crate::config::Config;
use crate::jobs::papers;
use crate::keys::{self, PUBLISHED, RETIRED};
use crate::serve::without_password;

/// What is rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// The pair that signs certificates and their QR codes.
    Certificate,
    /// The pair that signs status lists, receipts and opinions.
    Statement,
    /// Both pairs.
    Both,
}

impl Which {
    fn uses(self) -> &'static [Use] {
        match self {
            Self::Certificate => &[Use::Certificate],
            Self::Statement => &[Use::Statement],
            Self::Both => &[Use::Certificate, Use::Statement],
        }
    }
}

/// Ends pairs of keys and begins new ones: 0 done, 1 while a certificate waits for its signature. The
/// rotation is recorded before a file is touched. The program must not run meanwhile, and starts anew
/// on the same day: a day on which keys change is a day of both.
///
/// # Errors
/// When the instance cannot be opened, or a file cannot be moved or written.
pub async fn rotate(config: &Config, which: Which, json: bool) -> anyhow::Result<ExitCode> {
    let folder = config.data.join("keys");
    let root_key = folder.join("root.key");
    anyhow::ensure!(root_key.exists(), "there is no instance in {} (no {})", config.data.display(), root_key.display());
    let options = Options { migrate: false, ..Options::new(RootKey::load_or_create(&root_key)?) };
    let url = config.database_url();
    let store =
        Store::open(&url, options).await.with_context(|| format!("cannot open the database {}", without_password(&url)))?;
    // What was recorded for the old keys has to be signed by them.
    let waiting = store.reader().await?.papers_open(1000).await?.len();
    if waiting > 0 {
        store.close().await;
        eprintln!(
            "{waiting}张证书还没有签名。先运行程序，签完再换密钥。/ {waiting} certificates wait for their signature: run the program until they are signed, then rotate."
        );
        return Ok(ExitCode::from(1));
    }
    let now = Clock::Machine.now();
    let what = serde_json::json!({ "uses": which.uses() });
    store
        .write_with(what, move |tx, what| {
            Box::pin(async move { tx.record_act("keys.rotated", "keys", &Origin::system("operator"), what, now).await })
        })
        .await?;
    let origin = store.origin().to_owned();
    store.close().await;
    let rotated = keys::rotate(&folder, which.uses(), &origin, papers::day(cst_date(now))?)?;
    if json {
        print_json(&rotated)?;
    } else {
        for r in &rotated {
            println!("{:?}: {} {} -> {} {}", r.usage, r.ended[0], r.ended[1], r.began[0], r.began[1]);
        }
        println!("旧密钥封存在 / the old keys are sealed in {}", folder.join(RETIRED).display());
        println!("今天内重新启动程序 / start the program anew today; publish /certificates/keys.json where verifiers fetch it");
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the published keys with the days of their use.
///
/// # Errors
/// When there is no published file, or it is damaged.
pub fn list(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let path = config.data.join("keys").join(PUBLISHED);
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let ring = Keyring::parse(&bytes).with_context(|| format!("{} is damaged", path.display()))?;
    if json {
        print_json(&ring)?;
    } else {
        for k in &ring.keys {
            let until = k.until.map_or_else(|| "-".to_owned(), |d| d.to_string());
            println!("{:<11} {:<8} {} {} {until}", format!("{:?}", k.usage).to_lowercase(), k.alg.to_string(), k.kid, k.from);
        }
    }
    Ok(ExitCode::SUCCESS)
}
