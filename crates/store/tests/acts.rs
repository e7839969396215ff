//! Acts on cases, the same story on both databases.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests")]

mod common;

use common::{Command, Event, Jar, actor, now};
use guosuo_store::{ActError, Error, Idem, Request, Store, new_id};
use jiff::SignedDuration;

fn request(case: &str, command: Command, org: &str) -> Request<Jar> {
    Request { case_id: case.into(), command, actor: actor(org), session: "s".into(), expected: None, idem: None, now: now() }
}

async fn act(store: &Store, r: Request<Jar>) -> Result<guosuo_store::Acted<Jar>, ActError> {
    store
        .act(r, |tx, state| {
            let opening = state.is_none();
            Box::pin(async move { if opening { tx.next_number("jar", 2026).await } else { Ok(0) } })
        })
        .await
}

on_both!(a_case_lives_from_its_events, |u| {
    let id = new_id();
    let opened = act(&u.store, request(&id, Command::Open, "a")).await.unwrap();
    assert_eq!((opened.version, opened.state.number, opened.replayed), (1, 1, false));
    let added = act(&u.store, request(&id, Command::AddTwice(5), "a")).await.unwrap();
    assert_eq!((added.version, added.state.sum, added.events.len()), (3, 10, 2));

    u.reopen().await;
    let case = u.store.case_for::<Jar>(&actor("a"), &id).await.unwrap();
    assert_eq!((case.version, case.state.unwrap().sum), (3, 10));
    let history = u.store.history::<Jar>(&id).await.unwrap();
    assert_eq!(history[2].event, Event::Added { n: 5 });
    assert_eq!(history[0].by.name, "示例用户（虚构）");
    assert_eq!(history[0].at, now());
    u.store.reader().await.unwrap().ledger_of_case(&id).await.unwrap().iter().enumerate().for_each(|(i, row)| {
        assert_eq!(row.fields().unwrap().case_version, Some(i as u64 + 1));
    });
});

on_both!(a_refusal_leaves_no_trace_and_gives_its_number_back, |u| {
    let id = new_id();
    let refused = act(&u.store, request(&id, Command::Add(1), "a")).await;
    assert!(matches!(refused, Err(ActError::Refused(_))));
    let r = u
        .store
        .write(|tx| {
            Box::pin(async move {
                assert_eq!(tx.next_number("jar", 2026).await?, 1);
                assert_eq!(tx.next_number("jar", 2026).await?, 2);
                Err::<(), _>(Error::NotFound("on purpose"))
            })
        })
        .await;
    assert!(matches!(r, Err(Error::NotFound("on purpose"))));
    let mut reader = u.store.reader().await.unwrap();
    assert_eq!(reader.ledger_size().await.unwrap(), 0);
    assert!(reader.head(&id).await.unwrap().is_none());
    drop(reader);
    assert_eq!(act(&u.store, request(&id, Command::Open, "a")).await.unwrap().state.number, 1);
});

on_both!(one_request_has_one_effect, |u| {
    let id = new_id();
    let mut r = request(&id, Command::Open, "a");
    r.idem = Some(Idem::new("key-1", &[b"open"]));
    let first = act(&u.store, r.clone()).await.unwrap();
    let again = act(&u.store, r.clone()).await.unwrap();
    assert!(!first.replayed && again.replayed);
    assert_eq!((again.version, again.events.len()), (1, 1));
    r.idem = Some(Idem::new("key-1", &[b"something else"]));
    assert!(matches!(act(&u.store, r.clone()).await, Err(ActError::Store(Error::KeyReused))));
    r.actor = actor("b");
    assert!(matches!(act(&u.store, r).await, Err(ActError::Store(Error::NotFound(_)))), "a key belongs to its actor");

    // Twenty copies at once: one effect.
    let id = new_id();
    act(&u.store, request(&id, Command::Open, "a")).await.unwrap();
    let mut r = request(&id, Command::Add(7), "a");
    r.idem = Some(Idem::new("key-2", &[b"add 7"]));
    let all = futures::future::join_all((0..20).map(|_| act(&u.store, r.clone()))).await;
    assert_eq!(all.iter().filter(|a| !a.as_ref().unwrap().replayed).count(), 1);
    assert_eq!(u.store.case_for::<Jar>(&actor("a"), &id).await.unwrap().state.unwrap().sum, 7);
});

