//! A copy of the database as it is at one moment, made while the service goes on, and the way
//! back into an empty database.
//!
//! The copy is a SQLite file, whichever database it comes from. SQLite writes it itself
//! (`VACUUM INTO`). The rows of PostgreSQL are copied inside one read-only REPEATABLE READ
//! transaction: `pg_dump` would have to be installed beside the program and be no older than the
//! server, and its output leads back into PostgreSQL only. Both schemas have the same tables and
//! columns (a test says so) of four types, so one kind of copy serves both databases and leads
//! from either into either.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use futures::TryStreamExt as _;
use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, PgConnection, Row as _, SqliteConnection, TypeInfo as _,
};

use crate::db::{micros, unsigned};
use crate::error::Error;
use crate::open::{POSTGRES, SQLITE};

/// Rows in one statement; times the widest table below the 32,766 parameters of SQLite.
const ROWS: usize = 200;
/// Tables in the order in which they were made: those that others refer to come first.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' ORDER BY rowid";

/// What a copy holds, for the one who makes a backup of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Name of the log.
    pub origin: String,
    /// Rows of the ledger.
    pub rows: u64,
    /// Ids of the root keys that the keys of the cases are wrapped with.
    pub root_keys: Vec<String>,
    /// Files: id and place in the file store.
    pub files: Vec<(String, String)>,
    /// Parts of uploads under way: id of the upload and place in the file store.
    pub parts: Vec<(String, String)>,
}

fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, Error> {
    SqliteConnectOptions::from_str(url).map_err(|e| Error::Address(format!("{url}: {e}")))
}

fn postgres_options(url: &str) -> Result<PgConnectOptions, Error> {
    Ok(PgConnectOptions::from_str(url)
        .map_err(|e| Error::Address(format!("database address: {e}")))?
        .application_name("guosuo-backup")
        .disable_statement_logging())
}

fn file_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_mins(1)).foreign_keys(true).disable_statement_logging()
}

/// Makes the content of a file durable, and its name.
fn sync(file: &Path) -> Result<(), Error> {
    File::open(file)?.sync_all()?;
    if let Some(folder) = file.parent() {
        File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all()?;
    }
    Ok(())
}

/// Copies the database at `url` into the new file `to`, as it is at one moment.
///
/// # Errors
/// When the database cannot be read or has another schema than this program; then the file is
/// of no use.
pub async fn snapshot(url: &str, to: &Path) -> Result<(), Error> {
    if url.starts_with("sqlite:") {
        let mut from = sqlite_options(url)?
            .create_if_missing(false)
            .busy_timeout(Duration::from_mins(1))
            .disable_statement_logging()
            .connect()
            .await?;
        sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy().into_owned()).execute(&mut from).await?;
        from.close().await?;
    } else {
        let mut from = postgres_options(url)?.connect().await?;
        sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut from).await?;
        let have: Vec<(i64,)> =
            sqlx::query_as("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version").fetch_all(&mut from).await?;
        let want: Vec<i64> = POSTGRES.iter().map(|m| m.version).collect();
        if have.iter().map(|v| v.0).ne(want.iter().copied()) {
            return Err(Error::Weak(format!(
                "the schema of the database is not the one of this program ({want:?}): run `guosuo migrate`"
            )));
        }
        let mut into = file_options(to).create_if_missing(true).connect().await?;
        SQLITE.run(&mut into).await?;
        sqlx::raw_sql("BEGIN").execute(&mut into).await?;
        for table in tables(&mut into).await? {
            to_sqlite(&mut from, &mut into, &table).await?;
        }
        sqlx::raw_sql("COMMIT").execute(&mut into).await?;
        into.close().await?;
        sqlx::raw_sql("ROLLBACK").execute(&mut from).await?;
        from.close().await?;
    }
    sync(to)
}

