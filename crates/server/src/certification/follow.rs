//! What follows from an act of certification, in the same transaction: messages to the other
//! parties, with the mail that tells them.

use guosuo_case::OrgKind;
use guosuo_case::certificate::{self, Certificate, ChangeKind};
use guosuo_case::certification::{Application, Event, Outcome};
use guosuo_store::{Acted, Error, NewJob, Tx};
use jiff::Timestamp;

use crate::consequences::{MAIL_QUEUE, MailJob};
use crate::words::{MessageData, MessageKind};

/// Puts a message into an inbox and orders the mail.
pub(crate) async fn tell(
    tx: &mut Tx,
    org: &str,
    case: &str,
    kind: MessageKind,
    data: &MessageData,
    now: Timestamp,
) -> Result<(), Error> {
    let message = tx.send_message(org, case, kind.as_str(), data, None, now).await?;
    tx.enqueue(NewJob::new(MAIL_QUEUE, &MailJob { org: org.to_owned(), message }, now)?, now).await.map(drop)
}

/// The side of the applicant: applicant, processor, holder of the mandate, each once.
fn applicant_side(a: &Application) -> Vec<String> {
    let mut out = vec![a.owner.to_string()];
    for org in [a.processor.org.as_ref(), a.dossier.mandate.as_ref().map(|m| &m.holder)].into_iter().flatten() {
        if !out.contains(&org.0) {
            out.push(org.0.clone());
        }
    }
    out
}

/// Writes what follows from the events of an act on an application.
///
/// # Errors
/// When the store fails.
pub async fn application(tx: &mut Tx, acted: &Acted<Application>, now: Timestamp) -> Result<(), Error> {
    let a = &acted.state;
    let body: Vec<String> = a.body().map(ToString::to_string).into_iter().collect();
    for recorded in &acted.events {
        let mut data = MessageData {
            number: a.receipt.as_ref().map(|r| r.number.to_string()).unwrap_or_default(),
            name: a.processor.name.clone(),
            by: recorded.by.name.clone(),
            ..MessageData::default()
        };
        let (kind, to) = match &recorded.event {
            Event::Submitted { .. } => (MessageKind::ApplicationReceived, body.clone()),
            Event::Withdrawn { reason } => {
                data.reason.clone_from(reason);
                (MessageKind::ApplicationWithdrawn, body.clone())
            }
            Event::Accepted => (MessageKind::ApplicationAccepted, applicant_side(a)),
            Event::Declined { reasons } => {
                data.reason.clone_from(reasons);
                (MessageKind::ApplicationDeclined, applicant_side(a))
            }
            Event::Planned { plan } => (MessageKind::VerificationAsked, vec![plan.verification_body.to_string()]),
            // R37 4.2: the report goes to the body and to the applicant.
            Event::VerificationSigned { .. } => {
                (MessageKind::VerificationSigned, body.iter().cloned().chain(applicant_side(a)).collect())
            }
            Event::RectificationOrdered { until } => {
                data.due = until.to_string();
                (MessageKind::RectificationOrdered, applicant_side(a))
            }
            Event::CorrectionReturned { reason, .. } => {
                data.reason.clone_from(reason);
                (MessageKind::CorrectionReturned, applicant_side(a))
            }
            Event::CorrectionProposed { .. } | Event::CorrectionDone { .. } => (MessageKind::CorrectionAnswered, body.clone()),
            Event::Countersigned => match &a.conclusion {
                Some(c) if c.outcome == Outcome::Refuse => {
                    data.reason.clone_from(&c.reasons);
                    (MessageKind::CertificationEnded, applicant_side(a))
                }
                _ => (MessageKind::CertificationDecided, applicant_side(a)),
            },
            // M 11: to CAC at once.
            Event::ViolationReported { summary, .. } => {
                data.reason.clone_from(summary);
                let cac = tx.reader().await?.organisations(Some(OrgKind::Cac), None).await?;
                (MessageKind::ViolationReported, cac.into_iter().map(|o| o.id).collect())
            }
            Event::ViolationAcknowledged { note, .. } => {
                data.reason.clone_from(note);
                (MessageKind::ViolationAcknowledged, body.clone())
            }
            _ => continue,
        };
        for org in to {
            tell(tx, &org, &acted.case_id, kind, &data, now).await?;
        }
    }
    Ok(())
}

