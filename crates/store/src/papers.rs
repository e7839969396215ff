//! Certificates as anybody can check them: each version with its place in the status lists, what
//! was meant to be signed before a key was used, and the published entries with their evidence.
//!
//! An entry follows the change that it publishes, in the order in which they were recorded; the
//! ledger row that an evidence opens is appended with it.

use std::collections::HashMap;

use guosuo_case::certificate::ChangeKind;
use guosuo_rules::ids::{normalise, respelled};
use guosuo_seal::Digest32;
use guosuo_seal::certificate::entry::{self, ROW_ACTION};
use guosuo_seal::certificate::{Change, Content, Day, Entry, Evidence, Head, Intent, LIST_SLOTS, Moment, Purpose, SlotStatus};
use guosuo_seal::digest::SALT_LEN;
use guosuo_seal::note::Note;
use guosuo_seal::proof::TlogProof;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::value::RawValue;

use crate::buffer::T;
use crate::certificates::changes;
use crate::certification_rows::{CertificateChangeRow, status_on};
use crate::db::{Reader, micros, on, rows_of, signed, statements, unsigned};
use crate::error::Error;
use crate::ledger::{Class, Origin, as_digest};
use crate::tx::Tx;

rows_of!(papers: "certificate_paper" as PaperRow {
    slot, certificate, seq, number, effective_on, content, digest, code, print, signed, blob, at
});
pub(crate) use papers as paper_rows;
rows_of!(lines: "certificate" as CertificateLine {
    case_id, number, body, holder, holder_code, issued_on, valid_until, status, status_from, status_before
});
rows_of!(entries: "certificate_entry" as EntryRow { n, certificate, seq, entry, at });

statements! {
    PAPER = papers!("WHERE slot = $1");
    PAPERS_OF = papers!("WHERE certificate = $1 ORDER BY seq");
    PAPERS_OPEN = papers!("WHERE signed = '' ORDER BY slot LIMIT $1");
    SLOT_NEXT = "SELECT CAST(COALESCE(MAX(slot), -1) + 1 AS BIGINT) FROM certificate_paper";
    INTENT = "SELECT intent FROM signing_intent WHERE slot = $1 AND purpose = $2";
    ENTRY_LAST = entries!("ORDER BY n DESC LIMIT 1");
    ENTRIES_AFTER = entries!("WHERE n > $1 ORDER BY n LIMIT $2");
    ENTRIES_OF = entries!("WHERE certificate = $1 ORDER BY n");
    CHANGES_OPEN = changes!("AS c WHERE at >= $1 AND NOT EXISTS (SELECT 1 FROM certificate_entry e WHERE e.certificate = c.certificate AND e.seq = c.seq) ORDER BY at, certificate, seq LIMIT $2");
    SLOTS = "SELECT p.slot, c.status, c.status_from, c.status_before, c.valid_until, CAST((SELECT COUNT(*) FROM certificate_paper q WHERE q.certificate = p.certificate AND q.seq > p.seq AND q.effective_on <= $3) AS BIGINT) AS newer FROM certificate_paper p JOIN certificate c ON c.case_id = p.certificate WHERE p.slot >= $1 AND p.slot < $2 ORDER BY p.slot";
    /// The last row of the ledger beside each case of a number or a code; once with '' where there is none.
    EXACT = "SELECT l.seq, COALESCE(c.case_id, '') FROM (SELECT COALESCE((SELECT seq FROM ledger ORDER BY seq DESC LIMIT 1), -1) AS seq) AS l LEFT JOIN (SELECT case_id FROM certificate WHERE number IN ($1, $2) UNION SELECT case_id FROM certificate WHERE holder_code IN ($1, $3) ORDER BY case_id LIMIT $4 OFFSET $5) AS c ON 1 = 1 ORDER BY 2";
    REGISTER = lines!("WHERE ($1 = '' OR number = $1 OR holder_code = $1 OR replace(holder, $1, '') <> holder) AND ($2 = '' OR body = $2) AND ($3 = '' OR $3 = CASE WHEN (CASE WHEN status_from > $4 THEN status_before ELSE status END) IN ('valid', 'suspended') AND valid_until < $4 THEN 'expired' WHEN status_from > $4 THEN status_before ELSE status END) ORDER BY issued_on DESC, number, case_id LIMIT $5 OFFSET $6");
    /// The same as of an earlier day: what was issued by then, with the status that the changes up to then had given.
    REGISTER_PAST = "SELECT case_id, number, body, holder, holder_code, issued_on, valid_until, status, status_from, status_before FROM (SELECT c.case_id, c.number, c.body, c.holder, c.holder_code, c.issued_on, c.valid_until, (SELECT h.status FROM certificate_change AS h WHERE h.certificate = c.case_id AND h.effective_on <= $4 AND h.status <> '' ORDER BY h.seq DESC LIMIT 1) AS status, '' AS status_from, '' AS status_before FROM certificate AS c WHERE c.issued_on <= $4 AND ($1 = '' OR c.number = $1 OR c.holder_code = $1 OR replace(c.holder, $1, '') <> c.holder) AND ($2 = '' OR c.body = $2)) AS t WHERE status IS NOT NULL AND ($3 = '' OR $3 = CASE WHEN status IN ('valid', 'suspended') AND valid_until < $4 THEN 'expired' ELSE status END) ORDER BY issued_on DESC, number, case_id LIMIT $5 OFFSET $6";
    /// Those with rows in a part of the ledger.
    LINES_BETWEEN = lines!("WHERE case_id IN (SELECT case_id FROM ledger WHERE seq >= $1 AND seq < $2) ORDER BY case_id");
    LINES_AFTER = lines!("WHERE case_id > $1 ORDER BY case_id LIMIT $2");
    /// As many as [`LISTED_AT_ONCE`].
    LISTED = lines!("WHERE case_id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64)");
}

