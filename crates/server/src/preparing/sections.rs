//! The sections of an assessment: which fields they have, and how what was typed goes back into the content.

use guosuo_case::assessment::{
    Concern, Content, ContractFacts, CountryProfile, Evidence, Opinion, Part, Place, RecipientProfile, Risk,
};
use guosuo_case::certification::{DocRef, ImpactItem, Kind, Onward, Recipient};
use guosuo_rules::risk::{Impact, Likelihood, Method};
use jiff::civil::Date;

use super::fields::{Field, Group, joined, lines, parts};
use crate::web::components::Choice;
use crate::web::{Form, Lang};
use crate::words::assessment as words;
use guosuo_case::filing::parse_date;

/// A section: a page of the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Facts,
    Scope,
    Recipients,
    Item(ImpactItem),
    Risks,
    Contracts,
    Opinions,
}

pub(super) const ITEMS: [ImpactItem; 6] = [
    ImpactItem::Purpose,
    ImpactItem::Risks,
    ImpactItem::Recipient,
    ImpactItem::AfterExport,
    ImpactItem::Country,
    ImpactItem::Other,
];

impl Section {
    /// All, in the order of the task list.
    pub(super) fn all() -> Vec<Self> {
        let items = ITEMS.into_iter().map(Self::Item);
        let head = [Self::Facts, Self::Scope, Self::Recipients].into_iter();
        head.chain(items).chain([Self::Risks, Self::Contracts, Self::Opinions]).collect()
    }

    /// The last part of its address.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Scope => "scope",
            Self::Recipients => "recipients",
            Self::Item(ImpactItem::Purpose) => "item-1",
            Self::Item(ImpactItem::Risks) => "item-2",
            Self::Item(ImpactItem::Recipient) => "item-3",
            Self::Item(ImpactItem::AfterExport) => "item-4",
            Self::Item(ImpactItem::Country) => "item-5",
            Self::Item(ImpactItem::Other) => "item-6",
            Self::Risks => "risks",
            Self::Contracts => "contracts",
            Self::Opinions => "opinions",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        Self::all().into_iter().find(|s| s.code() == code)
    }

    /// Where its gaps lie.
    pub(super) fn place(self) -> Place {
        match self {
            Self::Facts => Place::Facts,
            Self::Scope => Place::Scope,
            Self::Recipients => Place::Recipients,
            Self::Item(i) => Place::Item(i),
            Self::Risks => Place::Risks,
            Self::Contracts => Place::Contracts,
            Self::Opinions => Place::Opinions,
        }
    }

    /// Guidance above the form.
    pub(super) fn guidance(self, l: Lang) -> &'static str {
        match self {
            Self::Facts => l.t(
                "写给没有见过贵单位的人看。版式参照标准合同的评估报告模板；认证没有公布模板。",
                "Write for somebody who does not know you. The layout follows the template for the standard contract; none is published for certification.",
            ),
            Self::Scope => l.t(
                "与认证委托的范围是同一套字段。人数按自然人去重，自当年1月1日起算，敏感和非敏感分开。",
                "The same fields as the scope of an application. Count distinct people from 1 January, sensitive apart.",
            ),
            Self::Recipients => l.t(
                "出境范围里的每个接收方都要说明；每个目的地（含再提供）都要有情况、来源和查阅日期。",
                "Describe every recipient of the scope; every destination, onward ones included, needs a profile with source and day.",
            ),
            Self::Item(i) => words::item_full(l, i),
            Self::Risks => l.t(
                "第六条点名的八类风险和所在国家的风险都要判断。先判断采取措施以前，再写措施，再判断剩余风险。",
                "Judge every risk that Article 6 names, and that of the country: before measures, the measures, what remains.",
            ),
            Self::Contracts => l.t(
                "照抄法律文件，用来与评估核对；文件里没有写的留空。",
                "Copy from the documents, for comparison with the assessment; leave empty what they do not say.",
            ),
            Self::Opinions => l.t(
                "个人信息保护负责人、业务、技术、外部专家的意见；证明材料写明名称、版本和摘要。",
                "Opinions of the person responsible, business, technology, outside experts; evidence by title, version and digests.",
            ),
        }
    }
}

