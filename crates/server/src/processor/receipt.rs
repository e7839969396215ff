//! The receipt of an application: number, moment, what was declared with its digests; on screen, on
//! paper, and as a statement signed with the platform's two keys.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::certification::{DocRef, LegalBasis, Receipt};
use guosuo_cli::path_words;
use guosuo_paper::{EntrustmentDocument, EntrustmentReceipt, Mode};
use guosuo_rules::basis::Edition;
use guosuo_seal::digest::sha256;
use guosuo_seal::envelope::Envelope;
use guosuo_seal::keys::Signer;
use serde::Serialize;

use super::case::{self, Case};
use crate::app::Cx;
use crate::authority::paper::print;
use crate::body::case::{file, page};
use crate::error::Error;
use crate::path::{sentence, tools};
use crate::web::components::{Fact, Tone};
use crate::web::{Lang, Shell};

/// Type of the signed statement.
const STATEMENT: &str = "application/vnd.guosuo.application-receipt.v1+json";

struct Row {
    kind: &'static str,
    name: String,
    version: String,
    sha256: String,
    sm3: String,
}

#[derive(Template)]
#[template(path = "processor/receipt.html")]
struct Page {
    shell: Shell,
    l: Lang,
    tone: Tone,
    title: String,
    sub: String,
    base: String,
    facts: Vec<Fact>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Statement<'a> {
    number: String,
    received_at: String,
    application: &'a str,
    applicant: &'a str,
    processor: &'a str,
    processor_code: &'a str,
    body: &'a str,
    basis: &'a str,
    law: &'a str,
    form_sha256: String,
    documents: Vec<StatedDocument<'a>>,
}

#[derive(Serialize)]
struct StatedDocument<'a> {
    title: &'a str,
    version: &'a str,
    sha256: &'a str,
    sm3: &'a str,
}

/// Every document that was declared, with what it is.
fn documents(l: Lang, case: &Case) -> Vec<(&'static str, &DocRef)> {
    let d = case.dossier();
    let mut out = Vec::new();
    out.extend(d.mandate.as_ref().map(|m| (l.t("授权委托书", "Mandate"), &m.document)));
    let evidence = d.form.eligibility.iter().flat_map(|e| &e.evidence);
    out.extend(evidence.map(|e| (l.t("适用条件证明", "Evidence of eligibility"), e)));
    out.extend(d.form.impact.as_ref().map(|i| (l.t("影响评估报告", "Impact assessment"), &i.document)));
    out.extend(d.form.notice.as_ref().map(|n| (l.t("告知书", "Notice"), n)));
    if let Some(LegalBasis::Consent { document }) = &d.form.legal_basis {
        out.push((l.t("单独同意书", "Separate consent"), document));
    }
    out
}

/// Digest of what was filled in, as it was stored.
fn form_digest(case: &Case) -> Result<String, Error> {
    let bytes = serde_json::to_vec(&case.dossier().form).map_err(|e| Error::Fault(e.into()))?;
    Ok(sha256(&bytes).to_hex())
}

async fn received(cx: &Cx, id: &str) -> Result<(Case, Receipt), Error> {
    let case = case::load(cx, id).await?;
    let receipt = case.app.receipt.clone().ok_or(Error::NotFound)?;
    Ok((case, receipt))
}

/// `GET …/receipt`.
///
/// # Errors
/// [`Error::NotFound`] before the submission.
pub(super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let (case, r) = received(&cx, &id).await?;
    let body = case.dossier().body.as_ref().map(|b| b.name.clone()).unwrap_or_default();
    let facts = vec![
        Fact::new(l.t("编号", "Number"), r.number.to_string()).code(),
        Fact::new(l.t("收到时间", "Received"), l.moment_weekday(r.at).words),
        Fact::new(l.t("认证机构", "Certification body"), body.clone()),
        Fact::new(l.t("被认证的处理者", "Processor to be certified"), case.app.processor.name.clone()),
        Fact::new(l.t("出境路径", "Export path"), sentence(path_words::path(r.path, tools(l)))),
        Fact::new(l.t("认证依据版本", "Edition of the basis"), case.app.basis.clone()).code(),
        Fact::new(l.t("提交人", "Submitted by"), r.by.name.clone()),
        Fact::new(l.t("填报内容摘要（SHA-256）", "Digest of what was filled in (SHA-256)"), form_digest(&case)?).code(),
    ];
    let rows = documents(l, &case)
        .into_iter()
        .map(|(kind, d)| Row {
            kind,
            name: d.title.clone(),
            version: d.version.clone(),
            sha256: d.sha256.clone(),
            sm3: d.sm3.clone(),
        })
        .collect();
    let days = case.app.limits.acceptance;
    let view = Page {
        shell: case::shell(&cx, &case, l.t("已收到", "Received")).here(l.t("收件回执", "Receipt")),
        l,
        tone: Tone::Ok,
        title: l.pick(format!("已收到。编号{}", r.number), format!("Received. Number {}", r.number)),
        sub: l.pick(
            format!("{body}会在{}内决定是否受理。这个期限由认证机构自己规定。", l.working_days(i64::from(days))),
            format!("{body} decides on acceptance within {}. The body set this limit itself.", l.working_days(i64::from(days))),
        ),
        base: l.href(case.path("")),
        facts,
        rows,
    };
    page(StatusCode::OK, &view)
}

