//! The authorities' side: queue, case, verdicts, joint opinion, decision (M 12(3)), the
//! register and the registrations.

pub mod bodies;
pub mod bulk;
pub mod case;
pub mod case_acts;
pub mod export;
pub mod feed;
pub mod filter;
pub mod letter;
pub mod material;
pub mod notice;
pub mod opinion;
pub mod original;
pub mod paper;
mod phrases;
pub mod queue;
pub mod registrations;
pub mod saved;
pub mod stats;
mod view;

pub(crate) use case_acts::idem;
use guosuo_case::Right;

use crate::router::Routes;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    let r = r
        .get("/authority", Right::OwnAccount, queue::desk)
        .get("/authority/filings", Right::QueueRead, queue::show)
        .get("/authority/filings.xlsx", Right::QueueRead, export::xlsx)
        .get("/authority/filings.pdf", Right::QueueRead, export::pdf)
        .post("/authority/filings/bulk", Right::QueueRead, bulk::act)
        .get("/authority/filings/filters", Right::QueueRead, saved::show)
        .post("/authority/filings/filters", Right::QueueRead, saved::save)
        .get("/authority/calendar", Right::QueueRead, feed::show)
        .post("/authority/calendar", Right::QueueRead, feed::change)
        .get("/calendar/{file}", Right::PublicRead, feed::ics)
        .get("/authority/bodies", Right::RegisterReadFull, bodies::list)
        .get("/authority/bodies/{id}", Right::RegisterReadFull, bodies::show)
        .post("/authority/bodies/{id}/remove", Right::BodyRegisterAct, bodies::remove)
        .get("/authority/registrations", Right::OrganisationConfirm, registrations::list)
        .get("/authority/registrations/{id}", Right::OrganisationConfirm, registrations::show)
        .post("/authority/registrations/{id}", Right::OrganisationConfirm, registrations::act)
        .get("/authority/registrations/{id}/scans/{n}", Right::OrganisationConfirm, registrations::scan)
        .get("/authority/stats", Right::RegisterReadFull, stats::show);
    r.get("/authority/filings/{id}", Right::QueueRead, case::show)
        .post("/authority/filings/{id}/assign", Right::QueueRead, case_acts::assign)
        .post("/authority/filings/{id}/send", Right::FilingReview, case_acts::send)
        .post("/authority/filings/{id}/overdue", Right::FilingReview, case_acts::overdue)
        .get("/authority/filings/{id}/materials/{slot}", Right::FilingFilesRead, material::show)
        .post("/authority/filings/{id}/materials/{slot}", Right::FilingReview, material::judge)
        .get("/authority/filings/{id}/files/{file}/original", Right::FilingFilesRead, original::ask)
        .post("/authority/filings/{id}/files/{file}/original", Right::FilingFilesRead, original::download)
        .get("/authority/filings/{id}/opinion", Right::FilingOpine, opinion::show)
        .post("/authority/filings/{id}/opinion", Right::FilingOpine, opinion::give)
        .get("/authority/filings/{id}/opinion.pdf", Right::QueueRead, opinion::pdf)
        .get("/authority/filings/{id}/notice", Right::QueueRead, notice::show)
        .get("/authority/filings/{id}/notice.pdf", Right::QueueRead, notice::pdf)
        .get("/authority/filings/{id}/notice/draft.pdf", Right::QueueRead, notice::draft_pdf)
        .post("/authority/filings/{id}/notice/propose", Right::FilingReview, notice::propose)
        .post("/authority/filings/{id}/notice/return", Right::FilingDecide, notice::send_back)
        .post("/authority/filings/{id}/notice/decide", Right::FilingDecide, notice::decide)
}
