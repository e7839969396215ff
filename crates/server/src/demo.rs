//! `guosuo demo`: an instance in a folder of its own, with openly fictitious organisations
//! and people, and cases at every stage.

use std::collections::BTreeSet;

use guosuo_case::{OrgKind, Role};
use guosuo_store::accounts::{AccountStatus, Contact, CredentialKind, NewAccount, OrgDetails, OrgStatus};
use guosuo_store::{Error as StoreError, new_id};
use jiff::Timestamp;

use crate::app::App;
use crate::auth::{password, totp};
use crate::cli::InstanceArgs;
use crate::clock::Clock;
use crate::serve;

/// The password of every demonstration account.
pub const PASSWORD: &str = "山药渡口铜镜九月示例口令";
/// The secret of every demonstration account's one-time codes.
pub const SECRET: &[u8; 20] = b"guosuo-demonstration";

/// An account of the demonstration.
pub struct DemoAccount {
    /// Organisation id.
    pub org: &'static str,
    /// Sign-in name.
    pub login: &'static str,
    /// Person.
    pub name: &'static str,
    /// Roles.
    pub roles: &'static [Role],
}

/// An organisation of the demonstration.
pub struct DemoOrg {
    /// Id.
    pub id: &'static str,
    /// Kind.
    pub kind: OrgKind,
    /// Name.
    pub name: &'static str,
    /// Credit code without its check character.
    pub code: Option<&'static str>,
}

/// The organisations.
pub const ORGS: [DemoOrg; 7] = [
    DemoOrg { id: "cac", kind: OrgKind::Cac, name: "国家网信部门（演示）", code: None },
    DemoOrg { id: "nda", kind: OrgKind::Nda, name: "国家数据管理部门（演示）", code: None },
    DemoOrg { id: "samr", kind: OrgKind::Samr, name: "国家市场监督管理部门（演示）", code: None },
    DemoOrg { id: "platform", kind: OrgKind::Platform, name: "平台运行单位（演示）", code: None },
    DemoOrg { id: "qiheng", kind: OrgKind::Body, name: "示例启衡认证有限公司（虚构）", code: Some("91110108MA0X00001") },
    DemoOrg { id: "yunxiu", kind: OrgKind::Body, name: "示例云岫标准认证中心（虚构）", code: Some("12310000MB1X00002") },
    DemoOrg { id: "luming", kind: OrgKind::Body, name: "示例鹿鸣质量认证股份有限公司（虚构）", code: Some("91440300MA5X00003") },
];

/// The accounts.
pub const ACCOUNTS: [DemoAccount; 12] = [
    DemoAccount { org: "qiheng", login: "qiheng", name: "示例李经办", roles: &[Role::Operator, Role::OrgAdmin] },
    DemoAccount { org: "qiheng", login: "qiheng2", name: "示例王同事", roles: &[Role::Operator] },
    DemoAccount { org: "yunxiu", login: "yunxiu", name: "示例赵经办", roles: &[Role::Operator, Role::OrgAdmin] },
    DemoAccount { org: "luming", login: "luming", name: "示例孙经办", roles: &[Role::Operator, Role::OrgAdmin] },
    DemoAccount { org: "cac", login: "chenmin", name: "示例陈敏", roles: &[Role::CacHandler] },
    DemoAccount { org: "cac", login: "zhouyuan", name: "示例周予安", roles: &[Role::CacHandler] },
    DemoAccount { org: "cac", login: "hechuan", name: "示例何川", roles: &[Role::CacHead] },
    DemoAccount { org: "nda", login: "linshu", name: "示例林述", roles: &[Role::NdaReviewer] },
    DemoAccount { org: "samr", login: "samr", name: "示例高查阅", roles: &[Role::SamrReader] },
    DemoAccount { org: "platform", login: "sysadmin", name: "示例系统管理员", roles: &[Role::SystemAdmin] },
    DemoAccount { org: "platform", login: "secadmin", name: "示例安全管理员", roles: &[Role::SecurityAdmin] },
    DemoAccount { org: "platform", login: "auditor", name: "示例审计管理员", roles: &[Role::AuditAdmin] },
];

/// The full credit code of a demonstration organisation.
pub fn credit_code(first_17: &str) -> String {
    let check = guosuo_rules::ids::uscc::check_character(first_17).unwrap_or('0');
    format!("{first_17}{check}")
}

/// Runs the demonstration until it is stopped.
///
/// # Errors
/// When the instance cannot be opened or served.
pub async fn run(args: InstanceArgs, now: Option<Timestamp>) -> anyhow::Result<()> {
    let mut config = args.load()?;
    let temp = tempfile::tempdir()?;
    if config.data == crate::config::Config::default().data {
        config.data = temp.path().to_owned();
    }
    config.site.demo = true;
    config.authority = "国家网信部门（演示）".into();
    let clock = match now {
        Some(at) => Clock::Shifted(at.duration_since(Clock::Machine.now()).as_secs()),
        None => Clock::Machine,
    };
    let app = serve::open(config, clock).await?;
    seed(&app).await?;
    let code = totp::code_at(SECRET, app.now()).unwrap_or_default();
    serve::run(app, |at| {
        println!("http://{at}/");
        println!("演示账号 / accounts（密码 / password: {PASSWORD}）");
        for a in &ACCOUNTS {
            println!("  {:<10} {}", a.login, a.name);
        }
        println!("动态口令密钥 / secret of the one-time codes: {}（现在 / now: {code}）", totp::readable(SECRET));
    })
    .await
}

/// Makes the organisations and people, once.
///
/// # Errors
/// When the store fails.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    if app.store.organisation("cac").await?.is_some() {
        return Ok(());
    }
    let hash = password::hash(PASSWORD.to_owned()).await?;
    let now = app.now();
    app.store
        .write_with(hash, move |tx, hash| {
            Box::pin(async move {
                for o in &ORGS {
                    let code = o.code.map(credit_code);
                    let details = OrgDetails {
                        legal_rep: "示例法定代表人".into(),
                        address: "示例市示例区示例路1号".into(),
                        phone: "010-00000000".into(),
                        ..OrgDetails::default()
                    };
                    tx.add_organisation(o.id, o.kind, o.name, code.as_deref(), OrgStatus::Active, &details, now).await?;
                }
                for a in &ACCOUNTS {
                    let account = NewAccount {
                        id: new_id(),
                        org: a.org.into(),
                        login: a.login.into(),
                        name: a.name.into(),
                        contact: Contact { phone: "010-00000000".into(), mail: format!("{}@example.invalid", a.login) },
                        lang: "zh".into(),
                        status: AccountStatus::Active,
                        roles: a.roles.iter().copied().collect::<BTreeSet<_>>(),
                    };
                    tx.add_account(&account, "system:demo", now).await?;
                    tx.put_credential(&account.id, CredentialKind::Password, hash.as_bytes(), now).await?;
                    if a.roles.iter().any(|r| r.needs_second_factor()) {
                        tx.put_credential(&account.id, CredentialKind::Totp, SECRET, now).await?;
                    }
                }
                Ok::<(), StoreError>(())
            })
        })
        .await?;
    Ok(())
}
