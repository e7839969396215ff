//! The certification body's side (M 12(1)–(2), G 三(一)): prepare, check, submit, follow.
//!
//! One page, one file. [`case`] loads a filing with its calendar and findings; [`view`] turns
//! it into the words of the task list; [`keep`] takes files in and gives them out.

mod case;
pub mod check;
pub mod deadline;
pub mod diff;
pub mod filings;
pub mod form;
pub mod hub;
pub mod print;
pub mod receipt;
pub mod status;
pub mod submit;
mod view;

use guosuo_case::Right::{FilingEdit, FilingReadOwn, FilingSubmit};

use crate::router::Routes;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    r.get("/body", FilingReadOwn, filings::home)
        .get("/body/filings", FilingReadOwn, filings::list)
        .post("/body/filings", FilingEdit, filings::open)
        .get("/body/filings/{id}", FilingReadOwn, hub::show)
        .get("/body/filings/{id}/form", FilingEdit, form::show)
        .post("/body/filings/{id}/form", FilingEdit, form::save)
        .post("/body/filings/{id}/form/autosave", FilingEdit, form::autosave)
        .get("/body/filings/{id}/print", FilingEdit, print::show)
        .post("/body/filings/{id}/print", FilingEdit, print::print)
        .get("/body/filings/{id}/print/{n}", FilingReadOwn, print::pdf)
        .get("/body/filings/{id}/checklist", FilingReadOwn, print::checklist)
        .get("/body/filings/{id}/check", FilingReadOwn, check::show)
        .get("/body/filings/{id}/submit", FilingSubmit, submit::show)
        .post("/body/filings/{id}/submit", FilingSubmit, submit::submit)
        .get("/body/filings/{id}/receipt", FilingReadOwn, receipt::show)
        .get("/body/filings/{id}/receipt.pdf", FilingReadOwn, receipt::pdf)
        .get("/body/filings/{id}/receipt.json", FilingReadOwn, receipt::signed)
        .get("/body/filings/{id}/withdraw", FilingSubmit, status::ask_withdraw)
        .post("/body/filings/{id}/withdraw", FilingSubmit, status::withdraw)
        .get("/body/filings/{id}/diff", FilingReadOwn, diff::show)
        .get("/body/filings/{id}/deadline/{name}", FilingReadOwn, deadline::show)
}
