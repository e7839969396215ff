//! `guosuo certificate-trial`: how fast this machine issues, checks and shows certificates.

use std::process::ExitCode;

use super::print_json;
use crate::certification::trial::Trial;

/// Arguments of the trial.
#[derive(Debug, clap::Args)]
pub struct TrialArgs {
    /// 发证张数 / certificates to issue
    #[arg(long, default_value_t = 100)]
    certificates: usize,
    /// 状态变化次数 / changes of status
    #[arg(long, default_value_t = 200)]
    changes: usize,
    /// 数据库；不写为临时的SQLite / database; by default SQLite in a temporary folder
    #[arg(long, default_value = "", hide_env_values = true)]
    database: String,
    /// 输出JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the trial and prints what came of it.
///
/// # Errors
/// When the instance cannot be opened or what was issued does not pass its check.
pub async fn trial(args: TrialArgs) -> anyhow::Result<ExitCode> {
    let trial = Trial { certificates: args.certificates, changes: args.changes, database: args.database };
    let outcome = trial.run().await?;
    if args.json {
        print_json(&outcome)?;
    } else {
        println!("{outcome}");
    }
    Ok(ExitCode::SUCCESS)
}
