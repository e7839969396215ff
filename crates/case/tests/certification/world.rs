//! A small world for the stories: people of every side, one application and its certificate,
//! both remembering their events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guosuo_case::actor::{CaseId, OrgKind, Role};
use guosuo_case::certificate::{self, Certificate};
use guosuo_case::certification::{
    self, Application, Checklist, Config, DocRef, Eligibility, Form, Grade, Impact, ImpactItem, Kind, LegalBasis, Mandate,
    MandateAct, MandateKind, Outcome, Party, People, Plan, Profile, Purpose, Recipient, Scope, Standing,
};
use guosuo_case::{Actor, Life, Recorded, Refusal};
use guosuo_rules::basis::Edition;
use guosuo_rules::calendar::Calendar;
use guosuo_rules::path;
use guosuo_rules::time::{cst_date, start_of_day};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};

pub(crate) fn actor(user: &str, org: &str, kind: OrgKind, role: Role) -> Actor {
    Actor {
        user: user.into(),
        name: format!("示例{user}"),
        org: org.into(),
        org_kind: kind,
        roles: [role].into(),
        second_factor_at: None,
    }
}

/// The people of the world, by a short name.
pub(crate) fn who(name: &str) -> Actor {
    let body = |role| actor(name, "body", OrgKind::Body, role);
    match name {
        "applicant" => actor(name, "co", OrgKind::Processor, Role::Applicant),
        "rep" => actor(name, "agent", OrgKind::Processor, Role::Representative),
        "foreign" => actor(name, "gmbh", OrgKind::Processor, Role::Applicant),
        "manager" => body(Role::CaseManager),
        "verifier" => body(Role::Verifier),
        "auditor" | "auditor2" => body(Role::Auditor),
        "evaluator" => body(Role::Evaluator),
        "certifier" => body(Role::Certifier),
        "head" => body(Role::BodyHead),
        "lab" => actor(name, "lab", OrgKind::VerificationBody, Role::VerificationStaff),
        "cac" => actor(name, "cac", OrgKind::Cac, Role::CacSupervisor),
        "samr" => actor(name, "samr", OrgKind::Samr, Role::SamrSupervisor),
        "stranger" => actor(name, "rival", OrgKind::Body, Role::CaseManager),
        "outsider" => actor(name, "other", OrgKind::Processor, Role::Applicant),
        other => unreachable!("nobody is called {other}"),
    }
}

pub(crate) const PEOPLE: [&str; 15] = [
    "applicant",
    "rep",
    "foreign",
    "manager",
    "verifier",
    "auditor",
    "auditor2",
    "evaluator",
    "certifier",
    "head",
    "lab",
    "cac",
    "samr",
    "stranger",
    "outsider",
];

pub(crate) fn text() -> String {
    "示例理由".into()
}

pub(crate) fn doc(title: &str) -> DocRef {
    DocRef { title: title.into(), version: "1.0".into(), sha256: "0a".repeat(32), sm3: "0b".repeat(32) }
}

pub(crate) fn domestic() -> Party {
    Party {
        org: Some("co".into()),
        name: "示例出海有限公司（虚构）".into(),
        address: "示例市示例路1号".into(),
        country: "CN".into(),
        code: "91110108MA0000000A".into(),
    }
}

pub(crate) fn overseas() -> Party {
    Party {
        org: Some("gmbh".into()),
        name: "Example Handels GmbH (fictitious)".into(),
        address: "1 Example Street, Berlin".into(),
        country: "DE".into(),
        code: "HRB 000000".into(),
    }
}

pub(crate) fn mandate() -> Mandate {
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

pub(crate) fn scope() -> Scope {
    Scope {
        purposes: vec!["订单履行".into(), "售后服务".into()],
        kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "护照号".into(), sensitive: true }],
        people: People { non_sensitive: 300_000, sensitive: 5_000 },
        recipients: vec![Recipient { name: "Example GmbH".into(), country: "DE".into(), contact: "dpo@example.invalid".into() }],
        onward: vec![certification::Onward { from: "Example GmbH".into(), name: "Example SAS".into(), country: "FR".into() }],
        systems: vec!["CRM".into()],
        retention_months: 24,
    }
}

pub(crate) fn answers(non_sensitive: u64, sensitive: u64, on: Date) -> path::Case {
    path::Case::single(path::Flow { non_sensitive, sensitive, ..path::Flow::default() }, false, on)
}

