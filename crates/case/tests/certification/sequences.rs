//! Sequences of acts on an application and its certificate. An act is accepted exactly if it was
//! listed as available; no certificate exists without every step and two different people.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};

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

/// Somebody, and what they try: made from the state, so that it carries nothing wrong.
pub(crate) type Move = (&'static str, fn(&World) -> Act);

fn nc(w: &World, stages: &[NcStage]) -> u32 {
    let found = w.app.as_ref().and_then(|a| a.nonconformities.iter().find(|n| stages.contains(&n.stage)));
    found.map_or(1, |n| n.id)
}

/// What follows from the state: certify where nothing stands against it.
fn outcome(w: &World) -> Outcome {
    let Some(a) = &w.app else { return Outcome::Certify };
    let clean = a.open_nonconformities().is_empty() && a.verification.as_ref().is_some_and(|v| v.conforming);
    match &a.evaluation {
        Some(e) => e.recommends,
        None if clean => Outcome::Certify,
        None => Outcome::Refuse,
    }
}

fn save_form(w: &World) -> Act {
    Act::App(App::SaveForm { form: Box::new(form(w.today())), seen: w.app.as_ref().map_or(0, |a| a.dossier.form_rev) })
}

fn choose(_: &World) -> Act {
    Act::App(App::ChooseBody { body: "body".into() })
}

fn submit(_: &World) -> Act {
    Act::App(App::Submit { pledge: true })
}

fn withdraw(_: &World) -> Act {
    Act::App(App::Withdraw { reason: text() })
}

fn declare(_: &World) -> Act {
    Act::App(App::DeclareInterest { has: false, words: String::new() })
}

fn correct(w: &World) -> Act {
    let planned_for = w.app.as_ref().and_then(|a| a.rectification.as_ref()).map_or(w.today(), |r| r.until);
    Act::App(App::ProposeCorrection { nc: nc(w, &[NcStage::Determined, NcStage::Ineffective]), action: text(), planned_for })
}

fn corrected(w: &World) -> Act {
    let today = w.today();
    let nc = nc(w, &[NcStage::Approved]);
    let approved = w.app.as_ref().and_then(|a| a.nonconformities.iter().find(|n| n.id == nc)?.approved_on);
    Act::App(App::ReportCorrection { nc, started_on: approved.unwrap_or(today), done_on: today, evidence: vec![doc("证据")] })
}

fn clause(w: &World, grade: Grade) -> Act {
    let open = w.app.as_ref().and_then(|a| a.open_clauses().into_iter().next());
    let clause = open.unwrap_or_else(|| "GB/T 46068 5.1".into());
    Act::App(App::AuditClause { clause, grade, statement: text(), evidence: vec![] })
}

fn begin_audit(w: &World) -> Act {
    Act::App(App::BeginAudit { on: w.today() })
}

fn review(w: &World, approve: bool) -> Act {
    Act::App(App::ReviewCorrection { nc: nc(w, &[NcStage::Proposed]), approve, reason: text() })
}

fn judge(w: &World, effective: bool) -> Act {
    Act::App(App::JudgeCorrection { nc: nc(w, &[NcStage::Done]), effective, note: text() })
}

fn sign(w: &World) -> Act {
    Act::App(App::Sign { outcome: outcome(w), reasons: text() })
}

fn countersign(_: &World) -> Act {
    Act::App(App::Countersign)
}

fn limit(w: &World) -> Act {
    let ordered = w.app.as_ref().and_then(|a| a.rectification.as_ref()).map_or(w.today(), |r| r.ordered_on);
    Act::App(App::OrderRectification { until: ordered.saturating_add(90.days()) })
}

/// Suspension of what is valid, restoration of what is suspended.
fn turn(w: &World) -> Measure {
    let suspended = w.cert.as_ref().is_some_and(|c| c.status_on(w.today()) == Status::Suspended);
    if suspended { Measure::Restore } else { Measure::Suspend }
}

fn request(w: &World) -> Act {
    Act::Cert(Cert::Request { asks: turn(w), reason: text() })
}

fn waive(_: &World) -> Act {
    Act::Cert(Cert::BeHeard { statement: None })
}

fn take(w: &World) -> Act {
    Act::Cert(Cert::TakeMeasure { effective_on: w.today() })
}

fn lift(w: &World) -> Act {
    let found = w.cert.as_ref().and_then(|c| c.standing_findings().next());
    Act::Cert(Cert::LiftFinding { id: found.map_or(1, |f| f.id), reason: text() })
}

fn drift(_: &World) -> Act {
    let mut actual = scope();
    actual.systems.push("ERP".into());
    Act::Cert(Cert::DeclareFlows { actual: Box::new(actual), source: doc("台账") })
}

/// A mandate that is not the last one: the same again is nothing new.
fn other_than(w: &World, last: Option<&certification::Mandate>) -> Box<certification::Mandate> {
    let m = certification::Mandate { until: w.today().saturating_add(700.days()), ..mandate() };
    let known = last == Some(&m);
    Box::new(if known { certification::Mandate { reported_to: "示例省网信办".into(), ..m } } else { m })
}

fn renewed(w: &World) -> Act {
    Act::Cert(Cert::RecordMandate { mandate: other_than(w, w.cert.as_ref().and_then(|c| c.mandate.as_ref())) })
}

/// Acts that carry nothing wrong: whether they are accepted depends on the state alone.
pub(crate) const MOVES: &[Move] = &[
    ("applicant", |_| Act::App(App::Open { processor: Box::new(domestic()), purpose: certification::Purpose::New })),
    ("rep", |_| Act::App(App::Open { processor: Box::new(overseas()), purpose: certification::Purpose::New })),
    ("applicant", save_form),
    ("rep", save_form),
    ("applicant", choose),
    ("rep", choose),
    ("applicant", submit),
    ("rep", submit),
    ("foreign", submit),
    ("applicant", withdraw),
    ("rep", withdraw),
    ("rep", |w| {
        let last = w.app.as_ref().and_then(|a| a.dossier.mandate.as_ref());
        Act::App(App::RecordMandate { mandate: other_than(w, last) })
    }),
    ("manager", declare),
    ("lab", declare),
    ("auditor", declare),
    ("certifier", declare),
    ("manager", |_| Act::App(App::Accept)),
    ("stranger", |_| Act::App(App::Accept)),
    ("manager", |_| Act::App(App::Decline { reasons: text() })),
    ("manager", |w| {
        let basis = w.app.as_ref().map_or("A53", |a| a.basis.as_str());
        Act::App(App::MakePlan { plan: Box::new(plan(basis)) })
    }),
    ("lab", |_| Act::App(App::SignVerification { report: doc("技术验证报告"), conforming: true })),
    ("verifier", |_| Act::App(App::CheckVerification { take: true, reason: text() })),
    ("verifier", |_| Act::App(App::CheckVerification { take: false, reason: text() })),
    ("auditor", begin_audit),
    ("auditor2", begin_audit),
    ("auditor", |w| clause(w, Grade::Conforming)),
    ("auditor", |w| clause(w, Grade::Minor)),
    ("auditor", |_| Act::App(App::SignAudit { report: doc("现场审核报告") })),
    ("manager", limit),
    ("applicant", correct),
    ("rep", correct),
    ("auditor", |w| review(w, true)),
    ("auditor", |w| review(w, false)),
    ("applicant", corrected),
    ("rep", corrected),
    ("auditor", |w| judge(w, true)),
    ("auditor", |w| judge(w, false)),
    ("evaluator", |w| Act::App(App::Evaluate { recommends: outcome(w), summary: text() })),
    ("manager", |_| Act::App(App::ReportDeceit { summary: text(), evidence: vec![doc("证据")] })),
    ("certifier", sign),
    ("auditor", sign),
    ("head", sign),
    ("certifier", countersign),
    ("head", countersign),
    ("certifier", |_| Act::App(App::ReturnEvaluation { reason: text() })),
    ("head", |_| Act::App(App::ReturnConclusion { reason: text() })),
    ("manager", |_| Act::App(App::StopClock { reason: PauseReason::SiteClosed, note: text() })),
    ("manager", |_| Act::App(App::ResumeClock)),
    ("manager", |_| Act::App(App::ReportViolation { summary: text(), evidence: vec![] })),
    ("manager", |_| Act::Cert(issue(None))),
    ("stranger", |_| Act::Cert(issue(None))),
    ("applicant", |_| Act::Cert(issue(None))),
    ("applicant", request),
    ("rep", request),
    ("manager", |w| Act::Cert(propose(turn(w), Origin::Body))),
    ("auditor", |_| Act::Cert(propose(Measure::Revoke, Origin::Body))),
    ("manager", |_| Act::Cert(propose(Measure::Cancel, Origin::Body))),
    ("stranger", |_| Act::Cert(propose(Measure::Revoke, Origin::Body))),
    ("applicant", waive),
    ("rep", waive),
    ("head", take),
    ("manager", take),
    ("head", |_| Act::Cert(Cert::DropMeasure { reason: text() })),
    ("cac", |_| Act::Cert(Cert::StateFinding { obliges: Obliges::Suspend, summary: text(), evidence: vec![] })),
    ("cac", lift),
    ("samr", lift),
    ("manager", drift),
    ("manager", |w| {
        let open = w.cert.as_ref().and_then(|c| c.suggestions.iter().find(|s| s.open));
        Act::Cert(Cert::SetAside { id: open.map_or(1, |s| s.id), reason: text() })
    }),
    ("manager", |w| {
        let open = w.cert.as_ref().and_then(|c| c.requests.iter().find(|r| r.open));
        Act::Cert(Cert::RefuseRequest { id: open.map_or(1, |r| r.id), reason: text() })
    }),
    ("auditor", |w| {
        let open = w.cert.as_ref().and_then(|c| c.surveillances.iter().find(|s| s.conforming.is_none()));
        let (id, report) = (open.map_or(1, |s| s.id), doc("监督报告"));
        Act::Cert(Cert::RecordSurveillance { id, report, conforming: true, note: text() })
    }),
    ("clock", |w| {
        let seq = w.cert.as_ref().and_then(|c| c.waiting_report()).map_or(1, |r| r.seq);
        Act::Cert(Cert::RegisterReceipt { seq, receipt: format!("R-{seq}") })
    }),
    ("clock", |w| {
        let seq = w.cert.as_ref().and_then(|c| c.unsent_report()).map_or(1, |r| r.seq);
        Act::Cert(Cert::SendReport { seq, target: "platform".into(), digest: "0a".repeat(32) })
    }),
    ("manager", |w| {
        let seq = w.cert.as_ref().and_then(|c| c.waiting_report()).map_or(1, |r| r.seq);
        Act::Cert(Cert::RejectReport { seq, reason: text() })
    }),
    ("manager", |w| {
        let sent = w.cert.as_ref().and_then(|c| c.reports.iter().find(|r| r.may_be_resent()));
        Act::Cert(Cert::ResendReport { seq: sent.map_or(1, |r| r.record.seq), reason: text() })
    }),
    ("manager", |_| Act::Cert(Cert::ReportViolation { summary: text(), evidence: vec![] })),
    ("rep", renewed),
    ("manager", renewed),
    ("foreign", renewed),
    ("cac", |w| {
        let open = w.app.as_ref().and_then(|a| a.violations.iter().position(|v| v.acknowledged.is_none()));
        let id = open.and_then(|i| u32::try_from(i + 1).ok()).unwrap_or(1);
        Act::App(App::AcknowledgeViolation { id, note: text() })
    }),
    ("cac", |w| {
        let open = w.cert.as_ref().and_then(|c| c.violations.iter().position(|v| v.acknowledged.is_none()));
        let id = open.and_then(|i| u32::try_from(i + 1).ok()).unwrap_or(1);
        Act::Cert(Cert::AcknowledgeViolation { id, note: text() })
    }),
    ("clock", |_| Act::Cert(Cert::Expire)),
    ("manager", |_| Act::Cert(Cert::Expire)),
    ("manager", |_| Act::Cert(Cert::LinkSuccessor { certificate: "certificate-2".into() })),
    ("clock", |_| Act::App(App::RecordCertificate { certificate: CERT.into() })),
    ("clock", |_| Act::Wait(1)),
    ("clock", |_| Act::Wait(100)),
    ("clock", |_| Act::Wait(1100)),
];

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
    let answered: Vec<_> = c.reports.iter().map(|r| r.receipt.is_some() || r.rejection.is_some()).collect();
    assert!(answered.is_sorted_by(|a, b| a >= b), "answered in order");
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
    let mut next = w.clone();
    for (who, make) in MOVES {
        *tried += 1;
        // An act that is refused changes nothing, so nothing new can follow it.
        if play(&mut next, who, &make(w)) {
            if depth > 1 {
                walk(&next, depth - 1, tried);
            }
            next = w.clone();
        }
    }
}

