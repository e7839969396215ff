//! Names and requirements of the materials, in the guide's words.

use guosuo_case::filing::Slot;

use crate::web::lang::Lang;

/// The full name of a material, as the guide's table has it.
pub fn slot(l: Lang, s: Slot) -> &'static str {
    match s {
        Slot::Form => l.t("个人信息出境认证专业机构备案申请表", "Application form for the filing of a certification body"),
        Slot::Approval => l.t("认证机构批准书", "Approval certificate of the certification body"),
        Slot::CreditCode => l.t("统一社会信用代码证件", "Certificate of the unified social credit code"),
        Slot::LegalRepId => l.t("法定代表人身份证件", "Identity document of the legal representative"),
        Slot::OperatorId => l.t("经办人身份证件", "Identity document of the operator"),
        Slot::PastWork => l.t(
            "近三年从事数据安全和个人信息保护领域专业工作情况",
            "Professional work in data security and personal information protection in the last three years",
        ),
        Slot::Background => {
            l.t("人员安全背景审查说明及人员背景审查表", "Statement on personnel background checks and one sheet per person")
        }
        Slot::DetailedRules => {
            l.t("个人信息保护认证实施细则", "Detailed rules for personal information protection certification")
        }
        Slot::WorkPlan => l.t("开展个人信息出境认证的工作计划", "Work plan for certifying exports of personal information"),
        Slot::RiskPrevention => {
            l.t("个人信息安全风险防范机制说明", "Statement on the prevention of personal information security risks")
        }
        Slot::ContinuousSupervision => l.t(
            "对获证个人信息处理者进行的个人信息出境活动符合认证标准情况的持续监督机制说明",
            "Statement on the continuous supervision of certified processors",
        ),
        Slot::Complaints => l.t("投诉受理和争议解决机制说明", "Statement on complaints and dispute settlement"),
        Slot::Other => l.t("其他需要提交的证明材料", "Other supporting materials"),
    }
}

/// A short name for tight places.
pub fn slot_short(l: Lang, s: Slot) -> &'static str {
    match s {
        Slot::Form => l.t("备案申请表", "Application form"),
        Slot::Approval => l.t("认证机构批准书", "Approval certificate"),
        Slot::CreditCode => l.t("统一社会信用代码证件", "Credit code certificate"),
        Slot::LegalRepId => l.t("法定代表人身份证件", "Legal representative's ID"),
        Slot::OperatorId => l.t("经办人身份证件", "Operator's ID"),
        Slot::PastWork => l.t("近三年专业工作情况", "Work of the last three years"),
        Slot::Background => l.t("背景审查说明及审查表", "Background checks"),
        Slot::DetailedRules => l.t("认证实施细则", "Detailed rules"),
        Slot::WorkPlan => l.t("工作计划", "Work plan"),
        Slot::RiskPrevention => l.t("风险防范机制说明", "Risk prevention"),
        Slot::ContinuousSupervision => l.t("持续监督机制说明", "Continuous supervision"),
        Slot::Complaints => l.t("投诉和争议解决机制说明", "Complaints and disputes"),
        Slot::Other => l.t("其他证明材料", "Other materials"),
    }
}

/// What the guide demands of the file.
pub fn requirement(l: Lang, s: Slot) -> &'static str {
    match s {
        Slot::Form => l.t("须打印、加盖公章后扫描上传。", "Print it, have it sealed, scan and upload it."),
        Slot::Approval | Slot::CreditCode => l.t("影印件。", "A copy."),
        Slot::LegalRepId | Slot::OperatorId => l.t("影印件，正反两面。", "A copy of both sides."),
        Slot::PastWork => l.t("写明近三年的工作，可附证明。", "The last three years; evidence may be attached."),
        Slot::Background => {
            l.t("审查说明一份；一人一表，加盖公章，影印件。", "One statement, and one sealed sheet for each person, as copies.")
        }
        Slot::DetailedRules => l.t(
            "依据《个人信息保护认证实施规则》制定。",
            "Made under the Implementing Rules for Personal Information Protection Certification.",
        ),
        Slot::WorkPlan => l.t(
            "写明基础条件、管理能力、技术能力、人力资源、场所与设备。",
            "Premises, management, technology, people, equipment.",
        ),
        Slot::RiskPrevention => {
            l.t("写明管理制度、保护措施、保密措施。", "Internal rules, protection of files and data, confidentiality.")
        }
        Slot::ContinuousSupervision => l.t(
            "写明监督方式、频次、周期，以及发现不符合要求时的措施。",
            "Method, frequency, cycle, and what follows when requirements are no longer met.",
        ),
        Slot::Complaints => {
            l.t("写明公开的受理渠道、内部处理规范、执行情况。", "Public channels, internal rules, actual practice.")
        }
        Slot::Other => l.t("没有可以不交，选“无其他材料”即可。", "Optional. If there is none, say so."),
    }
}

