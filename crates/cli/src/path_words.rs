//! The path engine in words. Public: the pages of the full program say the same.

use guosuo_rules::path::{Boundary, Change, ChangeTo, Fact, Ftz, Ground, Open, Path, Test};

use crate::Lang;

/// An answer.
pub const fn path(path: Path, lang: Lang) -> &'static str {
    match path {
        Path::None => lang.t("没有数据出境，不需要任何路径", "nothing is exported: no path is needed"),
        Path::Exempt => {
            lang.t("免予申报安全评估、订立标准合同、通过认证", "exempt from assessment, standard contract and certification")
        }
        Path::SccOrCertification => lang.t(
            "订立个人信息出境标准合同，或者通过个人信息出境认证（自行选择）",
            "standard contract or certification, as you choose",
        ),
        Path::SecurityAssessment => lang.t(
            "申报数据出境安全评估（不得以认证或者标准合同代替）",
            "security assessment (neither certification nor contract will do)",
        ),
        Path::ByNegativeList => {
            lang.t("按所在自由贸易试验区负面清单的规定办理", "as the negative list of the free trade zone says")
        }
        Path::Treaty => lang.t("按我国缔结或者参加的国际条约、协定的规定办理", "as the treaty or agreement says"),
        Path::Review => lang.t("现有条文不能直接得出结论，需要人工判断", "the texts do not decide: a person has to judge"),
    }
}

/// A test of the engine.
pub const fn test(test: Test, lang: Lang) -> &'static str {
    match test {
        Test::Export => lang.t("是否有数据出境", "is anything exported"),
        Test::NoPersonalNoImportant => lang.t("不含个人信息和重要数据", "neither personal information nor important data"),
        Test::TransitOnly => lang.t("境外个人信息过境", "foreign information passing through"),
        Test::ImportantData => lang.t("含有被告知或者公开发布的重要数据", "holds important data notified or published as such"),
        Test::OutsideNegativeList => lang.t("在自贸区负面清单之外", "outside the zone's negative list"),
        Test::ContractNeed => lang.t("为订立、履行个人作为一方当事人的合同所必需", "needed for a contract with the individual"),
        Test::HrManagement => lang.t("跨境人力资源管理所必需", "needed for cross-border HR management"),
        Test::EmergencyNeed => lang.t("紧急情况下保护生命健康和财产安全所必需", "needed in an emergency"),
        Test::StatutoryDuty => lang.t("履行法定职责或者法定义务所必需", "needed for a statutory duty"),
        Test::GbaContractUsed => lang.t("使用粤港澳大湾区标准合同", "the Greater Bay Area contract is used"),
        Test::TreatyConditions => lang.t("国际条约、协定另有规定", "a treaty has its own conditions"),
        Test::InsideNegativeList => lang.t("在自贸区负面清单之内", "inside the zone's negative list"),
        Test::StateOrgan => lang.t("国家机关", "state organ"),
        Test::Ciio => lang.t("关键信息基础设施运营者", "operator of critical information infrastructure"),
        Test::HandledLine => lang.t("处理个人信息达到规定人数", "people handled reach the line"),
        Test::AssessmentLine => lang.t("累计人数达到安全评估界限", "people exported reach a line of the assessment"),
        Test::MechanismLine => {
            lang.t("累计人数达到标准合同、认证界限", "people exported reach a line of contract or certification")
        }
        Test::BelowAllLines => lang.t("低于全部界限且不含敏感个人信息", "below every line and nothing sensitive"),
    }
}

/// What the law leaves open.
pub const fn open(open: Open, lang: Lang) -> &'static str {
    match open {
        Open::NonSensitiveBesideSensitive => lang.t(
            "不足界限的非敏感部分是否须随敏感部分一并办理，规定未明",
            "whether the non-sensitive part below its line must join the sensitive part is not said",
        ),
        Open::PersonOfBothKinds => lang.t(
            "同一人两类信息均出境时如何计数，规定未明（宜两边都计）",
            "how to count a person of whom both kinds leave is not said (count in both)",
        ),
        Open::ExactlyAtTheLine => lang.t(
            "人数恰为界限：2026年1月问答写“超过”，《规定》写“以上”，按《规定》从严",
            "exactly at the line: one official answer says “more than”, the Provisions “at least”; the Provisions are followed",
        ),
        Open::LegalDutyNotInProvisions => lang.t(
            "“法定职责或者法定义务”见于《条例》而不见于《规定》，其是否计入人数未明",
            "the ground of statutory duty is in the Regulations, not in the Provisions; whether such people count is open",
        ),
        Open::ImportantDataOutsideList => lang.t(
            "重要数据却在负面清单之外：两条规定的先后未明，按重要数据从严",
            "important data outside the list: the order of the two rules is open; the strict one is followed",
        ),
        Open::ExemptionOfCiio => lang.t(
            "豁免情形是否同样适用于关键信息基础设施运营者：条文支持，但无官方说明",
            "whether exemptions reach operators of critical infrastructure: the text says so, no official answer does",
        ),
        Open::CiioInsideList => lang.t(
            "关键信息基础设施运营者的数据在清单之内时，与安全评估义务的关系未明",
            "how the list relates to the assessment duty of operators of critical infrastructure is open",
        ),
        Open::GbaDetails => lang.t(
            "粤港澳大湾区标准合同的适用条件须另行核对，数据不得转出大湾区",
            "the conditions of the Greater Bay Area contract must be checked; the data may not leave the area",
        ),
        Open::FactsContradict => lang.t(
            "所述事实互相矛盾：称不含个人信息，却有人数",
            "the facts contradict: no personal information, yet people are counted",
        ),
        Open::OverlapOfFlows => lang.t(
            "各业务之间可能有同一人，去重总数决定结论：请先用 count 计算",
            "flows may share people and the distinct total decides: count first",
        ),
        Open::OldRuleTotal => lang
            .t("旧规则的总数含敏感个人信息，此处相加从严", "the old rule's total includes sensitive information; added up here"),
        Open::GroundNotInForce => lang.t("所述豁免情形当日尚未施行", "the claimed ground was not law yet on that day"),
    }
}

