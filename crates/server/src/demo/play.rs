//! Plays filings from the first draft to the decision, through the same commands as people.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use guosuo_case::Actor;
use guosuo_case::actor::OrgKind;
use guosuo_case::filing::{Command, FileRef, Filing, Form, FormCode, Outcome, Person, ReasonCode, Slot, Verdict};
use guosuo_paper::{Mode, Statement, StatementSection};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::period::{Direction, WorkingDays, due};
use guosuo_rules::time::cst_date;
use guosuo_store::{NewBlob, new_id};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::cast::{ACCOUNTS, BODIES, credit_code};
use crate::app::{App, act, form_digest};
use crate::body::print::paper;
use crate::web::lang::Lang;
use crate::words;

/// How far a filing of the demonstration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A draft; so many of its thirteen slots are filled.
    Draft(usize),
    /// Submitted, nobody holds it.
    Received,
    /// A handler holds it, some verdicts are given.
    Checking,
    /// All verdicts given (one slot wanting, if named), sent to the data authority.
    WithNda(Option<Slot>),
    /// The data authority has answered.
    Answered(Option<Slot>),
    /// The handler has proposed.
    Proposed(Option<Slot>),
    /// Decided.
    Decided(Option<Slot>),
    /// Taken back.
    Withdrawn,
}

/// Plays for one instance.
pub struct Player {
    app: App,
    actors: HashMap<&'static str, Actor>,
    calendar: Arc<Calendar>,
    /// Printed once, used by all: the content is fictitious anyway.
    papers: HashMap<Slot, Vec<u8>>,
}

