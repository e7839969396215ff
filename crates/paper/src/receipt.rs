//! 收件回执, what the applicant gets at once.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::opinion::SignatureLine;
use crate::press::{Paper, Template};

/// 收件回执: number, time, every file with its digest, due date. Receipt is the
/// moment when the data reached the platform; it says nothing about
/// completeness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// 收件编号, 备申〔2026〕003号.
    pub number: String,
    /// Name of the receiving authority.
    pub authority: String,
    /// 机构名称.
    pub organisation: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// Who submitted, as the applicant's side named them.
    pub submitted_by: String,
    /// When the data reached the platform.
    pub received_at: Timestamp,
    /// 表单编号.
    pub form_id: String,
    /// SHA-256 of the form's content, hexadecimal.
    pub form_digest: String,
    /// All files, in the order of the guide.
    pub files: Vec<ReceiptFile>,
    /// Last day of the 30 working days.
    pub due: Due,
    /// Address of the status page, printed and in the QR code.
    pub status_url: String,
    /// Signature of the platform over the submission digest.
    pub signature: Option<SignatureLine>,
    /// Chinese, English, or Chinese with an English page.
    pub language: ReceiptLanguage,
}

/// One received file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFile {
    /// Slot of the guide: `1`, `1.1` … `9`.
    pub slot: String,
    /// Name of the material in Chinese.
    pub slot_name: String,
    /// Name of the material in English.
    pub slot_name_en: String,
    /// File name as given.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Pages, where known.
    pub pages: Option<u32>,
    /// SHA-256, hexadecimal, 64 digits.
    pub sha256: String,
}

/// The due date, or its range while a year's holiday notice is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Last day; the earliest possible one when provisional.
    pub date: Date,
    /// Latest possible last day; `None` when the calendar is known.
    pub latest: Option<Date>,
    /// How it was counted, one Chinese sentence.
    pub explanation: String,
    /// The same in English.
    pub explanation_en: String,
}

/// Languages of a receipt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptLanguage {
    /// Chinese only.
    #[default]
    Chinese,
    /// English only, for information.
    English,
    /// Chinese, and the English text on a further page.
    Both,
}

impl Paper for Receipt {
    const TEMPLATE: Template = Template::Receipt;

    fn title(&self) -> String {
        if self.language == ReceiptLanguage::English {
            format!("Receipt {}", self.number)
        } else {
            format!("收件回执 {}", self.number)
        }
    }

    fn dated(&self) -> Timestamp {
        self.received_at
    }

    fn qr(&self) -> Option<&str> {
        Some(&self.status_url).filter(|t| !t.is_empty()).map(String::as_str)
    }
}
