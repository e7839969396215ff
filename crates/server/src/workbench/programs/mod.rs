//! The same cases and acts for programs: what the interface under `/api/v1` reads and does. The fields of an
//! act are those that its page asks for ([`super::ask::Ask`]), the command is made by the same function, and the law decides.

mod fields;
mod flows;

use axum::response::Response;
use bytes::Bytes;
use guosuo_case::certificate;
use guosuo_case::certification::{self, Phase};
use guosuo_case::{By, Refusal, RefusalCode, Right};
use guosuo_store::{ActError, Blob, Idem};
use serde_json::{Value, json};

use super::ask::{kept_field, version_field};
use super::desk::{self, Desk, Room};
use super::{acts, audit, case, certificate as held, certificate_acts, issue, papers, plan};
use crate::app::Cx;
use crate::certification::acts as shared;
use crate::error::Error;
use crate::processor::programs as drafts;
use crate::web::Form;
use crate::words;

use fields::is_for_programs;
pub(crate) use fields::{APPLICATION_ACTS, Act, CERTIFICATE_ACTS, Field, ISSUE, OPEN, Shape};
pub(crate) use flows::{ACTUAL, DECLARE_FLOWS, declaration, declarations};

/// A case as a program sees it.
pub(crate) struct Seen {
    /// How many events it has.
    pub(crate) version: u64,
    /// What it may read of it.
    pub(crate) body: Value,
    /// The acts that it may ask for now, by name.
    pub(crate) possible: Vec<&'static str>,
    /// Why it may not read more; nothing where it may.
    pub(crate) closed: Option<Refusal>,
}

/// What came of an act.
pub(crate) enum Outcome {
    /// It was done.
    Done {
        /// Events of the case afterwards.
        version: u64,
        /// The certificate that was issued.
        certificate: Option<String>,
    },
    /// Fields are wrong, each with what would be right.
    Wrong(Vec<(String, String)>),
    /// The law refuses.
    Refused(Refusal),
}

fn by(b: &By) -> Value {
    json!({ "account": b.user, "name": b.name, "organisation": b.org })
}

fn possible(d: &Desk, cx: &Cx) -> Vec<&'static str> {
    let mut out: Vec<&'static str> =
        d.actions.iter().copied().filter(|a| desk::is_shown(*a)).map(words::workbench::act_name).collect();
    if d.room == Room::Processor {
        out.extend(drafts::possible(d.app.phase, &d.actions));
    }
    if d.room == Room::Body && issue::permit(cx, d).is_ok() {
        out.push(ISSUE);
    }
    out
}

/// What a side reads of an application, as the pages show it: the audit and the decision are no business of the
/// verification body; the applicant learns the conclusion when both have signed it; what the body has reported to the
/// authorities (M 11) stays with the body.
fn application_body(d: &Desk) -> Value {
    let a = &d.app;
    let inside = d.room == Room::Body;
    let mut out = json!({
        "id": d.id,
        "version": d.version,
        "number": a.receipt.as_ref().map(|r| r.number.to_string()),
        "phase": a.phase,
        "purpose": a.purpose,
        "applicant": a.owner,
        "processor": a.processor,
        "body": a.body(),
        "verification_body": a.verification_body(),
        "basis": a.basis,
        "opened_at": a.opened_at,
        "received_at": a.receipt.as_ref().map(|r| r.at),
        "dossier": a.dossier,
        "stage_limits": a.limits,
        "clock": a.clock,
        "plan": a.plan,
        "verification": a.verification,
        "certificate": a.certificate,
    });
    if d.room == Room::Verification {
        return out;
    }
    let decided = a.conclusion.as_ref().is_some_and(|c| c.head.is_some());
    out["nonconformities"] = json!(a.nonconformities);
    out["rectification"] = json!(a.rectification);
    out["reasons"] = json!(a.reasons);
    out["audit"] = match &a.audit {
        Some(x) if inside => json!(x),
        Some(x) => json!({ "on": x.on, "report": x.report, "signed_by": x.signed_by.as_ref().map(by) }),
        None => Value::Null,
    };
    out["conclusion"] = if inside || decided { json!(a.conclusion) } else { Value::Null };
    if inside {
        out["evaluation"] = json!(a.evaluation);
        out["interests"] = json!(a.interests);
        out["violations"] = json!(a.violations);
        out["open_clauses"] = json!(a.open_clauses());
    }
    out
}

