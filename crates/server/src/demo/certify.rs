//! Plays applications for certification from the draft to the certificate, and what an authority
//! finds of one, through the same commands as people.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use guosuo_case::certificate::{self, Certificate, Mark, Measure, Obliges, Origin, Propose};
use guosuo_case::certification::{
    Application, Checklist, Command, DocRef, Eligibility, Form, Grade, Impact, ImpactItem, Kind, LegalBasis, Mandate, MandateAct,
    MandateKind, Outcome, Party, PauseReason, People, Plan, Profile, Purpose, Recipient, Scope,
};
use guosuo_case::{Actor, OrgKind, Role};
use guosuo_rules::basis::Edition;
use guosuo_rules::checklist::builtin;
use guosuo_rules::path;
use guosuo_rules::time::cst_date;
use guosuo_seal::digest::sha256;
use guosuo_store::{Issuing, NewBlob, Origin as LedgerOrigin, Request, new_id};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::cast::{CERTIFIERS, OVERSEAS, PARTIES, REPRESENTATIVE, credit_code};
use super::play::Player;
use crate::app::App;
use crate::certification::{acts, roster};

/// The body that certifies in the demonstration.
pub const BODY: &str = "donghu";

/// How far an application of the demonstration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Received.
    Entrusted,
    /// Not accepted.
    Declined,
    /// Accepted.
    Accepted,
    /// The clock stands.
    Stopped,
    /// Planned.
    Planned,
    /// The verification is signed and waits for its check.
    Signed,
    /// Verified, the audit has begun.
    Auditing,
    /// Audited without a nonconformity.
    Audited,
    /// In rectification, a correction waits for its review.
    Rectifying,
    /// Evaluated.
    Evaluated,
    /// The certifier has signed.
    Concluded,
    /// Both have signed.
    Decided,
    /// The certificate is issued.
    Certified,
    /// An authority has found something of the certificate.
    Found,
    /// The certificate is suspended on the finding.
    Suspended,
    /// It was suspended and revoked.
    Revoked,
    /// Its holder declared flows that go beyond the scope.
    Drifted,
}

/// Plays for one instance.
pub struct Certifying {
    app: App,
    actors: HashMap<&'static str, Actor>,
}

impl Certifying {
    /// Somebody who can act as every account of certification.
    ///
    /// # Errors
    /// When the accounts are missing.
    pub async fn new(app: &App) -> Result<Self> {
        let mut reader = app.store.reader().await?;
        let mut actors = HashMap::new();
        for a in &CERTIFIERS {
            let row = reader.account_by_login(a.login).await?.context("a demonstration account is missing")?;
            let kind = reader.organisation(&row.org).await?.map_or(OrgKind::Body, |o| o.kind);
            let actor = Actor {
                user: row.id.into(),
                name: row.name,
                org: row.org.into(),
                org_kind: kind,
                roles: row.roles,
                second_factor_at: None,
            };
            actors.insert(a.login, actor);
        }
        drop(reader);
        Ok(Self { app: app.clone(), actors })
    }

    /// Somebody of the demonstration.
    #[must_use]
    pub fn actor(&self, who: &str) -> Actor {
        self.actors[who].clone()
    }

    fn request<L: guosuo_case::Life>(&self, who: &str, case: &str, command: L::Command, now: Timestamp) -> Request<L> {
        Request {
            case_id: case.to_owned(),
            command,
            actor: Actor { second_factor_at: Some(now), ..self.actors[who].clone() },
            session: String::new(),
            expected: None,
            idem: None,
            now,
        }
    }

    async fn act(&self, who: &str, case: &str, command: Command, at: Timestamp) -> Result<Application> {
        let what = format!("{:?} by {who}", command.action());
        Ok(acts::put(&self.app, self.request(who, case, command, at)).await.with_context(|| what)?.state)
    }

    async fn on(&self, who: &str, case: &str, command: certificate::Command, at: Timestamp) -> Result<()> {
        let what = format!("{:?} by {who}", command.action());
        acts::put_certificate(&self.app, self.request::<Certificate>(who, case, command, at)).await.with_context(|| what)?;
        Ok(())
    }

