//! The acts and their fields for programs, read off the pages that ask people for them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use guosuo_case::certificate::{self, Certificate};
use guosuo_case::certification::{self, Application};
use guosuo_case::{By, CaseId, Life as _, Recorded};
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::super::ask::{Ask, Kind};
use super::super::flows::SOURCE;
use super::super::{acts, certificate_acts, desk};
use super::flows::ACTUAL;
use crate::web::Lang;
use crate::web::components::Choice;
use crate::words;

/// The name under which programs issue what was decided.
pub(crate) const ISSUE: &str = "issue";

/// What a field of an act takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A text.
    Text,
    /// A day, `2026-03-12`.
    Day,
    /// Yes or no.
    YesNo,
    /// One of these: value, Chinese, English.
    Choice(Vec<(String, String, String)>),
    /// A whole number above 0, or from 0 on.
    Number,
    /// Must be confirmed.
    Tick,
    /// Documents that were sent before.
    Documents {
        /// More than one.
        many: bool,
    },
    /// A list of texts.
    List,
    /// Some of these: value, Chinese, English.
    Choices(Vec<(String, String, String)>),
    /// A document declared by version and digests, or by the id of what was sent.
    Declared,
    /// A scope as data, every member of it.
    Scope,
}

/// A field of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) id: &'static str,
    /// What it is, Chinese and English.
    pub(crate) words: (&'static str, &'static str),
    /// What it takes.
    pub(crate) shape: Shape,
    /// Whether it may be left out.
    pub(crate) optional: bool,
}

impl Field {
    /// The smallest number that it takes: nobody's information may be in a plan, all other numbers begin with 1.
    pub(crate) fn least(&self) -> u64 {
        u64::from(!matches!(self.id, "non_sensitive" | "sensitive"))
    }
}

/// An act as programs see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    /// The name in the address.
    pub(crate) name: &'static str,
    /// What it is, Chinese and English.
    pub(crate) words: (&'static str, &'static str),
    /// The article behind it.
    pub(crate) article: &'static str,
    /// What it asks for.
    pub(crate) fields: Vec<Field>,
}

/// The choices of a page in both languages.
fn choices(zh: &[Choice], en: &[Choice]) -> Vec<(String, String, String)> {
    zh.iter().zip(en).map(|(z, e)| (z.value.to_string(), z.label.to_string(), e.label.to_string())).collect()
}

fn choice(value: &str, zh: &str, en: &str) -> (String, String, String) {
    (value.to_owned(), zh.to_owned(), en.to_owned())
}

/// The fields that a page asks for, read off the page itself in both languages. Choices that depend on the case
/// (numbers of what is open, editions in force) are only known with it: they are texts and numbers here.
fn fields(zh: Vec<Ask>, en: Vec<Ask>) -> Vec<Field> {
    let shape = |a: &Ask, b: &Ask| match (&a.kind, &b.kind) {
        (Kind::Day, _) => Shape::Day,
        (Kind::Tick, _) => Shape::Tick,
        (Kind::File, _) => Shape::Documents { many: false },
        (Kind::Files, _) => Shape::Documents { many: true },
        (Kind::Checks(x), Kind::Checks(y)) => Shape::Choices(choices(x, y)),
        (Kind::Radios(x), Kind::Radios(y)) | (Kind::Select(x), Kind::Select(y)) => {
            if x.iter().map(|c| c.value.to_string()).eq(["yes".to_owned(), "no".to_owned()]) {
                return Shape::YesNo;
            }
            match a.id {
                "nc" | "number" | "suggestion" => Shape::Number,
                "to" | "origin" | "application" => Shape::Text,
                _ => Shape::Choice(choices(x, y)),
            }
        }
        _ => Shape::Text,
    };
    zh.iter()
        .zip(&en)
        .map(|(a, b)| Field { id: a.id, words: (a.label, b.label), shape: shape(a, b), optional: a.optional })
        .collect()
}

const DAY: Date = date(2026, 3, 12);

fn field(id: &'static str, zh: &'static str, en: &'static str, shape: Shape) -> Field {
    Field { id, words: (zh, en), shape, optional: false }
}

fn recorded<E>(seq: u64, event: E) -> Recorded<E> {
    let by = By { user: "".into(), name: String::new(), org: "".into() };
    Recorded { seq, at: Timestamp::UNIX_EPOCH, by, event }
}

fn party() -> certification::Party {
    certification::Party { org: None, name: String::new(), address: String::new(), country: "CN".into(), code: String::new() }
}

