//! The schema and every statement, on both databases.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests")]

mod common;

use std::collections::BTreeMap;

use sqlx::{Column as _, Connection as _, Executor as _, Row as _, SqlSafeStr as _, Statement as _, TypeInfo as _};

/// Column types that the program decodes.
const PG_TYPES: &[&str] = &["INT8", "TEXT", "BOOL", "BYTEA"];

#[tokio::test]
async fn every_statement_is_understood_by_sqlite() {
    let u = common::sqlite().await;
    let mut c = sqlx::SqliteConnection::connect(&u.url).await.unwrap();
    for (name, sql) in guosuo_store::catalogue(true) {
        if let Err(e) = c.prepare(sql.into_sql_str()).await {
            panic!("{name}: {e}\n{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_is_understood_by_postgresql_and_answers_known_types() {
    let Some(u) = common::postgres().await else { return };
    let mut c = sqlx::PgConnection::connect(&u.url).await.unwrap();
    for (name, sql) in guosuo_store::catalogue(false) {
        let s = c.prepare(sql.into_sql_str()).await.unwrap_or_else(|e| panic!("{name}: {e}\n{sql}"));
        for col in s.columns() {
            let t = col.type_info().name();
            assert!(PG_TYPES.contains(&t), "{name}: column {} has type {t}", col.name());
        }
    }
}

type Columns = BTreeMap<String, Vec<(String, String, bool)>>;
type Indexes = BTreeMap<String, (bool, Vec<String>)>;

async fn sqlite_schema(url: &str) -> (Columns, Indexes) {
    let mut c = sqlx::SqliteConnection::connect(url).await.unwrap();
    let mut tables = Columns::new();
    let rows = sqlx::query(
        "SELECT m.name AS t, p.name AS c, p.type AS ty, p.\"notnull\" AS nn, p.pk AS pk FROM sqlite_schema m JOIN pragma_table_info(m.name) p \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' ORDER BY m.name, p.cid",
    )
    .fetch_all(&mut c)
    .await
    .unwrap();
    for r in rows {
        let ty = r.get::<String, _>("ty");
        let not_null = r.get::<i64, _>("nn") == 1 || r.get::<i64, _>("pk") > 0;
        tables.entry(r.get("t")).or_default().push((r.get("c"), ty, not_null));
    }
    let mut indexes = Indexes::new();
    let rows = sqlx::query(
        "SELECT m.name AS i, l.\"unique\" AS u, x.name AS c FROM sqlite_schema m \
         JOIN pragma_index_list(m.tbl_name) l ON l.name = m.name JOIN pragma_index_info(m.name) x \
         WHERE m.type = 'index' AND m.sql IS NOT NULL ORDER BY m.name, x.seqno",
    )
    .fetch_all(&mut c)
    .await
    .unwrap();
    for r in rows {
        let e = indexes.entry(r.get("i")).or_insert((r.get::<i64, _>("u") == 1, Vec::new()));
        e.1.push(r.get("c"));
    }
    (tables, indexes)
}

async fn postgres_schema(url: &str) -> (Columns, Indexes) {
    let mut c = sqlx::PgConnection::connect(url).await.unwrap();
    let mut tables = Columns::new();
    let rows = sqlx::query(
        "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS ty, is_nullable::text AS n, collation_name::text AS coll \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%' ORDER BY table_name, ordinal_position",
    )
    .fetch_all(&mut c)
    .await
    .unwrap();
    for r in rows {
        let (t, col): (String, String) = (r.get("t"), r.get("c"));
        let ty = match r.get::<String, _>("ty").as_str() {
            "text" => {
                assert_eq!(r.get::<Option<String>, _>("coll").as_deref(), Some("C"), "{t}.{col} sorts by the C collation");
                "TEXT"
            }
            "bigint" | "boolean" => "INTEGER",
            "bytea" => "BLOB",
            other => panic!("{t}.{col} has type {other}"),
        };
        tables.entry(t).or_default().push((col, ty.into(), r.get::<String, _>("n") == "NO"));
    }
    let mut indexes = Indexes::new();
    let rows = sqlx::query(
        "SELECT i.relname::text AS i, x.indisunique AS u, a.attname::text AS c FROM pg_index x \
         JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace AND n.nspname = 'public' \
         JOIN pg_attribute a ON a.attrelid = i.oid \
         WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid) ORDER BY i.relname, a.attnum",
    )
    .fetch_all(&mut c)
    .await
    .unwrap();
    for r in rows {
        let e = indexes.entry(r.get("i")).or_insert((r.get("u"), Vec::new()));
        e.1.push(r.get("c"));
    }
    (tables, indexes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    let Some(p) = common::postgres().await else { return };
    let s = common::sqlite().await;
    let (a, b) = (sqlite_schema(&s.url).await, postgres_schema(&p.url).await);
    assert!(a.0.len() > 20, "{} tables", a.0.len());
    assert_eq!(a.0, b.0);
    assert_eq!(a.1, b.1);
}

#[test]
fn both_folders_have_the_same_migrations() {
    let names = |d: &str| {
        let path = format!("{}/migrations/{d}", env!("CARGO_MANIFEST_DIR"));
        let mut v: Vec<_> = std::fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name()).collect();
        v.sort();
        v
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
