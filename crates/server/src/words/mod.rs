//! The law's codes in words, Chinese and English. Every match is total: a new code without
//! its words does not compile.

mod action;
mod application;
pub mod assessment;
pub mod certificate;
mod certification;
mod country;
pub mod exports;
mod filing;
mod material;
mod message;
mod message_certification;
mod message_reporting;
mod published;
mod refusal;
pub mod takeover;
pub mod workbench;

pub use action::action;
pub use application::{application_field, impact_item, mandate_kind, problem};
pub use certification::{
    application_phase, application_tone, certificate_status, mandate_act, pause, purpose, reason as certification_reason,
    stage_of_body, standing, why_not,
};
pub use country::{countries, country};
pub use filing::{event, field, field_problem, file, file_problem, finding, nature, outcome, phase, reason, stage, verdict};
pub use material::{covers, requirement, slot, slot_short, template_outline};
pub use message::{MessageData, MessageKind, message};
pub use published::{change_words, mode_words, origin_words, scope_words, verdict_words, whole_scope_words};
pub use refusal::refusal;

use guosuo_case::{OrgKind, Role};

use crate::web::lang::Lang;

/// A role.
pub fn role(l: Lang, r: Role) -> &'static str {
    match r {
        Role::Operator => l.t("经办人", "Operator"),
        Role::OrgAdmin => l.t("机构管理员", "Organisation administrator"),
        Role::CacHandler => l.t("备案审核岗", "Filing handler"),
        Role::CacHead => l.t("处室负责人", "Section head"),
        Role::NdaReviewer => l.t("会同审核岗", "Joint reviewer"),
        Role::SamrReader => l.t("信息查阅岗", "Information reader"),
        Role::SystemAdmin => l.t("系统管理员", "System administrator"),
        Role::SecurityAdmin => l.t("安全管理员", "Security administrator"),
        Role::AuditAdmin => l.t("审计管理员", "Audit administrator"),
        Role::Applicant => l.t("认证委托人经办人", "Applicant's operator"),
        Role::Representative => l.t("专门机构或者指定代表", "Office or representative in China"),
        Role::PartyAdmin => l.t("单位管理员", "Administrator"),
        Role::CaseManager => l.t("认证项目管理岗", "Case manager"),
        Role::Verifier => l.t("技术验证复核岗", "Verification reviewer"),
        Role::Auditor => l.t("审核员", "Auditor"),
        Role::Evaluator => l.t("综合评价岗", "Evaluator"),
        Role::Certifier => l.t("认证决定岗", "Certifier"),
        Role::BodyHead => l.t("认证机构负责人", "Head of the body"),
        Role::VerificationStaff => l.t("技术验证人员", "Technical verification staff"),
        Role::CacSupervisor => l.t("网信部门监督岗", "Supervisor (CAC)"),
        Role::SamrSupervisor => l.t("市场监管部门监督岗", "Supervisor (SAMR)"),
    }
}

/// A kind of organisation.
pub fn org_kind(l: Lang, k: OrgKind) -> &'static str {
    match k {
        OrgKind::Body => l.t("专业认证机构", "Certification body"),
        OrgKind::Cac => l.t("国家网信部门", "Cyberspace Administration of China"),
        OrgKind::Nda => l.t("国家数据管理部门", "National Data Administration"),
        OrgKind::Samr => l.t("国家市场监督管理部门", "State Administration for Market Regulation"),
        OrgKind::Platform => l.t("平台运行单位", "Platform operator"),
        OrgKind::Processor => l.t("个人信息处理者", "Personal information processor"),
        OrgKind::VerificationBody => l.t("技术验证机构", "Technical verification body"),
    }
}

/// An article as people cite it: `M 12(3)` is 《办法》第十二条第三款.
pub fn article(l: Lang, citation: &str) -> String {
    if citation == "house" {
        return l.t("平台内部规则", "house rule").to_owned();
    }
    if citation == "regime 2.6" {
        return l.t("法律未作规定，依申请或者依职权办理", "not regulated; a stated act").to_owned();
    }
    match citation.parse::<guosuo_rules::article::Article>() {
        Ok(a) if l.zh() => a.cite_zh(),
        Ok(a) => a.cite_en(),
        Err(_) => citation.to_owned(),
    }
}
