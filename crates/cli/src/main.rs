//! Small binary.
fn main() {}
