//! Which way personal information may leave: the tests of the law in their order.
//!
//! Flows are classified, then what remains is counted together. The engine answers what the texts decide; where they
//! do not, it answers [`Path::Review`] or lists the open point in [`Decision::open_in_law`]. Exempt from the
//! mechanisms is not exempt from notice, consent and the impact assessment (P16 10).

mod change;
mod facts;
mod law;

use crate::article::{Article, Instrument};

pub use facts::{
    Boundary, Case, Change, ChangeTo, Counts, Decision, Fact, Flow, FlowResult, Ftz, Ground, Open, Path, Step, Test,
};
pub use law::{Counting, GroundRule, Law, Line, Lines, NoLaw, Overlay, versions};

const fn article(instrument: Instrument, place: &'static str) -> Article {
    Article::of(instrument, place)
}

/// Decides, and says what would change the answer.
///
/// # Errors
/// [`NoLaw`] when the parameters of the day are not known.
pub fn decide(case: &Case) -> Result<Decision, NoLaw> {
    let mut decision = answer(case)?;
    decision.would_change = change::changes(case, &decision)?;
    Ok(decision)
}

/// Decides only: the same answer without [`Decision::would_change`], several times faster.
///
/// # Errors
/// [`NoLaw`] when the parameters of the day are not known.
pub fn answer(case: &Case) -> Result<Decision, NoLaw> {
    let law = Law::on(case.on)?;
    let mut decision = Decision {
        path: Path::None,
        item: None,
        articles: Vec::new(),
        law: law.id.clone(),
        flows: Vec::with_capacity(case.flows.len()),
        steps: Vec::new(),
        counts: Counts::default(),
        boundaries: Vec::new(),
        open_in_law: Vec::new(),
        would_change: Vec::new(),
    };
    let mut verdicts = Vec::with_capacity(case.flows.len());
    for flow in &case.flows {
        let mut steps = Vec::new();
        let verdict = classify(flow, case, law, &mut steps, &mut decision.open_in_law);
        decision.flows.push(FlowResult { name: flow.name.clone(), path: verdict.path, counted: verdict.counted, steps });
        verdicts.push(verdict);
    }
    aggregate(case, law, &verdicts, &mut decision);
    decision.open_in_law.sort_unstable();
    decision.open_in_law.dedup();
    Ok(decision)
}

struct Verdict {
    path: Option<Path>,
    counted: bool,
    articles: Vec<Article>,
}

impl Verdict {
    fn settled(path: Path, articles: Vec<Article>) -> Self {
        Self { path: Some(path), counted: false, articles }
    }
}

/// The tests that look at one flow alone (rows 1 to 10 of the table, with the zone's list).
fn classify(flow: &Flow, case: &Case, law: &Law, steps: &mut Vec<Step>, open: &mut Vec<Open>) -> Verdict {
    let people = flow.non_sensitive > 0 || flow.sensitive > 0;
    let mut test = |test, holds, articles: &[Article]| {
        steps.push(Step { test, holds, articles: articles.to_vec() });
        holds
    };
    let claims = flow.exempt != Ground::None && flow.exempt != Ground::HrWithoutCollectiveContract;
    let exports = flow.export && (people || flow.important_data || claims);
    let q5 = [article(Instrument::Q2510, "q5")];
    if !test(Test::Export, exports, &q5) {
        return Verdict::settled(Path::None, q5.to_vec());
    }
    let important = [article(Instrument::P16, "7(1)(i)"), article(Instrument::M, "5(2)")];
    if test(Test::ImportantData, flow.important_data, &important) {
        if flow.ftz == Ftz::OutsideList {
            open.push(Open::ImportantDataOutsideList);
        }
        return Verdict::settled(Path::SecurityAssessment, important.to_vec());
    }
    if flow.exempt == Ground::NoPiNoImportant && people {
        open.push(Open::FactsContradict);
        return Verdict::settled(Path::Review, vec![article(Instrument::P16, "3")]);
    }
    let zone = [article(Instrument::P16, "6")];
    let zones_exist = law.lines.mechanism_non_sensitive.is_some();
    if test(Test::OutsideNegativeList, zones_exist && flow.ftz == Ftz::OutsideList, &zone) {
        note_ciio(case, open);
        return Verdict::settled(Path::Exempt, zone.to_vec());
    }
    for (ground, name) in [
        (Ground::NoPiNoImportant, Test::NoPersonalNoImportant),
        (Ground::Transit, Test::TransitOnly),
        (Ground::Contract, Test::ContractNeed),
        (Ground::Hr, Test::HrManagement),
        (Ground::Emergency, Test::EmergencyNeed),
        (Ground::LegalDuty, Test::StatutoryDuty),
    ] {
        let articles = law.ground(ground, case.on);
        if flow.exempt == ground && articles.is_none() {
            open.push(Open::GroundNotInForce);
        }
        let articles = articles.unwrap_or_default();
        if test(name, flow.exempt == ground && !articles.is_empty(), articles) {
            if ground == Ground::LegalDuty {
                open.push(Open::LegalDutyNotInProvisions);
            }
            note_ciio(case, open);
            return Verdict::settled(Path::Exempt, articles.to_vec());
        }
    }
    let treaty = [article(Instrument::Pipl, "38(2)"), article(Instrument::Ndr, "36")];
    if test(Test::TreatyConditions, flow.treaty, &treaty) {
        return Verdict::settled(Path::Treaty, treaty.to_vec());
    }
    let gba = [article(Instrument::Q2601, "q2")];
    if test(Test::GbaContractUsed, flow.exempt == Ground::GbaContract, &gba) {
        open.push(Open::GbaDetails);
        return Verdict::settled(Path::Review, gba.to_vec());
    }
    let inside = zones_exist && flow.ftz == Ftz::InsideList;
    let own_numbers = case.overlay.as_ref().is_some_and(|overlay| overlay.in_force(case.on));
    if test(Test::InsideNegativeList, inside, &zone) && !own_numbers {
        if case.ciio {
            open.push(Open::CiioInsideList);
        }
        return Verdict::settled(Path::ByNegativeList, zone.to_vec());
    }
    Verdict { path: None, counted: people, articles: Vec::new() }
}

