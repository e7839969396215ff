//! Organisations: certification bodies that register, authorities that are set up.

use guosuo_case::OrgKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::{Reader, from_row, instant, micros, on, statements};
use crate::error::Error;
use crate::open::Store;
use crate::tx::Tx;

statements! {
    ORG = "SELECT id, kind, name, credit_code, status, details, created, updated, version FROM org WHERE id = $1";
    ORG_BY_CODE = "SELECT id, kind, name, credit_code, status, details, created, updated, version FROM org WHERE credit_code = $1";
    ORGS = "SELECT id, kind, name, credit_code, status, details, created, updated, version FROM org WHERE ($1 = '' OR kind = $1) AND ($2 = '' OR status = $2) ORDER BY created, id LIMIT 1000";
    ORG_ADD = "INSERT INTO org (id, kind, name, credit_code, status, details, created, updated, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1)";
    ORG_SET = "UPDATE org SET name = $2, status = $3, details = $4, updated = $5, version = version + 1 WHERE id = $1 AND version = $6";
}

/// Where the registration of an organisation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgStatus {
    /// Registered, waits for the confirmation of an officer.
    Pending,
    /// Confirmed.
    Active,
    /// Blocked for the time being.
    Suspended,
    /// Not confirmed, with the reason in the details.
    Refused,
}

impl OrgStatus {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Refused => "refused",
        }
    }

    fn parse(s: &str) -> Result<Self, Error> {
        [Self::Pending, Self::Active, Self::Suspended, Self::Refused]
            .into_iter()
            .find(|x| x.as_str() == s)
            .ok_or_else(|| Error::Damaged(format!("org: status {s}")))
    }
}

/// A scan handed in at registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgScan {
    /// Which document: `credit_code`, `legal_rep_id`, `operator_id`.
    pub kind: String,
    /// The stored file.
    pub blob_id: String,
    /// Its name as uploaded.
    pub name: String,
}

/// What is kept of an organisation beside its name and code; stored encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrgDetails {
    /// 法定代表人.
    pub legal_rep: String,
    /// 通讯地址.
    pub address: String,
    /// 联系电话.
    pub phone: String,
    /// Why an officer accepted a credit code that fails its check; empty if none did.
    pub code_override: String,
    /// Why the registration was not confirmed; empty if it was.
    pub refusal: String,
    /// Scans handed in at registration.
    pub scans: Vec<OrgScan>,
    /// As what a processor registered: `applicant` (of the mainland), `representative` (office or
    /// representative of overseas processors, M 7(2)), `overseas`; empty for other kinds.
    pub capacity: String,
    /// Country or region of an overseas processor (ISO 3166-1); empty for the mainland.
    pub country: String,
    /// Number of an overseas processor in the register of its country.
    pub registration: String,
    /// Whom it names as its office or representative, or whom it represents, in its own words.
    pub represents: String,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: OrgKind,
    /// Name as given.
    pub name: String,
    /// 统一社会信用代码; authorities may have none.
    pub credit_code: Option<String>,
    /// Where its registration stands.
    pub status: OrgStatus,
    /// Further facts.
    pub details: OrgDetails,
    /// An officer accepted a credit code that fails its check.
    pub code_overridden: bool,
    /// Registered.
    pub created: Timestamp,
    /// Last change.
    pub updated: Timestamp,
    /// Counts changes.
    pub version: i64,
}

struct OrgRow {
    id: String,
    kind: String,
    name: String,
    credit_code: Option<String>,
    status: String,
    details: Vec<u8>,
    created: i64,
    updated: i64,
    version: i64,
}

from_row!(OrgRow { id, kind, name, credit_code, status, details, created, updated, version });

fn about(id: &str) -> String {
    format!("org|{id}|details")
}

impl Reader {
    async fn org_of(&mut self, row: OrgRow) -> Result<Organisation, Error> {
        let plain = self.open_field(&about(&row.id), &row.details).await?;
        let details: OrgDetails = serde_json::from_slice(&plain)?;
        Ok(Organisation {
            kind: OrgKind::parse(&row.kind).ok_or_else(|| Error::Damaged(format!("org {}: kind", row.id)))?,
            status: OrgStatus::parse(&row.status)?,
            code_overridden: !details.code_override.is_empty(),
            id: row.id,
            name: row.name,
            credit_code: row.credit_code,
            details,
            created: instant(row.created),
            updated: instant(row.updated),
            version: row.version,
        })
    }

    /// One organisation.
    pub async fn organisation(&mut self, id: &str) -> Result<Option<Organisation>, Error> {
        let row: Option<OrgRow> = on!(self.conn(), |c| sqlx::query_as(ORG).bind(id).fetch_optional(c).await)?;
        match row {
            Some(r) => Ok(Some(self.org_of(r).await?)),
            None => Ok(None),
        }
    }

    /// The organisation with a credit code.
    pub async fn organisation_by_code(&mut self, code: &str) -> Result<Option<Organisation>, Error> {
        let row: Option<OrgRow> = on!(self.conn(), |c| sqlx::query_as(ORG_BY_CODE).bind(code).fetch_optional(c).await)?;
        match row {
            Some(r) => Ok(Some(self.org_of(r).await?)),
            None => Ok(None),
        }
    }

    /// Organisations of a kind and status (`None`: any), oldest first, at most 1,000.
    pub async fn organisations(&mut self, kind: Option<OrgKind>, status: Option<OrgStatus>) -> Result<Vec<Organisation>, Error> {
        let (kind, status) = (kind.map_or("", OrgKind::as_str), status.map_or("", OrgStatus::as_str));
        let rows: Vec<OrgRow> = on!(self.conn(), |c| sqlx::query_as(ORGS).bind(kind).bind(status).fetch_all(c).await)?;
        let mut out = Vec::with_capacity(rows.len());
        for r in rows {
            out.push(self.org_of(r).await?);
        }
        Ok(out)
    }
}

impl Store {
    /// One organisation.
    pub async fn organisation(&self, id: &str) -> Result<Option<Organisation>, Error> {
        self.reader().await?.organisation(id).await
    }
}

impl Tx {
    /// Adds an organisation. A credit code that is taken breaks the constraint `credit_code`.
    #[expect(clippy::too_many_arguments, reason = "the columns of the row")]
    pub async fn add_organisation(
        &mut self,
        id: &str,
        kind: OrgKind,
        name: &str,
        credit_code: Option<&str>,
        status: OrgStatus,
        details: &OrgDetails,
        now: Timestamp,
    ) -> Result<(), Error> {
        let sealed = self.seal_field(&about(id), &serde_json::to_vec(details)?, now).await?;
        on!(self.raw().await?.conn(), |c| sqlx::query(ORG_ADD)
            .bind(id)
            .bind(kind.as_str())
            .bind(name)
            .bind(credit_code)
            .bind(status.as_str())
            .bind(sealed)
            .bind(micros(now))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Stores a changed organisation. [`Error::Stale`] if somebody else changed it since.
    pub async fn set_organisation(&mut self, org: &Organisation, now: Timestamp) -> Result<(), Error> {
        let sealed = self.seal_field(&about(&org.id), &serde_json::to_vec(&org.details)?, now).await?;
        let n = on!(self.raw().await?.conn(), |c| sqlx::query(ORG_SET)
            .bind(&org.id)
            .bind(&org.name)
            .bind(org.status.as_str())
            .bind(sealed)
            .bind(micros(now))
            .bind(org.version)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        if n == 1 { Ok(()) } else { Err(Error::Stale { expected: crate::db::unsigned(org.version), current: 0 }) }
    }
}