/// An application that concerns the organisation; its content is read only by whoever may open it (CAR 13).
///
/// # Errors
/// [`Error::NotFound`] for one that does not concern it.
pub(crate) async fn application(cx: &Cx, id: &str) -> Result<Seen, Error> {
    let d = desk::load(cx, id).await?;
    let possible = possible(&d, cx);
    match d.open(cx.actor()?) {
        Ok(()) => {
            cx.app.store.record_read(&cx.origin()?, id, id, "api", cx.now).await?;
            Ok(Seen { version: d.version, body: application_body(&d), possible, closed: None })
        }
        Err(r) if desk::is_about_independence(&r) => {
            let body = json!({
                "id": d.id,
                "version": d.version,
                "number": d.number(),
                "phase": d.app.phase,
                "processor": { "name": d.app.processor.name },
            });
            Ok(Seen { version: d.version, body, possible, closed: Some(r) })
        }
        Err(r) => Err(r.into()),
    }
}

/// What an act is refused for before it is looked at; nothing where it exists.
fn gate<L>(result: Result<L, ActError>) -> Result<Result<L, Refusal>, Error> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(ActError::Refused(r)) if r.code == RefusalCode::NotFound => Err(Error::NotFound),
        Err(ActError::Refused(r)) => Ok(Err(r)),
        Err(e) => Err(e.into()),
    }
}

fn errors(form: &Form) -> Vec<(String, String)> {
    form.errors().iter().cloned().collect()
}

/// Takes an act on an application, exactly as its page does.
///
/// # Errors
/// [`Error::NotFound`] for an act or a case that is not there, [`Error::Conflict`] for an old version.
pub(crate) async fn act_on_application(
    cx: &Cx,
    id: &str,
    name: &str,
    mut form: Form,
    expected: Option<u64>,
    idem: Option<Idem>,
) -> Result<Outcome, Error> {
    use certification::{Action, permit};
    let d = desk::load(cx, id).await?;
    if name == ISSUE {
        if d.room != Room::Body {
            return Err(Error::NotFound);
        }
        if let Err(r) = issue::permit(cx, &d) {
            return Ok(Outcome::Refused(r));
        }
        let Some(order) = issue::read(cx.l(), &mut form) else { return Ok(Outcome::Wrong(errors(&form))) };
        return Ok(match gate(shared::issue(cx, id, order, expected, idem).await)? {
            Ok(done) => {
                let version = cx.app.store.reader().await?.head(id).await?.map_or(d.version, |h| h.version.unsigned_abs());
                Outcome::Done { version, certificate: Some(done.case_id) }
            }
            Err(r) => Outcome::Refused(r),
        });
    }
    let action = Action::ALL.iter().copied().find(|a| words::workbench::act_name(*a) == name).ok_or(Error::NotFound)?;
    if d.room == Room::Processor && is_draft_act(name) {
        return Box::pin(drafts::act(cx, id, action, form, expected, idem)).await;
    }
    if !desk::is_shown(action) {
        return Err(Error::NotFound);
    }
    if let Err(r) = permit(Some(&d.app), action, cx.actor()?, &d.facts, cx.now) {
        return Ok(Outcome::Refused(r));
    }
    let command = match action {
        Action::MakePlan => plan::command(cx, &d, &mut form).await?,
        Action::AuditClause => audit::command(cx, id, &d, &mut form).await?,
        a => acts::command(cx, id, a, &mut form).await?,
    };
    let Some(command) = command else { return Ok(Outcome::Wrong(errors(&form))) };
    Ok(match desk::act(cx, id, command, expected, idem).await? {
        Ok(acted) => Outcome::Done { version: acted.version, certificate: None },
        Err(r) => Outcome::Refused(r),
    })
}

/// Whether an act is one of the applicant's on a draft, beside which saving its parts is one.
pub(crate) fn is_draft_act(name: &str) -> bool {
    matches!(name, "record-mandate" | "choose-body" | "submit")
}

/// Whether a case is there for the caller and may be opened.
///
/// # Errors
/// [`Error::NotFound`] for a case that is not there, the refusal for one that may not be opened.
pub(crate) async fn open(cx: &Cx, of: Of, id: &str) -> Result<(), Error> {
    match of {
        Of::Application => desk::load(cx, id).await?.open(cx.actor()?)?,
        Of::Certificate => held::load(cx, id).await?.open(cx.actor()?)?,
    }
    Ok(())
}

/// Keeps a document with a case that was opened; the inner error says why it is not taken.
///
/// # Errors
/// When it cannot be kept.
pub(crate) async fn keep(cx: &Cx, id: &str, name: &str, bytes: &Bytes) -> Result<Result<Blob, String>, Error> {
    papers::take(cx, id, name, bytes).await
}

