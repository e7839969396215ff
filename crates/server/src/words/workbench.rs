//! The workbench in words: acts, grades, nonconformities, events. Every match is total: a new code
//! without its words does not compile.

use guosuo_case::certification::{Action, Event, Grade, NcStage, Outcome, PauseReason, Phase};
use guosuo_rules::path::Path;

use crate::web::lang::Lang;

/// A phase by its stored name; a name of a later version stays as it is.
pub fn phase_named(l: Lang, name: &str) -> &str {
    Phase::ALL.into_iter().find(|p| p.as_str() == name).map_or(name, |p| super::application_phase(l, p))
}

/// The act as its button says it.
pub fn action(l: Lang, a: Action) -> &'static str {
    match a {
        Action::Open => l.t("新建认证委托", "New application"),
        Action::RecordMandate => l.t("登记授权委托书", "Record the mandate"),
        Action::ChooseBody => l.t("选择认证机构", "Choose the body"),
        Action::SaveForm => l.t("保存委托书", "Save the form"),
        Action::Submit => l.t("提交委托", "Submit"),
        Action::Withdraw => l.t("撤回委托", "Withdraw"),
        Action::DeclareInterest => l.t("声明利益关系", "Declare interests"),
        Action::Accept => l.t("受理", "Accept"),
        Action::Decline => l.t("不予受理", "Decline"),
        Action::MakePlan => l.t("制定认证方案", "Make the plan"),
        Action::SignVerification => l.t("签署技术验证报告", "Sign the verification report"),
        Action::CheckVerification => l.t("复核技术验证报告", "Check the verification report"),
        Action::BeginAudit => l.t("开始现场审核", "Begin the audit"),
        Action::AuditClause => l.t("逐条审核", "Audit the clauses"),
        Action::SignAudit => l.t("签署审核报告", "Sign the audit report"),
        Action::OrderRectification => l.t("责令限期整改", "Order rectification"),
        Action::ProposeCorrection => l.t("提出纠正措施", "Propose a correction"),
        Action::ReviewCorrection => l.t("审查纠正措施", "Review a correction"),
        Action::ReportCorrection => l.t("报告完成情况", "Report completion"),
        Action::JudgeCorrection => l.t("验证纠正效果", "Judge a correction"),
        Action::Evaluate => l.t("综合评价", "Evaluate"),
        Action::ReportDeceit => l.t("报告欺骗隐瞒", "Report deceit"),
        Action::ReturnEvaluation => l.t("退回综合评价", "Return the evaluation"),
        Action::Sign => l.t("签署认证决定", "Sign the decision"),
        Action::ReturnConclusion => l.t("退回认证决定", "Return the decision"),
        Action::Countersign => l.t("签发认证决定", "Countersign the decision"),
        Action::RecordCertificate => l.t("登记证书", "Record the certificate"),
        Action::StopClock => l.t("中止计时", "Stop the clock"),
        Action::ResumeClock => l.t("恢复计时", "Resume the clock"),
        Action::MigrateBasis => l.t("转换认证依据", "Migrate the basis"),
        Action::ReportViolation => l.t("向网信部门报告违法", "Report a violation to CAC"),
        Action::AcknowledgeViolation => l.t("签收违法情况报告", "Acknowledge the violation report"),
    }
}

/// The act in an address.
pub fn act_name(a: Action) -> &'static str {
    match a {
        Action::Open => "open",
        Action::RecordMandate => "record-mandate",
        Action::ChooseBody => "choose-body",
        Action::SaveForm => "save-form",
        Action::Submit => "submit",
        Action::Withdraw => "withdraw",
        Action::DeclareInterest => "declare-interest",
        Action::Accept => "accept",
        Action::Decline => "decline",
        Action::MakePlan => "make-plan",
        Action::SignVerification => "sign-verification",
        Action::CheckVerification => "check-verification",
        Action::BeginAudit => "begin-audit",
        Action::AuditClause => "audit-clause",
        Action::SignAudit => "sign-audit",
        Action::OrderRectification => "order-rectification",
        Action::ProposeCorrection => "propose-correction",
        Action::ReviewCorrection => "review-correction",
        Action::ReportCorrection => "report-correction",
        Action::JudgeCorrection => "judge-correction",
        Action::Evaluate => "evaluate",
        Action::ReportDeceit => "report-deceit",
        Action::ReturnEvaluation => "return-evaluation",
        Action::Sign => "sign",
        Action::ReturnConclusion => "return-conclusion",
        Action::Countersign => "countersign",
        Action::RecordCertificate => "record-certificate",
        Action::StopClock => "stop-clock",
        Action::ResumeClock => "resume-clock",
        Action::MigrateBasis => "migrate-basis",
        Action::ReportViolation => "report-violation",
        Action::AcknowledgeViolation => "acknowledge-violation",
    }
}

