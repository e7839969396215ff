//! The scans of a registration. They are stored under the id of the organisation to be, before
//! there is one; what no organisation has come to own is removed with its key.

use jiff::Timestamp;

use crate::db::{Reader, micros, on, statements};
use crate::error::Error;
use crate::tx::Tx;

statements! {
    UNFINISHED = "SELECT b.org FROM blob b WHERE b.deleted IS NULL AND b.case_id = 'registration-' || b.org AND NOT EXISTS (SELECT 1 FROM org o WHERE o.id = b.org) GROUP BY b.org HAVING MAX(b.created) < $1 ORDER BY b.org LIMIT 500";
}

/// The case under whose key the scans of a registration lie.
pub fn registration_case(org: &str) -> String {
    format!("registration-{org}")
}

impl Reader {
    /// Tries to register that no organisation came from and that brought no file since a moment:
    /// ids of the organisations that were to be, up to 500.
    pub async fn unfinished_registrations(&mut self, before: Timestamp) -> Result<Vec<String>, Error> {
        let rows: Vec<(String,)> = on!(self.conn(), |c| sqlx::query_as(UNFINISHED).bind(micros(before)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|r| r.0).collect())
    }
}

impl Tx {
    /// Marks the scans of a try as deleted and destroys their key; answers the objects, which go
    /// after the commit ([`crate::Blobs::purge`]). Nothing happens to a try that has become an
    /// organisation meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_registration(&mut self, org: &str, now: Timestamp) -> Result<Vec<String>, Error> {
        if self.reader().await?.organisation(org).await?.is_some() {
            return Ok(Vec::new());
        }
        let case = registration_case(org);
        let mut objects = Vec::new();
        for scan in self.reader().await?.blobs_of(&case).await? {
            self.delete_blob(&scan.id, now).await?;
            objects.push(scan.object);
        }
        self.destroy_case_key(&case, now).await?;
        Ok(objects)
    }

    /// Keeps of a try exactly the scans that the finished registration names; those that were
    /// replaced on the way are marked as deleted.
    ///
    /// # Errors
    /// [`Error::NotFound`] if one of them has been removed since it was brought.
    pub async fn settle_registration(&mut self, org: &str, named: &[&str], now: Timestamp) -> Result<(), Error> {
        let here = self.reader().await?.blobs_of(&registration_case(org)).await?;
        if named.iter().any(|id| here.iter().all(|scan| scan.id != *id)) {
            return Err(Error::NotFound("scan"));
        }
        for replaced in here.iter().filter(|scan| !named.contains(&scan.id.as_str())) {
            self.delete_blob(&replaced.id, now).await?;
        }
        Ok(())
    }
}
