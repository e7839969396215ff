//! The fuzz targets on stable: every seed, every seed cut short, every seed with one byte
//! changed goes through the functions that libFuzzer calls.

use std::path::{Path, PathBuf};

use guosuo_seal::checkpoint::Checkpoint;
use guosuo_seal::envelope::Envelope;
use guosuo_seal::keys::Signer as _;
use guosuo_seal::note::Note;
use guosuo_seal::proof::TlogProof;

#[path = "../../../fuzz/src/seal.rs"]
#[expect(
    unreachable_pub,
    reason = "the fuzz workspace uses this module as a library"
)]
mod seal;

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target);
    let mut seeds: Vec<_> = std::fs::read_dir(&dir)
        .unwrap_or_else(|e| panic!("{}: {e}", dir.display()))
        .map(|entry| entry.expect("a readable directory").path())
        .map(|path| (path.clone(), std::fs::read(path).expect("a readable seed")))
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "no seeds for {target}");
    seeds
}

/// Runs a target over its seeds and over damaged copies of them.
fn run(target: &str, check: fn(&[u8])) {
    check(b"");
    for (_, seed) in seeds(target) {
        check(&seed);
        // Long seeds are sampled; every place is damaged in one way or another.
        let step = seed.len().div_ceil(400).max(1);
        for i in (0..seed.len()).step_by(step) {
            check(&seed[..i]);
            for byte in [seed[i] ^ 1, seed[i] ^ 0x80, b'\n', 0] {
                let mut bent = seed.clone();
                bent[i] = byte;
                check(&bent);
            }
            check(&[&seed[..i], &seed[i + 1..]].concat());
            check(&[&seed[..i], &seed[i..], &seed[i..]].concat());
        }
    }
}

macro_rules! targets {
    ($($name:ident),+) => {$(
        #[test]
        fn $name() {
            run(stringify!($name), seal::$name);
        }
    )+};
}

targets!(
    note, checkpoint, proof, envelope, canon_json, tile_path, stored, signature
);

/// Seeds that are refused at the first byte teach the fuzzer nothing: the main ones are good.
#[test]
fn the_main_seeds_are_accepted() {
    let good = |target: &str| {
        let all = seeds(target);
        all.into_iter()
            .find(|(p, _)| p.ends_with("good"))
            .expect("a good seed")
            .1
    };
    assert!(
        Note::parse(&good("note"))
            .expect("a note")
            .verify_all(seal::verifiers())
            .is_ok()
    );
    let head = Checkpoint::open(&good("checkpoint"), seal::ORIGIN, seal::verifiers());
    assert_eq!(head, Ok(seal::head()));
    let proof = TlogProof::parse(&good("proof")).expect("a proof");
    let leaf = guosuo_seal::merkle::leaf_hash(&[13]);
    assert_eq!(
        proof.verify(&leaf, seal::ORIGIN, seal::verifiers()),
        Ok(seal::head())
    );
    let keys: Vec<_> = seal::signers()
        .iter()
        .map(|k| k.public_key().clone())
        .collect();
    let envelope = Envelope::parse(&good("envelope")).expect("an envelope");
    assert!(
        envelope
            .verify::<serde_json::Value>(seal::TYPE, &keys)
            .is_ok()
    );
    assert!(guosuo_seal::canon::parse_canonical(&good("canon_json")).is_ok());
    let signature = good("signature");
    assert!(keys[1].verify(b"seed", &signature[..64]).is_ok());
}
