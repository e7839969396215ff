//! A token of the demonstration's body, so that the interface can be tried. As public as the demonstration's password.

use guosuo_store::{Error as StoreError, NewToken, new_id};
use jiff::SignedDuration;

use super::cast::CERTIFIERS;
use crate::api::scope::Scope;
use crate::app::App;
use crate::auth::session::token_digest;
use crate::auth::token::PREFIX;

/// The organisation whose token it is.
const BODY: &str = "donghu";

/// The token.
pub fn token() -> String {
    format!("{PREFIX}demonstration-of-the-interface-0000000000")
}

/// Puts the token into a fresh demonstration, with the leave of the body's people.
///
/// # Errors
/// When the store fails.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let now = app.now();
    let scopes: Vec<&str> =
        Scope::ALL.into_iter().filter(|s| s.exists_in(guosuo_case::OrgKind::Body)).map(Scope::as_str).collect();
    let new = NewToken {
        id: new_id(),
        org: BODY.into(),
        name: "示例认证业务系统（虚构）".into(),
        digest: token_digest(&token()),
        scopes: scopes.join(" "),
        actor: "system:demo".into(),
        until: now + SignedDuration::from_hours(24 * 180),
    };
    let mut people = Vec::new();
    let mut reader = app.store.reader().await?;
    for a in CERTIFIERS.iter().filter(|a| a.org == BODY) {
        people.extend(reader.account_by_login(a.login).await?.map(|x| x.id));
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
