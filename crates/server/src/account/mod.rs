//! People and their organisations: registration, one's own account, the members of an
//! organisation, invitations, and the inbox.

pub mod checks;
pub mod factor;
pub mod inbox;
pub mod invite;
pub mod limits;
pub mod members;
pub mod organisation;
pub mod own;
pub mod password;
pub mod people;
pub mod person;
pub mod register;
pub mod roster;
mod scans;
pub mod tokens;
pub mod webhooks;

use guosuo_case::{OrgKind, Right};

use crate::router::Routes;
use crate::web::Front;

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    let r = r
        .get("/register", Right::SignIn, register::show)
        .post("/register", Right::SignIn, register::submit)
        .get("/register/processor", Right::SignIn, register::show_processor)
        .post("/register/processor", Right::SignIn, register::submit_processor)
        .get("/register/verification-body", Right::SignIn, register::show_verification)
        .post("/register/verification-body", Right::SignIn, register::submit_verification)
        .get("/register/done", Right::SignIn, register::done)
        .get("/invite/{token}", Right::SignIn, invite::show)
        .post("/invite/{token}", Right::SignIn, invite::submit)
        .get("/account", Right::OwnAccount, own::show)
        .post("/account", Right::OwnAccount, own::save)
        .post("/account/sessions", Right::OwnAccount, own::end_sessions)
        .get("/account/password", Right::OwnAccount, password::show)
        .post("/account/password", Right::OwnAccount, password::submit)
        .get("/account/factor", Right::OwnAccount, factor::show)
        .post("/account/factor", Right::OwnAccount, factor::confirm)
        .post("/account/factor/remove", Right::OwnAccount, factor::remove)
        .get("/account/tokens", Right::OwnAccount, tokens::own)
        .post("/account/tokens", Right::OwnAccount, tokens::grant)
        .get("/body/organisation", Right::FilingReadOwn, organisation::show)
        .get("/body/organisation/limits", Right::MembersManage, limits::show)
        .post("/body/organisation/limits", Right::MembersManage, limits::save)
        .get("/body/members", Right::MembersManage, members::list)
        .post("/body/members", Right::MembersManage, members::invite)
        .get("/body/members/{id}", Right::MembersManage, members::show)
        .post("/body/members/{id}/roles", Right::MembersManage, members::roles)
        .post("/body/members/{id}/status", Right::MembersManage, members::status)
        .post("/body/members/{id}/link", Right::MembersManage, members::link)
        .get("/processor/organisation", Right::OwnAccount, organisation::show)
        .get("/processor/members", Right::PartyMembersManage, members::list)
        .post("/processor/members", Right::PartyMembersManage, members::invite)
        .get("/processor/members/{id}", Right::PartyMembersManage, members::show)
        .post("/processor/members/{id}/roles", Right::PartyMembersManage, members::roles)
        .post("/processor/members/{id}/status", Right::PartyMembersManage, members::status)
        .post("/processor/members/{id}/link", Right::PartyMembersManage, members::link)
        .get("/processor/inbox", Right::OwnAccount, inbox::processor_list)
        .get("/processor/inbox/{id}", Right::OwnAccount, inbox::processor_show)
        .get("/verification/organisation", Right::OwnAccount, organisation::show)
        .get("/verification/members", Right::PartyMembersManage, members::list)
        .post("/verification/members", Right::PartyMembersManage, members::invite)
        .get("/verification/members/{id}", Right::PartyMembersManage, members::show)
        .post("/verification/members/{id}/roles", Right::PartyMembersManage, members::roles)
        .post("/verification/members/{id}/status", Right::PartyMembersManage, members::status)
        .post("/verification/members/{id}/link", Right::PartyMembersManage, members::link)
        .get("/verification/inbox", Right::OwnAccount, inbox::verification_list)
        .get("/verification/inbox/{id}", Right::OwnAccount, inbox::verification_show)
        .get("/body/members/{id}/roster", Right::RosterLink, roster::show)
        .post("/body/members/{id}/roster", Right::RosterLink, roster::link)
        .get("/body/inbox", Right::OwnAccount, inbox::body_list)
        .get("/body/inbox/{id}", Right::OwnAccount, inbox::body_show)
        .get("/authority/inbox", Right::OwnAccount, inbox::authority_list)
        .get("/authority/inbox/{id}", Right::OwnAccount, inbox::authority_show);
    programs(r)
}

/// What administrators keep for the programs of their organisation.
fn programs(r: Routes) -> Routes {
    let (body, party) = (Right::MembersManage, Right::PartyMembersManage);
    r.get("/body/tokens", body, tokens::show)
        .post("/body/tokens", body, tokens::create)
        .post("/body/tokens/{id}/revoke", body, tokens::revoke)
        .get("/body/webhooks", body, webhooks::show)
        .post("/body/webhooks", body, webhooks::create)
        .get("/body/webhooks/{id}", body, webhooks::one)
        .post("/body/webhooks/{id}", body, webhooks::act)
        .get("/processor/tokens", party, tokens::show)
        .post("/processor/tokens", party, tokens::create)
        .post("/processor/tokens/{id}/revoke", party, tokens::revoke)
        .get("/processor/webhooks", party, webhooks::show)
        .post("/processor/webhooks", party, webhooks::create)
        .get("/processor/webhooks/{id}", party, webhooks::one)
        .post("/processor/webhooks/{id}", party, webhooks::act)
        .get("/verification/tokens", party, tokens::show)
        .post("/verification/tokens", party, tokens::create)
        .post("/verification/tokens/{id}/revoke", party, tokens::revoke)
        .get("/verification/webhooks", party, webhooks::show)
        .post("/verification/webhooks", party, webhooks::create)
        .get("/verification/webhooks/{id}", party, webhooks::one)
        .post("/verification/webhooks/{id}", party, webhooks::act)
}

/// The front of a kind of organisation.
pub fn front_of(kind: OrgKind) -> Front {
    match kind {
        OrgKind::Body => Front::Body,
        OrgKind::Cac | OrgKind::Nda | OrgKind::Samr => Front::Authority,
        OrgKind::Platform => Front::Admin,
        OrgKind::Processor => Front::Processor,
        OrgKind::VerificationBody => Front::Verification,
    }
}

/// The first part of the addresses of a front that organisations keep for themselves.
pub fn base_of(kind: OrgKind) -> &'static str {
    match kind {
        OrgKind::Processor => "/processor",
        OrgKind::VerificationBody => "/verification",
        OrgKind::Body => "/body",
        OrgKind::Cac | OrgKind::Nda | OrgKind::Samr => "/authority",
        OrgKind::Platform => "/admin",
    }
}
