//! Sequences of acts on an application and its certificate. An act is accepted exactly if it was
//! listed as available; no certificate exists without every step and two different people.

use guosuo_case::actor::Role;
use guosuo_case::certificate::{self, ChangeKind, Measure, Obliges, Origin, Status};
use guosuo_case::certification::{self, Grade, NcStage, Outcome, PauseReason, Phase, Reason};
use guosuo_case::{Actor, RefusalCode};
use jiff::ToSpan;

use super::world::{CERT, World, doc, domestic, form, issue, mandate, overseas, plan, propose, scope, text};

type App = certification::Command;
type Cert = certificate::Command;

/// One act of somebody.
#[derive(Clone)]
pub(crate) enum Act {
    App(App),
    Cert(Cert),
    /// Days pass.
    Wait(i64),
}

pub(crate) type Move = (&'static str, Act);

/// Who plays, in the order of the moves. `rep` and `applicant` are both there: one of them is
/// always the wrong one.
fn app_moves(w: &World, out: &mut Vec<Move>) {
    let mut push = |who: &'static str, command: App| out.push((who, Act::App(command)));
    let today = w.today();
    let Some(a) = &w.app else {
        push("applicant", App::Open { processor: Box::new(domestic()), purpose: certification::Purpose::New });
        push("rep", App::Open { processor: Box::new(overseas()), purpose: certification::Purpose::New });
        return;
    };
    let refuse = |w: &World| w.a().open_nonconformities().is_empty() && w.a().verification.as_ref().is_some_and(|v| v.conforming);
    let outcome = match &a.evaluation {
        Some(e) => e.recommends,
        None if refuse(w) => Outcome::Certify,
        None => Outcome::Refuse,
    };
    let nc = |stages: &[NcStage]| a.nonconformities.iter().find(|n| stages.contains(&n.stage)).map_or(1, |n| n.id);
    let clause = a.open_clauses().into_iter().next().unwrap_or_else(|| "GB/T 46068 5.1".into());
    let started = a.nonconformities.iter().find(|n| n.stage == NcStage::Approved).and_then(|n| n.approved_on).unwrap_or(today);
    let limit = a.rectification.as_ref().map_or(today, |r| r.ordered_on).saturating_add(90.days());
    for who in ["applicant", "rep"] {
        push(who, App::SaveForm { form: Box::new(form(today)), seen: a.dossier.form_rev });
        push(who, App::ChooseBody { body: "body".into() });
        push(who, App::Submit { pledge: true });
        let planned_for = a.rectification.as_ref().map_or(today, |r| r.until);
        let nc = nc(&[NcStage::Determined, NcStage::Ineffective]);
        push(who, App::ProposeCorrection { nc, action: text(), planned_for });
    }
    let until = today.saturating_add(700.days());
    push("rep", App::RecordMandate { mandate: Box::new(certification::Mandate { until, ..mandate() }) });
    let done =
        App::ReportCorrection {
            nc: nc(&[NcStage::Approved]), started_on: started, done_on: today, evidence: vec![doc("证据")]
        };
    push(if a.processor.is_overseas() { "rep" } else { "applicant" }, done);
    push(if a.processor.is_overseas() { "rep" } else { "applicant" }, App::Withdraw { reason: text() });
    for who in ["manager", "lab", "auditor", "certifier"] {
        push(who, App::DeclareInterest { has: false, words: String::new() });
    }
    push("manager", App::Accept);
    push("manager", App::Decline { reasons: text() });
    push("stranger", App::Accept);
    push("manager", App::MakePlan { plan: Box::new(plan(&a.basis)) });
    push("lab", App::SignVerification { report: doc("技术验证报告"), conforming: true });
    push("verifier", App::CheckVerification { take: true, reason: text() });
    push("verifier", App::CheckVerification { take: false, reason: text() });
    push("auditor", App::BeginAudit { on: today });
    push("auditor2", App::BeginAudit { on: today });
    for grade in [Grade::Conforming, Grade::Minor] {
        push("auditor", App::AuditClause { clause: clause.clone(), grade, statement: text(), evidence: vec![] });
    }
    push("auditor", App::SignAudit { report: doc("现场审核报告") });
    push("manager", App::OrderRectification { until: limit });
    let proposed = nc(&[NcStage::Proposed]);
    push("auditor", App::ReviewCorrection { nc: proposed, approve: true, reason: text() });
    push("auditor", App::ReviewCorrection { nc: proposed, approve: false, reason: text() });
    let done = nc(&[NcStage::Done]);
    push("auditor", App::JudgeCorrection { nc: done, effective: true, note: text() });
    push("auditor", App::JudgeCorrection { nc: done, effective: false, note: text() });
    push("evaluator", App::Evaluate { recommends: outcome, summary: text() });
    push("manager", App::ReportDeceit { summary: text(), evidence: vec![doc("证据")] });
    for who in ["certifier", "auditor", "head"] {
        push(who, App::Sign { outcome, reasons: text() });
        push(who, App::Countersign);
    }
    push("certifier", App::ReturnEvaluation { reason: text() });
    push("head", App::ReturnConclusion { reason: text() });
    push("manager", App::StopClock { reason: PauseReason::SiteClosed, note: text() });
    push("manager", App::ResumeClock);
    push("manager", App::ReportViolation { summary: text(), evidence: vec![] });
    push("manager", App::RecordCertificate { certificate: CERT.into() });
}

fn cert_moves(w: &World, out: &mut Vec<Move>) {
    let mut push = |who: &'static str, command: Cert| out.push((who, Act::Cert(command)));
    let Some(c) = &w.cert else {
        push("manager", issue(None));
        push("stranger", issue(None));
        push("applicant", issue(None));
        return;
    };
    let today = w.today();
    let suspended = c.status_on(today) == Status::Suspended;
    let turn = if suspended { Measure::Restore } else { Measure::Suspend };
    let holder = if c.holder.is_overseas() { "rep" } else { "applicant" };
    push(holder, Cert::Request { asks: turn.clone(), reason: text() });
    push("stranger", propose(Measure::Revoke, Origin::Body));
    push("manager", propose(turn, Origin::Body));
    push("auditor", propose(Measure::Revoke, Origin::Body));
    push("manager", propose(Measure::Cancel, Origin::Body));
    push(holder, Cert::BeHeard { statement: None });
    push("head", Cert::TakeMeasure { effective_on: today });
    push("manager", Cert::TakeMeasure { effective_on: today });
    push("head", Cert::DropMeasure { reason: text() });
    push("cac", Cert::StateFinding { obliges: Obliges::Suspend, summary: text(), evidence: vec![] });
    let mine = c.standing_findings().find(|f| f.authority.as_str() == "cac").map_or(1, |f| f.id);
    push("cac", Cert::LiftFinding { id: mine, reason: text() });
    push("samr", Cert::LiftFinding { id: mine, reason: text() });
    let mut actual = scope();
    actual.systems.push("ERP".into());
    push("manager", Cert::DeclareFlows { actual: Box::new(actual), source: doc("台账") });
    let suggestion = c.suggestions.iter().find(|s| s.open).map_or(1, |s| s.id);
    push("manager", Cert::SetAside { id: suggestion, reason: text() });
    let request = c.requests.iter().find(|r| r.open).map_or(1, |r| r.id);
    push("manager", Cert::RefuseRequest { id: request, reason: text() });
    let next = c.surveillances.iter().find(|s| s.conforming.is_none()).map_or(1, |s| s.id);
    push("auditor", Cert::RecordSurveillance { id: next, report: doc("监督报告"), conforming: true, note: text() });
    let seq = c.waiting_report().map_or(1, |r| r.seq);
    push("clock", Cert::RegisterReceipt { seq, receipt: text() });
    push("clock", Cert::Expire);
    push("manager", Cert::Expire);
    push("manager", Cert::ReportViolation { summary: text(), evidence: vec![] });
    push("manager", Cert::LinkSuccessor { certificate: "certificate-2".into() });
}

/// Acts that carry nothing wrong: whether they are accepted depends on the state alone.
pub(crate) fn moves(w: &World) -> Vec<Move> {
    let mut out = Vec::with_capacity(64);
    // While there is no certificate the work is on the application, afterwards on the certificate.
    if w.cert.is_none() || w.a().phase == Phase::Decided {
        app_moves(w, &mut out);
    }
    cert_moves(w, &mut out);
    out.push(("clock", Act::Wait(1)));
    out.push(("clock", Act::Wait(100)));
    out.push(("clock", Act::Wait(1100)));
    out
}

/// Plays one act and checks the rule. Gives whether it was accepted.
pub(crate) fn play(w: &mut World, who: &'static str, act: &Act) -> bool {
    let actor = if who == "clock" { Actor::system("clock") } else { w.who(who) };
    let (listed, accepted, what) = match act {
        Act::Wait(days) => {
            w.pass(*days);
            return true;
        }
        Act::App(command) => {
            let action = command.action();
            let listed = certification::available(w.app.as_ref(), &actor, &w.app_facts(), w.now).contains(&action);
            (listed, w.app_by(&actor, command.clone()), format!("{action:?}"))
        }
        Act::Cert(command) => {
            let action = command.action();
            let listed = certificate::available(w.cert.as_ref(), &actor, &w.cert_facts(), w.now).contains(&action);
            (listed, w.cert_by(&actor, command.clone()), format!("{action:?}"))
        }
    };
    // A draft may hold anything, so whether it is ready is told by the self-check, not by the list.
    if let (Act::App(App::Submit { .. }), Err(refusal)) = (act, &accepted)
        && let RefusalCode::Certification { reason } = &refusal.code
        && let Reason::NotReady { problems } = &**reason
    {
        let a = w.a();
        let found = certification::check_application(&a.processor, &a.owner, &a.dossier, w.today(), &w.config);
        assert!(listed && !problems.is_empty() && problems.iter().all(|p| found.contains(p)));
        return false;
    }
    let phase = w.app.as_ref().map(|a| a.phase);
    let status = w.cert.as_ref().map(|c| c.status_on(w.today()));
    assert_eq!(accepted.is_ok(), listed, "{what} by {who} in {phase:?}, {status:?}: {accepted:?}");
    invariant(w);
    accepted.is_ok()
}

/// What holds in every state.
pub(crate) fn invariant(w: &World) {
    let today = w.today();
    if let Some(a) = &w.app {
        let signed = matches!(a.phase, Phase::Decided | Phase::Certified);
        if signed {
            let c = a.conclusion.as_ref().expect("a decision has a conclusion");
            let head = c.head.as_ref().expect("a decision has two signatures");
            assert_ne!(c.certifier.user, head.user, "two people sign (CAR 22)");
            assert!(!a.hands.worked(&c.certifier.user) && !a.hands.worked(&head.user), "neither verified nor audited");
            assert!(c.signed_at <= c.countersigned_at.expect("signed second"), "in order");
            assert_eq!(c.outcome, Outcome::Certify);
            assert!(a.receipt.is_some() && a.plan.is_some() && a.evaluation.is_some(), "no step is skipped (CAR 21)");
            assert!(a.verification.as_ref().is_some_and(|v| v.checked_by.is_some()), "verified");
            assert!(a.audit.as_ref().is_some_and(|x| x.signed_by.is_some()), "audited");
            assert!(a.open_clauses().is_empty() && a.open_nonconformities().is_empty(), "nothing is open");
        }
        assert!(a.phase != Phase::Ended || a.conclusion.as_ref().is_some_and(|c| !c.reasons.is_empty()), "written reasons");
    }
    let Some(c) = &w.cert else { return };
    let a = w.app.as_ref().expect("a certificate comes of an application");
    assert!(matches!(a.phase, Phase::Decided | Phase::Certified), "no certificate without a decision");
    // Final changes happen once; time is recorded once; every change is reported, in order.
    let finals = c.history.iter().filter(|h| h.kind.status().is_some_and(|s| !s.is_live())).count();
    assert!(finals <= 1, "an end comes once");
    assert!(c.history.iter().filter(|h| h.kind == ChangeKind::Expired).all(|h| h.effective_on > c.valid_until));
    assert!(c.history.len() == c.reports.len(), "a report for every change");
    assert!(c.reports.iter().zip(1..).all(|(r, seq)| r.record.seq == seq), "numbered without gaps");
    let received: Vec<_> = c.reports.iter().map(|r| r.receipt.is_some()).collect();
    assert!(received.is_sorted_by(|a, b| a >= b), "received in order");
    for h in c.history.iter().filter(|h| h.proposed_by.is_some()) {
        assert_ne!(h.proposed_by.as_ref().map(|b| &b.user), Some(&h.by.user), "two people");
    }
    if c.status_on(today).is_live() {
        assert!(today <= c.valid_until && finals == 0);
    }
}

/// The states from which sequences begin, by name.
pub(crate) fn starts() -> Vec<(&'static str, World)> {
    let wanting = || World::entrusted(false).planned().verified().audited(true);
    let mut rectifying = wanting();
    let until = rectifying.today().saturating_add(60.days());
    rectifying.app("manager", App::OrderRectification { until }).expect("ordered");
    let mut signed = World::entrusted(false).planned().verified().audited(false).evaluated(Outcome::Certify);
    signed.app("certifier", App::Sign { outcome: Outcome::Certify, reasons: text() }).expect("signed");
    let mut suspended = World::certified(true);
    let today = suspended.today();
    suspended.cert("manager", propose(Measure::Suspend, Origin::Body)).expect("proposed");
    suspended.cert("rep", Cert::BeHeard { statement: None }).expect("heard");
    let proposed = suspended.clone();
    suspended.cert("head", Cert::TakeMeasure { effective_on: today }).expect("taken");
    vec![
        ("none", World::new()),
        ("draft", World::draft(false)),
        ("draft abroad", World::draft(true)),
        ("entrusted", World::entrusted(false)),
        ("planned", World::entrusted(true).planned()),
        ("verified", World::entrusted(false).planned().verified()),
        ("audited", World::entrusted(true).planned().verified().audited(false)),
        ("wanting", wanting()),
        ("rectifying", rectifying),
        ("evaluated", World::entrusted(false).planned().verified().audited(false).evaluated(Outcome::Certify)),
        ("signed", signed),
        ("decided", World::entrusted(false).ready()),
        ("valid", World::certified(false)),
        ("proposed", proposed),
        ("suspended", suspended),
    ]
}

/// Every sequence of at most `depth` acts; gives how many acts were tried.
pub(crate) fn walk(w: &World, depth: usize, tried: &mut u64) {
    if depth == 0 {
        return;
    }
    for (who, act) in moves(w) {
        let mut next = w.clone();
        *tried += 1;
        // An act that is refused changes nothing, so nothing new can follow it.
        if play(&mut next, who, &act) {
            walk(&next, depth - 1, tried);
        }
    }
}

/// Numbers that look random and are the same on every machine (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        usize::try_from(z % below as u64).unwrap_or(0)
    }
}

