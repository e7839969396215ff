//! The walk through what was signed and published: every version of a certificate with its QR code
//! and its signed form, what was recorded before a key was used, every entry of the register. Digests
//! are computed again, both signatures checked, and each row is led to its row of the ledger.

use std::collections::BTreeMap;

use guosuo_seal::certificate::entry::ROW_ACTION;
use guosuo_seal::certificate::qr::QrCode;
use guosuo_seal::certificate::{Content, Genuine, Head, Intent, Moment, Purpose, Trusted, With, check};
use guosuo_seal::envelope::{Envelope, pre_authentication};
use guosuo_seal::{Digest32, FileDigests, canon};

use crate::certification_rows::CertificateChangeRow;
use crate::db::{Reader, from_row, on, statements, unsigned};
use crate::error::Error;
use crate::ledger::unsalt;
use crate::papers::{EntryRow, PaperRow, makes_version, paper_rows, purpose_name};
use crate::verify::Report;

statements! {
    PAPERS_FROM = paper_rows!("WHERE slot >= $1 ORDER BY slot LIMIT 200");
    INTENTS_OF = "SELECT purpose, intent FROM signing_intent WHERE slot = $1 ORDER BY purpose";
}

/// Some moment, 2027-01-15: only the status of a certificate depends on it, which is not asked here.
const GENUINE_AT: u64 = 1_800_000_000;

/// What the ledger says of one certificate beside its events: the bodies of its rows by their object,
/// `entry/N` and `paper/SLOT/PURPOSE`.
type Told = BTreeMap<String, Vec<u8>>;
/// The versions by certificate and change: the digests of content and column, and the place.
type Versions = BTreeMap<(String, i64), ([Option<Digest32>; 2], i64)>;

struct IntentRow {
    purpose: String,
    intent: String,
}

from_row!(IntentRow { purpose, intent });

/// Walks versions, intents and entries. Signatures are checked with the published keys, where they
/// are given.
pub(crate) async fn walk(r: &mut Reader, trusted: Option<&Trusted>, report: &mut Report) -> Result<(), Error> {
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    let mut versions = Versions::new();
    let mut next = 0;
    loop {
        let page: Vec<PaperRow> = on!(r.conn(), |c| sqlx::query_as(PAPERS_FROM).bind(next).fetch_all(c).await)?;
        if page.is_empty() {
            break;
        }
        for row in page {
            report.papers += 1;
            for missing in next..row.slot {
                report.fault("certificate_paper", missing, "slot", "is missing");
            }
            next = row.slot + 1;
            let of = match told.entry(row.certificate.clone()) {
                std::collections::btree_map::Entry::Occupied(e) => e.into_mut(),
                std::collections::btree_map::Entry::Vacant(e) => e.insert(ledger(r, &row.certificate).await?),
            };
            let changes = r.certificate_changes(&row.certificate).await?;
            let found = paper(r, &row, of, &changes, trusted, report).await?;
            versions.insert((row.certificate.clone(), row.seq), (found, row.slot));
        }
    }
    entries(r, &mut told, &versions, report).await
}

/// The bodies of a certificate's rows of the platform, opened. What does not open is told by the walk
/// through the ledger.
async fn ledger(r: &mut Reader, certificate: &str) -> Result<Told, Error> {
    let mut out = Told::new();
    for row in r.ledger_of_case(certificate).await? {
        if row.class != "system" {
            continue;
        }
        let Ok(fields) = row.fields() else { continue };
        let plain = match r.ledger_plain(&row).await {
            Ok(Some(plain)) => plain,
            Ok(None) | Err(Error::Damaged(_) | Error::Destroyed(_)) => continue,
            Err(e) => return Err(e),
        };
        if let Some((_, body)) = unsalt(&plain) {
            out.insert(fields.object, body.to_vec());
        }
    }
    Ok(out)
}

/// One version; answers the digest that its content has and the one that stands beside it.
async fn paper(
    r: &mut Reader,
    row: &PaperRow,
    told: &Told,
    changes: &[CertificateChangeRow],
    trusted: Option<&Trusted>,
    report: &mut Report,
) -> Result<[Option<Digest32>; 2], Error> {
    let slot = row.slot;
    let mut fault = |column: &str, what: String| report.fault("certificate_paper", slot, column, what);
    let digest = guosuo_seal::digest::sha256(row.content.as_bytes());
    let stored = Digest32::from_slice(&row.digest);
    let found = [Some(digest), stored];
    if stored != Some(digest) {
        // One of them was changed; what bears the digest cannot be compared with either.
        fault("content", "content and digest do not belong together".into());
        return Ok(found);
    }
    match changes.iter().find(|c| c.seq == row.seq) {
        None => fault("seq", "there is no such change of the certificate".into()),
        Some(c) if !makes_version(&c.kind) => fault("seq", format!("a change of kind {} makes no version", c.kind)),
        Some(c) if c.effective_on != row.effective_on => fault("effective_on", format!("the change says {}", c.effective_on)),
        Some(_) => {}
    }
    let Ok(content) = canon::from_canonical::<Content>(row.content.as_bytes()) else {
        fault("content", "is not the canonical form of a content".into());
        return Ok(found);
    };
    if i64::from(content.slot) != slot {
        fault("slot", format!("the content says {}", content.slot));
    }
    if content.number != row.number {
        fault("number", format!("the content says {}", content.number));
    }
    if !row.print.is_empty() {
        print(row, &content, &digest, &mut fault);
    }
    let bytes = |signed: Option<Vec<u8>>| signed.map(|b| FileDigests::of(&b));
    let code = (!row.code.is_empty()).then(|| code(row, &content, &digest, trusted, &mut fault)).flatten();
    let signed = if row.signed.is_empty() { None } else { signed(r, row, &content, trusted, &mut fault).await? };
    intents(r, row, told, [(Purpose::Qr, bytes(code)), (Purpose::Certificate, bytes(signed))], report).await?;
    Ok(found)
}

