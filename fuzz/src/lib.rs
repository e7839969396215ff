//! What must hold for any bytes whatsoever. The fuzz targets call these functions with bytes
//! that libFuzzer invents; the stable test suite calls them with the seeds and damaged seeds.

pub mod rules;
pub mod seal;
