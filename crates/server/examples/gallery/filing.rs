//! The body's task list, the public front, one certificate, a guide page.

use askama::Template;
use axum::response::Html;
use guosuo::web::components::{Fact, Happening, Link, MaterialRow, Phase, Step, Tone};
use guosuo::web::{Front, Lang, Screen, Shell, UserBlock};
use jiff::civil::date;

#[derive(Template)]
#[template(path = "dev/filing.html")]
struct Filing {
    shell: Shell,
    l: Lang,
    steps: Vec<Step>,
    rows: Vec<MaterialRow>,
    due_title: String,
    due_text: String,
}

pub(crate) fn operator(l: Lang) -> UserBlock {
    UserBlock {
        name: l.t("示例一号认证有限公司（虚构）", "Example No. 1 Certification (fictitious)").to_owned(),
        ..UserBlock::default()
    }
}

pub(crate) fn steps(l: Lang) -> Vec<Step> {
    vec![
        Step::new(Phase::Done, l.t("阅读须知", "Read first"), l.t("已完成", "Done")),
        Step::new(Phase::Now, l.t("准备材料", "Materials"), l.t("必交12项，已完成6项", "6 of 12 required done")),
        Step::new(Phase::Next, l.t("核对并提交", "Check and submit"), l.t("签收后得到编号", "You get a number")),
        Step::new(Phase::Next, l.t("审核", "Review"), l.t("会同数据管理部门", "With the data authority")),
        Step::new(Phase::Next, l.t("备案并公示", "Filed and published"), l.t("收到材料后30个工作日内", "Within 30 working days")),
    ]
}

fn rows(l: Lang) -> Vec<MaterialRow> {
    let row = |number: &str, zh: &str, en: &str, note_zh: &str, note_en: &str| MaterialRow {
        number: number.to_owned(),
        name: l.t(zh, en).to_owned(),
        note: l.t(note_zh, note_en).to_owned(),
        ..MaterialRow::default()
    };
    let state = |row: MaterialRow, tone: Tone| {
        let (state, action) = match tone {
            Tone::Ok => (l.t("已上传", "Uploaded"), l.t("更换", "Replace")),
            Tone::Info => (l.t("填写中", "In progress"), l.t("继续填写", "Continue")),
            Tone::Late => (l.t("需修改", "Needs change"), l.t("修改", "Change")),
            _ if row.number == "9" => (l.t("选填", "Optional"), l.t("上传", "Upload")),
            _ => (l.t("未开始", "Not started"), l.t("上传", "Upload")),
        };
        MaterialRow { state: state.to_owned(), tone, action: Some(Link::new("#", action)), ..row }
    };
    let template = Some(Link::new("#", l.t("下载模板", "Download template")));
    vec![
        state(
            MaterialRow {
                extra: Some(Link::new("#", l.t("填表并打印", "Fill in and print"))),
                ..row("1", "备案申请表", "Filing form", "须打印、加盖公章后扫描上传。", "Print, seal, scan and upload.")
            },
            Tone::Info,
        ),
        state(
            row(
                "1.1",
                "认证机构批准书",
                "Approval of the certification body",
                "影印件。批准书.pdf，2.1 MB",
                "Copy. 批准书.pdf, 2.1 MB",
            ),
            Tone::Ok,
        ),
        state(
            row(
                "1.2",
                "统一社会信用代码证件",
                "Unified social credit code certificate",
                "影印件。信用代码证.pdf，0.8 MB",
                "Copy. 信用代码证.pdf, 0.8 MB",
            ),
            Tone::Ok,
        ),
        state(
            row(
                "1.3",
                "法定代表人身份证件",
                "ID of the legal representative",
                "影印件。身份证件_法定代表人.pdf，1.2 MB",
                "Copy. 身份证件_法定代表人.pdf, 1.2 MB",
            ),
            Tone::Ok,
        ),
        state(
            MaterialRow {
                problem: l
                    .t(
                        "只看到证件正面。把正反两面放在同一个PDF里再上传一次。",
                        "We can only see the front of the ID. Put both sides in one PDF and upload it again.",
                    )
                    .to_owned(),
                ..row("1.4", "经办人身份证件", "ID of the operator", "", "")
            },
            Tone::Late,
        ),
        state(
            MaterialRow {
                extra: template.clone(),
                ..row(
                    "2",
                    "近三年数据安全和个人信息保护专业工作情况",
                    "Professional work of the last three years",
                    "近三年指2023年3月至2026年3月。",
                    "From March 2023 to March 2026.",
                )
            },
            Tone::Ok,
        ),
        state(
            row(
                "3",
                "人员安全背景审查说明及背景审查表",
                "Security background checks of staff",
                "一人一表，加盖公章。登记人员18人，已上传15人",
                "One sealed sheet per person. 18 registered, 15 uploaded",
            ),
            Tone::Info,
        ),
        state(row("4", "个人信息保护认证实施细则", "Certification rules", "", ""), Tone::Ok),
        state(MaterialRow { extra: template, ..row("5", "开展个人信息出境认证的工作计划", "Work plan", "", "") }, Tone::Ok),
        state(row("6", "个人信息安全风险防范机制说明", "Risk prevention", "", ""), Tone::Mute),
        state(
            row(
                "7",
                "持续监督机制说明",
                "Surveillance after certification",
                "写明监督方式、频次、周期，以及发现不符合要求时的措施",
                "How, how often, and what follows from a breach",
            ),
            Tone::Mute,
        ),
        state(row("8", "投诉受理和争议解决机制说明", "Complaints and disputes", "", ""), Tone::Mute),
        state(
            row("9", "其他需要提交的证明材料", "Other evidence", "没有可以不交，选“无其他材料”即可", "If there is none, say so"),
            Tone::Mute,
        ),
    ]
}

