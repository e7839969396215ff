//! Notes, checkpoints and proof files: ours, those of the specification, and damaged ones.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::HashMap;

use guosuo_seal::chain::{Chain, leaf};
use guosuo_seal::checkpoint::{Checkpoint, CheckpointError};
use guosuo_seal::keys::{Algorithm, KeyError, PublicKey, Signer, SigningKey};
use guosuo_seal::merkle::inclusion_proof;
use guosuo_seal::note::{KeyUse, Line, Note, NoteError, VerifierKey};
use guosuo_seal::proof::{TlogProof, TlogProofError};
use guosuo_seal::{Digest32, sha256};
use proptest::prelude::*;

const ORIGIN: &str = "example.org/log/2026";

fn key(algorithm: Algorithm, n: u8) -> SigningKey {
    SigningKey::from_secret(algorithm, &[n; 32]).unwrap()
}

fn both() -> (SigningKey, SigningKey) {
    (key(Algorithm::Ed25519, 1), key(Algorithm::Sm2Sm3, 2))
}

fn verifiers() -> Vec<VerifierKey> {
    let (ed, sm) = both();
    [&ed, &sm].map(|k| VerifierKey::new(ORIGIN, k.public_key().clone()).unwrap()).to_vec()
}

fn checkpoint() -> Note {
    let (ed, sm) = both();
    Checkpoint::new(ORIGIN, 42, sha256(b"root")).sign(&[&ed, &sm]).unwrap()
}

/// Key and note from the documentation of the Go module `golang.org/x/mod/sumdb/note`, the
/// implementation the format comes from.
#[test]
fn a_note_signed_by_the_go_implementation_is_accepted() {
    let vkey: VerifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
    assert_eq!(vkey.usage(), KeyUse::Sign);
    let msg = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let note = Note::parse(msg.as_bytes()).unwrap();
    assert_eq!(note.verify_all(std::slice::from_ref(&vkey)).unwrap()[0].key, &vkey);
    assert_eq!(note.to_string(), msg);
    let bent = msg.replace("problem,", "problem.");
    let note = Note::parse(bent.as_bytes()).unwrap();
    assert_eq!(note.verify(&[vkey]), Err(NoteError::Signature("PeterNeumann".into())));
}

#[test]
fn a_checkpoint_carries_both_lines_and_comes_back() {
    let note = checkpoint();
    assert_eq!(note.lines().len(), 2);
    assert!(note.lines().iter().all(|l| l.signature.len() == 64 && l.name == ORIGIN));
    let bytes = note.to_string();
    assert!(bytes.starts_with(&format!("{ORIGIN}\n42\n")));
    let read = Checkpoint::open(bytes.as_bytes(), ORIGIN, &verifiers()).unwrap();
    assert_eq!(read, Checkpoint::new(ORIGIN, 42, sha256(b"root")));
    for one in verifiers() {
        assert!(Checkpoint::open(bytes.as_bytes(), ORIGIN, &[one]).is_ok(), "either line alone");
    }
    assert_eq!(
        Checkpoint::open(bytes.as_bytes(), "example.org/other", &verifiers()),
        Err(CheckpointError::Origin { expected: "example.org/other".into(), found: ORIGIN.into() })
    );
}

#[test]
fn key_ids_follow_the_recommendation() {
    let [ed, sm] = verifiers().try_into().unwrap();
    let id = |kind: &[u8], key: &PublicKey| {
        let all = [ORIGIN.as_bytes(), b"\n", kind, &key.to_bytes()].concat();
        sha256(&all).as_bytes()[..4].to_vec()
    };
    assert_eq!(ed.id().to_vec(), id(&[1], ed.public_key()));
    assert_eq!(sm.id().to_vec(), id(b"\xffsm2-sm3-v1", sm.public_key()));
    assert_eq!(sm.public_key().to_bytes().len(), 65);
    for key in [&ed, &sm] {
        assert_eq!(&key.to_string().parse::<VerifierKey>().unwrap(), key);
    }
}

#[test]
fn verifier_keys_that_are_not_are_refused() {
    let good = verifiers()[0].to_string();
    let (name, rest) = good.split_once('+').unwrap();
    let (hash, body) = rest.split_once('+').unwrap();
    for bad in [
        String::new(),
        name.to_owned(),
        format!("{name}+{hash}"),
        format!("{name}+00000000+{body}"),
        format!("{name}+{}+{body}", hash.to_uppercase()),
        format!("other+{hash}+{body}"),
        format!("+{hash}+{body}"),
        format!("a b+{hash}+{body}"),
        format!("{name}+{hash}+AAAA"),
        format!("{name}+{hash}+{body} "),
        format!("{name}+{hash}+Ag=="),
    ] {
        // An all-digit hash is its own upper case.
        assert!(bad == good || bad.parse::<VerifierKey>().is_err(), "{bad}");
    }
}

