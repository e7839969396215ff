//! Costs of the record: adding a row, proving it, signing and checking heads.

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use guosuo_seal::chain::Chain;
use guosuo_seal::checkpoint::Checkpoint;
use guosuo_seal::digest::StreamDigest;
use guosuo_seal::keys::{Algorithm, Signer as _, SigningKey};
use guosuo_seal::merkle::{consistency_proof, inclusion_proof};
use guosuo_seal::note::VerifierKey;

const ORIGIN: &str = "example.org/log/2026";
const ROWS: u64 = 100_000;

fn ledger(c: &mut Criterion) {
    let row = vec![b'x'; 400];
    let mut chain = Chain::new(ORIGIN);
    let mut nodes = HashMap::new();
    let mut links = Vec::new();
    for _ in 0..ROWS {
        let linked = chain.append(&row);
        links.push(linked.link);
        nodes.extend(linked.nodes);
    }
    let root = chain.head().root;

    c.bench_function("append a row of 400 bytes", |b| {
        b.iter_batched_ref(|| chain.clone(), |chain| chain.append(black_box(&row)), BatchSize::SmallInput);
    });
    c.bench_function("root of 100000 rows", |b| b.iter(|| chain.head()));
    c.bench_function("inclusion proof in 100000", |b| {
        b.iter(|| inclusion_proof(&nodes, black_box(12_345), ROWS));
    });
    c.bench_function("consistency proof 60000 to 100000", |b| {
        b.iter(|| consistency_proof(&nodes, black_box(60_000), ROWS));
    });
    let proof = inclusion_proof(&nodes, 12_345, ROWS).expect("the tree is whole");
    let leaf = guosuo_seal::chain::leaf(&links[12_345]);
    c.bench_function("check an inclusion proof", |b| {
        b.iter(|| proof.verify(black_box(&leaf), &root));
    });
}

fn signatures(c: &mut Criterion) {
    for algorithm in [Algorithm::Sm2Sm3, Algorithm::Ed25519] {
        let key = SigningKey::from_secret(algorithm, &[5; 32]).expect("a valid key");
        let message = [7_u8; 120];
        let signature = key.sign(&message).expect("it signs");
        c.bench_function(&format!("{algorithm} sign and check before release"), |b| {
            b.iter(|| key.sign(black_box(&message)));
        });
        c.bench_function(&format!("{algorithm} sign only"), |b| {
            b.iter(|| key.raw_signature(black_box(&message)));
        });
        c.bench_function(&format!("{algorithm} verify"), |b| {
            b.iter(|| key.public_key().verify(black_box(&message), &signature));
        });
    }
    let keys = [Algorithm::Ed25519, Algorithm::Sm2Sm3].map(|a| SigningKey::from_secret(a, &[6; 32]).expect("a valid key"));
    let head = Checkpoint::new(ORIGIN, ROWS, guosuo_seal::sha256(b"root"));
    c.bench_function("checkpoint with both lines", |b| {
        b.iter(|| head.sign(&[&keys[0], &keys[1]]));
    });
    let note = head.sign(&[&keys[0], &keys[1]]).expect("it signs").to_string();
    let verifiers = keys.each_ref().map(|k| VerifierKey::new(ORIGIN, k.public_key().clone()).expect("a valid name"));
    c.bench_function("open a checkpoint with both lines", |b| {
        b.iter(|| Checkpoint::open(black_box(note.as_bytes()), ORIGIN, &verifiers));
    });
}

fn digests(c: &mut Criterion) {
    let chunk = vec![0_u8; 1 << 20];
    let mut group = c.benchmark_group("digests");
    group.throughput(Throughput::Bytes(chunk.len() as u64));
    group.bench_function("SHA-256 and SM3 over 1 MiB", |b| {
        b.iter(|| {
            let mut stream = StreamDigest::new();
            stream.update(black_box(&chunk));
            stream.finish()
        });
    });
    group.finish();
}

criterion_group!(benches, ledger, signatures, digests);
criterion_main!(benches);
