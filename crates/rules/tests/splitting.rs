//! The detector of splits: what is one, what is none, and what every hit shows.

use guosuo_rules::path::Fact;
use guosuo_rules::splitting::{Application, Hit, Settings, find};
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn one(id: &str, on: Date, non_sensitive: u64, sensitive: u64) -> Application {
    Application {
        id: id.into(),
        applicant: format!("示例{id}（虚构）"),
        group: "示例集团（虚构）".into(),
        recipient: "Fictional Cloud Ltd".into(),
        purpose: "跨境订单履行".into(),
        on,
        non_sensitive,
        sensitive,
        replaces: None,
    }
}

fn hits(applications: &[Application]) -> Vec<Hit> {
    find(applications, &Settings::default())
}

#[test]
fn parts_below_the_line_that_reach_it_together_are_shown_with_their_evidence() {
    let two = [one("a", date(2026, 2, 2), 500_000, 0), one("b", date(2026, 3, 2), 500_000, 0)];
    let found = hits(&two);
    assert_eq!(found.len(), 1);
    let hit = &found[0];
    assert_eq!((hit.fact, hit.line, hit.least, hit.most, hit.days), (Fact::NonSensitive, 1_000_000, 500_000, 1_000_000, 28));
    assert_eq!((hit.recipient, hit.purpose), (1000, 1000));
    assert_eq!(hit.parts.iter().map(|part| part.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let articles: Vec<String> = hit.articles.iter().map(ToString::to_string).collect();
    assert_eq!(articles, ["P16 7(1)(ii)", "M 5(4)", "PQ16 q11"]);
    // One person fewer, and the line is not reached (不满 excludes the number).
    let below = [one("a", date(2026, 2, 2), 500_000, 0), one("b", date(2026, 3, 2), 499_999, 0)];
    assert!(hits(&below).is_empty());
    // Sensitive information has its own line.
    let sensitive = [one("a", date(2026, 2, 2), 0, 6_000), one("b", date(2026, 3, 2), 0, 4_000)];
    assert_eq!((hits(&sensitive)[0].fact, hits(&sensitive)[0].line), (Fact::Sensitive, 10_000));
}

#[test]
fn what_is_no_split() {
    let first = || one("a", date(2026, 2, 2), 700_000, 0);
    let other = |change: fn(&mut Application)| {
        let mut application = one("b", date(2026, 3, 2), 700_000, 0);
        change(&mut application);
        hits(&[first(), application])
    };
    assert_eq!(other(|_| {}).len(), 1);
    assert!(other(|a| a.purpose = "员工薪酬发放".into()).is_empty(), "another purpose");
    assert!(other(|a| a.recipient = "Invented Harbour GmbH".into()).is_empty(), "another recipient");
    assert!(other(|a| a.group = "示例另一集团（虚构）".into()).is_empty(), "another group");
    assert!(other(|a| a.on = date(2026, 6, 3)).is_empty(), "121 days later");
    assert_eq!(other(|a| a.on = date(2026, 6, 2)).len(), 1, "120 days later");
    assert!(other(|a| a.on = date(2025, 12, 31)).is_empty(), "counts begin anew on 1 January");
    assert!(other(|a| a.non_sensitive = 1_000_000).is_empty(), "that one needs the assessment openly");
    assert!(other(|a| a.replaces = Some("a".into())).is_empty(), "a renewal holds the same export");
    assert!(other(|a| a.non_sensitive = 249_999).is_empty() && other(|a| a.on = date(2020, 1, 1)).is_empty());
    assert_eq!(other(|a| a.recipient = "ＦＩＣＴＩＯＮＡＬ　cloud, limited".into()).len(), 1, "another spelling");
    let loose = Settings { purpose: 0, ..Settings::default() };
    let other_purpose = Application { purpose: "员工薪酬发放".into(), ..one("b", date(2026, 3, 2), 700_000, 0) };
    assert_eq!(find(&[first(), other_purpose], &loose)[0].purpose, 0, "the thresholds are settings");
}

#[test]
fn the_line_is_that_of_the_day() {
    // Before 2024-03-22 the line was 100,000.
    let old = [one("a", date(2023, 5, 1), 60_000, 0), one("b", date(2023, 6, 1), 60_000, 0)];
    assert_eq!(hits(&old)[0].line, 100_000);
    let now = [one("a", date(2026, 5, 1), 60_000, 0), one("b", date(2026, 6, 1), 60_000, 0)];
    assert!(hits(&now).is_empty());
}

proptest! {
    #[test]
    fn every_hit_keeps_its_promise(counts in proptest::collection::vec((0_u64..1_200_000, 0_u64..12_000, 0_i8..6), 0..12), seed in any::<u64>()) {
        let mut applications: Vec<Application> = counts
            .iter()
            .enumerate()
            .map(|(n, &(ns, s, month))| one(&format!("x{n:02}"), date(2026, month + 1, 5), ns, s))
            .collect();
        let found = hits(&applications);
        for hit in &found {
            prop_assert!(hit.parts.len() >= 2);
            prop_assert!(hit.parts.iter().all(|part| part.count < hit.line && part.count * 4 >= hit.line));
            prop_assert!(hit.most >= hit.line && hit.least <= hit.most);
            prop_assert_eq!(hit.most, hit.parts.iter().map(|part| part.count).sum::<u64>());
            prop_assert!(hit.parts.windows(2).all(|two| two[0].on <= two[1].on));
        }
        // The order of the input does not matter.
        let turn = usize::try_from(seed % 13).unwrap_or(0) % applications.len().max(1);
        applications.rotate_left(turn);
        prop_assert_eq!(hits(&applications), found);
    }
}
