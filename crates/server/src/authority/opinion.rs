//! `/authority/filings/{id}/opinion`: the opinion of the National Data Administration, signed
//! and as a sheet of paper (M 12(3)).

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use guosuo_case::filing::{Action, Command, Filing, Opinion, Slot, permit};
use guosuo_paper::{JointOpinion, Mode, OpinionVerdict, SignatureLine};
use guosuo_seal::digest::sha256;
use guosuo_seal::envelope::Envelope;
use guosuo_store::{ActError, new_id};
use serde::Serialize;

use super::case::{answers, clock, open, verdict_chip};
use super::case_acts::{field_of, go, idem};
use super::paper::{download, print};
use super::queue::PATH;
use super::view::frame;
use crate::app::{App, Cx};
use crate::error::{Error, refusal_status};
use crate::web::components::{Choice, ClockView, Fact, Tone};
use crate::web::shell::Flash;
use crate::web::{Form, Lang, Shell};
use crate::words;

/// Type of the signed statement.
pub const STATEMENT: &str = "application/vnd.guosuo.joint-opinion.v1+json";

/// What is signed.
#[derive(Serialize)]
struct Statement<'a> {
    case: &'a str,
    number: String,
    form_digest: &'a str,
    opinion: &'static str,
    slots: Vec<&'static str>,
    note: &'a str,
    reviewer: &'a str,
    reviewer_name: &'a str,
    org: &'a str,
    time: String,
}

struct Line {
    id: &'static str,
    name: &'static str,
    href: String,
    chip: (String, Tone),
}

#[derive(Template)]
#[template(path = "authority/opinion.html")]
struct Page {
    shell: Shell,
    l: Lang,
    form: Form,
    path: String,
    clock: ClockView,
    lines: Vec<Line>,
    answers: Vec<Fact>,
    choices: Vec<Choice>,
    slots: Vec<Choice>,
    idem: String,
}

async fn page(cx: &Cx, id: &str, form: Form, status: StatusCode) -> Result<Response, Error> {
    let l = cx.l();
    let (filing, _) = open(cx, id).await?;
    let number = filing.submission().map(|s| s.number.to_string()).unwrap_or_default();
    let view = Page {
        shell: frame(
            cx,
            "queue",
            l.pick(
                format!("会同审核意见：{}", filing.dossier.form.org_name),
                format!("Joint opinion: {}", filing.dossier.form.org_name),
            ),
        )
        .crumb(PATH, l.t("备案审核", "Filings"))
        .crumb(&format!("{PATH}/{id}"), number)
        .here(l.t("会同审核意见", "Joint opinion"))
        .for_form(&form),
        l,
        path: l.href(format!("{PATH}/{id}")),
        clock: clock(cx, &filing).await?.0,
        lines: Slot::ALL
            .into_iter()
            .map(|s| Line {
                id: s.id(),
                name: words::slot(l, s),
                href: l.href(format!("{PATH}/{id}/materials/{}", s.id())),
                chip: verdict_chip(l, &filing, s),
            })
            .collect(),
        answers: answers(l, &filing),
        choices: vec![
            Choice::new("complete", l.t("材料齐全", "The materials are complete")),
            Choice::new("not_complete", l.t("材料不齐全", "The materials are not complete")),
        ],
        slots: Slot::ALL.into_iter().map(|s| Choice::new(s.id(), format!("{} {}", s.id(), words::slot_short(l, s)))).collect(),
        idem: new_id(),
        form,
    };
    Ok((status, [(header::CACHE_CONTROL, "no-store")], Html(view.render()?)).into_response())
}

/// `GET /authority/filings/{id}/opinion`.
///
/// # Errors
/// A refusal that says why no opinion can be given now.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (filing, _) = open(&cx, &id).await?;
    permit(Some(&filing), Action::GiveOpinion, cx.actor()?, cx.now)?;
    page(&cx, &id, Form::new(), StatusCode::OK).await
}

