//! Signed heads of the log: made when the ledger has grown, checked before and after.

use guosuo_seal::Digest32;
use guosuo_seal::chain::Head;
use guosuo_seal::checkpoint::Checkpoint;
use guosuo_seal::keys::Signer as _;
use guosuo_seal::note::VerifierKey;
use guosuo_store::{Error, StoredCheckpoint};

use crate::app::App;
use crate::keys::Keys;

fn damaged(e: impl std::fmt::Display) -> Error {
    Error::Damaged(format!("checkpoint: {e}"))
}

/// The keys that must have signed a head of this instance's log.
///
/// # Errors
/// When the name of the log cannot be the name of a key.
pub fn verifiers(keys: &Keys, origin: &str) -> Result<Vec<VerifierKey>, Error> {
    [keys.log_ed.public_key(), keys.log_sm2.public_key()]
        .into_iter()
        .map(|k| VerifierKey::new(origin, k.clone()).map_err(damaged))
        .collect()
}

/// Reads a stored note back: both signatures, the right log. Gives the head that it certifies.
///
/// # Errors
/// With what is wrong.
pub fn check(note: &str, origin: &str, keys: &[VerifierKey]) -> Result<Head, Error> {
    let read = Checkpoint::open(note.as_bytes(), origin, keys).map_err(damaged)?;
    Ok(Head { size: read.size, root: read.root })
}

/// Signs the head of the tree if the ledger has grown since the last one, and stores it.
///
/// # Errors
/// [`Error::Damaged`] when the tree does not continue the last head (nothing is signed then),
/// or when the fresh note does not pass its own check.
pub async fn publish(app: &App) -> Result<Option<StoredCheckpoint>, Error> {
    let origin = app.store.origin().to_owned();
    let keys = verifiers(&app.keys, &origin)?;
    let mut reader = app.store.reader().await?;
    let last = reader.last_checkpoint().await?;
    let before = match &last {
        Some(c) => Some(check(&c.note, &origin, &keys)?),
        None => None,
    };
    if let Some(before) = before {
        let size = reader.ledger_size().await?;
        if size == before.size {
            return Ok(None);
        }
        let root = reader.ledger_root(size).await?;
        continues(&mut reader, before, Head { size, root }).await?;
    }
    drop(reader);
    let (inner, name) = (app.clone(), origin.clone());
    let made = app
        .store
        .checkpoint(app.now(), move |head| {
            let note = Checkpoint::new(&name, head.size, head.root)
                .sign(&[&inner.keys.log_ed, &inner.keys.log_sm2])
                .map_err(damaged)?
                .to_string();
            let read = check(&note, &name, &keys)?;
            if read == head { Ok(note) } else { Err(damaged("the note names another head")) }
        })
        .await?;
    if let (Some(before), Some(made)) = (before, &made) {
        let root = Digest32::from_slice(&made.root).ok_or_else(|| damaged("root is not 32 bytes"))?;
        let size = u64::try_from(made.size).unwrap_or(0);
        continues(&mut app.store.reader().await?, before, Head { size, root }).await?;
    }
    Ok(made)
}

/// Proves that a head only added to an earlier one.
async fn continues(reader: &mut guosuo_store::Reader, before: Head, after: Head) -> Result<(), Error> {
    if after.size < before.size {
        return Err(damaged(format!("the ledger has {} rows, a published head covers {}", after.size, before.size)));
    }
    let proof = reader.consistency_proof(before.size, after.size).await?;
    proof
        .verify(&before.root, &after.root)
        .map_err(|e| damaged(format!("the ledger does not continue the head over {} rows: {e}", before.size)))
}
