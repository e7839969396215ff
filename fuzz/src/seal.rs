//! Readers of the record: nothing panics, nothing is read in two ways, nothing forged passes.

use std::sync::OnceLock;

use guosuo_seal::canon::{self, CanonError};
use guosuo_seal::certificate::{
    Evidence, Genuine, InLog, Keyring, Moment, PublishedKey, PublishedLog, QrCode, Status, StatusList, Trusted, Use, With, check,
};
use guosuo_seal::chain::Row;
use guosuo_seal::checkpoint::Checkpoint;
use guosuo_seal::envelope::Envelope;
use guosuo_seal::keys::{Algorithm, PublicKey, Signer, SigningKey, sm2_from_der, sm2_to_der};
use guosuo_seal::merkle::{ConsistencyProof, InclusionProof, TilePath, TileSet, bundle_entries, leaf_hash, split_bundle};
use guosuo_seal::note::{Line, Note, VerifierKey};
use guosuo_seal::proof::TlogProof;
use guosuo_seal::sealed;
use guosuo_seal::{Digest32, sha256};

/// Origin of the log in the seeds.
pub const ORIGIN: &str = "example.org/log/fuzz";
/// Payload type of the envelope in the seeds.
pub const TYPE: &str = "application/vnd.guosuo.receipt.v1+json";

/// Keys that signed the seeds. They are public and protect nothing.
pub fn signers() -> &'static [SigningKey; 2] {
    static KEYS: OnceLock<[SigningKey; 2]> = OnceLock::new();
    KEYS.get_or_init(|| [Algorithm::Ed25519, Algorithm::Sm2Sm3].map(|a| SigningKey::from_secret(a, &[0x5e; 32]).expect("a key")))
}

/// Verifier keys of the seeds.
pub fn verifiers() -> &'static [VerifierKey] {
    static KEYS: OnceLock<Vec<VerifierKey>> = OnceLock::new();
    KEYS.get_or_init(|| signers().iter().map(|k| VerifierKey::new(ORIGIN, k.public_key().clone()).expect("a name")).collect())
}

/// Head that the seeds sign: 20 leaves.
pub fn head() -> Checkpoint {
    let mut frontier = guosuo_seal::merkle::Frontier::new();
    for i in 0..20_u8 {
        frontier.append(leaf_hash(&[i]));
    }
    Checkpoint::new(ORIGIN, 20, frontier.root())
}

/// Signed notes, verifier keys, single lines.
pub fn note(data: &[u8]) {
    if let Ok(note) = Note::parse(data) {
        assert_eq!(note.to_string().into_bytes(), data, "one note, one spelling");
        if note.verify(verifiers()).is_ok() {
            assert_eq!(note.text(), head().to_string(), "the keys signed one text only");
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(key) = text.parse::<VerifierKey>() {
            assert_eq!(key.to_string(), text, "one key, one spelling");
        }
        if let Ok(line) = text.parse::<Line>() {
            assert_eq!(line.to_string(), text, "one line, one spelling");
        }
    }
}

/// Checkpoints, bare and signed.
pub fn checkpoint(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(checkpoint) = text.parse::<Checkpoint>()
    {
        assert_eq!(checkpoint.to_string(), text, "one checkpoint, one spelling");
    }
    if let Ok(checkpoint) = Checkpoint::open(data, ORIGIN, verifiers()) {
        assert_eq!(checkpoint, head(), "the keys signed one head only");
    }
}

/// Proof files, and proofs whose numbers and digests are taken straight from the bytes.
pub fn proof(data: &[u8]) {
    if let Ok(proof) = TlogProof::parse(data) {
        assert_eq!(proof.to_string().into_bytes(), data, "one proof, one spelling");
        let leaf = leaf_hash(&[13]);
        if proof.verify(&leaf, ORIGIN, verifiers()).is_ok() {
            assert_eq!(proof.index, 13, "the leaf is in one place only");
        }
    }
    let Some((numbers, rest)) = data.split_first_chunk::<16>() else {
        return;
    };
    let (a, b) = numbers.split_at(8);
    let number = |b: &[u8]| u64::from_be_bytes(b.try_into().expect("eight bytes"));
    let (index, size) = (number(a), number(b));
    let hashes: Vec<_> = rest.chunks_exact(32).filter_map(Digest32::from_slice).collect();
    let leaf = sha256(b"leaf");
    let inclusion = InclusionProof { index, size, hashes: hashes.clone() };
    if inclusion.root(&leaf).is_ok() {
        assert!(index < size && hashes.len() <= 64);
        assert!(inclusion.verify(&leaf, &Digest32::ZERO).is_err(), "nobody finds this root");
    }
    let consistency = ConsistencyProof { from: index, to: size, hashes };
    let verdict = consistency.verify(&leaf, &Digest32::ZERO);
    assert!(verdict.is_err(), "nobody finds this root");
}

/// Envelopes.
pub fn envelope(data: &[u8]) {
    let Ok(envelope) = Envelope::parse(data) else {
        return;
    };
    let bytes = envelope.to_bytes().expect("what was read can be written");
    assert_eq!(Envelope::parse(&bytes).as_ref(), Ok(&envelope));
    static KEYS: OnceLock<Vec<PublicKey>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| signers().iter().map(|k| k.public_key().clone()).collect());
    if let Ok(verified) = envelope.verify::<serde_json::Value>(TYPE, keys) {
        assert_eq!(verified.body["number"], "2026-000001", "the keys signed one statement only");
    }
}

