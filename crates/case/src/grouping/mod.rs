//! Which applicants a body or an authority takes for one group, each mark with its reason (M 5(4): splitting can only be seen
//! where it is known who belongs together). A mark is a note for looking, not a finding: it changes no case of an applicant,
//! and the organisation that made it can lift it with a reason. One record for each organisation that marks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, OrgId, OrgKind};
use crate::life::{By, Life, Recorded, subject};
use crate::permission::Right;
use crate::refusal::{Refusal, RefusalCode, needed};
use crate::text;

/// Where the ban on splitting is written.
const ARTICLE: &str = "M 5(4)";

/// Most members of one mark.
pub const MEMBERS_MAX: usize = 50;

/// Longest name, in characters.
const NAME_MAX: usize = 200;

/// A mark: these applicants are taken for one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its number.
    pub number: u32,
    /// The name of the group.
    pub group: String,
    /// The names of the applicants, as they apply.
    pub members: Vec<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: By,
    /// When it was lifted, by whom and why.
    pub lifted: Option<(Timestamp, By, String)>,
}

/// The marks of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// Whose they are.
    pub org: OrgId,
    /// The marks, oldest first.
    pub marks: Vec<Mark>,
}

impl Grouping {
    /// The marks that stand.
    pub fn standing(&self) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(|m| m.lifted.is_none())
    }
}

/// What an actor may ask of the marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Mark applicants as one group.
    Mark {
        /// The name of the group.
        group: String,
        /// The names of the applicants.
        members: Vec<String>,
        /// Why.
        reason: String,
    },
    /// Lift a mark.
    Lift {
        /// Which.
        mark: u32,
        /// Why.
        reason: String,
    },
}

/// What can happen to the marks. Stored for ever: add variants and optional fields, never rename or remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are those of the command")]
pub enum Event {
    /// Applicants were marked.
    Marked { mark: u32, group: String, members: Vec<String>, reason: String },
    /// A mark was lifted.
    Lifted { mark: u32, reason: String },
}

/// Whether the actor may mark and lift at all.
///
/// # Errors
/// The refusal that `decide` would give.
pub fn permit(state: Option<&Grouping>, actor: &Actor) -> Result<(), Refusal> {
    if state.is_some_and(|s| s.org != actor.org) {
        return Err(Refusal::new(RefusalCode::NotFound, ARTICLE));
    }
    let side = matches!(actor.org_kind, OrgKind::Body | OrgKind::Cac);
    if side && Right::SplittingMark.held_by(actor) { Ok(()) } else { Err(Refusal::new(RefusalCode::NotAllowed, ARTICLE)) }
}

impl Life for Grouping {
    const KIND: &'static str = "grouping";
    type Command = Command;
    type Event = Event;
    type Facts = ();

    fn owner(&self) -> &OrgId {
        &self.org
    }

