//! The export path: the table of boundary values, every combination of the facts, and what must hold for all.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the failure")]

use guosuo_rules::path::{
    Case, ChangeTo, Counts, Decision, Fact, Flow, Ftz, Ground, Law, Open, Overlay, Path, answer, decide, range,
};
use jiff::civil::{Date, date};
use proptest::prelude::*;

const ON: Date = date(2026, 11, 22);

fn people(non_sensitive: u64, sensitive: u64) -> Flow {
    Flow { non_sensitive, sensitive, ..Flow::default() }
}

fn ask(flow: Flow, ciio: bool) -> Decision {
    decide(&Case::single(flow, ciio, ON)).unwrap()
}

fn articles(decision: &Decision) -> Vec<String> {
    decision.articles.iter().map(ToString::to_string).collect()
}

#[test]
fn the_table_of_boundary_values() {
    use Path::{Exempt, None, SccOrCertification, SecurityAssessment};
    for (non_sensitive, sensitive, expected) in [
        (0, 0, None),
        (1, 0, Exempt),
        (99_999, 0, Exempt),
        (100_000, 0, SccOrCertification),
        (999_999, 0, SccOrCertification),
        (1_000_000, 0, SecurityAssessment),
        (0, 1, SccOrCertification),
        (50_000, 1, SccOrCertification),
        (99_999, 1, SccOrCertification),
        (0, 9_999, SccOrCertification),
        (0, 10_000, SecurityAssessment),
        (999_999, 9_999, SccOrCertification),
        (100_000, 10_000, SecurityAssessment),
        (1_000_000, 9_999, SecurityAssessment),
        (1, 10_000, SecurityAssessment),
        (u64::MAX, u64::MAX, SecurityAssessment),
    ] {
        let found = ask(people(non_sensitive, sensitive), false);
        assert_eq!(found.path, expected, "{non_sensitive} {sensitive}");
        if non_sensitive > 0 || sensitive > 0 {
            assert_eq!(ask(people(non_sensitive, sensitive), true).path, SecurityAssessment);
        }
    }
    assert_eq!(ask(people(0, 0), true).path, None);
}

/// An independent reading of the ordered table for one flow.
fn table(flow: &Flow, ciio: bool) -> Path {
    let (ns, s) = (flow.non_sensitive, flow.sensitive);
    let nothing = ns == 0 && s == 0;
    match (flow.important_data, flow.exempt, flow.ftz) {
        (true, _, _) => Path::SecurityAssessment,
        (_, Ground::None | Ground::HrWithoutCollectiveContract, _) if nothing => Path::None,
        (_, Ground::NoPiNoImportant, _) if !nothing => Path::Review,
        (_, _, Ftz::OutsideList)
        | (
            _,
            Ground::NoPiNoImportant | Ground::Transit | Ground::Contract | Ground::Hr | Ground::Emergency | Ground::LegalDuty,
            _,
        ) => Path::Exempt,
        (_, Ground::GbaContract, _) => Path::Review,
        (_, _, Ftz::InsideList) => Path::ByNegativeList,
        _ if ciio || ns >= 1_000_000 || s >= 10_000 => Path::SecurityAssessment,
        _ if ns >= 100_000 || s >= 1 => Path::SccOrCertification,
        _ => Path::Exempt,
    }
}

