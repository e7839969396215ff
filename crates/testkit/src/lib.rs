//! What tests need and the product does not.

pub mod pg;
