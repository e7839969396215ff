//! Labelled synthetic groups for `splitting`: openly fictitious, the same for the same seed.
//!
//! Easy and hard ones of both labels: reworded purposes, other spellings, many small parts, parts far apart; renewals,
//! other years, other recipients, honest twins whose people are the same. Applications first, then yearly ledgers, alone and
//! beside applications, with numbers and with values under one key.

use guosuo_rules::splitting::{Application, Source};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::splitting::Labelled;

/// A small generator of numbers (SplitMix64): nothing here is secret.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.roll() % (most - least + 1)
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let at = self.roll() % u64::try_from(all.len()).unwrap_or(1);
        all[usize::try_from(at).unwrap_or(0)]
    }

    fn day(&mut self) -> Date {
        let days = i64::try_from(self.between(0, 120)).unwrap_or(0);
        date(2026, 1, 12).checked_add(days.days()).unwrap_or(date(2026, 1, 12))
    }
}

/// Who of a flow is counted.
#[derive(Clone, Copy)]
enum People {
    /// So many, not sensitive.
    Some(u64),
    /// So many, sensitive.
    Sensitive(u64),
    /// The values from one number up to another.
    Keyed(u64, u64),
}

const BRANCHES: [&str; 5] = ["总部", "一分公司", "二分公司", "三分公司", "四分公司"];
const FIRST: [&str; 12] = ["云岫", "启衡", "海棠", "青禾", "白鹭", "松涛", "望川", "南屏", "星野", "长汀", "梅岭", "临江"];
const FIELDS: [&str; 6] = ["旅行", "物流", "软件", "医疗器械", "电子商务", "汽车"];
const PLACES: [&str; 6] = ["Tokyo", "Singapore", "Berlin", "Toronto", "Sydney", "Dublin"];
const TRADES: [&str; 6] = ["Cloud Services", "Logistics", "Analytics", "Hospitality", "Clinical Research", "Motors"];
const PURPOSES: [&str; 6] = ["跨境订单履行", "会员积分兑换", "海外售后服务", "员工薪酬发放", "临床试验数据统计", "车辆远程诊断"];

/// One group being made.
struct Maker<'d> {
    dice: &'d mut Dice,
    kind: &'static str,
    split: bool,
    group: u32,
    company: String,
    recipient: String,
    purpose: String,
    rows: Vec<Labelled>,
}

impl Maker<'_> {
    fn put(&mut self, on: Date, recipient: &str, purpose: &str, non_sensitive: u64, sensitive: u64) -> String {
        let n = self.rows.len() + 1;
        let id = format!("S{:04}-{n}", self.group);
        let branch = BRANCHES[self.rows.len() % 5];
        self.rows.push(Labelled {
            kind: self.kind.to_owned(),
            group: self.group,
            split: self.split,
            people: None,
            application: Application {
                id: id.clone(),
                applicant: format!("{}{branch}（虚构）", self.company),
                holder: String::new(),
                source: Source::Application,
                until: None,
                group: format!("{}（虚构）", self.company),
                recipient: recipient.to_owned(),
                purpose: purpose.to_owned(),
                on,
                non_sensitive,
                sensitive,
                replaces: None,
            },
        });
        id
    }

    /// A flow of the ledger of a branch, over some days from a day on; `people` are its values, under the key of the group.
    fn flow(&mut self, branch: usize, on: Date, days: i64, people: People) {
        let (recipient, purpose) = (self.recipient.clone(), self.purpose.clone());
        let (non_sensitive, sensitive) = match people {
            People::Some(n) => (n, 0),
            People::Sensitive(n) => (0, n),
            People::Keyed(from, until) => (until - from, 0),
        };
        self.put(on, &recipient, &purpose, non_sensitive, sensitive);
        let holder = format!("{}{}（虚构）", self.company, BRANCHES[branch % 5]);
        if let Some(row) = self.rows.last_mut() {
            row.application.source = Source::Ledger;
            row.application.until = on.checked_add(days.days()).ok();
            row.application.holder = holder;
            if let People::Keyed(from, until) = people {
                row.people = Some([from, until]);
            }
        }
    }

    fn later(&mut self, on: Date, least: u64, most: u64) -> Date {
        let days = i64::try_from(self.dice.between(least, most)).unwrap_or(0);
        on.checked_add(days.days()).unwrap_or(on)
    }

    /// Parts of the same export, `least..=most` people each.
    fn parts(&mut self, parts: usize, least: u64, most: u64, gap: (u64, u64), sensitive: bool) {
        let mut on = self.dice.day();
        let (recipient, purpose) = (self.recipient.clone(), self.purpose.clone());
        for _ in 0..parts {
            let people = self.dice.between(least, most);
            let (ordinary, special) = if sensitive { (0, people) } else { (people, 0) };
            self.put(on, &recipient, &purpose, ordinary, special);
            on = self.later(on, gap.0, gap.1);
        }
    }

    fn two(&mut self, recipients: (&str, &str), purposes: (&str, &str), counts: (u64, u64), gap: (u64, u64)) {
        let on = self.dice.day();
        self.put(on, recipients.0, purposes.0, counts.0, 0);
        let on = self.later(on, gap.0, gap.1);
        self.put(on, recipients.1, purposes.1, counts.1, 0);
    }
}

