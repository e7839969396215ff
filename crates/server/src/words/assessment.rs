//! The impact assessment in words: items, parts with guidance, risks, what is missing, what contradicts.

use guosuo_case::assessment::{About, Concern, Content, Contradiction, Gap, Lack, NOT_COMPARED, Part, Place, Said, Source};
use guosuo_case::certification::ImpactItem;
use guosuo_rules::risk::{Impact, Level, Likelihood, Method};

use super::article;
use crate::web::lang::Lang;

/// An item of M 6, short.
pub fn item_short(l: Lang, i: ImpactItem) -> &'static str {
    match i {
        ImpactItem::Purpose => l.t("目的、范围、方式", "Purpose, scope and method"),
        ImpactItem::Risks => l.t("规模和风险", "Extent and risks"),
        ImpactItem::Recipient => l.t("境外接收方的保障能力", "The recipient's safeguards"),
        ImpactItem::AfterExport => l.t("出境后的风险和救济", "After the export: risks and remedies"),
        ImpactItem::Country => l.t("所在国家或者地区的政策法规", "Policy and law of the destination"),
        ImpactItem::Other => l.t("其他事项", "Other matters"),
    }
}

/// An item in the words of the article.
pub fn item_full(l: Lang, i: ImpactItem) -> &'static str {
    match i {
        ImpactItem::Purpose => l.t(
            "个人信息处理者和境外接收方处理个人信息的目的、范围、方式等的合法性、正当性、必要性",
            "Whether purpose, scope and method of both sides are lawful, proper and necessary",
        ),
        ImpactItem::Risks => l.t(
            "出境个人信息的规模、范围、种类、敏感程度，个人信息出境可能对国家安全、公共利益、个人信息权益带来的风险",
            "Size, scope, kinds and sensitivity of what leaves; risks to national security, the public interest and the rights of individuals",
        ),
        ImpactItem::Recipient => l.t(
            "境外接收方承诺承担的义务，以及履行义务的管理和技术措施、能力等能否保障出境个人信息的安全",
            "Whether the duties that the recipient takes on, its measures and its ability keep the information safe",
        ),
        ImpactItem::AfterExport => l.t(
            "个人信息出境后遭到篡改、破坏、泄露、丢失、非法利用等的风险，个人信息权益维护的渠道是否通畅等",
            "Risks of alteration, destruction, leak, loss and abuse after the export; whether the ways to a remedy are open",
        ),
        ImpactItem::Country => l.t(
            "境外接收方所在国家或者地区的个人信息保护政策和法规对出境个人信息安全和个人信息权益的影响",
            "How policy and law of the recipient's country or region affect the security of the information and the rights of individuals",
        ),
        ImpactItem::Other => {
            l.t("其他可能影响个人信息出境安全的事项", "Other matters that may affect the security of the export")
        }
    }
}

/// The number of an item, as the article counts.
pub fn item_number(l: Lang, i: ImpactItem) -> &'static str {
    match i {
        ImpactItem::Purpose => l.t("（一）", "(1)"),
        ImpactItem::Risks => l.t("（二）", "(2)"),
        ImpactItem::Recipient => l.t("（三）", "(3)"),
        ImpactItem::AfterExport => l.t("（四）", "(4)"),
        ImpactItem::Country => l.t("（五）", "(5)"),
        ImpactItem::Other => l.t("（六）", "(6)"),
    }
}

/// A part of an item.
pub fn part(l: Lang, p: Part) -> &'static str {
    match p {
        Part::Lawful => l.t("合法性", "Lawful"),
        Part::Proper => l.t("正当性", "Proper"),
        Part::Necessary => l.t("必要性", "Necessary"),
        Part::Extent => l.t("规模、范围、种类、敏感程度", "Size, scope, kinds, sensitivity"),
        Part::NationalSecurity => l.t("对国家安全的风险", "Risk to national security"),
        Part::PublicInterest => l.t("对公共利益的风险", "Risk to the public interest"),
        Part::Rights => l.t("对个人信息权益的风险", "Risk to the rights of individuals"),
        Part::Duties => l.t("承诺承担的义务", "Duties taken on"),
        Part::Measures => l.t("管理和技术措施", "Management and technical measures"),
        Part::Ability => l.t("履行义务的能力", "Ability to fulfil them"),
        Part::Incidents => l.t("篡改、破坏、泄露、丢失、非法利用", "Alteration, destruction, leak, loss, abuse"),
        Part::Remedies => l.t("权益维护渠道", "Ways to a remedy"),
        Part::CountrySecurity => l.t("对出境个人信息安全的影响", "Effect on the security of the information"),
        Part::CountryRights => l.t("对个人信息权益的影响", "Effect on the rights of individuals"),
        Part::Other => l.t("其他事项", "Other matters"),
    }
}

