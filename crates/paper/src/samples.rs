//! Sample papers: openly fictitious, for demonstration, tests and the trial
//! print. Each list begins with an ordinary case and goes on to hard ones.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{
    ApplicationForm, CaseCover, CaseFact, CaseStep, Contact, Due, FiledNotice, JointOpinion, Lamp, MaterialList, MaterialRow,
    NoticeHead, OpinionVerdict, OrgNature, QueueList, QueueRow, Receipt, ReceiptFile, ReceiptLanguage, RefusalNotice,
    RefusalReason, SignatureLine,
};

const BODY: &str = "示例启衡认证有限公司（虚构）";
const CODE: &str = "91990108MA0X00017J";
const AUTHORITY: &str = "示例互联网信息办公室（虚构）";
const DATA_AUTHORITY: &str = "示例数据局（虚构）";
const RECEIPT: &str = "备申〔2026〕003号";
const DIGEST: &str = "3f8a91c2d407be56e1129f3ca07745d8b8c6012e94fd3a7710c5e2ab69d8f034";
const KEY: &str = "b1946ac92492d2347c6235b4d2611184f8a0c1e27d3b5a96e4f7081c2d3e4f50";
/// Fifty characters, two of them rare.
const LONG: &str = "示例跨境数据合规与个人信息保护认证技术服务中心䶮山及𠮷林片区联合认证检验检测有限责任公司（虚构）";

/// Slot, name, English name, requirement, what the guide says it covers (G 三（一）).
const SLOTS: [(&str, &str, &str, &str, &str); 13] = [
    ("1", "个人信息出境认证专业机构备案申请表", "Application form", "加盖公章", ""),
    ("1.1", "认证机构批准书", "Approval certificate of the body", "影印件", ""),
    ("1.2", "统一社会信用代码证件", "Credit code certificate", "影印件", ""),
    ("1.3", "法定代表人身份证件", "Identity document of the legal representative", "影印件", ""),
    ("1.4", "经办人身份证件", "Identity document of the operator", "影印件", ""),
    (
        "2",
        "近三年从事数据安全和个人信息保护领域专业工作情况",
        "Professional work of the last three years",
        "",
        "政策标准制定，数据安全管理认证、个人信息保护认证、数据安全风险评估、个人信息保护合规审计",
    ),
    (
        "3",
        "人员安全背景审查说明及人员背景审查表",
        "Background-check statement and sheets",
        "一人一表，加盖公章，影印件",
        "所有从事个人信息出境认证工作的人员",
    ),
    (
        "4",
        "个人信息保护认证实施细则",
        "Detailed rules of certification",
        "",
        "认证依据、认证模式、认证实施程序、认证证书和认证标志、认证责任",
    ),
    ("5", "开展个人信息出境认证的工作计划", "Work plan", "", "基础条件、管理能力、技术能力、人力资源、场所与设备资源"),
    (
        "6",
        "个人信息安全风险防范机制说明",
        "Risk prevention mechanism",
        "",
        "内部管理制度、申请材料和数据的保护措施、知悉秘密的保密措施",
    ),
    (
        "7",
        "对获证个人信息处理者进行的个人信息出境活动符合认证标准情况的持续监督机制说明",
        "Continuous supervision mechanism",
        "",
        "监督方式、频次、周期、有效性说明，发现不再符合认证要求时的措施",
    ),
    (
        "8",
        "投诉受理和争议解决机制说明",
        "Complaint and dispute mechanism",
        "",
        "公开的投诉受理渠道、内部处理工作规范、实际执行情况",
    ),
    ("9", "其他需要提交的证明材料", "Other material", "", ""),
];

fn day(text: &str) -> Date {
    text.parse().expect("a date written in this file")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant written in this file")
}

