//! The rule tools alone: builds in seconds, needs no instance.

use std::process::ExitCode;

use clap::Parser;
use guosuo_cli::{Cli, Command};

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Rule(command) => guosuo_cli::run_std(command),
    }
}
