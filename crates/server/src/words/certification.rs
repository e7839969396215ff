//! Certification in words: stages, standing of bodies, and every reason for which its law says no.

use guosuo_case::certificate::Status;
use guosuo_case::certification::{MandateAct, PauseReason, Phase, PlanFault, Purpose, Reason, Stage, Standing};

use super::application::problem;
use crate::web::components::Tone;
use crate::web::lang::Lang;

/// Where an application stands.
pub fn application_phase(l: Lang, p: Phase) -> &'static str {
    match p {
        Phase::Draft => l.t("暂存", "Draft"),
        Phase::Entrusted => l.t("已委托，待受理", "Received, to be accepted"),
        Phase::Accepted => l.t("已受理", "Accepted"),
        Phase::Planned => l.t("技术验证中", "Technical verification"),
        Phase::Verified => l.t("待现场审核", "On-site audit"),
        Phase::Audited => l.t("现场审核完成", "Audited"),
        Phase::Rectifying => l.t("限期整改", "Rectification"),
        Phase::Evaluated => l.t("已综合评价", "Evaluated"),
        Phase::Signed => l.t("待负责人签字", "Waiting for the head"),
        Phase::Decided => l.t("决定予以认证", "Decided: to be certified"),
        Phase::Certified => l.t("已发证", "Certificate issued"),
        Phase::Declined => l.t("不予受理", "Not accepted"),
        Phase::Ended => l.t("终止认证", "Ended"),
        Phase::Withdrawn => l.t("已撤回", "Withdrawn"),
    }
}

/// The colour family of a phase.
pub fn application_tone(p: Phase) -> Tone {
    match p {
        Phase::Draft | Phase::Withdrawn => Tone::Mute,
        Phase::Decided | Phase::Certified => Tone::Ok,
        Phase::Rectifying => Tone::Warn,
        Phase::Declined | Phase::Ended => Tone::Late,
        _ => Tone::Info,
    }
}

/// A stage in which the body owes the next step.
pub fn stage_of_body(l: Lang, s: Stage) -> &'static str {
    match s {
        Stage::Acceptance => l.t("受理", "Acceptance"),
        Stage::Planning => l.t("制定认证方案", "Planning"),
        Stage::Verification => l.t("技术验证", "Technical verification"),
        Stage::Audit => l.t("现场审核", "On-site audit"),
        Stage::Evaluation => l.t("综合评价", "Evaluation"),
        Stage::Decision => l.t("认证决定", "Decision"),
        Stage::Issue => l.t("颁发证书", "Issue"),
    }
}

/// Why the clock of a stage stands.
pub fn pause(l: Lang, p: PauseReason) -> &'static str {
    match p {
        PauseReason::WaitsForApplicant => l.t("等待委托人补充", "Waiting for the applicant"),
        PauseReason::WaitsForAuthority => l.t("等待主管部门答复", "Waiting for an authority"),
        PauseReason::SiteClosed => l.t("现场暂不具备条件", "The site cannot be visited"),
        PauseReason::ForceMajeure => l.t("不可抗力", "Force majeure"),
    }
}

/// What an application is for.
pub fn purpose(l: Lang, p: &Purpose) -> &'static str {
    match p {
        Purpose::New => l.t("首次认证", "First certification"),
        Purpose::Renewal { .. } => l.t("证书延续", "Renewal"),
        Purpose::Change { .. } => l.t("证书变更", "Change of a certificate"),
    }
}

/// How a body stands towards the filing.
pub fn standing(l: Lang, s: Standing) -> (&'static str, Tone) {
    match s {
        Standing::Filed => (l.t("已备案", "Filed"), Tone::Ok),
        Standing::NotFiled => (l.t("未备案", "Not filed"), Tone::Mute),
        Standing::UnderReview => (l.t("备案审核中", "Under review"), Tone::Info),
        Standing::Refused => (l.t("未予备案", "Not filed (refused or withdrawn)"), Tone::Late),
        Standing::Suspended => (l.t("已停用", "Suspended"), Tone::Late),
        Standing::Removed => (l.t("已移出名单", "Removed from the list"), Tone::Late),
    }
}