/// `POST /authority/filings/{id}/opinion`.
///
/// # Errors
/// When the store or the signing fails.
pub async fn give(cx: Cx, Path(id): Path<String>, mut form: Form) -> Result<Response, Error> {
    let l = cx.l();
    let (filing, _) = open(&cx, &id).await?;
    let complete = match form.value("opinion") {
        "complete" => true,
        "not_complete" => false,
        _ => {
            form.fail("opinion", l.t("选一个结论。", "Choose one."));
            true
        }
    };
    let note = form.trimmed("note").to_owned();
    let slots: Vec<Slot> =
        if complete { Vec::new() } else { form.values("slots").iter().filter_map(|s| Slot::parse(s)).collect() };
    if !complete && slots.is_empty() {
        form.fail("slots", l.t("选出不齐全的材料。", "Choose the items that are not complete."));
    }
    if !complete && note.is_empty() {
        form.fail("note", l.t("写明缺什么、为什么。", "Say what is missing and why."));
    }
    if !form.ok() {
        return page(&cx, &id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let key = idem(&form, &[&id, form.value("opinion"), &note, &form.values("slots").join(",")]);
    let signed = sign(&cx, &id, &filing, complete, &slots, &note)?;
    let command = Command::GiveOpinion { complete, slots, note, signed };
    match cx.act(&id, command, key).await {
        Ok(_) => Ok(Flash::good(
            l.t("意见已签名并送达国家网信部门。", "The opinion is signed and with the Cyberspace Administration."),
        )
        .to(l, &format!("{PATH}/{id}"))),
        Err(ActError::Refused(r)) => {
            let field = if field_of(&r) == "reason" { "note" } else { field_of(&r) };
            form.fail(field, words::refusal(l, &r));
            page(&cx, &id, form, refusal_status(&r)).await
        }
        Err(e) => Err(e.into()),
    }
}

fn sign(cx: &Cx, id: &str, filing: &Filing, complete: bool, slots: &[Slot], note: &str) -> Result<String, Error> {
    let actor = cx.actor()?;
    let submission = filing.submission().ok_or(Error::NotFound)?;
    let statement = Statement {
        case: id,
        number: submission.number.to_string(),
        form_digest: &submission.form_digest,
        opinion: if complete { "complete" } else { "not_complete" },
        slots: slots.iter().map(|s| s.id()).collect(),
        note,
        reviewer: actor.user.as_str(),
        reviewer_name: &actor.name,
        org: actor.org.as_str(),
        time: cx.now.to_string(),
    };
    let keys = &cx.app.keys;
    let envelope = Envelope::build(STATEMENT, &statement, Vec::new(), &[&keys.statement_sm2, &keys.statement_ed])
        .map_err(|e| Error::Fault(e.into()))?;
    let bytes = envelope.to_bytes().map_err(|e| Error::Fault(e.into()))?;
    String::from_utf8(bytes).map_err(|e| Error::Fault(e.into()))
}

/// `GET /authority/filings/{id}/opinion.pdf`.
///
/// # Errors
/// [`Error::NotFound`] before there is an opinion.
pub async fn pdf(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (filing, _) = open(&cx, &id).await?;
    let Some(opinion) = filing.review().and_then(|r| r.opinion.clone()) else { return Ok(go(&cx, &format!("{PATH}/{id}"))) };
    let sheet = sheet(&cx.app, &filing, &opinion).await?;
    let name = format!("会同审核意见表-{}.pdf", sheet.receipt_number);
    let pdf = print(&cx.app, sheet, Mode::Final).await?;
    Ok(download(pdf.bytes, "application/pdf", &name, true))
}

async fn sheet(app: &App, filing: &Filing, o: &Opinion) -> Result<JointOpinion, Error> {
    let l = Lang::Zh;
    let org = app.store.organisation(o.by.org.as_str()).await?;
    let submission = filing.submission().ok_or(Error::NotFound)?;
    let envelope = Envelope::parse(o.signed.as_bytes()).ok();
    let signer = org.map_or_else(|| words::org_kind(l, guosuo_case::OrgKind::Nda).to_owned(), |o| o.name);
    let signatures = envelope.iter().flat_map(|e| {
        let digest = sha256(e.payload()).to_hex();
        e.signatures().iter().map(move |s| (s.alg, s.kid.clone(), digest.clone())).collect::<Vec<_>>()
    });
    Ok(JointOpinion {
        receipt_number: submission.number.to_string(),
        organisation: filing.dossier.form.org_name.clone(),
        credit_code: filing.credit_code.clone(),
        asked_by: app.config.authority.clone(),
        asked_at: filing.review().and_then(|r| r.sent_to_nda).unwrap_or(o.at),
        authority: signer.clone(),
        given_at: o.at,
        conclusion: if o.complete { "材料齐全".into() } else { "材料不齐全".into() },
        opinion: o.note.clone(),
        verdicts: o
            .slots
            .iter()
            .map(|s| OpinionVerdict {
                slot: s.id().into(),
                name: words::slot(l, *s).into(),
                verdict: "不齐全".into(),
                note: String::new(),
            })
            .collect(),
        reviewer: o.by.name.clone(),
        submission_digest: submission.form_digest.clone(),
        signatures: signatures
            .map(|(alg, kid, digest)| SignatureLine {
                signer: signer.clone(),
                algorithm: alg.id().to_owned(),
                fingerprint: kid,
                digest,
                signed_at: o.at,
            })
            .collect(),
    })
}
