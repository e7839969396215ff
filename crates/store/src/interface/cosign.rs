//! Signatures of witnesses under heads of the log (C2SP tlog-cosignature).

use jiff::Timestamp;

use crate::db::{Reader, from_row, micros, on, signed, statements};
use crate::error::Error;
use crate::tx::Tx;

statements! {
    COSIGNATURES = "SELECT size, name, line, at FROM cosignature WHERE size = $1 ORDER BY name";
    COSIGNED_LAST = "SELECT size, name, line, at FROM cosignature WHERE name = $1 ORDER BY size DESC LIMIT 1";
    COSIGNATURE_PUT = "INSERT INTO cosignature (size, name, line, at) VALUES ($1, $2, $3, $4) ON CONFLICT (size, name) DO UPDATE SET line = excluded.line, at = excluded.at";
}

/// What a witness has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// Rows that the head covers.
    pub size: i64,
    /// The witness's key name.
    pub name: String,
    /// The signature line, without its line end.
    pub line: String,
    /// When it arrived, microseconds.
    pub at: i64,
}

from_row!(Cosignature { size, name, line, at });

impl Reader {
    /// The signatures of witnesses under the head over so many rows.
    pub async fn cosignatures(&mut self, size: u64) -> Result<Vec<Cosignature>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(COSIGNATURES).bind(signed(size)).fetch_all(c).await)?)
    }

    /// The newest head that a witness has signed.
    pub async fn cosigned_by(&mut self, name: &str) -> Result<Option<Cosignature>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(COSIGNED_LAST).bind(name).fetch_optional(c).await)?)
    }
}

impl Tx {
    /// Keeps a witness's signature.
    pub async fn put_cosignature(&mut self, size: u64, name: &str, line: &str, now: Timestamp) -> Result<(), Error> {
        on!(self.raw().await?.conn(), |c| sqlx::query(COSIGNATURE_PUT)
            .bind(signed(size))
            .bind(name)
            .bind(line)
            .bind(micros(now))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
