//! The two notices that end a filing.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::press::{Paper, Template};

/// What both notices have: a letter by the layout of GB/T 9704.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeHead {
    /// Issuing authority, in red at the head and at the signature.
    pub authority: String,
    /// 发文字号; not printed on a draft.
    pub number: String,
    /// 主送机关: the body.
    pub organisation: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// 收件编号 of the submission.
    pub receipt_number: String,
    /// Day of receipt.
    pub received_on: Date,
    /// Moment of the act; its day in China Standard Time is 成文日期.
    pub issued_at: Timestamp,
    /// Further paragraphs of the house, after the fixed text (remedies, for
    /// example, where the authority states them).
    pub further: Vec<String>,
    /// Whom to ask.
    pub contact: Option<Contact>,
    /// Text of the QR code: address where the notice can be checked.
    pub verify_url: String,
}

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Section or person.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// Other: post address, mail, hours. May be empty.
    pub other: String,
}

/// 备案通知书: the material is complete, the body is filed and published
/// (M 12(3)). Filing is not approval, and the notice says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledNotice {
    /// Common part.
    pub head: NoticeHead,
    /// 备案编号.
    pub filing_number: String,
    /// 认证机构批准书号.
    pub approval_number: String,
    /// Day of publication.
    pub published_on: Date,
    /// Address of the publication.
    pub publication_url: String,
}

/// 不予备案通知书 (M 12(3)): the reasons, each with material and article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalNotice {
    /// Common part.
    pub head: NoticeHead,
    /// Why the material is incomplete.
    pub reasons: Vec<RefusalReason>,
    /// Address where a new filing starts from a copy of this one.
    pub refile_url: String,
}

/// One reason of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalReason {
    /// Slot of the guide: `1`, `1.1` … `9`.
    pub material: String,
    /// Name of the material.
    pub material_name: String,
    /// Code of the reason.
    pub code: String,
    /// Fixed text of the code.
    pub text: String,
    /// What the officer adds; may be empty.
    pub note: String,
    /// Where the requirement stands: 《备案指南》三（一）3.
    pub article: String,
}

impl Paper for FiledNotice {
    const TEMPLATE: Template = Template::FiledNotice;

    fn title(&self) -> String {
        "个人信息出境认证专业机构备案通知书".into()
    }

    fn dated(&self) -> Timestamp {
        self.head.issued_at
    }

    fn qr(&self) -> Option<&str> {
        self.head.qr()
    }
}

impl Paper for RefusalNotice {
    const TEMPLATE: Template = Template::RefusalNotice;

    fn title(&self) -> String {
        "个人信息出境认证专业机构不予备案通知书".into()
    }

    fn dated(&self) -> Timestamp {
        self.head.issued_at
    }

    fn qr(&self) -> Option<&str> {
        self.head.qr()
    }
}

impl NoticeHead {
    pub(crate) fn qr(&self) -> Option<&str> {
        Some(&self.verify_url).filter(|t| !t.is_empty()).map(String::as_str)
    }
}