/// The states that sequences have come to, and where their acts lead.
#[derive(Default)]
pub(crate) struct Seen {
    /// For a state the states that its accepted acts make, in the order of [`MOVES`].
    next: HashMap<u128, Vec<u128>>,
    /// Acts that were played.
    pub(crate) played: u64,
}

impl Seen {
    /// States from which acts were played.
    pub(crate) fn states(&self) -> usize {
        self.next.len()
    }

    /// The acts of all sequences of at most `depth` acts from a state; refused ones end their sequence.
    fn acts(&self, from: u128, depth: usize, known: &mut HashMap<(u128, usize), u64>) -> u64 {
        if depth == 0 {
            return 0;
        }
        if let Some(n) = known.get(&(from, depth)) {
            return *n;
        }
        let after: u64 = self.next[&from].iter().map(|next| self.acts(*next, depth - 1, known)).sum();
        let all = MOVES.len() as u64 + after;
        known.insert((from, depth), all);
        all
    }
}

/// Text that is hashed as it is written.
struct Hashed([DefaultHasher; 2]);

impl std::fmt::Write for Hashed {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        self.0.iter_mut().for_each(|h| h.write(s.as_bytes()));
        Ok(())
    }
}

/// What decides what can follow: everything of a world but its past.
fn key(w: &World) -> u128 {
    let mut hashed = Hashed([DefaultHasher::new(), DefaultHasher::new()]);
    hashed.0[1].write_u8(1);
    let all = (&w.app, &w.cert, &w.others, w.now, w.standing, &w.roster, &w.elsewhere);
    std::fmt::write(&mut hashed, format_args!("{all:?}")).expect("a hasher takes everything");
    let [a, b] = hashed.0.map(|h| u128::from(h.finish()));
    a << 64 | b
}