/// A moment earlier than which no change is still without its entry: a change may be committed
/// after another one whose clock was ahead.
const OVERLAP: i64 = 24 * 3600 * 1_000_000;

/// Lines that one statement reads.
const LISTED_AT_ONCE: usize = 64;

/// A certificate as the public register lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateLine {
    /// The case.
    pub case_id: String,
    /// Its number by the body's own pattern.
    pub number: String,
    /// The body that issued it.
    pub body: String,
    /// Name of the holder.
    pub holder: String,
    /// Its credit code, or the number in the register of its country.
    pub holder_code: String,
    /// Date of issue.
    pub issued_on: String,
    /// Last day of validity as printed.
    pub valid_until: String,
    /// The status that the last change gave.
    pub status: String,
    /// From which day.
    pub status_from: String,
    /// The status up to that day.
    pub status_before: String,
}

impl CertificateLine {
    /// The stored name of the status on a day, see [`CertificateRow::status_on`](crate::CertificateRow::status_on).
    pub fn status_on(&self, day: Date) -> &str {
        status_on(&self.status, &self.status_from, &self.status_before, &self.valid_until, day)
    }
}

/// A version of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRow {
    /// Its place in the status lists.
    pub slot: i64,
    /// The case.
    pub certificate: String,
    /// The change that made this version.
    pub seq: i64,
    /// Number of the certificate.
    pub number: String,
    /// From which day.
    pub effective_on: String,
    /// Canonical bytes of the content.
    pub content: String,
    /// SHA-256 of them.
    pub digest: Vec<u8>,
    /// Text of the QR code; empty until it is signed.
    pub code: String,
    /// What is printed, as JSON; empty until the code is signed. Printing it again gives the same bytes.
    pub print: String,
    /// The signed form; empty until it is signed.
    pub signed: String,
    /// The printed form, a stored file; empty until it is printed.
    pub blob: String,
    /// When it was planned, microseconds.
    pub at: i64,
}

impl PaperRow {
    /// What it says.
    pub fn read(&self) -> Result<Content, Error> {
        guosuo_seal::canon::from_canonical(self.content.as_bytes())
            .map_err(|e| Error::Damaged(format!("certificate_paper {}: column content: {e}", self.slot)))
    }