impl Player {
    /// Somebody who can act as every demonstration account.
    ///
    /// # Errors
    /// When the accounts are missing.
    pub async fn new(app: &App) -> Result<Self> {
        let mut reader = app.store.reader().await?;
        let mut actors = HashMap::new();
        for a in &ACCOUNTS {
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
        // A connection is given back before another is asked for: many players at once would wait for one another.
        drop(reader);
        let calendar = app.store.calendar().await?;
        Ok(Self { app: app.clone(), actors, calendar, papers: HashMap::new() })
    }

    /// The actor behind a sign-in name.
    pub fn actor(&self, login: &str) -> &Actor {
        &self.actors[login]
    }

    async fn act(&self, who: &str, case: &str, command: Command, at: Timestamp) -> Result<Filing> {
        let mut actor = self.actors[who].clone();
        actor.second_factor_at = Some(at);
        let what = format!("{:?} by {who}", command.action());
        Ok(act(&self.app, &actor, "", case, command, None, at).await.with_context(|| what)?.state)
    }

    /// The moment so many working days before the demonstration's today, at an hour in Beijing.
    pub fn working_days_ago(&self, n: u32, hour: i64) -> Timestamp {
        let today = cst_date(self.app.now());
        let day = due(today, WorkingDays(n).into(), Direction::Before, &self.calendar)
            .map_or(today, guosuo_rules::period::Due::earliest);
        let at = guosuo_rules::time::start_of_day(day) + SignedDuration::from_hours(hour);
        at.min(self.app.now())
    }

    /// Plays a filing of `login`'s organisation, received so many working days ago.
    ///
    /// # Errors
    /// When the law refuses a step or the store fails.
    pub async fn play(&mut self, login: &'static str, handler: &str, days_ago: u32, stage: Stage) -> Result<String> {
        let received = self.working_days_ago(days_ago, 16);
        let mut at = received - SignedDuration::from_hours(30);
        let case = new_id();
        let form = self.form(login, cst_date(self.working_days_ago(days_ago + 3, 9)));
        self.act(login, &case, Command::Open { copy: None, prefill: Box::new(form) }, at).await?;
        let filled = if let Stage::Draft(n) = stage { n } else { 13 };
        at = self.fill(login, &case, filled, at).await?;
        if matches!(stage, Stage::Draft(_)) {
            return Ok(case);
        }
        self.act(login, &case, Command::Submit { pledge: true }, received).await?;
        if stage == Stage::Withdrawn {
            self.act(
                login,
                &case,
                Command::Withdraw { reason: "示例：需要更正机构地址后重新提交。".into() },
                self.working_days_ago(days_ago / 2, 10),
            )
            .await?;
            return Ok(case);
        }
        let _ = at;
        self.review(&case, handler, days_ago, stage).await?;
        Ok(case)
    }

    async fn review(&self, case: &str, handler: &str, days_ago: u32, stage: Stage) -> Result<()> {
        if stage == Stage::Received {
            return Ok(());
        }
        // A review takes at most 25 working days here, so that nothing is decided late.
        let step = |tenths: u32, hour| self.working_days_ago(days_ago - days_ago.min(25) * tenths / 10, hour);
        let who = self.actors[handler].clone();
        let take = Command::Assign { handler: who.user.clone(), handler_name: who.name.clone(), note: String::new() };
        self.act(handler, case, take, step(1, 10)).await?;
        let wanting = match stage {
            Stage::WithNda(w) | Stage::Answered(w) | Stage::Proposed(w) | Stage::Decided(w) => w,
            _ => None,
        };
        let slots = Slot::ALL.into_iter().filter(|s| !s.is_optional());
        for slot in slots.take(if stage == Stage::Checking { 5 } else { 13 }) {
            let bad = wanting == Some(slot);
            let command = Command::GiveVerdict {
                slot,
                verdict: if bad { Verdict::NotConforming } else { Verdict::Complete },
                reasons: if bad { vec![ReasonCode::ContentMissing] } else { vec![] },
                note: if bad { "没有写明公开的投诉受理渠道和实际执行情况。".into() } else { String::new() },
                page: bad.then_some(1),
            };
            self.act(handler, case, command, step(2, 15)).await?;
        }
        if stage == Stage::Checking {
            return Ok(());
        }
        self.act(handler, case, Command::SendToNda, step(3, 9)).await?;
        if matches!(stage, Stage::WithNda(_)) {
            return Ok(());
        }
        let note = if wanting.is_some() { "同意承办人意见，缺少的内容请补齐后重新提交。" } else { "" };
        let opinion = Command::GiveOpinion {
            complete: wanting.is_none(),
            slots: wanting.into_iter().collect(),
            note: note.into(),
            signed: String::new(),
        };
        self.act("linshu", case, opinion, step(6, 11)).await?;
        if matches!(stage, Stage::Answered(_)) {
            return Ok(());
        }
        let outcome = if wanting.is_some() { Outcome::Refuse } else { Outcome::File };
        self.act(handler, case, Command::Propose { outcome, note: "材料已逐项核对，两部门意见一致。".into() }, step(8, 10))
            .await?;
        if matches!(stage, Stage::Decided(_)) {
            self.act("hechuan", case, Command::Decide, step(9, 15)).await?;
        }
        Ok(())
    }

    fn form(&self, login: &str, approved: Date) -> Form {
        let org = BODIES.iter().find(|o| o.id == login);
        let (name, first) = org.map_or(("", ""), |o| (o.name, o.code.unwrap_or_default()));
        let nature = if first.starts_with("12") { "public_institution" } else { "enterprise" };
        Form {
            org_name: name.into(),
            credit_code: credit_code(first),
            nature: nature.into(),
            nature_other: String::new(),
            legal_rep: "示例法定代表人".into(),
            founded: "2015-06-01".into(),
            capital: "1200".into(),
            address: "示例市示例区示例路1号".into(),
            postcode: "100000".into(),
            approval_number: "CNCA-R-2099-001".into(),
            approval_date: approved.to_string(),
            approval_until: approved.saturating_add(jiff::Span::new().years(6)).to_string(),
            staff: "3".into(),
            operator: self.actors[login].name.clone(),
            operator_phone: "010-00000000".into(),
            scope: "示例：从事数据安全管理认证、个人信息保护认证和合规审计等业务。本段为演示内容，机构和业务均为虚构。".into(),
            late_note: String::new(),
        }
    }

    async fn fill(&mut self, login: &'static str, case: &str, slots: usize, mut at: Timestamp) -> Result<Timestamp> {
        let mut tick = || {
            at += SignedDuration::from_mins(7);
            at
        };
        let body = BODIES.iter().position(|o| o.id == login).unwrap_or_default();
        let people: Vec<Person> = ["示例甲", "示例乙", "示例䶮"]
            .into_iter()
            .enumerate()
            .map(|(i, name)| Person {
                id: format!("p{}", i + 1),
                name: name.into(),
                doc_kind: "passport".into(),
                // One person practises in one body (CAR 14), so every body has people of its own.
                doc_number: format!("EX{body:03}000{i}"),
                position: if i == 0 { "审核组长" } else { "审核员" }.into(),
                sheet: None,
            })
            .collect();
        self.act(login, case, Command::SaveRoster { people: people.clone() }, tick()).await?;
        let state = self.act(login, case, Command::PrintForm, tick()).await?;
        let form = state.dossier.form;
        for slot in Slot::ALL.into_iter().filter(|s| *s != Slot::Other).take(slots) {
            let bytes = self.paper(slot, case, &form)?;
            let code = (slot == Slot::Form).then(|| FormCode { case: case.to_owned(), digest: form_digest(&form) });
            self.attach(login, case, slot, &format!("{}.pdf", words::slot_short(Lang::Zh, slot)), bytes, None, code, tick())
                .await?;
            if slot == Slot::Background {
                for p in &people {
                    let bytes = self.papers.get(&Slot::Background).cloned().unwrap_or_default();
                    self.attach(
                        login,
                        case,
                        slot,
                        &format!("背景审查表-{}.pdf", p.name),
                        bytes,
                        Some(p.id.clone()),
                        None,
                        tick(),
                    )
                    .await?;
                }
            }
        }
        Ok(at)
    }

    #[expect(clippy::too_many_arguments, reason = "what a file needs")]
    async fn attach(
        &self,
        login: &str,
        case: &str,
        slot: Slot,
        name: &str,
        bytes: Vec<u8>,
        person: Option<String>,
        form_code: Option<FormCode>,
        at: Timestamp,
    ) -> Result<()> {
        let actor = &self.actors[login];
        let new = NewBlob {
            case_id: case.to_owned(),
            org: actor.org.to_string(),
            media: "application/pdf".into(),
            actor: actor.user.to_string(),
            max: 100 << 20,
        };
        let blob = self.app.blobs.put_bytes(&new, bytes, at).await?;
        let file = FileRef {
            id: blob.id.into(),
            name: name.to_owned(),
            kind: "pdf".into(),
            size: blob.size,
            pages: Some(1),
            sha256: blob.sha256.to_string(),
            sm3: blob.sm3.to_string(),
            problems: vec![],
            form_code,
        };
        self.act(login, case, Command::AttachFile { slot, file, person }, at).await?;
        Ok(())
    }

    /// A fictitious material as PDF. The form is printed for each case, the others once.
    fn paper(&mut self, slot: Slot, case: &str, form: &Form) -> Result<Vec<u8>> {
        let press = self.app.press.as_ref().map_err(|e| anyhow::anyhow!("the demonstration prints its materials: {e}"))?;
        if slot == Slot::Form {
            return Ok(press.print(&paper(case, form, self.app.now()), Mode::Final)?.bytes);
        }
        if let Some(bytes) = self.papers.get(&slot) {
            return Ok(bytes.clone());
        }
        let covers = words::covers(Lang::Zh, slot);
        let sections = if covers.is_empty() {
            vec![StatementSection {
                heading: String::new(), text: "本页为演示用的虚构影印件，不代表任何真实证件。".into()
            }]
        } else {
            covers
                .iter()
                .map(|c| StatementSection {
                    heading: (*c).into(),
                    text: format!("示例内容（虚构）：本机构已就“{c}”作出安排，具体做法见内部制度。"),
                })
                .collect()
        };
        let statement = Statement {
            heading: words::slot(Lang::Zh, slot).into(),
            organisation: "示例机构（虚构）".into(),
            sections,
            date: cst_date(self.app.now()),
            sealed: slot.needs_seal(),
            footer: "演示材料，机构、人员和内容均为虚构".into(),
            printed_at: self.app.now(),
        };
        let bytes = press.print(&statement, Mode::Final)?.bytes;
        self.papers.insert(slot, bytes.clone());
        Ok(bytes)
    }
}
