//! What an assessment still lacks: place, what is missing, and the article.

use std::collections::BTreeSet;

use guosuo_rules::risk::{Level, Method};
use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::command::Config;
use super::content::{Answer, Concern, Content, Part, Risk};
use crate::certification::{ImpactItem, Problem};
use crate::filing::Severity;
use crate::text;

/// Where in the assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Processor, assessor, title.
    Facts,
    /// What is to leave.
    Scope,
    /// Recipients and their countries.
    Recipients,
    /// One of the six items.
    Item(ImpactItem),
    /// The risk map.
    Risks,
    /// The legal documents.
    Contracts,
    /// Opinions and evidence.
    Opinions,
    /// The result.
    Conclusion,
}

/// What is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "lack", rename_all = "snake_case")]
pub enum Lack {
    /// A text is empty.
    Empty {
        /// Which field, by its name in the form.
        field: &'static str,
    },
    /// A text is too long or holds a character that cannot be stored.
    Unfit {
        /// Which field, by its name in the form.
        field: &'static str,
    },
    /// Something of the scope, as in an application.
    Scope {
        /// What.
        problem: Problem,
    },
    /// Nothing is answered to a part of the item.
    PartOpen {
        /// Which.
        part: Part,
    },
    /// A problem is named and nothing is said about putting it right.
    RemedyOpen {
        /// Which.
        part: Part,
    },
    /// No risk was judged for something that M 6 names.
    ConcernOpen {
        /// What.
        concern: Concern,
    },
    /// Impact or likelihood of a risk is missing.
    RiskUnjudged,
    /// A risk above low has no measure.
    MeasureMissing {
        /// Its level.
        level: Level,
    },
    /// What remains of a risk is not judged.
    ResidualUnjudged,
    /// More remains than there was.
    ResidualAbove,
    /// A high or severe risk remains.
    ResidualHigh {
        /// Its level.
        level: Level,
    },
    /// A recipient of the scope is not described.
    RecipientOpen {
        /// Its name.
        name: String,
    },
    /// A destination has no profile.
    CountryOpen {
        /// Its code.
        country: String,
    },
    /// A profile names no source or no day.
    CountryUnsourced {
        /// Its code.
        country: String,
    },
    /// A profile or opinion lies in the future.
    InFuture {
        /// The day given.
        day: Date,
    },
    /// A profile is older than the house thinks good.
    CountryOld {
        /// Its code.
        country: String,
        /// When it was looked at.
        day: Date,
    },
    /// A recipient of the scope has no legal document.
    ContractOpen {
        /// Its name.
        name: String,
    },
    /// A document is not declared by version and digests.
    DocumentUndeclared,
    /// Nobody's opinion is recorded.
    NoOpinion,
    /// An opinion has no name, day or words.
    OpinionOpen,
    /// Whether the export can go ahead is not said.
    ResultOpen,
    /// The result is that it can, although a high risk remains: the reasons must say why.
    ResultAgainstRisk,
}

/// One gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Where.
    pub place: Place,
    /// The row of a list, 1 for the first.
    pub row: Option<usize>,
    /// What.
    pub lack: Lack,
    /// Whether it keeps the version from being frozen.
    pub severity: Severity,
    /// The article, or `house`.
    pub article: &'static str,
}

/// Longest text of a field, in characters.
pub(super) const TEXT_MAX: usize = 8_000;
/// Longest title, in characters.
const TITLE_MAX: usize = 200;

struct Gaps {
    out: Vec<Gap>,
}

impl Gaps {
    fn blocks(&mut self, place: Place, row: Option<usize>, lack: Lack, article: &'static str) {
        self.out.push(Gap { place, row, lack, severity: Severity::Blocks, article });
    }

    fn warns(&mut self, place: Place, row: Option<usize>, lack: Lack, article: &'static str) {
        self.out.push(Gap { place, row, lack, severity: Severity::Warns, article });
    }

