//! A plain statement of an organisation: title, sections, name and date.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::press::{Paper, Template};

/// 说明: a statement as a body writes it for items 2 to 9. The demonstration prints its
/// fictitious materials with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Title.
    pub heading: String,
    /// The organisation that makes it.
    pub organisation: String,
    /// The text, section by section.
    pub sections: Vec<StatementSection>,
    /// Day under the name.
    pub date: Date,
    /// A drawn circle 示例印章（虚构）in place of a seal; only for demonstrations.
    pub sealed: bool,
    /// Words at the foot of every page.
    pub footer: String,
    /// Moment for the document's metadata.
    pub printed_at: Timestamp,
}

/// One section of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementSection {
    /// Heading; may be empty.
    pub heading: String,
    /// Text; line ends separate paragraphs.
    pub text: String,
}

impl Paper for Statement {
    const TEMPLATE: Template = Template::Statement;

    fn title(&self) -> String {
        self.heading.clone()
    }

    fn dated(&self) -> Timestamp {
        self.printed_at
    }
}

impl Statement {
    /// Samples for tests and for looking at.
    pub fn samples() -> Vec<Self> {
        vec![Self {
            heading: "投诉受理和争议解决机制说明".into(),
            organisation: "示例启衡认证有限公司（虚构）".into(),
            sections: vec![
                StatementSection {
                    heading: "一、公开的投诉受理渠道".into(),
                    text: "示例内容，虚构。\n电话、邮箱和网站均为示例。".into(),
                },
                StatementSection { heading: "二、内部处理工作规范".into(), text: "示例内容，虚构。".into() },
            ],
            date: jiff::civil::date(2026, 3, 9),
            sealed: true,
            footer: "演示材料，内容虚构".into(),
            printed_at: Timestamp::from_second(1_773_000_000).unwrap_or_default(),
        }]
    }
}