/// Looks into a copy.
///
/// # Errors
/// When it is no copy of a database of this program.
pub async fn contents(copy: &Path) -> Result<Contents, Error> {
    let mut c = file_options(copy).create_if_missing(false).connect().await?;
    let origin: Option<(String,)> =
        sqlx::query_as("SELECT value FROM setting WHERE key = 'ledger.origin'").fetch_optional(&mut c).await?;
    let (rows,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM ledger").fetch_one(&mut c).await?;
    let root_keys: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT root_id FROM case_key WHERE wrapped IS NOT NULL ORDER BY root_id")
            .fetch_all(&mut c)
            .await?;
    let files = sqlx::query_as("SELECT id, object FROM blob WHERE deleted IS NULL ORDER BY id").fetch_all(&mut c).await?;
    let parts = sqlx::query_as(
        "SELECT u.id, p.object FROM upload_part p JOIN upload u ON u.id = p.upload WHERE u.state = 'open' ORDER BY u.id, p.n",
    )
    .fetch_all(&mut c)
    .await?;
    c.close().await?;
    Ok(Contents {
        origin: origin.map(|o| o.0).unwrap_or_default(),
        rows: unsigned(rows),
        root_keys: root_keys.into_iter().map(|r| r.0).collect(),
        files,
        parts,
    })
}

/// Notes in a copy what was deleted between its moment and the copying of the files: these files
/// are deleted in the copy too, and these uploads have to begin again.
///
/// # Errors
/// When the copy cannot be written.
pub async fn forget(copy: &Path, files: &[String], uploads: &[String], now: Timestamp) -> Result<(), Error> {
    if files.is_empty() && uploads.is_empty() {
        return Ok(());
    }
    let mut c = file_options(copy).create_if_missing(false).connect().await?;
    for id in files {
        sqlx::query("UPDATE blob SET deleted = $2 WHERE id = $1").bind(id).bind(micros(now)).execute(&mut c).await?;
    }
    for id in uploads {
        sqlx::query("UPDATE upload SET state = 'gone' WHERE id = $1").bind(id).execute(&mut c).await?;
    }
    c.close().await?;
    sync(copy)
}

/// Puts a copy into the database at `url`, which must be empty, and brings its schema up to date.
/// `scratch` is a folder for a working copy.
///
/// # Errors
/// [`Error::Weak`] when there is something in the database already: nothing is overwritten.
pub async fn restore(copy: &Path, url: &str, scratch: &Path) -> Result<(), Error> {
    let target = if url.starts_with("sqlite:") { Some(sqlite_options(url)?.get_filename().to_owned()) } else { None };
    if let Some(file) = target.as_ref().filter(|f| f.exists()) {
        return Err(Error::Weak(format!("{} is there already", file.display())));
    }
    let work = target.as_ref().map_or_else(|| scratch.join("database.restoring"), |file| beside(file));
    let (from, to) = (copy.to_owned(), work.clone());
    tokio::task::spawn_blocking(move || std::fs::copy(from, to)).await.map_err(|_| Error::Panicked)??;
    let done = put_back(&work, url, target.as_deref()).await;
    if work.exists() {
        std::fs::remove_file(&work)?;
    }
    done
}

/// The same from a working copy that may be changed and moved.
async fn put_back(work: &Path, url: &str, target: Option<&Path>) -> Result<(), Error> {
    let mut from = file_options(work).create_if_missing(false).connect().await?;
    let (sound,): (String,) = sqlx::query_as("PRAGMA integrity_check(1)").fetch_one(&mut from).await?;
    if sound != "ok" {
        return Err(Error::Damaged(format!("the copy of the database: {sound}")));
    }
    SQLITE.run(&mut from).await?;
    if let Some(target) = target {
        from.close().await?;
        sync(work)?;
        std::fs::rename(work, target)?;
        return sync(target);
    }
    let mut into = postgres_options(url)?.connect().await?;
    POSTGRES.run(&mut into).await?;
    sqlx::raw_sql("BEGIN").execute(&mut into).await?;
    let tables = tables(&mut from).await?;
    for table in &tables {
        let (full,): (bool,) =
            sqlx::query_as(AssertSqlSafe(format!("SELECT EXISTS (SELECT 1 FROM \"{table}\")"))).fetch_one(&mut into).await?;
        if full {
            return Err(Error::Weak(format!("the database is not empty: there are rows in the table {table}")));
        }
    }
    for table in &tables {
        to_postgres(&mut from, &mut into, table).await?;
    }
    sqlx::raw_sql("COMMIT").execute(&mut into).await?;
    into.close().await?;
    Ok(from.close().await?)
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".restoring");
    name.into()
}

async fn tables(c: &mut SqliteConnection) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = sqlx::query_as(TABLES).fetch_all(c).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

async fn columns(c: &mut SqliteConnection, table: &str) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT name FROM pragma_table_info($1) ORDER BY cid").bind(table).fetch_all(c).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// A value of the common type set, or nothing.
enum Cell {
    I(Option<i64>),
    Z(Option<bool>),
    T(Option<String>),
    B(Option<Vec<u8>>),
}

