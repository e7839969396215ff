//! What all fronts share on screen: language, shell, forms, dates and numbers, assets.
//!
//! Page writers: `crates/server/templates/README.md` lists the template macros and how a page is put together.

pub mod assets;
pub mod chart;
pub mod components;
pub mod errors;
pub mod fmt;
pub mod form;
pub mod headers;
pub mod lang;
pub mod nav;
pub mod preferences;
pub mod qr;
pub mod shell;
pub mod statements;

pub use assets::asset_url;
pub use form::{FieldErrors, Form};
pub use lang::{Lang, Screen};
pub use shell::{Front, Shell, Site, UserBlock};