/// What to write under a part.
pub fn part_hint(l: Lang, p: Part) -> &'static str {
    match p {
        Part::Lawful => l.t(
            "每项目的的合法性基础（个人信息保护法第十三条），双方的约定，有没有超出告知的用途。",
            "The legal basis of each purpose (PIPL 13), what both sides agreed, and whether anything goes beyond the notice.",
        ),
        Part::Proper => l.t(
            "有没有误导、欺诈、胁迫；个人能不能不同意而继续使用基本服务。",
            "No misleading, fraud or pressure; whether people can refuse and still use the basic service.",
        ),
        Part::Necessary => l.t(
            "逐项说明为什么非出境不可；不必要的字段删去。招聘、人力资源场景参考2026年7月问答第3问。",
            "For each field, why it has to leave; drop what is not needed. For recruitment see Q&A of July 2026, question 3.",
        ),
        Part::Extent => l.t(
            "每年多少人（敏感、非敏感分开），哪些种类，范围多大，与年度台账一致。",
            "How many people a year (sensitive apart), which kinds, how wide; in line with the yearly ledger.",
        ),
        Part::NationalSecurity => l.t(
            "有没有重要数据，能不能归集出特定人群、轨迹、单位。标准合同的评估没有这一项，不能照搬。",
            "Important data? Can groups, movements or units be derived? The standard contract's assessment lacks this part.",
        ),
        Part::PublicInterest => l.t(
            "公共卫生、交通、金融秩序等会不会受影响。标准合同的评估没有这一项，不能照搬。",
            "Public health, transport, financial order and the like. The standard contract's assessment lacks this part.",
        ),
        Part::Rights => l.t(
            "对人身、财产、名誉、平等对待的影响，有没有未满十四周岁的人。",
            "Effects on person, property, reputation and equal treatment; whether children under 14 are concerned.",
        ),
        Part::Duties => l.t("协议里写了哪些义务，在第几条。", "Which duties the agreement contains, and in which clause."),
        Part::Measures => l.t(
            "权限、加密、留痕、备份、人员管理；怎么核实的。",
            "Access, encryption, logging, backups, staff; and how this was verified.",
        ),
        Part::Ability => l.t("资质、人员、以往事件、检查结果。", "Qualifications, staff, past incidents, results of checks."),
        Part::Incidents => l.t(
            "五种情形分别怎么防、怎么发现、怎么停。具体风险写进风险图。",
            "How each of the five is prevented, noticed and stopped. Put single risks into the risk map.",
        ),
        Part::Remedies => l.t(
            "个人找谁、怎么找、多久答复；境外接收方那边怎么行使权利。",
            "Whom people turn to, how, and how fast they are answered; how rights are exercised towards the recipient.",
        ),
        Part::CountrySecurity => l.t(
            "当地有没有强制披露、强制解密、数据本地化等规定，对安全有什么影响。这里评的是对出境信息的影响，不是对合同履行的影响。",
            "Compelled disclosure, decryption, localisation, and what they mean for security. What counts is the information, not the performance of a contract.",
        ),
        Part::CountryRights => l.t(
            "外国人在当地能不能查阅、更正、删除、投诉、起诉。",
            "Whether foreigners can access, correct, delete, complain and sue there.",
        ),
        Part::Other => l.t("有就写，没有写“没有”。", "Write what there is, or “none”."),
    }
}