    /// A text that must be there; says whether it can stand.
    fn text(&mut self, place: Place, row: Option<usize>, field: &'static str, value: &str, max: usize, article: &'static str) {
        if text::is_blank(value) {
            self.blocks(place, row, Lack::Empty { field }, article);
        } else {
            self.fit(place, row, field, value, max);
        }
    }

    fn fit(&mut self, place: Place, row: Option<usize>, field: &'static str, value: &str, max: usize) {
        if value.chars().count() > max || text::check(value, true).is_err() {
            self.blocks(place, row, Lack::Unfit { field }, "house");
        }
    }
}

/// Everything that a version cannot be frozen without, and what deserves a look, in the order of the report.
pub fn check_content(content: &Content, method: &Method, today: Date, config: &Config) -> Vec<Gap> {
    let mut g = Gaps { out: Vec::new() };
    facts(content, &mut g);
    for problem in content.scope.problems(today) {
        let (severity, article) = (problem.severity, problem.article);
        g.out.push(Gap { place: Place::Scope, row: problem.row, lack: Lack::Scope { problem }, severity, article });
    }
    recipients(content, today, config, &mut g);
    for &part in Part::ALL {
        answer(part, content.answer(part), &mut g);
    }
    risks(content, method, &mut g);
    contracts(content, &mut g);
    opinions(content, today, &mut g);
    conclusion(content, method, &mut g);
    g.out
}

fn facts(c: &Content, g: &mut Gaps) {
    let at = Place::Facts;
    g.text(at, None, "title", &c.title, TITLE_MAX, "PIPL 56");
    g.text(at, None, "processor_name", &c.processor.name, TITLE_MAX, "PIPL 56");
    for (field, value) in [
        ("organisation", &c.processor.organisation),
        ("business", &c.processor.business),
        ("export", &c.processor.export),
        ("route", &c.processor.route),
        ("compliance", &c.processor.compliance),
    ] {
        // The layout is that of the template for the standard contract; M 6 does not prescribe one.
        if text::is_blank(value) {
            g.warns(at, None, Lack::Empty { field }, "TPL —");
        } else {
            g.fit(at, None, field, value, TEXT_MAX);
        }
    }
    g.text(at, None, "assessor", &c.assessor.names, TEXT_MAX, "PIPL 55");
    g.fit(at, None, "third_party", &c.assessor.third_party, TEXT_MAX);
}

fn recipients(c: &Content, today: Date, config: &Config, g: &mut Gaps) {
    let at = Place::Recipients;
    for r in &c.scope.recipients {
        let profile = c.recipients.iter().find(|p| p.name == r.name);
        if profile.is_none_or(|p| text::is_blank(&p.about) || text::is_blank(&p.handling)) {
            g.blocks(at, None, Lack::RecipientOpen { name: r.name.clone() }, "M 6(iii)");
        }
    }
    for (i, p) in c.recipients.iter().enumerate() {
        g.fit(at, Some(i + 1), "about", &p.about, TEXT_MAX);
        g.fit(at, Some(i + 1), "handling", &p.handling, TEXT_MAX);
    }
    let old = today.saturating_sub(Span::new().months(config.profile_fresh_months));
    for country in c.destinations() {
        let Some(p) = c.countries.iter().find(|p| p.country == country && !text::is_blank(&p.law)) else {
            g.blocks(at, None, Lack::CountryOpen { country: country.to_owned() }, "M 6(v)");
            continue;
        };
        match p.looked_on {
            Some(day) if day > today => g.blocks(at, None, Lack::InFuture { day }, "M 6(v)"),
            Some(day) if !text::is_blank(&p.source) => {
                if day < old {
                    g.warns(at, None, Lack::CountryOld { country: country.to_owned(), day }, "house");
                }
            }
            _ => g.blocks(at, None, Lack::CountryUnsourced { country: country.to_owned() }, "M 6(v)"),
        }
    }
    for (i, p) in c.countries.iter().enumerate() {
        for (field, value) in [("law", &p.law), ("practice", &p.practice), ("source", &p.source)] {
            g.fit(at, Some(i + 1), field, value, TEXT_MAX);
        }
    }
}

