//! The impact assessment: its life, its completeness on the six items of M 6, and what contradicts it.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

use std::collections::BTreeSet;
use std::sync::Arc;

use guosuo_case::actor::{OrgKind, Role};
use guosuo_case::assessment::{
    About, Action, Assessment, Command, Concern, Config, Content, Digests, Event, Facts, Freshness, Lack, Part, Phase, Place,
    Said, Source, Span, available, check_content, contradictions, freshness,
};
use guosuo_case::certification::{ImpactItem, Onward, Recipient};
use guosuo_case::filing::Severity;
use guosuo_case::refusal::RefusalCode;
use guosuo_case::{Actor, By, Life, Recorded, Refusal};
use guosuo_rules::calendar::Calendar;
use guosuo_rules::risk::{Impact, Likelihood, Method};
use guosuo_rules::time::start_of_day;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

const SAMPLE: &str = include_str!("../../../data/samples/assessment.json");
const TODAY: Date = date(2026, 9, 28);

fn sample() -> Content {
    serde_json::from_str(SAMPLE).unwrap()
}

fn actor(org: &str, role: Role) -> Actor {
    Actor {
        user: "u".into(),
        name: "示例".into(),
        org: org.into(),
        org_kind: role.org_kind(),
        roles: [role].into(),
        second_factor_at: None,
    }
}

fn facts() -> Facts {
    Facts {
        calendar: Arc::new(Calendar::builtin().clone()),
        config: Config::default(),
        method: Arc::new(Method::shipped().clone()),
        elsewhere: Vec::new(),
        digests: Digests { sha256: "0a".repeat(32), sm3: "0b".repeat(32) },
    }
}

fn noon(day: Date) -> Timestamp {
    start_of_day(day) + 12.hours()
}

struct World {
    state: Option<Assessment>,
    seq: u64,
    facts: Facts,
    day: Date,
}

impl World {
    fn new() -> Self {
        let mut w = Self { state: None, seq: 0, facts: facts(), day: TODAY };
        w.run(Command::Open { title: "会员订单跨境履行（虚构）".into() }).unwrap();
        w
    }

    fn run(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.by(&actor("co", Role::Applicant), command)
    }

    fn by(&mut self, actor: &Actor, command: Command) -> Result<Vec<Event>, Refusal> {
        let now = noon(self.day);
        let action = command.action();
        let listed = available(self.state.as_ref(), actor, &self.facts, now).contains(&action);
        let events = Assessment::decide(self.state.as_ref(), command, actor, &self.facts, now);
        assert!(listed || events.is_err(), "{action:?} was accepted without being listed");
        for event in events.clone()? {
            self.seq += 1;
            let recorded = Recorded { seq: self.seq, at: now, by: By::from(actor), event };
            self.state = Assessment::apply(self.state.take(), &recorded);
        }
        events
    }

    fn a(&self) -> &Assessment {
        self.state.as_ref().unwrap()
    }

    fn save(&mut self, content: Content) {
        let seen = self.a().rev;
        self.run(Command::Save { content: Box::new(content), seen }).unwrap();
    }

    fn freeze(&mut self, note: &str) -> Result<Vec<Event>, Refusal> {
        let (seen, completed_on) = (self.a().rev, self.day);
        self.run(Command::Freeze { completed_on, note: note.into(), seen })
    }
}

fn blocking(content: &Content) -> Vec<(Place, Lack)> {
    check_content(content, Method::shipped(), TODAY, &Config::default())
        .into_iter()
        .filter(|g| g.severity == Severity::Blocks)
        .map(|g| (g.place, g.lack))
        .collect()
}

#[test]
fn the_clean_sample_is_complete_and_contradicts_nothing() {
    let gaps = check_content(&sample(), Method::shipped(), TODAY, &Config::default());
    assert_eq!(gaps, []);
    assert_eq!(contradictions(&sample(), &[]), []);
    let same = Said::of_scope(Source::Application { number: "1".into() }, &sample().scope);
    assert_eq!(contradictions(&sample(), &[same]), []);
    let all: BTreeSet<ImpactItem> = ImpactItem::REQUIRED.into_iter().chain([ImpactItem::Other]).collect();
    assert_eq!(sample().answered(), all);
}

