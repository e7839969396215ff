//! What can be done now: the one table that draws the buttons, guards the commands and
//! documents the interface.

use jiff::Timestamp;

use super::state::{Filing, Phase};
use crate::actor::{Actor, OrgKind, Role};
use crate::life::subject;
use crate::permission::{Object, Right, allow};
use crate::refusal::{Refusal, RefusalCode};

/// A kind of act on a filing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the commands")]
pub enum Action {
    Open,
    SaveForm,
    PrintForm,
    AttachFile,
    RemoveFile,
    OrderFiles,
    ExamineFile,
    SaveRoster,
    DeclareNothingFurther,
    Submit,
    Withdraw,
    Assign,
    GiveVerdict,
    SendToNda,
    GiveOpinion,
    Propose,
    ReturnProposal,
    ExplainOverdue,
    Decide,
    Remove,
}

impl Action {
    /// All acts, in the order of the table.
    pub const ALL: [Self; 20] = [
        Self::Open,
        Self::SaveForm,
        Self::PrintForm,
        Self::AttachFile,
        Self::RemoveFile,
        Self::OrderFiles,
        Self::ExamineFile,
        Self::SaveRoster,
        Self::DeclareNothingFurther,
        Self::Submit,
        Self::Withdraw,
        Self::Assign,
        Self::GiveVerdict,
        Self::SendToNda,
        Self::GiveOpinion,
        Self::Propose,
        Self::ReturnProposal,
        Self::ExplainOverdue,
        Self::Decide,
        Self::Remove,
    ];

    /// The right that the act needs.
    pub fn right(self) -> Right {
        match self {
            Self::Open
            | Self::SaveForm
            | Self::PrintForm
            | Self::AttachFile
            | Self::RemoveFile
            | Self::OrderFiles
            | Self::ExamineFile
            | Self::SaveRoster
            | Self::DeclareNothingFurther => Right::FilingEdit,
            Self::Submit | Self::Withdraw => Right::FilingSubmit,
            Self::Assign => Right::QueueRead,
            Self::GiveVerdict | Self::SendToNda | Self::Propose | Self::ExplainOverdue => Right::FilingReview,
            Self::GiveOpinion => Right::FilingOpine,
            Self::ReturnProposal | Self::Decide => Right::FilingDecide,
            Self::Remove => Right::BodyRegisterAct,
        }
    }

    /// The sentence that gives the act its place.
    pub fn article(self) -> &'static str {
        match self {
            Self::Open | Self::Submit => "M 12(1)",
            Self::GiveVerdict
            | Self::SendToNda
            | Self::GiveOpinion
            | Self::Propose
            | Self::ReturnProposal
            | Self::Decide
            | Self::ExplainOverdue
            | Self::Assign => "M 12(3)",
            Self::Withdraw | Self::Remove => "regime 2.6",
            _ => "G 三(一)",
        }
    }
}

/// Whether the act exists for this actor in this state: permission, phase, and the facts of
/// the review. What the act itself carries is checked by `decide`.
///
/// # Errors
/// The refusal that `decide` would give.
pub fn permit(filing: Option<&Filing>, action: Action, actor: &Actor, now: Timestamp) -> Result<(), Refusal> {
    let no = |code| Err(Refusal::new(code, action.article()));
    let right = action.right();
    let Some(f) = subject(filing, action == Action::Open, action.article())? else {
        return if allow(Some(actor), right, &Object::None) && actor.org_kind == OrgKind::Body {
            Ok(())
        } else {
            no(RefusalCode::NotAllowed)
        };
    };
    // The examination of an upload may also be recorded by the platform itself.
    if action == Action::ExamineFile && actor.is_system() {
        return match f.phase {
            Phase::Draft => Ok(()),
            _ => no(RefusalCode::WrongPhase),
        };
    }
    let object = match right {
        Right::FilingEdit | Right::FilingSubmit => Object::Of(f.owner.clone()),
        _ => Object::UnderReview { sent_to_nda: f.review().is_some_and(|r| r.sent_to_nda.is_some()) },
    };
    if !allow(Some(actor), right, &object) {
        // Another organisation is not told that the case exists.
        let own_side = actor.org_kind == OrgKind::Body && actor.org == f.owner;
        return no(if actor.org_kind == OrgKind::Body && !own_side { RefusalCode::NotFound } else { RefusalCode::NotAllowed });
    }
    match (&f.phase, action) {
        (
            Phase::Draft,
            Action::SaveForm
            | Action::PrintForm
            | Action::AttachFile
            | Action::RemoveFile
            | Action::OrderFiles
            | Action::ExamineFile
            | Action::SaveRoster
            | Action::DeclareNothingFurther
            | Action::Submit
            | Action::Withdraw,
        )
        | (Phase::UnderReview { .. }, Action::Withdraw)
        | (Phase::Filed { .. }, Action::Remove) => Ok(()),
        (Phase::UnderReview { submission, review }, _) => {
            let handler = || {
                if review.handler.as_ref() == Some(&actor.user) {
                    Ok(())
                } else {
                    no(RefusalCode::NotHandler { handler: review.handler.as_ref().map(ToString::to_string) })
                }
            };
            let settled = || {
                if review.proposal.is_some() { no(RefusalCode::ProposalPending) } else { Ok(()) }
            };
            match action {
                Action::Assign => {
                    if actor.has(Role::CacHead) {
                        return Ok(());
                    }
                    if !actor.has(Role::CacHandler) {
                        return no(RefusalCode::NotAllowed);
                    }
                    match &review.handler {
                        None => Ok(()),
                        Some(h) if *h == actor.user => Ok(()),
                        Some(h) => no(RefusalCode::NotHandler { handler: Some(h.to_string()) }),
                    }
                }
                Action::GiveVerdict => handler().and_then(|()| settled()),
                Action::SendToNda => {
                    handler()?;
                    if review.sent_to_nda.is_some() { no(RefusalCode::WrongPhase) } else { Ok(()) }
                }
                Action::GiveOpinion => {
                    if review.sent_to_nda.is_none() {
                        no(RefusalCode::NotSent)
                    } else if review.opinion.is_some() {
                        no(RefusalCode::OpinionGiven)
                    } else {
                        Ok(())
                    }
                }
                Action::Propose => {
                    handler()?;
                    settled()?;
                    let open = review.open_slots(&f.dossier);
                    if !open.is_empty() {
                        no(RefusalCode::VerdictsMissing { slots: open })
                    } else if review.opinion.is_none() {
                        no(RefusalCode::OpinionMissing)
                    } else {
                        Ok(())
                    }
                }
                Action::ReturnProposal | Action::Decide => match &review.proposal {
                    None => no(RefusalCode::NoProposal),
                    Some(p) if p.by.user == actor.user => no(RefusalCode::SamePerson),
                    Some(_) => Ok(()),
                },
                Action::ExplainOverdue => {
                    handler()?;
                    // The due date itself is checked by `decide`, which knows the calendar.
                    if submission.received_at > now { no(RefusalCode::NotOverdue) } else { Ok(()) }
                }
                _ => no(RefusalCode::WrongPhase),
            }
        }
        _ => no(RefusalCode::WrongPhase),
    }
}

/// All acts that exist for this actor now.
pub fn available(filing: Option<&Filing>, actor: &Actor, now: Timestamp) -> Vec<Action> {
    Action::ALL.into_iter().filter(|a| permit(filing, *a, actor, now).is_ok()).collect()
}