#[test]
fn every_combination_of_facts_and_boundaries() {
    let mut tried = 0;
    for ciio in [false, true] {
        for important_data in [false, true] {
            for &exempt in Ground::ALL {
                for &ftz in Ftz::ALL {
                    for ns in [0, 1, 99_999, 100_000, 100_001, 999_999, 1_000_000, 1_000_001] {
                        for s in [0, 1, 9_999, 10_000, 10_001] {
                            let flow = Flow { important_data, exempt, ftz, ..people(ns, s) };
                            let found = answer(&Case::single(flow.clone(), ciio, ON)).unwrap();
                            assert_eq!(found.path, table(&flow, ciio), "ciio {ciio} {flow:?}");
                            assert!(!found.articles.is_empty(), "{flow:?} without article");
                            assert_eq!(found.item.is_some(), found.path == Path::Exempt);
                            tried += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(tried, 2 * 2 * 9 * 4 * 8 * 5);
}

#[test]
fn articles_of_the_answers() {
    let with = |flow| articles(&ask(flow, false));
    assert_eq!(with(people(99_999, 0)), ["P16 5(1)(iv)", "CC 1259"]);
    assert_eq!(with(people(100_000, 0)), ["P16 8(1)", "M 5(1)(ii)", "CC 1259"]);
    assert_eq!(with(people(1_000_000, 0)), ["P16 7(1)(ii)", "CC 1259"]);
    assert_eq!(with(Flow { exempt: Ground::LegalDuty, ..people(5, 5) }), ["NDR 35(vi)"]);
    assert_eq!(with(Flow { exempt: Ground::Contract, ..people(5, 5) }), ["P16 5(1)(i)", "NDR 35(iv)"]);
    assert_eq!(with(Flow { important_data: true, ..people(0, 0) }), ["P16 7(1)(i)", "M 5(2)"]);
    assert_eq!(with(Flow { treaty: true, ..people(1, 0) }), ["PIPL 38(2)", "NDR 36"]);
    assert_eq!(articles(&ask(people(1, 0), true)), ["P16 7(1)(i)", "PIPL 40", "CSL 39"]);
}

#[test]
fn what_the_law_leaves_open_is_said() {
    let open = |flow, ciio| ask(flow, ciio).open_in_law;
    assert_eq!(open(people(100_000, 0), false), []);
    assert_eq!(open(people(1_000_000, 0), false), [Open::ExactlyAtTheLine]);
    assert_eq!(open(people(50_000, 1), false), [Open::NonSensitiveBesideSensitive, Open::PersonOfBothKinds]);
    assert_eq!(open(Flow { exempt: Ground::GbaContract, ..people(1, 0) }, false), [Open::GbaDetails]);
    assert_eq!(open(Flow { exempt: Ground::LegalDuty, ..people(1, 0) }, false), [Open::LegalDutyNotInProvisions]);
    assert_eq!(open(Flow { exempt: Ground::Contract, ..people(1, 0) }, true), [Open::ExemptionOfCiio]);
    assert_eq!(open(Flow { exempt: Ground::NoPiNoImportant, ..people(1, 0) }, false), [Open::FactsContradict]);
    let outside = Flow { important_data: true, ftz: Ftz::OutsideList, ..people(1, 0) };
    assert_eq!(open(outside, false), [Open::ImportantDataOutsideList]);
}

#[test]
fn the_nearest_changes() {
    let found = ask(people(99_999, 0), false);
    let first = &found.would_change[0];
    assert_eq!(
        (first.fact, first.value, first.distance, first.path),
        (Fact::NonSensitive, ChangeTo::Number(100_000), Some(1), Path::SccOrCertification)
    );
    let sensitive = &found.would_change[1];
    assert_eq!((sensitive.fact, sensitive.value), (Fact::Sensitive, ChangeTo::Number(1)));
    // At 50,000 and one sensitive person, the one person decides.
    let found = ask(people(50_000, 1), false);
    let less = &found.would_change[0];
    assert_eq!((less.fact, less.value, less.path), (Fact::Sensitive, ChangeTo::Number(0), Path::Exempt));
    // Important data: nothing but that fact helps.
    let found = ask(Flow { important_data: true, ..people(5, 0) }, false);
    assert_eq!(found.would_change.len(), 1);
    assert_eq!(found.would_change[0].fact, Fact::ImportantData);
}

#[test]
fn flows_are_classified_before_they_are_counted() {
    let payroll = Flow { name: "hr".into(), exempt: Ground::Hr, ..people(900_000, 9_000) };
    let shop = Flow { name: "shop".into(), ..people(150_000, 0) };
    let case = |flows, totals| Case { flows, totals, ..Case::single(Flow::default(), false, ON) };
    let found = decide(&case(vec![payroll.clone(), shop.clone()], None)).unwrap();
    assert_eq!(found.path, Path::SccOrCertification);
    assert_eq!(found.counts, Counts { non_sensitive: 150_000, sensitive: 0 });
    assert_eq!((found.flows[0].path, found.flows[0].counted), (Some(Path::Exempt), false));
    // Two flows that may hold the same people: only exact totals decide.
    let other = Flow { name: "other".into(), ..people(900_000, 0) };
    let found = decide(&case(vec![shop.clone(), other.clone()], None)).unwrap();
    assert_eq!((found.path, found.open_in_law.as_slice()), (Path::Review, &[Open::OverlapOfFlows][..]));
    let totals = Counts { non_sensitive: 950_000, sensitive: 0 };
    let found = decide(&case(vec![shop, other], Some(totals))).unwrap();
    assert_eq!(found.path, Path::SccOrCertification);
    let least_and_most = |flows| range(&case(flows, None)).unwrap();
    let (few, many) = (people(5, 2), people(3, 4));
    let expected = (Counts { non_sensitive: 5, sensitive: 4 }, Counts { non_sensitive: 8, sensitive: 6 });
    assert_eq!(least_and_most(vec![few.clone(), payroll.clone(), many]), Some(expected));
    assert_eq!(least_and_most(vec![few, payroll.clone()]), None, "what an exemption takes away is not counted");
    // One flow with important data takes the whole along.
    let important = Flow { important_data: true, ..people(1, 0) };
    assert_eq!(decide(&case(vec![payroll, important], None)).unwrap().path, Path::SecurityAssessment);
    assert_eq!(decide(&case(vec![], None)).unwrap().path, Path::None);
}

#[test]
fn an_old_decision_is_replayed_under_the_law_of_its_day() {
    let on = |day, ns, s| answer(&Case::single(people(ns, s), false, day)).unwrap();
    // Before 2024-03-22: no exemption by volume, lines of 100,000 and 10,000.
    assert_eq!(on(date(2024, 3, 21), 5, 0).path, Path::SccOrCertification);
    assert_eq!(on(date(2024, 3, 22), 5, 0).path, Path::Exempt);
    assert_eq!(on(date(2024, 3, 21), 100_000, 0).path, Path::SecurityAssessment);
    assert_eq!(on(date(2024, 3, 22), 100_000, 0).path, Path::SccOrCertification);
    assert_eq!(on(date(2024, 3, 21), 99_999, 0).law, "SA11+SC13");
    let handled = Case { handled: 1_000_000, ..Case::single(people(1, 0), false, date(2023, 1, 1)) };
    assert_eq!(answer(&handled).unwrap().path, Path::SecurityAssessment);
    assert_eq!(answer(&Case { on: ON, ..handled }).unwrap().path, Path::Exempt);
    // The ground of statutory duty came with the Regulations.
    let duty = Flow { exempt: Ground::LegalDuty, ..people(150_000, 0) };
    let before = answer(&Case::single(duty.clone(), false, date(2024, 12, 31))).unwrap();
    assert_eq!((before.path, before.open_in_law.as_slice()), (Path::SccOrCertification, &[Open::GroundNotInForce][..]));
    assert_eq!(answer(&Case::single(duty, false, date(2025, 1, 1))).unwrap().path, Path::Exempt);
    assert!(answer(&Case::single(people(1, 0), false, date(2022, 8, 31))).is_err());
    let versions = guosuo_rules::path::versions();
    assert_eq!(versions[0].superseded_by.as_deref(), Some(versions[1].id.as_str()));
    assert_eq!(versions[0].until, Some(versions[1].from));
    assert_eq!(Law::on(ON).unwrap().id, "P16");
}

#[test]
fn a_zone_may_have_its_own_numbers() {
    let overlay = Overlay::parse_toml(
        "id = \"示例清单（虚构）\"\nzone = \"示例区\"\nfield = \"示例领域\"\nfrom = \"2026-01-01\"\naddress = \"https://example.cn\"\nassessment_non_sensitive = 5000000",
    )
    .unwrap();
    let flow = Flow { ftz: Ftz::InsideList, ..people(2_000_000, 0) };
    let case = |overlay| Case { overlay, ..Case::single(flow.clone(), false, ON) };
    assert_eq!(answer(&case(None)).unwrap().path, Path::ByNegativeList);
    let found = answer(&case(Some(overlay))).unwrap();
    assert_eq!(found.path, Path::SccOrCertification);
    assert_eq!(found.boundaries[0].line, 5_000_000);
}

#[test]
fn state_organs_need_an_assessment() {
    let case = Case { state_organ: true, ..Case::single(people(1, 0), false, ON) };
    assert_eq!(articles(&answer(&case).unwrap()), ["PIPL 36"]);
}

const fn strictness(path: Path) -> u8 {
    match path {
        Path::None => 0,
        Path::Exempt => 1,
        Path::SccOrCertification => 2,
        Path::SecurityAssessment => 3,
        _ => 9,
    }
}

proptest! {
    #[test]
    fn more_people_are_never_treated_more_leniently(
        ns in 0_u64..2_000_000, s in 0_u64..20_000, more_ns in 0_u64..500_000, more_s in 0_u64..5_000, ciio: bool,
    ) {
        let few = ask(people(ns, s), ciio).path;
        let many = ask(people(ns + more_ns, s + more_s), ciio).path;
        prop_assert!(strictness(few) <= strictness(many));
    }

    #[test]
    fn important_data_always_needs_the_assessment(
        ns in 0_u64..2_000_000, s in 0_u64..20_000, ciio: bool, ground in 0..9_usize, ftz in 0..4_usize,
    ) {
        let flow = Flow { important_data: true, exempt: Ground::ALL[ground], ftz: Ftz::ALL[ftz], ..people(ns, s) };
        prop_assert_eq!(ask(flow, ciio).path, Path::SecurityAssessment);
    }

    #[test]
    fn what_is_said_to_change_the_answer_does(ns in 0_u64..1_500_000, s in 0_u64..15_000) {
        let found = ask(people(ns, s), false);
        prop_assert!(!found.would_change.is_empty());
        for change in &found.would_change {
            let mut flow = people(ns, s);
            let mut ciio = false;
            match (change.fact, change.value) {
                (Fact::NonSensitive, ChangeTo::Number(value)) => flow.non_sensitive = value,
                (Fact::Sensitive, ChangeTo::Number(value)) => flow.sensitive = value,
                (Fact::Ciio, ChangeTo::Truth(value)) => ciio = value,
                (Fact::ImportantData, ChangeTo::Truth(value)) => flow.important_data = value,
                (Fact::Exempt, ChangeTo::Ground(value)) => flow.exempt = value,
                (Fact::Ftz, ChangeTo::Ftz(value)) => flow.ftz = value,
                other => prop_assert!(false, "{other:?}"),
            }
            prop_assert_eq!(ask(flow, ciio).path, change.path);
            prop_assert!(change.path != found.path);
        }
        // The number given is the nearest: one person closer changes nothing.
        for change in found.would_change.iter().filter(|change| change.fact == Fact::NonSensitive) {
            if let ChangeTo::Number(value) = change.value {
                let closer = if value > ns { value - 1 } else { value + 1 };
                prop_assert_eq!(ask(people(closer, s), false).path, found.path);
            }
        }
    }

    #[test]
    fn the_order_of_flows_does_not_matter(
        flows in prop::collection::vec((0_u64..600_000, 0_u64..6_000, 0..9_usize, 0..4_usize, any::<bool>()), 0..5),
    ) {
        let flows: Vec<Flow> = flows
            .into_iter()
            .map(|(ns, s, ground, ftz, important)| Flow {
                important_data: important && ns % 7 == 0,
                exempt: Ground::ALL[ground],
                ftz: Ftz::ALL[ftz],
                ..people(ns, s)
            })
            .collect();
        let mut back = flows.clone();
        back.reverse();
        let path = |flows| answer(&Case { flows, ..Case::single(Flow::default(), false, ON) }).unwrap().path;
        prop_assert_eq!(path(flows), path(back));
    }
}
