//! One function says who may do what: [`allow`]. The table of rights by role is a committed
//! text that a test compares with this code, and every route of the service names a right.

use crate::actor::{Actor, OrgId, OrgKind, Role};

/// What somebody may do, as routes and commands name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Read what is public: guide, filed bodies, publications, log. Anyone, without sign-in.
    PublicRead,
    /// Ask to be registered, sign in, recover access. Anyone.
    SignIn,
    /// See and end one's own sessions, settings and inbox. Everyone who is signed in.
    OwnAccount,
    /// Read the filings of one's own organisation.
    FilingReadOwn,
    /// Fill in and change a draft, upload, import the roster.
    FilingEdit,
    /// Submit, withdraw, file anew.
    FilingSubmit,
    /// Manage the members of one's own organisation.
    MembersManage,
    /// See the review queue and the cases in it.
    QueueRead,
    /// Open the confidential files of a filing under review; each opening is recorded first.
    FilingFilesRead,
    /// Take a case, give verdicts, send to the data authority, propose.
    FilingReview,
    /// Assign, return and decide.
    FilingDecide,
    /// Give the opinion of the National Data Administration.
    FilingOpine,
    /// Record a later act on a filed body (changed particulars, removal), with its ground.
    BodyRegisterAct,
    /// Read the register with its non-public facts: filing results shared with SAMR.
    RegisterReadFull,
    /// Confirm the registration of an organisation, override an identifier check.
    OrganisationConfirm,
    /// Import a State Council holiday notice.
    CalendarImport,
    /// Create accounts of authority staff, block them, reset factors.
    StaffManage,
    /// Read the ledger and the access records.
    LedgerRead,
    /// See jobs, mail, health and settings of the platform.
    SystemOperate,
    /// Read the applications and certificates of one's own organisation: applicant, processor,
    /// office or representative.
    ApplicationReadOwn,
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
    /// Manage the members of a processor, office or representative, or verification body.
    PartyMembersManage,
    /// Read what a body or a verification body has received and works on.
    ApplicationRead,
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
    /// Say which person of the filed roster (item 3) an account is (M 12(1)(iii)).
    RosterLink,
    /// Look at signs that an export was split (M 5(4)).
    SplittingLook,
    /// Mark applicants as one group, with a reason (M 5(4)).
    SplittingMark,
    /// Look into the yearly ledgers of processors for splits, with a ground (M 5(4), PIPL 63).
    SplittingLedgers,
    /// State and lift a finding of an authority (M 10(2)).
    FindingState,
    /// See what one's own body reported to the national platform, and what became of it (M 9(1)).
    ReportsRead,
    /// Read the reports of all bodies: the feed that SAMR and CAC share, each view with its ground (M 9(2)).
    ReportsShared,
    /// Read and acknowledge violations that bodies have reported (M 11).
    ViolationAcknowledge,
}

impl Right {
    /// All rights, in the order of the matrix.
    pub const ALL: [Self; 48] = [
        Self::PublicRead,
        Self::SignIn,
        Self::OwnAccount,
        Self::FilingReadOwn,
        Self::FilingEdit,
        Self::FilingSubmit,
        Self::MembersManage,
        Self::QueueRead,
        Self::FilingFilesRead,
        Self::FilingReview,
        Self::FilingDecide,
        Self::FilingOpine,
        Self::BodyRegisterAct,
        Self::RegisterReadFull,
        Self::OrganisationConfirm,
        Self::CalendarImport,
        Self::StaffManage,
        Self::LedgerRead,
        Self::SystemOperate,
        Self::ApplicationReadOwn,
        Self::ApplicationEdit,
        Self::MandateRecord,
        Self::ApplicationSubmit,
        Self::CorrectionAnswer,
        Self::CertificateRequest,
        Self::FlowsDeclare,
        Self::PartyMembersManage,
        Self::ApplicationRead,
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
        Self::RosterLink,
        Self::SplittingLook,
        Self::SplittingMark,
        Self::SplittingLedgers,
        Self::FindingState,
        Self::ReportsRead,
        Self::ReportsShared,
        Self::ViolationAcknowledge,
    ];

