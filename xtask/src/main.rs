//! Repository chores. `cargo xtask test` passes all tests and installs what they need.

mod law_map;
mod needs;
mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Format, lints, all tests on SQLite and PostgreSQL, documentation, browser journeys.
    Test(run::TestArgs),
    /// Writes docs/law-map.md.
    LawMap,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Test(args) => run::test(&args),
        Command::LawMap => law_map::write(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("\nxtask: {e:#}");
            ExitCode::FAILURE
        }
    }
}
