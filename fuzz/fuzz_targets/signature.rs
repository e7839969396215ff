//! See [`guosuo_fuzz::seal::signature`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::seal::signature(data));
