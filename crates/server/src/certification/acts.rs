//! Acts on applications and certificates: one transaction with everything that follows.

use std::sync::Arc;

use guosuo_case::certificate::{self, Certificate};
use guosuo_case::certification::{self, Action, Application, Purpose};
use guosuo_case::{Actor, CaseId};
use guosuo_rules::time::cst_date;
use guosuo_store::{ActError, Acted, Error as StoreError, Idem, IssueFacts, Issuing, Loaded, Request, Tx, UnitFuture};
use jiff::Timestamp;

use super::{facts, follow};
use crate::app::{App, Cx};
use crate::error::Error;

/// Kind of the numbers of receipts.
pub const RECEIPT: &str = "application";

/// Loads an application for somebody whom it concerns.
///
/// # Errors
/// [`Error::NotFound`] for one that does not exist or does not concern the actor.
pub async fn application(cx: &Cx, id: &str) -> Result<(Application, Loaded<Application>), Error> {
    let loaded = cx.app.store.case_for::<Application>(cx.actor()?, id).await?;
    let state = loaded.state.clone().ok_or(Error::NotFound)?;
    Ok((state, loaded))
}

/// Loads a certificate for somebody whom it concerns, or an authority.
///
/// # Errors
/// [`Error::NotFound`] as for [`application`].
pub async fn certificate(cx: &Cx, id: &str) -> Result<(Certificate, Loaded<Certificate>), Error> {
    let loaded = cx.app.store.case_for::<Certificate>(cx.actor()?, id).await?;
    let state = loaded.state.clone().ok_or(Error::NotFound)?;
    Ok((state, loaded))
}

/// The facts for drawing the page of an application: what `available` and `may_open` ask for.
///
/// # Errors
/// When the store cannot be read.
pub async fn application_facts(cx: &Cx, application: Option<&Application>) -> Result<certification::Facts, Error> {
    let calendar = cx.calendar().await?;
    let mut reader = cx.app.store.reader().await?;
    Ok(facts::of_application(&mut reader, calendar, cx.actor()?, application, None, cx.today()).await?)
}

/// The facts for drawing the page of a certificate.
///
/// # Errors
/// When the store cannot be read.
pub async fn certificate_facts(cx: &Cx, id: &str, certificate: &Certificate) -> Result<certificate::Facts, Error> {
    let calendar = cx.calendar().await?;
    let mut reader = cx.app.store.reader().await?;
    let applications: Vec<CaseId> = certificate.proposal.iter().filter_map(|p| p.application.clone()).collect();
    let of = facts::Certified { case: id, body: &certificate.body, applications: &applications, number: "" };
    Ok(facts::of_certificate(&mut reader, calendar, cx.actor()?, of, cx.today()).await?)
}

fn request<L: guosuo_case::Life>(
    cx: &Cx,
    case_id: &str,
    command: L::Command,
    expected: Option<u64>,
    idem: Option<Idem>,
) -> Result<Request<L>, ActError> {
    let signed = cx.signed.as_ref().ok_or(StoreError::NotFound("session"))?;
    Ok(Request {
        case_id: case_id.to_owned(),
        command,
        actor: Actor::clone(&signed.actor),
        session: signed.session.clone(),
        expected,
        idem,
        now: cx.now,
    })
}

/// Puts a command to an application: decided by the law, recorded with what follows.
///
/// # Errors
/// [`ActError::Refused`] with the article, or a fault of the store.
pub async fn act(
    cx: &Cx,
    case_id: &str,
    command: certification::Command,
    expected: Option<u64>,
    idem: Option<Idem>,
) -> Result<Acted<Application>, ActError> {
    put(&cx.app, request(cx, case_id, command, expected, idem)?).await
}

/// [`act`] by anybody, the platform included.
///
/// # Errors
/// As [`act`].
pub async fn put(app: &App, request: Request<Application>) -> Result<Acted<Application>, ActError> {
    let known = of_application(&request);
    app.store
        .write_with((request, known), |tx, (request, known)| {
            Box::pin(async move {
                let acted = Box::pin(tx.run_request(request, known)).await?;
                if !acted.replayed {
                    note_renewal(tx, &acted, request.now).await?;
                    follow::application(tx, &acted, request.now).await?;
                }
                Ok(acted)
            })
        })
        .await
}

/// What a decision on an application needs to know, gathered inside the transaction.
fn of_application(
    request: &Request<Application>,
) -> impl for<'t> Fn(&'t mut Tx, Option<&'t Application>) -> UnitFuture<'t, certification::Facts, StoreError> + Send + Sync + 'static
{
    let choosing = match &request.command {
        certification::Command::ChooseBody { body } => Some(body.clone()),
        _ => None,
    };
    let submits = request.command.action() == Action::Submit;
    let known = Arc::new((request.actor.clone(), choosing, submits, cst_date(request.now)));
    move |tx, state| {
        let known = Arc::clone(&known);
        Box::pin(async move {
            let (actor, choosing, submits, today) = &*known;
            let next_number = if *submits { tx.next_number(RECEIPT, today.year()).await? } else { 0 };
            let calendar = tx.calendar().await?;
            let found = facts::of_application(tx.reader().await?, calendar, actor, state, choosing.as_ref(), *today).await?;
            Ok(certification::Facts { next_number, ..found })
        })
    }
}

