//! Addresses that are called when something happens, and what was delivered to them.
//!
//! A line of the feed becomes a delivery for each address; the lines of one case go out in order, so
//! one that waits holds back the later ones of its case and of no other.

use jiff::Timestamp;
use serde::Serialize;

use crate::db::{Reader, from_row, instant, micros, on, rows_of, statements};
use crate::error::Error;
use crate::tx::Tx;

rows_of!(select: "webhook" as Row { id, org, url, secret, before, before_until, state, position, created });
rows_of!(deliveries: "delivery" as Delivery { n, case_id, state, attempts, due, status, error, at });

statements! {
    HOOK = select!("WHERE id = $1 AND state <> 'removed'");
    HOOKS = select!("WHERE org = $1 AND state <> 'removed' ORDER BY created, id LIMIT 100");
    HOOKS_BEHIND = select!("WHERE state = 'active' AND EXISTS (SELECT 1 FROM feed f WHERE f.org = webhook.org AND f.n > webhook.position) ORDER BY id LIMIT 100");
    HOOK_ADD = "INSERT INTO webhook (id, org, url, secret, before, before_until, state, position, created, actor, updated) VALUES ($1, $2, $3, $4, $5, 0, 'active', $6, $7, $8, $7)";
    HOOK_STATE = "UPDATE webhook SET state = $2, updated = $3 WHERE id = $1";
    HOOK_SECRET = "UPDATE webhook SET before = secret, before_until = $3, secret = $2, updated = $4 WHERE id = $1";
    HOOK_POSITION = "UPDATE webhook SET position = $2 WHERE id = $1 AND position < $2";
    EXPAND = "INSERT INTO delivery (webhook, n, case_id, state, attempts, due, status, error, at) SELECT w.id, f.n, f.case_id, 'waiting', 0, $2, 0, '', 0 FROM webhook w JOIN feed f ON f.org = w.org WHERE w.id = $1 AND f.n > w.position AND f.n <= $3 ON CONFLICT (webhook, n) DO NOTHING";
    DUE = "SELECT d.webhook, d.n, d.attempts FROM delivery d JOIN webhook w ON w.id = d.webhook WHERE w.state = 'active' AND d.state = 'waiting' AND d.due <= $1 AND NOT EXISTS (SELECT 1 FROM delivery b WHERE b.webhook = d.webhook AND b.case_id = d.case_id AND b.n < d.n AND b.state <> 'delivered') ORDER BY d.due, d.webhook, d.n LIMIT $2";
    DONE = "UPDATE delivery SET state = $3, attempts = $4, due = $5, status = $6, error = $7, at = $8 WHERE webhook = $1 AND n = $2 AND state = 'waiting'";
    LIST = deliveries!("WHERE webhook = $1 AND ($2 = '' OR state = $2) AND n > $3 ORDER BY n LIMIT $4");
    LIST_BACK = deliveries!("WHERE webhook = $1 ORDER BY n DESC LIMIT $2");
    COUNTS = "SELECT state, CAST(COUNT(*) AS BIGINT) FROM delivery WHERE webhook = $1 GROUP BY state ORDER BY state";
    REPLAY = "UPDATE delivery SET state = 'waiting', attempts = 0, due = $4, error = '' WHERE webhook = $1 AND n >= $2 AND n <= $3";
}

/// Whether an address is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    /// It is.
    Active,
    /// What happens waits.
    Paused,
    /// It is gone for good.
    Removed,
}

impl WebhookState {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Removed => "removed",
        }
    }
}

/// An address to be stored.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Its id.
    pub id: String,
    /// Whose.
    pub org: String,
    /// Where.
    pub url: String,
    /// What its calls are signed with.
    pub secret: Vec<u8>,
    /// The line of the feed after which it begins.
    pub position: i64,
    /// Who made it.
    pub actor: String,
}

/// An address that is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Whose.
    pub org: String,
    /// Where.
    pub url: String,
    /// `active` or `paused`.
    pub state: String,
    /// What its calls are signed with now.
    pub secret: Vec<u8>,
    /// What they were signed with before, while both hold.
    pub before: Option<Vec<u8>>,
    /// The line of the feed up to which deliveries are made.
    pub position: i64,
    /// When it was made.
    pub created: Timestamp,
}

struct Row {
    id: String,
    org: String,
    url: String,
    secret: Vec<u8>,
    before: Vec<u8>,
    before_until: i64,
    state: String,
    position: i64,
    created: i64,
}

/// A delivery as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The line of the feed.
    pub n: i64,
    /// The case.
    pub case_id: String,
    /// `waiting`, `delivered`, `parked`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i64,
    /// Not before, microseconds.
    pub due: i64,
    /// The status that the last attempt was answered with, 0 for none.
    pub status: i64,
    /// Why the last attempt failed, empty when it did not.
    pub error: String,
    /// The last attempt, microseconds, 0 before the first.
    pub at: i64,
}

/// A delivery whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDelivery {
    /// The address.
    pub webhook: String,
    /// The line of the feed.
    pub n: i64,
    /// Attempts so far.
    pub attempts: i64,
}

