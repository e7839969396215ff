//! See [`guosuo_fuzz::seal::canon_json`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::seal::canon_json(data));
