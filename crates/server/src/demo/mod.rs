//! `guosuo demo`: an instance in a folder of its own, with openly fictitious organisations
//! and people, and cases at every stage.

mod cast;
pub mod certify;
mod play;
pub mod preparing;
pub mod programs;
mod takeover;

use std::collections::BTreeSet;

use guosuo_case::Role;
use guosuo_case::filing::Slot;
use guosuo_store::accounts::{AccountStatus, Contact, CredentialKind, NewAccount, OrgDetails, OrgStatus};
use guosuo_store::{Error as StoreError, new_id};
use jiff::Timestamp;

use crate::app::App;
use crate::auth::{password, totp};
use crate::cli::InstanceArgs;
use crate::clock::Clock;
use crate::serve;
use crate::web::Site;

pub use cast::{ACCOUNTS, AUTHORITIES, BODIES, CERTIFIERS, DemoAccount, DemoOrg, OVERSEAS, PARTIES, REPRESENTATIVE, credit_code};
pub use play::{Player, Stage};

/// The password of every demonstration account.
pub const PASSWORD: &str = "山药渡口铜镜九月示例口令";
/// The secret of every demonstration account's one-time codes.
pub const SECRET: &[u8; 20] = b"guosuo-demonstration";

/// Runs the demonstration until it is stopped.
///
/// # Errors
/// When the instance cannot be opened or served.
pub async fn run(args: InstanceArgs, now: Option<Timestamp>, bare: bool) -> anyhow::Result<()> {
    let mut config = args.load()?;
    let temp = tempfile::tempdir()?;
    if config.data == crate::config::Config::default().data {
        config.data = temp.path().to_owned();
    }
    fictitious(&mut config.site);
    config.authority = "国家网信部门（演示）".into();
    let clock = match now {
        Some(at) => Clock::Shifted(at.duration_since(Clock::Machine.now()).as_secs()),
        None => Clock::Machine,
    };
    // What is printed and mailed names the address at which the demonstration can be reached.
    let listener = serve::listen(&config.listen).await?;
    if config.public_origin.is_empty() {
        config.public_origin = format!("http://{}", listener.local_addr()?);
    }
    let app = serve::open(config, clock).await?;
    let fresh = seed(&app).await?;
    if fresh && !bare {
        cases(&app).await?;
    }
    if fresh {
        programs::seed(&app).await?;
    }
    let code = totp::code_at(SECRET, app.now()).unwrap_or_default();
    serve::run(app, listener, |at| {
        println!("http://{at}/");
        println!("演示账号，密码都是 / demonstration accounts, all with the password: {PASSWORD}");
        let bodies = ACCOUNTS.iter().filter(|a| a.org != a.login || ["qiheng", "yunxiu"].contains(&a.login));
        for a in bodies.chain(&CERTIFIERS) {
            let org = BODIES.iter().chain(&AUTHORITIES).chain(&PARTIES).find(|o| o.id == a.org).map_or("", |o| o.name);
            println!("  {:<10} {}，{org}", a.login, a.name);
        }
        println!("  {:<10} 示例许经办，个人信息处理者（虚构）", preparing::PROCESSOR);
        println!("主管部门和管理员还要动态口令，密钥 / staff also need one-time codes, secret: {}", totp::readable(SECRET));
        for (org, token) in programs::tokens() {
            println!("接口演示令牌（{org}）/ token for the interface, see /api: {token}");
        }
        println!("现在的动态口令 / code of this moment: {code}");
    })
    .await
}

/// The foot of a government site, openly made up; what the operator has set stays.
fn fictitious(site: &mut Site) {
    site.demo = true;
    for (line, text) in [
        (&mut site.operator, "示例主管部门（虚构）"),
        (&mut site.operator_en, "Example authority (fictitious)"),
        (&mut site.site_code, "0000000000（虚构）"),
        (&mut site.icp, "示例ICP备00000000号（虚构）"),
        (&mut site.police, "示例公网安备00000000000000号（虚构）"),
        (&mut site.phone, "010-00000000"),
        (&mut site.hours, "9:00—17:00"),
    ] {
        if line.is_empty() {
            text.clone_into(line);
        }
    }
}