    fn values(self) -> Vec<crate::buffer::Val> {
        vec![
            self.slot.into(),
            self.certificate.into(),
            self.seq.into(),
            self.number.into(),
            self.effective_on.into(),
            self.content.into(),
            self.digest.into(),
            self.code.into(),
            self.print.into(),
            self.signed.into(),
            self.blob.into(),
            self.at.into(),
        ]
    }
}

/// A published entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its number.
    pub n: i64,
    /// The case of the certificate.
    pub certificate: String,
    /// Number of the change.
    pub seq: i64,
    /// Canonical bytes.
    pub entry: String,
    /// Moment of the change, microseconds.
    pub at: i64,
}

impl EntryRow {
    /// What it says.
    pub fn read(&self) -> Result<Entry, Error> {
        guosuo_seal::canon::from_canonical(self.entry.as_bytes())
            .map_err(|e| Error::Damaged(format!("certificate_entry {}: column entry: {e}", self.n)))
    }
}

/// What is looked for in the register of certificates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisterFilter {
    /// A number, a code, or part of the holder's name; or empty.
    pub text: String,
    /// The body, or empty.
    pub body: String,
    /// A stored name of a status, or empty.
    pub status: String,
}

fn damaged(what: &str, e: impl std::fmt::Display) -> Error {
    Error::Damaged(format!("{what}: {e}"))
}

/// A date of the law as certificates spell it.
fn day(text: &str) -> Result<Day, Error> {
    text.parse().map_err(|e| damaged(text, e))
}

fn moment(at: Timestamp) -> Result<Moment, Error> {
    u64::try_from(at.as_second()).ok().and_then(Moment::from_seconds).ok_or_else(|| damaged("clock", "no moment of these years"))
}

fn kind(name: &str) -> Result<Change, Error> {
    serde_json::from_value(name.into()).map_err(|e| damaged("certificate_change.kind", e))
}

/// Whether a change makes a new version of the certificate.
pub(crate) fn makes_version(name: &str) -> bool {
    matches!(serde_json::from_value::<ChangeKind>(name.into()), Ok(ChangeKind::Issued | ChangeKind::Changed))
}

