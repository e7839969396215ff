//! Working papers: checklist, case cover, worklist.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::press::{Paper, Template};

/// 备案材料清单: the 13 slots of the guide as a checklist on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialList {
    /// 机构名称; empty prints a line to fill in.
    pub organisation: String,
    /// When it was printed.
    pub printed_at: Timestamp,
    /// The slots, in the order of the guide.
    pub rows: Vec<MaterialRow>,
}

/// One slot of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialRow {
    /// Slot of the guide: `1`, `1.1` … `9`.
    pub slot: String,
    /// Name of the material.
    pub name: String,
    /// Requirement in the guide's words (加盖公章, 影印件); may be empty.
    pub requirement: String,
    /// What the guide says it must cover; may be empty.
    pub covers: String,
    /// Number of files now there.
    pub files: u32,
    /// Whether the self-check finds it complete.
    pub complete: bool,
    /// Whether it may be left out (slot 9).
    pub optional: bool,
}

/// 备案案卷封面: the cover of a printed case file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseCover {
    /// Authority that keeps the file.
    pub authority: String,
    /// 收件编号.
    pub receipt_number: String,
    /// 机构名称.
    pub organisation: String,
    /// Label and value, in order.
    pub facts: Vec<CaseFact>,
    /// What happened, in order.
    pub steps: Vec<CaseStep>,
    /// When it was printed.
    pub printed_at: Timestamp,
    /// Who printed it.
    pub printed_by: String,
}

/// One line of the cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFact {
    /// Label.
    pub label: String,
    /// Value.
    pub value: String,
}

/// One step of the case's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
    /// Who.
    pub who: String,
}

/// 待办清单: the queue on paper, landscape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueList {
    /// Heading (备案审核待办).
    pub heading: String,
    /// State as of.
    pub as_of: Timestamp,
    /// Who printed it.
    pub printed_by: String,
    /// Filters in words; may be empty.
    pub filter: String,
    /// The rows, in the order shown.
    pub rows: Vec<QueueRow>,
}

/// One case of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    /// The lamp.
    pub lamp: Lamp,
    /// Time left in words (剩3个工作日).
    pub left: String,
    /// Last day.
    pub due: Date,
    /// 机构名称.
    pub organisation: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// 收件编号.
    pub number: String,
    /// Day of receipt.
    pub received: Date,
    /// Stage.
    pub stage: String,
    /// State of the material (9/9 齐全).
    pub materials: String,
    /// State of the joint opinion.
    pub opinion: String,
    /// Handler.
    pub handler: String,
}

/// Lamp of a clock: shape and word, so that it works without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// Past the last day.
    Overdue,
    /// Few days left.
    Red,
    /// Some days left.
    Yellow,
    /// Enough days left.
    Green,
}

impl Paper for MaterialList {
    const TEMPLATE: Template = Template::MaterialList;

    fn title(&self) -> String {
        "个人信息出境认证专业机构备案材料清单".into()
    }

    fn dated(&self) -> Timestamp {
        self.printed_at
    }
}

impl Paper for CaseCover {
    const TEMPLATE: Template = Template::CaseCover;

    fn title(&self) -> String {
        format!("备案案卷 {}", self.receipt_number)
    }

    fn dated(&self) -> Timestamp {
        self.printed_at
    }
}

impl Paper for QueueList {
    const TEMPLATE: Template = Template::QueueList;

    fn title(&self) -> String {
        self.heading.clone()
    }

    fn dated(&self) -> Timestamp {
        self.as_of
    }
}
