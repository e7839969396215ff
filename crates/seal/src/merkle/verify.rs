//! Checking proofs, step by step as RFC 9162 2.1.3.2 and 2.1.4.2 write them.

use serde::{Deserialize, Serialize};

use super::{empty_root, node_hash};
use crate::digest::Digest32;

/// A proof does not show what it claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Index or sizes make no sense together.
    #[error("index and sizes do not fit together")]
    Range,
    /// The proof has too many or too few digests for its sizes.
    #[error("the proof has the wrong length")]
    Length,
    /// The digests lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Shows that a leaf is in a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// Index of the leaf, beginning with 0.
    pub index: u64,
    /// Size of the tree.
    pub size: u64,
    /// Digests from the leaf's neighbour up to the root's child.
    pub hashes: Vec<Digest32>,
}

impl InclusionProof {
    /// The root this proof leads to from `leaf` (a [`super::leaf_hash`]).
    pub fn root(&self, leaf: &Digest32) -> Result<Digest32, ProofError> {
        if self.index >= self.size {
            return Err(ProofError::Range);
        }
        let (mut fnode, mut snode) = (self.index, self.size - 1);
        let mut root = *leaf;
        for hash in &self.hashes {
            if snode == 0 {
                return Err(ProofError::Length);
            }
            if fnode & 1 == 1 || fnode == snode {
                root = node_hash(hash, &root);
                while fnode & 1 == 0 && fnode != 0 {
                    fnode >>= 1;
                    snode >>= 1;
                }
            } else {
                root = node_hash(&root, hash);
            }
            fnode >>= 1;
            snode >>= 1;
        }
        if snode == 0 { Ok(root) } else { Err(ProofError::Length) }
    }

    /// Checks that `leaf` (a [`super::leaf_hash`]) is in the tree with this root.
    pub fn verify(&self, leaf: &Digest32, root: &Digest32) -> Result<(), ProofError> {
        if self.root(leaf)? == *root { Ok(()) } else { Err(ProofError::Root) }
    }
}

/// Shows that a later tree begins with an earlier one: nothing was changed or taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// Size of the earlier tree.
    pub from: u64,
    /// Size of the later tree.
    pub to: u64,
    /// The digests of RFC 6962 2.1.2.
    pub hashes: Vec<Digest32>,
}

impl ConsistencyProof {
    /// Checks that the tree with `to_root` begins with the tree with `from_root`.
    pub fn verify(&self, from_root: &Digest32, to_root: &Digest32) -> Result<(), ProofError> {
        if self.from > self.to {
            return Err(ProofError::Range);
        }
        if self.from == 0 || self.from == self.to {
            // Nothing to show: an empty tree begins every tree, a tree begins itself.
            if !self.hashes.is_empty() {
                return Err(ProofError::Length);
            }
            let fits = (self.from > 0 || *from_root == empty_root()) && (self.from < self.to || from_root == to_root);
            return if fits { Ok(()) } else { Err(ProofError::Root) };
        }
        let mut path = self.hashes.iter();
        let first = if self.from.is_power_of_two() { Some(from_root) } else { path.next() };
        let Some(first) = first else {
            return Err(ProofError::Length);
        };
        let (mut fnode, mut snode) = (self.from - 1, self.to - 1);
        while fnode & 1 == 1 {
            fnode >>= 1;
            snode >>= 1;
        }
        let (mut froot, mut sroot) = (*first, *first);
        for hash in path {
            if snode == 0 {
                return Err(ProofError::Length);
            }
            if fnode & 1 == 1 || fnode == snode {
                froot = node_hash(hash, &froot);
                sroot = node_hash(hash, &sroot);
                while fnode & 1 == 0 && fnode != 0 {
                    fnode >>= 1;
                    snode >>= 1;
                }
            } else {
                sroot = node_hash(&sroot, hash);
            }
            fnode >>= 1;
            snode >>= 1;
        }
        if snode != 0 {
            return Err(ProofError::Length);
        }
        if froot == *from_root && sroot == *to_root { Ok(()) } else { Err(ProofError::Root) }
    }
}