fn id(name: &str, n: usize) -> String {
    format!("{name}-{n}")
}

fn day(d: Option<Date>) -> String {
    d.map(|d| d.to_string()).unwrap_or_default()
}

fn number(n: Option<u64>) -> String {
    n.map(|n| n.to_string()).unwrap_or_default()
}

fn grades<T: Copy>(all: &[T], none: &'static str, code: fn(T) -> &'static str, name: impl Fn(T) -> &'static str) -> Vec<Choice> {
    let mut out = vec![Choice::new("", none)];
    out.extend(all.iter().map(|g| Choice::new(code(*g), name(*g))));
    out
}

/// The fields of a section with what the content holds.
pub(super) fn groups(l: Lang, section: Section, c: &Content) -> Vec<Group> {
    let label = |field: &str| words::assessment_field(l, field);
    match section {
        Section::Facts => {
            let p = &c.processor;
            let area = |field: &str, value: &str| Field::new(field, label(field), value).area(5);
            vec![
                Group::new(
                    l.t("评估事项", "What is assessed"),
                    vec![
                        Field::new("title", label("title"), &c.title)
                            .hint(l.t("例如“会员订单跨境履行”", "For example “fulfilment of orders abroad”")),
                        Field::new("processor_name", label("processor_name"), &p.name),
                        Field::new("assessor", label("assessor"), &c.assessor.names),
                        Field::new("third_party", label("third_party"), &c.assessor.third_party)
                            .hint(l.t("写明参与了什么；没有就留空", "And what it did; leave empty if there is none")),
                    ],
                ),
                Group::new(
                    l.t("个人信息处理者基本情况", "The processor"),
                    vec![
                        area("organisation", &p.organisation),
                        area("business", &p.business),
                        area("export", &p.export),
                        area("route", &p.route),
                        area("compliance", &p.compliance),
                    ],
                ),
            ]
        }
        Section::Scope => scope_groups(l, c),
        Section::Recipients => recipient_groups(l, c),
        Section::Item(item) => Part::of(item)
            .map(|p| {
                let a = c.answer(p);
                let field = |suffix: &str, label: &str, value: &str, rows| {
                    Field::new(format!("{}-{suffix}", p.code()), label, value).area(rows)
                };
                Group::new(
                    words::part(l, p),
                    vec![
                        field("finding", l.t("评估情况", "Finding"), &a.finding, 5),
                        field("problem", l.t("发现的问题（没有就留空）", "Problems (empty if none)"), &a.problem, 2),
                        field("remedy", l.t("整改情况", "How they were put right"), &a.remedy, 2),
                    ],
                )
                .note(words::part_hint(l, p))
            })
            .collect(),
        Section::Risks => risk_groups(l, c),
        Section::Contracts => contract_groups(l, c),
        Section::Opinions => opinion_groups(l, c),
    }
}