fn note_ciio(case: &Case, open: &mut Vec<Open>) {
    if case.ciio {
        open.push(Open::ExemptionOfCiio);
    }
}

/// Puts the flows together: the strictest settled answer, and the answer of the counts for the rest.
fn aggregate(case: &Case, law: &Law, verdicts: &[Verdict], decision: &mut Decision) {
    let counted: Vec<&Flow> =
        case.flows.iter().zip(verdicts).filter(|(_, verdict)| verdict.counted).map(|(flow, _)| flow).collect();
    let remaining = (!counted.is_empty()).then(|| remaining(case, law, &counted, decision));
    let settled = verdicts.iter().filter_map(|verdict| verdict.path.map(|path| (path, verdict.articles.clone())));
    // Of equal answers the first is kept: the order of the flows is the exporter's.
    let mut best: Option<(Path, Vec<Article>)> = None;
    for candidate in remaining.into_iter().chain(settled) {
        if best.as_ref().is_none_or(|(path, _)| weight(candidate.0) > weight(*path)) {
            best = Some(candidate);
        }
    }
    let (path, articles) = best.unwrap_or((Path::None, Vec::new()));
    decision.path = path;
    decision.item = (path == Path::Exempt).then(|| articles.first().cloned()).flatten();
    decision.articles = articles;
}

/// How strict an answer is. Review comes above all but the assessment: a person has to look before anything is done,
/// but an assessment that is certain stays certain.
const fn weight(path: Path) -> u8 {
    match path {
        Path::None => 0,
        Path::Exempt => 1,
        Path::Treaty => 2,
        Path::ByNegativeList => 3,
        Path::SccOrCertification => 4,
        Path::Review => 5,
        Path::SecurityAssessment => 6,
    }
}

/// The tests on what no exemption took away (rows 11 to 14).
fn remaining(case: &Case, law: &Law, flows: &[&Flow], decision: &mut Decision) -> (Path, Vec<Article>) {
    let organ = [article(Instrument::Pipl, "36")];
    decision.steps.push(Step { test: Test::StateOrgan, holds: case.state_organ, articles: organ.to_vec() });
    if case.state_organ {
        return (Path::SecurityAssessment, organ.to_vec());
    }
    let ciio = [article(Instrument::P16, "7(1)(i)"), article(Instrument::Pipl, "40"), article(Instrument::Csl, "39")];
    decision.steps.push(Step { test: Test::Ciio, holds: case.ciio, articles: ciio.to_vec() });
    if case.ciio {
        decision.counts = upper(case, flows);
        return (Path::SecurityAssessment, ciio.to_vec());
    }
    let inside = flows.iter().any(|flow| flow.ftz == Ftz::InsideList);
    let overlaid = case.overlay.as_ref().filter(|_| inside).map(|overlay| overlay.over(&law.lines));
    let lines = overlaid.as_ref().unwrap_or(&law.lines);
    let most = upper(case, flows);
    let least = case.totals.unwrap_or_else(|| largest(flows));
    let high = by_counts(case, law, lines, most, decision);
    if least != most && by_counts(case, law, lines, least, &mut decision.clone()).0 != high.0 {
        decision.open_in_law.push(Open::OverlapOfFlows);
        return (Path::Review, vec![article(Instrument::Pq16, "q11")]);
    }
    high
}

fn upper(case: &Case, flows: &[&Flow]) -> Counts {
    case.totals.unwrap_or_else(|| sum(flows))
}

