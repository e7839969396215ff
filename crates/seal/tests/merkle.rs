//! Proofs for every small tree, from stored nodes and from tiles, and their refusal when bent.

#![expect(clippy::cast_possible_truncation, reason = "the trees here are small")]

use std::collections::HashMap;

use guosuo_seal::Digest32;
use guosuo_seal::merkle::{
    ConsistencyProof, Frontier, NodeId, ProofError, ProofRefused, TilePath, TileSet, consistency_nodes, consistency_proof,
    inclusion_nodes, inclusion_proof, leaf_hash, node_hash, root_at, root_nodes,
};
use proptest::prelude::*;

struct Tree {
    nodes: HashMap<NodeId, Digest32>,
    roots: Vec<Digest32>,
}

fn leaf(i: u64) -> Digest32 {
    leaf_hash(&i.to_be_bytes())
}

fn tree(n: u64) -> Tree {
    let mut frontier = Frontier::new();
    let mut t = Tree { nodes: HashMap::new(), roots: vec![frontier.root()] };
    for i in 0..n {
        t.nodes.extend(frontier.append(leaf(i)));
        t.roots.push(frontier.root());
    }
    t
}

#[test]
fn inclusion_is_shown_for_every_leaf_of_every_tree_up_to_300() {
    let t = tree(300);
    for size in 1..=300 {
        assert_eq!(root_at(&t.nodes, size), Ok(t.roots[size as usize]));
        for index in 0..size {
            let proof = inclusion_proof(&t.nodes, index, size).unwrap();
            assert_eq!(proof.verify(&leaf(index), &t.roots[size as usize]), Ok(()), "{index}/{size}");
        }
    }
}

#[test]
fn consistency_is_shown_for_every_pair_of_trees_up_to_300() {
    let t = tree(300);
    for to in 0..=300_u64 {
        for from in 0..=to {
            let proof = consistency_proof(&t.nodes, from, to).unwrap();
            let (a, b) = (&t.roots[from as usize], &t.roots[to as usize]);
            assert_eq!(proof.verify(a, b), Ok(()), "{from}→{to}");
        }
    }
}

