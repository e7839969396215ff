//! Tokens of organisations. The token lives in the program that uses it; here is its digest.

use jiff::Timestamp;

use crate::db::{Reader, from_row, instant, micros, on, rows_of, statements};
use crate::error::Error;
use crate::tx::Tx;

rows_of!(select: "api_token" as Row { id, org, name, scopes, actor, created, until, used, place, revoked });

statements! {
    TOKEN_OF = select!("WHERE digest = $1");
    TOKEN = select!("WHERE id = $1");
    TOKENS = select!("WHERE org = $1 ORDER BY created DESC, id DESC LIMIT 200");
    TOKEN_ADD = "INSERT INTO api_token (id, org, name, digest, scopes, actor, created, until, used, place, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '', 0)";
    TOKEN_USED = "UPDATE api_token SET used = $2, place = $3 WHERE id = $1 AND used < $2";
    TOKEN_REVOKE = "UPDATE api_token SET revoked = $3 WHERE id = $1 AND org = $2 AND revoked = 0";
    GRANT_PUT = "INSERT INTO api_grant (token, account, granted) VALUES ($1, $2, $3) ON CONFLICT (token, account) DO NOTHING";
    GRANT_DROP = "DELETE FROM api_grant WHERE token = $1 AND account = $2";
    GRANTED = "SELECT granted FROM api_grant WHERE token = $1 AND account = $2";
    GRANTS = "SELECT g.token, g.account, a.name, a.login, g.granted FROM api_grant g JOIN account a ON a.id = g.account JOIN api_token t ON t.id = g.token WHERE t.org = $1 ORDER BY g.granted, a.login";
}

/// A token to be stored.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its id, which the ledger names as the session of what it does.
    pub id: String,
    /// The organisation that it acts for.
    pub org: String,
    /// What it is for, in the administrator's words.
    pub name: String,
    /// Digest of the token.
    pub digest: Vec<u8>,
    /// What it may be used for, separated by blanks.
    pub scopes: String,
    /// Who made it.
    pub actor: String,
    /// When it ends.
    pub until: Timestamp,
}

/// A token as it is listed. The token itself is nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// The organisation that it acts for.
    pub org: String,
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// Account of the person who made it.
    pub actor: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// When it was used last, to the minute.
    pub used: Option<Timestamp>,
    /// From where.
    pub place: String,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

impl Token {
    /// Whether it can be used at a moment.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && now < self.until
    }
}

struct Row {
    id: String,
    org: String,
    name: String,
    scopes: String,
    actor: String,
    created: i64,
    until: i64,
    used: i64,
    place: String,
    revoked: i64,
}

impl From<Row> for Token {
    fn from(r: Row) -> Self {
        let moment = |us: i64| (us > 0).then(|| instant(us));
        Self {
            id: r.id,
            org: r.org,
            name: r.name,
            scopes: r.scopes.split_whitespace().map(str::to_owned).collect(),
            actor: r.actor,
            created: instant(r.created),
            until: instant(r.until),
            used: moment(r.used),
            place: r.place,
            revoked: moment(r.revoked),
        }
    }
}

/// Somebody's leave for a token to act in their name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The token.
    pub token: String,
    /// The account.
    pub account: String,
    /// The person's name.
    pub name: String,
    /// Name to sign in with, by which the program names the person.
    pub login: String,
    /// When it was given, microseconds.
    pub granted: i64,
}

from_row!(Grant { token, account, name, login, granted });

impl Reader {
    /// The token with a digest, whether it can still be used or not.
    pub async fn token_of(&mut self, digest: &[u8]) -> Result<Option<Token>, Error> {
        let row: Option<Row> = on!(self.conn(), |c| sqlx::query_as(TOKEN_OF).bind(digest).fetch_optional(c).await)?;
        Ok(row.map(Token::from))
    }

    /// The token with an id.
    pub async fn token(&mut self, id: &str) -> Result<Option<Token>, Error> {
        let row: Option<Row> = on!(self.conn(), |c| sqlx::query_as(TOKEN).bind(id).fetch_optional(c).await)?;
        Ok(row.map(Token::from))
    }

    /// The tokens of an organisation, newest first.
    pub async fn tokens(&mut self, org: &str) -> Result<Vec<Token>, Error> {
        let rows: Vec<Row> = on!(self.conn(), |c| sqlx::query_as(TOKENS).bind(org).fetch_all(c).await)?;
        Ok(rows.into_iter().map(Token::from).collect())
    }

    /// Whether a person lets a token act in their name.
    pub async fn granted(&mut self, token: &str, account: &str) -> Result<bool, Error> {
        let row: Option<(i64,)> =
            on!(self.conn(), |c| sqlx::query_as(GRANTED).bind(token).bind(account).fetch_optional(c).await)?;
        Ok(row.is_some())
    }

    /// Who lets which token of an organisation act in their name.
    pub async fn grants(&mut self, org: &str) -> Result<Vec<Grant>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(GRANTS).bind(org).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Stores a token.
    pub async fn add_token(&mut self, t: &NewToken, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(TOKEN_ADD)
            .bind(&t.id)
            .bind(&t.org)
            .bind(&t.name)
            .bind(&t.digest)
            .bind(&t.scopes)
            .bind(&t.actor)
            .bind(micros(now))
            .bind(micros(t.until))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes that a token is in use.
    pub async fn token_used(&mut self, id: &str, place: &str, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(TOKEN_USED)
            .bind(id)
            .bind(micros(now))
            .bind(place)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Ends a token of an organisation; answers whether there was one to end.
    pub async fn revoke_token(&mut self, id: &str, org: &str, now: Timestamp) -> Result<bool, Error> {
        let n = on!(self.raw().await?.conn(), |c| sqlx::query(TOKEN_REVOKE)
            .bind(id)
            .bind(org)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(n == 1)
    }

    /// A person lets a token act in their name, or no longer does.
    pub async fn grant_token(&mut self, token: &str, account: &str, given: bool, now: Timestamp) -> Result<(), Error> {
        if given {
            on!(self.raw().await?.conn(), |c| sqlx::query(GRANT_PUT)
                .bind(token)
                .bind(account)
                .bind(micros(now))
                .execute(c)
                .await
                .map(drop))?;
        } else {
            on!(self.raw().await?.conn(), |c| sqlx::query(GRANT_DROP).bind(token).bind(account).execute(c).await.map(drop))?;
        }
        Ok(())
    }
}
