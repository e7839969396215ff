//! Copies of the database: made during writes, put back into an empty database of either kind.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::{Command, Jar, Under, actor, now, root_key};
use guosuo_store::{Error, Idem, NewJob, Options, Request, Store, Tx, UnitFuture, Verifier, backup, new_id};

fn facts() -> impl for<'t> Fn(&'t mut Tx, Option<&'t Jar>) -> UnitFuture<'t, u32, Error> + Send + Sync + 'static {
    |tx, _| Box::pin(async move { tx.next_number("jar", 2026).await })
}

async fn act(store: &Store, case: &str, command: Command) {
    let request = Request::<Jar> {
        case_id: case.to_owned(),
        command,
        actor: actor("a"),
        session: "s".into(),
        expected: None,
        idem: Some(Idem::new(new_id(), &[b"1"])),
        now: now(),
    };
    store.act(request, facts()).await.unwrap();
}

/// Opens, fills and closes a jar; orders a job beside it.
async fn jar(store: &Store) {
    let id = new_id();
    act(store, &id, Command::Open).await;
    act(store, &id, Command::AddTwice(3)).await;
    act(store, &id, Command::Close).await;
    let job: Result<String, Error> =
        store.write(|tx| Box::pin(async move { tx.enqueue(NewJob::new("q", &"x", now())?, now()).await })).await;
    job.unwrap();
}

/// Walks a store and answers (rows, cases).
async fn sound(store: &Store) -> (u64, u64) {
    let report = Verifier::new().with::<Jar>().run(store).await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.faults);
    (report.rows, report.cases)
}

async fn copy_while_writing(u: &Under) -> std::path::PathBuf {
    for _ in 0..20 {
        jar(&u.store).await;
    }
    let (stop, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (store, stop, made) = (u.store.clone(), stop.clone(), made.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    jar(&store).await;
                    made.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let mut copy = std::path::PathBuf::new();
    for n in 0..3 {
        let before = made.load(Ordering::SeqCst);
        copy = u.dir.path().join(format!("copy-{n}.db"));
        backup::snapshot(&u.url, &copy).await.unwrap();
        // Writing never stopped for long.
        while made.load(Ordering::SeqCst) < before + 8 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
    stop.store(true, Ordering::SeqCst);
    for w in writers {
        w.await.unwrap();
    }
    copy
}

/// Puts a copy into a database and compares; then goes on writing in it.
async fn put_back(copy: &std::path::Path, url: &str, scratch: &std::path::Path) {
    let there = backup::contents(copy).await.unwrap();
    backup::restore(copy, url, scratch).await.unwrap();
    let store = Store::open(url, Options::new(root_key())).await.unwrap();
    let (rows, cases) = sound(&store).await;
    assert_eq!(rows, there.rows);
    assert!(cases >= 20);
    assert_eq!(store.origin(), there.origin);
    jar(&store).await;
    assert!(sound(&store).await > (rows, cases));
    let again = backup::restore(copy, url, scratch).await;
    assert!(matches!(again, Err(Error::Weak(_))), "nothing is overwritten: {again:?}");
    assert!(sound(&store).await.0 > rows);
    store.close().await;
}

on_both!(a_copy_made_during_writes_is_whole_and_leads_into_both_databases, |u| {
    let copy = copy_while_writing(&u).await;
    sound(&u.store).await;
    let fresh = u.dir.path().join("fresh.db");
    put_back(&copy, &format!("sqlite://{}", fresh.display()), u.dir.path()).await;
    let pg = tokio::task::spawn_blocking(|| Some(guosuo_testkit::pg::cluster()?.empty())).await.unwrap();
    if let Some(pg) = pg {
        put_back(&copy, &pg.url(), u.dir.path()).await;
        // And out of that one again: the same rows.
        let second = u.dir.path().join("second.db");
        backup::snapshot(&pg.url(), &second).await.unwrap();
        assert_eq!(backup::contents(&second).await.unwrap().rows, backup::contents(&copy).await.unwrap().rows + 4);
    }
});

#[tokio::test]
async fn a_damaged_copy_is_refused_and_leaves_nothing() {
    let u = common::sqlite().await;
    for _ in 0..50 {
        jar(&u.store).await;
    }
    let copy = u.dir.path().join("copy.db");
    backup::snapshot(&u.url, &copy).await.unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    let from = bytes.len() / 2;
    bytes[from..from + 4096].fill(0xff);
    std::fs::write(&copy, bytes).unwrap();
    let target = u.dir.path().join("target.db");
    let url = format!("sqlite://{}", target.display());
    assert!(backup::restore(&copy, &url, u.dir.path()).await.is_err());
    assert!(!target.exists());
    assert!(backup::snapshot("sqlite:///nowhere/at/all.db", &u.dir.path().join("x.db")).await.is_err());
}