impl Reader {
    /// A version by its place.
    pub async fn paper(&mut self, slot: i64) -> Result<Option<PaperRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(PAPER).bind(slot).fetch_optional(c).await)?)
    }

    /// The versions of a certificate, oldest first.
    pub async fn papers_of(&mut self, certificate: &str) -> Result<Vec<PaperRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(PAPERS_OF).bind(certificate).fetch_all(c).await)?)
    }

    /// Versions that are not signed yet, oldest first.
    pub async fn papers_open(&mut self, limit: u32) -> Result<Vec<PaperRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(PAPERS_OPEN).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// What was meant to be signed.
    pub async fn intent(&mut self, slot: i64, purpose: Purpose) -> Result<Option<Intent>, Error> {
        let name = purpose_name(purpose);
        let row: Option<(String,)> = on!(self.conn(), |c| sqlx::query_as(INTENT).bind(slot).bind(name).fetch_optional(c).await)?;
        row.map(|(text,)| serde_json::from_str(&text).map_err(|e| damaged("signing_intent", e))).transpose()
    }

    /// Changes without an entry, in the order in which they get one; the second is whether a
    /// change makes a new version of the certificate.
    pub async fn changes_unpublished(&mut self, limit: u32) -> Result<Vec<(CertificateChangeRow, bool)>, Error> {
        let last: Option<EntryRow> = on!(self.conn(), |c| sqlx::query_as(ENTRY_LAST).fetch_optional(c).await)?;
        let from = last.map_or(0, |e| e.at.saturating_sub(OVERLAP));
        let rows: Vec<CertificateChangeRow> =
            on!(self.conn(), |c| sqlx::query_as(CHANGES_OPEN).bind(from).bind(i64::from(limit)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|r| (makes_version(&r.kind), r)).map(|(new, r)| (r, new)).collect())
    }

    /// Where the register ends.
    pub async fn register_head(&mut self) -> Result<Head, Error> {
        let last: Option<EntryRow> = on!(self.conn(), |c| sqlx::query_as(ENTRY_LAST).fetch_optional(c).await)?;
        match last {
            None => Ok(Head::START),
            Some(row) => Ok(Head { n: unsigned(row.n), digest: row.read()?.digest().map_err(|e| damaged("entry", e))? }),
        }
    }

    /// Entries after a number, in order.
    pub async fn entries_after(&mut self, n: i64, limit: u32) -> Result<Vec<EntryRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(ENTRIES_AFTER).bind(n).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// The entries of a certificate, in order.
    pub async fn entries_of(&mut self, certificate: &str) -> Result<Vec<EntryRow>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(ENTRIES_OF).bind(certificate).fetch_all(c).await)?)
    }

    /// The evidence of an entry under the newest signed head; `None` while no head covers it.
    pub async fn evidence(&mut self, row: &EntryRow) -> Result<Option<Evidence>, Error> {
        let object = object_of(row.n);
        let rows = self.ledger_of_case(&row.certificate).await?;
        let mut found = None;
        for ledger in rows {
            let fields = ledger.fields()?;
            if fields.kind == entry::ROW_KIND && fields.action == ROW_ACTION && fields.object == object {
                found = Some(ledger);
            }
        }
        let ledger = found.ok_or_else(|| damaged(&object, "has no row in the ledger"))?;
        let Some(newest) = self.last_checkpoint().await? else { return Ok(None) };
        let seq = unsigned(ledger.seq);
        // A head that a witness has signed says more than a newer one that nobody has.
        let head = self.witnessed_checkpoint().await?.filter(|c| unsigned(c.size) > seq).unwrap_or(newest);
        let size = unsigned(head.size);
        if seq >= size {
            return Ok(None);
        }
        let plain = self.ledger_plain(&ledger).await?.ok_or_else(|| damaged(&object, "has no body in the ledger"))?;
        let salt = plain.get(..SALT_LEN).and_then(Digest32::from_slice).ok_or_else(|| damaged(&object, "has no salt"))?;
        let path = self.inclusion_proof(seq, size).await?;
        let mut note = Note::parse(head.note.as_bytes()).map_err(|e| damaged("checkpoint", e))?;
        for c in self.cosignatures(size).await? {
            let line = c.line.parse().map_err(|e| damaged("cosignature", e))?;
            note.add_line(line).map_err(|e| damaged("cosignature", e))?;
        }
        let proof = TlogProof::new(path, note).map_err(|e| damaged("proof", e))?.to_string();
        let prev = as_digest(&ledger.prev, "ledger.prev")?;
        Ok(Some(Evidence { entry: row.read()?, prev, proof, row: ledger.row.into_bytes(), salt, v: entry::VERSION }))
    }

    /// What the places of a list say on a day, in order.
    pub async fn slots(&mut self, list: u32, today: Date) -> Result<Vec<(u32, SlotStatus)>, Error> {
        let from = i64::from(list) * i64::from(LIST_SLOTS);
        let day = today.to_string();
        let rows: Vec<(i64, String, String, String, String, i64)> = on!(self.conn(), |c| sqlx::query_as(SLOTS)
            .bind(from)
            .bind(from + i64::from(LIST_SLOTS))
            .bind(day.as_str())
            .fetch_all(c)
            .await)?;
        rows.into_iter()
            .map(|(slot, status, status_from, status_before, valid_until, newer)| {
                let told = match status_on(&status, &status_from, &status_before, &valid_until, today) {
                    // What has ended has ended, whatever its last version was.
                    "revoked" => SlotStatus::Revoked,
                    "cancelled" => SlotStatus::Cancelled,
                    "expired" => SlotStatus::Expired,
                    _ if newer > 0 => SlotStatus::Replaced,
                    "suspended" => SlotStatus::Suspended,
                    "valid" => SlotStatus::Valid,
                    other => return Err(damaged("certificate.status", other)),
                };
                Ok((u32::try_from(slot).map_err(|e| damaged("slot", e))?, told))
            })
            .collect()
    }

    /// The cases of a number or of a holder's code, as it was typed or as it is usually spelled, and how many rows the
    /// ledger has.
    pub(crate) async fn certificates_exactly(
        &mut self,
        text: &str,
        limit: u32,
        offset: u32,
    ) -> Result<(Vec<String>, u64), Error> {
        let (number, code) = (respelled(text), normalise(text));
        let rows: Vec<(i64, String)> = on!(self.conn(), |c| sqlx::query_as(EXACT)
            .bind(text)
            .bind(number.as_str())
            .bind(code.as_str())
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(c)
            .await)?;
        let size = rows.first().map_or(0, |r| unsigned(r.0 + 1));
        Ok((rows.into_iter().map(|r| r.1).filter(|case| !case.is_empty()).collect(), size))
    }

    /// The lines of certificates with rows in the ledger from one place up to another, as they are now.
    pub(crate) async fn certificates_between(&mut self, from: u64, until: u64) -> Result<Vec<CertificateLine>, Error> {
        let (from, until) = (signed(from), signed(until));
        Ok(on!(self.conn(), |c| sqlx::query_as(LINES_BETWEEN).bind(from).bind(until).fetch_all(c).await)?)
    }

    /// The lines of certificates after a case, in the order of their issue.
    pub(crate) async fn certificates_after(&mut self, case_id: &str, limit: u32) -> Result<Vec<CertificateLine>, Error> {
        Ok(on!(self.conn(), |c| sqlx::query_as(LINES_AFTER).bind(case_id).bind(i64::from(limit)).fetch_all(c).await)?)
    }

    /// The lines of certificates in the order of the list; those that do not exist are left out.
    pub async fn certificates_listed(&mut self, cases: &[String]) -> Result<Vec<CertificateLine>, Error> {
        let mut found = HashMap::with_capacity(cases.len());
        for part in cases.chunks(LISTED_AT_ONCE) {
            let ids = part.iter().map(String::as_str).chain(std::iter::repeat("")).take(LISTED_AT_ONCE);
            let rows: Vec<CertificateLine> = on!(self.conn(), |c| {
                let mut query = sqlx::query_as(LISTED);
                for id in ids {
                    query = query.bind(id);
                }
                query.fetch_all(c).await
            })?;
            found.extend(rows.into_iter().map(|row| (row.case_id.clone(), row)));
        }
        Ok(cases.iter().filter_map(|case| found.remove(case)).collect())
    }

    /// The register of certificates as of a day, the newest first; `past` for a day before today, of which the lines of
    /// today do not tell.
    pub async fn register(
        &mut self,
        filter: &RegisterFilter,
        day: Date,
        past: bool,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<CertificateLine>, Error> {
        let day = day.to_string();
        Ok(on!(self.conn(), |c| sqlx::query_as(if past { REGISTER_PAST } else { REGISTER })
            .bind(filter.text.as_str())
            .bind(filter.body.as_str())
            .bind(filter.status.as_str())
            .bind(day.as_str())
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(c)
            .await)?)
    }
}