impl ApplicationForm {
    /// An ordinary form, one with everything long and rare, an empty one.
    pub fn samples() -> Vec<Self> {
        let scope = "在批准范围内开展个人信息保护认证（含个人信息出境认证）、数据安全管理认证和信息安全管理体系认证，\
            配套开展标准研究、技术验证和培训。\n服务对象为境内个人信息处理者，以及《个人信息保护法》第三条第二款规定的\
            境外个人信息处理者在境内设立的专门机构或者指定代表。";
        let plain = Self {
            form_id: "BA-2026-000318".into(),
            digest: DIGEST.into(),
            printed_at: at("2026-01-26T01:12:40Z"),
            qr_text: format!("GUOSUO:FORM:BA-2026-000318:{}", DIGEST.to_uppercase()),
            organisation: BODY.into(),
            credit_code: CODE.into(),
            nature: Some(OrgNature::Enterprise),
            legal_representative: "示例张三".into(),
            established: Some(day("2016-05-09")),
            capital: "5000万元人民币".into(),
            address: "示例市示例区示例路1号示例大厦8层".into(),
            postcode: "999001".into(),
            approval_number: "CNCA-R-2099-0001".into(),
            approval_date: Some(day("2026-01-12")),
            approval_from: Some(day("2026-01-12")),
            approval_until: Some(day("2030-01-11")),
            staff_count: Some(18),
            operator: "示例李四".into(),
            operator_phone: "010-0000 0000".into(),
            business_scope: scope.into(),
            pledge_date: None,
        };
        let long = Self {
            form_id: "BA-2026-000319".into(),
            qr_text: format!("GUOSUO:FORM:BA-2026-000319:{}", DIGEST.to_uppercase()),
            organisation: LONG.into(),
            nature: Some(OrgNature::Other("国家级行业技术机构下设的非营利认证实体".into())),
            legal_representative: "㐂𬭎·阿卜杜热合曼·买买提明".into(),
            capital: "人民币壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元整".into(),
            address: "示例省示例自治州示例自治县䶮山街道办事处示例工业园区示例路一百二十三号示例大厦A座12层1201至1218室".into(),
            operator: "葛亓仉".into(),
            operator_phone: "+86 10 0000 0000 转 80123".into(),
            business_scope: vec![scope.replace('\n', ""); 24].join("\n"),
            pledge_date: Some(day("2026-01-26")),
            ..plain.clone()
        };
        let empty = Self {
            form_id: "BA-2026-000320".into(),
            digest: DIGEST.into(),
            printed_at: at("2026-01-26T01:12:40Z"),
            ..Self::default()
        };
        vec![plain, long, empty]
    }
}

fn signature(signer: &str) -> SignatureLine {
    SignatureLine {
        signer: signer.into(),
        algorithm: "SM2".into(),
        fingerprint: KEY.into(),
        digest: DIGEST.into(),
        signed_at: at("2026-01-26T01:32:07Z"),
    }
}

impl Receipt {
    /// One with every slot in both languages, one with 18 files, a long name
    /// and a provisional due date, one in English.
    pub fn samples() -> Vec<Self> {
        let file = |i: usize, (slot, name, en, _, _): &(&str, &str, &str, &str, &str)| ReceiptFile {
            slot: (*slot).into(),
            slot_name: (*name).into(),
            slot_name_en: (*en).into(),
            name: format!("{slot}_{name}.pdf"),
            bytes: 137_000 + 911_003 * i as u64,
            pages: Some(1 + 7 * u32::try_from(i).unwrap_or(0)),
            sha256: format!("{}{}", &DIGEST[i..], &KEY[..i]),
        };
        let plain = Self {
            number: RECEIPT.into(),
            authority: format!("{AUTHORITY} 个人信息出境认证管理平台"),
            organisation: BODY.into(),
            credit_code: CODE.into(),
            submitted_by: "示例李四（经办人）".into(),
            received_at: at("2026-01-26T01:32:05Z"),
            form_id: "BA-2026-000318".into(),
            form_digest: DIGEST.into(),
            files: SLOTS.iter().take(12).enumerate().map(|(i, s)| file(i, s)).collect(),
            due: Due {
                date: day("2026-03-13"),
                latest: None,
                explanation: "已扣除春节放假的工作日，计入2月14日和2月28日两个调休上班日。".into(),
                explanation_en: "Spring Festival days are left out; the make-up working days 14 and 28 February are counted."
                    .into(),
            },
            status_url: "https://guosuo.example/body/filings/003".into(),
            signature: Some(signature("示例平台签名服务（虚构）")),
            language: ReceiptLanguage::Both,
        };
        let mut many = Self {
            number: "备申〔2026〕118号".into(),
            organisation: LONG.into(),
            received_at: at("2026-11-20T15:59:59.25Z"),
            due: Due {
                date: day("2027-01-02"),
                latest: Some(day("2027-01-05")),
                explanation: "2027年的放假安排尚未公布，届满日是一个范围，公布后即时确定并另行告知。".into(),
                explanation_en:
                    "The holiday notice for 2027 is not yet published; the day will be fixed and announced when it is.".into(),
            },
            signature: None,
            language: ReceiptLanguage::Chinese,
            ..plain.clone()
        };
        for i in 0..6 {
            let mut more = file(i + 2, &SLOTS[6]);
            more.name =
                format!("人员背景审查表_{:02}_示例人员䶮_a-very-long-file-name-without-any-place-to-break_{DIGEST}.pdf", i + 1);
            more.pages = None;
            many.files.insert(7 + i, more);
        }
        let english = Self { language: ReceiptLanguage::English, ..plain.clone() };
        vec![plain, many, english]
    }
}

