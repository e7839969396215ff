//! Why certification says no: a code, its data and the article.

use jiff::civil::Date;
use serde::Serialize;

use super::check::Problem;
use super::party::{MandateAct, Standing};
use super::state::{NcId, Phase};
use crate::actor::{OrgId, UserId};
use crate::certificate::{Fault, Status};

/// What stands in the way of an act of certification or on a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// The body cannot be chosen or act: it is not filed.
    BodyNotFiled {
        /// How it stands.
        standing: Standing,
    },
    /// The acts of an overseas processor go through its office or representative.
    RepresentativeNeeded,
    /// There is no mandate.
    MandateMissing,
    /// The mandate is that of another organisation.
    MandateOfAnother,
    /// The mandate is the one that is recorded already.
    MandateUnchanged,
    /// The mandate has not begun.
    MandateNotYet {
        /// First day.
        from: Date,
    },
    /// The mandate has ended.
    MandateExpired {
        /// Last day.
        until: Date,
    },
    /// The mandate does not reach this act.
    MandateScope {
        /// What it would have to reach.
        act: MandateAct,
    },
    /// The mandate was recorded for a processor of the mainland, or is not complete.
    MandateUnfit,
    /// The ledger that was given holds flows of other exporters.
    LedgerOfOthers,
    /// The application cannot be submitted.
    NotReady {
        /// All problems that block.
        problems: Vec<Problem>,
    },
    /// The act does not exist at this stage; what stage it is.
    Stage {
        /// The stage.
        phase: Phase,
    },
    /// The act does not exist in this status of the certificate; what would be possible is in
    /// the list of acts.
    StatusOf {
        /// The status.
        status: Status,
    },
    /// The person practises in another body.
    PractisesElsewhere {
        /// Which.
        body: OrgId,
    },
    /// The person has not declared interests yet.
    InterestUndeclared,
    /// The person has an interest in the client.
    ConflictOfInterest,
    /// The person is not on the roster that the body filed.
    NotOnRoster {
        /// Who.
        user: UserId,
    },
    /// The person is not of the team of the plan.
    NotOfTheTeam,
    /// The person verified or audited, so does not decide.
    VerifiedOrAudited,
    /// The plan cannot stand.
    PlanUnfit {
        /// What is missing.
        what: PlanFault,
    },
    /// A document is not declared by version and digests.
    DocumentIncomplete,
    /// The report of the verification is missing, or was checked already.
    NoReport,
    /// An audit is running, or none is.
    AuditNotOpen,
    /// Clauses of the checklist without a finding.
    ClausesOpen {
        /// Which.
        clauses: Vec<String>,
    },
    /// The clause is not on the checklist.
    UnknownClause,
    /// Nonconformities that are not closed.
    NonconformitiesOpen {
        /// Which.
        open: Vec<NcId>,
    },
    /// No nonconformity waits for this.
    NothingToCorrect,
    /// The day lies outside what the act allows.
    DayOutside {
        /// First day allowed.
        from: Option<Date>,
        /// Last day allowed.
        until: Option<Date>,
    },
    /// The rectification still runs.
    RectificationRuns {
        /// Last day.
        until: Date,
    },
    /// The technical verification does not find the processing conforming.
    VerificationNotConforming,
    /// The evaluation recommends otherwise.
    AgainstRecommendation,
    /// The clock stands already, or runs already.
    ClockUnchanged,
    /// The edition is unknown, the same, or not in force.
    EditionUnfit,
    /// The decision of the application does not carry a certificate.
    NotDecided,
    /// The application is of another body, processor or purpose.
    OtherApplication,
    /// The number was used, or is empty.
    NumberUnfit,
    /// A measure waits for its decision, or for its effect.
    MeasurePending,
    /// No measure waits for a decision.
    NoMeasure,
    /// The party has not been heard and its time has not passed.
    HearingOpen {
        /// Last day of its time.
        until: Date,
    },
    /// The party has been heard, or the measure does not hurt it.
    NoHearing,
    /// No request, finding or proposal of that number is open.
    NotOpen,
    /// The request or finding asks for something else.
    AsksOtherwise,
    /// The finding of an authority has not been lifted.
    FindingStands,
    /// Only the authority that found may lift.
    OtherAuthority,
    /// The change needs verification and audit first.
    NeedsApplication,
    /// Nothing changes.
    NothingChanges,
    /// Validity has not ended.
    StillValid {
        /// Last day of validity.
        until: Date,
    },
    /// Validity has ended; a new application is possible.
    ValidityEnded {
        /// Last day of validity.
        until: Date,
    },
    /// A renewal was applied for already.
    RenewalKnown,
    /// No surveillance waits.
    NoSurveillance,
    /// A certificate that was issued before cannot be taken over as it is written.
    TakeOverUnfit {
        /// Every cell that cannot stand.
        faults: Vec<Fault>,
    },
    /// An earlier report waits for its receipt: reports go in order.
    ReportOrder {
        /// The first that waits.
        next: u32,
    },
    /// The receipt belongs to another report.
    ReceiptUsed {
        /// Which.
        seq: u32,
    },
    /// The report was never handed over, or was refused: sending it again would change nothing.
    NothingToResend {
        /// Which.
        seq: u32,
    },
}

