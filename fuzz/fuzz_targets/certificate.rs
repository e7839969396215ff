//! See [`guosuo_fuzz::seal::certificate`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::seal::certificate(data));
