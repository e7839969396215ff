//! The two databases behind one face: the pattern every query file follows.
//!
//! SQL is written once, with `$1` placeholders and the common type set (TEXT, BIGINT, BOOLEAN,
//! BYTEA). Statements are constants in a [`statements!`] block, which also collects them into
//! the catalogue that a test describes on both databases. The expression macro [`on!`] expands
//! the same expression once per database.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};

/// One of two, by database.
#[derive(Debug)]
pub(crate) enum Either<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// A connection taken from a pool.
pub(crate) type Link = Either<PoolConnection<Sqlite>, PoolConnection<Postgres>>;
/// A borrowed connection, ready to execute one statement.
pub(crate) type Conn<'a> = Either<&'a mut SqliteConnection, &'a mut PgConnection>;

impl Link {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(c) => Either::Sqlite(&mut **c),
            Self::Postgres(c) => Either::Postgres(&mut **c),
        }
    }

    /// Do not give this connection back to the pool: its state is not known.
    pub(crate) fn condemn(&mut self) {
        match self {
            Self::Sqlite(c) => c.close_on_drop(),
            Self::Postgres(c) => c.close_on_drop(),
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Runs fixed text without parameters and without preparing it.
    pub(crate) async fn simple(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(c) => sqlx::raw_sql(sql).execute(&mut **c).await.map(drop),
            Self::Postgres(c) => sqlx::raw_sql(sql).execute(&mut **c).await.map(drop),
        }
    }
}

/// Expands one expression for both databases: `on!(conn, |c| query(X).bind(a).execute(c).await)`.
macro_rules! on {
    ($conn:expr, |$c:ident| $e:expr) => {
        match $conn {
            $crate::db::Either::Sqlite($c) => $e,
            $crate::db::Either::Postgres($c) => $e,
        }
    };
}
pub(crate) use on;

/// Reads a struct from a row of either database, each field from the column of its name.
///
/// The derive of sqlx does the same, but its macros compile both drivers, with their TLS, a second time for the building
/// machine.
macro_rules! from_row {
    ($name:ident { $($field:ident),* $(,)? }) => {
        $crate::db::from_row!(@ sqlx::sqlite::SqliteRow, $name { $($field),* });
        $crate::db::from_row!(@ sqlx::postgres::PgRow, $name { $($field),* });
    };
    (@ $row:ty, $name:ident { $($field:ident),* }) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),* })
            }
        }
    };
}
pub(crate) use from_row;

/// Reads a struct as [`from_row!`] does, and makes the beginning of the queries for it: what is asked for and what is read
/// stand in one list. `rows_of!(select: "api_token" as Row { id, org })` makes `select!("WHERE id = $1")`.
macro_rules! rows_of {
    ($select:ident: $table:literal as $name:ident { $first:ident $(, $field:ident)* $(,)? }) => {
        $crate::db::from_row!($name { $first $(, $field)* });
        macro_rules! $select {
            ($rest:literal) => {
                concat!("SELECT ", stringify!($first), $(", ", stringify!($field),)* " FROM ", $table, " ", $rest)
            };
        }
    };
}
pub(crate) use rows_of;

/// Names SQL statements and lists them for the catalogue test.
macro_rules! statements {
    ($($(#[$m:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$m])* const $name: &str = $sql;)*
        /// Every statement of this file with its name.
        pub(crate) const CATALOGUE: &[(&str, &str)] =
            &[$((concat!(module_path!(), "::", stringify!($name)), $name)),*];
    };
}
pub(crate) use statements;

/// A reading view: from the pool, or inside a write unit.
///
/// All queries of the store are methods of this type, so the same function serves a page and
/// a transaction.
#[derive(Debug)]
pub struct Reader {
    pub(crate) link: Link,
    pub(crate) keys: std::sync::Arc<crate::keys::KeyRing>,
}

impl Reader {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        self.link.conn()
    }
}

/// Microseconds since 1970 in UTC, as every instant is stored.
pub(crate) fn micros(t: jiff::Timestamp) -> i64 {
    t.as_microsecond()
}

/// Reads a stored instant.
pub(crate) fn instant(us: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(us).unwrap_or(jiff::Timestamp::MAX)
}

/// A stored count as the program uses it; the schema keeps them from being negative.
pub(crate) fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// A number of the program as it is stored.
pub(crate) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A new id: UUID version 7, so that ids sort by the time of their making.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}
