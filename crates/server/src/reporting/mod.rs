//! Reporting to the national platform and between authorities (M 9, M 11): the outbox with its
//! adapters, the body's pages of reports, the feed that SAMR, CAC and the data authority share, the
//! report of a violation, and a platform to test against.
//!
//! What is reported and when it is owed is law (`guosuo_case::certificate`); here it is carried.

pub mod body;
pub mod compare;
pub mod comparison;
pub mod exchange;
mod folder;
pub mod golden;
mod http;
pub mod mock;
pub mod outbox;
mod record;
mod settings;
pub mod shared;
pub mod trial;
pub mod violation;

use guosuo_case::Right::{FindingState, ReportsRead, ReportsShared, ViolationReport};

pub use http::Connections;
pub use record::{Carried, digest_of, file};
pub use settings::{FileTarget, Format, HAND, HttpTarget, Reporting, Target};

use crate::router::Routes;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    r.get("/body/reports", ReportsRead, body::show)
        .get("/body/reports/receipts", ReportsRead, exchange::ask)
        .post("/body/reports/receipts", ReportsRead, exchange::register)
        .get("/body/reports/file/{file}", ReportsRead, exchange::download)
        .get("/body/reports/comparison", ReportsRead, comparison::show)
        .post("/body/reports/comparison", ReportsRead, comparison::compare)
        .get("/body/reports/comparison/{file}", ReportsRead, comparison::export)
        .get("/body/reports/{certificate}/{seq}", ReportsRead, body::one)
        .get("/body/certificates/{id}/violation", ViolationReport, violation::ask)
        .post("/body/certificates/{id}/violation", ViolationReport, violation::report)
        .get("/authority/violations", FindingState, violation::list)
        .get("/authority/reports", ReportsShared, shared::ask)
        .post("/authority/reports", ReportsShared, shared::show)
}
