//! See [`guosuo_fuzz::seal::envelope`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::seal::envelope(data));