/// What the act means, before it is done.
pub fn about(l: Lang, a: Action) -> &'static str {
    match a {
        Action::DeclareInterest => l.t(
            "打开案件以前，每个人都要声明与委托人、个人信息处理者有没有利益关系。有利益关系的，不能参与本案。",
            "Before opening a case everybody declares whether there is an interest in the client. Whoever has one takes no part.",
        ),
        Action::Accept => l.t(
            "受理后进入制定认证方案。受理只说明委托资料符合要求，不代表认证结果。",
            "After acceptance the plan is made. Acceptance says that the entrustment is in order, nothing about the result.",
        ),
        Action::Decline => l.t(
            "不予受理要写明理由，理由会完整告知委托人。",
            "A refusal to accept states its reasons; the applicant is told all of them.",
        ),
        Action::SignVerification => l.t(
            "技术验证报告同时发给认证机构和委托人。结论由技术验证机构负责。",
            "The report goes to the certification body and to the applicant. The verification body answers for its conclusion.",
        ),
        Action::CheckVerification => l.t(
            "对照认证方案复核报告：接受后进入现场审核；退回要写明理由。",
            "Check the report against the plan: taken, the audit follows; returned, it needs a reason.",
        ),
        Action::BeginAudit => l.t(
            "现场审核在技术验证之后进行，由方案确定并且在备案名册上的审核员实施。",
            "The audit follows the verification and is done by auditors of the plan who are on the filed roster.",
        ),
        Action::SignAudit => l.t(
            "全部条款都有审核结论后签署。签署后，不符合项自动编号，审核报告发给委托人。",
            "Signed once every clause has a finding. Nonconformities get their numbers then; the report goes to the applicant.",
        ),
        Action::OrderRectification => l.t(
            "整改期限是机构内部时限。期限内可以再定一次更晚的日期，但不能超过机构的最长期限。",
            "The limit is a house limit. It can be moved later, up to the longest rectification of the body.",
        ),
        Action::ReviewCorrection => l.t(
            "同意后由委托人实施；退回要写明理由，委托人重新提出。",
            "Approved, the applicant carries it out; returned with a reason, the applicant proposes again.",
        ),
        Action::JudgeCorrection => l.t(
            "验证纠正措施是不是有效。有效的关闭不符合项；无效的可以重新整改，或者终止认证。",
            "Judge whether the correction works. If so the nonconformity is closed; if not, it begins again or the certification ends.",
        ),
        Action::Evaluate => l.t(
            "综合委托资料、技术验证报告、现场审核报告和其他资料作出评价，提出建议。",
            "Evaluate entrustment, verification, audit and other material, and recommend.",
        ),
        Action::ReportDeceit => l.t(
            "委托人或者个人信息处理者欺骗、隐瞒、故意违反要求的，认证不予通过，直接进入认证决定。",
            "Deceit, concealment or wilful breach: the certification is not passed and goes to the decision.",
        ),
        Action::ReturnEvaluation => l.t("退回要写明理由，由评价人员重新评价。", "Returned with a reason; it is evaluated again."),
        Action::Sign => l.t(
            "认证决定人员先签署，再由机构负责人签发。没有参加验证和审核的人才能签署。",
            "The certifier signs first, then the head. Only somebody who neither verified nor audited may sign.",
        ),
        Action::ReturnConclusion => l.t("退回要写明理由，由认证决定人员重新签署。", "Returned with a reason; the certifier signs again."),
        Action::Countersign => l.t(
            "签发后决定生效：符合要求的进入发证，不符合要求的书面通知委托人终止认证。",
            "With this signature the decision binds: conforming goes to issue; otherwise the applicant is told in writing.",
        ),
        Action::StopClock => l.t(
            "中止的是机构内部时限，不影响任何法定期限。要写明原因。",
            "What stops is a limit of the house; no limit of the law is touched. A reason is needed.",
        ),
        Action::ResumeClock => l.t("中止的工作日会加回本环节时限。", "The working days for which it stood are added to the limit."),
        Action::MigrateBasis => l.t(
            "案件转到另一版认证依据；已经制定的方案作废，要按新依据重新制定。",
            "The case goes to another edition of the basis; a plan already made has to be made again.",
        ),
        Action::ReportViolation => l.t(
            "发现个人信息出境活动违反法律、行政法规和国家有关规定的，及时向国家网信部门和有关部门报告。",
            "Exports found to break law or regulations are reported promptly to CAC and the departments concerned.",
        ),
        Action::AcknowledgeViolation => l.t(
            "签收认证机构报告的违法情况，写明处理意见，认证机构会收到通知。",
            "Acknowledge what the body reported and say what will be done; the body is told.",
        ),
        Action::ProposeCorrection => l.t(
            "写明不符合的原因和纠正措施，以及计划完成的日期。",
            "State the cause, the correction and the day by which it will be done.",
        ),
        Action::ReportCorrection => l.t(
            "写明开始和完成的日期，并提供完成的证据。",
            "State when it began and was completed, and give the evidence.",
        ),
        Action::Withdraw => l.t("撤回后案件结束，需要认证的重新委托。", "The case ends; a new application is possible."),
        Action::Open
        | Action::RecordMandate
        | Action::ChooseBody
        | Action::SaveForm
        | Action::Submit
        | Action::MakePlan
        | Action::AuditClause
        | Action::RecordCertificate => "",
    }
}