fn head(organisation: &str, number: &str) -> NoticeHead {
    NoticeHead {
        authority: AUTHORITY.into(),
        number: number.into(),
        organisation: organisation.into(),
        credit_code: CODE.into(),
        receipt_number: RECEIPT.into(),
        received_on: day("2026-01-26"),
        issued_at: at("2026-03-10T06:00:00Z"),
        further: Vec::new(),
        contact: Some(Contact {
            name: "备案审核处（示例）".into(),
            phone: "010-0000 0000".into(),
            other: "工作日9:00至17:00".into(),
        }),
        verify_url: "https://guosuo.example/notices/7K2M-Q4TX".into(),
    }
}

impl FiledNotice {
    /// An ordinary one, and one with a name of fifty characters.
    pub fn samples() -> Vec<Self> {
        let notice = |organisation: &str| Self {
            head: head(organisation, "示信备〔2026〕12号"),
            filing_number: "示备认证〔2026〕001号".into(),
            approval_number: "CNCA-R-2099-0001".into(),
            published_on: day("2026-03-10"),
            publication_url: "https://guosuo.example/bodies/2026-001".into(),
        };
        vec![notice(BODY), notice(LONG)]
    }
}

impl RefusalNotice {
    /// An ordinary one with three reasons, and one with many.
    pub fn samples() -> Vec<Self> {
        let reason = |slot: usize, code: &str, text: &str, note: &str, article: &str| RefusalReason {
            material: SLOTS[slot].0.into(),
            material_name: SLOTS[slot].1.into(),
            code: code.into(),
            text: text.into(),
            note: note.into(),
            article: article.into(),
        };
        let three = vec![
            reason(4, "C-104", "缺少身份证件一面", "只提交了正面，缺少反面。", "《备案指南》三（一）1"),
            reason(
                6,
                "C-302",
                "背景审查表份数与从事认证人员数量不一致",
                "申请表填报18人，提交15份，缺3份。",
                "《办法》第十二条第一款第三项，《备案指南》三（一）3",
            ),
            reason(11, "C-801", "缺少该项材料", "", "《办法》第十二条第一款第七项，《备案指南》三（一）8"),
        ];
        let mut many: Vec<_> = three.iter().cycle().take(14).cloned().collect();
        many[0].note = "说明文字较长时应当自动换行，不得超出表格边框。".repeat(8);
        let mut long = Self {
            head: head(LONG, "示信不备〔2026〕4号"),
            reasons: many,
            refile_url: "https://guosuo.example/body/filings/new?from=003".into(),
        };
        long.head.further = vec!["如对本通知有异议，请按照本机关公布的渠道提出。（示例条款，由发文机关自行设定）".into()];
        let plain = Self { head: head(BODY, "示信不备〔2026〕3号"), reasons: three, refile_url: String::new() };
        vec![plain, long]
    }
}

impl JointOpinion {
    /// An agreeing one, and one that finds the material incomplete.
    pub fn samples() -> Vec<Self> {
        let plain = Self {
            receipt_number: RECEIPT.into(),
            organisation: BODY.into(),
            credit_code: CODE.into(),
            asked_by: AUTHORITY.into(),
            asked_at: at("2026-02-03T02:00:00Z"),
            authority: DATA_AUTHORITY.into(),
            given_at: at("2026-03-09T08:20:00Z"),
            conclusion: "材料齐全，同意备案".into(),
            opinion: "经审核，备案材料齐全，与《个人信息出境认证办法》第十二条第一款和备案指南的要求一致。\n无其他意见。".into(),
            verdicts: Vec::new(),
            reviewer: "示例王五".into(),
            submission_digest: DIGEST.into(),
            signatures: vec![signature("示例王五（示例数据局）")],
        };
        let verdicts = SLOTS
            .iter()
            .enumerate()
            .map(|(i, s)| OpinionVerdict {
                slot: s.0.into(),
                name: s.1.into(),
                verdict: if i == 6 { "不符合要求" } else { "齐全" }.into(),
                note: if i == 6 { "审查表份数少于申请表填报的人员数量。" } else { "" }.into(),
            })
            .collect();
        let other = Self {
            organisation: LONG.into(),
            conclusion: "材料不齐全".into(),
            opinion: "第3项材料份数不足，其余材料齐全。".into(),
            verdicts,
            signatures: vec![
                signature("示例王五（示例数据局）"),
                SignatureLine { algorithm: "Ed25519".into(), ..signature("示例数据局签名服务（虚构）") },
            ],
            ..plain.clone()
        };
        vec![plain, other]
    }
}

