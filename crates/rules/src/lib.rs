//! The law as pure functions: calendar, periods, deadlines, identifiers, export path.
//!
//! Nothing here reads a clock, a file, a socket or a random number, and nothing here is a sentence for a screen:
//! a caller passes the time in and turns reason codes into words. Every number carries the [`article::Article`]
//! that it comes from.

pub mod article;
pub mod basis;
pub mod calendar;
pub mod checklist;
pub mod deadline;
pub mod ids;
mod keyed;
pub mod path;
pub mod period;
pub mod risk;
pub mod series;
pub mod splitting;
pub mod time;
pub mod yearly;
