//! The scope of a certification 认证范围, as data: what M 10 compares with what really happens.

use std::collections::BTreeSet;

use guosuo_rules::path::Law;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::check::{Expected, Field, Problem, What, text_problem};
use super::party::MAINLAND;

/// A kind of personal information.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kind {
    /// What it is called.
    pub name: String,
    /// Sensitive personal information (PIPL 28)?
    pub sensitive: bool,
}

/// Distinct people per calendar year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Whose non-sensitive information leaves.
    pub non_sensitive: u64,
    /// Whose sensitive information leaves.
    pub sensitive: u64,
}

/// An overseas recipient 境外接收方.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recipient {
    /// Name.
    pub name: String,
    /// ISO 3166-1 code of its country or region.
    pub country: String,
    /// How it is reached.
    pub contact: String,
}

/// Somebody to whom a recipient passes the information on (再提供).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Onward {
    /// The recipient who passes it on.
    pub from: String,
    /// Name.
    pub name: String,
    /// ISO 3166-1 code of the country or region.
    pub country: String,
}

/// The scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Purposes.
    pub purposes: Vec<String>,
    /// Kinds of personal information.
    pub kinds: Vec<Kind>,
    /// People per year.
    pub people: People,
    /// Recipients.
    pub recipients: Vec<Recipient>,
    /// Onward recipients.
    pub onward: Vec<Onward>,
    /// Systems that send or give access.
    pub systems: Vec<String>,
    /// Longest retention abroad, in months.
    pub retention_months: u32,
}

/// A part of the scope, as far as it is published or kept between the parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopePart {
    /// Purposes.
    Purposes,
    /// Kinds of personal information, and which of them are sensitive.
    Kinds,
    /// People per year.
    People,
    /// Names of recipients, with their country.
    Recipients,
    /// Countries and regions of recipients and onward recipients, without their names.
    Countries,
    /// Names of onward recipients.
    Onward,
    /// Retention abroad.
    Retention,
}

impl ScopePart {
    /// All, in the order in which they are told. Systems and contacts are never published: they
    /// help attackers and nobody else.
    pub const ALL: [Self; 7] =
        [Self::Purposes, Self::Kinds, Self::People, Self::Recipients, Self::Countries, Self::Onward, Self::Retention];

    /// What is published and printed unless a deployment sets otherwise: what an individual needs to
    /// see whether a service lies within the scope (M 9(1), 15). How many people, who the business
    /// partners are and how long data are kept can be trade secrets or confidential business
    /// information, which bodies and authorities keep (M 14).
    pub fn published_by_default() -> BTreeSet<Self> {
        [Self::Purposes, Self::Kinds, Self::Countries].into()
    }
}

/// Longest list of the scope.
const ROWS_MAX: usize = 200;
/// Longest name in the scope, in characters.
const NAME_MAX: usize = 200;
/// Longest retention that is believed to be meant.
const RETENTION_MAX: u32 = 1200;

/// The codes of ISO 3166-1 alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA \
GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM \
KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE \
NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN \
SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM \
ZW";

/// Whether a code names a country or region.
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && countries().any(|c| c == code)
}

/// The codes of countries and regions (ISO 3166-1), in their order.
pub fn countries() -> impl Iterator<Item = &'static str> {
    COUNTRIES.split(' ')
}