/// A renewal that was received is noted with its certificate in the same transaction (M 8(2)).
async fn note_renewal(tx: &mut Tx, acted: &Acted<Application>, now: Timestamp) -> Result<(), ActError> {
    let received = acted.events.iter().any(|e| matches!(e.event, certification::Event::Submitted { .. }));
    let Purpose::Renewal { certificate, .. } = &acted.state.purpose else { return Ok(()) };
    if !received {
        return Ok(());
    }
    let Some(c) = tx.case::<Certificate>(certificate.as_str()).await?.state else { return Ok(()) };
    let application = CaseId(acted.case_id.clone());
    let calendar = tx.calendar().await?;
    let platform = Actor::system("renewals");
    let applications = [application.clone()];
    let known = facts::of_certificate(
        tx.reader().await?,
        calendar,
        &platform,
        facts::Certified { case: certificate.as_str(), body: &c.body, applications: &applications, number: "" },
        cst_date(now),
    )
    .await?;
    let command = certificate::Command::NoteRenewal { application };
    tx.by_platform::<Certificate>("renewals", certificate.as_str(), command, &known, now).await?;
    Ok(())
}

/// Puts a command to a certificate. Issue is [`issue`].
///
/// # Errors
/// As [`act`].
pub async fn act_on_certificate(
    cx: &Cx,
    case_id: &str,
    command: certificate::Command,
    expected: Option<u64>,
    idem: Option<Idem>,
) -> Result<Acted<Certificate>, ActError> {
    put_certificate(&cx.app, request(cx, case_id, command, expected, idem)?).await
}

/// [`act_on_certificate`] by anybody, the platform included.
///
/// # Errors
/// As [`act`].
pub async fn put_certificate(app: &App, request: Request<Certificate>) -> Result<Acted<Certificate>, ActError> {
    let known = of_certificate(&request);
    app.store
        .write_with((request, known), |tx, (request, known)| {
            Box::pin(async move {
                let acted = Box::pin(tx.run_request(request, known)).await?;
                if !acted.replayed {
                    follow::certificate(tx, &acted, request.now).await?;
                }
                Ok(acted)
            })
        })
        .await
}

fn of_certificate(
    request: &Request<Certificate>,
) -> impl for<'t> Fn(&'t mut Tx, Option<&'t Certificate>) -> UnitFuture<'t, certificate::Facts, StoreError> + Send + Sync + 'static
{
    let applications: Vec<CaseId> = match &request.command {
        certificate::Command::Propose(p) => p.application.iter().cloned().collect(),
        certificate::Command::NoteRenewal { application } => vec![application.clone()],
        _ => Vec::new(),
    };
    let known = Arc::new((request.actor.clone(), request.case_id.clone(), applications, cst_date(request.now)));
    move |tx, state| {
        let known = Arc::clone(&known);
        Box::pin(async move {
            let (actor, case, applications, today) = &*known;
            let calendar = tx.calendar().await?;
            let body = state.map_or_else(|| actor.org.clone(), |c| c.body.clone());
            let of = facts::Certified { case, body: &body, applications, number: "" };
            facts::of_certificate(tx.reader().await?, calendar, actor, of, *today).await
        })
    }
}

/// What a body decides when it issues.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The new case of the certificate.
    pub certificate: String,
    /// Its number by the body's own pattern.
    pub number: String,
    /// Its mark.
    pub mark: certificate::Mark,
    /// The last day as printed; `None` for the usual one.
    pub valid_until: Option<jiff::civil::Date>,
}

/// Issues the certificate of a decided application: certificate, application, the certificate
/// that it follows and the report that it owes in one transaction (M 8(1), 9(1)).
///
/// # Errors
/// As [`act`].
pub async fn issue(
    cx: &Cx,
    application: &str,
    issue: Issue,
    expected: Option<u64>,
    idem: Option<Idem>,
) -> Result<Acted<Certificate>, ActError> {
    let signed = cx.signed.as_ref().ok_or(StoreError::NotFound("session"))?;
    let issuing = Issuing {
        application: application.to_owned(),
        expected,
        certificate: issue.certificate,
        number: issue.number,
        mark: issue.mark,
        valid_until: issue.valid_until,
        actor: Actor::clone(&signed.actor),
        session: signed.session.clone(),
        idem,
        now: cx.now,
    };
    put_issue(&cx.app, issuing).await
}

/// [`issue`] by anybody who may.
///
/// # Errors
/// As [`act`].
pub async fn put_issue(app: &App, issuing: Issuing) -> Result<Acted<Certificate>, ActError> {
    let known = of_issue(&issuing);
    app.store
        .write_with((issuing, known), |tx, (issuing, known)| {
            Box::pin(async move {
                let acted = Box::pin(tx.issue_certificate(issuing, known)).await?;
                if !acted.replayed {
                    follow::certificate(tx, &acted, issuing.now).await?;
                }
                Ok(acted)
            })
        })
        .await
}

fn of_issue(
    issuing: &Issuing,
) -> impl for<'t> Fn(&'t mut Tx, &'t Application) -> UnitFuture<'t, IssueFacts, StoreError> + Send + Sync + 'static {
    let known = Arc::new((issuing.actor.clone(), issuing.certificate.clone(), issuing.number.clone(), cst_date(issuing.now)));
    move |tx, state| {
        let known = Arc::clone(&known);
        Box::pin(async move {
            let (actor, case, number, today) = &*known;
            let calendar = tx.calendar().await?;
            let reader = tx.reader().await?;
            let of = facts::Certified { case, body: &actor.org, applications: &[], number };
            Ok(IssueFacts {
                application: facts::of_application(reader, Arc::clone(&calendar), actor, Some(state), None, *today).await?,
                certificate: facts::of_certificate(reader, calendar, actor, of, *today).await?,
            })
        })
    }
}
