//! Acts on assessments and on the record of exports: one transaction each, with the facts that the law asks for.

use std::sync::Arc;

use guosuo_case::assessment::{self, Assessment, Content, Digests, Said};
use guosuo_case::certification::Application;
use guosuo_case::exports::{self, Exports};
use guosuo_case::grouping::{self, Grouping};
use guosuo_case::{Actor, Life as _, Refusal, RefusalCode};
use guosuo_rules::risk::Method;
use guosuo_seal::digest::{sha256, sm3};
use guosuo_store::{ActError, Acted, Error as StoreError, Reader, Request, Tx};
use jiff::Timestamp;

use crate::app::{App, Cx};
use crate::error::Error;

fn digests(bytes: &[u8]) -> Digests {
    Digests { sha256: sha256(bytes).to_hex(), sm3: sm3(bytes).to_hex() }
}

/// Digests of the canonical form of an assessment: what a frozen version can be checked against.
///
/// # Errors
/// When the content has no canonical form.
pub fn assessment_digests(content: &Content) -> Result<Digests, guosuo_seal::canon::CanonError> {
    Ok(digests(&guosuo_seal::canon::to_vec(content)?))
}

/// Loads an assessment of the actor's organisation.
///
/// # Errors
/// [`Error::NotFound`] for one that does not exist or is somebody else's.
pub(super) async fn assessment(cx: &Cx, id: &str) -> Result<Assessment, Error> {
    cx.app.store.case_for::<Assessment>(cx.actor()?, id).await?.state.ok_or(Error::NotFound)
}

/// The id of the record of exports of an organisation: there is one.
fn exports_id(org: &str) -> String {
    format!("exports-{org}")
}

/// The record of exports of the actor's organisation; `None` before the first entry.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn exports(cx: &Cx) -> Result<Option<Exports>, Error> {
    let actor = cx.actor()?;
    match cx.app.store.case_for::<Exports>(actor, &exports_id(actor.org.as_str())).await {
        Ok(loaded) => Ok(loaded.state),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// The applications for certification of an organisation, by case, with their state.
async fn applications(reader: &mut Reader, org: &str) -> Result<Vec<(String, Application)>, StoreError> {
    let mut out = Vec::new();
    for id in reader.cases_of(org, Application::KIND).await? {
        if let Some(state) = reader.case::<Application>(&id).await?.state {
            out.push((id, state));
        }
    }
    Ok(out)
}

/// The applications of the actor's organisation.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn own_applications(cx: &Cx) -> Result<Vec<(String, Application)>, Error> {
    let mut reader = cx.app.store.reader().await?;
    Ok(applications(&mut reader, cx.actor()?.org.as_str()).await?)
}

/// What is said elsewhere about the export of an assessment: the ledger of the year, where the record has flows, and the
/// application with which it is compared.
async fn said(reader: &mut Reader, org: &str, year: i16, content: Option<&Content>) -> Result<Vec<Said>, StoreError> {
    let record = reader.case::<Exports>(&exports_id(org)).await?.state;
    let mut out: Vec<Said> = record.filter(|e| !e.flows.is_empty()).map(|e| e.said(year)).into_iter().collect();
    if let Some(content) = content {
        let own = applications(reader, org).await?;
        let found = assessment::compared_application(content, own.iter().map(|(id, a)| (id.as_str(), a)));
        out.extend(found.map(|(_, a)| Said::of_application(a)));
    }
    Ok(out)
}

/// What is said elsewhere about the export of an assessment of the actor's organisation.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn elsewhere(cx: &Cx, a: &Assessment) -> Result<Vec<Said>, Error> {
    let mut reader = cx.app.store.reader().await?;
    Ok(said(&mut reader, a.org.as_str(), cx.today().year(), Some(a.content())).await?)
}

/// The facts for drawing the pages of an assessment.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn facts(cx: &Cx, a: &Assessment) -> Result<assessment::Facts, Error> {
    Ok(assessment::Facts {
        calendar: cx.calendar().await?,
        config: assessment::Config::default(),
        method: Arc::new(Method::shipped().clone()),
        elsewhere: elsewhere(cx, a).await?,
        digests: Digests::default(),
    })
}

/// What one act on an assessment needs beside its request.
struct Known {
    org: String,
    year: i16,
}

async fn put_assessment(app: &App, request: Request<Assessment>) -> Result<Acted<Assessment>, ActError> {
    let year = guosuo_rules::time::cst_date(request.now).year();
    let known = Arc::new(Known { org: request.actor.org.0.clone(), year });
    app.store
        .act(request, move |tx: &mut Tx, state: Option<&Assessment>| {
            let known = Arc::clone(&known);
            Box::pin(async move {
                let draft = state.and_then(|a| a.draft.as_ref());
                let digests = draft.map(assessment_digests).transpose().map_err(|e| StoreError::Damaged(e.to_string()))?;
                Ok(assessment::Facts {
                    calendar: tx.calendar().await?,
                    config: assessment::Config::default(),
                    method: Arc::new(Method::shipped().clone()),
                    elsewhere: said(tx.reader().await?, &known.org, known.year, state.map(Assessment::content)).await?,
                    digests: digests.unwrap_or_default(),
                })
            })
        })
        .await
}

