//! What would change an answer: the nearest lines and the single facts, each tried, not guessed.

use super::answer;
use super::facts::{Case, Change, ChangeTo, Decision, Fact, Ftz, Ground, Path};
use super::law::{Law, Line, NoLaw};

/// Every change of one fact that changes the path; numbers only for cases of one flow or of known totals.
pub(super) fn changes(case: &Case, decision: &Decision) -> Result<Vec<Change>, NoLaw> {
    let mut found = Vec::new();
    let ask = |change: &dyn Fn(&mut Case)| -> Result<Path, NoLaw> {
        let mut other = case.clone();
        change(&mut other);
        Ok(answer(&other)?.path)
    };
    let law = Law::on(case.on)?;
    let lines = [Some(&law.lines.assessment_non_sensitive), law.lines.mechanism_non_sensitive.as_ref()];
    let non_sensitive: Vec<u64> = lines.iter().flatten().map(|line| line.value).collect();
    let sensitive: Vec<u64> = [law.lines.assessment_sensitive.value, 1].to_vec();
    for (fact, lines) in [(Fact::NonSensitive, non_sensitive), (Fact::Sensitive, sensitive)] {
        let now = count(case, fact);
        let Some(now) = now else { continue };
        // Above: the line itself; below: one less than the line. The nearest that changes something on each side.
        let mut above: Vec<u64> = lines.iter().copied().filter(|&line| line > now).collect();
        let mut below: Vec<u64> = lines.iter().filter(|&&line| line <= now).map(|line| line - 1).collect();
        above.sort_unstable();
        below.sort_unstable_by(|a, b| b.cmp(a));
        for candidates in [above, below] {
            for value in candidates {
                let path = ask(&|other| set(other, fact, value))?;
                if path != decision.path {
                    let distance = Some(value.abs_diff(now));
                    found.push(Change { fact, value: ChangeTo::Number(value), distance, path });
                    break;
                }
            }
        }
    }
    found.sort_by_key(|change| change.distance);
    if let Some(Line { value, .. }) = &law.lines.assessment_handled {
        let value = if case.handled >= *value { value - 1 } else { *value };
        let path = ask(&|other| other.handled = value)?;
        if path != decision.path {
            let distance = Some(value.abs_diff(case.handled));
            found.push(Change { fact: Fact::Handled, value: ChangeTo::Number(value), distance, path });
        }
    }
    let path = ask(&|other| other.ciio = !other.ciio)?;
    if path != decision.path {
        found.push(Change { fact: Fact::Ciio, value: ChangeTo::Truth(!case.ciio), distance: None, path });
    }
    if let [flow] = case.flows.as_slice() {
        let mut fact = |fact, value, path| {
            if path != decision.path {
                found.push(Change { fact, value, distance: None, path });
            }
        };
        let important = !flow.important_data;
        let path = ask(&|other| other.flows[0].important_data = important)?;
        fact(Fact::ImportantData, ChangeTo::Truth(important), path);
        for &ground in Ground::ALL.iter().filter(|&&ground| ground != flow.exempt) {
            // That nothing personal is exported is no choice while people are counted.
            if ground == Ground::NoPiNoImportant && (flow.non_sensitive > 0 || flow.sensitive > 0) {
                continue;
            }
            let path = ask(&|other| other.flows[0].exempt = ground)?;
            fact(Fact::Exempt, ChangeTo::Ground(ground), path);
        }
        for &ftz in Ftz::ALL.iter().filter(|&&ftz| ftz != flow.ftz) {
            let path = ask(&|other| other.flows[0].ftz = ftz)?;
            fact(Fact::Ftz, ChangeTo::Ftz(ftz), path);
        }
    }
    Ok(found)
}

fn count(case: &Case, fact: Fact) -> Option<u64> {
    let counts = match (case.totals, case.flows.as_slice()) {
        (Some(totals), _) => (totals.non_sensitive, totals.sensitive),
        (None, [flow]) => (flow.non_sensitive, flow.sensitive),
        _ => return None,
    };
    Some(if fact == Fact::Sensitive { counts.1 } else { counts.0 })
}

fn set(case: &mut Case, fact: Fact, value: u64) {
    if let Some(totals) = &mut case.totals {
        match fact {
            Fact::Sensitive => totals.sensitive = value,
            _ => totals.non_sensitive = value,
        }
    } else if let [flow] = case.flows.as_mut_slice() {
        match fact {
            Fact::Sensitive => flow.sensitive = value,
            _ => flow.non_sensitive = value,
        }
    }
}