/// What a mandate may reach.
pub fn mandate_act(l: Lang, a: MandateAct) -> &'static str {
    match a {
        MandateAct::Apply => l.t("提交、撤回认证委托，申请延续", "Prepare, submit and withdraw applications; apply for renewal"),
        MandateAct::Rectify => l.t("配合技术验证、现场审核和整改", "Answer during verification, audit and rectification"),
        MandateAct::Change => l.t("申请变更证书", "Ask for a change of the certificate"),
        MandateAct::Status => l.t("申请暂停、恢复、注销，陈述意见", "Ask for suspension, restoration or cancellation; be heard"),
        MandateAct::Surveillance => l.t("申报实际出境情况，接受获证后监督", "Declare actual flows; answer surveillance"),
    }
}

/// The status of a certificate.
pub fn certificate_status(l: Lang, s: Status) -> (&'static str, Tone) {
    match s {
        Status::Valid => (l.t("有效", "Valid"), Tone::Ok),
        Status::Suspended => (l.t("暂停", "Suspended"), Tone::Warn),
        Status::Revoked => (l.t("撤销", "Revoked"), Tone::Late),
        Status::Cancelled => (l.t("注销", "Cancelled"), Tone::Mute),
        Status::Expired => (l.t("已过期", "Expired"), Tone::Mute),
    }
}

/// Why a body cannot be chosen (M 7(1)); empty for one that can.
pub fn why_not(l: Lang, s: Standing) -> &'static str {
    match s {
        Standing::Filed => "",
        Standing::NotFiled => l.t(
            "没有办理备案，不能开展个人信息出境认证，不能选择。",
            "It has not filed, so it may not certify exports and cannot be chosen.",
        ),
        Standing::UnderReview => {
            l.t("备案正在审核，公示以后才能选择。", "Its filing is under review; it can be chosen once it is published.")
        }
        Standing::Refused => l.t(
            "没有予以备案，不能开展个人信息出境认证，不能选择。",
            "Its filing was not accepted, so it may not certify exports and cannot be chosen.",
        ),
        Standing::Suspended => l.t("机构已停用，恢复以前不能选择。", "It is suspended and cannot be chosen until that ends."),
        Standing::Removed => {
            l.t("已移出备案名单，不能再受理新的认证委托。", "It was removed from the list and can accept nothing new.")
        }
    }
}

