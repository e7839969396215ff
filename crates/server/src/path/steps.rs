//! What to do with an answer, each with its article.

use guosuo_rules::article::{Article, Instrument};
use guosuo_rules::path::Path;

use crate::web::Lang;
use crate::web::components::Tone;

/// One thing to do or to know.
pub(crate) struct Step {
    /// A sentence or two.
    pub(crate) words: &'static str,
    /// Where it is written.
    pub(crate) articles: Vec<Article>,
    /// A page of this platform that helps: address without language, and its name.
    pub(crate) page: Option<(&'static str, &'static str)>,
}

fn step(words: &'static str, articles: &[(Instrument, &'static str)]) -> Step {
    Step { words, articles: articles.iter().map(|(i, place)| Article::of(*i, place)).collect(), page: None }
}

/// The colour of an answer: green frees, blue asks for something, brown asks for the strictest, grey leaves it open.
pub(crate) const fn tone(path: Path) -> Tone {
    match path {
        Path::Exempt => Tone::Ok,
        Path::SccOrCertification | Path::ByNegativeList | Path::Treaty => Tone::Info,
        Path::SecurityAssessment => Tone::Warn,
        Path::None | Path::Review => Tone::Mute,
    }
}

/// What to do next.
pub(crate) fn next(l: Lang, path: Path) -> Vec<Step> {
    match path {
        Path::None => vec![step(
            l.t("三种机制都不需要。以后有数据出境时再查一次。", "None of the three mechanisms is needed. Check again when data are going to leave."),
            &[(Instrument::Q2510, "q5")],
        )],
        Path::Exempt => vec![
            step(
                l.t(
                    "免的是三种机制，不是全部义务：仍要告知个人，基于同意的要取得单独同意，并做个人信息保护影响评估。",
                    "Only the three mechanisms fall away. Notice, separate consent where consent is the basis, and the impact assessment remain duties.",
                ),
                &[(Instrument::P16, "10"), (Instrument::Pipl, "39"), (Instrument::Pipl, "55")],
            ),
            step(
                l.t(
                    "留好能说明属于豁免情形的材料。人数每年1月1日重新累计，接近界限时再查。",
                    "Keep what shows that the exemption applies. Counts begin anew on 1 January; check again when a line is near.",
                ),
                &[(Instrument::P16, "5(1)"), (Instrument::Pq16, "q11")],
            ),
        ],
        Path::SccOrCertification => vec![
            step(
                l.t(
                    "申请认证或者订立合同以前，先告知个人、取得单独同意（以同意为基础的），并完成个人信息保护影响评估。",
                    "Before either: give notice, obtain separate consent where consent is the basis, and complete the impact assessment.",
                ),
                &[(Instrument::M, "6"), (Instrument::Pipl, "39"), (Instrument::Pipl, "55")],
            ),
            Step {
                page: Some(("/bodies", l.t("已备案的专业认证机构", "Filed certification bodies"))),
                ..step(
                    l.t(
                        "选认证的：向专业认证机构申请；证书有效期3年。",
                        "Certification: apply to a certification body; the certificate is valid for three years.",
                    ),
                    &[(Instrument::M, "7(1)"), (Instrument::M, "8(2)")],
                )
            },
            step(
                l.t(
                    "选标准合同的：合同生效之日起10个工作日内，向所在地省级网信部门备案。",
                    "Standard contract: file it with the provincial cyberspace department within 10 working days of its taking effect.",
                ),
                &[(Instrument::Sc13, "7")],
            ),
            step(
                l.t(
                    "不得拆分数量来避开安全评估。年内累计达到安全评估界限的，应当改为申报，并写明今年已经出境的部分。",
                    "Numbers may not be split to avoid an assessment. If the line is reached later in the year, declare an assessment that includes what has already left.",
                ),
                &[(Instrument::M, "5(4)"), (Instrument::Q2601, "q1")],
            ),
        ],
        Path::SecurityAssessment => vec![
            step(
                l.t(
                    "先做风险自评估，再通过所在地省级网信部门向国家网信部门申报。评估通过前不要出境。",
                    "Assess the risks yourself, then declare to the Cyberspace Administration of China through the provincial department. Do not export before the assessment is passed.",
                ),
                &[(Instrument::Sa11, "4"), (Instrument::Sa11, "5"), (Instrument::P16, "7")],
            ),
            step(
                l.t(
                    "不能用标准合同或者认证代替，也不得用拆分数量等手段改走认证。",
                    "Neither a standard contract nor certification will do, and numbers may not be split to make certification possible.",
                ),
                &[(Instrument::M, "5(4)"), (Instrument::Sc13, "4")],
            ),
            step(
                l.t(
                    "今年已经按标准合同或者认证出境的，申报时要包括自1月1日起已经出境的部分。",
                    "What has left since 1 January under a contract or a certificate belongs into the declaration.",
                ),
                &[(Instrument::Q2601, "q1")],
            ),
        ],
        Path::ByNegativeList => vec![step(
            l.t(
                "清单写明了清单内的数据要走哪一种手续，有的清单有自己的人数界限。对照所在自贸试验区公布的最新清单，或者询问管理机构。",
                "The list says which mechanism its data need, and some lists have numbers of their own. Compare the newest list of the zone, or ask its administration.",
            ),
            &[(Instrument::P16, "6"), (Instrument::Q2504, "q2")],
        )],
        Path::Treaty => vec![step(
            l.t(
                "核对条约、协定的原文和适用条件，符合的按其规定办理；不符合的，回去把这一问改为“没有”。",
                "Compare the text and conditions of the treaty. If they are met, follow it; if not, change that answer to “No”.",
            ),
            &[(Instrument::Pipl, "38(2)"), (Instrument::Ndr, "36")],
        )],
        Path::Review => vec![step(
            l.t(
                "下面写明了哪一点没有定论。先查清事实，再由熟悉规定的人判断；仍不清楚的，询问所在地省级网信部门。没有结论以前不要出境。",
                "What is open is named below. Settle the facts, then have somebody who knows the rules decide; if it stays unclear, ask the provincial cyberspace department. Do not export before it is clear.",
            ),
            &[],
        )],
    }
}