/// What is missing in a certification plan (R37 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanFault {
    /// The verification body is the body, the applicant or the processor.
    VerificationBody,
    /// Nobody is in the team.
    Team,
    /// No man-days.
    ManDays,
    /// No checklist, or one without clauses or for a standard outside the basis.
    Checklists,
    /// No kinds of information, or no number of people.
    Kinds,
}

impl Reason {
    /// The article or house rule behind it.
    pub fn article(&self) -> &'static str {
        match self {
            Self::BodyNotFiled { .. } => "M 12(1)",
            Self::RepresentativeNeeded
            | Self::MandateMissing
            | Self::MandateOfAnother
            | Self::MandateUnchanged
            | Self::MandateNotYet { .. }
            | Self::MandateExpired { .. }
            | Self::MandateScope { .. }
            | Self::MandateUnfit => "M 7(2)",
            Self::LedgerOfOthers => "M 7(1)",
            Self::NotReady { .. } => "M 6",
            Self::Stage { .. } | Self::ClausesOpen { .. } | Self::VerifiedOrAudited | Self::NotDecided => "CAR 21",
            Self::StatusOf { .. } | Self::AsksOtherwise => "R37 5.1.3",
            Self::PractisesElsewhere { .. } => "CAR 14",
            Self::InterestUndeclared | Self::ConflictOfInterest => "CAR 13",
            Self::NotOnRoster { .. } => "M 12(1)(iii)",
            Self::NotOfTheTeam | Self::PlanUnfit { .. } => "R37 4.1",
            Self::NoReport => "R37 4.2",
            Self::AuditNotOpen | Self::UnknownClause => "R37 4.3",
            Self::NonconformitiesOpen { .. }
            | Self::NothingToCorrect
            | Self::RectificationRuns { .. }
            | Self::VerificationNotConforming
            | Self::AgainstRecommendation
            | Self::OtherApplication => "R37 4.4",
            Self::DocumentIncomplete | Self::DayOutside { .. } | Self::ClockUnchanged => "R37 4.6",
            Self::EditionUnfit => "A53 —",
            Self::NumberUnfit => "M 9(1)",
            Self::MeasurePending | Self::NoMeasure | Self::HearingOpen { .. } | Self::NoHearing | Self::NotOpen => "house",
            Self::FindingStands | Self::OtherAuthority => "M 10(2)",
            Self::NeedsApplication | Self::NothingChanges => "R37 5.1.2",
            Self::StillValid { .. } | Self::ValidityEnded { .. } | Self::RenewalKnown => "M 8(2)",
            Self::NoSurveillance => "R37 4.5",
            Self::TakeOverUnfit { .. } => "M 18",
            Self::ReportOrder { .. } | Self::ReceiptUsed { .. } | Self::NothingToResend { .. } => "M 9(1)",
        }
    }

    /// The first day on which the same act would be possible, where that is known.
    pub fn possible_from(&self) -> Option<Date> {
        match self {
            Self::MandateNotYet { from } => Some(*from),
            Self::HearingOpen { until } | Self::RectificationRuns { until } | Self::StillValid { until } => until.tomorrow().ok(),
            _ => None,
        }
    }
}
