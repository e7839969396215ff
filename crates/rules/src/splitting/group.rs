//! Which applicants belong together: what they declare themselves, and what a body or an authority has marked with a reason.

use std::collections::{BTreeMap, BTreeSet};

use super::Application;
use super::similar::plain;

/// Why some applicants count as one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie<W> {
    /// The name of the group; may be empty where only its members are known.
    pub group: String,
    /// Names of applicants.
    pub members: Vec<String>,
    /// Who says so and why.
    pub why: W,
}

/// Names that belong together, by their plain form.
struct Names {
    /// Name → place.
    known: BTreeMap<String, usize>,
    /// Place → another place of the same group, or itself.
    above: Vec<usize>,
}

impl Names {
    fn of<W>(ties: &[Tie<W>]) -> Self {
        let mut names = Self { known: BTreeMap::new(), above: Vec::new() };
        for tie in ties {
            let mut places: Vec<usize> = tie.members.iter().filter_map(|name| names.place(&applicant(name))).collect();
            places.extend(names.place(&group(&tie.group)));
            for pair in places.windows(2) {
                let (a, b) = (names.top(pair[0]), names.top(pair[1]));
                names.above[a.max(b)] = a.min(b);
            }
        }
        names
    }

    fn place(&mut self, name: &str) -> Option<usize> {
        // The mark alone is no name.
        if name.len() < 2 {
            return None;
        }
        let next = self.above.len();
        let place = *self.known.entry(name.to_owned()).or_insert(next);
        if place == next {
            self.above.push(next);
        }
        Some(place)
    }

    fn top(&self, mut place: usize) -> usize {
        while self.above[place] != place {
            place = self.above[place];
        }
        place
    }

    fn group_of(&self, name: &str) -> Option<usize> {
        self.known.get(name).map(|place| self.top(*place))
    }
}

/// A company and a group of the same name are not the same thing before somebody says so.
fn applicant(name: &str) -> String {
    format!("a{}", plain(name))
}

fn group(name: &str) -> String {
    format!("g{}", plain(name))
}

/// Gives every application the group of its applicant: one name for all who are tied together, directly or by others. A group
/// that an application states itself ties too, and so does a ledger those who export by it.
pub fn join<W>(applications: &mut [Application], ties: &[Tie<W>]) {
    let own = |a: &Application| Tie { group: a.group.clone(), members: vec![a.applicant.clone(), a.holder.clone()], why: () };
    let tells = |a: &Application| !a.group.trim().is_empty() || (!a.holder.trim().is_empty() && a.holder != a.applicant);
    let said = ties.iter().map(|t| Tie { group: t.group.clone(), members: t.members.clone(), why: () });
    let all: Vec<Tie<()>> = said.chain(applications.iter().filter(|a| tells(a)).map(own)).collect();
    let names = Names::of(&all);
    // The first name that was given to a group is that of all of it, else its members stand for it: the
    // name of one company may be that of another group.
    let mut called: BTreeMap<usize, String> = BTreeMap::new();
    for tie in all.iter().filter(|t| !plain(&t.group).is_empty()) {
        if let Some(top) = names.group_of(&group(&tie.group)) {
            called.entry(top).or_insert_with(|| tie.group.clone());
        }
    }
    for tie in &all {
        for member in &tie.members {
            if let Some(top) = names.group_of(&applicant(member)) {
                let named: Vec<&str> = tie.members.iter().map(String::as_str).filter(|m| !m.trim().is_empty()).collect();
                called.entry(top).or_insert_with(|| named.join("、"));
            }
        }
    }
    for a in applications {
        if let Some(top) = names.group_of(&applicant(&a.applicant)) {
            a.group = called.get(&top).cloned().unwrap_or_default();
        }
    }
}

/// The names that no statement bears, however they are written: a mark of them ties nobody yet.
pub fn unknown<'n>(names: &'n [String], applications: &[Application]) -> Vec<&'n str> {
    let borne: BTreeSet<String> =
        applications.iter().flat_map(|a| [&a.applicant, &a.holder]).map(|name| applicant(name)).collect();
    names.iter().map(String::as_str).filter(|name| !borne.contains(&applicant(name))).collect()
}