impl MaterialList {
    /// A blank one, and one half done.
    pub fn samples() -> Vec<Self> {
        let list = |organisation: &str, done: usize| Self {
            organisation: organisation.into(),
            printed_at: at("2026-01-20T03:00:00Z"),
            rows: SLOTS
                .iter()
                .enumerate()
                .map(|(i, s)| MaterialRow {
                    slot: s.0.into(),
                    name: s.1.into(),
                    requirement: s.3.into(),
                    covers: s.4.into(),
                    files: if i < done { if i == 6 { 19 } else { 1 } } else { 0 },
                    complete: i < done,
                    optional: s.0 == "9",
                })
                .collect(),
        };
        vec![list("", 0), list(LONG, 8)]
    }
}

impl QueueList {
    /// Twelve cases, and sixty.
    pub fn samples() -> Vec<Self> {
        let rows = |n: usize| {
            (0..n)
                .map(|i| QueueRow {
                    lamp: match i {
                        0 => Lamp::Overdue,
                        1 | 2 => Lamp::Red,
                        3..=6 => Lamp::Yellow,
                        _ => Lamp::Green,
                    },
                    left: if i == 0 { "超期2个工作日".into() } else { format!("剩{}个工作日", 2 * i) },
                    due: day("2026-03-13"),
                    organisation: if i == 4 { LONG.into() } else { format!("示例第{}认证有限公司（虚构）", i + 1) },
                    credit_code: CODE.into(),
                    number: format!("备申〔2026〕{:03}号", i + 3),
                    received: day("2026-01-26"),
                    stage: ["处务会审议", "会同审核", "齐全性审核", "分办"][i % 4].into(),
                    materials: ["9/9 齐全", "8/9 缺第8组"][i % 2].into(),
                    opinion: ["已反馈", "待反馈", "未送"][i % 3].into(),
                    handler: ["示例陈一", "示例周二", "待分办"][i % 3].into(),
                })
                .collect()
        };
        let list = |n| Self {
            heading: "备案审核待办".into(),
            as_of: at("2026-03-12T01:30:00Z"),
            printed_by: "示例陈一".into(),
            filter: "红灯和黄灯优先".into(),
            rows: rows(n),
        };
        vec![list(12), list(60)]
    }
}

impl CaseCover {
    /// A closed case.
    pub fn samples() -> Vec<Self> {
        let fact = |label: &str, value: &str| CaseFact { label: label.into(), value: value.into() };
        let step = |when: &str, what: &str, who: &str| CaseStep { at: at(when), what: what.into(), who: who.into() };
        vec![Self {
            authority: AUTHORITY.into(),
            receipt_number: RECEIPT.into(),
            organisation: BODY.into(),
            facts: vec![
                fact("统一社会信用代码", CODE),
                fact("收到日期", "2026年1月26日"),
                fact("期限届满日", "2026年3月13日"),
                fact("办理结果", "予以备案并公示"),
                fact("备案编号", "示备认证〔2026〕001号"),
                fact("承办人", "示例陈一"),
            ],
            steps: vec![
                step("2026-01-26T01:32:05Z", "收到备案材料，出具收件回执", "平台"),
                step("2026-01-27T02:05:00Z", "分办", "示例周二"),
                step("2026-02-03T02:00:00Z", "送国家数据管理部门会同审核", "示例陈一"),
                step("2026-03-09T08:20:00Z", "收到会同审核意见：材料齐全，同意备案", DATA_AUTHORITY),
                step("2026-03-10T06:00:00Z", "予以备案并公示，送达备案通知书", "示例周二"),
            ],
            printed_at: at("2026-03-11T01:00:00Z"),
            printed_by: "示例陈一".into(),
        }]
    }
}
