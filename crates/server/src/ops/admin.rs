//! `guosuo admin init`: the first security administrator of a fresh instance. Everybody else
//! is created on screen by whoever may.

use std::collections::BTreeSet;
use std::process::ExitCode;

use guosuo_case::{OrgKind, Role};
use guosuo_store::accounts::{AccountStatus, Contact, NewAccount, OrgDetails, OrgStatus};
use guosuo_store::{Error as StoreError, Origin, new_id};
use jiff::{SignedDuration, Timestamp};

use crate::account::people::PURPOSE;
use crate::app::App;
use crate::auth::session::new_token;

/// How long this invitation is good.
pub const LIFE: SignedDuration = SignedDuration::from_hours(72);

/// The command: prints the link where a password is chosen. Refuses (1) once a security
/// administrator has signed in.
///
/// # Errors
/// As [`invite`].
pub async fn init(app: &App, login: &str, name: &str, mail: &str) -> anyhow::Result<ExitCode> {
    let Some(link) = invite(app, login, name, mail).await? else {
        eprintln!(
            "已有安全管理员，新账号请在平台内建立。There is a security administrator already: create accounts on the platform."
        );
        return Ok(ExitCode::from(1));
    };
    println!("安全管理员 / security administrator: {login}");
    println!("72小时内打开，只能使用一次 / open within 72 hours, works once:");
    println!("{link}");
    Ok(ExitCode::SUCCESS)
}

/// Makes the organisation of the platform and its first security administrator; answers the
/// link where a password is chosen. While that account waits, a new link replaces the old one.
/// Nothing once a security administrator has signed in.
///
/// # Errors
/// When the sign-in name belongs to somebody else, or the store fails.
pub async fn invite(app: &App, login: &str, name: &str, mail: &str) -> anyhow::Result<Option<String>> {
    anyhow::ensure!(
        !login.trim().is_empty() && guosuo_case::text::check(login, false).is_ok(),
        "the sign-in name cannot be used"
    );
    anyhow::ensure!(guosuo_case::text::check(name, false).is_ok(), "the name holds a character that cannot be stored");
    let now = app.now();
    let mut reader = app.store.reader().await?;
    let admins: Vec<_> = reader.accounts("").await?.into_iter().filter(|a| a.roles.contains(&Role::SecurityAdmin)).collect();
    if admins.iter().any(|a| a.status == AccountStatus::Active) {
        return Ok(None);
    }
    let waiting = admins.into_iter().find(|a| a.login == login);
    if waiting.is_none() && reader.account_by_login(login).await?.is_some() {
        anyhow::bail!("登录名{login}已被使用 / the sign-in name {login} is taken");
    }
    let platform = reader.organisations(Some(OrgKind::Platform), None).await?.into_iter().next().map(|o| o.id);
    drop(reader);
    let (token, digest) = new_token();
    let plan = Plan {
        account: waiting.as_ref().map(|a| a.id.clone()),
        platform,
        login: login.to_owned(),
        name: name.to_owned(),
        mail: mail.to_owned(),
        digest,
    };
    app.store.write_with(plan, move |tx, plan| Box::pin(async move { make(tx, plan, now).await })).await?;
    Ok(Some(format!("{}/invite/{token}", app.config.origin())))
}

struct Plan {
    account: Option<String>,
    platform: Option<String>,
    login: String,
    name: String,
    mail: String,
    digest: Vec<u8>,
}

async fn make(tx: &mut guosuo_store::Tx, plan: &Plan, now: Timestamp) -> Result<(), StoreError> {
    let origin = Origin::system("admin-init");
    let account = if let Some(id) = &plan.account {
        tx.drop_tickets(id, PURPOSE).await?;
        id.clone()
    } else {
        let org = if let Some(id) = &plan.platform {
            id.clone()
        } else {
            tx.add_organisation(
                "platform",
                OrgKind::Platform,
                "平台运行单位",
                None,
                OrgStatus::Active,
                &OrgDetails::default(),
                now,
            )
            .await?;
            "platform".to_owned()
        };
        let new = NewAccount {
            id: new_id(),
            org,
            login: plan.login.clone(),
            name: plan.name.clone(),
            contact: Contact { phone: String::new(), mail: plan.mail.clone() },
            lang: "zh".into(),
            status: AccountStatus::Invited,
            roles: BTreeSet::from([Role::SecurityAdmin]),
        };
        tx.add_account(&new, "system:admin-init", now).await?;
        new.id
    };
    tx.add_ticket(&plan.digest, PURPOSE, &account, "", now, now + LIFE).await?;
    tx.record_act("account.invited", &account, &origin, &serde_json::json!({ "role": Role::SecurityAdmin.as_str() }), now).await
}
