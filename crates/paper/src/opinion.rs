//! 会同审核意见, the opinion of the data administration.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::press::{Paper, Template};

/// 会同审核意见表 (M 12(3): reviewed jointly with the national data
/// administration).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointOpinion {
    /// 收件编号.
    pub receipt_number: String,
    /// 机构名称.
    pub organisation: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// Authority that asked.
    pub asked_by: String,
    /// When it asked.
    pub asked_at: Timestamp,
    /// Authority that gives the opinion.
    pub authority: String,
    /// When the opinion was given.
    pub given_at: Timestamp,
    /// The conclusion in words (材料齐全，同意备案).
    pub conclusion: String,
    /// The reasons; line ends separate paragraphs.
    pub opinion: String,
    /// Verdicts per material, where given.
    pub verdicts: Vec<OpinionVerdict>,
    /// Name of the reviewer.
    pub reviewer: String,
    /// SHA-256 of the submission the opinion is about, hexadecimal.
    pub submission_digest: String,
    /// Signatures over the opinion.
    pub signatures: Vec<SignatureLine>,
}

/// Verdict on one material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpinionVerdict {
    /// Slot of the guide.
    pub slot: String,
    /// Name of the material.
    pub name: String,
    /// 齐全, 缺, 不清晰, 不符合要求.
    pub verdict: String,
    /// Remark; may be empty.
    pub note: String,
}

/// An electronic signature as a line on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureLine {
    /// Who signed.
    pub signer: String,
    /// Algorithm (SM2, Ed25519).
    pub algorithm: String,
    /// Fingerprint of the public key, hexadecimal.
    pub fingerprint: String,
    /// Digest that was signed, hexadecimal.
    pub digest: String,
    /// When.
    pub signed_at: Timestamp,
}

impl Paper for JointOpinion {
    const TEMPLATE: Template = Template::JointOpinion;

    fn title(&self) -> String {
        format!("会同审核意见表 {}", self.receipt_number)
    }

    fn dated(&self) -> Timestamp {
        self.given_at
    }
}