/// What random sequences did.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) sequences: u64,
    pub(crate) acts: u64,
    pub(crate) accepted: u64,
    pub(crate) certificates: u64,
    pub(crate) ends: u64,
}

/// Random sequences of `length` acts, each from one of the starts.
pub(crate) fn random(sequences: u64, length: usize, seed: u64) -> Tally {
    let starts: Vec<_> = starts()
        .into_iter()
        .map(|(_, mut w)| {
            w.remember = false;
            w
        })
        .collect();
    let mut dice = Dice(seed);
    let mut tally = Tally::default();
    for _ in 0..sequences {
        let mut w = starts[dice.next(starts.len())].clone();
        let before = w.cert.is_some();
        for _ in 0..length {
            let options = moves(&w);
            let (who, act) = &options[dice.next(options.len())];
            tally.acts += 1;
            tally.accepted += u64::from(play(&mut w, who, act));
        }
        tally.sequences += 1;
        tally.certificates += u64::from(!before && w.cert.is_some());
        tally.ends += u64::from(w.cert.as_ref().is_some_and(|c| !c.status_on(w.today()).is_live()));
    }
    tally
}

/// Everybody holding every role that exists in their organisation, so that only the case itself
/// keeps people apart.
pub(crate) fn with_every_role(actor: Actor) -> Actor {
    let roles = Role::CERTIFICATION.into_iter().filter(|r| r.org_kind() == actor.org_kind).collect();
    Actor { roles, ..actor }
}