/// What was done, once the act has succeeded.
pub fn done(l: Lang, a: Action) -> String {
    l.pick(format!("已办理：{}。", action(l, a)), format!("Done: {}.", action(l, a)))
}

/// All reasons for which a clock may stand, with their names in a form.
pub const PAUSES: [(&str, PauseReason); 4] = [
    ("applicant", PauseReason::WaitsForApplicant),
    ("authority", PauseReason::WaitsForAuthority),
    ("site", PauseReason::SiteClosed),
    ("force", PauseReason::ForceMajeure),
];

/// The grade of a finding.
pub fn grade(l: Lang, g: Grade) -> &'static str {
    match g {
        Grade::Conforming => l.t("符合", "Conforming"),
        Grade::NotApplicable => l.t("不适用", "Not applicable"),
        Grade::Minor => l.t("一般不符合", "Minor nonconformity"),
        Grade::Major => l.t("严重不符合", "Major nonconformity"),
    }
}

/// All grades, with their names in a form.
pub const GRADES: [(&str, Grade); 4] = [
    ("conforming", Grade::Conforming),
    ("not_applicable", Grade::NotApplicable),
    ("minor", Grade::Minor),
    ("major", Grade::Major),
];

/// Where a nonconformity stands.
pub fn nc_stage(l: Lang, s: NcStage) -> &'static str {
    match s {
        NcStage::Determined => l.t("待提出纠正措施", "Correction to be proposed"),
        NcStage::Proposed => l.t("纠正措施待审查", "Correction to be reviewed"),
        NcStage::Approved => l.t("纠正措施实施中", "Correction under way"),
        NcStage::Done => l.t("已完成，待验证", "Completed, to be judged"),
        NcStage::Closed => l.t("已关闭", "Closed"),
        NcStage::Ineffective => l.t("纠正无效", "Not effective"),
    }
}

/// A conclusion.
pub fn outcome(l: Lang, o: Outcome) -> &'static str {
    match o {
        Outcome::Certify => l.t("符合认证要求，予以发证", "Conforming: certify"),
        Outcome::Refuse => l.t("不符合认证要求，终止认证", "Not conforming: end the certification"),
    }
}

