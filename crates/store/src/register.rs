//! The public register of filed bodies and the publications: what anyone may read.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::buffer::T;
use crate::db::{Reader, from_row, on, signed, statements, unsigned};
use crate::error::Error;
use crate::project::{BodyRow, BodyStatusRow, PublicationRow};
use crate::tx::Tx;

statements! {
    BODIES = "SELECT b.id, b.number, b.org, b.name, b.credit_code, b.filed, b.published, b.case_id, b.source, b.data, COALESCE((SELECT s.status FROM body_status s WHERE s.body = b.id AND s.since <= $1 ORDER BY s.seq DESC LIMIT 1), '') AS status, COALESCE((SELECT s.since FROM body_status s WHERE s.body = b.id AND s.since <= $1 ORDER BY s.seq DESC LIMIT 1), '') AS since FROM body_register b WHERE b.filed <= $1 AND ($2 = '' OR replace(b.name, $2, '') <> b.name OR b.credit_code = $2 OR replace(b.number, $2, '') <> b.number) ORDER BY b.filed, b.number, b.id LIMIT $3";
    BODY = "SELECT b.id, b.number, b.org, b.name, b.credit_code, b.filed, b.published, b.case_id, b.source, b.data, COALESCE((SELECT s.status FROM body_status s WHERE s.body = b.id AND s.since <= $2 ORDER BY s.seq DESC LIMIT 1), '') AS status, COALESCE((SELECT s.since FROM body_status s WHERE s.body = b.id AND s.since <= $2 ORDER BY s.seq DESC LIMIT 1), '') AS since FROM body_register b WHERE b.id = $1";
    BODIES_OF = "SELECT id, number, org, name, credit_code, filed, published, case_id, source, data FROM body_register WHERE case_id = $1 ORDER BY id";
    BODY_OF_NUMBER = "SELECT id FROM body_register WHERE number = $1 ORDER BY id LIMIT 1";
    STATUSES = "SELECT body, seq, status, since, reason, at FROM body_status WHERE body = $1 ORDER BY seq";
    PUBLICATIONS = "SELECT id, kind, number, case_id, org, title, published, at, data FROM publication WHERE ($1 = '' OR kind = $1) AND (at < $2 OR (at = $2 AND id < $3)) ORDER BY at DESC, id DESC LIMIT $4";
    PUBLICATION = "SELECT id, kind, number, case_id, org, title, published, at, data FROM publication WHERE id = $1";
    PUBLICATION_OF_NUMBER = "SELECT id FROM publication WHERE number = $1 AND kind = $2 ORDER BY id LIMIT 1";
    PUBLICATIONS_OF = "SELECT id, kind, number, case_id, org, title, published, at, data FROM publication WHERE case_id = $1 ORDER BY id";
    STATUS_LAST = "SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM body_status WHERE body = $1";
    IS_FILED = "SELECT CAST(COUNT(*) AS BIGINT) FROM body_register b WHERE b.credit_code = $1 AND (SELECT s.status FROM body_status s WHERE s.body = b.id ORDER BY s.seq DESC LIMIT 1) = 'filed'";
}

/// A body in the register with its status on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredBody {
    /// Id of the entry.
    pub id: String,
    /// 备案编号.
    pub number: String,
    /// Its organisation here, or empty for imported entries.
    pub org: String,
    /// Name.
    pub name: String,
    /// 统一社会信用代码, or empty where the source gives none.
    pub credit_code: String,
    /// Day of the filing.
    pub filed: String,
    /// Day of the publication.
    pub published: String,
    /// The case behind it, or empty for imported entries.
    pub case_id: String,
    /// Where an imported entry was published.
    pub source: String,
    /// JSON with further public facts.
    pub data: String,
    /// `filed`, `removed`; empty before the first.
    pub status: String,
    /// Day since when.
    pub since: String,
}

from_row!(RegisteredBody { id, number, org, name, credit_code, filed, published, case_id, source, data, status, since });

