//! The program `guosuo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    guosuo::cli::main()
}
