//! The papers that a case hands out: each version of the certificate as it was issued, the letters
//! about its measures, and the letter that ends an application. For the body, the holder's side and
//! the authorities; every reading is recorded before the paper leaves.
//!
//! The printed certificate is not on the public page: it is the holder's to show (R37 5.3), and whoever
//! is shown one checks it there. What is printed on it is what is published, no more (M 14).

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use guosuo_case::certificate::Certificate;
use guosuo_case::certification::{Application, Event};
use guosuo_paper::Mode;
use guosuo_store::PaperRow;

use super::certificate::{self, Held};
use super::desk::{self, Desk, Room};
use crate::app::Cx;
use crate::authority::paper::print;
use crate::body::file;
use crate::certification::letters;
use crate::error::Error;
use crate::web::Lang;
use crate::web::components::Link;
use crate::words::certificate as said;

/// Largest printed certificate that is read into memory.
const MOST: u64 = 20 << 20;

/// The papers of a certificate, as links: versions, letters, the scope as data.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn links(cx: &Cx, h: &Held) -> Result<Vec<Link>, Error> {
    let l = cx.l();
    let papers = cx.app.store.reader().await?.papers_of(&h.id).await?;
    let printed: Vec<&PaperRow> = papers.iter().filter(|p| !p.blob.is_empty()).collect();
    let many = printed.len() > 1;
    let mut out: Vec<Link> = printed
        .iter()
        .map(|p| {
            let day = p.effective_on.parse().map_or_else(|_| p.effective_on.clone(), |d: jiff::civil::Date| l.day(d).words);
            let name = if h.certificate.taken_over.is_some() {
                // The certificate itself was issued elsewhere; this paper only tells what is recorded.
                if many {
                    l.pick(format!("登记内容（{day}起的版本，PDF）"), format!("Contents of the record, version from {day} (PDF)"))
                } else {
                    l.t("登记内容（PDF，中英文）", "Contents of the record (PDF, Chinese and English)").to_owned()
                }
            } else if many {
                l.pick(format!("认证证书（{day}起的版本，PDF）"), format!("Certificate, version from {day} (PDF)"))
            } else {
                l.t("认证证书（PDF，中英文）", "Certificate (PDF, Chinese and English)").to_owned()
            };
            Link::new(l.href(h.path(&format!("versions/{}", p.seq))), name)
        })
        .collect();
    for (n, line) in h.certificate.history.iter().enumerate().filter(|(_, x)| letters::has_letter(x)) {
        let (kind, day) = (said::change(l, line.kind), l.day(line.effective_on).words);
        let name = l.pick(format!("{kind}通知书（{day}，PDF）"), format!("Letter: {kind}, {day} (PDF, in Chinese)"));
        out.push(Link::new(l.href(h.path(&format!("letters/{n}"))), name));
    }
    out.push(Link::new(l.href(h.path("scope.json")), l.t("认证范围数据（JSON）", "Certified scope as data (JSON)")));
    Ok(out)
}

async fn opened(cx: &Cx, id: &str) -> Result<Held, Error> {
    let h = certificate::load(cx, id).await?;
    h.open(cx.actor()?)?;
    Ok(h)
}

/// `GET …/certificates/{id}/versions/{seq}`: a version of the certificate, byte for byte as it was issued.
///
/// # Errors
/// [`Error::NotFound`] for a certificate that is not for this person, and while it is not printed.
pub async fn version(cx: Cx, Path((id, seq)): Path<(String, i64)>) -> Result<Response, Error> {
    let h = opened(&cx, &id).await?;
    let mut reader = cx.app.store.reader().await?;
    let papers = reader.papers_of(&id).await?;
    let paper = papers.into_iter().find(|p| p.seq == seq && !p.blob.is_empty()).ok_or(Error::NotFound)?;
    let blob = reader.blob(&paper.blob).await?;
    drop(reader);
    cx.app.store.record_read(&cx.origin()?, &blob.id, &id, "certification", cx.now).await?;
    let bytes = cx.app.blobs.read_all(&blob, MOST).await?;
    let name = if seq == 1 { format!("{}.pdf", h.certificate.number) } else { format!("{}-{seq}.pdf", h.certificate.number) };
    Ok(file("application/pdf", &name, false, bytes))
}

/// `GET …/certificates/{id}/letters/{n}`: the letter about a line of the history.
///
/// # Errors
/// [`Error::NotFound`] for a line that has no letter; [`Error::Unavailable`] without fonts.
pub async fn letter(cx: Cx, Path((id, n)): Path<(String, usize)>) -> Result<Response, Error> {
    let h = opened(&cx, &id).await?;
    let events = cx.app.store.history::<Certificate>(&id).await?;
    let mut reader = cx.app.store.reader().await?;
    // The body's name is that of the application, so that the letter stays what it was.
    let application = reader.case::<Application>(h.certificate.application.as_str()).await?.state;
    let mut body = application.and_then(|a| a.dossier.body.map(|b| b.name)).unwrap_or_default();
    if body.is_empty() {
        body = reader.organisation(h.certificate.body.as_str()).await?.map(|o| o.name).unwrap_or_default();
    }
    let mut authorities = BTreeMap::new();
    for f in &h.certificate.findings {
        if let Some(o) = reader.organisation(f.authority.as_str()).await? {
            authorities.insert(o.id, o.name);
        }
    }
    drop(reader);
    let letter = letters::measure(&cx.app.config, &events, n, &body, &authorities).ok_or(Error::NotFound)?;
    let name = format!("{}.pdf", letter.head.number);
    cx.app.store.record_read(&cx.origin()?, &format!("letter/{n}"), &id, "certification", cx.now).await?;
    let pdf = print(&cx.app, letter, Mode::Final).await?;
    Ok(file("application/pdf", &name, false, pdf.bytes))
}

/// The letter of an application as a link, where it has one.
pub(super) fn ending(l: Lang, d: &Desk) -> Option<Link> {
    letters::decline(&d.app, d.app.opened_at)?;
    let name = match d.app.phase {
        guosuo_case::certification::Phase::Declined => l.t("不予受理通知书（PDF）", "Letter: not accepted (PDF, in Chinese)"),
        _ => l.t("终止认证通知书（PDF）", "Letter: certification ended (PDF, in Chinese)"),
    };
    Some(Link::new(l.href(d.path("letter")), name))
}

/// `GET …/applications/{id}/letter`: the letter that ends an application, for the body and the applicant.
///
/// # Errors
/// [`Error::NotFound`] for an application that has none, or for anybody else.
pub async fn application(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let d = desk::load(&cx, &id).await?;
    d.open(cx.actor()?)?;
    if d.room == Room::Verification {
        return Err(Error::NotFound);
    }
    let events = cx.app.store.history::<Application>(&id).await?;
    let at = events
        .iter()
        .rev()
        .find(|e| matches!(e.event, Event::Declined { .. } | Event::Countersigned))
        .map(|e| e.at)
        .ok_or(Error::NotFound)?;
    let letter = letters::decline(&d.app, at).ok_or(Error::NotFound)?;
    let name = format!("{}.pdf", letter.head.number);
    cx.app.store.record_read(&cx.origin()?, "letter", &id, "certification", cx.now).await?;
    let pdf = print(&cx.app, letter, Mode::Final).await?;
    Ok(file("application/pdf", &name, false, pdf.bytes))
}
