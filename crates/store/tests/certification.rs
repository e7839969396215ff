//! A certification from the draft to the certificate and its reports, on both databases.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use common::Under;
use guosuo_case::actor::{OrgKind, Role};
use guosuo_case::certificate::{self, Certificate, Mark, Measure, Origin as Ground, Propose};
use guosuo_case::certification::{
    self, Application, Checklist, Config, DocRef, Eligibility, Form, Grade, Impact, ImpactItem, Kind, LegalBasis, Mandate,
    MandateAct, MandateKind, Outcome, Party, People, Plan, Profile, Purpose, Recipient, Scope, StageDays, Standing,
};
use guosuo_case::{Actor, CaseId};
use guosuo_rules::basis::Edition;
use guosuo_rules::calendar::Calendar;
use guosuo_rules::path;
use guosuo_rules::time::cst_date;
use guosuo_store::{ActError, Acted, ApplicationFilter, Error, Idem, IssueFacts, Issuing, Report, Request, Verifier, new_id};
use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

fn now() -> Timestamp {
    common::now()
}

fn who(name: &str) -> Actor {
    let (org, org_kind, role) = match name {
        "rep" => ("agent", OrgKind::Processor, Role::Representative),
        "manager" => ("body", OrgKind::Body, Role::CaseManager),
        "verifier" => ("body", OrgKind::Body, Role::Verifier),
        "auditor" => ("body", OrgKind::Body, Role::Auditor),
        "evaluator" => ("body", OrgKind::Body, Role::Evaluator),
        "certifier" => ("body", OrgKind::Body, Role::Certifier),
        "head" => ("body", OrgKind::Body, Role::BodyHead),
        "lab" => ("lab", OrgKind::VerificationBody, Role::VerificationStaff),
        "stranger" => ("rival", OrgKind::Body, Role::CaseManager),
        "cac" => ("cac", OrgKind::Cac, Role::CacSupervisor),
        other => unreachable!("nobody is called {other}"),
    };
    Actor {
        user: name.into(),
        name: format!("示例{name}（虚构）"),
        org: org.into(),
        org_kind,
        roles: [role].into(),
        second_factor_at: Some(now()),
    }
}

fn text() -> String {
    "示例理由".into()
}

fn doc(title: &str) -> DocRef {
    DocRef { title: title.into(), version: "1.0".into(), sha256: "0a".repeat(32), sm3: "0b".repeat(32) }
}

fn processor() -> Party {
    Party {
        org: Some("gmbh".into()),
        name: "Example Handels GmbH (fictitious)".into(),
        address: "1 Example Street, Berlin".into(),
        country: "DE".into(),
        code: "HRB 000000".into(),
    }
}

fn mandate() -> Mandate {
    Mandate {
        holder: "agent".into(),
        kind: MandateKind::DesignatedRepresentative,
        document: doc("授权委托书"),
        acts: MandateAct::ALL.into(),
        from: date(2026, 1, 1),
        until: date(2029, 12, 31),
        reported_to: "示例市网信办".into(),
    }
}

fn scope() -> Scope {
    Scope {
        purposes: vec!["订单履行".into()],
        kinds: vec![Kind { name: "姓名".into(), sensitive: false }],
        people: People { non_sensitive: 300_000, sensitive: 0 },
        recipients: vec![Recipient { name: "Example GmbH".into(), country: "DE".into(), contact: "dpo@example.invalid".into() }],
        onward: Vec::new(),
        systems: vec!["CRM".into()],
        retention_months: 24,
    }
}

fn form() -> Form {
    let today = cst_date(now());
    let flow = path::Flow { non_sensitive: 200_000, ..path::Flow::default() };
    Form {
        relation: "集团内部授权".into(),
        group: String::new(),
        affiliates: Vec::new(),
        ledger: None,
        scope: scope(),
        eligibility: Some(Eligibility {
            answers: path::Case::single(flow, false, today),
            evidence: vec![doc("人数统计")],
            note: String::new(),
        }),
        impact: Some(Impact {
            document: doc("影响评估报告"),
            profile: Profile::Certification,
            completed_on: today,
            items: ImpactItem::REQUIRED.into(),
        }),
        notice: Some(doc("告知书")),
        legal_basis: Some(LegalBasis::Consent { document: doc("单独同意书") }),
    }
}