    /// The name in the matrix.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PublicRead => "public_read",
            Self::SignIn => "sign_in",
            Self::OwnAccount => "own_account",
            Self::FilingReadOwn => "filing_read_own",
            Self::FilingEdit => "filing_edit",
            Self::FilingSubmit => "filing_submit",
            Self::MembersManage => "members_manage",
            Self::QueueRead => "queue_read",
            Self::FilingFilesRead => "filing_files_read",
            Self::FilingReview => "filing_review",
            Self::FilingDecide => "filing_decide",
            Self::FilingOpine => "filing_opine",
            Self::BodyRegisterAct => "body_register_act",
            Self::RegisterReadFull => "register_read_full",
            Self::OrganisationConfirm => "organisation_confirm",
            Self::CalendarImport => "calendar_import",
            Self::StaffManage => "staff_manage",
            Self::LedgerRead => "ledger_read",
            Self::SystemOperate => "system_operate",
            Self::ApplicationReadOwn => "application_read_own",
            Self::ApplicationEdit => "application_edit",
            Self::MandateRecord => "mandate_record",
            Self::ApplicationSubmit => "application_submit",
            Self::CorrectionAnswer => "correction_answer",
            Self::CertificateRequest => "certificate_request",
            Self::FlowsDeclare => "flows_declare",
            Self::PartyMembersManage => "party_members_manage",
            Self::ApplicationRead => "application_read",
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
            Self::RosterLink => "roster_link",
            Self::SplittingLook => "splitting_look",
            Self::SplittingMark => "splitting_mark",
            Self::SplittingLedgers => "splitting_ledgers",
            Self::FindingState => "finding_state",
            Self::ReportsRead => "reports_read",
            Self::ReportsShared => "reports_shared",
            Self::ViolationAcknowledge => "violation_acknowledge",
        }
    }

    /// Which roles hold the right. `None` means everyone, signed in or not.
    pub fn roles(self) -> Option<&'static [Role]> {
        use Role::{
            Applicant, AuditAdmin, Auditor, BodyHead, CacHandler, CacHead, CacSupervisor, CaseManager, Certifier, Evaluator,
            NdaReviewer, Operator, OrgAdmin, PartyAdmin, Representative, SamrReader, SamrSupervisor, SecurityAdmin, SystemAdmin,
            VerificationStaff, Verifier,
        };
        Some(match self {
            Self::PublicRead | Self::SignIn => return None,
            Self::OwnAccount => &Role::ALL,
            Self::FilingReadOwn | Self::FilingEdit | Self::FilingSubmit => &[Operator, OrgAdmin],
            Self::MembersManage => &[OrgAdmin],
            Self::QueueRead | Self::FilingFilesRead => &[CacHandler, CacHead, NdaReviewer],
            Self::FilingReview => &[CacHandler],
            Self::FilingDecide | Self::BodyRegisterAct => &[CacHead],
            Self::FilingOpine => &[NdaReviewer],
            Self::RegisterReadFull => &[CacHandler, CacHead, NdaReviewer, SamrReader],
            Self::OrganisationConfirm => &[CacHandler, CacHead],
            Self::CalendarImport | Self::SystemOperate => &[SystemAdmin],
            Self::StaffManage => &[SecurityAdmin],
            Self::LedgerRead => &[AuditAdmin],
            Self::ApplicationReadOwn
            | Self::ApplicationEdit
            | Self::ApplicationSubmit
            | Self::CorrectionAnswer
            | Self::CertificateRequest => &[Applicant, Representative],
            Self::MandateRecord | Self::FlowsDeclare => &[Applicant, Representative, CaseManager],
            Self::PartyMembersManage => &[PartyAdmin],
            Self::ApplicationRead | Self::InterestDeclare => {
                &[CaseManager, Verifier, Auditor, Evaluator, Certifier, BodyHead, VerificationStaff]
            }
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
            Self::RosterLink => &[OrgAdmin],
            Self::SplittingLook | Self::SplittingMark => &[CacHandler, CacHead, CacSupervisor, CaseManager],
            Self::SplittingLedgers => &[CacHandler, CacHead, CacSupervisor],
            Self::FindingState => &[CacSupervisor, SamrSupervisor],
            Self::ReportsRead => &[CaseManager, Certifier, BodyHead],
            Self::ReportsShared => &[CacHandler, CacHead, CacSupervisor, NdaReviewer, SamrReader, SamrSupervisor],
            Self::ViolationAcknowledge => &[CacSupervisor],
        })
    }

    /// Whether the actor holds the right by role.
    pub fn held_by(self, actor: &Actor) -> bool {
        self.roles().is_none_or(|r| actor.has_any(r))
    }
}

