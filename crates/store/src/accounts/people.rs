//! People with their roles and credentials.

use std::collections::BTreeSet;

use guosuo_case::Role;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::{Reader, from_row, instant, micros, on, statements};
use crate::error::Error;
use crate::tx::Tx;

statements! {
    ACCOUNT = "SELECT id, org, login, name, contact, lang, status, created, signed_in FROM account WHERE id = $1";
    ACCOUNT_BY_LOGIN = "SELECT id, org, login, name, contact, lang, status, created, signed_in FROM account WHERE login = $1";
    ACCOUNTS_OF = "SELECT id, org, login, name, contact, lang, status, created, signed_in FROM account WHERE ($1 = '' OR org = $1) ORDER BY name, id LIMIT 2000";
    ACCOUNT_ADD = "INSERT INTO account (id, org, login, name, contact, lang, status, created, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    ACCOUNT_SET = "UPDATE account SET name = $2, contact = $3, lang = $4, status = $5, updated = $6 WHERE id = $1";
    ACCOUNT_SEEN = "UPDATE account SET signed_in = $2 WHERE id = $1";
    ROLES = "SELECT role FROM membership WHERE account = $1 ORDER BY role";
    ROLES_ALL = "SELECT account, role FROM membership ORDER BY account, role";
    ROLE_ADD = "INSERT INTO membership (account, role, granted, actor) VALUES ($1, $2, $3, $4)";
    ROLES_CLEAR = "DELETE FROM membership WHERE account = $1";
    HOLDERS = "SELECT CAST(COUNT(*) AS BIGINT) FROM account a JOIN membership m ON m.account = a.id WHERE a.org = $1 AND a.status = 'active' AND m.role = $2";
    CREDENTIAL = "SELECT secret, last_step FROM credential WHERE account = $1 AND kind = $2";
    CREDENTIAL_PUT = "INSERT INTO credential (account, kind, secret, last_step, created) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, kind) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, created = excluded.created";
    CREDENTIAL_STEP = "UPDATE credential SET last_step = $3 WHERE account = $1 AND kind = $2 AND last_step < $3";
    CREDENTIAL_DROP = "DELETE FROM credential WHERE account = $1 AND kind = $2";
}

/// How somebody can be reached; stored encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Mobile or telephone number.
    pub phone: String,
    /// Mail address; empty: no mail.
    pub mail: String,
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountStatus {
    /// Created, has not chosen a password yet.
    Invited,
    /// In use.
    Active,
    /// Blocked.
    Disabled,
}

impl AccountStatus {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    pub(crate) fn parse(s: &str) -> Result<Self, Error> {
        [Self::Invited, Self::Active, Self::Disabled]
            .into_iter()
            .find(|x| x.as_str() == s)
            .ok_or_else(|| Error::Damaged(format!("account: status {s}")))
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: String,
    /// Organisation.
    pub org: String,
    /// Name to sign in with.
    pub login: String,
    /// The person's name as given.
    pub name: String,
    /// How to reach the person.
    pub contact: Contact,
    /// `zh` or `en`.
    pub lang: String,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// Roles held.
    pub roles: BTreeSet<Role>,
    /// Created.
    pub created: Timestamp,
    /// Last sign-in.
    pub signed_in: Option<Timestamp>,
}

/// An account to be created.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Id.
    pub id: String,
    /// Organisation.
    pub org: String,
    /// Name to sign in with; unique.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// How to reach the person.
    pub contact: Contact,
    /// `zh` or `en`.
    pub lang: String,
    /// Whether it can be used at once.
    pub status: AccountStatus,
    /// Roles.
    pub roles: BTreeSet<Role>,
}

/// A kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// Argon2id hash of the password.
    Password,
    /// Secret of the one-time codes.
    Totp,
    /// A secret that was shown and not yet confirmed by a code.
    TotpPending,
}

impl CredentialKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::TotpPending => "totp_pending",
        }
    }
}

struct AccountRow {
    id: String,
    org: String,
    login: String,
    name: String,
    contact: Vec<u8>,
    lang: String,
    status: String,
    created: i64,
    signed_in: Option<i64>,
}

from_row!(AccountRow { id, org, login, name, contact, lang, status, created, signed_in });

fn about_contact(id: &str) -> String {
    format!("account|{id}|contact")
}

fn about_credential(id: &str, kind: CredentialKind) -> String {
    format!("credential|{id}|{}", kind.as_str())
}

fn parse_roles(rows: impl IntoIterator<Item = String>) -> Result<BTreeSet<Role>, Error> {
    rows.into_iter().map(|r| Role::parse(&r).ok_or_else(|| Error::Damaged(format!("membership: role {r}")))).collect()
}

impl Reader {
    async fn account_of(&mut self, row: AccountRow, roles: BTreeSet<Role>) -> Result<Account, Error> {
        let plain = self.open_field(&about_contact(&row.id), &row.contact).await?;
        Ok(Account {
            contact: serde_json::from_slice(&plain)?,
            status: AccountStatus::parse(&row.status)?,
            created: instant(row.created),
            signed_in: row.signed_in.map(instant),
            id: row.id,
            org: row.org,
            login: row.login,
            name: row.name,
            lang: row.lang,
            roles,
        })
    }

    /// The roles of an account.
    pub async fn roles(&mut self, account: &str) -> Result<BTreeSet<Role>, Error> {
        let rows: Vec<(String,)> = on!(self.conn(), |c| sqlx::query_as(ROLES).bind(account).fetch_all(c).await)?;
        parse_roles(rows.into_iter().map(|r| r.0))
    }

    /// One account.
    pub async fn account(&mut self, id: &str) -> Result<Option<Account>, Error> {
        let row: Option<AccountRow> = on!(self.conn(), |c| sqlx::query_as(ACCOUNT).bind(id).fetch_optional(c).await)?;
        self.with_roles(row).await
    }