impl Scope {
    /// Every problem, in the order of the fields.
    pub fn problems(&self, today: Date) -> Vec<Problem> {
        let mut out = Vec::new();
        let names = |f: Field, list: &mut dyn Iterator<Item = &String>, out: &mut Vec<Problem>| {
            let mut seen = BTreeSet::new();
            for (i, name) in list.enumerate() {
                if let Some(p) = text_problem(name, NAME_MAX, false) {
                    out.push(Problem::blocks(f, Some(i + 1), p, Expected::Text { max: NAME_MAX }, "R37 4.1"));
                } else if !seen.insert(name.as_str()) {
                    out.push(Problem::blocks(f, Some(i + 1), What::Repeated, Expected::OnceEach, "R37 4.1"));
                }
            }
        };
        let count = |f: Field, n: usize, least: usize, out: &mut Vec<Problem>| {
            if n < least {
                out.push(Problem::blocks(f, None, What::Empty, Expected::AtLeast { least: 1 }, "R37 4.1"));
            }
            if n > ROWS_MAX {
                out.push(Problem::blocks(
                    f,
                    None,
                    What::TooMany { count: n },
                    Expected::AtMost { most: ROWS_MAX as u64 },
                    "house",
                ));
            }
        };
        count(Field::Purposes, self.purposes.len(), 1, &mut out);
        names(Field::Purposes, &mut self.purposes.iter(), &mut out);
        count(Field::Kinds, self.kinds.len(), 1, &mut out);
        names(Field::Kinds, &mut self.kinds.iter().map(|k| &k.name), &mut out);
        self.people_problems(today, &mut out);
        count(Field::Recipients, self.recipients.len(), 1, &mut out);
        names(Field::Recipients, &mut self.recipients.iter().map(|r| &r.name), &mut out);
        for (i, r) in self.recipients.iter().enumerate() {
            out.extend(country_problem(Field::RecipientCountry, i + 1, &r.country));
            if let Some(p) = text_problem(&r.contact, NAME_MAX, false) {
                let right = Expected::Text { max: NAME_MAX };
                out.push(Problem::blocks(Field::RecipientContact, Some(i + 1), p, right, "PIPL 39"));
            }
        }
        count(Field::Onward, self.onward.len(), 0, &mut out);
        for (i, o) in self.onward.iter().enumerate() {
            if let Some(p) = text_problem(&o.name, NAME_MAX, false) {
                out.push(Problem::blocks(Field::Onward, Some(i + 1), p, Expected::Text { max: NAME_MAX }, "R37 4.1"));
            }
            out.extend(country_problem(Field::OnwardCountry, i + 1, &o.country));
            if !self.recipients.iter().any(|r| r.name == o.from) {
                out.push(Problem::blocks(Field::OnwardFrom, Some(i + 1), What::Unknown, Expected::NamedRecipient, "M 6(iii)"));
            }
        }
        count(Field::Systems, self.systems.len(), 1, &mut out);
        names(Field::Systems, &mut self.systems.iter(), &mut out);
        if !(1..=RETENTION_MAX).contains(&self.retention_months) {
            let right = Expected::Between { least: 1, most: u64::from(RETENTION_MAX) };
            out.push(Problem::blocks(Field::Retention, None, What::OutOfRange, right, "R37 4.1"));
        }
        out
    }

    /// The people must be some, fit the kinds, and stay below the lines of the assessment
    /// (M 5(1), P16 7) that the law of the day has.
    fn people_problems(&self, today: Date, out: &mut Vec<Problem>) {
        let any = self.kinds.iter().any(|k| k.sensitive);
        if self.people.non_sensitive == 0 && self.people.sensitive == 0 {
            out.push(Problem::blocks(Field::People, None, What::Empty, Expected::AtLeast { least: 1 }, "R37 4.1"));
        }
        if any != (self.people.sensitive > 0) {
            let what = if any { What::SensitiveWithoutPeople } else { What::PeopleWithoutSensitive };
            out.push(Problem::blocks(Field::PeopleSensitive, None, what, Expected::FlagAndNumberAgree, "M 6(ii)"));
        }
        let Ok(law) = Law::on(today) else { return };
        let lines = [
            (Field::People, self.people.non_sensitive, law.lines.assessment_non_sensitive.value),
            (Field::PeopleSensitive, self.people.sensitive, law.lines.assessment_sensitive.value),
        ];
        for (field, count, line) in lines {
            if count >= line {
                let what = What::AssessmentLine { count };
                out.push(Problem::blocks(field, None, what, Expected::Below { line }, "M 5(1)(ii)"));
            }
        }
    }
}

fn country_problem(field: Field, row: usize, code: &str) -> Option<Problem> {
    let what = if code.is_empty() {
        What::Empty
    } else if !is_country(code) {
        What::Unknown
    } else if code == MAINLAND {
        What::NotOverseas
    } else {
        return None;
    };
    Some(Problem::blocks(field, Some(row), what, Expected::CountryOutside, "M 2"))
}