/// Gives a document of a case, recorded before the first byte leaves.
///
/// # Errors
/// [`Error::NotFound`] for one that the case does not name.
pub(crate) async fn give(cx: &Cx, of: Of, id: &str, sha256: &str) -> Result<Response, Error> {
    use axum::extract::Path;
    let at = Path((id.to_owned(), sha256.to_owned()));
    match of {
        Of::Application => case::file(cx.clone(), at).await,
        Of::Certificate => held::file(cx.clone(), at).await,
    }
}

/// Which kind of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// An application.
    Application,
    /// A certificate.
    Certificate,
}

/// What may be done with a certificate now, by name.
fn possible_with(h: &held::Held) -> Vec<&'static str> {
    h.actions.iter().copied().filter(|a| is_for_programs(*a)).map(words::certificate::act_name).collect()
}

/// A certificate that concerns the organisation.
///
/// # Errors
/// As [`application`].
pub(crate) async fn certificate(cx: &Cx, id: &str) -> Result<Seen, Error> {
    let h = held::load(cx, id).await?;
    let possible = possible_with(&h);
    let c = &h.certificate;
    let mut body = json!({
        "id": h.id,
        "version": h.version,
        "number": c.number,
        "status": c.status_on(cx.today()),
        "body": c.body,
        "applicant": c.applicant,
        "holder": c.holder,
        "basis": c.basis,
        "mark": c.mark,
        "issued_on": c.issued_on,
        "valid_until": c.valid_until,
        "application": c.application,
        "predecessor": c.predecessor,
        "successor": c.successor,
    });
    if let Err(r) = h.open(cx.actor()?) {
        if !desk::is_about_independence(&r) {
            return Err(r.into());
        }
        return Ok(Seen { version: h.version, body, possible, closed: Some(r) });
    }
    cx.app.store.record_read(&cx.origin()?, id, id, "api", cx.now).await?;
    body["scope"] = json!(c.scope);
    body["mandate"] = json!(c.mandate);
    body["renewal"] = json!(c.renewal);
    body["history"] = json!(c.history);
    body["proposal"] = json!(c.proposal);
    body["requests"] = json!(c.requests);
    body["surveillances"] = json!(c.surveillances);
    if h.room == Room::Body {
        body["findings"] = json!(c.findings);
        body["suggestions"] = json!(c.suggestions);
        body["reports"] = json!(c.reports);
        body["interests"] = json!(c.interests);
        body["violations"] = json!(c.violations);
    }
    Ok(Seen { version: h.version, body, possible, closed: None })
}

/// Takes an act on a certificate, exactly as its page does.
///
/// # Errors
/// As [`act_on_application`].
pub(crate) async fn act_on_certificate(
    cx: &Cx,
    id: &str,
    name: &str,
    mut form: Form,
    expected: Option<u64>,
    idem: Option<Idem>,
) -> Result<Outcome, Error> {
    use certificate::{Action, permit};
    let h = held::load(cx, id).await?;
    let found = Action::ALL.iter().copied().find(|a| words::certificate::act_name(*a) == name);
    let action = found.filter(|a| is_for_programs(*a)).ok_or(Error::NotFound)?;
    if let Err(r) = permit(Some(&h.certificate), action, cx.actor()?, &h.facts, cx.now) {
        return Ok(Outcome::Refused(r));
    }
    let command = match action {
        Action::DeclareFlows => flows::command(cx, id, &mut form).await?,
        a => certificate_acts::command(cx, id, &h.certificate, a, &mut form).await?,
    };
    let Some(command) = command else { return Ok(Outcome::Wrong(errors(&form))) };
    Ok(match gate(shared::act_on_certificate(cx, id, command, expected, idem).await)? {
        Ok(acted) => Outcome::Done { version: acted.version, certificate: None },
        Err(r) => Outcome::Refused(r),
    })
}

/// Fills a document into a form as the pages keep it between two attempts.
pub(crate) fn put_document(form: &mut Form, field: &str, file: &str, title: &str, version: &str) {
    form.push(&kept_field(field), format!("{file} {title}"));
    if !version.is_empty() {
        form.set(&version_field(field), version);
    }
}

/// The right that reading the cases of one's kind of organisation needs.
pub(crate) fn reading(kind: guosuo_case::OrgKind) -> Right {
    match kind {
        guosuo_case::OrgKind::Processor => Right::ApplicationReadOwn,
        _ => Right::ApplicationRead,
    }
}

/// The phases by their stored names.
pub(crate) fn phases() -> Vec<&'static str> {
    Phase::ALL.into_iter().map(Phase::as_str).collect()
}
