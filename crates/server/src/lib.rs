//! The server of Guosuo 过所 as a library, so that the binary, the tests and the tools share one program.

pub mod account;
pub mod admin;
pub mod api;
pub mod app;
pub mod auth;
pub mod authority;
pub mod body;
pub mod certification;
pub mod cli;
pub mod clock;
pub mod config;
pub mod consequences;
pub mod demo;
pub mod error;
pub mod intake;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod ops;
pub mod path;
pub mod preparing;
pub mod processor;
pub mod public;
pub mod reporting;
pub mod router;
pub mod serve;
#[cfg(debug_assertions)]
pub mod testing;
pub mod web;
pub mod words;
pub mod workbench;
