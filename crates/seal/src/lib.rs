//! Digests, the append-only record, signatures: everything a stranger needs to check the record.
//!
//! The crate is pure. It reads no clock, opens no file and draws no random bytes: salts, nonces
//! and seeds are parameters, times are data. Verification needs this crate alone.
//!
//! | Module | What it holds | Written down in |
//! |---|---|---|
//! | [`digest`] | SHA-256, SM3, salted digests, both at once over a stream | FIPS 180-4, GB/T 32905 |
//! | [`canon`] | canonical JSON, integers and strings only | RFC 8785 (subset) |
//! | [`chain`] | ledger rows and the gap-free hash chain | this crate |
//! | [`merkle`] | tree, proofs, tiles | RFC 6962, RFC 9162, C2SP tlog-tiles |
//! | [`note`] | signed notes, verifier keys, cosignature lines | C2SP signed-note, tlog-cosignature |
//! | [`checkpoint`] | tree heads as notes | C2SP tlog-checkpoint |
//! | [`proof`] | the proof file a holder keeps | C2SP tlog-proof |
//! | [`keys`] | SM2 and Ed25519 keys, the [`keys::Signer`] trait | GB/T 32918, RFC 8032 |
//! | [`sealed`] | secrets in a file under a passphrase | RFC 9106, NIST SP 800-38D |
//! | [`envelope`] | documents with two signatures | DSSE v1 |
//! | [`certificate`] | certificates, their QR codes, their status, and the check of all three | `docs/verifying.md` |

pub mod canon;
pub mod certificate;
pub mod chain;
pub mod checkpoint;
pub mod digest;
pub mod envelope;
pub mod keys;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod sealed;
mod text;

pub use digest::{Digest32, FileDigests, StreamDigest, Suite, salted, sha256, sm3};