#[test]
fn versions_are_frozen_revised_and_superseded() {
    let mut w = World::new();
    assert_eq!(w.a().phase(), Phase::Draft);
    w.save(sample());
    w.freeze("").unwrap();
    assert_eq!((w.a().phase(), w.a().in_force().unwrap().number), (Phase::InForce, 1));
    assert_eq!(w.a().in_force().unwrap().digests.sha256, "0a".repeat(32));
    assert_eq!(w.a().in_force().unwrap().keep_until, date(2029, 9, 28), "three years from the day of the report (PIPL 56)");
    let seen = w.a().rev;
    let late = w.run(Command::Save { content: Box::new(sample()), seen }).unwrap_err();
    assert_eq!(late.code, RefusalCode::WrongPhase, "a frozen version does not change");
    w.run(Command::Revise).unwrap();
    assert_eq!(w.a().content(), &sample(), "a revision begins from the version in force");
    assert_eq!(w.a().phase(), Phase::Revising);
    let mut next = sample();
    next.scope.retention_months = 12;
    next.contracts[0].retention_months = Some(12);
    w.save(next.clone());
    w.freeze("").unwrap();
    let a = w.a();
    assert_eq!(a.versions.iter().map(|v| (v.number, v.superseded_at.is_some())).collect::<Vec<_>>(), [(1, true), (2, false)]);
    assert_eq!((&a.version(1).unwrap().content, &a.version(2).unwrap().content), (&sample(), &next));
    w.run(Command::Revise).unwrap();
    w.run(Command::DropRevision).unwrap();
    assert_eq!(w.a().phase(), Phase::InForce);
}

#[test]
fn two_editors_see_one_another() {
    let mut w = World::new();
    w.save(sample());
    let error = w.run(Command::Save { content: Box::default(), seen: 0 }).unwrap_err();
    assert_eq!(error.code, RefusalCode::StaleForm { expected: 0, current: 1 });
    assert_eq!(w.run(Command::Freeze { completed_on: TODAY, note: String::new(), seen: 0 }).unwrap_err().code, error.code);
}

#[test]
fn only_the_own_people_of_a_processor_reach_it() {
    let mut w = World::new();
    let stranger = actor("rival", Role::Applicant);
    assert_eq!(w.by(&stranger, Command::Revise).unwrap_err().code, RefusalCode::NotFound);
    let body = actor("co", Role::Operator);
    assert_eq!(w.by(&body, Command::Revise).unwrap_err().code, RefusalCode::NotAllowed);
    for kind in OrgKind::ALL {
        let of_kind: Vec<Role> = Role::CERTIFICATION.into_iter().filter(|r| r.org_kind() == kind).collect();
        for role in of_kind {
            let may = available(None, &actor("x", role), &w.facts, noon(TODAY)) == [Action::Open];
            assert_eq!(may, kind == OrgKind::Processor, "{role:?}");
        }
    }
}

#[test]
fn nothing_is_frozen_with_a_gap() {
    let mut w = World::new();
    let error = w.freeze("").unwrap_err();
    let RefusalCode::AssessmentIncomplete { gaps } = error.code else { unreachable!("{error}") };
    assert!(gaps.iter().any(|g| g.lack == Lack::PartOpen { part: Part::NationalSecurity }));
    w.save(sample());
    let error = w.run(Command::Freeze { completed_on: TODAY.tomorrow().unwrap(), note: String::new(), seen: 1 }).unwrap_err();
    assert_eq!(error.code, RefusalCode::DayInFuture { day: date(2026, 9, 29) });
}

#[test]
fn each_part_of_the_six_items_is_asked_for() {
    for &part in Part::ALL {
        let mut c = sample();
        c.answers.remove(&part);
        let expected = if part.is_optional() { vec![] } else { vec![(Place::Item(part.item()), Lack::PartOpen { part })] };
        assert_eq!(blocking(&c), expected, "{}", part.code());
        let mut c = sample();
        let a = c.answers.entry(part).or_default();
        (a.problem, a.remedy) = ("问题".into(), " ".into());
        assert_eq!(blocking(&c), [(Place::Item(part.item()), Lack::RemedyOpen { part })]);
    }
    let items: BTreeSet<ImpactItem> = Part::ALL.iter().map(|p| p.item()).collect();
    assert_eq!(items.len(), 6);
}