fn scope_groups(l: Lang, c: &Content) -> Vec<Group> {
    let s = &c.scope;
    let kinds =
        |sensitive: bool| joined(&s.kinds.iter().filter(|k| k.sensitive == sensitive).map(|k| &k.name).collect::<Vec<_>>());
    let recipients: Vec<String> = s.recipients.iter().map(|r| format!("{} | {} | {}", r.name, r.country, r.contact)).collect();
    let onward: Vec<String> = s.onward.iter().map(|o| format!("{} | {} | {}", o.from, o.name, o.country)).collect();
    let each = l.t("一行一个", "One a line");
    let months = if s.retention_months == 0 { String::new() } else { s.retention_months.to_string() };
    let people = |n: u64| if n == 0 { String::new() } else { n.to_string() };
    vec![
        Group::new(
            l.t("目的、种类和人数", "Purposes, kinds and people"),
            vec![
                Field::new("purposes", l.t("出境目的", "Purposes"), joined(&s.purposes)).area(3).hint(each),
                Field::new("kinds", l.t("个人信息种类（非敏感）", "Kinds (not sensitive)"), kinds(false)).area(4).hint(each),
                Field::new("kinds_sensitive", l.t("敏感个人信息种类", "Sensitive kinds"), kinds(true)).area(3).hint(l.t(
                    "一行一个；未满十四周岁的个人信息都是敏感个人信息",
                    "One a line; everything about people under 14 is sensitive",
                )),
                Field::new("people", l.t("每年人数（非敏感）", "People a year (non-sensitive)"), people(s.people.non_sensitive))
                    .number(),
                Field::new("people_sensitive", l.t("每年人数（敏感）", "People a year (sensitive)"), people(s.people.sensitive))
                    .number(),
            ],
        ),
        Group::new(
            l.t("接收方、系统和期限", "Recipients, systems and retention"),
            vec![
                Field::new("recipients", l.t("境外接收方", "Recipients"), joined(&recipients)).area(3).hint(
                    l.t("一行一个：名称 | 国家或者地区两位代码 | 联系方式", "One a line: name | two-letter country | contact"),
                ),
                Field::new("onward", l.t("再提供的接收方", "Onward recipients"), joined(&onward)).area(2).hint(l.t(
                    "一行一个：由谁再提供 | 名称 | 国家或者地区两位代码；没有就留空",
                    "One a line: from whom | name | two-letter country; empty if none",
                )),
                Field::new("systems", l.t("信息系统", "Systems"), joined(&s.systems)).area(2).hint(each),
                Field::new("retention", l.t("境外保存期限（月）", "Retention abroad (months)"), months).number(),
            ],
        ),
    ]
}

fn recipient_groups(l: Lang, c: &Content) -> Vec<Group> {
    let label = |field: &str| words::assessment_field(l, field);
    let mut out = Vec::new();
    // Those of the scope first, then what is described although the scope no longer has it.
    let mut names: Vec<String> = c.scope.recipients.iter().map(|r| r.name.clone()).collect();
    names.extend(c.recipients.iter().map(|p| p.name.clone()).filter(|n| !c.scope.recipients.iter().any(|r| r.name == *n)));
    for (n, name) in names.iter().enumerate() {
        let none = RecipientProfile::default();
        let p = c.recipients.iter().find(|p| p.name == *name).unwrap_or(&none);
        out.push(Group::new(
            name.clone(),
            vec![
                Field::new(id("recipient", n), l.t("境外接收方名称", "Name"), name),
                Field::new(id("about", n), label("about"), &p.about).area(4),
                Field::new(id("handling", n), label("handling"), &p.handling).area(3),
            ],
        ));
    }
    let mut countries: Vec<String> = c.destinations().into_iter().map(str::to_owned).collect();
    countries.extend(c.countries.iter().map(|p| p.country.clone()).filter(|x| !c.destinations().contains(x.as_str())));
    for (n, country) in countries.iter().enumerate() {
        let none = CountryProfile::default();
        let p = c.countries.iter().find(|p| p.country == *country).unwrap_or(&none);
        out.push(Group::new(
            l.pick(format!("国家或者地区：{country}"), format!("Country or region: {country}")),
            vec![
                Field::new(id("country", n), l.t("两位代码", "Two letters"), country),
                Field::new(id("law", n), label("law"), &p.law).area(4),
                Field::new(id("practice", n), label("practice"), &p.practice).area(3),
                Field::new(id("source", n), label("source"), &p.source)
                    .hint(l.t("官网、法律意见、备忘录", "Official site, legal opinion, memorandum")),
                Field::new(id("looked", n), l.t("查阅日期", "Looked at on"), day(p.looked_on)).day(),
            ],
        ));
    }
    out
}

