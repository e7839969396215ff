//! Proofs from stored nodes (RFC 6962 2.1.1 and 2.1.2).

use std::ops::Range;

use super::{ConsistencyProof, InclusionProof, NodeId, NodeReader, cover, fold};
use crate::digest::Digest32;

/// A node that a proof needs is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("node {} at level {} is not there", .0.index, .0.level)]
pub struct MissingNode(pub NodeId);

/// Why there is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefused {
    /// The leaf is not in a tree of that size.
    #[error("leaf {index} is not in a tree of {size}")]
    NoSuchLeaf {
        /// Leaf asked for.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The earlier tree is larger than the later one.
    #[error("a tree of {from} does not come before a tree of {to}")]
    Backwards {
        /// Earlier size.
        from: u64,
        /// Later size.
        to: u64,
    },
    /// The tree is damaged or not that large yet.
    #[error(transparent)]
    Missing(#[from] MissingNode),
}

/// Largest power of two smaller than `n` (`n` ≥ 2).
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// PATH(m, D[n]) as ranges of leaves, from the leaf upwards.
fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut lo, mut hi) = (0, size);
    let mut ranges = Vec::new();
    while hi - lo > 1 {
        let mid = lo + split(hi - lo);
        if index < mid {
            ranges.push(mid..hi);
            hi = mid;
        } else {
            ranges.push(lo..mid);
            lo = mid;
        }
    }
    ranges.reverse();
    ranges
}

/// PROOF(m, D[n]) as ranges of leaves, in the order of the proof; 0 < `from` < `to`.
fn consistency_ranges(from: u64, to: u64) -> Vec<Range<u64>> {
    let (mut lo, mut hi) = (0, to);
    let mut ranges = Vec::new();
    while hi > from {
        let mid = lo + split(hi - lo);
        if from <= mid {
            ranges.push(mid..hi);
            hi = mid;
        } else {
            ranges.push(lo..mid);
            lo = mid;
        }
    }
    // The verifier knows the root of the earlier tree; any other subtree must be given.
    if lo > 0 {
        ranges.push(lo..hi);
    }
    ranges.reverse();
    ranges
}

fn nodes_of(ranges: Vec<Range<u64>>) -> Vec<NodeId> {
    ranges.into_iter().flat_map(|r| cover(r.start, r.end)).collect()
}

fn range_digest(reader: &impl NodeReader, range: Range<u64>) -> Result<Digest32, MissingNode> {
    let nodes = cover(range.start, range.end)
        .into_iter()
        .map(|id| reader.node(id).ok_or(MissingNode(id)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(fold(&nodes))
}

/// The stored nodes whose fold is the root of the tree of `size` leaves: its [`super::Frontier`].
pub fn root_nodes(size: u64) -> Vec<NodeId> {
    cover(0, size)
}

/// The stored nodes that [`inclusion_proof`] reads: fetch them in one query.
pub fn inclusion_nodes(index: u64, size: u64) -> Vec<NodeId> {
    if index >= size { Vec::new() } else { nodes_of(inclusion_ranges(index, size)) }
}

/// The stored nodes that [`consistency_proof`] reads: fetch them in one query.
pub fn consistency_nodes(from: u64, to: u64) -> Vec<NodeId> {
    if from == 0 || from >= to { Vec::new() } else { nodes_of(consistency_ranges(from, to)) }
}

/// Root of the tree when it had `size` leaves.
pub fn root_at(reader: &impl NodeReader, size: u64) -> Result<Digest32, MissingNode> {
    range_digest(reader, 0..size)
}

/// Proof that leaf `index` is in the tree of `size` leaves.
pub fn inclusion_proof(reader: &impl NodeReader, index: u64, size: u64) -> Result<InclusionProof, ProofRefused> {
    if index >= size {
        return Err(ProofRefused::NoSuchLeaf { index, size });
    }
    let hashes = inclusion_ranges(index, size).into_iter().map(|range| range_digest(reader, range)).collect::<Result<_, _>>()?;
    Ok(InclusionProof { index, size, hashes })
}

/// Proof that the tree of `to` leaves begins with the tree of `from` leaves. Empty when the
/// earlier tree is empty or both are the same.
pub fn consistency_proof(reader: &impl NodeReader, from: u64, to: u64) -> Result<ConsistencyProof, ProofRefused> {
    if from > to {
        return Err(ProofRefused::Backwards { from, to });
    }
    let ranges = if from == 0 || from == to { Vec::new() } else { consistency_ranges(from, to) };
    let hashes = ranges.into_iter().map(|range| range_digest(reader, range)).collect::<Result<_, _>>()?;
    Ok(ConsistencyProof { from, to, hashes })
}
