//! See [`guosuo_fuzz::rules::batch_lines`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::rules::batch_lines(data));
