//! What an applicant fills in, in words: fields, and what is wrong with them.

use guosuo_case::certification::{Expected, Field, ImpactItem, MandateKind, Problem, What};
use guosuo_cli::path_words;

use super::article;
use crate::web::lang::Lang;

/// A field of an application.
pub fn application_field(l: Lang, f: Field) -> &'static str {
    match f {
        Field::Body => l.t("专业认证机构", "Certification body"),
        Field::ProcessorName => l.t("处理者名称", "Name of the processor"),
        Field::ProcessorAddress => l.t("处理者注册地址", "Registered address of the processor"),
        Field::ProcessorCountry => l.t("处理者所在国家或者地区", "Country or region of the processor"),
        Field::ProcessorCode => l.t("处理者代码", "Code or register number of the processor"),
        Field::Relation => l.t("委托人与处理者的关系", "How applicant and processor are related"),
        Field::Mandate => l.t("授权委托书", "Mandate"),
        Field::Purposes => l.t("出境目的", "Purposes"),
        Field::Kinds => l.t("个人信息种类", "Kinds of personal information"),
        Field::People => l.t("人数（非敏感）", "People (non-sensitive)"),
        Field::PeopleSensitive => l.t("人数（敏感）", "People (sensitive)"),
        Field::Recipients => l.t("境外接收方", "Overseas recipients"),
        Field::RecipientCountry => l.t("接收方所在国家或者地区", "Country or region of the recipient"),
        Field::RecipientContact => l.t("接收方联系方式", "How the recipient is reached"),
        Field::Onward => l.t("再提供的接收方", "Onward recipients"),
        Field::OnwardCountry => l.t("再提供接收方所在国家或者地区", "Country or region of the onward recipient"),
        Field::OnwardFrom => l.t("由谁再提供", "Who passes it on"),
        Field::Systems => l.t("信息系统", "Systems"),
        Field::Retention => l.t("境外保存期限", "Retention abroad"),
        Field::Eligibility => l.t("适用条件", "Eligibility"),
        Field::EligibilityEvidence => l.t("适用条件的证明文件", "Evidence of eligibility"),
        Field::EligibilityNote => l.t("适用其他规定的说明", "Note on other provisions"),
        Field::Impact => l.t("个人信息保护影响评估报告", "Impact assessment"),
        Field::ImpactItems => l.t("影响评估的重点内容", "Focal points of the assessment"),
        Field::ImpactDate => l.t("影响评估完成日期", "Date of the assessment"),
        Field::Notice => l.t("告知书", "Notice to individuals"),
        Field::Consent => l.t("单独同意", "Separate consent"),
        Field::ConsentNote => l.t("不基于同意的理由", "Legal basis other than consent"),
    }
}

/// A focal point of the impact assessment (M 6).
pub fn impact_item(l: Lang, i: ImpactItem) -> &'static str {
    match i {
        ImpactItem::Purpose => l.t(
            "（一）双方处理目的、范围、方式等的合法性、正当性、必要性",
            "(1) Purpose, scope and method of both sides: lawful, proper, necessary",
        ),
        ImpactItem::Risks => l.t(
            "（二）规模、范围、种类、敏感程度，对国家安全、公共利益、个人权益的风险",
            "(2) Size, scope, kinds and sensitivity; risks to national security, public interest and rights",
        ),
        ImpactItem::Recipient => {
            l.t("（三）接收方承诺的义务，管理和技术措施、能力", "(3) The recipient's duties, measures and ability")
        }
        ImpactItem::AfterExport => l.t(
            "（四）出境后遭到篡改、破坏、泄露、丢失、非法利用等的风险，维护权益的渠道",
            "(4) Alteration, destruction, leak, loss and abuse after the export; remedies",
        ),
        ImpactItem::Country => {
            l.t("（五）接收方所在国家或者地区的政策法规", "(5) Policy and law of the recipient's country or region")
        }
        ImpactItem::Other => l.t("（六）其他事项", "(6) Other matters"),
    }
}

/// Office or representative.
pub fn mandate_kind(l: Lang, k: MandateKind) -> &'static str {
    match k {
        MandateKind::DedicatedOffice => l.t("在境内设立的专门机构", "Dedicated office in China"),
        MandateKind::DesignatedRepresentative => l.t("指定代表", "Designated representative"),
    }
}

/// A problem as one sentence: what is wrong, what would be right, and the article.
pub fn problem(l: Lang, p: &Problem) -> String {
    let place = match p.row {
        Some(row) => {
            l.pick(format!("{}第{row}行", application_field(l, p.field)), format!("{}, row {row}", application_field(l, p.field)))
        }
        None => application_field(l, p.field).to_owned(),
    };
    let (what, right, cite) = (what(l, &p.what), expected(l, &p.right), article(l, p.article));
    l.pick(format!("{place}：{what}{right}（{cite}）。"), format!("{place}: {what} {right} ({cite})."))
}

