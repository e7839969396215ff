//! The receipt: number, moment, every file with its digest, the day by which the result is
//! due; on screen, as PDF, and as a statement signed with the platform's two keys.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use guosuo_case::filing::{FileRef, Slot, Submission, decision_due};
use guosuo_paper::{Due as PaperDue, Mode, Receipt, ReceiptFile, ReceiptLanguage, SignatureLine};
use guosuo_rules::period::Due;
use guosuo_seal::canon;
use guosuo_seal::digest::sha256;
use guosuo_seal::envelope::Envelope;
use guosuo_seal::keys::Signer;
use serde::Serialize;

use super::case::{self, Case};
use super::print::deliver;
use crate::app::Cx;
use crate::error::Error;
use crate::web::components::{Fact, Tone};
use crate::web::{Lang, Shell};
use crate::words;

/// Type of the signed statement.
const STATEMENT: &str = "application/vnd.guosuo.receipt.v1+json";

struct Row {
    slot: &'static str,
    name: String,
    size: String,
    sha256: String,
}

#[derive(Template)]
#[template(path = "body/receipt.html")]
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

/// What the platform states about a submission; the signed bytes are its canonical JSON.
#[derive(Serialize)]
struct Statement<'a> {
    number: String,
    received_at: String,
    authority: &'a str,
    organisation: &'a str,
    credit_code: &'a str,
    form_id: &'a str,
    form_digest: &'a str,
    files: Vec<StatedFile<'a>>,
}

#[derive(Serialize)]
struct StatedFile<'a> {
    slot: &'static str,
    name: &'a str,
    size: u64,
    sha256: &'a str,
    sm3: &'a str,
}

fn files(case: &Case) -> impl Iterator<Item = (Slot, &FileRef)> {
    Slot::ALL.into_iter().flat_map(|s| case.dossier().files(s).iter().map(move |f| (s, f)))
}

fn statement<'a>(cx: &'a Cx, case: &'a Case, s: &Submission) -> Statement<'a> {
    Statement {
        number: s.number.to_string(),
        received_at: s.received_at.to_string(),
        authority: &cx.app.config.authority,
        organisation: &case.dossier().form.org_name,
        credit_code: &case.filing.credit_code,
        form_id: &case.id,
        form_digest: &case.digest,
        files: files(case)
            .map(|(s, f)| StatedFile { slot: s.id(), name: &f.name, size: f.size, sha256: &f.sha256, sm3: &f.sm3 })
            .collect(),
    }
}

async fn submitted(cx: &Cx, id: &str) -> Result<(Case, Submission), Error> {
    let case = case::load(cx, id).await?;
    let s = case.filing.submission().cloned().ok_or(Error::NotFound)?;
    Ok((case, s))
}

/// `GET /body/filings/{id}/receipt`.
///
/// # Errors
/// [`Error::NotFound`] before submission or for another organisation's case.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let l = cx.l();
    let (case, s) = submitted(&cx, &id).await?;
    let due = decision_due(&s, &case.calendar);
    let by = due.map(|d| l.date_weekday(d.latest()).words).unwrap_or_default();
    let facts = vec![
        Fact::new(l.t("编号", "Number"), s.number.to_string()).code(),
        Fact::new(l.t("收到时间", "Received"), l.moment_weekday(s.received_at).words),
        Fact::new(l.t("最迟告知结果", "Result by"), by.clone())
            .link(l.href(case.path("deadline/decide")), l.t("怎么算的", "How it was counted")),
        Fact::new(l.t("提交人", "Submitted by"), s.by.name.clone()),
        Fact::new(l.t("申请表摘要（SHA-256）", "Digest of the form (SHA-256)"), s.form_digest.clone()).code(),
    ];
    let rows = files(&case)
        .map(|(s, f)| Row { slot: s.id(), name: f.name.clone(), size: l.size(f.size), sha256: f.sha256.clone() })
        .collect();
    let page = Page {
        shell: case::shell(&cx, &case, l.t("已收到", "Received")).here(l.t("收件回执", "Receipt")),
        l,
        tone: Tone::Ok,
        title: l.pick(format!("已收到。编号{}", s.number), format!("Received. Number {}", s.number)),
        sub: l.pick(
            format!("收到时间{}。最迟{by}告知结果。", l.moment(s.received_at).words),
            format!("{}. You will hear the result by {by} at the latest.", l.moment(s.received_at).words),
        ),
        base: l.href(case.path("")),
        facts,
        rows,
    };
    case::page(StatusCode::OK, &page)
}