fn risk_groups(l: Lang, c: &Content) -> Vec<Group> {
    let missing = Concern::ALL.into_iter().filter(|x| x.is_required() && !c.risks.iter().any(|r| r.concern == *x));
    let blank = |concern| Risk {
        concern,
        what: String::new(),
        impact: None,
        likelihood: None,
        measures: String::new(),
        residual_impact: None,
        residual_likelihood: None,
    };
    let open: Vec<Risk> = missing.map(blank).chain([blank(Concern::Other)]).collect();
    let choose = l.t("请选择", "Choose");
    let impacts = |v: Option<Impact>, id: String, label: &str| {
        Field::new(id, label, v.map(Impact::code).unwrap_or_default())
            .select(grades(&Impact::ALL, choose, Impact::code, |g| words::impact(l, g)))
    };
    let chances = |v: Option<Likelihood>, id: String, label: &str| {
        Field::new(id, label, v.map(Likelihood::code).unwrap_or_default()).select(grades(
            &Likelihood::ALL,
            choose,
            Likelihood::code,
            |g| words::likelihood(l, g),
        ))
    };
    let concerns: Vec<Choice> = Concern::ALL.into_iter().map(|x| Choice::new(x.code(), words::concern(l, x))).collect();
    let rows = c.risks.iter().chain(&open).enumerate();
    rows.map(|(n, r)| {
        let name = words::concern(l, r.concern);
        let title = if n < c.risks.len() {
            l.pick(format!("风险{}：{name}", n + 1), format!("Risk {}: {name}", n + 1))
        } else {
            l.pick(format!("新的风险：{name}"), format!("New risk: {name}"))
        };
        let group = Group::new(
            title,
            vec![
                Field::new(id("concern", n), l.t("事项", "About"), r.concern.code()).select(concerns.clone()),
                Field::new(id("what", n), l.t("可能发生什么", "What could happen"), &r.what),
                impacts(r.impact, id("impact", n), l.t("影响程度", "Impact")),
                chances(r.likelihood, id("likelihood", n), l.t("可能性", "Likelihood")),
                Field::new(id("measures", n), l.t("措施", "Measures"), &r.measures).area(2),
                impacts(r.residual_impact, id("left_impact", n), l.t("剩余影响程度", "Remaining impact")),
                chances(r.residual_likelihood, id("left_likelihood", n), l.t("剩余可能性", "Remaining likelihood")),
            ],
        )
        .dense();
        let method = || l.t("判定方法：", "Method: ").to_owned() + &words::method(l, Method::shipped());
        if n == 0 { group.note(method()) } else { group }
    })
    .collect()
}

fn contract_groups(l: Lang, c: &Content) -> Vec<Group> {
    let blank = [ContractFacts::default()];
    let each = l.t("一行一个；没有写就留空", "One a line; empty if not said");
    c.contracts
        .iter()
        .chain(&blank)
        .enumerate()
        .map(|(n, k)| {
            let title = if n < c.contracts.len() {
                k.document.title.clone()
            } else {
                l.t("新的法律文件", "New document").to_owned()
            };
            let mut fields = document_fields(l, n, "", &k.document);
            let onward = k.onward.as_ref().map(|o| joined(o)).unwrap_or_default();
            fields.extend([
                Field::new(id("party", n), l.t("境外接收方", "Recipient"), &k.recipient.name),
                Field::new(id("party_country", n), l.t("国家或者地区两位代码", "Country (two letters)"), &k.recipient.country),
                Field::new(id("party_contact", n), l.t("联系方式", "Contact"), &k.recipient.contact),
                Field::new(id("purposes", n), l.t("目的", "Purposes"), joined(&k.purposes)).area(2).hint(each),
                Field::new(id("kinds", n), l.t("个人信息种类", "Kinds"), joined(&k.kinds)).area(2).hint(each),
                Field::new(id("onward", n), l.t("允许再提供给", "Onward recipients allowed"), onward).area(2).hint(each),
                Field::new(
                    id("months", n),
                    l.t("保存期限（月）", "Retention (months)"),
                    number(k.retention_months.map(u64::from)),
                )
                .number(),
                Field::new(id("people", n), l.t("每年人数（非敏感）", "People a year (non-sensitive)"), number(k.people))
                    .number(),
                Field::new(
                    id("people_sensitive", n),
                    l.t("每年人数（敏感）", "People a year (sensitive)"),
                    number(k.people_sensitive),
                )
                .number(),
            ]);
            Group::new(title, fields).dense()
        })
        .collect()
}

