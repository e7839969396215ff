//! The record of exports in words: legal bases, duties, items of the notice, consents, faults.

use guosuo_case::exports::{Basis, Channel, ConsentFault, Duty, Fault, FlowLack, NoticeItem};
use guosuo_rules::yearly::Way;

use crate::web::lang::Lang;

/// A legal basis (PIPL 13).
pub fn basis(l: Lang, b: Basis) -> &'static str {
    match b {
        Basis::Consent => l.t("（一）取得个人的同意", "(1) Consent of the individual"),
        Basis::Contract => l.t(
            "（二）订立、履行个人作为一方当事人的合同，或者依法实施人力资源管理所必需",
            "(2) Needed for a contract of the individual, or for lawful management of employees",
        ),
        Basis::Duty => l.t("（三）履行法定职责或者法定义务所必需", "(3) Needed for a statutory duty or obligation"),
        Basis::Emergency => l.t(
            "（四）应对突发公共卫生事件，或者紧急情况下保护生命健康和财产安全所必需",
            "(4) Public health events, or emergencies for life, health and property",
        ),
        Basis::News => l.t("（五）新闻报道、舆论监督，在合理范围内", "(5) News and supervision by public opinion, within reason"),
        Basis::Published => l.t(
            "（六）个人自行公开或者已经合法公开的个人信息，在合理范围内",
            "(6) Information published by the individual or lawfully, within reason",
        ),
        Basis::OtherLaw => l.t("（七）法律、行政法规规定的其他情形", "(7) Other cases of laws and regulations"),
    }
}

/// A duty before the export.
pub fn duty(l: Lang, d: Duty) -> &'static str {
    match d {
        Duty::Notice => l.t("告知个人（不论是否基于同意）", "Tell the individuals, whatever the basis"),
        Duty::SensitiveNotice => {
            l.t("告知敏感个人信息出境的必要性和对个人权益的影响", "Tell why sensitive information has to leave and what it means")
        }
        Duty::SeparateConsent => l.t("取得单独同意", "Obtain separate consent"),
        Duty::GuardianConsent => l.t(
            "取得未满十四周岁未成年人父母或者其他监护人的同意",
            "Obtain the consent of parents or guardians of people under 14",
        ),
        Duty::MinorRules => {
            l.t("制定未满十四周岁未成年人个人信息的专门处理规则", "Make special rules for information of people under 14")
        }
        Duty::Assessment => {
            l.t("个人信息保护影响评估，报告和记录至少保存三年", "Impact assessment; keep report and records for three years")
        }
    }
}

/// An item of the notice.
pub fn notice_item(l: Lang, i: NoticeItem) -> &'static str {
    match i {
        NoticeItem::Processor => l.t("个人信息处理者", "Who exports"),
        NoticeItem::ProcessorContact => l.t("个人信息处理者的联系方式", "How to reach it"),
        NoticeItem::Recipient => l.t("境外接收方", "Overseas recipient"),
        NoticeItem::RecipientContact => l.t("境外接收方的联系方式", "How to reach the recipient"),
        NoticeItem::Purpose => l.t("处理目的", "Purpose"),
        NoticeItem::Method => l.t("处理方式", "Method"),
        NoticeItem::Kinds => l.t("个人信息的种类", "Kinds of personal information"),
        NoticeItem::Retention => l.t("保存期限", "Retention"),
        NoticeItem::Rights => l.t("行使权利的方式和程序", "How to exercise your rights"),
        NoticeItem::RightsAbroad => l.t("向境外接收方行使权利的方式和程序", "How to exercise your rights towards the recipient"),
        NoticeItem::Necessity => l.t("敏感个人信息出境的必要性", "Why sensitive information has to leave"),
        NoticeItem::Effect => l.t("对个人权益的影响", "What it means for your rights"),
    }
}

/// A channel of consent.
pub fn channel(l: Lang, c: Channel) -> &'static str {
    match c {
        Channel::Signature => l.t("书面签署", "Signature"),
        Channel::PopUp => l.t("弹窗确认", "Pop-up"),
        Channel::Mail => l.t("邮件回复", "Reply by mail"),
        Channel::ShortMessage => l.t("短信回复", "Reply by short message"),
        Channel::Other => l.t("其他方式", "Another way"),
    }
}

