//! The facts of `path` as they come from outside, and the answer as it goes out: one shape for the command line and for
//! the interface of the full program.

use guosuo_rules::article::{Article, Instrument};
use guosuo_rules::path::{Case, Counts, Decision, Flow, Ftz, Ground, Overlay, decide, range};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json};

use crate::Lang;
use crate::path_shape::{apart, explain};

pub use crate::path_shape::{schema, shown, whole};

/// More people than live on earth: a slip of the keyboard, not a count.
pub const MOST_PEOPLE: u64 = 10_000_000_000;

/// Most flows in one question.
pub const MOST_FLOWS: usize = 1000;

/// Facts as they come from outside. What is absent is assumed, and the answer says so.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Operator of critical information infrastructure?
    pub ciio: Option<bool>,
    /// A state organ?
    pub state_organ: Option<bool>,
    /// People handled at all (first version of the law only).
    #[serde(default, deserialize_with = "people")]
    pub handled: Option<u64>,
    /// The day whose law answers.
    #[serde(default, alias = "as_of", deserialize_with = "day")]
    pub on: Option<Date>,
    /// Several flows; then the facts of a single flow below stay away.
    pub flows: Option<Vec<FlowFacts>>,
    /// Distinct people over all flows that count.
    #[serde(default, deserialize_with = "totals")]
    pub totals: Option<Counts>,
    /// Of a single flow.
    pub important_data: Option<bool>,
    /// Of a single flow.
    #[serde(default, deserialize_with = "people")]
    pub non_sensitive: Option<u64>,
    /// Of a single flow.
    #[serde(default, deserialize_with = "people")]
    pub sensitive: Option<u64>,
    /// Of a single flow.
    pub exempt: Option<Ground>,
    /// Of a single flow.
    pub ftz: Option<Ftz>,
    /// Of a single flow.
    pub treaty: Option<bool>,
    /// Of a single flow.
    pub export: Option<bool>,
}

/// The facts of one flow.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowFacts {
    /// The exporter's name for it.
    pub name: Option<String>,
    /// Important data?
    pub important_data: Option<bool>,
    /// Distinct people, non-sensitive.
    #[serde(default, deserialize_with = "people")]
    pub non_sensitive: Option<u64>,
    /// Distinct people, sensitive.
    #[serde(default, deserialize_with = "people")]
    pub sensitive: Option<u64>,
    /// Exempt scenario.
    pub exempt: Option<Ground>,
    /// Free trade zone.
    pub ftz: Option<Ftz>,
    /// A treaty with its own conditions?
    pub treaty: Option<bool>,
    /// An export act at all?
    pub export: Option<bool>,
}

fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let read =
        |text: String| crate::path_shape::day(&text).ok_or_else(|| de::Error::custom("a date such as 2026-01-05 is wanted"));
    text.map(read).transpose()
}

/// A count: JSON writes a whole number as it likes, 3 as well as 3.0.
fn people<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let number = Option::<serde_json::Number>::deserialize(from)?;
    let read = |n| crate::path_shape::whole(&n).ok_or_else(|| de::Error::custom("a whole number from 0 is wanted"));
    number.map(read).transpose()
}

fn totals<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Counts>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Totals {
        #[serde(deserialize_with = "people")]
        non_sensitive: Option<u64>,
        #[serde(deserialize_with = "people")]
        sensitive: Option<u64>,
    }
    let Some(found) = Option::<Totals>::deserialize(from)? else { return Ok(None) };
    match (found.non_sensitive, found.sensitive) {
        (Some(non_sensitive), Some(sensitive)) => Ok(Some(Counts { non_sensitive, sensitive })),
        _ => Err(de::Error::custom("both totals are wanted")),
    }
}

