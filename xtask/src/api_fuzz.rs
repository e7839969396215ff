//! `cargo xtask api-fuzz`: the interface against its own OpenAPI document, on a demonstration in a folder of its own.
//! A body's program asks first, then a processor's, then nobody; the demonstration calls nobody meanwhile.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::run::{Server, python, root, step, target_folder};

/// Organisation and member of each program that asks; the last one has no token.
const PROGRAMS: [Option<(&str, &str)>; 3] = [Some(("donghu", "qianguan")), Some(("lvxing", "lvxing")), None];

/// How long and with which program.
#[derive(Debug, clap::Args)]
pub(crate) struct ApiFuzzArgs {
    /// The program; without it the one in the target folder, built first.
    #[arg(long)]
    bin: Option<PathBuf>,
    /// Examples for each address in the phases that make them up.
    #[arg(long, default_value_t = 5)]
    examples: u32,
    /// What they are made from: the same number gives the same examples.
    #[arg(long, default_value_t = 20_260_312)]
    seed: u64,
}

impl Default for ApiFuzzArgs {
    fn default() -> Self {
        Self { bin: None, examples: 5, seed: 20_260_312 }
    }
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
    let source = root().join("xtask/api-fuzz");
    let place = target.join("api-fuzz");
    let python = python(&place, "schemathesis (leave it out with --no-api-fuzz)", &source.join("requirements.txt"))?;
    let (_demo, lines) = demonstration(&bin, &place)?;
    let at = said(&lines, "http://").context("the demonstration did not say where it listens")?;
    for program in PROGRAMS {
        let mut fuzz = Command::new(&python);
        fuzz.current_dir(&place).env("GUOSUO_FUZZ_BASE", at).env("SCHEMATHESIS_HOOKS", source.join("hooks.py"));
        fuzz.args(["-m", "schemathesis.cli", "--config-file"]).arg(source.join("schemathesis.toml"));
        fuzz.args(["run", &format!("{at}api/v1/openapi.json"), "--wait-for-schema", "60"]);
        fuzz.args(["--max-examples", &args.examples.to_string()]);
        fuzz.args(["--seed", &args.seed.to_string(), "--generation-database", "none"]);
        fuzz.args(["--continue-on-failure", "--workers", "1", "--no-color", "--request-timeout", "60"]);
        let who = if let Some((org, member)) = program {
            let start = format!("接口演示令牌（{org}）");
            let token = said(&lines, &start).with_context(|| format!("the demonstration has no token of {org}"))?;
            fuzz.env("GUOSUO_FUZZ_TOKEN", token).env("GUOSUO_FUZZ_MEMBER", member);
            fuzz.args(["--header", &format!("Authorization: Bearer {token}")]);
            fuzz.args(["--header", &format!("Guosuo-Member: {member}")]);
            org
        } else {
            // Nearly everything is 401 then: the few open addresses are asked as much as by the others.
            fuzz.args(["--phases", "examples,fuzzing"]);
            "nobody"
        };
        step(&format!("the interface against its document, asked by {who}"), &mut fuzz)?;
    }
    Ok(())
}

/// A fresh demonstration, and the lines that it has printed.
fn demonstration(bin: &Path, place: &Path) -> Result<(Server, Vec<String>)> {
    // Nothing of an earlier run: keys of requests are remembered for a month.
    let data = place.join("data");
    let _ = std::fs::remove_dir_all(&data);
    // So many calls in a minute are no reader's, so many codes no person's; addresses that were made up are called by nobody.
    let settings = place.join("settings.toml");
    let text = "[api]\nrequests_per_minute = 4000000000\nwrong_per_minute = 4000000000\nwebhook_calls = false\n\n\
                [auth]\ntries_per_account = 4000000000\n";
    std::fs::write(&settings, text)?;
    let mut demo = Command::new(bin);
    demo.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data).arg("--config").arg(&settings);
    let demo = demo.env("GUOSUO_LOG", "error").stdout(Stdio::piped()).spawn().context("cannot start the demonstration")?;
    let mut demo = Server(demo);
    let out = demo.0.stdout.take().context("the demonstration has no output")?;
    let mut lines = Vec::new();
    for line in BufReader::new(out).lines() {
        lines.push(line?);
        if lines.last().is_some_and(|l| l.contains("code of this moment")) {
            break;
        }
    }
    Ok((demo, lines))
}