pub(crate) fn form(today: Date) -> Form {
    Form {
        relation: String::new(),
        group: String::new(),
        affiliates: Vec::new(),
        ledger: None,
        scope: scope(),
        eligibility: Some(Eligibility {
            answers: answers(200_000, 3_000, today),
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

pub(crate) fn plan(basis: &str) -> Plan {
    let standards = Edition::by_id(basis).map_or(&[][..], |e| &e.standards);
    Plan {
        kinds: vec!["姓名".into(), "护照号".into()],
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

pub(crate) const APP: &str = "application-1";
pub(crate) const CERT: &str = "certificate-1";

type App = certification::Command;
type Cert = certificate::Command;

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) app: Option<Application>,
    pub(crate) app_events: Vec<Recorded<certification::Event>>,
    pub(crate) cert: Option<Certificate>,
    pub(crate) cert_events: Vec<Recorded<certificate::Event>>,
    /// Other applications that the certificate may meet: renewal, change.
    pub(crate) others: BTreeMap<CaseId, Arc<Application>>,
    pub(crate) now: Timestamp,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) config: Arc<Config>,
    pub(crate) standing: Standing,
    pub(crate) roster: BTreeSet<guosuo_case::UserId>,
    pub(crate) elsewhere: Option<guosuo_case::OrgId>,
    /// Whether events are kept; a million sequences keep none.
    pub(crate) remember: bool,
    /// The application as certificates meet it.
    known: Option<Arc<Application>>,
    numbers: Arc<BTreeSet<String>>,
}

impl World {
    pub(crate) fn on(day: Date) -> Self {
        Self {
            app: None,
            app_events: vec![],
            cert: None,
            cert_events: vec![],
            others: BTreeMap::new(),
            now: start_of_day(day) + 9.hours(),
            calendar: Arc::new(Calendar::builtin().clone()),
            config: Arc::new(Config::default()),
            standing: Standing::Filed,
            roster: ["auditor".into(), "auditor2".into()].into(),
            elsewhere: None,
            remember: true,
            known: None,
            numbers: Arc::new(["TAKEN".to_owned()].into()),
        }
    }

    pub(crate) fn new() -> Self {
        Self::on(date(2026, 3, 2))
    }

    pub(crate) fn today(&self) -> Date {
        cst_date(self.now)
    }

    pub(crate) fn move_to(&mut self, day: Date) {
        self.now = start_of_day(day) + 9.hours();
    }

    pub(crate) fn pass(&mut self, days: i64) {
        self.move_to(self.today().saturating_add(days.days()));
    }

    /// Somebody, with a second factor shown just now.
    pub(crate) fn who(&self, name: &str) -> Actor {
        Actor { second_factor_at: Some(self.now), ..who(name) }
    }

    pub(crate) fn app_facts(&self) -> certification::Facts {
        certification::Facts {
            calendar: self.calendar.clone(),
            config: self.config.clone(),
            bodies: [("body".into(), ("示例启衡认证（虚构）".into(), self.standing))].into(),
            roster: self.roster.clone(),
            practises_elsewhere: self.elsewhere.clone(),
            next_number: 3,
        }
    }

    pub(crate) fn cert_facts(&self) -> certificate::Facts {
        let mut applications = self.others.clone();
        if let Some(a) = &self.known {
            applications.insert(APP.into(), a.clone());
        }
        certificate::Facts {
            calendar: self.calendar.clone(),
            config: self.config.clone(),
            certificate: CERT.into(),
            applications,
            standing: self.standing,
            numbers: self.numbers.clone(),
            roster: self.roster.clone(),
            practises_elsewhere: self.elsewhere.clone(),
        }
    }

    pub(crate) fn app(&mut self, name: &str, command: App) -> Result<(), Refusal> {
        let actor = self.who(name);
        self.app_by(&actor, command)
    }

    pub(crate) fn app_by(&mut self, actor: &Actor, command: App) -> Result<(), Refusal> {
        let decided = Application::decide(self.app.as_ref(), command, actor, &self.app_facts(), self.now)?;
        for event in decided {
            let seq = self.app.as_ref().map_or(1, |a| a.version + 1);
            let recorded = Recorded { seq, at: self.now, by: actor.into(), event };
            self.app = Application::apply(self.app.take(), &recorded);
            if self.remember {
                self.app_events.push(recorded);
            }
        }
        // Only a decided application matters to a certificate.
        self.known = self.app.as_ref().filter(|a| a.phase >= certification::Phase::Evaluated).map(|a| Arc::new(a.clone()));
        Ok(())
    }

    pub(crate) fn cert(&mut self, name: &str, command: Cert) -> Result<(), Refusal> {
        let actor = if name == "clock" { Actor::system("clock") } else { self.who(name) };
        self.cert_by(&actor, command)
    }

    pub(crate) fn cert_by(&mut self, actor: &Actor, command: Cert) -> Result<(), Refusal> {
        let decided = Certificate::decide(self.cert.as_ref(), command, actor, &self.cert_facts(), self.now)?;
        for event in decided {
            let seq = self.cert.as_ref().map_or(1, |c| c.version + 1);
            let recorded = Recorded { seq, at: self.now, by: actor.into(), event };
            self.cert = Certificate::apply(self.cert.take(), &recorded);
            if self.remember {
                self.cert_events.push(recorded);
            }
        }
        Ok(())
    }

    pub(crate) fn a(&self) -> &Application {
        self.app.as_ref().unwrap()
    }

    pub(crate) fn c(&self) -> &Certificate {
        self.cert.as_ref().unwrap()
    }

    // The stages, for a processor of the mainland unless said otherwise.

    pub(crate) fn draft(overseas_processor: bool) -> Self {
        Self::new().drafted(overseas_processor, Purpose::New)
    }

    pub(crate) fn drafted(mut self, overseas_processor: bool, purpose: Purpose) -> Self {
        let (name, processor) = if overseas_processor { ("rep", overseas()) } else { ("applicant", domestic()) };
        self.app(name, App::Open { processor: Box::new(processor), purpose }).unwrap();
        if overseas_processor {
            self.app(name, App::RecordMandate { mandate: Box::new(mandate()) }).unwrap();
        }
        self.app(name, App::ChooseBody { body: "body".into() }).unwrap();
        let form = Box::new(form(self.today()));
        self.app(name, App::SaveForm { form, seen: 0 }).unwrap();
        self
    }

    pub(crate) fn entrusted(overseas_processor: bool) -> Self {
        Self::draft(overseas_processor).submitted()
    }

    pub(crate) fn submitted(mut self) -> Self {
        let name = if self.a().processor.is_overseas() { "rep" } else { "applicant" };
        self.app(name, App::Submit { pledge: true }).unwrap();
        for person in ["manager", "verifier", "auditor", "auditor2", "evaluator", "certifier", "head"] {
            self.app(person, App::DeclareInterest { has: false, words: String::new() }).unwrap();
        }
        self
    }

    pub(crate) fn planned(mut self) -> Self {
        self.app("manager", App::Accept).unwrap();
        let plan = Box::new(plan(&self.a().basis));
        self.app("manager", App::MakePlan { plan }).unwrap();
        self.app("lab", App::DeclareInterest { has: false, words: String::new() }).unwrap();
        self
    }

    pub(crate) fn verified(mut self) -> Self {
        self.app("lab", App::SignVerification { report: doc("技术验证报告"), conforming: true }).unwrap();
        self.app("verifier", App::CheckVerification { take: true, reason: String::new() }).unwrap();
        self
    }

    /// Audited; with `wanting`, one minor nonconformity on the first clause.
    pub(crate) fn audited(mut self, wanting: bool) -> Self {
        let on = self.today();
        self.app("auditor", App::BeginAudit { on }).unwrap();
        for (i, clause) in self.a().plan.as_ref().unwrap().clauses().collect::<Vec<_>>().into_iter().enumerate() {
            let grade = if wanting && i == 0 { Grade::Minor } else { Grade::Conforming };
            let finding = App::AuditClause { clause, grade, statement: text(), evidence: vec![doc("照片")] };
            self.app("auditor", finding).unwrap();
        }
        self.app("auditor", App::SignAudit { report: doc("现场审核报告") }).unwrap();
        self
    }

    pub(crate) fn evaluated(mut self, recommends: Outcome) -> Self {
        self.app("evaluator", App::Evaluate { recommends, summary: text() }).unwrap();
        self
    }

    pub(crate) fn decided(mut self, outcome: Outcome) -> Self {
        self.app("certifier", App::Sign { outcome, reasons: text() }).unwrap();
        self.app("head", App::Countersign).unwrap();
        self
    }

    /// Everything up to the decision that carries a certificate.
    pub(crate) fn ready(self) -> Self {
        self.planned().verified().audited(false).evaluated(Outcome::Certify).decided(Outcome::Certify)
    }

    pub(crate) fn issued(mut self) -> Self {
        self.cert("manager", issue(None)).unwrap();
        self.app_by(&Actor::system("certificates"), App::RecordCertificate { certificate: CERT.into() }).unwrap();
        self
    }

    /// A valid certificate.
    pub(crate) fn certified(overseas_holder: bool) -> Self {
        Self::entrusted(overseas_holder).ready().issued()
    }
}

pub(crate) fn issue(valid_until: Option<Date>) -> Cert {
    let mark = certificate::Mark { cross_border: true, body: "QH".into() };
    Cert::Issue { application: APP.into(), number: "QH-PIP-2026-0001".into(), mark, valid_until }
}

pub(crate) fn propose(measure: certificate::Measure, origin: certificate::Origin) -> Cert {
    Cert::Propose(Box::new(certificate::Propose {
        measure,
        origin,
        suggestion: None,
        application: None,
        ground: text(),
        evidence: vec![doc("证据")],
        publication: "示例公告".into(),
        urgent: None,
    }))
}
