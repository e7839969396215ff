//! The check of a certificate: is it genuine, is it in the log, what is its status as of when?
//! Three questions with three answers; none stands for another.

use serde::Serialize;

use super::content::{self, Content, TakenOver};
use super::entry::Evidence;
use super::keyring::{Trusted, Use};
use super::qr::QrCode;
use super::status::{LIST_SLOTS, SlotStatus, StatusList};
use super::time::{Day, Moment};
use crate::digest::{Digest32, FileDigests};
use crate::envelope::{Envelope, EnvelopeError, Verified};
use crate::keys::{Algorithm, PublicKey};

/// Whether it is what the body signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Genuine {
    /// Signed by keys of certificates in their time, nothing altered.
    Yes,
    /// It names a trusted key, but the signature is not of these bytes; or the printed document
    /// is another one.
    Altered,
    /// No trusted key has signed.
    UnknownKey,
    /// A trusted key had ended before the date of issue, or no key was in use yet.
    OutOfTerm,
    /// Not a certificate.
    Malformed,
}

/// Whether it is in the transparency log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InLog {
    /// The evidence leads to a signed head of a trusted log.
    Yes,
    /// The evidence does not show it.
    No,
    /// The evidence shows it under a head that a witness asked for has not signed.
    Unwitnessed,
    /// No evidence was given, or the certificate is not genuine.
    NotChecked,
}

/// What its status is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 有效.
    Valid,
    /// 暂停.
    Suspended,
    /// 撤销.
    Revoked,
    /// 注销.
    Cancelled,
    /// 已过期.
    Expired,
    /// 已换发.
    Replaced,
    /// The list knows no such certificate.
    Unknown,
    /// The list is too old to say.
    Stale,
    /// The list is not signed by a trusted key, or was altered.
    BadList,
    /// No list for it was given.
    NotChecked,
}

impl From<SlotStatus> for Status {
    fn from(s: SlotStatus) -> Self {
        match s {
            SlotStatus::Valid => Self::Valid,
            SlotStatus::Suspended => Self::Suspended,
            SlotStatus::Revoked => Self::Revoked,
            SlotStatus::Cancelled => Self::Cancelled,
            SlotStatus::Expired => Self::Expired,
            SlotStatus::Replaced => Self::Replaced,
        }
    }
}

/// The certificate that was checked. Only there when it is genuine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// Number.
    pub number: String,
    /// Name of the holder; empty when a QR code had no room for it.
    pub holder: String,
    /// Code of the holder; empty when a QR code had no room for it.
    pub code: String,
    /// Date of issue.
    pub issued_on: Day,
    /// Last day of validity.
    pub valid_until: Day,
    /// Place in the status lists.
    pub slot: u32,
    /// That it was taken over from the register of its body and not issued here. `None` says nothing of certificates
    /// taken over before there was this mark: they bear version 1.
    pub taken_over: Option<TakenOver>,
    /// The whole content, when the file has it.
    pub content: Option<Box<Content>>,
    /// First half of the digest of the content.
    #[serde(skip)]
    digest: [u8; 16],
}

/// What else is at hand for the check.
#[derive(Clone, Copy, Debug)]
pub struct With<'w> {
    /// Evidence from the log.
    pub evidence: Option<&'w [u8]>,
    /// Status lists.
    pub lists: &'w [&'w [u8]],
    /// Digests of the printed certificate, to be compared with what was signed.
    pub pdf: Option<FileDigests>,
    /// The moment of the check.
    pub at: Moment,
}

/// The three answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Genuine?
    pub genuine: Genuine,
    /// In the log?
    pub log: InLog,
    /// Which status?
    pub status: Status,
    /// As of when, where a list told it.
    pub as_of: Option<Moment>,
    /// The certificate.
    pub subject: Option<Subject>,
}

impl Verdict {
    /// Whether nothing speaks against it: genuine, not contradicted by the log, and valid as far
    /// as anybody asked.
    pub fn good(&self) -> bool {
        self.genuine == Genuine::Yes
            && !matches!(self.log, InLog::No | InLog::Unwitnessed)
            && matches!(self.status, Status::Valid | Status::NotChecked)
    }
}

/// Checks a signed certificate (canonical JSON, beginning with `{`) or the text of a QR code.
pub fn check(given: &[u8], trusted: &Trusted, with: &With) -> Verdict {
    let subject = if given.first() == Some(&b'{') { document(given, trusted, with.pdf) } else { code(given, trusted) };
    match subject {
        Err(genuine) => Verdict { genuine, log: InLog::NotChecked, status: Status::NotChecked, as_of: None, subject: None },
        Ok(subject) => {
            let log = with.evidence.map_or(InLog::NotChecked, |e| in_log(&subject, e, trusted));
            let (status, as_of) = status(&subject, with, trusted);
            Verdict { genuine: Genuine::Yes, log, status, as_of, subject: Some(subject) }
        }
    }
}