/// Under what a flow leaves.
pub fn way(l: Lang, w: Way) -> &'static str {
    match w {
        Way::None => l.t("还没有", "None yet"),
        Way::Contract => l.t("标准合同", "Standard contract"),
        Way::Certificate => l.t("认证", "Certification"),
        Way::Assessment => l.t("安全评估", "Security assessment"),
    }
}

/// What is wrong with a consent.
pub fn consent_fault(l: Lang, f: ConsentFault) -> &'static str {
    match f {
        ConsentFault::NotSeparate => l.t("不是单独取得的同意", "not asked for by itself"),
        ConsentFault::GuardianMissing => l.t(
            "未满十四周岁，要由父母或者其他监护人同意，并写明怎么核实",
            "under 14: a parent or guardian consents, and how that was checked is stated",
        ),
        ConsentFault::BeforeText => l.t("早于告知文本启用的日期", "before the text was in use"),
        ConsentFault::InFuture => l.t("时间还没有到", "in the future"),
        ConsentFault::Repeated => l.t("这个人已经同意过这份文本，没有撤回", "this person has consented to this text already"),
        ConsentFault::WithdrawnBefore => l.t("撤回早于同意", "taken back before it was given"),
    }
}

/// A field of a flow, by its name in the form.
pub fn flow_field(l: Lang, field: &str) -> &'static str {
    match field {
        "name" => l.t("业务名称", "Name of the flow"),
        "exporter" => l.t("境内提供方", "Exporter"),
        "contact" => l.t("境内提供方的联系方式", "How to reach the exporter"),
        "recipient" => l.t("境外接收方名称", "Name of the recipient"),
        "recipient_contact" => l.t("境外接收方的联系方式", "How to reach the recipient"),
        "recipient_country" => l.t("所在国家或者地区（两位代码）", "Country or region (two letters)"),
        "purpose" => l.t("处理目的", "Purpose"),
        "method" => l.t("处理方式", "Method"),
        "kinds" => l.t("个人信息的种类", "Kinds of personal information"),
        "basis" => l.t("合法性基础", "Legal basis"),
        "basis_words" => l.t("为什么属于这一项", "Why that basis holds"),
        "necessity" => l.t("敏感个人信息出境的必要性", "Why sensitive information has to leave"),
        "effect" => l.t("对个人权益的影响", "What it means for the rights of individuals"),
        "rights" => l.t("向境内提供方行使权利的方式和程序", "How rights are exercised towards the exporter"),
        _ => l.t("向境外接收方行使权利的方式和程序", "How rights are exercised towards the recipient"),
    }
}

/// What a flow lacks: the field, and the words beside it.
pub fn flow_lack(l: Lang, x: FlowLack) -> (&'static str, String) {
    match x {
        FlowLack::Text { field } => {
            let name = flow_field(l, field);
            let text = l.pick(
                format!("填写“{name}”，不要太长，不含不可见字符。"),
                format!("Fill in “{name}”, not too long and without invisible characters."),
            );
            (field, text)
        }
        FlowLack::Country => (
            "recipient_country",
            l.t(
                "填两位代码，例如DE、HK；内地（CN）不是境外。",
                "Give the two letters, such as DE or HK; the mainland (CN) is not abroad.",
            )
            .to_owned(),
        ),
        FlowLack::Kinds => ("kinds", l.t("至少写一个种类，一行一个。", "Name at least one kind, one a line.").to_owned()),
        FlowLack::Basis => {
            ("basis", l.t("选择合法性基础（个人信息保护法第十三条）。", "Choose the legal basis (PIPL 13).").to_owned())
        }
        FlowLack::BasisWords => (
            "basis_words",
            l.t("不基于同意的，写明为什么属于这一项。", "Where consent is not the basis, say why the other one holds.")
                .to_owned(),
        ),
    }
}

