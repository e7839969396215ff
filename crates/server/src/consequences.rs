//! What follows from an act on a filing, in the same transaction: messages to the other
//! parties, and jobs for the papers and the mail.

use guosuo_case::OrgKind;
use guosuo_case::filing::{Action, Event, Filing, Outcome};
use guosuo_store::{Acted, Error, NewJob, Tx};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::words::{MessageData, MessageKind};

/// Queue of the jobs that print notices.
pub const NOTICE_QUEUE: &str = "notice";
/// Queue of the jobs that tell people by mail that a message is there.
pub const MAIL_QUEUE: &str = "mail";

/// A job of [`NOTICE_QUEUE`]: print the notice of a decided case and put it to its message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeJob {
    /// The case.
    pub case: String,
    /// The body.
    pub org: String,
    /// The message that the notice belongs to.
    pub message: String,
}

/// A job of [`MAIL_QUEUE`]: tell an organisation that a message is in its inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailJob {
    /// The organisation.
    pub org: String,
    /// The message.
    pub message: String,
}

/// Organisations that hear of an act; read before the transaction, since they hardly change.
#[derive(Debug, Clone, Default)]
pub struct Told {
    cac: Vec<String>,
    nda: Vec<String>,
}

impl Told {
    /// Whom an act concerns.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn find(app: &App, action: Action) -> Result<Self, Error> {
        let (cac, nda) = match action {
            Action::Submit | Action::Withdraw | Action::GiveOpinion | Action::Propose | Action::ReturnProposal => (true, false),
            Action::SendToNda => (false, true),
            _ => return Ok(Self::default()),
        };
        let mut reader = app.store.reader().await?;
        let mut of = async |wanted: bool, kind: OrgKind| -> Result<Vec<String>, Error> {
            if !wanted {
                return Ok(Vec::new());
            }
            Ok(reader.organisations(Some(kind), None).await?.into_iter().map(|o| o.id).collect())
        };
        Ok(Self { cac: of(cac, OrgKind::Cac).await?, nda: of(nda, OrgKind::Nda).await? })
    }
}

/// Writes what follows from the events of an act.
///
/// # Errors
/// When the store fails.
pub async fn follow(tx: &mut Tx, acted: &Acted<Filing>, told: &Told, now: Timestamp) -> Result<(), Error> {
    let filing = &acted.state;
    for recorded in &acted.events {
        let mut data = MessageData {
            number: filing.submission().map(|s| s.number.to_string()).unwrap_or_default(),
            name: filing.dossier.form.org_name.clone(),
            by: recorded.by.name.clone(),
            ..MessageData::default()
        };
        let (kind, to): (_, &[String]) = match &recorded.event {
            Event::Submitted { .. } => (MessageKind::Submitted, &told.cac),
            // A draft that is given up was never anybody else's business.
            Event::Withdrawn { .. } if filing.submission().is_some() => (MessageKind::Withdrawn, &told.cac),
            Event::SentToNda => (MessageKind::SentToNda, &told.nda),
            Event::OpinionGiven { .. } => (MessageKind::Opinion, &told.cac),
            Event::Proposed { .. } => (MessageKind::Proposed, &told.cac),
            Event::ProposalReturned { reason } => {
                data.reason.clone_from(reason);
                (MessageKind::Returned, &told.cac)
            }
            Event::Decided { outcome, notice, filing: number } => {
                data.notice = notice.to_string();
                data.filing = number.as_ref().map(ToString::to_string).unwrap_or_default();
                let kind = if *outcome == Outcome::File { MessageKind::Filed } else { MessageKind::Refused };
                deliver(tx, acted, kind, &data, true, now).await?;
                continue;
            }
            Event::Removed { ground, reason } => {
                data.reason = format!("{ground}；{reason}");
                deliver(tx, acted, MessageKind::Removed, &data, false, now).await?;
                continue;
            }
            _ => continue,
        };
        for org in to {
            tx.send_message(org, &acted.case_id, kind.as_str(), &data, None, now).await?;
        }
    }
    Ok(())
}

/// Puts a message into the inbox of the body, with the jobs for mail and paper.
async fn deliver(
    tx: &mut Tx,
    acted: &Acted<Filing>,
    kind: MessageKind,
    data: &MessageData,
    notice: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let org = acted.state.owner.to_string();
    let message = tx.send_message(&org, &acted.case_id, kind.as_str(), data, None, now).await?;
    let mail = MailJob { org: org.clone(), message: message.clone() };
    tx.enqueue(NewJob::new(MAIL_QUEUE, &mail, now)?, now).await?;
    if notice {
        let job = NoticeJob { case: acted.case_id.clone(), org, message };
        tx.enqueue(NewJob::new(NOTICE_QUEUE, &job, now)?, now).await?;
    }
    Ok(())
}