/// A claimed ground.
pub const fn ground(ground: Ground, lang: Lang) -> &'static str {
    match ground {
        Ground::None => lang.t("无", "none"),
        Ground::Contract => lang.t("订立、履行个人为一方当事人的合同", "contract with the individual"),
        Ground::Hr => lang.t("跨境人力资源管理（有规章制度和集体合同）", "HR management (labour rules and collective contract)"),
        Ground::HrWithoutCollectiveContract => {
            lang.t("跨境人力资源管理（没有集体合同，不豁免）", "HR management without collective contract (no exemption)")
        }
        Ground::Emergency => lang.t("紧急情况", "emergency"),
        Ground::LegalDuty => lang.t("法定职责或者法定义务", "statutory duty"),
        Ground::Transit => lang.t("境外个人信息过境", "foreign information passing through"),
        Ground::NoPiNoImportant => lang.t("不含个人信息和重要数据", "neither personal information nor important data"),
        Ground::GbaContract => lang.t("粤港澳大湾区标准合同", "Greater Bay Area contract"),
    }
}

/// A place towards a negative list.
pub const fn ftz(ftz: Ftz, lang: Lang) -> &'static str {
    match ftz {
        Ftz::NotFtz => lang.t("不在自由贸易试验区", "not in a free trade zone"),
        Ftz::ListAbsent => lang.t("在自贸区，尚无负面清单", "in a zone without a list"),
        Ftz::InsideList => lang.t("在自贸区，数据在清单之内", "in a zone, data inside the list"),
        Ftz::OutsideList => lang.t("在自贸区，数据在清单之外", "in a zone, data outside the list"),
    }
}

/// A fact.
pub const fn fact(fact: Fact, lang: Lang) -> &'static str {
    match fact {
        Fact::NonSensitive => lang.t("非敏感个人信息人数", "people, non-sensitive"),
        Fact::Sensitive => lang.t("敏感个人信息人数", "people, sensitive"),
        Fact::Handled => lang.t("处理个人信息人数", "people handled"),
        Fact::Ciio => lang.t("关键信息基础设施运营者", "critical infrastructure operator"),
        Fact::ImportantData => lang.t("重要数据", "important data"),
        Fact::Exempt => lang.t("豁免情形", "exempt scenario"),
        Fact::Ftz => lang.t("自由贸易试验区", "free trade zone"),
    }
}

/// A change in a sentence.
pub fn change(change: &Change, lang: Lang) -> String {
    let value = match change.value {
        ChangeTo::Number(number) => match (change.distance, lang) {
            (Some(distance), Lang::Zh) => format!("{number} 人（相差 {distance} 人）"),
            (Some(distance), Lang::En) => format!("{number} ({distance} away)"),
            (None, _) => number.to_string(),
        },
        ChangeTo::Truth(true) => lang.t("是", "yes").to_owned(),
        ChangeTo::Truth(false) => lang.t("否", "no").to_owned(),
        ChangeTo::Ground(value) => ground(value, lang).to_owned(),
        ChangeTo::Ftz(value) => ftz(value, lang).to_owned(),
    };
    let (fact, answer) = (fact(change.fact, lang), path(change.path, lang));
    match lang {
        Lang::Zh => format!("{fact} → {value}：{answer}"),
        Lang::En => format!("{fact} → {value}: {answer}"),
    }
}

/// A boundary in a sentence.
pub fn boundary(boundary: &Boundary, lang: Lang) -> String {
    let (fact, count, line) = (fact(boundary.fact, lang), boundary.count, boundary.line);
    match (lang, boundary.reached) {
        (Lang::Zh, true) => format!("{fact} {count} ≥ {line}：达到“以上”（含本数，{}）", boundary.article),
        (Lang::Zh, false) => format!("{fact} {count} < {line}：“不满”（不含本数，{}）", boundary.article),
        (Lang::En, true) => format!("{fact} {count} ≥ {line}: reached (the number included, {})", boundary.article),
        (Lang::En, false) => format!("{fact} {count} < {line}: not reached ({})", boundary.article),
    }
}