#[test]
fn unknown_lines_are_skipped_and_kept() {
    let mut note = checkpoint();
    note.add_line(Line { name: "later.example/x".into(), id: [1, 2, 3, 4], signature: vec![9; 3000] }).unwrap();
    let again = Note::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(again, note);
    assert_eq!(again.verify_all(&verifiers()).unwrap().len(), 2);
    let stranger = VerifierKey::new(ORIGIN, key(Algorithm::Ed25519, 9).public_key().clone()).unwrap();
    assert_eq!(again.verify(std::slice::from_ref(&stranger)), Err(NoteError::Unsigned));
    let mixed = [verifiers(), vec![stranger]].concat();
    assert!(again.verify(&mixed).is_ok());
    assert_eq!(again.verify_all(&mixed), Err(NoteError::Missing(ORIGIN.into())));
    assert_eq!(again.verify(&[]), Err(NoteError::Unsigned));
}

#[test]
fn a_witness_adds_its_line_with_a_time() {
    let witness = key(Algorithm::Ed25519, 7);
    let mut note = checkpoint();
    note.cosign("witness.example/w1", &witness, 1_770_000_000).unwrap();
    let vkey = VerifierKey::cosigner("witness.example/w1", witness.public_key().clone()).unwrap();
    assert_eq!(vkey.to_string().parse::<VerifierKey>().unwrap(), vkey);
    let keys = [verifiers(), vec![vkey.clone()]].concat();
    let note = Note::parse(note.to_string().as_bytes()).unwrap();
    let signed = note.verify_all(&keys).unwrap();
    assert_eq!(signed.last().unwrap().time, Some(1_770_000_000));
    assert_eq!(signed[0].time, None);

    let mut bent = note.clone();
    let mut line = note.lines()[2].clone();
    line.signature[7] ^= 1;
    bent.add_line(line).unwrap();
    assert_eq!(bent.lines().len(), 3, "a second line of one key replaces the first");
    assert_eq!(bent.verify(&keys), Err(NoteError::Signature("witness.example/w1".into())));
    assert_eq!(
        VerifierKey::cosigner("w", key(Algorithm::Sm2Sm3, 1).public_key().clone()),
        Err(NoteError::Key(KeyError::NeedsEd25519))
    );
}

#[test]
fn every_change_of_one_byte_is_refused() {
    let whole = checkpoint().to_string().into_bytes();
    let keys = verifiers();
    assert!(Checkpoint::open(&whole, ORIGIN, &keys).is_ok());
    for i in 0..whole.len() {
        for to in [whole[i] ^ 1, whole[i] ^ 0x20, whole[i].wrapping_add(1), b'\n', b' ', b'A', b'=', 0, 0xff] {
            if to != whole[i] {
                let mut bent = whole.clone();
                bent[i] = to;
                assert!(Checkpoint::open(&bent, ORIGIN, &keys).is_err(), "byte {i} to {to:#x}");
            }
        }
        let mut short = whole.clone();
        short.remove(i);
        assert!(Checkpoint::open(&short, ORIGIN, &keys).is_err(), "without byte {i}");
        assert!(Checkpoint::open(&whole[..i], ORIGIN, &keys).is_err(), "cut at {i}");
    }
}

#[test]
fn texts_that_are_no_notes_are_refused() {
    let line = checkpoint().lines()[0].to_string();
    let long = format!("x\n\n{}", format!("{line}\n").repeat(101));
    for (bad, why) in [
        ("", NoteError::Structure),
        ("x\n", NoteError::Structure),
        ("x\n\n", NoteError::Structure),
        ("x\n\n\n", NoteError::Structure),
        (&format!("x\n\n{line}"), NoteError::Structure),
        (&format!("x\n\n{line}\n\n"), NoteError::Structure),
        (&format!("x\n\n{line} \n"), NoteError::Line(1)),
        (&format!("x\n\n{line}\nfree text\n"), NoteError::Line(2)),
        ("x\n\n— name\n", NoteError::Line(1)),
        ("x\n\n— name AAAAAA==\n", NoteError::Line(1)),
        ("x\n\n- name AAAAAAA=\n", NoteError::Line(1)),
        ("x\n\n— na+me AAAAAAA=\n", NoteError::Line(1)),
        ("x\r\n\n— name AAAAAAA=\n", NoteError::Text),
        (&long, NoteError::TooLong),
        (&"x".repeat(1 << 21), NoteError::TooLong),
    ] {
        assert_eq!(Note::parse(bad.as_bytes()), Err(why), "{bad:.60}");
    }
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::Text));
    assert_eq!(Note::new("no line feed"), Err(NoteError::Text));
    let mut note = Note::new("x\n").unwrap();
    assert_eq!(note.sign("a b", &key(Algorithm::Ed25519, 1)), Err(NoteError::Name));
    // Empty lines belong to the text; only the last one separates.
    let note = format!("a\n\nb\n\n{line}\n");
    assert_eq!(Note::parse(note.as_bytes()).unwrap().text(), "a\n\nb\n");
}

