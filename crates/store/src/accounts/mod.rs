//! Organisations, people, sign-in. Contact data, password hashes and second factors are
//! encrypted; sessions are known by the digest of their token only.

mod access;
mod orgs;
mod people;
mod sessions;

pub use access::{SavedFilter, Ticket};
pub use orgs::{OrgDetails, OrgScan, OrgStatus, Organisation};
pub use people::{Account, AccountStatus, Contact, CredentialKind, NewAccount};
pub use sessions::{NewSession, SessionInfo, SignedInRow, Stage};

/// The statements of this room, for the catalogue test.
pub(crate) const CATALOGUES: &[&[(&str, &str)]] = &[orgs::CATALOGUE, people::CATALOGUE, sessions::CATALOGUE, access::CATALOGUE];
