//! 认证委托收件回执: what an applicant for certification gets when the body has received its application.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::press::{Paper, Template};

/// The receipt of an application for certification (R37 4.1): number, moment, every declared document
/// with its digests. It says what was received, and nothing about the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntrustmentReceipt {
    /// 认委〔2026〕003号.
    pub number: String,
    /// Name of the body that received it.
    pub body: String,
    /// Name of the applicant 认证委托人.
    pub applicant: String,
    /// Name of the processor to be certified.
    pub processor: String,
    /// Its credit code, or the number in the register of its country.
    pub processor_code: String,
    /// Who submitted.
    pub submitted_by: String,
    /// When the data reached the platform.
    pub received_at: Timestamp,
    /// The export path that was computed, in Chinese.
    pub path: String,
    /// The same in English.
    pub path_en: String,
    /// The edition of the basis, with its standards.
    pub basis: Vec<String>,
    /// The version of the law under which the path was computed.
    pub law: String,
    /// SHA-256 of what was filled in, hexadecimal.
    pub form_digest: String,
    /// The documents, in the order of the duties.
    pub documents: Vec<EntrustmentDocument>,
    /// Working days within which the body decides on acceptance: a limit that it set itself (R37 4.6).
    pub acceptance_days: u32,
    /// Address of the page on which the application is followed.
    pub status_url: String,
    /// Chinese with an English page, for those who come from abroad.
    pub with_english: bool,
}

/// A declared document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntrustmentDocument {
    /// What it is, in Chinese.
    pub kind: String,
    /// What it is, in English.
    pub kind_en: String,
    /// Its title as given.
    pub title: String,
    /// Its version as given.
    pub version: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// SM3, hexadecimal.
    pub sm3: String,
}

impl Paper for EntrustmentReceipt {
    const TEMPLATE: Template = Template::EntrustmentReceipt;

    fn title(&self) -> String {
        format!("认证委托收件回执 {}", self.number)
    }

    fn dated(&self) -> Timestamp {
        self.received_at
    }

    fn qr(&self) -> Option<&str> {
        Some(self.status_url.as_str()).filter(|t| !t.is_empty())
    }
}

impl EntrustmentReceipt {
    /// Openly fictitious samples: an ordinary one, and one from abroad with its English page.
    pub fn samples() -> Vec<Self> {
        let document = |kind: &str, kind_en: &str, title: &str| EntrustmentDocument {
            kind: kind.into(),
            kind_en: kind_en.into(),
            title: title.into(),
            version: "1.0".into(),
            sha256: "3f8a91c2d407be56e1129f3ca07745d8b8c6012e94fd3a7710c5e2ab69d8f034".into(),
            sm3: "b1946ac92492d2347c6235b4d2611184f8a0c1e27d3b5a96e4f7081c2d3e4f50".into(),
        };
        let plain = Self {
            number: "认委〔2099〕003号".into(),
            body: "示例启衡认证有限公司（虚构）".into(),
            applicant: "示例海棠湾旅行网络有限公司（虚构）".into(),
            processor: "示例海棠湾旅行网络有限公司（虚构）".into(),
            processor_code: "91990108MA0X00017J".into(),
            submitted_by: "示例经办人".into(),
            received_at: "2026-01-12T02:00:00Z".parse().expect("a moment written in this file"),
            path: "订立标准合同或者通过认证".into(),
            path_en: "Standard contract or certification".into(),
            basis: vec!["GB/T 35273—2020".into(), "GB/T 46068—2025".into()],
            law: "2026-01-01".into(),
            form_digest: "b8c6012e94fd3a7710c5e2ab69d8f0343f8a91c2d407be56e1129f3ca07745d8".into(),
            documents: vec![
                document("适用条件证明", "Evidence of eligibility", "出境人数统计.pdf"),
                document("影响评估报告", "Impact assessment", "个人信息保护影响评估报告.pdf"),
                document("告知书", "Notice", "告知书.pdf"),
                document("单独同意书", "Separate consent", "单独同意书.pdf"),
            ],
            acceptance_days: 5,
            status_url: "https://guosuo.example/processor/applications/0a0a".into(),
            with_english: false,
        };
        let abroad = Self {
            processor: "Example Reisen und Handel International GmbH & Co. KG (fictitious)".into(),
            processor_code: "HRB 000000".into(),
            applicant: "Example Representatives Ltd (fictitious)".into(),
            with_english: true,
            ..plain.clone()
        };
        vec![plain, abroad]
    }
}
