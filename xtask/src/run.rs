//! All tests, step by step.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

/// Which parts to run; all of them without a flag.
#[derive(Debug, clap::Args)]
pub(crate) struct TestArgs {
    /// Leave out the browser journeys.
    #[arg(long)]
    no_browser: bool,
    /// Leave out the emitted SQL on DuckDB, which comes from PyPI.
    #[arg(long)]
    no_duckdb: bool,
    /// Leave out the files on a local S3 server, which comes from PyPI.
    #[arg(long)]
    no_s3: bool,
    /// Leave out the interface against its OpenAPI document, by schemathesis, which comes from PyPI.
    #[arg(long)]
    no_api_fuzz: bool,
}

/// Runs everything; stops at the first step that fails.
///
/// # Errors
/// The step that failed, with the command to repeat it.
pub(crate) fn test(args: &TestArgs) -> Result<()> {
    let begun = Instant::now();
    crate::needs::provide()?;
    let cargo = || Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    step("format", cargo().args(["fmt", "--all", "--check"]))?;
    step("lints", cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))?;
    let nextest = Command::new("cargo-nextest")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    let mut tests = cargo();
    if nextest {
        tests.args(["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "fail", "--final-status-level", "fail"]);
    } else {
        tests.args(["test", "--workspace", "--no-fail-fast", "--quiet"]);
    }
    step("tests", tests.env("GUOSUO_TEST_PG", "required"))?;
    if nextest {
        step("examples in the documentation", cargo().args(["test", "--workspace", "--doc", "--quiet"]))?;
    }
    step("documentation", cargo().args(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    if !args.no_duckdb {
        duckdb(&cargo)?;
    }
    if !args.no_s3 {
        s3(&cargo)?;
    }
    if !args.no_api_fuzz {
        crate::api_fuzz::run(&crate::api_fuzz::ApiFuzzArgs::default())?;
    }
    if !args.no_browser {
        browser(&cargo)?;
    }
    println!("\nall steps passed in {} min", begun.elapsed().as_secs().div_ceil(60));
    Ok(())
}

/// The emitted SQL gives on DuckDB and SQLite what the counter gives; the program was built with the tests.
fn duckdb(cargo: &dyn Fn() -> Command) -> Result<()> {
    let (target, peers) = (target_folder(cargo)?, root().join("crates/count/peers"));
    let wanted = peers.join("requirements-agree.txt");
    let python = python(&target.join("peers"), "DuckDB (leave it out with --no-duckdb)", &wanted)?;
    let mut agree = Command::new(&python);
    agree.arg(peers.join("peers.py")).arg("--bin").arg(target.join("debug/guosuo-rules")).arg("agree");
    step("emitted SQL against the counter", &mut agree)
}

/// A Python of its own in a folder, with what a file asks for.
pub(crate) fn python(folder: &Path, name: &str, requirements: &Path) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    step(&format!("a place for {name}"), Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    step(name, install.arg(requirements))?;
    Ok(python)
}

/// The stories of files, and of a backup, on an S3 server of the tests' own.
fn s3(cargo: &dyn Fn() -> Command) -> Result<()> {
    let source = root().join("crates/store/s3");
    let place = target_folder(cargo)?.join("s3");
    let python = python(&place, "a local S3 server (leave it out with --no-s3)", &source.join("requirements.txt"))?;
    let log = std::fs::File::create(place.join("server.log"))?;
    let mut server = Command::new(python);
    server.arg(source.join("serve.py")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
    let mut server = Server(server.spawn().context("cannot start the local S3 server")?);
    let mut said = String::new();
    BufReader::new(server.0.stdout.take().context("the S3 server has no output")?).read_line(&mut said)?;
    let [address, key, secret] = said.split_whitespace().collect::<Vec<_>>()[..] else {
        bail!("the local S3 server did not start: see {}", place.join("server.log").display());
    };
    let mut tests = cargo();
    tests.args(["test", "--quiet", "--workspace", "--test", "files", "--test", "backup", "--", "--ignored", "s3"]);
    tests.env("GUOSUO_S3", format!("{address} {key} {secret}"));
    step("files on S3", tests.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", secret))
}

/// Ends with the step that needs it, however that ends.
pub(crate) struct Server(pub(crate) Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The kill harness with as many submissions as wanted; prints one line for each database.
///
/// # Errors
/// When something acknowledged was lost, or something is there twice.
pub(crate) fn kill(submissions: usize) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--quiet", "--workspace", "--test", "kill", "--", "--nocapture", "--test-threads=1"]);
    step("kills", cargo.env("GUOSUO_KILL", submissions.to_string()).env("GUOSUO_TEST_PG", "required"))
}

/// Both verifiers over a corpus as large as wanted; prints what it was made of.
///
/// # Errors
/// When they differ, or one of them takes a damaged certificate for genuine.
pub(crate) fn verifiers(certificates: usize, mutations: usize) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([
        "test",
        "--quiet",
        "--workspace",
        "--test",
        "verifiers",
        "--",
        "--nocapture",
        "--test-threads=1",
        "two_programs",
    ]);
    step("verifiers", cargo.env("GUOSUO_CORPUS", format!("{certificates},{mutations}")))
}

fn browser(cargo: &dyn Fn() -> Command) -> Result<()> {
    // The tests have built it; any other command would choose other features and compile all that lies below again.
    step("program for the browser journeys", cargo().args(["test", "--quiet", "--workspace", "--no-run"]))?;
    let e2e = root().join("e2e");
    step(
        "packages of the browser journeys",
        Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&e2e),
    )?;
    let target = target_folder(cargo)?;
    let mut node = Command::new("npm");
    node.args(["test"]).current_dir(&e2e).env("GUOSUO_BIN", target.join("debug").join("guosuo"));
    step("browser journeys", &mut node)
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

pub(crate) fn target_folder(cargo: &dyn Fn() -> Command) -> Result<PathBuf> {
    let output = cargo().args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(root()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let (_, rest) = text.split_once("\"target_directory\":\"").context("cargo metadata names no target folder")?;
    let (folder, _) = rest.split_once('"').context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

pub(crate) fn step(name: &str, command: &mut Command) -> Result<()> {
    println!("── {name}");
    let begun = Instant::now();
    let status =
        command.current_dir_or_root().stdin(Stdio::null()).status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{name} failed; to repeat it alone: {command:?}");
    }
    println!("   {} s", begun.elapsed().as_secs());
    Ok(())
}

/// Steps run in the root of the repository unless they say otherwise.
pub(crate) trait InRoot {
    fn current_dir_or_root(&mut self) -> &mut Self;
}

impl InRoot for Command {
    fn current_dir_or_root(&mut self) -> &mut Self {
        if self.get_current_dir().is_none() {
            self.current_dir(root());
        }
        self
    }
}
