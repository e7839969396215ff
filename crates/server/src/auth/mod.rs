//! Who is there: sign-in, second factor, sessions. The only place that makes an
//! [`guosuo_case::Actor`].

pub mod code;
pub mod password;
pub mod resume;
pub mod session;
pub mod sign_in;
pub mod token;
pub mod totp;

use std::sync::Arc;

use guosuo_case::{Actor, Right};

use crate::router::Routes;

/// Somebody who is signed in; rides in the extensions of the request.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who acts.
    pub actor: Arc<Actor>,
    /// Public id of the session, for the ledger.
    pub session: String,
    /// Name of the organisation.
    pub org_name: String,
    /// Name to sign in with.
    pub login: String,
    /// Whether the organisation's registration is confirmed.
    pub org_active: bool,
}

/// Somebody whose password was right and whose second factor is still asked for.
#[derive(Debug, Clone)]
pub struct HalfSignedIn {
    /// Account.
    pub account: String,
    /// Name to sign in with.
    pub login: String,
    /// Public id of the session.
    pub session: String,
    /// Whether codes are set up already.
    pub org: String,
}

/// The addresses of this room.
pub fn routes(r: Routes) -> Routes {
    r.get("/sign-in", Right::SignIn, sign_in::show)
        .post("/sign-in", Right::SignIn, sign_in::submit)
        .get("/sign-in/code", Right::SignIn, code::show)
        .post("/sign-in/code", Right::SignIn, code::submit)
        .get("/sign-in/enrol", Right::SignIn, code::enrol)
        .post("/sign-in/enrol", Right::SignIn, code::confirm_enrol)
        .get("/sign-in/again", Right::OwnAccount, code::again)
        .post("/sign-in/again", Right::OwnAccount, code::submit_again)
        .post("/sign-out", Right::SignIn, session::sign_out)
        .post("/session/stay", Right::OwnAccount, session::stay)
}
