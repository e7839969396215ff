//! Who acts. An [`Actor`] is made by the sign-in of the service and by nothing else.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as stored.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(s: &str) -> Self {
                Self(s.to_owned())
            }
        }
        impl From<String> for $name {
            fn from(s: String) -> Self {
                Self(s)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
id!(
    /// A person's account.
    UserId
);
id!(
    /// An organisation: a certification body, an authority, the operator of the platform.
    OrgId
);
id!(
    /// One case (案件): a filing, later an application or a certificate.
    CaseId
);
id!(
    /// One uploaded file.
    FileId
);

/// What kind of organisation somebody belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgKind {
    /// Professional certification body 专业认证机构 (M 3).
    Body,
    /// Cyberspace Administration of China 国家网信部门 (M 12).
    Cac,
    /// National Data Administration 国家数据管理部门 (M 12(3)).
    Nda,
    /// State Administration for Market Regulation 国家市场监督管理部门 (M 13).
    Samr,
    /// Whoever runs the platform: the three separated administrators belong here.
    Platform,
    /// Personal information processor 个人信息处理者, applicant 认证委托人, or the dedicated
    /// office or designated representative of an overseas one (M 7).
    Processor,
    /// Technical verification body 技术验证机构 (R37 4.2).
    VerificationBody,
}

impl OrgKind {
    /// All kinds, in the order of the matrix.
    pub const ALL: [Self; 7] =
        [Self::Body, Self::Cac, Self::Nda, Self::Samr, Self::Platform, Self::Processor, Self::VerificationBody];

    /// Whether organisations of this kind register themselves and keep their own people; the others
    /// are set up by the administrators.
    pub fn registers_itself(self) -> bool {
        matches!(self, Self::Body | Self::Processor | Self::VerificationBody)
    }

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Cac => "cac",
            Self::Nda => "nda",
            Self::Samr => "samr",
            Self::Platform => "platform",
            Self::Processor => "processor",
            Self::VerificationBody => "verification_body",
        }
    }

    /// Reads a stored name.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == s)
    }
}

/// What somebody may do in the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Operator of a body 经办人: prepares and submits.
    Operator,
    /// Administrator of an organisation 机构管理员: members and roles, may also operate.
    OrgAdmin,
    /// Handler at CAC 承办人: reviews and proposes.
    CacHandler,
    /// Section head at CAC 处室负责人: assigns and decides.
    CacHead,
    /// Reviewer at the National Data Administration 会同审核人.
    NdaReviewer,
    /// Reader at SAMR 市场监管部门查阅人 (M 9(2), M 13).
    SamrReader,
    /// System administrator 系统管理员: runs the platform, sees no case.
    SystemAdmin,
    /// Security administrator 安全管理员: accounts and roles of authority staff, sees no case.
    SecurityAdmin,
    /// Audit administrator 审计管理员: reads the ledger, sees no case file.
    AuditAdmin,
    /// Operator of an applicant for certification 认证委托人经办人 (M 7(1), R37 4.1).
    Applicant,
    /// Person of the dedicated office or designated representative of an overseas processor
    /// 专门机构、指定代表 (M 7(2)).
    Representative,
    /// Administrator of a processor, an office or representative, or a verification body
    /// 单位管理员: members and roles.
    PartyAdmin,
    /// Case manager of a body 认证项目管理人员.
    CaseManager,
    /// Person of a body who checks the report of the technical verification 技术验证复核人员.
    Verifier,
    /// Auditor of a body 审核员 (R37 4.3).
    Auditor,
    /// Evaluator of a body 综合评价人员 (R37 4.4).
    Evaluator,
    /// Certifier of a body 认证决定人员: signs the conclusion first (CAR 22).
    Certifier,
    /// Head of a body 认证机构负责人: signs the conclusion second (CAR 22).
    BodyHead,
    /// Person of a technical verification body 技术验证人员 (R37 4.2).
    VerificationStaff,
    /// Supervisor at CAC 网信部门监督人员 (M 10(2), M 13).
    CacSupervisor,
    /// Supervisor at SAMR 市场监督管理部门监督人员 (M 10(2), M 13).
    SamrSupervisor,
}

impl Role {
    /// All roles, in the order of the matrix `docs/rights.txt`.
    pub const ALL: [Self; 21] = [
        Self::Operator,
        Self::OrgAdmin,
        Self::CacHandler,
        Self::CacHead,
        Self::NdaReviewer,
        Self::SamrReader,
        Self::SystemAdmin,
        Self::SecurityAdmin,
        Self::AuditAdmin,
        Self::Applicant,
        Self::Representative,
        Self::PartyAdmin,
        Self::CaseManager,
        Self::Verifier,
        Self::Auditor,
        Self::Evaluator,
        Self::Certifier,
        Self::BodyHead,
        Self::VerificationStaff,
        Self::CacSupervisor,
        Self::SamrSupervisor,
    ];

