//! `guosuo mock-platform` and `guosuo report-trial`: what the engineers of a body or of a platform
//! test reporting with (`docs/reporting.md`).

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::print_json;
use crate::clock::Clock;
use crate::reporting::golden;
use crate::reporting::mock::{Faults, Mock};
use crate::reporting::trial::{Progress, Trial};

/// Arguments of the mock platform.
#[derive(Debug, clap::Args)]
pub struct MockArgs {
    /// 端口 / port on this machine
    #[arg(long, default_value_t = 8070)]
    port: u16,
    /// 故障的随机种子 / seed of its moods
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 守约，不出故障 / keep the agreement and never fail
    #[arg(long)]
    polite: bool,
    /// 不启动，只用标准用例检验这个地址 / start nothing; put the golden cases to this address
    #[arg(long, value_name = "URL")]
    check: Option<String>,
    /// 检验时使用的令牌 / token for the check
    #[arg(long, default_value = "", env = "GUOSUO_PLATFORM_TOKEN", hide_env_values = true)]
    token: String,
}

/// Arguments of the trial.
#[derive(Debug, clap::Args)]
pub struct TrialArgs {
    /// 发证和状态变化的条数 / issues and changes of status
    #[arg(long, default_value_t = 10_000)]
    events: usize,
    /// 随机种子 / seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 模拟时间的步长（小时）：其间的变化一并发生 / simulated hours whose changes come together
    #[arg(long, default_value_t = 2)]
    hours: i64,
    /// 数据库；不写为临时的SQLite / database; by default SQLite in a temporary folder
    #[arg(long, default_value = "", hide_env_values = true)]
    database: String,
    /// 输出JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// Serves the mock platform until stopped, or puts the golden cases to another one.
///
/// # Errors
/// When the port is taken, or the platform to be checked cannot be reached.
pub async fn mock(args: MockArgs) -> anyhow::Result<ExitCode> {
    let clock = Clock::Machine;
    if let Some(url) = args.check {
        let wrong = golden::check(&url, &args.token, &guosuo_store::new_id()[20..]).await?;
        for line in &wrong {
            println!("{line}");
        }
        println!("{} / {}", golden::cases("").len() - wrong.len().min(golden::cases("").len()), golden::cases("").len());
        return Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let faults = if args.polite { Faults::NONE } else { Faults::RUDE };
    let mock = Mock::new(args.seed, faults, Duration::from_secs(40), Arc::new(move || clock.now()));
    let (at, server) = mock.start(&format!("127.0.0.1:{}", args.port)).await?;
    println!("http://{at}/reports");
    tokio::select! {
        () = crate::serve::stopped() => {}
        ended = server => ended?,
    }
    print_json(&mock.counts())?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the trial and prints what came of it.
///
/// # Errors
/// When the instance or the platform cannot be started.
pub async fn trial(args: TrialArgs) -> anyhow::Result<ExitCode> {
    let trial = Trial { events: args.events, seed: args.seed, database: args.database, hours: args.hours.max(1) };
    let tell = |p: Progress| {
        if !args.json {
            println!(
                "day {:>2}  {:>6} happened  {:>6} taken  {:>6.1} s (outbox {:.1} s)",
                p.day, p.happened, p.taken, p.seconds.0, p.seconds.1
            );
        }
    };
    let outcome = trial.run_telling(&tell).await?;
    if args.json {
        print_json(&outcome)?;
    } else {
        println!("{outcome}");
    }
    Ok(if outcome.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
