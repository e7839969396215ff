//! Uploads: what they are, what is wrong with them, how their pages look.
//!
//! Bytes from outside are searched in this process ([`sniff()`]) but decoded only in a worker
//! process ([`worker_main`]): the same program, without environment, with limits of memory and
//! processor time, and unable to open a file or a socket. What comes back is a typed answer,
//! raw pixels or bytes; a file can end its worker and nothing else.
//!
//! | Question | Ask |
//! |---|---|
//! | Is this taken under this name? | [`Sampler`] while it streams, then [`Intake::sniff`] |
//! | What is wrong with it? | [`Intake::examine`] → [`Examined`]: `FileProblem`s, pages, form code |
//! | How does page *n* look? | [`Intake::page`] → [`Sheet`], then [`Intake::stamp`] |
//! | What is in the ZIP? | [`Intake::unpack`] → [`Unpacking::next`] |
//! | What does the roster say? | [`Intake::table`] → [`Table`] |
//! | How to say no? | [`words::rejection`], [`words::failure`] |

mod archive;
mod child;
mod code;
mod examine;
mod fonts;
mod kind;
mod pages;
mod run;
mod serve;
mod sniff;
pub(crate) mod table;
mod watermark;
mod wire;
pub mod words;

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::Uploads;

pub use archive::{Unpacked, Unpacking};
pub use child::worker_main;
pub use code::{form_code_text, parse_form_code};
pub use examine::Examined;
pub use kind::{Accept, Kind, Rejection};
pub use pages::{READING_WIDTH, Sheet};
pub use run::{Fault, Input};
pub use serve::routes;
pub use sniff::{MAX_NAME, Sample, Sampler, base_name, sniff};
pub(crate) use table::LONG_CELL;
pub use table::Table;
pub use watermark::Mark;
pub use wire::{Bounds, Failure, Marks, Report};

use pages::Cache;
use run::Runner;
use watermark::Stamper;

/// The workshop for uploads of one instance. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Intake(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: Uploads,
    runner: Runner,
    cache: Cache,
    stamper: Stamper,
}

impl Intake {
    /// A workshop with these limits. The worker is this program, or the one that
    /// `GUOSUO_WORKER` names.
    pub fn new(limits: &Uploads) -> Self {
        Self::with_worker(limits, worker_program())
    }

    /// A workshop with another worker program.
    pub fn with_worker(limits: &Uploads, worker: PathBuf) -> Self {
        let at_once = std::thread::available_parallelism().map_or(2, usize::from).clamp(1, 4);
        let runner = Runner::new(worker, at_once, limits.draw_memory_mib << 20, limits.draw_seconds, fonts::find());
        let stamper = Stamper::new(runner.fonts().first().cloned());
        Self(Arc::new(Inner { limits: limits.clone(), runner, cache: Cache::default(), stamper }))
    }

    /// The limits in force.
    pub fn limits(&self) -> &Uploads {
        &self.0.limits
    }

    /// Whether Chinese text without its own font can be drawn, and marks be put on pages.
    pub fn has_fonts(&self) -> bool {
        !self.0.runner.fonts().is_empty()
    }

    /// Says what a file is and whether it is taken here under its name.
    ///
    /// # Errors
    /// The reason why not.
    pub fn sniff(&self, name: &str, sample: &Sample, accept: Accept) -> Result<Kind, Rejection> {
        sniff::sniff(name, sample, accept, self.0.limits.max_mib)
    }

    /// A ceiling for one archive: as many entries as a whole filing can have, and all of it
    /// not larger than ten of the largest files.
    pub fn bounds(&self) -> Bounds {
        let entry_bytes = self.0.limits.max_mib << 20;
        Bounds { entries: 500, entry_bytes, total_bytes: entry_bytes.saturating_mul(10), ratio: 100 }
    }
}

fn worker_program() -> PathBuf {
    if let Some(p) = std::env::var_os("GUOSUO_WORKER").filter(|p| !p.is_empty()) {
        return p.into();
    }
    let this = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("guosuo"));
    // Tests run from `deps/`; the program stands one folder above.
    if this.parent().and_then(|d| d.file_name()).is_some_and(|d| d == "deps")
        && let Some(program) = this.ancestors().nth(2).map(|d| d.join("guosuo"))
        && program.exists()
    {
        return program;
    }
    this
}
