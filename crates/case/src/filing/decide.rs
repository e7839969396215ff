//! The decisions of the filing, and the fold of its events.

use guosuo_rules::calendar::Calendar;
use guosuo_rules::deadline::DeadlineId;
use guosuo_rules::period::Due;
use guosuo_rules::time::cst_date;
use jiff::Timestamp;

use super::available::{Action, permit};
use super::command::{Command, Facts};
use super::completeness::{CheckContext, Severity, check_dossier, filing_due};
use super::event::{Event, Outcome};
use super::material::{Slot, Verdict};
use super::state::{
    Decision, Dossier, Filing, Number, NumberKind, Opinion, Phase, Print, Proposal, Removal, Review, SlotVerdict, Submission,
    Withdrawal,
};
use crate::actor::{Actor, OrgId};
use crate::life::{Life, Recorded};
use crate::limit::due_of;
use crate::refusal::{Refusal, RefusalCode, needed};
use crate::text;

impl Command {
    /// The kind of act.
    pub fn action(&self) -> Action {
        match self {
            Self::Open { .. } => Action::Open,
            Self::SaveForm { .. } => Action::SaveForm,
            Self::PrintForm => Action::PrintForm,
            Self::AttachFile { .. } => Action::AttachFile,
            Self::RemoveFile { .. } => Action::RemoveFile,
            Self::OrderFiles { .. } => Action::OrderFiles,
            Self::ExamineFile { .. } => Action::ExamineFile,
            Self::SaveRoster { .. } => Action::SaveRoster,
            Self::DeclareNothingFurther(_) => Action::DeclareNothingFurther,
            Self::Submit { .. } => Action::Submit,
            Self::Withdraw { .. } => Action::Withdraw,
            Self::Assign { .. } => Action::Assign,
            Self::GiveVerdict { .. } => Action::GiveVerdict,
            Self::SendToNda => Action::SendToNda,
            Self::GiveOpinion { .. } => Action::GiveOpinion,
            Self::Propose { .. } => Action::Propose,
            Self::ReturnProposal { .. } => Action::ReturnProposal,
            Self::ExplainOverdue { .. } => Action::ExplainOverdue,
            Self::Decide => Action::Decide,
            Self::Remove { .. } => Action::Remove,
        }
    }
}

/// The limit of CAC: 30 working days from receipt, publication included (M 12(3)).
///
/// `None` only for a receipt in a year that no calendar reaches.
pub fn decision_due(submission: &Submission, calendar: &Calendar) -> Option<Due> {
    due_of(DeadlineId::CbFileDecide, cst_date(submission.received_at), calendar)
}

impl Life for Filing {
    const KIND: &'static str = "filing";
    type Command = Command;
    type Event = Event;
    type Facts = Facts;

    fn owner(&self) -> &OrgId {
        &self.owner
    }

