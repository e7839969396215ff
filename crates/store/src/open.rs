//! Opening a store: pools, settings that may not be weakened, migrations.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use guosuo_rules::calendar::Calendar;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, PgPool, SqlSafeStr as _, SqlitePool};

use crate::db::{Either, Link, Reader, new_id, statements};
use crate::error::{Error, Failure};
use crate::keys::{KeyRing, RootKey};
use crate::ledger::LedgerState;
use crate::tx::Tx;
use crate::unit::{UnitFuture, Writer};

macro_rules! migrations {
    ($folder:literal: $($file:literal)*) => {
        LazyLock::new(|| Migrator::with_migrations(vec![
            $(migration($file, include_str!(concat!("../migrations/", $folder, "/", $file, ".sql")))),*
        ]))
    };
}

pub(crate) static SQLITE: LazyLock<Migrator> = migrations! {
    "sqlite": "0001_cases_and_ledger" "0002_accounts" "0003_filing_and_register" "0004_files" "0005_certification"
        "0006_papers" "0007_reporting" "0008_interface" "0009_register" "0010_mandates_and_violations"
};
pub(crate) static POSTGRES: LazyLock<Migrator> = migrations! {
    "postgres": "0001_cases_and_ledger" "0002_accounts" "0003_filing_and_register" "0004_files" "0005_certification"
        "0006_papers" "0007_reporting" "0008_interface" "0009_register" "0010_mandates_and_violations"
};

/// `0001_cases_and_ledger` is number 1 with the description "cases and ledger".
fn migration(file: &'static str, sql: &'static str) -> Migration {
    let (number, description) = file.split_once('_').unwrap_or((file, ""));
    let number = number.parse().unwrap_or(i64::MAX);
    Migration::new(number, description.replace('_', " ").into(), MigrationType::Simple, sql.into_sql_str(), false)
}

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// The key that wraps the keys of the cases.
    pub root_key: RootKey,
    /// Bring the schema up to date first. Otherwise an older schema refuses to open.
    pub migrate: bool,
    /// Name of the log, the first line of its checkpoints. Fixed when the ledger begins: the
    /// chain is bound to it. `None` takes the stored one.
    pub origin: Option<String>,
    /// Connections for reading.
    pub readers: u32,
    /// How long a statement waits for a locked database.
    pub busy: Duration,
    /// How long a connection is tried for, and a free one waited for: a database that starts beside the service is met.
    pub patience: Duration,
}

impl Options {
    /// Usual settings: migrates, eight readers, ten seconds for a locked database, half a minute for a connection.
    pub fn new(root_key: RootKey) -> Self {
        let (busy, patience) = (Duration::from_secs(10), Duration::from_secs(30));
        Self { root_key, migrate: true, origin: None, readers: 8, busy, patience }
    }
}

/// Two pools of one database.
#[derive(Debug, Clone)]
pub(crate) struct Two<P> {
    pub(crate) read: P,
    pub(crate) write: P,
}

pub(crate) type Pools = Either<Two<SqlitePool>, Two<PgPool>>;

/// What the store and its writer share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) pools: Pools,
    pub(crate) keys: Arc<KeyRing>,
    /// Name of the log.
    pub(crate) origin: String,
    ledger: Mutex<Option<LedgerState>>,
    /// Rows of the ledger that are known to be committed.
    pub(crate) committed: AtomicU64,
    /// The calendar made of so many imported notices (they are never removed).
    calendar: Mutex<Option<(i64, Arc<Calendar>)>>,
    poison: Mutex<Option<String>>,
    /// Rung when a job was added.
    pub(crate) wake: Arc<tokio::sync::Notify>,
}

impl Shared {
    pub(crate) async fn write_link(&self) -> Result<Link, Error> {
        Ok(match &self.pools {
            Either::Sqlite(p) => Either::Sqlite(p.write.acquire().await?),
            Either::Postgres(p) => Either::Postgres(p.write.acquire().await?),
        })
    }

    pub(crate) fn take_ledger(&self) -> Option<LedgerState> {
        self.ledger.lock().ok().and_then(|mut l| l.take())
    }