fn plan(basis: &str) -> Plan {
    let standards = Edition::by_id(basis).map_or(&[][..], |e| &e.standards);
    Plan {
        kinds: vec!["姓名".into()],
        people: scope().people,
        processing: "示例处理活动".into(),
        verification_body: "lab".into(),
        team: ["auditor".into()].into(),
        man_days: 6,
        checklists: standards
            .iter()
            .map(|s| Checklist { standard: s.clone(), sha256: "0c".repeat(32), clauses: vec!["5.1".into()] })
            .collect(),
    }
}

fn config() -> Arc<Config> {
    Arc::new(Config { stage_days: StageDays { acceptance: 3, ..StageDays::default() }, ..Config::default() })
}

fn app_facts(next_number: u32) -> certification::Facts {
    certification::Facts {
        calendar: Arc::new(Calendar::builtin().clone()),
        config: config(),
        bodies: [("body".into(), ("示例启衡认证（虚构）".into(), Standing::Filed))].into(),
        roster: ["auditor".into()].into(),
        practises_elsewhere: None,
        next_number,
    }
}

fn cert_facts(certificate: &str) -> certificate::Facts {
    certificate::Facts {
        calendar: Arc::new(Calendar::builtin().clone()),
        config: config(),
        certificate: CaseId(certificate.into()),
        applications: BTreeMap::new(),
        standing: Standing::Filed,
        numbers: Arc::default(),
        roster: BTreeSet::from(["auditor".into()]),
        practises_elsewhere: None,
    }
}

async fn app_at(
    u: &Under,
    id: &str,
    name: &str,
    command: certification::Command,
    at: Timestamp,
) -> Result<Acted<Application>, ActError> {
    let submits = matches!(command, certification::Command::Submit { .. });
    let request =
        Request { case_id: id.into(), command, actor: who(name), session: "s".into(), expected: None, idem: None, now: at };
    u.store
        .act::<Application, _>(request, move |tx, _| {
            Box::pin(async move { Ok(app_facts(if submits { tx.next_number("application", 2026).await? } else { 0 })) })
        })
        .await
}

async fn app(u: &Under, id: &str, name: &str, command: certification::Command) -> Acted<Application> {
    app_at(u, id, name, command, now()).await.unwrap()
}

async fn cert(u: &Under, id: &str, actor: Actor, command: certificate::Command, at: Timestamp) -> Acted<Certificate> {
    let actor = Actor { second_factor_at: Some(at), ..actor };
    let request = Request { case_id: id.into(), command, actor, session: "s".into(), expected: None, idem: None, now: at };
    let case = id.to_owned();
    u.store
        .act::<Certificate, _>(request, move |_, _| {
            let facts = cert_facts(&case);
            Box::pin(async move { Ok(facts) })
        })
        .await
        .unwrap()
}

async fn entrusted(u: &Under) -> String {
    use certification::Command as C;
    let id = new_id();
    app(u, &id, "rep", C::Open { processor: Box::new(processor()), purpose: Purpose::New }).await;
    app(u, &id, "rep", C::RecordMandate { mandate: Box::new(mandate()) }).await;
    app(u, &id, "rep", C::ChooseBody { body: "body".into() }).await;
    app(u, &id, "rep", C::SaveForm { form: Box::new(form()), seen: 0 }).await;
    app(u, &id, "rep", C::Submit { pledge: true }).await;
    for person in ["manager", "verifier", "auditor", "evaluator", "certifier", "head"] {
        app(u, &id, person, C::DeclareInterest { has: false, words: String::new() }).await;
    }
    id
}