fn what(l: Lang, w: &What) -> String {
    let fixed = match w {
        What::Empty => l.t("没有填写，", "missing;"),
        What::TooLong { chars } => {
            return l.pick(format!("现在有{chars}个字，"), format!("{chars} characters;"));
        }
        What::TooMany { count } => return l.pick(format!("现在有{count}行，"), format!("{count} rows;")),
        What::ForbiddenCharacter { position, code_point } => {
            return l.pick(
                format!("第{position}个字符（U+{code_point:04X}）看不见或者会改变文字方向，"),
                format!("character {position} (U+{code_point:04X}) is invisible or changes the direction of the text;"),
            );
        }
        What::Repeated => l.t("前面已经有了，", "it stands in the list already;"),
        What::Unknown => l.t("没有这一项，", "it names nothing that exists;"),
        What::NotOverseas => l.t("写的是境内，", "it lies in the mainland;"),
        What::OutOfRange => l.t("超出范围，", "out of range;"),
        What::SensitiveWithoutPeople => {
            l.t("有敏感个人信息的种类，却没有敏感人数，", "a kind is sensitive, but nobody is counted for it;")
        }
        What::PeopleWithoutSensitive => {
            l.t("有敏感人数，却没有标为敏感的种类，", "people are counted, but no kind is sensitive;")
        }
        What::AssessmentLine { count } => {
            return l.pick(
                format!("{}人已达到安全评估的界限，", l.number(*count)),
                format!("{} people reach the line of the security assessment;", l.number(*count)),
            );
        }
        What::OtherPath { path } => {
            let path = path_words::path(*path, l.pick(guosuo_cli::Lang::Zh, guosuo_cli::Lang::En));
            return l.pick(format!("按所填情况：{path}，"), format!("by your answers: {path};"));
        }
        What::PathUnexplained { path } => {
            let path = path_words::path(*path, l.pick(guosuo_cli::Lang::Zh, guosuo_cli::Lang::En));
            return l.pick(format!("按所填情况：{path}，没有说明，"), format!("by your answers: {path}, without a word on it;"));
        }
        What::OtherYear { year } => {
            return l.pick(
                format!("所填情况是{year}年的，人数从每年1月1日起算，"),
                format!("the answers are of {year}; people are counted from 1 January;"),
            );
        }
        What::NoLaw => l.t("那一天没有可以适用的规定，", "no rules are known for that day;"),
        What::LessThanCounted { counted } => {
            return l.pick(
                format!("比适用条件里填的{}人少，", l.number(*counted)),
                format!("fewer than the {} people of the eligibility answers;", l.number(*counted)),
            );
        }
        What::NotDeclared => l.t("没有完整申报，", "not fully declared;"),
        What::InFuture { day } => {
            return l.pick(format!("{}还没有到，", l.date(*day).words), format!("{} lies in the future;", l.date(*day).words));
        }
        What::ItemsOpen { items } => {
            let list: Vec<_> = items.iter().map(|i| impact_item(l, *i)).collect();
            return l.pick(format!("缺少{}，", list.join("；")), format!("without {};", list.join("; ")));
        }
        What::ContractAssessment => l.t(
            "这是为标准合同做的评估，没有国家安全、公共利益的内容，",
            "written for the standard contract, without national security and public interest;",
        ),
        What::Old { day } => {
            return l.pick(
                format!("{}完成，已经有一段时间，", l.date(*day).words),
                format!("completed on {}, some time ago;", l.date(*day).words),
            );
        }
    };
    fixed.to_owned()
}

fn expected(l: Lang, e: &Expected) -> String {
    let fixed = match e {
        Expected::Text { max } => {
            return l.pick(format!("应填写不超过{max}个字的文字"), format!("enter a text of at most {max} characters"));
        }
        Expected::OnceEach => l.t("每一项写一次", "name each once"),
        Expected::AtLeast { least } => {
            return l.pick(format!("至少{}", l.number(*least)), format!("at least {}", l.number(*least)));
        }
        Expected::AtMost { most } => return l.pick(format!("最多{}", l.number(*most)), format!("at most {}", l.number(*most))),
        Expected::Between { least, most } => {
            return l.pick(format!("应在{least}至{most}之间"), format!("between {least} and {most}"));
        }
        Expected::Below { line } => {
            return l.pick(
                format!("通过认证出境的应少于{}人，达到的应当申报安全评估", l.number(*line)),
                format!("certification is for fewer than {}; from there on a security assessment is due", l.number(*line)),
            );
        }
        Expected::Country => l.t("从列表中选择国家或者地区", "choose a country or region of the list"),
        Expected::CountryOutside => l.t("从列表中选择境外的国家或者地区", "choose a country or region outside the mainland"),
        Expected::NamedRecipient => l.t("写上面接收方中的一个", "name one of the recipients above"),
        Expected::FlagAndNumberAgree => l.t("敏感标记和敏感人数要一致", "flag and number have to agree"),
        Expected::FiledBody => l.t("从已备案的机构中选择一家", "choose a filed body"),
        Expected::ValidMandate => {
            l.t("登记范围包括本次委托、在有效期内的授权委托书", "record a mandate in force that reaches this application")
        }
        Expected::CertificationPath => {
            l.t("所填情况应当适用认证", "the answers have to lead to “standard contract or certification”")
        }
        Expected::Explanation => l.t("写明适用的规定和选择认证的理由", "name the provision and say why certification is right"),
        Expected::ThisYear { year } => {
            return l.pick(format!("填{year}年的情况"), format!("answer for {year}"));
        }
        Expected::DeclaredDocument => {
            l.t("写明名称、版本，并上传文件或者填写两个摘要", "give name and version, and upload the file or enter both digests")
        }
        Expected::AllItems => l.t("《办法》第六条的五项都要评估", "all five points of Article 6 are needed"),
        Expected::OwnAssessment => l.t("提交为认证做的评估", "give an assessment made for certification"),
        Expected::NotAfter { day } => {
            return l.pick(format!("不晚于{}", l.date(*day).words), format!("not after {}", l.date(*day).words));
        }
        Expected::NotBefore { day } => {
            return l.pick(
                format!("通常不早于{}；情况有变化的请更新", l.date(*day).words),
                format!("usually not before {}; update it if anything has changed", l.date(*day).words),
            );
        }
    };
    fixed.to_owned()
}
