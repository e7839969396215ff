//! Reports to the national platform in the store (M 9): the outbox gives them out in order and to
//! one worker at a time, whatever happens to workers; on both databases.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use common::Under;
use guosuo_case::actor::{OrgKind, Role};
use guosuo_case::certificate::{
    self, Certificate, ChangeKind, Command, Event, Issue, Mark, Origin as From, ReportRecord, Status,
};
use guosuo_case::certification::{Config, Party, Scope, Standing};
use guosuo_case::{Actor, CaseId};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::time::cst_date;
use guosuo_store::{
    ActError, Acted, ClaimedReport, Comparison, Error, Origin, ReportFilter, ReportView, Request, Verifier, Whose, new_id,
};
use jiff::{SignedDuration, Timestamp, ToSpan};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

fn now() -> Timestamp {
    common::now()
}

fn manager(body: &str) -> Actor {
    Actor {
        user: "manager".into(),
        name: "示例管理（虚构）".into(),
        org: body.into(),
        org_kind: OrgKind::Body,
        roles: [Role::CaseManager].into(),
        second_factor_at: Some(now()),
    }
}

fn facts(id: &str) -> certificate::Facts {
    certificate::Facts {
        calendar: Arc::new(Calendar::builtin().clone()),
        config: Arc::new(Config::default()),
        certificate: CaseId(id.into()),
        applications: BTreeMap::new(),
        standing: Standing::Filed,
        numbers: Arc::default(),
        roster: BTreeSet::new(),
        practises_elsewhere: None,
    }
}

/// A certificate as an import would record it, with its first report.
async fn certificate(u: &Under, body: &str, number: &str, at: Timestamp) -> String {
    let id = new_id();
    let today = cst_date(at);
    let holder = Party {
        org: None,
        name: format!("示例持证人{number}（虚构）"),
        address: "示例市示例路1号".into(),
        country: "CN".into(),
        code: "91110108MA0X00099X".into(),
    };
    let interest = certificate_interest(at);
    let issue = Issue {
        mandate_before: None,
        application: CaseId("application".into()),
        applicant: "applicant".into(),
        holder: holder.clone(),
        mandate: None,
        number: number.into(),
        scope: Scope::default(),
        basis: "R37-2025".into(),
        mark: Mark { cross_border: true, body: "SL".into() },
        issued_on: today,
        valid_until: today.saturating_add(3.years()),
        predecessor: None,
        interests: [("manager".into(), interest)].into(),
        surveillances: vec![],
    };
    let record = ReportRecord {
        certificate: number.into(),
        seq: 1,
        corrects: None,
        body: body.into(),
        holder: holder.name,
        holder_code: holder.code,
        scope: Scope::default(),
        change: ChangeKind::Issued,
        status: Status::Valid,
        effective_on: today,
        valid_until: issue.valid_until,
        origin: From::Body,
        ground: "M 8(1)".into(),
    };
    let events = vec![Event::Issued { issue: Box::new(issue) }, Event::ReportOwed { record: Box::new(record) }];
    u.store
        .write_with((id.clone(), events, manager(body)), move |tx, (id, events, actor)| {
            Box::pin(async move {
                let case = tx.case::<Certificate>(id).await?;
                tx.record(case, events.clone(), actor, "s", at).await.map(drop)
            })
        })
        .await
        .map_err(|e: Error| e)
        .unwrap();
    id
}

fn certificate_interest(at: Timestamp) -> guosuo_case::certification::Interest {
    guosuo_case::certification::Interest { has: false, words: String::new(), at }
}

async fn act(u: &Under, id: &str, actor: Actor, command: Command, at: Timestamp) -> Result<Acted<Certificate>, ActError> {
    let request = Request { case_id: id.into(), command, actor, session: "s".into(), expected: None, idem: None, now: at };
    let case = id.to_owned();
    u.store
        .act::<Certificate, _>(request, move |_, _| {
            let facts = facts(&case);
            Box::pin(async move { Ok(facts) })
        })
        .await
}

fn outbox() -> Actor {
    Actor::system("outbox")
}

