//! One-time tickets, the brakes of sign-in, saved filters.

use jiff::{SignedDuration, Timestamp};

use crate::db::{Reader, from_row, instant, micros, on, statements};
use crate::error::Error;
use crate::tx::Tx;

statements! {
    TICKET = "SELECT purpose, account, data, created, until, used FROM ticket WHERE token = $1";
    TICKET_ADD = "INSERT INTO ticket (token, purpose, account, data, created, until) VALUES ($1, $2, $3, $4, $5, $6)";
    TICKET_USE = "UPDATE ticket SET used = $2 WHERE token = $1 AND used IS NULL";
    TICKETS_DROP = "DELETE FROM ticket WHERE account = $1 AND purpose = $2";
    THROTTLE = "SELECT count, since, blocked FROM throttle WHERE key = $1";
    THROTTLE_PUT = "INSERT INTO throttle (key, count, since, blocked) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO UPDATE SET count = excluded.count, since = excluded.since, blocked = excluded.blocked";
    THROTTLE_CLEAR = "DELETE FROM throttle WHERE key = $1";
    THROTTLE_SWEEP = "DELETE FROM throttle WHERE since < $1 AND blocked < $1";
    FILTERS = "SELECT id, name, query FROM saved_filter WHERE account = $1 ORDER BY created, id";
    FILTER_ADD = "INSERT INTO saved_filter (id, account, name, query, created) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, name) DO UPDATE SET query = excluded.query";
    FILTER_DROP = "DELETE FROM saved_filter WHERE id = $1 AND account = $2";
}

/// A token that stands for one thing: an invitation, a reset, a calendar feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// What it is for.
    pub purpose: String,
    /// Whose it is.
    pub account: String,
    /// Further data.
    pub data: String,
    /// Made.
    pub created: Timestamp,
    /// Ends.
    pub until: Timestamp,
    /// Whether it was used up.
    pub used: bool,
}

struct TicketRow {
    purpose: String,
    account: String,
    data: String,
    created: i64,
    until: i64,
    used: Option<i64>,
}

from_row!(TicketRow { purpose, account, data, created, until, used });

/// A filter that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    /// Id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The query part of the address.
    pub query: String,
}

from_row!(SavedFilter { id, name, query });

impl Reader {
    /// The ticket of a token digest, whether used, ended or good.
    pub async fn ticket(&mut self, token: &[u8]) -> Result<Option<Ticket>, Error> {
        let row: Option<TicketRow> = on!(self.conn(), |c| sqlx::query_as(TICKET).bind(token).fetch_optional(c).await)?;
        Ok(row.map(|r| Ticket {
            purpose: r.purpose,
            account: r.account,
            data: r.data,
            created: instant(r.created),
            until: instant(r.until),
            used: r.used.is_some(),
        }))
    }

    /// Until when a key (account, address) has to wait; `None` if it has not.
    pub async fn blocked_until(&mut self, key: &str, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let row: Option<(i64, i64, i64)> = on!(self.conn(), |c| sqlx::query_as(THROTTLE).bind(key).fetch_optional(c).await)?;
        Ok(row.and_then(|(_, _, blocked)| (blocked > micros(now)).then(|| instant(blocked))))
    }

    /// The filters that somebody keeps.
    pub async fn saved_filters(&mut self, account: &str) -> Result<Vec<SavedFilter>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(FILTERS).bind(account).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Makes a ticket.
    pub async fn add_ticket(
        &mut self,
        token: &[u8],
        purpose: &str,
        account: &str,
        data: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(TICKET_ADD)
            .bind(token)
            .bind(purpose)
            .bind(account)
            .bind(data)
            .bind(micros(now))
            .bind(micros(until))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Uses a ticket up. False when it was used before.
    pub async fn use_ticket(&mut self, token: &[u8], now: Timestamp) -> Result<bool, Error> {
        let n = on!(self.raw().await?.conn(), |c| sqlx::query(TICKET_USE)
            .bind(token)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(n == 1)
    }

    /// Takes back all tickets of a purpose.
    pub async fn drop_tickets(&mut self, account: &str, purpose: &str) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(TICKETS_DROP).bind(account).bind(purpose).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Counts a failure. After `limit` failures within `window` the key waits for `wait`.
    /// Gives the end of the waiting, if it begins now.
    pub async fn count_failure(
        &mut self,
        key: &str,
        limit: u32,
        window: SignedDuration,
        wait: SignedDuration,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let row: Option<(i64, i64, i64)> =
            on!(self.raw().await?.conn(), |c| sqlx::query_as(THROTTLE).bind(key).fetch_optional(c).await)?;
        let n = micros(now);
        let (count, since) = match row {
            Some((count, since, _)) if n - since < window.as_micros().try_into().unwrap_or(i64::MAX) => (count + 1, since),
            _ => (1, n),
        };
        let until = (count >= i64::from(limit)).then(|| now + wait);
        on!(self.raw().await?.conn(), |c| sqlx::query(THROTTLE_PUT)
            .bind(key)
            .bind(if until.is_some() { 0 } else { count })
            .bind(since)
            .bind(until.map_or(0, micros))
            .execute(c)
            .await
            .map(drop))?;
        Ok(until)
    }

    /// Forgets the failures of a key.
    pub async fn forget_failures(&mut self, key: &str) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(THROTTLE_CLEAR).bind(key).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Removes counters that no longer matter.
    pub async fn sweep_failures(&mut self, before: Timestamp) -> Result<u64, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(THROTTLE_SWEEP)
            .bind(micros(before))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?)
    }

    /// Keeps a filter; the same name replaces it.
    pub async fn save_filter(&mut self, id: &str, account: &str, name: &str, query: &str, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(FILTER_ADD)
            .bind(id)
            .bind(account)
            .bind(name)
            .bind(query)
            .bind(micros(now))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Forgets a filter.
    pub async fn drop_filter(&mut self, id: &str, account: &str) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(FILTER_DROP).bind(id).bind(account).execute(c).await.map(drop))?;
        Ok(())
    }
}
