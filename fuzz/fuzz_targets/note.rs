//! See [`guosuo_fuzz::seal::note`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::seal::note(data));