async fn decided(u: &Under) -> String {
    use certification::Command as C;
    let id = entrusted(u).await;
    let basis = app(u, &id, "manager", C::Accept).await.state.basis;
    let planned = app(u, &id, "manager", C::MakePlan { plan: Box::new(plan(&basis)) }).await.state;
    app(u, &id, "lab", C::DeclareInterest { has: false, words: String::new() }).await;
    app(u, &id, "lab", C::SignVerification { report: doc("技术验证报告"), conforming: true }).await;
    app(u, &id, "verifier", C::CheckVerification { take: true, reason: String::new() }).await;
    app(u, &id, "auditor", C::BeginAudit { on: cst_date(now()) }).await;
    for clause in planned.plan.unwrap().clauses() {
        let finding = C::AuditClause { clause, grade: Grade::Conforming, statement: text(), evidence: vec![doc("照片")] };
        app(u, &id, "auditor", finding).await;
    }
    app(u, &id, "auditor", C::SignAudit { report: doc("现场审核报告") }).await;
    app(u, &id, "evaluator", C::Evaluate { recommends: Outcome::Certify, summary: text() }).await;
    app(u, &id, "certifier", C::Sign { outcome: Outcome::Certify, reasons: text() }).await;
    app(u, &id, "head", C::Countersign).await;
    id
}

fn issuing(application: &str, certificate: &str) -> Issuing {
    Issuing {
        application: application.into(),
        expected: None,
        certificate: certificate.into(),
        number: "QH-PIP-2026-0001".into(),
        mark: Mark { cross_border: true, body: "QH".into() },
        valid_until: None,
        actor: who("manager"),
        session: "s".into(),
        idem: Some(Idem::new(format!("issue-{application}"), &[application.as_bytes()])),
        now: now(),
    }
}

async fn issue(u: &Under, i: Issuing) -> Result<Acted<Certificate>, ActError> {
    u.store
        .issue_certificate(i, |tx, a| {
            let body = a.body().map(ToString::to_string).unwrap_or_default();
            Box::pin(async move {
                let number = "QH-PIP-2026-0001".to_owned();
                let used = tx.reader().await?.certificate_number_used(&body, &number).await?;
                let mut certificate = cert_facts("");
                if used {
                    certificate.numbers = Arc::new([number].into());
                }
                Ok(IssueFacts { application: app_facts(0), certificate })
            })
        })
        .await
}

async fn walk(u: &Under) -> Report {
    Verifier::new().with::<Application>().with::<Certificate>().run(&u.store).await.unwrap()
}

async fn attack(u: &Under, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if u.pg.is_some() {
        let mut c = sqlx::PgConnection::connect(&u.url).await.unwrap();
        c.execute("SET session_replication_role = replica").await.unwrap();
        c.execute(sqlx::raw_sql(sql)).await.unwrap();
    } else {
        let mut c = sqlx::SqliteConnection::connect(&u.url).await.unwrap();
        c.execute("DROP TRIGGER IF EXISTS certificate_change_no_update").await.unwrap();
        c.execute(sqlx::raw_sql(sql)).await.unwrap();
    }
}

on_both!(an_application_is_told_to_those_whom_it_concerns, |u| {
    let id = entrusted(&u).await;
    let mut r = u.store.reader().await.unwrap();
    let row = r.application(&id).await.unwrap().unwrap();
    assert_eq!((row.phase.as_str(), row.number.as_str(), row.stage.as_str()), ("entrusted", "认委〔2026〕001号", "acceptance"));
    // Monday 2 March, three working days of the body.
    assert_eq!((row.began.as_str(), row.due_from.as_str(), row.due_to.as_str()), ("2026-03-02", "2026-03-05", "2026-03-05"));
    for org in ["agent", "gmbh"] {
        assert_eq!(r.applications_of(org).await.unwrap(), std::slice::from_ref(&row), "{org}");
    }
    let all = ApplicationFilter::default();
    assert_eq!(r.applications_for_body("body", &all, 10, 0).await.unwrap(), std::slice::from_ref(&row));
    assert_eq!(r.applications_for_body("rival", &all, 10, 0).await.unwrap(), []);
    assert_eq!(r.applications_for_body("body", &ApplicationFilter { done: true, ..all }, 10, 0).await.unwrap(), []);
    assert_eq!(r.application_phases("body").await.unwrap(), [("entrusted".to_owned(), 1)]);
    assert_eq!(r.application_of_number("认委〔2026〕001号").await.unwrap().unwrap().case_id, id);
    let clock = r.clocks(&id).await.unwrap().remove(0);
    assert_eq!((clock.name.as_str(), clock.status.as_str(), clock.is_house()), ("STAGE_LIMITS", "running", true));
    drop(r);
    assert!(u.store.case_for::<Application>(&who("manager"), &id).await.is_ok());
    assert!(matches!(u.store.case_for::<Application>(&who("stranger"), &id).await, Err(Error::NotFound("case"))));

    // The draft of another is told to nobody but its applicant.
    let draft = new_id();
    let open = certification::Command::Open { processor: Box::new(processor()), purpose: Purpose::New };
    app(&u, &draft, "rep", open).await;
    app(&u, &draft, "rep", certification::Command::RecordMandate { mandate: Box::new(mandate()) }).await;
    app(&u, &draft, "rep", certification::Command::ChooseBody { body: "body".into() }).await;
    let row = u.store.reader().await.unwrap().application(&draft).await.unwrap().unwrap();
    assert_eq!((row.chosen.as_str(), row.body.as_str(), row.number.as_str()), ("body", "", ""));
    assert!(u.store.case_for::<Application>(&who("manager"), &draft).await.is_err());
});