#[test]
fn each_concern_that_the_article_names_is_judged() {
    for concern in Concern::ALL.into_iter().filter(|c| c.is_required()) {
        let mut c = sample();
        c.risks.retain(|r| r.concern != concern);
        assert_eq!(blocking(&c), [(Place::Risks, Lack::ConcernOpen { concern })]);
    }
    let contract_only = [Concern::NationalSecurity, Concern::PublicInterest];
    assert!(contract_only.iter().all(|c| c.is_required() && c.article() == "M 6(ii)"), "SC13 5 lacks these two");
}

#[test]
fn a_risk_above_low_needs_a_measure_and_what_remains() {
    let with = |change: fn(&mut guosuo_case::assessment::Risk)| {
        let mut c = sample();
        change(&mut c.risks[2]);
        check_content(&c, Method::shipped(), TODAY, &Config::default())
            .into_iter()
            .map(|g| (g.lack, g.severity))
            .collect::<Vec<_>>()
    };
    assert_eq!(with(|r| r.impact = None), [(Lack::RiskUnjudged, Severity::Blocks)]);
    let level = guosuo_rules::risk::Level::Medium;
    assert_eq!(with(|r| r.measures.clear()), [(Lack::MeasureMissing { level }, Severity::Blocks)]);
    assert_eq!(with(|r| r.residual_impact = None), [(Lack::ResidualUnjudged, Severity::Blocks)]);
    let above = |r: &mut guosuo_case::assessment::Risk| {
        (r.residual_impact, r.residual_likelihood) = (Some(Impact::Severe), Some(Likelihood::High));
    };
    assert_eq!(with(above), [(Lack::ResidualAbove, Severity::Blocks), (Lack::ResultAgainstRisk, Severity::Warns)]);
    let stays = |r: &mut guosuo_case::assessment::Risk| {
        (r.impact, r.likelihood) = (Some(Impact::Severe), Some(Likelihood::High));
        (r.residual_impact, r.residual_likelihood) = (Some(Impact::High), Some(Likelihood::High));
    };
    let level = guosuo_rules::risk::Level::High;
    let warned = [(Lack::ResidualHigh { level }, Severity::Warns), (Lack::ResultAgainstRisk, Severity::Warns)];
    assert_eq!(with(stays), warned, "a high risk that remains warns; a person decides");
}

#[test]
fn every_destination_has_a_profile_with_day_and_source() {
    let with = |change: fn(&mut Content)| {
        let mut c = sample();
        change(&mut c);
        blocking(&c)
    };
    let open = |country: &str| vec![(Place::Recipients, Lack::CountryOpen { country: country.into() })];
    assert_eq!(with(|c| c.countries.retain(|p| p.country != "FR")), open("FR"), "onward recipients count");
    let unsourced = vec![(Place::Recipients, Lack::CountryUnsourced { country: "DE".into() })];
    assert_eq!(with(|c| c.countries[0].source.clear()), unsourced);
    assert_eq!(with(|c| c.countries[0].looked_on = None), unsourced);
    let ahead = date(2026, 9, 29);
    assert_eq!(
        with(|c| c.countries[0].looked_on = Some(date(2026, 9, 29))),
        [(Place::Recipients, Lack::InFuture { day: ahead })]
    );
    let mut c = sample();
    c.countries[0].looked_on = Some(date(2025, 9, 28));
    assert_eq!(check_content(&c, Method::shipped(), TODAY, &Config::default()), [], "twelve months are not over");
    c.countries[0].looked_on = Some(date(2025, 9, 27));
    let old = check_content(&c, Method::shipped(), TODAY, &Config::default());
    assert!(matches!(old[0].lack, Lack::CountryOld { .. }) && old[0].severity == Severity::Warns, "{old:?}");
}

