//! What is published of certificates: each change becomes an entry of the register and a row of
//! the ledger, each version of a certificate gets its signed QR code, its print and its signed form.
//!
//! Nothing is signed that was not recorded before, and everything bears being done again: a worker
//! that dies between two steps leaves an intent, and the next one signs the very same bytes.

use std::collections::BTreeSet;

use anyhow::Context as _;
use futures::stream;
use guosuo_case::Life as _;
use guosuo_case::certificate::{Certificate, Source};
use guosuo_paper::{CertificatePaper, LogLine, Mode, SigningKeyLine, TakenOverLine};
use guosuo_rules::basis::Edition;
use guosuo_seal::FileDigests;
use guosuo_seal::certificate::{
    Basis, Body, Compact, Content, Day, Genuine, Holder, Intent, Mark, Moment, Purpose, ScopeWords, With, check, content, qr,
};
use guosuo_seal::keys::Signer;
use guosuo_store::{CertificateChangeRow, NewBlob, PaperRow};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::App;
use crate::certification::facts;
use crate::web::Lang;
use crate::words;

/// Changes and versions handled at one time.
const MOST: u32 = 200;
/// More than any printed certificate has.
const MAX: u64 = 20 << 20;

/// A date as certificates spell it.
///
/// # Errors
/// Before the year 2000 or after 2178.
pub fn day(d: Date) -> anyhow::Result<Day> {
    d.to_string().parse().with_context(|| format!("{d} is beyond the years of certificates"))
}

/// A moment as certificates spell it.
///
/// # Errors
/// As [`day`].
pub fn moment(at: Timestamp) -> anyhow::Result<Moment> {
    let seconds = u64::try_from(at.as_second())?;
    Moment::from_seconds(seconds).with_context(|| format!("{at} is beyond the years of certificates"))
}

/// Publishes what has changed and finishes what is not signed yet; answers how much was done.
///
/// # Errors
/// When the store fails. A version that cannot be printed waits and does not keep others waiting.
pub async fn run(app: &App) -> anyhow::Result<u64> {
    let mut done = 0;
    // One certificate that cannot be published must not keep the others from it.
    let mut stuck = BTreeSet::new();
    loop {
        let mut moved = false;
        for (change, version) in app.store.reader().await?.changes_unpublished(MOST).await? {
            if stuck.contains(&change.certificate) {
                continue;
            }
            let (certificate, seq) = (change.certificate.clone(), change.seq);
            match publish(app, change, version).await {
                Ok(()) => (done, moved) = (done + 1, true),
                Err(e) => {
                    tracing::error!(
                        certificate,
                        seq,
                        error = format!("{e:#}"),
                        "a change of a certificate waits to be published"
                    );
                    stuck.insert(certificate);
                }
            }
        }
        if !moved {
            break;
        }
    }
    for paper in app.store.reader().await?.papers_open(MOST).await? {
        let slot = paper.slot;
        match finish(app, paper).await {
            Ok(()) => done += 1,
            Err(e) => tracing::error!(slot, error = format!("{e:#}"), "a certificate waits for its signature or its print"),
        }
    }
    Ok(done)
}

/// Enters one change into the register.
async fn publish(app: &App, change: CertificateChangeRow, version: bool) -> anyhow::Result<()> {
    let mut reader = app.store.reader().await?;
    let state = at_change(&reader.history::<Certificate>(&change.certificate).await?, change.seq)?;
    let content = if version { Some(says(app, &mut reader, &state).await?) } else { None };
    drop(reader);
    let now = app.now();
    app.store
        .write_with((change, state.number, content), move |tx, (change, number, content)| {
            Box::pin(async move { tx.publish_change(change, number, content.clone(), now).await })
        })
        .await?;
    Ok(())
}

/// The certificate as it was right after its change number `seq`: a later change is another version.
fn at_change(
    events: &[guosuo_case::Recorded<<Certificate as guosuo_case::Life>::Event>],
    seq: i64,
) -> anyhow::Result<Certificate> {
    let wanted = usize::try_from(seq)?;
    let mut state = None;
    for event in events {
        state = Certificate::apply(state, event);
        if state.as_ref().is_some_and(|c: &Certificate| c.history.len() >= wanted) {
            break;
        }
    }
    state.filter(|c| c.history.len() >= wanted).with_context(|| format!("there is no change {seq}"))
}