on_both!(a_clock_that_stands_does_not_run, |u| {
    let id = entrusted(&u).await;
    let stop = certification::Command::StopClock { reason: certification::PauseReason::WaitsForApplicant, note: text() };
    app(&u, &id, "manager", stop).await;
    let mut r = u.store.reader().await.unwrap();
    assert_eq!(r.application(&id).await.unwrap().unwrap().stands, "waits_for_applicant");
    assert_eq!(r.clocks(&id).await.unwrap()[0].status, "stopped");
    drop(r);
    let later = now() + (48 * 3).hours();
    app_at(&u, &id, "manager", certification::Command::ResumeClock, later).await.unwrap();
    let mut r = u.store.reader().await.unwrap();
    let row = r.application(&id).await.unwrap().unwrap();
    // It stood from Monday to the Sunday after: four working days more than the three.
    assert_eq!((row.stands.as_str(), row.due_from.as_str()), ("", "2026-03-11"));
    assert_eq!(r.clocks(&id).await.unwrap()[0].status, "running");
    drop(r);
    assert!(walk(&u).await.is_clean());
});

on_both!(issue_and_its_report_are_one_act, |u| {
    let id = decided(&u).await;
    let certificate = new_id();
    let issued = issue(&u, issuing(&id, &certificate)).await.unwrap();
    assert_eq!((issued.version, issued.replayed), (2, false));
    let again = issue(&u, issuing(&id, &certificate)).await.unwrap();
    assert!(again.replayed && again.version == 2, "one request has one effect");

    let mut r = u.store.reader().await.unwrap();
    let a = r.application(&id).await.unwrap().unwrap();
    assert_eq!((a.phase.as_str(), a.certificate.as_str(), a.ended.as_str()), ("certified", certificate.as_str(), "2026-03-02"));
    let c = r.certificates_of_number("QH-PIP-2026-0001").await.unwrap().remove(0);
    assert_eq!((c.status.as_str(), c.valid_until.as_str(), c.reports_owed), ("valid", "2029-03-01", 1));
    assert_eq!(c.status_on(date(2029, 3, 1)), "valid");
    assert_eq!(c.status_on(date(2029, 3, 2)), "expired", "by time, recorded or not");
    let report = r.reports_next(10).await.unwrap().remove(0);
    assert_eq!((report.seq, report.kind.as_str(), report.state.as_str()), (1, "issued", "owed"));
    assert_eq!((report.due_from.as_str(), report.due_to.as_str()), ("2026-03-09", "2026-03-09"));
    let clocks = r.clocks(&certificate).await.unwrap();
    let clock = |name: &str| clocks.iter().find(|c| c.name == name).unwrap();
    assert_eq!((clock("CERT_REPORT:1").status.as_str(), clock("CERT_REPORT:1").article.as_str()), ("running", "M 9(1)"));
    assert!(!clock("CERT_REPORT:1").is_house() && !clock("CERT_VALID").is_house() && clock("SURV:1").is_house());
    assert_eq!(clock("CERT_VALID").due_to, "2029-03-01");
    for org in ["agent", "gmbh"] {
        assert_eq!(r.certificates_of(org).await.unwrap().len(), 1, "{org}");
    }
    assert_eq!(r.certificates_of_body("body", "GmbH", 10, 0).await.unwrap().len(), 1);
    drop(r);

    // A second application cannot take the number, and then neither of the two cases has moved.
    let other = decided(&u).await;
    let refused = issue(&u, issuing(&other, &new_id())).await;
    assert!(matches!(refused, Err(ActError::Refused(_))));
    assert_eq!(u.store.reader().await.unwrap().application(&other).await.unwrap().unwrap().phase, "decided");

    let r = walk(&u).await;
    assert!(r.is_clean(), "{:#?}", r.faults);
    assert_eq!(r.cases, 3);
});