#[test]
fn an_assessment_grows_old_after_the_months_of_the_house() {
    let c = Config::default();
    assert_eq!(freshness(date(2026, 6, 28), TODAY, &c), Freshness::Until(date(2026, 9, 28)));
    assert_eq!(freshness(date(2026, 6, 27), TODAY, &c), Freshness::OldSince(date(2026, 9, 28)));
    let year = Config { fresh_months: 12, ..c };
    assert_eq!(freshness(date(2026, 6, 27), TODAY, &year), Freshness::Until(date(2027, 6, 27)));
}

#[test]
fn a_version_is_kept_three_years_and_then_looked_at() {
    let mut w = World::new();
    w.save(sample());
    w.freeze("").unwrap();
    let review = |keep_until| Command::ReviewRetention { version: 1, keep_until, reason: "复核".into() };
    w.day = date(2029, 9, 29);
    assert_eq!(w.run(review(None)).unwrap_err().code, RefusalCode::WrongPhase, "what is in force is not let go");
    w.run(Command::Revise).unwrap();
    let mut fresh = sample();
    fresh.countries.iter_mut().for_each(|p| p.looked_on = Some(w.day));
    w.save(fresh);
    w.freeze("").unwrap();
    w.day = date(2029, 9, 28);
    let early = w.run(review(None)).unwrap_err();
    assert_eq!((early.article, early.possible_from), ("PIPL 56", Some(date(2029, 9, 29))), "the last day is still its time");
    w.day = date(2029, 9, 29);
    assert_eq!(w.run(review(Some(w.day))).unwrap_err().code, RefusalCode::DayNotAhead { day: w.day });
    w.run(review(Some(date(2030, 1, 1)))).unwrap();
    assert_eq!(w.a().version(1).unwrap().reviews[0].until, date(2029, 9, 28));
    assert!(w.run(review(None)).is_err(), "kept longer is kept longer");
    w.day = date(2030, 1, 2);
    w.run(review(None)).unwrap();
    assert!(w.a().version(1).unwrap().released.is_some());
    assert!(w.run(review(None)).is_err(), "once");
}

/// The year of the ledger as it fits the sample.
fn ledger() -> Said {
    let s = sample().scope;
    Said {
        purposes: Some(["订单履行".to_owned()].into()),
        kinds: Some(s.kinds.iter().map(|k| (k.name.clone(), Some(k.sensitive))).collect()),
        recipients: Some(s.recipients.iter().map(|r| (r.name.clone(), r.country.clone())).collect()),
        people: Some(Span { least: 300_000, most: 420_000 }),
        people_sensitive: Some(Span::exact(6_800)),
        ..Said::nothing(Source::Ledger { year: 2026 }, false)
    }
}

/// Every seeded contradiction: what is changed, and where it must be found.
type Seed = (About, Source, fn(&mut Content, &mut Said, &mut Said));