/// `GET …/receipt.json`: the signed statement.
///
/// # Errors
/// As [`show`]; a fault of a key.
pub(super) async fn signed(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (case, r) = received(&cx, &id).await?;
    let statement = Statement {
        number: r.number.to_string(),
        received_at: r.at.to_string(),
        application: &case.id,
        applicant: case.app.owner.as_str(),
        processor: &case.app.processor.name,
        processor_code: &case.app.processor.code,
        body: case.dossier().body.as_ref().map(|b| b.name.as_str()).unwrap_or_default(),
        basis: &case.app.basis,
        law: &r.law,
        form_sha256: form_digest(&case)?,
        documents: documents(Lang::Zh, &case)
            .into_iter()
            .map(|(_, d)| StatedDocument { title: &d.title, version: &d.version, sha256: &d.sha256, sm3: &d.sm3 })
            .collect(),
    };
    let keys: [&dyn Signer; 2] = [&cx.app.keys.statement_sm2, &cx.app.keys.statement_ed];
    let envelope = Envelope::build(STATEMENT, &statement, Vec::new(), &keys)
        .and_then(|e| e.to_bytes())
        .map_err(|e| Error::Fault(e.into()))?;
    Ok(file("application/json", &format!("application-{}-{:03}.json", r.number.year, r.number.seq), false, envelope))
}

/// `GET …/receipt.pdf`: the receipt on paper, the same bytes for the same receipt; with an English page
/// for a processor from abroad, and for whoever reads in English.
///
/// # Errors
/// As [`show`]; [`Error::Unavailable`] without fonts.
pub(super) async fn printed(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (case, r) = received(&cx, &id).await?;
    let applicant = cx.app.store.organisation(case.app.owner.as_str()).await?.map(|o| o.name).unwrap_or_default();
    let standards = Edition::by_id(&case.app.basis).map_or_else(
        || vec![case.app.basis.clone()],
        |e| e.standards.iter().map(|s| format!("{}—{}", s.number, s.edition)).collect(),
    );
    let english = documents(Lang::En, &case);
    let paper = EntrustmentReceipt {
        number: r.number.to_string(),
        body: case.dossier().body.as_ref().map(|b| b.name.clone()).unwrap_or_default(),
        applicant,
        processor: case.app.processor.name.clone(),
        processor_code: case.app.processor.code.clone(),
        submitted_by: r.by.name.clone(),
        received_at: r.at,
        path: path_words::path(r.path, tools(Lang::Zh)).to_owned(),
        path_en: sentence(path_words::path(r.path, tools(Lang::En))),
        basis: standards,
        law: r.law.clone(),
        form_digest: form_digest(&case)?,
        documents: documents(Lang::Zh, &case)
            .into_iter()
            .zip(english)
            .map(|((kind, d), (kind_en, _))| EntrustmentDocument {
                kind: kind.to_owned(),
                kind_en: kind_en.to_owned(),
                title: d.title.clone(),
                version: d.version.clone(),
                sha256: d.sha256.clone(),
                sm3: d.sm3.clone(),
            })
            .collect(),
        acceptance_days: case.app.limits.acceptance,
        status_url: format!("{}{}", cx.app.config.public_origin.trim_end_matches('/'), case.path("")),
        with_english: case.app.processor.is_overseas() || !cx.l().zh(),
    };
    let pdf = print(&cx.app, paper, Mode::Final).await?;
    Ok(file("application/pdf", &format!("{}.pdf", r.number), false, pdf.bytes))
}