async fn put_exports(app: &App, request: Request<Exports>) -> Result<Acted<Exports>, ActError> {
    let text = match &request.command {
        exports::Command::AdoptText { words, .. } => digests(words.as_bytes()),
        _ => Digests::default(),
    };
    app.store
        .act(request, move |_: &mut Tx, _: Option<&Exports>| {
            let digests = text.clone();
            Box::pin(async move { Ok(exports::Facts { digests }) })
        })
        .await
}

fn grouping_id(org: &str) -> String {
    format!("grouping-{org}")
}

/// The marks of the actor's organisation; none before the first.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn grouping(cx: &Cx) -> Result<Grouping, Error> {
    let actor = cx.actor()?;
    let none = || Grouping { org: actor.org.clone(), marks: Vec::new() };
    match cx.app.store.case_for::<Grouping>(actor, &grouping_id(actor.org.as_str())).await {
        Ok(loaded) => Ok(loaded.state.unwrap_or_else(none)),
        Err(StoreError::NotFound(_)) => Ok(none()),
        Err(e) => Err(e.into()),
    }
}

/// Puts a command to the marks of the actor's organisation.
///
/// # Errors
/// As [`act`].
pub(super) async fn act_on_grouping(cx: &Cx, command: grouping::Command) -> Result<Result<Grouping, Refusal>, Error> {
    let request = request::<Grouping>(cx, &grouping_id(cx.actor()?.org.as_str()), command)?;
    let done = cx.app.store.act(request, |_: &mut Tx, _: Option<&Grouping>| Box::pin(async { Ok(()) })).await;
    Ok(sorted(done)?.map(|a| a.state))
}

fn request<L: guosuo_case::Life>(cx: &Cx, id: &str, command: L::Command) -> Result<Request<L>, Error> {
    let signed = cx.signed()?;
    Ok(Request {
        case_id: id.to_owned(),
        command,
        actor: Actor::clone(&signed.actor),
        session: signed.session.clone(),
        expected: None,
        idem: None,
        now: cx.now,
    })
}

/// Separates what the law says no to from faults.
fn sorted<T>(result: Result<T, ActError>) -> Result<Result<T, Refusal>, Error> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(ActError::Refused(r)) if r.code == RefusalCode::NotFound => Err(Error::NotFound),
        Err(ActError::Refused(r)) => Ok(Err(r)),
        Err(e) => Err(e.into()),
    }
}

/// Puts a command to an assessment.
///
/// # Errors
/// Faults of the store, and refusals that tell nothing but "not yours".
pub(super) async fn act(cx: &Cx, id: &str, command: assessment::Command) -> Result<Result<Assessment, Refusal>, Error> {
    let request = request::<Assessment>(cx, id, command)?;
    Ok(sorted(put_assessment(&cx.app, request).await)?.map(|a| a.state))
}

/// Puts a command to the record of exports, which is opened by its first entry.
///
/// # Errors
/// As [`act`].
pub(super) async fn act_on_exports(cx: &Cx, command: exports::Command) -> Result<Result<Exports, Refusal>, Error> {
    Ok(act_on_exports_once(cx, command, None).await?.map(|acted| acted.state))
}

/// [`act_on_exports`] under a key: the same request has one effect.
///
/// # Errors
/// As [`act`]; the key was used for another request.
pub(crate) async fn act_on_exports_once(
    cx: &Cx,
    command: exports::Command,
    idem: Option<guosuo_store::Idem>,
) -> Result<Result<Acted<Exports>, Refusal>, Error> {
    let id = exports_id(cx.actor()?.org.as_str());
    if exports(cx).await?.is_none()
        && let Err(refusal) = sorted(put_exports(&cx.app, request::<Exports>(cx, &id, exports::Command::Open)?).await)?
    {
        return Ok(Err(refusal));
    }
    let request = Request { idem, ..request::<Exports>(cx, &id, command)? };
    sorted(put_exports(&cx.app, request).await)
}

/// Puts commands of an actor of the demonstration to a new assessment; gives its id.
///
/// # Errors
/// What the law or the store says.
pub async fn seed_assessment(
    app: &App,
    actor: &Actor,
    commands: Vec<assessment::Command>,
    now: Timestamp,
) -> Result<String, ActError> {
    let id = guosuo_store::new_id();
    for command in commands {
        let (case_id, actor) = (id.clone(), actor.clone());
        let request = Request { case_id, command, actor, session: String::new(), expected: None, idem: None, now };
        put_assessment(app, request).await?;
    }
    Ok(id)
}

/// Puts commands of an actor of the demonstration to its record of exports.
///
/// # Errors
/// What the law or the store says.
pub async fn seed_exports(app: &App, actor: &Actor, commands: Vec<exports::Command>, now: Timestamp) -> Result<(), ActError> {
    let id = exports_id(actor.org.as_str());
    for command in commands {
        let (case_id, actor) = (id.clone(), actor.clone());
        let request = Request { case_id, command, actor, session: String::new(), expected: None, idem: None, now };
        put_exports(app, request).await?;
    }
    Ok(())
}

/// The ids of the assessments of the actor's organisation, last changed first.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn own(cx: &Cx) -> Result<Vec<String>, Error> {
    let org = cx.actor()?.org.as_str().to_owned();
    Ok(cx.app.store.reader().await?.cases_of(&org, Assessment::KIND).await?)
}