fn answer(part: Part, a: &Answer, g: &mut Gaps) {
    let at = Place::Item(part.item());
    if text::is_blank(&a.finding) && !part.is_optional() {
        g.blocks(at, None, Lack::PartOpen { part }, part.article());
    }
    if !text::is_blank(&a.problem) && text::is_blank(&a.remedy) {
        g.blocks(at, None, Lack::RemedyOpen { part }, "PIPL 56");
    }
    for value in [&a.finding, &a.problem, &a.remedy] {
        g.fit(at, None, part.code(), value, TEXT_MAX);
    }
}

fn risks(c: &Content, method: &Method, g: &mut Gaps) {
    let at = Place::Risks;
    let named: BTreeSet<Concern> = c.risks.iter().map(|r| r.concern).collect();
    for concern in Concern::ALL.into_iter().filter(|x| x.is_required() && !named.contains(x)) {
        g.blocks(at, None, Lack::ConcernOpen { concern }, concern.article());
    }
    for (i, r) in c.risks.iter().enumerate() {
        let row = Some(i + 1);
        g.text(at, row, "what", &r.what, TEXT_MAX, r.concern.article());
        g.fit(at, row, "measures", &r.measures, TEXT_MAX);
        let Some(level) = r.level(method) else {
            g.blocks(at, row, Lack::RiskUnjudged, "PIPL 56");
            continue;
        };
        if level == Level::Low && r.residual_impact.is_none() && r.residual_likelihood.is_none() {
            continue;
        }
        if level > Level::Low && text::is_blank(&r.measures) {
            g.blocks(at, row, Lack::MeasureMissing { level }, "PIPL 56");
        }
        match r.residual(method) {
            None => g.blocks(at, row, Lack::ResidualUnjudged, "PIPL 56"),
            Some(left) if left > level => g.blocks(at, row, Lack::ResidualAbove, "PIPL 56"),
            Some(left) if left >= Level::High => g.warns(at, row, Lack::ResidualHigh { level: left }, "PIPL 56"),
            Some(_) => {}
        }
    }
}

fn contracts(c: &Content, g: &mut Gaps) {
    let at = Place::Contracts;
    for r in &c.scope.recipients {
        if !c.contracts.iter().any(|k| k.recipient.name == r.name) {
            g.warns(at, None, Lack::ContractOpen { name: r.name.clone() }, "M 6(iii)");
        }
    }
    for (i, k) in c.contracts.iter().enumerate() {
        if !k.document.is_complete() {
            g.warns(at, Some(i + 1), Lack::DocumentUndeclared, "M 6(iii)");
        }
    }
}

fn opinions(c: &Content, today: Date, g: &mut Gaps) {
    let at = Place::Opinions;
    if c.opinions.is_empty() {
        g.warns(at, None, Lack::NoOpinion, "house");
    }
    for (i, o) in c.opinions.iter().enumerate() {
        let row = Some(i + 1);
        match o.on {
            Some(day) if day > today => g.blocks(at, row, Lack::InFuture { day }, "house"),
            Some(_) if !text::is_blank(&o.by) && !text::is_blank(&o.words) => {}
            _ => g.blocks(at, row, Lack::OpinionOpen, "house"),
        }
        g.fit(at, row, "words", &o.words, TEXT_MAX);
    }
    for (i, e) in c.evidence.iter().enumerate() {
        if !e.document.is_complete() {
            g.blocks(at, Some(i + 1), Lack::DocumentUndeclared, "PIPL 56");
        }
    }
}

fn conclusion(c: &Content, method: &Method, g: &mut Gaps) {
    let at = Place::Conclusion;
    let high = |r: &Risk| r.residual(method).or_else(|| r.level(method)).is_some_and(|l| l >= Level::High);
    match c.conclusion.may_export {
        None => g.blocks(at, None, Lack::ResultOpen, "PIPL 56"),
        Some(true) if c.risks.iter().any(high) => g.warns(at, None, Lack::ResultAgainstRisk, "PIPL 56"),
        Some(_) => {}
    }
    g.text(at, None, "reasons", &c.conclusion.reasons, TEXT_MAX, "PIPL 56");
}
