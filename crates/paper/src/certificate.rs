//! The certificate 认证证书, and the letters about it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::notice::NoticeHead;
use crate::press::{Paper, Template};

/// The certificate as printed: a sheet in Chinese and its English twin, with the QR code that
/// carries its signed content (M 8(1); CCM: name and address of the holder, scope, requirement,
/// number, body, dates).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificatePaper {
    /// 证书编号; not printed on a draft.
    pub number: String,
    /// Name of the holder as given.
    pub holder: String,
    /// Credit code, or number in the register of its country.
    pub holder_code: String,
    /// ISO 3166-1 code of the holder's country or region: whoever is not of the mainland (`CN`) has no credit code.
    /// `None` in what was kept for printing before there was this field.
    #[serde(default)]
    pub holder_country: Option<String>,
    /// Registered address.
    pub address: String,
    /// Scope in Chinese; a long one moves to an annex.
    pub scope: String,
    /// Scope in English.
    pub scope_en: String,
    /// Standards and rules it rests on.
    pub basis: Vec<String>,
    /// The same for English readers.
    pub basis_en: Vec<String>,
    /// Mode of certification 认证模式.
    pub mode: String,
    /// Mode in English.
    pub mode_en: String,
    /// Name of the issuing body.
    pub body: String,
    /// The body's identifier in the mark (R37 5.2).
    pub mark: String,
    /// The mark for processing across the border.
    pub cross_border: bool,
    /// Date of issue.
    pub issued_on: Date,
    /// Last day of validity.
    pub valid_until: Date,
    /// Number of the certificate that it follows.
    pub predecessor: Option<String>,
    /// That the platform did not issue it but took it over from an earlier register.
    #[serde(default)]
    pub taken_over: Option<TakenOverLine>,
    /// SHA-256 of the signed content, hexadecimal.
    pub digest: String,
    /// The keys that sign.
    pub keys: Vec<SigningKeyLine>,
    /// The newest head of the transparency log: each sheet is one more copy of it.
    pub log: Option<LogLine>,
    /// Address at which anybody finds the status, in words.
    pub lookup: String,
    /// Text of the QR code: `HTTPS://HOST/V/…`.
    pub qr: String,
    /// Moment in the document's metadata.
    pub issued_at: Timestamp,
}

/// Where a certificate of an earlier register was taken over from, as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOverLine {
    /// When it was taken over.
    pub on: Date,
    /// The row of the record, 1 for the first of the sheet.
    pub row: u32,
    /// Hex SHA-256 of the record, as a file.
    pub sha256: String,
}

/// A key that signs, as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKeyLine {
    /// Algorithm.
    pub algorithm: String,
    /// Key identifier.
    pub kid: String,
}

/// A head of the log, as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Origin of the log.
    pub origin: String,
    /// Rows.
    pub size: u64,
    /// Root hash, hexadecimal.
    pub root: String,
}

/// Which measure a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// 暂停.
    Suspension,
    /// 恢复.
    Restoration,
    /// 撤销.
    Revocation,
    /// 注销.
    Cancellation,
}

/// Who acted (M 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureOrigin {
    /// The body by itself (M 10(1)).
    Body,
    /// At the holder's request (R37 5.1.3).
    Request,
    /// On the finding of an authority (M 10(2)).
    Authority,
}

/// A measure on a certificate, told to its holder (M 10, R37 5.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureNotice {
    /// Common part: the body's name, the holder, the number of the letter.
    pub head: NoticeHead,
    /// What `head.receipt_number` is: printed before it.
    pub reference_label: String,
    /// What `head.credit_code` is: a holder from abroad has the number of its own register.
    pub code_label: String,
    /// Which measure.
    pub kind: MeasureKind,
    /// Who acted.
    pub origin: MeasureOrigin,
    /// Name of the authority whose finding it was, else empty.
    pub authority_name: String,
    /// Number of the certificate.
    pub certificate: String,
    /// Date of issue of the certificate.
    pub issued_on: Date,
    /// Last day of its validity.
    pub valid_until: Date,
    /// From which day.
    pub effective_on: Date,
    /// The ground.
    pub ground: String,
    /// What the party said, or that it waived; may be empty.
    pub heard: String,
}

/// Where an application ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineStage {
    /// 不予受理.
    NotAccepted,
    /// 终止认证 (R37 4.4).
    Ended,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclineReason {
    /// What does not conform.
    pub text: String,
    /// Clause or article.
    pub basis: String,
}

/// An application that is declined or ends without a certificate: in writing, with reasons
/// (R37 4.2, 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclineNotice {
    /// Common part.
    pub head: NoticeHead,
    /// What `head.receipt_number` is: printed before it.
    pub reference_label: String,
    /// What `head.credit_code` is: a holder from abroad has the number of its own register.
    pub code_label: String,
    /// Where it ended.
    pub stage: DeclineStage,
    /// The steps that were gone through, for example 技术验证、现场审核; empty when not accepted.
    pub steps: String,
    /// Why.
    pub reasons: Vec<DeclineReason>,
}

impl Paper for CertificatePaper {
    const TEMPLATE: Template = Template::Certificate;

    fn title(&self) -> String {
        "个人信息保护认证证书".into()
    }

    fn dated(&self) -> Timestamp {
        self.issued_at
    }

    fn qr(&self) -> Option<&str> {
        Some(self.qr.as_str()).filter(|t| !t.is_empty())
    }
}

impl Paper for MeasureNotice {
    const TEMPLATE: Template = Template::MeasureNotice;

    fn title(&self) -> String {
        match self.kind {
            MeasureKind::Suspension => "认证证书暂停通知书",
            MeasureKind::Restoration => "认证证书恢复使用通知书",
            MeasureKind::Revocation => "认证证书撤销通知书",
            MeasureKind::Cancellation => "认证证书注销通知书",
        }
        .into()
    }

    fn dated(&self) -> Timestamp {
        self.head.issued_at
    }

    fn qr(&self) -> Option<&str> {
        self.head.qr()
    }
}

impl Paper for DeclineNotice {
    const TEMPLATE: Template = Template::DeclineNotice;

    fn title(&self) -> String {
        match self.stage {
            DeclineStage::NotAccepted => "认证委托不予受理通知书",
            DeclineStage::Ended => "终止认证通知书",
        }
        .into()
    }

    fn dated(&self) -> Timestamp {
        self.head.issued_at
    }

    fn qr(&self) -> Option<&str> {
        self.head.qr()
    }
}