/// As [`walk`], but playing the acts of each state once: sequences that differ in the order of acts which do
/// not meet come to the same state, and what can follow depends on the state alone. What is refused
/// leaves the state as it is, so nothing is played behind it. Answers how many acts the sequences have, those
/// not played again included.
pub(crate) fn walk_states(w: &World, depth: usize, seen: &mut Seen) -> u64 {
    let start = key(w);
    let mut known: HashSet<u128> = [start].into();
    let mut here = vec![(start, w.clone())];
    for length in 1..=depth {
        let mut further = Vec::new();
        for (from, w) in here {
            let mut leads = Vec::new();
            let mut next = w.clone();
            for (who, make) in MOVES {
                seen.played += 1;
                if !play(&mut next, who, &make(&w)) {
                    continue;
                }
                let made = std::mem::replace(&mut next, w.clone());
                let to = key(&made);
                leads.push(to);
                if length < depth && known.insert(to) {
                    further.push((to, made));
                }
            }
            seen.next.insert(from, leads);
        }
        here = further;
    }
    seen.acts(start, depth, &mut HashMap::new())
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
            let (who, make) = MOVES[dice.next(MOVES.len())];
            let act = make(&w);
            tally.acts += 1;
            tally.accepted += u64::from(play(&mut w, who, &act));
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