    fn event_kind(event: &Event) -> &'static str {
        match event {
            Event::Marked { .. } => "marked",
            Event::Lifted { .. } => "lifted",
        }
    }

    fn decide(state: Option<&Self>, command: Command, actor: &Actor, (): &(), _: Timestamp) -> Result<Vec<Event>, Refusal> {
        permit(state, actor)?;
        Ok(vec![match command {
            Command::Mark { group, members, reason } => {
                let unfit = || Refusal::new(RefusalCode::TextNeeded, ARTICLE);
                let fits = |name: &String| name.chars().count() <= NAME_MAX && text::check(name, false).is_ok();
                let group = needed(group, ARTICLE)?.trim().to_owned();
                let mut names: Vec<String> = Vec::new();
                for name in members.iter().map(|m| m.trim()).filter(|m| !m.is_empty()) {
                    if !names.iter().any(|known| known == name) {
                        names.push(name.to_owned());
                    }
                }
                // One applicant alone is compared with itself anyway.
                if !fits(&group) || names.len() < 2 || names.len() > MEMBERS_MAX || !names.iter().all(fits) {
                    return Err(unfit());
                }
                let mark = state.and_then(|s| s.marks.last()).map_or(1, |m| m.number + 1);
                Event::Marked { mark, group, members: names, reason: needed(reason, ARTICLE)? }
            }
            Command::Lift { mark, reason } => {
                let state = subject(state, false, ARTICLE)?;
                if !state.is_some_and(|s| s.standing().any(|m| m.number == mark)) {
                    return Err(Refusal::new(RefusalCode::WrongPhase, ARTICLE));
                }
                Event::Lifted { mark, reason: needed(reason, ARTICLE)? }
            }
        }])
    }

    fn apply(state: Option<Self>, event: &Recorded<Event>) -> Option<Self> {
        let mut all = state.unwrap_or_else(|| Self { org: event.by.org.clone(), marks: Vec::new() });
        match &event.event {
            Event::Marked { mark, group, members, reason } => all.marks.push(Mark {
                number: *mark,
                group: group.clone(),
                members: members.clone(),
                reason: reason.clone(),
                at: event.at,
                by: event.by.clone(),
                lifted: None,
            }),
            Event::Lifted { mark, reason } => {
                if let Some(m) = all.marks.iter_mut().find(|m| m.number == *mark) {
                    m.lifted = Some((event.at, event.by.clone(), reason.clone()));
                }
            }
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Role;

    fn actor(kind: OrgKind, org: &str, role: Role) -> Actor {
        Actor {
            user: "u".into(),
            name: "示例".into(),
            org: org.into(),
            org_kind: kind,
            roles: [role].into(),
            second_factor_at: None,
        }
    }

    fn mark(members: &[&str], reason: &str) -> Command {
        let members = members.iter().map(|&m| m.to_owned()).collect();
        Command::Mark { group: "示例集团（虚构）".into(), members, reason: reason.into() }
    }

    fn play(state: Option<Grouping>, command: Command, actor: &Actor) -> Result<Grouping, Refusal> {
        let events = Grouping::decide(state.as_ref(), command, actor, &(), Timestamp::UNIX_EPOCH)?;
        let seq = state.as_ref().map_or(0, |s| s.marks.len() as u64);
        let recorded =
            events.into_iter().map(|event| Recorded { seq: seq + 1, at: Timestamp::UNIX_EPOCH, by: actor.into(), event });
        Ok(recorded.fold(state, |s, e| Grouping::apply(s, &e)).unwrap())
    }

    #[test]
    fn a_mark_needs_two_applicants_and_a_reason_and_can_be_lifted_with_one() {
        let manager = actor(OrgKind::Body, "b1", Role::CaseManager);
        for (members, reason) in [(&["甲"][..], "同一实际控制人"), (&["甲", " 甲 "], "同一实际控制人"), (&["甲", "乙"], " ")]
        {
            assert_eq!(play(None, mark(members, reason), &manager).unwrap_err().code, RefusalCode::TextNeeded);
        }
        let marked = play(None, mark(&["甲", "乙", "甲"], "同一实际控制人"), &manager).unwrap();
        assert_eq!((marked.marks.len(), marked.marks[0].members.len()), (1, 2));
        let lift = |mark, reason: &str| Command::Lift { mark, reason: reason.into() };
        assert!(play(Some(marked.clone()), lift(2, "写错"), &manager).is_err(), "no such mark");
        assert!(play(Some(marked.clone()), lift(1, ""), &manager).is_err(), "no reason");
        let lifted = play(Some(marked), lift(1, "写错"), &manager).unwrap();
        assert_eq!((lifted.standing().count(), lifted.marks.len()), (0, 1), "it stays in the record");
        assert!(play(Some(lifted), lift(1, "再次"), &manager).is_err());
    }

    #[test]
    fn only_bodies_and_authorities_mark_and_each_its_own() {
        let manager = actor(OrgKind::Body, "b1", Role::CaseManager);
        let marked = play(None, mark(&["甲", "乙"], "同一实际控制人"), &manager).unwrap();
        let other = actor(OrgKind::Body, "b2", Role::CaseManager);
        assert_eq!(play(Some(marked), mark(&["丙", "丁"], "x"), &other).unwrap_err().code, RefusalCode::NotFound);
        assert!(play(None, mark(&["甲", "乙"], "x"), &actor(OrgKind::Cac, "cac", Role::CacSupervisor)).is_ok());
        for (kind, role) in
            [(OrgKind::Body, Role::Auditor), (OrgKind::Processor, Role::Applicant), (OrgKind::Samr, Role::SamrReader)]
        {
            assert!(play(None, mark(&["甲", "乙"], "x"), &actor(kind, "x", role)).is_err());
        }
    }
}