/// What a version says; its place is given when it is stored.
async fn says(app: &App, reader: &mut guosuo_store::Reader, c: &Certificate) -> anyhow::Result<Content> {
    let body = reader.organisation(c.body.as_str()).await?.context("the body has no account")?;
    let predecessor = match &c.predecessor {
        Some(id) => reader.certificate(id.as_str()).await?.map(|row| row.number),
        None => None,
    };
    let standards = Edition::by_id(&c.basis).map(|e| e.standards.iter().map(|s| format!("{}-{}", s.number, s.edition)).collect());
    let scope = guosuo_seal::canon::to_vec(&c.scope)?;
    let config = facts::config(reader, Some(&c.body)).await?;
    let taken_over = c.taken_over_on().map(day).transpose()?.map(content::TakenOver::new);
    Ok(Content {
        basis: Basis { edition: c.basis.clone(), standards: standards.unwrap_or_default() },
        body: Body { code: body.credit_code.unwrap_or_else(|| "-".to_owned()), name: body.name },
        holder: Holder {
            address: c.holder.address.clone(),
            code: c.holder.code.clone(),
            country: c.holder.country.clone(),
            name: c.holder.name.clone(),
        },
        issued_on: day(c.issued_on)?,
        log: app.store.origin().to_owned(),
        mark: Mark { body: c.mark.body.clone(), cross_border: c.mark.cross_border },
        mode: words::mode_words(Lang::Zh).to_owned(),
        number: c.number.clone(),
        predecessor,
        scope: ScopeWords {
            digests: FileDigests::of(&scope),
            en: words::scope_words(Lang::En, &c.scope, &config),
            zh: words::scope_words(Lang::Zh, &c.scope, &config),
        },
        slot: 0,
        taken_over,
        v: Content::version(taken_over),
        valid_until: day(c.valid_until)?,
    })
}

/// The host that stands in QR codes.
pub fn host(app: &App) -> String {
    let origin = app.config.public_origin.as_str();
    let host = origin.split_once("://").map_or(origin, |(_, rest)| rest).trim_end_matches('/');
    if host.is_empty() { "LOCALHOST".to_owned() } else { host.to_ascii_uppercase() }
}

/// Records what will be signed, before a key is touched.
async fn intend(app: &App, slot: i64, purpose: Purpose, intent: &Intent) -> anyhow::Result<()> {
    let now = app.now();
    app.store
        .write_with(intent.clone(), move |tx, intent| Box::pin(async move { tx.intend(slot, purpose, intent, now).await }))
        .await
        .with_context(|| format!("the intent to sign for place {slot} is not recorded"))
}

/// Signs and prints one version.
async fn finish(app: &App, mut paper: PaperRow) -> anyhow::Result<()> {
    let content = paper.read()?;
    let (sm2, ed25519) = (&app.keys.certificate_sm2, &app.keys.certificate_ed);
    let signers: [&dyn Signer; 2] = [sm2, ed25519];
    let keys = [sm2.public_key(), ed25519.public_key()];
    let slot = paper.slot;
    if paper.code.is_empty() {
        let says = Compact::new(&content, &host(app), sm2.public_key(), ed25519.public_key())?;
        let bytes = says.to_be_signed();
        let intent = Intent::new(Purpose::Qr, &content.number, &bytes, &keys);
        intend(app, slot, Purpose::Qr, &intent).await?;
        intent.admits(&bytes, &signers)?;
        let code = says.sign(sm2, ed25519)?;
        paper.code = code.text();
        paper.print = serde_json::to_string(&print(app, &paper.certificate, &content, &code).await?)?;
        app.store
            .write_with((paper.code.clone(), paper.print.clone()), move |tx, (code, print)| {
                Box::pin(async move { tx.keep_code(slot, code, print).await })
            })
            .await?;
    }
    let data: CertificatePaper = serde_json::from_str(&paper.print)?;
    let pdf = crate::authority::paper::print(app, data, Mode::Final).await?;
    let document = content.document(FileDigests::of(&pdf.bytes))?;
    let bytes = document.to_be_signed();
    let intent = Intent::new(Purpose::Certificate, &content.number, &bytes, &keys);
    intend(app, slot, Purpose::Certificate, &intent).await?;
    intent.admits(&bytes, &signers)?;
    let signed = document.sign(&signers)?.to_bytes()?;
    // Nothing leaves that the check of everybody else would refuse.
    let with = With { evidence: None, lists: &[], pdf: Some(FileDigests::of(&pdf.bytes)), at: moment(app.now())? };
    for (form, given) in [("signed form", signed.as_slice()), ("QR code", paper.code.as_bytes())] {
        let with = if form == "QR code" { With { pdf: None, ..with } } else { with };
        let told = check(given, &app.published.trusted, &with).genuine;
        anyhow::ensure!(told == Genuine::Yes, "the {form} of place {slot} does not pass its own check: {told:?}");
    }
    let certificate = app.store.reader().await?.certificate(&paper.certificate).await?.context("the certificate is gone")?;
    let new = NewBlob {
        case_id: paper.certificate,
        org: certificate.body,
        media: "application/pdf".into(),
        actor: "system:papers".into(),
        max: MAX,
    };
    let bytes = stream::iter([Ok::<_, std::convert::Infallible>(bytes::Bytes::from(pdf.bytes))]);
    let blob = app.blobs.stage(&new, bytes, app.now()).await?;
    let signed = String::from_utf8(signed)?;
    app.store
        .write_with((signed, blob), move |tx, (signed, blob)| Box::pin(async move { tx.keep_signed(slot, signed, blob).await }))
        .await?;
    Ok(())
}