/// A reason of certification: what is wrong and what would be right. The article is added by the
/// caller.
pub fn reason(l: Lang, r: &Reason) -> String {
    let day = |d: jiff::civil::Date| l.date(d).words;
    let fixed = match r {
        Reason::BodyNotFiled { standing } => {
            let why = why_not(l, *standing);
            return l.pick(
                format!("{why}请从已备案的专业认证机构中选择。"),
                format!("{why} Choose one of the filed certification bodies."),
            );
        }
        Reason::RepresentativeNeeded => l.t(
            "境外个人信息处理者由其在境内的专门机构或者指定代表办理这一步。请由受托机构的人登录办理。",
            "For an overseas processor this step is taken by its dedicated office or designated representative in China. Somebody of that organisation has to sign in.",
        ),
        Reason::MandateMissing => l.t(
            "还没有登记授权委托书。先在“登记授权委托书”登记授权的文件、范围和期限。",
            "No mandate is recorded. Record its document, scope and term first, under “Record the mandate”.",
        ),
        Reason::MandateOfAnother => l.t(
            "授权委托书是给另一家机构的，不能由本机构办理。更换受托机构的，由处理者自己登记；发证以后也可以由认证机构凭处理者签署的文件登记。",
            "The mandate is that of another organisation, so yours cannot act. The processor itself names another one; once there is a certificate the body can record it too, on a document that the processor signed.",
        ),
        Reason::MandateUnchanged => l.t(
            "这份授权委托书已经登记，内容相同，不再登记一次。续签、改变范围或者更换文件的，改好再登记。",
            "This mandate is recorded already, with the same content, and is not entered a second time. If it was renewed, its reach changed or its document replaced, change that and record it.",
        ),
        Reason::MandateNotYet { from } => {
            return l.pick(
                format!("授权委托书自{}起有效，那一天以后才能办理。", day(*from)),
                format!("The mandate begins on {}; the step is possible from then on.", day(*from)),
            );
        }
        Reason::MandateExpired { until } => {
            return l.pick(
                format!("授权委托书已于{}到期。先在“登记授权委托书”登记续签的授权，再办理。", day(*until)),
                format!("The mandate ended on {}. Record a renewed one under “Record the mandate”, then go on.", day(*until)),
            );
        }
        Reason::MandateScope { act } => {
            let what = mandate_act(l, *act);
            return l.pick(
                format!("授权委托书的范围不包括“{what}”。需要办理的，先在“登记授权委托书”登记范围更大的授权。"),
                format!("The mandate does not reach this: “{what}”. If it is needed, record a wider one under “Record the mandate”."),
            );
        }
        Reason::MandateUnfit => l.t(
            "授权委托书不能登记：要写明受托机构（由它自己或者处理者登记）、授权文件的版本和摘要、至少一项范围，终止日期不早于开始日期。",
            "The mandate cannot be recorded. It names the organisation that acts (recorded by itself or by the processor), the version and digests of the document, at least one act, and an end not before its beginning.",
        ),
        Reason::LedgerOfOthers => l.t(
            "所附的台账合计含有其他境内提供方的业务。委托只涉及所写的处理者：先在“随申请附上台账合计”里撤下，再重新附上。",
            "The totals of the ledger hold flows of other exporters. The application is that of the processor named in it: take them out under “Give the totals of the ledger”, then give them again.",
        ),
        Reason::NotReady { problems } => {
            let list: Vec<String> = problems.iter().map(|p| problem(l, p)).collect();
            return l.pick(
                format!("还有{}处没有完成，完成后才能提交。{}", problems.len(), list.join("")),
                format!("{} points are not finished. Finish them before you submit. {}", problems.len(), list.join(" ")),
            );
        }
        Reason::Stage { phase } => {
            let now = application_phase(l, *phase);
            return l.pick(
                format!("案件现在是“{now}”，这一步不能办。刷新页面查看可以办理的事项。"),
                format!("The application stands at “{now}”, where this step does not exist. Reload the page to see what can be done."),
            );
        }
        Reason::StatusOf { status } => {
            let now = certificate_status(l, *status).0;
            return l.pick(
                format!("证书现在是“{now}”，这一步不能办。"),
                format!("The certificate is “{now}”, and this step does not exist for it."),
            );
        }
        Reason::PractisesElsewhere { .. } => l.t(
            "您还在另一家认证机构的备案名册上。认证人员只能在一家机构执业，先办好转出。",
            "You stand on the filed roster of another body as well. One person practises in one body; settle that first.",
        ),
        Reason::InterestUndeclared => l.t(
            "先作利益关系声明，再打开案件。",
            "Declare your interests first, then open the case.",
        ),
        Reason::ConflictOfInterest => l.t(
            "您声明了与委托人有利益关系，不能参与这件认证。请由其他人员办理。",
            "You declared an interest in the client, so you cannot take part. Somebody else has to.",
        ),
        Reason::NotOnRoster { .. } => l.t(
            "您不在本机构备案的人员名册上，不能审核。由机构管理员核对名册后关联账号。",
            "You are not on the roster that your body filed, so you cannot audit. An administrator links your account to the roster.",
        ),
        Reason::NotOfTheTeam => l.t("您不在认证方案的审核组里。", "You are not of the team of the plan."),
        Reason::VerifiedOrAudited => l.t(
            "参加过技术验证或者现场审核的人不能作认证决定。请由其他人签字。",
            "Whoever verified or audited does not take the decision. Somebody else has to sign.",
        ),
        Reason::PlanUnfit { what } => return plan_fault(l, *what).to_owned(),
        Reason::DocumentIncomplete => l.t(
            "文件要写明名称、版本和两个摘要（SHA-256、SM3），并且至少有一份。上传文件时由平台计算摘要。",
            "A document needs its name, version and both digests (SHA-256, SM3), and there has to be at least one. The platform computes the digests of what you upload.",
        ),
        Reason::NoReport => l.t(
            "技术验证报告还没有签署，或者已经复核过了。",
            "The report of the verification has not been signed, or was checked already.",
        ),
        Reason::AuditNotOpen => l.t(
            "现场审核还没有开始，或者已经开始了。",
            "The audit has not begun, or has begun already.",
        ),
        Reason::ClausesOpen { clauses } => {
            let list = clauses.join(l.t("、", ", "));
            return l.pick(format!("还有条款没有审核结论：{list}。"), format!("Clauses without a finding: {list}."));
        }
        Reason::UnknownClause => l.t("检查表里没有这一条。", "The clause is not on the checklist."),
        Reason::NonconformitiesOpen { open } => {
            let n = open.len();
            return l.pick(
                format!("还有{n}个不符合项没有关闭。整改完成并经审核员确认后才能继续。"),
                format!("{n} nonconformities are open. They have to be corrected and judged first."),
            );
        }
        Reason::NothingToCorrect => l.t(
            "没有处在这一步的不符合项。刷新页面查看每一项的进展。",
            "No nonconformity waits for this step. Reload the page to see where each of them stands.",
        ),
        Reason::DayOutside { from, until } => return day_outside(l, *from, *until),
        Reason::RectificationRuns { until } => {
            return l.pick(
                format!("整改期限到{}为止，届满以后才能按未完成评价。", day(*until)),
                format!("The rectification runs until {}; only after that day can it be evaluated as not done.", day(*until)),
            );
        }
        Reason::VerificationNotConforming => l.t(
            "技术验证结论为不符合，不能建议予以认证。",
            "The technical verification does not find the processing conforming, so certification cannot be recommended.",
        ),
        Reason::AgainstRecommendation => l.t(
            "综合评价没有建议予以认证，不能签予以认证的结论。可以退回评价。",
            "The evaluation does not recommend certification, so it cannot be concluded. The evaluation can be returned.",
        ),
        Reason::ClockUnchanged => l.t("计时已经停止，或者已经恢复。", "The clock stands already, or runs already."),
        Reason::EditionUnfit => l.t(
            "没有这个版本的认证依据，或者与现在的相同，或者还没有施行。",
            "This edition of the basis is unknown, is the one in use, or is not in force.",
        ),
        Reason::NotDecided => l.t(
            "这件认证还没有符合要求的决定，不能发证。每一环节完成、两人签字后才能发证。",
            "No decision carries a certificate here. Every step has to be taken and two people have to sign.",
        ),
        Reason::OtherApplication => l.t(
            "这件委托属于另一家机构、另一个处理者或者另有用途。",
            "That application is of another body, processor or purpose.",
        ),
        Reason::NumberUnfit => l.t(
            "证书编号没有填写、用过了，或者认证标志不完整。换一个没有用过的编号。",
            "The number is empty or was used before, or the mark is not complete. Take a number that was not used.",
        ),
        Reason::MeasurePending => l.t(
            "有一项措施等待决定或者尚未生效，办完以后才能提出新的。",
            "A measure waits for its decision or its effect. A new one is possible after that.",
        ),
        Reason::NoMeasure => l.t("没有等待决定的措施。", "No measure waits for a decision."),
        Reason::HearingOpen { until } => {
            return l.pick(
                format!("持证人的陈述期到{}为止，听取意见或者期满以后才能决定。", day(*until)),
                format!("The holder can be heard until {}. Decide after the hearing, or when that day has passed.", day(*until)),
            );
        }
        Reason::NoHearing => l.t("已经陈述过，或者这项措施不需要陈述。", "The party was heard, or the measure needs no hearing."),
        Reason::NotOpen => l.t("没有这个编号的待办事项，可能已经办过。", "Nothing of that number is open; it may have been dealt with."),
        Reason::AsksOtherwise => l.t("申请或者监管意见要求的是另一项措施。", "The request or finding asks for something else."),
        Reason::FindingStands => l.t(
            "主管部门的意见还没有解除，不能恢复证书。",
            "The authority's finding stands, so the certificate cannot be restored yet.",
        ),
        Reason::OtherAuthority => l.t("只有提出意见的部门可以解除。", "Only the authority that stated the finding can lift it."),
        Reason::NeedsApplication => l.t(
            "扩大范围或者更换认证依据，要先经技术验证和现场审核。请提交变更的认证委托。",
            "A wider scope or another basis needs verification and audit first. Apply for the change.",
        ),
        Reason::NothingChanges => l.t("没有要变更的内容。", "Nothing changes."),
        Reason::StillValid { until } => {
            return l.pick(format!("证书有效期到{}，还没有届满。", day(*until)), format!("The certificate is valid until {}.", day(*until)));
        }
        Reason::ValidityEnded { until } => {
            return l.pick(
                format!("证书有效期已于{}届满，不能延续。可以提交首次认证的委托。", day(*until)),
                format!("Validity ended on {}, so it cannot be renewed. You can apply for a first certification.", day(*until)),
            );
        }
        Reason::RenewalKnown => l.t("这次延续已经登记。", "This renewal is noted already."),
        Reason::NoSurveillance => l.t("没有待办的监督。", "No surveillance waits."),
        Reason::TakeOverUnfit { faults } => {
            let list: Vec<String> = faults
                .iter()
                .map(|f| {
                    let (zh, en) = super::takeover::column(f.cell);
                    let wrong = super::takeover::wrong(l, f.cell, &f.wrong);
                    l.pick(format!("{zh}：{wrong}"), format!("{en}: {wrong}"))
                })
                .collect();
            return l.pick(
                format!("原有证书不能接收，有{}处要改。{}", faults.len(), list.join("")),
                format!("The older certificate cannot be taken over; {} cells are wrong. {}", faults.len(), list.join(" ")),
            );
        }
        Reason::ReportOrder { next } => {
            return l.pick(
                format!("报送要按顺序，先登记第{next}条的回执。"),
                format!("Reports go in order: register the receipt of number {next} first."),
            );
        }
        Reason::ReceiptUsed { seq } => {
            return l.pick(
                format!("这个回执编号是第{seq}条报送的，一份回执只对应一条报送。"),
                format!("This receipt is that of report {seq}; each receipt belongs to one report."),
            );
        }
        Reason::NothingToResend { seq } => {
            return l.pick(
                format!("第{seq}条还没有报送过，或者已被退回。没有报送的会自动发出，被退回的请更正报送。"),
                format!("Report {seq} was never sent, or was refused. What was not sent goes out by itself; what was refused is corrected."),
            );
        }
    };
    fixed.to_owned()
}

