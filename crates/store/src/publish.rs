//! What the ledger shows to the public: signed tree heads, tiles and proofs.

use std::collections::BTreeMap;

use guosuo_seal::merkle::{self, ConsistencyProof, InclusionProof, NodeId, TilePath, consistency_nodes, inclusion_nodes};
use guosuo_seal::{Digest32, chain};
use jiff::Timestamp;

use crate::db::{Reader, from_row, micros, on, signed, statements, unsigned};
use crate::error::Error;
use crate::open::Store;

statements! {
    CHECKPOINTS = "SELECT size, root, at, note FROM checkpoint ORDER BY size";
    CHECKPOINT_LAST = "SELECT size, root, at, note FROM checkpoint ORDER BY size DESC LIMIT 1";
    CHECKPOINT_WITNESSED = "SELECT size, root, at, note FROM checkpoint WHERE EXISTS (SELECT 1 FROM cosignature s WHERE s.size = checkpoint.size) ORDER BY size DESC LIMIT 1";
    CHECKPOINT_PUT = "INSERT INTO checkpoint (size, root, at, note) VALUES ($1, $2, $3, $4) ON CONFLICT (size) DO NOTHING";
}

/// A published head of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// Leaves.
    pub size: i64,
    /// Root hash.
    pub root: Vec<u8>,
    /// When signed, microseconds.
    pub at: i64,
    /// The signed note.
    pub note: String,
}

from_row!(StoredCheckpoint { size, root, at, note });

impl Reader {
    /// Root of the tree over the first `size` rows.
    pub async fn ledger_root(&mut self, size: u64) -> Result<Digest32, Error> {
        Ok(self.frontier(size).await?.root())
    }

    /// The bytes of a tile under `/log/`; `None` if the tree does not reach there. Entries are
    /// not published: the ledger is not public, only its tree.
    pub async fn tile(&mut self, path: &TilePath) -> Result<Option<Vec<u8>>, Error> {
        let Some(nodes) = path.nodes() else { return Ok(None) };
        if !path.exists_at(self.ledger_size().await?) {
            return Ok(None);
        }
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return Ok(None) };
        let hashes = self.nodes(first.level, first.index, last.index + 1).await?;
        Ok(Some(hashes.iter().flat_map(|h| *h.as_bytes()).collect()))
    }

    /// Proof that a row stands in the tree of the given size.
    pub async fn inclusion_proof(&mut self, seq: u64, size: u64) -> Result<InclusionProof, Error> {
        if seq >= size || size > self.ledger_size().await? {
            return Err(Error::NotFound("ledger row"));
        }
        let nodes = self.node_map(inclusion_nodes(seq, size)).await?;
        merkle::inclusion_proof(&nodes, seq, size).map_err(|e| Error::Damaged(format!("merkle tree: {e}")))
    }

    async fn node_map(&mut self, ids: Vec<NodeId>) -> Result<BTreeMap<NodeId, Digest32>, Error> {
        let mut nodes = BTreeMap::new();
        for id in ids {
            nodes.insert(id, self.node(id).await?);
        }
        Ok(nodes)
    }

    /// Proof that the tree of size `to` only added to that of size `from`.
    pub async fn consistency_proof(&mut self, from: u64, to: u64) -> Result<ConsistencyProof, Error> {
        if from > to || to > self.ledger_size().await? {
            return Err(Error::NotFound("tree"));
        }
        let nodes = self.node_map(consistency_nodes(from, to)).await?;
        merkle::consistency_proof(&nodes, from, to).map_err(|e| Error::Damaged(format!("merkle tree: {e}")))
    }

    /// The leaf of a row.
    pub async fn leaf(&mut self, seq: u64) -> Result<Digest32, Error> {
        self.nodes(0, seq, seq + 1).await?.pop().ok_or(Error::NotFound("ledger row"))
    }

    /// All published heads, oldest first.
    pub async fn checkpoints(&mut self) -> Result<Vec<StoredCheckpoint>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CHECKPOINTS).fetch_all(c).await)?)
    }

    /// The newest published head.
    pub async fn last_checkpoint(&mut self) -> Result<Option<StoredCheckpoint>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CHECKPOINT_LAST).fetch_optional(c).await)?)
    }
}

impl Reader {
    /// The newest published head that a witness has signed.
    pub async fn witnessed_checkpoint(&mut self) -> Result<Option<StoredCheckpoint>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(CHECKPOINT_WITNESSED).fetch_optional(c).await)?)
    }
}

impl Store {
    /// Makes a checkpoint if the tree has grown since the last one. `sign` turns the head into
    /// a signed note.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the tree has become smaller than a published head.
    pub async fn checkpoint(
        &self,
        now: Timestamp,
        sign: impl FnOnce(chain::Head) -> Result<String, Error> + Send,
    ) -> Result<Option<StoredCheckpoint>, Error> {
        let mut reader = self.reader().await?;
        let size = reader.ledger_size().await?;
        match reader.last_checkpoint().await? {
            Some(last) if unsigned(last.size) > size => {
                return Err(Error::Damaged(format!("the ledger has {size} rows, a published head covers {}", last.size)));
            }
            Some(last) if unsigned(last.size) == size => return Ok(None),
            _ if size == 0 => return Ok(None),
            _ => {}
        }
        let root = reader.ledger_root(size).await?;
        drop(reader);
        let note = sign(chain::Head { size, root })?;
        let made = StoredCheckpoint { size: signed(size), root: root.as_bytes().to_vec(), at: micros(now), note };
        self.write_with(made.clone(), |tx, c| {
            Box::pin(async move {
                on!(tx.raw().await?.conn(), |x| sqlx::query(CHECKPOINT_PUT)
                    .bind(c.size)
                    .bind(c.root.as_slice())
                    .bind(c.at)
                    .bind(c.note.as_str())
                    .execute(x)
                    .await
                    .map(drop))?;
                Ok::<_, Error>(())
            })
        })
        .await?;
        Ok(Some(made))
    }
}
