//! See [`guosuo_fuzz::seal::checkpoint`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::seal::checkpoint(data));