/// `GET /body/filings/{id}/receipt.pdf`.
///
/// # Errors
/// As [`show`]; [`Error::Unavailable`] while PDF output is off.
pub async fn pdf(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (case, s) = submitted(&cx, &id).await?;
    let bytes = canon::to_vec(&statement(&cx, &case, &s)).map_err(|e| Error::Fault(e.into()))?;
    let due = decision_due(&s, &case.calendar).ok_or(Error::NotFound)?;
    let key = cx.app.keys.statement_sm2.public_key();
    let origin = &cx.app.config.public_origin;
    let receipt = Receipt {
        number: s.number.to_string(),
        authority: cx.app.config.authority.clone(),
        organisation: case.dossier().form.org_name.clone(),
        credit_code: case.filing.credit_code.clone(),
        submitted_by: s.by.name.clone(),
        received_at: s.received_at,
        form_id: case.id.clone(),
        form_digest: s.form_digest.clone(),
        files: files(&case)
            .map(|(slot, f)| ReceiptFile {
                slot: slot.id().to_owned(),
                slot_name: words::slot(Lang::Zh, slot).to_owned(),
                slot_name_en: words::slot(Lang::En, slot).to_owned(),
                name: f.name.clone(),
                bytes: f.size,
                pages: f.pages,
                sha256: f.sha256.clone(),
            })
            .collect(),
        due: paper_due(due),
        status_url: format!("{origin}{}", case.path("")),
        signature: Some(SignatureLine {
            signer: cx.app.config.authority.clone(),
            algorithm: key.algorithm().to_string(),
            fingerprint: key.kid(),
            digest: sha256(&bytes).to_hex(),
            signed_at: s.received_at,
        }),
        language: if cx.l().zh() { ReceiptLanguage::Chinese } else { ReceiptLanguage::Both },
    };
    let name = format!("收件回执-{}.pdf", s.number);
    deliver(&cx, receipt, Mode::Final, &name).await
}

fn paper_due(due: Due) -> PaperDue {
    let (zh, en) = match due {
        Due::Firm { .. } => (
            "自收到备案材料次日起算30个工作日，含公示，除去周末和放假日、加上调休上班日（《办法》第十二条）。".to_owned(),
            "30 working days from the day after receipt, publication included, by the calendar of the State Council (Measures, Article 12).".to_owned(),
        ),
        Due::Provisional { first_unknown_year, .. } => (
            format!("自收到备案材料次日起算30个工作日；{first_unknown_year}年放假安排公布前，最后一天暂定为一个区间（《办法》第十二条）。"),
            format!("30 working days from the day after receipt; provisional until the holidays of {first_unknown_year} are announced (Measures, Article 12)."),
        ),
    };
    PaperDue { date: due.earliest(), latest: due.firm().is_none().then(|| due.latest()), explanation: zh, explanation_en: en }
}

/// `GET /body/filings/{id}/receipt.json`: the signed statement.
///
/// # Errors
/// As [`show`]; a fault of a key.
pub async fn signed(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let (case, s) = submitted(&cx, &id).await?;
    let keys: [&dyn Signer; 2] = [&cx.app.keys.statement_sm2, &cx.app.keys.statement_ed];
    let envelope = Envelope::build(STATEMENT, &statement(&cx, &case, &s), Vec::new(), &keys)
        .and_then(|e| e.to_bytes())
        .map_err(|e| Error::Fault(e.into()))?;
    Ok(case::file("application/json", &format!("收件回执-{}.json", s.number), false, envelope))
}
