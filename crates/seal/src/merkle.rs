//! The Merkle tree of RFC 6962 (SHA-256), kept as perfect subtrees.
//!
//! The store keeps one row per *perfect* subtree ([`NodeId`] → digest). [`Frontier`] holds the
//! right edge, so adding a leaf needs no reading. Proofs are built from stored nodes or from
//! C2SP tiles, and checked as RFC 9162 says.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use serde::{Deserialize, Serialize};

use crate::digest::{Digest32, sha256, sha256_of};

mod build;
mod tile;
mod verify;

pub use build::{
    MissingNode, ProofRefused, consistency_nodes, consistency_proof, inclusion_nodes, inclusion_proof, root_at, root_nodes,
};
pub use tile::{
    BundleError, MAX_ENTRY, TILE_WIDTH, TilePath, TilePathError, TileSet, TileSetError, bundle_entries, split_bundle,
};
pub use verify::{ConsistencyProof, InclusionProof, ProofError};

/// Digest of a leaf: `SHA-256(0x00 ‖ data)` (RFC 6962 2.1).
pub fn leaf_hash(data: &[u8]) -> Digest32 {
    sha256_of(&[&[0], data])
}

/// Digest of an inner node: `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962 2.1).
pub fn node_hash(left: &Digest32, right: &Digest32) -> Digest32 {
    sha256_of(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// Root of the tree without leaves: SHA-256 of nothing (RFC 6962 2.1).
pub fn empty_root() -> Digest32 {
    sha256(b"")
}

/// A perfect subtree: leaves `index × 2^level` up to, not including, `(index + 1) × 2^level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId {
    /// Height: 0 is a leaf.
    pub level: u8,
    /// Position within the height, from the left, beginning with 0.
    pub index: u64,
}

impl NodeId {
    /// Names a node.
    pub const fn new(level: u8, index: u64) -> Self {
        Self { level, index }
    }

    /// The node is finished once the tree has this many leaves (`None`: beyond any tree).
    pub fn complete_at(self) -> Option<u64> {
        let end = self.index.checked_add(1)?;
        let shifted = end.checked_shl(u32::from(self.level))?;
        (shifted >> self.level == end).then_some(shifted)
    }
}

/// Gives the digests of perfect subtrees. Implemented for maps and for [`TileSet`]; a store that
/// reads asynchronously fetches the list from [`inclusion_nodes`] or [`consistency_nodes`] first.
pub trait NodeReader {
    /// Digest of a node, `None` when it is not there.
    fn node(&self, id: NodeId) -> Option<Digest32>;
}

impl<S: BuildHasher> NodeReader for HashMap<NodeId, Digest32, S> {
    fn node(&self, id: NodeId) -> Option<Digest32> {
        self.get(&id).copied()
    }
}

impl NodeReader for BTreeMap<NodeId, Digest32> {
    fn node(&self, id: NodeId) -> Option<Digest32> {
        self.get(&id).copied()
    }
}

/// The perfect subtrees that cover leaves `lo..hi`, left to right. `lo` must be a multiple of
/// the largest power of two that is not larger than `hi - lo`, as it is for every range a proof
/// speaks of.
fn cover(mut lo: u64, hi: u64) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    while lo < hi {
        let level = (hi - lo).ilog2();
        nodes.push(NodeId::new(u8::try_from(level).expect("below 64"), lo >> level));
        lo += 1 << level;
    }
    nodes
}

/// Folds subtree digests, left to right, into the root above them.
fn fold(nodes: &[Digest32]) -> Digest32 {
    let mut right_to_left = nodes.iter().rev();
    let Some(last) = right_to_left.next() else {
        return empty_root();
    };
    right_to_left.fold(*last, |root, left| node_hash(left, &root))
}

/// A frontier given from outside has not one digest for each subtree of its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frontier of size {size} has {expected} nodes, not {found}")]
pub struct FrontierError {
    /// Leaves it claims.
    pub size: u64,
    /// Nodes such a frontier has.
    pub expected: u32,
    /// Nodes it came with.
    pub found: usize,
}

/// The right edge of the tree: enough to add leaves and to know the root.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "FrontierParts", into = "FrontierParts")]
pub struct Frontier {
    size: u64,
    nodes: Vec<Digest32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontierParts {
    size: u64,
    nodes: Vec<Digest32>,
}

impl From<Frontier> for FrontierParts {
    fn from(f: Frontier) -> Self {
        Self { size: f.size, nodes: f.nodes }
    }
}

impl TryFrom<FrontierParts> for Frontier {
    type Error = FrontierError;

