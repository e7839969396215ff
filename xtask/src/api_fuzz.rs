//! `cargo xtask api-fuzz`: the interface against its own OpenAPI document, on a demonstration in a folder of its own.
//! A body's program asks first, then a processor's; the demonstration calls nobody meanwhile.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::run::{Server, python, root, step, target_folder};

/// Organisation and member of each program that asks.
const PROGRAMS: [(&str, &str); 2] = [("donghu", "qianguan"), ("lvxing", "lvxing")];

/// How long and with which program.
#[derive(Debug, clap::Args)]
pub(crate) struct ApiFuzzArgs {
    /// The program; without it the one in the target folder, built first.
    #[arg(long)]
    bin: Option<PathBuf>,
    /// Examples for each address and phase.
    #[arg(long, default_value_t = 100)]
    examples: u32,
    /// The same examples again; without it other ones each time.
    #[arg(long)]
    seed: Option<u64>,
}

/// The last word of the line that the demonstration prints with this beginning.
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
    let wanted = root().join("xtask/api-fuzz/requirements.txt");
    let python = python(&place, "schemathesis", &wanted)?;
    // Nothing of an earlier run: keys of requests are remembered for a month.
    let data = place.join("data");
    let _ = std::fs::remove_dir_all(&data);
    // So many calls in a minute are no reader's; addresses that were made up are called by nobody.
    let settings = place.join("settings.toml");
    let text = "[api]\nrequests_per_minute = 4000000000\nwrong_per_minute = 4000000000\nwebhook_calls = false\n";
    std::fs::write(&settings, text)?;
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
    let at = said(&lines, "http://").context("the demonstration did not say where it listens")?;
    for (org, member) in PROGRAMS {
        let Some(token) = said(&lines, &format!("接口演示令牌（{org}）")) else {
            bail!("the demonstration has no token of {org}: {lines:?}");
        };
        let mut fuzz = Command::new(&python);
        fuzz.current_dir(&place)
            .args(["-m", "schemathesis.cli"])
            .arg("--config-file")
            .arg(root().join("xtask/api-fuzz/schemathesis.toml"));
        fuzz.args(["run", &format!("{at}api/v1/openapi.json")]);
        fuzz.args(["--header", &format!("Authorization: Bearer {token}"), "--header", &format!("Guosuo-Member: {member}")]);
        fuzz.args(["--max-examples", &args.examples.to_string(), "--continue-on-failure", "--workers", "1", "--no-color"]);
        fuzz.args(["--generation-database", "none", "--request-timeout", "20"]);
        if let Some(seed) = args.seed {
            fuzz.args(["--seed", &seed.to_string(), "--generation-deterministic"]);
        }
        step(&format!("the interface against its document, asked by {org}"), &mut fuzz)?;
    }
    Ok(())
}
