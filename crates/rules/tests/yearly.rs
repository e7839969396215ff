//! The yearly ledger: exact where keys are shared, bounded where they are not.

use guosuo_rules::path::{Fact, Ground};
use guosuo_rules::yearly::{Count, Flow, Person, Point, Seen, Task, Way, year};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn plain(id: &str, points: &[(Date, u64, u64)]) -> Flow {
    let points = points.iter().map(|&(on, non_sensitive, sensitive)| Point { on, non_sensitive, sensitive }).collect();
    flow(id, Count::Plain { points })
}

fn keyed(id: &str, key: &str, seen: &[(u128, Date)]) -> Flow {
    let seen = seen.iter().map(|&(p, on)| Seen { person: Person(p), on, sensitive: false }).collect();
    flow(id, Count::Keyed { key: key.into(), seen })
}

fn flow(id: &str, count: Count) -> Flow {
    Flow {
        id: id.into(),
        exporter: "示例公司（虚构）".into(),
        recipient: "Fictional GmbH".into(),
        way: Way::Certificate,
        exempt: Ground::None,
        count,
        sets: Vec::new(),
    }
}

fn dossier(tasks: &[Task]) -> Option<(Fact, Date, Option<Date>, usize)> {
    tasks.iter().find_map(|t| match t {
        Task::Dossier { fact, since, certain, already, .. } => Some((*fact, *since, *certain, already.len())),
        _ => None,
    })
}

#[test]
fn counts_without_keys_lie_between_the_largest_and_the_sum() {
    let a = plain("a", &[(date(2026, 3, 31), 60_000, 0), (date(2026, 6, 30), 90_000, 10)]);
    let b = plain("b", &[(date(2026, 6, 30), 50_000, 4)]);
    let y = year(&[a, b], 2026).unwrap();
    assert_eq!((y.non_sensitive.least.total, y.non_sensitive.most.total), (90_000, 140_000));
    assert_eq!((y.sensitive.least.total, y.sensitive.most.total), (10, 14));
    assert!(!y.non_sensitive.is_exact());
    assert_eq!(y.non_sensitive.most.crossings[0].date, date(2026, 6, 30), "100,000 may be reached");
    assert!(y.non_sensitive.least.crossings.is_empty());
}

#[test]
fn one_person_in_two_affiliates_of_one_key_is_one() {
    let a = keyed("a", "k", &[(1, date(2026, 2, 1)), (2, date(2026, 2, 1))]);
    let b = keyed("b", "k", &[(2, date(2026, 1, 5)), (3, date(2026, 3, 1))]);
    let y = year(&[a.clone(), b.clone()], 2026).unwrap();
    assert_eq!((y.non_sensitive.least.total, y.non_sensitive.most.total), (3, 3));
    assert!(y.non_sensitive.is_exact());
    assert_eq!(y.non_sensitive.most.days[0].date, date(2026, 1, 5), "on the first day in either");
    let other = Flow { count: keyed("b", "other", &[(2, date(2026, 1, 5)), (3, date(2026, 3, 1))]).count, ..b };
    let y = year(&[a, other], 2026).unwrap();
    assert_eq!((y.non_sensitive.least.total, y.non_sensitive.most.total), (2, 4), "two keys cannot be compared");
}

#[test]
fn values_from_files_count_like_those_at_hand() {
    let seen = |people: &[(u128, Date)]| {
        people.iter().map(|&(p, on)| Seen { person: Person(p), on, sensitive: false }).collect::<Vec<_>>()
    };
    let at_hand = keyed("a", "k", &[(1, date(2026, 2, 1)), (2, date(2026, 2, 1))]);
    let files = [seen(&[(2, date(2026, 1, 5))]), seen(&[(3, date(2026, 3, 1)), (1, date(2026, 4, 1)), (9, date(2025, 4, 1))])];
    let brought =
        Flow { sets: files.into_iter().map(std::sync::Arc::new).collect(), ..keyed("b", "k", &[(4, date(2026, 2, 2))]) };
    let y = year(&[at_hand.clone(), brought.clone()], 2026).unwrap();
    assert_eq!((y.non_sensitive.least.total, y.non_sensitive.most.total), (4, 4), "a person counts once wherever it lies");
    let b = y.flows.iter().find(|f| f.flow == "b").unwrap();
    assert_eq!((b.non_sensitive, b.from, b.until), (4, Some(date(2026, 1, 5)), date(2026, 4, 1)));
    let bare = Flow { sets: Vec::new(), ..brought };
    assert_eq!(year(&[at_hand, bare], 2026).unwrap().non_sensitive.most.total, 3, "nothing is read behind the caller's back");
}

#[test]
fn the_count_begins_anew_on_the_first_of_january() {
    let f = plain("a", &[(date(2025, 12, 31), 999_999, 9_999), (date(2026, 1, 1), 1, 0)]);
    let y = year(std::slice::from_ref(&f), 2026).unwrap();
    assert_eq!((y.non_sensitive.most.total, y.sensitive.most.total), (1, 0));
    assert_eq!(year(&[f], 2025).unwrap().non_sensitive.most.total, 999_999);
}

#[test]
fn the_line_itself_opens_the_dossier_with_what_has_left() {
    let at = |n, s| year(&[plain("a", &[(date(2026, 5, 1), n, s)])], 2026).unwrap().tasks;
    assert_eq!(dossier(&at(999_999, 9_999)), None);
    assert_eq!(dossier(&at(1_000_000, 0)), Some((Fact::NonSensitive, date(2026, 5, 1), Some(date(2026, 5, 1)), 1)));
    assert_eq!(dossier(&at(0, 10_000)), Some((Fact::Sensitive, date(2026, 5, 1), Some(date(2026, 5, 1)), 1)));
    let two = [plain("a", &[(date(2026, 5, 1), 600_000, 0)]), plain("b", &[(date(2026, 6, 1), 400_000, 0)])];
    let found = dossier(&year(&two, 2026).unwrap().tasks);
    assert_eq!(found, Some((Fact::NonSensitive, date(2026, 6, 1), None, 2)), "possible, not certain: nobody knows the overlap");
}