    /// Says which person of the filed roster somebody of the body is.
    pub(crate) async fn link(&self, who: &str, person: &'static str) -> Result<()> {
        let actor = &self.actors[who];
        let origin = LedgerOrigin { actor: actor.user.0.clone(), org: actor.org.0.clone(), session: String::new() };
        let (work, now) = ((actor.user.0.clone(), origin), self.app.now());
        self.app
            .store
            .write_with(work, move |tx, (account, origin)| {
                Box::pin(async move { roster::link(tx, BODY, account, Some(person), origin, now).await })
            })
            .await?;
        Ok(())
    }

    /// A small document kept with a case, and its declaration.
    async fn document(&self, case: &str, who: &str, title: &str, at: Timestamp) -> Result<DocRef> {
        let actor = &self.actors[who];
        let new = NewBlob {
            case_id: case.to_owned(),
            org: actor.org.to_string(),
            media: "application/pdf".into(),
            actor: actor.user.to_string(),
            max: 1 << 20,
        };
        let bytes = format!("%PDF-1.4\n% {title}（演示文件，虚构）\n%%EOF\n").into_bytes();
        let blob = self.app.blobs.put_bytes(&new, bytes, at).await?;
        Ok(DocRef { title: format!("{title}.pdf"), version: "1.0".into(), sha256: blob.sha256.to_hex(), sm3: blob.sm3.to_hex() })
    }

    async fn form(&self, case: &str, who: &str, at: Timestamp) -> Result<Form> {
        let day = cst_date(at);
        let flow = path::Flow { non_sensitive: 210_000, sensitive: 3_200, ..path::Flow::default() };
        Ok(Form {
            relation: String::new(),
            group: String::new(),
            affiliates: Vec::new(),
            ledger: None,
            scope: scope(),
            eligibility: Some(Eligibility {
                answers: path::Case::single(flow, false, day),
                evidence: vec![self.document(case, who, "出境人数统计", at).await?],
                note: String::new(),
            }),
            impact: Some(Impact {
                document: self.document(case, who, "个人信息保护影响评估报告", at).await?,
                profile: Profile::Certification,
                completed_on: day,
                items: ImpactItem::REQUIRED.into(),
            }),
            notice: Some(self.document(case, who, "告知书", at).await?),
            legal_basis: Some(LegalBasis::Consent { document: self.document(case, who, "单独同意书", at).await? }),
        })
    }

