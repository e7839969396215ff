//! The shape of the facts of `path`: what each may be, why it is asked, what is wrong with a text that does not fit.

use guosuo_rules::article::{Article, Instrument};
use guosuo_rules::path::{Ftz, Ground};
use jiff::civil::Date;
use serde_json::{Map, Number, Value, json};

use crate::Lang;
use crate::path_facts::{Fault, MOST_FLOWS, MOST_PEOPLE};
use crate::path_words;

/// What a fact may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Truth,
    People,
    Ground,
    Zone,
    Day,
    Text,
    Flows,
    Totals,
}

/// A fact: its name, what it may be, where the law asks for it.
type Known = (&'static str, Kind, Article);

const COUNTED: Article = Article::of(Instrument::Pq16, "q11");

const OF_FLOW: [Known; 8] = [
    ("export", Kind::Truth, Article::of(Instrument::Q2510, "q5")),
    ("important_data", Kind::Truth, Article::of(Instrument::P16, "7(1)(i)")),
    ("exempt", Kind::Ground, Article::of(Instrument::P16, "5(1)")),
    ("ftz", Kind::Zone, Article::of(Instrument::P16, "6")),
    ("treaty", Kind::Truth, Article::of(Instrument::Pipl, "38(2)")),
    ("non_sensitive", Kind::People, COUNTED),
    ("sensitive", Kind::People, COUNTED),
    ("name", Kind::Text, Article::of(Instrument::P16, "8")),
];
const OF_CASE: [Known; 7] = [
    ("ciio", Kind::Truth, Article::of(Instrument::P16, "7(1)(i)")),
    ("state_organ", Kind::Truth, Article::of(Instrument::Pipl, "36")),
    ("handled", Kind::People, Article::of(Instrument::Sa11, "4(ii)")),
    ("on", Kind::Day, Article::of(Instrument::Sa11, "20")),
    ("as_of", Kind::Day, Article::of(Instrument::Sa11, "20")),
    ("flows", Kind::Flows, Article::of(Instrument::P16, "8")),
    ("totals", Kind::Totals, COUNTED),
];
const OF_TOTALS: [Known; 2] = [("non_sensitive", Kind::People, COUNTED), ("sensitive", Kind::People, COUNTED)];

/// The facts of a case, with those of its single flow.
fn of_whole() -> impl Iterator<Item = Known> {
    OF_CASE.into_iter().chain(of_single())
}

/// The facts of a single flow, which stand where there are no `flows`; the name belongs to flows only.
fn of_single() -> impl Iterator<Item = Known> {
    OF_FLOW.into_iter().filter(|(_, kind, _)| *kind != Kind::Text)
}

/// Days that have a law here, as they are written: from 2022-09-01 (SA11 20).
const DAY: &str =
    "^(2022-(09|1[0-2])|(202[3-9]|20[3-9][0-9]|2[1-9][0-9]{2}|[3-9][0-9]{3})-(0[1-9]|1[0-2]))-(0[1-9]|[12][0-9]|3[01])$";

/// Largest whole number that every reader of JSON keeps exactly.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// A whole number from 0, however JSON writes it: 3, 3.0, 3e0.
pub fn whole(number: &Number) -> Option<u64> {
    let other = || number.as_f64().filter(|n| n.fract() == 0.0 && (0.0..=EXACT).contains(n));
    number.as_u64().or_else(|| other()?.abs().to_string().parse().ok())
}

/// A day as it is written: 2026-01-05 and no other form, so that two readers read the same.
pub(crate) fn day(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// Finds out why a text could not be read, fact by fact.
pub(crate) fn explain(text: &str, error: &serde_json::Error, lang: Lang) -> Vec<Fault> {
    let generic = || {
        let message = match lang {
            Lang::Zh => format!("JSON 不合要求：{error}"),
            Lang::En => format!("unusable JSON: {error}"),
        };
        vec![Fault::new("", message)]
    };
    let Ok(value) = serde_json::from_str::<Value>(text) else { return generic() };
    let Value::Object(object) = &value else {
        let message = lang.t("应为一个 JSON 对象，例如 ", "one JSON object is wanted, such as ");
        return vec![Fault::new("", format!("{message}{{\"non_sensitive\":100000,\"sensitive\":0}}"))];
    };
    let mut faults = Vec::new();
    walk(object, "", &of_whole().collect::<Vec<_>>(), lang, &mut faults);
    faults.extend(together(object, lang));
    if faults.is_empty() { generic() } else { faults }
}

/// What does not stand beside what: the facts of a single flow beside `flows`, and the day under both its names.
fn together(object: &Map<String, Value>, lang: Lang) -> Vec<Fault> {
    let has = |name: &str| object.contains_key(name);
    let mut faults = Vec::new();
    if has("on") && has("as_of") {
        let message = lang.t("on 和 as_of 是同一项，只写一个", "on and as_of are one fact: write one of them");
        faults.push(Fault::new("as_of", message).by(Article::of(Instrument::Sa11, "20")));
    }
    if has("flows") && of_single().any(|(name, ..)| has(name)) {
        let message = lang.t("给出 flows 时，各项业务的事实写在其中", "with flows, the facts of a flow belong into it");
        faults.push(Fault::new("flows", message));
    }
    faults
}

/// As [`together`], of a text that could be read otherwise.
pub(crate) fn apart(text: &str, lang: Lang) -> Result<(), Vec<Fault>> {
    let object: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let faults = together(&object, lang);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn walk(object: &Map<String, Value>, at: &str, known: &[Known], lang: Lang, faults: &mut Vec<Fault>) {
    let colon = lang.t("：", ": ");
    for (key, value) in object {
        let field = format!("{at}{key}");
        let Some((_, kind, article)) = known.iter().find(|(name, ..)| name == key) else {
            let names = known.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(" ");
            let message = match lang {
                Lang::Zh => format!("没有这一项：{}（可以写：{names}）", shown(&field)),
                Lang::En => format!("no such fact: {} (there are: {names})", shown(&field)),
            };
            faults.push(Fault::new(field, message));
            continue;
        };
        // null says that the fact is not known.
        if value.is_null() {
            continue;
        }
        match (kind, value) {
            (Kind::Totals, Value::Object(inner)) => {
                for (name, _, article) in OF_TOTALS.iter().filter(|(name, ..)| !inner.contains_key(*name)) {
                    let wanted = lang.t("两个总数都要写，没有的写0", "both totals are wanted; write 0 for none");
                    let place = format!("{field}.{name}");
                    faults.push(Fault::new(place.clone(), format!("{place}{colon}{wanted}")).by(article.clone()));
                }
                walk(inner, &format!("{field}."), &OF_TOTALS, lang, faults);
            }
            (Kind::Flows, Value::Array(flows)) => {
                for (n, flow) in flows.iter().enumerate() {
                    let place = format!("{field}[{n}]");
                    if let Value::Object(inner) = flow {
                        walk(inner, &format!("{place}."), &OF_FLOW, lang, faults);
                    } else {
                        let wanted = lang.t("应为一个对象", "an object is wanted");
                        faults.push(Fault::new(place.clone(), format!("{place}{colon}{wanted}")));
                    }
                }
            }
            _ => {
                if let Some(problem) = kind.problem(value, lang) {
                    faults.push(Fault::new(field.clone(), format!("{field}{colon}{problem}")).by(article.clone()));
                }
            }
        }
    }
}

impl Kind {
    /// What is wrong with a value, and what would be right.
    fn problem(self, value: &Value, lang: Lang) -> Option<String> {
        let given = shown(&value.to_string());
        let text = value.as_str();
        let fits = match self {
            Self::Truth => value.is_boolean(),
            Self::People => value.as_number().and_then(whole).is_some(),
            Self::Text => value.is_string(),
            Self::Ground => text.and_then(Ground::from_code).is_some(),
            Self::Zone => text.and_then(Ftz::from_code).is_some(),
            Self::Day => text.and_then(day).is_some(),
            Self::Flows | Self::Totals => false,
        };
        let grounds = || Ground::ALL.iter().map(|ground| ground.code()).collect::<Vec<_>>().join(" ");
        let zones = || Ftz::ALL.iter().map(|ftz| ftz.code()).collect::<Vec<_>>().join(" ");
        let wanted = match self {
            _ if fits => return None,
            Self::Truth => lang.t("true 或者 false", "true or false").to_owned(),
            Self::People => lang
                .t("0以上的整数（自当年1月1日起去重人数）", "a whole number from 0 (distinct people since 1 January)")
                .to_owned(),
            Self::Ground => grounds(),
            Self::Zone => zones(),
            Self::Day => lang.t("2026-01-05 这样的日期", "a date such as 2026-01-05").to_owned(),
            Self::Text => lang.t("文字", "a text").to_owned(),
            Self::Flows => lang.t("数组", "an array").to_owned(),
            Self::Totals => "{\"non_sensitive\":0,\"sensitive\":0}".to_owned(),
        };
        Some(match lang {
            Lang::Zh => format!("不能是 {given}，可以写：{wanted}"),
            Lang::En => format!("it cannot be {given}; write: {wanted}"),
        })
    }

    /// Its JSON Schema; `null` says that the fact is not known, and is none of what makes up the totals.
    fn schema(self, lang: Lang) -> Value {
        match self {
            Self::Truth => json!({ "type": ["boolean", "null"] }),
            Self::People => json!({ "type": ["integer", "null"], "minimum": 0, "maximum": MOST_PEOPLE }),
            Self::Text => json!({ "type": ["string", "null"] }),
            Self::Day => json!({ "type": ["string", "null"], "format": "date", "pattern": DAY }),
            Self::Ground => one_of(Ground::ALL.iter().map(|&g| (g.code(), path_words::ground(g, lang)))),
            Self::Zone => one_of(Ftz::ALL.iter().map(|&z| (z.code(), path_words::ftz(z, lang)))),
            Self::Flows => {
                let flow = object(OF_FLOW.into_iter(), lang);
                json!({ "type": ["array", "null"], "minItems": 1, "maxItems": MOST_FLOWS, "items": flow })
            }
            Self::Totals => {
                let mut totals = object(OF_TOTALS.into_iter(), lang);
                totals["type"] = json!(["object", "null"]);
                for (name, ..) in OF_TOTALS {
                    totals["properties"][name]["type"] = json!("integer");
                }
                totals["required"] = json!(["non_sensitive", "sensitive"]);
                totals
            }
        }
    }
}

fn one_of(values: impl Iterator<Item = (&'static str, &'static str)>) -> Value {
    let codes = values.map(|(code, words)| json!({ "const": code, "title": words }));
    json!({ "oneOf": codes.chain([json!({ "type": "null" })]).collect::<Vec<_>>() })
}

fn object(facts: impl Iterator<Item = Known>, lang: Lang) -> Value {
    let properties: Map<String, Value> = facts
        .map(|(name, kind, article)| {
            let mut schema = kind.schema(lang);
            schema["description"] = json!(format!("{} ({article})", describe(name, lang)));
            (name.to_owned(), schema)
        })
        .collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// What a fact is, in words.
pub(crate) fn describe(name: &str, lang: Lang) -> &'static str {
    match name {
        "export" => lang.t("是不是数据出境；不写为 true", "an export act at all; true when absent"),
        "important_data" => lang.t("含有被告知或者公开发布的重要数据", "important data, notified or published as such"),
        "exempt" => lang.t("所称豁免情形", "the exempt scenario claimed"),
        "ftz" => lang.t("与自由贸易试验区负面清单的关系", "place towards the negative list of a free trade zone"),
        "treaty" => lang.t("国际条约、协定另有规定", "a treaty has its own conditions"),
        "non_sensitive" => lang.t("不含敏感个人信息，去重人数", "distinct people, non-sensitive"),
        "sensitive" => lang.t("敏感个人信息，去重人数", "distinct people, sensitive"),
        "name" => lang.t("业务名称", "the exporter's name for the flow"),
        "ciio" => lang.t("关键信息基础设施运营者", "operator of critical information infrastructure"),
        "state_organ" => lang.t("国家机关", "state organ"),
        "handled" => {
            lang.t("处理个人信息的人数，只用于2024年3月22日前的规定", "people handled; used by the law before 2024-03-22 only")
        }
        "on" => lang.t("按该日有效的规定判断；不写为今天", "the law of this day; today when absent"),
        "as_of" => lang.t("同 on", "the same as on"),
        "flows" => lang.t("几项业务；写了就不写单项业务的事实", "several flows, instead of the facts of a single one"),
        "totals" => lang.t("各项业务合并去重后的总数", "distinct people over all flows that count"),
        _ => "",
    }
}

/// The facts as JSON Schema, with the codes in words and the article of each.
pub fn schema(lang: Lang) -> Value {
    let mut schema = object(of_whole(), lang);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(lang.t("个人信息出境路径：事实", "Export path: facts"));
    let none = |names: &mut dyn Iterator<Item = &'static str>| {
        let none: Map<String, Value> = names.map(|name| (name.to_owned(), json!(false))).collect();
        json!({ "properties": none })
    };
    schema["allOf"] = json!([
        { "anyOf": [none(&mut ["as_of"].into_iter()), none(&mut ["on"].into_iter())] },
        { "anyOf": [none(&mut ["flows"].into_iter()), none(&mut of_single().map(|(name, ..)| name))] },
    ]);
    schema
}

/// The beginning of what was given, in which nothing invisible is left: controls and signs that turn the direction of
/// writing are written out.
pub fn shown(text: &str) -> String {
    const MOST: usize = 24;
    let mut out: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out.replace("\\\"", "\"")
}