/// What is acted on, as far as permission depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// Nothing in particular: a list, a form, the platform.
    None,
    /// Something that belongs to one organisation.
    Of(OrgId),
    /// A filing after its submission, seen from the authorities' side.
    UnderReview {
        /// Whether it has been sent to the National Data Administration.
        sent_to_nda: bool,
    },
}

/// Whether somebody (`None`: not signed in) may use a right on an object.
///
/// An organisation reaches what is its own and nothing else; the National Data
/// Administration reaches a filing once it was sent there.
pub fn allow(actor: Option<&Actor>, right: Right, object: &Object) -> bool {
    let Some(roles) = right.roles() else {
        return true;
    };
    let Some(actor) = actor else { return false };
    if !actor.has_any(roles) {
        return false;
    }
    match object {
        Object::None => true,
        Object::Of(org) => actor.org == *org,
        Object::UnderReview { sent_to_nda } => match actor.org_kind {
            OrgKind::Cac => true,
            OrgKind::Nda => *sent_to_nda,
            OrgKind::Body | OrgKind::Samr | OrgKind::Platform | OrgKind::Processor | OrgKind::VerificationBody => false,
        },
    }
}

/// The matrix of rights by role, as the committed text `docs/rights.txt` holds it.
pub fn matrix() -> String {
    use std::fmt::Write as _;
    let mut out = format!("{:<23}", "right");
    for role in Role::ALL {
        let _ = write!(out, " {:<18}", role.as_str());
    }
    out.push_str(" anyone\n");
    for right in Right::ALL {
        let _ = write!(out, "{:<23}", right.as_str());
        for role in Role::ALL {
            let has = right.roles().is_none_or(|r| r.contains(&role));
            let _ = write!(out, " {:<18}", if has { "yes" } else { "-" });
        }
        out.push_str(if right.roles().is_none() { " yes\n" } else { " -\n" });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(kind: OrgKind, org: &str, role: Role) -> Actor {
        Actor {
            user: "u".into(),
            name: "示例".into(),
            org: org.into(),
            org_kind: kind,
            roles: [role].into(),
            second_factor_at: None,
        }
    }

    #[test]
    fn the_committed_matrix_is_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rights.txt");
        if std::env::var_os("UPDATE_RIGHTS").is_some() {
            std::fs::write(path, matrix()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), matrix(), "run with UPDATE_RIGHTS=1 and review the difference");
    }

    #[test]
    fn an_organisation_reaches_only_its_own() {
        let a = actor(OrgKind::Body, "a", Role::OrgAdmin);
        assert!(allow(Some(&a), Right::FilingEdit, &Object::Of("a".into())));
        assert!(!allow(Some(&a), Right::FilingEdit, &Object::Of("b".into())));
        assert!(!allow(Some(&a), Right::FilingFilesRead, &Object::UnderReview { sent_to_nda: true }));
    }

    #[test]
    fn the_data_authority_reads_what_was_sent_to_it() {
        let n = actor(OrgKind::Nda, "nda", Role::NdaReviewer);
        assert!(!allow(Some(&n), Right::FilingFilesRead, &Object::UnderReview { sent_to_nda: false }));
        assert!(allow(Some(&n), Right::FilingFilesRead, &Object::UnderReview { sent_to_nda: true }));
    }

    #[test]
    fn administrators_reach_no_case() {
        for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin] {
            let a = actor(OrgKind::Platform, "platform", role);
            for right in [
                Right::QueueRead,
                Right::FilingFilesRead,
                Right::FilingReadOwn,
                Right::FilingReview,
                Right::FilingDecide,
                Right::FilingOpine,
            ] {
                assert!(!allow(Some(&a), right, &Object::None), "{role:?} {right:?}");
            }
        }
    }

    #[test]
    fn nobody_is_signed_in_reaches_only_what_is_public() {
        for right in Right::ALL {
            assert_eq!(allow(None, right, &Object::None), right.roles().is_none());
        }
    }
}
