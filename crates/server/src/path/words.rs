//! The questions in words: what is asked, a little help, what can be answered, and where the law asks it.

use guosuo_cli::path_words;
use guosuo_rules::article::{Article, Instrument};
use guosuo_rules::path::{Counting, Ftz, Ground};
use jiff::civil::Date;

use super::answers::Answers;
use super::question::Question;
use crate::web::Lang;
use crate::web::components::Choice;

/// How a question is answered.
pub(crate) enum Kind {
    /// One of several.
    Choices(Vec<Choice>),
    /// Numbers of people: label and hint for each field.
    Numbers(Vec<(String, String)>),
    /// One line of text: label, hint, width of the box.
    Text(&'static str, &'static str, &'static str),
}

/// A question in words.
pub(crate) struct Wording {
    /// The question.
    pub(crate) title: String,
    /// Help in short paragraphs.
    pub(crate) help: Vec<String>,
    /// Help as a list.
    pub(crate) points: Vec<&'static str>,
    /// Help that opens: title and paragraphs.
    pub(crate) more: Option<(&'static str, Vec<&'static str>)>,
    /// How it is answered.
    pub(crate) kind: Kind,
    /// What to do when nothing was selected.
    pub(crate) missing: &'static str,
    /// Where the law asks it.
    pub(crate) articles: Vec<Article>,
}

/// The language of the rule tools.
pub(crate) fn tools(l: Lang) -> guosuo_cli::Lang {
    l.pick(guosuo_cli::Lang::Zh, guosuo_cli::Lang::En)
}

/// A phrase of the rule tools as the beginning of a sentence.
pub(crate) fn sentence(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The first day of counting, by the law of a day (P16 7 and 8: 1 January of the year; SA11 4: of the year before).
pub(crate) fn counted_from(answers: &Answers, today: Date) -> Date {
    let day = answers.day(today);
    let years = match answers.law(today).map(|law| law.counting) {
        Some(Counting::PreviousYear) => 1,
        _ => 0,
    };
    jiff::civil::date(day.year() - years, 1, 1)
}

/// The name of a flow, or its number.
pub(crate) fn flow_name(l: Lang, answers: &Answers, n: usize) -> String {
    let given = answers.flows.get(n - 1).and_then(|flow| flow.name.as_deref()).unwrap_or_default();
    if given.is_empty() { l.pick(format!("业务{n}"), format!("Flow {n}")) } else { given.to_owned() }
}

fn yes_no(l: Lang, yes: (&'static str, &'static str), no: (&'static str, &'static str)) -> Kind {
    Kind::Choices(vec![Choice::new("yes", l.t(yes.0, yes.1)), Choice::new("no", l.t(no.0, no.1))])
}

fn at(instrument: Instrument, place: &'static str) -> Article {
    Article::of(instrument, place)
}

/// The words of a question.
pub(crate) fn wording(l: Lang, question: Question, answers: &Answers, today: Date) -> Wording {
    let select = l.t("选择一项。", "Select one.");
    let plain = |title: &str, kind, articles| Wording {
        title: title.to_owned(),
        help: Vec::new(),
        points: Vec::new(),
        more: None,
        kind,
        missing: select,
        articles,
    };
    let help = |paragraphs: &[&str]| paragraphs.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    match question {
        Question::Organ => Wording {
            help: help(&[l.t(
                "国家机关处理的个人信息在境内存储，确需向境外提供的，应当进行安全评估。法律、法规授权的具有管理公共事务职能的组织履行法定职责的，同样办理。",
                "State organs store personal information in China; where export is really needed, a security assessment is due. The same goes for organisations with public duties by law.",
            )]),
            ..plain(
                l.t("出境的单位是不是国家机关？", "Is the exporter a state organ?"),
                yes_no(l, ("是", "Yes"), ("不是", "No")),
                vec![at(Instrument::Pipl, "36"), at(Instrument::Pipl, "37")],
            )
        },
        Question::Ciio => Wording {
            help: help(&[l.t(
                "关键信息基础设施由保护工作部门认定，并通知运营者。没有收到认定通知的，选“不是”。",
                "The department in charge of a field determines critical information infrastructure and notifies its operator. If no such notice was received, select “No”.",
            )]),
            missing: l.t("选择“是”或者“不是”。收到过认定通知的选“是”。", "Select “Yes” or “No”. Select “Yes” if you have been notified."),
            ..plain(
                l.t("是不是关键信息基础设施运营者？", "Is the exporter an operator of critical information infrastructure?"),
                yes_no(l, ("是", "Yes"), ("不是", "No")),
                vec![at(Instrument::P16, "7(1)(i)"), at(Instrument::M, "5(1)(i)")],
            )
        },
        Question::Handled => Wording {
            help: help(&[l.t(
                "不论是否出境。只有2024年3月22日以前的规定用到这个数。",
                "Whether exported or not. Only the rules before 22 March 2024 use this number.",
            )]),
            ..plain(
                l.t("一共处理多少人的个人信息？", "Of how many people is personal information handled in all?"),
                Kind::Numbers(vec![(l.t("处理个人信息的人数", "People").to_owned(), String::new())]),
                vec![at(Instrument::Sa11, "4(ii)")],
            )
        },
        Question::On => Wording {
            help: help(&[l.t(
                "一般填今天。要复核以前的判断，填当时的日期，最早2022年9月1日。人数也按那一天的算法：从哪一天起累计会跟着变。",
                "Normally today. To replay an earlier decision enter its day, not before 1 September 2022. The day from which people are counted follows.",
            )]),
            ..plain(
                l.t("按哪一天的规定判断？", "The rules of which day?"),
                Kind::Text(l.t("日期", "Date"), l.t("例如 2026-01-05。留空表示今天。", "For example 2026-01-05. Leave empty for today."), "10"),
                answers.law(today).map(|law| law.articles.clone()).unwrap_or_default(),
            )
        },
        Question::Totals => totals(l, answers, today),
        Question::Name(_) => Wording {
            help: help(&[l.t(
                "目的、接收方或者数据不同的出境分开写。先逐项分类，再把需要计数的合并计算。",
                "Exports that differ in purpose, recipient or data are entered apart. Each is classified first; those that count are then put together.",
            )]),
            ..plain(
                l.t("这项业务叫什么？", "What is this flow called?"),
                Kind::Text(
                    l.t("业务名称（选填）", "Name of the flow (optional)"),
                    l.t("例如“工资发放”。最多20个字，只写在结果上。不要写个人姓名。", "For example “payroll”. Up to 20 characters, shown on the result only. No names of people."),
                    "20",
                ),
                vec![at(Instrument::M, "5(4)"), at(Instrument::Pq16, "q11")],
            )
        },
        Question::Export(_) => Wording {
            help: help(&[l.t(
                "有下面任何一种情形就是数据出境。香港、澳门、台湾地区在这里属于境外。",
                "Any of these is a data export. Hong Kong, Macao and Taiwan count as abroad here.",
            )]),
            points: vec![
                l.t("把在境内运营中收集和产生的数据传输、存储到境外", "Data collected or produced in operations in China are sent or stored abroad"),
                l.t("数据存在境内，境外的机构、组织或者个人可以查询、调取、下载、导出", "The data stay in China, but organisations or people abroad can query, retrieve, download or export them"),
                l.t("在境外处理境内个人的信息，向境内提供产品、服务，或者分析评估境内个人的行为", "Information of people in China is processed abroad to offer them products or services or to analyse their behaviour"),
            ],
            more: Some((
                l.t("拿不准的时候", "When in doubt"),
                vec![
                    l.t("远程访问看人在哪里：境外员工回到境内查看、什么都没有带出去的，不是出境。", "With remote access the place of access counts: overseas staff who look at data while in China and take nothing out make no export."),
                    l.t("加密、脱敏的仍然是个人信息；只有匿名化以后不能复原的才不是。", "Encrypted or masked data are still personal information; only anonymised data are not."),
                ],
            )),
            ..plain(
                l.t("这项业务有没有数据出境？", "Does this flow export data?"),
                yes_no(l, ("有", "Yes"), ("没有", "No")),
                vec![at(Instrument::Pipl, "3(2)"), at(Instrument::Q2510, "q5"), at(Instrument::Pq16, "q5")],
            )
        },
        Question::Important(_) => Wording {
            help: help(&[l.t(
                "只看有关部门、地区告知您的，或者公开发布为重要数据的。没有被告知、也没有公开发布的，不需要作为重要数据申报。",
                "Only what a department or region has notified to you or published as important data. What was neither notified nor published need not be declared as such.",
            )]),
            ..plain(
                l.t("出境的数据里有没有重要数据？", "Do the exported data include important data?"),
                yes_no(l, ("有，已被告知或者已公开发布", "Yes: notified or published as such"), ("没有", "No")),
                vec![at(Instrument::P16, "2"), at(Instrument::P16, "7(1)(i)"), at(Instrument::M, "5(2)")],
            )
        },
        Question::Exempt(_) => exempt(l),
        Question::Zone(_) => zone(l),
        Question::Treaty(_) => Wording {
            help: help(&[l.t(
                "我国缔结或者参加的国际条约、协定对向境外提供个人信息的条件等有规定的，可以按照其规定执行。多数业务没有。",
                "Where a treaty or agreement to which China is a party sets conditions for the export of personal information, these may be followed. Most flows have none.",
            )]),
            ..plain(
                l.t("有没有国际条约、协定对这项出境另有规定？", "Does a treaty or agreement set its own conditions for this flow?"),
                yes_no(l, ("有", "Yes"), ("没有", "No")),
                vec![at(Instrument::Pipl, "38(2)"), at(Instrument::Ndr, "36")],
            )
        },
        Question::People(_) => count(l, answers, today),
    }
}

fn exempt(l: Lang) -> Wording {
    let hint = |ground| {
        match ground {
        Ground::None => l.t("按人数判断", "The number of people decides"),
        Ground::Contract => l.t("如跨境购物、寄递、汇款、支付、开户、机票酒店预订、签证、考试服务，且确需向境外提供", "Such as cross-border shopping, delivery, remittance, payment, opening accounts, booking flights and hotels, visas, exams; and export is really needed"),
        Ground::Hr => l.t("依法制定的劳动规章制度和依法签订的集体合同都有，且确需提供员工信息", "Both lawful labour rules and a lawful collective contract exist, and the employees' information is really needed"),
        Ground::HrWithoutCollectiveContract => l.t("缺集体合同的不能免，按人数判断", "Without the collective contract there is no exemption; the number of people decides"),
        Ground::Emergency => l.t("为保护自然人的生命健康和财产安全", "To protect the life, health or property of people"),
        Ground::LegalDuty => l.t("确需向境外提供", "Export is really needed"),
        Ground::Transit => l.t("境外收集的信息在境内处理后再提供出去，没有引入境内个人信息或者重要数据", "Collected abroad, processed in China and sent out again, with nothing domestic brought in"),
        Ground::NoPiNoImportant => l.t("国际贸易、跨境运输、学术合作、跨国生产制造和市场营销等活动中的数据", "Data from trade, transport, academic cooperation, manufacturing or marketing across borders"),
        Ground::GbaContract => l.t("在粤港澳大湾区内按专门的标准合同办理", "Within the Greater Bay Area, under its own standard contract"),
    }
    };
    let choices = Ground::ALL
        .iter()
        .map(|&ground| {
            let label = match ground {
                Ground::None => l.t("都不属于", "None of these").to_owned(),
                _ => sentence(path_words::ground(ground, tools(l))),
            };
            Choice::new(ground.code(), label).hint(hint(ground))
        })
        .collect();
    Wording {
        title: l.t("属于下面哪一种情形？", "Which of these applies?").to_owned(),
        help: vec![
            l.t(
                "属于的，免予申报安全评估、订立标准合同、通过认证，也不计入人数。",
                "An exempt scenario needs none of the three mechanisms, and its people are not counted.",
            )
            .to_owned(),
        ],
        points: Vec::new(),
        more: None,
        kind: Kind::Choices(choices),
        missing: l.t("选择一项。都不属于的，选第一项。", "Select one. If none applies, select the first."),
        articles: vec![
            at(Instrument::P16, "3"),
            at(Instrument::P16, "4"),
            at(Instrument::P16, "5(1)"),
            at(Instrument::Ndr, "35"),
        ],
    }
}

fn zone(l: Lang) -> Wording {
    let choices = Ftz::ALL.iter().map(|&zone| Choice::new(zone.code(), sentence(path_words::ftz(zone, tools(l))))).collect();
    Wording {
        title: l.t("是不是在自由贸易试验区内？", "Is the exporter in a free trade zone?").to_owned(),
        help: vec![l.t(
            "自贸试验区可以制定需要办理手续的数据清单（负面清单），经批准和备案后施行。清单以外的数据免办手续；没有清单的，按全国统一的规定。",
            "A zone may have a list of data for which a mechanism is needed (negative list), in force after approval and filing. Data outside the list need none; where there is no list, the national rules apply.",
        )
        .to_owned()],
        points: Vec::new(),
        more: None,
        kind: Kind::Choices(choices),
        missing: l.t("选择一项。不在自贸试验区的，选第一项。", "Select one. If not in a zone, select the first."),
        articles: vec![at(Instrument::P16, "6")],
    }
}

fn count(l: Lang, answers: &Answers, today: Date) -> Wording {
    let from = counted_from(answers, today);
    let from = l.date(from).words;
    let together = answers.law(today).is_some_and(|law| law.counted_together);
    let first = if together {
        l.t("其中不含敏感个人信息的人数", "People whose non-sensitive information left")
    } else {
        l.t("个人信息（不含敏感个人信息）出境的人数", "People whose non-sensitive information left")
    };
    let none = l.t("没有的填0", "Enter 0 for none");
    Wording {
        title: l.pick(
            format!("自{from}起，一共有多少人的个人信息出境？"),
            format!("Of how many people has personal information left since {from}?"),
        ),
        help: Vec::new(),
        points: vec![
            l.t("数人，不数条：同一个人出现多次、发给几个接收方，只算一个人", "Count people, not records: a person who appears often or goes to several recipients counts once"),
            l.t("敏感个人信息另外数；两类信息都出境的人，两边都算", "People whose sensitive information left are counted apart; a person of both kinds counts in both"),
            l.t("属于豁免情形的业务不计入", "Flows in an exempt scenario are left out"),
            l.t("“以上”包括本数，“不满”不包括：正好10万人，就是10万人以上", "“At least” includes the number and “below” does not: exactly 100,000 people is at least 100,000"),
        ],
        more: Some((
            l.t("哪些是敏感个人信息", "What is sensitive personal information"),
            vec![
                l.t("生物识别、宗教信仰、特定身份、医疗健康、金融账户、行踪轨迹等信息，以及不满十四周岁未成年人的全部个人信息。", "Biometrics, religion, specific identity, medical and health data, financial accounts, whereabouts and the like, and everything about a child under 14."),
                l.t("只要有一个人的敏感个人信息出境，就不再属于免办的范围。", "One person whose sensitive information leaves is enough to end the exemption by volume."),
            ],
        )),
        kind: Kind::Numbers(vec![
            (first.to_owned(), none.to_owned()),
            (l.t("敏感个人信息出境的人数", "People whose sensitive information left").to_owned(), none.to_owned()),
        ]),
        missing: l.t("两个人数都要填，没有的填0。", "Enter both numbers; enter 0 for none."),
        articles: vec![
            at(Instrument::P16, "7(1)(ii)"),
            at(Instrument::P16, "8(1)"),
            at(Instrument::M, "5(1)(ii)"),
            at(Instrument::Pq16, "q11"),
            at(Instrument::Cc, "1259"),
            at(Instrument::Pipl, "28"),
        ],
    }
}

fn totals(l: Lang, answers: &Answers, today: Date) -> Wording {
    let range = answers.range(today);
    let between = |pick: fn(&guosuo_rules::path::Counts) -> u64| {
        range.as_ref().map_or_else(String::new, |(least, most)| {
            let (least, most) = (l.number(pick(least)), l.number(pick(most)));
            l.pick(format!("在{least}和{most}之间"), format!("Between {least} and {most}"))
        })
    };
    Wording {
        title: l.t("几项业务合起来，去重后一共多少人？", "How many distinct people are there in all flows together?").to_owned(),
        help: vec![
            l.t("同一个人出现在几项业务里，只算一个人。属于豁免情形的业务不计入。", "A person in several flows counts once. Exempt flows are left out.").to_owned(),
            l.t(
                "不知道的，两栏都留空：从最大的一项到各项相加都试一遍，结论相同就直接给出，不同就说明需要先数清楚。命令行工具 guosuo count 可以从出境日志精确计数。",
                "If you do not know, leave both empty: everything from the largest flow to the sum is tried; if the answer is the same it is given, if not you are told to count first. The command guosuo count does so exactly from export logs.",
            )
            .to_owned(),
        ],
        points: Vec::new(),
        more: None,
        kind: Kind::Numbers(vec![
            (l.t("不含敏感个人信息（选填）", "Non-sensitive (optional)").to_owned(), between(|counts| counts.non_sensitive)),
            (l.t("敏感个人信息（选填）", "Sensitive (optional)").to_owned(), between(|counts| counts.sensitive)),
        ]),
        missing: "",
        articles: vec![at(Instrument::Pq16, "q11"), at(Instrument::M, "5(4)")],
    }
}