impl Reader {
    /// The register as of a day; `text` is part of a name or number, or a credit code.
    pub async fn bodies(&mut self, as_of: Date, text: &str, limit: u32) -> Result<Vec<RegisteredBody>, Error> {
        let day = as_of.to_string();
        Ok(on!(self.conn(), |c| sqlx::query_as(BODIES).bind(day.as_str()).bind(text).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// One entry with its status on a day.
    pub async fn body(&mut self, id: &str, as_of: Date) -> Result<RegisteredBody, Error> {
        let day = as_of.to_string();
        let b: Option<RegisteredBody> =
            on!(self.conn(), |c| sqlx::query_as(BODY).bind(id).bind(day.as_str()).fetch_optional(c).await)?;
        b.ok_or(Error::NotFound("body"))
    }

    /// The id of the entry with a filing number.
    pub async fn body_of_number(&mut self, number: &str) -> Result<Option<String>, Error> {
        let row: Option<(String,)> = on!(self.conn(), |c| sqlx::query_as(BODY_OF_NUMBER).bind(number).fetch_optional(c).await)?;
        Ok(row.map(|r| r.0))
    }

    /// The status history of an entry.
    pub async fn body_statuses(&mut self, id: &str) -> Result<Vec<BodyStatusRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(STATUSES).bind(id).fetch_all(c).await)?)
    }

    /// Whether the body with this credit code is on the list now.
    pub async fn is_filed(&mut self, credit_code: &str) -> Result<bool, Error> {
        let (n,): (i64,) = on!(self.conn(), |c| sqlx::query_as(IS_FILED).bind(credit_code).fetch_one(c).await)?;
        Ok(n > 0)
    }

    pub(crate) async fn bodies_of_case(&mut self, case_id: &str) -> Result<Vec<BodyRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(BODIES_OF).bind(case_id).fetch_all(c).await)?)
    }

    pub(crate) async fn publications_of_case(&mut self, case_id: &str) -> Result<Vec<PublicationRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(PUBLICATIONS_OF).bind(case_id).fetch_all(c).await)?)
    }

    /// Publications, newest first, after one (`i64::MAX` and empty to begin); `kind` may be empty.
    pub async fn publications(
        &mut self,
        kind: &str,
        before: i64,
        before_id: &str,
        limit: u32,
    ) -> Result<Vec<PublicationRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(PUBLICATIONS)
            .bind(kind)
            .bind(before)
            .bind(before_id)
            .bind(i64::from(limit))
            .fetch_all(c)
            .await)?)
    }

    /// The id of the publication of a kind (`filing`, `removal`) about a filing number.
    pub async fn publication_of_number(&mut self, number: &str, kind: &str) -> Result<Option<String>, Error> {
        let row: Option<(String,)> =
            on!(self.conn(), |c| sqlx::query_as(PUBLICATION_OF_NUMBER).bind(number).bind(kind).fetch_optional(c).await)?;
        Ok(row.map(|r| r.0))
    }

    /// One publication.
    pub async fn publication(&mut self, id: &str) -> Result<PublicationRow, Error> {
        let p: Option<PublicationRow> = on!(self.conn(), |c| sqlx::query_as(PUBLICATION).bind(id).fetch_optional(c).await)?;
        p.ok_or(Error::NotFound("publication"))
    }
}

impl Tx {
    /// Puts an entry into the register that was published elsewhere (`source`), with its first
    /// status. The same id is not entered twice: `false`.
    pub async fn import_body(&mut self, body: BodyRow, status: &str, now: Timestamp) -> Result<bool, Error> {
        if body.source.is_empty() || !body.case_id.is_empty() {
            return Err(Error::Constraint("an imported entry names its source and no case".into()));
        }
        if unsigned(self.raw().await?.last_status(&body.id).await?) > 0 {
            return Ok(false);
        }
        let first = BodyStatusRow {
            body: body.id.clone(),
            seq: 1,
            status: status.to_owned(),
            since: body.filed.clone(),
            reason: body.source.clone(),
            at: crate::db::micros(now),
        };
        self.put(T::Body, body.values()).await?;
        self.put(T::BodyStatus, first.values()).await?;
        Ok(true)
    }

    /// Adds a status to an imported entry (entries of cases get theirs from the case).
    pub async fn set_imported_status(
        &mut self,
        body: &str,
        status: &str,
        since: Date,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let last = self.raw().await?.last_status(body).await?;
        if last == 0 {
            return Err(Error::NotFound("body"));
        }
        let row = BodyStatusRow {
            body: body.to_owned(),
            seq: signed(unsigned(last) + 1),
            status: status.to_owned(),
            since: since.to_string(),
            reason: reason.to_owned(),
            at: crate::db::micros(now),
        };
        self.put(T::BodyStatus, row.values()).await
    }
}

impl Reader {
    async fn last_status(&mut self, body: &str) -> Result<i64, Error> {
        let (n,): (i64,) = on!(self.conn(), |c| sqlx::query_as(STATUS_LAST).bind(body).fetch_one(c).await)?;
        Ok(n)
    }
}