/// Makes the organisations and people, once. Gives whether it did.
///
/// # Errors
/// When the store fails.
pub async fn seed(app: &App) -> anyhow::Result<bool> {
    if app.store.organisation("cac").await?.is_some() {
        return Ok(false);
    }
    let hash = password::hash(PASSWORD.to_owned()).await?;
    let now = app.now();
    app.store
        .write_with(hash, move |tx, hash| {
            Box::pin(async move {
                for o in AUTHORITIES.iter().chain(&BODIES).chain(&PARTIES) {
                    let code = o.code.map(credit_code);
                    // The last body has just registered and waits for its confirmation.
                    let status = if o.id == "zhongzhou" { OrgStatus::Pending } else { OrgStatus::Active };
                    let represents = o.id == REPRESENTATIVE;
                    let details = OrgDetails {
                        capacity: if represents { "representative".into() } else { String::new() },
                        represents: if represents { OVERSEAS[0].into() } else { String::new() },
                        legal_rep: "示例法定代表人".into(),
                        address: "示例市示例区示例路1号".into(),
                        phone: "010-00000000".into(),
                        ..OrgDetails::default()
                    };
                    tx.add_organisation(o.id, o.kind, o.name, code.as_deref(), status, &details, now).await?;
                }
                for a in ACCOUNTS.iter().chain(&CERTIFIERS) {
                    let account = NewAccount {
                        id: new_id(),
                        org: a.org.into(),
                        login: a.login.into(),
                        name: a.name.into(),
                        contact: Contact { phone: "010-00000000".into(), mail: format!("{}@example.invalid", a.login) },
                        lang: if a.roles.contains(&Role::Representative) { "en".into() } else { "zh".into() },
                        status: AccountStatus::Active,
                        roles: a.roles.iter().copied().collect::<BTreeSet<_>>(),
                    };
                    tx.add_account(&account, "system:demo", now).await?;
                    tx.put_credential(&account.id, CredentialKind::Password, hash.as_bytes(), now).await?;
                    if certify::signs(a.roles) || a.roles.iter().any(|r| r.needs_second_factor()) {
                        tx.put_credential(&account.id, CredentialKind::Totp, SECRET, now).await?;
                    }
                }
                Ok::<(), StoreError>(())
            })
        })
        .await?;
    Ok(true)
}

/// Plays the cases: filings at every stage, the oldest first.
///
/// # Errors
/// When the law refuses a step or the store fails.
pub async fn cases(app: &App) -> anyhow::Result<()> {
    let mut p = Player::new(app).await?;
    let wanting = Some(Slot::Complaints);
    for (login, handler, days_ago, stage) in [
        ("donghu", "chenmin", 60, Stage::Decided(None)),
        ("xishan", "zhouyuan", 55, Stage::Decided(None)),
        ("beihai", "chenmin", 50, Stage::Decided(None)),
        ("nanhu", "zhouyuan", 45, Stage::Decided(wanting)),
        ("zhuli", "chenmin", 40, Stage::Withdrawn),
        ("luming", "chenmin", 31, Stage::Answered(None)),
        ("yunxiu", "chenmin", 29, Stage::Proposed(wanting)),
        ("chenghai", "zhouyuan", 27, Stage::Proposed(None)),
        ("beichen", "chenmin", 25, Stage::WithNda(None)),
        ("nanping", "chenmin", 24, Stage::Answered(None)),
        ("hengmen", "zhouyuan", 22, Stage::WithNda(wanting)),
        ("qingtian", "chenmin", 20, Stage::WithNda(None)),
        ("canglang", "zhouyuan", 16, Stage::Checking),
        ("jinsuo", "chenmin", 12, Stage::Checking),
        ("wangyue", "chenmin", 9, Stage::Received),
        ("zhuli", "chenmin", 5, Stage::Received),
        ("xishan", "chenmin", 0, Stage::Draft(3)),
        ("qiheng", "chenmin", 3, Stage::Draft(8)),
    ] {
        p.play(login, handler, days_ago, stage).await?;
    }
    certify::applications(app, &p).await?;
    preparing::play(app).await
}
