//! Rows that a write unit has produced but not yet sent to the database.
//!
//! One act makes a dozen rows in eight tables. Sent one by one they cost a dozen statements
//! for each act; kept here until the group commits they cost one statement per table for the
//! whole group. Whoever reads a table that has rows waiting sends them first.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, OnceLock};

use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::db::{Conn, Either, on};
use crate::error::Error;

/// A value of the common type set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Val {
    I(i64),
    T(String),
    B(Vec<u8>),
    Z(bool),
    MaybeI(Option<i64>),
    MaybeT(Option<String>),
}

impl std::fmt::Display for Val {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::I(v) => write!(f, "{v}"),
            Self::T(v) => f.write_str(v),
            Self::B(v) => f.write_str(&hex::encode(v)),
            Self::Z(v) => write!(f, "{v}"),
            Self::MaybeI(v) => v.map_or(f.write_str("nothing"), |v| write!(f, "{v}")),
            Self::MaybeT(v) => f.write_str(v.as_deref().unwrap_or("nothing")),
        }
    }
}

impl From<i64> for Val {
    fn from(v: i64) -> Self {
        Self::I(v)
    }
}
impl From<&str> for Val {
    fn from(v: &str) -> Self {
        Self::T(v.to_owned())
    }
}
impl From<String> for Val {
    fn from(v: String) -> Self {
        Self::T(v)
    }
}
impl From<Vec<u8>> for Val {
    fn from(v: Vec<u8>) -> Self {
        Self::B(v)
    }
}
impl From<bool> for Val {
    fn from(v: bool) -> Self {
        Self::Z(v)
    }
}
impl From<Option<i64>> for Val {
    fn from(v: Option<i64>) -> Self {
        Self::MaybeI(v)
    }
}
impl From<Option<String>> for Val {
    fn from(v: Option<String>) -> Self {
        Self::MaybeT(v)
    }
}

/// A table that is written by whole rows.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [&'static str],
    /// How many of the first columns are the key by which rows find their predecessor.
    pub(crate) key: usize,
    /// What happens when there is one.
    pub(crate) mode: Mode,
}

/// What happens to a row whose key is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is an error.
    Insert,
    /// It takes the place of the old one.
    Replace,
    /// The old one stays.
    Keep,
}

