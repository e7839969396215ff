//! The command line of the program.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use guosuo_cli::RuleCommand;

use crate::clock::Clock;
use crate::config::Config;
use crate::{demo, ops, serve};

/// 过所：个人信息出境认证管理平台 / the platform for certification of personal-information export
#[derive(Debug, Parser)]
#[command(name = "guosuo", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 演示：虚构的机构和各环节的案件 / a demonstration with fictitious organisations and cases
    Demo(DemoArgs),
    /// 运行一个实例 / serve an instance
    Serve(InstanceArgs),
    #[command(flatten)]
    Ops(ops::OpsCommand),
    #[command(flatten)]
    Rule(RuleCommand),
}

/// Settings that every command about an instance takes.
#[derive(Debug, Clone, clap::Args)]
pub struct InstanceArgs {
    /// 数据目录 / data folder
    #[arg(long, env = "GUOSUO_DATA")]
    data: Option<PathBuf>,
    /// 监听地址 / address to listen on
    #[arg(long, env = "GUOSUO_LISTEN")]
    listen: Option<String>,
    /// 数据库：sqlite://… 或 postgres://… / database address
    #[arg(long, env = "GUOSUO_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// 文件存储：file:///… 或 s3://… / file store address
    #[arg(long, env = "GUOSUO_BLOBS", hide_env_values = true)]
    blobs: Option<String>,
    /// 配置文件（TOML）/ settings file
    #[arg(long, env = "GUOSUO_CONFIG")]
    config: Option<PathBuf>,
}

impl InstanceArgs {
    /// The settings: file, then variables and flags.
    ///
    /// # Errors
    /// When the settings file is wrong.
    pub fn load(&self) -> anyhow::Result<Config> {
        let mut c = Config::load(self.config.as_deref())?;
        if let Some(v) = &self.data {
            c.data.clone_from(v);
        }
        if let Some(v) = &self.listen {
            c.listen.clone_from(v);
        }
        if let Some(v) = &self.database {
            c.database.clone_from(v);
        }
        if let Some(v) = &self.blobs {
            c.blobs.clone_from(v);
        }
        Ok(c)
    }
}

#[derive(Debug, clap::Args)]
struct DemoArgs {
    #[command(flatten)]
    instance: InstanceArgs,
    /// 演示的时刻，例如 2026-03-12T09:30+08:00；不写为现在 / moment of the demonstration
    #[arg(long)]
    now: Option<jiff::Timestamp>,
    /// 只建机构和账号，不建案件 / organisations and accounts only
    #[arg(long)]
    bare: bool,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Rule(rule) => return guosuo_cli::run_std(rule),
        Command::Ops(command) => {
            return match with_runtime(ops::run(command)) {
                Ok(code) => code,
                Err(e) => {
                    eprintln!("guosuo: {e:#}");
                    ExitCode::from(2)
                }
            };
        }
        Command::Demo(args) => with_runtime(demo::run(args.instance, args.now, args.bare)),
        Command::Serve(args) => with_runtime(async move {
            let app = serve::open(args.load()?, Clock::Machine).await?;
            let listener = serve::listen(&app.config.listen).await?;
            serve::run(app, listener, |at| println!("http://{at}/")).await
        }),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("guosuo: {e:#}");
            ExitCode::from(2)
        }
    }
}

fn with_runtime<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    log();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Log lines as JSON on the error stream; `GUOSUO_LOG` sets the level.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("GUOSUO_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,guosuo=info"));
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