#[test]
fn proofs_of_the_reference_vectors() {
    // Reference tests of Certificate Transparency for RFC 6962: paths (leaf, size) 1/1, 1/8,
    // 6/8, 3/3, 2/5 and proofs 1→8, 6→8, 2→5, leaves counted from 1.
    let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let mut frontier = Frontier::new();
    let mut nodes = HashMap::new();
    for l in leaves {
        nodes.extend(frontier.append(leaf_hash(&hex::decode(l).unwrap())));
    }
    let hexes = |hashes: &[Digest32]| hashes.iter().map(|h| h.to_hex()).collect::<Vec<_>>();
    let path = |i: u64, n| hexes(&inclusion_proof(&nodes, i - 1, n).unwrap().hashes);
    assert!(path(1, 1).is_empty());
    assert_eq!(
        path(1, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        path(6, 8),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(path(3, 3), ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
    assert_eq!(
        path(2, 5),
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    );
    let change = |a, b| hexes(&consistency_proof(&nodes, a, b).unwrap().hashes);
    assert!(change(1, 1).is_empty());
    assert_eq!(
        change(1, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        change(6, 8),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        change(2, 5),
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    );
}

#[test]
fn what_cannot_be_shown_is_refused() {
    let t = tree(10);
    assert_eq!(inclusion_proof(&t.nodes, 10, 10), Err(ProofRefused::NoSuchLeaf { index: 10, size: 10 }));
    assert_eq!(inclusion_proof(&t.nodes, 0, 0), Err(ProofRefused::NoSuchLeaf { index: 0, size: 0 }));
    assert_eq!(consistency_proof(&t.nodes, 5, 4), Err(ProofRefused::Backwards { from: 5, to: 4 }));
    assert!(matches!(inclusion_proof(&t.nodes, 3, 16), Err(ProofRefused::Missing(_))));
    let bad = ConsistencyProof { from: 5, to: 4, hashes: vec![] };
    assert_eq!(bad.verify(&t.roots[5], &t.roots[4]), Err(ProofError::Range));
}

#[test]
fn a_list_of_nodes_fetched_beforehand_is_enough_and_all_of_it_is_needed() {
    let t = tree(100);
    let only = |ids: Vec<NodeId>| -> HashMap<_, _> { ids.iter().map(|id| (*id, t.nodes[id])).collect() };
    for size in 1..=100 {
        assert_eq!(root_at(&only(root_nodes(size)), size), Ok(t.roots[size as usize]));
        for k in 0..size {
            let mut few = only(inclusion_nodes(k, size));
            assert_eq!(inclusion_proof(&few, k, size), inclusion_proof(&t.nodes, k, size));
            if let Some(id) = few.keys().next().copied() {
                few.remove(&id);
                assert!(inclusion_proof(&few, k, size).is_err());
            }
            let few = only(consistency_nodes(k, size));
            assert_eq!(consistency_proof(&few, k, size), consistency_proof(&t.nodes, k, size));
        }
    }
}

#[test]
fn a_client_proves_from_tiles_alone() {
    let sizes = [1_u64, 2, 255, 256, 257, 511, 512, 600, 70_000];
    let t = tree(70_000);
    for size in sizes {
        let mut tiles = TileSet::new();
        for path in TilePath::all(size) {
            let bytes = path.encode(&t.nodes).unwrap();
            assert_eq!(bytes.len(), usize::from(path.width()) * 32);
            tiles.insert(&path.to_string().parse().unwrap(), &bytes).unwrap();
        }
        assert_eq!(root_at(&tiles, size), Ok(t.roots[size as usize]));
        for index in [0, size / 3, size / 2, size - 1] {
            let proof = inclusion_proof(&tiles, index, size).unwrap();
            assert_eq!(proof.verify(&leaf(index), &t.roots[size as usize]), Ok(()));
            assert_eq!(consistency_proof(&tiles, index, size), consistency_proof(&t.nodes, index, size));
        }
    }
}

#[test]
fn only_the_tiles_named_beforehand_are_needed() {
    let (size, index) = (70_000, 12_345);
    let t = tree(size);
    let mut tiles = TileSet::new();
    for id in inclusion_nodes(index, size) {
        let path = TilePath::holding(id, size).unwrap();
        assert!(TilePath::all(size).contains(&path));
        tiles.insert(&path, &path.encode(&t.nodes).unwrap()).unwrap();
    }
    let proof = inclusion_proof(&tiles, index, size).unwrap();
    assert_eq!(proof.verify(&leaf(index), &t.roots[size as usize]), Ok(()));
    assert_eq!(TilePath::holding(NodeId::new(0, size), size), None);
}

#[test]
fn a_tile_of_the_wrong_length_is_refused() {
    let path: TilePath = "tile/0/000.p/3".parse().unwrap();
    assert!(TileSet::new().insert(&path, &[0; 95]).is_err());
    assert!(TileSet::new().insert(&"tile/entries/000".parse().unwrap(), &[0; 8192]).is_err());
}

proptest! {
    #[test]
    fn a_bent_inclusion_proof_fails(
        size in 2_u64..300, index in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), kind in 0..6, bit in 0..256_usize,
    ) {
        let t = tree(size);
        let index = index.index(size as usize) as u64;
        let good = inclusion_proof(&t.nodes, index, size).unwrap();
        let (root, mut bent, mut l) = (t.roots[size as usize], good.clone(), leaf(index));
        let at = at.index(good.hashes.len());
        match kind {
            0 => bent.hashes[at] = flip(bent.hashes[at], bit),
            1 => drop(bent.hashes.remove(at)),
            2 => bent.hashes.insert(at, good.hashes[at]),
            3 => bent.index = (index + 1) % size,
            4 => l = flip(l, bit),
            _ => bent.hashes.push(root),
        }
        prop_assert!(bent.verify(&l, &root).is_err(), "{:?}", bent);
    }

    #[test]
    fn a_bent_consistency_proof_fails(
        to in 2_u64..300, from in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), kind in 0..5, bit in 0..256_usize,
    ) {
        let t = tree(to);
        let from = 1 + from.index(to as usize - 1) as u64;
        let good = consistency_proof(&t.nodes, from, to).unwrap();
        let (mut a, mut b, mut bent) = (t.roots[from as usize], t.roots[to as usize], good.clone());
        let at = at.index(good.hashes.len());
        match kind {
            0 => bent.hashes[at] = flip(bent.hashes[at], bit),
            1 => drop(bent.hashes.remove(at)),
            2 => bent.hashes.push(a),
            3 => a = flip(a, bit),
            _ => b = flip(b, bit),
        }
        prop_assert!(bent.verify(&a, &b).is_err());
    }

    #[test]
    fn a_rewritten_history_cannot_be_shown_consistent(from in 1_u64..200, more in 1_u64..100, changed in any::<prop::sample::Index>()) {
        let to = from + more;
        let honest = tree(to);
        let changed = changed.index(from as usize) as u64;
        let mut frontier = Frontier::new();
        let mut forged = HashMap::new();
        for i in 0..to {
            let l = if i == changed { leaf_hash(b"forged") } else { leaf(i) };
            forged.extend(frontier.append(l));
        }
        let proof = consistency_proof(&forged, from, to).unwrap();
        prop_assert_eq!(proof.verify(&honest.roots[from as usize], &frontier.root()), Err(ProofError::Root));
    }

    #[test]
    fn huge_sizes_neither_panic_nor_pass(index: u64, size: u64, hashes in prop::collection::vec(any::<[u8; 32]>().prop_map(Digest32::new), 0..70)) {
        let proof = guosuo_seal::merkle::InclusionProof { index, size, hashes: hashes.clone() };
        prop_assert!(proof.verify(&Digest32::ZERO, &Digest32::ZERO).is_err());
        let proof = ConsistencyProof { from: index, to: size, hashes };
        prop_assert!(proof.verify(&Digest32::ZERO, &node_hash(&Digest32::ZERO, &Digest32::ZERO)).is_err());
        let empty: HashMap<NodeId, Digest32> = HashMap::new();
        prop_assert!(index >= size || inclusion_proof(&empty, index, size).is_err() || size == 1);
        let _ = (consistency_proof(&empty, index, size), root_at(&empty, size));
    }
}

fn flip(d: Digest32, bit: usize) -> Digest32 {
    let mut bytes = d.into_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    Digest32::new(bytes)
}
