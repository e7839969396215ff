//! `guosuo admin rules [FILE]`: what the law of certification leaves to a deployment, shown as TOML or set from it. Setting is an
//! act in the record; what is decided from then on follows it.

use std::process::ExitCode;

use anyhow::Context as _;
use guosuo_case::certification::Config;
use guosuo_store::{Error as StoreError, Origin};

use crate::app::App;
use crate::certification::facts;

/// Sets the rules from a file that names those that differ from the defaults.
///
/// # Errors
/// A name or value that is none, with its place; when the store fails.
pub async fn set(app: &App, text: &str) -> anyhow::Result<Config> {
    let config: Config = toml::from_str(text).context("the rules cannot be read")?;
    let now = app.now();
    app.store
        .write_with(config.clone(), move |tx, config| {
            Box::pin(async move { tx.set_setting(facts::CONFIG, config, &Origin::system("rules"), now).await })
        })
        .await
        .map_err(|e: StoreError| anyhow::Error::from(e))?;
    Ok(config)
}

/// The command: sets the rules if a file is given, and prints those in force.
///
/// # Errors
/// As [`set`].
pub async fn run(app: &App, text: Option<&str>) -> anyhow::Result<ExitCode> {
    let config = match text {
        Some(text) => set(app, text).await?,
        None => facts::config(&mut app.store.reader().await?, None).await?,
    };
    print!("{}", toml::to_string_pretty(&config)?);
    Ok(ExitCode::SUCCESS)
}
