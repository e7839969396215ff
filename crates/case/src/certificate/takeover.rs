//! Certificates that were issued before this platform and are taken over: what the old record
//! says, where it came from, and the rules of the day on which it was issued. The law is silent on
//! how they come in; that the Measures apply to what happens to them from now on is M 18 and 19.
//!
//! The platform neither issued nor audited them. So each is checked cell by cell, none may be
//! issued after the last day that the deployment sets, its source is kept with the event, and no
//! report is owed for an issue that lies behind (M 9(1)); every later change is reported like any other.

use guosuo_rules::basis::Edition;
use guosuo_rules::ids::{self, uscc};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::command::Facts;
use super::decide::{number_fits, surveillance_plan};
use super::event::{Event, Issue};
use super::renewal::valid_until;
use super::state::{ChangeKind, Mark};
use crate::actor::{CaseId, OrgId};
use crate::certification::{Field, LastDay, MAINLAND, Mandate, Party, Problem, Reason, Scope, Severity, What, is_country};
use crate::refusal::Refusal;
use crate::text;

/// Where a record of an older certificate was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name of the file.
    pub file: String,
    /// Hex SHA-256 of its bytes.
    pub sha256: String,
    /// The row, 1 for the first of the sheet.
    pub row: u32,
}

/// What had become of a certificate before it came here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// Suspended, revoked, cancelled or ended by time.
    pub kind: ChangeKind,
    /// From which day.
    pub since: Date,
    /// The ground, as it was published (M 10(3)).
    pub ground: String,
}

impl Stood {
    /// Ended by time, on the day after its last (M 8(2)).
    pub fn by_time(valid_until: Date) -> Self {
        Self { kind: ChangeKind::Expired, since: valid_until.tomorrow().unwrap_or(valid_until), ground: "M 8(2)".into() }
    }
}

/// An older certificate as its body kept it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are those of the issue")]
pub struct TakeOver {
    pub holder: Party,
    /// The holder's account here, or that of who applied for it; `None` where nobody has one.
    pub applicant: Option<OrgId>,
    pub mandate: Option<Mandate>,
    pub number: String,
    pub scope: Scope,
    pub basis: String,
    pub mark: Mark,
    pub issued_on: Date,
    pub valid_until: Date,
    pub stood: Option<Stood>,
    pub source: Source,
}

/// A cell of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of the record")]
pub enum Cell {
    Number,
    Holder,
    Code,
    Country,
    Address,
    Purposes,
    Kinds,
    Sensitive,
    People,
    PeopleSensitive,
    Recipients,
    Onward,
    Systems,
    Retention,
    Basis,
    Mark,
    IssuedOn,
    ValidUntil,
    Status,
    Since,
    Ground,
}

impl Cell {
    /// All, in the order of the record.
    pub const ALL: [Self; 21] = [
        Self::Number,
        Self::Holder,
        Self::Code,
        Self::Country,
        Self::Address,
        Self::Purposes,
        Self::Kinds,
        Self::Sensitive,
        Self::People,
        Self::PeopleSensitive,
        Self::Recipients,
        Self::Onward,
        Self::Systems,
        Self::Retention,
        Self::Basis,
        Self::Mark,
        Self::IssuedOn,
        Self::ValidUntil,
        Self::Status,
        Self::Since,
        Self::Ground,
    ];

    /// The cell that a field of the scope is written in.
    fn of(field: Field) -> Self {
        match field {
            Field::Kinds => Self::Kinds,
            Field::People => Self::People,
            Field::PeopleSensitive => Self::PeopleSensitive,
            Field::Recipients | Field::RecipientCountry | Field::RecipientContact => Self::Recipients,
            Field::Onward | Field::OnwardCountry | Field::OnwardFrom => Self::Onward,
            Field::Systems => Self::Systems,
            Field::Retention => Self::Retention,
            _ => Self::Purposes,
        }
    }
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "wrong", rename_all = "snake_case")]
pub enum Wrong {
    /// Nothing stands there.
    Missing,
    /// Too long, or with characters that cannot be stored.
    Unfit,
    /// The body has used the number.
    Used,
    /// No valid credit code.
    NotACode,
    /// No country or region.
    NotACountry,
    /// No edition of the basis of that name.
    NoEdition,
    /// The edition began after the day of issue.
    EditionNotInForce {
        /// Its first day.
        from: Date,
    },
    /// The day lies outside what it can be.
    DayOutside {
        /// First day that it can be.
        from: Option<Date>,
        /// Last day that it can be.
        until: Date,
    },
    /// A status that no certificate is taken over with.
    NotAStatus,
    /// Its last day has passed, so time has ended it.
    HasEnded,
    /// Something of the scope.
    Scope {
        /// What.
        problem: Problem,
    },
}

/// A cell that cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Which.
    pub cell: Cell,
    /// Why.
    #[serde(flatten)]
    pub wrong: Wrong,
}

fn line(value: &str, most: usize) -> Option<Wrong> {
    if text::is_blank(value) {
        Some(Wrong::Missing)
    } else if value.chars().count() > most || text::check(value, false).is_err() {
        Some(Wrong::Unfit)
    } else {
        None
    }
}