from_row!(DueDelivery { webhook, n, attempts });

fn about(id: &str) -> String {
    format!("webhook|{id}")
}

impl Reader {
    async fn opened(&mut self, r: Row, now: Timestamp) -> Result<Webhook, Error> {
        let secret = self.open_field(&about(&r.id), &r.secret).await?;
        let before = if r.before_until > micros(now) && !r.before.is_empty() {
            Some(self.open_field(&about(&r.id), &r.before).await?)
        } else {
            None
        };
        Ok(Webhook {
            id: r.id,
            org: r.org,
            url: r.url,
            state: r.state,
            secret,
            before,
            position: r.position,
            created: instant(r.created),
        })
    }

    /// An address that is called.
    pub async fn webhook(&mut self, id: &str, now: Timestamp) -> Result<Option<Webhook>, Error> {
        let row: Option<Row> = on!(self.conn(), |c| sqlx::query_as(HOOK).bind(id).fetch_optional(c).await)?;
        match row {
            Some(r) => Ok(Some(self.opened(r, now).await?)),
            None => Ok(None),
        }
    }

    /// The addresses of an organisation.
    pub async fn webhooks(&mut self, org: &str, now: Timestamp) -> Result<Vec<Webhook>, Error> {
        let rows: Vec<Row> = on!(self.conn(), |c| sqlx::query_as(HOOKS).bind(org).fetch_all(c).await)?;
        let mut out = Vec::with_capacity(rows.len());
        for r in rows {
            out.push(self.opened(r, now).await?);
        }
        Ok(out)
    }

    /// Addresses for which lines of the feed are not yet deliveries: id and organisation.
    pub async fn webhooks_behind(&mut self) -> Result<Vec<(String, String)>, Error> {
        let rows: Vec<Row> = on!(self.conn(), |c| sqlx::query_as(HOOKS_BEHIND).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|r| (r.id, r.org)).collect())
    }

    /// The deliveries whose turn it is.
    pub async fn deliveries_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<DueDelivery>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(DUE).bind(micros(now)).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// Deliveries to an address after a number; `state` may be empty.
    pub async fn deliveries(&mut self, hook: &str, state: &str, after: i64, limit: u32) -> Result<Vec<Delivery>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(LIST)
            .bind(hook)
            .bind(state)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(c)
            .await)?)
    }

    /// The newest deliveries to an address, newest first.
    pub async fn last_deliveries(&mut self, hook: &str, limit: u32) -> Result<Vec<Delivery>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(LIST_BACK).bind(hook).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// How many deliveries of an address stand in each state.
    pub async fn delivery_counts(&mut self, hook: &str) -> Result<Vec<(String, i64)>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(COUNTS).bind(hook).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Stores an address.
    pub async fn add_webhook(&mut self, w: &NewWebhook, now: Timestamp) -> Result<(), Error> {
        let sealed = self.seal_field(&about(&w.id), &w.secret, now).await?;
        let none: Vec<u8> = Vec::new();
        on!(self.raw().await?.conn(), |c| sqlx::query(HOOK_ADD)
            .bind(&w.id)
            .bind(&w.org)
            .bind(&w.url)
            .bind(&sealed)
            .bind(&none)
            .bind(w.position)
            .bind(micros(now))
            .bind(&w.actor)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Pauses an address, lets it go on, or removes it.
    pub async fn set_webhook_state(&mut self, id: &str, state: WebhookState, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(HOOK_STATE)
            .bind(id)
            .bind(state.as_str())
            .bind(micros(now))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// A new secret; the old one holds beside it until a moment.
    pub async fn rotate_webhook(&mut self, id: &str, secret: &[u8], old_until: Timestamp, now: Timestamp) -> Result<(), Error> {
        let sealed = self.seal_field(&about(id), secret, now).await?;
        on!(self.raw().await?.conn(), |c| sqlx::query(HOOK_SECRET)
            .bind(id)
            .bind(&sealed)
            .bind(micros(old_until))
            .bind(micros(now))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Makes deliveries of the lines of the feed up to `upto`.
    pub async fn expand_webhook(&mut self, id: &str, upto: i64, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(EXPAND).bind(id).bind(micros(now)).bind(upto).execute(c).await.map(drop))?;
        on!(self.raw().await?.conn(), |c| sqlx::query(HOOK_POSITION).bind(id).bind(upto).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Keeps what came of an attempt.
    pub async fn delivery_done(&mut self, hook: &str, d: &Delivery) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(DONE)
            .bind(hook)
            .bind(d.n)
            .bind(&d.state)
            .bind(d.attempts)
            .bind(d.due)
            .bind(d.status)
            .bind(&d.error)
            .bind(d.at)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Sends deliveries again, from one number to another; answers how many.
    pub async fn replay_deliveries(&mut self, hook: &str, from: i64, to: i64, now: Timestamp) -> Result<u64, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(REPLAY)
            .bind(hook)
            .bind(from)
            .bind(to)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?)
    }
}