/// All that ties an applicant to others, in the order given: the evidence for its group.
pub fn ties_of<'t, W>(name: &str, ties: &'t [Tie<W>]) -> Vec<&'t Tie<W>> {
    let names = Names::of(ties);
    let Some(top) = names.group_of(&applicant(name)) else { return Vec::new() };
    let inside = |tie: &&Tie<W>| tie.members.iter().any(|member| names.group_of(&applicant(member)) == Some(top));
    ties.iter().filter(inside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::splitting::{Settings, find};
    use jiff::civil::date;

    fn application(id: &str, applicant: &str, group: &str) -> Application {
        Application {
            id: id.into(),
            applicant: applicant.into(),
            holder: String::new(),
            source: super::super::Source::Application,
            until: None,
            group: group.into(),
            recipient: "Fictional GmbH".into(),
            purpose: "订单履行".into(),
            on: date(2026, 3, 2),
            non_sensitive: 600_000,
            sensitive: 0,
            replaces: None,
        }
    }

    fn tie(group: &str, members: &[&str], why: &'static str) -> Tie<&'static str> {
        Tie { group: group.into(), members: members.iter().map(|&m| m.into()).collect(), why }
    }

    #[test]
    fn a_name_that_nothing_bears_is_told_from_one_that_is_written_otherwise() {
        let list = [application("1", "示例甲（虚构）有限公司", "")];
        let names = ["示例甲(虚构)".to_owned(), "示例己（虚构）".to_owned()];
        assert_eq!(unknown(&names, &list), ["示例己（虚构）"]);
        assert_eq!(unknown(&names, &[]).len(), 2);
    }

    #[test]
    fn applicants_that_nothing_ties_are_compared_alone() {
        let mut list = vec![application("1", "示例甲公司（虚构）", ""), application("2", "示例乙公司（虚构）", "")];
        join::<()>(&mut list, &[]);
        assert!(find(&list, &Settings::default()).is_empty());
    }

    #[test]
    fn declared_and_marked_groups_meet_through_others() {
        // 甲 names its group; 丙 was marked as a member of it; 乙 names 丙 as its affiliate.
        let ties = [
            tie("示例集团", &["示例甲有限公司"], "declared by 甲"),
            tie("示例集团", &["示例丙有限公司", "示例甲有限公司"], "marked"),
            tie("", &["示例乙有限公司", "示例丙股份有限公司"], "declared by 乙"),
            tie("另一集团", &["示例丁有限公司"], "declared by 丁"),
        ];
        let mut list = vec![
            application("1", "示例甲有限公司", ""),
            application("2", "示例乙有限公司", ""),
            application("3", "示例丁有限公司", ""),
        ];
        join(&mut list, &ties);
        assert_eq!([&list[0].group, &list[1].group, &list[2].group], ["示例集团", "示例集团", "另一集团"]);
        let hits = find(&list, &Settings::default());
        assert_eq!(hits.len(), 1);
        let why: Vec<&str> = ties_of("示例乙有限公司", &ties).iter().map(|t| t.why).collect();
        assert_eq!(why, ["declared by 甲", "marked", "declared by 乙"]);
        assert!(ties_of("示例戊有限公司", &ties).is_empty());
    }

    #[test]
    fn a_company_that_is_called_like_a_group_is_not_in_it() {
        let ties = [tie("示例", &["示例甲"], "declared"), tie("", &["示例", "示例乙"], "declared")];
        let mut list = vec![application("1", "示例甲", ""), application("2", "示例乙", "")];
        join(&mut list, &ties);
        assert_ne!(list[0].group, list[1].group);
        assert!(find(&list, &Settings::default()).is_empty());
    }

    #[test]
    fn empty_names_tie_nobody() {
        let ties = [tie("", &["", "示例甲"], "x"), tie(" ", &["示例乙", "、"], "y")];
        let mut list = vec![application("1", "示例甲", ""), application("2", "示例乙", "")];
        join(&mut list, &ties);
        assert!(find(&list, &Settings::default()).is_empty());
    }
}
