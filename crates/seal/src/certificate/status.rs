//! Status lists: four bits for each certificate, signed, not older than a minute on the site and
//! good for a day elsewhere.
//!
//! Each version of a certificate has a place, its slot. List `l` covers the slots from
//! `l × 131,072`. The statuses of a list are bytes, two slots in each, the earlier one in the
//! higher four bits; slots beyond the end have no certificate.

use serde::{Deserialize, Serialize};

use super::entry::Head;
use super::keyring::{Trusted, Use};
use super::time::Moment;
use crate::digest::Digest32;
use crate::envelope::{Envelope, EnvelopeError, Unsigned};
use crate::keys::Algorithm;
use crate::text::b64_bytes;

/// Payload type of a status list.
pub const TYPE: &str = "application/vnd.guosuo.status-list.v1+json";
/// Version of [`StatusList`].
pub const VERSION: u32 = 1;
/// Slots in one list.
pub const LIST_SLOTS: u32 = 1 << 17;
/// Seconds for which a list says something about valid and suspended certificates: a day.
pub const GOOD_FOR: u64 = 24 * 3600;

/// What a slot says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotStatus {
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
    /// 已换发: the certificate was changed, this version of it is not in force any more.
    Replaced,
}

impl SlotStatus {
    const ALL: [Self; 6] = [Self::Valid, Self::Suspended, Self::Revoked, Self::Cancelled, Self::Expired, Self::Replaced];

    /// The four bits: 1 to 6.
    pub const fn bits(self) -> u8 {
        self as u8 + 1
    }

    /// Reads four bits; `None` where there is no certificate or nobody knows the value.
    pub fn from_bits(bits: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.bits() == bits)
    }
}

/// A status list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusList {
    /// The moment that it describes.
    pub as_of: Moment,
    /// Digest of the last entry of the register ([`Head`]).
    pub head: Digest32,
    /// Which list.
    pub list: u32,
    /// Number of the last entry of the register.
    pub n: u64,
    /// The moment after which it should not be relied upon.
    pub not_after: Moment,
    /// Origin of the log of the register.
    pub origin: String,
    /// Four bits for each slot.
    #[serde(with = "b64_bytes")]
    pub statuses: Vec<u8>,
    /// Version of this shape: [`VERSION`].
    pub v: u32,
}

impl StatusList {
    /// Writes a list. Slots of other lists are passed over; a slot given twice keeps the last.
    pub fn new(
        list: u32,
        origin: &str,
        as_of: Moment,
        head: Head,
        statuses: impl IntoIterator<Item = (u32, SlotStatus)>,
    ) -> Option<Self> {
        let mut bytes = Vec::new();
        for (slot, status) in statuses {
            if slot / LIST_SLOTS != list {
                continue;
            }
            let slot = slot % LIST_SLOTS;
            let at = usize::try_from(slot / 2).ok()?;
            if bytes.len() <= at {
                bytes.resize(at + 1, 0);
            }
            bytes[at] =
                if slot.is_multiple_of(2) { bytes[at] & 0x0f | status.bits() << 4 } else { bytes[at] & 0xf0 | status.bits() };
        }
        let not_after = as_of.plus(GOOD_FOR)?;
        let origin = origin.to_owned();
        Some(Self { as_of, head: head.digest, list, n: head.n, not_after, origin, statuses: bytes, v: VERSION })
    }

    /// What it says about a slot; `None`: no certificate there.
    pub fn status(&self, slot: u32) -> Option<SlotStatus> {
        if slot / LIST_SLOTS != self.list {
            return None;
        }
        let slot = slot % LIST_SLOTS;
        let byte = *self.statuses.get(usize::try_from(slot / 2).ok()?)?;
        SlotStatus::from_bits(if slot.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f })
    }

    /// The signed form. Nothing is signed yet.
    pub fn document(&self) -> Result<Unsigned, EnvelopeError> {
        Unsigned::new(TYPE, self, Vec::new())
    }

    /// Reads a list, byte for byte as it was published, and checks that keys of statements
    /// signed it in their time; its log must be a trusted one.
    pub fn open(bytes: &[u8], trusted: &Trusted) -> Option<Self> {
        let envelope = Envelope::parse_canonical(bytes).ok()?;
        let keys = trusted.keys(Use::Statement);
        let signed = envelope.signed_by(TYPE, &keys, &[Algorithm::Sm2Sm3, Algorithm::Ed25519]).ok()?;
        let read = envelope.read::<Self>().ok()?;
        let list = read.body;
        let day = list.as_of.china_day();
        let good = list.v == VERSION
            && read.attachments.is_empty()
            && trusted.log(&list.origin).is_some()
            && signed.iter().all(|key| trusted.in_term(Use::Statement, key, day));
        good.then_some(list)
    }
}
