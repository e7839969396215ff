//! Searching the register of certificates by names, and what the ledger says has happened since, on both databases.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests")]

mod common;

use common::Under;
use guosuo_case::actor::{OrgId, OrgKind};
use guosuo_case::certificate::{Certificate, Changes, Event, Issue, Mark, Measure, Origin as Ground};
use guosuo_case::certification::{Party, People, Scope};
use guosuo_case::{Actor, CaseId};
use guosuo_store::{Names, Origin, RegisterFilter, Touched, new_id};
use jiff::civil::date;

fn body() -> Actor {
    Actor { org: OrgId("body".into()), org_kind: OrgKind::Body, ..Actor::system("test") }
}

async fn record(u: &Under, id: &str, events: Vec<Event>) {
    u.store
        .write_with((id.to_owned(), events), |tx, (id, events)| {
            Box::pin(async move {
                let case = tx.case::<Certificate>(id).await?;
                tx.record::<Certificate>(case, events.clone(), &body(), "", common::now()).await.map(drop)
            })
        })
        .await
        .unwrap();
}

async fn issued(u: &Under, number: &str, holder: &str, code: &str) -> String {
    let id = new_id();
    let none = Scope {
        purposes: vec!["示例".into()],
        kinds: Vec::new(),
        people: People { non_sensitive: 1, sensitive: 0 },
        recipients: Vec::new(),
        onward: Vec::new(),
        systems: Vec::new(),
        retention_months: 1,
    };
    let issue = Issue {
        mandate_before: None,
        application: CaseId(new_id()),
        applicant: OrgId("co".into()),
        holder: Party {
            org: None, name: holder.into(), address: "示例路1号".into(), country: "CN".into(), code: code.into()
        },
        mandate: None,
        number: number.into(),
        scope: none,
        basis: "A53".into(),
        mark: Mark { cross_border: true, body: "SLQH".into() },
        issued_on: date(2026, 2, 3),
        valid_until: date(2029, 2, 2),
        predecessor: None,
        interests: std::collections::BTreeMap::new(),
        surveillances: Vec::new(),
    };
    record(u, &id, vec![Event::Issued { issue: Box::new(issue) }]).await;
    id
}

fn proposed(measure: Measure, ground: &str) -> Event {
    Event::MeasureProposed {
        measure,
        origin: Ground::Body,
        suggestion: None,
        application: None,
        ground: ground.into(),
        evidence: Vec::new(),
        publication: String::new(),
        urgent: None,
    }
}

async fn renamed(u: &Under, id: &str, name: &str) {
    let changes = Changes { name: Some(name.into()), ..Changes::default() };
    let proposed = proposed(Measure::Change { changes: Box::new(changes) }, "更名。");
    record(u, id, vec![proposed, Event::MeasureTaken { effective_on: date(2026, 3, 2) }]).await;
}

async fn found(u: &Under, names: &Names, text: &str) -> Vec<String> {
    let mut reader = u.store.reader().await.unwrap();
    names.search(&mut reader, text, 0, 51).await.unwrap().into_iter().map(|row| row.number).collect()
}

on_both!(a_part_of_a_name_is_found_as_soon_as_it_is_recorded, |u| {
    let names = Names::default();
    assert_eq!(found(&u, &names, "海棠").await, Vec::<String>::new());
    let first = issued(&u, "N-1", "示例海棠湾旅行网络有限公司（虚构）", "91990108MA0X00017J").await;
    issued(&u, "N-2", "示例海运有限公司（虚构）", "91990108MA0X00018J").await;
    for (text, wanted) in [
        ("海棠", &["N-1"][..]),
        ("海", &["N-2", "N-1"]),
        ("有限公司（虚构）", &["N-2", "N-1"]),
        ("有限公司(虚构)", &["N-2", "N-1"]),
        ("海公司", &[]),
        ("N-2", &["N-2"]),
        ("91990108MA0X00017J", &["N-1"]),
        ("9199 0108 ma0x 00017j", &["N-1"]),
        ("n-2", &["N-2"]),
        (" Ｎ－２ ", &["N-2"]),
        ("", &[]),
    ] {
        assert_eq!(found(&u, &names, text).await, wanted, "{text}");
    }
    renamed(&u, &first, "示例云岫旅行有限公司（虚构）").await;
    assert_eq!(found(&u, &names, "海棠").await, Vec::<String>::new());
    assert_eq!(found(&u, &names, "云岫").await, ["N-1"]);
    assert_eq!(found(&u, &names, "旅行").await, ["N-1"]);
    assert_eq!(names.len(), 2);
    let suspended = proposed(Measure::Suspend, "实际出境超出认证范围。");
    record(&u, &first, vec![suspended, Event::MeasureTaken { effective_on: date(2026, 3, 3) }]).await;
    let mut reader = u.store.reader().await.unwrap();
    let lines = names.search(&mut reader, "云岫", 0, 51).await.unwrap();
    assert_eq!(lines[0].status, "suspended", "the line is told as it is now, not as it was when its name was entered");
    assert_eq!(lines, reader.certificates_listed(std::slice::from_ref(&first)).await.unwrap(), "the same as from the database");
    drop(reader);
    // An index that is filled now knows the same.
    let later = Names::default();
    for text in ["海棠", "云岫", "海", "公司"] {
        let mut both = [found(&u, &names, text).await, found(&u, &later, text).await];
        for list in &mut both {
            list.sort();
        }
        assert_eq!(both[0], both[1], "{text}");
    }
    let mut reader = u.store.reader().await.unwrap();
    let page = names.search(&mut reader, "公司", 1, 51).await.unwrap();
    assert_eq!(page.len(), 1, "what stands on the page before is left out");
    let all = reader.register(&RegisterFilter::default(), date(2026, 3, 2), false, 51, 0).await.unwrap();
    assert_eq!(all.iter().map(|row| row.number.as_str()).collect::<Vec<_>>(), ["N-1", "N-2"]);
});