    fn event_kind(event: &Event) -> &'static str {
        match event {
            Event::Opened { .. } => "opened",
            Event::FormSaved { .. } => "form_saved",
            Event::FormPrinted { .. } => "form_printed",
            Event::FileAttached { .. } => "file_attached",
            Event::FileRemoved { .. } => "file_removed",
            Event::FilesOrdered { .. } => "files_ordered",
            Event::FileExamined { .. } => "file_examined",
            Event::RosterSaved { .. } => "roster_saved",
            Event::NothingFurther { .. } => "nothing_further",
            Event::Submitted { .. } => "submitted",
            Event::Withdrawn { .. } => "withdrawn",
            Event::Assigned { .. } => "assigned",
            Event::VerdictGiven { .. } => "verdict_given",
            Event::SentToNda => "sent_to_nda",
            Event::OpinionGiven { .. } => "opinion_given",
            Event::Proposed { .. } => "proposed",
            Event::ProposalReturned { .. } => "proposal_returned",
            Event::OverdueExplained { .. } => "overdue_explained",
            Event::Decided { .. } => "decided",
            Event::Removed { .. } => "removed",
        }
    }

    fn decide(
        state: Option<&Self>,
        command: Command,
        actor: &Actor,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        let action = command.action();
        permit(state, action, actor, now)?;
        let no = |code| Err(Refusal::new(code, action.article()));
        let Some(f) = state else {
            let Command::Open { copy, prefill } = command else {
                return no(RefusalCode::NotFound);
            };
            let (copied_from, dossier) = match copy {
                Some((id, d)) => (Some(id), *d),
                None => (None, Dossier { form: *prefill, ..Dossier::default() }),
            };
            return Ok(vec![Event::Opened {
                credit_code: facts.credit_code.clone(),
                code_overridden: facts.code_overridden,
                copied_from,
                dossier: Box::new(dossier),
            }]);
        };
        let known = |id: &crate::actor::FileId| f.dossier.file(id).is_some();
        Ok(vec![match command {
            Command::Open { .. } => return no(RefusalCode::WrongPhase),
            Command::SaveForm { form, seen } => {
                if seen != f.dossier.form_rev {
                    return no(RefusalCode::StaleForm { expected: seen, current: f.dossier.form_rev });
                }
                Event::FormSaved { form: *form }
            }
            Command::PrintForm => Event::FormPrinted { digest: facts.form_digest.clone() },
            Command::AttachFile { slot, file, person } => {
                if let Some(p) = &person
                    && (slot != Slot::Background || !f.dossier.people.iter().any(|q| q.id == *p))
                {
                    return no(RefusalCode::UnknownPerson);
                }
                Event::FileAttached { slot, file, person }
            }
            Command::RemoveFile { file } if known(&file) => Event::FileRemoved { file },
            Command::ExamineFile { file, pages, problems, form_code } if known(&file) => {
                Event::FileExamined { file, pages, problems, form_code }
            }
            Command::RemoveFile { .. } | Command::ExamineFile { .. } => {
                return no(RefusalCode::UnknownFile);
            }
            Command::OrderFiles { slot, order } => {
                let mut have: Vec<_> = f.dossier.files(slot).iter().map(|x| &x.id).collect();
                let mut want: Vec<_> = order.iter().collect();
                have.sort();
                want.sort();
                if have != want {
                    return no(RefusalCode::OrderMismatch);
                }
                Event::FilesOrdered { slot, order }
            }
            Command::SaveRoster { people } => Event::RosterSaved { people },
            Command::DeclareNothingFurther(declared) => Event::NothingFurther { declared },
            Command::Submit { pledge } => return submit(f, pledge, facts, now),
            Command::Withdraw { reason } => Event::Withdrawn { reason: needed(reason, action.article())? },
            Command::Assign { handler, handler_name, note } => {
                // A handler takes a case for nobody else, but may hand over the own one.
                Event::Assigned { handler, handler_name, note }
            }
            Command::GiveVerdict { slot, verdict, reasons, note, page } => {
                if verdict != Verdict::Complete && reasons.is_empty() {
                    return no(RefusalCode::ReasonNeeded { slot });
                }
                let says_other = reasons.contains(&super::ReasonCode::Other);
                if says_other {
                    needed(note.clone(), action.article())?;
                }
                Event::VerdictGiven { slot, verdict, reasons, note, page }
            }
            Command::SendToNda => Event::SentToNda,
            Command::GiveOpinion { complete, slots, note, signed } => {
                if !complete {
                    needed(note.clone(), action.article())?;
                }
                Event::OpinionGiven { complete, slots, note, signed }
            }
            Command::Propose { outcome, note } => {
                let Phase::UnderReview { review, .. } = &f.phase else {
                    return no(RefusalCode::WrongPhase);
                };
                let wanting = review.wanting();
                match outcome {
                    Outcome::File if !wanting.is_empty() => {
                        return no(RefusalCode::NotComplete { slots: wanting });
                    }
                    Outcome::Refuse if wanting.is_empty() => {
                        return no(RefusalCode::NothingMissing);
                    }
                    _ => {}
                }
                if review.is_disputed(&f.dossier) && text::is_blank(&note) {
                    return no(RefusalCode::DisagreementUnexplained);
                }
                Event::Proposed { outcome, note }
            }
            Command::ReturnProposal { reason } => Event::ProposalReturned { reason: needed(reason, action.article())? },
            Command::ExplainOverdue { reason } => {
                let Phase::UnderReview { submission, .. } = &f.phase else {
                    return no(RefusalCode::WrongPhase);
                };
                if overdue(submission, facts, now).is_none() {
                    return no(RefusalCode::NotOverdue);
                }
                Event::OverdueExplained { reason: needed(reason, action.article())? }
            }
            Command::Decide => return decide_as_proposed(f, actor, facts, now),
            Command::Remove { ground, reason } => {
                Event::Removed { ground: needed(ground, action.article())?, reason: needed(reason, action.article())? }
            }
        }])
    }

    fn apply(state: Option<Self>, recorded: &Recorded<Event>) -> Option<Self> {
        let (at, by) = (recorded.at, &recorded.by);
        let Some(mut f) = state else {
            let Event::Opened { credit_code, code_overridden, copied_from, dossier } = &recorded.event else {
                return None;
            };
            return Some(Self {
                owner: by.org.clone(),
                credit_code: credit_code.clone(),
                code_overridden: *code_overridden,
                opened_at: at,
                copied_from: copied_from.clone(),
                dossier: (**dossier).clone(),
                phase: Phase::Draft,
                version: recorded.seq,
            });
        };
        f.version = recorded.seq;
        match &recorded.event {
            Event::Opened { .. } => {}
            Event::Withdrawn { reason } => {
                let submission = f.submission().cloned();
                f.phase = Phase::Withdrawn { submission, withdrawal: Withdrawal { reason: reason.clone(), by: by.clone(), at } };
            }
            Event::Submitted { number, form_digest, filing_due, late } => {
                f.phase = Phase::UnderReview {
                    submission: Submission {
                        number: number.clone(),
                        received_at: at,
                        by: by.clone(),
                        form_digest: form_digest.clone(),
                        filing_due: *filing_due,
                        late: *late,
                    },
                    review: Review::default(),
                };
            }
            Event::Decided { outcome, notice, filing } => {
                if let Phase::UnderReview { submission, review } = f.phase.clone() {
                    let decision = Decision {
                        outcome: *outcome,
                        notice: notice.clone(),
                        filing: filing.clone(),
                        by: by.clone(),
                        proposed_by: review.proposal.as_ref().map_or_else(|| by.clone(), |p| p.by.clone()),
                        at,
                    };
                    f.phase = match outcome {
                        Outcome::File => Phase::Filed { submission, review, decision },
                        Outcome::Refuse => Phase::Refused { submission, review, decision },
                    };
                }
            }
            Event::Removed { ground, reason } => {
                if let Phase::Filed { submission, decision, .. } = f.phase.clone() {
                    let removal = Removal { ground: ground.clone(), reason: reason.clone(), by: by.clone(), at };
                    f.phase = Phase::Removed { submission, decision, removal };
                }
            }
            other => {
                if let Phase::UnderReview { review, .. } = &mut f.phase {
                    apply_review(review, other, recorded);
                } else {
                    apply_draft(&mut f.dossier, other, at);
                }
            }
        }
        Some(f)
    }
}

