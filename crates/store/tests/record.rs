//! The record under attack: whatever is changed, the walk says where.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests")]

mod common;

use common::{Command, Jar, Under, actor, now};
use guosuo_seal::chain::Head;
use guosuo_seal::{Digest32, chain};
use guosuo_store::{Class, Error, Origin, Report, Request, Verifier, new_id};
use jiff::SignedDuration;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

async fn act(u: &Under, id: &str, command: Command) {
    let r =
        Request { case_id: id.into(), command, actor: actor("a"), session: "s1".into(), expected: None, idem: None, now: now() };
    u.store.act::<Jar, _>(r, |_, _| Box::pin(async { Ok(3) })).await.unwrap();
}

/// A closed case, an open one with many events, acts, a read, two heads.
async fn fill(u: &Under) -> (String, String) {
    let (a, b) = (new_id(), new_id());
    for c in [Command::Open, Command::Add(5), Command::Close] {
        act(u, &a, c).await;
    }
    sign(u).await;
    act(u, &b, Command::Open).await;
    let more = futures::future::join_all((0..140).map(|_| act(u, &b, Command::AddTwice(1))));
    more.await;
    let origin = Origin::of(&actor("a"), "s1");
    u.store.record_read(&origin, "file-1", &a, "review", now()).await.unwrap();
    u.store
        .write_with(origin.clone(), |tx, o| Box::pin(async move { tx.set_setting("lamp.red", &3, o, now()).await }))
        .await
        .unwrap();
    sign(u).await;
    u.store.record_denied("open", &origin, "file-2", &b, "not yours", now()).await.unwrap();
    (a, b)
}

async fn sign(u: &Under) {
    u.store.checkpoint(now(), |h| Ok(format!("{}:{}", h.size, h.root.to_hex()))).await.unwrap().unwrap();
}

fn note(text: &str) -> Result<Head, String> {
    let (size, root) = text.split_once(':').ok_or("not a note")?;
    let size = size.parse().map_err(|_| "size")?;
    let root = hex::decode(root).ok().and_then(|r| Digest32::from_slice(&r)).ok_or("root")?;
    Ok(Head { size, root })
}

async fn walk(u: &Under) -> Report {
    Verifier::new().with::<Jar>().notes(&note).run(&u.store).await.unwrap()
}