/// What is printed again has to be what was signed.
fn print(row: &PaperRow, c: &Content, digest: &Digest32, fault: &mut impl FnMut(&str, String)) {
    let Ok(v) = serde_json::from_str::<serde_json::Value>(&row.print) else {
        return fault("print", "cannot be read".into());
    };
    let text = |s: &str| serde_json::Value::from(s);
    for (field, wanted) in [
        ("number", text(&c.number)),
        ("holder", text(&c.holder.name)),
        ("holder_code", text(&c.holder.code)),
        ("address", text(&c.holder.address)),
        ("scope", text(&c.scope.zh)),
        ("scope_en", text(&c.scope.en)),
        ("mode", text(&c.mode)),
        ("body", text(&c.body.name)),
        ("mark", text(&c.mark.body)),
        ("cross_border", c.mark.cross_border.into()),
        ("issued_on", text(&c.issued_on.to_string())),
        ("valid_until", text(&c.valid_until.to_string())),
        ("predecessor", c.predecessor.clone().into()),
        ("digest", text(&digest.to_hex())),
        ("qr", text(&row.code)),
    ] {
        if v.get(field) != Some(&wanted) {
            fault("print", format!("{field} is not what was signed"));
        }
    }
    // Prints from before there was this field have none.
    if v.get("holder_country").is_some_and(|country| *country != text(&c.holder.country)) {
        fault("print", "holder_country is not what was signed".into());
    }
    // Those taken over before there was the mark are printed with a line that their content does not have.
    if c.taken_over.is_some_and(|t| v["taken_over"]["on"] != t.on.to_string()) {
        fault("print", "taken_over is not what was signed".into());
    }
}

/// Whether both signatures hold and the keys may have signed: a question without a moment.
fn genuine(given: &[u8], trusted: &Trusted) -> Genuine {
    let Some(at) = Moment::from_seconds(GENUINE_AT) else { return Genuine::Malformed };
    check(given, trusted, &With { evidence: None, lists: &[], pdf: None, at }).genuine
}

/// The QR code; answers the bytes that were signed.
fn code(
    row: &PaperRow,
    content: &Content,
    digest: &Digest32,
    trusted: Option<&Trusted>,
    fault: &mut impl FnMut(&str, String),
) -> Option<Vec<u8>> {
    let Ok(code) = QrCode::parse(&row.code) else {
        fault("code", "is not a QR code of a certificate".into());
        return None;
    };
    let says = &code.says;
    let marked = says.taken_over == content.taken_over.map(|t| t.on);
    if !marked || says.number != content.number || i64::from(says.slot) != row.slot || says.content != digest.as_bytes()[..16] {
        fault("code", "is of another content".into());
    }
    if let Some(trusted) = trusted {
        let genuine = genuine(row.code.as_bytes(), trusted);
        if genuine != Genuine::Yes {
            fault("code", format!("its signatures do not hold: {genuine:?}"));
        }
    }
    Some(code.says.to_be_signed())
}

/// The signed form with the printed one; answers the bytes that were signed.
async fn signed(
    r: &mut Reader,
    row: &PaperRow,
    content: &Content,
    trusted: Option<&Trusted>,
    fault: &mut impl FnMut(&str, String),
) -> Result<Option<Vec<u8>>, Error> {
    let pdf = match r.blob(&row.blob).await {
        Ok(blob) => Some(FileDigests { sha256: blob.sha256, size: blob.size, sm3: blob.sm3 }),
        Err(Error::NotFound(_) | Error::Damaged(_)) => {
            fault("blob", "the printed certificate is not there".into());
            None
        }
        Err(e) => return Err(e),
    };
    let Ok(envelope) = Envelope::parse_canonical(row.signed.as_bytes()) else {
        fault("signed", "is not a signed form".into());
        return Ok(None);
    };
    match canon::from_canonical::<Payload>(envelope.payload()) {
        Ok(p) if p.body != *content => fault("signed", "is of another content".into()),
        Ok(p) if pdf.is_some_and(|pdf| p.attachments.iter().any(|a| a.digests != pdf)) => {
            fault("blob", "the printed certificate is not the one that was signed".into());
        }
        Ok(_) => {}
        Err(_) => fault("signed", "its payload cannot be read".into()),
    }
    if let Some(trusted) = trusted {
        let genuine = genuine(row.signed.as_bytes(), trusted);
        if genuine != Genuine::Yes {
            fault("signed", format!("its signatures do not hold: {genuine:?}"));
        }
    }
    Ok(Some(pre_authentication(envelope.payload_type(), envelope.payload())))
}

