//! What administrators do to the accounts of others: invite, change roles, block, let in
//! again. One organisation's administrator and the security administrator share it.

use std::collections::BTreeSet;

use guosuo_case::actor::roles_compatible;
use guosuo_case::{OrgKind, Role};
use guosuo_store::accounts::{Account, AccountStatus, CredentialKind, NewAccount};
use guosuo_store::{Error as StoreError, NewJob, Tx, new_id};
use jiff::{SignedDuration, Timestamp};

use crate::app::Cx;
use crate::auth::session;
use crate::consequences::MAIL_QUEUE;
use crate::error::Error;
use crate::jobs::mail::Order;
use crate::web::{Form, Lang};

/// How long an invitation can be used.
pub const INVITATION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Purpose of the ticket.
pub const PURPOSE: &str = "invite";
/// The constraint that keeps an organisation governable.
const LAST: &str = "last_administrator";

/// The roles ticked on a form.
pub fn roles_of(form: &Form) -> BTreeSet<Role> {
    form.values("roles").iter().filter_map(|r| Role::parse(r)).collect()
}

/// Says why roles do not go together; nothing when they do.
pub fn incompatible(l: Lang, kind: OrgKind, roles: &BTreeSet<Role>) -> Option<&'static str> {
    if roles.is_empty() {
        return Some(l.t("至少选一个角色。", "Choose at least one role."));
    }
    if roles_compatible(kind, roles) {
        return None;
    }
    if roles.iter().filter(|r| r.is_separated_admin()).count() > 1 {
        return Some(l.t(
            "系统管理员、安全管理员、审计管理员必须由不同的人担任（三权分立）。只选一个。",
            "System, security and audit administrator must be different people (separation of powers). Choose one.",
        ));
    }
    Some(l.t("所选角色不属于这个机构。", "The roles do not exist in this organisation."))
}

/// The role that must not die out in an organisation.
fn keeper(kind: OrgKind) -> Option<Role> {
    match kind {
        OrgKind::Body => Some(Role::OrgAdmin),
        OrgKind::Platform => Some(Role::SecurityAdmin),
        OrgKind::Processor | OrgKind::VerificationBody => Some(Role::PartyAdmin),
        OrgKind::Cac | OrgKind::Nda | OrgKind::Samr => None,
    }
}

async fn still_governed(tx: &mut Tx, org: &str, kind: OrgKind) -> Result<(), StoreError> {
    match keeper(kind) {
        Some(role) if tx.holders(org, role).await? == 0 => Err(StoreError::Constraint(LAST.into())),
        _ => Ok(()),
    }
}

/// Why an act was not done, for the form.
pub fn problem(l: Lang, e: &StoreError) -> Option<(&'static str, &'static str)> {
    if e.is_constraint(LAST) {
        return Some((
            "roles",
            l.t(
                "这是最后一名在用的管理员。先指定另一名管理员，再改这一名。",
                "This is the last administrator in use. Appoint another one first.",
            ),
        ));
    }
    if e.is_constraint("login") {
        return Some(("login", l.t("这个登录名已经有人用了。换一个。", "This sign-in name is taken. Choose another one.")));
    }
    if e.is_constraint("membership_one_admin") || e.is_constraint("membership") {
        return Some((
            "roles",
            l.t(
                "系统管理员、安全管理员、审计管理员必须由不同的人担任（三权分立）。只选一个。",
                "System, security and audit administrator must be different people (separation of powers). Choose one.",
            ),
        ));
    }
    None
}

/// A one-time link: the token for the address, its digest for the store. Without a public
/// address it is a path, good in the browser that it is shown in.
fn address(cx: &Cx, token: &str) -> String {
    format!("{}{}", cx.app.config.public_origin.trim_end_matches('/'), cx.l().href(format!("/invite/{token}")))
}

/// Orders the mail with a link of its own. The job carries no token: it is made when the mail
/// is sent, so that no secret lies in the table of jobs.
async fn order_mail(tx: &mut Tx, account: &str, first: bool, now: Timestamp) -> Result<(), StoreError> {
    let order = Order::Invite { invited: account.to_owned(), first };
    tx.enqueue(NewJob::new(MAIL_QUEUE, &order, now)?, now).await.map(drop)
}