impl FlowFacts {
    fn flow(&self) -> Flow {
        Flow {
            name: self.name.clone().unwrap_or_default(),
            export: self.export.unwrap_or(true),
            important_data: self.important_data.unwrap_or(false),
            non_sensitive: self.non_sensitive.unwrap_or(0),
            sensitive: self.sensitive.unwrap_or(0),
            exempt: self.exempt.unwrap_or(Ground::None),
            ftz: self.ftz.unwrap_or(Ftz::NotFtz),
            treaty: self.treaty.unwrap_or(false),
        }
    }

    fn assumed(&self) -> impl Iterator<Item = &'static str> {
        [
            ("important_data", self.important_data.is_none()),
            ("non_sensitive", self.non_sensitive.is_none()),
            ("sensitive", self.sensitive.is_none()),
            ("exempt", self.exempt.is_none()),
            ("ftz", self.ftz.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, absent)| absent.then_some(name))
    }
}

/// Something wrong in the facts: where, what would be right, and why it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name of the fact, such as `sensitive` or `flows[1].ftz`; empty for the whole.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// Where the law asks for the fact.
    pub article: Option<Article>,
}

impl Fault {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), article: None }
    }

    pub(crate) fn by(mut self, article: Article) -> Self {
        self.article = Some(article);
        self
    }
}

/// All faults in one line.
pub fn line(faults: &[Fault], lang: Lang) -> String {
    let join = lang.t("；", "; ");
    faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join(join)
}

impl Facts {
    /// Reads one JSON object.
    ///
    /// # Errors
    /// Every fault that is found, in the order of the facts.
    pub fn parse(text: &str, lang: Lang) -> Result<Self, Vec<Fault>> {
        match serde_json::from_str::<Self>(text) {
            Ok(facts) => apart(text, lang).and_then(|()| facts.checked(lang)),
            Err(error) => Err(explain(text, &error, lang)),
        }
    }

