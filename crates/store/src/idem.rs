//! One request has one effect: idempotency keys.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::buffer::T;
use crate::db::{micros, on, statements};
use crate::error::Error;
use crate::tx::Tx;

/// How long a key is remembered.
const KEEP: SignedDuration = SignedDuration::from_hours(24 * 30);

statements! {
    IDEM = "SELECT request, state, response, until FROM idempotency WHERE actor = $1 AND key = $2";
    IDEM_DONE = "UPDATE idempotency SET state = 'done', response = $3, until = $4 WHERE actor = $1 AND key = $2";
    IDEM_DROP = "DELETE FROM idempotency WHERE actor = $1 AND key = $2 AND state = 'running'";
    IDEM_SWEEP = "DELETE FROM idempotency WHERE until < $1";
}

/// The key of a request and the digest of its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idem {
    /// Chosen by the client or printed into the form.
    pub key: String,
    request: Vec<u8>,
}

impl Idem {
    /// `parts` are all parameters that make this request the one it is.
    pub fn new(key: impl Into<String>, parts: &[&[u8]]) -> Self {
        let mut h = Sha256::new();
        for p in parts {
            h.update((p.len() as u64).to_be_bytes());
            h.update(p);
        }
        Self { key: key.into(), request: h.finalize().to_vec() }
    }
}

impl Tx {
    /// Looks up a key: `None` means that the request is new, `Some` is the response of the
    /// first time.
    ///
    /// # Errors
    /// [`Error::KeyReused`] if the parameters differ, [`Error::InFlight`] while a reserved
    /// request runs.
    pub async fn once(&mut self, idem: &Idem, actor: &str, now: Timestamp) -> Result<Option<String>, Error> {
        let reader = if self.is_claimed(actor, &idem.key) { self.raw().await? } else { self.beneath() };
        let row: Option<(Vec<u8>, String, String, i64)> =
            on!(reader.conn(), |c| sqlx::query_as(IDEM).bind(actor).bind(idem.key.as_str()).fetch_optional(c).await)?;
        match row {
            None => Ok(None),
            Some((request, ..)) if request != idem.request => Err(Error::KeyReused),
            Some((_, state, response, _)) if state == "done" => Ok(Some(response)),
            Some((.., until)) if until >= micros(now) => Err(Error::InFlight),
            // A reservation whose holder died is taken over.
            Some(_) => {
                on!(self.raw().await?.conn(), |c| sqlx::query(IDEM_DROP)
                    .bind(actor)
                    .bind(idem.key.as_str())
                    .execute(c)
                    .await
                    .map(drop))?;
                Ok(None)
            }
        }
    }

    /// Stores the response in the unit that did the work.
    pub async fn done(&mut self, idem: &Idem, actor: &str, response: &str, now: Timestamp) -> Result<(), Error> {
        self.put_idem(idem, actor, "done", response, now + KEEP, now).await
    }

    /// Reserves a key for work that spans several transactions; others get
    /// [`Error::InFlight`] until it is finished or `lease` runs out.
    pub async fn reserve(&mut self, idem: &Idem, actor: &str, lease: SignedDuration, now: Timestamp) -> Result<(), Error> {
        self.put_idem(idem, actor, "running", "", now + lease, now).await
    }

    /// Finishes what [`Tx::reserve`] began.
    pub async fn finish(&mut self, idem: &Idem, actor: &str, response: &str, now: Timestamp) -> Result<(), Error> {
        let n = on!(self.raw().await?.conn(), |c| sqlx::query(IDEM_DONE)
            .bind(actor)
            .bind(idem.key.as_str())
            .bind(response)
            .bind(micros(now + KEEP))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        if n == 1 { Ok(()) } else { Err(Error::NotFound("idempotency key")) }
    }

    async fn put_idem(
        &mut self,
        i: &Idem,
        actor: &str,
        state: &str,
        response: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.put(
            T::Idempotency,
            vec![
                actor.into(),
                i.key.as_str().into(),
                i.request.clone().into(),
                state.into(),
                response.into(),
                micros(now).into(),
                micros(until).into(),
            ],
        )
        .await?;
        self.claim(actor, &i.key);
        Ok(())
    }

    /// Forgets keys that have run out.
    pub async fn sweep_idempotency(&mut self, now: Timestamp) -> Result<u64, Error> {
        Ok(on!(self.raw().await?.conn(), |c| sqlx::query(IDEM_SWEEP)
            .bind(micros(now))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?)
    }
}