#[test]
fn texts_that_are_no_checkpoints_are_refused() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    assert!(format!("o\n0\n{root}\n").parse::<Checkpoint>().is_ok());
    let extended = format!("o\n7\n{root}\nmore\nlines\n");
    assert_eq!(extended.parse::<Checkpoint>().unwrap().to_string(), extended);
    for bad in [
        String::new(),
        "\n".into(),
        format!("o\n1\n{root}"),
        format!("\n1\n{root}\n"),
        format!("o\n01\n{root}\n"),
        format!("o\n-1\n{root}\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        format!("o\n1\n{}\n", &root[..43]),
        "o\n1\nAAAA\n".into(),
        format!("o\n1\n{root}\n\n"),
        format!("o\n1\n{root}\n\nx\n"),
    ] {
        assert_eq!(bad.parse::<Checkpoint>(), Err(CheckpointError::Form), "{bad:?}");
    }
    let (ed, _) = both();
    let mut bad = Checkpoint::new("", 1, Digest32::ZERO);
    assert_eq!(bad.sign(&[&ed]), Err(CheckpointError::Form), "what cannot be read is not signed");
    bad.origin = "two\nlines".into();
    assert!(bad.sign(&[&ed]).is_err());
}

fn proof_file() -> (TlogProof, Digest32) {
    let (ed, sm) = both();
    let mut chain = Chain::new(ORIGIN);
    let mut nodes = HashMap::new();
    let mut links = Vec::new();
    for i in 0..20_u8 {
        let linked = chain.append(&[i]);
        links.push(linked.link);
        nodes.extend(linked.nodes);
    }
    let head = chain.head();
    let note = Checkpoint::new(ORIGIN, head.size, head.root).sign(&[&ed, &sm]).unwrap();
    let proof = TlogProof::new(inclusion_proof(&nodes, 13, 20).unwrap(), note).unwrap();
    (proof, leaf(&links[13]))
}

#[test]
fn a_holder_checks_a_proof_file_without_any_server() {
    let (proof, leaf) = proof_file();
    let text = proof.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 13\n"));
    let read = TlogProof::parse(text.as_bytes()).unwrap();
    assert_eq!(read, proof);
    assert_eq!(read.verify(&leaf, ORIGIN, &verifiers()).unwrap().size, 20);
    let other = Digest32::ZERO;
    assert!(matches!(read.verify(&other, ORIGIN, &verifiers()), Err(TlogProofError::Proof(_))));
    let with_extra = TlogProof { extra: Some(b"salt".to_vec()), ..proof };
    assert_eq!(TlogProof::parse(with_extra.to_string().as_bytes()).unwrap(), with_extra);
    assert_eq!(
        Checkpoint::new(ORIGIN, 5, other).sign(&[&both().0]).map(|note| {
            let bent = guosuo_seal::merkle::InclusionProof { index: 0, size: 4, hashes: vec![] };
            TlogProof::new(bent, note).is_err()
        }),
        Ok(true),
        "path and checkpoint must be of one size"
    );
}

#[test]
fn every_change_of_one_byte_of_a_proof_file_is_refused() {
    let (proof, leaf) = proof_file();
    let whole = proof.to_string().into_bytes();
    for i in 0..whole.len() {
        for to in [whole[i] ^ 1, whole[i] ^ 0x20, b'\n'] {
            if to != whole[i] {
                let mut bent = whole.clone();
                bent[i] = to;
                let verdict = TlogProof::parse(&bent).and_then(|p| p.verify(&leaf, ORIGIN, &verifiers()));
                assert!(verdict.is_err(), "byte {i} to {to:#x}");
            }
        }
    }
}

proptest! {
    #[test]
    fn anything_that_is_read_is_written_back_as_it_was(text in "[a-c\n —+=A]{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        for input in [text.as_bytes(), &bytes, format!("t\n\n— n AAAAAAA=\n{text}").as_bytes()] {
            if let Ok(note) = Note::parse(input) {
                prop_assert_eq!(note.to_string().into_bytes(), input);
            }
            if let Ok(proof) = TlogProof::parse(input) {
                prop_assert_eq!(proof.to_string().into_bytes(), input);
            }
        }
        if let Ok(checkpoint) = text.parse::<Checkpoint>() {
            prop_assert_eq!(checkpoint.to_string(), text.clone());
        }
        if let Ok(key) = text.parse::<VerifierKey>() {
            prop_assert_eq!(key.to_string(), text);
        }
    }
}