/// What a risk is about.
pub fn concern(l: Lang, c: Concern) -> &'static str {
    match c {
        Concern::NationalSecurity => l.t("国家安全", "National security"),
        Concern::PublicInterest => l.t("公共利益", "Public interest"),
        Concern::Rights => l.t("个人信息权益", "Rights of individuals"),
        Concern::Alteration => l.t("篡改", "Alteration"),
        Concern::Destruction => l.t("破坏", "Destruction"),
        Concern::Leak => l.t("泄露", "Leak"),
        Concern::Loss => l.t("丢失", "Loss"),
        Concern::Abuse => l.t("非法利用", "Abuse"),
        Concern::Country => l.t("所在国家或者地区的政策法规", "Policy and law of the destination"),
        Concern::Other => l.t("其他", "Other"),
    }
}

/// How much it would hurt.
pub fn impact(l: Lang, i: Impact) -> &'static str {
    match i {
        Impact::Low => l.t("低", "Low"),
        Impact::Medium => l.t("中", "Medium"),
        Impact::High => l.t("高", "High"),
        Impact::Severe => l.t("严重", "Severe"),
    }
}

/// How probable it is.
pub fn likelihood(l: Lang, x: Likelihood) -> &'static str {
    match x {
        Likelihood::Low => l.t("低", "Low"),
        Likelihood::Medium => l.t("中", "Medium"),
        Likelihood::High => l.t("高", "High"),
        Likelihood::VeryHigh => l.t("很高", "Very high"),
    }
}

/// The level of a risk.
pub fn level(l: Lang, x: Level) -> &'static str {
    match x {
        Level::Low => l.t("低", "Low"),
        Level::Medium => l.t("中", "Medium"),
        Level::High => l.t("高", "High"),
        Level::Severe => l.t("严重", "Severe"),
    }
}

/// A place in the assessment.
pub fn place(l: Lang, p: Place) -> String {
    match p {
        Place::Facts => l.t("基本情况", "Basic facts").to_owned(),
        Place::Scope => l.t("出境范围", "What is to leave").to_owned(),
        Place::Recipients => l.t("境外接收方和所在国家", "Recipients and their countries").to_owned(),
        Place::Item(i) => {
            format!("{}{}", item_number(l, i), l.pick(item_short(l, i).to_owned(), format!(" {}", item_short(l, i))))
        }
        Place::Risks => l.t("风险图", "Risk map").to_owned(),
        Place::Contracts => l.t("法律文件", "Legal documents").to_owned(),
        Place::Opinions => l.t("意见和证明材料", "Opinions and evidence").to_owned(),
        Place::Conclusion => l.t("评估结论", "Conclusion").to_owned(),
    }
}

/// A field of the assessment, by its name in the form.
pub fn assessment_field(l: Lang, field: &str) -> &'static str {
    match field {
        "title" => l.t("评估事项", "Subject"),
        "processor_name" => l.t("个人信息处理者名称", "Name of the processor"),
        "organisation" => {
            l.t("股权结构、实际控制人、组织架构和个人信息保护机构", "Shareholding, control, organisation, privacy office")
        }
        "business" => l.t("整体业务与处理个人信息情况", "Business, and what is handled"),
        "export" => l.t("出境涉及的业务、信息系统", "Business and systems of the export"),
        "route" => l.t("境内存储、出境链路、境外存储", "Storage in the mainland, route, storage abroad"),
        "compliance" => l.t("遵守个人信息保护法律法规的情况", "Compliance with the law on personal information"),
        "assessor" => l.t("评估人员和部门", "Who assessed"),
        "third_party" => l.t("参与评估的第三方机构", "Outside party that took part"),
        "about" => l.t("境外接收方基本情况", "Who the recipient is"),
        "handling" => l.t("境外接收方处理的用途、方式", "What the recipient does with it"),
        "law" => l.t("个人信息保护政策和法规", "Policy and law"),
        "practice" => l.t("公权力机关调取、监管、救济", "Access by authorities, supervision, remedies"),
        "source" => l.t("来源", "Source"),
        "what" => l.t("可能发生什么", "What could happen"),
        "measures" => l.t("措施", "Measures"),
        "words" => l.t("意见", "Opinion"),
        "reasons" => l.t("理由和论据", "Reasons"),
        other => Part::from_code(other).map_or(l.t("内容", "Content"), |p| part(l, p)),
    }
}

