//! The interface for programs of organisations, `/api/v1`: the cases of a body, a verification body or a processor,
//! acts on them, certificates, the yearly record of exports, what has changed, and addresses that are called.
//!
//! | Module | Holds |
//! |---|---|
//! | `scope`, `call`, `strict`, `limit` | what a token may be used for, one call, what is taken of it, how many calls |
//! | `problem` | what a program is told when it may not (RFC 9457) |
//! | `cases`, `acts`, `apply`, `own`, `hooks` | the addresses |
//! | `endpoints`, `schema`, `openapi` | the one list that documents them, compared with the router by a test |
//! | `page` | `/api` for people |
//!
//! Who a program is, is found out by `auth::token`; what it does goes through the functions of the pages
//! (`workbench::programs`, `processor::programs`, `preparing`), so the law decides both alike.

mod acts;
mod apply;
mod call;
mod cases;
pub mod endpoints;
mod endpoints_apply;
pub mod examples;
pub(crate) mod hooks;
pub mod limit;
mod openapi;
pub(crate) mod own;
mod page;
pub(crate) mod problem;
mod schema;
mod schema_draft;
mod schema_flows;
pub mod scope;
mod strict;

use guosuo_case::Right::{OwnAccount, PublicRead};

use crate::router::Routes;

/// The addresses of this room. `OwnAccount`: whoever shows a token; scope and right are asked by each.
pub fn routes(r: Routes) -> Routes {
    r.get("/api", PublicRead, page::show)
        .get("/api/openapi.json", PublicRead, openapi::show)
        .get("/api/v1/openapi.json", PublicRead, openapi::show)
        .get("/api/v1/me", OwnAccount, own::me)
        .get("/api/v1/members", OwnAccount, own::members)
        .get("/api/v1/bodies", OwnAccount, apply::bodies)
        .get("/api/v1/applications", OwnAccount, cases::applications)
        .post("/api/v1/applications", OwnAccount, apply::open)
        .get("/api/v1/applications/{id}", OwnAccount, cases::application)
        .patch("/api/v1/applications/{id}/draft", OwnAccount, apply::save)
        .get("/api/v1/applications/{id}/check", OwnAccount, apply::check)
        .get("/api/v1/applications/{id}/receipt", OwnAccount, apply::receipt)
        .post("/api/v1/applications/{id}/acts/{act}", OwnAccount, cases::act_on_application)
        .post("/api/v1/applications/{id}/files", OwnAccount, cases::send_file)
        .get("/api/v1/applications/{id}/files/{sha256}", OwnAccount, cases::get_file)
        .get("/api/v1/certificates", OwnAccount, cases::certificates)
        .get("/api/v1/certificates/{id}", OwnAccount, cases::certificate)
        .get("/api/v1/certificates/{id}/flows", OwnAccount, cases::flows)
        .post("/api/v1/certificates/{id}/acts/{act}", OwnAccount, cases::act_on_certificate)
        .post("/api/v1/certificates/{id}/files", OwnAccount, cases::send_certificate_file)
        .get("/api/v1/certificates/{id}/files/{sha256}", OwnAccount, cases::get_certificate_file)
        .get("/api/v1/reports", OwnAccount, cases::reports)
        .get("/api/v1/filings", OwnAccount, own::filings)
        .get("/api/v1/exports", OwnAccount, own::exports)
        .post("/api/v1/exports/reports", OwnAccount, own::report)
        .post("/api/v1/exports/reports/sheet", OwnAccount, own::sheet)
        .post("/api/v1/exports/reports/{number}/void", OwnAccount, own::void)
        .get("/api/v1/changes", OwnAccount, own::changes)
        .get("/api/v1/webhooks", OwnAccount, hooks::list)
        .post("/api/v1/webhooks", OwnAccount, hooks::create)
        .post("/api/v1/webhooks/{id}/acts/{act}", OwnAccount, hooks::act)
        .get("/api/v1/webhooks/{id}/deliveries", OwnAccount, hooks::deliveries)
        .post("/api/v1/webhooks/{id}/replay", OwnAccount, hooks::replay)
}