fn in_term(trusted: &Trusted, keys: &[&PublicKey], day: Day) -> Result<(), Genuine> {
    let fits = keys.iter().all(|key| trusted.may_have_signed(Use::Certificate, key, day));
    if fits { Ok(()) } else { Err(Genuine::OutOfTerm) }
}

/// The day that the keys are asked about: nothing of what was taken over was signed before that day.
fn day_of_keys(issued_on: Day, taken_over: Option<TakenOver>) -> Day {
    taken_over.map_or(issued_on, |t| t.on)
}

fn document(bytes: &[u8], trusted: &Trusted, pdf: Option<FileDigests>) -> Result<Subject, Genuine> {
    let envelope = Envelope::parse_canonical(bytes).map_err(|_| Genuine::Malformed)?;
    let keys = trusted.keys(Use::Certificate);
    let known = [content::TYPE, content::TYPE_TAKEN_OVER].into_iter().find(|known| *known == envelope.payload_type());
    let kind = known.ok_or(Genuine::Malformed)?;
    let signed = envelope.signed_by(kind, &keys, &[Algorithm::Sm2Sm3, Algorithm::Ed25519]);
    let signed = signed.map_err(|e| match e {
        EnvelopeError::Signature { .. } => Genuine::Altered,
        EnvelopeError::Missing(_) => Genuine::UnknownKey,
        _ => Genuine::Malformed,
    })?;
    let read: Verified<Content> = envelope.read().map_err(|_| Genuine::Malformed)?;
    if !read.body.fits(kind) || read.attachments.len() != 1 || read.attachments[0].name != content::PDF {
        return Err(Genuine::Malformed);
    }
    in_term(trusted, &signed, day_of_keys(read.body.issued_on, read.body.taken_over))?;
    if pdf.is_some_and(|pdf| read.check_attachment(content::PDF, &pdf).is_err()) {
        return Err(Genuine::Altered);
    }
    let c = read.body;
    Ok(Subject {
        number: c.number.clone(),
        holder: c.holder.name.clone(),
        code: c.holder.code.clone(),
        issued_on: c.issued_on,
        valid_until: c.valid_until,
        slot: c.slot,
        taken_over: c.taken_over,
        digest: half(c.digest().map_err(|_| Genuine::Malformed)?),
        content: Some(Box::new(c)),
    })
}

fn half(digest: Digest32) -> [u8; 16] {
    *digest.as_bytes().first_chunk().unwrap_or(&[0; 16])
}

fn code(bytes: &[u8], trusted: &Trusted) -> Result<Subject, Genuine> {
    let text = std::str::from_utf8(bytes).map_err(|_| Genuine::Malformed)?;
    let code = QrCode::parse(text).map_err(|_| Genuine::Malformed)?;
    let keys = trusted.keys(Use::Certificate);
    let keys: Vec<&PublicKey> = keys.iter().collect();
    let signed = code.signed_by(&keys).map_err(|known| if known { Genuine::Altered } else { Genuine::UnknownKey })?;
    let says = code.says;
    let taken_over = says.taken_over.map(TakenOver::new);
    in_term(trusted, &signed, day_of_keys(says.issued_on, taken_over))?;
    Ok(Subject {
        number: says.number,
        holder: says.name,
        code: says.code,
        issued_on: says.issued_on,
        valid_until: says.valid_until,
        slot: says.slot,
        taken_over,
        digest: says.content,
        content: None,
    })
}

fn in_log(subject: &Subject, evidence: &[u8], trusted: &Trusted) -> InLog {
    let shown = Evidence::parse(evidence).is_some_and(|e| {
        let same = e.entry.certificate == subject.number && half(e.entry.content) == subject.digest;
        let log = subject.content.as_ref().map(|c| &c.log);
        same && e.verify(trusted).is_some_and(|head| log.is_none_or(|log| *log == head.origin))
    });
    if shown { InLog::Yes } else { InLog::No }
}

fn status(subject: &Subject, with: &With, trusted: &Trusted) -> (Status, Option<Moment>) {
    let over = |day: Day| day > subject.valid_until;
    let read: Vec<_> = with.lists.iter().map(|bytes| StatusList::open(bytes, trusted)).collect();
    let of = read.iter().flatten().filter(|l| l.list == subject.slot / LIST_SLOTS);
    let Some(list) = of.max_by_key(|l| l.as_of) else {
        let status = if read.iter().any(Option::is_none) {
            Status::BadList
        } else if over(with.at.china_day()) {
            Status::Expired
        } else {
            Status::NotChecked
        };
        return (status, None);
    };
    let status = match list.status(subject.slot) {
        None => Status::Unknown,
        Some(SlotStatus::Valid | SlotStatus::Suspended) if over(list.as_of.china_day().max(with.at.china_day())) => {
            Status::Expired
        }
        Some(SlotStatus::Valid | SlotStatus::Suspended) if with.at > list.not_after => Status::Stale,
        Some(known) => known.into(),
    };
    (status, Some(list.as_of))
}
