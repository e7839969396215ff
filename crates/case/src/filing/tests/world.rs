//! A small world for the stories: people, a complete dossier, a case that remembers.

use std::sync::Arc;

use guosuo_rules::calendar::Calendar;
use jiff::Timestamp;

use crate::actor::{Actor, OrgKind, Role};
use crate::filing::{Command, Config, Facts, FileRef, Filing, Form, FormCode, Person, Slot, Verdict};
use crate::life::{Life, Recorded};
use crate::refusal::Refusal;

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn actor(user: &str, org: &str, kind: OrgKind, role: Role) -> Actor {
    Actor {
        user: user.into(),
        name: format!("示例{user}"),
        org: org.into(),
        org_kind: kind,
        roles: [role].into(),
        second_factor_at: None,
    }
}

pub(super) fn operator() -> Actor {
    actor("op", "qiheng", OrgKind::Body, Role::Operator)
}
pub(super) fn handler() -> Actor {
    actor("chenmin", "cac", OrgKind::Cac, Role::CacHandler)
}
pub(super) fn other_handler() -> Actor {
    actor("zhou", "cac", OrgKind::Cac, Role::CacHandler)
}
pub(super) fn head(now: Timestamp) -> Actor {
    Actor { second_factor_at: Some(now), ..actor("head", "cac", OrgKind::Cac, Role::CacHead) }
}
pub(super) fn nda() -> Actor {
    actor("nda1", "nda", OrgKind::Nda, Role::NdaReviewer)
}

/// A made-up code whose check character is right.
pub(super) const CODE: &str = "91110108MA0000000A";

pub(super) fn form() -> Form {
    Form {
        org_name: "示例启衡认证有限公司（虚构）".into(),
        credit_code: CODE.into(),
        nature: "enterprise".into(),
        legal_rep: "示例䶮".into(),
        founded: "2015-06-01".into(),
        capital: "1000".into(),
        address: "示例市示例路1号".into(),
        postcode: "100000".into(),
        approval_number: "CNCA-R-2099-001".into(),
        approval_date: "2026-01-12".into(),
        approval_until: "2032-01-11".into(),
        staff: "2".into(),
        operator: "示例经办".into(),
        operator_phone: "010-00000000".into(),
        scope: "示例业务。".into(),
        ..Form::default()
    }
}

/// Stands in for the digest that the service computes: any function of the bytes will do.
pub(super) fn digest(form: &Form) -> String {
    form.canonical().bytes().fold(7_u64, |h, b| h.wrapping_mul(1_000_003) ^ u64::from(b)).to_string()
}

pub(super) fn file(id: &str) -> FileRef {
    FileRef {
        id: id.into(),
        name: format!("{id}.pdf"),
        kind: "pdf".into(),
        size: 1000,
        pages: Some(1),
        sha256: "00".repeat(32),
        sm3: "00".repeat(32),
        problems: vec![],
        form_code: None,
    }
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) case: Option<Filing>,
    pub(super) events: Vec<Recorded<super::super::Event>>,
    pub(super) now: Timestamp,
    pub(super) calendar: Arc<Calendar>,
}

impl World {
    pub(super) fn new() -> Self {
        Self { case: None, events: vec![], now: at("2026-01-26T08:40:00Z"), calendar: Arc::new(Calendar::builtin().clone()) }
    }

    pub(super) fn facts(&self) -> Facts {
        Facts {
            calendar: self.calendar.clone(),
            config: Config::default(),
            credit_code: CODE.into(),
            code_overridden: false,
            form_digest: self.case.as_ref().map(|c| digest(&c.dossier.form)).unwrap_or_default(),
            next_number: 3,
            next_filing: 4,
            already_filed: false,
        }
    }

    pub(super) fn act(&mut self, who: &Actor, command: Command) -> Result<(), Refusal> {
        let events = Filing::decide(self.case.as_ref(), command, who, &self.facts(), self.now)?;
        for event in events {
            let recorded = Recorded { seq: self.events.len() as u64 + 1, at: self.now, by: who.into(), event };
            self.case = Filing::apply(self.case.take(), &recorded);
            self.events.push(recorded);
        }
        Ok(())
    }

    pub(super) fn case(&self) -> &Filing {
        self.case.as_ref().unwrap()
    }

    /// A draft that lacks nothing.
    pub(super) fn complete() -> Self {
        let mut w = Self::new();
        let op = operator();
        w.act(&op, Command::Open { copy: None, prefill: Box::new(form()) }).unwrap();
        let people = ["甲", "乙"].map(|n| Person {
            id: n.into(),
            name: format!("示例{n}"),
            doc_kind: "passport".into(),
            doc_number: format!("E{n}"),
            position: "审核员".into(),
            sheet: None,
        });
        w.act(&op, Command::SaveRoster { people: people.to_vec() }).unwrap();
        w.act(&op, Command::PrintForm).unwrap();
        for slot in Slot::ALL {
            let mut f = file(slot.id());
            if slot == Slot::Form {
                f.form_code = Some(FormCode { case: "c".into(), digest: digest(&w.case().dossier.form) });
            }
            if slot != Slot::Other {
                w.act(&op, Command::AttachFile { slot, file: f, person: None }).unwrap();
            }
        }
        for p in ["甲", "乙"] {
            let command =
                Command::AttachFile { slot: Slot::Background, file: file(&format!("sheet-{p}")), person: Some(p.into()) };
            w.act(&op, command).unwrap();
        }
        w
    }

    pub(super) fn submitted() -> Self {
        let mut w = Self::complete();
        w.act(&operator(), Command::Submit { pledge: true }).unwrap();
        w
    }

    /// Under review by the handler, all verdicts given (`wanting` is missing), opinion in.
    pub(super) fn judged(wanting: Option<Slot>, nda_complete: bool) -> Self {
        let mut w = Self::submitted();
        w.act(&handler(), take()).unwrap();
        for slot in Slot::ALL.into_iter().filter(|s| !s.is_optional()) {
            let bad = wanting == Some(slot);
            w.act(&handler(), verdict(slot, if bad { Verdict::Missing } else { Verdict::Complete })).unwrap();
        }
        w.act(&handler(), Command::SendToNda).unwrap();
        w.act(&nda(), opinion(nda_complete)).unwrap();
        w
    }
}

pub(super) fn take() -> Command {
    Command::Assign { handler: "chenmin".into(), handler_name: "示例陈敏".into(), note: String::new() }
}

pub(super) fn verdict(slot: Slot, verdict: Verdict) -> Command {
    let reasons = if verdict == Verdict::Complete { vec![] } else { vec![super::super::ReasonCode::Missing] };
    Command::GiveVerdict { slot, verdict, reasons, note: String::new(), page: None }
}

pub(super) fn opinion(complete: bool) -> Command {
    let note = if complete { String::new() } else { "缺材料".into() };
    Command::GiveOpinion { complete, slots: vec![], note, signed: "{}".into() }
}