/// What a signed form carries.
#[derive(serde::Deserialize)]
struct Payload {
    attachments: Vec<guosuo_seal::envelope::Attachment>,
    body: Content,
}

/// What was recorded before the keys were used: the same as in the ledger, and of the bytes that bear
/// the signatures now.
async fn intents(
    r: &mut Reader,
    row: &PaperRow,
    told: &Told,
    signed: [(Purpose, Option<FileDigests>); 2],
    report: &mut Report,
) -> Result<(), Error> {
    let rows: Vec<IntentRow> = on!(r.conn(), |c| sqlx::query_as(INTENTS_OF).bind(row.slot).fetch_all(c).await)?;
    for (purpose, bytes) in signed {
        let name = purpose_name(purpose);
        let key = format!("{}/{name}", row.slot);
        let mut fault = |what: &str| report.fault("signing_intent", &key, "intent", what);
        let stored = rows.iter().find(|i| i.purpose == name).map(|i| i.intent.as_bytes());
        match (stored, told.get(&format!("paper/{key}"))) {
            (None, None) if bytes.is_none() => continue,
            (None, _) => fault("is missing"),
            (Some(_), None) => fault("the ledger knows nothing of it"),
            (Some(stored), Some(body)) if stored != body.as_slice() => fault("is not what the ledger says"),
            (Some(_), Some(_)) => {}
        }
        let read = stored.and_then(|s| serde_json::from_slice::<Intent>(s).ok());
        if let (Some(intent), Some(bytes)) = (read, bytes)
            && intent.bytes != bytes
        {
            fault("other bytes bear the signatures");
        }
    }
    Ok(())
}

/// The entries of the register, without gaps, each as the ledger has it and of a change that there is.
async fn entries(
    r: &mut Reader,
    told: &mut BTreeMap<String, Told>,
    versions: &Versions,
    report: &mut Report,
) -> Result<(), Error> {
    let mut head = Head::START;
    let mut opened = 0;
    loop {
        let page = r.entries_after(i64::try_from(head.n).unwrap_or(i64::MAX), 200).await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            report.entries += 1;
            if !told.contains_key(&row.certificate) {
                let of = ledger(r, &row.certificate).await?;
                told.insert(row.certificate.clone(), of);
            }
            let body = told.get(&row.certificate).and_then(|t| t.get(&format!("entry/{}", row.n)));
            opened += u64::from(body.is_some());
            let change = r.certificate_changes(&row.certificate).await?.into_iter().find(|c| c.seq == row.seq);
            head = entry(&row, body.map(Vec::as_slice), change.as_ref(), versions, head, report);
        }
    }
    let known: u64 = told.values().map(|t| t.keys().filter(|k| k.starts_with("entry/")).count() as u64).sum();
    if known > opened {
        report.fault("certificate_entry", head.n + 1, "", format!("{} entries that the ledger has are missing", known - opened));
    }
    Ok(())
}

fn entry(
    row: &EntryRow,
    body: Option<&[u8]>,
    change: Option<&CertificateChangeRow>,
    versions: &Versions,
    head: Head,
    report: &mut Report,
) -> Head {
    let n = unsigned(row.n);
    let mut fault = |column: &str, what: &str| report.fault("certificate_entry", n, column, what);
    match body {
        None => fault("n", &format!("the ledger has no row {ROW_ACTION} of it")),
        Some(body) if body != row.entry.as_bytes() => fault("entry", "is not what the ledger says"),
        Some(_) => {}
    }
    // After a fault the walk goes on from what the ledger says, so that one changed row is told as one.
    let truth = body.and_then(|b| canon::from_canonical::<guosuo_seal::certificate::Entry>(b).ok()).or_else(|| row.read().ok());
    let Some(e) = truth else {
        fault("entry", "cannot be read");
        return Head { n, digest: Digest32::ZERO };
    };
    if e.n != n {
        fault("n", "is not the number that the entry has");
    }
    match change {
        None => fault("seq", "there is no such change of the certificate"),
        Some(c) => {
            let kind = serde_json::to_value(e.change).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            if kind != c.kind || e.effective_on.to_string() != c.effective_on || i64::from(e.seq) != c.seq {
                fault("entry", "is of another change than the certificate has");
            }
            if c.at != row.at {
                fault("at", "is not the moment of the change");
            }
        }
    }
    let version = versions.range((row.certificate.clone(), 0)..=(row.certificate.clone(), row.seq)).next_back();
    match version {
        Some((_, (found, slot))) if found.contains(&Some(e.content)) && i64::from(e.slot) == *slot => {}
        _ => fault("entry", "the version that it publishes is another one or is missing"),
    }
    match head.follow(&e) {
        Ok(next) => next,
        Err(gap) => {
            fault("n", &gap.to_string());
            Head { n, digest: e.digest().unwrap_or(Digest32::ZERO) }
        }
    }
}