/// What is missing or wrong, as one sentence with the article.
pub fn gap(l: Lang, g: &Gap) -> String {
    if let Lack::Scope { problem } = &g.lack {
        return super::problem(l, problem);
    }
    let row = g.row.map(|n| l.pick(format!("第{n}行："), format!("row {n}: "))).unwrap_or_default();
    let text = lack(l, &g.lack);
    let cite = article(l, g.article);
    if l.zh() { format!("{row}{text}（{cite}）") } else { format!("{row}{text} ({cite})") }
}

fn lack(l: Lang, x: &Lack) -> String {
    let named = |zh: &str, en: &str, name: &str| l.pick(format!("{zh}“{name}”"), format!("{en} “{name}”"));
    match x {
        Lack::Empty { field } => named("还没有填写", "Not filled in:", assessment_field(l, field)),
        Lack::Unfit { field } => l.pick(
            format!("“{}”太长，或者含有不可见字符。缩短到8000字以内，删去不可见字符。", assessment_field(l, field)),
            format!(
                "“{}” is too long or holds invisible characters. Keep it below 8,000 characters without them.",
                assessment_field(l, field)
            ),
        ),
        Lack::Scope { problem } => super::problem(l, problem),
        Lack::PartOpen { part: p } => named("还没有评估", "Not assessed:", part(l, *p)),
        Lack::RemedyOpen { part: p } => l.pick(
            format!("“{}”写了问题，没有写整改。", part(l, *p)),
            format!("“{}” names a problem and does not say how it was put right.", part(l, *p)),
        ),
        Lack::ConcernOpen { concern: c } => named("风险图里还没有", "The risk map has no risk on", concern(l, *c)),
        Lack::RiskUnjudged => l.t("还没有选影响程度和可能性。", "Impact and likelihood are not chosen.").to_owned(),
        Lack::MeasureMissing { level: x } => l.pick(
            format!("风险等级为“{}”，要写措施。", level(l, *x)),
            format!("The risk is “{}”: say what is done about it.", level(l, *x)),
        ),
        Lack::ResidualUnjudged => {
            l.t("还没有判断采取措施以后的剩余风险。", "What remains after the measures is not judged.").to_owned()
        }
        Lack::ResidualAbove => l.t("剩余风险高于原来的风险，请核对。", "More remains than there was. Check both.").to_owned(),
        Lack::ResidualHigh { level: x } => l.pick(
            format!("剩余风险仍为“{}”，结论里要说明为什么可以接受。", level(l, *x)),
            format!("The remaining risk is “{}”. The conclusion has to say why it can be borne.", level(l, *x)),
        ),
        Lack::RecipientOpen { name } => named("还没有说明接收方", "Not described: recipient", name),
        Lack::CountryOpen { country } => named("还没有国家或者地区的情况", "No profile of the country or region", country),
        Lack::CountryUnsourced { country } => l.pick(
            format!("“{country}”的情况没有写来源或者查阅日期。"),
            format!("The profile of “{country}” names no source or no day."),
        ),
        Lack::InFuture { day } => {
            let day = l.date(*day).words;
            l.pick(format!("{day}还没有到。"), format!("{day} has not come yet."))
        }
        Lack::CountryOld { country, day } => {
            let day = l.date(*day).words;
            l.pick(
                format!("“{country}”的情况是{day}查阅的，请看看有没有变化。"),
                format!("The profile of “{country}” is of {day}. See whether anything has changed."),
            )
        }
        Lack::ContractOpen { name } => named("没有登记与接收方的法律文件", "No legal document is recorded with", name),
        Lack::DocumentUndeclared => {
            l.t("文件没有写明名称、版本和摘要。", "The document is not named by title, version and digests.").to_owned()
        }
        Lack::NoOpinion => l.t("没有任何人的意见。", "Nobody's opinion is recorded.").to_owned(),
        Lack::OpinionOpen => l.t("意见要写明谁、哪一天、说了什么。", "An opinion names who, when and what.").to_owned(),
        Lack::ResultOpen => {
            l.t("还没有写结论：能不能出境。", "The conclusion does not say whether the export can go ahead.").to_owned()
        }
        Lack::ResultAgainstRisk => l
            .t(
                "结论是可以出境，但还有高或者严重的风险。",
                "The conclusion is that it can go ahead, and a high or severe risk remains.",
            )
            .to_owned(),
    }
}

