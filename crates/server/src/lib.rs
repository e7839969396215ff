//! The server of Guosuo 过所 as a library, so that the binary, the tests and the tools share one program.

pub mod web;