on_both!(every_change_is_kept_reported_and_checked, |u| {
    let id = decided(&u).await;
    let certificate = new_id();
    issue(&u, issuing(&id, &certificate)).await.unwrap();
    let at = |days: i64| now() + (days * 24).hours();
    let suspend = Propose {
        measure: Measure::Suspend,
        origin: Ground::Body,
        suggestion: None,
        application: None,
        ground: "实际出境超出认证范围".into(),
        evidence: vec![doc("证据")],
        publication: "示例公告".into(),
        urgent: Some("正在持续出境".into()),
    };
    cert(&u, &certificate, who("manager"), certificate::Command::Propose(Box::new(suspend)), at(1)).await;
    let take = certificate::Command::TakeMeasure { effective_on: date(2026, 3, 5) };
    cert(&u, &certificate, who("head"), take, at(2)).await;
    let mut r = u.store.reader().await.unwrap();
    let c = r.certificate(&certificate).await.unwrap().unwrap();
    assert_eq!((c.status.as_str(), c.status_from.as_str(), c.publication.as_str()), ("suspended", "2026-03-05", "示例公告"));
    assert_eq!((c.status_on(date(2026, 3, 4)), c.status_on(date(2026, 3, 5))), ("valid", "suspended"));
    let changes = r.certificate_changes(&certificate).await.unwrap();
    assert_eq!(changes.iter().map(|c| c.kind.as_str()).collect::<Vec<_>>(), ["issued", "suspended"]);
    assert_eq!(changes[1].actor_org, "body");
    assert_eq!(r.certificate_changes_since((changes[0].at, &certificate, 1), 10).await.unwrap(), changes[1..]);
    let next = r.reports_next(10).await.unwrap();
    assert_eq!(next.iter().map(|r| r.seq).collect::<Vec<_>>(), [1], "the first that is owed, and no other before it");
    assert_eq!(r.reports_owed_by("body").await.unwrap().len(), 2);
    drop(r);
    for seq in [1, 2] {
        let receipt = certificate::Command::RegisterReceipt { seq, receipt: format!("R-{seq}") };
        cert(&u, &certificate, Actor::system("outbox"), receipt, at(3)).await;
    }
    let mut r = u.store.reader().await.unwrap();
    assert_eq!(r.reports_next(10).await.unwrap(), []);
    let clocks = r.clocks(&certificate).await.unwrap();
    assert_eq!(clocks.iter().find(|c| c.name == "STATUS_REPORT:2").unwrap().status, "met");
    assert_eq!(r.certificates_past(date(2029, 3, 1), 10).await.unwrap(), []);
    assert_eq!(r.certificates_past(date(2029, 3, 2), 10).await.unwrap().len(), 1);
    drop(r);
    assert!(walk(&u).await.is_clean());

    for (table, column, place) in [
        ("application", "processor", format!("case_id = '{id}'")),
        ("application", "due_to", format!("case_id = '{id}'")),
        ("certificate", "number", format!("case_id = '{certificate}'")),
        ("certificate", "status", format!("case_id = '{certificate}'")),
        ("certificate", "valid_until", format!("case_id = '{certificate}'")),
        ("certificate_change", "publication", format!("certificate = '{certificate}' AND seq = 2")),
        ("certificate_report", "receipt", format!("certificate = '{certificate}' AND seq = 1")),
        ("clock", "due_to", format!("case_id = '{certificate}' AND name = 'CERT_VALID'")),
    ] {
        attack(&u, &format!("UPDATE {table} SET {column} = {column} || 'x' WHERE {place}")).await;
        let r = walk(&u).await;
        assert!(r.faults.iter().any(|f| f.table == table && f.column == column), "{table}.{column}: {:#?}", r.faults);
        attack(&u, &format!("UPDATE {table} SET {column} = substr({column}, 1, length({column}) - 1) WHERE {place}")).await;
    }
    attack(&u, &format!("DELETE FROM certificate_report WHERE certificate = '{certificate}' AND seq = 2")).await;
    let r = walk(&u).await;
    assert!(r.faults.iter().any(|f| f.table == "certificate_report" && f.what == "is missing"), "{:#?}", r.faults);
});

