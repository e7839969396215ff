//! A certificate 认证证书 that anybody can check: its content, its signed form, its QR code, the
//! published changes of its status, and the check that needs nothing but this crate and a file of
//! keys. `docs/verifying.md` has the formats and the same check with OpenSSL;
//! `verifier/guosuo_verify.py` is a second program that shares no code with this one.

pub mod content;
pub mod entry;
pub mod intent;
pub mod keyring;
pub mod qr;
pub mod status;
pub mod time;
mod verdict;

pub use content::{Basis, Body, Content, ContentError, Holder, Mark, ScopeWords, TakenOver, Voucher};
pub use entry::{Change, Entry, Evidence, Gap, Head};
pub use intent::{Intent, IntentError, Purpose};
pub use keyring::{Keyring, KeyringError, PublishedKey, PublishedLog, Trusted, Use};
pub use qr::{Compact, QrCode, QrError};
pub use status::{LIST_SLOTS, SlotStatus, StatusList};
pub use time::{Day, Moment, NotATime};
pub use verdict::{Genuine, InLog, Status, Subject, Verdict, With, check};