/// Writes what follows from the events of an act on a certificate.
///
/// # Errors
/// When the store fails.
pub async fn certificate(tx: &mut Tx, acted: &Acted<Certificate>, now: Timestamp) -> Result<(), Error> {
    let c = &acted.state;
    let mut holders: Vec<String> = Vec::new();
    for org in [Some(&c.applicant), c.holder.org.as_ref(), c.mandate.as_ref().map(|m| &m.holder)].into_iter().flatten() {
        // The holder of a certificate that was taken over may have no account here.
        if !org.0.is_empty() && !holders.contains(&org.0) {
            holders.push(org.0.clone());
        }
    }
    for recorded in &acted.events {
        let mut data = MessageData { number: c.number.clone(), name: c.holder.name.clone(), ..MessageData::default() };
        let (kind, to) = match &recorded.event {
            certificate::Event::Issued { issue } => {
                data.due = issue.valid_until.to_string();
                (MessageKind::CertificateIssued, holders.clone())
            }
            certificate::Event::MeasureTaken { .. } | certificate::Event::Expired => {
                let Some(last) = c.history.last() else { continue };
                data.reason.clone_from(&last.ground);
                data.due = last.effective_on.to_string();
                (of_change(last.kind), holders.clone())
            }
            // The body sees who acts from now on, and so does whoever acted before.
            certificate::Event::MandateRecorded { mandate } => {
                data.due = mandate.until.to_string();
                data.by.clone_from(&recorded.by.name);
                data.reason = tx.reader().await?.organisation(mandate.holder.as_str()).await?.map(|o| o.name).unwrap_or_default();
                (MessageKind::MandateRecorded, [c.body.to_string()].into_iter().chain(holders.clone()).collect())
            }
            certificate::Event::MeasureProposed { ground, .. } => {
                if !c.proposal.as_ref().is_some_and(guosuo_case::certificate::Proposal::needs_hearing) {
                    continue;
                }
                data.reason.clone_from(ground);
                (MessageKind::HearingOpened, holders.clone())
            }
            certificate::Event::FindingStated { summary, .. } => {
                data.reason.clone_from(summary);
                (MessageKind::FindingStated, vec![c.body.to_string()])
            }
            certificate::Event::ReportRejected { reason, .. } => {
                data.reason.clone_from(reason);
                (MessageKind::ReportRejected, vec![c.body.to_string()])
            }
            // The outbox forgets how often it tried, and sends at once.
            certificate::Event::ReportResent { seq, .. } => {
                tx.report_again(&acted.case_id, i64::from(*seq), now).await?;
                continue;
            }
            // M 11: to CAC at once.
            certificate::Event::ViolationReported { summary, .. } => {
                data.reason.clone_from(summary);
                let cac = tx.reader().await?.organisations(Some(OrgKind::Cac), None).await?;
                (MessageKind::ViolationReported, cac.into_iter().map(|o| o.id).collect())
            }
            certificate::Event::ViolationAcknowledged { note, .. } => {
                data.reason.clone_from(note);
                (MessageKind::ViolationAcknowledged, vec![c.body.to_string()])
            }
            certificate::Event::Requested { reason, .. } => {
                data.reason.clone_from(reason);
                (MessageKind::CertificateRequested, vec![c.body.to_string()])
            }
            certificate::Event::FlowsDeclared { differences, .. } => {
                let beyond = |d: &&certificate::Difference| d.direction == certificate::Direction::Beyond;
                if !differences.iter().any(|d| beyond(&d)) {
                    continue;
                }
                // How many, and no more: a message is short, and the page shows every field.
                data.left = i64::try_from(differences.iter().filter(beyond).count()).unwrap_or(i64::MAX);
                (MessageKind::FlowsBeyond, vec![c.body.to_string()])
            }
            _ => continue,
        };
        for org in to {
            tell(tx, &org, &acted.case_id, kind, &data, now).await?;
        }
    }
    Ok(())
}

fn of_change(kind: ChangeKind) -> MessageKind {
    match kind {
        ChangeKind::Issued => MessageKind::CertificateIssued,
        ChangeKind::Suspended => MessageKind::CertificateSuspended,
        ChangeKind::Restored => MessageKind::CertificateRestored,
        ChangeKind::Revoked => MessageKind::CertificateRevoked,
        ChangeKind::Cancelled => MessageKind::CertificateCancelled,
        ChangeKind::Expired => MessageKind::CertificateExpired,
        ChangeKind::Changed => MessageKind::CertificateChanged,
    }
}
