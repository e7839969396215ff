//! The rights of certification: who may do what, before any case is looked at.
//!
//! They are kept apart from the rights that routes name, because a right there needs a route.
//! The committed table is `docs/rights-certification.txt`.

use crate::actor::{Actor, Role};

/// What somebody may do in certification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Prepare an application: scope, answers, declarations, choice of the body.
    ApplicationEdit,
    /// Record the mandate of an office or representative (M 7(2)).
    MandateRecord,
    /// Submit and withdraw.
    ApplicationSubmit,
    /// Answer nonconformities during the rectification.
    CorrectionAnswer,
    /// Ask for suspension, restoration, change or cancellation; be heard; apply for renewal.
    CertificateRequest,
    /// Declare the flows that really take place.
    FlowsDeclare,
    /// Declare interests before a case is opened (CAR 13).
    InterestDeclare,
    /// Accept or decline, plan, order rectification, keep the clocks, migrate the basis.
    CaseManage,
    /// Sign the technical verification (R37 4.2).
    VerificationSign,
    /// Check the report of the technical verification against the plan.
    VerificationReview,
    /// Audit on site, judge corrections, surveil (R37 4.3, 4.5).
    Audit,
    /// Evaluate and recommend (R37 4.4).
    Evaluate,
    /// Sign the conclusion first (CAR 22).
    ConclusionSign,
    /// Sign the conclusion second (CAR 22); decide on measures.
    ConclusionCountersign,
    /// Report deceit by the applicant (R37 4.4).
    DeceitReport,
    /// Report a violation to the authorities (M 11).
    ViolationReport,
    /// Issue what was decided; propose measures; keep surveillance and reports.
    CertificateManage,
    /// Propose a measure on a certificate.
    MeasurePropose,
    /// State and lift a finding of an authority (M 10(2)).
    FindingState,
}

impl Right {
    /// All rights, in the order of the matrix.
    pub const ALL: [Self; 19] = [
        Self::ApplicationEdit,
        Self::MandateRecord,
        Self::ApplicationSubmit,
        Self::CorrectionAnswer,
        Self::CertificateRequest,
        Self::FlowsDeclare,
        Self::InterestDeclare,
        Self::CaseManage,
        Self::VerificationSign,
        Self::VerificationReview,
        Self::Audit,
        Self::Evaluate,
        Self::ConclusionSign,
        Self::ConclusionCountersign,
        Self::DeceitReport,
        Self::ViolationReport,
        Self::CertificateManage,
        Self::MeasurePropose,
        Self::FindingState,
    ];

    /// The name in the matrix.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApplicationEdit => "application_edit",
            Self::MandateRecord => "mandate_record",
            Self::ApplicationSubmit => "application_submit",
            Self::CorrectionAnswer => "correction_answer",
            Self::CertificateRequest => "certificate_request",
            Self::FlowsDeclare => "flows_declare",
            Self::InterestDeclare => "interest_declare",
            Self::CaseManage => "case_manage",
            Self::VerificationSign => "verification_sign",
            Self::VerificationReview => "verification_review",
            Self::Audit => "audit",
            Self::Evaluate => "evaluate",
            Self::ConclusionSign => "conclusion_sign",
            Self::ConclusionCountersign => "conclusion_countersign",
            Self::DeceitReport => "deceit_report",
            Self::ViolationReport => "violation_report",
            Self::CertificateManage => "certificate_manage",
            Self::MeasurePropose => "measure_propose",
            Self::FindingState => "finding_state",
        }
    }

    /// Which roles hold the right.
    pub fn roles(self) -> &'static [Role] {
        use Role::{
            Applicant, Auditor, BodyHead, CacSupervisor, CaseManager, Certifier, Evaluator, Representative, SamrSupervisor,
            VerificationStaff, Verifier,
        };
        match self {
            Self::ApplicationEdit
            | Self::MandateRecord
            | Self::ApplicationSubmit
            | Self::CorrectionAnswer
            | Self::CertificateRequest => &[Applicant, Representative],
            Self::FlowsDeclare => &[Applicant, Representative, CaseManager],
            Self::InterestDeclare => &[CaseManager, Verifier, Auditor, Evaluator, Certifier, BodyHead, VerificationStaff],
            Self::CaseManage | Self::CertificateManage => &[CaseManager],
            Self::VerificationSign => &[VerificationStaff],
            Self::VerificationReview => &[Verifier],
            Self::Audit => &[Auditor],
            Self::Evaluate => &[Evaluator],
            Self::ConclusionSign => &[Certifier],
            Self::ConclusionCountersign => &[BodyHead],
            Self::DeceitReport => &[CaseManager, Verifier, Auditor, Evaluator],
            Self::ViolationReport => &[CaseManager, Verifier, Auditor, Evaluator, Certifier, BodyHead],
            Self::MeasurePropose => &[CaseManager, Auditor],
            Self::FindingState => &[CacSupervisor, SamrSupervisor],
        }
    }

    /// Whether the actor holds the right by role.
    pub fn held_by(self, actor: &Actor) -> bool {
        actor.has_any(self.roles())
    }
}

/// Why two roles may not both be used by one person in one case; `None` where they may.
///
/// The decision is taken by people who neither verified nor audited (R37 4.4 read with CAR 21),
/// and the two signatures are those of two people (CAR 22). That the person who recommends does
/// not also sign first is a house rule.
pub fn excludes(a: Role, b: Role) -> Option<&'static str> {
    let worked = |r| matches!(r, Role::Verifier | Role::VerificationStaff | Role::Auditor);
    let decides = |r| matches!(r, Role::Certifier | Role::BodyHead);
    let pair = |x, y| (a == x && b == y) || (a == y && b == x);
    if (worked(a) && decides(b)) || (worked(b) && decides(a)) {
        Some("CAR 21")
    } else if pair(Role::Certifier, Role::BodyHead) {
        Some("CAR 22")
    } else if pair(Role::Evaluator, Role::Certifier) {
        Some("house")
    } else {
        None
    }
}

/// The matrix of rights by role and the exclusions, as `docs/rights-certification.txt` holds them.
pub fn matrix() -> String {
    use std::fmt::Write as _;
    let mut out = format!("{:<23}", "right");
    let row = |out: &mut String, first: &str, cell: &dyn Fn(Role) -> String| {
        if !first.is_empty() {
            let _ = write!(out, "{first:<23}");
        }
        for role in Role::CERTIFICATION {
            let _ = write!(out, " {:<17}", cell(role));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    };
    row(&mut out, "", &|r| r.as_str().to_owned());
    for right in Right::ALL {
        row(&mut out, right.as_str(), &|r| if right.roles().contains(&r) { "yes".into() } else { "-".into() });
    }
    out.push_str("\nnever both by one person in one case\n");
    for a in Role::CERTIFICATION {
        row(&mut out, a.as_str(), &|b| excludes(a, b).unwrap_or("-").to_owned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_matrix_of_certification_is_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rights-certification.txt");
        if std::env::var_os("UPDATE_RIGHTS").is_some() {
            std::fs::write(path, matrix()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), matrix(), "run with UPDATE_RIGHTS=1 and review the difference");
    }

    #[test]
    fn exclusion_does_not_depend_on_the_order() {
        for a in Role::CERTIFICATION {
            assert_eq!(excludes(a, a), None);
            for b in Role::CERTIFICATION {
                assert_eq!(excludes(a, b), excludes(b, a));
            }
        }
    }

    #[test]
    fn the_roles_of_the_filing_hold_no_right_of_certification() {
        for right in Right::ALL {
            assert!(right.roles().iter().all(|r| Role::CERTIFICATION.contains(r)));
        }
    }
}
