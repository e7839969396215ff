//! See [`guosuo_fuzz::rules::holiday_notice`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::rules::holiday_notice(data));