fn day_outside(l: Lang, from: Option<jiff::civil::Date>, until: Option<jiff::civil::Date>) -> String {
    let day = |d: jiff::civil::Date| l.date(d).words;
    match (from, until) {
        (Some(a), Some(b)) => {
            l.pick(format!("日期要在{}至{}之间。", day(a), day(b)), format!("The day lies between {} and {}.", day(a), day(b)))
        }
        (Some(a), None) => l.pick(format!("日期不能早于{}。", day(a)), format!("The day is not before {}.", day(a))),
        (None, Some(b)) => {
            l.pick(format!("日期不能晚于{}，期限已过的不能再办。", day(b)), format!("The last day is {}.", day(b)))
        }
        (None, None) => l.t("日期超出范围。", "The day is out of range.").to_owned(),
    }
}

fn plan_fault(l: Lang, f: PlanFault) -> &'static str {
    match f {
        PlanFault::VerificationBody => l.t(
            "技术验证机构不能是认证机构、委托人或者处理者自己。",
            "The verification body cannot be the certification body, the applicant or the processor.",
        ),
        PlanFault::Team => l.t("审核组至少要有一名备案名册上的审核员。", "The team needs an auditor of the filed roster."),
        PlanFault::ManDays => l.t("写明审核人日，至少1人日。", "State the man-days, at least one."),
        PlanFault::Checklists => {
            l.t("认证依据的每一项标准都要有检查表，而且有条款。", "Every standard of the basis needs a checklist with clauses.")
        }
        PlanFault::Kinds => l.t("写明个人信息种类和人数。", "State the kinds of personal information and the number of people."),
    }
}