fn seeds() -> Vec<Seed> {
    let contract = || Source::Contract { title: "集团内部数据出境协议（虚构）".into() };
    let book = || Source::Ledger { year: 2026 };
    let app = || Source::Application { number: String::new() };
    vec![
        (About::People, book(), |_, l, _| l.people = Some(Span { least: 300_000, most: 420_001 })),
        (About::People, book(), |_, l, _| l.people = Some(Span::exact(500_000))),
        (About::PeopleSensitive, book(), |_, l, _| l.people_sensitive = Some(Span::exact(6_801))),
        (About::Recipient, book(), |_, l, _| {
            l.recipients.as_mut().unwrap().insert("Fictional Ads Inc".into(), "US".into());
        }),
        (About::RecipientCountry, book(), |_, l, _| {
            l.recipients.as_mut().unwrap().insert("Fictional Yunxiu Europe GmbH".into(), "SG".into());
        }),
        (About::Purpose, book(), |_, l, _| l.purposes = Some(["精准营销".to_owned()].into())),
        (About::Kind, book(), |_, l, _| {
            l.kinds.as_mut().unwrap().insert("人脸照片".into(), Some(true));
        }),
        (About::Sensitivity, book(), |_, l, _| {
            l.kinds.as_mut().unwrap().insert("订单信息".into(), Some(true));
        }),
        (About::Retention, book(), |_, l, _| l.retention_months = Some(25)),
        (About::RecipientCountry, contract(), |c, _, _| c.contracts[0].recipient.country = "SG".into()),
        (About::Recipient, contract(), |c, _, _| c.contracts[0].recipient.name = "Fictional Other GmbH".into()),
        (About::Purpose, contract(), |c, _, _| c.contracts[0].purposes.push("用户画像".into())),
        (About::Kind, contract(), |c, _, _| c.contracts[0].kinds.push("银行账号".into())),
        (About::Onward, contract(), |c, _, _| c.contracts[0].onward = Some(vec!["Fictional Broker LLC".into()])),
        (About::Retention, contract(), |c, _, _| c.contracts[0].retention_months = Some(36)),
        (About::People, contract(), |c, _, _| c.contracts[0].people = Some(900_000)),
        (About::PeopleSensitive, contract(), |c, _, _| c.contracts[0].people_sensitive = Some(9_000)),
        (About::People, app(), |_, _, a| a.people = Some(Span::exact(419_999))),
        (About::PeopleSensitive, app(), |_, _, a| a.people_sensitive = Some(Span::exact(6_801))),
        (About::Purpose, app(), |_, _, a| a.purposes = Some(["订单履行".to_owned()].into())),
        (About::Kind, app(), |_, _, a| {
            a.kinds.as_mut().unwrap().remove("护照号码");
        }),
        (About::Onward, app(), |_, _, a| a.onward.as_mut().unwrap().clear()),
        (About::OnwardCountry, app(), |_, _, a| {
            a.onward.as_mut().unwrap().insert("Fictional Hotels SAS".into(), Some("CH".into()));
        }),
        (About::System, app(), |_, _, a| {
            a.systems.as_mut().unwrap().insert("数据仓库".into());
        }),
        (About::Retention, app(), |_, _, a| a.retention_months = Some(12)),
        (About::Recipient, Source::Assessment, |c, _, _| {
            let mut other = c.recipients[0].clone();
            other.name = "Fictional Forgotten Ltd".into();
            c.recipients.push(other);
        }),
    ]
}