/// Runs SQL as somebody who may drop triggers.
async fn attack(u: &Under, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if u.pg.is_some() {
        let mut c = sqlx::PgConnection::connect(&u.url).await.unwrap();
        c.execute("SET session_replication_role = replica").await.unwrap();
        c.execute(sqlx::raw_sql(sql)).await.unwrap();
    } else {
        let mut c = sqlx::SqliteConnection::connect(&u.url).await.unwrap();
        let triggers: Vec<(String, String)> =
            sqlx::query_as("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetch_all(&mut c).await.unwrap();
        for (name, _) in &triggers {
            c.execute(sqlx::raw_sql(AssertSqlSafe(format!("DROP TRIGGER {name}")))).await.unwrap();
        }
        c.execute(sqlx::raw_sql(sql)).await.unwrap();
        for (_, text) in triggers {
            c.execute(sqlx::raw_sql(AssertSqlSafe(text))).await.unwrap();
        }
    }
}

on_both!(an_untouched_record_is_clean, |u| {
    let empty = walk(&u).await;
    assert!(empty.is_clean(), "{:?}", empty.faults);
    fill(&u).await;
    let r = walk(&u).await;
    assert!(r.is_clean(), "{:#?}", r.faults);
    assert_eq!((r.cases, r.events, r.heads), (2, 284, 2));
    assert_eq!(r.rows, 284 + 3);
    u.reopen().await;
    act(&u, &new_id(), Command::Open).await;
    assert!(walk(&u).await.is_clean(), "the chain goes on after a restart");
});

on_both!(one_change_anywhere_is_found_and_named, |u| {
    let (a, b) = fill(&u).await;
    let text = |t: &str, c: &str, w: &str| {
        (
            t.to_owned(),
            c.to_owned(),
            format!("UPDATE {t} SET {c} = {c} || 'x' WHERE {w}"),
            format!("UPDATE {t} SET {c} = substr({c}, 1, length({c}) - 1) WHERE {w}"),
        )
    };
    let number = |t: &str, c: &str, w: &str| {
        (
            t.to_owned(),
            c.to_owned(),
            format!("UPDATE {t} SET {c} = {c} + 1 WHERE {w}"),
            format!("UPDATE {t} SET {c} = {c} - 1 WHERE {w}"),
        )
    };
    let mut attacks = Vec::new();
    let one = format!("case_id = '{a}'");
    for c in ["name", "actor", "org"] {
        attacks.push(text("event", c, &format!("case_id = '{b}' AND seq = 7")));
    }
    attacks.push(number("event", "at", &format!("case_id = '{a}' AND seq = 2")));
    for c in ["\"row\"", "actor", "case_id"] {
        attacks.push(text("ledger", c, "seq = 100"));
    }
    attacks.push(number("ledger", "at", "seq = 286"));
    for c in ["org_name", "number", "phase", "due_from", "handler", "nda", "decided", "credit_code"] {
        attacks.push(text("filing", c, &one));
    }
    for c in ["complete", "wanting", "submitted", "updated", "version"] {
        attacks.push(number("filing", c, &one));
    }
    for c in ["org", "article", "\"trigger\"", "due_from", "due_to", "calendar"] {
        attacks.push(text("clock", c, &one));
    }
    attacks.push(number("clock", "ended", &one));
    for c in ["number", "org", "name", "credit_code", "filed", "published", "source", "data"] {
        attacks.push(text("body_register", c, &one));
    }
    for c in ["status", "since", "reason"] {
        attacks.push(text("body_status", c, &format!("body = '{a}'")));
    }
    for c in ["kind", "number", "org", "title", "published", "data"] {
        attacks.push(text("publication", c, &one));
    }
    for c in ["version", "created", "updated"] {
        attacks.push(number("case_head", c, &one));
    }
    attacks.push(text("case_head", "org", &one));
    attacks.push(text("case_head", "kind", &one));
    attacks.push(text("checkpoint", "note", "size = 3"));
    for (table, column, there, back) in attacks {
        attack(&u, &there).await;
        let r = walk(&u).await;
        let column = column.trim_matches('"');
        assert!(
            r.faults.iter().any(|f| f.table == table && f.column.contains(column)),
            "{there}\nwas not named: {:#?}",
            r.faults
        );
        attack(&u, &back).await;
    }
    assert!(walk(&u).await.is_clean(), "everything was put back");
});

on_both!(one_changed_byte_of_a_digest_or_a_body_is_found_and_named, |u| {
    let (a, b) = fill(&u).await;
    let sqlite = u.pg.is_none();
    let other = if sqlite { "zeroblob(32)" } else { "decode(repeat('00', 32), 'hex')" };
    for (table, column, place) in [
        ("event", "body", format!("case_id = '{b}' AND seq = 9")),
        ("ledger", "prev", "seq = 50".to_owned()),
        ("ledger", "link", "seq = 50".to_owned()),
        ("ledger_body", "body", "seq = 284".to_owned()),
        ("merkle_node", "hash", "level = 8 AND idx = 0".to_owned()),
        ("checkpoint", "root", "size = 3".to_owned()),
        ("case_key", "wrapped", format!("case_id = '{a}'")),
    ] {
        attack(&u, &format!("CREATE TABLE kept AS SELECT {column} AS v FROM {table} WHERE {place}")).await;
        attack(&u, &format!("UPDATE {table} SET {column} = {other} WHERE {place}")).await;
        let r = walk(&u).await;
        // A link is seen at its own row, through the tree and at the row that follows.
        assert!(
            r.faults.iter().any(|f| f.table == table && (f.column == column || column == "link")),
            "{table}.{column} was not named: {:#?}",
            r.faults
        );
        attack(&u, &format!("UPDATE {table} SET {column} = (SELECT v FROM kept) WHERE {place}")).await;
        attack(&u, "DROP TABLE kept").await;
    }
    let r = walk(&u).await;
    assert!(r.is_clean(), "everything was put back: {:#?}", r.faults);
});

on_both!(missing_and_added_rows_are_found, |u| {
    let (a, b) = fill(&u).await;
    for sql in [
        format!("DELETE FROM clock WHERE case_id = '{a}'"),
        format!("DELETE FROM publication WHERE case_id = '{a}'"),
        format!("DELETE FROM filing WHERE case_id = '{a}'"),
    ] {
        attack(&u, &sql).await;
        let table = sql.split(' ').nth(2).unwrap();
        let r = walk(&u).await;
        assert!(r.faults.iter().any(|f| f.table == table && f.what == "is missing"), "{sql}: {:#?}", r.faults);
    }
    attack(&u, &format!("DELETE FROM event WHERE case_id = '{b}' AND seq = 281")).await;
    assert!(
        walk(&u).await.faults.iter().any(|f| f.table == "event" && f.what.contains("280 events are stored, the ledger has 281"))
    );
    attack(&u, "DELETE FROM ledger WHERE seq > 280").await;
    assert!(walk(&u).await.faults.iter().any(|f| f.table == "ledger" && f.what.contains("rows are missing")), "the tail was cut");
});

on_both!(rehashing_after_a_change_is_caught_by_the_published_heads, |u| {
    fill(&u).await;
    let rows = u.store.reader().await.unwrap().ledger_from(0, 1000).await.unwrap();
    let mut prev = chain::genesis(u.store.origin());
    for r in rows {
        let row = if r.seq == 1 { r.row.replace("user-of-a", "user-of-x") } else { r.row.clone() };
        let link = chain::link(&prev, u64::try_from(r.seq).unwrap(), row.as_bytes());
        let (p, l) = (hex::encode(prev.as_bytes()), hex::encode(link.as_bytes()));
        let (p, l) = if u.pg.is_some() {
            (format!("decode('{p}','hex')"), format!("decode('{l}','hex')"))
        } else {
            (format!("x'{p}'"), format!("x'{l}'"))
        };
        attack(&u, &format!("UPDATE ledger SET \"row\" = '{row}', prev = {p}, link = {l}, actor = CASE WHEN seq = 1 THEN 'user-of-x' ELSE actor END WHERE seq = {}", r.seq)).await;
        prev = link;
    }
    let r = walk(&u).await;
    assert!(r.faults.iter().any(|f| f.table == "ledger" && f.what.contains("another root")), "{:#?}", r.faults);
});

on_both!(nobody_changes_what_was_recorded, |u| {
    fill(&u).await;
    for table in ["event", "ledger", "ledger_body", "merkle_node", "checkpoint", "body_status"] {
        for sql in [
            format!("DELETE FROM {table}"),
            format!(
                "UPDATE {table} SET {} = {0}",
                if table == "merkle_node" {
                    "hash"
                } else if table == "body_status" || table == "checkpoint" {
                    "at"
                } else {
                    "seq"
                }
            ),
        ] {
            let sql = AssertSqlSafe(sql);
            let r = if u.pg.is_some() {
                sqlx::PgConnection::connect(&u.url).await.unwrap().execute(sqlx::raw_sql(sql)).await.map(drop)
            } else {
                sqlx::SqliteConnection::connect(&u.url).await.unwrap().execute(sqlx::raw_sql(sql)).await.map(drop)
            };
            assert!(r.unwrap_err().to_string().contains("append-only"), "{table}");
        }
    }
});

on_both!(logical_time_never_runs_backwards, |u| {
    let origin = Origin::system("test");
    for minutes in [0, 10, -600, 5, 20] {
        let at = now() + SignedDuration::from_mins(minutes);
        u.store.record_read(&origin, "x", "", "test", at).await.unwrap();
    }
    let rows = u.store.reader().await.unwrap().ledger_from(0, 10).await.unwrap();
    let minutes: Vec<i64> = rows.iter().map(|r| (r.at - now().as_microsecond()) / 60_000_000).collect();
    assert_eq!(minutes, [0, 10, 10, 10, 20]);
    assert_eq!(
        rows[2].fields().unwrap().at,
        (now() - SignedDuration::from_mins(600)).to_string(),
        "the wall clock is kept beside it"
    );
    assert!(walk(&u).await.is_clean());
});

on_both!(what_was_read_is_recorded_with_its_ground, |u| {
    let origin = Origin::of(&actor("a"), "s1");
    u.store.record_read(&origin, "file-1", "case-1", "review of the filing", now()).await.unwrap();
    let mut r = u.store.reader().await.unwrap();
    let row = r.ledger_before(i64::MAX as u64, Class::Read.as_str(), "user-of-a", 10).await.unwrap().remove(0);
    assert_eq!(r.ledger_body(&row).await.unwrap().unwrap()["ground"], "review of the filing");
    assert!(!row.row.contains("review of the filing"), "content is not in the chain");
    assert_eq!(row.fields().unwrap().session.as_deref(), Some("s1"));
});

on_both!(destroyed_content_is_gone_and_the_ledger_stands, |u| {
    let (a, _) = fill(&u).await;
    let gone = a.clone();
    u.store.write_with(gone, |tx, id| Box::pin(async move { tx.destroy_case_key(id, now()).await })).await.unwrap();
    assert!(matches!(u.store.history::<Jar>(&a).await, Err(Error::Destroyed(_))));
    let r = walk(&u).await;
    assert!(r.is_clean(), "{:#?}", r.faults);
    assert_eq!(r.destroyed, 1);
});

on_both!(tiles_and_proofs_agree_with_the_head, |u| {
    fill(&u).await;
    let mut r = u.store.reader().await.unwrap();
    let size = r.ledger_size().await.unwrap();
    let root = r.ledger_root(size).await.unwrap();
    for seq in [0, 1, 255, 256, size - 1] {
        let proof = r.inclusion_proof(seq, size).await.unwrap();
        proof.verify(&r.leaf(seq).await.unwrap(), &root).unwrap();
    }
    for from in [1, 3, 255, 256, 257, size] {
        let old = r.ledger_root(from).await.unwrap();
        r.consistency_proof(from, size).await.unwrap().verify(&old, &root).unwrap();
    }
    let mut set = guosuo_seal::merkle::TileSet::new();
    for path in guosuo_seal::merkle::TilePath::all(size).into_iter().filter(|p| p.level().is_some()) {
        set.insert(&path, &r.tile(&path).await.unwrap().unwrap()).unwrap();
    }
    assert_eq!(guosuo_seal::merkle::root_at(&set, size).unwrap(), root);
    assert!(r.tile(&guosuo_seal::merkle::TilePath::hashes(0, 5, 256).unwrap()).await.unwrap().is_none());
    assert!(r.inclusion_proof(size, size).await.is_err());
});