    pub(crate) fn set_ledger(&self, state: LedgerState) {
        self.committed.fetch_max(state.next_seq(), Ordering::AcqRel);
        if let Ok(mut l) = self.ledger.lock() {
            *l = Some(state);
        }
    }

    pub(crate) fn forget_ledger(&self) {
        self.take_ledger();
    }

    pub(crate) fn cached_calendar(&self, notices: i64) -> Option<Arc<Calendar>> {
        let known = self.calendar.lock().ok()?;
        known.as_ref().filter(|k| k.0 == notices).map(|k| k.1.clone())
    }

    pub(crate) fn set_calendar(&self, notices: i64, calendar: Arc<Calendar>) {
        if let Ok(mut c) = self.calendar.lock() {
            *c = Some((notices, calendar));
        }
    }

    pub(crate) fn poison(&self) -> Option<String> {
        self.poison.lock().map_or(Some("lock".into()), |p| p.clone())
    }

    pub(crate) fn set_poison(&self, reason: &str) {
        tracing::error!(reason, "writing stops: disk error");
        if let Ok(mut p) = self.poison.lock() {
            p.get_or_insert_with(|| reason.to_owned());
        }
    }
}

/// The database: every read and every write of the platform goes through this.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) shared: Arc<Shared>,
    writer: Writer,
}

impl Store {
    /// Opens `sqlite://PATH` or `postgres://…`.
    ///
    /// # Errors
    /// [`Error::Weak`] when a setting that durability rests on is weaker than required, or the
    /// schema is not the one of this program; [`Error::Address`] for an unknown address.
    pub async fn open(url: &str, options: Options) -> Result<Self, Error> {
        let pools = if url.starts_with("sqlite:") {
            Either::Sqlite(sqlite(url, &options).await?)
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Either::Postgres(postgres(url, &options).await?)
        } else {
            return Err(Error::Address(format!("{url}: neither sqlite:// nor postgres://")));
        };
        let keys = Arc::new(KeyRing::new(options.root_key));
        let origin = origin(&pools, options.origin).await?;
        let shared = Arc::new(Shared {
            pools,
            keys,
            origin,
            ledger: Mutex::new(None),
            committed: AtomicU64::new(0),
            calendar: Mutex::new(None),
            poison: Mutex::new(None),
            wake: Arc::default(),
        });
        let writer = Writer::start(shared.clone());
        let store = Self { shared, writer };
        store.check_root_key().await?;
        Ok(store)
    }

    /// Whether this is SQLite.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.shared.pools, Either::Sqlite(_))
    }

    /// A reading connection from the pool.
    pub async fn reader(&self) -> Result<Reader, Error> {
        let link = match &self.shared.pools {
            Either::Sqlite(p) => Either::Sqlite(p.read.acquire().await?),
            Either::Postgres(p) => Either::Postgres(p.read.acquire().await?),
        };
        Ok(Reader { link, keys: self.shared.keys.clone() })
    }

    /// Runs a write unit: everything the closure does is committed together with what else
    /// waits, or not at all. The closure may run more than once.
    pub async fn write<F, T, E>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx) -> UnitFuture<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: Failure,
    {
        self.writer.submit((), move |tx, ()| work(tx)).await
    }

    /// The same with values that the closure borrows, so that it need not clone them.
    pub async fn write_with<A, F, T, E>(&self, args: A, work: F) -> Result<T, E>
    where
        A: Send + Sync + 'static,
        F: for<'t> Fn(&'t mut Tx, &'t A) -> UnitFuture<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: Failure,
    {
        self.writer.submit(args, work).await
    }

    /// Name of the log.
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }

    /// Why writing has stopped, if it has: after a disk error only a restart helps.
    pub fn poisoned(&self) -> Option<String> {
        self.shared.poison()
    }

    /// Closes the pools; later calls fail.
    pub async fn close(&self) {
        match &self.shared.pools {
            Either::Sqlite(p) => {
                p.read.close().await;
                p.write.close().await;
            }
            Either::Postgres(p) => {
                p.read.close().await;
                p.write.close().await;
            }
        }
    }

    /// A case key that opens proves that this is the root key of this database.
    async fn check_root_key(&self) -> Result<(), Error> {
        self.reader().await?.case_key(crate::keys::PLATFORM).await.map(drop).map_err(|e| match e {
            Error::Damaged(what) => Error::Weak(format!("the root key does not belong to this database ({what})")),
            e => e,
        })
    }
}