fn read_text(table: &str, columns: &[String]) -> String {
    let names: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
    format!("SELECT {} FROM \"{table}\"", names.join(", "))
}

fn insert_text(table: &str, columns: &[String], rows: usize) -> String {
    let names: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
    let width = columns.len();
    let values: Vec<String> = (0..rows)
        .map(|r| format!("({})", (1..=width).map(|c| format!("${}", r * width + c)).collect::<Vec<_>>().join(", ")))
        .collect();
    format!("INSERT INTO \"{table}\" ({}) VALUES {}", names.join(", "), values.join(", "))
}

macro_rules! insert {
    ($into:expr, $table:expr, $columns:expr, $rows:expr) => {{
        let mut q = sqlx::query(AssertSqlSafe(insert_text($table, $columns, $rows.len())));
        for cell in $rows.drain(..).flatten() {
            q = match cell {
                Cell::I(v) => q.bind(v),
                Cell::Z(v) => q.bind(v),
                Cell::T(v) => q.bind(v),
                Cell::B(v) => q.bind(v),
            };
        }
        q.execute(&mut *$into).await?;
    }};
}

async fn to_sqlite(from: &mut PgConnection, into: &mut SqliteConnection, table: &str) -> Result<(), Error> {
    // What the migrations themselves put in is in the source as well.
    sqlx::query(AssertSqlSafe(format!("DELETE FROM \"{table}\""))).execute(&mut *into).await?;
    let columns = columns(into, table).await?;
    let mut rows = Vec::with_capacity(ROWS);
    let mut found = sqlx::query(AssertSqlSafe(read_text(table, &columns))).fetch(from);
    while let Some(row) = found.try_next().await? {
        rows.push(postgres_cells(table, &row)?);
        if rows.len() == ROWS {
            insert!(into, table, &columns, rows);
        }
    }
    if !rows.is_empty() {
        insert!(into, table, &columns, rows);
    }
    Ok(())
}

fn postgres_cells(table: &str, row: &PgRow) -> Result<Vec<Cell>, Error> {
    row.columns()
        .iter()
        .enumerate()
        .map(|(i, c)| {
            Ok(match c.type_info().name() {
                "INT8" => Cell::I(row.try_get(i)?),
                "BOOL" => Cell::I(row.try_get::<Option<bool>, _>(i)?.map(i64::from)),
                "TEXT" => Cell::T(row.try_get(i)?),
                "BYTEA" => Cell::B(row.try_get(i)?),
                other => return Err(Error::Damaged(format!("{table}.{} has type {other}", c.name()))),
            })
        })
        .collect()
}

async fn to_postgres(from: &mut SqliteConnection, into: &mut PgConnection, table: &str) -> Result<(), Error> {
    let columns = columns(from, table).await?;
    let kinds: Vec<(String, String)> = sqlx::query_as(
        "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1",
    )
    .bind(table)
    .fetch_all(&mut *into)
    .await?;
    let kinds: Vec<&str> = columns.iter().map(|c| kinds.iter().find(|k| k.0 == *c).map_or("", |k| k.1.as_str())).collect();
    let mut rows = Vec::with_capacity(ROWS);
    let mut found = sqlx::query(AssertSqlSafe(read_text(table, &columns))).fetch(from);
    while let Some(row) = found.try_next().await? {
        rows.push(sqlite_cells(table, &row, &kinds)?);
        if rows.len() == ROWS {
            insert!(into, table, &columns, rows);
        }
    }
    if !rows.is_empty() {
        insert!(into, table, &columns, rows);
    }
    Ok(())
}

fn sqlite_cells(table: &str, row: &SqliteRow, kinds: &[&str]) -> Result<Vec<Cell>, Error> {
    kinds
        .iter()
        .enumerate()
        .map(|(i, kind)| {
            Ok(match *kind {
                "bigint" => Cell::I(row.try_get(i)?),
                "boolean" => Cell::Z(row.try_get::<Option<i64>, _>(i)?.map(|n| n != 0)),
                "text" => Cell::T(row.try_get(i)?),
                "bytea" => Cell::B(row.try_get(i)?),
                other => return Err(Error::Damaged(format!("{table}: column {i} has type {other}"))),
            })
        })
        .collect()
}
