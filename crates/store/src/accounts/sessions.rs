//! Sessions. The token lives in the browser; here is its digest.

use std::collections::BTreeSet;

use guosuo_case::{OrgKind, Role};
use jiff::Timestamp;

use super::people::AccountStatus;
use crate::db::{Reader, from_row, instant, micros, on, statements};
use crate::error::Error;
use crate::tx::Tx;

statements! {
    SESSION = "SELECT s.id, s.account, s.created, s.seen, s.idle, s.until, s.factor_at, s.stage, a.org, a.login, a.name, a.lang, a.status, o.kind, o.name AS org_name, o.status AS org_status FROM session s JOIN account a ON a.id = s.account JOIN org o ON o.id = a.org WHERE s.token = $1";
    SESSION_ADD = "INSERT INTO session (token, id, account, created, seen, idle, until, factor_at, stage, place, agent) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)";
    SESSION_SEEN = "UPDATE session SET seen = $2 WHERE token = $1 AND seen < $2";
    SESSION_FULL = "UPDATE session SET stage = 'full', factor_at = $2 WHERE id = $1";
    SESSION_END = "DELETE FROM session WHERE id = $1 AND account = $2";
    SESSIONS_END = "DELETE FROM session WHERE account = $1 AND id <> $2";
    SESSIONS_OF = "SELECT id, created, seen, factor_at, place, agent FROM session WHERE account = $1 AND until > $2 ORDER BY seen DESC";
    SESSIONS_SWEEP = "DELETE FROM session WHERE until < $1 OR seen + idle < $1";
}

/// How far a sign-in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the second factor is still asked for.
    Password,
    /// Signed in.
    Full,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Full => "full",
        }
    }
}

/// A session to be stored.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Digest of the token.
    pub token: Vec<u8>,
    /// Public id, shown to the owner and kept in the ledger.
    pub id: String,
    /// Account.
    pub account: String,
    /// Idle limit in microseconds.
    pub idle: i64,
    /// Absolute end.
    pub until: Timestamp,
    /// When the second factor was shown.
    pub factor_at: Option<Timestamp>,
    /// How far the sign-in has come.
    pub stage: Stage,
    /// Network address.
    pub place: String,
    /// Browser.
    pub agent: String,
}

/// A live session with everything that makes an actor.
#[derive(Debug, Clone)]
pub struct SignedInRow {
    /// Public id of the session.
    pub session: String,
    /// Account.
    pub account: String,
    /// Name to sign in with.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// `zh` or `en`.
    pub lang: String,
    /// Organisation.
    pub org: String,
    /// Its kind.
    pub org_kind: OrgKind,
    /// Its name.
    pub org_name: String,
    /// Whether the organisation's registration is confirmed.
    pub org_active: bool,
    /// Roles.
    pub roles: BTreeSet<Role>,
    /// How far the sign-in has come.
    pub stage: Stage,
    /// When the second factor was last shown.
    pub factor_at: Option<Timestamp>,
    /// Last request.
    pub seen: Timestamp,
    /// Idle limit in microseconds.
    pub idle: i64,
}

/// A session as its owner sees it.
#[derive(Debug, Clone)]
pub struct SessionInfo {
    /// Public id.
    pub id: String,
    /// Began.
    pub created: Timestamp,
    /// Last request.
    pub seen: Timestamp,
    /// When the second factor was last shown.
    pub factor_at: Option<Timestamp>,
    /// Network address.
    pub place: String,
    /// Browser.
    pub agent: String,
}

struct Row {
    id: String,
    account: String,
    seen: i64,
    idle: i64,
    until: i64,
    factor_at: Option<i64>,
    stage: String,
    org: String,
    login: String,
    name: String,
    lang: String,
    status: String,
    kind: String,
    org_name: String,
    org_status: String,
}

from_row!(Row { id, account, seen, idle, until, factor_at, stage, org, login, name, lang, status, kind, org_name, org_status });

struct InfoRow {
    id: String,
    created: i64,
    seen: i64,
    factor_at: Option<i64>,
    place: String,
    agent: String,
}

from_row!(InfoRow { id, created, seen, factor_at, place, agent });

impl Reader {
    /// The live session of a token digest: not idle too long, not at its end, account in use.
    pub async fn session(&mut self, token: &[u8], now: Timestamp) -> Result<Option<SignedInRow>, Error> {
        let row: Option<Row> = on!(self.conn(), |c| sqlx::query_as(SESSION).bind(token).fetch_optional(c).await)?;
        let Some(r) = row else { return Ok(None) };
        let n = micros(now);
        let live = n < r.until && n - r.seen < r.idle;
        if !live || AccountStatus::parse(&r.status)? == AccountStatus::Disabled || r.org_status == "suspended" {
            return Ok(None);
        }
        let roles = self.roles(&r.account).await?;
        Ok(Some(SignedInRow {
            org_kind: OrgKind::parse(&r.kind).ok_or_else(|| Error::Damaged(format!("org {}: kind", r.org)))?,
            org_active: r.org_status == "active",
            stage: if r.stage == "full" { Stage::Full } else { Stage::Password },
            factor_at: r.factor_at.map(instant),
            seen: instant(r.seen),
            idle: r.idle,
            session: r.id,
            account: r.account,
            login: r.login,
            name: r.name,
            lang: r.lang,
            org: r.org,
            org_name: r.org_name,
            roles,
        }))
    }

    /// The sessions of an account, latest first.
    pub async fn sessions(&mut self, account: &str, now: Timestamp) -> Result<Vec<SessionInfo>, Error> {
        let rows: Vec<InfoRow> =
            on!(self.conn(), |c| sqlx::query_as(SESSIONS_OF).bind(account).bind(micros(now)).fetch_all(c).await)?;
        Ok(rows
            .into_iter()
            .map(|r| SessionInfo {
                id: r.id,
                created: instant(r.created),
                seen: instant(r.seen),
                factor_at: r.factor_at.map(instant),
                place: r.place,
                agent: r.agent,
            })
            .collect())
    }
}

impl Tx {
    /// Begins a session.
    pub async fn add_session(&mut self, s: &NewSession, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(SESSION_ADD)
            .bind(&s.token)
            .bind(&s.id)
            .bind(&s.account)
            .bind(micros(now))
            .bind(s.idle)
            .bind(micros(s.until))
            .bind(s.factor_at.map(micros))
            .bind(s.stage.as_str())
            .bind(&s.place)
            .bind(&s.agent)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes that a session is in use.
    pub async fn session_seen(&mut self, token: &[u8], now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(SESSION_SEEN).bind(token).bind(micros(now)).execute(c).await.map(drop))?;
        Ok(())
    }

    /// The second factor was shown.
    pub async fn session_factor(&mut self, id: &str, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(SESSION_FULL).bind(id).bind(micros(now)).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Ends one session of an account.
    pub async fn end_session(&mut self, id: &str, account: &str) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(SESSION_END).bind(id).bind(account).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Ends all sessions of an account but `keep` (empty: all).
    pub async fn end_sessions(&mut self, account: &str, keep: &str) -> Result<u64, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(SESSIONS_END)
            .bind(account)
            .bind(keep)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?)
    }

    /// Removes sessions that have ended by themselves.
    pub async fn sweep_sessions(&mut self, now: Timestamp) -> Result<u64, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(SESSIONS_SWEEP)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?)
    }
}