pub(crate) fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Qr => "qr",
        Purpose::Certificate => "certificate",
    }
}

fn object_of(n: i64) -> String {
    format!("entry/{n}")
}

fn origin() -> Origin {
    Origin::system("register")
}

impl Tx {
    /// Publishes a change: gives a new version its place, if the change makes one, and enters the
    /// change into the register and the ledger. `false`: it had been done.
    pub async fn publish_change(
        &mut self,
        change: &CertificateChangeRow,
        number: &str,
        content: Option<Content>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let reader = self.raw().await?;
        if reader.entries_of(&change.certificate).await?.iter().any(|e| e.seq == change.seq) {
            return Ok(false);
        }
        let head = reader.register_head().await?;
        let n = head.n + 1;
        let (digest, slot, valid_until) = if let Some(mut content) = content {
            let (slot,): (i64,) = on!(reader.conn(), |c| sqlx::query_as(SLOT_NEXT).fetch_one(c).await)?;
            content.slot = u32::try_from(slot).map_err(|e| damaged("slot", e))?;
            content.check().map_err(|e| Error::Constraint(e.to_string()))?;
            let bytes = content.to_bytes().map_err(|e| damaged("content", e))?;
            let digest = content.digest().map_err(|e| damaged("content", e))?;
            let row = PaperRow {
                slot,
                certificate: change.certificate.clone(),
                seq: change.seq,
                number: number.to_owned(),
                effective_on: change.effective_on.clone(),
                content: String::from_utf8(bytes).map_err(|e| damaged("content", e))?,
                digest: digest.as_bytes().to_vec(),
                code: String::new(),
                print: String::new(),
                signed: String::new(),
                blob: String::new(),
                at: micros(now),
            };
            self.put(T::Paper, row.values()).await?;
            (digest, content.slot, content.valid_until)
        } else {
            let papers = reader.papers_of(&change.certificate).await?;
            let last = papers.iter().rev().find(|p| p.seq < change.seq);
            let last = last.ok_or_else(|| damaged(&change.certificate, "changes before it has a version"))?.read()?;
            (last.digest().map_err(|e| damaged("content", e))?, last.slot, last.valid_until)
        };
        let entry = Entry {
            at: moment(now)?,
            certificate: number.to_owned(),
            change: kind(&change.kind)?,
            content: digest,
            effective_on: day(&change.effective_on)?,
            n,
            prev: head.digest,
            seq: u32::try_from(change.seq).map_err(|e| damaged("certificate_change.seq", e))?,
            slot,
            v: entry::VERSION,
            valid_until,
        };
        let text = String::from_utf8(entry.to_bytes().map_err(|e| damaged("entry", e))?).map_err(|e| damaged("entry", e))?;
        let n = signed(n);
        self.put(
            T::RegisterEntry,
            vec![n.into(), change.certificate.as_str().into(), change.seq.into(), text.as_str().into(), change.at.into()],
        )
        .await?;
        // The exact bytes: the salted digest of the ledger row is what an evidence opens.
        let body = RawValue::from_string(text)?;
        self.append_ledger(Class::System, ROW_ACTION, &object_of(n), &change.certificate, &origin(), &body, now).await?;
        Ok(true)
    }

