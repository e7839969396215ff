//! Keys, sealed key files and envelopes.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use guosuo_seal::FileDigests;
use guosuo_seal::envelope::{Attachment, Envelope, EnvelopeError, pre_authentication};
use guosuo_seal::keys::{Algorithm, KeyError, PublicKey, SignatureBytes, Signer, SigningKey, sm2_from_der, sm2_to_der};
use guosuo_seal::sealed::{self, Cost, SealedError, open_key, seal_key};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

const BOTH: [Algorithm; 2] = [Algorithm::Sm2Sm3, Algorithm::Ed25519];

fn key(algorithm: Algorithm, n: u8) -> SigningKey {
    SigningKey::from_secret(algorithm, &[n; 32]).unwrap()
}

fn bytes32(hex: &str) -> [u8; 32] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

#[test]
fn ed25519_vector_of_rfc_8032_7_1() {
    let seed = bytes32("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
    let key = SigningKey::from_secret(Algorithm::Ed25519, &seed).unwrap();
    assert_eq!(hex::encode(key.public_key().to_bytes()), "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    assert_eq!(
        hex::encode(key.sign(&[0xaf, 0x82]).unwrap()),
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    );
}

#[test]
fn sm2_vector_of_gm_t_0003_5() {
    // GM/T 0003.5-2012 annex A: curve parameters in use, identifier 1234567812345678.
    let d = bytes32("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
    let key = SigningKey::from_secret(Algorithm::Sm2Sm3, &d).unwrap();
    assert_eq!(
        hex::encode(key.public_key().to_bytes()),
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    );
    let signature = hex::decode("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa").unwrap();
    assert_eq!(key.public_key().verify(b"message digest", &signature), Ok(()));
    assert_eq!(key.public_key().verify_second(b"message digest", &signature), Ok(()));
    assert_eq!(key.public_key().verify(b"message digesT", &signature), Err(KeyError::Signature));
}

#[test]
fn the_distinguishing_identifier_matters() {
    let key = key(Algorithm::Sm2Sm3, 3);
    let signature = key.sign(b"m").unwrap();
    let public = key.public_key();
    assert_eq!(public.verify_with_id("1234567812345678", b"m", &signature), Ok(()));
    assert_eq!(public.verify_with_id("", b"m", &signature), Err(KeyError::Signature));
    assert_eq!(public.verify_with_id("1234567812345679", b"m", &signature), Err(KeyError::Signature));
    let ed = self::key(Algorithm::Ed25519, 3);
    let signature = ed.sign(b"m").unwrap();
    assert!(ed.public_key().verify_with_id("1234567812345678", b"m", &signature).is_err());
}

#[test]
fn keys_come_back_from_pem() {
    for algorithm in BOTH {
        let key = key(algorithm, 5);
        let again = SigningKey::from_pkcs8_pem(&key.to_pkcs8_pem().unwrap()).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        let public = PublicKey::from_pem(&key.public_key().to_pem().unwrap()).unwrap();
        assert_eq!(&public, key.public_key());
        assert_eq!(public.kid().len(), 32);
        assert_eq!(PublicKey::from_bytes(algorithm, &public.to_bytes()), Ok(public));
    }
    for bad in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert_eq!(SigningKey::from_pkcs8_pem(bad).unwrap_err(), KeyError::Pem);
        assert_eq!(PublicKey::from_pem(bad), Err(KeyError::Pem));
    }
}

#[test]
fn secrets_out_of_range_and_weak_public_keys_are_refused() {
    let n = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
    let bad = Err(KeyError::Secret(Algorithm::Sm2Sm3));
    let sm2 = |hex: &str| SigningKey::from_secret(Algorithm::Sm2Sm3, &bytes32(hex)).map(|_| ());
    assert_eq!(sm2(&"0".repeat(64)), bad);
    assert_eq!(sm2(n), bad);
    assert_eq!(sm2(&n.replace("4123", "4122")), bad, "n - 1 can sign nothing");
    assert_eq!(sm2(&n.replace("4123", "4121")), Ok(()));
    assert_eq!(sm2(&"f".repeat(64)), bad);

    let public = |alg, bytes: &[u8]| PublicKey::from_bytes(alg, bytes).map(|_| ());
    let ed = Err(KeyError::Public(Algorithm::Ed25519));
    let mut small_order = [0; 32];
    small_order[0] = 1;
    assert_eq!(public(Algorithm::Ed25519, &small_order), ed);
    assert_eq!(public(Algorithm::Ed25519, &[0; 31]), ed);
    let mut point = key(Algorithm::Sm2Sm3, 1).public_key().to_bytes();
    point[64] ^= 1;
    let sm = Err(KeyError::Public(Algorithm::Sm2Sm3));
    assert_eq!(public(Algorithm::Sm2Sm3, &point), sm, "off the curve");
    assert_eq!(public(Algorithm::Sm2Sm3, &[4; 65]), sm);
    assert_eq!(public(Algorithm::Sm2Sm3, &[0]), sm, "the point at infinity");
}

/// A signing device that returns damaged signatures, as one under attack would.
struct Faulty(SigningKey);

impl Signer for Faulty {
    fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    fn raw_signature(&self, message: &[u8]) -> Result<SignatureBytes, KeyError> {
        let mut signature = self.0.raw_signature(message)?;
        signature[40] ^= 1;
        Ok(signature)
    }
}

#[test]
fn a_faulty_signature_is_withheld() {
    for algorithm in BOTH {
        assert_eq!(Faulty(key(algorithm, 8)).sign(b"m"), Err(KeyError::SelfCheck));
    }
}

#[test]
fn a_sealed_key_opens_with_its_passphrase_only() {
    for algorithm in BOTH {
        let key = key(algorithm, 6);
        let file = seal_key(&key, "正确的口令".as_bytes(), Cost::LEAST, [1; 16], [2; 12]).unwrap();
        assert!(std::str::from_utf8(&file).unwrap().contains("guosuo.sealed.v1"));
        let opened = open_key(&file, "正确的口令".as_bytes()).unwrap();
        assert_eq!(opened.public_key(), key.public_key());
        assert_eq!(open_key(&file, b"wrong").unwrap_err(), SealedError::Refused);
        assert_eq!(open_key(&file, b"").unwrap_err(), SealedError::NoPassphrase);
    }
}

#[test]
fn no_field_of_a_sealed_file_can_be_exchanged() {
    let file = sealed::seal("root-key", "2026", &[7; 32], b"pass", Cost::LEAST, [1; 16], [2; 12]).unwrap();
    let opened = sealed::open(&file, b"pass").unwrap();
    assert_eq!((opened.kind.as_str(), opened.label.as_str()), ("root-key", "2026"));
    assert_eq!(*opened.secret, vec![7; 32]);
    let text = String::from_utf8(file).unwrap();
    for (from, to) in [
        ("root-key", "root-kez"),
        ("2026", "2027"),
        ("\"passes\":1", "\"passes\":2"),
        ("\"memory_kib\":8192", "\"memory_kib\":8193"),
        ("AQEBAQ", "AQEBAg"),
        ("AgICAg", "AgICAQ"),
    ] {
        let bent = text.replacen(from, to, 1);
        assert_ne!(bent, text, "{from}");
        assert_eq!(sealed::open(bent.as_bytes(), b"pass").unwrap_err(), SealedError::Refused, "{to}");
    }
    let bent = text.replace("8192", "99999999");
    assert_eq!(sealed::open(bent.as_bytes(), b"pass").unwrap_err(), SealedError::Cost, "no memory bomb");
    let bent = text.replace("8192", "8");
    assert_eq!(sealed::open(bent.as_bytes(), b"pass").unwrap_err(), SealedError::Cost);
    for bent in [text.replace("argon2id-19", "argon2d-19"), text.replace("sealed.v1", "sealed.v2")] {
        assert_eq!(sealed::open(bent.as_bytes(), b"pass").unwrap_err(), SealedError::Unknown);
    }
    assert!(matches!(sealed::open(b"{}", b"pass"), Err(SealedError::Form(_))));
    assert_eq!(open_key(text.as_bytes(), b"pass").unwrap_err(), SealedError::Key(KeyError::Pem));
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Receipt {
    number: String,
    holder: String,
}

const TYPE: &str = "application/vnd.guosuo.receipt.v1+json";

fn receipt() -> Receipt {
    Receipt { number: "2026-000001".into(), holder: "示例科技有限公司（虚构）".into() }
}

fn envelope() -> (Envelope, Vec<PublicKey>) {
    let keys = BOTH.map(|a| key(a, 4));
    let signers: Vec<&dyn Signer> = keys.iter().map(|k| k as &dyn Signer).collect();
    let pdf = Attachment { media_type: "application/pdf".into(), name: "receipt.pdf".into(), digests: FileDigests::of(b"%PDF-") };
    let envelope = Envelope::build(TYPE, &receipt(), vec![pdf], &signers).unwrap();
    (envelope, keys.iter().map(|k| k.public_key().clone()).collect())
}

#[test]
fn the_encoding_before_signing_is_that_of_dsse() {
    assert_eq!(
        pre_authentication("http://example.com/HelloWorld", b"hello world"),
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    );
}

#[test]
fn an_envelope_comes_back_with_its_document() {
    let (envelope, keys) = envelope();
    let read = Envelope::parse(&envelope.to_bytes().unwrap()).unwrap();
    assert_eq!(read, envelope);
    let verified = read.verify::<Receipt>(TYPE, &keys).unwrap();
    assert_eq!(verified.body, receipt());
    assert_eq!(verified.check_attachment("receipt.pdf", &FileDigests::of(b"%PDF-")), Ok(()));
    for (name, content) in [("receipt.pdf", &b"%PDF+"[..]), ("other.pdf", b"%PDF-")] {
        assert!(verified.check_attachment(name, &FileDigests::of(content)).is_err());
    }
}

#[test]
fn one_signature_is_not_two() {
    let (envelope, keys) = envelope();
    let verdict = |keys: &[PublicKey]| envelope.verify::<Receipt>(TYPE, keys).map(|_| ());
    assert_eq!(verdict(&keys[..1]), Err(EnvelopeError::Missing(Algorithm::Ed25519)));
    assert_eq!(verdict(&keys[1..]), Err(EnvelopeError::Missing(Algorithm::Sm2Sm3)));
    assert_eq!(verdict(&[]), Err(EnvelopeError::Missing(Algorithm::Sm2Sm3)));
    let only = |required: &[Algorithm], keys: &[PublicKey]| envelope.verify_with::<Receipt>(TYPE, keys, required).map(|_| ());
    assert_eq!(only(&[Algorithm::Sm2Sm3], &keys[..1]), Ok(()));
    assert_eq!(only(&[], &[]), Err(EnvelopeError::Missing(Algorithm::Ed25519)));
}

#[test]
fn another_type_another_payload_or_another_signature_is_refused() {
    let (envelope, keys) = envelope();
    let found = envelope.verify::<Receipt>("application/other", &keys).unwrap_err();
    assert_eq!(found, EnvelopeError::Type { found: TYPE.into() });
    let text = String::from_utf8(envelope.to_bytes().unwrap()).unwrap();
    let retyped = text.replace("receipt", "opinion");
    let retyped = Envelope::parse(retyped.as_bytes()).unwrap();
    let other = retyped.payload_type().to_owned();
    assert!(matches!(retyped.verify::<Receipt>(&other, &keys), Err(EnvelopeError::Signature { .. })));
    assert!(Envelope::parse(text.replace("{\"payload\"", "{\"x\":1,\"payload\"").as_bytes()).is_err());
    assert!(Envelope::parse(&vec![b' '; 1 << 21]).is_err());
}

#[test]
fn every_change_of_one_byte_of_an_envelope_is_refused() {
    let (envelope, keys) = envelope();
    let whole = envelope.to_bytes().unwrap();
    for i in 0..whole.len() {
        for to in [whole[i] ^ 1, whole[i] ^ 0x20, b'"', b'A'] {
            if to != whole[i] {
                let mut bent = whole.clone();
                bent[i] = to;
                let verdict = Envelope::parse(&bent).and_then(|e| e.verify::<Receipt>(TYPE, &keys));
                assert!(verdict.is_err(), "byte {i} to {to:#x}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn both_implementations_agree_on_good_and_damaged_signatures(secret: [u8; 32], message: Vec<u8>, bit in 0..512_usize) {
        for algorithm in BOTH {
            let Ok(key) = SigningKey::from_secret(algorithm, &secret) else { continue };
            let good = key.sign(&message).unwrap();
            let public = key.public_key();
            prop_assert_eq!(public.verify_second(&message, &good), Ok(()));
            let mut bent = good;
            bent[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(public.verify(&message, &bent).is_err());
            prop_assert!(public.verify_second(&message, &bent).is_err());
            prop_assert!(public.verify(&[&message[..], b"x"].concat(), &good).is_err());
            prop_assert!(public.verify(&message, &good[..63]).is_err());
            if algorithm == Algorithm::Sm2Sm3 {
                prop_assert_eq!(sm2_from_der(&sm2_to_der(&good).unwrap()), Ok(good));
            }
        }
    }
}
