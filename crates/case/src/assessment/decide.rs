//! The decisions on an assessment.

use guosuo_rules::time::cst_date;
use jiff::Timestamp;

use super::available::{due_for_review, permit};
use super::check::{TEXT_MAX, check_content};
use super::command::{Command, Facts};
use super::contradiction::contradictions;
use super::event::Event;
use super::fresh::keep_until;
use super::state::Assessment;
use crate::actor::{Actor, OrgId};
use crate::filing::Severity;
use crate::life::{Life, Recorded};
use crate::refusal::{Refusal, RefusalCode, needed};
use crate::text;

impl Life for Assessment {
    const KIND: &'static str = "assessment";
    type Command = Command;
    type Event = Event;
    type Facts = Facts;

    fn owner(&self) -> &OrgId {
        &self.org
    }

    fn event_kind(event: &Event) -> &'static str {
        match event {
            Event::Opened { .. } => "opened",
            Event::Saved { .. } => "saved",
            Event::Frozen { .. } => "frozen",
            Event::RevisionOpened => "revision_opened",
            Event::RevisionDropped => "revision_dropped",
            Event::Kept { .. } => "kept",
            Event::Released { .. } => "released",
        }
    }

    fn apply(state: Option<Self>, event: &Recorded<Event>) -> Option<Self> {
        Self::after(state, event)
    }

    fn decide(
        state: Option<&Self>,
        command: Command,
        actor: &Actor,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        let action = command.action();
        permit(state, action, actor, facts, now)?;
        let article = action.article();
        let wrong = || Refusal::new(RefusalCode::WrongPhase, article);
        let today = cst_date(now);
        let Some(a) = state else {
            let Command::Open { title } = command else { return Err(Refusal::new(RefusalCode::NotFound, article)) };
            return Ok(vec![Event::Opened { title: short(title)? }]);
        };
        let current = |seen: u32| {
            let stale = RefusalCode::StaleForm { expected: seen, current: a.rev };
            if seen == a.rev { Ok(()) } else { Err(Refusal::new(stale, article)) }
        };
        Ok(vec![match command {
            Command::Open { .. } => return Err(wrong()),
            Command::Save { content, seen } => {
                current(seen)?;
                Event::Saved { content }
            }
            Command::Freeze { completed_on, note, seen } => {
                current(seen)?;
                let draft = a.draft.as_ref().ok_or_else(wrong)?;
                if completed_on > today {
                    return Err(Refusal::new(RefusalCode::DayInFuture { day: completed_on }, article));
                }
                let mut gaps = check_content(draft, &facts.method, today, &facts.config);
                gaps.retain(|g| g.severity == Severity::Blocks);
                if !gaps.is_empty() {
                    return Err(Refusal::new(RefusalCode::AssessmentIncomplete { gaps }, article));
                }
                let found = contradictions(draft, &facts.elsewhere);
                if !found.is_empty() && text::is_blank(&note) {
                    return Err(Refusal::new(RefusalCode::ContradictionsUnexplained { count: found.len() }, "house"));
                }
                let number = a.versions.last().map_or(1, |v| v.number + 1);
                Event::Frozen {
                    version: number,
                    completed_on,
                    digests: facts.digests.clone(),
                    method: facts.method.id.clone(),
                    contradictions: found,
                    note: if text::is_blank(&note) { String::new() } else { needed(note, article)? },
                    keep_until: keep_until(today, &facts.calendar),
                }
            }
            Command::Revise => Event::RevisionOpened,
            Command::DropRevision => Event::RevisionDropped,
            Command::ReviewRetention { version, keep_until, reason } => {
                let v = a.version(version).filter(|v| v.superseded_at.is_some() && v.released.is_none()).ok_or_else(wrong)?;
                due_for_review(v.keep_until, today)?;
                let reason = needed(reason, article)?;
                match keep_until {
                    Some(day) if day > today => Event::Kept { version, keep_until: day, reason },
                    Some(day) => return Err(Refusal::new(RefusalCode::DayNotAhead { day }, article)),
                    None => Event::Released { version, reason },
                }
            }
        }])
    }
}

fn short(title: String) -> Result<String, Refusal> {
    let title = needed(title, "PIPL 56")?;
    if title.chars().count() > 200.min(TEXT_MAX) || text::check(&title, false).is_err() {
        return Err(Refusal::new(RefusalCode::TextNeeded, "PIPL 56"));
    }
    Ok(title)
}
