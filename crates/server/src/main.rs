//! The program `guosuo`.

fn main() {}
