//! 个人信息保护影响评估报告, the report of an impact assessment (M 6; PIPL 55, 56).
//!
//! The layout follows the template for the standard contract (TPL): cover with the place of the seal, A4 with margins
//! of 25.4 and 31.8 mm, 14 pt text in lines of 26 pt, paragraphs indented by two characters. No template is published
//! for certification, and the content is that of M 6, not that of the contract.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::press::{Paper, Template};

/// A piece of the report, in order. The same pieces make the PDF and the editable text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReportBlock {
    /// A heading: 1 `一、`, 2 `（一）`, 3 `1.`; the number is part of the text.
    Heading {
        /// 1 to 3.
        level: u8,
        /// The text.
        text: String,
    },
    /// Running text; line ends separate paragraphs.
    Text {
        /// The text.
        text: String,
    },
    /// A table with a head.
    Table {
        /// Names of the columns.
        head: Vec<String>,
        /// Shares of the width.
        widths: Vec<u8>,
        /// The rows.
        rows: Vec<Vec<String>>,
    },
    /// The risk map: impact by likelihood.
    Map {
        /// What stands at the left.
        impact: String,
        /// What stands above.
        likelihood: String,
        /// Names of the likelihoods, from the least.
        columns: Vec<String>,
        /// One row for each impact, from the most.
        rows: Vec<ReportMapRow>,
        /// What the marks mean.
        note: String,
    },
}

/// A row of the risk map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportMapRow {
    /// Name of the impact.
    pub impact: String,
    /// The cells.
    pub cells: Vec<ReportMapCell>,
}

/// A cell of the risk map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportMapCell {
    /// `low`, `medium`, `high`, `severe`.
    pub level: String,
    /// The level in words.
    pub words: String,
    /// Numbers of the risks before measures.
    pub before: Vec<usize>,
    /// Numbers of the risks that remain here.
    pub after: Vec<usize>,
}

/// The report of an impact assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactReport {
    /// 个人信息处理者名称.
    pub processor: String,
    /// What was assessed.
    pub subject: String,
    /// Number of the version; 0 for a draft.
    pub version: u32,
    /// The day on which it was completed.
    pub completed_on: Option<Date>,
    /// When the version was frozen, or the draft printed.
    pub at: Timestamp,
    /// Hex SHA-256 of the frozen content; empty for a draft.
    pub sha256: String,
    /// Hex SM3 of the frozen content; empty for a draft.
    pub sm3: String,
    /// What the report says.
    pub blocks: Vec<ReportBlock>,
}

impl Paper for ImpactReport {
    const TEMPLATE: Template = Template::ImpactReport;

    fn title(&self) -> String {
        format!("个人信息保护影响评估报告 {}", self.subject)
    }

    fn dated(&self) -> Timestamp {
        self.at
    }
}

impl ImpactReport {
    /// Openly fictitious samples: an ordinary report, and a draft with hard content.
    pub fn samples() -> Vec<Self> {
        let heading = |level, text: &str| ReportBlock::Heading { level, text: text.into() };
        let text = |text: &str| ReportBlock::Text { text: text.into() };
        let row = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        let cell = |level: &str, words: &str, before: &[usize], after: &[usize]| ReportMapCell {
            level: level.into(),
            words: words.into(),
            before: before.to_vec(),
            after: after.to_vec(),
        };
        let map = ReportBlock::Map {
            impact: "影响程度".into(),
            likelihood: "可能性".into(),
            columns: row(&["低", "中", "高", "很高"]),
            rows: vec![
                ReportMapRow {
                    impact: "严重".into(),
                    cells: vec![
                        cell("medium", "中", &[], &[]),
                        cell("high", "高", &[], &[]),
                        cell("severe", "严重", &[], &[]),
                        cell("severe", "严重", &[], &[]),
                    ],
                },
                ReportMapRow {
                    impact: "高".into(),
                    cells: vec![
                        cell("medium", "中", &[1], &[]),
                        cell("medium", "中", &[2, 3], &[]),
                        cell("high", "高", &[], &[]),
                        cell("severe", "严重", &[], &[]),
                    ],
                },
                ReportMapRow {
                    impact: "中".into(),
                    cells: vec![
                        cell("low", "低", &[], &[1, 2, 3]),
                        cell("medium", "中", &[], &[]),
                        cell("medium", "中", &[], &[]),
                        cell("high", "高", &[], &[]),
                    ],
                },
                ReportMapRow {
                    impact: "低".into(),
                    cells: vec![
                        cell("low", "低", &[], &[]),
                        cell("low", "低", &[], &[]),
                        cell("medium", "中", &[], &[]),
                        cell("medium", "中", &[], &[]),
                    ],
                },
            ],
            note: "●采取措施以前的风险编号　○剩余风险编号　方法：GB/T 39335-2020（配置）".into(),
        };
        let risks = ReportBlock::Table {
            head: row(&["编号", "事项", "可能发生什么", "措施", "风险", "剩余"]),
            widths: vec![2, 4, 7, 7, 3, 3],
            rows: vec![
                row(&["1", "国家安全", "订单中出现可归集的特定人群行程", "按单位域名抽查，命中即不出境", "中", "低"]),
                row(&["2", "个人信息权益", "护照号码泄露后被冒用", "字段级加密，入住后30日删除", "中", "低"]),
                row(&["3", "泄露", "客服账号被盗用，逐单窃取", "双因素登录、单日查看上限、异常告警", "中", "低"]),
            ],
        };
        let first = Self {
            processor: "示例云岫旅行科技有限公司（虚构）".into(),
            subject: "会员订单跨境履行（虚构）".into(),
            version: 1,
            completed_on: Some(jiff::civil::date(2026, 9, 25)),
            at: "2026-09-28T04:00:00Z".parse().expect("an instant written in this file"),
            sha256: "3f8a91c2d407be56e1129f3ca07745d8b8c6012e94fd3a7710c5e2ab69d8f034".into(),
            sm3: "b1946ac92492d2347c6235b4d2611184f8a0c1e27d3b5a96e4f7081c2d3e4f50".into(),
            blocks: vec![
                heading(1, "一、出境活动整体情况"),
                heading(2, "（一）个人信息处理者基本情况"),
                heading(3, "1. 基本情况简介"),
                text("有限责任公司，示例云岫集团（虚构）持股100%。设个人信息保护委员会，个人信息保护负责人示例乙（虚构）。"),
                heading(1, "二、影响评估情况及结论"),
                heading(2, "（二）规模和风险"),
                text("一年约42万人的非敏感个人信息、6,800人的敏感个人信息。\n不含军工、政府机关批量人员信息。"),
                map,
                risks,
            ],
        };
        let mut hard = first.clone();
        hard.version = 0;
        hard.completed_on = None;
        (hard.sha256, hard.sm3) = (String::new(), String::new());
        hard.subject = "示例跨境数据合规与个人信息保护认证技术服务中心䶮山及𠮷林片区联合履行与售后服务一体化平台（虚构）".into();
        hard.blocks.push(text(&"接收方在集团内部协议中承诺只按指示处理，不为自己的目的使用。".repeat(60)));
        hard.blocks.push(ReportBlock::Table {
            head: row(&["摘要", "说明"]),
            widths: vec![1, 1],
            rows: vec![row(&[&"0a".repeat(32), &"说明".repeat(80)]), row(&["", ""])],
        });
        vec![first, hard]
    }
}
