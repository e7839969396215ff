//! The certification body's side (M 12(1)–(2), G 三(一)): prepare, check, submit, follow.
//!
//! One page, one file. `case` loads a filing with its calendar and findings; `view` turns
//! it into the words of the task list; `keep` takes files in and gives them out.

pub mod batch;
pub(crate) mod case;
pub mod check;
pub mod classify;
pub mod deadline;
pub mod diff;
pub mod docx;
pub mod filings;
pub mod form;
pub mod hub;
pub(crate) mod keep;
pub mod material;

pub mod print;
pub mod receipt;
pub mod roster;
pub mod roster_file;
pub mod sheets;
pub mod status;
pub mod submit;
pub mod upload;
mod view;

pub(crate) use case::file;
use guosuo_case::Right::{FilingEdit, FilingReadOwn, FilingSubmit, OwnAccount};

use crate::router::Routes;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    r.get("/body", OwnAccount, filings::home)
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
        .get("/body/filings/{id}/materials/{slot}", FilingReadOwn, material::show)
        .post("/body/filings/{id}/materials/{slot}", FilingEdit, material::upload)
        .post("/body/filings/{id}/materials/{slot}/order", FilingEdit, material::order)
        .post("/body/filings/{id}/materials/{slot}/remove", FilingEdit, material::remove)
        .post("/body/filings/{id}/materials/{slot}/nothing", FilingEdit, material::nothing)
        .get("/body/filings/{id}/files/{file}", FilingReadOwn, material::download)
        .post("/body/filings/{id}/materials/{slot}/uploads", FilingEdit, upload::create)
        .get("/body/filings/{id}/uploads/{upload}", FilingEdit, upload::offset)
        .patch("/body/filings/{id}/uploads/{upload}", FilingEdit, upload::part)
        .get("/body/filings/{id}/roster", FilingReadOwn, roster::show)
        .post("/body/filings/{id}/roster", FilingEdit, roster::save)
        .post("/body/filings/{id}/roster/remove", FilingEdit, roster::remove)
        .post("/body/filings/{id}/roster/import", FilingEdit, roster::import)
        .get("/body/filings/{id}/roster/export", FilingReadOwn, roster::export)
        .get("/body/templates/roster.xlsx", FilingReadOwn, roster::template)
        .post("/body/filings/{id}/roster/sheets", FilingEdit, sheets::upload)
        .post("/body/filings/{id}/roster/sheets/confirm", FilingEdit, sheets::confirm)
        .get("/body/templates.zip", FilingReadOwn, docx::all)
        .get("/body/templates/{file}", FilingReadOwn, docx::one)
        .get("/body/filings/{id}/batch", FilingEdit, batch::show)
        .post("/body/filings/{id}/batch", FilingEdit, batch::upload)
        .post("/body/filings/{id}/batch/confirm", FilingEdit, batch::confirm)
        .get("/body/filings/{id}/check", FilingReadOwn, check::show)
        .get("/body/filings/{id}/submit", FilingSubmit, submit::show)
        .post("/body/filings/{id}/submit", FilingSubmit, submit::submit)
        .get("/body/filings/{id}/receipt", FilingReadOwn, receipt::show)
        .get("/body/filings/{id}/receipt.pdf", FilingReadOwn, receipt::pdf)
        .get("/body/filings/{id}/receipt.json", FilingReadOwn, receipt::signed)
        .get("/body/filings/{id}/withdraw", FilingSubmit, status::ask_withdraw)
        .post("/body/filings/{id}/withdraw", FilingSubmit, status::withdraw)
        .get("/body/filings/{id}/notice.pdf", FilingReadOwn, status::notice)
        .get("/body/filings/{id}/diff", FilingReadOwn, diff::show)
        .get("/body/filings/{id}/deadline/{name}", FilingReadOwn, deadline::show)
}