/// What stands in the way of an act on the record.
pub fn exports_fault(l: Lang, f: &Fault) -> String {
    let fixed = match f {
        Fault::UnknownFlow => l.t("没有这项出境业务。", "There is no such flow."),
        Fault::FlowEnded => l.t("这项出境业务已经结束。", "This flow has ended."),
        Fault::FlowUnfit { lacks } => {
            return lacks.iter().map(|x| flow_lack(l, *x).1).collect::<Vec<_>>().join(l.t("", " "));
        }
        Fault::NameTaken => l.t("已经有同名的出境业务，换一个名称。", "Another flow has this name. Choose another one."),
        Fault::NothingReported => l.t("里面没有一行数据。", "There is not a single row in it."),
        Fault::TooMany { count, most } => {
            return l.pick(
                format!("一次最多{most}行，现在是{count}行。更大的数据用 guosuo count 在本地去重，再报去重后的人数。"),
                format!("At most {most} rows at once; there are {count}. Count larger data with `guosuo count` and report the distinct numbers."),
            );
        }
        Fault::TooManyKept { count, most } => {
            return l.pick(
                format!("台账里的去重数据一共最多{}条，加上这次有{}条。作废旧的数据，或者用 guosuo count 去重以后报每天的累计人数。", l.number(*most as u64), l.number(*count as u64)),
                format!("The ledger keeps at most {} keyed values in all; with this file there are {}. Void old ones, or report numbers by day from `guosuo count`.", l.number(*most as u64), l.number(*count as u64)),
            );
        }
        Fault::DayInFuture { day } => {
            let day = l.date(*day).words;
            return l.pick(
                format!("{day}还没有到：只能填今天或者以前的日期。"),
                format!("{day} has not come yet: the day is today or earlier."),
            );
        }
        Fault::BeforeConsent { day } => {
            let day = l.date(*day).words;
            return l.pick(
                format!("同意是{day}取得的，撤回不能早于取得的时间。"),
                format!("The consent was given on {day}; it cannot be withdrawn before."),
            );
        }
        Fault::TooManyPeople { on, count, most } => {
            let (count, most) = (l.number(*count), l.number(*most));
            return l.pick(
                format!("{on}的人数是{count}，超过{most}，比世界人口还多。对照来源检查这个数。"),
                format!("On {on} the number is {count}, above {most}: more people than there are. Compare it with its source."),
            );
        }
        Fault::NoLaw { day } => {
            return l.pick(
                format!("没有{day}的规则参数（自2022-09-01起）。"),
                format!("No parameters of the law are known for {day} (from 2022-09-01)."),
            );
        }
        Fault::Falls { on, from, to } => {
            return l.pick(
                format!("{on}的累计人数{to}少于以前报的{from}。累计自1月1日起，不会减少；以前报错的，先作废那一次。"),
                format!("On {on} the number since 1 January is {to}, below {from} reported before. It cannot fall; void the earlier report if it was wrong."),
            );
        }
        Fault::KeyUnfit => {
            l.t("写明密钥的名称（不是密钥本身），不超过100字。", "Name the key (not the key itself) in at most 100 characters.")
        }
        Fault::SetMissing => l.t(
            "去重数据的文件不在，或者与写明的不一致。请重新上传这份文件。",
            "The file of the keyed values is not there, or is not the one named. Upload it again.",
        ),
        Fault::UnknownReport => l.t("没有这次上报，或者已经作废。", "There is no such report, or it is void."),
        Fault::UnknownDossier => l.t("没有这项待办，或者已经办结。", "There is no such dossier, or it is closed."),
        Fault::NoticeOpen { items } => {
            let list: Vec<_> = items.iter().map(|i| notice_item(l, *i)).collect();
            let list = list.join(l.t("、", ", "));
            return l.pick(format!("告知书还缺：{list}。"), format!("The notice still lacks: {list}."));
        }
        Fault::UnknownLanguage => l.t("文本只有中文和英文两种。", "A text is Chinese or English."),
        Fault::UnknownText => l.t("没有这份告知文本。", "There is no such text."),
        Fault::ConsentNotTheBasis => l.t(
            "这项业务不以同意为合法性基础，不需要取得同意，仍要告知。",
            "This flow does not rest on consent: none is to be asked for, the notice is owed all the same.",
        ),
        Fault::Consents { rows } => {
            let list: Vec<_> = rows
                .iter()
                .take(20)
                .map(|(n, f)| l.pick(format!("第{n}行：{}", consent_fault(l, *f)), format!("row {n}: {}", consent_fault(l, *f))))
                .collect();
            let list = list.join(l.t("；", "; "));
            return l.pick(
                format!("有{}处不能作为证据，一行也没有存。{list}。", rows.len()),
                format!("{} rows prove nothing, and none was stored. {list}.", rows.len()),
            );
        }
        Fault::NoConsent => {
            l.t("没有找到这个人对这份文本的有效同意。", "No standing consent of this person to this text was found.")
        }
    };
    fixed.to_owned()
}