    /// Plays an application of `who`'s organisation that was received so many working days ago.
    ///
    /// # Errors
    /// When the law refuses a step or the store fails.
    pub async fn play(&self, p: &Player, who: &'static str, days_ago: u32, until: Step) -> Result<String> {
        let case = new_id();
        let mut at = p.working_days_ago(days_ago, 9);
        let mut next = |minutes: i64| {
            at = (at + SignedDuration::from_mins(minutes)).min(self.app.now());
            at
        };
        let org = self.actors[who].org.clone();
        let party = PARTIES.iter().find(|o| o.id == org.as_str()).context("no such party")?;
        let overseas = org.as_str() == REPRESENTATIVE;
        let processor = if overseas {
            let [name, code, address, country] = OVERSEAS.map(str::to_owned);
            Party { org: None, name, address, country, code }
        } else {
            Party {
                org: Some(org),
                name: party.name.into(),
                address: "示例市示例区示例路2号".into(),
                country: "CN".into(),
                code: credit_code(party.code.unwrap_or_default()),
            }
        };
        let now = next(0);
        self.act(who, &case, Command::Open { processor: Box::new(processor), purpose: Purpose::New }, now).await?;
        if overseas {
            let mandate = self.mandate(&case, who, next(3), until).await?;
            self.act(who, &case, Command::RecordMandate { mandate: Box::new(mandate) }, next(3)).await?;
        }
        self.act(who, &case, Command::ChooseBody { body: BODY.into() }, next(3)).await?;
        let form = Box::new(self.form(&case, who, next(3)).await?);
        self.act(who, &case, Command::SaveForm { form, seen: 0 }, next(3)).await?;
        self.act(who, &case, Command::Submit { pledge: true }, next(3)).await?;
        if until == Step::Entrusted {
            return Ok(case);
        }
        let none = || Command::DeclareInterest { has: false, words: String::new() };
        for person in ["qianguan", "zhoufu", "shenhe", "wuping", "zhengjue", "wangfu"] {
            self.act(person, &case, none(), next(2)).await?;
        }
        if until == Step::Declined {
            let reasons = "委托的处理活动不在本机构认证业务范围之内（示例）。".into();
            self.act("qianguan", &case, Command::Decline { reasons }, next(60)).await?;
            return Ok(case);
        }
        self.act("qianguan", &case, Command::Accept, next(60)).await?;
        if until == Step::Stopped {
            let note = "等委托人补充境外接收方的联系方式（示例）。".into();
            let stop = Command::StopClock { reason: PauseReason::WaitsForApplicant, note };
            self.act("qianguan", &case, stop, next(30)).await?;
        }
        if matches!(until, Step::Accepted | Step::Stopped) {
            return Ok(case);
        }
        self.act("qianguan", &case, Command::MakePlan { plan: Box::new(self.plan(cst_date(now))?) }, next(600)).await?;
        if until == Step::Planned {
            return Ok(case);
        }
        self.act("fengyan", &case, none(), next(30)).await?;
        let report = self.document(&case, "fengyan", "技术验证报告", next(1)).await?;
        self.act("fengyan", &case, Command::SignVerification { report, conforming: true }, next(900)).await?;
        if until == Step::Signed {
            return Ok(case);
        }
        let take = Command::CheckVerification { take: true, reason: String::new() };
        self.act("zhoufu", &case, take, next(300)).await?;
        let wanting = until == Step::Rectifying;
        self.audit(&case, wanting, until == Step::Auditing, &mut next).await?;
        if until == Step::Auditing {
            // Found while it certifies, reported before there is a certificate (M 11).
            let evidence = vec![self.document(&case, "shenhe", "日志截图", next(5)).await?];
            let summary = "现场审核发现已经向没有申报的境外接收方提供护照号码（示例）。".into();
            self.act("shenhe", &case, Command::ReportViolation { summary, evidence }, next(5)).await?;
        }
        if matches!(until, Step::Auditing | Step::Audited) {
            return Ok(case);
        }
        if wanting {
            let today = cst_date(next(10));
            self.act("qianguan", &case, Command::OrderRectification { until: today.saturating_add(60.days()) }, next(10)).await?;
            let action = "原因：告知文本没有写明境外接收方的联系方式。措施：补充后重新取得同意（示例）。".into();
            let planned_for = today.saturating_add(20.days());
            self.act(who, &case, Command::ProposeCorrection { nc: 1, action, planned_for }, next(30)).await?;
            return Ok(case);
        }
        let summary = "委托资料、技术验证报告和现场审核报告相互印证，符合认证要求（示例）。".to_owned();
        self.act("wuping", &case, Command::Evaluate { recommends: Outcome::Certify, summary }, next(300)).await?;
        if until == Step::Evaluated {
            return Ok(case);
        }
        let reasons = "各环节完整，证据充分（示例）。".into();
        self.act("zhengjue", &case, Command::Sign { outcome: Outcome::Certify, reasons }, next(300)).await?;
        if until == Step::Concluded {
            return Ok(case);
        }
        self.act("wangfu", &case, Command::Countersign, next(120)).await?;
        if until >= Step::Certified {
            let number = format!("DH-PIP-2099-{days_ago:02}{:02}", until as u8);
            self.certificate(who, &case, number, until, &mut next).await?;
        }
        Ok(case)
    }

    /// The mandate of the representative of an overseas processor (M 7(2)).
    async fn mandate(&self, case: &str, who: &str, at: Timestamp, until: Step) -> Result<Mandate> {
        let day = cst_date(at);
        // One that is soon to be renewed.
        let last = if until == Step::Drifted {
            cst_date(self.app.now()).saturating_add(20.days())
        } else {
            day.saturating_add(4.years())
        };
        Ok(Mandate {
            holder: self.actors[who].org.clone(),
            kind: MandateKind::DesignatedRepresentative,
            document: self.document(case, who, "Power of attorney (fictitious)", at).await?,
            acts: MandateAct::ALL.into(),
            from: day,
            until: last,
            reported_to: "示例市网信办".into(),
        })
    }