/// Mock-up 2.
pub(crate) async fn filing(screen: Screen) -> Html<String> {
    let l = screen.lang;
    let due = l.date_weekday(date(2026, 3, 23)).words;
    let approved = l.date(date(2026, 3, 9)).words;
    let shell = Shell::new(&screen, Front::Body, l.t("专业认证机构备案", "Filing of a certification body"))
        .at("filings")
        .crumb("/body/filings", l.t("机构备案", "Filing"))
        .here(l.t("准备材料", "Materials"))
        .user(operator(l));
    let page = Filing {
        shell,
        l,
        steps: steps(l),
        rows: rows(l),
        due_title: l.pick(format!("请在{due}前提交，还有7个工作日。"), format!("File by {due}: 7 working days left.")),
        due_text: l.pick(
            format!("市场监管部门{approved}批准了你机构的认证资质。《办法》第十二条要求自批准之日起10个工作日内办理备案。"),
            format!("Your qualification was approved on {approved}. Article 12 of the Measures asks for the filing within 10 working days."),
        ),
    };
    Html(page.render().unwrap_or_else(|e| e.to_string()))
}

#[derive(Template)]
#[template(path = "dev/landing.html")]
struct Landing {
    shell: Shell,
    l: Lang,
}

/// The public front.
pub(crate) async fn landing(screen: Screen) -> Html<String> {
    let l = screen.lang;
    let shell = Shell::new(&screen, Front::Public, l.t("个人信息出境认证公众服务", "Public service")).at("home");
    Html(Landing { shell, l }.render().unwrap_or_else(|e| e.to_string()))
}

#[derive(Template)]
#[template(path = "dev/verify.html")]
struct Verify {
    shell: Shell,
    l: Lang,
    facts: Vec<Fact>,
    history: Vec<Happening>,
    checked: String,
}

/// Mock-up 3.
pub(crate) async fn verify(screen: Screen) -> Html<String> {
    let l = screen.lang;
    let at = jiff::Timestamp::from_second(1_773_282_276).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let page = Verify {
        shell: Shell::new(&screen, Front::Plain, l.t("证书有效：PIEC-2026-000137", "Valid: PIEC-2026-000137")),
        l,
        facts: vec![
            Fact::new(l.t("证书编号", "Certificate number"), "PIEC-2026-000137").code(),
            Fact::new(
                l.t("获证个人信息处理者", "Holder"),
                l.t("示例海棠湾旅行网络有限公司（虚构）", "Example Travel (fictitious)"),
            ),
            Fact::new(l.t("认证范围", "Scope"), l.t("境外酒店预订", "Hotel booking abroad")).note(l.t(
                "向境外酒店提供入住人姓名、联系方式和订单信息。不含敏感个人信息。",
                "Names, contact details and bookings go to hotels abroad. No sensitive personal information.",
            )),
            Fact::new(
                l.t("发证机构", "Issued by"),
                l.t("示例云岫标准认证中心（虚构）", "Example Yunxiu Certification (fictitious)"),
            )
            .note(l.t("已备案，", "Filed, "))
            .link("#", l.t("查看备案公示", "see the publication")),
            Fact::new(l.t("有效期", "Valid"), l.span(date(2026, 2, 3), date(2029, 2, 2))),
        ],
        history: vec![
            Happening::new(
                l.date(date(2026, 2, 6)),
                l.t("报送全国认证认可信息公共服务平台", "Reported to the national platform"),
            ),
            Happening::new(l.date(date(2026, 2, 3)), l.t("颁发，状态为有效", "Issued, valid")),
        ],
        checked: format!("{} {}", l.t("查验时间", "Checked"), l.moment(at).words),
    };
    Html(page.render().unwrap_or_else(|e| e.to_string()))
}

#[derive(Template)]
#[template(path = "dev/guide.html")]
struct Guide {
    shell: Shell,
    l: Lang,
}

/// A guide page with its table of contents, and a publication as a letter.
pub(crate) async fn guide(screen: Screen) -> Html<String> {
    let l = screen.lang;
    let shell =
        Shell::new(&screen, Front::Public, l.t("办事指南", "How to file")).at("guide").crumb("/guide", l.t("指南", "Guides"));
    Html(Guide { shell, l }.render().unwrap_or_else(|e| e.to_string()))
}