/// A certification event in the history.
pub fn event(l: Lang, e: &Event) -> String {
    let fixed = match e {
        Event::Opened { .. } => l.t("新建认证委托", "Application opened"),
        Event::MandateRecorded { .. } => l.t("登记授权委托书", "Mandate recorded"),
        Event::BodyChosen { .. } => l.t("选择认证机构", "Body chosen"),
        Event::FormSaved { .. } => l.t("保存委托书", "Form saved"),
        Event::Submitted { number, .. } => {
            return l.pick(format!("收到认证委托，编号{number}"), format!("Entrustment received, number {number}"));
        }
        Event::Withdrawn { .. } => l.t("委托人撤回", "Withdrawn by the applicant"),
        Event::InterestDeclared { has: false, .. } => l.t("声明：没有利益关系", "Declared: no interest"),
        Event::InterestDeclared { has: true, .. } => l.t("声明：有利益关系，回避", "Declared an interest and steps aside"),
        Event::Accepted => l.t("受理", "Accepted"),
        Event::Declined { .. } => l.t("不予受理", "Declined"),
        Event::Planned { .. } => l.t("制定认证方案", "Plan made"),
        Event::VerificationSigned { conforming: true, .. } => l.t("技术验证报告签署：符合", "Verification signed: conforming"),
        Event::VerificationSigned { conforming: false, .. } => {
            l.t("技术验证报告签署：不符合", "Verification signed: not conforming")
        }
        Event::VerificationTaken => l.t("接受技术验证报告", "Verification report taken"),
        Event::VerificationReturned { .. } => l.t("退回技术验证报告", "Verification report returned"),
        Event::AuditBegun { .. } => l.t("开始现场审核", "Audit begun"),
        Event::ClauseAudited { clause, grade: g, .. } => {
            return l.pick(format!("审核条款{clause}：{}", grade(l, *g)), format!("Clause {clause}: {}", grade(l, *g)));
        }
        Event::AuditSigned { .. } => l.t("签署现场审核报告", "Audit report signed"),
        Event::RectificationOrdered { until } => {
            let day = l.date(*until).words;
            return l.pick(format!("责令{day}前完成整改"), format!("Rectification ordered until {day}"));
        }
        Event::CorrectionProposed { nc, .. } => {
            return l.pick(format!("第{nc}项不符合：提出纠正措施"), format!("No. {nc}: correction proposed"));
        }
        Event::CorrectionApproved { nc } => {
            return l.pick(format!("第{nc}项不符合：同意纠正措施"), format!("No. {nc}: correction approved"));
        }
        Event::CorrectionReturned { nc, .. } => {
            return l.pick(format!("第{nc}项不符合：退回纠正措施"), format!("No. {nc}: correction returned"));
        }
        Event::CorrectionDone { nc, .. } => {
            return l.pick(format!("第{nc}项不符合：报告完成"), format!("No. {nc}: completion reported"));
        }
        Event::CorrectionJudged { nc, effective: true, .. } => {
            return l.pick(format!("第{nc}项不符合：纠正有效，关闭"), format!("No. {nc}: effective, closed"));
        }
        Event::CorrectionJudged { nc, .. } => {
            return l.pick(format!("第{nc}项不符合：纠正无效"), format!("No. {nc}: not effective"));
        }
        Event::Evaluated { recommends, .. } => {
            return l
                .pick(format!("综合评价：建议{}", outcome(l, *recommends)), format!("Evaluated: {}", outcome(l, *recommends)));
        }
        Event::DeceitReported { .. } => l.t("报告欺骗隐瞒，认证不予通过", "Deceit reported: not passed"),
        Event::EvaluationReturned { .. } => l.t("退回综合评价", "Evaluation returned"),
        Event::Signed { outcome: o, .. } => {
            return l.pick(format!("认证决定人员签署：{}", outcome(l, *o)), format!("Certifier signed: {}", outcome(l, *o)));
        }
        Event::ConclusionReturned { .. } => l.t("退回认证决定", "Decision returned"),
        Event::Countersigned => l.t("机构负责人签发", "Countersigned by the head"),
        Event::Certified { .. } => l.t("发证", "Certificate issued"),
        Event::ClockStopped { reason, .. } => {
            return l
                .pick(format!("中止计时：{}", super::pause(l, *reason)), format!("Clock stopped: {}", super::pause(l, *reason)));
        }
        Event::ClockResumed => l.t("恢复计时", "Clock resumed"),
        Event::BasisMigrated { to, .. } => return l.pick(format!("认证依据转换为{to}"), format!("Basis migrated to {to}")),
        Event::ViolationReported { .. } => l.t("向网信部门和有关部门报告违法", "Violation reported to the authorities"),
        Event::ViolationAcknowledged { id, .. } => {
            return l.pick(format!("第{id}次违法情况报告已签收"), format!("Violation report no. {id} acknowledged"));
        }
    };
    fixed.to_owned()
}

