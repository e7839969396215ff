//! The application form, annex 2 of the filing guide.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::press::{Paper, Template};

/// 个人信息出境认证专业机构备案申请表 (G annex 2), every field of it, in the
/// guide's own table. Empty text and `None` print as an empty cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationForm {
    /// 表单编号, house number of this form.
    pub form_id: String,
    /// Digest of the content, hexadecimal; the head of it stands in the footer.
    pub digest: String,
    /// When it was printed.
    pub printed_at: Timestamp,
    /// Text of the QR code: form id and content digest.
    pub qr_text: String,
    /// 机构名称.
    pub organisation: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// 机构性质.
    pub nature: Option<OrgNature>,
    /// 法定代表人.
    pub legal_representative: String,
    /// 成立时间.
    pub established: Option<Date>,
    /// 注册资本, with its unit (5000万元人民币).
    pub capital: String,
    /// 通讯地址.
    pub address: String,
    /// 邮编.
    pub postcode: String,
    /// 认证机构批准书号.
    pub approval_number: String,
    /// 批准书颁发日期.
    pub approval_date: Option<Date>,
    /// 批准书有效期, first day where the certificate names one.
    pub approval_from: Option<Date>,
    /// 批准书有效期, last day.
    pub approval_until: Option<Date>,
    /// 从事认证人员数量.
    pub staff_count: Option<u32>,
    /// 经办人.
    pub operator: String,
    /// 经办人联系电话.
    pub operator_phone: String,
    /// 业务范围简介; line ends separate paragraphs; may run over several pages.
    pub business_scope: String,
    /// 日期 under the pledge; `None` leaves it to the pen.
    pub pledge_date: Option<Date>,
}

/// 机构性质, the boxes of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "text")]
pub enum OrgNature {
    /// 事业单位.
    PublicInstitution,
    /// 企业.
    Enterprise,
    /// 社会组织.
    SocialOrganisation,
    /// 其他, with the text on the line.
    Other(String),
}

impl Paper for ApplicationForm {
    const TEMPLATE: Template = Template::ApplicationForm;

    fn title(&self) -> String {
        "个人信息出境认证专业机构备案申请表".into()
    }

    fn dated(&self) -> Timestamp {
        self.printed_at
    }

    fn qr(&self) -> Option<&str> {
        Some(&self.qr_text).filter(|t| !t.is_empty()).map(String::as_str)
    }
}