    /// Checks what their types do not say.
    ///
    /// # Errors
    /// Every fault that is found.
    pub fn checked(self, lang: Lang) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let flat = self.single();
        if let Some(flows) = &self.flows {
            if flat.assumed().count() < 5 || flat.treaty.is_some() || flat.export.is_some() {
                let message = lang.t("给出 flows 时，各项业务的事实写在其中", "with flows, the facts of a flow belong into it");
                faults.push(Fault::new("flows", message));
            }
            if flows.is_empty() || flows.len() > MOST_FLOWS {
                let message = match lang {
                    Lang::Zh => format!("flows 应有1至{MOST_FLOWS}项，现在有{}项", flows.len()),
                    Lang::En => format!("flows holds 1 to {MOST_FLOWS} flows; here are {}", flows.len()),
                };
                faults.push(Fault::new("flows", message));
            }
        }
        let mut people = |field: String, count: Option<u64>| {
            if count.is_some_and(|count| count > MOST_PEOPLE) {
                let message = match lang {
                    Lang::Zh => format!("{field}：人数超过全球人口，核对是否多写了零"),
                    Lang::En => format!("{field}: more people than live on earth; is there a zero too many?"),
                };
                faults.push(Fault::new(field, message).by(Article::of(Instrument::Pq16, "q11")));
            }
        };
        people("non_sensitive".to_owned(), self.non_sensitive);
        people("sensitive".to_owned(), self.sensitive);
        people("handled".to_owned(), self.handled);
        people("totals.non_sensitive".to_owned(), self.totals.map(|totals| totals.non_sensitive));
        people("totals.sensitive".to_owned(), self.totals.map(|totals| totals.sensitive));
        for (at, flow) in self.flows.iter().flatten().enumerate() {
            people(format!("flows[{at}].non_sensitive"), flow.non_sensitive);
            people(format!("flows[{at}].sensitive"), flow.sensitive);
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    fn single(&self) -> FlowFacts {
        FlowFacts {
            name: None,
            important_data: self.important_data,
            non_sensitive: self.non_sensitive,
            sensitive: self.sensitive,
            exempt: self.exempt,
            ftz: self.ftz,
            treaty: self.treaty,
            export: self.export,
        }
    }

    /// The case of the engine; `on` where the facts name no day.
    pub fn case(&self, on: Date, overlay: Option<&Overlay>) -> Case {
        let flows = match &self.flows {
            Some(flows) => flows.iter().map(FlowFacts::flow).collect(),
            None => vec![self.single().flow()],
        };
        Case {
            ciio: self.ciio.unwrap_or(false),
            state_organ: self.state_organ.unwrap_or(false),
            handled: self.handled.unwrap_or(0),
            flows,
            totals: self.totals,
            on: self.on.unwrap_or(on),
            overlay: overlay.cloned(),
        }
    }

    /// Names of the facts that were not given.
    pub fn assumed(&self) -> Vec<String> {
        let mut names = Vec::new();
        names.extend(self.ciio.is_none().then(|| "ciio".to_owned()));
        match &self.flows {
            None => names.extend(self.single().assumed().map(str::to_owned)),
            Some(flows) => names.extend(
                flows.iter().enumerate().flat_map(|(at, flow)| flow.assumed().map(move |name| format!("flows[{at}].{name}"))),
            ),
        }
        names
    }

    /// The answer to these facts, as it goes out.
    ///
    /// # Errors
    /// A day without parameters, totals that contradict the flows.
    pub fn answer(&self, on: Date, overlay: Option<&Overlay>, lang: Lang) -> Result<(Decision, Value), Vec<Fault>> {
        let case = self.case(on, overlay);
        let outside = |error: guosuo_rules::path::NoLaw| vec![no_law(error.day, lang)];
        if let Some(fault) = totals_fault(&case, lang).map_err(outside)? {
            return Err(vec![fault]);
        }
        let decision = decide(&case).map_err(outside)?;
        let value = value(&decision, &case, &self.assumed());
        Ok((decision, value))
    }
}

/// Totals that no people can make: fewer than the largest flow, or more than all flows together.
fn totals_fault(case: &Case, lang: Lang) -> Result<Option<Fault>, guosuo_rules::path::NoLaw> {
    let (Some(totals), Some((least, most))) = (case.totals, range(case)?) else { return Ok(None) };
    let counts = [
        ("totals.non_sensitive", totals.non_sensitive, least.non_sensitive, most.non_sensitive),
        ("totals.sensitive", totals.sensitive, least.sensitive, most.sensitive),
    ];
    Ok(counts.into_iter().find(|(_, total, least, most)| !(least..=most).contains(&total)).map(|(field, total, least, most)| {
        let message = match lang {
            Lang::Zh => format!("{field}：去重后的总数应在最大一项{least}与各项之和{most}之间，现在是{total}"),
            Lang::En => format!(
                "{field}: the distinct total lies between the largest flow, {least}, and the sum of the flows, {most}; it is {total}"
            ),
        };
        Fault::new(field, message).by(Article::of(Instrument::Pq16, "q11"))
    }))
}

fn no_law(day: Date, lang: Lang) -> Fault {
    let message = match lang {
        Lang::Zh => format!("没有 {day} 的规则参数（自 2022-09-01 起）"),
        Lang::En => format!("no parameters of the law are known for {day} (from 2022-09-01)"),
    };
    Fault::new("on", message).by(Article::of(Instrument::Sa11, "20"))
}

/// The answer as the contract has it.
fn value(decision: &Decision, case: &Case, assumed: &[String]) -> Value {
    let steps: Vec<_> = decision.flows.iter().flat_map(|flow| &flow.steps).chain(&decision.steps).collect();
    let flows: Vec<_> =
        decision.flows.iter().map(|flow| json!({ "name": flow.name, "path": flow.path, "counted": flow.counted })).collect();
    json!({
        "path": decision.path,
        "item": decision.item,
        "articles": decision.articles,
        "open_in_law": decision.open_in_law,
        "would_change": decision.would_change,
        "boundaries": decision.boundaries,
        "counts": decision.counts,
        "flows": flows,
        "trace": steps,
        "law": decision.law,
        "on": case.on,
        "assumed": assumed,
    })
}