    /// Records what two keys are about to sign. What was recorded once is not recorded again; if
    /// it was something else, nothing may be signed.
    pub async fn intend(&mut self, slot: i64, purpose: Purpose, intent: &Intent, now: Timestamp) -> Result<(), Error> {
        let reader = self.raw().await?;
        match reader.intent(slot, purpose).await? {
            Some(before) if before == *intent => return Ok(()),
            Some(_) => return Err(Error::Constraint(format!("other bytes were to be signed for place {slot}"))),
            None => {}
        }
        let paper = reader.paper(slot).await?.ok_or(Error::NotFound("paper"))?;
        let text = serde_json::to_string(intent)?;
        let name = purpose_name(purpose);
        self.put(T::Intent, vec![slot.into(), name.into(), text.into(), micros(now).into()]).await?;
        let object = format!("paper/{slot}/{name}");
        self.append_ledger(Class::System, "certificate.signing_intended", &object, &paper.certificate, &origin(), intent, now)
            .await
    }

    /// Keeps the signed QR code and what is printed with it.
    pub async fn keep_code(&mut self, slot: i64, code: &str, print: &str) -> Result<(), Error> {
        let mut paper = self.raw().await?.paper(slot).await?.ok_or(Error::NotFound("paper"))?;
        if paper.code.is_empty() {
            code.clone_into(&mut paper.code);
            print.clone_into(&mut paper.print);
            self.put(T::Paper, paper.values()).await?;
        }
        Ok(())
    }

    /// Keeps the signed form and the printed one, a file that was staged.
    pub async fn keep_signed(&mut self, slot: i64, signed: &str, blob: &crate::Blob) -> Result<(), Error> {
        let mut paper = self.raw().await?.paper(slot).await?.ok_or(Error::NotFound("paper"))?;
        if paper.signed.is_empty() {
            self.add_blob(blob).await?;
            signed.clone_into(&mut paper.signed);
            paper.blob.clone_from(&blob.id);
            self.put(T::Paper, paper.values()).await?;
        }
        Ok(())
    }
}