/// Creates an account that chooses its password by a one-time link; answers the link.
///
/// # Errors
/// The inner error is the store's, to be put into words by [`problem`].
pub async fn invite(cx: &Cx, account: NewAccount) -> Result<Result<String, StoreError>, Error> {
    let (token, digest) = session::new_token();
    let (now, origin) = (cx.now, cx.origin()?);
    let done = cx
        .app
        .store
        .write_with((account, digest, origin), move |tx, (account, digest, origin)| {
            Box::pin(async move {
                tx.add_account(account, &origin.actor, now).await?;
                tx.add_ticket(digest, PURPOSE, &account.id, "", now, now + INVITATION).await?;
                if !account.contact.mail.is_empty() {
                    order_mail(tx, &account.id, true, now).await?;
                }
                let what = serde_json::json!({ "org": account.org, "login": account.login, "roles": account.roles });
                tx.record_act("account.invited", &account.id, origin, &what, now).await
            })
        })
        .await;
    Ok(done.map(|()| address(cx, &token)))
}

/// A fresh link for somebody who has lost the last one or the password. The old link ends.
///
/// # Errors
/// When the store fails.
pub async fn link(cx: &Cx, account: &Account) -> Result<String, Error> {
    let (token, digest) = session::new_token();
    let (now, origin) = (cx.now, cx.origin()?);
    cx.app
        .store
        .write_with((account.clone(), digest, origin), move |tx, (account, digest, origin)| {
            Box::pin(async move {
                let id = &account.id;
                tx.drop_tickets(id, PURPOSE).await?;
                tx.add_ticket(digest, PURPOSE, id, "", now, now + INVITATION).await?;
                if !account.contact.mail.is_empty() {
                    order_mail(tx, id, account.status == AccountStatus::Invited, now).await?;
                }
                tx.record_act("account.link_made", id, origin, &serde_json::json!({}), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))?;
    Ok(address(cx, &token))
}

/// Replaces the roles; the sessions of the person end, so that the old rights end too.
///
/// # Errors
/// As [`invite`].
pub async fn set_roles(cx: &Cx, kind: OrgKind, account: Account, roles: BTreeSet<Role>) -> Result<Result<(), StoreError>, Error> {
    let (now, origin) = (cx.now, cx.origin()?);
    Ok(cx
        .app
        .store
        .write_with((account, roles, origin), move |tx, (account, roles, origin)| {
            Box::pin(async move {
                tx.set_roles(&account.id, roles, &origin.actor, now).await?;
                still_governed(tx, &account.org, kind).await?;
                tx.end_sessions(&account.id, "").await?;
                let what = serde_json::json!({ "before": account.roles, "after": roles });
                tx.record_act("account.roles", &account.id, origin, &what, now).await
            })
        })
        .await)
}

/// Blocks an account or lets it in again.
///
/// # Errors
/// As [`invite`].
pub async fn set_status(cx: &Cx, kind: OrgKind, mut account: Account, enabled: bool) -> Result<Result<(), StoreError>, Error> {
    let (now, origin) = (cx.now, cx.origin()?);
    let chosen = cx.app.store.reader().await?.credential(&account.id, CredentialKind::Password).await?.is_some();
    account.status = match (enabled, chosen) {
        (false, _) => AccountStatus::Disabled,
        (true, true) => AccountStatus::Active,
        (true, false) => AccountStatus::Invited,
    };
    Ok(cx
        .app
        .store
        .write_with((account, origin), move |tx, (account, origin)| {
            Box::pin(async move {
                tx.set_account(account, now).await?;
                still_governed(tx, &account.org, kind).await?;
                tx.end_sessions(&account.id, "").await?;
                tx.drop_tickets(&account.id, PURPOSE).await?;
                tx.record_act(
                    if enabled { "account.enabled" } else { "account.disabled" },
                    &account.id,
                    origin,
                    &serde_json::json!({}),
                    now,
                )
                .await
            })
        })
        .await)
}

/// Takes away the second factor: the person sets it up anew at the next sign-in.
///
/// # Errors
/// When the store fails.
pub async fn reset_factor(cx: &Cx, account: &Account) -> Result<(), Error> {
    let (now, origin) = (cx.now, cx.origin()?);
    cx.app
        .store
        .write_with((account.id.clone(), origin), move |tx, (id, origin)| {
            Box::pin(async move {
                tx.drop_credential(id, CredentialKind::Totp).await?;
                tx.drop_credential(id, CredentialKind::TotpPending).await?;
                tx.end_sessions(id, "").await?;
                tx.record_act("second_factor_reset", id, origin, &serde_json::json!({}), now).await
            })
        })
        .await
        .map_err(|e: StoreError| Error::from(e))
}

/// An account of the form `name`, `login`, `mail`, `phone`, `roles`, already checked.
pub fn new_account(form: &Form, org: &str, login: String, name: String) -> NewAccount {
    NewAccount {
        id: new_id(),
        org: org.to_owned(),
        login,
        name,
        contact: guosuo_store::accounts::Contact {
            phone: form.trimmed("phone").to_owned(),
            mail: form.trimmed("mail").to_owned(),
        },
        lang: "zh".into(),
        status: AccountStatus::Invited,
        roles: roles_of(form),
    }
}
