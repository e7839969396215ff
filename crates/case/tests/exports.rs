//! The record of exports: duties by legal basis, notices, consents, and the yearly ledger with its dossiers.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

use guosuo_case::actor::Role;
use guosuo_case::assessment::{Digests, Source, Span};
use guosuo_case::certification::{Kind, Recipient};
use guosuo_case::exports::{
    Basis, Channel, Command, Consent, ConsentFault, Duty, Event, Exports, Facts, Fault, FlowFacts, FlowLack, Guardian, KEYED_MAX,
    Notice, NoticeItem, PEOPLE_MAX, POINTS_MAX, Sets, available, check_flow, duties,
};
use guosuo_case::refusal::RefusalCode;
use guosuo_case::{Actor, By, Life, Recorded, Refusal};
use guosuo_rules::path::{Fact, Ground};
use guosuo_rules::time::start_of_day;
use guosuo_rules::yearly::{Count, Person, Point, Seen, SetRef, Way};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

fn actor(org: &str) -> Actor {
    Actor {
        user: "u".into(),
        name: "示例".into(),
        org: org.into(),
        org_kind: Role::Applicant.org_kind(),
        roles: [Role::Applicant].into(),
        second_factor_at: None,
    }
}

fn flow(name: &str) -> FlowFacts {
    FlowFacts {
        name: name.into(),
        exporter: "示例云岫旅行科技有限公司（虚构）".into(),
        contact: "privacy@yunxiu.example".into(),
        recipient: Recipient {
            name: "Fictional Yunxiu Europe GmbH".into(),
            country: "DE".into(),
            contact: "privacy@yunxiu.example".into(),
        },
        purpose: "订单履行".into(),
        method: "传输、存储、查看".into(),
        kinds: vec![Kind { name: "姓名".into(), sensitive: false }, Kind { name: "护照号码".into(), sensitive: true }],
        retention_months: 24,
        basis: Some(Basis::Consent),
        necessity: "境外酒店入住登记需要护照号码。".into(),
        effect: "泄露后可能被冒用。".into(),
        rights: "客服热线或者网页提出，15个工作日内答复。".into(),
        rights_abroad: "写信给接收方的数据保护官。".into(),
        way: Way::Certificate,
        ..FlowFacts::default()
    }
}

fn noon(day: Date) -> Timestamp {
    start_of_day(day) + 12.hours()
}

struct World {
    state: Option<Exports>,
    seq: u64,
    day: Date,
    sets: Sets,
}

impl World {
    fn new() -> Self {
        let mut w = Self { state: None, seq: 0, day: date(2026, 10, 9), sets: Sets::default() };
        w.run(Command::Open).unwrap();
        w
    }

    fn with_flow(facts: FlowFacts) -> Self {
        let mut w = Self::new();
        w.run(Command::DescribeFlow { flow: None, facts: Box::new(facts) }).unwrap();
        w
    }

    fn run(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        let (now, who) = (noon(self.day), actor("co"));
        let action = command.action();
        let listed = available(self.state.as_ref(), &who).contains(&action);
        let digests = Digests { sha256: "0a".repeat(32), sm3: "0b".repeat(32) };
        let facts = Facts { digests, sets: self.sets.clone() };
        let events = Exports::decide(self.state.as_ref(), command, &who, &facts, now);
        assert!(listed || events.is_err(), "{action:?} was accepted without being listed");
        for event in events.clone()? {
            self.seq += 1;
            self.state = Exports::apply(self.state.take(), &Recorded { seq: self.seq, at: now, by: By::from(&who), event });
        }
        events
    }

    fn e(&self) -> &Exports {
        self.state.as_ref().unwrap()
    }

    fn report(&mut self, flow: u32, points: &[(Date, u64, u64)]) -> Result<Vec<Event>, Refusal> {
        let points = points.iter().map(|&(on, non_sensitive, sensitive)| Point { on, non_sensitive, sensitive }).collect();
        self.run(Command::Report { flow, count: Box::new(Count::Plain { points }), source: "counts.csv".into() })
    }
}

