//! `cargo xtask api-fuzz`: the interface against its own OpenAPI document, on a demonstration in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::run::{Server, python, root, step, target_folder};

/// How long and with which program.
#[derive(Debug, clap::Args)]
pub(crate) struct ApiFuzzArgs {
    /// The program; without it the one in the target folder, built first.
    #[arg(long)]
    bin: Option<PathBuf>,
    /// Examples for each address and phase.
    #[arg(long, default_value_t = 100)]
    examples: u32,
}

/// The line that the demonstration prints, behind its last blank.
fn said<'l>(lines: &'l [String], start: &str) -> Option<&'l str> {
    lines.iter().find(|l| l.starts_with(start)).and_then(|l| l.split_whitespace().next_back())
}

/// Runs it.
///
/// # Errors
/// When the document and the answers differ, or something cannot be started.
pub(crate) fn run(args: &ApiFuzzArgs) -> Result<()> {
    let cargo = || Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let target = target_folder(&cargo)?;
    let bin = if let Some(bin) = &args.bin {
        bin.clone()
    } else {
        step("program", cargo().args(["test", "--quiet", "--workspace", "--no-run"]))?;
        target.join("debug/guosuo")
    };
    let place = target.join("api-fuzz");
    let python = python(&place, "schemathesis", &root().join("xtask/api-fuzz/requirements.txt"))?;
    // Nothing of an earlier run: keys of requests are remembered for a month.
    let data = place.join("data");
    let _ = std::fs::remove_dir_all(&data);
    // So many calls in a minute are no reader's.
    let settings = place.join("settings.toml");
    std::fs::write(&settings, "[api]\nrequests_per_minute = 4000000000\nwrong_per_minute = 4000000000\n")?;
    let mut demo = Command::new(bin);
    demo.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data).arg("--config").arg(&settings);
    let mut demo =
        Server(demo.env("GUOSUO_LOG", "error").stdout(Stdio::piped()).spawn().context("cannot start the demonstration")?);
    let out = demo.0.stdout.take().context("the demonstration has no output")?;
    let mut lines = Vec::new();
    for line in BufReader::new(out).lines() {
        lines.push(line?);
        if lines.last().is_some_and(|l| l.contains("code of this moment")) {
            break;
        }
    }
    let (Some(at), Some(token)) = (said(&lines, "http://"), said(&lines, "接口演示令牌")) else {
        bail!("the demonstration did not say where it listens: {lines:?}");
    };
    let mut fuzz = Command::new(python);
    fuzz.args(["-m", "schemathesis.cli", "run", &format!("{at}api/v1/openapi.json")]);
    fuzz.args(["--header", &format!("Authorization: Bearer {token}"), "--header", "Guosuo-Member: qianguan"]);
    fuzz.args(["--max-examples", &args.examples.to_string(), "--checks", "all", "--continue-on-failure", "--workers", "1"]);
    fuzz.arg("--exclude-checks=unsupported_method,use_after_free,ensure_resource_availability");
    step("the interface against its document", &mut fuzz)
}
