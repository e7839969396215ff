//! See [`guosuo_fuzz::rules::identifier`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::rules::identifier(data));