async fn claim(u: &Under, whose: Whose, worker: &str, at: Timestamp) -> Vec<ClaimedReport> {
    u.store
        .write_with((whose, worker.to_owned()), move |tx, (whose, worker)| {
            Box::pin(async move { tx.claim_reports(whose, worker, SignedDuration::from_mins(2), 10, at).await })
        })
        .await
        .map_err(|e: Error| e)
        .unwrap()
}

async fn release(u: &Under, c: &ClaimedReport, worker: &str, next: Timestamp) -> bool {
    u.store
        .write_with((c.clone(), worker.to_owned()), move |tx, (c, worker)| {
            Box::pin(async move { tx.release_report(c, worker, next, "示例").await })
        })
        .await
        .map_err(|e: Error| e)
        .unwrap()
}

fn all() -> Whose {
    Whose::all_but([])
}

fn seqs(claimed: &[ClaimedReport]) -> Vec<(&str, i64)> {
    claimed.iter().map(|c| (c.certificate.as_str(), c.seq)).collect()
}

on_both!(a_report_and_its_place_in_the_outbox_come_with_the_event_that_owes_it, |u| {
    let id = certificate(&u, "body", "X-1", now()).await;
    let mut r = u.store.reader().await.unwrap();
    let line = r.report_line(&id, 1).await.unwrap().unwrap();
    assert_eq!((line.state.as_str(), line.number.as_str(), line.attempts), ("owed", "X-1", 0));
    assert_eq!(line.due_from, "2026-03-09", "five working days after Monday 2 March");
    let c = r.case::<Certificate>(&id).await.unwrap().state.unwrap();
    let digest = guosuo_seal::digest::sha256(c.reports[0].record.canonical().as_bytes()).to_hex();
    assert_eq!(line.digest, digest, "the digest is that of the canonical record");
    drop(r);
    // What the law refuses leaves neither a report nor a place.
    let refused = act(&u, &id, manager("body"), Command::CorrectReport { seq: 9, reason: "示例".into() }, now()).await;
    assert!(matches!(refused, Err(ActError::Refused(_))));
    let mut r = u.store.reader().await.unwrap();
    assert_eq!(r.report_lines(&ReportFilter::default(), 10, 0).await.unwrap().len(), 1);
    drop(r);
    let walked = Verifier::new().with::<Certificate>().run(&u.store).await.unwrap();
    assert!(walked.is_clean(), "{:#?}", walked.faults);
    // The digest is part of the walk.
    let sql = AssertSqlSafe("UPDATE report_outbox SET digest = 'x'".to_owned());
    if u.pg.is_some() {
        sqlx::PgConnection::connect(&u.url).await.unwrap().execute(sqlx::raw_sql(sql)).await.map(drop).unwrap();
    } else {
        sqlx::SqliteConnection::connect(&u.url).await.unwrap().execute(sqlx::raw_sql(sql)).await.map(drop).unwrap();
    }
    let walked = Verifier::new().with::<Certificate>().run(&u.store).await.unwrap();
    assert!(walked.faults.iter().any(|f| f.table == "report_outbox" && f.column == "digest"), "{:#?}", walked.faults);
});

on_both!(reports_are_given_out_in_order_to_one_worker_at_a_time, |u| {
    let (a, b) = (certificate(&u, "body", "X-1", now()).await, certificate(&u, "other", "Y-1", now()).await);
    act(&u, &a, manager("body"), Command::CorrectReport { seq: 1, reason: "示例".into() }, now()).await.unwrap();
    let first = claim(&u, all(), "one", now()).await;
    assert_eq!(first.len(), 2, "the first of each certificate, and no second");
    assert!(seqs(&first).contains(&(a.as_str(), 1)) && seqs(&first).contains(&(b.as_str(), 1)));
    assert_eq!(claim(&u, all(), "two", now()).await, [], "somebody holds them");
    // A worker that vanishes loses its claim, and then it cannot give back what another holds.
    let later = now() + SignedDuration::from_mins(3);
    let again = claim(&u, all(), "two", later).await;
    assert_eq!((again.len(), again[0].attempts), (2, 2));
    let mine = again.iter().find(|c| c.certificate == a).unwrap();
    assert!(!release(&u, mine, "one", later).await, "lost");
    assert!(release(&u, mine, "two", later + SignedDuration::from_secs(5)).await);
    assert_eq!(claim(&u, all(), "three", later).await, [], "not before its time");
    // The answer to the first frees the second.
    let receipt = Command::RegisterReceipt { seq: 1, receipt: "R-1".into() };
    act(&u, &a, outbox(), receipt, later).await.unwrap();
    let next = claim(&u, all(), "three", later).await;
    assert_eq!(seqs(&next), [(a.as_str(), 2)]);
    let mut r = u.store.reader().await.unwrap();
    assert_eq!(r.report_line(&a, 1).await.unwrap().unwrap().state, "corrected");
    assert_eq!(
        r.report_counts("body").await.unwrap().iter().map(|c| (c.state.as_str(), c.count)).collect::<Vec<_>>(),
        [("corrected", 1), ("owed", 1)]
    );
});

