//! The seeds on stable, whole and damaged; shared by the test suites of the rooms.

use std::path::{Path, PathBuf};

/// All seeds of a target, in order of their names.
pub fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
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
pub fn run(target: &str, check: fn(&[u8])) {
    check(b"");
    for (_, seed) in seeds(target) {
        check(&seed);
        // Long seeds are sampled.
        let step = seed.len().div_ceil(200).max(1);
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
