//! The fuzz targets on stable (`fuzz/README.md`): every seed, every seed cut short, every seed with one byte
//! changed goes through the functions that libFuzzer calls.

use guosuo_seal::checkpoint::Checkpoint;
use guosuo_seal::envelope::Envelope;
use guosuo_seal::keys::Signer as _;
use guosuo_seal::note::Note;
use guosuo_seal::proof::TlogProof;

#[path = "../../../fuzz/src/seal.rs"]
#[expect(unreachable_pub, reason = "the fuzz workspace uses this module as a library")]
mod seal;
#[path = "../../../fuzz/src/seeds.rs"]
#[expect(unreachable_pub, reason = "the test suites of several rooms use this module")]
mod seeds;

macro_rules! targets {
    ($($name:ident),+) => {$(
        #[test]
        fn $name() {
            seeds::run(stringify!($name), seal::$name);
        }
    )+};
}

targets!(note, checkpoint, proof, envelope, certificate, canon_json, tile_path, stored, signature);

/// Seeds that are refused at the first byte teach the fuzzer nothing: the main ones are good.
#[test]
fn the_main_seeds_are_accepted() {
    let good = |target: &str| {
        let all = seeds::seeds(target);
        all.into_iter().find(|(p, _)| p.ends_with("good")).expect("a good seed").1
    };
    assert!(Note::parse(&good("note")).expect("a note").verify_all(seal::verifiers()).is_ok());
    let head = Checkpoint::open(&good("checkpoint"), seal::ORIGIN, seal::verifiers());
    assert_eq!(head, Ok(seal::head()));
    let proof = TlogProof::parse(&good("proof")).expect("a proof");
    let leaf = guosuo_seal::merkle::leaf_hash(&[13]);
    assert_eq!(proof.verify(&leaf, seal::ORIGIN, seal::verifiers()), Ok(seal::head()));
    let keys: Vec<_> = seal::signers().iter().map(|k| k.public_key().clone()).collect();
    let envelope = Envelope::parse(&good("envelope")).expect("an envelope");
    assert!(envelope.verify::<serde_json::Value>(seal::TYPE, &keys).is_ok());
    let at = "2026-03-12T00:00:00Z".parse().expect("a moment");
    let with = guosuo_seal::certificate::With { evidence: None, lists: &[], pdf: None, at };
    for (path, seed) in seeds::seeds("certificate").into_iter().filter(|(p, _)| !p.ends_with("list") && !p.ends_with("keys")) {
        let verdict = guosuo_seal::certificate::check(&seed, seal::trusted(), &with);
        assert!(verdict.good(), "{}: {verdict:?}", path.display());
    }
    assert!(guosuo_seal::canon::parse_canonical(&good("canon_json")).is_ok());
    let signature = good("signature");
    assert!(keys[1].verify(b"seed", &signature[..64]).is_ok());
}