fn apply_draft(d: &mut Dossier, event: &Event, at: Timestamp) {
    match event {
        Event::FormSaved { form } => {
            d.form = form.clone();
            d.form_rev += 1;
        }
        Event::FormPrinted { digest } => {
            d.prints.push(Print { at, digest: digest.clone(), form: d.form.clone() });
        }
        Event::FileAttached { slot, file, person } => {
            d.files.entry(*slot).or_default().push(file.clone());
            if let Some(p) = person.as_ref().and_then(|id| d.people.iter_mut().find(|p| p.id == *id)) {
                p.sheet = Some(file.id.clone());
            }
            if *slot == Slot::Other {
                d.nothing_further = false;
            }
        }
        Event::FileRemoved { file } => {
            for files in d.files.values_mut() {
                files.retain(|f| f.id != *file);
            }
            for p in &mut d.people {
                if p.sheet.as_ref() == Some(file) {
                    p.sheet = None;
                }
            }
        }
        Event::FilesOrdered { slot, order } => {
            if let Some(files) = d.files.get_mut(slot) {
                files.sort_by_key(|f| order.iter().position(|id| *id == f.id));
            }
        }
        Event::FileExamined { file, pages, problems, form_code } => {
            for f in d.files.values_mut().flatten().filter(|f| f.id == *file) {
                f.pages = *pages;
                f.problems.clone_from(problems);
                f.form_code.clone_from(form_code);
            }
        }
        Event::RosterSaved { people } => d.people.clone_from(people),
        Event::NothingFurther { declared } => d.nothing_further = *declared,
        _ => {}
    }
}