on_both!(a_violation_before_a_certificate_is_listed_and_acknowledged, |u| {
    let id = entrusted(&u).await;
    let report = certification::Command::ReportViolation { summary: text(), evidence: vec![doc("证据")] };
    app(&u, &id, "manager", report).await;
    let row = u.store.reader().await.unwrap().violations(10).await.unwrap().remove(0);
    assert_eq!((row.case_id.as_str(), row.kind.as_str(), row.number.as_str()), (id.as_str(), "application", "认委〔2026〕001号"));
    assert_eq!((row.body.as_str(), row.holder, row.acknowledged_at), ("body", processor().name, 0));
    let ack = certification::Command::AcknowledgeViolation { id: 1, note: text() };
    assert!(app_at(&u, &id, "manager", ack.clone(), now()).await.is_err(), "not its own");
    app(&u, &id, "cac", ack).await;
    let row = u.store.reader().await.unwrap().violations(10).await.unwrap().remove(0);
    assert_eq!((row.acknowledger.as_str(), row.acknowledged_at), ("cac", now().as_microsecond()));
    assert!(walk(&u).await.is_clean());
    attack(&u, "UPDATE violation SET acknowledger = 'x'").await;
    let r = walk(&u).await;
    assert!(r.faults.iter().any(|f| f.table == "violation" && f.column == "acknowledger"), "{:#?}", r.faults);
});

on_both!(mandates_that_end_before_their_certificates_are_found, |u| {
    let (id, certificate) = (decided(&u).await, new_id());
    issue(&u, issuing(&id, &certificate)).await.unwrap();
    let today = cst_date(now());
    let ending = async |by| u.store.reader().await.unwrap().mandates_ending(by, today, 10).await.unwrap();
    assert_eq!(ending(date(2030, 1, 1)).await, [], "it outlives the certificate");
    let shorter = Mandate { until: date(2026, 6, 30), ..mandate() };
    cert(&u, &certificate, who("rep"), certificate::Command::RecordMandate { mandate: Box::new(shorter) }, now()).await;
    assert_eq!(ending(date(2026, 6, 29)).await, []);
    let found = ending(date(2026, 6, 30)).await;
    assert_eq!((found.len(), found[0].mandate_until.as_str(), found[0].representative.as_str()), (1, "2026-06-30", "agent"));
    assert_eq!(u.store.reader().await.unwrap().certificate_numbers("body").await.unwrap().len(), 1);
    assert!(walk(&u).await.is_clean());
});

on_both!(nobody_rewrites_the_history_of_a_certificate, |u| {
    let id = decided(&u).await;
    issue(&u, issuing(&id, &new_id())).await.unwrap();
    for sql in ["UPDATE certificate_change SET ground = ''", "DELETE FROM certificate_change"] {
        let r = if u.pg.is_some() {
            sqlx::PgConnection::connect(&u.url).await.unwrap().execute(sql).await.map(drop)
        } else {
            sqlx::SqliteConnection::connect(&u.url).await.unwrap().execute(sql).await.map(drop)
        };
        assert!(r.unwrap_err().to_string().contains("append-only"), "{sql}");
    }
});
