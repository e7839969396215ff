//! The clocks of the stages: limits that each body sets for itself (R37 4.6), with reasons for
//! which they stand. House limits, never to be shown as limits of the law.

use guosuo_rules::calendar::Calendar;
use guosuo_rules::period::{Direction, Due, WorkingDays, WorkingSpan, due, working_days_between};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::state::Phase;

/// A stage in which the body owes the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Accept or decline.
    Acceptance,
    /// Make the plan.
    Planning,
    /// Verify.
    Verification,
    /// Audit.
    Audit,
    /// Evaluate.
    Evaluation,
    /// Decide: both signatures.
    Decision,
    /// Issue the certificate (M 8(1): promptly).
    Issue,
}

impl Stage {
    /// All, in order.
    pub const ALL: [Self; 7] =
        [Self::Acceptance, Self::Planning, Self::Verification, Self::Audit, Self::Evaluation, Self::Decision, Self::Issue];

    /// The stage of a phase; `None` where the body owes nothing.
    pub fn of(phase: Phase) -> Option<Self> {
        match phase {
            Phase::Entrusted => Some(Self::Acceptance),
            Phase::Accepted => Some(Self::Planning),
            Phase::Planned => Some(Self::Verification),
            Phase::Verified => Some(Self::Audit),
            Phase::Audited => Some(Self::Evaluation),
            Phase::Evaluated | Phase::Signed => Some(Self::Decision),
            Phase::Decided => Some(Self::Issue),
            _ => None,
        }
    }
}

/// The limits of the stages in working days, as the body published them (R37 4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of the stages")]
pub struct StageDays {
    pub acceptance: u32,
    pub planning: u32,
    pub verification: u32,
    pub audit: u32,
    pub evaluation: u32,
    pub decision: u32,
    pub issue: u32,
}

impl Default for StageDays {
    fn default() -> Self {
        Self { acceptance: 5, planning: 10, verification: 30, audit: 30, evaluation: 15, decision: 10, issue: 5 }
    }
}

impl StageDays {
    /// The limit of a stage.
    pub fn of(&self, stage: Stage) -> u32 {
        match stage {
            Stage::Acceptance => self.acceptance,
            Stage::Planning => self.planning,
            Stage::Verification => self.verification,
            Stage::Audit => self.audit,
            Stage::Evaluation => self.evaluation,
            Stage::Decision => self.decision,
            Stage::Issue => self.issue,
        }
    }
}

/// Why a clock of a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// The applicant owes something.
    WaitsForApplicant,
    /// An authority's answer is waited for.
    WaitsForAuthority,
    /// The site cannot be visited.
    SiteClosed,
    /// Something that nobody could foresee or avoid (CC 180).
    ForceMajeure,
}

/// The clock of the stage at hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The day on which the stage began.
    pub began: Option<Date>,
    /// Since when it stands, and why.
    pub stands: Option<(Date, PauseReason)>,
    /// The spans for which it stood, first and last day.
    pub stood: Vec<(Date, Date)>,
}

impl Clock {
    /// A new stage begins.
    pub(super) fn begin(&mut self, day: Date) {
        *self = Self { began: Some(day), ..Self::default() };
    }

    /// The last day of the stage: its working days after the day on which it began, and as many
    /// more as it stood. While it stands, as if it went on from `today`. `None` where nothing is
    /// owed.
    pub fn due(&self, phase: Phase, limits: &StageDays, today: Date, calendar: &Calendar) -> Option<Due> {
        let limit = limits.of(Stage::of(phase)?);
        let now = self.stands.map(|(since, _)| (since, today.max(since)));
        let mut stood = 0_i64;
        for (from, to) in self.stood.iter().copied().chain(now) {
            stood += match working_days_between(from, to, calendar).ok()? {
                WorkingSpan::Firm { days } => days,
                WorkingSpan::Provisional { most, .. } => most,
            };
        }
        let days = limit.saturating_add(u32::try_from(stood).unwrap_or(0));
        due(self.began?, WorkingDays(days).into(), Direction::After, calendar).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_clock_that_stood_ends_later_by_the_working_days_it_stood() {
        let calendar = Calendar::builtin();
        let limits = StageDays::default();
        let mut clock = Clock::default();
        clock.begin(date(2026, 3, 2));
        let due = |c: &Clock, today| c.due(Phase::Entrusted, &limits, today, calendar).unwrap().firm().unwrap();
        assert_eq!(due(&clock, date(2026, 3, 2)), date(2026, 3, 9));
        // It stands from Wednesday to the Monday after: three working days.
        clock.stood.push((date(2026, 3, 4), date(2026, 3, 9)));
        assert_eq!(due(&clock, date(2026, 3, 10)), date(2026, 3, 12));
        clock.stands = Some((date(2026, 3, 10), PauseReason::WaitsForApplicant));
        assert_eq!(due(&clock, date(2026, 3, 11)), date(2026, 3, 13));
        assert_eq!(clock.due(Phase::Rectifying, &limits, date(2026, 3, 11), calendar), None, "the applicant's time");
    }
}
