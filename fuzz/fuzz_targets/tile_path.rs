//! See [`guosuo_fuzz::seal::tile_path`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| guosuo_fuzz::seal::tile_path(data));
