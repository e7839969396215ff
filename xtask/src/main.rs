//! Repository chores. `cargo xtask test` passes all tests and installs what they need.

mod api_fuzz;
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
    /// Kills the server at random moments while bodies submit, on SQLite and PostgreSQL.
    Kill {
        /// Submissions on each database.
        #[arg(default_value_t = 200)]
        submissions: usize,
    },
    /// Asks both verifiers about thousands of certificates and damaged certificates.
    Verifiers {
        /// Certificates.
        #[arg(default_value_t = 1200)]
        certificates: usize,
        /// One-byte mutations.
        #[arg(default_value_t = 12_000)]
        mutations: usize,
    },
    /// Asks a running demonstration what its own OpenAPI document makes one believe, thousands of times (schemathesis
    /// from PyPI, in the target folder).
    ApiFuzz(api_fuzz::ApiFuzzArgs),
    /// Writes docs/law-map.md.
    LawMap,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Test(args) => run::test(&args),
        Command::Kill { submissions } => run::kill(submissions),
        Command::Verifiers { certificates, mutations } => run::verifiers(certificates, mutations),
        Command::ApiFuzz(args) => api_fuzz::run(&args),
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
