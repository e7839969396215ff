//! What can go wrong in the store, in kinds that a caller can act on.

use guosuo_case::Refusal;

/// A fault of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk or the quota is full. Nothing of the request was stored; reading goes on.
    #[error("no space left for storage")]
    NoSpace,
    /// The database stayed locked or kept refusing to serialise, also after repetition.
    #[error("the database is busy")]
    Busy,
    /// Somebody else changed the object since it was read.
    #[error("stale: expected version {expected}, found {current}")]
    Stale {
        /// The version that the caller had seen.
        expected: u64,
        /// The version that is stored.
        current: u64,
    },
    /// There is no such object.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// A rule of the schema was broken (unique key, foreign key, check); names the constraint.
    #[error("constraint broken: {0}")]
    Constraint(String),
    /// The key of the case was destroyed, so its content cannot be read any more.
    #[error("the content of case {0} was destroyed")]
    Destroyed(String),
    /// Stored data does not pass its check: wrong key, changed bytes, impossible value.
    #[error("damaged data: {0}")]
    Damaged(String),
    /// A start-up assertion failed; the text names the setting and what it must be.
    #[error("refusing to start: {0}")]
    Weak(String),
    /// The address of the database or of the file store is not understood.
    #[error("address not understood: {0}")]
    Address(String),
    /// The connection broke while committing: the act may or may not be stored. The
    /// idempotency key tells which.
    #[error("outcome unknown: the connection broke while committing")]
    Unknown,
    /// An earlier write or commit failed at the disk; the process must restart and read back.
    #[error("writing has stopped after a disk error: {0}")]
    Poisoned(String),
    /// The closure of a write unit panicked; nothing of it was stored.
    #[error("internal error in a write unit")]
    Panicked,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// The idempotency key was used before with other parameters.
    #[error("idempotency key used with other parameters")]
    KeyReused,
    /// The request with this idempotency key is being worked on.
    #[error("a request with this idempotency key is running")]
    InFlight,
    /// A digest, an order or a size did not match what was announced.
    #[error("upload: {0}")]
    Upload(UploadProblem),
    /// The file store failed.
    #[error("file store: {0}")]
    Files(#[source] object_store::Error),
    /// Reading or writing a local file failed.
    #[error("file: {0}")]
    Io(#[source] std::io::Error),
    /// A value could not be written as or read from JSON.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    /// Migrating the schema failed.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Any other fault of the database.
    #[error("database: {0}")]
    Db(#[source] sqlx::Error),
}

/// Why a part of an upload was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadProblem {
    /// The part does not begin where the last one ended; the offset stored is the truth.
    #[error("the next byte expected is {expected}")]
    WrongOffset {
        /// First byte that is missing.
        expected: u64,
    },
    /// The bytes received do not have the digest that was announced.
    #[error("digest differs")]
    WrongDigest,
    /// More bytes than announced, or a part larger than allowed.
    #[error("too large: at most {max} bytes")]
    TooLarge {
        /// The limit that applies.
        max: u64,
    },
    /// The upload is finished or was given up.
    #[error("closed")]
    Closed,
    /// Finished before all bytes had arrived.
    #[error("incomplete: {received} of {size} bytes")]
    Incomplete {
        /// Bytes stored.
        received: u64,
        /// Bytes announced.
        size: u64,
    },
}

impl Error {
    /// Whether repeating the whole unit may succeed (40001, 40P01, SQLITE_BUSY).
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy => true,
            Self::Db(e) => transient(e),
            _ => false,
        }
    }

    /// Whether the schema refused a row because one with the same key exists.
    pub fn is_constraint(&self, name: &str) -> bool {
        matches!(self, Self::Constraint(c) if c.contains(name))
    }
}

fn transient(e: &sqlx::Error) -> bool {
    match e {
        sqlx::Error::Database(d) => match d.code().as_deref() {
            Some("40001" | "40P01") => true,
            Some(code) => code.parse::<u32>().is_ok_and(|c| code.len() < 5 && matches!(c & 0xff, 5 | 6)),
            None => false,
        },
        _ => false,
    }
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        if let sqlx::Error::Database(d) = &e {
            let code = d.code().unwrap_or_default().into_owned();
            // SQLite answers with numbers of up to four digits, PostgreSQL with five characters.
            if code.len() < 5 {
                match code.parse::<u32>().map(|c| (c & 0xff, c)) {
                    Ok((13, _)) => return Self::NoSpace,
                    Ok((10, full)) => return Self::Poisoned(format!("SQLite I/O error {full}")),
                    Ok((11 | 26, _)) => return Self::Damaged(d.message().to_owned()),
                    Ok((19, _)) => return Self::Constraint(d.message().to_owned()),
                    _ => {}
                }
            } else {
                match code.as_str() {
                    "53100" => return Self::NoSpace,
                    "58030" => return Self::Poisoned(d.message().to_owned()),
                    c if c.starts_with("23") => {
                        return Self::Constraint(d.constraint().map_or_else(|| d.message().to_owned(), str::to_owned));
                    }
                    _ => {}
                }
            }
        }
        Self::Db(e)
    }
}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        match e.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::NoSpace,
            _ => Self::Io(e),
        }
    }
}

impl From<object_store::Error> for Error {
    fn from(e: object_store::Error) -> Self {
        if matches!(e, object_store::Error::NotFound { .. }) {
            return Self::NotFound("file");
        }
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&e);
        while let Some(s) = source {
            if let Some(io) = s.downcast_ref::<std::io::Error>()
                && matches!(io.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
            {
                return Self::NoSpace;
            }
            source = s.source();
        }
        Self::Files(e)
    }
}

/// An error type that a write unit may return: it must be able to carry a store error and
/// show it again, so that the unit can tell "repeat" from "refused".
pub trait Failure: From<Error> + Send + 'static {
    /// The store error inside, if that is what it is.
    fn store(&self) -> Option<&Error>;
}

impl Failure for Error {
    fn store(&self) -> Option<&Error> {
        Some(self)
    }
}

/// Why an act on a case was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The law or the house rules say no.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// Anything else.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<Refusal> for ActError {
    fn from(r: Refusal) -> Self {
        Self::Refused(r)
    }
}

impl Failure for ActError {
    fn store(&self) -> Option<&Error> {
        match self {
            Self::Refused(_) => None,
            Self::Store(e) => Some(e),
        }
    }
}