on_both!(each_target_gets_the_reports_of_its_bodies, |u| {
    let (a, b) = (certificate(&u, "a", "X-1", now()).await, certificate(&u, "ab", "Y-1", now()).await);
    assert_eq!(seqs(&claim(&u, Whose::only(["a"]), "w", now()).await), [(a.as_str(), 1)], "a is not ab");
    assert_eq!(seqs(&claim(&u, Whose::all_but(["a"]), "w", now()).await), [(b.as_str(), 1)]);
    let mut r = u.store.reader().await.unwrap();
    assert_eq!(r.reports_queued(&Whose::only(["ab"]), 10).await.unwrap().len(), 1);
    assert_eq!(r.reports_queued(&Whose::only(["b"]), 10).await.unwrap(), []);
});

on_both!(what_is_sent_again_goes_out_at_once_and_before_what_follows, |u| {
    let id = certificate(&u, "body", "X-1", now()).await;
    let send = Command::SendReport { seq: 1, target: "platform".into(), digest: "ab".into() };
    act(&u, &id, outbox(), send, now()).await.unwrap();
    assert_eq!(u.store.reader().await.unwrap().report_line(&id, 1).await.unwrap().unwrap().state, "sent");
    act(&u, &id, outbox(), Command::RegisterReceipt { seq: 1, receipt: "R-1".into() }, now()).await.unwrap();
    act(&u, &id, manager("body"), Command::CorrectReport { seq: 1, reason: "示例".into() }, now()).await.unwrap();
    let held = claim(&u, all(), "w", now()).await;
    assert_eq!(seqs(&held), [(id.as_str(), 2)]);
    release(&u, &held[0], "w", now()).await;
    act(&u, &id, manager("body"), Command::ResendReport { seq: 1, reason: "平台没有".into() }, now()).await.unwrap();
    let case = id.clone();
    u.store
        .write_with(case, |tx, id| Box::pin(async move { tx.report_again(id, 1, now()).await }))
        .await
        .map_err(|e: Error| e)
        .unwrap();
    assert_eq!(seqs(&claim(&u, all(), "w", now()).await), [(id.as_str(), 1)]);
    let mut r = u.store.reader().await.unwrap();
    let line = r.report_line(&id, 1).await.unwrap().unwrap();
    assert_eq!((line.state.as_str(), line.resends, line.receipt.as_str()), ("owed", 1, "R-1"));
    let clocks = r.clocks(&id).await.unwrap();
    assert_eq!(clocks.iter().find(|c| c.name == "CERT_REPORT:1").unwrap().status, "met", "in time is in time");
    let latest = r.certificates_reported("body", "").await.unwrap();
    assert_eq!(latest.iter().map(|l| (l.certificate.as_str(), l.seq)).collect::<Vec<_>>(), [(id.as_str(), 2)], "the correction");
    assert_eq!((latest[0].status.as_str(), latest[0].number.as_str()), ("valid", line.number.as_str()));
    assert_eq!(r.certificates_reported("body", &id).await.unwrap(), [], "each once");
});