fn apply_review(r: &mut Review, event: &Event, recorded: &Recorded<Event>) {
    let (at, by) = (recorded.at, recorded.by.clone());
    match event {
        Event::Assigned { handler, handler_name, .. } => {
            r.handler = Some(handler.clone());
            r.handler_name.clone_from(handler_name);
        }
        Event::VerdictGiven { slot, verdict, reasons, note, page } => {
            let v = SlotVerdict { verdict: *verdict, reasons: reasons.clone(), note: note.clone(), page: *page, by, at };
            r.verdicts.insert(*slot, v);
        }
        Event::SentToNda => r.sent_to_nda = Some(at),
        Event::OpinionGiven { complete, slots, note, signed } => {
            let (slots, note, signed) = (slots.clone(), note.clone(), signed.clone());
            r.opinion = Some(Opinion { complete: *complete, slots, note, signed, by, at });
        }
        Event::Proposed { outcome, note } => {
            r.proposal = Some(Proposal { outcome: *outcome, note: note.clone(), by, at });
            r.returned = None;
        }
        Event::ProposalReturned { reason } => {
            r.proposal = None;
            r.returned = Some(reason.clone());
        }
        Event::OverdueExplained { reason } => r.overdue_reason = Some(reason.clone()),
        _ => {}
    }
}

fn submit(f: &Filing, pledge: bool, facts: &Facts, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let today = cst_date(now);
    let context = CheckContext {
        today,
        calendar: &facts.calendar,
        config: &facts.config,
        credit_code: &f.credit_code,
        code_overridden: f.code_overridden,
        form_digest: &facts.form_digest,
    };
    let findings: Vec<_> = check_dossier(&f.dossier, &context).into_iter().filter(|x| x.severity == Severity::Blocks).collect();
    if !findings.is_empty() {
        return Err(Refusal::new(RefusalCode::Incomplete { findings }, "M 12(3)"));
    }
    if !pledge {
        return Err(Refusal::new(RefusalCode::PledgeMissing, "M 12(2)"));
    }
    let due = filing_due(&f.dossier, &facts.calendar);
    // A provisional limit counts as passed only when its latest possible day has passed.
    let late = due.is_some_and(|d| today > d.latest());
    Ok(vec![Event::Submitted {
        number: Number { kind: NumberKind::Submission, year: today.year(), seq: facts.next_number },
        form_digest: facts.form_digest.clone(),
        filing_due: due.and_then(Due::firm),
        late,
    }])
}

/// The last day of the limit, once it has certainly passed.
fn overdue(submission: &Submission, facts: &Facts, now: Timestamp) -> Option<jiff::civil::Date> {
    let last = decision_due(submission, &facts.calendar)?.latest();
    (cst_date(now) > last).then_some(last)
}

fn decide_as_proposed(f: &Filing, actor: &Actor, facts: &Facts, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    let article = Action::Decide.article();
    let Phase::UnderReview { submission, review } = &f.phase else {
        return Err(Refusal::new(RefusalCode::WrongPhase, article));
    };
    let Some(proposal) = &review.proposal else {
        return Err(Refusal::new(RefusalCode::NoProposal, article));
    };
    let fresh = jiff::SignedDuration::from_mins(facts.config.fresh_factor_minutes);
    if actor.second_factor_at.is_none_or(|t| now.duration_since(t) > fresh) {
        return Err(Refusal::new(RefusalCode::FreshFactorNeeded, "house"));
    }
    if let Some(due) = overdue(submission, facts, now)
        && review.overdue_reason.is_none()
    {
        return Err(Refusal::new(RefusalCode::OverdueReasonMissing { due }, article));
    }
    let year = cst_date(now).year();
    let number = |kind, seq| Number { kind, year, seq };
    Ok(vec![match proposal.outcome {
        Outcome::File => Event::Decided {
            outcome: Outcome::File,
            notice: number(NumberKind::FiledNotice, facts.next_number),
            filing: Some(number(NumberKind::Filing, facts.next_filing)),
        },
        Outcome::Refuse => Event::Decided {
            outcome: Outcome::Refuse,
            notice: number(NumberKind::RefusalNotice, facts.next_number),
            filing: None,
        },
    }])
}