type Kind = (&'static str, bool, fn(&mut Maker));

/// Every kind of group: its name, whether it is a split, how it is made.
const KINDS: [Kind; 31] = [
    ("two-halves", true, |m| m.parts(2, 510_000, 990_000, (3, 60), false)),
    ("three-parts", true, |m| m.parts(3, 340_000, 600_000, (3, 40), false)),
    ("sensitive-halves", true, |m| m.parts(2, 5_100, 9_900, (3, 60), true)),
    ("other-spelling", true, |m| {
        let (a, b) = (m.recipient.clone(), m.recipient.to_uppercase().replace(" LTD", " LIMITED").replace(' ', "  "));
        let purpose = m.purpose.clone();
        m.two((&a, &b), (&purpose, &purpose), (620_000, 580_000), (5, 50));
    }),
    ("longer-purpose", true, |m| {
        let (recipient, a) = (m.recipient.clone(), m.purpose.clone());
        let b = format!("{a}及咨询");
        m.two((&recipient, &recipient), (&a, &b), (700_000, 450_000), (5, 50));
    }),
    ("reworded-purpose", true, |m| {
        let recipient = m.recipient.clone();
        m.two((&recipient, &recipient), ("员工薪酬发放", "人力资源月度结算"), (700_000, 450_000), (5, 50));
    }),
    ("many-small-parts", true, |m| m.parts(7, 150_000, 240_000, (2, 12), false)),
    ("far-apart", true, |m| m.parts(2, 520_000, 900_000, (125, 170), false)),
    ("sister-recipient", true, |m| {
        let a = m.recipient.clone();
        let b = format!("{} Asia Pacific Ltd", a.trim_end_matches(" Ltd"));
        let purpose = m.purpose.clone();
        m.two((&a, &b), (&purpose, &purpose), (640_000, 560_000), (5, 60));
    }),
    ("other-purpose", false, |m| {
        let recipient = m.recipient.clone();
        m.two((&recipient, &recipient), ("跨境订单履行", "员工薪酬发放"), (700_000, 600_000), (5, 60));
    }),
    ("other-recipient", false, |m| {
        let (a, b) = (m.recipient.clone(), "Fictional Harbour Payments GmbH".to_owned());
        let purpose = m.purpose.clone();
        m.two((&a, &b), (&purpose, &purpose), (700_000, 600_000), (5, 60));
    }),
    ("other-year", false, |m| {
        let (recipient, purpose) = (m.recipient.clone(), m.purpose.clone());
        let people = (m.dice.between(600_000, 900_000), m.dice.between(600_000, 900_000));
        m.put(date(2025, 12, 8), &recipient, &purpose, people.0, 0);
        m.put(date(2026, 1, 20), &recipient, &purpose, people.1, 0);
    }),
    ("below-together", false, |m| m.parts(2, 260_000, 480_000, (3, 60), false)),
    ("one-above", false, |m| {
        let (recipient, purpose) = (m.recipient.clone(), m.purpose.clone());
        m.two((&recipient, &recipient), (&purpose, &purpose), (1_300_000, 400_000), (5, 60));
    }),
    ("renewal", false, |m| {
        m.parts(2, 600_000, 900_000, (20, 90), false);
        let first = m.rows[0].application.id.clone();
        m.rows[1].application.replaces = Some(first);
    }),
    ("small-beside-large", false, |m| {
        let (recipient, purpose) = (m.recipient.clone(), m.purpose.clone());
        m.two((&recipient, &recipient), (&purpose, &purpose), (880_000, 130_000), (5, 60));
    }),
    // Honest, and flagged all the same: the parts hold the same people, which the counts alone do not show.
    ("same-people", false, |m| m.parts(2, 520_000, 640_000, (3, 60), false)),
    ("near-purpose", false, |m| {
        let recipient = m.recipient.clone();
        m.two((&recipient, &recipient), ("会员积分兑换", "会员资料查询"), (700_000, 600_000), (5, 60));
    }),
    ("crumbs-beside-large", false, |m| {
        let (recipient, purpose) = (m.recipient.clone(), m.purpose.clone());
        m.two((&recipient, &recipient), (&purpose, &purpose), (880_000, 70_000), (5, 60));
        let on = m.later(m.rows[1].application.on, 5, 60);
        m.put(on, &recipient, &purpose, 60_000, 0);
    }),
    ("ledger-affiliates", true, |m| {
        for branch in 0..2 + m.dice.between(0, 1) {
            let (on, days, people) = (m.dice.day(), m.dice.between(60, 150), m.dice.between(510_000, 900_000));
            m.flow(usize::try_from(branch).unwrap_or(0), on, i64::try_from(days).unwrap_or(60), People::Some(people));
        }
    }),
    // One ledger of all: it shows the line itself, and the detector shows who stays below it.
    ("ledger-one-record", true, |m| {
        for _ in 0..3 {
            let (on, people) = (m.dice.day(), m.dice.between(340_000, 700_000));
            m.flow(0, on, 120, People::Some(people));
        }
    }),
    ("ledger-sensitive", true, |m| {
        for branch in 0..2 {
            let (on, people) = (m.dice.day(), m.dice.between(5_100, 9_900));
            m.flow(branch, on, 90, People::Sensitive(people));
        }
    }),
    // When one affiliate comes near the line the next one goes on.
    ("ledger-baton", true, |m| {
        m.flow(0, date(2026, 1, 5), 100, People::Some(980_000));
        let on = m.later(date(2026, 4, 16), 0, 30);
        let people = m.dice.between(300_000, 800_000);
        m.flow(1, on, 120, People::Some(people));
    }),
    ("ledger-keyed-others", true, |m| {
        let (on, shared) = (m.dice.day(), m.dice.between(0, 60_000));
        m.flow(0, on, 100, People::Keyed(0, 600_000));
        m.flow(1, on, 100, People::Keyed(600_000 - shared, 1_200_000 - shared));
    }),
    ("ledger-and-application", true, |m| {
        let (on, left) = (m.dice.day(), m.dice.between(510_000, 900_000));
        m.flow(0, on, 120, People::Some(left));
        let (recipient, purpose) = (m.recipient.clone(), m.purpose.clone());
        let (on, meant) = (m.later(on, 10, 120), m.dice.between(510_000, 900_000));
        m.put(on, &recipient, &purpose, meant, 0);
    }),
    // The same organisation applies for what its ledger counts: one export, stated twice.
    ("ledger-of-the-applicant", false, |m| {
        let (recipient, purpose) = (m.recipient.clone(), m.purpose.clone());
        let (on, meant) = (m.dice.day(), m.dice.between(520_000, 900_000));
        m.put(on, &recipient, &purpose, meant, 0);
        m.flow(0, on, 120, People::Some(meant - meant / 10));
        let applicant = m.rows[0].application.applicant.clone();
        m.rows[1].application.applicant = applicant;
    }),
    ("ledger-keyed-same", false, |m| {
        let (on, more) = (m.dice.day(), m.dice.between(0, 300_000));
        m.flow(0, on, 100, People::Keyed(0, 600_000));
        m.flow(1, on, 100, People::Keyed(more, 650_000));
    }),
    // Honest, and flagged all the same: numbers alone do not show that the people are the same.
    ("ledger-same-people", false, |m| {
        for branch in 0..2 {
            let on = m.dice.day();
            m.flow(branch, on, 100, People::Some(560_000));
        }
    }),
    ("ledger-other-recipient", false, |m| {
        let on = m.dice.day();
        m.flow(0, on, 100, People::Some(700_000));
        m.flow(1, on, 100, People::Some(600_000));
        "Fictional Harbour Payments GmbH".clone_into(&mut m.rows[1].application.recipient);
    }),
    ("ledger-below-together", false, |m| {
        for branch in 0..2 {
            let (on, people) = (m.dice.day(), m.dice.between(260_000, 480_000));
            m.flow(branch, on, 100, People::Some(people));
        }
    }),
    ("ledger-other-year", false, |m| {
        m.flow(0, date(2025, 9, 1), 121, People::Some(800_000));
        m.flow(1, date(2026, 1, 2), 100, People::Some(700_000));
    }),
];

/// Kinds of splits that nothing in the statements shows: the purposes have no word in common, and only their meaning would tell.
pub(crate) const UNSEEN: [&str; 1] = ["reworded-purpose"];

/// The sample: `groups` of each kind, fewer of the honest twins, which are rare.
pub(crate) fn make(groups: u32, seed: u64) -> Vec<Labelled> {
    let mut dice = Dice(seed);
    let mut all = Vec::new();
    let mut number = 0;
    for (kind, split, make) in KINDS {
        let groups = if kind.ends_with("same-people") { groups.div_ceil(4) } else { groups };
        for _ in 0..groups {
            number += 1;
            let company = format!("示例{}{}{number}集团", dice.of(&FIRST), dice.of(&FIELDS));
            let recipient = format!("Fictional {} {} Ltd", dice.of(&PLACES), dice.of(&TRADES));
            let purpose = dice.of(&PURPOSES).to_owned();
            let mut maker = Maker { dice: &mut dice, kind, split, group: number, company, recipient, purpose, rows: Vec::new() };
            make(&mut maker);
            all.append(&mut maker.rows);
        }
    }
    all
}
