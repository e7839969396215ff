//! Storage: SQL for SQLite and PostgreSQL, encrypted files, the ledger, jobs.
//!
//! Everything that is stored together is one write unit ([`Store::write`]): the events of a
//! case, their rows in the ledger, the tables that pages read, clocks, jobs and the
//! idempotency key commit at once or not at all. Nothing outside this crate sees which
//! database is behind it, and nothing outside it writes SQL.
//!
//! | Module | Holds |
//! |---|---|
//! | `open`, `unit`, `tx`, `buffer` | pools, the writer and its groups, the transaction |
//! | `act`, `project` | acts on cases, tables derived from them |
//! | `ledger`, `publish`, `verify`, `verify_papers` | chain, tree, checkpoints, re-walking |
//! | `keys`, `blobs` | envelope encryption, files |
//! | `backup` | a copy of the database at one moment, and the way back |
//! | `accounts` | organisations, people, credentials, sessions |
//! | `applications`, `certificates`, `issue` | read tables of certification, the issue of a certificate |
//! | `follow`, `names` | what has happened since, the index of holders' names |
//! | `papers` | versions of certificates with their signed forms, published entries, evidence |
//! | `interface` | tokens of programs, the feed of changes, addresses that are called, witnesses |
//! | `jobs`, `clocks`, `inbox`, `filings`, `register`, `settings`, `idem` | what pages and workers read |

pub mod accounts;
mod act;
mod applications;
pub mod backup;
mod blobs;
mod buffer;
mod calendars;
mod catalogue;
mod certificates;
mod certification_rows;
mod clocks;
mod db;
mod error;
mod filings;
mod follow;
mod idem;
mod inbox;
mod interface;
mod issue;
mod jobs;
mod keys;
mod ledger;
mod names;
mod open;
mod papers;
mod preparation;
mod project;
mod publish;
mod published;
mod queue;
mod register;
mod reports;
mod settings;
mod tx;
mod unit;
mod verify;
mod verify_papers;
mod violations;

pub use act::{Acted, Head, Loaded, Request};
pub use applications::ApplicationFilter;
pub use blobs::{Blob, Blobs, FinishedUpload, NewBlob, NewUpload, PART, PutFile, Upload, registration_case};
pub use calendars::ImportedNotice;
#[doc(hidden)]
pub use catalogue::catalogue;
pub use certification_rows::{ApplicationRow, CertificateChangeRow, CertificateReportRow, CertificateRow, ViolationRow};
pub use clocks::{Moved, StoredClock};
pub use db::{Reader, new_id};
pub use error::{ActError, Error, Failure, UploadProblem};
pub use follow::Touched;
pub use idem::Idem;
pub use inbox::Message;
pub use interface::{Cosignature, Delivery, DueDelivery, FeedRow, Grant, NewToken, NewWebhook, Token, Webhook, WebhookState};
pub use issue::{IssueFacts, Issuing};
pub use jobs::{ClaimedJob, JobCount, JobLine, NewJob};
pub use keys::{PLATFORM, RootKey, SUITE};
pub use ledger::{Class, LedgerRow, Origin};
pub use names::Names;
pub use open::{Options, Store, migrate, schema_id};
pub use papers::{CertificateLine, EntryRow, PaperRow, RegisterFilter};
pub use project::{BodyRow, BodyStatusRow, CaseMeta, ClockRow, ClockStatus, FilingRow, Projected, PublicationRow, Rows, Told};
pub use publish::StoredCheckpoint;
pub use queue::{FilingCounts, FilingFilter, FilingSort};
pub use register::RegisteredBody;
pub use reports::{ClaimedReport, Comparison, ReportCount, ReportFilter, ReportLine, ReportView, Reported, Whose};
pub use settings::Setting;
pub use tx::Tx;
pub use unit::UnitFuture;
pub use verify::{Fault, NoteCheck, Report, Verifier};