macro_rules! tables {
    ($($(#[$m:meta])* $id:ident = $name:literal [$($col:literal),*] $mode:ident $key:literal;)*) => {
        /// Index of a table in the buffer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum T { $($(#[$m])* $id),* }
        /// All buffered tables, in the order in which they are sent (parents first).
        pub(crate) const TABLES: &[Table] = &[$(Table { name: $name, columns: &[$($col),*], key: $key, mode: Mode::$mode }),*];
    };
}

tables! {
    CaseKey = "case_key" ["case_id", "root_id", "wrapped", "created"] Insert 0;
    Head = "case_head" ["case_id", "kind", "version", "org", "created", "updated"] Replace 1;
    Event = "event" ["case_id", "seq", "kind", "name", "version", "at", "actor", "org", "suite", "body"] Insert 0;
    Filing = "filing" ["case_id", "version", "org", "org_name", "credit_code", "number", "phase", "stage", "received",
        "submitted", "due_from", "due_to", "handler", "handler_name", "complete", "wanting", "wanting_items", "unjudged", "nda", "nda_since", "late", "previous",
        "decided", "updated"] Replace 1;
    Clock = "clock" ["case_id", "name", "org", "article", "trigger", "due_from", "due_to", "calendar", "status",
        "ended"] Replace 2;
    Body = "body_register" ["id", "number", "org", "name", "credit_code", "filed", "published", "case_id", "source",
        "data"] Replace 1;
    /// The history only grows: a row that is there stays as it is.
    BodyStatus = "body_status" ["body", "seq", "status", "since", "reason", "at"] Keep 2;
    Publication = "publication" ["id", "kind", "number", "case_id", "org", "title", "published", "at", "data"] Replace 1;
    Application = "application" ["case_id", "version", "org", "processor", "processor_org", "processor_code", "country",
        "holder", "chosen", "chosen_name", "body", "verification_body", "purpose", "number", "phase", "stage", "received",
        "submitted", "began", "due_from", "due_to", "stands", "open_points", "outcome", "certificate", "ended",
        "updated"] Replace 1;
    Certificate = "certificate" ["case_id", "version", "number", "body", "applicant", "holder", "holder_org", "holder_code",
        "country", "address", "representative", "basis", "mark", "issued_on", "valid_until", "status", "status_from",
        "status_before", "ground", "origin", "publication", "application", "predecessor", "successor", "renewal", "proposal",
        "open_requests", "open_findings", "open_suggestions", "open_surveillances", "reports", "reports_owed", "updated",
        "mandate_until"] Replace 1;
    /// The history only grows.
    CertificateChange = "certificate_change" ["certificate", "seq", "kind", "status", "effective_on", "origin", "ground",
        "publication", "actor", "actor_org", "at"] Keep 2;
    CertificateReport = "certificate_report" ["certificate", "seq", "number", "body", "kind", "status", "effective_on",
        "corrects", "owed_at", "due_from", "due_to", "state", "receipt", "received_at", "sent_at", "target", "reason",
        "corrected_by", "resends"] Replace 2;
    /// Written with the event that makes a report owed; how the sending goes is kept.
    ReportOutbox = "report_outbox" ["certificate", "seq", "digest", "attempts", "next_at", "locked_until", "worker",
        "last_at", "last_error"] Keep 2;
    Violation = "violation" ["case_id", "seq", "kind", "number", "body", "holder", "reporter", "at", "acknowledger",
        "acknowledged_at"] Replace 2;
    Paper = "certificate_paper" ["slot", "certificate", "seq", "number", "effective_on", "content", "digest", "code",
        "print", "signed", "blob", "at"] Replace 1;
    Intent = "signing_intent" ["slot", "purpose", "intent", "at"] Insert 0;
    RegisterEntry = "certificate_entry" ["n", "certificate", "seq", "entry", "at"] Insert 0;
    /// What organisations are told: it only grows.
    Feed = "feed" ["org", "n", "case_id", "kind", "number", "seq", "event", "state", "at"] Insert 0;
    Job = "job" ["id", "queue", "payload", "dedupe", "run_at", "state", "attempts", "max_attempts", "created"] Insert 0;
    Message = "message" ["id", "org", "case_id", "kind", "data", "blob_id", "at"] Insert 0;
    Idempotency = "idempotency" ["actor", "key", "request", "state", "response", "at", "until"] Insert 0;
    Sequence = "sequence" ["kind", "year", "next"] Replace 2;
    /// Sent last, when the group commits.
    Ledger = "ledger" ["seq", "at", "class", "actor", "case_id", "row", "prev", "link"] Insert 0;
    LedgerBody = "ledger_body" ["seq", "body"] Insert 0;
    Node = "merkle_node" ["level", "idx", "hash"] Insert 0;
}

/// How the places of a statement are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Marks {
    /// `?`: SQLite keeps a list of names and walks it for every value of a statement whose places
    /// have one, which took a fifth of the time of a long statement.
    Plain,
    /// `$1`: what PostgreSQL knows.
    Numbered,
}

/// A query with the values of rows bound in order.
macro_rules! bound {
    ($query:expr, $rows:expr) => {{
        let mut query = $query;
        for value in $rows.into_iter().flatten() {
            query = match value {
                Val::I(v) => query.bind(*v),
                Val::T(v) => query.bind(v.as_str()),
                Val::B(v) => query.bind(v.as_slice()),
                Val::Z(v) => query.bind(*v),
                Val::MaybeI(v) => query.bind(*v),
                Val::MaybeT(v) => query.bind(v.as_deref()),
            };
        }
        query
    }};
}

/// Up to so many rows go to SQLite as one text: each text crosses to the thread of the connection and
/// back, which costs more than a row. Longer groups of rows would need too many different texts.
const FEW: usize = 24;

/// Most rows in one statement; below 32,766 parameters (SQLite) for the widest table.
const MAX_ROWS: usize = 64;

impl Table {
    /// The statement for `rows` rows: a power of two, so that few texts are prepared.
    pub(crate) fn sql(&self, rows: usize, marks: Marks) -> &'static str {
        type Known = HashMap<(&'static str, usize, Marks), &'static str>;
        static TEXTS: OnceLock<Mutex<Known>> = OnceLock::new();
        let texts = TEXTS.get_or_init(Mutex::default);
        let Ok(mut texts) = texts.lock() else { return self.text(rows, marks).leak() };
        texts.entry((self.name, rows, marks)).or_insert_with(|| self.text(rows, marks).leak())
    }

    fn text(&self, rows: usize, marks: Marks) -> String {
        let width = self.columns.len();
        let quoted: Vec<String> = self.columns.iter().map(|c| format!("\"{c}\"")).collect();
        let mark = |n: usize| match marks {
            Marks::Plain => "?".to_owned(),
            Marks::Numbered => format!("${n}"),
        };
        let row = |r: usize| (1..=width).map(|c| mark(r * width + c)).collect::<Vec<_>>().join(", ");
        let values: Vec<String> = (0..rows).map(|r| format!("({})", row(r))).collect();
        let mut sql = format!("INSERT INTO {} ({}) VALUES {}", self.name, quoted.join(", "), values.join(", "));
        if self.mode == Mode::Keep {
            let _ = write!(sql, " ON CONFLICT ({}) DO NOTHING", quoted[..self.key].join(", "));
        } else if self.mode == Mode::Replace {
            let set: Vec<String> = quoted[self.key..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
            let _ = write!(sql, " ON CONFLICT ({}) DO UPDATE SET {}", quoted[..self.key].join(", "), set.join(", "));
        }
        sql
    }

    async fn send(&self, mut conn: Conn<'_>, rows: &[Vec<Val>]) -> Result<(), Error> {
        let marks = match conn {
            Either::Sqlite(_) => Marks::Plain,
            Either::Postgres(_) => Marks::Numbered,
        };
        let mut rest = rows;
        while !rest.is_empty() {
            let n = MAX_ROWS.min(1 << rest.len().ilog2());
            let (now, later) = rest.split_at(n);
            let sql = self.sql(n, marks);
            on!(&mut conn, |c| bound!(sqlx::query(AssertSqlSafe(sql)), now).execute(&mut **c).await.map(drop))?;
            rest = later;
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Waiting {
    rows: Vec<Vec<Val>>,
    /// For tables with a key: where the row of that key waits.
    by_key: HashMap<Vec<Val>, usize>,
    mark: usize,
}

/// The rows that wait, by table.
#[derive(Debug)]
pub(crate) struct Buffer {
    tables: Vec<Waiting>,
}

impl std::hash::Hash for Val {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Self::I(v) => v.hash(state),
            Self::T(v) => v.hash(state),
            Self::B(v) => v.hash(state),
            Self::Z(v) => v.hash(state),
            Self::MaybeI(v) => v.hash(state),
            Self::MaybeT(v) => v.hash(state),
        }
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self { tables: TABLES.iter().map(|_| Waiting::default()).collect() }
    }
}

impl Buffer {
    pub(crate) fn is_empty(&self) -> bool {
        self.tables.iter().all(|t| t.rows.is_empty())
    }

    /// A unit begins: rows so far belong to others.
    pub(crate) fn mark(&mut self) {
        for t in &mut self.tables {
            t.mark = t.rows.len();
        }
    }

    /// The unit failed: its rows are forgotten.
    pub(crate) fn undo(&mut self) {
        for t in &mut self.tables {
            t.rows.truncate(t.mark);
            let n = t.rows.len();
            t.by_key.retain(|_, i| *i < n);
        }
    }

    /// Adds a row. `false` means that a row of another unit with the same key waits and must
    /// be sent before.
    #[must_use]
    pub(crate) fn put(&mut self, table: T, row: &mut Option<Vec<Val>>) -> bool {
        let key_columns = TABLES[table as usize].key;
        let t = &mut self.tables[table as usize];
        let Some(values) = row.take() else { return true };
        if key_columns > 0 {
            let key = values[..key_columns].to_vec();
            match t.by_key.get(&key) {
                Some(&i) if i < t.mark => {
                    *row = Some(values);
                    return false;
                }
                Some(&i) => {
                    t.rows[i] = values;
                    return true;
                }
                None => {
                    t.by_key.insert(key, t.rows.len());
                }
            }
        }
        t.rows.push(values);
        true
    }

    /// Adds a row on behalf of earlier units. Only for tables whose rows never wait here longer
    /// than until the next sending.
    pub(crate) fn put_before_mark(&mut self, table: T, row: Vec<Val>) {
        let t = &mut self.tables[table as usize];
        t.rows.insert(t.mark, row);
        t.mark += 1;
        t.by_key.clear();
    }

    /// The rows of all tables in one go, if there are few.
    async fn send_few(&self, conn: &mut SqliteConnection, own: bool) -> Result<bool, Error> {
        let due = TABLES.iter().zip(&self.tables).map(|(table, t)| (table, &t.rows[..if own { t.rows.len() } else { t.mark }]));
        let due: Vec<(&Table, &[Vec<Val>])> = due.filter(|(_, rows)| !rows.is_empty()).collect();
        if due.len() < 2 || due.iter().map(|(_, rows)| rows.len()).sum::<usize>() > FEW {
            return Ok(false);
        }
        let texts: Vec<&str> = due.iter().flat_map(|(table, rows)| rows.iter().map(|_| table.sql(1, Marks::Plain))).collect();
        let rows: Vec<&Vec<Val>> = due.into_iter().flat_map(|(_, rows)| rows).collect();
        let query = sqlx::query(AssertSqlSafe(texts.join("; ")));
        bound!(query, rows).execute(conn).await?;
        Ok(true)
    }

    /// Sends the rows that belong to earlier units (`own` = false) or everything.
    pub(crate) async fn send(&mut self, mut conn: Conn<'_>, own: bool) -> Result<(), Error> {
        let sent = match &mut conn {
            Either::Sqlite(c) => self.send_few(c, own).await?,
            Either::Postgres(_) => false,
        };
        for (table, t) in TABLES.iter().zip(&mut self.tables) {
            let n = if own { t.rows.len() } else { t.mark };
            if n == 0 {
                continue;
            }
            if !sent {
                let again = match &mut conn {
                    Either::Sqlite(c) => Either::Sqlite(&mut **c),
                    Either::Postgres(c) => Either::Postgres(&mut **c),
                };
                table.send(again, &t.rows[..n]).await?;
            }
            t.rows.drain(..n);
            t.mark = 0;
            t.by_key.clear();
            for (i, row) in t.rows.iter().enumerate() {
                if table.key > 0 {
                    t.by_key.insert(row[..table.key].to_vec(), i);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seq(kind: &str, next: i64) -> Vec<Val> {
        vec![kind.into(), 2026.into(), next.into()]
    }

    #[test]
    fn a_failed_unit_leaves_the_rows_of_others() {
        let mut b = Buffer::default();
        assert!(b.put(T::Sequence, &mut Some(seq("a", 1))));
        b.mark();
        assert!(b.put(T::Sequence, &mut Some(seq("b", 1))));
        assert!(b.put(T::Sequence, &mut Some(seq("b", 2))), "one's own row is replaced in place");
        assert!(!b.put(T::Sequence, &mut Some(seq("a", 2))), "a row of another unit is not touched");
        b.undo();
        assert_eq!(b.tables[T::Sequence as usize].rows, [seq("a", 1)]);
    }

    #[test]
    fn a_replacing_table_says_so_in_its_statement() {
        for (marks, places) in [(Marks::Plain, "(?, ?, ?), (?, ?, ?)"), (Marks::Numbered, "($1, $2, $3), ($4, $5, $6)")] {
            assert_eq!(
                TABLES[T::Sequence as usize].sql(2, marks),
                format!(
                    "INSERT INTO sequence (\"kind\", \"year\", \"next\") VALUES {places} \
                     ON CONFLICT (\"kind\", \"year\") DO UPDATE SET \"next\" = excluded.\"next\""
                )
            );
        }
    }

    #[test]
    fn no_statement_has_too_many_parameters() {
        for t in TABLES {
            assert!(t.columns.len() * MAX_ROWS < 32_766, "{}", t.name);
        }
    }
}
