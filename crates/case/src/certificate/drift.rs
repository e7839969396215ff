//! Drift: what really leaves, compared with what was certified, field by field (M 10(1)).

use serde::{Deserialize, Serialize};

use crate::certification::Scope;

/// A field of the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftField {
    /// Purposes.
    Purpose,
    /// Kinds of personal information.
    Kind,
    /// Whether a kind is sensitive.
    Sensitive,
    /// People, non-sensitive.
    People,
    /// People, sensitive.
    PeopleSensitive,
    /// Recipients.
    Recipient,
    /// Country of a recipient.
    RecipientCountry,
    /// Onward recipients.
    Onward,
    /// Country of an onward recipient.
    OnwardCountry,
    /// Systems.
    System,
    /// Retention abroad.
    Retention,
}

/// Which way they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The flows go beyond the scope: no longer as certified.
    Beyond,
    /// The scope is not used: worth knowing, no ground for a measure.
    Unused,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The field.
    pub field: DriftField,
    /// Which entry; empty for a number of the whole.
    pub item: String,
    /// As certified; empty where it is not.
    pub certified: String,
    /// As found; empty where it is not.
    pub actual: String,
    /// Which way.
    pub direction: Direction,
}

/// Compares the certified scope with the flows that take place. Order and repetition of entries
/// do not matter; names are compared exactly as given.
pub fn compare(certified: &Scope, actual: &Scope) -> Vec<Difference> {
    let mut out = Vec::new();
    let names = |list: &[String]| list.iter().map(|n| (n.clone(), String::new())).collect::<Vec<_>>();
    entries(&mut out, DriftField::Purpose, None, &names(&certified.purposes), &names(&actual.purposes));
    let kinds = |s: &Scope| s.kinds.iter().map(|k| (k.name.clone(), flag(k.sensitive))).collect::<Vec<_>>();
    entries(&mut out, DriftField::Kind, Some(DriftField::Sensitive), &kinds(certified), &kinds(actual));
    number(&mut out, DriftField::People, certified.people.non_sensitive, actual.people.non_sensitive);
    number(&mut out, DriftField::PeopleSensitive, certified.people.sensitive, actual.people.sensitive);
    let recipients = |s: &Scope| s.recipients.iter().map(|r| (r.name.clone(), r.country.clone())).collect::<Vec<_>>();
    let country = Some(DriftField::RecipientCountry);
    entries(&mut out, DriftField::Recipient, country, &recipients(certified), &recipients(actual));
    let onward = |s: &Scope| s.onward.iter().map(|o| (format!("{} → {}", o.from, o.name), o.country.clone())).collect::<Vec<_>>();
    entries(&mut out, DriftField::Onward, Some(DriftField::OnwardCountry), &onward(certified), &onward(actual));
    entries(&mut out, DriftField::System, None, &names(&certified.systems), &names(&actual.systems));
    number(&mut out, DriftField::Retention, certified.retention_months.into(), actual.retention_months.into());
    out
}

/// Whether the flows stay within the scope.
pub fn is_within(certified: &Scope, actual: &Scope) -> bool {
    compare(certified, actual).iter().all(|d| d.direction == Direction::Unused)
}

fn flag(sensitive: bool) -> String {
    if sensitive { "sensitive" } else { "not_sensitive" }.to_owned()
}

type Entry = (String, String);

fn entries(out: &mut Vec<Difference>, field: DriftField, detail: Option<DriftField>, certified: &[Entry], actual: &[Entry]) {
    let mut push = |field, item: &str, c: &str, a: &str, direction| {
        let d = Difference { field, item: item.into(), certified: c.into(), actual: a.into(), direction };
        if !out.contains(&d) {
            out.push(d);
        }
    };
    for (name, value) in actual {
        if certified.iter().any(|(n, v)| n == name && v == value) {
            continue;
        }
        match (certified.iter().find(|(n, _)| n == name), detail) {
            (Some((_, v)), Some(detail)) => push(detail, name, v, value, Direction::Beyond),
            _ => push(field, name, "", name, Direction::Beyond),
        }
    }
    for (name, _) in certified {
        if !actual.iter().any(|(n, _)| n == name) {
            push(field, name, name, "", Direction::Unused);
        }
    }
}