/// Every act on an application that a program may ask for.
pub(crate) static APPLICATION_ACTS: LazyLock<Vec<Act>> = LazyLock::new(|| {
    use certification::{Action, Event, Purpose};
    let opened = recorded(1, Event::Opened { processor: Box::new(party()), purpose: Purpose::New });
    let Some(blank) = Application::apply(None, &opened) else { return Vec::new() };
    let mut out: Vec<Act> = Action::ALL
        .iter()
        .copied()
        // To acknowledge is an authority's, and authorities have no tokens.
        .filter(|a| desk::is_shown(*a) && *a != Action::AcknowledgeViolation)
        .map(|a| Act {
            name: words::workbench::act_name(a),
            words: (words::workbench::action(Lang::Zh, a), words::workbench::action(Lang::En, a)),
            article: a.article(),
            fields: match a {
                Action::MakePlan => plan_fields(),
                Action::AuditClause => clause_fields(),
                a => fields(acts::asks(Lang::Zh, a, &blank, DAY), acts::asks(Lang::En, a, &blank, DAY)),
            },
        })
        .collect();
    out.extend(draft_acts());
    out.push(Act { name: ISSUE, words: ("发证", "Issue the certificate"), article: "M 8(1)", fields: issue_fields() });
    out
});

fn draft_act(a: certification::Action, fields: Vec<Field>) -> Act {
    Act {
        name: words::workbench::act_name(a),
        words: (words::workbench::action(Lang::Zh, a), words::workbench::action(Lang::En, a)),
        article: a.article(),
        fields,
    }
}

/// Opening a draft: the fields of the page that asks for whom and what for.
pub(crate) static OPEN: LazyLock<Act> = LazyLock::new(|| {
    let who = vec![choice("self", "本单位", "Our own organisation"), choice("other", "另一家单位", "Another organisation")];
    let mut fields = vec![
        field(
            "purpose",
            "委托事项：new、renewal:证书编号（案件id）或者 change:证书（案件id）",
            "What for: new, renewal:ID or change:ID with the id of a certificate",
            Shape::Text,
        ),
        field("who", "被认证的处理者是谁", "Who is to be certified", Shape::Choice(who)),
        field("processor_name", "处理者名称", "Name of the processor", Shape::Text),
        field("processor_address", "处理者注册地址", "Registered address of the processor", Shape::Text),
        field("processor_country", "国家或者地区代码（ISO 3166-1）", "Country or region (ISO 3166-1)", Shape::Text),
        field(
            "processor_code",
            "统一社会信用代码或者所在地注册号",
            "Credit code, or number in the register of its country",
            Shape::Text,
        ),
    ];
    for f in fields.iter_mut().skip(1) {
        f.optional = true;
    }
    draft_act(certification::Action::Open, fields)
});

/// What is done with a draft, besides saving its parts: the fields of the pages of the applicant.
fn draft_acts() -> Vec<Act> {
    use certification::{Action, MandateAct, MandateKind};
    let kinds = [
        ("dedicated_office", MandateKind::DedicatedOffice),
        ("designated_representative", MandateKind::DesignatedRepresentative),
    ]
    .map(|(v, k)| choice(v, words::mandate_kind(Lang::Zh, k), words::mandate_kind(Lang::En, k)));
    let acts = MandateAct::ALL.map(|a| choice(a.as_str(), words::mandate_act(Lang::Zh, a), words::mandate_act(Lang::En, a)));
    let mut holder = field(
        "holder_code",
        "专门机构或者指定代表的统一社会信用代码（由处理者登记时填写）",
        "Credit code of the office or representative, when the processor records it",
        Shape::Text,
    );
    holder.optional = true;
    vec![
        draft_act(
            Action::RecordMandate,
            vec![
                field("kind", "性质", "Kind", Shape::Choice(kinds.into())),
                holder,
                field("acts", "授权范围", "What it reaches", Shape::Choices(acts.into())),
                field("from", "开始日期", "First day", Shape::Day),
                field("until", "终止日期", "Last day", Shape::Day),
                field(
                    "reported_to",
                    "已向哪个部门报送姓名和联系方式",
                    "Authority to which name and contact were reported",
                    Shape::Text,
                ),
                field("doc", "授权文件", "The document", Shape::Declared),
            ],
        ),
        draft_act(
            Action::ChooseBody,
            vec![field("body", "认证机构，取自 /api/v1/bodies", "The body, from /api/v1/bodies", Shape::Text)],
        ),
        draft_act(
            Action::Submit,
            vec![field("pledge", "承诺所填内容真实、合法", "The pledge that everything is true and lawful", Shape::Tick)],
        ),
    ]
}

fn plan_fields() -> Vec<Field> {
    vec![
        field("kinds", "个人信息种类", "Kinds of personal information", Shape::List),
        field("non_sensitive", "非敏感个人信息人数", "People, not sensitive", Shape::Number),
        field("sensitive", "敏感个人信息人数", "People, sensitive", Shape::Number),
        field("processing", "处理活动范围", "Processing covered", Shape::Text),
        field("verification_body", "技术验证机构", "Verification body", Shape::Text),
        field("team", "审核组成员的账号", "Accounts of the audit team", Shape::List),
        field("man_days", "审核人日", "Man-days", Shape::Number),
        field("lists", "检查表的标准号", "Standards whose checklists are used", Shape::List),
    ]
}