on_both!(a_reserved_key_is_in_flight_until_finished_or_expired, |u| {
    let idem = Idem::new("long", &[b"x"]);
    let minute = SignedDuration::from_mins(1);
    let reserve = |at: jiff::Timestamp| {
        u.store.write_with((idem.clone(), at), move |tx, (idem, at)| {
            Box::pin(async move {
                let found = tx.once(idem, "me", *at).await?;
                if found.is_none() {
                    tx.reserve(idem, "me", minute, *at).await?;
                }
                Ok::<_, Error>(found)
            })
        })
    };
    assert_eq!(reserve(now()).await.unwrap(), None);
    assert!(matches!(reserve(now() + SignedDuration::from_secs(59)).await, Err(Error::InFlight)));
    assert_eq!(reserve(now() + SignedDuration::from_secs(61)).await.unwrap(), None, "its holder died");
    u.store
        .write_with(idem.clone(), |tx, idem| Box::pin(async move { tx.finish(idem, "me", "done", now()).await }))
        .await
        .unwrap();
    assert_eq!(reserve(now()).await.unwrap().as_deref(), Some("done"));
});

on_both!(who_read_an_older_version_is_told, |u| {
    let id = new_id();
    act(&u.store, request(&id, Command::Open, "a")).await.unwrap();
    let mut r = request(&id, Command::Add(1), "a");
    r.expected = Some(1);
    act(&u.store, r.clone()).await.unwrap();
    assert!(matches!(act(&u.store, r).await, Err(ActError::Store(Error::Stale { expected: 1, current: 2 }))));
});

on_both!(another_organisation_s_case_does_not_exist, |u| {
    let id = new_id();
    act(&u.store, request(&id, Command::Open, "a")).await.unwrap();
    assert!(matches!(u.store.case_for::<Jar>(&actor("b"), &id).await, Err(Error::NotFound("case"))));
    assert!(matches!(u.store.case_for::<Jar>(&actor("b"), "no-such-case").await, Err(Error::NotFound("case"))));
    let r = act(&u.store, request(&id, Command::Add(1), "b")).await;
    assert!(matches!(r, Err(ActError::Store(Error::NotFound("case")))));
    let mut admin = actor("platform");
    admin.org_kind = guosuo_case::actor::OrgKind::Platform;
    assert!(u.store.case_for::<Jar>(&admin, &id).await.is_err(), "administrators reach no case");
});

on_both!(many_at_once_lose_nothing_and_leave_no_gap, |u| {
    let ids: Vec<String> = (0..40).map(|_| new_id()).collect();
    let opened = futures::future::join_all(ids.iter().map(|id| act(&u.store, request(id, Command::Open, "a")))).await;
    let mut numbers: Vec<u32> = opened.into_iter().map(|o| o.unwrap().state.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    // All on one case at once, with refusals and panics among them.
    let id = &ids[0];
    let work = futures::future::join_all((0..60_u32).map(|i| {
        let store = u.store.clone();
        let id = id.clone();
        async move {
            match i % 4 {
                0 => assert!(act(&store, request(&id, Command::Open, "a")).await.is_err()),
                1 => {
                    let r: Result<(), Error> = store
                        .write(|tx| {
                            Box::pin(async move {
                                tx.next_number("jar", 2026).await?;
                                tx.reader().await?;
                                panic!("on purpose")
                            })
                        })
                        .await;
                    assert!(matches!(r, Err(Error::Panicked)));
                }
                _ => {
                    act(&store, request(&id, Command::Add(1), "a")).await.unwrap();
                }
            }
        }
    }));
    work.await;
    let case = u.store.case_for::<Jar>(&actor("a"), id).await.unwrap();
    assert_eq!((case.version, case.state.unwrap().sum), (31, 30));
    let next = u.store.write(|tx| Box::pin(async move { tx.next_number("jar", 2026).await })).await;
    assert_eq!(next.unwrap(), 41);
    let rows = u.store.reader().await.unwrap().ledger_from(0, 1000).await.unwrap();
    assert_eq!(rows.len(), 70);
    let mut verifier = guosuo_seal::chain::ChainVerifier::new(u.store.origin(), []);
    for r in &rows {
        let [prev, link] = [&r.prev, &r.link].map(|d| guosuo_seal::Digest32::from_slice(d).unwrap());
        verifier.push_row(u64::try_from(r.seq).unwrap(), r.row.as_bytes(), &prev, &link).unwrap();
    }
    assert_eq!(u.store.reader().await.unwrap().ledger_root(70).await.unwrap(), verifier.finish().unwrap().head().root);
});
