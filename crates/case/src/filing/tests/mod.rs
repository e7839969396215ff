//! The filing told as stories, then enumerated.

mod enumerate;
mod review;
mod selfcheck;
mod world;