/// That a certificate was taken over from an earlier register. The law is silent on how older ones come in; what happens
/// to them from then on is under the Measures, whatever was provided before (M 18, 19).
pub(crate) struct TakenOver {
    /// The day, China Standard Time.
    pub(crate) on: Date,
    /// The record in which it stood.
    pub(crate) source: Source,
}

/// Whether the platform took a certificate over, and from where; `None` for what was issued here.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn taken_over(reader: &mut guosuo_store::Reader, case: &str) -> Result<Option<TakenOver>, guosuo_store::Error> {
    let state = reader.case::<Certificate>(case).await?.state;
    let on = state.as_ref().and_then(Certificate::taken_over_on);
    Ok(on.zip(state.and_then(|c| c.taken_over)).map(|(on, source)| TakenOver { on, source }))
}

/// What is printed: fixed once with the QR code, so that printing it again gives the same bytes.
async fn print(app: &App, case: &str, c: &Content, code: &qr::QrCode) -> anyhow::Result<CertificatePaper> {
    let mut reader = app.store.reader().await?;
    let head = reader.last_checkpoint().await?;
    let taken_over = taken_over(&mut reader, case).await?;
    drop(reader);
    let rules = |l: Lang| {
        l.t("《个人信息保护认证实施规则》", "Implementation Rules for Personal Information Protection Certification").to_owned()
    };
    let line =
        |key: &dyn Signer| SigningKeyLine { algorithm: key.public_key().algorithm().to_string(), kid: key.public_key().kid() };
    let date = |d: Day| d.to_string().parse::<Date>();
    Ok(CertificatePaper {
        number: c.number.clone(),
        holder: c.holder.name.clone(),
        holder_code: c.holder.code.clone(),
        holder_country: Some(c.holder.country.clone()),
        address: c.holder.address.clone(),
        scope: c.scope.zh.clone(),
        scope_en: c.scope.en.clone(),
        basis: [rules(Lang::Zh)].into_iter().chain(c.basis.standards.iter().cloned()).collect(),
        basis_en: [rules(Lang::En)].into_iter().chain(c.basis.standards.iter().cloned()).collect(),
        mode: c.mode.clone(),
        mode_en: words::mode_words(Lang::En).to_owned(),
        body: c.body.name.clone(),
        mark: c.mark.body.clone(),
        cross_border: c.mark.cross_border,
        issued_on: date(c.issued_on)?,
        valid_until: date(c.valid_until)?,
        predecessor: c.predecessor.clone(),
        taken_over: taken_over.map(|t| TakenOverLine { on: t.on, row: t.source.row, sha256: t.source.sha256 }),
        digest: c.digest()?.to_hex(),
        keys: vec![line(&app.keys.certificate_sm2), line(&app.keys.certificate_ed)],
        log: head.map(|h| LogLine {
            origin: app.store.origin().to_owned(),
            size: u64::try_from(h.size).unwrap_or(0),
            root: hex::encode(&h.root),
        }),
        lookup: format!("https://{}/certificates", host(app).to_ascii_lowercase()),
        qr: code.text(),
        issued_at: app.now(),
    })
}