    fn plan(&self, day: Date) -> Result<Plan> {
        let edition = Edition::on(day).context("no edition of the basis on the day")?;
        let lists = builtin().iter().filter(|(l, _)| edition.standards.contains(&l.standard()));
        Ok(Plan {
            kinds: scope().kinds.into_iter().map(|k| k.name).collect(),
            people: scope().people,
            processing: "跨境电商订单履行和售后服务中的个人信息出境（示例）。".into(),
            verification_body: "guanlan".into(),
            team: [self.actors["shenhe"].user.clone()].into(),
            man_days: 6,
            checklists: lists
                .map(|(l, text)| Checklist {
                    standard: l.standard(),
                    sha256: sha256(text.as_bytes()).to_hex(),
                    clauses: l.clauses().cloned().collect(),
                })
                .collect(),
        })
    }

    async fn audit(&self, case: &str, wanting: bool, half: bool, next: &mut impl FnMut(i64) -> Timestamp) -> Result<()> {
        let on = cst_date(next(30));
        let state = self.act("shenhe", case, Command::BeginAudit { on }, next(30)).await?;
        let clauses: Vec<String> = state.plan.iter().flat_map(|p| p.clauses().collect::<Vec<_>>()).collect();
        let most = if half { clauses.len() / 2 } else { clauses.len() };
        for (i, clause) in clauses.into_iter().take(most).enumerate() {
            let bad = wanting && i == 4;
            let at = next(2);
            let evidence = if i % 9 == 4 { vec![self.document(case, "shenhe", "现场照片", at).await?] } else { vec![] };
            let statement = if bad {
                "告知文本没有写明境外接收方的联系方式（示例）。"
            } else {
                "查阅制度和记录，抽查系统设置（示例）。"
            };
            let grade = if bad { Grade::Minor } else { Grade::Conforming };
            let finding = Command::AuditClause { clause, grade, statement: statement.into(), evidence };
            self.act("shenhe", case, finding, at).await?;
        }
        if half {
            return Ok(());
        }
        let report = self.document(case, "shenhe", "现场审核报告", next(10)).await?;
        self.act("shenhe", case, Command::SignAudit { report }, next(10)).await?;
        Ok(())
    }

    async fn certificate(
        &self,
        who: &str,
        application: &str,
        number: String,
        until: Step,
        next: &mut impl FnMut(i64) -> Timestamp,
    ) -> Result<()> {
        let id = new_id();
        let now = next(60);
        let issuing = Issuing {
            application: application.to_owned(),
            expected: None,
            certificate: id.clone(),
            number,
            mark: Mark { cross_border: true, body: "SLDH".into() },
            valid_until: None,
            actor: Actor { second_factor_at: Some(now), ..self.actors["qianguan"].clone() },
            session: String::new(),
            idem: None,
            now,
        };
        acts::put_issue(&self.app, issuing).await.context("issue")?;
        let receipt = certificate::Command::RegisterReceipt { seq: 1, receipt: "DEMO-0001".into() };
        self.on("qianguan", &id, receipt, next(30)).await?;
        if until == Step::Certified {
            return Ok(());
        }
        if until == Step::Drifted {
            let mut actual = scope();
            actual.recipients.push(Recipient {
                name: "Example Inc (fictitious)".into(),
                country: "US".into(),
                contact: "privacy@example.invalid".into(),
            });
            actual.people.non_sensitive = 340_000;
            let source = self.document(&id, who, "出境日志统计", next(60)).await?;
            let declare = certificate::Command::DeclareFlows { actual: Box::new(actual), source };
            return self.on(who, &id, declare, next(10)).await;
        }
        let evidence = vec![self.document(&id, "jiandu", "检查记录", next(60)).await?];
        let summary = "抽查发现境外接收方多于认证范围（示例）。".into();
        let finding = certificate::Command::StateFinding { obliges: Obliges::Suspend, summary, evidence };
        self.on("jiandu", &id, finding, next(10)).await?;
        if until == Step::Found {
            return Ok(());
        }
        let propose = Propose {
            measure: Measure::Suspend,
            origin: Origin::Finding { id: 1 },
            suggestion: None,
            application: None,
            ground: "个人信息出境情况与认证范围不一致（示例）。".into(),
            evidence: vec![],
            publication: "因个人信息出境情况与认证范围不一致，自生效日起暂停使用证书（示例）。".into(),
            urgent: Some("继续使用会误导个人（示例）。".into()),
        };
        self.on("qianguan", &id, certificate::Command::Propose(Box::new(propose)), next(30)).await?;
        let now = next(30);
        self.on("wangfu", &id, certificate::Command::TakeMeasure { effective_on: cst_date(now) }, now).await?;
        if until == Step::Suspended {
            return Ok(());
        }
        let propose = Propose {
            measure: Measure::Revoke,
            origin: Origin::Finding { id: 1 },
            suggestion: None,
            application: None,
            ground: "暂停期间没有停止超范围出境（示例）。".into(),
            evidence: vec![],
            publication: "因暂停期间没有停止超出认证范围的出境活动，撤销证书（示例）。".into(),
            urgent: None,
        };
        self.on("qianguan", &id, certificate::Command::Propose(Box::new(propose)), next(30)).await?;
        let said = "对事实没有异议（示例）。".to_owned();
        self.on(who, &id, certificate::Command::BeHeard { statement: Some(said) }, next(30)).await?;
        let now = next(30);
        self.on("wangfu", &id, certificate::Command::TakeMeasure { effective_on: cst_date(now) }, now).await
    }
}

