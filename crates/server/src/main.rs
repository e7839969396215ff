//! The program `guosuo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else: a worker must hold nothing of the service.
    if std::env::args_os().nth(1).is_some_and(|a| a == "parse-worker") {
        return guosuo::intake::worker_main();
    }
    guosuo::cli::main()
}