/// What each statement must cover, from the guide's own words (G 三(一)2–8): the checklist
/// beside the upload and the outline of the template.
pub fn covers(l: Lang, s: Slot) -> &'static [&'static str] {
    let (zh, en): (&'static [&'static str], &'static [&'static str]) = match s {
        Slot::PastWork => (
            &[
                "参与数据安全和个人信息保护相关政策标准制定情况",
                "开展数据安全管理认证的情况",
                "开展个人信息保护认证的情况",
                "开展数据安全风险评估的情况",
                "开展个人信息保护合规审计的情况",
            ],
            &[
                "Part taken in policies and standards",
                "Data security management certification",
                "Personal information protection certification",
                "Data security risk assessment",
                "Compliance audits of personal information protection",
            ],
        ),
        Slot::Background => (
            &["本机构对人员安全背景审查的说明", "所有从事个人信息出境认证工作的工作人员的背景审查表，一人一表"],
            &["The body's statement on background checks", "One sheet for each person doing this certification work"],
        ),
        Slot::DetailedRules => (
            &["认证依据", "认证模式", "认证实施程序", "认证证书和认证标志", "认证责任"],
            &["Basis of certification", "Mode of certification", "Procedure", "Certificate and mark", "Responsibilities"],
        ),
        Slot::WorkPlan => (
            &["开展认证服务的基础条件", "管理能力", "技术能力", "人力资源", "场所与设备资源"],
            &[
                "Basic conditions for the service",
                "Management capability",
                "Technical capability",
                "Human resources",
                "Premises and equipment",
            ],
        ),
        Slot::RiskPrevention => (
            &[
                "内部个人信息保护管理制度",
                "对企业认证申请材料、档案、数据采取的安全保护措施",
                "对认证服务中知悉的个人隐私、个人信息、商业秘密、保密商务信息的保密措施",
            ],
            &[
                "Internal rules on personal information protection",
                "Protection of applications, files and data of clients",
                "Confidentiality of privacy, personal information, trade secrets and confidential business information",
            ],
        ),
        Slot::ContinuousSupervision => (
            &["监督方式", "监督频次", "监督周期", "有效性说明", "对发现不再符合认证要求的个人信息出境活动的措施"],
            &["Method", "Frequency", "Cycle", "Effectiveness", "Measures when exports no longer meet the requirements"],
        ),
        Slot::Complaints => (
            &[
                "对个人信息出境活动的投诉",
                "认证客户的投诉",
                "与认证客户的争议",
                "公开的投诉受理渠道",
                "内部处理工作规范",
                "实际执行情况",
            ],
            &[
                "Complaints about exports of personal information",
                "Complaints of clients",
                "Disputes with clients",
                "Public channels",
                "Internal rules for handling",
                "Actual practice",
            ],
        ),
        Slot::Form | Slot::Approval | Slot::CreditCode | Slot::LegalRepId | Slot::OperatorId | Slot::Other => (&[], &[]),
    };
    if l.zh() { zh } else { en }
}

/// Whether an outline template exists for a material: items 2 to 8 without the sheets.
pub fn template_outline(s: Slot) -> bool {
    !covers(Lang::Zh, s).is_empty()
}