fn clause_fields() -> Vec<Field> {
    let grades = words::workbench::GRADES
        .iter()
        .map(|(name, g)| {
            let word = |l| words::workbench::grade(l, *g).to_owned();
            ((*name).to_owned(), word(Lang::Zh), word(Lang::En))
        })
        .collect();
    let mut evidence = field("evidence", "证据", "Evidence", Shape::Documents { many: true });
    evidence.optional = true;
    vec![
        field("clause", "条款（标准号和条款号）", "Clause: standard and number", Shape::Text),
        field("grade", "审核结论", "Finding", Shape::Choice(grades)),
        field("statement", "看到的情况", "What was seen", Shape::Text),
        evidence,
    ]
}

fn issue_fields() -> Vec<Field> {
    vec![
        field("number", "证书编号", "Number of the certificate", Shape::Text),
        field("mark", "认证标志中的机构识别码", "The body's identifier in the mark", Shape::Text),
        field("valid_until", "有效期截止日", "Last day of validity", Shape::Day),
        field("checked", "已经核对", "Checked", Shape::Tick),
    ]
}

/// Whether programs take an act on a certificate by its name: those of the pages, and the declaration of flows, whose
/// page is one of its own.
pub(super) fn is_for_programs(a: certificate::Action) -> bool {
    certificate_acts::is_shown(a) || a == certificate::Action::DeclareFlows
}

fn flow_fields() -> Vec<Field> {
    let mut source = field(
        SOURCE,
        "依据材料；没有的，申报内容本身作为依据保存",
        "What it rests on; without it the declaration itself is kept",
        Shape::Documents { many: false },
    );
    source.optional = true;
    vec![field(ACTUAL, "现在实际的出境情况", "The exports as they take place now", Shape::Scope), source]
}

/// Every act on a certificate that a program may ask for.
pub(crate) static CERTIFICATE_ACTS: LazyLock<Vec<Act>> = LazyLock::new(|| {
    use certificate::{Action, Event, Issue, Mark};
    let issue = Issue {
        mandate_before: None,
        application: CaseId(String::new()),
        applicant: "".into(),
        holder: party(),
        mandate: None,
        number: String::new(),
        scope: certification::Scope::default(),
        basis: String::new(),
        mark: Mark { cross_border: true, body: String::new() },
        issued_on: DAY,
        valid_until: DAY,
        predecessor: None,
        interests: BTreeMap::new(),
        surveillances: Vec::new(),
    };
    let Some(blank) = Certificate::apply(None, &recorded(1, Event::Issued { issue: Box::new(issue) })) else {
        return Vec::new();
    };
    // An application for a change may be named, whichever there are.
    let any = vec![(String::new(), String::new())];
    // A suspended certificate can be restored, a valid one suspended: both are choices.
    Action::ALL
        .iter()
        .copied()
        // Findings are the authorities', and authorities have no tokens.
        .filter(|a| is_for_programs(*a) && !matches!(a, Action::StateFinding | Action::LiftFinding))
        .map(|a| {
            if a == Action::DeclareFlows {
                return certificate_act(a, flow_fields());
            }
            let asks = |l| certificate_acts::asks(l, a, &blank, DAY, &any);
            let mut fields = fields(asks(Lang::Zh), asks(Lang::En));
            for f in &mut fields {
                if f.id == "measure" {
                    f.shape = Shape::Choice(measures());
                }
                f.optional |= matches!(f.id, "measure") && a == Action::Propose;
            }
            if a == Action::Propose && !fields.iter().any(|f| f.id == "suggestion") {
                let at = fields.iter().position(|f| f.id == "ground").unwrap_or(fields.len());
                let mut more = field("suggestion", "依据的系统提示", "Suggestion that it follows", Shape::Number);
                more.optional = true;
                fields.insert(at, more);
            }
            certificate_act(a, fields)
        })
        .collect()
});

fn certificate_act(a: certificate::Action, fields: Vec<Field>) -> Act {
    Act {
        name: words::certificate::act_name(a),
        words: (words::certificate::action(Lang::Zh, a), words::certificate::action(Lang::En, a)),
        article: a.article(),
        fields,
    }
}

fn measures() -> Vec<(String, String, String)> {
    [
        ("suspend", "暂停", "Suspend"),
        ("restore", "恢复", "Restore"),
        ("revoke", "撤销", "Revoke"),
        ("cancel", "注销", "Cancel"),
        ("change", "变更", "Change the particulars"),
    ]
    .map(|(v, zh, en)| choice(v, zh, en))
    .into()
}
