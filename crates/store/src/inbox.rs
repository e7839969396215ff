//! Messages to organisations: notices, hand-overs, deadlines. The words are made by the front.

use jiff::Timestamp;
use serde::Serialize;

use crate::buffer::T;
use crate::db::{Reader, from_row, micros, new_id, on, statements, unsigned};
use crate::error::Error;
use crate::tx::Tx;

statements! {
    INBOX = "SELECT id, org, case_id, kind, data, blob_id, at, read_at, read_by FROM message WHERE org = $1 AND (at < $2 OR (at = $2 AND id < $3)) ORDER BY at DESC, id DESC LIMIT $4";
    MESSAGE = "SELECT id, org, case_id, kind, data, blob_id, at, read_at, read_by FROM message WHERE org = $1 AND id = $2";
    UNREAD = "SELECT CAST(COUNT(*) AS BIGINT) FROM message WHERE org = $1 AND read_at IS NULL";
    READ = "UPDATE message SET read_at = $3, read_by = $4 WHERE org = $1 AND id = $2 AND read_at IS NULL";
    ATTACH = "UPDATE message SET blob_id = $3 WHERE org = $1 AND id = $2";
}

/// A message in the inbox of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Id.
    pub id: String,
    /// Whose inbox.
    pub org: String,
    /// The case it is about, or empty.
    pub case_id: String,
    /// What kind of message; the front has the words.
    pub kind: String,
    /// JSON with what the words need.
    pub data: String,
    /// A document that comes with it.
    pub blob_id: Option<String>,
    /// When, microseconds.
    pub at: i64,
    /// First opened at, microseconds.
    pub read_at: Option<i64>,
    /// First opened by.
    pub read_by: Option<String>,
}

from_row!(Message { id, org, case_id, kind, data, blob_id, at, read_at, read_by });

impl Tx {
    /// Puts a message into an inbox; answers its id.
    pub async fn send_message(
        &mut self,
        org: &str,
        case_id: &str,
        kind: &str,
        data: &(impl Serialize + Sync),
        blob_id: Option<&str>,
        now: Timestamp,
    ) -> Result<String, Error> {
        let id = new_id();
        self.put(
            T::Message,
            vec![
                id.as_str().into(),
                org.into(),
                case_id.into(),
                kind.into(),
                serde_json::to_string(data)?.into(),
                blob_id.map(str::to_owned).into(),
                micros(now).into(),
            ],
        )
        .await?;
        Ok(id)
    }

    /// Marks a message as read; `false` if it was, or is not in this inbox.
    pub async fn read_message(&mut self, org: &str, id: &str, account: &str, now: Timestamp) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(READ)
            .bind(org)
            .bind(id)
            .bind(micros(now))
            .bind(account)
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }

    /// Adds the document once it has been made.
    pub async fn attach_to_message(&mut self, org: &str, id: &str, blob_id: &str) -> Result<bool, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(ATTACH)
            .bind(org)
            .bind(id)
            .bind(blob_id)
            .execute(c)
            .await
            .map(|r| r.rows_affected() == 1))?)
    }
}

impl Reader {
    /// An inbox, newest first, after a message (`i64::MAX` and empty to begin).
    pub async fn inbox(&mut self, org: &str, before: i64, before_id: &str, limit: u32) -> Result<Vec<Message>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(INBOX)
            .bind(org)
            .bind(before)
            .bind(before_id)
            .bind(i64::from(limit))
            .fetch_all(c)
            .await)?)
    }

    /// One message of an inbox.
    pub async fn message(&mut self, org: &str, id: &str) -> Result<Message, Error> {
        let m: Option<Message> = on!(self.conn(), |c| sqlx::query_as(MESSAGE).bind(org).bind(id).fetch_optional(c).await)?;
        m.ok_or(Error::NotFound("message"))
    }

    /// Messages not opened yet.
    pub async fn unread(&mut self, org: &str) -> Result<u64, Error> {
        let (n,): (i64,) = on!(self.conn(), |c| sqlx::query_as(UNREAD).bind(org).fetch_one(c).await)?;
        Ok(unsigned(n))
    }
}