on_both!(a_past_day_is_told_as_it_was, |u| {
    let id = issued(&u, "N-1", "示例海棠湾旅行网络有限公司（虚构）", "91990108MA0X00017J").await;
    for (what, on) in
        [(Measure::Suspend, date(2026, 3, 2)), (Measure::Restore, date(2026, 3, 9)), (Measure::Revoke, date(2026, 4, 1))]
    {
        record(&u, &id, vec![proposed(what, "实际出境超出认证范围。"), Event::MeasureTaken { effective_on: on }]).await;
    }
    let mut reader = u.store.reader().await.unwrap();
    for (day, status) in [
        (date(2026, 2, 2), None),
        (date(2026, 2, 3), Some("valid")),
        (date(2026, 3, 1), Some("valid")),
        (date(2026, 3, 2), Some("suspended")),
        (date(2026, 3, 8), Some("suspended")),
        (date(2026, 3, 9), Some("valid")),
        (date(2026, 4, 1), Some("revoked")),
        (date(2029, 2, 3), Some("revoked")),
    ] {
        for filter in [
            RegisterFilter::default(),
            RegisterFilter { text: "海棠".into(), body: "body".into(), ..RegisterFilter::default() },
            RegisterFilter { status: status.unwrap_or("valid").into(), ..RegisterFilter::default() },
        ] {
            let found = reader.register(&filter, day, true, 51, 0).await.unwrap();
            assert_eq!(found.first().map(|line| line.status_on(day)), status, "{day} {filter:?}");
        }
    }
    let issued = RegisterFilter { status: "valid".into(), ..RegisterFilter::default() };
    assert!(reader.register(&issued, date(2026, 3, 5), true, 51, 0).await.unwrap().is_empty(), "suspended on that day");
});

on_both!(the_ledger_tells_what_has_been_touched, |u| {
    let before = u.store.committed();
    let mut reader = u.store.reader().await.unwrap();
    assert_eq!(before, reader.ledger_size().await.unwrap(), "nothing was written yet, or it is known");
    let id = issued(&u, "N-1", "示例公司（虚构）", "91990108MA0X00017J").await;
    assert!(u.store.committed() > before, "known before whoever committed it is answered");
    let touched = reader.touched(before).await.unwrap();
    let all = Touched { until: u.store.committed(), all: true, ..Touched::default() };
    assert_eq!(touched, all, "another body may have used the number of what is issued");
    renamed(&u, &id, "示例云岫旅行有限公司（虚构）").await;
    let touched = reader.touched(touched.until).await.unwrap();
    assert_eq!(touched, Touched { until: u.store.committed(), cases: [id.clone()].into(), all: false });
    assert_eq!(reader.touched(touched.until).await.unwrap(), Touched { until: touched.until, ..Touched::default() });
    let origin = Origin::system("test");
    u.store.record_read(&origin, "paper/1", &id, "示例", common::now()).await.unwrap();
    let seen = reader.touched(touched.until).await.unwrap();
    assert!(seen.cases.is_empty() && !seen.all && seen.until > touched.until, "reading touches nothing: {seen:?}");
    u.store
        .write_with(origin, |tx, origin| Box::pin(async move { tx.set_setting("示例", &1, origin, common::now()).await }))
        .await
        .unwrap();
    assert!(reader.touched(seen.until).await.unwrap().all, "a setting may stand anywhere");
});