/// All flows hold the same people: the fewest that they can be together.
fn largest(flows: &[&Flow]) -> Counts {
    Counts {
        non_sensitive: flows.iter().map(|flow| flow.non_sensitive).max().unwrap_or(0),
        sensitive: flows.iter().map(|flow| flow.sensitive).max().unwrap_or(0),
    }
}

/// No two flows share a person: the most that they can be together.
fn sum(flows: &[&Flow]) -> Counts {
    Counts {
        non_sensitive: flows.iter().fold(0, |sum, flow| sum.saturating_add(flow.non_sensitive)),
        sensitive: flows.iter().fold(0, |sum, flow| sum.saturating_add(flow.sensitive)),
    }
}

/// The distinct people that the flows which count can be together, each once (PQ16 q11): from the largest flow to the
/// sum. Totals outside this range contradict the flows. `None` when fewer than two flows count.
///
/// # Errors
/// [`NoLaw`] when the parameters of the day are not known.
pub fn range(case: &Case) -> Result<Option<(Counts, Counts)>, NoLaw> {
    let found = answer(case)?;
    let counted: Vec<&Flow> =
        case.flows.iter().zip(&found.flows).filter(|(_, result)| result.counted).map(|(flow, _)| flow).collect();
    Ok((counted.len() > 1).then(|| (largest(&counted), sum(&counted))))
}

fn by_counts(case: &Case, law: &Law, lines: &Lines, counts: Counts, decision: &mut Decision) -> (Path, Vec<Article>) {
    decision.counts = counts;
    decision.boundaries.clear();
    let ordinary =
        if law.counted_together { counts.non_sensitive.saturating_add(counts.sensitive) } else { counts.non_sensitive };
    let mut reaches = |fact, count: u64, line: &Line| {
        let reached = count >= line.value;
        decision.boundaries.push(Boundary { fact, count, line: line.value, reached, article: line.article.clone() });
        reached
    };
    let handled = lines.assessment_handled.as_ref();
    let by_handled = handled.is_some_and(|line| reaches(Fact::Handled, case.handled, line));
    let by_ordinary = reaches(Fact::NonSensitive, ordinary, &lines.assessment_non_sensitive);
    let by_sensitive = reaches(Fact::Sensitive, counts.sensitive, &lines.assessment_sensitive);
    let floor = lines.mechanism_non_sensitive.as_ref();
    let by_floor = floor.is_none_or(|line| reaches(Fact::NonSensitive, ordinary, line));
    note_doubts(law, lines, counts, by_floor, &mut decision.open_in_law);
    let mut step = |test, holds, articles: &[Article]| {
        decision.steps.push(Step { test, holds, articles: articles.to_vec() });
    };
    if let Some(line) = handled {
        step(Test::HandledLine, by_handled, std::slice::from_ref(&line.article));
        if by_handled {
            return (Path::SecurityAssessment, vec![line.article.clone()]);
        }
    }
    let reading = [article(Instrument::Cc, "1259")];
    let mut articles = vec![];
    if by_ordinary || !by_sensitive {
        articles.push(lines.assessment_non_sensitive.article.clone());
    }
    if by_sensitive && !articles.contains(&lines.assessment_sensitive.article) {
        articles.push(lines.assessment_sensitive.article.clone());
    }
    articles.extend(reading);
    step(Test::AssessmentLine, by_ordinary || by_sensitive, &articles);
    if by_ordinary || by_sensitive {
        return (Path::SecurityAssessment, articles);
    }
    let mechanism = match floor {
        Some(line) => vec![line.article.clone(), article(Instrument::M, "5(1)(ii)"), article(Instrument::Cc, "1259")],
        None => vec![article(Instrument::Sc13, "4"), article(Instrument::Pipl, "38(1)")],
    };
    let needed = by_floor || counts.sensitive > 0;
    step(Test::MechanismLine, needed, &mechanism);
    if needed {
        return (Path::SccOrCertification, mechanism);
    }
    let below = [article(Instrument::P16, "5(1)(iv)"), article(Instrument::Cc, "1259")];
    step(Test::BelowAllLines, true, &below);
    (Path::Exempt, below.to_vec())
}

fn note_doubts(law: &Law, lines: &Lines, counts: Counts, by_floor: bool, open: &mut Vec<Open>) {
    if counts.non_sensitive > 0 && counts.sensitive > 0 {
        open.push(Open::PersonOfBothKinds);
        if law.counted_together {
            open.push(Open::OldRuleTotal);
        }
        if !by_floor {
            open.push(Open::NonSensitiveBesideSensitive);
        }
    }
    let at = |count, line: &Line| count == line.value;
    if at(counts.non_sensitive, &lines.assessment_non_sensitive) || at(counts.sensitive, &lines.assessment_sensitive) {
        open.push(Open::ExactlyAtTheLine);
    }
}