    /// The account with a sign-in name.
    pub async fn account_by_login(&mut self, login: &str) -> Result<Option<Account>, Error> {
        let row: Option<AccountRow> = on!(self.conn(), |c| sqlx::query_as(ACCOUNT_BY_LOGIN).bind(login).fetch_optional(c).await)?;
        self.with_roles(row).await
    }

    async fn with_roles(&mut self, row: Option<AccountRow>) -> Result<Option<Account>, Error> {
        let Some(row) = row else { return Ok(None) };
        let roles = self.roles(&row.id).await?;
        Ok(Some(self.account_of(row, roles).await?))
    }

    /// The accounts of an organisation; of all, for an empty id. At most 2,000, by name.
    pub async fn accounts(&mut self, org: &str) -> Result<Vec<Account>, Error> {
        let rows: Vec<AccountRow> = on!(self.conn(), |c| sqlx::query_as(ACCOUNTS_OF).bind(org).fetch_all(c).await)?;
        let all: Vec<(String, String)> = on!(self.conn(), |c| sqlx::query_as(ROLES_ALL).fetch_all(c).await)?;
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let roles = parse_roles(all.iter().filter(|(a, _)| *a == row.id).map(|(_, r)| r.clone()))?;
            out.push(self.account_of(row, roles).await?);
        }
        Ok(out)
    }

    /// A credential with the last step used up (codes only; -1 before the first).
    pub async fn credential(&mut self, account: &str, kind: CredentialKind) -> Result<Option<(Vec<u8>, i64)>, Error> {
        let row: Option<(Vec<u8>, i64)> =
            on!(self.conn(), |c| sqlx::query_as(CREDENTIAL).bind(account).bind(kind.as_str()).fetch_optional(c).await)?;
        let Some((sealed, step)) = row else { return Ok(None) };
        Ok(Some((self.open_field(&about_credential(account, kind), &sealed).await?, step)))
    }
}

impl Tx {
    /// Adds an account. A sign-in name that is taken breaks the constraint `login`; two
    /// administrator roles for one person break `membership_one_admin`.
    pub async fn add_account(&mut self, a: &NewAccount, actor: &str, now: Timestamp) -> Result<(), Error> {
        let sealed = self.seal_field(&about_contact(&a.id), &serde_json::to_vec(&a.contact)?, now).await?;
        on!(self.raw().await?.conn(), |c| sqlx::query(ACCOUNT_ADD)
            .bind(&a.id)
            .bind(&a.org)
            .bind(&a.login)
            .bind(&a.name)
            .bind(sealed)
            .bind(&a.lang)
            .bind(a.status.as_str())
            .bind(micros(now))
            .execute(c)
            .await
            .map(drop))?;
        self.grant(&a.id, &a.roles, actor, now).await
    }

    async fn grant(&mut self, account: &str, roles: &BTreeSet<Role>, actor: &str, now: Timestamp) -> Result<(), Error> {
        for role in roles {
            on!(self.raw().await?.conn(), |c| sqlx::query(ROLE_ADD)
                .bind(account)
                .bind(role.as_str())
                .bind(micros(now))
                .bind(actor)
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }

    /// Replaces the roles of an account.
    pub async fn set_roles(&mut self, account: &str, roles: &BTreeSet<Role>, actor: &str, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(ROLES_CLEAR).bind(account).execute(c).await.map(drop))?;
        self.grant(account, roles, actor, now).await
    }

    /// How many accounts in use of an organisation hold a role, this unit's changes included.
    pub async fn holders(&mut self, org: &str, role: Role) -> Result<u64, Error> {
        let (n,): (i64,) =
            on!(self.raw().await?.conn(), |c| sqlx::query_as(HOLDERS).bind(org).bind(role.as_str()).fetch_one(c).await)?;
        Ok(crate::db::unsigned(n))
    }

    /// Stores name, contact, language and status of an account.
    pub async fn set_account(&mut self, a: &Account, now: Timestamp) -> Result<(), Error> {
        let sealed = self.seal_field(&about_contact(&a.id), &serde_json::to_vec(&a.contact)?, now).await?;
        on!(self.raw().await?.conn(), |c| sqlx::query(ACCOUNT_SET)
            .bind(&a.id)
            .bind(&a.name)
            .bind(sealed)
            .bind(&a.lang)
            .bind(a.status.as_str())
            .bind(micros(now))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes a sign-in.
    pub async fn account_signed_in(&mut self, account: &str, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(ACCOUNT_SEEN).bind(account).bind(micros(now)).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Stores a credential, replacing the one before.
    pub async fn put_credential(
        &mut self,
        account: &str,
        kind: CredentialKind,
        secret: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        let sealed = self.seal_field(&about_credential(account, kind), secret, now).await?;
        on!(self.raw().await?.conn(), |c| sqlx::query(CREDENTIAL_PUT)
            .bind(account)
            .bind(kind.as_str())
            .bind(sealed)
            .bind(-1_i64)
            .bind(micros(now))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Uses up the codes up to a step. False when that step was used already: two requests
    /// with one code cannot both pass.
    pub async fn use_step(&mut self, account: &str, kind: CredentialKind, step: i64) -> Result<bool, Error> {
        let n = on!(self.raw().await?.conn(), |c| sqlx::query(CREDENTIAL_STEP)
            .bind(account)
            .bind(kind.as_str())
            .bind(step)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(n == 1)
    }

    /// Removes a credential.
    pub async fn drop_credential(&mut self, account: &str, kind: CredentialKind) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(CREDENTIAL_DROP)
            .bind(account)
            .bind(kind.as_str())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