/// Keys of the certificates in the seeds: those of the other seeds.
pub fn trusted() -> &'static Trusted {
    static TRUSTED: OnceLock<Trusted> = OnceLock::new();
    TRUSTED.get_or_init(|| {
        let from = "2026-01-01".parse().expect("a day");
        let keys = [Use::Certificate, Use::Statement].into_iter().flat_map(|u| signers().iter().map(move |k| (u, k)));
        let keys = keys.map(|(u, k)| PublishedKey::new(u, k.public_key(), from, None).expect("a key")).collect();
        let [ed25519, sm2] = signers();
        let log = PublishedLog::new(ORIGIN, &[ed25519.public_key(), sm2.public_key()]).expect("a log");
        Keyring { keys, logs: vec![log], v: 1 }.trust().expect("keys")
    })
}

/// Certificates, QR codes, evidence, status lists, files of keys.
pub fn certificate(data: &[u8]) {
    let at: Moment = "2026-03-12T00:00:00Z".parse().expect("a moment");
    let verdict = check(data, trusted(), &With { evidence: Some(data), lists: &[data], pdf: None, at });
    if verdict.genuine == Genuine::Yes {
        let subject = verdict.subject.expect("what is genuine has a subject");
        let signed = [("SLQH-2099-000137", None), ("OLD-2024-000002", Some("2026-02-03".to_owned()))];
        let told = (subject.number.as_str(), subject.taken_over.map(|t| t.on.to_string()));
        assert!(signed.contains(&told), "the keys signed two certificates only, one of them taken over: {told:?}");
        // The bytes are a certificate, so they are no evidence and no list.
        assert_eq!((verdict.log, verdict.status), (InLog::No, Status::BadList));
    } else {
        assert!(verdict.subject.is_none());
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(code) = QrCode::parse(text)
    {
        let again = code.text();
        assert!(again.eq_ignore_ascii_case(text), "one code, one spelling but for the case of the host");
        assert_eq!(QrCode::parse(&again).as_ref(), Ok(&code));
    }
    if let Some(evidence) = Evidence::parse(data) {
        assert_eq!(evidence.to_bytes().as_deref(), Ok(data), "one evidence, one spelling");
    }
    if let Some(list) = StatusList::open(data, trusted()) {
        assert!(list.status(0).is_some(), "the keys signed one list only");
    }
    let _ = Keyring::parse(data).map(|ring| ring.trust());
}

/// Canonical JSON, against serde_json as a second reader.
pub fn canon_json(data: &[u8]) {
    match canon::parse(data) {
        Ok(value) => {
            let second: serde_json::Value = serde_json::from_slice(data).expect("strict JSON is JSON");
            assert_eq!(second, value);
            let bytes = canon::write_value(&value).expect("what was read can be written");
            assert_eq!(canon::parse_canonical(&bytes).as_ref(), Ok(&value));
            assert_eq!(canon::canonicalize(&bytes).as_ref(), Ok(&bytes));
            let same = canon::parse_canonical(data).is_ok();
            assert_eq!(same, bytes == data, "one value, one canonical spelling");
        }
        Err(CanonError::NotCanonical | CanonError::Shape(_)) => panic!("not errors of parsing"),
        Err(_) => {}
    }
}

/// Tile paths, tiles and bundles.
pub fn tile_path(data: &[u8]) {
    if let Ok(entries) = split_bundle(data) {
        assert_eq!(bundle_entries(entries).as_deref(), Ok(data), "one bundle, one spelling");
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(path) = text.parse::<TilePath>() else {
        return;
    };
    assert_eq!(path.to_string(), text, "one tile, one path");
    assert!((1..=256).contains(&path.width()));
    if let Some(nodes) = path.nodes() {
        assert_eq!(nodes.len(), usize::from(path.width()));
        assert!(nodes.iter().all(|n| n.complete_at().is_some()));
    }
    let _ = (path.entry_range(), path.exists_at(u64::MAX), path.exists_at(0));
    let mut set = TileSet::new();
    let inserted = set.insert(&path, &vec![7; usize::from(path.width()) * 32]).is_ok();
    assert_eq!(inserted, path.level().is_some());
    if let (true, Some(nodes)) = (inserted, path.nodes()) {
        use guosuo_seal::merkle::NodeReader as _;
        assert!(nodes.iter().all(|n| set.node(*n) == Some(Digest32::new([7; 32]))));
    }
}

/// Ledger rows and sealed files: bytes from a database or a disk that somebody else wrote.
pub fn stored(data: &[u8]) {
    if let Ok(row) = Row::from_bytes(data) {
        assert_eq!(row.to_bytes().as_deref(), Ok(data), "one row, one spelling");
    }
    // Without a passphrase the costly derivation is never reached.
    assert!(sealed::open(data, b"").is_err());
    let _ = std::str::from_utf8(data).map(|text| (PublicKey::from_pem(text), SigningKey::from_pkcs8_pem(text).is_ok()));
}

/// Signatures: the first 64 bytes against the rest, judged by both implementations; and DER.
pub fn signature(data: &[u8]) {
    if let Ok(raw) = sm2_from_der(data) {
        assert_eq!(sm2_to_der(&raw).as_deref(), Ok(data), "one signature, one DER form");
    }
    let Some((signature, message)) = data.split_first_chunk::<64>() else {
        return;
    };
    for key in signers() {
        let key = key.public_key();
        let verdict = key.verify(message, signature);
        assert_eq!(verdict, key.verify_second(message, signature), "both implementations agree");
        assert!(verdict.is_err() || message == b"seed", "the keys signed one message only");
    }
}