#[test]
fn every_seeded_contradiction_is_found_and_nothing_else() {
    let application = || Said::of_scope(Source::Application { number: String::new() }, &sample().scope);
    assert_eq!(contradictions(&sample(), &[ledger(), application()]), [], "the clean sample");
    for (i, (about, source, change)) in seeds().into_iter().enumerate() {
        let (mut c, mut l, mut a) = (sample(), ledger(), application());
        change(&mut c, &mut l, &mut a);
        let found = contradictions(&c, &[l, a]);
        assert_eq!(found.iter().map(|f| (f.about, f.source.clone())).collect::<Vec<_>>(), [(about, source)], "seed {i}");
        assert!(found[0].assessment != found[0].other && !found[0].about.article().is_empty());
    }
    let (mut c, mut l, mut a) = (sample(), ledger(), application());
    let mut expected = BTreeSet::new();
    // All that do not undo one another, at once.
    for (i, (about, source, change)) in seeds().into_iter().enumerate() {
        if ![0, 10, 21].contains(&i) {
            change(&mut c, &mut l, &mut a);
            expected.insert((about, source));
        }
    }
    let found: BTreeSet<_> = contradictions(&c, &[l, a]).into_iter().map(|f| (f.about, f.source)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_number_between_two_bounds_may_be_too_large_or_is() {
    let certain = |people| contradictions(&sample(), &[Said { people: Some(people), ..ledger() }]).first().map(|c| c.certain);
    assert_eq!(certain(Span { least: 1, most: 420_000 }), None, "so far, and not more than assessed");
    assert_eq!(certain(Span { least: 420_000, most: 420_001 }), Some(false));
    assert_eq!(certain(Span { least: 420_001, most: 500_000 }), Some(true));
}

#[test]
fn what_remains_contradicted_is_explained_or_nothing_is_frozen() {
    let mut w = World::new();
    w.save(sample());
    w.facts.elsewhere = vec![Said { people: Some(Span::exact(430_000)), ..ledger() }];
    let error = w.freeze(" ").unwrap_err();
    assert_eq!((error.code, error.article), (RefusalCode::ContradictionsUnexplained { count: 1 }, "house"));
    w.freeze("第三季度促销带来的人数，下一版更新规模。").unwrap();
    let v = w.a().in_force().unwrap();
    assert_eq!((v.contradictions.len(), v.contradictions[0].other.as_str()), (1, "430000"));
}

#[test]
fn the_table_of_acts_by_phase() {
    let mut w = World::new();
    let table = |w: &World| available(w.state.as_ref(), &actor("co", Role::Applicant), &w.facts, noon(w.day));
    assert_eq!(table(&w), [Action::Save, Action::Freeze]);
    w.save(sample());
    w.freeze("").unwrap();
    assert_eq!(table(&w), [Action::Revise]);
    w.run(Command::Revise).unwrap();
    assert_eq!(table(&w), [Action::Save, Action::Freeze, Action::DropRevision]);
    w.freeze("").unwrap();
    w.day = date(2029, 9, 29);
    assert_eq!(table(&w), [Action::Revise, Action::ReviewRetention]);
}

proptest! {
    /// What is said twice in the same words never contradicts, and a difference is found from either side.
    #[test]
    fn the_finder_is_silent_on_itself(ns in 1_u64..900_000, s in 1_u64..9_999, months in 1_u32..100, extra in proptest::option::of("[a-z]{3,8}")) {
        let mut c = sample();
        c.contracts.clear();
        (c.scope.people.non_sensitive, c.scope.people.sensitive, c.scope.retention_months) = (ns, s, months);
        if let Some(name) = &extra {
            c.scope.recipients.push(Recipient { name: name.clone(), country: "SG".into(), contact: "x".into() });
            c.scope.onward.push(Onward { from: name.clone(), name: format!("{name}2"), country: "US".into() });
        }
        let app = Said::of_scope(Source::Application { number: String::new() }, &c.scope);
        prop_assert_eq!(contradictions(&c, std::slice::from_ref(&app)), []);
        let mut more = c.clone();
        more.scope.people.non_sensitive += 1;
        let forth = contradictions(&more, std::slice::from_ref(&app));
        let back = contradictions(&c, &[Said::of_scope(Source::Application { number: String::new() }, &more.scope)]);
        prop_assert_eq!((forth.len(), back.len()), (1, 1));
        prop_assert_eq!((&forth[0].assessment, &forth[0].other), (&back[0].other, &back[0].assessment));
    }

    /// Accepted exactly if listed, and a frozen version never changes.
    #[test]
    fn any_order_of_acts_keeps_the_versions(steps in proptest::collection::vec(0_usize..6, 1..40)) {
        let mut w = World::new();
        w.save(sample());
        let mut frozen: Vec<Content> = Vec::new();
        for step in steps {
            let seen = w.a().rev;
            let mut changed = w.a().content().clone();
            changed.title = format!("第{seen}稿");
            let command = match step {
                0 => Command::Save { content: Box::new(changed), seen },
                1 => Command::Freeze { completed_on: w.day, note: String::new(), seen },
                2 => Command::Revise,
                3 => Command::DropRevision,
                4 => Command::Open { title: "x".into() },
                _ => Command::ReviewRetention { version: 1, keep_until: None, reason: "x".into() },
            };
            let action = command.action();
            let listed = available(w.state.as_ref(), &actor("co", Role::Applicant), &w.facts, noon(w.day)).contains(&action);
            let accepted = w.run(command).is_ok();
            prop_assert_eq!(listed, accepted);
            if accepted && action == Action::Freeze {
                frozen.push(w.a().in_force().unwrap().content.clone());
            }
            prop_assert_eq!(w.a().versions.iter().map(|v| v.content.clone()).collect::<Vec<_>>(), frozen.clone());
            prop_assert!(w.a().versions.iter().rev().skip(1).all(|v| v.superseded_at.is_some()));
        }
    }
}