    fn try_from(parts: FrontierParts) -> Result<Self, FrontierError> {
        Self::from_parts(parts.size, parts.nodes)
    }
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up a tree of `size` leaves from its subtree digests, largest subtree first.
    pub fn from_parts(size: u64, nodes: Vec<Digest32>) -> Result<Self, FrontierError> {
        let expected = size.count_ones();
        if nodes.len() != expected as usize {
            return Err(FrontierError { size, expected, found: nodes.len() });
        }
        Ok(Self { size, nodes })
    }

    /// Takes up a tree of `size` leaves from stored nodes ([`root_nodes`] lists them).
    pub fn load(reader: &impl NodeReader, size: u64) -> Result<Self, MissingNode> {
        let nodes = cover(0, size).into_iter().map(|id| reader.node(id).ok_or(MissingNode(id))).collect::<Result<_, _>>()?;
        Ok(Self { size, nodes })
    }

    /// Leaves so far; also the index the next leaf gets.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Subtree digests, largest subtree first.
    pub fn nodes(&self) -> &[Digest32] {
        &self.nodes
    }

    /// Adds a leaf by its [`leaf_hash`] and returns every subtree that is finished by it (the
    /// leaf first): exactly the nodes to store. At most 64 of them, 2 on average.
    pub fn append(&mut self, leaf: Digest32) -> Vec<(NodeId, Digest32)> {
        let mut index = self.size;
        let mut digest = leaf;
        let mut finished = vec![(NodeId::new(0, index), digest)];
        let mut level = 0;
        while index & 1 == 1 {
            // One bit of the size per kept node, so there is a left neighbour.
            let Some(left) = self.nodes.pop() else { break };
            digest = node_hash(&left, &digest);
            index >>= 1;
            level += 1;
            finished.push((NodeId::new(level, index), digest));
        }
        self.nodes.push(digest);
        self.size += 1;
        finished
    }

    /// Root of the tree as it stands.
    pub fn root(&self) -> Digest32 {
        fold(&self.nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MTH of RFC 6962 2.1, word for word: the slow second opinion.
    pub(crate) fn slow_root(leaves: &[Vec<u8>]) -> Digest32 {
        match leaves {
            [] => empty_root(),
            [one] => leaf_hash(one),
            many => {
                let k = many.len().next_power_of_two() / 2;
                node_hash(&slow_root(&many[..k]), &slow_root(&many[k..]))
            }
        }
    }

    /// Leaves and roots of the reference tests of Certificate Transparency for RFC 6962.
    pub(crate) fn rfc_leaves() -> Vec<Vec<u8>> {
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
            .iter()
            .map(|h| hex::decode(h).unwrap())
            .collect()
    }

    #[test]
    fn roots_of_the_reference_vectors() {
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::new();
        assert_eq!(frontier.root().to_hex(), roots[0]);
        for (leaf, root) in rfc_leaves().iter().zip(&roots[1..]) {
            frontier.append(leaf_hash(leaf));
            assert_eq!(frontier.root().to_hex(), *root);
        }
    }

    #[test]
    fn the_frontier_agrees_with_the_definition_for_all_small_sizes() {
        let leaves: Vec<Vec<u8>> = (0..300_u32).map(|i| i.to_be_bytes().to_vec()).collect();
        let mut frontier = Frontier::new();
        let mut stored = HashMap::new();
        for n in 0..300 {
            assert_eq!(frontier.root(), slow_root(&leaves[..n]), "size {n}");
            assert_eq!(Frontier::load(&stored, n as u64), Ok(frontier.clone()));
            assert_eq!(Frontier::from_parts(n as u64, frontier.nodes().to_vec()), Ok(frontier.clone()));
            for (id, digest) in frontier.append(leaf_hash(&leaves[n])) {
                assert!(id.complete_at().unwrap() == n as u64 + 1, "reported when finished");
                assert_eq!(stored.insert(id, digest), None, "reported once");
            }
        }
    }

    #[test]
    fn a_frontier_with_the_wrong_number_of_nodes_is_refused() {
        assert!(Frontier::from_parts(3, vec![Digest32::ZERO]).is_err());
        let json = r#"{"size":1,"nodes":[]}"#;
        assert!(serde_json::from_str::<Frontier>(json).is_err());
    }

    #[test]
    fn node_ids_beyond_any_tree_are_noticed() {
        assert_eq!(NodeId::new(0, 0).complete_at(), Some(1));
        assert_eq!(NodeId::new(63, 0).complete_at(), Some(1 << 63));
        assert_eq!(NodeId::new(63, 1).complete_at(), None);
        assert_eq!(NodeId::new(64, 0).complete_at(), None);
        assert_eq!(NodeId::new(0, u64::MAX).complete_at(), None);
    }
}