pub(super) fn scope() -> Scope {
    let kind = |name: &str, sensitive| Kind { name: name.into(), sensitive };
    Scope {
        purposes: vec!["订单履行".into(), "售后服务".into()],
        kinds: vec![kind("姓名", false), kind("联系电话", false), kind("收货地址", false), kind("护照号码", true)],
        people: People { non_sensitive: 300_000, sensitive: 5_000 },
        recipients: vec![Recipient {
            name: "Example Handels GmbH (fictitious)".into(),
            country: "DE".into(),
            contact: "dpo@example.invalid".into(),
        }],
        onward: vec![],
        systems: vec!["示例订单系统".into(), "示例客服系统".into()],
        retention_months: 24,
    }
}

/// The applications of the demonstration: one at every stage.
///
/// # Errors
/// When the law refuses a step or the store fails.
pub async fn applications(app: &App, p: &Player) -> Result<()> {
    let c = Certifying::new(app).await?;
    c.link("shenhe", "p1").await?;
    for (who, days_ago, until) in [
        ("linyuan", 26, Step::Rectifying),
        ("chenhai", 24, Step::Certified),
        ("linyuan", 18, Step::Auditing),
        ("chenhai", 15, Step::Audited),
        ("linyuan", 14, Step::Signed),
        ("chenhai", 11, Step::Concluded),
        ("linyuan", 9, Step::Evaluated),
        ("chenhai", 8, Step::Planned),
        ("daibiao", 23, Step::Certified),
        ("daibiao", 16, Step::Revoked),
        ("daibiao", 13, Step::Rectifying),
        ("daibiao", 10, Step::Drifted),
        ("daibiao", 3, Step::Entrusted),
        ("linyuan", 7, Step::Found),
        ("chenhai", 7, Step::Suspended),
        ("linyuan", 6, Step::Stopped),
        ("chenhai", 6, Step::Decided),
        ("linyuan", 5, Step::Accepted),
        ("chenhai", 5, Step::Declined),
        ("linyuan", 2, Step::Entrusted),
        ("chenhai", 0, Step::Entrusted),
    ] {
        c.play(p, who, days_ago, until).await.with_context(|| format!("{until:?}"))?;
    }
    super::takeover::older(app).await?;
    Ok(())
}

/// Whether a role signs, so that its account has one-time codes.
pub fn signs(roles: &[Role]) -> bool {
    roles.iter().any(|r| matches!(r, Role::Certifier | Role::BodyHead))
}
