//! Acts on assessments and on the record of exports: one transaction each, with the facts that the law asks for.

use std::collections::BTreeSet;
use std::sync::Arc;

use guosuo_case::assessment::{self, Assessment, Content, Digests, Said};
use guosuo_case::certification::Application;
use guosuo_case::exports::{self, Exports};
use guosuo_case::grouping::{self, Grouping};
use guosuo_case::{Actor, Life as _, Refusal, RefusalCode};
use guosuo_rules::risk::Method;
use guosuo_rules::yearly::Year;
use guosuo_seal::digest::{sha256, sm3};
use guosuo_store::{ActError, Acted, Error as StoreError, Reader, Request, Tx};
use jiff::Timestamp;

use super::sets;
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

/// The record of exports of an organisation as it stands.
pub(crate) struct Record {
    /// Its case.
    pub(crate) id: String,
    /// Number of its events.
    pub(crate) version: u64,
    /// What they come to.
    pub(crate) state: Exports,
}

impl Record {
    /// One of its years; nothing for a year without law.
    ///
    /// # Errors
    /// When a file of keyed values cannot be read.
    pub(crate) async fn year(&self, app: &App, year: i16) -> Result<Option<Arc<Year>>, Error> {
        Ok(sets::year(app, &self.id, self.version, &self.state, year).await?)
    }
}

/// The record of exports of the actor's organisation; `None` before the first entry.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn record(cx: &Cx) -> Result<Option<Record>, Error> {
    let actor = cx.actor()?;
    match cx.app.store.case_for::<Exports>(actor, &exports_id(actor.org.as_str())).await {
        Ok(loaded) => Ok(loaded.state.map(|state| Record { id: loaded.id, version: loaded.version, state })),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// The state of [`record`].
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn exports(cx: &Cx) -> Result<Option<Exports>, Error> {
    Ok(record(cx).await?.map(|r| r.state))
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

/// What is kept of an organisation's exports beside an assessment.
struct Kept {
    record: Option<Record>,
    applications: Vec<(String, Application)>,
}

/// Reads what is kept; the applications only where something is compared with them.
async fn kept(reader: &mut Reader, org: &str, compares: bool) -> Result<Kept, StoreError> {
    let loaded = reader.case::<Exports>(&exports_id(org)).await?;
    let (id, version) = (loaded.id, loaded.version);
    let record = loaded.state.filter(|e| !e.flows.is_empty()).map(|state| Record { id, version, state });
    let applications = if compares { applications(reader, org).await? } else { Vec::new() };
    Ok(Kept { record, applications })
}

/// What is said elsewhere about the export of an assessment: the ledger of the year, where the record has flows, and the
/// application with which it is compared. No connection to the database is held: files of the ledger may have to be read.
async fn said(app: &App, kept: &Kept, year: i16, content: Option<&Content>) -> Result<Vec<Said>, StoreError> {
    let mut out = Vec::new();
    if let Some(Record { id, version, state }) = &kept.record {
        let found = sets::year(app, id, *version, state, year).await?;
        out.push(state.said(year, found.as_deref()));
    }
    if let Some(content) = content {
        let own = kept.applications.iter().map(|(id, a)| (id.as_str(), a));
        out.extend(assessment::compared_application(content, own).map(|(_, a)| Said::of_application(a)));
    }
    Ok(out)
}

/// What is said elsewhere about the export of an assessment of the actor's organisation.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn elsewhere(cx: &Cx, a: &Assessment) -> Result<Vec<Said>, Error> {
    let mut reader = cx.app.store.reader().await?;
    let kept = kept(&mut reader, a.org.as_str(), true).await?;
    drop(reader);
    Ok(said(&cx.app, &kept, cx.today().year(), Some(a.content())).await?)
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
    app: App,
    org: String,
    year: i16,
}

async fn put_assessment(app: &App, request: Request<Assessment>) -> Result<Acted<Assessment>, ActError> {
    let year = guosuo_rules::time::cst_date(request.now).year();
    let known = Arc::new(Known { app: app.clone(), org: request.actor.org.0.clone(), year });
    // What lies in files is added up before the transaction begins, which then finds it at hand.
    let mut reader = app.store.reader().await?;
    let before = kept(&mut reader, &known.org, false).await?;
    drop(reader);
    said(app, &before, year, None).await?;
    app.store
        .act(request, move |tx: &mut Tx, state: Option<&Assessment>| {
            let known = Arc::clone(&known);
            Box::pin(async move {
                let now = kept(tx.reader().await?, &known.org, state.is_some()).await?;
                let draft = state.and_then(|a| a.draft.as_ref());
                let digests = draft.map(assessment_digests).transpose().map_err(|e| StoreError::Damaged(e.to_string()))?;
                Ok(assessment::Facts {
                    calendar: tx.calendar().await?,
                    config: assessment::Config::default(),
                    method: Arc::new(Method::shipped().clone()),
                    elsewhere: said(&known.app, &now, known.year, state.map(Assessment::content)).await?,
                    digests: digests.unwrap_or_default(),
                })
            })
        })
        .await
}

/// What one act on the record of exports needs beside its request.
struct Brought {
    app: App,
    case_id: String,
    digests: Digests,
    incoming: sets::Incoming,
    /// Whether values are added up.
    adds: bool,
}

async fn put_exports(app: &App, mut request: Request<Exports>) -> Result<Acted<Exports>, ActError> {
    let text = match &request.command {
        exports::Command::AdoptText { words, .. } => digests(words.as_bytes()),
        _ => Digests::default(),
    };
    let case_id = request.case_id.clone();
    let adds = matches!(request.command, exports::Command::Report { .. });
    let mut incoming = sets::stage(app, &mut request).await?;
    let staged = incoming.file.clone();
    if adds {
        let before = app.store.reader().await?.case::<Exports>(&case_id).await?.state;
        let named = before.map(|e| sets::needs(&e, None)).unwrap_or_default();
        incoming.sets.join(sets::read(app, &case_id, &named).await?);
    }
    let brought = Arc::new(Brought { app: app.clone(), case_id, digests: text, incoming, adds });
    let done = app
        .store
        .act(request, move |tx: &mut Tx, state: Option<&Exports>| {
            let brought = Arc::clone(&brought);
            let named = state.filter(|_| brought.adds).map(|e| sets::needs(e, None)).unwrap_or_default();
            Box::pin(async move {
                let mut all = brought.incoming.sets.clone();
                // Another report may have come in between.
                let fresh: BTreeSet<String> = named.into_iter().filter(|sha256| all.get(sha256).is_none()).collect();
                all.join(sets::read(&brought.app, &brought.case_id, &fresh).await?);
                if let Some(file) = &brought.incoming.file {
                    tx.add_blob(file).await?;
                }
                Ok(exports::Facts { digests: brought.digests.clone(), sets: all })
            })
        })
        .await;
    let unused = match &done {
        Ok(acted) => acted.replayed,
        Err(ActError::Refused(_)) => true,
        // Whether a commit that broke off was recorded, nobody knows: the sweep looks whether a row names the file.
        Err(_) => false,
    };
    if let Some(file) = staged
        && unused
    {
        // Nothing names it: it goes at once, and if that fails with a sweep.
        let _ = app.blobs.purge(&file.object).await;
    }
    done
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
