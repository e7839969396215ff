//! `verify --witness`: the head of the log in an evidence must bear the signature of each witness asked for. The
//! independent program knows no witnesses and is not confused by their lines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use guosuo_seal::certificate::Evidence;
use guosuo_seal::keys::{Algorithm, Signer as _, SigningKey};
use guosuo_seal::note::{Note, VerifierKey};
use guosuo_seal::proof::TlogProof;

use super::corpus::AT;
use super::program::{call, desk, other};

const NAME: &str = "witness.example.org";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_secret(Algorithm::Ed25519, &[seed; 32]).unwrap()
}

fn verifier(name: &str, key: &SigningKey) -> String {
    VerifierKey::cosigner(name, key.public_key().clone()).unwrap().to_string()
}

/// An evidence whose head bears one more thing.
fn with(evidence: &[u8], change: impl FnOnce(&mut Note)) -> Vec<u8> {
    let mut e = Evidence::parse(evidence).unwrap();
    let mut proof = TlogProof::parse(e.proof.as_bytes()).unwrap();
    change(&mut proof.checkpoint);
    e.proof = proof.to_string();
    e.to_bytes().unwrap()
}

/// The second answer for an evidence and its witnesses, and how our program ends; the other program, which is asked
/// without witnesses, ends as it does for any good evidence.
fn asked(dir: &Path, evidence: &[u8], witnesses: &[&str]) -> (String, u8) {
    std::fs::write(dir.join("e.json"), evidence).unwrap();
    let plain = ["0.json", "--keys", "keys.json", "--at", AT, "--log", "e.json", "--status", "list.json"];
    let args: Vec<&str> = plain.into_iter().chain(["--json"]).chain(witnesses.iter().flat_map(|w| ["--witness", w])).collect();
    let (out, code) = call(dir, &args);
    assert_eq!(other(dir, &plain).0, 0, "lines of witnesses are no fault to a program that knows none");
    assert_eq!(call(dir, &plain).1, 0, "nor to ours, when it is asked for none");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}"));
    assert_eq!(json["genuine"], "yes", "the certificate itself is genuine all the same: {out}");
    (json["log"].as_str().unwrap().to_owned(), code)
}

#[test]
fn each_witness_asked_for_must_have_signed_this_head() {
    let dir = tempfile::tempdir().unwrap();
    let corpus = desk(dir.path());
    let dir = dir.path();
    let good = &corpus.samples[0].evidence;
    let (witness, second, foreign) = (key(0x71), key(0x72), key(0x73));
    let (known, also) = (verifier(NAME, &witness), verifier("other.example.org", &second));
    let signed = |name: &'static str, key: SigningKey| move |n: &mut Note| n.cosign(name, &key, 1_780_000_000).unwrap();

    let seen = with(good, signed(NAME, key(0x71)));
    assert_eq!(asked(dir, &seen, &[&known]), ("yes".into(), 0));
    // Nobody has signed, or somebody else under the same name, or the same key under another name.
    for (what, evidence) in [
        ("missing", good.clone()),
        ("foreign key", with(good, signed(NAME, key(0x73)))),
        ("other name", with(good, signed("other.example.org", key(0x71)))),
    ] {
        assert_eq!(asked(dir, &evidence, &[&known]), ("unwitnessed".into(), 1), "{what}");
    }
    // Its signature under another head: a fork that the witness has never seen.
    let fork = with(good, |n| {
        let mut elsewhere = Note::new(&format!("{}x\n", n.text())).unwrap();
        elsewhere.cosign(NAME, &witness, 1_780_000_000).unwrap();
        n.add_line(elsewhere.lines()[0].clone()).unwrap();
    });
    assert_eq!(asked(dir, &fork, &[&known]), ("unwitnessed".into(), 1), "taken from another head");
    let bent = with(good, |n| {
        n.cosign(NAME, &witness, 1_780_000_000).unwrap();
        let mut line = n.lines().last().unwrap().clone();
        line.signature[3] ^= 1;
        n.add_line(line).unwrap();
    });
    assert_eq!(asked(dir, &bent, &[&known]), ("unwitnessed".into(), 1), "at another time than it says");
    // With two asked for, both must have.
    assert_eq!(asked(dir, &seen, &[&known, &also]), ("unwitnessed".into(), 1));
    let both = with(&seen, signed("other.example.org", key(0x72)));
    assert_eq!(asked(dir, &both, &[&known, &also]), ("yes".into(), 0));
    let crowded = with(&both, signed("third.example.org", key(0x73)));
    assert_eq!(asked(dir, &crowded, &[&also]), ("yes".into(), 0), "more than were asked for");
    assert_eq!(asked(dir, &both, &[&verifier(NAME, &foreign)]), ("unwitnessed".into(), 1));

    // Words for people, and what is no key of a witness.
    std::fs::write(dir.join("e.json"), good).unwrap();
    let args = ["0.json", "--keys", "keys.json", "--at", AT, "--log", "e.json", "--lang", "en", "--witness", &known];
    let (out, code) = call(dir, &args);
    assert!(code == 1 && out.contains("lacks the signature of a witness"), "{out}");
    let log = VerifierKey::new(super::corpus::ORIGIN, corpus.keys.log.ed25519.public_key().clone()).unwrap().to_string();
    for wrong in [log.as_str(), "nonsense", ""] {
        let (out, code) = call(dir, &["0.json", "--keys", "keys.json", "--at", AT, "--log", "e.json", "--witness", wrong]);
        assert!(code == 2 && out.contains("见证人"), "{wrong}: {out}");
    }
}
