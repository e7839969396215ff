//! The detector of splits: what is one, what is none, and what every hit shows.

use guosuo_rules::path::Fact;
use guosuo_rules::path::Ground;
use guosuo_rules::splitting::{Application, Hit, LedgerFlow, Settings, Source, find, join, together};
use guosuo_rules::yearly::{self, Count, Point, Way};
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn one(id: &str, on: Date, non_sensitive: u64, sensitive: u64) -> Application {
    Application {
        id: id.into(),
        applicant: format!("示例{id}（虚构）"),
        holder: String::new(),
        source: Source::Application,
        until: None,
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
    assert_eq!(other(|a| a.on = date(2026, 12, 31)).len(), 1, "people are counted from 1 January: a year is close");
    let narrow = |on| {
        let later = Application { on, ..one("b", on, 700_000, 0) };
        find(&[first(), later], &Settings { window_days: 120, ..Settings::default() })
    };
    assert!(narrow(date(2026, 6, 3)).is_empty(), "121 days later");
    assert_eq!(narrow(date(2026, 6, 2)).len(), 1, "120 days later");
    assert!(other(|a| a.on = date(2025, 12, 31)).is_empty(), "counts begin anew on 1 January");
    assert!(other(|a| a.non_sensitive = 1_000_000).is_empty(), "that one needs the assessment openly");
    assert!(other(|a| a.replaces = Some("a".into())).is_empty(), "a renewal holds the same export");
    assert!(other(|a| a.on = date(2020, 1, 1)).is_empty(), "no law of that day is known");
    assert_eq!(other(|a| a.recipient = "ＦＩＣＴＩＯＮＡＬ　cloud, limited".into()).len(), 1, "another spelling");
    let loose = Settings { purpose: 0, ..Settings::default() };
    let other_purpose = Application { purpose: "员工薪酬发放".into(), ..one("b", date(2026, 3, 2), 700_000, 0) };
    assert_eq!(find(&[first(), other_purpose], &loose)[0].purpose, 0, "the thresholds are settings");
}

#[test]
fn small_parts_count_together_and_not_beside_a_large_one() {
    let parts = |counts: &[u64]| {
        let one = |(n, &people): (usize, &u64)| one(&format!("x{n}"), date(2026, 2, 2), people, 0);
        hits(&counts.iter().enumerate().map(one).collect::<Vec<_>>())
    };
    assert!(parts(&[800_000, 249_999]).is_empty(), "less than a quarter of the line beside the largest");
    assert_eq!(parts(&[800_000, 250_000]).len(), 1);
    assert!(parts(&[880_000, 60_000, 60_000]).is_empty());
    assert_eq!(parts(&[150_000; 7])[0].parts.len(), 7, "many small parts");
    assert!(parts(&[49_999; 21]).is_empty(), "crumbs are no parts");
}

fn ledger(holder: &str, id: &str, days: (Date, Date), people: u64) -> Application {
    Application {
        holder: holder.into(),
        source: Source::Ledger,
        until: Some(days.1),
        group: String::new(),
        ..one(id, days.0, people, 0)
    }
}

#[test]
fn ledgers_are_looked_at_like_applications_and_with_them() {
    let year = (date(2026, 1, 5), date(2026, 9, 30));
    // One ledger, two affiliates: the ledger itself says that they belong together.
    let mut one_ledger = vec![ledger("示例甲公司（虚构）", "a", year, 600_000), ledger("示例甲公司（虚构）", "b", year, 500_000)];
    join::<()>(&mut one_ledger, &[]);
    let found = hits(&one_ledger);
    assert_eq!((found.len(), found[0].most, found[0].days), (1, 1_100_000, 268));
    assert!(found[0].parts.iter().all(|p| p.source == Source::Ledger && p.added && p.holder == "示例甲公司（虚构）"));
    // Two ledgers have nothing to do with one another until somebody says so.
    let mut two = vec![ledger("示例甲公司（虚构）", "a", year, 600_000), ledger("示例乙公司（虚构）", "b", year, 500_000)];
    join::<()>(&mut two, &[]);
    assert!(hits(&two).is_empty());
    for a in &mut two {
        a.group = "示例集团（虚构）".into();
    }
    assert_eq!(hits(&two).len(), 1);
    // An application of one and the ledger of the other.
    let mut both = vec![one("a", date(2026, 3, 2), 600_000, 0), two.remove(1)];
    assert_eq!(hits(&both)[0].parts.iter().map(|p| p.source).collect::<Vec<_>>(), [Source::Ledger, Source::Application]);
    // The days of a flow are an interval: it is close to what lies beside any of its days.
    both[0].on = date(2026, 12, 1);
    let close = Settings { window_days: 62, ..Settings::default() };
    assert_eq!(find(&both, &close).len(), 1, "62 days from 30 September to 1 December");
    assert!(find(&both, &Settings { window_days: 61, ..close }).is_empty());
}

#[test]
fn what_is_applied_for_and_what_has_left_is_one_export_of_one_organisation() {
    let year = (date(2026, 1, 5), date(2026, 9, 30));
    let applied = one("a", date(2026, 3, 2), 700_000, 0);
    let own = |people| {
        let mut flow = ledger(&applied.applicant, "会员订单", year, people);
        (flow.applicant, flow.group) = (applied.applicant.clone(), applied.group.clone());
        flow
    };
    assert!(hits(&[applied.clone(), own(650_000)]).is_empty(), "never both");
    let affiliate = Application { non_sensitive: 400_000, ..one("b", date(2026, 4, 2), 0, 0) };
    for (left, most) in [(650_000, 1_100_000), (750_000, 1_150_000)] {
        let found = hits(&[applied.clone(), own(left), affiliate.clone()]);
        assert_eq!((found.len(), found[0].most), (1, most), "the larger of the two statements and the affiliate's");
        assert_eq!(found[0].parts.iter().filter(|p| p.added).count(), 2);
        assert_eq!(found[0].parts.len(), 3, "all that is known is shown");
    }
}

#[test]
fn a_known_number_of_people_settles_a_hit() {
    let two = [one("a", date(2026, 2, 2), 600_000, 0), one("b", date(2026, 3, 2), 600_000, 0)];
    let hit = hits(&two).remove(0);
    assert!(hit.clone().settle(999_999).is_none());
    let settled = hit.settle(1_000_000).unwrap();
    assert_eq!((settled.least, settled.most, settled.exact), (1_000_000, 1_000_000, true));
}

#[test]
fn two_lines_of_one_export_are_one_finding() {
    let all = [
        one("a", date(2026, 2, 2), 600_000, 6_000),
        one("b", date(2026, 3, 2), 600_000, 0),
        one("c", date(2026, 4, 2), 0, 6_000),
        Application { group: "示例另一集团（虚构）".into(), ..one("d", date(2026, 4, 2), 0, 6_000) },
        Application { group: "示例另一集团（虚构）".into(), ..one("e", date(2026, 4, 2), 0, 6_000) },
    ];
    let found = together(hits(&all));
    let shape: Vec<(usize, &str)> = found.iter().map(|f| (f.len(), f[0].parts[0].id.as_str())).collect();
    assert_eq!(shape, [(2, "a"), (1, "d")]);
}

#[test]
fn the_flows_of_two_years_are_two_findings_and_a_name_hides_no_flow() {
    let of = |id: &str, year: i16| ledger("示例甲公司（虚构）", id, (date(year, 1, 5), date(year, 9, 30)), 600_000);
    let mut years = vec![of("a", 2025), of("b", 2025), of("a", 2026), of("b", 2026)];
    join::<()>(&mut years, &[]);
    let near = Settings { window_days: 62, ..Settings::default() };
    let found = together(find(&years, &near));
    assert_eq!(found.iter().map(|f| f[0].parts[0].on.year()).collect::<Vec<_>>(), [2025, 2026]);
    // An application that takes the place of another leaves that out, and no flow that bears its number as a name.
    let mut all = vec![of("a", 2026), of("b", 2026), one("new", date(2026, 4, 1), 1, 0)];
    all[2].replaces = Some("a".into());
    join::<()>(&mut all, &[]);
    assert_eq!(hits(&all).len(), 1);
}

#[test]
fn flows_of_a_year_that_can_be_parts() {
    let flow = |id: &str, way, exempt, on, n| yearly::Flow {
        id: id.into(),
        exporter: "示例公司（虚构）".into(),
        recipient: "Fictional GmbH".into(),
        way,
        exempt,
        count: Count::Plain { points: vec![Point { on, non_sensitive: n, sensitive: 1 }] },
        sets: Vec::new(),
    };
    let (none, day) = (Ground::None, date(2026, 5, 1));
    let flows = [
        flow("a", Way::Certificate, none, day, 10),
        flow("a", Way::Certificate, none, date(2026, 6, 1), 20),
        flow("assessed", Way::Assessment, none, day, 900_000),
        flow("hr", Way::None, Ground::Hr, day, 900_000),
    ];
    let found = LedgerFlow::of(&yearly::year(&flows, 2026).unwrap(), |name| format!("purpose of {name}"));
    assert_eq!(found.len(), 1, "what passed an assessment or is exempt is no part of a split");
    let (a, stated) = (&found[0], found[0].stated_by("示例集团公司（虚构）"));
    assert_eq!((a.from, a.until, a.non_sensitive, a.sensitive), (day, date(2026, 6, 1), 30, 2));
    assert_eq!((stated.purpose.as_str(), stated.source, stated.until), ("purpose of a", Source::Ledger, Some(a.until)));
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
            prop_assert!(hit.parts.iter().all(|part| part.count < hit.line && part.count * 20 >= hit.line));
            prop_assert!(hit.most >= hit.line && hit.least <= hit.most && (hit.most - hit.least) * 4 >= hit.line);
            prop_assert_eq!(hit.most, hit.parts.iter().filter(|part| part.added).map(|part| part.count).sum::<u64>());
            prop_assert!(hit.parts.windows(2).all(|two| two[0].on <= two[1].on));
        }
        // The order of the input does not matter.
        let turn = usize::try_from(seed % 13).unwrap_or(0) % applications.len().max(1);
        applications.rotate_left(turn);
        prop_assert_eq!(hits(&applications), found);
    }
}