impl TakeOver {
    /// Every cell that cannot stand, in the order of the record.
    pub fn faults(&self, facts: &Facts, today: Date) -> Vec<Fault> {
        let mut out = Vec::new();
        let mut fault = |cell: Cell, wrong: Option<Wrong>| out.extend(wrong.map(|wrong| Fault { cell, wrong }));
        fault(
            Cell::Number,
            if text::is_blank(&self.number) {
                Some(Wrong::Missing)
            } else if !number_fits(&self.number) {
                Some(Wrong::Unfit)
            } else {
                facts.numbers.contains(&self.number).then_some(Wrong::Used)
            },
        );
        fault(Cell::Holder, line(&self.holder.name, 200));
        let home = self.holder.country == MAINLAND;
        let wrong_code = home && !uscc::check(&self.holder.code, None, ids::Options::default()).is_valid();
        fault(Cell::Code, line(&self.holder.code, 100).or(wrong_code.then_some(Wrong::NotACode)));
        fault(Cell::Country, (!is_country(&self.holder.country)).then_some(Wrong::NotACountry));
        fault(Cell::Address, line(&self.holder.address, 500));
        // A record tells what was certified. Whether it should have been, by the lines of M 5(1) of then, is a matter of
        // supervision; how recipients are reached was not asked of everybody.
        let of_the_record = |p: &Problem| {
            p.severity == Severity::Blocks && p.field != Field::RecipientContact && !matches!(p.what, What::AssessmentLine { .. })
        };
        for problem in self.scope.problems(self.issued_on).into_iter().filter(of_the_record) {
            fault(Cell::of(problem.field), Some(Wrong::Scope { problem }));
        }
        fault(
            Cell::Basis,
            match Edition::by_id(&self.basis) {
                None => Some(Wrong::NoEdition),
                // A case stays on the edition on which it began: when that ended says nothing of the day of issue.
                Some(e) => (self.issued_on < e.from).then_some(Wrong::EditionNotInForce { from: e.from }),
            },
        );
        fault(Cell::Mark, line(&self.mark.body, 20));
        let latest = today.min(facts.config.taken_over_until);
        fault(Cell::IssuedOn, (self.issued_on > latest).then_some(Wrong::DayOutside { from: None, until: latest }));
        // M 8(2): never longer than three years, by either reading of the last day.
        let last = valid_until(self.issued_on, LastDay::Anniversary, &facts.calendar);
        let fits = last.is_some_and(|last| self.issued_on < self.valid_until && self.valid_until <= last);
        let until = last.unwrap_or(self.issued_on);
        fault(Cell::ValidUntil, (!fits).then_some(Wrong::DayOutside { from: self.issued_on.tomorrow().ok(), until }));
        // Time ended it before it came here, whatever it had been until then (M 8(2)).
        let over = self.valid_until < today;
        match &self.stood {
            None => fault(Cell::Status, over.then_some(Wrong::HasEnded)),
            Some(s) if s.kind == ChangeKind::Expired => {
                fault(Cell::Status, (!over).then_some(Wrong::NotAStatus));
                let ends = Stood::by_time(self.valid_until).since;
                fault(Cell::Since, (over && s.since != ends).then_some(Wrong::DayOutside { from: Some(ends), until: ends }));
            }
            Some(s) => {
                let known = matches!(s.kind, ChangeKind::Suspended | ChangeKind::Revoked | ChangeKind::Cancelled);
                let ended = over && s.kind == ChangeKind::Suspended;
                fault(Cell::Status, if known { ended.then_some(Wrong::HasEnded) } else { Some(Wrong::NotAStatus) });
                let last = today.min(self.valid_until);
                let fits = self.issued_on <= s.since && s.since <= last;
                fault(Cell::Since, (!fits).then_some(Wrong::DayOutside { from: Some(self.issued_on), until: last }));
                fault(Cell::Ground, line(&s.ground, 1000));
            }
        }
        out
    }
}

/// The record as an event, if every cell stands (M 18).
pub(super) fn take_over(t: TakeOver, facts: &Facts, today: Date) -> Result<Vec<Event>, Refusal> {
    let faults = t.faults(facts, today);
    if !faults.is_empty() {
        return Err(Refusal::certification(Reason::TakeOverUnfit { faults }));
    }
    let ended = t.stood.as_ref().is_some_and(|s| s.kind != ChangeKind::Suspended);
    let plan = surveillance_plan(t.issued_on, t.valid_until, facts.config.surveillance_months);
    let issue = Issue {
        // Its case lies elsewhere.
        application: CaseId(String::new()),
        applicant: t.applicant.or_else(|| t.holder.org.clone()).unwrap_or_else(|| OrgId(String::new())),
        holder: t.holder,
        mandate: t.mandate,
        mandate_before: None,
        number: t.number,
        scope: t.scope,
        basis: t.basis,
        mark: t.mark,
        issued_on: t.issued_on,
        valid_until: t.valid_until,
        predecessor: None,
        interests: std::collections::BTreeMap::new(),
        // What fell due before was done or missed elsewhere.
        surveillances: if ended { Vec::new() } else { plan.into_iter().filter(|day| *day >= today).collect() },
    };
    Ok(vec![Event::TakenOver { issue: Box::new(issue), source: t.source, stood: t.stood }])
}