    /// The roles of certification, in the order of the exclusions `docs/rights-certification.txt`.
    pub const CERTIFICATION: [Self; 11] = [
        Self::Applicant,
        Self::Representative,
        Self::CaseManager,
        Self::Verifier,
        Self::Auditor,
        Self::Evaluator,
        Self::Certifier,
        Self::BodyHead,
        Self::VerificationStaff,
        Self::CacSupervisor,
        Self::SamrSupervisor,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::OrgAdmin => "org_admin",
            Self::CacHandler => "cac_handler",
            Self::CacHead => "cac_head",
            Self::NdaReviewer => "nda_reviewer",
            Self::SamrReader => "samr_reader",
            Self::SystemAdmin => "system_admin",
            Self::SecurityAdmin => "security_admin",
            Self::AuditAdmin => "audit_admin",
            Self::Applicant => "applicant",
            Self::Representative => "representative",
            Self::PartyAdmin => "party_admin",
            Self::CaseManager => "case_manager",
            Self::Verifier => "verifier",
            Self::Auditor => "auditor",
            Self::Evaluator => "evaluator",
            Self::Certifier => "certifier",
            Self::BodyHead => "body_head",
            Self::VerificationStaff => "verification_staff",
            Self::CacSupervisor => "cac_supervisor",
            Self::SamrSupervisor => "samr_supervisor",
        }
    }

    /// Reads a stored name.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == s)
    }

    /// Whether the role exists in a kind of organisation: processors and verification bodies have
    /// administrators of the same kind.
    pub fn exists_in(self, kind: OrgKind) -> bool {
        self.org_kind() == kind || (self == Self::PartyAdmin && kind == OrgKind::VerificationBody)
    }

    /// The kind of organisation in which this role exists, the first where there are two.
    pub fn org_kind(self) -> OrgKind {
        match self {
            Self::Operator
            | Self::OrgAdmin
            | Self::CaseManager
            | Self::Verifier
            | Self::Auditor
            | Self::Evaluator
            | Self::Certifier
            | Self::BodyHead => OrgKind::Body,
            Self::CacHandler | Self::CacHead | Self::CacSupervisor => OrgKind::Cac,
            Self::NdaReviewer => OrgKind::Nda,
            Self::SamrReader | Self::SamrSupervisor => OrgKind::Samr,
            Self::Applicant | Self::Representative | Self::PartyAdmin => OrgKind::Processor,
            Self::VerificationStaff => OrgKind::VerificationBody,
            Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin => OrgKind::Platform,
        }
    }

    /// The three administrators exclude one another (三权分立, GB/T 22239 8.1.4.2).
    pub fn is_separated_admin(self) -> bool {
        self.org_kind() == OrgKind::Platform
    }

    /// Staff of authorities and of the platform sign in with a second factor.
    pub fn needs_second_factor(self) -> bool {
        match self.org_kind() {
            OrgKind::Cac | OrgKind::Nda | OrgKind::Samr | OrgKind::Platform => true,
            OrgKind::Body | OrgKind::Processor | OrgKind::VerificationBody => false,
        }
    }
}

/// Whether one person may hold these roles together.
///
/// A role must exist in the kind of organisation, and nobody holds two of the three
/// administrator roles.
pub fn roles_compatible(kind: OrgKind, roles: &BTreeSet<Role>) -> bool {
    roles.iter().all(|r| r.exists_in(kind)) && roles.iter().filter(|r| r.is_separated_admin()).count() <= 1
}

/// Who acts, as established by sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: UserId,
    /// The person's name as given.
    pub name: String,
    /// The organisation acted for.
    pub org: OrgId,
    /// The kind of that organisation.
    pub org_kind: OrgKind,
    /// The roles held there.
    pub roles: BTreeSet<Role>,
    /// When the second factor was last shown in this session.
    pub second_factor_at: Option<Timestamp>,
}

impl Actor {
    /// The platform itself acting: clocks, outbox, imports. `task` names which part.
    pub fn system(task: &str) -> Self {
        Self {
            user: UserId(format!("system:{task}")),
            name: String::new(),
            org: OrgId("platform".into()),
            org_kind: OrgKind::Platform,
            roles: BTreeSet::new(),
            second_factor_at: None,
        }
    }

    /// Whether this is the platform itself.
    pub fn is_system(&self) -> bool {
        self.user.0.starts_with("system:")
    }

    /// Whether the actor holds a role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the actor holds any of these roles.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|r| self.has(*r))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_administrators_exclude_one_another() {
        use Role::{AuditAdmin, SecurityAdmin, SystemAdmin};
        for pair in [[SystemAdmin, SecurityAdmin], [SystemAdmin, AuditAdmin], [SecurityAdmin, AuditAdmin]] {
            assert!(!roles_compatible(OrgKind::Platform, &pair.into()));
            assert!(roles_compatible(OrgKind::Platform, &[pair[0]].into()));
        }
    }

    #[test]
    fn a_role_exists_only_in_its_kind_of_organisation() {
        for kind in OrgKind::ALL {
            for role in Role::ALL {
                assert_eq!(roles_compatible(kind, &[role].into()), role.exists_in(kind));
            }
        }
    }

    #[test]
    fn names_round_trip() {
        for r in Role::ALL {
            assert_eq!(Role::parse(r.as_str()), Some(r));
        }
        for k in OrgKind::ALL {
            assert_eq!(OrgKind::parse(k.as_str()), Some(k));
        }
    }
}
