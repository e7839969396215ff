//! Every statement of the store by name, so that a test can describe all of them on both
//! databases: an unknown column, a wrong type or an undeterminable parameter fails there, not
//! on a rare path in service.

use crate::buffer::Marks;

/// All statements with their names, those of the buffered tables included as that database gets them.
#[doc(hidden)]
pub fn catalogue(sqlite: bool) -> Vec<(String, &'static str)> {
    let mut all: Vec<&[(&str, &'static str)]> = vec![
        crate::act::CATALOGUE,
        crate::applications::CATALOGUE,
        crate::blobs::CATALOGUE,
        crate::blobs::REGISTRATION,
        crate::blobs::SWEEP,
        crate::blobs::UPLOADS,
        crate::calendars::CATALOGUE,
        crate::certificates::CATALOGUE,
        crate::clocks::CATALOGUE,
        crate::idem::CATALOGUE,
        crate::inbox::CATALOGUE,
        crate::jobs::CATALOGUE,
        crate::keys::CATALOGUE,
        crate::ledger::CATALOGUE,
        crate::open::CATALOGUE,
        crate::papers::CATALOGUE,
        crate::publish::CATALOGUE,
        crate::queue::CATALOGUE,
        crate::register::CATALOGUE,
        crate::reports::CATALOGUE,
        crate::settings::CATALOGUE,
        crate::tx::CATALOGUE,
        crate::verify::CATALOGUE,
        crate::verify_papers::CATALOGUE,
        crate::violations::CATALOGUE,
    ];
    all.extend(crate::accounts::CATALOGUES);
    all.extend(crate::interface::CATALOGUES);
    let mut out: Vec<(String, &'static str)> = all.into_iter().flatten().map(|(name, sql)| ((*name).to_owned(), *sql)).collect();
    let marks = if sqlite { Marks::Plain } else { Marks::Numbered };
    for t in crate::buffer::TABLES {
        out.push((format!("buffer::{}", t.name), t.sql(1, marks)));
        out.push((format!("buffer::{} × 2", t.name), t.sql(2, marks)));
    }
    out
}