statements! {
    ORIGIN = "SELECT value FROM setting WHERE key = 'ledger.origin'";
    ORIGIN_PUT = "INSERT INTO setting (key, value, at, actor) VALUES ('ledger.origin', $1, 0, 'system:open') ON CONFLICT (key) DO NOTHING";
}

/// The name under which the ledger began, or begins now.
async fn origin(pools: &Pools, wanted: Option<String>) -> Result<String, Error> {
    let stored: Option<(String,)> = match pools {
        Either::Sqlite(p) => sqlx::query_as(ORIGIN).fetch_optional(&p.write).await?,
        Either::Postgres(p) => sqlx::query_as(ORIGIN).fetch_optional(&p.write).await?,
    };
    match (stored, wanted) {
        (Some((s,)), Some(w)) if s != w => {
            Err(Error::Weak(format!("the ledger of this database is called {s}, not {w}: its chain is bound to the name")))
        }
        (Some((s,)), _) => Ok(s),
        (None, wanted) => {
            let name = wanted.unwrap_or_else(|| format!("guosuo.invalid/{}", &new_id()[20..]));
            match pools {
                Either::Sqlite(p) => sqlx::query(ORIGIN_PUT).bind(&name).execute(&p.write).await.map(drop)?,
                Either::Postgres(p) => sqlx::query(ORIGIN_PUT).bind(&name).execute(&p.write).await.map(drop)?,
            }
            Ok(name)
        }
    }
}

/// Names the schema of this program: changes with every migration.
pub fn schema_id() -> String {
    use sha2::Digest as _;
    let mut h = sha2::Sha256::new();
    for m in SQLITE.iter().chain(POSTGRES.iter()) {
        h.update(&m.checksum);
    }
    hex::encode(&h.finalize()[..8])
}

/// Brings the schema up to date; answers how many migrations are in it now.
pub async fn migrate(url: &str, options: Options) -> Result<usize, Error> {
    let store = Store::open(url, Options { migrate: true, ..options }).await?;
    let n = if store.is_sqlite() { SQLITE.iter().count() } else { POSTGRES.iter().count() };
    store.close().await;
    Ok(n)
}

async fn sqlite(url: &str, options: &Options) -> Result<Two<SqlitePool>, Error> {
    let parsed = SqliteConnectOptions::from_str(url).map_err(|e| Error::Address(format!("{url}: {e}")))?;
    if url.contains("memory") && parsed.get_filename().as_os_str().to_string_lossy().contains("memory") {
        return Err(Error::Weak("a database in memory does not survive: give a file".into()));
    }
    let path: PathBuf = parsed.get_filename().to_owned();
    let base = SqliteConnectOptions::new()
        .filename(&path)
        .busy_timeout(options.busy)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cell_size_check", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", "-32000")
        .disable_statement_logging();
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(options.patience)
        .connect_with(base.clone().create_if_missing(true).statement_cache_capacity(400))
        .await?;
    assert_sqlite(&mut *write.acquire().await?).await?;
    migrated(&SQLITE, options.migrate, Either::Sqlite(&write)).await?;
    let read = SqlitePoolOptions::new()
        .max_connections(options.readers)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(options.patience)
        .connect_with(base.create_if_missing(false).pragma("query_only", "ON").statement_cache_capacity(200))
        .await?;
    Ok(Two { read, write })
}