#[test]
fn the_warning_is_the_highest_share_and_ends_with_the_line() {
    let near = |n| {
        let tasks = year(&[plain("a", &[(date(2026, 5, 1), 0, n)])], 2026).unwrap().tasks;
        tasks.into_iter().find_map(|t| match t {
            Task::Near { percent, .. } => Some(percent),
            _ => None,
        })
    };
    assert_eq!(
        [7_999, 8_000, 8_999, 9_000, 9_499, 9_500, 9_999, 10_000].map(near),
        [None, Some(80), Some(80), Some(90), Some(90), Some(95), Some(95), None]
    );
}

#[test]
fn exempt_flows_are_left_out_with_their_ground() {
    let hr = Flow { exempt: Ground::Hr, ..plain("hr", &[(date(2026, 5, 1), 2_000_000, 0)]) };
    let no_contract = Flow { exempt: Ground::HrWithoutCollectiveContract, ..plain("x", &[(date(2026, 5, 1), 5, 0)]) };
    let y = year(&[hr, no_contract], 2026).unwrap();
    assert_eq!(y.excluded, [("hr".to_owned(), Ground::Hr)]);
    assert_eq!(y.non_sensitive.most.total, 5, "without the collective contract it counts");
    assert!(dossier(&y.tasks).is_none());
}

#[test]
fn a_flow_without_a_mechanism_is_named_once_one_is_needed() {
    let open = |n, s| {
        let f = Flow { way: Way::None, ..plain("a", &[(date(2026, 5, 1), n, s)]) };
        year(&[f], 2026).unwrap().tasks.iter().any(|t| matches!(t, Task::Mechanism { .. }))
    };
    assert!(!open(99_999, 0));
    assert!(open(100_000, 0) && open(0, 1));
}

#[test]
fn the_forecast_starts_at_the_last_report_and_not_at_the_last_silence() {
    let f = plain("a", &[(date(2026, 1, 31), 3_100, 0), (date(2026, 2, 28), 5_900, 0)]);
    let y = year(&[f], 2026).unwrap();
    let forecast = y.non_sensitive.most.forecast.unwrap();
    assert_eq!(forecast.from, date(2026, 2, 28));
    assert_eq!(forecast.expected, 36_500, "a hundred a day");
    assert_eq!(y.until, Some(date(2026, 2, 28)));
}

#[test]
fn a_person_is_a_keyed_value_and_never_an_identifier() {
    assert!("11010519491231002X".parse::<Person>().is_err());
    assert!("0123456789ABCDEF0123456789ABCDEF".parse::<Person>().is_err());
    let p: Person = "00000000000000000000000000000a0b".parse().unwrap();
    assert_eq!((p, p.to_string().as_str()), (Person(0xa0b), "00000000000000000000000000000a0b"));
    assert!(year(&[], 2021).is_err(), "a year without parameters");
}

proptest! {
    /// Whoever the people really are, the truth lies within the bounds, and one key for all meets it exactly.
    #[test]
    fn the_truth_lies_within_the_bounds(sets in proptest::collection::vec(proptest::collection::vec((0_u128..40, 0_i64..365), 0..30), 1..5)) {
        let day = |d: i64| date(2026, 1, 1) + d.days();
        let truth: std::collections::BTreeSet<u128> = sets.iter().flatten().map(|s| s.0).collect();
        let exact: Vec<Flow> = sets.iter().enumerate().map(|(i, s)| {
            keyed(&i.to_string(), "k", &s.iter().map(|&(p, d)| (p, day(d))).collect::<Vec<_>>())
        }).collect();
        let counted: Vec<Flow> = sets.iter().enumerate().map(|(i, s)| {
            let n = s.iter().map(|x| x.0).collect::<std::collections::BTreeSet<_>>().len() as u64;
            plain(&i.to_string(), &[(date(2026, 12, 30), n, 0)])
        }).collect();
        let (e, c) = (year(&exact, 2026).unwrap(), year(&counted, 2026).unwrap());
        let n = truth.len() as u64;
        prop_assert_eq!((e.non_sensitive.least.total, e.non_sensitive.most.total), (n, n));
        prop_assert!(c.non_sensitive.least.total <= n && n <= c.non_sensitive.most.total);
    }

    /// Spreading for the forecast neither makes nor loses people, and never runs ahead of the report.
    #[test]
    fn totals_never_fall(points in proptest::collection::vec((0_i64..365, 0_u64..2_000_000), 1..20)) {
        let points: Vec<(Date, u64, u64)> = points.into_iter().map(|(d, n)| (date(2026, 1, 1) + d.days(), n, 0)).collect();
        let top = points.iter().map(|p| p.1).max().unwrap();
        let y = year(&[plain("a", &points)], 2026).unwrap();
        prop_assert_eq!(y.non_sensitive.most.total, top);
        prop_assert!(y.non_sensitive.most.days.windows(2).all(|w| w[0].total < w[1].total && w[0].date < w[1].date));
        if let Some(f) = &y.non_sensitive.most.forecast {
            prop_assert!(f.low >= top && f.low <= f.expected && f.expected <= f.high);
        }
    }
}