fn fault(r: Result<Vec<Event>, Refusal>) -> Fault {
    match r.unwrap_err().code {
        RefusalCode::Exports { fault } => *fault,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn consent_is_asked_for_only_where_it_is_the_basis_and_the_notice_always() {
    for &basis in Basis::ALL {
        let f = FlowFacts { basis: Some(basis), basis_words: "依据".into(), ..flow("a") };
        assert_eq!(check_flow(&f), []);
        let owed = duties(&f);
        assert!(owed.contains(&Duty::Notice) && owed.contains(&Duty::Assessment));
        assert_eq!(owed.contains(&Duty::SeparateConsent), basis == Basis::Consent, "{}", basis.article());
        assert_eq!(Notice::of(&f).consent, basis == Basis::Consent);
    }
    let exempt = FlowFacts { exempt: Ground::Hr, ..flow("hr") };
    assert_eq!(duties(&exempt), duties(&flow("hr")), "an exemption frees from the mechanisms, not from the duties (P16 10)");
}

#[test]
fn minors_make_everything_sensitive_and_bring_the_guardian() {
    let plain = FlowFacts { kinds: vec![Kind { name: "姓名".into(), sensitive: false }], ..flow("a") };
    assert!(!duties(&plain).contains(&Duty::SensitiveNotice));
    let minors = FlowFacts { under_14: true, ..plain.clone() };
    let owed =
        [Duty::Notice, Duty::SensitiveNotice, Duty::SeparateConsent, Duty::GuardianConsent, Duty::MinorRules, Duty::Assessment];
    assert_eq!(duties(&minors), owed);
    assert_eq!(Notice::of(&minors).sensitive, ["姓名"]);
    let duty = FlowFacts { basis: Some(Basis::Duty), basis_words: "依法报送".into(), ..minors };
    assert!(!duties(&duty).contains(&Duty::GuardianConsent) && duties(&duty).contains(&Duty::MinorRules));
}

#[test]
fn a_notice_tells_what_the_three_articles_ask_for() {
    let n = Notice::of(&flow("a"));
    assert_eq!((n.items.len(), n.missing()), (12, vec![]));
    let plain = FlowFacts { kinds: vec![Kind { name: "姓名".into(), sensitive: false }], ..flow("a") };
    let n = Notice::of(&plain);
    assert_eq!(n.items.len(), 10, "PIPL 30 only for sensitive information");
    let count = |article| NoticeItem::ALL.iter().filter(|i| i.article() == article).count();
    assert_eq!((count("PIPL 39"), count("PIPL 30")), (6, 2), "the six things of PIPL 39, the two of PIPL 30");
    type Clear = fn(&mut FlowFacts);
    let clears: [(NoticeItem, Clear); 12] = [
        (NoticeItem::Processor, |f| f.exporter.clear()),
        (NoticeItem::ProcessorContact, |f| f.contact.clear()),
        (NoticeItem::Recipient, |f| f.recipient.name.clear()),
        (NoticeItem::RecipientContact, |f| f.recipient.contact.clear()),
        (NoticeItem::Purpose, |f| f.purpose.clear()),
        (NoticeItem::Method, |f| f.method.clear()),
        (NoticeItem::Kinds, |f| f.kinds = vec![Kind { name: " ".into(), sensitive: true }]),
        (NoticeItem::Retention, |f| f.retention_months = 0),
        (NoticeItem::Rights, |f| f.rights.clear()),
        (NoticeItem::RightsAbroad, |f| f.rights_abroad.clear()),
        (NoticeItem::Necessity, |f| f.necessity.clear()),
        (NoticeItem::Effect, |f| f.effect.clear()),
    ];
    for (item, clear) in clears {
        let mut f = flow("a");
        clear(&mut f);
        assert_eq!(Notice::of(&f).missing(), [item]);
    }
}

#[test]
fn a_flow_says_what_it_rests_on() {
    let lacks = |f: &FlowFacts| check_flow(f);
    assert_eq!(lacks(&FlowFacts { basis: None, ..flow("a") }), [FlowLack::Basis]);
    assert_eq!(lacks(&FlowFacts { basis: Some(Basis::Contract), ..flow("a") }), [FlowLack::BasisWords]);
    let mut f = flow("a");
    f.recipient.country = "CN".into();
    assert_eq!(lacks(&f), [FlowLack::Country]);
    f.recipient.country = "HK".into();
    assert_eq!(lacks(&f), [], "Hong Kong is abroad here");
    let mut w = World::with_flow(flow("a"));
    let twice = w.run(Command::DescribeFlow { flow: None, facts: Box::new(flow("a")) });
    assert_eq!(fault(twice), Fault::NameTaken);
    let unknown = w.run(Command::DescribeFlow { flow: Some(9), facts: Box::new(flow("b")) });
    assert_eq!(fault(unknown), Fault::UnknownFlow);
}

#[test]
fn the_line_opens_one_dossier_with_what_has_left() {
    let mut w = World::with_flow(flow("a"));
    w.run(Command::DescribeFlow { flow: None, facts: Box::new(FlowFacts { way: Way::Contract, ..flow("b") }) }).unwrap();
    assert_eq!(w.report(1, &[(date(2026, 6, 30), 600_000, 9_999)]).unwrap().len(), 1);
    let events = w.report(2, &[(date(2026, 9, 30), 400_000, 0)]).unwrap();
    let Event::DossierOpened { year, fact, line, since, certain, already } = &events[1] else { unreachable!("{events:?}") };
    assert_eq!((*year, *fact, *line, *since, *certain), (2026, Fact::NonSensitive, 1_000_000, date(2026, 9, 30), None));
    let left: Vec<_> = already.iter().map(|a| (a.flow.as_str(), a.way, a.non_sensitive, a.sensitive)).collect();
    assert_eq!(left, [("a", Way::Certificate, 600_000, 9_999), ("b", Way::Contract, 400_000, 0)]);
    assert_eq!(w.report(2, &[(date(2026, 10, 1), 400_001, 0)]).unwrap().len(), 1, "once");
    assert_eq!(w.report(1, &[(date(2026, 10, 1), 600_000, 10_000)]).unwrap().len(), 2, "the other count has its own");
    let close = |words: &str| Command::CloseDossier { year: 2026, fact: Fact::Sensitive, words: words.into() };
    assert_eq!(w.run(close("")).unwrap_err().code, RefusalCode::TextNeeded);
    w.run(close("已申报")).unwrap();
    assert_eq!(fault(w.run(close("已申报"))), Fault::UnknownDossier);
}

#[test]
fn reports_that_cannot_be_true_are_refused() {
    let mut w = World::with_flow(flow("a"));
    assert_eq!(fault(w.report(1, &[])), Fault::NothingReported);
    assert_eq!(fault(w.report(7, &[(date(2026, 1, 1), 1, 0)])), Fault::UnknownFlow);
    w.report(1, &[(date(2026, 10, 9), 5, 0)]).unwrap();
    assert_eq!(fault(w.report(1, &[(date(2026, 10, 10), 6, 0)])), Fault::DayInFuture { day: date(2026, 10, 10) });
    assert_eq!(fault(w.report(1, &[(date(2021, 1, 1), 6, 0)])), Fault::NoLaw { day: date(2021, 1, 1) });
    let beyond = Fault::TooManyPeople { on: date(2026, 10, 9), count: PEOPLE_MAX + 1, most: PEOPLE_MAX };
    assert_eq!(fault(w.report(1, &[(date(2026, 10, 9), 5, PEOPLE_MAX + 1)])), beyond);
    let falls = Fault::Falls { on: date(2026, 10, 9), from: 6, to: 5 };
    assert_eq!(fault(w.report(1, &[(date(2026, 10, 8), 6, 0)])), falls);
    w.run(Command::VoidReport { report: 1, reason: "单位写错".into() }).unwrap();
    w.report(1, &[(date(2026, 10, 8), 6, 0)]).unwrap();
    assert_eq!(w.e().year(2026, &w.sets).unwrap().non_sensitive.most.total, 6, "a void report counts no more");
    let many: Vec<_> = (0..=POINTS_MAX).map(|_| (date(2026, 10, 9), 7, 0)).collect();
    assert_eq!(fault(w.report(1, &many)), Fault::TooMany { count: POINTS_MAX + 1, most: POINTS_MAX });
    w.report(1, &many[1..]).unwrap();
    let keyed = |key: &str, n: usize| {
        let seen = (0..n).map(|i| Seen { person: Person(i as u128), on: date(2026, 2, 1), sensitive: true }).collect();
        Command::Report { flow: 1, count: Box::new(Count::Keyed { key: key.into(), seen }), source: "set".into() }
    };
    assert_eq!(fault(w.run(keyed("", 1))), Fault::KeyUnfit);
    assert_eq!(fault(w.run(keyed("k", KEYED_MAX + 1))), Fault::TooMany { count: KEYED_MAX + 1, most: KEYED_MAX });
    w.run(keyed("k", 3)).unwrap();
    assert_eq!(w.e().year(2026, &w.sets).unwrap().sensitive.most.total, 3);
}

#[test]
fn a_set_in_a_file_counts_with_its_values_and_not_without() {
    let mut w = World::with_flow(flow("a"));
    w.run(Command::DescribeFlow { flow: None, facts: Box::new(flow("b")) }).unwrap();
    let seen = |people: std::ops::Range<u128>| {
        people.map(|i| Seen { person: Person(i), on: date(2026, 2, 1), sensitive: true }).collect::<Vec<_>>()
    };
    let report = |flow, set: &SetRef| Command::Report { flow, count: Box::new(Count::Set(set.clone())), source: "set".into() };
    let first = SetRef::of("k", "aa", &seen(0..6_000)).unwrap();
    assert_eq!(fault(w.run(report(1, &first))), Fault::SetMissing, "nobody can say what is in it");
    w.sets.put("aa".into(), std::sync::Arc::new(seen(0..6_000)));
    let lies = SetRef { entries: 5_999, ..first.clone() };
    assert_eq!(fault(w.run(report(1, &lies))), Fault::SetMissing, "it says less than the file holds");
    assert_eq!(w.run(report(1, &first)).unwrap().len(), 1);
    assert_eq!((w.e().keyed(), w.e().years()), (6_000, vec![2026]));
    assert_eq!(w.e().needs(Some(2026)).into_iter().collect::<Vec<_>>(), ["aa"]);
    assert!(w.e().needs(Some(2025)).is_empty());
    // The second affiliate shares 2,001 people with the first: together they stay below the line by one.
    w.sets.put("bb".into(), std::sync::Arc::new(seen(3_999..9_999)));
    let second = SetRef::of("k", "bb", &seen(3_999..9_999)).unwrap();
    assert_eq!(w.run(report(2, &second)).unwrap().len(), 1, "9,999 different people open no dossier");
    assert_eq!(w.e().year(2026, &w.sets).unwrap().sensitive.most.total, 9_999);
    // One person more, kept in its event, and the line is reached.
    let one = Count::Keyed { key: "k".into(), seen: seen(20_000..20_001) };
    let events = w.run(Command::Report { flow: 2, count: Box::new(one), source: "one".into() }).unwrap();
    assert!(matches!(&events[1], Event::DossierOpened { fact: Fact::Sensitive, certain: Some(_), .. }), "{events:?}");
    assert!(w.e().year(2026, &Sets::default()).is_err(), "never a smaller number because a file was not brought");
    w.run(Command::VoidReport { report: 1, reason: "文件错".into() }).unwrap();
    w.run(Command::VoidReport { report: 2, reason: "文件错".into() }).unwrap();
    assert_eq!(w.e().year(2026, &Sets::default()).unwrap().sensitive.most.total, 1, "what is void needs no file");
    let empty = Count::Set(SetRef { key: " ".into(), ..first });
    assert_eq!(fault(w.run(Command::Report { flow: 1, count: Box::new(empty), source: "x".into() })), Fault::KeyUnfit);
}

#[test]
fn the_ledger_tells_an_assessment_what_it_counts() {
    let mut w = World::with_flow(flow("a"));
    w.run(Command::DescribeFlow { flow: None, facts: Box::new(FlowFacts { under_14: true, ..flow("b") }) }).unwrap();
    w.report(1, &[(date(2026, 6, 30), 100, 10)]).unwrap();
    w.report(2, &[(date(2026, 6, 30), 50, 20)]).unwrap();
    let said = w.e().said(2026, w.e().year(2026, &w.sets).ok().as_ref());
    assert_eq!((said.source, said.whole), (Source::Ledger { year: 2026 }, false));
    assert_eq!((said.people, said.people_sensitive), (Some(Span { least: 100, most: 150 }), Some(Span { least: 20, most: 30 })));
    assert_eq!(said.kinds.unwrap()["姓名"], Some(true), "of children everything is sensitive");
    assert_eq!(w.e().years(), [2026]);
    assert_eq!(
        w.e().said(2025, w.e().year(2025, &w.sets).ok().as_ref()).people,
        Some(Span::exact(0)),
        "another year begins at nothing"
    );
}

fn consent(person: u128, day: Date) -> Consent {
    Consent {
        person: Person(person),
        at: noon(day),
        channel: Channel::PopUp,
        separate: true,
        under_14: false,
        guardian: None,
        withdrawn_at: None,
    }
}

fn adopt(w: &mut World) {
    let words = "告知书".to_owned();
    w.run(Command::AdoptText { flow: 1, language: "zh".into(), words, from: date(2026, 9, 1) }).unwrap();
}

#[test]
fn each_consent_proves_something_or_is_refused() {
    let mut w = World::with_flow(flow("a"));
    adopt(&mut w);
    let record = |consents: Vec<Consent>| Command::RecordConsents { text: 1, consents };
    let day = date(2026, 10, 1);
    let minor = |guardian| Consent { under_14: true, guardian, ..consent(5, day) };
    let guardian = |person, checked: &str| Some(Guardian { person: Person(person), checked: checked.into() });
    let bad = [
        (Consent { separate: false, ..consent(5, day) }, ConsentFault::NotSeparate),
        (minor(None), ConsentFault::GuardianMissing),
        (minor(guardian(6, " ")), ConsentFault::GuardianMissing),
        (minor(guardian(5, "户口簿")), ConsentFault::GuardianMissing),
        (consent(5, date(2026, 8, 31)), ConsentFault::BeforeText),
        (consent(5, date(2026, 10, 10)), ConsentFault::InFuture),
        (Consent { withdrawn_at: Some(noon(date(2026, 9, 30))), ..consent(5, day) }, ConsentFault::WithdrawnBefore),
    ];
    for (c, why) in bad {
        let rows = vec![(2, why)];
        assert_eq!(fault(w.run(record(vec![consent(1, day), c]))), Fault::Consents { rows }, "{why:?}");
    }
    w.run(record(vec![consent(1, day), minor(guardian(6, "户口簿")), consent(7, date(2026, 9, 1))])).unwrap();
    let rows = vec![(1, ConsentFault::Repeated)];
    assert_eq!(fault(w.run(record(vec![consent(1, day)]))), Fault::Consents { rows });
    let now = noon(w.day);
    assert_eq!(w.e().text(1).unwrap().standing(now), 3);
    let take_back = |person, at| Command::WithdrawConsent { text: 1, person: Person(person), at };
    assert_eq!(fault(w.run(take_back(99, now))), Fault::NoConsent);
    assert!(w.run(take_back(1, noon(date(2026, 9, 30)))).is_err(), "not before it was given");
    w.run(take_back(1, noon(date(2026, 10, 5)))).unwrap();
    let t = w.e().text(1).unwrap();
    assert_eq!((t.standing(noon(date(2026, 10, 5))), t.standing(noon(date(2026, 10, 5)) - 1.second())), (2, 3));
    w.run(record(vec![consent(1, date(2026, 10, 8))])).unwrap();
    assert_eq!(w.e().text(1).unwrap().standing(now), 3, "given anew");
}

#[test]
fn consent_is_not_collected_where_it_is_not_the_basis() {
    let contract = FlowFacts { basis: Some(Basis::Contract), basis_words: "订单合同".into(), ..flow("a") };
    let mut w = World::with_flow(contract);
    adopt(&mut w);
    let refused = w.run(Command::RecordConsents { text: 1, consents: vec![consent(1, date(2026, 10, 1))] });
    assert_eq!(refused.as_ref().unwrap_err().article, "Q2607 q1");
    assert_eq!(fault(refused), Fault::ConsentNotTheBasis);
}

#[test]
fn a_text_is_adopted_only_when_it_tells_everything() {
    let mut w = World::with_flow(FlowFacts { rights_abroad: String::new(), ..flow("a") });
    let adopt = |language: &str| Command::AdoptText {
        flow: 1,
        language: language.into(),
        words: "告知书".into(),
        from: date(2026, 9, 1),
    };
    assert_eq!(fault(w.run(adopt("zh"))), Fault::NoticeOpen { items: vec![NoticeItem::RightsAbroad] });
    w.run(Command::DescribeFlow { flow: Some(1), facts: Box::new(flow("a")) }).unwrap();
    assert_eq!(fault(w.run(adopt("fr"))), Fault::UnknownLanguage);
    w.run(adopt("zh")).unwrap();
    w.run(Command::EndFlow { flow: 1, on: date(2026, 10, 9), reason: "停止业务".into() }).unwrap();
    assert!(w.run(adopt("en")).is_err(), "a flow that ended needs no new notice");
    w.report(1, &[(date(2026, 10, 9), 1, 0)]).unwrap();
}

#[test]
fn another_organisation_does_not_learn_of_it() {
    let w = World::with_flow(flow("a"));
    let r = Exports::decide(w.state.as_ref(), Command::Open, &actor("rival"), &Facts::default(), noon(w.day)).unwrap_err();
    assert_eq!(r.code, RefusalCode::NotFound);
    assert!(available(w.state.as_ref(), &actor("rival")).is_empty());
}

proptest! {
    /// A dossier is open for a count exactly if the most that the reports allow reaches the line.
    #[test]
    fn a_dossier_follows_the_upper_bound(ns in proptest::collection::vec(0_u64..700_000, 1..4), s in 0_u64..12_000) {
        let mut w = World::new();
        for (i, n) in ns.iter().enumerate() {
            w.run(Command::DescribeFlow { flow: None, facts: Box::new(flow(&i.to_string())) }).unwrap();
            w.report(u32::try_from(i + 1).unwrap(), &[(date(2026, 3, 1), *n, if i == 0 { s } else { 0 })]).unwrap();
        }
        let open = |fact| w.e().dossiers.iter().any(|d| d.fact == fact);
        prop_assert_eq!(open(Fact::NonSensitive), ns.iter().sum::<u64>() >= 1_000_000);
        prop_assert_eq!(open(Fact::Sensitive), s >= 10_000);
    }
}
