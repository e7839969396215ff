//! The commands that run an instance beside serving it.
//!
//! Exit status: 0 done, 1 the answer is "no", 2 wrong use or a fault.

pub mod admin;
pub mod backup;
pub mod certificates;
pub mod doctor;
pub mod keys;
pub mod notice;
pub mod reporting;
pub mod restore;
pub mod rules;
pub mod takeover;
pub mod verify;
pub mod witness;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use crate::app::App;
use crate::cli::InstanceArgs;
use crate::clock::Clock;
use crate::{jobs, serve};

/// Commands about an instance.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a comment on the flattened settings would become their help text")]
pub enum OpsCommand {
    /// 处理后台任务：邮件、通知书、时限提醒、日志签名 / work on jobs: mail, notices, limits, signed heads
    Worker(InstanceArgs),
    /// 见证：另一个主管部门给日志头签名，分叉和缩短的不签 / witness: sign heads of logs that only add
    Witness(witness::WitnessArgs),
    /// 升级数据库结构 / bring the database schema up to date
    Migrate(InstanceArgs),
    /// 备份运行中的实例（密钥除外）/ back up the instance while it runs, without its keys
    Backup {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 输出JSON / print JSON
        #[arg(long)]
        json: bool,
        /// 备份目录，不能已经存在 / folder of the backup, which must not be there yet
        out: PathBuf,
    },
    /// 从备份恢复到空目录（先放入keys/）/ restore a backup into a folder that holds only keys/
    Restore {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 输出JSON / print JSON
        #[arg(long)]
        json: bool,
        /// 备份目录 / folder of the backup
        from: PathBuf,
    },
    /// 检查实例能否正常运行 / check whether the instance can run
    Doctor {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 输出JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 记录 / the record
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// 签名密钥 / the keys that sign
    #[command(subcommand)]
    Keys(KeysCommand),
    /// 管理 / administration
    #[command(subcommand)]
    Admin(AdminCommand),
    /// 模拟的全国平台，供报送对接测试（默认故意不可靠）/ a mock national platform to test reporting against, rude by default
    MockPlatform(reporting::MockArgs),
    /// 报送演练：在模拟时间里向不可靠的平台报送上万条 / report ten thousand events to a rude platform in simulated time
    ReportTrial(reporting::TrialArgs),
    /// 发证演练：每秒发证、核验多少张，状态变化多久可见 / issue and check certificates, change them, and print how fast it goes
    CertificateTrial(certificates::TrialArgs),
}

/// What can be done with the keys that sign.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a comment on the flattened settings would become their help text")]
pub enum KeysCommand {
    /// 列出公布的公钥和使用日期 / print the published keys with the days of their use
    List {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 输出JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// 更换签名密钥，旧公钥继续公布（先停止程序）/ end the keys that sign and begin new ones; stop the program first
    Rotate {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 更换哪一对 / which pair
        #[arg(long = "use", value_enum, default_value = "certificate")]
        which: keys::Which,
        /// 输出JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

/// What can be asked of the record.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a comment on the flattened settings would become their help text")]
pub enum LedgerCommand {
    /// 重走全部记录并重算每个案件，与读取表和已签名的日志头比较 / walk the ledger again, refold every case, compare
    Verify {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 输出JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Acts of whoever runs the instance.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a comment on the flattened settings would become their help text")]
pub enum AdminCommand {
    /// 建立第一个安全管理员，给出一次性链接 / make the first security administrator, print a one-time link
    Init {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 登录名 / sign-in name
        #[arg(long, default_value = "secadmin")]
        login: String,
        /// 姓名 / name of the person
        #[arg(long, default_value = "安全管理员")]
        name: String,
        /// 电子邮箱 / mail address
        #[arg(long, default_value = "")]
        mail: String,
    },
    /// 导入已公布的专业机构（TOML）/ enter bodies that were published before into the register
    ImportPublished {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 公告文件；不写为2025年12月30日的公告 / file of the notice; by default that of 30 December 2025
        file: Option<PathBuf>,
    },
    /// 认证规则中由本实例自定的部分（TOML）：不写文件为显示 / what the law leaves to this instance; without a file, shows it
    Rules {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 只写与缺省不同的项 / names only what differs from the defaults
        file: Option<PathBuf>,
    },
    /// 接收使用本平台以前颁发的证书，先核对，再接收 / take over certificates issued before, checked first
    ImportCertificates(takeover::TakeOverArgs),
    /// 导入国务院办公厅放假通知（TOML），重新计算时限 / import a holiday notice and date the clocks again
    ImportNotice {
        #[command(flatten)]
        instance: InstanceArgs,
        /// 通知文件 / file of the notice
        file: PathBuf,
        /// 输出JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of the commands.
///
/// # Errors
/// What stopped it, for the error stream.
pub async fn run(command: OpsCommand) -> anyhow::Result<ExitCode> {
    match command {
        OpsCommand::Worker(args) => {
            let app = open(&args).await?;
            let worker = jobs::start(&app);
            let ending = worker.abort_handle();
            tokio::select! {
                () = serve::stopped() => ending.abort(),
                ended = worker => ended.context("the worker ended")?,
            }
            Ok(ExitCode::SUCCESS)
        }
        OpsCommand::Witness(args) => witness::run(args).await.map(|()| ExitCode::SUCCESS),
        OpsCommand::Migrate(args) => {
            let app = open(&args).await?;
            println!("数据库结构已是最新 / the schema is up to date: {}", guosuo_store::schema_id());
            app.store.close().await;
            Ok(ExitCode::SUCCESS)
        }
        OpsCommand::MockPlatform(args) => reporting::mock(args).await,
        OpsCommand::ReportTrial(args) => reporting::trial(args).await,
        OpsCommand::CertificateTrial(args) => certificates::trial(args).await,
        OpsCommand::Backup { instance, json, out } => backup::run(&instance.load()?, &out, json).await,
        OpsCommand::Restore { instance, json, from } => restore::run(&instance.load()?, &from, json).await,
        OpsCommand::Doctor { instance, json } => doctor::run(&instance.load()?, json).await,
        OpsCommand::Keys(KeysCommand::List { instance, json }) => keys::list(&instance.load()?, json),
        OpsCommand::Keys(KeysCommand::Rotate { instance, which, json }) => keys::rotate(&instance.load()?, which, json).await,
        OpsCommand::Admin(AdminCommand::Init { instance, login, name, mail }) => {
            admin::init(&open(&instance).await?, &login, &name, &mail).await
        }
        OpsCommand::Ledger(LedgerCommand::Verify { instance, json }) => verify::run(&instance.load()?, json).await,
        OpsCommand::Admin(AdminCommand::ImportPublished { instance, file }) => {
            let text = match &file {
                Some(f) => read(f)?,
                None => crate::public::import::FIRST_NOTICE.to_owned(),
            };
            let n = crate::public::import_published(&open(&instance).await?, &text).await?;
            println!("新增 / added: {n}");
            Ok(ExitCode::SUCCESS)
        }
        OpsCommand::Admin(AdminCommand::Rules { instance, file }) => {
            let text = file.as_ref().map(read).transpose()?;
            rules::run(&open(&instance).await?, text.as_deref()).await
        }
        OpsCommand::Admin(AdminCommand::ImportCertificates(args)) => takeover::import(&open(&args.instance).await?, &args).await,
        OpsCommand::Admin(AdminCommand::ImportNotice { instance, file, json }) => {
            let text = read(&file)?;
            notice::import(&open(&instance).await?, &text, json).await
        }
    }
}

async fn open(args: &InstanceArgs) -> anyhow::Result<App> {
    serve::open(args.load()?, Clock::Machine).await
}

fn read(file: &PathBuf) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Prints a value as JSON.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
