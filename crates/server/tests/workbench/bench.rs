//! A small world for the workbench: a filed body with its people, a verification body, an applicant
//! and one application that the body has received.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use guosuo::auth::password;
use guosuo::certification::{acts, roster};
use guosuo::demo::{PASSWORD, Player, SECRET, Stage};
use guosuo::testing::{Answer, Client, TestApp};
use guosuo_case::certificate::{self, Certificate};
use guosuo_case::certification::{
    Application, Command, DocRef, Eligibility, Form, Impact, ImpactItem, Kind, LedgerGiven, LegalBasis, Mandate, MandateAct,
    MandateKind, Party, People, Profile, Purpose, Recipient, Scope,
};
use guosuo_case::{Actor, OrgKind, Role};
use guosuo_rules::path;
use guosuo_rules::splitting::LedgerFlow;
use guosuo_rules::yearly::Way;
use guosuo_store::accounts::{AccountStatus, Contact, CredentialKind, NewAccount, OrgDetails, OrgStatus};
use guosuo_store::{Error as StoreError, Origin, Request, new_id};
use jiff::civil::Date;
use tokio::sync::Mutex;

/// A document that is taken.
pub(crate) const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

const BODY: &str = "donghu";

/// Sign-in name, organisation, name, roles, person of the filed roster.
type Person = (&'static str, &'static str, &'static str, &'static [Role], &'static str);

const PEOPLE: [Person; 17] = [
    ("manager", BODY, "示例钱管理", &[Role::CaseManager], ""),
    ("verifier", BODY, "示例周复核", &[Role::Verifier], ""),
    ("auditor", BODY, "示例甲", &[Role::Auditor, Role::Certifier], "p1"),
    ("auditor2", BODY, "示例乙", &[Role::Auditor], "p2"),
    ("temp", BODY, "示例临时", &[Role::Auditor], ""),
    ("evaluator", BODY, "示例吴评价", &[Role::Evaluator], ""),
    ("certifier", BODY, "示例郑决定", &[Role::Certifier], ""),
    ("certifier2", BODY, "示例郑决定二", &[Role::Certifier], ""),
    ("head", BODY, "示例王负责", &[Role::BodyHead], ""),
    ("lab", "testlab", "示例冯验证", &[Role::VerificationStaff], ""),
    ("applicant", "testco", "示例陈申请", &[Role::Applicant], ""),
    ("rep", "testrep", "Example Alex", &[Role::Representative], ""),
    ("rep2", "testrep2", "Example Blair", &[Role::Representative], ""),
    ("foreign", "testgmbh", "Example Chris", &[Role::Applicant], ""),
    ("stranger", "xishan", "示例外人", &[Role::CaseManager], ""),
    ("cac", "cac", "示例监督", &[Role::CacSupervisor], ""),
    ("samr", "samr", "示例市监", &[Role::SamrSupervisor], ""),
];

pub(crate) struct Bench {
    pub(crate) app: TestApp,
    pub(crate) case: String,
    clients: Mutex<BTreeMap<&'static str, Client>>,
    /// The database on PostgreSQL: it goes with this value.
    database: Option<guosuo_testkit::pg::Database>,
}

/// The demonstration has people of its own, one of whom is called auditor.
fn login_of(who: &str) -> String {
    format!("t-{who}")
}

/// Somebody of the applicant, for acts without a browser.
pub(crate) fn applicant() -> Actor {
    Actor {
        user: "u".into(),
        name: "示例".into(),
        org: "testco".into(),
        org_kind: OrgKind::Processor,
        roles: [Role::Applicant].into(),
        second_factor_at: None,
    }
}

fn doc(title: &str) -> DocRef {
    DocRef { title: title.into(), version: "1.0".into(), sha256: "0a".repeat(32), sm3: "0b".repeat(32) }
}

/// The form with the ledger of another processor: a representative gives what that one exports.
fn of_the_processor(mut form: Form, processor: &str) -> Form {
    for flow in form.ledger.iter_mut().flat_map(|l| &mut l.flows) {
        processor.clone_into(&mut flow.exporter);
    }
    form
}

/// What the applicant gives of its ledger: the export that it applies for, as far as it has left.
fn given(today: Date) -> LedgerFlow {
    LedgerFlow {
        name: "示例订单".into(),
        exporter: "示例出海有限公司（虚构）".into(),
        recipient: "Example GmbH".into(),
        purpose: "订单履行".into(),
        way: Way::Contract,
        from: today.first_of_year(),
        until: today,
        non_sensitive: 280_000,
        sensitive: 4_800,
    }
}

pub(crate) fn form(today: Date) -> Form {
    let flow = path::Flow { non_sensitive: 200_000, sensitive: 3_000, ..path::Flow::default() };
    Form {
        relation: String::new(),
        group: String::new(),
        affiliates: Vec::new(),
        ledger: Some(LedgerGiven { year: today.year(), on: today, flows: vec![given(today)] }),
        scope: Scope {
            purposes: vec!["订单履行".into()],
            kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "护照号".into(), sensitive: true }],
            people: People { non_sensitive: 300_000, sensitive: 5_000 },
            recipients: vec![Recipient {
                name: "Example GmbH".into(),
                country: "DE".into(),
                contact: "dpo@example.invalid".into(),
            }],
            onward: vec![],
            systems: vec!["CRM".into()],
            retention_months: 24,
        },
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

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::beginning(guosuo::testing::BEGIN).await
    }

    /// The same world at another moment.
    pub(crate) async fn beginning(at: &str) -> Self {
        let bench = Self::on(TestApp::new().await, at).await;
        bench.entrust().await;
        bench
    }

    /// The same world on PostgreSQL; nothing where there is none.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let database = tokio::task::spawn_blocking(|| guosuo_testkit::pg::cluster().map(|c| c.empty())).await.unwrap()?;
        let app = TestApp::with(|c| c.database = database.url()).await;
        let mut bench = Self::on(app, guosuo::testing::BEGIN).await;
        bench.database = Some(database);
        bench.entrust().await;
        Some(bench)
    }

    /// A processor abroad, whose representative acts under a mandate until a day.
    pub(crate) async fn abroad(until: &str) -> Self {
        let bench = Self::on(TestApp::new().await, guosuo::testing::BEGIN).await;
        let processor = Party {
            org: Some("testgmbh".into()),
            name: "Example Handels GmbH (fictitious)".into(),
            address: "1 Example Street, Berlin".into(),
            country: "DE".into(),
            code: "HRB 000000".into(),
        };
        let mandate = Mandate {
            holder: "testrep".into(),
            kind: MandateKind::DesignatedRepresentative,
            document: doc("Power of attorney"),
            acts: MandateAct::ALL.into(),
            from: "2026-01-01".parse().unwrap(),
            until: until.parse().unwrap(),
            reported_to: "示例市网信办".into(),
        };
        let today = guosuo_rules::time::cst_date(bench.app.app.now());
        let filled = of_the_processor(form(today), &processor.name);
        for command in [
            Command::Open { processor: Box::new(processor), purpose: Purpose::New },
            Command::RecordMandate { mandate: Box::new(mandate) },
            Command::ChooseBody { body: BODY.into() },
            Command::SaveForm { form: Box::new(filled), seen: 0 },
            Command::Submit { pledge: true },
        ] {
            bench.command("rep", command).await;
        }
        bench
    }

    async fn on(app: TestApp, at: &str) -> Self {
        app.set_time(at);
        let mut player = Player::new(&app.app).await.unwrap();
        player.play(BODY, "chenmin", 30, Stage::Decided(None)).await.unwrap();
        people(&app).await;
        Self { app, case: new_id(), clients: Mutex::new(BTreeMap::new()), database: None }
    }

    /// A certificate as it stands.
    pub(crate) async fn certificate(&self, id: &str) -> Certificate {
        self.app.app.store.reader().await.unwrap().case::<Certificate>(id).await.unwrap().state.unwrap()
    }

    /// Everybody signs in anew: after the clock has moved far, sessions have ended.
    pub(crate) async fn again(&self) {
        self.clients.lock().await.clear();
    }

    /// The applicant's part, by the same commands as the pages of the applicant use.
    async fn entrust(&self) {
        let processor = Party {
            org: Some("testco".into()),
            name: "示例出海有限公司（虚构）".into(),
            address: "示例市示例路1号".into(),
            country: "CN".into(),
            code: guosuo::demo::credit_code("91110108MA0X00099"),
        };
        let today = guosuo_rules::time::cst_date(self.app.app.now());
        for command in [
            Command::Open { processor: Box::new(processor), purpose: Purpose::New },
            Command::ChooseBody { body: BODY.into() },
            Command::SaveForm { form: Box::new(form(today)), seen: 0 },
            Command::Submit { pledge: true },
        ] {
            self.command("applicant", command).await;
        }
    }

    /// A command of somebody, without a browser.
    pub(crate) async fn command(&self, login: &str, command: Command) -> Application {
        let mut reader = self.app.app.store.reader().await.unwrap();
        let a = reader.account_by_login(&login_of(login)).await.unwrap().unwrap();
        let kind = reader.organisation(&a.org).await.unwrap().unwrap().kind;
        drop(reader);
        let now = self.app.app.now();
        let actor = Actor {
            user: a.id.into(),
            name: a.name,
            org: a.org.into(),
            org_kind: kind,
            roles: a.roles,
            second_factor_at: Some(now),
        };
        let request =
            Request { case_id: self.case.clone(), command, actor, session: String::new(), expected: None, idem: None, now };
        acts::put(&self.app.app, request).await.unwrap().state
    }

    pub(crate) async fn actor(&self, login: &str) -> Actor {
        let mut reader = self.app.app.store.reader().await.unwrap();
        let a = reader.account_by_login(&login_of(login)).await.unwrap().unwrap();
        let org_kind = reader.organisation(&a.org).await.unwrap().unwrap().kind;
        Actor {
            user: a.id.into(),
            name: a.name,
            org: a.org.into(),
            org_kind,
            roles: a.roles,
            second_factor_at: Some(self.app.app.now()),
        }
    }

    /// The address of the case for the body.
    pub(crate) fn at(&self) -> String {
        format!("/body/applications/{}", self.case)
    }

    pub(crate) async fn client(&self, who: &'static str) -> Client {
        let mut clients = self.clients.lock().await;
        if !clients.contains_key(who) {
            clients.insert(who, self.app.sign_in(&login_of(who)).await);
        }
        clients[who].clone()
    }

    pub(crate) async fn get(&self, who: &'static str, path: &str) -> Answer {
        self.client(who).await.get(path).await
    }

    pub(crate) async fn post(&self, who: &'static str, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.client(who).await.post(path, fields).await
    }

    /// A form with one document.
    pub(crate) async fn upload(&self, who: &'static str, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Answer {
        let files = [(file.0, "示例文件.pdf", "application/pdf", file.1)];
        self.client(who).await.upload(path, fields, &files).await
    }

    /// An act on the page of the act, with a document in a field where one is named; it succeeds.
    pub(crate) async fn acts(&self, who: &'static str, path: &str, fields: &[(&str, &str)], file: Option<&str>) {
        let answer = match file {
            Some(field) => self.upload(who, path, fields, (field, PDF)).await,
            None => self.post(who, path, fields).await,
        };
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{who} {path}: {}", answer.text);
    }

    /// An act on the case by somebody of the body; it succeeds.
    pub(crate) async fn does(&self, who: &'static str, act: &str, fields: &[(&str, &str)]) {
        self.acts(who, &format!("{}/acts/{act}", self.at()), fields, None).await;
    }

    /// Declares that there is no interest.
    pub(crate) async fn declare(&self, people: &[&'static str]) {
        for who in people {
            self.does(who, "declare-interest", &[("has", "no")]).await;
        }
    }

    /// Accepted, planned and verified.
    pub(crate) async fn until_verified(&self) {
        self.declare(&["manager", "verifier", "auditor", "evaluator", "certifier", "head"]).await;
        self.does("manager", "accept", &[]).await;
        let auditor =
            self.app.app.store.reader().await.unwrap().account_by_login(&login_of("auditor")).await.unwrap().unwrap().id;
        let plan = [
            ("kinds", "姓名\n护照号"),
            ("non_sensitive", "300000"),
            ("sensitive", "5000"),
            ("processing", "示例处理活动"),
            ("verification_body", "testlab"),
            ("team", auditor.as_str()),
            ("man_days", "6"),
            ("lists", "GB/T 35273"),
            ("lists", "GB/T 46068"),
        ];
        let answer = self.post("manager", &format!("{}/plan", self.at()), &plan).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let lab = format!("/verification/applications/{}", self.case);
        self.acts("lab", &format!("{lab}/acts/declare-interest"), &[("has", "no")], None).await;
        self.acts("lab", &format!("{lab}/acts/sign-verification"), &[("conforming", "yes")], Some("report")).await;
        self.does("verifier", "check-verification", &[("take", "yes")]).await;
    }

    /// The audit on site; with `wanting`, one minor nonconformity on the first clause.
    pub(crate) async fn audit(&self, wanting: bool) {
        self.does("auditor", "begin-audit", &[("on", "2026-03-12")]).await;
        let state = self.app.app.store.reader().await.unwrap().case::<Application>(&self.case).await.unwrap().state.unwrap();
        for (i, clause) in state.plan.unwrap().clauses().enumerate() {
            let grade = if wanting && i == 0 { "minor" } else { "conforming" };
            let fields = [("clause", clause.as_str()), ("grade", grade), ("statement", "示例情况")];
            let file = (i == 0).then_some("evidence");
            self.acts("auditor", &format!("{}/audit", self.at()), &fields, file).await;
        }
        self.acts("auditor", &format!("{}/acts/sign-audit", self.at()), &[], Some("report")).await;
    }

    /// Evaluated and signed by two people: a certificate follows.
    pub(crate) async fn decide(&self) {
        self.does("evaluator", "evaluate", &[("recommends", "certify"), ("summary", "示例评价")]).await;
        self.does("certifier", "sign", &[("outcome", "certify"), ("reasons", "示例理由")]).await;
        self.does("head", "countersign", &[("checked", "yes")]).await;
    }

    /// The form of the issue as a browser sends it.
    pub(crate) async fn issue_form(&self, number: &str) -> Vec<(&'static str, String)> {
        let page = self.get("manager", &format!("{}/issue", self.at())).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains("2029年3月11日"), "the day before the third anniversary: {}", page.text);
        vec![
            ("number", number.to_owned()),
            ("mark", "SLDH".to_owned()),
            ("valid_until", "2029-03-11".to_owned()),
            ("checked", "yes".to_owned()),
            ("version", page.hidden("version")),
            ("certificate", page.hidden("certificate")),
            ("idem", page.hidden("idem")),
        ]
    }

    /// A valid certificate; answers its case.
    pub(crate) async fn certified(&self) -> String {
        self.until_audited(false).await;
        self.decide().await;
        let form = self.issue_form("SL-PIP-2026-0002").await;
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let answer = self.post("manager", &format!("{}/issue", self.at()), &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.location().rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The holder waives the hearing on the measure that waits.
    pub(crate) async fn hear(&self, certificate: &str) {
        let actor = self.actor("applicant").await;
        let request = Request::<Certificate> {
            case_id: certificate.to_owned(),
            command: certificate::Command::BeHeard { statement: None },
            actor,
            session: String::new(),
            expected: None,
            idem: None,
            now: self.app.app.now(),
        };
        acts::put_certificate(&self.app.app, request).await.unwrap();
    }

    /// Verified and audited.
    pub(crate) async fn until_audited(&self, wanting: bool) {
        self.until_verified().await;
        self.audit(wanting).await;
    }
}

async fn people(app: &TestApp) {
    let hash = password::hash(PASSWORD.to_owned()).await.unwrap();
    let now = app.app.now();
    app.app
        .store
        .write_with(hash, move |tx, hash| {
            Box::pin(async move {
                let details = OrgDetails { address: "示例市示例路1号".into(), ..OrgDetails::default() };
                let active = OrgStatus::Active;
                let code = guosuo::demo::credit_code("91110108MA0X00099");
                tx.add_organisation("testco", OrgKind::Processor, "示例出海有限公司（虚构）", Some(&code), active, &details, now)
                    .await?;
                for (id, first) in [("testrep", "91110105MA0X00088"), ("testrep2", "91110105MA0X00096")] {
                    let details = OrgDetails { capacity: "representative".into(), ..OrgDetails::default() };
                    let (name, code) = (format!("示例代表{id}（虚构）"), guosuo::demo::credit_code(first));
                    tx.add_organisation(id, OrgKind::Processor, &name, Some(&code), active, &details, now).await?;
                }
                let gmbh = "Example Handels GmbH (fictitious)";
                tx.add_organisation("testgmbh", OrgKind::Processor, gmbh, None, active, &details, now).await?;
                let lab = OrgKind::VerificationBody;
                tx.add_organisation("testlab", lab, "示例观澜测评实验室（虚构）", None, active, &details, now).await?;
                for (login, org, name, roles, person) in PEOPLE {
                    let account = NewAccount {
                        id: new_id(),
                        org: org.into(),
                        login: login_of(login),
                        name: name.into(),
                        contact: Contact { phone: "010-00000000".into(), mail: format!("{login}@example.invalid") },
                        lang: "zh".into(),
                        status: AccountStatus::Active,
                        roles: roles.iter().copied().collect(),
                    };
                    tx.add_account(&account, "system:test", now).await?;
                    tx.put_credential(&account.id, CredentialKind::Password, hash.as_bytes(), now).await?;
                    let signs = roles.iter().any(|r| matches!(r, Role::Certifier | Role::BodyHead));
                    if signs || roles.iter().any(|r| r.needs_second_factor()) {
                        tx.put_credential(&account.id, CredentialKind::Totp, SECRET, now).await?;
                    }
                    if !person.is_empty() {
                        let origin = Origin { actor: account.id.clone(), org: org.into(), session: String::new() };
                        roster::link(tx, org, &account.id, Some(person), &origin, now).await?;
                    }
                }
                Ok::<(), StoreError>(())
            })
        })
        .await
        .unwrap();
}
