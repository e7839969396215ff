//! The calendar in force: the notices built in and those imported into this instance.

use std::sync::Arc;

use guosuo_rules::calendar::{Calendar, Notice};
use jiff::Timestamp;

use crate::db::{Reader, from_row, micros, on, statements};
use crate::error::Error;
use crate::ledger::Origin;
use crate::open::Store;
use crate::tx::Tx;

statements! {
    NOTICES = "SELECT number, year, body, imported, actor FROM calendar_notice ORDER BY imported, number";
    NOTICE_COUNT = "SELECT CAST(COUNT(*) AS BIGINT) FROM calendar_notice";
    NOTICE_PUT = "INSERT INTO calendar_notice (number, year, body, imported, actor) VALUES ($1, $2, $3, $4, $5)";
}

/// A notice of the State Council that was imported into this instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedNotice {
    /// Document number 文号.
    pub number: String,
    /// The year it arranges.
    pub year: i64,
    /// The notice as TOML.
    pub body: String,
    /// When, microseconds.
    pub imported: i64,
    /// Who.
    pub actor: String,
}

from_row!(ImportedNotice { number, year, body, imported, actor });

fn assemble(notices: &[ImportedNotice]) -> Result<Arc<Calendar>, Error> {
    let mut calendar = Calendar::builtin().clone();
    for n in notices {
        let bad = |e: guosuo_rules::calendar::NoticeError| Error::Damaged(format!("calendar_notice {}: {e}", n.number));
        calendar = calendar.with_notice(Notice::parse_toml(&n.body).map_err(bad)?).map_err(bad)?;
    }
    Ok(Arc::new(calendar))
}

impl Reader {
    /// The imported notices in the order of their import.
    pub async fn notices(&mut self) -> Result<Vec<ImportedNotice>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(NOTICES).fetch_all(c).await)?)
    }

    async fn notice_count(&mut self) -> Result<i64, Error> {
        let (n,): (i64,) = on!(self.conn(), |c| sqlx::query_as(NOTICE_COUNT).fetch_one(c).await)?;
        Ok(n)
    }
}

impl Store {
    /// The calendar in force.
    pub async fn calendar(&self) -> Result<Arc<Calendar>, Error> {
        let mut reader = self.reader().await?;
        let count = reader.notice_count().await?;
        if let Some(c) = self.shared.cached_calendar(count) {
            return Ok(c);
        }
        let calendar = assemble(&reader.notices().await?)?;
        self.shared.set_calendar(count, calendar.clone());
        Ok(calendar)
    }
}

impl Tx {
    /// The calendar in force inside this write unit.
    pub async fn calendar(&mut self) -> Result<Arc<Calendar>, Error> {
        if let Some(c) = &self.calendar {
            return Ok(c.clone());
        }
        let count = self.beneath().notice_count().await?;
        let calendar = if let Some(c) = self.shared().cached_calendar(count) {
            c
        } else {
            let calendar = assemble(&self.beneath().notices().await?)?;
            self.shared().set_calendar(count, calendar.clone());
            calendar
        };
        self.calendar = Some(calendar.clone());
        Ok(calendar)
    }

    /// Imports a notice as an act with its document number. Clocks are not re-dated here: that
    /// is [`Tx::redate`], which the same unit calls.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the notice contradicts itself or the calendar;
    /// [`Error::Constraint`] if a notice with this number was imported before.
    pub async fn import_notice(&mut self, toml: &str, origin: &Origin, now: Timestamp) -> Result<Arc<Calendar>, Error> {
        let bad = |e: guosuo_rules::calendar::NoticeError| Error::Damaged(format!("notice: {e}"));
        let notice = Notice::parse_toml(toml).map_err(bad)?;
        let (number, year) = (notice.document.clone(), notice.year);
        let calendar = Arc::new(self.calendar().await?.with_notice(notice).map_err(bad)?);
        on!(self.raw().await?.conn(), |c| sqlx::query(NOTICE_PUT)
            .bind(number.as_str())
            .bind(i64::from(year))
            .bind(toml)
            .bind(micros(now))
            .bind(origin.actor.as_str())
            .execute(c)
            .await
            .map(drop))?;
        self.record_act("calendar.imported", &number, origin, &serde_json::json!({ "year": year, "notice": toml }), now).await?;
        self.calendar = Some(calendar.clone());
        self.undo_calendar();
        Ok(calendar)
    }
}
