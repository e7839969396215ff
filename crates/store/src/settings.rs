//! Settings of the instance: names and JSON values; each change is an act in the ledger.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::db::{Reader, from_row, micros, on, statements};
use crate::error::Error;
use crate::ledger::Origin;
use crate::tx::Tx;

statements! {
    SETTING = "SELECT value FROM setting WHERE key = $1";
    SETTINGS = "SELECT key, value, at, actor FROM setting ORDER BY key";
    SETTING_PUT = "INSERT INTO setting (key, value, at, actor) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at, actor = excluded.actor";
}

/// A setting with who changed it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Name.
    pub key: String,
    /// JSON.
    pub value: String,
    /// When, microseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
}

from_row!(Setting { key, value, at, actor });

impl Reader {
    /// A setting, if it was ever set.
    pub async fn setting<V: DeserializeOwned>(&mut self, key: &str) -> Result<Option<V>, Error> {
        let row: Option<(String,)> = on!(self.conn(), |c| sqlx::query_as(SETTING).bind(key).fetch_optional(c).await)?;
        row.map(|(v,)| serde_json::from_str(&v).map_err(Error::from)).transpose()
    }

    /// All settings.
    pub async fn settings(&mut self) -> Result<Vec<Setting>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(SETTINGS).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Sets a setting and records who did.
    pub async fn set_setting(
        &mut self,
        key: &str,
        value: &(impl Serialize + Sync),
        origin: &Origin,
        now: Timestamp,
    ) -> Result<(), Error> {
        if key == "ledger.origin" {
            return Err(Error::Constraint("the name of the ledger is fixed".into()));
        }
        let text = serde_json::to_string(value)?;
        on!(self.raw().await?.conn(), |c| sqlx::query(SETTING_PUT)
            .bind(key)
            .bind(text.as_str())
            .bind(micros(now))
            .bind(origin.actor.as_str())
            .execute(c)
            .await
            .map(drop))?;
        self.record_act("setting.changed", key, origin, &serde_json::json!({ "value": text }), now).await
    }
}
