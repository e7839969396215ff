//! The materials of the filing, numbered exactly as the guide numbers them.

use serde::{Deserialize, Serialize};

/// One of the thirteen places for files (G 备案材料要求).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// 1 备案申请表: the printed form, sealed and scanned.
    #[serde(rename = "1")]
    Form,
    /// 1.1 认证机构批准书, copy.
    #[serde(rename = "1.1")]
    Approval,
    /// 1.2 统一社会信用代码证件, copy.
    #[serde(rename = "1.2")]
    CreditCode,
    /// 1.3 法定代表人身份证件, copy.
    #[serde(rename = "1.3")]
    LegalRepId,
    /// 1.4 经办人身份证件, copy.
    #[serde(rename = "1.4")]
    OperatorId,
    /// 2 近三年从事数据安全和个人信息保护领域专业工作情况.
    #[serde(rename = "2")]
    PastWork,
    /// 3 人员安全背景审查说明及人员背景审查表: one sealed sheet per person.
    #[serde(rename = "3")]
    Background,
    /// 4 个人信息保护认证实施细则.
    #[serde(rename = "4")]
    DetailedRules,
    /// 5 开展个人信息出境认证的工作计划.
    #[serde(rename = "5")]
    WorkPlan,
    /// 6 个人信息安全风险防范机制说明.
    #[serde(rename = "6")]
    RiskPrevention,
    /// 7 持续监督机制说明.
    #[serde(rename = "7")]
    ContinuousSupervision,
    /// 8 投诉受理和争议解决机制说明.
    #[serde(rename = "8")]
    Complaints,
    /// 9 其他需要提交的证明材料, optional.
    #[serde(rename = "9")]
    Other,
}

impl Slot {
    /// All slots in the guide's order.
    pub const ALL: [Self; 13] = [
        Self::Form,
        Self::Approval,
        Self::CreditCode,
        Self::LegalRepId,
        Self::OperatorId,
        Self::PastWork,
        Self::Background,
        Self::DetailedRules,
        Self::WorkPlan,
        Self::RiskPrevention,
        Self::ContinuousSupervision,
        Self::Complaints,
        Self::Other,
    ];

    /// The guide's number: `1`, `1.1` … `9`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Form => "1",
            Self::Approval => "1.1",
            Self::CreditCode => "1.2",
            Self::LegalRepId => "1.3",
            Self::OperatorId => "1.4",
            Self::PastWork => "2",
            Self::Background => "3",
            Self::DetailedRules => "4",
            Self::WorkPlan => "5",
            Self::RiskPrevention => "6",
            Self::ContinuousSupervision => "7",
            Self::Complaints => "8",
            Self::Other => "9",
        }
    }

    /// Reads the guide's number.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|x| x.id() == s)
    }

    /// The material group (1 to 9) that the slot belongs to.
    pub fn material(self) -> Material {
        Material(self.id().as_bytes()[0] - b'0')
    }

    /// Whether the guide demands the official seal (加盖公章): items 1 and 3 only.
    pub fn needs_seal(self) -> bool {
        matches!(self, Self::Form | Self::Background)
    }

    /// Whether the guide asks for a copy (影印件).
    pub fn is_copy(self) -> bool {
        matches!(self, Self::Approval | Self::CreditCode | Self::LegalRepId | Self::OperatorId | Self::Background)
    }

    /// Whether it may stay empty: item 9 only.
    pub fn is_optional(self) -> bool {
        self == Self::Other
    }

    /// Whether its files hold identity or background data of people (M 14).
    pub fn is_personal(self) -> bool {
        matches!(self, Self::LegalRepId | Self::OperatorId | Self::Background)
    }

    /// The sentence of M or G that asks for it.
    pub fn article(self) -> &'static str {
        match self {
            Self::Form | Self::Approval | Self::CreditCode | Self::LegalRepId | Self::OperatorId => "G 三(一)1",
            Self::PastWork => "G 三(一)2",
            Self::Background => "G 三(一)3",
            Self::DetailedRules => "G 三(一)4",
            Self::WorkPlan => "G 三(一)5",
            Self::RiskPrevention => "G 三(一)6",
            Self::ContinuousSupervision => "G 三(一)7",
            Self::Complaints => "G 三(一)8",
            Self::Other => "G 三(一)9",
        }
    }
}

/// One of the nine numbered materials of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Material(pub u8);

impl Material {
    /// All nine.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=9).map(Self)
    }

    /// The slots of the material, in order.
    pub fn slots(self) -> impl Iterator<Item = Slot> {
        Slot::ALL.into_iter().filter(move |s| s.material() == self)
    }
}

/// What a reviewer says of a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 齐全.
    Complete,
    /// 缺.
    Missing,
    /// 不清晰.
    Unclear,
    /// 不符合要求.
    NotConforming,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 4] = [Self::Complete, Self::Missing, Self::Unclear, Self::NotConforming];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Missing => "missing",
            Self::Unclear => "unclear",
            Self::NotConforming => "not_conforming",
        }
    }

    /// Reads a stored name.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.as_str() == s)
    }
}