fn document_fields(l: Lang, n: usize, prefix: &str, d: &DocRef) -> Vec<Field> {
    let hex = l.t("64位十六进制", "64 hexadecimal digits");
    vec![
        Field::new(id(&format!("{prefix}title"), n), l.t("文件名称", "Title of the document"), &d.title),
        Field::new(id(&format!("{prefix}version"), n), l.t("版本", "Version"), &d.version),
        Field::new(id(&format!("{prefix}sha256"), n), "SHA-256", &d.sha256).hint(hex),
        Field::new(id(&format!("{prefix}sm3"), n), "SM3", &d.sm3).hint(hex),
    ]
}

fn opinion_groups(l: Lang, c: &Content) -> Vec<Group> {
    let mut out = Vec::new();
    let blank = [Opinion { agrees: true, ..Opinion::default() }];
    let sides = vec![Choice::new("yes", l.t("同意出境", "Agrees")), Choice::new("no", l.t("不同意", "Does not agree"))];
    for (n, o) in c.opinions.iter().chain(&blank).enumerate() {
        let title = if n < c.opinions.len() { o.by.clone() } else { l.t("新的意见", "New opinion").to_owned() };
        out.push(
            Group::new(
                title,
                vec![
                    Field::new(id("by", n), l.t("谁", "Who"), &o.by),
                    Field::new(id("role", n), l.t("身份", "As what"), &o.role),
                    Field::new(id("on", n), l.t("日期", "Day"), day(o.on)).day(),
                    Field::new(id("agrees", n), l.t("结论", "Result"), if o.agrees { "yes" } else { "no" }).select(sides.clone()),
                    Field::new(id("words", n), l.t("意见", "Opinion"), &o.words).area(3),
                ],
            )
            .dense(),
        );
    }
    let items: Vec<Choice> =
        ITEMS.into_iter().zip(1..).map(|(i, n)| Choice::new(n.to_string(), words::item_short(l, i).to_owned())).collect();
    let none = Evidence { item: ImpactItem::Purpose, document: DocRef::default() };
    for (n, e) in c.evidence.iter().chain([&none]).enumerate() {
        let title =
            if n < c.evidence.len() { e.document.title.clone() } else { l.t("新的证明材料", "New evidence").to_owned() };
        let at = ITEMS.iter().position(|i| *i == e.item).map_or(1, |p| p + 1);
        let mut fields =
            vec![Field::new(id("e_item", n), l.t("证明哪一项", "Of which item"), at.to_string()).select(items.clone())];
        fields.extend(document_fields(l, n, "e_", &e.document));
        out.push(Group::new(title, fields).dense());
    }
    out
}

