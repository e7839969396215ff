//! See [`guosuo_fuzz::seal::stored`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::seal::stored(data));
