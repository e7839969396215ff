//! The processor's side (M 5–7, R37 4.1): choose a filed body, show that certification is the
//! right way, describe the scope, declare the duties done, submit, follow.
//!
//! One page, one file. `case` loads an application with what is wrong with it; `document` takes
//! documents in, by their bytes or by their digests. `programs` does the same for programs, by the same functions.

mod case;
mod choose;
mod document;
mod duties;
mod eligibility;
mod hub;
pub(crate) mod ledger;
mod list;
mod mandate;
mod open;
pub(crate) mod programs;
mod receipt;
mod renewal;
mod scope;
mod status;
mod submit;

use guosuo_case::Right::{ApplicationEdit, ApplicationReadOwn, ApplicationSubmit};

use crate::router::Routes;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    r.get("/processor", ApplicationReadOwn, list::show)
        .get("/processor/applications/new", ApplicationEdit, open::show)
        .post("/processor/applications/new", ApplicationEdit, open::submit)
        .get("/processor/applications/{id}", ApplicationReadOwn, hub::show)
        .get("/processor/applications/{id}/body", ApplicationEdit, choose::show)
        .post("/processor/applications/{id}/body", ApplicationEdit, choose::submit)
        .get("/processor/applications/{id}/mandate", ApplicationEdit, mandate::show)
        .post("/processor/applications/{id}/mandate", ApplicationEdit, mandate::submit)
        .get("/processor/applications/{id}/eligibility", ApplicationEdit, eligibility::show)
        .post("/processor/applications/{id}/eligibility", ApplicationEdit, eligibility::save)
        .get("/processor/applications/{id}/scope", ApplicationEdit, scope::show)
        .post("/processor/applications/{id}/scope", ApplicationEdit, scope::save)
        .post("/processor/applications/{id}/scope/autosave", ApplicationEdit, scope::autosave)
        .get("/processor/applications/{id}/ledger", ApplicationEdit, ledger::show)
        .post("/processor/applications/{id}/ledger", ApplicationEdit, ledger::save)
        .get("/processor/applications/{id}/duties", ApplicationEdit, duties::show)
        .post("/processor/applications/{id}/duties", ApplicationEdit, duties::save)
        .get("/processor/applications/{id}/documents/{sha256}", ApplicationReadOwn, document::download)
        .get("/processor/applications/{id}/submit", ApplicationSubmit, submit::show)
        .post("/processor/applications/{id}/submit", ApplicationSubmit, submit::submit)
        .get("/processor/applications/{id}/receipt", ApplicationReadOwn, receipt::show)
        .get("/processor/applications/{id}/receipt.json", ApplicationReadOwn, receipt::signed)
        .get("/processor/applications/{id}/receipt.pdf", ApplicationReadOwn, receipt::printed)
        .get("/processor/certificates/{id}/renewal", ApplicationReadOwn, renewal::show)
        .post("/processor/certificates/{id}/renewal", ApplicationEdit, renewal::submit)
        .get("/processor/applications/{id}/withdraw", ApplicationSubmit, status::ask_withdraw)
        .post("/processor/applications/{id}/withdraw", ApplicationSubmit, status::withdraw)
}
