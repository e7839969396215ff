//! Tokens of the demonstration's body and of one of its processors, so that the interface can be tried. As public as the
//! demonstration's password.

use guosuo_case::OrgKind;
use guosuo_store::{Error as StoreError, NewToken, new_id};
use jiff::SignedDuration;

use super::cast::CERTIFIERS;
use crate::api::scope::Scope;
use crate::app::App;
use crate::auth::session::token_digest;
use crate::auth::token::PREFIX;

/// The organisations that have one, with what their program is called and the sign-in names in whose name it may act.
const PROGRAMS: [(&str, OrgKind, &str); 2] = [
    ("donghu", OrgKind::Body, "示例认证业务系统（虚构）"),
    (super::preparing::PROCESSOR, OrgKind::Processor, "示例合规管理系统（虚构）"),
];

/// The token of an organisation.
pub fn token(org: &str) -> String {
    let n = PROGRAMS.iter().position(|p| p.0 == org).unwrap_or(0);
    format!("{PREFIX}demonstration-of-the-interface-000000000{n}")
}

/// The organisations with their tokens.
pub fn tokens() -> impl Iterator<Item = (&'static str, String)> {
    PROGRAMS.iter().map(|p| (p.0, token(p.0)))
}

/// Puts the tokens into a fresh demonstration, each with the leave of the people in whose name it acts.
///
/// # Errors
/// When the store fails.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    for program in PROGRAMS {
        if app.store.organisation(program.0).await?.is_some() {
            one(app, program).await?;
        }
    }
    Ok(())
}

async fn one(app: &App, (org, kind, name): (&str, OrgKind, &str)) -> anyhow::Result<()> {
    let now = app.now();
    let scopes: Vec<&str> = Scope::ALL.into_iter().filter(|s| s.exists_in(kind)).map(Scope::as_str).collect();
    let new = NewToken {
        id: new_id(),
        org: org.into(),
        name: name.into(),
        digest: token_digest(&token(org)),
        scopes: scopes.join(" "),
        actor: "system:demo".into(),
        until: now + SignedDuration::from_hours(24 * 180),
    };
    let mut people = Vec::new();
    let mut reader = app.store.reader().await?;
    let logins = CERTIFIERS.iter().filter(|a| a.org == org).map(|a| a.login);
    for login in logins.chain((kind == OrgKind::Processor).then_some(org)) {
        people.extend(reader.account_by_login(login).await?.map(|x| x.id));
    }
    drop(reader);
    app.store
        .write_with((new, people), move |tx, (new, people)| {
            Box::pin(async move {
                tx.add_token(new, now).await?;
                for account in people {
                    tx.grant_token(&new.id, account, true, now).await?;
                }
                Ok::<(), StoreError>(())
            })
        })
        .await?;
    Ok(())
}