fn number(out: &mut Vec<Difference>, field: DriftField, certified: u64, actual: u64) {
    if actual > certified {
        let (certified, actual) = (certified.to_string(), actual.to_string());
        out.push(Difference { field, item: String::new(), certified, actual, direction: Direction::Beyond });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certification::{Kind, Onward, People, Recipient};
    use proptest::prelude::*;

    fn scope() -> Scope {
        Scope {
            purposes: vec!["订单履行".into()],
            kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "护照号".into(), sensitive: true }],
            people: People { non_sensitive: 200_000, sensitive: 5_000 },
            recipients: vec![Recipient { name: "Example GmbH".into(), country: "DE".into(), contact: "x".into() }],
            onward: vec![Onward { from: "Example GmbH".into(), name: "Example SAS".into(), country: "FR".into() }],
            systems: vec!["CRM".into()],
            retention_months: 24,
        }
    }

    fn only(actual: &Scope) -> Difference {
        let mut d = compare(&scope(), actual);
        assert_eq!(d.len(), 1, "{d:?}");
        d.remove(0)
    }

    #[test]
    fn the_same_flows_show_no_drift() {
        assert_eq!(compare(&scope(), &scope()), []);
        assert!(is_within(&scope(), &scope()));
    }

    #[test]
    fn each_field_is_compared() {
        let mut a = scope();
        a.purposes.push("营销".into());
        assert_eq!(only(&a).field, DriftField::Purpose);
        let mut a = scope();
        a.kinds[0].sensitive = true;
        let d = only(&a);
        assert_eq!((d.field, d.certified.as_str(), d.actual.as_str()), (DriftField::Sensitive, "not_sensitive", "sensitive"));
        let mut a = scope();
        a.people.non_sensitive = 200_001;
        assert_eq!((only(&a).field, only(&a).actual), (DriftField::People, "200001".into()));
        let mut a = scope();
        a.people.sensitive = 5_001;
        assert_eq!(only(&a).field, DriftField::PeopleSensitive);
        let mut a = scope();
        a.recipients[0].country = "US".into();
        let d = only(&a);
        assert_eq!((d.field, d.certified.as_str(), d.actual.as_str()), (DriftField::RecipientCountry, "DE", "US"));
        let mut a = scope();
        a.recipients.push(Recipient { name: "Other".into(), country: "US".into(), contact: "x".into() });
        assert_eq!(only(&a).field, DriftField::Recipient);
        let mut a = scope();
        a.onward[0].country = "US".into();
        assert_eq!(only(&a).field, DriftField::OnwardCountry);
        let mut a = scope();
        a.systems.push("ERP".into());
        assert_eq!(only(&a).field, DriftField::System);
        let mut a = scope();
        a.retention_months = 25;
        assert_eq!(only(&a).field, DriftField::Retention);
    }

    #[test]
    fn less_than_certified_is_within() {
        let mut a = scope();
        a.onward.clear();
        a.people.non_sensitive = 1;
        a.retention_months = 1;
        assert!(is_within(&scope(), &a));
        assert_eq!(compare(&scope(), &a)[0].direction, Direction::Unused);
    }

    proptest! {
        #[test]
        fn a_part_of_the_scope_is_within_it(keep in proptest::collection::vec(any::<bool>(), 6), n in 0_u64..200_000, s in 0_u64..5_000, m in 0_u32..24) {
            let mut a = scope();
            let mut i = 0;
            let mut next = || { i += 1; keep[(i - 1) % keep.len()] };
            a.purposes.retain(|_| next());
            a.kinds.retain(|_| next());
            a.recipients.retain(|_| next());
            a.onward.retain(|_| next());
            a.systems.retain(|_| next());
            a.people = People { non_sensitive: n, sensitive: s };
            a.retention_months = m;
            prop_assert!(is_within(&scope(), &a));
            prop_assert!(is_within(&a, &a));
        }
    }
}