/// Refuses settings under which an acknowledged act could vanish.
pub(crate) async fn assert_sqlite(c: &mut sqlx::SqliteConnection) -> Result<(), Error> {
    let (journal,): (String,) = sqlx::query_as("PRAGMA journal_mode").fetch_one(&mut *c).await?;
    if journal != "wal" {
        return Err(Error::Weak(format!(
            "SQLite journal_mode is {journal}, must be wal (does the file system of the data folder support it?)"
        )));
    }
    let (sync,): (i64,) = sqlx::query_as("PRAGMA synchronous").fetch_one(&mut *c).await?;
    if sync < 2 {
        return Err(Error::Weak(format!("SQLite synchronous is {sync}, must be 2 (FULL) or 3")));
    }
    let (keys,): (i64,) = sqlx::query_as("PRAGMA foreign_keys").fetch_one(&mut *c).await?;
    if keys != 1 {
        return Err(Error::Weak("SQLite foreign_keys is off, must be on".into()));
    }
    Ok(())
}

async fn postgres(url: &str, options: &Options) -> Result<Two<PgPool>, Error> {
    let base = PgConnectOptions::from_str(url)
        .map_err(|e| Error::Address(format!("database address: {e}")))?
        .application_name("guosuo")
        .disable_statement_logging();
    let busy = options.busy.as_millis().to_string();
    let write = PgPoolOptions::new()
        .max_connections(2)
        .test_before_acquire(false)
        .acquire_timeout(options.patience)
        .connect_with(base.clone().options([("lock_timeout", busy.as_str())]).statement_cache_capacity(400))
        .await?;
    assert_postgres(&mut *write.acquire().await?).await?;
    migrated(&POSTGRES, options.migrate, Either::Postgres(&write)).await?;
    let read = PgPoolOptions::new()
        .max_connections(options.readers)
        .acquire_timeout(options.patience)
        .connect_with(
            base.options([("default_transaction_read_only", "on"), ("lock_timeout", busy.as_str())])
                .statement_cache_capacity(200),
        )
        .await?;
    Ok(Two { read, write })
}

/// Refuses settings under which an acknowledged act could vanish.
pub(crate) async fn assert_postgres(c: &mut sqlx::PgConnection) -> Result<(), Error> {
    for (setting, good) in [
        ("fsync", &["on"][..]),
        ("full_page_writes", &["on"]),
        ("synchronous_commit", &["on", "remote_apply", "remote_write", "local"]),
        ("server_encoding", &["UTF8"]),
    ] {
        let (value,): (String,) = sqlx::query_as("SELECT current_setting($1)").bind(setting).fetch_one(&mut *c).await?;
        if !good.contains(&value.as_str()) {
            return Err(Error::Weak(format!("PostgreSQL {setting} is {value}, must be {}", good.join(" or "))));
        }
    }
    Ok(())
}

async fn migrated(migrator: &Migrator, run: bool, pool: Either<&SqlitePool, &PgPool>) -> Result<(), Error> {
    if run {
        match pool {
            Either::Sqlite(p) => migrator.run(p).await?,
            Either::Postgres(p) => migrator.run(p).await?,
        }
        return Ok(());
    }
    const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
    let applied: Vec<(i64,)> = match pool {
        Either::Sqlite(p) => sqlx::query_as(APPLIED).fetch_all(p).await,
        Either::Postgres(p) => sqlx::query_as(APPLIED).fetch_all(p).await,
    }
    .unwrap_or_default();
    let want: Vec<i64> = migrator.iter().map(|m| m.version).collect();
    let have: Vec<i64> = applied.into_iter().map(|v| v.0).collect();
    if want == have {
        Ok(())
    } else {
        Err(Error::Weak(format!("the schema has migrations {have:?}, this program needs {want:?}: run `guosuo migrate`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_of_the_folder_is_listed_in_its_order() {
        for (folder, listed) in [("sqlite", &SQLITE), ("postgres", &POSTGRES)] {
            let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            let mut files: Vec<String> =
                std::fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            files.sort();
            let listed: Vec<String> =
                listed.iter().map(|m| format!("{:04}_{}.sql", m.version, m.description.replace(' ', "_"))).collect();
            assert_eq!(listed, files);
        }
    }
}