/// What somebody wrote in an event.
pub fn said(e: &Event) -> &str {
    match e {
        Event::Withdrawn { reason }
        | Event::VerificationReturned { reason }
        | Event::CorrectionReturned { reason, .. }
        | Event::EvaluationReturned { reason }
        | Event::ConclusionReturned { reason }
        | Event::BasisMigrated { reason, .. } => reason,
        Event::Declined { reasons } | Event::Signed { reasons, .. } => reasons,
        Event::ClauseAudited { statement, .. } => statement,
        Event::CorrectionProposed { action, .. } => action,
        Event::CorrectionJudged { note, .. } | Event::ClockStopped { note, .. } | Event::ViolationAcknowledged { note, .. } => {
            note
        }
        Event::Evaluated { summary, .. } | Event::DeceitReported { summary, .. } | Event::ViolationReported { summary, .. } => {
            summary
        }
        Event::InterestDeclared { words, .. } => words,
        _ => "",
    }
}

/// Whether an event is bad news.
pub fn is_bad(e: &Event) -> bool {
    matches!(
        e,
        Event::Withdrawn { .. }
            | Event::Declined { .. }
            | Event::InterestDeclared { has: true, .. }
            | Event::VerificationReturned { .. }
            | Event::VerificationSigned { conforming: false, .. }
            | Event::CorrectionReturned { .. }
            | Event::CorrectionJudged { effective: false, .. }
            | Event::DeceitReported { .. }
            | Event::EvaluationReturned { .. }
            | Event::ConclusionReturned { .. }
            | Event::ViolationReported { .. }
            | Event::Evaluated { recommends: Outcome::Refuse, .. }
            | Event::Signed { outcome: Outcome::Refuse, .. }
    ) || matches!(e, Event::ClauseAudited { grade, .. } if grade.is_nonconformity())
}

/// `GB/T 46068-2025`: the standard of a checklist.
pub fn standard(s: &guosuo_rules::basis::Standard) -> String {
    format!("{}-{}", s.number, s.edition)
}

/// The path that the path engine gave.
pub fn path(l: Lang, p: Path) -> &'static str {
    match p {
        Path::None => l.t("不构成出境", "no export"),
        Path::Exempt => l.t("免予安全评估、标准合同和认证", "exempt"),
        Path::SccOrCertification => l.t("标准合同或者认证", "standard contract or certification"),
        Path::SecurityAssessment => l.t("数据出境安全评估", "security assessment"),
        Path::ByNegativeList => l.t("按自贸试验区负面清单办理", "by the negative list"),
        Path::Treaty => l.t("按国际条约、协定办理", "by treaty"),
        Path::Review => l.t("需要逐案判断", "to be reviewed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_its_own_address_and_name() {
        for l in [Lang::Zh, Lang::En] {
            let mut names: Vec<_> = Action::ALL.iter().map(|a| (act_name(*a), action(l, *a))).collect();
            names.sort_unstable();
            names.dedup_by(|a, b| a.0 == b.0 || a.1 == b.1);
            assert_eq!(names.len(), Action::ALL.len());
        }
    }
}