/// What a contradiction is about.
pub fn about(l: Lang, a: About) -> &'static str {
    match a {
        About::Purpose => l.t("目的", "Purpose"),
        About::Kind => l.t("个人信息种类", "Kind"),
        About::Sensitivity => l.t("是否敏感", "Sensitive or not"),
        About::People => l.t("人数（非敏感）", "People (non-sensitive)"),
        About::PeopleSensitive => l.t("人数（敏感）", "People (sensitive)"),
        About::Recipient => l.t("境外接收方", "Recipient"),
        About::RecipientCountry => l.t("接收方所在国家或者地区", "Country of the recipient"),
        About::Onward => l.t("再提供的接收方", "Onward recipient"),
        About::OnwardCountry => l.t("再提供接收方所在国家或者地区", "Country of the onward recipient"),
        About::System => l.t("信息系统", "System"),
        About::Retention => l.t("境外保存期限（月）", "Retention abroad (months)"),
    }
}

/// Who says the other thing.
pub fn source(l: Lang, s: &Source) -> String {
    match s {
        Source::Assessment => l.t("评估报告的其他部分", "another part of the assessment").to_owned(),
        Source::Contract { title } => l.pick(format!("法律文件“{title}”"), format!("legal document “{title}”")),
        Source::Ledger { year } => l.pick(format!("{year}年台账"), format!("ledger of {year}")),
        Source::Application { number } if number.is_empty() => l.t("认证申请（草稿）", "application (draft)").to_owned(),
        Source::Application { number } => l.pick(format!("认证申请{number}"), format!("application {number}")),
    }
}

/// With what an assessment was compared.
pub fn compared(l: Lang, c: &Content, elsewhere: &[Said]) -> String {
    let contracts = c.contracts.iter().map(|k| source(l, &Source::Contract { title: k.document.title.clone() }));
    let all: Vec<String> = contracts.chain(elsewhere.iter().map(|s| source(l, &s.source))).collect();
    let without = !elsewhere.iter().any(|s| matches!(s.source, Source::Application { .. }));
    let note = match (without, c.application.as_str()) {
        (false, _) => "",
        (true, NOT_COMPARED) => l.t("已选择不与认证申请核对。", " You chose not to compare it with an application."),
        (true, _) => l.t(
            "没有可以核对的认证申请；有几份申请的，在“基本情况”里选一份。",
            " There is no application to compare it with; where there are several, choose one under the facts.",
        ),
    };
    if all.is_empty() {
        return l.pick(format!("还没有可以核对的材料。{note}"), format!("There is nothing to compare it with yet.{note}"));
    }
    l.pick(format!("核对了：{}。{note}", all.join("、")), format!("Compared with: {}.{note}", all.join(", ")))
}

/// The method of the risk map, and that a house set it where it was not compared with the printed standard.
pub fn method(l: Lang, m: &Method) -> String {
    if m.verified {
        return m.id.clone();
    }
    l.pick(
        format!("{}的四级法；各格是本平台的配置，没有与标准文本逐格核对", m.id),
        format!("four grades of {}; the cells are house configuration, not compared with the printed standard", m.id),
    )
}

/// One side of a contradiction.
pub fn said(l: Lang, about: About, text: &str) -> String {
    if text.is_empty() {
        return l.t("没有写", "not mentioned").to_owned();
    }
    match (about, text) {
        (About::Sensitivity, "sensitive") => l.t("敏感", "sensitive").to_owned(),
        (About::Sensitivity, "not_sensitive") => l.t("非敏感", "not sensitive").to_owned(),
        _ => text.to_owned(),
    }
}

/// A contradiction as one line: what, both sides, article.
pub fn contradiction(l: Lang, c: &Contradiction) -> String {
    let (a, b) = (said(l, c.about, &c.assessment), said(l, c.about, &c.other));
    let item = if c.item.is_empty() { String::new() } else { l.pick(format!("“{}”", c.item), format!(" “{}”", c.item)) };
    let (what, who, cite) = (about(l, c.about), source(l, &c.source), article(l, c.about.article()));
    l.pick(
        format!("{what}{item}：评估报告“{a}”，{who}“{b}”（{cite}）"),
        format!("{what}{item}: assessment “{a}”, {who} “{b}” ({cite})"),
    )
}