on_both!(a_report_without_a_place_in_the_outbox_gets_one, |u| {
    let id = certificate(&u, "body", "X-1", now()).await;
    let sql = "DELETE FROM report_outbox";
    if u.pg.is_some() {
        sqlx::PgConnection::connect(&u.url).await.unwrap().execute(sql).await.unwrap();
    } else {
        sqlx::SqliteConnection::connect(&u.url).await.unwrap().execute(sql).await.unwrap();
    }
    assert_eq!(claim(&u, all(), "w", now()).await, []);
    assert!(u.store.reader().await.unwrap().outbox_lacks().await.unwrap());
    let healed = u.store.write(|tx| Box::pin(async move { tx.heal_outbox().await })).await.map_err(|e: Error| e).unwrap();
    assert_eq!(healed, 1);
    assert!(!u.store.reader().await.unwrap().outbox_lacks().await.unwrap());
    let claimed = claim(&u, all(), "w", now()).await;
    assert_eq!((seqs(&claimed), claimed[0].digest.as_str()), (vec![(id.as_str(), 1)], ""));
});

on_both!(who_looked_at_the_shared_feed_stays_for_ever, |u| {
    let view = ReportView {
        lines: 3, ..ReportView::new("u1", "示例监督（虚构）", "cac", "日常监督管理", "{}".into(), now())
    };
    let origin = Origin { actor: "u1".into(), org: "cac".into(), session: "s".into() };
    u.store
        .write_with((view.clone(), origin.clone()), |tx, (v, o)| {
            Box::pin(async move { tx.record_report_view(v, o, now()).await })
        })
        .await
        .map_err(|e: Error| e)
        .unwrap();
    let mut r = u.store.reader().await.unwrap();
    assert_eq!(r.report_views(10).await.unwrap(), [view]);
    let rows = r.ledger_from(0, 10).await.unwrap();
    assert!(rows.iter().any(|l| l.class == "read" && l.actor == "u1"), "the look is a row of the ledger");
    drop(r);
    for sql in ["UPDATE report_view SET ground = ''", "DELETE FROM report_view"] {
        let refused = if u.pg.is_some() {
            sqlx::PgConnection::connect(&u.url).await.unwrap().execute(sql).await.map(drop)
        } else {
            sqlx::SqliteConnection::connect(&u.url).await.unwrap().execute(sql).await.map(drop)
        };
        assert!(refused.unwrap_err().to_string().contains("append-only"), "{sql}");
    }
    let kept = Comparison {
        id: new_id(),
        body: "body".into(),
        at: now().as_microsecond(),
        source: "platform".into(),
        actor: "u1".into(),
        ours: 2,
        theirs: 1,
        found: "[]".into(),
    };
    u.store
        .write_with((kept.clone(), origin), |tx, (k, o)| Box::pin(async move { tx.keep_comparison(k, o, now()).await }))
        .await
        .map_err(|e: Error| e)
        .unwrap();
    let mut r = u.store.reader().await.unwrap();
    assert_eq!(r.comparisons("body", 5).await.unwrap(), std::slice::from_ref(&kept));
    assert_eq!(r.comparison("rival", &kept.id).await.unwrap(), None, "another body's is not there");
});

on_both!(a_violation_is_listed_until_it_is_acknowledged_and_after, |u| {
    let id = certificate(&u, "body", "X-1", now()).await;
    let report = Command::ReportViolation { summary: "超范围出境（示例）".into(), evidence: vec![] };
    act(&u, &id, manager("body"), report, now()).await.unwrap();
    let cac = Actor {
        user: "cac1".into(),
        org: "cac".into(),
        org_kind: OrgKind::Cac,
        roles: [Role::CacSupervisor].into(),
        ..manager("body")
    };
    let row = u.store.reader().await.unwrap().violations(10).await.unwrap().remove(0);
    assert_eq!((row.case_id.as_str(), row.number.as_str(), row.acknowledged_at), (id.as_str(), "X-1", 0));
    act(&u, &id, cac, Command::AcknowledgeViolation { id: 1, note: "已收悉".into() }, now()).await.unwrap();
    let row = u.store.reader().await.unwrap().violations(10).await.unwrap().remove(0);
    assert_eq!((row.acknowledger.as_str(), row.acknowledged_at), ("cac1", now().as_microsecond()));
    assert!(Verifier::new().with::<Certificate>().run(&u.store).await.unwrap().is_clean());
});