/// What was typed, put into the content: only the fields of the section. Says what could not be read: field and words.
pub(super) fn apply(l: Lang, section: Section, form: &Form, c: &mut Content) -> Vec<(String, String)> {
    let mut bad = Vec::new();
    let text = |name: &str| form.value(name).replace("\r\n", "\n").trim().to_owned();
    let count = |name: &str, bad: &mut Vec<(String, String)>| -> Option<u64> {
        let typed: String = form.trimmed(name).chars().filter(|x| !matches!(x, ',' | '，' | ' ')).collect();
        if typed.is_empty() {
            return None;
        }
        let found = typed.parse().ok();
        if found.is_none() {
            bad.push((name.to_owned(), l.t("填阿拉伯数字，例如 420000。", "Give digits, such as 420000.").to_owned()));
        }
        found
    };
    let when = |name: &str, bad: &mut Vec<(String, String)>| -> Option<Date> {
        let typed = form.trimmed(name);
        if typed.is_empty() {
            return None;
        }
        let found = parse_date(typed);
        if found.is_none() {
            bad.push((name.to_owned(), l.t("写成2026-09-20这样的日期。", "Write a day such as 2026-09-20.").to_owned()));
        }
        found
    };
    let doc = |prefix: &str, n: usize| DocRef {
        title: text(&id(&format!("{prefix}title"), n)),
        version: text(&id(&format!("{prefix}version"), n)),
        sha256: text(&id(&format!("{prefix}sha256"), n)).to_lowercase(),
        sm3: text(&id(&format!("{prefix}sm3"), n)).to_lowercase(),
    };
    let has = |name: &str, n: usize| !form.values(&id(name, n)).is_empty();
    let rows = |name: &'static str| (0..500).take_while(move |n| has(name, *n));
    match section {
        Section::Facts => {
            // The choice is shown only where there are applications.
            if let Some(chosen) = form.values("application").first() {
                chosen.trim().clone_into(&mut c.application);
            }
            c.title = text("title");
            let p = &mut c.processor;
            p.name = text("processor_name");
            p.organisation = text("organisation");
            p.business = text("business");
            p.export = text("export");
            p.route = text("route");
            p.compliance = text("compliance");
            c.assessor.names = text("assessor");
            c.assessor.third_party = text("third_party");
        }
        Section::Scope => {
            let kind = |sensitive| move |name| Kind { name, sensitive };
            let s = &mut c.scope;
            s.purposes = lines(form.value("purposes"));
            s.kinds = lines(form.value("kinds")).into_iter().map(kind(false)).collect();
            s.kinds.extend(lines(form.value("kinds_sensitive")).into_iter().map(kind(true)));
            s.people.non_sensitive = count("people", &mut bad).unwrap_or(0);
            s.people.sensitive = count("people_sensitive", &mut bad).unwrap_or(0);
            s.recipients = lines(form.value("recipients"))
                .iter()
                .map(|line| {
                    let [name, country, contact] = parts(line);
                    Recipient { name, country: country.to_uppercase(), contact }
                })
                .collect();
            s.onward = lines(form.value("onward"))
                .iter()
                .map(|line| {
                    let [from, name, country] = parts(line);
                    Onward { from, name, country: country.to_uppercase() }
                })
                .collect();
            s.systems = lines(form.value("systems"));
            s.retention_months = count("retention", &mut bad).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        }
        Section::Recipients => {
            c.recipients = rows("recipient")
                .map(|n| RecipientProfile {
                    name: text(&id("recipient", n)),
                    about: text(&id("about", n)),
                    handling: text(&id("handling", n)),
                })
                .filter(|p| !(p.name.is_empty() || p.about.is_empty() && p.handling.is_empty()))
                .collect();
            let mut found = Vec::new();
            for n in rows("country") {
                let p = CountryProfile {
                    country: text(&id("country", n)).to_uppercase(),
                    law: text(&id("law", n)),
                    practice: text(&id("practice", n)),
                    source: text(&id("source", n)),
                    looked_on: when(&id("looked", n), &mut bad),
                };
                if !p.country.is_empty() && p != (CountryProfile { country: p.country.clone(), ..CountryProfile::default() }) {
                    found.push(p);
                }
            }
            c.countries = found;
        }
        Section::Item(item) => {
            for p in Part::of(item) {
                let a = c.answers.entry(p).or_default();
                a.finding = text(&format!("{}-finding", p.code()));
                a.problem = text(&format!("{}-problem", p.code()));
                a.remedy = text(&format!("{}-remedy", p.code()));
            }
            c.answers.retain(|_, a| !(a.finding.is_empty() && a.problem.is_empty() && a.remedy.is_empty()));
        }
        Section::Risks => {
            c.risks = rows("concern")
                .filter_map(|n| {
                    let grade = |name: &str| form.trimmed(&id(name, n)).to_owned();
                    let r = Risk {
                        concern: Concern::from_code(form.trimmed(&id("concern", n)))?,
                        what: text(&id("what", n)),
                        impact: Impact::from_code(&grade("impact")),
                        likelihood: Likelihood::from_code(&grade("likelihood")),
                        measures: text(&id("measures", n)),
                        residual_impact: Impact::from_code(&grade("left_impact")),
                        residual_likelihood: Likelihood::from_code(&grade("left_likelihood")),
                    };
                    let empty = r.what.is_empty() && r.measures.is_empty() && r.impact.is_none() && r.likelihood.is_none();
                    (!empty).then_some(r)
                })
                .collect();
        }
        Section::Contracts => {
            let mut found = Vec::new();
            for n in rows("title") {
                let onward = lines(form.value(&id("onward", n)));
                let k = ContractFacts {
                    document: doc("", n),
                    recipient: Recipient {
                        name: text(&id("party", n)),
                        country: text(&id("party_country", n)).to_uppercase(),
                        contact: text(&id("party_contact", n)),
                    },
                    purposes: lines(form.value(&id("purposes", n))),
                    kinds: lines(form.value(&id("kinds", n))),
                    onward: (!onward.is_empty()).then_some(onward),
                    retention_months: count(&id("months", n), &mut bad).and_then(|m| u32::try_from(m).ok()),
                    people: count(&id("people", n), &mut bad),
                    people_sensitive: count(&id("people_sensitive", n), &mut bad),
                };
                if k != ContractFacts::default() {
                    found.push(k);
                }
            }
            c.contracts = found;
        }
        Section::Opinions => {
            let mut found = Vec::new();
            for n in rows("by") {
                let o = Opinion {
                    by: text(&id("by", n)),
                    role: text(&id("role", n)),
                    on: when(&id("on", n), &mut bad),
                    words: text(&id("words", n)),
                    agrees: form.trimmed(&id("agrees", n)) != "no",
                };
                if !(o.by.is_empty() && o.words.is_empty()) {
                    found.push(o);
                }
            }
            c.opinions = found;
            c.evidence = rows("e_item")
                .map(|n| {
                    let at: usize = form.trimmed(&id("e_item", n)).parse().unwrap_or(1);
                    let item = ITEMS.get(at.wrapping_sub(1)).copied().unwrap_or(ImpactItem::Other);
                    Evidence { item, document: doc("e_", n) }
                })
                .filter(|e| e.document != DocRef::default())
                .collect();
        }
    }
    bad
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../../../../data/samples/assessment.json");

    /// What a page shows, typed back, is what was there: nothing is lost by opening and saving a section.
    #[test]
    fn every_section_comes_back_as_it_was() {
        let full: Content = serde_json::from_str(SAMPLE).unwrap();
        for content in [full, Content::default()] {
            for section in Section::all() {
                for l in [Lang::Zh, Lang::En] {
                    let pairs = groups(l, section, &content).into_iter().flat_map(|g| g.fields).map(|f| (f.id, f.value));
                    let form = Form::from_pairs(pairs);
                    let mut again = content.clone();
                    assert_eq!(apply(l, section, &form, &mut again), []);
                    assert_eq!(again, content, "{}", section.code());
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_at_its_field() {
        let mut c = Content::default();
        let form = Form::from_pairs([("people".to_owned(), "四十万".to_owned())]);
        assert_eq!(apply(Lang::Zh, Section::Scope, &form, &mut c)[0].0, "people");
        let form = Form::from_pairs([("by-0".to_owned(), "甲".to_owned()), ("on-0".to_owned(), "昨天".to_owned())]);
        assert_eq!(apply(Lang::En, Section::Opinions, &form, &mut c)[0].0, "on-0");
        assert_eq!(Section::parse("item-5"), Some(Section::Item(ImpactItem::Country)));
        assert_eq!(Section::parse("item-7"), None);
    }
}
